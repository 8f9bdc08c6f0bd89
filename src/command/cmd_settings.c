/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "command/registry.h"
#include "command/tables.h"

/* Where /set and /unset set: for the account that /on picked, else everywhere. */
static SettingPlace
place_of_call(const CommandCall *call)
{
    const Session *session = command_call_is_for_one_account(call) ? command_call_session(call) : NULL;
    return (SettingPlace){ .account = session == NULL ? NULL : account_name(session_account(session)) };
}

static SettingPlace
place_here(const CommandCall *call)
{
    return (SettingPlace){ .conversation = jid_bare(conversation_jid(command_call_conversation(call))) };
}

static char *
describe_scope(SettingScopes found)
{
    if (found == SETTING_SCOPE_CONVERSATION)
        return g_strdup(_("this conversation"));
    if (found == SETTING_SCOPE_ACCOUNT)
        return g_strdup(_("this account"));
    return g_strdup(found == 0 ? _("default") : _("everywhere"));
}

/* The value that counts here and where it comes from. */
static void
print_setting(CommandCall *call, Setting setting)
{
    const Settings *settings = client_settings(command_call_client(call));
    const Session *session = command_call_session(call);
    const Conversation *conversation = command_call_conversation(call);
    SettingScopes found = 0;
    const char *value = settings_format(settings, setting,
                                        session == NULL ? NULL : account_name(session_account(session)),
                                        conversation == NULL ? NULL : jid_bare(conversation_jid(conversation)), &found);
    g_autofree char *scope = describe_scope(found);
    command_call_row(call, "setting", setting_row(setting)->key, "value", value, "from", scope, NULL);
}

/* A value that one account or conversation has of its own. */
typedef struct OwnValues {
    CommandCall *call;
    Setting setting;
} OwnValues;

static void
print_own(SettingPlace place, gpointer data)
{
    const OwnValues *own = data;
    const char *value = settings_get_own(client_settings(command_call_client(own->call)), own->setting, place);
    if (value == NULL)
        return;
    const char *name = place.account != NULL ? place.account : place.conversation;
    command_call_row(own->call, "setting", setting_row(own->setting)->key, "value", value, "from", name, NULL);
}

static void
print_all(CommandCall *call, const char *pattern)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        const Setting setting = (Setting) i;
        if (pattern != NULL && strstr(setting_row(setting)->key, pattern) == NULL)
            continue;
        print_setting(call, setting);
        OwnValues own = { call, setting };
        settings_foreach_place(client_settings(command_call_client(call)), print_own, &own);
    }
}

static void
explain_setting(CommandCall *call, Setting setting)
{
    const SettingRow *row = setting_row(setting);
    g_autofree char *allowed = setting_describe_values(setting);
    print_setting(call, setting);
    OwnValues own = { call, setting };
    settings_foreach_place(client_settings(command_call_client(call)), print_own, &own);
    command_call_print(call, "%s", _(row->help));
    command_call_print(call, _("It takes %s; the default is “%s”."), allowed, row->fallback);
}

/* Whether the value is one of the setting's. */
static bool
check_set(const Args *args, GError **error)
{
    if (!args_has(args, "value"))
        return true;
    g_autoptr(Settings) scratch = settings_new(NULL, NULL, NULL);
    return settings_set(scratch, (Setting) args_int(args, "key", 0), (SettingPlace){ 0 }, args_text(args, "value"),
                        error);
}

static bool
cmd_set(CommandCall *call, const Args *args, GError **error)
{
    if (!args_has(args, "key")) {
        print_all(call, NULL);
        return true;
    }
    const Setting setting = (Setting) args_int(args, "key", 0);
    if (!args_has(args, "value")) {
        explain_setting(call, setting);
        return true;
    }
    return settings_set(client_settings(command_call_client(call)), setting, place_of_call(call),
                        args_text(args, "value"), error);
}

static bool
cmd_set_here(CommandCall *call, const Args *args, GError **error)
{
    const Setting setting = (Setting) args_int(args, "key", 0);
    return settings_set(client_settings(command_call_client(call)), setting, place_here(call), args_text(args, "value"),
                        error);
}

static bool
cmd_unset(CommandCall *call, const Args *args, GError **error)
{
    const Setting setting = (Setting) args_int(args, "key", 0);
    return settings_unset(client_settings(command_call_client(call)), setting, place_of_call(call), error);
}

static bool
cmd_unset_here(CommandCall *call, const Args *args, GError **error)
{
    const Setting setting = (Setting) args_int(args, "key", 0);
    return settings_unset(client_settings(command_call_client(call)), setting, place_here(call), error);
}

static bool
cmd_settings(CommandCall *call, const Args *args, GError **error)
{
    const char *pattern = args_text(args, "pattern");
    const guint before = command_call_row_count(call);
    print_all(call, pattern);
    if (command_call_row_count(call) == before)
        command_call_print(call, _("No setting has “%s” in its name."), pattern);
    return true;
}

static const Command commands[] = {
    { .name = "set",
      .grammar = "[key:key] [value:value...]",
      .help = N_("Show or change a setting; without a key show all."),
      .run = cmd_set,
      .check = check_set,
      .details = N_("Counts everywhere; /on ACCOUNT /set … for one account, /set here … for the current conversation."),
      .example = "/set notify.bell on" },
    { .name = "set here",
      .grammar = "<key:key> <value:value...>",
      .help = N_("Change a setting for the current conversation."),
      .run = cmd_set_here,
      .check = check_set,
      .needs = NEEDS_CONVERSATION,
      .example = "/set here typing off" },
    { .name = "unset",
      .grammar = "<key:key>",
      .help = N_("Set a setting back to its default."),
      .run = cmd_unset,
      .details = N_("With /on ACCOUNT only what was set for this account."),
      .example = "/unset notify.bell" },
    { .name = "unset here",
      .grammar = "<key:key>",
      .help = N_("Take away what was set for the current conversation."),
      .run = cmd_unset_here,
      .needs = NEEDS_CONVERSATION,
      .example = "/unset here typing" },
    { .name = "settings",
      .grammar = "[pattern:word]",
      .help = N_("List the settings, or those with a word in their name, with all their values."),
      .run = cmd_settings,
      .example = "/settings presence" },
    { 0 },
};

const CommandGroup settings_group = { "settings", N_("Settings"), commands };

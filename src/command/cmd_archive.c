/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/i18n.h"
#include "base/text.h"
#include "command/tables.h"
#include "core/archive_prefs.h"

static void
print_list(CommandCall *call, const char *field, const char *const *jids)
{
    for (; *jids != NULL; jids++) {
        g_autofree char *shown = text_clean(*jids, -1, TEXT_LINE | TEXT_STRICT);
        command_call_row(call, "field", field, "value", shown, NULL);
    }
}

static void
on_prefs(const ArchivePrefs *prefs, const GError *error, gpointer data)
{
    CommandCall *call = data;
    if (prefs != NULL) {
        command_call_row(call, "field", "default", "value", prefs->by_default, NULL);
        print_list(call, "always", prefs->always);
        print_list(call, "never", prefs->never);
    }
    command_call_finish(call, error);
}

static bool
cmd_mam_prefs(CommandCall *call, const Args *args, GError **error)
{
    const ArchivePrefsChange change = {
        .by_default = args_text(args, "default"),
        .always = args_jid(args, "always"),
        .never = args_jid(args, "never"),
        .as_default = args_jid(args, "forget"),
    };
    Session *session = command_call_session(call);
    if (change.by_default == NULL && change.always == NULL && change.never == NULL && change.as_default == NULL)
        archive_prefs_get(session, on_prefs, command_call_defer(call));
    else
        archive_prefs_change(session, &change, on_prefs, command_call_defer(call));
    return true;
}

static const Command commands[] = {
    { .name = "mam prefs",
      .grammar = "[default default:always|never|roster] [always always:jid] [never never:jid] [forget forget:jid]",
      .help = N_("Show or set what the server keeps in its archive."),
      .run = cmd_mam_prefs,
      .needs = NEEDS_SESSION,
      .details =
          N_("default: all messages, none, or only those of contacts. always and never name somebody for whom it "
             "is otherwise; forget takes somebody off both lists. The answer is what the server does from now "
             "on. What it does not keep, no other device will ever see."),
      .example = "/mam prefs default roster never news.example.org" },
    { 0 },
};

const CommandGroup archive_group = { "archive", N_("The server's archive"), commands };

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/i18n.h"
#include "command/tables.h"
#include "core/conversations.h"
#include "core/outgoing.h"

static bool
cmd_msg(CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "jid");
    Account *account = session_account(command_call_session(call));
    g_autoptr(Jid) bare = jid_to_bare(jid);
    Conversation *conversation = conversations_open(command_call_client(call), account, bare, CONVERSATION_CHAT);
    if (!jid_is_bare(jid))
        conversation_lock_to(conversation, jid);
    command_call_show(call, conversation);
    if (!args_has(args, "text"))
        return true;
    return outgoing_send(command_call_client(call), conversation, args_text(args, "text"), error) != NULL;
}

static bool
cmd_say(CommandCall *call, const Args *args, GError **error)
{
    return outgoing_send(command_call_client(call), command_call_conversation(call), args_text(args, "text"), error) !=
           NULL;
}

static bool
cmd_me(CommandCall *call, const Args *args, GError **error)
{
    g_autofree char *body = g_strconcat("/me ", args_text(args, "text"), NULL);
    return outgoing_send(command_call_client(call), command_call_conversation(call), body, error) != NULL;
}

static bool
cmd_typing(CommandCall *call, const Args *args, GError **error)
{
    Settings *settings = client_settings(command_call_client(call));
    const Conversation *conversation = command_call_conversation(call);
    const char *bare = conversation == NULL ? NULL : jid_bare(conversation_jid(conversation));
    if (args_has(args, "state"))
        return settings_set(settings, SETTING_TYPING, (SettingPlace){ .conversation = bare }, args_text(args, "state"),
                            error);
    const Session *session = command_call_session(call);
    const char *account = session == NULL ? NULL : account_name(session_account(session));
    command_call_row(call, "setting", "typing", "value", settings_format(settings, SETTING_TYPING, account, bare, NULL),
                     NULL);
    return true;
}

static const Command commands[] = {
    { .name = "msg",
      .grammar = "<jid:jid> [text:text]",
      .help = N_("Open the conversation with somebody and say something."),
      .run = cmd_msg,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .details = N_(
          "It becomes the current conversation: what is typed next goes there. The text is sent as it is, "
          "quotation marks too. While the account is offline the message waits."),
      .example = "/msg alice@example.org Hello!" },
    { .name = "say",
      .grammar = "<text:text>",
      .help = N_("Say something in the current conversation, even if it starts with a slash."),
      .run = cmd_say,
      .needs = NEEDS_CONVERSATION | WAITS_FOR_SESSION,
      .details = N_("A line that does not start with a slash is said anyway; //text says “/text”."),
      .example = "/say /etc is a directory" },
    { .name = "me",
      .grammar = "<text:text>",
      .help = N_("Say what you do, as an action."),
      .run = cmd_me,
      .needs = NEEDS_CONVERSATION | WAITS_FOR_SESSION,
      .example = "/me waves" },
    { .name = "typing",
      .grammar = "[state:on|off]",
      .help = N_("Let the current contact see when you are typing, or not; outside of a conversation for all."),
      .run = cmd_typing,
      .example = "/typing off" },
    { 0 },
};

const CommandGroup chat_group = { "chat", N_("Conversations"), commands };

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "command/say.h"
#include "command/tables.h"
#include "core/conversations.h"
#include "core/corrections.h"
#include "core/outgoing.h"

static bool
cmd_msg(CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "jid");
    Account *account = session_account(command_call_session(call));
    g_autoptr(Jid) bare = jid_to_bare(jid);
    /* Behind the slash of a room is somebody in it, not a device. */
    const bool is_private = !jid_is_bare(jid) && account_find_room(account, jid) != NULL;
    Conversation *conversation = conversations_open(command_call_client(call), account, is_private ? jid : bare,
                                                    is_private ? CONVERSATION_OCCUPANT : CONVERSATION_CHAT);
    if (!jid_is_bare(jid) && !is_private)
        conversation_lock_to(conversation, jid);
    command_call_show(call, conversation);
    if (!args_has(args, "text"))
        return true;
    return say_text(call, conversation, args_text(args, "text"), error);
}

static bool
cmd_say(CommandCall *call, const Args *args, GError **error)
{
    return say_text(call, command_call_conversation(call), args_text(args, "text"), error);
}

static bool
cmd_me(CommandCall *call, const Args *args, GError **error)
{
    g_autofree char *body = g_strconcat("/me ", args_text(args, "text"), NULL);
    return say_text(call, command_call_conversation(call), body, error);
}

/* Sets a switch of the current conversation, outside of one for all; without a word it is shown. */
static bool
set_switch(CommandCall *call, const Args *args, Setting setting, GError **error)
{
    Settings *settings = client_settings(command_call_client(call));
    const Conversation *conversation = command_call_conversation(call);
    const char *bare = conversation == NULL ? NULL : jid_bare(conversation_jid(conversation));
    if (args_has(args, "state"))
        return settings_set(settings, setting, (SettingPlace){ .conversation = bare }, args_text(args, "state"), error);
    const Session *session = command_call_session(call);
    const char *account = session == NULL ? NULL : account_name(session_account(session));
    command_call_row(call, "setting", setting_row(setting)->key, "value",
                     settings_format(settings, setting, account, bare, NULL), NULL);
    return true;
}

static bool
cmd_typing(CommandCall *call, const Args *args, GError **error)
{
    return set_switch(call, args, SETTING_TYPING, error);
}

static bool
cmd_receipts(CommandCall *call, const Args *args, GError **error)
{
    return set_switch(call, args, SETTING_RECEIPTS, error);
}

static bool
cmd_markers(CommandCall *call, const Args *args, GError **error)
{
    return set_switch(call, args, SETTING_MARKERS, error);
}

static bool
cmd_correct(CommandCall *call, const Args *args, GError **error)
{
    Conversation *conversation = command_call_conversation(call);
    Message *message = corrections_last_own(conversation);
    if (message != NULL)
        return say_instead(call, conversation, message, args_text(args, "text"), error);
    g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("you have said nothing to %s that could be corrected: /say it"),
                conversation_label(conversation));
    return false;
}

static void
on_text(gint64 time, const char *body, gpointer data)
{
    g_autofree char *local = when_format_local(time, "%Y-%m-%d %H:%M:%S");
    g_autofree char *stamp = when_format(time);
    g_autofree char *text = text_clean(body, -1, TEXT_LINE);
    command_call_row(data, ".time", stamp, ".body", body, "local", local, "text", text, NULL);
}

static bool
cmd_edits(CommandCall *call, const Args *args, GError **error)
{
    const Conversation *conversation = command_call_conversation(call);
    const Message *message = corrections_find(conversation, (guint) args_int(args, "number", 1));
    if (message != NULL)
        return corrections_each_text(command_call_client(call), message, on_text, call, error);
    g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("no such corrected message of %s is on the screen: scroll back"),
                conversation_label(conversation));
    return false;
}

static bool
cmd_resend(CommandCall *call, const Args *args, GError **error)
{
    Conversation *conversation = command_call_conversation(call);
    const int count = outgoing_resend(command_call_client(call), conversation, NULL, error);
    if (count > 0)
        command_call_print(call, ngettext("%d message is sent again.", "%d messages are sent again.", (gulong) count), count);
    if (count == 0)
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("no message to %s has failed: nothing to send again"),
                    conversation_label(conversation));
    return count > 0;
}

static bool
cmd_read(CommandCall *call, const Args *args, GError **error)
{
    conversations_mark_read(command_call_client(call), command_call_conversation(call));
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
    { .name = "receipts",
      .grammar = "[state:on|off]",
      .help = N_("Let the current contact see which messages have arrived here; outside of a conversation for all."),
      .run = cmd_receipts,
      .details = N_("Only contacts that may see your presence are told anything."),
      .example = "/receipts off" },
    { .name = "markers",
      .grammar = "[state:on|off]",
      .help = N_("Let the current contact see which messages you have read; outside of a conversation for all."),
      .run = cmd_markers,
      .details = N_("Only contacts that may see your presence are told anything. Your own devices know it anyway."),
      .example = "/markers off" },
    { .name = "correct",
      .grammar = "<text:text>",
      .help = N_("Replace what you said last in the current conversation."),
      .run = cmd_correct,
      .needs = NEEDS_CONVERSATION | WAITS_FOR_SESSION,
      .details = N_("Programs that do not know corrections show the new text as another message. /edits shows what was "
                    "said before."),
      .example = "/correct See you at 8" },
    { .name = "edits",
      .grammar = "[number:int(1..1000)]",
      .help = N_("Show all texts of a message that was corrected."),
      .run = cmd_edits,
      .needs = NEEDS_CONVERSATION,
      .details = N_("Without a number that of the last one in the current conversation; 2 is the one before it, and "
                    "so on."),
      .example = "/edits" },
    { .name = "resend",
      .grammar = "",
      .help = N_("Send the failed messages of the current conversation again."),
      .run = cmd_resend,
      .needs = NEEDS_CONVERSATION | WAITS_FOR_SESSION,
      .example = "/resend" },
    { .name = "read",
      .grammar = "",
      .help = N_("Mark the current conversation as read, here and on your other devices."),
      .run = cmd_read,
      .needs = NEEDS_CONVERSATION,
      .details = N_("What a window shows is read anyway; this is for scripts."),
      .example = "/read" },
    { 0 },
};

const CommandGroup chat_group = { "chat", N_("Conversations"), commands };

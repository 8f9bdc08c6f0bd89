/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encryption in the windows: lines when something has changed, and texts that could not be sent. */
#include <string.h>

#include "tui/encryption_words.h"
#include "tui/tui_state.h"

void
tui_tell_encryption(Tui *tui, Window *window, const Conversation *conversation)
{
    LineKind kind = LINE_NOTICE;
    g_autofree char *words = encryption_words_changed(&window->told, conversation, &kind);
    if (words)
        tui_print(tui, window, kind, words);
}

/* Somebody waits for an answer: it must be found even where there was no window yet. */
static void
on_verification(Tui *tui, Conversation *conversation, VerificationState state, const char *question)
{
    const bool asked = state == VERIFICATION_ASKED;
    Window *window = asked ? tui_open(tui, conversation)
                           : windows_by_serial(tui->windows, conversation_serial(conversation));
    LineKind kind = LINE_NOTICE;
    if (!window)
        return;
    g_autofree char *words = encryption_words_verification(conversation, state, question, &kind);
    tui_print(tui, window, kind, words);
    if (asked && window != windows_current(tui->windows)) {
        window->activity = MAX(window->activity, ACTIVITY_MESSAGE);
        screen_damage(tui->screen, DAMAGE_STATUS);
    }
}

/* The notice of it is in the console and in the current window. */
static void
on_key(Tui *tui, const ModelEvent *event)
{
    const Conversation *conversation = account_find_conversation(event->account, event->key.peer);
    Window *window = conversation ? windows_by_serial(tui->windows, conversation_serial(conversation)) : NULL;
    if (!event->key.is_alarm || !window || window == windows_current(tui->windows))
        return;
    g_autofree char *words = encryption_words_new_key(conversation, event->key.fingerprint);
    tui_print(tui, window, LINE_ALARM, words);
}

void
tui_on_encryption(Tui *tui, const ModelEvent *event)
{
    if (event->type == VERIFICATION_CHANGED)
        on_verification(tui, event->verification.conversation, event->verification.state, event->verification.question);
    if (event->type == KEY_CHANGED)
        on_key(tui, event);
    if (event->type != ENCRYPTION_CHANGED)
        return;
    const Conversation *conversation = event->conversation.conversation;
    Window *window = windows_by_serial(tui->windows, conversation_serial(conversation));
    if (window)
        tui_tell_encryption(tui, window, conversation);
    if (window && window == windows_current(tui->windows))
        screen_damage(tui->screen, DAMAGE_TITLE | DAMAGE_INPUT);
}

/* What waited for encryption and never left is typed again by itself, as it must be typed to be said. */
void
tui_on_message_changed(Tui *tui, const Conversation *conversation, const Message *message)
{
    Window *window = windows_by_serial(tui->windows, conversation_serial(conversation));
    if (!window)
        return;
    const MessageState before = lines_note_change(window->lines, message);
    if (window == windows_current(tui->windows))
        screen_damage(tui->screen, DAMAGE_MESSAGES);
    const bool waited =
        strcmp(message->encryption, "none") != 0 || strcmp(conversation_intent(conversation), "none") != 0;
    if (message->direction != MESSAGE_OUT || message->state != MESSAGE_FAILED || before != MESSAGE_QUEUED || !waited)
        return;
    const bool escaped = message->body[0] == '/' && !message_action(message);
    g_autofree char *text = g_strconcat(escaped ? "/" : "", message->body, NULL);
    tui_put_back(tui, window, text);
}

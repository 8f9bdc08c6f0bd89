/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of the model become lines and damage. Nothing here changes the model or draws. */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "core/attention.h"
#include "tui/tui_state.h"

static bool
is_current(const Tui *tui, const Conversation *conversation)
{
    return windows_current(tui->windows)->serial == conversation_serial(conversation);
}

static void
on_account_state(Tui *tui, const Account *account)
{
    const AccountState state = account_state(account);
    screen_damage(tui->screen, DAMAGE_STATUS | DAMAGE_ROSTER | DAMAGE_TITLE);
    if (state != ACCOUNT_ONLINE && state != ACCOUNT_OFFLINE)
        return;
    const char *name = account_name(account);
    Window *console = windows_console(tui->windows);
    if (state == ACCOUNT_ONLINE && account_full_jid(account)) {
        g_autofree char *jid = text_clean(jid_text(account_full_jid(account)), -1, TEXT_STRICT);
        tui_printf(tui, console, LINE_NOTICE, _("%s: online as %s"), name, jid);
    } else if (!account_reason(account)) {
        /* Else a notice says why. */
        tui_printf(tui, console, LINE_NOTICE, _("%s: offline"), name);
    }
}

/* Follows the client: accounts may come and go. */
static void
on_account_gone(Tui *tui, Account *account)
{
    g_ptr_array_remove(tui->accounts, account);
    for (guint i = account_conversation_count(account); i > 0; i--) {
        Window *window = windows_by_serial(tui->windows, conversation_serial(account_conversation_at(account, i - 1)));
        if (window)
            tui_close(tui, window);
    }
    screen_damage(tui->screen, DAMAGE_ALL);
}

static void
on_subscription(Tui *tui, const ModelEvent *event)
{
    static const struct {
        const char *act, *text;
    } texts[] = {
        { "subscribe", N_("%s: %s asks to see when you are online: /approve or /deny") },
        { "subscribed", N_("%s: %s lets you see when they are online") },
        { "unsubscribe", N_("%s: %s does not want to see any more when you are online") },
        { "unsubscribed", N_("%s: %s does not let you see (any more) when they are online") },
    };
    const char *act = event->type == SUBSCRIPTION_REQUESTED ? "subscribe" : event->subscription.act;
    Window *console = windows_console(tui->windows);
    g_autofree char *jid = text_clean(jid_text(event->subscription.jid), -1, TEXT_STRICT);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (g_strcmp0(act, texts[i].act) != 0)
            continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        tui_printf(tui, console, LINE_NOTICE, _(texts[i].text), account_name(event->account), jid);
#pragma GCC diagnostic pop
    }
    if (event->subscription.text && *event->subscription.text) {
        g_autofree char *words = text_clean(event->subscription.text, -1, TEXT_LINE);
        tui_printf(tui, console, LINE_NOTICE, "  “%s”", words);
    }
    if (event->type == SUBSCRIPTION_REQUESTED && console != windows_current(tui->windows)) {
        console->activity = MAX(console->activity, ACTIVITY_MESSAGE);
        screen_damage(tui->screen, DAMAGE_STATUS);
    }
}

/* The message behind this one, when it came late and was put before others. */
static const Message *
find_follower(const Conversation *conversation, const Message *message)
{
    for (guint i = conversation_message_count(conversation); i > 0; i--) {
        if (conversation_message_at(conversation, i - 1) == message)
            return i < conversation_message_count(conversation) ? conversation_message_at(conversation, i) : NULL;
    }
    return NULL;
}

static void
note_activity(Tui *tui, Window *window, const Conversation *conversation, const Message *message)
{
    if (message->direction != MESSAGE_IN)
        return;
    if (window != windows_current(tui->windows))
        window->activity = MAX(window->activity, attention_wants(tui->client, conversation, message) ? ACTIVITY_MESSAGE
                                                                                                     : ACTIVITY_ROOM);
}

/* Of those that come at the end it is known what the conversation insists on. */
static void
note_wanted(const Window *window, const Conversation *conversation, const Message *message)
{
    guint64 number;
    if (!find_follower(conversation, message) && lines_find(window->lines, message, &number))
        lines_set_wanted(window->lines, number, strcmp(conversation_intent(conversation), "none") != 0);
}

static void
on_message(Tui *tui, Conversation *conversation, Message *message)
{
    Window *window = windows_by_serial(tui->windows, conversation_serial(conversation));
    if (!window) {
        window = tui_open(tui, conversation);
    } else if (message->serial != 0) { /* else it is shown when somebody scrolls there */
        const Message *follower = find_follower(conversation, message);
        const guint64 number = lines_add_message(window->lines, message, follower);
        if (follower)
            window_note_insert(window, number);
    }
    note_wanted(window, conversation, message);
    note_activity(tui, window, conversation, message);
    if (window == windows_current(tui->windows))
        screen_damage(tui->screen, DAMAGE_MESSAGES | (window->follows ? 0 : DAMAGE_STATUS));
    else
        screen_damage(tui->screen, DAMAGE_STATUS | DAMAGE_ROSTER);
}

static void
on_edited(Tui *tui, const Conversation *conversation, const Message *message)
{
    Window *window = windows_by_serial(tui->windows, conversation_serial(conversation));
    if (window)
        lines_message_edited(window->lines, message);
    if (is_current(tui, conversation))
        screen_damage(tui->screen, DAMAGE_MESSAGES);
}

/* A conversation that comes from the store, as the last process left it, gets its window now. */
static void
on_history(Tui *tui, Conversation *conversation)
{
    Window *window = windows_by_serial(tui->windows, conversation_serial(conversation));
    if (window)
        tui_show_history(window, conversation);
    else if (conversation_message_count(conversation) > 0)
        tui_open(tui, conversation);
    if (is_current(tui, conversation))
        screen_damage(tui->screen, DAMAGE_MESSAGES);
}

/* What the program has to say goes to the console; an alarm must be seen wherever one is. */
static void
on_notice(Tui *tui, const ModelEvent *event)
{
    static const LineKind kinds[] = {
        [NOTICE_INFO] = LINE_NOTICE,
        [NOTICE_WARNING] = LINE_WARNING,
        [NOTICE_ERROR] = LINE_ERROR,
        [NOTICE_ALARM] = LINE_ALARM,
    };
    const LineKind kind = kinds[event->notice.level];
    Window *console = windows_console(tui->windows), *current = windows_current(tui->windows);
    g_autofree char *text = event->account ? g_strdup_printf("%s: %s", account_name(event->account), event->notice.text)
                                           : g_strdup(event->notice.text);
    tui_print(tui, console, kind, text);
    if (kind == LINE_ALARM && current != console)
        tui_print(tui, current, kind, text);
}

static void
on_contact(Tui *tui, const Contact *contact)
{
    const Conversation *conversation =
        scene_conversation(&(Scene) { .accounts = tui->accounts, .windows = tui->windows });
    guint damage = DAMAGE_ROSTER;
    if (conversation && conversation_contact(conversation) == contact)
        damage |= DAMAGE_TITLE;
    screen_damage(tui->screen, damage);
}

/* Names may have changed, wherever they are shown. */
static void
on_contact_changed(Tui *tui, const Contact *contact)
{
    on_contact(tui, contact);
    const Conversation *conversation = account_find_conversation(contact_account(contact), contact_jid(contact));
    if (!conversation)
        return;
    screen_damage(tui->screen, DAMAGE_STATUS);
    if (is_current(tui, conversation))
        screen_damage(tui->screen, DAMAGE_ALL);
}

/* Also when it was read on another device, or was unread when the last process ended. */
static void
on_unread(Tui *tui, const Conversation *conversation)
{
    Window *window = windows_by_serial(tui->windows, conversation_serial(conversation));
    const guint unread = conversation_unread(conversation);
    const Activity activity = attention_wants_unread(tui->client, conversation) ? ACTIVITY_MESSAGE : ACTIVITY_ROOM;
    if (window && unread == 0 && (window->activity == ACTIVITY_MESSAGE || window->activity == ACTIVITY_ROOM))
        window->activity = ACTIVITY_NONE;
    if (window && unread > 0 && window != windows_current(tui->windows))
        window->activity = MAX(window->activity, activity);
    screen_damage(tui->screen, DAMAGE_STATUS | DAMAGE_ROSTER);
}

static void
on_conversation(Tui *tui, const ModelEvent *event)
{
    Conversation *conversation = event->conversation.conversation;
    if (event->type == TYPING_CHANGED) {
        if (is_current(tui, conversation))
            screen_damage(tui->screen, DAMAGE_TITLE);
        return;
    }
    if (event->type == CONVERSATION_REMOVED) {
        Window *window = windows_by_serial(tui->windows, conversation_serial(conversation));
        if (window)
            tui_close(tui, window);
        return;
    }
    if (event->type == HISTORY_LOADED)
        on_history(tui, conversation);
    if (event->type == UNREAD_CHANGED)
        on_unread(tui, conversation);
}

/* A stanza is one line of the window "xml", which comes with the first one. */
static void
on_xml(Tui *tui, const ModelEvent *event)
{
    Window *window = windows_by_serial(tui->windows, WINDOW_XML);
    if (!window) {
        window = windows_open(tui->windows, WINDOW_XML);
        screen_damage(tui->screen, DAMAGE_STATUS);
    }
    g_autofree char *xml = text_clean(event->xml.xml, -1, TEXT_LINE);
    tui_printf(tui, window, LINE_NOTICE, "%s %s %s", account_name(event->account), event->xml.outgoing ? ">" : "<", xml);
}

void
tui_on_model_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    Tui *tui = user;
    switch (event->type) {
    case ACCOUNT_ADDED:
        g_ptr_array_add(tui->accounts, event->account);
        screen_damage(tui->screen, DAMAGE_ALL);
        break;
    case ACCOUNT_REMOVED:
        on_account_gone(tui, event->account);
        break;
    case ACCOUNT_STATE_CHANGED:
        on_account_state(tui, event->account);
        break;
    case ACCOUNT_PRESENCE_CHANGED:
        screen_damage(tui->screen, DAMAGE_STATUS);
        break;
    case ROSTER_CHANGED:
        screen_damage(tui->screen, DAMAGE_ALL);
        break;
    case CONTACT_ADDED:
    case CONTACT_CHANGED:
        on_contact_changed(tui, event->contact.contact);
        break;
    case CONTACT_REMOVED:
        screen_damage(tui->screen, DAMAGE_ALL);
        break;
    case PRESENCE_CHANGED:
        on_contact(tui, event->presence.contact);
        break;
    case SUBSCRIPTION_REQUESTED:
    case SUBSCRIPTION_CHANGED:
        on_subscription(tui, event);
        break;
    case ENCRYPTION_CHANGED:
    case VERIFICATION_CHANGED:
    case KEY_CHANGED:
        tui_on_encryption(tui, event);
        break;
    case CONVERSATION_ADDED:
    case CONVERSATION_REMOVED:
    case UNREAD_CHANGED:
    case TYPING_CHANGED:
    case HISTORY_LOADED:
        on_conversation(tui, event);
        break;
    case MESSAGE_ADDED:
        on_message(tui, event->message.conversation, event->message.message);
        break;
    case MESSAGE_ANNOTATED:
        on_edited(tui, event->annotation.conversation, event->annotation.message);
        break;
    case ROOM_CHANGED:
        tui_on_room(tui, event);
        break;
    case OCCUPANT_JOINED:
    case OCCUPANT_CHANGED:
    case OCCUPANT_RENAMED:
    case OCCUPANT_LEFT:
        tui_on_occupant(tui, event);
        break;
    case INVITATION:
        tui_on_invitation(tui, event);
        break;
    case MESSAGE_EDITED:
    case MESSAGE_SHOWN:
        on_edited(tui, event->message.conversation, event->message.message);
        break;
    case MESSAGE_CHANGED:
        tui_on_message_changed(tui, event->message.conversation, event->message.message);
        break;
    case XML_SEEN:
        on_xml(tui, event);
        break;
    case NOTICE:
        on_notice(tui, event);
        break;
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/conversations.h"

#include <string.h>

#include "base/log.h"
#include "core/core_private.h"
#include "core/rooms.h"
#include "store/sync.h"

enum {
    PAGE = 100,          /* messages loaded at once */
    UNREAD_MAX = 100000, /* more are not counted */
    RESTORED_MAX = 100,  /* conversations opened at start; the rest is there when it is asked for */
};

HistoryPlace
conversations_place(const Conversation *conversation)
{
    return (HistoryPlace) {
        .account = jid_text(account_jid(conversation_account(conversation))),
        .with = jid_text(conversation_jid(conversation)),
        .kind = conversation_kind(conversation),
    };
}

bool
conversations_are_kept(const Client *client, const Conversation *conversation)
{
    const char *account = account_name(conversation_account(conversation));
    const char *with = jid_text(conversation_jid(conversation));
    return strcmp(settings_get_text(client_settings(client), SETTING_HISTORY_KEEP, account, with), "never") != 0;
}

static void
report(Client *client, const Conversation *conversation, const GError *error)
{
    client_notice(client, conversation_account(conversation), NOTICE_ERROR, error->code, "%s", error->message);
}

/* Puts the page before `order` in front. Returns how many messages it had; -1: failed, and the user was told. */
static int
load_page(Client *client, Conversation *conversation, gint64 order)
{
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) page = history_heard_before(client_db(client), &place, order, PAGE, &error);
    if (page == NULL) {
        report(client, conversation, error);
        return -1;
    }
    encryption_fill_in(page);
    if (page->len > 0)
        conversation_prepend_page(conversation, page);
    return (int) page->len;
}

void
conversations_count_unread(Client *client, Conversation *conversation)
{
    const HistoryPlace place = conversations_place(conversation);
    Db *db = client_db(client);
    conversation_set_read(conversation, history_read_order(db, &place), history_count_unread(db, &place, UNREAD_MAX));
}

static void
load_end(Client *client, Conversation *conversation)
{
    if (load_page(client, conversation, G_MAXINT64) < 0)
        return;
    conversations_count_unread(client, conversation);
    history_sync_show_gaps(client, conversation);
}

Conversation *
conversations_open(Client *client, Account *account, const Jid *bare, ConversationKind kind)
{
    Conversation *conversation = kind == CONVERSATION_OCCUPANT ? account_find_private(account, bare)
                                                               : account_find_conversation(account, bare);
    if (conversation != NULL)
        return conversation;
    conversation = account_ensure_conversation(account, bare, kind);
    encryption_adopt(client_session_of(client, account), conversation);
    load_end(client, conversation);
    return conversation;
}

void
conversations_load_older(Client *client, Conversation *conversation)
{
    const ConversationPast past = conversation_past(conversation);
    if (past == PAST_LOADING || past == PAST_COMPLETE)
        return;
    const gint64 first =
        conversation_message_count(conversation) > 0 ? conversation_message_at(conversation, 0)->order : G_MAXINT64;
    if (load_page(client, conversation, first) == 0)
        history_sync_fetch_older(client, conversation);
    else
        history_sync_scrolled(client, conversation);
}

/* --- after a restart --- */

typedef struct Found {
    Session *session;
    GPtrArray *jids; /* Jid */
    GArray *kinds;   /* ConversationKind */
} Found;

static void
on_conversation(const HistoryConversation *found, gpointer data)
{
    Found *list = data;
    Jid *jid = list->jids->len < RESTORED_MAX ? jid_new(found->place.with, NULL) : NULL;
    if (jid == NULL)
        return;
    g_ptr_array_add(list->jids, jid);
    g_array_append_val(list->kinds, found->place.kind);
}

void
conversations_restore(Session *session)
{
    g_autoptr(GPtrArray) jids = g_ptr_array_new_with_free_func((GDestroyNotify) jid_unref);
    g_autoptr(GArray) kinds = g_array_new(FALSE, FALSE, sizeof(ConversationKind));
    Found found = { session, jids, kinds };
    g_autoptr(GError) error = NULL;
    Client *client = session_client(session);
    if (!history_each_conversation(client_db(client), session_store_key(session), true, on_conversation, &found,
                                   &error))
        log_warning("core", "%s", error->message);
    for (guint i = 0; i < jids->len; i++)
        conversations_open(client, session_account(session), g_ptr_array_index(jids, i),
                           g_array_index(kinds, ConversationKind, i));
    outgoing_queue_open_conversations(session_outgoing(session));
}

/* --- what somebody looks at --- */

void
conversations_mark_read(Client *client, Conversation *conversation)
{
    if (conversation_unread(conversation) > 0)
        reading_mark(client, conversation);
}

void
conversations_set_visible(Client *client, Conversation *conversation)
{
    history_sync_set_visible(client, conversation);
    rooms_set_visible(client, conversation);
}

bool
conversations_forget(Client *client, Account *account, const Jid *bare, GError **error)
{
    Session *session = client_session_of(client, account);
    Conversation *conversation = account_find_conversation(account, bare);
    const HistoryPlace place = {
        .account = jid_text(account_jid(account)),
        .with = jid_text(bare),
        .kind = conversation != NULL ? conversation_kind(conversation) : CONVERSATION_CHAT,
    };
    if (conversation != NULL && conversation_room(conversation) != NULL)
        rooms_leave(session, conversation_room(conversation), NULL, NULL); /* it may be left already */
    outgoing_queue_forget_conversation(session_outgoing(session), place.with);
    if (!history_forget(client_db(client), &place, error) || !sync_set_complete(client_db(client), &place, error))
        return false;
    if (conversation != NULL)
        account_remove_conversation(account, conversation);
    return true;
}

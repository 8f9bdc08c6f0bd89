/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read is told to two sides: to the own devices (XEP-0490), and to who wrote it (XEP-0333), where that is wanted
 * and harmless (I15). Both at once for the first message; what is read within the next second is told together. */
#include <string.h>

#include "base/log.h"
#include "core/core_private.h"
#include "store/sync.h"
#include "xmpp/xep/mds.h"

enum {
    PAUSE_MS = 1000,
    UNREAD_MAX = 100000, /* more are not counted */
    LOOK_BACK_MAX = 1000, /* messages looked at for one that can be named */
};

/* What has to be told of one conversation. */
typedef struct Due {
    Jid *with;
    char *archive_id; /* to the own devices; NULL: the archive has given it none */
    char *marker_for; /* to the sender; NULL: nobody asked */
} Due;

/* The last correction of a conversation: other devices may name it as what they have read. */
typedef struct LastEdit {
    char *archive_id;
    gint64 order; /* everything up to there came before it */
} LastEdit;

struct Reading {
    Session *session;
    ReceiptAnswers *answers;
    GHashTable *due;   /* bare JID (the value's) → Due */
    GHashTable *edits; /* bare JID → LastEdit */
    guint pause;       /* timer: something was told a moment ago */
};

static void
due_free(gpointer data)
{
    Due *due = data;
    jid_unref(due->with);
    g_free(due->archive_id);
    g_free(due->marker_for);
    g_free(due);
}

static void
last_edit_free(gpointer data)
{
    LastEdit *edit = data;
    g_free(edit->archive_id);
    g_free(edit);
}

Reading *
reading_new(Session *session)
{
    Reading *reading = g_new0(Reading, 1);
    reading->session = session;
    reading->answers = receipt_answers_new(session);
    reading->due = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, due_free);
    reading->edits = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, last_edit_free);
    return reading;
}

void
reading_free(Reading *reading)
{
    g_clear_handle_id(&reading->pause, g_source_remove);
    receipt_answers_free(reading->answers);
    g_hash_table_unref(reading->due);
    g_hash_table_unref(reading->edits);
    g_free(reading);
}

ReceiptAnswers *
reading_receipt_answers(const Reading *reading)
{
    return reading->answers;
}

/* I15: only contacts that may see the account's presence learn what became of their messages. */
bool
reading_may_tell(const Session *session, const Conversation *conversation, Setting setting)
{
    const Contact *contact = conversation_contact(conversation);
    return conversation_kind(conversation) == CONVERSATION_CHAT && contact != NULL
           && (contact_subscription(contact) & CONTACT_FROM) != 0
           && settings_get_bool(client_settings(session_client(session)), setting,
                                account_name(session_account(session)), jid_bare(conversation_jid(conversation)));
}

/* --- telling --- */

static void
send_marker(Session *session, const Due *due)
{
    Conversation *conversation = account_find_conversation(session_account(session), due->with);
    if (conversation == NULL || due->marker_for == NULL || !reading_may_tell(session, conversation, SETTING_MARKERS))
        return;
    XmppMessage *stanza = message_stanza_new();
    stanza->to = jid_ref(due->with);
    stanza->type = XMPP_MESSAGE_CHAT;
    stanza->id = stream_new_id();
    stanza->marker = MARKER_DISPLAYED;
    stanza->marker_for = g_strdup(due->marker_for);
    stanza->hints = HINT_STORE;
    outgoing_send_bare(session, conversation, stanza);
}

static void
tell_all(Reading *reading)
{
    Session *session = reading->session;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, reading->due);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Due *due = value;
        if (due->archive_id != NULL)
            mds_publish(session_stream(session), due->with, account_jid(session_account(session)), due->archive_id);
        send_marker(session, due);
    }
    g_hash_table_remove_all(reading->due);
}

static void tell_soon(Reading *reading);

static gboolean
on_pause_over(gpointer data)
{
    Reading *reading = data;
    reading->pause = 0;
    tell_soon(reading);
    return G_SOURCE_REMOVE;
}

/* At once, unless something was told a moment ago. */
static void
tell_soon(Reading *reading)
{
    if (g_hash_table_size(reading->due) == 0 || reading->pause != 0 || !session_is_online(reading->session))
        return;
    tell_all(reading);
    reading->pause = g_timeout_add(client_delay(session_client(reading->session), PAUSE_MS), on_pause_over, reading);
}

void
reading_online(Reading *reading)
{
    receipt_answers_flush(reading->answers);
    tell_soon(reading);
}

void
reading_flush(Reading *reading)
{
    receipt_answers_flush(reading->answers);
    if (session_is_online(reading->session))
        tell_all(reading);
}

/* --- what is read --- */

static bool
is_kept(const Session *session, const Jid *with)
{
    const char *keep = settings_get_text(client_settings(session_client(session)), SETTING_HISTORY_KEEP,
                                         account_name(session_account(session)), jid_text(with));
    return strcmp(keep, "never") != 0;
}

/* Only those with occupants have a full JID. */
static Conversation *
find_conversation(const Session *session, const Jid *with)
{
    const Account *account = session_account(session);
    return jid_is_bare(with) ? account_find_conversation(account, with) : account_find_private(account, with);
}

static HistoryPlace
place_of(const Session *session, const Jid *with)
{
    const Conversation *conversation = find_conversation(session, with);
    return (HistoryPlace) {
        .account = session_store_key(session),
        .with = jid_text(with),
        .kind = conversation != NULL ? conversation_kind(conversation) : CONVERSATION_CHAT,
    };
}

/* The store knows of all, but also of those of a page that is still being shown; so the model counts where it can. */
static guint
count_unread(const Session *session, const Conversation *conversation, gint64 order)
{
    const HistoryPlace place = conversations_place(conversation);
    const guint count = conversation_message_count(conversation);
    const bool is_here = count > 0 && conversation_message_at(conversation, 0)->order <= order;
    if (!is_here && conversations_are_kept(session_client(session), conversation))
        return history_count_unread(client_db(session_client(session)), &place, UNREAD_MAX);
    guint unread = 0;
    for (guint i = count; i > 0 && conversation_message_at(conversation, i - 1)->order > order; i--)
        unread += conversation_message_at(conversation, i - 1)->direction == MESSAGE_IN;
    return unread;
}

void
reading_set(Session *session, const Jid *with, gint64 order)
{
    Conversation *conversation = find_conversation(session, with);
    const HistoryPlace place = place_of(session, with);
    g_autoptr(GError) error = NULL;
    if (is_kept(session, with) && !history_set_read(client_db(session_client(session)), &place, order, &error))
        client_notice(session_client(session), session_account(session), NOTICE_ERROR, error->code, "%s",
                      error->message);
    if (conversation != NULL && order > conversation_read_order(conversation))
        conversation_set_read(conversation, order, count_unread(session, conversation, order));
}

/* The newest message that the archive has named; what is behind it is told when it is named. */
static const char *
last_archive_id(const Conversation *conversation)
{
    const guint count = conversation_message_count(conversation);
    for (guint i = count; i > 0 && count - i < LOOK_BACK_MAX; i--) {
        const Message *message = conversation_message_at(conversation, i - 1);
        if (message->archive_id != NULL)
            return message->archive_id;
    }
    return NULL;
}

/* The newest one behind `read` whose sender wants to know. */
static const char *
last_markable(const Conversation *conversation, gint64 read)
{
    const guint count = conversation_message_count(conversation);
    for (guint i = count; i > 0 && count - i < LOOK_BACK_MAX; i--) {
        const Message *message = conversation_message_at(conversation, i - 1);
        if (message->order <= read)
            return NULL;
        if (message->direction == MESSAGE_IN && message->markable && message->id != NULL)
            return message->id;
    }
    return NULL;
}

/* What was to be told of it before is contained in this. */
static void
note_due(Reading *reading, const Conversation *conversation, const char *archive_id, const char *marker_for)
{
    const Jid *with = conversation_jid(conversation);
    const Due *before = g_hash_table_lookup(reading->due, jid_text(with));
    if (archive_id == NULL && marker_for == NULL)
        return;
    Due *due = g_new0(Due, 1);
    *due = (Due) {
        .with = jid_ref((Jid *) with),
        .archive_id = g_strdup(archive_id != NULL || before == NULL ? archive_id : before->archive_id),
        .marker_for = g_strdup(marker_for != NULL || before == NULL ? marker_for : before->marker_for),
    };
    g_hash_table_replace(reading->due, (gpointer) jid_text(due->with), due);
}

void
reading_mark(Client *client, Conversation *conversation)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    const gint64 read = conversation_read_order(conversation);
    const bool is_chat = conversation_kind(conversation) == CONVERSATION_CHAT;
    g_return_if_fail(session != NULL);
    reading_set(session, conversation_jid(conversation), conversation_last_order(conversation));
    conversation_mark_read(conversation);
    if (!is_chat)
        return;
    note_due(session_reading(session), conversation, last_archive_id(conversation),
             last_markable(conversation, read));
    tell_soon(session_reading(session));
}

/* --- what is read on other devices --- */

/* Where a message stands that the account's archive has named; 0: it is not here. */
static gint64
find_archived(const Session *session, const Jid *with, const char *archive_id)
{
    const Conversation *conversation = account_find_conversation(session_account(session), with);
    const LastEdit *edit = g_hash_table_lookup(session_reading(session)->edits, jid_text(with));
    const HistoryPlace place = place_of(session, with);
    const guint count = conversation != NULL ? conversation_message_count(conversation) : 0;
    for (guint i = count; i > 0 && count - i < LOOK_BACK_MAX; i--) {
        const Message *message = conversation_message_at(conversation, i - 1);
        if (g_strcmp0(message->archive_id, archive_id) == 0)
            return message->order;
    }
    if (edit != NULL && strcmp(edit->archive_id, archive_id) == 0)
        return edit->order;
    g_autoptr(Message) message =
        history_find_archived(client_db(session_client(session)), &place, NULL, archive_id, NULL);
    return message != NULL ? message->order : 0;
}

void
reading_elsewhere(Session *session, const Jid *with, const char *archive_id)
{
    const gint64 order = find_archived(session, with, archive_id);
    const HistoryPlace place = place_of(session, with);
    g_autoptr(GError) error = NULL;
    if (order != 0)
        reading_set(session, with, order);
    if (is_kept(session, with)
        && !sync_set_pending_read(client_db(session_client(session)), &place, order != 0 ? NULL : archive_id, &error))
        log_warning("core", "%s", error->message);
}

void
reading_settle(Session *session, const Jid *with, const char *archive_id)
{
    const HistoryPlace place = place_of(session, with);
    g_autofree char *pending =
        archive_id != NULL ? sync_pending_read(client_db(session_client(session)), &place) : NULL;
    if (g_strcmp0(pending, archive_id) == 0 && pending != NULL)
        reading_elsewhere(session, with, archive_id);
}

void
reading_note_edit(Session *session, const Conversation *conversation, const Message *edit)
{
    const gint64 last = conversation_last_order(conversation);
    if (edit->archive_id == NULL)
        return;
    LastEdit *noted = g_new0(LastEdit, 1);
    *noted = (LastEdit) {
        .archive_id = g_strdup(edit->archive_id),
        .order = edit->delayed ? MIN(edit->time, last) : last,
    };
    g_hash_table_replace(session_reading(session)->edits, g_strdup(jid_text(conversation_jid(conversation))), noted);
    reading_settle(session, conversation_jid(conversation), edit->archive_id);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message goes through here in four steps: it is written into the store, the store says that it is on the disk, it
 * is put on the wire, the server has it. What was on the wire when the connection or the process ended may or may not
 * have arrived: those at the front of the queue are "written", and what became of them is found out first. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/when.h"
#include "core/core_private.h"
#include "e2ee/e2ee.h"
#include "xmpp/xep/fallback.h"
#include "xmpp/xep/references.h"
#include "xmpp/xep/replies.h"

enum {
    HOLD_MS = 10000, /* so long the archive may take to say what became of the written ones */
};

typedef struct Pending {
    gint64 outbox;  /* its row in the store; 0: it is kept in memory only */
    guint64 serial; /* of the message in the model; 0: it is found by its row */
    OutboxRow *row;
    guint batch;    /* which question to the disk it belongs to */
    bool durable;
    bool sealing;   /* its provider is at work … */
    Envelope *sealed; /* … and has done it, */
    char *refused;  /* … or has not, for this reason */
} Pending;

/* Which message a provider works at; it may be gone, and the queue, too, when that is done. */
typedef struct Sealing {
    OutgoingQueue *queue;
    char *id;
    bool is_late;
} Sealing;

struct OutgoingQueue {
    Session *session;
    GQueue pending;    /* Pending*, in the order of sending: first the written ones */
    GHashTable *by_id; /* stanza id (the row's own) → GList* in `pending` */
    guint written;
    guint hold;        /* timer while it is being found out what became of the written ones … */
    bool in_doubt;     /* … which was not found out yet, also while there is no connection */
    guint durable;     /* the question to the disk; 0: none is under way */
    guint batch, asked;
    GSList *sealings;  /* Sealing*: under way */
};

static void ask_disk(OutgoingQueue *queue);

static void
pending_free(gpointer data)
{
    Pending *pending = data;
    outbox_row_free(pending->row);
    envelope_free(pending->sealed);
    g_free(pending->refused);
    g_free(pending);
}

static Db *
queue_db(const OutgoingQueue *queue)
{
    return client_db(session_client(queue->session));
}

static void
report(const OutgoingQueue *queue, const GError *error)
{
    client_notice(session_client(queue->session), session_account(queue->session), NOTICE_ERROR, error->code, "%s",
                  error->message);
}

OutgoingQueue *
outgoing_queue_new(Session *session)
{
    OutgoingQueue *queue = g_new0(OutgoingQueue, 1);
    queue->session = session;
    queue->batch = 1;
    queue->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&queue->pending);
    return queue;
}

void
outgoing_queue_free(OutgoingQueue *queue)
{
    g_clear_handle_id(&queue->hold, g_source_remove);
    if (queue->durable != 0)
        db_forget_durable(queue_db(queue), queue->durable);
    for (GSList *link = queue->sealings; link != NULL; link = link->next)
        ((Sealing *) link->data)->queue = NULL;
    g_slist_free(queue->sealings);
    g_hash_table_unref(queue->by_id);
    g_queue_clear_full(&queue->pending, pending_free);
    g_free(queue);
}

static void
insert(OutgoingQueue *queue, Pending *take_pending)
{
    g_queue_push_tail(&queue->pending, take_pending);
    g_hash_table_replace(queue->by_id, take_pending->row->id, queue->pending.tail);
}

/* Takes one out that is settled. */
static void
drop(OutgoingQueue *queue, GList *link)
{
    Pending *pending = link->data;
    g_autoptr(GError) error = NULL;
    if (pending->row->written)
        queue->written--;
    if (g_hash_table_lookup(queue->by_id, pending->row->id) == link)
        g_hash_table_remove(queue->by_id, pending->row->id);
    if (pending->outbox != 0 && !outbox_remove(queue_db(queue), pending->outbox, &error))
        report(queue, error);
    g_queue_delete_link(&queue->pending, link);
    pending_free(pending);
}

static Conversation *
find_conversation(const OutgoingQueue *queue, const Pending *pending)
{
    g_autoptr(Jid) with = jid_new(pending->row->with, NULL);
    if (with == NULL)
        return NULL;
    return jid_is_bare(with) ? account_find_conversation(session_account(queue->session), with)
                             : account_find_private(session_account(queue->session), with);
}

/* The state is that of the text that is shown: a correction on its way is another one. */
static bool
is_shown(const Pending *pending, const Message *message)
{
    return g_strcmp0(outgoing_current_id(message), pending->row->id) == 0;
}

/* A message that is not loaded changes in the store only. */
static void
advance_stored(const OutgoingQueue *queue, const Pending *pending, gint64 row, MessageState state, const char *reason)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Message) message = row != 0 ? history_find(queue_db(queue), row, &error) : NULL;
    if (message != NULL && is_shown(pending, message) && message_advance(message, state, reason))
        history_update(queue_db(queue), message, &error);
    if (error != NULL)
        report(queue, error);
}

static void
advance(const OutgoingQueue *queue, const Pending *pending, MessageState state, const char *reason)
{
    const gint64 row = pending->row->original != 0 ? pending->row->original : pending->row->message;
    Conversation *conversation = find_conversation(queue, pending);
    Message *message = NULL;
    if (conversation != NULL && pending->serial != 0)
        message = conversation_find_message(conversation, pending->serial);
    if (conversation != NULL && message == NULL && row != 0)
        message = conversation_find_row(conversation, row);
    if (message == NULL)
        advance_stored(queue, pending, row, state, reason);
    else if (is_shown(pending, message))
        outgoing_advance(queue->session, conversation, message, state, reason);
}

static void
fail(OutgoingQueue *queue, GList *link, const char *reason)
{
    advance(queue, link->data, MESSAGE_FAILED, reason);
    drop(queue, link);
}

/* --- on the wire --- */

/* "Nick: …", as Tab begins it, names somebody in the room (XEP-0372): programs need not guess. */
static void
add_mention(XmppMessage *stanza, const OutboxRow *row, const Conversation *conversation)
{
    const Room *room = conversation != NULL ? conversation_room(conversation) : NULL;
    const char *colon = strstr(row->body, ": ");
    g_autofree char *nick = colon != NULL ? g_strndup(row->body, (gsize) (colon - row->body)) : NULL;
    const Occupant *occupant = room != NULL && nick != NULL ? room_find(room, nick) : NULL;
    g_autoptr(Jid) jid = occupant != NULL ? jid_with_resource(room_jid(room), nick, NULL) : NULL;
    const guint start = row->quote != NULL ? (guint) g_utf8_strlen(row->quote, -1) : 0;
    if (jid != NULL)
        references_mention(stanza, jid, start, start + (guint) g_utf8_strlen(nick, -1));
}

static XmppMessage *
make_stanza(const Pending *pending, const Conversation *conversation, ChatState state)
{
    const OutboxRow *row = pending->row;
    const Jid *locked_to = conversation != NULL ? conversation_locked_to(conversation) : NULL;
    const bool is_room = row->kind == CONVERSATION_ROOM;
    XmppMessage *stanza = message_stanza_new();
    stanza->to = locked_to != NULL ? jid_ref(locked_to) : jid_new(row->with, NULL);
    stanza->type = is_room ? XMPP_MESSAGE_GROUPCHAT : XMPP_MESSAGE_CHAT;
    stanza->chat_state = is_room ? CHAT_STATE_NONE : state;
    stanza->is_from_occupant = row->kind == CONVERSATION_OCCUPANT;
    stanza->id = g_strdup(row->id);
    stanza->origin_id = g_strdup(row->id);
    stanza->body = g_strconcat(row->quote != NULL ? row->quote : "", row->body, NULL);
    add_mention(stanza, row, conversation);
    stanza->reply_id = g_strdup(row->reply_id);
    stanza->reply_to = row->reply_to != NULL ? jid_new(row->reply_to, NULL) : NULL;
    if (row->quote != NULL)
        fallback_add(stanza, NS_REPLY, (guint) g_utf8_strlen(row->quote, -1));
    stanza->corrects = g_strdup(row->corrects);
    stanza->wants_receipt = row->kind == CONVERSATION_CHAT; /* in rooms they come back by themselves */
    stanza->markable = row->kind == CONVERSATION_CHAT;
    return stanza;
}

/* What the conversation insists on now counts as much as what it did when the message was written (I21). */
static const char *
intent_of(const OutboxRow *row, const Conversation *conversation)
{
    return conversation != NULL && g_str_equal(row->intent, "none") ? conversation_intent(conversation) : row->intent;
}

typedef enum {
    WRITTEN,
    WAITS, /* for encryption, or for a room: what is for somebody else may pass */
    NOT_ONLINE,
    DROPPED,
} Outcome;

static void flush(OutgoingQueue *queue);

static void
on_sealed(Envelope *take_envelope, const GError *error, gpointer data)
{
    Sealing *sealing = data;
    OutgoingQueue *queue = sealing->queue;
    const bool is_late = sealing->is_late;
    GList *link = queue != NULL ? g_hash_table_lookup(queue->by_id, sealing->id) : NULL;
    Pending *pending = link != NULL ? link->data : NULL;
    g_autoptr(Envelope) envelope = take_envelope;
    if (queue != NULL)
        queue->sealings = g_slist_remove(queue->sealings, sealing);
    g_free(sealing->id);
    g_free(sealing);
    if (pending == NULL)
        return;
    pending->sealing = false;
    pending->sealed = g_steal_pointer(&envelope);
    pending->refused = pending->sealed == NULL ? g_strdup(error->message) : NULL;
    if (is_late)
        flush(queue);
}

/* Lets the provider at it; what it makes may come now or later. */
static void
seal(OutgoingQueue *queue, Pending *pending, Conversation *conversation, const char *intent)
{
    Session *session = queue->session;
    const E2eeProvider *provider = e2ee_find_provider(intent);
    Sealing *sealing = g_new0(Sealing, 1);
    const ChatState state =
        conversation != NULL ? typing_take_state(session_typing(session), conversation) : CHAT_STATE_NONE;
    *sealing = (Sealing) { .queue = queue, .id = g_strdup(pending->row->id) };
    queue->sealings = g_slist_prepend(queue->sealings, sealing);
    pending->sealing = true;
    provider->encrypt(encryption_state(session, intent, NULL), make_stanza(pending, conversation, state), on_sealed,
                      sealing);
    if (pending->sealing)
        sealing->is_late = true;
}

/* READY with `pending->sealed`. */
static EncryptionReadiness
prepare_sealed(OutgoingQueue *queue, Pending *pending, Conversation *conversation, const char *intent, GError **error)
{
    g_autoptr(Jid) with = jid_new(pending->row->with, error);
    if (with == NULL)
        return ENCRYPTION_REFUSED;
    if (pending->sealed == NULL && pending->refused == NULL && !pending->sealing) {
        const EncryptionReadiness readiness = encryption_prepare(queue->session, with, intent, error);
        if (readiness != ENCRYPTION_READY)
            return readiness;
        seal(queue, pending, conversation, intent);
    }
    if (pending->refused != NULL)
        g_set_error_literal(error, CONFAB_ERROR, ERROR_ENCRYPTION, pending->refused);
    return pending->refused != NULL ? ENCRYPTION_REFUSED : pending->sealed != NULL ? ENCRYPTION_READY : ENCRYPTION_WAITS;
}

/* What is said to a room waits until we are in it, and know what the room has of us already. */
static EncryptionReadiness
prepare_room(const OutgoingQueue *queue, const Pending *pending, GError **error)
{
    g_autoptr(Jid) with = jid_new(pending->row->with, error);
    return with != NULL ? rooms_prepare(queue->session, with, error) : ENCRYPTION_REFUSED;
}

/* The message shows how it was encrypted, not only that it should be. */
static void
note_trust(const OutgoingQueue *queue, const Pending *pending, Conversation *conversation, const Envelope *envelope)
{
    Message *message =
        conversation != NULL && pending->serial != 0 ? conversation_find_message(conversation, pending->serial) : NULL;
    if (message == NULL || g_strcmp0(outgoing_current_id(message), pending->row->id) != 0)
        return;
    g_free(message->encryption);
    g_free(message->trust);
    message->encryption = g_strdup(envelope_encryption(envelope));
    message->trust = g_strdup(envelope_trust(envelope));
}

static Envelope *
make_plain(const OutgoingQueue *queue, const Pending *pending, Conversation *conversation, GError **error)
{
    Session *session = queue->session;
    const ChatState state =
        conversation != NULL ? typing_take_state(session_typing(session), conversation) : CHAT_STATE_NONE;
    XmppMessage *stanza = make_stanza(pending, conversation, state);
    if (pending->row->kind == CONVERSATION_CHAT)
        encryption_offer(session, stanza);
    return envelope_plain(stanza, "none", error);
}

static Outcome
write_pending(OutgoingQueue *queue, GList *link)
{
    Pending *pending = link->data;
    OutboxRow *row = pending->row;
    Session *session = queue->session;
    Conversation *conversation = find_conversation(queue, pending);
    const char *intent = intent_of(row, conversation);
    g_autoptr(GError) error = NULL;
    EncryptionReadiness readiness = ENCRYPTION_READY;
    if (row->kind != CONVERSATION_CHAT)
        readiness = prepare_room(queue, pending, &error);
    if (readiness == ENCRYPTION_READY && !g_str_equal(intent, "none"))
        readiness = prepare_sealed(queue, pending, conversation, intent, &error);
    if (readiness == ENCRYPTION_WAITS)
        return WAITS;
    g_autoptr(Envelope) envelope = NULL;
    if (readiness == ENCRYPTION_READY)
        envelope = pending->sealed != NULL ? g_steal_pointer(&pending->sealed)
                                           : make_plain(queue, pending, conversation, &error);
    if (envelope == NULL) {
        fail(queue, link, error->message);
        return DROPPED;
    }
    note_trust(queue, pending, conversation, envelope);
    if (!message_stanza_send(session_stream(session), envelope_message(envelope)))
        return NOT_ONLINE;
    row->written = true;
    row->number = stream_sent_number(session_stream(session));
    queue->written++;
    if (pending->outbox != 0 && !outbox_set_written(queue_db(queue), pending->outbox, row->number, &error))
        report(queue, error);
    return WRITTEN;
}

/* What was written long ago is not sent without asking. */
static bool
is_too_old(const OutgoingQueue *queue, const OutboxRow *row)
{
    const Settings *settings = client_settings(session_client(queue->session));
    const char *account = account_name(session_account(queue->session));
    const gint64 hours = settings_get_int(settings, SETTING_OUTBOX_MAX_AGE, account, NULL);
    return hours != 0 && when_now() - row->queued > hours * G_TIME_SPAN_HOUR;
}

static bool
is_among(const GPtrArray *waiting, const char *with)
{
    for (guint i = 0; i < waiting->len; i++) {
        if (g_str_equal(g_ptr_array_index(waiting, i), with))
            return true;
    }
    return false;
}

/* Order is kept: who is not on the disk yet holds up those behind; who waits for encryption those to the same peer. */
static void
flush(OutgoingQueue *queue)
{
    GList *next;
    g_autoptr(GPtrArray) waiting = g_ptr_array_new();
    if (queue->hold != 0)
        return;
    for (GList *link = queue->pending.head; link != NULL; link = next) {
        const Pending *pending = link->data;
        next = link->next;
        if (pending->row->written || is_among(waiting, pending->row->with))
            continue;
        if (!session_is_online(queue->session) || !pending->durable)
            return;
        if (is_too_old(queue, pending->row))
            fail(queue, link, _("it waited for too long to be sent without asking: /resend sends it"));
        else
            switch (write_pending(queue, link)) {
            case NOT_ONLINE:
                return;
            case WAITS:
                g_ptr_array_add(waiting, pending->row->with);
                break;
            case WRITTEN:
            case DROPPED:
                break;
            }
    }
}

void
outgoing_queue_flush(OutgoingQueue *queue)
{
    flush(queue);
}

static bool
waits_for_encryption(const OutgoingQueue *queue, const Pending *pending, const Jid *with)
{
    return !pending->row->written && g_str_equal(pending->row->with, jid_bare(with))
           && !g_str_equal(intent_of(pending->row, find_conversation(queue, pending)), "none");
}

void
outgoing_queue_fail_waiting(OutgoingQueue *queue, const Jid *with, const char *reason)
{
    GList *next;
    for (GList *link = queue->pending.head; link != NULL; link = next) {
        next = link->next;
        if (waits_for_encryption(queue, link->data, with))
            fail(queue, link, reason);
    }
}

guint
outgoing_queue_waiting(const OutgoingQueue *queue, const Jid *with)
{
    guint count = 0;
    for (const GList *link = queue->pending.head; link != NULL; link = link->next)
        count += waits_for_encryption(queue, link->data, with) ? 1 : 0;
    return count;
}

/* --- on the disk --- */

static void
on_durable(const GError *error, gpointer data)
{
    OutgoingQueue *queue = data;
    GList *previous;
    queue->durable = 0;
    bool more = false;
    for (GList *link = queue->pending.tail; link != NULL; link = previous) {
        Pending *pending = link->data;
        previous = link->prev;
        if (pending->durable)
            break;
        if (pending->batch > queue->asked)
            more = true;
        else if (error != NULL)
            fail(queue, link, error->message);
        else
            pending->durable = true;
    }
    if (more)
        ask_disk(queue);
    flush(queue);
    client_check_shutdown(session_client(queue->session));
}

static void
ask_disk(OutgoingQueue *queue)
{
    if (queue->durable != 0)
        return;
    queue->asked = queue->batch++;
    queue->durable = db_when_durable(queue_db(queue), on_durable, queue);
}

bool
outgoing_queue_add(OutgoingQueue *queue, OutboxRow *take_row, guint64 serial, bool kept, GError **error)
{
    g_autoptr(OutboxRow) row = take_row;
    gint64 number = 0;
    row->queued = when_now();
    if (kept && (number = outbox_add(queue_db(queue), session_store_key(queue->session), row, error)) == 0)
        return false;
    Pending *pending = g_new0(Pending, 1);
    *pending = (Pending) {
        .outbox = number,
        .serial = serial,
        .row = g_steal_pointer(&row),
        .batch = queue->batch,
        .durable = !kept,
    };
    insert(queue, pending);
    if (kept)
        ask_disk(queue);
    else
        flush(queue);
    return true;
}

/* Of an earlier process: whether it was on the wire is not sure for any of them. */
static void
on_stored(gint64 outbox, const OutboxRow *row, gpointer data)
{
    OutgoingQueue *queue = data;
    Pending *pending = g_new0(Pending, 1);
    *pending = (Pending) { .outbox = outbox, .durable = true, .row = g_memdup2(row, sizeof *row) };
    OutboxRow *copy = pending->row;
    copy->with = g_strdup(row->with);
    copy->to = g_strdup(row->to);
    copy->intent = g_strdup(row->intent);
    copy->corrects = g_strdup(row->corrects);
    copy->id = g_strdup(row->id);
    copy->body = g_strdup(row->body);
    copy->reply_id = g_strdup(row->reply_id);
    copy->reply_to = g_strdup(row->reply_to);
    copy->quote = g_strdup(row->quote);
    copy->written = true;
    queue->written++;
    insert(queue, pending);
}

void
outgoing_queue_load(OutgoingQueue *queue)
{
    g_autoptr(GError) error = NULL;
    if (!outbox_load(queue_db(queue), session_store_key(queue->session), on_stored, queue, &error))
        report(queue, error);
}

void
outgoing_queue_open_conversations(const OutgoingQueue *queue)
{
    Account *account = session_account(queue->session);
    for (const GList *link = queue->pending.head; link != NULL; link = link->next) {
        const OutboxRow *row = ((const Pending *) link->data)->row;
        g_autoptr(Jid) with = jid_new(row->with, NULL);
        if (with != NULL)
            conversations_open(session_client(queue->session), account, with, row->kind);
    }
}

/* --- what became of it --- */

void
outgoing_queue_confirm(OutgoingQueue *queue, const char *id)
{
    GList *link = id != NULL ? g_hash_table_lookup(queue->by_id, id) : NULL;
    if (link == NULL)
        return;
    advance(queue, link->data, MESSAGE_SENT, NULL);
    drop(queue, link);
}

bool
outgoing_queue_is_written(const OutgoingQueue *queue, const char *id)
{
    const GList *link = id != NULL ? g_hash_table_lookup(queue->by_id, id) : NULL;
    return link != NULL && ((const Pending *) link->data)->row->written;
}

void
outgoing_queue_forget(OutgoingQueue *queue, const char *id)
{
    GList *link = id != NULL ? g_hash_table_lookup(queue->by_id, id) : NULL;
    if (link != NULL)
        drop(queue, link);
}

void
outgoing_queue_forget_conversation(OutgoingQueue *queue, const char *with)
{
    GList *next;
    for (GList *link = queue->pending.head; link != NULL; link = next) {
        next = link->next;
        if (g_str_equal(((const Pending *) link->data)->row->with, with))
            drop(queue, link);
    }
}

static gboolean
on_hold_over(gpointer data)
{
    OutgoingQueue *queue = data;
    log_debug("core", "the archive does not say what became of %u messages: they are sent again", queue->written);
    outgoing_queue_release(queue);
    return G_SOURCE_REMOVE;
}

/* Their numbers are those of a session or a process that is over, while the server counts on: on the disk, the next
 * process would take them for the numbers of what is sent from now on. */
static void
forget_numbers(OutgoingQueue *queue)
{
    g_autoptr(GError) error = NULL;
    bool changed = false;
    for (GList *link = queue->pending.head; link != NULL; link = link->next) {
        const Pending *pending = link->data;
        if (!pending->row->written || pending->row->number == 0)
            continue;
        pending->row->number = 0;
        changed = changed || pending->outbox != 0;
        if (error == NULL && pending->outbox != 0)
            outbox_set_written(queue_db(queue), pending->outbox, 0, &error);
    }
    if (error != NULL || (changed && !db_commit(queue_db(queue), &error)))
        report(queue, error);
}

/* What was written later waits behind what is in doubt. */
static void
hold(OutgoingQueue *queue)
{
    g_clear_handle_id(&queue->hold, g_source_remove);
    queue->in_doubt = queue->written > 0;
    if (queue->in_doubt)
        queue->hold = g_timeout_add(client_delay(session_client(queue->session), HOLD_MS), on_hold_over, queue);
    flush(queue);
}

void
outgoing_queue_bound(OutgoingQueue *queue)
{
    forget_numbers(queue);
    hold(queue);
}

void
outgoing_queue_resumed(OutgoingQueue *queue)
{
    if (queue->in_doubt)
        hold(queue);
    else
        flush(queue);
}

/* XEP-0198 §4: counts modulo 2^32. */
void
outgoing_queue_restored(OutgoingQueue *queue, guint32 acknowledged)
{
    GList *next;
    for (GList *link = queue->pending.head; link != NULL; link = next) {
        const OutboxRow *row = ((Pending *) link->data)->row;
        next = link->next;
        if (!row->written || row->number == 0 || (gint32) (acknowledged - row->number) < 0)
            continue;
        advance(queue, link->data, MESSAGE_SENT, NULL);
        drop(queue, link);
    }
    outgoing_queue_bound(queue);
}

void
outgoing_queue_release(OutgoingQueue *queue)
{
    if (queue->hold == 0) /* what is written now was written in this session */
        return;
    g_clear_handle_id(&queue->hold, g_source_remove);
    queue->in_doubt = false;
    for (GList *link = queue->pending.head; link != NULL && queue->written > 0; link = link->next) {
        OutboxRow *row = ((Pending *) link->data)->row;
        if (!row->written)
            continue;
        row->written = false;
        row->number = 0;
        queue->written--;
    }
    flush(queue);
}

static gboolean
is_jid(gconstpointer one, gconstpointer other)
{
    return jid_equal(one, other);
}

GPtrArray *
outgoing_queue_doubtful(const OutgoingQueue *queue, gint64 *since)
{
    GPtrArray *jids = g_ptr_array_new_with_free_func((GDestroyNotify) jid_unref);
    *since = G_MAXINT64;
    for (const GList *link = queue->pending.head; link != NULL && queue->hold != 0; link = link->next) {
        const OutboxRow *row = ((const Pending *) link->data)->row;
        g_autoptr(Jid) with = row->written ? jid_new(row->with, NULL) : NULL;
        if (with == NULL)
            continue;
        *since = MIN(*since, row->queued);
        if (!g_ptr_array_find_with_equal_func(jids, with, is_jid, NULL))
            g_ptr_array_add(jids, g_steal_pointer(&with));
    }
    return jids;
}

void
outgoing_queue_closed(OutgoingQueue *queue)
{
    g_clear_handle_id(&queue->hold, g_source_remove);
}

guint
outgoing_queue_length(const OutgoingQueue *queue)
{
    return g_queue_get_length((GQueue *) &queue->pending);
}

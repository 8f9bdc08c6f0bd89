/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"
#include "core/core_private.h"
#include "store/sync.h"

enum {
    UNREAD_MAX = 100000, /* more are not counted */
};

/* One result that is a message with a text: what it is, and what the store says about it. */
typedef struct Result {
    const XmppMessage *stanza;
    Conversation *conversation; /* NULL: nobody has it open, and nobody needs to */
    Jid *peer;                  /* bare; of kind OCCUPANT: room/nick */
    ConversationKind kind;
    Message *message;
} Result;

/* What it takes to store the messages of a page. */
typedef struct KeepRequest {
    const MamPage *page;
    const HistoryBounds *bounds; /* where it lies, when that is known better than by the page's ids */
    HistoryOutcome *outcomes;    /* by index of the result */
} KeepRequest;

static void
result_clear(gpointer data)
{
    Result *result = data;
    jid_unref(result->peer);
    message_unref(result->message);
}

static bool
has_text(const XmppMessage *stanza)
{
    return (stanza->type == XMPP_MESSAGE_CHAT || stanza->type == XMPP_MESSAGE_NORMAL) && stanza->body != NULL
           && *stanza->body != '\0';
}

/* Corrections are not messages of their own as long as what they correct is known. */
static bool
is_plain_text(const XmppMessage *stanza)
{
    return has_text(stanza) && stanza->corrects == NULL && stanza->reacts_to == NULL && stanza->retracts == NULL;
}

/* Private messages through rooms lie among the others (XEP-0045 §7.5); at this point no room need be joined. */
static bool
is_private(const Session *session, const XmppMessage *stanza, const Jid *peer)
{
    return !jid_is_bare(peer)
           && (stanza->is_from_occupant || account_find_room(session_account(session), peer) != NULL);
}

static Conversation *
find_conversation(const Session *session, const XmppMessage *stanza, const Jid *peer)
{
    const Account *account = session_account(session);
    return is_private(session, stanza, peer) ? account_find_private(account, peer)
                                             : account_find_conversation(account, peer);
}

static void
add_result(Session *session, GArray *results, const XmppMessage *stanza, bool is_news)
{
    MessageDirection direction;
    g_autoptr(Jid) peer = incoming_peer(session, stanza, &direction);
    const bool private = is_private(session, stanza, peer);
    Conversation *conversation = find_conversation(session, stanza, peer);
    if (conversation == NULL && direction == MESSAGE_IN && is_news)
        conversation = private ? rooms_open_private(session, peer) : incoming_open(session, peer);
    Message *message = incoming_make_message(session, stanza, direction);
    if (conversation != NULL)
        annotations_note_reply(session, conversation, stanza, message);
    const Result result = {
        .stanza = stanza,
        .conversation = conversation,
        .peer = private ? jid_ref(peer) : jid_to_bare(peer),
        .kind = private ? CONVERSATION_OCCUPANT : CONVERSATION_CHAT,
        .message = message,
    };
    g_array_append_val(results, result);
}

/* The order of the message with this id; 0: it is not here, or of another conversation. */
static gint64
order_of_id(Db *db, const HistoryPlace *place, const char *id)
{
    g_autoptr(Message) message = id != NULL && *id != '\0' ? history_find_archived(db, place, NULL, id, NULL) : NULL;
    return message != NULL ? message->order : 0;
}

/* The messages of one conversation, in the archive's order; `first` is the index of the first of them. Where the page
 * lies is known from the message it was asked for by, when that is of this conversation: stamps may be of another
 * clock. */
static bool
keep_conversation(Session *session, const GArray *results, guint first, const KeepRequest *request, GError **error)
{
    Db *db = client_db(session_client(session));
    const Jid *peer = g_array_index(results, Result, first).peer;
    const HistoryPlace place = { session_store_key(session), jid_text(peer),
                                 g_array_index(results, Result, first).kind };
    g_autoptr(GPtrArray) messages = g_ptr_array_new();
    g_autoptr(GArray) indices = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = first; i < results->len; i++) {
        const Result *result = &g_array_index(results, Result, i);
        if (!jid_equal(result->peer, peer))
            continue;
        g_ptr_array_add(messages, result->message);
        g_array_append_val(indices, i);
    }
    HistoryBounds bounds = request->bounds != NULL ? *request->bounds : (HistoryBounds) { 0 };
    if (bounds.after == 0)
        bounds.after = order_of_id(db, &place, request->page->after);
    if (bounds.before == 0)
        bounds.before = order_of_id(db, &place, request->page->before);
    g_autofree HistoryPlace *places = g_new(HistoryPlace, messages->len);
    g_autofree HistoryOutcome *outcomes = g_new0(HistoryOutcome, messages->len);
    for (guint i = 0; i < messages->len; i++)
        places[i] = place;
    if (!history_add_page_within(db, places, (Message *const *) messages->pdata, messages->len, &bounds, outcomes,
                                 error))
        return false;
    for (guint i = 0; i < messages->len; i++)
        request->outcomes[g_array_index(indices, guint, i)] = outcomes[i];
    return true;
}

static bool
keep_results(Session *session, const GArray *results, const KeepRequest *request, GError **error)
{
    g_autoptr(GHashTable) peers = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < results->len; i++) {
        const Jid *peer = g_array_index(results, Result, i).peer;
        if (g_hash_table_add(peers, (gpointer) jid_text(peer))
            && !keep_conversation(session, results, i, request, error))
            return false;
    }
    return true;
}

static bool
is_kept(const Session *session, const Jid *peer)
{
    const Client *client = session_client(session);
    const char *account = account_name(session_account(session));
    const char *keep = settings_get_text(client_settings(client), SETTING_HISTORY_KEEP, account, jid_text(peer));
    return !g_str_equal(keep, "never");
}

/* It was read long ago, or at least it is not news. */
static void
set_read(Session *session, const Result *result)
{
    Db *db = client_db(session_client(session));
    const HistoryPlace place = { session_store_key(session), jid_text(result->peer), result->kind };
    const gint64 order = result->message->order;
    g_autoptr(GError) error = NULL;
    if (order <= history_read_order(db, &place))
        return;
    if (!history_set_read(db, &place, order, &error))
        log_warning("core", "%s", error->message);
    if (result->conversation != NULL)
        conversation_set_read(result->conversation, order, history_count_unread(db, &place, UNREAD_MAX));
}

/* True: it is new, but belongs before what is loaded, and will be seen when somebody scrolls there. */
static bool
settle(Session *session, const Result *result, HistoryOutcome outcome)
{
    if (result->message->direction == MESSAGE_OUT && outcome == HISTORY_KNOWN)
        outgoing_queue_confirm(session_outgoing(session), result->message->id);
    if (result->conversation == NULL)
        return false;
    const bool is_shown = outcome == HISTORY_ADDED && conversation_append(result->conversation, result->message);
    incoming_about(session, result->conversation, result->stanza, is_shown ? result->message : NULL);
    return outcome == HISTORY_ADDED && !is_shown;
}

static void
count_unread(const Session *session, GHashTable *conversations)
{
    GHashTableIter iter;
    gpointer conversation;
    g_hash_table_iter_init(&iter, conversations);
    while (g_hash_table_iter_next(&iter, &conversation, NULL))
        conversations_count_unread(session_client(session), conversation);
}

/* Conversations without a trace on the disk: only what nobody has seen in this process is shown. */
static void
show_unkept(Session *session, const Result *result)
{
    if (result->conversation != NULL && incoming_keep(session, result->conversation, result->message))
        conversation_append(result->conversation, result->message);
}

/* Receipts, markers and corrections, after the messages they are about. */
static void
receive_about(Session *session, const XmppMessage *stanza)
{
    MessageDirection direction;
    if (stanza->type == XMPP_MESSAGE_ERROR || stanza->type == XMPP_MESSAGE_GROUPCHAT)
        return;
    g_autoptr(Jid) peer = incoming_peer(session, stanza, &direction);
    if (is_private(session, stanza, peer))
        return; /* of strangers (I15) */
    Conversation *conversation = stanza->corrects != NULL ? incoming_open(session, peer)
                                                          : annotations_open(session, stanza, peer);
    if (conversation == NULL)
        return;
    if (annotations_receive(session, conversation, stanza, direction))
        return;
    if (stanza->corrects == NULL || !has_text(stanza)) {
        incoming_about(session, conversation, stanza, NULL);
        return;
    }
    if (direction == MESSAGE_OUT)
        outgoing_queue_confirm(session_outgoing(session), stanza->id);
    if (incoming_correction(session, conversation, stanza, direction))
        return;
    g_autoptr(Message) shown = incoming_make_message(session, stanza, direction);
    if (incoming_keep(session, conversation, shown))
        conversation_append(conversation, shown);
}

static void
free_stanza(gpointer stanza)
{
    message_stanza_free(stanza);
}

/* What there is to show of a page: encrypted messages say so in words, in `copies`. */
static GPtrArray *
open_results(Session *session, const MamPage *page, GPtrArray *copies)
{
    GPtrArray *stanzas = g_ptr_array_sized_new(page->messages->len);
    for (guint i = 0; i < page->messages->len; i++) {
        XmppMessage *stanza = g_ptr_array_index(page->messages, i);
        XmppMessage *opened;
        if (!encryption_open(session, stanza, &opened))
            continue;
        g_ptr_array_add(stanzas, opened != NULL ? opened : stanza);
        if (opened != NULL)
            g_ptr_array_add(copies, opened);
    }
    return stanzas;
}

/* What was said about these messages before they were here. */
static void
settle_early(Session *session, const GArray *kept)
{
    g_autoptr(GHashTable) conversations = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < kept->len; i++) {
        Conversation *conversation = g_array_index(kept, Result, i).conversation;
        if (conversation != NULL && g_hash_table_add(conversations, conversation))
            annotations_settle(session, conversation);
    }
}

bool
incoming_archive_page(Session *session, const MamPage *page, bool is_news, HistoryBounds *bounds, GError **error)
{
    g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(Result));
    g_autoptr(GArray) unkept = g_array_new(FALSE, FALSE, sizeof(Result));
    g_array_set_clear_func(kept, result_clear);
    g_array_set_clear_func(unkept, result_clear);
    g_autoptr(GPtrArray) copies = g_ptr_array_new_with_free_func(free_stanza);
    g_autoptr(GPtrArray) stanzas = open_results(session, page, copies);
    if (stanzas->len == 0)
        return true;
    for (guint i = 0; i < stanzas->len; i++) {
        const XmppMessage *stanza = g_ptr_array_index(stanzas, i);
        MessageDirection direction;
        if (room_admin_message(session, stanza, is_news))
            continue;
        g_autoptr(Jid) peer = is_plain_text(stanza) ? incoming_peer(session, stanza, &direction) : NULL;
        g_autoptr(Jid) bare = peer != NULL ? jid_to_bare(peer) : NULL;
        if (bare != NULL)
            add_result(session, is_kept(session, bare) ? kept : unkept, stanza, is_news);
    }
    g_autofree HistoryOutcome *outcomes = g_new0(HistoryOutcome, kept->len + 1);
    const KeepRequest request = { .page = page, .bounds = bounds, .outcomes = outcomes };
    if (!keep_results(session, kept, &request, error))
        return false;
    for (guint i = 0; bounds != NULL && i < kept->len; i++)
        bounds->read_to = MAX(bounds->read_to, g_array_index(kept, Result, i).message->order);
    for (guint i = is_news ? 0 : kept->len; i > 0; i--) /* the newest settles the others, too */
        set_read(session, &g_array_index(kept, Result, i - 1));
    g_autoptr(GHashTable) unseen = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < kept->len; i++) {
        const Result *result = &g_array_index(kept, Result, i);
        if (!settle(session, result, outcomes[i]) || !is_news)
            continue;
        conversation_announce(result->conversation, result->message);
        g_hash_table_add(unseen, result->conversation);
    }
    count_unread(session, unseen);
    for (guint i = 0; i < unkept->len; i++)
        show_unkept(session, &g_array_index(unkept, Result, i));
    settle_early(session, kept);
    for (guint i = 0; i < stanzas->len; i++) {
        const XmppMessage *stanza = g_ptr_array_index(stanzas, i);
        if (!is_plain_text(stanza))
            receive_about(session, stanza);
    }
    return true;
}

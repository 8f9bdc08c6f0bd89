/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whoever scrolls past what the store has makes the archive go on backward from there. How far it got is a gap of the
 * store with an open beginning (SyncGap.after 0), so that the next time, or the next process, goes on at that place;
 * gaps in the middle are filled in the same way from their end. */
#include "core/history_past.h"

#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "store/sync.h"

enum {
    PAGES_MAX = 20, /* without a message to show; then whoever scrolls on goes on */
    PAGE = 100,
    LOOK = 50, /* messages among which one with an id is looked for */
    UNREAD_MAX = 100000,
};

static const gint64 clock_margin = 10 * G_TIME_SPAN_MINUTE;

struct HistoryPast {
    Session *session;
    GPtrArray *requests; /* Request* */
};

typedef struct Request {
    HistoryPast *past;
    guint64 conversation; /* serial */
    SyncGap *gap;         /* what is read backward from its end; id 0: not in the store yet */
    gint64 end;           /* where no id is known: time of the oldest message */
    guint query;          /* 0: waits until it is known whether there is an archive */
    guint pages;
} Request;

static void
request_free(gpointer data)
{
    Request *request = data;
    sync_gap_free(request->gap);
    g_free(request);
}

HistoryPast *
history_past_new(Session *session)
{
    HistoryPast *past = g_new0(HistoryPast, 1);
    past->session = session;
    past->requests = g_ptr_array_new_with_free_func(request_free);
    return past;
}

void
history_past_free(HistoryPast *past)
{
    g_ptr_array_unref(past->requests);
    g_free(past);
}

bool
history_past_is_busy(const HistoryPast *past)
{
    return past->requests->len > 0;
}

static Db *
past_db(const HistoryPast *past)
{
    return client_db(session_client(past->session));
}

/* Of who keeps the conversation's past: a room that we are in, or the account. */
static ArchiveState
archive_state(const HistoryPast *past, const Conversation *conversation)
{
    const Room *room = conversation_room(conversation);
    if (room == NULL)
        return history_sync_archive(session_history_sync(past->session));
    if (room_state(room) != ROOM_JOINED)
        return ARCHIVE_UNKNOWN;
    return (room_flags(room) & ROOM_HAS_ARCHIVE) != 0 ? ARCHIVE_THERE : ARCHIVE_NONE;
}

static Conversation *
find_conversation(const Request *request)
{
    return account_conversation_by_serial(session_account(request->past->session), request->conversation);
}

static bool
is_about_beginning(const Request *request)
{
    return request->gap->after == 0;
}

/* The request is over; the catch-up may go on. */
static void
end_request(Request *request)
{
    HistoryPast *past = request->past;
    g_ptr_array_remove_fast(past->requests, request);
    history_sync_go_on(session_history_sync(past->session));
}

static void
fail_request(Request *request, const char *words)
{
    Conversation *conversation = find_conversation(request);
    if (conversation != NULL && is_about_beginning(request))
        conversation_set_past(conversation, PAST_MISSING, words);
    end_request(request);
}

static const char *
words_offline(const HistoryPast *past, const Conversation *conversation)
{
    return conversation_room(conversation) != NULL && session_is_online(past->session)
               ? _("older messages are in the room's archive: join to read them")
               : _("older messages are in the server's archive: connect to read them");
}

/* --- what came --- */

static gint64
first_order(const Conversation *conversation)
{
    return conversation_message_count(conversation) > 0 ? conversation_message_at(conversation, 0)->order : G_MAXINT64;
}

/* Puts what the store has before the first message here in front. */
static bool
show_older(const HistoryPast *past, Conversation *conversation, GError **error)
{
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GPtrArray) page = history_heard_before(past_db(past), &place, first_order(conversation), PAGE, error);
    if (page == NULL)
        return false;
    encryption_fill_in(page);
    if (page->len > 0)
        conversation_prepend_page(conversation, page);
    return true;
}

/* The order of the oldest message of a page; G_MAXINT64: none of them is in the store. */
static gint64
oldest_order(const HistoryPast *past, const HistoryPlace *place, const MamPage *page)
{
    const char *archive = place->kind == CONVERSATION_ROOM ? place->with : NULL;
    for (guint i = 0; i < page->messages->len; i++) {
        const XmppMessage *stanza = g_ptr_array_index(page->messages, i);
        g_autoptr(Message) message = history_find_archived(past_db(past), place, archive, stanza->archive_id, NULL);
        if (message != NULL)
            return message->order;
    }
    return G_MAXINT64;
}

/* A page that ends at a message that is here lies before it; after a question by time that is not so sure. */
static bool
keep_page(const Request *request, const MamPage *page, GError **error)
{
    const SyncGap *gap = request->gap;
    HistoryBounds bounds = { .before = gap->before != G_MAXINT64 ? gap->before : 0 };
    Conversation *conversation = find_conversation(request);
    if (conversation_kind(conversation) == CONVERSATION_ROOM)
        return rooms_archive_page(request->past->session, conversation, page, false, &bounds, error);
    return incoming_archive_page(request->past->session, page, false, gap->before_id != NULL ? &bounds : NULL, error);
}

/* How far it got, in the same batch as the messages. */
static bool
move_gap(Request *request, const HistoryPlace *place, const MamPage *page, GError **error)
{
    Db *db = past_db(request->past);
    SyncGap *gap = request->gap;
    const gint64 oldest = oldest_order(request->past, place, page);
    const bool reached = page->complete || (oldest != G_MAXINT64 && oldest <= gap->after);
    if (reached) {
        const bool closed = gap->id == 0 || sync_close_gap(db, gap->id, error);
        gap->id = 0;
        return closed && (gap->after != 0 || sync_set_complete(db, place, error));
    }
    gap->before = MIN(gap->before, oldest);
    g_free(gap->before_id);
    gap->before_id = g_strdup(page->first);
    if (gap->id != 0)
        return sync_update_gap(db, gap, error);
    gap->id = sync_add_gap(db, place, gap, error);
    return gap->id != 0;
}

static void ask(Request *request);

/* The page is in the store: shows it, and goes on while there was nothing to show. */
static void
show_page(Request *request, Conversation *conversation, gint64 first_before, bool complete)
{
    HistoryPast *past = request->past;
    g_autoptr(GError) error = NULL;
    if (!is_about_beginning(request)) {
        history_sync_show_gaps(session_client(past->session), conversation);
        if (!complete && ++request->pages < PAGES_MAX) {
            ask(request);
            return;
        }
        end_request(request);
        if (complete)
            history_past_fill_gaps(past, conversation);
        return;
    }
    if (!show_older(past, conversation, &error)) {
        fail_request(request, error->message);
        return;
    }
    if (first_order(conversation) == first_before && !complete && ++request->pages < PAGES_MAX) {
        ask(request);
        return;
    }
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GPtrArray) rest = history_heard_before(past_db(past), &place, first_order(conversation), 1, NULL);
    conversation_set_past(conversation, complete && rest != NULL && rest->len == 0 ? PAST_COMPLETE : PAST_UNKNOWN,
                          NULL);
    end_request(request);
}

/* The archive does not know the place any more: it is found by time, once. */
static bool
ask_by_time(Request *request, const Conversation *conversation, const XmppStanzaError *detail)
{
    if (detail == NULL || !g_str_equal(detail->condition, "item-not-found") || request->gap->before_id == NULL)
        return false;
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GPtrArray) next = history_page_after(past_db(request->past), &place, request->gap->before - 1, 1, NULL);
    if (next == NULL || next->len == 0)
        return false;
    g_clear_pointer(&request->gap->before_id, g_free);
    request->end = ((const Message *) g_ptr_array_index(next, 0))->time + clock_margin;
    ask(request);
    return true;
}

static void
on_page(XmppStream *stream, const MamPage *page, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Request *request = data;
    HistoryPast *past = request->past;
    Conversation *conversation = find_conversation(request);
    g_autoptr(GError) failed = NULL;
    if (conversation == NULL) {
        end_request(request);
        return;
    }
    const gint64 first_before = first_order(conversation);
    const HistoryPlace place = conversations_place(conversation);
    if (page == NULL) {
        if (!ask_by_time(request, conversation, detail))
            fail_request(request, session_is_online(past->session) ? error->message : words_offline(past, conversation));
        return;
    }
    if (!keep_page(request, page, &failed) || !move_gap(request, &place, page, &failed)) {
        fail_request(request, failed->message);
        return;
    }
    show_page(request, conversation, first_before, page->complete || request->gap->id == 0);
}

/* --- asking --- */

static void
ask(Request *request)
{
    const Conversation *conversation = find_conversation(request);
    const bool is_room = conversation_kind(conversation) == CONVERSATION_ROOM;
    const MamQuery query = {
        .archive = is_room ? conversation_jid(conversation) : NULL,
        .with = is_room ? NULL : conversation_jid(conversation),
        .before = request->gap->before_id != NULL ? request->gap->before_id : "",
        .end = request->gap->before_id != NULL ? 0 : request->end,
    };
    request->query = mam_query(session_stream(request->past->session), &query, on_page, request);
}

/* From the oldest message whose place in the archive is known; by time, or from the end, when there is none. */
static SyncGap *
make_beginning(const HistoryPast *past, const HistoryPlace *place, gint64 *end, GError **error)
{
    g_autoptr(GPtrArray) oldest = history_page_after(past_db(past), place, 0, LOOK, error);
    if (oldest == NULL)
        return NULL;
    SyncGap *gap = g_new0(SyncGap, 1);
    gap->before = G_MAXINT64;
    for (guint i = 0; i < oldest->len && gap->before_id == NULL; i++) {
        const Message *message = g_ptr_array_index(oldest, i);
        if (message->archive_id == NULL)
            continue;
        gap->before = message->order;
        gap->before_id = g_strdup(message->archive_id);
    }
    if (oldest->len > 0)
        *end = ((const Message *) g_ptr_array_index(oldest, 0))->time + clock_margin;
    return gap;
}

static SyncGap *
find_beginning(const HistoryPast *past, const HistoryPlace *place, gint64 *end, GError **error)
{
    g_autoptr(GPtrArray) gaps = sync_gaps(past_db(past), place, error);
    if (gaps == NULL)
        return NULL;
    for (guint i = 0; i < gaps->len; i++) {
        if (((const SyncGap *) g_ptr_array_index(gaps, i))->after == 0)
            return g_ptr_array_steal_index(gaps, i);
    }
    return make_beginning(past, place, end, error);
}

static bool
has_request(const HistoryPast *past, const Conversation *conversation)
{
    for (guint i = 0; i < past->requests->len; i++) {
        const Request *request = g_ptr_array_index(past->requests, i);
        if (request->conversation == conversation_serial(conversation))
            return true;
    }
    return false;
}

static Request *
add_request(HistoryPast *past, const Conversation *conversation, SyncGap *take_gap)
{
    Request *request = g_new0(Request, 1);
    request->past = past;
    request->conversation = conversation_serial(conversation);
    request->gap = take_gap;
    g_ptr_array_add(past->requests, request);
    return request;
}

void
history_past_fetch(HistoryPast *past, Conversation *conversation)
{
    const HistoryPlace place = conversations_place(conversation);
    const Client *client = session_client(past->session);
    g_autoptr(GError) error = NULL;
    gint64 end = 0;
    if (has_request(past, conversation))
        return;
    if (conversation_kind(conversation) == CONVERSATION_OCCUPANT || !conversations_are_kept(client, conversation)
        || archive_state(past, conversation) == ARCHIVE_NONE || sync_is_complete(past_db(past), &place)) {
        conversation_set_past(conversation, PAST_COMPLETE, NULL);
        return;
    }
    const Room *room = conversation_room(conversation);
    if (!session_is_online(past->session) || (room != NULL && room_state(room) != ROOM_JOINED)) {
        conversation_set_past(conversation, PAST_MISSING, words_offline(past, conversation));
        return;
    }
    SyncGap *gap = find_beginning(past, &place, &end, &error);
    if (gap == NULL) {
        conversation_set_past(conversation, PAST_MISSING, error->message);
        return;
    }
    Request *request = add_request(past, conversation, gap);
    request->end = end;
    conversation_set_past(conversation, PAST_LOADING, NULL);
    if (archive_state(past, conversation) == ARCHIVE_THERE)
        ask(request);
}

void
history_past_fill_gaps(HistoryPast *past, Conversation *conversation)
{
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GPtrArray) gaps = NULL;
    if (has_request(past, conversation) || !session_is_online(past->session)
        || archive_state(past, conversation) != ARCHIVE_THERE)
        return;
    gaps = sync_gaps(past_db(past), &place, NULL);
    for (guint i = 0; gaps != NULL && i < gaps->len; i++) {
        const SyncGap *gap = g_ptr_array_index(gaps, i);
        if (gap->after == 0 || gap->before < first_order(conversation))
            continue;
        ask(add_request(past, conversation, g_ptr_array_steal_index(gaps, i)));
        return;
    }
}

/* --- the session --- */

/* Who looked at the beginning of what could be had offline may ask again. */
void
history_past_online(HistoryPast *past)
{
    const Account *account = session_account(past->session);
    for (guint i = 0; i < account_conversation_count(account); i++) {
        Conversation *conversation = account_conversation_at(account, i);
        if (conversation_past(conversation) == PAST_MISSING)
            conversation_set_past(conversation, PAST_UNKNOWN, NULL);
    }
}

/* A request that waited, as if it were made now. */
static void
repeat(Request *request)
{
    HistoryPast *past = request->past;
    Conversation *conversation = find_conversation(request);
    end_request(request);
    if (conversation == NULL)
        return;
    conversation_set_past(conversation, PAST_UNKNOWN, NULL);
    if (archive_state(past, conversation) == ARCHIVE_UNKNOWN)
        conversation_set_past(conversation, PAST_MISSING, words_offline(past, conversation));
    else
        history_past_fetch(past, conversation);
}

void
history_past_archive_known(HistoryPast *past)
{
    for (guint i = past->requests->len; i > 0; i--) {
        Request *request = g_ptr_array_index(past->requests, i - 1);
        if (request->query == 0)
            repeat(request);
    }
}

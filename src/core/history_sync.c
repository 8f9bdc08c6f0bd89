/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Catching up: what the archive has behind the cursor is read forward, a page at a time, and the cursor moves with each
 * page in one batch with its messages. So it can end at any moment and goes on from there next time; what is read twice
 * is known to the store.
 *
 *     bound → disco → ask_about_doubtful() … → idle → ask_page() → on_page() → idle → ask_page() … → finish()
 *
 * The first time there is no cursor: then the end of the archive is read backward, as far as history.first-sync says,
 * and the rest waits until someone scrolls to it (history_past.c). */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/when.h"
#include "core/core_private.h"
#include "core/history_past.h"
#include "store/cache.h"
#include "store/sync.h"
#include "xmpp/xep/carbons.h"
#include "xmpp/xep/disco.h"

#define FEATURE_STANZA_IDS "urn:xmpp:sid:0"

enum {
    RETRY_FIRST_MS = 60 * 1000, /* after a failure; twice as long each time … */
    RETRY_STEPS_MAX = 6,        /* … up to an hour */
    AGAIN_FIRST_MS = 1000,      /* after an error that may pass; twice as long each time … */
    AGAIN_MAX = 3,              /* … before it counts as a failure */
    DOUBTFUL_MAX = 20,          /* conversations asked for one by one */
};

/* Clocks differ: what is looked for by time is looked for from a little earlier. */
static const gint64 clock_margin = 10 * G_TIME_SPAN_MINUTE;
static const gint64 doubtful_margin = G_TIME_SPAN_DAY; /* a clock that wrong would make us send something twice */

static const char trust_key[] = "mam.ids";   /* the server takes forged ids out, as far as is known */
static const char time_key[] = "mam.cursor"; /* stamp of the message the cursor names, µs */
static const char order_key[] =
    "mam.order"; /* order in its conversation up to which the archive was read, as the cursor
                                              * says */

typedef enum {
    SYNC_IDLE,    /* offline, or nothing was begun */
    SYNC_ASKING,  /* whether there is an archive */
    SYNC_FIRST,   /* backward from the end: there was no cursor */
    SYNC_FORWARD, /* forward from the cursor */
    SYNC_FAILED,  /* another attempt comes later */
    SYNC_DONE,
} SyncStage;

struct HistorySync {
    Session *session;
    HistoryPast *past;
    SyncStage stage;
    ArchiveState archive;
    bool trusts_ids;
    bool store_failed; /* something that came is not in the store: the cursor must not pass it */
    guint query;       /* the page under way; 0: none */
    guint idle;        /* the next page waits for its turn */
    guint retry;       /* timer */
    guint failures;
    guint again;       /* timer: the same page once more */
    guint odd;         /* such errors in a row */
    char *position; /* the next page begins there */
    gint64 start;   /* instead, when the archive has forgotten the position */
    guint left;     /* messages the first look still wants */
    char *mark;     /* a position seen before (see is_endless()) … */
    guint marked, power;
    guint64 visible;     /* serial of the conversation someone looks at */
    bool peek;           /* its end is wanted before the next page of the archive */
    GPtrArray *doubtful; /* Jid: what became of the messages for them is asked first … */
    gint64 doubtful_since;
    gint64 newest;    /* order of what came by itself */
    gint64 live_from; /* what comes by itself in this session is behind this order */
    HistoryHoles *holes; /* conversations in which the forgotten position may have left a gap */
};

static void schedule_page(HistorySync *sync);

/* --- what the files of the core ask --- */

static Client *
sync_client(const HistorySync *sync)
{
    return session_client(sync->session);
}

static Db *
sync_db(const HistorySync *sync)
{
    return client_db(sync_client(sync));
}

ArchiveState
history_sync_archive(const HistorySync *sync)
{
    return sync->archive;
}

bool
history_sync_trusts_ids(const HistorySync *sync)
{
    return sync->trusts_ids;
}

HistorySync *
history_sync_new(Session *session)
{
    HistorySync *sync = g_new0(HistorySync, 1);
    sync->session = session;
    sync->past = history_past_new(session);
    g_autofree char *trusted = cache_recall(sync_db(sync), session_store_key(session), trust_key, NULL);
    sync->trusts_ids = trusted != NULL;
    return sync;
}

/* Ends what is under way; what is known stays. */
static void
stop(HistorySync *sync)
{
    if (sync->query != 0)
        mam_cancel(session_stream(sync->session), sync->query);
    sync->query = 0;
    g_clear_handle_id(&sync->idle, g_source_remove);
    g_clear_handle_id(&sync->retry, g_source_remove);
    g_clear_handle_id(&sync->again, g_source_remove);
    sync->odd = 0;
    g_clear_pointer(&sync->position, g_free);
    g_clear_pointer(&sync->mark, g_free);
    g_clear_pointer(&sync->doubtful, g_ptr_array_unref);
    g_clear_pointer(&sync->holes, history_holes_free);
    sync->start = 0;
}

void
history_sync_free(HistorySync *sync)
{
    g_clear_handle_id(&sync->idle, g_source_remove);
    g_clear_handle_id(&sync->retry, g_source_remove);
    g_clear_handle_id(&sync->again, g_source_remove);
    g_free(sync->position);
    g_free(sync->mark);
    g_clear_pointer(&sync->doubtful, g_ptr_array_unref);
    g_clear_pointer(&sync->holes, history_holes_free);
    history_past_free(sync->past);
    g_free(sync);
}

/* --- the cursor --- */

/* Together with the messages it stands for: whoever calls this has just stored them. */
static bool
set_cursor(HistorySync *sync, const char *id, gint64 stamp, gint64 order, GError **error)
{
    const char *account = session_store_key(sync->session);
    g_autofree char *time = g_strdup_printf("%" G_GINT64_FORMAT, stamp);
    g_autofree char *read_to = g_strdup_printf("%" G_GINT64_FORMAT, order);
    return sync_set_cursor(sync_db(sync), account, account, id, error)
           && cache_remember(sync_db(sync), account, time_key, time, error)
           && cache_remember(sync_db(sync), account, order_key, read_to, error);
}

static gint64
recall_number(const HistorySync *sync, const char *key)
{
    g_autofree char *text = cache_recall(sync_db(sync), session_store_key(sync->session), key, NULL);
    return text != NULL ? g_ascii_strtoll(text, NULL, 10) : 0;
}

/* When the message was that the cursor names; 0: not known. */
static gint64
cursor_time(const HistorySync *sync)
{
    return recall_number(sync, time_key);
}

void
history_sync_note_order(HistorySync *sync, gint64 order)
{
    sync->newest = MAX(sync->newest, order);
}

/* Live messages come in the order of the archive, so once it was read to its end nothing lies between: unless other
 * devices exchange messages of which this one hears nothing. */
void
history_sync_live(HistorySync *sync, const char *archive_id)
{
    g_autoptr(GError) error = NULL;
    const bool misses_nothing =
        sync->stage == SYNC_DONE && !sync->store_failed && carbons_are_enabled(session_stream(sync->session));
    const gint64 now = when_now();
    if (!misses_nothing || sync->archive != ARCHIVE_THERE)
        return;
    const gint64 order = MAX(MAX(now, sync->newest), recall_number(sync, order_key));
    if (!set_cursor(sync, archive_id, now, order, &error))
        log_warning("core", "%s", error->message);
}

/* --- the end --- */

static Conversation *
find_visible(const HistorySync *sync)
{
    return account_conversation_by_serial(session_account(sync->session), sync->visible);
}

/* What waits for the archive's word waits no longer; but when it is the connection that was lost, the next one asks
 * again. */
static void
finish(HistorySync *sync, SyncStage stage)
{
    Conversation *visible = find_visible(sync);
    stop(sync);
    sync->stage = stage;
    if (session_is_online(sync->session))
        outgoing_queue_release(session_outgoing(sync->session));
    if (stage == SYNC_DONE && visible != NULL)
        history_past_fill_gaps(sync->past, visible);
}

static void begin(HistorySync *sync);
static void ask_for_archive(HistorySync *sync);

static gboolean
on_retry(gpointer data)
{
    HistorySync *sync = data;
    sync->retry = 0;
    if (sync->archive == ARCHIVE_THERE)
        begin(sync);
    else
        ask_for_archive(sync);
    return G_SOURCE_REMOVE;
}

static void
plan_retry(HistorySync *sync)
{
    const guint pause = RETRY_FIRST_MS << MIN(sync->failures, (guint) RETRY_STEPS_MAX);
    if (sync->retry == 0)
        sync->retry = g_timeout_add(client_delay(sync_client(sync), pause), on_retry, sync);
}

/* What was read so far is kept. While it is not known what is missing, live messages do not move the cursor. */
static void
fail(HistorySync *sync, const GError *error)
{
    finish(sync, SYNC_FAILED);
    if (!session_is_online(sync->session))
        return;
    plan_retry(sync);
    if (sync->failures++ == 0 && sync->archive == ARCHIVE_THERE)
        client_notice(sync_client(sync), session_account(sync->session), NOTICE_WARNING, error->code,
                      _("the archive cannot be read, so messages may be missing: %s"), error->message);
}

/* The catch-up notices with its next page; when it is over, it begins again where the store ends. */
void
history_sync_store_failed(HistorySync *sync)
{
    sync->store_failed = true;
    if (sync->stage == SYNC_DONE && sync->archive == ARCHIVE_THERE && session_is_online(sync->session))
        plan_retry(sync);
}

/* A server that leads in a circle would do so for ever (I9): a position that comes back is found by keeping one, for
 * twice as long each time (Brent). */
static bool
is_endless(HistorySync *sync, const char *position)
{
    if (g_strcmp0(sync->mark, position) == 0)
        return true;
    if (sync->mark == NULL || ++sync->marked == sync->power) {
        g_free(sync->mark);
        sync->mark = g_strdup(position);
        sync->power = MAX(sync->power * 2, 2u);
        sync->marked = 0;
    }
    return false;
}

/* --- pages --- */

/* Stamp of the last message, as the archive got it. */
static gint64
last_stamp(const MamPage *page)
{
    const XmppMessage *last =
        page->messages->len > 0 ? g_ptr_array_index(page->messages, page->messages->len - 1) : NULL;
    return last != NULL && last->delay != 0 ? last->delay : when_now();
}

/* Messages and cursor, in one batch. What may change later is stored, but asked for again next time. */
static bool
keep_page(HistorySync *sync, const MamPage *page, GError **error)
{
    const bool is_news = sync->stage == SYNC_FORWARD;
    const bool moves = is_news ? !page->unstable : sync->position == NULL;
    HistoryBounds bounds = { .read_to = is_news ? recall_number(sync, order_key) : 0,
                             .live_from = is_news ? sync->live_from : 0 };
    if (!incoming_archive_page(sync->session, page, is_news, &bounds, error))
        return false;
    if (sync->store_failed) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("something that came could not be stored"));
        return false;
    }
    return !moves || page->last == NULL || set_cursor(sync, page->last, last_stamp(page), bounds.read_to, error);
}

/* Goes on behind this page, if there is a point in it. */
static void
go_on(HistorySync *sync, const char *position)
{
    if (is_endless(sync, position)) {
        g_autoptr(GError) error =
            g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, _("it has no end: tell who runs the server"));
        fail(sync, error);
        return;
    }
    g_free(sync->position);
    sync->position = g_strdup(position);
    sync->start = 0;
    schedule_page(sync);
}

/* Nothing was ever in the archive: all that comes is news. */
static bool
set_cursor_to_beginning(HistorySync *sync, GError **error)
{
    const char *account = session_store_key(sync->session);
    return sync_set_cursor(sync_db(sync), account, account, "", error);
}

/* The end of the archive, then what is before it, as much as is wanted; it may be nothing but the place. */
static void
take_first(HistorySync *sync, const MamPage *page)
{
    g_autoptr(GError) error = NULL;
    bool done;
    if (sync->position == NULL && page->last == NULL)
        done = set_cursor_to_beginning(sync, &error);
    else if (sync->left == 0)
        done = set_cursor(sync, page->last, last_stamp(page), 0, &error);
    else
        done = keep_page(sync, page, &error);
    sync->left -= MIN(sync->left, MAX(page->messages->len, 1u));
    if (!done)
        fail(sync, error);
    else if (page->complete || sync->left == 0)
        finish(sync, SYNC_DONE);
    else
        go_on(sync, page->first);
}

static void
take_forward(HistorySync *sync, const MamPage *page)
{
    g_autoptr(GError) error = NULL;
    if (sync->holes != NULL)
        history_holes_before_page(sync->holes, page);
    if (!keep_page(sync, page, &error)) {
        fail(sync, error);
        return;
    }
    if (sync->holes != NULL)
        history_holes_after_page(sync->holes);
    /* A short catch-up is over with its first page; a long one shows what someone looks at before it goes on. */
    sync->peek = sync->mark == NULL && sync->visible != 0;
    if (page->complete)
        finish(sync, SYNC_DONE);
    else
        go_on(sync, page->last);
}

/* The archive does not know the cursor any more: it goes on at the time of the message it named; where that is not
 * known either, as if for the first time. */
static bool
go_on_by_time(HistorySync *sync)
{
    const gint64 time = cursor_time(sync);
    if (sync->stage != SYNC_FORWARD || sync->start != 0)
        return false;
    log_info("core", "the archive of %s has forgotten where we were", session_store_key(sync->session));
    g_clear_pointer(&sync->position, g_free);
    if (time != 0) {
        g_clear_pointer(&sync->holes, history_holes_free);
        sync->holes = history_holes_new(sync->session, time);
        sync->start = time - clock_margin;
    } else {
        sync->stage = SYNC_FIRST;
    }
    schedule_page(sync);
    return true;
}

static gboolean
on_again(gpointer data)
{
    HistorySync *sync = data;
    sync->again = 0;
    schedule_page(sync);
    return G_SOURCE_REMOVE;
}

/* An answer that is none, or the error of a server that has just started or is busy. */
static bool
is_passing(const XmppStanzaError *detail, const GError *error)
{
    return detail != NULL ? g_str_equal(detail->condition, "internal-server-error")
                                || g_str_equal(detail->condition, "resource-constraint")
                          : g_error_matches(error, CONFAB_ERROR, ERROR_PROTOCOL);
}

/* What waits for the archive's word, and what is to be seen, need not wait for the next attempt. */
static bool
ask_again(HistorySync *sync)
{
    if (sync->odd == AGAIN_MAX)
        return false;
    const guint pause = AGAIN_FIRST_MS << sync->odd++;
    g_clear_handle_id(&sync->again, g_source_remove);
    sync->again = g_timeout_add(client_delay(sync_client(sync), pause), on_again, sync);
    return true;
}

static void
on_page(XmppStream *stream, const MamPage *page, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    HistorySync *sync = data;
    sync->query = 0;
    if (page == NULL) {
        const bool forgotten = detail != NULL && g_str_equal(detail->condition, "item-not-found");
        if (forgotten && go_on_by_time(sync))
            return;
        if (!is_passing(detail, error) || !ask_again(sync))
            fail(sync, error);
        return;
    }
    sync->odd = 0;
    if (sync->stage == SYNC_FIRST)
        take_first(sync, page);
    else
        take_forward(sync, page);
}

/* The end of what someone looks at: it is on the screen before the rest is read. */
static void
on_peeked(XmppStream *stream, const MamPage *page, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    HistorySync *sync = data;
    g_autoptr(GError) failed = NULL;
    sync->query = 0;
    if (page != NULL && !incoming_archive_page(sync->session, page, true, NULL, &failed))
        fail(sync, failed);
    else if (page == NULL && !session_is_online(sync->session))
        fail(sync, error);
    else
        schedule_page(sync);
}

/* Only what is news: what is older and not here was never looked at on this device. */
static bool
ask_peek(HistorySync *sync)
{
    const Conversation *conversation = find_visible(sync);
    const gint64 time = cursor_time(sync);
    sync->peek = false;
    if (conversation == NULL || conversation_kind(conversation) != CONVERSATION_CHAT || time == 0)
        return false;
    const MamQuery query = { .with = conversation_jid(conversation), .start = time, .before = "" };
    sync->query = mam_query(session_stream(sync->session), &query, on_peeked, sync);
    return true;
}

static void
ask_page(HistorySync *sync)
{
    const bool first = sync->stage == SYNC_FIRST;
    const MamQuery query = {
        .start = sync->start,
        .after = first ? NULL : sync->position,
        .before = !first                   ? NULL
                  : sync->position != NULL ? sync->position
                                           : "",
        .max = first ? CLAMP(sync->left, 1u, (guint) MAM_PAGE_MAX) : 0,
    };
    sync->query = mam_query(session_stream(sync->session), &query, on_page, sync);
}

static gboolean
on_turn(gpointer data)
{
    HistorySync *sync = data;
    sync->idle = 0;
    if (!history_past_is_busy(sync->past) && (!sync->peek || !ask_peek(sync)))
        ask_page(sync);
    return G_SOURCE_REMOVE;
}

static bool
is_paging(const HistorySync *sync)
{
    return sync->stage == SYNC_FIRST || sync->stage == SYNC_FORWARD;
}

/* One page at a time, when nothing else is to be done; and users do not wait for it. */
static void
schedule_page(HistorySync *sync)
{
    if (is_paging(sync) && sync->query == 0 && sync->idle == 0 && !history_past_is_busy(sync->past))
        sync->idle = g_idle_add_full(G_PRIORITY_LOW, on_turn, sync, NULL);
}

void
history_sync_go_on(HistorySync *sync)
{
    schedule_page(sync);
}

/* --- what became of our messages --- */

static void ask_about_doubtful(HistorySync *sync);

/* Nothing of it is stored: the catch-up brings the same, in its place. */
static void
on_doubtful(XmppStream *stream, const MamPage *page, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    HistorySync *sync = data;
    const Jid *own = account_jid(session_account(sync->session));
    sync->query = 0;
    if (page == NULL && !session_is_online(sync->session)) {
        fail(sync, error);
        return;
    }
    for (guint i = 0; page != NULL && i < page->messages->len; i++) {
        const XmppMessage *message = g_ptr_array_index(page->messages, i);
        if (jid_equal_bare(message->from, own))
            outgoing_queue_confirm(session_outgoing(sync->session), message->id);
    }
    if (page == NULL || !page->complete) /* so much was said since: the catch-up will come to it */
        g_clear_pointer(&sync->doubtful, g_ptr_array_unref);
    ask_about_doubtful(sync);
}

/* Messages that may have been lost with the last connection hold up those written since: they do not wait for a long
 * catch-up. The archive has heard of them in the end of their conversations, or never. */
static void
ask_about_doubtful(HistorySync *sync)
{
    if (sync->doubtful == NULL) {
        schedule_page(sync);
        return;
    }
    if (sync->doubtful->len == 0) {
        outgoing_queue_release(session_outgoing(sync->session));
        g_clear_pointer(&sync->doubtful, g_ptr_array_unref);
        schedule_page(sync);
        return;
    }
    g_autoptr(Jid) with = g_ptr_array_steal_index_fast(sync->doubtful, sync->doubtful->len - 1);
    const MamQuery query = { .with = with, .start = sync->doubtful_since - doubtful_margin, .before = "" };
    sync->query = mam_query(session_stream(sync->session), &query, on_doubtful, sync);
}

/* --- the beginning --- */

static void
begin(HistorySync *sync)
{
    g_autoptr(GError) error = NULL;
    const char *account = session_store_key(sync->session);
    const Settings *settings = client_settings(sync_client(sync));
    stop(sync);
    g_autofree char *cursor = sync_cursor(sync_db(sync), account, account, &error);
    if (error != NULL) {
        fail(sync, error);
        return;
    }
    sync->power = sync->marked = 0;
    sync->store_failed = false;
    sync->stage = cursor != NULL ? SYNC_FORWARD : SYNC_FIRST;
    sync->position = g_steal_pointer(&cursor);
    sync->left = (guint) settings_get_int(settings, SETTING_HISTORY_FIRST_SYNC,
                                          account_name(session_account(sync->session)), NULL);
    sync->doubtful = outgoing_queue_doubtful(session_outgoing(sync->session), &sync->doubtful_since);
    if (sync->doubtful->len > DOUBTFUL_MAX)
        g_clear_pointer(&sync->doubtful, g_ptr_array_unref);
    ask_about_doubtful(sync);
}

static void
set_trust(HistorySync *sync, bool trusts)
{
    g_autoptr(GError) error = NULL;
    if (sync->trusts_ids == trusts)
        return;
    sync->trusts_ids = trusts;
    if (!cache_remember(sync_db(sync), session_store_key(sync->session), trust_key, trusts ? "1" : NULL, &error))
        log_warning("core", "%s", error->message);
}

static void
on_features(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error, gpointer data)
{
    HistorySync *sync = data;
    if (sync->stage != SYNC_ASKING)
        return;
    if (info == NULL) {
        fail(sync, error);
    } else if (disco_info_has(info, NS_MAM)) {
        sync->archive = ARCHIVE_THERE;
        set_trust(sync, true); /* XEP-0313 §4.1 demands it */
        begin(sync);
    } else {
        sync->archive = ARCHIVE_NONE;
        set_trust(sync, disco_info_has(info, FEATURE_STANZA_IDS));
        finish(sync, SYNC_DONE);
    }
    history_past_archive_known(sync->past);
}

static void
ask_for_archive(HistorySync *sync)
{
    sync->stage = SYNC_ASKING;
    disco_request_info(session_stream(sync->session), account_jid(session_account(sync->session)), NULL, on_features,
                       sync);
}

void
history_sync_bound(HistorySync *sync)
{
    stop(sync);
    sync->live_from = MAX(when_now(), sync->newest);
    sync->archive = ARCHIVE_UNKNOWN;
    sync->failures = 0;
    ask_for_archive(sync);
    history_past_online(sync->past);
}

/* The session goes on, and the server sends again what was lost with the connection; but not the page, and what came
 * while the session moved not always in order: the archive knows it (history_add_page()). */
void
history_sync_resumed(HistorySync *sync)
{
    if (sync->stage == SYNC_DONE)
        history_past_online(sync->past);
    if (sync->archive == ARCHIVE_THERE)
        begin(sync);
    else if (sync->stage != SYNC_DONE)
        history_sync_bound(sync);
}

void
history_sync_closed(HistorySync *sync)
{
    stop(sync);
    if (sync->stage != SYNC_DONE)
        sync->stage = SYNC_IDLE;
}

void
history_sync_set_visible(Client *client, Conversation *conversation)
{
    for (guint i = 0; i < client_session_count(client); i++) {
        HistorySync *sync = session_history_sync(client_session_at(client, i));
        const bool here =
            conversation != NULL && conversation_account(conversation) == session_account(client_session_at(client, i));
        sync->visible = here ? conversation_serial(conversation) : 0;
        sync->peek = here && sync->stage == SYNC_FORWARD;
        if (here)
            history_past_fill_gaps(sync->past, conversation);
    }
}

static HistorySync *
sync_of(Client *client, const Conversation *conversation)
{
    const Session *session = client_session_of(client, conversation_account(conversation));
    return session != NULL ? session_history_sync(session) : NULL;
}

void
history_sync_fetch_older(Client *client, Conversation *conversation)
{
    HistorySync *sync = sync_of(client, conversation);
    if (sync != NULL)
        history_past_fetch(sync->past, conversation);
}

void
history_sync_scrolled(Client *client, Conversation *conversation)
{
    HistorySync *sync = sync_of(client, conversation);
    history_sync_show_gaps(client, conversation);
    if (sync != NULL)
        history_past_fill_gaps(sync->past, conversation);
}

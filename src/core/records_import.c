/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/records_import.h"

#include <string.h>

#include "base/i18n.h"
#include "base/when.h"
#include "core/records_private.h"
#include "store/history.h"

enum {
    BATCH = 4000,          /* messages in a transaction … */
    SHARED_BATCH_MS = 20,  /* … or this long, while others want to write, too: they wait DB_BUSY_TIMEOUT at most */
    SHARED_PAUSE_MS = 30,
    JIDS_MAX = 10000,      /* kept prepared */
    TWINS_MAX = 64,        /* looked at around one time */
};

static const gint64 twin_window = 2 * G_TIME_SPAN_SECOND;
static const gint64 clock_jump = G_TIME_SPAN_DAY; /* less is a clock put right, summer time, a late delivery */

/* Where the import is in a conversation. */
typedef struct Thread {
    char *account, *with;
    HistoryPlace place;
    gint64 order;   /* of the message before */
    gint64 time;
    gint64 present; /* order of the newest message that was there before this source; 0: none */
    gint64 newest;  /* of this source */
    bool unread;    /* something was unread before: what is behind it stays so */
    GHashTable *used; /* rows that count for a message of the source already; made when needed */
} Thread;

struct RecordsImport {
    Db *db;
    GHashTable *threads; /* "account\nwith" → Thread */
    Thread *last;        /* the one of the call before */
    GHashTable *jids;    /* text → Jid */
    bool shared;
    guint pending;
    gint64 batch_start; /* monotonic */
};

static void
thread_free(gpointer data)
{
    Thread *thread = data;
    g_clear_pointer(&thread->used, g_hash_table_unref);
    g_free(thread->account);
    g_free(thread->with);
    g_free(thread);
}

RecordsImport *
records_import_new(Records *records)
{
    RecordsImport *import = g_new0(RecordsImport, 1);
    import->db = records_db(records);
    import->shared = records_are_shared(records);
    import->threads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, thread_free);
    import->jids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) jid_unref);
    return import;
}

static bool
commit(RecordsImport *import, GError **error)
{
    import->pending = 0;
    return db_commit(import->db, error);
}

/* What another program had in its history has been read there. */
static bool
mark_read(RecordsImport *import, GError **error)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, import->threads);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Thread *thread = value;
        if (!thread->unread && thread->newest != 0 &&
            !history_set_read(import->db, &thread->place, thread->newest, error))
            return false;
    }
    return true;
}

bool
records_import_finish(RecordsImport *import, GError **error)
{
    return mark_read(import, error) && commit(import, error);
}

void
records_import_free(RecordsImport *import)
{
    if (import == NULL)
        return;
    records_import_finish(import, NULL);
    g_hash_table_unref(import->threads);
    g_hash_table_unref(import->jids);
    g_free(import);
}

const Jid *
records_import_jid(RecordsImport *import, const char *text)
{
    Jid *jid = g_hash_table_lookup(import->jids, text);
    if (jid != NULL)
        return jid;
    jid = jid_new(text, NULL);
    if (jid == NULL)
        return NULL;
    g_hash_table_insert(import->jids, g_strdup(text), jid);
    return jid;
}

static gint64
max_order(const Thread *thread)
{
    return MAX(thread->present, thread->newest);
}

void
records_import_next_source(RecordsImport *import)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, import->threads);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Thread *thread = value;
        thread->present = max_order(thread);
        thread->order = thread->time = 0;
        g_clear_pointer(&thread->used, g_hash_table_unref);
    }
}

/* --- where --- */

static Thread *
open_thread(RecordsImport *import, const RecordsItem *item, GError **error)
{
    Thread *thread = import->last;
    if (thread != NULL && g_str_equal(thread->with, item->with) && g_str_equal(thread->account, item->account))
        return thread;
    g_autofree char *key = g_strconcat(item->account, "\n", item->with, NULL);
    thread = g_hash_table_lookup(import->threads, key);
    if (thread == NULL) {
        const HistoryPlace place = { item->account, item->with, item->kind };
        g_autoptr(GPtrArray) newest = history_page_before(import->db, &place, G_MAXINT64, 1, error);
        if (newest == NULL)
            return NULL;
        thread = g_new0(Thread, 1);
        thread->account = g_strdup(item->account);
        thread->with = g_strdup(item->with);
        thread->place = (HistoryPlace){ thread->account, thread->with, item->kind };
        thread->present = newest->len > 0 ? ((const Message *) newest->pdata[0])->order : 0;
        thread->unread = history_count_unread(import->db, &place, 1) > 0;
        g_hash_table_insert(import->threads, g_steal_pointer(&key), thread);
    }
    import->last = thread;
    return thread;
}

/* The sequence of the source counts, except where it leaps. */
static gint64
choose_order(const Thread *thread, const MessageInit *message)
{
    const gint64 now = when_now();
    if (message->order > 0 && message->order < now + clock_jump)
        return message->order;
    const gint64 order = MIN(message->time, now);
    if (order > thread->order || thread->time - message->time > clock_jump || thread->order >= now)
        return MAX(order, 1);
    return thread->order + 1;
}

/* --- what is there already --- */

/* Logs of rooms may not know which nick was the user's. */
static bool
is_same_sender(ConversationKind kind, const Message *there, const MessageInit *message)
{
    if (there->direction != message->direction)
        return kind == CONVERSATION_ROOM;
    if (there->from == NULL || message->from == NULL || message->direction == MESSAGE_OUT)
        return true;
    return kind == CONVERSATION_ROOM ? jid_equal(there->from, message->from)
                                     : jid_equal_bare(there->from, message->from);
}

/* Whether this is or was the text of a message. */
static bool
had_body(RecordsImport *import, const Message *there, const char *body)
{
    if (g_str_equal(there->body, body))
        return true;
    if (there->edits == 0)
        return false;
    g_autoptr(GPtrArray) edits = history_edits(import->db, there->row, NULL);
    for (guint i = 0; edits != NULL && i < edits->len; i++) {
        if (g_str_equal(((const HistoryEdit *) edits->pdata[i])->body, body))
            return true;
    }
    return false;
}

static bool
is_known_by_id(RecordsImport *import, const Thread *thread, const MessageInit *message, const char *id)
{
    g_autoptr(Message) there = history_find_by_id(import->db, &thread->place, message->direction, id, NULL);
    return there != NULL && is_same_sender(thread->place.kind, there, message) &&
           had_body(import, there, message->body);
}

/* False: it stands for another message of the source already. */
static bool
use_row(Thread *thread, gint64 row)
{
    if (thread->used == NULL)
        thread->used = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return g_hash_table_add(thread->used, g_memdup2(&row, sizeof row));
}

/* Takes the message of the store that this one is: each stands for one of the source only, so that what was said twice
 * stays twice. */
static bool
take_twin(RecordsImport *import, Thread *thread, const MessageInit *message, gint64 order)
{
    g_autoptr(GPtrArray) page =
        history_page_after(import->db, &thread->place, order - twin_window - 1, TWINS_MAX, NULL);
    for (guint i = 0; page != NULL && i < page->len; i++) {
        const Message *there = page->pdata[i];
        if (there->order > order + twin_window)
            return false;
        if (ABS(there->time - message->time) > twin_window || !is_same_sender(thread->place.kind, there, message) ||
            !had_body(import, there, message->body))
            continue;
        if (use_row(thread, there->row))
            return true;
    }
    return false;
}

/* Most imports go into an empty conversation: then nothing needs to be asked. */
static bool
may_be_known(const Thread *thread, const MessageInit *message)
{
    return thread->present != 0 && message->order - twin_window <= thread->present;
}

static bool
has_no_id(const MessageInit *message)
{
    return message->id == NULL && message->origin_id == NULL && message->archive_id == NULL;
}

static bool
is_known(RecordsImport *import, Thread *thread, const MessageInit *message)
{
    if (!may_be_known(thread, message))
        return false;
    if (has_no_id(message))
        return take_twin(import, thread, message, message->order);
    const char *id = message->origin_id != NULL ? message->origin_id : message->id;
    return id != NULL && is_known_by_id(import, thread, message, id);
}

/* --- adding --- */

static RecordsOutcome
outcome_of(HistoryOutcome outcome)
{
    return outcome == HISTORY_FAILED ? RECORDS_FAILED : outcome == HISTORY_ADDED ? RECORDS_ADDED : RECORDS_KNOWN;
}

/* The message with its first text, then what became of it. */
static RecordsOutcome
add_edited(RecordsImport *import, Thread *thread, const RecordsItem *item, const MessageInit *init, GError **error)
{
    MessageInit first = *init;
    first.body = item->earlier[0].body;
    first.edits = 0;
    first.edited = 0;
    first.edit_id = NULL;
    g_autoptr(Message) message = message_new(&first);
    const HistoryOutcome outcome = history_add(import->db, &thread->place, message, error);
    for (guint i = 1; outcome == HISTORY_ADDED && i <= item->earlier_count; i++) {
        const bool last = i == item->earlier_count;
        const gint64 time = last ? init->edited : item->earlier[i].time;
        const MessageInit text = {
            .direction = init->direction,
            .from = init->from,
            .id = last ? init->edit_id : NULL,
            .body = last ? init->body : item->earlier[i].body,
            .time = time != 0 ? time : init->time,
            .state = init->state,
        };
        g_autoptr(Message) edit = message_new(&text);
        if (history_correct(import->db, &thread->place, message, edit, error) == HISTORY_FAILED)
            return RECORDS_FAILED;
    }
    message->state = init->direction == MESSAGE_OUT ? init->state : MESSAGE_RECEIVED;
    if (outcome == HISTORY_ADDED && init->direction == MESSAGE_OUT && !history_update(import->db, message, error))
        return RECORDS_FAILED;
    return outcome_of(outcome);
}

static RecordsOutcome
add_one(RecordsImport *import, Thread *thread, const RecordsItem *item, const MessageInit *init, GError **error)
{
    if (item->replaces != NULL) {
        g_autoptr(Message) original =
            history_find_by_id(import->db, &thread->place, init->direction, item->replaces, NULL);
        if (original != NULL && is_same_sender(thread->place.kind, original, init)) {
            if (had_body(import, original, init->body))
                return RECORDS_KNOWN;
            g_autoptr(Message) edit = message_new(init);
            return outcome_of(history_correct(import->db, &thread->place, original, edit, error));
        }
    }
    if (is_known(import, thread, init))
        return RECORDS_KNOWN;
    if (item->earlier_count > 0)
        return add_edited(import, thread, item, init, error);
    g_autoptr(Message) message = message_new(init);
    const HistoryOutcome outcome = history_add(import->db, &thread->place, message, error);
    if (outcome == HISTORY_ADDED && has_no_id(init) && may_be_known(thread, init))
        use_row(thread, message->row);
    return outcome_of(outcome);
}

/* Ends the batch when it is large enough. */
static bool
pace(RecordsImport *import, GError **error)
{
    if (import->pending++ == 0)
        import->batch_start = g_get_monotonic_time();
    const bool long_enough = import->shared && import->pending % 16 == 0 &&
                             g_get_monotonic_time() - import->batch_start > SHARED_BATCH_MS * 1000;
    if (import->pending < BATCH && !long_enough)
        return true;
    if (!commit(import, error))
        return false;
    if (import->shared)
        g_usleep(SHARED_PAUSE_MS * 1000);
    return true;
}

RecordsOutcome
records_import_add(RecordsImport *import, const RecordsItem *item, GError **error)
{
    Thread *thread = open_thread(import, item, error);
    if (thread == NULL)
        return RECORDS_FAILED;
    MessageInit message = item->message;
    message.row = 0;
    message.order = choose_order(thread, &message);
    if (message.direction == MESSAGE_OUT && message.state == MESSAGE_QUEUED) {
        message.state = MESSAGE_FAILED;
        message.reason = _("it was not sent yet when it was exported");
    }
    const RecordsOutcome outcome = add_one(import, thread, item, &message, error);
    if (outcome == RECORDS_FAILED || !pace(import, error))
        return RECORDS_FAILED;
    thread->order = message.order;
    thread->newest = MAX(thread->newest, message.order);
    thread->time = message.time;
    if (g_hash_table_size(import->jids) > JIDS_MAX)
        g_hash_table_remove_all(import->jids);
    return outcome;
}

bool
records_read_foreign(const char *path, const char *query, RecordsForeignFunc func, gpointer data, GError **error)
{
    return foreign_db_each(path, query, func, data, error);
}

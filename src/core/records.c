/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/records.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/core_private.h"
#include "core/records_private.h"
#include "store/cache.h"
#include "store/search.h"

enum {
    PAGE = 256,
    MATCHING_PAGE = 32, /* with a regular expression, whose work for a text is bounded, but not small */
};

/* How far a message's place may be before its time: archives and clocks disagree. */
static const gint64 order_slack = 24 * G_TIME_SPAN_HOUR;

struct Records {
    Db *db;
    Db *own_db;             /* NULL: the client's */
    const Accounts *accounts;
    Accounts *own_accounts; /* NULL: the client's */
    GHashTable *strays;     /* bare JIDs of accounts that are not configured (any more) */
    bool shared;
};

Records *
records_of_client(Client *client)
{
    Records *records = g_new0(Records, 1);
    records->db = client_db(client);
    records->accounts = client_accounts(client);
    records->strays = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return records;
}

Records *
records_open(const Paths *paths, GError **error)
{
    g_autofree char *accounts = g_build_filename(paths->config, "accounts", NULL);
    g_autofree char *store = g_build_filename(paths->data, "confab.db", NULL);
    g_autoptr(Records) records = g_new0(Records, 1);
    records->strays = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    records->accounts = records->own_accounts = accounts_new(accounts, NULL, error);
    if (records->accounts == NULL)
        return NULL;
    records->shared = foreign_db_is_in_use(store);
    records->db = records->own_db = db_open_patient(store, NULL, error);
    return records->db == NULL ? NULL : g_steal_pointer(&records);
}

void
records_free(Records *records)
{
    if (records == NULL)
        return;
    g_hash_table_unref(records->strays);
    accounts_free(records->own_accounts);
    db_close(records->own_db);
    g_free(records);
}

const Accounts *
records_accounts(const Records *records)
{
    return records->accounts;
}

Db *
records_db(const Records *records)
{
    return records->db;
}

bool
records_are_shared(const Records *records)
{
    return records->shared;
}

/* --- names --- */

static const char *
name_of_account(const Records *records, const char *jid)
{
    const GPtrArray *list = accounts_list(records->accounts);
    for (guint i = 0; i < list->len; i++) {
        const AccountConfig *account = list->pdata[i];
        if (g_str_equal(jid_bare(account->jid), jid))
            return account->name;
    }
    return jid;
}

/* Places of the history that a filter lets through. */
typedef struct Place {
    char *account, *with;
    ConversationKind kind;
} Place;

static void
place_free(gpointer data)
{
    Place *place = data;
    g_free(place->account);
    g_free(place->with);
    g_free(place);
}

typedef struct PlaceSearch {
    const char *with;
    GPtrArray *places;
} PlaceSearch;

static void
add_place(GPtrArray *places, const char *account, const char *with, ConversationKind kind)
{
    Place *place = g_new0(Place, 1);
    place->account = g_strdup(account);
    place->with = g_strdup(with);
    place->kind = kind;
    g_ptr_array_add(places, place);
}

static void
on_place(const HistoryConversation *conversation, gpointer data)
{
    const PlaceSearch *search = data;
    if (search->with != NULL && !g_str_equal(search->with, conversation->place.with))
        return;
    add_place(search->places, conversation->place.account, conversation->place.with, conversation->place.kind);
}

static gint
compare_places(gconstpointer left, gconstpointer right)
{
    const Place *a = *(const Place *const *) left, *b = *(const Place *const *) right;
    const int order = strcmp(a->account, b->account);
    return order != 0 ? order : strcmp(a->with, b->with);
}

static GPtrArray *
find_places(Records *records, const char *account, const char *with, GError **error)
{
    g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(place_free);
    PlaceSearch search = { with, places };
    /* One conversation is not looked for among thousands: what is not there is empty. */
    if (account != NULL && with != NULL) {
        add_place(places, account, with, CONVERSATION_CHAT);
        add_place(places, account, with, CONVERSATION_ROOM);
        return g_steal_pointer(&places);
    }
    if (!history_each_conversation(records->db, account, false, on_place, &search, error))
        return NULL;
    g_ptr_array_sort(places, compare_places);
    return g_steal_pointer(&places);
}

const char *
records_find_account(Records *records, const char *name_or_jid, GError **error)
{
    const AccountConfig *account = accounts_find(records->accounts, name_or_jid);
    if (account != NULL)
        return jid_bare(account->jid);
    g_autoptr(Jid) jid = strchr(name_or_jid, '@') == NULL ? NULL : jid_new(name_or_jid, NULL);
    if (jid != NULL) {
        g_autoptr(GPtrArray) places = find_places(records, jid_bare(jid), NULL, error);
        if (places == NULL)
            return NULL;
        if (places->len > 0) {
            char *stray = g_strdup(jid_bare(jid));
            g_hash_table_add(records->strays, stray);
            return g_hash_table_lookup(records->strays, jid_bare(jid));
        }
    }
    accounts_require(records->accounts, name_or_jid, error);
    return NULL;
}

/* --- contacts --- */

typedef struct NameSearch {
    const char *folded;
    GHashTable *found; /* bare JIDs */
} NameSearch;

static void
on_named(const CachedContact *contact, gpointer data)
{
    const NameSearch *search = data;
    if (contact->name == NULL)
        return;
    g_autofree char *folded = text_fold(contact->name);
    if (strcmp(folded, search->folded) == 0)
        g_hash_table_add(search->found, g_strdup(contact->jid));
}

/* Calls for all accounts, or for one. */
static bool
each_account(const Records *records, const char *account, bool (*func)(const Records *, const char *jid, gpointer, GError **),
             gpointer data, GError **error)
{
    const GPtrArray *list = accounts_list(records->accounts);
    if (account != NULL)
        return func(records, account, data, error);
    for (guint i = 0; i < list->len; i++) {
        const AccountConfig *config = list->pdata[i];
        if (!func(records, jid_bare(config->jid), data, error))
            return false;
    }
    return true;
}

static bool
search_name(const Records *records, const char *account, gpointer search, GError **error)
{
    g_autofree char *version = NULL;
    return cache_load_roster(records->db, account, on_named, search, &version, error);
}

typedef struct WithSearch {
    const char *with;
    bool found;
} WithSearch;

static void
on_with(const HistoryConversation *conversation, gpointer data)
{
    WithSearch *search = data;
    search->found = search->found || g_str_equal(conversation->place.with, search->with);
}

static bool
has_history(const Records *records, const char *account, const char *with)
{
    WithSearch search = { with, false };
    return history_each_conversation(records->db, account, false, on_with, &search, NULL) && search.found;
}

static Jid *
find_named(Records *records, const char *account, const char *text, GError **error)
{
    g_autofree char *folded = text_fold(text);
    g_autofree char *shown = text_clean(text, -1, TEXT_STRICT);
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    NameSearch search = { folded, found };
    if (!each_account(records, account, search_name, &search, error))
        return NULL;
    if (g_hash_table_size(found) == 1) {
        GHashTableIter iter;
        gpointer jid;
        g_hash_table_iter_init(&iter, found);
        g_hash_table_iter_next(&iter, &jid, NULL);
        return jid_new(jid, error);
    }
    g_autoptr(Jid) domain = jid_new(text, NULL);
    if (g_hash_table_size(found) == 0 && domain != NULL &&
        (strpbrk(text, ".:") != NULL || has_history(records, account, jid_bare(domain))))
        return jid_to_bare(domain);
    if (g_hash_table_size(found) > 1)
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("more than one contact is called “%s”: write name@server"),
                    shown);
    else
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("no contact is called “%s”: write name@server"), shown);
    return NULL;
}

Jid *
records_find_contact(Records *records, const char *account, const char *text, GError **error)
{
    g_autoptr(GError) problem = NULL;
    /* What has an @ is an address, whatever contacts are called (I20). */
    if (strchr(text, '@') == NULL)
        return find_named(records, account, text, error);
    g_autoptr(Jid) jid = jid_new(text, &problem);
    if (jid != NULL)
        return jid_to_bare(jid);
    g_autofree char *shown = text_clean(text, -1, TEXT_STRICT);
    g_autofree char *cause = g_strdup(problem->message);
    char *way_out = strstr(cause, ": ");
    if (way_out != NULL)
        *way_out = '\0';
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("“%s” is not a JID (%s): write name@server"), shown, cause);
    return NULL;
}

typedef struct RosterWalk {
    const char *account;
    RecordsContactFunc func;
    gpointer data;
} RosterWalk;

static void
on_contact(const CachedContact *contact, gpointer data)
{
    static const char *const no_groups[] = { NULL };
    const RosterWalk *walk = data;
    const RecordsContact told = {
        .account = walk->account,
        .jid = contact->jid,
        .name = contact->name,
        .subscription = contact->subscription,
        .ask = contact->ask,
        .groups = contact->groups != NULL ? contact->groups : no_groups,
    };
    walk->func(&told, walk->data);
}

static bool
walk_roster(const Records *records, const char *account, gpointer data, GError **error)
{
    RosterWalk *walk = data;
    g_autofree char *version = NULL;
    walk->account = name_of_account(records, account);
    return cache_load_roster(records->db, account, on_contact, walk, &version, error);
}

bool
records_roster(Records *records, const char *account, RecordsContactFunc func, gpointer data, GError **error)
{
    RosterWalk walk = { NULL, func, data };
    return each_account(records, account, walk_roster, &walk, error);
}

/* --- messages --- */

static bool
is_sender(const Message *message, ConversationKind kind, const char *from)
{
    const Jid *jid = message->from;
    if (jid == NULL)
        return false;
    if (g_str_equal(jid_bare(jid), from) || g_str_equal(jid_text(jid), from))
        return true;
    return kind == CONVERSATION_ROOM && g_strcmp0(jid_resource(jid), from) == 0;
}

static bool
is_wanted(const RecordsFilter *filter, ConversationKind kind, const Message *message)
{
    if ((filter->after != 0 && message->time < filter->after) || (filter->before != 0 && message->time >= filter->before))
        return false;
    if (filter->from != NULL && !is_sender(message, kind, filter->from))
        return false;
    return filter->matching == NULL || g_regex_match(filter->matching, message->body, 0, NULL);
}

static RecordsEntry
make_entry(const Records *records, const Place *place, const Message *message)
{
    return (RecordsEntry){
        .account = name_of_account(records, place->account),
        .account_jid = place->account,
        .with = place->with,
        .kind = place->kind,
        .message = message,
    };
}

/* Calls with the texts a message had before. */
static bool
tell_with_earlier(Records *records, RecordsEntry *entry, RecordsFunc func, gpointer data, bool *goes_on, GError **error)
{
    g_autoptr(GPtrArray) edits = history_edits(records->db, entry->message->row, error);
    if (edits == NULL)
        return false;
    g_autofree RecordsText *texts = g_new0(RecordsText, edits->len + 1);
    for (guint i = 0; i + 1 < edits->len; i++) {
        const HistoryEdit *edit = edits->pdata[i];
        texts[i] = (RecordsText){ edit->time, edit->body };
    }
    entry->earlier = texts;
    entry->earlier_count = edits->len > 0 ? edits->len - 1 : 0;
    *goes_on = func(entry, data);
    return true;
}

struct RecordsWalk {
    Records *records;
    RecordsFilter filter;
    char *account, *with, *from; /* what `filter` points at */
    GPtrArray *places;
    guint place;
    gint64 order; /* of the last message of this place; 0: it begins */
    bool earlier;
    bool backwards;
};

RecordsWalk *
records_walk_new(Records *records, const RecordsFilter *filter, bool earlier, bool backwards, GError **error)
{
    g_autoptr(RecordsWalk) walk = g_new0(RecordsWalk, 1);
    walk->records = records;
    walk->filter = *filter;
    walk->filter.account = walk->account = g_strdup(filter->account);
    walk->filter.with = walk->with = g_strdup(filter->with);
    walk->filter.from = walk->from = g_strdup(filter->from);
    if (walk->filter.matching != NULL)
        g_regex_ref(walk->filter.matching);
    walk->earlier = earlier;
    walk->backwards = backwards;
    walk->places = find_places(records, walk->account, walk->with, error);
    return walk->places == NULL ? NULL : g_steal_pointer(&walk);
}

void
records_walk_free(RecordsWalk *walk)
{
    if (walk == NULL)
        return;
    g_clear_pointer(&walk->places, g_ptr_array_unref);
    g_clear_pointer(&walk->filter.matching, g_regex_unref);
    g_free(walk->account);
    g_free(walk->with);
    g_free(walk->from);
    g_free(walk);
}

static guint
page_size(const RecordsWalk *walk)
{
    return walk->filter.matching != NULL ? MATCHING_PAGE : PAGE;
}

static GPtrArray *
next_page(const RecordsWalk *walk, const Place *place, GError **error)
{
    const HistoryPlace where = { place->account, place->with, place->kind };
    const gint64 after = walk->filter.after > order_slack ? walk->filter.after - order_slack : 0;
    if (walk->backwards)
        return history_page_before(walk->records->db, &where, walk->order != 0 ? walk->order : G_MAXINT64,
                                   page_size(walk), error);
    return history_page_after(walk->records->db, &where, walk->order != 0 ? walk->order : after, page_size(walk),
                              error);
}

/* Tells the messages of a page that are wanted, in the order of the walk. */
static bool
tell_page(RecordsWalk *walk, const Place *place, const GPtrArray *page, RecordsFunc func, gpointer data,
          bool *goes_on, GError **error)
{
    for (guint i = 0; i < page->len && *goes_on; i++) {
        const Message *message = page->pdata[walk->backwards ? page->len - 1 - i : i];
        walk->order = message->order;
        if (!is_wanted(&walk->filter, place->kind, message))
            continue;
        RecordsEntry entry = make_entry(walk->records, place, message);
        if (!walk->earlier || message->edits == 0)
            *goes_on = func(&entry, data);
        else if (!tell_with_earlier(walk->records, &entry, func, data, goes_on, error))
            return false;
    }
    return true;
}

/* Whether nothing before this place in the order can be wanted. */
static bool
is_before_all(const RecordsWalk *walk)
{
    return walk->backwards && walk->filter.after > order_slack && walk->order < walk->filter.after - order_slack;
}

bool
records_walk_step(RecordsWalk *walk, RecordsFunc func, gpointer data, bool *over, GError **error)
{
    bool goes_on = true;
    *over = walk->place >= walk->places->len;
    if (*over)
        return true;
    const Place *place = walk->places->pdata[walk->place];
    g_autoptr(GPtrArray) page = next_page(walk, place, error);
    if (page == NULL || !tell_page(walk, place, page, func, data, &goes_on, error))
        return false;
    if (page->len < page_size(walk) || is_before_all(walk)) {
        walk->place++;
        walk->order = 0;
    }
    *over = !goes_on || walk->place >= walk->places->len;
    return true;
}

bool
records_each(Records *records, const RecordsFilter *filter, bool earlier, RecordsFunc func, gpointer data,
             GError **error)
{
    bool over = false;
    g_autoptr(RecordsWalk) walk = records_walk_new(records, filter, earlier, false, error);
    while (walk != NULL && !over) {
        if (!records_walk_step(walk, func, data, &over, error))
            return false;
    }
    return walk != NULL;
}

/* A message that was found, where it belongs. */
typedef struct Found {
    const Place *place;
    Message *message;
} Found;

static void
found_clear(gpointer data)
{
    message_unref(((Found *) data)->message);
}

/* The newest `limit` of a place, newest first, into `found`. */
static bool
collect_last(Records *records, const Place *place, const RecordsFilter *filter, guint limit, GArray *found,
             GError **error)
{
    const HistoryPlace where = { place->account, place->with, place->kind };
    const guint start = found->len;
    gint64 order = G_MAXINT64;
    while (found->len - start < limit) {
        const guint size = MIN(limit, PAGE);
        g_autoptr(GPtrArray) page = history_page_before(records->db, &where, order, size, error);
        if (page == NULL)
            return false;
        for (guint i = page->len; i > 0 && found->len - start < limit; i--) {
            Message *message = page->pdata[i - 1];
            order = message->order;
            if (!is_wanted(filter, place->kind, message))
                continue;
            const Found one = { place, message_ref(message) };
            g_array_append_val(found, one);
        }
        if (page->len < size || (filter->after > order_slack && order < filter->after - order_slack))
            break;
    }
    return true;
}

/* Newest first. */
static gint
compare_found(gconstpointer left, gconstpointer right)
{
    const Message *a = ((const Found *) left)->message, *b = ((const Found *) right)->message;
    return (a->time < b->time) - (a->time > b->time);
}

bool
records_each_last(Records *records, const RecordsFilter *filter, guint limit, RecordsFunc func, gpointer data,
                  GError **error)
{
    limit = MIN(limit, RECORDS_LIMIT_MAX);
    g_autoptr(GPtrArray) places = find_places(records, filter->account, filter->with, error);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Found));
    g_array_set_clear_func(found, found_clear);
    if (places == NULL)
        return false;
    for (guint i = 0; i < places->len; i++) {
        if (!collect_last(records, places->pdata[i], filter, limit, found, error))
            return false;
    }
    if (places->len > 1)
        g_array_sort(found, compare_found);
    for (guint i = MIN(limit, found->len); i > 0; i--) {
        const Found *one = &g_array_index(found, Found, i - 1);
        const RecordsEntry entry = make_entry(records, one->place, one->message);
        if (!func(&entry, data))
            break;
    }
    return true;
}

bool
records_catch_up(Records *records, GError **error)
{
    return search_catch_up(records->db, error);
}

bool
records_search(Records *records, const char *words, const RecordsFilter *filter, guint limit, RecordsFunc func,
               gpointer data, bool *more, GError **error)
{
    const HistoryFilter wanted = {
        .account = filter->account,
        .with = filter->with,
        .from = filter->from,
        .after = filter->after,
        .before = filter->before,
    };
    limit = MIN(limit, RECORDS_LIMIT_MAX);
    g_autoptr(GPtrArray) hits = search_messages(records->db, words, &wanted, limit + 1, 0, error);
    if (hits == NULL)
        return false;
    if (more != NULL)
        *more = hits->len > limit;
    for (guint i = MIN(hits->len, limit); i > 0; i--) {
        const SearchHit *hit = hits->pdata[i - 1];
        g_autofree RecordsMark *marks = g_new0(RecordsMark, hit->marks->len + 1);
        for (guint j = 0; j < hit->marks->len; j++) {
            const SearchMark *mark = &g_array_index(hit->marks, SearchMark, j);
            marks[j] = (RecordsMark){ mark->start, mark->length };
        }
        const Place place = { hit->account, hit->with, hit->kind };
        RecordsEntry entry = make_entry(records, &place, hit->message);
        entry.marks = marks;
        entry.mark_count = hit->marks->len;
        if (!func(&entry, data))
            break;
    }
    return true;
}

/* --- conversations --- */

typedef struct ConversationWalk {
    const Records *records;
    RecordsConversationFunc func;
    gpointer data;
} ConversationWalk;

static void
on_conversation(const HistoryConversation *conversation, gpointer data)
{
    const ConversationWalk *walk = data;
    const RecordsConversation told = {
        .account = name_of_account(walk->records, conversation->place.account),
        .account_jid = conversation->place.account,
        .with = conversation->place.with,
        .kind = conversation->place.kind,
        .last_time = conversation->last_time,
        .unread = conversation->unread,
    };
    walk->func(&told, walk->data);
}

bool
records_conversations(Records *records, const char *account, bool unread_only, RecordsConversationFunc func,
                      gpointer data, GError **error)
{
    ConversationWalk walk = { records, func, data };
    return history_each_conversation(records->db, account, unread_only, on_conversation, &walk, error);
}

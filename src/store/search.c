/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/search.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "store/history_rows.h"
#include "store/search_index.h"
#include "store/search_text.h"
#include "store/sql.h"

enum {
    WORDS_MAX = 64,         /* of one search */
    CATCH_UP = 2000,        /* messages indexed before a search */
    MARKED_MAX = 64 * 1024, /* bytes of a message that are looked through for marks (I9) */
};

/* A stamp of a server that is ahead may be later than the message's row by this much. */
static const gint64 clock_slack = 2 * G_TIME_SPAN_DAY;

/* What was asked for: a word or a phrase. */
typedef struct Phrase {
    SearchText text;
    bool is_prefix; /* of its last token */
} Phrase;

void
search_hit_free(SearchHit *hit)
{
    if (hit == NULL)
        return;
    g_free(hit->account);
    g_free(hit->with);
    message_unref(hit->message);
    g_clear_pointer(&hit->marks, g_array_unref);
    g_free(hit);
}

/* --- what is asked for --- */

static void
phrase_clear(gpointer data)
{
    Phrase *phrase = data;
    search_text_clear(&phrase->text);
}

static void
append_phrase(GArray *phrases, const char *text, gsize length, bool is_prefix)
{
    Phrase phrase = { .is_prefix = is_prefix };
    search_text_init(&phrase.text, text, (gssize) length);
    if (phrase.text.tokens->len > 0)
        g_array_append_val(phrases, phrase);
    else
        phrase_clear(&phrase);
}

static const char *
end_of_word(const char *at)
{
    while (*at != '\0' && *at != '"' && !g_unichar_isspace(g_utf8_get_char(at)))
        at = g_utf8_next_char(at);
    return at;
}

/* Words and "phrases"; a quote without its end reaches to the end. NULL: nothing to look for. */
static GArray *
parse_words(const char *words, GError **error)
{
    g_autoptr(GArray) phrases = g_array_new(FALSE, FALSE, sizeof(Phrase));
    g_array_set_clear_func(phrases, phrase_clear);
    for (const char *at = words; *at != '\0';) {
        const bool is_quoted = *at == '"';
        const char *start = is_quoted ? at + 1 : at;
        const char *end = is_quoted ? strchrnul(start, '"') : end_of_word(start);
        append_phrase(phrases, start, (gsize) (end - start), !is_quoted && end > start && end[-1] == '*');
        at = *end != '\0' && (is_quoted || *end != '"') ? g_utf8_next_char(end) : end;
    }
    if (phrases->len == 0)
        g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                            _("There is no word to search for: give letters or digits"));
    else if (phrases->len > WORDS_MAX)
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("Too many words to search for: give at most %d"),
                    WORDS_MAX);
    return phrases->len == 0 || phrases->len > WORDS_MAX ? NULL : g_steal_pointer(&phrases);
}

/* --- the query --- */

/* Each phrase in quotes: folded text has none, so it cannot leave them. */
static void
append_phrases(GString *match, const GArray *phrases)
{
    g_string_append(match, "text : (");
    for (guint i = 0; i < phrases->len; i++) {
        const Phrase *phrase = &g_array_index(phrases, Phrase, i);
        g_string_append_printf(match, "%s\"%s\"%s", i > 0 ? " AND " : "", phrase->text.folded->str,
                               phrase->is_prefix ? " *" : "");
    }
    g_string_append_c(match, ')');
}

/* By the whole name, or by the JID without its resource, which says little outside rooms. */
static void
append_sender(GString *match, const char *from)
{
    g_autofree char *whole = search_index_sender(from, strlen(from));
    g_autofree char *bare = search_index_sender(from, (gsize) (strchrnul(from, '/') - from));
    g_string_append_printf(match, " AND place : (\"%s\" OR \"%s\")", whole, bare);
}

/* Limits the match to the conversations of the filter. `*possible` is false when there is none. */
static bool
append_places(Db *db, GString *match, const HistoryFilter *filter, bool *possible, GError **error)
{
    if (filter->account == NULL && filter->with == NULL)
        return true;
    sqlite3_stmt *select =
        filter->with != NULL
            ? sql_query(db, error,
                        "SELECT 'c' || c.id FROM conversation c JOIN account a ON a.id = c.account WHERE c.jid = ?1"
                        " AND (?2 IS NULL OR a.jid = ?2)",
                        SQL_TEXT(filter->with), SQL_TEXT(filter->account))
            : sql_query(db, error, "SELECT 'a' || id FROM account WHERE jid = ?", SQL_TEXT(filter->account));
    if (select == NULL)
        return false;
    guint count = 0;
    int more;
    while ((more = db_next_row(db, select, error)) > 0)
        g_string_append_printf(match, "%s\"%s\"", count++ == 0 ? " AND place : (" : " OR ", sql_text(select, 0));
    if (count > 0)
        g_string_append_c(match, ')');
    *possible = count > 0;
    return more == 0;
}

/* --- hits --- */

/* Whether a token of the message is this one of the phrase. */
static bool
token_matches(const SearchText *text, guint at, const Phrase *phrase, guint number)
{
    const SearchToken *have = &g_array_index(text->tokens, SearchToken, at);
    const SearchToken *want = &g_array_index(phrase->text.tokens, SearchToken, number);
    const bool is_prefix = phrase->is_prefix && number + 1 == phrase->text.tokens->len;
    if (is_prefix ? have->length < want->length : have->length != want->length)
        return false;
    return memcmp(text->folded->str + have->at, phrase->text.folded->str + want->at, want->length) == 0;
}

static bool
phrase_matches(const SearchText *text, guint at, const Phrase *phrase)
{
    const guint count = phrase->text.tokens->len;
    for (guint i = 0; i < count; i++) {
        if (at + i >= text->tokens->len || !token_matches(text, at + i, phrase, i))
            return false;
    }
    return true;
}

static gint
compare_marks(gconstpointer a, gconstpointer b)
{
    const SearchMark *one = a;
    const SearchMark *other = b;
    return one->start < other->start ? -1 : one->start > other->start;
}

/* Marks that touch or overlap become one. */
static void
join_marks(GArray *marks)
{
    g_array_sort(marks, compare_marks);
    guint kept = 0;
    for (guint i = 1; i < marks->len; i++) {
        SearchMark *last = &g_array_index(marks, SearchMark, kept);
        const SearchMark *mark = &g_array_index(marks, SearchMark, i);
        if (mark->start <= last->start + last->length)
            last->length = MAX(last->length, mark->start + mark->length - last->start);
        else
            g_array_index(marks, SearchMark, ++kept) = *mark;
    }
    if (marks->len > 0)
        g_array_set_size(marks, kept + 1);
}

static GArray *
find_marks(const char *body, const GArray *phrases)
{
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(SearchMark));
    g_auto(SearchText) text = { 0 };
    const gsize length = strlen(body);
    search_text_init(&text, body, length <= MARKED_MAX ? (gssize) length : g_utf8_prev_char(body + MARKED_MAX) - body);
    for (guint i = 0; i < phrases->len; i++) {
        const Phrase *phrase = &g_array_index(phrases, Phrase, i);
        for (guint at = 0; at < text.tokens->len; at++) {
            if (!phrase_matches(&text, at, phrase))
                continue;
            const guint last = at + phrase->text.tokens->len - 1;
            const guint start = g_array_index(text.tokens, SearchToken, at).start;
            const SearchMark mark = { start, g_array_index(text.tokens, SearchToken, last).end - start };
            g_array_append_val(marks, mark);
        }
    }
    join_marks(marks);
    return marks;
}

static GPtrArray *
read_hits(Db *db, sqlite3_stmt *select, const GArray *phrases, GError **error)
{
    g_autoptr(GPtrArray) hits = g_ptr_array_new_with_free_func((GDestroyNotify) search_hit_free);
    g_auto(RowReader) reader = { 0 };
    int more = -1;
    while (select != NULL && (more = db_next_row(db, select, error)) > 0) {
        SearchHit *hit = g_new0(SearchHit, 1);
        hit->message = rows_read(&reader, select);
        hit->account = g_strdup(sql_text(select, HISTORY_COLUMNS_COUNT));
        hit->with = g_strdup(sql_text(select, HISTORY_COLUMNS_COUNT + 1));
        hit->kind = (ConversationKind) sql_int(select, HISTORY_COLUMNS_COUNT + 2);
        hit->marks = find_marks(hit->message->body, phrases);
        g_ptr_array_add(hits, hit);
    }
    return more == 0 ? g_steal_pointer(&hits) : NULL;
}

/* The index yields rows from the newest down, so reading stops when there are enough. */
static sqlite3_stmt *
select_hits(Db *db, const char *match, const HistoryFilter *filter, guint limit, gint64 before_row, GError **error)
{
    const gint64 oldest = filter->after > clock_slack ? filter->after - clock_slack : G_MININT64;
    return sql_query(db, error,
                     "SELECT " HISTORY_COLUMNS ", a.jid, c.jid, c.kind FROM words w CROSS JOIN message m"
                     " ON m.row = w.rowid CROSS JOIN conversation c ON c.id = m.conversation CROSS JOIN account a"
                     " ON a.id = c.account WHERE words MATCH ?1 AND w.rowid < ?2 AND w.rowid >= ?3"
                     " AND (?4 = 0 OR m.time >= ?4) AND (?5 = 0 OR m.time < ?5)"
                     " AND " HISTORY_FROM("m", "?6", "c.jid", "c.kind") " ORDER BY w.rowid DESC LIMIT ?7",
                     SQL_TEXT(match), SQL_INT(before_row != 0 ? before_row : G_MAXINT64), SQL_INT(oldest),
                     SQL_INT(filter->after), SQL_INT(filter->before), SQL_TEXT(filter->from), SQL_INT(limit));
}

/* What came a moment ago is found, too, unless another process is writing just now. False: the index is damaged. */
static bool
catch_up(Db *db, GError **error)
{
    gint64 waiting = 0;
    g_autoptr(GError) why = NULL;
    if (!sql_number(db, &why, &waiting, NULL, "SELECT EXISTS (SELECT 1 FROM unindexed WHERE row > ?)",
                    SQL_INT(G_MININT64)))
        waiting = 0;
    if (waiting != 0 && db_step_begin(db, &why))
        db_step_end(db, search_index_update(db, CATCH_UP, &why) >= 0, &why);
    if (!search_index_is_damage(why))
        return true;
    g_propagate_error(error, g_steal_pointer(&why));
    return false;
}

static GPtrArray *
search(Db *db, const GArray *phrases, const HistoryFilter *filter, guint limit, gint64 before_row, GError **error)
{
    g_autoptr(GString) match = g_string_new(NULL);
    bool possible = true;
    append_phrases(match, phrases);
    if (filter->from != NULL)
        append_sender(match, filter->from);
    if (!catch_up(db, error) || !append_places(db, match, filter, &possible, error))
        return NULL;
    if (!possible)
        return g_ptr_array_new_with_free_func((GDestroyNotify) search_hit_free);
    return read_hits(db, select_hits(db, match->str, filter, limit, before_row, error), phrases, error);
}

GPtrArray *
search_messages(Db *db, const char *words, const HistoryFilter *filter, guint limit, gint64 before_row, GError **error)
{
    static const HistoryFilter all = { 0 };
    g_autoptr(GArray) phrases = parse_words(words, error);
    if (phrases == NULL)
        return NULL;
    g_autoptr(GError) why = NULL;
    GPtrArray *hits = search(db, phrases, filter != NULL ? filter : &all, limit, before_row, &why);
    if (hits != NULL)
        return hits;
    if (search_index_is_damage(why) && search_index_reset(db))
        g_set_error_literal(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                            _("The index of the search was damaged and is made anew: search again in a moment"));
    else
        g_propagate_error(error, g_steal_pointer(&why));
    return NULL;
}

bool
search_catch_up(Db *db, GError **error)
{
    int count;
    do {
        if (!db_step_begin(db, error))
            return false;
        count = search_index_update(db, CATCH_UP, error);
        if (!db_step_end(db, count >= 0, error) || !db_commit(db, error))
            return false;
    } while (count > 0);
    return true;
}

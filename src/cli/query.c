/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/query.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "core/record_lines.h"

enum { SEARCH_LIMIT = 1000 };

/* One run of one of the words. */
typedef struct Query {
    const CliQuery *options;
    Records *records;
    GPtrArray *accounts; /* bare JIDs; NULL once: all of them */
    RecordsFilter filter;
    Jid *with;
    RecordStyle style;
    bool complete; /* JSON for import */
    bool json;
    bool failed; /* standard output does not take more */
    guint count;
    GString *line;
} Query;

static int
finish(Query *query, GError *take_error)
{
    g_autoptr(GError) error = take_error;
    if (error == NULL && !query->failed && fflush(stdout) != 0)
        query->failed = true;
    if (error == NULL && query->failed && errno != EPIPE)
        g_set_error(&error, CONFAB_ERROR, ERROR_LOCAL_IO,
                    _("standard output cannot be written (%s): check where it goes"), g_strerror(errno));
    g_clear_pointer(&query->records, records_free);
    g_clear_pointer(&query->accounts, g_ptr_array_unref);
    g_clear_pointer(&query->with, jid_unref);
    if (query->line != NULL)
        g_string_free(query->line, TRUE);
    if (error == NULL)
        return 0;
    fprintf(stderr, "confab: %s\n", error->message);
    return error->domain == CONFAB_ERROR ? error->code : ERROR_INTERNAL;
}

/* --- what is asked --- */

static bool
parse_date(const char *option, const char *text, gint64 *when, GError **error)
{
    if (text == NULL || when_parse_words(text, when_now(), when))
        return true;
    g_autofree char *shown = text_clean(text, -1, TEXT_STRICT);
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                _("%s %s: write a date, like 2026-11-22, yesterday, \"3 days\" or 2026-11-22T10:00:00Z"), option, shown);
    return false;
}

static bool
check_operands(const CliQuery *options, guint least, guint most, const char *usage, GError **error)
{
    const guint count = options->operands == NULL ? 0 : g_strv_length((char **) options->operands);
    for (guint i = 0; i < count; i++) {
        if (g_utf8_validate(options->operands[i], -1, NULL))
            continue;
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("“%s” is not valid UTF-8: write %s"), "…", usage);
        return false;
    }
    if (count >= least && count <= most)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, count > most ? _("too many words: write %s") : _("a word is missing: write %s"),
                usage);
    return false;
}

static bool
open_accounts(Query *query, GError **error)
{
    query->accounts = g_ptr_array_new();
    for (const char *const *name = query->options->accounts; name != NULL && *name != NULL; name++) {
        const char *account = records_find_account(query->records, *name, error);
        if (account == NULL)
            return false;
        g_ptr_array_add(query->accounts, (gpointer) account);
    }
    if (query->accounts->len == 0)
        g_ptr_array_add(query->accounts, NULL);
    return true;
}

/* Opens the store and understands the options; `with` may be NULL. */
static bool
open_query(Query *query, const char *with, GError **error)
{
    const CliQuery *options = query->options;
    if (options->limit < 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("--limit %d: write how many, at least 1"), options->limit);
        return false;
    }
    if (!parse_date("--after", options->after, &query->filter.after, error) ||
        !parse_date("--before", options->before, &query->filter.before, error))
        return false;
    query->records = records_open(options->paths, error);
    if (query->records == NULL || !open_accounts(query, error))
        return false;
    query->line = g_string_new(NULL);
    query->json = options->json;
    query->style = (RecordStyle){ "", "", true };
    query->filter.from = options->from;
    if (with == NULL)
        return true;
    query->with = records_find_contact(query->records, query->accounts->pdata[0], with, error);
    query->filter.with = query->with == NULL ? NULL : jid_bare(query->with);
    return query->with != NULL;
}

/* --- printing --- */

static bool
put_line(Query *query)
{
    g_string_append_c(query->line, '\n');
    if (fwrite(query->line->str, 1, query->line->len, stdout) < query->line->len)
        query->failed = true;
    g_string_truncate(query->line, 0);
    query->count++;
    return !query->failed;
}

static bool
on_entry(const RecordsEntry *entry, gpointer data)
{
    Query *query = data;
    if (query->json)
        record_to_json(entry, query->complete, query->line);
    else
        record_to_line(entry, &query->style, query->line);
    return put_line(query);
}

static void
begin_json(Query *query, const char *event, const char *account, const char *with)
{
    g_autofree char *now = when_format(when_now());
    g_string_append_printf(query->line, "{\"v\":1,\"event\":\"%s\",\"time\":\"%s\"", event, now);
    record_add_json_text(query->line, "account", account);
    record_add_json_text(query->line, "with", with);
}

static void
add_cleaned(Query *query, const char *before, const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_STRICT);
    g_string_append(query->line, before);
    g_string_append(query->line, clean);
}

/* --- the words --- */

/* The newest ones with --limit, else all. */
static bool
print_messages(Query *query, GError **error)
{
    for (guint i = 0; i < query->accounts->len && !query->failed; i++) {
        query->filter.account = query->accounts->pdata[i];
        const bool done = query->options->limit > 0
                              ? records_each_last(query->records, &query->filter, (guint) query->options->limit, on_entry,
                                                  query, error)
                              : records_each(query->records, &query->filter, query->complete, on_entry, query, error);
        if (!done)
            return false;
    }
    return true;
}

static void
on_any_conversation(const RecordsConversation *conversation, gpointer data)
{
    Query *query = data;
    query->count += g_str_equal(conversation->with, query->filter.with);
}

/* An empty answer is one only when there is a history that could have had more. */
static bool
require_conversation(Query *query, GError **error)
{
    for (guint i = 0; query->count == 0 && i < query->accounts->len; i++) {
        if (!records_conversations(query->records, query->accounts->pdata[i], false, on_any_conversation, query, error))
            return false;
    }
    if (query->count > 0)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                _("there is no history with %s: confab export --format text shows all there is"), query->filter.with);
    return false;
}

int
cli_history(const CliQuery *options)
{
    Query query = { .options = options };
    GError *error = NULL;
    if (!check_operands(options, 1, 1, "confab history JID", &error) ||
        !open_query(&query, options->operands[0], &error))
        return finish(&query, error);
    query.style.names_conversation = false;
    if (print_messages(&query, &error) && !query.failed)
        require_conversation(&query, &error);
    return finish(&query, error);
}

int
cli_search(const CliQuery *options)
{
    Query query = { .options = options };
    GError *error = NULL;
    bool more = false;
    const guint limit = options->limit > 0 ? (guint) options->limit : SEARCH_LIMIT;
    if (!check_operands(options, 1, G_MAXUINT, "confab search WORDS", &error))
        return finish(&query, error);
    if (!open_query(&query, options->with, &error))
        return finish(&query, error);
    /* An instance that is busy does it itself. */
    records_catch_up(query.records, NULL);
    g_autofree char *words = g_strjoinv(" ", (char **) options->operands);
    /* Bold is no colour; files and pipes get the text as it is. */
    const char *terminal = g_getenv("TERM");
    if (isatty(STDOUT_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0)
        query.style = (RecordStyle){ "\033[1m", "\033[0m", true };
    for (guint i = 0; error == NULL && i < query.accounts->len && !query.failed; i++) {
        query.filter.account = query.accounts->pdata[i];
        records_search(query.records, words, &query.filter, limit, on_entry, &query, &more, &error);
        if (more && options->limit == 0)
            fprintf(stderr, _("confab: only the newest %u are shown: ask for more with --limit, or for other words\n"),
                    limit);
    }
    return finish(&query, error);
}

static void
on_unread(const RecordsConversation *conversation, gpointer data)
{
    Query *query = data;
    if (query->json) {
        begin_json(query, "unread", conversation->account, conversation->with);
        g_string_append_printf(query->line, ",\"count\":%u}", conversation->unread);
    } else {
        add_cleaned(query, "", conversation->account);
        add_cleaned(query, " ", conversation->with);
        g_string_append_printf(query->line, ": %u", conversation->unread);
    }
    put_line(query);
}

int
cli_unread(const CliQuery *options)
{
    Query query = { .options = options };
    GError *error = NULL;
    if (check_operands(options, 0, 0, "confab unread", &error) && open_query(&query, NULL, &error)) {
        for (guint i = 0; error == NULL && i < query.accounts->len; i++)
            records_conversations(query.records, query.accounts->pdata[i], true, on_unread, &query, &error);
    }
    return finish(&query, error);
}

static void
on_contact(const RecordsContact *contact, gpointer data)
{
    Query *query = data;
    if (!query->json) {
        add_cleaned(query, "", contact->account);
        add_cleaned(query, " ", contact->jid);
        g_string_append_printf(query->line, " %s", contact->subscription);
        if (contact->name != NULL)
            add_cleaned(query, " ", contact->name);
        put_line(query);
        return;
    }
    begin_json(query, "roster", contact->account, contact->jid);
    record_add_json_text(query->line, "name", contact->name);
    record_add_json_text(query->line, "subscription", contact->subscription);
    g_string_append_printf(query->line, ",\"ask\":%s,\"groups\":[", contact->ask ? "true" : "false");
    for (const char *const *group = contact->groups; *group != NULL; group++) {
        g_string_append(query->line, group == contact->groups ? "" : ",");
        record_add_json_value(query->line, *group);
    }
    g_string_append(query->line, "]}");
    put_line(query);
}

int
cli_roster(const CliQuery *options)
{
    Query query = { .options = options };
    GError *error = NULL;
    if (check_operands(options, 0, 0, "confab roster", &error) && open_query(&query, NULL, &error)) {
        for (guint i = 0; error == NULL && i < query.accounts->len; i++)
            records_roster(query.records, query.accounts->pdata[i], on_contact, &query, &error);
    }
    return finish(&query, error);
}

int
cli_export(const CliQuery *options)
{
    Query query = { .options = options };
    GError *error = NULL;
    const char *format = options->format == NULL ? "jsonl" : options->format;
    if (strcmp(format, "jsonl") != 0 && strcmp(format, "text") != 0) {
        g_autofree char *shown = text_clean(format, -1, TEXT_STRICT);
        g_set_error(&error, CONFAB_ERROR, ERROR_USAGE, _("--format %s: write jsonl or text"), shown);
        return finish(&query, error);
    }
    if (check_operands(options, 0, 0, "confab export [--with JID]", &error) && open_query(&query, options->with, &error)) {
        query.json = options->json || strcmp(format, "jsonl") == 0;
        query.complete = query.json;
        if (print_messages(&query, &error) && options->with != NULL && !query.failed)
            require_conversation(&query, &error);
    }
    return finish(&query, error);
}

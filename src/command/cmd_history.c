/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said: reading, searching and exporting the store. Reading all of it takes long, so it is done a page at a
 * time, between the other work of the loop. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "command/tables.h"
#include "core/conversations.h"
#include "core/record_lines.h"

enum {
    HISTORY_DEFAULT = 20,
    SEARCH_DEFAULT = 50,
    LASTLOG_MAX = 100,
};

/* Seen without colours, too. */
static const RecordStyle style = { "»", "«", true };

/* --- whose history --- */

/* What the arguments and the current conversation say; the texts are theirs. `with` NULL: all. */
static RecordsFilter
filter_of_call(const CommandCall *call, const Args *args)
{
    const Conversation *conversation = command_call_conversation(call);
    const Session *session = command_call_is_for_one_account(call) ? command_call_session(call) : NULL;
    RecordsFilter filter = {
        .account = session == NULL ? NULL : jid_bare(account_jid(session_account(session))),
        .after = args_date(args, "after", 0),
        .before = args_date(args, "before", 0),
    };
    if (args_has(args, "jid")) {
        filter.with = jid_bare(args_jid(args, "jid"));
    } else if (conversation != NULL) {
        filter.with = jid_bare(conversation_jid(conversation));
        filter.account = jid_bare(account_jid(conversation_account(conversation)));
    }
    return filter;
}

static bool
require_conversation(const RecordsFilter *filter, GError **error)
{
    if (filter->with != NULL)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                _("there is no conversation here: say which one by “with JID”, or open one with /msg JID"));
    return false;
}

/* --- rows --- */

static char *
format_marks(const RecordsEntry *entry)
{
    const char *body = entry->message->body;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < entry->mark_count; i++) {
        const RecordsMark *mark = &entry->marks[i];
        g_string_append_printf(text, "%s%ld+%ld", i > 0 ? " " : "", g_utf8_strlen(body, mark->start),
                               g_utf8_strlen(body + mark->start, mark->length));
    }
    return text->len == 0 ? NULL : g_string_free(g_steal_pointer(&text), FALSE);
}

/* Who spoke; where it could have been anywhere also to whom. */
static char *
describe_sender(const RecordsEntry *entry, bool anywhere)
{
    g_autofree char *sender = record_sender(entry);
    const bool clear = entry->kind == CONVERSATION_CHAT && entry->message->direction == MESSAGE_IN;
    if (!anywhere || clear)
        return g_steal_pointer(&sender);
    g_autofree char *with = text_clean(entry->with, -1, TEXT_STRICT);
    return g_strdup_printf("%s > %s", sender, with);
}

static void
print_entry(CommandCall *call, const RecordsEntry *entry, bool anywhere)
{
    const Message *message = entry->message;
    g_autofree char *local = when_format_local(message->time, "%Y-%m-%d %H:%M");
    g_autofree char *time = when_format(message->time);
    g_autofree char *sender = describe_sender(entry, anywhere);
    g_autofree char *marks = format_marks(entry);
    g_autoptr(GString) text = g_string_new(NULL);
    record_add_body(entry, &style, text);
    const char *state = message->direction == MESSAGE_OUT ? message_state_word(message->state) : NULL;
    command_call_row(call, ".time", time, ".account", entry->account, ".with", entry->with, ".id", message->id,
                     ".direction", message->direction == MESSAGE_IN ? "in" : "out", ".state", state, ".body",
                     message->body, ".marks", marks, "local", local, "from", sender, "text", text->str, NULL);
}

/* A call that prints what is found. */
typedef struct Printer {
    CommandCall *call;
    bool anywhere; /* not of one conversation */
    guint count;
} Printer;

static bool
on_entry(const RecordsEntry *entry, gpointer data)
{
    Printer *printer = data;
    print_entry(printer->call, entry, printer->anywhere);
    printer->count++;
    return true;
}

static bool
cmd_history(CommandCall *call, const Args *args, GError **error)
{
    g_autoptr(Records) records = records_of_client(command_call_client(call));
    const RecordsFilter filter = filter_of_call(call, args);
    const guint count = (guint) args_int(args, "count", HISTORY_DEFAULT);
    Printer printer = { .call = call };
    if (!require_conversation(&filter, error) ||
        !records_each_last(records, &filter, count, on_entry, &printer, error))
        return false;
    if (printer.count == 0)
        command_call_print(call, _("Nothing is kept of %s for this time."), filter.with);
    return true;
}

static bool
cmd_forget(CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "jid");
    g_autoptr(Jid) bare = jid_to_bare(jid);
    if (!conversations_forget(command_call_client(call), session_account(command_call_session(call)), bare, error))
        return false;
    command_call_print(call, _("what was said with %s is deleted"), jid_text(bare));
    return true;
}

/* Words that were quoted are looked for as they stand. */
static char *
join_words(const char *const *words)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (; *words != NULL; words++) {
        g_autofree char *plain = g_strdelimit(g_strdup(*words), "\"", ' ');
        g_string_append_printf(text, strchr(plain, ' ') != NULL ? "\"%s\" " : "%s ", plain);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool
cmd_search(CommandCall *call, const Args *args, GError **error)
{
    g_autoptr(Records) records = records_of_client(command_call_client(call));
    RecordsFilter filter = filter_of_call(call, args);
    g_autofree char *words = join_words(args_list(args, "words"));
    Printer printer = { .call = call, .anywhere = !args_has(args, "jid") };
    bool more = false;
    if (!args_has(args, "jid"))
        filter.with = NULL;
    filter.from = args_text(args, "sender");
    if (!records_search(records, words, &filter, SEARCH_DEFAULT, on_entry, &printer, &more, error))
        return false;
    if (printer.count == 0)
        command_call_print(call, _("No message has all of these words."));
    else if (more)
        command_call_print(call, _("These are the newest %d: go on with “before DATE”, or with more words."),
                           SEARCH_DEFAULT);
    return true;
}

/* --- work that takes long --- */

/* A walk through the history from idle sources. The records are the client's, which lives as long as the call has
 * one. */
typedef struct Work {
    CommandCall *call;
    Records *records;
    RecordsWalk *walk;
    RecordsFunc func;
    void (*done)(struct Work *work);
    guint count;
    /* /lastlog */
    GPtrArray *found; /* Found, newest first */
    /* /export */
    FILE *stream;
    char *path;
    GString *line;
    bool json;
    GError *error;
} Work;

/* A message kept until all are found. */
typedef struct Found {
    char *account, *account_jid, *with;
    ConversationKind kind;
    Message *message;
} Found;

static void
found_free(gpointer data)
{
    Found *found = data;
    g_free(found->account);
    g_free(found->account_jid);
    g_free(found->with);
    message_unref(found->message);
    g_free(found);
}

static void
work_free(Work *work)
{
    g_clear_pointer(&work->walk, records_walk_free);
    g_clear_pointer(&work->records, records_free);
    g_clear_pointer(&work->found, g_ptr_array_unref);
    g_clear_pointer(&work->stream, fclose);
    if (work->line != NULL)
        g_string_free(work->line, TRUE);
    g_clear_error(&work->error);
    g_free(work->path);
    g_free(work);
}

static gboolean
on_step(gpointer data)
{
    Work *work = data;
    bool over = true;
    /* The program ends: the call was finished for us. */
    const bool alive = command_call_client(work->call) != NULL;
    if (alive && records_walk_step(work->walk, work->func, work, &over, &work->error) && !over)
        return G_SOURCE_CONTINUE;
    if (alive && work->error == NULL)
        work->done(work);
    command_call_finish(work->call, work->error);
    work_free(work);
    return G_SOURCE_REMOVE;
}

static Work *
work_new(CommandCall *call, const RecordsFilter *filter, bool earlier, bool backwards, GError **error)
{
    Work *work = g_new0(Work, 1);
    work->records = records_of_client(command_call_client(call));
    work->walk = records_walk_new(work->records, filter, earlier, backwards, error);
    if (work->walk != NULL)
        return work;
    work_free(work);
    return NULL;
}

static void
work_start(Work *work, CommandCall *call)
{
    work->call = command_call_defer(call);
    g_idle_add(on_step, work);
}

static bool
on_match(const RecordsEntry *entry, gpointer data)
{
    Work *work = data;
    Found *found = g_new0(Found, 1);
    *found = (Found){ g_strdup(entry->account), g_strdup(entry->account_jid), g_strdup(entry->with), entry->kind,
                      message_ref((Message *) entry->message) };
    g_ptr_array_add(work->found, found);
    return work->found->len < LASTLOG_MAX;
}

static void
on_lastlog_done(Work *work)
{
    for (guint i = work->found->len; i > 0; i--) {
        const Found *found = work->found->pdata[i - 1];
        const RecordsEntry entry = { .account = found->account,
                                     .account_jid = found->account_jid,
                                     .with = found->with,
                                     .kind = found->kind,
                                     .message = found->message };
        print_entry(work->call, &entry, false);
    }
    if (work->found->len == 0)
        command_call_print(work->call, _("No message matches."));
}

static bool
cmd_lastlog(CommandCall *call, const Args *args, GError **error)
{
    RecordsFilter filter = filter_of_call(call, args);
    filter.matching = args_regex(args, "regex");
    if (!require_conversation(&filter, error))
        return false;
    Work *work = work_new(call, &filter, false, true, error);
    if (work == NULL)
        return false;
    work->found = g_ptr_array_new_with_free_func(found_free);
    work->func = on_match;
    work->done = on_lastlog_done;
    work_start(work, call);
    return true;
}

/* --- export --- */

static bool
fail_file(Work *work, int code)
{
    g_autofree char *shown = text_clean(work->path, -1, TEXT_STRICT);
    g_clear_error(&work->error);
    if (code == EEXIST)
        g_set_error(&work->error, CONFAB_ERROR, ERROR_LOCAL_IO, _("/export: %s is there already: choose another name"),
                    shown);
    else
        g_set_error(&work->error, CONFAB_ERROR, ERROR_LOCAL_IO, _("/export: %s cannot be written (%s): choose another place"),
                    shown, g_strerror(code));
    return false;
}

static bool
on_exported(const RecordsEntry *entry, gpointer data)
{
    Work *work = data;
    if (work->json)
        record_to_json(entry, true, work->line);
    else
        record_to_line(entry, &style, work->line);
    g_string_append_c(work->line, '\n');
    if (fwrite(work->line->str, 1, work->line->len, work->stream) < work->line->len)
        return fail_file(work, errno);
    g_string_truncate(work->line, 0);
    work->count++;
    return true;
}

static void
on_export_done(Work *work)
{
    FILE *stream = g_steal_pointer(&work->stream);
    if (fclose(stream) != 0) {
        fail_file(work, errno);
        return;
    }
    g_autofree char *count = g_strdup_printf("%u", work->count);
    command_call_row(work->call, "messages", count, "file", work->path, NULL);
}

/* Where an export goes that was given no name. */
static char *
choose_path(const CommandCall *call, bool json)
{
    g_autofree char *now = when_format_local(when_now(), "%Y-%m-%dT%H%M%S");
    g_autofree char *name = g_strdup_printf("export-%s.%s", now, json ? "jsonl" : "txt");
    return g_build_filename(client_paths(command_call_client(call))->data, name, NULL);
}

static bool
cmd_export(CommandCall *call, const Args *args, GError **error)
{
    const RecordsFilter filter = filter_of_call(call, args);
    const bool json = g_strcmp0(args_text(args, "format"), "text") != 0;
    Work *work = work_new(call, &filter, json, false, error);
    if (work == NULL)
        return false;
    work->json = json;
    work->path = args_has(args, "file") ? g_strdup(args_file(args, "file")) : choose_path(call, json);
    const int fd = open(work->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    work->stream = fd < 0 ? NULL : fdopen(fd, "w");
    if (work->stream == NULL) {
        fail_file(work, errno);
        g_propagate_error(error, g_steal_pointer(&work->error));
        work_free(work);
        return false;
    }
    work->line = g_string_new(NULL);
    work->func = on_exported;
    work->done = on_export_done;
    work_start(work, call);
    return true;
}

static const Command commands[] = {
    { .name = "history",
      .grammar = "[count:int(1..10000)] [with jid:bare] [before before:date] [after after:date]",
      .help = N_("Print the last messages of the current conversation, or of another one."),
      .run = cmd_history,
      .details = N_("It comes from the store, so it also works offline. Without a number 20 are printed."),
      .example = "/history 50 with alice@example.org before yesterday" },
    { .name = "history forget",
      .grammar = "<jid:bare>",
      .help = N_("Delete everything that was said with somebody, for good."),
      .run = cmd_forget,
      .needs = NEEDS_ACCOUNT,
      .details = N_("Nothing of it stays on this disk. What the server's archive and the others have is not touched, and "
                    "is not fetched again."),
      .example = "/history forget alice@example.org" },
    { .name = "search",
      .grammar = "<words:word...> [with jid:bare] [from sender:word] [before before:date] [after after:date]",
      .help = N_("Search all conversations for messages that have all of the words."),
      .run = cmd_search,
      .details = N_(
          "Case and accents do not matter. Words in \"quotation marks\" are looked for as they stand, a word that ends "
          "in * is the beginning of one. The newest 50 are printed, oldest first, with what matched between » and «."),
      .example = "/search backup \"disk full\" with alice@example.org after \"3 weeks\"" },
    { .name = "lastlog",
      .grammar = "<regex:regex> [with jid:bare] [before before:date] [after after:date]",
      .help = N_("Print the messages of the current conversation that match a regular expression."),
      .run = cmd_lastlog,
      .details = N_("The newest 100 that match are printed. It reads all messages: /search is faster where words do."),
      .example = "/lastlog \"https?://\"" },
    { .name = "export",
      .grammar = "[file:file] [format format:jsonl|text] [with jid:bare] [before before:date] [after after:date]",
      .help = N_("Write the messages of the current conversation into a file; in the console those of all."),
      .run = cmd_export,
      .details = N_(
          "jsonl, a JSON object a message, is what “confab import” reads; text is for people. A file that is there is "
          "not overwritten; without a name a new one is made in the data directory."),
      .example = "/export ~/alice.jsonl with alice@example.org" },
    { 0 },
};

const CommandGroup history_group = { "history", N_("History"), commands };

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* profanity's histories. Text: chatlogs/ACCOUNT/CONTACT/2023_12_31.log and chatlogs/ACCOUNT/rooms/ROOM/…, JIDs with
 * "_at_"; a line is "TIME - NAME: TEXT" or "TIME - *NAME DOES", TIME in ISO 8601 or, long ago, local "HH:MM:SS"; other
 * lines go on with the text before; NAME is "me" for the user. SQLite: database/ACCOUNT/chatlog.db. */
#include <string.h>

#include "base/i18n.h"
#include "cli/import_private.h"

static const char database_name[] = "chatlog.db";

static bool
is_dated(const char *name)
{
    return g_pattern_match_simple("????_??_??.log", name);
}

static bool
wants(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    return strcmp(name, database_name) == 0 || is_dated(name);
}

/* --- the text logs --- */

/* A file under way. */
typedef struct Log {
    const ImportFile *file;
    const ImportSink *sink;
    RecordsItem item;
    char *with;
    char *day; /* "2023-12-31", of the file's name; NULL */
    GString *text; /* "NAME: TEXT" of the message that may go on */
    gint64 time;   /* of it */
    guint line;    /* where it began; 0: there is none */
} Log;

/* "2023-12-31T10:00:00.123456+01:00 - …" or "10:00:00 - …": where the rest begins. */
static const char *
parse_stamp(const Log *log, const char *line, gint64 *time)
{
    const char *dash = strstr(line, " - ");
    if (dash == NULL || dash - line > 40)
        return NULL;
    g_autofree char *stamp = g_strndup(line, (gsize) (dash - line));
    if (strlen(stamp) == strlen("10:00:00") && stamp[2] == ':' && log->day != NULL) {
        g_autofree char *full = g_strconcat(log->day, "T", stamp, NULL);
        return import_parse_time(full, time) ? dash + 3 : NULL;
    }
    return strchr(stamp, 'T') != NULL && import_parse_time(stamp, time) ? dash + 3 : NULL;
}

/* Who did it and what, "*me waves"; of the name only a nick may have blanks, which cannot be told. */
static char *
split_action(const Log *log, const char *text, GString *body)
{
    const gsize length = strlen(log->with);
    const char *end = strncmp(text, log->with, length) == 0 && text[length] == ' ' ? text + length : strchr(text, ' ');
    if (end == NULL)
        return NULL;
    g_string_assign(body, "/me ");
    g_string_append(body, end + 1);
    return g_strndup(text, (gsize) (end - text));
}

static char *
split(const Log *log, const char *text, GString *body)
{
    if (*text == '*') {
        char *name = split_action(log, text + 1, body);
        if (name != NULL)
            return name;
    }
    const char *end = strstr(text, ": ");
    if (end == NULL)
        return NULL;
    g_string_assign(body, end + 2);
    return g_strndup(text, (gsize) (end - text));
}

/* The message is complete: the next one begins, or the file ends. */
static bool
flush(Log *log)
{
    const ImportSink *sink = log->sink;
    const guint line = log->line;
    RecordsItem *item = &log->item;
    g_autoptr(GString) body = g_string_new(NULL);
    log->line = 0;
    if (line == 0)
        return true;
    g_autofree char *valid = import_text(log->text->str, log->text->len);
    g_autofree char *name = split(log, valid, body);
    if (name == NULL)
        return sink->bad(sink->data, line, _("the line does not say who spoke"));
    const bool room = item->kind == CONVERSATION_ROOM;
    const bool own = room ? import_is_own_nick(sink, item->account, name) : strcmp(name, "me") == 0;
    g_autofree char *occupant = g_strdup_printf("%s/%s", item->with, name);
    const char *other = own ? item->account : item->with;
    item->message = (MessageInit){
        .direction = own ? MESSAGE_OUT : MESSAGE_IN,
        .from = sink->jid(sink->data, room ? occupant : other),
        .body = body->str,
        .time = log->time,
        .state = MESSAGE_SENT,
    };
    if (item->message.from == NULL)
        item->message.from = sink->jid(sink->data, other);
    return body->len == 0 || sink->message(sink->data, item);
}

static bool
take_line(Log *log, const ImportFile *file)
{
    gint64 time = 0;
    const char *text = parse_stamp(log, file->text->str, &time);
    if (text != NULL) {
        if (!flush(log))
            return false;
        g_string_truncate(log->text, 0);
        g_string_append_len(log->text, text, (gssize) (file->text->len - (gsize) (text - file->text->str)));
        log->time = time;
        log->line = file->line;
        return true;
    }
    if (log->line == 0)
        return log->sink->bad(log->sink->data, file->line, _("this is no line of a log"));
    if (log->text->len + file->text->len < IMPORT_LINE_MAX) {
        g_string_append_c(log->text, '\n');
        g_string_append_len(log->text, file->text->str, (gssize) file->text->len);
    }
    return true;
}

static bool
read_lines(ImportFile *file, Log *log)
{
    ImportLine kind;
    while ((kind = import_next_line(file)) != IMPORT_LINE_END) {
        if (kind == IMPORT_LINE_TOO_LONG) {
            if (!log->sink->bad(log->sink->data, file->line, _("the line is too long")))
                return false;
        } else if (!take_line(log, file)) {
            return false;
        }
    }
    return flush(log);
}

/* The last folders of the path, nearest first: "CONTACT", "ACCOUNT", or "ROOM", "rooms", "ACCOUNT". */
static char *
folder(const char *path, guint up)
{
    g_autofree char *dir = g_path_get_dirname(path);
    for (guint i = 0; i < up; i++) {
        char *above = g_path_get_dirname(dir);
        g_free(dir);
        dir = above;
    }
    return g_path_get_basename(dir);
}

static bool
read_text(ImportFile *file, const ImportSink *sink, GError **error)
{
    Log log = { .file = file, .sink = sink };
    g_autofree char *near = folder(file->path, 0);
    g_autofree char *above = folder(file->path, 1);
    const bool room = strcmp(above, "rooms") == 0;
    g_autofree char *owner = room ? folder(file->path, 2) : g_strdup(above);
    const Jid *with = sink->with != NULL ? sink->jid(sink->data, sink->with) : import_jid_of_name(sink, near);
    if (with == NULL)
        return sink->bad(sink->data, 0, _("the folder is not named by a JID: say whom it is with by --with JID"));
    if (sink->with == NULL && strchr(jid_domain(with), '_') != NULL)
        return sink->bad(sink->data, 0, _("private messages of a room are not imported"));
    log.with = g_strdup(jid_bare(with));
    g_autofree char *with_text = log.with;
    const Jid *account = import_jid_of_name(sink, owner);
    g_autofree char *hint = account == NULL ? NULL : g_strdup(jid_bare(account));
    log.item.account = sink->account(sink->data, NULL, hint, error);
    if (log.item.account == NULL)
        return false;
    log.item.with = log.with;
    log.item.kind = room ? CONVERSATION_ROOM : CONVERSATION_CHAT;
    g_autofree char *name = g_path_get_basename(file->path);
    g_autofree char *day = is_dated(name) ? g_strdelimit(g_strndup(name, strlen("2023_12_31")), "_", '-') : NULL;
    log.day = day;
    g_autoptr(GString) text = g_string_new(NULL);
    log.text = text;
    return read_lines(file, &log);
}

/* --- the database --- */

enum { FROM, FROM_RESOURCE, TO, TO_RESOURCE, BODY, TIME, TYPE, ID, ARCHIVE_ID, ENCRYPTION, REPLACES };

static const char query[] =
    "SELECT from_jid, from_resource, to_jid, to_resource, message, timestamp, type, stanza_id, archive_id, encryption,"
    " replace_id FROM ChatLogs ORDER BY julianday(timestamp), id";

typedef struct Database {
    const ImportSink *sink;
    const char *account;
    guint row;
    bool stopped;
} Database;

static const char *
known(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : text;
}

static const Jid *
sender_of(const ImportSink *sink, const char *bare, const char *resource)
{
    g_autofree char *full = known(resource) == NULL ? NULL : g_strdup_printf("%s/%s", bare, resource);
    const Jid *jid = full == NULL ? NULL : sink->jid(sink->data, full);
    return jid != NULL ? jid : sink->jid(sink->data, bare);
}

/* False only when all is to be stopped. */
static bool
put_row(Database *database, const char *const *columns)
{
    const ImportSink *sink = database->sink;
    RecordsItem item = { .account = database->account };
    const Jid *sender = sink->jid(sink->data, columns[FROM] != NULL ? columns[FROM] : "");
    if (sender == NULL)
        return sink->bad(sink->data, database->row, _("the sender is no JID"));
    const bool own = strcmp(jid_bare(sender), database->account) == 0;
    const Jid *with = own ? sink->jid(sink->data, columns[TO] != NULL ? columns[TO] : "") : sender;
    if (with == NULL)
        return sink->bad(sink->data, database->row, _("the recipient is no JID"));
    if (columns[TIME] == NULL || !import_parse_time(columns[TIME], &item.message.time))
        return sink->bad(sink->data, database->row, _("it has no time"));
    if (g_strcmp0(columns[TYPE], "mucpm") == 0)
        return sink->bad(sink->data, database->row, _("private messages of a room are not imported"));
    g_autofree char *bare = g_strdup(jid_bare(with));
    item.with = bare;
    item.kind = g_strcmp0(columns[TYPE], "muc") == 0 ? CONVERSATION_ROOM : CONVERSATION_CHAT;
    item.message.direction = own ? MESSAGE_OUT : MESSAGE_IN;
    item.message.from = sender_of(sink, jid_bare(sender), columns[FROM_RESOURCE]);
    item.message.body = columns[BODY];
    item.message.id = known(columns[ID]);
    item.message.archive_id = known(columns[ARCHIVE_ID]);
    item.message.encryption = known(columns[ENCRYPTION]);
    item.message.state = MESSAGE_SENT;
    item.replaces = known(columns[REPLACES]);
    return known(columns[BODY]) == NULL || sink->message(sink->data, &item);
}

static bool
on_row(const char *const *columns, gpointer data)
{
    Database *database = data;
    database->row++;
    database->stopped = !put_row(database, columns);
    return !database->stopped;
}

static bool
read_database(ImportFile *file, const ImportSink *sink, GError **error)
{
    g_autofree char *owner = folder(file->path, 0);
    const Jid *jid = import_jid_of_name(sink, owner);
    g_autofree char *hint = jid == NULL ? NULL : g_strdup(jid_bare(jid));
    Database database = { .sink = sink, .account = sink->account(sink->data, NULL, hint, error) };
    return database.account != NULL && records_read_foreign(file->path, query, on_row, &database, error) &&
           !database.stopped;
}

/* --- both --- */

static bool
read_profanity(ImportFile *file, const ImportSink *sink, GError **error)
{
    static const char magic[] = "SQLite format 3";
    char start[sizeof magic] = "";
    const bool database = fread(start, 1, sizeof start, file->stream) == sizeof start && strcmp(start, magic) == 0;
    rewind(file->stream);
    return database ? read_database(file, sink, error) : read_text(file, sink, error);
}

const ImportFormat import_profanity = { "profanity", wants, read_profanity };

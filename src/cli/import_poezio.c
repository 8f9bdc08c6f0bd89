/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poezio's logs: a file a conversation, named by the JID, UTC. "MR TIME NNN <nick>  TEXT" is a message, NNN further
 * lines, each behind a blank, belong to it; "MI" lines are notes. Who is who must be concluded from the nicks. */
#include <string.h>

#include "base/i18n.h"
#include "cli/import_private.h"

enum { NICKS_KEPT = 3 };

/* Who speaks in a file: more than two make a room. */
typedef struct Speakers {
    char *nicks[NICKS_KEPT];
    guint count;
} Speakers;

static bool
wants(const char *path)
{
    const char *name = strrchr(path, '/');
    return strchr(name != NULL ? name : path, '@') != NULL;
}

/* The end of the nick in "<nick>  text" (the second blank may be a no-break one), and where the text begins. */
static const char *
find_nick_end(const char *text, const char **body)
{
    static const char *const separators[] = { ">  ", "> \302\240", ">\302\240 ", ">\302\240", "> " };
    const char *best = NULL;
    for (gsize i = 0; *text == '<' && i < G_N_ELEMENTS(separators); i++) {
        const char *end = strstr(text, separators[i]);
        if (end != NULL && (best == NULL || end < best)) {
            best = end;
            *body = end + strlen(separators[i]);
        }
    }
    return best;
}

static void
note_speaker(Speakers *speakers, const char *nick)
{
    for (guint i = 0; i < speakers->count; i++) {
        if (strcmp(speakers->nicks[i], nick) == 0)
            return;
    }
    if (speakers->count < NICKS_KEPT)
        speakers->nicks[speakers->count++] = g_strdup(nick);
}

/* Looks through the file, which is at its beginning afterwards. */
static void
find_speakers(ImportFile *file, Speakers *speakers)
{
    while (speakers->count < NICKS_KEPT && import_next_line(file) != IMPORT_LINE_END) {
        ImportHead head;
        const char *body;
        if (!import_parse_head(file->text->str, &head) || head.type != 'M' || head.info != 'R')
            continue;
        const char *end = find_nick_end(head.text, &body);
        if (end == NULL)
            continue;
        g_autofree char *nick = import_text(head.text + 1, (gsize) (end - head.text - 1));
        note_speaker(speakers, nick);
    }
    rewind(file->stream);
    file->line = 0;
}

static bool
is_contact(const Jid *with, const char *nick)
{
    return g_strcmp0(jid_local(with), nick) == 0 || strcmp(jid_bare(with), nick) == 0;
}

/* Of two, one is the contact and the other the user; one alone is the contact, unless it is called like the user. */
static bool
is_own(const ImportSink *sink, const Speakers *speakers, const Jid *with, const char *account, const char *nick)
{
    if (import_is_own_nick(sink, account, nick))
        return true;
    if (sink->nicks != NULL || speakers->count != 2 || is_contact(with, nick))
        return false;
    const char *other = speakers->nicks[strcmp(speakers->nicks[0], nick) == 0];
    return is_contact(with, other);
}

static void
take_lines(ImportFile *file, GString *text, guint count)
{
    for (guint i = 0; i < count && import_next_line(file) != IMPORT_LINE_END; i++) {
        const gsize blank = *file->text->str == ' ';
        if (text->len + file->text->len > IMPORT_LINE_MAX)
            continue;
        g_string_append_c(text, '\n');
        g_string_append_len(text, file->text->str + blank, (gssize) (file->text->len - blank));
    }
}

/* A file under way. */
typedef struct Poezio {
    const ImportSink *sink;
    Speakers speakers;
    Jid *with;
    RecordsItem item;
} Poezio;

static bool
put(Poezio *poezio, guint line, gint64 time, const GString *text)
{
    const ImportSink *sink = poezio->sink;
    RecordsItem *item = &poezio->item;
    const char *body;
    g_autofree char *valid = import_text(text->str, text->len);
    const char *end = find_nick_end(valid, &body);
    if (end == NULL)
        return sink->bad(sink->data, line, _("the line does not say who spoke"));
    g_autofree char *nick = g_strndup(valid + 1, (gsize) (end - valid - 1));
    g_autofree char *occupant = g_strdup_printf("%s/%s", item->with, nick);
    const bool room = item->kind == CONVERSATION_ROOM;
    const bool own = room ? import_is_own_nick(sink, item->account, nick)
                          : is_own(sink, &poezio->speakers, poezio->with, item->account, nick);
    const char *other = own ? item->account : item->with;
    item->message = (MessageInit){
        .direction = own ? MESSAGE_OUT : MESSAGE_IN,
        .from = sink->jid(sink->data, room ? occupant : other),
        .body = body,
        .time = time,
        .state = MESSAGE_SENT,
    };
    if (item->message.from == NULL)
        item->message.from = sink->jid(sink->data, other);
    return *body == '\0' || sink->message(sink->data, item);
}

static bool
read_lines(ImportFile *file, Poezio *poezio)
{
    const ImportSink *sink = poezio->sink;
    g_autoptr(GString) text = g_string_new(NULL);
    ImportLine kind;
    while ((kind = import_next_line(file)) != IMPORT_LINE_END) {
        ImportHead head;
        const guint line = file->line;
        if (kind == IMPORT_LINE_TOO_LONG || !import_parse_head(file->text->str, &head)) {
            if (!sink->bad(sink->data, line, _("this is no line of a log")))
                return false;
            continue;
        }
        g_string_truncate(text, 0);
        g_string_append_len(text, head.text, (gssize) (file->text->len - (gsize) (head.text - file->text->str)));
        take_lines(file, text, head.more);
        if (head.type == 'M' && head.info == 'R' && !put(poezio, line, head.time, text))
            return false;
    }
    return true;
}

static bool
read_poezio(ImportFile *file, const ImportSink *sink, GError **error)
{
    g_autofree char *name = g_path_get_basename(file->path);
    const Jid *with = strchr(name, '\\') != NULL ? NULL : sink->jid(sink->data, sink->with != NULL ? sink->with : name);
    if (strchr(name, '\\') != NULL && sink->with == NULL)
        return sink->bad(sink->data, 0, _("private messages of a room are not imported"));
    if (with == NULL || jid_local(with) == NULL)
        return sink->bad(sink->data, 0, _("the file is not named by a JID: say whom it is with by --with JID"));
    Poezio poezio = { .sink = sink };
    poezio.item.account = sink->account(sink->data, NULL, NULL, error);
    if (poezio.item.account == NULL)
        return false;
    poezio.with = jid_to_bare(with);
    poezio.item.with = jid_bare(poezio.with);
    find_speakers(file, &poezio.speakers);
    poezio.item.kind = poezio.speakers.count > 2 ? CONVERSATION_ROOM : CONVERSATION_CHAT;
    const bool done = read_lines(file, &poezio);
    for (guint i = 0; i < poezio.speakers.count; i++)
        g_free(poezio.speakers.nicks[i]);
    jid_unref(poezio.with);
    return done;
}

const ImportFormat import_poezio = { "poezio", wants, read_poezio };

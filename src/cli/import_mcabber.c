/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mcabber's history: a file a contact, named by the JID, UTC. "MR TIME NNN TEXT" was received, "MS" sent; NNN further
 * lines belong to the text; "MI" and "S…" are notes about messages and presence. In rooms all is received, and the text
 * begins with "<nick> ", "*nick ", "PRIV#<nick> " (to the user alone), or "~ [" (the topic). */
#include <string.h>

#include "base/i18n.h"
#include "cli/import_private.h"

static bool
wants(const char *path)
{
    const char *name = strrchr(path, '/');
    return strchr(name != NULL ? name : path, '@') != NULL;
}

/* What is in a room's file and was not said in the room. */
static bool
is_aside(const char *text)
{
    return g_str_has_prefix(text, "~ [") || g_str_has_prefix(text, "PRIV#");
}

/* Whether everything in the file was said by somebody with a nick. The file is at its beginning afterwards. */
static bool
is_room(ImportFile *file)
{
    bool spoken = false, room = true;
    guint skip = 0;
    while (room && import_next_line(file) != IMPORT_LINE_END) {
        ImportHead head;
        if (skip > 0) {
            skip--;
            continue;
        }
        if (!import_parse_head(file->text->str, &head))
            continue;
        skip = head.more;
        if (head.type != 'M' || head.info == 'I')
            continue;
        const bool nick = *head.text == '<' && strstr(head.text, "> ") != NULL;
        spoken = spoken || nick;
        room = head.info == 'R' && (nick || *head.text == '*' || is_aside(head.text));
    }
    rewind(file->stream);
    file->line = 0;
    return room && spoken;
}

/* Splits what a room's line says: "<nick> text", "*nick does something". The nick is the caller's. */
static char *
take_nick(const char *text, GString *body)
{
    const char *end = *text == '<' ? strstr(text, "> ") : *text == '*' ? strchr(text, ' ') : NULL;
    if (end == NULL) {
        g_string_assign(body, text);
        return NULL;
    }
    g_string_assign(body, *text == '<' ? end + 2 : "/me ");
    if (*text == '*')
        g_string_append(body, end + 1);
    return g_strndup(text + 1, (gsize) (end - text - 1));
}

/* The lines that belong to the text, as far as the file has them. */
static void
take_lines(ImportFile *file, GString *text, guint count)
{
    for (guint i = 0; i < count && import_next_line(file) != IMPORT_LINE_END; i++) {
        if (text->len + file->text->len > IMPORT_LINE_MAX)
            continue;
        g_string_append_c(text, '\n');
        g_string_append_len(text, file->text->str, (gssize) file->text->len);
    }
}

static bool
put(const ImportSink *sink, const ImportHead *head, RecordsItem *item, const GString *text)
{
    g_autofree char *valid = import_text(text->str, text->len);
    g_autoptr(GString) body = g_string_new(valid);
    g_autofree char *nick = NULL;
    g_autofree char *from = NULL;
    bool own = head->info == 'S';
    if (item->kind == CONVERSATION_ROOM) {
        if (is_aside(valid))
            return true;
        nick = take_nick(valid, body);
        own = nick != NULL && import_is_own_nick(sink, item->account, nick);
        from = nick == NULL ? NULL : g_strdup_printf("%s/%s", item->with, nick);
    }
    const char *other = own && from == NULL ? item->account : item->with;
    item->message = (MessageInit){
        .direction = own ? MESSAGE_OUT : MESSAGE_IN,
        .from = sink->jid(sink->data, from != NULL ? from : other),
        .body = body->str,
        .time = head->time,
        .state = MESSAGE_SENT,
    };
    if (item->message.from == NULL)
        item->message.from = sink->jid(sink->data, other);
    return sink->message(sink->data, item);
}

static bool
read_mcabber(ImportFile *file, const ImportSink *sink, GError **error)
{
    g_autofree char *name = g_path_get_basename(file->path);
    const Jid *with = sink->jid(sink->data, sink->with != NULL ? sink->with : name);
    if (with == NULL || jid_local(with) == NULL)
        return sink->bad(sink->data, 0, _("the file is not named by a JID: say whom it is with by --with JID"));
    RecordsItem item = { .account = sink->account(sink->data, NULL, NULL, error) };
    if (item.account == NULL)
        return false;
    g_autofree char *bare = g_strdup(jid_bare(with));
    item.with = bare;
    item.kind = is_room(file) ? CONVERSATION_ROOM : CONVERSATION_CHAT;
    g_autoptr(GString) text = g_string_new(NULL);
    ImportLine kind;
    while ((kind = import_next_line(file)) != IMPORT_LINE_END) {
        ImportHead head;
        const guint line = file->line;
        if (kind == IMPORT_LINE_TOO_LONG || !import_parse_head(file->text->str, &head)) {
            if (!sink->bad(sink->data, line, _("this is no line of a history")))
                return false;
            continue;
        }
        const gsize start = (gsize) (head.text - file->text->str);
        g_string_truncate(text, 0);
        g_string_append_len(text, head.text, (gssize) (file->text->len - start));
        take_lines(file, text, head.more);
        if (head.type == 'M' && (head.info == 'R' || head.info == 'S') && text->len > 0 &&
            !put(sink, &head, &item, text))
            return false;
    }
    return true;
}

const ImportFormat import_mcabber = { "mcabber", wants, read_mcabber };

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `confab export` writes: `message` events, one a line. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/import_private.h"
#include "rpc/record_json.h"

static bool
wants(const char *path)
{
    return g_str_has_suffix(path, ".jsonl") || g_str_has_suffix(path, ".json");
}

/* An outgoing message says itself whose it is. */
static const char *
own_jid(const RecordJsonMessage *message)
{
    if (message->account_jid != NULL)
        return message->account_jid;
    return message->item.message.direction == MESSAGE_OUT ? message->from : NULL;
}

static bool
put(const ImportSink *sink, guint line, RecordJsonMessage *message)
{
    RecordsItem *item = &message->item;
    g_autoptr(GError) problem = NULL;
    item->account = sink->account(sink->data, message->account, own_jid(message), &problem);
    if (item->account == NULL)
        return sink->bad(sink->data, line, problem->message);
    const Jid *with = sink->jid(sink->data, message->with);
    if (with == NULL)
        return sink->bad(sink->data, line, _("“with” is no JID"));
    item->with = jid_bare(with);
    const char *from = message->from;
    if (from == NULL)
        from = item->message.direction == MESSAGE_IN ? message->with : item->account;
    item->message.from = sink->jid(sink->data, from);
    if (item->message.from == NULL)
        return sink->bad(sink->data, line, _("“from” is no JID"));
    return sink->message(sink->data, item);
}

static bool
read_jsonl(ImportFile *file, const ImportSink *sink, GError **error)
{
    g_autoptr(RecordJson) json = record_json_new();
    ImportLine kind;
    while ((kind = import_next_line(file)) != IMPORT_LINE_END) {
        g_autoptr(GError) problem = NULL;
        RecordJsonMessage message;
        if (kind == IMPORT_LINE_TOO_LONG) {
            if (!sink->bad(sink->data, file->line, _("the line is too long")))
                return false;
            continue;
        }
        if (strspn(file->text->str, " \t") == file->text->len)
            continue;
        switch (record_json_parse(json, file->text->str, file->text->len, &message, &problem)) {
        case RECORD_JSON_BAD:
            if (!sink->bad(sink->data, file->line, problem->message))
                return false;
            break;
        case RECORD_JSON_OTHER:
            break;
        case RECORD_JSON_MESSAGE:
            if (!put(sink, file->line, &message))
                return false;
            break;
        }
    }
    return true;
}

const ImportFormat import_jsonl = { "jsonl", wants, read_jsonl };

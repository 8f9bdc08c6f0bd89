/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever stands in another program's history: messages come out whole and valid, or the line is told; all readers get
 * every input. */
#include <stdio.h>
#include <string.h>

#include "cli/import_private.h"
#include "../support/fuzz.h"

typedef struct Sink {
    GPtrArray *jids;
    const ImportFile *file;
} Sink;

static const char *
on_account(gpointer data, const char *hint, const char *jid_hint, GError **error)
{
    return "me@example.org";
}

static const Jid *
on_jid(gpointer data, const char *text)
{
    const Sink *sink = data;
    Jid *jid = jid_new(text, NULL);
    if (jid != NULL)
        g_ptr_array_add(sink->jids, jid);
    return jid;
}

static void
check_text(const char *text)
{
    g_assert_true(text == NULL || g_utf8_validate(text, -1, NULL));
}

static bool
on_message(gpointer data, const RecordsItem *item)
{
    const MessageInit *message = &item->message;
    g_assert_nonnull(item->with);
    g_assert_nonnull(message->from);
    g_assert_nonnull(message->body);
    g_assert_cmpint(message->time, >, 0);
    const char *const texts[] = { item->with, message->body, message->id, message->origin_id, message->archive_id,
                                  message->reason, message->trust, message->encryption, message->edit_id };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        check_text(texts[i]);
    for (guint i = 0; i < item->earlier_count; i++)
        check_text(item->earlier[i].body);
    return true;
}

static bool
on_bad(gpointer data, guint line, const char *cause)
{
    const Sink *sink = data;
    g_assert_cmpuint(line, <=, sink->file->line);
    check_text(cause);
    return true;
}

static void
read_as(const ImportFormat *format, const char *path, const uint8_t *data, size_t size)
{
    ImportFile file = { .path = path, .stream = fmemopen((void *) data, size, "r"), .text = g_string_new(NULL) };
    Sink told = { g_ptr_array_new_with_free_func((GDestroyNotify) jid_unref), &file };
    const ImportSink sink = { .data = &told,
                              .account = on_account,
                              .jid = on_jid,
                              .message = on_message,
                              .bad = on_bad };
    g_assert_nonnull(file.stream);
    format->read(&file, &sink, NULL);
    fclose(file.stream);
    g_string_free(file.text, TRUE);
    g_ptr_array_unref(told.jids);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    read_as(&import_jsonl, "x.jsonl", data, size);
    read_as(&import_mcabber, "alice@example.org", data, size);
    read_as(&import_poezio, "alice@example.org", data, size);
    read_as(&import_profanity, "me_at_example.org/rooms/r_at_c.org/2023_12_31.log", data, size);
    read_as(&import_profanity, "me_at_example.org/a_at_b.org/2023_12_31.log", data, size);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/lines_private.h"

#include <string.h>

#include "base/text.h"
#include "tui/encryption_mark.h"

enum { DROP_AT_ONCE = 1000 };

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    g_clear_pointer(&entry->message, message_unref);
    g_clear_pointer(&entry->rows, g_array_unref);
    g_free(entry->nick);
    g_clear_pointer(&entry->styling, g_array_unref);
    g_free(entry->clean);
    g_free(entry->text);
    g_free(entry);
}

Lines *
lines_new(void)
{
    Lines *lines = g_new0(Lines, 1);
    lines->entries = g_ptr_array_new_with_free_func(entry_free);
    lines->dropped = LINES_FIRST_NUMBER;
    lines->unread_mark = G_MAXUINT64;
    return lines;
}

void
lines_free(Lines *lines)
{
    if (!lines)
        return;
    g_ptr_array_unref(lines->entries);
    g_free(lines->past);
    g_free(lines);
}

guint64
lines_first(const Lines *lines)
{
    return lines->dropped;
}

guint64
lines_end(const Lines *lines)
{
    return lines->dropped + lines->entries->len;
}

/* Many at once, so that it costs little for each. */
static void
drop_oldest(Lines *lines)
{
    if (lines->entries->len <= LINES_MAX + DROP_AT_ONCE)
        return;
    const guint count = lines->entries->len - LINES_MAX;
    g_ptr_array_remove_range(lines->entries, 0, count);
    lines->dropped += count;
}

bool
lines_find(const Lines *lines, const Message *message, guint64 *number)
{
    for (guint i = lines->entries->len; i > 0; i--) {
        const Entry *entry = g_ptr_array_index(lines->entries, i - 1);
        if (entry->message == message) {
            *number = lines->dropped + i - 1;
            return true;
        }
    }
    return false;
}

/* --- encryption --- */

/* Whether it was still insisted on after this message. What we said in the clear shows that it was not. */
static bool
is_wanted_after(const Entry *entry)
{
    const Message *message = entry->message;
    if (strcmp(message->encryption, "none") != 0)
        return true;
    const bool left = message->state != MESSAGE_QUEUED && message->state != MESSAGE_FAILED;
    return entry->wanted && !(message->direction == MESSAGE_OUT && left && !entry->told);
}

static void
note_mark(Lines *lines, const Entry *entry)
{
    lines->marked =
        lines->marked || encryption_mark_of_message(entry->message, entry->wanted) != ENCRYPTION_MARK_NONE;
}

/* Judges the messages from this one on by what is before, until nothing changes any more. */
static void
judge_from(Lines *lines, guint index, guint sure)
{
    bool wanted = false;
    for (guint i = index; i > 0; i--) {
        const Entry *before = g_ptr_array_index(lines->entries, i - 1);
        if (before->message) {
            wanted = is_wanted_after(before);
            break;
        }
    }
    for (guint i = index; i < lines->entries->len; i++) {
        Entry *entry = g_ptr_array_index(lines->entries, i);
        if (!entry->message)
            continue;
        if (i >= index + sure && (entry->told || entry->wanted == wanted))
            return;
        if (!entry->told)
            entry->wanted = wanted;
        note_mark(lines, entry);
        wanted = is_wanted_after(entry);
    }
}

void
lines_set_wanted(Lines *lines, guint64 number, bool wanted)
{
    Entry *entry = entry_at(lines, number);
    entry->wanted = wanted;
    entry->told = true;
    note_mark(lines, entry);
}

MessageState
lines_note_change(Lines *lines, const Message *message)
{
    guint64 number;
    if (!lines_find(lines, message, &number))
        return message->state;
    Entry *entry = entry_at(lines, number);
    const MessageState before = entry->noted;
    entry->noted = message->state;
    note_mark(lines, entry);
    return before;
}

static Entry *
entry_new(Message *message)
{
    Entry *entry = g_new0(Entry, 1);
    entry->message = message_ref(message);
    entry->time = message->time;
    entry->noted = message->state;
    return entry;
}

guint64
lines_add_message(Lines *lines, Message *message, const Message *before)
{
    Entry *entry = entry_new(message);
    guint64 number = lines_end(lines);
    if (before && lines_find(lines, before, &number)) {
        g_ptr_array_insert(lines->entries, (gint) (number - lines->dropped), entry);
        if (lines->unread_mark != G_MAXUINT64 && lines->unread_mark > number)
            lines->unread_mark++;
        judge_from(lines, (guint) (number - lines->dropped), 1);
        return number;
    }
    g_ptr_array_add(lines->entries, entry);
    judge_from(lines, lines->entries->len - 1, 1);
    drop_oldest(lines);
    return number;
}

guint64
lines_add_text(Lines *lines, LineKind kind, gint64 time, const char *text)
{
    Entry *entry = g_new0(Entry, 1);
    entry->text = g_strdup(text);
    entry->kind = kind;
    entry->time = time;
    const guint64 number = lines_end(lines);
    g_ptr_array_add(lines->entries, entry);
    drop_oldest(lines);
    return number;
}

guint64
lines_add_row(Lines *lines, gint64 time, const char *text, int hang)
{
    const guint64 number = lines_add_text(lines, LINE_OUTPUT, time, text);
    Entry *entry = entry_at(lines, number);
    const size_t split = text_fit(text, strlen(text), hang, NULL);
    entry->hang = hang;
    entry->last_cell = split > 0 && text[split] != '\0' && text[split - 1] == ' ' ? (guint32) split : 0;
    return number;
}

void
lines_prepend(Lines *lines, Message *const *messages, guint count)
{
    GPtrArray *entries = lines->entries;
    const guint length = entries->len;
    if (count == 0)
        return;
    g_ptr_array_set_size(entries, (gint) (length + count));
    memmove(entries->pdata + count, entries->pdata, length * sizeof(gpointer));
    for (guint i = 0; i < count; i++)
        entries->pdata[i] = entry_new(messages[i]);
    lines->dropped -= count;
    judge_from(lines, 0, count);
}

const Message *
lines_first_message(const Lines *lines)
{
    for (guint i = 0; i < lines->entries->len; i++) {
        const Entry *entry = g_ptr_array_index(lines->entries, i);
        if (entry->message)
            return entry->message;
    }
    return NULL;
}

void
lines_message_edited(Lines *lines, const Message *message)
{
    guint64 number;
    if (!lines_find(lines, message, &number))
        return;
    Entry *entry = entry_at(lines, number);
    g_clear_pointer(&entry->clean, g_free);
    g_clear_pointer(&entry->styling, g_array_unref);
    g_clear_pointer(&entry->rows, g_array_unref);
}

void
lines_set_gaps(Lines *lines, LinesHasGap has_gap, gpointer data)
{
    const Message *before = NULL;
    for (guint i = 0; i < lines->entries->len; i++) {
        Entry *entry = g_ptr_array_index(lines->entries, i);
        entry->gap = entry->message && before && has_gap(before, data);
        if (entry->message)
            before = entry->message;
    }
}

void
lines_set_past(Lines *lines, const char *words)
{
    g_free(lines->past);
    lines->past = g_strdup(words);
}

void
lines_trim(Lines *lines, guint keep)
{
    if (lines->entries->len <= keep)
        return;
    const guint count = lines->entries->len - keep;
    g_ptr_array_remove_range(lines->entries, 0, count);
    lines->dropped += count;
}

void
lines_clear(Lines *lines)
{
    lines->dropped = lines_end(lines);
    g_ptr_array_set_size(lines->entries, 0);
    lines->unread_mark = G_MAXUINT64;
    lines->marked = false;
}

void
lines_set_unread_mark(Lines *lines, guint64 number)
{
    lines->unread_mark = number;
}

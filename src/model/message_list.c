/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One array with room at the front: what is in use begins at `first`. Forgetting only moves `first`; a page in front
 * goes into the room there, which grows with the array, so that loading a long history page by page costs O(1) a
 * message. */
#include "model/message_list.h"

#include <string.h>

enum {
    ROOM_MAX = 4096,    /* unused places at the front that are kept */
    NEAR_MAX = 64,      /* most late messages are late by little */
    LOOK_BACK_MAX = 1000, /* messages looked at for an id that several senders have used */
};

struct MessageList {
    GPtrArray *messages; /* Message*, referenced from `first` on */
    guint first;
    GHashTable *by_serial;      /* keys are in the messages */
    GHashTable *by_row;
    GHashTable *sent_by_id;     /* id, origin id, id of the correction */
    GHashTable *received_by_id; /* the newest; id, origin id */
};

MessageList *
message_list_new(void)
{
    MessageList *list = g_new0(MessageList, 1);
    list->messages = g_ptr_array_new();
    list->by_serial = g_hash_table_new(g_int64_hash, g_int64_equal);
    list->by_row = g_hash_table_new(g_int64_hash, g_int64_equal);
    list->sent_by_id = g_hash_table_new(g_str_hash, g_str_equal);
    list->received_by_id = g_hash_table_new(g_str_hash, g_str_equal);
    return list;
}

void
message_list_free(MessageList *list)
{
    g_hash_table_unref(list->by_serial);
    g_hash_table_unref(list->by_row);
    g_hash_table_unref(list->sent_by_id);
    g_hash_table_unref(list->received_by_id);
    for (guint i = list->first; i < list->messages->len; i++)
        message_unref(g_ptr_array_index(list->messages, i));
    g_ptr_array_unref(list->messages);
    g_free(list);
}

guint
message_list_length(const MessageList *list)
{
    return list->messages->len - list->first;
}

Message *
message_list_at(const MessageList *list, guint index)
{
    return g_ptr_array_index(list->messages, list->first + index);
}

guint
message_list_count_up_to(const MessageList *list, gint64 order)
{
    guint high = message_list_length(list);
    for (guint steps = 0; steps < NEAR_MAX && high > 0; steps++, high--) {
        if (message_list_at(list, high - 1)->order <= order)
            return high;
    }
    guint low = 0;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (message_list_at(list, middle)->order <= order)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* --- names --- */

static void
name(GHashTable *table, const char *id, Message *message)
{
    if (id != NULL)
        g_hash_table_replace(table, (gpointer) id, message);
}

/* An older message must not take a name from a newer one. */
static void
name_if_free(GHashTable *table, const char *id, Message *message)
{
    if (id != NULL && !g_hash_table_contains(table, id))
        g_hash_table_insert(table, (gpointer) id, message);
}

static void
unname(GHashTable *table, const char *id, const Message *message)
{
    if (id != NULL && g_hash_table_lookup(table, id) == message)
        g_hash_table_remove(table, id);
}

static GHashTable *
table_of(const MessageList *list, const Message *message)
{
    return message->direction == MESSAGE_OUT ? list->sent_by_id : list->received_by_id;
}

void
message_list_name(MessageList *list, Message *message)
{
    GHashTable *table = table_of(list, message);
    name(table, message->origin_id, message);
    name(table, message->id, message);
    if (message->direction == MESSAGE_OUT)
        name(table, message->edit_id, message);
}

void
message_list_unname(MessageList *list, Message *message)
{
    GHashTable *table = table_of(list, message);
    unname(table, message->edit_id, message);
    unname(table, message->origin_id, message);
    unname(table, message->id, message);
}

static void
index_message(MessageList *list, Message *message)
{
    g_hash_table_insert(list->by_serial, &message->serial, message);
    if (message->row != 0)
        g_hash_table_replace(list->by_row, &message->row, message);
}

static void
forget_message(MessageList *list, Message *message)
{
    g_hash_table_remove(list->by_serial, &message->serial);
    if (message_list_find_row(list, message->row) == message)
        g_hash_table_remove(list->by_row, &message->row);
    message_list_unname(list, message);
    message_unref(message);
}

/* --- changes --- */

static void
give_order(const MessageList *list, Message *message)
{
    const guint length = message_list_length(list);
    const gint64 last = length > 0 ? message_list_at(list, length - 1)->order : 0;
    message->order = message->delayed ? message->time : MAX(message->time, last + 1);
    /* Unique: behind those that have the same. */
    while (true) {
        const guint place = message_list_count_up_to(list, message->order);
        if (place == 0 || message_list_at(list, place - 1)->order != message->order)
            return;
        message->order++;
    }
}

void
message_list_insert(MessageList *list, Message *message)
{
    if (message->order == 0)
        give_order(list, message);
    const guint place = message_list_count_up_to(list, message->order);
    g_ptr_array_insert(list->messages, (gint) (list->first + place), message_ref(message));
    index_message(list, message);
    message_list_name(list, message);
}

/* Room for `count` at the front, and as much again as there is, so that it need not be made for every page. */
static void
make_room(MessageList *list, guint count)
{
    if (list->first >= count)
        return;
    const guint more = count + message_list_length(list);
    const guint length = list->messages->len;
    g_ptr_array_set_size(list->messages, (gint) (length + more));
    memmove(list->messages->pdata + list->first + more, list->messages->pdata + list->first,
            (length - list->first) * sizeof(gpointer));
    list->first += more;
}

void
message_list_prepend(MessageList *list, Message *const *messages, guint count)
{
    make_room(list, count);
    for (guint i = count; i > 0; i--) {
        Message *message = messages[i - 1];
        GHashTable *table = table_of(list, message);
        list->messages->pdata[--list->first] = message_ref(message);
        index_message(list, message);
        name_if_free(table, message->id, message);
        name_if_free(table, message->origin_id, message);
        if (message->direction == MESSAGE_OUT)
            name_if_free(table, message->edit_id, message);
    }
}

void
message_list_remove_first(MessageList *list, guint count)
{
    for (guint i = 0; i < count; i++)
        forget_message(list, g_ptr_array_index(list->messages, list->first++));
    if (list->first < ROOM_MAX + message_list_length(list))
        return;
    g_ptr_array_remove_range(list->messages, 0, list->first);
    list->first = 0;
}

/* --- finding --- */

Message *
message_list_find_serial(const MessageList *list, guint64 serial)
{
    return g_hash_table_lookup(list->by_serial, &serial);
}

Message *
message_list_find_row(const MessageList *list, gint64 row)
{
    return row != 0 ? g_hash_table_lookup(list->by_row, &row) : NULL;
}

Message *
message_list_find_sent(const MessageList *list, const char *id)
{
    return id != NULL ? g_hash_table_lookup(list->sent_by_id, id) : NULL;
}

static bool
is_from(const Message *message, const Jid *from, bool full)
{
    if (message->from == NULL)
        return false;
    return full ? jid_equal(message->from, from) : jid_equal_bare(message->from, from);
}

Message *
message_list_find_received(const MessageList *list, const Jid *from, bool full, const char *id)
{
    Message *newest = id != NULL ? g_hash_table_lookup(list->received_by_id, id) : NULL;
    if (newest == NULL || is_from(newest, from, full))
        return newest;
    const guint length = message_list_length(list);
    for (guint i = length; i > 0 && length - i < LOOK_BACK_MAX; i--) {
        Message *message = message_list_at(list, i - 1);
        if (message->direction == MESSAGE_IN && is_from(message, from, full)
            && (g_strcmp0(message->id, id) == 0 || g_strcmp0(message->origin_id, id) == 0))
            return message;
    }
    return NULL;
}

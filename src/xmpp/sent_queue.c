/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/sent_queue.h"

#include <string.h>

void
sent_item_free(SentItem *item)
{
    if (!item)
        return;
    g_free(item->xml);
    g_free(item->id);
    g_free(item);
}

void
sent_queue_init(SentQueue *queue)
{
    *queue = (SentQueue) { .sent = 0 };
    g_queue_init(&queue->items);
}

void
sent_queue_clear(SentQueue *queue)
{
    g_queue_clear_full(&queue->items, (GDestroyNotify) sent_item_free);
    sent_queue_init(queue);
}

static SentItem *
push_item(SentQueue *queue, char *take_xml)
{
    SentItem *item = g_new(SentItem, 1);

    *item = (SentItem) { .number = queue->sent, .xml = take_xml };
    queue->bytes += take_xml ? strlen(take_xml) : 0;
    g_queue_push_tail(&queue->items, item);
    return item;
}

void
sent_queue_add(SentQueue *queue, char *take_xml)
{
    queue->sent++;
    if (take_xml)
        push_item(queue, take_xml);
}

void
sent_queue_name_last(SentQueue *queue, const char *id)
{
    SentItem *last = g_queue_peek_tail(&queue->items);

    if (!last || last->number != queue->sent)
        last = push_item(queue, NULL);
    if (!last->id)
        queue->named++;
    g_free(last->id);
    last->id = g_strdup(id);
}

/* Differences, not values, are compared: the numbers begin anew after 2^32. */
bool
sent_queue_covers(const SentQueue *queue, guint32 number)
{
    return number - queue->acknowledged <= queue->sent - queue->acknowledged;
}

SentItem *
sent_queue_take(SentQueue *queue, guint32 number)
{
    SentItem *head = g_queue_peek_head(&queue->items);

    if (!sent_queue_covers(queue, number))
        return NULL;
    if (!head || head->number - queue->acknowledged > number - queue->acknowledged) {
        queue->acknowledged = number;
        return NULL;
    }
    queue->acknowledged = head->number;
    if (head->id)
        queue->named--;
    queue->bytes -= head->xml ? strlen(head->xml) : 0;
    return g_queue_pop_head(&queue->items);
}

void
sent_queue_forget_texts(SentQueue *queue)
{
    GList *next;

    for (GList *link = queue->items.head; link; link = next) {
        SentItem *item = link->data;
        next = link->next;
        g_clear_pointer(&item->xml, g_free);
        if (!item->id) {
            sent_item_free(item);
            g_queue_delete_link(&queue->items, link);
        }
    }
    queue->bytes = 0;
}

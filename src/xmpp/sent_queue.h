/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was sent and is not known to have arrived, by number (XEP-0198 §4: the count of stanzas modulo 2^32). */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct SentQueue {
    guint32 sent;         /* number of the stanza sent last */
    guint32 acknowledged; /* … and of the last one that has arrived */
    guint named;          /* of `items`: those with an id */
    gsize bytes;          /* of all texts */
    GQueue items;         /* SentItem*, oldest first */
} SentQueue;

typedef struct SentItem {
    guint32 number;
    char *xml; /* NULL: not kept */
    char *id;  /* NULL: nobody wants to know */
} SentItem;

void sent_item_free(SentItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SentItem, sent_item_free)

void sent_queue_init(SentQueue *queue);
void sent_queue_clear(SentQueue *queue);
/* Counts one more; with `take_xml` it is kept. */
void sent_queue_add(SentQueue *queue, char *take_xml);
/* The stanza counted last has this id. */
void sent_queue_name_last(SentQueue *queue, const char *id);
/* Whether that many can have arrived: not less than before, not more than were sent. */
bool sent_queue_covers(const SentQueue *queue, guint32 number);
/* The oldest one up to this number, which is taken out as arrived; NULL: there is none (left). Numbers that are not
 * covered take nothing. */
SentItem *sent_queue_take(SentQueue *queue, guint32 number);
/* Frees the texts: they will not be sent again. */
void sent_queue_forget_texts(SentQueue *queue);

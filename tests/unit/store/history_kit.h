/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shorthand for tests of the history: messages from few words, and adding them. */
#pragma once

#include <glib.h>

#include "store/history.h"

extern const HistoryPlace kit_chat, kit_other_chat, kit_room;

typedef struct KitMessage {
    MessageDirection direction;
    const char *from; /* NULL: bob of the chat, or me when outgoing */
    const char *id, *origin_id, *archive_id, *occupant_id, *body;
    gint64 time, order;
    bool delayed, ignored;
    const char *edit_id;
} KitMessage;

Message *kit_message(const KitMessage *kit);
#define KIT(...) kit_message(&(const KitMessage) { __VA_ARGS__ })

Db *kit_open(void); /* in memory */
/* Adds, asserts that it worked, and lets the message go. */
HistoryOutcome kit_add(Db *db, const HistoryPlace *place, Message *take_message);
/* The bodies of a conversation, in order, with a space between. Caller frees. */
char *kit_bodies(Db *db, const HistoryPlace *place);
#define kit_assert_bodies(db, place, expected)                                                                         \
    do {                                                                                                               \
        g_autofree char *kit_bodies_ = kit_bodies((db), (place));                                                      \
        g_assert_cmpstr(kit_bodies_, ==, (expected));                                                                  \
    } while (0)

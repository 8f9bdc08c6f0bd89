/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said about messages of the history: reactions (XEP-0444), and that one was taken back (XEP-0424, 0425). What a
 * message answers (XEP-0461) is written with it. Pages of the history bring all of it along. */
#pragma once

#include "store/history.h"

/* Who reacts: prepared, so that the same sender is the same text; `label` as it is shown. */
typedef struct AnnotationSender {
    const char *key;   /* bare JID; in rooms the occupant id, or room/nick */
    const char *label; /* cleaned */
    bool is_own;
} AnnotationSender;

/* These are all of the sender's reactions now (char*, without line feeds); none: they are taken back. An older word than
 * the last one changes nothing (`time`, µs UTC). */
bool annotations_set_reactions(Db *db, gint64 row, const AnnotationSender *sender, const GPtrArray *reactions,
                               gint64 time, GError **error);
/* The text is gone for good, here and in the search; `by` NULL: its author took it back. */
bool annotations_retract(Db *db, gint64 row, gint64 time, const char *by, const char *reason, GError **error);
/* Fills in what is known of these messages. The cost is that of the page, however much was said elsewhere. */
bool annotations_load(Db *db, const GPtrArray *messages, GError **error);
bool annotations_load_one(Db *db, Message *message, GError **error);

/* --- for history_rows.c --- */
bool annotations_add_reply(Db *db, const Message *message, GError **error);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of the history as lines: the `message` event of rpc/event_json.h for programs, text for people. No newline at
 * the end. */
#pragma once

#include "core/records.h"

/* Appends the fields of a `message` event; for out-going ones also `state` and `reason`, for corrected ones `edits` and
 * `edited`, for hits of a search `marks`: [[start, length], …] in characters of the body. `complete`: with all that an
 * import needs to make the same message again (ids, order, earlier texts). */
void record_to_json(const RecordsEntry *entry, bool complete, GString *out);
/* The fields both forms of a message event share, without the closing brace. */
void record_begin_json(GString *out, const Message *message, const char *account, const char *with,
                       ConversationKind kind);
/* Appends `"key":"value"` with a comma in front; NULL is null. */
/* "chat", "room" …: stable. */
const char *record_kind_word(ConversationKind kind);
void record_add_json_text(GString *out, const char *key, const char *value);
/* The value alone. */
void record_add_json_value(GString *out, const char *value);

/* How marks are made visible: around each match in text; both may be "". */
typedef struct RecordStyle {
    const char *mark_on, *mark_off;
    bool names_conversation; /* lines of several conversations: says whom it was said to */
} RecordStyle;
/* Appends "2026-11-22 10:00:05 alice@example.org: text", local time, everything cleaned (I12): one line. */
void record_to_line(const RecordsEntry *entry, const RecordStyle *style, GString *out);
/* Who said it, cleaned; the caller frees. */
char *record_sender(const RecordsEntry *entry);
/* The body on one line, cleaned, with its marks. */
void record_add_body(const RecordsEntry *entry, const RecordStyle *style, GString *out);

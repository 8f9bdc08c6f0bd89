/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The `message` events of core/record_lines.h, read back. */
#pragma once

#include "core/records_import.h"

/* A line of JSON taken apart. Texts are borrowed from it. */
typedef struct RecordJson RecordJson;
typedef enum {
    RECORD_JSON_BAD,
    RECORD_JSON_OTHER, /* an event that is no message */
    RECORD_JSON_MESSAGE,
} RecordJsonKind;
RecordJson *record_json_new(void);
void record_json_free(RecordJson *json);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordJson, record_json_free)
/* What a `message` event says, as it was written: nothing is prepared or looked up. */
typedef struct RecordJsonMessage {
    const char *account, *account_jid, *with, *from;
    RecordsItem item; /* without account, with, and message.from */
} RecordJsonMessage;
/* BAD comes with ERROR_BAD_INPUT: the cause in a few words. */
RecordJsonKind record_json_parse(RecordJson *json, const char *line, gsize length, RecordJsonMessage *message,
                                 GError **error);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of keys (keys.def). */
#pragma once

#include <glib.h>

typedef struct KeyRow {
    const char *function;  /* in an inputrc: "confab-page-up" */
    const char *label;     /* "Alt-1" */
    const char *sequences; /* inputrc's way to write them, separated by spaces */
    const char *command;   /* without its slash */
    const char *help;      /* translatable; NULL: explained by the row before */
} KeyRow;

typedef enum {
#define KEY(name, function, label, sequences, command, help) KEY_##name,
#include "tui/keys.def"
#undef KEY
    KEY_COUNT
} KeyId;

const KeyRow *key_row(KeyId id);

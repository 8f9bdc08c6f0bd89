/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells that the ground under the connections has moved: the kernel says so, nothing is polled. */
#pragma once

#include <glib.h>

typedef enum {
    CHANGE_CLOCK,   /* the clock was set, or the machine has slept */
    CHANGE_NETWORK, /* addresses or routes came or went; told once when it is calm again */
} Change;

typedef void (*ChangesFunc)(Change change, gpointer data);

typedef struct Changes Changes;

/* Never calls `func` from inside. What the system cannot tell of is not told. */
Changes *changes_new(ChangesFunc func, gpointer data);
void changes_free(Changes *changes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Changes, changes_free)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGCONT in the main loop, which g_unix_signal_add() does not know. */
#pragma once

#include <glib.h>

/* Calls `func` from the loop each time the process goes on after it was stopped. One a process. */
void continued_watch(GSourceFunc func, gpointer data);
void continued_unwatch(void);

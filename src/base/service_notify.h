/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells whoever supervises this process how it is: sd_notify(3), the protocol of systemd, spoken without its library.
 * Nothing blocks: what the supervisor does not take at once goes when it can, and of what changes only the newest. */
#pragma once

#include <glib.h>

typedef struct ServiceNotify ServiceNotify;

/* Asks the environment who wants to know, and takes it out of there: no child speaks for us. NULL when nobody does; all that
 * follows takes NULL and does nothing. When a watchdog is there ($WATCHDOG_USEC), it is told twice in its time that the main
 * loop turns. */
ServiceNotify *service_notify_new(void);
/* What still waits is tried once more. */
void service_notify_free(ServiceNotify *notify);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ServiceNotify, service_notify_free)

/* Requests are answered from now on. */
void service_notify_ready(ServiceNotify *notify);
/* One line for people. */
void service_notify_status(ServiceNotify *notify, const char *status);
/* The end has begun. */
void service_notify_stopping(ServiceNotify *notify);

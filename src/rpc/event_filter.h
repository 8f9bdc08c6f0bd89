/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which events somebody wants to see: a subscription, `confab listen`, a hook. */
#pragma once

#include "rpc/event_json.h"

/* What is NULL or EVENT_EITHER lets everything pass; but “xml” passes only where its name is given. */
typedef struct EventFilter {
    GStrv events;  /* names, as in JSON */
    char *account; /* name */
    Jid *with;     /* bare: the contact or room it is about */
    Jid *from;     /* who did it: all resources of a bare JID; an occupant is room/nick */
    EventDirection direction; /* of events that have one */
} EventFilter;

void event_filter_free(EventFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventFilter, event_filter_free)
/* Every name is that of an event; else ERROR_USAGE. NULL: there is none, which is fine. */
bool event_filter_check_names(const char *const *events, GError **error);
bool event_filter_wants(const EventFilter *filter, const EventFacts *facts);

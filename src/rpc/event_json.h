/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as lines: JSON for programs and one plain line for people, from the same model event. NULL
 * when an event has no outward form. The caller frees; no newline at the end. Remote text is cleaned in the plain
 * form; JSON keeps it (json-glib escapes). */
#pragma once

#include "command/registry.h"
#include "model/model_event.h"

typedef enum {
    EVENT_EITHER, /* it has none */
    EVENT_IN,
    EVENT_OUT,
} EventDirection;

/* What filters look at, before the text is made. Borrowed from the event. */
typedef struct EventFacts {
    const char *name;    /* as in JSON: "message" */
    const char *account; /* NULL: of the program */
    const Jid *with;     /* whom or which room it is about; NULL: nobody */
    const Jid *from;     /* who did it, an occupant as room/nick; NULL: not told */
    EventDirection direction; /* what is said: by others or by us */
} EventFacts;
/* False: the event has no outward form. */
bool event_facts(const ModelEvent *event, EventFacts *facts);
/* There is an event of this name. */
bool event_is_known(const char *name);

char *event_to_json(const ModelEvent *event);
char *event_to_line(const ModelEvent *event); /* "2026-11-22T10:00:00Z message work alice@example.org: hi" */
/* {"v":1,"event":"result","time":…,"account":…,"command":"/roster
 * list","ok":true,"code":0,"error":null,"lines":[…],"rows":[{…}]} */
char *result_to_json(const CommandCall *call, const GError *error);
/* … with "text": what the line printed, as people read it (command_call_text()). */
char *result_with_text_to_json(const CommandCall *call, const GError *error);
/* {"v":1,"event":"error",…} */
char *error_to_json(const GError *error);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks at the server's bytes before the XML parser sees them, and stops what the parser would
 * take: document types, processing instructions and comments, which XMPP forbids (RFC 6120 §11.1),
 * too much depth (I7), too large stanzas (I9), and shapes whose tree costs the library time out of
 * proportion. A state machine fed in pieces of any size; it allocates nothing. It does not replace
 * the parser: what is not well-formed otherwise is the parser's to refuse. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "xmpp/stanza.h"

typedef enum {
    XML_GUARD_OK,
    XML_GUARD_RESTRICTED, /* <!DOCTYPE, <!ENTITY, comment, processing instruction */
    XML_GUARD_ENCODING,   /* not UTF-8 */
    XML_GUARD_TOO_DEEP,
    XML_GUARD_TOO_LARGE,  /* bytes of one stanza */
    XML_GUARD_TOO_COSTLY, /* attributes of one element, or time for the tree */
} XmlGuardVerdict;

typedef struct XmlGuard {
    XmlGuardVerdict verdict;
    int state;
    gsize limit;      /* bytes of one stanza */
    gsize size;       /* bytes of the current one */
    guint depth;      /* open elements, the stream itself counted */
    guint attributes; /* of the current tag */
    gsize text;       /* bytes of the current piece of text */
    guint matched;    /* of a keyword, or bytes of the declaration */
    char declaration[128];
    guint32 children[STANZA_DEPTH_MAX + 2]; /* by depth */
    guint64 cost;                           /* of the current stanza, nanoseconds */
    guint64 turn_cost;                      /* since xml_guard_next_turn() */
} XmlGuard;

/* `limit` 0: 4 MiB. */
void xml_guard_init(XmlGuard *guard, gsize limit);
/* The stream begins anew on the same connection. */
void xml_guard_restart(XmlGuard *guard);
/* As if the stream's opening tag had been seen. */
void xml_guard_enter_stream(XmlGuard *guard);
/* How many of these bytes may go on to the parser now: all, or fewer, when the turn's time is used
 * up (offer the rest after xml_guard_next_turn()), or none any more, when the verdict is not OK. */
gsize xml_guard_feed(XmlGuard *guard, const char *data, gsize length);
void xml_guard_next_turn(XmlGuard *guard);
/* Between two stanzas. */
bool xml_guard_is_between(const XmlGuard *guard);
/* The stream's end tag was seen. */
bool xml_guard_is_closed(const XmlGuard *guard);
/* The stream error to send for a verdict, and the same for people. */
const char *xml_guard_condition(XmlGuardVerdict verdict);
const char *xml_guard_words(XmlGuardVerdict verdict);

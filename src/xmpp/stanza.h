/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading and building XML elements. libstrophe resolves namespaces: an incoming element always
 * carries its own in "xmlns"; every look-up here matches name and namespace together (I6). Built
 * elements inherit their parent's namespace. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <strophe.h>

#include "base/jid.h"
#include "xmpp/message_stanza.h"

#define NS_CLIENT "jabber:client"
#define NS_STREAM "http://etherx.jabber.org/streams"
#define NS_STREAM_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"
#define NS_STANZAS "urn:ietf:params:xml:ns:xmpp-stanzas"
#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_SASL_BINDINGS "urn:xmpp:sasl-cb:0"
#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_SESSION "urn:ietf:params:xml:ns:xmpp-session"
#define NS_ACKS "urn:xmpp:sm:3"
#define NS_ROSTER_VERSIONS "urn:xmpp:features:rosterver"
#define NS_CLIENT_STATE "urn:xmpp:csi:0"
#define NS_PING "urn:xmpp:ping"

enum {
    STANZA_DEPTH_MAX = 256, /* elements above each other within one stanza (I7) */
};

bool stanza_is(xmpp_stanza_t *element, const char *name, const char *ns);
/* The first child with this name and namespace; NULL when there is none. `name` NULL: any. */
xmpp_stanza_t *stanza_child(xmpp_stanza_t *parent, const char *name, const char *ns);
/* The next sibling with this name and namespace. */
xmpp_stanza_t *stanza_next(xmpp_stanza_t *element, const char *name, const char *ns);
/* The first child that is an element, not text. */
xmpp_stanza_t *stanza_payload(xmpp_stanza_t *parent);
/* Borrowed; NULL when missing. */
const char *stanza_attribute(xmpp_stanza_t *element, const char *name);
/* The attribute as a JID; NULL when it is missing or not a JID (I6). */
Jid *stanza_attribute_jid(xmpp_stanza_t *element, const char *name);
/* All text right inside the element, never NULL; the caller frees. */
char *stanza_text(xmpp_stanza_t *element);
/* The text of the first such child; NULL when there is no such child. */
char *stanza_child_text(xmpp_stanza_t *parent, const char *name, const char *ns);

/* A new element; `ns` NULL: inherited. */
xmpp_stanza_t *stanza_new(xmpp_ctx_t *ctx, const char *name, const char *ns);
/* A new last child, borrowed. */
xmpp_stanza_t *stanza_add(xmpp_stanza_t *parent, const char *name, const char *ns);
/* Makes `take_child` the last child. */
void stanza_take(xmpp_stanza_t *parent, xmpp_stanza_t *take_child);
/* The same with text inside; characters that XML cannot carry become U+FFFD. */
xmpp_stanza_t *stanza_add_text(xmpp_stanza_t *parent, const char *name, const char *ns,
                               const char *text);
/* `value` NULL: nothing happens. */
void stanza_set(xmpp_stanza_t *element, const char *name, const char *value);
/* As XML text; the caller frees. */
char *stanza_to_xml(xmpp_stanza_t *element);

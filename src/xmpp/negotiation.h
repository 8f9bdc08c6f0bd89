/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From an open XML stream to a session (RFC 6120 §4.3, §6, §7): features, login, features again,
 * then the old session (XEP-0198) or a resource for a new one. Each stage has its deadline and its
 * own words for what did not answer. Stanzas before the end of it are ignored (I2). */
#pragma once

#include "xmpp/stream.h"

typedef struct Negotiation Negotiation;

Negotiation *negotiation_new(XmppStream *stream);
void negotiation_free(Negotiation *negotiation);
/* The connection is there: opens the stream. */
void negotiation_start(Negotiation *negotiation);
/* The server's start tag has arrived. */
void negotiation_stream_opened(Negotiation *negotiation);
void negotiation_receive(Negotiation *negotiation, xmpp_stanza_t *element);

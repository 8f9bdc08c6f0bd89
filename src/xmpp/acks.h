/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the server has what was sent: XEP-0198 acknowledgements (without resumption), or, where
 * the server has none, one ping behind the messages: its answer proves that all before it were
 * processed. Publishes XMPP_EVENT_ACKNOWLEDGED in order. */
#pragma once

#include "xmpp/stream.h"

typedef struct Acks Acks;

Acks *acks_new(XmppStream *stream);
void acks_free(Acks *acks);
/* Forgets everything: a new session, or the end of one. */
void acks_reset(Acks *acks);
/* The server offers stream management: asks for it. The counting starts here (XEP-0198 §4). */
void acks_enable(Acks *acks);
/* The session is about to end properly: says what has arrived, or the server would deliver it
 * again. */
void acks_close(Acks *acks);
/* A stanza goes out, or has arrived. */
void acks_count_sent(Acks *acks);
void acks_count_received(Acks *acks);
/* The stanza counted last is a message with this id whose arrival is to be told. */
void acks_expect(Acks *acks, const char *id);
/* An element in the namespace of stream management. */
void acks_receive(Acks *acks, xmpp_stanza_t *element);

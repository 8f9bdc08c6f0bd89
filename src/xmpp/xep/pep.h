/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an account publishes about itself (XEP-0163), as far as it is for its own devices only: nodes that nobody else
 * may read. */
#pragma once

#include "xmpp/iq.h"
#include "xmpp/module.h"

#define NS_PUBSUB "http://jabber.org/protocol/pubsub"
#define NS_PUBSUB_EVENT "http://jabber.org/protocol/pubsub#event"

/* Makes `take_payload` the item with this id. The node is private, or nothing is published (XEP-0223): where it exists
 * with other options it is set right first. It keeps all items, where the server lets it. */
void pep_publish_private(XmppStream *stream, const char *node, const char *item, xmpp_stanza_t *take_payload,
                         IqDone done, gpointer data);
/* Takes an item away; other devices are told. */
void pep_retract(XmppStream *stream, const char *node, const char *item, IqDone done, gpointer data);
/* All items of a node of the account. */
void pep_request_items(XmppStream *stream, const char *node, IqDone done, gpointer data);
/* <items/> of this node in an answer, or in an event that the account itself sent (I11); NULL: not there. */
xmpp_stanza_t *pep_answer_items(xmpp_stanza_t *answer, const char *node);
xmpp_stanza_t *pep_event_items(xmpp_stanza_t *stanza, const char *node);
/* Whether an event may be believed: it comes from the account. */
bool pep_is_own(XmppStream *stream, const XmppMessage *message);

extern const XmppModule pep_module;

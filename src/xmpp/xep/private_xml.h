/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private XML storage (XEP-0049): what servers without a suitable PEP keep for an account. Nobody else can read it. */
#pragma once

#include "xmpp/iq.h"
#include "xmpp/module.h"

#define NS_PRIVATE "jabber:iq:private"

void private_xml_request(XmppStream *stream, const char *name, const char *ns, IqDone done, gpointer data);
/* The element in an answer; NULL: it is not there. */
xmpp_stanza_t *private_xml_answer(xmpp_stanza_t *answer, const char *name, const char *ns);
/* Replaces the element of this name and namespace. */
void private_xml_store(XmppStream *stream, xmpp_stanza_t *take_element, IqDone done, gpointer data);

extern const XmppModule private_xml_module;

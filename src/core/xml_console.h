/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What crosses the streams, for people who look into them: XML_SEEN on the model's bus, secrets redacted always. Nothing
 * is looked at, copied or kept while it is off. */
#pragma once

#include "core/client.h"

/* Everything that is given must hold; NULL: anything does. */
typedef struct XmlFilter {
    char *element;    /* the local name of the stanza or of an element in it */
    char *ns;         /* the namespace of one of them */
    Jid *from;        /* who sent it, or for what we send, to whom: all resources of a bare JID */
    char *id;         /* of the stanza */
    GRegex *matching; /* the stanza as text, without its secrets */
} XmlFilter;
void xml_filter_free(XmlFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmlFilter, xml_filter_free)

/* `session` NULL: all accounts, also those that are added later. */
void xml_console_switch(Client *client, Session *session, bool on);
bool xml_console_is_on(const Session *session);
/* Only these from now on; NULL: all. */
void xml_console_set_filter(Client *client, XmlFilter *take_filter);
const XmlFilter *xml_console_filter(const Client *client); /* NULL: there is none */

/* Sends one stanza as it is: nothing encrypts it or keeps it, and only /xml on shows the answer. An iq without an id is
 * given one. Returns the id, NULL when the stanza has none; `sent` tells whether it was sent, else the error is set. */
char *xml_console_send(Session *session, const char *xml, bool *sent, GError **error);

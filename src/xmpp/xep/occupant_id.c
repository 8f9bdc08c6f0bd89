/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/occupant_id.h"

#include <string.h>

#include "xmpp/stanza.h"

enum { ID_MAX = 1024 }; /* bytes; a longer one is none (I9) */

/* §3: opaque. Two of them are a room that lets forged ones through: then neither is believed (I14). */
static char *
read_id(xmpp_stanza_t *stanza)
{
    xmpp_stanza_t *element = stanza_child(stanza, "occupant-id", NS_OCCUPANT_ID);
    const char *id = element != NULL ? stanza_attribute(element, "id") : NULL;
    if (id == NULL || *id == '\0' || strlen(id) > ID_MAX)
        return NULL;
    return stanza_next(element, "occupant-id", NS_OCCUPANT_ID) == NULL ? g_strdup(id) : NULL;
}

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    message->occupant_id = read_id(stanza);
    return message->occupant_id != NULL;
}

static void
decode_presence(XmppStream *stream, xmpp_stanza_t *stanza, XmppPresence *presence)
{
    presence->occupant_id = read_id(stanza);
}

const XmppModule occupant_id_module = {
    .name = "occupant-id",
    .xep = "0421",
    .version = "1.0.1",
    .stage = XMPP_STAGE_ENVELOPE,
    .decode = decode,
    .decode_presence = decode_presence,
};

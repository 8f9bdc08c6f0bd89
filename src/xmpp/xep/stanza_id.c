/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/stanza_id.h"

#include <string.h>

#include "xmpp/stanza.h"

#define NS_STANZA_ID "urn:xmpp:sid:0"

enum {
    IDS_MAX = 16, /* of one message */
    ID_LENGTH_MAX = 1024,
};

static void
free_id(gpointer data)
{
    XmppStanzaId *id = data;

    g_free(id->id);
    jid_unref(id->by);
    g_free(id);
}

/* The id of an element; NULL when it is missing, empty or absurdly long. */
static const char *
read_id(xmpp_stanza_t *element)
{
    const char *id = stanza_attribute(element, "id");

    return id && *id && strlen(id) <= ID_LENGTH_MAX ? id : NULL;
}

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *origin = stanza_child(stanza, "origin-id", NS_STANZA_ID);
    guint count = 0;

    if (origin)
        message->origin_id = g_strdup(read_id(origin));
    for (xmpp_stanza_t *given = stanza_child(stanza, "stanza-id", NS_STANZA_ID);
         given && count < IDS_MAX; given = stanza_next(given, "stanza-id", NS_STANZA_ID), count++) {
        const char *text = read_id(given);
        Jid *by = text ? stanza_attribute_jid(given, "by") : NULL;
        if (!by)
            continue;
        if (!message->stanza_ids)
            message->stanza_ids = g_ptr_array_new_with_free_func(free_id);
        XmppStanzaId *id = g_new(XmppStanzaId, 1);
        *id = (XmppStanzaId){ .id = g_strdup(text), .by = by };
        g_ptr_array_add(message->stanza_ids, id);
    }
    return message->origin_id || message->stanza_ids;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->origin_id)
        stanza_set(stanza_add(stanza, "origin-id", NS_STANZA_ID), "id", message->origin_id);
}

const XmppModule stanza_id_module = {
    .name = "stanza-id",
    .xep = "0359",
    .version = "0.7.0",
    .features = (const char *const[]){ NS_STANZA_ID, NULL },
    .stage = XMPP_STAGE_ENVELOPE,
    .decode = decode,
    .encode = encode,
};

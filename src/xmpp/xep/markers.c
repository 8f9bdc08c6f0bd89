/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/markers.h"

#include <string.h>

#include "xmpp/stanza.h"

#define NS_MARKERS "urn:xmpp:chat-markers:0"

static const char *const names[] = {
    [MARKER_NONE] = "",
    [MARKER_RECEIVED] = "received",
    [MARKER_DISPLAYED] = "displayed",
};

/* "acknowledged" of older versions says a little more than "displayed", and is taken for that. */
static MarkerKind
parse_kind(const char *name)
{
    if (strcmp(name, names[MARKER_RECEIVED]) == 0)
        return MARKER_RECEIVED;
    if (strcmp(name, names[MARKER_DISPLAYED]) == 0 || strcmp(name, "acknowledged") == 0)
        return MARKER_DISPLAYED;
    return MARKER_NONE;
}

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *child = stanza_child(stanza, NULL, NS_MARKERS);

    message->markable = stanza_child(stanza, "markable", NS_MARKERS) != NULL && message->id;
    for (; child; child = stanza_next(child, NULL, NS_MARKERS)) {
        const MarkerKind kind = parse_kind(xmpp_stanza_get_name(child));
        const char *id = stanza_attribute(child, "id");
        if (kind == MARKER_NONE || !id)
            continue;
        message->marker = kind;
        message->marker_for = g_strdup(id);
        return true;
    }
    return message->markable;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->markable && message->id)
        stanza_add(stanza, "markable", NS_MARKERS);
    if (message->marker != MARKER_NONE && message->marker_for)
        stanza_set(stanza_add(stanza, names[message->marker], NS_MARKERS), "id", message->marker_for);
}

const XmppModule markers_module = {
    .name = "markers",
    .xep = "0333",
    .version = "1.0.0",
    .features = (const char *const[]){ NS_MARKERS, NULL },
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
    .encode = encode,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/reactions.h"

#include <string.h>

#include "xmpp/stanza.h"

static bool
is_known(const GPtrArray *reactions, const char *text)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *) reactions, text, g_str_equal, NULL);
}

/* Each once; words are no emoji, but who knows all emoji? Short it must be. */
static GPtrArray *
read_reactions(xmpp_stanza_t *element)
{
    GPtrArray *reactions = g_ptr_array_new_with_free_func(g_free);
    for (xmpp_stanza_t *reaction = stanza_child(element, "reaction", NS_REACTIONS);
         reaction != NULL && reactions->len < REACTIONS_MAX;
         reaction = stanza_next(reaction, "reaction", NS_REACTIONS)) {
        g_autofree char *text = g_strstrip(stanza_text(reaction));
        if (*text != '\0' && strlen(text) <= REACTION_BYTES_MAX && !is_known(reactions, text))
            g_ptr_array_add(reactions, g_steal_pointer(&text));
    }
    return reactions;
}

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *element = stanza_child(stanza, "reactions", NS_REACTIONS);
    const char *id = element != NULL ? stanza_attribute(element, "id") : NULL;
    if (id == NULL || *id == '\0')
        return false;
    message->reacts_to = g_strdup(id);
    message->reactions = read_reactions(element);
    return true;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->reacts_to == NULL)
        return;
    xmpp_stanza_t *element = stanza_add(stanza, "reactions", NS_REACTIONS);
    stanza_set(element, "id", message->reacts_to);
    for (guint i = 0; message->reactions != NULL && i < message->reactions->len; i++)
        stanza_add_text(element, "reaction", NULL, g_ptr_array_index(message->reactions, i));
}

const XmppModule reactions_module = {
    .name = "reactions",
    .xep = "0444",
    .version = "0.2.1",
    .features = (const char *const[]){ NS_REACTIONS, NULL },
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
    .encode = encode,
};

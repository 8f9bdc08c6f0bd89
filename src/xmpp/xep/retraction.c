/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/retraction.h"

#include <string.h>

#include "xmpp/stanza.h"

#define NS_RETRACTION_OLD "urn:xmpp:message-retract:0"
#define NS_FASTENING "urn:xmpp:fasten:0" /* XEP-0422, which the older versions were made of */
#define NS_OCCUPANT_ID "urn:xmpp:occupant-id:0"

enum { ID_LENGTH_MAX = 1024 };

static const char *
read_id(xmpp_stanza_t *element)
{
    const char *id = stanza_attribute(element, "id");
    return id != NULL && *id != '\0' && strlen(id) <= ID_LENGTH_MAX ? id : NULL;
}

/* `around` holds the reason. */
static void
read_moderation(xmpp_stanza_t *moderated, xmpp_stanza_t *around, const char *id, XmppMessage *message)
{
    XmppModeration *moderation = message->moderation = g_new0(XmppModeration, 1);
    xmpp_stanza_t *occupant = stanza_child(moderated, "occupant-id", NS_OCCUPANT_ID);
    moderation->id = g_strdup(id);
    moderation->by = stanza_attribute_jid(moderated, "by");
    moderation->occupant_id = occupant != NULL ? g_strdup(read_id(occupant)) : NULL;
    for (xmpp_stanza_t *child = xmpp_stanza_get_children(around); child != NULL && moderation->reason == NULL;
         child = xmpp_stanza_get_next(child)) {
        const char *name = xmpp_stanza_get_name(child);
        if (name != NULL && strcmp(name, "reason") == 0)
            moderation->reason = stanza_text(child);
    }
}

static bool
decode_old(xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *fastened = stanza_child(stanza, "apply-to", NS_FASTENING);
    const char *id = fastened != NULL ? read_id(fastened) : NULL;
    xmpp_stanza_t *moderated = id != NULL ? stanza_child(fastened, "moderated", NS_MODERATION_OLD) : NULL;
    if (moderated != NULL && stanza_child(moderated, "retract", NS_RETRACTION_OLD) != NULL)
        read_moderation(moderated, moderated, id, message);
    else if (id != NULL && stanza_child(fastened, "retract", NS_RETRACTION_OLD) != NULL)
        message->retracts = g_strdup(id);
    return message->moderation != NULL || message->retracts != NULL;
}

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *retract = stanza_child(stanza, "retract", NS_RETRACTION);
    const char *id = retract != NULL ? read_id(retract) : NULL;
    if (id == NULL)
        return decode_old(stanza, message);
    xmpp_stanza_t *moderated = stanza_child(retract, "moderated", NS_MODERATION);
    if (moderated != NULL)
        read_moderation(moderated, retract, id, message);
    else
        message->retracts = g_strdup(id);
    return true;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->retracts != NULL)
        stanza_set(stanza_add(stanza, "retract", NS_RETRACTION), "id", message->retracts);
}

void
retraction_moderate(XmppStream *stream, const Jid *room, const char *id, const char *reason, bool old, IqDone done,
                    gpointer data)
{
    xmpp_stanza_t *payload;
    xmpp_stanza_t *iq = old ? iq_new(stream, "set", "apply-to", NS_FASTENING, &payload)
                            : iq_new(stream, "set", "moderate", NS_MODERATION, &payload);
    xmpp_stanza_t *moderate = old ? stanza_add(payload, "moderate", NS_MODERATION_OLD) : payload;
    stanza_set(payload, "id", id);
    stanza_add(moderate, "retract", old ? NS_RETRACTION_OLD : NS_RETRACTION);
    if (reason != NULL)
        stanza_add_text(moderate, "reason", old ? NS_MODERATION_OLD : NS_MODERATION, reason);
    iq_request(stream, room, iq, done, data);
}

const XmppModule retraction_module = {
    .name = "retraction",
    .xep = "0424",
    .version = "0.4.2",
    .features = (const char *const[]){ NS_RETRACTION, NULL },
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
    .encode = encode,
};

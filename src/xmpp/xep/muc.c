/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/muc.h"

#include "base/when.h"
#include "xmpp/presence.h"
#include "xmpp/stanza.h"
#include "xmpp/xep/muc_voice.h"

enum { CODE_MAX = 999 };

/* --- what comes --- */

/* Three digits (§15.6); anything else is no code. */
static bool
read_code(xmpp_stanza_t *status, guint16 *code)
{
    const char *text = stanza_attribute(status, "code");
    guint64 number;
    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 1, CODE_MAX, &number, NULL))
        return false;
    *code = (guint16) number;
    return true;
}

static void
read_codes(xmpp_stanza_t *x, MucCodes *codes)
{
    guint16 code;
    for (xmpp_stanza_t *status = stanza_child(x, "status", NS_MUC_USER); status != NULL && codes->count < MUC_CODES_MAX;
         status = stanza_next(status, "status", NS_MUC_USER)) {
        if (read_code(status, &code) && !muc_codes_have(codes, (MucCode) code))
            codes->codes[codes->count++] = code;
    }
}

/* Nick or address of who did it (§8.2, §9.1). */
static char *
read_actor(xmpp_stanza_t *item)
{
    xmpp_stanza_t *actor = stanza_child(item, "actor", NS_MUC_USER);
    const char *nick = actor != NULL ? stanza_attribute(actor, "nick") : NULL;
    if (nick != NULL && *nick != '\0')
        return g_strdup(nick);
    g_autoptr(Jid) jid = actor != NULL ? stanza_attribute_jid(actor, "jid") : NULL;
    return jid != NULL ? g_strdup(jid_bare(jid)) : NULL;
}

static void
read_item(xmpp_stanza_t *item, MucPresence *muc)
{
    muc->has_item = true;
    muc_role_parse(stanza_attribute(item, "role"), &muc->role);
    muc_affiliation_parse(stanza_attribute(item, "affiliation"), &muc->affiliation);
    muc->jid = stanza_attribute_jid(item, "jid");
    muc->nick = g_strdup(stanza_attribute(item, "nick"));
    muc->actor = read_actor(item);
    muc->reason = stanza_child_text(item, "reason", NS_MUC_USER);
}

static void
read_destroy(xmpp_stanza_t *destroy, MucPresence *muc)
{
    char *reason = stanza_child_text(destroy, "reason", NS_MUC_USER);
    muc->is_destroyed = true;
    muc->alternate = stanza_attribute_jid(destroy, "jid");
    muc->alternate_password = stanza_child_text(destroy, "password", NS_MUC_USER);
    if (reason == NULL)
        return;
    g_free(muc->reason);
    muc->reason = reason;
}

static void
decode_presence(XmppStream *stream, xmpp_stanza_t *stanza, XmppPresence *presence)
{
    xmpp_stanza_t *x = stanza_child(stanza, "x", NS_MUC_USER);
    if (x == NULL)
        return;
    MucPresence *muc = presence->muc = g_new0(MucPresence, 1);
    xmpp_stanza_t *item = stanza_child(x, "item", NS_MUC_USER);
    xmpp_stanza_t *destroy = stanza_child(x, "destroy", NS_MUC_USER);
    muc->affiliation = MUC_AFFILIATION_NONE;
    read_codes(x, &muc->codes);
    if (item != NULL)
        read_item(item, muc);
    if (destroy != NULL)
        read_destroy(destroy, muc);
}

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *x = stanza_child(stanza, "x", NS_MUC_USER);
    message->is_from_occupant = x != NULL;
    if (x != NULL)
        read_codes(x, &message->muc_codes);
    message->voice_request = muc_voice_read(stanza, message);
    return x != NULL || message->voice_request != NULL;
}

/* --- what goes --- */

/* §7.5: so that the other side, its other devices and its archive know what it is. */
static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    if (message->is_from_occupant)
        stanza_add(stanza, "x", NS_MUC_USER);
}

static void
add_history(xmpp_stanza_t *x, const MucHistory *history)
{
    if (history->max_stanzas < 0 && history->since == 0)
        return;
    xmpp_stanza_t *element = stanza_add(x, "history", NULL);
    g_autofree char *max = history->max_stanzas >= 0 ? g_strdup_printf("%d", history->max_stanzas) : NULL;
    g_autofree char *since = history->since != 0 ? when_format(history->since) : NULL;
    stanza_set(element, "maxstanzas", max);
    stanza_set(element, "since", since);
}

bool
muc_join(XmppStream *stream, const MucJoin *join)
{
    xmpp_stanza_t *x = stanza_new(stream_ctx(stream), "x", NS_MUC);
    if (join->password != NULL)
        stanza_add_text(x, "password", NULL, join->password);
    add_history(x, &join->history);
    return presence_send_with(stream, join->occupant, join->show, join->status, x);
}

bool
muc_send_presence(XmppStream *stream, const Jid *occupant, PresenceShow show, const char *status)
{
    return presence_send(stream, occupant, show, status, 0);
}

bool
muc_leave(XmppStream *stream, const Jid *occupant, const char *status)
{
    return presence_send(stream, occupant, PRESENCE_OFFLINE, status, 0);
}

bool
muc_set_subject(XmppStream *stream, const Jid *room, const char *subject, const char *id)
{
    if (stream_phase(stream) != XMPP_PHASE_ONLINE)
        return false;
    xmpp_stanza_t *stanza = stanza_new(stream_ctx(stream), "message", NULL);
    stanza_set(stanza, "to", jid_bare(room));
    stanza_set(stanza, "type", "groupchat");
    stanza_set(stanza, "id", id);
    stanza_add_text(stanza, "subject", NULL, subject);
    return stream_send(stream, stanza);
}

const XmppModule muc_module = {
    .name = "muc",
    .xep = "0045",
    .version = "1.35.5",
    .features = (const char *const[]){ NS_MUC, NULL },
    .stage = XMPP_STAGE_ENVELOPE,
    .decode = decode,
    .encode = encode,
    .decode_presence = decode_presence,
};

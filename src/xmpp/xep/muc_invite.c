/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/muc_invite.h"

#include "xmpp/stanza.h"

/* --- what comes --- */

static Jid *
bare_room(const Jid *jid)
{
    return jid != NULL && jid_local(jid) != NULL ? jid_to_bare(jid) : NULL;
}

/* An empty text is none. */
static char *
take_text(char *text)
{
    if (text == NULL || *text != '\0')
        return text;
    g_free(text);
    return NULL;
}

/* Invitation or refusal that a room passes on. An occupant who says the same has the room's address with a nick, a
 * person has one with a resource: neither is the room (I14). */
static MucInvite *
read_mediated(xmpp_stanza_t *stanza, const Jid *from)
{
    xmpp_stanza_t *x = stanza_child(stanza, "x", NS_MUC_USER);
    xmpp_stanza_t *invite = x != NULL ? stanza_child(x, "invite", NS_MUC_USER) : NULL;
    xmpp_stanza_t *decline = x != NULL ? stanza_child(x, "decline", NS_MUC_USER) : NULL;
    xmpp_stanza_t *said = invite != NULL ? invite : decline;
    if (said == NULL || from == NULL || !jid_is_bare(from) || jid_local(from) == NULL)
        return NULL;
    MucInvite *read = g_new0(MucInvite, 1);
    read->kind = invite != NULL ? MUC_INVITE_MEDIATED : MUC_INVITE_DECLINED;
    read->room = jid_to_bare(from);
    read->from = stanza_attribute_jid(said, "from");
    read->reason = take_text(stanza_child_text(said, "reason", NS_MUC_USER));
    read->password = invite != NULL ? take_text(stanza_child_text(x, "password", NS_MUC_USER)) : NULL;
    return read;
}

/* XEP-0249 §2: whoever sends it invites. */
static MucInvite *
read_direct(xmpp_stanza_t *stanza, const Jid *from)
{
    xmpp_stanza_t *x = stanza_child(stanza, "x", NS_CONFERENCE);
    g_autoptr(Jid) jid = x != NULL ? stanza_attribute_jid(x, "jid") : NULL;
    g_autoptr(Jid) room = bare_room(jid);
    if (room == NULL || from == NULL)
        return NULL;
    MucInvite *read = g_new0(MucInvite, 1);
    read->kind = MUC_INVITE_DIRECT;
    read->room = g_steal_pointer(&room);
    read->from = jid_ref((Jid *) from);
    read->reason = take_text(g_strdup(stanza_attribute(x, "reason")));
    read->password = take_text(g_strdup(stanza_attribute(x, "password")));
    return read;
}

/* Rooms pass invitations on in both forms at once, for old clients: theirs says who it was. To a whole room, nobody can
 * be invited: that is one message for everybody in it. */
static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    if (message->type != XMPP_MESSAGE_NORMAL && message->type != XMPP_MESSAGE_CHAT)
        return false;
    message->invite = read_mediated(stanza, message->from);
    if (message->invite == NULL)
        message->invite = read_direct(stanza, message->from);
    return message->invite != NULL;
}

/* --- what goes --- */

static xmpp_stanza_t *
new_message(XmppStream *stream, const char *to, const char *id)
{
    xmpp_stanza_t *stanza = stanza_new(stream_ctx(stream), "message", NULL);
    stanza_set(stanza, "to", to);
    stanza_set(stanza, "id", id);
    return stanza;
}

/* <invite/> or <decline/>: the room passes it on to `to`. */
static bool
send_mediated(XmppStream *stream, xmpp_stanza_t *take_stanza, const char *what, const char *to, const char *reason)
{
    xmpp_stanza_t *said = stanza_add(stanza_add(take_stanza, "x", NS_MUC_USER), what, NULL);
    stanza_set(said, "to", to);
    if (reason != NULL && *reason != '\0')
        stanza_add_text(said, "reason", NULL, reason);
    return stream_send(stream, take_stanza);
}

bool
muc_invite(XmppStream *stream, const MucInvitation *invitation)
{
    if (stream_phase(stream) != XMPP_PHASE_ONLINE)
        return false;
    xmpp_stanza_t *stanza = new_message(stream, jid_bare(invitation->room), invitation->id);
    return send_mediated(stream, stanza, "invite", jid_text(invitation->invitee), invitation->reason);
}

bool
muc_decline(XmppStream *stream, const Jid *room, const Jid *inviter, const char *reason)
{
    if (stream_phase(stream) != XMPP_PHASE_ONLINE)
        return false;
    g_autofree char *id = stream_new_id();
    return send_mediated(stream, new_message(stream, jid_bare(room), id), "decline", jid_text(inviter), reason);
}

bool
muc_invite_directly(XmppStream *stream, const MucInvitation *invitation)
{
    if (stream_phase(stream) != XMPP_PHASE_ONLINE)
        return false;
    xmpp_stanza_t *stanza = new_message(stream, jid_text(invitation->invitee), invitation->id);
    xmpp_stanza_t *x = stanza_add(stanza, "x", NS_CONFERENCE);
    stanza_set(x, "jid", jid_bare(invitation->room));
    stanza_set(x, "password", invitation->password);
    stanza_set(x, "reason", invitation->reason);
    return stream_send(stream, stanza);
}

const XmppModule muc_invite_module = {
    .name = "muc-invite",
    .xep = "0249",
    .version = "1.2",
    .features = (const char *const[]){ NS_CONFERENCE, NULL },
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
};

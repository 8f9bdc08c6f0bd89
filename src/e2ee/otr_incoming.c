/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is let through to libotr, which looks for its messages anywhere in a text and answers everybody (I22). */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "e2ee/otr_private.h"
#include "e2ee/otr_text.h"

#define TAG_BYTES 8

bool
otr_is_sealed(const char *body)
{
    return g_str_has_prefix(body, "?OTR:") || g_str_has_prefix(body, "?OTR,") || g_str_has_prefix(body, "?OTR|")
           || g_str_has_prefix(body, "?OTR?") || g_str_has_prefix(body, "?OTRv");
}

bool
otr_concerns(E2ee *e2ee, const XmppMessage *message)
{
    const OtrPeer *peer = message->from != NULL ? otr_find_peer(e2ee, message->from) : NULL;
    return message->body != NULL
           && (g_str_has_prefix(message->body, "?OTR") || strstr(message->body, OTRL_MESSAGE_TAG_BASE) != NULL
               || (peer != NULL && peer->offer == OTR_OFFER_MADE));
}

/* XEP-0364 "Routing": a request that was copied is ignored. Versions 2 and 3, type 3, in base64. */
E2eeOutcome
otr_judge(const char *body)
{
    if (g_str_has_prefix(body, "?OTR:AAMD") || g_str_has_prefix(body, "?OTR:AAID"))
        return E2EE_UNREADABLE;
    return otr_is_sealed(body) || g_str_has_prefix(body, "?OTR Error:") ? E2EE_SILENT : E2EE_NOT_MINE;
}

static E2eeOutcome
unreadable(XmppMessage *message, E2eeReceived *received, char *take_words)
{
    g_clear_pointer(&message->body, g_free);
    received->words = take_words;
    return E2EE_UNREADABLE;
}

/* --- the whitespace tag --- */

/* The tag counts at the end, where programs put it, not somewhere in what may be a quotation. Its length; 0: none. */
static gsize
tag_length(const char *body)
{
    const gsize base = strlen(OTRL_MESSAGE_TAG_BASE);
    const char *tag = g_strrstr(body, OTRL_MESSAGE_TAG_BASE);
    if (tag == NULL)
        return 0;
    gsize length = base;
    while (strspn(tag + length, " \t") >= TAG_BYTES)
        length += TAG_BYTES;
    if (tag[length] != '\0')
        return 0;
    const char *line = tag;
    while (line > body && line[-1] != '\n')
        line--;
    return *line == '>' ? 0 : length;
}

static bool
may_begin(const E2ee *e2ee, const XmppMessage *message, const OtrPeer *peer)
{
    return message->delay == 0
           && (e2ee->host.may_answer(e2ee->host.data, message->from) || (peer != NULL && peer->wanted));
}

static void
receive_tag(E2ee *e2ee, XmppMessage *message, gsize length)
{
    const OtrPeer *known = otr_find_peer(e2ee, message->from);
    const gsize text = strlen(message->body) - length;
    const char *start, *end;
    const guint version = otrl_proto_whitespace_bestversion(message->body + text, &start, &end,
                                                            OTRL_POLICY_ALLOW_V2 | OTRL_POLICY_ALLOW_V3);
    const E2eePolicy policy = e2ee->host.policy(e2ee->host.data, message->from);
    message->body[text] = '\0';
    if (version == 0 || (policy != E2EE_OPPORTUNISTIC && policy != E2EE_ALWAYS) || !may_begin(e2ee, message, known)
        || otr_peer_state(e2ee, message->from) != E2EE_OFF)
        return;
    OtrPeer *peer = otr_ensure_peer(e2ee, message->from);
    otr_ask(e2ee, peer, message->from, NULL);
}

static E2eeOutcome
receive_plain(E2ee *e2ee, XmppMessage *message)
{
    const gsize tag = tag_length(message->body);
    OtrPeer *peer = otr_find_peer(e2ee, message->from);
    if (tag > 0)
        receive_tag(e2ee, message, tag);
    else if (peer != NULL && peer->offer == OTR_OFFER_MADE)
        peer->offer = OTR_OFFER_DECLINED;
    return E2EE_NOT_MINE;
}

/* --- whether it may be answered --- */

static E2eeOutcome
refuse(E2ee *e2ee, OtrPeer *peer, const char *words)
{
    if (peer->refused)
        return E2EE_SILENT;
    peer->refused = true;
    e2ee->host.event(e2ee->host.data,
                     &(E2eeEvent) { .type = E2EE_EVENT_REFUSED, .peer = peer->bare, .words = words });
    return E2EE_SILENT;
}

static bool
is_handshake(OtrlMessageType type)
{
    return type == OTRL_MSGTYPE_QUERY || type == OTRL_MSGTYPE_DH_COMMIT || type == OTRL_MSGTYPE_DH_KEY
           || type == OTRL_MSGTYPE_REVEALSIG || type == OTRL_MSGTYPE_SIGNATURE;
}

/* The peer's program could not read something. libotr would begin anew by itself; here the user decides. */
static E2eeOutcome
receive_complaint(E2ee *e2ee, const XmppMessage *message)
{
    const char *words = message->body + strlen("?OTR Error:");
    const OtrPeer *peer = otr_find_peer(e2ee, message->from);
    if (peer == NULL || peer->sessions == 0)
        return E2EE_NOT_MINE; /* nothing was said to it: it is a text like others */
    e2ee->host.event(e2ee->host.data, &(E2eeEvent) {
        .type = E2EE_EVENT_COMPLAINT,
        .peer = message->from,
        .words = *words == ' ' ? words + 1 : words,
    });
    return E2EE_SILENT;
}

/* Each instance tag costs a context of libotr's: an endless supply of them must not. */
static bool
is_instance_welcome(const E2ee *e2ee, OtrSession *session, const char *body, bool *is_other)
{
    unsigned int from = 0, to = 0;
    const OtrlInsTag *own =
        otrl_instag_find(otr_book_userstate(e2ee->book), otr_book_account(e2ee->book), OTR_PROTOCOL);
    if (otrl_proto_message_version(body) != 3)
        return true;
    if (otrl_proto_instance(body, &from, &to) != 0 || from < OTRL_MIN_VALID_INSTAG)
        return false;
    *is_other = to != 0 && (own == NULL || to != own->instag);
    if (*is_other || otrl_context_find(otr_book_userstate(e2ee->book), jid_text(session->jid),
                                       otr_book_account(e2ee->book), OTR_PROTOCOL, from, 0, NULL, NULL, NULL) != NULL)
        return true;
    if (session->instances >= OTR_INSTANCES_MAX)
        return false;
    session->instances++;
    return true;
}

/* --- libotr --- */

static char *
unreadable_words(const OtrSession *session)
{
    return g_strdup_printf(
        _("an encrypted message that cannot be read: /otr refresh begins anew with %s, who can send it again then"),
        jid_bare(session->jid));
}

/* Most programs mean what they write. Of one that is not known, a text in which everything is escaped is taken for
 * HTML, one with tags is not: it may be about HTML. */
static E2eeOutcome
take_text(const E2ee *e2ee, OtrSession *session, XmppMessage *message, E2eeReceived *received, const char *inside)
{
    const E2eeMarkup markup = e2ee->host.markup(e2ee->host.data, session->jid);
    char *text = otr_text_from_bytes(inside);
    if ((markup & E2EE_MARKUP_WRITTEN) != 0 || (markup == E2EE_MARKUP_UNKNOWN && strchr(text, '<') == NULL)) {
        char *meant = otr_text_from_markup(text);
        session->takes_markup = session->takes_markup || strcmp(text, meant) != 0;
        g_free(text);
        text = meant;
    }
    g_free(message->body);
    message->body = text;
    received->trust = otr_session_trust(e2ee, session);
    return E2EE_DECRYPTED;
}

/* Its version is still asked for when messages are cut into pieces. */
static void
clear_handshake(ConnContext *context)
{
    const unsigned int version = context->auth.protocol_version;
    otrl_auth_clear(&context->auth);
    context->auth.protocol_version = version;
}

/* The keys of a handshake that came to nothing, which the next message of it would make anew. */
static void
drop_keys(OtrlAuthInfo *handshake)
{
    gcry_cipher_close(g_steal_pointer(&handshake->enc_c));
    gcry_cipher_close(g_steal_pointer(&handshake->enc_cp));
    gcry_md_close(g_steal_pointer(&handshake->mac_m1));
    gcry_md_close(g_steal_pointer(&handshake->mac_m1p));
    gcry_md_close(g_steal_pointer(&handshake->mac_m2));
    gcry_md_close(g_steal_pointer(&handshake->mac_m2p));
}

/* What a handshake that is over leaves behind would be lost by the next one, of which the peer may want many (I22):
 * libotr 4.1.1 does not free it then. The same goes for a proof that was none, after which it waits for another. */
static void
forget_handshake(ConnContext *context)
{
    if (context == NULL)
        return;
    if (context->auth.authstate == OTRL_AUTHSTATE_NONE)
        clear_handshake(context);
    else if (context->auth.authstate == OTRL_AUTHSTATE_AWAITING_REVEALSIG)
        drop_keys(&context->auth);
}

/* libotr makes keys over those it still holds, and a peer could let it do that without end (I22): in a context that is
 * to take part in a handshake begun anew, and after a message whose signature was wrong. */
static void
make_way(const E2ee *e2ee, const OtrSession *session, const char *body)
{
    unsigned int from = OTRL_INSTAG_MASTER, to = 0;
    const OtrlMessageType type = otrl_proto_message_type(body);
    ConnContext *master = otr_master_context(e2ee, session);
    if ((type != OTRL_MSGTYPE_DH_KEY && type != OTRL_MSGTYPE_REVEALSIG) || master == NULL
        || (otrl_proto_message_version(body) == 3 && otrl_proto_instance(body, &from, &to) != 0))
        return;
    ConnContext *context =
        otrl_context_find(otr_book_userstate(e2ee->book), jid_text(session->jid), otr_book_account(e2ee->book),
                          OTR_PROTOCOL, from, 0, NULL, NULL, NULL);
    if (context == NULL)
        return;
    const OtrlAuthState awaited =
        type == OTRL_MSGTYPE_DH_KEY ? OTRL_AUTHSTATE_AWAITING_DHKEY : OTRL_AUTHSTATE_AWAITING_REVEALSIG;
    if (context->auth.authstate == awaited)
        drop_keys(&context->auth);
    else if (type == OTRL_MSGTYPE_DH_KEY && master->auth.authstate == OTRL_AUTHSTATE_AWAITING_DHKEY)
        clear_handshake(context);
}

static OtrlMessageState
protection(const E2ee *e2ee, const OtrSession *session)
{
    const ConnContext *context = otr_secure_context(e2ee, session);
    return context != NULL ? context->msgstate : OTRL_MSGSTATE_PLAINTEXT;
}

/* When a session is begun anew, libotr 4.1.1 takes an instance for unprotected as soon as its DH-Key message is there,
 * while the keys it has are good until the end of the handshake: what the peer says before that could not be read. */
static void
keep_protection(const E2ee *e2ee, const OtrSession *session, OtrlMessageState before)
{
    ConnContext *context = otr_secure_context(e2ee, session);
    if (context != NULL && context->msgstate == OTRL_MSGSTATE_PLAINTEXT)
        context->msgstate = before;
}

static E2eeOutcome
feed_libotr(E2ee *e2ee, OtrSession *session, XmppMessage *message, const char *body, E2eeReceived *received)
{
    char *inside = NULL;
    ConnContext *context = NULL;
    g_autoptr(Jid) jid = jid_ref(session->jid);
    const E2eeState before = otr_session_state(e2ee, session);
    const OtrSession *active_before = session->peer->active;
    const OtrlMessageState protected_before = protection(e2ee, session);
    make_way(e2ee, session, body);
    e2ee->receiving = session;
    e2ee->unreadable = false;
    e2ee->mute = message->delay != 0;
    const int is_internal =
        otrl_message_receiving(otr_book_userstate(e2ee->book), &otr_ops, e2ee, otr_book_account(e2ee->book),
                               OTR_PROTOCOL, jid_text(jid), body, &inside, NULL, &context, otr_context_made, NULL);
    e2ee->receiving = NULL;
    e2ee->mute = false;
    if (otrl_proto_message_type(body) == OTRL_MSGTYPE_DH_KEY)
        keep_protection(e2ee, session, protected_before);
    forget_handshake(context);
    E2eeOutcome outcome = E2EE_SILENT;
    if (e2ee->unreadable)
        outcome = unreadable(message, received, unreadable_words(session));
    else if (!is_internal && inside != NULL && context != NULL && context->msgstate != OTRL_MSGSTATE_PLAINTEXT) {
        /* A device that was gone writes with its old keys: it is back. */
        session->secure = true;
        session->instance = context->their_instance;
        session->away = false;
        session->peer->active = session;
        outcome = take_text(e2ee, session, message, received, inside);
    }
    if (inside != NULL)
        otrl_message_free(inside);
    if (session->secure && (otr_session_state(e2ee, session) != before || active_before != session->peer->active))
        otr_tell_session(e2ee, session);
    return outcome;
}

/* Whether there are keys for a text. libotr says nothing at all about one from an instance it has not seen. */
static bool
has_keys(const E2ee *e2ee, const OtrSession *session, const char *body)
{
    unsigned int from = OTRL_INSTAG_MASTER, to = 0;
    if (otrl_proto_message_version(body) == 3 && otrl_proto_instance(body, &from, &to) != 0)
        return false;
    const ConnContext *context =
        otrl_context_find(otr_book_userstate(e2ee->book), jid_text(session->jid), otr_book_account(e2ee->book),
                          OTR_PROTOCOL, from, 0, NULL, NULL, NULL);
    return context != NULL && context->msgstate == OTRL_MSGSTATE_ENCRYPTED;
}

/* The peer learns it, too, when it has meant this instance, and may (I15); who speaks version 2 may have meant another
 * device. */
static E2eeOutcome
receive_keyless(E2ee *e2ee, OtrSession *session, XmppMessage *message, const char *body, E2eeReceived *received)
{
    unsigned char flags = 0;
    otrl_proto_data_read_flags(body, &flags);
    if ((flags & OTRL_MSGFLAGS_IGNORE_UNREADABLE) != 0)
        return E2EE_SILENT;
    if (otrl_proto_message_version(body) == 3 && may_begin(e2ee, message, session->peer))
        otr_inject(e2ee, session->jid,
                   OTR_ERROR_PREFIX "an encrypted message came, but there is no OTR session here: please begin one again");
    return unreadable(message, received, unreadable_words(session));
}

/* A complete message that begins as one of OTR's. */
static E2eeOutcome
receive_whole(E2ee *e2ee, OtrSession *session, XmppMessage *message, const char *body, E2eeReceived *received)
{
    const OtrlMessageType type = otrl_proto_message_type(body);
    bool is_other = false;
    /* libotr collects pieces wherever they are in a text, without a limit, and reads what they give (I22). */
    if (strstr(body, "?OTR,") != NULL || strstr(body, "?OTR|") != NULL)
        return unreadable(message, received, g_strdup(_("a malformed OTR message, which is of no use")));
    if (is_handshake(type) && message->delay != 0)
        return E2EE_SILENT; /* nobody waits for the answer any more */
    if (type == OTRL_MSGTYPE_V1_KEYEXCH || (type != OTRL_MSGTYPE_QUERY && otrl_proto_message_version(body) == 1))
        return refuse(e2ee, session->peer, _("offers version 1 of OTR, which is not safe: nothing was answered"));
    if (type != OTRL_MSGTYPE_QUERY && !is_instance_welcome(e2ee, session, body, &is_other))
        return unreadable(message, received, g_strdup(_("a malformed OTR message, which is of no use")));
    if (is_other)
        return E2EE_SILENT;
    if (type == OTRL_MSGTYPE_QUERY
        && otrl_proto_query_bestversion(body, OTRL_POLICY_ALLOW_V2 | OTRL_POLICY_ALLOW_V3) == 0)
        return refuse(e2ee, session->peer, _("offers no version of OTR that is safe: nothing was answered"));
    if (is_handshake(type) && !otr_book_has_key(e2ee->book)) {
        otr_ask_later(e2ee, session->peer, session->jid);
        return E2EE_SILENT;
    }
    if (type == OTRL_MSGTYPE_DATA && !has_keys(e2ee, session, body))
        return receive_keyless(e2ee, session, message, body, received);
    return feed_libotr(e2ee, session, message, body, received);
}

static E2eeOutcome
receive_otr(E2ee *e2ee, OtrSession *session, XmppMessage *message, E2eeReceived *received)
{
    const OtrlInsTag *own =
        otrl_instag_find(otr_book_userstate(e2ee->book), otr_book_account(e2ee->book), OTR_PROTOCOL);
    g_autofree char *whole = NULL;
    switch (otr_fragments_add(session->fragments, message->body, own != NULL ? own->instag : 0, g_get_monotonic_time(),
                              &whole)) {
    case OTR_FRAGMENT_NONE:
        return receive_whole(e2ee, session, message, message->body, received);
    case OTR_FRAGMENT_COMPLETE:
        /* Pieces of pieces, or of anything but a message of OTR's, are nobody's way to write. */
        if (g_str_has_prefix(whole, "?OTR:"))
            return receive_whole(e2ee, session, message, whole, received);
        break;
    case OTR_FRAGMENT_MORE:
    case OTR_FRAGMENT_OTHER:
        return E2EE_SILENT;
    case OTR_FRAGMENT_BAD:
        break;
    }
    return unreadable(message, received, g_strdup(_("pieces of an encrypted message that do not fit: it is lost")));
}

static bool
may_read(const E2ee *e2ee, const XmppMessage *message, const OtrPeer *peer)
{
    return e2ee->host.policy(e2ee->host.data, message->from) != E2EE_NEVER
           && (peer->wanted || e2ee->host.may_answer(e2ee->host.data, message->from));
}

E2eeOutcome
otr_receive(E2ee *e2ee, XmppMessage *message, E2eeReceived *received)
{
    const char *body = message->body;
    if (body == NULL || message->from == NULL || jid_equal_bare(message->from, e2ee->own))
        return E2EE_NOT_MINE;
    if (g_str_has_prefix(body, "?OTR Error:"))
        return receive_complaint(e2ee, message);
    if (!otr_is_sealed(body))
        return receive_plain(e2ee, message);
    const bool is_text = otr_judge(body) == E2EE_UNREADABLE;
    OtrPeer *peer = otr_ensure_peer(e2ee, message->from);
    if (is_text && !may_read(e2ee, message, peer))
        return unreadable(message, received, g_strdup(_("a message encrypted with OTR, which is not used here")));
    if (e2ee->host.policy(e2ee->host.data, message->from) == E2EE_NEVER)
        return refuse(e2ee, peer, _("wants to encrypt with OTR, which otr.policy forbids: nothing was answered"));
    if (!peer->wanted && !e2ee->host.may_answer(e2ee->host.data, message->from))
        return refuse(e2ee, peer,
                      _("wants to encrypt with OTR, but may not see your presence: nothing was answered; /otr start "
                        "begins it"));
    OtrSession *session = otr_ensure_session(e2ee, message->from);
    if (session == NULL)
        return unreadable(message, received, g_strdup(_("an encrypted message: there are too many OTR sessions")));
    return receive_otr(e2ee, session, message, received);
}

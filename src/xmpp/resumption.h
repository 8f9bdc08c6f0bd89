/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a session across connections (XEP-0198). What was sent is kept as it was sent until the server has
 * it; on the next connection the session goes on, and exactly what the server does not have is sent again, in order,
 * before anything new. Where the server has no stream management, one ping behind the messages proves that all before
 * it were processed. Publishes ACKNOWLEDGED (in order), ACK_WANTED and RESUME_STATE.
 *
 * Who negotiates uses it like this, with stand-alone elements and with those inside of others alike (XEP-0388,
 * XEP-0386):
 *
 *     resume = resumption_make_resume();           // NULL: there is nothing to go on with
 *     enable = resumption_make_enable();           // for the session that is bound when resuming is refused
 *     switch (resumption_receive_answer(element)) {
 *     RESUMPTION_RESUMED:  stream_resumed();       // frees the negotiation
 *     RESUMPTION_REFUSED:  bind, then stream_bound();
 *     … */
#pragma once

#include "xmpp/stream.h"

typedef struct Resumption Resumption;

typedef enum {
    RESUMPTION_NONE,    /* not an answer to what was asked: nothing has changed */
    RESUMPTION_ENABLED, /* stream management is on */
    RESUMPTION_RESUMED, /* the old session goes on; what it had sent and the server has is acknowledged */
    RESUMPTION_REFUSED, /* <resume/>: the old session is gone and its requests have ended. <enable/>: pings will do */
    RESUMPTION_BROKEN,  /* an impossible answer (I6, I13): the stream was ended, the old session is gone */
} ResumptionOutcome;

Resumption *resumption_new(XmppStream *stream);
void resumption_free(Resumption *resumption);

/* --- while negotiating --- */
/* A <resume/> to send; the caller's. NULL: no session waits, or not one of the account that is connecting. */
xmpp_stanza_t *resumption_make_resume(Resumption *resumption);
/* An <enable/> to send; the caller's. The counting starts here (XEP-0198 §3): it must be sent before any stanza of the
 * new session. */
xmpp_stanza_t *resumption_make_enable(Resumption *resumption);
/* <enabled/>, <resumed/> or <failed/>. When both were asked for, the answer to <resume/> is to be given first. */
ResumptionOutcome resumption_receive_answer(Resumption *resumption, xmpp_stanza_t *element);
/* Whose session waits to be resumed, or goes on: full; NULL: there is none. A server that names another one is wrong
 * (I6). */
const Jid *resumption_jid(const Resumption *resumption);
/* It did: with the connection the session goes, and is not asked for again. */
void resumption_distrust(Resumption *resumption);

/* --- for the stream --- */
/* A session is bound: what an older one left is gone. */
void resumption_bound(Resumption *resumption, const Jid *jid);
/* Sends what the server does not have of the session that goes on. True: it is one of an earlier process. */
bool resumption_send_again(Resumption *resumption);
/* The session can be stored from now on; nothing happens when there is none to store. */
void resumption_tell_state(Resumption *resumption);
/* The connection is gone. False: so is the session, which cannot go on or must not (`keep` false). */
bool resumption_disconnected(Resumption *resumption, bool keep, const GError *error);
/* No connection, and none is wanted: the session that waits is given up, from the loop. */
void resumption_give_up(Resumption *resumption);
/* Where the session that waits wants to be resumed, "host:port"; NULL: anywhere. */
const char *resumption_location(const Resumption *resumption);
/* There was nobody: it will not be named again. */
void resumption_avoid_location(Resumption *resumption);
/* XmppEvent.bound.acknowledged. */
guint32 resumption_refused_number(const Resumption *resumption);
/* A stanza goes out, or has arrived. `take_xml` may be NULL when resumption_is_managed() says no. */
void resumption_note_sent(Resumption *resumption, char *take_xml);
void resumption_note_received(Resumption *resumption);
/* Stanzas are counted and kept. */
bool resumption_is_managed(const Resumption *resumption);
/* The stanza sent last is a message with this id whose arrival is to be told. */
void resumption_expect(Resumption *resumption, const char *id);
/* An element in the namespace of stream management, when online. */
void resumption_receive(Resumption *resumption, xmpp_stanza_t *element);
/* The session is about to end properly: says what is safe, or the server would deliver it again. */
void resumption_close(Resumption *resumption);
/* stream_acknowledge(), stream_resume_state(), stream_sent_number(), stream_received_number(). */
void resumption_acknowledge(Resumption *resumption, guint32 number);
bool resumption_state(const Resumption *resumption, XmppResumeState *state);
guint32 resumption_sent_number(const Resumption *resumption);
guint32 resumption_received_number(const Resumption *resumption);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what a server offers to a server that knows us and has proved itself (I4): the extensible profile (XEP-0388)
 * where it is offered on an encrypted stream, the old one (RFC 6120 §6) otherwise. A token of an earlier login goes
 * first (XEP-0484), the password follows on the same stream when it is refused. Along with the extensible profile goes
 * what saves round trips: binding, resumption, a new token.
 *
 * Pipelining: where the last login told what this server offers beside tokens (XmppStreamConfig.fast_offer), the token is
 * sent right behind the start tag, before the features are seen (XEP-0388 §2.1: they are stable, and may be cached).
 * That gives away nothing: the channel is encrypted and the server verified, and the features, which are still read,
 * could not make the token any safer; its mechanism was fixed when it was given. If the server turns out not to know the
 * profile any more, it ends the stream, and the next attempt waits for the features (XMPP_EVENT_FAST_OFFER, NULL).
 *
 * Of the tasks that a server may want after the login one is known: upgrade.h. Every other one needs a person or another
 * program: the login fails and says so. */
#pragma once

#include "xmpp/stanza.h"
#include "xmpp/stream.h"

typedef struct Login Login;

typedef struct LoginEvents {
    /* Both sides have proved themselves. `success`: of the extensible profile, with the answers to what went along;
     * NULL: the stream has to begin anew. The last call; it may free the login. */
    void (*on_done)(xmpp_stanza_t *success, gpointer data);
    /* It is the server's turn, which has a deadline; or not any more. */
    void (*on_turn)(bool servers, gpointer data);
} LoginEvents;

/* What fails ends the stream. */
Login *login_new(XmppStream *stream, const LoginEvents *events, gpointer data);
void login_free(Login *login);
/* The start tag is sent: sends the token, too, when nothing has to be waited for. */
void login_begin_early(Login *login);
/* What the server offers has arrived. */
void login_begin(Login *login, xmpp_stanza_t *features);
void login_receive(Login *login, xmpp_stanza_t *element);
/* What the server lets go along with the login (Sasl2Inline). */
guint login_inlines(const Login *login);

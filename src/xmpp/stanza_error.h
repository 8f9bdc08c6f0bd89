/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stanza and stream errors (RFC 6120 §4.9, §8.3): read, and said in words. */
#pragma once

#include "xmpp/stanza.h"

/* The error of a stanza of type "error"; never NULL. */
XmppStanzaError *stanza_error_parse(xmpp_stanza_t *stanza);
/* The same for <stream:error/> and SASL's <failure/>, whose conditions are in namespace `ns`. */
XmppStanzaError *stanza_error_parse_conditions(xmpp_stanza_t *element, const char *ns);
/* One line for people about a stream error. */
char *stream_error_words(const XmppStanzaError *error);
/* A stream error after which trying again at once is wrong or useless (I8). */
bool stream_error_is_fatal(const char *condition);
/* The session may be resumed in spite of it. */
bool stream_error_spares_session(const char *condition);

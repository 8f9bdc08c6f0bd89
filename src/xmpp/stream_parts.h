/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this layer that make up one stream know of each other; nobody else includes
 * this. Each part owns its state and is reached through the stream. */
#pragma once

#include "xmpp/login_memory.h"
#include "xmpp/module.h"
#include "xmpp/stanza.h"
#include "xmpp/stream.h"

typedef struct IqTable IqTable;
typedef struct Resumption Resumption;
typedef struct ModuleTable ModuleTable;
typedef struct ModuleStates ModuleStates;
typedef struct Negotiation Negotiation;
typedef struct StreamLink StreamLink;

/* --- stream.c --- */
IqTable *stream_iqs(const XmppStream *stream);
Resumption *stream_resumption(const XmppStream *stream);
const ModuleTable *stream_modules(const XmppStream *stream);
StreamLink *stream_link(const XmppStream *stream);
/* Whose stream it is. */
void stream_set_own(XmppStream *stream, const Jid *jid);
/* The policy of this connection; its strings live until the stream is offline. */
const XmppStreamConfig *stream_config(const XmppStream *stream);
/* Every callback from the main loop that may call out runs between these two: the stream survives
 * being freed meanwhile, and an end that was decided on the way is carried out at the last leave.
 */
void stream_enter(XmppStream *stream);
void stream_leave(XmppStream *stream);
/* Ends the stream, once; CLOSED follows from the loop. Takes `take_error` over (NULL for USER). */
void stream_end(XmppStream *stream, XmppCloseReason reason, bool fatal, GError *take_error);
/* The same with the stream's end tag sent first. */
void stream_end_politely(XmppStream *stream, XmppCloseReason reason, bool fatal,
                         GError *take_error);
/* The same with a stream error told to the server first (RFC 6120 §4.9). */
void stream_end_with(XmppStream *stream, const char *condition, GError *take_error);
/* … and an element of its own that says more; NULL: none. */
void stream_end_with_detail(XmppStream *stream, const char *condition, const char *detail,
                            GError *take_error);
/* Sends an element that is not a stanza: before the session is bound, and for stream management. */
bool stream_send_nonza(XmppStream *stream, xmpp_stanza_t *take_element);
/* The same as it was once sent. */
void stream_send_text(XmppStream *stream, const char *xml);
void stream_fill_random(guint8 *bytes, gsize length);
void stream_set_phase(XmppStream *stream, XmppPhase phase, const char *detail);
/* Opens the XML stream, or opens it anew after the login: nothing of the old one is remembered
 * (I2). */
void stream_open(XmppStream *stream);
/* Negotiation is done: there is a new session with this full JID. */
void stream_bound(XmppStream *stream, const Jid *jid);
/* Negotiation is done: the session that was lost goes on (RESUMPTION_RESUMED). */
void stream_resumed(XmppStream *stream);
/* The session cannot go on: its requests end with `error`, the modules hear of it. */
void stream_lose_session(XmppStream *stream, const GError *error);
/* Confidential and with a proven server: secrets may be sent. */
bool stream_is_secure(const XmppStream *stream);
/* NULL when there is none here. */
GBytes *stream_channel_binding(const XmppStream *stream, TlsBinding binding);
/* TLS may show a certificate of the account. */
bool stream_has_client_certificate(const XmppStream *stream);
LoginMemory *stream_login_memory(const XmppStream *stream);
/* XmppStreamConfig.may_reveal; the own account and server always may. */
bool stream_may_reveal(const XmppStream *stream, const Jid *jid);
/* What a roster item says about that. */
void stream_note_subscriber(XmppStream *stream, const Jid *jid, bool subscribed);
/* The token was used, or cannot be: wipes it. */
void stream_forget_token(XmppStream *stream);
void stream_set_sasl_mechanism(XmppStream *stream, const char *mechanism);
/* The server has turned carbons on along with the login (XEP-0386): they need not be asked for. */
bool stream_has_carbons(const XmppStream *stream);
void stream_set_has_carbons(XmppStream *stream, bool has);
/* The server keeps versions of the roster (RFC 6121 §2.6). */
bool stream_offers_roster_versions(const XmppStream *stream);
void stream_set_offers_roster_versions(XmppStream *stream, bool offers);
/* The server wants to know whether somebody looks (XEP-0352). */
bool stream_offers_client_state(const XmppStream *stream);
void stream_set_offers_client_state(XmppStream *stream, bool offers);
/* Nobody looks: a login may say so at once (XEP-0386). What the user does outlives the session. */
bool stream_is_inactive(const XmppStream *stream);
void stream_set_inactive(XmppStream *stream, bool inactive);
/* … and it did: the server knows. */
bool stream_began_inactive(const XmppStream *stream);
void stream_set_began_inactive(XmppStream *stream, bool began);

/* --- module.c --- */
/* All rows, NULL-terminated; defined by the only list, xep/modules.c. */
const XmppModule *const *modules_all(void);
ModuleTable *module_table_new(void);
void module_table_free(ModuleTable *table);
guint module_table_size(const ModuleTable *table);
const XmppModule *module_table_row(const ModuleTable *table, guint index);
/* Who answers a get or set with this payload; NULL: nobody. */
const IqRoute *module_table_find_iq(const ModuleTable *table, xmpp_stanza_t *payload, int type);
/* The stage UNWRAP, with only the addresses of `message` set. True: the stanza was a wrapper and is done with. */
bool module_table_unwrap(const ModuleTable *table, XmppStream *stream, xmpp_stanza_t *stanza,
                         XmppMessage *message);
/* All other stages. */
void module_table_decode(const ModuleTable *table, XmppStream *stream, xmpp_stanza_t *stanza,
                         XmppMessage *message);
void module_table_encode(const ModuleTable *table, XmppStream *stream, const XmppMessage *message,
                         xmpp_stanza_t *stanza);
/* The features of all rows that are offered in this connection, sorted, each once; free the array only. */
const char **module_table_features(const ModuleTable *table, XmppStream *stream);

/* The rows' states of one stream, made when they are first asked for. */
ModuleStates *module_states_new(const ModuleTable *table);
void module_states_free(ModuleStates *states);
void module_states_reset(ModuleStates *states); /* a new session */
gpointer module_states_get(ModuleStates *states, const char *name);

/* --- iq.c, message_stanza.c, presence.c: what arrived --- */
IqTable *iq_table_new(XmppStream *stream);
void iq_table_free(IqTable *table);
/* Instead of IQ_TIMEOUT_MS, for requests from now on. */
void iq_table_set_timeout(IqTable *table, guint ms);
/* Ends all requests that were sent with `error`. */
void iq_table_fail(IqTable *table, const GError *error);
/* The same for those made without a connection, which otherwise end from the loop. */
void iq_table_fail_unsent(IqTable *table, const GError *error);
void iq_receive(XmppStream *stream, xmpp_stanza_t *stanza);
void message_receive(XmppStream *stream, xmpp_stanza_t *stanza);
/* A message as its sender meant it, through all stages but UNWRAP; NULL when an address is no JID
 * (I6). */
XmppMessage *message_decode(XmppStream *stream, xmpp_stanza_t *stanza);
void presence_receive(XmppStream *stream, xmpp_stanza_t *stanza);

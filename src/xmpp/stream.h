/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One XML stream of one account: transport, libstrophe in raw mode behind it, negotiation, dispatch. A stream object
 * lives as long as its session and can be connected many times. Everything it learns is published as XmppEvent. It
 * never reads a setting: the core passes policy in. No call blocks; stream_disconnect() and stream_free() end
 * everything at once. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <strophe.h>

#include "base/bus.h"
#include "base/jid.h"
#include "net/transport.h"
#include "xmpp/event.h"

/* What it takes to go on with a session on another connection, or in another process (XEP-0198 §5). */
typedef struct XmppResumeState {
    const char *id;       /* the server's name of it */
    const char *jid;      /* full, as bound */
    const char *location; /* where to resume, "host:port"; NULL: anywhere */
    guint max;            /* seconds the server keeps it after a loss; 0: not said */
    guint32 received;     /* stanzas of the server */
    guint32 sent;         /* stanzas of ours … */
    guint32 acknowledged; /* … and how many of them the server has */
} XmppResumeState;

/* Policy of one connect; copied by stream_connect(). */
typedef struct XmppStreamConfig {
    const Jid *jid;       /* bare, or full to ask for a resource */
    const char *password; /* NULL: only EXTERNAL is possible; copied into wiped memory */
    const TransportConfig *transport;
    const char *sasl_pinned;      /* mechanism family once used ("SCRAM-SHA-256"); weaker is refused; NULL: none */
    bool sasl_pinned_binding;     /* channel binding once used */
    const char *roster_ver;       /* ver of the cached roster; NULL: none is cached */
    guint stanza_limit;           /* bytes; larger stanzas end the stream (I9); 0: 4 MiB */
    guint stage_timeout;          /* ms for each of opening, authenticating, binding; 0: 15000 */
    bool answer_version;          /* XEP-0092 */
    const XmppResumeState *resume; /* of an earlier process; used when this stream has no session of its own to resume;
                                      NULL: none */
    const char *fast_token;       /* XEP-0484: token and its mechanism, from XMPP_EVENT_FAST_TOKEN; NULL: none */
    const char *fast_mechanism;
    guint32 fast_count;           /* logins with this token, this one included */
    const char *fast_offer;       /* from XMPP_EVENT_FAST_OFFER: the features are not waited for; NULL: they are */
    const char *user_agent_id;    /* XEP-0388 §2.2: stable UUID of this installation and account; NULL: none */
    /* Whether this contact may learn that the account is online, because it is subscribed to its presence; nobody else
     * is asked for capabilities or told a version (I15). NULL: what the roster that arrived in this session says. */
    bool (*may_reveal)(gpointer owner, const Jid *jid);
} XmppStreamConfig;

XmppStream *stream_new(Bus *bus, gpointer owner);
void stream_free(XmppStream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmppStream, stream_free)

/* Lets streams share what is loaded once, such as the system's certificate authorities; before the first
 * stream_connect(). */
void stream_share_tls(XmppStream *stream, TlsContext *tls);
/* Starts connecting; only while offline. Outcome: XMPP_EVENT_BOUND or XMPP_EVENT_CLOSED, never from inside this
 * call. */
void stream_connect(XmppStream *stream, const XmppStreamConfig *config);
/* Ends the stream: sends unavailable and </stream:stream> when online; the event CLOSED (USER) comes from an idle
 * source at once. */
void stream_disconnect(XmppStream *stream, const char *status);

/* The connection is dead, although nobody said so: CLOSED (NETWORK) with this error, as if it had been lost. */
void stream_give_up(XmppStream *stream, GError *take_error);
/* Bytes that came in this connection: they prove life. */
guint64 stream_bytes_received(const XmppStream *stream);

XmppPhase stream_phase(const XmppStream *stream);
/* The bound full JID; NULL unless online. Bare own JID: always while connected. */
const Jid *stream_jid(const XmppStream *stream);
const Jid *stream_own_bare(const XmppStream *stream);
gpointer stream_owner(const XmppStream *stream);
/* The certificate that was shown last; NULL before TLS. */
const TlsCertificate *stream_certificate(const XmppStream *stream);
/* "TLSv1.3 TLS_AES_256_GCM_SHA384"; NULL when there is no TLS. Mechanism of the login; NULL before. */
const char *stream_tls_description(const XmppStream *stream);
const char *stream_sasl_mechanism(const XmppStream *stream);

/* False: the session cannot be resumed (yet, or any more). Strings are borrowed. */
bool stream_resume_state(const XmppStream *stream, XmppResumeState *state);
/* The answer to XMPP_EVENT_ACK_WANTED: that many stanzas of the server are safe here. May come later; only grows. */
void stream_acknowledge(XmppStream *stream, guint32 number);
/* The number of the stanza that was sent last, in the counting of XEP-0198 §4; 0: nothing is counted. */
guint32 stream_sent_number(const XmppStream *stream);
/* How many stanzas of the server have arrived in the session: what stream_acknowledge() can reach. */
guint32 stream_received_number(const XmppStream *stream);

xmpp_ctx_t *stream_ctx(const XmppStream *stream);
/* Sends a stanza (takes over one reference). False: not connected, nothing sent. */
bool stream_send(XmppStream *stream, xmpp_stanza_t *take_stanza);
void stream_publish(XmppStream *stream, const XmppEvent *event); /* fills in owner and stream */
/* A fresh unguessable id (128 random bits, I13). */
char *stream_new_id(void);
/* Per-stream state of a module: zeroed `state_size` bytes, cleared on every new session. */
gpointer stream_module_state(XmppStream *stream, const char *module_name);

/* Everything that crosses the stream, without its secrets (xml_redact.h). `element` is borrowed, NULL for what is none,
 * such as the stream's end tag; `xml` is the same as text. May be called from inside anything: it only takes notes. */
typedef void (*StreamTap)(XmppStream *stream, bool outgoing, xmpp_stanza_t *element, const char *xml, gpointer data);
/* NULL: nothing any more, and nothing is spent on it. */
void stream_set_tap(XmppStream *stream, StreamTap tap, gpointer data);

/* --- the seam of the tests (tests/flow, fuzzers): a stream without a network --- */
typedef void (*StreamSink)(XmppStream *stream, const char *xml, gpointer data);
/* From now on what is sent goes to `sink`; stream_connect() then starts right behind the transport: OPENING. */
void stream_set_sink(XmppStream *stream, StreamSink sink, gpointer data);
/* Sink only: the bytes of tls-exporter from now on; NULL: the channel cannot be bound to. Takes a reference of its own. */
void stream_set_sink_binding(XmppStream *stream, GBytes *exporter);
/* Feeds one complete element of the server: <stream:features>, stanzas, nonzas. False: not well-formed. */
bool stream_feed(XmppStream *stream, const char *xml);
/* As if the transport had ended. */
void stream_feed_close(XmppStream *stream, const GError *error);
/* Sink only: binds at once as `jid` without negotiation and publishes BOUND; module hooks run. */
void stream_feed_bound(XmppStream *stream, const Jid *jid);
/* Sink only: <enable/> is sent, and this answer is fed: "<enabled xmlns='urn:xmpp:sm:3' id='1' resume='true'/>". */
void stream_feed_enabled(XmppStream *stream, const char *enabled);
/* Sink only: as if the login had ended with <resumed/>, the server having this many stanzas of ours. False: there is
 * no session to go on with, or the number is impossible. */
bool stream_feed_resumed(XmppStream *stream, guint32 number);
/* … or with <failed/>; stream_feed_bound() comes next. */
bool stream_feed_refused(XmppStream *stream, guint32 number);

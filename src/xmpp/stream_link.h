/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is under a stream: the transport, libstrophe behind it, and the guard between them; or, in
 * tests, a sink. It knows how elements come and go and why the connection ended, and nothing of
 * what they mean. */
#pragma once

#include "net/transport.h"
#include "xmpp/event.h"
#include "xmpp/stream.h"

typedef struct StreamLink StreamLink;

typedef struct StreamLinkEvents {
    void (*on_phase)(XmppPhase phase, const char *detail, gpointer data);
    void (*on_connected)(gpointer data); /* call stream_link_open() now */
    void (*on_opened)(gpointer data);    /* the server's start tag */
    void (*on_element)(xmpp_stanza_t *element, gpointer data);
    /* Takes `take_error` over. The link stays as it is until stream_link_close(), which must wait
     * for the last on_leave. */
    void (*on_ended)(XmppCloseReason reason, bool fatal, GError *take_error, gpointer data);
    /* Around everything that may call the others. */
    void (*on_enter)(gpointer data);
    void (*on_leave)(gpointer data);
} StreamLinkEvents;

StreamLink *stream_link_new(const StreamLinkEvents *events, gpointer data);
void stream_link_free(StreamLink *link);
/* `owner` is what the sink is given as its stream. NULL takes the sink away. */
void stream_link_set_sink(StreamLink *link, StreamSink sink, XmppStream *owner, gpointer data);
/* What a sink's channel is bound to with tls-exporter; NULL: nothing. */
void stream_link_set_sink_binding(StreamLink *link, GBytes *exporter);
/* stream_set_tap() */
void stream_link_set_tap(StreamLink *link, StreamTap tap, XmppStream *owner, gpointer data);
bool stream_link_has_sink(const StreamLink *link);
xmpp_ctx_t *stream_link_ctx(const StreamLink *link);

/* With a sink on_connected comes from inside; else nothing does. */
void stream_link_connect(StreamLink *link, const TransportConfig *config, guint stanza_limit);
/* Sends the stream's start tag and forgets the old stream (I2). `from` NULL: not told. */
void stream_link_open(StreamLink *link, const char *to, const char *from);
/* False: there is no connection. */
bool stream_link_send(StreamLink *link, xmpp_stanza_t *element);
void stream_link_send_text(StreamLink *link, const char *xml);
/* Takes in no more; what was sent still goes out. */
void stream_link_stop(StreamLink *link);
/* At once; the certificate stays known. Not from inside the other callbacks. */
void stream_link_close(StreamLink *link);

/* Confidential, and the server has proved that it is the domain's. */
bool stream_link_is_secure(const StreamLink *link);
bool stream_link_has_client_certificate(const StreamLink *link);
GBytes *stream_link_channel_binding(const StreamLink *link, TlsBinding binding);
const TlsCertificate *stream_link_certificate(const StreamLink *link);
/* Before the first connection: authorities that others have, too. Takes a reference of its own. */
void stream_link_share_tls(StreamLink *link, TlsContext *tls);
const char *stream_link_tls_summary(const StreamLink *link);
guint64 stream_link_bytes_received(const StreamLink *link);

/* As if this element had arrived, through the same guard. False: it was refused, or is not one
 * element. */
bool stream_link_feed(StreamLink *link, const char *xml);

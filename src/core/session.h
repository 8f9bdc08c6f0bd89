/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account's life online: connecting with the right secret, reconnecting with back-off (I8), own presence restored,
 * what the stream says brought into the model. One per configured account for the life of the client. */
#pragma once

#include "core/client.h"
#include "xmpp/stream.h"

Account *session_account(const Session *session);
Client *session_client(const Session *session);
XmppStream *session_stream(const Session *session);
bool session_is_online(const Session *session);
/* Online, it goes on with a session that this process had before (XEP-0198 §5): nothing has begun anew. */
bool session_is_resumed(const Session *session);

/* For this connection only; each NULL or 0 to take the account's own. */
typedef struct ConnectOverrides {
    const char *server;
    guint port;
    const char *tls; /* "require", "direct", "if-offered", "off" */
} ConnectOverrides;

/* Wants to be online from now on. `done` (may be NULL): NULL error when bound; else the first attempt's error. Attempts
 * go on after losses of the network until session_disconnect() or a refusal. False: already connecting or online. */
bool session_connect(Session *session, const ConnectOverrides *overrides, CoreDone done, gpointer data, GError **error);
/* Wants to be offline; whatever phase it is in ends at once. */
void session_disconnect(Session *session, const char *status);
/* Drops the connection, if any, and connects at once, without waiting for a planned attempt. */
bool session_reconnect(Session *session, GError **error);

/* The certificate that was refused or is in use; NULL when none was seen. */
const TlsCertificate *session_certificate(const Session *session);
/* Accept the refused certificate for the life of this process, or write it into the account as its pin; then
 * connect. */
bool session_trust_once(Session *session, GError **error);
bool session_pin(Session *session, GError **error);
bool session_unpin(Session *session, GError **error);

typedef void (*PingDone)(gint64 microseconds, const GError *error, gpointer data);
/* `jid` NULL: the server. */
void session_ping(Session *session, const Jid *jid, PingDone done, gpointer data);
/* What an entity is, cleaned lines for the user (disco, version, last words). */
typedef void (*InfoDone)(const GPtrArray *lines, const GError *error, gpointer data);
void session_entity_info(Session *session, const Jid *jid, InfoDone done, gpointer data);

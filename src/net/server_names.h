/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a name in a certificate mean this domain? RFC 6125, RFC 9525, RFC 6120 §13.7.1.2. Pure text; the names are
 * what a stranger wrote. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The domain as certificates are compared with it. */
typedef struct ServerName {
    char *prepared; /* U-labels, or an IP literal without brackets */
    char *ascii;    /* A-labels; NULL for an IP literal */
} ServerName;

/* `domain` as in a prepared JID. False and ERROR_BAD_INPUT when it is no domain. */
bool server_name_init(ServerName *name, const char *domain, GError **error);
void server_name_clear(ServerName *name);

/* dNSName: equal, or a wildcard as the whole left-most label, at least two labels below it ("*.example.org"; never
 * "*.org", "f*.example.org"). */
bool server_name_matches_dns(const ServerName *name, const char *pattern, gsize length);
/* SRV-ID (RFC 4985): "_xmpp-client.example.org", "_xmpps-client.example.org". */
bool server_name_matches_srv(const ServerName *name, const char *text, gsize length);
/* id-on-xmppAddr: the JID of the domain itself. */
bool server_name_matches_xmpp(const ServerName *name, const char *text, gsize length);
/* iPAddress: 4 or 16 bytes. */
bool server_name_matches_ip(const ServerName *name, const guint8 *bytes, gsize length);

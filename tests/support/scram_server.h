/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's side of SCRAM for tests, written on GLib's checksums alone so that it shares no code with the
 * client. Its fields may be changed to make it lie. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct ScramServer {
    GChecksumType hash; /* G_CHECKSUM_SHA1, _SHA256, _SHA512 */
    char *password;
    guint iterations;
    GBytes *salt;
    char *nonce;        /* appended to the client's */
    GBytes *binding;    /* the channel's bytes; NULL: none is expected */
    /* what was seen and said */
    char *gs2_header;
    char *client_first_bare;
    char *server_first;
} ScramServer;

ScramServer *scram_server_new(GChecksumType hash, const char *password);
void scram_server_free(ScramServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScramServer, scram_server_free)

/* Plain messages, freed by the caller. The final is NULL when the proof or the channel binding is wrong. */
char *scram_server_first(ScramServer *server, const char *client_first);
char *scram_server_final(ScramServer *server, const char *client_final);

/* The same in base64, as it goes on the wire. */
char *scram_server_first_base64(ScramServer *server, const char *base64);
char *scram_server_final_base64(ScramServer *server, const char *base64);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A private server on loopback for one test program: Prosody or ejabberd, free ports, its own certificate authority,
 * its own directory; it dies with the test. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef enum { SERVER_PROSODY, SERVER_EJABBERD } ServerKind;

#define SERVER_ROOMS "rooms.localhost"

typedef struct TestAccount {
    const char *user, *password;
    /* Roster entries "user@host" with subscription both, NULL-terminated; NULL: none. Prosody only. */
    const char *const *contacts;
} TestAccount;

typedef struct ServerOptions {
    ServerKind kind;
    const TestAccount *accounts; /* ended by user NULL */
    bool newer_login; /* Prosody with XEP-0388, 0386, 0484, from the package prosody-modules, and carbons, csi */
    const char *extra; /* more lines for the configuration (Prosody: of the host; plugins are in support/prosody);
                        * NULL: none */
    bool rooms; /* has rooms at SERVER_ROOMS, each with its archive, as the packages set them up; Prosody's have moderation
                 * and the ids of occupants, too, and forget everybody in them when support/prosody/mod_forgetful.lua
                 * is asked to; crowdNUMBER@… has so many in it (mod_crowded.lua) */
    bool impatient; /* gives a silent client up after one or two seconds, and forgets its session a second later */
} ServerOptions;

typedef struct Server Server;

/* The accounts are user@localhost. NULL after g_test_skip(): the server's package is not installed; with
 * CONFAB_REQUIRE_SERVERS=1 in the environment that fails the test instead. */
Server *server_start(const ServerOptions *options);
void server_stop(Server *server); /* and removes its directory */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Server, server_stop)
/* SIGTERM: the server says good-bye; SIGKILL: connections are just cut, and what ejabberd has not written yet is gone.
 * server_resume() starts it again on the same ports, with its data. */
void server_kill(Server *server, int signal);
void server_resume(Server *server);

/* Processor time it has used so far, in milliseconds: one that has nothing to do uses next to none. */
guint64 server_cpu_ms(const Server *server);
guint64 test_cpu_ms(pid_t pid); /* the same of any process that runs */

guint16 server_port(const Server *server);        /* STARTTLS */
guint16 server_direct_port(const Server *server); /* direct TLS */
const char *server_ca_file(const Server *server);
const char *server_directory(const Server *server);
/* The end of its log, for messages of failing tests. */
char *server_log_tail(const Server *server);

/* False, after g_test_skip() with the package's name, unless it was found; with CONFAB_REQUIRE_SERVERS=1 in the
 * environment that fails the test instead. */
bool test_has(bool found, const char *package);
/* A free TCP port on 127.0.0.1. */
guint16 server_free_port(void);
/* A fresh directory under the temporary one; and its removal with everything inside. */
char *test_directory_new(void);
void test_directory_remove(const char *path);

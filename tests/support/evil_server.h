/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server for "localhost" that says whatever a test wants, over TLS where that is wanted, and remembers every byte the
 * client said. The script is a blocking function that runs in a thread of its own, a connection after the other. */
#pragma once

#include "fake_server.h"

typedef struct Evil Evil;
typedef void (*EvilScript)(Evil *evil, gpointer data);

Evil *evil_new(EvilScript script, gpointer data);
/* Joins the thread. */
void evil_free(Evil *evil);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Evil, evil_free)
guint16 evil_port(const Evil *evil);
const char *evil_ca_file(const Evil *evil);
int evil_connections(Evil *evil);
/* All that clients said so far, deciphered; the caller frees. */
char *evil_heard(Evil *evil);

/* --- for scripts; each is false when the client has gone, and does nothing from then on --- */
bool evil_say(Evil *evil, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Says `length` bytes. */
bool evil_say_bytes(Evil *evil, const char *bytes, gsize length);
/* Listens until `end` was said since the last such call. What was said up to there is in evil_last(). */
bool evil_hear(Evil *evil, const char *end);
const char *evil_last(const Evil *evil);
/* The value of an attribute in what was heard last, which has to be there; the caller frees. */
char *evil_last_attribute(const Evil *evil, const char *name);
/* Listens to the end, forgetting nothing. */
void evil_listen(Evil *evil);

/* Hears the client's stream header and says one with these features (XML, without the wrapping element). */
bool evil_open_stream(Evil *evil, const char *features);
/* The same with STARTTLS as the only feature, and does it. */
bool evil_start_tls(Evil *evil);
/* All the way to a bound session of user@localhost with an empty roster: STARTTLS, PLAIN, bind. */
bool evil_log_in(Evil *evil);

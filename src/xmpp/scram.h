/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SCRAM (RFC 5802, 7677) with SHA-1, SHA-256 and SHA-512, and their -PLUS forms (I4). One object is one
 * exchange; it does no I/O and speaks the plain messages, not base64. The server is believed only after
 * scram_verify(). PBKDF2 runs in a thread that owns copies of what it needs; all secrets are wiped. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    SCRAM_ITERATIONS_MIN = 4096,
    SCRAM_ITERATIONS_MAX = 10 * 1000 * 1000,
    SCRAM_SALT_MAX = 1024,     /* bytes */
    SCRAM_MESSAGE_MAX = 16384, /* bytes of a message of the server */
    SCRAM_SHA_256_SIZE = 32,   /* bytes */
};

/* In order of strength. */
typedef enum {
    SCRAM_SHA_1,
    SCRAM_SHA_256,
    SCRAM_SHA_512,
} ScramHash;

typedef struct Scram Scram;

/* ClientKey and ServerKey of one password, salt, iteration count and hash: what PBKDF2 costs is in them. As
 * secret as the password; keep them in memory only and drop them with it. Counted. */
typedef struct ScramKeys ScramKeys;
ScramKeys *scram_keys_ref(ScramKeys *keys);
void scram_keys_unref(ScramKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScramKeys, scram_keys_unref)

/* Copied by scram_new(). */
typedef struct ScramConfig {
    ScramHash hash;
    const char *username;   /* prepared (jid_prepare_username) */
    const char *password;   /* prepared (jid_prepare_opaque) */
    const char *gs2_header; /* "n,,", "y,,", "p=tls-exporter,," */
    GBytes *binding;        /* the channel's bytes for "p="; NULL otherwise */
    ScramKeys *keys;        /* of an earlier login of the same password; NULL: none. Ignored when they do not fit */
    const char *advertised; /* what XEP-0474 hashes: mechanisms and bindings the server offered; NULL: not checked */
    const char *nonce;      /* tests only; NULL: 192 random bits */
} ScramConfig;

Scram *scram_new(const ScramConfig *config);
/* A computation that is under way is forgotten: its callback is not called. */
void scram_free(Scram *scram);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scram, scram_free)

/* The client-first-message; borrowed. */
const char *scram_first(const Scram *scram);

/* `final` is the client-final-message, borrowed for the call; NULL with an ERROR_AUTH when the server's message
 * is refused. */
typedef void (*ScramDone)(Scram *scram, const char *final, const GError *error, gpointer data);
/* Takes the server-first-message, once. `done` is called once, from the main loop, never from inside this call;
 * it may free the exchange. */
void scram_challenge(Scram *scram, const char *message, gsize length, ScramDone done, gpointer data);
/* Takes the server-final-message; only after `done` gave a final message. False and ERROR_AUTH: the server does
 * not know the password, or it refused ours. */
bool scram_verify(Scram *scram, const char *message, gsize length, GError **error);

/* The server has proved that it knows the password. */
bool scram_is_verified(const Scram *scram);
/* The list of what the server offered was changed on the way (XEP-0474). */
bool scram_is_tampered(const Scram *scram);
/* The server complained about the channel binding (the e= values of RFC 5802 §7). */
bool scram_binding_was_refused(const Scram *scram);
/* The keys to keep for the next login; NULL unless verified. Borrowed. */
ScramKeys *scram_keys(const Scram *scram);

/* SaltedPassword (RFC 5802 §3) for another hash than that of the login, to store at the server (XEP-0480 §3): as good as
 * the password there. `password` is prepared. Copies everything; PBKDF2 runs in a thread. */
typedef struct ScramSalting ScramSalting;
/* `salted` is base64, borrowed for the call; NULL with an ERROR_AUTH when what the server said is refused. */
typedef void (*ScramSaltingDone)(const char *salted, const GError *error, gpointer data);
/* `salt` is base64, `iterations` a number. `done` is called once, from the main loop, and ends the salting. */
ScramSalting *scram_salt(ScramHash hash, const char *password, const char *salt, const char *iterations,
                         ScramSaltingDone done, gpointer data);
/* Only before `done`: it is not called any more. */
void scram_salting_cancel(ScramSalting *salting);

/* HMAC-SHA-256 for mechanisms that are built on it; `result` gets SCRAM_SHA_256_SIZE bytes. */
void scram_hmac_sha256(const char *key, const void *data, gsize length, guint8 *result);
/* In a time that does not tell where they differ. */
bool scram_is_equal(const void *a, const void *b, gsize length);

/* Strict base64 (RFC 4648 §4, canonical, no blanks); NULL when it is not, or longer than `limit` bytes. The bytes are
 * followed by a NUL. Caller frees. */
char *scram_decode(const char *base64, gsize limit, gsize *length);
/* Wipes a NUL-terminated secret and frees it; NULL is fine. */
void scram_wipe(char *secret);

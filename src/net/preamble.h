/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few elements of XML before STARTTLS (RFC 6120 §5), read by a bounded parser of their own so that libstrophe
 * never sees a byte that was not secured (I1, I2). No input and output here: bytes in, verdicts out. */
#pragma once

#include <glib.h>

enum {
    PREAMBLE_BYTES = 64 * 1024, /* more before <proceed/> is refused */
    PREAMBLE_DEPTH = 16,
};

typedef struct Preamble Preamble;

typedef enum {
    PREAMBLE_MORE,        /* feed more */
    PREAMBLE_OFFERED,     /* send preamble_request(), go on feeding; said once */
    PREAMBLE_PROCEED,     /* the border: drop everything that was received, start TLS */
    PREAMBLE_NOT_OFFERED, /* this server has no STARTTLS; preamble_error() says so */
    PREAMBLE_FAILED,      /* refused, a stream error, or not XMPP; see preamble_error() */
} PreambleStep;

/* `domain` is what the stream is opened to (prepared, U-labels). */
Preamble *preamble_new(const char *domain);
void preamble_free(Preamble *preamble);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Preamble, preamble_free)

/* What to send first; borrowed. */
const char *preamble_header(const Preamble *preamble);
/* "<starttls …/>" */
const char *preamble_request(void);
/* Bytes behind the end of the features in the same call are dropped: an answer that comes before the question is
 * none. */
PreambleStep preamble_feed(Preamble *preamble, const char *data, gsize length);
/* The reason in words, ERROR_PROTOCOL, cleaned; borrowed. */
const GError *preamble_error(const Preamble *preamble);

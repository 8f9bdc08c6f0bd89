/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/fast.h"

#include <string.h>

#include "base/error.h"

#define OFFERS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define TOKEN "secret-token:fast-1234567890"

static GBytes *exporter, *end_point;

static FastConfig
usual(const char *mechanism)
{
    return (FastConfig){
        .username = "juliet",
        .token = TOKEN,
        .mechanism = mechanism,
        .tls = true,
        .exporter = exporter,
        .end_point = end_point,
    };
}

/* The proof as GLib computes it, which shares no code with the client. */
static char *
proof_of(const char *who, GBytes *channel)
{
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *) TOKEN, strlen(TOKEN));
    guint8 digest[32];
    gsize size = sizeof digest;
    g_hmac_update(hmac, (const guchar *) who, (gssize) strlen(who));
    if (channel != NULL)
        g_hmac_update(hmac, g_bytes_get_data(channel, NULL), (gssize) g_bytes_get_size(channel));
    g_hmac_get_digest(hmac, digest, &size);
    return g_base64_encode(digest, size);
}

static void
assert_refused(const Fast *fast, const char *proof)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(fast_verify(fast, proof, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
}

static void
check_proofs(const char *mechanism, GBytes *channel)
{
    const FastConfig config = usual(mechanism);
    g_autoptr(Fast) fast = fast_new(&config);
    g_autoptr(GError) error = NULL;
    gsize length = 0, proof_length = 0;
    g_assert_nonnull(fast);
    g_assert_cmpstr(fast_mechanism(fast), ==, mechanism);
    g_autofree guchar *message = g_base64_decode(fast_payload(fast), &length);
    g_autofree char *initiator = proof_of("Initiator", channel);
    g_autofree guchar *expected = g_base64_decode(initiator, &proof_length);
    g_assert_cmpmem(message, MIN(length, 7), "juliet", 7); /* with its NUL */
    g_assert_cmpmem(message + 7, length - 7, expected, proof_length);
    g_autofree char *responder = proof_of("Responder", channel);
    g_assert_true(fast_verify(fast, responder, &error));
    g_assert_no_error(error);
    /* I4: whoever does not know the token, or sits on another channel */
    GBytes *other = g_bytes_new_static("another channel", 15);
    g_autofree char *elsewhere = proof_of("Responder", channel == NULL ? other : NULL);
    assert_refused(fast, initiator);
    assert_refused(fast, elsewhere);
    assert_refused(fast, NULL);
    assert_refused(fast, "");
    assert_refused(fast, "!");
    assert_refused(fast, "AAAA");
    assert_refused(fast, "dj1yb25n");
    g_bytes_unref(other);
}

static void
test_proofs(void)
{
    check_proofs("HT-SHA-256-EXPR", exporter);
    check_proofs("HT-SHA-256-ENDP", end_point);
    check_proofs("HT-SHA-256-NONE", NULL);
}

/* Computed by hand (openssl mac), so that both sides of the test above cannot be wrong alike. */
static void
test_vector(void)
{
    const FastConfig config = {
        .username = "user",
        .token = "secret-token:fast-Oeie4nki",
        .mechanism = "HT-SHA-256-NONE",
        .tls = true,
    };
    g_autoptr(Fast) fast = fast_new(&config);
    g_autoptr(GError) error = NULL;
    g_assert_cmpstr(fast_payload(fast), ==, "dXNlcgCbLVt9U4WMlSNRLrmImeINsKazlO1/Rs+ybd8LeD7X/w==");
    g_assert_true(fast_verify(fast, "8Xnts31Og4RQtqQu8j1leE/Van18LiGo/i9xkXedRlo=", &error));
    g_assert_no_error(error);
}

static void
assert_not_used(FastConfig config)
{
    g_assert_null(fast_new(&config));
}

static void
test_never(void) /* I1, I4 */
{
    FastConfig config = usual("HT-SHA-256-EXPR");
    config.tls = false;
    assert_not_used(config);
    config = usual("HT-SHA-256-NONE");
    config.tls = false;
    assert_not_used(config);
    config = usual("HT-SHA-256-NONE"); /* a login was bound once: the token's must be */
    config.pinned_binding = true;
    assert_not_used(config);
    config = usual("HT-SHA-256-EXPR");
    config.exporter = NULL;
    assert_not_used(config);
    config = usual("HT-SHA-256-ENDP");
    config.end_point = NULL;
    assert_not_used(config);
    config = usual("HT-SHA-256-NONE");
    config.token = "";
    assert_not_used(config);
    config.token = NULL;
    assert_not_used(config);
    assert_not_used(usual("HT-SHA-256-UNIQ"));
    assert_not_used(usual("HT-MD5-NONE"));
    assert_not_used(usual("PLAIN"));
    assert_not_used(usual(NULL));
}

static void
test_bound_is_enough_for_a_pin(void) /* I4 */
{
    FastConfig config = usual("HT-SHA-256-EXPR");
    config.pinned_binding = true;
    g_autoptr(Fast) fast = fast_new(&config);
    g_assert_nonnull(fast);
}

#define ALL "HT-SHA-256-NONE", "HT-SHA-256-ENDP", "HT-SHA-256-UNIQ", "HT-SHA-256-EXPR"

static void
test_choice(void)
{
    FastConfig config = usual(NULL);
    g_assert_cmpstr(fast_choose(&config, OFFERS(ALL), NULL), ==, "HT-SHA-256-EXPR");
    g_assert_cmpstr(fast_choose(&config, OFFERS(ALL), OFFERS("tls-exporter")), ==, "HT-SHA-256-EXPR");
    g_assert_cmpstr(fast_choose(&config, OFFERS(ALL), OFFERS("tls-server-end-point", "tls-unique")), ==,
                    "HT-SHA-256-ENDP");
    g_assert_cmpstr(fast_choose(&config, OFFERS(ALL), OFFERS("tls-unique")), ==, "HT-SHA-256-NONE");
    g_assert_cmpstr(fast_choose(&config, OFFERS("HT-SHA-256-NONE"), NULL), ==, "HT-SHA-256-NONE");
    g_assert_null(fast_choose(&config, OFFERS("HT-SHA-256-UNIQ", "ht-sha-256-none", "PLAIN", ""), NULL));
    g_assert_null(fast_choose(&config, OFFERS(NULL), NULL));
    config.pinned_binding = true;
    g_assert_null(fast_choose(&config, OFFERS("HT-SHA-256-NONE"), NULL));
    config = usual(NULL);
    config.tls = false;
    g_assert_null(fast_choose(&config, OFFERS(ALL), NULL));
}

static void
test_order(void)
{
    g_assert_true(fast_is_stronger("HT-SHA-256-EXPR", "HT-SHA-256-ENDP"));
    g_assert_true(fast_is_stronger("HT-SHA-256-ENDP", "HT-SHA-256-NONE"));
    g_assert_true(fast_is_stronger("HT-SHA-256-NONE", NULL));
    g_assert_false(fast_is_stronger("HT-SHA-256-NONE", "HT-SHA-256-NONE"));
    g_assert_false(fast_is_stronger("HT-SHA-256-ENDP", "HT-SHA-256-EXPR"));
    g_assert_false(fast_is_stronger("X", NULL));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    exporter = g_bytes_new_static("the bytes of this channel\0\xFF", 27);
    end_point = g_bytes_new_static("hash of the certificate", 23);
    g_test_add_func("/xmpp/fast/proofs", test_proofs);
    g_test_add_func("/xmpp/fast/vector", test_vector);
    g_test_add_func("/xmpp/fast/never", test_never);
    g_test_add_func("/xmpp/fast/bound-is-enough-for-a-pin", test_bound_is_enough_for_a_pin);
    g_test_add_func("/xmpp/fast/choice", test_choice);
    g_test_add_func("/xmpp/fast/order", test_order);
    const int failed = g_test_run();
    g_bytes_unref(exporter);
    g_bytes_unref(end_point);
    return failed;
}

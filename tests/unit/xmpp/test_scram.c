/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/scram.h"

#include <string.h>

#include "base/error.h"
#include "support/scram_server.h"

typedef struct {
    int calls;
    char *final;
    GError *error;
    Scram *free_inside; /* freed by the callback itself */
} Outcome;

static void
on_done(Scram *scram, const char *final, const GError *error, gpointer data)
{
    Outcome *outcome = data;
    outcome->calls++;
    outcome->final = g_strdup(final);
    outcome->error = error != NULL ? g_error_copy(error) : NULL;
    scram_free(outcome->free_inside);
}

static void
outcome_clear(Outcome *outcome)
{
    g_free(outcome->final);
    g_clear_error(&outcome->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

static gboolean
on_deadline(gpointer data)
{
    g_error("no answer to the challenge");
    return G_SOURCE_REMOVE;
}

static void
challenge(Scram *scram, const char *message, gssize length, Outcome *outcome)
{
    scram_challenge(scram, message, length < 0 ? strlen(message) : (gsize) length, on_done, outcome);
    g_assert_cmpint(outcome->calls, ==, 0); /* never from inside */
    const guint deadline = g_timeout_add_seconds(60, on_deadline, NULL);
    while (outcome->calls == 0)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
    g_assert_cmpint(outcome->calls, ==, 1);
}

static bool
verify(Scram *scram, const char *message, GError **error)
{
    return scram_verify(scram, message, strlen(message), error);
}

#define NONCE "rOprNGfwEbeRWgbNEkqO"
#define SERVER_NONCE NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define SALT "W22ZaJ0SNY7soEsUEjb6gQ=="

typedef struct {
    ScramConfig config;
    const char *first, *server_first, *final, *server_final;
} Vector;

static const Vector vectors[] = {
    { /* RFC 5802 §5 */
      { .hash = SCRAM_SHA_1,
        .username = "user",
        .password = "pencil",
        .gs2_header = "n,,",
        .nonce = "fyko+d2lbbFgONRv9qkxdawL" },
      "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
    { /* RFC 7677 §3 */
      { .hash = SCRAM_SHA_256, .username = "user", .password = "pencil", .gs2_header = "n,,", .nonce = NONCE },
      "n,,n=user,r=" NONCE,
      "r=" SERVER_NONCE ",s=" SALT ",i=4096",
      "c=biws,r=" SERVER_NONCE ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
    { /* No RFC has one for SHA-512: the exchange of RFC 7677, computed with pbkdf2_hmac() and hmac of Python's
       * hashlib. */
      { .hash = SCRAM_SHA_512, .username = "user", .password = "pencil", .gs2_header = "n,,", .nonce = NONCE },
      "n,,n=user,r=" NONCE,
      "r=" SERVER_NONCE ",s=" SALT ",i=4096",
      "c=biws,r=" SERVER_NONCE
      ",p=gMGXRcevScNtxZ6/8lQYpGtnsNAc3mGcmNomv+xnoOMw+3R2xNJdMNnzMlTN8PPC6wdp6dybEmDYXYTxwnYPJQ==",
      "v=ZQnYEgWQMFmmsM8aQMF0nDDCy/AgCzkwk8CmMZYcMg0vSVlKDanekLtifDSeVGT4+5ZxXnJq199RVG2rR7N7Zw==" },
    { /* Computed the same way: channel binding, a name to escape, a password beyond ASCII, 10,000 iterations. */
      { .hash = SCRAM_SHA_256,
        .username = "a,b=c",
        .password = "p\u00E4ss word",
        .gs2_header = "p=tls-exporter,,",
        .nonce = "0123456789abcdef0123456789abcdef" },
      "p=tls-exporter,,n=a=2Cb=3Dc,r=0123456789abcdef0123456789abcdef",
      "r=0123456789abcdef0123456789abcdefserver,s=AHNhbHT/,i=10000",
      "c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f,r=0123456789abcdef0123456789abcdefserver,"
      "p=v9UwJKGKj0PQvOHi4Iu4EahuWLyN6ta8oNNIx4ziHYU=",
      "v=8i0utN5khA/gTQ0rUTftm9epA3WRopqPO3NriWDn6kM=" },
};

static void
test_vector(gconstpointer data)
{
    const Vector *vector = data;
    ScramConfig config = vector->config;
    guint8 bytes[32];
    for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = (guint8) i;
    g_autoptr(GBytes) binding = g_bytes_new(bytes, sizeof bytes);
    if (config.gs2_header[0] == 'p')
        config.binding = binding;
    g_autoptr(Scram) scram = scram_new(&config);
    g_assert_cmpstr(scram_first(scram), ==, vector->first);
    g_auto(Outcome) outcome = { 0 };
    challenge(scram, vector->server_first, -1, &outcome);
    g_assert_no_error(outcome.error);
    g_assert_cmpstr(outcome.final, ==, vector->final);
    g_assert_false(scram_is_verified(scram));
    g_assert_null(scram_keys(scram)); /* not before the server has proved itself */
    g_autoptr(GError) error = NULL;
    g_assert_true(verify(scram, vector->server_final, &error));
    g_assert_no_error(error);
    g_assert_true(scram_is_verified(scram));
    g_assert_nonnull(scram_keys(scram));
}

static Scram *
new_scram(void)
{
    return scram_new(&vectors[1].config);
}

/* I4 */
static void
assert_first_refused(const char *message, gssize length)
{
    g_autoptr(Scram) scram = new_scram();
    g_auto(Outcome) outcome = { 0 };
    challenge(scram, message, length, &outcome);
    g_assert_null(outcome.final);
    g_assert_error(outcome.error, CONFAB_ERROR, ERROR_AUTH);
    g_assert_true(g_utf8_validate(outcome.error->message, -1, NULL));
    g_autoptr(GError) error = NULL;
    g_assert_false(verify(scram, vectors[1].server_final, &error)); /* and nothing mends it */
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
    g_assert_false(scram_is_verified(scram));
}

static void
test_nonce_not_ours(void) /* I4 */
{
    assert_first_refused("r=somebodyelses,s=" SALT ",i=4096", -1);
    assert_first_refused("r=,s=" SALT ",i=4096", -1);
    assert_first_refused("r="
                         "rOprNGfwEbeRWgbNEkq"
                         ",s=" SALT ",i=4096",
                         -1); /* a part of ours */
    assert_first_refused("r=x" SERVER_NONCE ",s=" SALT ",i=4096", -1);
}

static void
test_nonce_equals_ours(void) /* I4 */
{
    assert_first_refused("r=" NONCE ",s=" SALT ",i=4096", -1);
}

static void
test_nonce_characters(void) /* I4 */
{
    assert_first_refused("r=" NONCE "a b,s=" SALT ",i=4096", -1);
    assert_first_refused("r=" NONCE "\u00E9,s=" SALT ",i=4096", -1);
    assert_first_refused("r=" NONCE "\x1B,s=" SALT ",i=4096", -1);
    assert_first_refused("r=" NONCE "a\0b,s=" SALT ",i=4096", (gssize) strlen(NONCE) + 40);
}

static void
test_iterations(void) /* I4 */
{
    static const char *const counts[] = { "1",
                                          "4095",
                                          "0",
                                          "-4096",
                                          "+4096",
                                          "04096",
                                          "4096x",
                                          " 4096",
                                          "4096 ",
                                          "",
                                          "4e3",
                                          "0x1000",
                                          "10000001",
                                          "100000000",
                                          "4294971392",
                                          "18446744073709555712",
                                          "99999999999999999999999999999999999999",
                                          "\u0664\u0660\u0669\u0666" };
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autofree char *message = g_strconcat("r=" SERVER_NONCE ",s=" SALT ",i=", counts[i], NULL);
        assert_first_refused(message, -1);
    }
}

static void
test_salt(void) /* I4 */
{
    assert_first_refused("r=" SERVER_NONCE ",s=,i=4096", -1);
    assert_first_refused("r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ,i=4096", -1); /* no padding */
    assert_first_refused("r=" SERVER_NONCE ",s=W22Z aJ0S,i=4096", -1);
    assert_first_refused("r=" SERVER_NONCE ",s=W22ZaJ0\n,i=4096", -1);
    assert_first_refused("r=" SERVER_NONCE ",s=!!!!,i=4096", -1);
    assert_first_refused("r=" SERVER_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gR==,i=4096", -1); /* not canonical */
    assert_first_refused("r=" SERVER_NONCE ",s=====,i=4096", -1);
    g_autofree char *big = g_strnfill(4 * 400, 'A');
    g_autofree char *message = g_strconcat("r=" SERVER_NONCE ",s=", big, ",i=4096", NULL);
    assert_first_refused(message, -1);
    g_autofree char *huge = g_strnfill(1024 * 1024, 'A');
    g_autofree char *huge_message = g_strconcat("r=" SERVER_NONCE ",s=", huge, ",i=4096", NULL);
    assert_first_refused(huge_message, -1);
}

static void
test_mandatory_extension(void) /* I4 */
{
    assert_first_refused("m=x,r=" SERVER_NONCE ",s=" SALT ",i=4096", -1);
    assert_first_refused("r=" SERVER_NONCE ",s=" SALT ",i=4096,m=x", -1);
    assert_first_refused("r=" SERVER_NONCE ",s=" SALT ",i=4096,x=y,m=", -1);
}

static void
test_malformed(void) /* I4 */
{
    static const char *const messages[] = {
        "",
        ",",
        "r",
        "r=",
        "=",
        "garbage",
        "r=" SERVER_NONCE,
        "r=" SERVER_NONCE ",s=" SALT,
        "s=" SALT ",r=" SERVER_NONCE ",i=4096",
        "i=4096,s=" SALT ",r=" SERVER_NONCE,
        "r=" SERVER_NONCE ",i=4096,s=" SALT,
        "x=y,r=" SERVER_NONCE ",s=" SALT ",i=4096",
        "r=" SERVER_NONCE ",s=" SALT ",i=4096,i=5000",
        "r=" SERVER_NONCE ",s=" SALT ",i=4096,s=AAAA",
        "r=" SERVER_NONCE ",s=" SALT ",i=4096,r=" SERVER_NONCE,
        "r=" SERVER_NONCE ",s=" SALT ",i=4096,x",
        "r=" SERVER_NONCE ",s=" SALT ",i=4096,1=2",
        "r=" SERVER_NONCE ",s=" SALT ",i=4096,,",
        "R=" SERVER_NONCE ",s=" SALT ",i=4096",
        "r=" SERVER_NONCE ",s=" SALT ",i=4096,x=\xFF",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++)
        assert_first_refused(messages[i], -1);
    g_autofree char *megabyte = g_strnfill(1024 * 1024, 'r');
    assert_first_refused(megabyte, -1);
}

/* Optional extensions are to be ignored (RFC 5802 §5.1). */
static void
test_optional_extensions(void)
{
    g_autoptr(Scram) scram = new_scram();
    g_auto(Outcome) outcome = { 0 };
    challenge(scram, "r=" SERVER_NONCE ",s=" SALT ",i=4096,x=yes=no,Q=,", -1, &outcome);
    g_assert_no_error(outcome.error);
    g_assert_nonnull(outcome.final);
}

static void
test_error_instead_of_challenge(void) /* I4, I12 */
{
    g_autoptr(Scram) scram = new_scram();
    g_auto(Outcome) outcome = { 0 };
    challenge(scram, "e=other-error\x1B[31m", -1, &outcome);
    g_assert_error(outcome.error, CONFAB_ERROR, ERROR_AUTH);
    g_assert_nonnull(strstr(outcome.error->message, "other-error^[[31m"));
    g_assert_false(scram_binding_was_refused(scram));
    g_autoptr(Scram) second = new_scram();
    g_auto(Outcome) binding = { 0 };
    challenge(second, "e=unsupported-channel-binding-type", -1, &binding);
    g_assert_true(scram_binding_was_refused(second));
}

static Scram *
new_answered(void)
{
    Scram *scram = new_scram();
    g_auto(Outcome) outcome = { 0 };
    challenge(scram, vectors[1].server_first, -1, &outcome);
    g_assert_no_error(outcome.error);
    return scram;
}

static void
assert_final_refused(const char *message, gssize length)
{
    g_autoptr(Scram) scram = new_answered();
    g_autoptr(GError) error = NULL;
    g_assert_false(scram_verify(scram, message, length < 0 ? strlen(message) : (gsize) length, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
    g_assert_false(scram_is_verified(scram));
    g_assert_null(scram_keys(scram));
}

static void
test_wrong_signature(void) /* I4 */
{
    assert_final_refused("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", -1);
    assert_final_refused("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", -1);                 /* of another hash */
    assert_final_refused("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95A==", -1); /* cut */
    assert_final_refused("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4", -1);
    assert_final_refused("v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", -1);
    assert_final_refused("V=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", -1);
}

static void
test_missing_signature(void) /* I4 */
{
    assert_final_refused("", -1);
    assert_final_refused("v=", -1);
    assert_final_refused("v", -1);
    assert_final_refused("x=y", -1);
    assert_final_refused("x=y,v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", -1);
    assert_final_refused("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=,m=x", -1);
    assert_final_refused("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=,v=x", -1);
    assert_final_refused("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=\0", 47);
    assert_final_refused("e=invalid-proof", -1);
}

static void
test_success_before_challenge(void) /* I4 */
{
    g_autoptr(Scram) scram = new_scram();
    g_autoptr(GError) error = NULL;
    g_assert_false(verify(scram, vectors[1].server_final, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
}

/* XEP-0474: the hash of what was offered. */
static void
test_tampered_offer(void) /* I4 */
{
    ScramConfig config = vectors[1].config;
    config.advertised = "SCRAM-SHA-1\x1ESCRAM-SHA-256\x1Ftls-exporter\x1Etls-server-end-point";
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, config.advertised, -1);
    guint8 bytes[32];
    for (gsize i = 0; i < sizeof bytes; i++)
        bytes[i] = (guint8) (g_ascii_xdigit_value(digest[2 * i]) * 16 + g_ascii_xdigit_value(digest[2 * i + 1]));
    g_autofree char *hash = g_base64_encode(bytes, sizeof bytes);
    g_autofree char *honest = g_strdup_printf("%s,h=%s", vectors[1].server_first, hash);
    g_autoptr(Scram) scram = scram_new(&config);
    g_auto(Outcome) outcome = { 0 };
    challenge(scram, honest, -1, &outcome);
    g_assert_no_error(outcome.error);
    g_assert_false(scram_is_tampered(scram));

    config.advertised = "SCRAM-SHA-1\x1Ftls-server-end-point"; /* what is left of it behind somebody in between */
    g_autoptr(Scram) tampered = scram_new(&config);
    g_auto(Outcome) refused = { 0 };
    challenge(tampered, honest, -1, &refused);
    g_assert_error(refused.error, CONFAB_ERROR, ERROR_AUTH);
    g_assert_true(scram_is_tampered(tampered));
}

static void
test_cached_keys(void)
{
    g_autoptr(Scram) first = new_answered();
    g_assert_true(verify(first, vectors[1].server_final, NULL));
    g_autoptr(ScramKeys) keys = scram_keys_ref(scram_keys(first));
    ScramConfig config = vectors[1].config;
    config.keys = keys;
    config.password = "not needed"; /* shows that nothing is derived again */
    g_autoptr(Scram) second = scram_new(&config);
    g_auto(Outcome) outcome = { 0 };
    challenge(second, vectors[1].server_first, -1, &outcome);
    g_assert_cmpstr(outcome.final, ==, vectors[1].final);
    g_assert_true(verify(second, vectors[1].server_final, NULL));
    /* Another salt, count or hash: they are of no use, and not used. */
    config.password = "pencil";
    static const char *const others[] = { "r=" SERVER_NONCE ",s=" SALT ",i=4097", "r=" SERVER_NONCE ",s=AAAA,i=4096" };
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(Scram) with = scram_new(&config);
        g_auto(Outcome) with_keys = { 0 };
        challenge(with, others[i], -1, &with_keys);
        g_autoptr(Scram) without = new_scram();
        g_auto(Outcome) without_keys = { 0 };
        challenge(without, others[i], -1, &without_keys);
        g_assert_cmpstr(with_keys.final, ==, without_keys.final);
    }
    config.hash = SCRAM_SHA_512;
    g_autoptr(Scram) other_hash = scram_new(&config);
    g_auto(Outcome) other = { 0 };
    challenge(other_hash, vectors[2].server_first, -1, &other);
    g_assert_cmpstr(other.final, ==, vectors[2].final);
}

static gboolean
on_tick(gpointer data)
{
    (*(guint *) data)++;
    return G_SOURCE_CONTINUE;
}

/* I5: the loop lives on while a thread computes; the most expensive count that is allowed. */
static void
test_off_the_loop(void)
{
    g_autoptr(Scram) scram = new_scram();
    g_auto(Outcome) outcome = { 0 };
    const gint64 start = g_get_monotonic_time();
    scram_challenge(scram, "r=" SERVER_NONCE ",s=" SALT ",i=1000000", strlen("r=" SERVER_NONCE ",s=" SALT ",i=1000000"),
                    on_done, &outcome);
    g_assert_cmpint(g_get_monotonic_time() - start, <, G_USEC_PER_SEC / 10);
    guint ticks = 0;
    const guint ticker = g_timeout_add(1, on_tick, &ticks);
    while (outcome.calls == 0)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(ticker);
    g_assert_no_error(outcome.error);
    g_assert_cmpuint(ticks, >, 10);
}

static void
test_freed_meanwhile(void)
{
    Scram *scram = new_scram();
    Outcome outcome = { 0 };
    scram_challenge(scram, vectors[1].server_first, strlen(vectors[1].server_first), on_done, &outcome);
    scram_free(scram);
    Scram *refused = new_scram();
    scram_challenge(refused, "", 0, on_done, &outcome);
    scram_free(refused);
    /* Another one that starts later: when it is done, the first is too. */
    g_autoptr(Scram) later = new_scram();
    g_auto(Outcome) done = { 0 };
    challenge(later, "r=" SERVER_NONCE ",s=" SALT ",i=20000", -1, &done);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpint(outcome.calls, ==, 0);
    /* The callback may free it. */
    Outcome inside = { .free_inside = new_scram() };
    challenge(inside.free_inside, vectors[1].server_first, -1, &inside);
    outcome_clear(&inside);
}

/* Fresh nonces, and an exchange with a server that shares no code with us. */
static void
test_with_server(void)
{
    static const struct {
        ScramHash hash;
        GChecksumType type;
    } hashes[] = { { SCRAM_SHA_1, G_CHECKSUM_SHA1 },
                   { SCRAM_SHA_256, G_CHECKSUM_SHA256 },
                   { SCRAM_SHA_512, G_CHECKSUM_SHA512 } };
    g_autofree char *before = g_strdup("");
    for (gsize i = 0; i < G_N_ELEMENTS(hashes); i++) {
        const ScramConfig config = {
            .hash = hashes[i].hash, .username = "al=ice,", .password = "\u03C0\u00DF \U0001F511", .gs2_header = "y,,"
        };
        g_autoptr(Scram) scram = scram_new(&config);
        g_assert_cmpstr(scram_first(scram), !=, before);
        g_assert_true(g_str_has_prefix(scram_first(scram), "y,,n=al=3Dice=2C,r="));
        g_assert_cmpuint(strlen(strstr(scram_first(scram), ",r=") + 3), >=, 32);
        g_free(before);
        before = g_strdup(scram_first(scram));
        g_autoptr(ScramServer) server = scram_server_new(hashes[i].type, config.password);
        g_autofree char *first = scram_server_first(server, scram_first(scram));
        g_auto(Outcome) outcome = { 0 };
        challenge(scram, first, -1, &outcome);
        g_autofree char *final = scram_server_final(server, outcome.final);
        g_assert_nonnull(final);
        g_assert_true(verify(scram, final, NULL));
    }
}

static void
test_strict_base64(void)
{
    gsize length = 99;
    g_autofree char *empty = scram_decode("", 10, &length);
    g_assert_nonnull(empty);
    g_assert_cmpuint(length, ==, 0);
    g_autofree char *exact = scram_decode("YWJj", 3, &length);
    g_assert_cmpmem(exact, length, "abc", 3);
    g_assert_null(scram_decode("YWJj", 2, &length));
    g_autofree char *short_one = scram_decode("YQ==", 1, &length);
    g_assert_cmpmem(short_one, length, "a", 1);
    static const char *const bad[] = { "=",     "YQ=",  "YQ",       "Y",    "YR==",  "YWJj\n",
                                       " YWJj", "YW=j", "YQ==YQ==", "YWJ-", "\u00E9" };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_null(scram_decode(bad[i], 100, &length));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/xmpp/scram/rfc5802-sha-1", &vectors[0], test_vector);
    g_test_add_data_func("/xmpp/scram/rfc7677-sha-256", &vectors[1], test_vector);
    g_test_add_data_func("/xmpp/scram/sha-512", &vectors[2], test_vector);
    g_test_add_data_func("/xmpp/scram/channel-binding-and-escapes", &vectors[3], test_vector);
    g_test_add_func("/xmpp/scram/with-server", test_with_server);
    g_test_add_func("/xmpp/scram/nonce-not-ours", test_nonce_not_ours);
    g_test_add_func("/xmpp/scram/nonce-equals-ours", test_nonce_equals_ours);
    g_test_add_func("/xmpp/scram/nonce-characters", test_nonce_characters);
    g_test_add_func("/xmpp/scram/iterations-out-of-bounds", test_iterations);
    g_test_add_func("/xmpp/scram/bad-and-huge-salt", test_salt);
    g_test_add_func("/xmpp/scram/mandatory-extension", test_mandatory_extension);
    g_test_add_func("/xmpp/scram/malformed", test_malformed);
    g_test_add_func("/xmpp/scram/optional-extensions", test_optional_extensions);
    g_test_add_func("/xmpp/scram/error-instead-of-challenge", test_error_instead_of_challenge);
    g_test_add_func("/xmpp/scram/wrong-signature", test_wrong_signature);
    g_test_add_func("/xmpp/scram/missing-signature", test_missing_signature);
    g_test_add_func("/xmpp/scram/success-before-challenge", test_success_before_challenge);
    g_test_add_func("/xmpp/scram/tampered-offer", test_tampered_offer);
    g_test_add_func("/xmpp/scram/cached-keys", test_cached_keys);
    g_test_add_func("/xmpp/scram/off-the-loop", test_off_the_loop);
    g_test_add_func("/xmpp/scram/freed-meanwhile", test_freed_meanwhile);
    g_test_add_func("/xmpp/scram/strict-base64", test_strict_base64);
    return g_test_run();
}

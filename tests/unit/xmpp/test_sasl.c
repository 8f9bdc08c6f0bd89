/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/sasl.h"

#include <string.h>

#include "base/error.h"
#include "support/scram_server.h"

#define OFFERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* The channel's bytes; borrowed by the configurations below. */
static GBytes *exporter, *end_point;

/* An account behind TLS 1.3 with a password; tests change what they are about. */
static SaslConfig
usual(void)
{
    return (SaslConfig){
        .username = "juliet",
        .password = "r0m30myr0m30",
        .authzid = "juliet@example.com",
        .tls = true,
        .exporter = exporter,
        .end_point = end_point,
    };
}

/* Of a payload. */
static char *
decoded(const Sasl *sasl)
{
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(sasl_payload(sasl), &length);
    return g_strndup((const char *) bytes, length);
}

static void
assert_begins(Sasl *sasl, const char *mechanism, const char *header)
{
    g_assert_cmpstr(sasl_mechanism(sasl), ==, mechanism);
    g_autofree char *first = decoded(sasl);
    g_assert_true(g_str_has_prefix(first, header));
}

static Sasl *
begin(const SaslConfig *config, const char *const *mechanisms, const char *const *bindings)
{
    g_autoptr(GError) error = NULL;
    Sasl *sasl = sasl_new(config);
    g_assert_cmpint(sasl_begin(sasl, mechanisms, bindings, &error), ==, SASL_SEND);
    g_assert_no_error(error);
    return sasl;
}

static void
assert_chosen(const SaslConfig *config, const char *const *mechanisms, const char *const *bindings,
              const char *mechanism, const char *header)
{
    g_autoptr(Sasl) sasl = begin(config, mechanisms, bindings);
    assert_begins(sasl, mechanism, header);
    g_assert_true(sasl_has_binding(sasl) == g_str_has_suffix(mechanism, "-PLUS"));
}

static void
assert_not_begun(const SaslConfig *config, const char *const *mechanisms, const char *const *bindings,
                 SaslOutcome outcome)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Sasl) sasl = sasl_new(config);
    g_assert_cmpint(sasl_begin(sasl, mechanisms, bindings, &error), ==, outcome);
    g_assert_true(error->domain == CONFAB_ERROR);
    g_assert_cmpint(error->code, ==, ERROR_AUTH);
    g_assert_cmpstr(sasl_payload(sasl), ==, ""); /* nothing of the password can be sent */
    g_assert_null(sasl_mechanism(sasl));
}

/* --- the choice --- */

#define ALL_SCRAM "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"
#define ALL_PLUS "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS"

static void
test_strongest(void)
{
    const SaslConfig config = usual();
    assert_chosen(&config, OFFERS("PLAIN", ALL_SCRAM), NULL, "SCRAM-SHA-512", "y,,n=juliet,r=");
    assert_chosen(&config, OFFERS("SCRAM-SHA-256", "PLAIN", "SCRAM-SHA-1"), NULL, "SCRAM-SHA-256", "y,,");
    assert_chosen(&config, OFFERS("SCRAM-SHA-1"), NULL, "SCRAM-SHA-1", "y,,");
    assert_chosen(&config, OFFERS("DIGEST-MD5", "CRAM-MD5", "SCRAM-SHA-1", "X-OAUTH2"), NULL, "SCRAM-SHA-1", "y,,");
    assert_chosen(&config, OFFERS(ALL_SCRAM, ALL_PLUS, "PLAIN"), OFFERS("tls-exporter", "tls-server-end-point"),
                  "SCRAM-SHA-512-PLUS", "p=tls-exporter,,");
    assert_chosen(&config, OFFERS("PLAIN"), NULL, "PLAIN", "");
}

/* I4, XEP-0440 */
static void
test_listed_bindings(void)
{
    SaslConfig config = usual();
    assert_chosen(&config, OFFERS(ALL_SCRAM, ALL_PLUS), OFFERS("tls-server-end-point", "tls-unique"),
                  "SCRAM-SHA-512-PLUS", "p=tls-server-end-point,,");
    /* Nothing in common: "n", as "y" would claim that the server offers none. */
    assert_chosen(&config, OFFERS(ALL_SCRAM, ALL_PLUS), OFFERS("tls-unique"), "SCRAM-SHA-512", "n,,");
    config.exporter = NULL; /* TLS 1.2 without extended master secret */
    assert_chosen(&config, OFFERS(ALL_SCRAM, ALL_PLUS), OFFERS("tls-exporter", "tls-server-end-point"),
                  "SCRAM-SHA-512-PLUS", "p=tls-server-end-point,,");
    assert_chosen(&config, OFFERS(ALL_SCRAM, ALL_PLUS), NULL, "SCRAM-SHA-512-PLUS", "p=tls-server-end-point,,");
}

static void
test_gs2_flag(void) /* I4, RFC 5802 §6 */
{
    SaslConfig config = usual();
    /* A PLUS that we do not know is one too. */
    assert_chosen(&config, OFFERS("SCRAM-SHA-256", "SCRAM-SHA3-512-PLUS"), NULL, "SCRAM-SHA-256", "n,,");
    assert_chosen(&config, OFFERS("SCRAM-SHA-256"), NULL, "SCRAM-SHA-256", "y,,");
    config.exporter = config.end_point = NULL; /* we cannot bind */
    assert_chosen(&config, OFFERS("SCRAM-SHA-256"), NULL, "SCRAM-SHA-256", "n,,");
    assert_chosen(&config, OFFERS("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"), NULL, "SCRAM-SHA-256", "n,,");
}

static void
test_without_tls(void) /* I1 */
{
    SaslConfig config = usual();
    config.tls = false;
    assert_not_begun(&config, OFFERS("PLAIN"), NULL, SASL_FAILED);
    assert_not_begun(&config, OFFERS("PLAIN", "DIGEST-MD5", "CRAM-MD5"), NULL, SASL_FAILED);
    assert_chosen(&config, OFFERS("PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"), NULL, "SCRAM-SHA-1", "n,,");
    config.client_certificate = true;
    assert_not_begun(&config, OFFERS("EXTERNAL"), NULL, SASL_FAILED);
}

static void
test_never(void) /* I4 */
{
    const SaslConfig config = usual();
    assert_not_begun(&config, OFFERS("DIGEST-MD5", "CRAM-MD5", "LOGIN", "NTLM", "X-OAUTH2", "ANONYMOUS", "EXTERNAL"),
                     NULL, SASL_FAILED);
    assert_not_begun(&config, OFFERS("scram-sha-1", "plain", "SCRAM-SHA-1 ", ""), NULL, SASL_FAILED);
    const char *const nothing[] = { NULL };
    assert_not_begun(&config, nothing, NULL, SASL_FAILED);
    /* I12: names of mechanisms are shown */
    g_autoptr(Sasl) sasl = sasl_new(&config);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(sasl_begin(sasl, OFFERS("EVIL\x1B[31m"), NULL, &error), ==, SASL_FAILED);
    g_assert_null(strchr(error->message, '\x1B'));
}

static void
test_no_password(void)
{
    SaslConfig config = usual();
    config.password = NULL;
    assert_not_begun(&config, OFFERS(ALL_SCRAM, "PLAIN"), NULL, SASL_FAILED);
    g_autoptr(GError) error = NULL;
    config = usual();
    config.password = "tab\tis not allowed";
    g_autoptr(Sasl) sasl = sasl_new(&config);
    g_assert_cmpint(sasl_begin(sasl, OFFERS(ALL_SCRAM), NULL, &error), ==, SASL_FAILED);
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
}

/* --- the memory of the account: every case is a downgrade that must be seen --- */

static void
test_plain_after_scram(void) /* I4 */
{
    SaslConfig config = usual();
    config.pinned = "SCRAM-SHA-1";
    assert_not_begun(&config, OFFERS("PLAIN"), NULL, SASL_ALARM);
    assert_not_begun(&config, OFFERS("PLAIN", "DIGEST-MD5"), NULL, SASL_ALARM);
    config.pinned = "SCRAM-SHA-256-PLUS";
    assert_not_begun(&config, OFFERS("PLAIN"), NULL, SASL_ALARM);
    config.pinned = "EXTERNAL";
    assert_not_begun(&config, OFFERS("PLAIN"), NULL, SASL_ALARM);
    config.pinned = "SCRAM-SHA9-FUTURE"; /* of a newer version of ours */
    assert_not_begun(&config, OFFERS("PLAIN"), NULL, SASL_ALARM);
    config.pinned = "PLAIN";
    assert_chosen(&config, OFFERS("PLAIN"), NULL, "PLAIN", "");
}

static void
test_weaker_hash(void) /* I4 */
{
    SaslConfig config = usual();
    config.pinned = "SCRAM-SHA-512";
    assert_not_begun(&config, OFFERS("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"), NULL, SASL_ALARM);
    config.pinned = "SCRAM-SHA-256";
    assert_not_begun(&config, OFFERS("SCRAM-SHA-1"), NULL, SASL_ALARM);
    assert_not_begun(&config, OFFERS("SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"), NULL, SASL_ALARM);
    assert_chosen(&config, OFFERS(ALL_SCRAM), NULL, "SCRAM-SHA-512", "y,,"); /* stronger is welcome */
    assert_chosen(&config, OFFERS("SCRAM-SHA-256", "SCRAM-SHA-1-PLUS"), NULL, "SCRAM-SHA-256", "n,,");
}

static void
test_binding_lost(void) /* I4 */
{
    SaslConfig config = usual();
    config.pinned = "SCRAM-SHA-256";
    config.pinned_binding = true;
    assert_not_begun(&config, OFFERS(ALL_SCRAM), NULL, SASL_ALARM);
    assert_not_begun(&config, OFFERS(ALL_SCRAM, ALL_PLUS), OFFERS("tls-unique"), SASL_ALARM);
    assert_not_begun(&config, OFFERS("SCRAM-SHA-512", "SCRAM-SHA-1-PLUS"), NULL, SASL_ALARM);
    assert_not_begun(&config, OFFERS("PLAIN"), NULL, SASL_ALARM);
    assert_chosen(&config, OFFERS(ALL_SCRAM, ALL_PLUS), OFFERS("tls-server-end-point"), "SCRAM-SHA-512-PLUS",
                  "p=tls-server-end-point,,");
    config.tls = false; /* TLS itself is gone */
    assert_not_begun(&config, OFFERS(ALL_SCRAM, ALL_PLUS), NULL, SASL_ALARM);
}

/* --- the exchange --- */

typedef struct {
    int calls;
    SaslOutcome outcome;
    GError *error;
} Answer;

static void
on_answer(Sasl *sasl, SaslOutcome outcome, const GError *error, gpointer data)
{
    Answer *answer = data;
    answer->calls++;
    answer->outcome = outcome;
    answer->error = error != NULL ? g_error_copy(error) : NULL;
    g_assert_true((error != NULL) == (outcome != SASL_SEND));
}

static void
answer_clear(Answer *answer)
{
    g_clear_error(&answer->error);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

static gboolean
on_deadline(gpointer data)
{
    g_error("no answer to the challenge");
    return G_SOURCE_REMOVE;
}

static SaslOutcome
challenge(Sasl *sasl, const char *base64)
{
    g_auto(Answer) answer = { 0 };
    sasl_challenge(sasl, base64, on_answer, &answer);
    g_assert_cmpint(answer.calls, ==, 0); /* never from inside */
    const guint deadline = g_timeout_add_seconds(60, on_deadline, NULL);
    while (answer.calls == 0)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpint(answer.calls, ==, 1);
    return answer.outcome;
}

static void
test_login(gconstpointer data)
{
    static const struct {
        const char *mechanism;
        GChecksumType hash;
    } hashes[] = { { "SCRAM-SHA-1", G_CHECKSUM_SHA1 },
                   { "SCRAM-SHA-256", G_CHECKSUM_SHA256 },
                   { "SCRAM-SHA-512", G_CHECKSUM_SHA512 } };
    const bool bound = data != NULL;
    SaslConfig config = usual();
    for (gsize i = 0; i < G_N_ELEMENTS(hashes); i++) {
        g_autofree char *plus = g_strconcat(hashes[i].mechanism, "-PLUS", NULL);
        g_autoptr(Sasl) sasl =
            begin(&config, OFFERS(hashes[i].mechanism, bound ? plus : "PLAIN"), bound ? OFFERS(data) : NULL);
        g_autoptr(ScramServer) server = scram_server_new(hashes[i].hash, config.password);
        if (bound)
            server->binding = g_bytes_ref(strcmp(data, "tls-exporter") == 0 ? config.exporter : config.end_point);
        g_autofree char *first = scram_server_first_base64(server, sasl_payload(sasl));
        g_assert_cmpint(challenge(sasl, first), ==, SASL_SEND);
        g_autofree char *final = scram_server_final_base64(server, sasl_payload(sasl));
        g_assert_nonnull(final);
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(sasl_success(sasl, final, &error), ==, SASL_DONE);
        g_assert_no_error(error);
        g_assert_cmpstr(sasl_mechanism(sasl), ==, bound ? plus : hashes[i].mechanism);
        g_assert_cmpstr(sasl_family(sasl), ==, hashes[i].mechanism);
        g_assert_true(sasl_has_binding(sasl) == bound);
        g_assert_nonnull(sasl_keys(sasl));
    }
}

/* Somebody in between with another TLS session: the server sees other bytes of the channel. */
static void
test_binding_protects(void) /* I4 */
{
    const SaslConfig config = usual();
    g_autoptr(Sasl) sasl = begin(&config, OFFERS("SCRAM-SHA-256-PLUS"), OFFERS("tls-exporter"));
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, config.password);
    server->binding = g_bytes_new_static("of the attacker's channel", 25);
    g_autofree char *first = scram_server_first_base64(server, sasl_payload(sasl));
    g_assert_cmpint(challenge(sasl, first), ==, SASL_SEND);
    g_autofree char *final = scram_server_final_base64(server, sasl_payload(sasl));
    g_assert_null(final);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(sasl_failure(sasl, "not-authorized", "Channel bindings don't match", &error), ==, SASL_ALARM);
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
}

/* An honest server up to our proof; then it is the caller's. */
static Sasl *
answered(const SaslConfig *config, ScramServer *server)
{
    Sasl *sasl = begin(config, OFFERS("SCRAM-SHA-256"), NULL);
    g_autofree char *first = scram_server_first_base64(server, sasl_payload(sasl));
    g_assert_cmpint(challenge(sasl, first), ==, SASL_SEND);
    return sasl;
}

static void
assert_success_refused(Sasl *sasl, const char *base64)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(sasl_success(sasl, base64, &error), ==, SASL_FAILED);
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
    g_assert_null(sasl_keys(sasl));
}

static void
test_success_without_proof(void) /* I4 */
{
    const SaslConfig config = usual();
    static const char *const lies[] = {
        NULL, "", "=", "dj0=", "!!!!", "dj1BQUFB", "dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9"
    };
    for (gsize i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, config.password);
        g_autoptr(Sasl) sasl = answered(&config, server);
        assert_success_refused(sasl, lies[i]);
    }
    /* Success at once, before any challenge; and while the answer is still computed. */
    g_autoptr(Sasl) at_once = begin(&config, OFFERS("SCRAM-SHA-256"), NULL);
    assert_success_refused(at_once, NULL);
    g_autoptr(Sasl) meanwhile = begin(&config, OFFERS("SCRAM-SHA-256"), NULL);
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, config.password);
    g_autofree char *first = scram_server_first_base64(server, sasl_payload(meanwhile));
    g_auto(Answer) answer = { 0 };
    sasl_challenge(meanwhile, first, on_answer, &answer);
    assert_success_refused(meanwhile, NULL);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpint(answer.calls, ==, 0);
    g_autoptr(Sasl) never_begun = sasl_new(&config);
    assert_success_refused(never_begun, NULL);
}

/* The server does not know the password, as somebody in between would not. */
static void
test_wrong_server_signature(void) /* I4 */
{
    const SaslConfig config = usual();
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, config.password);
    g_autoptr(Sasl) sasl = answered(&config, server);
    g_autofree char *final = scram_server_final_base64(server, sasl_payload(sasl));
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(final, &length);
    bytes[5] = bytes[5] == 'A' ? 'B' : 'A';
    g_autofree char *wrong = g_base64_encode(bytes, length);
    assert_success_refused(sasl, wrong);
}

/* RFC 6120 lets a server put its proof into a last challenge. */
static void
test_proof_in_challenge(void)
{
    const SaslConfig config = usual();
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, config.password);
    g_autoptr(Sasl) sasl = answered(&config, server);
    g_autofree char *final = scram_server_final_base64(server, sasl_payload(sasl));
    g_assert_cmpint(challenge(sasl, final), ==, SASL_SEND);
    g_assert_cmpstr(sasl_payload(sasl), ==, "");
    g_assert_cmpint(sasl_success(sasl, NULL, NULL), ==, SASL_DONE);
    g_assert_nonnull(sasl_keys(sasl));
    g_autoptr(ScramServer) liar = scram_server_new(G_CHECKSUM_SHA256, config.password);
    g_autoptr(Sasl) lied_to = answered(&config, liar);
    g_assert_cmpint(challenge(lied_to, "dj1BQUFB"), ==, SASL_FAILED);
    assert_success_refused(lied_to, NULL);
}

static void
test_challenges_out_of_place(void) /* I4, I5 */
{
    const SaslConfig config = usual();
    g_autoptr(Sasl) plain = begin(&config, OFFERS("PLAIN"), NULL);
    g_assert_cmpint(challenge(plain, "cj0="), ==, SASL_FAILED);
    g_autoptr(Sasl) not_begun = sasl_new(&config);
    g_assert_cmpint(challenge(not_begun, "cj0="), ==, SASL_FAILED);
    static const char *const garbage[] = { NULL, "", "=", "%%%%", "cj0", "cj0=\n", "\x1B[31m", "Z2FyYmFnZQ==" };
    for (gsize i = 0; i < G_N_ELEMENTS(garbage); i++) {
        g_autoptr(Sasl) sasl = begin(&config, OFFERS("SCRAM-SHA-256"), NULL);
        g_assert_cmpint(challenge(sasl, garbage[i]), ==, SASL_FAILED);
        assert_success_refused(sasl, NULL);
    }
    /* The first message again instead of the last one. */
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, config.password);
    g_autoptr(Sasl) sasl = answered(&config, server);
    g_autofree char *again = g_base64_encode((const guchar *) server->server_first, strlen(server->server_first));
    g_assert_cmpint(challenge(sasl, again), ==, SASL_FAILED);
    /* Two challenges at once. */
    g_autoptr(ScramServer) hasty = scram_server_new(G_CHECKSUM_SHA256, config.password);
    g_autoptr(Sasl) hurried = begin(&config, OFFERS("SCRAM-SHA-256"), NULL);
    g_autofree char *first = scram_server_first_base64(hasty, sasl_payload(hurried));
    g_auto(Answer) forgotten = { 0 };
    sasl_challenge(hurried, first, on_answer, &forgotten);
    g_assert_cmpint(challenge(hurried, first), ==, SASL_FAILED);
    g_assert_cmpint(forgotten.calls, ==, 0);
}

static void
test_plain(void)
{
    SaslConfig config = usual();
    config.password = "two\u00A0words";
    g_autoptr(Sasl) sasl = begin(&config, OFFERS("PLAIN"), NULL);
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(sasl_payload(sasl), &length);
    g_assert_cmpmem(bytes, length, "\0juliet\0two words", 17);
    g_assert_cmpint(sasl_success(sasl, NULL, NULL), ==, SASL_DONE);
    g_assert_cmpstr(sasl_family(sasl), ==, "PLAIN");
    g_assert_null(sasl_keys(sasl));
}

/* XEP-0178 */
static void
test_external(void)
{
    SaslConfig config = usual();
    assert_chosen(&config, OFFERS("EXTERNAL", "PLAIN"), NULL, "PLAIN", ""); /* no certificate */
    config.client_certificate = true;
    config.pinned = "SCRAM-SHA-256";
    config.pinned_binding = true;
    g_autoptr(Sasl) sasl = begin(&config, OFFERS("EXTERNAL", "PLAIN"), NULL);
    g_assert_cmpstr(sasl_mechanism(sasl), ==, "EXTERNAL");
    g_assert_cmpstr(sasl_payload(sasl), ==, "=");
    g_assert_cmpint(sasl_success(sasl, NULL, NULL), ==, SASL_DONE);
    /* Refused: by name, then by password; but never by a weaker way than before. */
    g_autoptr(Sasl) refused = begin(&config, OFFERS("EXTERNAL", "PLAIN", "SCRAM-SHA-512-PLUS", "SCRAM-SHA-512"), NULL);
    g_assert_cmpint(sasl_failure(refused, "invalid-authzid", NULL, NULL), ==, SASL_SEND);
    assert_begins(refused, "EXTERNAL", "juliet@example.com");
    g_assert_cmpint(sasl_failure(refused, "not-authorized", NULL, NULL), ==, SASL_SEND);
    assert_begins(refused, "SCRAM-SHA-512-PLUS", "p=tls-exporter,,");
    config.password = NULL;
    config.authzid = NULL;
    g_autoptr(Sasl) alone = begin(&config, OFFERS("EXTERNAL", "PLAIN"), NULL);
    g_assert_cmpint(sasl_failure(alone, "not-authorized", NULL, NULL), ==, SASL_FAILED);
}

/* ejabberd 23.01 offers PLUS on TLS 1.3, lists no types, and knows tls-unique only. */
static void
test_binding_fall_back(void)
{
    SaslConfig config = usual();
    g_autoptr(Sasl) sasl = begin(&config, OFFERS(ALL_SCRAM, ALL_PLUS, "PLAIN"), NULL);
    assert_begins(sasl, "SCRAM-SHA-512-PLUS", "p=tls-exporter,,");
    g_assert_cmpint(sasl_failure(sasl, "not-authorized", "Invalid channel binding", NULL), ==, SASL_SEND);
    assert_begins(sasl, "SCRAM-SHA-512-PLUS", "p=tls-server-end-point,,");
    g_assert_cmpint(sasl_failure(sasl, "malformed-request", NULL, NULL), ==, SASL_SEND);
    assert_begins(sasl, "SCRAM-SHA-512", "n,,");
    g_assert_cmpint(sasl_failure(sasl, "not-authorized", "Invalid channel binding", NULL), ==, SASL_FAILED);
    /* Never as far as PLAIN, and no fourth attempt. */
    g_assert_cmpint(sasl_failure(sasl, "not-authorized", "Invalid channel binding", NULL), ==, SASL_FAILED);
}

static void
test_fall_back_is_no_downgrade(void) /* I4 */
{
    SaslConfig config = usual();
    config.pinned = "SCRAM-SHA-512";
    config.pinned_binding = true;
    g_autoptr(Sasl) sasl = begin(&config, OFFERS(ALL_SCRAM, ALL_PLUS, "PLAIN"), NULL);
    g_assert_cmpint(sasl_failure(sasl, "not-authorized", "Invalid channel binding", NULL), ==, SASL_SEND);
    assert_begins(sasl, "SCRAM-SHA-512-PLUS", "p=tls-server-end-point,,");
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(sasl_failure(sasl, "not-authorized", "Invalid channel binding", &error), ==, SASL_ALARM);
    g_assert_error(error, CONFAB_ERROR, ERROR_AUTH);
    /* A server that lists its types gets no second chance at all. */
    config.pinned = NULL;
    config.pinned_binding = false;
    g_autoptr(Sasl) listed =
        begin(&config, OFFERS(ALL_SCRAM, ALL_PLUS), OFFERS("tls-exporter", "tls-server-end-point"));
    g_assert_cmpint(sasl_failure(listed, "not-authorized", "Invalid channel binding", NULL), ==, SASL_ALARM);
}

static void
test_wrong_password_is_tried_once(void) /* I8 */
{
    const SaslConfig config = usual();
    g_autoptr(Sasl) sasl = begin(&config, OFFERS(ALL_SCRAM, ALL_PLUS, "PLAIN"), NULL);
    g_assert_cmpint(sasl_failure(sasl, "not-authorized", NULL, NULL), ==, SASL_FAILED);
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, "another password");
    g_autoptr(Sasl) unbound = answered(&config, server);
    g_autofree char *final = scram_server_final_base64(server, sasl_payload(unbound));
    g_assert_null(final);
    g_assert_cmpint(sasl_failure(unbound, "not-authorized", "Wrong password", NULL), ==, SASL_FAILED);
    g_autoptr(Sasl) busy = begin(&config, OFFERS(ALL_SCRAM, ALL_PLUS), NULL);
    g_assert_cmpint(sasl_failure(busy, "temporary-auth-failure", "channel", NULL), ==, SASL_TEMPORARY);
}

static void
test_failures_in_words(void) /* I12 */
{
    static const struct {
        const char *condition, *text, *expected;
        SaslOutcome outcome;
    } cases[] = {
        { "not-authorized", NULL, "Name or password is wrong: check both", SASL_FAILED },
        { "not-authorized", "  Nope. ", "Name or password is wrong (“Nope.”): check both", SASL_FAILED },
        { "account-disabled", "Pay\x1B[31m\nup", "The account is disabled (“Pay^[[31m^Jup”): ask the server's operator",
          SASL_FAILED },
        { "temporary-auth-failure", "", "The server cannot check passwords just now: try again later", SASL_TEMPORARY },
        { "credentials-expired", NULL, "The password has expired: set a new one at your provider", SASL_FAILED },
        { "made-up", NULL, "The server refused the login: ask its operator", SASL_FAILED },
        { NULL, "%s%n", "The server refused the login (“%s%n”): ask its operator", SASL_FAILED },
    };
    const SaslConfig config = usual();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Sasl) sasl = begin(&config, OFFERS("SCRAM-SHA-256"), NULL);
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(sasl_failure(sasl, cases[i].condition, cases[i].text, &error), ==, cases[i].outcome);
        g_assert_cmpstr(error->message, ==, cases[i].expected);
        g_assert_true(error->domain == CONFAB_ERROR && error->code == ERROR_AUTH);
    }
    g_autofree char *long_text = g_strnfill(100 * 1000, 'x');
    g_autoptr(Sasl) sasl = begin(&config, OFFERS("SCRAM-SHA-256"), NULL);
    g_autoptr(GError) error = NULL;
    sasl_failure(sasl, "not-authorized", long_text, &error);
    g_assert_cmpuint(strlen(error->message), <, 400); /* I9 */
    /* All conditions of RFC 6120 §6.5 have words of their own. */
    static const char *const conditions[] = { "aborted",
                                              "account-disabled",
                                              "credentials-expired",
                                              "encryption-required",
                                              "incorrect-encoding",
                                              "invalid-authzid",
                                              "invalid-mechanism",
                                              "malformed-request",
                                              "mechanism-too-weak",
                                              "not-authorized",
                                              "temporary-auth-failure" };
    for (gsize i = 0; i < G_N_ELEMENTS(conditions); i++) {
        g_autoptr(Sasl) each = begin(&config, OFFERS("SCRAM-SHA-256"), NULL);
        g_autoptr(GError) words = NULL;
        sasl_failure(each, conditions[i], NULL, &words);
        g_assert_cmpstr(words->message, !=, "The server refused the login: ask its operator");
    }
}

/* XEP-0474 through the whole machine: an offer that was changed on the way is an alarm. */
static void
test_tampered_offer(void) /* I4 */
{
    const SaslConfig config = usual();
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, config.password);
    g_autoptr(Sasl) sasl = begin(&config, OFFERS("SCRAM-SHA-256"), NULL);
    g_autofree char *first = decoded(sasl);
    g_autofree char *honest = scram_server_first(server, first);
    g_autofree char *with_hash = g_strdup_printf("%s,h=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", honest);
    g_autofree char *base64 = g_base64_encode((const guchar *) with_hash, strlen(with_hash));
    g_assert_cmpint(challenge(sasl, base64), ==, SASL_ALARM);
}

static void
test_names(void)
{
    SaslConfig config = usual();
    config.username = "al=ice";
    assert_chosen(&config, OFFERS("SCRAM-SHA-1"), NULL, "SCRAM-SHA-1", "y,,n=al=3Dice,r=");
    config.username = NULL;
    g_autoptr(Sasl) sasl = sasl_new(&config);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(sasl_begin(sasl, OFFERS(ALL_SCRAM), NULL, &error), ==, SASL_FAILED);
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/sasl/strongest", test_strongest);
    g_test_add_func("/xmpp/sasl/listed-bindings", test_listed_bindings);
    g_test_add_func("/xmpp/sasl/gs2-flag", test_gs2_flag);
    g_test_add_func("/xmpp/sasl/without-tls", test_without_tls);
    g_test_add_func("/xmpp/sasl/never", test_never);
    g_test_add_func("/xmpp/sasl/no-password", test_no_password);
    g_test_add_func("/xmpp/sasl/plain-after-scram-is-an-alarm", test_plain_after_scram);
    g_test_add_func("/xmpp/sasl/weaker-hash-is-an-alarm", test_weaker_hash);
    g_test_add_func("/xmpp/sasl/binding-lost-is-an-alarm", test_binding_lost);
    g_test_add_data_func("/xmpp/sasl/login", NULL, test_login);
    g_test_add_data_func("/xmpp/sasl/login-with-exporter", "tls-exporter", test_login);
    g_test_add_data_func("/xmpp/sasl/login-with-end-point", "tls-server-end-point", test_login);
    g_test_add_func("/xmpp/sasl/binding-protects", test_binding_protects);
    g_test_add_func("/xmpp/sasl/success-without-proof", test_success_without_proof);
    g_test_add_func("/xmpp/sasl/wrong-server-signature", test_wrong_server_signature);
    g_test_add_func("/xmpp/sasl/proof-in-challenge", test_proof_in_challenge);
    g_test_add_func("/xmpp/sasl/challenges-out-of-place", test_challenges_out_of_place);
    g_test_add_func("/xmpp/sasl/plain", test_plain);
    g_test_add_func("/xmpp/sasl/external", test_external);
    g_test_add_func("/xmpp/sasl/binding-fall-back", test_binding_fall_back);
    g_test_add_func("/xmpp/sasl/fall-back-is-no-downgrade", test_fall_back_is_no_downgrade);
    g_test_add_func("/xmpp/sasl/wrong-password-is-tried-once", test_wrong_password_is_tried_once);
    g_test_add_func("/xmpp/sasl/failures-in-words", test_failures_in_words);
    g_test_add_func("/xmpp/sasl/tampered-offer", test_tampered_offer);
    g_test_add_func("/xmpp/sasl/names", test_names);
    exporter = g_bytes_new_static("exporter exporter exporter expor", 32);
    end_point = g_bytes_new_static("end point", 9);
    const int result = g_test_run();
    g_bytes_unref(exporter);
    g_bytes_unref(end_point);
    return result;
}

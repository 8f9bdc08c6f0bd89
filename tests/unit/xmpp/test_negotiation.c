/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "stream_fixture.h"
#include "support/scram_server.h"

#define SASL_NS "urn:ietf:params:xml:ns:xmpp-sasl"
#define BIND_FEATURES \
    "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>" \
    "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session></stream:features>"

typedef struct Options {
    const char *jid;
    const char *password;
    const char *pinned;
    const char *roster_ver;
    guint timeout;
    TransportTls tls;
} Options;

static void
connect_with(StreamFixture *fixture, const Options *options)
{
    g_autoptr(Jid) jid =
        jid_new(options->jid ? options->jid : "romeo@montague.example/orchard", NULL);
    const TransportConfig transport = { .domain = jid_domain(jid), .tls = options->tls };
    const XmppStreamConfig config = {
        .jid = jid,
        .password = options->password ? options->password : "r0m30myr0m30",
        .transport = &transport,
        .sasl_pinned = options->pinned,
        .roster_ver = options->roster_ver,
        .stage_timeout = options->timeout,
    };

    fixture_init(fixture);
    stream_connect(fixture->stream, &config);
    fixture_turn();
    g_assert_cmpstr(fixture_event(fixture), ==, "phase opening");
}

static void
feed_mechanisms(StreamFixture *fixture, const char *mechanisms)
{
    g_auto(GStrv) names = g_strsplit(mechanisms, " ", -1);
    GString *xml = g_string_new("<stream:features><mechanisms xmlns='" SASL_NS "'>");

    for (char **name = names; *name; name++)
        g_string_append_printf(xml, "<mechanism>%s</mechanism>", *name);
    g_string_append(xml, "</mechanisms></stream:features>");
    fixture_feed(fixture, "%s", xml->str);
    g_string_free(xml, TRUE);
}

/* The text inside <auth>…</auth> or <response>…</response>. */
static char *
content(const char *xml)
{
    const char *start = strchr(xml, '>') + 1;

    return g_strndup(start, strcspn(start, "<"));
}

/* Plays an honest server up to the client's proof; returns what <success/> should hold. */
static char *
answer_scram(StreamFixture *fixture, ScramServer *server)
{
    g_autofree char *first = content(fixture_sent(fixture));
    g_autofree char *challenge = scram_server_first_base64(server, first);

    fixture_feed(fixture, "<challenge xmlns='" SASL_NS "'>%s</challenge>", challenge);
    fixture_wait_sent(fixture, 1);
    g_autofree char *response = g_strdup(fixture_sent(fixture));
    assert_has(response, "<response ");
    g_autofree char *final = content(response);
    return scram_server_final_base64(server, final);
}

/* Logs in honestly; what is sent next is the new stream's start tag. */
static void
log_in(StreamFixture *fixture)
{
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, "r0m30myr0m30");

    assert_has(fixture_sent(fixture), "<stream:stream ");
    feed_mechanisms(fixture, "PLAIN SCRAM-SHA-1 SCRAM-SHA-256");
    g_assert_cmpstr(fixture_event(fixture), ==, "phase authenticating");
    g_autofree char *success = answer_scram(fixture, server);
    g_assert_nonnull(success);
    fixture_feed(fixture, "<success xmlns='" SASL_NS "'>%s</success>", success);
    g_assert_cmpstr(fixture_event(fixture), ==, "sasl SCRAM-SHA-256");
    g_assert_cmpstr(fixture_event(fixture), ==, "phase binding");
    assert_has(fixture_sent(fixture), "<stream:stream to='montague.example'");
}

static void
answer_binding(StreamFixture *fixture, const char *jid)
{
    g_autofree char *request = g_strdup(fixture_sent(fixture));
    g_autofree char *id = fixture_attribute(request, "id");

    assert_has(request, "urn:ietf:params:xml:ns:xmpp-bind");
    fixture_feed(
        fixture,
        "<iq type='result' id='%s'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>%s</jid></bind></iq>",
        id, jid);
}

static void
test_login(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ 0 });
    assert_has(fixture.sent->pdata[0], "from='romeo@montague.example'");
    log_in(&fixture);
    fixture_feed(&fixture, BIND_FEATURES);
    assert_has(fixture.sent->pdata[0], "<resource>orchard</resource>");
    answer_binding(&fixture, "romeo@montague.example/orchard-2");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    g_assert_cmpstr(fixture_event(&fixture), ==, "bound romeo@montague.example/orchard-2");
    g_assert_cmpstr(stream_sasl_mechanism(fixture.stream), ==, "SCRAM-SHA-256");
    assert_has(fixture_sent(&fixture), "jabber:iq:roster");
    fixture_clear(&fixture);
}

/* Same password, same salt: the second login proves itself without computing long. Another password
 * gets no old keys. */
static void
test_keys_are_of_one_password(void)
{
    StreamFixture fixture;
    g_autoptr(Jid) jid = jid_new("romeo@montague.example", NULL);
    XmppStreamConfig config = { .jid = jid, .password = "r0m30myr0m30" };
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, "another one");

    connect_with(&fixture, &(Options){ 0 });
    log_in(&fixture);
    stream_feed_close(fixture.stream, NULL);
    fixture_turn();
    config.password = "another one";
    stream_connect(fixture.stream, &config);
    fixture_turn();
    fixture_forget(&fixture);
    feed_mechanisms(&fixture, "SCRAM-SHA-256");
    g_autofree char *success = answer_scram(&fixture, server);
    g_assert_nonnull(success); /* the proof was of the new password */
    fixture_clear(&fixture);
}

static void
test_session_of_old_servers(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ 0 });
    log_in(&fixture);
    fixture_feed(&fixture,
                 "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
                 "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></stream:features>");
    answer_binding(&fixture, "romeo@montague.example/orchard");
    assert_no_event(&fixture);
    g_autofree char *request = g_strdup(fixture_sent(&fixture));
    g_autofree char *id = fixture_attribute(request, "id");
    assert_has(request, "<session xmlns=\"urn:ietf:params:xml:ns:xmpp-session\"/>");
    fixture_feed(&fixture, "<iq type='result' id='%s'/>", id);
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    fixture_clear(&fixture);
}

/* I1: clear text gets no password, however it is asked for; XEP-0078 never. */
static void
test_no_secret_in_the_clear(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .tls = TLS_OFF });
    g_assert_null(strstr(fixture_sent(&fixture), "from=")); /* RFC 6120 §4.7.1 */
    feed_mechanisms(&fixture, "PLAIN");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase authenticating");
    assert_has(fixture_event(&fixture), "closed ");
    g_assert_cmpstr(fixture_sent(&fixture), ==, "</stream:stream>");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);

    connect_with(&fixture, &(Options){ .tls = TLS_OFF });
    fixture_sent(&fixture);
    fixture_feed(
        &fixture,
        "<stream:features><auth xmlns='http://jabber.org/features/iq-auth'/></stream:features>");
    assert_has(fixture_event(&fixture), "offers no way to log in");
    assert_has(fixture_sent(&fixture), "<stream:error>");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* I4: a server that does not prove itself is refused. */
static void
test_success_without_proof(void)
{
    static const char *const endings[] = {
        "<success xmlns='" SASL_NS "'/>",
        "<success xmlns='" SASL_NS "'>dj1yb25n</success>", /* v=rong */
        "<success xmlns='" SASL_NS "'>!</success>",
    };

    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        StreamFixture fixture;
        g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA1, "r0m30myr0m30");
        connect_with(&fixture, &(Options){ 0 });
        fixture_sent(&fixture);
        feed_mechanisms(&fixture, "SCRAM-SHA-1");
        g_autofree char *success = answer_scram(&fixture, server);
        fixture_forget(&fixture);
        fixture_feed(&fixture, "%s", endings[i]);
        assert_has(fixture_event(&fixture), "closed auth fatal");
        assert_no_event(&fixture);
        fixture_clear(&fixture);
    }
}

/* I4: success at once, before anything was proven. */
static void
test_success_at_once(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ 0 });
    feed_mechanisms(&fixture, "SCRAM-SHA-256");
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<success xmlns='" SASL_NS "'/>");
    assert_has(fixture_event(&fixture), "closed auth fatal");
    fixture_clear(&fixture);
}

/* I4: weaker than once used is an alarm, and no secret is sent. */
static void
test_downgrade(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .pinned = "SCRAM-SHA-256" });
    fixture_sent(&fixture);
    feed_mechanisms(&fixture, "PLAIN SCRAM-SHA-1");
    fixture_event(&fixture);
    assert_has(fixture_event(&fixture), "closed downgrade fatal");
    g_assert_cmpstr(fixture_sent(&fixture), ==, "</stream:stream>");
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* I8: refused for good; the server's words are shown, harmless. */
static void
test_refused(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ 0 });
    feed_mechanisms(&fixture, "PLAIN");
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<failure xmlns='" SASL_NS
                           "'><not-authorized/><text>Wrong, &#x9;my friend</text></failure>");
    const char *event = fixture_event(&fixture);
    assert_has(event, "closed auth fatal");
    assert_has(event, "my friend");
    g_assert_cmpstr(fixture_sent(&fixture), ==, "</stream:stream>");
    fixture_clear(&fixture);

    connect_with(&fixture, &(Options){ 0 });
    feed_mechanisms(&fixture, "PLAIN");
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<failure xmlns='" SASL_NS "'><temporary-auth-failure/></failure>");
    assert_has(fixture_event(&fixture), "closed network error=");
    fixture_clear(&fixture);
}

/* I2: what comes before the session is bound counts for nothing. */
static void
test_stanzas_before_binding(void)
{
    static const char *const early[] = {
        "<message from='juliet@capulet.example'><body>injected</body></message>",
        "<presence from='juliet@capulet.example/x'/>",
        "<iq type='set' id='1'><query xmlns='jabber:iq:roster'><item jid='mallory@evil.example' subscription='both'/></query></iq>",
        "<iq type='get' id='2'><ping xmlns='urn:xmpp:ping'/></iq>",
        "<r xmlns='urn:xmpp:sm:3'/>",
        "<enabled xmlns='urn:xmpp:sm:3'/>",
        "<iq type='result' id='bind1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
        "<jid>romeo@montague.example/evil</jid></bind></iq>",
    };
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ 0 });
    for (guint i = 0; i < G_N_ELEMENTS(early); i++)
        fixture_feed(&fixture, "%s", early[i]);
    log_in(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(early); i++)
        fixture_feed(&fixture, "%s", early[i]);
    assert_no_event(&fixture);
    assert_nothing_sent(&fixture);
    fixture_feed(&fixture, BIND_FEATURES);
    for (guint i = 0; i < G_N_ELEMENTS(early); i++)
        fixture_feed(&fixture, "%s", early[i]);
    assert_no_event(&fixture);
    answer_binding(&fixture, "romeo@montague.example/orchard");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    fixture_clear(&fixture);
}

/* I2: features are those of the stream they came on. */
static void
test_features_are_read_again(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .roster_ver = "v1" });
    fixture_sent(&fixture);
    fixture_feed(&fixture, "<stream:features><mechanisms xmlns='" SASL_NS
                           "'><mechanism>PLAIN</mechanism></mechanisms>"
                           "<ver xmlns='urn:xmpp:features:rosterver'/><sm xmlns='urn:xmpp:sm:3'/>"
                           "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>");
    assert_has(fixture_sent(&fixture), "mechanism=\"PLAIN\"");
    fixture_feed(&fixture, "<success xmlns='" SASL_NS "'/>");
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<stream:features><mechanisms xmlns='" SASL_NS
                           "'><mechanism>PLAIN</mechanism></mechanisms>"
                           "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>");
    answer_binding(&fixture, "romeo@montague.example/orchard");
    const char *roster = fixture_sent(&fixture); /* neither <enable/> nor a version */
    assert_has(roster, "jabber:iq:roster");
    g_assert_null(strstr(roster, "ver="));
    fixture_clear(&fixture);
}

/* I6: the session of somebody else is refused. */
static void
test_bound_to_another(void)
{
    static const char *const wrong[] = {
        "juliet@capulet.example/balcony",
        "romeo@montague.example",
        "romeo@montague.example.evil/orchard",
        "romeo@evil.example/x",
        "montague.example/orchard",
        "mercutio@montague.example/orchard",
        "@@",
        "",
    };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        StreamFixture fixture;
        connect_with(&fixture, &(Options){ 0 });
        log_in(&fixture);
        fixture_feed(&fixture, BIND_FEATURES);
        answer_binding(&fixture, wrong[i]);
        assert_has(fixture_event(&fixture),
                   "closed network error=the server gave the session of another address");
        assert_no_event(&fixture);
        fixture_clear(&fixture);
    }
}

static void
test_binding_refused(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ 0 });
    log_in(&fixture);
    fixture_feed(&fixture, BIND_FEATURES);
    g_autofree char *request = g_strdup(fixture_sent(&fixture));
    g_autofree char *id = fixture_attribute(request, "id");
    fixture_feed(
        &fixture,
        "<iq type='error' id='%s'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
        id);
    assert_has(fixture_event(&fixture),
               "the server refused the resource (it exists already or is in use)");
    fixture_clear(&fixture);

    connect_with(&fixture, &(Options){ 0 });
    log_in(&fixture);
    fixture_feed(&fixture, "<stream:features/>");
    assert_has(fixture_event(&fixture), "offers no session");
    fixture_clear(&fixture);
}

/* I4, I5: two challenges at once, and one after the other's answer. */
static void
test_impatient_server(void)
{
    StreamFixture fixture;
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, "r0m30myr0m30");

    connect_with(&fixture, &(Options){ 0 });
    fixture_sent(&fixture);
    feed_mechanisms(&fixture, "SCRAM-SHA-256");
    g_autofree char *first = content(fixture_sent(&fixture));
    g_autofree char *challenge = scram_server_first_base64(server, first);
    fixture_event(&fixture);
    fixture_feed(&fixture, "<challenge xmlns='" SASL_NS "'>%s</challenge>", challenge);
    stream_feed(fixture.stream, "<success xmlns='" SASL_NS "'/>");
    assert_has(fixture_event(&fixture), "closed ");
    fixture_clear(&fixture);
}

/* Gone while the proof is being computed in its thread. */
static void
test_disconnect_while_computing(void)
{
    StreamFixture fixture;
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA512, "r0m30myr0m30");

    server->iterations = 100000;
    connect_with(&fixture, &(Options){ 0 });
    fixture_sent(&fixture);
    feed_mechanisms(&fixture, "SCRAM-SHA-512");
    g_autofree char *first = content(fixture_sent(&fixture));
    g_autofree char *challenge = scram_server_first_base64(server, first);
    fixture_feed(&fixture, "<challenge xmlns='" SASL_NS "'>%s</challenge>", challenge);
    fixture_forget(&fixture);
    stream_disconnect(fixture.stream, NULL);
    fixture_wait_events(&fixture, 1);
    g_assert_cmpstr(fixture_event(&fixture), ==, "closed user");
    g_assert_cmpstr(fixture_sent(&fixture), ==, "</stream:stream>");
    fixture_clear(&fixture);
}

/* I5: each stage ends by itself and says what did not answer. */
static void
test_silence(void)
{
    static const char *const words[] = {
        "did not say what it offers in time",
        "did not answer the login in time",
        "did not say what it offers after the login in time",
        "did not give a resource in time",
    };

    for (guint stage = 0; stage < G_N_ELEMENTS(words); stage++) {
        StreamFixture fixture;
        connect_with(&fixture, &(Options){ .timeout = stage < 2 ? 30 : 1000 });
        if (stage == 1)
            feed_mechanisms(&fixture, "SCRAM-SHA-256");
        if (stage >= 2)
            log_in(&fixture);
        if (stage == 3)
            fixture_feed(&fixture, BIND_FEATURES);
        fixture_forget(&fixture);
        fixture_wait_events(&fixture, 1);
        const char *event = fixture_event(&fixture);
        assert_has(event, "closed network error=");
        assert_has(event, words[stage]);
        assert_has(fixture_sent(&fixture), "connection-timeout");
        fixture_clear(&fixture);
    }
}

/* I9: a server with endless mechanisms. */
static void
test_many_mechanisms(void)
{
    StreamFixture fixture;
    GString *names = g_string_new("PLAIN");

    for (guint i = 0; i < 10000; i++)
        g_string_append_printf(names, " X-%u", i);
    connect_with(&fixture, &(Options){ 0 });
    fixture_sent(&fixture);
    feed_mechanisms(&fixture, names->str);
    assert_has(fixture_sent(&fixture), "mechanism=\"PLAIN\"");
    g_string_free(names, TRUE);
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/negotiation/login", test_login);
    g_test_add_func("/xmpp/negotiation/keys-are-of-one-password", test_keys_are_of_one_password);
    g_test_add_func("/xmpp/negotiation/session-of-old-servers", test_session_of_old_servers);
    g_test_add_func("/xmpp/negotiation/no-secret-in-the-clear", test_no_secret_in_the_clear);
    g_test_add_func("/xmpp/negotiation/success-without-proof", test_success_without_proof);
    g_test_add_func("/xmpp/negotiation/success-at-once", test_success_at_once);
    g_test_add_func("/xmpp/negotiation/downgrade", test_downgrade);
    g_test_add_func("/xmpp/negotiation/refused", test_refused);
    g_test_add_func("/xmpp/negotiation/stanzas-before-binding", test_stanzas_before_binding);
    g_test_add_func("/xmpp/negotiation/features-are-read-again", test_features_are_read_again);
    g_test_add_func("/xmpp/negotiation/bound-to-another", test_bound_to_another);
    g_test_add_func("/xmpp/negotiation/binding-refused", test_binding_refused);
    g_test_add_func("/xmpp/negotiation/impatient-server", test_impatient_server);
    g_test_add_func("/xmpp/negotiation/disconnect-while-computing",
                    test_disconnect_while_computing);
    g_test_add_func("/xmpp/negotiation/silence", test_silence);
    g_test_add_func("/xmpp/negotiation/many-mechanisms", test_many_mechanisms);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The extensible SASL profile and what goes along with it, against a server that is played element by element. */
#include <string.h>

#include "base/error.h"
#include "stream_fixture.h"
#include "support/scram_server.h"
#include "xmpp/sasl2.h"
#include "xmpp/xep/csi.h"

#define PASSWORD "r0m30myr0m30"
#define TOKEN "secret-token:fast-0123456789"
#define CLASSIC \
    "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism>" \
    "<mechanism>PLAIN</mechanism></mechanisms>"
#define SCRAM "<mechanism>SCRAM-SHA-1</mechanism><mechanism>SCRAM-SHA-256</mechanism>"
#define PLUS "<mechanism>SCRAM-SHA-256-PLUS</mechanism>"
#define BIND \
    "<bind xmlns='urn:xmpp:bind:0'><inline><feature var='urn:xmpp:carbons:2'/>" \
    "<feature var='urn:xmpp:csi:0'/><feature var='urn:xmpp:sm:3'/></inline></bind>"
#define FAST \
    "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism>" \
    "<mechanism>HT-SHA-256-EXPR</mechanism></fast>"
#define SM "<sm xmlns='urn:xmpp:sm:3'/>"
#define FEATURES(mechanisms, inlines) \
    "<stream:features><authentication xmlns='urn:xmpp:sasl:2'>" mechanisms "<inline>" inlines \
    "</inline></authentication>" CLASSIC "</stream:features>"
#define ALL FEATURES(SCRAM, BIND FAST SM)
#define AFTER \
    "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>" \
    "</stream:features>"
#define ME "romeo@montague.example"
#define AGENT "d4565fa7-4d72-4749-b3d3-740edbf87770"
/* What the client remembers of ALL. */
#define OFFER "1 resume bind bind-enable bind-carbons bind-csi HT-SHA-256-NONE HT-SHA-256-EXPR"

typedef struct Options {
    const char *jid;
    const char *pinned;
    bool pinned_binding;
    const char *token, *mechanism, *offer; /* of FAST */
    bool no_password;
    GBytes *channel;
    TransportTls tls;
    const XmppResumeState *resume;
    bool inactive;
} Options;

static void
connect_again(StreamFixture *fixture, const Options *options)
{
    g_autoptr(Jid) jid = jid_new(options->jid ? options->jid : ME, NULL);
    const TransportConfig transport = { .domain = jid_domain(jid), .tls = options->tls };
    const XmppStreamConfig config = {
        .jid = jid,
        .password = options->no_password ? NULL : PASSWORD,
        .transport = &transport,
        .sasl_pinned = options->pinned,
        .sasl_pinned_binding = options->pinned_binding,
        .fast_token = options->token,
        .fast_mechanism = options->mechanism,
        .fast_offer = options->offer,
        .fast_count = 7,
        .user_agent_id = AGENT,
        .resume = options->resume,
    };

    stream_set_sink_binding(fixture->stream, options->channel);
    csi_set_active(fixture->stream, !options->inactive);
    stream_connect(fixture->stream, &config);
    fixture_turn();
    g_assert_cmpstr(fixture_event(fixture), ==, "phase opening");
    assert_has(fixture_sent(fixture), "<stream:stream ");
}

static void
connect_with(StreamFixture *fixture, const Options *options)
{
    fixture_init(fixture);
    connect_again(fixture, options);
}

/* The text of the first such element. */
static char *
content(const char *xml, const char *name)
{
    g_autofree char *tag = g_strdup_printf("<%s>", name);
    g_autofree char *open = g_strdup_printf("<%s ", name);
    const char *start = strstr(xml, tag) ? strstr(xml, tag) : strstr(xml, open);

    g_assert_nonnull(start);
    start = strchr(start, '>') + 1;
    return g_strndup(start, strcspn(start, "<"));
}

/* An honest server up to the client's proof; returns the server's. */
static char *
answer_scram(StreamFixture *fixture, ScramServer *server, const char *authenticate)
{
    g_autofree char *first = content(authenticate, "initial-response");
    g_autofree char *challenge = scram_server_first_base64(server, first);

    fixture_feed(fixture, "<challenge xmlns='" NS_SASL2 "'>%s</challenge>", challenge);
    fixture_wait_sent(fixture, 1);
    g_autofree char *response = g_strdup(fixture_sent(fixture));
    g_autofree char *final = content(response, "response");
    assert_has(response, "xmlns=\"" NS_SASL2 "\"");
    return scram_server_final_base64(server, final);
}

/* From the features to the server's proof; `authenticate` gets what the client asked for. */
static char *
prove(StreamFixture *fixture, const char *features, char **authenticate)
{
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, PASSWORD);

    fixture_feed(fixture, "%s", features);
    g_assert_cmpstr(fixture_event(fixture), ==, "phase authenticating");
    *authenticate = g_strdup(fixture_sent(fixture));
    assert_has(*authenticate, "<authenticate ");
    char *proof = answer_scram(fixture, server, *authenticate);
    g_assert_nonnull(proof);
    return proof;
}

static void
succeed(StreamFixture *fixture, const char *proof, const char *jid, const char *more)
{
    fixture_feed(fixture,
                 "<success xmlns='" NS_SASL2 "'><additional-data>%s</additional-data>"
                 "<authorization-identifier>%s</authorization-identifier>%s</success>",
                 proof, jid, more);
}

/* Whether the client's token is right, and the server's proof; `channel` may be NULL. */
static char *
answer_token(const char *authenticate, GBytes *channel)
{
    static const char *const who[] = { "Initiator", "Responder" };
    g_autofree char *payload = content(authenticate, "initial-response");
    gsize length = 0, size = 32;
    guint8 proofs[2][32];
    g_autofree guchar *message = g_base64_decode(payload, &length);

    for (guint i = 0; i < 2; i++) {
        g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *) TOKEN, strlen(TOKEN));
        g_hmac_update(hmac, (const guchar *) who[i], -1);
        if (channel)
            g_hmac_update(hmac, g_bytes_get_data(channel, NULL), (gssize) g_bytes_get_size(channel));
        g_hmac_get_digest(hmac, proofs[i], &size);
    }
    g_assert_cmpmem(message, 6, "romeo", 6);
    g_assert_cmpmem(message + 6, length - 6, proofs[0], 32);
    return g_base64_encode(proofs[1], 32);
}

/* --- with the password --- */

/* One element there, one back beside SCRAM's own: bound, carbons, stream management, a token; no second stream. */
static void
test_login(void)
{
    StreamFixture fixture;
    g_autofree char *authenticate = NULL;

    connect_with(&fixture, &(Options){ 0 });
    g_autofree char *proof = prove(&fixture, ALL, &authenticate);
    assert_has(authenticate, "mechanism=\"SCRAM-SHA-256\"");
    assert_has(authenticate, "<user-agent id=\"" AGENT "\"><software>confab</software></user-agent>");
    assert_has(authenticate, "<bind xmlns=\"urn:xmpp:bind:0\"><tag>confab</tag>"
                             "<enable xmlns=\"urn:xmpp:carbons:2\"/><enable ");
    assert_has(authenticate, "<request-token ");
    assert_has(authenticate, "mechanism=\"HT-SHA-256-NONE\""); /* this channel has no bytes to bind to */
    g_assert_null(strstr(authenticate, "<resume"));
    g_assert_null(strstr(authenticate, "<inactive"));
    succeed(&fixture, proof, ME "/confab/1234",
            "<bound xmlns='urn:xmpp:bind:0'><enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true'/></bound>"
            "<token xmlns='urn:xmpp:fast:0' expiry='2027-01-01T00:00:00Z' token='" TOKEN "'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "sasl SCRAM-SHA-256");
    g_assert_cmpstr(fixture_event(&fixture), ==, "fast-token mechanism=HT-SHA-256-NONE token=" TOKEN);
    g_assert_cmpstr(fixture_event(&fixture), ==, "fast-offer offer=" OFFER);
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase binding");
    assert_no_event(&fixture);
    assert_nothing_sent(&fixture); /* no new stream */
    fixture_feed(&fixture, AFTER);
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    g_assert_cmpstr(fixture_event(&fixture), ==, "bound " ME "/confab/1234");
    g_assert_cmpstr(fixture_event(&fixture), ==, "resume-state");
    assert_has(fixture_sent(&fixture), "jabber:iq:roster"); /* and no second <enable/> */
    for (const char *sent = fixture_sent(&fixture); *sent != '\0'; sent = fixture_sent(&fixture))
        g_assert_null(strstr(sent, "urn:xmpp:carbons:2"));
    XmppResumeState state;
    g_assert_true(stream_resume_state(fixture.stream, &state));
    g_assert_cmpstr(state.id, ==, "s1");
    g_assert_cmpstr(stream_sasl_mechanism(fixture.stream), ==, "SCRAM-SHA-256");
    fixture_clear(&fixture);
}

/* The name of a resource becomes the tag; the session begins as the core wants it. */
static void
test_resource_and_state(void)
{
    StreamFixture fixture;

    g_autofree char *authenticate = NULL;

    connect_with(&fixture, &(Options){ .jid = ME "/desk", .inactive = true });
    g_autofree char *proof = prove(&fixture, ALL, &authenticate);
    assert_has(authenticate, "<tag>desk</tag>");
    assert_has(authenticate, "<inactive xmlns=\"urn:xmpp:csi:0\"/>");
    succeed(&fixture, proof, ME "/desk/1", "<bound xmlns='urn:xmpp:bind:0'/>");
    fixture_feed(&fixture, "<stream:features><csi xmlns='urn:xmpp:csi:0'/></stream:features>");
    for (const char *sent = fixture_sent(&fixture); *sent != '\0'; sent = fixture_sent(&fixture))
        g_assert_null(strstr(sent, "urn:xmpp:csi:0")); /* the server knows */
    csi_set_active(fixture.stream, true);
    assert_has(fixture_sent(&fixture), "<active ");
    fixture_clear(&fixture);
}

/* Nothing but the profile itself: features follow without a new stream, and the session is bound the old way. */
static void
test_without_binding(void)
{
    static const char *const offers[] = { FEATURES(SCRAM, ""), FEATURES(SCRAM, BIND) };

    for (guint i = 0; i < G_N_ELEMENTS(offers); i++) {
        StreamFixture fixture;
        g_autofree char *authenticate = NULL;
        connect_with(&fixture, &(Options){ 0 });
        g_autofree char *proof = prove(&fixture, offers[i], &authenticate);
        g_assert_null(strstr(authenticate, "fast"));
        succeed(&fixture, proof, ME, ""); /* even where binding was promised */
        assert_nothing_sent(&fixture);
        fixture_feed(&fixture, AFTER);
        g_autofree char *request = g_strdup(fixture_sent(&fixture));
        g_autofree char *id = fixture_attribute(request, "id");
        assert_has(request, "urn:ietf:params:xml:ns:xmpp-bind");
        fixture_forget(&fixture);
        fixture_feed(&fixture,
                     "<iq type='result' id='%s'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                     "<jid>" ME "/x</jid></bind></iq>",
                     id);
        assert_has(fixture_sent(&fixture), "<enable ");
        g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
        fixture_clear(&fixture);
    }
}

/* Stream management that is refused, or not answered, along with the session: pings will do. */
static void
test_enable_refused(void)
{
    static const char *const answers[] = {
        "<bound xmlns='urn:xmpp:bind:0'><failed xmlns='urn:xmpp:sm:3'/></bound>",
        "<bound xmlns='urn:xmpp:bind:0'/>",
    };

    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        StreamFixture fixture;
        g_autofree char *authenticate = NULL;
        XmppResumeState state;
        connect_with(&fixture, &(Options){ 0 });
        g_autofree char *proof = prove(&fixture, ALL, &authenticate);
        succeed(&fixture, proof, ME "/x", answers[i]);
        fixture_feed(&fixture, "<stream:features/>");
        g_assert_false(stream_resume_state(fixture.stream, &state));
        g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_ONLINE);
        fixture_clear(&fixture);
    }
}

/* I1: no part of it in the clear. */
static void
test_only_with_tls(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .tls = TLS_OFF, .token = TOKEN, .mechanism = "HT-SHA-256-NONE", .offer = OFFER });
    assert_nothing_sent(&fixture); /* I1: no token, early or late */
    fixture_feed(&fixture, ALL);
    assert_has(fixture_sent(&fixture), "<auth "); /* SCRAM of the old profile */
    fixture_clear(&fixture);

    connect_with(&fixture, &(Options){ .tls = TLS_OFF });
    fixture_feed(&fixture, "<stream:features><authentication xmlns='" NS_SASL2 "'>" SCRAM
                           "</authentication></stream:features>");
    assert_has(fixture_event(&fixture), "offers no way to log in");
    fixture_clear(&fixture);
}

/* I4: whatever is missing or wrong in the server's proof. */
static void
test_success_without_proof(void)
{
    static const char *const endings[] = {
        "<success xmlns='" NS_SASL2 "'><authorization-identifier>" ME "/x</authorization-identifier></success>",
        "<success xmlns='" NS_SASL2 "'><additional-data/></success>",
        "<success xmlns='" NS_SASL2 "'><additional-data>dj1yb25n</additional-data></success>",
        "<success xmlns='" NS_SASL2 "'><additional-data>!</additional-data></success>",
        "<success xmlns='" NS_SASL2 "'>%s</success>", /* at the old place */
        "<success xmlns='" NS_SASL2 "'><additional-data xmlns='urn:x'>%s</additional-data></success>",
        "<continue xmlns='" NS_SASL2 "'><tasks><task>UPGR-SCRAM-SHA-512</task></tasks></continue>",
    };

    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        StreamFixture fixture;
        g_autofree char *authenticate = NULL;
        connect_with(&fixture, &(Options){ 0 });
        g_autofree char *proof = prove(&fixture, ALL, &authenticate);
        g_auto(GStrv) parts = g_strsplit(endings[i], "%s", 2);
        fixture_feed(&fixture, "%s%s%s", parts[0], parts[1] ? proof : "", parts[1] ? parts[1] : "");
        assert_has(fixture_event(&fixture), "closed auth fatal");
        assert_no_event(&fixture); /* no token of this server is kept */
        fixture_clear(&fixture);
    }
}

/* I4: at once, or in the wrong namespace. */
static void
test_success_at_once(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ 0 });
    fixture_feed(&fixture, ALL);
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
    assert_no_event(&fixture);
    fixture_feed(&fixture, "<success xmlns='" NS_SASL2 "'/>");
    assert_has(fixture_event(&fixture), "closed auth fatal");
    fixture_clear(&fixture);
}

/* I4: the pin holds for both profiles. */
static void
test_downgrade(void)
{
    static const char *const offers[] = {
        "<stream:features><authentication xmlns='" NS_SASL2 "'><mechanism>PLAIN</mechanism></authentication></stream:features>",
        "<stream:features><authentication xmlns='" NS_SASL2 "'><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism>"
        "</authentication>" CLASSIC "</stream:features>",
        "<stream:features>" CLASSIC "</stream:features>",
    };

    for (guint i = 0; i < G_N_ELEMENTS(offers); i++) {
        StreamFixture fixture;
        connect_with(&fixture, &(Options){ .pinned = "SCRAM-SHA-256" });
        fixture_feed(&fixture, "%s", offers[i]);
        fixture_event(&fixture);
        assert_has(fixture_event(&fixture), "closed downgrade fatal");
        g_assert_cmpstr(fixture_sent(&fixture), ==, "</stream:stream>");
        assert_nothing_sent(&fixture);
        fixture_clear(&fixture);
    }
}

/* A profile that lacks what the account needs gives way to the other. */
static void
test_other_profile(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ 0 });
    fixture_feed(&fixture, FEATURES("<mechanism>X-OAUTH2</mechanism>", BIND));
    const char *auth = fixture_sent(&fixture);
    assert_has(auth, "<auth ");
    assert_has(auth, "mechanism=\"SCRAM-SHA-1\"");
    fixture_clear(&fixture);
}

/* XEP-0474: the hash is that of the profile that is used; a list that was changed on the way is an alarm (I4). */
static void
test_offer_is_protected(void)
{
    static const char *const lists[] = { "SCRAM-SHA-1\x1eSCRAM-SHA-256", "PLAIN\x1eSCRAM-SHA-1" };

    for (guint i = 0; i < G_N_ELEMENTS(lists); i++) {
        StreamFixture fixture;
        g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, PASSWORD);
        connect_with(&fixture, &(Options){ 0 });
        fixture_feed(&fixture, ALL);
        g_autofree char *authenticate = g_strdup(fixture_sent(&fixture));
        g_autofree char *first = content(authenticate, "initial-response");
        gsize length;
        g_autofree guchar *plain = g_base64_decode(first, &length);
        g_autofree char *text = g_strndup((char *) plain, length);
        g_autofree char *challenge = scram_server_first(server, text);
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        guint8 digest[32];
        gsize size = sizeof digest;
        g_checksum_update(sum, (const guchar *) lists[i], -1);
        g_checksum_get_digest(sum, digest, &size);
        g_autofree char *hash = g_base64_encode(digest, size);
        g_autofree char *with_hash = g_strdup_printf("%s,h=%s", challenge, hash);
        g_autofree char *encoded = g_base64_encode((const guchar *) with_hash, strlen(with_hash));
        fixture_forget(&fixture);
        fixture_feed(&fixture, "<challenge xmlns='" NS_SASL2 "'>%s</challenge>", encoded);
        fixture_wait_sent(&fixture, 1);
        if (i == 0) {
            assert_has(fixture_sent(&fixture), "<response ");
        } else {
            assert_has(fixture_sent(&fixture), "<abort xmlns=\"" NS_SASL2 "\"/>");
            fixture_turn();
            assert_has(fixture_event(&fixture), "closed downgrade fatal");
        }
        fixture_clear(&fixture);
    }
}

/* I6: the session of somebody else. */
static void
test_bound_to_another(void)
{
    static const char *const wrong[] = {
        "juliet@capulet.example/x", "romeo@montague.example.evil/x", "montague.example/x", "@@", "",
        "romeo@montague.example", /* bound, and to no resource */
    };

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        StreamFixture fixture;
        g_autofree char *authenticate = NULL;
        connect_with(&fixture, &(Options){ 0 });
        g_autofree char *proof = prove(&fixture, ALL, &authenticate);
        succeed(&fixture, proof, wrong[i], "<bound xmlns='urn:xmpp:bind:0'/>");
        for (const char *event = fixture_event(&fixture); !g_str_has_prefix(event, "closed");
             event = fixture_event(&fixture))
            g_assert_cmpstr(event, !=, "");
        g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_OFFLINE);
        fixture_clear(&fixture);
    }
}

/* I2: what comes before the features of the session counts for nothing. */
static void
test_stanzas_before_features(void)
{
    static const char *const early[] = {
        "<message from='juliet@capulet.example'><body>injected</body></message>",
        "<bound xmlns='urn:xmpp:bind:0'/>",
        "<resumed xmlns='urn:xmpp:sm:3' previd='1' h='0'/>",
        "<enabled xmlns='urn:xmpp:sm:3' id='1' resume='true'/>",
        "<token xmlns='urn:xmpp:fast:0' token='x'/>",
        "<task-data xmlns='urn:x'/>",
    };
    StreamFixture fixture;
    g_autofree char *authenticate = NULL;

    connect_with(&fixture, &(Options){ 0 });
    for (guint i = 0; i < G_N_ELEMENTS(early); i++)
        fixture_feed(&fixture, "%s", early[i]);
    g_autofree char *proof = prove(&fixture, FEATURES(SCRAM, BIND), &authenticate);
    for (guint i = 0; i < G_N_ELEMENTS(early); i++)
        fixture_feed(&fixture, "%s", early[i]);
    assert_no_event(&fixture);
    succeed(&fixture, proof, ME "/x", "<bound xmlns='urn:xmpp:bind:0'/>");
    fixture_forget(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(early); i++)
        fixture_feed(&fixture, "%s", early[i]);
    assert_no_event(&fixture);
    fixture_feed(&fixture, "<stream:features/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    fixture_clear(&fixture);
}

static void
test_refused(void)
{
    StreamFixture fixture;
    g_autofree char *authenticate = NULL;

    connect_with(&fixture, &(Options){ 0 });
    g_autofree char *proof = prove(&fixture, ALL, &authenticate);
    fixture_feed(&fixture, "<failure xmlns='" NS_SASL2 "'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
                           "<text>Wrong, my friend</text></failure>");
    const char *event = fixture_event(&fixture);
    assert_has(event, "closed auth fatal");
    assert_has(event, "my friend");
    fixture_clear(&fixture);
}

/* --- with a token --- */

/* One element there, one back. */
static void
test_token(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-NONE", .pinned = "SCRAM-SHA-256" });
    fixture_feed(&fixture, ALL);
    g_autofree char *authenticate = g_strdup(fixture_sent(&fixture));
    assert_has(authenticate, "mechanism=\"HT-SHA-256-NONE\"");
    assert_has(authenticate, "<fast ");
    assert_has(authenticate, "count=\"7\"");
    g_assert_null(strstr(authenticate, "<request-token"));
    g_assert_null(strstr(authenticate, TOKEN));
    g_autofree char *proof = answer_token(authenticate, NULL);
    fixture_forget(&fixture);
    succeed(&fixture, proof, ME "/x", "<bound xmlns='urn:xmpp:bind:0'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "fast-offer offer=" OFFER); /* and nothing is pinned */
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase binding");
    fixture_feed(&fixture, "<stream:features/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    g_assert_cmpstr(stream_sasl_mechanism(fixture.stream), ==, "HT-SHA-256-NONE");
    fixture_clear(&fixture);
}

/* Behind the start tag, before a word of the server; and a new token takes the place of the old one. */
static void
test_token_early(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-NONE", .offer = OFFER });
    g_autofree char *authenticate = g_strdup(fixture_sent(&fixture));
    assert_has(authenticate, "mechanism=\"HT-SHA-256-NONE\"");
    assert_has(authenticate, "<bind xmlns=\"urn:xmpp:bind:0\"><tag>confab</tag><enable xmlns=\"urn:xmpp:carbons:2\"/>");
    fixture_feed(&fixture, ALL);
    assert_nothing_sent(&fixture);
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase authenticating");
    g_autofree char *proof = answer_token(authenticate, NULL);
    succeed(&fixture, proof, ME "/x",
            "<bound xmlns='urn:xmpp:bind:0'><enabled xmlns='urn:xmpp:sm:3'/></bound>"
            "<token xmlns='urn:xmpp:fast:0' token='next one'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "fast-token mechanism=HT-SHA-256-NONE token=next one");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase binding"); /* the offer is as it was */
    fixture_feed(&fixture, "<stream:features/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online");
    fixture_clear(&fixture);
}

/* A token that is bound to the channel stands in for a pinned binding; one that is not does not (I4). */
static void
test_token_and_pin(void)
{
    StreamFixture fixture;
    g_autoptr(GBytes) channel = g_bytes_new_static("channel", 7);
    Options options = { .token = TOKEN, .pinned = "SCRAM-SHA-256", .pinned_binding = true, .channel = channel };

    options.mechanism = "HT-SHA-256-EXPR";
    connect_with(&fixture, &options);
    fixture_feed(&fixture, FEATURES(SCRAM PLUS, BIND FAST));
    g_autofree char *authenticate = g_strdup(fixture_sent(&fixture));
    assert_has(authenticate, "mechanism=\"HT-SHA-256-EXPR\"");
    g_autofree char *proof = answer_token(authenticate, channel);
    fixture_clear(&fixture);

    options.mechanism = "HT-SHA-256-NONE";
    options.offer = OFFER;
    connect_with(&fixture, &options);
    assert_nothing_sent(&fixture);
    fixture_feed(&fixture, FEATURES(SCRAM PLUS, BIND FAST));
    g_autofree char *instead = g_strdup(fixture_sent(&fixture));
    assert_has(instead, "mechanism=\"SCRAM-SHA-256-PLUS\"");
    assert_has(instead, "mechanism=\"HT-SHA-256-EXPR\""); /* the token that is asked for */
    fixture_clear(&fixture);
}

/* A token for a better mechanism is asked for with the one that is there. */
static void
test_better_token(void)
{
    StreamFixture fixture;
    g_autoptr(GBytes) channel = g_bytes_new_static("channel", 7);

    connect_with(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-NONE", .channel = channel });
    fixture_feed(&fixture, ALL);
    g_autofree char *authenticate = g_strdup(fixture_sent(&fixture));
    assert_has(authenticate, "<request-token ");
    g_autofree char *proof = answer_token(authenticate, NULL);
    fixture_forget(&fixture);
    succeed(&fixture, proof, ME "/x", "<token xmlns='urn:xmpp:fast:0' token='better'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "fast-token mechanism=HT-SHA-256-EXPR token=better");
    fixture_clear(&fixture);
}

/* … and never one for a weaker one, whatever the server lists. */
static void
test_no_weaker_token(void)
{
    StreamFixture fixture;
    g_autoptr(GBytes) channel = g_bytes_new_static("channel", 7);

    connect_with(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-EXPR", .channel = channel });
    fixture_feed(&fixture, "<stream:features><authentication xmlns='" NS_SASL2 "'>" SCRAM "<inline>" FAST "</inline>"
                           "</authentication><sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>"
                           "<channel-binding type='tls-unique'/></sasl-channel-binding></stream:features>");
    const char *authenticate = fixture_sent(&fixture);
    assert_has(authenticate, "mechanism=\"HT-SHA-256-EXPR\"");
    g_assert_null(strstr(authenticate, "<request-token"));
    fixture_clear(&fixture);
}

/* The password follows on the same stream, with all that is pinned (I4). */
static void
test_token_refused(void)
{
    static const char *const conditions[] = { "not-authorized", "credentials-expired", "temporary-auth-failure" };

    for (guint i = 0; i < 2 * G_N_ELEMENTS(conditions); i++) {
        const bool early = i >= G_N_ELEMENTS(conditions);
        StreamFixture fixture;
        g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, PASSWORD);
        connect_with(&fixture, &(Options){ .token = TOKEN,
                                           .mechanism = "HT-SHA-256-NONE",
                                           .pinned = "SCRAM-SHA-256",
                                           .offer = early ? OFFER : NULL });
        fixture_feed(&fixture, ALL);
        fixture_forget(&fixture);
        fixture_feed(&fixture, "<failure xmlns='" NS_SASL2 "'><%s xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>",
                     conditions[i % G_N_ELEMENTS(conditions)]);
        g_assert_cmpstr(fixture_event(&fixture), ==,
                        i % G_N_ELEMENTS(conditions) == 2 ? "" : "fast-token"); /* used up */
        g_autofree char *authenticate = g_strdup(fixture_sent(&fixture));
        assert_has(authenticate, "mechanism=\"SCRAM-SHA-256\"");
        assert_has(authenticate, "<request-token ");
        g_assert_null(strstr(authenticate, "<fast "));
        g_autofree char *proof = answer_scram(&fixture, server, authenticate);
        succeed(&fixture, proof, ME "/x", "<bound xmlns='urn:xmpp:bind:0'/><token xmlns='urn:xmpp:fast:0' token='new'/>");
        g_assert_cmpstr(fixture_event(&fixture), ==, "sasl SCRAM-SHA-256");
        g_assert_cmpstr(fixture_event(&fixture), ==, "fast-token mechanism=HT-SHA-256-NONE token=new");
        fixture_clear(&fixture);
    }
}

/* A server that takes nothing but tokens on a stream where it has refused one: another stream, without the token. */
static void
test_stuck_after_token(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-NONE" });
    fixture_feed(&fixture, ALL);
    fixture_feed(&fixture, "<failure xmlns='" NS_SASL2 "'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>");
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<failure xmlns='" NS_SASL2 "'><invalid-mechanism xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>");
    assert_has(fixture_event(&fixture), "closed network error=");
    fixture_clear(&fixture);
}

/* I4: refusing tokens does not lead below the pin. */
static void
test_token_refused_then_weaker(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-NONE", .pinned = "SCRAM-SHA-256" });
    fixture_feed(&fixture, "<stream:features><authentication xmlns='" NS_SASL2 "'><mechanism>PLAIN</mechanism><inline>" FAST
                           "</inline></authentication></stream:features>");
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<failure xmlns='" NS_SASL2 "'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "fast-token");
    assert_has(fixture_event(&fixture), "closed downgrade fatal");
    g_assert_cmpstr(fixture_sent(&fixture), ==, "</stream:stream>");
    fixture_clear(&fixture);
}

/* I4: a server that does not know the token it gave; the token goes, and nothing else happens. */
static void
test_token_without_proof(void)
{
    static const char *const endings[] = {
        "<success xmlns='" NS_SASL2 "'><authorization-identifier>" ME "/x</authorization-identifier>"
        "<bound xmlns='urn:xmpp:bind:0'/><token xmlns='urn:xmpp:fast:0' token='evil'/></success>",
        "<success xmlns='" NS_SASL2 "'><additional-data>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</additional-data></success>",
        "<continue xmlns='" NS_SASL2 "'><tasks><task>X</task></tasks></continue>",
    };

    for (guint i = 0; i < 2 * G_N_ELEMENTS(endings); i++) {
        StreamFixture fixture;
        connect_with(&fixture, &(Options){ .token = TOKEN,
                                           .mechanism = "HT-SHA-256-NONE",
                                           .offer = i % 2 ? OFFER : NULL });
        fixture_feed(&fixture, ALL);
        fixture_forget(&fixture);
        fixture_feed(&fixture, "%s", endings[i / 2]);
        g_assert_cmpstr(fixture_event(&fixture), ==, "fast-token");
        assert_has(fixture_event(&fixture), "closed downgrade fatal");
        assert_no_event(&fixture);
        fixture_clear(&fixture);
    }
}

/* I13: tokens that nobody asked for, and absurd ones. */
static void
test_unwanted_token(void)
{
    g_autofree char *huge = g_strnfill(5000, 'x');
    g_autofree char *absurd = g_strdup_printf("<token xmlns='urn:xmpp:fast:0' token='%s'/>", huge);
    const struct {
        const char *features, *token;
    } cases[] = {
        { FEATURES(SCRAM, BIND), "<token xmlns='urn:xmpp:fast:0' token='x'/>" },
        { ALL, "<token xmlns='urn:xmpp:fast:0' token=''/>" },
        { ALL, "<token xmlns='urn:xmpp:fast:0'/>" },
        { ALL, "<token xmlns='urn:x' token='x'/>" },
        { ALL, absurd },
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        StreamFixture fixture;
        g_autofree char *authenticate = NULL;
        connect_with(&fixture, &(Options){ .offer = i > 0 ? OFFER : NULL });
        g_autofree char *proof = prove(&fixture, cases[i].features, &authenticate);
        succeed(&fixture, proof, ME, cases[i].token);
        g_assert_cmpstr(fixture_event(&fixture), ==, "sasl SCRAM-SHA-256");
        g_assert_cmpstr(fixture_event(&fixture), ==, "phase binding");
        fixture_clear(&fixture);
    }
}

/* The server was replaced by one that does not know the profile: next time nothing is taken for granted. */
static void
test_early_token_to_old_server(void)
{
    StreamFixture fixture;
    const Options early = { .token = TOKEN, .mechanism = "HT-SHA-256-NONE", .offer = OFFER };

    connect_with(&fixture, &early);
    fixture_feed(&fixture, "<stream:features>" CLASSIC "</stream:features>");
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<stream:error><unsupported-stanza-type xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
                           "</stream:error>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "fast-offer");
    assert_has(fixture_event(&fixture), "closed server error=");
    fixture_forget(&fixture);
    connect_again(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-NONE" });
    assert_nothing_sent(&fixture);
    fixture_feed(&fixture, "<stream:features>" CLASSIC "</stream:features>");
    assert_has(fixture_sent(&fixture), "<auth ");
    fixture_clear(&fixture);
}

/* A server that chokes on tokens does not do so for ever. */
static void
test_token_unanswered(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-NONE" });
    fixture_feed(&fixture, ALL);
    fixture_forget(&fixture);
    stream_feed_close(fixture.stream, NULL);
    g_assert_cmpstr(fixture_event(&fixture), ==, "fast-token");
    assert_has(fixture_event(&fixture), "closed network error=");
    fixture_clear(&fixture);
}

/* … or by one that offers less: what it does not do is done the old way. */
static void
test_early_token_offers_changed(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-NONE", .offer = OFFER });
    g_autofree char *authenticate = g_strdup(fixture_sent(&fixture));
    fixture_feed(&fixture, FEATURES(SCRAM, FAST));
    fixture_forget(&fixture);
    g_autofree char *proof = answer_token(authenticate, NULL);
    succeed(&fixture, proof, ME, "");
    g_assert_cmpstr(fixture_event(&fixture), ==, "fast-offer offer=1 HT-SHA-256-NONE HT-SHA-256-EXPR");
    fixture_feed(&fixture, AFTER);
    assert_has(fixture_sent(&fixture), "urn:ietf:params:xml:ns:xmpp-bind");
    fixture_clear(&fixture);
}

/* Without a password the token is all there is. */
static void
test_token_alone(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-NONE", .no_password = true });
    fixture_feed(&fixture, ALL);
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<failure xmlns='" NS_SASL2 "'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "fast-token");
    assert_has(fixture_event(&fixture), "closed auth fatal error=There is no password");
    fixture_clear(&fixture);
}

/* --- resumption along with the login (XEP-0198 §9) --- */

static const XmppResumeState old_session = { .id = "old", .jid = ME "/desk", .received = 3, .sent = 5 };

static void
test_resumed(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .token = TOKEN, .mechanism = "HT-SHA-256-NONE", .offer = OFFER, .resume = &old_session });
    g_autofree char *authenticate = g_strdup(fixture_sent(&fixture));
    assert_has(authenticate, "<resume ");
    assert_has(authenticate, "previd=\"old\"");
    assert_has(authenticate, "<bind ");
    fixture_feed(&fixture, ALL);
    fixture_forget(&fixture);
    g_autofree char *proof = answer_token(authenticate, NULL);
    succeed(&fixture, proof, ME "/desk", "<resumed xmlns='urn:xmpp:sm:3' previd='old' h='4'/>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase binding");
    g_assert_cmpstr(fixture_event(&fixture), ==, "phase online"); /* without features */
    g_assert_cmpstr(fixture_event(&fixture), ==, "resumed " ME "/desk acknowledged=4 restored");
    fixture_forget(&fixture);
    fixture_feed(&fixture, AFTER); /* some servers send them all the same */
    assert_nothing_sent(&fixture);
    fixture_feed(&fixture, "<message from='juliet@capulet.example/x'><body>hi</body></message>");
    assert_has(fixture_event(&fixture), "message ");
    fixture_clear(&fixture);
}

/* I4: not before the server has proved itself. */
static void
test_resumed_without_proof(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ .resume = &old_session });
    fixture_feed(&fixture, ALL);
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<resumed xmlns='urn:xmpp:sm:3' previd='old' h='4'/>");
    assert_no_event(&fixture);
    fixture_feed(&fixture, "<success xmlns='" NS_SASL2 "'><authorization-identifier>" ME "/desk</authorization-identifier>"
                           "<resumed xmlns='urn:xmpp:sm:3' previd='old' h='4'/></success>");
    assert_has(fixture_event(&fixture), "closed auth fatal");
    fixture_clear(&fixture);
}

/* The old session is gone; a new one came in the same breath. */
static void
test_not_resumed(void)
{
    StreamFixture fixture;
    g_autofree char *authenticate = NULL;
    XmppResumeState state;

    connect_with(&fixture, &(Options){ .resume = &old_session });
    g_autofree char *proof = prove(&fixture, ALL, &authenticate);
    assert_has(authenticate, "<resume ");
    fixture_forget(&fixture);
    succeed(&fixture, proof, ME "/new",
            "<failed xmlns='urn:xmpp:sm:3' h='5'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>"
            "<bound xmlns='urn:xmpp:bind:0'><enabled xmlns='urn:xmpp:sm:3' id='new' resume='1'/></bound>");
    fixture_feed(&fixture, AFTER);
    g_assert_true(stream_resume_state(fixture.stream, &state));
    g_assert_cmpstr(state.id, ==, "new");
    g_assert_cmpstr(state.jid, ==, ME "/new");
    g_assert_cmpuint(state.received, ==, 0);
    assert_has(fixture_sent(&fixture), "jabber:iq:roster");
    fixture_clear(&fixture);
}

/* I6, I13: the session of somebody else, or one that was not asked for. */
static void
test_resumed_another(void)
{
    static const struct {
        const char *jid, *answer;
    } answers[] = {
        { ME "/desk", "<resumed xmlns='urn:xmpp:sm:3' previd='other' h='4'/>" },
        { ME "/desk", "<resumed xmlns='urn:xmpp:sm:3' previd='old' h='nonsense'/>" },
        { ME "/desk", "<resumed xmlns='urn:xmpp:sm:3' previd='old'/>" },
        { ME "/other", "<resumed xmlns='urn:xmpp:sm:3' previd='old' h='4'/>" },
    };
    XmppResumeState state;

    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        StreamFixture fixture;
        g_autofree char *authenticate = NULL;
        connect_with(&fixture, &(Options){ .resume = &old_session });
        g_autofree char *proof = prove(&fixture, ALL, &authenticate);
        succeed(&fixture, proof, answers[i].jid, answers[i].answer);
        g_assert_cmpint(stream_phase(fixture.stream), ==, XMPP_PHASE_OFFLINE);
        g_assert_false(stream_resume_state(fixture.stream, &state)); /* and never again */
        fixture_clear(&fixture);
    }
}

/* --- tasks --- */

#define UPGRADE(name) "<upgrade xmlns='urn:xmpp:sasl:upgrade:0'>" name "</upgrade>"
#define UPGRADES UPGRADE("UPGR-SCRAM-SHA-1") UPGRADE("UPGR-SCRAM-SHA-512") UPGRADE("UPGR-X")

/* Up to <continue/>; the server's proof is in it. */
static void
begin_upgrade(StreamFixture *fixture, GBytes *channel, const char *task)
{
    g_autoptr(ScramServer) server = scram_server_new(G_CHECKSUM_SHA256, PASSWORD);

    server->binding = g_bytes_ref(channel);
    connect_with(fixture, &(Options){ .channel = channel });
    fixture_feed(fixture, FEATURES(SCRAM PLUS UPGRADES, BIND));
    g_autofree char *authenticate = g_strdup(fixture_sent(fixture));
    assert_has(authenticate, "mechanism=\"SCRAM-SHA-256-PLUS\"");
    assert_has(authenticate, "<upgrade xmlns=\"urn:xmpp:sasl:upgrade:0\">UPGR-SCRAM-SHA-512</upgrade>");
    g_autofree char *proof = answer_scram(fixture, server, authenticate);
    g_assert_nonnull(proof);
    fixture_forget(fixture);
    fixture_feed(fixture,
                 "<continue xmlns='" NS_SASL2 "'><additional-data>%s</additional-data><tasks><task>%s</task></tasks>"
                 "</continue>",
                 proof, task);
}

/* XEP-0480 §3 */
static void
test_upgrade(void)
{
    StreamFixture fixture;
    g_autoptr(GBytes) channel = g_bytes_new_static("channel", 7);

    begin_upgrade(&fixture, channel, "UPGR-SCRAM-SHA-512");
    const char *next = fixture_sent(&fixture);
    assert_has(next, "<next ");
    assert_has(next, "task=\"UPGR-SCRAM-SHA-512\"");
    fixture_feed(&fixture, "<task-data xmlns='" NS_SASL2 "'><salt xmlns='" NS_SCRAM_UPGRADE "' iterations='4096'>\n"
                           "QV9TWENSWFE2c2VrOGJmX1o=\n</salt></task-data>");
    fixture_wait_sent(&fixture, 1);
    const char *answer = fixture_sent(&fixture);
    assert_has(answer, "<task-data xmlns=\"" NS_SASL2 "\"><hash xmlns=\"" NS_SCRAM_UPGRADE "\">");
    /* PBKDF2-HMAC-SHA-512 of the password, by Python's hashlib */
    assert_has(answer, "fonTGly862/aMH27TD2bbdqrl4wQ7h68yOtTwePoWIRtnZUAvhLoAYxY92cT1pttGfcdF54+WraINr5RJMZ1yw==");
    assert_no_event(&fixture);
    fixture_feed(&fixture, "<success xmlns='" NS_SASL2 "'><authorization-identifier>" ME "/x</authorization-identifier>"
                           "<bound xmlns='urn:xmpp:bind:0'/></success>");
    g_assert_cmpstr(fixture_event(&fixture), ==, "sasl SCRAM-SHA-256 bound");
    fixture_clear(&fixture);
}

/* Whoever may be in between would choose the salt: not without channel binding. */
static void
test_upgrade_needs_binding(void)
{
    StreamFixture fixture;

    connect_with(&fixture, &(Options){ 0 });
    fixture_feed(&fixture, FEATURES(SCRAM UPGRADES, BIND));
    g_assert_null(strstr(fixture_sent(&fixture), "<upgrade"));
    fixture_clear(&fixture);
}

/* I4: salts and counts are bounded here, too; what was not asked for is not done. */
static void
test_bad_upgrade(void)
{
    static const char *const data[] = {
        "<salt xmlns='" NS_SCRAM_UPGRADE "' iterations='1'>QV9TWENSWFE2c2VrOGJmX1o=</salt>",
        "<salt xmlns='" NS_SCRAM_UPGRADE "' iterations='99999999999'>QV9TWENSWFE2c2VrOGJmX1o=</salt>",
        "<salt xmlns='" NS_SCRAM_UPGRADE "' iterations='4096'/>",
        "<salt xmlns='" NS_SCRAM_UPGRADE "' iterations='4096'>!</salt>",
        "<salt xmlns='" NS_SCRAM_UPGRADE "'>QV9TWENSWFE2c2VrOGJmX1o=</salt>",
        "<salt xmlns='urn:x' iterations='4096'>QV9TWENSWFE2c2VrOGJmX1o=</salt>",
        "",
    };
    g_autoptr(GBytes) channel = g_bytes_new_static("channel", 7);

    for (guint i = 0; i < G_N_ELEMENTS(data); i++) {
        StreamFixture fixture;
        begin_upgrade(&fixture, channel, "UPGR-SCRAM-SHA-512");
        fixture_forget(&fixture);
        fixture_feed(&fixture, "<task-data xmlns='" NS_SASL2 "'>%s</task-data>", data[i]);
        fixture_wait_events(&fixture, 1);
        assert_has(fixture_event(&fixture), "closed ");
        for (guint j = 0; j < fixture.sent->len; j++)
            g_assert_null(strstr(fixture.sent->pdata[j], "<hash"));
        fixture_clear(&fixture);
    }
}

/* A second factor, or anything else that is not known: said, and not tried again with the same password (I8). */
static void
test_unknown_task(void)
{
    static const char *const tasks[] = { "TOTP-EXAMPLE", "UPGR-SCRAM-SHA-1", "", "UPGR-X" };
    g_autoptr(GBytes) channel = g_bytes_new_static("channel", 7);

    for (guint i = 0; i < G_N_ELEMENTS(tasks); i++) {
        StreamFixture fixture;
        begin_upgrade(&fixture, channel, tasks[i]);
        g_assert_cmpstr(fixture_sent(&fixture), ==, "<abort xmlns=\"" NS_SASL2 "\"/>");
        const char *event = fixture_event(&fixture);
        assert_has(event, "closed auth fatal error=The server wants another step");
        assert_has(event, tasks[i]);
        fixture_clear(&fixture);
    }
}

/* The server cannot store it: the next login does not ask again, and works. */
static void
test_upgrade_failed(void)
{
    StreamFixture fixture;
    g_autoptr(GBytes) channel = g_bytes_new_static("channel", 7);

    begin_upgrade(&fixture, channel, "UPGR-SCRAM-SHA-512");
    fixture_forget(&fixture);
    fixture_feed(&fixture, "<failure xmlns='" NS_SASL2 "'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>");
    assert_has(fixture_event(&fixture), "closed network error=");
    fixture_forget(&fixture);
    connect_again(&fixture, &(Options){ .channel = channel });
    fixture_feed(&fixture, FEATURES(SCRAM PLUS UPGRADES, BIND));
    const char *authenticate = fixture_sent(&fixture);
    assert_has(authenticate, "mechanism=\"SCRAM-SHA-256-PLUS\"");
    g_assert_null(strstr(authenticate, "<upgrade"));
    fixture_clear(&fixture);
}

/* Gone while the hash is being computed in its thread. */
static void
test_disconnect_while_salting(void)
{
    StreamFixture fixture;
    g_autoptr(GBytes) channel = g_bytes_new_static("channel", 7);

    begin_upgrade(&fixture, channel, "UPGR-SCRAM-SHA-512");
    fixture_feed(&fixture, "<task-data xmlns='" NS_SASL2 "'><salt xmlns='" NS_SCRAM_UPGRADE "' iterations='100000'>"
                           "QV9TWENSWFE2c2VrOGJmX1o=</salt></task-data>");
    fixture_forget(&fixture);
    stream_disconnect(fixture.stream, NULL);
    fixture_wait_events(&fixture, 1);
    g_assert_cmpstr(fixture_event(&fixture), ==, "closed user");
    g_assert_cmpstr(fixture_sent(&fixture), ==, "</stream:stream>");
    fixture_clear(&fixture);
}

/* --- what is remembered of an offer --- */

static void
test_remembered_offer(void)
{
    static const char *const bad[] = { "", "1", "2 bind", "bind", "x" };
    g_autofree char *huge = g_strnfill(10000, 'X');
    g_autofree char *long_text = g_strconcat("1 ", huge, NULL);

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_null(sasl2_offer_recall(bad[i]));
    g_assert_null(sasl2_offer_recall(long_text));
    g_autoptr(Sasl2Offer) offer = sasl2_offer_recall("1 bind bind-csi HT-SHA-256-NONE <evil/> X");
    g_assert_cmpuint(offer->inlines, ==, SASL2_BIND | SASL2_BIND_CSI);
    g_assert_cmpuint(g_strv_length(offer->tokens), ==, 2);
    g_autofree char *again = sasl2_offer_remember(offer);
    g_assert_cmpstr(again, ==, "1 bind bind-csi HT-SHA-256-NONE X");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/sasl2/login", test_login);
    g_test_add_func("/xmpp/sasl2/resource-and-state", test_resource_and_state);
    g_test_add_func("/xmpp/sasl2/without-binding", test_without_binding);
    g_test_add_func("/xmpp/sasl2/enable-refused", test_enable_refused);
    g_test_add_func("/xmpp/sasl2/only-with-tls", test_only_with_tls);
    g_test_add_func("/xmpp/sasl2/success-without-proof", test_success_without_proof);
    g_test_add_func("/xmpp/sasl2/success-at-once", test_success_at_once);
    g_test_add_func("/xmpp/sasl2/downgrade", test_downgrade);
    g_test_add_func("/xmpp/sasl2/other-profile", test_other_profile);
    g_test_add_func("/xmpp/sasl2/offer-is-protected", test_offer_is_protected);
    g_test_add_func("/xmpp/sasl2/bound-to-another", test_bound_to_another);
    g_test_add_func("/xmpp/sasl2/stanzas-before-features", test_stanzas_before_features);
    g_test_add_func("/xmpp/sasl2/refused", test_refused);
    g_test_add_func("/xmpp/sasl2/token", test_token);
    g_test_add_func("/xmpp/sasl2/token-early", test_token_early);
    g_test_add_func("/xmpp/sasl2/token-and-pin", test_token_and_pin);
    g_test_add_func("/xmpp/sasl2/better-token", test_better_token);
    g_test_add_func("/xmpp/sasl2/no-weaker-token", test_no_weaker_token);
    g_test_add_func("/xmpp/sasl2/token-refused", test_token_refused);
    g_test_add_func("/xmpp/sasl2/stuck-after-token", test_stuck_after_token);
    g_test_add_func("/xmpp/sasl2/token-refused-then-weaker", test_token_refused_then_weaker);
    g_test_add_func("/xmpp/sasl2/token-without-proof", test_token_without_proof);
    g_test_add_func("/xmpp/sasl2/unwanted-token", test_unwanted_token);
    g_test_add_func("/xmpp/sasl2/early-token-to-old-server", test_early_token_to_old_server);
    g_test_add_func("/xmpp/sasl2/token-unanswered", test_token_unanswered);
    g_test_add_func("/xmpp/sasl2/early-token-offers-changed", test_early_token_offers_changed);
    g_test_add_func("/xmpp/sasl2/token-alone", test_token_alone);
    g_test_add_func("/xmpp/sasl2/resumed", test_resumed);
    g_test_add_func("/xmpp/sasl2/resumed-without-proof", test_resumed_without_proof);
    g_test_add_func("/xmpp/sasl2/not-resumed", test_not_resumed);
    g_test_add_func("/xmpp/sasl2/resumed-another", test_resumed_another);
    g_test_add_func("/xmpp/sasl2/upgrade", test_upgrade);
    g_test_add_func("/xmpp/sasl2/upgrade-needs-binding", test_upgrade_needs_binding);
    g_test_add_func("/xmpp/sasl2/bad-upgrade", test_bad_upgrade);
    g_test_add_func("/xmpp/sasl2/unknown-task", test_unknown_task);
    g_test_add_func("/xmpp/sasl2/upgrade-failed", test_upgrade_failed);
    g_test_add_func("/xmpp/sasl2/disconnect-while-salting", test_disconnect_while_salting);
    g_test_add_func("/xmpp/sasl2/remembered-offer", test_remembered_offer);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/caps.h"

#include <string.h>

#include "stream_fixture.h"
#include "xmpp/stream_parts.h"

/* XEP-0115 §5.2 */
#define SIMPLE \
    "<identity category='client' name='Exodus 0.9.1' type='pc'/>" \
    "<feature var='http://jabber.org/protocol/caps'/>" \
    "<feature var='http://jabber.org/protocol/disco#info'/>" \
    "<feature var='http://jabber.org/protocol/disco#items'/>" \
    "<feature var='http://jabber.org/protocol/muc'/>"
#define SIMPLE_VER "QgayPKawpkPSDYmwT/WM94uAlu0="
/* XEP-0115 §5.3 */
#define COMPLEX_FORM(type) \
    "<x xmlns='jabber:x:data' type='result'>" \
    "<field var='FORM_TYPE' type='" type \
    "'><value>urn:xmpp:dataforms:softwareinfo</value></field>" \
    "<field var='ip_version' type='text-multi'><value>ipv6</value><value>ipv4</value></field>" \
    "<field var='os'><value>Mac</value></field>" \
    "<field var='os_version'><value>10.5.1</value></field>" \
    "<field var='software'><value>Psi</value></field>" \
    "<field var='software_version'><value>0.11</value></field></x>"
#define COMPLEX_HEAD \
    "<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>" \
    "<identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>" \
    "<feature var='http://jabber.org/protocol/muc'/>" \
    "<feature var='http://jabber.org/protocol/disco#items'/>" \
    "<feature var='http://jabber.org/protocol/disco#info'/>" \
    "<feature var='http://jabber.org/protocol/caps'/>"
#define COMPLEX COMPLEX_HEAD COMPLEX_FORM("hidden")
#define COMPLEX_VER "q07IKJEyjvHSyhy//CH0CxmKi8w="

static DiscoInfo *
parse(XmppStream *stream, const char *inside)
{
    g_autofree char *xml = g_strdup_printf("<query xmlns='" NS_DISCO_INFO "'>%s</query>", inside);
    xmpp_stanza_t *query = xmpp_stanza_new_from_string(stream_ctx(stream), xml);
    g_assert_nonnull(query);
    DiscoInfo *info = disco_info_new(query);

    xmpp_stanza_release(query);
    return info;
}

static void
check_ver(const char *inside, const char *ver)
{
    StreamFixture fixture;

    fixture_init(&fixture);
    g_autoptr(DiscoInfo) info = parse(fixture.stream, inside);
    g_autofree char *computed = caps_compute_ver(info, "sha-1");
    g_assert_cmpstr(computed, ==, ver);
    /* the store's text form means the same */
    g_autofree char *text = disco_info_serialise(info);
    g_autoptr(DiscoInfo) copy = disco_info_parse(text);
    g_autofree char *again = caps_compute_ver(copy, "sha-1");
    if (ver)
        g_assert_cmpstr(again, ==, ver);
    fixture_clear(&fixture);
}

static void
test_vectors(void)
{
    check_ver(SIMPLE, SIMPLE_VER);
    check_ver(COMPLEX, COMPLEX_VER);
}

/* §5.1 sorts by parts: what looks greater as a whole may be smaller by its first part. */
static void
test_order(void)
{
    static const struct {
        const char *one, *two;
    } pairs[] = {
        { "<identity category='a' type='b'/><identity category='a-b' type='c'/>",
          "<identity category='a-b' type='c'/><identity category='a' type='b'/>" },
        { "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>u</value></field>"
          "<field var='a'><value>1</value></field><field var='a.b'><value>2</value></field></x>",
          "<x xmlns='jabber:x:data'><field var='a.b'><value>2</value></field><field var='a'><value>1</value></field>"
          "<field var='FORM_TYPE' type='hidden'><value>u</value></field></x>" },
    };

    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        StreamFixture fixture;
        fixture_init(&fixture);
        g_autoptr(DiscoInfo) one = parse(fixture.stream, pairs[i].one);
        g_autoptr(DiscoInfo) two = parse(fixture.stream, pairs[i].two);
        g_autofree char *first = caps_compute_ver(one, "sha-256");
        g_autofree char *second = caps_compute_ver(two, "sha-256");
        g_assert_nonnull(first);
        g_assert_cmpstr(first, ==, second);
        fixture_clear(&fixture);
    }
    /* SHA-1 of "a/b//<a-b/c//<": the first part decides */
    check_ver("<identity category='a-b' type='c'/><identity category='a' type='b'/>",
              "8/OKFJji5H00o8nIkw70d0l/N4c=");
}

/* I18, §5.4: what can be read in two ways proves nothing. */
static void
test_ill_formed(void)
{
    static const char *const bad[] = {
        "<identity category='client' type='pc' name='x'/><identity category='client' type='pc' name='x'/>",
        "<feature var='a'/><feature var='b'/><feature var='a'/>",
        "<feature var='a&lt;b'/>",
        "<identity category='client' type='pc' name='Exodus&lt;http://jabber.org/protocol/muc'/>",
        "<identity category='client&lt;' type='pc'/>",
        "<feature var='a'/><x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>u</value></field></x>"
        "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>u</value></field><field var='z'/></x>",
        "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>u</value><value>v</value></field></x>",
        "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>u</value></field>"
        "<field var='FORM_TYPE' type='hidden'><value>u</value></field></x>",
        "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>u</value></field>"
        "<field var='a'><value>b&lt;c</value></field></x>",
        "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>u</value></field><field var='a&lt;b'/></x>",
    };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        check_ver(bad[i], NULL);
}

/* §5.4 step 3.6: a form without a hidden type is as if it were not there. */
static void
test_ignored_forms(void)
{
    StreamFixture fixture;

    fixture_init(&fixture);
    g_autoptr(DiscoInfo) with = parse(fixture.stream, COMPLEX_HEAD COMPLEX_FORM("text-single"));
    g_autoptr(DiscoInfo) without = parse(fixture.stream, COMPLEX_HEAD);
    g_autofree char *one = caps_compute_ver(with, "sha-1");
    g_autofree char *two = caps_compute_ver(without, "sha-1");
    g_assert_cmpstr(one, ==, two);
    fixture_clear(&fixture);
}

static void
test_hashes(void)
{
    StreamFixture fixture;

    fixture_init(&fixture);
    g_autoptr(DiscoInfo) info = parse(fixture.stream, SIMPLE);
    g_autofree char *sha512 = caps_compute_ver(info, "sha-512");
    g_assert_cmpuint(strlen(sha512), ==, 88);
    g_assert_null(caps_compute_ver(info, "md5"));
    g_assert_null(caps_compute_ver(info, "SHA-1"));
    g_assert_null(caps_compute_ver(info, ""));
    g_assert_true(disco_info_has(info, "http://jabber.org/protocol/muc"));
    g_assert_false(disco_info_has(info, "http://jabber.org/protocol/mu"));
    fixture_clear(&fixture);
}

/* --- presence --- */

static bool
reveal_to_capulets(gpointer owner, const Jid *jid)
{
    return strcmp(jid_domain(jid), "capulet.example") == 0;
}

static void
init_among_capulets(StreamFixture *fixture)
{
    g_autoptr(Jid) bare = jid_new("romeo@montague.example", NULL);
    g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);
    const XmppStreamConfig config = { .jid = bare, .may_reveal = reveal_to_capulets };

    fixture_init(fixture);
    stream_connect(fixture->stream, &config);
    stream_feed_bound(fixture->stream, full);
    fixture_turn();
    fixture_forget(fixture);
}

static void
come_online(StreamFixture *fixture, const char *from, const char *hash, const char *ver)
{
    fixture_feed(
        fixture,
        "<presence from='%s'><c xmlns='http://jabber.org/protocol/caps' hash='%s' node='urn:node' ver='%s'/></presence>",
        from, hash, ver);
    assert_has(fixture_event(fixture), "presence from=");
}

/* Answers the question that was sent to `from`. */
static void
answer(StreamFixture *fixture, const char *from, const char *inside)
{
    g_autofree char *xml = g_strdup(fixture_sent(fixture));
    g_autofree char *id = fixture_attribute(xml, "id");
    g_autofree char *to = fixture_attribute(xml, "to");

    g_assert_cmpstr(to, ==, from);
    assert_has(xml, NS_DISCO_INFO);
    if (inside)
        fixture_feed(fixture,
                     "<iq type='result' from='%s' id='%s'><query xmlns='" NS_DISCO_INFO
                     "'>%s</query></iq>",
                     from, id, inside);
    else
        fixture_feed(fixture, "<iq type='error' from='%s' id='%s'/>", from, id);
}

static const DiscoInfo *
lookup(StreamFixture *fixture, const char *jid)
{
    g_autoptr(Jid) parsed = jid_new(jid, NULL);

    return caps_lookup(fixture->stream, parsed);
}

static void
test_ask_once(void)
{
    StreamFixture fixture;

    init_among_capulets(&fixture);
    come_online(&fixture, "juliet@capulet.example/b", "sha-1", SIMPLE_VER);
    come_online(&fixture, "nurse@capulet.example/h", "sha-1", SIMPLE_VER);
    come_online(&fixture, "juliet@capulet.example/b", "sha-1", SIMPLE_VER);
    g_assert_cmpuint(fixture.sent->len, ==, 1);
    assert_has(fixture.sent->pdata[0], "node=\"urn:node#" SIMPLE_VER "\"");
    g_assert_null(lookup(&fixture, "juliet@capulet.example/b"));
    answer(&fixture, "juliet@capulet.example/b", SIMPLE);
    g_assert_cmpuint(fixture.events->len, ==, 2); /* both are known now */
    assert_has(fixture_event(&fixture),
               "http://jabber.org/protocol/muc identity=client/pc Exodus 0.9.1");
    g_assert_true(disco_info_has(lookup(&fixture, "nurse@capulet.example/h"),
                                 "http://jabber.org/protocol/muc"));
    fixture_forget(&fixture);
    come_online(&fixture, "tybalt@capulet.example/s", "sha-1", SIMPLE_VER);
    assert_has(fixture_event(&fixture), "features tybalt@capulet.example/s");
    assert_nothing_sent(&fixture);
    fixture_feed(&fixture, "<presence from='tybalt@capulet.example/s' type='unavailable'/>");
    g_assert_null(lookup(&fixture, "tybalt@capulet.example/s"));
    fixture_clear(&fixture);
}

/* I18: who lies about a hash poisons nobody else. */
static void
test_poisoning(void)
{
    StreamFixture fixture;

    init_among_capulets(&fixture);
    come_online(&fixture, "mallory@capulet.example/x", "sha-1", SIMPLE_VER);
    answer(&fixture, "mallory@capulet.example/x", SIMPLE "<feature var='urn:evil'/>");
    assert_has(fixture_event(&fixture), "features mallory@capulet.example/x");
    g_assert_true(disco_info_has(lookup(&fixture, "mallory@capulet.example/x"), "urn:evil"));
    come_online(&fixture, "juliet@capulet.example/b", "sha-1", SIMPLE_VER);
    g_assert_null(lookup(&fixture, "juliet@capulet.example/b"));
    answer(&fixture, "juliet@capulet.example/b", SIMPLE);
    g_assert_false(disco_info_has(lookup(&fixture, "juliet@capulet.example/b"), "urn:evil"));
    fixture_clear(&fixture);
}

/* §5.4 step 3.9: the next who announces it is asked, up to three. */
static void
test_liars_and_silence(void)
{
    static const char *const jids[] = { "a@capulet.example/1", "a@capulet.example/2",
                                        "a@capulet.example/3", "a@capulet.example/4" };
    StreamFixture fixture;
    guint asked = 0;

    init_among_capulets(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(jids); i++)
        come_online(&fixture, jids[i], "sha-1", SIMPLE_VER);
    while (fixture.sent->len && asked < 10) {
        g_autofree char *to = fixture_attribute(fixture.sent->pdata[0], "to");
        answer(&fixture, to, asked == 1 ? NULL : "<feature var='urn:lie'/>");
        asked++;
    }
    g_assert_cmpuint(asked, ==, 3);
    fixture_forget(&fixture);
    come_online(&fixture, "a@capulet.example/5", "sha-1", SIMPLE_VER);
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* I15: strangers are not asked: the question would show that we are online. */
static void
test_strangers_are_not_asked(void)
{
    StreamFixture fixture;

    init_among_capulets(&fixture);
    come_online(&fixture, "mallory@evil.example/x", "sha-1", SIMPLE_VER);
    assert_nothing_sent(&fixture);
    come_online(&fixture, "romeo@montague.example/other", "sha-1", SIMPLE_VER); /* ourselves */
    assert_has(fixture_sent(&fixture), NS_DISCO_INFO);
    fixture_clear(&fixture);

    /* without a policy the roster decides */
    fixture_init_online(&fixture);
    fixture_feed(
        &fixture,
        "<iq type='set' id='1'><query xmlns='jabber:iq:roster'><item jid='j@c.example' subscription='from'/></query></iq>");
    fixture_feed(
        &fixture,
        "<iq type='set' id='2'><query xmlns='jabber:iq:roster'><item jid='t@c.example' subscription='to'/></query></iq>");
    fixture_forget(&fixture);
    come_online(&fixture, "t@c.example/x", "sha-1", SIMPLE_VER);
    assert_nothing_sent(&fixture);
    come_online(&fixture, "j@c.example/x", "sha-1", SIMPLE_VER);
    assert_has(fixture_sent(&fixture), "to=\"j@c.example/x\"");
    fixture_clear(&fixture);
}

/* The legacy format, unknown hashes and absurd values cost nothing. */
static void
test_useless_announcements(void)
{
    static const char *const useless[] = {
        "<c xmlns='http://jabber.org/protocol/caps' node='urn:n' ver='1.0' ext='a b'/>",
        "<c xmlns='http://jabber.org/protocol/caps' hash='md2' node='urn:n' ver='x'/>",
        "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1 ' node='urn:n' ver='x'/>",
        "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' ver='x'/>",
        "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:n'/>",
        "<c xmlns='urn:other' hash='sha-1' node='urn:n' ver='x'/>",
    };
    StreamFixture fixture;
    g_autofree char *long_ver = g_strnfill(10000, 'v');

    init_among_capulets(&fixture);
    for (guint i = 0; i < G_N_ELEMENTS(useless); i++)
        fixture_feed(&fixture, "<presence from='j@capulet.example/b'>%s</presence>", useless[i]);
    come_online(&fixture, "j@capulet.example/b", "sha-1", long_ver);
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* I9: a thousand hashes at once: a few questions at a time. */
static void
test_many_hashes(void)
{
    StreamFixture fixture;

    init_among_capulets(&fixture);
    for (guint i = 0; i < 3000; i++) {
        g_autofree char *from = g_strdup_printf("c%u@capulet.example/x", i);
        g_autofree char *ver = g_strdup_printf("ver%u", i);
        come_online(&fixture, from, "sha-1", ver);
    }
    g_assert_cmpuint(fixture.sent->len, ==, 8);
    g_autofree char *to = fixture_attribute(fixture.sent->pdata[0], "to");
    answer(&fixture, to, NULL);
    g_assert_cmpuint(fixture.sent->len, ==, 8);
    fixture_clear(&fixture);
}

/* I15: when the one who may know does not help, the next one asked is no stranger. */
static void
test_strangers_are_not_asked_next(void)
{
    StreamFixture fixture;

    init_among_capulets(&fixture);
    come_online(&fixture, "juliet@capulet.example/b", "sha-1", SIMPLE_VER);
    come_online(&fixture, "mallory@evil.example/x", "sha-1", SIMPLE_VER);
    answer(&fixture, "juliet@capulet.example/b", NULL);
    assert_nothing_sent(&fixture);
    fixture_clear(&fixture);
}

/* Who leaves before it was asked takes the hash's chance to be found out with it from nobody. */
static void
test_left_while_waiting(void)
{
    StreamFixture fixture;

    init_among_capulets(&fixture);
    for (guint i = 0; i < 8; i++) {
        g_autofree char *from = g_strdup_printf("c%u@capulet.example/x", i);
        g_autofree char *ver = g_strdup_printf("ver%u", i);
        come_online(&fixture, from, "sha-1", ver);
    }
    come_online(&fixture, "juliet@capulet.example/b", "sha-1", SIMPLE_VER);
    come_online(&fixture, "nurse@capulet.example/h", "sha-1", SIMPLE_VER);
    fixture_feed(&fixture, "<presence from='juliet@capulet.example/b' type='unavailable'/>");
    for (guint i = 0; i < 8; i++) {
        g_autofree char *to = fixture_attribute(fixture.sent->pdata[0], "to");
        answer(&fixture, to, NULL);
    }
    come_online(&fixture, "tybalt@capulet.example/s", "sha-1", SIMPLE_VER);
    g_assert_cmpuint(fixture.sent->len, ==, 1);
    assert_has(fixture.sent->pdata[0], SIMPLE_VER);
    fixture_clear(&fixture);
}

/* --- the store's side --- */

typedef struct Store {
    char *saved;
    guint loads;
} Store;

static DiscoInfo *
load(const char *hash, const char *ver, gpointer data)
{
    Store *store = data;

    store->loads++;
    return store->saved && strcmp(ver, SIMPLE_VER) == 0 ? disco_info_parse(store->saved) : NULL;
}

static void
save(const char *hash, const char *ver, const DiscoInfo *info, gpointer data)
{
    Store *store = data;

    g_assert_cmpstr(hash, ==, "sha-1");
    g_assert_cmpstr(ver, ==, SIMPLE_VER);
    g_assert_null(store->saved);
    store->saved = disco_info_serialise(info);
}

static void
test_store(void)
{
    Store store = { 0 };
    const CapsCache cache = { .load = load, .save = save, .data = &store };

    for (guint round = 0; round < 2; round++) {
        StreamFixture fixture;
        g_autoptr(Jid) bare = jid_new("romeo@montague.example", NULL);
        g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);
        const XmppStreamConfig config = { .jid = bare, .may_reveal = reveal_to_capulets };
        fixture_init(&fixture);
        caps_set_cache(fixture.stream, &cache); /* before the session, and it stays */
        stream_connect(fixture.stream, &config);
        stream_feed_bound(fixture.stream, full);
        fixture_turn();
        fixture_forget(&fixture);
        come_online(&fixture, "juliet@capulet.example/b", "sha-1", SIMPLE_VER);
        if (round == 0)
            answer(&fixture, "juliet@capulet.example/b", SIMPLE);
        assert_nothing_sent(&fixture);
        assert_has(fixture_event(&fixture), "features juliet@capulet.example/b");
        fixture_clear(&fixture);
    }
    g_assert_cmpuint(store.loads, ==, 2);
    g_free(store.saved);
}

static void
test_text_form(void)
{
    StreamFixture fixture;

    fixture_init(&fixture);
    g_autoptr(DiscoInfo) info =
        parse(fixture.stream,
              "<identity category='c' type='t' name='50% &#10; name'/><feature var='a%0Ab'/>");
    g_autofree char *text = disco_info_serialise(info);
    g_autoptr(DiscoInfo) copy = disco_info_parse(text);
    g_assert_cmpstr(copy->identities->pdata[0], ==, "c/t 50% \n name");
    g_assert_cmpstr(copy->features[0], ==, "a%0Ab");
    g_autoptr(DiscoInfo) empty = disco_info_parse("");
    g_assert_cmpuint(empty->identities->len, ==, 0);
    g_assert_null(empty->features[0]);
    g_autoptr(DiscoInfo) broken = disco_info_parse("f%00\nf%\nzz\n\nf");
    g_assert_null(broken->features[0]);
    fixture_clear(&fixture);
}

/* --- what we announce --- */

static void
test_own(void)
{
    StreamFixture fixture;

    fixture_init_online(&fixture);
    g_autofree char *ver = caps_own_ver(fixture.stream);
    fixture_feed(&fixture,
                 "<iq type='get' id='1' from='j@c.example/b'><query xmlns='" NS_DISCO_INFO
                 "' node='" CAPS_NODE "#%s'/></iq>",
                 ver);
    g_autofree char *xml = g_strdup(fixture_sent(&fixture));
    const char *query = strstr(xml, "<identity");
    g_autofree char *inside = g_strndup(query, (gsize) (strstr(query, "</query>") - query));
    check_ver(inside, ver); /* what others compute of our answer is what we announce */
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/caps/vectors", test_vectors);
    g_test_add_func("/xmpp/caps/order", test_order);
    g_test_add_func("/xmpp/caps/ill-formed", test_ill_formed);
    g_test_add_func("/xmpp/caps/ignored-forms", test_ignored_forms);
    g_test_add_func("/xmpp/caps/hashes", test_hashes);
    g_test_add_func("/xmpp/caps/ask-once", test_ask_once);
    g_test_add_func("/xmpp/caps/poisoning", test_poisoning);
    g_test_add_func("/xmpp/caps/liars-and-silence", test_liars_and_silence);
    g_test_add_func("/xmpp/caps/strangers-are-not-asked", test_strangers_are_not_asked);
    g_test_add_func("/xmpp/caps/useless-announcements", test_useless_announcements);
    g_test_add_func("/xmpp/caps/many-hashes", test_many_hashes);
    g_test_add_func("/xmpp/caps/strangers-are-not-asked-next", test_strangers_are_not_asked_next);
    g_test_add_func("/xmpp/caps/left-while-waiting", test_left_while_waiting);
    g_test_add_func("/xmpp/caps/store", test_store);
    g_test_add_func("/xmpp/caps/text-form", test_text_form);
    g_test_add_func("/xmpp/caps/own", test_own);
    return g_test_run();
}

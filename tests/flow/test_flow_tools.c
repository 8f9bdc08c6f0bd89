/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking into streams (/xml) and examinations (/doctor), on fake streams and with names from a table. */
#include "core/xml_console.h"

#include <string.h>

#include "core/doctor.h"
#include "../support/fake_resolver.h"
#include "typist.h"

typedef struct Scene {
    Flow *flow;
    Peer *me;
    Typist *typist;
    GPtrArray *seen; /* char *: "> work <iq …" */
    guint bus_id;
} Scene;

static void
on_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    Scene *scene = user;
    if (event->type == XML_SEEN)
        g_ptr_array_add(scene->seen, g_strdup_printf("%s %s %s", event->xml.outgoing ? ">" : "<",
                                                     account_name(event->account), event->xml.xml));
}

static void
open_scene(Scene *scene, const char *accounts)
{
    scene->flow = flow_new(accounts);
    scene->me = flow_peer(scene->flow, "work");
    scene->typist = typist_new(scene->flow);
    scene->seen = g_ptr_array_new_with_free_func(g_free);
    scene->bus_id = bus_subscribe(client_bus(scene->flow->client), on_event, scene);
}

static void
close_scene(Scene *scene)
{
    typist_free(scene->typist);
    flow_free(scene->flow);
    g_ptr_array_unref(scene->seen);
}

/* The only thing seen since the last time. */
static void
assert_seen(Scene *scene, const char *pattern)
{
    flow_turn();
    if (scene->seen->len != 1 || !g_pattern_match_simple(pattern, scene->seen->pdata[0]))
        g_error("no %s but %u, the first is %s", pattern, scene->seen->len,
                scene->seen->len > 0 ? (const char *) scene->seen->pdata[0] : "none");
    g_ptr_array_set_size(scene->seen, 0);
}

static void
assert_unseen(Scene *scene)
{
    flow_turn();
    if (scene->seen->len > 0)
        g_error("seen: %s", (const char *) scene->seen->pdata[0]);
}

#define MESSAGE(from, id, inside) "<message from='" from "' type='chat' id='" id "'>" inside "</message>"
#define BODY(text) "<body>" text "</body>"

/* On for one account only, and off again. */
static void
test_one_account(void)
{
    Scene scene;
    open_scene(&scene, FLOW_TWO_ACCOUNTS);
    Peer *home = flow_peer(scene.flow, "home");
    login(scene.me);
    login(home);
    flow_turn();
    assert_unseen(&scene);
    assert_typed(scene.typist, "/xml on home", "ok");
    assert_typed(scene.typist, "/xml", "ok");
    assert_printed(scene.typist, "work*off\nhome*on\n");
    feed(scene.me, MESSAGE("bob@example.org/a", "1", "<x xmlns='urn:x'/>"));
    assert_unseen(&scene);
    feed(home, MESSAGE("bob@example.org/a", "2", "<x xmlns='urn:x'/>"));
    assert_seen(&scene, "< home <message*id=\"2\"*");
    assert_typed(scene.typist, "/on work /xml on", "ok");
    feed(scene.me, MESSAGE("bob@example.org/a", "3", "<x xmlns='urn:x'/>"));
    assert_seen(&scene, "< work <message*id=\"3\"*");
    assert_typed(scene.typist, "/xml off", "ok");
    feed(scene.me, MESSAGE("bob@example.org/a", "4", "<x xmlns='urn:x'/>"));
    feed(home, MESSAGE("bob@example.org/a", "5", "<x xmlns='urn:x'/>"));
    assert_unseen(&scene);
    close_scene(&scene);
}

/* From the first byte on, and accounts that come later; what they log in with is not shown. */
static void
test_login(void) /* I23 */
{
    Scene scene;
    open_scene(&scene, FLOW_ONE_ACCOUNT);
    assert_typed(scene.typist, "/xml on", "ok");
    assert_typed(scene.typist, "/account add new me@example.net", "ok");
    assert_typed(scene.typist, "/xml", "ok");
    assert_printed(scene.typist, "work*on\nnew*on\n");
    login(scene.me);
    flow_turn();
    g_assert_cmpuint(scene.seen->len, >, 1);
    for (guint i = 0; i < scene.seen->len; i++)
        g_assert_null(strstr(scene.seen->pdata[i], "secret"));
    /* An account that goes takes its traffic along. */
    feed(scene.me, MESSAGE("bob@example.org/a", "1", ""));
    assert_typed(scene.typist, "/account remove work", "ok");
    close_scene(&scene);
}

static void
test_filters(void)
{
    Scene scene;
    open_scene(&scene, FLOW_ONE_ACCOUNT);
    login(scene.me);
    assert_typed(scene.typist, "/xml on", "ok");
    assert_typed(scene.typist, "/xml filter", "64 *what shall be shown*");
    assert_typed(scene.typist, "/xml filter matching (", "6? *");
    assert_typed(scene.typist, "/xml filter element needle", "ok");
    feed(scene.me, MESSAGE("bob@example.org/a", "1", "<x xmlns='urn:x'/>"));
    assert_unseen(&scene);
    feed(scene.me, MESSAGE("bob@example.org/a", "2", "<x xmlns='urn:x'><needle/></x>"));
    assert_seen(&scene, "*id=\"2\"*");
    assert_typed(scene.typist, "/xml filter ns urn:x", "ok");
    feed(scene.me, MESSAGE("bob@example.org/a", "3", "<x xmlns='urn:y'/>"));
    assert_unseen(&scene);
    feed(scene.me, MESSAGE("bob@example.org/a", "4", "<y xmlns='urn:y'><x xmlns='urn:x'/></y>"));
    assert_seen(&scene, "*id=\"4\"*");
    assert_typed(scene.typist, "/xml filter from bob@example.org", "ok");
    feed(scene.me, MESSAGE("eve@example.org/a", "5", ""));
    assert_unseen(&scene);
    feed(scene.me, MESSAGE("bob@example.org/b", "6", ""));
    assert_seen(&scene, "*id=\"6\"*");
    assert_typed(scene.typist, "/xml send <message to='bob@example.org' id='mine'/>", "ok");
    assert_seen(&scene, "> work <message*id=\"mine\"*");
    assert_typed(scene.typist, "/xml filter id 8 element message", "ok");
    feed(scene.me, MESSAGE("bob@example.org/a", "7", ""));
    assert_unseen(&scene);
    feed(scene.me, MESSAGE("bob@example.org/a", "8", ""));
    assert_seen(&scene, "*id=\"8\"*");
    assert_typed(scene.typist, "/xml filter matching \"b[aeiou]t</thing>\"", "ok");
    feed(scene.me, MESSAGE("bob@example.org/a", "9", "<thing xmlns='urn:x'>bxt</thing>"));
    assert_unseen(&scene);
    feed(scene.me, MESSAGE("bob@example.org/a", "10", "<thing xmlns='urn:x'>bit</thing>"));
    assert_seen(&scene, "*id=\"10\"*");
    /* What is hidden cannot be guessed by a pattern, either. */
    assert_typed(scene.typist, "/xml filter matching hunter2", "ok");
    feed(scene.me, MESSAGE("bob@example.org/a", "11", "<password xmlns='urn:x'>hunter2</password>"));
    assert_unseen(&scene);
    assert_typed(scene.typist, "/xml", "ok");
    assert_printed(scene.typist, "*matching*hunter2*");
    assert_typed(scene.typist, "/xml filter off", "ok");
    feed(scene.me, MESSAGE("bob@example.org/a", "12", ""));
    assert_seen(&scene, "*id=\"12\"*");
    close_scene(&scene);
}

/* One stanza, as it is; anything else would end the stream, and is refused. */
static void
test_send(void) /* I7 */
{
    Scene scene;
    open_scene(&scene, FLOW_ONE_ACCOUNT);
    assert_typed(scene.typist, "/on work /xml send <message/>", "69 *");
    login(scene.me);
    assert_typed(scene.typist, "/xml send <message", "65 *well-formed*");
    assert_typed(scene.typist, "/xml send </stream:stream>", "65 *well-formed*");
    assert_typed(scene.typist, "/xml send <message/><presence/>", "65 *well-formed*");
    assert_typed(scene.typist, "/xml send <auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "65 *only a message*");
    assert_nothing_sent(scene.me);
    assert_typed(scene.typist, "/xml send <message to='bob@example.org' id='m1'><body>a &amp; b</body></message>", "ok");
    assert_sent(scene.me, "<message *<body>a &amp; b</body>*");
    assert_printed(scene.typist, "m1\n");
    assert_typed(scene.typist, "/xml send <iq type='get' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>", "ok");
    /* What holds a password is neither kept nor shown. */
    assert_typed(scene.typist, "/xml send <presence to='r@rooms.example.org/me'><x><password>hunter2</password></x></presence>",
                 "ok");
    g_assert_null(strstr(typist_line(scene.typist), "hunter2"));
    close_scene(&scene);
}

/* A flood is cut, and said to be. */
static void
test_flood(void) /* I9 */
{
    Scene scene;
    open_scene(&scene, FLOW_ONE_ACCOUNT);
    login(scene.me);
    assert_typed(scene.typist, "/xml on", "ok");
    for (guint i = 0; i < 3000; i++)
        g_assert_true(stream_feed(scene.me->stream, MESSAGE("bob@example.org/a", "1", "")));
    flow_turn();
    g_assert_cmpuint(scene.seen->len, ==, 2000);
    assert_event(scene.flow, "notice warning * 1000 elements were not shown*");
    g_autofree char *large = g_strnfill(200 * 1024, 'x');
    g_ptr_array_set_size(scene.seen, 0);
    feed(scene.me, "<message from='bob@example.org/a' id='1'><x xmlns='urn:x'>%s</x></message>", large);
    flow_turn();
    g_assert_cmpuint(scene.seen->len, ==, 1);
    g_assert_cmpuint(strlen(scene.seen->pdata[0]), <, 70 * 1024);
    close_scene(&scene);
}

/* --- the doctor --- */

static void
test_names(void)
{
    Scene scene;
    g_autoptr(FakeResolver) dns = fake_resolver_new();
    open_scene(&scene, FLOW_ONE_ACCOUNT);
    fake_resolver_add_service(dns, "_xmpp-client._tcp.example.org", "xmpp.example.org", 5222, 5, 0);
    fake_resolver_add_service(dns, "_xmpps-client._tcp.example.org", ".", 0, 0, 0);
    fake_resolver_add_service(dns, "_xmpp-client._tcp.example.net", ".", 0, 0, 0);
    assert_typed(scene.typist, "/doctor work", "ok");
    assert_printed(scene.typist, "*dns *ok *_xmpp-client: xmpp.example.org:5222 (5 0)*");
    assert_printed(scene.typist, "*dns *note *_xmpps-client: the domain has no such service*");
    assert_printed(scene.typist, "*address *bad *xmpp.example.org*");
    assert_printed(scene.typist, "*connect *bad *xmpp.example.org:5222*");
    assert_printed(scene.typist, "*account *warning *work: offline*");
    assert_typed(scene.typist, "/doctor eve@example.com/x", "ok");
    assert_printed(scene.typist, "*dns *note *no records*");
    assert_typed(scene.typist, "/doctor example.net", "ok");
    assert_printed(scene.typist, "*dns *bad *_xmpp-client: the domain has no such service*");
    assert_typed(scene.typist, "/doctor", "ok"); /* the only account */
    assert_typed(scene.typist, "/doctor report work", "ok");
    assert_printed(scene.typist, "confab doctor, *xmpp.example.org*");
    assert_typed(scene.typist, "/doctor @", "65 *");
    close_scene(&scene);
}

/* An examination under way ends with the program, its line once. */
static void
test_the_end(void)
{
    Scene scene;
    g_autoptr(FakeResolver) dns = fake_resolver_new();
    open_scene(&scene, FLOW_ONE_ACCOUNT);
    fake_resolver_silence(dns, "_xmpp-client._tcp.example.org");
    type(scene.typist, "/doctor work");
    flow_turn();
    assert_unfinished(scene.typist);
    type(scene.typist, "/doctor report example.org");
    close_scene(&scene);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/tools/xml/one-account", test_one_account);
    g_test_add_func("/flow/tools/xml/login", test_login);
    g_test_add_func("/flow/tools/xml/filters", test_filters);
    g_test_add_func("/flow/tools/xml/send", test_send);
    g_test_add_func("/flow/tools/xml/flood", test_flood);
    g_test_add_func("/flow/tools/doctor/names", test_names);
    g_test_add_func("/flow/tools/doctor/the-end", test_the_end);
    return g_test_run();
}

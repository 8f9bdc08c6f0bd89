/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xml_redact.h"

#include <string.h>

#include "base/error.h"
#include "stream_fixture.h"
#include "xmpp/stanza.h"
#include "xmpp/stanza_text.h"

/* The element as it would be shown. */
static char *
show(const char *xml)
{
    xmpp_ctx_t *ctx = xmpp_ctx_new(NULL, NULL);
    g_autoptr(GError) error = NULL;
    xmpp_stanza_t *element = stanza_from_text(ctx, xml, &error);
    g_assert_no_error(error);
    g_autofree char *before = stanza_to_xml(element);
    xmpp_stanza_t *redacted = xml_redact(element);
    char *text = stanza_to_xml(redacted);
    g_autofree char *after = stanza_to_xml(element);
    g_assert_cmpstr(before, ==, after); /* a copy */
    xmpp_stanza_release(redacted);
    xmpp_stanza_release(element);
    xmpp_ctx_free(ctx);
    return text;
}

/* "hunter2" and "aHVudGVyMg==" are secrets in all that follows, "visible" is none. */
static void
test_secrets(void) /* I23 */
{
    static const char *const elements[] = {
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='visible'>aHVudGVyMg==</auth>",
        "<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl' x='visible'>aHVudGVyMg==</challenge>",
        "<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl' x='visible'>aHVudGVyMg==</response>",
        "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl' x='visible'>aHVudGVyMg==</success>",
        "<authenticate xmlns='urn:xmpp:sasl:2' mechanism='visible'><initial-response>aHVudGVyMg==</initial-response>"
        "</authenticate>",
        "<success xmlns='urn:xmpp:sasl:2' x='visible'><additional-data>aHVudGVyMg==</additional-data>"
        "<token xmlns='urn:xmpp:fast:0' token='hunter2' expiry='visible'/></success>",
        "<continue xmlns='urn:xmpp:sasl:2' x='visible'><additional-data>aHVudGVyMg==</additional-data></continue>",
        "<iq type='set'><query xmlns='jabber:iq:auth'><username>visible</username><password>hunter2</password></query></iq>",
        "<iq type='set'><query xmlns='jabber:iq:auth'><username>visible</username><digest>hunter2</digest></query></iq>",
        "<iq type='set'><query xmlns='jabber:iq:register'><username>visible</username><password>hunter2</password>"
        "</query></iq>",
        "<iq type='set'><query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field var='username'>"
        "<value>visible</value></field><field var='password'><value>hunter2</value></field></x></query></iq>",
        "<iq type='result'><x xmlns='jabber:x:data' type='form'><field var='x' type='text-private'><value>hunter2"
        "</value></field><field var='visible'/></x></iq>",
        "<iq type='set'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'>"
        "<field var='muc#roomconfig_roomsecret'><value>hunter2</value></field><field var='visible'/></x></query></iq>",
        "<presence to='room@visible/nick'><x xmlns='http://jabber.org/protocol/muc'><password>hunter2</password></x>"
        "</presence>",
        /* Bookmarks, of all three ages. */
        "<iq type='set'><pubsub xmlns='http://jabber.org/protocol/pubsub'><publish node='urn:xmpp:bookmarks:1'><item "
        "id='room@visible'><conference xmlns='urn:xmpp:bookmarks:1'><nick>visible</nick><password>hunter2</password>"
        "</conference></item></publish></pubsub></iq>",
        "<iq type='result'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='storage:bookmarks'><item>"
        "<storage xmlns='storage:bookmarks'><conference jid='room@visible'><password>hunter2</password></conference>"
        "</storage></item></items></pubsub></iq>",
        "<iq type='set'><query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'><conference jid='visible'>"
        "<password>hunter2</password></conference></storage></query></iq>",
        "<message><x xmlns='jabber:x:conference' jid='room@visible' password='hunter2'/></message>",
        "<message><x xmlns='http://jabber.org/protocol/muc#user'><invite from='visible'/><password>hunter2</password></x>"
        "</message>",
        "<iq type='result'><slot xmlns='urn:xmpp:http:upload:0'><put url='https://visible/'><header "
        "name='Authorization'>hunter2</header></put></slot></iq>",
        "<iq type='result'><services xmlns='urn:xmpp:extdisco:2'><service host='visible' password='hunter2'/></services>"
        "</iq>",
        /* In whatever shape. */
        "<message id='visible'><password><![CDATA[hunter2]]></password></message>",
        "<message id='visible'><password>hun<b/>ter2</password></message>",
        "<message id='visible'><password><b><c>hunter2</c></b></password></message>",
        "<message id='visible'><PassWord>hunter2</PassWord></message>",
        "<message id='visible'><p:password xmlns:p='urn:x'>hunter2</p:password></message>",
        "<message id='visible'><password>h&#117;nter2</password></message>",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(elements); i++) {
        g_autofree char *shown = show(elements[i]);
        if (strstr(shown, "hunter2") || strstr(shown, "ter2") || strstr(shown, "aHVudGVyMg") || !strstr(shown, "…") ||
            !strstr(shown, "visible"))
            g_error("%s is shown as %s", elements[i], shown);
    }
}

static void
test_all_else_stays(void)
{
    static const char *const elements[] = {
        "<message to=\"bob@example.org\"><body>my password is &lt;x&gt; &amp; hunter2</body></message>",
        "<iq id=\"1\"/>",
        "<presence><show>away</show><priority>5</priority></presence>",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(elements); i++) {
        g_autofree char *shown = show(elements[i]);
        g_autofree char *plain = g_strdup(shown);
        char *ns = strstr(plain, " xmlns=\"jabber:client\"");
        if (ns)
            memmove(ns, ns + strlen(" xmlns=\"jabber:client\""), strlen(ns + strlen(" xmlns=\"jabber:client\"")) + 1);
        g_assert_cmpstr(plain, ==, elements[i]);
    }
}

static void
assert_refused(const char *xml)
{
    xmpp_ctx_t *ctx = xmpp_ctx_new(NULL, NULL);
    g_autoptr(GError) error = NULL;
    if (stanza_from_user(ctx, xml, &error))
        g_error("taken: %s", xml);
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
    xmpp_ctx_free(ctx);
}

/* What would end the stream, or be more than one thing, never gets there. */
static void
test_from_user(void) /* I7 */
{
    static const char *const refused[] = {
        "",
        "hello",
        "<message>",
        "</stream>",
        "</stream><stream><message/>",
        "<message/></stream:stream>",
        "<message/><message/>",
        "<message/>text",
        "text<message/>",
        "<message><body>a</message></body>",
        "<message a='1' a='2'/>",
        "<message><!-- x --></message>",
        "<!DOCTYPE x><message/>",
        "<?xml version='1.0'?><message/>",
        "<message><body>\xFF</body></message>",
        "<message><body>&#0;</body></message>",
        "<stream:error/>",
        "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
        "<r xmlns='urn:xmpp:sm:3'/>",
        "<message xmlns='jabber:server'/>",
        "<x:message/>",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++)
        assert_refused(refused[i]);
    g_autoptr(GString) nested = g_string_new("<message>");
    for (guint i = 0; i < 400; i++)
        g_string_append(nested, "<a>");
    for (guint i = 0; i < 400; i++)
        g_string_append(nested, "</a>");
    g_string_append(nested, "</message>");
    assert_refused(nested->str);
    g_autofree char *large = g_strnfill(1024 * 1024, 'x');
    g_autofree char *stanza = g_strdup_printf("<message><body>%s</body></message>", large);
    assert_refused(stanza);
}

/* --- the tap --- */

static void
on_tap(XmppStream *stream, bool outgoing, xmpp_stanza_t *element, const char *xml, gpointer data)
{
    g_ptr_array_add(data, g_strdup_printf("%s%s %s", outgoing ? ">" : "<", element ? "" : "?", xml));
}

/* What goes and what comes, each once; nothing when it is off. */
static void
test_tap(void)
{
    StreamFixture fixture;
    g_autoptr(GPtrArray) seen = g_ptr_array_new_with_free_func(g_free);
    fixture_init_online(&fixture);
    stream_set_tap(fixture.stream, on_tap, seen);
    fixture_feed(&fixture, "<message from='a@b/c'><x xmlns='jabber:x:conference' password='hunter2'/></message>");
    g_assert_cmpuint(seen->len, ==, 1);
    assert_has((const char *) seen->pdata[0], "< <message ");
    assert_has((const char *) seen->pdata[0], "password=\"…\"");
    xmpp_stanza_t *presence = stanza_new(stream_ctx(fixture.stream), "presence", NULL);
    g_assert_true(stream_send(fixture.stream, presence));
    g_assert_cmpuint(seen->len, ==, 2);
    assert_has((const char *) seen->pdata[1], "> <presence");
    stream_set_tap(fixture.stream, NULL, NULL);
    fixture_feed(&fixture, "<message from='a@b/c'><body>x</body></message>");
    g_assert_cmpuint(seen->len, ==, 2);
    stream_set_tap(fixture.stream, on_tap, seen);
    stream_disconnect(fixture.stream, "bye");
    g_assert_cmpuint(seen->len, ==, 4);
    assert_has((const char *) seen->pdata[2], "unavailable");
    g_assert_cmpstr(seen->pdata[3], ==, ">? </stream:stream>");
    fixture_clear(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/xml-redact/secrets", test_secrets);
    g_test_add_func("/xmpp/xml-redact/all-else-stays", test_all_else_stays);
    g_test_add_func("/xmpp/xml-redact/from-user", test_from_user);
    g_test_add_func("/xmpp/xml-redact/tap", test_tap);
    return g_test_run();
}

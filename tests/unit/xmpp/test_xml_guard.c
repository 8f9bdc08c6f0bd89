/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xml_guard.h"

#include <string.h>

#define HEADER "<?xml version='1.0'?><stream:stream xmlns='jabber:client' from='a>b' id=\"'>/\">"

/* Feeds all in pieces of this size, like turns that never run out of time. */
static XmlGuardVerdict
feed(XmlGuard *guard, const char *xml, gsize length, gsize piece)
{
    gsize done = 0;

    while (done < length && guard->verdict == XML_GUARD_OK) {
        xml_guard_next_turn(guard);
        const gsize passed = xml_guard_feed(guard, xml + done, MIN(piece, length - done));
        g_assert_true(passed > 0 || guard->verdict != XML_GUARD_OK); /* each turn gets on */
        done += passed;
    }
    return guard->verdict;
}

/* The verdict must not depend on where the pieces end. */
static void
check_from(const char *xml, gsize length, XmlGuardVerdict verdict)
{
    for (gsize piece = 1; piece < 8; piece++) {
        XmlGuard guard;
        xml_guard_init(&guard, 1000);
        g_assert_cmpint(feed(&guard, xml, length, piece), ==, verdict);
    }
    XmlGuard guard;
    xml_guard_init(&guard, 1000);
    g_assert_cmpint(feed(&guard, xml, length, G_MAXSIZE), ==, verdict);
}

static void
check(const char *xml, XmlGuardVerdict verdict)
{
    check_from(xml, strlen(xml), verdict);
}

static void
test_allowed(void)
{
    static const char *const fine[] = {
        HEADER,
        "<stream:stream xmlns='jabber:client'>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='yes' ?><stream:stream>",
        HEADER "<message><body>x</body></message>",
        HEADER " \n <a/><b x='1' />  <c>text > text</c><d\n/><e\t></e >",
        HEADER "<a b='<!DOCTYPE' c=\"<?xml <!-- \" d='&lt;'/>",
        HEADER "<a><![CDATA[<!DOCTYPE <?xml ]] ]> ]]]></a><b><![CDATA[]]></b>",
        HEADER "<a>]]&gt; ! ? <b/>!?</a>",
        HEADER "<a/></stream:stream>",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(fine); i++)
        check(fine[i], XML_GUARD_OK);
}

/* I7: RFC 6120 §11.1 */
static void
test_restricted(void)
{
    static const char *const bad[] = {
        "<!DOCTYPE stream [<!ENTITY a 'b'>]><stream:stream>",
        "<?xml version='1.0'?><!DOCTYPE stream SYSTEM 'http://evil.example/x.dtd'><stream:stream>",
        " <?xml version='1.0'?><stream:stream>",
        "<?xml-stylesheet href='x'?><stream:stream>",
        "<?php evil ?><stream:stream>",
        "<?xml version='1.0'?><?xml version='1.0'?><stream:stream>",
        "<?xml version='1.0'                                                                                          "
        "                                                   ?><stream:stream>",
        "<?xml version='1.0'><stream:stream>",
        "<!-- comment --><stream:stream>",
        HEADER "<!-- comment -->",
        HEADER "<!DOCTYPE x [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;'>]>",
        HEADER "<?xml version='1.0'?>",
        HEADER "<?target data?>",
        HEADER "<![CDATA[outside of a stanza]]>",
        HEADER "<a><!ELEMENT x ANY></a>",
        HEADER "<a><![cdata[x]]></a>",
        HEADER "<a><![INCLUDE[x]]></a>",
        HEADER "<a><!></a>",
        HEADER "<a><?pi?></a>",
        HEADER "<a><!-- x --></a>",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        check(bad[i], XML_GUARD_RESTRICTED);
}

static void
test_encodings(void)
{
    static const char utf16[] = "\xff\xfe<\0s\0t\0r\0e\0a\0m\0>";
    static const char nul[] = HEADER "<a>\0</a>";

    check("<?xml version='1.0' encoding='ISO-8859-1'?><stream:stream>", XML_GUARD_ENCODING);
    check("<?xml version='1.0' encoding='UTF-16'?><stream:stream>", XML_GUARD_ENCODING);
    check("<?xml version='1.0' ENCODING='utf-7'?><stream:stream>", XML_GUARD_ENCODING);
    check_from(utf16, sizeof utf16 - 1, XML_GUARD_ENCODING);
    check_from(nul, sizeof nul - 1, XML_GUARD_ENCODING);
}

/* I7 */
static void
test_depth(void)
{
    for (guint depth = 255; depth < 260; depth++) {
        XmlGuard guard;
        GString *xml = g_string_new(HEADER);
        for (guint i = 0; i < depth; i++)
            g_string_append(xml, i % 2 ? "<a>" : "<a b='/'>");
        xml_guard_init(&guard, 0);
        g_assert_cmpint(feed(&guard, xml->str, xml->len, G_MAXSIZE), ==,
                        depth <= 256 ? XML_GUARD_OK : XML_GUARD_TOO_DEEP);
        g_string_free(xml, TRUE);
    }
    /* siblings are not depth */
    XmlGuard guard;
    GString *xml = g_string_new(HEADER "<a>");
    for (guint i = 0; i < 1000; i++)
        g_string_append(xml, "<b><c/></b>");
    g_string_append(xml, "</a>");
    xml_guard_init(&guard, 0);
    g_assert_cmpint(feed(&guard, xml->str, xml->len, G_MAXSIZE), ==, XML_GUARD_OK);
    g_assert_true(xml_guard_is_between(&guard));
    g_string_free(xml, TRUE);
}

/* I9: the limit is for one stanza, in whatever part of it the bytes are. */
static void
test_size(void)
{
    static const char *const shapes[][2] = {
        { "<m><b>", "</b></m>" },      { "<m b='", "'/>" }, { "<m ", " />" }, { "<", "/>" },
        { "<m><![CDATA[", "]]></m>" }, { "<m></m ", ">" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        for (guint large = 0; large < 2; large++) {
            XmlGuard guard;
            const gsize frame = strlen(shapes[i][0]) + strlen(shapes[i][1]);
            g_autofree char *filling =
                g_strnfill(5000 - frame + large * 3, strcmp(shapes[i][0], "<") ? ' ' : 'x');
            g_autofree char *xml = g_strconcat(shapes[i][0], filling, shapes[i][1], NULL);
            xml_guard_init(&guard, 5000);
            g_assert_cmpint(feed(&guard, HEADER, strlen(HEADER), 7), ==, XML_GUARD_OK);
            for (guint n = 0; n < 10 && !large; n++)
                g_assert_cmpint(feed(&guard, xml, strlen(xml), 1000), ==, XML_GUARD_OK);
            if (large)
                g_assert_cmpint(feed(&guard, xml, strlen(xml), 1000), ==, XML_GUARD_TOO_LARGE);
        }
    }
    /* spaces between stanzas keep connections alive for years */
    XmlGuard guard;
    g_autofree char *spaces = g_strnfill(100000, ' ');
    xml_guard_init(&guard, 5000);
    feed(&guard, HEADER, strlen(HEADER), 100);
    g_assert_cmpint(feed(&guard, spaces, 100000, 4096), ==, XML_GUARD_OK);
    /* a start tag of the stream that never ends */
    g_autofree char *endless = g_strconcat("<stream:stream x='", spaces, NULL);
    xml_guard_init(&guard, 5000);
    g_assert_cmpint(feed(&guard, endless, strlen(endless), 4096), ==, XML_GUARD_TOO_LARGE);
}

/* I9: libstrophe's table of attributes is a list. */
static void
test_attributes(void)
{
    for (guint count = 127; count < 131; count++) {
        XmlGuard guard;
        GString *xml = g_string_new(HEADER "<a");
        for (guint i = 0; i < count; i++)
            g_string_append_printf(xml, " a%u='x'", i);
        g_string_append(xml, "/>");
        xml_guard_init(&guard, 0);
        g_assert_cmpint(feed(&guard, xml->str, xml->len, 4096), ==,
                        count <= 128 ? XML_GUARD_OK : XML_GUARD_TOO_COSTLY);
        g_string_free(xml, TRUE);
    }
}

/* I5, I9: a tree that costs libstrophe quadratic time is passed in slices, and refused in the end.
 */
static void
test_cost(void)
{
    static const char *const shapes[] = { "<a/>", "\n", "&amp;" };

    for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
        XmlGuard guard;
        guint turns = 0;
        gsize done = 0;
        GString *xml = g_string_new(HEADER "<m><b>");
        for (guint n = 0; n < 200000; n++)
            g_string_append(xml, shapes[i]);
        xml_guard_init(&guard, 0);
        while (done < xml->len && guard.verdict == XML_GUARD_OK) {
            xml_guard_next_turn(&guard);
            done += xml_guard_feed(&guard, xml->str + done, xml->len - done);
            g_assert_cmpuint(guard.turn_cost, <, 6 * 1000 * 1000); /* ns a turn */
            turns++;
        }
        g_assert_cmpuint(turns, >, 10);
        g_string_free(xml, TRUE);
    }
    XmlGuard guard;
    GString *xml = g_string_new(HEADER "<m>");
    for (guint n = 0; n < 900000; n++)
        g_string_append(xml, "<a/>");
    xml_guard_init(&guard, 0);
    g_assert_cmpint(feed(&guard, xml->str, xml->len, 65536), ==, XML_GUARD_TOO_COSTLY);
    g_string_free(xml, TRUE);
}

/* Ten thousand contacts, and a long text, are nothing unusual. */
static void
test_usual_cost(void)
{
    XmlGuard guard;
    GString *xml = g_string_new(HEADER "<iq><query>");

    for (guint i = 0; i < 10000; i++)
        g_string_append_printf(
            xml, "<item jid='c%u@example.org' subscription='both'><group>x</group></item>", i);
    g_string_append(xml, "</query></iq>");
    xml_guard_init(&guard, 0);
    g_assert_cmpint(feed(&guard, xml->str, xml->len, 65536), ==, XML_GUARD_OK);
    g_string_free(xml, TRUE);
}

static void
test_restart(void)
{
    XmlGuard guard;

    xml_guard_init(&guard, 0);
    g_assert_false(xml_guard_is_between(&guard));
    feed(&guard, HEADER "<features/>", strlen(HEADER "<features/>"), 3);
    g_assert_true(xml_guard_is_between(&guard));
    xml_guard_restart(&guard);
    g_assert_cmpint(feed(&guard, HEADER "<a>", strlen(HEADER "<a>"), 5), ==, XML_GUARD_OK);
    g_assert_false(xml_guard_is_between(&guard));
    g_assert_false(xml_guard_is_closed(&guard));
    feed(&guard, "</a></stream:stream>", 20, 20);
    g_assert_true(xml_guard_is_closed(&guard));
    /* a verdict stays */
    xml_guard_init(&guard, 0);
    feed(&guard, "<!DOCTYPE", 9, 9);
    xml_guard_restart(&guard);
    g_assert_cmpint(guard.verdict, ==, XML_GUARD_RESTRICTED);
    g_assert_cmpuint(xml_guard_feed(&guard, "<a>", 3), ==, 0);
}

static void
test_words(void)
{
    g_assert_cmpstr(xml_guard_condition(XML_GUARD_RESTRICTED), ==, "restricted-xml");
    g_assert_cmpstr(xml_guard_condition(XML_GUARD_TOO_LARGE), ==, "policy-violation");
    for (int verdict = XML_GUARD_RESTRICTED; verdict <= XML_GUARD_TOO_COSTLY; verdict++)
        g_assert_cmpstr(xml_guard_words((XmlGuardVerdict) verdict), !=, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/xml-guard/allowed", test_allowed);
    g_test_add_func("/xmpp/xml-guard/restricted", test_restricted);
    g_test_add_func("/xmpp/xml-guard/encodings", test_encodings);
    g_test_add_func("/xmpp/xml-guard/depth", test_depth);
    g_test_add_func("/xmpp/xml-guard/size", test_size);
    g_test_add_func("/xmpp/xml-guard/attributes", test_attributes);
    g_test_add_func("/xmpp/xml-guard/cost", test_cost);
    g_test_add_func("/xmpp/xml-guard/usual-cost", test_usual_cost);
    g_test_add_func("/xmpp/xml-guard/restart", test_restart);
    g_test_add_func("/xmpp/xml-guard/words", test_words);
    return g_test_run();
}

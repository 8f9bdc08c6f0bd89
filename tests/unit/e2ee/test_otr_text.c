/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/otr_text.h"

#include <string.h>

/* What programs that write HTML mean by it. */
static void
test_from_markup(void)
{
    static const struct {
        const char *markup, *text;
    } cases[] = {
        { "a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos;", "a <b> & \"c\" 'd'" },
        { "&#39;x&#x27; &#8364; &#x1F98A;", "'x' € 🦊" },
        { "a&nbsp;b", "a b" },
        { "Hey Bob<br /><br>I really love<BR/>lines", "Hey Bob\n\nI really love\nlines" },
        { "<FONT COLOR=\"#ff0000\"><b>bold</b> and <i>not</i></FONT>", "bold and not" },
        { "see <a href=\"https://example.org/?a=1\">this</a>", "see this (https://example.org/?a=1)" },
        { "<a href=\"https://example.org\">https://example.org</a>", "https://example.org" },
        { "<A HREF='https://example.org/?a=1&amp;b=2'>https://example.org/?a=1&amp;b=2</A>", "https://example.org/?a=1&b=2" },
        { "<a href=\"https://example.org/?a=1&b=2&lt\">x</a>", "x (https://example.org/?a=1&b=2&lt)" },
        { "<a title=\"x\" href=\"//good\">a</a> <a data-href=\"//bad\">b</a>", "a (//good) b" },
        { "<a href=\"//never\">closed", "closed (//never)" },
        { "<a href=\"//1\">one<a href=\"//2\">two</a></a>", "one (//1)two (//2)" },
        { "<a href=\"//open>x</a>", "x" },
        { "<a href=\"\"></a>", "" },
        { "two &nbsp;spaces", "two  spaces" },
        { "raw\nline<br>feeds", "raw\nline\nfeeds" },
        { "&amp;lt;", "&lt;" }, /* once, not twice */
        { "&lt;script&gt;", "<script>" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = otr_text_from_markup(cases[i].markup);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

/* What is no HTML stays as it is: code, arrows, hearts, other tags, what XML cannot carry. */
static void
test_untouched(void)
{
    static const char *const texts[] = {
        "",           "plain",         "if (a < b && c > d)", "x <- y",      "<3",
        "a & b",      "R&D",           "&amp; & &lt;",        "&unknown;",   "&;",
        "&#0;",       "&#x110000;",    "&#xd800;",            "&#27;",       "&#;",
        "&#x;",       "<script>x</script>", "<b",             "< b>",        "<b>&</b>",
        "a <foo> b",  "<",             "&",                   "&lt",         "<!-- x -->",
        "<b attr",    "<https://example.org>", "&#xfffe;",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *text = otr_text_from_markup(texts[i]);
        g_assert_cmpstr(text, ==, texts[i]);
    }
}

/* Whatever is said to a program that reads HTML is read as it was said. */
static void
test_round_trip(void)
{
    static const char *const parts[] = { "<", ">", "&", "\"", "'", ";", "lt", "amp", "#", "x41", "b", "/", "br", " ",
                                         "\n", "ü", "🦊", "a href=\"", "&amp;", "&lt;", "<b>", "\t" };
    for (guint round = 0; round < 2000; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        const gint length = g_test_rand_int_range(0, 20);
        for (gint i = 0; i < length; i++)
            g_string_append(text, parts[g_test_rand_int_range(0, G_N_ELEMENTS(parts))]);
        g_autofree char *markup = otr_text_to_markup(text->str);
        g_autofree char *back = otr_text_from_markup(markup);
        g_assert_cmpstr(back, ==, text->str);
    }
}

/* A character of any plane, the common ones more often. */
static gunichar
random_character(void)
{
    static const gint ends[] = { 0x80, 0x800, 0x10000, 0x110000 };
    gunichar character;
    do
        character = (gunichar) g_test_rand_int_range(1, ends[g_test_rand_int_range(0, G_N_ELEMENTS(ends))]);
    while (!g_unichar_validate(character));
    return character;
}

/* The same with any text: programs that read HTML see no mark of ours in it, and no tag of the user's. */
static void
test_round_trip_any(void)
{
    for (guint round = 0; round < 5000; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        const gint length = g_test_rand_int_range(0, 40);
        for (gint i = 0; i < length; i++)
            g_string_append_unichar(text, random_character());
        g_autofree char *markup = otr_text_to_markup(text->str);
        g_assert_null(strpbrk(markup, "<>\""));
        g_autofree char *back = otr_text_from_markup(markup);
        g_assert_cmpstr(back, ==, text->str);
    }
}

/* I12: what is inside can hold anything, and is text like any other afterwards. */
static void
test_from_bytes(void)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        { "", "" },
        { "x\ty\nz", "x\ty\nz" },
        { "one\r\ntwo\rthree\r", "one\ntwo\nthree\n" },
        { "\033[2Jü\a\x7f", "\ufffd[2Jü\ufffd\x7f" },
        { "\xff<\xc3", "\ufffd<\ufffd" },
        { "\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd", "\ufffd\ufffd\ufffd" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = otr_text_from_bytes(cases[i].bytes);
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

/* I9: long texts of one thing do not take long; the work grows with the length: squared it would be minutes. */
static void
test_long(void)
{
    static const char *const fills[] = { "&", "<", "<a", "&#", "&lt;", "<b>", "</", "&a", "<a href=\"",
                                         "<a href='x'>", "<a href=\"y&amp;\">z</a>", "</a>", "<br/>", "<b a=&amp;>",
                                         "&#000000001;", ";", "& ", "<p  " };
    for (gsize i = 0; i < G_N_ELEMENTS(fills); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        while (text->len < 256 * 1024)
            g_string_append(text, fills[i]);
        g_autofree char *out = otr_text_from_markup(text->str);
        g_assert_cmpuint(strlen(out), <=, text->len);
        g_assert_true(g_utf8_validate(out, -1, NULL));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/otr-text/from-markup", test_from_markup);
    g_test_add_func("/otr-text/untouched", test_untouched);
    g_test_add_func("/otr-text/round-trip", test_round_trip);
    g_test_add_func("/otr-text/round-trip-any", test_round_trip_any);
    g_test_add_func("/otr-text/from-bytes", test_from_bytes);
    g_test_add_func("/otr-text/long", test_long);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <string.h>

static void
assert_clean(const char *text, gssize length, TextCleanFlags flags, const char *expected)
{
    g_autofree char *result = text_clean(text, length, flags);
    g_assert_cmpstr(result, ==, expected);
    const gsize size = length < 0 ? strlen(text) : (gsize) length;
    const bool same = strlen(expected) == size && memcmp(text, expected, size) == 0;
    g_assert_true(text_is_clean(text, length, flags) == same);
    /* What is clean stays clean. */
    g_assert_true(text_is_clean(result, -1, flags));
    g_assert_true(g_utf8_validate(result, -1, NULL));
}

static void
assert_kept(const char *text, TextCleanFlags flags)
{
    assert_clean(text, -1, flags, text);
}

/* I12 */
static void
test_clean_controls(void)
{
    assert_kept("", TEXT_LINE);
    assert_kept("plain text, 100% {of} it ~", TEXT_STRICT);
    assert_clean("a\x1B[31mred\x1B[0m", -1, TEXT_LINE, "a^[[31mred^[[0m");
    assert_clean("\x1B]0;title\x07", -1, TEXT_LINES, "^[]0;title^G");
    assert_clean("\x1B]52;c;cm0gLXJmCg==\x1B\\", -1, TEXT_LINES, "^[]52;c;cm0gLXJmCg==^[\\");
    assert_clean("\x1BP+q\x1B\\ \x1B_x", -1, TEXT_LINE, "^[P+q^[\\ ^[_x");
    assert_clean("\x7F", -1, TEXT_LINE, "^?");
    assert_clean("a\0b", 3, TEXT_LINE, "a^@b");
    assert_clean("\xC2\x9B" "31m", -1, TEXT_LINE, "<U+009B>31m"); /* C1 CSI */
    assert_clean("\xC2\x85\xC2\x90", -1, TEXT_LINES, "<U+0085><U+0090>");
    assert_clean("\x0E\x0F\x08", -1, TEXT_LINE, "^N^O^H");
    for (int c = 1; c < 0x20; c++) {
        const char text[] = { (char) c, '\0' };
        const char expected[] = { '^', (char) (c + 0x40), '\0' };
        assert_clean(text, -1, TEXT_LINE, expected);
    }
}

static void
test_clean_lines(void)
{
    assert_clean("a\nb\tc", -1, TEXT_LINE, "a^Jb^Ic");
    assert_kept("a\nb", TEXT_LINES);
    assert_clean("a\r\nb\rc\r\r\n", -1, TEXT_LINES, "a\nb\nc\n\n");
    assert_clean("a\r\nb", -1, TEXT_LINE, "a^M^Jb");
    assert_clean("a\tb", -1, TEXT_LINES, "a^Ib");
    assert_kept("a\tb\n", TEXT_LINES | TEXT_TABS);
    assert_clean("a\u2028b\u2029c", -1, TEXT_LINES, "a<U+2028>b<U+2029>c");
}

static void
test_clean_invalid(void)
{
    assert_clean("a\xFF" "b", -1, TEXT_LINE, "a\uFFFDb");
    assert_clean("\xC0\xAF", -1, TEXT_LINE, "\uFFFD\uFFFD");             /* overlong slash */
    assert_clean("\xE0\x9B\x9B", -1, TEXT_LINE, "\uFFFD");               /* overlong */
    assert_clean("\xC1\x9B", -1, TEXT_LINE, "\uFFFD\uFFFD");             /* overlong ESC */
    assert_clean("\xED\xA0\x80", -1, TEXT_LINE, "\uFFFD");               /* surrogate */
    assert_clean("\xF4\x90\x80\x80", -1, TEXT_LINE, "\uFFFD");           /* past the last character */
    assert_clean("\xE2\x82", -1, TEXT_LINE, "\uFFFD");                   /* truncated: one character was meant */
    assert_clean("\xE2\x82X", -1, TEXT_LINE, "\uFFFDX");
    assert_clean("\xF0\x9F\x98", -1, TEXT_LINE, "\uFFFD");
    assert_clean("\x80", -1, TEXT_LINE, "\uFFFD");
    assert_clean("\u20AC", 2, TEXT_LINE, "\uFFFD"); /* never reads past the length */
    /* A broken sequence never swallows what follows it. */
    assert_clean("\xE2\x1B\x82", -1, TEXT_LINE, "\uFFFD^[\uFFFD");
    assert_clean("\xF0\x9F\x1B\x80", -1, TEXT_LINE, "\uFFFD^[\uFFFD");
    assert_clean("\xF0\x9F\x98\x1B", -1, TEXT_LINE, "\uFFFD^[");
    assert_clean("\xF8\x88\x80\x80\x80", -1, TEXT_LINE, "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
}

/* I20 */
static void
test_clean_bidi(void)
{
    assert_clean("a\u202Egpj.exe", -1, TEXT_LINES, "a<U+202E>gpj.exe");
    static const gunichar controls[] = { 0x202A, 0x202B, 0x202C, 0x202D, 0x2066, 0x2067,
                                         0x2068, 0x2069, 0x200E, 0x200F, 0x061C };
    for (gsize i = 0; i < G_N_ELEMENTS(controls); i++) {
        char text[8] = "";
        g_unichar_to_utf8(controls[i], text);
        g_autofree char *expected = g_strdup_printf("<U+%04X>", controls[i]);
        assert_clean(text, -1, TEXT_LINES, expected);
    }
    assert_kept("\u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627", TEXT_STRICT);
}

static void
test_clean_tags_and_specials(void)
{
    assert_clean("hi\U000E0068\U000E0069", -1, TEXT_LINES, "hi<U+E0068><U+E0069>");
    /* The flag of Scotland is one emoji; broken off, its tags are hidden text. */
    assert_kept("\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", TEXT_STRICT);
    assert_clean("\U0001F3F4\U000E0067\U000E0062", -1, TEXT_LINES, "\U0001F3F4<U+E0067><U+E0062>");
    assert_clean("\U0001F3F4\U000E007F", -1, TEXT_LINES, "\U0001F3F4<U+E007F>");
    assert_clean("x\uFFF9y\uFFFAz\uFFFB", -1, TEXT_LINES, "x<U+FFF9>y<U+FFFA>z<U+FFFB>");
    assert_clean("\uFFFE\uFFF0\uFDD0\U0001FFFF", -1, TEXT_LINES, "<U+FFFE><U+FFF0><U+FDD0><U+1FFFF>");
    assert_kept("\uFFFD\uFFFC", TEXT_LINES);
}

static void
test_clean_strict(void) /* I20 */
{
    assert_clean("al\u200Bice", -1, TEXT_STRICT, "al<U+200B>ice");
    assert_kept("al\u200Bice", TEXT_LINES);
    assert_clean("ali\u00ADce\uFEFF\u2060\u034F", -1, TEXT_STRICT, "ali<U+00AD>ce<U+FEFF><U+2060><U+034F>");
    assert_clean("\u3164\u115F\uFFA0\u2800", -1, TEXT_STRICT, "<U+3164><U+115F><U+FFA0><U+2800>");
    assert_clean("a\u00A0b\u2003c", -1, TEXT_STRICT, "a<U+00A0>b<U+2003>c");
    assert_clean("a\u200Db", -1, TEXT_STRICT, "a<U+200D>b");
    assert_clean("a\uFE0F", -1, TEXT_STRICT, "a<U+FE0F>");
    assert_clean("1\uFE0F", -1, TEXT_STRICT, "1<U+FE0F>");
    assert_clean("\U000E0100", -1, TEXT_STRICT, "<U+E0100>");
    /* What belongs to emoji and to scripts stays. */
    assert_kept("\u2764\uFE0F 1\uFE0F\u20E3", TEXT_STRICT);
    assert_kept("\U0001F468\u200D\U0001F469\u200D\U0001F467", TEXT_STRICT);
    assert_kept("\U0001F3F3\uFE0F\u200D\U0001F308", TEXT_STRICT);
    assert_kept("\U0001F469\U0001F3FD\u200D\U0001F4BB", TEXT_STRICT);
    assert_kept("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", TEXT_STRICT); /* Persian */
    assert_kept("\u0915\u094D\u200D\u0937", TEXT_STRICT);                           /* Devanagari */
    assert_kept("\u5C71\u7530\u3000\u592A\u90CE", TEXT_STRICT);
    assert_clean("\U0001F468\u200D", -1, TEXT_STRICT, "\U0001F468<U+200D>");
}

/* Columns as modern terminals and the Unicode standard have them. */
static void
test_columns(void)
{
    static const struct {
        const char *text;
        int columns;
    } cases[] = {
        { "", 0 },
        { "abc", 3 },
        { "\u00E9", 1 },
        { "e\u0301", 1 },
        { "\u4F60\u597D", 4 },                                   /* Chinese */
        { "\uD55C\uAE00", 4 },                                   /* Hangul syllables */
        { "\u1112\u1161\u11AB", 2 },                             /* the same by jamo */
        { "\uFF21", 2 },                                         /* fullwidth */
        { "\uFF76", 1 },                                         /* halfwidth */
        { "\u0645\u0631\u062D\u0628\u0627", 5 },                 /* Arabic */
        { "\u0645\u064F", 1 },                                   /* with a vowel sign */
        { "\u0928\u092E\u0938\u094D\u0924\u0947", 4 },           /* Devanagari: na ma sa+virama ta+e */
        { "\u0E01\u0E33", 2 },                                   /* Thai sara am */
        { "\U0001F600", 2 },
        { "\u2764", 1 },                                         /* text by default, */
        { "\u2764\uFE0F", 2 },                                   /* as an emoji */
        { "\u261D\U0001F3FD", 2 },                               /* with a skin tone */
        { "\U0001F44D\U0001F3FD", 2 },
        { "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466", 2 },
        { "\U0001F3F3\uFE0F\u200D\U0001F308", 2 },               /* rainbow flag */
        { "\U0001F1E9\U0001F1EA", 2 },                           /* DE */
        { "\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", 4 },       /* DE FR */
        { "\U0001F1E9\U0001F1EA\U0001F1EB", 3 },                 /* a lone half is one */
        { "1\uFE0F\u20E3", 2 },                                  /* keycap */
        { "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", 2 },
        { "\u0301", 1 },                                         /* a mark alone */
        { "a\u200Bb", 2 },
        { "\u00A9", 1 },
        { "\u00A9\uFE0F", 2 },
        { "\U0001FA77", 2 },                                     /* newer than the tables */
        { "\u2500\u2502", 2 },                                   /* box drawing: ambiguous is narrow */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const int columns = text_columns(cases[i].text, -1);
        if (columns != cases[i].columns)
            g_test_message("case %" G_GSIZE_FORMAT ": %s", i, cases[i].text);
        g_assert_cmpint(columns, ==, cases[i].columns);
    }
}

/* `text` has its clusters separated by "|". */
static void
assert_clusters(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "|", -1);
    g_autofree char *joined = g_strjoinv("", parts);
    const gsize length = strlen(joined);
    gsize offset = 0;
    for (guint i = 0; parts[i] != NULL; i++) {
        int columns;
        const gsize size = text_next_cluster(joined + offset, length - offset, &columns);
        g_assert_cmpuint(size, ==, strlen(parts[i]));
        g_assert_cmpuint(text_previous_cluster(joined, offset + size), ==, offset);
        offset += size;
    }
    int columns = -1;
    g_assert_cmpuint(text_next_cluster(joined + offset, length - offset, &columns), ==, 0);
    g_assert_cmpint(columns, ==, 0);
    g_assert_cmpuint(offset, ==, length);
    g_assert_cmpuint(text_previous_cluster(joined, 0), ==, 0);
}

/* From GraphemeBreakTest.txt of the standard, and real text. */
static void
test_clusters(void)
{
    assert_clusters("a|b|c");
    assert_clusters("a\u0308|b");
    assert_clusters("a|\r\n|b");
    assert_clusters("\r|a|\n|\u0308");
    assert_clusters("\u1100\u1160|\u1100");
    assert_clusters("\uAC00\u11A8|\u1100");
    assert_clusters("\uAC01\u11A8|\u1100");
    assert_clusters("\U0001F1E6\U0001F1E7|\U0001F1E8|b");
    assert_clusters("a|\U0001F1E6\U0001F1E7|\U0001F1E8|b");
    assert_clusters("a|\U0001F1E6\U0001F1E7\u200D|\U0001F1E8|b");
    assert_clusters("a|\U0001F1E6\u200D|\U0001F1E7\U0001F1E8|b");
    assert_clusters("a|\U0001F1E6\U0001F1E7|\U0001F1E8\U0001F1E9|b");
    assert_clusters("a\u200D|b");
    assert_clusters("a\u0903|b");
    assert_clusters("a|\u0600b");
    assert_clusters("\U0001F476\U0001F3FF|\U0001F476");
    assert_clusters("a\U0001F3FF|\U0001F476");
    assert_clusters("a\U0001F3FF|\U0001F476\u200D\U0001F6D1");
    assert_clusters("\U0001F476\U0001F3FF\u0308\u200D\U0001F476\U0001F3FF");
    assert_clusters("\U0001F6D1\u200D\U0001F6D1");
    assert_clusters("a\u200D|\U0001F6D1");
    assert_clusters("\u2701\u200D\u2701");
    assert_clusters("\u0915\u093F|\u0916");
}

static void
test_previous_agrees_with_next(void)
{
    static const char *const pieces[] = { "a", "e\u0301", "\u4F60", "\U0001F1E9", "\u200D", "\U0001F468", "\uFE0F",
                                          "\U0001F3FD", "\u1112", "\u1161", "\u0600", "\n", "\u0903", "\u0308" };
    for (int round = 0; round < 500; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int i = 0; i < 30; i++)
            g_string_append(text, pieces[g_test_rand_int_range(0, G_N_ELEMENTS(pieces))]);
        gsize offset = 0;
        while (offset < text->len) {
            int columns;
            const gsize size = text_next_cluster(text->str + offset, text->len - offset, &columns);
            g_assert_cmpuint(size, >, 0);
            g_assert_cmpint(columns, >=, 0);
            g_assert_cmpint(columns, <=, 2);
            g_assert_cmpuint(text_previous_cluster(text->str, offset + size), ==, offset);
            offset += size;
        }
        g_assert_cmpuint(offset, ==, text->len);
    }
}

static void
test_fit(void)
{
    int used;
    g_assert_cmpuint(text_fit("hello", 5, 3, &used), ==, 3);
    g_assert_cmpint(used, ==, 3);
    g_assert_cmpuint(text_fit("\u4F60\u597D", 6, 3, &used), ==, 3);
    g_assert_cmpint(used, ==, 2);
    g_assert_cmpuint(text_fit("\u4F60", 3, 1, NULL), ==, 0);
    g_assert_cmpuint(text_fit("e\u0301x", 4, 1, &used), ==, 3);
    g_assert_cmpuint(text_fit("abc", 3, 0, &used), ==, 0);
    g_assert_cmpuint(text_fit("abc", 3, -5, &used), ==, 0);
    g_assert_cmpuint(text_fit("", 0, 5, &used), ==, 0);
}

static void
assert_ellipsized(const char *text, int columns, const char *expected)
{
    g_autofree char *result = text_ellipsize(text, columns);
    g_assert_cmpstr(result, ==, expected);
}

static void
test_ellipsize(void)
{
    assert_ellipsized("hello", 5, "hello");
    assert_ellipsized("hello", 4, "hel…");
    assert_ellipsized("hello", 1, "…");
    assert_ellipsized("hello", 0, "");
    assert_ellipsized("", 3, "");
    assert_ellipsized("\u4F60\u597D\u554A", 4, "\u4F60…");
    assert_ellipsized("\U0001F468\u200D\U0001F469\u200D\U0001F467 x", 2, "…");
}

static void
test_rtl(void)
{
    g_assert_false(text_has_rtl("hello \u00E9 \u4F60 \U0001F600", 18));
    g_assert_true(text_has_rtl("a\u05D0", 3));
    g_assert_true(text_has_rtl("\u0645", 2));
    g_assert_true(text_has_rtl("\U00010800", 4)); /* Cypriot */
    g_assert_false(text_has_rtl("\u0660", 2));    /* Arabic digits alone are not strong */
    g_assert_false(text_has_rtl("", 0));
}

/* `expected` has the lines separated by "|". */
static void
assert_wrapped(const char *text, int columns, const char *expected)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    const gsize length = strlen(text);
    for (gsize offset = 0; offset < length;) {
        gsize next = 0;
        const gsize size = text_wrap(text + offset, length - offset, columns, &next);
        g_assert_cmpuint(next, >, 0);
        g_assert_cmpuint(size, <=, next);
        if (lines->len > 0 || offset > 0)
            g_string_append_c(lines, '|');
        g_string_append_len(lines, text + offset, (gssize) size);
        offset += next;
    }
    g_assert_cmpstr(lines->str, ==, expected);
}

static void
test_wrap(void)
{
    assert_wrapped("hello world", 20, "hello world");
    assert_wrapped("hello world", 5, "hello|world");
    assert_wrapped("hello world", 8, "hello|world");
    assert_wrapped("hello     world", 8, "hello|world");
    assert_wrapped("hello world ", 5, "hello|world");
    assert_wrapped("a b c d e f", 3, "a b|c d|e f");
    assert_wrapped("or /quit now", 5, "or|/quit|now");
    assert_wrapped("either/or", 8, "either/|or");
    assert_wrapped("abcdefghij", 4, "abcd|efgh|ij");
    assert_wrapped("ab abcdefghij", 4, "ab|abcd|efgh|ij");
    assert_wrapped("one\ntwo three", 5, "one|two|three");
    assert_wrapped("one\n\ntwo", 5, "one||two");
    assert_wrapped("well-known", 6, "well-|known");
    assert_wrapped("(foo) bar", 4, "(foo|)|bar");
    assert_wrapped("see (foo) bar", 8, "see|(foo)|bar");
    assert_wrapped("\u4F60\u597D\u4E16\u754C", 4, "\u4F60\u597D|\u4E16\u754C");
    assert_wrapped("\u4F60\u597D\u3002\u4E16", 4, "\u4F60|\u597D\u3002|\u4E16"); /* a full stop does not start a line */
    assert_wrapped("\u4F60", 1, "\u4F60"); /* wider than the line: still moves on */
    assert_wrapped("abc", 0, "a|b|c");
    assert_wrapped("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", 2, "\U0001F1E9\U0001F1EA|\U0001F1EB\U0001F1F7");
    assert_wrapped("\U0001F468\u200D\U0001F469 \U0001F600", 2, "\U0001F468\u200D\U0001F469|\U0001F600");
    assert_wrapped("a\u00A0b c", 3, "a\u00A0b|c");
    assert_wrapped("   x", 2, "|x");
}

static gint64
time_wrapping(const char *text, gsize length, int columns)
{
    const gint64 start = g_get_monotonic_time();
    for (gsize offset = 0; offset < length;) {
        gsize next;
        text_wrap(text + offset, length - offset, columns, &next);
        offset += next;
    }
    return g_get_monotonic_time() - start;
}

static char *
repeat(const char *piece, gsize size)
{
    GString *text = g_string_sized_new(size + strlen(piece));
    while (text->len < size)
        g_string_append(text, piece);
    return g_string_free(text, FALSE);
}

/* I9: a word of 1 MB, spaces of 1 MB, 1 MB of marks, of flags. Quadratic wrapping would take minutes. */
static void
test_wrap_is_linear(void)
{
    static const char *const pieces[] = { "x", " ", "\u0301", "\U0001F1E9", "\u4F60", "a-", "\n", "x ", "\u200D",
                                          "\U0001F468\u200D" };
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autofree char *text = repeat(pieces[i], 1024 * 1024);
        const gint64 taken = time_wrapping(text, strlen(text), 80);
        g_test_message("1 MB of case %" G_GSIZE_FORMAT ": %" G_GINT64_FORMAT " µs", i, taken);
        g_assert_cmpint(taken, <, 10 * G_USEC_PER_SEC);
    }
}

static void
test_combining_flood(void) /* I9 */
{
    g_autoptr(GString) text = g_string_new("a");
    for (int i = 0; i < 5000; i++)
        g_string_append(text, "\u0301");
    g_string_append_c(text, 'b');
    int columns;
    g_assert_cmpuint(text_next_cluster(text->str, text->len, &columns), ==, text->len - 1);
    g_assert_cmpint(columns, ==, 1);
    g_assert_cmpint(text_columns(text->str, -1), ==, 2);
    g_assert_cmpuint(text_previous_cluster(text->str, text->len - 1), ==, 0);
    g_assert_true(text_is_clean(text->str, -1, TEXT_LINE));
}

static void
assert_folds_equal(const char *a, const char *b)
{
    g_autofree char *folded_a = text_fold(a);
    g_autofree char *folded_b = text_fold(b);
    g_assert_cmpstr(folded_a, ==, folded_b);
}

static void
test_fold(void)
{
    assert_folds_equal("Alice", "aLICE");
    assert_folds_equal("stra\u00DFe", "STRASSE");
    assert_folds_equal("\u00C9", "e\u0301");
    assert_folds_equal("\uFF21", "a");
    assert_folds_equal("\u03A3\u03C2", "\u03C3\u03C3");
    assert_folds_equal("al\u200Bi\u00ADce", "alice");
    assert_folds_equal("\uFB01", "fi");
    assert_folds_equal("\xFF", "\uFFFD");
    g_autofree char *empty = text_fold("");
    g_assert_cmpstr(empty, ==, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/text/clean-controls", test_clean_controls);
    g_test_add_func("/base/text/clean-lines", test_clean_lines);
    g_test_add_func("/base/text/clean-invalid", test_clean_invalid);
    g_test_add_func("/base/text/clean-bidi", test_clean_bidi);
    g_test_add_func("/base/text/clean-tags-and-specials", test_clean_tags_and_specials);
    g_test_add_func("/base/text/clean-strict", test_clean_strict);
    g_test_add_func("/base/text/columns", test_columns);
    g_test_add_func("/base/text/clusters", test_clusters);
    g_test_add_func("/base/text/previous-agrees-with-next", test_previous_agrees_with_next);
    g_test_add_func("/base/text/fit", test_fit);
    g_test_add_func("/base/text/ellipsize", test_ellipsize);
    g_test_add_func("/base/text/rtl", test_rtl);
    g_test_add_func("/base/text/wrap", test_wrap);
    g_test_add_func("/base/text/wrap-is-linear", test_wrap_is_linear);
    g_test_add_func("/base/text/combining-flood", test_combining_flood);
    g_test_add_func("/base/text/fold", test_fold);
    return g_test_run();
}

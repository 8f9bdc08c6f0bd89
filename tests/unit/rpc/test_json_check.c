/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is JSON, and what is only taken for it by some. */
#include "rpc/json_check.h"

#include <string.h>

static void
check(bool expected, const char *text)
{
    /* Nothing may be read behind the end: it is the end of its block. */
    const gsize length = strlen(text);
    g_autofree char *copy = g_memdup2(text, length);
    if (json_check(copy, length, 4) != expected)
        g_error("%s: %s", expected ? "refused" : "accepted", text);
}

static void
test_accepts(void)
{
    static const char *const texts[] = {
        "{}", "[]", " [ ] ", "null", "true", "false", "0", "-0", "12", "-1.5", "1e5", "1E+5", "0.1e-7", "\"\"", "\"a\"",
        "9223372036854775807", "-9223372036854775808", "123456789012345678901.5", "{\"a\":1}", "{\"\":\"\",\"\":[]}",
        "\t{ \"a\" : [ 1 , { \"b\" : null } ] , \"c\" : \"d\" }\r\n", "[[[[]]]]", "[{\"a\":[{}]},{}]",
        "\"\\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u0001\\u20ac \\ud83d\\ude00\"", "\"# // ' \xe2\x82\xac \x7f\"", "[[],[],[[]]]",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        check(true, texts[i]);
}

static void
test_refuses(void)
{
    static const char *const texts[] = {
        "", " ", "{", "}", "[", "]", "{]", "[}", "[1", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "[1,", ",", ":",
        "[1,]", "{\"a\":1,}", "[,1]", "[1 2]", "{\"a\" 1}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "[1]]", "{}}",
        "{}{}", "{} x", "1 2", "nul", "nulll", "True", "NaN", "Infinity", "-", "+1", "01", "-01", ".5", "1.", "1e", "1e+",
        "0x10", "1_000", "--1", "\"", "\"a", "\"\\\"", "\"\\", "\"\\x41\"", "\"\\'\"", "\"\\u12\"", "\"\\u12g4\"", "\"\t\"",
        "\"\n\"", "'a'", "// c\n1", "/* c */ 1", "# c\n1", "\"a\" \"b\"", "[\"a\":1]", "{\"a\"}", "{\"a\",\"b\"}",
        "[[[[[]]]]]", "{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}", "\xef\xbb\xbf{}", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
        /* What json-glib would hold otherwise than it was meant. */
        "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "1e400", "-1e999", "\"a\\u0000b\"",
        "\"\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "{\"\\u0000\":1}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        check(false, texts[i]);
    g_assert_false(json_check("1\0", 2, 4));
    g_assert_false(json_check("\"a\0b\"", 5, 4));
}

/* As deep as wanted, as long as wanted, and no recursion of ours. */
static void
test_is_bounded(void)
{
    enum { MANY = 1000000 };
    g_autofree char *open = g_strnfill(MANY, '[');
    g_autoptr(GString) list = g_string_new("[0");
    g_autoptr(GString) number = g_string_new("1");
    g_assert_false(json_check(open, MANY, JSON_CHECK_DEPTH_MAX));
    g_assert_false(json_check(open, JSON_CHECK_DEPTH_MAX, JSON_CHECK_DEPTH_MAX));
    for (int i = 0; i < MANY; i++)
        g_string_append(list, ",0");
    g_assert_false(json_check(list->str, list->len, 1));
    g_string_append_c(list, ']');
    g_assert_true(json_check(list->str, list->len, 1));
    for (int i = 0; i < MANY; i++)
        g_string_append_c(number, '0');
    g_assert_false(json_check(number->str, number->len, 1));
}

/* Every beginning and every single changed byte of a message is judged without reading beyond it. */
static void
test_survives_changes(void)
{
    static const char text[] = "[{\"jsonrpc\":\"2.0\",\"id\":-1.5e3,\"method\":\"a\\ud83d\\ude00\\n\",\"params\":{\"x\":[true,null]}}]";
    for (gsize length = 0; length < sizeof text - 1; length++) {
        g_autofree char *copy = g_memdup2(text, length);
        g_assert_false(json_check(copy, length, 8));
    }
    for (gsize i = 0; i < sizeof text - 1; i++) {
        for (guint byte = 0; byte < 256; byte++) {
            g_autofree char *copy = g_memdup2(text, sizeof text - 1);
            copy[i] = (char) byte;
            json_check(copy, sizeof text - 1, 8);
        }
    }
    g_assert_true(json_check(text, sizeof text - 1, 8));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rpc/json-check/accepts", test_accepts);
    g_test_add_func("/rpc/json-check/refuses", test_refuses);
    g_test_add_func("/rpc/json-check/is-bounded", test_is_bounded);
    g_test_add_func("/rpc/json-check/survives-changes", test_survives_changes);
    return g_test_run();
}

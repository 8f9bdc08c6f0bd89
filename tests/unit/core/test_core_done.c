/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "core/core_private.h"

/* I12, I20: what is left of texts from elsewhere. */
static void
test_clean(void)
{
    static const struct {
        const char *text, *name, *words;
    } cases[] = {
        { NULL, NULL, NULL },
        { "", NULL, NULL },
        { " \t ", "^I", "^I" },
        { "   ", NULL, NULL },
        { "  Alice  ", "Alice", "Alice" },
        { "a\nb\rc", "a^Jb^Mc", "a^Jb^Mc" },
        { "\x1b]0;title\a", "^[]0;title^G", "^[]0;title^G" },
        { "\xc2\x9b""31m", "<U+009B>31m", "<U+009B>31m" },
        { "\xe2\x80\xaetxt", "<U+202E>txt", "<U+202E>txt" },
        { "a\xe2\x80\x8b""b", "a<U+200B>b", "a\xe2\x80\x8b""b" },
        { "%s%n", "%s%n", "%s%n" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = core_clean_name(cases[i].text);
        g_autofree char *words = core_clean_words(cases[i].text);
        g_assert_cmpstr(name, ==, cases[i].name);
        g_assert_cmpstr(words, ==, cases[i].words);
    }
}

/* I9: cut between characters, wherever the limit falls. */
static void
test_cut(void)
{
    for (int shift = 0; shift < 4; shift++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (int i = 0; i < shift; i++)
            g_string_append_c(text, 'x');
        while (text->len < 10000)
            g_string_append(text, "\xf0\x9f\x91\x8b");
        g_autofree char *name = core_clean_name(text->str);
        g_assert_true(g_utf8_validate(name, -1, NULL));
        g_assert_true(g_str_has_prefix(text->str, name));
        g_assert_cmpuint(strlen(name), <=, 1024);
        g_assert_cmpuint(strlen(name), >, 1020);
    }
}

typedef struct {
    guint calls;
    char *message;
    int code;
} Outcome;

static void
on_done(const GError *error, gpointer data)
{
    Outcome *outcome = data;
    outcome->calls++;
    outcome->message = g_strdup(error != NULL ? error->message : NULL);
    outcome->code = error != NULL ? error->code : 0;
}

static void
test_later(void)
{
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_NOT_FOUND, "gone: look elsewhere");
    Outcome good = { 0 }, bad = { 0 };
    core_done_later(NULL, NULL, error);
    core_done_later(on_done, &good, NULL);
    core_done_later(on_done, &bad, error);
    g_clear_error(&error); /* it keeps its own */
    g_assert_cmpuint(good.calls + bad.calls, ==, 0);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(good.calls, ==, 1);
    g_assert_null(good.message);
    g_assert_cmpuint(bad.calls, ==, 1);
    g_assert_cmpstr(bad.message, ==, "gone: look elsewhere");
    g_assert_cmpint(bad.code, ==, ERROR_NOT_FOUND);
    g_free(bad.message);
}

/* A refusal is told in the other side's words, whatever the request's own error says. */
static void
test_request(void)
{
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, "raw");
    const XmppStanzaError detail = { .condition = (char *) "forbidden", .text = (char *) "no \x7f way" };
    Outcome refused = { 0 }, lost = { 0 };
    core_request_done(NULL, NULL, &detail, error, core_request_new(on_done, &refused));
    g_assert_cmpstr(refused.message, ==, "no ^? way");
    g_assert_cmpint(refused.code, ==, ERROR_PROTOCOL);
    core_request_done(NULL, NULL, NULL, error, core_request_new(on_done, &lost));
    g_assert_cmpstr(lost.message, ==, "raw");
    g_assert_cmpint(lost.code, ==, ERROR_UNREACHABLE);
    core_request_done(NULL, NULL, NULL, error, core_request_new(NULL, NULL));
    g_free(refused.message);
    g_free(lost.message);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/core/clean", test_clean);
    g_test_add_func("/core/clean/cut", test_cut);
    g_test_add_func("/core/done-later", test_later);
    g_test_add_func("/core/request", test_request);
    return g_test_run();
}

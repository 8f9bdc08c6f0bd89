/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/styling.h"

#include <string.h>

/* Styled parts as [marks:text]: s, e, k (struck), c, q. */
static char *
describe(const char *text)
{
    g_autoptr(GArray) spans = styling_parse(text);
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; spans != NULL && i < spans->len; i++) {
        const StylingSpan *span = &g_array_index(spans, StylingSpan, i);
        g_string_append_printf(out, "[%s%s%s%s%s:%.*s]", span->marks & STYLING_STRONG ? "s" : "",
                               span->marks & STYLING_EMPHASIS ? "e" : "", span->marks & STYLING_STRIKE ? "k" : "",
                               span->marks & STYLING_CODE ? "c" : "", span->marks & STYLING_QUOTE ? "q" : "",
                               (int) (span->end - span->start), text + span->start);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* The examples of the XEP, and what is near to them. */
static void
test_texts(void)
{
    static const struct {
        const char *text, *styled;
    } cases[] = {
        { "plain span", "" },
        { "*strong span*", "[s:*strong span*]" },
        { "plain _emphasis_ plain", "[e:_emphasis_]" },
        { "`pre` plain *strong*", "[c:`pre`][s:*strong*]" },
        { "*strong*plain*", "[s:*strong*]" },
        { "* plain *strong*", "[s:*strong*]" },
        { "not strong*", "" },
        { "*not strong", "" },
        { "*not \n strong*", "" },
        { "*not *strong", "" },
        { "**", "" },
        { "***", "" },
        { "****", "" },
        { "Everyone ~dis~likes cake.", "[k:~dis~]" },
        { "a*b*c", "" },
        { "snake_case_name", "" },
        { "*_both_*", "[s:*][se:_both_][s:*]" },
        { "*strong _and_ so*", "[s:*strong ][se:_and_][s: so*]" },
        { "`*no*`", "[c:`*no*`]" },
        { "> quoted *so*\nnot", "[q:> quoted *so*]" },
        { ">> deep\n> less", "[q:>> deep][q:> less]" },
        { "```ignored\n*code*\n```\n*text*", "[c:```ignored][c:*code*][c:```][s:*text*]" },
        { "> ```\n> *x*\n\nplain *y*", "[q:> ][cq:```][q:> ][cq:*x*][s:*y*]" },
        { "```\nopen", "[c:```][c:open]" },
        { "*дом*", "[s:*дом*]" },
        { "", "" },
        { "*", "" },
        { "*a", "" },
        { "``", "" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *styled = describe(cases[i].text);
        g_test_message("%s", cases[i].text);
        g_assert_cmpstr(styled, ==, cases[i].styled);
    }
}

/* I9: texts made to be slow are not: a line costs a few looks at each character. Spans stay in order and inside. */
static void
test_hostile(void)
{
    static const char *const patterns[] = { "*a ", "*_~`", "_*", "*a* ", ">", "> ", "```\n", "~*_a" };
    for (guint i = 0; i < G_N_ELEMENTS(patterns); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        while (text->len < 1000000)
            g_string_append(text, patterns[i]);
        g_autoptr(GArray) spans = styling_parse(text->str);
        guint32 before = 0;
        for (guint k = 0; spans != NULL && k < spans->len; k++) {
            const StylingSpan *span = &g_array_index(spans, StylingSpan, k);
            g_assert_cmpuint(span->start, >=, before);
            g_assert_cmpuint(span->end, >, span->start);
            g_assert_cmpuint(span->end, <=, text->len);
            before = span->end;
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tui/styling/texts", test_texts);
    g_test_add_func("/tui/styling/hostile", test_hostile);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pattern.h"

#include <string.h>

#include "base/error.h"

static bool
matches(const char *pattern, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GRegex) regex = pattern_new(pattern, &error);
    g_assert_no_error(error);
    return pattern_matches(regex, text);
}

static void
test_matches(void)
{
    g_assert_true(matches("b.b", "say: bob!"));
    g_assert_false(matches("b.b", "BOB"));
    g_assert_true(matches("(?i)b.b", "BOB"));
    g_assert_true(matches("^\\p{Hebrew}+$", "שלום"));
    g_assert_true(matches("", "")); /* matches anything: who sets it decides whether it counts */
    g_assert_true(matches("(*UCP)\\bé", "un été"));
}

static void
test_mistakes(void)
{
    static const char *const bad[] = { "(", "[a", "*", "a{2,1}", "(?<n" };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(pattern_new(bad[i], &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
        g_assert_nonnull(strstr(error->message, bad[i]));
    }
}

/* I9: what would take for ever does not match; nor is more than the beginning of a very long text looked at. */
static void
test_bounds(void)
{
    g_autofree char *as = g_strnfill(40, 'a');
    g_autofree char *trap = g_strconcat(as, "!", NULL);
    g_assert_false(matches("^(a+)+$", trap));
    g_autofree char *filler = g_strnfill(PATTERN_TEXT_MAX - 1, 'x');
    g_autofree char *late = g_strconcat(filler, "é bob", NULL); /* cut in the middle of a character */
    g_assert_false(matches("bob", late));
    g_assert_true(matches("^x", late));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/pattern/matches", test_matches);
    g_test_add_func("/base/pattern/mistakes", test_mistakes);
    g_test_add_func("/base/pattern/bounds", test_bounds);
    return g_test_run();
}

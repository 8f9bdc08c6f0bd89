/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/mentions.h"

#include <glib.h>

static void
test_mentions(void)
{
    static const struct {
        const char *text, *name;
        bool mentions;
    } cases[] = {
        { "alice: look", "Alice", true },
        { "thanks, ALICE!", "alice", true },
        { "malice", "alice", false },
        { "alices", "alice", false },
        { "malice, but also alice", "alice", true },
        { "Alice B. said so", "alice b.", true },
        { "Alice B. said so", "Alice B", true },
        { "hello @alice", "alice", true },
        { "grüße an Jürgen", "JÜRGEN", true },
        { "Ju\xcc\x88rgen?", "jürgen", true },
        { "👋🙂", "🙂", true },
        { "שלום דנה", "דנה", true },
        { "a_b", "a", false },
        { "nothing", "", false },
        { "", "alice", false },
        { "[bot] on", "[bot]", true },
        { "x[bot]y", "[bot]", true },
        { "aaaaaa", "aa", false },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s / %s", cases[i].text, cases[i].name);
        g_assert_cmpint(mentions_name(cases[i].text, cases[i].name), ==, cases[i].mentions);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/core/mentions/are-words", test_mentions);
    return g_test_run();
}

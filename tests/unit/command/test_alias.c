/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/alias.h"

#include <glib/gstdio.h>

#include "base/error.h"
#include "command/suggest.h"

static void
test_expands(void)
{
    static const struct {
        const char *command, *rest, *line;
    } cases[] = {
        { "/msg bob", "", "/msg bob" },
        { "/msg bob", "hello  there", "/msg bob hello  there" },
        { "/me hugs $1", "bob", "/me hugs bob" },
        { "/me hugs $1 and $2", "bob", "/me hugs bob and " },
        { "/roster rename $1 $2", "bob@x \"Bob B.\"", "/roster rename bob@x \"Bob B.\"" },
        { "/say ($*)", "a  \"b", "/say (a  \"b)" },
        { "/say $0 $", "x", "/say $0 $ x" },
        { "/say $1$1", "$2", "/say $2$2" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = alias_expand(cases[i].command, cases[i].rest);
        g_assert_cmpstr(line, ==, cases[i].line);
    }
}

static void
test_keeps_them_in_a_file(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_dir_make_tmp("confab-alias-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(directory, "aliases", NULL);
    g_assert_true(
        g_file_set_contents(path, "# mine\nhi = /say hi\nbad = no command\nworse = //x\nBAD = /x\n", -1, NULL));
    g_autoptr(Aliases) aliases = aliases_new(path, NULL);
    g_assert_cmpstr(aliases_find(aliases, "hi"), ==, "/say hi");
    g_assert_null(aliases_find(aliases, "bad"));
    g_assert_null(aliases_find(aliases, "worse"));
    g_assert_null(aliases_find(aliases, "BAD"));
    g_assert_true(aliases_set(aliases, "bye", "/say \"good bye\" ", &error));
    g_assert_true(aliases_unset(aliases, "hi", &error));
    g_assert_false(aliases_unset(aliases, "hi", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_NOT_FOUND);

    g_autoptr(Aliases) again = aliases_new(path, NULL);
    g_autoptr(GPtrArray) names = aliases_list(again);
    g_assert_cmpuint(names->len, ==, 1);
    g_assert_cmpstr(aliases_find(again, "bye"), ==, "/say \"good bye\" ");
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_str_has_prefix(text, "# mine\n"));
    g_unlink(path);
    g_rmdir(directory);
}

static void
test_finds_loops(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Aliases) aliases = aliases_new(NULL, NULL);
    g_assert_true(aliases_set(aliases, "a", "/b", &error));
    g_assert_true(aliases_set(aliases, "b", "/c x", &error));
    g_assert_false(aliases_set(aliases, "c", "/A y", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_USAGE);
    g_assert_cmpstr(error->message, ==, "the alias c would lead back to itself: choose another name");
    g_clear_error(&error);
    g_assert_false(aliases_set(aliases, "d", "/d", &error));
    g_clear_error(&error);
    g_assert_null(aliases_find(aliases, "c"));
}

static void
test_refuses_names_and_texts(void)
{
    static const char *const names[] = { "", "a b", "Ä", "A", "a=b", "[a]", "a/b", "#a" };
    g_autoptr(Aliases) aliases = aliases_new(NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_false(aliases_set(aliases, names[i], "/say x", NULL));
    g_assert_false(aliases_set(aliases, "x", "no command", NULL));
    g_assert_false(aliases_set(aliases, "x", "//text", NULL));
    g_assert_false(aliases_set(aliases, "x", "", NULL));
}

/* A file that is no text is left alone. */
static void
test_never_overwrites_what_it_cannot_read(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *directory = g_dir_make_tmp("confab-alias-XXXXXX", &error);
    g_autofree char *path = g_build_filename(directory, "aliases", NULL);
    g_assert_true(g_file_set_contents(path, "a\0b", 3, NULL));
    g_autoptr(Aliases) aliases = aliases_new(path, warnings);
    g_assert_cmpuint(warnings->len, ==, 1);
    g_autoptr(GPtrArray) names = aliases_list(aliases);
    g_assert_cmpuint(names->len, ==, 0);
    g_assert_false(aliases_set(aliases, "x", "/say x", &error));
    g_assert_nonnull(error);
    g_autofree char *text = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_assert_cmpmem(text, length, "a\0b", 3);
    g_unlink(path);
    g_rmdir(directory);
}

static void
test_suggests_what_is_near(void)
{
    static const char *const words[] = { "/msg", "/me", "/roster", "/requests", "/reconnect", "/quit" };
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(names, (gpointer) words[i]);
    g_autofree char *swapped = suggest_nearest("/mgs", names);
    g_assert_cmpstr(swapped, ==, "/msg");
    g_autofree char *beginning = suggest_nearest("/re", names);
    g_assert_cmpstr(beginning, ==, "/me, /reconnect, /requests");
    g_autofree char *capitals = suggest_nearest("/QUIT", names);
    g_assert_cmpstr(capitals, ==, "/quit");
    g_assert_null(suggest_nearest("/xyzzy", names));
    g_assert_null(suggest_nearest("", names));
    g_autofree char *endless = g_strnfill(100000, 'r');
    g_assert_null(suggest_nearest(endless, names));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/command/alias/expands", test_expands);
    g_test_add_func("/command/alias/keeps-them-in-a-file", test_keeps_them_in_a_file);
    g_test_add_func("/command/alias/finds-loops", test_finds_loops);
    g_test_add_func("/command/alias/refuses-names-and-texts", test_refuses_names_and_texts);
    g_test_add_func("/command/alias/never-overwrites-what-it-cannot-read", test_never_overwrites_what_it_cannot_read);
    g_test_add_func("/command/suggest/what-is-near", test_suggests_what_is_near);
    return g_test_run();
}

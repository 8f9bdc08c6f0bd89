/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/script_check.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "command/command.h"

typedef struct Fixture {
    char *directory;
    ScriptCheck *check;
    GString *faults; /* "LINE CODE MESSAGE", each ended by \n */
} Fixture;

static bool
run_never(CommandCall *call, const Args *args, GError **error)
{
    g_assert_not_reached();
}

/* What a terminal interface and hooks bring. */
static const Command extra_commands[] = {
    { .name = "win", .grammar = "<window:word>", .help = "x", .run = run_never, .needs = NEEDS_TERMINAL },
    { 0 },
};
static const CommandGroup extra = { "extra", "Extra", extra_commands, NULL };

static void
on_fault(const char *position, const GError *error, gpointer data)
{
    Fixture *fixture = data;
    const char *base = strrchr(position, '/');
    g_assert_true(error->domain == CONFAB_ERROR);
    g_string_append_printf(fixture->faults, "%s %d %s\n", base != NULL ? base + 1 : position, error->code,
                           error->message);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    static const CommandGroup *const groups[] = { &extra, NULL };
    fixture->directory = g_dir_make_tmp("confab-test-XXXXXX", NULL);
    fixture->faults = g_string_new(NULL);
    g_autofree char *aliases = g_build_filename(fixture->directory, "aliases", NULL);
    g_assert_true(g_file_set_contents(aliases, "hug = /me hugs $1\nloop = /nonsense\n", -1, NULL));
    fixture->check = script_check_new(aliases, groups, on_fault, fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(fixture->directory, 0, NULL);
    const char *name;
    script_check_free(fixture->check);
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
        g_unlink(path);
    }
    g_rmdir(fixture->directory);
    g_free(fixture->directory);
    g_string_free(fixture->faults, TRUE);
}

static char *
write_file(const Fixture *fixture, const char *name, const char *text)
{
    char *path = g_build_filename(fixture->directory, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

/* Checks the text as the file "script". */
static void
check_text(Fixture *fixture, const char *text)
{
    g_autofree char *path = write_file(fixture, "script", text);
    script_check_add_file(fixture->check, path);
}

/* The faults are these, which begin so. */
static void
assert_faults(const Fixture *fixture, const char *const *expected)
{
    g_auto(GStrv) faults = g_strsplit(fixture->faults->str, "\n", -1);
    guint count = 0;
    for (; *expected != NULL; expected++, count++) {
        if (faults[count] == NULL || !g_str_has_prefix(faults[count], *expected))
            g_error("“%s” is not “%s”", faults[count], *expected);
    }
    g_assert_cmpstr(faults[count], ==, "");
}

static void
test_good_scripts_have_no_faults(Fixture *fixture, gconstpointer data)
{
    g_setenv("CONFAB_TEST_HERE", "1", TRUE);
    check_text(fixture, "#!/usr/bin/env -S confab run\n"
                        "# /nonsense\n\n"
                        "/let WHO bob@example.org\n"
                        "/msg $WHO hello \\\n  from ${CONFAB_TEST_HERE}\n"
                        "/msg \"Bob B.\" a contact is not known here\n"
                        "plain words for $WHO\n//slash\n"
                        "/wait delivery state $CONFAB_TEST_HERE timeout $WHO\n"
                        "/wait message from Alice matching ^ok timeout 5\n"
                        "|| /print $WAIT_TEXT\n"
                        "/on nowhere /status $WHO\n"
                        "/if $WAIT_STATE = x /if $WHO > 3 /priority $WHO\n"
                        "/if set FAVOURITE /print $FAVOURITE\n"
                        "/if terminal /win 3\n"
                        "/set script.on-error continue\n"
                        "/hug bob\n"
                        "/alias twice /priority $1\n/twice 3\n"
                        "||\n");
    g_assert_cmpstr(fixture->faults->str, ==, "");
}

/* All faults of a file are told, each with the place of its line. */
static void
test_all_faults_are_told(Fixture *fixture, gconstpointer data)
{
    check_text(fixture, "/nonsense\n"
                        "/print one \\\n two $NOBODY_EVER\n"
                        "|| /priority \\\n300\n"
                        "/wait message state sent\n"
                        "/let 1X y\n"
                        "/if onlin /print x\n"
                        "/if a matches ( /print x\n"
                        "/print \xff\n"
                        "say $NOBODY_EVER\n");
    assert_faults(fixture, (const char *const[]){
        "script:1 64 there is no command /nonsense: see /help, or write //… to say it",
        "script:3 64 /print: there is no variable $NOBODY_EVER: set it with /let NOBODY_EVER VALUE",
        "script:5 65 /priority: “300” does not fit priority: write a number from -128 to 127",
        "script:6 64 /wait: “message” has no states: leave “state” out",
        "script:7 65 /let: “1X” cannot be the name of a variable: use letters, digits and _",
        "script:8 64 /if: “onlin” is no condition: see /help scripts",
        "script:9 65 /if: ",
        "script:10 65 this line is not UTF-8 text of a sane length: mend the file",
        "script:11 64 there is no variable $NOBODY_EVER: set it with /let NOBODY_EVER VALUE", NULL });
}

/* Lines inside lines are looked at like others; whatever the condition, it counts only behind it. */
static void
test_lines_inside_lines(Fixture *fixture, gconstpointer data)
{
    check_text(fixture, "/on work /if online /nonsense\n"
                        "/if set NOBODY_EVER /if a = b /print $NOBODY_EVER $NOBODY_ELSE\n"
                        "/if not set NOBODY_EVER /print $NOBODY_EVER\n"
                        "/print $NOBODY_EVER\n"
                        "/if not terminal /win 3\n"
                        "/win 3\n"
                        "/alias bad /nonsense $1\n"
                        "/alias help /print\n"
                        "/set typing perhaps\n"
                        "/loop\n");
    assert_faults(fixture, (const char *const[]){
        "script:1 64 there is no command /nonsense", "script:2 64 /print: there is no variable $NOBODY_ELSE",
        "script:3 64 /print: there is no variable $NOBODY_EVER",
        "script:4 64 /print: there is no variable $NOBODY_EVER", "script:5 64 /win needs the terminal",
        "script:6 64 /win needs the terminal",    "script:7 64 there is no command /nonsense",
        "script:8 64 /alias: /help is a command", "script:9 65 typing cannot be",
        "script:10 64 there is no command /nonsense", NULL });
}

/* A file of /source is a part of the script, told by its own name, once. */
static void
test_sourced_files(Fixture *fixture, gconstpointer data)
{
    g_autofree char *inner = write_file(fixture, "inner", "/let INNER x\n/nonsense\n/source /nonexistent/file\n");
    g_autofree char *loop = g_build_filename(fixture->directory, "script", NULL);
    g_autofree char *text = g_strdup_printf("/source %s\n/print $INNER\n/source %s\n/source %s\n/xyzzy\n", inner, inner,
                                            loop);
    check_text(fixture, text);
    assert_faults(fixture, (const char *const[]){ "inner:2 64 there is no command /nonsense", "inner:3 66 ",
                                                  "script:5 64 there is no command /xyzzy", NULL });
}

static void
test_loops_end(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (int i = 0; i < 50; i++)
        g_string_append(line, "/on work ");
    g_string_append(line, "/print x\n/alias a /b\n/alias b /a\n/a\n");
    check_text(fixture, line->str);
    g_assert_true(g_str_has_prefix(fixture->faults->str, "script:1 64 commands lead into each other more than 16 deep"));
    g_assert_nonnull(strstr(fixture->faults->str, "\nscript:3 64 the alias b would lead back to itself"));
}

/* Nothing of what is checked is kept. */
static void
test_aliases_are_not_saved(Fixture *fixture, gconstpointer data)
{
    check_text(fixture, "/alias fresh /print x\n/fresh\n/unalias hug\n");
    g_assert_cmpstr(fixture->faults->str, ==, "");
    g_autofree char *path = g_build_filename(fixture->directory, "aliases", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "hug = /me hugs $1\nloop = /nonsense\n");
}

static void
test_a_pipe_is_read_to_its_end(Fixture *fixture, gconstpointer data)
{
    int ends[2];
    g_assert_cmpint(pipe(ends), ==, 0);
    g_assert_cmpint(write(ends[1], "/print a\n/nonsense\n/pri", 23), ==, 23);
    close(ends[1]);
    script_check_add(fixture->check, script_source_new_fd("stdin", ends[0]));
    close(ends[0]);
    g_assert_true(g_str_has_prefix(fixture->faults->str, "stdin:2 64 there is no command /nonsense"));
    g_assert_nonnull(strstr(fixture->faults->str, "\nstdin:3 64 there is no command /pri"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/command/script-check/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("good-scripts-have-no-faults", test_good_scripts_have_no_faults);
    ADD("all-faults-are-told", test_all_faults_are_told);
    ADD("lines-inside-lines", test_lines_inside_lines);
    ADD("sourced-files", test_sourced_files);
    ADD("loops-end", test_loops_end);
    ADD("aliases-are-not-saved", test_aliases_are_not_saved);
    ADD("a-pipe-is-read-to-its-end", test_a_pipe_is_read_to_its_end);
    return g_test_run();
}

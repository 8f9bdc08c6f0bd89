/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real binary in a pseudo-terminal, without a server: keys in, screen and bytes out. */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

#define ACCOUNT "[work]\njid = me@localhost\nserver = 127.0.0.1\nport = 9\n"

typedef struct Fixture {
    char *home;
    Pty *pty;
} Fixture;

static void
start_with(Fixture *fixture, const char *const *environment, int rows, int columns)
{
    const char *const argv[] = { NULL, "--no-autoconnect", NULL };
    fixture->pty = pty_start(&(PtyOptions) {
        .argv = argv, .environment = environment, .home = fixture->home, .rows = rows, .columns = columns });
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->home = test_directory_new();
    confab_write_accounts(fixture->home, ACCOUNT);
}

static void
start(Fixture *fixture)
{
    start_with(fixture, NULL, 0, 0);
    pty_wait_text(fixture->pty, "1:console");
    pty_wait_text(fixture->pty, "work>");
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_clear_pointer(&fixture->pty, pty_free);
    test_directory_remove(fixture->home);
    g_free(fixture->home);
}

/* A file below the home directory. */
static void
write_file(const Fixture *fixture, const char *name, const char *text, int mode)
{
    g_autofree char *path = g_build_filename(fixture->home, name, NULL);
    g_autofree char *directory = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, mode, NULL));
}

static void
assert_row(const Fixture *fixture, int row, const char *expected)
{
    g_autofree char *text = pty_row(fixture->pty, row);
    g_assert_cmpstr(text, ==, expected);
}

static bool
wrote(const Fixture *fixture, const char *bytes)
{
    const GByteArray *all = pty_bytes(fixture->pty);
    return memmem(all->data, all->len, bytes, strlen(bytes)) != NULL;
}

static void
test_echo_and_quit(Fixture *fixture, gconstpointer data)
{
    start(fixture);
    pty_send_and_wait(fixture->pty, "hello", "work> hello");
    assert_row(fixture, 23, "work> hello");
    pty_send_and_wait(fixture->pty, "\x15日本 é", "work> 日本 é");
    pty_send(fixture->pty, "\x15/quit\r");
    g_assert_cmpint(pty_wait_exit(fixture->pty), ==, 0);
    g_assert_true(wrote(fixture, "\033[?1049l"));
    g_assert_true(wrote(fixture, "\033[?2004l"));
    g_assert_true(wrote(fixture, "\033[?7h"));
}

/* Not even a hundred keys cost more than a few bytes each. */
static void
test_keys_are_cheap(Fixture *fixture, gconstpointer data)
{
    start(fixture);
    pty_send_and_wait(fixture->pty, "a", "work> a");
    const guint before = pty_bytes(fixture->pty)->len;
    g_autoptr(GString) typed = g_string_new("work> a");
    for (int i = 0; i < 40; i++) {
        const char key[2] = { (char) ('a' + i % 26), '\0' };
        g_string_append(typed, key);
        pty_send_and_wait(fixture->pty, key, typed->str);
    }
    g_assert_cmpuint(pty_bytes(fixture->pty)->len - before, ==, 40);
}

/* The screen without its clock, which goes on meanwhile. */
static char *
screen_without_clock(const Pty *pty)
{
    g_autoptr(GRegex) clock = g_regex_new("^ ?\\[[0-9]{2}:[0-9]{2}\\]", G_REGEX_MULTILINE, 0, NULL);
    g_autofree char *screen = pty_screen(pty);

    return g_regex_replace_literal(clock, screen, -1, 0, "[clock]", 0, NULL);
}

/* The screen as it is painted anew, which must be what stands there already. */
static void
assert_repaint_changes_nothing(Pty *pty, const char *keys)
{
    pty_settle(pty);
    g_autofree char *before = screen_without_clock(pty);
    const guint length = pty_bytes(pty)->len;
    g_assert_cmpint(kill(pty_pid(pty), SIGWINCH), ==, 0);
    for (int i = 0; i < PTY_TIMEOUT / 30 && pty_bytes(pty)->len == length; i++)
        pty_pump(pty, 30);
    pty_settle(pty);
    g_autofree char *after = screen_without_clock(pty);
    g_test_message("after %s", keys);
    g_assert_cmpstr(before, ==, after);
}

static void
test_typing_leaves_nothing_behind(Fixture *fixture, gconstpointer data)
{
    static const char *const keys[] = {
        "/con",    "/set no", "\t",      "\t",     "\x15",    "\x15",    "/",        "c",        " ",         "日本",
        "👍",      "\x7f",    "\x01",    "\x05",   "\x02",    "\x0b",    "\x19",     "\x17",     "\x1f",      "\033b",
        "\033d",   "\033[A",  "\033[D",  "\033\r", "\x14",    "\x10",    "zzz",      "\033OC",   "e\xcc\x81", "\033[5~",
        "\033[6~", "\033r",   "/help\r", "\x12s",  "\x03\x15", "مرحبا",
        "\033[200~a\rb\tż\033[201~",
        "a text that is so long that it is folded once or even more often in the line of input ",
    };
    start(fixture);
    for (int round = 0; round < 40; round++) {
        g_autoptr(GString) all = g_string_new(NULL);
        for (int i = g_test_rand_int_range(1, 12); i > 0; i--) {
            const char *key = keys[g_test_rand_int_range(0, G_N_ELEMENTS(keys))];
            pty_send(fixture->pty, key);
            if (g_test_rand_bit())
                pty_pump(fixture->pty, g_test_rand_int_range(0, 5));
            g_autofree char *shown = g_strescape(key, NULL);
            g_string_append_printf(all, "%s, ", shown);
        }
        assert_repaint_changes_nothing(fixture->pty, all->str);
    }
}

static void
test_mistakes_keep_the_text(Fixture *fixture, gconstpointer data)
{
    start(fixture);
    pty_send(fixture->pty, "/nonsense with words\r");
    pty_wait_text(fixture->pty, "/nonsense: ");
    pty_wait_text(fixture->pty, "work> /nonsense with words");
    pty_send(fixture->pty, "\x15said to nobody\r");
    pty_wait_text(fixture->pty, "work> said to nobody");
    pty_send(fixture->pty, "\x15/scroll sideways\r");
    pty_wait_text(fixture->pty, "work> /scroll sideways");
    pty_send(fixture->pty, "\x15/win nobody\r");
    pty_wait_text(fixture->pty, "there is no window");
    pty_wait_text(fixture->pty, "work> /win nobody");
    pty_send(fixture->pty, "\x15/msg bob@localhost\r");
    pty_wait_text(fixture->pty, "work/bob");
    pty_send(fixture->pty, "/nonsense\r");
    pty_wait_match(fixture->pty, "^work/bob@localhost> /nonsense$");
    g_assert_false(pty_shows(fixture->pty, "me     /nonsense"));
}

static void
test_windows(Fixture *fixture, gconstpointer data)
{
    Pty *pty = (start(fixture), fixture->pty);
    pty_send(pty, "/msg alice@localhost\r");
    pty_wait_match(pty, "^work/alice@localhost>$");
    pty_send(pty, "hello alice\r");
    pty_wait_match(pty, "me .*hello alice .*…");
    pty_send(pty, "//slash\r");
    pty_wait_match(pty, " /slash .*…");
    pty_send(pty, "a draft\033"
                  "1");
    pty_wait_match(pty, "^work>$");
    pty_send(pty, "/msg bob@localhost\r");
    pty_wait_match(pty, "2:alice@localhost 3:bob@localhost");
    pty_send(pty, "\033[1;3D"); /* Alt-← */
    pty_wait_match(pty, "^work/alice@localhost> a draft$");
    pty_send(pty, "\033[1;3C");
    pty_wait_match(pty, "^work/bob@localhost>$");
    pty_send(pty, "\033\033[C"); /* Esc → */
    pty_wait_match(pty, "^work>$");
    pty_send(pty, "/win alice\r");
    pty_wait_match(pty, "^work/alice@localhost> a draft$");
    pty_send(pty, "\x15/next\r");
    pty_wait_match(pty, "^work/bob@localhost>$");
    pty_send(pty, "/prev\r");
    pty_wait_match(pty, "^work/alice@localhost>$");
    pty_send(pty, "/close\r");
    pty_wait_match(pty, "1:console 3:bob@localhost *$");
    pty_send(pty, "\033"
                  "1/close\r");
    pty_wait_text(pty, "the console stays");
    pty_send(pty, "\x15/unread\r/win\r");
    pty_wait_match(pty, "3 +bob@localhost +work +0");
}

static void
test_scrolls(Fixture *fixture, gconstpointer data)
{
    Pty *pty = (start(fixture), fixture->pty);
    for (int i = 0; i < 60; i++) {
        g_autofree char *line = g_strdup_printf("/print line-%02d\r", i);
        pty_send(pty, line);
    }
    pty_wait_text(pty, "line-59");
    pty_send(pty, "\033[5~");
    pty_wait_gone(pty, "line-59");
    pty_send(pty, "\033[6~");
    pty_wait_text(pty, "line-59");
    pty_send(pty, "/scroll top\r");
    pty_wait_text(pty, "line-00");
    pty_send(pty, "/scroll down\r");
    pty_wait_gone(pty, "line-00");
    pty_send(pty, "/scroll up\r");
    pty_wait_text(pty, "line-00");
    pty_send(pty, "/scroll end\r");
    pty_wait_text(pty, "line-59");
    pty_send(pty, "/clear\r");
    pty_wait_gone(pty, "line-59");
    pty_wait_gone(pty, "line-40");
}

static void
test_completes(Fixture *fixture, gconstpointer data)
{
    Pty *pty = (start(fixture), fixture->pty);
    pty_send_and_wait(pty, "/qui\t", "work> /quit");
    pty_send(pty, "\x15/s\t");
    pty_wait_text(pty, "/suspend");
    pty_wait_text(pty, "/settings");
    pty_send(pty, "u");
    pty_wait_gone(pty, "/settings");
    pty_send_and_wait(pty, "s\t", "work> /suspend");
}

static void
test_paste(Fixture *fixture, gconstpointer data)
{
    Pty *pty = (start(fixture), fixture->pty);
    g_assert_true(wrote(fixture, "\033[?2004h"));
    pty_send(pty, "\033[200~/quit\rsecond\r\033[201~");
    pty_wait_text(pty, "work> /quit");
    pty_wait_text(pty, "      second");
    g_assert_false(pty_has_ended(pty));
    /* It grew, but not over everything. */
    g_autoptr(GString) much = g_string_new("\033[200~");
    for (int i = 0; i < 100; i++)
        g_string_append_printf(much, "line %d\r", i);
    g_string_append(much, "the end\033[201~");
    pty_send(pty, much->str);
    pty_wait_text(pty, "the end");
    pty_wait_text(pty, "console");
    pty_send(pty, "\x03");
    pty_wait_match(pty, "^work>$");
}

/* Every size, while something is on the screen; down to one cell. */
static void
test_resize_storm(Fixture *fixture, gconstpointer data)
{
    static const int sizes[][2] = { { 5, 20 }, { 1, 1 },   { 2, 3 },   { 50, 200 }, { 3, 80 },
                                    { 24, 5 }, { 10, 40 }, { 1, 300 }, { 24, 80 } };
    Pty *pty = (start(fixture), fixture->pty);
    pty_send(pty, "/help\r/msg alice@localhost 日本語 and more words that wrap\r\033"
                  "1some text");
    pty_wait_text(pty, "some text");
    for (int round = 0; round < 5; round++) {
        for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
            pty_resize(pty, sizes[i][0], sizes[i][1]);
            if (i % 2)
                pty_pump(pty, 1);
        }
    }
    pty_wait_text(pty, "work> some text");
    pty_wait_text(pty, "1:console");
    pty_resize(pty, 5, 20);
    pty_wait_text(pty, "some text");
    pty_send(pty, "\x15/quit\r");
    g_assert_cmpint(pty_wait_exit(pty), ==, 0);
}

/* In a shell with job control. */
static void
test_suspend(Fixture *fixture, gconstpointer data)
{
    g_auto(GStrv) confab = confab_argv(NULL);
    const char *const argv[] = { "/bin/bash", "--norc", "--noprofile", "-i", NULL };
    const char *const environment[] = { "PS1=shell$ ", NULL };
    fixture->pty = pty_start(&(PtyOptions) { .argv = argv, .environment = environment, .home = fixture->home });
    Pty *pty = fixture->pty;
    pty_wait_text(pty, "shell$");
    g_autofree char *line = g_strdup_printf("%s --no-autoconnect\r", confab[0]);
    pty_send(pty, line);
    pty_wait_text(pty, "1:console");
    pty_send(pty, "half\x1a");
    pty_wait_text(pty, "Stopped");
    g_assert_false(pty_shows(pty, "1:console"));
    pty_send(pty, "stty -a | grep -o ' echo '\r");
    pty_wait_text(pty, "shell$ stty");
    pty_send(pty, "fg\r");
    pty_wait_text(pty, "1:console");
    pty_wait_text(pty, "work> half");
    pty_send(pty, "\x15/suspend\r");
    pty_wait_text(pty, "Stopped");
    pty_send(pty, "fg\r");
    pty_wait_match(pty, "^work>$");
    pty_send(pty, "/quit\r");
    pty_wait_text(pty, "shell$");
    pty_send(pty, "exit\r");
    g_assert_cmpint(pty_wait_exit(pty), ==, 0);
}

static void
test_signals_end_it(Fixture *fixture, gconstpointer data)
{
    static const int signals[] = { SIGTERM, SIGHUP, SIGINT };
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++) {
        start(fixture);
        kill(pty_pid(fixture->pty), signals[i]);
        g_assert_cmpint(pty_wait_exit(fixture->pty), ==, 0);
        g_assert_true(wrote(fixture, "\033[?1049l"));
        g_clear_pointer(&fixture->pty, pty_free);
    }
}

static void
test_crash_gives_the_terminal_back(Fixture *fixture, gconstpointer data)
{
#ifdef __SANITIZE_ADDRESS__
    g_test_skip("the sanitizer handles crashes");
    return;
#endif
    start(fixture);
    kill(pty_pid(fixture->pty), SIGSEGV);
    g_assert_cmpint(pty_wait_exit(fixture->pty), ==, 128 + SIGSEGV);
    g_assert_true(wrote(fixture, "\033[?1049l"));
}

static void
test_german(Fixture *fixture, gconstpointer data)
{
    g_autofree char *catalogue = g_build_filename(g_getenv("G_TEST_BUILDDIR"), "..", "po", "de.gmo", NULL);
    g_autofree char *other = g_build_filename(g_getenv("G_TEST_SRCDIR"), "..", "po", "de.gmo", NULL);
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (!g_file_get_contents(catalogue, &bytes, &length, NULL) && !g_file_get_contents(other, &bytes, &length, NULL)) {
        g_test_skip("the catalogue is not built");
        return;
    }
    g_autofree char *locale = g_build_filename(fixture->home, "locale", NULL);
    g_autofree char *directory = g_build_filename(locale, "de", "LC_MESSAGES", NULL);
    g_autofree char *path = g_build_filename(directory, "confab.mo", NULL);
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, bytes, (gssize) length, NULL));
    g_autofree char *where = g_strconcat("TEXTDOMAINDIR=", locale, NULL);
    const char *const environment[] = { where, "LANGUAGE=de", "LC_ALL=C.UTF-8", NULL };
    start_with(fixture, environment, 0, 0);
    pty_wait_text(fixture->pty, "1:Konsole");
    pty_send(fixture->pty, "/close\r");
    pty_wait_text(fixture->pty, "Konsole bleibt");
    pty_wait_text(fixture->pty, "work> /close");
}

/* The number after each "ESC [ … m" is none of a colour. */
static void
test_no_color(Fixture *fixture, gconstpointer data)
{
    const char *const environment[] = { "NO_COLOR=1", NULL };
    start_with(fixture, environment, 0, 0);
    pty_wait_text(fixture->pty, "1:console");
    pty_send(fixture->pty, "/nonsense\r");
    pty_wait_text(fixture->pty, "work> /nonsense");
    g_autofree char *all = g_strndup((const char *) pty_bytes(fixture->pty)->data, pty_bytes(fixture->pty)->len);
    g_assert_false(g_regex_match_simple("\033\\[[0-9;]*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]", all, 0, 0));
    g_assert_true(strstr(all, "\033[7m") != NULL);
}

static void
test_themes(Fixture *fixture, gconstpointer data)
{
    write_file(fixture, ".config/confab/themes/evening.theme", "[styles]\nprompt = magenta bold\n", 0600);
    write_file(fixture, ".config/confab/themes/broken.theme", "[styles]\nprompt = sparkling\n", 0600);
    Pty *pty = (start(fixture), fixture->pty);
    g_assert_cmpint(pty_cell(pty, 23, 0).foreground, ==, -1);
    pty_send(pty, "/theme evening\r");
    pty_wait_match(pty, "^work>$");
    pty_send_and_wait(pty, "x", "work> x");
    g_assert_cmpint(pty_cell(pty, 23, 0).foreground, ==, 5);
    g_assert_true(pty_cell(pty, 23, 0).bold);
    pty_send(pty, "\x15/theme broken\r");
    pty_wait_text(pty, "broken.theme:2:");
    pty_wait_text(pty, "work> /theme broken");
    g_assert_cmpint(pty_cell(pty, 23, 0).foreground, ==, 5);
    pty_send(pty, "\x15/theme\r");
    pty_wait_match(pty, "evening +yes");
    pty_send(pty, "/set theme mono\r");
    pty_wait_match(pty, "^work>$");
    pty_send_and_wait(pty, "y", "work> y");
    g_assert_cmpint(pty_cell(pty, 23, 0).foreground, ==, -1);
}

static void
test_panels(Fixture *fixture, gconstpointer data)
{
    Pty *pty = (start(fixture), fixture->pty);
    pty_wait_text(pty, "│");
    pty_send(pty, "\033r");
    pty_wait_gone(pty, "│");
    pty_send(pty, "/roster-panel on\r");
    pty_wait_text(pty, "│");
    pty_send(pty, "/bare\r");
    pty_wait_gone(pty, "│");
    pty_wait_gone(pty, "1:console");
    pty_send(pty, "\033z");
    pty_wait_text(pty, "1:console");
    pty_send(pty, "/keys\r");
    pty_wait_match(pty, "Ctrl-z +/suspend +confab-suspend");
    pty_send(pty, "/redraw\r");
    pty_wait_match(pty, "^work>$");
}

static void
test_editor(Fixture *fixture, gconstpointer data)
{
    write_file(
        fixture, "editor",
        "#!/bin/sh\nstat -c %a \"$1\" > ~/mode\nprintf 'edited: ' > \"$1.new\"\ncat \"$1\" >> \"$1.new\"\nprintf '\\nsecond line\\n' >> \"$1.new\"\ncat \"$1.new\" > \"$1\"\nrm \"$1.new\"\n",
        0700);
    g_autofree char *editor = g_strconcat("EDITOR=", fixture->home, "/editor", NULL);
    const char *const environment[] = { editor, NULL };
    start_with(fixture, environment, 0, 0);
    Pty *pty = fixture->pty;
    pty_wait_text(pty, "work>");
    pty_send(pty, "my words\x18\x05"); /* Ctrl-x Ctrl-e */
    pty_wait_text(pty, "work> edited: my words");
    pty_wait_text(pty, "      second line");
    g_autofree char *path = g_build_filename(fixture->home, "mode", NULL);
    g_autofree char *mode = NULL;
    g_assert_true(g_file_get_contents(path, &mode, NULL, NULL));
    g_assert_cmpstr(mode, ==, "600\n"); /* I25 */
    pty_send(pty, "\x03/edit\r");
    pty_wait_match(pty, "^work> edited:");
}

static void
test_refuses_dumb_terminals(Fixture *fixture, gconstpointer data)
{
    const char *const environment[] = { "TERM=dumb", NULL };
    start_with(fixture, environment, 0, 0);
    g_assert_cmpint(pty_wait_exit(fixture->pty), ==, 64);
    pty_wait_text(fixture->pty, "confab run");
}

static void
test_passwords_are_not_shown(Fixture *fixture, gconstpointer data)
{
    Pty *pty = (start(fixture), fixture->pty);
    pty_send(pty, "draft\x01/connect \x0b\r");
    pty_wait_text(pty, "Password of me@localhost");
    pty_send(pty, "hunter2");
    pty_send(pty, "\x7f\x7f");
    pty_pump(pty, 50);
    pty_send(pty, "r2\r");
    pty_wait_gone(pty, "Password of me@localhost");
    pty_send(pty, "\033[A\033[A\033[A");
    pty_pump(pty, 50);
    g_assert_false(wrote(fixture, "hunter2")); /* I23 */
    g_assert_false(wrote(fixture, "hunt"));
}

static void
test_rc_and_execute(Fixture *fixture, gconstpointer data)
{
    write_file(fixture, ".config/confab/rc", "# a comment\n/print from the rc\n", 0600);
    write_file(fixture, ".config/confab/inputrc", "$if confab\n\"\\e[15~\": confab-roster\n$endif\n", 0600);
    const char *const argv[] = {
        NULL, "--no-autoconnect", "--execute", "/msg carol@localhost", "-e", "/print from the command line", NULL
    };
    fixture->pty = pty_start(&(PtyOptions) { .argv = argv, .home = fixture->home });
    pty_wait_text(fixture->pty, "work/carol@localhost>");
    pty_wait_text(fixture->pty, "from the command line");
    pty_send(fixture->pty, "\033"
                           "1");
    pty_wait_text(fixture->pty, "from the rc");
    pty_wait_text(fixture->pty, "│");
    pty_send(fixture->pty, "\033[15~");
    pty_wait_gone(fixture->pty, "│");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add("/tui/terminal/" path, Fixture, NULL, set_up, function, tear_down)
    ADD("echo-and-quit", test_echo_and_quit);
    ADD("keys-are-cheap", test_keys_are_cheap);
    ADD("typing-leaves-nothing-behind", test_typing_leaves_nothing_behind);
    ADD("mistakes-keep-the-text", test_mistakes_keep_the_text);
    ADD("windows", test_windows);
    ADD("scrolls", test_scrolls);
    ADD("completes", test_completes);
    ADD("paste", test_paste);
    ADD("resize-storm", test_resize_storm);
    ADD("suspend", test_suspend);
    ADD("signals-end-it", test_signals_end_it);
    ADD("crash-gives-the-terminal-back", test_crash_gives_the_terminal_back);
    ADD("german", test_german);
    ADD("no-color", test_no_color);
    ADD("themes", test_themes);
    ADD("panels", test_panels);
    ADD("editor", test_editor);
    ADD("refuses-dumb-terminals", test_refuses_dumb_terminals);
    ADD("passwords-are-not-shown", test_passwords_are_not_shown);
    ADD("rc-and-execute", test_rc_and_execute);
#undef ADD
    return g_test_run();
}

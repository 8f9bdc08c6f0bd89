/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The completion of bash, zsh and fish, as somebody at the keyboard sees it; contacts come from a real store. */
#include <string.h>

#include <glib/gstdio.h>

#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

/* What a stranger may be called: the local part of a JID takes all of it. */
#define EVIL "$({touch,pwned});`{touch,pwned}`*@evil.example"

typedef struct Fixture {
    char *home;
    char *file; /* of this shell */
    char *path; /* PATH=… with this confab */
} Fixture;

static const char history[] =
    "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:00.000Z\",\"account\":\"work\",\"id\":\"a\","
    "\"with\":\"alice@example.org\",\"from\":\"alice@example.org/x\",\"direction\":\"in\",\"kind\":\"chat\",\"body\":\"hi\"}\n"
    "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:01.000Z\",\"account\":\"work\",\"id\":\"b\","
    "\"with\":\"" EVIL "\",\"from\":\"" EVIL "/x\",\"direction\":\"in\",\"kind\":\"chat\",\"body\":\"hi\"}\n"
    "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:02.000Z\",\"account\":\"work\",\"id\":\"c\","
    "\"with\":\"meadow@rooms.example.org\",\"from\":\"meadow@rooms.example.org/eve\",\"direction\":\"in\",\"kind\":\"room\","
    "\"body\":\"hi\"}\n";

static void
set_up(Fixture *fixture, gconstpointer file)
{
    g_autofree char *confab = g_test_build_filename(G_TEST_BUILT, "..", "src", NULL);
    fixture->home = test_directory_new();
    fixture->file = g_test_build_filename(G_TEST_DIST, "..", "completion", file, NULL);
    fixture->path = g_strdup_printf("PATH=%s:%s", confab, g_getenv("PATH"));
    confab_write_accounts(fixture->home, "[work]\njid = me@example.org\n[home]\njid = me@example.net\n");
    g_autofree char *lines = g_build_filename(fixture->home, "history.jsonl", NULL);
    g_assert_true(g_file_set_contents(lines, history, -1, NULL));
    const char *const argv[] = { "import", "jsonl", lines, NULL };
    g_autoptr(Run) import = run_start(fixture->home, argv, NULL);
    g_assert_cmpint(run_wait_exit(import), ==, 0);
}

/* No name of a contact has done anything. I17 */
static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_autofree char *trace = g_build_filename(fixture->home, "pwned", NULL);
    g_assert_false(g_file_test(trace, G_FILE_TEST_EXISTS));
    test_directory_remove(fixture->home);
    g_free(fixture->home);
    g_free(fixture->file);
    g_free(fixture->path);
}

static bool
lacks(const char *program)
{
    return !test_has(g_file_test(program, G_FILE_TEST_IS_EXECUTABLE), program);
}

static Pty *
start_shell(const Fixture *fixture, const char *const *argv)
{
    const char *const environment[] = { fixture->path, "PS1=ready> ", NULL };
    Pty *pty = pty_start(&(PtyOptions) { .argv = argv, .environment = environment, .home = fixture->home, .columns = 160 });
    g_autofree char *home = g_strdup_printf("cd; PS1='ready> '\r");
    pty_send(pty, home);
    pty_wait_match(pty, "^ready> *$");
    return pty;
}

/* Types on an empty line, waits for what comes of it, and empties the line again. */
static void
type(Pty *pty, const char *keys, const char *regex)
{
    pty_send(pty, keys);
    pty_wait_match(pty, regex);
    pty_send(pty, "\x15\x0c");
    pty_wait_gone(pty, "confab");
}

static void
load(Pty *pty, const char *line)
{
    g_autofree char *keys = g_strdup_printf("%s; clear; echo loa''ded\r", line);
    pty_send(pty, keys);
    pty_wait_text(pty, "loaded");
    pty_wait_match(pty, "^ready>$");
}

static void
check_bash(const Fixture *fixture, const char *library)
{
    static const char *const argv[] = { "/bin/bash", "--norc", "--noprofile", "-i", NULL };
    g_autofree char *source = g_strdup_printf("%s source '%s'", library, fixture->file);
    g_autoptr(Pty) pty = start_shell(fixture, argv);
    load(pty, source);
    type(pty, "confab his\t", "^ready> confab history$");
    type(pty, "confab se\t\t", "^search +send *$");
    type(pty, "confab --no-a\t", "^ready> confab --no-autoconnect$");
    type(pty, "confab send --wai\t", "^ready> confab send --wait$");
    type(pty, "confab send --wait r\t", "^ready> confab send --wait received$");
    type(pty, "confab send --wait=r\t", "^ready> confab send --wait=received$");
    type(pty, "confab history --bod\t", "^ready> confab history --bod$");
    type(pty, "confab -a w\t", "^ready> confab -a work$");
    type(pty, "confab --account ho\t", "^ready> confab --account home$");
    type(pty, "confab send ali\t", "^ready> confab send alice@example.org$");
    type(pty, "confab send alice@ex\t", "^ready> confab send alice@example.org$");
    type(pty, "confab listen --room mea\t", "^ready> confab listen --room meadow@rooms.example.org$");
    type(pty, "confab listen --event pres\t", "^ready> confab listen --event presence$");
    type(pty, "confab import prof\t", "^ready> confab import profanity$");
    type(pty, "confab run hist\t", "^ready> confab run history.jsonl$");
    type(pty, "confab import jsonl hist\t", "^ready> confab import jsonl history.jsonl$");
    type(pty, "confab ctl /roster\\ onl\t", "^ready> confab ctl /roster\\\\ online$");
    type(pty, "confab ctl '/roster onl\t", "^ready> confab ctl '/roster online'$");
    /* What a stranger is called becomes one quoted word. */
    type(pty, "confab send \\$\t", "^ready> confab send \\\\\\$\\\\\\(\\\\\\{touch.*pwned.*@evil.example$");
}

static void
test_bash(Fixture *fixture, gconstpointer data)
{
    if (!lacks("/bin/bash"))
        check_bash(fixture, "");
}

static void
test_bash_library(Fixture *fixture, gconstpointer data)
{
    if (!lacks("/bin/bash") && g_file_test("/usr/share/bash-completion/bash_completion", G_FILE_TEST_EXISTS))
        check_bash(fixture, "source /usr/share/bash-completion/bash_completion;");
}

static void
test_zsh(Fixture *fixture, gconstpointer data)
{
    static const char *const argv[] = { "/usr/bin/zsh", "-f", "-i", NULL };
    if (lacks(argv[0]))
        return;
    g_autofree char *directory = g_path_get_dirname(fixture->file);
    g_autofree char *source = g_strdup_printf("fpath=('%s' $fpath); autoload -U compinit; compinit -u -D", directory);
    g_autoptr(Pty) pty = start_shell(fixture, argv);
    load(pty, source);
    type(pty, "confab his\t", "^ready> confab history$");
    type(pty, "confab se\t\t", "^search +-- Print the messages that have all of the words");
    type(pty, "confab --no-a\t", "^ready> confab --no-autoconnect$");
    type(pty, "confab send --wai\t", "^ready> confab send --wait$");
    type(pty, "confab send --wait r\t", "^ready> confab send --wait received$");
    type(pty, "confab -a w\t", "^ready> confab -a work$");
    type(pty, "confab send ali\t", "^ready> confab send alice@example.org$");
    type(pty, "confab send alice@ex\t", "^ready> confab send alice@example.org$");
    type(pty, "confab listen --room mea\t", "^ready> confab listen --room meadow@rooms.example.org$");
    type(pty, "confab listen --event pres\t", "^ready> confab listen --event presence$");
    type(pty, "confab import prof\t", "^ready> confab import profanity$");
    type(pty, "confab run hist\t", "^ready> confab run history.jsonl$");
    type(pty, "confab import jsonl hist\t", "^ready> confab import jsonl history.jsonl$");
    type(pty, "confab ctl /roster\\ onl\t", "^ready> confab ctl /roster\\\\ online$");
    type(pty, "confab send \\$\t", "^ready> confab send \\\\\\$\\\\\\(\\\\\\{touch.*pwned.*@evil.example$");
}

static char *
ask_fish(const Fixture *fixture, const char *line)
{
    g_autofree char *home = g_strdup_printf("HOME=%s", fixture->home);
    g_autofree char *config = g_strdup_printf("XDG_CONFIG_HOME=%s/.config", fixture->home);
    g_autofree char *quoted = g_shell_quote(line);
    g_autofree char *script = g_strdup_printf("source '%s'; complete -C %s", fixture->file, quoted);
    const char *const argv[] = { "/usr/bin/fish", "--no-config", "-c", script, NULL };
    const char *const environment[] = { home, config, fixture->path, "LC_ALL=C.UTF-8", "TERM=dumb", NULL };
    char *said = NULL;
    g_autofree char *complaints = NULL;
    g_autoptr(GError) error = NULL;
    int status = 0;
    g_spawn_sync(fixture->home, (char **) argv, (char **) environment, 0, NULL, NULL, &said, &complaints, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(complaints, ==, "");
    return said;
}

static void
expect_fish(const Fixture *fixture, const char *line, const char *expected)
{
    g_autofree char *said = ask_fish(fixture, line);
    g_autofree char *exactly = g_strdup_printf("^(?:%s)$", expected);
    if (!g_regex_match_simple(exactly, g_strchomp(said), G_REGEX_DOTALL, 0))
        g_error("%s: %s", line, said);
}

static void
test_fish(Fixture *fixture, gconstpointer data)
{
    if (lacks("/usr/bin/fish"))
        return;
    expect_fish(fixture, "confab his", "history\t[^\n]*");
    expect_fish(fixture, "confab se", "search\t[^\n]*\nsend\t[^\n]*");
    expect_fish(fixture, "confab --no-a", "--no-autoconnect\t[^\n]*");
    expect_fish(fixture, "confab send --wai", "--wait\t[^\n]*");
    expect_fish(fixture, "confab history --wai", "");
    expect_fish(fixture, "confab send --wait r", "received\t[^\n]*");
    expect_fish(fixture, "confab -a ", "home\t[^\n]*\nwork\t[^\n]*");
    expect_fish(fixture, "confab send ali", "alice@example.org");
    expect_fish(fixture, "confab listen --room mea", "meadow@rooms.example.org\t[^\n]*");
    expect_fish(fixture, "confab listen --event pres", "presence\t[^\n]*");
    expect_fish(fixture, "confab import prof", "profanity");
    expect_fish(fixture, "confab run hist", "history.jsonl");
    expect_fish(fixture, "confab ctl /roster\\ onl", "/roster online");
    expect_fish(fixture, "confab send \\$", "[^\n]*@evil.example");
}

/* What the shells ask. */
static void
test_offers(Fixture *fixture, gconstpointer data)
{
    static const char *const questions[][3] = {
        { "complete", "accounts", NULL }, { "complete", "contacts", NULL }, { "complete", "rooms", NULL } };
    static const char *const answers[] = { "work\nhome\n", EVIL "\nalice@example.org\n", "meadow@rooms.example.org\n" };
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        g_autoptr(Run) run = run_start(fixture->home, questions[i], NULL);
        g_assert_cmpint(run_wait_exit(run), ==, 0);
        g_assert_cmpstr(run_output(run), ==, answers[i]);
    }
    static const char *const wrong[] = { "complete", "passwords", NULL };
    g_autoptr(Run) run = run_start(fixture->home, wrong, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 64);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, file, test) g_test_add("/tui/completion/" path, Fixture, file, set_up, test, tear_down)
    ADD("offers", "confab", test_offers);
    ADD("bash", "confab", test_bash);
    ADD("bash-with-its-library", "confab", test_bash_library);
    ADD("zsh", "_confab", test_zsh);
    ADD("fish", "confab.fish", test_fish);
    return g_test_run();
}

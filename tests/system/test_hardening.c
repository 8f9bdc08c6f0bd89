/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What others on the machine find of a running confab and of what it leaves behind: no memory, no open door, no
 * readable file. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "support/run_confab.h"
#include "support/server.h"

enum { NOBODY = 65534 };

static const char secret[] = "correct-horse-battery";
static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", secret, contacts_of_alice },
    { "bob", "b", NULL },
    { 0 },
};

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

/* A confab without an account, hardened and waiting for a line. */
static Run *
start_idle(void)
{
    Run *run = run_start(NULL, (const char *const[]){ "run", NULL }, NULL);
    run_type(run, "/print ready");
    expect(run, "^ready$");
    return run;
}

static void
assert_proc_matches(pid_t pid, const char *name, const char *regex)
{
    g_autofree char *text = NULL;
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", pid, name);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    if (!g_regex_match_simple(regex, text, G_REGEX_MULTILINE, 0))
        g_error("%s does not match “%s”:\n%s", path, regex, text);
}

/* I23, I26: no core is dumped, no program started by it gains privileges; and a reader that went away is no end. */
static void
test_process(void)
{
    g_autoptr(Run) run = start_idle();
    assert_proc_matches(run_pid(run), "limits", "^Max core file size +0 +0 ");
    assert_proc_matches(run_pid(run), "status", "^NoNewPrivs:\\s+1$");
    run_type_end(run);
    g_assert_cmpint(run_wait_exit(run), ==, 0);
}

static bool
can_open(pid_t pid, const char *name)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", pid, name);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* The part of the next test that runs as nobody. */
static void
look_into_memory(void)
{
    static const char *const names[] = { "mem", "environ", "maps", "fd" };
    char *sleeper[] = { (char *)"sleep", (char *)"1000", NULL };
    GPid other;

    if (geteuid() == 0)
        g_assert_cmpint(setgid(NOBODY) | setuid(NOBODY), ==, 0);
    g_assert_true(g_spawn_async(NULL, sleeper, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                &other, NULL));
    g_autoptr(Run) run = start_idle();
    bool of_other[G_N_ELEMENTS(names)], of_confab[G_N_ELEMENTS(names)];
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        of_other[i] = can_open(other, names[i]);
        of_confab[i] = can_open(run_pid(run), names[i]);
    }
    kill(other, SIGKILL); /* before anything fails: it holds the pipes of this test open */
    waitpid(other, NULL, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_true(of_other[i]); /* the look works */
        g_assert_false(of_confab[i]);
    }
}

/* I23, I26: other programs of the same user cannot read its memory, environment and descriptors. Root can read
 * everything, so root looks as nobody, at a copy that nobody can reach. */
static void
test_memory(void)
{
    if (g_test_subprocess()) {
        look_into_memory();
        return;
    }
    g_autofree char *directory = test_directory_new();
    g_autofree char *source_directory = g_build_filename(directory, "src", NULL);
    g_autofree char *tests_directory = g_build_filename(directory, "tests", NULL);
    g_autofree char *copy = g_build_filename(source_directory, "confab", NULL);
    g_autofree char *original = g_build_filename(g_getenv("G_TEST_BUILDDIR"), "..", "src", "confab", NULL);
    g_autofree char *program = NULL;
    gsize length = 0;

    g_assert_true(g_file_get_contents(original, &program, &length, NULL));
    g_assert_cmpint(g_mkdir(source_directory, 0700) | g_mkdir(tests_directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents_full(copy, program, length, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
    g_assert_cmpint(chmod(directory, 0755) | chmod(source_directory, 0755) | chmod(tests_directory, 0755), ==, 0);
    g_autofree char *build_directory = g_strdup(g_getenv("G_TEST_BUILDDIR"));
    g_setenv("G_TEST_BUILDDIR", tests_directory, TRUE); /* run_start() looks beside it */
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_setenv("G_TEST_BUILDDIR", build_directory, TRUE);
    g_test_trap_assert_passed();
    test_directory_remove(directory);
}

/* Calls back for every file and directory below, the top one included. */
static void
walk(const char *path, void (*visit)(const char *path, const GStatBuf *status))
{
    GStatBuf status;

    g_assert_cmpint(g_lstat(path, &status), ==, 0);
    visit(path, &status);
    if (!S_ISDIR(status.st_mode))
        return;
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    g_assert_nonnull(directory);
    for (const char *name; (name = g_dir_read_name(directory)) != NULL;) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        walk(child, visit);
    }
}

static void
assert_private(const char *path, const GStatBuf *status)
{
    const guint expected = S_ISDIR(status->st_mode) ? 0700 : 0600;
    if ((status->st_mode & 07777) != expected)
        g_error("%s has mode %04o, not %04o", path, status->st_mode & 07777, expected);
}

static void
assert_without_secret(const char *path, const GStatBuf *status)
{
    g_autofree char *text = NULL;
    gsize length = 0;

    if (!S_ISREG(status->st_mode) || g_str_has_suffix(path, "/accounts"))
        return;
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    if (memmem(text, length, secret, strlen(secret)) != NULL)
        g_error("the password stands in %s", path);
}

/* I23: a session that writes all it can write leaves nothing that others can read, whatever the umask; and the password
 * stands in the accounts file only. */
static void
test_files(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *section = confab_account("alice", server_port(server), server_ca_file(server), secret, NULL);
    confab_write_accounts(home, section);

    const mode_t before = umask(0);
    Run *run = run_start(home, (const char *const[]){ "run", "--verbose", NULL }, NULL);
    umask(before);
    run_type(run, "/wait connected timeout 60");
    run_type(run, "/set presence.text at work");
    run_type(run, "/account add other carol@localhost");
    run_type(run, "/account set other password correct-horse-battery");
    run_type(run, "/msg bob@localhost hello");
    expect(run, "Z delivery alice bob@localhost: sent$");
    walk(home, assert_private); /* while it runs, too */
    g_autofree char *words = g_strdup_printf("/proc/%d/cmdline", run_pid(run));
    g_autofree char *arguments = NULL;
    g_assert_true(g_file_get_contents(words, &arguments, NULL, NULL));
    g_assert_cmpstr(arguments, !=, "");
    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);

    static const char *const left[] = { ".config/confab/config", ".config/confab/accounts",
                                        ".local/share/confab/confab.db", ".local/state/confab/confab.log" };
    for (gsize i = 0; i < G_N_ELEMENTS(left); i++) {
        g_autofree char *path = g_build_filename(home, left[i], NULL);
        if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
            g_error("%s was not written", path);
    }
    walk(home, assert_private);
    walk(home, assert_without_secret);
    g_assert_null(strstr(run_output(run), secret));
    g_assert_null(strstr(run_errors(run), secret));
    run_free(run);
    test_directory_remove(home);
}

/* I23: a file with passwords that others can read is reported. */
static void
test_report(void)
{
    g_autofree char *home = test_directory_new();
    confab_write_accounts(home, "[alice]\njid = alice@localhost\nenabled = off\npassword = x\n");
    g_autofree char *path = g_build_filename(home, ".config", "confab", "accounts", NULL);
    g_assert_cmpint(g_chmod(path, 0644), ==, 0);
    Run *run = run_start(home, (const char *const[]){ "run", "-e", "/print on", NULL }, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    g_autofree char *all = g_strconcat(run_output(run), run_errors(run), NULL);
    if (!g_regex_match_simple("Others can read .*/accounts", all, 0, 0))
        g_error("nothing was said about %s, which others can read:\n%s", path, all);
    run_free(run);
    test_directory_remove(home);
}

/* The inodes of a process's sockets, as text. */
static GHashTable *
list_sockets(pid_t pid)
{
    GHashTable *sockets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", pid);
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);

    g_assert_nonnull(directory);
    for (const char *name; (name = g_dir_read_name(directory)) != NULL;) {
        g_autofree char *descriptor = g_build_filename(path, name, NULL);
        g_autofree char *target = g_file_read_link(descriptor, NULL);
        if (target != NULL && g_str_has_prefix(target, "socket:["))
            g_hash_table_add(sockets, g_strndup(target + strlen("socket:["), strlen(target) - strlen("socket:[]")));
    }
    return sockets;
}

typedef struct Doors {
    int listening;   /* TCP sockets that accept */
    int established; /* … that are connected */
} Doors;

/* Looks one table of the kernel up for TCP sockets of these inodes. */
static void
count_doors(const char *table, GHashTable *sockets, Doors *doors)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(table, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines + 1; *line != NULL && **line != '\0'; line++) {
        unsigned state = 0;
        char inode[32] = "";
        if (sscanf(*line, " %*s %*s %*s %x %*s %*s %*s %*s %*s %31s", &state, inode) != 2
            || !g_hash_table_contains(sockets, inode))
            continue;
        doors->listening += state == 0x0A;
        doors->established += state == 0x01;
    }
}

/* I25: once online nothing accepts a connection: the relay's listener is gone, its one connection is the process's
 * own. */
static void
test_relay(void)
{
    if (geteuid() != 0) {
        g_test_skip("only root may look into a process that is not dumpable");
        return;
    }
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *section = confab_account("alice", server_port(server), server_ca_file(server), secret, NULL);
    confab_write_accounts(home, section);
    Run *run = run_start(home, (const char *const[]){ "run", NULL }, NULL);
    expect(run, "Z connection alice online$");

    g_autoptr(GHashTable) sockets = list_sockets(run_pid(run));
    Doors doors = { 0 };
    count_doors("/proc/net/tcp", sockets, &doors);
    count_doors("/proc/net/tcp6", sockets, &doors);
    g_assert_cmpint(doors.listening, ==, 0);
    g_assert_cmpint(doors.established, ==, 3); /* the server, and both ends of the local hop */

    run_type(run, "/quit");
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    run_free(run);
    test_directory_remove(home);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/hardening/process", test_process);
    g_test_add_func("/system/hardening/memory", test_memory);
    g_test_add_func("/system/hardening/files", test_files);
    g_test_add_func("/system/hardening/report", test_report);
    g_test_add_func("/system/hardening/relay", test_relay);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/settings_file.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct Fixture {
    char *directory;
    char *path;
    GPtrArray *warnings;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->directory = g_dir_make_tmp("confab-test-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->directory, "config", NULL);
    fixture->warnings = g_ptr_array_new_with_free_func(g_free);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GDir) dir = g_dir_open(fixture->directory, 0, NULL);
    for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
        g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
        g_assert_cmpint(g_unlink(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
    g_free(fixture->directory);
    g_free(fixture->path);
    g_ptr_array_unref(fixture->warnings);
}

static void
write_file(const char *path, const char *text, gssize length)
{
    g_assert_true(
        g_file_set_contents_full(path, text, length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static char *
read_file(const char *path)
{
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static SettingsFile *
parse(const char *text)
{
    SettingsFile *file = settings_file_parse("config", text, strlen(text), NULL, NULL);
    g_assert_nonnull(file);
    return file;
}

static void
assert_text(const SettingsFile *file, const char *expected)
{
    gsize length;
    g_autofree char *text = settings_file_format(file, &length);
    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpuint(length, ==, strlen(expected));
}

static const char edited_by_hand[] = "# my settings\n"
                                     "; with two kinds of comments\n"
                                     "above = yes\n"
                                     "\n"
                                     "[settings] # the main part\n"
                                     "  notify.bell   =   on  \n"
                                     "unknown.key = kept = with = signs\n"
                                     "broken line\n"
                                     "theme=dark\n"
                                     "\n"
                                     "# work is loud\n"
                                     "[account work]\n"
                                     "notify.bell = off\n"
                                     "\n"
                                     "\n";

static void
test_keeps_every_byte(void)
{
    g_autoptr(SettingsFile) file = parse(edited_by_hand);
    assert_text(file, edited_by_hand);
    g_assert_cmpstr(settings_file_get(file, "settings", "notify.bell"), ==, "on");
    g_assert_cmpstr(settings_file_get(file, "settings", "unknown.key"), ==, "kept = with = signs");
    g_assert_cmpstr(settings_file_get(file, "settings", "theme"), ==, "dark");
    g_assert_cmpstr(settings_file_get(file, "account work", "notify.bell"), ==, "off");
    g_assert_cmpstr(settings_file_get(file, "", "above"), ==, "yes");
    g_assert_null(settings_file_get(file, "settings", "above"));
    g_assert_cmpuint(settings_file_get_line(file, "settings", "theme"), ==, 9);
    g_assert_cmpuint(settings_file_get_group_line(file, "account work"), ==, 12);
}

static void
test_changes_in_place(void)
{
    g_autoptr(SettingsFile) file = parse(edited_by_hand);
    settings_file_set(file, "settings", "notify.bell", "off");
    settings_file_set(file, "settings", "new", "1");
    settings_file_set(file, "account work", "theme", " dark ");
    settings_file_set(file, "account home", "theme", "light");
    g_assert_true(settings_file_unset(file, "settings", "unknown.key"));
    g_assert_false(settings_file_unset(file, "settings", "unknown.key"));
    assert_text(file, "# my settings\n"
                      "; with two kinds of comments\n"
                      "above = yes\n"
                      "\n"
                      "[settings] # the main part\n"
                      "  notify.bell   =   off\n"
                      "broken line\n"
                      "theme=dark\n"
                      "new = 1\n"
                      "\n"
                      "# work is loud\n"
                      "[account work]\n"
                      "notify.bell = off\n"
                      "theme = \" dark \"\n"
                      "\n"
                      "\n"
                      "[account home]\n"
                      "theme = light\n");
    g_assert_cmpstr(settings_file_get(file, "account work", "theme"), ==, " dark ");
}

static void
test_removes_a_group_with_its_comment(void)
{
    g_autoptr(SettingsFile) file = parse(
        "# about the file\n[a]\nx = 1\n\n# about b\n# and more\n[b]\ny = 2\n\n# about c\n[c]\nz = 3\n");
    g_assert_true(settings_file_remove_group(file, "b"));
    assert_text(file, "# about the file\n[a]\nx = 1\n\n# about c\n[c]\nz = 3\n");
    g_assert_true(settings_file_remove_group(file, "c"));
    assert_text(file, "# about the file\n[a]\nx = 1\n");
    g_assert_true(settings_file_remove_group(file, "a"));
    assert_text(file, "# about the file\n");
    g_assert_false(settings_file_remove_group(file, "a"));
    settings_file_set(file, "d", "k", "v");
    assert_text(file, "# about the file\n\n[d]\nk = v\n");
}

static void
test_group_in_pieces(void)
{
    g_autoptr(SettingsFile) file = parse("[a]\nx = 1\ny = 1\n[b]\nx = 9\n[a]\nx = 2\nx = 3\n");
    g_assert_cmpstr(settings_file_get(file, "a", "x"), ==, "3");
    g_assert_cmpstr(settings_file_get(file, "a", "y"), ==, "1");
    g_autoptr(GPtrArray) groups = settings_file_list_groups(file);
    g_assert_cmpuint(groups->len, ==, 2);
    g_autoptr(GPtrArray) keys = settings_file_list_keys(file, "a");
    g_assert_cmpuint(keys->len, ==, 2);
    settings_file_set(file, "a", "x", "4");
    assert_text(file, "[a]\nx = 1\ny = 1\n[b]\nx = 9\n[a]\nx = 2\nx = 4\n");
    g_assert_true(settings_file_unset(file, "a", "x"));
    g_assert_null(settings_file_get(file, "a", "x"));
    assert_text(file, "[a]\ny = 1\n[b]\nx = 9\n[a]\n");
    g_assert_true(settings_file_remove_group(file, "a"));
    assert_text(file, "[b]\nx = 9\n");
}

/* A misspelt header must not give the lines below it to the account above. */
static void
test_broken_header_owns_its_lines(void)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    static const char text[] =
        "[alice]\njid = a@x\n[bob\npassword = bobs\n[]\npassword = nobodys\n[carol]\njid = c@x\n";
    g_autoptr(SettingsFile) file =
        settings_file_parse("accounts", text, strlen(text), warnings, NULL);
    g_assert_null(settings_file_get(file, "alice", "password"));
    g_assert_cmpstr(settings_file_get(file, "carol", "jid"), ==, "c@x");
    g_assert_cmpuint(warnings->len, ==, 2);
    g_assert_true(g_str_has_prefix(warnings->pdata[0], "accounts:3: "));
    g_assert_true(g_str_has_prefix(warnings->pdata[1], "accounts:5: "));
    settings_file_set(file, "alice", "nick", "Al");
    assert_text(
        file,
        "[alice]\njid = a@x\nnick = Al\n[bob\npassword = bobs\n[]\npassword = nobodys\n[carol]\njid = c@x\n");
}

static void
test_line_ends(void)
{
    g_autoptr(SettingsFile) dos = parse("[a]\r\nx = 1\r\ny = 2");
    g_assert_cmpstr(settings_file_get(dos, "a", "x"), ==, "1");
    settings_file_set(dos, "a", "x", "3");
    settings_file_set(dos, "a", "z", "4");
    assert_text(dos, "[a]\r\nx = 3\r\ny = 2\r\nz = 4\r\n");
    g_autoptr(SettingsFile) bom = parse("\xEF\xBB\xBF[a]\nx = 1");
    g_assert_cmpstr(settings_file_get(bom, "a", "x"), ==, "1");
    settings_file_set(bom, "a", "x", "2");
    assert_text(bom, "\xEF\xBB\xBF[a]\nx = 2");
    g_autoptr(SettingsFile) empty = parse("");
    settings_file_set(empty, "a", "x", "1");
    settings_file_set(empty, "", "y", "2");
    assert_text(empty, "y = 2\n[a]\nx = 1\n");
}

/* Whatever a value is, it comes back as it was. */
static void
test_values_come_back(void)
{
    static const char *const values[] = {
        "",
        " ",
        "\t",
        "plain",
        "# no comment ; here",
        "\"",
        "\"\"",
        "\"quoted\"",
        "\"half",
        "half\"",
        "a\\b",
        "\\",
        "\\\"",
        "\\n",
        " led",
        "trailing\t",
        "two\nlines",
        "cr\rlf\r\n",
        "a\tb",
        "=",
        "= =",
        "[x]",
        "\xC3\xA4\xF0\x9F\x98\x80",
        "\"a\" b",
        "\" \\",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(SettingsFile) file = parse("[a]\nother = 1\n");
        settings_file_set(file, "a", "k", "before");
        settings_file_set(file, "a", "k", values[i]);
        gsize length;
        g_autofree char *text = settings_file_format(file, &length);
        g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(SettingsFile) again = settings_file_parse("config", text, length, warnings, NULL);
        g_assert_cmpstr(settings_file_get(again, "a", "k"), ==, values[i]);
        g_assert_cmpstr(settings_file_get(again, "a", "other"), ==, "1");
        g_assert_cmpuint(warnings->len, ==, 0);
    }
}

static void
test_headers(void)
{
    g_autoptr(SettingsFile) file = parse(
        "[conversation a]b@x]\nk = 1\n[ spaced ]\nk = 2\n[c];x\nk = 3\n[d] # see [1]\nk = 4\n[e] f\nk = 5\n");
    g_assert_cmpstr(settings_file_get(file, "conversation a]b@x", "k"), ==, "1");
    g_assert_cmpstr(settings_file_get(file, "spaced", "k"), ==, "2");
    g_assert_null(settings_file_get(file, "c", "k"));
    g_assert_cmpstr(settings_file_get(file, "d", "k"), ==, "4");
    g_assert_null(settings_file_get(file, "e", "k"));
    g_assert_null(settings_file_get(file, "d", "c"));
}

static void
test_reports_bad_lines_and_keeps_them(void)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    static const char text[] =
        "[a]\nno sign\n= no key\ntwo words = 1\nbad \xff\xfe = 1\nx = \xff\n\x1b[2J = 1\ngood = 1\n";
    g_autoptr(SettingsFile) file =
        settings_file_parse("config", text, strlen(text), warnings, NULL);
    g_assert_cmpuint(warnings->len, ==, 6);
    for (guint i = 0; i < warnings->len; i++) {
        g_autofree char *prefix = g_strdup_printf("config:%u: ", i + 2);
        g_assert_true(g_str_has_prefix(warnings->pdata[i], prefix));
        g_assert_null(strchr(warnings->pdata[i], 0x1b));
    }
    g_assert_cmpstr(settings_file_get(file, "a", "good"), ==, "1");
    assert_text(file, text);
}

/* I24: what is no text file is refused, and stays what it is. */
static void
test_refuses_what_is_no_text(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GString) long_line = g_string_new("x = ");
    for (int i = 0; i < SETTINGS_FILE_LINE_MAX; i++)
        g_string_append_c(long_line, 'a');
    g_autoptr(GString) huge = g_string_new("x = ");
    g_string_set_size(huge, 10 * 1024 * 1024);
    memset(huge->str + 4, 'a', huge->len - 4);
    const struct {
        const char *text;
        gsize length;
    } cases[] = {
        { "[a]\nx = 1\0y\n", 12 },
        { "SQLite format 3\0\1\2", 18 },
        { long_line->str, long_line->len },
        { huge->str, huge->len },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        write_file(fixture->path, cases[i].text, (gssize) cases[i].length);
        g_autoptr(GError) error = NULL;
        g_assert_null(settings_file_load(fixture->path, fixture->warnings, &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
        g_assert_nonnull(strstr(error->message, fixture->path));
        g_autofree char *after = NULL;
        gsize length;
        g_assert_true(g_file_get_contents(fixture->path, &after, &length, NULL));
        g_assert_cmpmem(after, length, cases[i].text, cases[i].length);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(settings_file_load(fixture->directory, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
}

/* I23 */
static void
test_modes(Fixture *fixture, gconstpointer data)
{
    const mode_t mask = umask(0);
    g_autoptr(SettingsFile) file = settings_file_load(fixture->path, NULL, NULL);
    g_assert_nonnull(file);
    settings_file_set(file, "a", "x", "1");
    g_assert_true(settings_file_save(file, NULL));
    umask(mask);
    struct stat status;
    g_assert_cmpint(stat(fixture->path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
    g_assert_false(settings_file_is_exposed(file));
    g_assert_cmpint(chmod(fixture->path, 0640), ==, 0);
    g_autoptr(SettingsFile) exposed = settings_file_load(fixture->path, NULL, NULL);
    g_assert_true(settings_file_is_exposed(exposed));
}

static void
test_keeps_a_symbolic_link(Fixture *fixture, gconstpointer data)
{
    g_autofree char *target = g_build_filename(fixture->directory, "dotfiles", NULL);
    write_file(target, "[a]\nx = 1\n", -1);
    g_assert_cmpint(symlink("dotfiles", fixture->path), ==, 0);
    g_autoptr(SettingsFile) file = settings_file_load(fixture->path, NULL, NULL);
    settings_file_set(file, "a", "x", "2");
    g_assert_true(settings_file_save(file, NULL));
    g_autofree char *link = g_file_read_link(fixture->path, NULL);
    g_assert_cmpstr(link, ==, "dotfiles");
    g_autofree char *text = read_file(target);
    g_assert_cmpstr(text, ==, "[a]\nx = 2\n");
}

/* Saves for ever, each time another whole file, until it is killed. */
static void
save_until_killed(const char *path)
{
    g_autoptr(SettingsFile) file = settings_file_load(path, NULL, NULL);
    for (int round = 0;; round++) {
        g_autofree char *value = g_strnfill(20000, (char) ('a' + round % 26));
        settings_file_set(file, "a", "first", value);
        settings_file_set(file, "a", "last", value);
        if (!settings_file_save(file, NULL))
            _exit(1);
    }
}

/* I23, I24: at whatever moment the process dies, the file is an old one or a new one, never a part
 * of one. */
static void
test_survives_being_killed(Fixture *fixture, gconstpointer data)
{
    write_file(fixture->path, "[a]\nfirst = 0\nlast = 0\n", -1);
    for (int i = 0; i < 50; i++) {
        const pid_t child = fork();
        g_assert_cmpint(child, >=, 0);
        if (child == 0)
            save_until_killed(fixture->path);
        g_usleep(500 + (gulong) g_random_int_range(0, 4000));
        g_assert_cmpint(kill(child, SIGKILL), ==, 0);
        int status;
        while (waitpid(child, &status, 0) < 0)
            g_assert_cmpint(errno, ==, EINTR);
        g_assert_true(WIFSIGNALED(status));
        g_autoptr(SettingsFile) file = settings_file_load(fixture->path, fixture->warnings, NULL);
        g_assert_nonnull(file);
        g_assert_nonnull(settings_file_get(file, "a", "last"));
        g_assert_cmpstr(settings_file_get(file, "a", "first"), ==,
                        settings_file_get(file, "a", "last"));
        struct stat mode;
        g_assert_cmpint(stat(fixture->path, &mode), ==, 0);
        g_assert_cmpuint(mode.st_mode & 0777, ==, 0600);
    }
    g_assert_cmpuint(fixture->warnings->len, ==, 0);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/settings-file/keeps-every-byte", test_keeps_every_byte);
    g_test_add_func("/config/settings-file/changes-in-place", test_changes_in_place);
    g_test_add_func("/config/settings-file/removes-a-group-with-its-comment",
                    test_removes_a_group_with_its_comment);
    g_test_add_func("/config/settings-file/group-in-pieces", test_group_in_pieces);
    g_test_add_func("/config/settings-file/broken-header-owns-its-lines",
                    test_broken_header_owns_its_lines);
    g_test_add_func("/config/settings-file/line-ends", test_line_ends);
    g_test_add_func("/config/settings-file/values-come-back", test_values_come_back);
    g_test_add_func("/config/settings-file/headers", test_headers);
    g_test_add_func("/config/settings-file/reports-bad-lines-and-keeps-them",
                    test_reports_bad_lines_and_keeps_them);
#define ADD(path, function) \
    g_test_add("/config/settings-file/" path, Fixture, NULL, set_up, function, tear_down)
    ADD("refuses-what-is-no-text", test_refuses_what_is_no_text);
    ADD("modes", test_modes);
    ADD("keeps-a-symbolic-link", test_keeps_a_symbolic_link);
    ADD("survives-being-killed", test_survives_being_killed);
    return g_test_run();
}

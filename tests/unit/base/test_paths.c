/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/paths.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct {
    char *directory;
    GError *error;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->error = NULL;
    fixture->directory = g_dir_make_tmp("confab-paths-XXXXXX", &fixture->error);
    g_assert_no_error(fixture->error);
    umask(022); /* what most people have: modes must not come from it */
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            remove_tree(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_clear_error(&fixture->error);
    remove_tree(fixture->directory);
    g_free(fixture->directory);
}

static guint
mode_of(const char *path)
{
    struct stat status;
    g_assert_cmpint(lstat(path, &status), ==, 0);
    return status.st_mode & 07777;
}

static char *
inside(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->directory, name, NULL);
}

static void
test_profile(Fixture *fixture, gconstpointer data)
{
    g_autofree char *profile = inside(fixture, "a/b");
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Paths) paths = paths_new(profile, warnings, &fixture->error);
    g_assert_no_error(fixture->error);
    g_assert_cmpuint(warnings->len, ==, 0);
    const char *const all[] = { paths->config, paths->data, paths->state, paths->runtime };
    const char *const names[] = { "config", "data", "state", "runtime" };
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        g_autofree char *expected = g_build_filename(profile, names[i], NULL);
        g_assert_cmpstr(all[i], ==, expected);
        g_assert_cmphex(mode_of(all[i]), ==, 0700); /* I23 */
    }
    g_assert_cmphex(mode_of(profile), ==, 0700);
}

static void
test_open_directory_is_reported(Fixture *fixture, gconstpointer data) /* I23 */
{
    g_autofree char *config = inside(fixture, "config");
    g_assert_cmpint(g_mkdir(config, 0755), ==, 0);
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Paths) paths = paths_new(fixture->directory, warnings, &fixture->error);
    g_assert_no_error(fixture->error);
    g_assert_cmpuint(warnings->len, ==, 1);
    g_assert_nonnull(strstr(g_ptr_array_index(warnings, 0), config));
    g_autoptr(Paths) without = paths_new(fixture->directory, NULL, &fixture->error);
    g_assert_nonnull(without);
}

static void
test_not_a_directory(Fixture *fixture, gconstpointer data)
{
    g_autofree char *file = inside(fixture, "file");
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    g_assert_null(paths_new(file, NULL, &fixture->error));
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_LOCAL_IO);
}

static void
test_xdg(Fixture *fixture, gconstpointer data)
{
    g_autofree char *config = inside(fixture, "c");
    g_autofree char *home = inside(fixture, "home");
    g_assert_cmpint(g_mkdir(home, 0700), ==, 0);
    if (g_test_subprocess()) {
        /* set up by the parent below */
        g_autoptr(Paths) paths = paths_new(NULL, NULL, &fixture->error);
        g_assert_no_error(fixture->error);
        g_assert_true(g_str_has_suffix(paths->config, "/c/confab"));
        g_assert_true(g_str_has_suffix(paths->data, "/home/.local/share/confab")); /* a relative value is ignored */
        g_assert_true(g_str_has_suffix(paths->state, "/home/.local/state/confab"));
        g_assert_true(g_str_has_suffix(paths->runtime, "/home/.local/state/confab/run"));
        g_assert_cmphex(mode_of(paths->runtime), ==, 0700); /* I25 */
        return;
    }
    g_setenv("XDG_CONFIG_HOME", config, TRUE);
    g_setenv("XDG_DATA_HOME", "relative", TRUE);
    g_unsetenv("XDG_STATE_HOME");
    g_unsetenv("XDG_RUNTIME_DIR");
    g_setenv("HOME", home, TRUE);
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
}

static void
test_write_and_read(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = inside(fixture, "file");
    g_assert_true(paths_write(path, "one\0two", 7, &fixture->error));
    g_assert_no_error(fixture->error);
    g_assert_cmphex(mode_of(path), ==, 0600); /* I23 */
    gsize length = 0;
    g_autofree char *content = paths_read(path, 7, &length, &fixture->error);
    g_assert_no_error(fixture->error);
    g_assert_cmpmem(content, length, "one\0two", 7);
    g_assert_cmpint(content[7], ==, '\0');
    g_assert_null(paths_read(path, 6, &length, &fixture->error));
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_BAD_INPUT);
    g_clear_error(&fixture->error);
    g_assert_true(paths_write(path, "", -1, &fixture->error));
    g_autofree char *empty = paths_read(path, 0, NULL, &fixture->error);
    g_assert_cmpstr(empty, ==, "");
}

static void
test_big_file(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = inside(fixture, "big");
    const gsize size = 3 * 1024 * 1024 + 17;
    g_autofree char *big = g_strnfill(size, 'x');
    g_assert_true(paths_write(path, big, (gssize) size, &fixture->error));
    gsize length = 0;
    g_autofree char *content = paths_read(path, size, &length, &fixture->error);
    g_assert_cmpmem(content, length, big, size);
    /* Files that say they are empty are read too. */
    g_autofree char *proc = paths_read("/proc/self/stat", 4096, &length, &fixture->error);
    g_assert_no_error(fixture->error);
    g_assert_cmpuint(length, >, 10);
}

static void
test_missing(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = inside(fixture, "missing");
    g_assert_null(paths_read(path, 10, NULL, &fixture->error));
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_NOT_FOUND);
}

static void
test_not_regular(Fixture *fixture, gconstpointer data) /* I5: a FIFO without a writer must not hang us */
{
    g_autofree char *fifo = inside(fixture, "fifo");
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_null(paths_read(fifo, 10, NULL, &fixture->error));
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_BAD_INPUT);
    g_clear_error(&fixture->error);
    g_assert_null(paths_read(fixture->directory, 10, NULL, &fixture->error));
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_BAD_INPUT);
}

static void
test_replaces_atomically(Fixture *fixture, gconstpointer data) /* I23, I24 */
{
    g_autofree char *path = inside(fixture, "file");
    g_assert_true(g_file_set_contents(path, "old", -1, NULL));
    g_assert_cmpint(g_chmod(path, 0644), ==, 0);
    struct stat before, after;
    g_assert_cmpint(stat(path, &before), ==, 0);
    g_autofree char *second_name = inside(fixture, "second-name");
    g_assert_cmpint(link(path, second_name), ==, 0);
    g_assert_true(paths_write(path, "new", -1, &fixture->error));
    g_assert_cmpint(stat(path, &after), ==, 0);
    g_assert_cmpuint(before.st_ino, !=, after.st_ino); /* another file took its place */
    g_assert_cmphex(mode_of(path), ==, 0600);
    g_autofree char *old = paths_read(second_name, 10, NULL, NULL);
    g_assert_cmpstr(old, ==, "old"); /* who had it open keeps a whole file */
    g_autoptr(GDir) dir = g_dir_open(fixture->directory, 0, NULL);
    guint count = 0;
    while (g_dir_read_name(dir) != NULL)
        count++;
    g_assert_cmpuint(count, ==, 2); /* no temporary file stays */
}

static void
test_follows_links(Fixture *fixture, gconstpointer data)
{
    g_autofree char *directory = inside(fixture, "dotfiles");
    g_assert_cmpint(g_mkdir(directory, 0700), ==, 0);
    g_autofree char *target = g_build_filename(directory, "config", NULL);
    g_autofree char *link = inside(fixture, "config");
    g_autofree char *link_to_link = inside(fixture, "config2");
    g_assert_cmpint(symlink("dotfiles/config", link), ==, 0);
    g_assert_cmpint(symlink(link, link_to_link), ==, 0);
    g_assert_true(paths_write(link_to_link, "a", -1, &fixture->error)); /* to nothing yet */
    g_assert_no_error(fixture->error);
    g_assert_true(paths_write(link, "b", -1, &fixture->error));
    g_assert_true(g_file_test(link, G_FILE_TEST_IS_SYMLINK));
    g_autofree char *content = paths_read(target, 10, NULL, &fixture->error);
    g_assert_cmpstr(content, ==, "b");
    g_autofree char *loop = inside(fixture, "loop");
    g_assert_cmpint(symlink("loop", loop), ==, 0);
    g_assert_false(paths_write(loop, "a", -1, &fixture->error));
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_LOCAL_IO);
}

static void
test_failure_keeps_the_old(Fixture *fixture, gconstpointer data) /* I24 */
{
    g_autofree char *path = inside(fixture, "no/such/directory");
    g_assert_false(paths_write(path, "x", -1, &fixture->error));
    g_assert_nonnull(strstr(fixture->error->message, path));
    g_clear_error(&fixture->error);
    g_autofree char *occupied = inside(fixture, "occupied");
    g_assert_cmpint(g_mkdir(occupied, 0700), ==, 0);
    g_assert_false(paths_write(occupied, "x", -1, &fixture->error)); /* a directory is not replaced */
    g_assert_true(g_file_test(occupied, G_FILE_TEST_IS_DIR));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add("/base/paths/" path, Fixture, NULL, set_up, function, tear_down)
    ADD("profile", test_profile);
    ADD("open-directory-is-reported", test_open_directory_is_reported);
    ADD("not-a-directory", test_not_a_directory);
    ADD("xdg", test_xdg);
    ADD("write-and-read", test_write_and_read);
    ADD("big-file", test_big_file);
    ADD("missing", test_missing);
    ADD("not-regular", test_not_regular);
    ADD("replaces-atomically", test_replaces_atomically);
    ADD("follows-links", test_follows_links);
    ADD("failure-keeps-the-old", test_failure_keeps_the_old);
    return g_test_run();
}

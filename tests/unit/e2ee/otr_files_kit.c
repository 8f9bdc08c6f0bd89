/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otr_files_kit.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "base/error.h"

char *
otr_kit_directory(void)
{
    g_autoptr(GError) error = NULL;
    char *directory = g_dir_make_tmp("confab-otr-XXXXXX", &error);
    g_assert_no_error(error);
    return directory;
}

void
otr_kit_remove(const char *directory)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(directory, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            otr_kit_remove(child);
        else
            g_unlink(child);
    }
    g_rmdir(directory);
}

void
otr_kit_write(const char *directory, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
    g_assert_no_error(error);
}

char *
otr_kit_read(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    return text;
}

guint
otr_kit_mode(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    struct stat status;
    return lstat(path, &status) == 0 ? status.st_mode & 07777 : 0;
}

char *
otr_kit_sample_path(const char *name)
{
    return g_test_build_filename(G_TEST_DIST, "unit", "e2ee", "otr-files", name, NULL);
}

char *
otr_kit_sample(const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = otr_kit_sample_path(name);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

OtrBook *
otr_kit_open(const char *directory, const char *jid)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) own = jid_new(jid, NULL);
    OtrBook *book = otr_book_new(directory, own, &error);
    g_assert_no_error(error);
    g_assert_nonnull(book);
    return book;
}

static void
on_key(const GError *error, gpointer data)
{
    guint *count = data;
    g_assert_no_error(error);
    (*count)++;
}

void
otr_kit_make_key(OtrBook *book)
{
    guint count = 0;
    g_assert_true(otr_book_make_key(book, on_key, &count));
    while (count == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(count, ==, 1);
}

static void
add_line(const OtrBookEntry *entry, gpointer data)
{
    g_autofree char *fingerprint = otr_fingerprint_text(entry->fingerprint);
    g_string_append_printf(data, "%s %s %s\n", jid_text(entry->peer), fingerprint, entry->trust);
}

char *
otr_kit_list(const OtrBook *book, const char *peer)
{
    g_autoptr(Jid) jid = peer != NULL ? jid_new(peer, NULL) : NULL;
    GString *list = g_string_new(NULL);
    otr_book_foreach(book, jid, add_line, list);
    return g_string_free(list, FALSE);
}

void
otr_kit_fingerprint(guint number, guchar fingerprint[OTR_FINGERPRINT_BYTES])
{
    memset(fingerprint, 0, OTR_FINGERPRINT_BYTES);
    const guint bytes = GUINT32_TO_BE(number);
    memcpy(fingerprint + OTR_FINGERPRINT_BYTES - sizeof bytes, &bytes, sizeof bytes);
}

void
otr_kit_set(OtrBook *book, const char *peer, guint number, const char *trust)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) jid = jid_new(peer, NULL);
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    otr_kit_fingerprint(number, fingerprint);
    g_assert_true(otr_book_set_trust(book, jid, fingerprint, trust, &error));
    g_assert_no_error(error);
}

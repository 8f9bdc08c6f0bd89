/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user has told another program of keys counts at once, also for a session that is on. */
#include "otr_wire.h"

#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct Fixture {
    Wire *wire;
    char *directory, *path;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->wire = wire_new();
    fixture->directory = g_dir_make_tmp("confab-import-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->directory, "otr.fingerprints", NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    wire_free(fixture->wire);
    g_unlink(fixture->path);
    g_rmdir(fixture->directory);
    g_free(fixture->path);
    g_free(fixture->directory);
}

/* Of the key the other end has. */
static void
write_fingerprints(const Fixture *fixture, const char *trust)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) keys = encryption_keys(fixture->wire->ends[1]->session, NULL, &error);
    g_assert_no_error(error);
    const EncryptionKey *key = g_ptr_array_index(keys, 0);
    g_assert_null(key->peer);
    g_autofree char *digits = g_ascii_strdown(key->fingerprint, -1);
    g_autofree char *line =
        g_strdup_printf("%s/Home\t%s/\tprpl-jabber\t%s\t%s\n", wire_names[1], wire_names[0], digits, trust);
    g_assert_true(g_file_set_contents(fixture->path, line, -1, NULL));
}

static char *
import(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    char *words = NULL;
    encryption_import(fixture->wire->ends[0]->session, "pidgin", fixture->directory, &words, &error);
    g_assert_no_error(error);
    return words;
}

static void
test_session_is_on(Fixture *fixture, gconstpointer data)
{
    Wire *wire = fixture->wire;
    wire_start(wire, 0);
    g_assert_cmpstr(wire_state(wire, 0)->trust, ==, "untrusted");
    write_fingerprints(fixture, "smp");
    g_autofree char *words = import(fixture);
    g_assert_cmpstr(words, ==, "1 fingerprint was taken over; there was no private key to take");
    g_assert_cmpstr(wire_state(wire, 0)->trust, ==, "verified");
    g_assert_cmpstr(wire_state(wire, 1)->trust, ==, "untrusted");
    say(wire->ends[1], wire_names[0], "hello");
    wire_pump(wire);
    g_assert_cmpstr(wire_last(wire, 0)->trust, ==, "verified");
}

static void
test_before(Fixture *fixture, gconstpointer data)
{
    write_fingerprints(fixture, "verified");
    g_autofree char *words = import(fixture);
    wire_start(fixture->wire, 0);
    g_assert_cmpstr(wire_state(fixture->wire, 0)->trust, ==, "verified");
}

/* Less trust there is no reason for less here. */
static void
test_never_less(Fixture *fixture, gconstpointer data)
{
    write_fingerprints(fixture, "verified");
    g_autofree char *words = import(fixture);
    wire_start(fixture->wire, 0);
    write_fingerprints(fixture, "");
    g_autofree char *again = import(fixture);
    g_assert_cmpstr(again, ==, "0 fingerprints were taken over; there was no private key to take");
    g_assert_cmpstr(wire_state(fixture->wire, 0)->trust, ==, "verified");
}

/* I24 */
static void
test_damaged(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *words = NULL;
    wire_start(fixture->wire, 0);
    write_fingerprints(fixture, "verified\ngarbage");
    g_assert_false(encryption_import(fixture->wire->ends[0]->session, "pidgin", fixture->directory, &words, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, fixture->path));
    g_assert_cmpstr(wire_state(fixture->wire, 0)->trust, ==, "untrusted");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wire_make_keys();
#define ADD(path, func) g_test_add("/flow/otr-import/" path, Fixture, NULL, set_up, func, tear_down)
    ADD("session-is-on", test_session_is_on);
    ADD("before", test_before);
    ADD("never-less", test_never_less);
    ADD("damaged", test_damaged);
    const int result = g_test_run();
    wire_forget_keys();
    return result;
}

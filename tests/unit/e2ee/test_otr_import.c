/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/otr_book.h"

#include <string.h>

#include <glib/gstdio.h>
#include <libotr/instag.h>
#include <libotr/privkey.h>

#include "base/error.h"
#include "otr_files_kit.h"

typedef struct Fixture {
    char *root;
    char *directory; /* of the book */
    OtrBook *book;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->root = otr_kit_directory();
    fixture->directory = g_build_filename(fixture->root, "otr", NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    otr_book_free(fixture->book);
    otr_kit_remove(fixture->root);
    g_free(fixture->directory);
    g_free(fixture->root);
}

static OtrBook *
open_book(Fixture *fixture, const char *jid)
{
    otr_book_free(fixture->book);
    fixture->book = otr_kit_open(fixture->directory, jid);
    return fixture->book;
}

static OtrImported
import(OtrBook *book, const char *program, const char *path)
{
    g_autoptr(GError) error = NULL;
    OtrImported imported;
    g_assert_true(otr_book_import(book, program, path, &imported, &error));
    g_assert_no_error(error);
    return imported;
}

static void
assert_imported(const OtrImported *imported, guint fingerprints, bool key, bool kept_key)
{
    g_assert_cmpuint(imported->fingerprints, ==, fingerprints);
    g_assert_true(imported->key == key);
    g_assert_true(imported->kept_key == kept_key);
}

static void
assert_refused(OtrBook *book, const char *program, const char *path, ErrorCode code, const char *says)
{
    g_autoptr(GError) error = NULL;
    OtrImported imported;
    g_assert_false(otr_book_import(book, program, path, &imported, &error));
    g_assert_error(error, CONFAB_ERROR, (int) code);
    g_assert_nonnull(strstr(error->message, says));
    assert_imported(&imported, 0, false, false);
    g_autofree char *list = otr_kit_list(book, NULL);
    g_assert_cmpstr(list, ==, "");
    g_assert_false(otr_book_has_key(book));
}

static void
assert_list(const OtrBook *book, const char *expected)
{
    g_autofree char *list = otr_kit_list(book, NULL);
    g_assert_cmpstr(list, ==, expected);
}

/* The fingerprint libotr says a program's file of keys has. */
static char *
fingerprint_in(const char *path, const char *account, const char *protocol)
{
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    OtrlUserState state = otrl_userstate_create();
    g_assert_cmpint(otrl_privkey_read(state, path), ==, 0);
    g_assert_nonnull(otrl_privkey_fingerprint_raw(state, fingerprint, account, protocol));
    otrl_userstate_free(state);
    return otr_fingerprint_text(fingerprint);
}

static void
assert_key(const OtrBook *book, const char *expected)
{
    g_autofree char *fingerprint = otr_book_own_fingerprint(book);
    g_assert_cmpstr(fingerprint, ==, expected);
}

/* The file of keys of one program, its account called otherwise. */
static void
put_keys(const Fixture *fixture, const char *name, const char *account, const char *protocol)
{
    g_autofree char *sample = otr_kit_sample("mcabber/otr/mac@localhost.key");
    g_autofree char *new_name = g_strdup_printf("(name \"%s\")", account);
    g_autofree char *new_protocol = g_strdup_printf("(protocol %s)", protocol);
    GString *text = g_string_new(sample);
    g_assert_cmpuint(g_string_replace(text, "(name \"mac@localhost\")", new_name, 0), ==, 1);
    g_assert_cmpuint(g_string_replace(text, "(protocol jabber)", new_protocol, 0), ==, 1);
    otr_kit_write(fixture->root, name, text->str);
    g_string_free(text, TRUE);
}

/* --- what programs really wrote --- */

/* Both talked with each other: profanity has seen mcabber's key, mcabber has compared a secret with profanity. */
static void
test_profanity(Fixture *fixture, gconstpointer data)
{
    static const char expected[] = "mac@localhost 72A013C30431A5C6D8818C9E0C1EDBCBAC840488 \n"
                                   "pat@localhost 41FE48346EA5EC8533525FC7FEF43F9B4EE71DAB \n";
    OtrBook *book = open_book(fixture, "pam@localhost");
    g_autofree char *path = otr_kit_sample_path("profanity");
    g_autofree char *file = otr_kit_sample_path("profanity/otr/pam_at_localhost/keys.txt");
    g_autofree char *key = fingerprint_in(file, "pam@localhost", "xmpp");
    OtrImported imported = import(book, "profanity", path);
    assert_imported(&imported, 2, true, false);
    assert_list(book, expected);
    assert_key(book, key);
    g_assert_cmphex(otr_kit_mode(fixture->directory, "keys"), ==, 0600); /* I23 */
    g_assert_cmphex(otr_kit_mode(fixture->directory, "fingerprints"), ==, 0600);
    book = open_book(fixture, "pam@localhost");
    assert_key(book, key);
    assert_list(book, expected);
    imported = import(book, "profanity", path); /* again: nothing new, and the key is the same one */
    assert_imported(&imported, 0, false, false);
}

static void
test_mcabber(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture, "mac@localhost");
    g_autofree char *path = otr_kit_sample_path("mcabber/otr");
    g_autofree char *file = otr_kit_sample_path("mcabber/otr/mac@localhost.key");
    g_autofree char *key = fingerprint_in(file, "mac@localhost", "jabber");
    const OtrImported imported = import(book, "mcabber", path);
    assert_imported(&imported, 1, true, false);
    assert_list(book, "pam@localhost 1C5EA46B9A0DEF59E02217F393E4D65B30552471 smp\n");
    assert_key(book, key);
    /* Its instance tag stays its own. */
    g_assert_null(otrl_instag_find(otr_book_userstate(book), "mac@localhost", OTR_PROTOCOL));
    /* The key is written as libotr reads it. */
    g_autofree char *written = g_build_filename(fixture->directory, "keys", NULL);
    g_autofree char *by_libotr = fingerprint_in(written, "mac@localhost", OTR_PROTOCOL);
    g_assert_cmpstr(by_libotr, ==, key);
}

/* What the one says of the other's key is what the other's file of keys says. */
static void
test_samples_agree(Fixture *fixture, gconstpointer data)
{
    g_autofree char *file = otr_kit_sample_path("profanity/otr/pam_at_localhost/keys.txt");
    g_autofree char *key = fingerprint_in(file, "pam@localhost", "xmpp");
    g_autofree char *path = otr_kit_sample_path("mcabber");
    OtrBook *book = open_book(fixture, "mac@localhost");
    import(book, "mcabber", path);
    g_autofree char *list = otr_kit_list(book, "pam@localhost");
    g_test_message("%s%s", list, key);
    g_autofree char *expected = g_strdup_printf("pam@localhost %s smp\n", key);
    g_assert_cmpstr(list, ==, expected);
}

/* --- Pidgin and irssi --- */

static void
test_pidgin(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture, "me@example.org");
    put_keys(fixture, ".purple/otr.private_key", "Me@example.org/", "prpl-jabber");
    otr_kit_write(fixture->root, ".purple/otr.instance_tags", "me@example.org/\tprpl-jabber\t12345678\n");
    otr_kit_write(fixture->root, ".purple/otr.fingerprints",
                  "zoe@example.org\tme@example.org/\tprpl-jabber\t0000000000000000000000000000000000000001\tverified\n"
                  "zoe@example.org/Home\tme@example.org/Home\tprpl-jabber\t"
                  "0000000000000000000000000000000000000002\n"
                  "zoe@example.org/Work\tme@example.org/Home\tprpl-jabber\t"
                  "0000000000000000000000000000000000000002\tsmp\n"
                  "amy@example.org\tme@example.org/\tprpl-jabber\t0000000000000000000000000000000000000003\t\n"
                  /* other networks, other accounts, no JIDs */
                  "zoe@example.org\tme@example.org\tprpl-irc\t0000000000000000000000000000000000000004\tverified\n"
                  "zoe@example.org\tyou@example.org/\tprpl-jabber\t0000000000000000000000000000000000000005\tverified\n"
                  "12345678\t87654321\tprpl-icq\t0000000000000000000000000000000000000006\tverified\n"
                  "a b c@\tme@example.org/\tprpl-jabber\t0000000000000000000000000000000000000007\tverified\n"
                  "example.org\tme@example.org/\tprpl-jabber\t0000000000000000000000000000000000000008\tverified\n");
    g_autofree char *path = g_build_filename(fixture->root, ".purple", NULL);
    const OtrImported imported = import(book, "pidgin", path);
    assert_imported(&imported, 3, true, false);
    assert_list(book, "amy@example.org 0000000000000000000000000000000000000003 \n"
                      "zoe@example.org 0000000000000000000000000000000000000001 verified\n"
                      "zoe@example.org 0000000000000000000000000000000000000002 smp\n");
    g_assert_null(otrl_instag_find(otr_book_userstate(book), "me@example.org", OTR_PROTOCOL));
}

/* Of several resources' keys it is the one that was made first; keys of other networks are not taken. */
static void
test_pidgin_keys(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture, "me@example.org");
    put_keys(fixture, "a/otr.private_key", "me@example.org/", "prpl-irc");
    g_autofree char *path = g_build_filename(fixture->root, "a", NULL);
    assert_refused(book, "pidgin", path, ERROR_NOT_FOUND, path);
    g_autofree char *file = g_build_filename(path, "otr.private_key", NULL);
    OtrlUserState state = otrl_userstate_create();
    g_assert_cmpint(otrl_privkey_generate(state, file, "me@example.org/Home", "prpl-jabber"), ==, 0);
    g_assert_cmpint(otrl_privkey_generate(state, file, "me@example.org/Work", "prpl-jabber"), ==, 0);
    otrl_userstate_free(state);
    g_autofree char *first = fingerprint_in(file, "me@example.org/Home", "prpl-jabber");
    import(book, "pidgin", path);
    assert_key(book, first);
}

/* Accounts are NICK@SERVER there; with its plugin for XMPP the nick is the JID. */
static void
test_irssi(Fixture *fixture, gconstpointer data)
{
    static const char *const accounts[] = { "me@example.org", "me@example.org@example.org",
                                            "me@example.org/irssi@xmpp.example.org" };
    for (gsize i = 0; i < G_N_ELEMENTS(accounts); i++) {
        g_autofree char *line = g_strdup_printf(
            "zoe@example.org\t%s\tIRC\t%040zu\tsmp\nzoe\t%s\tIRC\t%040zu\tsmp\n", accounts[i], i, accounts[i], i);
        put_keys(fixture, "irssi/otr/otr.key", accounts[i], "IRC");
        otr_kit_write(fixture->root, "irssi/otr/otr.fp", line);
        g_autofree char *path = g_build_filename(fixture->root, "irssi", NULL);
        const OtrImported imported = import(open_book(fixture, "me@example.org"), "irssi", path);
        assert_imported(&imported, 1, i == 0, false); /* then it is there */
    }
    otr_kit_remove(fixture->directory);
    put_keys(fixture, "irssi/otr/otr.key", "nick@irc.example.net", "IRC");
    g_autofree char *path = g_build_filename(fixture->root, "irssi", NULL);
    otr_kit_write(fixture->root, "irssi/otr/otr.fp", "");
    assert_refused(open_book(fixture, "me@example.org"), "irssi", path, ERROR_NOT_FOUND, path);
}

/* --- what is taken over --- */

/* Never less trust than here, and this key is not replaced by another one. */
static void
test_merge(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture, "me@example.org");
    otr_kit_make_key(book);
    g_autofree char *key = otr_book_own_fingerprint(book);
    g_autofree char *keys = otr_kit_read(fixture->directory, "keys");
    otr_kit_set(book, "zoe@example.org", 1, "verified");
    otr_kit_set(book, "zoe@example.org", 2, "");
    otr_kit_set(book, "zoe@example.org", 3, "smp");
    put_keys(fixture, "m/ME@example.org.key", "ME@example.org", "jabber");
    otr_kit_write(fixture->root, "m/ME@example.org.fpr",
                  "zoe@example.org\tME@example.org\tjabber\t0000000000000000000000000000000000000001\t\n"
                  "zoe@example.org\tME@example.org\tjabber\t0000000000000000000000000000000000000002\tsmp\n"
                  "zoe@example.org\tME@example.org\tjabber\t0000000000000000000000000000000000000003\tverified\n"
                  "zoe@example.org\tME@example.org\tjabber\t0000000000000000000000000000000000000004\t\n");
    g_autofree char *path = g_build_filename(fixture->root, "m", NULL);
    const OtrImported imported = import(book, "mcabber", path);
    assert_imported(&imported, 2, false, true);
    static const char expected[] = "zoe@example.org 0000000000000000000000000000000000000001 verified\n"
                                   "zoe@example.org 0000000000000000000000000000000000000002 smp\n"
                                   "zoe@example.org 0000000000000000000000000000000000000003 smp\n"
                                   "zoe@example.org 0000000000000000000000000000000000000004 \n";
    assert_list(book, expected);
    assert_key(book, key);
    g_autofree char *after = otr_kit_read(fixture->directory, "keys");
    g_assert_cmpstr(after, ==, keys);
    assert_list(open_book(fixture, "me@example.org"), expected);
}

/* A file of keys somebody put here has others' keys in it, too: they stay. */
static void
test_other_keys_stay(Fixture *fixture, gconstpointer data)
{
    g_autofree char *sample = otr_kit_sample("profanity/otr/pam_at_localhost/keys.txt");
    otr_kit_write(fixture->directory, "keys", sample);
    g_autofree char *path = otr_kit_sample_path("mcabber");
    import(open_book(fixture, "mac@localhost"), "mcabber", path);
    g_autofree char *written = g_build_filename(fixture->directory, "keys", NULL);
    g_autofree char *before = otr_kit_sample_path("profanity/otr/pam_at_localhost/keys.txt");
    g_autofree char *expected = fingerprint_in(before, "pam@localhost", "xmpp");
    g_autofree char *after = fingerprint_in(written, "pam@localhost", "xmpp");
    g_assert_cmpstr(after, ==, expected);
}

static void
never(const GError *error, gpointer data)
{
    g_assert_not_reached();
}

/* The key that is being made would take the place of the other. */
static void
test_while_making(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture, "pam@localhost");
    g_assert_true(otr_book_make_key(book, never, NULL));
    g_autofree char *path = otr_kit_sample_path("profanity");
    assert_refused(book, "profanity", path, ERROR_FAILED, "is being made");
}

/* I24: what could not be written was not taken over. */
static void
test_not_written(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture, "pam@localhost");
    g_autofree char *keys = g_build_filename(fixture->directory, "keys", NULL);
    g_assert_cmpint(g_mkdir(keys, 0700), ==, 0);
    g_autofree char *path = otr_kit_sample_path("profanity");
    assert_refused(book, "profanity", path, ERROR_LOCAL_IO, keys);
    g_assert_cmpint(g_rmdir(keys), ==, 0);
    const OtrImported imported = import(book, "profanity", path);
    assert_imported(&imported, 2, true, false);
}

/* --- where --- */

static void
test_default_places(Fixture *fixture, gconstpointer data)
{
    static const char line[] = "zoe@example.org\tme@example.org\t%s\t0000000000000000000000000000000000000001\t\n";
    static const struct {
        const char *program, *protocol, *file;
    } cases[] = {
        { "profanity", "xmpp", ".local/share/profanity/otr/me_at_example.org/fingerprints.txt" },
        { "mcabber", "jabber", ".mcabber/otr/me@example.org.fpr" },
        { "pidgin", "prpl-jabber", ".purple/otr.fingerprints" },
        { "irssi", "IRC", ".irssi/otr/otr.fp" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpstr(otr_book_programs()[i], ==, cases[i].program);
        OtrBook *book = open_book(fixture, "me@example.org");
        assert_refused(book, cases[i].program, NULL, ERROR_NOT_FOUND, g_get_home_dir());
        GString *text = g_string_new(line);
        g_string_replace(text, "%s", cases[i].protocol, 0);
        otr_kit_write(g_get_home_dir(), cases[i].file, text->str);
        g_string_free(text, TRUE);
        const OtrImported imported = import(book, cases[i].program, NULL);
        assert_imported(&imported, 1, false, false);
        otr_kit_remove(fixture->directory);
    }
    g_assert_null(otr_book_programs()[G_N_ELEMENTS(cases)]);
    g_setenv("XDG_DATA_HOME", fixture->root, TRUE);
    assert_refused(open_book(fixture, "me@example.org"), "profanity", NULL, ERROR_NOT_FOUND, fixture->root);
    otr_kit_write(fixture->root, "profanity/otr/Me_at_Example.org/fingerprints.txt",
                  "zoe@example.org\tMe@Example.org\txmpp\t0000000000000000000000000000000000000001\ttrusted\n");
    import(fixture->book, "profanity", NULL);
    assert_list(fixture->book, "zoe@example.org 0000000000000000000000000000000000000001 trusted\n");
    g_unsetenv("XDG_DATA_HOME");
}

/* The account's own directory may be given; another account's is not taken for it. */
static void
test_places(Fixture *fixture, gconstpointer data)
{
    g_autofree char *folder = otr_kit_sample_path("profanity/otr/pam_at_localhost");
    g_autofree char *program = otr_kit_sample_path("profanity");
    g_autofree char *between = otr_kit_sample_path("profanity/otr");
    const char *const paths[] = { folder, program, between };
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        const OtrImported imported = import(open_book(fixture, "pam@localhost"), "profanity", paths[i]);
        assert_imported(&imported, 2, true, false);
        otr_kit_remove(fixture->directory);
        assert_refused(open_book(fixture, "pam@localhost.example"), "profanity", paths[i], ERROR_NOT_FOUND, paths[i]);
        otr_kit_remove(fixture->directory);
    }
    OtrBook *book = open_book(fixture, "pam@localhost");
    assert_refused(book, "mcabber", program, ERROR_NOT_FOUND, program);
    assert_refused(book, "pidgin", "/nonexistent/place", ERROR_NOT_FOUND, "/nonexistent/place");
    assert_refused(book, "gajim", NULL, ERROR_BAD_INPUT, "gajim");
    assert_refused(book, "", NULL, ERROR_BAD_INPUT, "profanity");
}

/* I24: nothing is taken of a file that is damaged, nor is the file touched. */
static void
test_damaged(Fixture *fixture, gconstpointer data)
{
    g_autofree char *whole = otr_kit_sample("mcabber/otr/mac@localhost.key");
    g_autofree char *cut = g_strndup(whole, strlen(whole) / 2);
    const char *const keys[] = { "", "garbage", cut, whole, whole };
    const char *const fingerprints[] = {
        "", "", "", "garbage\n",
        "a@b\tmac@localhost\tjabber\t0000000000000000000000000000000000000001\tverified\na@b\tmac@loc",
    };
    g_autofree char *path = g_build_filename(fixture->root, "m", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        otr_kit_write(path, "mac@localhost.key", keys[i]);
        otr_kit_write(path, "mac@localhost.fpr", fingerprints[i]);
        OtrBook *book = open_book(fixture, "mac@localhost");
        assert_refused(book, "mcabber", path, ERROR_CONFIG, keys[i] == whole ? "localhost.fpr" : "localhost.key");
        g_autofree char *after = otr_kit_read(path, "mac@localhost.key");
        g_assert_cmpstr(after, ==, keys[i]);
    }
    g_autofree char *file = g_build_filename(path, "mac@localhost.fpr", NULL);
    g_unlink(file);
    g_assert_cmpint(g_mkdir(file, 0700), ==, 0);
    assert_refused(fixture->book, "mcabber", path, ERROR_CONFIG, file);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *home = otr_kit_directory();
    g_setenv("HOME", home, TRUE);
    g_unsetenv("XDG_DATA_HOME");
    e2ee_start_up();
#define ADD(path, func) g_test_add("/e2ee/otr-import/" path, Fixture, NULL, set_up, func, tear_down)
    ADD("profanity", test_profanity);
    ADD("mcabber", test_mcabber);
    ADD("samples-agree", test_samples_agree);
    ADD("pidgin", test_pidgin);
    ADD("pidgin-keys", test_pidgin_keys);
    ADD("irssi", test_irssi);
    ADD("merge", test_merge);
    ADD("other-keys-stay", test_other_keys_stay);
    ADD("while-making", test_while_making);
    ADD("not-written", test_not_written);
    ADD("default-places", test_default_places);
    ADD("places", test_places);
    ADD("damaged", test_damaged);
    const int result = g_test_run();
    otr_kit_remove(home);
    return result;
}

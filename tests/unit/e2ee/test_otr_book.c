/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/otr_book.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <libotr/instag.h>
#include <libotr/privkey.h>

#include "base/error.h"
#include "otr_files_kit.h"

static const char own[] = "pam@localhost";

typedef struct Fixture {
    char *root;
    char *directory; /* not there yet */
    OtrBook *book;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    umask(022); /* what most people have: modes must not come from it */
    fixture->root = otr_kit_directory();
    fixture->directory = g_build_filename(fixture->root, "a", "otr", NULL);
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
open_book(Fixture *fixture)
{
    otr_book_free(fixture->book);
    fixture->book = otr_kit_open(fixture->directory, own);
    return fixture->book;
}

static void
assert_list(const OtrBook *book, const char *peer, const char *expected)
{
    g_autofree char *list = otr_kit_list(book, peer);
    g_assert_cmpstr(list, ==, expected);
}

static const char *
trust_of(const OtrBook *book, const char *peer, guint number)
{
    g_autoptr(Jid) jid = jid_new(peer, NULL);
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    otr_kit_fingerprint(number, fingerprint);
    return otr_book_trust(book, jid, fingerprint);
}

/* In place of the file there is a directory: it cannot be replaced, not even by root. */
static void
obstruct(const Fixture *fixture, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
    g_unlink(path);
    g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
}

static void
clear_obstruction(const Fixture *fixture, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
    g_assert_cmpint(g_rmdir(path), ==, 0);
}

static guint
count_files(const char *directory)
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    guint count = 0;
    while (g_dir_read_name(dir) != NULL)
        count++;
    return count;
}

/* --- the own key, and the tag --- */

static void
test_empty(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture);
    g_assert_cmphex(otr_kit_mode(fixture->directory, "."), ==, 0700); /* I23 */
    g_assert_false(otr_book_has_key(book));
    g_assert_null(otr_book_own_fingerprint(book));
    g_assert_cmpstr(otr_book_account(book), ==, own);
    assert_list(book, NULL, "");
    g_assert_cmpuint(count_files(fixture->directory), ==, 0);
}

static void
test_key(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture);
    otr_kit_make_key(book);
    g_assert_false(otr_book_is_making_key(book));
    g_assert_true(otr_book_has_key(book));
    g_autofree char *fingerprint = otr_book_own_fingerprint(book);
    g_assert_cmpuint(strlen(fingerprint), ==, OTR_FINGERPRINT_DIGITS);
    g_assert_cmphex(otr_kit_mode(fixture->directory, "keys"), ==, 0600); /* I23 */
    g_assert_cmpuint(count_files(fixture->directory), ==, 1);
    book = open_book(fixture);
    g_autofree char *again = otr_book_own_fingerprint(book);
    g_assert_cmpstr(again, ==, fingerprint);
}

static void
never(const GError *error, gpointer data)
{
    g_assert_not_reached();
}

/* The answer is for nobody then; the thread goes on with what is its own. */
static void
test_gone_while_making(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture);
    g_assert_true(otr_book_make_key(book, never, NULL));
    g_assert_true(otr_book_is_making_key(book));
    g_assert_false(otr_book_make_key(book, never, NULL));
    otr_book_free(g_steal_pointer(&fixture->book));
    otr_kit_make_key(open_book(fixture));
}

static void
on_failure(const GError *error, gpointer data)
{
    g_assert_nonnull(error);
    *(GError **) data = g_error_copy(error);
}

/* A key that was not written would be another one after a restart. */
static void
test_key_not_written(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    OtrBook *book = open_book(fixture);
    obstruct(fixture, "keys");
    g_assert_true(otr_book_make_key(book, on_failure, &error));
    while (error == NULL)
        g_main_context_iteration(NULL, TRUE);
    g_assert_error(error, CONFAB_ERROR, ERROR_LOCAL_IO);
    g_assert_false(otr_book_has_key(book));
    g_assert_false(otr_book_is_making_key(book));
    clear_obstruction(fixture, "keys");
    otr_kit_make_key(book);
    g_assert_true(otr_book_has_key(book));
}

static otrl_instag_t
tag_of(const OtrBook *book)
{
    const OtrlInsTag *tag = otrl_instag_find(otr_book_userstate(book), own, OTR_PROTOCOL);
    return tag != NULL ? tag->instag : 0;
}

static void
test_tag(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    OtrBook *book = open_book(fixture);
    g_assert_true(otr_book_ensure_tag(book, &error));
    g_assert_no_error(error);
    const otrl_instag_t tag = tag_of(book);
    g_assert_cmphex(tag, >=, OTRL_MIN_VALID_INSTAG);
    g_assert_cmphex(otr_kit_mode(fixture->directory, "instance-tags"), ==, 0600); /* I23 */
    g_assert_true(otr_book_ensure_tag(book, NULL));
    book = open_book(fixture);
    g_assert_true(otr_book_ensure_tag(book, NULL));
    g_assert_cmphex(tag_of(book), ==, tag);
}

/* A tag that is not on disk is not used, or peers would see a new device after each start. */
static void
test_tag_not_written(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture);
    obstruct(fixture, "instance-tags");
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(otr_book_ensure_tag(book, &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_LOCAL_IO);
        g_assert_cmphex(tag_of(book), ==, 0);
    }
    clear_obstruction(fixture, "instance-tags");
    g_assert_true(otr_book_ensure_tag(book, NULL));
}

/* --- keys of others --- */

static void
test_trust(Fixture *fixture, gconstpointer data)
{
    static const char expected[] = "amy@example.org 0000000000000000000000000000000000000003 \n"
                                   "zoe@example.org 0000000000000000000000000000000000000002 smp\n"
                                   "zoe@example.org 0000000000000000000000000000000000000001 verified\n";
    OtrBook *book = open_book(fixture);
    g_assert_null(trust_of(book, "zoe@example.org", 1));
    otr_kit_set(book, "zoe@example.org/phone", 2, "");
    otr_kit_set(book, "amy@example.org", 3, "");
    otr_kit_set(book, "zoe@example.org/desk", 1, "verified");
    otr_kit_set(book, "Zoe@Example.org", 2, "smp");
    assert_list(book, NULL, expected);
    assert_list(book, "amy@example.org/x", "amy@example.org 0000000000000000000000000000000000000003 \n");
    g_assert_cmphex(otr_kit_mode(fixture->directory, "fingerprints"), ==, 0600); /* I23 */
    book = open_book(fixture);
    assert_list(book, NULL, expected);
    g_assert_cmpstr(trust_of(book, "zoe@example.org/other", 2), ==, "smp");
    g_assert_null(trust_of(book, "amy@example.org", 2)); /* somebody else's key is not hers */
    otr_kit_set(book, "zoe@example.org", 2, "");
    g_assert_cmpstr(trust_of(open_book(fixture), "zoe@example.org", 2), ==, "");
    g_assert_cmpuint(count_files(fixture->directory), ==, 1);
}

/* A file that libotr reads is written by it as it was. */
static void
test_format(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture);
    otr_kit_set(book, "zoe@example.org", 0xabcdef, "verified");
    otr_book_free(g_steal_pointer(&fixture->book));
    g_autofree char *written = otr_kit_read(fixture->directory, "fingerprints");
    g_assert_cmpstr(written, ==,
                    "zoe@example.org\tpam@localhost\txmpp\t0000000000000000000000000000000000abcdef\tverified\n");
    g_autofree char *path = g_build_filename(fixture->directory, "fingerprints", NULL);
    OtrlUserState state = otrl_userstate_create();
    g_assert_cmpint(otrl_privkey_read_fingerprints(state, path, otr_context_made, NULL), ==, 0);
    g_assert_cmpint(otrl_privkey_write_fingerprints(state, path), ==, 0);
    otrl_userstate_free(state);
    g_autofree char *by_libotr = otr_kit_read(fixture->directory, "fingerprints");
    g_assert_cmpstr(by_libotr, ==, written);
}

/* I23: who reads while it is written sees the old file or the new one; I24: nor is either lost. */
static void
test_atomic(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture);
    otr_kit_set(book, "zoe@example.org", 1, "");
    g_autofree char *path = g_build_filename(fixture->directory, "fingerprints", NULL);
    g_autofree char *before = otr_kit_read(fixture->directory, "fingerprints");
    FILE *reader = g_fopen(path, "re");
    otr_kit_set(book, "zoe@example.org", 2, "verified");
    char seen[1000] = "";
    g_assert_cmpuint(fread(seen, 1, sizeof seen - 1, reader), ==, strlen(before));
    fclose(reader);
    g_assert_cmpstr(seen, ==, before);
    g_assert_cmpuint(count_files(fixture->directory), ==, 1);
}

static void
test_trust_not_written(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture);
    g_autoptr(Jid) zoe = jid_new("zoe@example.org", NULL);
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    otr_kit_set(book, "zoe@example.org", 1, "");
    otr_kit_set(book, "zoe@example.org", 2, "verified");
    obstruct(fixture, "fingerprints");
    static const struct {
        guint number;
        const char *trust, *left;
    } cases[] = { { 1, "verified", "" }, { 2, "", "" }, { 3, "smp", "" }, { 4, "", "" } };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        otr_kit_fingerprint(cases[i].number, fingerprint);
        g_assert_false(otr_book_set_trust(book, zoe, fingerprint, cases[i].trust, &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_LOCAL_IO);
        g_assert_cmpstr(trust_of(book, "zoe@example.org", cases[i].number), ==, cases[i].left);
    }
    clear_obstruction(fixture, "fingerprints");
    g_assert_true(otr_book_save(book, NULL));
    g_assert_cmpstr(trust_of(open_book(fixture), "zoe@example.org", 1), ==, "");
}

/* A word from elsewhere cannot make a second line. */
static void
test_injection(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture);
    otr_kit_set(book, "zoe@example.org", 1, "a\tb\neve@example.org\tpam@localhost\txmpp\tverified\r");
    assert_list(open_book(fixture), NULL,
                "zoe@example.org 0000000000000000000000000000000000000001 "
                "a b eve@example.org pam@localhost xmpp verified \n");
}

/* Files somebody put here: old formats, other line ends, other accounts, whose lines stay. */
static void
test_foreign_lines(Fixture *fixture, gconstpointer data)
{
    otr_kit_write(fixture->directory, "fingerprints",
                  "# remark\n\n"
                  "Zoe@Example.ORG/x\tPAM@localhost/Home\tprpl-jabber\tABCDEF0000000000000000000000000000000001\r\n"
                  "zoe@example.org\tother@localhost\txmpp\t0000000000000000000000000000000000000009\tverified\n"
                  "zoe@example.org\tpam@localhost\txmpp\tabcdef0000000000000000000000000000000001\tsmp\n"
                  "amy@example.org\tpam@localhost\txmpp\t0000000000000000000000000000000000000002\tverified");
    OtrBook *book = open_book(fixture);
    static const char expected[] = "amy@example.org 0000000000000000000000000000000000000002 verified\n"
                                   "zoe@example.org ABCDEF0000000000000000000000000000000001 smp\n";
    assert_list(book, NULL, expected);
    g_assert_true(otr_book_save(book, NULL));
    g_autofree char *written = otr_kit_read(fixture->directory, "fingerprints");
    static const char others[] =
        "zoe@example.org\tother@localhost\txmpp\t0000000000000000000000000000000000000009\tverified\n";
    g_assert_nonnull(strstr(written, others));
    assert_list(open_book(fixture), NULL, expected);
}

/* libotr's readers stop at 1000 bytes of a line. */
static void
test_long_names(Fixture *fixture, gconstpointer data)
{
    g_autofree char *local = g_strnfill(1023, 'a');
    g_autofree char *long_name = g_strconcat(local, "@example.org", NULL);
    otr_book_free(otr_kit_open(fixture->directory, long_name));
    OtrBook *book = otr_kit_open(fixture->directory, long_name);
    g_assert_true(otr_book_ensure_tag(book, NULL));
    otr_kit_set(book, long_name, 1, "verified");
    otr_book_free(book);
    g_autofree char *tags = otr_kit_read(fixture->directory, "instance-tags");
    book = otr_kit_open(fixture->directory, long_name);
    g_assert_cmpstr(trust_of(book, long_name, 1), ==, "verified");
    g_assert_true(otr_book_ensure_tag(book, NULL));
    otr_book_free(book);
    g_autofree char *after = otr_kit_read(fixture->directory, "instance-tags");
    g_assert_cmpstr(after, ==, tags);
}

/* I9 */
static void
test_many_of_one(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture);
    otr_kit_set(book, "zoe@example.org", 1, "verified");
    otr_kit_set(book, "amy@example.org", 1, "");
    g_autoptr(Jid) zoe = jid_new("zoe@example.org", NULL);
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    for (guint i = 2; i <= 500; i++) {
        otr_kit_fingerprint(i, fingerprint);
        otr_book_put(book, zoe, fingerprint, "");
    }
    g_autofree char *list = otr_kit_list(book, "zoe@example.org");
    g_auto(GStrv) lines = g_strsplit(list, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines) - 1, ==, 100);
    g_assert_cmpstr(trust_of(book, "zoe@example.org", 1), ==, "verified");
    g_assert_null(trust_of(book, "zoe@example.org", 401));
    g_assert_cmpstr(trust_of(book, "zoe@example.org", 402), ==, "");
    g_assert_cmpstr(trust_of(book, "zoe@example.org", 500), ==, "");
    g_assert_cmpstr(trust_of(book, "amy@example.org", 1), ==, "");
}

static void
count_entry(const OtrBookEntry *entry, gpointer data)
{
    guint *count = data;
    (*count)++;
}

/* I9 */
static void
test_many_peers(Fixture *fixture, gconstpointer data)
{
    OtrBook *book = open_book(fixture);
    otr_kit_set(book, "first@example.org", 1, "verified");
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    for (guint i = 0; i < OTR_FINGERPRINTS_MAX + 10; i++) {
        g_autofree char *text = g_strdup_printf("peer%u@example.org", i);
        g_autoptr(Jid) peer = jid_new(text, NULL);
        otr_kit_fingerprint(i, fingerprint);
        otr_book_put(book, peer, fingerprint, "");
    }
    guint count = 0;
    otr_book_foreach(book, NULL, count_entry, &count);
    g_assert_cmpuint(count, ==, OTR_FINGERPRINTS_MAX);
    g_assert_cmpstr(trust_of(book, "first@example.org", 1), ==, "verified");
    g_assert_null(trust_of(book, "peer0@example.org", 0));
    g_assert_true(otr_book_save(book, NULL));
    book = open_book(fixture);
    count = 0;
    otr_book_foreach(book, NULL, count_entry, &count);
    g_assert_cmpuint(count, ==, OTR_FINGERPRINTS_MAX);
}

/* --- files that cannot be used --- */

/* I24 */
static void
assert_refused(const Fixture *fixture, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) jid = jid_new(own, NULL);
    g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
    OtrBook *book = otr_book_new(fixture->directory, jid, &error);
    if (book != NULL)
        g_test_message("not refused: %s", path);
    g_assert_null(book);
    g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_null(strchr(error->message, '\n'));
}

static void
assert_text_refused(const Fixture *fixture, const char *name, const char *text)
{
    otr_kit_write(fixture->directory, name, text);
    assert_refused(fixture, name);
    g_autofree char *after = otr_kit_read(fixture->directory, name);
    g_assert_cmpstr(after, ==, text);
    g_assert_cmpuint(count_files(fixture->directory), ==, 1);
    g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
    g_unlink(path);
}

static void
test_damaged_lines(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *name, *text;
    } cases[] = {
        { "fingerprints", "garbage\n" },
        { "fingerprints", "z@x\tpam@localhost\txmpp\t00000000000000000000000000000000000000\tverified\n" },
        { "fingerprints", "z@x\tpam@localhost\txmpp\t000000000000000000000000000000000000000g\tverified\n" },
        { "fingerprints", "z@x\tpam@localhost\txmpp\t0000000000000000000000000000000000000001f\n" },
        { "fingerprints", "z@x\tpam@localhost\txmpp\n" },
        { "fingerprints", "@\tpam@localhost\txmpp\t0000000000000000000000000000000000000001\tverified\n" },
        { "fingerprints", "\tpam@localhost\txmpp\t0000000000000000000000000000000000000001\tverified\n" },
        { "fingerprints", "z@x\tpam@localhost\txmpp\t0000000000000000000000000000000000000001\tverified\nz@x\tpa" },
        { "fingerprints", "\xff\xfe\n" },
        { "instance-tags", "garbage\n" },
        { "instance-tags", "pam@localhost\txmpp\t000000ff\n" },
        { "instance-tags", "pam@localhost\txmpp\t1234567\n" },
        { "instance-tags", "pam@localhost\txmpp\t-2345678\n" },
        { "instance-tags", "pam@localhost\t12345678\n" },
        { "instance-tags", "\txmpp\t12345678\n" },
        { "keys", "" },
        { "keys", "garbage\n" },
        { "keys", "()" },
        { "keys", "((privkeys))" },
        { "keys", "(privkeys account)" },
        { "keys", "(privkeys (account (name a)))" },
        { "keys", "(privkeys (account (name a) (protocol xmpp) (private-key (dsa (p 1)))))" },
    };
    g_assert_cmpint(g_mkdir_with_parents(fixture->directory, 0700), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_text_refused(fixture, cases[i].name, cases[i].text);
}

static void
test_damaged_key(Fixture *fixture, gconstpointer data)
{
    g_autofree char *whole = otr_kit_sample("profanity/otr/pam_at_localhost/keys.txt");
    g_assert_cmpint(g_mkdir_with_parents(fixture->directory, 0700), ==, 0);
    for (gsize length = 0; length < strlen(whole) - 2; length += 37) {
        g_autofree char *cut = g_strndup(whole, length);
        assert_text_refused(fixture, "keys", cut);
    }
    /* A digit of the secret number is another one: the key is not the one its public half says. */
    char *secret = strstr(whole, "(x #");
    secret[10] = secret[10] == '0' ? '1' : '0';
    assert_text_refused(fixture, "keys", whole);
}

static void
test_nul_byte(Fixture *fixture, gconstpointer data)
{
    static const char text[] = "z@x\tpam@localhost\txmpp\t0000000000000000000000000000000000000001\t\n\0lost\n";
    g_autofree char *path = g_build_filename(fixture->directory, "fingerprints", NULL);
    g_assert_cmpint(g_mkdir_with_parents(fixture->directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, sizeof text - 1, NULL));
    assert_refused(fixture, "fingerprints");
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpuint((guint) status.st_size, ==, sizeof text - 1);
}

/* What is not a file, or not to be read, is not replaced; nor does a pipe keep us waiting. */
static void
test_unreadable(Fixture *fixture, gconstpointer data)
{
    static const char *const names[] = { "keys", "fingerprints", "instance-tags" };
    g_assert_cmpint(g_mkdir_with_parents(fixture->directory, 0700), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(fixture->directory, names[i], NULL);
        g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
        assert_refused(fixture, names[i]);
        g_assert_cmpint(g_rmdir(path), ==, 0);
        g_assert_cmpint(mkfifo(path, 0600), ==, 0);
        assert_refused(fixture, names[i]);
        g_unlink(path);
        g_assert_cmpint(symlink(names[i], path), ==, 0); /* to itself */
        assert_refused(fixture, names[i]);
        g_unlink(path);
        if (geteuid() != 0) { /* root reads everything */
            otr_kit_write(fixture->directory, names[i], "");
            g_assert_cmpint(g_chmod(path, 0), ==, 0);
            assert_refused(fixture, names[i]);
            g_unlink(path);
        }
    }
    g_assert_cmpuint(count_files(fixture->directory), ==, 0);
}

static GLogWriterOutput
keep_log(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data)
{
    for (gsize i = 0; i < count; i++) {
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            g_string_append_printf(data, "%s\n", (const char *) fields[i].value);
    }
    return G_LOG_WRITER_HANDLED;
}

/* I23: it is used, and there is a word about it; what is written anew is private. The log is the whole process's. */
static void
test_exposed_child(void)
{
    GString *log = g_string_new(NULL); /* the writer stays */
    g_autofree char *root = otr_kit_directory();
    g_autofree char *path = g_build_filename(root, "fingerprints", NULL);
    g_log_set_writer_func(keep_log, log, NULL);
    otr_book_free(otr_kit_open(root, own));
    otr_kit_write(root, "fingerprints", "");
    otr_book_free(otr_kit_open(root, own));
    g_assert_cmpstr(log->str, ==, "");
    g_assert_cmpint(g_chmod(path, 0640), ==, 0);
    OtrBook *book = otr_kit_open(root, own);
    g_assert_nonnull(strstr(log->str, path));
    g_assert_true(otr_book_save(book, NULL));
    g_assert_cmphex(otr_kit_mode(root, "fingerprints"), ==, 0600);
    otr_book_free(book);
    otr_kit_remove(root);
}

static void
test_exposed(void)
{
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
        g_test_trap_assert_passed();
        return;
    }
    test_exposed_child();
}

static void
test_no_directory(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) jid = jid_new(own, NULL);
    otr_kit_write(fixture->root, "a", "a file");
    g_assert_null(otr_book_new(fixture->directory, jid, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_LOCAL_IO);
    g_assert_nonnull(strstr(error->message, fixture->directory));
}

/* --- text --- */

static void
test_text(void)
{
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    g_assert_true(otr_fingerprint_parse("  01234567 89abcdef 01234567 89ABCDEF\t01234567 ", fingerprint));
    g_autofree char *text = otr_fingerprint_text(fingerprint);
    g_assert_cmpstr(text, ==, "0123456789ABCDEF0123456789ABCDEF01234567");
    static const char *const bad[] = { "", "0", "0123456789ABCDEF0123456789ABCDEF0123456",
                                       "0123456789ABCDEF0123456789ABCDEF012345678",
                                       "0123456789ABCDEF0123456789ABCDEF0123456g",
                                       "0123456789ABCDEF0123456789ABCDEF012345-7", "\xc3\xa4" };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(otr_fingerprint_parse(bad[i], fingerprint));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    e2ee_start_up();
#define ADD(path, func) g_test_add("/e2ee/otr-book/" path, Fixture, NULL, set_up, func, tear_down)
    ADD("empty", test_empty);
    ADD("key", test_key);
    ADD("gone-while-making", test_gone_while_making);
    ADD("key-not-written", test_key_not_written);
    ADD("tag", test_tag);
    ADD("tag-not-written", test_tag_not_written);
    ADD("trust", test_trust);
    ADD("format", test_format);
    ADD("atomic", test_atomic);
    ADD("trust-not-written", test_trust_not_written);
    ADD("injection", test_injection);
    ADD("foreign-lines", test_foreign_lines);
    ADD("long-names", test_long_names);
    ADD("many-of-one", test_many_of_one);
    ADD("many-peers", test_many_peers);
    ADD("damaged-lines", test_damaged_lines);
    ADD("damaged-key", test_damaged_key);
    ADD("nul-byte", test_nul_byte);
    ADD("unreadable", test_unreadable);
    ADD("no-directory", test_no_directory);
    g_test_add_func("/e2ee/otr-book/exposed", test_exposed);
    g_test_add_func("/e2ee/otr-book/text", test_text);
    return g_test_run();
}

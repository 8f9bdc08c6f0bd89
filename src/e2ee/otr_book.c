/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/otr_book.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libotr/instag.h>
#include <libotr/privkey.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "e2ee/otr_files.h"

enum {
    PEER_KEYS_MAX = 100, /* of one peer; the oldest that is not trusted goes (I9) */
};

typedef struct Entry {
    Jid *peer; /* bare */
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    char *trust;
} Entry;

/* A key that is being made, in another thread; the book may be gone when it is done. */
typedef struct KeyMaking {
    OtrBook *book; /* NULL: gone */
    void *key;
    OtrBookDone done;
    gpointer data;
} KeyMaking;

struct OtrBook {
    char *directory;
    char *account;
    OtrlUserState state;
    GPtrArray *entries; /* Entry*, in the order in which they were seen */
    GHashTable *index;  /* the same, by peer and fingerprint */
    GString *others;    /* lines of other accounts */
    KeyMaking *making;
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    jid_unref(entry->peer);
    g_free(entry->trust);
    g_free(entry);
}

/* It is freed with the data of the program, last of all. */
void
otr_context_made(void *unused, ConnContext *context)
{
    context->app_data = context->context_priv;
    context->app_data_free = free;
}

static char *
path_of(const OtrBook *book, const char *name)
{
    return g_build_filename(book->directory, name, NULL);
}

/* --- fingerprints --- */

static guint
entry_hash(gconstpointer data)
{
    const Entry *entry = data;
    guint hash;
    memcpy(&hash, entry->fingerprint, sizeof hash);
    return hash ^ jid_bare_hash(entry->peer);
}

static gboolean
entry_equal(gconstpointer a, gconstpointer b)
{
    const Entry *one = a, *other = b;
    return memcmp(one->fingerprint, other->fingerprint, OTR_FINGERPRINT_BYTES) == 0
           && jid_equal_bare(one->peer, other->peer);
}

static Entry *
find_entry(const OtrBook *book, const Jid *peer, const guchar *fingerprint)
{
    Entry wanted = { .peer = (Jid *) peer };
    memcpy(wanted.fingerprint, fingerprint, OTR_FINGERPRINT_BYTES);
    return g_hash_table_lookup(book->index, &wanted);
}

static Entry *
add_entry(OtrBook *book, const Jid *peer, const guchar *fingerprint, const char *trust)
{
    Entry *entry = g_new0(Entry, 1);
    entry->peer = jid_to_bare(peer);
    memcpy(entry->fingerprint, fingerprint, OTR_FINGERPRINT_BYTES);
    entry->trust = g_strdup(trust);
    g_ptr_array_add(book->entries, entry);
    g_hash_table_add(book->index, entry);
    return entry;
}

static void
replace_trust(Entry *entry, const char *trust)
{
    char *copy = g_strdelimit(g_strdup(trust), "\t\r\n", ' ');
    g_free(entry->trust);
    entry->trust = copy;
}

/* Lines of other accounts, from a file that was put here, are kept as they are. */
static bool
take_line(const OtrFingerprintLine *line, gpointer data)
{
    OtrBook *book = data;
    g_autoptr(Jid) account = jid_new(line->account, NULL);
    if (account == NULL || strcmp(jid_bare(account), book->account) != 0)
        return otr_files_add_fingerprint(book->others, line);
    g_autoptr(Jid) peer = jid_new(line->username, NULL);
    if (peer == NULL)
        return false;
    Entry *known = find_entry(book, peer, line->fingerprint);
    if (known != NULL)
        replace_trust(known, line->trust); /* as libotr: the last one counts */
    else
        add_entry(book, peer, line->fingerprint, line->trust);
    return true;
}

static gcry_error_t
write_fingerprints(FILE *file, gpointer data)
{
    const OtrBook *book = data;
    g_autoptr(GString) text = g_string_new(book->others->str);
    for (guint i = 0; i < book->entries->len; i++) {
        const Entry *entry = g_ptr_array_index(book->entries, i);
        OtrFingerprintLine line = {
            .username = jid_text(entry->peer),
            .account = book->account,
            .protocol = OTR_PROTOCOL,
            .trust = entry->trust,
        };
        memcpy(line.fingerprint, entry->fingerprint, OTR_FINGERPRINT_BYTES);
        if (!otr_files_add_fingerprint(text, &line))
            return gcry_error(GPG_ERR_INV_VALUE);
    }
    return fwrite(text->str, 1, text->len, file) == text->len ? 0 : gcry_error_from_errno(EIO);
}

bool
otr_book_save(OtrBook *book, GError **error)
{
    g_autofree char *path = path_of(book, "fingerprints");
    return otr_files_write(path, write_fingerprints, book, error);
}

const char *
otr_book_trust(const OtrBook *book, const Jid *peer, const guchar fingerprint[OTR_FINGERPRINT_BYTES])
{
    const Entry *entry = find_entry(book, peer, fingerprint);
    return entry != NULL ? entry->trust : NULL;
}

static void
remove_entry(OtrBook *book, guint place)
{
    g_hash_table_remove(book->index, g_ptr_array_index(book->entries, place));
    g_ptr_array_remove_index(book->entries, place);
}

/* A peer that comes with ever new keys must not fill the file, nor must many peers. What was verified stays. */
static void
make_room(OtrBook *book, const Jid *peer)
{
    const guint none = book->entries->len;
    guint of_peer = 0, oldest_of_peer = none, oldest = none;
    for (guint i = none; i > 0; i--) {
        const Entry *entry = g_ptr_array_index(book->entries, i - 1);
        const bool is_peer = jid_equal_bare(entry->peer, peer);
        of_peer += is_peer;
        if (*entry->trust != '\0')
            continue;
        oldest = i - 1;
        if (is_peer)
            oldest_of_peer = i - 1;
    }
    if (of_peer >= PEER_KEYS_MAX && oldest_of_peer < none)
        remove_entry(book, oldest_of_peer);
    else if (none >= OTR_FINGERPRINTS_MAX && oldest < none)
        remove_entry(book, oldest);
}

void
otr_book_put(OtrBook *book, const Jid *peer, const guchar fingerprint[OTR_FINGERPRINT_BYTES], const char *trust)
{
    Entry *entry = find_entry(book, peer, fingerprint);
    if (entry == NULL) {
        make_room(book, peer);
        entry = add_entry(book, peer, fingerprint, "");
    }
    replace_trust(entry, trust);
}

bool
otr_book_set_trust(OtrBook *book, const Jid *peer, const guchar fingerprint[OTR_FINGERPRINT_BYTES], const char *trust,
                   GError **error)
{
    const char *known = otr_book_trust(book, peer, fingerprint);
    g_autofree char *before = g_strdup(known != NULL ? known : "");
    otr_book_put(book, peer, fingerprint, trust);
    if (otr_book_save(book, error))
        return true;
    if (*trust != '\0') /* what is not kept is not trusted; that it is known, and distrust, stay */
        replace_trust(find_entry(book, peer, fingerprint), before);
    return false;
}

static int
compare_entries(gconstpointer a, gconstpointer b)
{
    const Entry *const *one = a, *const *other = b;
    return jid_compare((*one)->peer, (*other)->peer);
}

void
otr_book_foreach(const OtrBook *book, const Jid *peer, OtrBookFunc func, gpointer data)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    for (guint i = 0; i < book->entries->len; i++) {
        Entry *entry = g_ptr_array_index(book->entries, i);
        if (peer == NULL || jid_equal_bare(entry->peer, peer))
            g_ptr_array_add(found, entry);
    }
    g_ptr_array_sort(found, compare_entries); /* stable */
    for (guint i = 0; i < found->len; i++) {
        const Entry *entry = g_ptr_array_index(found, i);
        func(&(OtrBookEntry) { entry->peer, entry->fingerprint, entry->trust }, data);
    }
}

/* --- the own key --- */

bool
otr_book_has_key(const OtrBook *book)
{
    return otrl_privkey_find(book->state, book->account, OTR_PROTOCOL) != NULL;
}

char *
otr_book_own_fingerprint(const OtrBook *book)
{
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    if (otrl_privkey_fingerprint_raw(book->state, fingerprint, book->account, OTR_PROTOCOL) == NULL)
        return NULL;
    return otr_fingerprint_text(fingerprint);
}

static void
make_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const KeyMaking *making = data;
    g_task_return_int(task, (gssize) otrl_privkey_generate_calculate(making->key));
}

/* libotr writes all keys, and reads them back into the user state. */
static gcry_error_t
write_key(FILE *file, gpointer data)
{
    const KeyMaking *making = data;
    return otrl_privkey_generate_finish_FILEp(making->book->state, making->key, file);
}

static void
finish_key(const KeyMaking *making, gcry_error_t code)
{
    OtrBook *book = making->book;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = path_of(book, "keys");
    if (code != 0) {
        otrl_privkey_generate_cancelled(book->state, making->key);
        g_set_error(&error, CONFAB_ERROR, ERROR_INTERNAL, _("no private key for OTR could be made: %s"),
                    gcry_strerror(code));
    } else if (!otr_files_write(path, write_key, (gpointer) making, &error)) {
        /* A key that will be another one after a restart is none. */
        OtrlPrivKey *key = otrl_privkey_find(book->state, book->account, OTR_PROTOCOL);
        if (key != NULL)
            otrl_privkey_forget(key);
    }
    making->done(error, making->data);
}

static void
on_made(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree KeyMaking *making = data;
    const gcry_error_t code = (gcry_error_t) g_task_propagate_int(G_TASK(result), NULL);
    if (making->book == NULL) {
        otrl_privkey_generate_cancelled(NULL, making->key);
        return;
    }
    making->book->making = NULL;
    finish_key(making, code);
}

bool
otr_book_make_key(OtrBook *book, OtrBookDone done, gpointer data)
{
    void *key = NULL;
    if (book->making != NULL || otrl_privkey_generate_start(book->state, book->account, OTR_PROTOCOL, &key) != 0)
        return false;
    book->making = g_new0(KeyMaking, 1);
    *book->making = (KeyMaking) { .book = book, .key = key, .done = done, .data = data };
    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_made, book->making);
    g_task_set_task_data(task, book->making, NULL);
    g_task_run_in_thread(task, make_in_thread);
    return true;
}

bool
otr_book_take_key(OtrBook *book, const OtrlPrivKey *key, GError **error)
{
    if (book->making != NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED,
                            _("a private key for OTR is being made: try again when it is there"));
        return false;
    }
    g_autofree char *path = path_of(book, "keys");
    return otr_files_add_key(path, book->state, key, book->account, OTR_PROTOCOL, error);
}

bool
otr_book_is_making_key(const OtrBook *book)
{
    return book->making != NULL;
}

static gcry_error_t
write_tag(FILE *file, gpointer data)
{
    const OtrBook *book = data;
    return otrl_instag_generate_FILEp(book->state, file, book->account, OTR_PROTOCOL);
}

bool
otr_book_ensure_tag(OtrBook *book, GError **error)
{
    if (otrl_instag_find(book->state, book->account, OTR_PROTOCOL) != NULL)
        return true;
    g_autofree char *path = path_of(book, "instance-tags");
    if (otr_files_write(path, write_tag, book, error))
        return true;
    OtrlInsTag *tag = otrl_instag_find(book->state, book->account, OTR_PROTOCOL);
    if (tag != NULL)
        otrl_instag_forget(tag);
    return false;
}

/* --- life --- */

static bool
make_directory(const char *directory, GError **error)
{
    if (g_mkdir_with_parents(directory, 0700) == 0)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("cannot make the directory %s: %s"), directory,
                g_strerror(errno));
    return false;
}

/* I23 */
static void
warn_when_exposed(const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && (status.st_mode & 077) != 0)
        log_warning("e2ee", "others can read %s: run chmod 600 on it to keep it private", path);
}

static bool
load(OtrBook *book, GError **error)
{
    g_autofree char *keys = path_of(book, "keys");
    g_autofree char *tags = path_of(book, "instance-tags");
    g_autofree char *fingerprints = path_of(book, "fingerprints");
    warn_when_exposed(keys);
    warn_when_exposed(fingerprints);
    return make_directory(book->directory, error) && otr_files_read_keys(keys, book->state, NULL, error)
           && otr_files_read_tags(tags, book->state, NULL, error)
           && otr_files_read_fingerprints(fingerprints, take_line, book, NULL, error);
}

OtrBook *
otr_book_new(const char *directory, const Jid *own, GError **error)
{
    OtrBook *book = g_new0(OtrBook, 1);
    book->directory = g_strdup(directory);
    book->account = g_strdup(jid_bare(own));
    book->state = otrl_userstate_create();
    book->entries = g_ptr_array_new_with_free_func(entry_free);
    book->index = g_hash_table_new(entry_hash, entry_equal);
    book->others = g_string_new(NULL);
    if (load(book, error))
        return book;
    otr_book_free(book);
    return NULL;
}

void
otr_book_free(OtrBook *book)
{
    if (book == NULL)
        return;
    if (book->making != NULL)
        book->making->book = NULL;
    otrl_userstate_free(book->state);
    g_hash_table_unref(book->index);
    g_ptr_array_unref(book->entries);
    g_string_free(book->others, TRUE);
    g_free(book->directory);
    g_free(book->account);
    g_free(book);
}

OtrlUserState
otr_book_userstate(const OtrBook *book)
{
    return book->state;
}

const char *
otr_book_account(const OtrBook *book)
{
    return book->account;
}

char *
otr_fingerprint_text(const guchar fingerprint[OTR_FINGERPRINT_BYTES])
{
    GString *text = g_string_sized_new(2 * OTR_FINGERPRINT_BYTES);
    for (guint i = 0; i < OTR_FINGERPRINT_BYTES; i++)
        g_string_append_printf(text, "%02X", fingerprint[i]);
    return g_string_free(text, FALSE);
}

bool
otr_fingerprint_parse(const char *text, guchar fingerprint[OTR_FINGERPRINT_BYTES])
{
    guint digits = 0;
    for (; *text != '\0'; text++) {
        if (g_ascii_isspace(*text))
            continue;
        if (!g_ascii_isxdigit(*text) || digits == 2 * OTR_FINGERPRINT_BYTES)
            return false;
        const guchar value = (guchar) g_ascii_xdigit_value(*text);
        fingerprint[digits / 2] = (guchar) (digits % 2 == 0 ? value << 4 : fingerprint[digits / 2] | value);
        digits++;
    }
    return digits == 2 * OTR_FINGERPRINT_BYTES;
}

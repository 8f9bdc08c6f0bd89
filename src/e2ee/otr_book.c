/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libotr reads and writes the formats; files and their safety are ours. It wants FILE * with a descriptor: that is of
 * memory, never of a file with a name. */
#include "e2ee/otr_book.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libotr/instag.h>
#include <libotr/privkey.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"

enum {
    FILE_MAX = 8 * 1024 * 1024, /* bytes of one of the files */
    PEER_KEYS_MAX = 100,        /* of one peer; the oldest that is not trusted goes (I9) */
};

typedef struct Entry {
    Jid *peer; /* bare */
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    char *trust;
} Entry;

/* A key that is being made, in another thread; the book may be gone when it is done. */
typedef struct KeyMaking {
    OtrBook *book; /* NULL: gone */
    OtrlUserState state;
    void *key;
    OtrBookDone done;
    gpointer data;
} KeyMaking;

struct OtrBook {
    char *directory;
    char *account;
    OtrlUserState state;
    GPtrArray *entries; /* Entry*, in the order in which they were seen */
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

/* --- files --- */

static char *
path_of(const OtrBook *book, const char *name)
{
    return g_build_filename(book->directory, name, NULL);
}

static bool
refuse_file(const char *path, const char *why, GError **error)
{
    g_set_error(error, CONFAB_ERROR, ERROR_CONFIG, _("%s cannot be used (%s): repair it, or move it away"), path, why);
    return false;
}

/* The whole file, wiped by wipe(); empty when it is missing. */
static bool
read_file(const char *path, char **text, gsize *length, GError **error)
{
    g_autoptr(GError) failure = NULL;
    *text = paths_read(path, FILE_MAX, length, &failure);
    if (*text != NULL)
        return true;
    if (!g_error_matches(failure, CONFAB_ERROR, ERROR_NOT_FOUND))
        return refuse_file(path, failure->message, error);
    *text = g_strdup("");
    *length = 0;
    return true;
}

static void
wipe(char *text, gsize length)
{
    if (text != NULL)
        explicit_bzero(text, length);
    g_free(text);
}

/* A file nobody else can see, which is gone when it is closed. */
static FILE *
open_memory(void)
{
    const int fd = memfd_create("otr", MFD_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (file == NULL && fd >= 0)
        close(fd);
    return file;
}

typedef gcry_error_t (*ReadFile)(OtrlUserState state, FILE *file);

static gcry_error_t
read_fingerprints(OtrlUserState state, FILE *file)
{
    return otrl_privkey_read_fingerprints_FILEp(state, file, otr_context_made, NULL);
}

static bool
load(const OtrBook *book, const char *name, ReadFile reads, OtrlUserState state, GError **error)
{
    g_autofree char *path = path_of(book, name);
    char *text;
    gsize length;
    if (!read_file(path, &text, &length, error))
        return false;
    FILE *file = open_memory();
    gcry_error_t code = file == NULL ? gcry_error_from_errno(errno) : 0;
    if (file != NULL && length > 0 && (fwrite(text, 1, length, file) != length || fseek(file, 0, SEEK_SET) != 0))
        code = gcry_error_from_errno(EIO);
    if (code == 0 && length > 0)
        code = reads(state, file);
    if (file != NULL)
        fclose(file);
    wipe(text, length);
    return code == 0 || refuse_file(path, gcry_strerror(code), error);
}

typedef gcry_error_t (*WriteFile)(const OtrBook *book, FILE *file, gpointer data);

static bool
read_back(FILE *file, char **text, gsize *length)
{
    const long size = fflush(file) == 0 && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (size < 0 || fseek(file, 0, SEEK_SET) != 0)
        return false;
    *length = (gsize) size;
    *text = g_malloc0(*length + 1);
    return fread(*text, 1, *length, file) == *length;
}

static bool
write_through(const OtrBook *book, const char *name, WriteFile writes, gpointer data, GError **error)
{
    g_autofree char *path = path_of(book, name);
    char *text = NULL;
    gsize length = 0;
    FILE *file = open_memory();
    gcry_error_t code = file == NULL ? gcry_error_from_errno(errno) : writes(book, file, data);
    if (code == 0 && !read_back(file, &text, &length))
        code = gcry_error_from_errno(EIO);
    if (file != NULL)
        fclose(file);
    const bool written = code == 0 && paths_write(path, text, (gssize) length, error);
    if (code != 0)
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s cannot be written: %s"), path, gcry_strerror(code));
    wipe(text, length);
    return written;
}

/* --- fingerprints --- */

static Entry *
find_entry(const OtrBook *book, const Jid *peer, const guchar *fingerprint)
{
    for (guint i = 0; i < book->entries->len; i++) {
        Entry *entry = g_ptr_array_index(book->entries, i);
        if (memcmp(entry->fingerprint, fingerprint, OTR_FINGERPRINT_BYTES) == 0 && jid_equal_bare(entry->peer, peer))
            return entry;
    }
    return NULL;
}

static Entry *
add_entry(OtrBook *book, const Jid *peer, const guchar *fingerprint, const char *trust)
{
    Entry *entry = g_new0(Entry, 1);
    entry->peer = jid_to_bare(peer);
    memcpy(entry->fingerprint, fingerprint, OTR_FINGERPRINT_BYTES);
    entry->trust = g_strdup(trust);
    g_ptr_array_add(book->entries, entry);
    return entry;
}

/* Lists of libotr grow at their front; the file's order is the other way round. */
static void
take_fingerprints(OtrBook *book, OtrlUserState state)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new();
    for (ConnContext *context = state->context_root; context != NULL; context = context->next) {
        for (Fingerprint *key = context->fingerprint_root.next; key != NULL; key = key->next)
            g_ptr_array_insert(found, 0, key);
    }
    for (guint i = 0; i < found->len && book->entries->len < OTR_FINGERPRINTS_MAX; i++) {
        const Fingerprint *key = g_ptr_array_index(found, i);
        g_autoptr(Jid) peer = jid_new(key->context->username, NULL);
        if (peer != NULL && key->fingerprint != NULL && find_entry(book, peer, key->fingerprint) == NULL)
            add_entry(book, peer, key->fingerprint, key->trust != NULL ? key->trust : "");
    }
}

static bool
load_fingerprints(OtrBook *book, GError **error)
{
    OtrlUserState state = otrl_userstate_create();
    const bool loaded = load(book, "fingerprints", read_fingerprints, state, error);
    if (loaded)
        take_fingerprints(book, state);
    otrl_userstate_free(state);
    return loaded;
}

/* As otrl_privkey_write_fingerprints_FILEp() writes them. */
static gcry_error_t
write_fingerprints(const OtrBook *book, FILE *file, gpointer data)
{
    for (guint i = 0; i < book->entries->len; i++) {
        const Entry *entry = g_ptr_array_index(book->entries, i);
        fprintf(file, "%s\t%s\t%s\t", jid_text(entry->peer), book->account, OTR_PROTOCOL);
        for (guint j = 0; j < OTR_FINGERPRINT_BYTES; j++)
            fprintf(file, "%02x", entry->fingerprint[j]);
        fprintf(file, "\t%s\n", entry->trust);
    }
    return ferror(file) ? gcry_error_from_errno(EIO) : 0;
}

bool
otr_book_save(OtrBook *book, GError **error)
{
    return write_through(book, "fingerprints", write_fingerprints, NULL, error);
}

const char *
otr_book_trust(const OtrBook *book, const Jid *peer, const guchar fingerprint[OTR_FINGERPRINT_BYTES])
{
    const Entry *entry = find_entry(book, peer, fingerprint);
    return entry != NULL ? entry->trust : NULL;
}

/* A peer that comes with ever new keys must not fill the file. */
static void
make_room(OtrBook *book, const Jid *peer)
{
    guint count = 0, oldest = book->entries->len;
    for (guint i = book->entries->len; i > 0; i--) {
        const Entry *entry = g_ptr_array_index(book->entries, i - 1);
        if (!jid_equal_bare(entry->peer, peer))
            continue;
        count++;
        if (*entry->trust == '\0')
            oldest = i - 1;
    }
    if (count >= PEER_KEYS_MAX && oldest < book->entries->len)
        g_ptr_array_remove_index(book->entries, oldest);
}

void
otr_book_put(OtrBook *book, const Jid *peer, const guchar fingerprint[OTR_FINGERPRINT_BYTES], const char *trust)
{
    Entry *entry = find_entry(book, peer, fingerprint);
    if (entry == NULL) {
        make_room(book, peer);
        add_entry(book, peer, fingerprint, trust);
        return;
    }
    char *copy = g_strdup(trust);
    g_free(entry->trust);
    entry->trust = copy;
}

bool
otr_book_set_trust(OtrBook *book, const Jid *peer, const guchar fingerprint[OTR_FINGERPRINT_BYTES], const char *trust,
                   GError **error)
{
    otr_book_put(book, peer, fingerprint, trust);
    return otr_book_save(book, error);
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

/* Writes the key, which stays in the user state. */
static gcry_error_t
write_key(const OtrBook *book, FILE *file, gpointer key)
{
    return otrl_privkey_generate_finish_FILEp(book->state, key, file);
}

static void
on_made(GObject *source, GAsyncResult *result, gpointer data)
{
    KeyMaking *making = data;
    OtrBook *book = making->book;
    g_autoptr(GError) error = NULL;
    const gcry_error_t code = (gcry_error_t) g_task_propagate_int(G_TASK(result), NULL);
    if (book == NULL) {
        otrl_privkey_generate_cancelled(making->state, making->key);
        otrl_userstate_free(making->state);
        g_free(making);
        return;
    }
    book->making = NULL;
    if (code != 0) {
        otrl_privkey_generate_cancelled(book->state, making->key);
        g_set_error(&error, CONFAB_ERROR, ERROR_INTERNAL, _("no private key for OTR could be made: %s"),
                    gcry_strerror(code));
    } else if (!write_through(book, "keys", write_key, making->key, &error)) {
        /* A key that will be another one after a restart is none. */
        OtrlPrivKey *key = otrl_privkey_find(book->state, book->account, OTR_PROTOCOL);
        if (key != NULL)
            otrl_privkey_forget(key);
    }
    making->done(error, making->data);
    g_free(making);
}

bool
otr_book_make_key(OtrBook *book, OtrBookDone done, gpointer data)
{
    void *key = NULL;
    if (book->making != NULL || otrl_privkey_generate_start(book->state, book->account, OTR_PROTOCOL, &key) != 0)
        return false;
    book->making = g_new0(KeyMaking, 1);
    *book->making = (KeyMaking) { .book = book, .state = book->state, .key = key, .done = done, .data = data };
    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_made, book->making);
    g_task_set_task_data(task, book->making, NULL);
    g_task_run_in_thread(task, make_in_thread);
    return true;
}

bool
otr_book_is_making_key(const OtrBook *book)
{
    return book->making != NULL;
}

static gcry_error_t
write_tag(const OtrBook *book, FILE *file, gpointer data)
{
    return otrl_instag_generate_FILEp(book->state, file, book->account, OTR_PROTOCOL);
}

bool
otr_book_ensure_tag(OtrBook *book, GError **error)
{
    return otrl_instag_find(book->state, book->account, OTR_PROTOCOL) != NULL
           || write_through(book, "instance-tags", write_tag, NULL, error);
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

OtrBook *
otr_book_new(const char *directory, const Jid *own, GError **error)
{
    OtrBook *book = g_new0(OtrBook, 1);
    book->directory = g_strdup(directory);
    book->account = g_strdup(jid_bare(own));
    book->state = otrl_userstate_create();
    book->entries = g_ptr_array_new_with_free_func(entry_free);
    if (make_directory(directory, error) && load(book, "keys", otrl_privkey_read_FILEp, book->state, error)
        && load(book, "instance-tags", otrl_instag_read_FILEp, book->state, error) && load_fingerprints(book, error))
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
        book->making->book = NULL; /* the thread still needs the state */
    else
        otrl_userstate_free(book->state);
    g_ptr_array_unref(book->entries);
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

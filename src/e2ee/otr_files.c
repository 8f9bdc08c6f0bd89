/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libotr wants FILE * with a descriptor: that is of memory, never of a file with a name, and without a buffer, which
 * would keep a copy of the key. */
#include "e2ee/otr_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libotr/instag.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"

enum {
    FILE_MAX = 64 * 1024 * 1024, /* bytes: as many fingerprints as a book has, with the longest JIDs */
    TAG_DIGITS = 8,
};

static bool
refuse(const char *path, const char *why, GError **error)
{
    g_set_error(error, CONFAB_ERROR, ERROR_CONFIG, _("%s cannot be used (%s): repair it, or move it away"), path, why);
    return false;
}

/* --- bytes --- */

static void
wipe(char *text, gsize length)
{
    if (text != NULL)
        explicit_bzero(text, length);
    g_free(text);
}

/* The whole file, to be wiped; NULL: it is missing. */
static bool
read_text(const char *path, char **text, gsize *length, bool *found, GError **error)
{
    g_autoptr(GError) failure = NULL;
    *text = paths_read(path, FILE_MAX, length, &failure);
    if (found != NULL)
        *found = *text != NULL;
    if (*text != NULL || g_error_matches(failure, CONFAB_ERROR, ERROR_NOT_FOUND))
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_CONFIG, failure->message);
    return false;
}

/* A file nobody else can see, which is gone when it is closed. */
static FILE *
open_memory(void)
{
    const int fd = memfd_create("otr", MFD_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (file == NULL && fd >= 0)
        close(fd);
    if (file != NULL)
        setvbuf(file, NULL, _IONBF, 0);
    return file;
}

typedef gcry_error_t (*Reader)(OtrlUserState state, FILE *file);

/* Lets libotr read bytes as if they were a file. */
static gcry_error_t
read_through(const char *text, gsize length, Reader reads, OtrlUserState state)
{
    FILE *file = open_memory();
    if (file == NULL)
        return gcry_error_from_errno(errno);
    gcry_error_t code = 0;
    if (fwrite(text, 1, length, file) != length || fseek(file, 0, SEEK_SET) != 0)
        code = gcry_error_from_errno(EIO);
    else
        code = reads(state, file);
    fclose(file);
    return code;
}

static char *
read_back(FILE *file, gsize *length)
{
    const long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (size < 0 || fseek(file, 0, SEEK_SET) != 0)
        return NULL;
    *length = (gsize) size;
    char *text = g_malloc0(*length + 1);
    if (fread(text, 1, *length, file) == *length)
        return text;
    wipe(text, *length);
    return NULL;
}

bool
otr_files_write(const char *path, OtrFileWriter writes, gpointer data, GError **error)
{
    gsize length = 0;
    char *text = NULL;
    FILE *file = open_memory();
    gcry_error_t code = file == NULL ? gcry_error_from_errno(errno) : writes(file, data);
    if (code == 0 && (ferror(file) || (text = read_back(file, &length)) == NULL))
        code = gcry_error_from_errno(EIO);
    if (file != NULL)
        fclose(file);
    if (code != 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s cannot be written: %s"), path, gcry_strerror(code));
        return false;
    }
    const bool written = paths_write(path, text, (gssize) length, error);
    wipe(text, length);
    return written;
}

/* --- private keys --- */

static bool
are_whole(OtrlUserState state)
{
    for (const OtrlPrivKey *key = state->privkey_root; key != NULL; key = key->next) {
        if (gcry_pk_testkey(key->privkey) != 0)
            return false;
    }
    return true;
}

bool
otr_files_read_keys(const char *path, OtrlUserState state, bool *found, GError **error)
{
    char *text;
    gsize length;
    if (!read_text(path, &text, &length, found, error))
        return false;
    if (text == NULL)
        return true;
    const gcry_error_t code = length > 0 ? read_through(text, length, otrl_privkey_read_FILEp, state) : 0;
    wipe(text, length);
    if (length == 0)
        return refuse(path, _("it is empty"), error);
    if (code != 0)
        return refuse(path, gcry_strerror(code), error);
    return are_whole(state) || refuse(path, _("a private key in it is damaged"), error);
}

static bool
add_key_text(GString *text, gcry_sexp_t key, const char *account, const char *protocol)
{
    gcry_sexp_t list;
    if (gcry_sexp_build(&list, NULL, "(account (name %s) (protocol %s) %S)", account, protocol, key) != 0)
        return false;
    const gsize room = gcry_sexp_sprint(list, GCRYSEXP_FMT_ADVANCED, NULL, 0); /* with the final NUL */
    char *part = g_malloc0(room + 1);
    gcry_sexp_sprint(list, GCRYSEXP_FMT_ADVANCED, part, room);
    g_string_append(text, part);
    wipe(part, room);
    gcry_sexp_release(list);
    return true;
}

/* A growing string leaves copies behind: it is made large enough. */
static GString *
keys_text(OtrlUserState state, const OtrlPrivKey *more, const char *account, const char *protocol)
{
    gsize room = 4096;
    for (const OtrlPrivKey *key = state->privkey_root; key != NULL; key = key->next)
        room += 2 * gcry_sexp_sprint(key->privkey, GCRYSEXP_FMT_ADVANCED, NULL, 0) + 8192;
    room += 2 * gcry_sexp_sprint(more->privkey, GCRYSEXP_FMT_ADVANCED, NULL, 0) + 8192;
    GString *text = g_string_sized_new(room);
    g_string_append(text, "(privkeys\n");
    bool made = true;
    for (const OtrlPrivKey *key = state->privkey_root; made && key != NULL; key = key->next)
        made = add_key_text(text, key->privkey, key->accountname, key->protocol);
    made = made && add_key_text(text, more->privkey, account, protocol);
    g_string_append(text, ")\n");
    if (made)
        return text;
    wipe(g_string_free(text, FALSE), text->len);
    return NULL;
}

/* The list hangs on the state it is in. */
static void
move_keys(OtrlUserState from, OtrlUserState to)
{
    otrl_privkey_forget_all(to);
    to->privkey_root = from->privkey_root;
    from->privkey_root = NULL;
    if (to->privkey_root != NULL)
        to->privkey_root->tous = &to->privkey_root;
}

bool
otr_files_add_key(const char *path, OtrlUserState state, const OtrlPrivKey *key, const char *account,
                  const char *protocol, GError **error)
{
    GString *text = keys_text(state, key, account, protocol);
    OtrlUserState read = otrl_userstate_create();
    bool done =
        text != NULL && read_through(text->str, text->len, otrl_privkey_read_FILEp, read) == 0 && are_whole(read);
    if (!done)
        refuse(path, _("a private key in it is damaged"), error);
    done = done && paths_write(path, text->str, (gssize) text->len, error);
    if (done)
        move_keys(read, state);
    otrl_userstate_free(read);
    if (text != NULL) {
        explicit_bzero(text->str, text->allocated_len);
        g_string_free(text, TRUE);
    }
    return done;
}

/* --- lines --- */

typedef bool (*LineFunc)(const char *line, gpointer data);

static bool
is_remark(const char *line)
{
    return *line == '\0' || (*line == '#' && strchr(line, '\t') == NULL);
}

/* Calls `func` with each line that is not a remark; the file is refused at the first that is not understood. */
static bool
each_line(const char *path, LineFunc func, gpointer data, bool *found, GError **error)
{
    char *read;
    gsize length;
    if (!read_text(path, &read, &length, found, error))
        return false;
    if (read == NULL)
        return true;
    g_autofree char *text = read;
    if (!g_utf8_validate(text, (gssize) length, NULL)) /* which has no NUL in it, either */
        return refuse(path, _("it is not text"), error);
    guint number = 1;
    for (char *line = text, *next; line != NULL; line = next, number++) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (g_str_has_suffix(line, "\r"))
            line[strlen(line) - 1] = '\0';
        if (!is_remark(line) && !func(line, data)) {
            g_autofree char *why = g_strdup_printf(_("line %u is damaged"), number);
            return refuse(path, why, error);
        }
    }
    return true;
}

static bool
has_digits(const char *text, gsize count)
{
    return strlen(text) == count && strspn(text, "0123456789abcdefABCDEF") == count;
}

static bool
is_word(const char *text)
{
    return strpbrk(text, "\t\r\n") == NULL;
}

typedef struct FingerprintReading {
    OtrFingerprintFunc func;
    gpointer data;
} FingerprintReading;

/* "username\taccount\tprotocol\tdigits\ttrust"; files of old have no trust. */
static bool
read_fingerprint(const char *line, gpointer data)
{
    const FingerprintReading *reading = data;
    g_auto(GStrv) fields = g_strsplit(line, "\t", 5);
    const guint count = g_strv_length(fields);
    if (count < 4 || *fields[0] == '\0' || *fields[1] == '\0' || *fields[2] == '\0'
        || !has_digits(fields[3], (gsize) 2 * OTR_FINGERPRINT_BYTES))
        return false;
    OtrFingerprintLine read = { .username = fields[0], .account = fields[1], .protocol = fields[2], .trust = "" };
    if (count == 5)
        read.trust = g_strdelimit(fields[4], "\t\r", ' ');
    for (guint i = 0; i < OTR_FINGERPRINT_BYTES; i++)
        read.fingerprint[i] =
            (guchar) (g_ascii_xdigit_value(fields[3][2 * i]) << 4 | g_ascii_xdigit_value(fields[3][2 * i + 1]));
    return reading->func(&read, reading->data);
}

bool
otr_files_read_fingerprints(const char *path, OtrFingerprintFunc func, gpointer data, bool *found, GError **error)
{
    return each_line(path, read_fingerprint, &(FingerprintReading) { func, data }, found, error);
}

bool
otr_files_add_fingerprint(GString *text, const OtrFingerprintLine *line)
{
    if (!is_word(line->username) || !is_word(line->account) || !is_word(line->protocol) || !is_word(line->trust))
        return false;
    g_string_append_printf(text, "%s\t%s\t%s\t", line->username, line->account, line->protocol);
    for (guint i = 0; i < OTR_FINGERPRINT_BYTES; i++)
        g_string_append_printf(text, "%02x", line->fingerprint[i]);
    g_string_append_printf(text, "\t%s\n", line->trust);
    return true;
}

/* "account\tprotocol\tdigits". libotr's reader would pass over a line of more than 1000 bytes. */
static bool
read_tag(const char *line, gpointer data)
{
    OtrlUserState state = data;
    g_auto(GStrv) fields = g_strsplit(line, "\t", 3);
    if (g_strv_length(fields) != 3 || *fields[0] == '\0' || *fields[1] == '\0' || !has_digits(fields[2], TAG_DIGITS))
        return false;
    const otrl_instag_t number = (otrl_instag_t) g_ascii_strtoull(fields[2], NULL, 16);
    if (number < OTRL_MIN_VALID_INSTAG)
        return false;
    OtrlInsTag *tag = malloc(sizeof *tag); /* libotr frees it */
    if (tag == NULL)
        return false;
    *tag = (OtrlInsTag) {
        .next = state->instag_root,
        .tous = &state->instag_root,
        .accountname = strdup(fields[0]),
        .protocol = strdup(fields[1]),
        .instag = number,
    };
    if (tag->next != NULL)
        tag->next->tous = &tag->next;
    state->instag_root = tag;
    return true;
}

bool
otr_files_read_tags(const char *path, OtrlUserState state, bool *found, GError **error)
{
    return each_line(path, read_tag, state, found, error);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All of them use libotr, and so its formats; they differ in where files are and in how accounts are named. Instance
 * tags are left where they are: two programs that are connected at once must not have the same one. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "e2ee/otr_book.h"
#include "e2ee/otr_files.h"

typedef struct Program {
    const char *name;
    const char *home;     /* its directory, below the user's home … */
    bool has_data;        /* … or below $XDG_DATA_HOME, by its name */
    const char *protocol; /* how it calls XMPP; NULL: what an account is called tells */
    /* What the paths of the account's files in this directory begin with; NULL: there are none. */
    char *(*begin)(const char *directory, const Jid *own);
    const char *keys, *fingerprints; /* how they end */
} Program;

/* --- where the files are --- */

/* A JID's bare part; of "JID/" as well, which Pidgin writes. */
static Jid *
parse_bare(const char *text)
{
    g_autofree char *bare = g_strndup(text, strcspn(text, "/"));
    return jid_new(bare, NULL);
}

static bool
is_text_of(const char *text, const Jid *own)
{
    g_autoptr(Jid) jid = parse_bare(text);
    return jid != NULL && jid_equal_bare(jid, own);
}

/* The JID with "_at_" for "@". */
static bool
is_folder_of(const char *name, const Jid *own)
{
    for (const char *at = strstr(name, "_at_"); at != NULL; at = strstr(at + 1, "_at_")) {
        g_autofree char *text = g_strdup_printf("%.*s@%s", (int) (at - name), name, at + strlen("_at_"));
        if (is_text_of(text, own))
            return true;
    }
    return is_text_of(name, own);
}

/* The JID and ".key" or ".fpr". */
static bool
is_file_of(const char *name, const Jid *own)
{
    if (!g_str_has_suffix(name, ".key") && !g_str_has_suffix(name, ".fpr"))
        return false;
    g_autofree char *text = g_strndup(name, strlen(name) - strlen(".key"));
    return is_text_of(text, own);
}

/* Programs name files by the JID as the user wrote it: it is compared as a JID. */
static char *
find_name(const char *directory, const Jid *own, bool (*is_of)(const char *name, const Jid *own))
{
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    const char *name = NULL;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        if (is_of(name, own))
            return g_build_filename(directory, name, NULL);
    }
    return NULL;
}

static char *
begin_shared(const char *directory, const Jid *own)
{
    return g_strconcat(directory, G_DIR_SEPARATOR_S, NULL);
}

/* A directory for each account. */
static char *
begin_folder(const char *directory, const Jid *own)
{
    g_autofree char *found = find_name(directory, own, is_folder_of);
    return begin_shared(found != NULL ? found : directory, own);
}

/* A file for each account. */
static char *
begin_file(const char *directory, const Jid *own)
{
    char *found = find_name(directory, own, is_file_of);
    if (found != NULL)
        found[strlen(found) - strlen(".key")] = '\0';
    return found;
}

static const Program programs[] = {
    { "profanity", ".local/share/profanity", true, "xmpp", begin_folder, "keys.txt", "fingerprints.txt" },
    { "mcabber", ".mcabber", false, "jabber", begin_file, ".key", ".fpr" },
    { "pidgin", ".purple", false, "prpl-jabber", begin_shared, "otr.private_key", "otr.fingerprints" },
    { "irssi", ".irssi", false, NULL, begin_shared, "otr.key", "otr.fp" },
};

const char *const *
otr_book_programs(void)
{
    static const char *const names[] = { "profanity", "mcabber", "pidgin", "irssi", NULL };
    return names;
}

static const Program *
find_program(const char *name, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(programs); i++) {
        if (strcmp(programs[i].name, name) == 0)
            return &programs[i];
    }
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                _("files of %s cannot be read: those of profanity, mcabber, pidgin and irssi can"), name);
    return NULL;
}

static char *
default_directory(const Program *program)
{
    const char *data = g_getenv("XDG_DATA_HOME");
    if (program->has_data && data != NULL && g_path_is_absolute(data))
        return g_build_filename(data, program->name, NULL);
    return g_build_filename(g_get_home_dir(), program->home, NULL);
}

/* --- what is in them --- */

typedef struct Found {
    Jid *peer; /* bare */
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    char *trust;
} Found;

typedef struct Import {
    const Program *program;
    Jid *own;
    OtrlUserState state; /* keys of all accounts */
    OtrlPrivKey *key;    /* in it, of this account */
    GPtrArray *found;    /* Found* */
    bool any;            /* there are files */
} Import;

static void
found_free(gpointer data)
{
    Found *found = data;
    jid_unref(found->peer);
    g_free(found->trust);
    g_free(found);
}

/* irssi names an account NICK@SERVER, and what it gets from a plugin for XMPP as a nick is a JID. */
static bool
is_own(const Import *import, const char *account, const char *protocol)
{
    if (import->program->protocol != NULL)
        return strcmp(protocol, import->program->protocol) == 0 && is_text_of(account, import->own);
    if (is_text_of(account, import->own))
        return true;
    const char *at = strrchr(account, '@');
    g_autofree char *nick = at != NULL ? g_strndup(account, (gsize) (at - account)) : g_strdup(account);
    return is_text_of(nick, import->own);
}

/* Programs that name peers by their full JIDs have a key more than once. */
static Found *
find_found(const Import *import, const Jid *peer, const guchar *fingerprint)
{
    for (guint i = 0; i < import->found->len; i++) {
        Found *found = g_ptr_array_index(import->found, i);
        if (memcmp(found->fingerprint, fingerprint, OTR_FINGERPRINT_BYTES) == 0 && jid_equal_bare(found->peer, peer))
            return found;
    }
    return NULL;
}

/* What is not a JID is of another network: no reason to refuse the file. */
static bool
take_line(const OtrFingerprintLine *line, gpointer data)
{
    const Import *import = data;
    g_autoptr(Jid) peer = is_own(import, line->account, line->protocol) ? parse_bare(line->username) : NULL;
    if (peer == NULL || jid_local(peer) == NULL)
        return true;
    Found *found = find_found(import, peer, line->fingerprint);
    if (found != NULL) {
        if (*found->trust == '\0') {
            g_free(found->trust);
            found->trust = g_strdup(line->trust);
        }
        return true;
    }
    found = g_new0(Found, 1);
    found->peer = g_steal_pointer(&peer);
    memcpy(found->fingerprint, line->fingerprint, OTR_FINGERPRINT_BYTES);
    found->trust = g_strdup(line->trust);
    g_ptr_array_add(import->found, found);
    return true;
}

/* Pidgin has a key for each resource: the one it made first. libotr's list has it last. */
static OtrlPrivKey *
find_key(const Import *import)
{
    OtrlPrivKey *found = NULL;
    for (OtrlPrivKey *key = import->state->privkey_root; key != NULL; key = key->next) {
        if (is_own(import, key->accountname, key->protocol))
            found = key;
    }
    return found;
}

static bool
read_files(Import *import, const char *begin, GError **error)
{
    g_autofree char *keys = g_strconcat(begin, import->program->keys, NULL);
    g_autofree char *fingerprints = g_strconcat(begin, import->program->fingerprints, NULL);
    bool has_keys = false, has_fingerprints = false;
    if (!otr_files_read_keys(keys, import->state, &has_keys, error)
        || !otr_files_read_fingerprints(fingerprints, take_line, import, &has_fingerprints, error))
        return false;
    import->any = has_keys || has_fingerprints;
    import->key = find_key(import);
    return true;
}

/* A program's directory has its files in it or in one that is called "otr". */
static bool
read_directory(Import *import, const char *directory, GError **error)
{
    g_autofree char *below = g_build_filename(directory, "otr", NULL);
    const char *const directories[] = { directory, below };
    for (gsize i = 0; i < G_N_ELEMENTS(directories) && !import->any; i++) {
        g_autofree char *begin = import->program->begin(directories[i], import->own);
        if (begin != NULL && !read_files(import, begin, error))
            return false;
    }
    if (import->key != NULL || import->found->len > 0)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                _("%s has nothing of %s in %s: give the directory that it keeps its files for OTR in"),
                import->program->name, jid_text(import->own), directory);
    return false;
}

/* --- taking it over --- */

static bool
take_key(OtrBook *book, const Import *import, OtrImported *imported, GError **error)
{
    const OtrlPrivKey *theirs = import->key;
    const OtrlPrivKey *ours = otrl_privkey_find(otr_book_userstate(book), otr_book_account(book), OTR_PROTOCOL);
    if (theirs == NULL)
        return true;
    if (ours != NULL) {
        imported->kept_key = ours->pubkey_datalen != theirs->pubkey_datalen
                             || memcmp(ours->pubkey_data, theirs->pubkey_data, theirs->pubkey_datalen) != 0;
        return true;
    }
    imported->key = otr_book_take_key(book, theirs, error);
    return imported->key;
}

static bool
take_fingerprints(OtrBook *book, const Import *import, OtrImported *imported, GError **error)
{
    for (guint i = 0; i < import->found->len; i++) {
        const Found *found = g_ptr_array_index(import->found, i);
        const char *known = otr_book_trust(book, found->peer, found->fingerprint);
        if (known != NULL && (*known != '\0' || *found->trust == '\0'))
            continue;
        otr_book_put(book, found->peer, found->fingerprint, found->trust);
        imported->fingerprints++;
    }
    return imported->fingerprints == 0 || otr_book_save(book, error);
}

bool
otr_book_import(OtrBook *book, const char *program, const char *path, OtrImported *imported, GError **error)
{
    *imported = (OtrImported) { 0 };
    Import import = { .program = find_program(program, error) };
    if (import.program == NULL)
        return false;
    g_autofree char *directory = path != NULL ? g_strdup(path) : default_directory(import.program);
    import.own = jid_new(otr_book_account(book), NULL);
    import.state = otrl_userstate_create();
    import.found = g_ptr_array_new_with_free_func(found_free);
    const bool done = read_directory(&import, directory, error) && take_key(book, &import, imported, error)
                      && take_fingerprints(book, &import, imported, error);
    g_ptr_array_unref(import.found);
    otrl_userstate_free(import.state);
    jid_unref(import.own);
    return done;
}

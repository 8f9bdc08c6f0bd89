/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/scram.h"

#include <string.h>

#include <gio/gio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

enum {
    HASH_MAX = 64, /* bytes of SHA-512 */
    NONCE_BYTES = 24,
};

struct ScramKeys {
    gatomicrefcount references;
    ScramHash hash;
    guint iterations;
    GBytes *salt;
    guint8 client_key[HASH_MAX];
    guint8 server_key[HASH_MAX];
};

/* What a thread needs for PBKDF2, and owns. */
typedef struct {
    Scram *scram; /* NULL when the exchange is gone; touched by the main loop only */
    ScramHash hash;
    guint iterations;
    GBytes *salt;
    char *password;
    ScramKeys *keys; /* the result */
} Derivation;

struct ScramSalting {
    Derivation derivation; /* empty when the server's words were refused */
    GTask *task;           /* NULL: an idle source tells the refusal */
    guint idle;
    guint8 salted[HASH_MAX]; /* the result */
    GError *refusal;
    ScramSaltingDone done; /* NULL: nobody waits any more */
    gpointer data;
};

struct Scram {
    ScramHash hash;
    char *password;
    char *gs2_header;
    GBytes *binding;
    char *advertised;
    char *nonce;
    char *first; /* with the GS2 header; the bare message is its tail */
    char *server_first;
    char *final;
    char *full_nonce; /* ours and the server's */
    ScramKeys *keys;
    Derivation *derivation; /* under way; owned by its task */
    guint idle;
    GError *refusal;
    ScramDone done;
    gpointer data;
    guint8 server_signature[HASH_MAX];
    bool challenged;
    bool verified;
    bool tampered;
    bool binding_refused;
};

static const EVP_MD *
digest_of(ScramHash hash)
{
    switch (hash) {
    case SCRAM_SHA_512:
        return EVP_sha512();
    case SCRAM_SHA_256:
        return EVP_sha256();
    default:
        return EVP_sha1();
    }
}

static gsize
size_of(ScramHash hash)
{
    return (gsize) EVP_MD_get_size(digest_of(hash));
}

void
scram_wipe(char *secret)
{
    if (secret != NULL)
        OPENSSL_cleanse(secret, strlen(secret));
    g_free(secret);
}

char *
scram_decode(const char *base64, gsize limit, gsize *length)
{
    const gsize size = strlen(base64);
    if (size % 4 != 0 || size / 4 * 3 > limit + 2)
        return NULL;
    gsize decoded = 0;
    char *bytes = (char *) g_base64_decode(base64, &decoded); /* forgiving, hence the comparison */
    char *again = g_base64_encode((const guchar *) bytes, decoded);
    const bool canonical = decoded <= limit && strcmp(base64, again) == 0;
    scram_wipe(again);
    if (!canonical) {
        OPENSSL_cleanse(bytes, decoded);
        g_free(bytes);
        return NULL;
    }
    bytes = g_realloc(bytes, decoded + 1);
    bytes[decoded] = '\0';
    *length = decoded;
    return bytes;
}

/* --- keys --- */

ScramKeys *
scram_keys_ref(ScramKeys *keys)
{
    g_atomic_ref_count_inc(&keys->references);
    return keys;
}

void
scram_keys_unref(ScramKeys *keys)
{
    if (keys == NULL || !g_atomic_ref_count_dec(&keys->references))
        return;
    g_bytes_unref(keys->salt);
    OPENSSL_cleanse(keys, sizeof *keys);
    g_free(keys);
}

static void
hmac(ScramHash hash, const guint8 *key, const char *text, guint8 result[HASH_MAX])
{
    unsigned int length = 0;
    if (HMAC(digest_of(hash), key, (int) size_of(hash), (const guchar *) text, strlen(text), result, &length) == NULL)
        g_error("HMAC failed"); /* out of memory */
}

/* RFC 5802 §3: the expensive part. */
static void
salt_password(const Derivation *derivation, guint8 salted[HASH_MAX])
{
    gsize salt_length;
    const guint8 *salt = g_bytes_get_data(derivation->salt, &salt_length);
    if (PKCS5_PBKDF2_HMAC(derivation->password, (int) strlen(derivation->password), salt, (int) salt_length,
                          (int) derivation->iterations, digest_of(derivation->hash), (int) size_of(derivation->hash),
                          salted) != 1)
        g_error("PBKDF2 failed");
}

/* RFC 5802 §3: SaltedPassword, ClientKey, ServerKey. */
static ScramKeys *
derive_keys(const Derivation *derivation)
{
    guint8 salted[HASH_MAX];
    salt_password(derivation, salted);
    ScramKeys *keys = g_new0(ScramKeys, 1);
    g_atomic_ref_count_init(&keys->references);
    keys->hash = derivation->hash;
    keys->iterations = derivation->iterations;
    keys->salt = g_bytes_ref(derivation->salt);
    hmac(keys->hash, salted, "Client Key", keys->client_key);
    hmac(keys->hash, salted, "Server Key", keys->server_key);
    OPENSSL_cleanse(salted, sizeof salted);
    return keys;
}

static void
derivation_free(gpointer data)
{
    Derivation *derivation = data;
    g_bytes_unref(derivation->salt);
    scram_wipe(derivation->password);
    scram_keys_unref(derivation->keys);
    g_free(derivation);
}

static void
derive_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
    Derivation *derivation = data;
    derivation->keys = derive_keys(derivation);
    g_task_return_boolean(task, TRUE);
}

/* --- the exchange --- */

/* "," and "=" in a saslname (RFC 5802 §5.1). */
static char *
escape_name(const char *name)
{
    GString *escaped = g_string_new(NULL);
    for (const char *c = name; *c != '\0'; c++) {
        if (*c == ',')
            g_string_append(escaped, "=2C");
        else if (*c == '=')
            g_string_append(escaped, "=3D");
        else
            g_string_append_c(escaped, *c);
    }
    return g_string_free(escaped, FALSE);
}

static char *
new_nonce(void)
{
    guint8 random[NONCE_BYTES];
    if (RAND_bytes(random, sizeof random) != 1)
        g_error("no random numbers");
    return g_base64_encode(random, sizeof random);
}

Scram *
scram_new(const ScramConfig *config)
{
    Scram *scram = g_new0(Scram, 1);
    scram->hash = config->hash;
    scram->password = g_strdup(config->password);
    scram->gs2_header = g_strdup(config->gs2_header);
    scram->binding = config->binding != NULL ? g_bytes_ref(config->binding) : NULL;
    scram->keys = config->keys != NULL ? scram_keys_ref(config->keys) : NULL;
    scram->advertised = g_strdup(config->advertised);
    scram->nonce = config->nonce != NULL ? g_strdup(config->nonce) : new_nonce();
    g_autofree char *name = escape_name(config->username);
    scram->first = g_strdup_printf("%sn=%s,r=%s", config->gs2_header, name, scram->nonce);
    return scram;
}

void
scram_free(Scram *scram)
{
    if (scram == NULL)
        return;
    if (scram->derivation != NULL)
        scram->derivation->scram = NULL;
    g_clear_handle_id(&scram->idle, g_source_remove);
    scram_wipe(scram->password);
    g_free(scram->gs2_header);
    g_clear_pointer(&scram->binding, g_bytes_unref);
    g_free(scram->advertised);
    g_free(scram->nonce);
    g_free(scram->first);
    g_free(scram->server_first);
    g_free(scram->full_nonce);
    scram_wipe(scram->final);
    scram_keys_unref(scram->keys);
    g_clear_error(&scram->refusal);
    OPENSSL_cleanse(scram, sizeof *scram);
    g_free(scram);
}

const char *
scram_first(const Scram *scram)
{
    return scram->first;
}

/* The client-first-message-bare. */
static const char *
bare_first(const Scram *scram)
{
    return scram->first + strlen(scram->gs2_header);
}

/* What the client-final-message says of the channel: the GS2 header and the channel's bytes. */
static char *
binding_text(const Scram *scram)
{
    g_autoptr(GByteArray) input = g_byte_array_new();
    g_byte_array_append(input, (const guint8 *) scram->gs2_header, (guint) strlen(scram->gs2_header));
    if (scram->binding != NULL) {
        gsize length;
        const guint8 *bytes = g_bytes_get_data(scram->binding, &length);
        g_byte_array_append(input, bytes, (guint) length);
    }
    return g_base64_encode(input->data, input->len);
}

/* Proof and expected answer (RFC 5802 §3). */
static void
make_final(Scram *scram)
{
    const gsize size = size_of(scram->hash);
    guint8 stored_key[HASH_MAX], proof[HASH_MAX];
    g_autofree char *binding = binding_text(scram);
    g_autofree char *without_proof = g_strdup_printf("c=%s,r=%s", binding, scram->full_nonce);
    g_autofree char *all = g_strdup_printf("%s,%s,%s", bare_first(scram), scram->server_first, without_proof);
    if (EVP_Digest(scram->keys->client_key, size, stored_key, NULL, digest_of(scram->hash), NULL) != 1)
        g_error("hashing failed");
    hmac(scram->hash, stored_key, all, proof);
    for (gsize i = 0; i < size; i++)
        proof[i] ^= scram->keys->client_key[i];
    hmac(scram->hash, scram->keys->server_key, all, scram->server_signature);
    char *encoded = g_base64_encode(proof, size);
    scram->final = g_strdup_printf("%s,p=%s", without_proof, encoded);
    scram_wipe(encoded);
    OPENSSL_cleanse(stored_key, sizeof stored_key);
    OPENSSL_cleanse(proof, sizeof proof);
}

/* Tells the outcome; the last thing done, as the exchange may be freed by it. */
static void
finish(Scram *scram)
{
    g_autoptr(GError) refusal = g_steal_pointer(&scram->refusal);
    if (refusal == NULL)
        make_final(scram);
    scram->done(scram, refusal == NULL ? scram->final : NULL, refusal, scram->data);
}

static gboolean
on_idle(gpointer data)
{
    Scram *scram = data;
    scram->idle = 0;
    finish(scram);
    return G_SOURCE_REMOVE;
}

static void
on_derived(GObject *source, GAsyncResult *result, gpointer data)
{
    Derivation *derivation = g_task_get_task_data(G_TASK(result));
    Scram *scram = derivation->scram;
    if (scram == NULL)
        return;
    scram->derivation = NULL;
    scram->keys = g_steal_pointer(&derivation->keys);
    finish(scram);
}

static void
derive(Scram *scram, guint iterations, GBytes *take_salt)
{
    Derivation *derivation = g_new0(Derivation, 1);
    *derivation = (Derivation){
        .scram = scram,
        .hash = scram->hash,
        .iterations = iterations,
        .salt = take_salt,
        .password = g_strdup(scram->password),
    };
    scram->derivation = derivation;
    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_derived, NULL);
    g_task_set_task_data(task, derivation, derivation_free);
    g_task_run_in_thread(task, derive_in_thread);
}

/* --- what the server says --- */

/* All refusals of a server that does not keep the rules read alike; `what` says which rule. */
static bool
refuse(GError **error, const char *what)
{
    g_set_error(error, CONFAB_ERROR, ERROR_AUTH,
                _("The server broke the rules of the login (%s): do not trust it, and tell its operator"), what);
    return false;
}

/* The value of the attribute at `*cursor` when it is `name`; moves past it and its comma. Values end at a comma. */
static char *
take_attribute(const char **cursor, char name)
{
    if (**cursor != name || (*cursor)[1] != '=')
        return NULL;
    const char *value = *cursor + 2;
    const gsize length = strcspn(value, ",");
    *cursor = value + length + (value[length] == ',' ? 1 : 0);
    return g_strndup(value, length);
}

/* Optional attributes behind the known ones (RFC 5802 §7): well-formed ones are ignored. A repetition of a
 * known one or a mandatory extension is refused. `hash` gets XEP-0474's "h" when it is there. */
static bool
check_extensions(const char *rest, const char *known, char **hash, GError **error)
{
    while (*rest != '\0') {
        const char name = *rest;
        if (!g_ascii_isalpha(name) || rest[1] != '=')
            return refuse(error, _("malformed attributes"));
        if (name == 'm')
            return refuse(error, _("an unknown mandatory extension"));
        if (strchr(known, name) != NULL)
            return refuse(error, _("a repeated attribute"));
        g_autofree char *value = take_attribute(&rest, name);
        if (name == 'h' && hash != NULL && *hash == NULL)
            *hash = g_steal_pointer(&value);
    }
    return true;
}

static bool
check_nonce(Scram *scram, const char *nonce, GError **error)
{
    const gsize ours = strlen(scram->nonce);
    if (strncmp(nonce, scram->nonce, ours) != 0)
        return refuse(error, _("an answer to somebody else's login"));
    if (nonce[ours] == '\0')
        return refuse(error, _("no nonce of its own"));
    for (const char *c = nonce; *c != '\0'; c++) {
        if (*c < 0x21 || *c > 0x7E)
            return refuse(error, _("a nonce that is not printable"));
    }
    return true;
}

/* 0 when it is not a number within the bounds (I4). */
static guint
parse_iterations(const char *text)
{
    const gsize length = strlen(text);
    if (length == 0 || length > 8 || text[0] == '0' || strspn(text, "0123456789") != length)
        return 0;
    const guint64 count = g_ascii_strtoull(text, NULL, 10);
    return count >= SCRAM_ITERATIONS_MIN && count <= SCRAM_ITERATIONS_MAX ? (guint) count : 0;
}

/* XEP-0474: the server's hash of what it offered must be that of what we saw. An earlier version of it had other
 * separators; both are compared, as neither can be made to fit a changed list. */
static bool
advertised_matches(const Scram *scram, const char *hash)
{
    guint8 digest[HASH_MAX];
    g_autofree char *older = g_strdelimit(g_strdup(scram->advertised), "\x1E", ',');
    g_strdelimit(older, "\x1F", '|');
    const char *const forms[] = { scram->advertised, older };
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (EVP_Digest(forms[i], strlen(forms[i]), digest, NULL, digest_of(scram->hash), NULL) != 1)
            g_error("hashing failed");
        g_autofree char *encoded = g_base64_encode(digest, size_of(scram->hash));
        if (strcmp(encoded, hash) == 0)
            return true;
    }
    return false;
}

static bool
check_text(const char *message, gsize length, GError **error)
{
    if (length > SCRAM_MESSAGE_MAX)
        return refuse(error, _("an answer of absurd size"));
    if (!g_utf8_validate(message, (gssize) length, NULL)) /* refuses NUL too */
        return refuse(error, _("an answer that is not text"));
    return true;
}

/* The e= of a server: its reasons are codes (RFC 5802 §7). */
static bool
refuse_server_error(Scram *scram, const char *code, GError **error)
{
    scram->binding_refused = strstr(code, "channel-binding") != NULL;
    g_autofree char *clean = text_clean(code, -1, TEXT_LINE);
    g_autofree char *brief = text_ellipsize(clean, 80);
    g_set_error(error, CONFAB_ERROR, ERROR_AUTH,
                _("The server refused the login (“%s”): check the name and the password"), brief);
    return false;
}

/* Reads "r=…,s=…,i=…" strictly; `salt` and `iterations` are set when it is true. */
static bool
parse_server_first(Scram *scram, GBytes **salt, guint *iterations, GError **error)
{
    const char *cursor = scram->server_first;
    if (g_str_has_prefix(cursor, "m="))
        return refuse(error, _("an unknown mandatory extension"));
    if (g_str_has_prefix(cursor, "e="))
        return refuse_server_error(scram, cursor + 2, error);
    scram->full_nonce = take_attribute(&cursor, 'r');
    g_autofree char *salt_text = take_attribute(&cursor, 's');
    g_autofree char *count_text = take_attribute(&cursor, 'i');
    if (scram->full_nonce == NULL || salt_text == NULL || count_text == NULL)
        return refuse(error, _("an incomplete answer"));
    g_autofree char *hash = NULL;
    if (!check_nonce(scram, scram->full_nonce, error) || !check_extensions(cursor, "rsi", &hash, error))
        return false;
    if (hash != NULL && scram->advertised != NULL && !advertised_matches(scram, hash)) {
        scram->tampered = true;
        return refuse(error, _("its offers were changed on the way"));
    }
    gsize length = 0;
    g_autofree char *bytes = scram_decode(salt_text, SCRAM_SALT_MAX, &length);
    if (bytes == NULL || length == 0)
        return refuse(error, _("a bad salt"));
    *iterations = parse_iterations(count_text);
    if (*iterations == 0)
        return refuse(error, _("an iteration count that is not between 4096 and 10 million"));
    *salt = g_bytes_new(bytes, length);
    return true;
}

static bool
keys_fit(const ScramKeys *keys, ScramHash hash, guint iterations, GBytes *salt)
{
    return keys != NULL && keys->hash == hash && keys->iterations == iterations && g_bytes_equal(keys->salt, salt);
}

void
scram_challenge(Scram *scram, const char *message, gsize length, ScramDone done, gpointer data)
{
    g_return_if_fail(done != NULL && !scram->challenged);
    scram->challenged = true;
    scram->done = done;
    scram->data = data;
    g_autoptr(GBytes) salt = NULL;
    guint iterations = 0;
    bool accepted = check_text(message, length, &scram->refusal);
    if (accepted) {
        scram->server_first = g_strndup(message, length);
        accepted = parse_server_first(scram, &salt, &iterations, &scram->refusal);
    }
    if (!accepted || keys_fit(scram->keys, scram->hash, iterations, salt)) {
        scram->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, scram, NULL);
        return;
    }
    g_clear_pointer(&scram->keys, scram_keys_unref);
    derive(scram, iterations, g_steal_pointer(&salt));
}

bool
scram_verify(Scram *scram, const char *message, gsize length, GError **error)
{
    if (scram->final == NULL)
        return refuse(error, _("success without a proof"));
    if (!check_text(message, length, error))
        return false;
    g_autofree char *text = g_strndup(message, length);
    const char *cursor = text;
    if (g_str_has_prefix(cursor, "e="))
        return refuse_server_error(scram, cursor + 2, error);
    g_autofree char *encoded = take_attribute(&cursor, 'v');
    if (encoded == NULL)
        return refuse(error, _("success without a proof"));
    if (!check_extensions(cursor, "ve", NULL, error))
        return false;
    gsize size = 0;
    g_autofree char *signature = scram_decode(encoded, HASH_MAX, &size);
    if (signature == NULL || size != size_of(scram->hash) ||
        CRYPTO_memcmp(signature, scram->server_signature, size) != 0)
        return refuse(error, _("it does not know the password"));
    scram->verified = true;
    return true;
}

bool
scram_is_verified(const Scram *scram)
{
    return scram->verified;
}

bool
scram_is_tampered(const Scram *scram)
{
    return scram->tampered;
}

bool
scram_binding_was_refused(const Scram *scram)
{
    return scram->binding_refused;
}

ScramKeys *
scram_keys(const Scram *scram)
{
    return scram->verified ? scram->keys : NULL;
}

/* --- for other mechanisms --- */

static void
salting_free(gpointer data)
{
    ScramSalting *salting = data;
    g_clear_handle_id(&salting->idle, g_source_remove);
    g_clear_pointer(&salting->derivation.salt, g_bytes_unref);
    scram_wipe(salting->derivation.password);
    g_clear_error(&salting->refusal);
    OPENSSL_cleanse(salting, sizeof *salting);
    g_free(salting);
}

static void
salt_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
    ScramSalting *salting = data;
    salt_password(&salting->derivation, salting->salted);
    g_task_return_boolean(task, TRUE);
}

static void
on_salted(GObject *source, GAsyncResult *result, gpointer data)
{
    ScramSalting *salting = g_task_get_task_data(G_TASK(result));
    if (salting->done == NULL)
        return;
    char *encoded = g_base64_encode(salting->salted, size_of(salting->derivation.hash));
    salting->done(encoded, NULL, salting->data);
    scram_wipe(encoded);
}

static gboolean
on_salting_refused(gpointer data)
{
    ScramSalting *salting = data;
    salting->idle = 0;
    salting->done(NULL, salting->refusal, salting->data);
    salting_free(salting);
    return G_SOURCE_REMOVE;
}

ScramSalting *
scram_salt(ScramHash hash, const char *password, const char *salt, const char *iterations, ScramSaltingDone done,
           gpointer data)
{
    ScramSalting *salting = g_new0(ScramSalting, 1);
    gsize length = 0;
    g_autofree char *bytes = scram_decode(salt, SCRAM_SALT_MAX, &length);
    const guint count = parse_iterations(iterations);
    salting->done = done;
    salting->data = data;
    if (bytes == NULL || length == 0 || count == 0) {
        refuse(&salting->refusal, count == 0 ? _("an iteration count that is not between 4096 and 10 million")
                                             : _("a bad salt"));
        salting->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_salting_refused, salting, NULL);
        return salting;
    }
    salting->derivation = (Derivation) {
        .hash = hash,
        .iterations = count,
        .salt = g_bytes_new(bytes, length),
        .password = g_strdup(password),
    };
    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_salted, NULL);
    salting->task = task;
    g_task_set_task_data(task, salting, salting_free);
    g_task_run_in_thread(task, salt_in_thread);
    return salting;
}

void
scram_salting_cancel(ScramSalting *salting)
{
    salting->done = NULL;
    if (salting->task == NULL)
        salting_free(salting);
}

void
scram_hmac_sha256(const char *key, const void *data, gsize length, guint8 *result)
{
    if (HMAC(EVP_sha256(), key, (int) strlen(key), data, length, result, NULL) == NULL)
        g_error("HMAC failed"); /* out of memory */
}

bool
scram_is_equal(const void *a, const void *b, gsize length)
{
    return CRYPTO_memcmp(a, b, length) == 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/tls.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "net/server_names.h"
#include "net/tls_certificate.h"

enum { FINGERPRINT_BYTES = 32 };

/* One trust store, ready to make sessions. */
typedef struct Store {
    SSL_CTX *ctx;
    char *stamp; /* what the file looked like when it was read */
} Store;

struct TlsContext {
    int references;
    GHashTable *stores; /* CA file ("" for the system's) → Store */
};

/* A load in flight. The thread owns its LoadTask; the two meet again on the main loop. */
struct TlsLoad {
    TlsContext *context;
    TlsLoaded loaded;
    gpointer data;
    bool freed; /* nobody waits any more */
    bool done;
};

typedef struct LoadTask {
    char *ca_file; /* "" for the system's */
    char *known;   /* the stamp that is loaded already, or NULL */
} LoadTask;

struct TlsSession {
    SSL *ssl;
    ServerName name;
    char *pin;
    char *trusted_once;
    char *key_passphrase;
    X509 *peer;
    TlsCertificate *certificate;
    bool own_store; /* the user named a CA file */
    bool accepted; /* the verdict */
    bool complete; /* the handshake */
    bool ended;    /* close_notify is out */
    bool broken;   /* no call into OpenSSL any more */
    char *error;
    char *summary;
};

char *
tls_fingerprint_parse(const char *text)
{
    g_autoptr(GString) digits = g_string_new(NULL);
    for (; *text != '\0' && digits->len <= 2 * FINGERPRINT_BYTES; text++) {
        if (*text == ':' || *text == ' ')
            continue;
        if (!g_ascii_isxdigit(*text))
            return NULL;
        g_string_append_c(digits, g_ascii_tolower(*text));
    }
    return digits->len == 2 * FINGERPRINT_BYTES ? g_strdup(digits->str) : NULL;
}

const char *
tls_binding_name(TlsBinding binding)
{
    return binding == TLS_BINDING_EXPORTER ? "tls-exporter" : "tls-server-end-point";
}

static void
store_free(gpointer data)
{
    Store *store = data;
    SSL_CTX_free(store->ctx);
    g_free(store->stamp);
    g_free(store);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

static void
load_task_free(gpointer data)
{
    LoadTask *task = data;
    g_free(task->ca_file);
    g_free(task->known);
    g_free(task);
}

TlsContext *
tls_context_new(void)
{
    /* A thread may still be reading certificates when the program ends: nothing is to be pulled from under it. Only the
     * first call of a process has a say in this. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    TlsContext *context = g_new0(TlsContext, 1);
    context->references = 1;
    context->stores = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, store_free);
    return context;
}

TlsContext *
tls_context_ref(TlsContext *context)
{
    context->references++;
    return context;
}

void
tls_context_unref(TlsContext *context)
{
    if (!context || --context->references > 0)
        return;
    g_hash_table_unref(context->stores);
    g_free(context);
}

/* A short text that changes when the file does. */
static char *
file_stamp(const char *path)
{
    struct stat state;
    if (stat(path, &state) != 0)
        return g_strdup("-");
    return g_strdup_printf("%ju:%jd:%jd.%09ld", (uintmax_t)state.st_ino, (intmax_t)state.st_size,
                           (intmax_t)state.st_mtim.tv_sec, state.st_mtim.tv_nsec);
}

static char *
store_stamp(const char *ca_file)
{
    if (ca_file[0] != '\0')
        return file_stamp(ca_file);
    const char *file = g_getenv(X509_get_default_cert_file_env());
    const char *directory = g_getenv(X509_get_default_cert_dir_env());
    g_autofree char *file_part = file_stamp(file ? file : X509_get_default_cert_file());
    g_autofree char *directory_part = file_stamp(directory ? directory : X509_get_default_cert_dir());
    return g_strconcat(file_part, " ", directory_part, NULL);
}

static int on_server_certificate(X509_STORE_CTX *chain, void *unused);
static int on_passphrase(char *buffer, int size, int writing, void *session);

/* The fixed part of every session; runs in a thread. */
static SSL_CTX *
new_ssl_ctx(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_security_level(ctx, 2);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(ctx,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(ctx, on_server_certificate, NULL);
    SSL_CTX_set_default_passwd_cb(ctx, on_passphrase);
    return ctx;
}

static void
load_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
    const LoadTask *load = data;
    g_autofree char *stamp = store_stamp(load->ca_file);
    if (g_strcmp0(stamp, load->known) == 0) {
        g_task_return_pointer(task, NULL, NULL);
        return;
    }
    g_autoptr(Store) store = g_new0(Store, 1);
    store->ctx = new_ssl_ctx();
    store->stamp = g_steal_pointer(&stamp);
    if (load->ca_file[0] == '\0') {
        SSL_CTX_set_default_verify_paths(store->ctx);
    } else if (SSL_CTX_load_verify_file(store->ctx, load->ca_file) != 1) {
        g_autofree char *path = text_clean(load->ca_file, -1, TEXT_LINE);
        g_task_return_new_error(task, CONFAB_ERROR, ERROR_CONFIG,
                                _("no certificate can be read from %s: check “ca-file” of the account"), path);
        ERR_clear_error();
        return;
    }
    ERR_clear_error();
    g_task_return_pointer(task, g_steal_pointer(&store), store_free);
}

static void
on_loaded(GObject *source, GAsyncResult *result, gpointer data)
{
    TlsLoad *load = data;
    GTask *task = G_TASK(result);
    const LoadTask *what = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    Store *store = g_task_propagate_pointer(task, &error);
    if (store)
        g_hash_table_replace(load->context->stores, g_strdup(what->ca_file), store);
    load->done = true;
    if (load->freed)
        tls_load_free(load);
    else
        load->loaded(error, load->data);
}

TlsLoad *
tls_context_load(TlsContext *context, const char *ca_file, TlsLoaded loaded, gpointer data)
{
    TlsLoad *load = g_new0(TlsLoad, 1);
    load->context = tls_context_ref(context);
    load->loaded = loaded;
    load->data = data;
    LoadTask *what = g_new0(LoadTask, 1);
    what->ca_file = g_strdup(ca_file ? ca_file : "");
    const Store *known = g_hash_table_lookup(context->stores, what->ca_file);
    what->known = known ? g_strdup(known->stamp) : NULL;
    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_loaded, load);
    g_task_set_task_data(task, what, load_task_free);
    g_task_run_in_thread(task, load_in_thread);
    return load;
}

void
tls_load_free(TlsLoad *load)
{
    if (!load)
        return;
    load->freed = true;
    if (!load->done)
        return;
    tls_context_unref(load->context);
    g_free(load);
}

static TlsSession *
session_of_chain(X509_STORE_CTX *chain)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx());
    return SSL_get_app_data(ssl);
}

/* Notes a fault of the chain and lets OpenSSL look on, so that people are told everything at once. */
static int
on_chain_problem(int ok, X509_STORE_CTX *chain)
{
    if (!ok)
        session_of_chain(chain)->certificate->problems |=
            tls_certificate_problem(X509_STORE_CTX_get_error(chain), X509_STORE_CTX_get_error_depth(chain));
    return 1;
}

/* Whether the store holds this very certificate. */
static bool
is_in_store(X509_STORE_CTX *chain, X509 *peer)
{
    STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(X509_STORE_CTX_get0_store(chain));
    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        X509 *known = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
        if (known && X509_cmp(known, peer) == 0)
            return true;
    }
    return false;
}

/* The server's certificate has arrived. Nothing of ours has been sent under it yet, no client certificate either
 * (I3). */
static int
on_server_certificate(X509_STORE_CTX *chain, void *unused)
{
    TlsSession *session = session_of_chain(chain);
    X509 *peer = X509_STORE_CTX_get0_cert(chain);
    session->accepted = false;
    g_clear_pointer(&session->certificate, tls_certificate_free);
    g_clear_pointer(&session->peer, X509_free);
    if (!peer)
        return 0;
    X509_up_ref(peer);
    session->peer = peer;
    session->certificate = tls_certificate_new(peer, &session->name);
    X509_STORE_CTX_set_verify_cb(chain, on_chain_problem);
    if (X509_verify_cert(chain) != 1 && session->certificate->problems == TLS_PROBLEM_NONE)
        session->certificate->problems |= TLS_PROBLEM_OTHER;
    /* Self-signed certificates are often marked as authorities. One that the user's own CA file lists is trusted itself,
     * not as an authority; everything else must be right with it, too. */
    if (session->own_store && (session->certificate->problems & TLS_PROBLEM_AUTHORITY) && is_in_store(chain, peer))
        session->certificate->problems &= ~TLS_PROBLEM_AUTHORITY;
    session->accepted =
        tls_certificate_judge(session->certificate, &session->name, session->pin, session->trusted_once);
    X509_STORE_CTX_set_error(chain, session->accepted ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
    return session->accepted;
}

/* Never lets OpenSSL ask on the terminal. */
static int
on_passphrase(char *buffer, int size, int writing, void *data)
{
    const TlsSession *session = data;
    const size_t length = session && session->key_passphrase ? strlen(session->key_passphrase) : 0;
    if (length == 0 || length > (size_t)size)
        return -1;
    memcpy(buffer, session->key_passphrase, length);
    return (int)length;
}

static bool
use_client_certificate(TlsSession *session, const TlsSessionConfig *config, GError **error)
{
    if (!config->client_certificate)
        return true;
    const char *key = config->client_key ? config->client_key : config->client_certificate;
    SSL_set_default_passwd_cb(session->ssl, on_passphrase);
    SSL_set_default_passwd_cb_userdata(session->ssl, session);
    const bool certificate_read = SSL_use_certificate_chain_file(session->ssl, config->client_certificate) == 1;
    const bool key_read = certificate_read && SSL_use_PrivateKey_file(session->ssl, key, SSL_FILETYPE_PEM) == 1;
    ERR_clear_error();
    if (certificate_read && key_read && SSL_check_private_key(session->ssl) == 1)
        return true;
    ERR_clear_error();
    g_autofree char *path = text_clean(certificate_read ? key : config->client_certificate, -1, TEXT_LINE);
    if (!certificate_read)
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                    _("no certificate can be read from %s: check “client-certificate” of the account"), path);
    else if (!key_read)
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                    _("no key can be read from %s: check the file and its passphrase"), path);
    else
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                    _("the key in %s is not the client certificate's: check the files"), path);
    return false;
}

TlsSession *
tls_session_new(TlsContext *context, int fd, const TlsSessionConfig *config, GError **error)
{
    static const unsigned char alpn[] = "\x0bxmpp-client";
    const Store *store = g_hash_table_lookup(context->stores, config->ca_file ? config->ca_file : "");
    g_return_val_if_fail(store, NULL);
    g_autoptr(TlsSession) session = g_new0(TlsSession, 1);
    if (!server_name_init(&session->name, config->domain, error))
        return NULL;
    session->own_store = config->ca_file != NULL;
    session->pin = g_strdup(config->pin);
    session->trusted_once = g_strdup(config->trusted_once);
    session->key_passphrase = g_strdup(config->key_passphrase);
    session->ssl = SSL_new(store->ctx);
    SSL_set_app_data(session->ssl, session);
    SSL_set_fd(session->ssl, fd);
    SSL_set_connect_state(session->ssl);
    if (session->name.ascii)
        SSL_set_tlsext_host_name(session->ssl, session->name.ascii);
    if (config->direct)
        SSL_set_alpn_protos(session->ssl, alpn, sizeof alpn - 1);
    if (!use_client_certificate(session, config, error))
        return NULL;
    return g_steal_pointer(&session);
}

void
tls_session_free(TlsSession *session)
{
    if (!session)
        return;
    SSL_free(session->ssl);
    X509_free(session->peer);
    tls_certificate_free(session->certificate);
    server_name_clear(&session->name);
    if (session->key_passphrase)
        OPENSSL_cleanse(session->key_passphrase, strlen(session->key_passphrase));
    g_free(session->key_passphrase);
    g_free(session->pin);
    g_free(session->trusted_once);
    g_free(session->error);
    g_free(session->summary);
    g_free(session);
}

static void
set_error(TlsSession *session, const char *words)
{
    session->broken = true;
    g_free(session->error);
    session->error = text_clean(words, -1, TEXT_LINE);
}

/* The newest entry of OpenSSL's queue in words. */
static void
set_library_error(TlsSession *session)
{
    const unsigned long code = ERR_peek_error();
    const int reason = ERR_GET_REASON(code);
    const char *words = ERR_reason_error_string(code);
    if (session->certificate && !session->accepted)
        words = session->certificate->problem;
    else if (reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION)
        words = _("the server has no TLS 1.2 or newer");
    else if (reason == SSL_R_WRONG_VERSION_NUMBER)
        words = _("the server does not speak TLS there");
    set_error(session, words ? words : _("TLS broke off"));
    ERR_clear_error();
}

/* Turns the outcome of an OpenSSL call into a step. */
static TlsStep
step_of(TlsSession *session, int result)
{
    const int saved = errno;
    const int error = SSL_get_error(session->ssl, result);
    const bool unexpected_eof =
        error == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    switch (error) {
    case SSL_ERROR_NONE:
        return TLS_DONE;
    case SSL_ERROR_WANT_READ:
        return TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_EOF;
    default:
        break;
    }
    if (unexpected_eof || (error == SSL_ERROR_SYSCALL && ERR_peek_error() == 0)) {
        set_error(session, unexpected_eof || saved == 0 ? _("the server closed the connection") : g_strerror(saved));
        ERR_clear_error();
        return TLS_CUT;
    }
    set_library_error(session);
    return TLS_FAILED;
}

TlsStep
tls_session_handshake(TlsSession *session)
{
    if (session->broken)
        return TLS_FAILED;
    ERR_clear_error();
    errno = 0;
    const TlsStep step = step_of(session, SSL_do_handshake(session->ssl));
    if (step != TLS_DONE)
        return step;
    /* Closed by default: a handshake that came through without our verdict counts for nothing. */
    if (!session->accepted || !session->peer) {
        set_error(session, _("the server showed no certificate"));
        return TLS_FAILED;
    }
    session->complete = true;
    session->summary = g_strdup_printf("%s %s", SSL_get_version(session->ssl), SSL_get_cipher_name(session->ssl));
    return TLS_DONE;
}

TlsStep
tls_session_read(TlsSession *session, guint8 *data, gsize size, gsize *done)
{
    g_return_val_if_fail(session->complete, TLS_FAILED);
    *done = 0;
    if (session->broken)
        return TLS_CUT;
    ERR_clear_error();
    errno = 0;
    const int result = SSL_read_ex(session->ssl, data, size, done);
    return result == 1 ? TLS_DONE : step_of(session, result);
}

TlsStep
tls_session_write(TlsSession *session, const guint8 *data, gsize size, gsize *done)
{
    g_return_val_if_fail(session->complete, TLS_FAILED);
    *done = 0;
    if (session->broken || session->ended)
        return TLS_CUT;
    ERR_clear_error();
    errno = 0;
    const int result = SSL_write_ex(session->ssl, data, size, done);
    return result == 1 ? TLS_DONE : step_of(session, result);
}

TlsStep
tls_session_end(TlsSession *session)
{
    if (session->broken || session->ended || !session->complete)
        return TLS_DONE;
    ERR_clear_error();
    errno = 0;
    const int result = SSL_shutdown(session->ssl);
    const TlsStep step = result >= 0 ? TLS_DONE : step_of(session, result);
    session->ended = step != TLS_WANT_WRITE;
    return step == TLS_WANT_WRITE ? step : TLS_DONE;
}

const char *
tls_session_error(const TlsSession *session)
{
    return session->error ? session->error : "";
}

TlsCertificate *
tls_session_take_certificate(TlsSession *session)
{
    return g_steal_pointer(&session->certificate);
}

bool
tls_session_is_trusted(const TlsSession *session)
{
    return session->complete && session->accepted;
}

const char *
tls_session_summary(const TlsSession *session)
{
    return session->summary;
}

/* RFC 9266. Before TLS 1.3 the secret binds the channel only with the extended master secret. */
static GBytes *
exporter_binding(SSL *ssl)
{
    static const char label[] = "EXPORTER-Channel-Binding";
    unsigned char key[32];
    if (SSL_version(ssl) < TLS1_3_VERSION && SSL_get_extms_support(ssl) != 1)
        return NULL;
    if (SSL_export_keying_material(ssl, key, sizeof key, label, sizeof label - 1, (const unsigned char *)"", 0, 1) != 1)
        return NULL;
    return g_bytes_new(key, sizeof key);
}

/* RFC 5929 §4: the hash of the certificate's signature, at least SHA-256. */
static GBytes *
end_point_binding(X509 *peer)
{
    int hash = NID_undef;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    if (X509_get_signature_info(peer, &hash, NULL, NULL, NULL) != 1 || hash == NID_undef)
        return NULL;
    const EVP_MD *md = hash == NID_md5 || hash == NID_sha1 ? EVP_sha256() : EVP_get_digestbynid(hash);
    if (!md || X509_digest(peer, md, digest, &length) != 1)
        return NULL;
    return g_bytes_new(digest, length);
}

GBytes *
tls_session_binding(const TlsSession *session, TlsBinding binding)
{
    if (!tls_session_is_trusted(session))
        return NULL;
    GBytes *bytes = binding == TLS_BINDING_EXPORTER ? exporter_binding(session->ssl) : end_point_binding(session->peer);
    ERR_clear_error();
    return bytes;
}

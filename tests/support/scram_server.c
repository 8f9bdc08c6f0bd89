/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/scram_server.h"

#include <string.h>

enum {
    DIGEST_MAX = 64,
};

ScramServer *
scram_server_new(GChecksumType hash, const char *password)
{
    ScramServer *server = g_new0(ScramServer, 1);
    server->hash = hash;
    server->password = g_strdup(password);
    server->iterations = 4096;
    server->salt = g_bytes_new_static("\0salt\xFF", 6);
    server->nonce = g_strdup("server");
    return server;
}

void
scram_server_free(ScramServer *server)
{
    g_free(server->password);
    g_bytes_unref(server->salt);
    g_free(server->nonce);
    g_clear_pointer(&server->binding, g_bytes_unref);
    g_free(server->gs2_header);
    g_free(server->client_first_bare);
    g_free(server->server_first);
    g_free(server);
}

static gsize
hmac(const ScramServer *server, const guint8 *key, gsize key_length, const void *data, gsize length, guint8 *result)
{
    g_autoptr(GHmac) hmac = g_hmac_new(server->hash, key, key_length);
    g_hmac_update(hmac, data, (gssize) length);
    gsize size = DIGEST_MAX;
    g_hmac_get_digest(hmac, result, &size);
    return size;
}

/* Hi() of RFC 5802 §2.2. */
static gsize
salt_password(const ScramServer *server, guint8 *result)
{
    const guint8 *key = (const guint8 *) server->password;
    const gsize key_length = strlen(server->password);
    g_autoptr(GByteArray) first = g_byte_array_new();
    g_byte_array_append(first, g_bytes_get_data(server->salt, NULL), (guint) g_bytes_get_size(server->salt));
    g_byte_array_append(first, (const guint8 *) "\0\0\0\1", 4);
    guint8 round[DIGEST_MAX];
    const gsize size = hmac(server, key, key_length, first->data, first->len, round);
    memcpy(result, round, size);
    for (guint i = 1; i < server->iterations; i++) {
        hmac(server, key, key_length, round, size, round);
        for (gsize j = 0; j < size; j++)
            result[j] ^= round[j];
    }
    return size;
}

char *
scram_server_first(ScramServer *server, const char *client_first)
{
    const char *comma = strchr(client_first, ',');
    g_assert_nonnull(comma);
    const char *bare = strchr(comma + 1, ',') + 1;
    server->gs2_header = g_strndup(client_first, (gsize) (bare - client_first));
    server->client_first_bare = g_strdup(bare);
    const char *nonce = strstr(bare, ",r=") + 3;
    g_autofree char *salt = g_base64_encode(g_bytes_get_data(server->salt, NULL), g_bytes_get_size(server->salt));
    server->server_first = g_strdup_printf("r=%s%s,s=%s,i=%u", nonce, server->nonce, salt, server->iterations);
    return g_strdup(server->server_first);
}

static bool
binding_is_right(const ScramServer *server, const char *client_final)
{
    g_autoptr(GByteArray) expected = g_byte_array_new();
    g_byte_array_append(expected, (const guint8 *) server->gs2_header, (guint) strlen(server->gs2_header));
    if (server->binding != NULL)
        g_byte_array_append(expected, g_bytes_get_data(server->binding, NULL),
                            (guint) g_bytes_get_size(server->binding));
    g_autofree char *encoded = g_base64_encode(expected->data, expected->len);
    g_autofree char *prefix = g_strdup_printf("c=%s,r=", encoded);
    return g_str_has_prefix(client_final, prefix);
}

char *
scram_server_final(ScramServer *server, const char *client_final)
{
    if (!binding_is_right(server, client_final))
        return NULL;
    const char *proof_text = strstr(client_final, ",p=");
    g_assert_nonnull(proof_text);
    g_autofree char *all = g_strdup_printf("%s,%s,%.*s", server->client_first_bare, server->server_first,
                                           (int) (proof_text - client_final), client_final);
    guint8 salted[DIGEST_MAX], client_key[DIGEST_MAX], server_key[DIGEST_MAX], stored[DIGEST_MAX],
        signature[DIGEST_MAX];
    const gsize size = salt_password(server, salted);
    hmac(server, salted, size, "Client Key", 10, client_key);
    hmac(server, salted, size, "Server Key", 10, server_key);
    g_autoptr(GChecksum) checksum = g_checksum_new(server->hash);
    g_checksum_update(checksum, client_key, (gssize) size);
    gsize stored_size = sizeof stored;
    g_checksum_get_digest(checksum, stored, &stored_size);
    hmac(server, stored, size, all, strlen(all), signature);
    gsize proof_length = 0;
    g_autofree guchar *proof = g_base64_decode(proof_text + 3, &proof_length);
    for (gsize i = 0; i < size; i++) {
        if (proof_length != size || (proof[i] ^ signature[i]) != client_key[i])
            return NULL;
    }
    hmac(server, server_key, size, all, strlen(all), signature);
    g_autofree char *encoded = g_base64_encode(signature, size);
    return g_strdup_printf("v=%s", encoded);
}

static char *
decode(const char *base64)
{
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(base64, &length);
    return g_strndup((const char *) bytes, length);
}

static char *
encode(const char *message)
{
    return message != NULL ? g_base64_encode((const guchar *) message, strlen(message)) : NULL;
}

char *
scram_server_first_base64(ScramServer *server, const char *base64)
{
    g_autofree char *client_first = decode(base64);
    g_autofree char *message = scram_server_first(server, client_first);
    return encode(message);
}

char *
scram_server_final_base64(ScramServer *server, const char *base64)
{
    g_autofree char *client_final = decode(base64);
    g_autofree char *message = scram_server_final(server, client_final);
    return encode(message);
}

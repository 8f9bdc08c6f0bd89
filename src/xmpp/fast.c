/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/fast.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/jid.h"
#include "xmpp/sasl_choice.h"
#include "xmpp/scram.h"

struct Fast {
    const char *mechanism;
    char *payload;
    guint8 expected[SCRAM_SHA_256_SIZE]; /* the server's proof */
};

/* Strongest first. */
static const struct {
    const char *name;
    SaslBinding binding;
} token_mechanisms[] = {
    { "HT-SHA-256-EXPR", SASL_BINDING_EXPORTER },
    { "HT-SHA-256-ENDP", SASL_BINDING_END_POINT },
    { "HT-SHA-256-NONE", SASL_BINDING_NONE },
};

/* Index into token_mechanisms; their number when it is none of them. */
static gsize
row_of(const char *mechanism)
{
    gsize row = 0;
    while (row < G_N_ELEMENTS(token_mechanisms) && g_strcmp0(mechanism, token_mechanisms[row].name) != 0)
        row++;
    return row;
}

/* The bytes of the channel that a proof covers; NULL: none. */
static GBytes *
channel_of(const FastConfig *config, SaslBinding binding)
{
    const SaslConfig known = { .exporter = config->exporter, .end_point = config->end_point };
    return sasl_binding_bytes(&known, binding);
}

static bool
is_usable(const FastConfig *config, SaslBinding binding)
{
    if (!config->tls)
        return false;
    return binding == SASL_BINDING_NONE ? !config->pinned_binding : channel_of(config, binding) != NULL;
}

static void
prove(const char *token, const char *who, GBytes *channel, guint8 *proof)
{
    g_autoptr(GByteArray) text = g_byte_array_new();
    g_byte_array_append(text, (const guint8 *) who, (guint) strlen(who));
    if (channel != NULL) {
        gsize length;
        const guint8 *bytes = g_bytes_get_data(channel, &length);
        g_byte_array_append(text, bytes, (guint) length);
    }
    scram_hmac_sha256(token, text->data, text->len, proof);
}

/* The name, a NUL, and the proof. */
static char *
make_payload(const char *username, const guint8 *proof)
{
    g_autoptr(GByteArray) message = g_byte_array_new();
    g_byte_array_append(message, (const guint8 *) username, (guint) strlen(username) + 1);
    g_byte_array_append(message, proof, SCRAM_SHA_256_SIZE);
    char *payload = g_base64_encode(message->data, message->len);
    explicit_bzero(message->data, message->len);
    return payload;
}

Fast *
fast_new(const FastConfig *config)
{
    const gsize row = row_of(config->mechanism);
    if (config->token == NULL || *config->token == '\0' || row == G_N_ELEMENTS(token_mechanisms)
        || !is_usable(config, token_mechanisms[row].binding))
        return NULL;
    g_autofree char *username = jid_prepare_username(config->username != NULL ? config->username : "", NULL);
    if (username == NULL)
        return NULL;
    GBytes *channel = channel_of(config, token_mechanisms[row].binding);
    guint8 proof[SCRAM_SHA_256_SIZE];
    Fast *fast = g_new0(Fast, 1);
    fast->mechanism = token_mechanisms[row].name;
    prove(config->token, "Initiator", channel, proof);
    fast->payload = make_payload(username, proof);
    prove(config->token, "Responder", channel, fast->expected);
    explicit_bzero(proof, sizeof proof);
    return fast;
}

void
fast_free(Fast *fast)
{
    if (fast == NULL)
        return;
    scram_wipe(fast->payload);
    explicit_bzero(fast, sizeof *fast);
    g_free(fast);
}

const char *
fast_mechanism(const Fast *fast)
{
    return fast->mechanism;
}

const char *
fast_payload(const Fast *fast)
{
    return fast->payload;
}

bool
fast_verify(const Fast *fast, const char *base64, GError **error)
{
    gsize length = 0;
    g_autofree char *proof = scram_decode(base64 != NULL ? base64 : "", SCRAM_MESSAGE_MAX, &length);
    if (proof != NULL && length == sizeof fast->expected && scram_is_equal(proof, fast->expected, length))
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_AUTH,
                        _("The server does not know the token it gave for this login: do not trust it, and tell its "
                          "operator"));
    return false;
}

const char *
fast_choose(const FastConfig *config, const char *const *offered, const char *const *bindings)
{
    for (gsize i = 0; i < G_N_ELEMENTS(token_mechanisms); i++) {
        const char *type = sasl_binding_name(token_mechanisms[i].binding);
        const bool listed = type == NULL || bindings == NULL || g_strv_contains(bindings, type);
        if (listed && is_usable(config, token_mechanisms[i].binding)
            && g_strv_contains(offered, token_mechanisms[i].name))
            return token_mechanisms[i].name;
    }
    return NULL;
}

bool
fast_is_stronger(const char *mechanism, const char *other)
{
    return row_of(mechanism) < row_of(other);
}

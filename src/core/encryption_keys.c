/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys, trust, and what is said about them. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "core/core_private.h"
#include "core/encryption.h"
#include "e2ee/otr.h"
#include "store/key_uses.h"

enum {
    GROUP = 8,              /* digits of a fingerprint that are written together */
    FINGERPRINT_PART_MIN = 8,
};

const char *const *
encryption_providers(void)
{
    static const char *const names[] = { "otr", NULL };
    return names;
}

const char *
encryption_label(const char *provider)
{
    const E2eeProvider *row = e2ee_find_provider(provider);
    return row != NULL ? row->label : provider;
}

const char *const *
encryption_import_programs(void)
{
    return otr_import_programs();
}

/* --- lists --- */

void
encryption_key_free(EncryptionKey *key)
{
    g_clear_pointer(&key->peer, jid_unref);
    g_free(key->fingerprint);
    g_free(key);
}

static void
free_key(gpointer key)
{
    encryption_key_free(key);
}

GPtrArray *
encryption_keys(Session *session, const Jid *peer, GError **error)
{
    E2ee *otr = encryption_state(session, "otr", error);
    if (otr == NULL)
        return NULL;
    g_autoptr(GPtrArray) found = otr_provider.keys(otr, peer);
    GPtrArray *keys = g_ptr_array_new_with_free_func(free_key);
    for (guint i = 0; i < found->len; i++) {
        const E2eeKey *row = g_ptr_array_index(found, i);
        EncryptionKey *key = g_new0(EncryptionKey, 1);
        *key = (EncryptionKey) {
            .provider = "otr",
            .peer = row->peer != NULL ? jid_ref(row->peer) : NULL,
            .fingerprint = g_strdup(row->fingerprint),
            .trust = e2ee_trust_word(row->trust),
            .in_use = row->in_use,
        };
        if (row->peer != NULL)
            key_uses_find(client_db(session_client(session)), session_store_key(session), "otr", jid_bare(row->peer),
                          row->fingerprint, &key->first_used, &key->last_used);
        g_ptr_array_add(keys, key);
    }
    return keys;
}

char *
encryption_fingerprint_text(const char *fingerprint)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; fingerprint[i] != '\0'; i++) {
        if (i > 0 && i % GROUP == 0)
            g_string_append_c(text, ' ');
        g_string_append_c(text, fingerprint[i]);
    }
    return g_string_free(text, FALSE);
}

/* XEP-0364 "URI": in lower case, as other programs write it. */
char *
encryption_key_uri(const Session *session, const EncryptionKey *key)
{
    const Jid *jid = key->peer != NULL ? key->peer : account_jid(session_account(session));
    g_autofree char *digits = g_ascii_strdown(key->fingerprint, -1);
    g_autofree char *address = g_uri_escape_string(jid_bare(jid), "@", FALSE);
    return g_strdup_printf("xmpp:%s?otr-fingerprint=%s", address, digits);
}

/* --- trust --- */

/* Without what people put between the digits. */
static char *
bare_digits(const char *text)
{
    g_autoptr(GString) digits = g_string_new(NULL);
    for (; *text != '\0'; text++) {
        if (!g_ascii_isspace(*text) && *text != ':')
            g_string_append_c(digits, g_ascii_toupper(*text));
    }
    return g_string_free(g_steal_pointer(&digits), FALSE);
}

/* The one key that is meant. */
static const EncryptionKey *
find_key(const GPtrArray *keys, const Jid *peer, const char *fingerprint, GError **error)
{
    g_autofree char *digits = fingerprint != NULL ? bare_digits(fingerprint) : NULL;
    const EncryptionKey *found = NULL;
    guint matches = 0;
    if (digits != NULL && strlen(digits) < FINGERPRINT_PART_MIN) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                    _("“%s” is too short for a fingerprint: give at least its first eight digits"), fingerprint);
        return NULL;
    }
    for (guint i = 0; i < keys->len; i++) {
        const EncryptionKey *key = g_ptr_array_index(keys, i);
        if (digits != NULL ? !g_str_has_prefix(key->fingerprint, digits) : !key->in_use)
            continue;
        found = key;
        matches++;
    }
    if (matches == 1)
        return found;
    if (matches > 1)
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("%s has several such keys: give more digits"), jid_bare(peer));
    else if (digits == NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                    _("no key of %s is in use: begin a session, or give the fingerprint"), jid_bare(peer));
    else
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("%s has used no key that begins with %s: /trust list"),
                    jid_bare(peer), digits);
    return NULL;
}

bool
encryption_set_trust(Session *session, const char *provider, const Jid *peer, const char *fingerprint, bool trusted,
                     GError **error)
{
    E2ee *otr = encryption_state(session, provider, error);
    const E2eeTrust trust = trusted ? E2EE_VERIFIED : E2EE_UNTRUSTED;
    if (otr == NULL)
        return false;
    g_autofree char *digits = fingerprint != NULL ? bare_digits(fingerprint) : NULL;
    /* A whole one may be told before the first session. */
    if (digits != NULL && strlen(digits) == OTR_FINGERPRINT_DIGITS)
        return otr_provider.set_trust(otr, peer, digits, trust, error);
    g_autoptr(GPtrArray) keys = encryption_keys(session, peer, error);
    const EncryptionKey *key = keys != NULL ? find_key(keys, peer, fingerprint, error) : NULL;
    return key != NULL && otr_provider.set_trust(otr, peer, key->fingerprint, trust, error);
}

bool
encryption_import(Session *session, const char *program, const char *path, char **words, GError **error)
{
    OtrImported imported = { 0 };
    E2ee *otr = encryption_state(session, "otr", error);
    if (otr == NULL || !otr_import(otr, program, path, &imported, error))
        return false;
    g_autofree char *keys = g_strdup_printf(
        ngettext("%u fingerprint was taken over", "%u fingerprints were taken over", imported.fingerprints),
        imported.fingerprints);
    const char *own = imported.key        ? _("the private key, too")
                      : imported.kept_key ? _("the private key that is here stays")
                                          : _("there was no private key to take");
    *words = g_strdup_printf("%s; %s", keys, own);
    return true;
}

/* --- a conversation --- */

void
encryption_get_status(Client *client, const Conversation *conversation, EncryptionStatus *status)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    const Jid *with = conversation_jid(conversation);
    const ConversationEncryption *now = conversation_encryption(conversation);
    E2ee *otr = encryption_state(session, "otr", NULL);
    *status = (EncryptionStatus) {
        .intent = conversation_intent(conversation),
        .provider = now->provider,
        .state = now->state,
        .trust = now->trust,
        .policy = settings_get_text(client_settings(client), SETTING_OTR_POLICY,
                                    account_name(conversation_account(conversation)), jid_bare(with)),
        .waiting = outgoing_queue_waiting(session_outgoing(session), with),
    };
    if (otr == NULL)
        return;
    const Jid *device = otr_provider.device(otr, with);
    status->device = device != NULL ? g_strdup(jid_text(device)) : NULL;
    status->version = otr_version(otr, with);
    g_autoptr(GPtrArray) theirs = otr_provider.keys(otr, with);
    for (guint i = 0; i < theirs->len; i++) {
        const E2eeKey *key = g_ptr_array_index(theirs, i);
        if (key->in_use && status->fingerprint == NULL)
            status->fingerprint = g_strdup(key->fingerprint);
    }
    status->own_fingerprint = otr_own_fingerprint(otr);
}

void
encryption_status_clear(EncryptionStatus *status)
{
    g_free(status->device);
    g_free(status->fingerprint);
    g_free(status->own_fingerprint);
}

/* --- comparing a secret --- */

static E2ee *
state_of(Client *client, const Conversation *conversation, GError **error)
{
    return encryption_state(client_session_of(client, conversation_account(conversation)), "otr", error);
}

bool
encryption_verify(Client *client, Conversation *conversation, const char *question, const char *secret, GError **error)
{
    E2ee *otr = state_of(client, conversation, error);
    return otr != NULL && otr_verify(otr, conversation_jid(conversation), question, secret, error);
}

bool
encryption_answer(Client *client, Conversation *conversation, const char *secret, GError **error)
{
    E2ee *otr = state_of(client, conversation, error);
    return otr != NULL && otr_answer(otr, conversation_jid(conversation), secret, error);
}

bool
encryption_abort(Client *client, Conversation *conversation, GError **error)
{
    E2ee *otr = state_of(client, conversation, error);
    return otr != NULL && otr_abort(otr, conversation_jid(conversation), error);
}

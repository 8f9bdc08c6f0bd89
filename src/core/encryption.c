/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the providers, which know JIDs, and the conversations, which people see. What the provider tells changes the
 * model at once; what has to be done about it is done a turn later, never inside the provider. */
#include "core/encryption.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "core/encryption_private.h"
#include "store/cache.h"

#define LOCK_KEY "e2ee."

/* Somebody who waits for the own key. */
typedef struct KeyWaiter {
    CoreDone done;
    gpointer data;
} KeyWaiter;

static void
on_settings(gconstpointer data, gpointer user)
{
    const SettingsEvent *event = data;
    const Encryption *encryption = user;
    const Account *account = session_account(encryption->session);
    if (event->setting != SETTING_ENCRYPTION && event->setting != SETTING_OTR_POLICY)
        return;
    for (guint i = 0; i < account_conversation_count(account); i++)
        encryption_adopt(encryption->session, account_conversation_at(account, i));
}

Encryption *
encryption_new(Session *session)
{
    Encryption *encryption = g_new0(Encryption, 1);
    encryption->session = session;
    encryption->starts = encryption_starts_new();
    encryption->locks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    encryption->key_waiters = g_array_new(FALSE, FALSE, sizeof(KeyWaiter));
    encryption->settings = bus_subscribe(settings_bus(client_settings(session_client(session))), on_settings, encryption);
    return encryption;
}

void
encryption_tell_key_waiters(Encryption *encryption, const GError *error)
{
    for (guint i = 0; i < encryption->key_waiters->len; i++) {
        const KeyWaiter *waiter = &g_array_index(encryption->key_waiters, KeyWaiter, i);
        core_done_later(waiter->done, waiter->data, error);
    }
    g_array_set_size(encryption->key_waiters, 0);
}

void
encryption_free(Encryption *encryption)
{
    g_autoptr(GError) gone = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("the account is gone"));
    bus_unsubscribe(settings_bus(client_settings(session_client(encryption->session))), encryption->settings);
    g_clear_handle_id(&encryption->kick, g_source_remove);
    encryption_finish_all_starts(encryption, gone);
    encryption_tell_key_waiters(encryption, gone);
    g_array_unref(encryption->key_waiters);
    g_hash_table_unref(encryption->starts);
    g_hash_table_unref(encryption->locks);
    if (encryption->otr != NULL)
        otr_provider.free(encryption->otr);
    g_free(encryption);
}

/* --- what a conversation insists on --- */

const char *
encryption_setting(const Session *session, Setting setting, const Jid *with)
{
    return settings_get_text(client_settings(session_client(session)), setting, account_name(session_account(session)),
                             jid_bare(with));
}

/* Whether a session was on that the user has not ended; remembered, so that a restart is no way into the clear. */
static bool
is_locked(const Session *session, const Jid *with)
{
    const Encryption *encryption = session_encryption(session);
    g_autoptr(GError) error = NULL;
    if (g_hash_table_contains(encryption->locks, jid_bare(with)))
        return true;
    g_autofree char *key = g_strconcat(LOCK_KEY, jid_bare(with), NULL);
    g_autofree char *value = cache_recall(client_db(session_client(session)), session_store_key(session), key, &error);
    return value != NULL || error != NULL;
}

void
encryption_note_lock(Session *session, const Conversation *conversation, bool locked)
{
    const Jid *with = conversation_jid(conversation);
    Encryption *encryption = session_encryption(session);
    g_autofree char *key = g_strconcat(LOCK_KEY, jid_bare(with), NULL);
    g_autoptr(GError) error = NULL;
    if (locked == is_locked(session, with))
        return;
    if (locked)
        g_hash_table_add(encryption->locks, g_strdup(jid_bare(with)));
    else
        g_hash_table_remove(encryption->locks, jid_bare(with));
    if (!cache_remember(client_db(session_client(session)), session_store_key(session), key, locked ? "otr" : NULL,
                        &error))
        client_notice(session_client(session), session_account(session), NOTICE_ERROR, error->code, "%s",
                      error->message);
}

static const char *
find_intent(const Session *session, const Jid *with)
{
    const char *wanted = encryption_setting(session, SETTING_ENCRYPTION, with);
    if (!g_str_equal(wanted, "none"))
        return wanted;
    const bool insists = g_str_equal(encryption_setting(session, SETTING_OTR_POLICY, with), "always") || is_locked(session, with);
    return insists ? "otr" : "none";
}

void
encryption_adopt(Session *session, Conversation *conversation)
{
    if (conversation_kind(conversation) == CONVERSATION_CHAT
        && !jid_equal_bare(conversation_jid(conversation), account_jid(session_account(session))))
        conversation_set_intent(conversation, find_intent(session, conversation_jid(conversation)));
}

/* With the intent that follows from what is locked now. */
void
encryption_set_protection(const Session *session, Conversation *conversation, const ConversationEncryption *encryption)
{
    const bool is_chat = conversation_kind(conversation) == CONVERSATION_CHAT;
    conversation_set_protection(
        conversation,
        is_chat ? find_intent(session, conversation_jid(conversation)) : conversation_intent(conversation), encryption);
}

bool
encryption_check_possible(const Conversation *conversation, const char *provider, GError **error)
{
    const Account *account = conversation_account(conversation);
    if (e2ee_find_provider(provider) == NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("this confab has no encryption “%s”: give otr or none"),
                    provider);
    else if (conversation_kind(conversation) != CONVERSATION_CHAT)
        g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION, _("OTR is for two: %s is a room"),
                    conversation_label(conversation));
    else if (jid_equal_bare(conversation_jid(conversation), account_jid(account)))
        g_set_error_literal(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                            _("notes to yourself cannot be encrypted with OTR: it needs somebody else"));
    else
        return true;
    return false;
}

bool
encryption_set_intent(Client *client, Conversation *conversation, const char *provider, GError **error)
{
    Settings *settings = client_settings(client);
    const Session *session = client_session_of(client, conversation_account(conversation));
    const Jid *with = conversation_jid(conversation);
    const bool is_none = g_str_equal(provider, "none");
    const E2eePolicy policy = encryption_policy((gpointer) session, with);
    if (!is_none && !encryption_check_possible(conversation, provider, error))
        return false;
    if (is_none && policy == E2EE_ALWAYS) {
        g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                    _("otr.policy is “always” for %s: /otr policy manual allows messages in the clear"), jid_text(with));
        return false;
    }
    if (!is_none && policy == E2EE_NEVER) {
        g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                    _("otr.policy is “never” for %s: /otr policy manual allows OTR"), jid_text(with));
        return false;
    }
    if (!settings_set(settings, SETTING_ENCRYPTION, (SettingPlace) { .conversation = jid_bare(with) }, provider, error))
        return false;
    return !is_none || conversation_kind(conversation) != CONVERSATION_CHAT
           || encryption_end(client, conversation, error);
}

/* --- the provider --- */

E2ee *
encryption_state(Session *session, const char *provider, GError **error)
{
    Encryption *encryption = session_encryption(session);
    const E2eeHost host = encryption_host(session);
    if (encryption->otr != NULL || !g_str_equal(provider, "otr"))
        return encryption->otr;
    g_autofree char *directory = g_build_filename(client_paths(session_client(session))->data, "otr",
                                                  account_name(session_account(session)), NULL);
    encryption->otr = otr_provider.new(&host, directory, account_jid(session_account(session)), error);
    return encryption->otr;
}

void
encryption_make_key(Session *session, const char *provider, CoreDone done, gpointer data)
{
    Encryption *encryption = session_encryption(session);
    const KeyWaiter waiter = { done, data };
    g_autoptr(GError) error = NULL;
    E2ee *otr = encryption_state(session, provider, &error);
    if (otr == NULL || otr_has_key(otr)) {
        core_done_later(done, data, error);
        return;
    }
    g_array_append_val(encryption->key_waiters, waiter);
    otr_make_key(otr);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/i18n.h"
#include "core/encryption_private.h"

enum {
    START_MS = 30000,     /* so long a peer may take to answer … */
    START_LEAST_MS = 500, /* … and the arithmetic takes its time however hurried a test is */
    PRESENCE_MS = 3000,   /* after the login, until the absence of a presence says that somebody is offline */
};

/* A session that was asked for. */
typedef struct Start {
    Encryption *encryption;
    Jid *peer; /* bare */
    guint timer;
    guint early;   /* timer: whether the peer is there at all is known then */
    CoreDone done; /* NULL: nobody waits but messages */
    gpointer data;
} Start;

static void
start_free(gpointer data)
{
    Start *start = data;
    g_clear_handle_id(&start->timer, g_source_remove);
    g_clear_handle_id(&start->early, g_source_remove);
    jid_unref(start->peer);
    g_free(start);
}

GHashTable *
encryption_starts_new(void)
{
    return g_hash_table_new_full(jid_bare_hash, jid_bare_hash_equal, NULL, start_free);
}

static gboolean
on_kick(gpointer data)
{
    Encryption *encryption = data;
    encryption->kick = 0;
    outgoing_queue_flush(session_outgoing(encryption->session));
    return G_SOURCE_REMOVE;
}

void
encryption_kick(Encryption *encryption)
{
    if (encryption->kick == 0)
        encryption->kick = g_idle_add_full(G_PRIORITY_DEFAULT, on_kick, encryption, NULL);
}

/* Whoever waits for a session learns what became of it. */
void
encryption_finish_start(Encryption *encryption, const Jid *peer, const GError *error)
{
    Start *start = g_hash_table_lookup(encryption->starts, peer);
    if (start == NULL)
        return;
    const CoreDone done = start->done;
    const gpointer data = start->data;
    g_hash_table_remove(encryption->starts, peer);
    core_done_later(done, data, error);
}

void
encryption_finish_all_starts(Encryption *encryption, const GError *error)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, encryption->starts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Start *start = value;
        core_done_later(start->done, start->data, error);
        g_hash_table_iter_remove(&iter);
    }
}

void
encryption_fail_start(Encryption *encryption, const Jid *peer, const GError *error)
{
    g_autoptr(Jid) bare = jid_to_bare(peer);
    encryption_finish_start(encryption, bare, error);
    outgoing_queue_fail_waiting(session_outgoing(encryption->session), bare, error->message);
}

/* --- beginning and ending --- */

/* Who sends us presence and has sent none is offline, and OTR needs both at once. */
static bool
is_offline_for_sure(const Encryption *encryption, const Jid *with)
{
    const Session *session = encryption->session;
    const Contact *contact = roster_find(account_roster(session_account(session)), with);
    const gint64 online = g_get_monotonic_time() - encryption->online_since;
    return contact != NULL && (contact_subscription(contact) & CONTACT_TO) != 0 && !contact_is_online(contact)
           && encryption->online_since != 0
           && online > (gint64) client_delay(session_client(session), PRESENCE_MS) * 1000;
}

static bool
check_peer(const Encryption *encryption, const Jid *with, GError **error)
{
    if (encryption_policy(encryption->session, with) == E2EE_NEVER)
        g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                    _("otr.policy forbids OTR with %s: nothing was sent; /otr policy manual allows it"), jid_bare(with));
    else if (session_is_online(encryption->session) && is_offline_for_sure(encryption, with))
        g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                    _("%s is offline, and OTR needs you both: nothing was sent; wait, or /encrypt none"), jid_bare(with));
    else
        return true;
    return false;
}

/* There will be no session, for this reason. */
static void
give_up(Encryption *encryption, const Jid *with, GError *take_error)
{
    g_autoptr(Jid) peer = jid_to_bare(with);
    g_autoptr(GError) error = take_error;
    Conversation *conversation = account_find_conversation(session_account(encryption->session), peer);
    otr_provider.stop(encryption->otr, peer);
    encryption_fail_start(encryption, peer, error);
    if (conversation != NULL)
        conversation_set_encryption(conversation, &(ConversationEncryption) { .reason = error->message });
}

static gboolean
on_start_late(gpointer data)
{
    Start *start = data;
    start->timer = 0;
    give_up(start->encryption, start->peer,
            g_error_new(CONFAB_ERROR, ERROR_ENCRYPTION,
                        _("%s did not answer: there is no OTR session, nothing was sent; /otr start asks again, /encrypt "
                          "none goes on in the clear"),
                        jid_text(start->peer)));
    return G_SOURCE_REMOVE;
}

/* Who is offline need not be waited for. */
static gboolean
on_start_early(gpointer data)
{
    Start *start = data;
    GError *error = NULL;
    start->early = 0;
    if (!check_peer(start->encryption, start->peer, &error))
        give_up(start->encryption, start->peer, error);
    return G_SOURCE_REMOVE;
}

/* It begins anew for who waits already. */
static void
note_start(Encryption *encryption, const Jid *peer, CoreDone done, gpointer data)
{
    Start *start = g_new0(Start, 1);
    g_autoptr(GError) anew = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("OTR was begun anew"));
    encryption_finish_start(encryption, peer, anew);
    *start = (Start) { .encryption = encryption, .peer = jid_to_bare(peer), .done = done, .data = data };
    const guint delay = MAX(client_delay(session_client(encryption->session), START_MS), START_LEAST_MS);
    start->timer = g_timeout_add(delay, on_start_late, start);
    start->early = g_timeout_add(client_delay(session_client(encryption->session), PRESENCE_MS) + 1, on_start_early, start);
    g_hash_table_replace(encryption->starts, start->peer, start);
}

/* Where the conversation goes, unless that device is known to be gone. NULL: whoever answers. */
static const Jid *
find_device(const Session *session, const Jid *with)
{
    const Conversation *conversation = account_find_conversation(session_account(session), with);
    const Contact *contact = roster_find(account_roster(session_account(session)), with);
    const Jid *device = conversation != NULL ? conversation_locked_to(conversation) : NULL;
    if (device == NULL || contact == NULL || (contact_subscription(contact) & CONTACT_TO) == 0)
        return device;
    for (guint i = 0; i < contact_resource_count(contact); i++) {
        if (jid_equal(contact_resource_at(contact, i)->jid, device))
            return device;
    }
    return NULL;
}

static bool
start_session(Session *session, const Jid *with, CoreDone done, gpointer data, GError **error)
{
    Encryption *encryption = session_encryption(session);
    const Jid *device = find_device(session, with);
    E2ee *otr = encryption_state(session, "otr", error);
    if (otr == NULL || !check_peer(encryption, with, error) || !session_require_online(session, error))
        return false;
    note_start(encryption, with, done, data);
    if (otr_provider.start(otr, device != NULL ? device : with, error))
        return true;
    g_hash_table_remove(encryption->starts, with);
    return false;
}

EncryptionReadiness
encryption_prepare(Session *session, const Jid *with, const char *intent, GError **error)
{
    E2ee *otr = encryption_state(session, intent, error);
    if (!g_str_equal(intent, "otr")) {
        envelope_plain(message_stanza_new(), intent, error);
        return ENCRYPTION_REFUSED;
    }
    if (otr == NULL)
        return ENCRYPTION_REFUSED;
    if (!session_is_online(session))
        return ENCRYPTION_WAITS;
    switch (otr_provider.state(otr, with)) {
    case E2EE_ON:
        return ENCRYPTION_READY;
    case E2EE_STARTING:
        if (!g_hash_table_contains(session_encryption(session)->starts, with))
            note_start(session_encryption(session), with, NULL, NULL);
        return ENCRYPTION_WAITS;
    case E2EE_ENDED:
        g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                    _("%s has ended the OTR session: nothing was sent; /otr start begins anew, /otr end goes on in the "
                      "clear"),
                    jid_bare(with));
        return ENCRYPTION_REFUSED;
    case E2EE_OFF:
        break;
    }
    return start_session(session, with, NULL, NULL, error) ? ENCRYPTION_WAITS : ENCRYPTION_REFUSED;
}

bool
encryption_check(Session *session, Conversation *conversation, GError **error)
{
    const char *intent = conversation_intent(conversation);
    const Jid *with = conversation_jid(conversation);
    if (g_str_equal(intent, "none"))
        return true;
    if (!g_str_equal(intent, "otr"))
        return encryption_prepare(session, with, intent, error) != ENCRYPTION_REFUSED;
    const E2ee *otr = encryption_state(session, intent, error);
    if (otr == NULL)
        return false;
    const E2eeState state = otr_provider.state((E2ee *) otr, with);
    if (state == E2EE_ENDED)
        return encryption_prepare(session, with, intent, error) != ENCRYPTION_REFUSED;
    return state != E2EE_OFF || check_peer(session_encryption(session), with, error);
}

bool
encryption_start(Client *client, Conversation *conversation, const char *provider, CoreDone done, gpointer data,
                 GError **error)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    if (!encryption_check_possible(conversation, provider, error)
        || !start_session(session, conversation_jid(conversation), done, data, error))
        return false;
    encryption_note_lock(session, conversation, true);
    encryption_adopt(session, conversation);
    return true;
}

bool
encryption_end(Client *client, Conversation *conversation, GError **error)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    Encryption *encryption = session_encryption(session);
    const Jid *with = conversation_jid(conversation);
    g_autoptr(GError) ended =
        g_error_new(CONFAB_ERROR, ERROR_ENCRYPTION, _("the OTR session was ended by you: nothing was sent"));
    if (!encryption_check_possible(conversation, "otr", error))
        return false;
    encryption_note_lock(session, conversation, false);
    if (encryption->otr != NULL)
        otr_provider.stop(encryption->otr, with);
    encryption_fail_start(encryption, with, ended);
    encryption_set_protection(session, conversation, &(ConversationEncryption) { 0 });
    return true;
}

/* --- what happens around --- */

/* XEP-0364 "Use in XMPP": an OTR session lives as long as the session with the server. */
void
encryption_bound(Session *session)
{
    Encryption *encryption = session_encryption(session);
    encryption->online_since = g_get_monotonic_time();
    if (encryption->otr != NULL)
        otr_provider.closed(encryption->otr);
}

void
encryption_gone(Session *session, const Jid *from)
{
    const Encryption *encryption = session_encryption(session);
    if (encryption->otr != NULL)
        otr_provider.gone(encryption->otr, from);
}

/* A request that came back will not be answered. */
void
encryption_bounced(Session *session, const XmppMessage *bounce, const char *reason)
{
    Encryption *encryption = session_encryption(session);
    if (bounce->from == NULL || encryption->otr == NULL || !g_hash_table_contains(encryption->starts, bounce->from))
        return;
    give_up(encryption, bounce->from,
            g_error_new(CONFAB_ERROR, ERROR_ENCRYPTION, _("%s cannot be reached for OTR: %s"), jid_bare(bounce->from),
                        reason));
}

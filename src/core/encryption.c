/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the providers, which know JIDs, and the conversations, which people see. What the provider tells changes the
 * model at once; what has to be done about it is done a turn later, never inside the provider. */
#include "core/encryption.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "base/when.h"
#include "core/core_private.h"
#include "e2ee/otr.h"
#include "store/cache.h"
#include "store/key_uses.h"
#include "xmpp/xep/caps.h"

enum {
    START_MS = 30000,    /* so long a peer may take to answer … */
    START_LEAST_MS = 500, /* … and the arithmetic takes its time however hurried a test is */
    COMPLAINT_SECONDS = 60, /* so old a message may be that a complaint is about */
    PRESENCE_MS = 3000,  /* after the login, until the absence of a presence says that somebody is offline */
};

#define LOCK_KEY "e2ee."

/* A session that was asked for. */
typedef struct Start {
    Encryption *encryption;
    Jid *peer; /* bare */
    guint timer;
    guint early; /* timer: whether the peer is there at all is known then */
    CoreDone done; /* NULL: nobody waits but messages */
    gpointer data;
} Start;

/* Somebody who waits for the own key. */
typedef struct KeyWaiter {
    CoreDone done;
    gpointer data;
} KeyWaiter;

struct Encryption {
    Session *session;
    E2ee *otr;
    GHashTable *starts; /* bare Jid (the start's) → Start */
    GHashTable *locks;  /* char *: bare JIDs whose conversations had a session */
    GArray *key_waiters; /* KeyWaiter */
    guint settings;     /* subscription */
    guint kick;         /* idle: what waits may go on */
    gint64 online_since;
};

static void
start_free(gpointer data)
{
    Start *start = data;
    g_clear_handle_id(&start->timer, g_source_remove);
    g_clear_handle_id(&start->early, g_source_remove);
    jid_unref(start->peer);
    g_free(start);
}

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
    encryption->starts = g_hash_table_new_full(jid_bare_hash, jid_bare_hash_equal, NULL, start_free);
    encryption->locks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    encryption->key_waiters = g_array_new(FALSE, FALSE, sizeof(KeyWaiter));
    encryption->settings = bus_subscribe(settings_bus(client_settings(session_client(session))), on_settings, encryption);
    return encryption;
}

static void
tell_key_waiters(Encryption *encryption, const GError *error)
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
    GHashTableIter iter;
    gpointer value;
    g_autoptr(GError) gone = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("the account is gone"));
    bus_unsubscribe(settings_bus(client_settings(session_client(encryption->session))), encryption->settings);
    g_clear_handle_id(&encryption->kick, g_source_remove);
    g_hash_table_iter_init(&iter, encryption->starts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Start *start = value;
        core_done_later(start->done, start->data, gone);
    }
    tell_key_waiters(encryption, gone);
    g_array_unref(encryption->key_waiters);
    g_hash_table_unref(encryption->starts);
    g_hash_table_unref(encryption->locks);
    if (encryption->otr != NULL)
        otr_provider.free(encryption->otr);
    g_free(encryption);
}

/* --- what a conversation insists on --- */

static const char *
setting_of(const Session *session, Setting setting, const Jid *with)
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

static void
note_lock(Session *session, const Conversation *conversation, bool locked)
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
    const char *wanted = setting_of(session, SETTING_ENCRYPTION, with);
    if (!g_str_equal(wanted, "none"))
        return wanted;
    const bool insists = g_str_equal(setting_of(session, SETTING_OTR_POLICY, with), "always") || is_locked(session, with);
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
static void
set_protection(const Session *session, Conversation *conversation, const ConversationEncryption *encryption)
{
    const bool is_chat = conversation_kind(conversation) == CONVERSATION_CHAT;
    conversation_set_protection(
        conversation,
        is_chat ? find_intent(session, conversation_jid(conversation)) : conversation_intent(conversation), encryption);
}

/* --- what the provider asks --- */

static bool
host_send(gpointer data, Envelope *take_envelope)
{
    const Session *session = data;
    g_autoptr(Envelope) envelope = take_envelope;
    return session_is_online(session) && message_stanza_send(session_stream(session), envelope_message(envelope));
}

static E2eePolicy
host_policy(gpointer data, const Jid *peer)
{
    static const char *const words[] = { "never", "manual", "opportunistic", "always", NULL };
    const char *word = setting_of(data, SETTING_OTR_POLICY, peer);
    for (guint i = 0; words[i] != NULL; i++) {
        if (g_str_equal(words[i], word))
            return (E2eePolicy) i;
    }
    return E2EE_NEVER;
}

/* I15, I22 */
static bool
host_may_answer(gpointer data, const Jid *peer)
{
    const Contact *contact = roster_find(account_roster(session_account(data)), peer);
    return contact != NULL && (contact_subscription(contact) & CONTACT_FROM) != 0;
}

/* By the name a program announces (XEP-0115). mcabber reads HTML, but does not write it. */
static E2eeMarkup
host_markup(gpointer data, const Jid *peer)
{
    static const struct {
        const char *program;
        E2eeMarkup markup;
    } programs[] = {
        { "mcabber", E2EE_MARKUP_READ },
        { "pidgin", E2EE_MARKUP_READ | E2EE_MARKUP_WRITTEN },
        { "adium", E2EE_MARKUP_READ | E2EE_MARKUP_WRITTEN },
        { "purple", E2EE_MARKUP_READ | E2EE_MARKUP_WRITTEN },
    };
    const Session *session = data;
    const DiscoInfo *info = caps_lookup(session_stream(session), peer);
    for (guint i = 0; info != NULL && i < info->identities->len; i++) {
        g_autofree char *identity = g_ascii_strdown(g_ptr_array_index(info->identities, i), -1);
        for (guint j = 0; j < G_N_ELEMENTS(programs); j++) {
            if (strstr(identity, programs[j].program) != NULL)
                return programs[j].markup;
        }
    }
    return info != NULL ? 0 : E2EE_MARKUP_UNKNOWN;
}

static guint
host_body_limit(gpointer data, const Jid *peer)
{
    const Session *session = data;
    return (guint) settings_get_int(client_settings(session_client(session)), SETTING_OTR_FRAGMENT,
                                    account_name(session_account(session)), jid_bare(peer));
}

/* --- what the provider tells --- */

static gboolean
on_kick(gpointer data)
{
    Encryption *encryption = data;
    encryption->kick = 0;
    outgoing_queue_flush(session_outgoing(encryption->session));
    return G_SOURCE_REMOVE;
}

static void
kick(Encryption *encryption)
{
    if (encryption->kick == 0)
        encryption->kick = g_idle_add_full(G_PRIORITY_DEFAULT, on_kick, encryption, NULL);
}

/* Whoever waits for a session learns what became of it. */
static void
finish_start(Encryption *encryption, const Jid *peer, const GError *error)
{
    Start *start = g_hash_table_lookup(encryption->starts, peer);
    if (start == NULL)
        return;
    const CoreDone done = start->done;
    const gpointer data = start->data;
    g_hash_table_remove(encryption->starts, peer);
    core_done_later(done, data, error);
}

static void
fail_start(Encryption *encryption, const Jid *peer, const GError *error)
{
    g_autoptr(Jid) bare = jid_to_bare(peer);
    finish_start(encryption, bare, error);
    outgoing_queue_fail_waiting(session_outgoing(encryption->session), bare, error->message);
}

static void
on_session_on(Encryption *encryption, Conversation *conversation, const E2eeEvent *event)
{
    Session *session = encryption->session;
    g_autoptr(GError) error = NULL;
    if (event->session.fingerprint != NULL
        && !key_uses_note(client_db(session_client(session)), session_store_key(session), "otr", jid_bare(event->peer),
                          event->session.fingerprint, when_now(), &error))
        log_warning("core", "%s", error->message);
    conversation_lock_to(conversation, jid_is_bare(event->peer) ? NULL : event->peer);
    finish_start(encryption, event->peer, NULL);
    kick(encryption);
}

static void
on_session_ended(Encryption *encryption, const Conversation *conversation)
{
    g_autoptr(GError) error = g_error_new(
        CONFAB_ERROR, ERROR_ENCRYPTION,
        _("%s has ended the OTR session: nothing was sent; /otr start begins anew, /otr end goes on in the clear"),
        conversation_label(conversation));
    fail_start(encryption, conversation_jid(conversation), error);
}

static void
on_session(Encryption *encryption, const E2eeEvent *event)
{
    static const EncryptionState states[] = {
        [E2EE_OFF] = ENCRYPTION_OFF,
        [E2EE_STARTING] = ENCRYPTION_STARTING,
        [E2EE_ON] = ENCRYPTION_ON,
        [E2EE_ENDED] = ENCRYPTION_ENDED,
    };
    const E2eeState state = event->session.state;
    Conversation *conversation = incoming_open(encryption->session, event->peer);
    if (conversation == NULL)
        return;
    const GError *error = event->session.error;
    g_autofree char *reason = error != NULL ? core_clean_words(error->message) : NULL;
    if (state == E2EE_ON)
        note_lock(encryption->session, conversation, true);
    set_protection(encryption->session, conversation, &(ConversationEncryption) {
        .state = states[state],
        .provider = state == E2EE_OFF ? NULL : "otr",
        .trust = state == E2EE_ON ? e2ee_trust_word(event->session.trust) : NULL,
        .reason = reason,
    });
    if (state == E2EE_ON)
        on_session_on(encryption, conversation, event);
    else if (state == E2EE_ENDED)
        on_session_ended(encryption, conversation);
    else if (state == E2EE_OFF && error != NULL)
        fail_start(encryption, event->peer, error);
}

static void
on_new_key(const Encryption *encryption, const E2eeEvent *event, bool is_new)
{
    const Session *session = encryption->session;
    g_autoptr(Jid) bare = jid_to_bare(event->peer);
    const bool is_alarm = is_new && event->new_key.known != NULL && event->new_key.known[0] != NULL;
    const char *trust = e2ee_trust_word(event->new_key.trust);
    const ModelEvent change = {
        .type = KEY_CHANGED,
        .account = session_account(session),
        .key = {
            .peer = bare,
            .provider = "otr",
            .fingerprint = event->new_key.fingerprint,
            .trust = trust,
            .before = is_new ? NULL : event->new_key.trust == E2EE_VERIFIED ? "untrusted" : "verified",
            .is_alarm = is_alarm,
        },
    };
    bus_publish(account_bus(session_account(session)), &change);
    if (!is_alarm)
        return;
    g_autofree char *now = encryption_fingerprint_text(event->new_key.fingerprint);
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; event->new_key.known[i] != NULL; i++) {
        g_autofree char *text = encryption_fingerprint_text(event->new_key.known[i]);
        g_string_append_printf(known, "%s%s", i > 0 ? ", " : "", text);
    }
    client_notice(session_client(session), session_account(session), NOTICE_ALARM, ERROR_ENCRYPTION,
                  _("%s uses another key for OTR than before: now %s, known %s: another device, or somebody in between. "
                    "Ask on another way, then /otr trust; else /otr end"),
                  jid_text(bare), now, known->str);
}

static void
on_verification(const Encryption *encryption, const E2eeEvent *event)
{
    static const VerificationState states[] = {
        [E2EE_VERIFY_ASKED] = VERIFICATION_ASKED,
        [E2EE_VERIFY_UNDER_WAY] = VERIFICATION_UNDER_WAY,
        [E2EE_VERIFY_SUCCEEDED] = VERIFICATION_SUCCEEDED,
        [E2EE_VERIFY_FAILED] = VERIFICATION_FAILED,
        [E2EE_VERIFY_ABORTED] = VERIFICATION_ABORTED,
    };
    Account *account = session_account(encryption->session);
    Conversation *conversation = incoming_open(encryption->session, event->peer);
    if (conversation == NULL)
        return;
    g_autofree char *question = core_clean_words(event->verification.question);
    const ModelEvent change = {
        .type = VERIFICATION_CHANGED,
        .account = account,
        .verification = { conversation, states[event->verification.state], question },
    };
    bus_publish(account_bus(account), &change);
}

static void
on_own_key(const Encryption *encryption, const E2eeEvent *event)
{
    const Session *session = encryption->session;
    const char *name = account_name(session_account(session));
    if (event->own_key.error != NULL) {
        client_notice(session_client(session), session_account(session), NOTICE_ERROR, event->own_key.error->code, "%s",
                      event->own_key.error->message);
        return;
    }
    if (event->own_key.fingerprint == NULL) {
        client_notice(session_client(session), session_account(session), NOTICE_INFO, 0,
                      _("making a private key of %s for OTR: this takes a moment"), name);
        return;
    }
    g_autofree char *text = encryption_fingerprint_text(event->own_key.fingerprint);
    client_notice(session_client(session), session_account(session), NOTICE_INFO, 0,
                  _("the private key of %s for OTR is made; its fingerprint: %s"), name, text);
}

/* The peer's answer may come before the server says that it has the message. */
static bool
has_left(const Session *session, const Message *message)
{
    return message->state == MESSAGE_SENT
           || (message->state == MESSAGE_QUEUED
               && outgoing_queue_is_written(session_outgoing(session), outgoing_current_id(message)));
}

/* The last message that has left, when nothing says that it has arrived: it is the one that could not be read. */
static void
fail_last(const Encryption *encryption, Conversation *conversation)
{
    const gint64 now = when_now();
    for (guint i = conversation_message_count(conversation); i > 0; i--) {
        Message *message = conversation_message_at(conversation, i - 1);
        const bool is_waiting = message->state == MESSAGE_QUEUED && !has_left(encryption->session, message);
        if (message->direction != MESSAGE_OUT || is_waiting)
            continue;
        const bool is_doubtful = has_left(encryption->session, message) && !g_str_equal(message->encryption, "none")
                                 && now - message->time < COMPLAINT_SECONDS * G_TIME_SPAN_SECOND;
        if (is_doubtful) {
            g_autofree char *reason = g_strdup_printf(_("%s could not read it: /otr refresh, then /resend"),
                                                      conversation_label(conversation));
            outgoing_fail(encryption->session, conversation, message, reason);
        }
        return;
    }
}

static void
on_words(const Encryption *encryption, const E2eeEvent *event)
{
    const Session *session = encryption->session;
    g_autofree char *words = core_clean_words(event->words);
    const bool is_complaint = event->type == E2EE_EVENT_COMPLAINT;
    if (words == NULL)
        return;
    client_notice(session_client(session), session_account(session), is_complaint ? NOTICE_WARNING : NOTICE_INFO,
                  ERROR_ENCRYPTION,
                  is_complaint ? _("the program of %s says about OTR: “%s”; /otr refresh begins anew, /resend sends what "
                                   "did not arrive")
                               : "%s %s",
                  jid_bare(event->peer), words);
}

static void
on_complaint(const Encryption *encryption, const E2eeEvent *event)
{
    Conversation *conversation = account_find_conversation(session_account(encryption->session), event->peer);
    on_words(encryption, event);
    if (conversation != NULL)
        fail_last(encryption, conversation);
}

static void
host_event(gpointer data, const E2eeEvent *event)
{
    const Session *session = data;
    Encryption *encryption = session_encryption(session);
    switch (event->type) {
    case E2EE_EVENT_SESSION:
        on_session(encryption, event);
        break;
    case E2EE_EVENT_NEW_KEY:
    case E2EE_EVENT_TRUST:
        on_new_key(encryption, event, event->type == E2EE_EVENT_NEW_KEY);
        break;
    case E2EE_EVENT_VERIFICATION:
        on_verification(encryption, event);
        break;
    case E2EE_EVENT_COMPLAINT:
        on_complaint(encryption, event);
        break;
    case E2EE_EVENT_REFUSED:
        on_words(encryption, event);
        break;
    case E2EE_EVENT_OWN_KEY:
        on_own_key(encryption, event);
        if (event->own_key.fingerprint != NULL || event->own_key.error != NULL)
            tell_key_waiters(encryption, event->own_key.error);
        break;
    case E2EE_EVENT_EXTRA_KEY: /* for whoever sends files */
        break;
    }
}

E2ee *
encryption_state(Session *session, const char *provider, GError **error)
{
    Encryption *encryption = session_encryption(session);
    const E2eeHost host = {
        .data = session,
        .send = host_send,
        .policy = host_policy,
        .may_answer = host_may_answer,
        .markup = host_markup,
        .body_limit = host_body_limit,
        .event = host_event,
    };
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

/* --- beginning and ending --- */

static bool
check_possible(const Conversation *conversation, const char *provider, GError **error)
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
    if (host_policy(encryption->session, with) == E2EE_NEVER)
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
    fail_start(encryption, peer, error);
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
    finish_start(encryption, peer, anew);
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
    if (!check_possible(conversation, provider, error)
        || !start_session(session, conversation_jid(conversation), done, data, error))
        return false;
    note_lock(session, conversation, true);
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
    if (!check_possible(conversation, "otr", error))
        return false;
    note_lock(session, conversation, false);
    if (encryption->otr != NULL)
        otr_provider.stop(encryption->otr, with);
    fail_start(encryption, with, ended);
    set_protection(session, conversation, &(ConversationEncryption) { 0 });
    return true;
}

bool
encryption_set_intent(Client *client, Conversation *conversation, const char *provider, GError **error)
{
    Settings *settings = client_settings(client);
    const Session *session = client_session_of(client, conversation_account(conversation));
    const Jid *with = conversation_jid(conversation);
    const bool is_none = g_str_equal(provider, "none");
    const E2eePolicy policy = host_policy((gpointer) session, with);
    if (!is_none && !check_possible(conversation, provider, error))
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

/* --- messages --- */

static void
say_unreadable(XmppMessage *message, char *take_words)
{
    g_free(message->body);
    message->body = take_words;
    message->encryption = "otr";
    message->trust = "unreadable";
    message->wants_receipt = false;
    message->markable = false;
    g_clear_pointer(&message->corrects, g_free);
}

/* What the server delivers once more after a restart was read then. */
static bool
is_known(const Session *session, const XmppMessage *message)
{
    MessageDirection direction;
    g_autoptr(Jid) peer = incoming_peer(session, message, &direction);
    const HistoryPlace place = { session_store_key(session), jid_bare(peer), CONVERSATION_CHAT };
    g_autoptr(Message) known =
        message->id != NULL
            ? history_find_by_id(client_db(session_client(session)), &place, direction, message->id, NULL)
            : NULL;
    return known != NULL;
}

/* From the peer itself, now or kept by the server for us, not a copy of what other devices see. */
static bool
is_direct(const Session *session, const XmppMessage *message)
{
    return message->carbon == CARBON_NONE && message->archive_id == NULL && message->from != NULL
           && !jid_is_bare(message->from) && !jid_equal_bare(message->from, account_jid(session_account(session)));
}

static bool
open_copy(const Session *session, const XmppMessage *message, XmppMessage **opened)
{
    const E2eeOutcome outcome = otr_provider.judge(message->body);
    if (outcome == E2EE_NOT_MINE)
        return true;
    if (outcome == E2EE_SILENT || is_known(session, message))
        return false;
    *opened = message_stanza_copy(message);
    say_unreadable(*opened, g_strdup(_("a message encrypted with OTR for another session: it cannot be read here")));
    return true;
}

static bool
open_direct(const Session *session, E2ee *otr, const XmppMessage *message, XmppMessage **opened)
{
    g_autoptr(XmppMessage) copy = message_stanza_copy(message);
    E2eeReceived received = { 0 };
    switch (otr_provider.receive(otr, copy, &received)) {
    case E2EE_NOT_MINE:
        break;
    case E2EE_DECRYPTED:
        copy->encryption = "otr";
        copy->trust = e2ee_trust_word(received.trust);
        break;
    case E2EE_UNREADABLE:
        say_unreadable(copy, received.words);
        if (is_known(session, message))
            return false;
        break;
    case E2EE_SILENT:
        return false;
    }
    *opened = g_steal_pointer(&copy);
    return true;
}

bool
encryption_open(Session *session, const XmppMessage *message, XmppMessage **opened)
{
    g_autoptr(GError) error = NULL;
    *opened = NULL;
    if (message->body == NULL)
        return true;
    if (!is_direct(session, message))
        return open_copy(session, message, opened);
    E2ee *otr = encryption_state(session, "otr", &error);
    if (otr != NULL)
        return !otr_provider.concerns(otr, message) || open_direct(session, otr, message, opened);
    if (otr_provider.judge(message->body) == E2EE_NOT_MINE)
        return true;
    *opened = message_stanza_copy(message);
    say_unreadable(*opened, g_strdup(error->message));
    return true;
}

void
encryption_offer(Session *session, XmppMessage *stanza)
{
    E2ee *otr = host_policy(session, stanza->to) == E2EE_OPPORTUNISTIC ? encryption_state(session, "otr", NULL) : NULL;
    if (otr != NULL)
        otr_provider.offer(otr, stanza);
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

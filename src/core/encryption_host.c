/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/when.h"
#include "core/encryption_private.h"
#include "store/key_uses.h"
#include "xmpp/xep/caps.h"

enum {
    COMPLAINT_SECONDS = 60, /* so old a message may be that a complaint is about */
};

/* --- what the provider asks --- */

static bool
host_send(gpointer data, Envelope *take_envelope)
{
    const Session *session = data;
    g_autoptr(Envelope) envelope = take_envelope;
    return session_is_online(session) && message_stanza_send(session_stream(session), envelope_message(envelope));
}

E2eePolicy
encryption_policy(gpointer data, const Jid *peer)
{
    static const char *const words[] = { "never", "manual", "opportunistic", "always", NULL };
    const char *word = encryption_setting(data, SETTING_OTR_POLICY, peer);
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
    encryption_finish_start(encryption, event->peer, NULL);
    encryption_kick(encryption);
}

static void
on_session_ended(Encryption *encryption, const Conversation *conversation)
{
    g_autoptr(GError) error = g_error_new(
        CONFAB_ERROR, ERROR_ENCRYPTION,
        _("%s has ended the OTR session: nothing was sent; /otr start begins anew, /otr end goes on in the clear"),
        conversation_label(conversation));
    encryption_fail_start(encryption, conversation_jid(conversation), error);
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
        encryption_note_lock(encryption->session, conversation, true);
    encryption_set_protection(encryption->session, conversation, &(ConversationEncryption) {
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
        encryption_fail_start(encryption, event->peer, error);
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
            encryption_tell_key_waiters(encryption, event->own_key.error);
        break;
    case E2EE_EVENT_EXTRA_KEY: /* for whoever sends files */
        break;
    }
}

E2eeHost
encryption_host(Session *session)
{
    return (E2eeHost) {
        .data = session,
        .send = host_send,
        .policy = encryption_policy,
        .may_answer = host_may_answer,
        .markup = host_markup,
        .body_limit = host_body_limit,
        .event = host_event,
    };
}

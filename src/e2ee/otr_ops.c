/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What libotr asks of a program. */
#include "base/log.h"
#include "e2ee/otr_private.h"
#include "xmpp/stream.h"

enum { PIECE_MIN = 100 }; /* bytes: a smaller one is hardly more than its head */

bool
otr_inject(E2ee *e2ee, const Jid *to, const char *body)
{
    XmppMessage *message = message_stanza_new();
    message->to = jid_ref(to);
    message->type = XMPP_MESSAGE_CHAT;
    message->id = stream_new_id();
    message->body = g_strdup(body);
    return e2ee->host.send(e2ee->host.data, envelope_sealed(message, &otr_provider, E2EE_UNTRUSTED));
}

/* Versions 2 and 3 only, whatever the user wants (I22). Whether something is begun at all is decided before libotr sees
 * it. */
static OtrlPolicy
on_policy(void *data, ConnContext *context)
{
    return OTRL_POLICY_ALLOW_V2 | OTRL_POLICY_ALLOW_V3 | OTRL_POLICY_WHITESPACE_START_AKE;
}

/* Comes in the middle of a handshake, which cannot wait: it fails, and is begun again when there is a key. */
static void
on_create_key(void *data, const char *account, const char *protocol)
{
    E2ee *e2ee = data;
    if (e2ee->receiving != NULL)
        otr_ask_later(e2ee, e2ee->receiving->peer, e2ee->receiving->jid);
}

static void
on_create_tag(void *data, const char *account, const char *protocol)
{
    const E2ee *e2ee = data;
    g_autoptr(GError) error = NULL;
    if (!otr_book_ensure_tag(e2ee->book, &error))
        log_warning("otr", "%s", error->message);
}

static int
on_is_logged_in(void *data, const char *account, const char *protocol, const char *recipient)
{
    const OtrSession *session = otr_find_session(data, recipient);
    return session != NULL && !session->away;
}

static void
on_inject(void *data, const char *account, const char *protocol, const char *recipient, const char *body)
{
    E2ee *e2ee = data;
    const OtrSession *session = otr_find_session(e2ee, recipient);
    if (session != NULL && !e2ee->mute)
        otr_inject(e2ee, session->jid, body);
}

static void
on_secure(void *data, ConnContext *context)
{
    E2ee *e2ee = data;
    OtrSession *session = otr_find_session(e2ee, context->username);
    if (session != NULL)
        otr_session_secured(e2ee, session, context);
}

static void
on_still_secure(void *data, ConnContext *context, int is_reply)
{
    on_secure(data, context);
}

static int
on_max_size(void *data, ConnContext *context)
{
    const E2ee *e2ee = data;
    const OtrSession *session = otr_find_session(e2ee, context->username);
    const guint limit = session != NULL ? e2ee->host.body_limit(e2ee->host.data, session->jid) : 0;
    return limit == 0 ? 0 : (int) MAX(limit, PIECE_MIN);
}

static void
on_extra_key(void *data, ConnContext *context, unsigned int use, const unsigned char *words, size_t length,
             const unsigned char *key)
{
    const E2ee *e2ee = data;
    const OtrSession *session = otr_find_session(e2ee, context->username);
    if (session == NULL)
        return;
    e2ee->host.event(e2ee->host.data, &(E2eeEvent) {
        .type = E2EE_EVENT_EXTRA_KEY,
        .peer = session->jid,
        .extra_key = { .use = use, .data = words, .length = length, .key = key, .key_length = OTR_EXTRA_KEY_BYTES },
    });
}

/* For the peer's eyes: not in the user's language, which it may not know. */
static const char *
on_error_words(void *data, ConnContext *context, OtrlErrorCode code)
{
    switch (code) {
    case OTRL_ERRCODE_MSG_NOT_IN_PRIVATE:
        return "an encrypted message came, but there is no OTR session: please begin one again";
    case OTRL_ERRCODE_MSG_UNREADABLE:
        return "an encrypted message came that cannot be read: please begin OTR again";
    case OTRL_ERRCODE_MSG_MALFORMED:
        return "a malformed OTR message came";
    case OTRL_ERRCODE_ENCRYPTION_ERROR:
        return "a message could not be encrypted";
    case OTRL_ERRCODE_NONE:
        break;
    }
    return "something is wrong with OTR here";
}

static void
on_smp(void *data, OtrlSMPEvent event, ConnContext *context, unsigned short percent, char *question)
{
    static const struct {
        bool told;
        E2eeVerification state;
    } states[] = {
        [OTRL_SMPEVENT_ERROR] = { true, E2EE_VERIFY_ABORTED },
        [OTRL_SMPEVENT_ABORT] = { true, E2EE_VERIFY_ABORTED },
        [OTRL_SMPEVENT_CHEATED] = { true, E2EE_VERIFY_ABORTED },
        [OTRL_SMPEVENT_ASK_FOR_ANSWER] = { true, E2EE_VERIFY_ASKED },
        [OTRL_SMPEVENT_ASK_FOR_SECRET] = { true, E2EE_VERIFY_ASKED },
        [OTRL_SMPEVENT_IN_PROGRESS] = { true, E2EE_VERIFY_UNDER_WAY },
        [OTRL_SMPEVENT_SUCCESS] = { true, E2EE_VERIFY_SUCCEEDED },
        [OTRL_SMPEVENT_FAILURE] = { true, E2EE_VERIFY_FAILED },
    };
    E2ee *e2ee = data;
    OtrSession *session = otr_find_session(e2ee, context->username);
    if (session == NULL || (gsize) event >= G_N_ELEMENTS(states) || !states[event].told)
        return;
    if (event == OTRL_SMPEVENT_ERROR || event == OTRL_SMPEVENT_CHEATED)
        otrl_message_abort_smp(otr_book_userstate(e2ee->book), &otr_ops, e2ee, context);
    session->asked = states[event].state == E2EE_VERIFY_ASKED;
    const bool is_question = event == OTRL_SMPEVENT_ASK_FOR_ANSWER && question != NULL;
    g_autofree char *words = is_question ? g_utf8_make_valid(question, -1) : NULL;
    otr_smp_settle_trust(e2ee, session, context, states[event].state);
    /* Of a comparison that is over libotr would keep the secrets, and lose them to the next one without freeing them. */
    if (states[event].state != E2EE_VERIFY_ASKED && states[event].state != E2EE_VERIFY_UNDER_WAY)
        otrl_sm_state_free(context->smstate);
    e2ee->host.event(e2ee->host.data, &(E2eeEvent) {
        .type = E2EE_EVENT_VERIFICATION,
        .peer = session->jid,
        .verification = { .state = states[event].state, .question = words },
    });
}

static void
on_message_event(void *data, OtrlMessageEvent event, ConnContext *context, const char *words, gcry_error_t code)
{
    E2ee *e2ee = data;
    switch (event) {
    case OTRL_MSGEVENT_RCVDMSG_NOT_IN_PRIVATE:
    case OTRL_MSGEVENT_RCVDMSG_UNREADABLE:
    case OTRL_MSGEVENT_RCVDMSG_MALFORMED:
    case OTRL_MSGEVENT_RCVDMSG_UNRECOGNIZED:
        e2ee->unreadable = true;
        break;
    case OTRL_MSGEVENT_SETUP_ERROR:
        log_info("otr", "a handshake failed: %s", gcry_strerror(code));
        break;
    default:
        break;
    }
}

/* Just before it encrypts, libotr asks whether the text should be another one. It is given nothing before that: a text
 * with "?OTR?" in it would make libotr send a query in its place, and one that libotr takes to the wrong branch would
 * leave as it is (I21). */
static void
on_convert(void *data, ConnContext *context, OtrlConvertType type, char **converted, const char *text)
{
    const E2ee *e2ee = data;
    if (type == OTRL_CONVERT_SENDING)
        *converted = g_strdup(e2ee->saying != NULL ? e2ee->saying : text);
}

static void
on_converted(void *data, ConnContext *context, char *converted)
{
    g_free(converted);
}

static gboolean
on_poll(gpointer data)
{
    E2ee *e2ee = data;
    otrl_message_poll(otr_book_userstate(e2ee->book), &otr_ops, e2ee);
    return G_SOURCE_CONTINUE; /* libotr itself ends it */
}

/* Only while there are keys to be forgotten in time. */
static void
on_timer(void *data, unsigned int seconds)
{
    E2ee *e2ee = data;
    g_clear_handle_id(&e2ee->poll, g_source_remove);
    if (seconds > 0)
        e2ee->poll = g_timeout_add_seconds(seconds, on_poll, e2ee);
}

const OtrlMessageAppOps otr_ops = {
    .policy = on_policy,
    .create_privkey = on_create_key,
    .is_logged_in = on_is_logged_in,
    .inject_message = on_inject,
    .gone_secure = on_secure,
    .still_secure = on_still_secure,
    .max_message_size = on_max_size,
    .received_symkey = on_extra_key,
    .otr_error_message = on_error_words,
    .handle_smp_event = on_smp,
    .handle_msg_event = on_message_event,
    .create_instag = on_create_tag,
    .convert_msg = on_convert,
    .convert_free = on_converted,
    .timer_control = on_timer,
};

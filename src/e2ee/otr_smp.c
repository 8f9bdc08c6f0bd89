/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing a secret, and the other things that are said inside a session without being text. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "e2ee/otr_private.h"

enum {
    SECRET_MAX = 4096, /* bytes, of a question, too */
    EXTRA_MAX = 1024,
};

static ConnContext *
require_session(E2ee *e2ee, const Jid *peer, GError **error)
{
    const OtrSession *session = otr_choose_session(e2ee, peer);
    ConnContext *context = session != NULL ? otr_secure_context(e2ee, session) : NULL;
    if (context != NULL && otr_session_state(e2ee, session) == E2EE_ON)
        return context;
    g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION, _("there is no OTR session with %s: /otr start begins one"),
                jid_bare(peer));
    return NULL;
}

static bool
check_secret(const char *text, GError **error)
{
    if (*text != '\0' && strlen(text) <= SECRET_MAX)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("a secret, and a question, has between 1 and %d bytes"),
                SECRET_MAX);
    return false;
}

bool
otr_verify(E2ee *e2ee, const Jid *peer, const char *question, const char *secret, GError **error)
{
    ConnContext *context = require_session(e2ee, peer, error);
    OtrlUserState state = otr_book_userstate(e2ee->book);
    if (context == NULL || !check_secret(secret, error) || (question != NULL && !check_secret(question, error)))
        return false;
    /* Who begins anew gives up what was under way, and says so: the other side would take it for cheating. */
    if (context->smstate->nextExpected != OTRL_SMP_EXPECT1)
        otrl_message_abort_smp(state, &otr_ops, e2ee, context);
    otrl_sm_state_free(context->smstate); /* libotr would lose what it holds */
    otr_choose_session(e2ee, peer)->asked = false;
    if (question != NULL)
        otrl_message_initiate_smp_q(state, &otr_ops, e2ee, context, question, (const guchar *) secret, strlen(secret));
    else
        otrl_message_initiate_smp(state, &otr_ops, e2ee, context, (const guchar *) secret, strlen(secret));
    return true;
}

bool
otr_answer(E2ee *e2ee, const Jid *peer, const char *secret, GError **error)
{
    ConnContext *context = require_session(e2ee, peer, error);
    if (context == NULL || !check_secret(secret, error))
        return false;
    OtrSession *session = otr_choose_session(e2ee, peer);
    /* What was asked in a session that has ended is gone: libotr would fall over the answer. */
    if (!session->asked || context->smstate->g3o == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("%s has asked for no secret: /otr secret asks for one"),
                    jid_bare(peer));
        return false;
    }
    session->asked = false;
    otrl_message_respond_smp(otr_book_userstate(e2ee->book), &otr_ops, e2ee, context, (const guchar *) secret,
                             strlen(secret));
    return true;
}

bool
otr_abort(E2ee *e2ee, const Jid *peer, GError **error)
{
    ConnContext *context = require_session(e2ee, peer, error);
    if (context == NULL)
        return false;
    otr_choose_session(e2ee, peer)->asked = false;
    otrl_message_abort_smp(otr_book_userstate(e2ee->book), &otr_ops, e2ee, context);
    otrl_sm_state_free(context->smstate);
    return true;
}

void
otr_smp_settle_trust(E2ee *e2ee, OtrSession *session, ConnContext *context, E2eeVerification outcome)
{
    Fingerprint *key = context->active_fingerprint;
    if (key == NULL || key->fingerprint == NULL
        || (outcome != E2EE_VERIFY_SUCCEEDED && outcome != E2EE_VERIFY_FAILED))
        return;
    const char *known = otr_book_trust(e2ee->book, session->jid, key->fingerprint);
    const bool is_better = otr_trust_of(key->trust) > otr_trust_of(known);
    /* A secret mistyped says nothing about a key that was verified before. */
    if (!is_better || outcome != E2EE_VERIFY_SUCCEEDED) {
        otrl_context_set_trust(key, known);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *fingerprint = otr_fingerprint_text(key->fingerprint);
    if (!otr_book_set_trust(e2ee->book, session->jid, key->fingerprint, key->trust, &error))
        e2ee->host.event(e2ee->host.data, &(E2eeEvent) { .type = E2EE_EVENT_OWN_KEY, .own_key = { .error = error } });
    e2ee->host.event(e2ee->host.data, &(E2eeEvent) {
        .type = E2EE_EVENT_TRUST,
        .peer = session->jid,
        .new_key = { .fingerprint = fingerprint, .trust = E2EE_VERIFIED },
    });
    otr_tell_session(e2ee, session);
}

bool
otr_use_extra_key(E2ee *e2ee, const Jid *peer, guint use, const guint8 *data, gsize length,
                  guint8 key[OTR_EXTRA_KEY_BYTES], GError **error)
{
    ConnContext *context = require_session(e2ee, peer, error);
    g_return_val_if_fail(length <= EXTRA_MAX, false);
    if (context == NULL)
        return false;
    if (otrl_message_symkey(otr_book_userstate(e2ee->book), &otr_ops, e2ee, context, use, data, length, key) == 0)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION, _("%s cannot be told of a key: it needs OTR version 3"),
                jid_bare(peer));
    return false;
}

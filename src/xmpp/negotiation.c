/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/negotiation.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/login.h"
#include "xmpp/resumption.h"
#include "xmpp/sasl2.h"
#include "xmpp/stanza_error.h"
#include "xmpp/stream_parts.h"

typedef enum {
    STEP_OPENING,    /* the server's start tag */
    STEP_FEATURES,   /* <features/> of the first stream */
    STEP_LOGIN,      /* both sides prove themselves */
    STEP_REOPENING,  /* the start tag of the stream after the login */
    STEP_REFEATURES, /* its <features/> */
    STEP_RESUMING,   /* answer to <resume/> */
    STEP_BINDING,    /* answer to <bind/> */
    STEP_SESSION,    /* answer to <session/>, where an old server insists (RFC 3921) */
    STEP_DONE,
} Step;

struct Negotiation {
    XmppStream *stream;
    Step step;
    guint deadline;
    Login *login;  /* until it is done */
    char *request; /* id of the <bind/> or <session/> request */
    bool offers_binding, offers_management, wants_session;
    bool answered_enable; /* stream management was asked for along with the login */
    Jid *bound;           /* set before the features when the login has bound it */
};

/* What did not answer, by step. */
static const char *const silent[] = {
    [STEP_OPENING] = N_(
        "the server did not open the XML stream in time: check `server` and `port`, or try again later"),
    [STEP_FEATURES] = N_("the server did not say what it offers in time: try again later"),
    [STEP_LOGIN] = N_("the server did not answer the login in time: try again later"),
    [STEP_REOPENING] =
        N_("the server did not open the stream again after the login in time: try again later"),
    [STEP_REFEATURES] =
        N_("the server did not say what it offers after the login in time: try again later"),
    [STEP_RESUMING] =
        N_("the server did not say whether the session goes on in time: try again later"),
    [STEP_BINDING] = N_("the server did not give a resource in time: try again later"),
    [STEP_SESSION] = N_("the server did not start the session in time: try again later"),
};

static gboolean
on_deadline(gpointer data)
{
    Negotiation *negotiation = data;
    XmppStream *stream = negotiation->stream;

    negotiation->deadline = 0;
    stream_enter(stream);
    stream_end_with(stream, "connection-timeout",
                    g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE,
                                        _(silent[negotiation->step])));
    stream_leave(stream);
    return G_SOURCE_REMOVE;
}

static void
stop_deadline(Negotiation *negotiation)
{
    g_clear_handle_id(&negotiation->deadline, g_source_remove);
}

static void
start_deadline(Negotiation *negotiation)
{
    stop_deadline(negotiation);
    negotiation->deadline =
        g_timeout_add(stream_config(negotiation->stream)->stage_timeout, on_deadline, negotiation);
}

static void
on_turn(bool servers, gpointer data)
{
    Negotiation *negotiation = data;

    if (servers)
        start_deadline(negotiation);
    else
        stop_deadline(negotiation);
}

static void on_login_done(xmpp_stanza_t *success, gpointer data);

static const LoginEvents login_events = { .on_done = on_login_done, .on_turn = on_turn };

Negotiation *
negotiation_new(XmppStream *stream)
{
    Negotiation *negotiation = g_new0(Negotiation, 1);

    negotiation->stream = stream;
    negotiation->login = login_new(stream, &login_events, negotiation);
    return negotiation;
}

void
negotiation_free(Negotiation *negotiation)
{
    stop_deadline(negotiation);
    login_free(negotiation->login);
    g_free(negotiation->request);
    jid_unref(negotiation->bound);
    g_free(negotiation);
}

static void
fail(Negotiation *negotiation, const char *words)
{
    stream_end_with(negotiation->stream, "undefined-condition",
                    g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, words));
}

/* --- the session --- */

/* A request of the negotiation itself, outside of the table of requests: nobody may make one before
 * the session is bound. */
static void
send_request(Negotiation *negotiation, xmpp_stanza_t *take_payload)
{
    xmpp_stanza_t *iq = stanza_new(stream_ctx(negotiation->stream), "iq", NULL);

    g_free(negotiation->request);
    negotiation->request = stream_new_id();
    stanza_set(iq, "type", "set");
    stanza_set(iq, "id", negotiation->request);
    stanza_take(iq, take_payload);
    start_deadline(negotiation);
    stream_send_nonza(negotiation->stream, iq);
}

/* Everything is there: from here on the stream is in use. Frees the negotiation. */
static void
finish(Negotiation *negotiation)
{
    XmppStream *stream = negotiation->stream;
    g_autoptr(Jid) jid = g_steal_pointer(&negotiation->bound);

    stop_deadline(negotiation);
    if (negotiation->offers_management && !negotiation->answered_enable)
        stream_send_nonza(stream, resumption_make_enable(stream_resumption(stream)));
    stream_bound(stream, jid);
}

static void
start_binding(Negotiation *negotiation)
{
    XmppStream *stream = negotiation->stream;
    const char *resource = jid_resource(stream_config(stream)->jid);

    if (!negotiation->offers_binding) {
        fail(negotiation,
             _("the server offers no session after the login: it is not usable as an XMPP server"));
        return;
    }
    negotiation->step = STEP_BINDING;
    xmpp_stanza_t *bind = stanza_new(stream_ctx(stream), "bind", NS_BIND);
    if (resource)
        stanza_add_text(bind, "resource", NULL, resource);
    send_request(negotiation, bind);
}

/* The session that was lost, where there is one; else a new one. */
static void
start_session(Negotiation *negotiation, xmpp_stanza_t *features)
{
    XmppStream *stream = negotiation->stream;
    xmpp_stanza_t *session = stanza_child(features, "session", NS_SESSION);
    const bool versions = stanza_child(features, "ver", NS_ROSTER_VERSIONS) != NULL;

    negotiation->offers_binding = stanza_child(features, "bind", NS_BIND) != NULL;
    negotiation->wants_session = session && !stanza_child(session, "optional", NS_SESSION);
    negotiation->offers_management = stanza_child(features, "sm", NS_ACKS) != NULL;
    stream_set_offers_roster_versions(stream, versions);
    stream_set_offers_client_state(stream, stanza_child(features, "csi", NS_CLIENT_STATE) != NULL);
    if (negotiation->bound) { /* along with the login */
        finish(negotiation);
        return;
    }

    xmpp_stanza_t *resume = negotiation->offers_management
                                ? resumption_make_resume(stream_resumption(stream))
                                : NULL;
    if (!resume) {
        start_binding(negotiation);
        return;
    }
    negotiation->step = STEP_RESUMING;
    start_deadline(negotiation);
    stream_send_nonza(stream, resume);
}

static void
receive_resumption(Negotiation *negotiation, xmpp_stanza_t *element)
{
    XmppStream *stream = negotiation->stream;
    const ResumptionOutcome outcome =
        resumption_receive_answer(stream_resumption(stream), element);

    if (stream_phase(stream) == XMPP_PHASE_OFFLINE)
        return;
    if (outcome == RESUMPTION_RESUMED)
        stream_resumed(stream); /* frees the negotiation */
    else if (outcome == RESUMPTION_REFUSED)
        start_binding(negotiation);
}

/* I6: the session must be of the account that logged in. */
static bool
accept_jid(Negotiation *negotiation, const char *text)
{
    g_autoptr(Jid) jid = text ? jid_new(text, NULL) : NULL;

    if (!jid || jid_is_bare(jid) || !jid_equal_bare(jid, stream_own_bare(negotiation->stream))) {
        fail(negotiation,
             _("the server gave the session of another address: check the account's address"));
        return false;
    }
    negotiation->bound = g_steal_pointer(&jid);
    return true;
}

static void
receive_binding(Negotiation *negotiation, xmpp_stanza_t *result)
{
    xmpp_stanza_t *bind = stanza_child(result, "bind", NS_BIND);
    g_autofree char *text = bind ? stanza_child_text(bind, "jid", NS_BIND) : NULL;

    if (!accept_jid(negotiation, text))
        return;
    if (negotiation->wants_session) {
        negotiation->step = STEP_SESSION;
        send_request(negotiation,
                     stanza_new(stream_ctx(negotiation->stream), "session", NS_SESSION));
        return;
    }
    finish(negotiation);
}

/* Only the server itself can answer here: nothing of others is delivered to a session that does not
 * exist yet. */
static void
receive_answer(Negotiation *negotiation, xmpp_stanza_t *iq)
{
    const char *id = stanza_attribute(iq, "id");
    const char *type = stanza_attribute(iq, "type");

    if (!id || !type || !negotiation->request || strcmp(id, negotiation->request) != 0)
        return;
    if (strcmp(type, "error") == 0) {
        g_autoptr(XmppStanzaError) detail = stanza_error_parse(iq);
        g_autofree char *words = stanza_error_words(detail);
        g_autofree char *text =
            g_strdup_printf(_("the server refused the resource (%s): set another one"), words);
        fail(negotiation, text);
    } else if (strcmp(type, "result") == 0 && negotiation->step == STEP_BINDING) {
        receive_binding(negotiation, iq);
    } else if (strcmp(type, "result") == 0) {
        finish(negotiation);
    }
}

/* --- what went along with the login --- */

/* I6: a server that names a resource when it resumes means the one of the old session. */
static bool
is_resumed_jid(Negotiation *negotiation, const char *text)
{
    g_autoptr(Jid) jid = text ? jid_new(text, NULL) : NULL;

    return !jid || jid_is_bare(jid)
           || jid_equal(jid, resumption_jid(stream_resumption(negotiation->stream)));
}

/* <resumed/> or <failed/> about the old session. True: it goes on, or the stream has ended; the negotiation is over. */
static bool
receive_inline_resumption(Negotiation *negotiation, xmpp_stanza_t *success, const char *identity)
{
    XmppStream *stream = negotiation->stream;
    xmpp_stanza_t *answer = stanza_child(success, "resumed", NS_ACKS);

    if (!answer)
        answer = stanza_child(success, "failed", NS_ACKS);
    if (!answer)
        return false;
    const ResumptionOutcome outcome = resumption_receive_answer(stream_resumption(stream), answer);
    if (stream_phase(stream) == XMPP_PHASE_OFFLINE)
        return true;
    if (outcome != RESUMPTION_RESUMED)
        return false;
    if (!is_resumed_jid(negotiation, identity)) {
        resumption_distrust(stream_resumption(stream));
        fail(negotiation,
             _("the server gave the session of another address: check the account's address"));
        return true;
    }
    /* no features will come (XEP-0198 §9.2); who has a version got it here */
    stream_set_offers_roster_versions(stream, stream_config(stream)->roster_ver != NULL);
    stream_set_offers_client_state(stream, login_inlines(negotiation->login) & SASL2_BIND_CSI);
    stream_resumed(stream); /* frees the negotiation */
    return true;
}

/* A server that was asked for stream management and does not say a word about it has none. */
static void
receive_inline_enable(Negotiation *negotiation, xmpp_stanza_t *bound)
{
    XmppStream *stream = negotiation->stream;
    Resumption *resumption = stream_resumption(stream);
    xmpp_stanza_t *enabled = stanza_child(bound, "enabled", NS_ACKS);

    if (enabled) {
        negotiation->answered_enable =
            resumption_receive_answer(resumption, enabled) == RESUMPTION_ENABLED;
    } else {
        xmpp_stanza_t *failed = stanza_new(stream_ctx(stream), "failed", NS_ACKS);
        while (resumption_receive_answer(resumption, failed) == RESUMPTION_REFUSED)
            ; /* first of an old session, if there is one, then of this */
        xmpp_stanza_release(failed);
    }
}

/* Whose login it was, as the server sees it (I6). */
static bool
check_identity(Negotiation *negotiation, const char *text)
{
    g_autoptr(Jid) jid = text ? jid_new(text, NULL) : NULL;

    if (!text || (jid && jid_equal_bare(jid, stream_own_bare(negotiation->stream))))
        return true;
    fail(negotiation,
         _("the server gave the session of another address: check the account's address"));
    return false;
}

/* XEP-0388 §2.6.1: there is no new stream, but new features. */
static void
receive_success(Negotiation *negotiation, xmpp_stanza_t *success)
{
    XmppStream *stream = negotiation->stream;
    xmpp_stanza_t *bound = stanza_child(success, "bound", NS_BIND2);
    g_autofree char *text = stanza_child_text(success, "authorization-identifier", NS_SASL2);

    if (text)
        g_strstrip(text);
    if (!check_identity(negotiation, text) || receive_inline_resumption(negotiation, success, text))
        return;
    if (bound && !accept_jid(negotiation, text))
        return;
    if (bound) {
        receive_inline_enable(negotiation, bound);
        const guint inlines = login_inlines(negotiation->login);
        stream_set_has_carbons(stream, inlines & SASL2_BIND_CARBONS);
        stream_set_began_inactive(stream,
                                  (inlines & SASL2_BIND_CSI) && stream_is_inactive(stream));
    }
    negotiation->step = STEP_REFEATURES;
}

/* Everything begins anew on the same connection (I2). */
static void
on_login_done(xmpp_stanza_t *success, gpointer data)
{
    Negotiation *negotiation = data;
    XmppStream *stream = negotiation->stream;

    start_deadline(negotiation);
    stream_set_phase(stream, XMPP_PHASE_BINDING, NULL);
    if (stream_phase(stream) == XMPP_PHASE_OFFLINE)
        return;
    if (success) {
        receive_success(negotiation, success);
        return;
    }
    negotiation->step = STEP_REOPENING;
    stream_open(stream);
}

/* --- the order of things --- */

void
negotiation_start(Negotiation *negotiation)
{
    negotiation->step = STEP_OPENING;
    stream_set_has_carbons(negotiation->stream, false);
    stream_set_began_inactive(negotiation->stream, false);
    start_deadline(negotiation);
    stream_open(negotiation->stream);
    login_begin_early(negotiation->login);
}

void
negotiation_stream_opened(Negotiation *negotiation)
{
    if (negotiation->step == STEP_OPENING)
        negotiation->step = STEP_FEATURES;
    else if (negotiation->step == STEP_REOPENING)
        negotiation->step = STEP_REFEATURES;
}

void
negotiation_receive(Negotiation *negotiation, xmpp_stanza_t *element)
{
    const bool features = stanza_is(element, "features", NS_STREAM);

    switch (negotiation->step) {
    case STEP_FEATURES:
        if (features) {
            negotiation->step = STEP_LOGIN;
            login_begin(negotiation->login, element);
        }
        break;
    case STEP_LOGIN:
        login_receive(negotiation->login, element);
        break;
    case STEP_REFEATURES:
        if (features)
            start_session(negotiation, element);
        break;
    case STEP_RESUMING:
        receive_resumption(negotiation, element);
        break;
    case STEP_BINDING:
    case STEP_SESSION:
        if (stanza_is(element, "iq", NS_CLIENT))
            receive_answer(negotiation, element);
        break;
    default:
        break;
    }
}

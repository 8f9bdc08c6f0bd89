/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/negotiation.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/resumption.h"
#include "xmpp/sasl.h"
#include "xmpp/stanza_error.h"
#include "xmpp/stream_parts.h"

typedef enum {
    STEP_OPENING,    /* the server's start tag */
    STEP_FEATURES,   /* <features/> of the first stream */
    STEP_LOGIN,      /* SASL is talking */
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
    Sasl *sasl;     /* while logging in */
    bool asked;     /* <auth/> was sent and not answered yet */
    bool computing; /* the answer to a challenge is being computed */
    char *request;  /* id of the <bind/> or <session/> request */
    bool offers_binding, offers_management, wants_session;
    Jid *bound;
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

Negotiation *
negotiation_new(XmppStream *stream)
{
    Negotiation *negotiation = g_new0(Negotiation, 1);

    negotiation->stream = stream;
    return negotiation;
}

void
negotiation_free(Negotiation *negotiation)
{
    stop_deadline(negotiation);
    g_clear_pointer(&negotiation->sasl, sasl_free);
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

/* --- the login --- */

/* The texts of all children with this name; NULL when there are none. */
static char **
read_list(xmpp_stanza_t *parent, const char *name, const char *ns, const char *attribute)
{
    enum { LIST_MAX = 64 };
    GPtrArray *list = g_ptr_array_new();

    for (xmpp_stanza_t *child = stanza_child(parent, name, ns); child && list->len < LIST_MAX;
         child = stanza_next(child, name, ns)) {
        char *text = attribute ? g_strdup(stanza_attribute(child, attribute))
                               : g_strstrip(stanza_text(child));
        if (text)
            g_ptr_array_add(list, text);
    }
    g_ptr_array_add(list, NULL);
    return (char **) g_ptr_array_free(list, FALSE);
}

static void
send_sasl(Negotiation *negotiation, const char *name)
{
    XmppStream *stream = negotiation->stream;
    xmpp_stanza_t *element = stanza_new(stream_ctx(stream), name, NS_SASL);
    const char *payload = sasl_payload(negotiation->sasl);

    if (strcmp(name, "auth") == 0)
        stanza_set(element, "mechanism", sasl_mechanism(negotiation->sasl));
    if (payload && *payload) {
        xmpp_stanza_t *text = xmpp_stanza_new(stream_ctx(stream));
        xmpp_stanza_set_text(text, payload);
        stanza_take(element, text);
    }
    start_deadline(negotiation);
    stream_send_nonza(stream, element);
}

/* The login has failed: for good, for now, or because somebody weakened it (I4, I8). */
static void
end_login(Negotiation *negotiation, SaslOutcome outcome, const GError *error)
{
    XmppStream *stream = negotiation->stream;
    XmppCloseReason reason = XMPP_CLOSE_AUTH;

    if (outcome == SASL_ALARM)
        reason = XMPP_CLOSE_DOWNGRADE;
    else if (outcome == SASL_TEMPORARY)
        reason = XMPP_CLOSE_NETWORK;
    login_memory_keep(stream_login_memory(stream), NULL, NULL);
    if (negotiation->asked)
        stream_send_nonza(stream, stanza_new(stream_ctx(stream), "abort", NS_SASL));
    stream_end_politely(stream, reason, outcome != SASL_TEMPORARY, g_error_copy(error));
}

/* I1: what is not there is not replaced by anything older. */
static void
start_login(Negotiation *negotiation, xmpp_stanza_t *features)
{
    XmppStream *stream = negotiation->stream;
    const XmppStreamConfig *config = stream_config(stream);
    xmpp_stanza_t *list = stanza_child(features, "mechanisms", NS_SASL);
    xmpp_stanza_t *bindings_list = stanza_child(features, "sasl-channel-binding", NS_SASL_BINDINGS);
    g_autoptr(GBytes) exporter = stream_channel_binding(stream, TLS_BINDING_EXPORTER);
    g_autoptr(GBytes) end_point = stream_channel_binding(stream, TLS_BINDING_SERVER_END_POINT);
    g_autoptr(GError) error = NULL;

    if (!list) {
        fail(
            negotiation,
            _("the server offers no way to log in: check `server`, `port` and `tls` of the account"));
        return;
    }
    g_auto(GStrv) mechanisms = read_list(list, "mechanism", NS_SASL, NULL);
    g_auto(GStrv) bindings =
        bindings_list ? read_list(bindings_list, "channel-binding", NS_SASL_BINDINGS, "type")
                      : NULL;
    const SaslConfig sasl_config = {
        .username = jid_local(config->jid),
        .password = config->password,
        .authzid = jid_bare(config->jid),
        .tls = stream_is_secure(stream),
        .client_certificate = stream_has_client_certificate(stream),
        .exporter = exporter,
        .end_point = end_point,
        .pinned = config->sasl_pinned,
        .pinned_binding = config->sasl_pinned_binding,
        .keys = login_memory_recall(stream_login_memory(stream), config->password),
    };

    negotiation->step = STEP_LOGIN;
    stream_set_phase(stream, XMPP_PHASE_AUTHENTICATING, NULL);
    negotiation->sasl = sasl_new(&sasl_config);
    const SaslOutcome outcome = sasl_begin(negotiation->sasl, (const char *const *) mechanisms,
                                           (const char *const *) bindings, &error);
    if (outcome != SASL_SEND) {
        end_login(negotiation, outcome, error);
        return;
    }
    negotiation->asked = true;
    send_sasl(negotiation, "auth");
}

static void
on_challenge_done(Sasl *sasl, SaslOutcome outcome, const GError *error, gpointer data)
{
    Negotiation *negotiation = data;
    XmppStream *stream = negotiation->stream;

    stream_enter(stream);
    negotiation->computing = false;
    if (outcome == SASL_SEND)
        send_sasl(negotiation, "response");
    else
        end_login(negotiation, outcome, error);
    stream_leave(stream);
}

/* The server knows us, and has proved itself: everything begins anew on the same connection (I2).
 */
static void
login_succeeded(Negotiation *negotiation)
{
    XmppStream *stream = negotiation->stream;
    const Sasl *sasl = negotiation->sasl;
    const XmppEvent event = {
        .type = XMPP_EVENT_SASL,
        .sasl = { .mechanism = sasl_family(sasl), .channel_binding = sasl_has_binding(sasl) },
    };

    stream_set_sasl_mechanism(stream, sasl_mechanism(sasl));
    login_memory_keep(stream_login_memory(stream), stream_config(stream)->password,
                      sasl_keys(sasl));
    stream_publish(stream, &event);
    if (stream_phase(stream) == XMPP_PHASE_OFFLINE)
        return;
    g_clear_pointer(&negotiation->sasl, sasl_free);
    negotiation->step = STEP_REOPENING;
    start_deadline(negotiation);
    stream_set_phase(stream, XMPP_PHASE_BINDING, NULL);
    stream_open(stream);
}

static void
receive_success(Negotiation *negotiation, xmpp_stanza_t *element)
{
    g_autofree char *text = stanza_text(element);
    g_autoptr(GError) error = NULL;

    negotiation->asked = false;
    const SaslOutcome outcome = sasl_success(negotiation->sasl, g_strstrip(text), &error);
    if (outcome == SASL_DONE)
        login_succeeded(negotiation);
    else
        end_login(negotiation, outcome, error);
}

static void
receive_failure(Negotiation *negotiation, xmpp_stanza_t *element)
{
    g_autoptr(XmppStanzaError) detail = stanza_error_parse_conditions(element, NS_SASL);
    g_autoptr(GError) error = NULL;

    negotiation->asked = false;
    const SaslOutcome outcome =
        sasl_failure(negotiation->sasl, detail->condition, detail->text, &error);
    if (outcome == SASL_SEND) {
        negotiation->asked = true;
        send_sasl(negotiation, "auth");
        return;
    }
    end_login(negotiation, outcome, error);
}

static void
receive_sasl(Negotiation *negotiation, xmpp_stanza_t *element)
{
    if (negotiation->computing) {
        fail(negotiation,
             _("the server did not wait for the answer to its challenge: try again later"));
    } else if (stanza_is(element, "challenge", NS_SASL)) {
        g_autofree char *text = stanza_text(element);
        negotiation->computing = true;
        stop_deadline(negotiation); /* now we compute, the server waits */
        sasl_challenge(negotiation->sasl, g_strstrip(text), on_challenge_done, negotiation);
    } else if (stanza_is(element, "success", NS_SASL)) {
        receive_success(negotiation, element);
    } else if (stanza_is(element, "failure", NS_SASL)) {
        receive_failure(negotiation, element);
    }
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
    if (negotiation->offers_management)
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
static void
receive_binding(Negotiation *negotiation, xmpp_stanza_t *result)
{
    xmpp_stanza_t *bind = stanza_child(result, "bind", NS_BIND);
    g_autofree char *text = bind ? stanza_child_text(bind, "jid", NS_BIND) : NULL;
    g_autoptr(Jid) jid = text ? jid_new(text, NULL) : NULL;

    if (!jid || jid_is_bare(jid) || !jid_equal_bare(jid, stream_own_bare(negotiation->stream))) {
        fail(negotiation,
             _("the server gave the session of another address: check the account's address"));
        return;
    }
    negotiation->bound = g_steal_pointer(&jid);
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

void
negotiation_start(Negotiation *negotiation)
{
    negotiation->step = STEP_OPENING;
    start_deadline(negotiation);
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
        if (features)
            start_login(negotiation, element);
        break;
    case STEP_LOGIN:
        receive_sasl(negotiation, element);
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

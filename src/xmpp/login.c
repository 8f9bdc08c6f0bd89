/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/login.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "xmpp/fast.h"
#include "xmpp/resumption.h"
#include "xmpp/sasl.h"
#include "xmpp/sasl2.h"
#include "xmpp/stanza_error.h"
#include "xmpp/stream_parts.h"
#include "xmpp/upgrade.h"

enum {
    TASK_COLUMNS = 80, /* of a message */
};

struct Login {
    XmppStream *stream;
    LoginEvents events;
    gpointer data;

    char **classic;    /* mechanisms of the old profile; NULL: it is not offered */
    char **bindings;   /* types of channel binding; NULL: the server lists none */
    Sasl2Offer *offer; /* of the extensible profile; NULL: it is not offered */
    bool early;        /* a token was sent before the features were seen */
    bool refused;      /* a token was refused on this stream */

    bool extensible;         /* the profile that is spoken */
    Fast *fast;              /* the login with a token that is under way … */
    Sasl *sasl;              /* … or that with a password */
    bool asked;              /* the server owes an outcome */
    bool computing;          /* the answer is being computed, the server waits */
    bool proven;             /* the exchange itself is over, the server has proved itself */
    const char *asked_token; /* a token for this mechanism was asked for */
    Upgrade *upgrade;        /* was asked for; NULL: nothing was */
    bool upgrading;          /* the server was told to go ahead */
};

Login *
login_new(XmppStream *stream, const LoginEvents *events, gpointer data)
{
    Login *login = g_new0(Login, 1);

    login->stream = stream;
    login->events = *events;
    login->data = data;
    return login;
}

/* The stream has ended without an answer to the token. Whatever the reason was, it must not be one for ever: next time the
 * features are waited for, and if that is no better, the token goes. */
static void
give_up_token(Login *login)
{
    const XmppEvent event = { .type = login->early ? XMPP_EVENT_FAST_OFFER : XMPP_EVENT_FAST_TOKEN };

    stream_publish(login->stream, &event);
}

void
login_free(Login *login)
{
    if (!login)
        return;
    if (login->fast)
        give_up_token(login);
    upgrade_free(login->upgrade);
    fast_free(login->fast);
    sasl_free(login->sasl);
    sasl2_offer_free(login->offer);
    g_strfreev(login->classic);
    g_strfreev(login->bindings);
    g_free(login);
}

guint
login_inlines(const Login *login)
{
    return login->offer ? login->offer->inlines : 0;
}

static void
fail(Login *login, const char *words)
{
    stream_end_with(login->stream, "undefined-condition",
                    g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, words));
}

static const char *
namespace_of(const Login *login)
{
    return login->extensible ? NS_SASL2 : NS_SASL;
}

static void
send_element(Login *login, xmpp_stanza_t *take_element)
{
    login->asked = true;
    login->events.on_turn(true, login->data);
    stream_send_nonza(login->stream, take_element);
}

static void
send_text(Login *login, const char *name, const char *payload)
{
    xmpp_stanza_t *element = stanza_new(stream_ctx(login->stream), name, namespace_of(login));

    if (*payload) {
        xmpp_stanza_t *text = xmpp_stanza_new(stream_ctx(login->stream));
        xmpp_stanza_set_text(text, payload);
        stanza_take(element, text);
    }
    send_element(login, element);
}

/* The login has failed: for good, for now, or because somebody weakened it (I4, I8). */
static void
end_login(Login *login, SaslOutcome outcome, const GError *error)
{
    XmppStream *stream = login->stream;
    XmppCloseReason reason = XMPP_CLOSE_AUTH;

    if (outcome == SASL_ALARM)
        reason = XMPP_CLOSE_DOWNGRADE;
    else if (outcome == SASL_TEMPORARY)
        reason = XMPP_CLOSE_NETWORK;
    login_memory_keep(stream_login_memory(stream), NULL, NULL);
    if (login->asked)
        stream_send_nonza(stream, stanza_new(stream_ctx(stream), "abort", namespace_of(login)));
    stream_end_politely(stream, reason, outcome != SASL_TEMPORARY, g_error_copy(error));
}

/* --- what goes along --- */

/* Asks for the session in the same breath; a session that goes on needs no new one, the server sees to that. */
static void
add_session(Login *login, xmpp_stanza_t *authenticate)
{
    const XmppStreamConfig *config = stream_config(login->stream);
    const char *resource = jid_resource(config->jid);
    Resumption *resumption = stream_resumption(login->stream);
    const guint inlines = login->offer->inlines;

    xmpp_stanza_t *resume = inlines & SASL2_RESUME ? resumption_make_resume(resumption) : NULL;
    if (resume)
        stanza_take(authenticate, resume);
    if (!(inlines & SASL2_BIND))
        return;
    xmpp_stanza_t *bind = sasl2_add_bind(authenticate, resource ? resource : PACKAGE_NAME, inlines,
                                         stream_is_inactive(login->stream));
    if (inlines & SASL2_BIND_ENABLE)
        stanza_take(bind, resumption_make_enable(resumption));
}

static FastConfig
token_config(const Login *login, GBytes *exporter, GBytes *end_point)
{
    const XmppStreamConfig *config = stream_config(login->stream);

    return (FastConfig){
        .username = jid_local(config->jid),
        .token = config->fast_token,
        .mechanism = config->fast_mechanism,
        .tls = stream_is_secure(login->stream),
        .exporter = exporter,
        .end_point = end_point,
        .pinned_binding = config->sasl_pinned_binding,
    };
}

/* Asks for a token for the next time, unless the one that is used is as good (`current`, may be NULL). `bound`: this
 * login is bound to its channel, and so must be the token's. */
static void
add_token_request(Login *login, xmpp_stanza_t *authenticate, const char *current, bool bound)
{
    XmppStream *stream = login->stream;
    g_autoptr(GBytes) exporter = stream_channel_binding(stream, TLS_BINDING_EXPORTER);
    g_autoptr(GBytes) end_point = stream_channel_binding(stream, TLS_BINDING_SERVER_END_POINT);
    FastConfig config = token_config(login, exporter, end_point);

    config.pinned_binding |= bound;
    const char *best = stream_config(stream)->user_agent_id
                           ? fast_choose(&config, (const char *const *) login->offer->tokens,
                                         (const char *const *) login->bindings)
                           : NULL;
    login->asked_token = NULL;
    if (!best || !fast_is_stronger(best, current))
        return;
    login->asked_token = best;
    stanza_set(stanza_add(authenticate, "request-token", NS_FAST), "mechanism", best);
}

static void
add_upgrade_request(Login *login, xmpp_stanza_t *authenticate)
{
    g_clear_pointer(&login->upgrade, upgrade_free);
    if (login_memory_allows_upgrades(stream_login_memory(login->stream)))
        login->upgrade = upgrade_new(login->offer, sasl_has_binding(login->sasl));
    if (login->upgrade)
        stanza_add_text(authenticate, "upgrade", NS_UPGRADE, upgrade_task(login->upgrade));
}

/* --- with a token --- */

/* The token, when it can be used here and the server would take it. */
static Fast *
make_fast(const Login *login)
{
    XmppStream *stream = login->stream;
    const XmppStreamConfig *config = stream_config(stream);
    g_autoptr(GBytes) exporter = stream_channel_binding(stream, TLS_BINDING_EXPORTER);
    g_autoptr(GBytes) end_point = stream_channel_binding(stream, TLS_BINDING_SERVER_END_POINT);
    const FastConfig known = token_config(login, exporter, end_point);

    if (!known.token || !known.mechanism || !config->user_agent_id
        || !g_strv_contains((const char *const *) login->offer->tokens, known.mechanism))
        return NULL;
    return fast_new(&known);
}

static bool
start_token(Login *login)
{
    XmppStream *stream = login->stream;
    const XmppStreamConfig *config = stream_config(stream);

    login->fast = make_fast(login);
    stream_forget_token(stream); /* one try, whatever comes of it */
    if (!login->fast)
        return false;
    login->extensible = true;
    xmpp_stanza_t *element =
        sasl2_authenticate(stream_ctx(stream), fast_mechanism(login->fast),
                           fast_payload(login->fast), config->user_agent_id);
    g_autofree char *count = g_strdup_printf("%u", config->fast_count);
    stanza_set(stanza_add(element, "fast", NS_FAST), "count", count);
    if (!login->early)
        add_token_request(login, element, fast_mechanism(login->fast), false);
    add_session(login, element);
    send_element(login, element);
    return true;
}

static void
publish_token(Login *login, const char *token, const char *mechanism, gint64 expiry)
{
    const XmppEvent event = {
        .type = XMPP_EVENT_FAST_TOKEN,
        .fast_token = { .token = token, .mechanism = mechanism, .expiry = expiry },
    };

    stream_publish(login->stream, &event);
}

static void start_password(Login *login);

/* XEP-0484 §4.1: the token is used up, and the password takes its place. */
static void
token_refused(Login *login, const XmppStanzaError *detail)
{
    g_clear_pointer(&login->fast, fast_free);
    login->refused = true;
    if (strcmp(detail->condition, "temporary-auth-failure") != 0)
        publish_token(login, NULL, NULL, 0);
    if (stream_phase(login->stream) != XMPP_PHASE_OFFLINE)
        start_password(login);
}

void
login_begin_early(Login *login)
{
    const XmppStreamConfig *config = stream_config(login->stream);

    if (!config->fast_offer || !config->fast_token || !stream_is_secure(login->stream))
        return;
    login->offer = sasl2_offer_recall(config->fast_offer);
    login->early = true;
    if (login->offer && start_token(login))
        return;
    login->early = false;
    g_clear_pointer(&login->offer, sasl2_offer_free);
}

/* --- with the password --- */

static Sasl *
make_sasl(const Login *login, GBytes *exporter, GBytes *end_point)
{
    XmppStream *stream = login->stream;
    const XmppStreamConfig *config = stream_config(stream);
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

    return sasl_new(&sasl_config);
}

static void
send_first(Login *login)
{
    XmppStream *stream = login->stream;
    const char *mechanism = sasl_mechanism(login->sasl);
    const char *payload = sasl_payload(login->sasl);

    if (!login->extensible) {
        xmpp_stanza_t *auth = stanza_new(stream_ctx(stream), "auth", NS_SASL);
        xmpp_stanza_t *text = xmpp_stanza_new(stream_ctx(stream));
        stanza_set(auth, "mechanism", mechanism);
        xmpp_stanza_set_text(text, payload);
        stanza_take(auth, text);
        send_element(login, auth);
        return;
    }
    xmpp_stanza_t *element = sasl2_authenticate(stream_ctx(stream), mechanism, payload,
                                                stream_config(stream)->user_agent_id);
    add_upgrade_request(login, element);
    add_token_request(login, element, NULL, sasl_has_binding(login->sasl));
    add_session(login, element);
    send_element(login, element);
}

/* What one profile offers is tried; the error is that of the last one. A profile may lack the only mechanism that the
 * account can use, such as EXTERNAL. What is pinned holds for both (I4). */
static SaslOutcome
try_profile(Login *login, char **mechanisms, bool extensible, GError **error)
{
    g_autoptr(GBytes) exporter = stream_channel_binding(login->stream, TLS_BINDING_EXPORTER);
    g_autoptr(GBytes) end_point =
        stream_channel_binding(login->stream, TLS_BINDING_SERVER_END_POINT);

    g_clear_error(error);
    g_clear_pointer(&login->sasl, sasl_free);
    login->extensible = extensible;
    login->sasl = make_sasl(login, exporter, end_point);
    return sasl_begin(login->sasl, (const char *const *) mechanisms,
                      (const char *const *) login->bindings, error);
}

static void
start_password(Login *login)
{
    g_autoptr(GError) error = NULL;
    SaslOutcome outcome = SASL_FAILED;

    login->asked = false;
    if (login->offer)
        outcome = try_profile(login, login->offer->mechanisms, true, &error);
    if (outcome != SASL_SEND && login->classic)
        outcome = try_profile(login, login->classic, false, &error);
    if (outcome == SASL_SEND)
        send_first(login);
    else
        end_login(login, outcome, error);
}

/* I1: what is not there is not replaced by anything older; no part of the extensible profile in the clear. */
void
login_begin(Login *login, xmpp_stanza_t *features)
{
    XmppStream *stream = login->stream;
    xmpp_stanza_t *classic = stanza_child(features, "mechanisms", NS_SASL);
    xmpp_stanza_t *bindings = stanza_child(features, "sasl-channel-binding", NS_SASL_BINDINGS);

    g_clear_pointer(&login->offer, sasl2_offer_free); /* what was only assumed */
    if (stream_is_secure(stream))
        login->offer = sasl2_offer_read(features);
    if (classic)
        login->classic = sasl2_read_list(classic, "mechanism", NS_SASL, NULL);
    if (bindings)
        login->bindings = sasl2_read_list(bindings, "channel-binding", NS_SASL_BINDINGS, "type");
    if (!login->offer && !login->classic) {
        fail(
            login,
            _("the server offers no way to log in: check `server`, `port` and `tls` of the account"));
        return;
    }
    stream_set_phase(stream, XMPP_PHASE_AUTHENTICATING, NULL);
    if (stream_phase(stream) == XMPP_PHASE_OFFLINE || login->fast)
        return; /* the answer to the token is on its way */
    if (!login->offer || !start_token(login))
        start_password(login);
}

static void
on_challenge_done(Sasl *sasl, SaslOutcome outcome, const GError *error, gpointer data)
{
    Login *login = data;
    XmppStream *stream = login->stream;

    stream_enter(stream);
    login->computing = false;
    if (outcome == SASL_SEND)
        send_text(login, "response", sasl_payload(sasl));
    else
        end_login(login, outcome, error);
    stream_leave(stream);
}

static void
receive_challenge(Login *login, xmpp_stanza_t *element)
{
    g_autofree char *text = stanza_text(element);

    if (!login->sasl || login->proven) {
        fail(login, _("the server asked for something that has no place in this login: tell its operator"));
        return;
    }
    login->computing = true;
    login->events.on_turn(false, login->data);
    sasl_challenge(login->sasl, g_strstrip(text), on_challenge_done, login);
}

/* --- the outcome --- */

/* What the server says along with the end of the exchange; NULL: nothing. */
static char *
read_proof(const Login *login, xmpp_stanza_t *element)
{
    char *text = login->extensible ? stanza_child_text(element, "additional-data", NS_SASL2)
                                   : stanza_text(element);

    return text ? g_strstrip(text) : NULL;
}

/* Whether the server has proved itself; ends the login where it has not. */
static bool
check_proof(Login *login, xmpp_stanza_t *element)
{
    g_autofree char *proof = read_proof(login, element);
    g_autoptr(GError) error = NULL;

    login->asked = false;
    if (login->proven)
        return true;
    if (login->fast) {
        login->proven = fast_verify(login->fast, proof, &error);
        g_clear_pointer(&login->fast, fast_free);
        if (!login->proven) {
            publish_token(login, NULL, NULL, 0);
            end_login(login, SASL_ALARM, error); /* the password has nothing to do with it */
        }
        return login->proven;
    }
    const SaslOutcome outcome = sasl_success(login->sasl, proof, &error);
    login->proven = outcome == SASL_DONE;
    if (!login->proven)
        end_login(login, outcome, error);
    return login->proven;
}

/* The token for the next time: one that was asked for, or takes the place of the one that was used (XEP-0484 §3.5). */
static void
receive_token(Login *login, xmpp_stanza_t *success)
{
    xmpp_stanza_t *element = stanza_child(success, "token", NS_FAST);
    const char *mechanism = login->asked_token;
    const char *expiry_text = element ? stanza_attribute(element, "expiry") : NULL;
    const char *token = element ? stanza_attribute(element, "token") : NULL;
    gint64 expiry = 0;

    if (!mechanism && !login->sasl)
        mechanism = stream_config(login->stream)->fast_mechanism;
    if (!mechanism || !token || !*token || strlen(token) > FAST_TOKEN_MAX)
        return;
    if (expiry_text && !when_parse(expiry_text, &expiry))
        expiry = 0;
    publish_token(login, token, mechanism, expiry);
}

/* What the next login need not wait for. */
static void
remember_offer(Login *login)
{
    g_autofree char *offer = login->offer ? sasl2_offer_remember(login->offer) : NULL;
    const XmppEvent event = { .type = XMPP_EVENT_FAST_OFFER, .fast_offer = { .offer = offer } };

    if (g_strcmp0(offer, stream_config(login->stream)->fast_offer) != 0)
        stream_publish(login->stream, &event);
}

static void
remember_password_login(Login *login)
{
    XmppStream *stream = login->stream;
    const XmppEvent event = {
        .type = XMPP_EVENT_SASL,
        .sasl = { .mechanism = sasl_family(login->sasl),
                  .channel_binding = sasl_has_binding(login->sasl) },
    };

    stream_set_sasl_mechanism(stream, sasl_mechanism(login->sasl));
    login_memory_keep(stream_login_memory(stream), stream_config(stream)->password,
                      sasl_keys(login->sasl));
    stream_publish(stream, &event);
}

static void
receive_success(Login *login, xmpp_stanza_t *element)
{
    XmppStream *stream = login->stream;

    if (!check_proof(login, element))
        return;
    if (login->sasl)
        remember_password_login(login);
    else
        stream_set_sasl_mechanism(stream, stream_config(stream)->fast_mechanism);
    if (login->extensible) {
        receive_token(login, element);
        remember_offer(login);
    }
    if (stream_phase(stream) != XMPP_PHASE_OFFLINE)
        login->events.on_done(login->extensible ? element : NULL, login->data);
}

static void
receive_failure(Login *login, xmpp_stanza_t *element)
{
    g_autoptr(XmppStanzaError) detail = stanza_error_parse_conditions(element, NS_SASL);
    g_autoptr(GError) error = NULL;

    if (!detail->text)
        detail->text = stanza_child_text(element, "text", namespace_of(login));
    login->asked = false;
    if (login->fast) {
        token_refused(login, detail);
        return;
    }
    if (login->proven) { /* the password was right: only what was asked for on top of it has failed */
        login_memory_refuse_upgrades(stream_login_memory(login->stream));
        g_set_error_literal(&error, CONFAB_ERROR, ERROR_AUTH,
                            _("The server could not learn a stronger form of the password: the next login does "
                              "without"));
        end_login(login, SASL_TEMPORARY, error);
        return;
    }
    SaslOutcome outcome = sasl_failure(login->sasl, detail->condition, detail->text, &error);
    if (login->refused && outcome == SASL_FAILED
        && strcmp(detail->condition, "invalid-mechanism") == 0) {
        /* Prosody's mod_sasl2_fast of 2023 knows nothing but tokens on this stream any more. */
        outcome = SASL_TEMPORARY;
    }
    if (outcome == SASL_SEND)
        send_first(login);
    else
        end_login(login, outcome, error);
}

/* --- tasks after the exchange --- */

/* The tasks that the server wants are none that we know. */
static void
end_at_tasks(Login *login, char **tasks)
{
    g_autofree char *joined = g_strjoinv(", ", tasks);
    g_autofree char *clean = text_clean(joined, -1, TEXT_STRICT);
    g_autofree char *names = text_ellipsize(clean, TASK_COLUMNS);
    g_autoptr(GError) error =
        g_error_new(CONFAB_ERROR, ERROR_AUTH,
                    _("The server wants another step after the password that is not known here (%s): ask its "
                      "operator for a password for this program"),
                    *names ? names : "?");

    login->asked = true;
    end_login(login, SASL_FAILED, error);
}

static void
receive_continue(Login *login, xmpp_stanza_t *element)
{
    xmpp_stanza_t *list = stanza_child(element, "tasks", NS_SASL2);
    g_auto(GStrv) tasks = sasl2_read_list(list, "task", NS_SASL2, NULL);

    if (!check_proof(login, element))
        return;
    const char *task = login->upgrade ? upgrade_task(login->upgrade) : NULL;
    if (!task || login->upgrading || !g_strv_contains((const char *const *) tasks, task)) {
        end_at_tasks(login, tasks);
        return;
    }
    login->upgrading = true;
    xmpp_stanza_t *next = stanza_new(stream_ctx(login->stream), "next", NS_SASL2);
    stanza_set(next, "task", task);
    send_element(login, next);
}

static void
on_upgrade_computed(xmpp_stanza_t *answer, const GError *error, gpointer data)
{
    Login *login = data;
    XmppStream *stream = login->stream;

    stream_enter(stream);
    login->computing = false;
    if (answer)
        send_element(login, answer);
    else
        end_login(login, SASL_FAILED, error);
    stream_leave(stream);
}

static void
receive_task_data(Login *login, xmpp_stanza_t *element)
{
    if (!login->upgrading
        || !upgrade_compute(login->upgrade, login->sasl, element, on_upgrade_computed, login)) {
        fail(login, _("the server asked for something that has no place in this login: tell its operator"));
        return;
    }
    login->computing = true;
    login->events.on_turn(false, login->data);
}

void
login_receive(Login *login, xmpp_stanza_t *element)
{
    const char *ns = namespace_of(login);

    if (!stanza_is(element, xmpp_stanza_get_name(element), ns))
        return;
    if (login->computing)
        fail(login, _("the server did not wait for the answer to its challenge: try again later"));
    else if (stanza_is(element, "challenge", ns))
        receive_challenge(login, element);
    else if (stanza_is(element, "success", ns))
        receive_success(login, element);
    else if (stanza_is(element, "failure", ns))
        receive_failure(login, element);
    else if (stanza_is(element, "continue", NS_SASL2))
        receive_continue(login, element);
    else if (stanza_is(element, "task-data", NS_SASL2))
        receive_task_data(login, element);
}

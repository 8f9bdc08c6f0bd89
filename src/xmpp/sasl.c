/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/sasl.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/jid.h"
#include "base/text.h"
#include "xmpp/sasl_choice.h"

enum {
    SERVER_TEXT_COLUMNS = 200,
};

typedef enum {
    STAGE_IDLE,
    STAGE_BEGUN,     /* <auth/> is sent */
    STAGE_BUSY,      /* a callback is due */
    STAGE_ANSWERED,  /* our proof is sent */
    STAGE_CONFIRMED, /* the server proved itself in a challenge; <success/> is due */
} Stage;

struct Sasl {
    char *username;
    char *password;
    char *authzid;
    bool tls;
    bool client_certificate;
    GBytes *exporter;
    GBytes *end_point;
    char *pinned;
    bool pinned_binding;
    ScramKeys *keys;

    SaslAttempt attempts[SASL_ATTEMPTS_MAX];
    guint attempts_length;
    guint current;
    bool bindings_listed;
    char *advertised; /* for XEP-0474 */
    Stage stage;
    Scram *scram;
    char *payload;

    SaslDone done;
    gpointer data;
    guint idle;
    SaslOutcome outcome; /* what the idle source tells */
    GError *error;
};

Sasl *
sasl_new(const SaslConfig *config)
{
    Sasl *sasl = g_new0(Sasl, 1);
    sasl->username = g_strdup(config->username);
    sasl->password = g_strdup(config->password);
    sasl->authzid = g_strdup(config->authzid);
    sasl->tls = config->tls;
    sasl->client_certificate = config->client_certificate;
    sasl->exporter = config->exporter != NULL ? g_bytes_ref(config->exporter) : NULL;
    sasl->end_point = config->end_point != NULL ? g_bytes_ref(config->end_point) : NULL;
    sasl->pinned = g_strdup(config->pinned);
    sasl->pinned_binding = config->pinned_binding;
    if (sasl->pinned != NULL && g_str_has_suffix(sasl->pinned, "-PLUS")) {
        sasl->pinned[strlen(sasl->pinned) - strlen("-PLUS")] = '\0';
        sasl->pinned_binding = true;
    }
    sasl->keys = config->keys != NULL ? scram_keys_ref(config->keys) : NULL;
    return sasl;
}

void
sasl_free(Sasl *sasl)
{
    if (sasl == NULL)
        return;
    g_clear_handle_id(&sasl->idle, g_source_remove);
    scram_free(sasl->scram);
    g_free(sasl->username);
    scram_wipe(sasl->password);
    g_free(sasl->authzid);
    g_clear_pointer(&sasl->exporter, g_bytes_unref);
    g_clear_pointer(&sasl->end_point, g_bytes_unref);
    g_free(sasl->pinned);
    scram_keys_unref(sasl->keys);
    g_free(sasl->advertised);
    scram_wipe(sasl->payload);
    g_clear_error(&sasl->error);
    g_free(sasl);
}

/* What is known of the account, borrowed. */
static SaslConfig
view(const Sasl *sasl)
{
    return (SaslConfig){
        .username = sasl->username,
        .password = sasl->password,
        .authzid = sasl->authzid,
        .tls = sasl->tls,
        .client_certificate = sasl->client_certificate,
        .exporter = sasl->exporter,
        .end_point = sasl->end_point,
        .pinned = sasl->pinned,
        .pinned_binding = sasl->pinned_binding,
        .keys = sasl->keys,
    };
}

static const SaslAttempt *
attempt_of(const Sasl *sasl)
{
    return sasl->current < sasl->attempts_length ? &sasl->attempts[sasl->current] : NULL;
}

const char *
sasl_mechanism(const Sasl *sasl)
{
    const SaslAttempt *attempt = attempt_of(sasl);
    return attempt != NULL ? sasl_attempt_name(attempt, true) : NULL;
}

const char *
sasl_family(const Sasl *sasl)
{
    const SaslAttempt *attempt = attempt_of(sasl);
    return attempt != NULL ? sasl_attempt_name(attempt, false) : NULL;
}

bool
sasl_has_binding(const Sasl *sasl)
{
    const SaslAttempt *attempt = attempt_of(sasl);
    return attempt != NULL && attempt->binding != SASL_BINDING_NONE;
}

const char *
sasl_payload(const Sasl *sasl)
{
    return sasl->payload != NULL ? sasl->payload : "";
}

ScramKeys *
sasl_keys(const Sasl *sasl)
{
    return sasl->scram != NULL ? scram_keys(sasl->scram) : NULL;
}

ScramSalting *
sasl_salt(const Sasl *sasl, ScramHash hash, const char *salt, const char *iterations, ScramSaltingDone done,
          gpointer data)
{
    return scram_salt(hash, sasl->password, salt, iterations, done, data);
}

/* --- starting an attempt --- */

static void
set_payload(Sasl *sasl, const char *message, gsize length, bool initial)
{
    scram_wipe(sasl->payload);
    sasl->payload = length == 0 ? g_strdup(initial ? "=" : "") : g_base64_encode((const guchar *) message, length);
}

static void
start_scram(Sasl *sasl, const SaslAttempt *attempt)
{
    g_autofree char *header = attempt->binding == SASL_BINDING_NONE
                                  ? g_strdup(attempt->claims_no_offer ? "y,," : "n,,")
                                  : g_strdup_printf("p=%s,,", sasl_binding_name(attempt->binding));
    const SaslConfig known = view(sasl);
    const ScramConfig config = {
        .hash = attempt->hash,
        .username = sasl->username,
        .password = sasl->password,
        .gs2_header = header,
        .binding = sasl_binding_bytes(&known, attempt->binding),
        .keys = sasl->keys,
        .advertised = sasl->advertised,
    };
    sasl->scram = scram_new(&config);
    set_payload(sasl, scram_first(sasl->scram), strlen(scram_first(sasl->scram)), true);
}

/* RFC 4616: no authorisation identity, name, password. */
static void
start_plain(Sasl *sasl)
{
    const gsize name = strlen(sasl->username), secret = strlen(sasl->password);
    const gsize length = 1 + name + 1 + secret;
    char *message = g_malloc0(length + 1);
    memcpy(message + 1, sasl->username, name);
    memcpy(message + 1 + name + 1, sasl->password, secret);
    set_payload(sasl, message, length, true);
    explicit_bzero(message, length); /* not scram_wipe(): it begins with a NUL */
    g_free(message);
}

static SaslOutcome
start_attempt(Sasl *sasl)
{
    const SaslAttempt *attempt = attempt_of(sasl);
    g_clear_pointer(&sasl->scram, scram_free);
    sasl->stage = STAGE_BEGUN;
    if (attempt->kind == SASL_KIND_SCRAM)
        start_scram(sasl, attempt);
    else if (attempt->kind == SASL_KIND_PLAIN)
        start_plain(sasl);
    else
        set_payload(sasl, sasl->authzid, attempt->names_authzid ? strlen(sasl->authzid) : 0, true);
    return SASL_SEND;
}

/* Name and password as both sides must see them (RFC 8265). */
static bool
prepare_secrets(Sasl *sasl, GError **error)
{
    if (sasl->password == NULL)
        return true;
    char *name = jid_prepare_username(sasl->username != NULL ? sasl->username : "", error);
    if (name == NULL)
        return false;
    g_free(sasl->username);
    sasl->username = name;
    char *password = jid_prepare_opaque(sasl->password, error);
    if (password == NULL)
        return false;
    scram_wipe(sasl->password);
    sasl->password = password;
    return true;
}

SaslOutcome
sasl_begin(Sasl *sasl, const char *const *mechanisms, const char *const *bindings, GError **error)
{
    g_return_val_if_fail(sasl->stage == STAGE_IDLE && sasl->attempts_length == 0, SASL_FAILED);
    if (!prepare_secrets(sasl, error))
        return SASL_FAILED;
    sasl->bindings_listed = bindings != NULL;
    sasl->advertised = sasl_describe_offer(mechanisms, bindings);
    const SaslConfig config = view(sasl);
    sasl->attempts_length = sasl_choose(&config, mechanisms, bindings, sasl->attempts);
    if (sasl->attempts_length == 0)
        return sasl_explain_no_choice(&config, mechanisms, error);
    return start_attempt(sasl);
}

/* --- challenges --- */

static gboolean
on_idle(gpointer data)
{
    Sasl *sasl = data;
    sasl->idle = 0;
    g_autoptr(GError) error = g_steal_pointer(&sasl->error);
    sasl->done(sasl, sasl->outcome, error, sasl->data);
    return G_SOURCE_REMOVE;
}

/* Tells the outcome of a challenge from the loop. */
static void
tell_later(Sasl *sasl, SaslOutcome outcome, GError *take_error)
{
    g_clear_handle_id(&sasl->idle, g_source_remove);
    g_clear_error(&sasl->error);
    sasl->outcome = outcome;
    sasl->error = take_error;
    sasl->idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, sasl, NULL);
}

/* A refusal by SCRAM: an alarm when it speaks of somebody in between. */
static SaslOutcome
judge_refusal(const Sasl *sasl)
{
    const bool binding_should_work = sasl_has_binding(sasl) && (sasl->bindings_listed || sasl->pinned_binding);
    if (scram_is_tampered(sasl->scram) || (scram_binding_was_refused(sasl->scram) && binding_should_work))
        return SASL_ALARM;
    return SASL_FAILED;
}

static void
on_scram_final(Scram *scram, const char *final, const GError *error, gpointer data)
{
    Sasl *sasl = data;
    if (final == NULL) {
        sasl->done(sasl, judge_refusal(sasl), error, sasl->data);
        return;
    }
    sasl->stage = STAGE_ANSWERED;
    set_payload(sasl, final, strlen(final), false);
    sasl->done(sasl, SASL_SEND, NULL, sasl->data);
}

static GError *
unexpected_challenge(void)
{
    return g_error_new_literal(CONFAB_ERROR, ERROR_AUTH,
                               _("The server asked for something that has no place in this login: tell its operator"));
}

static GError *
bad_encoding(void)
{
    return g_error_new_literal(CONFAB_ERROR, ERROR_AUTH,
                               _("The server sent a login message that is garbled: tell its operator"));
}

/* A server that gives its proof in a challenge wants an empty response before it says <success/>. */
static void
confirm_in_challenge(Sasl *sasl, const char *message, gsize length)
{
    GError *error = NULL;
    if (!scram_verify(sasl->scram, message, length, &error)) {
        tell_later(sasl, judge_refusal(sasl), error);
        return;
    }
    sasl->stage = STAGE_CONFIRMED;
    set_payload(sasl, NULL, 0, false);
    tell_later(sasl, SASL_SEND, NULL);
}

void
sasl_challenge(Sasl *sasl, const char *base64, SaslDone done, gpointer data)
{
    const SaslAttempt *attempt = attempt_of(sasl);
    const Stage stage = sasl->stage;
    sasl->done = done;
    sasl->data = data;
    if (attempt == NULL || attempt->kind != SASL_KIND_SCRAM || (stage != STAGE_BEGUN && stage != STAGE_ANSWERED) ||
        sasl->idle != 0) {
        g_clear_pointer(&sasl->scram, scram_free); /* also stops what is being computed */
        sasl->stage = STAGE_BUSY;
        tell_later(sasl, SASL_FAILED, unexpected_challenge());
        return;
    }
    gsize length = 0;
    g_autofree char *message = scram_decode(base64 != NULL ? base64 : "", SCRAM_MESSAGE_MAX, &length);
    sasl->stage = STAGE_BUSY;
    if (message == NULL)
        tell_later(sasl, SASL_FAILED, bad_encoding());
    else if (stage == STAGE_ANSWERED)
        confirm_in_challenge(sasl, message, length);
    else
        scram_challenge(sasl->scram, message, length, on_scram_final, sasl);
}

/* --- the end --- */

/* Ends the exchange: nothing that is under way is told any more. */
static void
give_up(Sasl *sasl)
{
    g_clear_handle_id(&sasl->idle, g_source_remove);
    g_clear_pointer(&sasl->scram, scram_free);
    sasl->stage = STAGE_IDLE;
}

SaslOutcome
sasl_success(Sasl *sasl, const char *base64, GError **error)
{
    const SaslAttempt *attempt = attempt_of(sasl);
    if (attempt == NULL || sasl->stage == STAGE_IDLE) {
        g_propagate_error(error, unexpected_challenge());
        return SASL_FAILED;
    }
    if (attempt->kind != SASL_KIND_SCRAM || (sasl->stage == STAGE_CONFIRMED && sasl->idle == 0))
        return SASL_DONE;
    gsize length = 0;
    g_autofree char *message = scram_decode(base64 != NULL ? base64 : "", SCRAM_MESSAGE_MAX, &length);
    SaslOutcome outcome = SASL_FAILED;
    if (message == NULL || sasl->scram == NULL)
        g_propagate_error(error, bad_encoding());
    else
        outcome = scram_verify(sasl->scram, message, length, error) ? SASL_DONE : judge_refusal(sasl);
    if (outcome != SASL_DONE)
        give_up(sasl);
    return outcome;
}

/* RFC 6120 §6.5 in words: what it means, and the way out. */
static const struct {
    const char *condition, *cause, *way_out;
    SaslOutcome outcome;
} failures[] = {
    { "aborted", N_("The login was stopped"), N_("connect again"), SASL_TEMPORARY },
    { "account-disabled", N_("The account is disabled"), N_("ask the server's operator"), SASL_FAILED },
    { "credentials-expired", N_("The password has expired"), N_("set a new one at your provider"), SASL_FAILED },
    { "encryption-required", N_("The server wants encryption for this login"), N_("turn TLS on"), SASL_FAILED },
    { "incorrect-encoding", N_("The server could not read the login"), N_("tell its operator"), SASL_FAILED },
    { "invalid-authzid", N_("The certificate is not for this account"),
      N_("check the client certificate and the address"), SASL_FAILED },
    { "invalid-mechanism", N_("The server refused the login it had offered"), N_("tell its operator"), SASL_FAILED },
    { "malformed-request", N_("The server did not understand the login"), N_("tell its operator"), SASL_FAILED },
    { "mechanism-too-weak", N_("The server wants a stronger login for this account"), N_("tell its operator"),
      SASL_FAILED },
    { "not-authorized", N_("Name or password is wrong"), N_("check both"), SASL_FAILED },
    { "temporary-auth-failure", N_("The server cannot check passwords just now"), N_("try again later"),
      SASL_TEMPORARY },
};

static SaslOutcome
explain_failure(const char *condition, const char *text, GError **error)
{
    const char *cause = N_("The server refused the login"), *way_out = N_("ask its operator");
    SaslOutcome outcome = SASL_FAILED;
    for (gsize i = 0; i < G_N_ELEMENTS(failures); i++) {
        if (g_strcmp0(condition, failures[i].condition) == 0) {
            cause = failures[i].cause;
            way_out = failures[i].way_out;
            outcome = failures[i].outcome;
        }
    }
    g_autofree char *clean = text != NULL ? text_clean(text, -1, TEXT_LINE) : NULL;
    g_autofree char *words = clean != NULL ? text_ellipsize(g_strstrip(clean), SERVER_TEXT_COLUMNS) : NULL;
    if (words != NULL && *words != '\0')
        g_set_error(error, CONFAB_ERROR, ERROR_AUTH, "%s (“%s”): %s", _(cause), words, _(way_out));
    else
        g_set_error(error, CONFAB_ERROR, ERROR_AUTH, "%s: %s", _(cause), _(way_out));
    return outcome;
}

/* Whether the failure is about the channel binding and not about the password. Servers have no condition for
 * it: ejabberd says "Invalid channel binding", others call the first message malformed. A bare not-authorized
 * is a wrong password and is not tried again (I8). */
static bool
blames_binding(const Sasl *sasl, const char *condition, const char *text)
{
    if (!sasl_has_binding(sasl))
        return false;
    g_autofree char *folded = text != NULL ? g_ascii_strdown(text, -1) : NULL;
    if (folded != NULL && strstr(folded, "channel") != NULL)
        return true;
    return sasl->stage == STAGE_BEGUN && g_strcmp0(condition, "malformed-request") == 0;
}

/* Whether the attempt behind the current one may follow this failure. Which attempts there are has been settled
 * by what the account remembers: no failure can bring one that is weaker than allowed. */
static bool
may_go_on(const Sasl *sasl, const char *condition, const char *text)
{
    const SaslAttempt *attempt = attempt_of(sasl);
    const SaslAttempt *next = sasl->current + 1 < sasl->attempts_length ? attempt + 1 : NULL;
    if (next == NULL || g_strcmp0(condition, "temporary-auth-failure") == 0)
        return false;
    if (attempt->kind == SASL_KIND_EXTERNAL)
        return true;
    return blames_binding(sasl, condition, text);
}

SaslOutcome
sasl_failure(Sasl *sasl, const char *condition, const char *text, GError **error)
{
    g_clear_handle_id(&sasl->idle, g_source_remove);
    if (attempt_of(sasl) == NULL || sasl->stage == STAGE_IDLE)
        return explain_failure(condition, text, error);
    if (may_go_on(sasl, condition, text)) {
        sasl->current++;
        return start_attempt(sasl);
    }
    const bool bound_before = sasl->bindings_listed || sasl->pinned_binding;
    const bool alarm = bound_before && blames_binding(sasl, condition, text);
    give_up(sasl);
    const SaslOutcome outcome = explain_failure(condition, text, error);
    return alarm ? SASL_ALARM : outcome;
}

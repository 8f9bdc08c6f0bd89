/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/transport_plan.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "net/dial.h"

static const TransportTimeouts default_timeouts = {
    .resolve = 10000,
    .target = 5000,
    .connect = 20000,
    .proxy = 60000,
    .starttls = 15000,
    .secure = 15000,
    .hop = 10000,
    .close = 1000,
};

void
transport_plan_clear(TransportPlan *plan)
{
    if (plan->key_passphrase)
        explicit_bzero(plan->key_passphrase, strlen(plan->key_passphrase));
    if (plan->proxy) /* may hold a password */
        explicit_bzero(plan->proxy, strlen(plan->proxy));
    g_free(plan->domain);
    g_free(plan->host);
    g_free(plan->ca_file);
    g_free(plan->client_certificate);
    g_free(plan->client_key);
    g_free(plan->key_passphrase);
    g_free(plan->pin);
    g_free(plan->trusted_once);
    g_free(plan->proxy);
    memset(plan, 0, sizeof *plan);
}

static guint
either(guint chosen, guint fallback)
{
    return chosen != 0 ? chosen : fallback;
}

static TransportTimeouts
complete_timeouts(const TransportTimeouts *chosen)
{
    return (TransportTimeouts) {
        .resolve = either(chosen->resolve, default_timeouts.resolve),
        .target = either(chosen->target, default_timeouts.target),
        .connect = either(chosen->connect, default_timeouts.connect),
        .proxy = either(chosen->proxy, default_timeouts.proxy),
        .starttls = either(chosen->starttls, default_timeouts.starttls),
        .secure = either(chosen->secure, default_timeouts.secure),
        .hop = either(chosen->hop, default_timeouts.hop),
        .close = either(chosen->close, default_timeouts.close),
    };
}

static bool
parse_fingerprint(const char *text, char **parsed, GError **error)
{
    if (!text || text[0] == '\0')
        return true;
    *parsed = tls_fingerprint_parse(text);
    if (!*parsed)
        g_set_error_literal(
            error, CONFAB_ERROR, ERROR_CONFIG,
            _("the pin is not a SHA-256 fingerprint (64 hex digits): correct or remove “pin” of the account"));
    return *parsed != NULL;
}

bool
transport_plan_init(TransportPlan *plan, const TransportConfig *config, GError **error)
{
    const bool has_host = config->host && config->host[0] != '\0';
    const bool has_proxy = config->proxy && config->proxy[0] != '\0';
    plan->domain = g_strdup(config->domain);
    plan->ca_file = g_strdup(config->ca_file);
    plan->client_certificate = g_strdup(config->client_certificate);
    plan->client_key = g_strdup(config->client_key);
    plan->key_passphrase = g_strdup(config->key_passphrase);
    plan->proxy = has_proxy ? g_strdup(config->proxy) : NULL;
    plan->port = config->port;
    plan->tls = config->tls;
    /* Through a proxy nothing is asked of DNS here: that would tell the network where we go. */
    plan->explicit_target = has_host || has_proxy || config->port != 0;
    plan->timeouts = complete_timeouts(&config->timeouts);
    plan->host = target_lookup_name(has_host ? config->host : config->domain, error);
    return plan->host && parse_fingerprint(config->pin, &plan->pin, error) &&
           parse_fingerprint(config->trusted_once, &plan->trusted_once, error) &&
           (!has_proxy || dial_check_proxy(config->proxy, error));
}

Target *
transport_plan_target(const TransportPlan *plan)
{
    const bool direct = plan->tls == TLS_DIRECT || (plan->tls == TLS_REQUIRE && plan->port == TARGETS_PORT_DIRECT);
    const guint16 usual = direct ? TARGETS_PORT_DIRECT : TARGETS_PORT;
    return target_new(plan->host, plan->port != 0 ? plan->port : usual, direct);
}

TargetsKind
transport_plan_targets_kind(const TransportPlan *plan)
{
    switch (plan->tls) {
    case TLS_DIRECT:
        return TARGETS_DIRECT;
    case TLS_OFF:
        return TARGETS_STARTTLS;
    case TLS_REQUIRE:
    case TLS_IF_OFFERED:
        break;
    }
    return TARGETS_ANY;
}

bool
transport_plan_is_strict(const TransportPlan *plan)
{
    return plan->tls == TLS_REQUIRE || plan->tls == TLS_DIRECT;
}

TlsSessionConfig
transport_plan_tls(const TransportPlan *plan, const Target *target)
{
    return (TlsSessionConfig) {
        .domain = plan->domain,
        .ca_file = plan->ca_file,
        .client_certificate = plan->client_certificate,
        .client_key = plan->client_key,
        .key_passphrase = plan->key_passphrase,
        .pin = plan->pin,
        .trusted_once = plan->trusted_once,
        .direct = target->direct,
    };
}

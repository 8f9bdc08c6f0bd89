/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/sasl_choice.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

enum {
    OFFER_COLUMNS = 200, /* of a message */
};

/* A choice being made. */
typedef struct {
    const SaslConfig *config;
    const char *const *mechanisms;
    const char *const *bindings; /* NULL: the server lists none */
    SaslAttempt *attempts;
    guint length;
} Choice;

/* Strongest first. */
static const struct {
    const char *name, *plus;
    ScramHash hash;
} scram_mechanisms[] = {
    { "SCRAM-SHA-512", "SCRAM-SHA-512-PLUS", SCRAM_SHA_512 },
    { "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", SCRAM_SHA_256 },
    { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", SCRAM_SHA_1 },
};

static const char *const binding_names[] = {
    [SASL_BINDING_NONE] = NULL,
    [SASL_BINDING_EXPORTER] = "tls-exporter",
    [SASL_BINDING_END_POINT] = "tls-server-end-point",
};

/* Index into scram_mechanisms. */
static gsize
scram_row(ScramHash hash)
{
    gsize row = 0;
    while (scram_mechanisms[row].hash != hash)
        row++;
    return row;
}

const char *
sasl_attempt_name(const SaslAttempt *attempt, bool with_plus)
{
    if (attempt->kind == SASL_KIND_EXTERNAL)
        return "EXTERNAL";
    if (attempt->kind == SASL_KIND_PLAIN)
        return "PLAIN";
    const gsize row = scram_row(attempt->hash);
    return with_plus && attempt->binding != SASL_BINDING_NONE ? scram_mechanisms[row].plus : scram_mechanisms[row].name;
}

const char *
sasl_binding_name(SaslBinding binding)
{
    return binding_names[binding];
}

/* The weakest hash that is still as strong as what was used before; false when no SCRAM was used. */
static bool
pinned_hash(const SaslConfig *config, ScramHash *hash)
{
    for (gsize i = 0; config->pinned != NULL && i < G_N_ELEMENTS(scram_mechanisms); i++) {
        if (strcmp(config->pinned, scram_mechanisms[i].name) == 0) {
            *hash = scram_mechanisms[i].hash;
            return true;
        }
    }
    *hash = SCRAM_SHA_1;
    return false;
}

/* PLAIN gives the password away: never to a server that once did better, nor in the clear. */
static bool
plain_is_ruled_out(const SaslConfig *config)
{
    return config->pinned != NULL && strcmp(config->pinned, "PLAIN") != 0;
}

static bool
offers_any_plus(const char *const *mechanisms)
{
    for (; *mechanisms != NULL; mechanisms++) {
        if (g_str_has_suffix(*mechanisms, "-PLUS"))
            return true;
    }
    return false;
}

/* The strongest SCRAM on offer that the memory of the account lets pass; false when there is none. */
static bool
strongest_offer(const Choice *choice, bool plus, ScramHash *hash)
{
    ScramHash least;
    pinned_hash(choice->config, &least);
    for (gsize i = 0; i < G_N_ELEMENTS(scram_mechanisms) && scram_mechanisms[i].hash >= least; i++) {
        if (g_strv_contains(choice->mechanisms, plus ? scram_mechanisms[i].plus : scram_mechanisms[i].name)) {
            *hash = scram_mechanisms[i].hash;
            return true;
        }
    }
    return false;
}

GBytes *
sasl_binding_bytes(const SaslConfig *config, SaslBinding binding)
{
    if (binding == SASL_BINDING_EXPORTER)
        return config->exporter;
    return binding == SASL_BINDING_END_POINT ? config->end_point : NULL;
}

/* Whether this binding can be used: we have its bytes, and the server lists it if it lists any (XEP-0440). */
static bool
binding_is_usable(const SaslConfig *config, SaslBinding binding, const char *const *listed)
{
    if (!config->tls || sasl_binding_bytes(config, binding) == NULL)
        return false;
    return listed == NULL || g_strv_contains(listed, binding_names[binding]);
}

static void
add_attempt(Choice *choice, SaslAttempt attempt)
{
    g_assert(choice->length < SASL_ATTEMPTS_MAX);
    choice->attempts[choice->length++] = attempt;
}

/* SCRAM with channel binding. A server that lists its types gets the best common one and no second chance. One
 * that lists none (ejabberd 23.01) may turn out not to know ours: then the next follows. */
static void
add_bound_scram(Choice *choice)
{
    ScramHash hash;
    if (!strongest_offer(choice, true, &hash))
        return;
    for (SaslBinding binding = SASL_BINDING_EXPORTER; binding <= SASL_BINDING_END_POINT; binding++) {
        if (!binding_is_usable(choice->config, binding, choice->bindings))
            continue;
        add_attempt(choice, (SaslAttempt){ .kind = SASL_KIND_SCRAM, .hash = hash, .binding = binding });
        if (choice->bindings != NULL)
            return;
    }
}

/* SCRAM without channel binding. XEP-0440 would have us give up when no listed type is common; Prosody 0.12
 * lists nothing but tls-unique on TLS 1.2, so nobody could log in there. An account that has once used binding
 * never gets here. */
static void
add_unbound_scram(Choice *choice)
{
    ScramHash hash;
    if (!strongest_offer(choice, false, &hash))
        return;
    const bool able = binding_is_usable(choice->config, SASL_BINDING_EXPORTER, NULL) ||
                      binding_is_usable(choice->config, SASL_BINDING_END_POINT, NULL);
    add_attempt(choice, (SaslAttempt){
                          .kind = SASL_KIND_SCRAM,
                          .hash = hash,
                          .claims_no_offer = able && !offers_any_plus(choice->mechanisms),
                      });
}

static void
add_password_attempts(Choice *choice)
{
    const SaslConfig *config = choice->config;
    const guint before = choice->length;
    add_bound_scram(choice);
    const bool bound = choice->length > before;
    /* Behind a bound attempt the unbound one is the fall-back for servers without a list only. */
    if (!config->pinned_binding && (!bound || choice->bindings == NULL))
        add_unbound_scram(choice);
    ScramHash ignored;
    const bool scram_is_offered = strongest_offer(choice, false, &ignored) || strongest_offer(choice, true, &ignored);
    if (choice->length == before && !scram_is_offered && config->tls && !plain_is_ruled_out(config) &&
        !config->pinned_binding && g_strv_contains(choice->mechanisms, "PLAIN"))
        add_attempt(choice, (SaslAttempt){ .kind = SASL_KIND_PLAIN });
}

/* XEP-0178. The second attempt is for certificates that name several addresses, or none. */
static void
add_certificate_attempts(Choice *choice)
{
    const SaslConfig *config = choice->config;
    if (!config->client_certificate || !config->tls || !g_strv_contains(choice->mechanisms, "EXTERNAL"))
        return;
    add_attempt(choice, (SaslAttempt){ .kind = SASL_KIND_EXTERNAL });
    if (config->authzid != NULL)
        add_attempt(choice, (SaslAttempt){ .kind = SASL_KIND_EXTERNAL, .names_authzid = true });
}

guint
sasl_choose(const SaslConfig *config, const char *const *mechanisms, const char *const *bindings,
            SaslAttempt attempts[SASL_ATTEMPTS_MAX])
{
    Choice choice = { .config = config, .mechanisms = mechanisms, .bindings = bindings, .attempts = attempts };
    add_certificate_attempts(&choice);
    if (config->password != NULL)
        add_password_attempts(&choice);
    return choice.length;
}

/* What the server offers, as people may read it. */
static char *
show_offer(const char *const *mechanisms)
{
    if (mechanisms[0] == NULL)
        return g_strdup(_("nothing"));
    g_autofree char *joined = g_strjoinv(", ", (char **) mechanisms);
    g_autofree char *clean = text_clean(joined, -1, TEXT_STRICT);
    return text_ellipsize(clean, OFFER_COLUMNS);
}

SaslOutcome
sasl_explain_no_choice(const SaslConfig *config, const char *const *mechanisms, GError **error)
{
    g_autofree char *offer = show_offer(mechanisms);
    const bool remembers = plain_is_ruled_out(config) || config->pinned_binding;
    if (config->password != NULL && remembers) {
        g_set_error(error, CONFAB_ERROR, ERROR_AUTH,
                    _("The server offers a weaker login than before (%s; %s%s was used): somebody may be in between, "
                      "ask its operator"),
                    offer, config->pinned != NULL ? config->pinned : "SCRAM", config->pinned_binding ? "-PLUS" : "");
        return SASL_ALARM;
    }
    if (config->password == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_AUTH,
                    _("There is no password for this login (the server offers %s): give one"), offer);
    } else if (!config->tls && g_strv_contains(mechanisms, "PLAIN")) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_AUTH,
                            _("The server wants the password in the clear: it is sent over TLS only, turn TLS on"));
    } else {
        g_set_error(error, CONFAB_ERROR, ERROR_AUTH,
                    _("The server offers no login that is safe (%s): ask its operator to turn on SCRAM"), offer);
    }
    return SASL_FAILED;
}

static int
compare_bytes(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static void
append_sorted(GString *text, const char *const *names)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    for (; *names != NULL; names++)
        g_ptr_array_add(sorted, (gpointer) *names);
    g_ptr_array_sort(sorted, compare_bytes);
    for (guint i = 0; i < sorted->len; i++) {
        if (i > 0)
            g_string_append_c(text, 0x1E);
        g_string_append(text, g_ptr_array_index(sorted, i));
    }
}

char *
sasl_describe_offer(const char *const *mechanisms, const char *const *bindings)
{
    GString *text = g_string_new(NULL);
    append_sorted(text, mechanisms);
    if (bindings != NULL) {
        g_string_append_c(text, 0x1F);
        append_sorted(text, bindings);
    }
    return g_string_free(text, FALSE);
}

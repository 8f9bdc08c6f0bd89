/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which logins may be tried, and in what order (I4). All that the account remembers is settled here, before anything is
 * sent: what follows can only walk along the list. For sasl.c. */
#pragma once

#include "xmpp/sasl.h"

enum {
    SASL_ATTEMPTS_MAX = 5, /* EXTERNAL twice, SCRAM with two bindings and without */
};

typedef enum {
    SASL_KIND_EXTERNAL,
    SASL_KIND_SCRAM,
    SASL_KIND_PLAIN,
} SaslKind;

typedef enum {
    SASL_BINDING_NONE,
    SASL_BINDING_EXPORTER,
    SASL_BINDING_END_POINT,
} SaslBinding;

/* One <auth/> that may be sent. */
typedef struct SaslAttempt {
    SaslKind kind;
    ScramHash hash;
    SaslBinding binding;
    bool claims_no_offer; /* gs2 "y": we could, but the server does not offer it */
    bool names_authzid;
} SaslAttempt;

/* "SCRAM-SHA-1-PLUS", or without the suffix. */
const char *sasl_attempt_name(const SaslAttempt *attempt, bool with_plus);
/* "tls-exporter"; NULL for none. */
const char *sasl_binding_name(SaslBinding binding);
/* The channel's bytes; NULL when there are none. Borrowed. */
GBytes *sasl_binding_bytes(const SaslConfig *config, SaslBinding binding);

/* Fills `attempts` and returns their number. `pinned` is without -PLUS. */
guint sasl_choose(const SaslConfig *config, const char *const *mechanisms, const char *const *bindings,
                  SaslAttempt attempts[SASL_ATTEMPTS_MAX]);
/* Why there are none: an alarm when something better worked before, else what stands in the way. */
SaslOutcome sasl_explain_no_choice(const SaslConfig *config, const char *const *mechanisms, GError **error);
/* What XEP-0474 §4.1 hashes. Caller frees. */
char *sasl_describe_offer(const char *const *mechanisms, const char *const *bindings);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The elements of the extensible SASL profile (XEP-0388) and of what goes along with it: binding (XEP-0386), resumption
 * (XEP-0198 §9), tokens (XEP-0484), stronger hashes (XEP-0480). What is done with them: login.h. */
#pragma once

#include "xmpp/stanza.h"

#define NS_SASL2 "urn:xmpp:sasl:2"
#define NS_BIND2 "urn:xmpp:bind:0"
#define NS_FAST "urn:xmpp:fast:0"
#define NS_UPGRADE "urn:xmpp:sasl:upgrade:0"
#define NS_SCRAM_UPGRADE "urn:xmpp:scram-upgrade:0"

/* What can go along with a login. */
typedef enum {
    SASL2_RESUME = 1 << 0,       /* <resume/> of stream management */
    SASL2_BIND = 1 << 1,
    SASL2_BIND_ENABLE = 1 << 2,  /* … with <enable/> of stream management */
    SASL2_BIND_CARBONS = 1 << 3,
    SASL2_BIND_CSI = 1 << 4,
} Sasl2Inline;

typedef struct Sasl2Offer {
    char **mechanisms;
    char **tokens;   /* mechanisms of XEP-0484 */
    char **upgrades; /* tasks of XEP-0480 */
    guint inlines;   /* Sasl2Inline */
} Sasl2Offer;

/* NULL: the profile is not offered. */
Sasl2Offer *sasl2_offer_read(xmpp_stanza_t *features);
void sasl2_offer_free(Sasl2Offer *offer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sasl2Offer, sasl2_offer_free)
/* What a login with a token needs of it, as a text to keep; NULL: tokens are not offered. Caller frees. */
char *sasl2_offer_remember(const Sasl2Offer *offer);
/* The other way; the offer has no `mechanisms` and no `upgrades`. NULL: not such a text. */
Sasl2Offer *sasl2_offer_recall(const char *text);

/* The texts of all children with this name, or of their attribute; never NULL. At most 64. */
char **sasl2_read_list(xmpp_stanza_t *parent, const char *name, const char *ns, const char *attribute);

/* <authenticate/>. `payload` is base64, "=" for an empty message. `user_agent` is an id or NULL. */
xmpp_stanza_t *sasl2_authenticate(xmpp_ctx_t *ctx, const char *mechanism, const char *payload, const char *user_agent);
/* <bind/> as its child, with what of `inlines` is simply asked for: carbons and the client's state. Borrowed. */
xmpp_stanza_t *sasl2_add_bind(xmpp_stanza_t *authenticate, const char *tag, guint inlines, bool inactive);

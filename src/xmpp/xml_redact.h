/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stanzas as people may see them: whatever is a secret is "…". What logs in (SASL, SASL 2, FAST, XEP-0078), passwords
 * of accounts and rooms wherever they stand (registration, bookmarks, invitations, forms), headers and keys that open
 * something. What is redacted cannot be told from what was sent. */
#pragma once

#include <strophe.h>

/* A copy of the element; the caller releases it. */
xmpp_stanza_t *xml_redact(xmpp_stanza_t *element);

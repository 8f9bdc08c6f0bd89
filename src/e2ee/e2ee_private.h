/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For providers only. */
#pragma once

#include "e2ee/e2ee.h"

/* Takes a message whose body is encrypted, or which says nothing of its own: the provider answers for it. Adds what
 * tells servers and other clients about it (XEP-0334, XEP-0280 §6, XEP-0380). */
Envelope *envelope_sealed(XmppMessage *take_message, const E2eeProvider *provider, E2eeTrust trust);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for programs that do not know better (XEP-0428). We do: it is cut out of the body, so that nothing is shown twice.
 * Runs after the modules of what it stands for. */
#pragma once

#include "xmpp/module.h"

#define NS_FALLBACK "urn:xmpp:fallback:0"

extern const XmppModule fallback_module;
/* For who makes messages: the first `length` code points of the body stand for this feature; G_MAXUINT: all of it. */
void fallback_add(XmppMessage *message, const char *ns, guint length);

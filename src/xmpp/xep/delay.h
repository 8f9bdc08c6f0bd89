/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0203: when a message was originally sent. */
#pragma once

#include "xmpp/module.h"

#define NS_DELAY "urn:xmpp:delay"

/* When <delay/> says it was; 0 when that is missing, malformed or in the future. */
gint64 delay_stamp(xmpp_stanza_t *delay);

extern const XmppModule delay_module;

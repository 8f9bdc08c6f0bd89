/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a message answers (XEP-0461). */
#pragma once

#include "xmpp/module.h"

#define NS_REPLY "urn:xmpp:reply:0"

extern const XmppModule replies_module;

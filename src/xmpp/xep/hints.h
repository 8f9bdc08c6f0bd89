/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processing hints (XEP-0334): XmppMessage.hints. */
#pragma once

#include "xmpp/module.h"

extern const XmppModule hints_module;

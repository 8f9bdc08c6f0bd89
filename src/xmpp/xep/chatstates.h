/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0085: chat states: composing, paused and so on. */
#pragma once

#include "xmpp/module.h"

extern const XmppModule chatstates_module;

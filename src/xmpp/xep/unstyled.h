/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "Show this text as it is" (XEP-0393 §8). */
#pragma once

#include "xmpp/module.h"

extern const XmppModule unstyled_module;

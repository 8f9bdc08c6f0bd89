/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0203: when a message was originally sent. */
#pragma once

#include "xmpp/module.h"

extern const XmppModule delay_module;

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explicit message encryption (XEP-0380): XmppMessage.encrypted_ns and encrypted_name. */
#pragma once

#include "xmpp/module.h"

extern const XmppModule eme_module;

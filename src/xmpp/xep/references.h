/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is mentioned in a message (XEP-0372). */
#pragma once

#include "xmpp/module.h"

extern const XmppModule references_module;

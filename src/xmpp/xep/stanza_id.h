/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0359: ids given by the sender and by others on the way. */
#pragma once

#include "xmpp/module.h"

extern const XmppModule stanza_id_module;

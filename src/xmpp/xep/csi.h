/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether somebody looks (XEP-0352): the server may hold back what can wait. When that is so is for the core to
 * decide. */
#pragma once

#include "xmpp/module.h"

/* Tells the server, where it wants to know; remembered, and told again in every new session. A resumed connection
 * begins as active (§5): csi_repeat(). */
void csi_set_active(XmppStream *stream, bool active);
void csi_repeat(XmppStream *stream);

extern const XmppModule csi_module;

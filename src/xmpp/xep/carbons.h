/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of what the account's other devices send and receive (XEP-0280). They arrive as messages with XmppMessage.carbon
 * set, and only from the account itself (I10). */
#pragma once

#include "xmpp/module.h"

/* The server has agreed to send copies in this session: nothing that others exchange is missed. */
bool carbons_are_enabled(XmppStream *stream);

extern const XmppModule carbons_module;

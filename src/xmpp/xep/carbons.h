/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies of what the account's other devices send and receive (XEP-0280). They arrive as messages with XmppMessage.carbon
 * set, and only from the account itself (I10). */
#pragma once

#include "xmpp/module.h"

extern const XmppModule carbons_module;

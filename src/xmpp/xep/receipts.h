/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Delivery receipts (XEP-0184): XmppMessage.wants_receipt and receipt_for. Who gets one is for the core to decide
 * (I15). */
#pragma once

#include "xmpp/module.h"

extern const XmppModule receipts_module;

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ids of occupants (XEP-0421): XmppMessage.occupant_id and XmppPresence.occupant_id. Set by rooms that offer
 * NS_OCCUPANT_ID; from elsewhere they mean nothing, which the core decides (I14). */
#pragma once

#include "xmpp/module.h"

#define NS_OCCUPANT_ID "urn:xmpp:occupant-id:0"

extern const XmppModule occupant_id_module;

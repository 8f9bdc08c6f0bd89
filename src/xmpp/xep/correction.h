/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Corrections (XEP-0308): XmppMessage.corrects. Whether the sender may correct it is for the core to decide (I14). */
#pragma once

#include "xmpp/module.h"

extern const XmppModule correction_module;

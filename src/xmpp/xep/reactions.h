/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Emoji that answer a message (XEP-0444): always all that hold now. */
#pragma once

#include "xmpp/module.h"

#define NS_REACTIONS "urn:xmpp:reactions:0"

enum {
    REACTIONS_MAX = 32,       /* of one person to one message; further ones are not kept (I9) */
    REACTION_BYTES_MAX = 128, /* longer ones are none */
};

extern const XmppModule reactions_module;

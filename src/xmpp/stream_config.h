/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The policy of one connect as the stream keeps it: everything is its own but `transport`, which is not kept. */
#pragma once

#include "xmpp/stream.h"

/* Replaces what `own` held. */
void stream_config_set(XmppStreamConfig *own, const XmppStreamConfig *config);
void stream_config_clear(XmppStreamConfig *own);
/* The login is over: its secrets go. */
void stream_config_wipe(XmppStreamConfig *own);
/* The token was used, or cannot be. */
void stream_config_wipe_token(XmppStreamConfig *own);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms (XEP-0045 §10): creating, configuring, destroying. */
#pragma once

#include "xmpp/form.h"
#include "xmpp/xep/muc.h"

/* §10.1.2: a room that was just created opens with what the service thinks right. */
void muc_owner_accept_default(XmppStream *stream, const Jid *room, IqDone done, gpointer data);
/* §10.9; `reason`, `alternate` may be NULL. */
void muc_owner_destroy(XmppStream *stream, const Jid *room, const char *reason, const Jid *alternate, IqDone done,
                       gpointer data);

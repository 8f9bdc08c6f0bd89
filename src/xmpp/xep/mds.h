/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read, shared among the devices of the account (XEP-0490). What others have read arrives as XMPP_EVENT_READ:
 * all of it after a new session is bound, changes as they happen; only from the account itself (I11). */
#pragma once

#include "xmpp/module.h"

/* The conversation with `with` (a contact or a room, bare) is read up to this id of its archive: the account's for
 * contacts, the room's for rooms. Only where the server can keep it to the account; else nothing is published. */
void mds_publish(XmppStream *stream, const Jid *with, const Jid *archive, const char *archive_id);

extern const XmppModule mds_module;

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message inside another (XEP-0297), as carbons and archives bring them. Whether the wrapper may be believed at all
 * is for its module to decide before it looks inside (I10). */
#pragma once

#include "xmpp/module.h"

/* The message in <forwarded/> right inside `parent`, decoded as it would be if it had come by itself, but never opened
 * again: what it may carry of wrappers means nothing. Both addresses are set: without a valid `from` it is nobody's,
 * without `to` (rooms' archives leave it out) it is for the account. `stamp` (may be NULL): when the one that forwards
 * it got it; 0: not said. NULL: there is none that can be read (I6). */
XmppMessage *forwarded_read(XmppStream *stream, xmpp_stanza_t *parent, gint64 *stamp);

extern const XmppModule forwarded_module;

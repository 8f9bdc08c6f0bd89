/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rooms an account has bookmarked, shared among its devices. Where they are kept depends on what the account offers:
 *
 *   an item a room (XEP-0402)              where the server can keep it private (publish-options)
 *   a list in one item (XEP-0048)          where it only joins that with the storage of older clients
 *                                          (urn:xmpp:bookmarks-conversion:0)
 *   a list in private storage (XEP-0049)   everywhere else
 *
 * A server that joins the first with the others says so (urn:xmpp:bookmarks:1#compat); with one that does not, the rooms
 * of private storage are read, too, and removing a bookmark removes it there as well. Only the account itself is
 * believed (I11). */
#pragma once

#include "xmpp/iq.h"
#include "xmpp/module.h"
#include "xmpp/xep/bookmark_xml.h"

enum { BOOKMARKS_MAX = 2000 }; /* further ones are not read (I9) */

/* Asks for all: XMPP_EVENT_BOOKMARKS follows, unless the connection is lost; its list is NULL when nothing can be
 * learned. Changes follow as XMPP_EVENT_BOOKMARK. */
void bookmarks_request(XmppStream *stream);
/* The answer to that has come, so it is known where bookmarks are kept: only then they can be changed. */
bool bookmarks_can_change(XmppStream *stream);
/* Adds or replaces. XMPP_EVENT_BOOKMARK may come before `done`, after it, or not at all. */
void bookmarks_put(XmppStream *stream, const XmppBookmark *bookmark, IqDone done, gpointer data);
/* One that is not there any more is no error. */
void bookmarks_remove(XmppStream *stream, const Jid *room, IqDone done, gpointer data);

extern const XmppModule bookmarks_module;
extern const XmppModule bookmarks_old_module; /* XEP-0048 */
extern const XmppModule notify_module;        /* XEP-0492: bookmark_xml.c */

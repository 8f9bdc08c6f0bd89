/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rooms an account has bookmarked: known offline, shared with its other devices, joined when it comes online. What
 * another device adds to be joined is joined here, what it takes away is left (XEP-0402 §4), unless the settings of this
 * device say otherwise: room.autojoin, room.nick. What the user does here neither joins nor leaves more than was said. */
#pragma once

#include "core/session.h"
#include "xmpp/xep/bookmarks.h"

/* In the order of their JIDs, until the next turn of the loop; XmppBookmark*, strings not cleaned. The caller's. */
GPtrArray *room_bookmarks_list(const Session *session);
const XmppBookmark *room_bookmarks_find(const Session *session, const Jid *room);
/* What the room is to be notified of, as all devices agree (XEP-0492); UNSET: nothing is said. */
BookmarkNotify room_bookmarks_notify(const Session *session, const Jid *room);
const char *room_bookmarks_notify_word(BookmarkNotify notify); /* "always", "on-mention", "never"; NULL for UNSET */
bool room_bookmarks_is_autojoined(const Session *session, const XmppBookmark *bookmark); /* here */

/* Once what is known is what the server has: from the loop; with an error when it cannot be learned. */
void room_bookmarks_wait(Session *session, CoreDone done, gpointer data);

typedef struct BookmarkChange {
    const Jid *room;                    /* bare */
    const char *name, *nick, *password; /* each NULL: as it is; "": none */
    int autojoin;                       /* 1, 0; -1: as it is, or yes for a new one */
    int notify;                         /* BookmarkNotify; -1: as it is */
} BookmarkChange;
/* Adds it, or changes what is there; what others have put into it stays. A room that is to be joined is joined, here as
 * on the other devices. */
void room_bookmarks_put(Session *session, const BookmarkChange *change, CoreDone done, gpointer data);
/* ERROR_NOT_FOUND when there is none. Nothing is left here, but by the other devices. */
void room_bookmarks_remove(Session *session, const Jid *room, CoreDone done, gpointer data);

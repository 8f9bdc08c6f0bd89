/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bookmarked room as it is written: <conference/> of XEP-0402 and of XEP-0048, with the notification settings of
 * XEP-0492 in its extensions. What this client does not know of it stays in it, whatever is changed (XEP-0402 §3.3);
 * only prefixes of attributes are lost to libstrophe: xml:lang comes as lang. */
#pragma once

#include "xmpp/event.h"
#include "xmpp/stanza.h"

#define NS_BOOKMARKS "urn:xmpp:bookmarks:1"
#define NS_BOOKMARKS_OLD "storage:bookmarks"
#define NS_NOTIFY "urn:xmpp:notification-settings:1"

/* What a room is to be notified of, here (XEP-0492). */
typedef enum {
    BOOKMARK_NOTIFY_UNSET,
    BOOKMARK_NOTIFY_ALWAYS,
    BOOKMARK_NOTIFY_ON_MENTION,
    BOOKMARK_NOTIFY_NEVER,
} BookmarkNotify;

/* Strings are as they came: not cleaned. */
struct XmppBookmark {
    Jid *room; /* bare */
    char *name, *nick, *password; /* each NULL: none */
    bool autojoin;
    BookmarkNotify notify;
    char *xml; /* the element it was read from, with all that is not said above; NULL: there is none yet */
};

XmppBookmark *bookmark_new(const Jid *room);
XmppBookmark *bookmark_copy(const XmppBookmark *bookmark);
void bookmark_free(XmppBookmark *bookmark);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XmppBookmark, bookmark_free)
/* The same in all that is said in fields. */
bool bookmark_equal(const XmppBookmark *a, const XmppBookmark *b);

/* <conference xmlns='urn:xmpp:bookmarks:1'/>, the room being the item's id; NULL: it is no bookmark of a room. */
XmppBookmark *bookmark_read(xmpp_stanza_t *conference, const char *room);
/* <conference xmlns='storage:bookmarks' jid='…'/>. */
XmppBookmark *bookmark_read_old(xmpp_stanza_t *conference);
/* The element of the other namespace is made of it, too. The caller's. */
xmpp_stanza_t *bookmark_write(xmpp_ctx_t *ctx, const XmppBookmark *bookmark);
xmpp_stanza_t *bookmark_write_old(xmpp_ctx_t *ctx, const XmppBookmark *bookmark);

/* As text for the store: all of it but the room. NULL: it cannot be read. */
char *bookmark_to_text(xmpp_ctx_t *ctx, const XmppBookmark *bookmark);
XmppBookmark *bookmark_from_text(xmpp_ctx_t *ctx, const char *room, const char *text);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Being in rooms (XEP-0045): joining, staying in (XEP-0410), joining again, leaving. What is wanted and what is are two
 * things: a room that is wanted is joined again after every loss, with back-off, until the user leaves or the room says
 * no for good. */
#pragma once

#include "core/session.h"
#include "xmpp/xep/muc.h"

typedef struct RoomsJoin {
    const Jid *room;      /* bare */
    const char *nick;     /* NULL: the one of the last time, of the setting room.nick, of the account, or its local part */
    const char *password; /* NULL: none, or the one of the last time */
    bool is_reserved;     /* a room that is created stays locked, to be configured first (XEP-0045 §10.1.3) */
} RoomsJoin;

/* Opens the conversation and joins at once. `done` (may be NULL): NULL when joined; else why not, in words:
 * ERROR_NOT_FOUND, ERROR_AUTH (password, banned, members only), ERROR_FAILED …. An explicit nick that is taken is an
 * error; else another one is tried. Already in: the nick is changed when it is another, and `done` comes. NULL: refused. */
Conversation *rooms_join(Session *session, const RoomsJoin *join, CoreDone done, gpointer data, GError **error);
/* Wants to be in it from now on: it is joined when the account is online and its turn comes: at most ROOMS_AT_ONCE are
 * joined at the same time, the visible one first, then those with mentions, then by their last message. Nobody is told
 * by a window that pops up. */
Conversation *rooms_want(Session *session, const RoomsJoin *join);
enum { ROOMS_AT_ONCE = 4 };
/* By the user's will: not wanted any more. False: it is not joined, nor about to be. */
bool rooms_leave(Session *session, Room *room, const char *status, GError **error);
/* What we are called there when nobody says otherwise. Caller frees. */
char *rooms_default_nick(Session *session, const Jid *room);
bool rooms_is_wanted(const Session *session, const Room *room);
/* A new nick; the outcome is told (XEP-0045 §7.6). */
void rooms_set_nick(Session *session, Room *room, const char *nick, CoreDone done, gpointer data);
/* "" removes it. The outcome is told when the room shows it, or refuses (§8.1). */
void rooms_set_subject(Session *session, Room *room, const char *subject, CoreDone done, gpointer data);

/* ERROR_FAILED in words when it is not joined now. */
bool rooms_require_joined(Session *session, const Room *room, GError **error);
/* An error of a room in the user's words, with the way out: what was wanted ("kick", "join" …) does not matter, the
 * condition does. Caller frees. */
GError *rooms_error(const XmppStanzaError *detail, const GError *error);
/* Status codes in words; NULL: nothing a user needs to know. Borrowed, translated. */
const char *rooms_code_words(guint code);

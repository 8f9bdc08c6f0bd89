/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms (XEP-0045 §8, §9): who may do what. All requests end exactly once; refused ones with the room's error in
 * `detail`. */
#pragma once

#include "xmpp/xep/muc.h"

/* By nick; `reason` may be NULL. ROLE_NONE kicks (§8.2). */
void muc_admin_set_role(XmppStream *stream, const Jid *room, const char *nick, MucRole role, const char *reason,
                        IqDone done, gpointer data);
/* By bare JID. OUTCAST bans (§9.1). */
void muc_admin_set_affiliation(XmppStream *stream, const Jid *room, const Jid *jid, MucAffiliation affiliation,
                               const char *reason, IqDone done, gpointer data);

typedef struct MucListItem {
    Jid *jid;     /* NULL: not told */
    char *nick;   /* NULL: not there, or not told */
    char *reason; /* NULL */
    MucAffiliation affiliation;
    MucRole role; /* NONE: not there, or not told */
} MucListItem;
enum { MUC_LIST_MAX = 100000 }; /* further items are not kept (I9) */

/* MucListItem*, borrowed; NULL on failure. */
typedef void (*MucListDone)(XmppStream *stream, const GPtrArray *items, const XmppStanzaError *detail,
                            const GError *error, gpointer data);
void muc_admin_list_affiliation(XmppStream *stream, const Jid *room, MucAffiliation affiliation, MucListDone done,
                                gpointer data);
void muc_admin_list_role(XmppStream *stream, const Jid *room, MucRole role, MucListDone done, gpointer data);

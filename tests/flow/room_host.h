/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A room on the fake server of a Flow's account: garden@rooms.example.org. */
#pragma once

#include "core/rooms.h"
#include "flow.h"

#define GARDEN "garden@rooms.example.org"
#define ROOM_FEATURES "<feature var='http://jabber.org/protocol/muc'/>"
#define ROOM_WITH_IDS ROOM_FEATURES "<feature var='urn:xmpp:occupant-id:0'/>"
#define ROOM_WITH_ARCHIVE ROOM_WITH_IDS "<feature var='urn:xmpp:mam:2'/>"

/* Answers the question what the room is with these features (XML). */
void host_answer_info(Peer *peer, const char *features);
/* Presence of an occupant: available, with this role and affiliation; an occupant id "id-NICK" comes along. */
void host_occupant(Peer *peer, const char *nick, const char *role, const char *affiliation);
/* The same of ourselves, which ends the joining; `codes`: XML, or "". */
void host_self(Peer *peer, const char *nick, const char *role, const char *affiliation, const char *codes);
void host_leaves(Peer *peer, const char *nick, const char *inside); /* inside: XML of <x/> beside the item, or "" */
void host_says(Peer *peer, const char *nick, const char *id, const char *body);
void host_subject(Peer *peer, const char *nick, const char *subject);
/* Joins as "me" through rooms_join() with Bob (moderator, owner) and Carol there; what is sent is not kept, events are
 * forgotten. */
Room *host_join(Peer *peer, const char *features);
Room *host_room(Peer *peer);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding rooms (XEP-0045 §6): the services of a server, their rooms a page at a time, and what a room says of itself.
 * Every question ends exactly once, from the loop; texts are cleaned (I12). */
#pragma once

#include "core/session.h"

typedef struct FoundService {
    Jid *jid;
    char *name; /* NULL */
} FoundService;
/* FoundService* of the account's server: those for people first; borrowed. NULL on failure; empty: there is none. */
typedef void (*DiscoveryServices)(const GPtrArray *services, const GError *error, gpointer data);
void discovery_find_services(Session *session, DiscoveryServices done, gpointer data);

typedef struct FoundRoom {
    Jid *jid;
    char *name;        /* NULL */
    bool is_known;     /* it has told the following */
    guint flags;       /* RoomFlags */
    int occupants;     /* -1: not told */
    char *description; /* NULL … */
    char *subject;
    char *language;
    char *contacts;    /* addresses, ", " between them */
    char *logs;        /* where its log is to be read */
} FoundRoom;

enum {
    DISCOVERY_PAGE_ROWS = 20,
    DISCOVERY_ROOMS_MAX = 5000, /* looked at, however many a service has (I9) */
};

/* `service` NULL: the only one of the account's server; more than one is an error that names them. `search` NULL: all;
 * else those with it in name or address. `page` from 1. */
typedef struct RoomSearch {
    const Jid *service;
    const char *search;
    guint page;
} RoomSearch;

typedef struct RoomPage {
    const Jid *service;
    const GPtrArray *rooms; /* FoundRoom*: asked what they are */
    guint first;            /* number of the first one, from 1 */
    guint total;            /* of those that match; 0: not known */
    bool has_more;
    bool is_cut;            /* the service has more rooms than were looked at */
} RoomPage;
typedef void (*DiscoveryRooms)(const RoomPage *page, const GError *error, gpointer data);
void discovery_list_rooms(Session *session, const RoomSearch *search, DiscoveryRooms done, gpointer data);

typedef void (*DiscoveryRoom)(const FoundRoom *room, const GError *error, gpointer data);
void discovery_ask_room(Session *session, const Jid *room, DiscoveryRoom done, gpointer data);

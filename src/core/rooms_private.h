/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files about rooms need of each other. */
#pragma once

#include "base/retry.h"
#include "core/core_private.h"
#include "core/rooms.h"
#include "xmpp/xep/disco.h"

typedef enum {
    STAY_OUT,      /* a timer says that it will be tried again */
    STAY_QUEUED,   /* waits for its turn */
    STAY_ASKING,   /* what room it is */
    STAY_ENTERING, /* the room was told that we come */
    STAY_IN,
} StayStage;

typedef enum {
    ROOM_HISTORY_FIRST,   /* its end, for the first time */
    ROOM_HISTORY_FORWARD, /* from where we were */
    ROOM_HISTORY_SKIPPED, /* its end, since there is too much before it */
} RoomHistoryStage;

/* What we want of a room, and how far it is. Lives as long as the session: requests may end late. */
typedef struct Stay {
    Rooms *rooms;
    Jid *jid; /* bare */
    StayStage stage;
    bool wanted;        /* by the user, or a bookmark; not yet refused for good */
    bool was_in;        /* once, since it was wanted */
    char *nick;         /* as is: ours, or the one to be tried */
    bool is_nick_given; /* the user said it in words */
    guint nick_tries;   /* others that were tried */
    char *password;
    bool is_reserved;
    Retry retry;
    guint timer;        /* until the next attempt, or until it does not answer */
    gint64 heard;       /* monotonic: the last sign of it */
    bool is_asking, asks_again; /* what the room is, now; and once more then */
    guint ping;         /* the question whether we are in (XEP-0410); 0: none */
    CoreDone done;      /* of joining */
    gpointer done_data;
    CoreDone nick_done;
    gpointer nick_data;
    CoreDone subject_done;
    gpointer subject_data;
    char *subject_id;   /* stanza id of the change of topic under way */
    bool is_first_visit; /* nothing of it is known here: what is said at the door is no news */
    RoomHistoryStage history_stage;
    guint history_query; /* the page under way; 0: none */
    guint history_pages;
    char *history_position; /* id: the store has everything up to there … */
    gint64 history_order;   /* … which is at this place */
    bool has_caught_up;     /* what comes live is the next of the archive */
} Stay;

struct Rooms {
    Session *session;
    GHashTable *stays; /* bare Jid (the stay's) → Stay */
    guint under_way;   /* ASKING or ENTERING */
    guint turn;        /* idle source: somebody's turn may have come */
    guint ping_timer;
    guint64 visible;   /* serial of the conversation somebody looks at; 0: none */
};

/* --- rooms_stay.c: as far as the door --- */
Stay *rooms_find_stay(const Rooms *rooms, const Jid *jid);
Stay *rooms_ensure_stay(Rooms *rooms, const Jid *jid);
void stay_free(gpointer stay);
Room *rooms_stay_room(const Stay *stay); /* NULL: its window was closed */
bool rooms_may_rejoin(const Stay *stay); /* setting room.rejoin */
void rooms_schedule(Rooms *rooms);
void rooms_next(Rooms *rooms);
/* Its configuration has changed: what is it now? */
void rooms_ask_info(Stay *stay);
/* What a room says of itself: RoomFlags, and its name, cleaned (NULL: none; the caller frees). */
guint rooms_info_flags(const DiscoInfo *info);
char *rooms_info_name(const DiscoInfo *info);
/* ROOM/NICK; the caller's. */
Jid *stay_occupant(const Stay *stay, const char *nick, GError **error);
void stay_set_state(const Stay *stay, RoomState state, const char *reason, gint64 retry_at); /* in the model */
void stay_set_stage(Stay *stay, StayStage stage);
/* It is joined when its turn comes; now; the room is told that we come. */
void stay_enqueue(Stay *stay);
void stay_ask(Stay *stay);
void stay_enter(Stay *stay);
/* It will be tried again: returns when (µs UTC). */
gint64 stay_plan(Stay *stay);
/* It could not be joined: `may_pass`: it may work later, by itself. */
void stay_fail(Stay *stay, const GError *error, bool may_pass);
/* It will not get better by itself. */
void stay_give_up(Stay *stay, const char *reason);
/* What somebody waits for has ended: exactly once. */
void stay_tell(CoreDone *done, gpointer data, const GError *error);
void stay_tell_joined(Stay *stay, const GError *error);
void stay_tell_left(Stay *stay);

/* --- rooms_presence.c --- */
/* It follows from an answer that we are not in it: joined again, if that is wanted. */
void rooms_lost(Stay *stay, const char *reason);

/* --- rooms.c --- */
/* The room has shown the new topic, or refused it. */
void rooms_subject_settled(Stay *stay, const GError *error);

/* --- rooms_ping.c: whether we are still in (XEP-0410) --- */
/* Something has changed about when to ask next. */
void rooms_ping_plan(Rooms *rooms);
void rooms_ping_all(Rooms *rooms); /* now */
void rooms_ping_stop(Rooms *rooms);
/* There is reason to doubt: asks at once. */
void rooms_ask_whether_in(Stay *stay);

/* --- room_history.c: what a room said while we were not in it --- */
/* What to ask for at the door: nothing where there is an archive. */
MucHistory room_history_wanted(Session *session, Room *room);
void room_history_joined(Session *session, Room *room);
void room_history_resumed(Session *session, Room *room);
void room_history_left(Session *session, Room *room);
/* A live message with this id of the room's archive is in the store. */
void room_history_live(Session *session, Room *room, const char *archive_id);

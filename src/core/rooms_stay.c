/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stay is what we want of a room and how far it is:
 *
 *     OUT → QUEUED → ASKING (what it is) → ENTERING (presence sent) → IN
 *
 * Here it gets as far as the door; rooms_presence.c has what the room says then. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/when.h"
#include "core/rooms_private.h"
#include "xmpp/xep/disco.h"

enum {
    ANSWER_MS = 60 * 1000, /* a room of thousands needs some time to send all of them, but each is a sign of life */
};

/* --- the model --- */

Room *
rooms_stay_room(const Stay *stay)
{
    return account_find_room(session_account(stay->rooms->session), stay->jid);
}

void
stay_set_state(const Stay *stay, RoomState state, const char *reason, gint64 retry_at)
{
    Room *room = rooms_stay_room(stay);
    if (room != NULL)
        room_set_state(room, state, stay->nick, reason, retry_at);
}

/* --- whom to tell --- */

void
stay_tell(CoreDone *done, gpointer data, const GError *error)
{
    const CoreDone function = *done;
    *done = NULL;
    if (function != NULL)
        core_done_later(function, data, error);
}

void
stay_tell_joined(Stay *stay, const GError *error)
{
    stay_tell(&stay->done, stay->done_data, error);
}

/* What was asked for in a room we are not in any more will not be answered. */
void
stay_tell_left(Stay *stay)
{
    g_autoptr(GError) error =
        g_error_new(CONFAB_ERROR, ERROR_FAILED, _("you are not in %s any more: /join %s"), jid_text(stay->jid),
                    jid_text(stay->jid));
    stay_tell(&stay->nick_done, stay->nick_data, error);
    stay_tell(&stay->subject_done, stay->subject_data, error);
}

/* --- stays --- */

void
stay_free(gpointer data)
{
    Stay *stay = data;
    g_clear_handle_id(&stay->timer, g_source_remove);
    jid_unref(stay->jid);
    g_free(stay->nick);
    g_free(stay->subject_id);
    g_free(stay->history_position);
    g_free(stay->password);
    g_free(stay);
}

Stay *
rooms_find_stay(const Rooms *rooms, const Jid *jid)
{
    return g_hash_table_lookup(rooms->stays, jid);
}

Stay *
rooms_ensure_stay(Rooms *rooms, const Jid *jid)
{
    Stay *stay = rooms_find_stay(rooms, jid);
    if (stay != NULL)
        return stay;
    stay = g_new0(Stay, 1);
    stay->rooms = rooms;
    stay->jid = jid_to_bare(jid);
    g_hash_table_insert(rooms->stays, stay->jid, stay);
    return stay;
}

static guint
stay_delay(const Stay *stay, guint ms)
{
    return client_delay(session_client(stay->rooms->session), ms);
}

Jid *
stay_occupant(const Stay *stay, const char *nick, GError **error)
{
    return jid_with_resource(stay->jid, nick, error);
}

/* --- the queue: a few at a time --- */

static gboolean
on_turn(gpointer data)
{
    Rooms *rooms = data;
    rooms->turn = 0;
    rooms_next(rooms);
    return G_SOURCE_REMOVE;
}

/* From the loop, since a room may be through while another is begun. */
void
rooms_schedule(Rooms *rooms)
{
    if (rooms->turn == 0)
        rooms->turn = g_idle_add(on_turn, rooms);
}

void
stay_set_stage(Stay *stay, StayStage stage)
{
    const bool was_under_way = stay->stage == STAY_ASKING || stay->stage == STAY_ENTERING;
    const bool is_under_way = stage == STAY_ASKING || stage == STAY_ENTERING;
    stay->rooms->under_way += (is_under_way ? 1 : 0) - (was_under_way ? 1 : 0);
    stay->stage = stage;
    g_clear_handle_id(&stay->timer, g_source_remove);
    if (was_under_way && !is_under_way)
        rooms_schedule(stay->rooms);
}

void
stay_enqueue(Stay *stay)
{
    stay_set_stage(stay, STAY_QUEUED);
    stay_set_state(stay, ROOM_WAITING, NULL, 0);
    rooms_schedule(stay->rooms);
}

static gboolean
on_retry(gpointer data)
{
    Stay *stay = data;
    stay->timer = 0;
    if (session_is_online(stay->rooms->session))
        stay_enqueue(stay);
    return G_SOURCE_REMOVE;
}

/* It may work later: later and later (I8). */
gint64
stay_plan(Stay *stay)
{
    const guint pause = stay_delay(stay, retry_next(&stay->retry));
    stay_set_stage(stay, STAY_OUT);
    stay->timer = g_timeout_add(pause, on_retry, stay);
    return when_now() + (gint64) pause * 1000;
}

static void
plan_retry(Stay *stay, const char *reason)
{
    stay_set_state(stay, ROOM_WAITING, reason, stay_plan(stay));
}

/* It will not get better by itself. */
void
stay_give_up(Stay *stay, const char *reason)
{
    stay->wanted = false;
    stay_set_stage(stay, STAY_OUT);
    stay_set_state(stay, ROOM_OUT, reason, 0);
    outgoing_queue_flush(session_outgoing(stay->rooms->session));
}

/* --- entering --- */

void
stay_fail(Stay *stay, const GError *error, bool may_pass)
{
    Room *room = rooms_stay_room(stay);
    const bool is_awaited = stay->done != NULL;
    stay_tell_joined(stay, error);
    if (room != NULL && stay->stage == STAY_ENTERING)
        room_end(room);
    /* Who waits for the answer to a command decides what to do about it. */
    if (may_pass && (!is_awaited || stay->was_in) && rooms_may_rejoin(stay))
        plan_retry(stay, error->message);
    else
        stay_give_up(stay, error->message);
}

static gboolean
on_no_answer(gpointer data)
{
    Stay *stay = data;
    const gint64 silence = g_get_monotonic_time() - stay->heard;
    /* It is still telling who is there. */
    if (silence < stay_delay(stay, ANSWER_MS) * G_TIME_SPAN_MILLISECOND)
        return G_SOURCE_CONTINUE;
    stay->timer = 0;
    g_autoptr(GError) error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                                          _("%s does not answer: try again later"), jid_text(stay->jid));
    g_autoptr(Jid) occupant = stay_occupant(stay, stay->nick, NULL);
    if (occupant != NULL)
        muc_leave(session_stream(stay->rooms->session), occupant, NULL); /* it may still be on its way */
    stay_fail(stay, error, true);
    return G_SOURCE_REMOVE;
}

void
stay_enter(Stay *stay)
{
    Session *session = stay->rooms->session;
    const Account *account = session_account(session);
    Room *room = rooms_stay_room(stay);
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) occupant = stay_occupant(stay, stay->nick, &error);
    if (occupant == NULL || room == NULL) {
        if (error != NULL)
            stay_fail(stay, error, false);
        return;
    }
    const MucJoin join = {
        .occupant = occupant,
        .password = stay->password,
        .history = room_history_wanted(session, room),
        .show = (PresenceShow) account_availability(account),
        .status = account_status(account),
    };
    stay_set_stage(stay, STAY_ENTERING);
    stay_set_state(stay, ROOM_JOINING, NULL, 0);
    room_begin(room);
    stay->heard = g_get_monotonic_time();
    stay->timer = g_timeout_add(stay_delay(stay, ANSWER_MS), on_no_answer, stay);
    muc_join(session_stream(session), &join);
}

/* What room it is, as far as it says so; a room that is not there yet does not. */
guint
rooms_info_flags(const DiscoInfo *info)
{
    static const struct {
        const char *feature;
        guint flag; /* RoomFlags */
    } known[] = {
        { "muc_nonanonymous", ROOM_ANONYMOUS_NOT },
        { "muc_membersonly", ROOM_MEMBERS_ONLY },
        { "muc_moderated", ROOM_MODERATED },
        { "muc_passwordprotected", ROOM_PASSWORD },
        { "muc_persistent", ROOM_PERSISTENT },
        { "muc_hidden", ROOM_HIDDEN },
        { "urn:xmpp:mam:2", ROOM_HAS_ARCHIVE },
        { "urn:xmpp:occupant-id:0", ROOM_HAS_OCCUPANT_IDS },
        { "http://jabber.org/protocol/muc#stable_id", ROOM_HAS_STABLE_IDS },
        { "urn:xmpp:message-moderate:0", ROOM_HAS_MODERATION },
        { "urn:xmpp:message-moderate:1", ROOM_HAS_MODERATION | ROOM_HAS_NEW_MODERATION },
    };
    guint flags = 0;
    for (guint i = 0; i < G_N_ELEMENTS(known); i++)
        flags |= disco_info_has(info, known[i].feature) ? known[i].flag : 0;
    return flags;
}

/* "conference/text Name" (disco.h). */
char *
rooms_info_name(const DiscoInfo *info)
{
    for (guint i = 0; i < info->identities->len; i++) {
        const char *identity = g_ptr_array_index(info->identities, i);
        const char *space = strchr(identity, ' ');
        if (g_str_has_prefix(identity, "conference/") && space != NULL)
            return core_clean_name(space + 1);
    }
    return NULL;
}

static void
note_info(const Stay *stay, const DiscoInfo *info)
{
    Room *room = rooms_stay_room(stay);
    if (room == NULL)
        return;
    g_autofree char *name = rooms_info_name(info);
    room_set_info(room, name, rooms_info_flags(info) | (room_flags(room) & (ROOM_LOGGED | ROOM_CREATED)));
}

static void
on_info(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error, gpointer data)
{
    Stay *stay = data;
    const bool again = stay->asks_again && info != NULL;
    stay->is_asking = stay->asks_again = false;
    if (info != NULL)
        note_info(stay, info);
    if (again && stay->stage == STAY_IN)
        rooms_ask_info(stay);
    if (stay->stage != STAY_ASKING)
        return;
    if (info == NULL && !session_is_online(stay->rooms->session))
        return; /* rooms_closed() comes */
    stay_enter(stay); /* what speaks against it, the room says better */
}

void
stay_ask(Stay *stay)
{
    Room *room = rooms_stay_room(stay);
    if (room == NULL) { /* its window was closed */
        stay->wanted = false;
        stay_set_stage(stay, STAY_OUT);
        return;
    }
    stay_set_stage(stay, STAY_ASKING);
    stay_set_state(stay, ROOM_JOINING, NULL, 0);
    stay->is_asking = true;
    disco_request_info(session_stream(stay->rooms->session), stay->jid, NULL, on_info, stay);
}

/* The one somebody looks at goes first, then those with mentions, then the one that spoke last. */
static int
compare_turns(const Rooms *rooms, const Stay *a, const Stay *b)
{
    const Account *account = session_account(rooms->session);
    const Conversation *left = account_find_conversation(account, a->jid);
    const Conversation *right = account_find_conversation(account, b->jid);
    if (left == NULL || right == NULL)
        return (left == NULL) - (right == NULL);
    const bool left_visible = conversation_serial(left) == rooms->visible;
    const bool right_visible = conversation_serial(right) == rooms->visible;
    if (left_visible != right_visible)
        return left_visible ? -1 : 1;
    if (conversation_mentions(left) != conversation_mentions(right))
        return conversation_mentions(left) > conversation_mentions(right) ? -1 : 1;
    const gint64 left_last = conversation_last_order(left), right_last = conversation_last_order(right);
    return (left_last < right_last) - (left_last > right_last);
}

void
rooms_next(Rooms *rooms)
{
    while (session_is_online(rooms->session) && rooms->under_way < ROOMS_AT_ONCE) {
        Stay *first = NULL;
        GHashTableIter iter;
        gpointer stay;
        g_hash_table_iter_init(&iter, rooms->stays);
        while (g_hash_table_iter_next(&iter, NULL, &stay)) {
            if (((Stay *) stay)->stage == STAY_QUEUED && (first == NULL || compare_turns(rooms, stay, first) < 0))
                first = stay;
        }
        if (first == NULL)
            return;
        stay_ask(first);
    }
}

void
rooms_ask_info(Stay *stay)
{
    stay->asks_again = stay->is_asking;
    if (stay->is_asking) /* a room that says so without end gets one question at a time (I9) */
        return;
    stay->is_asking = true;
    disco_request_info(session_stream(stay->rooms->session), stay->jid, NULL, on_info, stay);
}

bool
rooms_may_rejoin(const Stay *stay)
{
    const Session *session = stay->rooms->session;
    return settings_get_bool(client_settings(session_client(session)), SETTING_ROOM_REJOIN,
                             account_name(session_account(session)), jid_text(stay->jid));
}

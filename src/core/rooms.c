/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user wants of rooms, and what the connection means for it. How a room is entered is in rooms_stay.c, what it
 * says in rooms_presence.c. */
#include "core/rooms.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "core/invitations.h"
#include "core/rooms_private.h"

static Conversation *
open_conversation(Session *session, const Jid *jid)
{
    Account *account = session_account(session);
    Conversation *conversation = account_find_conversation(account, jid);
    /* Who was written to before it was known to be a room. */
    if (conversation != NULL && conversation_kind(conversation) != CONVERSATION_ROOM)
        account_remove_conversation(account, conversation);
    return conversations_open(session_client(session), account, jid, CONVERSATION_ROOM);
}

/* --- what the user wants --- */

/* What we are called where nobody says so: setting, account, the name before the @. */
char *
rooms_default_nick(Session *session, const Jid *room)
{
    const Client *client = session_client(session);
    const AccountConfig *config = session_account_config(session);
    const Jid *own = account_jid(session_account(session));
    const char *set = settings_get_text(client_settings(client), SETTING_ROOM_NICK, config->name, jid_text(room));
    if (set != NULL && *set != '\0')
        return g_strdup(set);
    if (config->nick != NULL && *config->nick != '\0')
        return g_strdup(config->nick);
    return g_strdup(jid_local(own) != NULL ? jid_local(own) : jid_domain(own));
}

static void
take_wishes(Stay *stay, const RoomsJoin *join)
{
    if (join->nick != NULL || stay->nick == NULL || stay->nick_tries > 0) {
        g_free(stay->nick);
        stay->nick = join->nick != NULL ? g_strdup(join->nick) : rooms_default_nick(stay->rooms->session, stay->jid);
    }
    stay->is_nick_given = join->nick != NULL;
    stay->nick_tries = 0;
    if (join->password != NULL) {
        g_free(stay->password);
        stay->password = g_strdup(join->password);
    }
    if (stay->password == NULL)
        stay->password = g_strdup(invitations_password(stay->rooms->session, stay->jid));
    stay->is_reserved = join->is_reserved;
    stay->wanted = true;
}

static bool
check_join(const RoomsJoin *join, GError **error)
{
    if (jid_local(join->room) == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                    _("%s is a server, not a room: write room@%s, or /rooms %s for a list"), jid_text(join->room),
                    jid_domain(join->room), jid_domain(join->room));
        return false;
    }
    g_autoptr(GError) problem = NULL;
    g_autoptr(Jid) occupant = join->nick != NULL ? jid_with_resource(join->room, join->nick, &problem) : NULL;
    if (problem == NULL)
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                        _("that nick cannot be used: take one without control characters, up to 1023 bytes"));
    return false;
}

Conversation *
rooms_join(Session *session, const RoomsJoin *join, CoreDone done, gpointer data, GError **error)
{
    if (!session_require_online(session, error) || !check_join(join, error))
        return NULL;
    Rooms *rooms = session_rooms(session);
    Stay *stay = rooms_ensure_stay(rooms, join->room);
    Conversation *conversation = open_conversation(session, stay->jid);
    if (stay->stage == STAY_IN) {
        if (join->nick != NULL && g_strcmp0(join->nick, stay->nick) != 0)
            rooms_set_nick(session, conversation_room(conversation), join->nick, done, data);
        else
            core_done_later(done, data, NULL);
        return conversation;
    }
    if (stay->done != NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("%s is being joined already: wait, or /leave"),
                    jid_text(stay->jid));
        return NULL;
    }
    if (stay->stage == STAY_ENTERING)
        room_end(conversation_room(conversation));
    take_wishes(stay, join);
    retry_reset(&stay->retry);
    stay->done = done;
    stay->done_data = data;
    stay_ask(stay); /* the user waits: its turn is now */
    return conversation;
}

Conversation *
rooms_want(Session *session, const RoomsJoin *join)
{
    if (!check_join(join, NULL))
        return NULL;
    Stay *stay = rooms_ensure_stay(session_rooms(session), join->room);
    Conversation *conversation = open_conversation(session, stay->jid);
    const bool is_busy = stay->stage != STAY_OUT || stay->timer != 0;
    if (is_busy)
        return conversation;
    take_wishes(stay, join);
    stay->is_nick_given = false;
    retry_reset(&stay->retry);
    stay_enqueue(stay);
    return conversation;
}

bool
rooms_leave(Session *session, Room *room, const char *status, GError **error)
{
    Stay *stay = rooms_find_stay(session_rooms(session), room_jid(room));
    if (stay == NULL || !stay->wanted) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("you are not in %s: /close closes the window"),
                    jid_text(room_jid(room)));
        return false;
    }
    g_autoptr(Jid) occupant = stay_occupant(stay, stay->nick, NULL);
    if (occupant != NULL && (stay->stage == STAY_IN || stay->stage == STAY_ENTERING))
        muc_leave(session_stream(session), occupant, status);
    g_autoptr(GError) left = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("you left the room"));
    stay_tell_joined(stay, left);
    stay_tell_left(stay);
    if (stay->stage == STAY_ENTERING)
        room_end(room);
    room_history_left(session, room);
    stay_give_up(stay, NULL);
    rooms_ping_plan(stay->rooms);
    return true;
}

bool
rooms_is_wanted(const Session *session, const Room *room)
{
    const Stay *stay = rooms_find_stay(session_rooms(session), room_jid(room));
    return stay != NULL && stay->wanted;
}

bool
rooms_require_joined(Session *session, const Room *room, GError **error)
{
    if (!session_require_online(session, error))
        return false;
    if (room_state(room) == ROOM_JOINED)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("you are not in %s: /join %s"), jid_text(room_jid(room)),
                jid_text(room_jid(room)));
    return false;
}

EncryptionReadiness
rooms_prepare(Session *session, const Jid *with, GError **error)
{
    const Stay *stay = rooms_find_stay(session_rooms(session), with);
    if (stay != NULL && stay->stage == STAY_IN && stay->has_caught_up)
        return ENCRYPTION_READY;
    /* Of an earlier process: a bookmark, or the user, may still join it. */
    if (stay == NULL || stay->wanted)
        return ENCRYPTION_WAITS;
    return rooms_check(session, with, error) ? ENCRYPTION_WAITS : ENCRYPTION_REFUSED;
}

bool
rooms_check(Session *session, const Jid *with, GError **error)
{
    const Stay *stay = rooms_find_stay(session_rooms(session), with);
    if (stay != NULL && stay->wanted)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("you are not in %s, so nothing was sent: /join %s"), jid_bare(with),
                jid_bare(with));
    return false;
}

void
rooms_set_nick(Session *session, Room *room, const char *nick, CoreDone done, gpointer data)
{
    g_autoptr(GError) error = NULL;
    Stay *stay = rooms_find_stay(session_rooms(session), room_jid(room));
    g_autoptr(Jid) occupant = NULL;
    if (rooms_require_joined(session, room, &error) && check_join(&(RoomsJoin) { room_jid(room), nick, NULL, false }, &error))
        occupant = jid_with_resource(room_jid(room), nick, &error);
    if (occupant != NULL && stay->nick_done != NULL)
        g_set_error_literal(&error, CONFAB_ERROR, ERROR_FAILED, _("the room has not answered the last change of nick: wait"));
    if (error == NULL && g_str_equal(jid_resource(occupant), room_nick(room))) {
        core_done_later(done, data, NULL);
        return;
    }
    if (error != NULL) {
        core_done_later(done, data, error);
        return;
    }
    const Account *account = session_account(session);
    stay->nick_done = done;
    stay->nick_data = data;
    muc_send_presence(session_stream(session), occupant, (PresenceShow) account_availability(account),
                      account_status(account));
}

void
rooms_set_subject(Session *session, Room *room, const char *subject, CoreDone done, gpointer data)
{
    g_autoptr(GError) error = NULL;
    Stay *stay = rooms_find_stay(session_rooms(session), room_jid(room));
    if (rooms_require_joined(session, room, &error) && stay->subject_done != NULL)
        g_set_error_literal(&error, CONFAB_ERROR, ERROR_FAILED, _("the room has not answered the last change of topic: wait"));
    if (error != NULL) {
        core_done_later(done, data, error);
        return;
    }
    stay->subject_done = done;
    stay->subject_data = data;
    g_autofree char *id = stream_new_id();
    g_free(stay->subject_id);
    stay->subject_id = g_steal_pointer(&id);
    muc_set_subject(session_stream(session), room_jid(room), subject, stay->subject_id);
}

void
rooms_subject_settled(Stay *stay, const GError *error)
{
    stay_tell(&stay->subject_done, stay->subject_data, error);
}

/* --- the connection --- */

/* Lost to us, and we to it: until it is joined again. */
static void
lose(Stay *stay)
{
    Room *room = rooms_stay_room(stay);
    if (room != NULL && stay->stage == STAY_ENTERING)
        room_end(room);
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the connection was lost"));
    stay_tell_joined(stay, error);
    stay_tell_left(stay);
    if (room != NULL)
        room_history_left(stay->rooms->session, room);
    stay_set_stage(stay, STAY_OUT);
    stay_set_state(stay, stay->wanted ? ROOM_WAITING : ROOM_OUT, stay->wanted ? _("not connected") : NULL, 0);
}

void
rooms_closed(Rooms *rooms, bool resumable)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rooms->stays);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Stay *stay = value;
        if (stay->stage == STAY_OUT && stay->timer == 0)
            continue;
        /* A session that may go on keeps its rooms. */
        if (!resumable || stay->stage != STAY_IN)
            lose(stay);
    }
    rooms_ping_stop(rooms);
}

void
rooms_session_lost(Rooms *rooms)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rooms->stays);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (((const Stay *) value)->stage == STAY_IN)
            lose(value);
    }
}

void
rooms_bound(Rooms *rooms)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rooms->stays);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Stay *stay = value;
        if (stay->wanted && stay->stage == STAY_OUT && (!stay->was_in || rooms_may_rejoin(stay)))
            stay_enqueue(stay);
    }
}

/* The rooms did not notice, unless it took too long: they are asked (XEP-0410 §3). */
void
rooms_resumed(Rooms *rooms)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rooms->stays);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Stay *stay = value;
        if (stay->stage == STAY_IN)
            room_history_resumed(rooms->session, rooms_stay_room(stay));
        else if (stay->wanted && stay->stage == STAY_OUT)
            stay_enqueue(stay);
    }
    rooms_ping_all(rooms);
}

/* The own presence has changed: rooms are told one by one (XEP-0045 §7.7). */
void
rooms_tell_presence(Rooms *rooms)
{
    const Account *account = session_account(rooms->session);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rooms->stays);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Stay *stay = value;
        g_autoptr(Jid) occupant = stay->stage == STAY_IN ? stay_occupant(stay, stay->nick, NULL) : NULL;
        if (occupant != NULL)
            muc_send_presence(session_stream(rooms->session), occupant, (PresenceShow) account_availability(account),
                              account_status(account));
    }
}

void
rooms_set_visible(Client *client, const Conversation *conversation)
{
    for (guint i = 0; i < client_session_count(client); i++)
        session_rooms(client_session_at(client, i))->visible =
            conversation != NULL ? conversation_serial(conversation) : 0;
}

Rooms *
rooms_new(Session *session)
{
    Rooms *rooms = g_new0(Rooms, 1);
    rooms->session = session;
    rooms->stays = g_hash_table_new_full(jid_bare_hash, jid_bare_hash_equal, NULL, stay_free);
    return rooms;
}

void
rooms_free(Rooms *rooms)
{
    GHashTableIter iter;
    gpointer value;
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("the account is gone"));
    g_hash_table_iter_init(&iter, rooms->stays);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        stay_tell_joined(value, error);
        stay_tell_left(value);
    }
    g_clear_handle_id(&rooms->turn, g_source_remove);
    rooms_ping_stop(rooms);
    g_hash_table_unref(rooms->stays);
    g_free(rooms);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Presence from rooms: who is there, and what becomes of us. */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/rooms_private.h"
#include "xmpp/xep/muc_owner.h"

enum {
    LOCKED_TRIES = 5, /* within half a minute */
    NICKS_MAX = 3,    /* "_" that are put behind a nick that is taken */
};

/* --- being in --- */

static void
on_accepted(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Stay *stay = data;
    if (answer != NULL) {
        stay_tell_joined(stay, NULL); /* now others can come, too */
        rooms_ask_info(stay);    /* before, there was nothing to be known of it */
    }
    if (answer != NULL || !session_is_online(stay->rooms->session))
        return;
    g_autoptr(GError) words = rooms_error(detail, error);
    stay_tell_joined(stay, words);
    client_notice(session_client(stay->rooms->session), session_account(stay->rooms->session), NOTICE_ERROR,
                  words->code, _("%s could not be opened for others: %s"), jid_text(stay->jid), words->message);
}

/* What happens once we are in. */
static void
settle_in(Stay *stay, Room *room, const MucPresence *muc)
{
    Session *session = stay->rooms->session;
    const bool is_new = muc != NULL && muc_codes_have(&muc->codes, MUC_CODE_CREATED);
    const bool is_locked = is_new && !stay->is_reserved;
    if (is_locked)
        muc_owner_accept_default(session_stream(session), stay->jid, on_accepted, stay);
    if (is_new)
        room_set_info(room, room_name(room), room_flags(room) | ROOM_CREATED);
    stay->is_reserved = false;
    if (!is_locked)
        stay_tell_joined(stay, NULL);
    rooms_ping_plan(stay->rooms);
    room_history_joined(session, room);
    outgoing_queue_flush(session_outgoing(session));
}

/* What there is to know, but not that we are we. */
static void
tell_codes(Room *room, const MucPresence *muc)
{
    guint16 codes[MUC_CODES_MAX];
    guint count = 0;
    for (guint i = 0; muc != NULL && i < muc->codes.count; i++) {
        if (muc->codes.codes[i] != MUC_CODE_SELF)
            codes[count++] = muc->codes.codes[i];
    }
    room_tell_codes(room, codes, count);
}

static void
become_joined(Stay *stay, Room *room, const char *nick, const MucPresence *muc)
{
    g_free(stay->nick);
    stay->nick = g_strdup(nick);
    stay->was_in = true;
    stay->nick_tries = 0;
    retry_reset(&stay->retry);
    stay_set_stage(stay, STAY_IN);
    room_end(room);
    room_set_state(room, ROOM_JOINED, nick, NULL, 0);
    tell_codes(room, muc);
    settle_in(stay, room, muc);
}

/* I20: whether somebody is called like the user, or like a contact, without being that one as far as anybody can see. */
static bool
is_lookalike(const Stay *stay, const char *nick, const Jid *jid, bool is_self)
{
    const Account *account = session_account(stay->rooms->session);
    if (is_self || g_strcmp0(nick, stay->nick) == 0)
        return false;
    g_autofree char *folded = text_fold(nick);
    g_autofree char *own = text_fold(stay->nick);
    if (g_str_equal(folded, own))
        return true;
    const Contact *contact = roster_find_label(account_roster(account), nick);
    return contact != NULL && (jid == NULL || !jid_equal_bare(jid, contact_jid(contact)));
}

static void
put_occupant(const Stay *stay, Room *room, const XmppPresence *presence, bool is_self)
{
    const MucPresence *muc = presence->muc;
    const char *nick = jid_resource(presence->from);
    g_autofree char *status = core_clean_words(presence->status);
    const bool has_ids = (room_flags(room) & ROOM_HAS_OCCUPANT_IDS) != 0;
    room_put(room, &(OccupantInit) {
                       .nick = nick,
                       .jid = muc != NULL ? muc->jid : NULL,
                       .occupant_id = has_ids ? presence->occupant_id : NULL,
                       .role = muc != NULL ? (OccupantRole) muc->role : ROLE_NONE,
                       .affiliation = muc != NULL ? (OccupantAffiliation) muc->affiliation : AFFILIATION_NONE,
                       .availability = (Availability) presence->show,
                       .status = status,
                       .is_self = is_self,
                       .is_lookalike = is_lookalike(stay, nick, muc != NULL ? muc->jid : NULL, is_self),
                   });
}

static void
receive_available(Stay *stay, Room *room, const XmppPresence *presence, bool is_self)
{
    if (stay->stage != STAY_ENTERING && stay->stage != STAY_IN)
        return;
    put_occupant(stay, room, presence, is_self);
    if (is_self && stay->stage == STAY_ENTERING)
        become_joined(stay, room, jid_resource(presence->from), presence->muc);
}

static LeaveCause
cause_of(const MucPresence *muc)
{
    static const struct {
        MucCode code;
        LeaveCause cause;
    } causes[] = {
        { MUC_CODE_BANNED, LEFT_BANNED },           { MUC_CODE_TECHNICAL, LEFT_ERROR }, /* comes with 307 */
        { MUC_CODE_KICKED, LEFT_KICKED },           { MUC_CODE_AFFILIATION_LOST, LEFT_AFFILIATION },
        { MUC_CODE_MEMBERS_ONLY, LEFT_MEMBERS_ONLY }, { MUC_CODE_SHUTDOWN, LEFT_SHUTDOWN },
    };
    if (muc == NULL)
        return LEFT_BY_ITSELF;
    if (muc->is_destroyed)
        return LEFT_DESTROYED;
    for (guint i = 0; i < G_N_ELEMENTS(causes); i++) {
        if (muc_codes_have(&muc->codes, causes[i].code))
            return causes[i].cause;
    }
    return LEFT_BY_ITSELF;
}

/* Why we are out, in one line. */
static char *
words_of(const OccupantLeave *how, const Jid *alternate)
{
    static const char *const words[] = {
        [LEFT_BY_ITSELF] = NULL,
        [LEFT_KICKED] = N_("you were kicked"),
        [LEFT_BANNED] = N_("you were banned"),
        [LEFT_AFFILIATION] = N_("you are not a member any more"),
        [LEFT_MEMBERS_ONLY] = N_("the room is for members only now"),
        [LEFT_SHUTDOWN] = N_("the rooms' server was shut down"),
        [LEFT_ERROR] = N_("the connection between you and the room was lost"),
        [LEFT_DESTROYED] = N_("the room was destroyed"),
    };
    if (words[how->cause] == NULL)
        return NULL;
    g_autoptr(GString) text = g_string_new(_(words[how->cause]));
    if (how->actor != NULL)
        g_string_append_printf(text, _(" by %s"), how->actor);
    if (how->reason != NULL)
        g_string_append_printf(text, ": %s", how->reason);
    if (alternate != NULL)
        g_string_append_printf(text, _(" (it goes on in %s)"), jid_text(alternate));
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* We are not in it any more: by the will of the room, or lost. */
static void
be_put_out(Stay *stay, Room *room, const XmppPresence *presence)
{
    const MucPresence *muc = presence->muc;
    g_autofree char *actor = muc != NULL ? core_clean_name(muc->actor) : NULL;
    g_autofree char *reason = core_clean_words(muc != NULL && muc->reason != NULL ? muc->reason : presence->status);
    const OccupantLeave how = { .cause = cause_of(muc), .actor = actor, .reason = reason };
    const bool is_lost = how.cause == LEFT_SHUTDOWN || how.cause == LEFT_ERROR
                         || (how.cause == LEFT_BY_ITSELF && stay->wanted);
    g_autofree char *words = words_of(&how, muc != NULL ? muc->alternate : NULL);
    const bool was_entering = stay->stage == STAY_ENTERING;
    room_history_left(stay->rooms->session, room);
    stay_tell_left(stay);
    if (was_entering)
        room_end(room);
    if (is_lost && stay->wanted && rooms_may_rejoin(stay)) {
        room_expel(room, &how, ROOM_WAITING, words, stay_plan(stay));
    } else {
        stay->wanted = false;
        stay_set_stage(stay, STAY_OUT);
        room_expel(room, &how, ROOM_OUT, words, 0);
    }
    tell_codes(room, muc);
    g_autoptr(GError) error = g_error_new(CONFAB_ERROR, ERROR_FAILED, "%s", words != NULL ? words : _("you left the room"));
    stay_tell_joined(stay, error);
    rooms_ping_plan(stay->rooms);
    outgoing_queue_flush(session_outgoing(stay->rooms->session));
}

static void
be_renamed(Stay *stay, Room *room, Occupant *occupant, const char *nick, bool is_self)
{
    room_rename(room, occupant, nick, is_lookalike(stay, nick, occupant_jid(occupant), is_self));
    if (!is_self)
        return;
    g_free(stay->nick);
    stay->nick = g_strdup(nick);
    room_set_state(room, room_state(room), nick, NULL, 0);
    stay_tell(&stay->nick_done, stay->nick_data, NULL);
}

static void
receive_unavailable(Stay *stay, Room *room, const XmppPresence *presence, bool is_self)
{
    const MucPresence *muc = presence->muc;
    Occupant *occupant = room_find(room, jid_resource(presence->from));
    const bool is_rename = muc != NULL && muc_codes_have(&muc->codes, MUC_CODE_NICK_CHANGED) && muc->nick != NULL;
    if (is_rename && occupant != NULL) {
        be_renamed(stay, room, occupant, muc->nick, is_self);
        return;
    }
    if (is_self) {
        be_put_out(stay, room, presence);
        return;
    }
    if (occupant == NULL)
        return;
    g_autofree char *actor = muc != NULL ? core_clean_name(muc->actor) : NULL;
    g_autofree char *reason = core_clean_words(muc != NULL && muc->reason != NULL ? muc->reason : presence->status);
    const OccupantLeave how = { .cause = cause_of(muc), .actor = actor, .reason = reason };
    room_remove(room, occupant, &how);
}

/* --- refused --- */

/* Refusals that may pass by themselves (RFC 6120 §8.3.2; XEP-0045 §7.2.9: a full room is a service-unavailable). A
 * room that was just made by another device of the user is not found until that has opened it (§10.1.1). */
static bool
may_pass(const Stay *stay, const XmppStanzaError *error)
{
    static const char *const conditions[] = {
        "remote-server-not-found", "remote-server-timeout", "resource-constraint", "service-unavailable",
        "internal-server-error",   "recipient-unavailable", NULL,
    };
    const bool is_locked = g_str_equal(error->condition, "item-not-found") && stay->retry.attempts < LOCKED_TRIES;
    return is_locked || g_strv_contains(conditions, error->condition) || g_strcmp0(error->type, "wait") == 0;
}

/* Somebody is called so already: ourselves, not long ago, or somebody else. Another nick is tried where none was asked
 * for in words (XEP-0045 §7.2.8). */
static bool
try_other_nick(Stay *stay)
{
    if (stay->nick_tries >= NICKS_MAX || (stay->is_nick_given && !stay->was_in))
        return false;
    stay->nick_tries++;
    g_autofree char *nick = g_strconcat(stay->nick, "_", NULL);
    g_free(stay->nick);
    stay->nick = g_steal_pointer(&nick);
    Room *room = rooms_stay_room(stay);
    if (room != NULL)
        room_end(room);
    stay_enter(stay);
    return true;
}

static void
receive_error(Stay *stay, const XmppPresence *presence)
{
    const XmppStanzaError *detail = presence->error;
    g_autoptr(GError) error = rooms_error(detail, NULL);
    if (stay->stage == STAY_IN) {
        stay_tell(&stay->nick_done, stay->nick_data, error);
        if (g_str_equal(detail->condition, "item-not-found") || g_str_equal(detail->condition, "gone"))
            rooms_lost(stay, error->message); /* there is no such room any more */
        return;
    }
    if (stay->stage != STAY_ENTERING)
        return;
    if (g_str_equal(detail->condition, "conflict") && try_other_nick(stay))
        return;
    stay_fail(stay, error, may_pass(stay, detail));
}

bool
rooms_presence(Rooms *rooms, const XmppPresence *presence)
{
    Stay *stay = rooms_find_stay(rooms, presence->from);
    Room *room = stay != NULL ? rooms_stay_room(stay) : NULL;
    const char *nick = jid_resource(presence->from);
    if (stay == NULL || room == NULL)
        return false;
    stay->heard = g_get_monotonic_time();
    if (presence->error != NULL) {
        receive_error(stay, presence);
        return true;
    }
    if (nick == NULL) /* the room itself has presence, too: of its picture */
        return true;
    const bool is_marked = presence->muc != NULL && muc_codes_have(&presence->muc->codes, MUC_CODE_SELF);
    const bool is_self = is_marked || g_strcmp0(nick, stay->nick) == 0;
    if (presence->show != PRESENCE_OFFLINE)
        receive_available(stay, room, presence, is_self);
    else if (stay->stage == STAY_ENTERING || stay->stage == STAY_IN)
        receive_unavailable(stay, room, presence, is_self);
    return true;
}

void
rooms_lost(Stay *stay, const char *reason)
{
    const OccupantLeave how = { .cause = LEFT_ERROR, .reason = reason };
    Room *room = rooms_stay_room(stay);
    if (room == NULL)
        return;
    room_history_left(stay->rooms->session, room);
    stay_tell_left(stay);
    stay->wanted = stay->wanted && rooms_may_rejoin(stay);
    if (stay->wanted) {
        room_expel(room, &how, ROOM_WAITING, reason, stay_plan(stay));
    } else {
        stay_set_stage(stay, STAY_OUT);
        room_expel(room, &how, ROOM_OUT, reason, 0);
    }
}

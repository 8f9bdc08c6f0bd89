/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stay is what we want of a room and how far it is:
 *
 *     OUT → QUEUED → ASKING (what it is) → ENTERING (presence sent) → IN
 *
 * Whatever happens, decide() looks at what is wanted and what is, and does the next step. */
#include "core/rooms.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "base/when.h"
#include "core/invitations.h"
#include "core/rooms_private.h"
#include "xmpp/xep/disco.h"
#include "xmpp/xep/muc_owner.h"

enum {
    ANSWER_MS = 60 * 1000, /* a room of thousands needs some time to send all of them, but each is a sign of life */
    LOCKED_TRIES = 5,      /* within half a minute */
    NICKS_MAX = 3,         /* "_" that are put behind a nick that is taken */
};

/* --- the model --- */

Room *
rooms_stay_room(const Stay *stay)
{
    return account_find_room(session_account(stay->rooms->session), stay->jid);
}

static void
set_state(const Stay *stay, RoomState state, const char *reason, gint64 retry_at)
{
    Room *room = rooms_stay_room(stay);
    if (room != NULL)
        room_set_state(room, state, stay->nick, reason, retry_at);
}

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

/* --- whom to tell --- */

static void
tell(CoreDone *done, gpointer data, const GError *error)
{
    const CoreDone function = *done;
    *done = NULL;
    if (function != NULL)
        core_done_later(function, data, error);
}

static void
tell_joined(Stay *stay, const GError *error)
{
    tell(&stay->done, stay->done_data, error);
}

/* What was asked for in a room we are not in any more will not be answered. */
static void
tell_left(Stay *stay)
{
    g_autoptr(GError) error =
        g_error_new(CONFAB_ERROR, ERROR_FAILED, _("you are not in %s any more: /join %s"), jid_text(stay->jid),
                    jid_text(stay->jid));
    tell(&stay->nick_done, stay->nick_data, error);
    tell(&stay->subject_done, stay->subject_data, error);
}

/* --- stays --- */

static void
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

static Stay *
ensure_stay(Rooms *rooms, const Jid *jid)
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
delay(const Stay *stay, guint ms)
{
    return client_delay(session_client(stay->rooms->session), ms);
}

static Jid *
occupant_jid_of(const Stay *stay, const char *nick, GError **error)
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

static void
set_stage(Stay *stay, StayStage stage)
{
    const bool was_under_way = stay->stage == STAY_ASKING || stay->stage == STAY_ENTERING;
    const bool is_under_way = stage == STAY_ASKING || stage == STAY_ENTERING;
    stay->rooms->under_way += (is_under_way ? 1 : 0) - (was_under_way ? 1 : 0);
    stay->stage = stage;
    g_clear_handle_id(&stay->timer, g_source_remove);
    if (was_under_way && !is_under_way)
        rooms_schedule(stay->rooms);
}

static void
enqueue(Stay *stay)
{
    set_stage(stay, STAY_QUEUED);
    set_state(stay, ROOM_WAITING, NULL, 0);
    rooms_schedule(stay->rooms);
}

static gboolean
on_retry(gpointer data)
{
    Stay *stay = data;
    stay->timer = 0;
    if (session_is_online(stay->rooms->session))
        enqueue(stay);
    return G_SOURCE_REMOVE;
}

/* It may work later: later and later (I8). */
static void
plan_retry(Stay *stay, const char *reason)
{
    const guint pause = delay(stay, retry_next(&stay->retry));
    set_stage(stay, STAY_OUT);
    stay->timer = g_timeout_add(pause, on_retry, stay);
    set_state(stay, ROOM_WAITING, reason, when_now() + (gint64) pause * 1000);
}

/* It will not get better by itself. */
static void
give_up(Stay *stay, const char *reason)
{
    stay->wanted = false;
    set_stage(stay, STAY_OUT);
    set_state(stay, ROOM_OUT, reason, 0);
    outgoing_queue_flush(session_outgoing(stay->rooms->session));
}

/* --- entering --- */

static void
fail(Stay *stay, const GError *error, bool may_pass)
{
    Room *room = rooms_stay_room(stay);
    const bool is_awaited = stay->done != NULL;
    tell_joined(stay, error);
    if (room != NULL && stay->stage == STAY_ENTERING)
        room_end(room);
    /* Who waits for the answer to a command decides what to do about it. */
    if (may_pass && (!is_awaited || stay->was_in) && rooms_may_rejoin(stay))
        plan_retry(stay, error->message);
    else
        give_up(stay, error->message);
}

static gboolean
on_no_answer(gpointer data)
{
    Stay *stay = data;
    const gint64 silence = g_get_monotonic_time() - stay->heard;
    /* It is still telling who is there. */
    if (silence < delay(stay, ANSWER_MS) * G_TIME_SPAN_MILLISECOND)
        return G_SOURCE_CONTINUE;
    stay->timer = 0;
    g_autoptr(GError) error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                                          _("%s does not answer: try again later"), jid_text(stay->jid));
    g_autoptr(Jid) occupant = occupant_jid_of(stay, stay->nick, NULL);
    if (occupant != NULL)
        muc_leave(session_stream(stay->rooms->session), occupant, NULL); /* it may still be on its way */
    fail(stay, error, true);
    return G_SOURCE_REMOVE;
}

static void
enter(Stay *stay)
{
    Session *session = stay->rooms->session;
    const Account *account = session_account(session);
    Room *room = rooms_stay_room(stay);
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) occupant = occupant_jid_of(stay, stay->nick, &error);
    if (occupant == NULL || room == NULL) {
        if (error != NULL)
            fail(stay, error, false);
        return;
    }
    const MucJoin join = {
        .occupant = occupant,
        .password = stay->password,
        .history = room_history_wanted(session, room),
        .show = (PresenceShow) account_availability(account),
        .status = account_status(account),
    };
    set_stage(stay, STAY_ENTERING);
    set_state(stay, ROOM_JOINING, NULL, 0);
    room_begin(room);
    stay->heard = g_get_monotonic_time();
    stay->timer = g_timeout_add(delay(stay, ANSWER_MS), on_no_answer, stay);
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
    enter(stay); /* what speaks against it, the room says better */
}

static void
ask(Stay *stay)
{
    Room *room = rooms_stay_room(stay);
    if (room == NULL) { /* its window was closed */
        stay->wanted = false;
        set_stage(stay, STAY_OUT);
        return;
    }
    set_stage(stay, STAY_ASKING);
    set_state(stay, ROOM_JOINING, NULL, 0);
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
        ask(first);
    }
}

/* --- being in --- */

static void
on_accepted(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Stay *stay = data;
    if (answer != NULL) {
        tell_joined(stay, NULL); /* now others can come, too */
        rooms_ask_info(stay);    /* before, there was nothing to be known of it */
    }
    if (answer != NULL || !session_is_online(stay->rooms->session))
        return;
    g_autoptr(GError) words = rooms_error(detail, error);
    tell_joined(stay, words);
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
        tell_joined(stay, NULL);
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
    set_stage(stay, STAY_IN);
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
    tell_left(stay);
    if (was_entering)
        room_end(room);
    if (is_lost && stay->wanted && rooms_may_rejoin(stay)) {
        const guint pause = delay(stay, retry_next(&stay->retry));
        set_stage(stay, STAY_OUT);
        stay->timer = g_timeout_add(pause, on_retry, stay);
        room_expel(room, &how, ROOM_WAITING, words, when_now() + (gint64) pause * 1000);
    } else {
        stay->wanted = false;
        set_stage(stay, STAY_OUT);
        room_expel(room, &how, ROOM_OUT, words, 0);
    }
    tell_codes(room, muc);
    g_autoptr(GError) error = g_error_new(CONFAB_ERROR, ERROR_FAILED, "%s", words != NULL ? words : _("you left the room"));
    tell_joined(stay, error);
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
    tell(&stay->nick_done, stay->nick_data, NULL);
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
    enter(stay);
    return true;
}

static void
receive_error(Stay *stay, const XmppPresence *presence)
{
    const XmppStanzaError *detail = presence->error;
    g_autoptr(GError) error = rooms_error(detail, NULL);
    if (stay->stage == STAY_IN) {
        tell(&stay->nick_done, stay->nick_data, error);
        if (g_str_equal(detail->condition, "item-not-found") || g_str_equal(detail->condition, "gone"))
            rooms_lost(stay, error->message); /* there is no such room any more */
        return;
    }
    if (stay->stage != STAY_ENTERING)
        return;
    if (g_str_equal(detail->condition, "conflict") && try_other_nick(stay))
        return;
    fail(stay, error, may_pass(stay, detail));
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
    Stay *stay = ensure_stay(rooms, join->room);
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
    ask(stay); /* the user waits: its turn is now */
    return conversation;
}

Conversation *
rooms_want(Session *session, const RoomsJoin *join)
{
    if (!check_join(join, NULL))
        return NULL;
    Stay *stay = ensure_stay(session_rooms(session), join->room);
    Conversation *conversation = open_conversation(session, stay->jid);
    const bool is_busy = stay->stage != STAY_OUT || stay->timer != 0;
    if (is_busy)
        return conversation;
    take_wishes(stay, join);
    stay->is_nick_given = false;
    retry_reset(&stay->retry);
    enqueue(stay);
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
    g_autoptr(Jid) occupant = occupant_jid_of(stay, stay->nick, NULL);
    if (occupant != NULL && (stay->stage == STAY_IN || stay->stage == STAY_ENTERING))
        muc_leave(session_stream(session), occupant, status);
    g_autoptr(GError) left = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("you left the room"));
    tell_joined(stay, left);
    tell_left(stay);
    if (stay->stage == STAY_ENTERING)
        room_end(room);
    room_history_left(session, room);
    give_up(stay, NULL);
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
rooms_may_rejoin(const Stay *stay)
{
    const Session *session = stay->rooms->session;
    return settings_get_bool(client_settings(session_client(session)), SETTING_ROOM_REJOIN,
                             account_name(session_account(session)), jid_text(stay->jid));
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
    tell(&stay->subject_done, stay->subject_data, error);
}

void
rooms_lost(Stay *stay, const char *reason)
{
    const OccupantLeave how = { .cause = LEFT_ERROR, .reason = reason };
    Room *room = rooms_stay_room(stay);
    if (room == NULL)
        return;
    room_history_left(stay->rooms->session, room);
    tell_left(stay);
    const bool again = stay->wanted && rooms_may_rejoin(stay);
    const guint pause = again ? delay(stay, retry_next(&stay->retry)) : 0;
    set_stage(stay, STAY_OUT);
    stay->wanted = again;
    if (again)
        stay->timer = g_timeout_add(pause, on_retry, stay);
    room_expel(room, &how, again ? ROOM_WAITING : ROOM_OUT, reason, again ? when_now() + (gint64) pause * 1000 : 0);
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

/* --- the connection --- */

/* Lost to us, and we to it: until it is joined again. */
static void
lose(Stay *stay)
{
    Room *room = rooms_stay_room(stay);
    if (room != NULL && stay->stage == STAY_ENTERING)
        room_end(room);
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the connection was lost"));
    tell_joined(stay, error);
    tell_left(stay);
    if (room != NULL)
        room_history_left(stay->rooms->session, room);
    set_stage(stay, STAY_OUT);
    set_state(stay, stay->wanted ? ROOM_WAITING : ROOM_OUT, stay->wanted ? _("not connected") : NULL, 0);
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
            enqueue(stay);
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
            enqueue(stay);
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
        g_autoptr(Jid) occupant = stay->stage == STAY_IN ? occupant_jid_of(stay, stay->nick, NULL) : NULL;
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
        tell_joined(value, error);
        tell_left(value);
    }
    g_clear_handle_id(&rooms->turn, g_source_remove);
    rooms_ping_stop(rooms);
    g_hash_table_unref(rooms->stays);
    g_free(rooms);
}

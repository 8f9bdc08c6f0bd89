/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/invitations.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/when.h"
#include "core/room_admin_private.h"
#include "xmpp/xep/muc_invite.h"

void
invitations_free_one(gpointer data)
{
    Invitation *invitation = data;
    jid_unref(invitation->room);
    g_clear_pointer(&invitation->from, jid_unref);
    g_free(invitation->reason);
    g_free(invitation->password);
    g_free(invitation);
}

static bool
is_in(const RoomAdmin *admin, const Jid *jid)
{
    const Room *room = account_find_room(session_account(admin->session), jid);
    return room != NULL && room_state(room) == ROOM_JOINED;
}

/* Who has joined has answered. */
static void
forget_joined(RoomAdmin *admin)
{
    for (guint i = admin->invitations->len; i > 0; i--) {
        const Invitation *invitation = g_ptr_array_index(admin->invitations, i - 1);
        if (is_in(admin, invitation->room))
            g_ptr_array_remove_index(admin->invitations, i - 1);
    }
}

static Invitation *
find(const RoomAdmin *admin, const Jid *room)
{
    for (guint i = 0; i < admin->invitations->len; i++) {
        Invitation *invitation = g_ptr_array_index(admin->invitations, i);
        if (jid_equal_bare(invitation->room, room))
            return invitation;
    }
    return NULL;
}

/* --- what comes --- */

/* The words are fit for the screen, whoever sends them (I12). */
static void
publish(const RoomAdmin *admin, const MucInvite *invite)
{
    Account *account = session_account(admin->session);
    g_autofree char *reason = core_clean_words(invite->reason);
    const ModelEvent event = {
        .type = INVITATION,
        .account = account,
        .invitation = { .room = invite->room,
                        .from = invite->from,
                        .reason = reason,
                        .is_declined = invite->kind == MUC_INVITE_DECLINED,
                        .is_direct = invite->kind == MUC_INVITE_DIRECT },
    };
    bus_publish(account_bus(account), &event);
}

/* A refusal counts of an invitation of ours only (I14). */
static void
receive_refusal(RoomAdmin *admin, const MucInvite *invite)
{
    Errand *errand = invite->from != NULL ? errands_find_invitation(admin, invite->room, invite->from) : NULL;
    if (errand == NULL)
        return;
    errands_remove(errand);
    publish(admin, invite);
}

static guint
count_strangers(const RoomAdmin *admin)
{
    guint count = 0;
    for (guint i = 0; i < admin->invitations->len; i++)
        count += ((const Invitation *) g_ptr_array_index(admin->invitations, i))->is_stranger ? 1 : 0;
    return count;
}

/* I9, I15: strangers cannot fill the list, nor drive out what others sent. */
static bool
has_place(RoomAdmin *admin, bool is_stranger)
{
    if (admin->invitations->len < INVITATIONS_MAX
        && (!is_stranger || count_strangers(admin) < INVITATIONS_OF_STRANGERS_MAX)) {
        admin->has_warned = false;
        return true;
    }
    if (!admin->has_warned)
        client_notice(session_client(admin->session), session_account(admin->session), NOTICE_WARNING, ERROR_FAILED,
                      _("very many invitations have come: further ones are not shown until you /decline some"));
    admin->has_warned = true;
    return false;
}

static Invitation *
make_invitation(const MucInvite *invite, bool is_stranger)
{
    Invitation *invitation = g_new0(Invitation, 1);
    invitation->room = jid_ref(invite->room);
    invitation->from = invite->from != NULL ? jid_ref(invite->from) : NULL;
    invitation->reason = core_clean_words(invite->reason);
    invitation->password = g_strdup(invite->password);
    invitation->is_direct = invite->kind == MUC_INVITE_DIRECT;
    invitation->is_stranger = is_stranger;
    invitation->time = when_now();
    return invitation;
}

/* One a room: what is said again is no news, but a contact's word goes before a stranger's. */
static void
receive_invitation(RoomAdmin *admin, const MucInvite *invite)
{
    const Roster *roster = account_roster(session_account(admin->session));
    const Contact *contact = invite->from != NULL ? roster_find(roster, invite->from) : NULL;
    const bool is_stranger = contact == NULL || !contact_is_in_roster(contact);
    forget_joined(admin);
    Invitation *known = find(admin, invite->room);
    if (is_in(admin, invite->room) || (known != NULL && (is_stranger || !known->is_stranger)))
        return;
    if (known != NULL)
        g_ptr_array_remove(admin->invitations, known);
    if (!has_place(admin, is_stranger))
        return;
    g_ptr_array_add(admin->invitations, make_invitation(invite, is_stranger));
    publish(admin, invite);
}

/* What another device of ours has sent. */
static bool
is_own(const RoomAdmin *admin, const XmppMessage *message)
{
    return message->carbon == CARBON_SENT
           || (message->from != NULL && jid_equal_bare(message->from, account_jid(session_account(admin->session))));
}

/* The words of a room around an invitation say the same for old clients; a person's are a message of their own. */
bool
invitations_receive(RoomAdmin *admin, const XmppMessage *message, bool is_news)
{
    const MucInvite *invite = message->invite;
    const bool is_whole = invite->kind != MUC_INVITE_DIRECT || message->body == NULL || *message->body == '\0';
    if (is_own(admin, message) || !is_news)
        return is_whole;
    if (invite->kind == MUC_INVITE_DECLINED)
        receive_refusal(admin, invite);
    else
        receive_invitation(admin, invite);
    return is_whole;
}

/* --- the list --- */

guint
invitations_count(Session *session)
{
    RoomAdmin *admin = session_room_admin(session);
    forget_joined(admin);
    return admin->invitations->len;
}

const Invitation *
invitations_at(Session *session, guint index)
{
    const RoomAdmin *admin = session_room_admin(session);
    g_return_val_if_fail(index < admin->invitations->len, NULL);
    return g_ptr_array_index(admin->invitations, index);
}

const Invitation *
invitations_find(Session *session, const Jid *room, GError **error)
{
    const guint count = invitations_count(session);
    if (room == NULL && count == 1)
        return invitations_at(session, 0);
    if (room == NULL && count > 1) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                            _("there is more than one invitation: say which room, see /invitations"));
        return NULL;
    }
    const Invitation *invitation = room != NULL ? find(session_room_admin(session), room) : NULL;
    if (invitation == NULL && room != NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("nobody has invited you to %s: see /invitations"),
                    jid_bare(room));
    else if (invitation == NULL)
        g_set_error_literal(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("nobody has invited you: see /rooms for a list of rooms"));
    return invitation;
}

const char *
invitations_password(Session *session, const Jid *room)
{
    const Invitation *invitation = find(session_room_admin(session), room);
    return invitation != NULL ? invitation->password : NULL;
}

bool
invitations_decline(Session *session, const Invitation *invitation, const char *reason, GError **error)
{
    RoomAdmin *admin = session_room_admin(session);
    const bool can_tell = !invitation->is_direct && invitation->from != NULL;
    if (can_tell && !session_require_online(session, error))
        return false;
    if (can_tell)
        muc_decline(session_stream(session), invitation->room, invitation->from, reason);
    g_ptr_array_remove(admin->invitations, (gpointer) invitation);
    return true;
}

/* --- inviting --- */

static bool
check_wish(Session *session, const Room *room, const Jid *invitee, GError **error)
{
    if (!rooms_require_joined(session, room, error))
        return false;
    if (jid_equal_bare(invitee, account_jid(session_account(session)))) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("%s is your own address: give another one"),
                    jid_bare(invitee));
        return false;
    }
    const Occupant *occupant = room_find_jid(room, invitee);
    if (occupant == NULL)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("%s is in the room already, as %s: see /occupants"),
                jid_bare(invitee), occupant_label(occupant));
    return false;
}

void
invitations_send(Session *session, const Room *room, const InvitationWish *wish, CoreDone done, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (!check_wish(session, room, wish->invitee, &error)) {
        core_done_later(done, data, error);
        return;
    }
    Errand *errand = errands_begin(session_room_admin(session), ROOM_ACT_INVITE, room_jid(room), done, data);
    errand->invitee = jid_to_bare(wish->invitee);
    errand->is_direct = wish->is_direct;
    const MucInvitation invitation = {
        .room = errand->room, .invitee = errand->invitee, .reason = wish->reason, .id = errand->id };
    if (wish->is_direct) {
        muc_invite_directly(session_stream(session), &invitation);
        errands_tell(errand, NULL);
        return;
    }
    muc_invite(session_stream(session), &invitation);
    errands_follow(errand);
}

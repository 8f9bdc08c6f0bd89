/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "core/room_admin_private.h"
#include "xmpp/xep/ping.h"

enum { ERRANDS_MAX = 100 }; /* the oldest are forgotten */

static void
errand_free(gpointer data)
{
    Errand *errand = data;
    g_free(errand->id);
    jid_unref(errand->room);
    g_clear_pointer(&errand->invitee, jid_unref);
    g_free(errand);
}

void
errands_tell(Errand *errand, const GError *error)
{
    const CoreDone done = errand->done;
    errand->done = NULL;
    if (done != NULL)
        core_done_later(done, errand->data, error);
}

void
errands_remove(Errand *errand)
{
    errands_tell(errand, NULL);
    g_ptr_array_remove(errand->admin->errands, errand);
}

Errand *
errands_begin(RoomAdmin *admin, RoomAct act, const Jid *room, CoreDone done, gpointer data)
{
    Errand *errand = g_new0(Errand, 1);
    *errand = (Errand) { .admin = admin, .id = stream_new_id(), .act = act, .room = jid_to_bare(room), .done = done,
                         .data = data };
    if (admin->errands->len >= ERRANDS_MAX)
        errands_remove(g_ptr_array_index(admin->errands, 0));
    g_ptr_array_add(admin->errands, errand);
    return errand;
}

static Errand *
find(const RoomAdmin *admin, const char *id)
{
    for (guint i = 0; i < admin->errands->len; i++) {
        Errand *errand = g_ptr_array_index(admin->errands, i);
        if (g_str_equal(errand->id, id))
            return errand;
    }
    return NULL;
}

Errand *
errands_find_invitation(const RoomAdmin *admin, const Jid *room, const Jid *invitee)
{
    for (guint i = 0; i < admin->errands->len; i++) {
        Errand *errand = g_ptr_array_index(admin->errands, i);
        if (errand->act == ROOM_ACT_INVITE && jid_equal(errand->room, room) && jid_equal_bare(errand->invitee, invitee))
            return errand;
    }
    return NULL;
}

/* Across a turn of the loop: the errand may be forgotten by then. */
typedef struct Question {
    RoomAdmin *admin;
    char *id;
} Question;

/* Any answer will do, and silence is no refusal; only a lost connection leaves it open. */
static void
on_answer(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    g_autofree Question *question = data;
    g_autofree char *id = question->id;
    Errand *errand = find(question->admin, id);
    const bool is_open = answer == NULL && detail == NULL && stream_phase(stream) != XMPP_PHASE_ONLINE;
    if (errand != NULL)
        errands_tell(errand, is_open ? error : NULL);
}

void
errands_follow(Errand *errand)
{
    Question *question = g_new0(Question, 1);
    *question = (Question) { errand->admin, g_strdup(errand->id) };
    ping_request(session_stream(errand->admin->session), errand->room, on_answer, question);
}

/* Who waits for the outcome learns it; an invitation that was thought to be through is told of. */
static void
tell_refusal(Errand *errand, const GError *error)
{
    RoomAdmin *admin = errand->admin;
    if (errand->done != NULL)
        errands_tell(errand, error);
    else if (errand->invitee != NULL)
        client_notice(session_client(admin->session), session_account(admin->session), NOTICE_WARNING, error->code,
                      _("%s was not invited to %s: %s"), jid_text(errand->invitee), jid_text(errand->room),
                      error->message);
}

/* I14: it counts from whom it was sent to, and from the own server in their place. */
static bool
may_refuse(const Errand *errand, const Jid *from)
{
    const Jid *own = account_jid(session_account(errand->admin->session));
    if (from == NULL || jid_equal(from, own) || (jid_local(from) == NULL && g_str_equal(jid_text(from), jid_domain(own))))
        return true;
    return errand->is_direct ? jid_equal_bare(from, errand->invitee) : jid_equal(from, errand->room);
}

bool
room_admin_refused(Session *session, const XmppMessage *bounce)
{
    Errand *errand = find(session_room_admin(session), bounce->id);
    if (errand == NULL || !may_refuse(errand, bounce->from))
        return false;
    g_autoptr(GError) error = room_admin_error(errand->act, bounce->error, NULL);
    tell_refusal(errand, error);
    errands_remove(errand);
    return true;
}

/* --- the whole --- */

bool
room_admin_message(Session *session, const XmppMessage *message, bool is_news)
{
    RoomAdmin *admin = session_room_admin(session);
    if (message->voice_request != NULL && is_news)
        room_voice_receive(admin, message);
    return message->voice_request != NULL || (message->invite != NULL && invitations_receive(admin, message, is_news));
}

RoomAdmin *
room_admin_new(Session *session)
{
    RoomAdmin *admin = g_new0(RoomAdmin, 1);
    admin->session = session;
    admin->invitations = g_ptr_array_new_with_free_func(invitations_free_one);
    admin->errands = g_ptr_array_new_with_free_func(errand_free);
    admin->voice_requests = g_ptr_array_new_with_free_func(room_voice_free_one);
    return admin;
}

void
room_admin_free(RoomAdmin *admin)
{
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("the account is gone"));
    for (guint i = 0; i < admin->errands->len; i++)
        errands_tell(g_ptr_array_index(admin->errands, i), error);
    g_ptr_array_unref(admin->invitations);
    g_ptr_array_unref(admin->errands);
    g_ptr_array_unref(admin->voice_requests);
    g_free(admin);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/i18n.h"
#include "core/room_admin_private.h"
#include "xmpp/xep/muc_voice.h"

enum { REQUESTS_MAX = 50 }; /* of an account; further ones are not shown (I9) */

typedef struct VoiceRequest {
    Jid *room;
    char *nick; /* as is */
    Jid *jid;   /* NULL: not told */
} VoiceRequest;

void
room_voice_free_one(gpointer data)
{
    VoiceRequest *request = data;
    jid_unref(request->room);
    g_free(request->nick);
    g_clear_pointer(&request->jid, jid_unref);
    g_free(request);
}

/* A room we moderate, and somebody in it who may not speak. */
static bool
is_open(const RoomAdmin *admin, const Jid *jid, const char *nick)
{
    const Room *room = account_find_room(session_account(admin->session), jid);
    const Occupant *occupant = room != NULL ? room_find(room, nick) : NULL;
    return occupant != NULL && room_own_role(room) == ROLE_MODERATOR && occupant_role(occupant) == ROLE_VISITOR;
}

static void
forget_closed(RoomAdmin *admin)
{
    for (guint i = admin->voice_requests->len; i > 0; i--) {
        const VoiceRequest *request = g_ptr_array_index(admin->voice_requests, i - 1);
        if (!is_open(admin, request->room, request->nick))
            g_ptr_array_remove_index(admin->voice_requests, i - 1);
    }
}

static VoiceRequest *
find(const RoomAdmin *admin, const Jid *room, const char *nick)
{
    for (guint i = 0; i < admin->voice_requests->len; i++) {
        VoiceRequest *request = g_ptr_array_index(admin->voice_requests, i);
        if (jid_equal(request->room, room) && g_str_equal(request->nick, nick))
            return request;
    }
    return NULL;
}

/* Who asks again has not been forgotten; only of rooms we moderate (I14), and somebody who is there to be seen. */
void
room_voice_receive(RoomAdmin *admin, const XmppMessage *message)
{
    const MucVoiceRequest *asked = message->voice_request;
    Account *account = session_account(admin->session);
    forget_closed(admin);
    if (!is_open(admin, message->from, asked->nick) || find(admin, message->from, asked->nick) != NULL
        || admin->voice_requests->len >= REQUESTS_MAX)
        return;
    VoiceRequest *request = g_new0(VoiceRequest, 1);
    *request = (VoiceRequest) { jid_to_bare(message->from), g_strdup(asked->nick),
                                asked->jid != NULL ? jid_ref(asked->jid) : NULL };
    g_ptr_array_add(admin->voice_requests, request);
    const Occupant *occupant = room_find(account_find_room(account, message->from), asked->nick);
    client_notice(session_client(admin->session), account, NOTICE_INFO, 0, _("%s asks for voice in %s: /voice shows who waits"),
                  occupant_label(occupant), jid_text(request->room));
}

const char **
room_voice_asking(Session *session, const Room *room)
{
    RoomAdmin *admin = session_room_admin(session);
    GPtrArray *nicks = g_ptr_array_new();
    forget_closed(admin);
    for (guint i = 0; i < admin->voice_requests->len; i++) {
        VoiceRequest *request = g_ptr_array_index(admin->voice_requests, i);
        if (jid_equal(request->room, room_jid(room)))
            g_ptr_array_add(nicks, request->nick);
    }
    g_ptr_array_add(nicks, NULL);
    return (const char **) g_ptr_array_free(nicks, FALSE);
}

void
room_voice_request(Session *session, const Room *room, CoreDone done, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (rooms_require_joined(session, room, &error) && room_own_role(room) != ROLE_VISITOR)
        g_set_error_literal(&error, CONFAB_ERROR, ERROR_FAILED, _("you have voice in this room: just speak"));
    if (error != NULL) {
        core_done_later(done, data, error);
        return;
    }
    Errand *errand = errands_begin(session_room_admin(session), ROOM_ACT_VOICE, room_jid(room), done, data);
    muc_request_voice(session_stream(session), errand->room, errand->id);
    errands_follow(errand);
}

/* §8.6: the form is the answer to somebody who asked and shall not have it; everything else is a change of role, whose
 * outcome is told. */
void
room_voice_set(Session *session, const Room *room, const char *nick, bool granted, CoreDone done, gpointer data)
{
    RoomAdmin *admin = session_room_admin(session);
    forget_closed(admin);
    VoiceRequest *request = find(admin, room_jid(room), nick);
    if (request != NULL && !granted && session_is_online(session)) {
        const MucVoiceRequest asked = { request->nick, request->jid };
        muc_answer_voice_request(session_stream(session), room_jid(room), &asked, false);
        core_done_later(done, data, NULL);
    } else {
        const RoomRole wish = { .nick = nick, .role = granted ? ROLE_PARTICIPANT : ROLE_VISITOR };
        room_admin_set_role(session, room, &wish, done, data);
    }
    if (request != NULL)
        g_ptr_array_remove(admin->voice_requests, request);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/i18n.h"
#include "core/room_forms_private.h"

/* A room on its way: is there none of that name? → entering → its form. */
typedef struct Creation {
    Session *session;
    Jid *room;
    char *nick, *password;
    bool is_reserved;
    CoreDone done;
    gpointer data;
} Creation;

static void
end(Creation *creation, const GError *error)
{
    if (creation->done != NULL)
        creation->done(error, creation->data);
    jid_unref(creation->room);
    g_free(creation->nick);
    g_free(creation->password);
    g_free(creation);
}

static void
on_form(const GError *error, gpointer data)
{
    Creation *creation = data;
    if (error == NULL)
        room_forms_mark_new(creation->session, creation->room);
    end(creation, error);
}

static void
on_entered(const GError *error, gpointer data)
{
    Creation *creation = data;
    const Room *room = account_find_room(session_account(creation->session), creation->room);
    g_autoptr(GError) late = NULL;
    if (error == NULL && (room == NULL || (room_flags(room) & ROOM_CREATED) == 0))
        late = g_error_new(CONFAB_ERROR, ERROR_FAILED,
                           _("%s was there already, and you are in it now: /leave, and choose another name"),
                           jid_text(creation->room));
    if (error != NULL || late != NULL || !creation->is_reserved)
        end(creation, error != NULL ? error : late);
    else
        room_forms_open(creation->session, creation->room, ROOM_FORM_CONFIGURATION, on_form, creation);
}

/* Only what answers is there; an error may mean anything, and is better told by the room that is entered. */
static void
on_info(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error, gpointer data)
{
    Creation *creation = data;
    g_autoptr(GError) problem = NULL;
    const RoomsJoin join = { creation->room, creation->nick, creation->password, creation->is_reserved };
    if (info != NULL) {
        problem = g_error_new(CONFAB_ERROR, ERROR_FAILED, _("%s is there already: /join it, or choose another name"),
                              jid_text(creation->room));
        end(creation, problem);
        return;
    }
    if (!session_is_online(creation->session)) {
        end(creation, error);
        return;
    }
    if (rooms_join(creation->session, &join, on_entered, creation, &problem) == NULL)
        end(creation, problem);
}

void
room_forms_create(Session *session, const RoomsJoin *join, CoreDone done, gpointer data)
{
    Creation *creation = g_new0(Creation, 1);
    *creation = (Creation) { .session = session, .room = jid_to_bare(join->room), .nick = g_strdup(join->nick),
                             .password = g_strdup(join->password), .is_reserved = join->is_reserved, .done = done,
                             .data = data };
    disco_request_info(session_stream(session), creation->room, NULL, on_info, creation);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/room_forms.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "core/room_forms_private.h"
#include "xmpp/xep/muc_owner.h"

#define REGISTER_NICK "muc#register_roomnick"

/* --- refusals (XEP-0045 §7.10, §10) --- */

static const struct {
    RoomFormKind kind;
    const char *condition;
    int code;
    const char *words;
} refusals[] = {
    { ROOM_FORM_CONFIGURATION, "forbidden", ERROR_AUTH,
      N_("only owners may configure a room: ask one (/room lists owners)") },
    { ROOM_FORM_CONFIGURATION, "not-allowed", ERROR_AUTH,
      N_("only owners may configure a room: ask one (/room lists owners)") },
    { ROOM_FORM_CONFIGURATION, "not-acceptable", ERROR_FAILED,
      N_("the room does not accept that: it was left as it is; look at it with /form, and change it") },
    { ROOM_FORM_CONFIGURATION, "bad-request", ERROR_FAILED,
      N_("the room does not accept that: it was left as it is; look at it with /form, and change it") },
    { ROOM_FORM_REGISTRATION, "conflict", ERROR_FAILED,
      N_("somebody else has registered that nick: choose another one") },
    { ROOM_FORM_REGISTRATION, "not-allowed", ERROR_AUTH,
      N_("the room registers nobody by itself: ask an admin of it (/room lists admins)") },
    { ROOM_FORM_REGISTRATION, "forbidden", ERROR_AUTH,
      N_("the room registers nobody by itself: ask an admin of it (/room lists admins)") },
    { ROOM_FORM_REGISTRATION, "service-unavailable", ERROR_FAILED,
      N_("the room keeps no register: its admins can make you a member (/affiliation)") },
    { ROOM_FORM_REGISTRATION, "feature-not-implemented", ERROR_FAILED,
      N_("the room keeps no register: its admins can make you a member (/affiliation)") },
    { ROOM_FORM_REGISTRATION, "registration-required", ERROR_AUTH, /* Prosody, to who is no member */
      N_("the room registers nobody by itself: ask an admin of it (/room lists admins)") },
};

static GError *
refusal(RoomFormKind kind, const XmppStanzaError *detail, const GError *error)
{
    for (guint i = 0; detail != NULL && i < G_N_ELEMENTS(refusals); i++) {
        if (refusals[i].kind != kind || strcmp(refusals[i].condition, detail->condition) != 0)
            continue;
        g_autofree char *said = core_clean_words(detail->text);
        return said != NULL ? g_error_new(CONFAB_ERROR, refusals[i].code, _("%s (the room says: %s)"),
                                          _(refusals[i].words), said)
                            : g_error_new_literal(CONFAB_ERROR, refusals[i].code, _(refusals[i].words));
    }
    return rooms_error(detail, error);
}

/* --- open forms --- */

static void
open_form_free(gpointer data)
{
    OpenForm *open = data;
    if (open == NULL)
        return;
    if (open->registration != NULL)
        registration_free(open->registration);
    else
        form_free(open->form);
    g_free(open);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OpenForm, open_form_free)

static OpenForm *
new_configuration(DataForm *take_form)
{
    OpenForm *open = g_new0(OpenForm, 1);
    *open = (OpenForm) { .kind = ROOM_FORM_CONFIGURATION, .form = take_form };
    return open;
}

static OpenForm *
new_registration(Registration *take_registration)
{
    OpenForm *open = g_new0(OpenForm, 1);
    *open = (OpenForm) { .kind = ROOM_FORM_REGISTRATION, .registration = take_registration,
                         .form = take_registration->form };
    return open;
}

RoomForms *
room_forms_new(Session *session)
{
    RoomForms *forms = g_new0(RoomForms, 1);
    forms->session = session;
    forms->open = g_hash_table_new_full(jid_hash, jid_hash_equal, (GDestroyNotify) jid_unref, open_form_free);
    return forms;
}

void
room_forms_free(RoomForms *forms)
{
    g_hash_table_unref(forms->open);
    g_free(forms);
}

static OpenForm *
find(const Session *session, const Jid *room)
{
    return g_hash_table_lookup(session_room_forms(session)->open, room);
}

static void
keep(Session *session, const Jid *room, OpenForm *take_open)
{
    const OpenForm *before = find(session, room);
    take_open->is_new = before != NULL && before->is_new && take_open->kind == before->kind;
    g_hash_table_replace(session_room_forms(session)->open, jid_to_bare(room), take_open);
}

void
room_forms_mark_new(Session *session, const Jid *room)
{
    OpenForm *open = find(session, room);
    if (open != NULL)
        open->is_new = true;
}

static OpenForm *
require(const Session *session, const Jid *room, GError **error)
{
    OpenForm *open = find(session, room);
    if (open == NULL)
        g_set_error_literal(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                            _("no form of this room is open: /room config or /room register opens one"));
    return open;
}

/* What somebody has filled in is not thrown away. */
static bool
may_replace(const Session *session, const Jid *room, GError **error)
{
    const OpenForm *open = find(session, room);
    if (open == NULL || !form_is_changed(open->form))
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED,
                        _("the open form has changes: /form submit or /form cancel first"));
    return false;
}

RoomFormView *
room_forms_view(Session *session, const Jid *room)
{
    const OpenForm *open = find(session, room);
    return open != NULL ? room_form_view(open) : NULL;
}

bool
room_forms_set(Session *session, const Jid *room, const char *key, const char *const *words, GError **error)
{
    OpenForm *open = require(session, room, error);
    return open != NULL && room_form_set(open, key, words, error);
}

/* --- requests --- */

typedef struct Request {
    Session *session;
    Jid *room;
    RoomFormKind kind;
    CoreDone done; /* or … */
    RoomFormChanged changed;
    gpointer data;
    char *key; /* of a change */
    char **words;
    char *nick; /* of a registration that is to be submitted at once; NULL */
    OpenForm *open; /* under way */
} Request;

static Request *
request_new(Session *session, const Jid *room, RoomFormKind kind, CoreDone done, gpointer data)
{
    Request *request = g_new0(Request, 1);
    *request = (Request) { .session = session, .room = jid_to_bare(room), .kind = kind, .done = done, .data = data };
    return request;
}

static void
request_end(Request *request, const GError *error)
{
    if (request->done != NULL)
        request->done(error, request->data);
    jid_unref(request->room);
    g_free(request->key);
    g_strfreev(request->words);
    g_free(request->nick);
    open_form_free(request->open);
    g_free(request);
}

static void
request_fail(Request *request, const XmppStanzaError *detail, const GError *error)
{
    g_autoptr(GError) words = refusal(request->kind, detail, error);
    if (request->changed != NULL)
        request->changed(NULL, words, request->data);
    request_end(request, words);
}

static void
refuse_later(CoreDone done, gpointer data, GError *take_error)
{
    g_autoptr(GError) error = take_error;
    core_done_later(done, data, error);
}

/* --- opening --- */

/* The answer may come after somebody has begun to fill in another one. */
static void
open_for(Request *request, OpenForm *take_open)
{
    g_autoptr(OpenForm) open = take_open;
    g_autoptr(GError) error = NULL;
    if (may_replace(request->session, request->room, &error))
        keep(request->session, request->room, g_steal_pointer(&open));
    request_end(request, error);
}

static void
on_configuration(XmppStream *stream, DataForm *take_form, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    if (take_form == NULL)
        request_fail(data, detail, error);
    else
        open_for(data, new_configuration(take_form));
}

static void
on_registration(XmppStream *stream, Registration *take_registration, const XmppStanzaError *detail, const GError *error,
                gpointer data)
{
    if (take_registration == NULL)
        request_fail(data, detail, error);
    else
        open_for(data, new_registration(take_registration));
}

void
room_forms_open(Session *session, const Jid *room, RoomFormKind kind, CoreDone done, gpointer data)
{
    GError *error = NULL;
    if (!may_replace(session, room, &error)) {
        refuse_later(done, data, error);
        return;
    }
    Request *request = request_new(session, room, kind, done, data);
    if (kind == ROOM_FORM_CONFIGURATION)
        muc_owner_request_form(session_stream(session), request->room, on_configuration, request);
    else
        register_request(session_stream(session), request->room, on_registration, request);
}

/* --- submitting, cancelling --- */

/* A room that opens by it has no words for who is in it already. */
static void
ask_what_it_is(Session *session, const Jid *room)
{
    Stay *stay = rooms_find_stay(session_rooms(session), room);
    if (stay != NULL && stay->stage == STAY_IN)
        rooms_ask_info(stay);
}

static void
on_submitted(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Request *request = data;
    if (answer == NULL) {
        request_fail(request, detail, error);
        return;
    }
    g_hash_table_remove(session_room_forms(request->session)->open, request->room);
    ask_what_it_is(request->session, request->room);
    request_end(request, NULL);
}

static void
send_form(Request *request, const OpenForm *open, IqDone done)
{
    XmppStream *stream = session_stream(request->session);
    if (open->kind == ROOM_FORM_CONFIGURATION)
        muc_owner_submit_form(stream, request->room, open->form, done, request);
    else
        register_submit(stream, request->room, open->registration, done, request);
}

void
room_forms_submit(Session *session, const Jid *room, CoreDone done, gpointer data)
{
    GError *error = NULL;
    const OpenForm *open = require(session, room, &error);
    if (open == NULL || !form_check(open->form, &error)) {
        refuse_later(done, data, error);
        return;
    }
    send_form(request_new(session, room, open->kind, done, data), open, on_submitted);
}

/* Not every server destroys the room; all do when its only occupant leaves. */
static void
on_cancelled(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Request *request = data;
    Room *room = account_find_room(session_account(request->session), request->room);
    if (answer == NULL) {
        request_fail(request, detail, error);
        return;
    }
    if (room != NULL && room_state(room) == ROOM_JOINED)
        rooms_leave(request->session, room, NULL, NULL);
    request_end(request, NULL);
}

void
room_forms_cancel(Session *session, const Jid *room, CoreDone done, gpointer data)
{
    GError *error = NULL;
    const OpenForm *open = require(session, room, &error);
    if (open == NULL) {
        refuse_later(done, data, error);
        return;
    }
    const bool is_new = open->is_new;
    g_hash_table_remove(session_room_forms(session)->open, room);
    if (is_new)
        muc_owner_cancel_form(session_stream(session), room, on_cancelled,
                              request_new(session, room, ROOM_FORM_CONFIGURATION, done, data));
    else
        core_done_later(done, data, NULL);
}

/* --- one change --- */

static void
on_changed(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Request *request = data;
    if (answer == NULL) {
        request_fail(request, detail, error);
        return;
    }
    g_autoptr(RoomFormView) view = room_form_view(request->open);
    ask_what_it_is(request->session, request->room);
    request->changed(room_forms_find_field(view, request->key, NULL), NULL, request->data);
    request_end(request, NULL);
}

static void
on_form_to_change(XmppStream *stream, DataForm *take_form, const XmppStanzaError *detail, const GError *error,
                  gpointer data)
{
    Request *request = data;
    g_autoptr(GError) problem = NULL;
    if (take_form == NULL) {
        request_fail(request, detail, error);
        return;
    }
    request->open = new_configuration(take_form);
    if (room_form_set(request->open, request->key, (const char *const *) request->words, &problem)
        && form_check(request->open->form, &problem))
        send_form(request, request->open, on_changed);
    else
        request_fail(request, NULL, problem);
}

void
room_forms_change(Session *session, const Jid *room, const char *key, const char *const *words, RoomFormChanged done,
                  gpointer data)
{
    Request *request = request_new(session, room, ROOM_FORM_CONFIGURATION, NULL, data);
    request->changed = done;
    request->key = g_strdup(key);
    request->words = g_strdupv((char **) words);
    muc_owner_request_form(session_stream(session), request->room, on_form_to_change, request);
}

/* --- registering --- */

/* The field for the nick: of the data form, or of the plain elements. */
static const char *
nick_var(const DataForm *form)
{
    return form_find(form, REGISTER_NICK) != NULL ? REGISTER_NICK : form_find(form, "nick") != NULL ? "nick" : NULL;
}

static bool
fill_in_nick(Request *request, OpenForm *open, GError **error)
{
    const Room *room = account_find_room(session_account(request->session), request->room);
    const char *var = nick_var(open->form);
    const char *own = room != NULL ? room_nick(room) : NULL;
    const char *const values[] = { request->nick != NULL ? request->nick : own, NULL };
    if (var == NULL || values[0] == NULL)
        return true;
    if (request->nick == NULL && form_value(open->form, var) != NULL && *form_value(open->form, var) != '\0')
        return true; /* as it was registered */
    return form_set(open->form, var, values, error);
}

static void
on_register_form(XmppStream *stream, Registration *take_registration, const XmppStanzaError *detail, const GError *error,
                 gpointer data)
{
    Request *request = data;
    g_autoptr(GError) problem = NULL;
    if (take_registration == NULL) {
        request_fail(request, detail, error);
        return;
    }
    OpenForm *open = new_registration(take_registration);
    if (!fill_in_nick(request, open, &problem)) {
        open_form_free(open);
        request_fail(request, NULL, problem);
        return;
    }
    keep(request->session, request->room, open);
    if (request->nick != NULL && form_check(open->form, NULL))
        send_form(request, open, on_submitted);
    else
        request_end(request, NULL);
}

void
room_forms_register(Session *session, const Jid *room, const char *nick, CoreDone done, gpointer data)
{
    GError *error = NULL;
    if (!may_replace(session, room, &error)) {
        refuse_later(done, data, error);
        return;
    }
    Request *request = request_new(session, room, ROOM_FORM_REGISTRATION, done, data);
    request->nick = g_strdup(nick);
    register_request(session_stream(session), request->room, on_register_form, request);
}

static void
on_unregistered(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    const bool was_not = detail != NULL && g_str_equal(detail->condition, "registration-required");
    g_autoptr(GError) not_registered =
        was_not ? g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("you are not registered there: /room register"))
                : NULL;
    if (answer == NULL)
        request_fail(data, was_not ? NULL : detail, was_not ? not_registered : error);
    else
        request_end(data, NULL);
}

void
room_forms_unregister(Session *session, const Jid *room, CoreDone done, gpointer data)
{
    register_remove(session_stream(session), room, on_unregistered,
                    request_new(session, room, ROOM_FORM_REGISTRATION, done, data));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/room_admin.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "core/room_admin_private.h"
#include "xmpp/xep/muc_admin.h"
#include "xmpp/xep/muc_owner.h"

G_STATIC_ASSERT((int) ROLE_MODERATOR == (int) MUC_ROLE_MODERATOR && (int) ROLE_NONE == (int) MUC_ROLE_NONE);
G_STATIC_ASSERT((int) AFFILIATION_OWNER == (int) MUC_AFFILIATION_OWNER
                && (int) AFFILIATION_OUTCAST == (int) MUC_AFFILIATION_OUTCAST);

/* --- refusals (XEP-0045 §8, §9, §10) --- */

static const struct {
    guint acts; /* RoomAct bits */
    const char *condition;
    int code;
    const char *words;
} refusals[] = {
    { ROOM_ACT_ROLE, "forbidden", ERROR_AUTH,
      N_("only moderators may do that, and only admins may make and unmake moderators: ask one (/occupants moderator)") },
    { ROOM_ACT_ROLE, "not-allowed", ERROR_AUTH,
      N_("the room protects its admins, its owners and those above you: only an owner can help (/room lists owners)") },
    { ROOM_ACT_ROLE, "item-not-found", ERROR_NOT_FOUND, N_("nobody of that nick is in the room any more: see /occupants") },
    { ROOM_ACT_ROLE | ROOM_ACT_AFFILIATION, "conflict", ERROR_FAILED,
      N_("nobody can do that to themselves, and a room needs an owner: make somebody else an owner first") },
    { ROOM_ACT_AFFILIATION, "forbidden", ERROR_AUTH,
      N_("only admins may do that, and only owners may make and unmake admins and owners: ask one (/room lists owners)") },
    { ROOM_ACT_AFFILIATION, "not-allowed", ERROR_AUTH,
      N_("the room protects those of your rank and above: ask an owner (/room lists owners)") },
    { ROOM_ACT_AFFILIATION, "item-not-found", ERROR_NOT_FOUND, N_("nobody has that address: check it") },
    { ROOM_ACT_LIST, "forbidden", ERROR_AUTH, N_("only admins and owners may see that list: ask one of them") },
    { ROOM_ACT_LIST, "not-allowed", ERROR_AUTH, N_("only admins and owners may see that list: ask one of them") },
    { ROOM_ACT_DESTROY, "forbidden", ERROR_AUTH, N_("only owners may destroy a room: ask one (/room lists owners)") },
    { ROOM_ACT_DESTROY, "not-allowed", ERROR_AUTH,
      N_("the server keeps this room: only those who run the server can destroy it") },
    { ROOM_ACT_INVITE, "forbidden", ERROR_AUTH, N_("only admins and owners may invite to this room: ask one of them") },
    { ROOM_ACT_INVITE, "not-allowed", ERROR_AUTH, N_("only admins and owners may invite to this room: ask one of them") },
    { ROOM_ACT_INVITE, "item-not-found", ERROR_NOT_FOUND, N_("nobody has that address: check it") },
    { ROOM_ACT_INVITE, "service-unavailable", ERROR_NOT_FOUND,
      N_("nobody has that address, or takes no invitations: check it") },
    { ROOM_ACT_VOICE, "forbidden", ERROR_AUTH,
      N_("the room takes no requests for voice: write to a moderator privately (/occupants moderator, /pm NICK)") },
    { ROOM_ACT_VOICE, "not-allowed", ERROR_AUTH,
      N_("the room takes no requests for voice: write to a moderator privately (/occupants moderator, /pm NICK)") },
};

static GError *
error_of(RoomAct act, const char *condition, const XmppStanzaError *detail, const GError *error)
{
    for (guint i = 0; condition != NULL && i < G_N_ELEMENTS(refusals); i++) {
        if ((refusals[i].acts & act) == 0 || strcmp(refusals[i].condition, condition) != 0)
            continue;
        g_autofree char *said = core_clean_words(detail->text);
        return said != NULL ? g_error_new(CONFAB_ERROR, refusals[i].code, _("%s (the room says: %s)"),
                                          _(refusals[i].words), said)
                            : g_error_new_literal(CONFAB_ERROR, refusals[i].code, _(refusals[i].words));
    }
    return rooms_error(detail, error);
}

GError *
room_admin_error(RoomAct act, const XmppStanzaError *detail, const GError *error)
{
    return error_of(act, detail != NULL ? detail->condition : NULL, detail, error);
}

/* --- requests --- */

typedef struct Request {
    RoomAct act;
    const char *not_allowed; /* the condition that is meant when the room says that */
    CoreDone done;
    gpointer data;
} Request;

static bool
has_power(const Room *room, RoomAct act)
{
    switch (act) {
    case ROOM_ACT_ROLE:
        return room_own_role(room) == ROLE_MODERATOR;
    case ROOM_ACT_AFFILIATION:
        return room_own_affiliation(room) >= AFFILIATION_ADMIN;
    case ROOM_ACT_DESTROY:
        return room_own_affiliation(room) == AFFILIATION_OWNER;
    default:
        return true;
    }
}

/* Some rooms say "not-allowed" to everything, instead of "forbidden" to those who may never do it (§8.2, §9.1), and of
 * "conflict" to an owner who gives up the room (§10.5). */
static Request *
request_new(const Room *room, RoomAct act, bool is_self, CoreDone done, gpointer data)
{
    const char *not_allowed = !has_power(room, act) ? "forbidden" : is_self ? "conflict" : "not-allowed";
    const Request request = { act, not_allowed, done, data };
    return g_memdup2(&request, sizeof request);
}

static void
on_done(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    g_autofree Request *request = data;
    const char *condition = detail != NULL ? detail->condition : NULL;
    if (g_strcmp0(condition, "not-allowed") == 0)
        condition = request->not_allowed;
    g_autoptr(GError) refusal = error != NULL ? error_of(request->act, condition, detail, error) : NULL;
    if (request->done != NULL)
        request->done(refusal, request->data);
}

/* Only from inside: others would not know whether the room or their own server refuses. */
static bool
is_in(Session *session, const Room *room, CoreDone done, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (rooms_require_joined(session, room, &error))
        return true;
    core_done_later(done, data, error);
    return false;
}

void
room_admin_set_role(Session *session, const Room *room, const RoomRole *wish, CoreDone done, gpointer data)
{
    const bool is_self = g_strcmp0(wish->nick, room_nick(room)) == 0;
    if (is_in(session, room, done, data))
        muc_admin_set_role(session_stream(session), room_jid(room), wish->nick, (MucRole) wish->role, wish->reason, on_done,
                           request_new(room, ROOM_ACT_ROLE, is_self, done, data));
}

void
room_admin_set_affiliation(Session *session, const Room *room, const RoomAffiliation *wish, CoreDone done, gpointer data)
{
    const bool is_self = jid_equal_bare(wish->jid, account_jid(session_account(session)));
    if (is_in(session, room, done, data))
        muc_admin_set_affiliation(session_stream(session), room_jid(room), wish->jid, (MucAffiliation) wish->affiliation,
                                  wish->reason, on_done, request_new(room, ROOM_ACT_AFFILIATION, is_self, done, data));
}

void
room_admin_destroy(Session *session, const Room *room, const RoomEnd *end, CoreDone done, gpointer data)
{
    if (is_in(session, room, done, data))
        muc_owner_destroy(session_stream(session), room_jid(room), end->reason, end->alternate, on_done,
                          request_new(room, ROOM_ACT_DESTROY, false, done, data));
}

/* --- lists --- */

static int
compare_entries(gconstpointer a, gconstpointer b)
{
    const RoomListEntry *one = a, *two = b;
    const int by_jid = g_strcmp0(one->jid != NULL ? jid_text(one->jid) : NULL, two->jid != NULL ? jid_text(two->jid) : NULL);
    return by_jid != 0 ? by_jid : g_strcmp0(one->nick, two->nick);
}

static void
clear_entry(gpointer data)
{
    const RoomListEntry *entry = data;
    g_free((char *) entry->nick);
    g_free((char *) entry->reason);
}

/* Borrows the addresses. */
static GArray *
make_entries(const GPtrArray *items)
{
    GArray *entries = g_array_sized_new(FALSE, FALSE, sizeof(RoomListEntry), items->len);
    g_array_set_clear_func(entries, clear_entry);
    for (guint i = 0; i < items->len; i++) {
        const MucListItem *item = g_ptr_array_index(items, i);
        const RoomListEntry entry = {
            .jid = item->jid,
            .nick = core_clean_name(item->nick),
            .reason = core_clean_words(item->reason),
            .affiliation = (OccupantAffiliation) item->affiliation,
            .role = (OccupantRole) item->role,
        };
        g_array_append_val(entries, entry);
    }
    g_array_sort(entries, compare_entries);
    return entries;
}

typedef struct ListRequest {
    RoomListDone done;
    gpointer data;
} ListRequest;

static void
on_list(XmppStream *stream, const GPtrArray *items, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    g_autofree ListRequest *request = data;
    g_autoptr(GArray) entries = items != NULL ? make_entries(items) : NULL;
    g_autoptr(GError) refusal = error != NULL ? room_admin_error(ROOM_ACT_LIST, detail, error) : NULL;
    request->done(entries, refusal, request->data);
}

/* Not in the room: told as anything else that fails. */
static void
on_not_in(const GError *error, gpointer data)
{
    g_autofree ListRequest *request = data;
    request->done(NULL, error, request->data);
}

void
room_admin_list(Session *session, const Room *room, RoomList list, RoomListDone done, gpointer data)
{
    static const struct {
        bool is_role;
        int value;
    } lists[] = {
        [ROOM_LIST_OWNERS] = { false, MUC_AFFILIATION_OWNER },     [ROOM_LIST_ADMINS] = { false, MUC_AFFILIATION_ADMIN },
        [ROOM_LIST_MEMBERS] = { false, MUC_AFFILIATION_MEMBER },   [ROOM_LIST_OUTCASTS] = { false, MUC_AFFILIATION_OUTCAST },
        [ROOM_LIST_MODERATORS] = { true, MUC_ROLE_MODERATOR },     [ROOM_LIST_PARTICIPANTS] = { true, MUC_ROLE_PARTICIPANT },
        [ROOM_LIST_VISITORS] = { true, MUC_ROLE_VISITOR },
    };
    XmppStream *stream = session_stream(session);
    ListRequest *request = g_new0(ListRequest, 1);
    *request = (ListRequest) { done, data };
    if (!is_in(session, room, on_not_in, request))
        return;
    if (lists[list].is_role)
        muc_admin_list_role(stream, room_jid(room), (MucRole) lists[list].value, on_list, request);
    else
        muc_admin_list_affiliation(stream, room_jid(room), (MucAffiliation) lists[list].value, on_list, request);
}

/* --- lifting a ban --- */

typedef struct Unban {
    Session *session;
    Jid *room, *jid;
    CoreDone done;
    gpointer data;
} Unban;

static bool
is_listed(const GArray *entries, const Jid *jid)
{
    for (guint i = 0; i < entries->len; i++) {
        const Jid *listed = g_array_index(entries, RoomListEntry, i).jid;
        if (listed != NULL && jid_equal_bare(listed, jid))
            return true;
    }
    return false;
}

/* "None" would take their standing from members, admins and owners as well: it is for outcasts only. */
static void
on_outcasts(const GArray *entries, const GError *error, gpointer data)
{
    Unban *unban = data;
    const Room *room = account_find_room(session_account(unban->session), unban->room);
    const RoomAffiliation wish = { .jid = unban->jid, .affiliation = AFFILIATION_NONE };
    g_autoptr(GError) problem = error != NULL ? g_error_copy(error) : NULL;
    if (problem == NULL && !is_listed(entries, unban->jid))
        g_set_error(&problem, CONFAB_ERROR, ERROR_NOT_FOUND, _("%s is not banned here: see /room lists outcasts"),
                    jid_bare(unban->jid));
    else if (problem == NULL && room == NULL)
        g_set_error_literal(&problem, CONFAB_ERROR, ERROR_FAILED, _("the room was closed meanwhile: /join it again"));
    if (problem != NULL && unban->done != NULL)
        unban->done(problem, unban->data);
    if (problem == NULL)
        room_admin_set_affiliation(unban->session, room, &wish, unban->done, unban->data);
    jid_unref(unban->room);
    jid_unref(unban->jid);
    g_free(unban);
}

void
room_admin_unban(Session *session, const Room *room, const Jid *jid, CoreDone done, gpointer data)
{
    Unban *unban = g_new0(Unban, 1);
    *unban = (Unban) { session, jid_ref((Jid *) room_jid(room)), jid_to_bare(jid), done, data };
    room_admin_list(session, room, ROOM_LIST_OUTCASTS, on_outcasts, unban);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "command/room_call.h"
#include "command/tables.h"
#include "core/invitations.h"
#include "core/room_admin.h"

enum { PAGE_ROWS = 50 };

/* --- what happens later --- */

/* A call that says a sentence when it has worked. */
typedef struct Promise {
    CommandCall *call;
    char *words;
} Promise;

static void
keep_promise(const GError *error, gpointer data)
{
    Promise *promise = data;
    if (error == NULL)
        command_call_print(promise->call, "%s", promise->words);
    command_call_finish(promise->call, error);
    g_free(promise->words);
    g_free(promise);
}

static Promise *
promise(CommandCall *call, char *take_words)
{
    Promise *made = g_new0(Promise, 1);
    *made = (Promise) { command_call_defer(call), take_words };
    return made;
}

/* --- whom --- */

/* Somebody in the room, or not: who is meant by a word of the user. */
typedef struct Target {
    Jid *jid;
    char *label; /* for people */
} Target;

static void
target_clear(Target *target)
{
    g_clear_pointer(&target->jid, jid_unref);
    g_clear_pointer(&target->label, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, target_clear)

/* What has an @ is an address: somebody who calls himself like another one's address is not that one (I20). A whole
 * server is written @server, so that no misspelt nick becomes one. */
static bool
find_address(const char *text, Target *target, GError **error)
{
    g_autoptr(Jid) jid = jid_new(*text == '@' ? text + 1 : text, error);
    if (jid == NULL)
        return false;
    target->jid = jid_to_bare(jid);
    target->label = text_clean(jid_text(target->jid), -1, TEXT_STRICT);
    return true;
}

static bool
find_target(const Room *room, const char *text, Target *target, GError **error)
{
    if (strchr(text, '@') != NULL)
        return find_address(text, target, error);
    const Occupant *occupant = room_call_occupant(room, text, error);
    if (occupant == NULL)
        return false;
    const Jid *jid = occupant_jid(occupant);
    if (jid == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED,
                    _("the room does not show you the address of %s: write it, or ask an admin of the room"),
                    occupant_label(occupant));
        return false;
    }
    target->jid = jid_to_bare(jid);
    target->label = g_strdup_printf("%s (%s)", occupant_label(occupant), jid_text(target->jid));
    return true;
}

/* --- roles --- */

static char *
role_words(const Occupant *occupant, OccupantRole role)
{
    const char *label = occupant_label(occupant);
    if (role == ROLE_NONE)
        return g_strdup_printf(_("%s was kicked."), label);
    return g_strdup_printf(_("%s: %s now"), label, occupant_role_label(role));
}

static bool
set_role(CommandCall *call, const Args *args, OccupantRole role, GError **error)
{
    const Room *room = room_call_joined(call, error);
    const Occupant *occupant = room != NULL ? room_call_occupant(room, args_text(args, "nick"), error) : NULL;
    if (occupant == NULL)
        return false;
    if (role == ROLE_NONE && occupant_is_self(occupant)) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("that is you: /leave"));
        return false;
    }
    const RoomRole wish = { occupant_nick(occupant), role, args_text(args, "reason") };
    room_admin_set_role(command_call_session(call), room, &wish, keep_promise, promise(call, role_words(occupant, role)));
    return true;
}

static bool
cmd_kick(CommandCall *call, const Args *args, GError **error)
{
    return set_role(call, args, ROLE_NONE, error);
}

static bool
cmd_role(CommandCall *call, const Args *args, GError **error)
{
    const char *word = args_text(args, "role");
    OccupantRole role = ROLE_NONE;
    while (role < ROLE_MODERATOR && strcmp(occupant_role_word(role), word) != 0)
        role++;
    return set_role(call, args, role, error);
}

/* --- affiliations --- */

static char *
affiliation_words(const Target *target, OccupantAffiliation affiliation)
{
    if (affiliation == AFFILIATION_OUTCAST)
        return g_strdup_printf(_("%s is banned."), target->label);
    return g_strdup_printf(_("%s: %s now"), target->label, occupant_affiliation_label(affiliation));
}

static bool
set_affiliation(CommandCall *call, const Args *args, OccupantAffiliation affiliation, GError **error)
{
    g_auto(Target) target = { 0 };
    const Room *room = room_call_joined(call, error);
    if (room == NULL || !find_target(room, args_text(args, "whom"), &target, error))
        return false;
    const RoomAffiliation wish = { target.jid, affiliation, args_text(args, "reason") };
    room_admin_set_affiliation(command_call_session(call), room, &wish, keep_promise,
                               promise(call, affiliation_words(&target, affiliation)));
    return true;
}

static bool
cmd_ban(CommandCall *call, const Args *args, GError **error)
{
    return set_affiliation(call, args, AFFILIATION_OUTCAST, error);
}

static bool
cmd_affiliation(CommandCall *call, const Args *args, GError **error)
{
    const char *word = args_text(args, "affiliation");
    OccupantAffiliation affiliation = AFFILIATION_OUTCAST;
    while (affiliation < AFFILIATION_OWNER && strcmp(occupant_affiliation_word(affiliation), word) != 0)
        affiliation++;
    return set_affiliation(call, args, affiliation, error);
}

static bool
cmd_unban(CommandCall *call, const Args *args, GError **error)
{
    g_auto(Target) target = { 0 };
    const Room *room = room_call_joined(call, error);
    if (room == NULL || !find_address(args_text(args, "address"), &target, error))
        return false;
    room_admin_unban(command_call_session(call), room, target.jid, keep_promise,
                     promise(call, g_strdup_printf(_("%s may come again."), target.label)));
    return true;
}

/* --- voice --- */

static void
print_asking(CommandCall *call, const Room *room)
{
    g_autofree const char **nicks = room_voice_asking(command_call_session(call), room);
    for (const char **nick = nicks; *nick != NULL; nick++)
        command_call_row(call, ".nick", *nick, "name", occupant_label(room_find(room, *nick)), NULL);
    if (*nicks == NULL)
        command_call_print(call, "%s", _("Nobody asks for voice."));
}

static bool
request_voice(CommandCall *call, const Room *room)
{
    room_voice_request(command_call_session(call), room, keep_promise,
                       promise(call, g_strdup(_("The moderators are asked to let you speak."))));
    return true;
}

static bool
cmd_voice(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_joined(call, error);
    if (room == NULL)
        return false;
    if (room_own_role(room) == ROLE_VISITOR)
        return request_voice(call, room);
    print_asking(call, room);
    return true;
}

static bool
cmd_voice_request(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_joined(call, error);
    return room != NULL && request_voice(call, room);
}

static bool
set_voice(CommandCall *call, const Args *args, bool granted, GError **error)
{
    const Room *room = room_call_joined(call, error);
    const Occupant *occupant = room != NULL ? room_call_occupant(room, args_text(args, "nick"), error) : NULL;
    if (occupant == NULL)
        return false;
    const char *label = occupant_label(occupant);
    char *words = granted ? g_strdup_printf(_("%s may speak."), label) : g_strdup_printf(_("%s may only listen."), label);
    room_voice_set(command_call_session(call), room, occupant_nick(occupant), granted, keep_promise, promise(call, words));
    return true;
}

static bool
cmd_voice_grant(CommandCall *call, const Args *args, GError **error)
{
    return set_voice(call, args, true, error);
}

static bool
cmd_voice_revoke(CommandCall *call, const Args *args, GError **error)
{
    return set_voice(call, args, false, error);
}

/* --- lists --- */

static const char *const list_words[] = { "owners",     "admins",       "members",  "outcasts",
                                          "moderators", "participants", "visitors" };

typedef struct Listing {
    CommandCall *call;
    RoomList list;
    guint page;
} Listing;

static void
print_entry(CommandCall *call, const RoomListEntry *entry)
{
    g_autofree char *jid = entry->jid != NULL ? text_clean(jid_text(entry->jid), -1, TEXT_STRICT) : NULL;
    command_call_row(call, "jid", jid, "affiliation", occupant_affiliation_word(entry->affiliation), "name", entry->nick,
                     "role", entry->role != ROLE_NONE ? occupant_role_word(entry->role) : NULL, "reason", entry->reason, NULL);
}

static void
print_entries(const Listing *listing, const GArray *entries)
{
    const char *word = list_words[listing->list];
    const guint first = (listing->page - 1) * PAGE_ROWS;
    const guint end = MIN(first + PAGE_ROWS, entries->len);
    for (guint i = first; i < end; i++)
        print_entry(listing->call, &g_array_index(entries, RoomListEntry, i));
    if (entries->len == 0)
        command_call_print(listing->call, _("The list of %s is empty."), word);
    else if (first >= entries->len)
        command_call_print(listing->call, _("There are only %u: /room lists %s"), entries->len, word);
    else if (end < entries->len)
        command_call_print(listing->call, _("%u to %u of %u: /room lists %s page %u"), first + 1, end, entries->len, word,
                           listing->page + 1);
    else
        command_call_print(listing->call, _("%u in all"), entries->len);
}

static void
on_list(const GArray *entries, const GError *error, gpointer data)
{
    g_autofree Listing *listing = data;
    if (entries != NULL)
        print_entries(listing, entries);
    command_call_finish(listing->call, error);
}

static bool
cmd_room_lists(CommandCall *call, const Args *args, GError **error)
{
    const char *word = args_text(args, "list");
    const Room *room = room_call_joined(call, error);
    if (room == NULL)
        return false;
    RoomList list = ROOM_LIST_OWNERS;
    while (list < ROOM_LIST_VISITORS && strcmp(list_words[list], word) != 0)
        list++;
    Listing *listing = g_new0(Listing, 1);
    *listing = (Listing) { command_call_defer(call), list, (guint) args_int(args, "page", 1) };
    room_admin_list(command_call_session(call), room, list, on_list, listing);
    return true;
}

/* --- the end of a room --- */

static bool
cmd_room_destroy(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_joined(call, error);
    if (room == NULL)
        return false;
    const RoomEnd end = { args_text(args, "reason"), args_jid(args, "alternate") };
    room_admin_destroy(command_call_session(call), room, &end, keep_promise,
                       promise(call, g_strdup_printf(_("%s is destroyed."), jid_text(room_jid(room)))));
    return true;
}

/* --- invitations --- */

static bool
cmd_invite(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_joined(call, error);
    const Jid *jid = args_jid(args, "whom");
    if (room == NULL)
        return false;
    const InvitationWish wish = { jid, args_text(args, "reason"), g_strcmp0(args_text(args, "via"), "direct") == 0 };
    g_autofree char *shown = text_clean(jid_text(jid), -1, TEXT_STRICT);
    invitations_send(command_call_session(call), room, &wish, keep_promise,
                     promise(call, g_strdup_printf(_("%s is invited to %s."), shown, jid_text(room_jid(room)))));
    return true;
}

static bool
cmd_invitations(CommandCall *call, const Args *args, GError **error)
{
    Session *session = command_call_session(call);
    const guint count = invitations_count(session);
    for (guint i = 0; i < count; i++) {
        const Invitation *invitation = invitations_at(session, i);
        g_autofree char *room = text_clean(jid_text(invitation->room), -1, TEXT_STRICT);
        g_autofree char *from = invitation->from != NULL ? text_clean(jid_text(invitation->from), -1, TEXT_STRICT) : NULL;
        g_autofree char *time = when_format(invitation->time);
        command_call_row(call, ".time", time, "room", room, "from", from, "via", invitation->is_direct ? "direct" : "room",
                         "contact", invitation->is_stranger ? "no" : "yes", "reason", invitation->reason, NULL);
    }
    command_call_print(call, "%s", count == 0 ? _("Nobody has invited you.") : _("/join ROOM accepts one, /decline ROOM refuses it"));
    return true;
}

static bool
cmd_decline(CommandCall *call, const Args *args, GError **error)
{
    Session *session = command_call_session(call);
    const Invitation *invitation = invitations_find(session, args_jid(args, "room"), error);
    if (invitation == NULL)
        return false;
    const bool is_told = !invitation->is_direct && invitation->from != NULL;
    g_autofree char *room = text_clean(jid_text(invitation->room), -1, TEXT_STRICT);
    if (!invitations_decline(session, invitation, args_text(args, "text"), error))
        return false;
    if (is_told)
        command_call_print(call, _("The invitation to %s is declined."), room);
    else
        command_call_print(call, _("The invitation to %s is forgotten; such ones have no answer."), room);
    return true;
}

static const Command commands[] = {
    { .name = "kick",
      .grammar = "<nick:word> [reason:text]",
      .help = N_("Put somebody out of the current room; they may come again."),
      .run = cmd_kick,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/kick \"Third Witch\" That is enough" },
    { .name = "ban",
      .grammar = "<whom:word> [reason:text]",
      .help = N_("Put somebody out of the current room for good."),
      .run = cmd_ban,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .details = N_("By nick, where the room shows you their address, or by address, also of somebody who is not there. "
                    "What has an @ is an address; @server bans everybody of a server."),
      .example = "/ban mallory@example.org Advertising" },
    { .name = "unban",
      .grammar = "<address:word>",
      .help = N_("Let somebody come to the current room again."),
      .run = cmd_unban,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/unban mallory@example.org" },
    { .name = "role",
      .grammar = "<nick:word> <role:none|visitor|participant|moderator> [reason:text]",
      .help = N_("Say what somebody may do in the current room until they leave: listen, speak, or moderate."),
      .run = cmd_role,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/role Bob moderator" },
    { .name = "affiliation",
      .grammar = "<whom:word> <affiliation:outcast|none|member|admin|owner> [reason:text]",
      .help = N_("Say what somebody is to the current room, now and whenever they come."),
      .run = cmd_affiliation,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .details = N_("By nick, where the room shows you their address, or by address."),
      .example = "/affiliation bob@example.org member" },
    { .name = "voice",
      .grammar = "",
      .help = N_("Ask to be allowed to speak in a moderated room; as a moderator, see who asks."),
      .run = cmd_voice,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/voice" },
    { .name = "voice request",
      .grammar = "",
      .help = N_("Ask to be allowed to speak in a moderated room."),
      .run = cmd_voice_request,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/voice request" },
    { .name = "voice grant",
      .grammar = "<nick:word>",
      .help = N_("Let somebody speak in the current room."),
      .run = cmd_voice_grant,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/voice grant Bob" },
    { .name = "voice revoke",
      .grammar = "<nick:word>",
      .help = N_("Let somebody only listen in the current room; also the no to somebody who asks for voice."),
      .run = cmd_voice_revoke,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/voice revoke Bob" },
    { .name = "room lists",
      .grammar = "<list:owners|admins|members|outcasts|moderators|participants|visitors> [page page:int(1..100000)]",
      .help = N_("List who is what to the current room, also those who are not there."),
      .run = cmd_room_lists,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/room lists outcasts page 2" },
    { .name = "room destroy",
      .grammar = "[reason reason:word] [alternate alternate:bare]",
      .help = N_("Destroy the current room for everybody, for good; alternate says where it goes on."),
      .run = cmd_room_destroy,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/room destroy reason \"We have moved\" alternate park@rooms.example.org" },
    { .name = "invite",
      .grammar = "<whom:bare> [via via:room|direct] [reason reason:text]",
      .help = N_("Invite somebody to the current room."),
      .run = cmd_invite,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .details = N_("The room passes it on, and lets them in where it is for members only; via direct, the invitation goes "
                    "straight to them. They see your address."),
      .example = "/invite bob@example.org reason The roses are in bloom" },
    { .name = "invitations",
      .grammar = "",
      .help = N_("List the rooms you are invited to. Nothing is joined by itself."),
      .run = cmd_invitations,
      .needs = NEEDS_ACCOUNT,
      .example = "/invitations" },
    { .name = "decline",
      .grammar = "[room:bare] [text:text]",
      .help = N_("Refuse an invitation, with some words if you like."),
      .run = cmd_decline,
      .needs = NEEDS_ACCOUNT,
      .details = N_("Without a room: the only one there is. The room tells who invited you; they see your address. Direct "
                    "invitations have no answer, and are only forgotten."),
      .example = "/decline garden@rooms.example.org Sorry, too busy" },
    { 0 },
};

const CommandGroup room_admin_group = { "moderation", N_("Moderating rooms, and invitations"), commands };

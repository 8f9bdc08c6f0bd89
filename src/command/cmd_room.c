/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "command/room_call.h"
#include "command/say.h"
#include "command/tables.h"
#include "core/conversations.h"
#include "core/outgoing.h"
#include "core/rooms.h"

/* --- for all commands about rooms --- */

Room *
room_call_room(CommandCall *call, GError **error)
{
    const Conversation *conversation = command_call_conversation(call);
    Room *room = conversation != NULL ? conversation_room(conversation) : NULL;
    if (room == NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("/%s is for rooms: go to one, or /join ROOM first"),
                    command_call_command(call)->name);
    return room;
}

Room *
room_call_joined(CommandCall *call, GError **error)
{
    Room *room = room_call_room(call, error);
    return room != NULL && rooms_require_joined(command_call_session(call), room, error) ? room : NULL;
}

Occupant *
room_call_occupant(const Room *room, const char *nick, GError **error)
{
    bool ambiguous;
    Occupant *occupant = room_find_typed(room, nick, &ambiguous);
    g_autofree char *shown = text_clean(nick, -1, TEXT_STRICT);
    if (occupant == NULL && ambiguous)
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                    _("more than one in the room looks like “%s”: complete the nick with Tab"), shown);
    else if (occupant == NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("nobody in the room is called “%s”: see /occupants"), shown);
    return occupant;
}

/* --- coming and going --- */

static bool
cmd_join(CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "room");
    g_autoptr(Jid) room = jid_to_bare(jid);
    const RoomsJoin join = { .room = room, .nick = jid_resource(jid), .password = args_text(args, "password") };
    CommandCall *deferred = command_call_defer(call);
    Conversation *conversation =
        rooms_join(command_call_session(call), &join, command_call_done, deferred, error);
    if (conversation != NULL) {
        command_call_show(call, conversation);
        return true;
    }
    /* Nothing was begun: nobody else ends the call. */
    g_autoptr(GError) problem = g_error_copy(*error);
    g_clear_error(error);
    command_call_finish(deferred, problem);
    return true;
}

/* The password is nobody's business (I23). */
static int
show_join(const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], "password") == 0)
            return i + 1;
    }
    return -1;
}

static bool
cmd_leave(CommandCall *call, const Args *args, GError **error)
{
    Room *room = room_call_room(call, error);
    return room != NULL && rooms_leave(command_call_session(call), room, args_text(args, "text"), error);
}

static bool
cmd_nick(CommandCall *call, const Args *args, GError **error)
{
    Room *room = room_call_joined(call, error);
    if (room == NULL)
        return false;
    rooms_set_nick(command_call_session(call), room, args_text(args, "nick"), command_call_done,
                   command_call_defer(call));
    return true;
}

/* --- the topic --- */

static void
print_topic(CommandCall *call, const Room *room)
{
    const char *subject = room_subject(room);
    if (subject == NULL || *subject == '\0') {
        command_call_print(call, "%s", _("The room has no topic."));
        return;
    }
    command_call_row(call, "room", jid_text(room_jid(room)), "by", room_subject_by(room), "topic", subject, NULL);
}

static bool
cmd_topic(CommandCall *call, const Args *args, GError **error)
{
    const char *text = args_text(args, "text");
    Room *room = text != NULL ? room_call_joined(call, error) : room_call_room(call, error);
    if (room == NULL)
        return false;
    if (text == NULL) {
        print_topic(call, room);
        return true;
    }
    rooms_set_subject(command_call_session(call), room, strcmp(text, "-delete") == 0 ? "" : text, command_call_done,
                      command_call_defer(call));
    return true;
}

/* --- who is there --- */

static void
print_occupant(CommandCall *call, const Occupant *occupant)
{
    const Jid *jid = occupant_jid(occupant);
    command_call_row(call, ".nick", occupant_nick(occupant), ".occupant_id", occupant_id(occupant), "name",
                     occupant_label(occupant), "role", occupant_role_word(occupant_role(occupant)), "affiliation",
                     occupant_affiliation_word(occupant_affiliation(occupant)), "presence",
                     availability_word(occupant_availability(occupant)), "jid", jid != NULL ? jid_text(jid) : NULL,
                     "status", occupant_status(occupant), NULL);
}

static bool
matches(const Occupant *occupant, const char *folded)
{
    g_autofree char *label = text_fold(occupant_label(occupant));
    g_autofree char *jid = occupant_jid(occupant) != NULL ? text_fold(jid_text(occupant_jid(occupant))) : NULL;
    return strstr(label, folded) != NULL || (jid != NULL && strstr(jid, folded) != NULL)
           || strcmp(occupant_role_word(occupant_role(occupant)), folded) == 0
           || strcmp(occupant_affiliation_word(occupant_affiliation(occupant)), folded) == 0;
}

static bool
cmd_occupants(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_joined(call, error);
    const char *filter = args_text(args, "filter");
    g_autofree char *folded = filter != NULL ? text_fold(filter) : NULL;
    guint shown = 0;
    if (room == NULL)
        return false;
    for (guint i = 0; i < room_occupant_count(room); i++) {
        const Occupant *occupant = room_at(room, i);
        if (folded != NULL && !matches(occupant, folded))
            continue;
        print_occupant(call, occupant);
        shown++;
    }
    command_call_print(call, _("%u of %u: %u moderators, %u participants, %u visitors"), shown,
                       room_occupant_count(room), room_role_count(room, ROLE_MODERATOR),
                       room_role_count(room, ROLE_PARTICIPANT), room_role_count(room, ROLE_VISITOR));
    return true;
}

/* --- private messages --- */

static bool
cmd_pm(CommandCall *call, const Args *args, GError **error)
{
    Client *client = command_call_client(call);
    const Room *room = room_call_joined(call, error);
    const Occupant *occupant = room != NULL ? room_call_occupant(room, args_text(args, "nick"), error) : NULL;
    g_autoptr(Jid) jid = occupant != NULL ? jid_with_resource(room_jid(room), occupant_nick(occupant), error) : NULL;
    if (jid == NULL)
        return false;
    Account *account = session_account(command_call_session(call));
    Conversation *conversation = conversations_open(client, account, jid, CONVERSATION_OCCUPANT);
    command_call_show(call, conversation);
    return !args_has(args, "text") || say_text(call, conversation, args_text(args, "text"), error);
}

static const Command commands[] = {
    { .name = "join",
      .grammar = "<room:jid> [password password:word]",
      .help = N_("Join a room, by the nick behind the slash or your usual one; a room that is not there is created."),
      .run = cmd_join,
      .needs = NEEDS_SESSION,
      .details = N_("The room becomes the current conversation. It is joined again by itself when it was lost (setting "
                    "room.rejoin), until you /leave it. A nick with spaces is quoted: /join \"room@rooms.example.org/Alice B.\"."),
      .example = "/join garden@rooms.example.org/Alice",
      .shows = show_join },
    { .name = "leave",
      .grammar = "[text:text]",
      .help = N_("Leave the current room, with some words if you like."),
      .run = cmd_leave,
      .needs = NEEDS_CONVERSATION | NEEDS_ACCOUNT,
      .example = "/leave See you tomorrow" },
    { .name = "nick",
      .grammar = "<nick:text>",
      .help = N_("Be called otherwise in the current room."),
      .run = cmd_nick,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/nick Alice at work" },
    { .name = "topic",
      .grammar = "[text:text]",
      .help = N_("Show the topic of the current room, or set it; -delete removes it."),
      .run = cmd_topic,
      .needs = NEEDS_CONVERSATION | NEEDS_ACCOUNT,
      .example = "/topic Roses, and what eats them" },
    { .name = "occupants",
      .grammar = "[filter:text]",
      .help = N_("List who is in the current room, by role; or those with this in their nick or address, or of this role."),
      .run = cmd_occupants,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/occupants moderator" },
    { .name = "pm",
      .grammar = "<nick:word> [text:text]",
      .help = N_("Say something privately to somebody in the current room."),
      .run = cmd_pm,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .details = N_("It goes through the room, and is not encrypted. The conversation opens; /msg ROOM/NICK does the same."),
      .example = "/pm Bob Are you there?" },
    { 0 },
};

const CommandGroup rooms_group = { "rooms", N_("Rooms"), commands };

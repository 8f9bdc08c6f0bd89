/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/i18n.h"
#include "command/room_call.h"
#include "command/say.h"
#include "command/tables.h"
#include "core/annotate.h"

/* The message the line is about: the N-th from the end. */
static Message *
find(CommandCall *call, const Args *args, MessageDirection direction, GError **error)
{
    return annotations_find(command_call_conversation(call), direction, (guint) args_int(args, "number", 1), error);
}

static bool
cmd_reply(CommandCall *call, const Args *args, GError **error)
{
    const Message *target = find(call, args, MESSAGE_IN, error);
    return target != NULL && say_reply(call, command_call_conversation(call), target, args_text(args, "text"), error);
}

static bool
cmd_react(CommandCall *call, const Args *args, GError **error)
{
    Message *target = find(call, args, MESSAGE_IN, error);
    return target != NULL
           && annotations_react(command_call_client(call), command_call_conversation(call), target,
                                args_has(args, "emoji") ? args_list(args, "emoji") : NULL, error);
}

static bool
cmd_retract(CommandCall *call, const Args *args, GError **error)
{
    Message *target = find(call, args, MESSAGE_OUT, error);
    return target != NULL
           && annotations_retract_own(command_call_client(call), command_call_conversation(call), target, error);
}

static bool
cmd_moderate(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_joined(call, error);
    const Message *target = room != NULL ? find(call, args, MESSAGE_IN, error) : NULL;
    if (target == NULL)
        return false;
    annotations_moderate(command_call_client(call), command_call_conversation(call), target, args_text(args, "reason"),
                         command_call_done, command_call_defer(call));
    return true;
}

static const Command commands[] = {
    { .name = "reply",
      .grammar = "<number:int(1..10000)> <text:text>",
      .help = N_("Answer a certain message: 1 is the newest of somebody else, 2 the one before it."),
      .run = cmd_reply,
      .needs = NEEDS_CONVERSATION | NEEDS_ACCOUNT,
      .details = N_("Programs that do not know answers show the beginning of the message as a quotation."),
      .example = "/reply 2 Yes, that one" },
    { .name = "react",
      .grammar = "<number:int(1..10000)> [emoji:word...]",
      .help = N_("React to a message with emoji: 1 is the newest of somebody else; without emoji yours are taken back."),
      .run = cmd_react,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .details = N_("These replace the reactions you gave to it before."),
      .example = "/react 1 👍" },
    { .name = "retract",
      .grammar = "[number:int(1..10000)]",
      .help = N_("Take back a message of yours: 1, or no number, is the newest."),
      .run = cmd_retract,
      .needs = NEEDS_CONVERSATION | NEEDS_ACCOUNT,
      .details = N_("Its text is deleted here, and others are asked to do the same. They may have read it, and need not."),
      .example = "/retract 2" },
    { .name = "room moderate",
      .grammar = "<number:int(1..10000)> [reason:text]",
      .help = N_("Take back a message of somebody else in the current room: 1 is the newest."),
      .run = cmd_moderate,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .details = N_("For moderators, where the room's server can do it."),
      .example = "/room moderate 1 Advertising" },
    { 0 },
};

const CommandGroup annotations_group = { "messages", N_("Single messages"), commands };

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/i18n.h"
#include "command/tables.h"
#include "core/own_presence.h"

/* Whom a change is for: the account that /on picked; NULL: all. */
static Account *
account_of_call(const CommandCall *call)
{
    const Session *session = command_call_is_for_one_account(call) ? command_call_session(call) : NULL;
    return session == NULL ? NULL : session_account(session);
}

static Availability
availability_of(const char *word)
{
    Availability availability = AVAILABILITY_OFFLINE;
    while (strcmp(availability_word(availability), word) != 0 && availability < AVAILABILITY_CHAT)
        availability++;
    return availability;
}

/* One row an account. */
static void
print_presence(CommandCall *call)
{
    const Client *client = command_call_client(call);
    const Account *only = account_of_call(call);
    for (guint i = 0; i < client_session_count(client); i++) {
        const Account *account = session_account(client_session_at(client, i));
        if (only != NULL && account != only)
            continue;
        g_autofree char *priority = g_strdup_printf("%d", account_priority(account));
        command_call_row(call, "account", account_name(account), "state", account_state_word(account_state(account)),
                         "status", availability_word(account_availability(account)), "priority", priority, "text",
                         account_status(account), NULL);
    }
}

static bool
cmd_status(CommandCall *call, const Args *args, GError **error)
{
    if (!args_has(args, "status")) {
        print_presence(call);
        return true;
    }
    own_presence_set(command_call_client(call), account_of_call(call), availability_of(args_text(args, "status")),
                     args_text(args, "text"));
    return true;
}

static bool
cmd_priority(CommandCall *call, const Args *args, GError **error)
{
    if (!args_has(args, "priority")) {
        print_presence(call);
        return true;
    }
    own_presence_set_priority(command_call_client(call), account_of_call(call), (int) args_int(args, "priority", 0));
    return true;
}

static const Command commands[] = {
    { .name = "status",
      .grammar = "[status:online|chat|away|xa|dnd|offline] [text:text]",
      .help = N_("Show or change what contacts see of you."),
      .run = cmd_status,
      .needs = WAITS_FOR_SESSION,
      .details = N_("Changes all accounts; /on ACCOUNT /status … changes one. “offline” disconnects."),
      .example = "/status away Back in an hour" },
    { .name = "priority",
      .grammar = "[priority:int(-128..127)]",
      .help = N_("Show or change the priority of this client among those of the same account."),
      .run = cmd_priority,
      .needs = WAITS_FOR_SESSION,
      .details = N_(
          "Messages go to the client with the highest priority; a negative one gets none that are not "
          "addressed to it."),
      .example = "/priority 10" },
    { 0 },
};

const CommandGroup presence_group = { "presence", N_("Your presence"), commands };

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What scripts are made of: variables, waiting, printing, other files. */
#include "base/error.h"
#include "base/i18n.h"
#include "command/condition.h"
#include "command/registry_private.h"
#include "command/script.h"
#include "command/tables.h"
#include "command/words.h"

static bool
check_let(const Args *args, GError **error)
{
    const char *name = args_text(args, "name");
    if (words_is_variable_name(name))
        return true;
    g_autofree char *shown = arg_show(name);
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                _("/let: “%s” cannot be the name of a variable: use letters, digits and _"), shown);
    return false;
}

static bool
cmd_let(CommandCall *call, const Args *args, GError **error)
{
    const char *value = args_text(args, "value");
    call_set_variable(call, args_text(args, "name"), value != NULL ? value : "");
    return true;
}

static bool
cmd_print(CommandCall *call, const Args *args, GError **error)
{
    command_call_print(call, "%s", args_has(args, "text") ? args_text(args, "text") : "");
    return true;
}

static bool
cmd_source(CommandCall *call, const Args *args, GError **error)
{
    return script_run_inside(call, args_file(args, "file"), error);
}

static bool
cmd_if(CommandCall *call, const Args *args, GError **error)
{
    if (!condition_holds(args_condition(args, "condition"), call))
        return true;
    return command_call_execute(call, args_text(args, "command"), NULL, error);
}

static const Command commands[] = {
    { .name = "after",
      .grammar = "<seconds:number> <command:command>",
      .help = N_("Run a command later, once."),
      .run = cmd_after,
      .details = N_("It is for the conversation that is current now, and variables of a script have the values they have now. "
                    "What is planned goes with the program: confab run ends with its script, whatever is planned."),
      .example = "/after 600 /say The tea is ready." },
    { .name = "after list",
      .grammar = "",
      .help = N_("List what is planned, by /after and /every."),
      .run = cmd_after_list,
      .details = N_("With number, seconds until then, seconds between two times, and the command."),
      .example = "/after list" },
    { .name = "after cancel",
      .grammar = "<number:int(1..1000000000)>",
      .help = N_("Take away what was planned, by its number in /after list."),
      .run = cmd_after_cancel,
      .example = "/after cancel 1" },
    { .name = "every",
      .grammar = "<seconds:number> <command:command>",
      .help = N_("Run a command again and again."),
      .run = cmd_every,
      .check = check_every,
      .details = N_("As /after. While one time is not over the next ones are left out. /after list and /after cancel are for it, "
                    "too."),
      .example = "/every 3600 /ping" },
    { .name = "if",
      .grammar = "<condition:condition> <command:command>",
      .help = N_("Run a command if a condition holds; “not” in front turns the condition round."),
      .run = cmd_if,
      .needs = WAITS_FOR_SESSION,
      .details = N_("The conditions are in /help scripts. When it does not hold nothing happens, which is no failure. The "
                    "slash of the command must be there behind a condition that may end earlier, like “unread”."),
      .example = "/if not unread alice@example.org /print nothing new" },
    { .name = "let",
      .grammar = "<name:word> [value:text]",
      .help = N_("Give a variable of scripts its value."),
      .run = cmd_let,
      .check = check_let,
      .details = N_(
          "In a script $NAME and ${NAME} stand for the value, else for that of the environment. Whatever is "
          "in a value, it stays one word or a part of a text: it never becomes a command."),
      .example = "/let GREETING good morning" },
    { .name = "print",
      .grammar = "[text:text]",
      .help = N_("Print a line here; nobody else sees it."),
      .run = cmd_print,
      .example = "/print half of it is done" },
    { .name = "source",
      .grammar = "<file:file>",
      .help = N_("Run the commands of a file."),
      .run = cmd_source,
      .details = N_(
          "One command a line; # starts a comment, a \\ at the end goes on in the next line, || COMMAND runs "
          "only when the line before it failed. A line that fails ends the script, unless script.on-error is "
          "continue."),
      .example = "/source ~/greetings" },
    { .name = "wait",
      .grammar =
          "<event:connected|delivered|encrypted|offline|connection|message|delivery|correction|reaction|retraction|"
          "presence|subscription|roster|room|invitation|typing|unread|encryption|trust|smp|"
          "notice|error> [from from:jid] [with with:jid] [matching matching:regex] [state state:word] "
          "[timeout timeout:number]",
      .help = N_("Wait until something happens; 60 seconds unless a time-out is given."),
      .run = cmd_wait,
      .check = check_wait,
      .details = N_(
          "A script looks first at what happened since its last /wait that found something, so nothing is missed "
          "between two lines (of the newest 10,000 events); a line typed by hand looks from now on. “connected”, "
          "“delivered” and “encrypted” hold at once when they are true; “encrypted” fails with 79 when there will be no "
          "session. “from” is whose event it is, “with” the conversation: in a room “from” may be room@service/nick. "
          "“state” is for “connection” (offline, resolving, connecting, securing, authenticating, online), "
          "“delivery” (sent, received, displayed, failed), “presence” (online, chat, away, xa, dnd, offline), "
          "“subscription” (subscribe, subscribed, unsubscribe, unsubscribed), “room” (waiting, joining, joined, failed, "
          "left, topic, occupant), “invitation” (invited, declined), “encryption” (none, starting, encrypted, ended), "
          "“trust” (untrusted, trusted, verified), “notice” (info, warning, error, alarm) and “smp”, which is comparing a secret (asked, under-way, succeeded, "
          "failed, aborted). “matching” looks at the words: of “message” and “correction” the body, of the events with "
          "states the state and what there is to say of it, of “unread” the number, of “trust” fingerprint and trust. "
          "Afterwards $WAIT_FROM, $WAIT_WITH, $WAIT_ACCOUNT, $WAIT_STATE and $WAIT_TEXT tell what was found."),
      .example = "/wait message from alice@example.org matching \"^ok\" timeout 10" },
    { 0 },
};

static const char *const topic[] = {
    N_("Lines of a file, executed one after the other: by /source, confab run, or at the start from the file rc. A line "
       "that fails ends the script with its file and number. /if CONDITION COMMAND knows these conditions:"),
#define OPERATOR(name, word, help) help,
#define CONDITION(name, word, operand, must, help) help,
#include "command/condition.def"
#undef OPERATOR
#undef CONDITION
    NULL,
};

const CommandGroup scripts_group = { "scripts", N_("Scripts"), commands, topic };

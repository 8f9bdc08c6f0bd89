/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program itself: help, aliases, scripts, variables, the end. */
#include "base/error.h"
#include "base/i18n.h"
#include "command/help.h"
#include "command/registry_private.h"
#include "command/script.h"
#include "command/tables.h"
#include "command/words.h"

static bool
cmd_alias(CommandCall *call, const Args *args, GError **error)
{
    const Registry *registry = command_call_registry(call);
    Aliases *aliases = registry_aliases(registry);
    g_autofree char *name = args_has(args, "name") ? g_ascii_strdown(args_text(args, "name"), -1) : NULL;
    const char *command = args_text(args, "command");
    if (command == NULL) {
        g_autoptr(GPtrArray) names = aliases_list(aliases);
        for (guint i = 0; i < names->len; i++) {
            if (name == NULL || g_str_equal(names->pdata[i], name))
                command_call_row(call, "alias", names->pdata[i], "command", aliases_find(aliases, names->pdata[i]),
                                 NULL);
        }
        return true;
    }
    size_t length;
    if (registry_match(registry, name, &length) != NULL) {
        g_autofree char *shown = arg_show(name);
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/alias: /%s is a command already: choose another name"),
                    shown);
        return false;
    }
    return aliases_set(aliases, name, command, error);
}

static bool
cmd_unalias(CommandCall *call, const Args *args, GError **error)
{
    g_autofree char *name = g_ascii_strdown(args_text(args, "alias"), -1);
    return aliases_unset(registry_aliases(command_call_registry(call)), name, error);
}

static bool
cmd_let(CommandCall *call, const Args *args, GError **error)
{
    const char *name = args_text(args, "name");
    const char *value = args_text(args, "value");
    if (!words_is_variable_name(name)) {
        g_autofree char *shown = arg_show(name);
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                    _("/let: “%s” cannot be the name of a variable: use letters, digits and _"), shown);
        return false;
    }
    registry_set_variable(command_call_registry(call), name, value != NULL ? value : "");
    return true;
}

static bool
cmd_on(CommandCall *call, const Args *args, GError **error)
{
    return command_call_execute(call, args_text(args, "command"), args_text(args, "account"), error);
}

static bool
cmd_print(CommandCall *call, const Args *args, GError **error)
{
    command_call_print(call, "%s", args_has(args, "text") ? args_text(args, "text") : "");
    return true;
}

static bool
cmd_quit(CommandCall *call, const Args *args, GError **error)
{
    Registry *registry = command_call_registry(call);
    const Frontend *frontend = registry_frontend(registry);
    registry_cancel_scripts(registry, NULL, NULL);
    if (frontend->quit != NULL)
        frontend->quit(registry_front(registry), args_text(args, "text"));
    return true;
}

static bool
cmd_source(CommandCall *call, const Args *args, GError **error)
{
    return script_run_inside(call, args_file(args, "file"), error);
}

static bool
cmd_version(CommandCall *call, const Args *args, GError **error)
{
    command_call_row(call, "program", PACKAGE_NAME, "version", PACKAGE_VERSION, NULL);
    return true;
}

static const Command commands[] = {
    { .name = "help",
      .grammar = "[topic:topic...]",
      .help = N_("Show what can be done: groups, the commands of a group, or all about one command."),
      .run = cmd_help,
      .example = "/help roster add" },
    { .name = "alias",
      .grammar = "[name:word] [command:command]",
      .help = N_("Give a command another name; without a command list the aliases."),
      .run = cmd_alias,
      .details = N_(
          "In the command $1 to $9 stand for the words that follow the alias and $* for all of them; without any of "
          "these they are put behind the command. Aliases are kept."),
      .example = "/alias hug /me hugs $1" },
    { .name = "unalias",
      .grammar = "<alias:word>",
      .help = N_("Take an alias away."),
      .run = cmd_unalias,
      .example = "/unalias hug" },
    { .name = "let",
      .grammar = "<name:word> [value:text]",
      .help = N_("Give a variable of scripts its value."),
      .run = cmd_let,
      .details = N_(
          "In a script $NAME and ${NAME} stand for the value, else for that of the environment. Whatever is "
          "in a value, it stays one word or a part of a text: it never becomes a command."),
      .example = "/let GREETING good morning" },
    { .name = "on",
      .grammar = "<account:account> <command:command>",
      .help = N_("Run a command for an account, whatever the window."),
      .run = cmd_on,
      .example = "/on work /status away" },
    { .name = "print",
      .grammar = "[text:text]",
      .help = N_("Print a line here; nobody else sees it."),
      .run = cmd_print,
      .example = "/print half of it is done" },
    { .name = "quit",
      .grammar = "[text:text]",
      .help = N_("Disconnect all accounts and end the program."),
      .run = cmd_quit,
      .details = N_("The text is the last status that contacts see."),
      .example = "/quit See you tomorrow" },
    { .name = "source",
      .grammar = "<file:file>",
      .help = N_("Run the commands of a file."),
      .run = cmd_source,
      .details = N_(
          "One command a line; # starts a comment, a \\ at the end goes on in the next line, || COMMAND runs "
          "only when the line before it failed. A line that fails ends the script, unless script.on-error is "
          "continue."),
      .example = "/source ~/greetings" },
    { .name = "version",
      .grammar = "",
      .help = N_("Show the version of this program."),
      .run = cmd_version,
      .example = "/version" },
    { .name = "wait",
      .grammar =
          "<event:connected|offline|message|presence|subscription|roster|delivered|delivery|correction|unread|typing|"
          "encrypted|encryption|trust|smp|reaction|retraction|room|invitation|"
          "notice> [from from:jid] [matching matching:regex] [timeout timeout:number]",
      .help = N_("Wait until something happens; 60 seconds unless a time-out is given."),
      .run = cmd_wait,
      .details = N_(
          "Looks first at what happened since the last /wait that found something, so nothing is missed between two "
          "lines. “connected”, “delivered” and “encrypted” hold at once when they are true; “encrypted” fails with 79 when "
          "there will be no session. Afterwards the variables "
          "$WAIT_FROM and $WAIT_TEXT tell who it was and what was said: for “delivery” the state that was reached (sent, "
          "received, displayed, failed), for “unread” the number, for “encryption” the state (none, starting, encrypted, "
          "ended) and the trust, for “trust” fingerprint and trust, for “smp” how far comparing a secret is (asked, "
          "under-way, succeeded, failed, aborted) and the question."),
      .example = "/wait message from alice@example.org matching \"^ok\" timeout 10" },
    { 0 },
};

const CommandGroup program_group = { "program", N_("The program, scripts and help"), commands };

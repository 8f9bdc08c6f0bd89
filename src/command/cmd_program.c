/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program itself: help, aliases, the end. */
#include "base/error.h"
#include "base/i18n.h"
#include "command/help.h"
#include "command/registry_private.h"
#include "command/tables.h"

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
    return registry_set_alias(command_call_registry(call), name, command, error);
}

static bool
cmd_unalias(CommandCall *call, const Args *args, GError **error)
{
    g_autofree char *name = g_ascii_strdown(args_text(args, "alias"), -1);
    return aliases_unset(registry_aliases(command_call_registry(call)), name, error);
}

static bool
cmd_on(CommandCall *call, const Args *args, GError **error)
{
    return command_call_execute(call, args_text(args, "command"), args_text(args, "account"), error);
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
    { .name = "on",
      .grammar = "<account:account> <command:command>",
      .help = N_("Run a command for an account, whatever the window."),
      .run = cmd_on,
      .example = "/on work /status away" },
    { .name = "quit",
      .grammar = "[text:text]",
      .help = N_("Disconnect all accounts and end the program."),
      .run = cmd_quit,
      .details = N_("The text is the last status that contacts see."),
      .example = "/quit See you tomorrow" },
    { .name = "version",
      .grammar = "",
      .help = N_("Show the version of this program."),
      .run = cmd_version,
      .example = "/version" },
    { 0 },
};

const CommandGroup program_group = { "program", N_("The program and help"), commands };

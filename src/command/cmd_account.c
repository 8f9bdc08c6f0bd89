/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/i18n.h"
#include "command/tables.h"

static Accounts *
accounts_of_call(const CommandCall *call)
{
    return client_accounts(command_call_client(call));
}

static bool
cmd_account_list(CommandCall *call, const Args *args, GError **error)
{
    const Accounts *accounts = accounts_of_call(call);
    const GPtrArray *list = accounts_list(accounts);
    g_autoptr(GPtrArray) broken = accounts_list_broken(accounts);
    for (guint i = 0; i < list->len; i++) {
        const AccountConfig *config = list->pdata[i];
        const Session *session = client_find_session(command_call_client(call), config->name);
        const AccountState state = session == NULL ? ACCOUNT_OFFLINE : account_state(session_account(session));
        command_call_row(call, "account", config->name, "jid", jid_text(config->jid), "enabled",
                         config->enabled ? "enabled" : "disabled", "state", account_state_word(state), NULL);
    }
    for (guint i = 0; i < broken->len; i++)
        command_call_print(call, "%s", accounts_get_problem(accounts, broken->pdata[i]));
    if (list->len == 0 && broken->len == 0)
        command_call_print(call, "%s", _("There is no account yet: add one with /account add NAME JID"));
    return true;
}

static bool
cmd_account_add(CommandCall *call, const Args *args, GError **error)
{
    return accounts_add(accounts_of_call(call), args_text(args, "name"), args_text(args, "jid"), error);
}

static bool
cmd_account_set(CommandCall *call, const Args *args, GError **error)
{
    return accounts_set(accounts_of_call(call), args_text(args, "account"), args_text(args, "key"),
                        args_text(args, "value"), error);
}

/* The value of a secret is never kept: what stays are the account and the key. */
static int
shown_words_of_set(const char *const *words)
{
    if (words[0] == NULL || words[1] == NULL)
        return -1;
    const AccountKey *key = account_key_find(words[1]);
    return key != NULL && (key->flags & ACCOUNT_KEY_SECRET) == 0 ? -1 : 2;
}

static bool
cmd_account_unset(CommandCall *call, const Args *args, GError **error)
{
    return accounts_unset(accounts_of_call(call), args_text(args, "account"), args_text(args, "key"), error);
}

static bool
cmd_account_show(CommandCall *call, const Args *args, GError **error)
{
    const Accounts *accounts = accounts_of_call(call);
    const char *name = args_text(args, "account");
    const char *problem = accounts_get_problem(accounts, name);
    command_call_row(call, "key", "name", "value", name, NULL);
    for (const AccountKey *key = account_keys(); key->key != NULL; key++) {
        g_autofree char *value = accounts_format_value(accounts, name, key->key);
        if (value != NULL)
            command_call_row(call, "key", key->key, "value", value, NULL);
    }
    if (problem != NULL)
        command_call_print(call, "%s", problem);
    return true;
}

static bool
cmd_account_remove(CommandCall *call, const Args *args, GError **error)
{
    return accounts_remove(accounts_of_call(call), args_text(args, "account"), error);
}

static bool
cmd_account_enable(CommandCall *call, const Args *args, GError **error)
{
    return accounts_set_enabled(accounts_of_call(call), args_text(args, "account"), true, error);
}

static bool
cmd_account_disable(CommandCall *call, const Args *args, GError **error)
{
    return accounts_set_enabled(accounts_of_call(call), args_text(args, "account"), false, error);
}

static const Command commands[] = {
    { .name = "account list",
      .grammar = "",
      .help = N_("List the accounts."),
      .run = cmd_account_list,
      .example = "/account list" },
    { .name = "account add",
      .grammar = "<name:word> <jid:word>",
      .help = N_("Add an account under a name of your choice."),
      .run = cmd_account_add,
      .details = N_("The password is asked for when it connects, unless /account set gives one or a password-command."),
      .example = "/account add work alice@example.org" },
    { .name = "account set",
      .grammar = "<account:account> <key:account-key> <value:value...>",
      .help = N_("Change a key of an account."),
      .run = cmd_account_set,
      .details = N_(
          "It counts from the next connection on. A value with quotation marks, backslashes or several "
          "blanks stands in \"quotation marks\"."),
      .example = "/account set work server xmpp.example.org",
      .shows = shown_words_of_set },
    { .name = "account unset",
      .grammar = "<account:account> <key:account-key>",
      .help = N_("Take a key of an account away."),
      .run = cmd_account_unset,
      .example = "/account unset work server" },
    { .name = "account show",
      .grammar = "<account:account>",
      .help = N_("Show what is set for an account; secrets are only said to be there."),
      .run = cmd_account_show,
      .example = "/account show work" },
    { .name = "account remove",
      .grammar = "<account:account>",
      .help = N_("Disconnect an account and forget it here; on its server nothing changes."),
      .run = cmd_account_remove,
      .details = N_("The history of its conversations is kept, and is there again when the account is."),
      .example = "/account remove work" },
    { .name = "account enable",
      .grammar = "<account:account>",
      .help = N_("Let an account connect when the program starts."),
      .run = cmd_account_enable,
      .example = "/account enable work" },
    { .name = "account disable",
      .grammar = "<account:account>",
      .help = N_("No longer let an account connect when the program starts."),
      .run = cmd_account_disable,
      .example = "/account disable work" },
    { 0 },
};

const CommandGroup account_group = { "account", N_("Accounts"), commands };

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints what is derived from the tables, the manual pages among it: `mkdocs man/confab.1` and so on, `mkdocs --list` says
 * what. Not installed; `make docs` writes what is committed, and a lint compares. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "automation/automation.h"
#include "base/error.h"
#include "base/i18n.h"
#include "command/grammar.h"
#include "command/registry.h"
#include "config/accounts.h"
#include "config/settings.h"
#include "mkdocs.h"
#include "tui/tui_commands.h"
#include "xmpp/xep/modules.h"

static void
print_files(void)
{
    static const char *const files[][2] = {
        { "$XDG_CONFIG_HOME/confab/config", "Settings; /set writes them, edit them as you like: confab-settings(5)." },
        { "$XDG_CONFIG_HOME/confab/accounts", "Accounts: confab-settings(5)." },
        { "$XDG_CONFIG_HOME/confab/rc",
          "Slash commands run at start-up, one a line; by run and listen, too, where a mistake in it is told and ends "
          "nothing else. /if terminal is for what only the terminal interface knows." },
        { "$XDG_CONFIG_HOME/confab/inputrc", "Keys of the input line (readline), after your ~/.inputrc; test with $if confab." },
        { "$XDG_CONFIG_HOME/confab/themes/NAME.theme", "Your themes." },
        { "$XDG_DATA_HOME/confab/confab.db", "The history and what servers told (SQLite)." },
        { "$XDG_RUNTIME_DIR/confab/control.sock", "The control socket: confab-rpc(7)." },
        { "$XDG_STATE_HOME/confab/confab.log", "The log; secrets are left out." },
    };
    request("SH", "FILES");
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++)
        item(files[i][0], files[i][1]);
    paragraph("With --config DIR they are under DIR/config, DIR/data, DIR/runtime, DIR/state. Directories are made with mode "
              "0700, files with 0600; what others can read is reported.");
}

static void
print_keys(void)
{
    static const struct {
        const char *function;
        const char *label;
        const char *help;
    } keys[] = {
#define KEY(name, function, label, sequences, command, help) { function, label, help },
#include "tui/keys.def"
#undef KEY
    };
    request("SH", "KEYS");
    line("The input line is readline's: its keys, its history, your inputrc. These keys are added; Alt with a key "
         "is also Esc and then the key. Each runs a command that can be typed, and can be bound to other keys in "
         "an inputrc by its name.");
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (keys[i].help == NULL)
            continue;
        g_autofree char *text = g_strdup_printf("%s In an inputrc: confab-%s.", keys[i].help, keys[i].function);
        item(keys[i].label, text);
    }
}

static void
print_program_page(void)
{
    page("confab", "1", "an XMPP client for the terminal");
    puts(".SH SYNOPSIS\n.SY confab\n.RI [ OPTION \\&.\\|.\\|.]\n.YS");
    puts(".SY \"confab \\fIWORD\"\n.RI [ OPTION \\&.\\|.\\|.]\n.RI [ OPERAND \\&.\\|.\\|.]\n.YS");
    request("SH", "DESCRIPTION");
    line("confab talks XMPP (Jabber): in the terminal, with windows, a list of contacts and an input line; and "
         "headless, from scripts. Both understand the same slash commands, described in confab-commands(7). "
         "Several accounts can be online at once.");
    paragraph("Without a word confab starts the terminal interface. Type /help for help, Tab to complete, Alt-a "
              "for the next window with something unread, and /quit to leave.");
    paragraph("The words below start something else: run is the same without a screen, send, listen and ctl are for other "
              "programs, and the rest reads what is stored.");
    print_words();
    print_options();
    print_keys();
    request("SH", "PASSWORDS");
    line("A password is taken from the first of these that is there: --password-fd; the account's "
         "password-command; the file confab-ACCOUNT in $CREDENTIALS_DIRECTORY (systemd credentials); the account's "
         "password; a question.");
    print_exit_codes();
    print_files();
    request("SH", "ENVIRONMENT");
    item("NO_COLOR", "When set and not empty, the theme has no colours.");
    item("CREDENTIALS_DIRECTORY", "Where systemd puts credentials.");
    item("XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR", "Where files are kept.");
    print_service();
    request("SH", "EXAMPLES");
    line("First steps in the terminal:");
    example("/account add me alice@example.org\n/account set me password-command \"pass show xmpp\"\n/connect\n"
            "/roster add bob@example.org Bob\n/msg Bob hello");
    paragraph("A message from a script:");
    example("printf '%s\\n' '/wait connected timeout 20' '/msg bob@example.org the backup is done' "
            "'/wait delivered' | confab run");
    static const char *const pages[] = { "confab\\-commands", "7", "confab\\-rpc", "7", "confab\\-settings", "5", NULL };
    see_also(pages);
}

static void
print_command(const Command *command)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Grammar) grammar = grammar_compile(command->grammar, &error);
    if (grammar == NULL)
        g_error("%s: %s", command->name, error->message);
    g_autofree char *usage = grammar_usage(grammar, command->name);
    item(usage, command->help);
    if (command->details != NULL) {
        puts(".IP");
        line(command->details);
    }
    if (command->example != NULL) {
        puts(".IP\n.EX");
        line(command->example);
        puts(".EE");
    }
}

/* A function for every group of commands, those of the terminal last. */
static void
foreach_group(void (*print)(const CommandGroup *group))
{
    for (const CommandGroup *const *group = registry_builtin_groups(); *group != NULL; group++)
        print(*group);
    for (const CommandGroup *const *group = automation_groups(); *group != NULL; group++)
        print(*group);
    print(&tui_command_group);
}

static void
print_group(const CommandGroup *group)
{
    request("SS", group->title);
    if (group == &tui_command_group)
        line("These are in the terminal interface only.");
    for (const char *const *text = group->topic; text != NULL && *text != NULL; text++)
        paragraph(*text);
    for (const Command *command = group->commands; command->name != NULL; command++)
        print_command(command);
}

static void
print_group_names(const CommandGroup *group)
{
    for (const Command *command = group->commands; command->name != NULL; command++)
        puts(command->name);
}

static void
print_commands_page(void)
{
    page("confab\\-commands", "7", "the slash commands of confab");
    request("SH", "DESCRIPTION");
    line("A line that starts with a slash is a command; //text says /text; everything else is said to the current "
         "conversation. An unknown command is never sent as text.");
    paragraph("Words are quoted as in the shell: \"two words\", \\\". An address may be given as a contact's name "
              "when only one has it. Commands that need an account use the one of the current window, else the "
              "only one that is connected; /on ACCOUNT COMMAND picks one.");
    paragraph("In what follows WORDS in capitals stand for values, [brackets] for what may be left out, and three "
              "dots for values that may be repeated or hold spaces.");
    request("SH", "COMMANDS");
    foreach_group(print_group);
    request("SH", "SCRIPTS");
    line("A script has one command a line. # starts a comment, a \\ at the end goes on in the next line, $VAR and "
         "${VAR} stand for variables of the environment. A line that fails ends the script, unless script.on-error "
         "is continue.");
    static const char *const pages[] = { "confab", "1", "confab\\-rpc", "7", "confab\\-settings", "5", NULL };
    see_also(pages);
}

/* A name a line: what the lint of tested commands reads. */
static void
print_command_names(void)
{
    foreach_group(print_group_names);
}

static char *
describe_scopes(SettingScopes scopes)
{
    const bool account = (scopes & SETTING_SCOPE_ACCOUNT) != 0;
    const bool conversation = (scopes & SETTING_SCOPE_CONVERSATION) != 0;
    if (account && conversation)
        return g_strdup(" Also for one account or one conversation.");
    if (account)
        return g_strdup(" Also for one account.");
    return g_strdup(conversation ? " Also for one conversation." : "");
}

static void
print_settings(void)
{
    request("SH", "SETTINGS");
    for (int i = 0; i < SETTING_COUNT; i++) {
        const SettingRow *row = setting_row((Setting) i);
        g_autofree char *values = setting_describe_values((Setting) i);
        g_autofree char *scopes = describe_scopes(row->scopes);
        const char *fallback = *row->fallback == '\0' ? "empty" : row->fallback;
        g_autofree char *text = g_strdup_printf("%s Takes %s; %s by default.%s", row->help, values, fallback, scopes);
        item(row->key, text);
    }
}

static void
print_account_keys(void)
{
    request("SH", "ACCOUNTS");
    line("The file accounts has a group an account, with its name. Its keys are those of /account set:");
    for (const AccountKey *key = account_keys(); key->key != NULL; key++) {
        g_autofree char *text = g_strdup_printf("%s Takes %s.", key->help, key->values);
        item(key->key, text);
    }
    example("[work]\njid = alice@example.org\npassword-command = pass show xmpp/work\n\n"
            "[onion]\njid = alice@example.net\nenabled = off\nserver = example.onion\nproxy = socks5://127.0.0.1:9050");
    paragraph("An account with a value that makes no sense is not used until it is mended; the message says the "
              "file and the line.");
}

static void
print_styles(void)
{
    static const struct {
        const char *name;
        const char *look;
    } styles[] = {
#define STYLE(id, name, look, mono) { name, look },
#include "tui/styles.def"
#undef STYLE
    };
    request("SH", "THEMES");
    line("A theme is a file NAME.theme in the directory themes; /set theme NAME uses it. It dresses the elements "
         "of the screen:");
    example("[theme]\nname = Evening\n\n[colours]\naccent = #3584e4\n\n[styles]\ntitle = accent on default bold\n"
            "time = dim");
    paragraph("A look is [COLOUR] [on COLOUR] [ATTRIBUTE...]. A colour is default, black, red, green, yellow, "
              "blue, magenta, cyan, white, one of these with bright- before it, a number from 0 to 255, #rrggbb, "
              "or a name given under [colours]. Attributes are bold, dim, italic, underline and reverse. What a "
              "theme does not name looks as it is built in.");
    paragraph("These are the elements, with their look in the default theme:");
    for (gsize i = 0; i < G_N_ELEMENTS(styles); i++)
        item(styles[i].name, styles[i].look);
}

static void
print_settings_page(void)
{
    page("confab\\-settings", "5", "settings, accounts and themes of confab");
    request("SH", "DESCRIPTION");
    line("The file config holds what was set with /set. It can be edited by hand: comments, order, and keys confab "
         "does not know stay as they are. After an edit confab sees the change with its next /set, or when it "
         "starts.");
    example("[settings]\nnotify.bell = on\n\n[account work]\npresence.status = away\n\n"
            "[conversation alice@example.org]\ntyping = off");
    paragraph("The group [settings] counts everywhere, [account NAME] for one account, [conversation JID] for one "
              "contact on every account; the narrowest wins. A value is the rest of its line; spaces at its ends "
              "need double quotes. Lines that start with # or ; are comments.");
    print_settings();
    print_account_keys();
    print_styles();
    static const char *const pages[] = { "confab", "1", "confab\\-commands", "7", NULL };
    see_also(pages);
}

/* What is spoken without a module of its own. */
typedef struct Extension {
    const char *number;
    const char *version;
} Extension;

static const Extension more_extensions[] = {
    { "0082", "1.1.1" }, /* dates and times */
    { "0198", "1.6.3" }, /* sessions that outlive their connection */
    { "0245", "1.0" },   /* /me */
    { "0368", "1.1.0" }, /* direct TLS by SRV */
    { "0386", "1.1.0" }, /* a session bound along with the login */
    { "0388", "1.0.4" }, /* the extensible login */
    { "0364", "0.3.2" }, /* Off-the-Record, by e2ee/ */
    { "0440", "1.0.0" }, /* channel bindings a server knows */
    { "0474", "0.5.0" }, /* what a server offers, protected by SCRAM */
    { "0480", "0.2.0" }, /* stronger forms of a stored password */
    { "0484", "0.2.0" }, /* logins with a token */
};

static int
compare_extensions(gconstpointer a, gconstpointer b)
{
    return strcmp(((const Extension *) a)->number, ((const Extension *) b)->number);
}

static void
print_extensions(void)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Extension));
    g_array_append_vals(all, more_extensions, G_N_ELEMENTS(more_extensions));
    for (const XmppModule *const *module = modules_all(); *module != NULL; module++) {
        const Extension extension = { (*module)->xep, (*module)->version };
        if (extension.number != NULL)
            g_array_append_val(all, extension);
    }
    g_array_sort(all, compare_extensions);
    for (guint i = 0; i < all->len; i++) {
        const Extension *extension = &g_array_index(all, Extension, i);
        if (i > 0 && compare_extensions(extension, extension - 1) == 0)
            continue;
        puts("    <implements>\n      <xmpp:SupportedXep>");
        printf("        <xmpp:xep rdf:resource='https://xmpp.org/extensions/xep-%s.html'/>\n", extension->number);
        printf("        <xmpp:status>complete</xmpp:status>\n        <xmpp:version>%s</xmpp:version>\n", extension->version);
        puts("      </xmpp:SupportedXep>\n    </implements>");
    }
}

static void
print_doap(void)
{
    puts("<?xml version='1.0' encoding='UTF-8'?>");
    puts("<!-- SPDX-License-Identifier: GPL-3.0-or-later -->");
    puts("<rdf:RDF xmlns='http://usefulinc.com/ns/doap#' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'\n"
         "         xmlns:xmpp='https://linkmauve.fr/ns/xmpp-doap#'>");
    puts("  <Project>\n    <name>confab</name>\n    <shortdesc xml:lang='en'>An XMPP client for the "
         "terminal</shortdesc>");
    puts("    <description xml:lang='en'>confab is a terminal and headless XMPP client written in C.</description>");
    puts("    <license rdf:resource='https://spdx.org/licenses/GPL-3.0-or-later'/>");
    puts("    <programming-language>C</programming-language>\n    <os>Linux</os>");
    puts("    <category rdf:resource='https://linkmauve.fr/ns/xmpp-doap#category-client'/>");
    static const char *const rfcs[] = { "6120", "6121", "7590", "7622" };
    for (gsize i = 0; i < G_N_ELEMENTS(rfcs); i++)
        printf("    <implements rdf:resource='https://xmpp.org/rfcs/rfc%s.html'/>\n", rfcs[i]);
    print_extensions();
    puts("  </Project>\n</rdf:RDF>");
}

/* Where they are in the tree. */
static const struct {
    const char *path;
    void (*print)(void);
} documents[] = {
    { "man/confab.1", print_program_page },
    { "man/confab-commands.7", print_commands_page },
    { "man/confab-rpc.7", print_rpc_page },
    { "man/confab-settings.5", print_settings_page },
    { "man/confab.schema.json", print_rpc_schema },
    { "completion/confab", print_bash_completion },
    { "completion/_confab", print_zsh_completion },
    { "completion/confab.fish", print_fish_completion },
    { "confab.doap", print_doap },
};

static void
print_document_names(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(documents); i++)
        puts(documents[i].path);
}

static void (*find_document(const char *name))(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(documents); i++) {
        if (strcmp(name, documents[i].path) == 0)
            return documents[i].print;
    }
    if (strcmp(name, "--list") == 0)
        return print_document_names;
    return strcmp(name, "--list-commands") == 0 ? print_command_names : NULL;
}

int
main(int argc, char *argv[])
{
    setlocale(LC_ALL, "C.UTF-8"); /* the originals, not translations */
    void (*print)(void) = argc == 2 ? find_document(argv[1]) : NULL;
    if (print == NULL) {
        fputs("usage: mkdocs DOCUMENT|--list|--list-commands\n", stderr);
        return ERROR_USAGE;
    }
    print();
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

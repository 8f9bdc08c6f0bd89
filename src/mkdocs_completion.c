/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The completion of shells, from options.def, words.def and the tables of commands and events. What is offered is data: no
 * shell ever evaluates it, for the names of contacts are other people's. */
#include "mkdocs.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "command/registry.h"
#include "rpc/event_json.h"
#include "rpc/event_shapes.h"

/* What can stand somewhere. */
typedef enum {
    OFFER_NOTHING,
    OFFER_WORDS, /* separated by | */
    OFFER_FILES,
    OFFER_DIRECTORIES,
    OFFER_COMMANDS,
    OFFER_EVENTS,
    OFFER_ASKED, /* confab complete WORDS says */
} OfferKind;

typedef struct Offer {
    OfferKind kind;
    const char *words;
} Offer;

typedef struct ShellOption {
    const char *name;
    char letter;
    bool repeats;
    const char *value; /* NULL: takes none */
    const char *words; /* of the command line it is for; NULL: all */
    const char *help;
} ShellOption;

#define REPEATS_STRING false
#define REPEATS_STRING_ARRAY true
#define REPEATS_FILENAME false
#define REPEATS_NONE false
#define REPEATS_INT false
static const ShellOption options[] = {
#define OPTION(field, name, letter, type, value, words, help) { name, letter, REPEATS_##type, value, words, help },
#include "options.def"
#undef OPTION
    { "help", 'h', false, NULL, NULL, "Print the options and exit" },
};

typedef struct ShellWord {
    const char *name, *operands, *help;
} ShellWord;

static const ShellWord words[] = {
#define WORD(name, operands, help) { name, operands, help },
#include "words.def"
#undef WORD
};

/* What is called so in the tables: the value of an option, an operand. */
static Offer
find_offer(const char *called)
{
    static const struct {
        const char *called;
        Offer offer;
    } offers[] = {
        { "NAME|JID", { OFFER_ASKED, "accounts" } },
        { "JID", { OFFER_ASKED, "contacts" } },
        { "ROOM", { OFFER_ASKED, "rooms" } },
        { "DIR", { OFFER_DIRECTORIES, NULL } },
        { "FILE", { OFFER_FILES, NULL } },
        { "PATH", { OFFER_FILES, NULL } },
        { "COMMAND", { OFFER_COMMANDS, NULL } },
        { "REQUEST", { OFFER_COMMANDS, NULL } },
        { "DATE", { OFFER_WORDS, "today|yesterday" } },
        { "FORMAT", { OFFER_WORDS, "jsonl|profanity|mcabber|poezio" } },
        { "KIND", { OFFER_WORDS, "accounts|contacts|rooms" } },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(offers); i++) {
        if (strcmp(offers[i].called, called) == 0)
            return offers[i].offer;
    }
    /* "sent|received" is what can be written itself. */
    return g_ascii_islower(*called) ? (Offer) { OFFER_WORDS, called } : (Offer) { OFFER_NOTHING, NULL };
}

static Offer
option_offer(const ShellOption *option)
{
    return strcmp(option->name, "event") == 0 ? (Offer) { OFFER_EVENTS, NULL } : find_offer(option->value);
}

/* The operands of a word, "[FILE…]" among them; the last one of "PATH…" may be repeated. */
static GStrv
split_operands(const ShellWord *word)
{
    g_autoptr(GString) text = g_string_new(word->operands != NULL ? word->operands : "");
    g_string_replace(text, "[", "", 0);
    g_string_replace(text, "]", "", 0);
    return text->len == 0 ? g_new0(char *, 1) : g_strsplit(text->str, " ", -1);
}

/* "JID…": the dots are taken off. */
static bool
take_dots(char *operand)
{
    char *dots = strstr(operand, "…");
    if (dots != NULL)
        *dots = '\0';
    return dots != NULL;
}

static bool
is_for(const ShellOption *option, const char *word)
{
    g_auto(GStrv) list = g_strsplit(option->words != NULL ? option->words : "", " ", -1);
    return option->words == NULL || g_strv_contains((const char *const *) list, word);
}

/* Quoted with ', for all three shells. */
static void
put_quoted(const char *text)
{
    putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*text);
    }
    putchar('\'');
}

/* What stands between the quotation marks of a specification of zsh. */
static char *
zsh_escape(const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (; *text != '\0'; text++) {
        if (strchr(":[]\\", *text) != NULL)
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static void
put_words(const char *list)
{
    g_auto(GStrv) each = g_strsplit(list, "|", -1);
    for (char **word = each; *word != NULL; word++) {
        putchar(' ');
        put_quoted(*word);
    }
}

static void
put_events(void)
{
    const char *last = "";
    for (const RpcShape *shape = event_shapes; shape->name != NULL; shape++) {
        if (event_is_known(shape->name) && strcmp(shape->name, last) != 0)
            printf(" %s", shape->name);
        last = shape->name;
    }
}

/* `end` stands behind each. */
static void
put_commands(const char *end)
{
    for (const CommandGroup *const *group = registry_builtin_groups(); *group != NULL; group++) {
        for (const Command *command = (*group)->commands; command->name != NULL; command++) {
            g_autofree char *line = g_strconcat("/", command->name, NULL);
            put_quoted(line);
            fputs(end, stdout);
        }
    }
}

static void
put_head(const char *about)
{
    printf("# SPDX-License-Identifier: GPL-3.0-or-later\n# %s\n"
           "# Printed by mkdocs from the tables of the program: change those, then run make docs.\n",
           about);
}

/* --- bash --- */

static void
bash_offer(Offer offer)
{
    switch (offer.kind) {
    case OFFER_NOTHING:
        putchar(':');
        break;
    case OFFER_WORDS:
        fputs("_confab_offer", stdout);
        put_words(offer.words);
        break;
    case OFFER_FILES:
        fputs("_confab_files -f", stdout);
        break;
    case OFFER_DIRECTORIES:
        fputs("_confab_files -d", stdout);
        break;
    case OFFER_COMMANDS:
        fputs("_confab_commands", stdout);
        break;
    case OFFER_EVENTS:
        fputs("_confab_offer", stdout);
        put_events();
        break;
    case OFFER_ASKED:
        printf("_confab_ask %s", offer.words);
        break;
    }
    puts(" ;;");
}

static void
bash_option_names(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if (is_for(&options[i], word))
            printf(" --%s", options[i].name);
    }
    puts(" ;;");
}

static void
bash_put_functions(void)
{
    puts("\n"
         "# Offers those that begin with what is there. They are quoted as the shell wants it, never evaluated.\n"
         "_confab_offer()\n{\n"
         "    local offer quoted quote=\n"
         "    [[ $cur == [\\'\\\"]* ]] && quote=${cur:0:1}\n"
         "    for offer; do\n"
         "        if [[ -n $quote ]]; then\n"
         "            [[ $offer == \"${cur:1}\"* && $offer != *[\\'\\\"\\$\\`\\\\!]* ]] && COMPREPLY+=(\"$quote$offer$quote\")\n"
         "        else\n"
         "            printf -v quoted %q \"$offer\"\n"
         "            [[ $offer == \"$cur\"* || $quoted == \"$cur\"* ]] && COMPREPLY+=(\"$quoted\")\n"
         "        fi\n"
         "    done\n}\n\n"
         "# What only confab knows: accounts, contacts, rooms.\n"
         "_confab_ask()\n{\n"
         "    local offers\n"
         "    mapfile -t offers < <(confab ${profile:+--config \"$profile\"} complete \"$1\" 2>/dev/null)\n"
         "    _confab_offer \"${offers[@]}\"\n}\n\n"
         "_confab_files()\n{\n"
         "    compopt -o filenames 2>/dev/null\n"
         "    mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n}\n");
    puts("_confab_commands()\n{\n    _confab_offer \\");
    put_commands(" \\\n");
    puts("        ;\n}\n");
}

static void
bash_put_values(void)
{
    puts("    if [[ -n $option ]]; then\n        case $option in");
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if (options[i].value == NULL)
            continue;
        printf("        --%s", options[i].name);
        if (options[i].letter != 0)
            printf(" | -%c", options[i].letter);
        fputs(") ", stdout);
        bash_offer(option_offer(&options[i]));
    }
    puts("        esac");
}

static void
bash_put_operands(void)
{
    puts("    else\n        case $word:$operand in");
    fputs("        :*) _confab_offer", stdout);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        printf(" %s", words[i].name);
    puts(" ;;");
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_auto(GStrv) operands = split_operands(&words[i]);
        for (guint at = 0; operands[at] != NULL; at++) {
            const bool repeats = take_dots(operands[at]);
            if (repeats)
                printf("        %s:*) ", words[i].name);
            else
                printf("        %s:%u) ", words[i].name, at);
            bash_offer(find_offer(operands[at]));
        }
    }
    puts("        esac\n    fi");
}

void
print_bash_completion(void)
{
    put_head("Completion of confab for bash.");
    bash_put_functions();
    puts("_confab()\n{\n"
         "    local cur cword word= operand=0 option= profile= i kept before= line=$COMP_LINE\n"
         "    local -a words=()\n"
         "    COMPREPLY=()\n"
         "    # The shell has taken alice@example.org and --wait=sent apart: what no blank divides is one word.\n"
         "    for ((i = 0; i <= COMP_CWORD; i++)); do\n"
         "        if ((i)) && [[ $line != [[:blank:]]* ]]; then\n"
         "            words[-1]+=${COMP_WORDS[i]}\n"
         "        else\n"
         "            words+=(\"${COMP_WORDS[i]}\")\n"
         "        fi\n"
         "        line=${line#\"${line%%[![:blank:]]*}\"}\n"
         "        line=${line#\"${COMP_WORDS[i]}\"}\n"
         "    done\n"
         "    cword=$((${#words[@]} - 1)) cur=${words[-1]}\n"
         "    for ((i = 1; i < cword; i++)); do\n"
         "        if [[ -n $option ]]; then\n"
         "            [[ $option == @(--config|-c) ]] && profile=${words[i]/#\\~\\//$HOME/}\n"
         "            option=\n"
         "            continue\n"
         "        fi\n"
         "        case ${words[i]} in\n"
         "        --config=*) profile=${words[i]#*=} ;;");
    fputs("        ", stdout);
    const char *separator = "";
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if (options[i].value == NULL)
            continue;
        printf("%s--%s", separator, options[i].name);
        if (options[i].letter != 0)
            printf(" | -%c", options[i].letter);
        separator = " | ";
    }
    puts(") option=${words[i]} ;;\n"
         "        -*) ;;\n"
         "        *) if [[ -z $word ]]; then word=${words[i]}; else ((++operand)); fi ;;\n"
         "        esac\n"
         "    done\n"
         "    if [[ -z $option && $cur == --*=* ]]; then\n"
         "        option=${cur%%=*}\n"
         "        before=$option=\n"
         "        cur=${cur#*=}\n"
         "    fi");
    bash_put_values();
    puts("    elif [[ $cur == -* ]]; then\n        case $word in");
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        printf("        %s) _confab_offer", words[i].name);
        bash_option_names(words[i].name);
    }
    fputs("        *) _confab_offer", stdout);
    bash_option_names("");
    puts("        esac");
    bash_put_operands();
    puts("    # The shell replaces only what it took apart last: alice stays when it was asked for @ex.\n"
         "    kept=${words[-1]%\"$2\"}\n"
         "    COMPREPLY=(\"${COMPREPLY[@]/#/$before}\")\n"
         "    COMPREPLY=(\"${COMPREPLY[@]#\"$kept\"}\")\n}\n"
         "complete -F _confab confab");
}

/* --- zsh --- */

static void
zsh_offer(Offer offer)
{
    switch (offer.kind) {
    case OFFER_NOTHING:
        putchar(' ');
        break;
    case OFFER_WORDS:
        putchar('(');
        for (const char *c = offer.words; *c != '\0'; c++)
            putchar(*c == '|' ? ' ' : *c);
        putchar(')');
        break;
    case OFFER_FILES:
        fputs("_files", stdout);
        break;
    case OFFER_DIRECTORIES:
        fputs("_files -/", stdout);
        break;
    case OFFER_COMMANDS:
        fputs("_confab_commands", stdout);
        break;
    case OFFER_EVENTS:
        putchar('(');
        put_events();
        putchar(')');
        break;
    case OFFER_ASKED:
        printf("_confab_%s", offer.words);
        break;
    }
}

static void
zsh_put_option(const ShellOption *option)
{
    g_autofree char *help = zsh_escape(option->help);
    g_autoptr(GString) quoted = g_string_new(help);
    g_string_replace(quoted, "'", "'\\''", 0);
    fputs("        ", stdout);
    if (option->letter != 0 && option->repeats)
        printf("'*'{-%c,--%s}", option->letter, option->name);
    else if (option->letter != 0)
        printf("'(-%c --%s)'{-%c,--%s}", option->letter, option->name, option->letter, option->name);
    else
        printf("'%s--%s", option->repeats ? "*" : "", option->name);
    fputs(option->letter != 0 ? "'" : "", stdout);
    printf("[%s]", quoted->str);
    if (option->value != NULL) {
        g_autofree char *value = zsh_escape(option->value);
        printf(":%s:", value);
        zsh_offer(option_offer(option));
    }
    puts("'");
}

static void
zsh_put_word(const ShellWord *word)
{
    g_auto(GStrv) operands = split_operands(word);
    printf("    %s)\n        specific=(\n", word->name);
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if (options[i].words != NULL && is_for(&options[i], word->name))
            zsh_put_option(&options[i]);
    }
    for (guint at = 0; operands[at] != NULL; at++) {
        if (take_dots(operands[at]))
            fputs("        '*:", stdout);
        else
            printf("        '%u:", at + 2);
        g_autofree char *lower = g_ascii_strdown(operands[at], -1);
        printf("%s:", lower);
        zsh_offer(find_offer(operands[at]));
        puts("'");
    }
    puts("        ) ;;");
}

void
print_zsh_completion(void)
{
    puts("#compdef confab");
    put_head("Completion of confab for zsh.");
    puts("\n# What only confab knows: accounts, contacts, rooms.\n"
         "_confab_ask()\n{\n"
         "    local -a offers profile\n"
         "    local expl at=${words[(I)(-c|--config)]}\n"
         "    ((at > 0 && at < CURRENT - 1)) && profile=(--config ${(Q)words[at+1]/#\\~\\//$HOME/})\n"
         "    offers=(${(f)\"$(confab $profile complete $1 2>/dev/null)\"})\n"
         "    _wanted $1 expl $2 compadd -a offers\n}\n"
         "_confab_accounts() { _confab_ask accounts account }\n"
         "_confab_contacts() { _confab_ask contacts contact }\n"
         "_confab_rooms() { _confab_ask rooms room }\n\n"
         "_confab_commands()\n{\n"
         "    local expl\n"
         "    local -a commands=(");
    put_commands("\n");
    puts("    )\n    _wanted commands expl 'slash command' compadd -a commands\n}\n\n"
         "_confab_words()\n{\n    local -a list=(");
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autofree char *text = g_strdup_printf("%s:%s", words[i].name, words[i].help);
        fputs("        ", stdout);
        put_quoted(text);
        putchar('\n');
    }
    puts("    )\n    _describe -t words word list\n}\n\n"
         "_confab()\n{\n"
         "    local word name\n"
         "    local -a specific common=(");
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if (options[i].words == NULL)
            zsh_put_option(&options[i]);
    }
    fputs("    )\n    for name in ${words[2,CURRENT-1]}; do\n        case $name in\n        ", stdout);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        printf("%s%s", i > 0 ? "|" : "", words[i].name);
    puts(") word=$name; break ;;\n        esac\n    done\n    case $word in");
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        zsh_put_word(&words[i]);
    puts("    esac\n    _arguments -s -S $common '1:word:_confab_words' $specific\n}\n\n_confab \"$@\"");
}

/* --- fish --- */

static void
fish_offer(Offer offer)
{
    switch (offer.kind) {
    case OFFER_NOTHING:
        break;
    case OFFER_WORDS:
        fputs(" -a \"", stdout);
        for (const char *c = offer.words; *c != '\0'; c++)
            putchar(*c == '|' ? ' ' : *c);
        putchar('"');
        break;
    case OFFER_FILES:
        fputs(" -F", stdout);
        break;
    case OFFER_DIRECTORIES:
        fputs(" -a '(__fish_complete_directories (commandline -ct))'", stdout);
        break;
    case OFFER_COMMANDS:
        fputs(" -a '(__confab_commands)'", stdout);
        break;
    case OFFER_EVENTS:
        fputs(" -a \"", stdout);
        put_events();
        putchar('"');
        break;
    case OFFER_ASKED:
        printf(" -a '(__confab_ask %s)'", offer.words);
        break;
    }
}

static void
fish_put_option(const ShellOption *option)
{
    fputs("complete -c confab", stdout);
    if (option->words != NULL)
        printf(" -n '__fish_seen_subcommand_from %s'", option->words);
    if (option->letter != 0)
        printf(" -s %c", option->letter);
    printf(" -l %s", option->name);
    if (option->value != NULL) {
        const Offer offer = option_offer(option);
        fputs(offer.kind == OFFER_FILES ? " -r" : " -x", stdout);
        fish_offer(offer);
    }
    fputs(" -d ", stdout);
    put_quoted(option->help);
    putchar('\n');
}

void
print_fish_completion(void)
{
    put_head("Completion of confab for fish.");
    puts("\n# What only confab knows: accounts, contacts, rooms.\n"
         "function __confab_ask\n"
         "    set -l words (commandline -opc)\n"
         "    set -l profile\n"
         "    for i in (seq (math (count $words) - 1))\n"
         "        contains -- $words[$i] -c --config; and set profile --config (string replace -r '^~/' $HOME/ -- $words[(math $i + 1)])\n"
         "    end\n"
         "    confab $profile complete $argv[1] 2>/dev/null\n"
         "end\n\n"
         "function __confab_commands\n    string join \\n -- \\");
    put_commands(" \\\n");
    fputs("        ''\nend\n\nset -l words", stdout);
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        printf(" %s", words[i].name);
    puts("\ncomplete -c confab -f");
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        printf("complete -c confab -n \"not __fish_seen_subcommand_from $words\" -a %s -d ", words[i].name);
        put_quoted(words[i].help);
        putchar('\n');
    }
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_auto(GStrv) operands = split_operands(&words[i]);
        for (char **operand = operands; *operand != NULL; operand++) {
            take_dots(*operand);
            const Offer offer = find_offer(*operand);
            if (offer.kind == OFFER_NOTHING)
                continue;
            printf("complete -c confab -n '__fish_seen_subcommand_from %s'", words[i].name);
            fish_offer(offer);
            putchar('\n');
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        fish_put_option(&options[i]);
}

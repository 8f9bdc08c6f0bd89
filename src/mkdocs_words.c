/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words and options of the command line in the manual. */
#include "mkdocs.h"

#include <stdio.h>
#include <string.h>

#include <glib.h>

#include "base/error.h"
#include "base/i18n.h"

static const struct ShellOption {
    const char *name;
    char letter;
    const char *value;
    const char *words;
    const char *help;
} options[] = {
#define OPTION(field, name, letter, type, value, words, help) { name, letter, value, words, help },
#include "options.def"
#undef OPTION
    { "help", 'h', NULL, NULL, "Print the options and exit" },
};

/* What is to be known of a word beside its line of words.def: paragraphs, and something to try. */
static const struct WordPage {
    const char *name;
    const char *const *text; /* ended by NULL */
    const char *example;
} pages[] = {
    { "run",
      (const char *const[]) {
          "Headless: no screen, no terminal. The lines of --execute, then those of the FILEs (\"-\" is standard input), else "
          "those of standard input are executed, one slash command a line: confab-commands(7) has the language of scripts. "
          "Accounts that are enabled connect, the file rc is run first, and the control socket answers (confab-rpc(7)).",
          "What happens is printed as it happens, a line an event: time, event, account, and what there is to say. Remote text "
          "is made harmless: a line is a line, without control characters. With --json events and the results of commands "
          "are objects, one a line, as confab-rpc(7) has them; there texts are as they came.",
          "It ends with its script, when what was said is at the servers (10 seconds at most). A line that fails ends it, "
          "with FILE:LINE and the cause on standard error, and the exit status of the failure; /set script.on-error "
          "continue goes on. /wait waits for events, so scripts need no sleeps. SIGINT, SIGTERM and SIGHUP end it in good "
          "order, with 128 and the number of the signal.",
          "With --dry-run nothing is executed and nobody connects: everything that is wrong with the script is said, a line "
          "each with file and number (with --json an error event each), and the exit status is that of the first fault, "
          "else 0.",
          NULL },
      "printf '%s\\n' '/wait connected timeout 20' '/join meadow@rooms.example.org' | confab run --stay -" },
    { "send",
      (const char *const[]) {
          "The text is --body, the file of --body-file, or standard input without its last line feed. Each JID gets it: "
          "contacts, or rooms of a running confab. When a confab runs on the profile it says it; else this one logs in "
          "for it, for as long as it takes. It needs no terminal and next to nothing of the environment: cron will do.",
          "It exits once the server has taken the message, or with --wait=received once the recipient's program has. "
          "--encrypt=otr sends nothing that is not encrypted: 79 says that nothing was sent. After the time-out it exits with "
          "75: what was said already waits in the outbox, and goes with the next confab that runs. With several recipients "
          "the highest status counts; each has its line on standard error.",
          "--json prints a delivery event for each recipient, with the exit code that belongs to it.", NULL },
      "df -h / | confab send --wait=received --timeout=120 admin@example.org" },
    { "listen",
      (const char *const[]) {
          "Prints what others say: messages, corrections, reactions, retractions and invitations, or the events that --event "
          "names. A confab that runs is asked; else this one connects by itself and stays. The lines are those of "
          "confab run, with --json its objects.",
          "It ends with 0 after --count events, with 75 when --timeout has passed before there were as many (or any), with 69 "
          "when the confab that was asked has ended, and with 128 and its number by a signal.", NULL },
      "confab listen --json --from bob@example.org --count 1 --timeout 60" },
    { "ctl",
      (const char *const[]) {
          "Each REQUEST is a line as if typed in the confab that runs, a slash command or something to say; without any they "
          "are read from standard input. They are executed one after the other, what they print is printed, and the first that "
          "fails ends it with its exit status and its cause on standard error. They have a conversation of their own: what "
          "is typed in the terminal is not disturbed.",
          "With --json the requests are JSON-RPC (confab-rpc(7)) and the answers are printed as they are. It ends when all "
          "are answered; after subscribe, when it is interrupted or the other side ends.",
          "69: no confab runs on this profile.", NULL },
      "confab ctl '/status away \"back at three\"' '/roster online'" },
    { "history",
      (const char *const[]) {
          "A contact may be called by its name when that is unique. A line is local time, who said it, and what; with --json "
          "message events, with the delivery state of your own. Without --limit everything is printed, the oldest first. 66: "
          "there is no such conversation.", NULL },
      "confab history bob@example.org --after yesterday" },
    { "search",
      (const char *const[]) {
          "Whole words are found, with * at the end their beginnings, without regard to case and accents, in all conversations or "
          "in that of --with; the newest 1000 unless --limit says otherwise. With --json message events with \"marks\": the places of what matched, each its "
          "first character and the number of characters.", NULL },
      "confab search release notes --with meadow@rooms.example.org" },
    { "unread",
      (const char *const[]) { "A line is account, JID and the number; with --json unread events.", NULL },
      NULL },
    { "roster",
      (const char *const[]) { "A line is account, JID, subscription and name; with --json roster events.", NULL },
      NULL },
    { "export",
      (const char *const[]) {
          "All messages, the oldest first, as message events with all that import needs to make the same again; with "
          "--format text as history prints them.", NULL },
      "confab export | xz >history.jsonl.xz" },
    { "import",
      (const char *const[]) {
          "Adds nothing twice, so it can be repeated. FORMAT is jsonl (what export writes), profanity (its chatlog.db and its "
          "text logs), mcabber (its histo folder) or poezio (its logs folder): give the folder or single files; without a "
          "configured account, or with several, say whose the history is with --account. Lines that make no sense are told "
          "with file and line, skipped, and make the exit status 65; a file that has no sensible line is refused as a "
          "whole. In logs of rooms and of poezio people have nicks only: yours is taken to be the first part of your address "
          "unless --nick says otherwise.", NULL },
      "confab import profanity ~/.local/share/profanity" },
    { "complete",
      (const char *const[]) {
          "KIND is accounts, contacts or rooms. bash, zsh and fish ask this when Tab is pressed; what is printed is other "
          "people's text and must be quoted, never evaluated.", NULL },
      NULL },
};

static void
print_option(const struct ShellOption *option)
{
    puts(".TP");
    fputs(".BR ", stdout);
    if (option->letter != 0)
        printf("\\-%c \", \" ", option->letter);
    fputs("\\-\\-", stdout);
    put(option->name);
    if (option->value != NULL)
        printf(" \" \" \\fI%s\\fR", option->value);
    putchar('\n');
    put(option->help);
    puts(".");
}

void
print_options(void)
{
    request("SH", "OPTIONS");
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        if (options[i].words == NULL)
            print_option(&options[i]);
    }
}

static void
print_own_options(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        g_auto(GStrv) words = g_strsplit(options[i].words != NULL ? options[i].words : "", " ", -1);
        if (g_strv_contains((const char *const *) words, word))
            print_option(&options[i]);
    }
}

static const struct WordPage *
find_page(const char *word)
{
    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++) {
        if (strcmp(pages[i].name, word) == 0)
            return &pages[i];
    }
    g_error("mkdocs_words.c says nothing about confab %s", word);
}

static void
print_word(const char *name, const char *operands, const char *help)
{
    const struct WordPage *about = find_page(name);
    printf(".SS \"confab %s", name);
    printf(operands != NULL ? " \\fI%s\\fP\"\n" : "\"\n", operands);
    printf("%s.\n", help);
    for (const char *const *text = about->text; *text != NULL; text++)
        paragraph(*text);
    if (about->example != NULL)
        example(about->example);
    print_own_options(name);
}

void
print_words(void)
{
    static const struct {
        const char *name, *operands, *help;
    } words[] = {
#define WORD(name, operands, help) { name, operands, help },
#include "words.def"
#undef WORD
    };
    request("SH", "WORDS");
    line("history, search, unread, roster, export and import work on the local store: they need neither a connection nor a "
         "running instance, and may be used while one runs. --account and --config choose what is read.");
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        print_word(words[i].name, words[i].operands, words[i].help);
}

void
print_exit_codes(void)
{
    static const struct {
        int code;
        const char *meaning;
    } codes[] = {
        { 0, "Done." },
        { ERROR_FAILED, "A command failed." },
        { ERROR_USAGE, "Wrong use of an option or a command." },
        { ERROR_BAD_INPUT, "Input that makes no sense: an address, an encoding." },
        { ERROR_NOT_FOUND, "No such account, file or contact." },
        { ERROR_UNREACHABLE, "The server cannot be reached." },
        { ERROR_INTERNAL, "An internal error." },
        { ERROR_LOCAL_IO, "A local file cannot be read or written." },
        { ERROR_QUEUED, "Queued, not yet delivered." },
        { ERROR_PROTOCOL, "A protocol error, or the recipient refused." },
        { ERROR_AUTH, "The password or the certificate was refused." },
        { ERROR_CONFIG, "A mistake in the configuration." },
        { ERROR_ENCRYPTION, "Encryption is required but not possible: nothing was sent." },
    };
    request("SH", "EXIT STATUS");
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autofree char *code = g_strdup_printf("%d", codes[i].code);
        item(code, codes[i].meaning);
    }
    paragraph("The reason is one line on standard error: the cause, and what to do next.");
}

void
print_service(void)
{
    request("SH", "SERVICE");
    line("confab run --stay is for supervisors: it reads no standard input, does what the file rc and its FILEs say, and "
         "stays until /quit or a signal. When $NOTIFY_SOCKET is set it says there that it is ready (as soon as the control "
         "socket answers; whether the accounts are online is in its status), that it is alive ($WATCHDOG_USEC), and that it "
         "ends: sd_notify(3). A socket that systemd hands over ($LISTEN_FDS) is the control socket. What is started for "
         "passwords, hooks and plugins knows nothing of all that.");
    paragraph("Units for systemd come with it; confab.socket makes the control socket at the login, and starts the service "
              "when somebody asks there:");
    example("systemctl --user enable --now confab.service\nsystemctl --user enable --now confab.socket\n"
            "loginctl enable-linger     # also while you are not logged in");
    paragraph("Any other supervisor does as well: it starts confab run --stay, ends it with SIGTERM, and does not start it "
              "again after the exit statuses 64, 65, 66, 77 and 78, which nothing but a change of the configuration helps.");
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options, locale, and the choice of the front-end by the first word (confab(1)). */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib.h>

#include "automation/automation.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/text.h"
#include "cli/ctl.h"
#include "cli/dry_run.h"
#include "cli/import.h"
#include "cli/listen.h"
#include "cli/offers.h"
#include "cli/query.h"
#include "cli/run.h"
#include "cli/send.h"
#include "companion.h"
#include "tui/tui.h"
#include "tui/tui_commands.h"

enum { WORDS_COLUMN = 21 }; /* where --help explains a word */

/* The command line, as given. */
typedef struct Options {
    char **accounts;
    char *config;
    char **execute;
    gboolean no_autoconnect;
    gboolean dry_run;
    gboolean verbose;
    gboolean json;
    gboolean stay;
    char *log_file;
    int password_fd;
    int limit;
    char *after, *before;
    char *with, *from;
    char *format;
    char *body, *body_file;
    char *wait, *encrypt;
    int timeout;
    int count;
    char *room;
    char **events;
    char **nicks;
    gboolean version;
    char **words; /* what is no option: the front-end's name and its operands */
} Options;

static void
options_clear(Options *options)
{
    g_strfreev(options->accounts);
    g_free(options->config);
    g_strfreev(options->execute);
    g_free(options->after);
    g_free(options->before);
    g_free(options->with);
    g_free(options->from);
    g_free(options->format);
    g_free(options->body);
    g_free(options->body_file);
    g_free(options->wait);
    g_free(options->encrypt);
    g_free(options->room);
    g_strfreev(options->events);
    g_strfreev(options->nicks);
    g_free(options->log_file);
    g_strfreev(options->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* Prints the one line an error gets (confab(1)) and returns the exit code that belongs to it. */
static int
fail(const GError *error)
{
    fprintf(stderr, "confab: %s\n", error->message);
    return error->domain == CONFAB_ERROR ? error->code : ERROR_INTERNAL;
}

/* Words behind confab, and what they are for. */
static char *
describe_words(void)
{
    static const struct {
        const char *name, *operands, *help;
    } words[] = {
#define WORD(name, operands, help) { name, operands, help },
#include "words.def"
#undef WORD
    };
    GString *text = g_string_new(_("Without a word the terminal interface starts. The words:\n"));
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        const char *operands = words[i].operands ? _(words[i].operands) : "";
        g_autofree char *usage = g_strdup_printf("%s %s", words[i].name, operands);
        const int gap = MAX(WORDS_COLUMN - text_columns(usage, -1), 1);
        g_string_append_printf(text, "  %s%*s%s\n", usage, gap, "", _(words[i].help));
    }
    g_string_append(text, _("See confab(1), confab-commands(7), confab-rpc(7) and confab-settings(5)."));
    return g_string_free(text, FALSE);
}

static bool
takes_word(const char *words, const char *word)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);
    return word && g_strv_contains((const char *const *)list, word);
}

/* An option for other words than the one given is a mistake, not to be ignored. */
static bool
check_options(const Options *options, GError **error)
{
    const struct {
        const char *name, *words;
        bool given;
    } rows[] = {
#define GIVEN_STRING(field) (field != NULL)
#define GIVEN_STRING_ARRAY(field) (field != NULL)
#define GIVEN_FILENAME(field) (field != NULL)
#define GIVEN_NONE(field) (field)
#define GIVEN_INT(field) (field != 0)
#define OPTION(field, name, letter, type, value, words, help) { name, words, GIVEN_##type(options->field) },
#include "options.def"
#undef OPTION
    };
    const char *word = options->words ? options->words[0] : NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!rows[i].words || !rows[i].given || takes_word(rows[i].words, word))
            continue;
        g_auto(GStrv) list = g_strsplit(rows[i].words, " ", -1);
        g_autofree char *words = g_strjoinv(", ", list);
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("--%s is for %s only: see confab --help"), rows[i].name, words);
        return false;
    }
    return true;
}

static bool
parse_options(Options *options, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
#define OPTION(field, name, letter, type, value, words, help) \
    { name, letter, 0, G_OPTION_ARG_##type, &options->field, help, value },
#include "options.def"
#undef OPTION
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->words, NULL, NULL },
        { 0 },
    };
    g_autoptr(GOptionContext) context = g_option_context_new(_("[WORD…]"));

    g_option_context_set_summary(context, _("An XMPP client for the terminal."));
    g_autofree char *words = describe_words();
    g_option_context_set_description(context, words);
    g_option_context_set_translation_domain(context, PACKAGE);
    g_option_context_add_main_entries(context, entries, PACKAGE);
    options->password_fd = -1;
    g_autoptr(GError) wrong = NULL;
    if (g_option_context_parse(context, argc, argv, &wrong))
        return check_options(options, error);
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("%s: see confab --help"), wrong->message);
    return false;
}

/* A descriptor that nobody opened for us would become that of a file of ours, and be written to as if it were standard
 * output. */
static void
fill_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* I23, I26: nothing of this process is dumped, and no child gains privileges. */
static void
harden(void)
{
    const struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
}

/* One terminal interface a profile: the lock holds as long as the descriptor is open, -1 when another one has it. */
static int
claim_profile(const Paths *paths, GError **error)
{
    g_autofree char *path = g_build_filename(paths->runtime, "confab.lock", NULL);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    char text[32] = "";

    if (fd < 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s: %s"), path, g_strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        const int length = g_snprintf(text, sizeof text, "%ld\n", (long)getpid());
        if (ftruncate(fd, 0) != 0 || write(fd, text, length) != length)
            log_warning("main", "%s: %s", path, g_strerror(errno));
        return fd;
    }
    if (read(fd, text, sizeof text - 1) < 0)
        text[0] = '\0';
    close(fd);
    g_set_error(
        error, CONFAB_ERROR, ERROR_FAILED,
        _("this profile is open in another confab (process %s): use that one, or --config DIR for a second profile"),
        g_strstrip(text));
    return -1;
}

static int
start_terminal(const Options *options, const Paths *paths, Log *log, int inherited)
{
    g_autoptr(GError) error = NULL;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        g_set_error(&error, CONFAB_ERROR, ERROR_USAGE,
                    _("no terminal: use “confab run” to run commands without one"));
        return fail(error);
    }
    const int lock = claim_profile(paths, &error);
    if (lock < 0)
        return fail(error);
    CompanionState state = { .inherited = inherited };
    const Companion companion = companion_for(&state);
    const TuiOptions tui = {
        .paths = paths,
        .accounts = (const char *const *)options->accounts,
        .execute = (const char *const *)options->execute,
        .no_autoconnect = options->no_autoconnect,
        .password_fd = options->password_fd,
        .companion = &companion,
        .log = log,
    };
    const int code = tui_run(&tui, &error) ? 0 : fail(error);
    close(lock);
    return code;
}

/* What `run` and `listen` have in common. */
static CliOptions
headless_options(const Options *options, const Paths *paths, Log *log, const Companion *companion)
{
    return (CliOptions) {
        .paths = paths,
        .accounts = (const char *const *)options->accounts,
        .execute = (const char *const *)options->execute,
        .files = options->words[1] ? (const char *const *)options->words + 1 : NULL,
        .no_autoconnect = options->no_autoconnect,
        .json = options->json,
        .password_fd = options->password_fd,
        .companion = companion,
        .log = log,
    };
}

static int
start_run(const Options *options, const Paths *paths, Log *log, int inherited)
{
    CompanionState state = { .inherited = inherited };
    const Companion companion = companion_for(&state);
    g_autoptr(GPtrArray) groups = g_ptr_array_new();
    CliOptions run = headless_options(options, paths, log, &companion);

    g_ptr_array_add(groups, (gpointer)&tui_command_group);
    for (const CommandGroup *const *group = automation_groups(); *group; group++)
        g_ptr_array_add(groups, (gpointer)*group);
    g_ptr_array_add(groups, NULL);
    run.groups = (const CommandGroup *const *)groups->pdata;
    run.stays = options->stay;
    return options->dry_run ? cli_dry_run(&run) : cli_run(&run);
}

static int
start_listen(const Options *options, const Paths *paths, Log *log, int inherited)
{
    CompanionState state = { .inherited = inherited };
    const Companion companion = companion_for(&state);
    const CliListen listen = {
        .run = headless_options(options, paths, log, &companion),
        .count = options->count,
        .timeout = options->timeout,
        .from = options->from,
        .room = options->room,
        .events = (const char *const *)options->events,
    };

    return cli_listen(&listen);
}

/* A word that needs the store only; NULL: it is not one of these. */
static int (*find_query(const char *word))(const CliQuery *)
{
    static const struct {
        const char *word;
        int (*run)(const CliQuery *query);
    } queries[] = {
        { "history", cli_history }, { "search", cli_search }, { "unread", cli_unread },
        { "roster", cli_roster },   { "export", cli_export }, { "import", cli_import },
        { "complete", cli_complete },
    };

    for (size_t i = 0; word && i < G_N_ELEMENTS(queries); i++) {
        if (strcmp(queries[i].word, word) == 0)
            return queries[i].run;
    }
    return NULL;
}

static int
start_query(const Options *options, const Paths *paths, Log *log, int inherited)
{
    const CliQuery query = {
        .paths = paths,
        .operands = options->words[1] ? (const char *const *)options->words + 1 : NULL,
        .accounts = (const char *const *)options->accounts,
        .json = options->json,
        .limit = options->limit,
        .after = options->after,
        .before = options->before,
        .with = options->with,
        .from = options->from,
        .format = options->format,
        .nicks = (const char *const *)options->nicks,
    };

    return find_query(options->words[0])(&query);
}

static int
start_send(const Options *options, const Paths *paths, Log *log, int inherited)
{
    const CliSend send = {
        .paths = paths,
        .operands = options->words[1] ? (const char *const *)options->words + 1 : NULL,
        .accounts = (const char *const *)options->accounts,
        .body = options->body,
        .body_file = options->body_file,
        .wait = options->wait,
        .encrypt = options->encrypt,
        .json = options->json,
        .timeout = options->timeout,
        .password_fd = options->password_fd,
    };

    return cli_send(&send);
}

static int
start_ctl(const Options *options, const Paths *paths, Log *log, int inherited)
{
    const CliCtl ctl = {
        .paths = paths,
        .operands = options->words[1] ? (const char *const *)options->words + 1 : NULL,
        .accounts = (const char *const *)options->accounts,
        .json = options->json,
    };

    return cli_ctl(&ctl);
}

/* What a word starts; NULL: there is no such word. */
static int (*find_word(const char *word))(const Options *, const Paths *, Log *, int)
{
    static const struct {
        const char *word;
        int (*start)(const Options *options, const Paths *paths, Log *log, int inherited);
    } words[] = {
        { "run", start_run }, { "listen", start_listen }, { "send", start_send }, { "ctl", start_ctl },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(words[i].word, word) == 0)
            return words[i].start;
    }
    return find_query(word) ? start_query : NULL;
}

int
main(int argc, char **argv)
{
    g_auto(Options) options = { 0 };
    g_autoptr(GError) error = NULL;

    fill_standard_descriptors();
    setlocale(LC_ALL, "");
    /* gettext's own variable for catalogues elsewhere: before the installation, for one. */
    const char *catalogues = g_getenv("TEXTDOMAINDIR");
    bindtextdomain(PACKAGE, catalogues ? catalogues : LOCALEDIR);
    bind_textdomain_codeset(PACKAGE, "UTF-8");
    textdomain(PACKAGE);
    harden();
    const int inherited = rpc_server_inherit();

    if (!parse_options(&options, &argc, &argv, &error))
        return fail(error);
    if (options.version) {
        printf("confab %s\n", PACKAGE_VERSION);
        return 0;
    }
    const char *word = options.words ? options.words[0] : NULL;
    int (*start)(const Options *, const Paths *, Log *, int) = word ? find_word(word) : NULL;
    if (word && !start) {
        g_set_error(&error, CONFAB_ERROR, ERROR_USAGE, _("“%s” is not known: see confab --help"), word);
        return fail(error);
    }

    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Paths) paths = paths_new(options.config, warnings, &error);
    if (!paths)
        return fail(error);
    for (guint i = 0; i < warnings->len; i++)
        fprintf(stderr, "confab: %s\n", (const char *)warnings->pdata[i]);
    g_autofree char *log_path = options.log_file ? g_strdup(options.log_file)
                                                 : g_build_filename(paths->state, "confab.log", NULL);
    Log *log = log_install(log_path, options.verbose, &error);
    if (!log)
        return fail(error);
    return (start ? start : start_terminal)(&options, paths, log, inherited);
}

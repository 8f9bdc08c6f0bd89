/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "cli/import_private.h"
#include "core/records_import.h"

enum {
    DEPTH_MAX = 8,         /* of folders */
    REPORTS_MAX = 20,      /* lines on standard error */
    REFUSED_AFTER = 10,    /* bad lines before a good one */
};

static const ImportFormat *const formats[] = { &import_jsonl, &import_profanity, &import_mcabber, &import_poezio };

typedef struct Import {
    const CliQuery *options;
    const ImportFormat *format;
    Records *records;
    RecordsImport *import;
    GHashTable *accounts; /* what files call an account → bare JID, interned; also texts that are kept */
    const char *account;  /* -a; NULL */
    const char *path;     /* of the file under way */
    GPtrArray *held;      /* reports of the file: char *, until it is known to be of the format */
    char *problem;        /* the first of these, without the path */
    guint good;           /* messages of the file */
    GError *failure;      /* of the store */
    guint added, known, skipped;
    guint reports;
} Import;

/* --- complaints --- */

static void
report(Import *import, const char *text)
{
    if (import->reports++ < REPORTS_MAX)
        fprintf(stderr, "confab: %s\n", text);
}

static void
tell_held(Import *import)
{
    for (guint i = 0; i < import->held->len; i++)
        report(import, import->held->pdata[i]);
    g_ptr_array_set_size(import->held, 0);
}

static bool
on_bad(gpointer data, guint line, const char *cause)
{
    Import *import = data;
    g_autofree char *path = text_clean(import->path, -1, TEXT_STRICT);
    g_autofree char *clean = text_clean(cause, -1, TEXT_LINE);
    char *text = line > 0 ? g_strdup_printf(_("%s:%u: %s: skipped"), path, line, clean)
                          : g_strdup_printf(_("%s: %s: skipped"), path, clean);
    import->skipped++;
    if (import->held->len == 0) {
        g_free(import->problem);
        import->problem = line > 0 ? g_strdup_printf(_("line %u: %s"), line, clean) : NULL;
    }
    g_ptr_array_add(import->held, text);
    if (import->good > 0)
        tell_held(import);
    /* The file as a whole makes no sense. */
    return line > 0 && (import->good > 0 || import->held->len < REFUSED_AFTER);
}

/* --- what files say --- */

static const char *
keep(Import *import, const char *name, const char *jid)
{
    char *value = g_strdup(jid);
    g_hash_table_insert(import->accounts, g_strdup(name), value);
    return value;
}

/* The account a file or line belongs to: that of -a, the JID it says, the configured one it names, the only one. */
static const char *
on_account(gpointer data, const char *hint, const char *jid_hint, GError **error)
{
    Import *import = data;
    const Accounts *accounts = records_accounts(import->records);
    const GPtrArray *list = accounts_list(accounts);
    if (import->account != NULL)
        return import->account;
    const char *name = jid_hint != NULL && (hint == NULL || accounts_find(accounts, hint) == NULL) ? jid_hint : hint;
    const char *known = name == NULL ? NULL : g_hash_table_lookup(import->accounts, name);
    if (known != NULL)
        return known;
    const AccountConfig *config = name == NULL ? NULL : accounts_find(accounts, name);
    if (name == NULL && list->len == 1)
        config = list->pdata[0];
    if (config != NULL)
        return keep(import, name != NULL ? name : "", jid_bare(config->jid));
    const Jid *jid = name == NULL || strchr(name, '@') == NULL ? NULL : records_import_jid(import->import, name);
    if (jid != NULL)
        return keep(import, name, jid_bare(jid));
    if (name == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                    _("%s: it does not say whose history it is: add --account JID"), import->path);
        return NULL;
    }
    g_autofree char *shown = text_clean(name, -1, TEXT_STRICT);
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("no account is called “%s”: add --account JID"), shown);
    return NULL;
}

static const Jid *
on_jid(gpointer data, const char *text)
{
    return records_import_jid(((Import *) data)->import, text);
}

static bool
on_message(gpointer data, const RecordsItem *item)
{
    Import *import = data;
    switch (records_import_add(import->import, item, &import->failure)) {
    case RECORDS_FAILED:
        return false;
    case RECORDS_ADDED:
        import->added++;
        break;
    case RECORDS_KNOWN:
        import->known++;
        break;
    }
    if (import->good++ == 0)
        tell_held(import);
    return true;
}

/* --- files --- */

/* Nothing in it made sense: one line for the whole file instead of one for each of its lines. */
static void
refuse_file(Import *import)
{
    g_autofree char *path = text_clean(import->path, -1, TEXT_STRICT);
    if (import->problem == NULL) {
        tell_held(import);
        return;
    }
    g_autofree char *text = g_strdup_printf(_("%s is refused, it does not look like %s: check the format (%s)"), path,
                                            import->format->name, import->problem);
    g_ptr_array_set_size(import->held, 0);
    report(import, text);
}

static bool
read_stream(Import *import, const char *path, FILE *stream, GError **error)
{
    const ImportSink sink = {
        .data = import,
        .account = on_account,
        .jid = on_jid,
        .message = on_message,
        .bad = on_bad,
        .with = import->options->with,
        .nicks = import->options->nicks,
    };
    ImportFile file = { .path = path, .stream = stream, .text = g_string_new(NULL) };
    import->path = path;
    import->good = 0;
    g_autoptr(GError) problem = NULL;
    const bool done = import->format->read(&file, &sink, &problem);
    g_string_free(file.text, TRUE);
    if (import->failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&import->failure));
        return false;
    }
    if (!done && problem != NULL) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    if (ferror(stream)) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s cannot be read (%s): check it"), path, g_strerror(EIO));
        return false;
    }
    if (import->held->len > 0)
        refuse_file(import);
    return true;
}

static bool
fail_io(const char *path, int code, GError **error)
{
    g_autofree char *shown = text_clean(path, -1, TEXT_STRICT);
    g_set_error(error, CONFAB_ERROR, code == ENOENT ? ERROR_NOT_FOUND : ERROR_LOCAL_IO,
                _("%s cannot be read (%s): check the path"), shown, g_strerror(code));
    return false;
}

static bool
read_file(Import *import, const char *path, GError **error)
{
    /* Opening a pipe nobody writes to would wait for ever. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
    if (stream == NULL) {
        const int code = errno;
        if (fd >= 0)
            close(fd);
        return fail_io(path, code, error);
    }
    const bool done = read_stream(import, path, stream, error);
    fclose(stream);
    return done;
}

static gint
compare_names(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *) left, *(const char *const *) right);
}

/* The files of a folder that may be of the format, in order of their names: dates of names are in order then. */
static bool
collect_files(Import *import, const char *path, guint depth, GPtrArray *files, GError **error)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return depth > 0 || fail_io(path, errno, error); /* a dangling link in a folder is nobody's history */
    if (!S_ISDIR(info.st_mode)) {
        if (depth == 0 || (S_ISREG(info.st_mode) && import->format->wants(path)))
            g_ptr_array_add(files, g_strdup(path));
        return true;
    }
    g_autoptr(GError) problem = NULL;
    g_autoptr(GDir) dir = depth >= DEPTH_MAX ? NULL : g_dir_open(path, 0, &problem);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    if (problem != NULL)
        return fail_io(path, EACCES, error);
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        if (!collect_files(import, names->pdata[i], depth + 1, files, error))
            return false;
    }
    return true;
}

/* A database tells more than the text beside it, so it goes first. */
static bool
read_files(Import *import, const GPtrArray *files, bool databases, GError **error)
{
    records_import_next_source(import->import);
    for (guint i = 0; i < files->len; i++) {
        const char *path = files->pdata[i];
        if (g_str_has_suffix(path, ".db") == databases && !read_file(import, path, error))
            return false;
    }
    return true;
}

static bool
read_path(Import *import, const char *path, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    if (strcmp(path, "-") == 0) {
        records_import_next_source(import->import);
        return read_stream(import, "stdin", stdin, error);
    }
    if (!collect_files(import, path, 0, files, error))
        return false;
    if (files->len > 0)
        return read_files(import, files, true, error) && read_files(import, files, false, error);
    g_autofree char *shown = text_clean(path, -1, TEXT_STRICT);
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("%s: no file in it looks like one of %s: check the path"), shown,
                import->format->name);
    return false;
}

/* --- the whole --- */

static bool
find_format(Import *import, GError **error)
{
    const char *const *operands = import->options->operands;
    if (operands == NULL || operands[0] == NULL || operands[1] == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("a word is missing: write confab import jsonl|profanity|mcabber|poezio PATH…"));
        return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (strcmp(formats[i]->name, operands[0]) == 0)
            import->format = formats[i];
    }
    if (import->format != NULL)
        return true;
    g_autofree char *shown = text_clean(operands[0], -1, TEXT_STRICT);
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("the format “%s” is not known: write jsonl, profanity, mcabber or poezio"),
                shown);
    return false;
}

/* With -a a history may also belong to an account that is not configured here. */
static bool
find_account(Import *import, GError **error)
{
    const char *const *names = import->options->accounts;
    if (names == NULL || names[0] == NULL)
        return true;
    if (names[1] != NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("an import goes into one account: write --account once"));
        return false;
    }
    const AccountConfig *config = accounts_find(records_accounts(import->records), names[0]);
    const Jid *jid = config != NULL || strchr(names[0], '@') == NULL ? NULL : records_import_jid(import->import, names[0]);
    if (config != NULL)
        import->account = keep(import, names[0], jid_bare(config->jid));
    else if (jid != NULL)
        import->account = keep(import, names[0], jid_bare(jid));
    else
        accounts_require(records_accounts(import->records), names[0], error);
    return import->account != NULL;
}

static bool
run(Import *import, GError **error)
{
    if (!find_format(import, error))
        return false;
    import->records = records_open(import->options->paths, error);
    if (import->records == NULL)
        return false;
    import->import = records_import_new(import->records);
    if (!find_account(import, error))
        return false;
    for (const char *const *path = import->options->operands + 1; *path != NULL; path++) {
        if (!read_path(import, *path, error))
            return false;
    }
    return records_import_finish(import->import, error) && records_catch_up(import->records, error);
}

static void
print_summary(const Import *import)
{
    if (import->reports > REPORTS_MAX)
        fprintf(stderr, _("confab: %u more lines like these were skipped\n"), import->reports - REPORTS_MAX);
    if (import->options->json) {
        g_autofree char *now = when_format(when_now());
        printf("{\"v\":1,\"event\":\"result\",\"time\":\"%s\",\"account\":null,\"command\":\"import\",\"ok\":%s,"
               "\"added\":%u,\"known\":%u,\"skipped\":%u}\n",
               now, import->skipped == 0 ? "true" : "false", import->added, import->known, import->skipped);
        return;
    }
    printf(_("%u added, %u known already, %u skipped\n"), import->added, import->known, import->skipped);
}

int
cli_import(const CliQuery *options)
{
    g_autoptr(GError) error = NULL;
    Import import = { .options = options };
    import.held = g_ptr_array_new_with_free_func(g_free);
    import.accounts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const bool done = run(&import, &error);
    g_clear_pointer(&import.import, records_import_free);
    g_clear_pointer(&import.records, records_free);
    g_ptr_array_unref(import.held);
    g_free(import.problem);
    g_hash_table_unref(import.accounts);
    if (import.added + import.known > 0 || done)
        print_summary(&import);
    if (done)
        return import.skipped > 0 ? ERROR_BAD_INPUT : 0;
    fprintf(stderr, "confab: %s\n", error->message);
    return error->domain == CONFAB_ERROR ? error->code : ERROR_INTERNAL;
}

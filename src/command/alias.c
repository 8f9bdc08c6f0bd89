/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/alias.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "command/words.h"
#include "config/settings_file.h"

enum { CHAIN_MAX = 16 }; /* aliases of aliases */

struct Aliases {
    char *path;
    SettingsFile *file; /* NULL: it cannot be used */
};

static SettingsFile *
load(const Aliases *aliases, GPtrArray *warnings, GError **error)
{
    return aliases->path == NULL ? settings_file_parse("aliases", "", 0, NULL, error)
                                 : settings_file_load(aliases->path, warnings, error);
}

Aliases *
aliases_new(const char *path, GPtrArray *warnings)
{
    g_autoptr(GError) error = NULL;
    Aliases *aliases = g_new0(Aliases, 1);
    aliases->path = g_strdup(path);
    aliases->file = load(aliases, warnings, &error);
    if (aliases->file == NULL && warnings != NULL)
        g_ptr_array_add(warnings, g_strdup(error->message));
    return aliases;
}

void
aliases_free(Aliases *aliases)
{
    if (aliases == NULL)
        return;
    g_clear_pointer(&aliases->file, settings_file_free);
    g_free(aliases->path);
    g_free(aliases);
}

static bool
is_alias_name(const char *name)
{
    return *name != '\0' && strlen(name) <= ALIAS_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(name);
}

const char *
aliases_find(const Aliases *aliases, const char *name)
{
    if (aliases->file == NULL || !is_alias_name(name))
        return NULL;
    const char *command = settings_file_get(aliases->file, "", name);
    /* Written by hand, it may be anything; text would be sent to somebody. */
    return command != NULL && *command == '/' && command[1] != '/' ? command : NULL;
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
aliases_list(const Aliases *aliases)
{
    GPtrArray *names = aliases->file == NULL ? g_ptr_array_new() : settings_file_list_keys(aliases->file, "");
    for (guint i = names->len; i > 0; i--) {
        if (aliases_find(aliases, names->pdata[i - 1]) == NULL)
            g_ptr_array_remove_index(names, i - 1);
    }
    g_ptr_array_sort(names, compare_names);
    return names;
}

/* The first word of "/word …". */
static char *
first_word(const char *command)
{
    const char *start = command + 1;
    g_autofree char *word = g_strndup(start, strcspn(start, " \t\n"));
    return g_ascii_strdown(word, -1);
}

/* Whether `command` ends, through other aliases, at the alias `name`. */
static bool
leads_back(const Aliases *aliases, const char *name, const char *command)
{
    for (guint i = 0; i < CHAIN_MAX; i++) {
        g_autofree char *word = first_word(command);
        if (strcmp(word, name) == 0)
            return true;
        command = aliases_find(aliases, word);
        if (command == NULL)
            return false;
    }
    return true;
}

/* Reads the file again, so that changes made by hand are not lost. */
static bool
reload(Aliases *aliases, GError **error)
{
    if (aliases->path == NULL)
        return true;
    SettingsFile *file = load(aliases, NULL, error);
    if (file == NULL)
        return false;
    g_clear_pointer(&aliases->file, settings_file_free);
    aliases->file = file;
    return true;
}

/* Saves; when that fails the file as it is on the disk counts again. */
static bool
save(Aliases *aliases, GError **error)
{
    if (aliases->path == NULL || settings_file_save(aliases->file, error))
        return true;
    reload(aliases, NULL);
    return false;
}

bool
aliases_set(Aliases *aliases, const char *name, const char *command, GError **error)
{
    if (!is_alias_name(name)) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                    _("this cannot be the name of an alias: use lower-case letters, digits, - and _"));
        return false;
    }
    if (*command != '/' || command[1] == '/') {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("an alias stands for a command: write /alias %s /COMMAND"),
                    name);
        return false;
    }
    if (!reload(aliases, error))
        return false;
    if (leads_back(aliases, name, command)) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("the alias %s would lead back to itself: choose another name"),
                    name);
        return false;
    }
    settings_file_set(aliases->file, "", name, command);
    return save(aliases, error);
}

bool
aliases_unset(Aliases *aliases, const char *name, GError **error)
{
    if (!reload(aliases, error))
        return false;
    if (aliases_find(aliases, name) == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("there is no such alias: /alias lists them"));
        return false;
    }
    settings_file_unset(aliases->file, "", name);
    return save(aliases, error);
}

/* The nth word (from 1) of a line as it was typed, quotes included; "" when there are fewer. */
static char *
raw_word(const char *line, int n)
{
    WordReader reader = { .line = line };
    size_t start = 0;
    while (n-- > 0) {
        if (!words_skip(&reader, &start))
            return g_strdup("");
    }
    return g_strndup(line + start, reader.at - start);
}

char *
alias_expand(const char *command, const char *rest)
{
    g_autoptr(GString) out = g_string_new(NULL);
    bool placed = false;
    for (const char *c = command; *c != '\0'; c++) {
        if (*c != '$' || (c[1] != '*' && !(c[1] >= '1' && c[1] <= '9'))) {
            g_string_append_c(out, *c);
            continue;
        }
        c++;
        g_autofree char *words = *c == '*' ? g_strdup(rest) : raw_word(rest, *c - '0');
        g_string_append(out, words);
        placed = true;
    }
    if (!placed && *rest != '\0')
        g_string_append_printf(out, " %s", rest);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

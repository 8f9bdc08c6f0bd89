/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An INI file that people edit, too: changes are made in place, and comments, order, blank lines and what is not
 * understood stay as they are.
 *
 *     # a comment, also with ;
 *     [group]
 *     key = value          the rest of the line, without the spaces around it; # and ; inside belong to the value
 *     other = " a\n\"b "   in double quotes: spaces at the ends, \n, \t, \r, \\ and \"
 *
 * A group may appear more than once and is one group. Where a key is set twice, the last one counts. Lines above the
 * first group header belong to the group "". */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    SETTINGS_FILE_MAX = 1024 * 1024,      /* bytes of a file */
    SETTINGS_FILE_LINE_MAX = 64 * 1024,   /* bytes of a line */
};

typedef struct SettingsFile SettingsFile;

/* A missing file is an empty one. Lines that make no sense are reported in `warnings` (GPtrArray of char *, may be
 * NULL) as "FILE:LINE: …" and kept; below a broken group header the lines belong to no group. NULL and ERROR_CONFIG
 * when the file cannot be read or is no text: NUL bytes, too large, a line too long. */
SettingsFile *settings_file_load(const char *path, GPtrArray *warnings, GError **error);
/* The same from text; it cannot be saved. `name` stands in messages. */
SettingsFile *settings_file_parse(const char *name, const char *text, gsize length, GPtrArray *warnings,
                                  GError **error);
void settings_file_free(SettingsFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettingsFile, settings_file_free)

/* Its path or name, for messages. */
const char *settings_file_name(const SettingsFile *file);
/* Others than the owner could read or write it when it was loaded (I23). */
bool settings_file_is_exposed(const SettingsFile *file);

/* Borrowed until the file changes; NULL when it is not set. */
const char *settings_file_get(const SettingsFile *file, const char *group, const char *key);
/* The line of the value that counts, for messages; 0 when it is not set. */
guint settings_file_get_line(const SettingsFile *file, const char *group, const char *key);
/* The line of the group's first header; 0 when there is none. */
guint settings_file_get_group_line(const SettingsFile *file, const char *group);
bool settings_file_has_group(const SettingsFile *file, const char *group);
/* Names in order of first appearance; borrowed strings, free the array. */
GPtrArray *settings_file_list_groups(const SettingsFile *file);
GPtrArray *settings_file_list_keys(const SettingsFile *file, const char *group);

/* Calls for each entry in the order of the file, also for those a later one replaces. The texts are borrowed for the
 * call. */
typedef struct SettingsFileEntry {
    const char *group;
    const char *key;
    const char *value;
    guint line;
} SettingsFileEntry;
typedef void (*SettingsFileFunc)(const SettingsFileEntry *entry, gpointer data);
void settings_file_foreach(const SettingsFile *file, SettingsFileFunc func, gpointer data);

/* Changes the line in place, or adds one at the end of the group, which is made when missing. */
void settings_file_set(SettingsFile *file, const char *group, const char *key, const char *value);
/* Takes every line of the key away; false when there was none. */
bool settings_file_unset(SettingsFile *file, const char *group, const char *key);
void settings_file_add_group(SettingsFile *file, const char *group);
/* Takes the group away with its lines, and the comments directly above its header. */
bool settings_file_remove_group(SettingsFile *file, const char *group);

/* The whole text as it would be saved. */
char *settings_file_format(const SettingsFile *file, gsize *length);
/* Atomic, 0600, through a symbolic link to its target. */
bool settings_file_save(const SettingsFile *file, GError **error);

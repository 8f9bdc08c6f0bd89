/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a user can choose: the rows of settings.def, their values and where these are kept.
 *
 * A value is looked up conversation → account → everywhere → the row's default. A place (SettingPlace) says which of
 * these is meant. The file is INI, made to be edited by hand:
 *
 *     [settings]                          everywhere; lines above the first group count as this group
 *     notify.bell = on
 *
 *     [account work]                      for one account, by its name
 *     presence.status = away
 *
 *     [conversation alice@example.org]    for one contact or room, by its bare JID, on every account
 *     typing = off
 *
 * Comments, order, and keys this version does not know stay as they are. Every change reads the file again first, so
 * hand edits made meanwhile survive and take effect with it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/bus.h"

typedef enum Setting {
#define BOOL(name, key, scopes, fallback, help) SETTING_##name,
#define INT(name, key, scopes, fallback, minimum, maximum, help) SETTING_##name,
#define TEXT(name, key, scopes, fallback, help) SETTING_##name,
#define CHOICE(name, key, scopes, fallback, words, help) SETTING_##name,
#define LIMIT(name, key, scopes, fallback, words, minimum, maximum, help) SETTING_##name,
#include "config/settings.def"
#undef BOOL
#undef INT
#undef TEXT
#undef CHOICE
#undef LIMIT
    SETTING_COUNT
} Setting;

typedef enum { SETTING_TYPE_BOOL, SETTING_TYPE_INT, SETTING_TYPE_TEXT, SETTING_TYPE_CHOICE } SettingType;

typedef enum {
    SETTING_SCOPE_GLOBAL = 1 << 0,
    SETTING_SCOPE_ACCOUNT = 1 << 1,
    SETTING_SCOPE_CONVERSATION = 1 << 2,
} SettingScopes;

/* A row of settings.def. */
typedef struct SettingRow {
    const char *key;
    SettingType type;
    SettingScopes scopes;
    const char *fallback;   /* the default as a user writes it: "on", "24", … */
    int minimum, maximum;   /* INT; TEXT with words */
    const char *words;      /* CHOICE: separated by spaces; TEXT: one of these or a number, NULL: any text */
    const char *help;       /* not translated yet: _() it */
} SettingRow;

/* The rows are sorted by key: 0 … SETTING_COUNT - 1 is the order for people. */
const SettingRow *setting_row(Setting setting);
bool setting_find(const char *key, Setting *setting);
/* What may be written for a setting, for messages and completion hints: "on or off", "a number from 8 to 80", … */
char *setting_describe_values(Setting setting);

/* Where a value is set: at most one of the two is given; both NULL means everywhere. */
typedef struct SettingPlace {
    const char *account;      /* an account's name */
    const char *conversation; /* a bare JID, prepared (jid_bare()) */
} SettingPlace;

/* Published after a value changed at a place; `place` tells where, not who is affected. */
typedef struct SettingsEvent {
    Setting setting;
    SettingPlace place;
} SettingsEvent;

typedef struct Settings Settings;

/* Reads the file; a missing one is empty. Lines that make no sense are reported in `warnings` (GPtrArray of char *, may
 * be NULL) with file and line, and kept. NULL and ERROR_CONFIG when it is no text file at all: it is never overwritten
 * then. `path` NULL: nothing is read or saved (tests). */
Settings *settings_new(const char *path, GPtrArray *warnings, GError **error);
void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)

/* Reads the file again and publishes what changed. */
bool settings_reload(Settings *settings, GPtrArray *warnings, GError **error);

/* Events are SettingsEvent. A handler must not set settings. */
Bus *settings_bus(Settings *settings);

/* The value that counts for a conversation of an account; either may be NULL. A getter must fit the row's type
 * (g_assert); get_text also answers for CHOICE with the word, get_choice with its index. Texts are borrowed until the
 * next change. */
bool settings_get_bool(const Settings *settings, Setting setting, const char *account, const char *conversation);
int settings_get_int(const Settings *settings, Setting setting, const char *account, const char *conversation);
const char *settings_get_text(const Settings *settings, Setting setting, const char *account, const char *conversation);
int settings_get_choice(const Settings *settings, Setting setting, const char *account, const char *conversation);

/* The value that counts, of any type, as a user writes it; and where it was found (`*found`, may be NULL; 0: the
 * default). */
const char *settings_format(const Settings *settings, Setting setting, const char *account, const char *conversation,
                            SettingScopes *found);
/* What is set at exactly this place, NULL when nothing is. */
const char *settings_get_own(const Settings *settings, Setting setting, SettingPlace place);

/* Sets and saves. Errors name the key, the value and what is allowed (ERROR_BAD_INPUT), a place the setting cannot have
 * (ERROR_USAGE), or why the file could not be written; then nothing changed. */
bool settings_set(Settings *settings, Setting setting, SettingPlace place, const char *text, GError **error);
/* Takes the value of this place away; no error when there was none. */
bool settings_unset(Settings *settings, Setting setting, SettingPlace place, GError **error);
/* Calls for each account or conversation with values of its own, in no order. */
typedef void (*SettingsPlaceFunc)(SettingPlace place, gpointer data);
void settings_foreach_place(const Settings *settings, SettingsPlaceFunc func, gpointer data);

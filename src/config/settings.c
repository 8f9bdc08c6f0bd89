/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/settings.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/jid.h"
#include "base/text.h"
#include "config/settings_file.h"
#include "config/value.h"

enum { TEXT_VALUE_MAX = 4096 }; /* bytes of a TEXT */

#define G SETTING_SCOPE_GLOBAL
#define GA (SettingScopes)(SETTING_SCOPE_GLOBAL | SETTING_SCOPE_ACCOUNT)
#define GC (SettingScopes)(SETTING_SCOPE_GLOBAL | SETTING_SCOPE_CONVERSATION)
#define GAC \
    (SettingScopes)(SETTING_SCOPE_GLOBAL | SETTING_SCOPE_ACCOUNT | SETTING_SCOPE_CONVERSATION)
static const SettingRow rows[] = {
#define BOOL(name, key, scopes, fallback, help) \
    { key, SETTING_TYPE_BOOL, scopes, (fallback) ? "on" : "off", 0, 0, NULL, help },
#define INT(name, key, scopes, fallback, minimum, maximum, help) \
    { key, SETTING_TYPE_INT, scopes, #fallback, minimum, maximum, NULL, help },
#define TEXT(name, key, scopes, fallback, help) \
    { key, SETTING_TYPE_TEXT, scopes, fallback, 0, 0, NULL, help },
#define CHOICE(name, key, scopes, fallback, words, help) \
    { key, SETTING_TYPE_CHOICE, scopes, fallback, 0, 0, words, help },
#define LIMIT(name, key, scopes, fallback, words, minimum, maximum, help) \
    { key, SETTING_TYPE_TEXT, scopes, fallback, minimum, maximum, words, help },
#include "config/settings.def"
#undef BOOL
#undef INT
#undef TEXT
#undef CHOICE
#undef LIMIT
};
#undef G
#undef GA
#undef GC
#undef GAC

G_STATIC_ASSERT(G_N_ELEMENTS(rows) == SETTING_COUNT);

/* A value at one place; `text` NULL: not set there. */
typedef struct Value {
    char *text; /* as a user writes it, in its one form */
    int number; /* BOOL, INT, and the index of a CHOICE */
} Value;

/* All values of one place. */
typedef struct Values {
    Value at[SETTING_COUNT];
} Values;

/* All values of all places: what a file says. */
typedef struct Tables {
    Values *global;
    GHashTable *accounts;      /* name → Values */
    GHashTable *conversations; /* bare JID → Values */
} Tables;

struct Settings {
    char *path;         /* NULL: in memory only */
    SettingsFile *file; /* as last read or saved */
    Values *defaults;
    Tables *tables;
    Bus *bus;
};

const SettingRow *
setting_row(Setting setting)
{
    g_assert(setting < SETTING_COUNT);
    return &rows[setting];
}

bool
setting_find(const char *key, Setting *setting)
{
    gsize low = 0;
    gsize high = SETTING_COUNT;
    while (low < high) {
        const gsize middle = (low + high) / 2;
        const int order = strcmp(key, rows[middle].key);
        if (order == 0) {
            *setting = (Setting) middle;
            return true;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static char *
describe_limit(const SettingRow *row)
{
    g_autofree char *words = value_list_words(row->words);
    return g_strdup_printf(_("one of %s, or a number from %d to %d"), words, row->minimum, row->maximum);
}

char *
setting_describe_values(Setting setting)
{
    const SettingRow *row = setting_row(setting);
    switch (row->type) {
    case SETTING_TYPE_BOOL:
        return g_strdup(_("on or off"));
    case SETTING_TYPE_INT:
        return g_strdup_printf(_("a number from %d to %d"), row->minimum, row->maximum);
    case SETTING_TYPE_CHOICE: {
        g_autofree char *words = value_list_words(row->words);
        return g_strdup_printf(_("one of %s"), words);
    }
    case SETTING_TYPE_TEXT:
    default:
        return row->words == NULL ? g_strdup(_("a text of one line")) : describe_limit(row);
    }
}

/* Understands what a user wrote; the value's text is NULL when it is refused. */
static Value
parse_value(Setting setting, const char *text)
{
    const SettingRow *row = setting_row(setting);
    Value value = { 0 };
    bool truth;
    switch (row->type) {
    case SETTING_TYPE_BOOL:
        if (value_parse_bool(text, &truth)) {
            value.number = truth;
            value.text = g_strdup(truth ? "on" : "off");
        }
        break;
    case SETTING_TYPE_INT:
        if (value_parse_int(text, row->minimum, row->maximum, &value.number))
            value.text = g_strdup_printf("%d", value.number);
        break;
    case SETTING_TYPE_CHOICE:
        value.number = value_find_word(row->words, text);
        if (value.number >= 0)
            value.text = g_strdup(text);
        break;
    case SETTING_TYPE_TEXT:
        if (row->words != NULL && value_parse_int(text, row->minimum, row->maximum, &value.number))
            value.text = g_strdup_printf("%d", value.number);
        else if (row->words != NULL ? value_find_word(row->words, text) >= 0 : value_is_text(text, TEXT_VALUE_MAX))
            value.text = g_strdup(text);
        break;
    }
    return value;
}

static void
values_free(Values *values)
{
    for (int i = 0; i < SETTING_COUNT; i++)
        g_free(values->at[i].text);
    g_free(values);
}

static Tables *
tables_new(void)
{
    Tables *tables = g_new0(Tables, 1);
    tables->global = g_new0(Values, 1);
    tables->accounts =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) values_free);
    tables->conversations =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify) values_free);
    return tables;
}

static void
tables_free(Tables *tables)
{
    values_free(tables->global);
    g_hash_table_unref(tables->accounts);
    g_hash_table_unref(tables->conversations);
    g_free(tables);
}

/* The values of exactly this place; NULL when it has none and `make` is false. */
static Values *
tables_values(const Tables *tables, SettingPlace place, bool make)
{
    if (place.account == NULL && place.conversation == NULL)
        return tables->global;
    GHashTable *table = place.conversation != NULL ? tables->conversations : tables->accounts;
    const char *name = place.conversation != NULL ? place.conversation : place.account;
    Values *values = g_hash_table_lookup(table, name);
    if (values == NULL && make) {
        values = g_new0(Values, 1);
        g_hash_table_insert(table, g_strdup(name), values);
    }
    return values;
}

static SettingScopes
place_scope(SettingPlace place)
{
    if (place.conversation != NULL)
        return SETTING_SCOPE_CONVERSATION;
    return place.account != NULL ? SETTING_SCOPE_ACCOUNT : SETTING_SCOPE_GLOBAL;
}

/* The place a group of the file speaks of; its name is put into `*name`, which the caller frees.
 * False: no group of ours. */
static bool
parse_group(const char *group, SettingPlace *place, char **name)
{
    *place = (SettingPlace){ 0 };
    *name = NULL;
    if (*group == '\0' || strcmp(group, "settings") == 0)
        return true;
    if (g_str_has_prefix(group, "account ")) {
        *name = g_strstrip(g_strdup(group + strlen("account ")));
        place->account = *name;
        return true;
    }
    if (!g_str_has_prefix(group, "conversation "))
        return false;
    g_autofree char *text = g_strstrip(g_strdup(group + strlen("conversation ")));
    g_autoptr(Jid) jid = jid_new(text, NULL);
    if (jid == NULL)
        return false;
    *name = g_strdup(jid_bare(jid));
    place->conversation = *name;
    return true;
}

/* The group of the file for a place, written by hand in whatever way: the last of them counts. NULL
 * when there is none. */
static const char *
find_group(const SettingsFile *file, SettingPlace place)
{
    g_autoptr(GPtrArray) groups = settings_file_list_groups(file);
    for (guint i = groups->len; i > 0; i--) {
        const char *group = groups->pdata[i - 1];
        SettingPlace other;
        g_autofree char *name = NULL;
        if (parse_group(group, &other, &name) && g_strcmp0(other.account, place.account) == 0
            && g_strcmp0(other.conversation, place.conversation) == 0)
            return group;
    }
    return NULL;
}

/* Reading a file: where the lines being read belong. */
typedef struct Reader {
    const SettingsFile *file;
    GPtrArray *warnings; /* may be NULL */
    Tables *tables;
    char *group; /* the one `place` is of */
    bool known;  /* it is one of ours */
    SettingPlace place;
    char *name; /* what `place` points to */
} Reader;

static void
warn(const Reader *reader, guint line, const char *text)
{
    if (reader->warnings != NULL)
        g_ptr_array_add(reader->warnings,
                        g_strdup_printf("%s:%u: %s", settings_file_name(reader->file), line, text));
}

/* Goes on to a group, and complains of one that is not ours. */
static void
enter_group(Reader *reader, const char *group)
{
    if (g_strcmp0(reader->group, group) == 0)
        return;
    g_free(reader->group);
    g_free(reader->name);
    reader->group = g_strdup(group);
    reader->known = parse_group(group, &reader->place, &reader->name);
    if (!reader->known)
        warn(reader, settings_file_get_group_line(reader->file, group),
             _("not one of [settings], [account NAME], [conversation JID]"));
}

/* Takes one entry into the tables; what makes no sense is reported and left out. */
static void
read_entry(const SettingsFileEntry *entry, gpointer data)
{
    Reader *reader = data;
    enter_group(reader, entry->group);
    if (!reader->known)
        return;
    Setting setting;
    if (!setting_find(entry->key, &setting)) {
        g_autofree char *text =
            g_strdup_printf(_("there is no setting %s: see /settings"), entry->key);
        warn(reader, entry->line, text);
        return;
    }
    if ((setting_row(setting)->scopes & place_scope(reader->place)) == 0) {
        g_autofree char *text = g_strdup_printf(
            _("%s cannot be set for [%s]: put it into [settings]"), entry->key, entry->group);
        warn(reader, entry->line, text);
        return;
    }
    const Value value = parse_value(setting, entry->value);
    if (value.text == NULL) {
        g_autofree char *allowed = setting_describe_values(setting);
        g_autoptr(GError) error = NULL;
        value_refuse(entry->key, entry->value, allowed, &error);
        warn(reader, entry->line, error->message);
        return;
    }
    Values *values = tables_values(reader->tables, reader->place, true);
    g_free(values->at[setting].text);
    values->at[setting] = value;
}

static Tables *
read_tables(const SettingsFile *file, GPtrArray *warnings)
{
    Reader reader = { .file = file, .warnings = warnings, .tables = tables_new() };
    settings_file_foreach(file, read_entry, &reader);
    g_free(reader.group);
    g_free(reader.name);
    return reader.tables;
}

/* Publishes the difference of two states of one place; either may be NULL: nothing set. */
static void
publish_values(Settings *settings, const Values *before, const Values *after, SettingPlace place)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        const char *old = before == NULL ? NULL : before->at[i].text;
        const char *now = after == NULL ? NULL : after->at[i].text;
        if (g_strcmp0(old, now) == 0)
            continue;
        const SettingsEvent event = { .setting = (Setting) i, .place = place };
        bus_publish(settings->bus, &event);
    }
}

static SettingPlace
place_of(bool conversation, const char *name)
{
    return conversation ? (SettingPlace){ .conversation = name }
                        : (SettingPlace){ .account = name };
}

static void
publish_table(Settings *settings, GHashTable *before, GHashTable *after, bool conversations)
{
    GHashTableIter iter;
    gpointer name, values;
    g_hash_table_iter_init(&iter, after);
    while (g_hash_table_iter_next(&iter, &name, &values))
        publish_values(settings, g_hash_table_lookup(before, name), values,
                       place_of(conversations, name));
    g_hash_table_iter_init(&iter, before);
    while (g_hash_table_iter_next(&iter, &name, &values)) {
        if (!g_hash_table_contains(after, name))
            publish_values(settings, values, NULL, place_of(conversations, name));
    }
}

/* From now on the settings are what the file says. */
static void
adopt(Settings *settings, SettingsFile *take_file, GPtrArray *warnings)
{
    if (settings->file != take_file) {
        settings_file_free(settings->file);
        settings->file = take_file;
    }
    Tables *before = settings->tables;
    settings->tables = read_tables(take_file, warnings);
    publish_values(settings, before->global, settings->tables->global, (SettingPlace){ 0 });
    publish_table(settings, before->accounts, settings->tables->accounts, false);
    publish_table(settings, before->conversations, settings->tables->conversations, true);
    tables_free(before);
}

Settings *
settings_new(const char *path, GPtrArray *warnings, GError **error)
{
    SettingsFile *file = path == NULL ? settings_file_parse("settings", "", 0, NULL, NULL)
                                      : settings_file_load(path, warnings, error);
    if (file == NULL)
        return NULL;
    Settings *settings = g_new0(Settings, 1);
    settings->path = g_strdup(path);
    settings->bus = bus_new();
    settings->defaults = g_new0(Values, 1);
    for (int i = 0; i < SETTING_COUNT; i++) {
        settings->defaults->at[i] = parse_value((Setting) i, rows[i].fallback);
        g_assert(settings->defaults->at[i].text != NULL);
    }
    settings->tables = tables_new();
    adopt(settings, file, warnings);
    return settings;
}

void
settings_free(Settings *settings)
{
    if (settings == NULL)
        return;
    bus_free(settings->bus);
    tables_free(settings->tables);
    values_free(settings->defaults);
    settings_file_free(settings->file);
    g_free(settings->path);
    g_free(settings);
}

bool
settings_reload(Settings *settings, GPtrArray *warnings, GError **error)
{
    if (settings->path == NULL)
        return true;
    SettingsFile *file = settings_file_load(settings->path, warnings, error);
    if (file == NULL)
        return false;
    adopt(settings, file, warnings);
    return true;
}

Bus *
settings_bus(Settings *settings)
{
    return settings->bus;
}

/* The value that counts, and where it was found. */
static const Value *
resolve(const Settings *settings, Setting setting, const char *account, const char *conversation,
        SettingScopes *found)
{
    g_assert(setting < SETTING_COUNT);
    const Values *values = NULL;
    if (conversation != NULL)
        values = g_hash_table_lookup(settings->tables->conversations, conversation);
    if (values != NULL && values->at[setting].text != NULL) {
        *found = SETTING_SCOPE_CONVERSATION;
        return &values->at[setting];
    }
    values = account == NULL ? NULL : g_hash_table_lookup(settings->tables->accounts, account);
    if (values != NULL && values->at[setting].text != NULL) {
        *found = SETTING_SCOPE_ACCOUNT;
        return &values->at[setting];
    }
    const Value *global = &settings->tables->global->at[setting];
    *found = global->text != NULL ? SETTING_SCOPE_GLOBAL : (SettingScopes) 0;
    return global->text != NULL ? global : &settings->defaults->at[setting];
}

bool
settings_get_bool(const Settings *settings, Setting setting, const char *account,
                  const char *conversation)
{
    SettingScopes found;
    g_assert(setting_row(setting)->type == SETTING_TYPE_BOOL);
    return resolve(settings, setting, account, conversation, &found)->number != 0;
}

int
settings_get_int(const Settings *settings, Setting setting, const char *account,
                 const char *conversation)
{
    SettingScopes found;
    g_assert(setting_row(setting)->type == SETTING_TYPE_INT);
    return resolve(settings, setting, account, conversation, &found)->number;
}

const char *
settings_get_text(const Settings *settings, Setting setting, const char *account,
                  const char *conversation)
{
    SettingScopes found;
    const SettingType type = setting_row(setting)->type;
    g_assert(type == SETTING_TYPE_TEXT || type == SETTING_TYPE_CHOICE);
    return resolve(settings, setting, account, conversation, &found)->text;
}

int
settings_get_choice(const Settings *settings, Setting setting, const char *account,
                    const char *conversation)
{
    SettingScopes found;
    g_assert(setting_row(setting)->type == SETTING_TYPE_CHOICE);
    return resolve(settings, setting, account, conversation, &found)->number;
}

const char *
settings_format(const Settings *settings, Setting setting, const char *account,
                const char *conversation, SettingScopes *found)
{
    SettingScopes scope;
    const Value *value = resolve(settings, setting, account, conversation, &scope);
    if (found != NULL)
        *found = scope;
    return value->text;
}

const char *
settings_get_own(const Settings *settings, Setting setting, SettingPlace place)
{
    const Values *values = tables_values(settings->tables, place, false);
    return values == NULL ? NULL : values->at[setting].text;
}

static bool
refuse_name(const char *name, GError **error)
{
    g_autofree char *clean = text_clean(name, -1, TEXT_STRICT);
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                _("\"%s\" cannot have settings of its own: give the name of an account or a JID"),
                clean);
    return false;
}

static bool
check_place(Setting setting, SettingPlace place, GError **error)
{
    const SettingRow *row = setting_row(setting);
    g_return_val_if_fail(place.account == NULL || place.conversation == NULL, false);
    const char *name = place.account != NULL ? place.account : place.conversation;
    /* A name that could not be read back from its group header. */
    if (name != NULL
        && (*name == '\0' || !value_is_text(name, SETTINGS_FILE_LINE_MAX / 2)
            || strchr(name, ' ') != NULL))
        return refuse_name(name, error);
    if ((row->scopes & place_scope(place)) != 0)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                place.account != NULL
                    ? _("%s is not a setting of single accounts: set it for everything")
                    : _("%s is not a setting of single conversations: set it for everything"),
                row->key);
    return false;
}

/* The file to change: read again, so that hand edits made meanwhile are not lost. */
static SettingsFile *
open_for_change(Settings *settings, GError **error)
{
    return settings->path == NULL ? settings->file
                                  : settings_file_load(settings->path, NULL, error);
}

static bool
save_and_adopt(Settings *settings, SettingsFile *take_file, GError **error)
{
    if (settings->path != NULL && !settings_file_save(take_file, error)) {
        settings_file_free(take_file);
        return false;
    }
    adopt(settings, take_file, NULL);
    return true;
}

/* The group a new value goes to. Lines above the first group stay the home of what is set there
 * already. */
static char *
choose_group(const SettingsFile *file, SettingPlace place, const char *key)
{
    const char *group = find_group(file, place);
    if (place_scope(place) == SETTING_SCOPE_GLOBAL && settings_file_get(file, "", key) != NULL
        && (group == NULL || settings_file_get(file, group, key) == NULL))
        return g_strdup("");
    if (group != NULL)
        return g_strdup(group);
    if (place.conversation != NULL)
        return g_strdup_printf("conversation %s", place.conversation);
    return place.account != NULL ? g_strdup_printf("account %s", place.account)
                                 : g_strdup("settings");
}

bool
settings_set(Settings *settings, Setting setting, SettingPlace place, const char *text,
             GError **error)
{
    if (!check_place(setting, place, error))
        return false;
    const SettingRow *row = setting_row(setting);
    const Value value = parse_value(setting, text);
    if (value.text == NULL) {
        g_autofree char *allowed = setting_describe_values(setting);
        return value_refuse(row->key, text, allowed, error);
    }
    g_autofree char *written = value.text;
    SettingsFile *file = open_for_change(settings, error);
    if (file == NULL)
        return false;
    g_autofree char *group = choose_group(file, place, row->key);
    settings_file_set(file, group, row->key, written);
    return save_and_adopt(settings, file, error);
}

bool
settings_unset(Settings *settings, Setting setting, SettingPlace place, GError **error)
{
    if (!check_place(setting, place, error))
        return false;
    SettingsFile *file = open_for_change(settings, error);
    if (file == NULL)
        return false;
    const char *key = setting_row(setting)->key;
    bool found = place_scope(place) == SETTING_SCOPE_GLOBAL && settings_file_unset(file, "", key);
    /* A place may have several groups when people wrote its name in several ways. */
    g_autoptr(GPtrArray) groups = settings_file_list_groups(file);
    for (guint i = 0; i < groups->len; i++) {
        SettingPlace other;
        g_autofree char *name = NULL;
        if (parse_group(groups->pdata[i], &other, &name)
            && g_strcmp0(other.account, place.account) == 0
            && g_strcmp0(other.conversation, place.conversation) == 0)
            found = settings_file_unset(file, groups->pdata[i], key) || found;
    }
    if (found)
        return save_and_adopt(settings, file, error);
    adopt(settings, file, NULL);
    return true;
}

static void
foreach_place(GHashTable *table, bool conversations, SettingsPlaceFunc func, gpointer data)
{
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        func(place_of(conversations, name), data);
}

void
settings_foreach_place(const Settings *settings, SettingsPlaceFunc func, gpointer data)
{
    foreach_place(settings->tables->accounts, false, func, data);
    foreach_place(settings->tables->conversations, true, func, data);
}

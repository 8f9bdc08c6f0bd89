/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/accounts.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "config/settings_file.h"
#include "config/value.h"

enum { NAME_MAX_BYTES = 64 };

/* The snapshot with its count; the config comes first, so that one pointer is both. */
typedef struct CountedConfig {
    AccountConfig config;
    gatomicrefcount count;
} CountedConfig;

struct Accounts {
    char *path; /* NULL: in memory only */
    SettingsFile *file;
    GPtrArray *list;     /* AccountConfig, in the order of the file */
    GHashTable *by_name; /* name → AccountConfig, borrowed from the list */
    GHashTable *broken;  /* name → what is wrong */
    Bus *bus;
};

static void
wipe(char *text)
{
    if (text == NULL)
        return;
    explicit_bzero(text, strlen(text));
    g_free(text);
}

static AccountConfig *
config_new(const char *name)
{
    CountedConfig *counted = g_new0(CountedConfig, 1);
    g_atomic_ref_count_init(&counted->count);
    counted->config.name = g_strdup(name);
    counted->config.enabled = true;
    return &counted->config;
}

AccountConfig *
account_config_ref(const AccountConfig *config)
{
    CountedConfig *counted = (CountedConfig *) config;
    g_atomic_ref_count_inc(&counted->count);
    return &counted->config;
}

void
account_config_unref(AccountConfig *config)
{
    CountedConfig *counted = (CountedConfig *) config;
    if (config == NULL || !g_atomic_ref_count_dec(&counted->count))
        return;
    g_clear_pointer(&config->jid, jid_unref);
    wipe(config->password);
    wipe(config->proxy);
    char *const texts[] = { config->name,       config->password_command,
                            config->server,     config->ca_file,
                            config->client_key, config->client_certificate,
                            config->resource,   config->nick, config->on_connect,
                            config->pin };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(counted);
}

static bool
config_equal(const AccountConfig *a, const AccountConfig *b)
{
    const char *const texts[][2] = {
        { a->password, b->password },
        { a->password_command, b->password_command },
        { a->server, b->server },
        { a->ca_file, b->ca_file },
        { a->client_certificate, b->client_certificate },
        { a->client_key, b->client_key },
        { a->resource, b->resource },
        { a->nick, b->nick },
        { a->on_connect, b->on_connect },
        { a->proxy, b->proxy },
        { a->pin, b->pin },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (g_strcmp0(texts[i][0], texts[i][1]) != 0)
            return false;
    }
    return jid_equal(a->jid, b->jid) && a->enabled == b->enabled && a->port == b->port
           && a->tls == b->tls && a->priority == b->priority;
}

/* A name stands in group headers, file names ($CREDENTIALS_DIRECTORY/confab-NAME, otr/NAME) and on
 * command lines. */
static bool
is_name(const char *name)
{
    if (*name == '\0' || strlen(name) > NAME_MAX_BYTES || strchr(".-", *name) != NULL
        || !g_utf8_validate(name, -1, NULL))
        return false;
    for (const char *p = name; *p != '\0'; p = g_utf8_next_char(p)) {
        const gunichar character = g_utf8_get_char(p);
        if (!g_unichar_isgraph(character)
            || (character < 128 && strchr("[]/\\\"'`$#;|&<>=", (int) character) != NULL))
            return false;
    }
    return text_is_clean(name, -1, TEXT_STRICT);
}

static void
warn(GPtrArray *warnings, const SettingsFile *file, guint line, const char *text)
{
    if (warnings != NULL)
        g_ptr_array_add(warnings,
                        g_strdup_printf("%s:%u: %s", settings_file_name(file), line, text));
}

/* Reads one group. NULL and an error, with the line in it, when the account cannot be used as it
 * is. */
static AccountConfig *
read_account(const SettingsFile *file, const char *name, GError **error)
{
    if (!is_name(name)) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                    _("%s:%u: not a name for an account: use letters and digits"),
                    settings_file_name(file), settings_file_get_group_line(file, name));
        return NULL;
    }
    g_autoptr(AccountConfig) config = config_new(name);
    for (const AccountKey *key = account_keys(); key->key != NULL; key++) {
        const char *value = settings_file_get(file, name, key->key);
        if (value != NULL && !key->apply(config, value, error)) {
            g_prefix_error(error, "%s:%u: ", settings_file_name(file),
                           settings_file_get_line(file, name, key->key));
            return NULL;
        }
    }
    if (config->jid == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                    _("%s:%u: the account %s has no jid: /account set %s jid ADDRESS"),
                    settings_file_name(file), settings_file_get_group_line(file, name), name, name);
        return NULL;
    }
    return g_steal_pointer(&config);
}

/* Keys nobody knows are kept, but a misspelt one should not go unnoticed. */
static void
warn_of_unknown_keys(const SettingsFile *file, const char *name, GPtrArray *warnings)
{
    g_autoptr(GPtrArray) names = settings_file_list_keys(file, name);
    for (guint i = 0; i < names->len; i++) {
        const char *key = names->pdata[i];
        if (account_key_find(key) != NULL)
            continue;
        g_autofree char *text =
            *name == '\0'
                ? g_strdup_printf(_("%s stands above the first [account]: move it below one"), key)
                : g_strdup_printf(_("accounts have no key %s: see /help account set"), key);
        warn(warnings, file, settings_file_get_line(file, name, key), text);
    }
}

static const AccountConfig *
find_jid(const GPtrArray *list, const Jid *jid)
{
    for (guint i = 0; i < list->len; i++) {
        const AccountConfig *config = list->pdata[i];
        if (jid_equal_bare(config->jid, jid))
            return config;
    }
    return NULL;
}

/* Two sessions of one address would fight for its messages and its memory in the store. */
static bool
check_unique(const GPtrArray *list, const AccountConfig *config, GError **error)
{
    const AccountConfig *other = find_jid(list, config->jid);
    if (other == NULL || strcmp(other->name, config->name) == 0)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                _("%s is the jid of the account %s already: use that one"), jid_bare(config->jid),
                other->name);
    return false;
}

/* The last known snapshot of an account when nothing about it changed, so that pointers stay what
 * they were. */
static AccountConfig *
keep_unchanged(const Accounts *accounts, AccountConfig *take_config)
{
    const AccountConfig *old = g_hash_table_lookup(accounts->by_name, take_config->name);
    if (old == NULL || !config_equal(old, take_config))
        return take_config;
    account_config_unref(take_config);
    return account_config_ref(old);
}

static void
read_accounts(Accounts *accounts, GPtrArray *list, GPtrArray *warnings)
{
    const SettingsFile *file = accounts->file;
    g_autoptr(GPtrArray) groups = settings_file_list_groups(file);
    bool has_password = false;
    g_hash_table_remove_all(accounts->broken);
    warn_of_unknown_keys(file, "", warnings);
    for (guint i = 0; i < groups->len; i++) {
        const char *name = groups->pdata[i];
        GError *error = NULL;
        g_autoptr(AccountConfig) config = read_account(file, name, &error);
        has_password = has_password || settings_file_get(file, name, "password") != NULL;
        warn_of_unknown_keys(file, name, warnings);
        if (config == NULL || !check_unique(list, config, &error)) {
            if (warnings != NULL)
                g_ptr_array_add(warnings, g_strdup(error->message));
            g_hash_table_replace(accounts->broken, g_strdup(name), g_strdup(error->message));
            g_error_free(error);
            continue;
        }
        g_ptr_array_add(list, keep_unchanged(accounts, g_steal_pointer(&config)));
    }
    if (has_password && settings_file_is_exposed(file) && warnings != NULL) {
        g_ptr_array_add(
            warnings,
            g_strdup_printf(_("Others can read %s, which holds a password: run chmod 600 on it"),
                            settings_file_name(file)));
    }
}

static void
publish(Accounts *accounts, AccountsEventType type, const AccountConfig *account)
{
    const AccountsEvent event = { .type = type, .account = account };
    bus_publish(accounts->bus, &event);
}

static void
publish_changes(Accounts *accounts, const GPtrArray *before, GHashTable *before_by_name)
{
    for (guint i = 0; i < before->len; i++) {
        const AccountConfig *old = before->pdata[i];
        if (!g_hash_table_contains(accounts->by_name, old->name))
            publish(accounts, ACCOUNT_CONFIG_REMOVED, old);
    }
    for (guint i = 0; i < accounts->list->len; i++) {
        const AccountConfig *now = accounts->list->pdata[i];
        const AccountConfig *old = g_hash_table_lookup(before_by_name, now->name);
        if (old == NULL)
            publish(accounts, ACCOUNT_CONFIG_ADDED, now);
        else if (old != now)
            publish(accounts, ACCOUNT_CONFIG_CHANGED, now);
    }
}

/* From now on the accounts are what the file says. */
static void
adopt(Accounts *accounts, SettingsFile *take_file, GPtrArray *warnings)
{
    if (accounts->file != take_file) {
        settings_file_free(accounts->file);
        accounts->file = take_file;
    }
    GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify) account_config_unref);
    read_accounts(accounts, list, warnings);
    g_autoptr(GPtrArray) before = accounts->list;
    g_autoptr(GHashTable) before_by_name = accounts->by_name;
    accounts->list = list;
    accounts->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < list->len; i++) {
        AccountConfig *config = list->pdata[i];
        g_hash_table_insert(accounts->by_name, config->name, config);
    }
    publish_changes(accounts, before, before_by_name);
}

Accounts *
accounts_new(const char *path, GPtrArray *warnings, GError **error)
{
    SettingsFile *file = path == NULL ? settings_file_parse("accounts", "", 0, NULL, NULL)
                                      : settings_file_load(path, warnings, error);
    if (file == NULL)
        return NULL;
    Accounts *accounts = g_new0(Accounts, 1);
    accounts->path = g_strdup(path);
    accounts->list = g_ptr_array_new_with_free_func((GDestroyNotify) account_config_unref);
    accounts->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    accounts->broken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    accounts->bus = bus_new();
    adopt(accounts, file, warnings);
    return accounts;
}

void
accounts_free(Accounts *accounts)
{
    if (accounts == NULL)
        return;
    bus_free(accounts->bus);
    g_hash_table_unref(accounts->by_name);
    g_hash_table_unref(accounts->broken);
    g_ptr_array_unref(accounts->list);
    settings_file_free(accounts->file);
    g_free(accounts->path);
    g_free(accounts);
}

bool
accounts_reload(Accounts *accounts, GPtrArray *warnings, GError **error)
{
    if (accounts->path == NULL)
        return true;
    SettingsFile *file = settings_file_load(accounts->path, warnings, error);
    if (file == NULL)
        return false;
    adopt(accounts, file, warnings);
    return true;
}

Bus *
accounts_bus(Accounts *accounts)
{
    return accounts->bus;
}

const GPtrArray *
accounts_list(const Accounts *accounts)
{
    return accounts->list;
}

const AccountConfig *
accounts_find(const Accounts *accounts, const char *name_or_jid)
{
    const AccountConfig *config = g_hash_table_lookup(accounts->by_name, name_or_jid);
    if (config != NULL)
        return config;
    g_autoptr(Jid) jid = jid_new(name_or_jid, NULL);
    return jid == NULL ? NULL : find_jid(accounts->list, jid);
}

static bool
fail_not_found(const Accounts *accounts, const char *name, GError **error)
{
    g_autofree char *clean = text_clean(name, -1, TEXT_STRICT);
    g_autofree char *shown = text_ellipsize(clean, NAME_MAX_BYTES);
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                accounts->list->len == 0
                    ? _("there is no account %s: add one with /account add NAME JID")
                    : _("there is no account %s: see /account list"),
                shown);
    return false;
}

const AccountConfig *
accounts_require(const Accounts *accounts, const char *name_or_jid, GError **error)
{
    const AccountConfig *config = accounts_find(accounts, name_or_jid);
    if (config != NULL)
        return config;
    const char *problem = accounts_get_problem(accounts, name_or_jid);
    if (problem != NULL)
        g_set_error_literal(error, CONFAB_ERROR, ERROR_CONFIG, problem);
    else
        fail_not_found(accounts, name_or_jid, error);
    return NULL;
}

GPtrArray *
accounts_list_broken(const Accounts *accounts)
{
    GPtrArray *names = g_ptr_array_new();
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, accounts->broken);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        g_ptr_array_add(names, name);
    return names;
}

const char *
accounts_get_problem(const Accounts *accounts, const char *name)
{
    return g_hash_table_lookup(accounts->broken, name);
}

/* The file to change: read again, so that hand edits made meanwhile are not lost. */
static SettingsFile *
open_for_change(Accounts *accounts, GError **error)
{
    return accounts->path == NULL ? accounts->file
                                  : settings_file_load(accounts->path, NULL, error);
}

static void
forget_change(Accounts *accounts, SettingsFile *file)
{
    if (file != accounts->file)
        settings_file_free(file);
}

static bool
save_and_adopt(Accounts *accounts, SettingsFile *take_file, GError **error)
{
    if (accounts->path != NULL && !settings_file_save(take_file, error)) {
        settings_file_free(take_file);
        return false;
    }
    adopt(accounts, take_file, NULL);
    return true;
}

bool
accounts_add(Accounts *accounts, const char *name, const char *jid, GError **error)
{
    if (!is_name(name)) {
        return value_refuse(
            _("the name"), name,
            _("1 to 64 letters and digits, without spaces, quotes, brackets, slashes"), error);
    }
    g_autoptr(AccountConfig) config = config_new(name);
    if (!account_key_find("jid")->apply(config, jid, error))
        return false;
    SettingsFile *file = open_for_change(accounts, error);
    if (file == NULL)
        return false;
    if (settings_file_has_group(file, name)) {
        forget_change(accounts, file);
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("there is an account %s already: choose another name"), name);
        return false;
    }
    if (!check_unique(accounts->list, config, error)) {
        forget_change(accounts, file);
        return false;
    }
    settings_file_add_group(file, name);
    settings_file_set(file, name, "jid", jid_bare(config->jid));
    if (config->resource != NULL)
        settings_file_set(file, name, "resource", config->resource);
    return save_and_adopt(accounts, file, error);
}

/* Opens the file for a change of an account that is in it, sound or not. `*name` becomes the
 * account's when it was a JID. */
static SettingsFile *
open_account(Accounts *accounts, const char **name, GError **error)
{
    SettingsFile *file = open_for_change(accounts, error);
    if (file == NULL)
        return NULL;
    if (!settings_file_has_group(file, *name)) {
        const AccountConfig *config = accounts_find(accounts, *name);
        if (config == NULL || !settings_file_has_group(file, config->name)) {
            forget_change(accounts, file);
            fail_not_found(accounts, *name, error);
            return NULL;
        }
        *name = config->name;
    }
    return file;
}

bool
accounts_remove(Accounts *accounts, const char *name, GError **error)
{
    SettingsFile *file = open_account(accounts, &name, error);
    if (file == NULL)
        return false;
    settings_file_remove_group(file, name);
    return save_and_adopt(accounts, file, error);
}

static const AccountKey *
require_key(const char *name, GError **error)
{
    const AccountKey *key = account_key_find(name);
    if (key != NULL)
        return key;
    g_autoptr(GString) known = g_string_new(NULL);
    for (const AccountKey *row = account_keys(); row->key != NULL; row++)
        g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "", row->key);
    g_autofree char *clean = text_clean(name, -1, TEXT_STRICT);
    g_autofree char *shown = text_ellipsize(clean, NAME_MAX_BYTES);
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("accounts have no key %s: use one of %s"),
                shown, known->str);
    return NULL;
}

bool
accounts_set(Accounts *accounts, const char *name, const char *key, const char *value,
             GError **error)
{
    const AccountKey *row = require_key(key, error);
    if (row == NULL)
        return false;
    g_autoptr(AccountConfig) scratch = config_new(name);
    if (!row->apply(scratch, value, error))
        return false;
    SettingsFile *file = open_account(accounts, &name, error);
    if (file == NULL)
        return false;
    if (scratch->jid != NULL) {
        g_free(scratch->name);
        scratch->name = g_strdup(name);
        if (!check_unique(accounts->list, scratch, error)) {
            forget_change(accounts, file);
            return false;
        }
    }
    settings_file_set(file, name, key, value);
    return save_and_adopt(accounts, file, error);
}

bool
accounts_unset(Accounts *accounts, const char *name, const char *key, GError **error)
{
    if (require_key(key, error) == NULL)
        return false;
    if (strcmp(key, "jid") == 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("an account needs its jid: set another, or use /account remove %s"), name);
        return false;
    }
    SettingsFile *file = open_account(accounts, &name, error);
    if (file == NULL)
        return false;
    if (settings_file_unset(file, name, key))
        return save_and_adopt(accounts, file, error);
    adopt(accounts, file, NULL);
    return true;
}

bool
accounts_set_enabled(Accounts *accounts, const char *name, bool enabled, GError **error)
{
    return accounts_set(accounts, name, "enabled", enabled ? "on" : "off", error);
}

const char *
accounts_get_text(const Accounts *accounts, const char *name, const char *key)
{
    return settings_file_get(accounts->file, name, key);
}

char *
accounts_format_value(const Accounts *accounts, const char *name, const char *key)
{
    const AccountKey *row = account_key_find(key);
    const char *value = accounts_get_text(accounts, name, key);
    if (value == NULL)
        return NULL;
    if (row == NULL || (row->flags & ACCOUNT_KEY_SECRET) != 0)
        return g_strdup(_("(set, not shown)"));
    const char *scheme_end = strstr(value, "://");
    const char *at = strrchr(value, '@');
    if (scheme_end != NULL && at != NULL && at > scheme_end)
        return g_strdup_printf("%.*s://…%s", (int) (scheme_end - value), value, at);
    return text_clean(value, -1, TEXT_STRICT);
}

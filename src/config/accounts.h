/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The accounts a user has configured (confab-settings(5)): a file with one [name] a group. What is known of a key is
 * its row. An account whose jid is missing or that has a value which makes no sense is not listed (a wrong pin or tls
 * word must not quietly become the default); its problem is reported, and /account set can mend it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/bus.h"
#include "base/jid.h"

typedef enum AccountTls {
    ACCOUNT_TLS_REQUIRE,    /* STARTTLS or direct TLS, whichever the server announces; never without */
    ACCOUNT_TLS_DIRECT,     /* direct TLS only */
    ACCOUNT_TLS_IF_OFFERED, /* in clear when the server has no TLS */
    ACCOUNT_TLS_OFF,
} AccountTls;

/* A snapshot that never changes: keep a reference; a change of the account makes a new one. Optional texts are NULL
 * when not set, never "". */
typedef struct AccountConfig {
    char *name;
    Jid *jid;                 /* bare */
    bool enabled;             /* connect at start-up */
    char *password;
    char *password_command;
    char *server;             /* host or address instead of the domain's SRV records */
    guint16 port;             /* 0: what SRV says, else 5222, or 5223 for direct TLS */
    AccountTls tls;
    char *ca_file;
    char *client_certificate; /* PEM */
    char *client_key;         /* PEM; NULL: in the certificate's file */
    char *resource;           /* NULL: confab's own choice, made by the server or random */
    char *nick;
    char *on_connect;         /* a file of commands, as written: from /, ~/ or the directory of the configuration */
    char *proxy;              /* socks5://…, http://…; NULL: the system's */
    char *pin;                /* SHA-256 of the only certificate accepted, 64 lower-case hex digits */
    int priority;             /* -128 … 127 */
} AccountConfig;

AccountConfig *account_config_ref(const AccountConfig *config);
void account_config_unref(AccountConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AccountConfig, account_config_unref)

typedef enum {
    ACCOUNT_KEY_SECRET = 1 << 0, /* the value is never shown */
} AccountKeyFlags;

/* A key of the file and of /account set. */
typedef struct AccountKey {
    const char *key;
    const char *values;   /* what may be written, for messages and manual; N_() */
    const char *words;    /* the words of a choice, separated by spaces, for completion; or NULL */
    const char *help;     /* N_() */
    AccountKeyFlags flags;
    bool (*apply)(AccountConfig *config, const char *value, GError **error);
} AccountKey;

/* The table, ended by a row without key; sorted by key. */
const AccountKey *account_keys(void);
const AccountKey *account_key_find(const char *key);

typedef enum { ACCOUNT_CONFIG_ADDED, ACCOUNT_CONFIG_CHANGED, ACCOUNT_CONFIG_REMOVED } AccountsEventType;
typedef struct AccountsEvent {
    AccountsEventType type;
    const AccountConfig *account; /* after the change; for REMOVED the last known */
} AccountsEvent;

typedef struct Accounts Accounts;

/* Like settings_new(). A file that others can read is reported when a password is inside (I23). */
Accounts *accounts_new(const char *path, GPtrArray *warnings, GError **error);
void accounts_free(Accounts *accounts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Accounts, accounts_free)
/* Reads the file again and publishes what changed. */
bool accounts_reload(Accounts *accounts, GPtrArray *warnings, GError **error);
/* Events are AccountsEvent. A handler must not change accounts. */
Bus *accounts_bus(Accounts *accounts);

/* Borrowed, of const AccountConfig *, in the order of the file; valid until the next change. */
const GPtrArray *accounts_list(const Accounts *accounts);
/* By name, else by bare JID; NULL when there is none. */
const AccountConfig *accounts_find(const Accounts *accounts, const char *name_or_jid);
/* Like accounts_find(), with an error (ERROR_NOT_FOUND, or ERROR_CONFIG with the account's problem) that says what to
 * do. */
const AccountConfig *accounts_require(const Accounts *accounts, const char *name_or_jid, GError **error);
/* Names of accounts with a problem (borrowed strings, free the array), and the problem of one, NULL when it has
 * none. */
GPtrArray *accounts_list_broken(const Accounts *accounts);
const char *accounts_get_problem(const Accounts *accounts, const char *name);

/* Each saves the file and publishes an event; on error nothing changed. Names are 1–64 bytes without spaces, quotes,
 * brackets, slashes; keys and values are checked by their row. */
bool accounts_add(Accounts *accounts, const char *name, const char *jid, GError **error);
bool accounts_remove(Accounts *accounts, const char *name, GError **error);
bool accounts_set(Accounts *accounts, const char *name, const char *key, const char *value, GError **error);
bool accounts_unset(Accounts *accounts, const char *name, const char *key, GError **error);
bool accounts_set_enabled(Accounts *accounts, const char *name, bool enabled, GError **error);
/* What may be shown of a value: of secrets and of passwords in addresses only that they are there. NULL when it is not
 * set. */
char *accounts_format_value(const Accounts *accounts, const char *name, const char *key);
/* What the file says, NULL when the key is not set. For secrets see ACCOUNT_KEY_SECRET: do not show. */
const char *accounts_get_text(const Accounts *accounts, const char *name, const char *key);

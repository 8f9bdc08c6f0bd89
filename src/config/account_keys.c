/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of an account, a row each: what they take, what they mean, and how a value gets into an
 * AccountConfig. */
#include "config/accounts.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "config/value.h"

enum {
    HOST_MAX = 255,
    VALUE_MAX = 4096,
    PIN_DIGITS = 64, /* SHA-256 in hex */
};

static const char tls_words[] = "require direct if-offered off";
static const char password_hint[] = N_("the password; password-command is safer");
static const char path_hint[] = N_("a file, from / or ~/");

/* Replaces a text; an empty one is none. Returns true. */
static bool
store_text(char **field, const char *value)
{
    g_free(*field);
    *field = *value == '\0' ? NULL : g_strdup(value);
    return true;
}

/* A path from the root; "~/" is the home. */
static bool
store_path(const char *key, char **field, const char *value, GError **error)
{
    if (!value_is_text(value, VALUE_MAX))
        return value_refuse(key, value, _(path_hint), error);
    if (g_str_has_prefix(value, "~/")) {
        g_free(*field);
        *field = g_build_filename(g_get_home_dir(), value + 2, NULL);
        return true;
    }
    if (*value != '\0' && !g_path_is_absolute(value))
        return value_refuse(key, value, _(path_hint), error);
    return store_text(field, value);
}

static bool
apply_ca_file(AccountConfig *config, const char *value, GError **error)
{
    return store_path("ca-file", &config->ca_file, value, error);
}

static bool
apply_client_certificate(AccountConfig *config, const char *value, GError **error)
{
    return store_path("client-certificate", &config->client_certificate, value, error);
}

static bool
apply_client_key(AccountConfig *config, const char *value, GError **error)
{
    return store_path("client-key", &config->client_key, value, error);
}

static bool
apply_enabled(AccountConfig *config, const char *value, GError **error)
{
    return value_parse_bool(value, &config->enabled)
           || value_refuse("enabled", value, _("on or off"), error);
}

static bool
apply_jid(AccountConfig *config, const char *value, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(Jid) jid = jid_new(value, &problem);
    if (jid == NULL || jid_local(jid) == NULL)
        return value_refuse("jid", value, _("an address like user@example.org"), error);
    g_clear_pointer(&config->jid, jid_unref);
    config->jid = jid_to_bare(jid);
    /* The key `resource` comes later in the table and has the last word. */
    return jid_resource(jid) == NULL || store_text(&config->resource, jid_resource(jid));
}

static bool
apply_nick(AccountConfig *config, const char *value, GError **error)
{
    if (!value_is_text(value, 1023))
        return value_refuse("nick", value, _("a name in one line"), error);
    return store_text(&config->nick, value);
}

static bool
apply_on_connect(AccountConfig *config, const char *value, GError **error)
{
    if (!value_is_text(value, VALUE_MAX))
        return value_refuse("on-connect", value, _("a file of commands"), error);
    return store_text(&config->on_connect, value);
}

/* The value is a secret, so it is not repeated in the error. */
static bool
apply_password(AccountConfig *config, const char *value, GError **error)
{
    if (!g_utf8_validate(value, -1, NULL)) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                    _("password is not UTF-8: save the file in UTF-8"));
        return false;
    }
    return store_text(&config->password, value);
}

static bool
apply_password_command(AccountConfig *config, const char *value, GError **error)
{
    if (!value_is_text(value, VALUE_MAX))
        return value_refuse("password-command", value, _("a shell command in one line"), error);
    return store_text(&config->password_command, value);
}

static bool
apply_pin(AccountConfig *config, const char *value, GError **error)
{
    g_autoptr(GString) digits = g_string_new(NULL);
    for (const char *p = value; *p != '\0'; p++) {
        if (g_ascii_isxdigit(*p))
            g_string_append_c(digits, g_ascii_tolower(*p));
        else if (strchr(": ", *p) == NULL)
            return value_refuse("pin", value, _("a certificate's SHA-256: 64 hexadecimal digits"),
                                error);
    }
    if (digits->len != PIN_DIGITS && *value != '\0')
        return value_refuse("pin", value, _("a certificate's SHA-256: 64 hexadecimal digits"),
                            error);
    return store_text(&config->pin, digits->str);
}

static bool
apply_port(AccountConfig *config, const char *value, GError **error)
{
    int port;
    if (!value_parse_int(value, 1, 65535, &port))
        return value_refuse("port", value, _("a number from 1 to 65535"), error);
    config->port = (guint16) port;
    return true;
}

static bool
apply_priority(AccountConfig *config, const char *value, GError **error)
{
    return value_parse_int(value, -128, 127, &config->priority)
           || value_refuse("priority", value, _("a number from -128 to 127"), error);
}

static bool
apply_proxy(AccountConfig *config, const char *value, GError **error)
{
    static const char *const schemes[] = { "socks5", "socks4", "socks4a", "http", "https" };
    g_autofree char *scheme = g_uri_parse_scheme(value);
    bool known = *value == '\0';
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
        known = known || g_strcmp0(scheme, schemes[i]) == 0;
    if (!known || !value_is_text(value, VALUE_MAX)) {
        /* An address may hold a password, so it is not repeated. */
        g_set_error(
            error, CONFAB_ERROR, ERROR_BAD_INPUT,
            _("proxy is no address confab knows: give socks5://HOST:PORT or http://HOST:PORT"));
        return false;
    }
    return store_text(&config->proxy, value);
}

static bool
apply_resource(AccountConfig *config, const char *value, GError **error)
{
    g_autofree char *prepared = *value == '\0' ? g_strdup("") : jid_prepare_opaque(value, NULL);
    if (prepared == NULL || strlen(prepared) > 1023)
        return value_refuse("resource", value, _("a short name for this device"), error);
    return store_text(&config->resource, prepared);
}

/* A name or an address; an IPv6 address also in brackets. */
static bool
apply_server(AccountConfig *config, const char *value, GError **error)
{
    const size_t length = strlen(value);
    g_autofree char *host = length > 2 && value[0] == '[' && value[length - 1] == ']'
                                ? g_strndup(value + 1, length - 2)
                                : g_strdup(value);
    const char *colon = strchr(host, ':');
    const bool has_port = colon != NULL && strchr(colon + 1, ':') == NULL;
    if (has_port || strpbrk(host, " /@[]") != NULL || !value_is_text(host, HOST_MAX))
        return value_refuse("server", value,
                            _("a host name or an address, and its port with the key port"), error);
    return store_text(&config->server, host);
}

static bool
apply_tls(AccountConfig *config, const char *value, GError **error)
{
    const int index = value_find_word(tls_words, value);
    if (index < 0) {
        g_autofree char *words = value_list_words(tls_words);
        g_autofree char *allowed = g_strdup_printf(_("one of %s"), words);
        return value_refuse("tls", value, allowed, error);
    }
    config->tls = (AccountTls) index;
    return true;
}

static const AccountKey keys[] = {
    { "ca-file", path_hint, NULL, N_("Certificates (PEM) to trust instead of the system's."), 0, apply_ca_file },
    { "client-certificate", path_hint, NULL,
      N_("A certificate (PEM) to log in with instead of a password; may hold its key, too."), 0,
      apply_client_certificate },
    { "client-key", path_hint, NULL, N_("The key (PEM) of client-certificate, when it is in a file of its own."), 0,
      apply_client_key },
    { "enabled", N_("on or off"), "on off", N_("Connect this account at start-up (on by default)."), 0, apply_enabled },
    { "jid", N_("an address like user@example.org"), NULL,
      N_("The address of the account. The only key every account needs."), 0, apply_jid },
    { "nick", N_("a name in one line"), NULL, N_("Your name where one is needed; the first part of jid by default."), 0,
      apply_nick },
    { "on-connect", N_("a file of commands"), NULL,
      N_("A script that is run each time the account has got online, in a new session: a path, or a name in the directory of "
         "this file."),
      0, apply_on_connect },
    { "password", password_hint, NULL, N_("The password, readable for everyone who can read the file."),
      ACCOUNT_KEY_SECRET, apply_password },
    { "password-command", N_("a shell command in one line"), NULL,
      N_("A command that prints the password as its first line, such as a password manager."), 0,
      apply_password_command },
    { "pin", N_("a certificate's SHA-256: 64 hexadecimal digits"), NULL,
      N_("The only server certificate to accept; /tls pin writes it."), 0, apply_pin },
    { "port", N_("a number from 1 to 65535"), NULL, N_("The port to connect to, instead of the one DNS names."), 0,
      apply_port },
    { "priority", N_("a number from -128 to 127"), NULL,
      N_("Where messages go when several devices are online: to the highest; none below 0."), 0, apply_priority },
    { "proxy", N_("socks5://HOST:PORT or http://HOST:PORT"), NULL, N_("The proxy to connect through, such as Tor."), 0,
      apply_proxy },
    { "resource", N_("a short name for this device"), NULL,
      N_("The name of this device, or how the one that the server gives it begins."), 0, apply_resource },
    { "server", N_("a host name or an address"), NULL, N_("The server to connect to, instead of the one DNS names."), 0,
      apply_server },
    { "tls", N_("require, direct, if-offered or off"), tls_words,
      N_("Encryption on the way to the server: require it (the default), speak TLS from the first byte, use it when it is "
         "offered, or never."),
      0, apply_tls },
    { 0 },
};

const AccountKey *
account_keys(void)
{
    return keys;
}

const AccountKey *
account_key_find(const char *key)
{
    for (const AccountKey *row = keys; row->key != NULL; row++) {
        if (strcmp(row->key, key) == 0)
            return row;
    }
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/accounts.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

static const char pin[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

typedef struct Fixture {
    char *directory;
    char *path;
    GPtrArray *warnings;
    GPtrArray *events; /* "+name", "=name", "-name" */
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->directory = g_dir_make_tmp("confab-test-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->directory, "accounts", NULL);
    fixture->warnings = g_ptr_array_new_with_free_func(g_free);
    fixture->events = g_ptr_array_new_with_free_func(g_free);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_unlink(fixture->path);
    g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
    g_free(fixture->directory);
    g_free(fixture->path);
    g_ptr_array_unref(fixture->warnings);
    g_ptr_array_unref(fixture->events);
}

static void
on_event(gconstpointer event, gpointer data)
{
    const AccountsEvent *change = event;
    Fixture *fixture = data;
    g_ptr_array_add(fixture->events,
                    g_strdup_printf("%c%s", "+=-"[change->type], change -> account -> name));
}

static void
assert_events(Fixture *fixture, const char *expected)
{
    g_ptr_array_add(fixture->events, NULL);
    g_autofree char *joined = g_strjoinv(" ", (char **) fixture->events->pdata);
    g_assert_cmpstr(joined, ==, expected);
    g_ptr_array_set_size(fixture->events, 0);
}

static Accounts *
load_text(Fixture *fixture, const char *text, mode_t mode)
{
    g_autoptr(GError) error = NULL;
    if (text != NULL) {
        g_assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
        g_assert_cmpint(chmod(fixture->path, mode), ==, 0);
    }
    Accounts *accounts = accounts_new(fixture->path, fixture->warnings, &error);
    g_assert_no_error(error);
    bus_subscribe(accounts_bus(accounts), on_event, fixture);
    return accounts;
}

static void
assert_file(const Fixture *fixture, const char *expected)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
}

static void
test_reads_every_key(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Accounts) accounts = load_text(
        fixture,
        "[work]\n"
        "jid = Alice@Example.ORG/desk\n"
        "enabled = no\n"
        "password-command = pass show 'work # 1'; true\n"
        "password =  spa ced#;= \n"
        "server = [2001:db8::1]\n"
        "port = 5223\n"
        "tls = direct\n"
        "ca-file = ~/ca.pem\n"
        "client-certificate = /etc/me.pem\n"
        "client-key = /etc/me.key\n"
        "nick = Ali\xC3\xA7"
        "e\n"
        "proxy = socks5://u:p@127.0.0.1:9050\n"
        "pin = 01:23:45:67:89:AB:CD:EF:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef\n"
        "priority = -5\n"
        "[home]\n"
        "jid=bob@example.net\n"
        "resource=mine\n",
        0600);
    g_assert_cmpuint(fixture->warnings->len, ==, 0);
    g_assert_cmpuint(accounts_list(accounts)->len, ==, 2);
    const AccountConfig *work = accounts_find(accounts, "work");
    g_assert_cmpstr(jid_text(work->jid), ==, "alice@example.org");
    g_assert_cmpstr(work->resource, ==, "desk");
    g_assert_false(work->enabled);
    g_assert_cmpstr(work->password_command, ==, "pass show 'work # 1'; true");
    g_assert_cmpstr(work->password, ==, "spa ced#;=");
    g_assert_cmpstr(work->server, ==, "2001:db8::1");
    g_assert_cmpuint(work->port, ==, 5223);
    g_assert_cmpint(work->tls, ==, ACCOUNT_TLS_DIRECT);
    g_autofree char *ca = g_build_filename(g_get_home_dir(), "ca.pem", NULL);
    g_assert_cmpstr(work->ca_file, ==, ca);
    g_assert_cmpstr(work->client_certificate, ==, "/etc/me.pem");
    g_assert_cmpstr(work->client_key, ==, "/etc/me.key");
    g_assert_cmpstr(work->nick, ==,
                    "Ali\xC3\xA7"
                    "e");
    g_assert_cmpstr(work->proxy, ==, "socks5://u:p@127.0.0.1:9050");
    g_assert_cmpstr(work->pin, ==, pin);
    g_assert_cmpint(work->priority, ==, -5);
    const AccountConfig *home = accounts_find(accounts, "Bob@Example.net/any");
    g_assert_cmpstr(home->name, ==, "home");
    g_assert_true(home->enabled);
    g_assert_cmpint(home->tls, ==, ACCOUNT_TLS_REQUIRE); /* I1: the default */
    g_assert_cmpuint(home->port, ==, 0);
    g_assert_null(home->password);
    g_assert_cmpstr(home->resource, ==, "mine");
    g_assert_true(accounts_list(accounts)->pdata[0] == work);
    g_autofree char *shown = accounts_format_value(accounts, "work", "proxy");
    g_assert_cmpstr(shown, ==, "socks5://\xE2\x80\xA6@127.0.0.1:9050");
    g_autofree char *secret = accounts_format_value(accounts, "work", "password");
    g_assert_null(strstr(secret, "spa"));
    g_assert_null(accounts_format_value(accounts, "home", "password"));
}

/* A value that makes no sense keeps the account from being used: a misspelt pin or tls must not
 * become the default. */
static void
test_nonsense_disables_the_account(Fixture *fixture, gconstpointer data)
{
    static const char *const cases[] = {
        "tls = of",        "tls = Require",        "pin = 0123",        "port = 0",
        "port = 65536",    "port = 5222 ssl",      "enabled = perhaps", "server = a b",
        "server = a:5222", "priority = 128",       "ca-file = ca.pem",  "proxy = 127.0.0.1:9050",
        "proxy = ftp://x", "nick = \"a\\nb\"",     "jid = example.org", "jid = ",
        "pin = zz",        "resource = \"a\\nb\"", "server = http://x",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(
            "[work]\njid = a@example.org\n%s\n[home]\njid = b@example.org\n", cases[i]);
        g_autoptr(Accounts) accounts = load_text(fixture, text, 0600);
        g_assert_cmpuint(accounts_list(accounts)->len, ==, 1);
        g_assert_null(accounts_find(accounts, "work"));
        g_autofree char *prefix = g_strdup_printf("%s:3: ", fixture->path);
        g_assert_cmpuint(fixture->warnings->len, ==, 1);
        g_assert_true(g_str_has_prefix(fixture->warnings->pdata[0], prefix));
        g_assert_cmpstr(accounts_get_problem(accounts, "work"), ==, fixture->warnings->pdata[0]);
        g_autoptr(GError) error = NULL;
        g_assert_null(accounts_require(accounts, "work", &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
        g_autoptr(GPtrArray) broken = accounts_list_broken(accounts);
        g_assert_cmpuint(broken->len, ==, 1);
        g_ptr_array_set_size(fixture->warnings, 0);
    }
}

static void
test_a_broken_account_can_be_mended(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Accounts) accounts =
        load_text(fixture, "[work]\njid = a@example.org\ntls = of # typo\n", 0600);
    g_assert_cmpuint(accounts_list(accounts)->len, ==, 0);
    g_assert_true(accounts_set(accounts, "work", "tls", "off", NULL));
    assert_events(fixture, "+work");
    g_assert_null(accounts_get_problem(accounts, "work"));
    g_assert_cmpint(accounts_find(accounts, "work")->tls, ==, ACCOUNT_TLS_OFF);
}

static void
test_add_set_unset_remove(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Accounts) accounts =
        load_text(fixture, "# my accounts\n\n[old]\njid=o@example.org\nx-mine=1 ; kept\n", 0600);
    g_assert_cmpuint(fixture->warnings->len, ==, 1);
    g_assert_true(accounts_add(accounts, "new", "N@Example.org/phone", NULL));
    assert_events(fixture, "+new");
    g_assert_true(accounts_set(accounts, "new", "password", " with \"quotes\" ", NULL));
    g_assert_true(accounts_set(accounts, "new", "port", "5222", NULL));
    assert_events(fixture, "=new =new");
    g_assert_cmpstr(accounts_find(accounts, "new")->password, ==, " with \"quotes\" ");
    g_assert_true(accounts_set_enabled(accounts, "old", false, NULL));
    assert_events(fixture, "=old");
    g_assert_true(accounts_set_enabled(accounts, "old", false, NULL));
    assert_events(fixture, "");
    assert_file(
        fixture,
        "# my accounts\n\n[old]\njid=o@example.org\nx-mine=1 ; kept\nenabled=off\n\n"
        "[new]\njid=n@example.org\nresource=phone\npassword=\" with \\\"quotes\\\" \"\nport=5222\n");
    struct stat status;
    g_assert_cmpint(stat(fixture->path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600); /* I23 */
    const AccountConfig *old = accounts_find(accounts, "old");
    g_assert_true(accounts_unset(accounts, "new", "password", NULL));
    g_assert_null(accounts_find(accounts, "new")->password);
    g_assert_true(accounts_find(accounts, "old") == old); /* untouched: the same snapshot */
    assert_events(fixture, "=new");
    g_assert_true(accounts_remove(accounts, "n@example.org", NULL));
    assert_events(fixture, "-new");
    assert_file(fixture,
                "# my accounts\n\n[old]\njid=o@example.org\nx-mine=1 ; kept\nenabled=off\n");
}

static void
test_errors(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Accounts) accounts = load_text(fixture, "[work]\njid=a@example.org\n", 0600);
    GError *error = NULL;
#define ASSERT_REFUSED(call, code, words)            \
    g_assert_false(call);                            \
    g_assert_error(error, CONFAB_ERROR, code);       \
    g_assert_nonnull(strstr(error->message, words)); \
    g_clear_error(&error)
    ASSERT_REFUSED(accounts_set(accounts, "work", "prot", "1", &error), ERROR_USAGE, "no key prot");
    ASSERT_REFUSED(accounts_set(accounts, "work", "port", "x", &error), ERROR_BAD_INPUT,
                   "port cannot be \"x\"");
    ASSERT_REFUSED(accounts_set(accounts, "play", "port", "1", &error), ERROR_NOT_FOUND,
                   "no account play");
    ASSERT_REFUSED(accounts_unset(accounts, "work", "jid", &error), ERROR_USAGE, "needs its jid");
    ASSERT_REFUSED(accounts_unset(accounts, "work", "prot", &error), ERROR_USAGE, "no key prot");
    ASSERT_REFUSED(accounts_remove(accounts, "play", &error), ERROR_NOT_FOUND, "/account list");
    ASSERT_REFUSED(accounts_add(accounts, "work", "b@example.org", &error), ERROR_USAGE, "already");
    ASSERT_REFUSED(accounts_add(accounts, "two", "A@example.org", &error), ERROR_CONFIG,
                   "account work already");
    ASSERT_REFUSED(accounts_add(accounts, "two", "not a jid", &error), ERROR_BAD_INPUT,
                   "jid cannot be");
    static const char *const names[] = { "",
                                         "a b",
                                         "a]",
                                         "[a",
                                         "a/b",
                                         ".a",
                                         "-a",
                                         "..",
                                         "a\nb",
                                         "a\"b",
                                         "\x1b[2J",
                                         "a\xff",
                                         "a;b",
                                         "a\xE2\x80\x8B"
                                         "b" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        ASSERT_REFUSED(accounts_add(accounts, names[i], "b@example.org", &error), ERROR_BAD_INPUT,
                       "letters and digits");
    }
    g_autofree char *long_name = g_strnfill(65, 'a');
    ASSERT_REFUSED(accounts_add(accounts, long_name, "b@example.org", &error), ERROR_BAD_INPUT,
                   "64");
    /* A secret is not repeated by the error that refuses it. */
    g_assert_false(accounts_set(accounts, "work", "proxy", "foo://me:hunter2@host", &error));
    g_assert_null(strstr(error->message, "hunter2"));
    g_clear_error(&error);
    g_assert_false(accounts_set(accounts, "work", "password", "hunter2\xff", &error));
    g_assert_null(strstr(error->message, "hunter2"));
    g_clear_error(&error);
    assert_file(fixture, "[work]\njid=a@example.org\n");
    assert_events(fixture, "");
}

static void
test_one_jid_one_account(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Accounts) accounts =
        load_text(fixture, "[a]\njid = x@example.org\n[b]\njid = X@example.org/2\n", 0600);
    g_assert_cmpuint(accounts_list(accounts)->len, ==, 1);
    g_assert_nonnull(strstr(accounts_get_problem(accounts, "b"), "account a already"));
    g_assert_false(accounts_set(accounts, "b", "jid", "x@example.org", NULL));
    g_assert_true(accounts_set(accounts, "b", "jid", "y@example.org", NULL));
    assert_events(fixture, "+b");
}

/* I23 */
static void
test_warns_of_a_readable_password(Fixture *fixture, gconstpointer data)
{
    accounts_free(load_text(fixture, "[a]\njid = x@example.org\n", 0644));
    g_assert_cmpuint(fixture->warnings->len, ==, 0);
    accounts_free(load_text(fixture, "[a]\njid = x@example.org\npassword = secret\n", 0600));
    g_assert_cmpuint(fixture->warnings->len, ==, 0);
    accounts_free(load_text(fixture, "[a]\njid = x@example.org\npassword = secret\n", 0640));
    g_assert_cmpuint(fixture->warnings->len, ==, 1);
    g_assert_nonnull(strstr(fixture->warnings->pdata[0], "chmod 600"));
    g_assert_null(strstr(fixture->warnings->pdata[0], "secret"));
}

static void
test_reload_tells_what_changed(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Accounts) accounts =
        load_text(fixture, "[a]\njid = a@x\n[b]\njid = b@x\n[c]\njid = c@x\n", 0600);
    g_autoptr(AccountConfig) kept = account_config_ref(accounts_find(accounts, "b"));
    g_assert_true(g_file_set_contents(
        fixture->path, "[d]\njid = d@x\n[b]\njid = b@x\nport = 1\n[c]\njid = c@x\n", -1, NULL));
    g_assert_true(accounts_reload(accounts, NULL, NULL));
    assert_events(fixture, "-a +d =b");
    g_assert_cmpuint(kept->port, ==, 0); /* a snapshot never changes */
    g_assert_cmpuint(accounts_find(accounts, "b")->port, ==, 1);
    g_assert_cmpstr(((const AccountConfig *) accounts_list(accounts)->pdata[0])->name, ==, "d");
}

static void
test_keys_are_sorted_and_described(void)
{
    for (const AccountKey *key = account_keys(); key->key != NULL; key++) {
        g_assert_true(key[1].key == NULL || strcmp(key->key, key[1].key) < 0);
        g_assert_nonnull(key->apply);
        g_assert_nonnull(key->values);
        g_assert_true(g_str_has_suffix(key->help, "."));
        g_assert_true(account_key_find(key->key) == key);
    }
    g_assert_null(account_key_find("nonsense"));
}

static void
test_in_memory(void)
{
    g_autoptr(Accounts) accounts = accounts_new(NULL, NULL, NULL);
    g_assert_true(accounts_add(accounts, "a", "a@x", NULL));
    g_assert_true(accounts_set(accounts, "a", "port", "1", NULL));
    g_assert_cmpuint(accounts_find(accounts, "a@x")->port, ==, 1);
    g_assert_true(accounts_remove(accounts, "a", NULL));
    g_autoptr(GError) error = NULL;
    g_assert_null(accounts_require(accounts, "a", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, "/account add"));
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/accounts/keys-are-sorted-and-described",
                    test_keys_are_sorted_and_described);
    g_test_add_func("/config/accounts/in-memory", test_in_memory);
#define ADD(path, function) \
    g_test_add("/config/accounts/" path, Fixture, NULL, set_up, function, tear_down)
    ADD("reads-every-key", test_reads_every_key);
    ADD("nonsense-disables-the-account", test_nonsense_disables_the_account);
    ADD("a-broken-account-can-be-mended", test_a_broken_account_can_be_mended);
    ADD("add-set-unset-remove", test_add_set_unset_remove);
    ADD("errors", test_errors);
    ADD("one-jid-one-account", test_one_jid_one_account);
    ADD("warns-of-a-readable-password", test_warns_of_a_readable_password);
    ADD("reload-tells-what-changed", test_reload_tells_what_changed);
    return g_test_run();
}

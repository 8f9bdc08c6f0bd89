/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What looks into the program and what it talks to: /log, /xml, /doctor. */
#include <glib.h>
#include <glib/gstdio.h>

#include "support/run_confab.h"
#include "support/server.h"

/* The newest lines, of the level that is wanted, where /log path says. */
static void
test_log(void) /* I23 */
{
    static const char *const argv[] = { "run", "--json", NULL };
    g_autoptr(Run) run = run_start(NULL, argv, NULL);
    run_type(run, "/log path");
    g_autofree char *path = g_build_filename(run_home(run), ".local", "state", "confab", "confab.log", NULL);
    g_autofree char *said = run_wait_line(run, "\"event\":\"result\".*/log path");
    g_assert_nonnull(g_strstr_len(said, -1, path));
    run_type(run, "/log level");
    g_free(run_wait_line(run, "\"level\":\"info\""));
    run_type(run, "/log level debug");
    g_free(run_wait_line(run, "/log level debug.*\"ok\":true"));
    run_type(run, "/log level");
    g_free(run_wait_line(run, "\"level\":\"debug\""));
    run_type(run, "/log level loud");
    run_type(run, "|| /print refused");
    g_free(run_wait_line(run, "\"lines\":\\[\"refused\"\\]"));
    /* What stands in the file is shown, without what could do harm. */
    g_assert_true(g_file_set_contents(path, "one\ntwo \x1B]0;x\x07\nthree\n", -1, NULL));
    run_type(run, "/log 2");
    g_free(run_wait_line(run, "\"command\":\"/log 2\".*\"lines\":\\[\"two \\^\\[\\]0;x\\^G\",\"three\"\\]"));
    run_type(run, "/log");
    g_free(run_wait_line(run, "\"lines\":\\[\"one\","));
    g_assert_cmpint(g_unlink(path), ==, 0);
    run_type(run, "/log");
    g_free(run_wait_line(run, "\"command\":\"/log\".*\"ok\":false,\"code\":74"));
    run_type_end(run);
    g_assert_cmpint(run_wait_exit(run), ==, 74);
}

/* What crosses the stream, secrets left out, filtered, and only while it is on. */
static void
test_xml(void) /* I23 */
{
    static const TestAccount accounts[] = { { "alice", "xyzzy-secret", NULL }, { 0 } };
    static const char *const argv[] = { "run", "--json", "--no-autoconnect", NULL };
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *account =
        confab_account("alice", server_port(server), server_ca_file(server), "xyzzy-secret", NULL);
    confab_write_accounts(home, account);
    Run *run = run_start(home, argv, NULL);
    run_type(run, "/xml");
    g_free(run_wait_line(run, "\"rows\":\\[\\{\"account\":\"alice\",\"xml\":\"off\"\\}\\]"));
    run_type(run, "/xml on");
    run_type(run, "/connect");
    g_free(run_wait_line(run, "\"event\":\"xml\".*\"direction\":\"out\".*<auth.*>…</auth"));
    g_free(run_wait_line(run, "\"event\":\"xml\".*\"direction\":\"in\".*<success.*>…</success"));
    g_free(run_wait_line(run, "\"event\":\"xml\".*\"direction\":\"in\".*urn:ietf:params:xml:ns:xmpp-bind"));
    g_free(run_wait_line(run, "\"command\":\"/connect\",\"ok\":true"));
    run_type(run, "/xml filter id mine");
    run_type(run, "/xml send <iq type='get' id='other' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
    run_type(run, "/xml send <iq type='get' id='mine' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
    g_free(run_wait_line(run, "\"rows\":\\[\\{\"id\":\"mine\"\\}\\]"));
    g_free(run_wait_line(run, "\"event\":\"xml\".*\"direction\":\"in\".*id=.*mine"));
    g_assert_null(g_strstr_len(g_strrstr(run_output(run), "filter"), -1, "id=\\\"other"));
    /* A password in a stanza of one's own is not told, either. */
    run_type(run, "/xml filter element password");
    run_type(run, "/xml send <message to='alice@localhost' id='m'><x xmlns='jabber:x:y'><password>plugh</password></x>"
                  "</message>");
    g_free(run_wait_line(run, "\"direction\":\"out\".*<password>…</password>"));
    g_free(run_wait_line(run, "\"direction\":\"in\".*<password>…</password>"));
    run_type(run, "/xml send <message>");
    run_type(run, "|| /print refused");
    g_free(run_wait_line(run, "\"lines\":\\[\"refused\"\\]"));
    run_type(run, "/xml off");
    run_type(run, "/xml filter off");
    run_type(run, "/xml send <message to='alice@localhost' id='late'/>");
    run_type(run, "/ping");
    g_free(run_wait_line(run, "\"command\":\"/ping\",\"ok\":true"));
    g_assert_null(g_strstr_len(g_strrstr(run_output(run), "/xml off"), -1, "\"event\":\"xml\""));
    run_type_end(run);
    run_wait_exit(run);
    g_assert_null(g_strstr_len(run_output(run), -1, "xyzzy"));
    g_assert_null(g_strstr_len(run_output(run), -1, "plugh"));
    run_free(run);
    test_directory_remove(home);
}

/* Every step against a real server, without a login of its own, and the report without anything private. */
static void
examine(ServerKind kind, const char *software)
{
    static const TestAccount accounts[] = { { "alice", "xyzzy-secret", NULL }, { 0 } };
    static const char *const argv[] = { "run", "--json", NULL };
    g_autoptr(Server) server =
        server_start(&(ServerOptions){ .kind = kind,
                                       .accounts = accounts,
                                       .extra = kind == SERVER_PROSODY ? "modules_enabled = { \"time\" }" : NULL });
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *account =
        confab_account("alice", server_port(server), server_ca_file(server), "xyzzy-secret", NULL);
    confab_write_accounts(home, account);
    Run *run = run_start(home, argv, NULL);
    run_type(run, "/ping");
    run_type(run, "/doctor alice");
    g_autofree char *line = run_wait_line(run, "\"command\":\"/doctor alice\",\"ok\":true");
    static const char *const steps[] = {
        "\"step\":\"program\",\"verdict\":\"ok\"",     "\"step\":\"files\",\"verdict\":\"ok\"",
        "\"step\":\"store\",\"verdict\":\"ok\"",       "\"step\":\"dns\",\"verdict\":\"note\"",
        "\"step\":\"connect\",\"verdict\":\"ok\"",     "\"step\":\"certificate\",\"verdict\":\"",
        "\"step\":\"sasl\",\"verdict\":\"ok\"",        "\"step\":\"channel-binding\",\"verdict\":\"",
        "\"step\":\"account\",\"verdict\":\"ok\"",     "\"step\":\"software\",\"verdict\":\"ok\"",
        "\"step\":\"clock\",\"verdict\":\"",         "\"step\":\"feature\",\"verdict\":\"ok\"",
        "TLSv1.3",                                       "SCRAM-SHA-1",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (g_strstr_len(line, -1, steps[i]) == NULL)
            g_error("no %s in %s", steps[i], line);
    }
    g_assert_nonnull(g_strstr_len(line, -1, software));
    g_assert_true(kind != SERVER_PROSODY || g_strstr_len(line, -1, "\"step\":\"clock\",\"verdict\":\"ok\""));
    g_assert_null(g_strstr_len(line, -1, "\"verdict\":\"bad\""));
    /* For others: nobody's name, no address, no directory. */
    run_type(run, "/doctor report alice");
    g_autofree char *report = run_wait_line(run, "\"command\":\"/doctor report alice\",\"ok\":true");
    g_assert_nonnull(g_strstr_len(report, -1, "…@localhost/…"));
    g_assert_nonnull(g_strstr_len(report, -1, software));
    static const char *const private[] = { "alice@", "127.0.0.1", "xyzzy" };
    const char *lines = g_strstr_len(report, -1, "\"lines\"");
    for (gsize i = 0; i < G_N_ELEMENTS(private); i++)
        g_assert_null(g_strstr_len(lines, -1, private[i]));
    g_assert_null(g_strstr_len(lines, -1, home));
    /* The session was left alone. */
    g_assert_null(g_strstr_len(run_output(run), -1, "\"state\":\"offline\""));
    run_type_end(run);
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    run_free(run);
    test_directory_remove(home);
}

static void
test_doctor_at_prosody(void) /* I23 */
{
    examine(SERVER_PROSODY, "Prosody");
}

static void
test_doctor_at_ejabberd(void) /* I23 */
{
    examine(SERVER_EJABBERD, "ejabberd");
}

/* What is wrong is said to be: rights, the certificate, the way; and the end of the program does not wait for it. */
static void
test_doctor_finds_faults(void)
{
    static const TestAccount accounts[] = { { "alice", "a", NULL }, { 0 } };
    static const char *const argv[] = { "run", "--json", "--no-autoconnect", NULL };
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autofree char *home = test_directory_new();
    g_autofree char *text = g_strdup_printf("[stranger]\njid = alice@localhost\nserver = 127.0.0.1\nport = %u\n\n"
                                            "[nowhere]\njid = alice@localhost\nserver = 127.0.0.1\nport = %u\n",
                                            server_port(server), server_free_port());
    confab_write_accounts(home, text);
    Run *run = run_start(home, argv, NULL);
    g_autofree char *data = g_build_filename(home, ".local", "share", "confab", NULL);
    run_type(run, "/doctor stranger");
    g_autofree char *unknown = run_wait_line(run, "\"command\":\"/doctor stranger\",\"ok\":true");
    g_assert_nonnull(g_strstr_len(unknown, -1, "\"step\":\"certificate\",\"verdict\":\"bad\""));
    g_assert_nonnull(g_strstr_len(unknown, -1, "\"step\":\"account\",\"verdict\":\"warning\""));
    g_assert_cmpint(g_chmod(data, 0755), ==, 0);
    run_type(run, "/doctor nowhere");
    g_autofree char *refused = run_wait_line(run, "\"command\":\"/doctor nowhere\",\"ok\":true");
    g_assert_nonnull(g_strstr_len(refused, -1, "\"step\":\"connect\",\"verdict\":\"bad\""));
    g_assert_nonnull(g_strstr_len(refused, -1, "\"step\":\"files\",\"verdict\":\"bad\""));
    run_type(run, "/doctor nobody@@nowhere");
    run_type(run, "|| /print refused");
    g_free(run_wait_line(run, "\"lines\":\\[\"refused\"\\]"));
    run_type_end(run);
    run_wait_exit(run);
    run_free(run);
    test_directory_remove(home);
}

/* Nothing is set up yet: this machine can be looked at nevertheless. */
static void
test_doctor_without_account(void)
{
    static const char *const argv[] = { "run", "-e", "/doctor", NULL };
    g_autoptr(Run) run = run_start(NULL, argv, NULL);
    g_assert_cmpint(run_wait_exit(run), ==, 0);
    g_assert_nonnull(g_strstr_len(run_output(run), -1, "store "));
    g_assert_null(g_strstr_len(run_output(run), -1, "dns "));
    g_assert_cmpstr(run_errors(run), ==, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/tools/log", test_log);
    g_test_add_func("/system/tools/xml", test_xml);
    g_test_add_func("/system/tools/doctor/prosody", test_doctor_at_prosody);
    g_test_add_func("/system/tools/doctor/ejabberd", test_doctor_at_ejabberd);
    g_test_add_func("/system/tools/doctor/without-account", test_doctor_without_account);
    g_test_add_func("/system/tools/doctor/finds-faults", test_doctor_finds_faults);
    return g_test_run();
}

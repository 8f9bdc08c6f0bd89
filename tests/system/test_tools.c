/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What looks into the program: /log, /xml. */
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/tools/log", test_log);
    g_test_add_func("/system/tools/xml", test_xml);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"

static void
assert_redacted(const char *text, const char *expected)
{
    g_autofree char *result = log_redact(text);
    g_assert_cmpstr(result, ==, expected);
}

static void
test_redacts_xml(void) /* I23 */
{
    assert_redacted("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>",
                    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>…</auth>");
    assert_redacted("<response>c2VjcmV0</response><iq id='1'/>", "<response>…</response><iq id='1'/>");
    assert_redacted("<challenge xmlns='x'>cj0</challenge>", "<challenge xmlns='x'>…</challenge>");
    assert_redacted("<sasl:success a='>'>dj0</sasl:success>", "<sasl:success a='>'>…</sasl:success>");
    assert_redacted("<success/>", "<success/>");
    assert_redacted("<auth>cut off in the midd", "<auth>…");
    assert_redacted("<auth mechanism='PLA", "<auth mechanism='PLA");
    assert_redacted("<query xmlns='jabber:iq:register'><username>a</username><password>b</password></query>",
                    "<query xmlns='jabber:iq:register'><username>a</username><password>…</password></query>");
    assert_redacted("<token xmlns='urn:xmpp:fast:0' expiry='x' token='abc'/>",
                    "<token xmlns='urn:xmpp:fast:0' expiry='x' token='…'/>");
    assert_redacted("<authenticate mechanism='X'><initial-response>abc</initial-response></authenticate>",
                    "<authenticate mechanism='X'><initial-response>…</initial-response></authenticate>");
}

static void
test_redacts_words(void) /* I23 */
{
    assert_redacted("password=secret next", "password=… next");
    assert_redacted("Password: secret", "Password: …");
    assert_redacted("{\"password\": \"a b\", \"x\": 1}", "{\"password\": \"…\", \"x\": 1}");
    assert_redacted("Authorization: Bearer abc.def\r\nHost: x", "Authorization: …\r\nHost: x");
    assert_redacted("token='a' token=\"b\"", "token='…' token=\"…\"");
    assert_redacted("password", "password");
    assert_redacted("the password was refused", "the password was refused");
    assert_redacted("password-command = pass", "password-command = pass");
    assert_redacted("", "");
    assert_redacted("a < b > c </auth>", "a < b > c </auth>");
}

/* Everything that installs a writer runs in a process of its own: it can be done once. */
static void
child_writes(const char *path)
{
    g_autoptr(GError) error = NULL;
    const bool verbose = g_getenv("CONFAB_TEST_VERBOSE") != NULL;
    Log *log = log_install(path, verbose, &error);
    g_assert_no_error(error);
    log_hold_stderr(log, true);
    log_debug("net", "a debugging line");
    log_info("xmpp", "100%% and %s", "text");
    log_warning("core", "from \xFF a \x1B[31mpeer\x07\nsecond line \u202E");
    log_warning("core", "<auth>c2VjcmV0</auth>");
    g_message("of GLib's own");
    g_autofree char *huge = g_strnfill(1024 * 1024, 'x');
    log_info("net", "%s", huge);
}

static char *
run_child(const char *test, const char *path)
{
    g_setenv("CONFAB_TEST_LOG", path, TRUE);
    g_test_trap_subprocess(test, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("");
    g_autoptr(GError) error = NULL;
    char *content = paths_read(path, 1024 * 1024, NULL, &error);
    g_assert_no_error(error);
    return content;
}

static void
test_file(void) /* I12, I23 */
{
    if (g_test_subprocess()) {
        child_writes(g_getenv("CONFAB_TEST_LOG"));
        return;
    }
    g_autofree char *directory = g_dir_make_tmp("confab-log-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "confab.log", NULL);
    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    g_assert_cmpint(g_chmod(path, 0644), ==, 0);
    g_autofree char *before = run_child(NULL, path);
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmphex(status.st_mode & 0777, ==, 0600); /* an open one is closed */
    g_assert_cmpint(g_unlink(path), ==, 0);

    g_autofree char *content = run_child(NULL, path);
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmphex(status.st_mode & 0777, ==, 0600);
    g_assert_nonnull(strstr(content, "Z info xmpp: 100% and text\n"));
    g_assert_nonnull(strstr(content, "Z warning core: from \uFFFD a ^[[31mpeer^G^Jsecond line <U+202E>\n"));
    g_assert_nonnull(strstr(content, "<auth>…</auth>\n"));
    g_assert_nonnull(strstr(content, "of GLib's own\n"));
    g_assert_null(strstr(content, "a debugging line"));
    g_assert_null(strchr(content, '\x1B'));
    g_assert_cmpuint(strlen(content), <, 12 * 1024); /* I9 */
    g_setenv("CONFAB_TEST_VERBOSE", "1", TRUE);
    g_autofree char *more = run_child(NULL, path);
    g_unsetenv("CONFAB_TEST_VERBOSE");
    g_assert_true(g_str_has_prefix(more, content)); /* appended */
    g_assert_nonnull(strstr(more, "Z debug net: a debugging line\n"));
    g_unlink(path);
    g_rmdir(directory);
}

/* What /log shows, and what is written at which level. */
static void
child_looks(const char *path)
{
    g_autoptr(GError) error = NULL;
    Log *log = log_install(path, false, &error);
    g_assert_no_error(error);
    log_hold_stderr(log, true);
    g_assert_cmpstr(log_path(log), ==, path);
    g_assert_cmpint(log_level(log), ==, LOG_LEVEL_INFO);
    g_autoptr(GPtrArray) none = log_tail(log, 5, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(none->len, ==, 0);
    log_set_level(log, LOG_LEVEL_WARNING);
    log_info("net", "too light");
    log_warning("net", "first \x1B[31m");
    log_set_level(log, LOG_LEVEL_DEBUG);
    log_debug("net", "second");
    log_info("net", "<auth>c2VjcmV0</auth>");
    g_autoptr(GPtrArray) all = log_tail(log, 100, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(all->len, ==, 3);
    g_assert_true(g_str_has_suffix(all->pdata[0], " warning net: first ^[[31m"));
    g_assert_true(g_str_has_suffix(all->pdata[2], " info net: <auth>…</auth>"));
    g_autoptr(GPtrArray) two = log_tail(log, 2, &error);
    g_assert_cmpuint(two->len, ==, 2);
    g_assert_true(g_str_has_suffix(two->pdata[0], " debug net: second"));
    /* Only the end of a long one is looked at, in whole lines. */
    for (guint i = 0; i < 12000; i++)
        log_info("net", "line %05u ------------------------------------------------", i);
    g_autoptr(GPtrArray) end = log_tail(log, 1000000, &error);
    g_assert_cmpuint(end->len, <, 12000);
    g_assert_cmpuint(end->len, >, 1000);
    g_assert_nonnull(strstr(end->pdata[0], "Z info net: line "));
    g_assert_nonnull(strstr(end->pdata[end->len - 1], "line 11999"));
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_null(log_tail(log, 1, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_LOCAL_IO);
}

static void
test_tail(void) /* I12, I23 */
{
    if (g_test_subprocess()) {
        child_looks(g_getenv("CONFAB_TEST_LOG"));
        return;
    }
    g_autofree char *directory = g_dir_make_tmp("confab-log-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "confab.log", NULL);
    g_setenv("CONFAB_TEST_LOG", path, TRUE);
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_rmdir(directory);
}

static void
test_stderr(void)
{
    if (g_test_subprocess()) {
        Log *log = log_install(NULL, false, NULL);
        log_info("net", "not asked for");
        log_warning("net", "seen");
        log_hold_stderr(log, true);
        log_warning("net", "hidden");
        log_hold_stderr(log, false);
        log_warning("net", "seen again");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*warning net: seen\n*warning net: seen again\n");
    g_test_trap_assert_stderr_unmatched("*hidden*");
    g_test_trap_assert_stderr_unmatched("*not asked for*");
}

static void
test_before_install(void)
{
    if (g_test_subprocess()) {
        log_warning("net", "early"); /* and not fatal in tests */
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*early*");
}

static void
test_cannot_open(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(log_install("/nonexistent/confab.log", false, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_LOCAL_IO);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/log/redacts-xml", test_redacts_xml);
    g_test_add_func("/base/log/redacts-words", test_redacts_words);
    g_test_add_func("/base/log/file", test_file);
    g_test_add_func("/base/log/tail", test_tail);
    g_test_add_func("/base/log/stderr", test_stderr);
    g_test_add_func("/base/log/before-install", test_before_install);
    g_test_add_func("/base/log/cannot-open", test_cannot_open);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said again, otherwise, or marked as read. */
#include <string.h>

#include "command_fixture.h"

static const char bob[] = "<item jid='bob@example.org' name='Bob' subscription='both'/>";

static void
set_up(CommandFixture *fixture)
{
    command_fixture_set_up(fixture, NULL, true);
    command_fixture_connect(fixture, "work", bob);
}

/* Waits until this was sent, and forgets what was. */
static void
until_sent(CommandFixture *fixture, const char *part)
{
    command_fixture_until(strstr(fixture->sent->str, part) != NULL);
    g_string_truncate(fixture->sent, 0);
}

static const char *
row(const CommandFixture *fixture, guint index)
{
    g_assert_cmpuint(index, <, fixture->rows->len);
    return g_ptr_array_index(fixture->rows, index);
}

static void
test_correct(void)
{
    CommandFixture fixture;
    set_up(&fixture);
    g_assert_null(command_fixture_run(&fixture, "/msg bob@example.org"));
    g_assert_nonnull(strstr(command_fixture_run(&fixture, "/correct x"), "nothing to Bob"));
    g_assert_nonnull(strstr(command_fixture_run(&fixture, "/edits"), "no such corrected message"));
    g_assert_null(command_fixture_run(&fixture, "/say see you at 7"));
    until_sent(&fixture, "see you at 7");
    g_assert_null(command_fixture_run(&fixture, "/correct see you at 8"));
    until_sent(&fixture, "urn:xmpp:message-correct:0");
    g_assert_null(command_fixture_run(&fixture, "/edits"));
    g_assert_cmpuint(fixture.rows->len, ==, 2);
    g_assert_nonnull(strstr(row(&fixture, 0), "text=see you at 7"));
    g_assert_nonnull(strstr(row(&fixture, 1), "text=see you at 8"));
    g_assert_nonnull(strstr(command_fixture_run(&fixture, "/edits 2"), "no such corrected message"));
    command_fixture_tear_down(&fixture);
}

static void
test_switches(void)
{
    CommandFixture fixture;
    set_up(&fixture);
    g_assert_null(command_fixture_run(&fixture, "/receipts"));
    g_assert_cmpstr(fixture.printed->str, ==, "receipts  on\n");
    g_assert_null(command_fixture_run(&fixture, "/msg bob@example.org"));
    g_assert_null(command_fixture_run(&fixture, "/markers off"));
    g_assert_null(command_fixture_run(&fixture, "/markers"));
    g_assert_cmpstr(fixture.printed->str, ==, "markers  off\n");
    g_assert_null(command_fixture_run(&fixture, "/msg alice@example.org"));
    g_assert_null(command_fixture_run(&fixture, "/markers"));
    g_assert_cmpstr(fixture.printed->str, ==, "markers  on\n");
    command_fixture_tear_down(&fixture);
}

static void
test_resend(void)
{
    CommandFixture fixture;
    set_up(&fixture);
    g_assert_null(command_fixture_run(&fixture, "/msg bob@example.org hello"));
    command_fixture_until(strstr(fixture.sent->str, "<body>hello</body>") != NULL);
    g_assert_nonnull(strstr(command_fixture_run(&fixture, "/resend"), "no message to Bob has failed"));
    const char *body = strstr(fixture.sent->str, "<body>hello</body>");
    const char *start = g_strrstr_len(fixture.sent->str, body - fixture.sent->str, "<message");
    start = strstr(start, " id=\"") + strlen(" id=\"");
    g_autofree char *id = g_strndup(start, strcspn(start, "\""));
    g_autofree char *bounce =
        g_strdup_printf("<message type='error' from='bob@example.org' id='%s'><error type='cancel'>"
                        "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>", id);
    command_fixture_feed(&fixture, "work", bounce);
    g_string_truncate(fixture.sent, 0);
    g_assert_null(command_fixture_run(&fixture, "/resend"));
    g_assert_nonnull(strstr(fixture.printed->str, "1 message is sent again."));
    until_sent(&fixture, id);
    command_fixture_tear_down(&fixture);
}

static void
test_read(void)
{
    CommandFixture fixture;
    set_up(&fixture);
    g_assert_null(command_fixture_run(&fixture, "/msg bob@example.org"));
    command_fixture_feed(&fixture, "work", "<message from='bob@example.org/a' type='chat' id='m1'><body>hi</body>"
                                           "<markable xmlns='urn:xmpp:chat-markers:0'/></message>");
    g_assert_null(command_fixture_run(&fixture, "/read"));
    until_sent(&fixture, "<displayed id=\"m1\"");
    command_fixture_tear_down(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/command/chat/correct", test_correct);
    g_test_add_func("/command/chat/switches", test_switches);
    g_test_add_func("/command/chat/resend", test_resend);
    g_test_add_func("/command/chat/read", test_read);
    return g_test_run();
}

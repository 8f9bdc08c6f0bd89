/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/complete.h"

#include <string.h>

#include <glib/gstdio.h>

#include "command/candidates.h"
#include "command_fixture.h"

static const char accounts[] = "[work]\njid = me@example.org\npassword = x\n";
static const char roster[] =
    "<item jid='alice@example.org' name='Alice' subscription='both'><group>Old friends</group></item>"
    "<item jid='bob@example.org' name='Bob &quot;B&quot; $HOME' subscription='both'/>"
    "<item jid='carol1@example.org' name='Carol' subscription='both'/>"
    "<item jid='carol2@example.org' name='Carol' subscription='both'/>"
    "<item jid='eve@evil.example' name='alice@bank.example' subscription='both'/>"
    "<item jid='port@example.org' name='&#xc4;rger' subscription='both'/>";

static void
set_up(CommandFixture *fixture, gconstpointer data)
{
    command_fixture_set_up(fixture, accounts, true);
    command_fixture_connect(fixture, "work", roster);
    command_fixture_feed(fixture, "work", "<presence from='alice@example.org/tablet'/>");
    command_fixture_feed(fixture, "work", "<presence from='alice@example.org/phone in hand'/>");
}

static void
tear_down(CommandFixture *fixture, gconstpointer data)
{
    command_fixture_tear_down(fixture);
}

/* Completes at "‸", or at the end: "START: candidate candidate". */
static char *
complete(const CommandFixture *fixture, const char *text)
{
    const char *mark = strstr(text, "‸");
    const size_t cursor = mark == NULL ? strlen(text) : (size_t) (mark - text);
    g_autofree char *line = mark == NULL ? g_strdup(text)
                                         : g_strdup_printf("%.*s%s", (int) cursor, text, mark + strlen("‸"));
    g_autoptr(Completion) completion = complete_line(fixture->registry, line, cursor);
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_printf(out, "%zu:", completion->start);
    for (guint i = 0; i < completion->candidates->len; i++)
        g_string_append_printf(out, " %s", (const char *) completion->candidates->pdata[i]);
    return g_strdup(out->str);
}

typedef struct Case {
    const char *line, *result;
} Case;

static void
check_cases(const CommandFixture *fixture, const Case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *result = complete(fixture, cases[i].line);
        g_test_message("‹%s›", cases[i].line);
        g_assert_cmpstr(result, ==, cases[i].result);
    }
}

static void
test_commands(CommandFixture *fixture, gconstpointer data)
{
    static const Case cases[] = {
        { "", "0:" },
        { "hello", "5:" },
        { "//ms", "4:" },
        { "/ms", "0: /msg" },
        { "/MS", "0: /msg" },
        { "/hel", "0: /help /hello-you" },
        { "/hello", "0: /hello-you" },
        { "/rost", "0: /roster" },
        { "/roster ", "8: list online add remove rename group" },
        { "/roster re", "8: remove rename" },
        { "/ROSTER Re", "8: remove rename" },
        { "/roster group ", "14: add remove \"Old friends\"" },
        { "/account s", "9: set show" },
        { "/unalias h", "9: hello-you" },
        { "/xyzzy ", "7:" },
        { "/version ", "9:" },
        { "/ms‸g x", "0: /msg" },
    };
    g_assert_null(command_fixture_run(fixture, "/alias hello-you /say hello"));
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
    g_autoptr(GString) settings = g_string_new("5: here");
    for (int i = 0; i < SETTING_COUNT; i++)
        g_string_append_printf(settings, " %s", setting_row((Setting) i)->key);
    g_autofree char *result = complete(fixture, "/set ‸x");
    g_assert_cmpstr(result, ==, settings->str);
}

static void
test_people(CommandFixture *fixture, gconstpointer data)
{
    static const Case cases[] = {
        { "/msg ali", "5: Alice eve@evil.example" },
        { "/msg ALI", "5: Alice eve@evil.example" },
        { "/msg bob", "5: \"Bob \\\"B\\\" \\$HOME\"" },
        { "/msg \"Bo", "5: \"Bob \\\"B\\\" \\$HOME\"" },
        { "/msg \"Bob \\\"", "5: \"Bob \\\"B\\\" \\$HOME\"" },
        { "/msg bob@", "5: bob@example.org" },
        /* Not by a name that two have. */
        { "/msg car", "5: carol1@example.org carol2@example.org" },
        /* Nor by one that reads like somebody else's address. I20 */
        { "/msg eve", "5: eve@evil.example" },
        { "/msg är", "5: Ärger" },
        { "/msg alice@example.org/", "5: \"alice@example.org/phone in hand\" alice@example.org/tablet" },
        { "/msg \"alice@example.org/ph", "5: \"alice@example.org/phone in hand\"" },
        { "/msg alice@example.org/x", "5:" },
        { "/msg Alice ", "11:" },
        { "/msg Alice ali", "11:" },
        { "/roster remove al", "15: Alice eve@evil.example" },
        { "/roster group add Old", "18: \"Old friends\"" },
        { "/roster group add x al", "20: Alice eve@evil.example" },
        { "/wait message from al", "19: Alice eve@evil.example" },
        { "/approve dav", "9: dave@example.org" },
        { "/search w", "8:" },
        { "/search disk full w", "18: with" },
        { "/search disk full with al", "23: Alice eve@evil.example" },
        { "/search disk with Alice b", "24: before" },
    };
    command_fixture_feed(fixture, "work", "<presence type='subscribe' from='dave@example.org'/>");
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
}

static void
test_arguments(CommandFixture *fixture, gconstpointer data)
{
    static const Case cases[] = {
        { "/status ", "8: online chat away xa dnd offline" },
        { "/status a", "8: away" },
        { "/status away a", "13:" },
        { "/connect ", "9: work server port tls" },
        { "/connect work ", "14: server port tls" },
        { "/connect work p", "14: port" },
        { "/connect work port ", "19:" },
        { "/connect work tls ", "18: require direct if-offered off" },
        { "/connect work tls off ", "22: server port" },
        { "/connect server h t", "18: tls" },
        { "/wait ", "6: connected delivered encrypted offline connection message delivery correction reaction retraction presence subscription roster room invitation typing unread encryption trust smp notice error" },
        { "/wait message ", "14: from with matching state timeout" },
        { "/wait message timeout 5 f", "24: from" },
        { "/wait delivery state ", "21: sent received displayed failed" },
        { "/wait room with Alice state to", "28: topic" },
        { "/wait message state ", "20:" },
        { "/if ", "4: set online offline connected unread joined encrypted terminal not" },
        { "/if not o", "8: online offline" },
        { "/if connected ", "14: work" },
        { "/if $X = ", "9:" },
        { "/if not online /ms", "15: /msg" },
        { "/if joined a@b /ms", "15: /msg" },
        { "/if not a = b /msg Alice b", "25:" },
        { "/if unread /ms", "11: /msg" },
        { "/on ", "4: work" },
        { "/on work /al", "9: /alias" },
        { "/on work /unsub", "9: /unsubscribe" },
        { "/on work /ms", "9: /msg" },
        { "/on work ms", "9: /msg" },
        { "/on work /msg ali", "14: Alice eve@evil.example" },
        { "/on work /roster re", "17: remove rename" },
        { "/alias x /stat", "9: /status" },
        { "/set script.on-error ", "21: stop continue" },
        { "/set notify.bell o", "17: on off" },
        { "/set theme ", "11: default" },
        { "/set here ty", "10: typing" },
        { "/set here typing ", "17: on off" },
        { "/account set work t", "18: tls" },
        { "/account set work tls i", "22: if-offered" },
        { "/help ros", "6: roster" },
        { "/help conn", "6: connection connect" },
    };
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
}

static void
test_files(CommandFixture *fixture, gconstpointer data)
{
    static const char *const names[] = { "one", "one more", ".hidden", "bad\033[31m" };
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(fixture->directory, names[i], NULL);
        g_assert_true(g_file_set_contents(path, "", 0, NULL));
    }
    g_autofree char *sub = g_build_filename(fixture->directory, "only", NULL);
    g_assert_cmpint(g_mkdir(sub, 0700), ==, 0);
    g_autofree char *line = g_strdup_printf("/source %s/on", fixture->directory);
    g_autofree char *expected = g_strdup_printf("8: %s/one \"%s/one more\" %s/only/", fixture->directory,
                                                fixture->directory, fixture->directory);
    g_autofree char *result = complete(fixture, line);
    g_assert_cmpstr(result, ==, expected);
    g_autofree char *hidden = g_strdup_printf("/source %s/.h", fixture->directory);
    g_autofree char *found = complete(fixture, hidden);
    g_assert_nonnull(strstr(found, "/.hidden"));
    g_autofree char *hostile = g_strdup_printf("/source %s/ba", fixture->directory);
    g_autofree char *none = complete(fixture, hostile);
    g_assert_cmpstr(none, ==, "8:"); /* I12 */
}

/* Whatever a contact is called, what is completed means this contact and nothing else. */
static void
test_names_inject_nothing(CommandFixture *fixture, gconstpointer data)
{
    static const char *const names[] = { "x server evil.example",
                                         "x\" /quit \"",
                                         "$(id)",
                                         "`id`",
                                         "${HOME}",
                                         "a\\",
                                         "'",
                                         "'q q'",
                                         "|| /quit",
                                         "#comment",
                                         "--",
                                         "server",
                                         "\xe2\x80\xae"
                                         "gnirts" };
    Session *session = client_find_session(fixture->client, "work");
    const Roster *contacts = account_roster(session_account(session));
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *escaped = g_markup_escape_text(names[i], -1);
        g_autofree char *push = g_strdup_printf(
            "<iq type='set' id='p%zu'><query xmlns='jabber:iq:roster'>"
            "<item jid='victim%zu@example.org' name='%s' subscription='both'/></query></iq>",
            i, i, escaped);
        command_fixture_feed(fixture, "work", push);
        g_autofree char *jid_line = g_strdup_printf("victim%zu@example.org", i);
        g_autoptr(Jid) jid = jid_new(jid_line, NULL);
        const Contact *contact = roster_find(contacts, jid);
        g_assert_nonnull(contact);
        g_autofree char *typed = g_utf8_substring(contact_label(contact), 0, 1);
        g_autofree char *quoted = g_strcmp0(typed, "'") == 0 ? g_strdup("\"'") : g_strdup(typed);
        g_autofree char *line = g_strdup_printf("/msg %s", quoted);
        g_autoptr(Completion) completion = complete_line(fixture->registry, line, strlen(line));
        for (guint j = 0; j < completion->candidates->len; j++) {
            g_autofree char *whole = g_strdup_printf("/msg %s", (const char *) completion->candidates->pdata[j]);
            g_assert_null(command_fixture_run(fixture, whole));
            g_assert_null(fixture->quit);
            g_assert_nonnull(client_find_conversation(fixture->client, fixture->conversation));
        }
    }
}

static void
test_many_contacts_are_cut(CommandFixture *fixture, gconstpointer data)
{
    g_autoptr(GString) push = g_string_new(NULL);
    for (int i = 0; i < 300; i++) {
        g_string_printf(push,
                        "<iq type='set' id='m%d'><query xmlns='jabber:iq:roster'><item jid='many%d@example.org' "
                        "subscription='both'/></query></iq>",
                        i, i);
        command_fixture_feed(fixture, "work", push->str);
    }
    g_autoptr(Completion) completion = complete_line(fixture->registry, "/msg many", strlen("/msg many"));
    g_assert_cmpuint(completion->candidates->len, ==, CANDIDATES_MAX);
}

/* Wherever the cursor is, in whatever line. */
static void
test_any_cursor_is_fine(CommandFixture *fixture, gconstpointer data)
{
    static const char *const lines[] = { "/on work /msg \"Bob \\\"B\\\"\" hi 'x",
                                         "/connect \"work server",
                                         "/roster group add \\",
                                         "/ / / /",
                                         "/\"msg\" x",
                                         "/set here typing o",
                                         "/alias a /alias b /on work /wait message from al" };
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        for (size_t cursor = 0; cursor <= strlen(lines[i]) + 3; cursor++) {
            g_autoptr(Completion) completion = complete_line(fixture->registry, lines[i], cursor);
            g_assert_cmpuint(completion->start, <=, MIN(cursor, strlen(lines[i])));
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/command/complete/" path, CommandFixture, NULL, set_up, test, tear_down)
    ADD("commands", test_commands);
    ADD("people", test_people);
    ADD("arguments", test_arguments);
    ADD("files", test_files);
    ADD("names-inject-nothing", test_names_inject_nothing);
    ADD("many-contacts-are-cut", test_many_contacts_are_cut);
    ADD("any-cursor-is-fine", test_any_cursor_is_fine);
    return g_test_run();
}

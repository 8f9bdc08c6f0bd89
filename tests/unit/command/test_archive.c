/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "command_fixture.h"

/* The id of the last request that was sent. */
static char *
last_id(const CommandFixture *fixture)
{
    const char *start = g_strrstr(fixture->sent->str, "<iq ");
    g_assert_nonnull(start);
    const char *id = strstr(start, " id=\"");
    g_assert_nonnull(id);
    id += strlen(" id=\"");
    return g_strndup(id, strcspn(id, "\""));
}

static void
answer(CommandFixture *fixture, const char *inside)
{
    g_autofree char *id = last_id(fixture);
    g_autofree char *xml = g_strdup_printf("<iq type='result' id='%s'>%s</iq>", id, inside);
    command_fixture_feed(fixture, "work", xml);
}

static void
begin(CommandFixture *fixture, const char *line)
{
    command_fixture_connect(fixture, "work", NULL);
    g_string_truncate(fixture->sent, 0);
    command_fixture_start(fixture, line);
}

static void
assert_rows(const CommandFixture *fixture, const char *expected)
{
    g_assert_no_error(fixture->error);
    g_autoptr(GString) rows = g_string_new(NULL);
    for (guint i = 0; i < fixture->rows->len; i++)
        g_string_append_printf(rows, "%s%s", i > 0 ? "; " : "", (const char *) g_ptr_array_index(fixture->rows, i));
    g_assert_cmpstr(rows->str, ==, expected);
}

static void
test_shows(void)
{
    CommandFixture fixture;
    command_fixture_set_up(&fixture, NULL, true);
    begin(&fixture, "/mam prefs");
    const guint calls = fixture.calls;
    answer(&fixture, "<prefs xmlns='urn:xmpp:mam:2' default='roster'><always><jid>a@b.example</jid></always><never>"
                     "<jid>c.example</jid></never></prefs>");
    command_fixture_until(fixture.calls > calls);
    assert_rows(&fixture, "field=default value=roster; field=always value=a@b.example; field=never value=c.example");
    command_fixture_tear_down(&fixture);
}

/* What is not named stays as it is, although the server is told everything. */
static void
test_changes(void)
{
    static const struct {
        const char *words, *by_default, *lists;
    } cases[] = {
        { "default never", "default=\"never\"",
          "<always><jid>a@b.example</jid></always><never><jid>c.example</jid></never>" },
        { "never a@b.example", "default=\"roster\"",
          "<always/><never><jid>c.example</jid><jid>a@b.example</jid></never>" },
        { "always d@e.example default always", "default=\"always\"",
          "<always><jid>a@b.example</jid><jid>d@e.example</jid></always><never><jid>c.example</jid>"
          "</never>" },
        { "always a@b.example forget c.example", "default=\"roster\"",
          "<always><jid>a@b.example</jid></always><never/>" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        CommandFixture fixture;
        g_autofree char *line = g_strconcat("/mam prefs ", cases[i].words, NULL);
        command_fixture_set_up(&fixture, NULL, true);
        begin(&fixture, line);
        const guint calls = fixture.calls;
        answer(&fixture, "<prefs xmlns='urn:xmpp:mam:2' default='roster'><always><jid>a@b.example</jid></always>"
                         "<never><jid>c.example</jid></never></prefs>");
        g_assert_nonnull(strstr(fixture.sent->str, cases[i].by_default));
        g_assert_nonnull(strstr(fixture.sent->str, cases[i].lists));
        g_assert_cmpuint(fixture.calls, ==, calls);
        answer(&fixture, "<prefs xmlns='urn:xmpp:mam:2' default='always'/>"); /* the server knows better */
        command_fixture_until(fixture.calls > calls);
        assert_rows(&fixture, "field=default value=always");
        command_fixture_tear_down(&fixture);
    }
}

static void
test_refused(void)
{
    CommandFixture fixture;
    command_fixture_set_up(&fixture, NULL, true);
    begin(&fixture, "/mam prefs default never");
    const guint calls = fixture.calls;
    g_autofree char *id = last_id(&fixture);
    g_autofree char *xml = g_strdup_printf("<iq type='error' id='%s'><error type='cancel'><feature-not-implemented "
                                           "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
                                           id);
    command_fixture_feed(&fixture, "work", xml);
    command_fixture_until(fixture.calls > calls);
    g_assert_nonnull(fixture.error);
    g_assert_null(strstr(fixture.sent->str, "type=\"set\""));
    command_fixture_tear_down(&fixture);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/command/archive/shows", test_shows);
    g_test_add_func("/command/archive/changes", test_changes);
    g_test_add_func("/command/archive/refused", test_refused);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/settings.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"

typedef struct Fixture {
    char *directory;
    char *path;
    GPtrArray *warnings;
    GPtrArray *events; /* "key@place" */
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->directory = g_dir_make_tmp("confab-test-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->directory, "config", NULL);
    fixture->warnings = g_ptr_array_new_with_free_func(g_free);
    fixture->events = g_ptr_array_new_with_free_func(g_free);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    chmod(fixture->directory, 0700);
    g_unlink(fixture->path);
    g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
    g_free(fixture->directory);
    g_free(fixture->path);
    g_ptr_array_unref(fixture->warnings);
    g_ptr_array_unref(fixture->events);
}

static void
write_config(const Fixture *fixture, const char *text)
{
    g_assert_true(g_file_set_contents(fixture->path, text, -1, NULL));
}

static void
assert_config(const Fixture *fixture, const char *expected)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(fixture->path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
}

static Settings *
load(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    Settings *settings = settings_new(fixture->path, fixture->warnings, &error);
    g_assert_no_error(error);
    return settings;
}

static void
on_event(gconstpointer event, gpointer data)
{
    const SettingsEvent *change = event;
    Fixture *fixture = data;
    const char *place =
        change->place.conversation != NULL ? change->place.conversation : change->place.account;
    g_ptr_array_add(fixture->events, g_strdup_printf("%s@%s", setting_row(change->setting)->key,
                                                     place == NULL ? "" : place));
}

static void
assert_event(Fixture *fixture, const char *expected)
{
    g_assert_cmpuint(fixture->events->len, ==, 1);
    g_assert_cmpstr(fixture->events->pdata[0], ==, expected);
    g_ptr_array_set_size(fixture->events, 0);
}

static void
test_rows(void)
{
    g_autoptr(Settings) settings =
        settings_new(NULL, NULL, NULL); /* asserts that defaults fit their rows */
    for (int i = 0; i < SETTING_COUNT; i++) {
        const SettingRow *row = setting_row((Setting) i);
        Setting found;
        g_assert_true(setting_find(row->key, &found)); /* a binary search: the rows are sorted */
        g_assert_cmpint(found, ==, i);
        g_assert_true((row->scopes & SETTING_SCOPE_GLOBAL) != 0);
        g_assert_true(g_str_has_suffix(row->help, "."));
        g_autofree char *values = setting_describe_values((Setting) i);
        g_assert_cmpstr(values, !=, "");
        SettingScopes scope;
        g_assert_cmpstr(settings_format(settings, (Setting) i, NULL, NULL, &scope), ==,
                        row->fallback);
        g_assert_cmpint(scope, ==, 0);
        g_assert_true(
            settings_set(settings, (Setting) i, (SettingPlace){ 0 }, row->fallback, NULL));
    }
    Setting none;
    g_assert_false(setting_find("no.such", &none));
    g_assert_false(setting_find("", &none));
}

static void
test_resolves_conversation_account_everywhere(Fixture *fixture, gconstpointer data)
{
    write_config(fixture, "[settings]\nnotify.bell = on\n[account work]\nnotify.bell = off\n"
                          "[conversation Boss@Example.ORG]\nnotify.bell = yes\n");
    g_autoptr(Settings) settings = load(fixture);
    g_assert_cmpuint(fixture->warnings->len, ==, 0);
    g_assert_true(settings_get_bool(settings, SETTING_NOTIFY_BELL, NULL, NULL));
    g_assert_true(settings_get_bool(settings, SETTING_NOTIFY_BELL, "home", "friend@example.org"));
    g_assert_false(settings_get_bool(settings, SETTING_NOTIFY_BELL, "work", NULL));
    g_assert_false(settings_get_bool(settings, SETTING_NOTIFY_BELL, "work", "friend@example.org"));
    /* The file's JID is prepared like any other. */
    g_assert_true(settings_get_bool(settings, SETTING_NOTIFY_BELL, "work", "boss@example.org"));
    SettingScopes found;
    g_assert_cmpstr(
        settings_format(settings, SETTING_NOTIFY_BELL, "work", "boss@example.org", &found), ==,
        "on");
    g_assert_cmpint(found, ==, SETTING_SCOPE_CONVERSATION);
    g_assert_cmpstr(settings_format(settings, SETTING_NOTIFY_BELL, "work", NULL, &found), ==,
                    "off");
    g_assert_cmpint(found, ==, SETTING_SCOPE_ACCOUNT);
    g_assert_null(
        settings_get_own(settings, SETTING_NOTIFY_BELL, (SettingPlace){ .account = "home" }));
    g_assert_cmpstr(settings_get_own(settings, SETTING_NOTIFY_BELL, (SettingPlace){ 0 }), ==, "on");
}

static void
test_types(void)
{
    g_autoptr(Settings) settings = settings_new(NULL, NULL, NULL);
    const SettingPlace everywhere = { 0 };
    g_assert_cmpint(settings_get_int(settings, SETTING_STANZA_LIMIT, NULL, NULL), ==,
                    4 * 1024 * 1024);
    g_assert_true(settings_set(settings, SETTING_ROSTER_WIDTH, everywhere, "030", NULL));
    g_assert_cmpint(settings_get_int(settings, SETTING_ROSTER_WIDTH, NULL, NULL), ==, 30);
    g_assert_cmpstr(settings_get_own(settings, SETTING_ROSTER_WIDTH, everywhere), ==, "30");
    g_assert_true(settings_set(settings, SETTING_SCRIPT_ON_ERROR, everywhere, "continue", NULL));
    g_assert_cmpint(settings_get_choice(settings, SETTING_SCRIPT_ON_ERROR, NULL, NULL), ==, 1);
    g_assert_cmpstr(settings_get_text(settings, SETTING_SCRIPT_ON_ERROR, NULL, NULL), ==,
                    "continue");
    g_assert_true(settings_set(settings, SETTING_PRESENCE_TEXT, everywhere, " at work ", NULL));
    g_assert_cmpstr(settings_get_text(settings, SETTING_PRESENCE_TEXT, NULL, NULL), ==,
                    " at work ");
    g_assert_true(settings_set(settings, SETTING_PRESENCE_TEXT, everywhere, "", NULL));
    g_assert_cmpstr(settings_get_text(settings, SETTING_PRESENCE_TEXT, NULL, NULL), ==, "");
    g_assert_true(settings_set(settings, SETTING_NOTIFY_BELL, everywhere, "YES", NULL));
    g_assert_cmpstr(settings_get_own(settings, SETTING_NOTIFY_BELL, everywhere), ==, "on");
}

static void
test_errors_name_key_value_and_allowed(void)
{
    static const struct {
        Setting setting;
        const char *text;
        const char *allowed;
    } cases[] = {
        { SETTING_NOTIFY_BELL, "maybe", "on or off" },
        { SETTING_ROSTER_WIDTH, "7", "a number from 8 to 80" },
        { SETTING_ROSTER_WIDTH, "24 columns", "a number from 8 to 80" },
        { SETTING_ROSTER_WIDTH, "99999999999999999999", "a number from 8 to 80" },
        { SETTING_SCRIPT_ON_ERROR, "stop continue", "one of stop, continue" },
        { SETTING_SCRIPT_ON_ERROR, "", "one of stop, continue" },
        { SETTING_THEME, "two\nlines", "a text of one line" },
        { SETTING_THEME, "\x1b]0;title\a", "a text of one line" },
    };
    g_autoptr(Settings) settings = settings_new(NULL, NULL, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(
            settings_set(settings, cases[i].setting, (SettingPlace){ 0 }, cases[i].text, &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
        g_assert_true(g_str_has_prefix(error->message, setting_row(cases[i].setting)->key));
        g_assert_nonnull(strstr(error->message, cases[i].allowed));
        g_assert_null(strpbrk(error->message, "\x1b\a\n")); /* I12 */
        g_assert_null(settings_get_own(settings, cases[i].setting, (SettingPlace){ 0 }));
    }
    g_autoptr(GError) error = NULL;
    g_assert_false(
        settings_set(settings, SETTING_THEME, (SettingPlace){ .account = "work" }, "dark", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_USAGE);
    g_clear_error(&error);
    g_assert_false(settings_set(settings, SETTING_RECONNECT,
                                (SettingPlace){ .conversation = "a@b" }, "on", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_USAGE);
    g_clear_error(&error);
    g_assert_false(settings_set(settings, SETTING_TYPING, (SettingPlace){ .account = "a]\n[b" },
                                "on", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
}

static void
test_saves_and_publishes(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Settings) settings = load(fixture);
    bus_subscribe(settings_bus(settings), on_event, fixture);
    g_assert_true(settings_set(settings, SETTING_NOTIFY_BELL, (SettingPlace){ 0 }, "on", NULL));
    assert_event(fixture, "notify.bell@");
    g_assert_true(settings_set(settings, SETTING_TYPING,
                               (SettingPlace){ .conversation = "a@example.org" }, "off", NULL));
    assert_event(fixture, "typing@a@example.org");
    g_assert_true(settings_set(settings, SETTING_RECONNECT, (SettingPlace){ .account = "work" },
                               "off", NULL));
    assert_event(fixture, "reconnect@work");
    /* The same value again is no change. */
    g_assert_true(
        settings_set(settings, SETTING_RECONNECT, (SettingPlace){ .account = "work" }, "no", NULL));
    g_assert_cmpuint(fixture->events->len, ==, 0);
    assert_config(fixture,
                  "[settings]\nnotify.bell = on\n\n[conversation a@example.org]\ntyping = off\n\n"
                  "[account work]\nreconnect = off\n");
    g_autoptr(Settings) again = load(fixture);
    g_assert_false(settings_get_bool(again, SETTING_TYPING, NULL, "a@example.org"));
    g_assert_true(settings_unset(settings, SETTING_TYPING,
                                 (SettingPlace){ .conversation = "a@example.org" }, NULL));
    assert_event(fixture, "typing@a@example.org");
    g_assert_true(settings_unset(settings, SETTING_TYPING,
                                 (SettingPlace){ .conversation = "a@example.org" }, NULL));
    g_assert_cmpuint(fixture->events->len, ==, 0);
    g_assert_true(settings_get_bool(settings, SETTING_TYPING, NULL, "a@example.org"));
}

static void
test_keeps_hand_edits(Fixture *fixture, gconstpointer data)
{
    write_config(fixture,
                 "# mine\nnotify.bell = on   \n\n[settings]\nfrom.the.future = 1\ntheme=dark\n\n"
                 "[conversation Boss@Example.org]\ntyping = off\n");
    g_autoptr(Settings) settings = load(fixture);
    g_assert_cmpuint(fixture->warnings->len, ==, 1); /* the unknown key */
    bus_subscribe(settings_bus(settings), on_event, fixture);
    g_assert_true(settings_set(settings, SETTING_NOTIFY_BELL, (SettingPlace){ 0 }, "off", NULL));
    g_assert_true(settings_set(settings, SETTING_TYPING,
                               (SettingPlace){ .conversation = "boss@example.org" }, "on", NULL));
    assert_config(fixture,
                  "# mine\nnotify.bell = off\n\n[settings]\nfrom.the.future = 1\ntheme=dark\n\n"
                  "[conversation Boss@Example.org]\ntyping = on\n");
    g_ptr_array_set_size(fixture->events, 0);
    /* Somebody edits the file meanwhile: nothing of it is lost, and it takes effect. */
    write_config(fixture, "[settings]\ntheme=light\n# a new comment\n");
    g_assert_true(settings_set(settings, SETTING_ROSTER_WIDTH, (SettingPlace){ 0 }, "40", NULL));
    assert_config(fixture, "[settings]\ntheme=light\nroster.width=40\n# a new comment\n");
    g_assert_cmpstr(settings_get_text(settings, SETTING_THEME, NULL, NULL), ==, "light");
    g_assert_true(settings_get_bool(settings, SETTING_TYPING, NULL, "boss@example.org"));
    g_assert_cmpuint(fixture->events->len, ==, 4); /* bell, width, theme, and typing of the boss */
}

/* I24: a file that has become unreadable is not overwritten; nothing changes. */
static void
test_never_overwrites_what_it_cannot_read(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Settings) settings = load(fixture);
    g_assert_true(g_file_set_contents(fixture->path, "[settings]\0\n", 12, NULL));
    g_autoptr(GError) error = NULL;
    g_assert_false(settings_set(settings, SETTING_NOTIFY_BELL, (SettingPlace){ 0 }, "on", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_false(settings_get_bool(settings, SETTING_NOTIFY_BELL, NULL, NULL));
    g_clear_error(&error);
    g_assert_false(settings_reload(settings, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
    g_clear_error(&error);
    g_assert_null(settings_new(fixture->path, NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_CONFIG);
    g_autofree char *text = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(fixture->path, &text, &length, NULL));
    g_assert_cmpuint(length, ==, 12);
}

static void
test_failed_save_changes_nothing(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Settings) settings = load(fixture);
    g_assert_cmpint(g_rmdir(fixture->directory), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_false(settings_set(settings, SETTING_NOTIFY_BELL, (SettingPlace){ 0 }, "on", &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, fixture->path));
    g_assert_false(settings_get_bool(settings, SETTING_NOTIFY_BELL, NULL, NULL));
    g_assert_cmpint(g_mkdir(fixture->directory, 0700), ==, 0);
}

static void
test_reports_nonsense_and_goes_on(Fixture *fixture, gconstpointer data)
{
    write_config(
        fixture,
        "[settings]\nnotify.bell = perhaps\nroster.width = 40\n[account work]\ntheme = dark\n"
        "[conversation @]\ntyping = off\n[nonsense]\nx = 1\n");
    g_autoptr(Settings) settings = load(fixture);
    static const char *const lines[] = { ":2: notify.bell cannot be",
                                         ":5: theme cannot be set for [account work]",
                                         ":6: ", ":8: " };
    g_assert_cmpuint(fixture->warnings->len, ==, G_N_ELEMENTS(lines));
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_assert_true(g_str_has_prefix(fixture->warnings->pdata[i], fixture->path));
        g_assert_nonnull(strstr(fixture->warnings->pdata[i], lines[i]));
    }
    g_assert_false(settings_get_bool(settings, SETTING_NOTIFY_BELL, NULL, NULL));
    g_assert_cmpint(settings_get_int(settings, SETTING_ROSTER_WIDTH, NULL, NULL), ==, 40);
    g_assert_cmpstr(settings_get_text(settings, SETTING_THEME, "work", NULL), ==, "default");
}

static void
count_place(SettingPlace place, gpointer data)
{
    g_assert_true((place.account == NULL) != (place.conversation == NULL));
    (*(int *) data)++;
}

static void
test_many_conversations(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 5000; i++)
        g_string_append_printf(text, "[conversation user%d@example.org]\ntyping = %s\n", i,
                               i % 2 ? "on" : "off");
    g_autofree char *directory = g_dir_make_tmp("confab-test-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "config", NULL);
    g_assert_true(g_file_set_contents(path, text->str, -1, NULL));
    const gint64 start = g_get_monotonic_time();
    g_autoptr(Settings) settings = settings_new(path, NULL, NULL);
    g_test_message("5000 conversations read in %" G_GINT64_FORMAT " us",
                   g_get_monotonic_time() - start);
    int places = 0;
    settings_foreach_place(settings, count_place, &places);
    g_assert_cmpint(places, ==, 5000);
    g_assert_false(settings_get_bool(settings, SETTING_TYPING, NULL, "user4998@example.org"));
    g_assert_true(settings_get_bool(settings, SETTING_TYPING, NULL, "user4999@example.org"));
    g_unlink(path);
    g_rmdir(directory);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/config/settings/rows", test_rows);
    g_test_add_func("/config/settings/types", test_types);
    g_test_add_func("/config/settings/errors-name-key-value-and-allowed",
                    test_errors_name_key_value_and_allowed);
    g_test_add_func("/config/settings/many-conversations", test_many_conversations);
#define ADD(path, function) \
    g_test_add("/config/settings/" path, Fixture, NULL, set_up, function, tear_down)
    ADD("resolves-conversation-account-everywhere", test_resolves_conversation_account_everywhere);
    ADD("saves-and-publishes", test_saves_and_publishes);
    ADD("keeps-hand-edits", test_keeps_hand_edits);
    ADD("never-overwrites-what-it-cannot-read", test_never_overwrites_what_it_cannot_read);
    ADD("failed-save-changes-nothing", test_failed_save_changes_nothing);
    ADD("reports-nonsense-and-goes-on", test_reports_nonsense_and_goes_on);
    return g_test_run();
}

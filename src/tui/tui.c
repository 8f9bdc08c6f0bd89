/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/tui.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "core/activity.h"
#include "core/alive.h"
#include "core/conversations.h"
#include "tui/tui_commands.h"
#include "tui/tui_state.h"

enum {
    ABSENCE_SECONDS = 300, /* without a key; then the connections may have died unnoticed */
};

/* --- what a paint needs --- */

void
tui_fill_scene(Scene *scene, const Tui *tui)
{
    const Settings *settings = client_settings(tui->client);
    *scene = (Scene) {
        .accounts = tui->accounts,
        .windows = tui->windows,
        .input = input_text(tui->input),
        .input_cursor = input_cursor(tui->input),
        .search_prompt = input_search_prompt(tui->input),
        .input_mode = input_mode(tui->input),
        .secret_prompt = input_secret_prompt(tui->input),
        .candidates = tui->candidates,
        .time_format = settings_get_text(settings, SETTING_TIME_FORMAT, NULL, NULL),
        .now = when_now(),
        .roster_mode = settings_get_bool(settings, SETTING_ROSTER_SHOW, NULL, NULL) || tui->roster_mode == PANEL_SHOWN
                           ? tui->roster_mode
                           : PANEL_HIDDEN,
        .roster_columns = settings_get_int(settings, SETTING_ROSTER_WIDTH, NULL, NULL),
        .roster_offline = settings_get_bool(settings, SETTING_ROSTER_OFFLINE, NULL, NULL),
        .occupants_mode =
            settings_get_bool(settings, SETTING_OCCUPANTS_SHOW, NULL, NULL) || tui->occupants_mode == PANEL_SHOWN
                ? tui->occupants_mode
                : PANEL_HIDDEN,
        .occupants_columns = settings_get_int(settings, SETTING_OCCUPANTS_WIDTH, NULL, NULL),
        .occupants_first = tui->occupants_first,
        .occupants_filter = tui->occupants_filter,
        .bare = tui->bare,
    };
}

/* What is looked at counts as read, just before it is painted. */
static void
prepare(Scene *scene, gpointer data)
{
    Tui *tui = data;
    const Window *window = windows_current(tui->windows);
    Conversation *conversation = tui_conversation_of(tui, window);
    if (conversation && window->follows && !tui->away && conversation_unread(conversation) > 0)
        conversations_mark_read(tui->client, conversation);
    if (tui->ringing) {
        tui->ringing = false;
        g_string_append_c(term_output(tui->term), '\a');
    }
    tui_fill_scene(scene, tui);
}

/* --- what the terminal says --- */

static void
on_input(const char *bytes, gsize length, gpointer data)
{
    Tui *tui = data;
    const gint64 now = g_get_monotonic_time();
    if (now - tui->last_input > ABSENCE_SECONDS * G_TIME_SPAN_SECOND)
        client_check_alive(tui->client); /* before something is said into a dead connection */
    tui->last_input = now;
    tui->away = false; /* a terminal that says otherwise is heard behind it */
    client_note_activity(tui->client);
    input_feed(tui->input, bytes, length);
}

static void
on_resized(gpointer data)
{
    screen_resize(((Tui *) data)->screen);
}

static void
on_lost(gpointer data)
{
    screen_forget(((Tui *) data)->screen);
    client_check_alive(((Tui *) data)->client); /* the process may have stood still for hours */
}

static void
on_drained(gpointer data)
{
    screen_drained(((Tui *) data)->screen);
}

static void
on_ended(int signal, gpointer data)
{
    tui_quit(data, NULL);
}

/* --- what commands ask of us --- */

static Conversation *
front_conversation(gpointer front)
{
    Tui *tui = front;
    return tui_conversation_of(tui, windows_current(tui->windows));
}

static Session *
front_session(gpointer front)
{
    Tui *tui = front;
    Conversation *conversation = front_conversation(front);
    return conversation ? client_session_of(tui->client, conversation_account(conversation)) : NULL;
}

static void
front_show(gpointer front, Conversation *conversation)
{
    tui_select(front, tui_open(front, conversation));
}

/* The result belongs where the line was typed, or to what it has shown, wherever the user is by now. */
static void
front_print(gpointer front, const CommandCall *call, OutputKind kind, const char *line, int hang)
{
    Tui *tui = front;
    const Conversation *conversation = call ? command_call_conversation(call) : NULL;
    Window *window = conversation ? windows_by_serial(tui->windows, conversation_serial(conversation)) : NULL;
    Window *current = windows_current(tui->windows);
    if (tui->quitting)
        return;
    if (!window) /* who looks at stanzas and asks for something sees the answer there */
        window = call && current->serial == WINDOW_XML ? current : windows_console(tui->windows);
    if (kind == OUTPUT_ERROR)
        tui_print(tui, window, LINE_ERROR, line);
    else
        tui_print_row(tui, window, line, hang);
}

static void
on_shut_down(const GError *error, gpointer data)
{
    g_main_loop_quit(((Tui *) data)->loop);
}

void
tui_quit(Tui *tui, const char *status)
{
    if (tui->quitting) {
        g_main_loop_quit(tui->loop);
        return;
    }
    tui->quitting = true;
    client_shutdown(tui->client, status, on_shut_down, tui);
}

static void
front_quit(gpointer front, const char *status)
{
    tui_quit(front, status);
}

static const Frontend frontend = {
    .is_terminal = true,
    .session = front_session,
    .conversation = front_conversation,
    .show = front_show,
    .print = front_print,
    .quit = front_quit,
    .notify = tui_notify,
    .looks_at = tui_looks_at,
};

/* --- settings --- */

/* So light that names can be read: on a dark background, on a light one, or on both. */
static void
colour_nicks(const Tui *tui, Theme *theme)
{
    static const struct {
        const char *word;
        double lightness;
    } modes[] = { { "auto", 55 }, { "dark", 70 }, { "light", 40 } };
    const char *mode = settings_get_text(client_settings(tui->client), SETTING_NICK_COLOURS, NULL, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
        if (strcmp(mode, modes[i].word) == 0)
            theme_colour_nicks(theme, term_caps(tui->term)->colours, modes[i].lightness);
    }
}

bool
tui_load_theme(Tui *tui, const char *name, GError **error)
{
    g_autofree char *user = g_build_filename(tui->options->paths->config, "themes", NULL);
    const char *const directories[] = { user, THEMEDIR, NULL };
    Theme *theme = theme_load(name, directories, term_caps(tui->term)->colours, error);
    if (!theme)
        return false;
    colour_nicks(tui, theme);
    screen_set_theme(tui->screen, theme);
    return true;
}

static void
load_set_theme(Tui *tui)
{
    g_autoptr(GError) error = NULL;
    const char *name = settings_get_text(client_settings(tui->client), SETTING_THEME, NULL, NULL);
    if (!tui_load_theme(tui, name, &error))
        tui_print(tui, windows_current(tui->windows), LINE_ERROR, error->message);
}

static void
on_setting(gconstpointer event, gpointer data)
{
    const Setting setting = ((const SettingsEvent *) event)->setting;
    if (setting == SETTING_THEME || setting == SETTING_NICK_COLOURS)
        load_set_theme(data);
    screen_damage(((Tui *) data)->screen, DAMAGE_ALL);
}

/* --- life --- */

/* Keys and widths are counted in characters: a locale without UTF-8 is lifted to one that has
 * it. */
static void
ensure_utf8(void)
{
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static bool
set_up_client(Tui *tui, GError **error)
{
    const TuiOptions *options = tui->options;
    tui->secrets = secret_sources_new();
    if (options->password_fd >= 0) {
        Secret *secret = secret_read_fd(options->password_fd, error);
        if (!secret)
            return false;
        secret_sources_give(tui->secrets, secret);
    }
    const ClientOptions client = { .paths = options->paths, .accounts = options->accounts, .secrets = tui->secrets, .log = options->log };
    tui->client = client_new(&client, error);
    return tui->client != NULL;
}

static void
set_up_screen(Tui *tui)
{
    const Paths *paths = tui->options->paths;
    g_autofree char *inputrc = g_build_filename(paths->config, "inputrc", NULL);
    tui->windows = windows_new();
    tui->accounts = g_ptr_array_new();
    for (guint i = 0; i < client_session_count(tui->client); i++)
        g_ptr_array_add(tui->accounts, session_account(client_session_at(tui->client, i)));
    tui->screen = screen_new(tui->term, theme_new_builtin(term_caps(tui->term)->colours), prepare, tui);
    tui->input = input_new(&tui_input_handler, tui, inputrc);
    tui->bus_id = bus_subscribe(client_bus(tui->client), tui_on_model_event, tui);
    tui->settings_id = bus_subscribe(settings_bus(client_settings(tui->client)), on_setting, tui);
    tui->registry = registry_new(tui->client, &frontend, tui);
    registry_add_group(tui->registry, &tui_command_group);
    tui_secrets_init(tui);
    load_set_theme(tui);
}

static void
on_script_done(const GError *error, gpointer data)
{
    Tui *tui = data;
    tui->script = NULL;
    if (error && !tui->quitting)
        tui_print(tui, windows_console(tui->windows), LINE_ERROR, error->message);
}

/* The file rc, then --execute. */
static void
start_script(Tui *tui)
{
    const char *const *execute = tui->options->execute;
    g_autofree char *rc = g_build_filename(tui->options->paths->config, "rc", NULL);
    g_autoptr(GError) error = NULL;
    const bool has_rc = g_file_test(rc, G_FILE_TEST_EXISTS);
    if (!has_rc && !(execute && *execute))
        return;
    tui->script = script_new(tui->registry, NULL, on_script_done, tui);
    if (has_rc && !script_add_file(tui->script, rc, &error))
        tui_print(tui, windows_console(tui->windows), LINE_ERROR, error->message);
    for (; execute && *execute; execute++)
        script_add_line(tui->script, "--execute", *execute);
    script_start(tui->script);
}

static void
greet(Tui *tui)
{
    Window *console = windows_console(tui->windows);
    tui_print(tui, console, LINE_OUTPUT,
              _("Welcome to confab. /help explains, /keys lists the keys, Tab completes, /quit leaves."));
    if (client_session_count(tui->client) == 0)
        tui_print(tui, console, LINE_OUTPUT, _("There is no account yet: /account add NAME JID, then /connect."));
}

static void
run(Tui *tui)
{
    tui->loop = g_main_loop_new(NULL, FALSE);
    if (tui->options->log)
        log_hold_stderr(tui->options->log, true);
    greet(tui);
    term_start(tui->term);
    screen_paint(tui->screen);
    companion_start(tui->options->companion, tui->registry);
    start_script(tui);
    if (tui->options->no_autoconnect)
        client_tell_warnings(tui->client);
    else
        client_start(tui->client);
    g_main_loop_run(tui->loop);
    tui->quitting = true;
    if (tui->script)
        script_cancel(tui->script);
    companion_stop(tui->options->companion);
}

static void
tear_down(Tui *tui)
{
    if (tui->term && term_is_started(tui->term))
        term_stop(tui->term);
    if (tui->options->log)
        log_hold_stderr(tui->options->log, false);
    tui->quitting = true;
    g_clear_handle_id(&tui->composing_source, g_source_remove);
    g_clear_handle_id(&tui->editor_source, g_source_remove);
    if (tui->bus_id)
        bus_unsubscribe(client_bus(tui->client), tui->bus_id);
    if (tui->settings_id)
        bus_unsubscribe(settings_bus(client_settings(tui->client)), tui->settings_id);
    if (tui->input)
        tui_secrets_clear(tui);
    g_clear_pointer(&tui->registry, registry_free);
    g_clear_pointer(&tui->client, client_free);
    g_clear_pointer(&tui->secrets, secret_sources_free);
    g_clear_pointer(&tui->input, input_free);
    g_clear_pointer(&tui->screen, screen_free);
    g_clear_pointer(&tui->windows, windows_free);
    g_clear_pointer(&tui->accounts, g_ptr_array_unref);
    g_clear_pointer(&tui->candidates, g_ptr_array_unref);
    g_clear_pointer(&tui->term, term_close);
    g_clear_pointer(&tui->loop, g_main_loop_unref);
    g_free(tui->editor_file);
    g_free(tui->occupants_filter);
}

bool
tui_run(const TuiOptions *options, GError **error)
{
    static const TermHandler handler = {
        .input = on_input,
        .resized = on_resized,
        .lost = on_lost,
        .drained = on_drained,
        .ended = on_ended,
    };
    Tui tui = { .options = options, .last_input = g_get_monotonic_time() };
    ensure_utf8();
    tui.term = term_open(&handler, &tui, error);
    const bool ready = tui.term && set_up_client(&tui, error);
    if (ready) {
        set_up_screen(&tui);
        run(&tui);
    }
    tear_down(&tui);
    return ready;
}

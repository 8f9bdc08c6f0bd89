/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From keys to commands: lines, completion, the chat state "composing", the editor. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/text.h"
#include "command/complete.h"
#include "core/activity.h"
#include "core/outgoing.h"
#include "tui/tui_state.h"

enum { PAUSED_AFTER = 30 }; /* seconds without a key (XEP-0085 §5.1) */

/* A line on its way, kept until it is known to have worked. */
typedef struct Typed {
    Tui *tui;
    guint64 serial; /* of the window it was typed in */
    char *line;
    bool by_key;
} Typed;

static void
typed_free(Typed *typed)
{
    if (input_may_hold_secret(typed->line))
        explicit_bzero(typed->line, strlen(typed->line));
    g_free(typed->line);
    g_free(typed);
}

void
tui_put_back(Tui *tui, Window *window, const char *text)
{
    const bool current = window == windows_current(tui->windows);
    const char *there = current ? input_text(tui->input) : window->draft;
    if (*there != '\0')
        return;
    if (current) {
        input_set_text(tui->input, text, strlen(text));
        screen_damage(tui->screen, DAMAGE_INPUT);
        return;
    }
    g_free(window->draft);
    window->draft = g_strdup(text);
    window->draft_cursor = strlen(text);
}

static void
on_finished(const CommandCall *call, const GError *error, gpointer data)
{
    Typed *typed = data;
    Tui *tui = typed->tui;
    if (error && !tui->quitting) {
        Window *window = windows_by_serial(tui->windows, typed->serial);
        if (window && !typed->by_key)
            tui_put_back(tui, window, typed->line);
        if (!window)
            window = windows_current(tui->windows);
        g_autofree char *text = text_clean(error->message, -1, TEXT_LINES);
        tui_print(tui, window, LINE_ERROR, text);
    }
    typed_free(typed);
}

static void
execute(Tui *tui, const char *line, bool by_key)
{
    Typed *typed = g_new0(Typed, 1);
    typed->tui = tui;
    typed->serial = windows_current(tui->windows)->serial;
    typed->line = g_strdup(line);
    typed->by_key = by_key;
    registry_execute(tui->registry, line, on_finished, typed);
}

void
tui_execute(Tui *tui, const char *line)
{
    execute(tui, line, true);
}

/* What a command wants hidden is not remembered either. */
static bool
is_secret(const Tui *tui, const char *line)
{
    const Command *command = line[0] == '/' ? registry_find(tui->registry, line + 1) : NULL;
    if (input_may_hold_secret(line))
        return true;
    if (!command || !command->shows)
        return false;
    g_auto(GStrv) words = g_strsplit_set(line + 1 + strlen(command->name), " \t\n", -1);
    return command->shows((const char *const *) words) >= 0;
}

static void
on_line(const char *line, gpointer data)
{
    Tui *tui = data;
    g_autofree char *stripped = g_strstrip(g_strdup(line));
    if (*stripped == '\0')
        return;
    if (!is_secret(tui, line))
        input_remember(tui->input, line,
                       settings_get_int(client_settings(tui->client), SETTING_INPUT_HISTORY, NULL, NULL));
    /* The message itself says "active" again. */
    tui->composing = 0;
    g_clear_handle_id(&tui->composing_source, g_source_remove);
    /* What is said is seen at once, and so is the answer to a command; else a scrolled window stays
     * where it is. */
    if (line[0] != '/' || line[1] == '/')
        tui_scroll(tui, SCROLL_TO_END);
    tui->answering = true;
    execute(tui, line, false);
    tui->answering = false;
    explicit_bzero(stripped, strlen(stripped));
}

static void
on_command(const char *command, gpointer data)
{
    g_autofree char *line = g_strconcat("/", command, NULL);
    tui_execute(data, line);
}

/* --- composing (XEP-0085) --- */

void
tui_stop_composing(Tui *tui)
{
    Conversation *conversation = tui->composing ? client_find_conversation(tui->client, tui->composing) : NULL;
    g_clear_handle_id(&tui->composing_source, g_source_remove);
    tui->composing = 0;
    if (conversation)
        outgoing_chat_state(tui->client, conversation, CHAT_STATE_ACTIVE);
}

static gboolean
on_paused(gpointer data)
{
    Tui *tui = data;
    Conversation *conversation = client_find_conversation(tui->client, tui->composing);
    tui->composing_source = 0;
    tui->composing = 0;
    if (conversation)
        outgoing_chat_state(tui->client, conversation, CHAT_STATE_PAUSED);
    return G_SOURCE_REMOVE;
}

static void
note_composing(Tui *tui)
{
    Conversation *conversation = tui_conversation_of(tui, windows_current(tui->windows));
    const char *text = input_text(tui->input);
    const bool writes = conversation && *text && (text[0] != '/' || text[1] == '/');
    if (!writes) {
        if (tui->composing)
            tui_stop_composing(tui);
        return;
    }
    if (!tui->composing)
        outgoing_chat_state(tui->client, conversation, CHAT_STATE_COMPOSING);
    tui->composing = conversation_serial(conversation);
    g_clear_handle_id(&tui->composing_source, g_source_remove);
    tui->composing_source = g_timeout_add_seconds(PAUSED_AFTER, on_paused, tui);
}

static void
on_changed(gpointer data)
{
    Tui *tui = data;
    if (!tui->input) /* while it is being made */
        return;
    note_composing(tui);
    screen_damage(tui->screen, DAMAGE_INPUT);
    screen_hurry(tui->screen);
}

/* --- completion --- */

static GPtrArray *
on_complete(const char *line, size_t cursor, size_t *start, gpointer data)
{
    Tui *tui = data;
    g_autoptr(Completion) completion = complete_line(tui->registry, line, cursor);
    *start = completion->start;
    return g_ptr_array_ref(completion->candidates);
}

static GPtrArray *
on_alternate(const char *line, size_t cursor, size_t *start, gpointer data)
{
    Tui *tui = data;
    g_autoptr(Completion) completion = complete_line(tui->registry, line, cursor);
    *start = completion->start;
    return completion->is_text ? g_ptr_array_ref(completion->candidates) : NULL;
}

static void
on_candidates(const GPtrArray *words, gpointer data)
{
    Tui *tui = data;
    g_clear_pointer(&tui->candidates, g_ptr_array_unref);
    if (words) {
        tui->candidates = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < words->len; i++)
            g_ptr_array_add(tui->candidates, g_strdup(g_ptr_array_index(words, i)));
    }
    screen_damage(tui->screen, DAMAGE_MESSAGES);
}

static void
on_refused(gpointer data)
{
    Tui *tui = data;
    tui->ringing = true;
}

/* What arrives while nobody looks stays unread, and the servers may hold back what can wait. */
static void
on_focused(bool focused, gpointer data)
{
    Tui *tui = data;
    tui->away = !focused;
    client_set_active(tui->client, focused);
    if (focused)
        screen_damage(tui->screen, DAMAGE_MESSAGES | DAMAGE_STATUS);
}

const InputHandler tui_input_handler = {
    .line = on_line,
    .command = on_command,
    .changed = on_changed,
    .complete = on_complete,
    .alternate = on_alternate,
    .candidates = on_candidates,
    .refused = on_refused,
    .focused = on_focused,
};

/* --- the editor --- */

static void
take_edited(Tui *tui, int status)
{
    g_autoptr(GError) error = NULL;
    Window *current = windows_current(tui->windows);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        tui_print(tui, current, LINE_WARNING, _("the editor failed: the input line is as it was"));
        return;
    }
    g_autofree char *text = paths_read(tui->editor_file, INPUT_MAX, NULL, &error);
    if (!text) {
        tui_print(tui, current, LINE_ERROR, error->message);
        return;
    }
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    gsize length = strlen(valid);
    if (length > 0 && valid[length - 1] == '\n')
        valid[--length] = '\0';
    input_set_text(tui->input, valid, length);
}

static void
drop_editor_file(Tui *tui)
{
    if (tui->editor_file)
        g_unlink(tui->editor_file);
    g_clear_pointer(&tui->editor_file, g_free);
}

static void
on_edited(GPid pid, gint status, gpointer data)
{
    Tui *tui = data;
    g_spawn_close_pid(pid);
    tui->editor_source = 0;
    term_start(tui->term);
    take_edited(tui, status);
    drop_editor_file(tui);
    screen_resize(tui->screen);
}

/* A file of our own with what is typed: unguessable, 0600, in a directory of the user's (I25). */
static bool
write_editor_file(Tui *tui, GError **error)
{
    g_autofree char *path = g_build_filename(client_paths(tui->client)->runtime, "edit-XXXXXX", NULL);
    const int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s: %s"), path, g_strerror(errno));
        return false;
    }
    close(fd);
    tui->editor_file = g_steal_pointer(&path);
    return paths_write(tui->editor_file, input_text(tui->input), -1, error);
}

static const char *
editor_command(void)
{
    const char *visual = g_getenv("VISUAL"), *editor = g_getenv("EDITOR");
    return visual && *visual ? visual : editor && *editor ? editor : "vi";
}

bool
tui_edit(Tui *tui, GError **error)
{
    g_auto(GStrv) words = NULL;
    gint count = 0;
    GPid pid = 0;
    g_autoptr(GError) problem = NULL;
    if (tui->editor_source || input_secret_prompt(tui->input)) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED, _("the terminal is in use: finish what it asks first"));
        return false;
    }
    if (!g_shell_parse_argv(editor_command(), &count, &words, &problem)) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG, _("$VISUAL or $EDITOR is no command: %s"), problem->message);
        return false;
    }
    if (!write_editor_file(tui, error)) {
        drop_editor_file(tui);
        return false;
    }
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    for (gint i = 0; i < count; i++)
        g_ptr_array_add(argv, words[i]);
    g_ptr_array_add(argv, tui->editor_file);
    g_ptr_array_add(argv, NULL);
    term_stop(tui->term);
    const GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN;
    if (!g_spawn_async(NULL, (char **) argv->pdata, NULL, flags, NULL, NULL, &pid, &problem)) {
        term_start(tui->term);
        screen_forget(tui->screen);
        drop_editor_file(tui);
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("the editor does not start (set $VISUAL or $EDITOR): %s"),
                    problem->message);
        return false;
    }
    tui->editor_source = g_child_watch_add(pid, on_edited, tui);
    return true;
}

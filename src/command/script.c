/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/script.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "command/execute.h"
#include "command/registry_private.h"
#include "config/settings.h"

enum {
    FILE_MAX = 16 * 1024 * 1024,
    READ_MAX = 64 * 1024,
    ON_ERROR_CONTINUE = 1, /* the second word of the setting */
};

/* Where lines come from. */
typedef struct Source {
    char *name;
    int fd;        /* -1: all is in the text already */
    bool owned;    /* the descriptor is closed with the source */
    bool ended;    /* nothing more will be read */
    bool whole;    /* the text is one line, as it is: -e */
    GString *text; /* read and not yet executed from `at` on */
    gsize at;
    guint line; /* number of the last line taken */
} Source;

/* Survives the script, for the line that ends after it. */
typedef struct Flight {
    Script *script; /* NULL when it is gone */
} Flight;

struct Script {
    Registry *registry;
    ScriptLineDone line_done;
    ScriptDone done;
    gpointer data;
    GQueue sources; /* Source */
    guint step;     /* source of the loop, while the next line is due */
    guint watch;    /* while a descriptor is waited for */
    char *position;
    GError *failure;    /* of the last line: the next one may forgive it */
    CommandCall *outer; /* /source; NULL */
    Flight *flight;     /* the line under way */
    EventMark *mark;    /* from where /wait looks; NULL before the start */
};

static void
source_free(Source *source)
{
    if (source->owned)
        close(source->fd);
    g_free(source->name);
    g_string_free(source->text, TRUE);
    g_free(source);
}

static Source *
add_source(Script *script, const char *name, int fd, const char *text)
{
    Source *source = g_new0(Source, 1);
    source->name = g_strdup(name);
    source->fd = fd;
    source->ended = fd < 0;
    source->text = g_string_new(text);
    g_queue_push_tail(&script->sources, source);
    return source;
}

Script *
script_new(Registry *registry, ScriptLineDone line_done, ScriptDone done, gpointer data)
{
    Script *script = g_new0(Script, 1);
    script->registry = registry;
    script->line_done = line_done;
    script->done = done;
    script->data = data;
    g_queue_init(&script->sources);
    return script;
}

static void
script_free(Script *script)
{
    g_clear_handle_id(&script->step, g_source_remove);
    g_clear_handle_id(&script->watch, g_source_remove);
    if (script->flight != NULL)
        script->flight->script = NULL;
    g_clear_pointer(&script->mark, event_mark_unref);
    if (script->outer != NULL)
        registry_forget_script(script->registry, script);
    g_queue_clear_full(&script->sources, (GDestroyNotify) source_free);
    g_clear_error(&script->failure);
    g_free(script->position);
    g_free(script);
}

const void *
script_root(const Script *script)
{
    return script->outer == NULL ? script : call_scope(script->outer)->root;
}

void
script_abort(Script *script, const GError *error)
{
    CommandCall *outer = script->outer;
    script_free(script);
    if (outer != NULL)
        command_call_finish(outer, error);
}

void
script_cancel(Script *script)
{
    if (script->flight != NULL)
        script->flight->script = NULL;
    script->flight = NULL;
    registry_cancel_scripts(script->registry, script, NULL);
    script_abort(script, NULL);
}

void
script_add_line(Script *script, const char *name, const char *line)
{
    guint before = 0;
    for (const GList *link = script->sources.head; link != NULL; link = link->next) {
        const Source *other = link->data;
        if (other->whole && strcmp(other->name, name) == 0)
            before++;
    }
    Source *source = add_source(script, name, -1, line);
    source->whole = true;
    source->line = before;
}

/* A pipe or a terminal by its name, like bash's <(…), is read as it comes. */
static bool
is_stream(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 &&
           (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode) || S_ISSOCK(status.st_mode));
}

bool
script_add_file(Script *script, const char *path, GError **error)
{
    if (is_stream(path)) {
        const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0) {
            g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                        _("%s cannot be opened (%s): check its name and permissions"), path, g_strerror(errno));
            return false;
        }
        add_source(script, path, fd, NULL)->owned = true;
        return true;
    }
    gsize length = 0;
    g_autofree char *text = paths_read(path, FILE_MAX, &length, error);
    if (text == NULL)
        return false;
    const gsize mark = g_str_has_prefix(text, "\xef\xbb\xbf") ? 3 : 0;
    Source *source = add_source(script, path, -1, NULL);
    g_string_append_len(source->text, text + mark, (gssize) (length - mark));
    return true;
}

void
script_add_fd(Script *script, const char *name, int fd)
{
    add_source(script, name, fd, NULL);
}

bool
script_is_idle(const Script *script)
{
    return script->watch != 0;
}

const char *
script_position(const Script *script)
{
    return script->position != NULL ? script->position : "";
}

/* --- reading lines --- */

typedef enum { LINE_READY, LINE_LATER, LINE_NONE } LineState;

/* The bytes of the next physical line of the source; `*length` without its line feed, `*next` behind it. False: not
 * complete yet. */
static bool
find_line(const Source *source, gsize from, gsize *length, gsize *next)
{
    const char *start = source->text->str + from;
    const gsize left = source->text->len - from;
    const char *feed = memchr(start, '\n', left);
    if (feed == NULL && !source->ended)
        return false;
    *length = feed == NULL ? left : (gsize) (feed - start);
    *next = from + *length + (feed == NULL ? 0 : 1);
    if (*length > 0 && start[*length - 1] == '\r')
        (*length)--;
    return true;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* An odd number of backslashes at its end. */
static bool
goes_on(const char *line, gsize length)
{
    gsize count = 0;
    while (count < length && line[length - 1 - count] == '\\')
        count++;
    return count % 2 == 1;
}

/* Puts together the next line of the source, with those it goes on in. Comments are lines, too. */
static LineState
take_line(Source *source, GString *line)
{
    gsize at = source->at;
    guint count = 0;
    g_string_truncate(line, 0);
    if (source->whole) {
        if (at > 0)
            return LINE_NONE;
        g_string_append(line, source->text->str + strspn(source->text->str, " \t"));
        source->at = source->text->len + 1;
        source->line++;
        return LINE_READY;
    }
    if (source->ended && at >= source->text->len)
        return LINE_NONE;
    for (bool more = true; more;) {
        gsize length, next;
        if (!find_line(source, at, &length, &next))
            return LINE_LATER;
        const char *start = source->text->str + at;
        while (length > 0 && is_blank(*start)) {
            start++;
            length--;
        }
        const bool comment = count == 0 && length > 0 && *start == '#';
        more = !comment && goes_on(start, length);
        g_string_append_len(line, start, (gssize) (more ? length - 1 : length));
        more = more && next < source->text->len + (source->ended ? 0 : 1);
        at = next;
        count++;
    }
    source->at = at;
    source->line += count;
    return LINE_READY;
}

static void
set_place(Script *script, const Source *source)
{
    g_free(script->position);
    script->position = g_strdup_printf("%s:%u", source->name, source->line);
}

/* --- executing --- */

static void schedule(Script *script);

static void
finish(Script *script, GError *take_error)
{
    g_autoptr(GError) error = take_error;
    const ScriptDone done = script->done;
    gpointer data = script->data;
    script_free(script);
    if (done != NULL)
        done(error, data);
}

static bool
stops_on_error(const Script *script)
{
    const Client *client = registry_client(script->registry);
    return client == NULL ||
           settings_get_choice(client_settings(client), SETTING_SCRIPT_ON_ERROR, NULL, NULL) != ON_ERROR_CONTINUE;
}

static void
on_line_finished(const CommandCall *call, const GError *error, gpointer data)
{
    g_autofree Flight *flight = data;
    Script *script = flight->script;
    if (script == NULL)
        return;
    script->flight = NULL;
    if (error != NULL) {
        script->failure = g_error_copy(error);
        g_prefix_error(&script->failure, "%s: ", script->position);
    }
    if (script->line_done != NULL)
        script->line_done(call, error, script->data);
    /* What hears of the line may have ended the script. */
    if (flight->script != NULL)
        schedule(script);
}

static void
execute(Script *script, const char *line)
{
    CallScope scope = { .expand = true, .root = script_root(script), .mark = script->mark };
    if (script->outer != NULL) {
        const CallScope *outer = call_scope(script->outer);
        scope.account = outer->account;
        scope.depth = outer->depth + 1;
        scope.output = outer->output;
        scope.caller = outer->caller;
    }
    Flight *flight = g_new0(Flight, 1);
    flight->script = script;
    script->flight = flight;
    execute_line(script->registry, line, &scope, on_line_finished, flight);
}

/* One line that was read: forgives, skips, stops or executes. False: the script is gone. */
static void
handle_line(Script *script, const Source *source, const GString *line)
{
    const char *text = line->str;
    const bool alternative = g_str_has_prefix(text, "||");
    if (line->len == 0 || *text == '#') {
        schedule(script);
        return;
    }
    if (script->failure != NULL && !alternative && stops_on_error(script)) {
        finish(script, g_steal_pointer(&script->failure));
        return;
    }
    set_place(script, source);
    if (line->len > SCRIPT_LINE_MAX || !g_utf8_validate(text, (gssize) line->len, NULL)) {
        finish(script,
               g_error_new(CONFAB_ERROR, ERROR_BAD_INPUT,
                           _("%s: this line is not UTF-8 text of a sane length: mend the file"), script->position));
        return;
    }
    if (alternative) {
        if (script->failure == NULL) {
            schedule(script);
            return;
        }
        text += 2;
        while (is_blank(*text))
            text++;
    }
    g_clear_error(&script->failure);
    execute(script, text);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    Script *script = data;
    Source *source = g_queue_peek_head(&script->sources);
    char bytes[READ_MAX];
    const gssize count = read(fd, bytes, sizeof bytes);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    script->watch = 0;
    if (count < 0) {
        finish(script, g_error_new(CONFAB_ERROR, ERROR_LOCAL_IO, _("%s cannot be read (%s): check where it comes from"),
                                   source->name, g_strerror(errno)));
        return G_SOURCE_REMOVE;
    }
    source->ended = count == 0;
    g_string_erase(source->text, 0, (gssize) source->at);
    source->at = 0;
    g_string_append_len(source->text, bytes, count);
    schedule(script);
    return G_SOURCE_REMOVE;
}

static gboolean
on_step(gpointer data)
{
    Script *script = data;
    Source *source = g_queue_peek_head(&script->sources);
    g_autoptr(GString) line = g_string_new(NULL);
    script->step = 0;
    if (source == NULL) {
        GError *failure = stops_on_error(script) ? g_steal_pointer(&script->failure) : NULL;
        finish(script, failure);
        return G_SOURCE_REMOVE;
    }
    switch (take_line(source, line)) {
    case LINE_READY:
        handle_line(script, source, line);
        break;
    case LINE_NONE:
        source_free(g_queue_pop_head(&script->sources));
        schedule(script);
        break;
    case LINE_LATER:
        /* A line without an end must not fill the memory: it is judged as it is. */
        if (source->text->len - source->at > SCRIPT_LINE_MAX)
            source->ended = true;
        if (source->ended)
            schedule(script);
        else
            script->watch = g_unix_fd_add(source->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, script);
        break;
    }
    return G_SOURCE_REMOVE;
}

/* The next line starts from the loop, so that no line runs inside another one's events. */
static void
schedule(Script *script)
{
    if (script->step == 0)
        script->step = g_idle_add_full(G_PRIORITY_DEFAULT, on_step, script, NULL);
}

/* Where it looks from: as who runs it does, else from here. */
static EventMark *
take_mark(const Script *script)
{
    Waits *waits = registry_waits(script->registry);
    EventMark *mark = script->outer != NULL ? call_scope(script->outer)->mark : waits_front_mark(waits);
    return mark != NULL ? event_mark_ref(mark) : waits_mark(waits);
}

void
script_start(Script *script)
{
    script->mark = take_mark(script);
    schedule(script);
}

/* --- /source --- */

static void
on_inner_script_done(const GError *error, gpointer call)
{
    command_call_finish(call, error);
}

bool
script_run_inside(CommandCall *call, const char *path, GError **error)
{
    if (call_scope(call)->depth >= CALL_DEPTH_MAX) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("commands lead into each other more than %d deep: look for a loop"), CALL_DEPTH_MAX);
        return false;
    }
    Script *script = script_new(command_call_registry(call), NULL, on_inner_script_done, NULL);
    if (!script_add_file(script, path, error)) {
        script_free(script);
        return false;
    }
    script->outer = call;
    script->data = command_call_defer(call);
    registry_track_script(script->registry, script);
    script_start(script);
    return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/script_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"

enum {
    FILE_MAX = 16 * 1024 * 1024,
    READ_MAX = 64 * 1024,
};

struct ScriptSource {
    char *name;
    int fd;        /* -1: all is in the text already */
    bool owned;    /* the descriptor is closed with the source */
    bool ended;    /* nothing more will be read */
    bool whole;    /* the text is one line, as it is: -e */
    GString *text; /* read and not yet taken from `at` on */
    gsize at;
    guint line; /* number of the last line taken */
};

static ScriptSource *
source_new(const char *name, int fd, const char *text)
{
    ScriptSource *source = g_new0(ScriptSource, 1);
    source->name = g_strdup(name);
    source->fd = fd;
    source->ended = fd < 0;
    source->text = g_string_new(text);
    return source;
}

void
script_source_free(ScriptSource *source)
{
    if (source == NULL)
        return;
    if (source->owned)
        close(source->fd);
    g_free(source->name);
    g_string_free(source->text, TRUE);
    g_free(source);
}

ScriptSource *
script_source_new_line(const char *name, const char *line, guint before)
{
    ScriptSource *source = source_new(name, -1, line);
    source->whole = true;
    source->line = before;
    return source;
}

ScriptSource *
script_source_new_fd(const char *name, int fd)
{
    return source_new(name, fd, NULL);
}

/* A pipe or a terminal by its name, like bash's <(…), is read as it comes. */
static bool
is_stream(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 &&
           (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode) || S_ISSOCK(status.st_mode));
}

ScriptSource *
script_source_open(const char *path, GError **error)
{
    if (is_stream(path)) {
        const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0) {
            g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                        _("%s cannot be opened (%s): check its name and permissions"), path, g_strerror(errno));
            return NULL;
        }
        ScriptSource *stream = source_new(path, fd, NULL);
        stream->owned = true;
        return stream;
    }
    gsize length = 0;
    g_autofree char *text = paths_read(path, FILE_MAX, &length, error);
    if (text == NULL)
        return NULL;
    const gsize mark = g_str_has_prefix(text, "\xef\xbb\xbf") ? 3 : 0;
    ScriptSource *source = source_new(path, -1, NULL);
    g_string_append_len(source->text, text + mark, (gssize) (length - mark));
    return source;
}

const char *
script_source_name(const ScriptSource *source)
{
    return source->name;
}

int
script_source_fd(const ScriptSource *source)
{
    return source->fd;
}

char *
script_source_position(const ScriptSource *source)
{
    return g_strdup_printf("%s:%u", source->name, source->line);
}

/* --- lines --- */

/* The bytes of the next physical line of the source; `*length` without its line feed, `*next` behind it. False: not
 * complete yet. */
static bool
find_line(const ScriptSource *source, gsize from, gsize *length, gsize *next)
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

static ScriptTake
take_whole(ScriptSource *source, GString *line)
{
    if (source->at > 0)
        return SCRIPT_TAKE_END;
    g_string_append(line, source->text->str + strspn(source->text->str, " \t"));
    source->at = source->text->len + 1;
    source->line++;
    return SCRIPT_TAKE_LINE;
}

ScriptTake
script_source_take(ScriptSource *source, GString *line)
{
    gsize at = source->at;
    guint count = 0;
    g_string_truncate(line, 0);
    if (source->whole)
        return take_whole(source, line);
    if (source->ended && at >= source->text->len)
        return SCRIPT_TAKE_END;
    for (bool more = true; more;) {
        gsize length, next;
        if (!find_line(source, at, &length, &next)) {
            if (source->text->len - source->at <= SCRIPT_LINE_MAX)
                return SCRIPT_TAKE_LATER;
            /* A line without an end must not fill the memory: it is judged as it is. */
            source->ended = true;
            return script_source_take(source, line);
        }
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
    return SCRIPT_TAKE_LINE;
}

ScriptFill
script_source_fill(ScriptSource *source, GError **error)
{
    char bytes[READ_MAX];
    const gssize count = read(source->fd, bytes, sizeof bytes);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return SCRIPT_FILL_LATER;
    if (count < 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s cannot be read (%s): check where it comes from"),
                    source->name, g_strerror(errno));
        return SCRIPT_FILL_FAILED;
    }
    source->ended = count == 0;
    g_string_erase(source->text, 0, (gssize) source->at);
    source->at = 0;
    g_string_append_len(source->text, bytes, count);
    return SCRIPT_FILL_DONE;
}

ScriptLineKind
script_line_kind(const char *line, const char **command)
{
    *command = line;
    if (*line == '\0' || *line == '#')
        return SCRIPT_LINE_EMPTY;
    if (!g_str_has_prefix(line, "||"))
        return SCRIPT_LINE_COMMAND;
    *command = line + 2 + strspn(line + 2, " \t");
    return SCRIPT_LINE_ALTERNATIVE;
}

bool
script_line_check(const GString *line, GError **error)
{
    if (line->len <= SCRIPT_LINE_MAX && g_utf8_validate(line->str, (gssize) line->len, NULL))
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                        _("this line is not UTF-8 text of a sane length: mend the file"));
    return false;
}

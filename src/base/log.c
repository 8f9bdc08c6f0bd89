/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"

enum {
    LINE_MAX_BYTES = 8192, /* of one message (I9) */
    TAIL_BYTES = 512 * 1024, /* of the file's end are looked at */
};

#define DOMAIN "confab"
#define AREA_FIELD "CONFAB_AREA"

struct Log {
    int fd; /* -1: standard error */
    char *path;
    bool verbose; /* standard error is told what the file is told */
    gint level;   /* LogLevel; atomic, as `held`: threads log too */
    gint held;
};

/* Elements whose text is a secret: SASL (RFC 6120, XEP-0388), registration (XEP-0077). */
static const char *const secret_elements[] = { "auth",     "response", "challenge",        "success",
                                               "password", "token",    "initial-response", "additional-data" };

/* Words behind which, after "=" or ":", stands a secret: attributes, headers, key files. */
static const char *const secret_words[] = { "password", "passwd", "passphrase", "secret", "token", "authorization" };

static bool
is_name_char(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
}

/* The end of a tag that starts at `text`, past its ">": quoted attributes may hold one. */
static const char *
skip_tag(const char *text, bool *empty)
{
    char quote = '\0';
    for (; *text != '\0'; text++) {
        if (quote != '\0') {
            quote = *text == quote ? '\0' : quote;
        } else if (*text == '"' || *text == '\'') {
            quote = *text;
        } else if (*text == '>') {
            *empty = text[-1] == '/';
            return text + 1;
        }
    }
    *empty = false;
    return text;
}

/* The local name of the start tag at `text` ("<p:name"); NULL when there is none. */
static const char *
tag_name(const char *text, gsize *length)
{
    if (*text != '<')
        return NULL;
    const char *name = text + 1;
    const char *end = name;
    for (; is_name_char(*end) || *end == ':'; end++) {
        if (*end == ':')
            name = end + 1;
    }
    *length = (gsize) (end - name);
    return *length > 0 ? name : NULL;
}

static bool
is_one_of(const char *name, gsize length, const char *const *list, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        if (strlen(list[i]) == length && g_ascii_strncasecmp(name, list[i], length) == 0)
            return true;
    }
    return false;
}

/* Where the value of `password=…`, `token: "…"` ends, and where it starts; false when no secret word ends at
 * `text`. */
static bool
find_value(const char *word, const char *text, const char **start, const char **end)
{
    const gsize length = (gsize) (text - word);
    if (!is_one_of(word, length, secret_words, G_N_ELEMENTS(secret_words)))
        return false;
    while (*text == ' ')
        text++;
    if (*text == '"') /* a JSON key */
        text++;
    while (*text == ' ')
        text++;
    if (*text != '=' && *text != ':')
        return false;
    do {
        text++;
    } while (*text == ' ');
    const char quote = *text == '"' || *text == '\'' ? *text : '\0';
    *start = quote != '\0' ? text + 1 : text;
    /* A header's value has several words; other values end at a space, unless they are quoted. */
    const char *stops = g_ascii_strncasecmp(word, "authorization", length) == 0 ? "\r\n" : " \t\r\n,;&<>";
    const char quoted[] = { quote, '\0' };
    *end = *start + strcspn(*start, quote != '\0' ? quoted : stops);
    return true;
}

char *
log_redact(const char *text)
{
    GString *out = g_string_sized_new(strlen(text));
    const char *word = text; /* start of the word `c` is in */
    for (const char *c = text; *c != '\0';) {
        gsize length;
        const char *start, *end;
        const char *name = tag_name(c, &length);
        if (name != NULL && is_one_of(name, length, secret_elements, G_N_ELEMENTS(secret_elements))) {
            bool empty;
            const char *content = skip_tag(c, &empty);
            g_autofree char *tag = g_strndup(c + 1, (gsize) (content - c - 1));
            g_autofree char *inner = log_redact(tag); /* its attributes may hold one too */
            g_string_append_printf(out, "<%s", inner);
            const char *close = empty ? content : strstr(content, "</");
            c = close != NULL ? close : content + strlen(content);
            if (c > content)
                g_string_append(out, "…");
            word = c;
            continue;
        }
        if (!is_name_char(*c) && c > word && find_value(word, c, &start, &end)) {
            g_string_append_len(out, c, start - c);
            g_string_append(out, "…");
            c = word = end;
            continue;
        }
        if (!is_name_char(*c))
            word = c + 1;
        g_string_append_c(out, *c++);
    }
    return g_string_free(out, FALSE);
}

static const char *
level_name(GLogLevelFlags level)
{
    if ((level & G_LOG_LEVEL_ERROR) != 0)
        return "fatal";
    if ((level & G_LOG_LEVEL_CRITICAL) != 0)
        return "critical";
    if ((level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE)) != 0)
        return "warning";
    return (level & G_LOG_LEVEL_INFO) != 0 ? "info" : "debug";
}

static char *
field_text(const GLogField *field)
{
    return field->length < 0 ? g_strdup(field->value) : g_strndup(field->value, (gsize) field->length);
}

/* One line: time, level, area, message; harmless whatever is in it. */
static char *
format_line(GLogLevelFlags level, const GLogField *fields, gsize count)
{
    g_autofree char *area = NULL;
    g_autofree char *message = NULL;
    for (gsize i = 0; i < count; i++) {
        if (strcmp(fields[i].key, "MESSAGE") == 0 && message == NULL)
            message = field_text(&fields[i]);
        else if (strcmp(fields[i].key, AREA_FIELD) == 0 ||
                 (strcmp(fields[i].key, "GLIB_DOMAIN") == 0 && area == NULL)) {
            g_free(area);
            area = field_text(&fields[i]);
        }
    }
    g_autofree char *redacted = log_redact(message != NULL ? message : "");
    const gsize length = strlen(redacted);
    g_autofree char *clean = text_clean(redacted, (gssize) MIN(length, LINE_MAX_BYTES), TEXT_LINE);
    g_autofree char *clean_area = text_clean(area != NULL ? area : "-", -1, TEXT_LINE);
    g_autofree char *time = when_format(when_now());
    return g_strdup_printf("%s %s %s: %s%s\n", time, level_name(level), clean_area, clean,
                           length > LINE_MAX_BYTES ? " …" : "");
}

static void
write_line(int fd, const char *line)
{
    /* One write() a line: O_APPEND keeps lines of several threads apart. What cannot be written is lost, as a
     * log must. */
    gssize written;
    do {
        written = write(fd, line, strlen(line));
    } while (written < 0 && errno == EINTR);
}

static LogLevel
weigh(GLogLevelFlags level)
{
    if ((level & G_LOG_LEVEL_DEBUG) != 0)
        return LOG_LEVEL_DEBUG;
    return (level & G_LOG_LEVEL_INFO) != 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING;
}

static GLogWriterOutput
on_log(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data)
{
    Log *log = data;
    const bool fatal = (level & (G_LOG_FLAG_FATAL | G_LOG_LEVEL_ERROR)) != 0;
    if (!fatal && (gint) weigh(level) > g_atomic_int_get(&log->level))
        return G_LOG_WRITER_HANDLED;
    g_autofree char *line = format_line(level, fields, count);
    if (log->fd >= 0)
        write_line(log->fd, line);
    const bool wanted = log->verbose || (level & G_LOG_LEVEL_INFO) == 0;
    if (fatal || (log->fd < 0 && wanted && g_atomic_int_get(&log->held) == 0))
        write_line(STDERR_FILENO, line);
    return G_LOG_WRITER_HANDLED;
}

/* -1 and an error, or a file only the user can read. */
static int
open_file(const char *path, GError **error)
{
    const int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    struct stat status;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 077) != 0 &&
        fchmod(fd, 0600) == 0)
        write_line(fd, "the log could be read by others until now; its mode is 0600 again\n");
    if (fd < 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                    _("Cannot open the log %s (%s): give another file with --log-file"), path, g_strerror(errno));
    }
    return fd;
}

Log *
log_install(const char *path, bool verbose, GError **error)
{
    const int fd = path != NULL ? open_file(path, error) : -1;
    if (path != NULL && fd < 0)
        return NULL;
    Log *log = g_new0(Log, 1);
    log->fd = fd;
    log->path = g_strdup(path);
    log->verbose = verbose;
    log->level = verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
    g_log_set_writer_func(on_log, log, NULL);
    return log;
}

void
log_hold_stderr(Log *log, bool hold)
{
    g_atomic_int_set(&log->held, hold ? 1 : 0);
}

void
log_set_level(Log *log, LogLevel level)
{
    g_atomic_int_set(&log->level, (gint) level);
}

LogLevel
log_level(const Log *log)
{
    return (LogLevel) g_atomic_int_get(&log->level);
}

const char *
log_path(const Log *log)
{
    return log->path;
}

/* The last bytes of a file, NUL behind them, and whether there are others before them; NULL: see errno. */
static char *
read_end(const char *path, bool *cut)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        const int reason = errno;
        if (fd >= 0)
            close(fd);
        errno = reason;
        return NULL;
    }
    *cut = status.st_size > TAIL_BYTES;
    char *bytes = g_malloc(TAIL_BYTES + 1);
    const gssize length = pread(fd, bytes, TAIL_BYTES, *cut ? status.st_size - TAIL_BYTES : 0);
    const int reason = errno;
    close(fd);
    if (length < 0)
        g_clear_pointer(&bytes, g_free);
    else
        bytes[length] = '\0';
    errno = reason;
    return bytes;
}

GPtrArray *
log_tail(const Log *log, guint count, GError **error)
{
    bool cut = false;
    if (log->path == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("there is no log file: start confab with --log-file FILE"));
        return NULL;
    }
    g_autofree char *bytes = read_end(log->path, &cut);
    if (bytes == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s: %s"), log->path, g_strerror(errno));
        return NULL;
    }
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) all = g_strsplit(g_strchomp(bytes), "\n", -1);
    const guint total = g_strv_length(all);
    const guint first = MAX(total > count ? total - count : 0, cut ? 1 : 0); /* the first one may lack its beginning */
    for (guint i = first; i < total; i++)
        g_ptr_array_add(lines, text_clean(all[i], -1, TEXT_LINE));
    return lines;
}

static void log_write(GLogLevelFlags level, const char *priority, const char *area, const char *format,
                      va_list arguments) G_GNUC_PRINTF(4, 0);

static void
log_write(GLogLevelFlags level, const char *priority, const char *area, const char *format, va_list arguments)
{
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    const GLogField fields[] = {
        { "MESSAGE", message, -1 },
        { "PRIORITY", priority, -1 },
        { "GLIB_DOMAIN", DOMAIN, -1 },
        { AREA_FIELD, area, -1 },
    };
    g_log_structured_array(level, fields, G_N_ELEMENTS(fields));
}

void
log_debug(const char *area, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_write(G_LOG_LEVEL_DEBUG, "7", area, format, arguments);
    va_end(arguments);
}

void
log_info(const char *area, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    log_write(G_LOG_LEVEL_INFO, "6", area, format, arguments);
    va_end(arguments);
}

void
log_warning(const char *area, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    /* Not GLib's WARNING, which means a bug and is fatal in tests: what we warn of is the state of the world. */
    log_write(G_LOG_LEVEL_MESSAGE, "4", area, format, arguments);
    va_end(arguments);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vterm.h>

#include "support/run_confab.h"
#include "support/server.h"

struct Pty {
    pid_t pid;
    int fd;
    int rows, columns;
    VTerm *vterm;
    VTermScreen *screen;
    GByteArray *bytes;
    char *home;
    bool own_home;
    bool ended;
    int status;
};

/* What the terminal answers (cursor reports …) goes back to the program. */
static void
on_answer(const char *bytes, size_t length, void *data)
{
    const Pty *pty = data;
    if (write(pty->fd, bytes, length) < 0 && errno != EAGAIN && errno != EIO)
        g_error("write to the terminal: %s", g_strerror(errno));
}

Pty *
pty_start(const PtyOptions *options)
{
    Pty *pty = g_new0(Pty, 1);
    pty->rows = options->rows != 0 ? options->rows : 24;
    pty->columns = options->columns != 0 ? options->columns : 80;
    pty->own_home = options->home == NULL;
    pty->home = pty->own_home ? test_directory_new() : g_strdup(options->home);
    pty->bytes = g_byte_array_new();

    const struct winsize size = { .ws_row = pty->rows, .ws_col = pty->columns };
    g_auto(GStrv) environment = confab_environment(pty->home, options->environment);
    g_auto(GStrv) argv = confab_argv(options->argv);
    pty->pid = forkpty(&pty->fd, NULL, NULL, &size);
    g_assert_cmpint(pty->pid, >=, 0);
    if (pty->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvpe(argv[0], argv, environment);
        _exit(127);
    }
    fcntl(pty->fd, F_SETFD, FD_CLOEXEC);
    fcntl(pty->fd, F_SETFL, O_NONBLOCK);

    pty->vterm = vterm_new(pty->rows, pty->columns);
    vterm_set_utf8(pty->vterm, 1);
    vterm_output_set_callback(pty->vterm, on_answer, pty);
    pty->screen = vterm_obtain_screen(pty->vterm);
    vterm_screen_enable_altscreen(pty->screen, 1);
    vterm_screen_reset(pty->screen, 1);
    return pty;
}

void
pty_free(Pty *pty)
{
    if (!pty->ended) {
        kill(pty->pid, SIGKILL);
        kill(pty->pid, SIGCONT);
        waitpid(pty->pid, NULL, 0);
    }
    close(pty->fd);
    vterm_free(pty->vterm);
    g_byte_array_unref(pty->bytes);
    if (pty->own_home)
        test_directory_remove(pty->home);
    g_free(pty->home);
    g_free(pty);
}

pid_t
pty_pid(const Pty *pty)
{
    return pty->pid;
}

const char *
pty_home(const Pty *pty)
{
    return pty->home;
}

gsize
pty_pump(Pty *pty, int ms)
{
    struct pollfd poller = { .fd = pty->fd, .events = POLLIN };
    char buffer[65536];
    gsize total = 0;

    if (poll(&poller, 1, ms) <= 0)
        return 0;
    for (;;) {
        const gssize n = read(pty->fd, buffer, sizeof buffer);
        if (n <= 0)
            return total; /* EIO: the program has closed its side */
        g_byte_array_append(pty->bytes, (const guint8 *)buffer, n);
        vterm_input_write(pty->vterm, buffer, n);
        total += n;
    }
}

void
pty_send(Pty *pty, const char *keys)
{
    gsize left = strlen(keys);
    while (left > 0) {
        const gssize n = write(pty->fd, keys, left);
        if (n > 0) {
            keys += n;
            left -= n;
        } else if (errno == EAGAIN) {
            pty_pump(pty, 10); /* the program may be waiting for us to read */
        } else {
            g_error("typing: %s", g_strerror(errno));
        }
    }
}

void
pty_resize(Pty *pty, int rows, int columns)
{
    const struct winsize size = { .ws_row = rows, .ws_col = columns };
    pty->rows = rows;
    pty->columns = columns;
    vterm_set_size(pty->vterm, rows, columns);
    g_assert_cmpint(ioctl(pty->fd, TIOCSWINSZ, &size), ==, 0);
}

static void
append_cell(GString *text, const VTermScreenCell *cell)
{
    if (cell->chars[0] == 0)
        g_string_append_c(text, ' ');
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++) {
        if (cell->chars[i] != (uint32_t)-1) /* the second half of a wide character */
            g_string_append_unichar(text, cell->chars[i]);
    }
}

char *
pty_row(const Pty *pty, int row)
{
    GString *text = g_string_new(NULL);
    for (int column = 0; column < pty->columns;) {
        VTermScreenCell cell;
        vterm_screen_get_cell(pty->screen, (VTermPos){ row, column }, &cell);
        append_cell(text, &cell);
        column += MAX(cell.width, 1);
    }
    while (text->len > 0 && text->str[text->len - 1] == ' ')
        g_string_truncate(text, text->len - 1);
    return g_string_free(text, FALSE);
}

char *
pty_screen(const Pty *pty)
{
    GString *text = g_string_new(NULL);
    for (int row = 0; row < pty->rows; row++) {
        g_autofree char *line = pty_row(pty, row);
        g_string_append_printf(text, "%s\n", line);
    }
    return g_string_free(text, FALSE);
}

void
pty_cursor(const Pty *pty, int *row, int *column)
{
    VTermPos position;
    vterm_state_get_cursorpos(vterm_obtain_state(pty->vterm), &position);
    *row = position.row;
    *column = position.col;
}

static int
colour_index(const VTermColor *colour)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
        return -1;
    return VTERM_COLOR_IS_INDEXED(colour) ? colour->indexed.idx : -2;
}

PtyCell
pty_cell(const Pty *pty, int row, int column)
{
    VTermScreenCell cell;
    g_autoptr(GString) text = g_string_new(NULL);

    vterm_screen_get_cell(pty->screen, (VTermPos){ row, column }, &cell);
    append_cell(text, &cell);
    PtyCell result = {
        .width = cell.width,
        .bold = cell.attrs.bold,
        .underline = cell.attrs.underline != 0,
        .reverse = cell.attrs.reverse,
        .foreground = colour_index(&cell.fg),
        .background = colour_index(&cell.bg),
    };
    g_strlcpy(result.text, text->str, sizeof result.text);
    return result;
}

bool
pty_shows(const Pty *pty, const char *text)
{
    for (int row = 0; row < pty->rows; row++) {
        g_autofree char *line = pty_row(pty, row);
        if (strstr(line, text) != NULL)
            return true;
    }
    return false;
}

static bool
matches(const Pty *pty, GRegex *regex)
{
    for (int row = 0; row < pty->rows; row++) {
        g_autofree char *line = pty_row(pty, row);
        if (g_regex_match(regex, line, 0, NULL))
            return true;
    }
    return false;
}

/* One more look at the terminal; past the deadline the test ends with the screen. */
static void
wait_more(Pty *pty, gint64 deadline, const char *what, const char *text)
{
    const bool had_ended = pty->ended;
    if (pty_pump(pty, 50) > 0)
        return;
    /* Its last words are looked at once more after its end. */
    if (g_get_monotonic_time() < deadline && (!pty_has_ended(pty) || !had_ended))
        return;
    g_autofree char *screen = pty_screen(pty);
    g_error("%s “%s”%s; the screen:\n%s", what, text, pty->ended ? " (the program has ended)" : "", screen);
}

static gint64
deadline_from_now(void)
{
    return g_get_monotonic_time() + PTY_TIMEOUT * G_TIME_SPAN_MILLISECOND;
}

/* Whether it has read its input and sleeps. */
static bool
is_waiting(const Pty *pty)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int) pty->pid);
    g_autofree char *text = NULL;
    const int slave = open(ptsname(pty->fd), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int unread = 0;
    if (slave < 0)
        return true; /* it has ended */
    const bool is_known = ioctl(slave, FIONREAD, &unread) == 0;
    close(slave);
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return true;
    const char *state = strrchr(text, ')'); /* behind its name */
    return is_known && unread == 0 && state != NULL && strlen(state) > 2 && state[2] == 'S';
}

void
pty_settle(Pty *pty)
{
    const gint64 deadline = deadline_from_now();
    for (bool is_settled = false; !is_settled;) {
        const bool was_waiting = is_waiting(pty);
        is_settled = pty_pump(pty, 30) == 0 && was_waiting;
        if (g_get_monotonic_time() > deadline)
            g_error("it does not come to rest");
    }
}

void
pty_wait_text(Pty *pty, const char *text)
{
    const gint64 deadline = deadline_from_now();
    while (!pty_shows(pty, text))
        wait_more(pty, deadline, "not shown:", text);
}

void
pty_wait_gone(Pty *pty, const char *text)
{
    const gint64 deadline = deadline_from_now();
    while (pty_shows(pty, text))
        wait_more(pty, deadline, "still shown:", text);
}

void
pty_wait_match(Pty *pty, const char *pattern)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    const gint64 deadline = deadline_from_now();
    g_assert_nonnull(regex);
    while (!matches(pty, regex))
        wait_more(pty, deadline, "no row matches", pattern);
}

gint64
pty_send_and_wait(Pty *pty, const char *keys, const char *text)
{
    const gint64 before = g_get_monotonic_time();
    pty_send(pty, keys);
    pty_wait_text(pty, text);
    return g_get_monotonic_time() - before;
}

const GByteArray *
pty_bytes(const Pty *pty)
{
    return pty->bytes;
}

bool
pty_has_ended(Pty *pty)
{
    if (!pty->ended && waitpid(pty->pid, &pty->status, WNOHANG) == pty->pid) {
        pty->ended = true;
        pty_pump(pty, 0);
    }
    return pty->ended;
}

int
pty_wait_exit(Pty *pty)
{
    const gint64 deadline = deadline_from_now();
    while (!pty_has_ended(pty)) {
        if (g_get_monotonic_time() > deadline) {
            g_autofree char *screen = pty_screen(pty);
            g_error("still running; the screen:\n%s", screen);
        }
        pty_pump(pty, 50);
    }
    return WIFEXITED(pty->status) ? WEXITSTATUS(pty->status) : 128 + WTERMSIG(pty->status);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <glib-unix.h>
#include <term.h>
/* What these headers define would get in the way of ours. */
#undef columns
#undef lines
#undef save_cursor

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"

enum {
    READ_SIZE = 4096,
    DRAIN_TIMEOUT = 500, /* ms a slow terminal gets to take the last bytes before it is lent or given back */
    RESTORE_SIZE = 256,
};

struct Term {
    TermHandler handler;
    gpointer data;
    TermCaps caps;
    char *enter, *leave; /* alternate screen and what goes with it */
    int fd;              /* of our own where possible, so that O_NONBLOCK is not the shell's problem */
    bool own_fd;
    bool started, gone;
    struct termios before;
    GString *output;
    gsize written; /* bytes of `output` that are out already */
    guint input_source, output_source, signal_source;
};

/* Signal handlers can only reach statics: a pipe to wake the loop, and what puts the terminal right
 * after a crash. */
static int signal_pipe[2] = { -1, -1 };
static char restore_bytes[RESTORE_SIZE];
static volatile sig_atomic_t restore_length;
static int restore_fd = -1;
static struct termios restore_modes;

static const int loop_signals[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT };
static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };

static void
on_signal(int number)
{
    const int saved = errno;
    const char byte = (char) number;
    /* A full pipe already wakes the loop. */
    if (write(signal_pipe[1], &byte, 1) < 0) {}
    errno = saved;
}

static void
on_crash(int number)
{
    if (restore_length > 0) {
        if (write(restore_fd, restore_bytes, (size_t) restore_length) < 0) {}
        tcsetattr(restore_fd, TCSANOW, &restore_modes);
    }
    raise(number); /* SA_RESETHAND: the default action now */
}

static void
handle_signal(int number, void (*handler)(int), int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void
handle_crashes(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(crash_signals); i++) {
        struct sigaction current;
        /* A sanitizer's handler has more to say than ours. */
        if (sigaction(crash_signals[i], NULL, &current) == 0 && current.sa_handler == SIG_DFL)
            handle_signal(crash_signals[i], on_crash, SA_RESETHAND | SA_NODEFER);
    }
}

/* --- terminfo --- */

static bool
has_string(const char *name)
{
    const char *value = tigetstr(name);
    return value && value != (const char *) -1;
}

/* A capability without its padding ("$<5>"), which no terminal of today needs. */
static char *
get_string(const char *name)
{
    GString *text = g_string_new(NULL);
    for (const char *at = has_string(name) ? tigetstr(name) : ""; *at; at++) {
        if (at[0] == '$' && at[1] == '<' && strchr(at, '>'))
            at = strchr(at, '>');
        else
            g_string_append_c(text, *at);
    }
    return g_string_free(text, FALSE);
}

static bool
read_caps(Term *term, GError **error)
{
    int result = 0;
    const char *name = g_getenv("TERM");
    if (setupterm(NULL, STDOUT_FILENO, &result) != OK) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("the terminal “%s” is not known: set TERM, for example to xterm-256color"), name ? name : "");
        return false;
    }
    g_autofree char *cup = get_string("cup");
    if (!g_str_has_prefix(cup, "\033[")) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("the terminal “%s” cannot place its cursor: use confab run, or set TERM"), name ? name : "");
        return false;
    }
    term->caps = (TermCaps) {
        .erase_line = has_string("el"),
        .erase_characters = has_string("ech"),
        .scroll_region = has_string("csr") && has_string("ri"),
        .save_cursor = has_string("sc") && has_string("rc"),
        .colour_erase = tigetflag("bce") > 0,
        .no_wrap = has_string("rmam") && has_string("smam"),
        .dim = has_string("dim"),
        .italic = has_string("sitm"),
        .colours = colour_depth(tigetnum("colors"), g_getenv("COLORTERM"), g_getenv("NO_COLOR")),
    };
    g_autofree char *smcup = get_string("smcup");
    g_autofree char *rmcup = get_string("rmcup");
    g_autofree char *rmam = get_string("rmam");
    g_autofree char *smam = get_string("smam");
    term->enter = g_strconcat(smcup, term->caps.no_wrap ? rmam : "", "\033[?2004h\033[?1004h", NULL);
    term->leave = g_strconcat("\033[?1004l\033[?2004l", term->caps.no_wrap ? smam : "", "\033[r\033[m",
                              *rmcup ? rmcup : "\033[999H\n", NULL);
    return true;
}

/* --- bytes --- */

static void
report_gone(Term *term)
{
    if (term->gone)
        return;
    term->gone = true;
    g_clear_handle_id(&term->input_source, g_source_remove);
    g_clear_handle_id(&term->output_source, g_source_remove);
    g_string_truncate(term->output, 0);
    term->written = 0;
    restore_length = 0;
    term->handler.ended(SIGHUP, term->data);
}

static gboolean
on_readable(gint fd, GIOCondition condition, gpointer data)
{
    Term *term = data;
    char bytes[READ_SIZE];
    const ssize_t count = read(fd, bytes, sizeof bytes);
    if (count > 0) {
        term->handler.input(bytes, (gsize) count, term->data);
        return G_SOURCE_CONTINUE;
    }
    if (count < 0 && (errno == EAGAIN || errno == EINTR))
        return G_SOURCE_CONTINUE;
    /* The end of a terminal must end the program: else it would spin here for ever. */
    term->input_source = 0;
    report_gone(term);
    return G_SOURCE_REMOVE;
}

/* True when everything is out. */
static bool
write_some(Term *term)
{
    while (term->written < term->output->len) {
        struct pollfd ready = { .fd = term->fd, .events = POLLOUT };
        if (!term->own_fd && poll(&ready, 1, 0) <= 0)
            return false;
        const gsize rest = term->output->len - term->written;
        const ssize_t count = write(term->fd, term->output->str + term->written, term->own_fd ? rest : MIN(rest, 512));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return false;
        if (count < 0) {
            report_gone(term);
            return true;
        }
        term->written += (gsize) count;
    }
    g_string_truncate(term->output, 0);
    term->written = 0;
    return true;
}

static gboolean
on_writable(gint fd, GIOCondition condition, gpointer data)
{
    Term *term = data;
    if (!write_some(term))
        return G_SOURCE_CONTINUE;
    term->output_source = 0;
    if (!term->gone)
        term->handler.drained(term->data);
    return G_SOURCE_REMOVE;
}

void
term_flush(Term *term)
{
    if (term->gone || !term->started || term->output_source || write_some(term))
        return;
    term->output_source =
        g_unix_fd_add_full(G_PRIORITY_DEFAULT, term->fd, G_IO_OUT | G_IO_ERR, on_writable, term, NULL);
}

/* For the few places where the terminal must have everything before the next step. */
static void
write_all(Term *term)
{
    const gint64 deadline = g_get_monotonic_time() + DRAIN_TIMEOUT * 1000;
    while (!term->gone && !write_some(term)) {
        struct pollfd ready = { .fd = term->fd, .events = POLLOUT };
        const gint64 left = (deadline - g_get_monotonic_time()) / 1000;
        if (left <= 0 || poll(&ready, 1, (int) left) <= 0)
            break;
    }
    g_string_truncate(term->output, 0);
    term->written = 0;
    g_clear_handle_id(&term->output_source, g_source_remove);
}

bool
term_is_draining(const Term *term)
{
    return term->output_source != 0;
}

GString *
term_output(Term *term)
{
    return term->output;
}

/* --- signals --- */

static gboolean
on_signal_pipe(gint fd, GIOCondition condition, gpointer data)
{
    Term *term = data;
    char numbers[64];
    const ssize_t count = read(fd, numbers, sizeof numbers);
    bool resized = false, continued = false;
    for (ssize_t i = 0; i < count; i++) {
        if (numbers[i] == SIGWINCH)
            resized = true;
        else if (numbers[i] == SIGCONT)
            continued = true;
        else if (numbers[i] == SIGTSTP)
            term_suspend(term);
        else if (numbers[i] != SIGQUIT && (numbers[i] != SIGINT || term->started)) /* meant for who has the terminal */
            term->handler.ended(numbers[i], term->data);
    }
    if (continued && term->started) {
        term->started = false;
        term_start(term);
        term->handler.lost(term->data);
    }
    if (resized)
        term->handler.resized(term->data);
    return G_SOURCE_CONTINUE;
}

static bool
watch_signals(Term *term, GError **error)
{
    if (!g_unix_open_pipe(signal_pipe, FD_CLOEXEC, error))
        return false;
    g_unix_set_fd_nonblocking(signal_pipe[0], TRUE, NULL);
    g_unix_set_fd_nonblocking(signal_pipe[1], TRUE, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(loop_signals); i++)
        handle_signal(loop_signals[i], on_signal, SA_RESTART);
    term->signal_source = g_unix_fd_add_full(G_PRIORITY_HIGH, signal_pipe[0], G_IO_IN, on_signal_pipe, term, NULL);
    return true;
}

static void
unwatch_signals(Term *term)
{
    if (!term->signal_source)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(loop_signals); i++)
        handle_signal(loop_signals[i], SIG_DFL, 0);
    g_clear_handle_id(&term->signal_source, g_source_remove);
    close(signal_pipe[0]);
    close(signal_pipe[1]);
}

void
term_suspend(Term *term)
{
    const bool was_started = term->started;
    if (was_started)
        term_stop(term);
    handle_signal(SIGCONT, SIG_DFL, 0);
    handle_signal(SIGTSTP, SIG_DFL, 0);
    kill(0, SIGTSTP);
    handle_signal(SIGTSTP, on_signal, SA_RESTART);
    handle_signal(SIGCONT, on_signal, SA_RESTART);
    if (!was_started)
        return;
    term_start(term);
    term->handler.lost(term->data);
    term->handler.resized(term->data);
}

/* --- life --- */

static int
open_own(void)
{
    const char *name = ttyname(STDIN_FILENO);
    return name ? open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) : -1;
}

Term *
term_open(const TermHandler *handler, gpointer data, GError **error)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        g_set_error_literal(
            error, CONFAB_ERROR, ERROR_USAGE,
            _("standard input and output are not a terminal: use confab run, confab send or confab ctl in scripts"));
        return NULL;
    }
    g_autoptr(Term) term = g_new0(Term, 1);
    term->handler = *handler;
    term->data = data;
    term->output = g_string_sized_new(READ_SIZE);
    term->fd = open_own();
    term->own_fd = term->fd >= 0;
    if (!term->own_fd)
        term->fd = STDIN_FILENO;
    if (!read_caps(term, error) || !watch_signals(term, error))
        return NULL;
    handle_crashes();
    return g_steal_pointer(&term);
}

void
term_close(Term *term)
{
    if (!term)
        return;
    if (term->started)
        term_stop(term);
    unwatch_signals(term);
    if (term->own_fd)
        close(term->fd);
    g_string_free(term->output, TRUE);
    g_free(term->enter);
    g_free(term->leave);
    g_free(term);
}

const TermCaps *
term_caps(const Term *term)
{
    return &term->caps;
}

void
term_size(const Term *term, int *rows, int *columns)
{
    struct winsize size;
    *rows = 24;
    *columns = 80;
    if (ioctl(term->fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return;
    *rows = size.ws_row;
    *columns = size.ws_col;
}

bool
term_is_started(const Term *term)
{
    return term->started;
}

void
term_start(Term *term)
{
    if (term->started || term->gone)
        return;
    if (tcgetattr(term->fd, &term->before) != 0) {
        report_gone(term);
        return;
    }
    struct termios raw = term->before;
    raw.c_iflag &= ~(tcflag_t) (BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON | PARMRK);
    raw.c_oflag &= ~(tcflag_t) OPOST;
    raw.c_lflag &= ~(tcflag_t) (ECHO | ECHONL | ICANON | IEXTEN | ISIG);
    raw.c_cflag |= CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    /* TCSANOW, not TCSADRAIN, which waits for a terminal that may be stopped. */
    tcsetattr(term->fd, TCSANOW, &raw);
    term->started = true;
    restore_modes = term->before;
    restore_fd = term->fd;
    restore_length =
        (sig_atomic_t) MIN(g_strlcpy(restore_bytes, term->leave, sizeof restore_bytes), sizeof restore_bytes - 1);
    g_string_truncate(term->output, 0);
    term->written = 0;
    g_string_append(term->output, term->enter);
    /* Keys come before everything the network brings. */
    term->input_source =
        g_unix_fd_add_full(G_PRIORITY_HIGH, term->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, term, NULL);
    term_flush(term);
}

void
term_stop(Term *term)
{
    if (!term->started)
        return;
    g_clear_handle_id(&term->input_source, g_source_remove);
    g_string_append(term->output, term->leave);
    write_all(term);
    restore_length = 0;
    if (!term->gone)
        tcsetattr(term->fd, TCSANOW, &term->before);
    term->started = false;
}

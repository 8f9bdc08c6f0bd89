/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/ctl.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/asking.h"
#include "cli/front.h"

enum {
    READ_MAX = 64 * 1024,
    LINE_MAX_BYTES = 4 * 1024 * 1024,
};

typedef struct Ctl {
    const CliCtl *options;
    Asking asking;
    GString *input; /* of standard input, not yet asked */
    guint next_operand;
    guint watch; /* of standard input */
    bool input_ended;
    bool waits; /* for an answer */
} Ctl;

static void ask_next(Ctl *ctl);

/* --- answers --- */

static void
on_result(const RpcResult *result, const GError *error, gpointer data)
{
    Ctl *ctl = data;
    ctl->waits = false;
    if (error != NULL) {
        asking_fail(&ctl->asking, error);
        return;
    }
    g_auto(GStrv) lines = rpc_result_texts(result, "text");
    for (char **line = lines; *line != NULL; line++)
        line_writer_put(ctl->asking.out, *line);
    const int code = rpc_result_int(result, "code");
    const char *words = rpc_result_text(result, "error");
    if (code == 0) {
        ask_next(ctl);
        return;
    }
    front_report("", words != NULL ? words : "?");
    asking_end(&ctl->asking, code);
}

/* JSON for programs: they see everything, the exit code tells of the first failure. */
static void
on_line(const char *line, int code, gpointer data)
{
    Ctl *ctl = data;
    line_writer_put(ctl->asking.out, line);
    if (ctl->asking.code == 0)
        ctl->asking.code = code;
}

static void
on_ended(gpointer data)
{
    Ctl *ctl = data;
    if (ctl->options->json && ctl->input_ended)
        asking_end(&ctl->asking, ctl->asking.code);
    else
        asking_fail_gone(&ctl->asking);
}

/* --- questions --- */

static void
ask(Ctl *ctl, const char *line)
{
    const char *const *accounts = ctl->options->accounts;
    if (ctl->options->json) {
        rpc_client_send(ctl->asking.instance, line);
        return;
    }
    ctl->waits = true;
    rpc_client_call(ctl->asking.instance, on_result, ctl, "command", "line", line, "account",
                    accounts != NULL ? accounts[0] : NULL, ".text", "true", NULL);
}

/* The next line that is there; NULL: none yet. The caller frees. */
static char *
take_line(Ctl *ctl)
{
    const char *const *operands = ctl->options->operands;
    if (operands != NULL) {
        ctl->input_ended = operands[ctl->next_operand] == NULL;
        return ctl->input_ended ? NULL : g_strdup(operands[ctl->next_operand++]);
    }
    const char *feed = memchr(ctl->input->str, '\n', ctl->input->len);
    if (feed == NULL && (!ctl->input_ended || ctl->input->len == 0))
        return NULL;
    const gsize length = feed != NULL ? (gsize) (feed - ctl->input->str) : ctl->input->len;
    char *line = g_strndup(ctl->input->str, length);
    g_string_erase(ctl->input, 0, (gssize) (feed != NULL ? length + 1 : length));
    return line;
}

static bool
check_line(const Ctl *ctl, const char *line, GError **error)
{
    if (g_utf8_validate(line, -1, NULL) && strchr(line, '\n') == NULL)
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("a request is one line of UTF-8: write several of them"));
    return false;
}

/* As many as may be under way: one, or all of them in JSON. */
static void
ask_next(Ctl *ctl)
{
    g_autoptr(GError) error = NULL;
    while (!ctl->waits && !ctl->asking.ending) {
        g_autofree char *line = take_line(ctl);
        if (line == NULL)
            break;
        if (!check_line(ctl, line, &error)) {
            asking_fail(&ctl->asking, error);
            return;
        }
        if (line[strspn(line, " \t\r")] != '\0')
            ask(ctl, line);
    }
    if (!ctl->input_ended || ctl->waits || ctl->asking.ending || ctl->input->len > 0)
        return;
    if (ctl->options->json)
        rpc_client_close(ctl->asking.instance);
    else
        asking_end(&ctl->asking, 0);
}

static gboolean
on_input(gint fd, GIOCondition condition, gpointer data)
{
    Ctl *ctl = data;
    char bytes[READ_MAX];
    const gssize count = read(fd, bytes, sizeof bytes);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    g_string_append_len(ctl->input, bytes, MAX(count, 0));
    ctl->input_ended = count <= 0 || ctl->input->len > LINE_MAX_BYTES;
    if (ctl->input_ended)
        ctl->watch = 0;
    ask_next(ctl);
    return ctl->input_ended ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/* --- the run --- */

static gboolean
on_start(gpointer data)
{
    Ctl *ctl = data;
    if (ctl->options->operands == NULL)
        ctl->watch = g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, ctl);
    else
        ask_next(ctl);
    return G_SOURCE_REMOVE;
}

int
cli_ctl(const CliCtl *options)
{
    static const RpcClientHandler asker = { .ended = on_ended };
    static const RpcClientHandler printer = { .line = on_line, .ended = on_ended };
    g_autoptr(GError) error = NULL;
    Ctl ctl = { .options = options, .input = g_string_new(NULL) };
    const bool runs = asking_open(&ctl.asking, options->paths, options->json ? &printer : &asker, &ctl, &error);
    const int code = runs ? asking_run(&ctl.asking, on_start, &ctl) : front_code(error);
    if (!runs)
        front_report("", error->message);
    g_clear_handle_id(&ctl.watch, g_source_remove);
    asking_close(&ctl.asking);
    g_string_free(ctl.input, TRUE);
    return code;
}

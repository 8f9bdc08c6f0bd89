/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking into the program and what it talks to. */
#include "base/error.h"
#include "base/i18n.h"
#include "command/tables.h"

enum { LOG_LINES = 20 }; /* unless another number is asked for */

/* --- log --- */

/* NULL and an error: there is none here. */
static Log *
require_log(const CommandCall *call, GError **error)
{
    Log *log = client_log(command_call_client(call));
    if (log == NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                    _("/log: this program keeps no log: start confab, or “confab run”"));
    return log;
}

static bool
cmd_log(CommandCall *call, const Args *args, GError **error)
{
    const Log *log = require_log(call, error);
    g_autoptr(GPtrArray) lines =
        log != NULL ? log_tail(log, (guint) args_int(args, "lines", LOG_LINES), error) : NULL;
    for (guint i = 0; lines != NULL && i < lines->len; i++)
        command_call_print(call, "%s", (const char *) lines->pdata[i]);
    return lines != NULL;
}

static bool
cmd_log_level(CommandCall *call, const Args *args, GError **error)
{
    static const char *const words[] = {
        [LOG_LEVEL_WARNING] = "warning",
        [LOG_LEVEL_INFO] = "info",
        [LOG_LEVEL_DEBUG] = "debug",
    };
    Log *log = require_log(call, error);
    const char *level = args_text(args, "level");
    if (log == NULL)
        return false;
    for (guint i = 0; level != NULL && i < G_N_ELEMENTS(words); i++) {
        if (g_str_equal(words[i], level))
            log_set_level(log, (LogLevel) i);
    }
    if (level == NULL)
        command_call_row(call, "level", words[log_level(log)], NULL);
    return true;
}

static bool
cmd_log_path(CommandCall *call, const Args *args, GError **error)
{
    const Log *log = require_log(call, error);
    if (log != NULL)
        command_call_row(call, "path", log_path(log), NULL);
    return log != NULL;
}

static const Command commands[] = {
    { .name = "log",
      .grammar = "[lines:int(1..1000)]",
      .help = N_("Show the newest lines of the log, 20 unless you say how many."),
      .run = cmd_log,
      .details = N_("The log is a file that only you can read (/log path). Passwords and the secrets of logins never get "
                    "into it; what others have sent stands there without control characters."),
      .example = "/log 50" },
    { .name = "log level",
      .grammar = "[level:warning|info|debug]",
      .help = N_("Write only what is at least so grave into the log from now on, or show what is written now."),
      .run = cmd_log_level,
      .details = N_("“info” is usual; “debug” is what --verbose asks for. It lasts until the program ends."),
      .example = "/log level debug" },
    { .name = "log path",
      .grammar = "",
      .help = N_("Show where the log is."),
      .run = cmd_log_path,
      .example = "/log path" },
    { 0 },
};

const CommandGroup tools_group = { "tools", N_("Looking into the program"), commands };

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log goes through GLib's structured logging: each file sets G_LOG_DOMAIN-like area by its first argument.
 * log_install() gives GLib a writer that appends to a file (0600), cleans remote text (I12) and redacts secrets;
 * before that, and when no file could be opened, warnings go to standard error. No global of ours holds the state. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Log Log;

/* Opens (appends, creates 0600) and installs the writer; `path` NULL: standard error only. Once per process. */
Log *log_install(const char *path, bool verbose, GError **error);
/* While a screen owns the terminal nothing may be written to standard error. */
void log_hold_stderr(Log *log, bool hold);

typedef enum { LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG } LogLevel;
/* What is less grave is not written, from now on. */
void log_set_level(Log *log, LogLevel level);
LogLevel log_level(const Log *log);
const char *log_path(const Log *log); /* NULL: standard error */
/* The newest lines of the file, the oldest of them first: char *, cleaned. NULL: it cannot be read. */
GPtrArray *log_tail(const Log *log, guint count, GError **error);

/* `area` is a short literal: "net", "xmpp", "core" … */
void log_debug(const char *area, const char *format, ...) G_GNUC_PRINTF(2, 3);
void log_info(const char *area, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* About the state of the world, never about a bug (that is g_warning(), fatal in tests). */
void log_warning(const char *area, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A copy with the secrets of XML, headers and key files replaced by "…": the content of SASL elements, of
 * <password/> and <token/>, values after password=, token:, Authorization: … The writer does it to every line.
 * Caller frees. */
char *log_redact(const char *text);

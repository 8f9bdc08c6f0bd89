/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The confab of this build on pipes: "confab run …" as a script or a supervisor uses it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum { RUN_TIMEOUT = 60000 }; /* ms; a failing test waits this long */

/* A clean environment with these on top; and argv with the path of this build's confab where argv[0] is NULL or argv is
 * NULL. */
char **confab_environment(const char *home, const char *const *more);
char **confab_argv(const char *const *argv);

/* Writes HOME/.config/confab/accounts (0600). */
void confab_write_accounts(const char *home, const char *text);
/* One [name] section for user@localhost on 127.0.0.1:port with this CA and password; tls as in the accounts file, NULL:
 * default. */
char *confab_account(const char *user, guint16 port, const char *ca_file, const char *password, const char *tls);

typedef struct Run Run;

/* Starts with a fresh HOME (or `home`); `argv` without the program's name, NULL-terminated. */
Run *run_start(const char *home, const char *const *argv, const char *const *environment);
/* The same with another program. */
Run *run_start_program(const char *program, const char *home, const char *const *argv, const char *const *environment);
/* Kills what still runs. */
void run_free(Run *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)
pid_t run_pid(const Run *run);
const char *run_home(const Run *run);

/* Writes a line to its standard input; and its end. */
void run_type(Run *run, const char *line);
void run_type_end(Run *run);
/* The next line of standard output that matches, from where the last call stopped; the test fails with all output at
 * the deadline. The caller frees. */
char *run_wait_line(Run *run, const char *regex);
/* For tests with a main loop of their own: the next line that is there already, NULL: none. The caller frees. When there
 * may be more, run_output_fd() is readable. */
char *run_next_line(Run *run);
int run_output_fd(const Run *run);
/* After run_next_line() said NULL: there will be no more. */
bool run_has_ended(const Run *run);
/* Waits for the end: exit code, or 128 + signal. Afterwards all output is there. */
int run_wait_exit(Run *run);
/* All lines so far. */
const char *run_output(const Run *run);
const char *run_errors(const Run *run);

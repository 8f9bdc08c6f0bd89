/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/dry_run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/front.h"
#include "command/script_check.h"
#include "rpc/event_json.h"

typedef struct DryRun {
    const CliOptions *options;
    int code; /* of the first fault */
} DryRun;

static void
on_fault(const char *position, const GError *error, gpointer data)
{
    DryRun *run = data;
    if (run->code == 0)
        run->code = front_code(error);
    if (!run->options->json) {
        front_report(position, error->message);
        return;
    }
    g_autoptr(GError) placed = g_error_copy(error);
    if (*position != '\0')
        g_prefix_error(&placed, "%s: ", position);
    g_autofree char *line = error_to_json(placed);
    puts(line);
}

static void
check_sources(const CliOptions *options, ScriptCheck *check)
{
    guint count = 0;
    g_autofree char *rc = g_build_filename(options->paths->config, "rc", NULL);
    if (g_file_test(rc, G_FILE_TEST_EXISTS))
        script_check_add_file(check, rc);
    for (const char *const *line = options->execute; line != NULL && *line != NULL; line++)
        script_check_add(check, script_source_new_line("-e", *line, count++));
    for (const char *const *file = options->files; file != NULL && *file != NULL; file++) {
        if (strcmp(*file, "-") == 0)
            script_check_add(check, script_source_new_fd("stdin", STDIN_FILENO));
        else
            script_check_add_file(check, *file);
    }
    if (options->files == NULL && options->execute == NULL)
        script_check_add(check, script_source_new_fd("stdin", STDIN_FILENO));
}

int
cli_dry_run(const CliOptions *options)
{
    DryRun run = { .options = options };
    g_autofree char *aliases = g_build_filename(options->paths->config, "aliases", NULL);
    g_autoptr(ScriptCheck) check = script_check_new(aliases, options->groups, on_fault, &run);
    check_sources(options, check);
    return run.code;
}

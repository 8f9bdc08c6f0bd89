/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/bot.h"

/* Debian's: the packages are for no other. */
#define PYTHON "/usr/bin/python3"

typedef struct BotKind {
    const char *script;
    const char *package;
    const char *import;
} BotKind;

static bool
is_installed(const BotKind *kind)
{
    const char *const argv[] = { PYTHON, "-c", kind->import, NULL };
    int status = -1;
    return g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                        NULL, NULL, &status, NULL)
           && g_spawn_check_wait_status(status, NULL);
}

static Run *
start(const BotKind *kind, const Server *server, const TestAccount *account, const char *const *options)
{
    if (!test_has(is_installed(kind), kind->package))
        return NULL;
    g_autofree char *script = g_build_filename(g_getenv("G_TEST_SRCDIR"), "support", kind->script, NULL);
    g_autofree char *port = g_strdup_printf("%u", server_port(server));
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, script);
    g_ptr_array_add(argv, port);
    g_ptr_array_add(argv, (gpointer)server_ca_file(server));
    g_ptr_array_add(argv, (gpointer)account->user);
    g_ptr_array_add(argv, (gpointer)account->password);
    for (; options != NULL && *options != NULL; options++)
        g_ptr_array_add(argv, (gpointer)*options);
    g_ptr_array_add(argv, NULL);
    Run *bot = run_start_program(PYTHON, NULL, (const char *const *)argv->pdata, NULL);
    g_autofree char *online = run_wait_line(bot, "\"event\":\"online\"");
    return bot;
}

Run *
otr_bot_start(const Server *server, const TestAccount *account, const char *const *options)
{
    static const BotKind kind = { "otr_bot.py", "python3-potr", "import potr" };
    return start(&kind, server, account, options);
}

Run *
room_bot_start(const Server *server, const TestAccount *account, const char *const *options)
{
    static const BotKind kind = { "room_bot.py", "python3-slixmpp", "import slixmpp" };
    return start(&kind, server, account, options);
}

char *
bot_quote(const char *text)
{
    GString *quoted = g_string_new(NULL);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            g_string_append_printf(quoted, "\\%c", *text);
        else if (*text == '\n')
            g_string_append(quoted, "\\n");
        else if (*text == '\t')
            g_string_append(quoted, "\\t");
        else if ((guchar)*text < ' ')
            g_string_append_printf(quoted, "\\u%04x", (guint)*text);
        else
            g_string_append_c(quoted, *text);
    }
    return g_string_free(quoted, FALSE);
}

static void
say(Run *bot, const char *command, va_list pairs)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "{\"do\":\"%s\"", command);
    for (const char *key; (key = va_arg(pairs, const char *)) != NULL;) {
        g_autofree char *value = bot_quote(va_arg(pairs, const char *));
        g_string_append_printf(line, ",\"%s\":\"%s\"", key, value);
    }
    g_string_append_c(line, '}');
    run_type(bot, line->str);
}

void
bot_do(Run *bot, const char *command, ...)
{
    va_list pairs;
    va_start(pairs, command);
    say(bot, command, pairs);
    va_end(pairs);
}

void
room_bot_do(Run *bot, const char *command, ...)
{
    va_list pairs;
    va_start(pairs, command);
    say(bot, command, pairs);
    va_end(pairs);
    g_autofree char *pattern = g_strdup_printf("\"event\":\"done\",\"do\":\"%s\"", command);
    g_autofree char *line = run_wait_line(bot, pattern);
    if (strstr(line, "\"error\":null") == NULL)
        g_error("%s", line);
}

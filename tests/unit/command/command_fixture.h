/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client with two accounts on streams without a network, a registry, and a front-end that writes down what it is
 * given. */
#pragma once

#include "command/registry.h"
#include "core/client.h"
#include "core/session.h"

typedef struct CommandFixture {
    char *directory;
    Paths *paths;
    SecretSources *secrets;
    Client *client;
    Registry *registry;
    guint64 conversation;  /* the current one */
    GString *printed;      /* lines, each ended by \n */
    int hang;              /* of the line printed last */
    GString *errors;       /* of OUTPUT_ERROR */
    GString *sent;         /* what the streams sent */
    char *quit;            /* the words of /quit; NULL: not said */
    guint calls;           /* lines that finished */
    GError *error;         /* of the last one */
    GPtrArray *rows;       /* of the last one: "key=value key=value" */
    char *line;            /* of the last one: command_call_line() */
} CommandFixture;

/* `accounts`: the file; NULL: "work" and "home". */
void command_fixture_set_up(CommandFixture *fixture, const char *accounts, bool is_terminal);
void command_fixture_tear_down(CommandFixture *fixture);
/* The registry goes before its time. */
void command_fixture_drop_registry(CommandFixture *fixture);

/* Binds the account's stream, as after a login, with an empty roster unless one is given (roster items as XML). */
void command_fixture_connect(CommandFixture *fixture, const char *account, const char *roster);
/* Starts connecting only. */
void command_fixture_begin(CommandFixture *fixture, const char *account);
/* … and ends that. */
void command_fixture_bind(CommandFixture *fixture, const char *account, const char *roster);
void command_fixture_feed(CommandFixture *fixture, const char *account, const char *xml);

/* Starts a line; its end is noted in the fixture. */
void command_fixture_start(CommandFixture *fixture, const char *line);
/* … and waits for its end. NULL: it worked; else "CODE MESSAGE", borrowed until the next. */
const char *command_fixture_run(CommandFixture *fixture, const char *line);
/* Runs the loop until the condition holds; the test fails when it does not within 5 s. */
#define command_fixture_until(condition)                        \
    do {                                                        \
        const gint64 deadline = g_get_monotonic_time() + 5000000; \
        while (!(condition)) {                                  \
            g_assert_cmpint(g_get_monotonic_time(), <, deadline); \
            command_fixture_turn();                             \
        }                                                       \
    } while (0)
/* Waits for one turn of the loop, 10 ms at most. */
void command_fixture_turn(void);
/* Until nothing is left to do at once. */
void command_fixture_settle(void);

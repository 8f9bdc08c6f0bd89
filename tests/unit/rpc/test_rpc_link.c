/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over a socket: whole, in order, bounded, and never waiting for the other side. */
#include "rpc/rpc_link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DEADLINE = 60 }; /* s */

typedef struct Fixture {
    RpcLink *link;
    int far;          /* the other side */
    GString *heard;   /* lines, each ended by | */
    guint lines;
    gsize longest;
    bool closed, ended;
    RpcLinkEnd why;
    guint free_after; /* lines; 0: never */
    guint pause_after;
} Fixture;

static void
on_line(const char *line, gsize length, gpointer data)
{
    Fixture *fixture = data;
    fixture->lines++;
    fixture->longest = MAX(fixture->longest, length);
    if (length < 100) {
        g_string_append_len(fixture->heard, line, (gssize) length);
        g_string_append_c(fixture->heard, '|');
    }
    if (fixture->lines == fixture->pause_after)
        rpc_link_pause(fixture->link, true);
    if (fixture->lines == fixture->free_after)
        g_clear_pointer(&fixture->link, rpc_link_free);
}

static void
on_closed(gpointer data)
{
    ((Fixture *) data)->closed = true;
}

static void
on_ended(RpcLinkEnd why, gpointer data)
{
    Fixture *fixture = data;
    g_assert_false(fixture->ended);
    fixture->ended = true;
    fixture->why = why;
}

static void
setup(Fixture *fixture, gconstpointer data)
{
    static const RpcLinkHandler handler = { .line = on_line, .closed = on_closed, .ended = on_ended };
    int sockets[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), ==, 0);
    fixture->far = sockets[1];
    fixture->heard = g_string_new(NULL);
    fixture->link = rpc_link_new(sockets[0], sockets[0], &handler, fixture);
}

static void
teardown(Fixture *fixture, gconstpointer data)
{
    rpc_link_free(fixture->link);
    if (fixture->far >= 0)
        close(fixture->far);
    g_string_free(fixture->heard, TRUE);
}

static gboolean
on_too_late(gpointer what)
{
    g_error("waited too long for: %s", (const char *) what);
    return G_SOURCE_REMOVE;
}

#define wait_until(condition)                                                                                          \
    do {                                                                                                               \
        const guint too_late_ = g_timeout_add_seconds(DEADLINE, on_too_late, (gpointer) #condition);                   \
        while (!(condition))                                                                                           \
            g_main_context_iteration(NULL, TRUE);                                                                      \
        g_source_remove(too_late_);                                                                                    \
    } while (0)

static void
turn(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

/* Writes all of it, while the link reads. */
static void
write_far(const Fixture *fixture, const char *bytes, gsize length)
{
    while (length > 0) {
        const gssize count = send(fixture->far, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        g_assert_true(count >= 0 || errno == EAGAIN);
        bytes += MAX(count, 0);
        length -= (gsize) MAX(count, 0);
        turn();
    }
}

static void
say_far(const Fixture *fixture, const char *text)
{
    write_far(fixture, text, strlen(text));
}

static void
test_lines(Fixture *fixture, gconstpointer data)
{
    say_far(fixture, "one\ntw");
    wait_until(fixture->lines == 1);
    g_assert_cmpstr(fixture->heard->str, ==, "one|");
    say_far(fixture, "o\r\n\n\tthree\n");
    wait_until(fixture->lines == 4);
    g_assert_cmpstr(fixture->heard->str, ==, "one|two||\tthree|");
    for (int i = 0; i < 200; i++)
        say_far(fixture, "x\n");
    wait_until(fixture->lines == 204);
    rpc_link_send(fixture->link, "answer", -1);
    rpc_link_send(fixture->link, "another", 3);
    char bytes[32] = "";
    wait_until(recv(fixture->far, bytes, sizeof bytes - 1, MSG_DONTWAIT | MSG_PEEK) == 11);
    g_assert_cmpstr(bytes, ==, "answer\nano\n");
}

/* I9 */
static void
test_long_lines(Fixture *fixture, gconstpointer data)
{
    g_autofree char *piece = g_strnfill(64 * 1024, 'x');
    for (int i = 0; i < 60; i++)
        say_far(fixture, piece);
    say_far(fixture, "\n");
    wait_until(fixture->lines == 1);
    g_assert_cmpuint(fixture->longest, ==, 60 * 64 * 1024);
    while (!fixture->ended) {
        send(fixture->far, piece, 64 * 1024, MSG_DONTWAIT | MSG_NOSIGNAL);
        turn();
    }
    g_assert_cmpint(fixture->why, ==, RPC_LINK_TOO_LONG);
    g_assert_cmpuint(fixture->lines, ==, 1);
}

/* I9: nobody waits for one who does not read; what it was told meanwhile is bounded. */
static void
test_slow_reader(Fixture *fixture, gconstpointer data)
{
    g_autofree char *piece = g_strnfill(100 * 1000, 'x');
    guint sent = 0;
    while (!fixture->ended && sent < 1000) {
        rpc_link_send(fixture->link, piece, -1);
        sent++;
        g_assert_cmpuint(rpc_link_queued(fixture->link), <=, RPC_LINK_QUEUE_MAX + 100 * 1000 + 1);
        turn();
    }
    g_assert_true(fixture->ended);
    g_assert_cmpint(fixture->why, ==, RPC_LINK_TOO_SLOW);
    g_assert_cmpuint(sent, >, 100);
    rpc_link_send(fixture->link, "nothing", -1); /* harmless */
}

static void
test_all_is_taken(Fixture *fixture, gconstpointer data)
{
    g_autofree char *piece = g_strnfill(1000 * 1000, 'x');
    g_autofree char *bytes = g_malloc(100 * 1000);
    gsize taken = 0;
    for (int i = 0; i < 10; i++)
        rpc_link_send(fixture->link, piece, -1);
    while (taken < 10 * 1000 * 1000 + 10) {
        const gssize count = recv(fixture->far, bytes, 100 * 1000, MSG_DONTWAIT);
        taken += (gsize) MAX(count, 0);
        turn();
    }
    g_assert_cmpuint(rpc_link_queued(fixture->link), ==, 0);
}

/* "printf … | socat": it has said all it wants and waits for the answers. */
static void
test_half_closed(Fixture *fixture, gconstpointer data)
{
    say_far(fixture, "question\nhalf of a");
    g_assert_cmpint(shutdown(fixture->far, SHUT_WR), ==, 0);
    wait_until(fixture->closed);
    g_assert_cmpstr(fixture->heard->str, ==, "question|");
    g_assert_false(fixture->ended);
    rpc_link_send(fixture->link, "answer", -1);
    char bytes[8] = "";
    g_assert_cmpint(recv(fixture->far, bytes, 7, 0), ==, 7);
    g_assert_cmpstr(bytes, ==, "answer\n");
    close(fixture->far);
    fixture->far = -1;
    wait_until(fixture->ended);
    g_assert_cmpint(fixture->why, ==, RPC_LINK_CLOSED);
}

static void
test_gone(Fixture *fixture, gconstpointer data)
{
    close(fixture->far);
    fixture->far = -1;
    wait_until(fixture->ended);
    g_assert_cmpint(fixture->why, ==, RPC_LINK_CLOSED);
    rpc_link_send(fixture->link, "to nobody", -1);
    turn();
}

static void
test_freed_inside(Fixture *fixture, gconstpointer data)
{
    fixture->free_after = 2;
    say_far(fixture, "a\nb\nc\nd\n");
    wait_until(fixture->link == NULL);
    turn();
    g_assert_cmpuint(fixture->lines, ==, 2);
    char byte;
    g_assert_cmpint(recv(fixture->far, &byte, 1, 0), <=, 0);
}

static void
test_pause(Fixture *fixture, gconstpointer data)
{
    fixture->pause_after = 2;
    say_far(fixture, "a\nb\nc\nd\n");
    wait_until(fixture->lines == 2);
    turn();
    g_assert_cmpuint(fixture->lines, ==, 2);
    rpc_link_pause(fixture->link, false);
    wait_until(fixture->lines == 4);
    g_assert_cmpstr(fixture->heard->str, ==, "a|b|c|d|");
}

static void
test_flush(Fixture *fixture, gconstpointer data)
{
    g_autofree char *piece = g_strnfill(1000 * 1000, 'x');
    g_autofree char *bytes = g_malloc(100 * 1000);
    gsize taken = 0;
    rpc_link_send(fixture->link, piece, -1);
    rpc_link_flush(g_steal_pointer(&fixture->link), 10000);
    for (gssize count = 1; count != 0;) {
        count = recv(fixture->far, bytes, 100 * 1000, MSG_DONTWAIT);
        taken += (gsize) MAX(count, 0);
        turn();
    }
    g_assert_cmpuint(taken, ==, 1000 * 1000 + 1);
    g_assert_false(fixture->ended);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, function) g_test_add("/rpc/link/" name, Fixture, NULL, setup, function, teardown)
    TEST("lines", test_lines);
    TEST("long-lines", test_long_lines);
    TEST("slow-reader", test_slow_reader);
    TEST("all-is-taken", test_all_is_taken);
    TEST("half-closed", test_half_closed);
    TEST("gone", test_gone);
    TEST("freed-inside", test_freed_inside);
    TEST("pause", test_pause);
    TEST("flush", test_flush);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What scripts see of an account that is online. */
#include "base/error.h"
#include "command/caller.h"
#include "typist.h"

typedef struct Fixture {
    Flow *flow;
    Peer *me;
    Typist *typist;
    Caller *caller; /* looks back */
    int code;       /* of its last line; -1: under way */
} Fixture;

static void
setup(Fixture *fixture, gconstpointer data)
{
    fixture->flow = flow_new(FLOW_ONE_ACCOUNT);
    fixture->me = flow_peer(fixture->flow, "work");
    fixture->typist = typist_new(fixture->flow);
    fixture->caller = caller_new(typist_registry(fixture->typist));
    caller_keep_events(fixture->caller);
    login_with_roster(fixture->me, "<item jid='bob@example.org' name='Bob' subscription='both'/>", "1");
    flow_turn();
}

static void
teardown(Fixture *fixture, gconstpointer data)
{
    caller_free(fixture->caller);
    typist_free(fixture->typist);
    flow_free(fixture->flow);
}

static void
on_finished(const CommandCall *call, const GError *error, gpointer code)
{
    *(int *) code = error == NULL ? 0 : error->code;
}

static bool
is_finished(gpointer data)
{
    return ((const Fixture *) data)->code >= 0;
}

/* A line of the caller, to its end; returns its code. */
static int
give(Fixture *fixture, const char *line)
{
    fixture->code = -1;
    caller_execute(fixture->caller, line, NULL, on_finished, &fixture->code);
    flow_wait(is_finished, fixture);
    return fixture->code;
}

/* The way of a message, state by state. */
static void
test_waits_for_delivery(Fixture *fixture, gconstpointer data)
{
    g_autofree char *id = g_strdup(say(fixture->me, "bob@example.org", "hi")->id);
    g_assert_cmpint(give(fixture, "/wait delivery state received with bob@example.org timeout 0"), ==, ERROR_FAILED);
    acknowledge(fixture->me);
    feed(fixture->me,
         "<message from='bob@example.org/a' type='chat'><received xmlns='urn:xmpp:receipts' id='%s'/></message>", id);
    flow_settle(fixture->flow);
    g_assert_cmpint(give(fixture, "/wait delivery state received with carol@example.org timeout 0"), ==, ERROR_FAILED);
    g_assert_cmpint(give(fixture, "/wait delivery state received with bob@example.org timeout 0"), ==, 0);
}

/* An invitation is from who invites, with the room; both can be asked for. */
static void
test_waits_for_invitations(Fixture *fixture, gconstpointer data)
{
    feed(fixture->me, "<message from='dev@rooms.example.org'><x xmlns='http://jabber.org/protocol/muc#user'>"
                      "<invite from='bob@example.org/a'><reason>come in</reason></invite></x></message>");
    flow_settle(fixture->flow);
    g_assert_cmpint(give(fixture, "/wait invitation state declined timeout 0"), ==, ERROR_FAILED);
    g_assert_cmpint(give(fixture, "/wait invitation from carol@example.org timeout 0"), ==, ERROR_FAILED);
    g_assert_cmpint(give(fixture, "/wait invitation from bob@example.org with dev@rooms.example.org state invited "
                                  "matching \"come in\" timeout 0"),
                    ==, 0);
}

/* The states of a connection come one after the other. */
static void
test_waits_for_states(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpint(give(fixture, "/on work /wait connection state online timeout 0"), ==, 0);
    cut(fixture->me);
    g_assert_cmpint(give(fixture, "/on work /wait connection state offline timeout 5"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/flow/scripts/" path, Fixture, NULL, setup, test, teardown)
    ADD("waits-for-delivery", test_waits_for_delivery);
    ADD("waits-for-invitations", test_waits_for_invitations);
    ADD("waits-for-states", test_waits_for_states);
    return g_test_run();
}

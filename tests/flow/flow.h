/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The core on fake streams: what a server says is fed, what the client sends and what its model publishes is asserted.
 * There is no network, no terminal and no sleeping.
 *
 *     Flow *flow = flow_new(FLOW_ONE_ACCOUNT);
 *     Peer *me = flow_peer(flow, "work");           // the server's side of the account
 *     login(me);
 *     feed(me, "<message from='bob@example.org/a' type='chat'><body>hi</body></message>");
 *     assert_event(flow, "message in bob@example.org/a hi");
 *     assert_sent(me, "<message *<body>hello</body>*");
 *
 * Patterns are globs: * is anything, ? one character. */
#pragma once

#include "core/client.h"
#include "core/contacts.h"
#include "core/core_private.h"
#include "core/outgoing.h"
#include "core/own_presence.h"
#include "core/session.h"

#define FLOW_ONE_ACCOUNT "[work]\njid = me@example.org\npassword = secret\n"
#define FLOW_TWO_ACCOUNTS FLOW_ONE_ACCOUNT "[home]\njid = me@example.com\npassword = secret\n"

typedef struct Flow Flow;

/* One account with its fake server. */
typedef struct Peer {
    Flow *flow;
    Session *session;
    XmppStream *stream;
    Account *account;
    Roster *roster;
    GPtrArray *sent; /* char*: not yet asserted */
    const char *features; /* what the account says it has (<feature/>s), whenever it is asked; NULL: nothing */
    const char *bookmarks; /* its items (XML) of urn:xmpp:bookmarks:1; NULL: none; nothing is in private storage */
    bool hides_bookmarks;  /* … the server fails when it is asked */
    bool is_slow;         /* … it does not answer these until flow_answer() */
    guint answering;      /* … from an idle source */
    GPtrArray *questions; /* Question* */
} Peer;

struct Flow {
    char *directory;
    Paths *paths;
    SecretSources *secrets;
    Client *client;
    GPtrArray *peers;  /* Peer* */
    GPtrArray *events; /* char*: not yet asserted */
    bool quiet;        /* events are not written down: volume tests */
    guint counted;     /* events since the start */
    guint noticed;     /* ErrorCode of the last notice that had one */
};

/* A client on a new profile with this accounts file; pauses of the core take a thousandth of their time. */
Flow *flow_new(const char *accounts);
/* The same with a config file, and the accounts of --account. */
Flow *flow_new_with(const char *accounts, const char *config, const char *const *wanted);
void flow_free(Flow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Flow, flow_free)
/* Ends the client and starts another one on the same files. */
void flow_restart(Flow *flow);
Peer *flow_peer(Flow *flow, const char *account);

/* Runs the loop until the condition holds; fails after 10 s. */
typedef bool (*FlowCondition)(gpointer data);
void flow_wait(FlowCondition condition, gpointer data);
/* Runs what is due now. */
void flow_turn(void);
/* The same, with what waits for the disk. */
void flow_settle(Flow *flow);
/* Waits until the client tries to connect; then it is before the login, and nothing was sent but the stream's head. */
void wait_connecting(Peer *peer);
void wait_offline(Peer *peer);

/* session_connect(), binds as JID/desk, and answers the question for the roster with `items` (XML; NULL: that the
 * cached one is current). What is sent on the way is not kept for assert_sent(). */
void login(Peer *peer);
void login_with_roster(Peer *peer, const char *items, const char *version);
/* Binds a stream that is connecting, as login() does; returns the id of the question for the roster. */
char *bind_session(Peer *peer);

/* What the server says. `format` is printf's. */
void feed(Peer *peer, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The server drops the connection. */
void cut(Peer *peer);
/* The server has processed all that was sent. */
void acknowledge(Peer *peer);

/* The next thing sent (pings of the client's own left out) matches. */
void assert_sent(Peer *peer, const char *pattern);
/* … and its id, to answer it. */
char *assert_sent_id(Peer *peer, const char *pattern);
void assert_nothing_sent(Peer *peer);
/* One of the events not asserted yet matches; those before it are forgotten. Events, by account where there are two:
 *   state online|offline…[: reason]  own dnd  notice info|warning|error|alarm CODE: text  added|changed|removed NAME
 * roster SIZE presence NAME away  subscribe|subscribed… JID: words  conversation JID  message in|out FROM BODY
 * encryption JID INTENT STATE TRUST|-[: reason]  smp JID STATE[: question]  key JID FINGERPRINT TRUST[ alarm]
 * room JID STATE[ CAUSE][: reason]  topic JID: words  info JID: name  occupants JID N  code JID N
 * occupant NICK joined|is ROLE AFFILIATION  occupant NICK CAUSE[ by NICK][: reason]  occupant NICK was NICK
 * shown TEXT
 * invited|declined ROOM by JID: reason  reaction|retraction BODY by NICK
 * SENT-STATE BODY[: reason] unread JID N  typing JID on|off */
void assert_event(Flow *flow, const char *pattern);
/* … or will soon: of what takes a program its time. */
void wait_event(Flow *flow, const char *pattern);
/* None of the events not asserted yet matches. */
void assert_no_event(Flow *flow, const char *pattern);
void forget_events(Flow *flow);

Jid *make_jid(const char *text);
/* Answers what the account was asked so far, and was not answered. */
void flow_answer(Peer *peer);

/* Asserts that it is there. */
Contact *find_contact(Peer *peer, const char *jid);
Conversation *find_conversation(Peer *peer, const char *jid);
Conversation *ensure_conversation(Peer *peer, const char *jid);
/* outgoing_send() that must work. */
Message *say(Peer *peer, const char *jid, const char *body);

/* A CoreDone that writes down how it went: "ok" or the error's message; data is a char **, NULL before. */
void keep_outcome(const GError *error, gpointer outcome);
void wait_outcome(char **outcome);

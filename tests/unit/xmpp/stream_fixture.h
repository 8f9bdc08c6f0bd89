/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stream without a network: what it sends is kept as XML, what it publishes as one line of text
 * an event. */
#pragma once

#include "xmpp/stream.h"

typedef struct StreamFixture {
    Bus *bus;
    XmppStream *stream;
    GPtrArray *sent;   /* char* */
    GPtrArray *events; /* char*, "message from=… body=…" */
    char *taken_sent, *taken_event;
    void (*on_event)(const XmppEvent *event, gpointer data); /* a test may look itself */
    gpointer data;
} StreamFixture;

/* Not connected. */
void fixture_init(StreamFixture *fixture);
/* romeo@montague.example/orchard is online; nothing of that is left in `sent` and `events`. */
void fixture_init_online(StreamFixture *fixture);
void fixture_clear(StreamFixture *fixture);
/* Feeds one element; it must be accepted. */
void fixture_feed(StreamFixture *fixture, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Runs the loop until nothing is due any more. */
void fixture_turn(void);
/* Runs the loop until `count` events or sent elements are there, or fails after ten seconds. */
void fixture_wait_events(StreamFixture *fixture, guint count);
void fixture_wait_sent(StreamFixture *fixture, guint count);
/* The next one that was sent, taken out; "" when there is none. Valid until the next call that
 * takes. */
const char *fixture_sent(StreamFixture *fixture);
const char *fixture_event(StreamFixture *fixture);
/* Forgets what was sent and published so far. */
void fixture_forget(StreamFixture *fixture);
/* The value of the first such attribute in XML text as this fixture keeps it; NULL when there is
 * none. Caller frees. */
char *fixture_attribute(const char *xml, const char *name);

#define assert_no_event(fixture) g_assert_cmpstr(fixture_event(fixture), ==, "")
#define assert_nothing_sent(fixture) g_assert_cmpstr(fixture_sent(fixture), ==, "")
#define assert_has(text, part) \
    do { \
        const char *assert_text_ = (text); \
        if (!strstr(assert_text_, (part))) \
            g_error("%s:%d: no \"%s\" in \"%s\"", __FILE__, __LINE__, (part), assert_text_); \
    } while (0)

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "net/preamble.h"

#define HEADER                                                                                                         \
    "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "       \
    "from='example.org' id='x' version='1.0'>"
#define TLS   "urn:ietf:params:xml:ns:xmpp-tls"
#define OFFER HEADER "<stream:features><starttls xmlns='" TLS "'><required/></starttls></stream:features>"

/* Feeds in pieces of `piece` bytes; stops at the first step that is not MORE. */
static PreambleStep
feed(Preamble *preamble, const char *text, gsize piece)
{
    PreambleStep step = PREAMBLE_MORE;
    for (gsize left = strlen(text); left > 0 && step == PREAMBLE_MORE;) {
        const gsize count = MIN(piece, left);
        step = preamble_feed(preamble, text, count);
        text += count;
        left -= count;
    }
    return step;
}

static void
test_offered(void)
{
    static const gsize pieces[] = { 1, 2, 3, 7, 64, 100000 };
    static const char *const offers[] = {
        OFFER,
        /* other features around it, in any order, with other prefixes */
        "<x:stream xmlns='jabber:client' xmlns:x='http://etherx.jabber.org/streams' "
        "version='1.0'><x:features><mechanisms "
        "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms><t:starttls xmlns:t='" TLS
        "'/></x:features>",
        HEADER "\n  <stream:features>\n<starttls xmlns='" TLS "'/>\n</stream:features>",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(offers); i++)
        for (gsize k = 0; k < G_N_ELEMENTS(pieces); k++) {
            g_autoptr(Preamble) preamble = preamble_new("example.org");
            g_assert_cmpint(feed(preamble, offers[i], pieces[k]), ==, PREAMBLE_OFFERED);
            g_assert_cmpint(feed(preamble, "\n<proceed xmlns='" TLS "'/>", pieces[k]), ==, PREAMBLE_PROCEED);
            g_assert_null(preamble_error(preamble));
        }
}

/* I2: an answer before the question, and one followed by clear text. */
static void
test_injected(void)
{
    g_autoptr(Preamble) early = preamble_new("example.org");
    g_assert_cmpint(feed(early, OFFER "<proceed xmlns='" TLS "'/><message/>", 100000), ==, PREAMBLE_OFFERED);
    g_assert_cmpint(feed(early, "<proceed xmlns='" TLS "'/><stream:features><<<", 100000), ==, PREAMBLE_PROCEED);
    g_autoptr(Preamble) unasked = preamble_new("example.org");
    g_assert_cmpint(feed(unasked, HEADER "<proceed xmlns='" TLS "'/>", 1), ==, PREAMBLE_FAILED);
}

static void
test_header(void)
{
    g_autoptr(Preamble) preamble = preamble_new("bücher.example");
    g_assert_nonnull(strstr(preamble_header(preamble), " to='bücher.example' "));
    g_autoptr(Preamble) hostile = preamble_new("a'><x/>");
    g_assert_null(strstr(preamble_header(hostile), "<x/>"));
}

static void
test_not_offered(void)
{
    static const char *const texts[] = {
        HEADER "<stream:features/>",
        HEADER "<stream:features><mechanisms "
               "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>"
               "</stream:features>",
        HEADER "<stream:features><starttls/></stream:features>",                        /* no namespace of its own */
        HEADER "<stream:features><a><starttls xmlns='" TLS "'/></a></stream:features>", /* too deep */
        HEADER "<features><starttls xmlns='" TLS "'/></features><stream:features/>",    /* not the stream's features */
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", /* before XMPP 1.0 */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(Preamble) preamble = preamble_new("example.org");
        g_assert_cmpint(feed(preamble, texts[i], 1), ==, PREAMBLE_NOT_OFFERED);
        g_assert_cmpint(preamble_error(preamble)->code, ==, ERROR_PROTOCOL);
    }
}

static void
test_failed(void)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak XMPP" },
        { "\x15\x03\x01\x00\x02", "does not speak XMPP" },
        { "<stream xmlns='jabber:client'>", "does not speak XMPP" },
        { "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
          "does not speak" },
        { "<!DOCTYPE x [<!ENTITY a 'b'>]>" HEADER, "does not speak" }, /* I7 */
        { HEADER "<?php x?>", "does not speak" },
        { HEADER "<!-- x -->", "does not speak" },
        { HEADER "<stream:features>&a;</stream:features>", "does not speak" },
        { HEADER "</stream:stream>", "closed the stream" },
        { HEADER "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text "
                 "xmlns='urn:ietf:params:xml:ns:xmpp-streams'>not here&#27;[2J\nx</text></stream:error>",
          "(host-unknown): not here" },
        { HEADER
          "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>evil.example</see-other-host>"
          "</stream:error>",
          "see-other-host" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Preamble) preamble = preamble_new("example.org");
        g_assert_cmpint(feed(preamble, cases[i].text, 1), ==, PREAMBLE_FAILED);
        const char *message = preamble_error(preamble)->message;
        if (!strstr(message, cases[i].says))
            g_error("“%s” does not say “%s”", message, cases[i].says);
        g_assert_null(strchr(message, '\033')); /* I12 */
        g_assert_null(strchr(message, '\n'));
        g_assert_null(strstr(message, "evil.example"));
        g_assert_cmpint(preamble_feed(preamble, "<", 1), ==, PREAMBLE_FAILED);
    }
    g_autoptr(Preamble) refused = preamble_new("example.org");
    g_assert_cmpint(feed(refused, OFFER, 1), ==, PREAMBLE_OFFERED);
    g_assert_cmpint(feed(refused, "<failure xmlns='" TLS "'/>", 1), ==, PREAMBLE_FAILED);
    g_autoptr(Preamble) foreign = preamble_new("example.org");
    g_assert_cmpint(feed(foreign, OFFER, 1), ==, PREAMBLE_OFFERED);
    g_assert_cmpint(feed(foreign, "<proceed xmlns='jabber:client'/>", 1), ==, PREAMBLE_MORE);
}

/* I9: whatever a server floods with before TLS, it ends. */
static void
test_bounded(void)
{
    static const char *const floods[] = { "<a>", "<a/>", " ", "<a xmlns:b='c'>", "x" };
    for (gsize i = 0; i < G_N_ELEMENTS(floods); i++) {
        g_autoptr(Preamble) preamble = preamble_new("example.org");
        g_assert_cmpint(feed(preamble, HEADER, 1000), ==, PREAMBLE_MORE);
        gsize fed = 0;
        while (feed(preamble, floods[i], 1000) == PREAMBLE_MORE) {
            fed += strlen(floods[i]);
            g_assert_cmpuint(fed, <, PREAMBLE_BYTES + 1);
        }
        g_assert_cmpint(preamble_feed(preamble, "x", 1), ==, PREAMBLE_FAILED);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/preamble/offered-in-any-split", test_offered);
    g_test_add_func("/net/preamble/injected-bytes-are-dropped", test_injected);
    g_test_add_func("/net/preamble/header-is-escaped", test_header);
    g_test_add_func("/net/preamble/not-offered", test_not_offered);
    g_test_add_func("/net/preamble/failed-in-words", test_failed);
    g_test_add_func("/net/preamble/bounded", test_bounded);
    return g_test_run();
}

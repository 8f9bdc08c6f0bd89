/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever a server sends: elements, one a line, to a stream that negotiates ("n"), is online, or is
 * online with a session that can be resumed ("s": cut off, it hears everything again while it
 * connects, and the session goes on if it can) by the first byte; "$" stands for the id that was sent last, so that requests can be answered. What
 * comes out is valid, what is sent is well-formed, requests end once, and the guard's verdict does
 * not depend on how bytes arrive. */
#include <stdint.h>
#include <string.h>

#include "../support/fuzz.h"
#include "xmpp/iq.h"
#include "xmpp/presence.h"
#include "xmpp/stream.h"
#include "xmpp/stream_parts.h"
#include "xmpp/xep/caps.h"
#include "xmpp/xep/version.h"
#include "xmpp/xml_guard.h"

typedef struct Run {
    XmppStream *stream;
    guint ended; /* requests */
    guint closed;
    char *id; /* sent last */
} Run;

static const char resumable[] = "<enabled xmlns='urn:xmpp:sm:3' id='s1' resume='true' max='600'/>";

static void
check_text(const char *text)
{
    g_assert_true(!text || g_utf8_validate(text, -1, NULL));
}

static void
check_error(const XmppStanzaError *error)
{
    if (!error)
        return;
    g_assert_nonnull(error->condition);
    check_text(error->condition);
    check_text(error->text);
    g_autofree char *words = stanza_error_words(error);
    g_assert_null(strpbrk(words, "\n\r\x1b\x07")); /* I12 */
}

/* I9: each once, and not too many. */
static void
check_codes(const MucCodes *codes)
{
    g_assert_cmpuint(codes->count, <=, MUC_CODES_MAX);
    for (guint i = 0; i < codes->count; i++) {
        for (guint j = 0; j < i; j++)
            g_assert_cmpuint(codes->codes[j], !=, codes->codes[i]);
    }
}

static void
check_muc(const MucPresence *muc)
{
    if (!muc)
        return;
    check_codes(&muc->codes);
    g_assert_true(muc->has_item || muc->role == MUC_ROLE_NONE);
    g_assert_true(muc->is_destroyed || (!muc->alternate && !muc->alternate_password));
    check_text(muc->nick);
    check_text(muc->actor);
    check_text(muc->reason);
}

/* I14: only a room, which has no resource, speaks for a room. */
static void
check_invite(const XmppMessage *message)
{
    const MucInvite *invite = message->invite;
    if (!invite)
        return;
    g_assert_true(message->from && message->type != XMPP_MESSAGE_GROUPCHAT && message->type != XMPP_MESSAGE_ERROR);
    g_assert_true(jid_is_bare(invite->room) && jid_local(invite->room));
    if (invite->kind == MUC_INVITE_DIRECT)
        g_assert_true(jid_equal(invite->from, message->from));
    else
        g_assert_true(jid_equal(invite->room, message->from));
    check_text(invite->reason);
    check_text(invite->password);
}

static void
check_message(const XmppMessage *message)
{
    check_codes(&message->muc_codes);
    check_invite(message);
    g_assert_true(!message->voice_request || jid_is_bare(message->from));
    g_assert_nonnull(message->to);
    g_assert_cmpint(message->type, <=, XMPP_MESSAGE_ERROR);
    g_assert_true((message->type == XMPP_MESSAGE_ERROR) == (message->error != NULL));
    check_text(message->id);
    check_text(message->body);
    check_text(message->subject);
    check_text(message->thread);
    check_text(message->origin_id);
    check_error(message->error);
    g_assert_cmpint(message->delay, >=, 0);
    for (guint i = 0; message->stanza_ids && i < message->stanza_ids->len; i++) {
        const XmppStanzaId *id = message->stanza_ids->pdata[i];
        g_assert_true(*id->id && id->by);
    }
}

static void
check_item(const XmppRosterItem *item)
{
    g_assert_true(jid_is_bare(item->jid));
    check_text(item->name);
    for (char **group = item->groups; group && *group; group++)
        check_text(*group);
}

static void
on_event(gconstpointer data, gpointer user)
{
    const XmppEvent *event = data;
    Run *run = user;

    g_assert_true(event->stream == run->stream);
    switch (event->type) {
    case XMPP_EVENT_MESSAGE:
        check_message(event->message);
        break;
    case XMPP_EVENT_PRESENCE:
        g_assert_nonnull(event->presence->from);
        check_text(event->presence->status);
        check_muc(event->presence->muc);
        g_assert_cmpint(event->presence->priority, >=, -128);
        g_assert_cmpint(event->presence->priority, <=, 127);
        check_error(event->presence->error);
        break;
    case XMPP_EVENT_SUBSCRIPTION:
        g_assert_true(jid_is_bare(event->subscription.from));
        check_text(event->subscription.status);
        break;
    case XMPP_EVENT_ROSTER:
        for (guint i = 0; i < event->roster.items->len; i++)
            check_item(event->roster.items->pdata[i]);
        break;
    case XMPP_EVENT_ROSTER_ITEM:
        check_item(event->roster_item.item);
        break;
    case XMPP_EVENT_BOUND:
        g_assert_true(jid_equal_bare(event->bound.jid, stream_own_bare(run->stream)));
        break;
    case XMPP_EVENT_CLOSED:
        g_assert_true(event->closed.error != NULL || event->closed.reason == XMPP_CLOSE_USER);
        run->closed++;
        break;
    default:
        break;
    }
}

/* Everything but the stream's own tags must be an element that could be fed back. */
static void
on_sent(XmppStream *stream, const char *xml, gpointer data)
{
    Run *run = data;

    if (g_str_has_prefix(xml, "<stream:") || g_str_has_prefix(xml, "</stream:"))
        return;
    xmpp_stanza_t *element = xmpp_stanza_new_from_string(stream_ctx(stream), xml);
    g_assert_nonnull(element);
    if (xmpp_stanza_get_id(element)) {
        g_free(run->id);
        run->id = g_strdup(xmpp_stanza_get_id(element));
    }
    xmpp_stanza_release(element);
}

static void
on_ended(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
         const GError *error, gpointer data)
{
    Run *run = data;

    g_assert_true((answer != NULL) != (error != NULL));
    check_error(detail);
    if (answer)
        g_free(version_words(answer));
    run->ended++;
}

/* Bytes at once, and one by one. */
static void
check_guard(const char *bytes, gsize length)
{
    XmlGuard whole, pieces;

    xml_guard_init(&whole, 10000);
    xml_guard_init(&pieces, 10000);
    xml_guard_feed(&whole, bytes, length);
    for (gsize i = 0; i < length && pieces.verdict == XML_GUARD_OK; i++)
        xml_guard_feed(&pieces, bytes + i, 1);
    /* a NUL anywhere in a piece condemns the piece before the rest of it is read */
    if (!memchr(bytes, '\0', length)) {
        g_assert_cmpint(whole.verdict, ==, pieces.verdict);
        g_assert_cmpint(xml_guard_is_between(&whole), ==, xml_guard_is_between(&pieces));
    }
}

static void
feed_lines(Run *run, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", 100);

    for (char **line = lines; *line; line++) {
        g_auto(GStrv) parts = g_strsplit(*line, "$", 4);
        g_autofree char *xml = g_strjoinv(run->id ? run->id : "", parts);
        stream_feed(run->stream, xml);
    }
}

static void
resume(Run *run, const XmppStreamConfig *config, const char *text)
{
    XmppResumeState state;

    stream_feed_close(run->stream, NULL);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    stream_connect(run->stream, config);
    feed_lines(run, text);
    const bool possible = stream_phase(run->stream) == XMPP_PHASE_OPENING
                          && stream_resume_state(run->stream, &state);
    if (possible)
        g_assert_true(stream_feed_resumed(run->stream, state.sent));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(Jid) jid = jid_new("romeo@montague.example/orchard", NULL);
    const XmppStreamConfig config = { .jid = jid, .password = "x", .answer_version = true };
    Run run = { 0 };

    if (size == 0)
        return 0;
    Bus *bus = bus_new();
    check_guard((const char *) data, size);
    run.stream = stream_new(bus, &run);
    bus_subscribe(bus, on_event, &run);
    stream_set_sink(run.stream, on_sent, &run);
    stream_connect(run.stream, &config);
    const bool online = data[0] != 'n';
    if (online) {
        stream_feed_bound(run.stream, jid);
        presence_send(run.stream, NULL, PRESENCE_ONLINE, NULL, 0);
        iq_request(run.stream, NULL, iq_new(run.stream, "get", "query", "jabber:iq:version", NULL),
                   on_ended, &run);
    }
    g_autofree char *text = g_strndup((const char *) data + 1, size - 1);
    if (data[0] == 's')
        stream_feed_enabled(run.stream, resumable);
    feed_lines(&run, text);
    if (data[0] == 's')
        resume(&run, &config, text);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    stream_free(run.stream);
    g_assert_cmpuint(run.ended, ==, online);
    g_assert_cmpuint(run.closed, <=, data[0] == 's' ? 2 : 1);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    bus_free(bus);
    g_free(run.id);
    return 0;
}

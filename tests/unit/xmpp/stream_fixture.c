/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream_fixture.h"

#include <string.h>

#include "base/when.h"
#include "xmpp/xep/bookmark_xml.h"

static const char *const phases[] = { "offline", "resolving",      "connecting", "securing",
                                      "opening", "authenticating", "binding",    "online" };
static const char *const reasons[] = { "user",        "network", "server",
                                       "certificate", "auth",    "downgrade" };
static const char *const shows[] = { "offline", "dnd", "xa", "away", "online", "chat" };
static const char *const acts[] = { "subscribe", "subscribed", "unsubscribe", "unsubscribed" };
static const char *const types[] = { "normal", "chat", "groupchat", "headline", "error" };

static void
append(GString *text, const char *name, const char *value)
{
    if (value)
        g_string_append_printf(text, " %s=%s", name, value);
}

static void
append_message(GString *text, const XmppMessage *message)
{
    g_autofree char *delay = message->delay ? when_format(message->delay) : NULL;

    append(text, "from", message->from ? jid_text(message->from) : NULL);
    append(text, "to", message->to ? jid_text(message->to) : NULL);
    append(text, "type", types[message->type]);
    append(text, "id", message->id);
    append(text, "body", message->body);
    append(text, "subject", message->subject);
    append(text, "thread", message->thread);
    append(text, "origin", message->origin_id);
    append(text, "delay", delay);
    append(text, "delay-from", message->delay_from ? jid_text(message->delay_from) : NULL);
    if (message->chat_state)
        g_string_append_printf(text, " state=%d", message->chat_state);
    for (guint i = 0; message->stanza_ids && i < message->stanza_ids->len; i++) {
        const XmppStanzaId *id = message->stanza_ids->pdata[i];
        g_string_append_printf(text, " id-by=%s:%s", jid_text(id->by), id->id);
    }
    if (message->error)
        g_string_append_printf(text, " error=%s/%s",
                               message->error->type ? message->error->type : "?",
                               message->error->condition);
}

static void
append_presence(GString *text, const XmppPresence *presence)
{
    g_autofree char *delay = presence->delay ? when_format(presence->delay) : NULL;

    append(text, "from", jid_text(presence->from));
    append(text, "show", shows[presence->show]);
    append(text, "status", presence->status);
    g_string_append_printf(text, " priority=%d", presence->priority);
    append(text, "delay", delay);
    append(text, "caps", presence->caps_ver);
    append(text, "error", presence->error ? presence->error->condition : NULL);
}

static void
append_item(GString *text, const XmppRosterItem *item)
{
    g_string_append_printf(text, " %s/%d%s%s%s", jid_text(item->jid), item->subscription,
                           item->ask ? "/ask" : "", item->approved ? "/approved" : "",
                           item->remove ? "/remove" : "");
    append(text, "name", item->name);
    for (char **group = item->groups; group && *group; group++)
        append(text, "group", *group);
}

static void
append_bookmark(GString *text, const XmppBookmark *bookmark)
{
    static const char *const notify[] = { NULL, "always", "on-mention", "never" };

    g_string_append_printf(text, " %s%s", jid_text(bookmark->room), bookmark->autojoin ? " autojoin" : "");
    append(text, "name", bookmark->name);
    append(text, "nick", bookmark->nick);
    append(text, "password", bookmark->password);
    append(text, "notify", notify[bookmark->notify]);
}

static char *
describe(const XmppEvent *event)
{
    GString *text = g_string_new(NULL);

    switch (event->type) {
    case XMPP_EVENT_PHASE:
        g_string_append_printf(text, "phase %s", phases[event->phase.phase]);
        break;
    case XMPP_EVENT_BOUND:
        g_string_append_printf(text, "bound %s", jid_text(event->bound.jid));
        break;
    case XMPP_EVENT_RESUMED:
        g_string_append_printf(text, "resumed %s acknowledged=%u%s", jid_text(event->resumed.jid),
                               event->resumed.acknowledged,
                               event->resumed.restored ? " restored" : "");
        break;
    case XMPP_EVENT_RESUME_STATE:
        g_string_append(text, "resume-state");
        break;
    case XMPP_EVENT_ACK_WANTED:
        g_string_append_printf(text, "ack-wanted %u", event->ack_wanted.number);
        break;
    case XMPP_EVENT_CLOSED:
        g_string_append_printf(text, "closed %s%s", reasons[event->closed.reason],
                               event->closed.fatal ? " fatal" : "");
        append(text, "error", event->closed.error ? event->closed.error->message : NULL);
        append(text, "session", event->closed.resumable ? "resumable" : NULL);
        break;
    case XMPP_EVENT_MESSAGE:
        g_string_append(text, "message");
        append_message(text, event->message);
        break;
    case XMPP_EVENT_ACKNOWLEDGED:
        g_string_append_printf(text, "acknowledged %s", event->acknowledged.id);
        break;
    case XMPP_EVENT_PRESENCE:
        g_string_append(text, "presence");
        append_presence(text, event->presence);
        break;
    case XMPP_EVENT_SUBSCRIPTION:
        g_string_append_printf(text, "subscription %s from=%s", acts[event->subscription.act],
                               jid_text(event->subscription.from));
        append(text, "status", event->subscription.status);
        append(text, "nick", event->subscription.nick);
        break;
    case XMPP_EVENT_ROSTER:
        g_string_append_printf(text, "roster %u", event->roster.items->len);
        append(text, "ver", event->roster.ver);
        for (guint i = 0; i < event->roster.items->len && i < 10; i++)
            append_item(text, event->roster.items->pdata[i]);
        break;
    case XMPP_EVENT_ROSTER_CURRENT:
        g_string_append(text, "roster-current");
        break;
    case XMPP_EVENT_ROSTER_ITEM:
        g_string_append(text, "roster-item");
        append(text, "ver", event->roster_item.ver);
        append_item(text, event->roster_item.item);
        break;
    case XMPP_EVENT_FEATURES: {
        g_autofree char *all = g_strjoinv(",", (char **) event->features.features);
        g_string_append_printf(text, "features %s %s", jid_text(event->features.jid), all);
        append(text, "identity", event->features.identity);
        break;
    }
    case XMPP_EVENT_SASL:
        g_string_append_printf(text, "sasl %s%s", event->sasl.mechanism,
                               event->sasl.channel_binding ? " bound" : "");
        break;
    case XMPP_EVENT_FAST_TOKEN:
        g_string_append(text, "fast-token");
        append(text, "mechanism", event->fast_token.mechanism);
        append(text, "token", event->fast_token.token);
        break;
    case XMPP_EVENT_FAST_OFFER:
        g_string_append(text, "fast-offer");
        append(text, "offer", event->fast_offer.offer);
        break;
    case XMPP_EVENT_READ:
        g_string_append(text, "read");
        append(text, "with", jid_text(event->read.with));
        append(text, "id", event->read.archive_id);
        break;
    case XMPP_EVENT_BOOKMARKS:
        g_string_append(text, "bookmarks");
        for (guint i = 0; event->bookmarks.list && i < event->bookmarks.list->len; i++)
            append_bookmark(text, g_ptr_array_index(event->bookmarks.list, i));
        if (!event->bookmarks.list)
            g_string_append(text, " unknown");
        break;
    case XMPP_EVENT_BOOKMARK:
        g_string_append(text, event->bookmark.bookmark ? "bookmark" : "bookmark removed");
        if (event->bookmark.bookmark)
            append_bookmark(text, event->bookmark.bookmark);
        else
            g_string_append_printf(text, " %s", jid_text(event->bookmark.room));
        break;
    }
    return g_string_free(text, FALSE);
}

static void
on_event(gconstpointer data, gpointer user)
{
    StreamFixture *fixture = user;
    const XmppEvent *event = data;

    g_assert(event->owner == fixture);
    g_assert(event->stream == fixture->stream);
    g_ptr_array_add(fixture->events, describe(event));
    if (fixture->on_event)
        fixture->on_event(event, fixture->data);
}

static void
on_sent(XmppStream *stream, const char *xml, gpointer data)
{
    StreamFixture *fixture = data;

    g_ptr_array_add(fixture->sent, g_strdup(xml));
}

void
fixture_init(StreamFixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->bus = bus_new();
    fixture->sent = g_ptr_array_new_with_free_func(g_free);
    fixture->events = g_ptr_array_new_with_free_func(g_free);
    fixture->stream = stream_new(fixture->bus, fixture);
    bus_subscribe(fixture->bus, on_event, fixture);
    stream_set_sink(fixture->stream, on_sent, fixture);
}

void
fixture_forget(StreamFixture *fixture)
{
    g_ptr_array_set_size(fixture->sent, 0);
    g_ptr_array_set_size(fixture->events, 0);
}

void
fixture_init_online(StreamFixture *fixture)
{
    g_autoptr(Jid) bare = jid_new("romeo@montague.example", NULL);
    g_autoptr(Jid) full = jid_new("romeo@montague.example/orchard", NULL);
    const XmppStreamConfig config = { .jid = bare, .password = "r0m30myr0m30" };

    fixture_init(fixture);
    stream_connect(fixture->stream, &config);
    stream_feed_bound(fixture->stream, full);
    fixture_turn();
    fixture_forget(fixture);
}

void
fixture_clear(StreamFixture *fixture)
{
    g_clear_pointer(&fixture->stream, stream_free);
    fixture_turn();
    bus_free(fixture->bus);
    g_ptr_array_unref(fixture->sent);
    g_ptr_array_unref(fixture->events);
    g_free(fixture->taken_sent);
    g_free(fixture->taken_event);
}

void
fixture_feed(StreamFixture *fixture, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *xml = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_assert_true(stream_feed(fixture->stream, xml));
}

void
fixture_turn(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

static gboolean
on_too_late(gpointer data)
{
    g_error("waited too long");
    return G_SOURCE_REMOVE;
}

static void
wait_for(const GPtrArray *array, guint count)
{
    const guint deadline = g_timeout_add_seconds(60, on_too_late, NULL);

    while (array->len < count)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
}

void
fixture_wait_events(StreamFixture *fixture, guint count)
{
    wait_for(fixture->events, count);
}

void
fixture_wait_sent(StreamFixture *fixture, guint count)
{
    wait_for(fixture->sent, count);
}

static const char *
take_first(GPtrArray *array, char **taken)
{
    g_free(*taken);
    *taken = array->len ? g_ptr_array_steal_index(array, 0) : g_strdup("");
    return *taken;
}

const char *
fixture_sent(StreamFixture *fixture)
{
    return take_first(fixture->sent, &fixture->taken_sent);
}

const char *
fixture_event(StreamFixture *fixture)
{
    return take_first(fixture->events, &fixture->taken_event);
}

char *
fixture_attribute(const char *xml, const char *name)
{
    g_autofree char *start = g_strdup_printf(" %s=\"", name);
    const char *value = strstr(xml, start);

    if (!value)
        return NULL;
    value += strlen(start);
    return g_strndup(value, strcspn(value, "\""));
}

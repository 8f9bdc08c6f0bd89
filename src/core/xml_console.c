/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stanza may cross a stream inside of anything, a delivery of the model's bus included: it is written down at once,
 * and told from the loop. */
#include "core/xml_console.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/pattern.h"
#include "base/when.h"
#include "core/core_private.h"
#include "xmpp/stanza.h"
#include "xmpp/stanza_text.h"

enum {
    PENDING_MAX = 2000,               /* stanzas not told yet … */
    PENDING_BYTES = 4 * 1024 * 1024,  /* … and bytes of them (I9) */
    SHOWN_MAX = 64 * 1024,            /* bytes of one */
};

typedef struct Sighting {
    char *account;
    char *xml;
    gint64 time;
    bool outgoing;
} Sighting;

struct XmlConsole {
    Client *client;
    XmlFilter *filter;
    GQueue pending; /* Sighting* */
    gsize bytes;    /* of them */
    guint lost;     /* since the last one told */
    guint source;
    bool everywhere; /* accounts that are added later are looked at, too */
};

void
xml_filter_free(XmlFilter *filter)
{
    if (filter == NULL)
        return;
    g_free(filter->element);
    g_free(filter->ns);
    g_clear_pointer(&filter->from, jid_unref);
    g_free(filter->id);
    g_clear_pointer(&filter->matching, g_regex_unref);
    g_free(filter);
}

static void
sighting_free(Sighting *sighting)
{
    g_free(sighting->account);
    g_free(sighting->xml);
    g_free(sighting);
}

/* --- what is looked for --- */

static bool
has_name(xmpp_stanza_t *element, const char *wanted)
{
    const char *name = xmpp_stanza_get_name(element);
    const char *colon = name != NULL ? strrchr(name, ':') : NULL;
    return g_strcmp0(colon != NULL ? colon + 1 : name, wanted) == 0;
}

typedef bool (*ElementTest)(xmpp_stanza_t *element, const char *wanted);

static bool
has_ns(xmpp_stanza_t *element, const char *wanted)
{
    return g_strcmp0(xmpp_stanza_get_ns(element), wanted) == 0;
}

/* The element, or one inside, passes. */
static bool
any_element(xmpp_stanza_t *element, ElementTest test, const char *wanted, guint depth)
{
    if (xmpp_stanza_is_text(element) || depth > STANZA_DEPTH_MAX)
        return false;
    if (test(element, wanted))
        return true;
    for (xmpp_stanza_t *child = xmpp_stanza_get_children(element); child != NULL;
         child = xmpp_stanza_get_next(child)) {
        if (any_element(child, test, wanted, depth + 1))
            return true;
    }
    return false;
}

static bool
is_with(xmpp_stanza_t *element, bool outgoing, const Jid *wanted)
{
    g_autoptr(Jid) other = stanza_attribute_jid(element, outgoing ? "to" : "from");
    if (other == NULL)
        return false;
    return jid_is_bare(wanted) ? jid_equal_bare(other, wanted) : jid_equal(other, wanted);
}

/* What is no element, such as the end of the stream, is nothing a filter of elements asks for. */
static bool
is_wanted(const XmlFilter *filter, bool outgoing, xmpp_stanza_t *element, const char *xml)
{
    if (filter == NULL)
        return true;
    if (element == NULL && (filter->element != NULL || filter->ns != NULL || filter->from != NULL || filter->id != NULL))
        return false;
    return (filter->element == NULL || any_element(element, has_name, filter->element, 1)) &&
           (filter->ns == NULL || any_element(element, has_ns, filter->ns, 1)) &&
           (filter->from == NULL || is_with(element, outgoing, filter->from)) &&
           (filter->id == NULL || g_strcmp0(stanza_attribute(element, "id"), filter->id) == 0) &&
           (filter->matching == NULL || pattern_matches(filter->matching, xml));
}

/* --- telling --- */

static void
tell(const XmlConsole *console, const Sighting *sighting)
{
    const Session *session = client_find_session(console->client, sighting->account);
    if (session == NULL)
        return; /* the account is gone */
    const ModelEvent event = { .type = XML_SEEN,
                               .account = session_account(session),
                               .xml = { sighting->outgoing, sighting->xml, sighting->time } };
    bus_publish(client_bus(console->client), &event);
}

static gboolean
on_pending(gpointer data)
{
    XmlConsole *console = data;
    console->source = 0;
    for (guint due = console->pending.length; due > 0; due--) {
        Sighting *sighting = g_queue_pop_head(&console->pending);
        console->bytes -= strlen(sighting->xml);
        tell(console, sighting);
        sighting_free(sighting);
    }
    const guint lost = console->lost;
    console->lost = 0;
    if (lost > 0)
        client_notice(console->client, NULL, NOTICE_WARNING, 0,
                      ngettext("/xml: %u element was not shown: there were too many at once",
                               "/xml: %u elements were not shown: there were too many at once", lost),
                      lost);
    return G_SOURCE_REMOVE;
}

static void
on_tap(XmppStream *stream, bool outgoing, xmpp_stanza_t *element, const char *xml, gpointer data)
{
    XmlConsole *console = data;
    const Session *session = stream_owner(stream);
    if (!is_wanted(console->filter, outgoing, element, xml))
        return;
    const gsize length = MIN(strlen(xml), SHOWN_MAX);
    if (console->pending.length >= PENDING_MAX || console->bytes + length > PENDING_BYTES) {
        console->lost++;
    } else {
        Sighting *sighting = g_new0(Sighting, 1);
        g_autofree char *start = g_strndup(xml, length);
        *sighting = (Sighting){ .account = g_strdup(account_name(session_account(session))),
                                .xml = g_utf8_make_valid(start, -1),
                                .time = when_now(),
                                .outgoing = outgoing };
        console->bytes += strlen(sighting->xml);
        g_queue_push_tail(&console->pending, sighting);
    }
    if (console->source == 0)
        console->source = g_idle_add_full(G_PRIORITY_DEFAULT, on_pending, console, NULL);
}

/* --- on and off --- */

XmlConsole *
xml_console_new(Client *client)
{
    XmlConsole *console = g_new0(XmlConsole, 1);
    console->client = client;
    g_queue_init(&console->pending);
    return console;
}

void
xml_console_free(XmlConsole *console)
{
    if (console == NULL)
        return;
    g_clear_handle_id(&console->source, g_source_remove);
    g_queue_clear_full(&console->pending, (GDestroyNotify) sighting_free);
    xml_filter_free(console->filter);
    g_free(console);
}

static void
switch_one(Session *session, bool on)
{
    XmlConsole *console = client_xml_console(session_client(session));
    session_set_looked_into(session, on);
    stream_set_tap(session_stream(session), on ? on_tap : NULL, console);
}

void
xml_console_follow(XmlConsole *console, Session *session)
{
    if (console->everywhere)
        switch_one(session, true);
}

void
xml_console_switch(Client *client, Session *session, bool on)
{
    XmlConsole *console = client_xml_console(client);
    if (session != NULL) {
        switch_one(session, on);
        return;
    }
    console->everywhere = on;
    for (guint i = 0; i < client_session_count(client); i++)
        switch_one(client_session_at(client, i), on);
}

bool
xml_console_is_on(const Session *session)
{
    return session_is_looked_into(session);
}

void
xml_console_set_filter(Client *client, XmlFilter *take_filter)
{
    XmlConsole *console = client_xml_console(client);
    xml_filter_free(console->filter);
    console->filter = take_filter;
}

const XmlFilter *
xml_console_filter(const Client *client)
{
    return client_xml_console(client)->filter;
}

char *
xml_console_send(Session *session, const char *xml, bool *sent, GError **error)
{
    *sent = false;
    XmppStream *stream = session_stream(session);
    if (!session_require_online(session, error))
        return NULL;
    xmpp_stanza_t *stanza = stanza_from_user(stream_ctx(stream), xml, error);
    if (stanza == NULL)
        return NULL;
    if (stanza_is(stanza, "iq", NS_CLIENT) && stanza_attribute(stanza, "id") == NULL) {
        g_autofree char *fresh = stream_new_id();
        stanza_set(stanza, "id", fresh);
    }
    char *id = g_strdup(stanza_attribute(stanza, "id"));
    *sent = stream_send(stream, stanza);
    if (!*sent) {
        g_clear_pointer(&id, g_free);
        g_set_error_literal(error, CONFAB_ERROR, ERROR_UNREACHABLE, _("the connection has ended: write /reconnect"));
    }
    return id;
}

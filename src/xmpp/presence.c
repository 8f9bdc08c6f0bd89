/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/presence.h"

#include <stdlib.h>
#include <string.h>

#include "xmpp/stanza_error.h"
#include "xmpp/stream_parts.h"

static const char *const act_names[] = {
    [SUBSCRIPTION_SUBSCRIBE] = "subscribe",
    [SUBSCRIPTION_SUBSCRIBED] = "subscribed",
    [SUBSCRIPTION_UNSUBSCRIBE] = "unsubscribe",
    [SUBSCRIPTION_UNSUBSCRIBED] = "unsubscribed",
};

/* On the wire; online and offline have no <show/>. */
static const char *const show_names[] = {
    [PRESENCE_OFFLINE] = NULL, [PRESENCE_DND] = "dnd",   [PRESENCE_XA] = "xa",
    [PRESENCE_AWAY] = "away",  [PRESENCE_ONLINE] = NULL, [PRESENCE_CHAT] = "chat",
};

/* RFC 6121 §4.7.2.1: an unknown <show/> counts as none. */
static PresenceShow
parse_show(xmpp_stanza_t *stanza)
{
    g_autofree char *text = stanza_child_text(stanza, "show", NS_CLIENT);

    for (guint i = 0; text && i < G_N_ELEMENTS(show_names); i++) {
        if (show_names[i] && strcmp(text, show_names[i]) == 0)
            return (PresenceShow) i;
    }
    return PRESENCE_ONLINE;
}

/* RFC 6121 §4.7.2.3: an integer from -128 to 127; anything else is 0. */
static int
parse_priority(xmpp_stanza_t *stanza)
{
    g_autofree char *text = stanza_child_text(stanza, "priority", NS_CLIENT);
    gint64 number = 0;

    if (!text
        || !g_ascii_string_to_signed(g_strstrip(text), 10, G_MININT8, G_MAXINT8, &number, NULL))
        return 0;
    return (int) number;
}

static void
presence_clear(XmppPresence *presence)
{
    jid_unref(presence->from);
    g_free(presence->status);
    g_free(presence->caps_node);
    g_free(presence->caps_ver);
    g_free(presence->caps_hash);
    stanza_error_free(presence->error);
    muc_presence_free(presence->muc);
    g_free(presence->occupant_id);
}

static void
receive_availability(XmppStream *stream, xmpp_stanza_t *stanza, Jid *take_from, const char *type)
{
    const ModuleTable *modules = stream_modules(stream);
    XmppPresence presence = { .from = take_from, .show = PRESENCE_OFFLINE };

    presence.status = stanza_child_text(stanza, "status", NS_CLIENT);
    if (!type) {
        presence.show = parse_show(stanza);
        presence.priority = parse_priority(stanza);
    } else if (strcmp(type, "error") == 0) {
        presence.error = stanza_error_parse(stanza);
    }
    for (guint i = 0; i < module_table_size(modules); i++) {
        const XmppModule *row = module_table_row(modules, i);
        if (row->decode_presence)
            row->decode_presence(stream, stanza, &presence);
    }
    const XmppEvent event = { .type = XMPP_EVENT_PRESENCE, .presence = &presence };
    stream_publish(stream, &event);
    for (guint i = 0; i < module_table_size(modules); i++) {
        const XmppModule *row = module_table_row(modules, i);
        if (row->presence_received)
            row->presence_received(stream, &presence);
    }
    presence_clear(&presence);
}

static void
receive_subscription(XmppStream *stream, xmpp_stanza_t *stanza, const Jid *from,
                     SubscriptionAct act)
{
    g_autoptr(Jid) bare =
        jid_to_bare(from); /* RFC 6121 §3.1.3: subscriptions are between bare JIDs */
    g_autofree char *status = stanza_child_text(stanza, "status", NS_CLIENT);
    g_autofree char *nick = stanza_child_text(stanza, "nick", "http://jabber.org/protocol/nick");
    const XmppEvent event = {
        .type = XMPP_EVENT_SUBSCRIPTION,
        .subscription = { .from = bare, .act = act, .status = status, .nick = nick },
    };

    stream_publish(stream, &event);
}

void
presence_receive(XmppStream *stream, xmpp_stanza_t *stanza)
{
    const char *type = stanza_attribute(stanza, "type");
    g_autoptr(Jid) from = stanza_attribute_jid(stanza, "from");

    if (!from)
        return; /* I6 */
    if (!type || strcmp(type, "unavailable") == 0 || strcmp(type, "error") == 0) {
        receive_availability(stream, stanza, g_steal_pointer(&from), type);
        return;
    }
    for (guint act = 0; act < G_N_ELEMENTS(act_names); act++) {
        if (strcmp(type, act_names[act]) == 0) {
            receive_subscription(stream, stanza, from, (SubscriptionAct) act);
            return;
        }
    }
}

static xmpp_stanza_t *
make(XmppStream *stream, const Jid *to, PresenceShow show, const char *status, int priority)
{
    const ModuleTable *modules = stream_modules(stream);
    xmpp_stanza_t *stanza = stanza_new(stream_ctx(stream), "presence", NULL);
    if (to)
        stanza_set(stanza, "to", jid_text(to));
    if (show == PRESENCE_OFFLINE)
        stanza_set(stanza, "type", "unavailable");
    else if (show_names[show])
        stanza_add_text(stanza, "show", NULL, show_names[show]);
    if (status && *status)
        stanza_add_text(stanza, "status", NULL, status);
    if (show != PRESENCE_OFFLINE && priority != 0) {
        g_autofree char *text = g_strdup_printf("%d", CLAMP(priority, G_MININT8, G_MAXINT8));
        stanza_add_text(stanza, "priority", NULL, text);
    }
    for (guint i = 0; show != PRESENCE_OFFLINE && i < module_table_size(modules); i++) {
        const XmppModule *row = module_table_row(modules, i);
        if (row->encode_presence)
            row->encode_presence(stream, stanza);
    }
    return stanza;
}

bool
presence_send(XmppStream *stream, const Jid *to, PresenceShow show, const char *status,
              int priority)
{
    return stream_phase(stream) == XMPP_PHASE_ONLINE
           && stream_send(stream, make(stream, to, show, status, priority));
}

bool
presence_send_with(XmppStream *stream, const Jid *to, PresenceShow show, const char *status,
                   xmpp_stanza_t *take_child)
{
    if (stream_phase(stream) != XMPP_PHASE_ONLINE) {
        xmpp_stanza_release(take_child);
        return false;
    }
    xmpp_stanza_t *stanza = make(stream, to, show, status, 0);
    stanza_take(stanza, take_child);
    return stream_send(stream, stanza);
}

bool
presence_send_subscription(XmppStream *stream, const Jid *to, SubscriptionAct act,
                           const char *status)
{
    if (stream_phase(stream) != XMPP_PHASE_ONLINE)
        return false;

    xmpp_stanza_t *stanza = stanza_new(stream_ctx(stream), "presence", NULL);
    stanza_set(stanza, "to", jid_bare(to));
    stanza_set(stanza, "type", act_names[act]);
    if (status && *status)
        stanza_add_text(stanza, "status", NULL, status);
    return stream_send(stream, stanza);
}

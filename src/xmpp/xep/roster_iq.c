/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/roster_iq.h"

#include <string.h>

#include "base/log.h"
#include "xmpp/stream_parts.h"

#define NS_ROSTER "jabber:iq:roster"

enum {
    GROUPS_MAX = 64, /* of one item */
};

/* By their names on the wire; "remove" is for pushes and requests only. */
static const char *const subscription_names[] = {
    [SUBSCRIPTION_NONE] = "none",
    [SUBSCRIPTION_TO] = "to",
    [SUBSCRIPTION_FROM] = "from",
    [SUBSCRIPTION_BOTH] = "both",
};

void
roster_item_free(XmppRosterItem *item)
{
    if (!item)
        return;
    jid_unref(item->jid);
    g_free(item->name);
    g_strfreev(item->groups);
    g_free(item);
}

XmppRosterItem *
roster_item_copy(const XmppRosterItem *item)
{
    XmppRosterItem *copy = g_new(XmppRosterItem, 1);

    *copy = *item;
    copy->jid = jid_ref(item->jid);
    copy->name = g_strdup(item->name);
    copy->groups = g_strdupv(item->groups);
    return copy;
}

static RosterSubscription
parse_subscription(const char *text)
{
    for (guint i = 0; text && i < G_N_ELEMENTS(subscription_names); i++) {
        if (strcmp(text, subscription_names[i]) == 0)
            return (RosterSubscription) i;
    }
    return SUBSCRIPTION_NONE;
}

static char **
read_groups(xmpp_stanza_t *element)
{
    xmpp_stanza_t *group = stanza_child(element, "group", NS_ROSTER);

    if (!group)
        return NULL;
    GPtrArray *groups = g_ptr_array_new();
    for (; group && groups->len < GROUPS_MAX; group = stanza_next(group, "group", NS_ROSTER)) {
        char *name = stanza_text(group);
        if (*name)
            g_ptr_array_add(groups, name);
        else
            g_free(name);
    }
    g_ptr_array_add(groups, NULL);
    return (char **) g_ptr_array_free(groups, FALSE);
}

/* NULL when it is not about a JID (I6). */
static XmppRosterItem *
read_item(xmpp_stanza_t *element)
{
    g_autoptr(Jid) jid = stanza_attribute_jid(element, "jid");
    const char *name = stanza_attribute(element, "name");
    const char *subscription = stanza_attribute(element, "subscription");
    const char *approved = stanza_attribute(element, "approved");

    if (!jid)
        return NULL;
    XmppRosterItem *item = g_new0(XmppRosterItem, 1);
    item->jid = jid_to_bare(jid);
    item->name = name && *name ? g_strdup(name) : NULL;
    item->groups = read_groups(element);
    item->subscription = parse_subscription(subscription);
    item->remove = g_strcmp0(subscription, "remove") == 0;
    item->ask = g_strcmp0(stanza_attribute(element, "ask"), "subscribe") == 0;
    item->approved = approved && (strcmp(approved, "true") == 0 || strcmp(approved, "1") == 0);
    return item;
}

static void
note_subscriber(XmppStream *stream, const XmppRosterItem *item)
{
    stream_note_subscriber(stream, item->jid,
                           !item->remove && (item->subscription & SUBSCRIPTION_FROM));
}

/* RFC 6121 §2.6.3: an empty result says that the cached roster is the current one. */
static void
on_roster(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
          const GError *error, gpointer data)
{
    if (error) {
        if (detail)
            log_warning("xmpp", "the server did not give the roster: %s", error->message);
        return;
    }
    xmpp_stanza_t *query = stanza_child(answer, "query", NS_ROSTER);
    if (!query) {
        const XmppEvent current = { .type = XMPP_EVENT_ROSTER_CURRENT };
        stream_publish(stream, &current);
        return;
    }
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func((GDestroyNotify) roster_item_free);
    for (xmpp_stanza_t *child = stanza_child(query, "item", NS_ROSTER); child;
         child = stanza_next(child, "item", NS_ROSTER)) {
        XmppRosterItem *item = read_item(child);
        if (!item || item->remove) {
            roster_item_free(item);
            continue;
        }
        note_subscriber(stream, item);
        g_ptr_array_add(items, item);
    }
    const XmppEvent event = {
        .type = XMPP_EVENT_ROSTER,
        .roster = { .items = items, .ver = stanza_attribute(query, "ver") },
    };
    stream_publish(stream, &event);
}

static void
bound(XmppStream *stream)
{
    xmpp_stanza_t *query = NULL;
    xmpp_stanza_t *iq = iq_new(stream, "get", "query", NS_ROSTER, &query);

    if (stream_offers_roster_versions(stream)) {
        const char *ver = stream_config(stream)->roster_ver;
        stanza_set(query, "ver", ver ? ver : "");
    }
    iq_request(stream, NULL, iq, on_roster, NULL);
}

/* I11 (RFC 6121 §2.1.6): only the account itself pushes. One item a push. */
static void
answer_push(XmppStream *stream, xmpp_stanza_t *iq)
{
    xmpp_stanza_t *query = stanza_child(iq, "query", NS_ROSTER);
    xmpp_stanza_t *child = query ? stanza_child(query, "item", NS_ROSTER) : NULL;
    g_autoptr(Jid) from = stanza_attribute_jid(iq, "from");

    if (stanza_attribute(iq, "from") && !jid_equal(from, stream_own_bare(stream))) {
        iq_send_error(stream, iq, "cancel", "service-unavailable");
        return;
    }
    XmppRosterItem *item =
        child && !stanza_next(child, "item", NS_ROSTER) ? read_item(child) : NULL;
    if (!item) {
        iq_send_error(stream, iq, "modify", "bad-request");
        return;
    }
    iq_send_result(stream, iq, NULL);
    note_subscriber(stream, item);
    const XmppEvent event = {
        .type = XMPP_EVENT_ROSTER_ITEM,
        .roster_item = { .item = item, .ver = stanza_attribute(query, "ver") },
    };
    stream_publish(stream, &event);
    roster_item_free(item);
}

static xmpp_stanza_t *
new_set(XmppStream *stream, const Jid *jid, xmpp_stanza_t **item)
{
    xmpp_stanza_t *query = NULL;
    xmpp_stanza_t *iq = iq_new(stream, "set", "query", NS_ROSTER, &query);

    *item = stanza_add(query, "item", NULL);
    stanza_set(*item, "jid", jid_bare(jid));
    return iq;
}

void
roster_request_set(XmppStream *stream, const XmppRosterItem *item, IqDone done, gpointer data)
{
    xmpp_stanza_t *element = NULL;
    xmpp_stanza_t *iq = new_set(stream, item->jid, &element);

    stanza_set(element, "name", item->name);
    for (char **group = item->groups; group && *group; group++)
        stanza_add_text(element, "group", NULL, *group);
    iq_request(stream, NULL, iq, done, data);
}

void
roster_request_remove(XmppStream *stream, const Jid *jid, IqDone done, gpointer data)
{
    xmpp_stanza_t *element = NULL;
    xmpp_stanza_t *iq = new_set(stream, jid, &element);

    stanza_set(element, "subscription", "remove");
    iq_request(stream, NULL, iq, done, data);
}

const XmppModule roster_module = {
    .name = "roster",
    .bound = bound,
    .iqs = (const IqRoute[]){ { NS_ROSTER, "query", IQ_SET, answer_push }, { NULL } },
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/pep.h"

#include "base/log.h"
#include "xmpp/form.h"
#include "xmpp/stream_parts.h"

#define NS_PUBSUB_OWNER "http://jabber.org/protocol/pubsub#owner"
#define FORM_OPTIONS "http://jabber.org/protocol/pubsub#publish-options"
#define FORM_CONFIG "http://jabber.org/protocol/pubsub#node_config"

static void
add_field(xmpp_stanza_t *form, const char *name, const char *value)
{
    xmpp_stanza_t *field = stanza_add(form, "field", NULL);

    stanza_set(field, "var", name);
    stanza_add_text(field, "value", NULL, value);
}

typedef enum {
    WANT_ALL,
    WANT_ACCESS, /* what matters most: nobody else reads it */
} Wants;

/* All items stay, nobody else reads them, and none is sent when a device comes online: it asks. */
static void
add_private_form(xmpp_stanza_t *parent, const char *type, Wants wants)
{
    xmpp_stanza_t *form = stanza_add(parent, "x", NS_FORM);

    stanza_set(form, "type", "submit");
    add_field(form, "FORM_TYPE", type);
    stanza_set(stanza_payload(form), "type", "hidden");
    add_field(form, "pubsub#access_model", "whitelist");
    if (wants == WANT_ACCESS)
        return;
    add_field(form, "pubsub#persist_items", "true");
    add_field(form, "pubsub#max_items", "max");
    add_field(form, "pubsub#send_last_published_item", "never");
}

/* --- publishing --- */

/* Of a session. Some servers (ejabberd 23) know few publish-options: there the rest is configured, once a node. */
typedef struct PepState {
    bool few_options;
    GHashTable *configured; /* node names */
} PepState;

static void
state_clear(gpointer data)
{
    PepState *state = data;

    g_clear_pointer(&state->configured, g_hash_table_unref);
}

static PepState *
state_of(XmppStream *stream)
{
    return stream_module_state(stream, pep_module.name);
}

typedef struct Publication {
    char *node, *item;
    xmpp_stanza_t *payload;
    IqDone done;
    gpointer data;
    Wants wants;
    bool configured;
} Publication;

static void
publication_end(Publication *publication, XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
                const GError *error)
{
    if (publication->done)
        publication->done(stream, answer, detail, error, publication->data);
    xmpp_stanza_release(publication->payload);
    g_free(publication->node);
    g_free(publication->item);
    g_free(publication);
}

static void
configure(XmppStream *stream, const char *name, IqDone done, gpointer data)
{
    xmpp_stanza_t *pubsub = NULL;
    xmpp_stanza_t *iq = iq_new(stream, "set", "pubsub", NS_PUBSUB_OWNER, &pubsub);
    xmpp_stanza_t *node = stanza_add(pubsub, "configure", NULL);

    stanza_set(node, "node", name);
    add_private_form(node, FORM_CONFIG, WANT_ALL);
    iq_request(stream, NULL, iq, done, data);
}

static void publish(XmppStream *stream, Publication *publication);

static void
on_configured(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
              gpointer data)
{
    Publication *publication = data;

    publication->configured = true;
    if (error)
        publication_end(publication, stream, answer, detail, error);
    else
        publish(stream, publication);
}

static void
on_rest_configured(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
                   gpointer data)
{
    if (error)
        log_debug("xmpp", "a node of the account may forget older items: %s", error->message);
}

/* It is published, and private; that it holds all items is worth a try. */
static void
configure_rest(XmppStream *stream, const char *node)
{
    PepState *state = state_of(stream);

    if (!state->configured)
        state->configured = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (g_hash_table_add(state->configured, g_strdup(node)))
        configure(stream, node, on_rest_configured, NULL);
}

/* "conflict" (XEP-0060 §7.1.5): the node is there, with other options. Other errors may mean that an option is not
 * known; which ones they are differs. */
static void
on_published(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
             gpointer data)
{
    Publication *publication = data;
    const bool is_conflict = detail && g_strcmp0(detail->condition, "conflict") == 0;

    if (is_conflict && !publication->configured) {
        configure(stream, publication->node, on_configured, publication);
        return;
    }
    if (detail && !publication->configured && publication->wants == WANT_ALL) {
        publication->wants = WANT_ACCESS;
        publish(stream, publication);
        return;
    }
    if (!error && publication->wants == WANT_ACCESS) {
        state_of(stream)->few_options = true;
        configure_rest(stream, publication->node);
    }
    publication_end(publication, stream, answer, detail, error);
}

static void
publish(XmppStream *stream, Publication *publication)
{
    xmpp_stanza_t *pubsub = NULL;
    xmpp_stanza_t *iq = iq_new(stream, "set", "pubsub", NS_PUBSUB, &pubsub);
    xmpp_stanza_t *publish = stanza_add(pubsub, "publish", NULL);
    xmpp_stanza_t *item = stanza_add(publish, "item", NULL);

    stanza_set(publish, "node", publication->node);
    stanza_set(item, "id", publication->item);
    stanza_take(item, xmpp_stanza_copy(publication->payload));
    add_private_form(stanza_add(pubsub, "publish-options", NULL), FORM_OPTIONS, publication->wants);
    iq_request(stream, NULL, iq, on_published, publication);
}

void
pep_publish_private(XmppStream *stream, const char *node, const char *item, xmpp_stanza_t *take_payload, IqDone done,
                    gpointer data)
{
    Publication *publication = g_new0(Publication, 1);

    *publication = (Publication){
        .node = g_strdup(node),
        .item = g_strdup(item),
        .payload = take_payload,
        .done = done,
        .data = data,
        .wants = state_of(stream)->few_options ? WANT_ACCESS : WANT_ALL,
    };
    publish(stream, publication);
}

void
pep_retract(XmppStream *stream, const char *node, const char *item, IqDone done, gpointer data)
{
    xmpp_stanza_t *pubsub = NULL;
    xmpp_stanza_t *iq = iq_new(stream, "set", "pubsub", NS_PUBSUB, &pubsub);
    xmpp_stanza_t *retract = stanza_add(pubsub, "retract", NULL);

    stanza_set(retract, "node", node);
    stanza_set(retract, "notify", "true");
    stanza_set(stanza_add(retract, "item", NULL), "id", item);
    iq_request(stream, NULL, iq, done, data);
}

/* --- reading --- */

void
pep_request_items(XmppStream *stream, const char *node, IqDone done, gpointer data)
{
    xmpp_stanza_t *pubsub = NULL;
    xmpp_stanza_t *iq = iq_new(stream, "get", "pubsub", NS_PUBSUB, &pubsub);

    stanza_set(stanza_add(pubsub, "items", NULL), "node", node);
    iq_request(stream, NULL, iq, done, data);
}

static xmpp_stanza_t *
find_items(xmpp_stanza_t *parent, const char *wrapper, const char *ns, const char *node)
{
    xmpp_stanza_t *inside = parent ? stanza_child(parent, wrapper, ns) : NULL;
    xmpp_stanza_t *items = inside ? stanza_child(inside, "items", ns) : NULL;

    return items && g_strcmp0(stanza_attribute(items, "node"), node) == 0 ? items : NULL;
}

xmpp_stanza_t *
pep_answer_items(xmpp_stanza_t *answer, const char *node)
{
    return find_items(answer, "pubsub", NS_PUBSUB, node);
}

xmpp_stanza_t *
pep_event_items(xmpp_stanza_t *stanza, const char *node)
{
    return find_items(stanza, "event", NS_PUBSUB_EVENT, node);
}

bool
pep_is_own(XmppStream *stream, const XmppMessage *message)
{
    return !message->from || jid_equal(message->from, stream_own_bare(stream));
}

const XmppModule pep_module = {
    .name = "pep",
    .xep = "0163",
    .version = "1.2.2",
    .state_size = sizeof(PepState),
    .state_clear = state_clear,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/mds.h"

#include "base/log.h"
#include "xmpp/stream_parts.h"
#include "xmpp/xep/disco.h"
#include "xmpp/xep/pep.h"

#define NS_MDS "urn:xmpp:mds:displayed:0"
#define NS_STANZA_ID "urn:xmpp:sid:0"
#define PUBLISH_OPTIONS "http://jabber.org/protocol/pubsub#publish-options"

enum { WAITING_MAX = 1000 }; /* conversations read before the server has said what it can */

/* Whether the server publishes privately is asked once a session, when there is something to publish (§7). */
typedef struct MdsState {
    enum { UNKNOWN, ASKED, PRIVATE, NOT_PRIVATE } server;
    GHashTable *waiting; /* item id → payload */
} MdsState;

static void
state_clear(gpointer data)
{
    MdsState *state = data;

    g_clear_pointer(&state->waiting, g_hash_table_unref);
}

static void
release_stanza(gpointer stanza)
{
    xmpp_stanza_release(stanza);
}

/* --- what other devices have read --- */

/* The archive of a conversation is the account's or, for a room, the room's: nobody else knows its ids (I19). */
static void
read_item(XmppStream *stream, xmpp_stanza_t *item)
{
    xmpp_stanza_t *displayed = stanza_child(item, "displayed", NS_MDS);
    xmpp_stanza_t *stanza_id = displayed ? stanza_child(displayed, "stanza-id", NS_STANZA_ID) : NULL;
    const char *id = stanza_id ? stanza_attribute(stanza_id, "id") : NULL;
    g_autoptr(Jid) with = stanza_attribute_jid(item, "id");
    g_autoptr(Jid) by = id ? stanza_attribute_jid(stanza_id, "by") : NULL;

    if (!with || !by || !jid_is_bare(with) || *id == '\0')
        return;
    if (!jid_equal(by, stream_own_bare(stream)) && !jid_equal(by, with))
        return;
    const XmppEvent event = { .type = XMPP_EVENT_READ,
                              .read = { .with = with, .archive_id = id, .archive = by } };
    stream_publish(stream, &event);
}

static void
read_items(XmppStream *stream, xmpp_stanza_t *items, const char *ns)
{
    for (xmpp_stanza_t *item = stanza_child(items, "item", ns); item; item = stanza_next(item, "item", ns))
        read_item(stream, item);
}

static void
on_items(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    xmpp_stanza_t *items = pep_answer_items(answer, NS_MDS);

    if (items)
        read_items(stream, items, NS_PUBSUB);
    if (error)
        log_debug("xmpp", "what other devices have read is not known: %s", error->message);
}

/* §4.2. A server without any answers with an error, which changes nothing. */
static void
bound(XmppStream *stream)
{
    pep_request_items(stream, NS_MDS, on_items, NULL);
}

/* An event about this node is never a message, whoever sent it. */
static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    xmpp_stanza_t *items = pep_event_items(stanza, NS_MDS);

    if (!items)
        return false;
    if (pep_is_own(stream, message))
        read_items(stream, items, NS_PUBSUB_EVENT);
    return true;
}

/* --- what is read here --- */

static void
on_published(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
             gpointer data)
{
    if (error)
        log_debug("xmpp", "other devices do not learn what is read: %s", error->message);
}

static void
on_info(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error, gpointer data)
{
    MdsState *state = stream_module_state(stream, mds_module.name);
    g_autoptr(GHashTable) waiting = g_steal_pointer(&state->waiting);
    GHashTableIter iter;
    gpointer item, payload;

    state->server = info && disco_info_has(info, PUBLISH_OPTIONS) ? PRIVATE : NOT_PRIVATE;
    if (state->server != PRIVATE || !waiting)
        return;
    g_hash_table_iter_init(&iter, waiting);
    while (g_hash_table_iter_next(&iter, &item, &payload))
        pep_publish_private(stream, NS_MDS, item, xmpp_stanza_clone(payload), on_published, NULL);
}

/* Publishes when it is known that the server can; only the last word on each conversation matters. */
static void
wait_for_info(XmppStream *stream, MdsState *state, const Jid *with, xmpp_stanza_t *take_payload)
{
    if (!state->waiting)
        state->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, release_stanza);
    if (g_hash_table_size(state->waiting) < WAITING_MAX)
        g_hash_table_replace(state->waiting, g_strdup(jid_text(with)), take_payload);
    else
        xmpp_stanza_release(take_payload);
    if (state->server != UNKNOWN)
        return;
    state->server = ASKED;
    disco_request_info(stream, stream_own_bare(stream), NULL, on_info, NULL);
}

void
mds_publish(XmppStream *stream, const Jid *with, const Jid *archive, const char *archive_id)
{
    MdsState *state = stream_module_state(stream, mds_module.name);

    if (stream_phase(stream) != XMPP_PHASE_ONLINE || state->server == NOT_PRIVATE)
        return;
    xmpp_stanza_t *payload = stanza_new(stream_ctx(stream), "displayed", NS_MDS);
    xmpp_stanza_t *stanza_id = stanza_add(payload, "stanza-id", NS_STANZA_ID);
    stanza_set(stanza_id, "by", jid_text(archive));
    stanza_set(stanza_id, "id", archive_id);
    if (state->server == PRIVATE)
        pep_publish_private(stream, NS_MDS, jid_text(with), payload, on_published, NULL);
    else
        wait_for_info(stream, state, with, payload);
}

const XmppModule mds_module = {
    .name = "mds",
    .xep = "0490",
    .version = "1.0.1",
    .features = (const char *const[]){ NS_MDS "+notify", NULL },
    .stage = XMPP_STAGE_UNWRAP,
    .decode = decode,
    .bound = bound,
    .state_size = sizeof(MdsState),
    .state_clear = state_clear,
};

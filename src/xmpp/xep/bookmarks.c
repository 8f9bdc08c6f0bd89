/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/bookmarks.h"

#include "base/error.h"
#include "base/log.h"
#include "xmpp/stream_parts.h"
#include "xmpp/xep/disco.h"
#include "xmpp/xep/pep.h"
#include "xmpp/xep/private_xml.h"

#define COMPATIBLE NS_BOOKMARKS "#compat"
#define CONVERSION "urn:xmpp:bookmarks-conversion:0"
#define PUBLISH_OPTIONS "http://jabber.org/protocol/pubsub#publish-options"
#define OLD_ITEM "current" /* XEP-0048 §3.1 */

typedef enum {
    PLACE_UNKNOWN,
    PLACE_ITEMS,        /* XEP-0402 */
    PLACE_ITEMS_BESIDE, /* … and older clients have a list of their own */
    PLACE_PEP_LIST,     /* XEP-0048 */
    PLACE_PRIVATE_LIST, /* XEP-0049 */
} Place;

/* A list is changed by reading it, changing it and writing it: one after the other. */
typedef struct Edit {
    Place place;
    Jid *room;
    XmppBookmark *bookmark; /* NULL: to be removed */
    IqDone done;
    gpointer data;
} Edit;

typedef struct BookmarksState {
    Place place;
    bool asking;         /* bookmarks_request() is under way … */
    bool has_info, has_items;
    bool has_changed;    /* … and somebody has changed them meanwhile */
    Place found;
    GPtrArray *items;    /* XmppBookmark*, of XEP-0402; NULL: not to be had */
    GHashTable *beside;  /* Jid: what the list of older clients holds */
    GQueue edits;        /* Edit*; the first one is under way */
} BookmarksState;

static BookmarksState *
state_of(XmppStream *stream)
{
    return stream_module_state(stream, bookmarks_module.name);
}

static void
free_bookmark(gpointer bookmark)
{
    bookmark_free(bookmark);
}

static void
unref_jid(gpointer jid)
{
    jid_unref(jid);
}

static void
edit_free(gpointer data)
{
    Edit *edit = data;

    jid_unref(edit->room);
    bookmark_free(edit->bookmark);
    g_free(edit);
}

static void
state_clear(gpointer data)
{
    BookmarksState *state = data;

    g_clear_pointer(&state->items, g_ptr_array_unref);
    g_clear_pointer(&state->beside, g_hash_table_unref);
    g_queue_clear_full(&state->edits, edit_free);
}

/* --- lists --- */

static GPtrArray *
list_new(void)
{
    return g_ptr_array_new_with_free_func(free_bookmark);
}

static const XmppBookmark *
find_in(const GPtrArray *list, const Jid *room)
{
    for (guint i = 0; i < list->len; i++) {
        const XmppBookmark *bookmark = g_ptr_array_index(list, i);
        if (jid_equal(bookmark->room, room))
            return bookmark;
    }
    return NULL;
}

/* The items of a server have different ids; what an old list says twice counts once. */
static void
add_to(GPtrArray *list, GHashTable *known, XmppBookmark *take_bookmark)
{
    if (take_bookmark && list->len < BOOKMARKS_MAX && g_hash_table_add(known, jid_ref(take_bookmark->room)))
        g_ptr_array_add(list, take_bookmark);
    else
        bookmark_free(take_bookmark);
}

static GHashTable *
rooms_new(void)
{
    return g_hash_table_new_full(jid_hash, jid_hash_equal, unref_jid, NULL);
}

static XmppBookmark *
read_item(xmpp_stanza_t *item)
{
    xmpp_stanza_t *conference = stanza_child(item, "conference", NS_BOOKMARKS);

    return conference ? bookmark_read(conference, stanza_attribute(item, "id")) : NULL;
}

/* `items` NULL: there are none. */
static GPtrArray *
read_items(xmpp_stanza_t *items)
{
    GPtrArray *list = list_new();
    g_autoptr(GHashTable) known = rooms_new();

    for (xmpp_stanza_t *item = items ? stanza_child(items, "item", NS_PUBSUB) : NULL; item;
         item = stanza_next(item, "item", NS_PUBSUB))
        add_to(list, known, read_item(item));
    return list;
}

static GPtrArray *
read_storage(xmpp_stanza_t *storage)
{
    GPtrArray *list = list_new();
    g_autoptr(GHashTable) known = rooms_new();

    for (xmpp_stanza_t *child = storage ? stanza_child(storage, "conference", NS_BOOKMARKS_OLD) : NULL; child;
         child = stanza_next(child, "conference", NS_BOOKMARKS_OLD))
        add_to(list, known, bookmark_read_old(child));
    return list;
}

/* The one item that holds the list, within an answer or an event. */
static xmpp_stanza_t *
storage_in(xmpp_stanza_t *items, const char *ns)
{
    xmpp_stanza_t *item = items ? stanza_child(items, "item", ns) : NULL;

    return item ? stanza_child(item, "storage", NS_BOOKMARKS_OLD) : NULL;
}

/* --- asking for all --- */

static void
publish_list(XmppStream *stream, const GPtrArray *list)
{
    const XmppEvent event = { .type = XMPP_EVENT_BOOKMARKS, .bookmarks = { .list = list } };

    stream_publish(stream, &event);
}

static bool
is_online(XmppStream *stream)
{
    return stream_phase(stream) == XMPP_PHASE_ONLINE;
}

/* `list` NULL: it could not be learned. */
static void
end_asking(XmppStream *stream, const GPtrArray *list)
{
    BookmarksState *state = state_of(stream);
    const bool again = state->has_changed && list;

    state->asking = false;
    state->place = state->found;
    if (!is_online(stream))
        return;
    if (again)
        bookmarks_request(stream);
    else
        publish_list(stream, list);
}

static bool
is_missing(const XmppStanzaError *detail)
{
    return detail && g_strcmp0(detail->condition, "item-not-found") == 0;
}

/* What older clients have noted, and nobody has moved. */
static void
merge_beside(BookmarksState *state, const GPtrArray *old)
{
    for (guint i = 0; i < old->len; i++) {
        const XmppBookmark *bookmark = g_ptr_array_index(old, i);
        g_hash_table_add(state->beside, jid_ref(bookmark->room));
        if (!find_in(state->items, bookmark->room) && state->items->len < BOOKMARKS_MAX)
            g_ptr_array_add(state->items, bookmark_copy(bookmark));
    }
}

static void
on_beside(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
          gpointer data)
{
    BookmarksState *state = state_of(stream);
    g_autoptr(GPtrArray) old = read_storage(private_xml_answer(answer, "storage", NS_BOOKMARKS_OLD));

    g_clear_pointer(&state->beside, g_hash_table_unref);
    state->beside = rooms_new();
    if (state->items)
        merge_beside(state, old);
    g_autoptr(GPtrArray) items = g_steal_pointer(&state->items);
    end_asking(stream, items);
}

static void
on_private_list(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
                gpointer data)
{
    g_autoptr(GPtrArray) list = NULL;

    if (answer)
        list = read_storage(private_xml_answer(answer, "storage", NS_BOOKMARKS_OLD));
    else if (is_missing(detail))
        list = list_new();
    end_asking(stream, list);
}

static void
on_pep_list(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
            gpointer data)
{
    g_autoptr(GPtrArray) list = NULL;

    if (answer)
        list = read_storage(storage_in(pep_answer_items(answer, NS_BOOKMARKS_OLD), NS_PUBSUB));
    else if (is_missing(detail))
        list = list_new();
    end_asking(stream, list);
}

/* Both answers are there: it is known where to look. */
static void
look(XmppStream *stream)
{
    BookmarksState *state = state_of(stream);
    g_autoptr(GPtrArray) items = NULL;

    if (!state->has_info || !state->has_items)
        return;
    switch (state->found) {
    case PLACE_ITEMS_BESIDE:
        private_xml_request(stream, "storage", NS_BOOKMARKS_OLD, on_beside, NULL);
        break;
    case PLACE_PEP_LIST:
        pep_request_items(stream, NS_BOOKMARKS_OLD, on_pep_list, NULL);
        break;
    case PLACE_PRIVATE_LIST:
        private_xml_request(stream, "storage", NS_BOOKMARKS_OLD, on_private_list, NULL);
        break;
    case PLACE_ITEMS:
    case PLACE_UNKNOWN:
        items = g_steal_pointer(&state->items);
        end_asking(stream, items);
        break;
    }
}

static Place
place_of(const DiscoInfo *info)
{
    if (disco_info_has(info, COMPATIBLE))
        return PLACE_ITEMS;
    if (!disco_info_has(info, PUBLISH_OPTIONS))
        return PLACE_PRIVATE_LIST;
    return disco_info_has(info, CONVERSION) ? PLACE_PEP_LIST : PLACE_ITEMS_BESIDE;
}

static void
on_info(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error, gpointer data)
{
    BookmarksState *state = state_of(stream);

    state->has_info = true;
    state->found = info ? place_of(info) : PLACE_PRIVATE_LIST;
    if (is_online(stream))
        look(stream);
    else
        state->asking = false;
}

static void
on_items(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    BookmarksState *state = state_of(stream);

    state->has_items = true;
    if (answer || is_missing(detail))
        state->items = read_items(pep_answer_items(answer, NS_BOOKMARKS));
    if (is_online(stream))
        look(stream);
    else
        state->asking = false;
}

/* The items are asked for at once: nearly every server has them, so the rooms are known a round trip earlier. */
void
bookmarks_request(XmppStream *stream)
{
    BookmarksState *state = state_of(stream);

    if (!is_online(stream))
        return;
    state->has_changed = state->asking;
    if (state->asking)
        return;
    state->asking = true;
    state->has_info = state->has_items = false;
    g_clear_pointer(&state->items, g_ptr_array_unref);
    disco_request_info(stream, stream_own_bare(stream), NULL, on_info, NULL);
    pep_request_items(stream, NS_BOOKMARKS, on_items, NULL);
}

bool
bookmarks_can_change(XmppStream *stream)
{
    return is_online(stream) && state_of(stream)->place != PLACE_UNKNOWN;
}

/* --- what other devices change --- */

static void
publish_change(XmppStream *stream, const Jid *room, const XmppBookmark *bookmark)
{
    const XmppEvent event = { .type = XMPP_EVENT_BOOKMARK, .bookmark = { .room = room, .bookmark = bookmark } };

    stream_publish(stream, &event);
}

static void
receive_items(XmppStream *stream, xmpp_stanza_t *items)
{
    for (xmpp_stanza_t *child = stanza_child(items, NULL, NS_PUBSUB_EVENT); child;
         child = stanza_next(child, NULL, NS_PUBSUB_EVENT)) {
        g_autoptr(Jid) room = stanza_attribute_jid(child, "id");
        g_autoptr(XmppBookmark) bookmark = read_item(child);
        if (bookmark)
            publish_change(stream, bookmark->room, bookmark);
        else if (room && stanza_is(child, "retract", NS_PUBSUB_EVENT))
            publish_change(stream, room, NULL);
        else if (room && !stanza_payload(child))
            bookmarks_request(stream); /* it was told without what is in it */
    }
}

static void
receive_list(XmppStream *stream, xmpp_stanza_t *items)
{
    xmpp_stanza_t *storage = storage_in(items, NS_PUBSUB_EVENT);

    if (!storage) {
        bookmarks_request(stream);
        return;
    }
    g_autoptr(GPtrArray) list = read_storage(storage);
    publish_list(stream, list);
}

static xmpp_stanza_t *
find_node_event(xmpp_stanza_t *stanza, const char *name, const char *node)
{
    xmpp_stanza_t *event = stanza_child(stanza, "event", NS_PUBSUB_EVENT);
    xmpp_stanza_t *inside = event ? stanza_child(event, name, NS_PUBSUB_EVENT) : NULL;

    return inside && g_strcmp0(stanza_attribute(inside, "node"), node) == 0 ? inside : NULL;
}

static bool
is_about(xmpp_stanza_t *stanza, const char *node)
{
    return pep_event_items(stanza, node) || find_node_event(stanza, "purge", node)
           || find_node_event(stanza, "delete", node);
}

static void
receive(XmppStream *stream, xmpp_stanza_t *stanza, const char *node)
{
    BookmarksState *state = state_of(stream);
    xmpp_stanza_t *items = pep_event_items(stanza, node);

    if (state->asking || !items)
        bookmarks_request(stream); /* what is under way may be older */
    else if (g_strcmp0(node, NS_BOOKMARKS) == 0)
        receive_items(stream, items);
    else
        receive_list(stream, items);
}

/* An event about these nodes is never a message, whoever sent it. One of the node that is not used is an echo of the
 * other one. */
static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    const bool is_new = is_about(stanza, NS_BOOKMARKS);

    if (!is_new && !is_about(stanza, NS_BOOKMARKS_OLD))
        return false;
    const Place place = state_of(stream)->place;
    const bool is_used = is_new ? place == PLACE_ITEMS || place == PLACE_ITEMS_BESIDE : place == PLACE_PEP_LIST;
    if (is_used && pep_is_own(stream, message))
        receive(stream, stanza, is_new ? NS_BOOKMARKS : NS_BOOKMARKS_OLD);
    return true;
}

/* --- changing a list --- */

static void next_edit(XmppStream *stream);

/* Tells how it went. Without a connection those behind it end the same way. */
static void
end_edit(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error)
{
    BookmarksState *state = state_of(stream);
    Edit *edit = g_queue_pop_head(&state->edits);

    if (!edit)
        return;
    if (edit->done)
        edit->done(stream, answer, detail, error, edit->data);
    edit_free(edit);
    if (g_queue_is_empty(&state->edits))
        return;
    if (error && !detail && !is_online(stream))
        end_edit(stream, NULL, NULL, error);
    else
        next_edit(stream);
}

static void
on_written(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
           gpointer data)
{
    end_edit(stream, answer, detail, error);
}

/* The new element in the place of the old one, with what only the old one has. */
static void
add_changed(xmpp_stanza_t *storage, const Edit *edit, const XmppBookmark *old)
{
    if (!edit->bookmark)
        return;
    g_autoptr(XmppBookmark) changed = bookmark_copy(edit->bookmark);
    if (old) {
        g_free(changed->xml);
        changed->xml = g_strdup(old->xml);
    }
    stanza_take(storage, bookmark_write_old(xmpp_stanza_get_context(storage), changed));
}

static xmpp_stanza_t *
change_storage(XmppStream *stream, xmpp_stanza_t *old, const Edit *edit)
{
    xmpp_stanza_t *storage = stanza_new(stream_ctx(stream), "storage", NS_BOOKMARKS_OLD);
    bool is_done = false;

    for (xmpp_stanza_t *child = old ? stanza_payload(old) : NULL; child; child = xmpp_stanza_get_next(child)) {
        g_autoptr(XmppBookmark) bookmark = xmpp_stanza_is_tag(child) ? bookmark_read_old(child) : NULL;
        if (!bookmark || !jid_equal(bookmark->room, edit->room)) {
            stanza_take(storage, xmpp_stanza_copy(child));
            continue;
        }
        if (!is_done)
            add_changed(storage, edit, bookmark);
        is_done = true;
    }
    if (!is_done)
        add_changed(storage, edit, NULL);
    return storage;
}

/* A list that cannot be read is not overwritten. */
static void
on_read(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    const Edit *edit = g_queue_peek_head(&state_of(stream)->edits);

    if (!edit)
        return;
    if (!answer && !is_missing(detail)) {
        end_edit(stream, NULL, detail, error);
        return;
    }
    const bool is_pep = edit->place == PLACE_PEP_LIST;
    xmpp_stanza_t *old = is_pep ? storage_in(pep_answer_items(answer, NS_BOOKMARKS_OLD), NS_PUBSUB)
                                : private_xml_answer(answer, "storage", NS_BOOKMARKS_OLD);
    xmpp_stanza_t *storage = change_storage(stream, old, edit);
    if (is_pep)
        pep_publish_private(stream, NS_BOOKMARKS_OLD, OLD_ITEM, storage, on_written, NULL);
    else
        private_xml_store(stream, storage, on_written, NULL);
}

static void
next_edit(XmppStream *stream)
{
    const Edit *edit = g_queue_peek_head(&state_of(stream)->edits);

    if (edit->place == PLACE_PEP_LIST)
        pep_request_items(stream, NS_BOOKMARKS_OLD, on_read, NULL);
    else
        private_xml_request(stream, "storage", NS_BOOKMARKS_OLD, on_read, NULL);
}

static void
edit_list(XmppStream *stream, Place place, const Jid *room, const XmppBookmark *bookmark, IqDone done, gpointer data)
{
    BookmarksState *state = state_of(stream);
    Edit *edit = g_new0(Edit, 1);

    *edit = (Edit){
        .place = place,
        .room = jid_to_bare(room),
        .bookmark = bookmark ? bookmark_copy(bookmark) : NULL,
        .done = done,
        .data = data,
    };
    g_queue_push_tail(&state->edits, edit);
    if (state->edits.length == 1)
        next_edit(stream);
}

/* --- changing --- */

static bool
is_list(Place place)
{
    return place == PLACE_PEP_LIST || place == PLACE_PRIVATE_LIST;
}

void
bookmarks_put(XmppStream *stream, const XmppBookmark *bookmark, IqDone done, gpointer data)
{
    const Place place = state_of(stream)->place;

    if (is_list(place))
        edit_list(stream, place, bookmark->room, bookmark, done, data);
    else
        pep_publish_private(stream, NS_BOOKMARKS, jid_text(bookmark->room),
                            bookmark_write(stream_ctx(stream), bookmark), done, data);
}

typedef struct Removal {
    Jid *room;
    IqDone done;
    gpointer data;
} Removal;

static void
on_retracted(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
             gpointer data)
{
    Removal *removal = data;
    BookmarksState *state = state_of(stream);
    const bool is_gone = answer || is_missing(detail);
    const bool is_beside = is_gone && state->beside && g_hash_table_remove(state->beside, removal->room);

    if (is_beside)
        edit_list(stream, PLACE_PRIVATE_LIST, removal->room, NULL, removal->done, removal->data);
    else if (removal->done)
        removal->done(stream, answer, is_gone ? NULL : detail, is_gone ? NULL : error, removal->data);
    jid_unref(removal->room);
    g_free(removal);
}

void
bookmarks_remove(XmppStream *stream, const Jid *room, IqDone done, gpointer data)
{
    const Place place = state_of(stream)->place;

    if (is_list(place)) {
        edit_list(stream, place, room, NULL, done, data);
        return;
    }
    Removal *removal = g_new0(Removal, 1);
    *removal = (Removal){ .room = jid_to_bare(room), .done = done, .data = data };
    pep_retract(stream, NS_BOOKMARKS, jid_text(removal->room), on_retracted, removal);
}

/* Both names, since what the account offers is not known when the features are told. */
const XmppModule bookmarks_module = {
    .name = "bookmarks",
    .xep = "0402",
    .version = "1.2.0",
    .features = (const char *const[]){ NS_BOOKMARKS "+notify", NS_BOOKMARKS_OLD "+notify", NULL },
    .stage = XMPP_STAGE_UNWRAP,
    .decode = decode,
    .state_size = sizeof(BookmarksState),
    .state_clear = state_clear,
};

const XmppModule bookmarks_old_module = {
    .name = "bookmarks_old",
    .xep = "0048",
    .version = "1.2",
};

const XmppModule notify_module = {
    .name = "notify_settings",
    .xep = "0492",
    .version = "0.2.0",
};

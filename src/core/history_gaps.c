/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"
#include "core/history_past.h"
#include "store/sync.h"

enum {
    PEERS_MAX = 10000, /* gaps are noted in no more conversations at once (I9) */
};

struct HistoryHoles {
    Session *session;
    gint64 time;      /* what came later may be missing */
    bool judged;      /* the first page was looked at … */
    bool none;        /* … and nothing is missing */
    GHashTable *seen; /* bare JIDs: their conversation goes on behind the hole */
    GPtrArray *fresh; /* of the page under way */
};

HistoryHoles *
history_holes_new(Session *session, gint64 time)
{
    HistoryHoles *holes = g_new0(HistoryHoles, 1);
    holes->session = session;
    holes->time = time;
    holes->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    holes->fresh = g_ptr_array_new();
    return holes;
}

void
history_holes_free(HistoryHoles *holes)
{
    g_hash_table_unref(holes->seen);
    g_ptr_array_unref(holes->fresh);
    g_free(holes);
}

/* When the archive still has something of that time or before, it has all that came after. */
static bool
reaches_back(const HistoryHoles *holes, const MamPage *page)
{
    const XmppMessage *first = g_ptr_array_index(page->messages, 0);
    return first->delay <= holes->time;
}

void
history_holes_before_page(HistoryHoles *holes, const MamPage *page)
{
    g_ptr_array_set_size(holes->fresh, 0);
    if (page->messages->len == 0 || holes->none)
        return;
    if (!holes->judged)
        holes->none = reaches_back(holes, page);
    holes->judged = true;
    for (guint i = 0; i < page->messages->len && !holes->none; i++) {
        MessageDirection direction;
        g_autoptr(Jid) peer = incoming_peer(holes->session, g_ptr_array_index(page->messages, i), &direction);
        if (g_hash_table_contains(holes->seen, jid_bare(peer)) || g_hash_table_size(holes->seen) >= PEERS_MAX)
            continue;
        char *key = g_strdup(jid_bare(peer));
        g_hash_table_add(holes->seen, key);
        g_ptr_array_add(holes->fresh, key);
    }
}

static Message *
take_only(GPtrArray *take_page)
{
    Message *message = take_page != NULL && take_page->len > 0 ? message_ref(g_ptr_array_index(take_page, 0)) : NULL;
    g_clear_pointer(&take_page, g_ptr_array_unref);
    return message;
}

/* Between the last message of the time that is known and what the archive has next. */
static bool
note_gap(const HistoryHoles *holes, const HistoryPlace *place, GError **error)
{
    Db *db = client_db(session_client(holes->session));
    g_autoptr(Message) before = take_only(history_page_before(db, place, holes->time + 1, 1, error));
    g_autoptr(Message) behind =
        before != NULL ? take_only(history_page_after(db, place, before->order, 1, error)) : NULL;
    if (behind == NULL)
        return *error == NULL;
    const SyncGap gap = {
        .after = before->order,
        .before = behind->order,
        .after_id = before->archive_id,
        .before_id = behind->archive_id,
    };
    return sync_add_gap(db, place, &gap, error) != 0;
}

void
history_holes_after_page(HistoryHoles *holes)
{
    Account *account = session_account(holes->session);
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < holes->fresh->len && error == NULL; i++) {
        const HistoryPlace place = {
            .account = session_store_key(holes->session),
            .with = g_ptr_array_index(holes->fresh, i),
            .kind = CONVERSATION_CHAT,
        };
        g_autoptr(Jid) jid = jid_new(place.with, NULL);
        Conversation *conversation = account_find_conversation(account, jid);
        if (note_gap(holes, &place, &error) && conversation != NULL)
            history_sync_show_gaps(session_client(holes->session), conversation);
    }
    if (error != NULL)
        log_warning("core", "%s", error->message);
}

void
history_sync_show_gaps(Client *client, Conversation *conversation)
{
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GArray) orders = g_array_new(FALSE, FALSE, sizeof(gint64));
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) gaps = sync_gaps(client_db(client), &place, &error);
    if (gaps == NULL) {
        log_warning("core", "%s", error->message);
        return;
    }
    for (guint i = 0; i < gaps->len; i++) {
        const SyncGap *gap = g_ptr_array_index(gaps, i);
        if (gap->after != 0) /* else it is the past: conversation_past() */
            g_array_append_val(orders, gap->after);
    }
    conversation_set_gaps(conversation, (const gint64 *) (void *) orders->data, orders->len);
}

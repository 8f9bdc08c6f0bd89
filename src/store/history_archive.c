/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of an archive. Its order is the truth; stamps only say where a page lies that touches nothing known: they may
 * have whole seconds only, and be of another clock. */
#include "store/history.h"

#include "store/history_copies.h"
#include "store/history_order.h"
#include "store/history_rows.h"
#include "store/sql.h"

/* One message of a page. */
typedef struct Slot {
    Newcomer newcomer;
    guint index;  /* in the page */
    gint64 given; /* order of the message before */
    gint64 order; /* of one that is known, or was told its place; 0: it is looked for */
    bool is_known;
    bool is_proof;   /* of the place of an incoming one that is known: of this copy the archive's id is remembered */
    bool is_anchor;  /* its order says where others belong */
    gint64 before;   /* the smallest order known of the later ones */
    guint following; /* new ones up to there */
} Slot;

static gint
compare_slots(gconstpointer a, gconstpointer b)
{
    const Slot *one = a;
    const Slot *other = b;
    if (one->newcomer.conversation != other->newcomer.conversation)
        return one->newcomer.conversation < other->newcomer.conversation ? -1 : 1;
    return one->index < other->index ? -1 : one->index > other->index;
}

static bool
init_slot(Slot *slot, GError **error)
{
    g_autoptr(Message) known = NULL;
    if (!copies_find(&slot->newcomer, &known, error))
        return false;
    slot->is_known = known != NULL;
    slot->order = known != NULL ? known->order : slot->newcomer.message->order;
    const char *id = slot->newcomer.message->archive_id;
    slot->is_proof = known != NULL && known->direction == MESSAGE_IN && id != NULL
                     && (known->archive_id == NULL || g_str_equal(known->archive_id, id));
    return known == NULL || copies_merge(&slot->newcomer, known, error);
}

static gint
compare_orders(gconstpointer a, gconstpointer b)
{
    const gint64 one = *(const gint64 *) a;
    const gint64 other = *(const gint64 *) b;
    return one < other ? -1 : one > other;
}

/* Places are unique: they are left first, and then taken. */
static bool
move(Db *db, const GArray *places, const GArray *orders, GError **error)
{
    for (int take = 0; take < 2; take++) {
        for (guint i = 0; i < places->len; i++) {
            const OrderPlace *place = &g_array_index(places, OrderPlace, i);
            const gint64 order = g_array_index(orders, gint64, i);
            if (place->order != order
                && !sql_run(db, error, "UPDATE message SET position = ? WHERE row = ?", SQL_INT(take ? order : -order),
                            SQL_INT(place->row)))
                return false;
        }
    }
    return true;
}

static bool
has_row(const GPtrArray *slots, gint64 row)
{
    for (guint i = 0; i < slots->len; i++) {
        if (((const Slot *) slots->pdata[i])->newcomer.message->row == row)
            return true;
    }
    return false;
}

/* Those that came by themselves meanwhile, so late that the archive could not have them in this page: they are behind
 * all of it. */
static bool
add_later_ones(const Slot *slots, const GPtrArray *proofs, gint64 live_from, GArray *places, GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(OrderPlace));
    gint64 last = 0;
    for (guint i = 0; i < places->len; i++)
        last = MAX(last, g_array_index(places, OrderPlace, i).order);
    if (!order_list_archived(&slots[0].newcomer, live_from, last, found, error))
        return false;
    for (guint i = 0; i < found->len; i++) {
        const OrderPlace place = g_array_index(found, OrderPlace, i);
        if (!has_row(proofs, place.row))
            g_array_append_val(places, place);
    }
    return true;
}

/* A server may deliver in another order than it archives: when a session is resumed while messages arrive, or when it
 * hands out what it has kept behind what is said at the time (both ejabberd). Incoming messages change places among
 * themselves until they are in the order in which they were sent. `live_from`: behind this order those lie
 * that came later than the page; 0: not known. */
static bool
restore_order(Slot *slots, guint count, gint64 live_from, GError **error)
{
    g_autoptr(GPtrArray) proofs = g_ptr_array_new();
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(OrderPlace));
    g_autoptr(GArray) orders = g_array_new(FALSE, FALSE, sizeof(gint64));
    bool is_ordered = true;
    for (guint i = 0; i < count; i++) {
        const OrderPlace place = { slots[i].newcomer.message->row, slots[i].order };
        if (!slots[i].is_proof || has_row(proofs, place.row))
            continue;
        g_ptr_array_add(proofs, &slots[i]);
        g_array_append_val(places, place);
    }
    if (places->len == 0 || (live_from != 0 && !add_later_ones(slots, proofs, live_from, places, error)))
        return places->len == 0;
    for (guint i = 0; i < places->len; i++) {
        const gint64 order = g_array_index(places, OrderPlace, i).order;
        is_ordered = is_ordered && (i == 0 || order > g_array_index(orders, gint64, i - 1));
        g_array_append_val(orders, order);
    }
    if (is_ordered)
        return true;
    g_array_sort(orders, compare_orders);
    for (guint i = 0; i < proofs->len; i++) {
        Slot *slot = proofs->pdata[i];
        slot->order = slot->newcomer.message->order = g_array_index(orders, gint64, i);
    }
    return move(slots[0].newcomer.db, places, orders, error);
}

/* What was received is here in the archive's order. What was sent is where it was written, which may be long before the
 * archive had it: that says something of its neighbours only when it does not contradict the others. */
static void
choose_anchors(Slot *slots, guint count, const HistoryBounds *edges)
{
    gint64 after = edges->after;
    gint64 before = edges->before;
    for (guint i = 0; i < count; i++) {
        const bool is_certain = slots[i].order != 0 && slots[i].newcomer.message->direction == MESSAGE_IN;
        slots[i].is_anchor = is_certain || slots[i].order > after;
        if (is_certain)
            after = MAX(after, slots[i].order);
    }
    for (guint i = count; i-- > 0;) {
        const bool is_certain = slots[i].order != 0 && slots[i].newcomer.message->direction == MESSAGE_IN;
        slots[i].is_anchor = slots[i].is_anchor && (is_certain || slots[i].order < before);
        if (is_certain)
            before = MIN(before, slots[i].order);
    }
}

/* Tells each slot of one conversation what comes behind it. */
static void
look_ahead(Slot *slots, guint count, gint64 before)
{
    guint following = 0;
    for (guint i = count; i-- > 0;) {
        slots[i].before = before;
        slots[i].following = following++;
        if (slots[i].is_anchor && slots[i].order < before) {
            before = slots[i].order;
            following = 0;
        }
    }
}

/* With no neighbour known at an edge of the page, messages that have the very stamp of the one there are of the pages
 * beside it: before it (reading on), else behind it (reading back). */
static bool
look_for_ties(const Slot *slots, guint count, HistoryBounds *edges, GError **error)
{
    HistoryBounds before_known = { 0, edges->before };
    HistoryBounds behind_known = { edges->after, G_MAXINT64 };
    for (guint i = 0; i < count; i++) {
        if (!slots[i].is_anchor)
            continue;
        before_known.before = MIN(before_known.before, slots[i].order);
        behind_known.after = MAX(behind_known.after, slots[i].order);
    }
    gint64 first = 0;
    gint64 last = 0;
    if (slots[0].order == 0 && edges->after == 0) {
        if (!order_of_stamp(&slots[0].newcomer, &before_known, &first, &last, error))
            return false;
        edges->after = last;
    }
    if (slots[count - 1].order == 0 && edges->before == G_MAXINT64 && last == 0) {
        if (!order_of_stamp(&slots[count - 1].newcomer, &behind_known, &first, &last, error))
            return false;
        edges->before = first != 0 ? first : edges->before;
    }
    return true;
}

static HistoryOutcome
place_slot(const Slot *slot, gint64 after, GError **error)
{
    const Newcomer *newcomer = &slot->newcomer;
    if (slot->is_known)
        return HISTORY_KNOWN;
    g_autoptr(Message) twin = NULL; /* a page may hold one message twice */
    if (!copies_find(newcomer, &twin, error))
        return HISTORY_FAILED;
    if (twin != NULL)
        return copies_merge(newcomer, twin, error) ? HISTORY_KNOWN : HISTORY_FAILED;
    const bool placed = slot->order != 0 ? order_at(newcomer, slot->order, error)
                                         : order_between(newcomer, after, slot->before, slot->following, error);
    return placed && rows_insert(newcomer->db, newcomer->conversation, newcomer->place, newcomer->message, error)
               ? HISTORY_ADDED
               : HISTORY_FAILED;
}

/* The messages of one conversation, in the archive's order. */
static bool
place_conversation(Slot *slots, guint count, const HistoryBounds *bounds, HistoryOutcome *outcomes, GError **error)
{
    HistoryBounds edges = { bounds != NULL ? bounds->after : 0,
                            bounds != NULL && bounds->before != 0 ? bounds->before : G_MAXINT64 };
    gint64 read = 0; /* may be behind `after`: what was sent is where it was written, however late the archive had it */
    if (bounds != NULL && bounds->read_to != 0
        && !order_of_archived(&slots[0].newcomer, bounds->read_to, &read, error))
        return false;
    edges.after = MAX(edges.after, read);
    const gint64 live_from =
        bounds != NULL && bounds->live_from != 0 ? MAX(bounds->live_from, bounds->read_to) : 0;
    if (!restore_order(slots, count, live_from, error))
        return false;
    choose_anchors(slots, count, &edges);
    if (!look_for_ties(slots, count, &edges, error))
        return false;
    look_ahead(slots, count, edges.before);
    gint64 after = edges.after;
    for (guint i = 0; i < count; i++) {
        const HistoryOutcome outcome = place_slot(&slots[i], after, error);
        if (outcome == HISTORY_FAILED)
            return false;
        if (outcomes != NULL)
            outcomes[slots[i].index] = outcome;
        if (slots[i].is_anchor || slots[i].order == 0)
            after = MAX(after, slots[i].newcomer.message->order);
    }
    return true;
}

/* The step was undone. */
static void
undo_slot(const Slot *slot, HistoryOutcome *outcomes)
{
    slot->newcomer.message->row = 0;
    slot->newcomer.message->order = slot->given;
    if (outcomes != NULL)
        outcomes[slot->index] = HISTORY_FAILED;
}

static bool
add_page(GArray *slots, const HistoryBounds *bounds, HistoryOutcome *outcomes, GError **error)
{
    for (guint i = 0; i < slots->len; i++) {
        if (!init_slot(&g_array_index(slots, Slot, i), error))
            return false;
    }
    g_array_sort(slots, compare_slots);
    Slot *all = (Slot *) (void *) slots->data;
    for (guint start = 0, end; start < slots->len; start = end) {
        for (end = start + 1; end < slots->len; end++) {
            if (all[end].newcomer.conversation != all[start].newcomer.conversation)
                break;
        }
        if (!place_conversation(all + start, end - start, bounds, outcomes, error))
            return false;
    }
    return true;
}

bool
history_add_page_within(Db *db, const HistoryPlace *places, Message *const *messages, guint count,
                        const HistoryBounds *bounds, HistoryOutcome *outcomes, GError **error)
{
    if (!db_step_begin(db, error))
        return false;
    g_autoptr(GArray) slots = g_array_sized_new(FALSE, TRUE, sizeof(Slot), count);
    bool done = true;
    for (guint i = 0; done && i < count; i++) {
        Slot slot = { .index = i, .given = messages[i]->order };
        done = newcomer_init(&slot.newcomer, db, &places[i], messages[i], error);
        g_array_append_val(slots, slot);
    }
    done = db_step_end(db, done && add_page(slots, bounds, outcomes, error), error);
    for (guint i = 0; !done && i < slots->len; i++)
        undo_slot(&g_array_index(slots, Slot, i), outcomes);
    return done;
}

bool
history_add_page(Db *db, const HistoryPlace *places, Message *const *messages, guint count, HistoryOutcome *outcomes,
                 GError **error)
{
    return history_add_page_within(db, places, messages, count, NULL, outcomes, error);
}

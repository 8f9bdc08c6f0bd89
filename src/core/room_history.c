/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Catching up with the archive of a room (XEP-0313) once we are in it: from where the store and the archive agreed last,
 * forward, page by page. The first time only its end is read; a long absence is skipped but for its end, which leaves a
 * gap that is filled when somebody scrolls there (history_past.c). */
#include "base/log.h"
#include "base/when.h"
#include "core/rooms_private.h"
#include "store/sync.h"

enum {
    PAGES_MAX = 5, /* read forward, of MAM_PAGE_MAX messages; then the end comes first */
};

static void ask(Stay *stay);

static Db *
stay_db(const Stay *stay)
{
    return client_db(session_client(stay->rooms->session));
}

static bool
is_kept(const Session *session, const Room *room)
{
    return conversations_are_kept(session_client(session), room_conversation(room));
}

static guint
wanted_count(const Session *session, const Room *room)
{
    return (guint) settings_get_int(client_settings(session_client(session)), SETTING_ROOM_HISTORY,
                                    account_name(session_account(session)), jid_text(room_jid(room)));
}

MucHistory
room_history_wanted(Session *session, Room *room)
{
    const Conversation *conversation = room_conversation(room);
    const guint count = conversation_message_count(conversation);
    Stay *stay = rooms_find_stay(session_rooms(session), room_jid(room));
    stay->is_first_visit = count == 0;
    if ((room_flags(room) & ROOM_HAS_ARCHIVE) != 0 && is_kept(session, room))
        return (MucHistory) { .max_stanzas = 0 };
    const Message *last = count > 0 ? conversation_message_at(conversation, count - 1) : NULL;
    return (MucHistory) {
        .max_stanzas = (int) wanted_count(session, room),
        .since = last != NULL ? last->time : 0,
    };
}

static void
finish(Stay *stay, bool done)
{
    stay->history_query = 0;
    stay->has_caught_up = done;
    outgoing_queue_flush(session_outgoing(stay->rooms->session));
}

static bool
set_cursor(const Stay *stay, const char *id)
{
    g_autoptr(GError) error = NULL;
    if (sync_set_cursor(stay_db(stay), session_store_key(stay->rooms->session), jid_text(stay->jid), id, &error))
        return true;
    log_warning("core", "%s", error->message);
    return false;
}

/* Between what was read forward and this page something may be missing. */
static void
note_gap(const Stay *stay, const Conversation *conversation, const MamPage *page)
{
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(Message) first = page->first != NULL
                                   ? history_find_archived(stay_db(stay), &place, place.with, page->first, NULL)
                                   : NULL;
    const SyncGap gap = {
        .after = stay->history_order,
        .before = first != NULL ? first->order : 0,
        .after_id = stay->history_position,
        .before_id = page->first,
    };
    g_autoptr(GError) error = NULL;
    if (gap.before > gap.after && gap.after != 0 && sync_add_gap(stay_db(stay), &place, &gap, &error) == 0)
        log_warning("core", "%s", error->message);
}

static void
take_end(Stay *stay, Conversation *conversation, const MamPage *page)
{
    const bool is_news = stay->history_stage == ROOM_HISTORY_SKIPPED;
    HistoryBounds bounds = { .read_to = is_news ? stay->history_order : 0 };
    g_autoptr(GError) error = NULL;
    if (!rooms_archive_page(stay->rooms->session, conversation, page, is_news, &bounds, &error)) {
        log_warning("core", "%s", error->message);
        finish(stay, false);
        return;
    }
    if (is_news && !page->complete)
        note_gap(stay, conversation, page);
    set_cursor(stay, page->last != NULL ? page->last : "");
    history_sync_show_gaps(session_client(stay->rooms->session), conversation);
    finish(stay, true);
}

static void
take_forward(Stay *stay, Conversation *conversation, const MamPage *page)
{
    HistoryBounds bounds = { .read_to = stay->history_order };
    g_autoptr(GError) error = NULL;
    if (!rooms_archive_page(stay->rooms->session, conversation, page, true, &bounds, &error)) {
        log_warning("core", "%s", error->message);
        finish(stay, false);
        return;
    }
    stay->history_order = MAX(stay->history_order, bounds.read_to);
    if (page->last != NULL && !page->unstable) {
        set_cursor(stay, page->last);
        g_free(stay->history_position);
        stay->history_position = g_strdup(page->last);
    }
    if (page->complete || page->last == NULL || page->unstable) {
        finish(stay, true);
        return;
    }
    if (++stay->history_pages == PAGES_MAX)
        stay->history_stage = ROOM_HISTORY_SKIPPED;
    ask(stay);
}

static void
on_page(XmppStream *stream, const MamPage *page, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Stay *stay = data;
    Room *room = rooms_stay_room(stay);
    stay->history_query = 0;
    if (stay->stage != STAY_IN || room == NULL)
        return;
    if (page == NULL) {
        /* The archive has forgotten where we were. */
        if (detail != NULL && g_str_equal(detail->condition, "item-not-found")
            && stay->history_stage == ROOM_HISTORY_FORWARD) {
            stay->history_stage = ROOM_HISTORY_SKIPPED;
            ask(stay);
            return;
        }
        log_info("core", "the archive of %s cannot be read: %s", jid_text(stay->jid), error->message);
        finish(stay, false);
    } else if (stay->history_stage == ROOM_HISTORY_FORWARD) {
        take_forward(stay, room_conversation(room), page);
    } else {
        take_end(stay, room_conversation(room), page);
    }
}

static void
ask(Stay *stay)
{
    const bool is_forward = stay->history_stage == ROOM_HISTORY_FORWARD;
    const Room *room = rooms_stay_room(stay);
    const guint first = CLAMP(wanted_count(stay->rooms->session, room), 1u, (guint) MAM_PAGE_MAX);
    const MamQuery query = {
        .archive = stay->jid,
        .after = is_forward ? stay->history_position : NULL,
        .before = is_forward ? NULL : "",
        .max = stay->history_stage == ROOM_HISTORY_FIRST ? first : 0,
    };
    stay->history_query = mam_query(session_stream(stay->rooms->session), &query, on_page, stay);
}

static void
begin(Stay *stay, Room *room)
{
    Conversation *conversation = room_conversation(room);
    const char *account = session_store_key(stay->rooms->session);
    if ((room_flags(room) & ROOM_HAS_ARCHIVE) == 0 || !is_kept(stay->rooms->session, room)) {
        finish(stay, true);
        return;
    }
    g_free(stay->history_position);
    stay->history_position = sync_cursor(stay_db(stay), account, jid_text(stay->jid), NULL);
    stay->history_order = conversation_last_order(conversation);
    stay->history_pages = 0;
    stay->history_stage = stay->history_position != NULL ? ROOM_HISTORY_FORWARD : ROOM_HISTORY_FIRST;
    if (stay->history_stage == ROOM_HISTORY_FIRST && wanted_count(stay->rooms->session, room) == 0) {
        finish(stay, true);
        return;
    }
    ask(stay);
}

void
room_history_joined(Session *session, Room *room)
{
    Stay *stay = rooms_find_stay(session_rooms(session), room_jid(room));
    stay->has_caught_up = false;
    if (conversation_past(room_conversation(room)) == PAST_MISSING) /* it can be had now */
        conversation_set_past(room_conversation(room), PAST_UNKNOWN, NULL);
    begin(stay, room);
}

/* What was lost with the connection the server sends again: nothing is missing, unless a page was. */
void
room_history_resumed(Session *session, Room *room)
{
    Stay *stay = room != NULL ? rooms_find_stay(session_rooms(session), room_jid(room)) : NULL;
    if (stay != NULL && !stay->has_caught_up && stay->history_query == 0)
        begin(stay, room);
}

void
room_history_left(Session *session, Room *room)
{
    Stay *stay = rooms_find_stay(session_rooms(session), room_jid(room));
    if (stay->history_query != 0)
        mam_cancel(session_stream(session), stay->history_query);
    stay->history_query = 0;
    stay->has_caught_up = false;
}

/* Once it was read to its end, what comes live is the next of it. */
void
room_history_live(Session *session, Room *room, const char *archive_id)
{
    const Stay *stay = rooms_find_stay(session_rooms(session), room_jid(room));
    if (stay->has_caught_up && is_kept(session, room))
        set_cursor(stay, archive_id);
}

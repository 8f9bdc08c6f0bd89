/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What joins and leaves is a change of what is known: what another device did while this one was offline is the
 * difference between the list of the last time and the server's. Only the first list of a process joins all. */
#include "core/room_bookmarks.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "core/core_private.h"
#include "core/rooms.h"
#include "store/cache.h"

#define KEY_PREFIX "bookmark:"

struct RoomBookmarks {
    Session *session;
    GHashTable *known;   /* Jid (the bookmark's) → XmppBookmark */
    GHashTable *editing; /* Jid → count: what comes about these is our own doing */
    GPtrArray *waiting;  /* Wait*: until the list of this session has come */
    bool is_current;     /* it has */
    bool has_begun;      /* the first one of this process has */
    guint subscription;
};

typedef struct Wait {
    CoreDone done;
    gpointer data;
} Wait;

/* A change that the server is asked for. */
typedef struct Edit {
    RoomBookmarks *bookmarks;
    Jid *room;
    XmppBookmark *bookmark; /* as it will be; NULL: none */
    bool was_joined;
    CoreRequest *request;
} Edit;

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

/* --- what is known --- */

static int
compare_rooms(gconstpointer a, gconstpointer b)
{
    const XmppBookmark *left = *(const XmppBookmark *const *) a, *right = *(const XmppBookmark *const *) b;
    return jid_compare(left->room, right->room);
}

GPtrArray *
room_bookmarks_list(const Session *session)
{
    GPtrArray *list = g_ptr_array_new();
    GHashTableIter iter;
    gpointer bookmark;
    g_hash_table_iter_init(&iter, session_bookmarks(session)->known);
    while (g_hash_table_iter_next(&iter, NULL, &bookmark))
        g_ptr_array_add(list, bookmark);
    g_ptr_array_sort(list, compare_rooms);
    return list;
}

const XmppBookmark *
room_bookmarks_find(const Session *session, const Jid *room)
{
    return g_hash_table_lookup(session_bookmarks(session)->known, room);
}

BookmarkNotify
room_bookmarks_notify(const Session *session, const Jid *room)
{
    const XmppBookmark *bookmark = room_bookmarks_find(session, room);
    return bookmark != NULL ? bookmark->notify : BOOKMARK_NOTIFY_UNSET;
}

const char *
room_bookmarks_notify_word(BookmarkNotify notify)
{
    static const char *const words[] = {
        [BOOKMARK_NOTIFY_UNSET] = NULL,
        [BOOKMARK_NOTIFY_ALWAYS] = "always",
        [BOOKMARK_NOTIFY_ON_MENTION] = "on-mention",
        [BOOKMARK_NOTIFY_NEVER] = "never",
    };
    return words[notify];
}

static const Settings *
settings_of(const Session *session)
{
    return client_settings(session_client(session));
}

/* What this device says of joining by itself: "bookmark", "on" or "off". */
static const char *
own_word(const Session *session, const Jid *room)
{
    return settings_get_text(settings_of(session), SETTING_ROOM_AUTOJOIN, account_name(session_account(session)),
                             jid_text(room));
}

bool
room_bookmarks_is_autojoined(const Session *session, const XmppBookmark *bookmark)
{
    const char *word = own_word(session, bookmark->room);
    return g_str_equal(word, "bookmark") ? bookmark->autojoin : g_str_equal(word, "on");
}

/* --- the store --- */

static Db *
db_of(const RoomBookmarks *bookmarks)
{
    return client_db(session_client(bookmarks->session));
}

/* `bookmark` NULL: forgotten. Losing it costs a question at the next login, so nobody is told. */
static void
store(const RoomBookmarks *bookmarks, const Jid *room, const XmppBookmark *bookmark)
{
    xmpp_ctx_t *ctx = stream_ctx(session_stream(bookmarks->session));
    g_autofree char *key = g_strconcat(KEY_PREFIX, jid_text(room), NULL);
    g_autofree char *text = bookmark != NULL ? bookmark_to_text(ctx, bookmark) : NULL;
    g_autoptr(GError) error = NULL;
    if (text != NULL && strlen(text) > CACHE_MEMORY_SIZE_MAX)
        g_clear_pointer(&text, g_free);
    if (!cache_remember(db_of(bookmarks), session_store_key(bookmarks->session), key, text, &error))
        log_debug("core", "a bookmark is not kept: %s", error->message);
}

static void
load(const char *key, const char *value, gpointer data)
{
    RoomBookmarks *bookmarks = data;
    xmpp_ctx_t *ctx = stream_ctx(session_stream(bookmarks->session));
    XmppBookmark *bookmark = bookmark_from_text(ctx, key + strlen(KEY_PREFIX), value);
    if (bookmark != NULL)
        g_hash_table_replace(bookmarks->known, bookmark->room, bookmark);
}

/* --- joining and leaving --- */

/* The nick of this device comes first, then the one of the bookmark, then what is usual. */
static const char *
choose_nick(const Session *session, const XmppBookmark *bookmark)
{
    const SettingPlace here = { .conversation = jid_text(bookmark->room) };
    const char *own = settings_get_own(settings_of(session), SETTING_ROOM_NICK, here);
    return own != NULL && *own != '\0' ? own : bookmark->nick;
}

static void
join(const RoomBookmarks *bookmarks, const XmppBookmark *bookmark)
{
    const RoomsJoin wish = {
        .room = bookmark->room,
        .nick = choose_nick(bookmarks->session, bookmark),
        .password = bookmark->password,
    };
    rooms_want(bookmarks->session, &wish);
}

static void
leave(const RoomBookmarks *bookmarks, const Jid *room)
{
    Session *session = bookmarks->session;
    Room *found = account_find_room(session_account(session), room);
    if (found == NULL || !rooms_is_wanted(session, found) || !rooms_leave(session, found, NULL, NULL))
        return;
    client_notice(session_client(session), session_account(session), NOTICE_INFO, 0,
                  _("%s was left, as another device of yours wants it: /join %s comes back"), jid_text(room),
                  jid_text(room));
}

/* Takes the bookmark over (NULL: it is gone); returns whether it was to be joined. */
static bool
take(RoomBookmarks *bookmarks, const Jid *room, const XmppBookmark *bookmark)
{
    const XmppBookmark *old = g_hash_table_lookup(bookmarks->known, room);
    const bool was_joined = old != NULL && room_bookmarks_is_autojoined(bookmarks->session, old);
    const bool is_same = old != NULL && bookmark != NULL && bookmark_equal(old, bookmark)
                         && g_strcmp0(old->xml, bookmark->xml) == 0;
    if (is_same)
        return was_joined;
    g_autoptr(Jid) key = jid_ref(room); /* it may be the old one's */
    if (bookmark != NULL) {
        XmppBookmark *copy = bookmark_copy(bookmark);
        g_hash_table_replace(bookmarks->known, copy->room, copy);
    } else {
        g_hash_table_remove(bookmarks->known, key);
    }
    store(bookmarks, key, bookmark);
    return was_joined;
}

/* Somebody else has changed it, or was it us? */
static void
follow(RoomBookmarks *bookmarks, const Jid *room, const XmppBookmark *bookmark)
{
    const bool is_own = g_hash_table_contains(bookmarks->editing, room);
    g_autoptr(Jid) jid = jid_ref(room);
    const bool was_joined = take(bookmarks, room, bookmark);
    const bool is_joined = bookmark != NULL ? room_bookmarks_is_autojoined(bookmarks->session, bookmark)
                                            : g_str_equal(own_word(bookmarks->session, jid), "on");
    if (is_own)
        return;
    if (bookmark != NULL && is_joined && !was_joined)
        join(bookmarks, bookmark);
    else if (!is_joined && was_joined)
        leave(bookmarks, jid);
}

/* --- what the server tells --- */

/* Rooms that are known, but not on the list. Jid*, the caller's. */
static GPtrArray *
find_gone(const RoomBookmarks *bookmarks, const GPtrArray *list)
{
    GPtrArray *gone = g_ptr_array_new_with_free_func(unref_jid);
    g_autoptr(GHashTable) there = g_hash_table_new(jid_hash, jid_hash_equal);
    GHashTableIter iter;
    gpointer room;
    for (guint i = 0; i < list->len; i++)
        g_hash_table_add(there, ((XmppBookmark *) g_ptr_array_index(list, i))->room);
    g_hash_table_iter_init(&iter, bookmarks->known);
    while (g_hash_table_iter_next(&iter, &room, NULL)) {
        if (!g_hash_table_contains(there, room))
            g_ptr_array_add(gone, jid_ref(room));
    }
    return gone;
}

static void
join_all(const RoomBookmarks *bookmarks)
{
    g_autoptr(GPtrArray) list = room_bookmarks_list(bookmarks->session);
    for (guint i = 0; i < list->len; i++) {
        const XmppBookmark *bookmark = g_ptr_array_index(list, i);
        if (room_bookmarks_is_autojoined(bookmarks->session, bookmark))
            join(bookmarks, bookmark);
    }
}

static void
end_waiting(RoomBookmarks *bookmarks, const GError *error)
{
    g_autoptr(GPtrArray) waiting = g_steal_pointer(&bookmarks->waiting);
    bookmarks->waiting = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < waiting->len; i++) {
        const Wait *wait = g_ptr_array_index(waiting, i);
        core_done_later(wait->done, wait->data, error);
    }
}

static void
take_list(RoomBookmarks *bookmarks, const GPtrArray *list)
{
    const bool is_first = !bookmarks->has_begun;
    g_autoptr(GPtrArray) gone = find_gone(bookmarks, list);
    for (guint i = 0; i < gone->len; i++)
        (is_first ? (void) take(bookmarks, g_ptr_array_index(gone, i), NULL)
                  : follow(bookmarks, g_ptr_array_index(gone, i), NULL));
    for (guint i = 0; i < list->len; i++) {
        const XmppBookmark *bookmark = g_ptr_array_index(list, i);
        if (is_first)
            take(bookmarks, bookmark->room, bookmark);
        else
            follow(bookmarks, bookmark->room, bookmark);
    }
}

void
room_bookmarks_receive(RoomBookmarks *bookmarks, const Jid *room, const XmppBookmark *bookmark)
{
    if (bookmark == NULL || g_hash_table_contains(bookmarks->known, room)
        || g_hash_table_size(bookmarks->known) < BOOKMARKS_MAX)
        follow(bookmarks, room, bookmark);
}

void
room_bookmarks_bound(RoomBookmarks *bookmarks)
{
    bookmarks->is_current = false;
    bookmarks_request(session_stream(bookmarks->session));
}

void
room_bookmarks_closed(RoomBookmarks *bookmarks)
{
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the connection was lost"));
    end_waiting(bookmarks, error);
}

/* --- changing --- */

void
room_bookmarks_wait(Session *session, CoreDone done, gpointer data)
{
    RoomBookmarks *bookmarks = session_bookmarks(session);
    g_autoptr(GError) error = NULL;
    if (bookmarks->is_current || !session_require_online(session, &error)) {
        core_done_later(done, data, error);
        return;
    }
    Wait *wait = g_new0(Wait, 1);
    *wait = (Wait) { .done = done, .data = data };
    g_ptr_array_add(bookmarks->waiting, wait);
    bookmarks_request(session_stream(session));
}

static void
count_edit(const RoomBookmarks *bookmarks, const Jid *room, int by)
{
    const int count = GPOINTER_TO_INT(g_hash_table_lookup(bookmarks->editing, room)) + by;
    if (count > 0)
        g_hash_table_replace(bookmarks->editing, jid_ref(room), GINT_TO_POINTER(count));
    else
        g_hash_table_remove(bookmarks->editing, room);
}

static void
on_edited(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Edit *edit = data;
    RoomBookmarks *bookmarks = edit->bookmarks;
    count_edit(bookmarks, edit->room, -1);
    if (error == NULL) {
        take(bookmarks, edit->room, edit->bookmark);
        if (edit->bookmark != NULL && !edit->was_joined
            && room_bookmarks_is_autojoined(bookmarks->session, edit->bookmark))
            join(bookmarks, edit->bookmark);
    }
    core_request_done(stream, answer, detail, error, edit->request);
    jid_unref(edit->room);
    bookmark_free(edit->bookmark);
    g_free(edit);
}

static Edit *
edit_new(RoomBookmarks *bookmarks, const Jid *room, CoreDone done, gpointer data)
{
    const XmppBookmark *old = g_hash_table_lookup(bookmarks->known, room);
    Edit *edit = g_new0(Edit, 1);
    *edit = (Edit) {
        .bookmarks = bookmarks,
        .room = jid_to_bare(room),
        .was_joined = old != NULL && room_bookmarks_is_autojoined(bookmarks->session, old),
        .request = core_request_new(done, data),
    };
    count_edit(bookmarks, edit->room, 1);
    return edit;
}

static bool
require_current(Session *session, GError **error)
{
    if (!session_require_online(session, error))
        return false;
    if (session_bookmarks(session)->is_current && bookmarks_can_change(session_stream(session)))
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED,
                        _("it is not known yet what is bookmarked: try again in a moment"));
    return false;
}

static void
set_text(char **field, const char *text)
{
    if (text == NULL)
        return;
    g_free(*field);
    *field = *text != '\0' ? g_strdup(text) : NULL;
}

void
room_bookmarks_put(Session *session, const BookmarkChange *change, CoreDone done, gpointer data)
{
    g_autoptr(GError) error = NULL;
    const XmppBookmark *old = room_bookmarks_find(session, change->room);
    if (!require_current(session, &error)) {
        core_done_later(done, data, error);
        return;
    }
    XmppBookmark *bookmark = old != NULL ? bookmark_copy(old) : bookmark_new(change->room);
    set_text(&bookmark->name, change->name);
    set_text(&bookmark->nick, change->nick);
    set_text(&bookmark->password, change->password);
    if (change->autojoin >= 0 || old == NULL)
        bookmark->autojoin = change->autojoin != 0;
    if (change->notify >= 0)
        bookmark->notify = (BookmarkNotify) change->notify;
    Edit *edit = edit_new(session_bookmarks(session), change->room, done, data);
    edit->bookmark = bookmark;
    bookmarks_put(session_stream(session), bookmark, on_edited, edit);
}

void
room_bookmarks_remove(Session *session, const Jid *room, CoreDone done, gpointer data)
{
    g_autoptr(GError) error = NULL;
    if (require_current(session, &error) && room_bookmarks_find(session, room) == NULL)
        g_set_error(&error, CONFAB_ERROR, ERROR_NOT_FOUND, _("%s is not bookmarked: see /bookmark list"), jid_text(room));
    if (error != NULL) {
        core_done_later(done, data, error);
        return;
    }
    bookmarks_remove(session_stream(session), room, on_edited,
                     edit_new(session_bookmarks(session), room, done, data));
}

/* --- rooms that are bookmarked when they are joined (setting room.bookmark) --- */

static void
on_bookmarked(const GError *error, gpointer data)
{
    if (error != NULL)
        log_debug("core", "a room was not bookmarked: %s", error->message);
}

static void
bookmark_joined(const RoomBookmarks *bookmarks, const Room *room)
{
    Session *session = bookmarks->session;
    const Jid *jid = room_jid(room);
    if (room_state(room) != ROOM_JOINED || g_hash_table_contains(bookmarks->known, jid)
        || g_hash_table_contains(bookmarks->editing, jid)
        || !settings_get_bool(settings_of(session), SETTING_ROOM_BOOKMARK, account_name(session_account(session)),
                              jid_text(jid)))
        return;
    g_autofree char *usual = rooms_default_nick(session, jid);
    const bool is_usual = g_strcmp0(usual, room_nick(room)) == 0;
    const BookmarkChange change = {
        .room = jid, .nick = is_usual ? NULL : room_nick(room), .autojoin = 1, .notify = -1,
    };
    room_bookmarks_put(session, &change, on_bookmarked, NULL);
}

/* Those that were joined before it was known what is bookmarked. */
static void
bookmark_all_joined(const RoomBookmarks *bookmarks)
{
    const Account *account = session_account(bookmarks->session);
    for (guint i = 0; i < account_conversation_count(account); i++) {
        const Room *room = conversation_room(account_conversation_at(account, i));
        if (room != NULL)
            bookmark_joined(bookmarks, room);
    }
}

static void
on_model_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    const RoomBookmarks *bookmarks = user;
    if (event->type == ROOM_CHANGED && event->room.what == ROOM_STATE && bookmarks->is_current
        && event->account == session_account(bookmarks->session))
        bookmark_joined(bookmarks, conversation_room(event->room.conversation));
}

/* --- the list --- */

void
room_bookmarks_receive_list(RoomBookmarks *bookmarks, const GPtrArray *list)
{
    g_autoptr(GError) error = NULL;
    if (list != NULL)
        take_list(bookmarks, list);
    else
        error = g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL,
                                    _("the server does not tell the bookmarks: try again later, or /reconnect"));
    bookmarks->is_current = list != NULL;
    if (!bookmarks->has_begun) {
        join_all(bookmarks); /* or as they were the last time */
        if (bookmarks->is_current)
            bookmark_all_joined(bookmarks);
    }
    bookmarks->has_begun = true;
    end_waiting(bookmarks, error);
}

/* --- life --- */

RoomBookmarks *
room_bookmarks_new(Session *session)
{
    RoomBookmarks *bookmarks = g_new0(RoomBookmarks, 1);
    g_autoptr(GError) error = NULL;
    *bookmarks = (RoomBookmarks) {
        .session = session,
        .known = g_hash_table_new_full(jid_hash, jid_hash_equal, NULL, free_bookmark),
        .editing = g_hash_table_new_full(jid_hash, jid_hash_equal, unref_jid, NULL),
        .waiting = g_ptr_array_new_with_free_func(g_free),
    };
    if (!cache_foreach_memory(db_of(bookmarks), session_store_key(session), KEY_PREFIX, load, bookmarks, &error))
        log_debug("core", "bookmarks of the last time are not known: %s", error->message);
    bookmarks->subscription = bus_subscribe(client_bus(session_client(session)), on_model_event, bookmarks);
    return bookmarks;
}

void
room_bookmarks_free(RoomBookmarks *bookmarks)
{
    bus_unsubscribe(client_bus(session_client(bookmarks->session)), bookmarks->subscription);
    room_bookmarks_closed(bookmarks);
    g_hash_table_unref(bookmarks->known);
    g_hash_table_unref(bookmarks->editing);
    g_ptr_array_unref(bookmarks->waiting);
    g_free(bookmarks);
}

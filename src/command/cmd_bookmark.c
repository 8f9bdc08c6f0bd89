/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "command/room_call.h"
#include "command/tables.h"
#include "core/room_bookmarks.h"
#include "core/rooms.h"

/* --- which room --- */

/* The one that was named, or the current one. A nick behind its slash, or the one used in it where that is not the usual
 * one, goes to `*nick` (the caller's). */
static Jid *
find_room(CommandCall *call, const Jid *named, char **nick, GError **error)
{
    if (named != NULL) {
        *nick = g_strdup(jid_resource(named));
        g_autoptr(Jid) bare = jid_to_bare(named);
        if (jid_local(bare) != NULL)
            return g_steal_pointer(&bare);
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("%s is a server, not a room: write room@%s"),
                    jid_text(bare), jid_domain(bare));
        return NULL;
    }
    const Conversation *conversation = command_call_conversation(call);
    const Room *room = conversation != NULL ? conversation_room(conversation) : NULL;
    if (room == NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED, _("there is no room here: name one, room@server"));
        return NULL;
    }
    g_autofree char *usual = rooms_default_nick(command_call_session(call), room_jid(room));
    *nick = g_strcmp0(room_nick(room), usual) != 0 ? g_strdup(room_nick(room)) : NULL;
    return jid_ref(room_jid(room));
}

/* --- what there is --- */

static char *
clean(const char *text)
{
    return text != NULL ? text_clean(text, -1, TEXT_LINE | TEXT_STRICT) : NULL;
}

static void
print_bookmark(CommandCall *call, const XmppBookmark *bookmark)
{
    const Session *session = command_call_session(call);
    const Room *room = account_find_room(session_account(session), bookmark->room);
    g_autofree char *name = clean(bookmark->name);
    g_autofree char *nick = clean(bookmark->nick);
    const bool is_joined_here = room_bookmarks_is_autojoined(session, bookmark);
    command_call_row(call, "room", jid_text(bookmark->room), "name", name, "nick", nick, "autojoin",
                     bookmark->autojoin ? "on" : "off", ".here", is_joined_here ? "on" : "off", "notify",
                     room_bookmarks_notify_word(bookmark->notify), "state",
                     room_state_word(room != NULL ? room_state(room) : ROOM_OUT), NULL);
}

/* Offline, or when the server does not tell: what it told the last time. */
static void
on_known(const GError *error, gpointer data)
{
    CommandCall *call = data;
    const Session *session = command_call_session(call);
    g_autoptr(GPtrArray) list = room_bookmarks_list(session);
    for (guint i = 0; i < list->len; i++)
        print_bookmark(call, g_ptr_array_index(list, i));
    if (list->len == 0 && error == NULL)
        command_call_print(call, "%s", _("No room is bookmarked: /bookmark add ROOM"));
    command_call_finish(call, list->len == 0 ? error : NULL);
}

static bool
cmd_bookmark_list(CommandCall *call, const Args *args, GError **error)
{
    room_bookmarks_wait(command_call_session(call), on_known, command_call_defer(call));
    return true;
}

/* --- changes: when it is known what is there --- */

typedef struct Wish {
    CommandCall *call;
    Jid *room;
    bool must_be_there, is_removal;
    char *name, *nick, *password;
    int autojoin, notify;
} Wish;

static void
wish_free(Wish *wish)
{
    jid_unref(wish->room);
    g_free(wish->name);
    g_free(wish->nick);
    g_free(wish->password);
    g_free(wish);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wish, wish_free)

static void
change(const Wish *wish)
{
    const BookmarkChange wanted = {
        .room = wish->room,
        .name = wish->name,
        .nick = wish->nick,
        .password = wish->password,
        .autojoin = wish->autojoin,
        .notify = wish->notify,
    };
    room_bookmarks_put(command_call_session(wish->call), &wanted, command_call_done, wish->call);
}

static void
on_ready(const GError *error, gpointer data)
{
    g_autoptr(Wish) wish = data;
    Session *session = command_call_session(wish->call);
    if (error != NULL) {
        command_call_finish(wish->call, error);
    } else if (wish->is_removal) {
        room_bookmarks_remove(session, wish->room, command_call_done, wish->call);
    } else if (wish->must_be_there && room_bookmarks_find(session, wish->room) == NULL) {
        g_autoptr(GError) missing = g_error_new(CONFAB_ERROR, ERROR_NOT_FOUND, _("%s is not bookmarked: /bookmark add %s"),
                                                jid_text(wish->room), jid_text(wish->room));
        command_call_finish(wish->call, missing);
    } else {
        change(wish);
    }
}

static void
begin(CommandCall *call, Wish *take_wish)
{
    take_wish->call = command_call_defer(call);
    room_bookmarks_wait(command_call_session(call), on_ready, take_wish);
}

static Wish *
wish_new(CommandCall *call, const Jid *named, GError **error)
{
    char *nick = NULL;
    Jid *room = find_room(call, named, &nick, error);
    if (room == NULL) {
        g_free(nick);
        return NULL;
    }
    Wish *wish = g_new0(Wish, 1);
    *wish = (Wish) { .room = room, .nick = nick, .autojoin = -1, .notify = -1 };
    return wish;
}

static bool
cmd_bookmark_add(CommandCall *call, const Args *args, GError **error)
{
    Wish *wish = wish_new(call, args_jid(args, "room"), error);
    const char *autojoin = args_text(args, "autojoin");
    if (wish == NULL)
        return false;
    wish->name = g_strdup(args_text(args, "name"));
    wish->password = g_strdup(args_text(args, "password"));
    wish->autojoin = autojoin == NULL ? -1 : strcmp(autojoin, "on") == 0;
    begin(call, wish);
    return true;
}

static bool
cmd_bookmark_remove(CommandCall *call, const Args *args, GError **error)
{
    Wish *wish = wish_new(call, args_jid(args, "room"), error);
    if (wish == NULL)
        return false;
    wish->is_removal = true;
    begin(call, wish);
    return true;
}

/* --- one thing of it --- */

/* Its place among the words; -1 and an error: none of them. */
static int
find_word(const char *key, const char *value, const char *const *words, GError **error)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], value) == 0)
            return i;
    }
    g_autofree char *shown = text_clean(value, -1, TEXT_LINE | TEXT_STRICT);
    g_autofree char *all = g_strjoinv(", ", (char **) words);
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("%s cannot be “%s”: give one of %s"), key, shown, all);
    return -1;
}

/* `value` "": it is taken away. */
static bool
wish_for(Wish *wish, const char *key, const char *value, GError **error)
{
    static const char *const off_on[] = { "off", "on", NULL };
    static const char *const notify[] = { "default", "always", "on-mention", "never", NULL }; /* as BookmarkNotify */
    g_clear_pointer(&wish->nick, g_free);
    if (strcmp(key, "name") == 0)
        wish->name = g_strdup(value);
    else if (strcmp(key, "nick") == 0)
        wish->nick = g_strdup(value);
    else if (strcmp(key, "password") == 0)
        wish->password = g_strdup(value);
    else if (strcmp(key, "autojoin") == 0)
        return (wish->autojoin = find_word(key, *value != '\0' ? value : "off", off_on, error)) >= 0;
    else
        return (wish->notify = find_word(key, *value != '\0' ? value : "default", notify, error)) >= 0;
    return true;
}

static bool
cmd_bookmark_set(CommandCall *call, const Args *args, GError **error)
{
    g_autoptr(Wish) wish = wish_new(call, args_jid(args, "room"), error);
    const char *value = args_text(args, "value");
    if (wish == NULL || !wish_for(wish, args_text(args, "key"), value != NULL ? value : "", error))
        return false;
    wish->must_be_there = true;
    begin(call, g_steal_pointer(&wish));
    return true;
}

/* The password is nobody's business (I23). */
static int
show_add(const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], "password") == 0)
            return i + 1;
    }
    return -1;
}

static int
show_set(const char *const *words)
{
    return words[0] != NULL && strcmp(words[0], "password") == 0 ? 1 : -1;
}

static const Command commands[] = {
    { .name = "bookmark",
      .grammar = "",
      .help = N_("List the bookmarked rooms."),
      .run = cmd_bookmark_list,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/bookmark" },
    { .name = "bookmark list",
      .grammar = "",
      .help = N_("List the bookmarked rooms: what they are called, your nick there, whether they are joined by "
                 "themselves, and how it stands with them."),
      .run = cmd_bookmark_list,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/on work /bookmark list" },
    { .name = "bookmark add",
      .grammar = "[room:jid] [name name:word] [password password:word] [autojoin autojoin:on|off]",
      .help = N_("Bookmark the current room or another one, or change its bookmark."),
      .run = cmd_bookmark_add,
      .needs = NEEDS_SESSION,
      .details = N_("Unless you say autojoin off, the room is joined whenever one of your devices comes online. It is "
                    "joined now, too, here and on your other devices. The nick behind the slash is used there."),
      .example = "/bookmark add garden@rooms.example.org/Alice name \"The garden\" autojoin on",
      .shows = show_add },
    { .name = "bookmark remove",
      .grammar = "[room:jid]",
      .help = N_("Forget the bookmark of the current room or of another one."),
      .run = cmd_bookmark_remove,
      .needs = NEEDS_SESSION,
      .details = N_("You stay in the room here until you /leave; your other devices leave it."),
      .example = "/bookmark remove garden@rooms.example.org" },
    { .name = "bookmark set",
      .grammar = "<key:name|nick|password|autojoin|notify> [value:word] [room room:jid]",
      .help = N_("Change one thing of a bookmark; without a value it is taken away."),
      .run = cmd_bookmark_set,
      .needs = NEEDS_SESSION,
      .details = N_("autojoin is on or off; notify is always, on-mention, never or default. All your devices see it; "
                    "what is for this one only are the settings room.autojoin and room.nick of the room."),
      .example = "/bookmark set autojoin off room garden@rooms.example.org",
      .shows = show_set },
    { 0 },
};

static const char *const topic[] = {
    N_("Bookmarks are kept by the server, for all your devices. What another device of yours bookmarks to be joined is "
       "joined here at once, and what it takes away is left. /join and /leave are for now: they change no bookmark, "
       "unless the setting room.bookmark is on, which bookmarks every room that is joined."),
    NULL,
};

const CommandGroup bookmarks_group = { "bookmarks", N_("Bookmarks"), commands, topic };

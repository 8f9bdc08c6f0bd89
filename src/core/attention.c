/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/attention.h"

#include "base/i18n.h"
#include "base/pattern.h"
#include "base/when.h"
#include "core/core_private.h"
#include "core/ignores.h"
#include "core/mentions.h"
#include "core/quiet_hours.h"
#include "core/room_bookmarks.h"

enum {
    PATTERNS_MAX = 64,      /* kept compiled */
    SPOKE_LATELY_MIN = 10,
};

struct Attention {
    Client *client;
    GHashTable *patterns; /* text → GRegex, NULL: it is none, and the user was told */
    guint settings;       /* subscription */
};

static void
pattern_free(gpointer pattern)
{
    if (pattern != NULL)
        g_regex_unref(pattern);
}

/* NULL: none, or it is no pattern; the user is told once. */
static const GRegex *
find_pattern(Attention *attention, const char *text)
{
    gpointer known;
    if (*text == '\0')
        return NULL;
    if (g_hash_table_lookup_extended(attention->patterns, text, NULL, &known))
        return known;
    g_autoptr(GError) error = NULL;
    GRegex *pattern = pattern_new(text, &error);
    if (pattern == NULL)
        client_notice(attention->client, NULL, NOTICE_WARNING, error->code, "notify.patterns: %s", error->message);
    if (g_hash_table_size(attention->patterns) >= PATTERNS_MAX)
        g_hash_table_remove_all(attention->patterns);
    g_hash_table_insert(attention->patterns, g_strdup(text), pattern);
    return pattern;
}

/* Whoever sets something that makes no sense learns it now, not when it would have counted. */
static void
on_setting(gconstpointer data, gpointer user)
{
    Attention *attention = user;
    const SettingsEvent *event = data;
    if (event->setting != SETTING_NOTIFY_PATTERNS && event->setting != SETTING_NOTIFY_QUIET)
        return;
    const char *text = settings_get_own(client_settings(attention->client), event->setting, event->place);
    if (text == NULL)
        return;
    if (event->setting == SETTING_NOTIFY_PATTERNS)
        find_pattern(attention, text);
    else if (!quiet_hours_are_valid(text))
        client_notice(attention->client, NULL, NOTICE_WARNING, 0,
                      _("notify.quiet is not hours, and counts for nothing: write it like 22:00-07:00"));
}

Attention *
attention_new(Client *client)
{
    Attention *attention = g_new0(Attention, 1);
    attention->client = client;
    attention->patterns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, pattern_free);
    attention->settings = bus_subscribe(settings_bus(client_settings(client)), on_setting, attention);
    return attention;
}

void
attention_free(Attention *attention)
{
    if (attention == NULL)
        return;
    bus_unsubscribe(settings_bus(client_settings(attention->client)), attention->settings);
    g_hash_table_unref(attention->patterns);
    g_free(attention);
}

/* --- whom a message calls --- */

/* The value of a setting for the conversation with somebody. */
static const char *
text_for(const Session *session, Setting setting, const Jid *with)
{
    return settings_get_text(client_settings(session_client(session)), setting, account_name(session_account(session)),
                             jid_bare(with));
}

/* What the user is called there, and the words that the user wants to hear of. */
static bool
is_named(const Session *session, const Jid *with, const char *nick, const char *body)
{
    g_auto(GStrv) words = g_strsplit(text_for(session, SETTING_NOTIFY_WORDS, with), ",", -1);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_ptr_array_add(names, (gpointer) nick);
    for (guint i = 0; words[i] != NULL; i++)
        g_ptr_array_add(names, g_strstrip(words[i]));
    return mentions_any(body, (const char *const *) names->pdata, names->len);
}

/* The user, as others can name somebody: by address, or as an occupant; `nick` NULL: not in a room. */
static bool
is_user(const Session *session, const Jid *with, const char *nick, const Jid *jid)
{
    if (jid == NULL)
        return false;
    if (jid_equal_bare(jid, account_jid(session_account(session))))
        return true;
    return nick != NULL && jid_equal_bare(jid, with) && g_strcmp0(jid_resource(jid), nick) == 0;
}

/* By address (XEP-0372), also where the text says otherwise; or by answering (XEP-0461). */
static bool
is_addressed(const Session *session, const char *nick, const XmppMessage *message)
{
    const GPtrArray *mentions = message->mentions;
    for (guint i = 0; mentions != NULL && i < mentions->len; i++) {
        const XmppMention *mention = g_ptr_array_index(mentions, i);
        if (is_user(session, message->from, nick, mention->jid))
            return true;
    }
    return message->reply_id != NULL && nick != NULL && is_user(session, message->from, nick, message->reply_to);
}

/* Who writes privately is whoever has that nick now. */
bool
attention_is_ignored(const Session *session, const XmppMessage *message, const char *id)
{
    const Room *room = message->from != NULL ? account_find_room(session_account(session), message->from) : NULL;
    if (room == NULL)
        return false;
    const char *nick = jid_resource(message->from);
    const Occupant *occupant = message->type != XMPP_MESSAGE_GROUPCHAT ? room_find(room, nick) : NULL;
    if (occupant != NULL && (room_flags(room) & ROOM_HAS_OCCUPANT_IDS) != 0)
        id = occupant_id(occupant);
    return ignores_match(session_ignores(session), room_jid(room), &(IgnoredWords) { nick, id, message->body });
}

AttentionMarks
attention_judge(const Session *session, const XmppMessage *message, MessageDirection direction,
                const char *occupant_id)
{
    const Account *account = session_account(session);
    AttentionMarks marks = { 0 };
    if (direction == MESSAGE_OUT || message->from == NULL || message->body == NULL)
        return marks;
    const Room *room = account_find_room(account, message->from);
    const char *nick = room != NULL ? room_nick(room) : jid_local(account_jid(account));
    const GRegex *pattern =
        find_pattern(client_attention(session_client(session)), text_for(session, SETTING_NOTIFY_PATTERNS, message->from));
    marks.ignored = attention_is_ignored(session, message, occupant_id);
    marks.mention = !marks.ignored
                    && (is_addressed(session, room != NULL ? nick : NULL, message)
                        || is_named(session, message->from, nick, message->body)
                        || (pattern != NULL && pattern_matches(pattern, message->body)));
    return marks;
}

/* --- what becomes of it --- */

/* Levels are numbered as the notifications of bookmarks are. */
G_STATIC_ASSERT((int) NOTIFY_AUTO == BOOKMARK_NOTIFY_UNSET && (int) NOTIFY_ALL == BOOKMARK_NOTIFY_ALWAYS
                && (int) NOTIFY_MENTION == BOOKMARK_NOTIFY_ON_MENTION && (int) NOTIFY_NONE == BOOKMARK_NOTIFY_NEVER);

static NotifyLevel
shared_level(const Client *client, const Conversation *conversation)
{
    const Session *session = client_session_of(client, conversation_account(conversation));
    return session != NULL ? (NotifyLevel) room_bookmarks_notify(session, conversation_jid(conversation)) : NOTIFY_AUTO;
}

NotifyLevel
attention_level(const Client *client, const Conversation *conversation, NotifySource *source)
{
    const char *account = account_name(conversation_account(conversation));
    NotifySource by = NOTIFY_BY_SETTING;
    NotifyLevel level = attention_notify_setting(client, conversation_jid(conversation));
    if (level == NOTIFY_AUTO) {
        by = NOTIFY_BY_BOOKMARK;
        level = shared_level(client, conversation);
    }
    if (level == NOTIFY_AUTO) {
        by = NOTIFY_BY_DEFAULT;
        level = (NotifyLevel) settings_get_choice(client_settings(client), SETTING_NOTIFY, account, NULL);
    }
    if (level == NOTIFY_AUTO)
        level = conversation_kind(conversation) == CONVERSATION_ROOM ? NOTIFY_MENTION : NOTIFY_ALL;
    if (source != NULL)
        *source = by;
    return level;
}

bool
attention_wants(const Client *client, const Conversation *conversation, const Message *message)
{
    const NotifyLevel level = attention_level(client, conversation, NULL);
    /* Who writes privately in a room means the user. */
    const bool is_personal = message->mention || conversation_kind(conversation) == CONVERSATION_OCCUPANT;
    return message->direction == MESSAGE_IN && !message->ignored
           && (level == NOTIFY_ALL || (level == NOTIFY_MENTION && is_personal));
}

/* Local time. */
static bool
is_quiet(const Client *client, const Conversation *conversation)
{
    const char *ranges =
        settings_get_text(client_settings(client), SETTING_NOTIFY_QUIET,
                          account_name(conversation_account(conversation)), jid_bare(conversation_jid(conversation)));
    if (*ranges == '\0')
        return false;
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    return quiet_hours_cover(ranges, g_date_time_get_hour(now) * 60 + g_date_time_get_minute(now));
}

bool
attention_notifies(const Client *client, const Conversation *conversation, const Message *message)
{
    const bool is_unread = message->order == 0 || message->order > conversation_read_order(conversation);
    return is_unread && !message->delayed && attention_wants(client, conversation, message)
           && !is_quiet(client, conversation);
}

bool
attention_wants_unread(const Client *client, const Conversation *conversation)
{
    switch (attention_level(client, conversation, NULL)) {
    case NOTIFY_NONE:
        return false;
    case NOTIFY_MENTION:
        return conversation_mentions(conversation) > 0;
    default:
        return conversation_unread(conversation) > 0;
    }
}

/* --- coming and going --- */

static bool
spoke_lately(const Occupant *occupant)
{
    const gint64 spoke = occupant_spoke_ever(occupant);
    return spoke != 0 && when_now() - spoke < SPOKE_LATELY_MIN * G_TIME_SPAN_MINUTE;
}

/* By the room, or by somebody who may. */
static bool
was_removed(const OccupantLeave *how)
{
    return how->cause != LEFT_BY_ITSELF && how->cause != LEFT_ERROR && how->cause != LEFT_SHUTDOWN;
}

static bool
has_other_rank(const ModelEvent *event)
{
    const Occupant *occupant = event->occupant.occupant;
    return event->occupant.role_before != occupant_role(occupant)
           || event->occupant.affiliation_before != occupant_affiliation(occupant);
}

static bool
is_ignored(const Client *client, const ModelEvent *event)
{
    const Occupant *occupant = event->occupant.occupant;
    const Session *session = client_session_of(client, event->account);
    return session != NULL
           && ignores_match(session_ignores(session), room_jid(occupant_room(occupant)),
                            &(IgnoredWords) { occupant_nick(occupant), occupant_id(occupant), NULL });
}

bool
attention_is_noise(const Client *client, const ModelEvent *event)
{
    enum { NOISE_ALL, NOISE_SPOKE, NOISE_NONE }; /* the words of room.noise */
    const Occupant *occupant = event->occupant.occupant;
    if (event->type == OCCUPANT_CHANGED)
        return !has_other_rank(event); /* away, or back */
    if (event->type == OCCUPANT_LEFT && was_removed(event->occupant.how))
        return false;
    if (occupant_is_self(occupant))
        return event->type != OCCUPANT_RENAMED; /* the room's state tells the rest */
    const int shown = settings_get_choice(client_settings(client), SETTING_ROOM_NOISE, account_name(event->account),
                                          jid_bare(room_jid(occupant_room(occupant))));
    if (shown == NOISE_NONE || (shown == NOISE_SPOKE && !spoke_lately(occupant)))
        return true;
    return is_ignored(client, event);
}

/* --- the setting of a conversation --- */

static const char *const level_words[] = { "auto", "all", "mention", "none" };

NotifyLevel
attention_notify_setting(const Client *client, const Jid *with)
{
    const SettingPlace place = { .conversation = jid_bare(with) };
    const char *own = settings_get_own(client_settings(client), SETTING_NOTIFY, place);
    for (guint i = 0; own != NULL && i < G_N_ELEMENTS(level_words); i++) {
        if (g_str_equal(own, level_words[i]))
            return (NotifyLevel) i;
    }
    return NOTIFY_AUTO;
}

bool
attention_set_notify(Client *client, const Jid *with, NotifyLevel level, GError **error)
{
    const SettingPlace place = { .conversation = jid_bare(with) };
    if (level == NOTIFY_AUTO)
        return settings_unset(client_settings(client), SETTING_NOTIFY, place, error);
    return settings_set(client_settings(client), SETTING_NOTIFY, place, level_words[level], error);
}

typedef struct Choice {
    Client *client;
    Jid *with;
    CoreDone done;
    gpointer data;
} Choice;

/* What all devices agree on is not overridden here any more. */
static void
on_shared(const GError *error, gpointer data)
{
    Choice *choice = data;
    g_autoptr(GError) problem = NULL;
    if (error == NULL)
        attention_set_notify(choice->client, choice->with, NOTIFY_AUTO, &problem);
    choice->done(error != NULL ? error : problem, choice->data);
    jid_unref(choice->with);
    g_free(choice);
}

void
attention_choose(Client *client, const Conversation *conversation, NotifyLevel level, CoreDone done, gpointer data)
{
    Session *session = client_session_of(client, conversation_account(conversation));
    g_autoptr(Jid) with = jid_to_bare(conversation_jid(conversation));
    if (session != NULL && session_is_online(session) && room_bookmarks_find(session, with) != NULL) {
        Choice *choice = g_new0(Choice, 1);
        *choice = (Choice) { client, g_steal_pointer(&with), done, data };
        const BookmarkChange change = { .room = choice->with, .autojoin = -1, .notify = (int) level };
        room_bookmarks_put(session, &change, on_shared, choice);
        return;
    }
    g_autoptr(GError) error = NULL;
    attention_set_notify(client, with, level, &error);
    core_done_later(done, data, error);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "command/room_call.h"
#include "command/tables.h"
#include "core/attention.h"
#include "core/ignores.h"

/* --- what calls --- */

static const char *const level_words[] = { "default", "all", "mention", "none" };

static void
print_level(CommandCall *call, const Conversation *conversation)
{
    const Client *client = command_call_client(call);
    const char *with = jid_bare(conversation_jid(conversation));
    NotifySource source;
    const NotifyLevel level = attention_level(client, conversation, &source);
    command_call_row(call, "conversation", with, "notify", level_words[level], "from",
                     source == NOTIFY_BY_SETTING    ? _("this conversation")
                     : source == NOTIFY_BY_BOOKMARK ? _("its bookmark")
                                                    : _("default"),
                     NULL);
}

static bool
cmd_notify(CommandCall *call, const Args *args, GError **error)
{
    const Conversation *conversation = command_call_conversation(call);
    const char *word = args_text(args, "level");
    NotifyLevel level = NOTIFY_AUTO;
    if (word == NULL) {
        print_level(call, conversation);
        return true;
    }
    while (strcmp(level_words[level], word) != 0) /* the grammar lets no other word pass */
        level++;
    attention_choose(command_call_client(call), conversation, level, command_call_done, command_call_defer(call));
    return true;
}

/* --- whom nobody wants to hear --- */

static Room *
current_room(const CommandCall *call)
{
    const Conversation *conversation = command_call_conversation(call);
    return conversation != NULL
               ? account_find_room(conversation_account(conversation), conversation_jid(conversation))
               : NULL;
}

/* Where a rule counts: `*room` (the caller's) NULL is everywhere. */
static bool
read_place(const CommandCall *call, const Args *args, Jid **room, GError **error)
{
    const char *text = args_text(args, "room");
    const Room *current = current_room(call);
    *room = NULL;
    if (text == NULL) {
        *room = current != NULL ? jid_ref((Jid *) room_jid(current)) : NULL;
        return true;
    }
    if (strcmp(text, "everywhere") == 0)
        return true;
    g_autoptr(Jid) jid = jid_new(text, error);
    *room = jid != NULL ? jid_to_bare(jid) : NULL;
    return jid != NULL;
}

/* What is behind the prefix, if it is there. */
static const char *
behind(const char *text, const char *prefix)
{
    return g_str_has_prefix(text, prefix) && text[strlen(prefix)] != '\0' ? text + strlen(prefix) : NULL;
}

/* Who is there is ignored by the room's id, which stays whatever the nick becomes; who is not, by the nick. */
static bool
rule_of_nick(const Room *room, const char *nick, IgnoreRule *rule, GError **error)
{
    bool ambiguous = false;
    const Occupant *occupant = room != NULL ? room_find_typed(room, nick, &ambiguous) : NULL;
    if (ambiguous)
        return room_call_occupant(room, nick, error) != NULL;
    if (occupant != NULL && occupant_is_self(occupant)) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("that is you: nobody can ignore themselves"));
        return false;
    }
    rule->kind = IGNORE_NICK;
    rule->what = occupant != NULL ? occupant_nick(occupant) : nick;
    if (occupant == NULL || occupant_id(occupant) == NULL || (room_flags(room) & ROOM_HAS_OCCUPANT_IDS) == 0)
        return true;
    rule->kind = IGNORE_ID;
    rule->what = occupant_id(occupant);
    rule->label = occupant_nick(occupant);
    return true;
}

/* Borrows from the room and from `who`. */
static bool
make_rule(const Room *room, const char *who, IgnoreRule *rule, GError **error)
{
    const char *id = behind(who, "id:"), *pattern = behind(who, "pattern:"), *nick = behind(who, "nick:");
    if (id == NULL && pattern == NULL && nick == NULL)
        return rule_of_nick(room, who, rule, error);
    rule->kind = id != NULL ? IGNORE_ID : pattern != NULL ? IGNORE_PATTERN : IGNORE_NICK;
    rule->what = id != NULL ? id : pattern != NULL ? pattern : nick;
    const Occupant *occupant = id != NULL && room != NULL ? room_find_id(room, id) : NULL;
    rule->label = occupant != NULL ? occupant_nick(occupant) : NULL;
    return true;
}

/* As people know it: by the nick, if that was known. */
static char *
shown_rule(const IgnoreRule *rule)
{
    return text_clean(rule->label != NULL ? rule->label : rule->what, -1, TEXT_STRICT);
}

static bool
cmd_ignore(CommandCall *call, const Args *args, GError **error)
{
    g_autoptr(Jid) place = NULL;
    IgnoreRule rule = { 0 };
    const Account *account = session_account(command_call_session(call));
    if (!read_place(call, args, &place, error))
        return false;
    /* Ids and nicks of those who are there are of one room: everywhere it is the nick as it was typed. */
    const Room *room = place != NULL ? account_find_room(account, place) : NULL;
    if (!make_rule(room, args_text(args, "whom"), &rule, error))
        return false;
    rule.room = place;
    return ignores_add(session_ignores(command_call_session(call)), &rule, error);
}

/* By what it says, with its kind before it or not, or by the nick of that time. */
static bool
is_meant(const IgnoreRule *rule, const char *who)
{
    g_autofree char *prefix = g_strconcat(ignore_kind_word(rule->kind), ":", NULL);
    g_autofree char *label = shown_rule(rule);
    const char *what = behind(who, prefix);
    return strcmp(rule->what, who) == 0 || strcmp(label, who) == 0 || g_strcmp0(what, rule->what) == 0;
}

/* Without a room named: those of the current room and those that count everywhere; outside of rooms all. */
static bool
is_in_reach(const IgnoreRule *rule, const Jid *place, bool is_named)
{
    if (is_named)
        return jid_equal(rule->room, place);
    return place == NULL || rule->room == NULL || jid_equal(rule->room, place);
}

static bool
cmd_unignore(CommandCall *call, const Args *args, GError **error)
{
    Ignores *ignores = session_ignores(command_call_session(call));
    const char *who = args_text(args, "ignored");
    g_autoptr(Jid) place = NULL;
    guint removed = 0;
    if (!read_place(call, args, &place, error))
        return false;
    for (guint i = ignores_count(ignores); i > 0; i--) {
        const IgnoreRule rule = ignores_at(ignores, i - 1);
        if (!is_in_reach(&rule, place, args_has(args, "room")) || !is_meant(&rule, who))
            continue;
        if (!ignores_remove(ignores, i - 1, error))
            return false;
        removed++;
    }
    if (removed > 0)
        return true;
    g_autofree char *shown = text_clean(who, -1, TEXT_STRICT);
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("“%s” is not ignored: see /ignore list"), shown);
    return false;
}

static bool
cmd_ignore_list(CommandCall *call, const Args *args, GError **error)
{
    const Ignores *ignores = session_ignores(command_call_session(call));
    for (guint i = 0; i < ignores_count(ignores); i++) {
        const IgnoreRule rule = ignores_at(ignores, i);
        g_autofree char *shown = shown_rule(&rule);
        g_autofree char *what = text_clean(rule.what, -1, TEXT_STRICT);
        command_call_row(call, "who", shown, "by", ignore_kind_word(rule.kind), "room",
                         rule.room != NULL ? jid_text(rule.room) : _("everywhere"), ".what", rule.what, "is",
                         rule.label != NULL ? what : NULL, NULL);
    }
    if (ignores_count(ignores) == 0)
        command_call_print(call, "%s", _("Nobody is ignored."));
    return true;
}

static const Command commands[] = {
    { .name = "notify",
      .grammar = "[level:default|all|mention|none]",
      .help = N_("Show or set what calls you in the current conversation: all messages, mentions, or none."),
      .run = cmd_notify,
      .needs = NEEDS_CONVERSATION,
      .details = N_("default: what the setting notify says for the account or everywhere; without it all messages of chats "
                    "and mentions in rooms. In a bookmarked room it is shared with your other devices, unless /set here notify "
                    "says otherwise on this one. Mentions are your nick, and what the settings notify.words and "
                    "notify.patterns say. notify.quiet has hours in which nothing calls."),
      .example = "/notify all" },
    { .name = "ignore list",
      .grammar = "",
      .help = N_("List who is ignored."),
      .run = cmd_ignore_list,
      .needs = NEEDS_ACCOUNT,
      .example = "/ignore list" },
    { .name = "ignore",
      .grammar = "<whom:word> [room:word]",
      .help = N_("Do not show any more what somebody in a room says: by nick, by id (id:…), or by a regular expression (pattern:…)."),
      .run = cmd_ignore,
      .needs = NEEDS_ACCOUNT,
      .details = N_("It counts in the current room, in the one named, or “everywhere”; for what is said from now on. Who is there is "
                    "ignored by the room's id, where it gives ids, and so under any nick; nick:NAME means the nick and "
                    "nothing else. A pattern is tried on the nick and on the text. What is ignored calls nobody and is "
                    "not counted, but stays in the history: /history and /search find it."),
      .example = "/ignore \"pattern:(?i)buy now\"" },
    { .name = "unignore",
      .grammar = "<ignored:word> [room:word]",
      .help = N_("Hear somebody again: as /ignore list says it, or by the nick."),
      .run = cmd_unignore,
      .needs = NEEDS_ACCOUNT,
      .example = "/unignore Bob" },
    { 0 },
};

const CommandGroup attention_group = { "attention", N_("Attention"), commands };

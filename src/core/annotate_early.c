/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Archives are read from the end, and pages of a past come when somebody scrolls there: what was said about a message
 * waits in the store until the message comes, and is judged then as if it had just been said (I14). */
#include <string.h>

#include "base/error.h"
#include "core/core_private.h"
#include "store/early.h"

static bool
is_room(const Conversation *conversation)
{
    return conversation_kind(conversation) == CONVERSATION_ROOM;
}

static Db *
db_of(const Session *session)
{
    return client_db(session_client(session));
}

static void
report(const Session *session, const GError *error)
{
    client_notice(session_client(session), session_account(session), NOTICE_ERROR, error->code, "%s", error->message);
}

/* One a line. A reaction with a line feed in it is none. */
static char *
join(const GPtrArray *reactions)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < reactions->len; i++) {
        const char *reaction = g_ptr_array_index(reactions, i);
        if (strchr(reaction, '\n') == NULL)
            g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", reaction);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

void
annotations_wait(Session *session, const Conversation *conversation, const XmppMessage *message,
                 MessageDirection direction, gint64 time)
{
    const XmppModeration *moderation = message->moderation;
    /* What was encrypted cannot be judged later, and what is not kept here leaves nothing on the disk. */
    if (message->from == NULL || message->encryption != NULL
        || !conversations_are_kept(session_client(session), conversation))
        return;
    const HistoryPlace place = conversations_place(conversation);
    const char *target = moderation != NULL ? moderation->id
                         : message->retracts != NULL ? message->retracts : message->reacts_to;
    const char *occupant_id = is_room(conversation) ? rooms_occupant_id(conversation, message) : NULL;
    g_autofree char *words = moderation != NULL ? g_strdup(moderation->reason)
                             : message->retracts == NULL ? join(message->reactions) : NULL;
    const EarlyWord word = {
        .kind = moderation != NULL ? EARLY_MODERATION : message->retracts != NULL ? EARLY_RETRACTION : EARLY_REACTION,
        .direction = direction,
        .target = (char *) target,
        .from = (char *) jid_text(message->from),
        .occupant_id = (char *) occupant_id,
        .by = moderation != NULL && moderation->by != NULL ? (char *) jid_text(moderation->by) : NULL,
        .words = words,
        .time = time,
    };
    g_autoptr(GError) error = NULL;
    if (!early_add(db_of(session), &place, &word, &error))
        report(session, error);
}

static GPtrArray *
split(const char *words)
{
    GPtrArray *reactions = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) lines = g_strsplit(words != NULL ? words : "", "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (**line != '\0')
            g_ptr_array_add(reactions, g_strdup(*line));
    }
    return reactions;
}

/* As it came. */
static XmppMessage *
make_stanza(const Conversation *conversation, const EarlyWord *word)
{
    XmppMessage *stanza = message_stanza_new();
    stanza->type = is_room(conversation) ? XMPP_MESSAGE_GROUPCHAT : XMPP_MESSAGE_CHAT;
    stanza->from = jid_new(word->from, NULL);
    stanza->occupant_id = g_strdup(word->occupant_id);
    stanza->delay = word->time;
    switch (word->kind) {
    case EARLY_REACTION:
        stanza->reacts_to = g_strdup(word->target);
        stanza->reactions = split(word->words);
        break;
    case EARLY_RETRACTION:
        stanza->retracts = g_strdup(word->target);
        break;
    case EARLY_MODERATION:
        stanza->moderation = g_new0(XmppModeration, 1);
        stanza->moderation->id = g_strdup(word->target);
        stanza->moderation->by = word->by != NULL ? jid_new(word->by, NULL) : NULL;
        stanza->moderation->reason = g_strdup(word->words);
        break;
    }
    return stanza;
}

void
annotations_settle(Session *session, Conversation *conversation)
{
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) words = early_take(db_of(session), &place, &error);
    if (words == NULL) {
        report(session, error);
        return;
    }
    for (guint i = 0; i < words->len; i++) {
        const EarlyWord *word = g_ptr_array_index(words, i);
        g_autoptr(XmppMessage) stanza = make_stanza(conversation, word);
        if (stanza->from != NULL)
            annotations_receive(session, conversation, stanza, word->direction);
    }
}

/* Who reacts to what is in the history has the conversation opened; a word about nothing opens none (I15). */
Conversation *
annotations_open(Session *session, const XmppMessage *message, const Jid *peer)
{
    Conversation *conversation = account_find_conversation(session_account(session), peer);
    const char *target = message->retracts != NULL ? message->retracts : message->reacts_to;
    if (conversation != NULL || target == NULL)
        return conversation;
    const HistoryPlace place = { session_store_key(session), jid_bare(peer), CONVERSATION_CHAT };
    g_autoptr(Message) in = history_find_by_id(db_of(session), &place, MESSAGE_IN, target, NULL);
    g_autoptr(Message) out = history_find_by_id(db_of(session), &place, MESSAGE_OUT, target, NULL);
    return in != NULL || out != NULL ? incoming_open(session, peer) : NULL;
}

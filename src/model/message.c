/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/message.h"

#include "base/when.h"

static const char *const state_words[] = {
    [MESSAGE_QUEUED] = "queued",
    [MESSAGE_SENT] = "sent",
    [MESSAGE_RECEIVED] = "received",
    [MESSAGE_DISPLAYED] = "displayed",
    [MESSAGE_FAILED] = "failed",
};

Message *
message_new(const MessageInit *init)
{
    g_return_val_if_fail(init != NULL && init->body != NULL, NULL);
    Message *message = g_rc_box_new0(Message);
    message->direction = init->direction;
    message->state = init->direction == MESSAGE_OUT ? init->state : MESSAGE_RECEIVED;
    message->row = init->row;
    message->order = init->order;
    message->from = init->from != NULL ? jid_ref(init->from) : NULL;
    message->id = g_strdup(init->id);
    message->origin_id = g_strdup(init->origin_id);
    message->archive_id = g_strdup(init->archive_id);
    message->occupant_id = g_strdup(init->occupant_id);
    message->body = g_strdup(init->body);
    message->edits = init->edits;
    message->edited = init->edited;
    message->edit_id = g_strdup(init->edit_id);
    message->markable = init->markable;
    message->trust = g_strdup(init->trust);
    message->reason = g_strdup(init->reason);
    message->time = init->time != 0 ? init->time : when_now();
    message->delayed = init->delayed;
    message->mention = init->mention;
    message->reply_id = g_strdup(init->reply_id);
    message->reply_to = g_strdup(init->reply_to);
    message->reply_text = g_strdup(init->reply_text);
    message->retracted = init->retracted;
    message->retracted_by = g_strdup(init->retracted_by);
    message->retracted_reason = g_strdup(init->retracted_reason);
    message->ignored = init->ignored;
    message->unstyled = init->unstyled;
    message->encryption = g_strdup(init->encryption != NULL ? init->encryption : "none");
    return message;
}

Message *
message_ref(Message *message)
{
    return g_rc_box_acquire(message);
}

static void
message_clear(gpointer data)
{
    Message *message = data;
    g_clear_pointer(&message->from, jid_unref);
    g_free(message->id);
    g_free(message->origin_id);
    g_free(message->archive_id);
    g_free(message->occupant_id);
    g_free(message->edit_id);
    g_free(message->shown);
    g_free(message->body);
    g_free(message->encryption);
    g_free(message->trust);
    g_free(message->reason);
    g_free(message->reply_id);
    g_free(message->reply_to);
    g_free(message->reply_text);
    g_clear_pointer(&message->reactions, g_ptr_array_unref);
    g_free(message->retracted_by);
    g_free(message->retracted_reason);
}

void
message_unref(Message *message)
{
    if (message != NULL)
        g_rc_box_release_full(message, message_clear);
}

const char *
message_state_word(MessageState state)
{
    g_return_val_if_fail(state < G_N_ELEMENTS(state_words), "failed");
    return state_words[state];
}

bool
message_advance(Message *message, MessageState state, const char *reason)
{
    g_return_val_if_fail(message->direction == MESSAGE_OUT, false);
    /* What the recipient has cannot fail any more, and what failed stays so: MESSAGE_FAILED is the last of the
     * states. */
    const bool arrived = message->state == MESSAGE_RECEIVED || message->state == MESSAGE_DISPLAYED;
    if (state <= message->state || (state == MESSAGE_FAILED && arrived))
        return false;
    message->state = state;
    if (state == MESSAGE_FAILED)
        message->reason = g_strdup(reason);
    return true;
}

void
message_edit(Message *message, const char *body, gint64 time, const char *edit_id)
{
    char *text = g_strdup(body);
    char *id = g_strdup(edit_id);
    g_free(message->body);
    g_free(message->edit_id);
    message->body = text;
    g_clear_pointer(&message->shown, g_free);
    message->edit_id = id;
    message->edited = time;
    message->edits++;
    if (message->direction == MESSAGE_OUT) {
        message->state = MESSAGE_QUEUED;
        g_clear_pointer(&message->reason, g_free);
    }
}

void
message_show(Message *message, const char *shown)
{
    g_free(message->shown);
    message->shown = g_strdup(shown);
}

/* --- what others say about it --- */

static void
reaction_free(gpointer data)
{
    MessageReaction *reaction = data;
    g_free(reaction->emoji);
    g_ptr_array_unref(reaction->by);
    g_free(reaction);
}

static MessageReaction *
ensure_reaction(Message *message, const char *emoji)
{
    if (message->reactions == NULL)
        message->reactions = g_ptr_array_new_with_free_func(reaction_free);
    for (guint i = 0; i < message->reactions->len; i++) {
        MessageReaction *known = g_ptr_array_index(message->reactions, i);
        if (g_str_equal(known->emoji, emoji))
            return known;
    }
    if (message->reactions->len >= MESSAGE_REACTIONS_MAX)
        return NULL;
    MessageReaction *reaction = g_new0(MessageReaction, 1);
    reaction->emoji = g_strdup(emoji);
    reaction->by = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(message->reactions, reaction);
    return reaction;
}

void
message_add_reaction(Message *message, const char *emoji, const char *label, bool is_own)
{
    MessageReaction *reaction = ensure_reaction(message, emoji);
    if (reaction == NULL)
        return;
    reaction->count++;
    reaction->own = reaction->own || is_own;
    if (reaction->by->len < MESSAGE_REACTION_NAMES_MAX)
        g_ptr_array_add(reaction->by, g_strdup(label));
}

void
message_clear_reactions(Message *message)
{
    g_clear_pointer(&message->reactions, g_ptr_array_unref);
}

static void
set_text(char **place, const char *text)
{
    char *copy = g_strdup(text);
    g_free(*place);
    *place = copy;
}

void
message_set_reply(Message *message, const char *id, const char *to, const char *text)
{
    set_text(&message->reply_id, id);
    set_text(&message->reply_to, to);
    set_text(&message->reply_text, text);
}

void
message_retract(Message *message, gint64 time, const char *by, const char *reason)
{
    message_clear_reactions(message);
    set_text(&message->body, "");
    set_text(&message->shown, NULL);
    set_text(&message->reply_text, NULL);
    set_text(&message->retracted_by, by);
    set_text(&message->retracted_reason, reason);
    message->retracted = time;
    message->mention = false;
}

bool
message_requeue(Message *message)
{
    if (message->direction != MESSAGE_OUT || message->state != MESSAGE_FAILED)
        return false;
    message->state = MESSAGE_QUEUED;
    g_clear_pointer(&message->reason, g_free);
    return true;
}

const char *
message_text(const Message *message)
{
    return message->shown != NULL ? message->shown : message->body;
}

const char *
message_action(const Message *message)
{
    const char *text = message_text(message);
    return g_str_has_prefix(text, "/me ") ? text + 4 : NULL;
}

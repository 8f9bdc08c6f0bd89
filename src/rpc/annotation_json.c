/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/annotation_json.h"

#include "base/when.h"
#include "rpc/json_parts.h"

static void
add_reactions(JsonBuilder *json, const Message *message)
{
    json_builder_set_member_name(json, "reactions");
    json_builder_begin_array(json);
    for (guint i = 0; message->reactions != NULL && i < message->reactions->len; i++) {
        const MessageReaction *reaction = g_ptr_array_index(message->reactions, i);
        json_builder_begin_object(json);
        json_parts_text(json, "emoji", reaction->emoji);
        json_parts_int(json, "count", reaction->count);
        json_parts_bool(json, "own", reaction->own);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
}

/* `id` is the message it is about; `reactions` are all it has now. */
char *
annotation_json(const ModelEvent *event)
{
    const Message *message = event->annotation.message;
    const bool is_reaction = g_str_equal(event->annotation.what, "reaction");
    JsonBuilder *json = json_parts_begin(event->annotation.what, when_now(), json_parts_account(event->account));
    json_parts_text(json, "id", message->id);
    json_parts_text(json, "archive_id", message->archive_id);
    json_parts_text(json, "with", jid_text(conversation_jid(event->annotation.conversation)));
    json_parts_text(json, "by", event->annotation.by);
    json_parts_text(json, "occupant_id", event->annotation.by_id);
    if (is_reaction)
        add_reactions(json, message);
    else
        json_parts_text(json, "reason", message->retracted_reason);
    return json_parts_end(json);
}

static char *
list_reactions(const Message *message)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; message->reactions != NULL && i < message->reactions->len; i++) {
        const MessageReaction *reaction = g_ptr_array_index(message->reactions, i);
        g_string_append_printf(text, " %s%u", reaction->emoji, reaction->count);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

char *
annotation_line(const ModelEvent *event)
{
    const Message *message = event->annotation.message;
    const char *by = event->annotation.by != NULL ? event->annotation.by : "-";
    g_autofree char *reactions = list_reactions(message);
    return json_parts_line(when_now(), event->annotation.what, event->account,
                           g_strdup_printf("%s: %s by %s%s", jid_text(conversation_jid(event->annotation.conversation)),
                                           message->id != NULL ? message->id : "-", by, reactions));
}

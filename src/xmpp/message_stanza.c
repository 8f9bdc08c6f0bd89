/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/message_stanza.h"

#include <string.h>

#include "xmpp/resumption.h"
#include "xmpp/stanza_error.h"
#include "xmpp/stream_parts.h"

static const char *const type_names[] = {
    [XMPP_MESSAGE_NORMAL] = "normal",       [XMPP_MESSAGE_CHAT] = "chat",
    [XMPP_MESSAGE_GROUPCHAT] = "groupchat", [XMPP_MESSAGE_HEADLINE] = "headline",
    [XMPP_MESSAGE_ERROR] = "error",
};

XmppMessage *
message_stanza_new(void)
{
    return g_new0(XmppMessage, 1);
}

static void
moderation_free(XmppModeration *moderation)
{
    if (moderation == NULL)
        return;
    g_free(moderation->id);
    g_clear_pointer(&moderation->by, jid_unref);
    g_free(moderation->occupant_id);
    g_free(moderation->reason);
    g_free(moderation);
}

void
message_stanza_free(XmppMessage *message)
{
    if (!message)
        return;
    g_clear_pointer(&message->from, jid_unref);
    g_clear_pointer(&message->to, jid_unref);
    g_free(message->id);
    g_free(message->body);
    g_free(message->subject);
    g_free(message->thread);
    g_free(message->origin_id);
    g_clear_pointer(&message->stanza_ids, g_ptr_array_unref);
    g_clear_pointer(&message->delay_from, jid_unref);
    stanza_error_free(message->error);
    g_free(message->archive_id);
    g_clear_pointer(&message->archive, jid_unref);
    g_free(message->receipt_for);
    g_free(message->marker_for);
    g_free(message->corrects);
    g_free(message->encrypted_ns);
    g_free(message->encrypted_name);
    g_free(message->occupant_id);
    muc_invite_free(message->invite);
    muc_voice_request_free(message->voice_request);
    g_free(message->reply_id);
    g_clear_pointer(&message->reply_to, jid_unref);
    g_free(message->reply_quote);
    g_free(message->reacts_to);
    g_clear_pointer(&message->reactions, g_ptr_array_unref);
    g_free(message->retracts);
    moderation_free(message->moderation);
    g_clear_pointer(&message->mentions, g_ptr_array_unref);
    g_clear_pointer(&message->fallbacks, g_ptr_array_unref);
    g_free(message);
}

static gpointer
ref_jid(const Jid *jid)
{
    return jid != NULL ? jid_ref(jid) : NULL;
}

XmppMessage *
message_stanza_copy(const XmppMessage *message)
{
    XmppMessage *copy = g_memdup2(message, sizeof *message);
    copy->from = ref_jid(message->from);
    copy->to = ref_jid(message->to);
    copy->delay_from = ref_jid(message->delay_from);
    copy->archive = ref_jid(message->archive);
    copy->id = g_strdup(message->id);
    copy->body = g_strdup(message->body);
    copy->subject = g_strdup(message->subject);
    copy->thread = g_strdup(message->thread);
    copy->origin_id = g_strdup(message->origin_id);
    copy->stanza_ids = message->stanza_ids != NULL ? g_ptr_array_ref(message->stanza_ids) : NULL;
    copy->error = NULL;
    copy->archive_id = g_strdup(message->archive_id);
    copy->receipt_for = g_strdup(message->receipt_for);
    copy->marker_for = g_strdup(message->marker_for);
    copy->corrects = g_strdup(message->corrects);
    copy->encrypted_ns = g_strdup(message->encrypted_ns);
    copy->encrypted_name = g_strdup(message->encrypted_name);
    copy->occupant_id = g_strdup(message->occupant_id);
    copy->invite = NULL;
    copy->voice_request = NULL;
    copy->reply_id = g_strdup(message->reply_id);
    copy->reply_to = ref_jid(message->reply_to);
    copy->reply_quote = g_strdup(message->reply_quote);
    copy->reacts_to = g_strdup(message->reacts_to);
    copy->reactions = message->reactions != NULL ? g_ptr_array_ref(message->reactions) : NULL;
    copy->retracts = g_strdup(message->retracts);
    copy->moderation = NULL;
    copy->mentions = message->mentions != NULL ? g_ptr_array_ref(message->mentions) : NULL;
    copy->fallbacks = message->fallbacks != NULL ? g_ptr_array_ref(message->fallbacks) : NULL;
    return copy;
}

/* RFC 6121 §5.2.2: no type and an unknown type mean normal. */
static XmppMessageType
parse_type(const char *text)
{
    for (guint i = 0; text && i < G_N_ELEMENTS(type_names); i++) {
        if (strcmp(text, type_names[i]) == 0)
            return (XmppMessageType) i;
    }
    return XMPP_MESSAGE_NORMAL;
}

/* False when an address is not a JID: such a message never reaches the model (I6). */
static bool
read_addresses(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    const char *from = stanza_attribute(stanza, "from");
    const char *to = stanza_attribute(stanza, "to");

    if (from && !(message->from = jid_new(from, NULL)))
        return false;
    message->to = to ? jid_new(to, NULL) : jid_ref((Jid *) stream_jid(stream));
    return message->to != NULL;
}

/* Everything but what UNWRAP does: a message that came inside another is not opened again (I10). */
static void
read_contents(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    message->id = g_strdup(stanza_attribute(stanza, "id"));
    message->type = parse_type(stanza_attribute(stanza, "type"));
    message->body = stanza_child_text(stanza, "body", NS_CLIENT);
    message->subject = stanza_child_text(stanza, "subject", NS_CLIENT);
    message->thread = stanza_child_text(stanza, "thread", NS_CLIENT);
    if (message->type == XMPP_MESSAGE_ERROR)
        message->error = stanza_error_parse(stanza);
    module_table_decode(stream_modules(stream), stream, stanza, message);
}

XmppMessage *
message_decode(XmppStream *stream, xmpp_stanza_t *stanza)
{
    g_autoptr(XmppMessage) message = message_stanza_new();

    if (!read_addresses(stream, stanza, message))
        return NULL;
    read_contents(stream, stanza, message);
    return g_steal_pointer(&message);
}

void
message_receive(XmppStream *stream, xmpp_stanza_t *stanza)
{
    g_autoptr(XmppMessage) message = message_stanza_new();

    if (!read_addresses(stream, stanza, message)
        || module_table_unwrap(stream_modules(stream), stream, stanza, message))
        return;
    read_contents(stream, stanza, message);

    const XmppEvent event = { .type = XMPP_EVENT_MESSAGE, .message = message };
    stream_publish(stream, &event);
}

bool
message_stanza_send(XmppStream *stream, const XmppMessage *message)
{
    if (stream_phase(stream) != XMPP_PHASE_ONLINE)
        return false;

    xmpp_stanza_t *stanza = stanza_new(stream_ctx(stream), "message", NULL);
    if (message->to)
        stanza_set(stanza, "to", jid_text(message->to));
    stanza_set(stanza, "id", message->id);
    if (message->type != XMPP_MESSAGE_NORMAL)
        stanza_set(stanza, "type", type_names[message->type]);
    if (message->subject)
        stanza_add_text(stanza, "subject", NULL, message->subject);
    if (message->body)
        stanza_add_text(stanza, "body", NULL, message->body);
    if (message->thread)
        stanza_add_text(stanza, "thread", NULL, message->thread);
    module_table_encode(stream_modules(stream), stream, message, stanza);

    if (!stream_send(stream, stanza))
        return false;
    if (message->id)
        resumption_expect(stream_resumption(stream), message->id);
    return true;
}

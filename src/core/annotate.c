/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said about a message counts from whose business it is (I14): reactions from anybody in the conversation, each
 * for themselves; taking back from the author, or from the room itself, which speaks for its moderators. */
#include "core/annotate.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "core/core_private.h"
#include "core/rooms.h"
#include "store/annotations.h"
#include "xmpp/xep/fallback.h"
#include "xmpp/xep/reactions.h"
#include "xmpp/xep/retraction.h"

enum {
    LOOK_BACK_MAX = 5000, /* messages that are not in the store are looked for among so many */
    QUOTE_BYTES_MAX = 300, /* of the text that is answered */
};

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

/* --- what it is about --- */

/* What others call it: in rooms the id of the archive, which is the same for all (XEP-0461 §4.1), else its own. */
static const char *
public_id(const Conversation *conversation, const Message *message)
{
    return is_room(conversation) ? message->archive_id : message->id;
}

static bool
is_named(const Conversation *conversation, const Message *message, const char *id)
{
    if (is_room(conversation))
        return g_strcmp0(message->archive_id, id) == 0;
    return g_strcmp0(message->id, id) == 0 || g_strcmp0(message->origin_id, id) == 0;
}

static Message *
find_loaded(const Conversation *conversation, const char *id)
{
    const guint count = conversation_message_count(conversation);
    for (guint i = count; i > 0 && count - i < LOOK_BACK_MAX; i--) {
        Message *message = conversation_message_at(conversation, i - 1);
        if (is_named(conversation, message, id))
            return message_ref(message);
    }
    return NULL;
}

/* Loaded, or from the store; the caller's reference. NULL: it is not known here. */
static Message *
find_target(const Session *session, const Conversation *conversation, const char *id)
{
    const HistoryPlace place = conversations_place(conversation);
    Message *loaded = find_loaded(conversation, id);
    if (loaded != NULL || !conversations_are_kept(session_client(session), conversation))
        return loaded;
    if (is_room(conversation))
        return history_find_archived(db_of(session), &place, place.with, id, NULL);
    Message *message = history_find_by_id(db_of(session), &place, MESSAGE_IN, id, NULL);
    return message != NULL ? message : history_find_by_id(db_of(session), &place, MESSAGE_OUT, id, NULL);
}

/* --- who says it --- */

typedef struct Speaker {
    char *key, *label;
    bool is_own;
} Speaker;

static void
speaker_clear(Speaker *speaker)
{
    g_free(speaker->key);
    g_free(speaker->label);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Speaker, speaker_clear)

static Speaker
speaker_of(const Session *session, const Conversation *conversation, const XmppMessage *message,
           MessageDirection direction)
{
    const Contact *contact = conversation_contact(conversation);
    const bool is_own = direction == MESSAGE_OUT;
    if (is_room(conversation)) {
        const char *id = rooms_occupant_id(conversation, message);
        char *label = core_clean_name(jid_resource(message->from));
        return (Speaker) { g_strdup(id != NULL ? id : jid_text(message->from)), label != NULL ? label : g_strdup("?"),
                           is_own };
    }
    const Jid *jid = is_own ? account_jid(session_account(session)) : conversation_jid(conversation);
    return (Speaker) { g_strdup(jid_bare(jid)),
                       g_strdup(is_own ? _("me") : contact != NULL ? contact_label(contact) : jid_bare(jid)), is_own };
}

/* --- reactions --- */

/* What is loaded is made anew from the store; what is not kept has no other place than the model. */
static void
show_reactions(const Session *session, Message *target, const Speaker *speaker, const GPtrArray *reactions)
{
    g_autoptr(GError) error = NULL;
    if (target->row != 0) {
        if (!annotations_load_one(db_of(session), target, &error))
            report(session, error);
        return;
    }
    for (guint i = 0; i < reactions->len; i++)
        message_add_reaction(target, g_ptr_array_index(reactions, i), speaker->label, speaker->is_own);
}

/* Emoji as they may be shown, each once. */
static GPtrArray *
clean_reactions(const GPtrArray *reactions)
{
    GPtrArray *clean = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < reactions->len; i++) {
        g_autofree char *emoji = core_clean_words(g_ptr_array_index(reactions, i));
        if (emoji != NULL && !g_ptr_array_find_with_equal_func(clean, emoji, g_str_equal, NULL))
            g_ptr_array_add(clean, g_steal_pointer(&emoji));
    }
    return clean;
}

static void
apply_reactions(Session *session, Conversation *conversation, Message *target, const Speaker *speaker,
                const GPtrArray *reactions, gint64 time)
{
    const AnnotationSender sender = { speaker->key, speaker->label, speaker->is_own };
    g_autoptr(GPtrArray) clean = clean_reactions(reactions);
    g_autoptr(GError) error = NULL;
    if (target->retracted != 0)
        return;
    if (target->row != 0 && !annotations_set_reactions(db_of(session), target->row, &sender, clean, time, &error)) {
        report(session, error);
        return;
    }
    show_reactions(session, target, speaker, clean);
    conversation_annotate(conversation, target, "reaction", speaker->label,
                          is_room(conversation) ? speaker->key : NULL);
}

/* --- taking back --- */

/* Answers to it show the beginning of its text. */
static void
forget_quotes(Conversation *conversation, const Message *target)
{
    const guint count = conversation_message_count(conversation);
    for (guint i = count; i > 0 && count - i < LOOK_BACK_MAX; i--) {
        Message *message = conversation_message_at(conversation, i - 1);
        if (message->reply_text == NULL || !is_named(conversation, target, message->reply_id))
            continue;
        g_clear_pointer(&message->reply_text, g_free);
        conversation_touch(conversation, message);
    }
}

static void
apply_retraction(Session *session, Conversation *conversation, Message *target, const XmppModeration *moderation,
                 gint64 time)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *by = NULL, *reason = NULL;
    if (target->retracted != 0)
        return;
    if (moderation != NULL) {
        by = moderation->by != NULL ? core_clean_name(jid_resource(moderation->by)) : NULL;
        by = by != NULL ? by : g_strdup(_("a moderator"));
        reason = core_clean_words(moderation->reason);
    }
    if (target->row != 0 && !annotations_retract(db_of(session), target->row, time, by, reason, &error)) {
        report(session, error);
        return;
    }
    message_retract(target, time, by, reason);
    forget_quotes(conversation, target);
    conversation_annotate(conversation, target, "retraction", by, NULL);
}

char *
annotations_retraction_words(const Message *message)
{
    const char *by = message->retracted_by, *reason = message->retracted_reason;
    if (by == NULL)
        return g_strdup(_("(taken back)"));
    return reason != NULL ? g_strdup_printf(_("(taken back by %s: %s)"), by, reason)
                          : g_strdup_printf(_("(taken back by %s)"), by);
}

/* The author's word (I14). */
static bool
is_author(const Conversation *conversation, const Message *target, const XmppMessage *message,
          MessageDirection direction)
{
    if (target->direction != direction)
        return false;
    return is_room(conversation) ? corrections_is_same_occupant(conversation, target, message) : true;
}

/* --- what arrives --- */

bool
annotations_receive(Session *session, Conversation *conversation, const XmppMessage *message,
                    MessageDirection direction)
{
    const gint64 time = message->delay != 0 ? message->delay : when_now();
    const char *id = message->moderation != NULL  ? message->moderation->id
                     : message->retracts != NULL  ? message->retracts
                     : message->reacts_to != NULL ? message->reacts_to
                                                  : NULL;
    if (id == NULL || conversation_kind(conversation) == CONVERSATION_OCCUPANT)
        return false;
    g_autoptr(Message) target = find_target(session, conversation, id);
    if (target == NULL) {
        annotations_wait(session, conversation, message, direction, time);
        return true;
    }
    /* What was said in secret is not touched from outside of it (I14, I21). */
    if (!g_str_equal(target->encryption, message->encryption != NULL ? message->encryption : "none"))
        return true;
    if (message->moderation != NULL) {
        const bool is_of_room = is_room(conversation) && message->from != NULL && jid_is_bare(message->from)
                                && jid_equal(message->from, conversation_jid(conversation));
        if (is_of_room)
            apply_retraction(session, conversation, target, message->moderation, time);
        return true;
    }
    if (is_room(conversation) && (message->from == NULL || jid_is_bare(message->from)))
        return true;
    if (message->retracts != NULL) {
        if (is_author(conversation, target, message, direction))
            apply_retraction(session, conversation, target, NULL, time);
        return true;
    }
    if (is_room(conversation) && direction == MESSAGE_IN
        && attention_is_ignored(session, message, rooms_occupant_id(conversation, message)))
        return true;
    g_auto(Speaker) speaker = speaker_of(session, conversation, message, direction);
    apply_reactions(session, conversation, target, &speaker, message->reactions, time);
    return true;
}

/* The beginning of a text, one line. */
static char *
shorten(const char *text)
{
    g_autofree char *line = g_strdup(text);
    g_autofree char *words = core_clean_words(line != NULL ? g_strdelimit(line, "\r\n\t", ' ') : NULL);
    return words != NULL ? text_ellipsize(words, QUOTE_BYTES_MAX / 4) : NULL;
}

/* What was said in secret is quoted nowhere: neither on the wire nor on the disk (I21, I23). */
static bool
may_be_quoted(const Message *message)
{
    return g_str_equal(message->encryption, "none");
}

/* Quoted lines without their marks: what a program that does not know answers would show. */
static char *
unquote(const char *quote)
{
    g_auto(GStrv) lines = g_strsplit(quote, "\n", -1);
    g_autoptr(GString) text = g_string_new(NULL);
    for (char **line = lines; *line != NULL; line++) {
        if (g_str_has_prefix(*line, ">"))
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", g_strstrip(*line + 1));
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

void
annotations_note_reply(Session *session, const Conversation *conversation, const XmppMessage *message, Message *shown)
{
    if (message->reply_id == NULL)
        return;
    g_autoptr(Message) target = find_target(session, conversation, message->reply_id);
    g_autofree char *unquoted = message->reply_quote != NULL ? unquote(message->reply_quote) : NULL;
    const char *words = target == NULL ? unquoted : may_be_quoted(target) ? target->body : NULL;
    g_autofree char *text = shorten(words);
    /* Who wrote it is what we know; what the answer says about it is only its word. */
    const Jid *author = target != NULL ? target->from : message->reply_to;
    g_autofree char *label = NULL;
    if (target != NULL && target->direction == MESSAGE_OUT && !is_room(conversation))
        label = g_strdup(_("me"));
    else if (author != NULL)
        label = core_clean_name(is_room(conversation) && jid_resource(author) != NULL ? jid_resource(author)
                                                                                       : jid_bare(author));
    message_set_reply(shown, message->reply_id, label, text);
}

/* --- what goes --- */

static Session *
session_of(Client *client, const Conversation *conversation)
{
    return client_session_of(client, conversation_account(conversation));
}

Message *
annotations_find(const Conversation *conversation, MessageDirection direction, guint number, GError **error)
{
    guint left = number;
    for (guint i = conversation_message_count(conversation); i > 0; i--) {
        Message *message = conversation_message_at(conversation, i - 1);
        if (message->direction == direction && message->retracted == 0 && !message->ignored && --left == 0)
            return message;
    }
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                direction == MESSAGE_IN ? _("there are fewer than %u messages of others on the screen: scroll back")
                                        : _("there are fewer than %u messages of yours on the screen: scroll back"),
                number);
    return NULL;
}

/* What others can find it by. */
static const char *
require_id(const Conversation *conversation, const Message *message, GError **error)
{
    const char *id = public_id(conversation, message);
    const Room *room = conversation_room(conversation);
    const bool will_come = room != NULL && (room_flags(room) & ROOM_HAS_ARCHIVE) != 0
                           && message->direction == MESSAGE_OUT && message->state < MESSAGE_RECEIVED;
    if (id == NULL && will_come)
        g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED,
                            _("the room has not confirmed that message yet: try again in a moment"));
    else if (id == NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED,
                    is_room(conversation) ? _("the room gave that message no id, so nobody would know which one is meant")
                                          : _("that message came without an id, so nobody would know which one is meant"));
    return id;
}

/* "> " before each line of the beginning (XEP-0461 §3.1). */
static char *
make_quote(const char *body)
{
    gsize length = strnlen(body, QUOTE_BYTES_MAX + 1);
    if (length > QUOTE_BYTES_MAX)
        length = (gsize) (g_utf8_find_prev_char(body, body + QUOTE_BYTES_MAX) - body);
    g_autofree char *part = g_strndup(body, length);
    g_auto(GStrv) lines = g_strsplit(part, "\n", -1);
    g_autoptr(GString) quote = g_string_new(NULL);
    for (char **line = lines; *line != NULL; line++)
        g_string_append_printf(quote, "> %s\n", *line);
    return g_string_free(g_steal_pointer(&quote), FALSE);
}

Message *
annotations_reply(Client *client, Conversation *conversation, const Message *target, const char *body, GError **error)
{
    const char *id = require_id(conversation, target, error);
    if (id == NULL)
        return NULL;
    g_autofree char *quote = may_be_quoted(target) ? make_quote(target->body) : NULL;
    g_autofree char *text = may_be_quoted(target) ? shorten(target->body) : NULL;
    g_autofree char *label = core_clean_name(is_room(conversation) && target->from != NULL ? jid_resource(target->from)
                                                                                            : conversation_label(conversation));
    const OutgoingReply reply = {
        .id = id,
        .to = target->from != NULL ? jid_text(target->from) : NULL,
        .quote = quote,
        .label = label,
        .text = text,
    };
    return outgoing_send_reply(client, conversation, body, &reply, error);
}

static XmppMessage *
make_stanza(const Conversation *conversation)
{
    XmppMessage *stanza = message_stanza_new();
    stanza->to = jid_ref(conversation_jid(conversation));
    stanza->type = is_room(conversation) ? XMPP_MESSAGE_GROUPCHAT : XMPP_MESSAGE_CHAT;
    stanza->id = stream_new_id();
    stanza->origin_id = g_strdup(stanza->id);
    stanza->hints = HINT_STORE;
    return stanza;
}

bool
annotations_react(Client *client, Conversation *conversation, Message *target, const char *const *emoji, GError **error)
{
    Session *session = session_of(client, conversation);
    const char *id = require_id(conversation, target, error);
    if (id == NULL)
        return false;
    g_autoptr(GPtrArray) reactions = g_ptr_array_new_with_free_func(g_free);
    for (; emoji != NULL && *emoji != NULL; emoji++) {
        if (reactions->len >= REACTIONS_MAX || strlen(*emoji) > REACTION_BYTES_MAX) {
            g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                        _("a reaction is an emoji, at most %d of them: say words with /reply"), REACTIONS_MAX);
            return false;
        }
        if (!g_ptr_array_find_with_equal_func(reactions, *emoji, g_str_equal, NULL))
            g_ptr_array_add(reactions, g_strdup(*emoji));
    }
    XmppMessage *stanza = make_stanza(conversation);
    stanza->reacts_to = g_strdup(id);
    stanza->reactions = g_ptr_array_ref(reactions);
    if (!outgoing_send_now(session, conversation, stanza, error))
        return false;
    if (is_room(conversation)) /* it comes back, and holds then */
        return true;
    g_auto(Speaker) speaker = speaker_of(session, conversation, NULL, MESSAGE_OUT);
    apply_reactions(session, conversation, target, &speaker, reactions, when_now());
    return true;
}

/* What still waits to be sent is not sent; true: so nobody has any of it. */
static bool
drop_waiting(Session *session, const Message *message)
{
    OutgoingQueue *queue = session_outgoing(session);
    const char *id = outgoing_current_id(message);
    if (message->state != MESSAGE_QUEUED || outgoing_queue_is_written(queue, id))
        return false;
    outgoing_queue_forget(queue, id);
    return id == message->id;
}

bool
annotations_retract_own(Client *client, Conversation *conversation, Message *target, GError **error)
{
    Session *session = session_of(client, conversation);
    const bool never_left = drop_waiting(session, target);
    const char *id = never_left ? target->id : require_id(conversation, target, error);
    if (id == NULL)
        return false;
    if (never_left) {
        apply_retraction(session, conversation, target, NULL, when_now());
        return true;
    }
    XmppMessage *stanza = make_stanza(conversation);
    stanza->retracts = g_strdup(id);
    stanza->body = g_strdup("/me retracted a previous message, but your client does not know how.");
    fallback_add(stanza, NS_RETRACTION, G_MAXUINT);
    if (!outgoing_send_now(session, conversation, stanza, error))
        return false;
    if (!is_room(conversation))
        apply_retraction(session, conversation, target, NULL, when_now());
    return true;
}

/* What has to be done when the room has answered. */
typedef struct Moderation {
    CoreDone done;
    gpointer data;
} Moderation;

static void
on_moderated(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    g_autofree Moderation *moderation = data;
    g_autoptr(GError) words = answer == NULL ? rooms_error(detail, error) : NULL;
    if (moderation->done != NULL)
        moderation->done(words, moderation->data);
}

void
annotations_moderate(Client *client, Conversation *conversation, const Message *target, const char *reason,
                     CoreDone done, gpointer data)
{
    Session *session = session_of(client, conversation);
    const Room *room = conversation_room(conversation);
    g_autoptr(GError) error = NULL;
    const char *id = require_id(conversation, target, &error);
    if (id != NULL && rooms_require_joined(session, room, &error) && (room_flags(room) & ROOM_HAS_MODERATION) == 0)
        g_set_error_literal(&error, CONFAB_ERROR, ERROR_FAILED,
                            _("this room cannot take back messages of others: ask who runs the server"));
    if (error != NULL) {
        core_done_later(done, data, error);
        return;
    }
    Moderation *moderation = g_new(Moderation, 1);
    *moderation = (Moderation) { done, data };
    retraction_moderate(session_stream(session), room_jid(room), id, reason,
                        (room_flags(room) & ROOM_HAS_NEW_MODERATION) == 0, on_moderated, moderation);
}

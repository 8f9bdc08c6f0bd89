/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message of a conversation. Counted, since views keep lines of it. Text is as received (valid UTF-8); who shows it
 * cleans it (TEXT_LINES). Fields are set at birth through MessageInit, later only by the core. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"
#include "model/types.h"

typedef enum { MESSAGE_IN, MESSAGE_OUT } MessageDirection;

/* Of the text that is shown: a correction of ours begins at QUEUED again. Else it only ever moves forward, or to FAILED
 * (from there to QUEUED by /resend). The words of the JSON `delivery` event are message_state_word(). */
typedef enum {
    MESSAGE_QUEUED,    /* not yet at the server */
    MESSAGE_SENT,      /* the server has it */
    MESSAGE_RECEIVED,  /* the recipient's client has it (XEP-0184) */
    MESSAGE_DISPLAYED,
    MESSAGE_FAILED,
} MessageState;

struct Message {
    guint64 serial;   /* unique in the process */
    gint64 row;       /* in the store; 0: it is not kept there */
    gint64 order;     /* its place: unique in the conversation, grows to the end; 0 before it has one */
    MessageDirection direction;
    MessageState state; /* OUT only; IN is RECEIVED */
    Jid *from;        /* full where known */
    char *id;         /* stanza id; NULL when the sender gave none */
    char *origin_id;  /* XEP-0359; NULL when none */
    char *archive_id; /* XEP-0359, given by the conversation's archive (the account's; in rooms the room's); NULL */
    char *occupant_id; /* XEP-0421, rooms only; NULL */
    char *body;       /* the latest text */
    char *shown;      /* what a filter made of it, to be shown instead (core/text_filter.h); NULL: the body */
    guint edits;      /* how often it was corrected (XEP-0308) */
    gint64 edited;    /* when last; 0 */
    char *edit_id;    /* stanza id of the last correction; NULL */
    gint64 time;      /* microseconds UTC: of the message (delay), else of arrival */
    bool delayed;
    bool markable;    /* IN: the sender wants to know when it is read (XEP-0333) */
    char *encryption; /* provider, "none" */
    char *trust;      /* NULL without encryption */
    char *reason;     /* why it FAILED, in words; NULL otherwise */
    bool mention;     /* IN: it names the user, or one of the user's words */
    bool unstyled;    /* its *marks* mean nothing (XEP-0393 §8) */
    bool lookalike;   /* IN, in rooms: the sender is called like the user or a contact, but is not known to be that one */
    bool ignored;     /* IN: of somebody who is ignored: in the store only */
    char *reply_id;   /* XEP-0461: id of what this answers; NULL: nothing */
    char *reply_to;   /* who wrote that: label in rooms, bare JID in chats; NULL: not known */
    char *reply_text; /* the beginning of that, one line, cleaned; NULL: not known */
    GPtrArray *reactions; /* MessageReaction*, in order of their first coming; NULL: none */
    gint64 retracted; /* when it was taken back: its body is "" then; 0: it was not */
    char *retracted_by;     /* label of the moderator; NULL: its author */
    char *retracted_reason; /* cleaned; NULL */
};

/* XEP-0444: one emoji and who reacted with it. */
typedef struct MessageReaction {
    char *emoji;   /* cleaned */
    guint count;
    bool own;      /* the user is among them */
    GPtrArray *by; /* char*: labels, the first MESSAGE_REACTION_NAMES_MAX */
} MessageReaction;
enum {
    MESSAGE_REACTION_NAMES_MAX = 20,
    MESSAGE_REACTIONS_MAX = 100, /* different ones of a message; further ones are not counted (I9) */
};

typedef struct MessageInit {
    MessageDirection direction;
    const Jid *from;
    const char *id, *origin_id, *archive_id, *occupant_id, *body;
    gint64 time; /* 0: now */
    gint64 order; /* 0: at the end */
    bool delayed;
    bool markable;
    const char *encryption; /* NULL: "none" */
    const char *trust;
    /* From the store: */
    gint64 row;
    MessageState state; /* OUT only */
    const char *reason;
    guint edits;
    gint64 edited;
    const char *edit_id;
    bool mention, ignored, unstyled;
    const char *reply_id, *reply_to, *reply_text;
    gint64 retracted;
    const char *retracted_by, *retracted_reason;
} MessageInit;

/* `serial` from the conversation's own numbering: see conversation_append(). */
Message *message_new(const MessageInit *init);
Message *message_ref(Message *message);
void message_unref(Message *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Message, message_unref)
/* Moves an outgoing message forward; `reason` (cleaned) is kept when it FAILED. False: nothing changed, since it is
 * there already or further. The recipient's copy cannot fail, and FAILED is final. See
 * conversation_advance_message(). */
bool message_advance(Message *message, MessageState state, const char *reason);
/* The text was corrected. Ours are QUEUED again; see conversation_edit_message(). */
void message_edit(Message *message, const char *body, gint64 time, const char *edit_id);
/* See conversation_show_message(). */
void message_show(Message *message, const char *shown);
/* One more reaction of somebody (cleaned); see conversation_annotate(). */
void message_add_reaction(Message *message, const char *emoji, const char *label, bool is_own);
void message_clear_reactions(Message *message);
void message_set_reply(Message *message, const char *id, const char *to, const char *text);
/* Its text is gone for good. */
void message_retract(Message *message, gint64 time, const char *by, const char *reason);
/* A FAILED one is to be sent again: QUEUED. See conversation_requeue_message(). */
bool message_requeue(Message *message);
const char *message_state_word(MessageState state); /* "queued", "sent" …: stable */
/* What is shown of it. */
const char *message_text(const Message *message);
/* Text after "/me " when that is an action (XEP-0245), else NULL. */
const char *message_action(const Message *message);

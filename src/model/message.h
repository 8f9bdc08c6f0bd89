/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message of a conversation. Counted, since views keep lines of it. Text is as received (valid UTF-8); who shows it
 * cleans it (TEXT_LINES). Fields are set at birth through MessageInit, later only by the core. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/jid.h"
#include "model/types.h"

typedef enum { MESSAGE_IN, MESSAGE_OUT } MessageDirection;

/* Only ever moves forward, or to FAILED. The words of the JSON `delivery` event are message_state_word(). */
typedef enum {
    MESSAGE_QUEUED,    /* not yet at the server */
    MESSAGE_SENT,      /* the server has it */
    MESSAGE_RECEIVED,  /* the recipient's client has it (XEP-0184) */
    MESSAGE_DISPLAYED,
    MESSAGE_FAILED,
} MessageState;

struct Message {
    guint64 serial;   /* unique in the process */
    MessageDirection direction;
    MessageState state; /* OUT only; IN is RECEIVED */
    Jid *from;        /* full where known */
    char *id;         /* stanza id; NULL when the sender gave none */
    char *origin_id;  /* XEP-0359; NULL when none */
    char *body;
    gint64 time;      /* microseconds UTC: of the message (delay), else of arrival */
    bool delayed;
    char *encryption; /* provider, "none" */
    char *trust;      /* NULL without encryption */
    char *reason;     /* why it FAILED, in words; NULL otherwise */
};

typedef struct MessageInit {
    MessageDirection direction;
    const Jid *from;
    const char *id, *origin_id, *body;
    gint64 time; /* 0: now */
    bool delayed;
    const char *encryption; /* NULL: "none" */
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
const char *message_state_word(MessageState state); /* "queued", "sent" …: stable */
/* Text after "/me " when the body is an action (XEP-0245), else NULL. */
const char *message_action(const Message *message);

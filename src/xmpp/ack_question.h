/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the server what it has of what was sent: one question at a time, behind all that is sent in one turn of the
 * loop; and watching that the server says anything at all while it is asked. */
#pragma once

#include "xmpp/stream.h"

typedef struct AckQuestion AckQuestion;

/* The ping came back: the server has processed everything up to the stanza with this number. */
typedef void (*AckProven)(guint32 number, gpointer data);

/* `sent` is read when a question goes out. */
AckQuestion *ack_question_new(XmppStream *stream, const guint32 *sent, AckProven proven, gpointer data);
void ack_question_free(AckQuestion *question);
/* Asks in the next turn of the loop, unless a question is open; by <r/>, or by a ping where the server has no stream
 * management. */
void ack_question_schedule(AckQuestion *question, bool by_ping);
/* <a/> has come. */
void ack_question_answered(AckQuestion *question);
/* The connection is gone. */
void ack_question_stop(AckQuestion *question);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "I have it" is said only when it is true: once the message is on the disk (XEP-0184, I24). */
#include "core/core_private.h"

enum { WAITING_MAX = 1000 }; /* while there is no connection; older ones are given up */

typedef struct Answer {
    Jid *to; /* full, who asked */
    char *id;
    XmppMessageType type;
} Answer;

/* An answer moves from one to the next. */
struct ReceiptAnswers {
    Session *session;
    GQueue fresh; /* the disk was not asked yet */
    GQueue asked; /* it was */
    GQueue ready;
    guint durable; /* the question to the disk; 0: none is under way */
};

static void
answer_free(gpointer data)
{
    Answer *answer = data;
    jid_unref(answer->to);
    g_free(answer->id);
    g_free(answer);
}

ReceiptAnswers *
receipt_answers_new(Session *session)
{
    ReceiptAnswers *answers = g_new0(ReceiptAnswers, 1);
    answers->session = session;
    g_queue_init(&answers->fresh);
    g_queue_init(&answers->asked);
    g_queue_init(&answers->ready);
    return answers;
}

void
receipt_answers_free(ReceiptAnswers *answers)
{
    if (answers->durable != 0)
        db_forget_durable(client_db(session_client(answers->session)), answers->durable);
    g_queue_clear_full(&answers->fresh, answer_free);
    g_queue_clear_full(&answers->asked, answer_free);
    g_queue_clear_full(&answers->ready, answer_free);
    g_free(answers);
}

static void
move_all(GQueue *from, GQueue *to)
{
    for (gpointer answer = g_queue_pop_head(from); answer != NULL; answer = g_queue_pop_head(from))
        g_queue_push_tail(to, answer);
}

/* The conversation may have been closed meanwhile, and the contact may not be one any more (I15). */
static void
send_answer(Session *session, const Answer *answer)
{
    Conversation *conversation = account_find_conversation(session_account(session), answer->to);
    if (conversation == NULL || !reading_may_tell(session, conversation, SETTING_RECEIPTS))
        return;
    XmppMessage *stanza = message_stanza_new();
    stanza->to = jid_ref(answer->to);
    stanza->type = answer->type;
    stanza->id = stream_new_id();
    stanza->receipt_for = g_strdup(answer->id);
    stanza->hints = HINT_STORE;
    outgoing_send_bare(session, conversation, stanza);
}

void
receipt_answers_flush(ReceiptAnswers *answers)
{
    if (!session_is_online(answers->session)) {
        while (answers->ready.length > WAITING_MAX)
            answer_free(g_queue_pop_head(&answers->ready));
        return;
    }
    for (Answer *answer = g_queue_pop_head(&answers->ready); answer != NULL;
         answer = g_queue_pop_head(&answers->ready)) {
        send_answer(answers->session, answer);
        answer_free(answer);
    }
}

static void ask_disk(ReceiptAnswers *answers);

/* What could not be written is not confirmed. */
static void
on_durable(const GError *error, gpointer data)
{
    ReceiptAnswers *answers = data;
    answers->durable = 0;
    if (error != NULL)
        g_queue_clear_full(&answers->asked, answer_free);
    move_all(&answers->asked, &answers->ready);
    receipt_answers_flush(answers);
    ask_disk(answers);
}

static void
ask_disk(ReceiptAnswers *answers)
{
    if (answers->durable != 0 || g_queue_is_empty(&answers->fresh))
        return;
    move_all(&answers->fresh, &answers->asked);
    answers->durable = db_when_durable(client_db(session_client(answers->session)), on_durable, answers);
}

void
receipt_answers_add(ReceiptAnswers *answers, const XmppMessage *message)
{
    Answer *answer = g_new0(Answer, 1);
    *answer = (Answer) {
        .to = jid_ref(message->from),
        .id = g_strdup(message->id),
        .type = message->type,
    };
    g_queue_push_tail(&answers->fresh, answer);
    ask_disk(answers);
}

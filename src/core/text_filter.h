/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who looks over what is said before it leaves, or over how what others say is shown (plugins). Filters may take their time: what
 * is said in a conversation stays in order meanwhile, and nothing else waits. What leaves is filtered as it was typed, before
 * encryption; an answer is text again, so a filter can neither choose the way nor loosen it (I21). What others say is
 * kept and told as it came; filters only change how it is shown (message->shown), so none of it can be lost. */
#pragma once

#include "core/client.h"

enum { TEXT_FILTER_WAITING_MAX = 1000 }; /* texts of a client that wait for filters; past these more is refused */

typedef struct TextFilter TextFilter;

/* A text that a filter is asked about; ended by one of the functions below, which free it. */
typedef struct TextQuestion TextQuestion;
const char *text_question_body(const TextQuestion *question);
MessageDirection text_question_direction(const TextQuestion *question);
/* NULL: it was closed meanwhile; whatever is answered counts for nothing. */
Conversation *text_question_conversation(const TextQuestion *question);
/* Of what others say; NULL when it is ours or gone. */
const Message *text_question_message(const TextQuestion *question);
/* This text instead (UTF-8); "" is nothing to be said, or shown. */
void text_question_answer(TextQuestion *take_question, const char *body);
/* As it is. */
void text_question_pass(TextQuestion *take_question);
/* It must not leave (ERROR_FAILED with this reason); what others say is shown as it is. */
void text_question_refuse(TextQuestion *take_question, const char *reason);

typedef struct TextFilterOptions {
    bool outgoing, incoming;
    const Jid *with; /* bare; NULL: everybody */
    void (*ask)(TextQuestion *take_question, gpointer data); /* may answer at once */
    gpointer data;
} TextFilterOptions;

/* Filters are asked one after the other, in the order they were added. */
TextFilter *text_filter_add(Client *client, const TextFilterOptions *options);
/* Questions it has are still to be ended. */
void text_filter_remove(TextFilter *filter);

/* What became of a text: NULL with an error: it must not leave; NULL without: there is nothing left to say. What was said
 * under an encryption does not leave under another, or none, that was chosen meanwhile (ERROR_ENCRYPTION; I21). */
typedef void (*TextFiltered)(const char *body, const GError *error, gpointer data);
/* Whether anybody looks over what is said there. */
bool text_filter_applies(const Client *client, const Conversation *conversation);
/* Calls back exactly once, inside this call when no filter applies. */
void text_filter_outgoing(Client *client, Conversation *conversation, const char *body, TextFiltered done, gpointer data);
/* Nobody is called back with `data` any more. */
void text_filter_forget(Client *client, gconstpointer data);

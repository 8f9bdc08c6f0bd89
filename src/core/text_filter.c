/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text_filter.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "core/core_private.h"

struct TextFilter {
    TextFilters *filters;
    guint64 number;
    bool outgoing, incoming;
    Jid *with;
    void (*ask)(TextQuestion *take_question, gpointer data);
    gpointer data;
};

/* A text on its way through the filters; it is the question of the one that is asked. */
struct TextQuestion {
    TextFilters *filters; /* NULL: the client is gone */
    guint64 conversation; /* serial */
    guint64 message;      /* serial, of what others say; 0: ours */
    char *body;
    char *before;         /* as it was, of what others say */
    char *intent;         /* the encryption it was said under; NULL: of others */
    guint64 asked;        /* number of the filter that was asked last; 0: none */
    bool is_asked;        /* it is out */
    TextFiltered done;    /* NULL: nobody wants to know */
    gpointer data;
};

struct TextFilters {
    Client *client;
    GPtrArray *list;  /* TextFilter, by number */
    guint64 last;
    GQueue questions; /* TextQuestion, as they came */
    guint subscription;
    guint step;       /* source of the loop */
};

static void
filter_free(gpointer data)
{
    TextFilter *filter = data;
    g_clear_pointer(&filter->with, jid_unref);
    g_free(filter);
}

static void
question_free(TextQuestion *question)
{
    g_free(question->body);
    g_free(question->before);
    g_free(question->intent);
    g_free(question);
}

/* --- the question --- */

const char *
text_question_body(const TextQuestion *question)
{
    return question->body;
}

MessageDirection
text_question_direction(const TextQuestion *question)
{
    return question->message == 0 ? MESSAGE_OUT : MESSAGE_IN;
}

Conversation *
text_question_conversation(const TextQuestion *question)
{
    return question->filters == NULL ? NULL
                                     : client_find_conversation(question->filters->client, question->conversation);
}

static Message *
message_of(const TextQuestion *question)
{
    Conversation *conversation = text_question_conversation(question);
    return conversation == NULL || question->message == 0 ? NULL
                                                          : conversation_find_message(conversation, question->message);
}

const Message *
text_question_message(const TextQuestion *question)
{
    return message_of(question);
}

/* --- the way through --- */

/* The next one to be asked; NULL: it has been through all. */
static const TextFilter *
find_next(const TextFilters *filters, const Conversation *conversation, MessageDirection direction, guint64 after)
{
    for (guint i = 0; i < filters->list->len; i++) {
        const TextFilter *filter = filters->list->pdata[i];
        const bool applies = direction == MESSAGE_OUT ? filter->outgoing : filter->incoming;
        if (applies && filter->number > after &&
            (filter->with == NULL || jid_equal_bare(filter->with, conversation_jid(conversation))))
            return filter;
    }
    return NULL;
}

/* Takes it out of the line and tells how it ended. */
static void
end(TextQuestion *take_question, const GError *error)
{
    TextFilters *filters = take_question->filters;
    Conversation *conversation = text_question_conversation(take_question);
    Message *message = message_of(take_question);
    g_queue_remove(&filters->questions, take_question);
    if (message != NULL && error == NULL && strcmp(take_question->body, take_question->before) != 0 &&
        strcmp(message->body, take_question->before) == 0)
        conversation_show_message(conversation, message, take_question->body);
    if (take_question->done != NULL)
        take_question->done(error == NULL && *take_question->body != '\0' ? take_question->body : NULL, error,
                            take_question->data);
    question_free(take_question);
}

/* Whether one of the same conversation and direction is before it. */
static bool
is_behind_another(const TextFilters *filters, const TextQuestion *question)
{
    for (const GList *link = filters->questions.head; link != NULL && link->data != question; link = link->next) {
        const TextQuestion *other = link->data;
        if (other->conversation == question->conversation &&
            text_question_direction(other) == text_question_direction(question))
            return true;
    }
    return false;
}

/* I21: what was said in confidence stays in it. */
static bool
has_other_encryption(const TextQuestion *question, const Conversation *conversation)
{
    return question->intent != NULL && strcmp(question->intent, "none") != 0 &&
           strcmp(question->intent, conversation_intent(conversation)) != 0;
}

/* Asks the next filter, or ends. */
static void
go_on(TextQuestion *question)
{
    const Conversation *conversation = text_question_conversation(question);
    g_autoptr(GError) error = NULL;
    if (conversation == NULL) {
        g_set_error_literal(&error, CONFAB_ERROR, ERROR_FAILED,
                            _("the conversation was closed meanwhile: nothing was said"));
        end(question, error);
        return;
    }
    const TextFilter *filter =
        find_next(question->filters, conversation, text_question_direction(question), question->asked);
    if (filter == NULL && has_other_encryption(question, conversation))
        g_set_error_literal(&error, CONFAB_ERROR, ERROR_ENCRYPTION,
                            _("the encryption has changed meanwhile: nothing was sent"));
    if (filter == NULL) {
        end(question, error);
        return;
    }
    question->asked = filter->number;
    question->is_asked = true;
    filter->ask(question, filter->data);
}

/* Those that are the first of their conversations and not under way. */
static TextQuestion *
find_ready(const TextFilters *filters)
{
    for (const GList *link = filters->questions.head; link != NULL; link = link->next) {
        TextQuestion *question = link->data;
        if (!question->is_asked && !is_behind_another(filters, question))
            return question;
    }
    return NULL;
}

static gboolean
on_step(gpointer data)
{
    TextFilters *filters = data;
    filters->step = 0;
    for (TextQuestion *ready = find_ready(filters); ready != NULL; ready = find_ready(filters))
        go_on(ready);
    return G_SOURCE_REMOVE;
}

static void
step_later(TextFilters *filters)
{
    if (filters->step == 0)
        filters->step = g_idle_add_full(G_PRIORITY_DEFAULT, on_step, filters, NULL);
}

/* The filter has spoken: from the loop, so that answers at once do not nest. */
static void
answered(TextQuestion *question)
{
    question->is_asked = false;
    if (question->filters != NULL)
        step_later(question->filters);
    else
        question_free(question);
}

void
text_question_answer(TextQuestion *take_question, const char *body)
{
    g_free(take_question->body);
    take_question->body = g_strdup(body);
    answered(take_question);
}

void
text_question_pass(TextQuestion *take_question)
{
    answered(take_question);
}

void
text_question_refuse(TextQuestion *take_question, const char *reason)
{
    TextFilters *filters = take_question->filters;
    if (filters == NULL) {
        question_free(take_question);
        return;
    }
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, reason);
    end(take_question, error);
    step_later(filters);
}

/* --- who asks --- */

static TextQuestion *
question_new(TextFilters *filters, const Conversation *conversation, const char *body)
{
    TextQuestion *question = g_new0(TextQuestion, 1);
    question->filters = filters;
    question->conversation = conversation_serial(conversation);
    question->body = g_strdup(body);
    g_queue_push_tail(&filters->questions, question);
    step_later(filters);
    return question;
}

bool
text_filter_applies(const Client *client, const Conversation *conversation)
{
    return find_next(client_text_filters(client), conversation, MESSAGE_OUT, 0) != NULL;
}

void
text_filter_outgoing(Client *client, Conversation *conversation, const char *body, TextFiltered done, gpointer data)
{
    TextFilters *filters = client_text_filters(client);
    if (!text_filter_applies(client, conversation)) {
        done(body, NULL, data);
        return;
    }
    if (filters->questions.length >= TEXT_FILTER_WAITING_MAX) {
        g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED,
                                                      _("too many texts wait for plugins: say it again later"));
        done(NULL, error, data);
        return;
    }
    TextQuestion *question = question_new(filters, conversation, body);
    question->intent = g_strdup(conversation_intent(conversation));
    question->done = done;
    question->data = data;
}

void
text_filter_forget(Client *client, gconstpointer data)
{
    for (const GList *link = client_text_filters(client)->questions.head; link != NULL; link = link->next) {
        TextQuestion *question = link->data;
        if (question->data == data)
            question->done = NULL;
    }
}

/* What is new, or reads otherwise now. */
static void
on_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    TextFilters *filters = user;
    if ((event->type != MESSAGE_ADDED && event->type != MESSAGE_EDITED) || filters->list->len == 0)
        return;
    const Message *message = event->message.message;
    if (message->direction != MESSAGE_IN || message->serial == 0 ||
        find_next(filters, event->message.conversation, MESSAGE_IN, 0) == NULL ||
        filters->questions.length >= TEXT_FILTER_WAITING_MAX)
        return;
    TextQuestion *question = question_new(filters, event->message.conversation, message->body);
    question->message = message->serial;
    question->before = g_strdup(message->body);
}

/* --- filters --- */

TextFilter *
text_filter_add(Client *client, const TextFilterOptions *options)
{
    TextFilters *filters = client_text_filters(client);
    TextFilter *filter = g_new0(TextFilter, 1);
    filter->filters = filters;
    filter->number = ++filters->last;
    filter->outgoing = options->outgoing;
    filter->incoming = options->incoming;
    filter->with = options->with == NULL ? NULL : jid_to_bare(options->with);
    filter->ask = options->ask;
    filter->data = options->data;
    g_ptr_array_add(filters->list, filter);
    return filter;
}

void
text_filter_remove(TextFilter *filter)
{
    g_ptr_array_remove(filter->filters->list, filter);
}

TextFilters *
text_filters_new(Client *client)
{
    TextFilters *filters = g_new0(TextFilters, 1);
    filters->client = client;
    filters->list = g_ptr_array_new_with_free_func(filter_free);
    g_queue_init(&filters->questions);
    filters->subscription = bus_subscribe(client_bus(client), on_event, filters);
    return filters;
}

void
text_filters_free(TextFilters *filters)
{
    if (filters == NULL)
        return;
    bus_unsubscribe(client_bus(filters->client), filters->subscription);
    g_clear_handle_id(&filters->step, g_source_remove);
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("the program ends: start it again"));
    TextQuestion *question;
    while ((question = g_queue_pop_head(&filters->questions)) != NULL) {
        if (question->done != NULL)
            question->done(NULL, error, question->data);
        question->filters = NULL;
        if (!question->is_asked)
            question_free(question);
    }
    g_ptr_array_unref(filters->list);
    g_free(filters);
}

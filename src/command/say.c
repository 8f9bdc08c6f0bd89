/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/say.h"

#include "base/error.h"
#include "base/i18n.h"
#include "core/annotate.h"
#include "core/outgoing.h"
#include "core/text_filter.h"

/* How it is said; `about` is the message that it replaces or answers, NULL: none. */
typedef bool (*Sayer)(Client *client, Conversation *conversation, Message *about, const char *body, GError **error);

/* A text that is with the filters. */
typedef struct Saying {
    CommandCall *call; /* deferred */
    Client *client;
    guint64 conversation; /* serial */
    Sayer say;
    guint64 about; /* serial; 0: none */
} Saying;

static bool
send_text(Client *client, Conversation *conversation, Message *about, const char *body, GError **error)
{
    return outgoing_send(client, conversation, body, error) != NULL;
}

static bool
send_reply(Client *client, Conversation *conversation, Message *about, const char *body, GError **error)
{
    return annotations_reply(client, conversation, about, body, error) != NULL;
}

static bool
say_filtered(const Saying *saying, const char *body, GError **error)
{
    Conversation *conversation = client_find_conversation(saying->client, saying->conversation);
    Message *about = conversation == NULL || saying->about == 0 ? NULL
                                                                : conversation_find_message(conversation, saying->about);
    if (conversation != NULL && (saying->about == 0 || about != NULL))
        return saying->say(saying->client, conversation, about, body, error);
    g_set_error_literal(error, CONFAB_ERROR, ERROR_FAILED, _("the conversation was closed meanwhile: nothing was said"));
    return false;
}

/* What nothing is left of is not said, as the filter wanted. */
static void
on_filtered(const char *body, const GError *error, gpointer data)
{
    Saying *saying = data;
    g_autoptr(GError) problem = error == NULL ? NULL : g_error_copy(error);
    if (body != NULL)
        say_filtered(saying, body, &problem);
    command_call_finish(saying->call, problem);
    g_free(saying);
}

static Saying
parts_of(CommandCall *call, const Conversation *conversation, const Message *about, Sayer say)
{
    return (Saying){ .client = command_call_client(call),
                     .conversation = conversation_serial(conversation),
                     .say = say,
                     .about = about == NULL ? 0 : about->serial };
}

static bool
say_or_filter(CommandCall *call, const Saying *parts, const char *body, GError **error)
{
    Client *client = parts->client;
    Conversation *conversation = client_find_conversation(client, parts->conversation);
    if (conversation == NULL || !text_filter_applies(client, conversation))
        return say_filtered(parts, body, error);
    Saying *saying = g_memdup2(parts, sizeof *parts);
    saying->call = command_call_defer(call);
    text_filter_outgoing(client, conversation, body, on_filtered, saying);
    return true;
}

bool
say_text(CommandCall *call, Conversation *conversation, const char *body, GError **error)
{
    const Saying parts = parts_of(call, conversation, NULL, send_text);
    return say_or_filter(call, &parts, body, error);
}

bool
say_reply(CommandCall *call, Conversation *conversation, const Message *target, const char *body, GError **error)
{
    const Saying parts = parts_of(call, conversation, target, send_reply);
    return say_or_filter(call, &parts, body, error);
}

bool
say_instead(CommandCall *call, Conversation *conversation, Message *original, const char *body, GError **error)
{
    const Saying parts = parts_of(call, conversation, original, outgoing_correct);
    return say_or_filter(call, &parts, body, error);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/say.h"

#include "base/error.h"
#include "base/i18n.h"
#include "core/outgoing.h"
#include "core/text_filter.h"

/* A text that is with the filters. */
typedef struct Saying {
    CommandCall *call; /* deferred */
    Client *client;
    guint64 conversation; /* serial */
    guint64 original;     /* serial of the message it replaces; 0: none */
} Saying;

static bool
say(Client *client, Conversation *conversation, Message *original, const char *body, GError **error)
{
    return original != NULL ? outgoing_correct(client, conversation, original, body, error)
                            : outgoing_send(client, conversation, body, error) != NULL;
}

static bool
say_filtered(const Saying *saying, const char *body, GError **error)
{
    Conversation *conversation = client_find_conversation(saying->client, saying->conversation);
    Message *original = conversation == NULL || saying->original == 0
                            ? NULL
                            : conversation_find_message(conversation, saying->original);
    if (conversation != NULL && (saying->original == 0 || original != NULL))
        return say(saying->client, conversation, original, body, error);
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

static bool
say_or_filter(CommandCall *call, Conversation *conversation, Message *original, const char *body, GError **error)
{
    Client *client = command_call_client(call);
    if (!text_filter_applies(client, conversation))
        return say(client, conversation, original, body, error);
    Saying *saying = g_new0(Saying, 1);
    saying->call = command_call_defer(call);
    saying->client = client;
    saying->conversation = conversation_serial(conversation);
    saying->original = original == NULL ? 0 : original->serial;
    text_filter_outgoing(client, conversation, body, on_filtered, saying);
    return true;
}

bool
say_text(CommandCall *call, Conversation *conversation, const char *body, GError **error)
{
    return say_or_filter(call, conversation, NULL, body, error);
}

bool
say_instead(CommandCall *call, Conversation *conversation, Message *original, const char *body, GError **error)
{
    return say_or_filter(call, conversation, original, body, error);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the history keeps of encrypted messages (setting otr.log). The model has their text as long as the process
 * lives. */
#include <string.h>

#include "base/i18n.h"
#include "core/core_private.h"

EncryptionKeep
encryption_keep(const Client *client, const Conversation *conversation, const char *encryption)
{
    const char *account = account_name(conversation_account(conversation));
    const char *with = jid_bare(conversation_jid(conversation));
    if (!conversations_are_kept(client, conversation))
        return KEEP_NOTHING;
    if (!g_str_equal(encryption, "otr"))
        return KEEP_TEXT;
    const char *word = settings_get_text(client_settings(client), SETTING_OTR_LOG, account, with);
    return g_str_equal(word, "on") ? KEEP_TEXT : g_str_equal(word, "redact") ? KEEP_PLACE : KEEP_NOTHING;
}

static const char *
lost_words(void)
{
    return _("(encrypted, and not kept: setting otr.log)");
}

const char *
encryption_shown_body(const Message *message)
{
    const bool is_missing = *message->body == '\0' && !g_str_equal(message->encryption, "none");
    return is_missing ? lost_words() : message->body;
}

bool
encryption_is_lost(const Message *message)
{
    return !g_str_equal(message->encryption, "none") && g_str_equal(message->body, lost_words());
}

void
encryption_fill_in(GPtrArray *page)
{
    for (guint i = 0; i < page->len; i++) {
        Message *message = g_ptr_array_index(page, i);
        const char *shown = encryption_shown_body(message);
        if (shown == message->body)
            continue;
        g_free(message->body);
        message->body = g_strdup(shown);
    }
}

/* What is kept in the place of a text; the caller puts the text back. */
static char *
take_text(Message *message)
{
    char *text = message->body;
    message->body = g_strdup("");
    return text;
}

static void
put_text_back(Message *message, char *take_text)
{
    g_free(message->body);
    message->body = take_text;
}

/* A text that is not kept must not be known by another one that is not kept either: who knows copies of it is the
 * model (I19). */
HistoryOutcome
encryption_store(Client *client, const Conversation *conversation, Message *message, GError **error)
{
    const HistoryPlace place = conversations_place(conversation);
    const EncryptionKeep keep = encryption_keep(client, conversation, message->encryption);
    if (keep == KEEP_NOTHING)
        return HISTORY_ADDED;
    if (keep == KEEP_TEXT)
        return history_add(client_db(client), &place, message, error);
    char *text = take_text(message);
    const HistoryOutcome outcome = history_add(client_db(client), &place, message, error);
    put_text_back(message, text);
    return outcome == HISTORY_FAILED ? HISTORY_FAILED : HISTORY_ADDED;
}

HistoryOutcome
encryption_store_edit(Client *client, const Conversation *conversation, const Message *original, Message *edit,
                      GError **error)
{
    const HistoryPlace place = conversations_place(conversation);
    if (original->row == 0)
        return HISTORY_ADDED;
    if (encryption_keep(client, conversation, original->encryption) == KEEP_TEXT)
        return history_correct(client_db(client), &place, original, edit, error);
    /* Of ours it would say that it waits, which nobody knew any more after a restart. */
    if (original->direction == MESSAGE_OUT)
        return HISTORY_ADDED;
    char *text = take_text(edit);
    const HistoryOutcome outcome = history_correct(client_db(client), &place, original, edit, error);
    put_text_back(edit, text);
    return outcome;
}

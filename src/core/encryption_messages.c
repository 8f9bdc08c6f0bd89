/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/i18n.h"
#include "core/encryption_private.h"

static void
say_unreadable(XmppMessage *message, char *take_words)
{
    g_free(message->body);
    message->body = take_words;
    message->encryption = "otr";
    message->trust = "unreadable";
    message->wants_receipt = false;
    message->markable = false;
    g_clear_pointer(&message->corrects, g_free);
}

/* What the server delivers once more after a restart was read then. */
static bool
is_known(const Session *session, const XmppMessage *message)
{
    MessageDirection direction;
    g_autoptr(Jid) peer = incoming_peer(session, message, &direction);
    const HistoryPlace place = { session_store_key(session), jid_bare(peer), CONVERSATION_CHAT };
    g_autoptr(Message) known =
        message->id != NULL
            ? history_find_by_id(client_db(session_client(session)), &place, direction, message->id, NULL)
            : NULL;
    return known != NULL;
}

/* From the peer itself, now or kept by the server for us, not a copy of what other devices see. */
static bool
is_direct(const Session *session, const XmppMessage *message)
{
    return message->carbon == CARBON_NONE && message->archive_id == NULL && message->from != NULL
           && !jid_is_bare(message->from) && !jid_equal_bare(message->from, account_jid(session_account(session)));
}

static bool
open_copy(const Session *session, const XmppMessage *message, XmppMessage **opened)
{
    const E2eeOutcome outcome = otr_provider.judge(message->body);
    if (outcome == E2EE_NOT_MINE)
        return true;
    if (outcome == E2EE_SILENT || is_known(session, message))
        return false;
    *opened = message_stanza_copy(message);
    say_unreadable(*opened, g_strdup(_("a message encrypted with OTR for another session: it cannot be read here")));
    return true;
}

static bool
open_direct(const Session *session, E2ee *otr, const XmppMessage *message, XmppMessage **opened)
{
    g_autoptr(XmppMessage) copy = message_stanza_copy(message);
    E2eeReceived received = { 0 };
    switch (otr_provider.receive(otr, copy, &received)) {
    case E2EE_NOT_MINE:
        break;
    case E2EE_DECRYPTED:
        copy->encryption = "otr";
        copy->trust = e2ee_trust_word(received.trust);
        break;
    case E2EE_UNREADABLE:
        say_unreadable(copy, received.words);
        if (is_known(session, message))
            return false;
        break;
    case E2EE_SILENT:
        return false;
    }
    *opened = g_steal_pointer(&copy);
    return true;
}

bool
encryption_open(Session *session, const XmppMessage *message, XmppMessage **opened)
{
    g_autoptr(GError) error = NULL;
    *opened = NULL;
    if (message->body == NULL)
        return true;
    if (!is_direct(session, message))
        return open_copy(session, message, opened);
    E2ee *otr = encryption_state(session, "otr", &error);
    if (otr != NULL)
        return !otr_provider.concerns(otr, message) || open_direct(session, otr, message, opened);
    if (otr_provider.judge(message->body) == E2EE_NOT_MINE)
        return true;
    *opened = message_stanza_copy(message);
    say_unreadable(*opened, g_strdup(error->message));
    return true;
}

void
encryption_offer(Session *session, XmppMessage *stanza)
{
    E2ee *otr = encryption_policy(session, stanza->to) == E2EE_OPPORTUNISTIC ? encryption_state(session, "otr", NULL) : NULL;
    if (otr != NULL)
        otr_provider.offer(otr, stanza);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/core_private.h"
#include "xmpp/xep/caps.h"

enum {
    PAUSE_MS = 30000, /* XEP-0085 §5.2: without a key for so long, the user has paused */
};

#define NS_CHATSTATES "http://jabber.org/protocol/chatstates"

typedef enum {
    PEER_UNKNOWN, /* has not said anything yet: messages carry a state, nothing else does (§5.1) */
    PEER_TAKES_PART,
    PEER_DOES_NOT,
} Peer;

/* Of one conversation. */
typedef struct TypingState {
    Typing *typing;
    guint64 conversation; /* serial */
    ChatState told;       /* what the peer was told last */
    Peer peer;
    guint pause;          /* timer while composing */
} TypingState;

struct Typing {
    Session *session;
    GHashTable *states; /* serial (the state's own) → TypingState */
};

static void
state_free(gpointer data)
{
    TypingState *state = data;
    g_clear_handle_id(&state->pause, g_source_remove);
    g_free(state);
}

Typing *
typing_new(Session *session)
{
    Typing *typing = g_new0(Typing, 1);
    typing->session = session;
    typing->states = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, state_free);
    return typing;
}

void
typing_free(Typing *typing)
{
    g_hash_table_unref(typing->states);
    g_free(typing);
}

void
typing_reset(Typing *typing)
{
    g_hash_table_remove_all(typing->states);
}

static TypingState *
ensure_state(Typing *typing, const Conversation *conversation)
{
    const guint64 serial = conversation_serial(conversation);
    TypingState *state = g_hash_table_lookup(typing->states, &serial);
    if (state != NULL)
        return state;
    state = g_new0(TypingState, 1);
    *state = (TypingState) { .typing = typing, .conversation = serial };
    g_hash_table_insert(typing->states, &state->conversation, state);
    return state;
}

/* I15: only contacts that may see the account's presence learn what its user does, and only where the user wants it. */
static bool
may_tell(const Typing *typing, const Conversation *conversation)
{
    const Account *account = session_account(typing->session);
    const Contact *contact = conversation_contact(conversation);
    return conversation_kind(conversation) == CONVERSATION_CHAT && contact != NULL
           && (contact_subscription(contact) & CONTACT_FROM) != 0
           && settings_get_bool(client_settings(session_client(typing->session)), SETTING_TYPING, account_name(account),
                                jid_bare(conversation_jid(conversation)));
}

/* What the peer's capabilities say goes before what was seen. */
static Peer
judge_peer(const Typing *typing, const Conversation *conversation, const TypingState *state)
{
    const Contact *contact = conversation_contact(conversation);
    const Jid *peer = conversation_locked_to(conversation);
    if (peer == NULL && contact != NULL && contact_is_online(contact))
        peer = contact_resource_at(contact, 0)->jid;
    const DiscoInfo *info = peer != NULL ? caps_lookup(session_stream(typing->session), peer) : NULL;
    if (info == NULL)
        return state->peer;
    return disco_info_has(info, NS_CHATSTATES) ? PEER_TAKES_PART : PEER_DOES_NOT;
}

static gboolean
on_pause(gpointer data)
{
    TypingState *state = data;
    Session *session = state->typing->session;
    state->pause = 0;
    Conversation *conversation = account_conversation_by_serial(session_account(session), state->conversation);
    if (conversation != NULL)
        typing_set_state(state->typing, conversation, CHAT_STATE_PAUSED);
    return G_SOURCE_REMOVE;
}

void
typing_set_state(Typing *typing, Conversation *conversation, ChatState chat_state)
{
    if (!session_is_online(typing->session) || !may_tell(typing, conversation))
        return;
    TypingState *state = ensure_state(typing, conversation);
    if (judge_peer(typing, conversation, state) != PEER_TAKES_PART
        || !contact_is_online(conversation_contact(conversation)))
        return;
    g_clear_handle_id(&state->pause, g_source_remove);
    if (chat_state == CHAT_STATE_COMPOSING)
        state->pause = g_timeout_add(client_delay(session_client(typing->session), PAUSE_MS), on_pause, state);
    /* Who was told nothing needs no end of it. */
    const bool pointless = state->told == CHAT_STATE_NONE && chat_state != CHAT_STATE_COMPOSING;
    if (state->told == chat_state || chat_state == CHAT_STATE_NONE || pointless)
        return;
    state->told = chat_state;
    outgoing_send_state(typing->session, conversation, chat_state);
}

ChatState
typing_take_state(Typing *typing, Conversation *conversation)
{
    if (!may_tell(typing, conversation))
        return CHAT_STATE_NONE;
    TypingState *state = ensure_state(typing, conversation);
    g_clear_handle_id(&state->pause, g_source_remove);
    if (judge_peer(typing, conversation, state) == PEER_DOES_NOT)
        return CHAT_STATE_NONE;
    state->told = CHAT_STATE_ACTIVE;
    return CHAT_STATE_ACTIVE;
}

void
typing_receive(Typing *typing, Conversation *conversation, const XmppMessage *message)
{
    const bool late = message->delay != 0;
    if (late)
        return;
    TypingState *state = ensure_state(typing, conversation);
    if (message->chat_state != CHAT_STATE_NONE)
        state->peer = PEER_TAKES_PART;
    else if (message->body != NULL)
        state->peer = PEER_DOES_NOT;
    if (message->chat_state != CHAT_STATE_NONE || message->body != NULL)
        conversation_set_peer_typing(conversation, message->chat_state == CHAT_STATE_COMPOSING);
}

void
typing_bounced(Typing *typing, Conversation *conversation)
{
    TypingState *state = ensure_state(typing, conversation);
    state->peer = PEER_UNKNOWN;
    state->told = CHAT_STATE_NONE;
    g_clear_handle_id(&state->pause, g_source_remove);
}

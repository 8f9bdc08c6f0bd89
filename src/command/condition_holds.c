/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/condition.h"

#include <string.h>

#include "base/pattern.h"
#include "command/registry_private.h"

typedef bool (*SessionTest)(const Session *session, const Jid *jid);

/* Whether the test is true for the account of the call; when none is meant, for one of all. */
static bool
holds_for_session(const Condition *condition, CommandCall *call, SessionTest test)
{
    const Client *client = command_call_client(call);
    const Session *chosen = command_call_session(call);
    if (chosen != NULL)
        return test(chosen, condition->jid);
    for (guint i = 0; client != NULL && i < client_session_count(client); i++) {
        if (test(client_session_at(client, i), condition->jid))
            return true;
    }
    return false;
}

static bool
session_test_online(const Session *session, const Jid *jid)
{
    return session_is_online(session);
}

static bool
session_test_unread(const Session *session, const Jid *jid)
{
    const Account *account = session_account(session);
    for (guint i = 0; i < account_conversation_count(account); i++) {
        const Conversation *conversation = account_conversation_at(account, i);
        const Jid *with = conversation_jid(conversation);
        const bool meant = jid == NULL || (jid_is_bare(jid) ? jid_equal_bare(jid, with) : jid_equal(jid, with));
        if (meant && conversation_unread(conversation) > 0)
            return true;
    }
    return false;
}

static bool
session_test_joined(const Session *session, const Jid *jid)
{
    const Conversation *conversation = account_find_conversation(session_account(session), jid);
    const Room *room = conversation == NULL ? NULL : conversation_room(conversation);
    return room != NULL && room_state(room) == ROOM_JOINED;
}

static bool
session_test_encrypted(const Session *session, const Jid *jid)
{
    const Conversation *conversation = account_find_conversation(session_account(session), jid);
    return conversation != NULL && conversation_encryption(conversation)->state == ENCRYPTION_ON;
}

static bool
is_connected(const Condition *condition, CommandCall *call)
{
    const Client *client = command_call_client(call);
    const Session *session = client == NULL ? NULL : client_find_session(client, condition->right);
    return session != NULL && session_is_online(session);
}

static bool
holds(const Condition *condition, CommandCall *call)
{
    switch (condition->kind) {
    case CONDITION_EQUAL:
        return strcmp(condition->left, condition->right) == 0;
    case CONDITION_DIFFERENT:
        return strcmp(condition->left, condition->right) != 0;
    case CONDITION_LESS:
        return condition->numbers[0] < condition->numbers[1];
    case CONDITION_AT_MOST:
        return condition->numbers[0] <= condition->numbers[1];
    case CONDITION_GREATER:
        return condition->numbers[0] > condition->numbers[1];
    case CONDITION_AT_LEAST:
        return condition->numbers[0] >= condition->numbers[1];
    case CONDITION_MATCHES:
        return pattern_matches(condition->regex, condition->left);
    case CONDITION_SET:
        return call_variable(condition->right, call) != NULL;
    case CONDITION_ONLINE:
        return holds_for_session(condition, call, session_test_online);
    case CONDITION_OFFLINE:
        return !holds_for_session(condition, call, session_test_online);
    case CONDITION_CONNECTED:
        return is_connected(condition, call);
    case CONDITION_UNREAD:
        return holds_for_session(condition, call, session_test_unread);
    case CONDITION_JOINED:
        return holds_for_session(condition, call, session_test_joined);
    case CONDITION_ENCRYPTED:
        return holds_for_session(condition, call, session_test_encrypted);
    case CONDITION_TERMINAL:
        return registry_frontend(command_call_registry(call))->is_terminal;
    }
    return false;
}

bool
condition_holds(const Condition *condition, CommandCall *call)
{
    return holds(condition, call) != condition->negated;
}

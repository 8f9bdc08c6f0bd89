/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/wait.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "command/recorder.h"
#include "command/registry_private.h"
#include "core/outgoing.h"

enum { TIMEOUT_DEFAULT = 60 };

typedef enum {
    WAIT_CONNECTED,
    WAIT_CONNECTION,
    WAIT_OFFLINE,
    WAIT_MESSAGE,
    WAIT_PRESENCE,
    WAIT_SUBSCRIPTION,
    WAIT_ROSTER,
    WAIT_DELIVERED,
    WAIT_DELIVERY,
    WAIT_CORRECTION,
    WAIT_UNREAD,
    WAIT_TYPING,
    WAIT_ENCRYPTED,
    WAIT_ENCRYPTION,
    WAIT_TRUST,
    WAIT_SMP,
    WAIT_REACTION,
    WAIT_RETRACTION,
    WAIT_ROOM,
    WAIT_INVITATION,
    WAIT_NOTICE,
    WAIT_ERROR,
} WaitKind;

static const struct {
    const char *word;
    RecordKind record;
    bool is_condition;  /* nothing that is said in words */
    const char *states; /* what "state" may ask for; NULL: it has none */
} kinds[] = {
    [WAIT_CONNECTED] = { "connected", RECORD_OFFLINE, .is_condition = true },
    [WAIT_CONNECTION] = { "connection", RECORD_CONNECTION,
                          .states = "offline|resolving|connecting|securing|authenticating|online" },
    [WAIT_OFFLINE] = { "offline", RECORD_OFFLINE },
    [WAIT_MESSAGE] = { "message", RECORD_MESSAGE },
    [WAIT_PRESENCE] = { "presence", RECORD_PRESENCE, .states = "online|chat|away|xa|dnd|offline" },
    [WAIT_SUBSCRIPTION] = { "subscription", RECORD_SUBSCRIPTION,
                            .states = "subscribe|subscribed|unsubscribe|unsubscribed" },
    [WAIT_ROSTER] = { "roster", RECORD_ROSTER },
    [WAIT_DELIVERED] = { "delivered", RECORD_FAILED, .is_condition = true },
    [WAIT_DELIVERY] = { "delivery", RECORD_DELIVERY, .states = "sent|received|displayed|failed" },
    [WAIT_CORRECTION] = { "correction", RECORD_CORRECTION },
    [WAIT_UNREAD] = { "unread", RECORD_UNREAD },
    [WAIT_TYPING] = { "typing", RECORD_TYPING },
    [WAIT_ENCRYPTED] = { "encrypted", RECORD_OFFLINE, .is_condition = true },
    [WAIT_ENCRYPTION] = { "encryption", RECORD_ENCRYPTION, .states = "none|starting|encrypted|ended" },
    [WAIT_TRUST] = { "trust", RECORD_TRUST, .states = "untrusted|trusted|verified" },
    [WAIT_SMP] = { "smp", RECORD_SMP, .states = "asked|under-way|succeeded|failed|aborted" },
    [WAIT_REACTION] = { "reaction", RECORD_REACTION },
    [WAIT_RETRACTION] = { "retraction", RECORD_RETRACTION },
    [WAIT_ROOM] = { "room", RECORD_ROOM, .states = "waiting|joining|joined|failed|left|topic|occupant" },
    [WAIT_INVITATION] = { "invitation", RECORD_INVITATION, .states = "invited|declined" },
    [WAIT_NOTICE] = { "notice", RECORD_NOTICE, .states = "info|warning|error|alarm" },
    [WAIT_ERROR] = { "error", RECORD_ERROR, .states = "error|alarm" },
};

struct Waits {
    Registry *registry;
    Client *client;
    Recorder *recorder;
    EventMark *front; /* of the front-end's lines without a terminal; NULL: they look at what comes */
    GPtrArray *list;  /* Wait */
    guint check;     /* source of the loop: something happened */
};

typedef struct Wait {
    Waits *waits;
    CommandCall *call; /* deferred */
    WaitKind kind;
    char *account; /* NULL: any */
    Jid *from, *with;
    char *state;
    GRegex *regex;
    double seconds;
    guint timeout;
    EventMark *mark; /* of who waits, or the wait's own */
    bool is_alone;   /* … which moves on with what does not match */
    guint64 next;    /* number of the first record not yet looked at */
} Wait;

static void
wait_free(Wait *wait)
{
    g_clear_handle_id(&wait->timeout, g_source_remove);
    event_mark_unref(wait->mark);
    g_free(wait->account);
    g_free(wait->state);
    g_clear_pointer(&wait->from, jid_unref);
    g_clear_pointer(&wait->with, jid_unref);
    g_clear_pointer(&wait->regex, g_regex_unref);
    g_free(wait);
}

/* Takes the wait off the list and finishes its call. */
static void
end(Wait *wait, GError *take_error)
{
    g_autoptr(GError) error = take_error;
    CommandCall *call = wait->call;
    g_ptr_array_remove(wait->waits->list, wait);
    wait_free(wait);
    command_call_finish(call, error);
}

/* --- whom it concerns --- */

static bool
concerns_session(const Wait *wait, const Session *session)
{
    return wait->account == NULL || strcmp(account_name(session_account(session)), wait->account) == 0;
}

static bool
is_trying(const Wait *wait, const Session *session)
{
    return attempts_is_pending(registry_attempts(wait->waits->registry), session_account(session)) ||
           account_retry_at(session_account(session)) != 0;
}

/* What the sessions concerned are at. */
typedef struct Outlook {
    guint online;
    guint trying;
    const Account *refused; /* one that is offline and will stay so; NULL */
} Outlook;

static Outlook
look_at_sessions(const Wait *wait)
{
    Outlook outlook = { 0 };
    for (guint i = 0; i < client_session_count(wait->waits->client); i++) {
        const Session *session = client_session_at(wait->waits->client, i);
        if (!concerns_session(wait, session))
            continue;
        if (session_is_online(session))
            outlook.online++;
        else if (is_trying(wait, session))
            outlook.trying++;
        else if (outlook.refused == NULL || account_reason(outlook.refused) == NULL)
            outlook.refused = session_account(session);
    }
    return outlook;
}

/* Why nothing can come any more: in the session's own words where it has some. */
static GError *
hopeless(const Wait *wait, const Account *account)
{
    GError *failure = account == NULL ? NULL : attempts_copy_failure(registry_attempts(wait->waits->registry), account);
    if (failure != NULL)
        return failure;
    return g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                       _("/wait: no account is online or connecting: write /connect first"));
}

/* --- conditions --- */

/* True: the wait is over, with or without an error. */
static bool
check_connected(Wait *wait)
{
    const Outlook outlook = look_at_sessions(wait);
    const bool refused = outlook.refused != NULL && account_reason(outlook.refused) != NULL;
    if (outlook.online > 0 && outlook.trying == 0 && !refused) {
        end(wait, NULL);
        return true;
    }
    if (outlook.trying > 0 && !refused)
        return false;
    end(wait, hopeless(wait, outlook.refused));
    return true;
}

static guint
count_queued(const Conversation *conversation)
{
    guint count = 0;
    for (guint i = conversation_message_count(conversation); i > 0; i--) {
        const Message *message = conversation_message_at(conversation, i - 1);
        if (message->direction == MESSAGE_OUT && message->state == MESSAGE_QUEUED)
            count++;
    }
    return count;
}

/* Whom a condition is about; NULL: everybody. */
static const Jid *
whom(const Wait *wait)
{
    return wait->with != NULL ? wait->with : wait->from;
}

/* Messages of an account that the wait is for and the server does not have. */
static guint
count_pending(const Wait *wait, const Account *account)
{
    if (whom(wait) == NULL)
        return outgoing_pending(wait->waits->client, account);
    g_autoptr(Jid) bare = jid_to_bare(whom(wait));
    const Conversation *conversation = account_find_conversation(account, bare);
    return conversation == NULL ? 0 : count_queued(conversation);
}

static GError *
undelivered(guint count)
{
    return g_error_new(CONFAB_ERROR, ERROR_QUEUED,
                       ngettext("/wait: %u message is not delivered yet: it goes when the account is online, while confab runs",
                                "/wait: %u messages are not delivered yet: they go when the account is online, while confab runs", count),
                       count);
}

/* Messages that the wait is for; through `stuck` those whose account does not even try to be online. */
static guint
count_all_pending(const Wait *wait, guint *stuck)
{
    guint pending = 0;
    *stuck = 0;
    for (guint i = 0; i < client_session_count(wait->waits->client); i++) {
        const Session *session = client_session_at(wait->waits->client, i);
        if (!concerns_session(wait, session))
            continue;
        const guint count = count_pending(wait, session_account(session));
        pending += count;
        if (!session_is_online(session) && !is_trying(wait, session))
            *stuck += count;
    }
    return pending;
}

static bool
check_delivered(Wait *wait)
{
    guint stuck;
    const guint pending = count_all_pending(wait, &stuck);
    if (pending > 0 && stuck < pending)
        return false;
    end(wait, pending > 0 ? undelivered(pending) : NULL);
    return true;
}

/* Of the conversations that the wait is for: how many are encrypted, and one that will not be. */
static guint
count_encrypted(const Wait *wait, const Account *account, const Conversation **refused)
{
    guint count = 0;
    for (guint i = 0; i < account_conversation_count(account); i++) {
        const Conversation *conversation = account_conversation_at(account, i);
        const ConversationEncryption *now = conversation_encryption(conversation);
        if (whom(wait) != NULL && !jid_equal_bare(whom(wait), conversation_jid(conversation)))
            continue;
        if (now->state == ENCRYPTION_ON)
            count++;
        else if (now->state == ENCRYPTION_OFF && now->reason != NULL)
            *refused = conversation;
    }
    return count;
}

static bool
check_encrypted(Wait *wait)
{
    const Conversation *refused = NULL;
    guint count = 0;
    for (guint i = 0; i < client_session_count(wait->waits->client); i++) {
        const Session *session = client_session_at(wait->waits->client, i);
        if (concerns_session(wait, session))
            count += count_encrypted(wait, session_account(session), &refused);
    }
    if (count == 0 && refused == NULL)
        return false;
    end(wait, count > 0 ? NULL
                        : g_error_new(CONFAB_ERROR, ERROR_ENCRYPTION, "/wait: %s",
                                      conversation_encryption(refused)->reason));
    return true;
}

/* --- events --- */

/* A bare address stands for all that is behind it. */
static bool
is_meant(const Jid *wanted, const Jid *jid)
{
    if (jid == NULL)
        return false;
    return jid_is_bare(wanted) ? jid_equal_bare(wanted, jid) : jid_equal(wanted, jid);
}

static bool
matches(const Wait *wait, const Record *record)
{
    if (record->kind != kinds[wait->kind].record)
        return false;
    if (wait->account != NULL && g_strcmp0(wait->account, record->account) != 0)
        return false;
    if (wait->from != NULL && !is_meant(wait->from, record->jid) && !is_meant(wait->from, record->by))
        return false;
    if (wait->with != NULL && !is_meant(wait->with, record->with))
        return false;
    if (wait->state != NULL && g_strcmp0(wait->state, record->state) != 0)
        return false;
    return wait->regex == NULL || g_regex_match(wait->regex, record->text, 0, NULL);
}

const char *const *
wait_variables(void)
{
    static const char *const names[] = { "WAIT_FROM", "WAIT_WITH", "WAIT_ACCOUNT", "WAIT_STATE", "WAIT_TEXT", NULL };
    return names;
}

/* What was found, for the lines that follow. Who has no place of their own to look from has none for this either. */
static void
tell_found(const Wait *wait, const Record *record)
{
    const char *const values[] = {
        record->jid == NULL ? NULL : jid_text(record->jid),
        record->with == NULL ? NULL : jid_text(record->with),
        record->account,
        record->state,
        record->text,
    };
    const char *const *names = wait_variables();
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        const char *value = values[i] != NULL ? values[i] : "";
        if (wait->is_alone)
            registry_set_variable(wait->waits->registry, names[i], value);
        else
            event_mark_set_value(wait->mark, names[i], value);
    }
}

/* Found: from here on the next /wait looks, and a script can use what was found. */
static void
end_with(Wait *wait, guint64 number)
{
    const Record *record = recorder_at(wait->waits->recorder, number);
    GError *error = NULL;
    tell_found(wait, record);
    if (record->kind == RECORD_FAILED) {
        g_autofree char *reason = text_clean(record->text, -1, TEXT_LINE);
        error = g_error_new(CONFAB_ERROR, ERROR_PROTOCOL,
                            _("/wait: the message to %s was not delivered (%s): send it again"), jid_text(record->jid),
                            reason);
    }
    event_mark_pass(wait->mark, number);
    end(wait, error);
}

static bool
check_records(Wait *wait)
{
    const Recorder *recorder = wait->waits->recorder;
    for (wait->next = MAX(wait->next, event_mark_position(wait->mark)); wait->next < recorder_end(recorder);
         wait->next++) {
        if (matches(wait, recorder_at(recorder, wait->next))) {
            end_with(wait, wait->next);
            return true;
        }
        if (wait->is_alone)
            event_mark_pass(wait->mark, wait->next);
    }
    return false;
}

/* Looks whether the wait is over; true when it was, and is gone. */
static bool
check(Wait *wait)
{
    if (wait->kind == WAIT_CONNECTED)
        return check_connected(wait);
    if (wait->kind == WAIT_ENCRYPTED ? check_encrypted(wait) : check_records(wait))
        return true;
    if (wait->kind == WAIT_DELIVERED)
        return check_delivered(wait);
    if (wait->kind == WAIT_OFFLINE || wait->kind == WAIT_CONNECTION || wait->kind == WAIT_NOTICE ||
        wait->kind == WAIT_ERROR)
        return false;
    const Outlook outlook = look_at_sessions(wait);
    if (outlook.online > 0 || outlook.trying > 0)
        return false;
    end(wait, hopeless(wait, outlook.refused));
    return true;
}

static gboolean
on_check(gpointer data)
{
    Waits *waits = data;
    waits->check = 0;
    /* A wait that ends may start scripts that wait again: a copy, and only those that are still there. */
    g_autoptr(GPtrArray) copy = g_ptr_array_copy(waits->list, NULL, NULL);
    for (guint i = 0; i < copy->len; i++) {
        if (g_ptr_array_find(waits->list, copy->pdata[i], NULL))
            check(copy->pdata[i]);
    }
    return G_SOURCE_REMOVE;
}

/* Events only leave a note: what follows from them may change the model. */
static void
on_news(gpointer data)
{
    Waits *waits = data;
    if (waits->check == 0 && waits->list->len > 0)
        waits->check = g_idle_add_full(G_PRIORITY_DEFAULT, on_check, waits, NULL);
}

/* Why one of the accounts is still not online; NULL: nobody knows. */
static GError *
find_failure(const Wait *wait)
{
    GError *failure = NULL;
    for (guint i = 0; failure == NULL && i < client_session_count(wait->waits->client); i++) {
        const Session *session = client_session_at(wait->waits->client, i);
        if (concerns_session(wait, session) && !session_is_online(session))
            failure = attempts_copy_failure(registry_attempts(wait->waits->registry), session_account(session));
    }
    return failure;
}

static gboolean
on_timeout(gpointer data)
{
    Wait *wait = data;
    wait->timeout = 0;
    guint stuck;
    GError *failure = wait->kind == WAIT_CONNECTED   ? find_failure(wait)
                      : wait->kind == WAIT_DELIVERED ? undelivered(count_all_pending(wait, &stuck))
                                                     : NULL;
    if (failure != NULL) {
        end(wait, failure);
        return G_SOURCE_REMOVE;
    }
    g_autofree char *seconds = g_strdup_printf("%g", wait->seconds);
    const int code = wait->kind == WAIT_CONNECTED   ? ERROR_UNREACHABLE
                     : wait->kind == WAIT_ENCRYPTED ? ERROR_ENCRYPTION
                                                    : ERROR_FAILED;
    end(wait, g_error_new(CONFAB_ERROR, code, _("/wait: “%s” did not happen within %s s: give a longer timeout"),
                          kinds[wait->kind].word, seconds));
    return G_SOURCE_REMOVE;
}

static WaitKind
find_kind(const char *word)
{
    WaitKind kind = 0;
    while (strcmp(kinds[kind].word, word) != 0)
        kind++;
    return kind;
}

const char *
wait_states(const char *event)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].word, event) == 0)
            return kinds[i].states;
    }
    return NULL;
}

bool
check_wait(const Args *args, GError **error)
{
    const WaitKind kind = find_kind(args_text(args, "event"));
    const char *states = kinds[kind].states;
    if (kinds[kind].is_condition && args_has(args, "matching")) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/wait: “%s” has no words: leave “%s” out"), kinds[kind].word,
                    "matching");
        return false;
    }
    if (!args_has(args, "state"))
        return true;
    if (states == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/wait: “%s” has no states: leave “%s” out"), kinds[kind].word,
                    "state");
        return false;
    }
    g_auto(GStrv) words = g_strsplit(states, "|", -1);
    if (g_strv_contains((const char *const *) words, args_text(args, "state")))
        return true;
    g_autofree char *list = g_strjoinv(", ", words);
    g_autofree char *shown = arg_show(args_text(args, "state"));
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/wait: “%s” is no state of “%s”: write one of %s"), shown,
                kinds[kind].word, list);
    return false;
}

static Jid *
take_jid(const Args *args, const char *name)
{
    return args_has(args, name) ? jid_ref(args_jid(args, name)) : NULL;
}

bool
cmd_wait(CommandCall *call, const Args *args, GError **error)
{
    Waits *waits = registry_waits(command_call_registry(call));
    const Session *session = command_call_is_for_one_account(call) ? command_call_session(call) : NULL;
    EventMark *mark = call_scope(call)->mark;
    Wait *wait = g_new0(Wait, 1);
    wait->waits = waits;
    wait->kind = find_kind(args_text(args, "event"));
    wait->account = session == NULL ? NULL : g_strdup(account_name(session_account(session)));
    wait->from = take_jid(args, "from");
    wait->with = take_jid(args, "with");
    wait->state = g_strdup(args_text(args, "state"));
    wait->regex = args_has(args, "matching") ? g_regex_ref(args_regex(args, "matching")) : NULL;
    wait->seconds = args_number(args, "timeout", TIMEOUT_DEFAULT);
    wait->is_alone = mark == NULL;
    wait->mark = mark != NULL ? event_mark_ref(mark) : event_mark_new(waits->recorder);
    wait->call = command_call_defer(call);
    g_ptr_array_add(waits->list, wait);
    if (!check(wait))
        wait->timeout = g_timeout_add((guint) MIN(wait->seconds * 1000, G_MAXUINT), on_timeout, wait);
    return true;
}

Waits *
waits_new(Registry *registry, Client *client, bool looks_back)
{
    Waits *waits = g_new0(Waits, 1);
    waits->registry = registry;
    waits->client = client;
    waits->list = g_ptr_array_new();
    waits->recorder = recorder_new(client, on_news, waits);
    waits->front = looks_back ? event_mark_new(waits->recorder) : NULL;
    return waits;
}

void
waits_free(Waits *waits)
{
    if (waits == NULL)
        return;
    while (waits->list->len > 0)
        end(waits->list->pdata[0], NULL);
    g_clear_handle_id(&waits->check, g_source_remove);
    g_ptr_array_unref(waits->list);
    g_clear_pointer(&waits->front, event_mark_unref);
    recorder_free(waits->recorder);
    g_free(waits);
}

EventMark *
waits_mark(Waits *waits)
{
    return event_mark_new(waits->recorder);
}

EventMark *
waits_front_mark(const Waits *waits)
{
    return waits->front;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/rpc_methods.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/when.h"
#include "core/delivery.h"
#include "core/encryption.h"
#include "core/outgoing.h"
#include "core/record_lines.h"
#include "core/session.h"
#include "rpc/json_parts.h"
#include "rpc/rpc_peer.h"

enum {
    LIMIT_DEFAULT = 50,
    LIMIT_MAX = 1000,
    RESULT_MAX = 4 * 1024 * 1024, /* bytes; the oldest messages give way */
    SEND_TIMEOUT = 60,            /* s */
    SEND_TIMEOUT_MAX = 86400,
};

/* --- parameters --- */

static const char *
text_of(JsonObject *params, const char *name)
{
    return json_object_get_string_member_with_default(params, name, NULL);
}

/* The session of a named account; of none, the only one. NULL and an error. */
static Session *
find_session(Client *client, const char *account, GError **error)
{
    if (account != NULL) {
        Session *session = client_find_session(client, account);
        if (session == NULL)
            g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("there is no account “%s”: see /account list"), account);
        return session;
    }
    Session *online = NULL;
    guint count = 0;
    for (guint i = 0; i < client_session_count(client); i++) {
        Session *session = client_session_at(client, i);
        if (!session_is_online(session))
            continue;
        online = session;
        count++;
    }
    if (count == 1)
        return online;
    if (client_session_count(client) == 1)
        return client_session_at(client, 0);
    g_set_error_literal(error, CONFAB_ERROR, client_session_count(client) == 0 ? ERROR_NOT_FOUND : ERROR_USAGE,
                        client_session_count(client) == 0
                            ? _("there is no account yet: write /account add NAME JID")
                            : _("more than one account could be meant: say which one by “account”"));
    return NULL;
}

/* The bare JID of an account in the store; `*bare` NULL: all of them. Borrowed from `records`. */
static bool
find_stored_account(Records *records, JsonObject *params, const char **bare, GError **error)
{
    const char *account = text_of(params, "account");
    *bare = account == NULL ? NULL : records_find_account(records, account, error);
    return account == NULL || *bare != NULL;
}

static bool
read_date(JsonObject *params, const char *name, gint64 *when, GError **error)
{
    const char *text = text_of(params, name);
    if (text == NULL || when_parse_words(text, when_now(), when))
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                _("%s: write a date, like 2026-11-22, yesterday, \"3 days\" or 2026-11-22T10:00:00Z"), name);
    return false;
}

static guint
read_limit(JsonObject *params)
{
    const gint64 limit = json_object_get_int_member_with_default(params, "limit", LIMIT_DEFAULT);
    return (guint) CLAMP(limit, 1, LIMIT_MAX);
}

/* --- command --- */

static void
on_command_finished(const CommandCall *call, const GError *error, gpointer data)
{
    g_autofree char *json = result_to_json(call, error);
    rpc_request_answer_text(data, json);
}

static void
on_command_with_text_finished(const CommandCall *call, const GError *error, gpointer data)
{
    g_autofree char *json = result_with_text_to_json(call, error);
    rpc_request_answer_text(data, json);
}

static bool
run_command(RpcRequest *request, JsonObject *params, GError **error)
{
    const char *line = text_of(params, "line");
    const char *account = text_of(params, "account");
    if (account != NULL && find_session(rpc_request_client(request), account, error) == NULL)
        return false;
    const bool text = json_object_get_boolean_member_with_default(params, "text", FALSE);
    /* Between one line and a /wait in the next one nothing is missed. */
    caller_keep_events(rpc_peer_caller(rpc_request_peer(request)));
    caller_execute(rpc_peer_caller(rpc_request_peer(request)), line, account,
                   text ? on_command_with_text_finished : on_command_finished, request);
    return true;
}

static const RpcField command_params[] = {
    { "line", RPC_TEXT, true, false, N_("What would be typed: a slash command, or a text to say"), NULL },
    { "account", RPC_TEXT, false, false, N_("The account it is for, as by /on: a name or a bare JID"), NULL },
    { "text", RPC_BOOLEAN, false, false, N_("Whether “text” is wanted, too"), NULL },
    { 0 },
};
static const RpcField command_result[] = {
    { "v", RPC_INTEGER, true, false, N_("Version of the format: 1"), NULL },
    { "event", RPC_TEXT, true, false, N_("“result”"), "result" },
    { "time", RPC_TIME, true, false, N_("When it was done"), NULL },
    { "account", RPC_TEXT, true, true, N_("The account it was for"), NULL },
    { "command", RPC_TEXT, true, false, N_("The line, without its secrets"), NULL },
    { "ok", RPC_BOOLEAN, true, false, N_("Whether it worked"), NULL },
    { "code", RPC_INTEGER, true, false, N_("0, or the exit code of the failure (confab(1))"), NULL },
    { "error", RPC_TEXT, true, true, N_("What went wrong, and what to do"), NULL },
    { "lines", RPC_TEXTS, true, false, N_("What it printed as text"), NULL },
    { "rows", RPC_OBJECTS, true, false, N_("What it printed as rows"), "row" },
    { "text", RPC_TEXTS, false, false, N_("All it printed, as people read it"), NULL },
    { 0 },
};

/* --- send --- */

static void
on_delivered(Delivery *delivery, gpointer data)
{
    const Message *message = delivery_message(delivery);
    JsonBuilder *json = json_builder_new();
    json_builder_begin_object(json);
    json_parts_int(json, "code", delivery_code(delivery));
    json_parts_text(json, "account", delivery_account(delivery));
    json_parts_text(json, "id", message == NULL ? NULL : message->id);
    json_parts_text(json, "state", message == NULL ? "failed" : message_state_word(message->state));
    json_parts_text(json, "encryption", message == NULL ? NULL : message->encryption);
    json_parts_text(json, "trust", message == NULL ? NULL : message->trust);
    json_parts_text(json, "reason", delivery_reason(delivery));
    json_builder_end_object(json);
    rpc_request_answer(data, json);
    delivery_free(delivery);
}

static bool
read_send(JsonObject *params, DeliveryOptions *options, GError **error)
{
    static const char *const waits[] = { "none", "sent", "received", NULL };
    const char *wait = json_object_get_string_member_with_default(params, "wait", "sent");
    const gint64 timeout = json_object_get_int_member_with_default(params, "timeout", SEND_TIMEOUT);
    if (!g_strv_contains(waits, wait)) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("%s cannot be “%s”: give one of %s"), "wait", wait,
                    "none, sent, received");
        return false;
    }
    while (!g_str_equal(waits[options->wait], wait))
        options->wait++;
    options->timeout = (guint) CLAMP(timeout, 1, SEND_TIMEOUT_MAX);
    options->body = text_of(params, "body");
    options->encrypt = text_of(params, "encrypt");
    if (options->encrypt == NULL || g_str_equal(options->encrypt, "none") ||
        g_strv_contains(encryption_providers(), options->encrypt))
        return true;
    g_autofree char *known = g_strjoinv(", ", (char **) encryption_providers());
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("%s cannot be “%s”: give one of %s"), "encrypt", options->encrypt,
                known);
    return false;
}

static bool
run_send(RpcRequest *request, JsonObject *params, GError **error)
{
    Client *client = rpc_request_client(request);
    DeliveryOptions options = { 0 };
    Session *session = find_session(client, text_of(params, "account"), error);
    if (session == NULL || !read_send(params, &options, error))
        return false;
    g_autoptr(Jid) to = jid_new(text_of(params, "to"), error);
    if (to == NULL)
        return false;
    options.to = to;
    delivery_new(session, &options, on_delivered, request);
    return true;
}

static const RpcField send_params[] = {
    { "to", RPC_TEXT, true, false, N_("The recipient's JID; a room that is joined"), NULL },
    { "body", RPC_TEXT, true, false, N_("What to say"), NULL },
    { "account", RPC_TEXT, false, false, N_("The account to send from, when there are several"), NULL },
    { "encrypt", RPC_TEXT, false, false, N_("“otr” or “none”; else what the conversation insists on"), NULL },
    { "wait", RPC_TEXT, false, false,
      N_("“sent” (the server has it; the default), “received” (the recipient has it), “none”"),
      "none|sent|received" },
    { "timeout", RPC_INTEGER, false, false, N_("Seconds to wait for that (60)"), NULL },
    { 0 },
};
static const RpcField send_result[] = {
    { "code", RPC_INTEGER, true, false, N_("0, or the exit code of “confab send” (confab(1))"), NULL },
    { "account", RPC_TEXT, true, false, N_("The account it is from"), NULL },
    { "id", RPC_TEXT, true, true, N_("The message's id; null: nothing was said"), NULL },
    { "state", RPC_TEXT, true, false, N_("How far it got: queued, sent, received, displayed, failed"),
      "queued|sent|received|displayed|failed" },
    { "encryption", RPC_TEXT, true, true, N_("What it was encrypted with; “none”"), NULL },
    { "trust", RPC_TEXT, true, true, N_("How far the key is trusted"), "untrusted|trusted|verified" },
    { "reason", RPC_TEXT, true, true, N_("What went wrong"), NULL },
    { 0 },
};

/* --- subscribe --- */

static void
answer_nothing(RpcRequest *take_request)
{
    rpc_request_answer_text(take_request, "{}");
}

static GStrv
copy_texts(JsonObject *params, const char *name)
{
    JsonArray *array = json_object_has_member(params, name) ? json_object_get_array_member(params, name) : NULL;
    g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
    if (array == NULL)
        return NULL;
    for (guint i = 0; i < json_array_get_length(array); i++)
        g_strv_builder_add(texts, json_array_get_string_element(array, i));
    return g_strv_builder_end(texts);
}

/* A JID; false: it is none. NULL in `*jid`: there is none. */
static bool
read_jid(JsonObject *params, const char *name, Jid **jid, GError **error)
{
    const char *text = text_of(params, name);
    *jid = text == NULL ? NULL : jid_new(text, error);
    return text == NULL || *jid != NULL;
}

static bool
read_direction(JsonObject *params, EventDirection *direction, GError **error)
{
    const char *word = text_of(params, "direction");
    *direction = word == NULL ? EVENT_EITHER : strcmp(word, "in") == 0 ? EVENT_IN : EVENT_OUT;
    if (*direction != EVENT_OUT || strcmp(word, "out") == 0)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("direction: write in or out, not %s"), word);
    return false;
}

static bool
run_subscribe(RpcRequest *request, JsonObject *params, GError **error)
{
    g_autoptr(EventFilter) filter = g_new0(EventFilter, 1);
    g_autoptr(Jid) with = NULL;
    const char *account = text_of(params, "account");
    filter->events = copy_texts(params, "events");
    if (!event_filter_check_names((const char *const *) filter->events, error) ||
        !read_jid(params, "with", &with, error) || !read_jid(params, "from", &filter->from, error) ||
        !read_direction(params, &filter->direction, error))
        return false;
    const Session *session = account == NULL ? NULL : find_session(rpc_request_client(request), account, error);
    if (account != NULL && session == NULL)
        return false;
    filter->account = session == NULL ? NULL : g_strdup(account_name(session_account(session)));
    filter->with = with == NULL ? NULL : jid_to_bare(with);
    rpc_peer_subscribe(rpc_request_peer(request), g_steal_pointer(&filter),
                       json_object_get_boolean_member_with_default(params, "line", FALSE));
    answer_nothing(request);
    return true;
}

static bool
run_unsubscribe(RpcRequest *request, JsonObject *params, GError **error)
{
    rpc_peer_subscribe(rpc_request_peer(request), NULL, false);
    answer_nothing(request);
    return true;
}

static const RpcField subscribe_params[] = {
    { "events", RPC_TEXTS, false, false, N_("Names of events; else all"), "event" },
    { "with", RPC_TEXT, false, false, N_("Only what concerns this JID: a contact, a room"), NULL },
    { "from", RPC_TEXT, false, false, N_("Only what this JID did: all resources of a bare one; an occupant is room/nick"),
      NULL },
    { "direction", RPC_TEXT, false, false, N_("Of what is said only: in or out"), "in|out" },
    { "account", RPC_TEXT, false, false, N_("Only of this account"), NULL },
    { "line", RPC_BOOLEAN, false, false, N_("Whether each event has “line”, as people read it"), NULL },
    { 0 },
};
static const RpcField nothing[] = { { 0 } };

/* --- what is stored --- */

/* An answer that grows: an array of objects. */
typedef struct Listing {
    const char *member;
    GQueue objects; /* GString* */
    gsize size;
    bool more; /* than is in it */
} Listing;

static void
free_text(gpointer text)
{
    g_string_free(text, TRUE);
}

static void
listing_add(Listing *listing, GString *take_object)
{
    listing->size += take_object->len;
    g_queue_push_tail(&listing->objects, take_object);
    while (listing->size > RESULT_MAX && listing->objects.length > 1) {
        GString *first = g_queue_pop_head(&listing->objects);
        listing->size -= first->len;
        listing->more = true;
        free_text(first);
    }
}

/* Answers with what was collected; `done` false: there is an error to be told instead. */
static bool
listing_end(Listing *listing, bool done, RpcRequest *request)
{
    g_autoptr(GString) json = g_string_new(NULL);
    g_string_append_printf(json, "{\"%s\":[", listing->member);
    for (const GList *link = listing->objects.head; link != NULL; link = link->next) {
        const GString *object = link->data;
        g_string_append_len(json, object->str, (gssize) object->len);
        if (link->next != NULL)
            g_string_append_c(json, ',');
    }
    g_string_append_printf(json, "],\"more\":%s}", listing->more ? "true" : "false");
    g_queue_clear_full(&listing->objects, free_text);
    if (done)
        rpc_request_answer_text(request, json->str);
    return done;
}

static bool
on_entry(const RecordsEntry *entry, gpointer data)
{
    GString *object = g_string_new(NULL);
    record_to_json(entry, false, object);
    listing_add(data, object);
    return true;
}

static bool
run_history(RpcRequest *request, JsonObject *params, GError **error)
{
    g_autoptr(Records) records = records_of_client(rpc_request_client(request));
    RecordsFilter filter = { 0 };
    Listing listing = { .member = "messages" };
    if (!find_stored_account(records, params, &filter.account, error) ||
        !read_date(params, "before", &filter.before, error) || !read_date(params, "after", &filter.after, error))
        return false;
    g_autoptr(Jid) with = records_find_contact(records, filter.account, text_of(params, "with"), error);
    if (with == NULL)
        return false;
    filter.with = jid_bare(with);
    const bool done = records_each_last(records, &filter, read_limit(params), on_entry, &listing, error);
    return listing_end(&listing, done, request);
}

static bool
run_search(RpcRequest *request, JsonObject *params, GError **error)
{
    g_autoptr(Records) records = records_of_client(rpc_request_client(request));
    RecordsFilter filter = { 0 };
    const char *name = text_of(params, "with");
    bool more = false;
    Listing listing = { .member = "messages" };
    if (!find_stored_account(records, params, &filter.account, error) ||
        !read_date(params, "before", &filter.before, error) || !read_date(params, "after", &filter.after, error))
        return false;
    g_autoptr(Jid) with = name == NULL ? NULL : records_find_contact(records, filter.account, name, error);
    if (name != NULL && with == NULL)
        return false;
    filter.with = with == NULL ? NULL : jid_bare(with);
    const bool done = records_search(records, text_of(params, "words"), &filter, read_limit(params), on_entry, &listing,
                                     &more, error);
    listing.more = listing.more || more;
    return listing_end(&listing, done, request);
}

static void
on_unread(const RecordsConversation *conversation, gpointer data)
{
    GString *object = g_string_new(NULL);
    g_string_append_printf(object, "{\"count\":%u", conversation->unread);
    record_add_json_text(object, "account", conversation->account);
    record_add_json_text(object, "with", conversation->with);
    g_string_append_c(object, '}');
    listing_add(data, object);
}

static bool
run_unread(RpcRequest *request, JsonObject *params, GError **error)
{
    g_autoptr(Records) records = records_of_client(rpc_request_client(request));
    const char *account = NULL;
    Listing listing = { .member = "conversations" };
    if (!find_stored_account(records, params, &account, error))
        return false;
    const bool done = records_conversations(records, account, true, on_unread, &listing, error);
    return listing_end(&listing, done, request);
}

static void
on_contact(const RecordsContact *contact, gpointer data)
{
    GString *object = g_string_new(NULL);
    g_string_append_printf(object, "{\"ask\":%s", contact->ask ? "true" : "false");
    record_add_json_text(object, "account", contact->account);
    record_add_json_text(object, "jid", contact->jid);
    record_add_json_text(object, "name", contact->name);
    record_add_json_text(object, "subscription", contact->subscription);
    g_string_append(object, ",\"groups\":[");
    for (const char *const *group = contact->groups; *group != NULL; group++) {
        g_string_append(object, group == contact->groups ? "" : ",");
        record_add_json_value(object, *group);
    }
    g_string_append(object, "]}");
    listing_add(data, object);
}

static bool
run_roster(RpcRequest *request, JsonObject *params, GError **error)
{
    g_autoptr(Records) records = records_of_client(rpc_request_client(request));
    const char *account = NULL;
    Listing listing = { .member = "contacts" };
    if (!find_stored_account(records, params, &account, error))
        return false;
    const bool done = records_roster(records, account, on_contact, &listing, error);
    return listing_end(&listing, done, request);
}

#define MORE { "more", RPC_BOOLEAN, true, false, N_("There is more than was asked for, or than fits"), NULL }
#define ACCOUNT_PARAM { "account", RPC_TEXT, false, false, N_("Only of this account: a name or a bare JID"), NULL }
#define DATE_PARAMS \
    { "before", RPC_TEXT, false, false, N_("Only what was said before this date"), NULL }, \
    { "after", RPC_TEXT, false, false, N_("Only what was said since this date"), NULL }, \
    { "limit", RPC_INTEGER, false, false, N_("How many at most: the newest (50, at most 1000)"), NULL }

static const RpcField history_params[] = {
    { "with", RPC_TEXT, true, false, N_("A JID, or the name of a contact"), NULL }, ACCOUNT_PARAM, DATE_PARAMS, { 0 },
};
static const RpcField search_params[] = {
    { "words", RPC_TEXT, true, false, N_("All of them are in the message"), NULL },
    { "with", RPC_TEXT, false, false, N_("Only in the conversation with this JID or contact"), NULL },
    ACCOUNT_PARAM, DATE_PARAMS, { 0 },
};
static const RpcField messages_result[] = {
    { "messages", RPC_OBJECTS, true, false, N_("The oldest first, as in the event “message”"), "message" }, MORE, { 0 },
};
static const RpcField account_params[] = { ACCOUNT_PARAM, { 0 } };
static const RpcField unread_result[] = {
    { "conversations", RPC_OBJECTS, true, false, N_("With account, with, count; the one written to last first"),
      "conversation" },
    MORE, { 0 },
};
static const RpcField roster_result[] = {
    { "contacts", RPC_OBJECTS, true, false, N_("With account, jid, name, subscription, ask, groups"), "contact" },
    MORE, { 0 },
};

/* --- status --- */

static void
add_account(JsonBuilder *json, const Client *client, guint index)
{
    const Account *account = session_account(client_session_at(client, index));
    json_builder_begin_object(json);
    json_parts_text(json, "name", account_name(account));
    json_parts_text(json, "jid", jid_text(account_jid(account)));
    json_parts_text(json, "state", account_state_word(account_state(account)));
    json_parts_text(json, "reason", account_reason(account));
    json_parts_int(json, "waiting", outgoing_pending(client, account));
    json_builder_end_object(json);
}

static bool
run_status(RpcRequest *request, JsonObject *params, GError **error)
{
    const Client *client = rpc_request_client(request);
    JsonBuilder *json = json_builder_new();
    json_builder_begin_object(json);
    json_parts_text(json, "version", PACKAGE_VERSION);
    json_parts_int(json, "pid", getpid());
    json_builder_set_member_name(json, "accounts");
    json_builder_begin_array(json);
    for (guint i = 0; i < client_session_count(client); i++)
        add_account(json, client, i);
    json_builder_end_array(json);
    json_builder_end_object(json);
    rpc_request_answer(request, json);
    return true;
}

static const RpcField status_result[] = {
    { "version", RPC_TEXT, true, false, N_("Of the program"), NULL },
    { "pid", RPC_INTEGER, true, false, N_("Its process"), NULL },
    { "accounts", RPC_OBJECTS, true, false, N_("With name, jid, state, reason, and how many messages wait to be sent"),
      "account" },
    { 0 },
};

/* --- the table --- */

const RpcMethod rpc_methods[] = {
    { "command", N_("Run a line as if it were typed. Its own failure is a result, not an error."), command_params,
      command_result, run_command },
    { "send", N_("Say something to somebody, and tell when it is there."), send_params, send_result, run_send },
    { "subscribe", N_("Send events as they happen, as notifications of the method “event”. Asked again it replaces."),
      subscribe_params, nothing, run_subscribe },
    { "unsubscribe", N_("Send no more events."), nothing, nothing, run_unsubscribe },
    { "unread", N_("Which conversations have unread messages, and how many."), account_params, unread_result,
      run_unread },
    { "history", N_("The messages with somebody, or in a room."), history_params, messages_result, run_history },
    { "search", N_("The messages that have all of the words."), search_params, messages_result, run_search },
    { "roster", N_("The contacts, as the server told last."), account_params, roster_result, run_roster },
    { "status", N_("The program and its accounts."), nothing, status_result, run_status },
    { 0 },
};

const RpcMethod *
rpc_method_find(const RpcMethod *table, const char *name)
{
    for (; table->name != NULL; table++) {
        if (g_str_equal(table->name, name))
            return table;
    }
    return NULL;
}

/* --- checks --- */

static bool
holds(JsonNode *node, GType type)
{
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == type;
}

static bool
are_all(JsonNode *node, bool objects)
{
    if (!JSON_NODE_HOLDS_ARRAY(node))
        return false;
    JsonArray *array = json_node_get_array(node);
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonNode *element = json_array_get_element(array, i);
        if (objects ? !JSON_NODE_HOLDS_OBJECT(element) : !holds(element, G_TYPE_STRING))
            return false;
    }
    return true;
}

static bool
fits(JsonNode *node, RpcType type)
{
    switch (type) {
    case RPC_TEXT:
    case RPC_TIME:
        return holds(node, G_TYPE_STRING);
    case RPC_INTEGER:
        return holds(node, G_TYPE_INT64);
    case RPC_NUMBER:
        return holds(node, G_TYPE_INT64) || holds(node, G_TYPE_DOUBLE);
    case RPC_BOOLEAN:
        return holds(node, G_TYPE_BOOLEAN);
    case RPC_TEXTS:
        return are_all(node, false);
    case RPC_OBJECT:
        return JSON_NODE_HOLDS_OBJECT(node);
    case RPC_OBJECTS:
        return are_all(node, true);
    case RPC_INTEGERS: /* in results only */
    case RPC_PAIRS:
        break;
    }
    return false;
}

static const char *
type_words(RpcType type)
{
    static const char *const words[] = {
        [RPC_TEXT] = N_("a text"),           [RPC_INTEGER] = N_("a whole number"),
        [RPC_NUMBER] = N_("a number"),       [RPC_BOOLEAN] = N_("true or false"),
        [RPC_TEXTS] = N_("a list of texts"), [RPC_OBJECT] = N_("an object"),
        [RPC_OBJECTS] = N_("a list of objects"), [RPC_TIME] = N_("a text"),
    };
    return _(words[type]);
}

static const RpcField *
find_field(const RpcField *fields, const char *name)
{
    for (; fields->name != NULL; fields++) {
        if (g_str_equal(fields->name, name))
            return fields;
    }
    return NULL;
}

bool
rpc_method_check(const RpcMethod *method, JsonObject *params, GError **error)
{
    g_autoptr(GList) names = json_object_get_members(params);
    for (const GList *name = names; name != NULL; name = name->next) {
        const RpcField *field = find_field(method->params, name->data);
        if (field == NULL) {
            g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("%s has no parameter “%s”: see confab-rpc(7)"), method->name,
                        (const char *) name->data);
            return false;
        }
        if (!fits(json_object_get_member(params, field->name), field->type)) {
            g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("%s: “%s” must be %s"), method->name, field->name,
                        type_words(field->type));
            return false;
        }
    }
    for (const RpcField *field = method->params; field->name != NULL; field++) {
        if (!field->required || json_object_has_member(params, field->name))
            continue;
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("%s: “%s” is missing: %s"), method->name, field->name,
                    _(field->help));
        return false;
    }
    return true;
}

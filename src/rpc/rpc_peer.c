/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/rpc_peer.h"

#include "base/error.h"
#include "base/i18n.h"
#include "core/record_lines.h"
#include "rpc/json_check.h"

enum {
    FLUSH_PATIENCE = 2000, /* ms */
    BATCH_MAX = 100,
    DEPTH_MAX = 32, /* of brackets in brackets */
    PARSE_ERROR = -32700, /* JSON-RPC 2.0 §5.1 */
    INVALID_REQUEST = -32600,
    METHOD_NOT_FOUND = -32601,
    INVALID_PARAMS = -32602,
};

typedef struct Batch Batch;

struct RpcPeer {
    Registry *registry;
    Caller *caller;
    RpcLink *link;
    const RpcMethod *more;
    RpcPeerEnded ended;
    gpointer data;
    EventFilter *filter; /* of the events it wants; NULL: none */
    bool wants_line;
    GPtrArray *requests; /* RpcRequest*: not yet answered; borrowed */
    Batch *reading;      /* NULL: none */
    GHashTable *calls;   /* number → Call*: of ours */
    gint64 last_call;
    guint hang_up; /* source of the loop: all is answered, and nothing more comes */
    bool closed;   /* the peer says nothing more */
};

/* Answers that go out together (JSON-RPC 2.0 §6). */
struct Batch {
    guint references;
    bool is_orphan; /* the peer went while it was read */
    GString *answers;
};

struct RpcRequest {
    RpcPeer *peer;  /* NULL: gone */
    char *id;       /* JSON text; NULL: a notification, nobody wants an answer */
    Registry *registry;
    Batch *batch;   /* NULL: by itself */
};

/* A request of ours. */
typedef struct Call {
    RpcPeer *peer;
    gint64 number;
    guint timeout;
    RpcAnswer answer;
    gpointer data;
} Call;

static void pause_or_go_on(RpcPeer *peer);

/* --- words of JSON --- */

static char *
node_to_text(JsonNode *node)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    json_generator_set_root(generator, node);
    return json_generator_to_data(generator, NULL);
}

/* The text as a JSON string, with its quotation marks. */
static char *
quote(const char *text)
{
    g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), text);
    return node_to_text(node);
}

/* --- answers --- */

static void
send_answer(RpcPeer *peer, Batch *batch, const char *text)
{
    if (batch != NULL)
        g_string_append_printf(batch->answers, "%s%s", batch->answers->len > 0 ? "," : "", text);
    else
        rpc_link_send(peer->link, text, -1);
}

/* A batch goes when its last answer is there; one of notifications only is not answered at all. */
static void
batch_unref(RpcPeer *peer, Batch *batch)
{
    if (--batch->references > 0)
        return;
    if (peer != NULL && batch->answers->len > 0) {
        g_string_prepend_c(batch->answers, '[');
        g_string_append_c(batch->answers, ']');
        rpc_link_send(peer->link, batch->answers->str, (gssize) batch->answers->len);
    }
    g_string_free(batch->answers, TRUE);
    g_free(batch);
}

static void
send_error(RpcPeer *peer, Batch *batch, const char *id, int code, const char *message)
{
    g_autofree char *words = quote(message);
    g_autofree char *text = g_strdup_printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":%d,\"message\":%s}}", id,
                                            code, words);
    send_answer(peer, batch, text);
}

static void
request_free(RpcRequest *request)
{
    RpcPeer *peer = request->peer;
    if (request->batch != NULL)
        batch_unref(peer, request->batch);
    if (peer != NULL) {
        g_ptr_array_remove_fast(peer->requests, request);
        pause_or_go_on(peer);
    }
    g_free(request->id);
    g_free(request);
}

void
rpc_request_answer_text(RpcRequest *take_request, const char *json)
{
    if (take_request->peer != NULL && take_request->id != NULL) {
        g_autofree char *text = g_strconcat("{\"jsonrpc\":\"2.0\",\"id\":", take_request->id, ",\"result\":", json, "}",
                                            NULL);
        send_answer(take_request->peer, take_request->batch, text);
    }
    request_free(take_request);
}

void
rpc_request_answer(RpcRequest *take_request, JsonBuilder *take_result)
{
    g_autoptr(JsonBuilder) result = take_result;
    g_autoptr(JsonNode) node = json_builder_get_root(result);
    g_autofree char *text = node_to_text(node);
    rpc_request_answer_text(take_request, text);
}

static void
refuse(RpcRequest *take_request, int code, const char *message)
{
    if (take_request->peer != NULL && take_request->id != NULL)
        send_error(take_request->peer, take_request->batch, take_request->id, code, message);
    request_free(take_request);
}

void
rpc_request_fail(RpcRequest *take_request, const GError *error)
{
    refuse(take_request, error->domain == CONFAB_ERROR ? error->code : ERROR_INTERNAL, error->message);
}

RpcPeer *
rpc_request_peer(const RpcRequest *request)
{
    return request->peer;
}

Registry *
rpc_request_registry(const RpcRequest *request)
{
    return request->registry;
}

Client *
rpc_request_client(const RpcRequest *request)
{
    return registry_client(request->registry);
}

/* --- what the peer asks --- */

static gboolean
on_hang_up(gpointer data)
{
    RpcPeer *peer = data;
    peer->hang_up = 0;
    peer->ended(peer, RPC_LINK_CLOSED, peer->data);
    return G_SOURCE_REMOVE;
}

/* A peer that asks faster than it reads, or than we can answer, is read later. One that says nothing more goes when
 * everything is answered. */
static void
pause_or_go_on(RpcPeer *peer)
{
    if (peer->closed) {
        if (peer->requests->len == 0 && peer->hang_up == 0)
            peer->hang_up = g_idle_add_full(G_PRIORITY_DEFAULT, on_hang_up, peer, NULL);
        return;
    }
    rpc_link_pause(peer->link, peer->requests->len >= RPC_PEER_REQUESTS_MAX);
}

static const RpcMethod *
find_method(const RpcPeer *peer, const char *name)
{
    const RpcMethod *method = rpc_method_find(rpc_methods, name);
    return method != NULL || peer->more == NULL ? method : rpc_method_find(peer->more, name);
}

/* The id as it goes into the answer; NULL: it is none (JSON-RPC 2.0 §4). */
static char *
copy_id(JsonNode *node)
{
    if (JSON_NODE_HOLDS_NULL(node))
        return g_strdup("null");
    if (!JSON_NODE_HOLDS_VALUE(node))
        return NULL;
    const GType type = json_node_get_value_type(node);
    return type == G_TYPE_STRING || type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? node_to_text(node) : NULL;
}

static RpcRequest *
request_new(RpcPeer *peer, Batch *batch, char *take_id)
{
    RpcRequest *request = g_new0(RpcRequest, 1);
    request->peer = peer;
    request->id = take_id;
    request->registry = peer->registry;
    request->batch = batch;
    if (batch != NULL)
        batch->references++;
    g_ptr_array_add(peer->requests, request);
    return request;
}

static void
run_request(RpcPeer *peer, Batch *batch, JsonObject *object, char *take_id)
{
    RpcRequest *request = request_new(peer, batch, take_id);
    const char *name = json_object_get_string_member(object, "method");
    const RpcMethod *method = find_method(peer, name);
    JsonNode *params = json_object_get_member(object, "params");
    g_autoptr(GError) error = NULL;
    if (method == NULL) {
        g_autofree char *words = g_strdup_printf(_("there is no method “%s”: see confab-rpc(7)"), name);
        refuse(request, METHOD_NOT_FOUND, words);
        return;
    }
    if (params != NULL && !JSON_NODE_HOLDS_OBJECT(params)) {
        refuse(request, INVALID_PARAMS, _("params must be an object: parameters have names"));
        return;
    }
    g_autoptr(JsonObject) given = params != NULL ? json_object_ref(json_node_get_object(params)) : json_object_new();
    if (!rpc_method_check(method, given, &error))
        refuse(request, INVALID_PARAMS, error->message);
    else if (!method->run(request, given, &error))
        rpc_request_fail(request, error);
}

static void
call_end(Call *call, JsonNode *result, const GError *error)
{
    g_clear_handle_id(&call->timeout, g_source_remove);
    g_hash_table_remove(call->peer->calls, &call->number);
    call->answer(result, error, call->data);
    g_free(call);
}

/* An answer nobody asked for changes nothing. */
static void
take_answer(const RpcPeer *peer, JsonObject *object)
{
    JsonNode *id = json_object_get_member(object, "id");
    if (id == NULL || !JSON_NODE_HOLDS_VALUE(id) || json_node_get_value_type(id) != G_TYPE_INT64)
        return;
    const gint64 number = json_node_get_int(id);
    Call *call = g_hash_table_lookup(peer->calls, &number);
    if (call == NULL)
        return;
    JsonNode *result = json_object_get_member(object, "result");
    JsonNode *failure = json_object_get_member(object, "error");
    g_autoptr(GError) error = NULL;
    if (result == NULL) {
        JsonObject *details = failure != NULL && JSON_NODE_HOLDS_OBJECT(failure) ? json_node_get_object(failure) : NULL;
        const char *words = details != NULL ? json_object_get_string_member_with_default(details, "message", NULL) : NULL;
        error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, words != NULL ? words : _("the program refused it"));
    }
    call_end(call, result, error);
}

static bool
is_text(JsonObject *object, const char *key)
{
    JsonNode *node = json_object_get_member(object, key);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
}

static void
take_message(RpcPeer *peer, Batch *batch, JsonNode *node)
{
    JsonObject *object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    if (object != NULL && !json_object_has_member(object, "method") &&
        (json_object_has_member(object, "result") || json_object_has_member(object, "error"))) {
        take_answer(peer, object);
        return;
    }
    JsonNode *id = object == NULL ? NULL : json_object_get_member(object, "id");
    g_autofree char *text = id == NULL ? NULL : copy_id(id);
    const bool is_request = object != NULL && is_text(object, "jsonrpc") && is_text(object, "method") &&
                            g_str_equal(json_object_get_string_member(object, "jsonrpc"), "2.0") &&
                            (id == NULL || text != NULL);
    if (is_request)
        run_request(peer, batch, object, g_steal_pointer(&text));
    else
        send_error(peer, batch, text != NULL ? text : "null", INVALID_REQUEST,
                   _("this is no request of JSON-RPC 2.0: write {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":…,\"params\":{…}}"));
}

/* One of its requests may be the end of the peer (/plugin stop). */
static void
take_batch(RpcPeer *peer, JsonArray *array)
{
    const guint count = json_array_get_length(array);
    if (count == 0 || count > BATCH_MAX) {
        send_error(peer, NULL, "null", INVALID_REQUEST, _("a batch has from 1 to 100 requests: send fewer at a time"));
        return;
    }
    Batch *batch = g_new0(Batch, 1);
    batch->references = 1;
    batch->answers = g_string_new(NULL);
    peer->reading = batch;
    for (guint i = 0; i < count && !batch->is_orphan; i++)
        take_message(peer, batch, json_array_get_element(array, i));
    if (!batch->is_orphan)
        peer->reading = NULL;
    batch_unref(batch->is_orphan ? NULL : peer, batch);
}

static void
on_line(const char *line, gsize length, gpointer data)
{
    RpcPeer *peer = data;
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    if (length == 0)
        return;
    if (!json_check(line, length, DEPTH_MAX) || !json_parser_load_from_data(parser, line, (gssize) length, NULL)) {
        send_error(peer, NULL, "null", PARSE_ERROR, _("this is no JSON in UTF-8: send one message a line"));
        return;
    }
    JsonNode *root = json_parser_get_root(parser);
    if (root != NULL && JSON_NODE_HOLDS_ARRAY(root))
        take_batch(peer, json_node_get_array(root));
    else if (root != NULL)
        take_message(peer, NULL, root);
}

static void
on_closed(gpointer data)
{
    RpcPeer *peer = data;
    peer->closed = true;
    pause_or_go_on(peer);
}

static void
on_ended(RpcLinkEnd why, gpointer data)
{
    RpcPeer *peer = data;
    g_clear_handle_id(&peer->hang_up, g_source_remove);
    peer->ended(peer, why, peer->data);
}

/* --- what we ask --- */

static void
send_request(RpcPeer *peer, const char *method, JsonNode *take_params, gint64 number)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    json_builder_set_member_name(json, "jsonrpc");
    json_builder_add_string_value(json, "2.0");
    if (number > 0) {
        json_builder_set_member_name(json, "id");
        json_builder_add_int_value(json, number);
    }
    json_builder_set_member_name(json, "method");
    json_builder_add_string_value(json, method);
    if (take_params != NULL) {
        json_builder_set_member_name(json, "params");
        json_builder_add_value(json, take_params);
    }
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autofree char *text = node_to_text(root);
    rpc_link_send(peer->link, text, -1);
}

static gboolean
on_timeout(gpointer data)
{
    Call *call = data;
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("the program did not answer in time"));
    call->timeout = 0;
    call_end(call, NULL, error);
    return G_SOURCE_REMOVE;
}

void
rpc_peer_call(RpcPeer *peer, const char *method, JsonNode *take_params, guint timeout, RpcAnswer answer, gpointer data)
{
    Call *call = g_new0(Call, 1);
    call->peer = peer;
    call->number = ++peer->last_call;
    call->answer = answer;
    call->data = data;
    call->timeout = g_timeout_add(timeout, on_timeout, call);
    g_hash_table_insert(peer->calls, &call->number, call);
    send_request(peer, method, take_params, call->number);
}

void
rpc_peer_notify(RpcPeer *peer, const char *method, JsonNode *take_params)
{
    send_request(peer, method, take_params, 0);
}

/* --- events --- */

void
rpc_peer_subscribe(RpcPeer *peer, EventFilter *take_filter, bool line)
{
    g_clear_pointer(&peer->filter, event_filter_free);
    peer->filter = take_filter;
    peer->wants_line = line;
}

static void
send_event(RpcPeer *peer, const char *json, const char *line)
{
    g_autoptr(GString) text = g_string_new("{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":");
    g_string_append(text, json);
    if (line != NULL) {
        g_string_truncate(text, text->len - 1);
        record_add_json_text(text, "line", line);
        g_string_append_c(text, '}');
    }
    g_string_append_c(text, '}');
    rpc_link_send(peer->link, text->str, (gssize) text->len);
}

/* The texts are made once, and only when somebody wants them. */
void
rpc_peers_tell(const GPtrArray *peers, const ModelEvent *event)
{
    g_autofree char *json = NULL, *line = NULL;
    EventFacts facts;
    if (peers->len == 0 || !event_facts(event, &facts))
        return;
    for (guint i = 0; i < peers->len; i++) {
        RpcPeer *peer = peers->pdata[i];
        if (peer->filter == NULL || !event_filter_wants(peer->filter, &facts))
            continue;
        if (json == NULL)
            json = event_to_json(event);
        if (line == NULL && peer->wants_line)
            line = event_to_line(event);
        if (json != NULL)
            send_event(peer, json, peer->wants_line ? line : NULL);
    }
}

/* --- life --- */

gpointer
rpc_peer_data(const RpcPeer *peer)
{
    return peer->data;
}

Caller *
rpc_peer_caller(const RpcPeer *peer)
{
    return peer->caller;
}

RpcPeer *
rpc_peer_new(Registry *registry, int take_in, int take_out, const RpcMethod *more, RpcPeerEnded ended, gpointer data)
{
    static const RpcLinkHandler handler = { .line = on_line, .closed = on_closed, .ended = on_ended };
    RpcPeer *peer = g_new0(RpcPeer, 1);
    peer->registry = registry;
    peer->caller = caller_new(registry);
    peer->more = more;
    peer->ended = ended;
    peer->data = data;
    peer->requests = g_ptr_array_new();
    peer->calls = g_hash_table_new(g_int64_hash, g_int64_equal);
    peer->link = rpc_link_new(take_in, take_out, &handler, peer);
    return peer;
}

static void
end_calls(RpcPeer *peer)
{
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("the program has ended"));
    GHashTableIter iter;
    gpointer call;
    while (g_hash_table_iter_init(&iter, peer->calls), g_hash_table_iter_next(&iter, NULL, &call))
        call_end(call, NULL, error);
}

void
rpc_peer_free(RpcPeer *peer)
{
    if (peer == NULL)
        return;
    g_clear_handle_id(&peer->hang_up, g_source_remove);
    for (guint i = 0; i < peer->requests->len; i++)
        ((RpcRequest *) peer->requests->pdata[i])->peer = NULL;
    if (peer->reading != NULL)
        peer->reading->is_orphan = true;
    rpc_link_flush(peer->link, FLUSH_PATIENCE);
    end_calls(peer);
    caller_free(peer->caller);
    rpc_peer_subscribe(peer, NULL, false);
    g_ptr_array_unref(peer->requests);
    g_hash_table_unref(peer->calls);
    g_free(peer);
}

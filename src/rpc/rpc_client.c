/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/rpc_client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "rpc/rpc_link.h"
#include "rpc/rpc_server.h"

struct RpcClient {
    RpcLink *link;
    const RpcClientHandler *handler;
    gpointer data;
    GHashTable *questions; /* number → Question* */
    gint64 last;
};

struct RpcResult {
    JsonObject *object;
};

typedef struct Question {
    gint64 number;
    RpcClientAnswer answer;
    gpointer data;
} Question;

/* --- results --- */

static JsonNode *
member(const RpcResult *result, const char *name)
{
    return json_object_get_member(result->object, name);
}

const char *
rpc_result_text(const RpcResult *result, const char *name)
{
    JsonNode *node = member(result, name);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
}

int
rpc_result_int(const RpcResult *result, const char *name)
{
    JsonNode *node = member(result, name);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? (int) json_node_get_int(node) : 0;
}

GStrv
rpc_result_texts(const RpcResult *result, const char *name)
{
    g_autoptr(GStrvBuilder) texts = g_strv_builder_new();
    JsonNode *node = member(result, name);
    JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
        JsonNode *element = json_array_get_element(array, i);
        const char *text = JSON_NODE_HOLDS_VALUE(element) ? json_node_get_string(element) : NULL;
        g_strv_builder_add(texts, text != NULL ? text : "");
    }
    return g_strv_builder_end(texts);
}

char *
rpc_result_to_json(const RpcResult *result)
{
    g_autoptr(JsonNode) root = json_node_init_object(json_node_alloc(), result->object);
    g_autoptr(JsonGenerator) generator = json_generator_new();
    json_generator_set_root(generator, root);
    return json_generator_to_data(generator, NULL);
}

/* --- what comes --- */

static void
end_question(RpcClient *client, Question *question, JsonObject *result, const GError *error)
{
    const RpcResult holder = { result };
    g_hash_table_remove(client->questions, &question->number);
    question->answer(result != NULL ? &holder : NULL, error, question->data);
    g_free(question);
}

static GError *
error_of(JsonObject *answer)
{
    JsonNode *node = json_object_get_member(answer, "error");
    JsonObject *error = node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    if (error == NULL)
        return g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, _("the running confab did not answer as it should"));
    const gint64 code = json_object_get_int_member_with_default(error, "code", ERROR_INTERNAL);
    /* Errors of the protocol itself are below zero: it is another confab than this one. */
    return g_error_new_literal(CONFAB_ERROR, code > 0 && code < 128 ? (int) code : ERROR_PROTOCOL,
                               json_object_get_string_member_with_default(error, "message", "?"));
}

static void
take_answer(RpcClient *client, JsonObject *answer)
{
    JsonNode *id = json_object_get_member(answer, "id");
    const gint64 number = id != NULL && JSON_NODE_HOLDS_VALUE(id) ? json_node_get_int(id) : 0;
    Question *question = g_hash_table_lookup(client->questions, &number);
    if (question == NULL)
        return;
    JsonNode *result = json_object_get_member(answer, "result");
    if (result != NULL && JSON_NODE_HOLDS_OBJECT(result)) {
        end_question(client, question, json_node_get_object(result), NULL);
        return;
    }
    g_autoptr(GError) error = error_of(answer);
    end_question(client, question, NULL, error);
}

static void
take_event(const RpcClient *client, JsonObject *notification)
{
    JsonNode *params = json_object_get_member(notification, "params");
    if (client->handler->event == NULL || params == NULL || !JSON_NODE_HOLDS_OBJECT(params))
        return;
    const RpcResult event = { json_node_get_object(params) };
    client->handler->event(&event, client->data);
}

/* What an answer to a line of somebody else's says of a failure: an error, or the code of a result. */
static int
code_of(JsonObject *object)
{
    JsonNode *result = json_object_get_member(object, "result");
    if (json_object_has_member(object, "error")) {
        g_autoptr(GError) error = error_of(object);
        return error->code;
    }
    if (result == NULL || !JSON_NODE_HOLDS_OBJECT(result))
        return 0;
    return (int) json_object_get_int_member_with_default(json_node_get_object(result), "code", 0);
}

static void
on_line(const char *line, gsize length, gpointer data)
{
    RpcClient *client = data;
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    JsonNode *root = json_parser_load_from_data(parser, line, (gssize) length, NULL) ? json_parser_get_root(parser) : NULL;
    JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    if (client->handler->line != NULL) {
        g_autofree char *copy = g_strndup(line, length);
        client->handler->line(copy, object != NULL ? code_of(object) : 0, client->data);
        return;
    }
    if (object == NULL)
        return;
    if (json_object_has_member(object, "method"))
        take_event(client, object);
    else
        take_answer(client, object);
}

static void
on_ended(RpcLinkEnd why, gpointer data)
{
    RpcClient *client = data;
    g_autoptr(GError) error =
        g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the running confab has ended: start it again"));
    GHashTableIter iter;
    gpointer question;
    while (g_hash_table_iter_init(&iter, client->questions), g_hash_table_iter_next(&iter, NULL, &question))
        end_question(client, question, NULL, error);
    if (client->handler->ended != NULL)
        client->handler->ended(client->data);
}

/* --- what is asked --- */

/* A name that begins with a dot has JSON already. */
static void
add_param(JsonBuilder *json, const char *name, const char *text)
{
    if (*name != '.') {
        json_builder_set_member_name(json, name);
        json_builder_add_string_value(json, text);
        return;
    }
    json_builder_set_member_name(json, name + 1);
    json_builder_add_value(json, json_from_string(text, NULL));
}

void
rpc_client_call(RpcClient *client, RpcClientAnswer answer, gpointer data, const char *method, ...)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    Question *question = g_new0(Question, 1);
    question->number = ++client->last;
    question->answer = answer;
    question->data = data;
    g_hash_table_insert(client->questions, &question->number, question);
    json_builder_begin_object(json);
    add_param(json, "jsonrpc", "2.0");
    json_builder_set_member_name(json, "id");
    json_builder_add_int_value(json, question->number);
    add_param(json, "method", method);
    json_builder_set_member_name(json, "params");
    json_builder_begin_object(json);
    va_list list;
    va_start(list, method);
    for (const char *name = va_arg(list, const char *); name != NULL; name = va_arg(list, const char *)) {
        const char *text = va_arg(list, const char *);
        if (text != NULL)
            add_param(json, name, text);
    }
    va_end(list);
    json_builder_end_object(json);
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    g_autoptr(JsonGenerator) generator = json_generator_new();
    json_generator_set_root(generator, root);
    g_autofree char *line = json_generator_to_data(generator, NULL);
    rpc_link_send(client->link, line, -1);
}

void
rpc_client_send(RpcClient *client, const char *line)
{
    rpc_link_send(client->link, line, -1);
}

void
rpc_client_close(RpcClient *client)
{
    rpc_link_close_output(client->link);
}

/* --- life --- */

/* I25: somebody else's socket is not answered with what is secret. */
static bool
is_own_user(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

static int
connect_to(const char *path, GError **error)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    if (fd >= 0 && strlen(path) < sizeof address.sun_path &&
        connect(fd, (struct sockaddr *) &address, sizeof address) == 0) {
        if (is_own_user(fd))
            return fd;
        close(fd);
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s belongs to another user: remove it"), path);
        return -1;
    }
    const int cause = errno;
    if (fd >= 0)
        close(fd);
    if (cause == ENOENT || cause == ECONNREFUSED || cause == 0)
        g_set_error_literal(error, CONFAB_ERROR, ERROR_UNREACHABLE,
                            _("no confab runs on this profile: start confab, or confab run"));
    else
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("%s: %s"), path, g_strerror(cause));
    return -1;
}

RpcClient *
rpc_client_new(const Paths *paths, const RpcClientHandler *handler, gpointer data, GError **error)
{
    static const RpcLinkHandler link_handler = { .line = on_line, .ended = on_ended };
    g_autofree char *path = rpc_server_path(paths);
    errno = 0;
    const int fd = connect_to(path, error);
    if (fd < 0)
        return NULL;
    RpcClient *client = g_new0(RpcClient, 1);
    client->handler = handler;
    client->data = data;
    client->questions = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, NULL);
    client->link = rpc_link_new(fd, fd, &link_handler, client);
    return client;
}

void
rpc_client_free(RpcClient *client)
{
    if (client == NULL)
        return;
    GHashTableIter iter;
    gpointer question;
    g_hash_table_iter_init(&iter, client->questions);
    while (g_hash_table_iter_next(&iter, NULL, &question))
        g_free(question);
    g_hash_table_unref(client->questions);
    rpc_link_free(client->link);
    g_free(client);
}

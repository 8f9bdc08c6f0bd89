/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/plugin.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "core/record_lines.h"
#include "rpc/json_parts.h"

enum {
    CODE_MAX = 125, /* exit codes above are the shell's */
};

bool
plugin_is_running(const Plugin *plugin)
{
    return plugin->process != NULL;
}

/* A member of an answer; NULL: there is none, or it is no text. */
static const char *
answer_text(JsonNode *answer, const char *name)
{
    JsonObject *object = answer != NULL && JSON_NODE_HOLDS_OBJECT(answer) ? json_node_get_object(answer) : NULL;
    JsonNode *node = object == NULL ? NULL : json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
}

/* --- commands --- */

static void
print_lines(CommandCall *call, JsonNode *answer)
{
    JsonObject *object = JSON_NODE_HOLDS_OBJECT(answer) ? json_node_get_object(answer) : NULL;
    JsonNode *node = object == NULL ? NULL : json_object_get_member(object, "lines");
    JsonArray *lines = node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    for (guint i = 0; lines != NULL && i < json_array_get_length(lines); i++) {
        JsonNode *line = json_array_get_element(lines, i);
        const char *text = JSON_NODE_HOLDS_VALUE(line) ? json_node_get_string(line) : NULL;
        g_autofree char *clean = text_clean(text != NULL ? text : "", -1, TEXT_LINE);
        command_call_print(call, "%s", clean);
    }
}

static int
answer_code(JsonNode *answer)
{
    JsonNode *code = json_object_get_member(json_node_get_object(answer), "code");
    const gint64 number = code != NULL && JSON_NODE_HOLDS_VALUE(code) ? json_node_get_int(code) : ERROR_FAILED;
    return number >= 1 && number <= CODE_MAX ? (int) number : ERROR_FAILED;
}

static void
on_run_answer(JsonNode *result, const GError *error, gpointer data)
{
    CommandCall *call = data;
    if (error != NULL) {
        g_autofree char *clean = text_clean(error->message, -1, TEXT_LINE);
        g_autoptr(GError) problem =
            g_error_new(CONFAB_ERROR, ERROR_FAILED, "/%s: %s", command_call_command(call)->name, clean);
        command_call_finish(call, problem);
        return;
    }
    print_lines(call, result);
    const char *failure = answer_text(result, "error");
    if (failure == NULL) {
        command_call_finish(call, NULL);
        return;
    }
    g_autofree char *clean = text_clean(failure, -1, TEXT_LINE);
    g_autoptr(GError) problem = g_error_new_literal(CONFAB_ERROR, answer_code(result), clean);
    command_call_finish(call, problem);
}

static void
run_command(JsonNode *take_params, CommandCall *take_call, gpointer data)
{
    const Plugin *plugin = data;
    rpc_peer_call(plugin->peer, "run", take_params, PLUGIN_RUN_TIME, on_run_answer, take_call);
}

static bool
run_register(RpcRequest *request, JsonObject *params, GError **error)
{
    Plugin *plugin = rpc_peer_data(rpc_request_peer(request));
    if (plugin->commands != NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("register: the commands are there already"));
        return false;
    }
    JsonArray *list = json_object_get_array_member(params, "commands");
    plugin->commands = plugin_commands_new(plugin->registry, plugin->name, list, run_command, plugin, error);
    if (plugin->commands == NULL)
        return false;
    rpc_request_answer_text(request, "{}");
    return true;
}

/* --- filters --- */

/* A question that is with the plugin. */
typedef struct Asked {
    TextQuestion *question;
    char *name;
    bool must;
} Asked;

static void
refuse(TextQuestion *take_question, const char *name, const char *cause)
{
    g_autofree char *reason =
        g_strdup_printf(_("the plugin %s, which must see what you say, %s: /plugin start %s, or /plugin stop %s and say it without"),
                        name, cause, name, name);
    text_question_refuse(take_question, reason);
}

/* It could not be looked over: it leaves only where that may be. */
static void
end_unseen(const Asked *asked, const char *cause)
{
    const bool is_ours = text_question_direction(asked->question) == MESSAGE_OUT;
    if (asked->must && is_ours)
        refuse(asked->question, asked->name, cause);
    else
        text_question_pass(asked->question);
}

/* Whether each member that is there is what it should be. */
static bool
is_answer(JsonNode *result)
{
    static const struct {
        const char *name;
        GType type;
    } members[] = { { "body", G_TYPE_STRING }, { "error", G_TYPE_STRING }, { "drop", G_TYPE_BOOLEAN } };
    if (!JSON_NODE_HOLDS_OBJECT(result))
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        JsonNode *node = json_object_get_member(json_node_get_object(result), members[i].name);
        if (node != NULL && (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != members[i].type))
            return false;
    }
    return true;
}

static void
use_answer(const Asked *asked, JsonNode *result)
{
    if (!is_answer(result)) {
        log_warning("plugin", "%s: filter: the answer is none", asked->name);
        end_unseen(asked, _("gave no answer that means anything"));
        return;
    }
    JsonNode *drop = json_object_get_member(json_node_get_object(result), "drop");
    const char *body = answer_text(result, "body");
    const char *failure = answer_text(result, "error");
    if (failure != NULL) {
        g_autofree char *clean = text_clean(failure, -1, TEXT_LINE);
        text_question_refuse(asked->question, clean);
    } else if (drop != NULL && json_node_get_boolean(drop)) {
        text_question_answer(asked->question, "");
    } else if (body != NULL) {
        text_question_answer(asked->question, body);
    } else {
        text_question_pass(asked->question);
    }
}

static void
on_filter_answer(JsonNode *result, const GError *error, gpointer data)
{
    Asked *asked = data;
    if (error == NULL)
        use_answer(asked, result);
    else
        end_unseen(asked, _("did not answer in time"));
    if (error != NULL)
        log_warning("plugin", "%s: filter: %s", asked->name, error->message);
    g_free(asked->name);
    g_free(asked);
}

static JsonNode *
filter_params(const TextQuestion *question, const Conversation *conversation)
{
    const Message *message = text_question_message(question);
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    json_parts_text(json, "direction", text_question_direction(question) == MESSAGE_OUT ? "out" : "in");
    json_parts_text(json, "body", text_question_body(question));
    json_parts_text(json, "account", account_name(conversation_account(conversation)));
    json_parts_text(json, "with", jid_text(conversation_jid(conversation)));
    json_parts_text(json, "kind", record_kind_word(conversation_kind(conversation)));
    json_parts_text(json, "from", message == NULL || message->from == NULL ? NULL : jid_text(message->from));
    json_parts_text(json, "encryption", message != NULL ? message->encryption : conversation_intent(conversation));
    json_builder_end_object(json);
    return json_builder_get_root(json);
}

static void
ask(TextQuestion *take_question, gpointer data)
{
    const Plugin *plugin = data;
    const Conversation *conversation = text_question_conversation(take_question);
    const bool is_ours = text_question_direction(take_question) == MESSAGE_OUT;
    if (plugin->peer == NULL && plugin->must && is_ours) {
        refuse(take_question, plugin->name, plugin->has_successor ? _("is not ready yet") : _("has ended"));
        return;
    }
    if (plugin->peer == NULL || conversation == NULL) {
        text_question_pass(take_question);
        return;
    }
    Asked *asked = g_new0(Asked, 1);
    asked->question = take_question;
    asked->name = g_strdup(plugin->name);
    asked->must = plugin->must;
    rpc_peer_call(plugin->peer, "filter", filter_params(take_question, conversation), PLUGIN_FILTER_TIME,
                  on_filter_answer, asked);
}

static bool
run_filter(RpcRequest *request, JsonObject *params, GError **error)
{
    Plugin *plugin = rpc_peer_data(rpc_request_peer(request));
    const char *direction = json_object_get_string_member(params, "direction");
    const char *with = json_object_get_string_member_with_default(params, "with", NULL);
    const bool both = strcmp(direction, "both") == 0;
    TextFilterOptions options = { .outgoing = both || strcmp(direction, "out") == 0,
                                  .incoming = both || strcmp(direction, "in") == 0,
                                  .ask = ask,
                                  .data = plugin };
    if (!options.outgoing && !options.incoming) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("filter: “direction” must be in, out or both"));
        return false;
    }
    g_autoptr(Jid) jid = with == NULL ? NULL : jid_new(with, error);
    if (with != NULL && jid == NULL)
        return false;
    options.with = jid;
    g_clear_pointer(&plugin->filter, text_filter_remove);
    plugin->filter = text_filter_add(registry_client(plugin->registry), &options);
    plugin->must = json_object_get_boolean_member_with_default(params, "must", FALSE);
    g_clear_pointer(&plugin->before, plugin_free);
    rpc_request_answer_text(request, "{}");
    return true;
}

/* --- methods --- */

static const RpcField register_params[] = {
    { "commands", RPC_OBJECTS, true, false, N_("The commands: each with name, help, and perhaps grammar and details"),
      "plugin-command" },
    { 0 },
};
static const RpcField filter_method_params[] = {
    { "direction", RPC_TEXT, true, false, N_("What you say, what others say, or both"), "in|out|both" },
    { "with", RPC_TEXT, false, false, N_("Only in the conversation with this JID"), NULL },
    { "must", RPC_BOOLEAN, false, false, N_("What the plugin cannot look over must not leave"), NULL },
    { 0 },
};
static const RpcField nothing[] = { { 0 } };

const RpcMethod plugin_methods[] = {
    { "register", N_("Add commands. When one is given, the method “run” of the plugin is asked, and prints “lines” or tells an “error”."),
      register_params, nothing, run_register },
    { "filter", N_("Look over texts: the method “filter” of the plugin is asked about each, and answers with “body”, “drop” or “error”."),
      filter_method_params, nothing, run_filter },
    { 0 },
};

/* --- life --- */

/* What is asked of it ends now; its commands are gone. A filter that must see everything stays, and refuses. */
static void
stop_speaking(Plugin *plugin)
{
    g_clear_pointer(&plugin->commands, plugin_commands_free);
    g_clear_pointer(&plugin->peer, rpc_peer_free);
    if (plugin->filter != NULL && !plugin->must)
        g_clear_pointer(&plugin->filter, text_filter_remove);
}

static void
on_peer_ended(RpcPeer *peer, RpcLinkEnd why, gpointer data)
{
    Plugin *plugin = data;
    plugin->farewell = why;
    stop_speaking(plugin);
    if (plugin->process != NULL)
        process_stop(plugin->process);
}

static void
on_complaint(const char *line, gpointer data)
{
    const Plugin *plugin = data;
    log_warning("plugin", "%s: %s", plugin->name, line);
}

static void
on_process_ended(Process *process, const ProcessEnd *end, gpointer data)
{
    Plugin *plugin = data;
    g_autofree char *words = process_end_words(end, plugin->name);
    plugin->process = NULL;
    stop_speaking(plugin);
    const char *cause = plugin->farewell == RPC_LINK_TOO_SLOW   ? _("it did not read what confab sends")
                        : plugin->farewell == RPC_LINK_TOO_LONG ? _("it sent a line that is too long")
                        : words != NULL                         ? words
                                                                : _("it has ended by itself");
    plugin->ended(plugin, cause, plugin->data);
}

Plugin *
plugin_new(Registry *registry, const char *name, const char *path, PluginEnded ended, gpointer data, GError **error)
{
    const char *const argv[] = { path, NULL };
    const Paths *paths = client_paths(registry_client(registry));
    g_autofree char *data_directory = g_strconcat("CONFAB_DATA=", paths->data, NULL);
    g_autofree char *config_directory = g_strconcat("CONFAB_CONFIG=", paths->config, NULL);
    const char *const environment[] = { data_directory, config_directory, NULL };
    const ProcessOptions options = { .argv = argv, .environment = environment };
    int input, output;
    Plugin *plugin = g_new0(Plugin, 1);
    plugin->process = process_open(&options, &input, &output, on_complaint, on_process_ended, plugin, error);
    if (plugin->process == NULL) {
        g_free(plugin);
        return NULL;
    }
    plugin->registry = registry;
    plugin->name = g_strdup(name);
    plugin->ended = ended;
    plugin->data = data;
    plugin->peer = rpc_peer_new(registry, output, input, plugin_methods, on_peer_ended, plugin);
    return plugin;
}

void
plugin_succeed(Plugin *plugin, Plugin *take_before)
{
    take_before->has_successor = true;
    plugin->before = take_before;
}

Plugin *
plugin_steal_before(Plugin *plugin)
{
    Plugin *before = g_steal_pointer(&plugin->before);
    if (before != NULL)
        before->has_successor = false;
    return before;
}

void
plugin_free(Plugin *plugin)
{
    if (plugin == NULL)
        return;
    plugin_free(plugin->before);
    plugin->must = false;
    stop_speaking(plugin);
    process_forget(plugin->process);
    g_free(plugin->name);
    g_free(plugin);
}

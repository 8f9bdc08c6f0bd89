/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket in the manual, and its JSON Schema. */
#include "mkdocs.h"

#include <stdio.h>

#include "automation/plugin.h"
#include "automation/plugin_questions.h"
#include "rpc/rpc_schema.h"

/* All that can be asked. */
static const RpcMethod *const tables[] = { rpc_methods, plugin_methods, NULL };

void
print_rpc_schema(void)
{
    g_autofree char *schema = rpc_schema_to_json(tables, plugin_questions);
    fputs(schema, stdout);
}

/* A member in the list that stands under its object. */
static void
print_field(const RpcField *field)
{
    g_autofree char *words = rpc_field_words(field);
    fputs(".TP\n.BR \"", stdout);
    put(field->name);
    fputs("\" \" (", stdout);
    put(words);
    puts(")\"");
    put(field->help);
    puts(".");
}

static void
print_fields(const char *title, const RpcField *fields)
{
    puts(".RS");
    if (title != NULL)
        paragraph(title);
    puts(".RS");
    for (; fields->name != NULL; fields++)
        print_field(fields);
    puts(".RE\n.RE");
}

static void
print_method(const RpcMethod *method)
{
    item(method->name, method->help);
    if (method->params->name != NULL)
        print_fields("Parameters:", method->params);
    if (method->result->name != NULL)
        print_fields("Result:", method->result);
}

static void
print_shapes(const RpcShape *shapes)
{
    for (const RpcShape *shape = shapes; shape->name != NULL; shape++) {
        g_autofree char *tag = shape->variant == NULL ? g_strdup(shape->name)
                                                      : g_strdup_printf("%s (%s)", shape->name, shape->variant);
        item(tag, shape->help);
        print_fields(NULL, shape->fields);
    }
}

static void
print_socket(void)
{
    request("SH", "DESCRIPTION");
    line("A running confab, in the terminal or headless, answers other programs of the same user on a socket: "
         "$XDG_RUNTIME_DIR/confab/control.sock; without $XDG_RUNTIME_DIR, or with --config DIR, runtime/control.sock under "
         "the directory of the state or DIR. Programs of other users are turned away, whatever the modes of the file say. "
         "confab ctl, send and listen ask there; so can any program.");
    paragraph("It speaks JSON-RPC 2.0, one message a line, in UTF-8: requests with named parameters, and batches of up to "
              "100 of them. A request without an id is done and not answered. Answers come when they are there, not in the "
              "order of the requests; lines for the command method are executed one after the other.");
    example("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"send\",\"params\":{\"to\":\"bob@example.org\",\"body\":\"hi\"}}\n"
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"code\":0,\"id\":\"…\",\"state\":\"sent\",\"encryption\":\"none\","
            "\"trust\":null,\"reason\":null}}");
    paragraph("Whoever closes its own half after the last request is answered all of them, and then hung up on. A line "
              "over 4 MiB ends the connection. A program that does not read what it is sent is not read either, and is "
              "dropped when 16 MiB wait for it; nothing ever waits for it.");
    paragraph("What others say is data: a body or a nick may hold anything, quotation marks, line ends and escape "
              "sequences included, all of it inside JSON strings. Use a JSON library to read it, and never make shell lines "
              "of it.");
}

static void
print_methods(const RpcMethod *methods)
{
    for (; methods->name != NULL; methods++)
        print_method(methods);
}

static void
print_plugins(void)
{
    request("SH", "PLUGINS");
    line("A plugin is a program in the directory plugins of the configuration that /plugin start runs. It speaks the same on its "
         "standard input and output; what it writes on its standard error goes to the log. All the methods above are "
         "there for it, and these:");
    print_methods(plugin_methods);
    paragraph("And it is asked these, as requests with an id:");
    print_methods(plugin_questions);
    paragraph("A plugin that does not answer in time, or ends, holds nothing up: its commands fail or go, and texts stay as they "
              "are, unless it said that they must not. PREFIX/share/confab/plugins has three to begin with.");
}

static void
print_errors(void)
{
    request("SH", "ERRORS");
    line("The message says the cause and what to do. The codes below 0 are those of JSON-RPC: -32700 no JSON in UTF-8, "
         "-32600 no request, -32601 no such method, -32602 a parameter is missing, of another type, or unknown. The others "
         "are the exit codes of confab(1): 66 for an account that does not exist. A command that fails, and a message that "
         "cannot be sent, are no errors but results: their code says it.");
}

static void
print_events(void)
{
    request("SH", "EVENTS");
    line("After subscribe they come as notifications of the method event, their params being the event. The same objects are "
         "what confab run --json and confab listen --json print, a line each. Each begins with");
    print_fields(NULL, event_common);
    paragraph("and goes on with what follows here. Fields may be added; what is there stays as it is.");
    print_shapes(event_shapes);
    item("result", "A command has ended: what the method command answers. Printed by confab run, not sent.");
    request("SH", "OBJECTS");
    line("What stands in lists of answers and events. Messages are as the event message.");
    print_shapes(object_shapes);
}

static void
print_examples(void)
{
    request("SH", "EXAMPLES");
    line("From a shell, where the answers do not matter one by one:");
    example("printf '%s\\n' '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}' | confab ctl --json");
    paragraph("A bot in Python, that says back what it is told. It asks without ids: what is not answered it need not read.");
    example("import json, os, socket\n"
            "link = socket.socket(socket.AF_UNIX)\n"
            "link.connect(os.environ[\"XDG_RUNTIME_DIR\"] + \"/confab/control.sock\")\n"
            "lines = link.makefile(encoding=\"utf-8\", newline=\"\\n\")     # to read only\n"
            "def tell(method, **params):\n"
            "    request = {\"jsonrpc\": \"2.0\", \"method\": method, \"params\": params}\n"
            "    link.sendall(json.dumps(request).encode() + b\"\\n\")\n"
            "tell(\"subscribe\", events=[\"message\"], direction=\"in\")\n"
            "for line in lines:\n"
            "    said = json.loads(line)[\"params\"]\n"
            "    if said[\"kind\"] == \"chat\" and not said[\"delayed\"]:\n"
            "        tell(\"send\", to=said[\"with\"], body=said[\"body\"], wait=\"none\")");
    paragraph("echo.py and echo.sh in PREFIX/share/confab/bots are that, whole: in Python, and in the shell with jq.");
}

void
print_rpc_page(void)
{
    page("confab-rpc", "7", "the control socket, events and JSON of confab");
    print_socket();
    request("SH", "METHODS");
    print_methods(rpc_methods);
    print_plugins();
    print_errors();
    print_events();
    print_examples();
    request("SH", "FILES");
    item("PREFIX/share/confab/confab.schema.json", "All of this as a JSON Schema: a line of --json follows the schema itself, a line "
         "that confab writes on the socket its definition message, one that it reads there its definition request.");
    static const char *const pages[] = { "confab", "1", "confab-commands", "7", NULL };
    see_also(pages);
}

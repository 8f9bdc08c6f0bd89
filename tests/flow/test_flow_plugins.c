/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plugins: the examples, and those that hang, die, flood or talk nonsense. Whatever they do, confab goes on. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "automation/automation.h"
#include "base/error.h"
#include "command/complete.h"
#include "typist.h"

typedef struct Fixture {
    Flow *flow;
    Peer *me;
    Typist *typist;
    Automation *automation;
    char *directory; /* of the plugins */
} Fixture;

static void
setup(Fixture *fixture, gconstpointer data)
{
    fixture->flow = flow_new(FLOW_ONE_ACCOUNT);
    fixture->me = flow_peer(fixture->flow, "work");
    fixture->typist = typist_new(fixture->flow);
    fixture->automation = automation_new(typist_registry(fixture->typist));
    fixture->directory = g_build_filename(client_paths(fixture->flow->client)->config, "plugins", NULL);
    g_assert_cmpint(g_mkdir(fixture->directory, 0700), ==, 0);
    login_with_roster(fixture->me, "<item jid='bob@example.org' name='Bob' subscription='both'/>", "1");
    flow_turn();
    g_ptr_array_set_size(fixture->me->sent, 0);
}

static void
teardown(Fixture *fixture, gconstpointer data)
{
    automation_free(fixture->automation);
    typist_free(fixture->typist);
    flow_free(fixture->flow);
    g_free(fixture->directory);
}

static void
write_plugin(const Fixture *fixture, const char *name, const char *script, int mode)
{
    g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
    g_assert_true(g_file_set_contents_full(path, script, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0700, NULL));
    g_assert_cmpint(g_chmod(path, (mode_t) mode), ==, 0);
}

static void
write_example(const Fixture *fixture, const char *name)
{
    g_autofree char *source = g_test_build_filename(G_TEST_DIST, "..", "examples", "plugins", name, NULL);
    g_autofree char *script = NULL;
    g_assert_true(g_file_get_contents(source, &script, NULL, NULL));
    write_plugin(fixture, name, script, 0700);
}

/* The head of a plugin in Python: answer(request) is up to the script. */
#define PYTHON \
    "#!/usr/bin/env python3\n" \
    "import json, os, sys, time\n" \
    "def send(**message):\n" \
    "    print(json.dumps({'jsonrpc': '2.0', **message}), flush=True)\n" \
    "def serve(answer):\n" \
    "    for line in sys.stdin:\n" \
    "        request = json.loads(line)\n" \
    "        if 'method' in request and 'id' in request:\n" \
    "            send(id=request['id'], result=answer(request['method'], request['params']))\n"
#define FILTER(more) "send(id=1, method='filter', params={" more "})\n"
#define COMMAND(name) \
    "send(id=2, method='register', params={'commands': [{'name': '" name "', 'grammar': '[words:word...]', 'help': 'x'}]})\n"

static void
start(Fixture *fixture, const char *name)
{
    g_autofree char *line = g_strdup_printf("/plugin start %s", name);
    assert_typed(fixture->typist, line, "ok");
}

/* Whether /plugin list says so. */
typedef struct Listed {
    const Fixture *fixture;
    const char *pattern;
} Listed;

static bool
is_listed(gpointer data)
{
    const Listed *listed = data;
    const Command *command = registry_find(typist_registry(listed->fixture->typist), listed->pattern);
    return command != NULL && strcmp(command->name, listed->pattern) == 0;
}

/* Its commands are there, or gone. */
static void
wait_command(const Fixture *fixture, const char *name)
{
    flow_wait(is_listed, &(Listed){ fixture, name });
}

static bool
is_not_listed(gpointer data)
{
    return !is_listed(data);
}

static void
wait_no_command(const Fixture *fixture, const char *name)
{
    flow_wait(is_not_listed, &(Listed){ fixture, name });
}

static void
look_at_bob(Fixture *fixture)
{
    typist_look_at(fixture->typist, ensure_conversation(fixture->me, "bob@example.org"));
}

static void
test_shortcodes(Fixture *fixture, gconstpointer data)
{
    write_example(fixture, "shortcodes");
    assert_typed(fixture->typist, "/plugin list", "ok");
    assert_printed(fixture->typist, "shortcodes*stopped*");
    start(fixture, "shortcodes");
    wait_command(fixture, "shortcodes");
    assert_typed(fixture->typist, "/shortcodes rock", "ok");
    assert_printed(fixture->typist, "🚀 :rocket:\n");
    assert_typed(fixture->typist, "/shortcodes a b", "64 *");
    assert_typed(fixture->typist, "/help shortcodes", "ok");
    assert_printed(fixture->typist, "*List the shortcodes*");
    g_autoptr(Completion) completion = complete_line(typist_registry(fixture->typist), "/shortc", strlen("/shortc"));
    g_assert_cmpuint(completion->candidates->len, ==, 1);
    g_assert_cmpstr(completion->candidates->pdata[0], ==, "/shortcodes");
    look_at_bob(fixture);
    assert_typed(fixture->typist, "hi :wave: :unknown: \"$(id)\"", "ok");
    assert_sent(fixture->me, "<message *<body>hi 👋 :unknown: &quot;$(id)&quot;</body>*");
    assert_typed(fixture->typist, "/correct hi :tada:", "ok");
    assert_sent(fixture->me, "<message *<body>hi 🎉</body>*<replace*");
    assert_typed(fixture->typist, "/exec -o echo :bug:", "ok");
    assert_sent(fixture->me, "<message *<body>🐛</body>*");
    assert_typed(fixture->typist, "/plugin list", "ok");
    assert_printed(fixture->typist, "shortcodes*running*1*yes\n");
    assert_typed(fixture->typist, "/plugin stop shortcodes", "ok");
    assert_typed(fixture->typist, "/shortcodes", "64 *");
    assert_typed(fixture->typist, ":tada:", "ok");
    assert_sent(fixture->me, "<message *<body>:tada:</body>*");
}

static void
test_calc(Fixture *fixture, gconstpointer data)
{
    write_example(fixture, "calc");
    start(fixture, "calc");
    wait_command(fixture, "calc");
    assert_typed(fixture->typist, "/calc 2*(3+4)^2/0.5 - -1", "ok");
    assert_printed(fixture->typist, "197\n");
    assert_typed(fixture->typist, "/calc 1/0", "65 /calc: nothing can be divided by 0");
    assert_typed(fixture->typist, "/calc system('id')", "65 /calc: “s” is no number");
    assert_typed(fixture->typist, "/calc", "64 *");
}

static void
test_notes(Fixture *fixture, gconstpointer data)
{
    write_example(fixture, "notes");
    start(fixture, "notes");
    wait_command(fixture, "notes");
    look_at_bob(fixture);
    assert_typed(fixture->typist, "/note call \"back\" $(touch owned) `id`; --help", "ok");
    assert_typed(fixture->typist, "/notes", "ok");
    assert_printed(fixture->typist, "*bob@example.org*call \"back\" $(touch owned) `id`; --help\n");
    assert_typed(fixture->typist, "/notes --help", "ok");
    assert_printed(fixture->typist, "*call*");
    g_assert_false(g_file_test("owned", G_FILE_TEST_EXISTS));
}

/* What others say is kept as it came and shown as the plugin has it; a hook, the history and JSON see what was said. */
static void
test_incoming(Fixture *fixture, gconstpointer data)
{
    write_plugin(fixture, "upper",
                 PYTHON FILTER("'direction': 'in'") COMMAND("upper")
                 "serve(lambda method, params: {'drop': True} if 'spam' in params['body'] else {'body': params['body'].upper()})\n",
                 0700);
    start(fixture, "upper");
    wait_command(fixture, "upper");
    feed(fixture->me, "<message from='bob@example.org/a' type='chat' id='1'><body>hello</body></message>");
    feed(fixture->me, "<message from='bob@example.org/a' type='chat' id='2'><body>buy spam</body></message>");
    assert_event(fixture->flow, "message in bob@example.org/a hello");
    wait_event(fixture->flow, "shown HELLO");
    wait_event(fixture->flow, "shown ");
    const Conversation *bob = find_conversation(fixture->me, "bob@example.org");
    g_assert_cmpstr(conversation_message_at(bob, 0)->body, ==, "hello");
    g_assert_cmpstr(message_text(conversation_message_at(bob, 0)), ==, "HELLO");
    feed(fixture->me, "<message from='bob@example.org/a' type='chat' id='3'><body>hello you</body>"
                      "<replace xmlns='urn:xmpp:message-correct:0' id='1'/></message>");
    wait_event(fixture->flow, "shown HELLO YOU");
}

/* Nobody waits longer than half a second; what is said stays in order, also when one answer comes late. */
static void
test_hanging(Fixture *fixture, gconstpointer data)
{
    write_plugin(fixture, "sleepy",
                 PYTHON FILTER("'direction': 'out'") COMMAND("sleepy")
                 "def answer(method, params):\n"
                 "    if 'slow' in params.get('body', ''): time.sleep(1000)\n"
                 "    return {'body': params['body'] + '!'}\n"
                 "serve(answer)\n",
                 0700);
    start(fixture, "sleepy");
    wait_command(fixture, "sleepy");
    look_at_bob(fixture);
    assert_typed(fixture->typist, "one", "ok");
    type(fixture->typist, "slow");
    assert_unfinished(fixture->typist);
    assert_outcome(fixture->typist, "ok");
    assert_typed(fixture->typist, "three", "ok");
    assert_sent(fixture->me, "<message *<body>one!</body>*");
    assert_sent(fixture->me, "<message *<body>slow</body>*");
    assert_sent(fixture->me, "<message *<body>three</body>*");
}

/* I21: what must be looked over does not leave without. */
static void
test_must(Fixture *fixture, gconstpointer data)
{
    write_plugin(fixture, "censor",
                 PYTHON FILTER("'direction': 'out', 'must': True") COMMAND("censor")
                 "def answer(method, params):\n"
                 "    if method == 'run': sys.exit(3)\n"
                 "    if 'slow' in params['body']: time.sleep(1000)\n"
                 "    return {'error': 'not that'} if 'secret' in params['body'] else {'body': params['body']}\n"
                 "serve(answer)\n",
                 0700);
    start(fixture, "censor");
    wait_command(fixture, "censor");
    look_at_bob(fixture);
    assert_typed(fixture->typist, "fine", "ok");
    assert_sent(fixture->me, "<message *<body>fine</body>*");
    assert_typed(fixture->typist, "the secret", "1 not that");
    assert_typed(fixture->typist, "/censor", "1 *");
    wait_event(fixture->flow, "notice warning 0: the plugin censor has ended: censor failed with status 3*");
    assert_typed(fixture->typist, "words", "1 *censor*has ended*");
    assert_typed(fixture->typist, "/plugin list", "ok");
    assert_printed(fixture->typist, "censor*ended*must\n");
    start(fixture, "censor");
    wait_command(fixture, "censor");
    assert_typed(fixture->typist, "slow words", "1 *did not answer in time*");
    assert_nothing_sent(fixture->me);
    assert_typed(fixture->typist, "/plugin stop censor", "ok");
    assert_typed(fixture->typist, "words", "ok");
    assert_sent(fixture->me, "<message *<body>words</body>*");
}

/* Lines that are under way when a plugin dies are told; its commands are gone. */
static void
test_dying(Fixture *fixture, gconstpointer data)
{
    write_plugin(fixture, "mortal",
                 PYTHON COMMAND("mortal") "serve(lambda method, params: os.kill(os.getpid(), 9))\n", 0700);
    start(fixture, "mortal");
    wait_command(fixture, "mortal");
    assert_typed(fixture->typist, "/mortal now", "1 /mortal: *");
    wait_no_command(fixture, "mortal");
    wait_event(fixture->flow, "notice warning 0: the plugin mortal has ended: mortal was ended by signal 9*");
    assert_typed(fixture->typist, "/mortal now", "64 *");
    assert_typed(fixture->typist, "/plugin stop mortal", "66 *");
}

static void
test_nonsense(Fixture *fixture, gconstpointer data)
{
    static const char *const scripts[] = {
        "#!/bin/sh\necho nonsense; echo '{'; echo '[]'; echo '[[[[[['; echo '{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":7}'; exit 0\n",
        "#!/bin/sh\nhead -c 6000000 /dev/zero | tr '\\0' x; exit 0\n",
        "#!/bin/sh\nyes '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}'\n",
        "#!/bin/sh\nexec >&-; sleep 1000\n",
        "#!/no/such/interpreter\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(scripts) - 1; i++) {
        write_plugin(fixture, "odd", scripts[i], 0700);
        start(fixture, "odd");
        wait_event(fixture->flow, "notice warning 0: the plugin odd has ended: *");
        assert_typed(fixture->typist, "/print still here", "ok");
    }
    write_plugin(fixture, "odd", scripts[4], 0700);
    assert_typed(fixture->typist, "/plugin start odd", "1 *does not start*");
}

/* What a plugin asks for wrongly is answered, and nothing of it is there. */
static void
test_wrong(Fixture *fixture, gconstpointer data)
{
    write_plugin(fixture, "wrong",
                 PYTHON
                 "def bad(*commands):\n"
                 "    send(id=1, method='register', params={'commands': list(commands)})\n"
                 "    assert 'error' in json.loads(sys.stdin.readline())\n"
                 "bad()\n"
                 "bad(7)\n"
                 "bad({'name': 'ok1', 'help': 'x'}, {'name': 'quit', 'help': 'x'})\n"
                 "bad({'name': 'ok1', 'help': 'x'}, {'name': 'ok1', 'help': 'x'})\n"
                 "bad({'name': 'UPPER', 'help': 'x'})\n"
                 "bad({'name': 'a/b', 'help': 'x'})\n"
                 "bad({'name': 'ok1', 'help': ''})\n"
                 "bad({'name': 'ok1', 'help': 'x', 'grammar': '<broken'})\n"
                 "bad(*[{'name': 'x%d' % i, 'help': 'x'} for i in range(51)])\n"
                 "send(id=2, method='filter', params={'direction': 'up'})\n"
                 "assert 'error' in json.loads(sys.stdin.readline())\n"
                 "send(id=2, method='filter', params={'direction': 'in', 'with': '@'})\n"
                 "assert 'error' in json.loads(sys.stdin.readline())\n" 
                 "send(id=3, method='command', params={'line': '/ok1'})\n"
                 "assert json.loads(sys.stdin.readline())['result']['code'] == 64\n" COMMAND("fine")
                 "serve(lambda method, params: {'lines': ['\\x1b[31m' + str(params['args'].get('words')), 7, None]})\n",
                 0700);
    start(fixture, "wrong");
    wait_command(fixture, "fine");
    assert_typed(fixture->typist, "/fine a 'b c'", "ok");
    assert_printed(fixture->typist, "^??31m*a*b c*\n\n\n"); /* I12 */
}

/* A plugin sees what happens, and can do what can be typed. */
static void
test_events(Fixture *fixture, gconstpointer data)
{
    write_plugin(fixture, "echo",
                 PYTHON
                 "send(id=1, method='subscribe', params={'events': ['message'], 'direction': 'in'})\n" COMMAND("echo")
                 "for line in sys.stdin:\n"
                 "    request = json.loads(line)\n"
                 "    if request.get('method') == 'event':\n"
                 "        event = request['params']\n"
                 "        send(id=5, method='send', params={'to': event['with'], 'body': event['body'], 'wait': 'none'})\n",
                 0700);
    start(fixture, "echo");
    wait_command(fixture, "echo");
    feed(fixture->me, "<message from='bob@example.org/a' type='chat' id='1'><body>is \"anybody\" there</body></message>");
    wait_event(fixture->flow, "message out me@example.org/desk is \"anybody\" there");
}

/* I25: what others could change is not executed. */
static void
test_permissions(Fixture *fixture, gconstpointer data)
{
    write_plugin(fixture, "open", "#!/bin/sh\n", 0722);
    write_plugin(fixture, "text", "#!/bin/sh\n", 0600);
    assert_typed(fixture->typist, "/plugin start open", "78 *can be changed by others*");
    assert_typed(fixture->typist, "/plugin start text", "78 *cannot be executed*");
    assert_typed(fixture->typist, "/plugin start ../config", "65 *");
    assert_typed(fixture->typist, "/plugin start .hidden", "65 *");
    assert_typed(fixture->typist, "/plugin start missing", "66 *");
    assert_typed(fixture->typist, "/plugin list", "ok");
    assert_printed(fixture->typist, "open*stopped*\ntext*stopped*");
}

/* I21: an answer nothing can be made of is none. Without “must” the text goes as it is. */
static void
test_odd_answers(Fixture *fixture, gconstpointer data)
{
    static const char *const answers[] = { "7",           "None",          "[]",           "'text'",         "{'body': 7}",
                                           "{'error': 5}", "{'drop': 'yes'}", "{'body': ['a']}", "{'body': None}", NULL };
    g_autofree char *list = g_strjoinv(", ", (char **) answers);
    look_at_bob(fixture);
    for (int must = 0; must <= 1; must++) {
        g_autofree char *plugin = g_strdup_printf(
            PYTHON "send(id=1, method='filter', params={'direction': 'out', 'must': %s})\n" COMMAND("odd")
            "serve(lambda method, params: [%s][int(params['body'])])\n",
            must ? "True" : "False", list);
        write_plugin(fixture, "odd", plugin, 0700);
        start(fixture, "odd");
        wait_command(fixture, "odd");
        for (gsize i = 0; answers[i] != NULL; i++) {
            g_autofree char *number = g_strdup_printf("%zu", i);
            g_autofree char *sent = g_strdup_printf("<message *<body>%zu</body>*", i);
            assert_typed(fixture->typist, number, must ? "1 *which must see*no answer that means anything*" : "ok");
            if (must)
                assert_nothing_sent(fixture->me);
            else
                assert_sent(fixture->me, sent);
        }
        assert_typed(fixture->typist, "/plugin stop odd", "ok");
    }
}

/* A reply is looked over like everything else that is said. */
static void
test_reply(Fixture *fixture, gconstpointer data)
{
    write_example(fixture, "shortcodes");
    start(fixture, "shortcodes");
    wait_command(fixture, "shortcodes");
    feed(fixture->me, "<message from='bob@example.org/a' type='chat' id='1'><body>hello</body></message>");
    flow_settle(fixture->flow);
    look_at_bob(fixture);
    g_ptr_array_set_size(fixture->me->sent, 0);
    assert_typed(fixture->typist, "/reply 1 great :tada:", "ok");
    assert_sent(fixture->me, "<message *great 🎉</body>*<reply *");
}

/* I21: between the end of one that must see everything and the filter of its successor nothing leaves. */
static void
test_must_again(Fixture *fixture, gconstpointer data)
{
    write_plugin(fixture, "censor",
                 PYTHON
                 "if os.path.exists(os.environ['CONFAB_DATA'] + '/dies'): sys.exit(4)\n"
                 "while os.path.exists(os.environ['CONFAB_DATA'] + '/waits'): time.sleep(0.01)\n"
                 FILTER("'direction': 'out', 'must': True") COMMAND("censor")
                 "def answer(method, params):\n"
                 "    if method == 'run': sys.exit(3)\n"
                 "    return {'body': params['body'] + '!'}\n"
                 "serve(answer)\n",
                 0700);
    const char *directory = client_paths(fixture->flow->client)->data;
    g_autofree char *waits = g_build_filename(directory, "waits", NULL);
    g_autofree char *dies = g_build_filename(directory, "dies", NULL);
    look_at_bob(fixture);
    start(fixture, "censor");
    wait_command(fixture, "censor");
    assert_typed(fixture->typist, "/censor", "1 *");
    wait_event(fixture->flow, "notice warning 0: the plugin censor has ended: *status 3*");
    assert_typed(fixture->typist, "one", "1 *censor*has ended*");

    g_assert_true(g_file_set_contents(dies, "", 0, NULL));
    start(fixture, "censor");
    assert_typed(fixture->typist, "two", "1 *censor*");
    wait_event(fixture->flow, "notice warning 0: the plugin censor has ended: *status 4*");
    assert_typed(fixture->typist, "three", "1 *censor*has ended*");
    assert_typed(fixture->typist, "/plugin list", "ok");
    assert_printed(fixture->typist, "censor*ended*must\n");
    g_assert_cmpint(g_unlink(dies), ==, 0);

    g_assert_true(g_file_set_contents(waits, "", 0, NULL));
    start(fixture, "censor");
    assert_typed(fixture->typist, "four", "1 *censor*not ready*");
    assert_typed(fixture->typist, "/plugin list", "ok");
    assert_printed(fixture->typist, "censor*running*must\n");
    assert_nothing_sent(fixture->me);
    g_assert_cmpint(g_unlink(waits), ==, 0);
    wait_command(fixture, "censor");
    assert_typed(fixture->typist, "five", "ok");
    assert_sent(fixture->me, "<message *<body>five!</body>*");
    assert_typed(fixture->typist, "/plugin stop censor", "ok");
    assert_typed(fixture->typist, "six", "ok");
    assert_sent(fixture->me, "<message *<body>six</body>*");
}

/* A plugin stops itself in the middle of what it asks, alone and among others. */
static void
test_stops_itself(Fixture *fixture, gconstpointer data)
{
#define STOP "{'jsonrpc': '2.0', 'id': 4, 'method': 'command', 'params': {'line': '/plugin stop self'}}"
#define STATUS "{'jsonrpc': '2.0', 'id': 5, 'method': 'status', 'params': {}}"
    static const char *const asked[] = { STOP, "[" STOP "]", "[" STOP ", " STATUS "]", "[" STATUS ", " STOP ", 7, " STOP "]" };
    for (gsize i = 0; i < G_N_ELEMENTS(asked); i++) {
        g_autofree char *script =
            g_strconcat(PYTHON FILTER("'direction': 'both'") COMMAND("self")
                        "for line in sys.stdin:\n"
                        "    if json.loads(line).get('method') == 'run': print(json.dumps(", asked[i], "), flush=True)\n", NULL);
        write_plugin(fixture, "self", script, 0700);
        start(fixture, "self");
        wait_command(fixture, "self");
        assert_typed(fixture->typist, "/self", "1 *has ended*");
        wait_no_command(fixture, "self");
        assert_typed(fixture->typist, "/plugin stop self", "66 *");
    }
#undef STOP
#undef STATUS
}

static bool
has_died(gpointer pid)
{
    return kill(*(const pid_t *) pid, 0) != 0 && errno == ESRCH;
}

/* One that does not want to end is ended. */
static void
test_stubborn(Fixture *fixture, gconstpointer data)
{
    write_plugin(fixture, "stubborn",
                 PYTHON
                 "import signal\n"
                 "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" COMMAND("stubborn")
                 "serve(lambda method, params: {'lines': [str(os.getpid())]})\n"
                 "time.sleep(1000)\n",
                 0700);
    start(fixture, "stubborn");
    wait_command(fixture, "stubborn");
    type(fixture->typist, "/stubborn");
    assert_outcome(fixture->typist, "ok");
    assert_printed(fixture->typist, "?*\n");
    pid_t pid = (pid_t) g_ascii_strtoll(typist_printed(fixture->typist), NULL, 10);
    g_assert_false(has_died(&pid));
    assert_typed(fixture->typist, "/plugin stop stubborn", "ok");
    flow_wait(has_died, &pid);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add("/flow/plugins/" name, Fixture, NULL, setup, test, teardown)
    ADD("shortcodes", test_shortcodes);
    ADD("calc", test_calc);
    ADD("notes", test_notes);
    ADD("incoming", test_incoming);
    ADD("hanging", test_hanging);
    ADD("must", test_must);
    ADD("dying", test_dying);
    ADD("nonsense", test_nonsense);
    ADD("wrong", test_wrong);
    ADD("events", test_events);
    ADD("permissions", test_permissions);
    ADD("odd-answers", test_odd_answers);
    ADD("reply", test_reply);
    ADD("must-again", test_must_again);
    ADD("stops-itself", test_stops_itself);
    ADD("stubborn", test_stubborn);
#undef ADD
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs at the control socket of a client that is online. */
#include "rpc/rpc_server.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "core/conversations.h"
#include "typist.h"

typedef struct Fixture {
    Flow *flow;
    Peer *me;
    Typist *typist; /* at the terminal */
    RpcServer *server;
} Fixture;

/* A program. */
typedef struct Program {
    int fd;
    GString *read;
} Program;

static void
setup(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    fixture->flow = flow_new(FLOW_ONE_ACCOUNT);
    fixture->me = flow_peer(fixture->flow, "work");
    fixture->typist = typist_new(fixture->flow);
    fixture->server = rpc_server_new(typist_registry(fixture->typist), -1, &error);
    g_assert_no_error(error);
    login_with_roster(fixture->me, "<item jid='bob@example.org' name='Bob' subscription='both'/>", "1");
    flow_turn();
    g_ptr_array_set_size(fixture->me->sent, 0);
}

static void
teardown(Fixture *fixture, gconstpointer data)
{
    rpc_server_free(fixture->server);
    typist_free(fixture->typist);
    flow_free(fixture->flow);
}

static Program
program_connect(const Fixture *fixture)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_autofree char *path = rpc_server_path(client_paths(fixture->flow->client));
    const Program program = { socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), g_string_new(NULL) };
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_assert_cmpint(connect(program.fd, (struct sockaddr *) &address, sizeof address), ==, 0);
    return program;
}

static void
program_clear(Program *program)
{
    close(program->fd);
    g_string_free(program->read, TRUE);
}

static void
say_line(Program *program, const char *line)
{
    g_autofree char *text = g_strconcat(line, "\n", NULL);
    g_assert_cmpint(send(program->fd, text, strlen(text), MSG_NOSIGNAL), ==, (gssize) strlen(text));
}

/* More of it has come; false at the end. */
static bool
read_more(Program *program)
{
    char bytes[64 * 1024];
    const gssize count = recv(program->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    g_assert_true(count >= 0 || errno == EAGAIN || errno == ECONNRESET);
    g_string_append_len(program->read, bytes, MAX(count, 0));
    return count != 0;
}

static bool
has_line(gpointer data)
{
    Program *program = data;
    if (strchr(program->read->str, '\n') == NULL)
        read_more(program);
    return strchr(program->read->str, '\n') != NULL;
}

static bool
has_ended(gpointer data)
{
    return !read_more(data);
}

static char *
next_line(Program *program)
{
    flow_wait(has_line, program);
    const gsize length = strcspn(program->read->str, "\n");
    char *line = g_strndup(program->read->str, length);
    g_string_erase(program->read, 0, (gssize) length + 1);
    return line;
}

static void
assert_line(Program *program, const char *pattern)
{
    g_autofree char *line = next_line(program);
    if (!g_pattern_match_simple(pattern, line))
        g_error("%s is not %s", line, pattern);
}

static void
assert_nothing(Program *program)
{
    flow_turn();
    read_more(program);
    g_assert_cmpstr(program->read->str, ==, "");
}

static void
assert_answer(Program *program, const char *request, const char *pattern)
{
    say_line(program, request);
    assert_line(program, pattern);
}

#define REQUEST(id, method, params) "{\"jsonrpc\":\"2.0\",\"id\":" #id ",\"method\":\"" method "\",\"params\":" params "}"

static void
test_commands(Fixture *fixture, gconstpointer data)
{
    Program program = program_connect(fixture);
    assert_answer(&program, REQUEST(1, "command", "{\"line\":\"/version\"}"),
                  "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"v\":1,\"event\":\"result\",*\"command\":\"/version\","
                  "\"ok\":true,\"code\":0,\"error\":null,\"lines\":[],\"rows\":[{\"program\":\"confab\",*}]}}");
    assert_answer(&program, REQUEST("x", "command", "{\"line\":\"/nonsense\"}"),
                  "{*\"id\":\"x\",\"result\":{*\"ok\":false,\"code\":64,\"error\":\"there is no command*\"*}}");
    assert_answer(&program, REQUEST(-2.5, "command", "{\"line\":\"/account list\",\"account\":\"home\"}"),
                  "{*\"id\":-2.5,\"error\":{\"code\":66,*");
    assert_answer(&program, REQUEST(null, "status", "{}"),
                  "{*\"id\":null,\"result\":{\"version\":*\"accounts\":[{\"name\":\"work\",\"jid\":\"me@example.org\","
                  "\"state\":\"online\",\"reason\":null,\"waiting\":0}]}}");
    assert_answer(&program, REQUEST(1, "command", "{\"line\":\"/version\",\"text\":true}"),
                  "*\"rows\":[{\"program\":\"confab\",*}],\"text\":[\"confab  *\"]}}");
    g_assert_cmpstr(typist_line(fixture->typist), ==, NULL);
    program_clear(&program);
}

/* Whoever sits at the terminal sees nothing of it, and what each program looks at is its own. */
static void
test_conversations(Fixture *fixture, gconstpointer data)
{
    Program one = program_connect(fixture), other = program_connect(fixture);
    assert_answer(&one, REQUEST(1, "command", "{\"line\":\"/msg bob@example.org\"}"), "*\"ok\":true*");
    g_assert_null(typist_conversation(fixture->typist));
    assert_answer(&other, REQUEST(1, "command", "{\"line\":\"hello\"}"), "*\"ok\":false,\"code\":64*no conversation here*");
    assert_answer(&one, REQUEST(2, "command", "{\"line\":\"hello\"}"), "*\"ok\":true*");
    flow_settle(fixture->flow);
    assert_sent(fixture->me, "<message *to=\"bob@example.org\"*<body>hello</body>*");
    assert_printed(fixture->typist, "");
    assert_answer(&other, REQUEST(2, "command", "{\"line\":\"/msg alice@example.org hi\"}"), "*\"ok\":true*");
    assert_answer(&one, REQUEST(3, "command", "{\"line\":\"to bob\"}"), "*\"ok\":true*");
    flow_settle(fixture->flow);
    assert_sent(fixture->me, "<message *to=\"alice@example.org\"*<body>hi</body>*");
    assert_sent(fixture->me, "<message *to=\"bob@example.org\"*<body>to bob</body>*");
    program_clear(&one);
    program_clear(&other);
}

/* JSON-RPC 2.0 §4 to §6. */
static void
test_protocol(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *request, *answer;
    } cases[] = {
        { "{", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,*" },
        { "\"\xff\"", "*-32700*" },
        { "[1,2", "*-32700*" },
        { "/* \" */ [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "*-32700*" },
        { "1", "*\"id\":null,\"error\":{\"code\":-32600,*" },
        { "{}", "*\"id\":null,\"error\":{\"code\":-32600,*" },
        { "[]", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,*" },
        { "[1,\"x\"]", "[{*-32600*},{*-32600*}]" },
        { "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"status\"}", "*\"id\":1,\"error\":{\"code\":-32600,*" },
        { "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"status\"}", "*\"id\":null,\"error\":{\"code\":-32600,*" },
        { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}", "*\"id\":1,\"error\":{\"code\":-32600,*" },
        { REQUEST(1, "nonsense", "{}"), "*\"id\":1,\"error\":{\"code\":-32601,\"message\":\"*nonsense*" },
        { REQUEST(1, "status", "[]"), "*-32602*" },
        { REQUEST(1, "status", "{\"x\":1}"), "*-32602*no parameter*x*" },
        { REQUEST(1, "command", "{}"), "*-32602*line*is missing*" },
        { REQUEST(1, "command", "{\"line\":1}"), "*-32602*must be a text*" },
        { REQUEST(1, "subscribe", "{\"events\":[\"message\",1]}"), "*-32602*must be a list of texts*" },
        { REQUEST(1, "subscribe", "{\"events\":[\"nonsense\"]}"), "*\"code\":64*no event*" },
        { REQUEST(1, "history", "{\"with\":\"@\"}"), "*\"code\":65*" },
        { REQUEST(1, "history", "{\"with\":\"bob@example.org\",\"before\":\"soon\"}"), "*\"code\":65*" },
        { REQUEST(1, "send", "{\"to\":\"bob@example.org\",\"body\":\"x\",\"wait\":\"long\"}"), "*\"code\":64*" },
        { REQUEST(1, "send", "{\"to\":\"bob@example.org\",\"body\":\"x\",\"encrypt\":\"rot13\"}"), "*\"code\":64*" },
    };
    Program program = program_connect(fixture);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].request);
        assert_answer(&program, cases[i].request, cases[i].answer);
    }
    /* Nobody asked. */
    say_line(&program, "{\"jsonrpc\":\"2.0\",\"method\":\"status\"}");
    say_line(&program, "[{\"jsonrpc\":\"2.0\",\"method\":\"status\"}]");
    say_line(&program, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}");
    say_line(&program, "");
    assert_nothing(&program);
    assert_answer(&program, "[" REQUEST(1, "unread", "{}") "," REQUEST(2, "status", "{}") "]",
                  "[{*\"id\":1,\"result\":{\"conversations\":[],\"more\":false}},{*\"id\":2,\"result\":{*}}]");
    /* One of them takes longer: the answers come together. */
    say_line(&program, "[" REQUEST(1, "command", "{\"line\":\"/wait message timeout 60\"}") "," REQUEST(2, "status", "{}") "]");
    assert_nothing(&program);
    feed(fixture->me, "<message from='bob@example.org/x' type='chat' id='1'><body>there</body></message>");
    assert_line(&program, "[{*\"id\":2,*},{*\"id\":1,\"result\":{*\"ok\":true*}]");
    program_clear(&program);
}

static void
test_events(Fixture *fixture, gconstpointer data)
{
    Program all = program_connect(fixture), bobs = program_connect(fixture), none = program_connect(fixture);
    assert_answer(&all, REQUEST(1, "subscribe", "{}"), "*\"result\":{}}");
    assert_answer(&bobs, REQUEST(1, "subscribe", "{\"events\":[\"message\"],\"with\":\"bob@example.org\"}"),
                  "*\"result\":{}}");
    assert_answer(&none, REQUEST(1, "status", "{}"), "*\"result\":*");
    feed(fixture->me, "<message from='alice@example.org/x' type='chat' id='1'><body>one</body></message>");
    feed(fixture->me, "<message from='bob@example.org/x' type='chat' id='2'><body>two \x22$(id)\xc2\x85</body></message>");
    flow_settle(fixture->flow);
    assert_line(&bobs, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"v\":1,\"event\":\"message\",*"
                       "\"with\":\"bob@example.org\",*\"body\":\"two \\\"$(id)\\u0085\"*}}");
    assert_nothing(&bobs);
    assert_line(&all, "*\"event\":\"message\"*\"body\":\"one\"*");
    assert_nothing(&none);
    assert_answer(&bobs, REQUEST(2, "unsubscribe", "{}"), "*\"result\":{}}");
    feed(fixture->me, "<message from='bob@example.org/x' type='chat' id='3'><body>three</body></message>");
    flow_settle(fixture->flow);
    assert_nothing(&bobs);
    program_clear(&all);
    program_clear(&bobs);
    program_clear(&none);
}

static void
test_send(Fixture *fixture, gconstpointer data)
{
    Program program = program_connect(fixture);
    say_line(&program, REQUEST(1, "send", "{\"to\":\"bob@example.org\",\"body\":\"hi\",\"wait\":\"none\"}"));
    assert_line(&program, "*\"id\":1,\"result\":{\"code\":0,\"account\":\"work\",\"id\":\"*\",\"state\":\"queued\",\"encryption\":\"none\",*");
    flow_settle(fixture->flow);
    g_free(assert_sent_id(fixture->me, "<message *<body>hi</body>*"));
    say_line(&program, REQUEST(2, "send", "{\"to\":\"bob@example.org\",\"body\":\"is it there?\",\"wait\":\"received\"}"));
    flow_settle(fixture->flow);
    g_autofree char *id = assert_sent_id(fixture->me, "<message *<body>is it there?</body>*");
    acknowledge(fixture->me);
    assert_nothing(&program);
    feed(fixture->me, "<message from='bob@example.org/x'><received xmlns='urn:xmpp:receipts' id='%s'/></message>", id);
    assert_line(&program, "*\"id\":2,\"result\":{\"code\":0,\"account\":\"work\",\"id\":\"*\",\"state\":\"received\",*\"reason\":null}}");
    say_line(&program, REQUEST(3, "send", "{\"to\":\"bob@example.org\",\"body\":\"never\",\"wait\":\"received\",\"timeout\":1}"));
    assert_line(&program, "*\"id\":3,\"result\":{\"code\":75,\"account\":\"work\",\"id\":\"*\"reason\":\"*");
    say_line(&program, REQUEST(4, "send", "{\"to\":\"bob@example.org\",\"body\":\"\"}"));
    assert_line(&program, "*\"id\":4,\"result\":{\"code\":65,\"account\":\"work\",\"id\":null,\"state\":\"failed\",*\"reason\":\"*");
    program_clear(&program);
}

/* I21: nothing of it leaves, and it says so. */
static void
test_send_needs_encryption(Fixture *fixture, gconstpointer data)
{
    Program program = program_connect(fixture);
    say_line(&program, REQUEST(1, "send", "{\"to\":\"bob@example.org\",\"body\":\"secret\",\"encrypt\":\"otr\",\"timeout\":1}"));
    assert_line(&program, "*\"id\":1,\"result\":{\"code\":79,*");
    flow_settle(fixture->flow);
    for (guint i = 0; i < fixture->me->sent->len; i++)
        g_assert_null(strstr(fixture->me->sent->pdata[i], "secret"));
    program_clear(&program);
}

/* What happens between two lines of a program is there for its /wait, and for that of another program's, too. */
static void
test_wait_looks_back(Fixture *fixture, gconstpointer data)
{
    Program one = program_connect(fixture), two = program_connect(fixture);
    assert_answer(&one, REQUEST(1, "command", "{\"line\":\"/print x\"}"), "*\"ok\":true*");
    assert_answer(&two, REQUEST(1, "command", "{\"line\":\"/print x\"}"), "*\"ok\":true*");
    feed(fixture->me, "<message from='bob@example.org/x' type='chat'><body>between</body></message>");
    flow_settle(fixture->flow);
    assert_answer(&one, REQUEST(2, "command", "{\"line\":\"/wait message from Bob timeout 0\"}"), "*\"ok\":true*");
    assert_answer(&one, REQUEST(3, "command", "{\"line\":\"/wait message from Bob timeout 0\"}"), "*\"ok\":false*");
    assert_answer(&two, REQUEST(2, "command", "{\"line\":\"/wait message matching ^betw timeout 0\"}"),
                  "*\"ok\":true*");
    program_clear(&one);
    program_clear(&two);
}

static void
test_records(Fixture *fixture, gconstpointer data)
{
    Program program = program_connect(fixture);
    for (int i = 0; i < 3; i++)
        feed(fixture->me, "<message from='bob@example.org/x' type='chat' id='i%d'><body>word number %d</body></message>", i, i);
    flow_settle(fixture->flow);
    assert_answer(&program, REQUEST(1, "history", "{\"with\":\"Bob\",\"limit\":2}"),
                  "*\"result\":{\"messages\":[{*\"body\":\"word number 1\"*},{*\"body\":\"word number 2\"*}],\"more\":false}}");
    assert_answer(&program, REQUEST(1, "history", "{\"with\":\"bob@example.org\",\"after\":\"2100-01-01\"}"),
                  "*\"result\":{\"messages\":[],\"more\":false}}");
    assert_answer(&program, REQUEST(1, "search", "{\"words\":\"number 1\"}"),
                  "*\"result\":{\"messages\":[{*\"body\":\"word number 1\"*}],\"more\":false}}");
    assert_answer(&program, REQUEST(1, "unread", "{\"account\":\"work\"}"),
                  "*\"conversations\":[{\"count\":3,\"account\":\"work\",\"with\":\"bob@example.org\"}],\"more\":false}}");
    assert_answer(&program, REQUEST(1, "roster", "{}"),
                  "*\"contacts\":[{\"ask\":false,\"account\":\"work\",\"jid\":\"bob@example.org\",\"name\":\"Bob\","
                  "\"subscription\":\"both\",\"groups\":[]}],\"more\":false}}");
    program_clear(&program);
}

static bool
is_alone(gpointer server)
{
    return rpc_server_peer_count(server) == 0;
}

/* What a program asked is done, though it does not wait for the answer. */
static void
test_gone(Fixture *fixture, gconstpointer data)
{
    Program program = program_connect(fixture);
    say_line(&program, REQUEST(1, "command", "{\"line\":\"/wait message timeout 60\"}"));
    say_line(&program, REQUEST(2, "command", "{\"line\":\"/msg bob@example.org goodbye\"}"));
    say_line(&program, REQUEST(3, "send", "{\"to\":\"bob@example.org\",\"body\":\"x\",\"wait\":\"received\"}"));
    assert_line(&program, "*\"id\":2,*\"ok\":true*");
    program_clear(&program);
    flow_wait(is_alone, fixture->server);
    flow_settle(fixture->flow);
    assert_sent(fixture->me, "<message *<body>goodbye</body>*");
    feed(fixture->me, "<message from='bob@example.org/x' type='chat' id='1'><body>there</body></message>");
    flow_settle(fixture->flow);
}

/* It has said all and waits for its answers: "printf … | socat". */
static void
test_half_closed(Fixture *fixture, gconstpointer data)
{
    Program program = program_connect(fixture);
    say_line(&program, REQUEST(1, "command", "{\"line\":\"/wait message timeout 60\"}"));
    g_assert_cmpint(shutdown(program.fd, SHUT_WR), ==, 0);
    assert_nothing(&program);
    feed(fixture->me, "<message from='bob@example.org/x' type='chat' id='1'><body>there</body></message>");
    assert_line(&program, "*\"id\":1,\"result\":*");
    flow_wait(has_ended, &program);
    g_assert_cmpuint(rpc_server_peer_count(fixture->server), ==, 0);
    program_clear(&program);
}

/* I9: what is asked faster than it can be answered waits in the pipe; each is answered once. */
static void
test_many_requests(Fixture *fixture, gconstpointer data)
{
    enum { COUNT = 3000 };
    Program program = program_connect(fixture);
    g_autoptr(GString) all = g_string_new(NULL);
    g_autofree bool *answered = g_new0(bool, COUNT);
    for (guint i = 0; i < COUNT; i++)
        g_string_append_printf(all, "{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"command\",\"params\":{\"line\":\"/print %u\"}}\n",
                               i, i);
    for (gsize sent = 0; sent < all->len;) {
        const gssize count = send(program.fd, all->str + sent, all->len - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += (gsize) MAX(count, 0);
        flow_turn();
        read_more(&program);
    }
    for (guint i = 0; i < COUNT; i++) {
        g_autofree char *line = next_line(&program);
        const char *id = strstr(line, "\"id\":");
        const guint64 number = g_ascii_strtoull(id + 5, NULL, 10);
        g_assert_cmpuint(number, <, COUNT);
        g_assert_false(answered[number]);
        answered[number] = true;
    }
    program_clear(&program);
}

/* I25 */
static void
test_private(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = rpc_server_path(client_paths(fixture->flow->client));
    g_autofree char *directory = g_path_get_dirname(path);
    g_autoptr(GError) error = NULL;
    struct stat status;
    g_assert_cmpint(stat(path, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 07777, ==, 0600);
    g_assert_cmpint(stat(directory, &status), ==, 0);
    g_assert_cmpuint(status.st_mode & 07777, ==, 0700);
    g_assert_null(rpc_server_new(typist_registry(fixture->typist), -1, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_FAILED);
    g_clear_pointer(&fixture->server, rpc_server_free);
    g_assert_cmpint(access(path, F_OK), !=, 0);
}

static void
on_exited(GPid pid, gint status, gpointer data)
{
    *(int *) data = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
has_exited(gpointer code)
{
    return *(const int *) code >= 0;
}

/* I25: also where somebody has opened the doors, another user is hung up on before a word is read. */
static void
test_other_user(Fixture *fixture, gconstpointer data)
{
    enum { NOBODY = 65534 };
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_autofree char *path = rpc_server_path(client_paths(fixture->flow->client));
    if (geteuid() != 0) {
        g_test_skip("only root can be another user");
        return;
    }
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_assert_cmpint(chmod(path, 0666), ==, 0);
    for (char *slash = strrchr(path, '/'); slash > path && strcmp(path, g_get_tmp_dir()) != 0; slash = strrchr(path, '/')) {
        *slash = '\0';
        g_assert_true(strcmp(path, g_get_tmp_dir()) == 0 || chmod(path, 0711) == 0);
    }
    int code = -1;
    const pid_t stranger = fork();
    if (stranger == 0) {
        char byte;
        const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        if (setgid(NOBODY) != 0 || setuid(NOBODY) != 0 || connect(fd, (struct sockaddr *) &address, sizeof address) != 0)
            _exit(2);
        _exit(read(fd, &byte, 1) == 0 ? 0 : 1);
    }
    g_child_watch_add(stranger, on_exited, &code);
    flow_wait(has_exited, &code);
    g_assert_cmpint(code, ==, 0);
}

/* One that died leaves its socket behind. */
static void
test_left_behind(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = rpc_server_path(client_paths(fixture->flow->client));
    g_autoptr(GError) error = NULL;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_clear_pointer(&fixture->server, rpc_server_free);
    const int dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    g_assert_cmpint(bind(dead, (struct sockaddr *) &address, sizeof address), ==, 0);
    close(dead);
    fixture->server = rpc_server_new(typist_registry(fixture->typist), -1, &error);
    g_assert_no_error(error);
    Program program = program_connect(fixture);
    assert_answer(&program, REQUEST(1, "status", "{}"), "*\"result\":*");
    program_clear(&program);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, function) g_test_add("/flow/control/" name, Fixture, NULL, setup, function, teardown)
    TEST("commands", test_commands);
    TEST("conversations", test_conversations);
    TEST("protocol", test_protocol);
    TEST("events", test_events);
    TEST("send", test_send);
    TEST("send-needs-encryption", test_send_needs_encryption);
    TEST("wait-looks-back", test_wait_looks_back);
    TEST("records", test_records);
    TEST("gone", test_gone);
    TEST("half-closed", test_half_closed);
    TEST("many-requests", test_many_requests);
    TEST("private", test_private);
    TEST("other-user", test_other_user);
    TEST("left-behind", test_left_behind);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hooks and /exec: what programs and commands get of an event, and that nothing of it becomes anything else. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "automation/automation.h"
#include "automation/hook.h"
#include "base/error.h"
#include "typist.h"

typedef struct Fixture {
    Flow *flow;
    Peer *me;
    Typist *typist;
    Automation *automation;
    char *directory; /* what programs write is there */
} Fixture;

static void
setup(Fixture *fixture, gconstpointer data)
{
    fixture->flow = flow_new(FLOW_ONE_ACCOUNT);
    fixture->me = flow_peer(fixture->flow, "work");
    fixture->typist = typist_new(fixture->flow);
    fixture->automation = automation_new(typist_registry(fixture->typist));
    fixture->directory = g_build_filename(fixture->flow->directory, "programs", NULL);
    g_assert_cmpint(g_mkdir(fixture->directory, 0700), ==, 0);
    login_with_roster(fixture->me,
                      "<item jid='bob@example.org' name='Bob' subscription='both'/>"
                      "<item jid='carol@example.org' name='Carol' subscription='both'/>",
                      "1");
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

static char *
path_of(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->directory, name, NULL);
}

static bool
exists(gpointer path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* What a program has written; it makes the file whole and then gives it its name. */
static char *
wait_file(const Fixture *fixture, const char *name, gsize *length)
{
    g_autofree char *path = path_of(fixture, name);
    char *text = NULL;
    flow_wait(exists, path);
    g_assert_true(g_file_get_contents(path, &text, length, NULL));
    g_unlink(path);
    return text;
}

/* A program that writes its standard input, then its environment, to files. */
static void
write_recorder(const Fixture *fixture)
{
    g_autofree char *path = path_of(fixture, "recorder");
    g_autofree char *script = g_strdup_printf("#!/bin/sh\ncd '%s'\ncat >stdin.new\nenv -0 >env.new\n"
                                              "mv env.new env\nmv stdin.new stdin\n",
                                              fixture->directory);
    g_assert_true(g_file_set_contents_full(path, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

static void
feed_body(const Fixture *fixture, const char *body)
{
    g_autofree char *escaped = g_markup_escape_text(body, -1);
    feed(fixture->me, "<message from='bob@example.org/a' to='me@example.org' type='chat' id='%x%x'><body>%s</body></message>",
         g_test_rand_int(), g_test_rand_int(), escaped);
}

/* The value of a variable in the output of env -0; NULL. */
static const char *
find_variable(const char *environment, gsize length, const char *name)
{
    const gsize size = strlen(name);
    for (const char *at = environment; at < environment + length; at += strlen(at) + 1) {
        if (strncmp(at, name, size) == 0 && at[size] == '=')
            return at + size + 1;
    }
    return NULL;
}

static void
hook_program(Fixture *fixture, const char *words)
{
    g_autofree char *line = g_strdup_printf("/hook %s '%s/recorder'", words, fixture->directory);
    write_recorder(fixture);
    assert_typed(fixture->typist, line, "ok");
}

static void
test_program(Fixture *fixture, gconstpointer data)
{
    gsize length;
    hook_program(fixture, "message from bob@example.org matching ^alarm");
    feed_body(fixture, "no alarm");
    feed_body(fixture, "alarm: it burns");
    g_autofree char *json = wait_file(fixture, "stdin", NULL);
    g_autofree char *environment = wait_file(fixture, "env", &length);
    g_assert_true(g_str_has_prefix(json, "{\"v\":1,\"event\":\"message\""));
    g_assert_nonnull(strstr(json, "\"body\":\"alarm: it burns\""));
    g_assert_cmpint(json[strlen(json) - 1], ==, '\n');
    g_assert_cmpstr(find_variable(environment, length, "CONFAB_EVENT"), ==, "message");
    g_assert_cmpstr(find_variable(environment, length, "CONFAB_BODY"), ==, "alarm: it burns");
    g_assert_cmpstr(find_variable(environment, length, "CONFAB_FROM"), ==, "bob@example.org/a");
    g_assert_cmpstr(find_variable(environment, length, "CONFAB_DELAYED"), ==, "false");
    g_assert_null(find_variable(environment, length, "CONFAB_TRUST")); /* it is null */
    assert_nothing_sent(fixture->me);
}

static void
test_command(Fixture *fixture, gconstpointer data)
{
    assert_typed(fixture->typist, "/hook message kind chat /say you said: $EVENT_BODY", "ok");
    assert_typed(fixture->typist, "/hook subscription state subscribe /msg carol@example.org ${EVENT_WITH} asks", "ok");
    feed_body(fixture, "/quit");
    assert_sent(fixture->me, "<message *to=\"bob@example.org*<body>you said: /quit</body>*");
    feed(fixture->me, "<presence type='subscribe' from='eve@example.net'/>");
    assert_sent(fixture->me, "<message *to=\"carol@example.org*<body>eve@example.net asks</body>*");
    /* What we say ourselves is no reason. */
    assert_nothing_sent(fixture->me);
}

static void
test_attention(Fixture *fixture, gconstpointer data)
{
    assert_typed(fixture->typist, "/hook attention /msg carol@example.org $EVENT_EVENT: $EVENT_BODY", "ok");
    assert_typed(fixture->typist, "/set notify mention", "ok");
    feed_body(fixture, "nothing much");
    flow_settle(fixture->flow);
    assert_nothing_sent(fixture->me);
    assert_typed(fixture->typist, "/set notify all", "ok");
    feed_body(fixture, "now");
    assert_sent(fixture->me, "<message *to=\"carol@example.org*<body>attention: now</body>*");
}

/* What somebody may say: pieces that mean something to a shell, to a terminal, to JSON, to XML or to confab. */
static char *
make_hostile(void)
{
    static const char *const pieces[] = {
        "$(touch owned)", "`touch owned`", "; touch owned;", "| touch owned", "&& touch owned", "\n", "\r\n", "\t", " ", "'",
        "\"", "\\", "\\\\", "${HOME}", "$HOME", "$EVENT_FROM", "$CONFAB_BODY", "%s%n", "/quit", "\n/quit", "|| /quit", "//",
        "../../owned", "-o", "--help", "*", "~", "<b>", "&amp;", "]]>", "{\"a\":1}", "\\u0000", "\xc2\x9b" "31m",
        "\xe2\x80\xae", "ünï", "\xf0\x9f\x98\x80", "#", "!", "IFS=x", "=", "CONFAB_FROM=x", ">owned", "<owned",
    };
    g_autoptr(GString) text = g_string_new("x");
    for (int i = g_test_rand_int_range(1, 12); i > 0; i--)
        g_string_append(text, pieces[g_test_rand_int_range(0, G_N_ELEMENTS(pieces))]);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
assert_nothing_owned(const Fixture *fixture)
{
    g_autofree char *path = path_of(fixture, "owned");
    g_autofree char *above = g_build_filename(fixture->flow->directory, "owned", NULL);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(above, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test("owned", G_FILE_TEST_EXISTS));
}

static char *
body_of(const char *json)
{
    g_autoptr(JsonNode) root = json_from_string(json, NULL);
    return g_strdup(json_object_get_string_member(json_node_get_object(root), "body"));
}

/* I12, I17: every text arrives as it is, once, where it was meant to, and nothing else is done. */
static void
test_hostile(Fixture *fixture, gconstpointer data)
{
    g_autofree char *before = g_get_current_dir();
    g_assert_cmpint(g_chdir(fixture->directory), ==, 0);
    hook_program(fixture, "message");
    assert_typed(fixture->typist, "/hook message /msg carol@example.org <$EVENT_BODY>", "ok");
    for (int i = 0; i < 60; i++) {
        gsize length;
        g_autofree char *body = make_hostile();
        feed_body(fixture, body);
        g_autofree char *json = wait_file(fixture, "stdin", NULL);
        g_autofree char *environment = wait_file(fixture, "env", &length);
        g_autofree char *told = body_of(json);
        g_assert_cmpstr(find_variable(environment, length, "CONFAB_BODY"), ==, told);
        g_assert_cmpstr(find_variable(environment, length, "CONFAB_FROM"), ==, "bob@example.org/a");
        g_assert_null(strchr(g_strchomp(json), '\n'));
        g_autofree char *said = g_strdup_printf("<%s>", told);
        const Conversation *carol = find_conversation(fixture->me, "carol@example.org");
        const guint count = conversation_message_count(carol);
        g_assert_cmpuint(count, ==, (guint) i + 1);
        g_assert_cmpstr(conversation_message_at(carol, count - 1)->body, ==, said);
        assert_sent(fixture->me, "<message *to=\"carol@example.org*");
        assert_nothing_sent(fixture->me);
    }
    assert_nothing_owned(fixture);
    g_assert_cmpint(g_chdir(before), ==, 0);
}

/* Where others would decide what is done, it is said before anything happens. */
static void
test_refused(Fixture *fixture, gconstpointer data)
{
    static const char *const lines[] = {
        "/hook", "/hook nonsense /ping", "/hook message", "/hook message from", "/hook message from @ /ping",
        "/hook message matching ( /ping", "/hook message direction up /ping", "/hook message 'open",
        "/hook message /exec $EVENT_BODY", "/hook message /exec sh -c ${EVENT_BODY}", "/hook message /hook $EVENT_BODY",
        "/hook message /alias x $EVENT_BODY", "/hook message /set theme $EVENT_BODY", "/hook message /source $EVENT_BODY",
        "/hook message /account set work password-command $EVENT_BODY", "/hook message /on work $EVENT_BODY",
        "/hook message /unknown $EVENT_BODY", "/hook message /connect $EVENT_FROM", "/hook message sh -c \"$EVENT_BODY\"",
        "/hook message /bin/echo $EVENT_FROM", "/hook message $EVENT_BODY", "/hook message /history $EVENT_WITH",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_test_message("%s", lines[i]);
        assert_typed(fixture->typist, lines[i], "6? *");
    }
    assert_typed(fixture->typist, "/hook list", "ok");
    assert_printed(fixture->typist, "there are no hooks*");
}

/* An alias cannot lead to where a command may not go; without remote text it may. */
static void
test_alias(Fixture *fixture, gconstpointer data)
{
    assert_typed(fixture->typist, "/alias doit /exec", "ok");
    assert_typed(fixture->typist, "/hook message /doit $EVENT_BODY", "64 *alias*");
    assert_typed(fixture->typist, "/alias thanks /msg carol@example.org thanks", "ok");
    assert_typed(fixture->typist, "/hook message /thanks", "ok");
    feed_body(fixture, "you won");
    assert_sent(fixture->me, "<message *to=\"carol@example.org*<body>thanks</body>*");
}

/* I17: neither by an alias or a script it stands behind nor by a line that is two: what others say starts nothing. */
static void
test_behind(Fixture *fixture, gconstpointer data)
{
    static const char *const lines[] = {
        "/exec sh -c \"$EVENT_BODY\"", "/after 0 /exec sh -c \"$EVENT_BODY\"", "/let X ${EVENT_BODY}",
        "/if $EVENT_KIND = chat /doit", "/on work /exec sh -c \"$EVENT_BODY\"", "/source \"$EVENT_BODY\"",
    };
    g_autofree char *owned = path_of(fixture, "owned");
    g_autofree char *body = g_strdup_printf("touch '%s'", owned);
    assert_typed(fixture->typist, "/alias doit /exec sh -c \"$EVENT_BODY\"", "ok");
    assert_typed(fixture->typist, "/hook message /doit", "ok");
    feed_body(fixture, body);
    wait_event(fixture->flow, "notice warning 0: the hook “message /doit” failed: /exec cannot have $EVENT_BODY*");
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *script = path_of(fixture, "script");
        g_autofree char *text = g_strdup_printf("/if $EVENT_KIND = chat /msg carol@example.org $EVENT_BODY\n%s\n", lines[i]);
        g_autofree char *source = g_strdup_printf("/hook message /source %s", script);
        g_test_message("%s", lines[i]);
        assert_typed(fixture->typist, "/hook remove 1", "ok");
        assert_typed(fixture->typist, source, "ok");
        g_assert_true(g_file_set_contents(script, text, -1, NULL));
        feed_body(fixture, body);
        wait_event(fixture->flow, "notice warning 0: the hook “message /source *” failed: *script:2: /* cannot have $EVENT_BODY*");
        assert_sent(fixture->me, "<message *to=\"carol@example.org*<body>touch *");
    }
    flow_settle(fixture->flow);
    assert_nothing_owned(fixture);
    assert_typed(fixture->typist, "/hook message /say one\nmessage /say two", "64 *one line*");
}

static void
test_file(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(client_paths(fixture->flow->client)->config, "hooks", NULL);
    g_autofree char *text = NULL;
    g_assert_true(g_file_set_contents(path, "# mine\n\nmessage /say one\nnonsense\ninvitation /print two", -1, NULL));
    assert_typed(fixture->typist, "/hook typing /print three", "ok");
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "# mine\n\nmessage /say one\nnonsense\ninvitation /print two\ntyping /print three\n");
    assert_event(fixture->flow, "notice warning 64: */hooks:4: there is no event “nonsense”*");
    assert_typed(fixture->typist, "/hook list", "ok");
    assert_printed(fixture->typist, "1*message /say one\n2*invitation /print two\n3*typing /print three\n");
    assert_typed(fixture->typist, "/hook remove 2", "ok");
    g_free(text);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "# mine\n\nmessage /say one\nnonsense\ntyping /print three\n");
    assert_typed(fixture->typist, "/hook remove 3", "66 *");
    feed_body(fixture, "hi");
    assert_sent(fixture->me, "<message *<body>one</body>*");
    /* They are there again at the next start. */
    automation_free(fixture->automation);
    typist_free(fixture->typist);
    fixture->typist = typist_new(fixture->flow);
    fixture->automation = automation_new(typist_registry(fixture->typist));
    assert_typed(fixture->typist, "/hook list", "ok");
    assert_printed(fixture->typist, "1*message /say one\n2*typing /print three\n");
    /* A file that cannot be read is not written either. */
    g_assert_true(g_file_set_contents(path, "message /say \xff\n", -1, NULL));
    assert_typed(fixture->typist, "/hook typing /print four", "78 *UTF-8*");
}

/* One that causes itself comes to rest; a failing one is told once. */
static void
test_endless(Fixture *fixture, gconstpointer data)
{
    fixture->flow->quiet = true;
    assert_typed(fixture->typist, "/hook message direction out /say again", "ok");
    assert_typed(fixture->typist, "/msg bob@example.org begin", "ok");
    flow_settle(fixture->flow);
    for (guint before = 0; before != fixture->me->sent->len; flow_settle(fixture->flow))
        before = fixture->me->sent->len;
    const Conversation *bob = find_conversation(fixture->me, "bob@example.org");
    g_assert_cmpuint(fixture->flow->counted, >, 1000);
    g_assert_cmpuint(conversation_message_count(bob), <=, 1001);
    g_ptr_array_set_size(fixture->me->sent, 0);
}

static void
test_failing(Fixture *fixture, gconstpointer data)
{
    assert_typed(fixture->typist, "/hook message sh -c 'echo no such luck >&2; exit 3'", "ok");
    assert_typed(fixture->typist, "/hook message no-such-program", "ok");
    assert_typed(fixture->typist, "/hook message /kick nobody", "ok");
    feed_body(fixture, "one");
    wait_event(fixture->flow, "notice warning 0: the hook “message /kick nobody” failed: *");
    wait_event(fixture->flow, "notice warning 0: the hook “message no-such-program” failed: *does not start*");
    wait_event(fixture->flow, "notice warning 0: the hook “message sh *” failed: sh failed with status 3 (no such luck)*");
    feed_body(fixture, "two");
    flow_settle(fixture->flow);
    assert_no_event(fixture->flow, "notice warning*");
}

/* Lines that do not end do not pile up. */
static void
test_under_way(Fixture *fixture, gconstpointer data)
{
    assert_typed(fixture->typist, "/hook message from bob@example.org /wait message from carol@example.org timeout 3600", "ok");
    for (int i = 0; i < 100; i++)
        feed_body(fixture, "x");
    flow_settle(fixture->flow);
    assert_no_event(fixture->flow, "notice warning*");
    feed_body(fixture, "y");
    flow_settle(fixture->flow);
    assert_event(fixture->flow, "notice warning 0: the hook “message from bob*” failed: too many of its lines*");
    /* When they have ended there is room again. */
    feed(fixture->me, "<message from='carol@example.org/a' type='chat' id='u1'><body>go</body></message>");
    flow_settle(fixture->flow);
    for (int i = 0; i < 100; i++)
        feed_body(fixture, "z");
    flow_settle(fixture->flow);
    assert_no_event(fixture->flow, "notice warning*");
}

static void
test_exec(Fixture *fixture, gconstpointer data)
{
    assert_typed(fixture->typist, "/exec printf '%s|' one 'two  three' '$HOME'", "ok");
    assert_printed(fixture->typist, "one|two  three|$HOME|\n");
    assert_typed(fixture->typist, "/exec printf 'a\\n\\033[31mred\\n\\nb'", "ok");
    assert_printed(fixture->typist, "a\n*31mred\n\nb\n");
    assert_typed(fixture->typist, "/exec sh -c 'echo before; echo wrong >&2; exit 4'", "1 sh failed with status 4 (wrong)*");
    assert_printed(fixture->typist, "before\n");
    assert_typed(fixture->typist, "/exec no-such-program", "1 no-such-program does not start*");
    assert_typed(fixture->typist, "/exec -o", "64 *");
    assert_typed(fixture->typist, "/exec -o echo hi", "64 *no conversation*");
    typist_look_at(fixture->typist, ensure_conversation(fixture->me, "bob@example.org"));
    assert_typed(fixture->typist, "/exec -o printf 'one\\ntwo\\n\\n'", "ok");
    assert_sent(fixture->me, "<message *to=\"bob@example.org*<body>one\ntwo</body>*");
    assert_typed(fixture->typist, "/exec -o sh -c 'echo secret; exit 1'", "1 *");
    assert_typed(fixture->typist, "/exec -o printf '\\377'", "65 *no text*");
    assert_typed(fixture->typist, "/exec -o head -c 70000 /dev/zero", "65 *64 KiB*");
    assert_typed(fixture->typist, "/exec -o true", "ok");
    assert_nothing_sent(fixture->me);
    assert_typed(fixture->typist, "/set hooks.timeout 1", "ok");
    assert_typed(fixture->typist, "/exec sleep 1000", "1 sleep took too long and was stopped");
}

/* A notify-send that writes its arguments, each with a NUL behind it, to a file. */
static void
write_notify_send(const Fixture *fixture)
{
    g_autofree char *path = path_of(fixture, "notify-send");
    g_autofree char *script = g_strdup_printf("#!/bin/sh\ncd '%s'\nprintf '%%s\\0' \"$@\" >sent.new\nmv sent.new sent\n",
                                              fixture->directory);
    g_assert_true(g_file_set_contents_full(path, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

/* I12, I17: what others say is neither markup nor an escape nor an option for who shows it. What comes within a second is told
 * together. */
static void
test_desktop(Fixture *fixture, gconstpointer data)
{
    g_autofree char *before = g_strdup(g_getenv("PATH"));
    g_autofree char *path = g_strdup_printf("%s:%s", fixture->directory, before);
    gsize length;
    write_notify_send(fixture);
    g_setenv("PATH", path, TRUE);
    assert_typed(fixture->typist, "/set notify.desktop on", "ok");
    feed_body(fixture, "-u <b>bold</b> \\n $(touch owned)\nsecond line");
    g_autofree char *first = wait_file(fixture, "sent", &length);
    static const char expected[] = "--app-name=confab\0--\0Bob\0"
                                   "-u &lt;b&gt;bold&lt;/b&gt; \\\\n $(touch owned)^Jsecond line\0";
    g_assert_cmpmem(first, length, expected, sizeof expected - 1);
    for (int i = 0; i < 3; i++)
        feed_body(fixture, "more");
    g_autofree char *second = wait_file(fixture, "sent", &length);
    g_assert_cmpstr(second + length - sizeof "3 messages", ==, "3 messages");
    assert_typed(fixture->typist, "/set notify.text off", "ok");
    feed(fixture->me, "<message from='carol@example.org/a' type='chat' id='n1'><body>secret</body></message>");
    g_autofree char *third = wait_file(fixture, "sent", &length);
    g_assert_cmpstr(third + length - sizeof "a message", ==, "a message");
    g_setenv("PATH", before, TRUE);
    assert_nothing_owned(fixture);
}

static void
test_notify_command(Fixture *fixture, gconstpointer data)
{
    gsize length;
    g_autofree char *line = g_strdup_printf("/set notify.command '%s/recorder' 'an argument'", fixture->directory);
    write_recorder(fixture);
    assert_typed(fixture->typist, line, "ok");
    feed_body(fixture, "hello");
    g_autofree char *json = wait_file(fixture, "stdin", NULL);
    g_autofree char *environment = wait_file(fixture, "env", &length);
    g_assert_nonnull(strstr(json, "\"event\":\"attention\""));
    g_assert_cmpstr(find_variable(environment, length, "CONFAB_BODY"), ==, "hello");
    assert_typed(fixture->typist, "/set notify none", "ok");
    feed(fixture->me, "<message from='carol@example.org/a' type='chat' id='n1'><body>quiet</body></message>");
    flow_settle(fixture->flow);
    assert_nothing_sent(fixture->me);
    g_autofree char *path = path_of(fixture, "stdin");
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_typed(fixture->typist, "/set notify all", "ok");
    assert_typed(fixture->typist, "/set notify.command no-such-program", "ok");
    feed(fixture->me, "<message from='carol@example.org/a' type='chat' id='n2'><body>loud</body></message>");
    wait_event(fixture->flow, "notice warning 0: a notification failed: no-such-program does not start*");
}

/* The body of the next message a notification is about. */
static void
assert_told(const Fixture *fixture, const char *body)
{
    g_autofree char *json = wait_file(fixture, "stdin", NULL);
    g_autofree char *told = body_of(json);
    g_assert_cmpstr(told, ==, body);
}

/* What the user looks at, or has looked at meanwhile, is not told. */
static void
test_looked_at(Fixture *fixture, gconstpointer data)
{
    g_autofree char *line = g_strdup_printf("/set notify.command '%s/recorder'", fixture->directory);
    write_recorder(fixture);
    assert_typed(fixture->typist, line, "ok");
    feed_body(fixture, "one");
    assert_told(fixture, "one");
    feed_body(fixture, "two"); /* would be told a second after “one” */
    typist_look_at(fixture->typist, find_conversation(fixture->me, "bob@example.org"));
    feed_body(fixture, "three");
    feed(fixture->me, "<message from='carol@example.org/a' type='chat' id='l1'><body>four</body></message>");
    assert_told(fixture, "four");
    feed(fixture->me, "<message from='carol@example.org/a' type='chat' id='l2'><body>five</body></message>");
    assert_told(fixture, "five");
}

/* The end of confab is the end of what it has started. */
static void
test_end(Fixture *fixture, gconstpointer data)
{
    assert_typed(fixture->typist, "/hook message sleep 1000", "ok");
    type(fixture->typist, "/exec sleep 1000");
    for (int i = 0; i < 10; i++)
        feed_body(fixture, "x");
    flow_settle(fixture->flow);
    assert_unfinished(fixture->typist);
    g_clear_pointer(&fixture->automation, automation_free);
    assert_outcome(fixture->typist, "1 *");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, test) g_test_add("/flow/hooks/" name, Fixture, NULL, setup, test, teardown)
    ADD("program", test_program);
    ADD("command", test_command);
    ADD("attention", test_attention);
    ADD("hostile", test_hostile);
    ADD("refused", test_refused);
    ADD("alias", test_alias);
    ADD("behind", test_behind);
    ADD("file", test_file);
    ADD("endless", test_endless);
    ADD("failing", test_failing);
    ADD("under-way", test_under_way);
    ADD("exec", test_exec);
    ADD("desktop", test_desktop);
    ADD("notify-command", test_notify_command);
    ADD("looked-at", test_looked_at);
    ADD("end", test_end);
#undef ADD
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/grammar.h"

#include <string.h>

#include "base/error.h"
#include "model/contact.h"
#include "model/model_event.h"

/* An account with contacts to be called by name. */
typedef struct Fixture {
    Bus *bus;
    Account *account;
    Accounts *accounts;
    ArgContext context;
} Fixture;

static void
add_contact(Fixture *fixture, const char *text, const char *name)
{
    static const char *const groups[] = { NULL };
    g_autoptr(Jid) jid = jid_new(text, NULL);
    Contact *contact = roster_ensure(account_roster(fixture->account), jid);
    contact_set_item(contact, name, groups, CONTACT_BOTH, false);
}

static const char *
variable(const char *name, gpointer data)
{
    if (strcmp(name, "KEYWORD") == 0)
        return "port";
    return strcmp(name, "EVIL") == 0 ? "x server evil \"" : NULL;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) own = jid_new("me@example.org", NULL);
    fixture->bus = bus_new();
    fixture->account = account_new("work", own, fixture->bus);
    add_contact(fixture, "alice@example.org", "Alice");
    add_contact(fixture, "bob@example.org", "Bob \"the builder\"");
    add_contact(fixture, "carol1@example.org", "Carol");
    add_contact(fixture, "carol2@example.org", "Carol");
    add_contact(fixture, "mallory@evil.example", "boss@example.org");
    fixture->accounts = accounts_new(NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(accounts_add(fixture->accounts, "work", "me@example.org", &error));
    fixture->context = (ArgContext){ .accounts = fixture->accounts, .account = fixture->account };
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    accounts_free(fixture->accounts);
    account_free(fixture->account);
    bus_free(fixture->bus);
}

static Grammar *
compile(const char *text)
{
    g_autoptr(GError) error = NULL;
    Grammar *grammar = grammar_compile(text, &error);
    g_assert_no_error(error);
    return grammar;
}

/* The arguments as "name=text", or the error's line. */
static char *
understand(const Fixture *fixture, const char *text, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Grammar) grammar = compile(text);
    g_autoptr(Args) args = grammar_parse(grammar, "cmd", line, &fixture->context, &error);
    g_autoptr(GString) out = g_string_new(NULL);
    if (args == NULL) {
        g_assert_nonnull(error);
        g_assert_true(error->domain == CONFAB_ERROR);
        g_assert_null(strchr(error->message, '\n'));
        return g_strdup_printf("%d %s", error->code, error->message);
    }
    g_assert_no_error(error);
    for (guint i = 0; i < args->values->len; i++) {
        const ArgValue *value = args->values->pdata[i];
        const char *shown = value->jid != NULL ? jid_text(value->jid) : value->text;
        g_string_append_printf(out, "%s%s=%s", i > 0 ? "|" : "", value->spec->name, shown);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

typedef struct Case {
    const char *grammar, *line, *result;
} Case;

static void
check_cases(const Fixture *fixture, const Case *cases, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *result = understand(fixture, cases[i].grammar, cases[i].line);
        g_test_message("%s ‹%s›", cases[i].grammar, cases[i].line);
        g_assert_cmpstr(result, ==, cases[i].result);
    }
}

#define CONNECT       "[account:word] [server server:word] [port port:int(1..65535)] [tls tls:require|direct]"
#define CONNECT_USAGE "/cmd [ACCOUNT] [server SERVER] [port PORT] [tls require|direct]"

static void
test_understands_lines(Fixture *fixture, gconstpointer data)
{
    static const Case cases[] = {
        { "", "", "" },
        { "", "  ", "" },
        { "<a:word>", " x", "a=x" },
        { "<a:word>", " \"two words\"", "a=two words" },
        { "<a:word> [b:word]", " x", "a=x" },
        { "<a:word> [b:word]", " x y", "a=x|b=y" },
        { "<a:word...>", " x \"y z\" w", "a=x y z w" },
        { "[a:word...]", "", "" },
        { "<a:word> [t:text]", " x  \"as it is\"  $HOME \\n ", "a=x|t=\"as it is\"  $HOME \\n " },
        { "<a:word> [t:text]", " x", "a=x" },
        { "<a:word> [t:text]", " x   ", "a=x" },
        { "<a:word> <t:text>", " x\nline one\nline two", "a=x|t=line one\nline two" },
        { "<a:word> to <b:word>", " x to y", "a=x|b=y" },
        { "<c:command>", " /msg \"x", "c=/msg \"x" },
        { "<c:command>", " msg x", "c=/msg x" },
        { "<n:int(1..9)>", " 9", "n=9" },
        { "<n:int(-128..127)>", " -128", "n=-128" },
        { "<n:int>", " +5", "n=+5" },
        { "<n:number>", " 0.5", "n=0.5" },
        { "<s:on|off>", " off", "s=off" },
        { "<f:file>", " ~/x", "f=~/x" },
        { "<k:key>", " notify.bell", "k=notify.bell" },
        { "<k:account-key>", " tls", "k=tls" },
        { "<a:account>", " work", "a=work" },
        { "<a:account>", " me@example.org", "a=work" },
        { "<w:word...> [with jid:bare] [before d:date]", " disk full with bob@example.org before 2026-11-22",
          "w=disk full|jid=bob@example.org|d=2026-11-22" },
        { "<w:word...> [with jid:bare]", " with with b@c", "w=with|jid=b@c" },
        { "<w:word...> [with jid:bare]", " it is \"with\" you", "w=it is with you" },
        { CONNECT, "", "" },
        { CONNECT, " work port 5 server h", "account=work|port=5|server=h" },
        { CONNECT, " server h", "server=h" },
        { CONNECT, " \"server\" server h", "account=server|server=h" },
        { CONNECT, " tls direct port 1", "tls=direct|port=1" },
        { CONNECT, " port 1 server port", "port=1|server=port" },
    };
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
}

static void
test_says_what_is_wrong(Fixture *fixture, gconstpointer data)
{
    static const Case cases[] = {
        { "", " x", "64 “x” is too much: write /cmd" },
        { "<jid:jid> [text:text]", "", "64 JID is missing: write /cmd JID [TEXT]" },
        { "<a:word> <t:text>", " x  ", "64 T is missing: write /cmd A T" },
        { "<a:word...>", "", "64 A… is missing: write /cmd A…" },
        { "<w:word...> [with jid:bare]", " x with", "64 nothing follows “with”: write an address (name@server) or the name of a contact" },
        { "<a:word> to <b:word>", " x y", "64 to is missing: write /cmd A to B" },
        { "<a:word> to <b:word>", " x \"to\" y", "64 to is missing: write /cmd A to B" },
        { "<s:on|off>", "", "64 on|off is missing: write /cmd on|off" },
        { "<s:on|off>", " maybe", "64 “maybe” does not fit s: write one of on, off" },
        { "<s:on|off>", " ON", "64 “ON” does not fit s: write one of on, off" },
        { "<n:int(1..9)>", " 10", "65 “10” does not fit n: write a number from 1 to 9" },
        { "<n:int(1..9)>", " 1x", "65 “1x” does not fit n: write a number from 1 to 9" },
        { "<n:int(1..9)>", " 0x5", "65 “0x5” does not fit n: write a number from 1 to 9" },
        { "<n:int(1..9)>", " 99999999999999999999",
          "65 “99999999999999999999” does not fit n: write a number from 1 to 9" },
        { "<n:int>", " -", "65 “-” does not fit n: write a whole number" },
        { "<n:number>", " -1", "65 “-1” does not fit n: write seconds, like 10 or 0.5" },
        { "<n:number>", " inf", "65 “inf” does not fit n: write seconds, like 10 or 0.5" },
        { "<n:number>", " nan", "65 “nan” does not fit n: write seconds, like 10 or 0.5" },
        { "<n:number>", " 1.2.3", "65 “1.2.3” does not fit n: write seconds, like 10 or 0.5" },
        { "<n:number>", " .", "65 “.” does not fit n: write seconds, like 10 or 0.5" },
        { "<d:date>", " 2026-13-01",
          "65 “2026-13-01” does not fit d: write a date, like 2026-11-22, yesterday, \"3 days\" or 2026-11-22T10:00:00Z" },
        { "<k:key>", " notify.bel", "64 there is no setting “notify.bel”: did you mean notify.bell?" },
        { "<k:key>", " xyzzy", "64 there is no setting “xyzzy”: see /settings" },
        { "<k:account-key>", " prot", "64 accounts have no key “prot”: did you mean port?" },
        { "<a:account>", " home", "66 there is no account home: see /account list" },
        { "<f:file>", " \"\"", "65 “” does not fit f: write the path of a file" },
        { "<a:word>", " \"x", "64 a quotation mark \" is never closed: close it or write \\\"" },
        { CONNECT, " work port", "64 nothing follows “port”: write a number from 1 to 65535" },
        { CONNECT, " work port x", "65 “x” does not fit port: write a number from 1 to 65535" },
        { CONNECT, " work port 1 port 2", "64 “port” is given twice: write " CONNECT_USAGE },
        { CONNECT, " work sever h", "64 “sever” is too much: write " CONNECT_USAGE },
        { CONNECT, " work \"port\" 5", "64 “port” is too much: write " CONNECT_USAGE },
        /* Remote text in an error is one clean line. I12 */
        { "", " \"\033[31m\n\"", "64 “^[[31m^J” is too much: write /cmd" },
    };
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
}

static void
test_understands_people(Fixture *fixture, gconstpointer data)
{
    static const Case cases[] = {
        { "<j:jid>", " x@example.org", "j=x@example.org" },
        { "<j:jid>", " X@EXAMPLE.org/Phone", "j=x@example.org/Phone" },
        { "<j:bare>", " x@example.org/phone", "j=x@example.org" },
        { "<j:jid>", " alice", "j=alice@example.org" },
        { "<j:jid>", " ALICE", "j=alice@example.org" },
        { "<j:bare>", " \"Bob \\\"the builder\\\"\"", "j=bob@example.org" },
        { "<j:jid>", " rooms.example.org", "j=rooms.example.org" },
        { "<j:jid>", " example.org", "j=example.org" },
        { "<j:jid>", " Carol", "66 more than one contact is called “Carol”: write name@server" },
        /* Not the server of that name. */
        { "<j:jid>", " dave", "66 no contact is called “dave”: write name@server" },
        /* A contact who is called like an address is not reached by it. I20 */
        { "<j:jid>", " boss@example.org", "j=boss@example.org" },
        { "<j:jid>", " \"\"", "66 no contact is called “”: write name@server" },
    };
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
    static const char *const bad[] = { " foo@@bar", " @x.y", " a@", " \"a b@c d\"", " x@y/" };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *result = understand(fixture, "<j:jid>", bad[i]);
        g_assert_true(g_str_has_prefix(result, "65 “"));
        g_assert_nonnull(strstr(result, "” is not a JID ("));
        g_assert_true(g_str_has_suffix(result, "): write name@server"));
    }
}

/* What a variable holds is neither taken apart nor a keyword. */
static void
test_values_are_no_syntax(Fixture *fixture, gconstpointer data)
{
    static const Case cases[] = {
        { CONNECT, " $EVIL server h", "account=x server evil \"|server=h" },
        { CONNECT, " $KEYWORD", "account=port" },
        { CONNECT, " work $KEYWORD 5", "64 “port” is too much: write " CONNECT_USAGE },
        { "<t:text>", " a $EVIL", "t=a x server evil \"" },
        { "<c:command>", " /msg $EVIL", "c=/msg $EVIL" },
        { "<w:word>", " $NOBODY", "64 there is no variable $NOBODY: set it with /let NOBODY VALUE" },
        { "<t:text>", " $NOBODY", "64 there is no variable $NOBODY: set it with /let NOBODY VALUE" },
    };
    fixture->context.lookup = variable;
    check_cases(fixture, cases, G_N_ELEMENTS(cases));
}

static void
test_gives_typed_values(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Grammar) grammar = compile("<i:int> <n:number> <d:date> <f:file> <r:regex> [l:word...]");
    g_autoptr(Args) args = grammar_parse(grammar, "cmd", " -7 2.5 2026-11-22T10:00:00.5Z ~/notes ^a+$ x \"y z\"",
                                         &fixture->context, &error);
    g_assert_no_error(error);
    g_assert_cmpint(args_int(args, "i", 0), ==, -7);
    g_assert_cmpfloat(args_number(args, "n", 0), ==, 2.5);
    g_assert_cmpint(args_date(args, "d", 0), ==, G_GINT64_CONSTANT(1795341600500000));
    g_autofree char *notes = g_build_filename(g_get_home_dir(), "notes", NULL);
    g_assert_cmpstr(args_file(args, "f"), ==, notes);
    g_assert_true(g_regex_match(args_regex(args, "r"), "aaa", 0, NULL));
    g_assert_false(g_regex_match(args_regex(args, "r"), "aab", 0, NULL));
    g_assert_cmpstr(args_list(args, "l")[1], ==, "y z");
    g_assert_null(args_list(args, "l")[2]);
    g_assert_false(args_has(args, "none"));
    g_assert_null(args_text(args, "none"));
    g_assert_cmpint(args_int(args, "none", 42), ==, 42);
}

/* A text made to keep the search busy for ever is given up on. */
static void
test_regex_is_bounded(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Grammar) grammar = compile("<r:regex>");
    g_autoptr(Args) args = grammar_parse(grammar, "cmd", " (a+)+$", &fixture->context, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 5000; i++)
        g_string_append_c(text, 'a');
    g_string_append_c(text, 'b');
    const gint64 start = g_get_monotonic_time();
    g_assert_false(g_regex_match(args_regex(args, "r"), text->str, 0, NULL));
    g_assert_cmpint(g_get_monotonic_time() - start, <, 5 * G_USEC_PER_SEC);
    g_autoptr(Args) bad = grammar_parse(grammar, "cmd", " (", &fixture->context, &error);
    g_assert_null(bad);
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
}

static void
test_refuses_grammars_without_sense(void)
{
    static const char *const grammars[] = {
        "<a>",
        "<a:nothing>",
        "<a:word",
        "[a:word",
        "<:word>",
        "<A:word>",
        "a:word",
        "<a:word>  <b:word>",
        " <a:word>",
        "<a:word> ",
        "<a:word><b:word>",
        "[a:word] <b:word>",
        "<t:text> <a:word>",
        "<a:word...> [b:word]",
        "<a:text...>",
        "<a:int...>",
        "<a:int(>",
        "<a:int(5..1)>",
        "<a:int(1..)>",
        "<a:int(..9)>",
        "<a:int(1-9)>",
        "<a:on|>",
        "<a:on|on>",
        "<a:On|off>",
        "<a:word> <a:word>",
        "[port a:int] [port b:int]",
        "[port a:int] <b:word>",
        "[port a:word...]",
        "[Port a:word]",
        "<>",
        "[]",
        "<port a:int>",
        "[port]",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(grammars); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("%s", grammars[i]);
        g_assert_null(grammar_compile(grammars[i], &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_INTERNAL);
    }
}

static void
test_writes_usage(void)
{
    static const struct {
        const char *grammar, *usage;
    } cases[] = {
        { "", "/cmd" },
        { "<jid:jid> [text:text]", "/cmd JID [TEXT]" },
        { "<a:word> to <list:word...>", "/cmd A to LIST…" },
        { "[state:on|off]", "/cmd [on|off]" },
        { CONNECT, CONNECT_USAGE },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Grammar) grammar = compile(cases[i].grammar);
        g_autofree char *usage = grammar_usage(grammar, "cmd");
        g_assert_cmpstr(usage, ==, cases[i].usage);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/command/grammar/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("understands-lines", test_understands_lines);
    ADD("says-what-is-wrong", test_says_what_is_wrong);
    ADD("understands-people", test_understands_people);
    ADD("values-are-no-syntax", test_values_are_no_syntax);
    ADD("gives-typed-values", test_gives_typed_values);
    ADD("regex-is-bounded", test_regex_is_bounded);
    g_test_add_func("/command/grammar/refuses-grammars-without-sense", test_refuses_grammars_without_sense);
    g_test_add_func("/command/grammar/writes-usage", test_writes_usage);
    return g_test_run();
}

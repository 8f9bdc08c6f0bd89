/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "command_fixture.h"

typedef CommandFixture Fixture;

static const char one_account[] = "[work]\njid = me@example.org\npassword = x\n";
static const char roster[] =
    "<item jid='alice@example.org' name='Alice' subscription='both'><group>Friends</group></item>"
    "<item jid='bob@example.org' name='Bob &quot;the builder&quot;' subscription='both'/>";

static void
set_up(Fixture *fixture, gconstpointer accounts)
{
    command_fixture_set_up(fixture, accounts, true);
}

static void
set_up_headless(Fixture *fixture, gconstpointer accounts)
{
    command_fixture_set_up(fixture, accounts, false);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    command_fixture_tear_down(fixture);
}

static const Conversation *
find_conversation(const Fixture *fixture, const char *account, const char *text)
{
    g_autoptr(Jid) jid = jid_new(text, NULL);
    return account_find_conversation(session_account(client_find_session(fixture->client, account)), jid);
}

static const char *
last_body(const Fixture *fixture, const char *account, const char *jid)
{
    const Conversation *conversation = find_conversation(fixture, account, jid);
    const guint count = conversation == NULL ? 0 : conversation_message_count(conversation);
    return count == 0 ? NULL : conversation_message_at(conversation, count - 1)->body;
}

static void
test_unknown_commands_are_never_sent(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    g_assert_null(command_fixture_run(fixture, "/msg alice hi"));
    g_string_truncate(fixture->sent, 0);
    g_assert_cmpstr(command_fixture_run(fixture, "/mgs alice secret"), ==,
                    "64 there is no command /mgs: did you mean /msg?");
    g_assert_cmpstr(command_fixture_run(fixture, "/xyzzy secret"), ==,
                    "64 there is no command /xyzzy: see /help, or write //… to say it");
    g_assert_cmpstr(command_fixture_run(fixture, "/quux room@rooms.example.org"), ==,
                    "64 there is no command /quux: see /help, or write //… to say it");
    g_assert_cmpstr(command_fixture_run(fixture, "/"), ==,
                    "64 there is no command /: see /help, or write //… to say it");
    g_assert_cmpstr(command_fixture_run(fixture, "/roster frob"), ==, "64 /roster: “frob” is too much: write /roster");
    g_assert_cmpstr(
        command_fixture_run(fixture, "/account frob"), ==,
        "64 /account: there is no “frob”: write one of list, add, set, unset, show, remove, enable, disable");
    g_assert_cmpstr(
        command_fixture_run(fixture, "/account"), ==,
        "64 /account: a word is missing: write one of list, add, set, unset, show, remove, enable, disable");
    g_assert_cmpstr(command_fixture_run(fixture, "/\033[2J"), ==,
                    "64 there is no command /^[[2J: see /help, or write //… to say it");
    g_assert_cmpstr(fixture->sent->str, ==, "");
}

static void
test_text_is_said(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    g_assert_cmpstr(command_fixture_run(fixture, "hello"), ==,
                    "64 /say: there is no conversation here: open one with /msg JID");
    g_assert_null(command_fixture_run(fixture, "/msg alice"));
    g_assert_null(command_fixture_run(fixture, "  as it \"is\" $HOME \\ "));
    g_assert_cmpstr(last_body(fixture, "work", "alice@example.org"), ==, "  as it \"is\" $HOME \\ ");
    g_assert_null(command_fixture_run(fixture, "//etc/passwd"));
    g_assert_cmpstr(last_body(fixture, "work", "alice@example.org"), ==, "/etc/passwd");
    g_assert_null(command_fixture_run(fixture, "/say /quit"));
    g_assert_cmpstr(last_body(fixture, "work", "alice@example.org"), ==, "/quit");
    g_assert_null(command_fixture_run(fixture, "/me waves"));
    g_assert_cmpstr(last_body(fixture, "work", "alice@example.org"), ==, "/me waves");
    g_assert_null(command_fixture_run(fixture, "/MSG \"Bob \\\"the builder\\\"\" line 1\nline \"2"));
    g_assert_cmpstr(last_body(fixture, "work", "bob@example.org"), ==, "line 1\nline \"2");
    g_assert_null(command_fixture_run(fixture, "goes to bob"));
    g_assert_cmpstr(last_body(fixture, "work", "bob@example.org"), ==, "goes to bob");
    g_assert_null(command_fixture_run(fixture, "   "));
    g_assert_cmpstr(last_body(fixture, "work", "bob@example.org"), ==, "goes to bob");
    g_assert_null(fixture->quit);
}

static void
test_wrong_lines_name_the_argument(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    const char *error = command_fixture_run(fixture, "/roster add foo@@bar");
    g_assert_true(g_str_has_prefix(error, "65 /roster add: “foo@@bar” is not a JID ("));
    g_assert_true(g_str_has_suffix(error, "): write name@server"));
    g_assert_cmpstr(command_fixture_run(fixture, "/msg"), ==, "64 /msg: JID is missing: write /msg JID [TEXT]");
    g_assert_cmpstr(command_fixture_run(fixture, "/msg dave hi"), ==,
                    "66 /msg: no contact is called “dave”: write name@server");
    g_assert_cmpstr(command_fixture_run(fixture, "/priority 300"), ==,
                    "65 /priority: “300” does not fit priority: write a number from -128 to 127");
    g_assert_cmpstr(command_fixture_run(fixture, "/status busy"), ==,
                    "64 /status: “busy” does not fit status: write one of online, chat, away, xa, dnd, offline");
    g_assert_cmpstr(command_fixture_run(fixture, "/version x"), ==, "64 /version: “x” is too much: write /version");
    g_assert_cmpstr(command_fixture_run(fixture, "/roster remove carol@example.org"), ==,
                    "66 /roster remove: carol@example.org is not in the roster: see /roster list");
}

static void
test_picks_the_account(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpstr(command_fixture_run(fixture, "/roster"), ==,
                    "64 /roster: more than one account could be meant: write /on work /roster …");
    command_fixture_connect(fixture, "home", NULL);
    /* The only one that is connected. */
    g_assert_null(command_fixture_run(fixture, "/msg alice@example.net hi"));
    g_assert_nonnull(find_conversation(fixture, "home", "alice@example.net"));
    fixture->conversation = 0;
    command_fixture_connect(fixture, "work", roster);
    g_assert_cmpstr(command_fixture_run(fixture, "/msg x@example.org hi"), ==,
                    "64 /msg: more than one account could be meant: write /on work /msg …");
    g_assert_null(command_fixture_run(fixture, "/on work /msg alice hi"));
    g_assert_nonnull(find_conversation(fixture, "work", "alice@example.org"));
    /* Now the current conversation's. */
    g_assert_null(command_fixture_run(fixture, "/msg dave@example.org hi"));
    g_assert_nonnull(find_conversation(fixture, "work", "dave@example.org"));
    g_assert_null(command_fixture_run(fixture, "/on me@example.net roster"));
    g_assert_cmpstr(fixture->printed->str, ==, "No contacts yet: add one with /roster add JID\n");
    /* Not to a conversation of another account. */
    g_assert_cmpstr(command_fixture_run(fixture, "/on home /say hi"), ==,
                    "64 /say: there is no conversation here: open one with /msg JID");
    g_assert_cmpstr(command_fixture_run(fixture, "/on nobody /say hi"), ==,
                    "66 /on: there is no account nobody: see /account list");
}

static void
test_says_why_it_is_offline(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpstr(command_fixture_run(fixture, "/ping"), ==, "69 /ping: work is offline: write /connect work");
    command_fixture_begin(fixture, "work");
    g_assert_cmpstr(command_fixture_run(fixture, "/ping"), ==,
                    "69 /ping: work is still connecting: write /wait connected first");
    /* What is said meanwhile waits. */
    g_assert_null(command_fixture_run(fixture, "/msg alice@example.org hi"));
    command_fixture_bind(fixture, "work", roster);
    command_fixture_until(strstr(fixture->sent->str, "<body>hi</body>") != NULL);
    command_fixture_start(fixture, "/roster rename alice@example.org Alice B.");
    command_fixture_until(strstr(fixture->sent->str, "name=\"Alice B.\"") != NULL);
}

static void
test_without_accounts(Fixture *fixture, gconstpointer data)
{
    g_assert_cmpstr(command_fixture_run(fixture, "/msg a@b.example hi"), ==,
                    "66 /msg: there is no account yet: write /connect name@server");
    g_assert_cmpstr(command_fixture_run(fixture, "/connect"), ==,
                    "66 /connect: there is no account yet: write /connect name@server");
    g_assert_cmpstr(
        command_fixture_run(fixture, "/connect nonsense"), ==,
        "66 /connect: “nonsense” is neither an account nor an address: write name@server, or see /account list");
    g_assert_null(command_fixture_run(fixture, "/account list"));
    g_assert_cmpstr(fixture->printed->str, ==, "There is no account yet: add one with /account add NAME JID\n");
}

/* Without a terminal a line waits for the login that is under way, and for the roster with the names. */
static void
test_waits_for_the_login_without_a_terminal(Fixture *fixture, gconstpointer data)
{
    command_fixture_begin(fixture, "work");
    command_fixture_start(fixture, "/msg alice hi");
    command_fixture_settle();
    g_assert_cmpuint(fixture->calls, ==, 0);
    command_fixture_bind(fixture, "work", roster);
    command_fixture_until(fixture->calls == 1);
    g_assert_no_error(fixture->error);
    g_assert_cmpstr(last_body(fixture, "work", "alice@example.org"), ==, "hi");
}

static void
test_waiting_ends_with_the_refusal(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) refusal = g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, "the server is away: try later");
    command_fixture_begin(fixture, "work");
    command_fixture_start(fixture, "/roster add alice@example.org");
    command_fixture_settle();
    g_assert_cmpuint(fixture->calls, ==, 0);
    stream_feed_close(session_stream(client_find_session(fixture->client, "work")), refusal);
    command_fixture_until(fixture->calls == 1);
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_UNREACHABLE);
    g_assert_true(g_str_has_prefix(fixture->error->message, "work: "));
}

static void
test_aliases(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    g_assert_null(command_fixture_run(fixture, "/alias m /msg"));
    g_assert_null(command_fixture_run(fixture, "/alias Hug me hugs $1 tightly"));
    g_assert_null(command_fixture_run(fixture, "/alias ma /m alice"));
    g_assert_null(command_fixture_run(fixture, "/ma hello  there"));
    g_assert_cmpstr(last_body(fixture, "work", "alice@example.org"), ==, "hello  there");
    g_assert_cmpstr(fixture->line, ==, "/ma hello  there");
    g_assert_null(command_fixture_run(fixture, "/hug bob"));
    g_assert_cmpstr(last_body(fixture, "work", "alice@example.org"), ==, "/me hugs bob tightly");
    g_assert_null(command_fixture_run(fixture, "/alias"));
    g_assert_cmpstr(fixture->printed->str, ==, "hug  /me hugs $1 tightly\nm    /msg\nma   /m alice\n");
    g_assert_null(command_fixture_run(fixture, "/help hug"));
    g_assert_cmpstr(fixture->printed->str, ==, "/hug is an alias of /me hugs $1 tightly\n");
    g_assert_cmpstr(command_fixture_run(fixture, "/alias msg /say x"), ==,
                    "64 /alias: /msg is a command already: choose another name");
    g_assert_cmpstr(command_fixture_run(fixture, "/alias m /ma x"), ==,
                    "64 the alias m would lead back to itself: choose another name");
    g_assert_null(command_fixture_run(fixture, "/unalias hug"));
    g_assert_cmpstr(command_fixture_run(fixture, "/unalias hug"), ==, "66 there is no such alias: /alias lists them");
    g_assert_cmpstr(command_fixture_run(fixture, "/hug bob"), ==,
                    "64 there is no command /hug: see /help, or write //… to say it");
}

/* An alias to itself, written by hand, and commands inside commands without end. */
static void
test_loops_end(Fixture *fixture, gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->paths->config, "aliases", NULL);
    g_assert_true(g_file_set_contents(path, "a = /b\nb = /a\nc = /on work /c\n", -1, NULL));
    g_assert_null(command_fixture_run(fixture, "/alias other /print x"));
    g_assert_cmpstr(command_fixture_run(fixture, "/a"), ==, "64 this alias leads back to itself: mend it with /alias");
    g_assert_cmpstr(command_fixture_run(fixture, "/c"), ==,
                    "64 commands lead into each other more than 16 deep: look for a loop");
}

/* Secrets are not kept, whatever the line looks like. I23 */
static void
test_secrets_are_left_out(Fixture *fixture, gconstpointer data)
{
    static const char *const lines[] = {
        "/account set work password hunter2",         "/account set work password \"hunter2 hunter2",
        "/account set nobody password hunter2",       "/ACCOUNT  SET work password  hunter2 'x",
        "/account set \"work\" \"password\" hunter2", "/account set work pasword hunter2",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
        command_fixture_run(fixture, lines[i]);
        g_assert_null(strstr(fixture->line, "hunter2"));
        g_assert_true(g_str_has_suffix(fixture->line, " ****"));
    }
    g_assert_null(command_fixture_run(fixture, "/account set work server h.example.org"));
    g_assert_cmpstr(fixture->line, ==, "/account set work server h.example.org");
    g_assert_null(command_fixture_run(fixture, "/account show work"));
    g_assert_null(strstr(fixture->printed->str, "hunter2"));
    g_assert_nonnull(strstr(fixture->printed->str, "password"));
}

static void
test_accounts(Fixture *fixture, gconstpointer data)
{
    g_assert_null(command_fixture_run(fixture, "/account add third alice@example.com"));
    g_assert_null(command_fixture_run(fixture, "/account disable third"));
    g_assert_null(command_fixture_run(fixture, "/account list"));
    g_assert_cmpstr(fixture->printed->str, ==,
                    "work   me@example.org     enabled   offline\nhome   me@example.net     enabled   offline\n"
                    "third  alice@example.com  disabled  offline\n");
    g_assert_cmpstr(fixture->rows->pdata[2], ==, "account=third jid=alice@example.com enabled=disabled state=offline");
    g_assert_null(command_fixture_run(fixture, "/account enable third"));
    g_assert_null(command_fixture_run(fixture, "/account unset third enabled"));
    g_assert_null(command_fixture_run(fixture, "/account remove third"));
    g_assert_cmpstr(command_fixture_run(fixture, "/account show third"), ==,
                    "66 /account show: there is no account third: see /account list");
    const char *error = command_fixture_run(fixture, "/account set work port 70000");
    g_assert_true(g_str_has_prefix(error, "65 "));
}

static void
test_settings(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    g_assert_null(command_fixture_run(fixture, "/set notify.bell on"));
    g_assert_null(command_fixture_run(fixture, "/set presence.text At the  \"old  office\""));
    g_assert_null(command_fixture_run(fixture, "/on work /set presence.status away"));
    g_assert_null(command_fixture_run(fixture, "/msg alice"));
    g_assert_null(command_fixture_run(fixture, "/set here typing off"));
    g_assert_null(command_fixture_run(fixture, "/settings presence"));
    g_assert_cmpstr(fixture->printed->str, ==,
                    "presence.status  away                this account\npresence.status  away                work\n"
                    "presence.text    At the old  office  everywhere\n");
    g_assert_null(command_fixture_run(fixture, "/set typing"));
    g_assert_true(g_str_has_prefix(fixture->printed->str, "typing  off  this conversation\n"));
    g_assert_null(command_fixture_run(fixture, "/unset here typing"));
    g_assert_null(command_fixture_run(fixture, "/typing"));
    g_assert_cmpstr(fixture->printed->str, ==, "typing  on\n");
    g_assert_null(command_fixture_run(fixture, "/typing off"));
    g_assert_null(command_fixture_run(fixture, "/typing"));
    g_assert_cmpstr(fixture->printed->str, ==, "typing  off\n");
    g_assert_null(command_fixture_run(fixture, "/unset notify.bell"));
    g_assert_null(command_fixture_run(fixture, "/settings xyzzy"));
    g_assert_cmpstr(fixture->printed->str, ==, "No setting has “xyzzy” in its name.\n");
    g_assert_true(g_str_has_prefix(command_fixture_run(fixture, "/set notify.bell maybe"), "65 "));
    g_assert_true(g_str_has_prefix(command_fixture_run(fixture, "/set here theme x"), "64 "));
    g_assert_cmpstr(command_fixture_run(fixture, "/set notify.bel on"), ==,
                    "64 /set: there is no setting “notify.bel”: did you mean notify.bell?");
}

static void
test_contacts(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    command_fixture_feed(
        fixture, "work",
        "<presence from='alice@example.org/phone'><show>away</show><status>In the \302\23331mtrain</status></presence>");
    g_assert_null(command_fixture_run(fixture, "/roster"));
    g_assert_cmpuint(fixture->rows->len, ==, 2);
    g_assert_true(
        g_str_has_prefix(fixture->rows->pdata[0],
                         "name=Alice jid=alice@example.org presence=away subscription=both groups=Friends status=In"));
    g_assert_null(strstr(fixture->printed->str, "\302\233")); /* I12 */
    g_assert_null(command_fixture_run(fixture, "/roster online"));
    g_assert_cmpuint(fixture->rows->len, ==, 1);
    g_assert_null(command_fixture_run(fixture, "/who alice"));
    g_assert_true(
        g_str_has_prefix(fixture->rows->pdata[0], "name=Alice jid=alice@example.org/phone presence=away priority=0"));
    g_assert_null(command_fixture_run(fixture, "/who bob@example.org"));
    g_assert_cmpstr(fixture->printed->str, ==, "Nobody is online.\n");
    g_assert_null(command_fixture_run(fixture, "/roster group"));
    g_assert_cmpstr(fixture->printed->str, ==, "Friends  1\n");
    g_assert_null(command_fixture_run(fixture, "/roster group Friends"));
    g_assert_cmpuint(fixture->rows->len, ==, 1);
    g_assert_cmpstr(command_fixture_run(fixture, "/roster group Foes"), ==,
                    "66 /roster group: no contact is in a group “Foes”: see /roster group");
    g_assert_cmpstr(command_fixture_run(fixture, "/roster group add Friends alice"), ==,
                    "1 /roster group add: Alice is in “Friends” already: nothing to do");
    g_string_truncate(fixture->sent, 0);
    command_fixture_start(fixture, "/roster group add \"Old <friends>\" alice");
    command_fixture_until(strstr(fixture->sent->str, "jabber:iq:roster") != NULL);
    g_assert_nonnull(strstr(fixture->sent->str, "<group>Friends</group>"));
    g_assert_nonnull(strstr(fixture->sent->str, "<group>Old &lt;friends&gt;</group>"));
}

static void
test_requests(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    g_assert_null(command_fixture_run(fixture, "/requests"));
    g_assert_cmpstr(fixture->printed->str, ==, "Nobody waits for an answer.\n");
    g_assert_cmpstr(command_fixture_run(fixture, "/approve"), ==,
                    "66 /approve: nobody waits for an answer: write /approve JID");
    command_fixture_feed(fixture, "work",
                         "<presence type='subscribe' from='carol@example.org'><status>it is me</status></presence>");
    command_fixture_feed(fixture, "work", "<presence type='subscribe' from='dave@example.org'/>");
    g_assert_null(command_fixture_run(fixture, "/requests"));
    g_assert_cmpstr(fixture->rows->pdata[0], ==, "jid=carol@example.org text=it is me");
    g_assert_cmpstr(command_fixture_run(fixture, "/deny"), ==,
                    "64 /deny: more than one waits for an answer: write /deny JID (see /requests)");
    g_string_truncate(fixture->sent, 0);
    g_assert_null(command_fixture_run(fixture, "/deny dave@example.org"));
    g_assert_nonnull(strstr(fixture->sent->str, "unsubscribed"));
    g_string_truncate(fixture->sent, 0);
    g_assert_null(command_fixture_run(fixture, "/approve"));
    g_assert_nonnull(strstr(fixture->sent->str, "to=\"carol@example.org\""));
    g_assert_nonnull(strstr(fixture->sent->str, "\"subscribed\""));
}

static void
test_presence(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    command_fixture_connect(fixture, "home", NULL);
    g_assert_null(command_fixture_run(fixture, "/status away Back \"soon\""));
    g_assert_null(command_fixture_run(fixture, "/on home /status dnd"));
    g_assert_null(command_fixture_run(fixture, "/on work /priority -5"));
    g_assert_null(command_fixture_run(fixture, "/status"));
    g_assert_cmpstr(fixture->rows->pdata[0], ==,
                    "account=work state=online status=away priority=-5 text=Back \"soon\"");
    g_assert_true(g_str_has_prefix(fixture->rows->pdata[1], "account=home state=online status=dnd priority=0"));
}

static void
test_connect_makes_an_account(Fixture *fixture, gconstpointer data)
{
    command_fixture_start(fixture, "/connect Alice@EXAMPLE.com/phone server 127.0.0.1 port 9");
    command_fixture_settle();
    const AccountConfig *config = accounts_find(client_accounts(fixture->client), "alice@example.com");
    g_assert_nonnull(config);
    g_assert_cmpstr(config->server, ==, "127.0.0.1");
    g_assert_cmpuint(config->port, ==, 9);
    g_assert_cmpstr(config->resource, ==, "phone");
    /* There is no password, and nobody to ask. */
    command_fixture_until(fixture->calls == 1);
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_CONFIG);
    g_assert_cmpstr(command_fixture_run(fixture, "/connect x@example.com port 0"), ==,
                    "65 /connect: “0” does not fit port: write a number from 1 to 65535");
    g_assert_null(accounts_find(client_accounts(fixture->client), "x@example.com"));
}

static void
test_connections(Fixture *fixture, gconstpointer data)
{
    static const char *const lines[] = { "/tls", "/tls show", "/tls trust", "/tls pin" };
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        g_assert_true(g_str_has_prefix(command_fixture_run(fixture, lines[i]), "66 "));
    command_fixture_begin(fixture, "work");
    g_assert_nonnull(command_fixture_run(fixture, "/connect"));
    g_assert_null(command_fixture_run(fixture, "/disconnect"));
    command_fixture_settle();
    const Account *account = session_account(client_find_session(fixture->client, "work"));
    g_assert_cmpint(account_state(account), ==, ACCOUNT_OFFLINE);
    g_assert_null(command_fixture_run(fixture, "/reconnect work"));
    command_fixture_until(account_state(account) != ACCOUNT_OFFLINE);
    g_assert_null(command_fixture_run(fixture, "/disconnect me@example.org"));
    g_assert_cmpstr(command_fixture_run(fixture, "/disconnect home"), ==,
                    "66 /disconnect: there is no account home: see /account list");
    command_fixture_connect(fixture, "work", roster);
    command_fixture_start(fixture, "/ping");
    const char *ping = strstr(fixture->sent->str, "urn:xmpp:ping");
    g_assert_nonnull(ping);
    command_fixture_start(fixture, "/disconnect");
    command_fixture_until(fixture->calls > 0 && account_state(account) == ACCOUNT_OFFLINE);
}

static void
test_quit_and_print(Fixture *fixture, gconstpointer data)
{
    g_assert_null(command_fixture_run(fixture, "/print %s %n \\n \"x\""));
    g_assert_cmpstr(fixture->printed->str, ==, "%s %n \\n \"x\"\n");
    g_assert_null(command_fixture_run(fixture, "/quit See you"));
    g_assert_cmpstr(fixture->quit, ==, "See you");
}

/* A long usage is not paid for by all other rows, and who folds the lines knows where. */
static void
test_tables(Fixture *fixture, gconstpointer data)
{
    g_assert_null(command_fixture_run(fixture, "/help connection"));
    g_assert_nonnull(strstr(fixture->printed->str, "tls require|direct|if-offered|off]  Connect an account;"));
    g_assert_nonnull(strstr(fixture->printed->str, "\n/tls                      Show the server's certificate.\n"));
    g_assert_cmpint(fixture->hang, ==, 26);
    g_assert_null(command_fixture_run(fixture, "/print a  b"));
    g_assert_cmpint(fixture->hang, ==, 0);
}

/* Calls that are kept when the registry goes end exactly once, and their late answers are harmless. */
static void
test_registry_ends_its_calls(Fixture *fixture, gconstpointer data)
{
    command_fixture_connect(fixture, "work", roster);
    command_fixture_start(fixture, "/ping");
    command_fixture_start(fixture, "/wait message");
    command_fixture_start(fixture, "/on work /info alice");
    command_fixture_settle();
    g_assert_cmpuint(fixture->calls, ==, 0);
    command_fixture_drop_registry(fixture);
    g_assert_cmpuint(fixture->calls, ==, 3);
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_FAILED);
    session_disconnect(client_find_session(fixture->client, "work"), NULL);
    command_fixture_settle();
    g_assert_cmpuint(fixture->calls, ==, 3);
}

static void
test_terminal_commands_need_one(Fixture *fixture, gconstpointer data)
{
    static const Command commands[] = {
        { .name = "win", .grammar = "", .help = "Windows.", .run = NULL, .needs = NEEDS_TERMINAL },
        { 0 },
    };
    static const CommandGroup group = { "windows", "Windows", commands };
    registry_add_group(fixture->registry, &group);
    g_assert_cmpstr(command_fixture_run(fixture, "/win"), ==,
                    "64 /win needs the terminal interface: start confab without “run”");
    g_assert_true(registry_find(fixture->registry, "win 5 x") == &commands[0]);
    g_assert_null(registry_find(fixture->registry, "wi"));
    g_assert_cmpstr(registry_find(fixture->registry, "roster group add x y")->name, ==, "roster group add");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, accounts, test) g_test_add("/command/execute/" path, Fixture, accounts, set_up, test, tear_down)
#define ADD_HEADLESS(path, test)                                                                                       \
    g_test_add("/command/execute/" path, Fixture, one_account, set_up_headless, test, tear_down)
    ADD("unknown-commands-are-never-sent", one_account, test_unknown_commands_are_never_sent);
    ADD("text-is-said", one_account, test_text_is_said);
    ADD("wrong-lines-name-the-argument", one_account, test_wrong_lines_name_the_argument);
    ADD("picks-the-account", NULL, test_picks_the_account);
    ADD("says-why-it-is-offline", one_account, test_says_why_it_is_offline);
    ADD("without-accounts", "", test_without_accounts);
    ADD_HEADLESS("waits-for-the-login-without-a-terminal", test_waits_for_the_login_without_a_terminal);
    ADD_HEADLESS("waiting-ends-with-the-refusal", test_waiting_ends_with_the_refusal);
    ADD("aliases", one_account, test_aliases);
    ADD("loops-end", one_account, test_loops_end);
    ADD("secrets-are-left-out", one_account, test_secrets_are_left_out);
    ADD("accounts", NULL, test_accounts);
    ADD("settings", one_account, test_settings);
    ADD("contacts", one_account, test_contacts);
    ADD("requests", one_account, test_requests);
    ADD("presence", NULL, test_presence);
    ADD("connect-makes-an-account", "", test_connect_makes_an_account);
    ADD("connections", one_account, test_connections);
    ADD("quit-and-print", one_account, test_quit_and_print);
    ADD("tables", one_account, test_tables);
    ADD("registry-ends-its-calls", one_account, test_registry_ends_its_calls);
    ADD_HEADLESS("terminal-commands-need-one", test_terminal_commands_need_one);
    return g_test_run();
}

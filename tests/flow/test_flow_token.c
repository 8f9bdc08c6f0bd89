/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tokens between one login and the next (XEP-0484): what is kept, for how long, and what it is worth. */
#include "flow.h"

#include <string.h>

#include "config/secret.h"

#define NS "urn:xmpp:sasl:2"
#define TOKEN "secret-token:fast-0123456789"
#define OFFER(mechanism) \
    "<stream:features><authentication xmlns='" NS "'><mechanism>" mechanism "</mechanism><inline>" \
    "<bind xmlns='urn:xmpp:bind:0'/><fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast>" \
    "</inline></authentication></stream:features>"
#define GIVE(expiry) "<token xmlns='urn:xmpp:fast:0' token='" TOKEN "' expiry='" expiry "'/>"
#define FAR_AWAY "2199-01-01T00:00:00Z"
#define REFUSED "<failure xmlns='" NS "'><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/></failure>"

static void
start_connecting(Peer *me)
{
    g_autoptr(GError) error = NULL;
    session_connect(me->session, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    wait_connecting(me);
    flow_turn();
    assert_sent(me, "<stream:stream *");
}

static void
succeed(Peer *me, const char *proof, const char *more)
{
    const char *jid = jid_text(account_jid(me->account));
    feed(me, "<success xmlns='" NS "'>%s<authorization-identifier>%s/x</authorization-identifier>"
             "<bound xmlns='urn:xmpp:bind:0'/>%s</success>", proof, jid, more);
    feed(me, "<stream:features/>");
    assert_event(me->flow, "*state online");
}

/* A login with the password; the server gives what is `more`. Returns the id of the program's user agent. */
static char *
login_with_password(Peer *me, const char *more)
{
    feed(me, "%s", OFFER("PLAIN"));
    g_autofree char *id = assert_sent_id(me, "<authenticate *mechanism=\"PLAIN\"*");
    succeed(me, "", more);
    return g_steal_pointer(&id);
}

/* The server's proof that it knows the token. */
static char *
token_proof(void)
{
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *) TOKEN, strlen(TOKEN));
    guint8 digest[32];
    gsize size = sizeof digest;
    g_hmac_update(hmac, (const guchar *) "Responder", -1);
    g_hmac_get_digest(hmac, digest, &size);
    g_autofree char *text = g_base64_encode(digest, size);
    return g_strdup_printf("<additional-data>%s</additional-data>", text);
}

static void
login_with_token(Peer *me, const char *pattern)
{
    g_autofree char *proof = token_proof();
    start_connecting(me);
    assert_sent(me, pattern); /* before a word of the server */
    feed(me, "%s", OFFER("PLAIN"));
    succeed(me, proof, "");
}

static void
test_restart(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    start_connecting(flow_peer(flow, "work"));
    g_autofree char *id = login_with_password(flow_peer(flow, "work"), GIVE(FAR_AWAY));
    g_assert_true(g_uuid_string_is_valid(id));
    flow_restart(flow);
    g_autofree char *first = g_strdup_printf("<authenticate *id=\"%s\"*<fast *count=\"1\"*", id);
    login_with_token(flow_peer(flow, "work"), first);
    flow_restart(flow);
    g_autofree char *second = g_strdup_printf("<authenticate *id=\"%s\"*<fast *count=\"2\"*", id);
    login_with_token(flow_peer(flow, "work"), second);
}

/* Two accounts of one person are not told to be that. */
static void
test_user_agents(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_TWO_ACCOUNTS);
    start_connecting(flow_peer(flow, "work"));
    start_connecting(flow_peer(flow, "home"));
    g_autofree char *work = login_with_password(flow_peer(flow, "work"), "");
    g_autofree char *home = login_with_password(flow_peer(flow, "home"), "");
    g_assert_cmpstr(work, !=, home);
}

static void
test_expired(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    start_connecting(flow_peer(flow, "work"));
    g_autofree char *id = login_with_password(flow_peer(flow, "work"), GIVE("2020-01-01T00:00:00Z"));
    flow_restart(flow);
    start_connecting(flow_peer(flow, "work"));
    assert_nothing_sent(flow_peer(flow, "work"));
    g_autofree char *again = login_with_password(flow_peer(flow, "work"), "");
    g_assert_cmpstr(id, ==, again);
}

/* The connection is lost before the server has answered: the next time the features are waited for. */
static void
test_lost_early(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autofree char *proof = token_proof();
    start_connecting(flow_peer(flow, "work"));
    g_autofree char *id = login_with_password(flow_peer(flow, "work"), GIVE(FAR_AWAY));
    flow_restart(flow);
    Peer *me = flow_peer(flow, "work");
    start_connecting(me);
    assert_sent(me, "<authenticate *<fast *");
    cut(me);
    wait_connecting(me);
    flow_turn();
    assert_sent(me, "<stream:stream *");
    assert_nothing_sent(me);
    feed(me, "%s", OFFER("PLAIN"));
    assert_sent(me, "<authenticate *<fast *count=\"2\"*");
    succeed(me, proof, "");
    flow_restart(flow);
    login_with_token(flow_peer(flow, "work"), "<authenticate *<fast *count=\"3\"*"); /* early again */
}

/* I4: refusing the token does not lead below what is pinned, which here is SCRAM by an earlier login. */
static void
test_refused_then_weaker(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    start_connecting(flow_peer(flow, "work"));
    g_autofree char *id = login_with_password(flow_peer(flow, "work"), GIVE(FAR_AWAY));
    account_memory_save_sasl(flow_peer(flow, "work")->session, "SCRAM-SHA-256", false);
    flow_restart(flow);
    Peer *me = flow_peer(flow, "work");
    start_connecting(me);
    assert_sent(me, "<authenticate *<fast *");
    feed(me, "%s", OFFER("PLAIN"));
    feed(me, REFUSED);
    flow_turn();
    assert_event(flow, "notice alarm *");
    assert_sent(me, "</stream:stream>");
    assert_nothing_sent(me);
}

/* I4: a server that does not know the token it gave is not believed; the next login is with the password. */
static void
test_impostor(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    start_connecting(flow_peer(flow, "work"));
    g_autofree char *id = login_with_password(flow_peer(flow, "work"), GIVE(FAR_AWAY));
    flow_restart(flow);
    Peer *me = flow_peer(flow, "work");
    start_connecting(me);
    assert_sent(me, "<authenticate *<fast *");
    feed(me, "%s", OFFER("PLAIN"));
    feed(me, "<success xmlns='" NS "'><authorization-identifier>me@example.org/x</authorization-identifier>"
             "<bound xmlns='urn:xmpp:bind:0'/>" GIVE(FAR_AWAY) "</success>");
    flow_turn();
    assert_event(flow, "notice alarm *does not know the token*");
    assert_sent(me, "</stream:stream>");
    start_connecting(me);
    assert_nothing_sent(me);
    g_autofree char *again = login_with_password(me, "");
}

/* --- without a password at hand --- */

static void
on_prompt(SecretPrompt *prompt, gpointer data)
{
    guint *asked = data;
    ++*asked;
    secret_prompt_answer(prompt, secret_new("secret", -1));
}

static void
test_without_password(void)
{
    g_autoptr(Flow) flow = flow_new("[work]\njid = me@example.org\n");
    guint asked = 0;
    secret_sources_set_prompt(flow->secrets, on_prompt, &asked);
    start_connecting(flow_peer(flow, "work"));
    g_assert_cmpuint(asked, ==, 1);
    g_autofree char *id = login_with_password(flow_peer(flow, "work"), GIVE(FAR_AWAY));
    flow_restart(flow);
    login_with_token(flow_peer(flow, "work"), "<authenticate *<fast *");
    g_assert_cmpuint(asked, ==, 1); /* nobody was asked */
    flow_restart(flow);
    Peer *me = flow_peer(flow, "work");
    start_connecting(me);
    assert_sent(me, "<authenticate *<fast *");
    feed(me, "%s", OFFER("PLAIN"));
    feed(me, REFUSED);
    flow_turn();
    wait_connecting(me); /* by itself, once the question is answered */
    flow_turn();
    g_assert_cmpuint(asked, ==, 2);
    assert_no_event(flow, "notice error *");
    assert_sent(me, "</stream:stream>");
    assert_sent(me, "<stream:stream *");
    assert_nothing_sent(me);
    g_autofree char *again = login_with_password(me, GIVE(FAR_AWAY));
    flow_restart(flow);
    login_with_token(flow_peer(flow, "work"), "<authenticate *<fast *");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/token/restart", test_restart);
    g_test_add_func("/flow/token/user-agents", test_user_agents);
    g_test_add_func("/flow/token/expired", test_expired);
    g_test_add_func("/flow/token/lost-early", test_lost_early);
    g_test_add_func("/flow/token/refused-then-weaker", test_refused_then_weaker);
    g_test_add_func("/flow/token/impostor", test_impostor);
    g_test_add_func("/flow/token/without-password", test_without_password);
    return g_test_run();
}

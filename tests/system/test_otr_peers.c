/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OTR with clients of other people on a real server. */
#include <string.h>

#include "support/chat_peer.h"
#include "support/run_confab.h"
#include "support/server.h"

static const char *const contacts_of_alice[] = { "pam@localhost", "mac@localhost", NULL };
static const char *const contacts_of_pam[] = { "alice@localhost", "mac@localhost", NULL };
static const char *const contacts_of_mac[] = { "alice@localhost", "pam@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret of alice", contacts_of_alice },
    { "pam", "secret of pam", contacts_of_pam },
    { "mac", "secret of mac", contacts_of_mac },
    { 0 },
};
#define PAM (&accounts[1])
#define MAC (&accounts[2])

static const char MARKUP[] = "a <b>x</b> & \"q\" 'p' &amp; &lt;i&gt; <br/>z";

/* Both peers with each other: what this program takes for granted when confab talks to one of them. */
static void
test_each_other(void)
{
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = accounts });
    if (server == NULL)
        return;
    g_autoptr(ChatPeer) pam = chat_peer_start(CHAT_PEER_PROFANITY, server, PAM, "mac@localhost");
    if (pam == NULL)
        return;
    g_autoptr(ChatPeer) mac = chat_peer_start(CHAT_PEER_MCABBER, server, MAC, "pam@localhost");
    if (mac == NULL)
        return;
    ChatPeer *const peers[] = { pam, mac };

    chat_peer_otr_start(pam);
    chat_peer_wait_encrypted(pam);
    chat_peer_wait_encrypted(mac);
    g_autofree char *key_of_pam = chat_peer_own_fingerprint(pam);
    g_autofree char *seen_by_mac = chat_peer_fingerprint(mac);
    g_assert_cmpstr(key_of_pam, ==, seen_by_mac);
    g_autofree char *key_of_mac = chat_peer_own_fingerprint(mac);
    g_autofree char *seen_by_pam = chat_peer_fingerprint(pam);
    g_assert_cmpstr(key_of_mac, ==, seen_by_pam);

    for (guint i = 0; i < G_N_ELEMENTS(peers); i++) {
        ChatPeer *from = peers[i], *to = peers[1 - i];
        chat_peer_clear(from);
        chat_peer_clear(to);
        chat_peer_say(from, "grüße, 日本");
        chat_peer_wait_shown(to, "grüße, 日本");
        g_assert_true(chat_peer_showed_encrypted(to, "grüße, 日本"));
        chat_peer_say(from, MARKUP);
        chat_peer_wait_received(to, to == pam ? MARKUP : "a <b>x</b> & \"q\" 'p' & <i> \nz");

        const bool same = i == 0;
        g_assert_cmpint(chat_peer_trusts(to), ==, !same);
        chat_peer_otr_ask(from, NULL, "squid");
        chat_peer_wait_asked(to, NULL);
        chat_peer_otr_answer(to, same ? "squid" : "octopus");
        chat_peer_wait_compared(from, same);
        chat_peer_wait_compared(to, same);
        if (same)
            g_assert_true(chat_peer_trusts(from) && chat_peer_trusts(to));

        chat_peer_otr_end(from);
        chat_peer_wait_ended(to);
        chat_peer_clear(from);
        chat_peer_clear(to);
        chat_peer_otr_start(to);
        chat_peer_wait_encrypted(from);
        chat_peer_wait_encrypted(to);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/system/otr-peers/each-other", test_each_other);
    return g_test_run();
}

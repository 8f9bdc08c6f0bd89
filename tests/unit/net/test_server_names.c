/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I3 */
#include <glib.h>
#include <string.h>

#include "net/server_names.h"

static void
check_dns(const char *domain, const char *pattern, bool expected)
{
    ServerName name = { 0 };
    g_assert_true(server_name_init(&name, domain, NULL));
    if (server_name_matches_dns(&name, pattern, strlen(pattern)) != expected)
        g_error("%s against %s", domain, pattern);
    server_name_clear(&name);
}

static void
test_dns(void)
{
    check_dns("example.org", "example.org", true);
    check_dns("example.org", "EXAMPLE.org", true);
    check_dns("example.org", "example.org.", false);
    check_dns("example.org", "xexample.org", false);
    check_dns("example.org", "", false);
    check_dns("chat.example.org", "*.example.org", true);
    check_dns("example.org", "*.example.org", false);
    check_dns("a.chat.example.org", "*.example.org", false);
    check_dns("example.org", "*.org", false);
    check_dns("example.org", "*", false);
    check_dns("example.org", "*.", false);
    check_dns("chat.example.org", "*.*.org", false);
    check_dns("chat.example.org", "c*.example.org", false);
    check_dns("chat.example.org", "*t.example.org", false);
    check_dns("chat.example.org", "chat.*.org", false);
    check_dns("localhost", "localhost", true);
    check_dns("bücher.example", "xn--bcher-kva.example", true);
    check_dns("bücher.example", "bücher.example", false); /* DNS names are ASCII */
    check_dns("bücher.example.org", "*.example.org", true);
    check_dns("bücher.example", "xn--*.example", false);
    check_dns("127.0.0.1", "127.0.0.1", false); /* an address is not a name */

    ServerName name = { 0 };
    g_assert_true(server_name_init(&name, "example.org", NULL));
    g_assert_false(server_name_matches_dns(&name, "example.org\0.evil.example", 24));
    g_assert_false(server_name_matches_dns(&name, "example.org\0", 12));
    server_name_clear(&name);
}

static bool
srv(const char *domain, const char *text)
{
    ServerName name = { 0 };
    g_assert_true(server_name_init(&name, domain, NULL));
    const bool matches = server_name_matches_srv(&name, text, strlen(text));
    server_name_clear(&name);
    return matches;
}

static void
test_srv(void)
{
    g_assert_true(srv("example.org", "_xmpp-client.example.org"));
    g_assert_true(srv("example.org", "_xmpps-client.EXAMPLE.org"));
    g_assert_true(srv("bücher.example", "_xmpp-client.xn--bcher-kva.example"));
    g_assert_false(srv("example.org", "_xmpp-server.example.org"));
    g_assert_false(srv("example.org", "example.org"));
    g_assert_false(srv("chat.example.org", "_xmpp-client.*.example.org"));
    g_assert_false(srv("example.org", "_xmpp-client."));
    g_assert_false(srv("127.0.0.1", "_xmpp-client.127.0.0.1"));
}

static bool
xmpp(const char *domain, const char *text)
{
    ServerName name = { 0 };
    g_assert_true(server_name_init(&name, domain, NULL));
    const bool matches = server_name_matches_xmpp(&name, text, strlen(text));
    server_name_clear(&name);
    return matches;
}

static void
test_xmpp(void)
{
    g_assert_true(xmpp("example.org", "example.org"));
    g_assert_true(xmpp("example.org", "Example.ORG"));
    g_assert_true(xmpp("bücher.example", "bücher.example"));
    g_assert_true(xmpp("bücher.example", "BÜCHER.example"));
    g_assert_false(xmpp("example.org", "alice@example.org"));
    g_assert_false(xmpp("example.org", "example.org/x"));
    g_assert_false(xmpp("example.org", "*.example.org"));
    g_assert_false(xmpp("example.org", "\xff"));
    g_assert_false(xmpp("example.org", ""));
}

static void
test_ip(void)
{
    static const guint8 four[] = { 127, 0, 0, 1 };
    static const guint8 six[16] = { [15] = 1 };
    ServerName name = { 0 };
    g_assert_true(server_name_init(&name, "127.0.0.1", NULL));
    g_assert_true(server_name_matches_ip(&name, four, 4));
    g_assert_false(server_name_matches_ip(&name, four, 3));
    g_assert_false(server_name_matches_ip(&name, six, 16));
    server_name_clear(&name);
    g_assert_true(server_name_init(&name, "[::1]", NULL));
    g_assert_true(server_name_matches_ip(&name, six, 16));
    server_name_clear(&name);
    g_assert_true(server_name_init(&name, "example.org", NULL));
    g_assert_false(server_name_matches_ip(&name, four, 4));
    server_name_clear(&name);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/server-names/dns", test_dns);
    g_test_add_func("/net/server-names/srv-id", test_srv);
    g_test_add_func("/net/server-names/xmpp-address", test_xmpp);
    g_test_add_func("/net/server-names/ip-address", test_ip);
    return g_test_run();
}

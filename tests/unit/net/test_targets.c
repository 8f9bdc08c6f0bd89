/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "fake_resolver.h"
#include "net/targets.h"
#include "probe.h"

typedef struct Found {
    char *list; /* "host:port/direct …" */
    GError *error;
    int calls;
} Found;

static void
on_found(GPtrArray *targets, const GError *error, gpointer data)
{
    Found *found = data;
    GString *list = g_string_new(NULL);
    found->calls++;
    for (guint i = 0; targets && i < targets->len; i++) {
        const Target *target = targets->pdata[i];
        g_string_append_printf(list, "%s%s:%u%s", i > 0 ? " " : "", target->host, target->port,
                               target->direct ? "/direct" : "");
    }
    found->list = g_string_free(list, FALSE);
    found->error = error ? g_error_copy(error) : NULL;
    g_assert_true((targets != NULL) != (error != NULL));
}

static Found
search(const char *domain, TargetsKind kind, guint timeout)
{
    Found found = { 0 };
    g_autofree char *name = target_lookup_name(domain, NULL);
    g_autoptr(TargetsSearch) search = targets_search_new(name, kind, timeout, on_found, &found);
    g_assert_cmpint(found.calls, ==, 0);
    probe_wait(NULL, found.calls > 0);
    return found;
}

static void
check(const char *domain, TargetsKind kind, const char *expected)
{
    Found found = search(domain, kind, 5000);
    g_assert_no_error(found.error);
    g_assert_cmpstr(found.list, ==, expected);
    g_free(found.list);
}

#define CLIENT(domain) "_xmpp-client._tcp." domain
#define DIRECT(domain) "_xmpps-client._tcp." domain

static void
test_merged(void)
{
    g_autoptr(FakeResolver) dns = fake_resolver_new();
    fake_resolver_add_service(dns, CLIENT("a.example"), "starttls.a.example", 5222, 10, 0);
    fake_resolver_add_service(dns, DIRECT("a.example"), "last.a.example", 443, 20, 0);
    fake_resolver_add_service(dns, DIRECT("a.example"), "First.a.example.", 5223, 5, 0);
    check("a.example", TARGETS_ANY, "first.a.example:5223/direct starttls.a.example:5222 last.a.example:443/direct");
    check("a.example", TARGETS_DIRECT, "first.a.example:5223/direct last.a.example:443/direct");
    check("a.example", TARGETS_STARTTLS, "starttls.a.example:5222");
    fake_resolver_add_service(dns, CLIENT("xn--bcher-kva.example"), "b.example", 5222, 0, 0);
    check("bücher.example", TARGETS_ANY, "b.example:5222");
}

static void
test_fallback(void)
{
    g_autoptr(FakeResolver) dns = fake_resolver_new();
    check("none.example", TARGETS_ANY, "none.example:5222"); /* 5223 is not guessed */
    check("none.example", TARGETS_DIRECT, "none.example:5223/direct");
    check("straße.example", TARGETS_ANY, "xn--strae-oqa.example:5222"); /* IDNA2008, not "strasse" */
    fake_resolver_break(dns, CLIENT("half.example"));
    check("half.example", TARGETS_ANY, "half.example:5222");
    fake_resolver_add_service(dns, DIRECT("half.example"), "x.example", 443, 0, 0);
    check("half.example", TARGETS_ANY, "x.example:443/direct");
}

static void
test_no_questions(void)
{
    g_autoptr(FakeResolver) dns = fake_resolver_new();
    check("127.0.0.1", TARGETS_ANY, "127.0.0.1:5222");
    check("[::1]", TARGETS_ANY, "::1:5222");
    check("localhost", TARGETS_ANY, "localhost:5222");
    check("a.localhost", TARGETS_DIRECT, "a.localhost:5223/direct");
    g_assert_cmpint(fake_resolver_questions(dns, CLIENT("localhost")), ==, 0);
    g_assert_cmpint(fake_resolver_questions(dns, CLIENT("127.0.0.1")), ==, 0);
}

static void
test_no_service(void)
{
    g_autoptr(FakeResolver) dns = fake_resolver_new();
    fake_resolver_add_service(dns, CLIENT("no.example"), ".", 0, 0, 0);
    Found found = search("no.example", TARGETS_ANY, 5000);
    g_assert_error(found.error, CONFAB_ERROR, ERROR_NOT_FOUND);
    g_clear_error(&found.error);
    g_free(found.list);
    /* direct TLS exists although STARTTLS does not, and the other way round */
    fake_resolver_add_service(dns, DIRECT("no.example"), "d.example", 443, 0, 0);
    check("no.example", TARGETS_ANY, "d.example:443/direct");
    fake_resolver_add_service(dns, DIRECT("clear.example"), ".", 0, 0, 0);
    check("clear.example", TARGETS_ANY, "clear.example:5222");
    /* hostile records are skipped */
    fake_resolver_add_service(dns, CLIENT("bad.example"), "a b\033.example", 5222, 0, 0);
    fake_resolver_add_service(dns, CLIENT("bad.example"), "zero.example", 0, 0, 0);
    check("bad.example", TARGETS_ANY, "bad.example:5222");
}

static void
test_silence(void)
{
    g_autoptr(FakeResolver) dns = fake_resolver_new();
    fake_resolver_silence(dns, CLIENT("mute.example"));
    fake_resolver_silence(dns, DIRECT("mute.example"));
    Found found = search("mute.example", TARGETS_ANY, 50);
    g_assert_error(found.error, CONFAB_ERROR, ERROR_UNREACHABLE);
    g_assert_nonnull(strstr(found.error->message, "no answer from DNS for mute.example within 0.05 s"));
    g_clear_error(&found.error);
    g_free(found.list);
    /* one answer is enough */
    fake_resolver_silence(dns, DIRECT("half.example"));
    fake_resolver_add_service(dns, CLIENT("half.example"), "x.example", 5222, 0, 0);
    found = search("half.example", TARGETS_ANY, 50);
    g_assert_cmpstr(found.list, ==, "x.example:5222");
    g_free(found.list);
}

static void
test_cancel(void)
{
    g_autoptr(FakeResolver) dns = fake_resolver_new();
    Found found = { 0 };
    targets_search_free(targets_search_new("a.example", TARGETS_ANY, 1, on_found, &found));
    targets_search_free(targets_search_new("localhost", TARGETS_ANY, 1, on_found, &found));
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpint(found.calls, ==, 0);
}

static void
add(GPtrArray *targets, const char *host, guint16 priority, guint16 weight)
{
    Target *target = target_new(host, 5222, false);
    target->priority = priority;
    target->weight = weight;
    g_ptr_array_add(targets, target);
}

/* RFC 2782: within a priority the chance to be first is the weight's share; a weight of 0 is not hopeless among
 * others of 0. */
static void
test_weights(void)
{
    g_autoptr(GRand) lot = g_rand_new_with_seed(4711);
    int heavy_first = 0, zero_first = 0;
    for (int i = 0; i < 4000; i++) {
        g_autoptr(GPtrArray) targets = g_ptr_array_new_with_free_func((GDestroyNotify)target_free);
        add(targets, "late", 2, 60000);
        add(targets, "heavy", 1, 75);
        add(targets, "light", 1, 25);
        add(targets, "zero", 1, 0);
        add(targets, "early", 0, 0);
        targets_order(targets, lot);
        g_assert_cmpuint(targets->len, ==, 5);
        g_assert_cmpstr(((Target *)targets->pdata[0])->host, ==, "early");
        g_assert_cmpstr(((Target *)targets->pdata[4])->host, ==, "late");
        heavy_first += strcmp(((Target *)targets->pdata[1])->host, "heavy") == 0;
        zero_first += strcmp(((Target *)targets->pdata[1])->host, "zero") == 0;
    }
    g_assert_cmpint(heavy_first, >, 2800);
    g_assert_cmpint(heavy_first, <, 3200);
    g_assert_cmpint(zero_first, >, 0);
    g_assert_cmpint(zero_first, <, 120);
    g_autoptr(GPtrArray) many = g_ptr_array_new_with_free_func((GDestroyNotify)target_free);
    for (int i = 0; i < 1000; i++)
        add(many, "x", 0, 65535); /* the sum does not overflow */
    targets_order(many, lot);
    g_assert_cmpuint(many->len, ==, 1000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/net/targets/srv-merged-by-priority", test_merged);
    g_test_add_func("/net/targets/fallback-without-srv", test_fallback);
    g_test_add_func("/net/targets/literals-and-localhost-are-not-asked-for", test_no_questions);
    g_test_add_func("/net/targets/no-service", test_no_service);
    g_test_add_func("/net/targets/silence", test_silence);
    g_test_add_func("/net/targets/cancel", test_cancel);
    g_test_add_func("/net/targets/weights", test_weights);
    return g_test_run();
}

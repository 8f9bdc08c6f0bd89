/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history.keep in days: what is older goes, a little at a time, and nothing else does. */
#include "base/when.h"
#include "flow.h"

enum { OLD = 250, DAYS = 30 };

static const char *const people[] = { "bob@example.org", "carol@example.org" };

static HistoryPlace
place_of(const char *with)
{
    return (HistoryPlace){ "me@example.org", with, CONVERSATION_CHAT };
}

static void
add(Flow *flow, const char *with, gint64 time, const char *body)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) from = make_jid(with);
    const HistoryPlace place = place_of(with);
    const MessageInit init = { .direction = MESSAGE_IN, .from = from, .body = body, .time = time, .order = time };
    g_autoptr(Message) message = message_new(&init);
    g_assert_cmpint(history_add(client_db(flow->client), &place, message, &error), ==, HISTORY_ADDED);
    g_assert_no_error(error);
}

/* Old ones and one of yesterday, with everybody. */
static void
fill(Flow *flow)
{
    const gint64 now = when_now();
    for (gsize i = 0; i < G_N_ELEMENTS(people); i++) {
        for (int j = 0; j < OLD; j++)
            add(flow, people[i], now - 2 * DAYS * G_TIME_SPAN_DAY + j, "old");
        add(flow, people[i], now - G_TIME_SPAN_DAY, "new");
    }
}

static guint
count(Flow *flow, const char *with)
{
    const HistoryPlace place = place_of(with);
    g_autoptr(GPtrArray) page = history_page_after(client_db(flow->client), &place, 0, 10 * OLD, NULL);
    return page == NULL ? 0 : page->len;
}

static bool
bob_is_short(gpointer flow)
{
    return count(flow, people[0]) == 1;
}

static bool
all_are_short(gpointer flow)
{
    return count(flow, people[0]) == 1 && count(flow, people[1]) == 1;
}

static void
keep(Flow *flow, SettingPlace place, const char *value)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(settings_set(client_settings(flow->client), SETTING_HISTORY_KEEP, place, value, &error));
    g_assert_no_error(error);
}

static void
test_old_ones_go(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    fill(flow);
    /* For one conversation, then for the account. */
    keep(flow, (SettingPlace){ .conversation = people[0] }, "30");
    flow_wait(bob_is_short, flow);
    g_assert_cmpuint(count(flow, people[1]), ==, OLD + 1);
    keep(flow, (SettingPlace){ .account = "work" }, "31");
    flow_wait(all_are_short, flow);
}

static void
test_closest_counts(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    fill(flow);
    keep(flow, (SettingPlace){ .conversation = people[1] }, "always");
    keep(flow, (SettingPlace){ 0 }, "30");
    flow_wait(bob_is_short, flow);
    flow_settle(flow);
    g_assert_cmpuint(count(flow, people[1]), ==, OLD + 1);
}

static void
test_values(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Settings *settings = client_settings(flow->client);
    static const char *const wrong[] = { "", "0", "-1", "36501", "sometimes", "30 days", "Always" };
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(settings_set(settings, SETTING_HISTORY_KEEP, (SettingPlace){ 0 }, wrong[i], NULL));
    keep(flow, (SettingPlace){ 0 }, "never");
    keep(flow, (SettingPlace){ 0 }, "36500");
    g_assert_cmpstr(settings_get_text(settings, SETTING_HISTORY_KEEP, NULL, NULL), ==, "36500");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/retention/old-ones-go", test_old_ones_go);
    g_test_add_func("/flow/retention/closest-counts", test_closest_counts);
    g_test_add_func("/flow/retention/values", test_values);
    return g_test_run();
}

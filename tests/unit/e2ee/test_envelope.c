/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/e2ee.h"

#include "base/error.h"

static XmppMessage *
make_message(void)
{
    XmppMessage *message = message_stanza_new();
    message->body = g_strdup("secret");
    return message;
}

static void
test_plain(void)
{
    g_autoptr(GError) error = NULL;
    XmppMessage *message = make_message();
    g_autoptr(Envelope) envelope = envelope_plain(message, "none", &error);
    g_assert_no_error(error);
    g_assert_true(envelope_message(envelope) == message);
    g_assert_cmpstr(envelope_encryption(envelope), ==, "none");
}

/* I21: a conversation that insists on encryption gets no plain envelope, not even when the provider is not there. */
static void
test_insists(void)
{
    static const char *const intents[] = { "otr", "omemo", "ox", "", "None", "none ", "nonsense" };
    for (gsize i = 0; i < G_N_ELEMENTS(intents); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(envelope_plain(make_message(), intents[i], &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_ENCRYPTION);
    }
}

static void
test_providers(void)
{
    g_assert_nonnull(e2ee_providers());
    for (const E2eeProvider *const *provider = e2ee_providers(); *provider != NULL; provider++)
        g_assert_true(e2ee_find_provider((*provider)->name) == *provider);
    g_assert_null(e2ee_find_provider("none"));
    g_assert_null(e2ee_find_provider(""));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/e2ee/envelope/plain", test_plain);
    g_test_add_func("/e2ee/envelope/insists", test_insists);
    g_test_add_func("/e2ee/providers", test_providers);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "core/core_private.h"

typedef struct Fixture {
    SecretSources *sources;
    Credentials *credentials;
    AccountConfig *account;
    Accounts *accounts;
    const char *const *answers; /* of the prompt; NULL: silence */
    guint prompts;
    char *reason;               /* shown with the last prompt */
    guint outcomes;
    GError *error;
} Fixture;

static void
on_prompt(SecretPrompt *prompt, gpointer data)
{
    Fixture *fixture = data;
    fixture->prompts++;
    g_free(fixture->reason);
    fixture->reason = g_strdup(secret_prompt_reason(prompt));
    const char *answer = *fixture->answers;
    if (answer != NULL)
        fixture->answers++;
    secret_prompt_answer(prompt, answer != NULL ? secret_new(answer, -1) : NULL);
}

static void
on_credentials(const GError *error, gpointer data)
{
    Fixture *fixture = data;
    fixture->outcomes++;
    g_clear_error(&fixture->error);
    fixture->error = error != NULL ? g_error_copy(error) : NULL;
}

static void
set_up(Fixture *fixture, gconstpointer password)
{
    g_autoptr(GError) error = NULL;
    fixture->accounts = accounts_new(NULL, NULL, &error);
    g_assert_true(accounts_add(fixture->accounts, "work", "me@example.org", &error));
    if (password != NULL)
        g_assert_true(accounts_set(fixture->accounts, "work", "password", password, &error));
    fixture->account = account_config_ref(accounts_find(fixture->accounts, "work"));
    fixture->sources = secret_sources_new();
    fixture->credentials = credentials_new(fixture->sources);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    credentials_free(fixture->credentials);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    secret_sources_free(fixture->sources);
    account_config_unref(fixture->account);
    accounts_free(fixture->accounts);
    g_free(fixture->reason);
    g_clear_error(&fixture->error);
}

/* Asks, and waits for the one outcome. */
static void
ask(Fixture *fixture)
{
    const guint before = fixture->outcomes;
    credentials_ask(fixture->credentials, fixture->account, on_credentials, fixture);
    g_assert_true(credentials_are_asked(fixture->credentials));
    g_assert_cmpuint(fixture->outcomes, ==, before); /* never from inside the call */
    while (fixture->outcomes == before)
        g_main_context_iteration(NULL, TRUE);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(fixture->outcomes, ==, before + 1);
    g_assert_false(credentials_are_asked(fixture->credentials));
}

static void
test_file(Fixture *fixture, gconstpointer data)
{
    g_assert_null(credentials_password(fixture->credentials));
    ask(fixture);
    g_assert_no_error(fixture->error);
    g_assert_cmpstr(credentials_password(fixture->credentials), ==, "from the file");
    credentials_accepted(fixture->credentials);
    g_assert_cmpstr(credentials_password(fixture->credentials), ==, "from the file");
    credentials_forget(fixture->credentials);
    g_assert_null(credentials_password(fixture->credentials));
}

/* I8: the same password is not offered twice; without anybody to ask that is the end of it. */
static void
test_refused_headless(Fixture *fixture, gconstpointer data)
{
    ask(fixture);
    credentials_refused(fixture->credentials, "wrong password");
    g_assert_null(credentials_password(fixture->credentials));
    ask(fixture);
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_AUTH);
    g_assert_nonnull(g_strstr_len(fixture->error->message, -1, "wrong password"));
    g_assert_null(credentials_password(fixture->credentials));
    /* When the user says so, it starts anew. */
    credentials_forget(fixture->credentials);
    ask(fixture);
    g_assert_cmpstr(credentials_password(fixture->credentials), ==, "from the file");
}

static void
test_refused_asks(Fixture *fixture, gconstpointer data)
{
    static const char *const answers[] = { "typed", NULL };
    fixture->answers = answers;
    secret_sources_set_prompt(fixture->sources, on_prompt, fixture);
    ask(fixture);
    g_assert_cmpuint(fixture->prompts, ==, 0);
    credentials_refused(fixture->credentials, "wrong password");
    ask(fixture);
    g_assert_cmpuint(fixture->prompts, ==, 1);
    g_assert_cmpstr(fixture->reason, ==, "wrong password");
    g_assert_cmpstr(credentials_password(fixture->credentials), ==, "typed");
}

/* Who insists, is believed: the server may have been wrong. */
static void
test_insists(Fixture *fixture, gconstpointer data)
{
    static const char *const answers[] = { "mine", "mine", "mine", NULL };
    fixture->answers = answers;
    secret_sources_set_prompt(fixture->sources, on_prompt, fixture);
    ask(fixture);
    credentials_refused(fixture->credentials, "no");
    ask(fixture); /* typed once, asked again with the reason, typed again */
    g_assert_cmpuint(fixture->prompts, ==, 3);
    g_assert_cmpstr(credentials_password(fixture->credentials), ==, "mine");
    credentials_forget(fixture->credentials);
    ask(fixture);
    g_assert_error(fixture->error, CONFAB_ERROR, ERROR_AUTH); /* no answer */
    g_assert_null(credentials_password(fixture->credentials));
}

static void
test_forgotten(Fixture *fixture, gconstpointer data)
{
    credentials_ask(fixture->credentials, fixture->account, on_credentials, fixture);
    credentials_forget(fixture->credentials);
    g_assert_false(credentials_are_asked(fixture->credentials));
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(fixture->outcomes, ==, 0);
    ask(fixture); /* a new question is independent of the old one */
    g_assert_cmpuint(fixture->outcomes, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(path, password, function) \
    g_test_add("/core/credentials/" path, Fixture, password, set_up, function, tear_down)
    TEST("file", "from the file", test_file);
    TEST("refused-headless", "from the file", test_refused_headless);
    TEST("refused-asks", "from the file", test_refused_asks);
    TEST("insists", NULL, test_insists);
    TEST("forgotten", "from the file", test_forgotten);
    return g_test_run();
}

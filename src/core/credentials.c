/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/core_private.h"

/* A question for the password; it outlives credentials that lost interest. */
typedef struct Question {
    Credentials *credentials; /* NULL: nobody waits any more */
    AccountConfig *account;
    GCancellable *cancel;
    bool again; /* a person answers: that counts, whatever it is */
    CredentialsDone done;
    gpointer data;
} Question;

struct Credentials {
    SecretSources *sources;
    Question *question;
    Secret *secret;
    Secret *refused; /* what the server did not take */
    char *refusal;   /* in its words */
};

Credentials *
credentials_new(SecretSources *sources)
{
    Credentials *credentials = g_new0(Credentials, 1);
    credentials->sources = sources;
    return credentials;
}

void
credentials_free(Credentials *credentials)
{
    credentials_forget(credentials);
    g_free(credentials);
}

const char *
credentials_password(const Credentials *credentials)
{
    return credentials->secret != NULL ? secret_text(credentials->secret) : NULL;
}

bool
credentials_are_asked(const Credentials *credentials)
{
    return credentials->question != NULL;
}

static void ask(Credentials *credentials, Question *take_question);

static void
question_free(Question *question)
{
    account_config_unref(question->account);
    g_object_unref(question->cancel);
    g_free(question);
}

static bool
is_refused(const Credentials *credentials, const Secret *secret)
{
    return credentials->refused != NULL && g_str_equal(secret_text(credentials->refused), secret_text(secret));
}

static void
on_secret(Secret *take_secret, const GError *error, gpointer data)
{
    Question *question = data;
    Credentials *credentials = question->credentials;
    g_autoptr(Secret) secret = take_secret;
    if (credentials == NULL) {
        question_free(question);
        return;
    }
    credentials->question = NULL;
    if (secret != NULL && is_refused(credentials, secret) && !question->again) {
        question->again = true;
        ask(credentials, question);
        return;
    }
    g_clear_pointer(&credentials->secret, secret_free);
    credentials->secret = g_steal_pointer(&secret);
    const CredentialsDone done = question->done;
    const gpointer done_data = question->data;
    question_free(question);
    done(error, done_data);
}

static void
ask(Credentials *credentials, Question *take_question)
{
    Question *question = take_question;
    credentials->question = question;
    if (question->again)
        secret_ask_again(credentials->sources, question->account, credentials->refusal, question->cancel, on_secret,
                         question);
    else
        secret_find(credentials->sources, question->account, question->cancel, on_secret, question);
}

void
credentials_ask(Credentials *credentials, const AccountConfig *account, CredentialsDone done, gpointer data)
{
    g_return_if_fail(credentials->question == NULL);
    Question *question = g_new0(Question, 1);
    *question = (Question) {
        .credentials = credentials,
        .account = account_config_ref(account),
        .cancel = g_cancellable_new(),
        .done = done,
        .data = data,
    };
    ask(credentials, question);
}

void
credentials_accepted(Credentials *credentials)
{
    g_clear_pointer(&credentials->refused, secret_free);
    g_clear_pointer(&credentials->refusal, g_free);
}

void
credentials_refused(Credentials *credentials, const char *words)
{
    credentials_accepted(credentials);
    if (credentials->secret == NULL)
        return;
    credentials->refused = g_steal_pointer(&credentials->secret);
    credentials->refusal = g_strdup(words);
}

void
credentials_forget(Credentials *credentials)
{
    credentials_accepted(credentials);
    g_clear_pointer(&credentials->secret, secret_free);
    if (credentials->question == NULL)
        return;
    credentials->question->credentials = NULL;
    g_cancellable_cancel(credentials->question->cancel);
    credentials->question = NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/secret.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/subprocess.h"

struct Secret {
    gsize length;
    char text[]; /* NUL-terminated */
};

/* A request for a password. It is also the question to the user, when it comes to that. */
struct SecretPrompt {
    SecretSources *sources;
    AccountConfig *account;
    char *reason; /* why it is asked again; NULL: the first time */
    GCancellable *cancel;
    SecretDone done;
    gpointer data;
    guint
        source; /* delivers the answer, or watches `cancel` while the request waits for its turn */
    bool asks;  /* the user is asked whatever sources there are */
    bool lent;  /* the terminal is with our command */
    bool answered; /* an answer is on its way */
    Secret *secret;
    GError *error;
};

struct SecretSources {
    Secret *given;
    char *credentials;
    SecretLend lend;
    gpointer lend_data;
    SecretAsk ask;
    gpointer ask_data;
    GQueue waiting;       /* of SecretPrompt: those that need the terminal or the user */
    SecretPrompt *active; /* the one that has it; NULL: nobody */
};

Secret *
secret_new(const char *text, gssize length)
{
    const gsize size = length < 0 ? strlen(text) : (gsize) length;
    Secret *secret = g_malloc(sizeof(Secret) + size + 1);
    secret->length = size;
    memcpy(secret->text, text, size);
    secret->text[size] = '\0';
    return secret;
}

Secret *
secret_copy(const Secret *secret)
{
    return secret_new(secret->text, (gssize) secret->length);
}

void
secret_free(Secret *secret)
{
    if (secret == NULL)
        return;
    explicit_bzero(secret->text, secret->length);
    g_free(secret);
}

const char *
secret_text(const Secret *secret)
{
    return secret->text;
}

gsize
secret_length(const Secret *secret)
{
    return secret->length;
}

/* The first line, as password managers print it; the rest are notes. */
static Secret *
first_line(const char *text, gsize length)
{
    const char *newline = memchr(text, '\n', length);
    gsize size = newline == NULL ? length : (gsize) (newline - text);
    if (size > 0 && text[size - 1] == '\r')
        size--;
    return secret_new(text, (gssize) size);
}

Secret *
secret_read_fd(int fd, GError **error)
{
    char buffer[1024];
    gsize length = 0;
    gssize count = 0;
    /* Byte by byte: what follows the line belongs to somebody else (a script on standard input). */
    while (length < sizeof buffer) {
        count = read(fd, buffer + length, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0 || buffer[length] == '\n')
            break;
        length++;
    }
    Secret *secret = NULL;
    if (count < 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                    _("Cannot read the password from descriptor %d (%s): check --password-fd"), fd,
                    g_strerror(errno));
    } else if (length == sizeof buffer) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("The password of --password-fd is too long: end it with a line feed"));
    } else if (length == 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("--password-fd %d gave no password: write one line to it"), fd);
    } else {
        secret = first_line(buffer, length);
    }
    explicit_bzero(buffer, sizeof buffer);
    return secret;
}

const AccountConfig *
secret_prompt_account(const SecretPrompt *prompt)
{
    return prompt->account;
}

const char *
secret_prompt_reason(const SecretPrompt *prompt)
{
    return prompt->reason;
}

GCancellable *
secret_prompt_cancellable(const SecretPrompt *prompt)
{
    return prompt->cancel;
}

SecretSources *
secret_sources_new(void)
{
    SecretSources *sources = g_new0(SecretSources, 1);
    g_queue_init(&sources->waiting);
    sources->credentials = g_strdup(g_getenv("CREDENTIALS_DIRECTORY"));
    return sources;
}

void
secret_sources_free(SecretSources *sources)
{
    if (sources == NULL)
        return;
    g_warn_if_fail(sources->active == NULL && g_queue_is_empty(&sources->waiting));
    secret_free(sources->given);
    g_free(sources->credentials);
    g_free(sources);
}

void
secret_sources_give(SecretSources *sources, Secret *take_secret)
{
    secret_free(sources->given);
    sources->given = take_secret;
}

void
secret_sources_set_credentials(SecretSources *sources, const char *directory)
{
    g_free(sources->credentials);
    sources->credentials = g_strdup(directory);
}

void
secret_sources_set_terminal(SecretSources *sources, SecretLend lend, gpointer data)
{
    sources->lend = lend;
    sources->lend_data = data;
}

void
secret_sources_set_prompt(SecretSources *sources, SecretAsk ask, gpointer data)
{
    sources->ask = ask;
    sources->ask_data = data;
}

static void start_next(SecretSources *sources);

static void
request_free(SecretPrompt *request)
{
    account_config_unref(request->account);
    g_free(request->reason);
    g_object_unref(request->cancel);
    secret_free(request->secret);
    g_clear_error(&request->error);
    g_free(request);
}

static GError *
cancelled(void)
{
    return g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, _("cancelled"));
}

/* Gives the answer to whoever asked, and the turn to the next in the queue. */
static gboolean
on_deliver(gpointer data)
{
    SecretPrompt *request = data;
    SecretSources *sources = request->sources;
    request->source = 0;
    if (sources->active == request) {
        sources->active = NULL;
        start_next(sources);
    }
    Secret *secret = g_steal_pointer(&request->secret);
    g_autoptr(GError) error = g_steal_pointer(&request->error);
    if (g_cancellable_is_cancelled(request->cancel)) {
        g_clear_pointer(&secret, secret_free);
        g_clear_error(&error);
        error = cancelled();
    }
    request->done(secret, error, request->data);
    request_free(request);
    return G_SOURCE_REMOVE;
}

/* Ends a request with exactly one of the two, in the next turn of the loop. */
static void
answer(SecretPrompt *request, Secret *take_secret, GError *take_error)
{
    g_assert(!request->answered && (take_secret == NULL) == (take_error != NULL));
    request->answered = true;
    request->secret = take_secret;
    request->error = take_error;
    if (request->source != 0)
        g_source_remove(request->source);
    request->source = g_idle_add_full(G_PRIORITY_DEFAULT, on_deliver, request, NULL);
}

static GError *
no_password(const SecretPrompt *request)
{
    const char *name = request->account->name;
    if (request->reason != NULL)
        return g_error_new(CONFAB_ERROR, ERROR_AUTH, _("%s: %s: correct the password"), name,
                           request->reason);
    return g_error_new(
        CONFAB_ERROR, ERROR_CONFIG,
        _("%s has no password: /account set %s password-command COMMAND, or use --password-fd"),
        name, name);
}

void
secret_prompt_answer(SecretPrompt *prompt, Secret *take_secret)
{
    GError *error = NULL;
    if (take_secret == NULL) {
        error = g_error_new(CONFAB_ERROR, ERROR_AUTH,
                            _("%s: no password was given: /connect %s asks again"),
                            prompt->account->name, prompt->account->name);
    }
    answer(prompt, take_secret, error);
}

static void
on_command_done(const char *output, gsize length, const GError *error, gpointer data)
{
    SecretPrompt *request = data;
    const char *name = request->account->name;
    if (request->lent) {
        request->lent = false;
        request->sources->lend(false, request->sources->lend_data);
    }
    if (error != NULL) {
        answer(request, NULL,
               g_error_new(CONFAB_ERROR, ERROR_CONFIG, _("%s: password-command failed: %s"), name,
                           error->message));
        return;
    }
    Secret *secret = first_line(output, length);
    if (secret_length(secret) > 0) {
        answer(request, secret, NULL);
        return;
    }
    secret_free(secret);
    answer(request, NULL,
           g_error_new(CONFAB_ERROR, ERROR_CONFIG,
                       _("%s: password-command printed nothing: try it in a shell"), name));
}

static void
run_command(SecretPrompt *request, SubprocessFlags flags)
{
    subprocess_run(request->account->password_command, flags, request->cancel, on_command_done,
                   request);
}

/* Lets the first in the queue have the terminal or the user. */
static void
start_next(SecretSources *sources)
{
    if (sources->active != NULL || g_queue_is_empty(&sources->waiting))
        return;
    SecretPrompt *request = g_queue_pop_head(&sources->waiting);
    sources->active = request;
    g_source_remove(request->source);
    request->source = 0;
    if (g_cancellable_is_cancelled(request->cancel)) {
        answer(request, NULL, cancelled());
        return;
    }
    if (request->asks || request->account->password_command == NULL) {
        sources->ask(request, sources->ask_data);
        return;
    }
    request->lent = true;
    sources->lend(true, sources->lend_data);
    run_command(request, SUBPROCESS_TERMINAL);
}

/* A request that is no longer wanted does not wait for its turn. */
static gboolean
on_cancelled(GCancellable *cancel, gpointer data)
{
    SecretPrompt *request = data;
    request->source = 0;
    g_queue_remove(&request->sources->waiting, request);
    answer(request, NULL, cancelled());
    return G_SOURCE_REMOVE;
}

static void
enqueue(SecretPrompt *request)
{
    g_autoptr(GSource) source = g_cancellable_source_new(request->cancel);
    g_source_set_callback(source, G_SOURCE_FUNC(on_cancelled), request, NULL);
    request->source = g_source_attach(source, NULL);
    g_queue_push_tail(&request->sources->waiting, request);
    start_next(request->sources);
}

static SecretPrompt *
request_new(SecretSources *sources, const AccountConfig *account, GCancellable *cancel,
            SecretDone done, gpointer data)
{
    SecretPrompt *request = g_new0(SecretPrompt, 1);
    request->sources = sources;
    request->account = account_config_ref(account);
    request->cancel = cancel != NULL ? g_object_ref(cancel) : g_cancellable_new();
    request->done = done;
    request->data = data;
    return request;
}

/* The file systemd made for this account. False: there is none. */
static bool
answer_from_credentials(SecretPrompt *request)
{
    if (request->sources->credentials == NULL)
        return false;
    g_autofree char *file = g_strdup_printf("confab-%s", request->account->name);
    g_autofree char *path = g_build_filename(request->sources->credentials, file, NULL);
    gsize length;
    GError *error = NULL;
    char *text = paths_read(path, SECRET_MAX, &length, &error);
    if (g_error_matches(error, CONFAB_ERROR, ERROR_NOT_FOUND)) {
        g_clear_error(&error);
        return false;
    }
    if (text == NULL) {
        answer(request, NULL, error);
        return true;
    }
    Secret *secret = first_line(text, length);
    explicit_bzero(text, length);
    g_free(text);
    if (secret_length(secret) == 0)
        g_clear_pointer(&secret, secret_free);
    answer(request, secret,
           secret != NULL ? NULL
                          : g_error_new(CONFAB_ERROR, ERROR_CONFIG,
                                        _("%s is empty: put the password into it"), path));
    return true;
}

void
secret_find(SecretSources *sources, const AccountConfig *account, GCancellable *cancel,
            SecretDone done, gpointer data)
{
    SecretPrompt *request = request_new(sources, account, cancel, done, data);
    if (g_cancellable_is_cancelled(request->cancel)) {
        answer(request, NULL, cancelled());
        return;
    }
    if (sources->given != NULL) {
        answer(request, secret_copy(sources->given), NULL);
        return;
    }
    if (account->password_command != NULL) {
        if (sources->lend != NULL)
            enqueue(request);
        else
            run_command(request, SUBPROCESS_PIPES);
        return;
    }
    if (answer_from_credentials(request))
        return;
    if (account->password != NULL)
        answer(request, secret_new(account->password, -1), NULL);
    else if (sources->ask != NULL)
        enqueue(request);
    else
        answer(request, NULL, no_password(request));
}

void
secret_ask_again(SecretSources *sources, const AccountConfig *account, const char *reason,
                 GCancellable *cancel, SecretDone done, gpointer data)
{
    SecretPrompt *request = request_new(sources, account, cancel, done, data);
    request->asks = true;
    request->reason = g_strdup(reason);
    if (sources->ask != NULL)
        enqueue(request);
    else
        answer(request, NULL, no_password(request));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/send.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/when.h"
#include "cli/front.h"
#include "core/delivery.h"
#include "core/outgoing.h"
#include "core/record_lines.h"
#include "core/session.h"
#include "rpc/rpc_client.h"

enum {
    TIMEOUT_DEFAULT = 60, /* s */
    SIGNAL_CODE = 128,
};

/* One recipient. */
typedef struct Target {
    struct Send *send;
    Jid *jid;
    Delivery *delivery; /* when we say it ourselves */
    bool done;
} Target;

typedef struct Send {
    const CliSend *options;
    char *body;
    GMainLoop *loop;
    GPtrArray *targets; /* Target* */
    RpcClient *instance; /* one that runs says it for us; NULL: we do */
    Client *client;
    Session *session;
    guint subscription;
    guint signals[2];
    bool ending;
    int code;
} Send;

/* How it went with one recipient. Texts NULL: nothing was said, or there is nothing to tell. */
typedef struct Outcome {
    int code;
    const char *account, *reason, *id, *state, *encryption, *trust;
} Outcome;

static void
target_free(gpointer data)
{
    Target *target = data;
    delivery_free(target->delivery);
    jid_unref(target->jid);
    g_free(target);
}

/* --- what is to be said --- */

static bool
read_all(int fd, GString *text, GError **error)
{
    char piece[4096];
    ssize_t got;
    while ((got = read(fd, piece, sizeof piece)) != 0 && text->len <= OUTGOING_BODY_MAX) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO, _("standard input cannot be read: %s"), g_strerror(errno));
            return false;
        }
        g_string_append_len(text, piece, got);
    }
    return true;
}

static char *
read_body(const CliSend *options, GError **error)
{
    g_autoptr(GString) text = g_string_new(options->body);
    if (options->body == NULL && options->body_file == NULL && !read_all(STDIN_FILENO, text, error))
        return NULL;
    if (options->body == NULL && options->body_file != NULL) {
        gsize length = 0;
        g_autofree char *read = paths_read(options->body_file, OUTGOING_BODY_MAX + 1, &length, error);
        if (read == NULL)
            return NULL;
        g_string_append_len(text, read, (gssize) length);
    }
    if (options->body == NULL && g_str_has_suffix(text->str, "\n"))
        g_string_truncate(text, text->len - 1);
    if (text->len == 0 || strlen(text->str) != text->len || !g_utf8_validate(text->str, -1, NULL)) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                            text->len == 0 ? _("there is nothing to send: give --body, --body-file, or standard input")
                                           : _("the message is not UTF-8: convert it first"));
        return NULL;
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool
check_word(const char *option, const char *value, const char *const *words, GError **error)
{
    if (value == NULL || g_strv_contains(words, value))
        return true;
    g_autofree char *allowed = g_strjoinv(", ", (char **) words);
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("%s cannot be “%s”: give one of %s"), option, value, allowed);
    return false;
}

static bool
check_options(const CliSend *options, GError **error)
{
    static const char *const waits[] = { "sent", "received", NULL };
    static const char *const encryptions[] = { "none", "otr", NULL };
    if (options->operands == NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("nobody to send to: confab send JID…"));
        return false;
    }
    if (options->timeout < 0) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("--timeout is a number of seconds from 1 on"));
        return false;
    }
    return check_word("--wait", options->wait, waits, error)
           && check_word("--encrypt", options->encrypt, encryptions, error);
}

static int
timeout_of(const Send *send)
{
    return send->options->timeout > 0 ? send->options->timeout : TIMEOUT_DEFAULT;
}

static bool
add_targets(Send *send, GError **error)
{
    for (const char *const *operand = send->options->operands; *operand != NULL; operand++) {
        Jid *jid = jid_new(*operand, error);
        if (jid == NULL)
            return false;
        Target *target = g_new0(Target, 1);
        *target = (Target) { .send = send, .jid = jid };
        g_ptr_array_add(send->targets, target);
    }
    return true;
}

/* --- the end --- */

static void
on_shut_down(const GError *error, gpointer data)
{
    const Send *send = data;
    g_main_loop_quit(send->loop);
}

/* Sessions that were begun for this are ended with their deliveries. */
static void
end(Send *send)
{
    if (send->ending)
        return;
    send->ending = true;
    for (guint i = 0; i < send->targets->len; i++)
        g_clear_pointer(&((Target *) g_ptr_array_index(send->targets, i))->delivery, delivery_free);
    if (send->client != NULL)
        client_shutdown(send->client, NULL, on_shut_down, send);
    else
        g_main_loop_quit(send->loop);
}

static void
print_outcome(const Target *target, const Outcome *outcome)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *now = when_format(when_now());
    g_string_append_printf(line, "{\"v\":1,\"event\":\"delivery\",\"time\":\"%s\"", now);
    record_add_json_text(line, "account", outcome->account);
    record_add_json_text(line, "with", jid_text(target->jid));
    record_add_json_text(line, "id", outcome->id);
    record_add_json_text(line, "state", outcome->state != NULL ? outcome->state : "failed");
    record_add_json_text(line, "encryption", outcome->encryption);
    record_add_json_text(line, "trust", outcome->trust);
    record_add_json_text(line, "reason", outcome->reason);
    printf("%s,\"code\":%d}\n", line->str, outcome->code);
    fflush(stdout);
}

/* The worst counts; each reason is said. */
static void
finish_target(Target *target, const Outcome *outcome)
{
    Send *send = target->send;
    if (target->done)
        return;
    target->done = true;
    send->code = MAX(send->code, outcome->code);
    if (send->options->json)
        print_outcome(target, outcome);
    if (outcome->code != 0)
        front_report(jid_text(target->jid), outcome->reason);
    for (guint i = 0; i < send->targets->len; i++) {
        if (!((const Target *) g_ptr_array_index(send->targets, i))->done)
            return;
    }
    end(send);
}

static void
finish_all(Send *send, const GError *error)
{
    const Outcome outcome = { .code = front_code(error), .reason = error->message };
    for (guint i = 0; i < send->targets->len; i++)
        finish_target(g_ptr_array_index(send->targets, i), &outcome);
}

/* --- by an instance that runs --- */

static void
on_answer(const RpcResult *result, const GError *error, gpointer data)
{
    if (error != NULL) {
        finish_target(data, &(Outcome) { .code = front_code(error), .reason = error->message });
        return;
    }
    finish_target(data, &(Outcome) {
                            .code = rpc_result_int(result, "code"),
                            .account = rpc_result_text(result, "account"),
                            .reason = rpc_result_text(result, "reason"),
                            .id = rpc_result_text(result, "id"),
                            .state = rpc_result_text(result, "state"),
                            .encryption = rpc_result_text(result, "encryption"),
                            .trust = rpc_result_text(result, "trust"),
                        });
}

static void
ask_instance(Send *send)
{
    const CliSend *options = send->options;
    g_autofree char *timeout = g_strdup_printf("%d", timeout_of(send));
    for (guint i = 0; i < send->targets->len; i++) {
        Target *target = g_ptr_array_index(send->targets, i);
        rpc_client_call(send->instance, on_answer, target, "send", "to", jid_text(target->jid), "body", send->body,
                        "account", options->accounts != NULL ? options->accounts[0] : NULL, "encrypt", options->encrypt,
                        "wait", options->wait, ".timeout", timeout, NULL);
    }
}

/* --- by ourselves --- */

static void
on_delivered(Delivery *delivery, gpointer data)
{
    const Message *message = delivery_message(delivery);
    finish_target(data, &(Outcome) {
                            .code = delivery_code(delivery),
                            .account = delivery_account(delivery),
                            .reason = delivery_reason(delivery),
                            .id = message != NULL ? message->id : NULL,
                            .state = message != NULL ? message_state_word(message->state) : NULL,
                            .encryption = message != NULL ? message->encryption : NULL,
                            .trust = message != NULL ? message->trust : NULL,
                        });
}

static void
deliver(Target *target)
{
    const Send *send = target->send;
    const DeliveryOptions options = {
        .to = target->jid,
        .body = send->body,
        .encrypt = send->options->encrypt,
        .wait = g_strcmp0(send->options->wait, "received") == 0 ? DELIVERY_RECEIVED : DELIVERY_SENT,
        .timeout = (guint) timeout_of(send),
        .must_be_online = true,
    };
    target->delivery = delivery_new(send->session, &options, on_delivered, target);
}

static void
on_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    if (event->type == NOTICE && event->notice.level == NOTICE_ALARM)
        front_report("", event->notice.text);
}

/* The account that is named, else the only one that connects by itself. */
static bool
choose_session(Send *send, GError **error)
{
    const char *const *names = send->options->accounts;
    guint count = 0;
    if (names != NULL && names[0] != NULL) {
        if (accounts_require(client_accounts(send->client), names[0], error) == NULL)
            return false;
        send->session = client_find_session(send->client, names[0]);
        return true;
    }
    for (guint i = 0; i < client_session_count(send->client); i++) {
        Session *session = client_session_at(send->client, i);
        const AccountConfig *config =
            accounts_find(client_accounts(send->client), account_name(session_account(session)));
        if (config == NULL || !config->enabled)
            continue;
        send->session = session;
        count++;
    }
    if (count == 1)
        return true;
    g_set_error_literal(error, CONFAB_ERROR, count == 0 ? ERROR_NOT_FOUND : ERROR_USAGE,
                        count == 0 ? _("there is no account to send from: confab run -e '/account add NAME JID'")
                                   : _("there are several accounts: say which one by --account"));
    return false;
}

static bool
make_client(Send *send, SecretSources *secrets, GError **error)
{
    const ClientOptions options = { .paths = send->options->paths,
                                    .accounts = send->options->accounts,
                                    .secrets = secrets };
    send->client = client_new(&options, error);
    if (send->client == NULL || !choose_session(send, error))
        return false;
    send->subscription = bus_subscribe(client_bus(send->client), on_event, send);
    return true;
}

static void
start_client(Send *send)
{
    g_autoptr(GError) error = NULL;
    client_tell_warnings(send->client);
    if (!session_connect(send->session, NULL, NULL, NULL, &error)) {
        finish_all(send, error);
        return;
    }
    for (guint i = 0; i < send->targets->len; i++)
        deliver(g_ptr_array_index(send->targets, i));
}

/* --- the run --- */

static gboolean
on_signal(Send *send, int number)
{
    if (send->ending)
        g_main_loop_quit(send->loop);
    send->code = SIGNAL_CODE + number;
    end(send);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt(gpointer send)
{
    return on_signal(send, SIGINT);
}

static gboolean
on_terminate(gpointer send)
{
    return on_signal(send, SIGTERM);
}

static gboolean
on_start(gpointer data)
{
    Send *send = data;
    if (send->instance != NULL)
        ask_instance(send);
    else
        start_client(send);
    return G_SOURCE_REMOVE;
}

static void
run_loop(Send *send)
{
    send->signals[0] = g_unix_signal_add(SIGINT, on_interrupt, send);
    send->signals[1] = g_unix_signal_add(SIGTERM, on_terminate, send);
    g_idle_add(on_start, send);
    g_main_loop_run(send->loop);
    g_source_remove(send->signals[0]);
    g_source_remove(send->signals[1]);
}

/* An instance that runs is asked: it has the session, the outbox and the keys. */
static bool
prepare(Send *send, SecretSources *secrets, GError **error)
{
    static const RpcClientHandler handler = { 0 };
    g_autoptr(GError) nobody = NULL;
    if (!check_options(send->options, error) || !add_targets(send, error))
        return false;
    send->body = read_body(send->options, error);
    if (send->body == NULL)
        return false;
    send->instance = rpc_client_new(send->options->paths, &handler, send, &nobody);
    if (send->instance != NULL || g_error_matches(nobody, CONFAB_ERROR, ERROR_UNREACHABLE))
        return send->instance != NULL || make_client(send, secrets, error);
    g_propagate_error(error, g_steal_pointer(&nobody));
    return false;
}

static void
send_clear(Send *send)
{
    g_ptr_array_unref(send->targets);
    if (send->subscription != 0)
        bus_unsubscribe(client_bus(send->client), send->subscription);
    rpc_client_free(send->instance);
    g_clear_pointer(&send->client, client_free);
    g_main_loop_unref(send->loop);
    g_free(send->body);
}

int
cli_send(const CliSend *options)
{
    g_autoptr(GError) error = NULL;
    Send send = { .options = options };
    signal(SIGPIPE, SIG_IGN);
    send.loop = g_main_loop_new(NULL, FALSE);
    send.targets = g_ptr_array_new_with_free_func(target_free);
    g_autoptr(SecretSources) secrets = front_secrets(options->password_fd, &error);
    if (secrets != NULL && prepare(&send, secrets, &error))
        run_loop(&send);
    send_clear(&send);
    if (error == NULL)
        return send.code;
    front_report("", error->message);
    return front_code(error);
}

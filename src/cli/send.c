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
#include "cli/front.h"
#include "core/conversations.h"
#include "core/encryption.h"
#include "core/outgoing.h"
#include "core/session.h"

enum {
    TIMEOUT_DEFAULT = 60, /* s */
    SIGNAL_CODE = 128,
};

/* One recipient. */
typedef struct Target {
    struct Send *send;
    Jid *jid;
    guint64 conversation, message; /* serials; 0: not yet */
    bool has_session;              /* which is to be ended */
    bool done;
} Target;

typedef struct Send {
    const CliSend *options;
    char *body;
    GMainLoop *loop;
    Client *client;
    Session *session;
    GPtrArray *targets; /* Target* */
    guint subscription;
    guint timer;
    guint check; /* source of the loop: something happened */
    guint signals[2];
    bool begun, ending;
    int code;
    int refusal_code; /* of the last bad news */
} Send;

static void
target_free(gpointer data)
{
    Target *target = data;
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

static Conversation *
conversation_of(const Target *target)
{
    return target->conversation != 0 ? client_find_conversation(target->send->client, target->conversation) : NULL;
}

/* Sessions that were begun for this are ended. */
static void
end(Send *send)
{
    if (send->ending)
        return;
    send->ending = true;
    for (guint i = 0; i < send->targets->len; i++) {
        const Target *target = g_ptr_array_index(send->targets, i);
        Conversation *conversation = target->has_session ? conversation_of(target) : NULL;
        if (conversation != NULL)
            encryption_end(send->client, conversation, NULL);
    }
    client_shutdown(send->client, NULL, on_shut_down, send);
}

/* The worst counts; each reason is said. */
static void
finish_target(Target *target, int code, const char *reason)
{
    Send *send = target->send;
    if (target->done)
        return;
    target->done = true;
    if (reason != NULL) {
        g_autofree char *words = g_strdup_printf("%s: %s", jid_text(target->jid), reason);
        front_report("", words);
    }
    send->code = MAX(send->code, code);
    for (guint i = 0; i < send->targets->len; i++) {
        if (!((const Target *) g_ptr_array_index(send->targets, i))->done)
            return;
    }
    end(send);
}

static void
finish_all(Send *send, int code, const char *reason)
{
    for (guint i = 0; i < send->targets->len; i++)
        finish_target(g_ptr_array_index(send->targets, i), code, reason);
}

/* --- saying it --- */

static void
look_at_message(Target *target)
{
    const Conversation *conversation = target->done || target->message == 0 ? NULL : conversation_of(target);
    const Message *message = conversation != NULL ? conversation_find_message(conversation, target->message) : NULL;
    const bool wants_receipt = g_strcmp0(target->send->options->wait, "received") == 0;
    if (message == NULL || message->state == MESSAGE_QUEUED)
        return;
    if (message->state == MESSAGE_FAILED) {
        const bool was_held = message->trust == NULL && !g_str_equal(message->encryption, "none");
        finish_target(target, was_held ? ERROR_ENCRYPTION : ERROR_PROTOCOL, message->reason);
    } else if (!wants_receipt || message->state >= MESSAGE_RECEIVED) {
        finish_target(target, 0, NULL);
    }
}

static void
say(Target *target, Conversation *conversation)
{
    g_autoptr(GError) error = NULL;
    const Message *message = outgoing_send(target->send->client, conversation, target->send->body, &error);
    if (message == NULL) {
        finish_target(target, front_code(error), error->message);
        return;
    }
    target->message = message->serial;
    look_at_message(target);
}

static void
on_started(const GError *error, gpointer data)
{
    Target *target = data;
    Conversation *conversation = conversation_of(target);
    if (target->send->ending || target->done)
        return;
    if (error != NULL)
        finish_target(target, ERROR_ENCRYPTION, error->message);
    else if (conversation != NULL)
        say(target, conversation);
}

static void
begin_target(Target *target)
{
    Send *send = target->send;
    const char *encrypt = send->options->encrypt;
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) bare = jid_to_bare(target->jid);
    Conversation *conversation =
        conversations_open(send->client, session_account(send->session), bare, CONVERSATION_CHAT);
    target->conversation = conversation_serial(conversation);
    if (!jid_is_bare(target->jid))
        conversation_lock_to(conversation, target->jid);
    if (g_strcmp0(encrypt, "otr") == 0) {
        target->has_session = true;
        if (!encryption_start(send->client, conversation, "otr", on_started, target, &error))
            finish_target(target, ERROR_ENCRYPTION, error->message);
    } else if (g_strcmp0(encrypt, "none") == 0 && !g_str_equal(conversation_intent(conversation), "none")) {
        finish_target(target, ERROR_ENCRYPTION,
                      _("this conversation insists on encryption: nothing was sent; use --encrypt=otr"));
    } else {
        say(target, conversation);
    }
}

/* --- what happens --- */

static void
begin(Send *send)
{
    send->begun = true;
    for (guint i = 0; i < send->targets->len && !send->ending; i++)
        begin_target(g_ptr_array_index(send->targets, i));
}

/* The login was refused, or nothing is reachable: nobody waits for another attempt. */
static void
look_at_account(Send *send)
{
    const Account *account = session_account(send->session);
    if (send->begun)
        return;
    if (session_is_online(send->session))
        begin(send);
    else if (account_state(account) == ACCOUNT_OFFLINE && account_reason(account) != NULL)
        finish_all(send, send->refusal_code != 0 ? send->refusal_code : ERROR_UNREACHABLE, account_reason(account));
}

static gboolean
on_check(gpointer data)
{
    Send *send = data;
    send->check = 0;
    if (send->ending)
        return G_SOURCE_REMOVE;
    look_at_account(send);
    for (guint i = 0; i < send->targets->len && !send->ending; i++)
        look_at_message(g_ptr_array_index(send->targets, i));
    return G_SOURCE_REMOVE;
}

static void
on_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    Send *send = user;
    if (event->type == NOTICE && event->notice.code != 0)
        send->refusal_code = event->notice.code;
    if (event->type == NOTICE && event->notice.level == NOTICE_ALARM)
        front_report("", event->notice.text);
    if (send->check == 0)
        send->check = g_idle_add(on_check, send);
}

static gboolean
on_timeout(gpointer data)
{
    Send *send = data;
    send->timer = 0;
    for (guint i = 0; i < send->targets->len && !send->ending; i++) {
        Target *target = g_ptr_array_index(send->targets, i);
        const Conversation *conversation = conversation_of(target);
        const bool insists = conversation != NULL && !g_str_equal(conversation_intent(conversation), "none");
        const Message *message =
            conversation != NULL ? conversation_find_message(conversation, target->message) : NULL;
        if (target->done)
            continue;
        if (!send->begun)
            finish_target(target, ERROR_UNREACHABLE, _("the server was not reached in time: nothing was sent"));
        else if (insists && (message == NULL || message->state == MESSAGE_QUEUED))
            finish_target(target, ERROR_ENCRYPTION, _("no encrypted session in time: nothing was sent"));
        else if (message != NULL && message->state >= MESSAGE_SENT)
            finish_target(target, ERROR_QUEUED, _("the server has it, the recipient did not say so in time"));
        else
            finish_target(target, ERROR_QUEUED, _("not delivered in time: it waits in the outbox"));
    }
    return G_SOURCE_REMOVE;
}

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

/* --- the beginning --- */

/* The one that is named, else the only one that connects by itself. */
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
prepare(Send *send, SecretSources *secrets, GError **error)
{
    const ClientOptions options = { .paths = send->options->paths,
                                    .accounts = send->options->accounts,
                                    .secrets = secrets };
    if (!check_options(send->options, error) || !add_targets(send, error))
        return false;
    send->body = read_body(send->options, error);
    if (send->body == NULL)
        return false;
    send->client = client_new(&options, error);
    return send->client != NULL && choose_session(send, error);
}

static void
run_loop(Send *send)
{
    const int seconds = send->options->timeout > 0 ? send->options->timeout : TIMEOUT_DEFAULT;
    g_autoptr(GError) error = NULL;
    send->subscription = bus_subscribe(client_bus(send->client), on_event, send);
    send->signals[0] = g_unix_signal_add(SIGINT, on_interrupt, send);
    send->signals[1] = g_unix_signal_add(SIGTERM, on_terminate, send);
    send->timer = g_timeout_add_seconds((guint) seconds, on_timeout, send);
    client_tell_warnings(send->client);
    if (!session_connect(send->session, NULL, NULL, NULL, &error))
        finish_all(send, front_code(error), error->message);
    g_main_loop_run(send->loop);
    g_source_remove(send->signals[0]);
    g_source_remove(send->signals[1]);
}

static void
send_clear(Send *send)
{
    if (send->subscription != 0)
        bus_unsubscribe(client_bus(send->client), send->subscription);
    g_clear_handle_id(&send->timer, g_source_remove);
    g_clear_handle_id(&send->check, g_source_remove);
    g_clear_pointer(&send->client, client_free);
    g_ptr_array_unref(send->targets);
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

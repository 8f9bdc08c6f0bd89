/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "command/arg_types.h"
#include "command/tables.h"

/* Sets what this connection needs to a fresh account for good, since it could not connect again without. */
static bool
keep_overrides(Accounts *accounts, const char *name, const Args *args, GError **error)
{
    static const char *const keys[] = { "server", "port", "tls" };
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (args_has(args, keys[i]) && !accounts_set(accounts, name, keys[i], args_text(args, keys[i]), error))
            return false;
    }
    return true;
}

/* An account for an address that was only ever given to /connect. It is called as its address. */
static Session *
add_account(CommandCall *call, const char *text, const Args *args, GError **error)
{
    Client *client = command_call_client(call);
    g_autoptr(Jid) jid = jid_new(text, NULL);
    if (jid == NULL || jid_local(jid) == NULL) {
        g_autofree char *shown = arg_show(text);
        g_set_error(error, CONFAB_ERROR, strchr(text, '@') != NULL ? ERROR_BAD_INPUT : ERROR_NOT_FOUND,
                    _("/connect: “%s” is neither an account nor an address: write name@server, or see /account list"),
                    shown);
        return NULL;
    }
    const char *name = jid_bare(jid);
    if (!accounts_add(client_accounts(client), name, jid_text(jid), error))
        return NULL;
    if (!keep_overrides(client_accounts(client), name, args, error)) {
        accounts_remove(client_accounts(client), name, NULL);
        return NULL;
    }
    client_notice(client, NULL, NOTICE_INFO, 0,
                  _("%s is a new account now: /account set %s … changes it, /account remove forgets it"), name, name);
    return client_find_session(client, name);
}

/* The session /connect is for. */
static Session *
find_session_to_connect(CommandCall *call, const Args *args, GError **error)
{
    Client *client = command_call_client(call);
    const char *text = args_text(args, "account");
    if (text == NULL) {
        Session *session = command_call_session(call);
        if (session == NULL && client_session_count(client) == 0)
            g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                        _("/connect: there is no account yet: write /connect name@server"));
        else if (session == NULL)
            g_set_error(
                error, CONFAB_ERROR, ERROR_USAGE,
                _("/connect: more than one account could be meant: write /connect ACCOUNT (see /account list)"));
        return session;
    }
    if (accounts_find(client_accounts(client), text) == NULL &&
        accounts_get_problem(client_accounts(client), text) == NULL)
        return add_account(call, text, args, error);
    const AccountConfig *config = accounts_require(client_accounts(client), text, error);
    return config == NULL ? NULL : client_find_session(client, config->name);
}

static bool
cmd_connect(CommandCall *call, const Args *args, GError **error)
{
    Session *session = find_session_to_connect(call, args, error);
    if (session == NULL)
        return false;
    const ConnectOverrides overrides = {
        .server = args_text(args, "server"),
        .port = (guint) args_int(args, "port", 0),
        .tls = args_text(args, "tls"),
    };
    /* The answer comes from the loop, never from inside: the call is kept once it is certain that there will be one. */
    if (!session_connect(session, &overrides, command_call_done, call, error))
        return false;
    command_call_defer(call);
    return true;
}

/* The account named, else the one the line is for. */
static Session *
named_session(CommandCall *call, const Args *args, GError **error)
{
    Client *client = command_call_client(call);
    Session *session = args_has(args, "account") ? client_find_session(client, args_text(args, "account"))
                                                 : command_call_session(call);
    if (session == NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("/%s: no single account is meant: write /%s ACCOUNT (see /account list)"),
                    command_call_command(call)->name, command_call_command(call)->name);
    return session;
}

static bool
cmd_disconnect(CommandCall *call, const Args *args, GError **error)
{
    Session *session = named_session(call, args, error);
    if (session == NULL)
        return false;
    session_disconnect(session, NULL);
    return true;
}

static bool
cmd_reconnect(CommandCall *call, const Args *args, GError **error)
{
    Session *session = named_session(call, args, error);
    return session != NULL && session_reconnect(session, error);
}

/* --- certificates --- */

static char *
format_day(gint64 when)
{
    g_autofree char *text = when_format(when);
    return g_strndup(text, strlen("2026-11-22"));
}

static void
print_certificate(CommandCall *call, const TlsCertificate *certificate)
{
    g_autofree char *names = g_strjoinv(", ", certificate->names);
    g_autofree char *from = format_day(certificate->not_before);
    g_autofree char *until = format_day(certificate->not_after);
    g_autofree char *fingerprint = text_fingerprint(certificate->fingerprint);
    command_call_row(call, "field", "names", "value", names, NULL);
    command_call_row(call, "field", "subject", "value", certificate->subject, NULL);
    command_call_row(call, "field", "issuer", "value", certificate->issuer, NULL);
    command_call_row(call, "field", "valid-from", "value", from, NULL);
    command_call_row(call, "field", "valid-until", "value", until, NULL);
    command_call_row(call, "field", "key", "value", certificate->key, NULL);
    command_call_row(call, "field", "sha-256", "value", fingerprint, NULL);
    command_call_row(call, "field", "verdict", "value", certificate->trusted ? _("accepted") : _("refused"), NULL);
    if (certificate->problem != NULL)
        command_call_row(call, "field", "problem", "value", certificate->problem, NULL);
}

static bool
has_refused_certificate(const Session *session)
{
    const TlsCertificate *certificate = session_certificate(session);
    return certificate != NULL && !certificate->trusted;
}

/* Whose certificate is meant: where the line picks no account, the only one refused is on the user's mind. */
static Session *
tls_session(const CommandCall *call)
{
    Client *client = command_call_client(call);
    Session *usual = command_call_session(call), *refused = NULL;
    if (command_call_is_for_one_account(call) || command_call_conversation(call) != NULL)
        return usual;
    for (guint i = 0; i < client_session_count(client); i++) {
        Session *session = client_session_at(client, i);
        if (!has_refused_certificate(session))
            continue;
        if (refused != NULL)
            return usual;
        refused = session;
    }
    return refused != NULL ? refused : usual;
}

static bool
cmd_tls_show(CommandCall *call, const Args *args, GError **error)
{
    const Session *session = tls_session(call);
    const TlsCertificate *certificate = session_certificate(session);
    const char *name = account_name(session_account(session));
    if (certificate == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                    _("/tls: %s has not seen a certificate yet: write /connect %s"), name, name);
        return false;
    }
    command_call_row(call, "field", "account", "value", name, NULL);
    print_certificate(call, certificate);
    return true;
}

static bool
cmd_tls_trust(CommandCall *call, const Args *args, GError **error)
{
    return session_trust_once(tls_session(call), error);
}

static bool
cmd_tls_pin(CommandCall *call, const Args *args, GError **error)
{
    return session_pin(tls_session(call), error);
}

static bool
cmd_tls_unpin(CommandCall *call, const Args *args, GError **error)
{
    return session_unpin(tls_session(call), error);
}

/* --- ping --- */

static void
on_ping_done(gint64 microseconds, const GError *error, gpointer data)
{
    CommandCall *call = data;
    if (error == NULL) {
        g_autofree char *milliseconds = g_strdup_printf("%.1f", (double) microseconds / 1000);
        command_call_print(call, _("Answered after %s ms."), milliseconds);
    }
    command_call_finish(call, error);
}

static bool
cmd_ping(CommandCall *call, const Args *args, GError **error)
{
    session_ping(command_call_session(call), args_jid(args, "jid"), on_ping_done, command_call_defer(call));
    return true;
}

static const Command commands[] = {
    { .name = "connect",
      .grammar =
          "[account:word] [server server:word] [port port:int(1..65535)] [tls tls:require|direct|if-offered|off]",
      .help = N_("Connect an account; an address that is no account yet becomes one."),
      .run = cmd_connect,
      .details = N_(
          "server, port and tls count for this connection; for a new account they are kept. tls: “require” "
          "takes STARTTLS or direct TLS, “direct” only the latter; “if-offered” and “off” may send "
          "everything in clear."),
      .example = "/connect alice@example.org server 192.0.2.1 port 5222" },
    { .name = "disconnect",
      .grammar = "[account:account]",
      .help = N_("Disconnect an account, or stop connecting, at once."),
      .run = cmd_disconnect,
      .example = "/disconnect work" },
    { .name = "reconnect",
      .grammar = "[account:account]",
      .help = N_("Connect again at once, without waiting for the next attempt."),
      .run = cmd_reconnect,
      .example = "/reconnect work" },
    { .name = "reconnect now",
      .grammar = "[account:account]",
      .help = N_("The same as /reconnect."),
      .run = cmd_reconnect,
      .details = N_("Whatever is under way or planned is dropped. Without this command confab reconnects by itself, too: "
                    "soon at first, then less and less often, and soon again when the network has changed."),
      .example = "/reconnect now" },
    { .name = "tls",
      .grammar = "",
      .help = N_("Show the server's certificate."),
      .run = cmd_tls_show,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/tls" },
    { .name = "tls show",
      .grammar = "",
      .help = N_("Show the server's certificate, also one that was refused."),
      .run = cmd_tls_show,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/on work /tls show" },
    { .name = "tls trust",
      .grammar = "",
      .help = N_("Accept the refused certificate until the program ends, and connect."),
      .run = cmd_tls_trust,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .details = N_("Only when its SHA-256 is what the server's people say it is."),
      .example = "/tls trust" },
    { .name = "tls pin",
      .grammar = "",
      .help = N_("Accept this certificate, and no other from now on, and connect."),
      .run = cmd_tls_pin,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .details = N_(
          "Only when its SHA-256 is what the server's people say it is. When the server changes its "
          "certificate later, the login is refused with an alarm."),
      .example = "/tls pin" },
    { .name = "tls unpin",
      .grammar = "",
      .help = N_("Judge certificates by the authorities again."),
      .run = cmd_tls_unpin,
      .needs = NEEDS_ACCOUNT,
      .example = "/tls unpin" },
    { .name = "ping",
      .grammar = "[jid:jid]",
      .help = N_("Measure how long the server, or somebody's client, takes to answer."),
      .run = cmd_ping,
      .needs = NEEDS_SESSION,
      .example = "/ping alice@example.org/phone" },
    { 0 },
};

const CommandGroup connection_group = { "connection", N_("Connections"), commands };

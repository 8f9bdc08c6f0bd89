/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates as a user meets them: shown when refused, trusted once, pinned. */
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "core/core_private.h"

enum { NAMES_SHOWN_MAX = 8 };

static char *
format_names(const TlsCertificate *certificate)
{
    GString *names = g_string_new(NULL);
    char **name = certificate->names;
    for (guint i = 0; name != NULL && *name != NULL && i < NAMES_SHOWN_MAX; i++, name++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", *name);
    if (name != NULL && *name != NULL)
        g_string_append(names, ", …");
    return g_string_free(names, FALSE);
}

static void
report(Session *session, NoticeLevel level, const char *title, const char *text)
{
    client_notice(session_client(session), session_account(session), level, ERROR_AUTH, "%s: %s", title,
                  text != NULL && *text != '\0' ? text : _("none"));
}

NoticeLevel
session_report_certificate(Session *session)
{
    const TlsCertificate *certificate = session_certificate(session);
    if (certificate == NULL)
        return NOTICE_ERROR;
    const bool changed = (certificate->problems & TLS_PROBLEM_PIN) != 0;
    const NoticeLevel level = changed ? NOTICE_ALARM : NOTICE_WARNING;
    const char *name = account_name(session_account(session));
    const char *pin = session_account_config(session)->pin;
    g_autofree char *names = format_names(certificate);
    g_autofree char *from = when_format_local(certificate->not_before, "%Y-%m-%d");
    g_autofree char *until = when_format_local(certificate->not_after, "%Y-%m-%d");
    g_autofree char *dates = g_strdup_printf(_("from %s until %s"), from, until);
    g_autofree char *fingerprint = text_fingerprint(certificate->fingerprint);
    report(session, level, _("Certificate for"), names);
    report(session, level, _("Issued by"), certificate->issuer);
    report(session, level, _("Valid"), dates);
    report(session, level, "SHA-256", fingerprint);
    if (changed) {
        g_autofree char *pinned = pin != NULL ? text_fingerprint(pin) : NULL;
        report(session, level, _("Pinned SHA-256"), pinned);
        report(session, level, _("If the operator of the server has announced a new certificate"),
               _("/tls unpin, then /connect"));
    } else if ((certificate->problems & TLS_PROBLEM_WEAK_KEY) == 0) {
        /* With several accounts the user may be with another one by now. */
        const bool several = client_session_count(session_client(session)) > 1;
        g_autofree char *on = several ? g_strdup_printf("/on %s ", name) : g_strdup("");
        client_notice(session_client(session), session_account(session), level, ERROR_AUTH,
                      _("If this is the server of %s: %s/tls trust accepts it until confab ends, %s/tls pin for ever"),
                      name, on, on);
    }
    return changed ? NOTICE_ALARM : NOTICE_ERROR;
}

/* The certificate on the table, if the user may accept it at all. */
static const TlsCertificate *
require_refused(const Session *session, GError **error)
{
    const TlsCertificate *certificate = session_certificate(session);
    const char *name = account_name(session_account(session));
    if (certificate == NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("%s has shown no certificate yet: /connect %s"), name,
                    name);
    else if ((certificate->problems & TLS_PROBLEM_PIN) != 0)
        g_set_error(error, CONFAB_ERROR, ERROR_AUTH,
                    _("another certificate is pinned for %s: only if its operator has announced a new one, /tls unpin"),
                    name);
    else if ((certificate->problems & TLS_PROBLEM_WEAK_KEY) != 0)
        g_set_error(error, CONFAB_ERROR, ERROR_AUTH,
                    _("the certificate's key (%s) is too weak to protect anything: the operator must replace it"),
                    certificate->key);
    else
        return certificate;
    return NULL;
}

bool
session_trust_once(Session *session, GError **error)
{
    const TlsCertificate *certificate = require_refused(session, error);
    if (certificate == NULL)
        return false;
    if (certificate->trusted) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED, _("the certificate is trusted already: /tls show"));
        return false;
    }
    session_set_trusted_once(session, certificate->fingerprint);
    session_try_again(session);
    return true;
}

bool
session_pin(Session *session, GError **error)
{
    const TlsCertificate *certificate = require_refused(session, error);
    Accounts *accounts = client_accounts(session_client(session));
    if (certificate == NULL
        || !accounts_set(accounts, account_name(session_account(session)), "pin", certificate->fingerprint, error))
        return false;
    if (!session_is_online(session))
        session_try_again(session);
    return true;
}

bool
session_unpin(Session *session, GError **error)
{
    const char *name = account_name(session_account(session));
    if (session_account_config(session)->pin == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("no certificate is pinned for %s: /tls show"), name);
        return false;
    }
    return accounts_unset(client_accounts(session_client(session)), name, "pin", error);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong: one examination is one line, whose rows are printed together. */
#include "base/error.h"
#include "base/i18n.h"
#include "base/jid.h"
#include "base/when.h"
#include "command/arg_types.h"
#include "command/tables.h"
#include "core/doctor.h"

/* One examination. */
typedef struct Examination {
    CommandCall *call;
    GString *report; /* NULL: rows are wanted */
    guint counts[DOCTOR_BAD + 1];
} Examination;

static void
on_step(const DoctorStep *step, gpointer data)
{
    Examination *examination = data;
    const char *verdict = doctor_verdict_word(step->verdict);
    examination->counts[step->verdict]++;
    if (examination->report == NULL) {
        g_autofree char *finding =
            step->advice != NULL ? g_strdup_printf("%s → %s", step->found, step->advice) : g_strdup(step->found);
        command_call_row(examination->call, "step", step->name, "verdict", verdict, ".found", step->found, ".advice",
                         step->advice, "finding", finding, NULL);
        return;
    }
    g_autofree char *found = doctor_redact(step->found);
    g_string_append_printf(examination->report, "%-8s %s: %s\n", verdict, step->name, found);
}

static void
on_done(gpointer data)
{
    Examination *examination = data;
    CommandCall *call = examination->call;
    const guint *counts = examination->counts;
    if (examination->report != NULL) {
        g_autofree char *time = when_format(when_now());
        command_call_print(call, "confab doctor, %s", time);
        command_call_print(call, "%s", g_strchomp(examination->report->str));
        g_string_free(examination->report, TRUE);
    }
    command_call_print(call, "ok %u, note %u, warning %u, bad %u", counts[DOCTOR_OK], counts[DOCTOR_NOTE],
                       counts[DOCTOR_WARNING], counts[DOCTOR_BAD]);
    g_free(examination);
    command_call_finish(call, NULL);
}

/* An account, an address, or a domain; without one the line's own account, and where there is no account, only this
 * machine: no domain. False: an error. The caller frees the domain. */
static bool
find_patient(const CommandCall *call, const char *text, Session **session, char **domain, GError **error)
{
    *domain = NULL;
    *session = text == NULL ? command_call_session(call) : client_find_session(command_call_client(call), text);
    if (*session != NULL) {
        *domain = g_strdup(jid_domain(account_jid(session_account(*session))));
        return true;
    }
    if (text == NULL && client_session_count(command_call_client(call)) == 0)
        return true;
    if (text == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("/%s: whom shall it look at? Write /%s ACCOUNT, or a domain"), command_call_command(call)->name,
                    command_call_command(call)->name);
        return false;
    }
    g_autoptr(Jid) jid = jid_new(text, NULL);
    if (jid == NULL) {
        g_autofree char *shown = arg_show(text);
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("/%s: “%s” is no account, address or domain: see /account list"),
                    command_call_command(call)->name, shown);
        return false;
    }
    *domain = g_strdup(jid_domain(jid));
    return true;
}

static bool
examine(CommandCall *call, const Args *args, bool for_others, GError **error)
{
    Session *session;
    g_autofree char *domain = NULL;
    if (!find_patient(call, args_text(args, "target"), &session, &domain, error))
        return false;
    Examination *examination = g_new0(Examination, 1);
    examination->call = call;
    examination->report = for_others ? g_string_new(NULL) : NULL;
    if (!doctor_start(command_call_client(call), session, domain, on_step, on_done, examination, error)) {
        if (examination->report != NULL)
            g_string_free(examination->report, TRUE);
        g_free(examination);
        return false;
    }
    command_call_defer(call);
    return true;
}

static bool
cmd_doctor(CommandCall *call, const Args *args, GError **error)
{
    return examine(call, args, false, error);
}

static bool
cmd_doctor_report(CommandCall *call, const Args *args, GError **error)
{
    return examine(call, args, true, error);
}

static const Command commands[] = {
    { .name = "doctor",
      .grammar = "[target:word]",
      .help = N_("Find out what is wrong: this machine, the way to a server, the server, and the account at it."),
      .run = cmd_doctor,
      .details = N_("The target is an account, an address or a domain; without one the account of the window; without any account only this machine is looked at. Looked at are "
                    "the files and the store, DNS, each server of the domain (connection, TLS, certificate, ways to log in), "
                    "and for an account that is online what its server can do, and the clock. Servers are looked at over "
                    "connections of their own, without a login; the account is left alone. It takes 25 seconds at most."),
      .example = "/doctor example.org" },
    { .name = "doctor report",
      .grammar = "[target:word]",
      .help = N_("The same as text to be shown to others: without names of people and devices, IP addresses, and your "
                 "directory."),
      .run = cmd_doctor_report,
      .example = "/doctor report work" },
    { 0 },
};

const CommandGroup doctor_group = { "doctor", N_("Diagnosis"), commands };

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions run side by side; each ends with doctor_answered(), and the examination with the last of them, or when
 * its time is over. */
#include "core/doctor_private.h"

#include <stdarg.h>
#include <string.h>

#include <gio/gio.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "core/server_probe.h"
#include "net/targets.h"

enum {
    PROBES_MAX = 6,    /* servers that are looked at */
    RECORDS_MAX = 16,  /* that are shown */
    EXPIRY_DAYS = 14,  /* of a certificate, that are worth a warning */
    SERVICE_DIRECT = 0, /* kinds of questions to DNS */
    SERVICE_STARTTLS,
};

struct Doctor {
    Client *client;
    char *domain; /* as in addresses; NULL: only this machine */
    char *name;   /* the same for DNS */
    char *account; /* name; NULL: none */
    DoctorTold told;
    DoctorDone done;
    gpointer data;
    GPtrArray *questions; /* Question*: without an answer */
    GPtrArray *probes;    /* ServerProbe* */
    GPtrArray *targets;   /* Target* of the records */
    GCancellable *cancel;
    guint services; /* questions for records without an answer */
    guint deadline, finish;
};

const char *
doctor_verdict_word(DoctorVerdict verdict)
{
    static const char *const words[] = { "ok", "note", "warning", "bad" };
    return words[verdict];
}

Client *
doctor_client(const Doctor *doctor)
{
    return doctor->client;
}

Session *
doctor_session(const Doctor *doctor)
{
    return doctor->account != NULL ? client_find_session(doctor->client, doctor->account) : NULL;
}

void
doctor_tell(Doctor *doctor, const char *step, DoctorVerdict verdict, const char *advice, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *found = text_clean(text, -1, TEXT_LINE);
    doctor->told(&(DoctorStep){ step, verdict, found, advice }, doctor->data);
}

/* --- life --- */

static void
doctor_free(Doctor *doctor)
{
    for (guint i = 0; i < doctor->questions->len; i++)
        ((Question *) doctor->questions->pdata[i])->doctor = NULL;
    g_cancellable_cancel(doctor->cancel);
    g_object_unref(doctor->cancel);
    g_clear_handle_id(&doctor->deadline, g_source_remove);
    g_clear_handle_id(&doctor->finish, g_source_remove);
    g_ptr_array_unref(doctor->questions);
    g_ptr_array_unref(doctor->probes);
    g_ptr_array_unref(doctor->targets);
    g_free(doctor->domain);
    g_free(doctor->name);
    g_free(doctor->account);
    g_free(doctor);
}

static void
end(Doctor *doctor)
{
    const DoctorDone done = doctor->done;
    const gpointer data = doctor->data;
    g_ptr_array_remove(client_doctors(doctor->client), doctor);
    doctor_free(doctor);
    done(data);
}

void
doctors_end(GPtrArray *doctors)
{
    while (doctors->len > 0)
        end(doctors->pdata[doctors->len - 1]);
}

static gboolean
on_finish(gpointer data)
{
    Doctor *doctor = data;
    doctor->finish = 0;
    end(doctor);
    return G_SOURCE_REMOVE;
}

static void
tell_silent(Doctor *doctor, const Question *question)
{
    doctor_tell(doctor, question->step, DOCTOR_WARNING, _("try again later"), _("%s%sno answer in time"),
                question->about != NULL ? question->about : "", question->about != NULL ? ": " : "");
}

static gboolean
on_deadline(gpointer data)
{
    Doctor *doctor = data;
    doctor->deadline = 0;
    for (guint i = 0; i < doctor->questions->len; i++)
        tell_silent(doctor, doctor->questions->pdata[i]);
    end(doctor);
    return G_SOURCE_REMOVE;
}

Question *
doctor_ask(Doctor *doctor, const char *step, const char *about, guint kind)
{
    Question *question = g_new0(Question, 1);
    *question = (Question){ doctor, step, g_strdup(about), g_get_monotonic_time(), kind };
    g_ptr_array_add(doctor->questions, question);
    return question;
}

bool
doctor_wants(const Question *question)
{
    return question->doctor != NULL;
}

void
doctor_answered(Question *take_question)
{
    Doctor *doctor = take_question->doctor;
    if (doctor != NULL) {
        g_ptr_array_remove_fast(doctor->questions, take_question);
        if (doctor->questions->len == 0 && doctor->finish == 0)
            doctor->finish = g_idle_add_full(G_PRIORITY_DEFAULT, on_finish, doctor, NULL);
    }
    g_free(take_question->about);
    g_free(take_question);
}

/* --- servers --- */

static void
tell_certificate(Doctor *doctor, const char *about, const TlsCertificate *certificate)
{
    g_autofree char *until = when_format_local(certificate->not_after, "%Y-%m-%d");
    const gint64 days = (certificate->not_after - when_now()) / G_TIME_SPAN_DAY;
    if (!certificate->trusted)
        doctor_tell(doctor, "certificate", DOCTOR_BAD, _("ask the server's people; /tls show, /tls pin"), "%s: %s", about,
                    certificate->problem != NULL ? certificate->problem : _("refused"));
    else if (days < EXPIRY_DAYS)
        doctor_tell(doctor, "certificate", DOCTOR_WARNING, _("tell the server's people"), _("%s: expires on %s"), about,
                    until);
    else
        doctor_tell(doctor, "certificate", DOCTOR_OK, NULL, _("%s: valid until %s, %s, by %s"), about, until,
                    certificate->key, certificate->issuer);
}

static bool
has_mechanism(const ProbeFindings *findings, const char *prefix, const char *suffix)
{
    for (const char *const *name = findings->mechanisms; *name != NULL; name++) {
        if (g_str_has_prefix(*name, prefix) && g_str_has_suffix(*name, suffix))
            return true;
    }
    return false;
}

static void
tell_login(Doctor *doctor, const char *about, const ProbeFindings *findings)
{
    g_autofree char *mechanisms = g_strjoinv(" ", (char **) findings->mechanisms);
    g_autofree char *bindings = g_strjoinv(" ", (char **) findings->bindings);
    if (findings->mechanisms[0] == NULL)
        doctor_tell(doctor, "sasl", DOCTOR_BAD, _("ask the server's people"), _("%s: no way to log in is offered"), about);
    else if (!has_mechanism(findings, "SCRAM-", "") && !has_mechanism(findings, "EXTERNAL", ""))
        doctor_tell(doctor, "sasl", DOCTOR_WARNING, _("the server sees your password: ask for SCRAM"), "%s: %s", about,
                    mechanisms);
    else
        doctor_tell(doctor, "sasl", DOCTOR_OK, NULL, "%s: %s%s", about, mechanisms,
                    findings->offers_sasl2 ? ", SASL 2" : "");
    if (has_mechanism(findings, "SCRAM-", "-PLUS"))
        doctor_tell(doctor, "channel-binding", DOCTOR_OK, NULL, "%s: %s", about,
                    *bindings != '\0' ? bindings : _("offered"));
    else
        doctor_tell(doctor, "channel-binding", DOCTOR_NOTE, _("a login can be relayed by who owns a certificate"),
                    _("%s: not offered"), about);
}

static void
on_probe(ServerProbe *probe, const ProbeFindings *findings, gpointer data)
{
    Question *question = data; /* probes go with the doctor */
    Doctor *doctor = question->doctor;
    const char *about = question->about;
    if (findings->error == NULL)
        doctor_tell(doctor, "connect", DOCTOR_OK, NULL, "%s: %s, %s, %d ms", about,
                    findings->is_direct ? _("direct TLS") : "STARTTLS", findings->tls, (int) findings->milliseconds);
    else
        doctor_tell(doctor, "connect", DOCTOR_BAD, NULL, "%s: %s: %s", about, /* the error says what to do */
                    transport_phase_name(findings->phase), findings->error->message);
    if (findings->certificate != NULL)
        tell_certificate(doctor, about, findings->certificate);
    if (findings->error == NULL)
        tell_login(doctor, about, findings);
    doctor_answered(question);
}

static void
on_addresses(GObject *resolver, GAsyncResult *result, gpointer data)
{
    Question *question = data;
    g_autoptr(GError) error = NULL;
    GList *addresses = g_resolver_lookup_by_name_finish(G_RESOLVER(resolver), result, &error);
    g_autoptr(GString) text = g_string_new(NULL);
    guint count = 0;
    for (const GList *item = addresses; item != NULL && count < RECORDS_MAX; item = item->next, count++) {
        g_autofree char *address = g_inet_address_to_string(item->data);
        g_string_append_printf(text, "%s%s", count > 0 ? ", " : "", address);
    }
    g_resolver_free_addresses(addresses);
    if (doctor_wants(question) && error != NULL)
        doctor_tell(question->doctor, "address", DOCTOR_BAD, _("the name does not exist, or DNS does not answer"), "%s: %s",
                    question->about, error->message);
    else if (doctor_wants(question))
        doctor_tell(question->doctor, "address", DOCTOR_OK, NULL, "%s: %s", question->about, text->str);
    doctor_answered(question);
}

static void
ask_addresses(Doctor *doctor, const char *host)
{
    g_autoptr(GResolver) resolver = g_resolver_get_default();
    if (!target_is_local_name(host))
        g_resolver_lookup_by_name_async(resolver, host, doctor->cancel, on_addresses,
                                        doctor_ask(doctor, "address", host, 0));
}

/* What of the account holds for a connection that is only looked at: whom it trusts, and the way there. */
static void
look_at_target(Doctor *doctor, const Target *target)
{
    const Session *session = doctor_session(doctor);
    const AccountConfig *config = session != NULL ? session_account_config(session) : NULL;
    const TransportConfig transport = {
        .domain = doctor->domain,
        .host = target->host,
        .port = target->port,
        .tls = target->direct ? TLS_DIRECT : TLS_REQUIRE,
        .ca_file = config != NULL ? config->ca_file : NULL,
        .pin = config != NULL ? config->pin : NULL,
        .proxy = config != NULL ? config->proxy : NULL,
    };
    g_autofree char *about = g_strdup_printf("%s:%u", target->host, target->port);
    if (doctor->probes->len >= PROBES_MAX)
        return;
    g_ptr_array_add(doctor->probes, server_probe_new(client_tls(doctor->client), &transport, on_probe,
                                                     doctor_ask(doctor, "connect", about, 0)));
    ask_addresses(doctor, target->host);
}

/* --- records --- */

static void
look_at_targets(Doctor *doctor)
{
    if (doctor->targets->len == 0) {
        if (!target_is_local_name(doctor->name))
            doctor_tell(doctor, "dns", DOCTOR_NOTE, _("that is fine when the server is at the domain's own address"),
                        _("%s: no records _xmpp-client and _xmpps-client"), doctor->name);
        g_ptr_array_add(doctor->targets, target_new(doctor->name, TARGETS_PORT, false));
    }
    for (guint i = 0; i < doctor->targets->len; i++)
        look_at_target(doctor, doctor->targets->pdata[i]);
}

static void
take_record(Doctor *doctor, GSrvTarget *record, bool direct)
{
    const char *host = g_srv_target_get_hostname(record);
    const char *service = direct ? "_xmpps-client" : "_xmpp-client";
    if (*host == '\0' || g_str_equal(host, ".")) {
        doctor_tell(doctor, "dns", direct ? DOCTOR_NOTE : DOCTOR_BAD, NULL, _("%s: the domain has no such service"), service);
        return;
    }
    doctor_tell(doctor, "dns", DOCTOR_OK, NULL, "%s: %s:%u (%u %u)", service, host, g_srv_target_get_port(record),
                g_srv_target_get_priority(record), g_srv_target_get_weight(record));
    g_ptr_array_add(doctor->targets, target_new(host, g_srv_target_get_port(record), direct));
}

static void
on_records(GObject *resolver, GAsyncResult *result, gpointer data)
{
    Question *question = data;
    Doctor *doctor = question->doctor;
    const bool direct = question->kind == SERVICE_DIRECT;
    g_autoptr(GError) error = NULL;
    GList *records = g_resolver_lookup_service_finish(G_RESOLVER(resolver), result, &error);
    guint count = 0;
    for (const GList *item = records; doctor != NULL && item != NULL && count < RECORDS_MAX; item = item->next, count++)
        take_record(doctor, item->data, direct);
    g_resolver_free_targets(records);
    if (doctor != NULL && error != NULL && !g_error_matches(error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
        doctor_tell(doctor, "dns", DOCTOR_WARNING, _("check the network and /etc/resolv.conf"), "%s: %s", question->about,
                    error->message);
    if (doctor != NULL && --doctor->services == 0)
        look_at_targets(doctor);
    doctor_answered(question);
}

static void
ask_records(Doctor *doctor)
{
    static const char *const services[] = { [SERVICE_DIRECT] = "xmpps-client", [SERVICE_STARTTLS] = "xmpp-client" };
    g_autoptr(GResolver) resolver = g_resolver_get_default();
    if (target_is_local_name(doctor->name)) {
        look_at_targets(doctor);
        return;
    }
    doctor->services = G_N_ELEMENTS(services);
    for (guint i = 0; i < G_N_ELEMENTS(services); i++)
        g_resolver_lookup_service_async(resolver, services[i], "tcp", doctor->name, doctor->cancel, on_records,
                                        doctor_ask(doctor, "dns", services[i], i));
}

/* Where an account says where its server is, nobody asks DNS. */
static void
look_at_server(Doctor *doctor)
{
    const Session *session = doctor_session(doctor);
    const AccountConfig *config = session != NULL ? session_account_config(session) : NULL;
    if (config == NULL || (config->server == NULL && config->port == 0)) {
        ask_records(doctor);
        return;
    }
    const bool direct = config->tls == ACCOUNT_TLS_DIRECT || config->port == TARGETS_PORT_DIRECT;
    const guint16 usual = direct ? TARGETS_PORT_DIRECT : TARGETS_PORT;
    g_autoptr(Target) target = target_new(config->server != NULL ? config->server : doctor->name,
                                          config->port != 0 ? config->port : usual, direct);
    doctor_tell(doctor, "dns", DOCTOR_NOTE, NULL, _("not asked: the account says where its server is, %s:%u"),
                target->host, target->port);
    look_at_target(doctor, target);
}

static gboolean
on_begin(gpointer data)
{
    Question *question = data;
    Doctor *doctor = question->doctor;
    if (doctor != NULL) {
        doctor_look_at_machine(doctor);
        if (doctor->name != NULL)
            look_at_server(doctor);
        if (doctor_session(doctor) != NULL)
            doctor_look_at_account(doctor);
    }
    doctor_answered(question);
    return G_SOURCE_REMOVE;
}

bool
doctor_start(Client *client, Session *session, const char *domain, DoctorTold told, DoctorDone done, gpointer data,
             GError **error)
{
    g_autofree char *name = domain != NULL ? target_lookup_name(domain, error) : NULL;
    if (domain != NULL && name == NULL)
        return false;
    Doctor *doctor = g_new0(Doctor, 1);
    *doctor = (Doctor){
        .client = client,
        .domain = g_strdup(domain),
        .name = g_steal_pointer(&name),
        .account = session != NULL ? g_strdup(account_name(session_account(session))) : NULL,
        .told = told,
        .done = done,
        .data = data,
        .questions = g_ptr_array_new(),
        .probes = g_ptr_array_new_with_free_func((GDestroyNotify) server_probe_free),
        .targets = g_ptr_array_new_with_free_func((GDestroyNotify) target_free),
        .cancel = g_cancellable_new(),
    };
    doctor->deadline = g_timeout_add_seconds(DOCTOR_SECONDS, on_deadline, doctor);
    g_ptr_array_add(client_doctors(client), doctor);
    g_idle_add(on_begin, doctor_ask(doctor, "program", NULL, 0));
    return true;
}

/* --- for others --- */

static void
replace_all(char **text, const char *pattern, const char *replacement)
{
    g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT, NULL);
    char *replaced = regex != NULL ? g_regex_replace(regex, *text, -1, 0, replacement, 0, NULL) : NULL;
    if (replaced != NULL) {
        g_free(*text);
        *text = replaced;
    }
}

char *
doctor_redact(const char *text)
{
    char *shown = log_redact(text);
    const char *home = g_get_home_dir();
    if (home != NULL && strlen(home) > 1) {
        g_auto(GStrv) parts = g_strsplit(shown, home, -1);
        g_free(shown);
        shown = g_strjoinv("~", parts);
    }
    replace_all(&shown, "[^\\s@/<>\"'“”,;()]+@([^\\s@/<>\"'“”:,;()]+)/[^\\s,;]+", "…@\\1/…");
    replace_all(&shown, "[^\\s@/<>\"'“”,;()]+@(?!…)([^\\s@/<>\"'“”:,;()]+)", "…@\\1");
    replace_all(&shown, "(?<![\\w.])\\d{1,3}(?:\\.\\d{1,3}){3}(?![\\w.]*\\d)", "…");
    replace_all(&shown, "(?<![\\w:])(?=[0-9A-Fa-f:]*::|(?:[0-9A-Fa-f]+:){4})[0-9A-Fa-f:]{2,39}(?!\\w)", "…");
    return shown;
}

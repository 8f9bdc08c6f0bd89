/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/doctor_private.h"

#include "base/i18n.h"
#include "base/when.h"
#include "xmpp/stanza.h"
#include "xmpp/xep/disco.h"
#include "xmpp/xep/version.h"

enum {
    CLOCK_OFF = 60, /* seconds that are worth a warning */
    ITEMS_MAX = 12, /* services of a server that are asked */
};

#define NS_TIME "urn:xmpp:time"
#define NS_UPLOAD "urn:xmpp:http:upload:0"

/* What is worth having, and who offers it. */
typedef struct WantedFeature {
    const char *name, *feature;
    const char *missing; /* N_() */
} WantedFeature;

static const WantedFeature of_server[] = {
    { "carbons", "urn:xmpp:carbons:2", N_("your other devices do not see what you write") },
    { "blocking", "urn:xmpp:blocking", N_("nobody can be blocked at the server") },
};

static const WantedFeature of_account[] = {
    { "archive", "urn:xmpp:mam:2", N_("what you miss is not kept at the server") },
    { "bookmarks", "urn:xmpp:bookmarks:1#compat", N_("bookmarks are not converted for older programs") },
    { "push", "urn:xmpp:push:0", NULL },
};

static void
tell_features(Doctor *doctor, const DiscoInfo *info, const WantedFeature *list, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        if (disco_info_has(info, list[i].feature))
            doctor_tell(doctor, "feature", DOCTOR_OK, NULL, "%s", list[i].name);
        else
            doctor_tell(doctor, "feature", DOCTOR_NOTE, list[i].missing != NULL ? _(list[i].missing) : NULL,
                        _("%s: not offered"), list[i].name);
    }
}

typedef enum { ASKED_SERVER, ASKED_ACCOUNT, ASKED_SERVICE } Asked;

static void
on_info(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error, gpointer data)
{
    Question *question = data;
    if (!doctor_wants(question)) {
        doctor_answered(question);
        return;
    }
    if (info == NULL && question->kind != ASKED_SERVICE)
        doctor_tell(question->doctor, "feature", DOCTOR_WARNING, NULL, "%s: %s", jid_text(jid), error->message);
    else if (info != NULL && question->kind == ASKED_SERVER)
        tell_features(question->doctor, info, of_server, G_N_ELEMENTS(of_server));
    else if (info != NULL && question->kind == ASKED_ACCOUNT)
        tell_features(question->doctor, info, of_account, G_N_ELEMENTS(of_account));
    else if (info != NULL && disco_info_has(info, NS_UPLOAD))
        doctor_tell(question->doctor, "feature", DOCTOR_OK, NULL, "upload: %s", jid_text(jid));
    else if (info != NULL && disco_info_is(info, "conference", "text"))
        doctor_tell(question->doctor, "feature", DOCTOR_OK, NULL, "rooms: %s", jid_text(jid));
    doctor_answered(question);
}

static void
on_items(XmppStream *stream, const Jid *jid, const GPtrArray *items, const GError *error, gpointer data)
{
    Question *question = data;
    for (guint i = 0; doctor_wants(question) && items != NULL && i < items->len && i < ITEMS_MAX; i++) {
        const DiscoItem *item = items->pdata[i];
        if (item->node == NULL)
            disco_request_info(stream, item->jid, NULL, on_info,
                               doctor_ask(question->doctor, "feature", jid_text(item->jid), ASKED_SERVICE));
    }
    doctor_answered(question);
}

static void
on_version(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Question *question = data;
    if (doctor_wants(question) && answer != NULL) {
        g_autofree char *words = version_words(answer);
        doctor_tell(question->doctor, "software", DOCTOR_OK, NULL, "%s", words);
    } else if (doctor_wants(question)) {
        doctor_tell(question->doctor, "software", DOCTOR_NOTE, NULL, _("the server does not say what it is"));
    }
    doctor_answered(question);
}

/* How far the clocks are apart, for all the way there and back may have taken. */
static void
tell_clock(Doctor *doctor, gint64 theirs, gint64 travelled)
{
    const gint64 off = (when_now() - travelled / 2 - theirs) / G_TIME_SPAN_SECOND;
    if (ABS(off) > CLOCK_OFF)
        doctor_tell(doctor, "clock", DOCTOR_WARNING, _("set the clock: certificates and times of messages depend on it"),
                    _("%+d s from the server's clock"), (int) CLAMP(off, G_MININT, G_MAXINT));
    else
        doctor_tell(doctor, "clock", DOCTOR_OK, NULL, _("%+d s from the server's clock"), (int) off);
}

static void
on_time(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Question *question = data;
    xmpp_stanza_t *time = answer != NULL ? stanza_child(answer, "time", NS_TIME) : NULL;
    g_autofree char *utc = time != NULL ? stanza_child_text(time, "utc", NS_TIME) : NULL;
    gint64 theirs;
    if (doctor_wants(question) && utc != NULL && when_parse(utc, &theirs))
        tell_clock(question->doctor, theirs, g_get_monotonic_time() - question->asked);
    else if (doctor_wants(question))
        doctor_tell(question->doctor, "clock", DOCTOR_NOTE, NULL, _("the server does not tell its time"));
    doctor_answered(question);
}

static void
ask_server(Doctor *doctor, Session *session)
{
    XmppStream *stream = session_stream(session);
    g_autoptr(Jid) server = jid_new_from_parts(NULL, jid_domain(stream_own_bare(stream)), NULL, NULL);
    g_autoptr(Jid) own = jid_to_bare(stream_own_bare(stream));
    xmpp_stanza_t *payload;
    version_request(stream, server, on_version, doctor_ask(doctor, "software", NULL, 0));
    iq_request(stream, server, iq_new(stream, "get", "time", NS_TIME, &payload), on_time,
               doctor_ask(doctor, "clock", NULL, 0));
    disco_request_info(stream, server, NULL, on_info, doctor_ask(doctor, "feature", NULL, ASKED_SERVER));
    disco_request_info(stream, own, NULL, on_info, doctor_ask(doctor, "feature", NULL, ASKED_ACCOUNT));
    disco_request_items(stream, server, NULL, on_items, doctor_ask(doctor, "feature", NULL, 0));
}

void
doctor_look_at_account(Doctor *doctor)
{
    Session *session = doctor_session(doctor);
    const Account *account = session_account(session);
    XmppStream *stream = session_stream(session);
    XmppResumeState resume;
    if (!session_is_online(session)) {
        const char *reason = account_reason(account);
        doctor_tell(doctor, "account", DOCTOR_WARNING, _("write /connect ACCOUNT; what its server can do is seen then"),
                    "%s: %s%s%s", account_name(account), account_state_word(account_state(account)),
                    reason != NULL ? ": " : "", reason != NULL ? reason : "");
        return;
    }
    const char *tls = stream_tls_description(stream), *mechanism = stream_sasl_mechanism(stream);
    doctor_tell(doctor, "account", tls != NULL ? DOCTOR_OK : DOCTOR_BAD,
                tls != NULL ? NULL : _("everybody on the way can read along: /account set ACCOUNT tls require"),
                "%s: %s, %s, %s", account_name(account), jid_text(stream_jid(stream)), tls != NULL ? tls : _("no TLS"),
                mechanism != NULL ? mechanism : "?");
    if (stream_resume_state(stream, &resume))
        doctor_tell(doctor, "feature", DOCTOR_OK, NULL, _("resumption: the session outlives the connection"));
    else
        doctor_tell(doctor, "feature", DOCTOR_NOTE, _("messages may be lost with the connection"),
                    _("resumption: not offered"));
    ask_server(doctor, session);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/stream_session.h"

#include <string.h>

#include "xmpp/resumption.h"
#include "xmpp/stream_parts.h"

struct StreamSession {
    Jid *jid; /* full, as bound; meaningful while online */
    IqTable *iqs;
    Resumption *resumption;
    ModuleTable *modules;
    ModuleStates *states;
    GHashTable *subscribers; /* bare Jid: who is subscribed to the account's presence, as this
                                session's roster says */
    bool offers_roster_versions;
    bool has_carbons;
    bool offers_client_state;
    bool inactive;
    bool began_inactive;
};

StreamSession *
stream_session_new(XmppStream *stream)
{
    StreamSession *session = g_new0(StreamSession, 1);

    session->modules = module_table_new();
    session->states = module_states_new(session->modules);
    session->subscribers = g_hash_table_new_full(jid_bare_hash, jid_bare_hash_equal, (GDestroyNotify) jid_unref, NULL);
    session->iqs = iq_table_new(stream);
    session->resumption = resumption_new(stream);
    return session;
}

void
stream_session_free(StreamSession *session)
{
    module_states_free(session->states);
    g_hash_table_unref(session->subscribers);
    resumption_free(session->resumption);
    iq_table_free(session->iqs);
    module_table_free(session->modules);
    if (session->jid)
        jid_unref(session->jid);
    g_free(session);
}

IqTable *
stream_iqs(const XmppStream *stream)
{
    return stream_session(stream)->iqs;
}

Resumption *
stream_resumption(const XmppStream *stream)
{
    return stream_session(stream)->resumption;
}

const ModuleTable *
stream_modules(const XmppStream *stream)
{
    return stream_session(stream)->modules;
}

gpointer
stream_module_state(XmppStream *stream, const char *module_name)
{
    return module_states_get(stream_session(stream)->states, module_name);
}

const Jid *
stream_jid(const XmppStream *stream)
{
    return stream_phase(stream) == XMPP_PHASE_ONLINE ? stream_session(stream)->jid : NULL;
}

/* --- what the server offers, and has done --- */

bool
stream_offers_roster_versions(const XmppStream *stream)
{
    return stream_session(stream)->offers_roster_versions;
}

void
stream_set_offers_roster_versions(XmppStream *stream, bool offers)
{
    stream_session(stream)->offers_roster_versions = offers;
}

bool
stream_has_carbons(const XmppStream *stream)
{
    return stream_session(stream)->has_carbons;
}

void
stream_set_has_carbons(XmppStream *stream, bool has)
{
    stream_session(stream)->has_carbons = has;
}

bool
stream_offers_client_state(const XmppStream *stream)
{
    return stream_session(stream)->offers_client_state;
}

void
stream_set_offers_client_state(XmppStream *stream, bool offers)
{
    stream_session(stream)->offers_client_state = offers;
}

bool
stream_is_inactive(const XmppStream *stream)
{
    return stream_session(stream)->inactive;
}

void
stream_set_inactive(XmppStream *stream, bool inactive)
{
    stream_session(stream)->inactive = inactive;
}

bool
stream_began_inactive(const XmppStream *stream)
{
    return stream_session(stream)->began_inactive;
}

void
stream_set_began_inactive(XmppStream *stream, bool began)
{
    stream_session(stream)->began_inactive = began;
}

/* --- who may know of it --- */

bool
stream_may_reveal(const XmppStream *stream, const Jid *jid)
{
    const XmppStreamConfig *config = stream_config(stream);
    const Jid *own = stream_own_bare(stream);

    if (jid_equal_bare(jid, own) || (!jid_local(jid) && strcmp(jid_domain(jid), jid_domain(own)) == 0))
        return true;
    if (config->may_reveal)
        return config->may_reveal(stream_owner(stream), jid);
    return g_hash_table_contains(stream_session(stream)->subscribers, jid);
}

void
stream_note_subscriber(XmppStream *stream, const Jid *jid, bool subscribed)
{
    GHashTable *subscribers = stream_session(stream)->subscribers;

    if (stream_config(stream)->may_reveal)
        return;
    if (subscribed)
        g_hash_table_add(subscribers, jid_ref((Jid *) jid));
    else
        g_hash_table_remove(subscribers, jid);
}

/* --- beginning, going on, ending --- */

static void
set_jid(XmppStream *stream, const Jid *jid)
{
    StreamSession *session = stream_session(stream);

    stream_negotiated(stream);
    g_clear_pointer(&session->jid, jid_unref);
    session->jid = jid_ref((Jid *) jid);
}

/* Nothing is known of a session before this. */
static void
forget_session(XmppStream *stream)
{
    module_states_reset(stream_session(stream)->states);
    g_hash_table_remove_all(stream_session(stream)->subscribers);
}

static void
start_modules(XmppStream *stream)
{
    for (guint i = 0; i < module_table_size(stream_modules(stream)); i++) {
        const XmppModule *row = module_table_row(stream_modules(stream), i);
        if (row->bound)
            row->bound(stream);
    }
}

void
stream_bound(XmppStream *stream, const Jid *jid)
{
    set_jid(stream, jid);
    resumption_bound(stream_resumption(stream), stream_session(stream)->jid);
    forget_session(stream);
    stream_set_phase(stream, XMPP_PHASE_ONLINE, NULL);
    start_modules(stream);
    const XmppEvent event = {
        .type = XMPP_EVENT_BOUND,
        .bound = { .jid = stream_session(stream)->jid,
                   .acknowledged = resumption_refused_number(stream_resumption(stream)) },
    };
    stream_publish(stream, &event);
    resumption_tell_state(stream_resumption(stream));
}

/* What is sent again goes out before anybody can send something new. A session of an earlier
 * process is a new one to this process' modules. */
void
stream_resumed(XmppStream *stream)
{
    XmppResumeState state = { 0 };

    set_jid(stream, resumption_jid(stream_resumption(stream)));
    const bool restored = resumption_send_again(stream_resumption(stream));
    if (restored)
        forget_session(stream);
    stream_set_phase(stream, XMPP_PHASE_ONLINE, NULL);
    if (restored)
        start_modules(stream);
    stream_resume_state(stream, &state);
    const XmppEvent event = {
        .type = XMPP_EVENT_RESUMED,
        .resumed = { .jid = stream_session(stream)->jid, .acknowledged = state.acknowledged, .restored = restored },
    };
    stream_publish(stream, &event);
}

void
stream_lose_session(XmppStream *stream, const GError *error)
{
    iq_table_fail(stream_iqs(stream), error);
    for (guint i = 0; i < module_table_size(stream_modules(stream)); i++) {
        const XmppModule *row = module_table_row(stream_modules(stream), i);
        if (row->closed)
            row->closed(stream);
    }
}

/* --- going on elsewhere --- */

bool
stream_resume_state(const XmppStream *stream, XmppResumeState *state)
{
    return resumption_state(stream_resumption(stream), state);
}

void
stream_acknowledge(XmppStream *stream, guint32 number)
{
    resumption_acknowledge(stream_resumption(stream), number);
}

guint32
stream_sent_number(const XmppStream *stream)
{
    return resumption_sent_number(stream_resumption(stream));
}

guint32
stream_received_number(const XmppStream *stream)
{
    return resumption_received_number(stream_resumption(stream));
}

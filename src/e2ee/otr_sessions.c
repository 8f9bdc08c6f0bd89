/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "e2ee/otr_private.h"

void
otr_session_free(gpointer data)
{
    OtrSession *session = data;
    jid_unref(session->jid);
    otr_fragments_free(session->fragments);
    g_free(session);
}

void
otr_peer_free(gpointer data)
{
    OtrPeer *peer = data;
    jid_unref(peer->bare);
    g_clear_pointer(&peer->start_later, jid_unref);
    g_free(peer);
}

OtrPeer *
otr_find_peer(const E2ee *e2ee, const Jid *peer)
{
    return g_hash_table_lookup(e2ee->peers, peer);
}

/* Of strangers nothing is known but that the user was told of them: of very many, some are told of again. */
static void
forget_stranger(E2ee *e2ee)
{
    GHashTableIter iter;
    gpointer value;
    if (g_hash_table_size(e2ee->peers) < OTR_PEERS_MAX)
        return;
    g_hash_table_iter_init(&iter, e2ee->peers);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const OtrPeer *peer = value;
        if (peer->sessions > 0 || peer->wanted || peer->starting || peer->start_later != NULL)
            continue;
        g_hash_table_iter_remove(&iter);
        return;
    }
}

OtrPeer *
otr_ensure_peer(E2ee *e2ee, const Jid *jid)
{
    OtrPeer *peer = otr_find_peer(e2ee, jid);
    if (peer != NULL)
        return peer;
    forget_stranger(e2ee);
    peer = g_new0(OtrPeer, 1);
    peer->bare = jid_to_bare(jid);
    g_hash_table_insert(e2ee->peers, peer->bare, peer);
    return peer;
}

OtrSession *
otr_find_session(const E2ee *e2ee, const char *full)
{
    return g_hash_table_lookup(e2ee->sessions, full);
}

ConnContext *
otr_master_context(const E2ee *e2ee, const OtrSession *session)
{
    return otrl_context_find(otr_book_userstate(e2ee->book), jid_text(session->jid), otr_book_account(e2ee->book),
                             OTR_PROTOCOL, OTRL_INSTAG_MASTER, 0, NULL, NULL, NULL);
}

/* libotr forgets only what is in the clear. */
static void
forget_contexts(E2ee *e2ee, OtrSession *session)
{
    ConnContext *master = otr_master_context(e2ee, session);
    for (ConnContext *context = master; context != NULL && context->m_context == master; context = context->next)
        otrl_context_force_plaintext(context);
    if (master != NULL)
        otrl_context_forget(master);
    session->instances = 0;
    session->secure = false;
}

static void
forget_session(E2ee *e2ee, OtrSession *session)
{
    OtrPeer *peer = session->peer;
    forget_contexts(e2ee, session);
    if (peer->active == session)
        peer->active = NULL;
    peer->sessions--;
    const bool idle = peer->sessions == 0 && !peer->wanted && !peer->starting && !peer->refused
                      && peer->start_later == NULL && peer->offer == OTR_OFFER_OPEN;
    g_hash_table_remove(e2ee->sessions, jid_text(session->jid));
    if (idle)
        g_hash_table_remove(e2ee->peers, peer->bare);
}

/* Room for one more: what was used longest ago and protects nothing goes. */
static bool
make_room(E2ee *e2ee)
{
    GHashTableIter iter;
    gpointer value;
    OtrSession *oldest = NULL;
    if (g_hash_table_size(e2ee->sessions) < OTR_SESSIONS_MAX)
        return true;
    g_hash_table_iter_init(&iter, e2ee->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        OtrSession *session = value;
        if (!session->secure && session != e2ee->receiving && (oldest == NULL || session->used < oldest->used))
            oldest = session;
    }
    if (oldest == NULL)
        return false;
    forget_session(e2ee, oldest);
    return true;
}

OtrSession *
otr_ensure_session(E2ee *e2ee, const Jid *full)
{
    OtrSession *session = otr_find_session(e2ee, jid_text(full));
    if (session == NULL && make_room(e2ee)) {
        session = g_new0(OtrSession, 1);
        session->jid = jid_ref(full);
        session->peer = otr_ensure_peer(e2ee, full);
        session->peer->sessions++;
        session->fragments = otr_fragments_new();
        g_hash_table_insert(e2ee->sessions, (gpointer) jid_text(session->jid), session);
    }
    if (session != NULL)
        session->used = g_get_monotonic_time();
    return session;
}

ConnContext *
otr_secure_context(const E2ee *e2ee, const OtrSession *session)
{
    if (!session->secure)
        return NULL;
    return otrl_context_find(otr_book_userstate(e2ee->book), jid_text(session->jid), otr_book_account(e2ee->book),
                             OTR_PROTOCOL, session->instance, 0, NULL, NULL, NULL);
}

OtrSession *
otr_choose_session(const E2ee *e2ee, const Jid *jid)
{
    const OtrPeer *peer = otr_find_peer(e2ee, jid);
    if (jid_is_bare(jid))
        return peer != NULL ? peer->active : NULL;
    OtrSession *session = otr_find_session(e2ee, jid_text(jid));
    return session != NULL && session->secure ? session : NULL;
}

E2eeState
otr_session_state(const E2ee *e2ee, const OtrSession *session)
{
    const ConnContext *context = otr_secure_context(e2ee, session);
    if (context == NULL || session->away)
        return E2EE_OFF;
    if (context->msgstate == OTRL_MSGSTATE_ENCRYPTED)
        return E2EE_ON;
    return context->msgstate == OTRL_MSGSTATE_FINISHED ? E2EE_ENDED : E2EE_OFF;
}

/* The peer takes to its new keys when it has our proof, and answers with its own: what we say in between, it could not
 * read with the old ones. */
static bool
is_changing_keys(const E2ee *e2ee, const OtrSession *session)
{
    const ConnContext *context = otr_secure_context(e2ee, session);
    return context != NULL && context->auth.authstate == OTRL_AUTHSTATE_AWAITING_SIG;
}

E2eeState
otr_peer_state(const E2ee *e2ee, const Jid *jid)
{
    const OtrPeer *peer = otr_find_peer(e2ee, jid);
    const OtrSession *session = otr_choose_session(e2ee, jid);
    if (peer != NULL && (peer->starting || (session != NULL && is_changing_keys(e2ee, session))))
        return E2EE_STARTING;
    return session != NULL ? otr_session_state(e2ee, session) : E2EE_OFF;
}

E2eeTrust
otr_trust_of(const char *word)
{
    return word != NULL && *word != '\0' ? E2EE_VERIFIED : E2EE_UNTRUSTED;
}

E2eeTrust
otr_session_trust(const E2ee *e2ee, const OtrSession *session)
{
    const ConnContext *context = otr_secure_context(e2ee, session);
    if (context == NULL || context->active_fingerprint == NULL || context->active_fingerprint->fingerprint == NULL)
        return E2EE_UNTRUSTED;
    return otr_trust_of(otr_book_trust(e2ee->book, session->jid, context->active_fingerprint->fingerprint));
}

/* --- what is told --- */

void
otr_tell_session(E2ee *e2ee, OtrSession *session)
{
    const ConnContext *context = otr_secure_context(e2ee, session);
    const Fingerprint *key = context != NULL ? context->active_fingerprint : NULL;
    const E2eeState state = otr_session_state(e2ee, session);
    g_autofree char *fingerprint =
        state == E2EE_ON && key != NULL && key->fingerprint != NULL ? otr_fingerprint_text(key->fingerprint) : NULL;
    e2ee->host.event(e2ee->host.data, &(E2eeEvent) {
        .type = E2EE_EVENT_SESSION,
        .peer = session->jid,
        .session = { .state = state, .trust = otr_session_trust(e2ee, session), .fingerprint = fingerprint },
    });
}

static void
tell_over(E2ee *e2ee, const Jid *peer, const GError *error)
{
    e2ee->host.event(e2ee->host.data, &(E2eeEvent) {
        .type = E2EE_EVENT_SESSION,
        .peer = peer,
        .session = { .state = E2EE_OFF, .error = error },
    });
}

void
otr_session_over(E2ee *e2ee, OtrSession *session, const GError *error)
{
    const bool was_active = session->peer->active == session;
    g_autoptr(Jid) jid = jid_ref(session->jid);
    if (was_active)
        session->peer->active = NULL;
    forget_contexts(e2ee, session);
    if (was_active)
        tell_over(e2ee, jid, error);
}

void
otr_start_failed(E2ee *e2ee, OtrPeer *peer, const GError *error)
{
    g_clear_pointer(&peer->start_later, jid_unref);
    peer->starting = false;
    tell_over(e2ee, peer->bare, error);
}

static void
add_fingerprint(const OtrBookEntry *entry, gpointer list)
{
    g_ptr_array_add(list, otr_fingerprint_text(entry->fingerprint));
}

/* A key nobody has seen with this peer. When there were others it may be a second device, or somebody in between. */
static void
note_new_key(E2ee *e2ee, const OtrSession *session, const guchar *fingerprint)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = otr_fingerprint_text(fingerprint);
    otr_book_foreach(e2ee->book, session->jid, add_fingerprint, known);
    g_ptr_array_add(known, NULL);
    if (!otr_book_set_trust(e2ee->book, session->jid, fingerprint, "", &error))
        e2ee->host.event(e2ee->host.data, &(E2eeEvent) { .type = E2EE_EVENT_OWN_KEY, .own_key = { .error = error } });
    e2ee->host.event(e2ee->host.data, &(E2eeEvent) {
        .type = E2EE_EVENT_NEW_KEY,
        .peer = session->jid,
        .new_key = { .fingerprint = text, .known = (const char *const *) known->pdata, .trust = E2EE_UNTRUSTED },
    });
}

void
otr_session_secured(E2ee *e2ee, OtrSession *session, ConnContext *context)
{
    Fingerprint *key = context->active_fingerprint;
    session->instance = context->their_instance;
    session->secure = true;
    session->away = false;
    session->peer->active = session;
    session->peer->starting = false;
    session->peer->refused = false;
    g_clear_pointer(&session->peer->start_later, jid_unref);
    if (key != NULL && key->fingerprint != NULL) {
        if (otr_book_trust(e2ee->book, session->jid, key->fingerprint) == NULL)
            note_new_key(e2ee, session, key->fingerprint);
        otrl_context_set_trust(key, otr_book_trust(e2ee->book, session->jid, key->fingerprint));
    }
    otr_tell_session(e2ee, session);
}

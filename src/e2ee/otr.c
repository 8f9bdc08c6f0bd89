/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/otr.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "e2ee/otr_private.h"
#include "e2ee/otr_text.h"

/* Who has no OTR sees this as a text (XEP-0364 "Overview"): it is for the peer's eyes, not in the user's language. */
#define QUERY "?OTRv23? %s wants to encrypt this conversation with OTR, which your program does not have or which is off."

static E2ee *
new(const E2eeHost *host, const char *directory, const Jid *own, GError **error)
{
    OtrBook *book = otr_book_new(directory, own, error);
    if (book == NULL)
        return NULL;
    E2ee *e2ee = g_new0(E2ee, 1);
    e2ee->host = *host;
    e2ee->own = jid_to_bare(own);
    e2ee->book = book;
    e2ee->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, otr_session_free);
    e2ee->peers = g_hash_table_new_full(jid_bare_hash, jid_bare_hash_equal, NULL, otr_peer_free);
    return e2ee;
}

static void
free_otr(E2ee *e2ee)
{
    if (e2ee == NULL)
        return;
    g_clear_handle_id(&e2ee->poll, g_source_remove);
    g_hash_table_unref(e2ee->sessions);
    g_hash_table_unref(e2ee->peers);
    otr_book_free(e2ee->book);
    jid_unref(e2ee->own);
    g_free(e2ee);
}

/* --- the own key --- */

static void
tell_own_key(const E2ee *e2ee, const char *fingerprint, const GError *error)
{
    e2ee->host.event(e2ee->host.data, &(E2eeEvent) {
        .type = E2EE_EVENT_OWN_KEY,
        .own_key = { .fingerprint = fingerprint, .error = error },
    });
}

/* Peers may come and go while events are told: their names are kept, not they. */
static GPtrArray *
list_waiting(const E2ee *e2ee)
{
    GPtrArray *waiting = g_ptr_array_new_with_free_func((GDestroyNotify) jid_unref);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, e2ee->peers);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const OtrPeer *peer = value;
        if (peer->start_later != NULL)
            g_ptr_array_add(waiting, jid_ref(peer->start_later));
    }
    return waiting;
}

static void
on_key_made(const GError *error, gpointer data)
{
    E2ee *e2ee = data;
    g_autofree char *fingerprint = otr_book_own_fingerprint(e2ee->book);
    g_autoptr(GPtrArray) waiting = list_waiting(e2ee);
    tell_own_key(e2ee, fingerprint, error);
    for (guint i = 0; i < waiting->len; i++) {
        const Jid *to = g_ptr_array_index(waiting, i);
        OtrPeer *peer = otr_find_peer(e2ee, to);
        g_autoptr(GError) failure = NULL;
        if (peer == NULL || peer->start_later == NULL)
            continue;
        g_clear_pointer(&peer->start_later, jid_unref);
        if (error != NULL)
            otr_start_failed(e2ee, peer, error);
        else if (!otr_ask(e2ee, peer, to, &failure))
            otr_start_failed(e2ee, peer, failure);
    }
}

void
otr_make_key(E2ee *e2ee)
{
    if (otr_book_has_key(e2ee->book) || !otr_book_make_key(e2ee->book, on_key_made, e2ee))
        return;
    tell_own_key(e2ee, NULL, NULL);
}

bool
otr_has_key(E2ee *e2ee)
{
    return otr_book_has_key(e2ee->book);
}

char *
otr_own_fingerprint(E2ee *e2ee)
{
    return otr_book_own_fingerprint(e2ee->book);
}

/* --- sessions --- */

static void
tell_starting(const E2ee *e2ee, const Jid *peer)
{
    e2ee->host.event(e2ee->host.data, &(E2eeEvent) {
        .type = E2EE_EVENT_SESSION,
        .peer = peer,
        .session = { .state = E2EE_STARTING },
    });
}

void
otr_ask_later(E2ee *e2ee, OtrPeer *peer, const Jid *to)
{
    g_autoptr(Jid) jid = jid_ref(to);
    g_clear_pointer(&peer->start_later, jid_unref);
    peer->start_later = jid_ref(jid);
    peer->starting = true;
    tell_starting(e2ee, jid);
    otr_make_key(e2ee);
}

bool
otr_ask(E2ee *e2ee, OtrPeer *peer, const Jid *to, GError **error)
{
    g_autofree char *query = g_strdup_printf(QUERY, jid_text(e2ee->own));
    g_autoptr(Jid) jid = jid_ref(to);
    if (!otr_book_has_key(e2ee->book)) {
        otr_ask_later(e2ee, peer, jid);
        return true;
    }
    if (!otr_book_ensure_tag(e2ee->book, error))
        return false;
    if (!otr_inject(e2ee, jid, query)) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_UNREACHABLE,
                            _("the account is offline: OTR begins when it is online"));
        return false;
    }
    peer->starting = true;
    tell_starting(e2ee, jid);
    return true;
}

static bool
start(E2ee *e2ee, const Jid *jid, GError **error)
{
    OtrPeer *peer = otr_ensure_peer(e2ee, jid);
    const OtrSession *active = peer->active;
    if (jid_equal_bare(jid, e2ee->own)) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                            _("notes to yourself cannot be encrypted with OTR: it needs somebody else"));
        return false;
    }
    peer->wanted = true;
    peer->refused = false;
    return otr_ask(e2ee, peer, jid_is_bare(jid) && active != NULL && !active->away ? active->jid : jid, error);
}

/* The names of all devices of a peer, since they may go while events are told. */
static GPtrArray *
list_devices(const E2ee *e2ee, const Jid *bare)
{
    GPtrArray *devices = g_ptr_array_new_with_free_func((GDestroyNotify) jid_unref);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, e2ee->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const OtrSession *session = value;
        if (bare == NULL || jid_equal_bare(session->jid, bare))
            g_ptr_array_add(devices, jid_ref(session->jid));
    }
    return devices;
}

static void
stop(E2ee *e2ee, const Jid *jid)
{
    OtrPeer *peer = otr_find_peer(e2ee, jid);
    if (peer == NULL)
        return;
    g_autoptr(GPtrArray) devices = list_devices(e2ee, jid);
    const bool was_starting = peer->starting;
    peer->wanted = false;
    peer->starting = false;
    g_clear_pointer(&peer->start_later, jid_unref);
    for (guint i = 0; i < devices->len; i++) {
        OtrSession *session = otr_find_session(e2ee, jid_text(g_ptr_array_index(devices, i)));
        if (session == NULL)
            continue;
        otrl_message_disconnect_all_instances(otr_book_userstate(e2ee->book), &otr_ops, e2ee,
                                              otr_book_account(e2ee->book), OTR_PROTOCOL, jid_text(session->jid));
        otr_session_over(e2ee, session, NULL);
    }
    if (was_starting)
        otr_start_failed(e2ee, peer, NULL);
}

/* Its keys stay, for what it has written already and for when it comes back, but nothing more goes there. */
static void
gone_device(E2ee *e2ee, const Jid *full)
{
    OtrSession *session = otr_find_session(e2ee, jid_text(full));
    if (session == NULL || session->away)
        return;
    const bool was_on = otr_session_state(e2ee, session) == E2EE_ON;
    session->away = true;
    if (session->peer->active == session && was_on)
        otr_tell_session(e2ee, session);
}

static void
gone(E2ee *e2ee, const Jid *jid)
{
    g_autoptr(GPtrArray) devices = jid_is_bare(jid) ? list_devices(e2ee, jid) : NULL;
    if (devices == NULL)
        gone_device(e2ee, jid);
    for (guint i = 0; devices != NULL && i < devices->len; i++)
        gone_device(e2ee, g_ptr_array_index(devices, i));
}

static void
closed(E2ee *e2ee)
{
    g_autoptr(GPtrArray) devices = list_devices(e2ee, NULL);
    GHashTableIter iter;
    gpointer value;
    g_autoptr(GPtrArray) starting = g_ptr_array_new_with_free_func((GDestroyNotify) jid_unref);
    for (guint i = 0; i < devices->len; i++)
        gone_device(e2ee, g_ptr_array_index(devices, i));
    g_hash_table_iter_init(&iter, e2ee->peers);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const OtrPeer *peer = value;
        if (peer->starting)
            g_ptr_array_add(starting, jid_ref(peer->bare));
    }
    for (guint i = 0; i < starting->len; i++) {
        OtrPeer *peer = otr_find_peer(e2ee, g_ptr_array_index(starting, i));
        if (peer != NULL)
            otr_start_failed(e2ee, peer, NULL);
    }
}

static E2eeState
state(E2ee *e2ee, const Jid *peer)
{
    return otr_peer_state(e2ee, peer);
}

static const Jid *
device(E2ee *e2ee, const Jid *peer)
{
    const OtrSession *session = otr_choose_session(e2ee, peer);
    return session != NULL && !session->away ? session->jid : NULL;
}

guint
otr_version(E2ee *e2ee, const Jid *peer)
{
    const OtrSession *session = otr_choose_session(e2ee, peer);
    const ConnContext *context =
        session != NULL && otr_session_state(e2ee, session) == E2EE_ON ? otr_secure_context(e2ee, session) : NULL;
    return context != NULL ? context->protocol_version : 0;
}

/* --- messages --- */

/* libotr keeps the last text, to send it once more when the peer could not read it. Here the user decides that. */
static void
forget_last_text(ConnContext *context)
{
    context->context_priv->may_retransmit = 0;
    if (context->context_priv->lastmessage != NULL)
        gcry_free(context->context_priv->lastmessage);
    context->context_priv->lastmessage = NULL;
}

static char *
seal(E2ee *e2ee, OtrSession *session, const char *text, GError **error)
{
    char *sealed = NULL;
    ConnContext *context = NULL;
    const bool markup =
        session->takes_markup || (e2ee->host.markup(e2ee->host.data, session->jid) & E2EE_MARKUP_READ) != 0;
    g_autofree char *inside = markup ? otr_text_to_markup(text) : g_strdup(text);
    e2ee->saying = inside; /* otr_ops.convert_msg gives it to libotr */
    const gcry_error_t code = otrl_message_sending(
        otr_book_userstate(e2ee->book), &otr_ops, e2ee, otr_book_account(e2ee->book), OTR_PROTOCOL,
        jid_text(session->jid), session->instance, "", NULL, &sealed, OTRL_FRAGMENT_SEND_ALL_BUT_LAST, &context,
        otr_context_made, NULL);
    e2ee->saying = NULL;
    if (context != NULL)
        forget_last_text(context);
    char *body = code == 0 && sealed != NULL && otr_is_sealed(sealed) ? g_strdup(sealed) : NULL;
    if (sealed != NULL)
        otrl_message_free(sealed);
    if (body == NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                    _("libotr could not encrypt it (%s): nothing was sent; /otr refresh begins anew"),
                    gcry_strerror(code));
    return body;
}

static void
encrypt(E2ee *e2ee, XmppMessage *take_message, E2eeDone done, gpointer data)
{
    g_autoptr(XmppMessage) message = take_message;
    g_autoptr(GError) error = NULL;
    OtrSession *session = otr_choose_session(e2ee, message->to);
    if (session == NULL || otr_session_state(e2ee, session) != E2EE_ON) {
        g_set_error(&error, CONFAB_ERROR, ERROR_ENCRYPTION,
                    _("there is no OTR session with %s: nothing was sent; /otr start begins one"),
                    jid_bare(message->to));
        done(NULL, error, data);
        return;
    }
    char *body = seal(e2ee, session, message->body, &error);
    if (body == NULL) {
        done(NULL, error, data);
        return;
    }
    g_free(message->body);
    message->body = body;
    jid_unref(message->to);
    message->to = jid_ref(session->jid);
    done(envelope_sealed(g_steal_pointer(&message), &otr_provider, otr_session_trust(e2ee, session)), NULL, data);
}

/* XEP-0364 "Discovery": whitespace at the end that programs without OTR do not show. */
static void
offer(E2ee *e2ee, XmppMessage *message)
{
    if (message->body == NULL || e2ee->host.policy(e2ee->host.data, message->to) != E2EE_OPPORTUNISTIC
        || jid_equal_bare(message->to, e2ee->own))
        return;
    OtrPeer *peer = otr_ensure_peer(e2ee, message->to);
    if (peer->offer == OTR_OFFER_DECLINED)
        return;
    otr_make_key(e2ee);
    char *body = g_strconcat(message->body, OTRL_MESSAGE_TAG_BASE OTRL_MESSAGE_TAG_V2 OTRL_MESSAGE_TAG_V3, NULL);
    g_free(message->body);
    message->body = body;
    peer->offer = OTR_OFFER_MADE;
    /* Who takes the offer answers with the beginning of a handshake. */
    peer->wanted = true;
}

/* --- keys --- */

static bool
is_in_use(const E2ee *e2ee, const Jid *peer, const guchar *fingerprint)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, e2ee->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const OtrSession *session = value;
        if (!jid_equal_bare(session->jid, peer) || otr_session_state(e2ee, session) != E2EE_ON)
            continue;
        const Fingerprint *key = otr_secure_context(e2ee, session)->active_fingerprint;
        if (key != NULL && key->fingerprint != NULL && memcmp(key->fingerprint, fingerprint, OTR_FINGERPRINT_BYTES) == 0)
            return true;
    }
    return false;
}

typedef struct KeyList {
    const E2ee *e2ee;
    GPtrArray *keys;
} KeyList;

static void
free_key(gpointer key)
{
    e2ee_key_free(key);
}

static void
add_key(const OtrBookEntry *entry, gpointer data)
{
    KeyList *list = data;
    E2eeKey *key = g_new0(E2eeKey, 1);
    *key = (E2eeKey) {
        .peer = jid_to_bare(entry->peer),
        .fingerprint = otr_fingerprint_text(entry->fingerprint),
        .trust = otr_trust_of(entry->trust),
        .in_use = is_in_use(list->e2ee, entry->peer, entry->fingerprint),
    };
    g_ptr_array_add(list->keys, key);
}

static GPtrArray *
keys(E2ee *e2ee, const Jid *peer)
{
    KeyList list = { e2ee, g_ptr_array_new_with_free_func(free_key) };
    char *own = peer == NULL ? otr_book_own_fingerprint(e2ee->book) : NULL;
    if (own != NULL) {
        E2eeKey *key = g_new0(E2eeKey, 1);
        *key = (E2eeKey) { .fingerprint = own, .trust = E2EE_VERIFIED };
        g_ptr_array_add(list.keys, key);
    }
    otr_book_foreach(e2ee->book, peer, add_key, &list);
    return list.keys;
}

/* Sessions show at once that their key is trusted, or is not any more. NULL: those with anybody. */
static void
retell_trust(E2ee *e2ee, const Jid *peer)
{
    g_autoptr(GPtrArray) devices = list_devices(e2ee, peer);
    for (guint i = 0; i < devices->len; i++) {
        OtrSession *session = otr_find_session(e2ee, jid_text(g_ptr_array_index(devices, i)));
        const ConnContext *context = session != NULL ? otr_secure_context(e2ee, session) : NULL;
        Fingerprint *key = context != NULL ? context->active_fingerprint : NULL;
        const char *trust =
            key != NULL && key->fingerprint != NULL ? otr_book_trust(e2ee->book, session->jid, key->fingerprint) : NULL;
        if (trust == NULL || g_strcmp0(key->trust, trust) == 0)
            continue;
        otrl_context_set_trust(key, trust);
        otr_tell_session(e2ee, session);
    }
}

static bool
set_trust(E2ee *e2ee, const Jid *peer, const char *text, E2eeTrust trust, GError **error)
{
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    if (!otr_fingerprint_parse(text, fingerprint)) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("“%s” is no fingerprint: it has 40 digits from 0 to F"), text);
        return false;
    }
    if (!otr_book_set_trust(e2ee->book, peer, fingerprint, trust == E2EE_UNTRUSTED ? "" : "verified", error))
        return false;
    g_autofree char *digits = otr_fingerprint_text(fingerprint);
    e2ee->host.event(e2ee->host.data, &(E2eeEvent) {
        .type = E2EE_EVENT_TRUST,
        .peer = peer,
        .new_key = { .fingerprint = digits, .trust = trust },
    });
    retell_trust(e2ee, peer);
    return true;
}

const char *const *
otr_import_programs(void)
{
    return otr_book_programs();
}

bool
otr_import(E2ee *e2ee, const char *program, const char *path, OtrImported *imported, GError **error)
{
    if (!otr_book_import(e2ee->book, program, path, imported, error))
        return false;
    retell_trust(e2ee, NULL);
    return true;
}

const E2eeProvider otr_provider = {
    .name = "otr",
    .label = "OTR",
    .ns = "urn:xmpp:otr:0",
    .can = E2EE_NEEDS_START,
    .new = new,
    .free = free_otr,
    .state = state,
    .device = device,
    .start = start,
    .stop = stop,
    .gone = gone,
    .closed = closed,
    .encrypt = encrypt,
    .offer = offer,
    .receive = otr_receive,
    .concerns = otr_concerns,
    .judge = otr_judge,
    .keys = keys,
    .set_trust = set_trust,
};

/* libotr's own memory of having been started, which it exports. */
extern unsigned int otrl_api_version;

/* libgcrypt would complain on the terminal when it may not lock its memory. */
void
e2ee_start_up(void)
{
    if (otrl_api_version != 0)
        return;
    gcry_check_version(NULL);
    gcry_control(GCRYCTL_DISABLE_SECMEM_WARN);
    gcry_control(GCRYCTL_AUTO_EXPAND_SECMEM, 65536);
    gcry_control(GCRYCTL_INIT_SECMEM, 65536, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    OTRL_INIT;
}

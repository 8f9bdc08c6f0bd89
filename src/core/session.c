/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wanted and what is are two things here: `wanted` is the user's will, the stream's phase is reality, and every
 * event ends with deciding what to do about the difference. One attempt to connect is:
 *
 *     begin_attempt() → the secret → start_stream() → BOUND … CLOSED → on_closed() → plan_attempt() → begin_attempt()
 * … */
#include "core/session.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/retry.h"
#include "base/when.h"
#include "core/core_private.h"
#include "core/ignores.h"

enum {
    STABLE_SECONDS = 60, /* online for so long, a loss is a new one and not the next of a series (I8) */
    HASTE_SECONDS = 15,  /* between two hopes: a network that comes and goes does not make a storm (I8) */
};

struct Session {
    Client *client;
    AccountConfig *config;
    Account *account;
    Bus *bus; /* of the stream: XmppEvent */
    XmppStream *stream;
    OutgoingQueue *outgoing;
    SessionResume *resume;
    HistorySync *history_sync;
    Reading *reading;
    Typing *typing;
    Encryption *encryption;
    Rooms *rooms;
    Ignores *ignores;
    RoomAdmin *room_admin;
    RoomForms *room_forms;
    RoomBookmarks *bookmarks;
    RosterKeeper *roster_keeper;

    bool looked_into; /* xml_console.h */
    bool wanted;  /* the user wants to be online */
    bool closing; /* CLOSED is on its way */
    bool again;   /* connect when it has come */
    char *server; /* overrides of this connection */
    char *tls;
    guint port;
    Retry retry;
    guint retry_timer;
    gint64 hastened; /* monotonic; when the retries began anew for the last time */
    gint64 online_since; /* monotonic; 0: not online */
    bool is_resumed;     /* the session is one that this process had before */
    CoreDone done;       /* of session_connect(), until the first outcome … */
    gpointer done_data;
    GError *done_error;
    guint done_idle;     /* … which is told from the loop */

    Credentials *credentials; /* wiped when the user wants to be offline */
    bool only_token;          /* this attempt has no password … */
    bool token_failed;        /* … and the last one of this kind was no login */
    char *trusted_once;
    char *told_presence;
    char *farewell; /* status of the last presence of a session that is being closed */
    char *roster_version;
};

static void begin_attempt(Session *session);
static void on_xmpp_event(gconstpointer data, gpointer user);

/* --- what it consists of --- */

Account *
session_account(const Session *session)
{
    return session->account;
}

Client *
session_client(const Session *session)
{
    return session->client;
}

XmppStream *
session_stream(const Session *session)
{
    return session->stream;
}

const AccountConfig *
session_account_config(const Session *session)
{
    return session->config;
}

OutgoingQueue *
session_outgoing(const Session *session)
{
    return session->outgoing;
}

SessionResume *
session_resume(const Session *session)
{
    return session->resume;
}

HistorySync *
session_history_sync(const Session *session)
{
    return session->history_sync;
}

Reading *
session_reading(const Session *session)
{
    return session->reading;
}

Typing *
session_typing(const Session *session)
{
    return session->typing;
}

Ignores *
session_ignores(const Session *session)
{
    return session->ignores;
}

Rooms *
session_rooms(const Session *session)
{
    return session->rooms;
}

RoomForms *
session_room_forms(const Session *session)
{
    return session->room_forms;
}

RoomAdmin *
session_room_admin(const Session *session)
{
    return session->room_admin;
}

RoomBookmarks *
session_bookmarks(const Session *session)
{
    return session->bookmarks;
}

Encryption *
session_encryption(const Session *session)
{
    return session->encryption;
}

const char *
session_store_key(const Session *session)
{
    return jid_text(account_jid(session->account));
}

const TlsCertificate *
session_certificate(const Session *session)
{
    return stream_certificate(session->stream);
}

RosterKeeper *
session_roster_keeper(const Session *session)
{
    return session->roster_keeper;
}

const char *
session_roster_version(const Session *session)
{
    return session->roster_version;
}

void
session_set_roster_version(Session *session, const char *version)
{
    char *copy = g_strdup(version);
    g_free(session->roster_version);
    session->roster_version = copy;
}

const char *
session_told_presence(const Session *session)
{
    return session->told_presence;
}

void
session_set_told_presence(Session *session, const char *words)
{
    g_free(session->told_presence);
    session->told_presence = g_strdup(words);
}

void
session_set_trusted_once(Session *session, const char *fingerprint)
{
    g_free(session->trusted_once);
    session->trusted_once = g_strdup(fingerprint);
}

void
session_set_looked_into(Session *session, bool looked_into)
{
    session->looked_into = looked_into;
}

bool
session_is_looked_into(const Session *session)
{
    return session->looked_into;
}

bool
session_is_online(const Session *session)
{
    return stream_phase(session->stream) == XMPP_PHASE_ONLINE && !session->closing;
}

bool
session_is_resumed(const Session *session)
{
    return session->is_resumed;
}

static bool
is_offline(const Session *session)
{
    return stream_phase(session->stream) == XMPP_PHASE_OFFLINE && !session->closing;
}

bool
session_is_idle(const Session *session)
{
    return is_offline(session) && !credentials_are_asked(session->credentials) && session->retry_timer == 0;
}

bool
session_require_online(const Session *session, GError **error)
{
    if (session_is_online(session))
        return true;
    const char *name = account_name(session->account);
    g_set_error(error, CONFAB_ERROR, ERROR_UNREACHABLE, _("%s is not connected: /connect %s"), name, name);
    return false;
}

static void
tell_done(Session *session)
{
    const CoreDone done = session->done;
    g_autoptr(GError) error = g_steal_pointer(&session->done_error);
    g_clear_handle_id(&session->done_idle, g_source_remove);
    session->done = NULL;
    done(error, session->done_data);
}

static gboolean
on_done_idle(gpointer data)
{
    Session *session = data;
    session->done_idle = 0;
    tell_done(session);
    return G_SOURCE_REMOVE;
}

/* Tells who waits for session_connect() how it went. */
static void
finish_connect(Session *session, const GError *error)
{
    if (session->done == NULL || session->done_idle != 0)
        return;
    session->done_error = error != NULL ? g_error_copy(error) : NULL;
    session->done_idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_done_idle, session, NULL);
}

/* --- one attempt --- */

/* The attempt is over before it began, and no other one would do better. */
static void
give_up(Session *session, NoticeLevel level, const GError *error)
{
    g_autofree char *reason = core_clean_words(error->message);
    session->wanted = false;
    account_set_state(session->account, ACCOUNT_OFFLINE, NULL, reason, 0);
    client_notice(session->client, session->account, level,
                  error->domain == CONFAB_ERROR ? error->code : ERROR_INTERNAL, "%s", error->message);
    finish_connect(session, error);
    client_check_shutdown(session->client);
}

static TransportTls
choose_tls(const Session *session)
{
    static const char *const words[] = { "require", "direct", "if-offered", "off" };
    static const TransportTls policies[] = { TLS_REQUIRE, TLS_DIRECT, TLS_IF_OFFERED, TLS_OFF };
    G_STATIC_ASSERT((int) ACCOUNT_TLS_REQUIRE == 0 && (int) ACCOUNT_TLS_DIRECT == 1);
    G_STATIC_ASSERT((int) ACCOUNT_TLS_IF_OFFERED == 2 && (int) ACCOUNT_TLS_OFF == 3);
    for (gsize i = 0; session->tls != NULL && i < G_N_ELEMENTS(words); i++) {
        if (g_str_equal(words[i], session->tls))
            return policies[i];
    }
    return policies[session->config->tls];
}

/* I15: only who is subscribed to the account's presence may learn that it is online. */
static bool
may_reveal(gpointer owner, const Jid *jid)
{
    const Session *session = owner;
    const Contact *contact = roster_find(account_roster(session->account), jid);
    return contact != NULL && (contact_subscription(contact) & CONTACT_FROM) != 0;
}

static void
start_stream(Session *session)
{
    const AccountConfig *config = session->config;
    const Settings *settings = client_settings(session->client);
    const char *name = account_name(session->account);
    g_autofree char *mechanism = NULL;
    g_autoptr(GError) error = NULL;
    bool binding = false;
    if (!account_memory_load_sasl(session, &mechanism, &binding, &error)) {
        give_up(session, NOTICE_ERROR, error);
        return;
    }
    g_autoptr(Jid) jid = jid_with_resource(config->jid, config->resource, &error);
    if (jid == NULL) {
        give_up(session, NOTICE_ERROR, error);
        return;
    }
    const TransportConfig transport = {
        .domain = jid_domain(config->jid),
        .host = session->server != NULL ? session->server : config->server,
        .port = (guint16) (session->port != 0 ? session->port : config->port),
        .tls = choose_tls(session),
        .ca_file = config->ca_file,
        .client_certificate = config->client_certificate,
        .client_key = config->client_key,
        .pin = config->pin,
        .trusted_once = session->trusted_once,
        .proxy = config->proxy,
    };
    TokenMemory token = account_memory_use_token(session);
    const XmppStreamConfig stream = {
        .jid = jid,
        .password = credentials_password(session->credentials),
        .transport = &transport,
        .sasl_pinned = mechanism,
        .sasl_pinned_binding = binding,
        .roster_ver = session->roster_version,
        .resume = session_resume_load(session->resume),
        .stanza_limit = (guint) settings_get_int(settings, SETTING_STANZA_LIMIT, name, NULL),
        .answer_version = settings_get_bool(settings, SETTING_VERSION_REPLY, name, NULL),
        .may_reveal = may_reveal,
        .fast_token = token.token,
        .fast_mechanism = token.mechanism,
        .fast_count = token.count,
        .fast_offer = token.offer,
        .user_agent_id = token.user_agent,
    };
    session->only_token = stream.password == NULL && token.token != NULL;
    stream_connect(session->stream, &stream);
    token_memory_clear(&token);
}

/* A client certificate is a login of its own; a password is used beside it only when there is one. So is a token,
 * as long as the server takes it. */
static bool
needs_password(Session *session)
{
    const AccountConfig *config = session->config;
    if (config->password == NULL && !session->token_failed && account_memory_has_token(session))
        return false;
    const bool has_password = config->password != NULL || config->password_command != NULL;
    return credentials_password(session->credentials) == NULL && (config->client_certificate == NULL || has_password);
}

static void
on_credentials(const GError *error, gpointer data)
{
    Session *session = data;
    if (error != NULL)
        give_up(session, NOTICE_ERROR, error);
    else
        start_stream(session);
}

static void
begin_attempt(Session *session)
{
    g_clear_handle_id(&session->retry_timer, g_source_remove);
    const bool asks = needs_password(session);
    const bool waits = asks && (session->config->password == NULL || session->config->password_command != NULL);
    account_set_state(session->account, ACCOUNT_RESOLVING, NULL, waits ? _("waiting for the password") : NULL, 0);
    if (asks)
        credentials_ask(session->credentials, session->config, on_credentials, session);
    else
        start_stream(session);
}

static gboolean
on_retry(gpointer data)
{
    Session *session = data;
    session->retry_timer = 0;
    begin_attempt(session);
    return G_SOURCE_REMOVE;
}

/* The connection was lost or could not be made: the next attempt comes later and later (I8). */
static void
plan_attempt(Session *session, const GError *error)
{
    const Settings *settings = client_settings(session->client);
    const char *name = account_name(session->account);
    if (!settings_get_bool(settings, SETTING_RECONNECT, name, NULL)) {
        give_up(session, NOTICE_WARNING, error);
        return;
    }
    session->retry.ceiling = (guint) settings_get_int(settings, SETTING_RECONNECT_CEILING, name, NULL);
    const guint pause = client_delay(session->client, retry_next(&session->retry));
    const guint seconds = (pause + 999) / 1000;
    g_autofree char *reason = core_clean_words(error->message);
    session->retry_timer = g_timeout_add(pause, on_retry, session);
    account_set_state(session->account, ACCOUNT_OFFLINE, NULL, reason, when_now() + (gint64) pause * 1000);
    client_notice(session->client, session->account, NOTICE_WARNING,
                  error->domain == CONFAB_ERROR ? error->code : ERROR_UNREACHABLE,
                  ngettext("%s (next attempt in %u second)", "%s (next attempt in %u seconds)", seconds),
                  error->message, seconds);
    finish_connect(session, error);
}

void
session_hasten(Session *session)
{
    const gint64 now = g_get_monotonic_time();
    if (session->retry_timer == 0
        || (session->hastened != 0 && now - session->hastened < HASTE_SECONDS * G_TIME_SPAN_SECOND))
        return;
    session->hastened = now;
    retry_reset(&session->retry);
    const guint pause = client_delay(session->client, retry_next(&session->retry));
    g_autofree char *reason = g_strdup(account_reason(session->account));
    g_source_remove(session->retry_timer);
    session->retry_timer = g_timeout_add(pause, on_retry, session);
    account_set_state(session->account, ACCOUNT_OFFLINE, NULL, reason, when_now() + (gint64) pause * 1000);
}

/* --- what the stream tells --- */

static void
on_phase(Session *session, XmppPhase phase, const char *detail)
{
    static const AccountState states[] = {
        [XMPP_PHASE_OFFLINE] = ACCOUNT_OFFLINE,
        [XMPP_PHASE_RESOLVING] = ACCOUNT_RESOLVING,
        [XMPP_PHASE_CONNECTING] = ACCOUNT_CONNECTING,
        [XMPP_PHASE_SECURING] = ACCOUNT_SECURING,
        [XMPP_PHASE_OPENING] = ACCOUNT_SECURING,
        [XMPP_PHASE_AUTHENTICATING] = ACCOUNT_AUTHENTICATING,
        [XMPP_PHASE_BINDING] = ACCOUNT_AUTHENTICATING,
    };
    if (phase >= XMPP_PHASE_ONLINE || session->closing)
        return;
    g_autofree char *words = core_clean_words(detail);
    account_set_state(session->account, states[phase], NULL, words, 0);
}

static void
on_online(Session *session, const Jid *jid, bool resumed)
{
    session->is_resumed = resumed;
    session->online_since = g_get_monotonic_time();
    session_resume_online(session->resume);
    credentials_accepted(session->credentials);
    session->token_failed = false;
    account_set_state(session->account, ACCOUNT_ONLINE, jid, NULL, 0);
}

static void
on_bound(Session *session, const Jid *jid, guint32 acknowledged)
{
    incoming_presence_forget(session);
    typing_reset(session->typing);
    rooms_session_lost(session->rooms); /* before anything is sent to them */
    on_online(session, jid, false);
    own_presence_restore(session);
    encryption_bound(session);
    outgoing_queue_restored(session->outgoing, acknowledged);
    history_sync_bound(session->history_sync);
    rooms_bound(session->rooms);
    room_bookmarks_bound(session->bookmarks);
    activity_online(client_activity(session->client), session, false);
    reading_online(session->reading);
    finish_connect(session, NULL);
}

/* The server's session goes on, so nothing was missed; but after a restart this process knows nothing of it. */
static void
on_resumed(Session *session, const Jid *jid, guint32 acknowledged, bool restored)
{
    on_online(session, jid, !restored);
    if (restored) {
        outgoing_queue_restored(session->outgoing, acknowledged); /* before anything is sent that counts */
        own_presence_renew(session);
        encryption_bound(session);
        history_sync_bound(session->history_sync);
        rooms_bound(session->rooms);
        room_bookmarks_bound(session->bookmarks);
    } else {
        own_presence_resume(session);
        outgoing_queue_resumed(session->outgoing);
        history_sync_resumed(session->history_sync);
        rooms_resumed(session->rooms);
    }
    activity_online(client_activity(session->client), session, true);
    reading_online(session->reading);
    finish_connect(session, NULL);
}

/* Nothing about this attempt would get better by repeating it: the user has to act. */
static void
on_refused(Session *session, XmppCloseReason reason, const GError *error)
{
    NoticeLevel level = reason == XMPP_CLOSE_DOWNGRADE ? NOTICE_ALARM : NOTICE_ERROR;
    if (reason == XMPP_CLOSE_AUTH)
        credentials_refused(session->credentials, error->message);
    if (reason == XMPP_CLOSE_CERTIFICATE)
        level = session_report_certificate(session);
    give_up(session, level, error);
}

static void
on_closed(Session *session, XmppCloseReason reason, bool fatal, bool resumable, const GError *error)
{
    const gint64 lasted = session->online_since != 0 ? g_get_monotonic_time() - session->online_since : 0;
    if (lasted >= STABLE_SECONDS * G_TIME_SPAN_SECOND)
        retry_reset(&session->retry);
    session->online_since = 0;
    session->closing = false;
    session_resume_closed(session->resume);
    outgoing_queue_closed(session->outgoing);
    history_sync_closed(session->history_sync);
    rooms_closed(session->rooms, resumable);
    room_bookmarks_closed(session->bookmarks);
    if (!resumable) {
        typing_reset(session->typing);
        incoming_presence_forget(session);
    }
    const bool again = session->again;
    session->again = false;
    if (session->wanted && again) {
        account_set_state(session->account, ACCOUNT_OFFLINE, NULL, NULL, 0);
        session->retry_timer = g_timeout_add(0, on_retry, session);
        return;
    }
    if (!session->wanted || reason == XMPP_CLOSE_USER || error == NULL) {
        session->wanted = false;
        account_set_state(session->account, ACCOUNT_OFFLINE, NULL, NULL, 0);
        g_autoptr(GError) ended = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("disconnected by you: /connect"));
        finish_connect(session, ended);
    } else if (reason == XMPP_CLOSE_AUTH && session->only_token) {
        session->token_failed = true; /* now the password is asked for */
        session->retry_timer = g_timeout_add(0, on_retry, session);
    } else if (fatal) {
        on_refused(session, reason, error);
    } else {
        plan_attempt(session, error);
    }
    client_check_shutdown(session->client);
}

static void
on_xmpp_event(gconstpointer data, gpointer user)
{
    const XmppEvent *event = data;
    Session *session = user;
    switch (event->type) {
    case XMPP_EVENT_PHASE:
        on_phase(session, event->phase.phase, event->phase.detail);
        break;
    case XMPP_EVENT_BOUND:
        on_bound(session, event->bound.jid, event->bound.acknowledged);
        break;
    case XMPP_EVENT_RESUMED:
        on_resumed(session, event->resumed.jid, event->resumed.acknowledged, event->resumed.restored);
        break;
    case XMPP_EVENT_CLOSED:
        on_closed(session, event->closed.reason, event->closed.fatal, event->closed.resumable, event->closed.error);
        break;
    case XMPP_EVENT_MESSAGE:
        incoming_message(session, event->message);
        session_resume_changed(session->resume);
        break;
    case XMPP_EVENT_ACKNOWLEDGED:
        outgoing_queue_confirm(session->outgoing, event->acknowledged.id);
        client_check_shutdown(session->client);
        break;
    case XMPP_EVENT_PRESENCE:
        if (!rooms_presence(session->rooms, event->presence))
            incoming_presence(session, event->presence);
        break;
    case XMPP_EVENT_SUBSCRIPTION:
        incoming_subscription(session, event->subscription.from, event->subscription.act, event->subscription.status);
        break;
    case XMPP_EVENT_ROSTER:
        incoming_roster(session, event->roster.items, event->roster.ver);
        break;
    case XMPP_EVENT_ROSTER_ITEM:
        incoming_roster_item(session, event->roster_item.item, event->roster_item.ver);
        break;
    case XMPP_EVENT_SASL:
        account_memory_save_sasl(session, event->sasl.mechanism, event->sasl.channel_binding);
        break;
    case XMPP_EVENT_RESUME_STATE:
        session_resume_changed(session->resume);
        break;
    case XMPP_EVENT_ACK_WANTED:
        session_resume_ack_wanted(session->resume, event->ack_wanted.number);
        break;
    case XMPP_EVENT_READ:
        reading_elsewhere(session, event->read.with, event->read.archive_id);
        break;
    case XMPP_EVENT_FAST_TOKEN:
        account_memory_save_token(session, event->fast_token.token, event->fast_token.mechanism,
                                  event->fast_token.expiry);
        break;
    case XMPP_EVENT_FAST_OFFER:
        account_memory_save_offer(session, event->fast_offer.offer);
        break;
    case XMPP_EVENT_BOOKMARKS:
        room_bookmarks_receive_list(session->bookmarks, event->bookmarks.list);
        break;
    case XMPP_EVENT_BOOKMARK:
        room_bookmarks_receive(session->bookmarks, event->bookmark.room, event->bookmark.bookmark);
        break;
    case XMPP_EVENT_ROSTER_CURRENT:
    case XMPP_EVENT_FEATURES:
        break;
    }
}

/* --- what the user wants --- */

static bool
check_overrides(const ConnectOverrides *overrides, GError **error)
{
    static const char *const words[] = { "require", "direct", "if-offered", "off", NULL };
    if (overrides == NULL)
        return true;
    if (overrides->port > G_MAXUINT16) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("port cannot be %u: give a number from 1 to 65535"),
                    overrides->port);
        return false;
    }
    if (overrides->tls == NULL || g_strv_contains(words, overrides->tls))
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                _("tls cannot be “%s”: give one of require, direct, if-offered, off"), overrides->tls);
    return false;
}

static void
set_overrides(Session *session, const ConnectOverrides *overrides)
{
    const ConnectOverrides none = { 0 };
    if (overrides == NULL)
        overrides = &none;
    g_free(session->server);
    g_free(session->tls);
    session->server = g_strdup(overrides->server);
    session->tls = g_strdup(overrides->tls);
    session->port = overrides->port;
}

void
session_try_again(Session *session)
{
    session->wanted = true;
    retry_reset(&session->retry);
    own_presence_prepare(session);
    if (credentials_are_asked(session->credentials))
        return;
    if (is_offline(session))
        begin_attempt(session);
    else if (session->closing)
        session->again = true; /* an attempt under way is the one that is wanted */
}

bool
session_connect(Session *session, const ConnectOverrides *overrides, CoreDone done, gpointer data, GError **error)
{
    const char *name = account_name(session->account);
    if (credentials_are_asked(session->credentials) || session->done != NULL
        || (!is_offline(session) && !session->closing)) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED,
                    session_is_online(session) ? _("%s is connected: /disconnect or /reconnect")
                                               : _("%s is being connected: wait, or /disconnect"),
                    name);
        return false;
    }
    if (!check_overrides(overrides, error))
        return false;
    set_overrides(session, overrides);
    session->done = done;
    session->done_data = data;
    session_try_again(session);
    return true;
}

static void
on_settled(Session *session)
{
    stream_disconnect(session->stream, session->farewell);
}

/* `status` goes with the last presence; may be NULL. */
static void
leave(Session *session, const char *status)
{
    session->closing = true;
    g_free(session->farewell);
    session->farewell = g_strdup(status);
    reading_flush(session->reading);
    if (stream_phase(session->stream) == XMPP_PHASE_ONLINE)
        session_resume_settle(session->resume, on_settled);
    else
        on_settled(session);
}

void
session_disconnect(Session *session, const char *status)
{
    session->wanted = false;
    session->again = false;
    g_clear_handle_id(&session->retry_timer, g_source_remove);
    credentials_forget(session->credentials);
    if (session->closing)
        return;
    if (!is_offline(session)) {
        leave(session, status);
        return;
    }
    account_set_state(session->account, ACCOUNT_OFFLINE, NULL, NULL, 0);
    g_autoptr(GError) ended = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("disconnected by you: /connect"));
    finish_connect(session, ended);
}

bool
session_reconnect(Session *session, GError **error)
{
    const bool has_stream = !is_offline(session) && !session->closing;
    session_try_again(session);
    if (has_stream) {
        session->again = true;
        leave(session, NULL);
    }
    return true;
}

/* --- life --- */

void
session_set_account_config(Session *session, const AccountConfig *config)
{
    const AccountConfig *old = session->config;
    const bool new_password = g_strcmp0(old->password, config->password) != 0
                              || g_strcmp0(old->password_command, config->password_command) != 0;
    const bool new_priority = old->priority != config->priority;
    account_config_unref(session->config);
    session->config = account_config_ref(config);
    if (new_password && !credentials_are_asked(session->credentials))
        credentials_forget(session->credentials);
    if (new_priority)
        own_presence_set_priority(session->client, session->account, config->priority);
}

Session *
session_new(Client *client, const AccountConfig *config)
{
    Session *session = g_new0(Session, 1);
    session->client = client;
    session->config = account_config_ref(config);
    session->account = account_new(config->name, config->jid, client_bus(client));
    session->bus = bus_new();
    session->stream = stream_new(session->bus, session);
    stream_share_tls(session->stream, client_tls(client));
    session->credentials = credentials_new(client_secrets(client));
    session->outgoing = outgoing_queue_new(session);
    session->resume = session_resume_new(session);
    session->history_sync = history_sync_new(session);
    session->reading = reading_new(session);
    session->typing = typing_new(session);
    session->encryption = encryption_new(session);
    session->ignores = ignores_new(session);
    session->rooms = rooms_new(session);
    session->room_admin = room_admin_new(session);
    session->room_forms = room_forms_new(session);
    session->bookmarks = room_bookmarks_new(session);
    session->roster_keeper = roster_keeper_new(client_db(client), session_store_key(session));
    bus_subscribe(session->bus, on_xmpp_event, session);
    account_memory_lend_caps(session);
    own_presence_prepare(session);
    incoming_roster_load(session);
    outgoing_queue_load(session->outgoing);
    return session;
}

void
session_free(Session *session)
{
    credentials_forget(session->credentials);
    g_clear_handle_id(&session->retry_timer, g_source_remove);
    stream_free(session->stream);
    if (session->done != NULL) {
        if (session->done_error == NULL && session->done_idle == 0)
            session->done_error = g_error_new_literal(CONFAB_ERROR, ERROR_FAILED, _("the account is gone"));
        tell_done(session);
    }
    bus_free(session->bus);
    room_admin_free(session->room_admin);
    room_forms_free(session->room_forms);
    room_bookmarks_free(session->bookmarks);
    rooms_free(session->rooms);
    ignores_free(session->ignores);
    encryption_free(session->encryption);
    typing_free(session->typing);
    reading_free(session->reading);
    history_sync_free(session->history_sync);
    session_resume_free(session->resume);
    outgoing_queue_free(session->outgoing);
    roster_keeper_free(session->roster_keeper);
    account_free(session->account);
    account_config_unref(session->config);
    credentials_free(session->credentials);
    g_free(session->server);
    g_free(session->tls);
    g_free(session->trusted_once);
    g_free(session->told_presence);
    g_free(session->farewell);
    g_free(session->roster_version);
    g_free(session);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/alive.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "core/core_private.h"
#include "net/changes.h"
#include "xmpp/xep/ping.h"

enum {
    ANSWER_MS = 5000, /* a server that is there answers within a second, over a satellite and busy within five */
};

struct Alive {
    Client *client;
    Changes *changes;
    GHashTable *checks; /* of Session, Check: questions under way */
};

/* Lives as long as its request: until the answer, or the end of the stream. */
typedef struct Check {
    Alive *alive;
    Session *session;
    guint timer;
    guint64 bytes_then;
} Check;

/* Nothing came back: for the network it is a connection like any other, so what was not confirmed is still sent when
 * the session is resumed. */
static gboolean
on_silence(gpointer data)
{
    Check *check = data;
    const guint64 bytes = stream_bytes_received(session_stream(check->session));
    if (!session_is_online(check->session))
        return G_SOURCE_CONTINUE; /* the question goes on with the session, or ends with it */
    if (bytes != check->bytes_then) { /* it is slow, not gone */
        check->bytes_then = bytes;
        return G_SOURCE_CONTINUE;
    }
    check->timer = 0;
    stream_give_up(session_stream(check->session),
                   g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                               _("the server did not answer within %d seconds: the connection is made anew"),
                               ANSWER_MS / 1000));
    return G_SOURCE_REMOVE;
}

/* Also an error is an answer, and also the end of the stream is an end. */
static void
on_answer(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Check *check = data;
    g_clear_handle_id(&check->timer, g_source_remove);
    g_hash_table_remove(check->alive->checks, check->session);
    g_free(check);
}

void
session_check_alive(Session *session)
{
    Alive *alive = client_alive(session_client(session));
    if (!session_is_online(session)) {
        session_hasten(session);
        return;
    }
    if (g_hash_table_contains(alive->checks, session))
        return;
    Check *check = g_new0(Check, 1);
    *check = (Check){ .alive = alive,
                      .session = session,
                      .bytes_then = stream_bytes_received(session_stream(session)) };
    g_hash_table_insert(alive->checks, session, check);
    check->timer = g_timeout_add(client_delay(alive->client, ANSWER_MS), on_silence, check);
    ping_request(session_stream(session), NULL, on_answer, check);
}

void
client_check_alive(Client *client)
{
    for (guint i = 0; i < client_session_count(client); i++)
        session_check_alive(client_session_at(client, i));
}

static void
on_change(Change change, gpointer data)
{
    const Alive *alive = data;
    log_info("core", "%s: are the connections alive?",
             change == CHANGE_CLOCK ? "the clock has jumped" : "the network has changed");
    client_check_alive(alive->client);
}

Alive *
alive_new(Client *client)
{
    Alive *alive = g_new0(Alive, 1);
    alive->client = client;
    alive->checks = g_hash_table_new(NULL, NULL);
    alive->changes = changes_new(on_change, alive);
    return alive;
}

void
alive_free(Alive *alive)
{
    if (alive == NULL)
        return;
    g_assert(g_hash_table_size(alive->checks) == 0);
    changes_free(alive->changes);
    g_hash_table_unref(alive->checks);
    g_free(alive);
}

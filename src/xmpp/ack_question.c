/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/ack_question.h"

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/iq.h"
#include "xmpp/stream_parts.h"

enum {
    SILENCE_MS = 60000, /* a server that says nothing at all for so long after a question is gone */
};

struct AckQuestion {
    XmppStream *stream;
    const guint32 *sent;
    AckProven proven;
    gpointer data;
    bool by_ping;
    bool open;        /* <r/> or the ping is under way */
    guint32 asked_at; /* `sent` at that time */
    guint due;        /* idle source: the next question */
    guint ping;       /* request id */
    guint silence;    /* timer while open */
    guint64 bytes_then;
};

AckQuestion *
ack_question_new(XmppStream *stream, const guint32 *sent, AckProven proven, gpointer data)
{
    AckQuestion *question = g_new0(AckQuestion, 1);

    question->stream = stream;
    question->sent = sent;
    question->proven = proven;
    question->data = data;
    return question;
}

void
ack_question_stop(AckQuestion *question)
{
    g_clear_handle_id(&question->due, g_source_remove);
    g_clear_handle_id(&question->silence, g_source_remove);
    if (question->ping)
        iq_cancel(question->stream, question->ping);
    question->ping = 0;
    question->open = false;
}

void
ack_question_free(AckQuestion *question)
{
    ack_question_stop(question);
    g_free(question);
}

/* The answer is overdue. As long as anything arrives the server is slow, not gone. */
static gboolean
on_silence(gpointer data)
{
    AckQuestion *question = data;
    XmppStream *stream = question->stream;
    const guint64 bytes = stream_bytes_received(stream);

    if (bytes != question->bytes_then) {
        question->bytes_then = bytes;
        return G_SOURCE_CONTINUE;
    }
    question->silence = 0;
    stream_enter(stream);
    stream_end(stream, XMPP_CLOSE_NETWORK, false,
               g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                           _("the server has not answered for %d seconds: the connection is given up"),
                           SILENCE_MS / 1000));
    stream_leave(stream);
    return G_SOURCE_REMOVE;
}

void
ack_question_answered(AckQuestion *question)
{
    question->open = false;
    g_clear_handle_id(&question->silence, g_source_remove);
}

/* Any answer of the server, an error too, comes after all that was sent before the ping. */
static void
on_ping_answered(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
                 gpointer data)
{
    AckQuestion *question = data;

    question->ping = 0;
    question->open = false;
    if (!answer && !detail) { /* a time-out: ask again until the silence has lasted too long */
        ack_question_schedule(question, true);
        return;
    }
    ack_question_answered(question);
    question->proven(question->asked_at, question->data);
}

static gboolean
on_due(gpointer data)
{
    AckQuestion *question = data;
    XmppStream *stream = question->stream;

    question->due = 0;
    if (question->open || stream_phase(stream) != XMPP_PHASE_ONLINE)
        return G_SOURCE_REMOVE;
    question->open = true;
    question->asked_at = *question->sent;
    if (!question->silence) {
        question->bytes_then = stream_bytes_received(stream);
        question->silence = g_timeout_add(SILENCE_MS, on_silence, question);
    }
    if (!question->by_ping) {
        stream_send_nonza(stream, stanza_new(stream_ctx(stream), "r", NS_ACKS));
        return G_SOURCE_REMOVE;
    }
    g_autoptr(Jid) server = jid_new_from_parts(NULL, jid_domain(stream_own_bare(stream)), NULL, NULL);
    question->ping =
        iq_request(stream, server, iq_new(stream, "get", "ping", NS_PING, NULL), on_ping_answered, question);
    return G_SOURCE_REMOVE;
}

void
ack_question_schedule(AckQuestion *question, bool by_ping)
{
    question->by_ping = by_ping;
    if (!question->open && !question->due)
        question->due = g_idle_add_full(G_PRIORITY_DEFAULT, on_due, question, NULL);
}

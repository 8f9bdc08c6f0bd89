/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/acks.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/iq.h"
#include "xmpp/stream_parts.h"

enum {
    SILENCE_MS = 60000, /* a server that says nothing at all for so long after a question is gone */
};

typedef enum {
    ACKS_BY_PING, /* no stream management here */
    ACKS_ASKED,   /* <enable/> is sent: the server counts from there on, so we do */
    ACKS_COUNTED, /* <enabled/> */
} AcksMode;

/* A message waiting for the server's word; `number` is the count of stanzas sent up to and
 * including it. */
typedef struct Waiting {
    guint32 number;
    char *id;
} Waiting;

struct Acks {
    XmppStream *stream;
    AcksMode mode;
    guint32 sent;    /* stanzas, modulo 2^32 as in XEP-0198 §4 */
    guint32 handled; /* the server's last word about them */
    guint32 received;
    GQueue waiting;   /* Waiting*, oldest first */
    bool asked;       /* <r/> or the ping is under way */
    guint32 asked_at; /* `sent` at that time */
    guint ask_idle;   /* one question a turn of the loop, after all that is sent in it */
    guint ping;       /* request id */
    guint silence;    /* timer while asked */
    guint64 bytes_then;
};

static void
waiting_free(gpointer data)
{
    Waiting *waiting = data;

    g_free(waiting->id);
    g_free(waiting);
}

Acks *
acks_new(XmppStream *stream)
{
    Acks *acks = g_new0(Acks, 1);

    acks->stream = stream;
    g_queue_init(&acks->waiting);
    return acks;
}

void
acks_reset(Acks *acks)
{
    g_clear_handle_id(&acks->ask_idle, g_source_remove);
    g_clear_handle_id(&acks->silence, g_source_remove);
    if (acks->ping)
        iq_cancel(acks->stream, acks->ping);
    g_queue_clear_full(&acks->waiting, waiting_free);
    *acks = (Acks){ .stream = acks->stream };
}

void
acks_free(Acks *acks)
{
    acks_reset(acks);
    g_free(acks);
}

/* Tells about all messages up to the stanza with this number. */
static void
acknowledge_up_to(Acks *acks, guint32 number)
{
    for (;;) {
        const Waiting *head = g_queue_peek_head(&acks->waiting);
        if (!head || (gint32) (head->number - number) > 0)
            return;
        Waiting *done = g_queue_pop_head(&acks->waiting);
        const XmppEvent event = { .type = XMPP_EVENT_ACKNOWLEDGED,
                                  .acknowledged = { .id = done->id } };
        stream_publish(acks->stream, &event);
        waiting_free(done);
    }
}

/* The answer is overdue. As long as anything arrives the server is slow, not gone. */
static gboolean
on_silence(gpointer data)
{
    Acks *acks = data;
    XmppStream *stream = acks->stream;
    const guint64 bytes = stream_bytes_received(stream);

    if (bytes != acks->bytes_then) {
        acks->bytes_then = bytes;
        return G_SOURCE_CONTINUE;
    }
    acks->silence = 0;
    stream_enter(stream);
    stream_end(
        stream, XMPP_CLOSE_NETWORK, false,
        g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                    _("the server has not answered for %d seconds: the connection is given up"),
                    SILENCE_MS / 1000));
    stream_leave(stream);
    return G_SOURCE_REMOVE;
}

static void schedule_question(Acks *acks);

/* The question is answered: what was sent meanwhile needs a new one. */
static void
question_answered(Acks *acks)
{
    acks->asked = false;
    g_clear_handle_id(&acks->silence, g_source_remove);
    if (acks->waiting.length)
        schedule_question(acks);
}

/* Any answer of the server, an error too, comes after all that was sent before the ping. */
static void
on_ping_answered(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
                 const GError *error, gpointer data)
{
    Acks *acks = data;

    acks->ping = 0;
    acks->asked = false;
    if (!answer && !detail) { /* a time-out: ask again until the silence has lasted too long */
        schedule_question(acks);
        return;
    }
    acknowledge_up_to(acks, acks->asked_at);
    question_answered(acks);
}

static gboolean
on_ask(gpointer data)
{
    Acks *acks = data;
    XmppStream *stream = acks->stream;

    acks->ask_idle = 0;
    if (acks->asked || stream_phase(stream) != XMPP_PHASE_ONLINE)
        return G_SOURCE_REMOVE;
    acks->asked = true;
    acks->asked_at = acks->sent;
    if (!acks->silence) {
        acks->bytes_then = stream_bytes_received(stream);
        acks->silence = g_timeout_add(SILENCE_MS, on_silence, acks);
    }
    if (acks->mode == ACKS_BY_PING) {
        g_autoptr(Jid) server =
            jid_new_from_parts(NULL, jid_domain(stream_own_bare(stream)), NULL, NULL);
        acks->ping = iq_request(stream, server, iq_new(stream, "get", "ping", NS_PING, NULL),
                                on_ping_answered, acks);
    } else {
        stream_send_nonza(stream, stanza_new(stream_ctx(stream), "r", NS_ACKS));
    }
    return G_SOURCE_REMOVE;
}

static void
schedule_question(Acks *acks)
{
    /* before <enabled/> an <r/> would be an error */
    if (!acks->asked && !acks->ask_idle && acks->mode != ACKS_ASKED)
        acks->ask_idle = g_idle_add_full(G_PRIORITY_DEFAULT, on_ask, acks, NULL);
}

void
acks_enable(Acks *acks)
{
    acks->mode = ACKS_ASKED;
    acks->sent = acks->handled = acks->received = 0;
    stream_send_nonza(acks->stream, stanza_new(stream_ctx(acks->stream), "enable", NS_ACKS));
}

void
acks_count_sent(Acks *acks)
{
    acks->sent++;
}

void
acks_count_received(Acks *acks)
{
    acks->received++;
}

void
acks_expect(Acks *acks, const char *id)
{
    Waiting *waiting = g_new(Waiting, 1);

    waiting->number = acks->sent;
    waiting->id = g_strdup(id);
    g_queue_push_tail(&acks->waiting, waiting);
    schedule_question(acks);
}

/* XEP-0198 §4: a count beyond what was sent is an error of the server that ends the stream. */
static void
receive_answer(Acks *acks, xmpp_stanza_t *element)
{
    const char *text = stanza_attribute(element, "h");
    guint64 h = 0;

    if (acks->mode != ACKS_COUNTED || !text
        || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &h, NULL))
        return;
    if ((guint32) h - acks->handled > acks->sent - acks->handled) {
        stream_end_with(
            acks->stream, "undefined-condition",
            g_error_new_literal(
                CONFAB_ERROR, ERROR_PROTOCOL,
                _("the server acknowledged more than was sent: the connection is given up")));
        return;
    }
    acks->handled = (guint32) h;
    acknowledge_up_to(acks, (guint32) h);
    if (acks->asked)
        question_answered(acks);
}

static void
send_count(Acks *acks)
{
    g_autofree char *h = g_strdup_printf("%u", acks->received);
    xmpp_stanza_t *answer = stanza_new(stream_ctx(acks->stream), "a", NS_ACKS);

    stanza_set(answer, "h", h);
    stream_send_nonza(acks->stream, answer);
}

void
acks_close(Acks *acks)
{
    if (acks->mode == ACKS_COUNTED)
        send_count(acks);
}

void
acks_receive(Acks *acks, xmpp_stanza_t *element)
{
    const char *name = xmpp_stanza_get_name(element);

    if (strcmp(name, "enabled") == 0 && acks->mode == ACKS_ASKED) {
        acks->mode = ACKS_COUNTED;
        acks->received = 0;
    } else if (strcmp(name, "failed") == 0 && acks->mode == ACKS_ASKED) {
        acks->mode = ACKS_BY_PING;
    } else if (strcmp(name, "r") == 0 && acks->mode == ACKS_COUNTED) {
        send_count(acks);
        return;
    } else if (strcmp(name, "a") == 0) {
        receive_answer(acks, element);
        return;
    } else {
        return;
    }
    if (acks->waiting.length)
        schedule_question(acks);
}

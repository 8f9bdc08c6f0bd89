/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/resumption.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/ack_question.h"
#include "xmpp/sent_queue.h"
#include "xmpp/stream_parts.h"

enum {
    UNNAMED_MAX = 20,                  /* stanzas nobody waits for are asked about when there are so many */
    KEPT_BYTES_MAX = 16 * 1024 * 1024, /* a server that never confirms anything gets no more memory (I9) */
    ID_BYTES_MAX = 4000,               /* XEP-0198 §5: longer ones are not to be expected */
    EXPIRY_SECONDS_MAX = 7 * 24 * 60 * 60,
};

typedef enum {
    MODE_PINGS,   /* no stream management here */
    MODE_ASKED,   /* <enable/> is sent: the server counts from there on, so we do */
    MODE_MANAGED, /* <enabled/> */
} Mode;

struct Resumption {
    XmppStream *stream;

    /* the session */
    Mode mode;
    SentQueue queue;
    guint32 received;
    guint32 safe; /* of these: what the core has said is safe */
    char *id;     /* NULL: it cannot be resumed */
    Jid *jid;     /* full; NULL until it is bound */
    char *location;
    guint max;     /* seconds; 0: not said */
    bool unkept;   /* too much was sent without a word of the server */
    bool restored; /* of an earlier process, and not resumed yet */
    bool parked;   /* it waits for a connection */
    guint expiry;  /* timer or idle source while parked: nothing to wait for any more */

    /* the connection */
    AckQuestion *question;
    bool resuming, enabling; /* <resume/>, <enable/> are to be answered */
    bool offered;            /* what another process left was tried here */
    guint32 refused_at;      /* what the server had of the session that it refused */
    char *avoided;           /* location where nobody was; outlives the connection */
    bool broken;             /* the two sides disagree about what was sent */
    bool asked;              /* the server waits for our count … */
    guint32 asked_at;        /* … since that much was received */
    guint answer;            /* idle source: one answer a turn of the loop */
};

static void on_proven(guint32 number, gpointer data);

Resumption *
resumption_new(XmppStream *stream)
{
    Resumption *resumption = g_new0(Resumption, 1);

    resumption->stream = stream;
    sent_queue_init(&resumption->queue);
    resumption->question = ack_question_new(stream, &resumption->queue.sent, on_proven, resumption);
    return resumption;
}

/* --- the session's life --- */

static void
forget_session(Resumption *resumption)
{
    g_clear_handle_id(&resumption->expiry, g_source_remove);
    g_clear_handle_id(&resumption->answer, g_source_remove);
    ack_question_stop(resumption->question);
    sent_queue_clear(&resumption->queue);
    resumption->mode = MODE_PINGS;
    resumption->received = resumption->safe = 0;
    resumption->asked = resumption->resuming = false;
    resumption->max = 0;
    resumption->unkept = resumption->restored = resumption->parked = false;
    g_clear_pointer(&resumption->id, g_free);
    g_clear_pointer(&resumption->location, g_free);
    g_clear_pointer(&resumption->jid, jid_unref);
}

void
resumption_free(Resumption *resumption)
{
    forget_session(resumption);
    ack_question_free(resumption->question);
    g_free(resumption->avoided);
    g_free(resumption);
}

/* The session will not go on: its requests end, and who has stored it is told. */
static void
end_session(Resumption *resumption, const GError *error)
{
    const XmppEvent event = { .type = XMPP_EVENT_RESUME_STATE };
    const bool stored = resumption->id && resumption->jid;

    forget_session(resumption);
    stream_lose_session(resumption->stream, error);
    if (stored)
        stream_publish(resumption->stream, &event);
}

/* With <enable/> both sides begin at 0. */
static void
start_counting(Resumption *resumption)
{
    sent_queue_clear(&resumption->queue);
    resumption->received = resumption->safe = 0;
    resumption->mode = MODE_ASKED;
}

static void
end_parked_session(Resumption *resumption)
{
    g_autoptr(GError) error =
        g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the server has ended the old session"));

    end_session(resumption, error);
}

static gboolean
on_expired(gpointer data)
{
    Resumption *resumption = data;
    XmppStream *stream = resumption->stream;

    resumption->expiry = 0;
    stream_enter(stream);
    end_parked_session(resumption);
    stream_leave(stream);
    return G_SOURCE_REMOVE;
}

static void
park(Resumption *resumption)
{
    resumption->parked = true;
    if (resumption->max && !resumption->expiry)
        resumption->expiry = g_timeout_add_seconds(MIN(resumption->max, EXPIRY_SECONDS_MAX), on_expired, resumption);
}

bool
resumption_disconnected(Resumption *resumption, bool keep, const GError *error)
{
    ack_question_stop(resumption->question);
    g_clear_handle_id(&resumption->answer, g_source_remove);
    keep = keep && !resumption->broken && resumption->id && resumption->jid;
    resumption->resuming = resumption->enabling = resumption->asked = false;
    resumption->offered = resumption->broken = false;
    resumption->refused_at = 0;
    if (keep) {
        park(resumption);
        return true;
    }
    end_session(resumption, error);
    return false;
}

void
resumption_give_up(Resumption *resumption)
{
    if (!resumption->parked)
        return;
    g_clear_handle_id(&resumption->expiry, g_source_remove);
    resumption->expiry = g_idle_add_full(G_PRIORITY_DEFAULT, on_expired, resumption, NULL);
}

void
resumption_tell_state(Resumption *resumption)
{
    const XmppEvent event = { .type = XMPP_EVENT_RESUME_STATE };

    if (resumption->id && resumption->jid)
        stream_publish(resumption->stream, &event);
}

void
resumption_bound(Resumption *resumption, const Jid *jid)
{
    if (resumption->parked)
        end_parked_session(resumption);
    if (resumption->enabling && resumption->mode == MODE_PINGS)
        start_counting(resumption);
    resumption->resuming = false;
    if (resumption->jid)
        jid_unref(resumption->jid);
    resumption->jid = jid_ref((Jid *) jid);
}

bool
resumption_send_again(Resumption *resumption)
{
    const bool restored = resumption->restored;

    resumption->restored = false;
    for (const GList *link = resumption->queue.items.head; link; link = link->next)
        stream_send_text(resumption->stream, ((const SentItem *) link->data)->xml);
    if (resumption->queue.items.length)
        ack_question_schedule(resumption->question, false);
    return restored;
}

void
resumption_distrust(Resumption *resumption)
{
    resumption->broken = true;
}

const Jid *
resumption_jid(const Resumption *resumption)
{
    return resumption->jid;
}

const char *
resumption_location(const Resumption *resumption)
{
    const XmppResumeState *state = stream_config(resumption->stream)->resume;
    const char *location = NULL;

    if (resumption->parked)
        location = resumption->location;
    else if (!resumption->id && state)
        location = state->location;
    return g_strcmp0(location, resumption->avoided) != 0 ? location : NULL;
}

void
resumption_avoid_location(Resumption *resumption)
{
    char *location = g_strdup(resumption_location(resumption));

    g_free(resumption->avoided);
    resumption->avoided = location;
}

guint32
resumption_refused_number(const Resumption *resumption)
{
    return resumption->refused_at;
}

/* --- negotiating --- */

/* What an earlier process left, as the core has stored it. */
static void
restore(Resumption *resumption, const XmppResumeState *state)
{
    g_autoptr(Jid) jid = state->jid ? jid_new(state->jid, NULL) : NULL;

    if (!jid || jid_is_bare(jid) || !state->id || !*state->id)
        return;
    forget_session(resumption);
    resumption->mode = MODE_MANAGED;
    resumption->id = g_strdup(state->id);
    resumption->jid = g_steal_pointer(&jid);
    resumption->location = g_strdup(state->location);
    resumption->max = state->max;
    resumption->received = resumption->safe = state->received;
    resumption->queue.sent = state->sent;
    resumption->queue.acknowledged = state->acknowledged;
    resumption->restored = resumption->parked = true;
}

xmpp_stanza_t *
resumption_make_resume(Resumption *resumption)
{
    XmppStream *stream = resumption->stream;
    const XmppResumeState *state = stream_config(stream)->resume;

    if (!resumption->id && state && !resumption->offered)
        restore(resumption, state);
    if (resumption->parked && !jid_equal_bare(resumption->jid, stream_own_bare(stream)))
        end_parked_session(resumption);
    if (!resumption->parked)
        return NULL;

    xmpp_stanza_t *resume = stanza_new(stream_ctx(stream), "resume", NS_ACKS);
    g_autofree char *h = g_strdup_printf("%u", resumption->received);
    stanza_set(resume, "previd", resumption->id);
    stanza_set(resume, "h", h);
    resumption->resuming = true;
    resumption->offered |= resumption->restored;
    g_clear_handle_id(&resumption->expiry, g_source_remove); /* now the server decides */
    return resume;
}

xmpp_stanza_t *
resumption_make_enable(Resumption *resumption)
{
    xmpp_stanza_t *enable = stanza_new(stream_ctx(resumption->stream), "enable", NS_ACKS);

    stanza_set(enable, "resume", "true");
    resumption->enabling = true;
    if (resumption->resuming)
        return enable; /* the old session may go on yet */
    if (resumption->parked)
        end_parked_session(resumption);
    start_counting(resumption);
    return enable;
}

static bool
read_count(xmpp_stanza_t *element, guint32 *count)
{
    const char *text = stanza_attribute(element, "h");
    guint64 h = 0;

    if (!text || !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &h, NULL))
        return false;
    *count = (guint32) h;
    return true;
}

/* Tells about all messages up to the stanza with this number. */
static void
acknowledge_up_to(Resumption *resumption, guint32 number)
{
    SentItem *item;

    while ((item = sent_queue_take(&resumption->queue, number))) {
        const XmppEvent event = { .type = XMPP_EVENT_ACKNOWLEDGED, .acknowledged = { .id = item->id } };
        if (item->id)
            stream_publish(resumption->stream, &event);
        sent_item_free(item);
    }
}

/* XEP-0198 §4: a count beyond what was sent, or below what was counted before, ends the stream. */
static bool
accept_count(Resumption *resumption, guint32 number)
{
    SentQueue *queue = &resumption->queue;

    if (resumption->restored) { /* what was sent after the last storing only the server knows */
        if (number - queue->acknowledged > G_MAXINT32)
            return false;
        queue->sent = queue->acknowledged = number;
        return true;
    }
    if (!sent_queue_covers(queue, number))
        return false;
    acknowledge_up_to(resumption, number);
    return true;
}

static ResumptionOutcome
break_off(Resumption *resumption, const char *detail, const char *words)
{
    resumption->broken = true;
    stream_end_with_detail(resumption->stream, "undefined-condition", detail,
                           g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, words));
    return RESUMPTION_BROKEN;
}

/* XEP-0198 §4 */
static ResumptionOutcome
break_off_count(Resumption *resumption, guint32 count)
{
    g_autofree char *detail = g_strdup_printf("<handled-count-too-high xmlns='" NS_ACKS "' h='%u' send-count='%u'/>",
                                              count, resumption->queue.sent);

    return break_off(resumption, detail, _("the server acknowledged more than was sent: the connection is given up"));
}

static ResumptionOutcome
receive_resumed(Resumption *resumption, xmpp_stanza_t *element)
{
    const char *id = stanza_attribute(element, "previd");
    guint32 h = 0;

    if (!resumption->resuming)
        return RESUMPTION_NONE;
    resumption->resuming = resumption->enabling = false;
    if (g_strcmp0(id, resumption->id) != 0) /* I13 */
        return break_off(resumption, NULL,
                         _("the server resumed a session that is not ours: the connection is given up"));
    if (!read_count(element, &h) || !accept_count(resumption, h))
        return break_off_count(resumption, h);
    resumption->parked = false;
    return RESUMPTION_RESUMED;
}

/* A server that has forgotten the session may still know what it had received (XEP-0198 §5). */
static ResumptionOutcome
receive_failed(Resumption *resumption, xmpp_stanza_t *element)
{
    guint32 h = 0;

    if (resumption->resuming) {
        resumption->resuming = false;
        if (read_count(element, &h))
            accept_count(resumption, h);
        resumption->refused_at = resumption->queue.acknowledged;
        end_parked_session(resumption);
        if (resumption->enabling)
            start_counting(resumption);
        return RESUMPTION_REFUSED;
    }
    if (!resumption->enabling)
        return RESUMPTION_NONE;
    resumption->enabling = false;
    resumption->mode = MODE_PINGS;
    sent_queue_forget_texts(&resumption->queue);
    return RESUMPTION_REFUSED;
}

static void
read_enabled(Resumption *resumption, xmpp_stanza_t *enabled)
{
    const char *resume = stanza_attribute(enabled, "resume");
    const char *id = stanza_attribute(enabled, "id");
    const char *max = stanza_attribute(enabled, "max");
    guint64 seconds = 0;

    if (!resume || (strcmp(resume, "true") != 0 && strcmp(resume, "1") != 0) || !id || !*id || strlen(id) > ID_BYTES_MAX
        || resumption->unkept)
        return;
    resumption->id = g_strdup(id);
    resumption->location = g_strdup(stanza_attribute(enabled, "location"));
    if (max && g_ascii_string_to_unsigned(max, 10, 0, G_MAXUINT, &seconds, NULL))
        resumption->max = (guint) seconds;
}

static ResumptionOutcome
receive_enabled(Resumption *resumption, xmpp_stanza_t *element)
{
    if (!resumption->enabling)
        return RESUMPTION_NONE;
    resumption->enabling = resumption->resuming = false;
    if (resumption->parked)
        end_parked_session(resumption);
    resumption->mode = MODE_MANAGED;
    resumption->received = resumption->safe = 0;
    read_enabled(resumption, element);
    if (!resumption->id)
        sent_queue_forget_texts(&resumption->queue);
    return RESUMPTION_ENABLED;
}

ResumptionOutcome
resumption_receive_answer(Resumption *resumption, xmpp_stanza_t *element)
{
    if (stanza_is(element, "resumed", NS_ACKS))
        return receive_resumed(resumption, element);
    if (stanza_is(element, "enabled", NS_ACKS))
        return receive_enabled(resumption, element);
    if (stanza_is(element, "failed", NS_ACKS))
        return receive_failed(resumption, element);
    return RESUMPTION_NONE;
}

/* --- what was sent --- */

bool
resumption_is_managed(const Resumption *resumption)
{
    return resumption->mode != MODE_PINGS;
}

/* Before <enabled/> an <r/> would be an error. */
static void
ask(Resumption *resumption)
{
    const SentQueue *queue = &resumption->queue;

    if (resumption->mode != MODE_ASKED && (queue->named || queue->items.length >= UNNAMED_MAX))
        ack_question_schedule(resumption->question, resumption->mode == MODE_PINGS);
}

/* Without the texts the session cannot go on, but what arrives is still told. */
static void
stop_keeping(Resumption *resumption)
{
    sent_queue_forget_texts(&resumption->queue);
    g_clear_pointer(&resumption->id, g_free);
    resumption->unkept = true;
}

void
resumption_note_sent(Resumption *resumption, char *take_xml)
{
    const bool keep = !resumption->unkept && (resumption->mode == MODE_ASKED || resumption->id);

    if (!keep)
        g_clear_pointer(&take_xml, g_free);
    sent_queue_add(&resumption->queue, take_xml);
    if (resumption->queue.bytes > KEPT_BYTES_MAX)
        stop_keeping(resumption);
    ask(resumption);
}

void
resumption_expect(Resumption *resumption, const char *id)
{
    sent_queue_name_last(&resumption->queue, id);
    ask(resumption);
}

static void
on_proven(guint32 number, gpointer data)
{
    Resumption *resumption = data;

    acknowledge_up_to(resumption, number);
    ask(resumption);
}

guint32
resumption_sent_number(const Resumption *resumption)
{
    return resumption_is_managed(resumption) ? resumption->queue.sent : 0;
}

static void
receive_count(Resumption *resumption, xmpp_stanza_t *element)
{
    guint32 h = 0;

    if (!read_count(element, &h))
        return;
    if (!accept_count(resumption, h)) {
        break_off_count(resumption, h);
        return;
    }
    ack_question_answered(resumption->question);
    ask(resumption); /* what was sent meanwhile needs a new question */
}

/* --- what was received --- */

void
resumption_note_received(Resumption *resumption)
{
    if (resumption->mode == MODE_MANAGED)
        resumption->received++;
}

guint32
resumption_received_number(const Resumption *resumption)
{
    return resumption->received;
}

static void
send_count(Resumption *resumption)
{
    XmppStream *stream = resumption->stream;
    g_autofree char *h = g_strdup_printf("%u", resumption->safe);
    xmpp_stanza_t *answer = stanza_new(stream_ctx(stream), "a", NS_ACKS);

    stanza_set(answer, "h", h);
    stream_send_nonza(stream, answer);
}

static gboolean
on_answer(gpointer data)
{
    Resumption *resumption = data;

    resumption->answer = 0;
    resumption->asked = resumption->safe != resumption->asked_at; /* the rest follows */
    send_count(resumption);
    return G_SOURCE_REMOVE;
}

void
resumption_acknowledge(Resumption *resumption, guint32 number)
{
    if (resumption->mode != MODE_MANAGED || number - resumption->safe > resumption->received - resumption->safe)
        return;
    resumption->safe = number;
    if (resumption->asked && !resumption->answer && !resumption->parked)
        resumption->answer = g_idle_add_full(G_PRIORITY_DEFAULT, on_answer, resumption, NULL);
}

static void
receive_question(Resumption *resumption)
{
    const XmppEvent event = { .type = XMPP_EVENT_ACK_WANTED, .ack_wanted = { .number = resumption->received } };

    resumption->asked = true;
    resumption->asked_at = resumption->received;
    stream_publish(resumption->stream, &event);
}

void
resumption_receive(Resumption *resumption, xmpp_stanza_t *element)
{
    const bool managed = resumption->mode == MODE_MANAGED;

    if (managed && stanza_is(element, "r", NS_ACKS)) {
        receive_question(resumption);
    } else if (managed && stanza_is(element, "a", NS_ACKS)) {
        receive_count(resumption, element);
    } else if (resumption->enabling) {
        const ResumptionOutcome outcome = resumption_receive_answer(resumption, element);
        if (outcome == RESUMPTION_ENABLED)
            resumption_tell_state(resumption);
        ask(resumption);
    }
}

void
resumption_close(Resumption *resumption)
{
    if (resumption->mode == MODE_MANAGED)
        send_count(resumption);
}

bool
resumption_state(const Resumption *resumption, XmppResumeState *state)
{
    if (!resumption->id || !resumption->jid)
        return false;
    *state = (XmppResumeState) {
        .id = resumption->id,
        .jid = jid_text(resumption->jid),
        .location = resumption->location,
        .max = resumption->max,
        .received = resumption->received,
        .sent = resumption->queue.sent,
        .acknowledged = resumption->queue.acknowledged,
    };
    return true;
}

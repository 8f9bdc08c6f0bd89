/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/iq.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/stanza_error.h"
#include "xmpp/stream_parts.h"

typedef struct IqRequest {
    guint number; /* what the caller knows it by */
    char *id;     /* on the wire */
    Jid *to;      /* NULL: the own account */
    gint64 deadline;
    IqDone done;
    gpointer data;
    GList link; /* in IqTable.queue */
} IqRequest;

struct IqTable {
    XmppStream *stream;
    GHashTable *by_id;     /* id → IqRequest, owned */
    GHashTable *by_number; /* number → IqRequest */
    GQueue queue;          /* in the order of their deadlines, since all wait equally long */
    guint timeout;         /* ms */
    guint last_number;
    guint timer;    /* for the head of the queue */
    guint unsent;   /* idle source that ends requests made while offline */
    GQueue offline; /* IqRequest* that never were sent */
};

static void
request_free(gpointer data)
{
    IqRequest *request = data;

    g_free(request->id);
    jid_unref(request->to);
    g_free(request);
}

IqTable *
iq_table_new(XmppStream *stream)
{
    IqTable *table = g_new0(IqTable, 1);

    table->stream = stream;
    table->timeout = IQ_TIMEOUT_MS;
    table->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, request_free);
    table->by_number = g_hash_table_new(NULL, NULL);
    g_queue_init(&table->queue);
    g_queue_init(&table->offline);
    return table;
}

void
iq_table_free(IqTable *table)
{
    g_clear_handle_id(&table->timer, g_source_remove);
    g_clear_handle_id(&table->unsent, g_source_remove);
    g_queue_clear_full(&table->offline, request_free);
    g_hash_table_unref(table->by_number);
    g_hash_table_unref(table->by_id);
    g_free(table);
}

void
iq_table_set_timeout(IqTable *table, guint ms)
{
    table->timeout = ms;
}

static void arm_timer(IqTable *table);

/* Takes a request out of the table: from here on nobody else can end it. */
static IqRequest *
take_request(IqTable *table, IqRequest *request)
{
    g_queue_unlink(&table->queue, &request->link);
    g_hash_table_remove(table->by_number, GUINT_TO_POINTER(request->number));
    g_hash_table_steal(table->by_id, request->id);
    arm_timer(table);
    return request;
}

/* Calls back and frees; the one place where a request ends. */
static void
finish_request(XmppStream *stream, IqRequest *request, xmpp_stanza_t *answer,
               const XmppStanzaError *detail, const GError *error)
{
    if (request->done)
        request->done(stream, answer, detail, error, request->data);
    request_free(request);
}

static gboolean
on_timeout(gpointer data)
{
    IqTable *table = data;
    XmppStream *stream = table->stream;
    const gint64 now = g_get_monotonic_time();
    IqRequest *head;

    table->timer = 0;
    stream_enter(stream);
    while ((head = g_queue_peek_head(&table->queue)) && head->deadline <= now) {
        g_autoptr(GError) error = g_error_new(CONFAB_ERROR, ERROR_PROTOCOL,
                                              _("no answer within %u seconds: try again later"),
                                              (table->timeout + 999) / 1000);
        finish_request(stream, take_request(table, head), NULL, NULL, error);
    }
    arm_timer(table);
    stream_leave(stream);
    return G_SOURCE_REMOVE;
}

/* Exactly one timer exists while something is pending, none otherwise. */
static void
arm_timer(IqTable *table)
{
    const IqRequest *head = g_queue_peek_head(&table->queue);

    if (!head) {
        g_clear_handle_id(&table->timer, g_source_remove);
        return;
    }
    if (table->timer) /* an earlier head's: it finds the next deadline itself */
        return;
    const gint64 left = head->deadline - g_get_monotonic_time();
    table->timer = g_timeout_add((guint) (MAX(left, 0) / 1000 + 1), on_timeout, table);
}

void
iq_table_fail_unsent(IqTable *table, const GError *error)
{
    const guint waiting =
        table->offline.length; /* a callback may ask again: that waits for its own turn */

    for (guint i = 0; i < waiting && table->offline.length; i++)
        finish_request(table->stream, g_queue_pop_head(&table->offline), NULL, NULL, error);
}

static gboolean
on_unsent(gpointer data)
{
    IqTable *table = data;
    XmppStream *stream = table->stream;
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE,
                                                  _("not connected: use /connect first"));

    table->unsent = 0;
    stream_enter(stream);
    iq_table_fail_unsent(table, error);
    stream_leave(stream);
    return G_SOURCE_REMOVE;
}

guint
iq_request(XmppStream *stream, const Jid *to, xmpp_stanza_t *take_iq, IqDone done, gpointer data)
{
    IqTable *table = stream_iqs(stream);
    IqRequest *request = g_new0(IqRequest, 1);

    if (++table->last_number == 0)
        table->last_number = 1;
    request->number = table->last_number;
    request->id = stream_new_id();
    request->to = to ? jid_ref((Jid *) to) : NULL;
    request->done = done;
    request->data = data;
    request->link.data = request;
    xmpp_stanza_set_id(take_iq, request->id);
    if (to)
        stanza_set(take_iq, "to", jid_text(to));

    if (!stream_send(stream, take_iq)) {
        g_queue_push_tail(&table->offline, request);
        if (!table->unsent)
            table->unsent = g_idle_add(on_unsent, table);
        return request->number;
    }
    request->deadline = g_get_monotonic_time() + table->timeout * G_TIME_SPAN_MILLISECOND;
    g_hash_table_insert(table->by_id, request->id, request);
    g_hash_table_insert(table->by_number, GUINT_TO_POINTER(request->number), request);
    g_queue_push_tail_link(&table->queue, &request->link);
    arm_timer(table);
    return request->number;
}

void
iq_cancel(XmppStream *stream, guint number)
{
    IqTable *table = stream_iqs(stream);
    IqRequest *request = g_hash_table_lookup(table->by_number, GUINT_TO_POINTER(number));

    if (request) {
        request_free(take_request(table, request));
        return;
    }
    for (GList *link = table->offline.head; link; link = link->next) {
        if (((IqRequest *) link->data)->number == number) {
            request_free(link->data);
            g_queue_delete_link(&table->offline, link);
            return;
        }
    }
}

/* The queue stays in the order of the deadlines, since all are equally long. */
void
iq_prolong(XmppStream *stream, guint number)
{
    IqTable *table = stream_iqs(stream);
    IqRequest *request = g_hash_table_lookup(table->by_number, GUINT_TO_POINTER(number));

    if (!request)
        return;
    request->deadline = g_get_monotonic_time() + table->timeout * G_TIME_SPAN_MILLISECOND;
    g_queue_unlink(&table->queue, &request->link);
    g_queue_push_tail_link(&table->queue, &request->link);
}

void
iq_table_fail(IqTable *table, const GError *error)
{
    IqRequest *request;

    while ((request = g_queue_peek_head(&table->queue)))
        finish_request(table->stream, take_request(table, request), NULL, NULL, error);
}

/* I13: an answer counts only from the one who was asked. The account and the server may also answer
 * without `from`; only the server itself can send in their names. */
static bool
is_from_asked(XmppStream *stream, const IqRequest *request, xmpp_stanza_t *answer)
{
    const Jid *account = stream_own_bare(stream);
    const char *text = stanza_attribute(answer, "from");
    g_autoptr(Jid) from = stanza_attribute_jid(answer, "from");

    if (text && !from)
        return false;
    const bool to_account = !request->to || jid_equal(request->to, account);
    if (to_account)
        return !from || jid_equal(from, account) || jid_equal(from, stream_jid(stream));
    if (!from)
        return jid_is_bare(request->to) && !jid_local(request->to)
               && strcmp(jid_domain(request->to), jid_domain(account)) == 0;
    return jid_equal(from, request->to);
}

static void
receive_answer(XmppStream *stream, xmpp_stanza_t *answer, bool is_error)
{
    IqTable *table = stream_iqs(stream);
    const char *id = stanza_attribute(answer, "id");
    IqRequest *request = id ? g_hash_table_lookup(table->by_id, id) : NULL;

    if (!request || !is_from_asked(stream, request, answer))
        return;
    take_request(table, request);
    if (!is_error) {
        finish_request(stream, request, answer, NULL, NULL);
        return;
    }
    g_autoptr(XmppStanzaError) detail = stanza_error_parse(answer);
    g_autofree char *words = stanza_error_words(detail);
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, words);
    finish_request(stream, request, NULL, detail, error);
}

/* Requests of others: each gets exactly one answer (I6), from its route or from here. */
static void
receive_request(XmppStream *stream, xmpp_stanza_t *iq, int type)
{
    xmpp_stanza_t *payload = stanza_payload(iq);
    const IqRoute *route =
        payload ? module_table_find_iq(stream_modules(stream), payload, type) : NULL;
    const char *from = stanza_attribute(iq, "from");
    g_autoptr(Jid) sender = from ? jid_new(from, NULL) : NULL;

    if (from && !sender)
        return; /* nobody an answer could be sent to */
    if (!stanza_attribute(iq, "id") || !payload)
        iq_send_error(stream, iq, "modify", "bad-request");
    else if (route)
        route->answer(stream, iq);
    else
        iq_send_error(stream, iq, "cancel", "service-unavailable");
}

void
iq_receive(XmppStream *stream, xmpp_stanza_t *stanza)
{
    const char *type = stanza_attribute(stanza, "type");

    if (!type)
        iq_send_error(stream, stanza, "modify", "bad-request");
    else if (strcmp(type, "result") == 0)
        receive_answer(stream, stanza, false);
    else if (strcmp(type, "error") == 0)
        receive_answer(stream, stanza, true);
    else if (strcmp(type, "get") == 0)
        receive_request(stream, stanza, IQ_GET);
    else if (strcmp(type, "set") == 0)
        receive_request(stream, stanza, IQ_SET);
    else
        iq_send_error(stream, stanza, "modify", "bad-request");
}

xmpp_stanza_t *
iq_new(XmppStream *stream, const char *type, const char *name, const char *ns,
       xmpp_stanza_t **payload)
{
    xmpp_stanza_t *iq = stanza_new(stream_ctx(stream), "iq", NULL);
    xmpp_stanza_t *child = stanza_add(iq, name, ns);

    stanza_set(iq, "type", type);
    if (payload)
        *payload = child;
    return iq;
}

static xmpp_stanza_t *
new_answer(XmppStream *stream, xmpp_stanza_t *request, const char *type)
{
    xmpp_stanza_t *answer = stanza_new(stream_ctx(stream), "iq", NULL);

    stanza_set(answer, "type", type);
    stanza_set(answer, "id", stanza_attribute(request, "id"));
    stanza_set(answer, "to", stanza_attribute(request, "from"));
    return answer;
}

void
iq_send_result(XmppStream *stream, xmpp_stanza_t *request, xmpp_stanza_t *take_payload)
{
    xmpp_stanza_t *answer = new_answer(stream, request, "result");

    if (take_payload)
        stanza_take(answer, take_payload);
    stream_send(stream, answer);
}

void
iq_send_error(XmppStream *stream, xmpp_stanza_t *request, const char *type, const char *condition)
{
    xmpp_stanza_t *answer = new_answer(stream, request, "error");
    xmpp_stanza_t *error = stanza_add(answer, "error", NULL);

    stanza_set(error, "type", type);
    stanza_add(error, condition, NS_STANZAS);
    stream_send(stream, answer);
}

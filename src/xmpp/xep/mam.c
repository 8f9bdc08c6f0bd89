/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/mam.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/when.h"
#include "xmpp/iq.h"
#include "xmpp/stream_parts.h"
#include "xmpp/xep/forwarded.h"

#define NS_MAM_FORM "jabber:x:data"

enum {
    ID_LENGTH_MAX = 1024,
    RESULTS_SLACK = 10,     /* an archive may count differently; not wildly (I9) */
    MESSAGE_OVERHEAD = 512, /* of a message in memory, besides its texts */
};

/* One question to an archive, from mam_query() to its <fin/>. It is told apart by its id, which nobody can guess, and
 * by who was asked. */
typedef struct Query {
    guint number; /* of the request */
    char *id;
    Jid *archive;
    bool own; /* the account's archive: its results may come without `from` */
    char *after, *before;
    guint max;
    guint results; /* so far … */
    gsize bytes;   /* … and what they take */
    GPtrArray *messages;
    char *first, *last; /* ids of the results seen */
    MamDone done;
    gpointer data;
} Query;

typedef struct MamState {
    GQueue running; /* Query* */
} MamState;

static void
query_free(Query *query)
{
    g_free(query->id);
    jid_unref(query->archive);
    g_free(query->after);
    g_free(query->before);
    g_ptr_array_unref(query->messages);
    g_free(query->first);
    g_free(query->last);
    g_free(query);
}

static MamState *
get_state(XmppStream *stream)
{
    return stream_module_state(stream, mam_module.name);
}

/* --- results --- */

static Query *
find_query(XmppStream *stream, const char *id)
{
    const MamState *state = get_state(stream);

    for (GList *link = state->running.head; id && link; link = link->next) {
        Query *query = link->data;
        if (strcmp(query->id, id) == 0)
            return query;
    }
    return NULL;
}

static bool
is_from_archive(const Query *query, const XmppMessage *wrapper)
{
    return wrapper->from ? jid_equal(wrapper->from, query->archive) : query->own;
}

/* An archive speaks only for its own: a room for what was said in it, the account for what it sent or got (I10). */
static bool
is_of_archive(const Query *query, const XmppMessage *message)
{
    return jid_equal_bare(message->from, query->archive) || (query->own && jid_equal_bare(message->to, query->archive));
}

static gsize
length_of(const char *text)
{
    return text ? strlen(text) : 0;
}

static gsize
size_of(const XmppMessage *message)
{
    return MESSAGE_OVERHEAD + length_of(message->body) + length_of(message->subject) + length_of(message->thread)
           + length_of(message->id);
}

static void
end_query(XmppStream *stream, Query *query, const MamPage *page, const XmppStanzaError *detail, const GError *error)
{
    g_queue_remove(&get_state(stream)->running, query);
    query->done(stream, page, detail, error, query->data);
    query_free(query);
}

/* The archive does not keep to what was agreed: what it says from here on is not listened to. */
static void
fail_query(XmppStream *stream, Query *query)
{
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL,
                                                  _("the archive sent more than was asked for: try again later"));

    iq_cancel(stream, query->number);
    end_query(stream, query, NULL, NULL, error);
}

/* A result that cannot be read is left out, but it was a result: the next page begins behind it. */
static void
take_result(XmppStream *stream, Query *query, xmpp_stanza_t *result)
{
    const char *id = stanza_attribute(result, "id");
    gint64 stamp;

    iq_prolong(stream, query->number); /* a slow link is not a silent archive */
    if (++query->results > query->max + RESULTS_SLACK) {
        fail_query(stream, query);
        return;
    }
    if (!id || !*id || strlen(id) > ID_LENGTH_MAX)
        return;
    if (!query->first)
        query->first = g_strdup(id);
    g_free(query->last);
    query->last = g_strdup(id);

    g_autoptr(XmppMessage) message = forwarded_read(stream, result, &stamp);
    if (!message || !is_of_archive(query, message))
        return;
    message->archive_id = g_strdup(id);
    message->archive = jid_ref(query->archive);
    if (stamp) {
        message->delay = stamp;
        g_clear_pointer(&message->delay_from, jid_unref);
        message->delay_from = jid_ref(query->archive);
    }
    query->bytes += size_of(message);
    g_ptr_array_add(query->messages, g_steal_pointer(&message));
    if (query->bytes > MAM_PAGE_BYTES_MAX)
        fail_query(stream, query);
}

/* Whatever claims to be a result of an archive is never shown as a message: either somebody asked for it, or it is
 * forged (I10). */
static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *wrapper)
{
    xmpp_stanza_t *result = stanza_child(stanza, "result", NS_MAM);

    if (!result)
        return false;
    Query *query = find_query(stream, stanza_attribute(result, "queryid"));
    if (query && is_from_archive(query, wrapper))
        take_result(stream, query, result);
    return true;
}

/* --- the end of a page --- */

static GError *
error_unusable(void)
{
    return g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL,
                               _("the archive's answer holds nothing usable: try again later"));
}

static bool
is_true(const char *text)
{
    return text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

/* Going on from here would ask the same again, for ever (I9). An archive that says neither that there is more nor that
 * this is all (XEP-0313 §4.3.2) has nothing to say: ejabberd answers so when its database fails. */
static bool
stands_still(const Query *query, const MamPage *page)
{
    if (page->complete)
        return false;
    if (!page->first || !page->last)
        return true;
    if (query->before && *query->before)
        return g_strcmp0(page->first, query->before) == 0;
    return query->after && g_strcmp0(page->last, query->after) == 0;
}

static void
read_fin(Query *query, xmpp_stanza_t *fin, MamPage *page)
{
    RsmPage edges;

    rsm_read(fin, &edges);
    *page = (MamPage) {
        .messages = query->messages,
        .first = g_strdup(edges.first ? edges.first : query->first),
        .last = g_strdup(edges.last ? edges.last : query->last),
        .complete = is_true(stanza_attribute(fin, "complete")),
        .unstable = g_strcmp0(stanza_attribute(fin, "stable"), "false") == 0,
        .count = edges.count,
        .after = query->after,
        .before = query->before,
    };
    rsm_page_clear(&edges);
}

static void
on_answer(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Query *query = data;
    xmpp_stanza_t *fin = answer ? stanza_child(answer, "fin", NS_MAM) : NULL;
    g_autoptr(GError) unusable = NULL;
    MamPage page = { 0 };

    if (fin) {
        read_fin(query, fin, &page);
        if (stands_still(query, &page))
            unusable = error_unusable();
    } else if (!error) {
        unusable = error_unusable();
    }
    end_query(stream, query, fin && !unusable ? &page : NULL, detail, error ? error : unusable);
    g_free(page.first);
    g_free(page.last);
}

/* --- questions --- */

static void
add_field(xmpp_stanza_t *form, const char *var, const char *type, const char *value)
{
    xmpp_stanza_t *field = stanza_add(form, "field", NULL);

    stanza_set(field, "var", var);
    stanza_set(field, "type", type);
    stanza_add_text(field, "value", NULL, value);
}

/* Stamps have milliseconds on the wire: the stretch is made longer rather than shorter. */
static void
add_filter(xmpp_stanza_t *payload, const MamQuery *query)
{
    if (!query->with && !query->start && !query->end)
        return;

    xmpp_stanza_t *form = stanza_add(payload, "x", NS_MAM_FORM);
    stanza_set(form, "type", "submit");
    add_field(form, "FORM_TYPE", "hidden", NS_MAM);
    if (query->with)
        add_field(form, "with", NULL, jid_text(query->with));
    if (query->start) {
        g_autofree char *start = when_format(query->start);
        add_field(form, "start", NULL, start);
    }
    if (query->end) {
        g_autofree char *end = when_format(query->end + G_TIME_SPAN_MILLISECOND - 1);
        add_field(form, "end", NULL, end);
    }
}

guint
mam_query(XmppStream *stream, const MamQuery *asked, MamDone done, gpointer data)
{
    const Jid *own = stream_own_bare(stream);
    const Jid *archive = asked->archive ? asked->archive : own;
    Query *query = g_new0(Query, 1);
    xmpp_stanza_t *payload;
    xmpp_stanza_t *iq = iq_new(stream, "set", "query", NS_MAM, &payload);

    query->id = stream_new_id();
    query->archive = archive ? jid_ref((Jid *) archive) : NULL; /* never connected: fails soon */
    query->own = !asked->archive || (own && jid_equal(archive, own));
    query->max = asked->max ? asked->max : MAM_PAGE_MAX;
    query->before = g_strdup(asked->before);
    query->after = asked->after && *asked->after ? g_strdup(asked->after) : NULL;
    query->messages = g_ptr_array_new_with_free_func((GDestroyNotify) message_stanza_free);
    query->done = done;
    query->data = data;
    stanza_set(payload, "queryid", query->id);
    add_filter(payload, asked);
    rsm_add_request(payload, query->max, query->before, query->after);
    g_queue_push_tail(&get_state(stream)->running, query);
    query->number = iq_request(stream, query->own ? NULL : archive, iq, on_answer, query);
    return query->number;
}

void
mam_cancel(XmppStream *stream, guint number)
{
    MamState *state = get_state(stream);

    for (GList *link = state->running.head; link; link = link->next) {
        Query *query = link->data;
        if (query->number == number) {
            iq_cancel(stream, number);
            g_queue_delete_link(&state->running, link);
            query_free(query);
            return;
        }
    }
}

/* Queries belong to their requests, which end by themselves; those that were never sent outlive a new session. */
static void
state_clear(gpointer data)
{
    MamState *state = data;

    g_queue_clear(&state->running);
}

static void
state_reset(gpointer data)
{
}

const XmppModule mam_module = {
    .name = "mam",
    .xep = "0313",
    .version = "1.1.3",
    .stage = XMPP_STAGE_UNWRAP,
    .decode = decode,
    .state_size = sizeof(MamState),
    .state_clear = state_clear,
    .state_reset = state_reset,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/fallback.h"

#include <string.h>

#include "xmpp/stanza.h"
#include "xmpp/xep/reactions.h"
#include "xmpp/xep/replies.h"
#include "xmpp/xep/retraction.h"

enum { FALLBACKS_MAX = 16 };

static void
free_fallback(gpointer data)
{
    XmppFallback *fallback = data;
    g_free(fallback->ns);
    g_free(fallback);
}

static void
add(XmppMessage *message, const char *ns, guint start, guint end, bool is_subject)
{
    XmppFallback *fallback = g_new(XmppFallback, 1);
    *fallback = (XmppFallback) { g_strdup(ns), start, end, is_subject };
    if (message->fallbacks == NULL)
        message->fallbacks = g_ptr_array_new_with_free_func(free_fallback);
    g_ptr_array_add(message->fallbacks, fallback);
}

void
fallback_add(XmppMessage *message, const char *ns, guint length)
{
    add(message, ns, 0, length, false);
}

/* --- what comes --- */

/* A bound of a part; `missing` where there is none. False: nonsense. */
static bool
read_bound(xmpp_stanza_t *element, const char *name, guint missing, guint *bound)
{
    const char *text = stanza_attribute(element, name);
    guint64 number = missing;
    if (text != NULL && !g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT - 1, &number, NULL))
        return false;
    *bound = (guint) number;
    return true;
}

static void
read_part(xmpp_stanza_t *element, const char *ns, bool is_subject, XmppMessage *message)
{
    guint start, end;
    if (read_bound(element, "start", 0, &start) && read_bound(element, "end", G_MAXUINT, &end) && start < end)
        add(message, ns, start, end, is_subject);
}

/* §3: without parts all of it is meant. */
static void
read_fallback(xmpp_stanza_t *element, XmppMessage *message)
{
    const char *ns = stanza_attribute(element, "for");
    xmpp_stanza_t *body = stanza_child(element, "body", NS_FALLBACK);
    xmpp_stanza_t *subject = stanza_child(element, "subject", NS_FALLBACK);
    if (ns == NULL)
        return;
    if (body == NULL && subject == NULL)
        add(message, ns, 0, G_MAXUINT, false);
    for (guint i = 0; body != NULL && i < FALLBACKS_MAX; body = stanza_next(body, "body", NS_FALLBACK), i++)
        read_part(body, ns, false, message);
    if (subject != NULL)
        read_part(subject, ns, true, message);
}

/* Whether the message says in another way what the text stands for. */
static bool
is_understood(const XmppMessage *message, const char *ns)
{
    if (strcmp(ns, NS_REPLY) == 0)
        return message->reply_id != NULL;
    if (strcmp(ns, NS_REACTIONS) == 0)
        return message->reacts_to != NULL;
    if (g_str_has_prefix(ns, "urn:xmpp:message-retract:") || g_str_has_prefix(ns, "urn:xmpp:message-moderate:"))
        return message->retracts != NULL || message->moderation != NULL;
    return false;
}

/* Appends to `kept` what no part covers; to `cut` the rest. Parts may overlap, and end anywhere. */
static void
split_body(const XmppMessage *message, GString *kept, GString *cut)
{
    guint index = 0;
    for (const char *c = message->body; *c != '\0'; c = g_utf8_next_char(c), index++) {
        bool covered = false;
        for (guint i = 0; i < message->fallbacks->len && !covered; i++) {
            const XmppFallback *part = g_ptr_array_index(message->fallbacks, i);
            covered = !part->is_subject && index >= part->start && index < part->end && is_understood(message, part->ns);
        }
        g_string_append_len(covered ? cut : kept, c, g_utf8_next_char(c) - c);
    }
}

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    guint count = 0;
    for (xmpp_stanza_t *element = stanza_child(stanza, "fallback", NS_FALLBACK); element != NULL && count < FALLBACKS_MAX;
         element = stanza_next(element, "fallback", NS_FALLBACK), count++)
        read_fallback(element, message);
    if (message->fallbacks == NULL || message->body == NULL)
        return message->fallbacks != NULL;
    g_autoptr(GString) kept = g_string_new(NULL);
    g_autoptr(GString) cut = g_string_new(NULL);
    split_body(message, kept, cut);
    if (cut->len == 0)
        return true;
    g_free(message->body);
    message->body = kept->len > 0 ? g_strdup(kept->str) : NULL;
    message->reply_quote = message->reply_id != NULL ? g_strdup(cut->str) : NULL;
    return true;
}

/* --- what goes --- */

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    for (guint i = 0; message->fallbacks != NULL && i < message->fallbacks->len; i++) {
        const XmppFallback *fallback = g_ptr_array_index(message->fallbacks, i);
        xmpp_stanza_t *element = stanza_add(stanza, "fallback", NS_FALLBACK);
        stanza_set(element, "for", fallback->ns);
        if (fallback->end == G_MAXUINT)
            continue;
        g_autofree char *start = g_strdup_printf("%u", fallback->start);
        g_autofree char *end = g_strdup_printf("%u", fallback->end);
        xmpp_stanza_t *part = stanza_add(element, fallback->is_subject ? "subject" : "body", NULL);
        stanza_set(part, "start", start);
        stanza_set(part, "end", end);
    }
}

const XmppModule fallback_module = {
    .name = "fallback",
    .xep = "0428",
    .version = "0.2.1",
    .features = (const char *const[]){ NS_FALLBACK, NULL },
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
    .encode = encode,
};

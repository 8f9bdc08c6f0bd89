/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/references.h"

#include <string.h>

#include "xmpp/stanza.h"

#define NS_REFERENCE "urn:xmpp:reference:0"

enum { MENTIONS_MAX = 64 };

static void
free_mention(gpointer data)
{
    XmppMention *mention = data;
    jid_unref(mention->jid);
    g_free(mention);
}

static void
add(XmppMessage *message, Jid *take_jid, guint start, guint end)
{
    XmppMention *mention = g_new(XmppMention, 1);
    *mention = (XmppMention) { take_jid, start, end };
    if (message->mentions == NULL)
        message->mentions = g_ptr_array_new_with_free_func(free_mention);
    g_ptr_array_add(message->mentions, mention);
}

void
references_mention(XmppMessage *message, const Jid *jid, guint start, guint end)
{
    add(message, jid_ref(jid), start, end);
}

/* "xmpp:room@server/nick" (RFC 5122), without a query; NULL: it is another kind of URI. */
static Jid *
read_uri(const char *uri)
{
    if (uri == NULL || g_ascii_strncasecmp(uri, "xmpp:", strlen("xmpp:")) != 0)
        return NULL;
    const char *path = uri + strlen("xmpp:");
    g_autofree char *escaped = g_strndup(path, strcspn(path, "?#"));
    g_autofree char *text = g_uri_unescape_string(escaped, NULL);
    return text != NULL && g_utf8_validate(text, -1, NULL) ? jid_new(text, NULL) : NULL;
}

static guint
read_number(xmpp_stanza_t *reference, const char *name)
{
    const char *text = stanza_attribute(reference, name);
    guint64 number = 0;
    return text != NULL && g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT, &number, NULL) ? (guint) number : 0;
}

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    guint count = 0;
    for (xmpp_stanza_t *reference = stanza_child(stanza, "reference", NS_REFERENCE);
         reference != NULL && count < MENTIONS_MAX; reference = stanza_next(reference, "reference", NS_REFERENCE), count++) {
        Jid *jid = g_strcmp0(stanza_attribute(reference, "type"), "mention") == 0
                       ? read_uri(stanza_attribute(reference, "uri"))
                       : NULL;
        if (jid != NULL)
            add(message, jid, read_number(reference, "begin"), read_number(reference, "end"));
    }
    return message->mentions != NULL;
}

static void
encode(XmppStream *stream, const XmppMessage *message, xmpp_stanza_t *stanza)
{
    for (guint i = 0; message->mentions != NULL && i < message->mentions->len; i++) {
        const XmppMention *mention = g_ptr_array_index(message->mentions, i);
        g_autofree char *path = g_uri_escape_string(jid_text(mention->jid), "@/", FALSE);
        g_autofree char *uri = g_strconcat("xmpp:", path, NULL);
        g_autofree char *begin = g_strdup_printf("%u", mention->start);
        g_autofree char *end = g_strdup_printf("%u", mention->end);
        xmpp_stanza_t *reference = stanza_add(stanza, "reference", NS_REFERENCE);
        stanza_set(reference, "type", "mention");
        stanza_set(reference, "uri", uri);
        stanza_set(reference, "begin", begin);
        stanza_set(reference, "end", end);
    }
}

const XmppModule references_module = {
    .name = "references",
    .xep = "0372",
    .version = "0.5.0",
    .stage = XMPP_STAGE_PAYLOAD,
    .decode = decode,
    .encode = encode,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/version.h"

#include "base/text.h"
#include "xmpp/stream_parts.h"

#define NS_VERSION "jabber:iq:version"

/* I15: told to those only who know of the account being online anyway, and only where the user
 * wants it. The operating system is nobody's business. */
static void
answer_version(XmppStream *stream, xmpp_stanza_t *iq)
{
    g_autoptr(Jid) from = stanza_attribute_jid(iq, "from");

    if (!stream_config(stream)->answer_version || (from && !stream_may_reveal(stream, from))) {
        iq_send_error(stream, iq, "cancel", "service-unavailable");
        return;
    }
    xmpp_stanza_t *query = stanza_new(stream_ctx(stream), "query", NS_VERSION);
    stanza_add_text(query, "name", NULL, PACKAGE_NAME);
    stanza_add_text(query, "version", NULL, PACKAGE_VERSION);
    iq_send_result(stream, iq, query);
}

guint
version_request(XmppStream *stream, const Jid *to, IqDone done, gpointer data)
{
    return iq_request(stream, to, iq_new(stream, "get", "query", NS_VERSION, NULL), done, data);
}

/* One cleaned field of the answer; NULL when there is nothing to show. */
static char *
read_field(xmpp_stanza_t *query, const char *name)
{
    g_autofree char *text = stanza_child_text(query, name, NS_VERSION);
    g_autofree char *clean = text ? text_clean(g_strstrip(text), -1, TEXT_LINE) : NULL;

    return clean && *clean ? g_steal_pointer(&clean) : NULL;
}

char *
version_words(xmpp_stanza_t *answer)
{
    xmpp_stanza_t *query = stanza_child(answer, "query", NS_VERSION);
    GString *words = g_string_new(NULL);

    if (!query)
        return g_string_free(words, FALSE);
    g_autofree char *name = read_field(query, "name");
    g_autofree char *version = read_field(query, "version");
    g_autofree char *os = read_field(query, "os");
    g_string_append(words, name ? name : "?");
    if (version)
        g_string_append_printf(words, " %s", version);
    if (os)
        g_string_append_printf(words, " (%s)", os);
    return g_string_free(words, FALSE);
}

static bool
is_offered(XmppStream *stream)
{
    return stream_config(stream)->answer_version;
}

const XmppModule version_module = {
    .name = "version",
    .xep = "0092",
    .version = "1.1",
    .features = (const char *const[]){ NS_VERSION, NULL },
    .is_offered = is_offered,
    .iqs = (const IqRoute[]){ { NS_VERSION, "query", IQ_GET, answer_version }, { NULL } },
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/stanza_error.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

typedef struct ConditionWords {
    const char *condition;
    const char *words;
} ConditionWords;

/* RFC 6120 §8.3.3 */
static const ConditionWords stanza_words[] = {
    { "bad-request", N_("the request was malformed") },
    { "conflict", N_("it exists already or is in use") },
    { "feature-not-implemented", N_("the other side does not support this") },
    { "forbidden", N_("you are not allowed to do this") },
    { "gone", N_("it is not there any more") },
    { "internal-server-error", N_("the server had an internal error") },
    { "item-not-found", N_("it was not found") },
    { "jid-malformed", N_("the address is malformed") },
    { "not-acceptable", N_("the other side does not accept this") },
    { "not-allowed", N_("nobody is allowed to do this") },
    { "not-authorized", N_("you need to be authorised for this") },
    { "policy-violation", N_("it is against the server's policy") },
    { "recipient-unavailable", N_("the recipient is not available") },
    { "redirect", N_("the recipient has moved to another address") },
    { "registration-required", N_("you must be a member for this") },
    { "remote-server-not-found", N_("the recipient's server was not found") },
    { "remote-server-timeout", N_("the recipient's server does not answer") },
    { "resource-constraint", N_("the server is too busy") },
    { "service-unavailable", N_("the recipient cannot be reached or does not offer this") },
    { "subscription-required", N_("you must be subscribed for this") },
    { "undefined-condition", N_("an error without a name") },
    { "unexpected-request", N_("the request was not expected now") },
};

/* RFC 6120 §4.9.3 */
static const ConditionWords stream_words[] = {
    { "bad-format", N_("the server says that it cannot process what confab sent") },
    { "bad-namespace-prefix", N_("the server says that it cannot process what confab sent") },
    { "conflict",
      N_("another client took over this session: choose another resource, then /connect") },
    { "connection-timeout", N_("the server heard nothing from confab for too long") },
    { "host-gone", N_("the server does not serve this domain any more") },
    { "host-unknown",
      N_("the server does not serve this domain: check the address and `server` of the account") },
    { "improper-addressing", N_("the server says that an address was missing") },
    { "internal-server-error", N_("the server had an internal error") },
    { "invalid-from", N_("the server says that confab used a wrong sender address") },
    { "invalid-namespace", N_("the server does not speak this kind of XMPP") },
    { "invalid-xml", N_("the server says that confab sent invalid XML") },
    { "not-authorized", N_("the server says that the session is not authorised") },
    { "not-well-formed", N_("the server says that confab sent malformed XML") },
    { "policy-violation", N_("the server ended the session because of its policy") },
    { "remote-connection-failed", N_("the server cannot reach a part of itself") },
    { "reset", N_("the server wants the session to be opened anew") },
    { "resource-constraint", N_("the server has no resources left") },
    { "restricted-xml", N_("the server says that confab sent forbidden XML") },
    { "see-other-host", N_("the server sends you elsewhere") },
    { "system-shutdown", N_("the server is shutting down") },
    { "undefined-condition", N_("the server ended the session without a known reason") },
    { "unsupported-encoding", N_("the server does not support UTF-8") },
    { "unsupported-feature", N_("the server requires something confab does not have") },
    { "unsupported-stanza-type", N_("the server did not understand what confab sent") },
    { "unsupported-version", N_("the server does not support XMPP 1.0") },
};

static const char *
find_words(const ConditionWords *table, gsize rows, const char *condition)
{
    for (gsize i = 0; i < rows; i++) {
        if (strcmp(table[i].condition, condition) == 0)
            return _(table[i].words);
    }
    return NULL;
}

XmppStanzaError *
stanza_error_parse_conditions(xmpp_stanza_t *element, const char *ns)
{
    XmppStanzaError *error = g_new0(XmppStanzaError, 1);

    error->text = stanza_child_text(element, "text", ns);
    for (xmpp_stanza_t *child = stanza_child(element, NULL, ns); child;
         child = stanza_next(child, NULL, ns)) {
        if (strcmp(xmpp_stanza_get_name(child), "text") != 0) {
            error->condition = g_strdup(xmpp_stanza_get_name(child));
            break;
        }
    }
    if (!error->condition)
        error->condition = g_strdup("undefined-condition");
    return error;
}

XmppStanzaError *
stanza_error_parse(xmpp_stanza_t *stanza)
{
    xmpp_stanza_t *child = stanza_child(stanza, "error", NS_CLIENT);

    if (!child) {
        XmppStanzaError *error = g_new0(XmppStanzaError, 1);
        error->condition = g_strdup("undefined-condition");
        return error;
    }
    XmppStanzaError *error = stanza_error_parse_conditions(child, NS_STANZAS);
    error->type = g_strdup(stanza_attribute(child, "type"));
    return error;
}

void
stanza_error_free(XmppStanzaError *error)
{
    if (!error)
        return;
    g_free(error->type);
    g_free(error->condition);
    g_free(error->text);
    g_free(error);
}

/* What the other side wrote, cleaned and without surrounding space; NULL when there is nothing to
 * show. */
static char *
own_words(const XmppStanzaError *error)
{
    if (!error->text)
        return NULL;
    g_autofree char *stripped = g_strstrip(g_strdup(error->text));
    return *stripped ? text_clean(stripped, -1, TEXT_LINE) : NULL;
}

char *
stanza_error_words(const XmppStanzaError *error)
{
    char *own = own_words(error);

    if (own)
        return own;
    const char *condition = error->condition ? error->condition : "undefined-condition";
    const char *words = find_words(stanza_words, G_N_ELEMENTS(stanza_words), condition);
    return words ? g_strdup(words) : text_clean(condition, -1, TEXT_LINE);
}

char *
stream_error_words(const XmppStanzaError *error)
{
    g_autofree char *own = own_words(error);
    const char *words = find_words(stream_words, G_N_ELEMENTS(stream_words), error->condition);
    g_autofree char *condition =
        words ? g_strdup(words) : text_clean(error->condition, -1, TEXT_LINE);

    return own ? g_strdup_printf("%s (%s)", condition, own) : g_steal_pointer(&condition);
}

bool
stream_error_is_fatal(const char *condition)
{
    static const char *const fatal[] = {
        "conflict",       "host-gone",      "host-unknown",        "invalid-from",
        "not-authorized", "see-other-host", "unsupported-version", NULL
    };

    return g_strv_contains(fatal, condition);
}

/* The server goes, or the connection does; the session may be known again afterwards. */
bool
stream_error_spares_session(const char *condition)
{
    static const char *const kind[] = { "connection-timeout", "remote-connection-failed", "reset",
                                        "system-shutdown", NULL };

    return g_strv_contains(kind, condition);
}

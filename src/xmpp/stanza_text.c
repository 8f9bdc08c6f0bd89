/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/stanza_text.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/stanza.h"
#include "xmpp/xml_guard.h"

enum { TEXT_MAX = 256 * 1024 }; /* bytes; servers take no more of a client */

/* What the parser would take although XMPP forbids it. */
static bool
is_allowed(const char *xml)
{
    XmlGuard guard;
    const gsize length = strlen(xml);

    xml_guard_init(&guard, TEXT_MAX);
    xml_guard_enter_stream(&guard);
    for (gsize done = 0; done < length && guard.verdict == XML_GUARD_OK;) {
        xml_guard_next_turn(&guard);
        done += xml_guard_feed(&guard, xml + done, length - done);
    }
    return guard.verdict == XML_GUARD_OK && xml_guard_is_between(&guard) && !xml_guard_is_closed(&guard);
}

static bool
is_blank(xmpp_stanza_t *text)
{
    const char *c = xmpp_stanza_get_text_ptr(text);

    return !c || strspn(c, " \t\r\n") == strlen(c);
}

/* The only element in `wrapper`; NULL: there is something else. */
static xmpp_stanza_t *
find_only(xmpp_stanza_t *wrapper)
{
    xmpp_stanza_t *only = NULL;

    for (xmpp_stanza_t *child = xmpp_stanza_get_children(wrapper); child; child = xmpp_stanza_get_next(child)) {
        if (xmpp_stanza_is_text(child) ? !is_blank(child) : only != NULL)
            return NULL;
        if (!xmpp_stanza_is_text(child))
            only = child;
    }
    return only;
}

xmpp_stanza_t *
stanza_from_text(xmpp_ctx_t *ctx, const char *xml, GError **error)
{
    xmpp_stanza_t *wrapper = NULL, *copy = NULL;

    if (is_allowed(xml)) {
        g_autofree char *text = g_strconcat("<stream xmlns='" NS_CLIENT "' xmlns:stream='" NS_STREAM "'>", xml,
                                            "</stream>", NULL);
        wrapper = xmpp_stanza_new_from_string(ctx, text);
    }
    xmpp_stanza_t *only = wrapper ? find_only(wrapper) : NULL;
    if (only)
        copy = xmpp_stanza_copy(only);
    else
        g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                            _("this is not one well-formed element: write <message …>…</message>"));
    if (wrapper)
        xmpp_stanza_release(wrapper);
    return copy;
}

xmpp_stanza_t *
stanza_from_user(xmpp_ctx_t *ctx, const char *xml, GError **error)
{
    static const char *const names[] = { "message", "presence", "iq", NULL };
    xmpp_stanza_t *stanza = stanza_from_text(ctx, xml, error);

    for (const char *const *name = names; stanza && *name; name++) {
        if (stanza_is(stanza, *name, NS_CLIENT))
            return stanza;
    }
    if (stanza) {
        xmpp_stanza_release(stanza);
        g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                            _("only a message, presence or iq can be sent: write <iq type='get' …>…</iq>"));
    }
    return NULL;
}

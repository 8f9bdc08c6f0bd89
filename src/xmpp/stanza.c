/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/stanza.h"

#include <string.h>

bool
stanza_is(xmpp_stanza_t *element, const char *name, const char *ns)
{
    const char *own_name = xmpp_stanza_get_name(element); /* NULL for text */

    if (!own_name || (name && strcmp(own_name, name) != 0))
        return false;
    const char *own_ns = xmpp_stanza_get_ns(element);
    return own_ns && strcmp(own_ns, ns) == 0;
}

/* `element` itself or the first sibling after it that matches. */
static xmpp_stanza_t *
find_from(xmpp_stanza_t *element, const char *name, const char *ns)
{
    while (element && !stanza_is(element, name, ns))
        element = xmpp_stanza_get_next(element);
    return element;
}

xmpp_stanza_t *
stanza_child(xmpp_stanza_t *parent, const char *name, const char *ns)
{
    return find_from(xmpp_stanza_get_children(parent), name, ns);
}

xmpp_stanza_t *
stanza_next(xmpp_stanza_t *element, const char *name, const char *ns)
{
    return find_from(xmpp_stanza_get_next(element), name, ns);
}

xmpp_stanza_t *
stanza_payload(xmpp_stanza_t *parent)
{
    xmpp_stanza_t *child = xmpp_stanza_get_children(parent);

    while (child && !xmpp_stanza_is_tag(child))
        child = xmpp_stanza_get_next(child);
    return child;
}

const char *
stanza_attribute(xmpp_stanza_t *element, const char *name)
{
    return xmpp_stanza_get_attribute(element, name);
}

Jid *
stanza_attribute_jid(xmpp_stanza_t *element, const char *name)
{
    const char *text = xmpp_stanza_get_attribute(element, name);

    return text ? jid_new(text, NULL) : NULL;
}

char *
stanza_text(xmpp_stanza_t *element)
{
    xmpp_stanza_t *child = xmpp_stanza_get_children(element);

    /* almost always there is exactly one piece of text: one copy */
    if (!child)
        return g_strdup("");
    if (!xmpp_stanza_get_next(child))
        return g_strdup(xmpp_stanza_is_text(child) ? xmpp_stanza_get_text_ptr(child) : "");

    GString *text = g_string_new(NULL);
    for (; child; child = xmpp_stanza_get_next(child)) {
        if (xmpp_stanza_is_text(child))
            g_string_append(text, xmpp_stanza_get_text_ptr(child));
    }
    return g_string_free(text, FALSE);
}

char *
stanza_child_text(xmpp_stanza_t *parent, const char *name, const char *ns)
{
    xmpp_stanza_t *child = stanza_child(parent, name, ns);

    return child ? stanza_text(child) : NULL;
}

xmpp_stanza_t *
stanza_new(xmpp_ctx_t *ctx, const char *name, const char *ns)
{
    xmpp_stanza_t *element = xmpp_stanza_new(ctx);

    xmpp_stanza_set_name(element, name);
    if (ns)
        xmpp_stanza_set_ns(element, ns);
    return element;
}

void
stanza_take(xmpp_stanza_t *parent, xmpp_stanza_t *take_child)
{
    xmpp_stanza_add_child(parent, take_child);
    xmpp_stanza_release(take_child);
}

xmpp_stanza_t *
stanza_add(xmpp_stanza_t *parent, const char *name, const char *ns)
{
    xmpp_stanza_t *child = stanza_new(xmpp_stanza_get_context(parent), name, ns);

    stanza_take(parent, child);
    return child;
}

/* XML 1.0 §2.2, of valid UTF-8. */
static bool
is_xml_char(gunichar c)
{
    if (c < 0x20)
        return c == '\t' || c == '\n' || c == '\r';
    return c != 0xfffe && c != 0xffff;
}

/* NULL when `text` can be sent as it is; else a copy that can: one forbidden byte would make the
 * server end the stream. */
static char *
make_sendable(const char *text)
{
    const char *p = text;

    while (*p >= 0x20 || *p == '\n' || *p == '\t')
        p++;
    if (!*p)
        return NULL; /* plain ASCII */

    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_sized_new(strlen(valid));
    for (p = valid; *p; p = g_utf8_next_char(p)) {
        const gunichar c = g_utf8_get_char(p);
        g_string_append_unichar(out, is_xml_char(c) ? c : 0xfffd);
    }
    return g_string_free(out, FALSE);
}

xmpp_stanza_t *
stanza_add_text(xmpp_stanza_t *parent, const char *name, const char *ns, const char *text)
{
    xmpp_ctx_t *ctx = xmpp_stanza_get_context(parent);
    xmpp_stanza_t *child = stanza_add(parent, name, ns);
    xmpp_stanza_t *content = xmpp_stanza_new(ctx);
    g_autofree char *sendable = make_sendable(text);

    xmpp_stanza_set_text(content, sendable ? sendable : text);
    stanza_take(child, content);
    return child;
}

void
stanza_set(xmpp_stanza_t *element, const char *name, const char *value)
{
    if (!value)
        return;
    g_autofree char *sendable = make_sendable(value);
    xmpp_stanza_set_attribute(element, name, sendable ? sendable : value);
}

char *
stanza_to_xml(xmpp_stanza_t *element)
{
    char *xml = NULL;
    size_t length = 0;

    if (xmpp_stanza_to_text(element, &xml, &length) != XMPP_EOK)
        return g_strdup("");
    char *copy = g_strndup(xml, length);
    xmpp_free(xmpp_stanza_get_context(element), xml);
    return copy;
}

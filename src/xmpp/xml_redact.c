/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xml_redact.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "xmpp/stanza.h"

#define REDACTED "…"

/* All text inside these is secret, in whatever namespace: a stranger's element may be one of them by another name
 * of its namespace, and nothing else of that name is worth a password. */
static const char *const secret_elements[] = {
    "additional-data", "auth", "challenge", "data-token", "digest", "header", "initial-response", "passphrase",
    "passwd", "password", "response", "secret", "success", "token", NULL,
};
static const char *const secret_attributes[] = { "passphrase", "passwd", "password", "secret", "token", NULL };
/* A field of a form (XEP-0004) whose name has one of these in it. */
static const char *const secret_words[] = { "passphrase", "passwd", "password", "secret", "token", NULL };

static bool
is_listed(const char *const *list, const char *name)
{
    for (; *list; list++) {
        if (g_ascii_strcasecmp(*list, name) == 0)
            return true;
    }
    return false;
}

/* The local name: libstrophe keeps a prefix it could not resolve. */
static const char *
local_name(const char *name)
{
    const char *colon = strrchr(name, ':');

    return colon ? colon + 1 : name;
}

static bool
is_secret_field(xmpp_stanza_t *element)
{
    const char *type = stanza_attribute(element, "type"), *var = stanza_attribute(element, "var");

    if (g_strcmp0(type, "text-private") == 0)
        return true;
    g_autofree char *lower = var ? g_ascii_strdown(var, -1) : NULL;
    for (const char *const *word = secret_words; lower && *word; word++) {
        if (strstr(lower, *word))
            return true;
    }
    return false;
}

static bool
is_secret_element(xmpp_stanza_t *element)
{
    const char *name = xmpp_stanza_get_name(element);

    if (!name)
        return false;
    return is_listed(secret_elements, local_name(name)) ||
           (strcmp(local_name(name), "field") == 0 && is_secret_field(element));
}

static void
redact_attributes(xmpp_stanza_t *element)
{
    const int count = xmpp_stanza_get_attribute_count(element);
    g_autofree const char **pairs = g_new0(const char *, 2 * (gsize) MAX(count, 0) + 1);
    g_autoptr(GPtrArray) secret = g_ptr_array_new_with_free_func(g_free);

    if (count <= 0)
        return;
    const int filled = xmpp_stanza_get_attributes(element, pairs, 2 * count);
    for (int i = 0; i + 1 < filled; i += 2) {
        if (is_listed(secret_attributes, local_name(pairs[i])))
            g_ptr_array_add(secret, g_strdup(pairs[i])); /* setting one frees what the list borrows */
    }
    for (guint i = 0; i < secret->len; i++)
        xmpp_stanza_set_attribute(element, secret->pdata[i], REDACTED);
}

/* `hidden`: what is around it is secret as a whole. */
static void
redact(xmpp_stanza_t *element, bool hidden, guint depth)
{
    const bool secret = hidden || depth > STANZA_DEPTH_MAX || is_secret_element(element);

    redact_attributes(element);
    for (xmpp_stanza_t *child = xmpp_stanza_get_children(element); child; child = xmpp_stanza_get_next(child)) {
        if (xmpp_stanza_is_text(child)) {
            if (secret)
                xmpp_stanza_set_text(child, REDACTED);
        } else if (depth <= STANZA_DEPTH_MAX) {
            redact(child, secret, depth + 1);
        }
    }
}

xmpp_stanza_t *
xml_redact(xmpp_stanza_t *element)
{
    xmpp_stanza_t *copy = xmpp_stanza_copy(element);

    redact(copy, false, 1);
    return copy;
}

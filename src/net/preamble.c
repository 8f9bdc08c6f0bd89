/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/preamble.h"

#include <stdbool.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

#define NS_STREAM "http://etherx.jabber.org/streams"
#define NS_CLIENT "jabber:client"
#define NS_TLS    "urn:ietf:params:xml:ns:xmpp-tls"
#define NS_ERRORS "urn:ietf:params:xml:ns:xmpp-streams"

enum {
    BINDINGS_MAX = 64,     /* namespace declarations in scope */
    ERROR_TEXT_MAX = 1024, /* bytes kept of a stream error's text */
};

typedef struct Binding {
    char *prefix; /* "" for the default namespace */
    char *uri;
    guint depth;
} Binding;

struct Preamble {
    char *header;
    GMarkupParseContext *parser;
    GArray *bindings;
    guint depth;
    gsize fed;
    bool offered; /* <starttls/> was seen inside features */
    bool asked;   /* … and PREAMBLE_OFFERED was returned */
    bool in_features;
    bool in_error;
    bool in_text;
    char *condition; /* of a stream error */
    GString *text;
    PreambleStep step;
    GError *error;
};

static void
clear_binding(gpointer data)
{
    Binding *binding = data;
    g_free(binding->prefix);
    g_free(binding->uri);
}

static void fail(Preamble *preamble, PreambleStep step, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void
fail(Preamble *preamble, PreambleStep step, const char *format, ...)
{
    if (preamble->step == PREAMBLE_FAILED || preamble->step == PREAMBLE_NOT_OFFERED ||
        preamble->step == PREAMBLE_PROCEED)
        return;
    va_list args;
    va_start(args, format);
    preamble->error = g_error_new_valist(CONFAB_ERROR, ERROR_PROTOCOL, format, args);
    va_end(args);
    preamble->step = step;
}

static void
fail_not_xmpp(Preamble *preamble)
{
    fail(preamble, PREAMBLE_FAILED,
         _("the server does not speak XMPP here: check “server”, “port” and “tls” of the account"));
}

/* The namespace a prefix stands for; NULL when it is not declared. */
static const char *
namespace_of(const Preamble *preamble, const char *prefix, gsize length)
{
    for (guint i = preamble->bindings->len; i > 0; i--) {
        const Binding *binding = &g_array_index(preamble->bindings, Binding, i - 1);
        if (strlen(binding->prefix) == length && strncmp(binding->prefix, prefix, length) == 0)
            return binding->uri;
    }
    return NULL;
}

static bool
is_element(const Preamble *preamble, const char *qname, const char *uri, const char *name)
{
    const char *colon = strchr(qname, ':');
    const char *local = colon ? colon + 1 : qname;
    const char *found = namespace_of(preamble, qname, colon ? (gsize)(colon - qname) : 0);
    return found && strcmp(found, uri) == 0 && strcmp(local, name) == 0;
}

static void
declare(Preamble *preamble, const char **names, const char **values)
{
    for (; *names; names++, values++) {
        const char *prefix = strcmp(*names, "xmlns") == 0 ? "" : g_str_has_prefix(*names, "xmlns:") ? *names + 6 : NULL;
        if (!prefix)
            continue;
        const Binding binding = { g_strdup(prefix), g_strdup(*values), preamble->depth };
        g_array_append_val(preamble->bindings, binding);
    }
    if (preamble->bindings->len > BINDINGS_MAX)
        fail_not_xmpp(preamble);
}

static void
open_stream(Preamble *preamble, const char *qname, const char **names, const char **values)
{
    const char *content = namespace_of(preamble, "", 0);
    if (!is_element(preamble, qname, NS_STREAM, "stream") || !content || strcmp(content, NS_CLIENT) != 0) {
        fail_not_xmpp(preamble);
        return;
    }
    const char *version = NULL;
    for (; *names; names++, values++)
        if (strcmp(*names, "version") == 0)
            version = *values;
    if (!version || g_ascii_strtoull(version, NULL, 10) < 1)
        fail(preamble, PREAMBLE_NOT_OFFERED,
             _("the server is too old for TLS (no XMPP 1.0): nothing was sent; use another server"));
}

/* A child of the stream. */
static void
open_top(Preamble *preamble, const char *qname)
{
    preamble->in_features = is_element(preamble, qname, NS_STREAM, "features") && !preamble->asked;
    preamble->in_error = is_element(preamble, qname, NS_STREAM, "error");
    if (is_element(preamble, qname, NS_TLS, "failure"))
        fail(preamble, PREAMBLE_FAILED,
             _("the server refused to start TLS: nothing was sent; try again later, or set “tls” to direct"));
    else if (is_element(preamble, qname, NS_TLS, "proceed") && !preamble->asked)
        fail_not_xmpp(preamble);
}

static void
on_start(GMarkupParseContext *context, const char *qname, const char **names, const char **values, gpointer data,
         GError **error)
{
    Preamble *preamble = data;
    if (preamble->step != PREAMBLE_MORE)
        return;
    preamble->depth++;
    if (preamble->depth > PREAMBLE_DEPTH) {
        fail_not_xmpp(preamble);
        return;
    }
    declare(preamble, names, values);
    if (preamble->depth == 1)
        open_stream(preamble, qname, names, values);
    else if (preamble->depth == 2)
        open_top(preamble, qname);
    else if (preamble->depth == 3 && preamble->in_features && is_element(preamble, qname, NS_TLS, "starttls"))
        preamble->offered = true;
    else if (preamble->depth == 3 && preamble->in_error && is_element(preamble, qname, NS_ERRORS, "text"))
        preamble->in_text = true;
    else if (preamble->depth == 3 && preamble->in_error && !preamble->condition)
        preamble->condition = g_strdup(qname);
}

static void
close_features(Preamble *preamble)
{
    preamble->in_features = false;
    if (!preamble->offered) {
        fail(
            preamble, PREAMBLE_NOT_OFFERED,
            _("the server does not offer TLS: nothing was sent; if this is your own server, set “tls” on the account"));
        return;
    }
    preamble->asked = true;
    preamble->step = PREAMBLE_OFFERED;
}

static void
close_error(Preamble *preamble)
{
    g_autofree char *condition = text_clean(preamble->condition ? preamble->condition : "?", -1, TEXT_STRICT);
    g_autofree char *text = text_clean(preamble->text->str, (gssize)preamble->text->len, TEXT_LINE);
    if (text[0] != '\0')
        fail(preamble, PREAMBLE_FAILED, _("the server ended the stream before TLS (%s): %s"), condition, text);
    else
        fail(preamble, PREAMBLE_FAILED, _("the server ended the stream before TLS (%s): check “server” of the account"),
             condition);
}

static void
on_end(GMarkupParseContext *context, const char *qname, gpointer data, GError **error)
{
    Preamble *preamble = data;
    if (preamble->step != PREAMBLE_MORE)
        return;
    if (preamble->depth == 1)
        fail(preamble, PREAMBLE_FAILED, _("the server closed the stream before TLS: try again later"));
    else if (preamble->depth == 2 && preamble->in_features)
        close_features(preamble);
    else if (preamble->depth == 2 && preamble->in_error)
        close_error(preamble);
    else if (preamble->depth == 2 && preamble->asked && is_element(preamble, qname, NS_TLS, "proceed"))
        preamble->step = PREAMBLE_PROCEED;
    preamble->in_text = false;
    while (preamble->bindings->len > 0 &&
           g_array_index(preamble->bindings, Binding, preamble->bindings->len - 1).depth == preamble->depth)
        g_array_set_size(preamble->bindings, preamble->bindings->len - 1);
    preamble->depth--;
}

static void
on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
    Preamble *preamble = data;
    if (preamble->in_text && preamble->text->len < ERROR_TEXT_MAX)
        g_string_append_len(preamble->text, text, (gssize)MIN(length, ERROR_TEXT_MAX - preamble->text->len));
}

/* Comments, processing instructions and DTDs have no place in XMPP (RFC 6120 §11.1); the XML declaration has. */
static void
on_other(GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
    Preamble *preamble = data;
    const bool declaration = preamble->depth == 0 && length > 6 && strncmp(text, "<?xml ", 6) == 0;
    if (preamble->step == PREAMBLE_MORE && !declaration)
        fail_not_xmpp(preamble);
}

static const GMarkupParser parser = { on_start, on_end, on_text, on_other, NULL };

Preamble *
preamble_new(const char *domain)
{
    Preamble *preamble = g_new0(Preamble, 1);
    preamble->header =
        g_markup_printf_escaped("<?xml version='1.0'?><stream:stream to='%s' version='1.0' xml:lang='en' "
                                "xmlns='" NS_CLIENT "' xmlns:stream='" NS_STREAM "'>",
                                domain);
    preamble->parser = g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, preamble, NULL);
    preamble->bindings = g_array_new(FALSE, FALSE, sizeof(Binding));
    g_array_set_clear_func(preamble->bindings, clear_binding);
    preamble->text = g_string_new(NULL);
    return preamble;
}

void
preamble_free(Preamble *preamble)
{
    if (!preamble)
        return;
    g_markup_parse_context_free(preamble->parser);
    g_array_unref(preamble->bindings);
    g_string_free(preamble->text, TRUE);
    g_clear_error(&preamble->error);
    g_free(preamble->condition);
    g_free(preamble->header);
    g_free(preamble);
}

const char *
preamble_header(const Preamble *preamble)
{
    return preamble->header;
}

const char *
preamble_request(void)
{
    return "<starttls xmlns='" NS_TLS "'/>";
}

const GError *
preamble_error(const Preamble *preamble)
{
    return preamble->error;
}

PreambleStep
preamble_feed(Preamble *preamble, const char *data, gsize length)
{
    /* A byte at a time: the parser must stand exactly behind an element when a step is due, or what follows it in
     * the same read would be parsed under the wrong expectations. At most 64 KiB come this way. */
    for (gsize i = 0; i < length; i++) {
        if (preamble->step == PREAMBLE_OFFERED)
            preamble->step = PREAMBLE_MORE;
        if (preamble->step != PREAMBLE_MORE)
            break;
        if (++preamble->fed > PREAMBLE_BYTES || !g_markup_parse_context_parse(preamble->parser, data + i, 1, NULL))
            fail_not_xmpp(preamble);
        if (preamble->step == PREAMBLE_OFFERED)
            return preamble->step;
    }
    return preamble->step;
}

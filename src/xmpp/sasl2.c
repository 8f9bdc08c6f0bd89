/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/sasl2.h"

#include <string.h>

#include "base/text.h"

#define NS_CARBONS "urn:xmpp:carbons:2"
#define NS_CSI "urn:xmpp:csi:0"

enum {
    LIST_MAX = 64,
    MEMORY_MAX = 4096, /* bytes of a remembered offer */
};

/* As features of <bind/>, and as words of a remembered offer. */
static const struct {
    const char *word, *var;
    Sasl2Inline flag;
} inline_rows[] = {
    { "resume", NULL, SASL2_RESUME },
    { "bind", NULL, SASL2_BIND },
    { "bind-enable", NS_ACKS, SASL2_BIND_ENABLE },
    { "bind-carbons", NS_CARBONS, SASL2_BIND_CARBONS },
    { "bind-csi", NS_CSI, SASL2_BIND_CSI },
};

char **
sasl2_read_list(xmpp_stanza_t *parent, const char *name, const char *ns, const char *attribute)
{
    GPtrArray *list = g_ptr_array_new();

    for (xmpp_stanza_t *child = parent ? stanza_child(parent, name, ns) : NULL;
         child && list->len < LIST_MAX; child = stanza_next(child, name, ns)) {
        char *text = attribute ? g_strdup(stanza_attribute(child, attribute))
                               : g_strstrip(stanza_text(child));
        if (text)
            g_ptr_array_add(list, text);
    }
    g_ptr_array_add(list, NULL);
    return (char **) g_ptr_array_free(list, FALSE);
}

/* The features of <bind/>: in <inline/> as XEP-0386 has them, or right inside as in the examples of XEP-0198. */
static guint
read_bind(xmpp_stanza_t *bind)
{
    xmpp_stanza_t *list = stanza_child(bind, "inline", NS_BIND2);
    g_auto(GStrv) vars = sasl2_read_list(list ? list : bind, "feature", NS_BIND2, "var");
    guint found = SASL2_BIND;

    for (gsize i = 0; i < G_N_ELEMENTS(inline_rows); i++) {
        if (inline_rows[i].var && g_strv_contains((const char *const *) vars, inline_rows[i].var))
            found |= inline_rows[i].flag;
    }
    return found;
}

Sasl2Offer *
sasl2_offer_read(xmpp_stanza_t *features)
{
    xmpp_stanza_t *authentication = stanza_child(features, "authentication", NS_SASL2);

    if (!authentication)
        return NULL;
    xmpp_stanza_t *list = stanza_child(authentication, "inline", NS_SASL2);
    xmpp_stanza_t *bind = list ? stanza_child(list, "bind", NS_BIND2) : NULL;
    xmpp_stanza_t *fast = list ? stanza_child(list, "fast", NS_FAST) : NULL;
    Sasl2Offer *offer = g_new0(Sasl2Offer, 1);

    offer->mechanisms = sasl2_read_list(authentication, "mechanism", NS_SASL2, NULL);
    offer->upgrades = sasl2_read_list(authentication, "upgrade", NS_UPGRADE, NULL);
    offer->tokens = sasl2_read_list(fast, "mechanism", NS_FAST, NULL);
    if (list && stanza_child(list, "sm", NS_ACKS))
        offer->inlines |= SASL2_RESUME;
    if (bind)
        offer->inlines |= read_bind(bind);
    return offer;
}

void
sasl2_offer_free(Sasl2Offer *offer)
{
    if (!offer)
        return;
    g_strfreev(offer->mechanisms);
    g_strfreev(offer->tokens);
    g_strfreev(offer->upgrades);
    g_free(offer);
}

/* Words: the server's own names of mechanisms are kept only when they are such. */
static bool
is_word(const char *name)
{
    return *name && strspn(name, G_CSET_A_2_Z G_CSET_DIGITS "-_") == strlen(name);
}

char *
sasl2_offer_remember(const Sasl2Offer *offer)
{
    if (!offer->tokens[0])
        return NULL;
    g_autoptr(GString) text = g_string_new("1");

    for (gsize i = 0; i < G_N_ELEMENTS(inline_rows); i++) {
        if (offer->inlines & inline_rows[i].flag)
            g_string_append_printf(text, " %s", inline_rows[i].word);
    }
    for (char **token = offer->tokens; *token; token++) {
        if (is_word(*token) && text->len + strlen(*token) < MEMORY_MAX)
            g_string_append_printf(text, " %s", *token);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

Sasl2Offer *
sasl2_offer_recall(const char *text)
{
    if (strlen(text) > MEMORY_MAX || !g_str_has_prefix(text, "1 "))
        return NULL;
    g_auto(GStrv) words = g_strsplit(text + 2, " ", -1);
    GPtrArray *tokens = g_ptr_array_new();
    Sasl2Offer *offer = g_new0(Sasl2Offer, 1);

    for (char **word = words; *word; word++) {
        gsize i = 0;
        while (i < G_N_ELEMENTS(inline_rows) && strcmp(*word, inline_rows[i].word) != 0)
            i++;
        if (i < G_N_ELEMENTS(inline_rows))
            offer->inlines |= inline_rows[i].flag;
        else if (is_word(*word))
            g_ptr_array_add(tokens, g_strdup(*word));
    }
    g_ptr_array_add(tokens, NULL);
    offer->tokens = (char **) g_ptr_array_free(tokens, FALSE);
    offer->mechanisms = g_new0(char *, 1);
    offer->upgrades = g_new0(char *, 1);
    return offer;
}

xmpp_stanza_t *
sasl2_authenticate(xmpp_ctx_t *ctx, const char *mechanism, const char *payload, const char *user_agent)
{
    xmpp_stanza_t *authenticate = stanza_new(ctx, "authenticate", NS_SASL2);

    stanza_set(authenticate, "mechanism", mechanism);
    stanza_add_text(authenticate, "initial-response", NULL, strcmp(payload, "=") == 0 ? "" : payload);
    xmpp_stanza_t *agent = stanza_add(authenticate, "user-agent", NULL);
    stanza_set(agent, "id", user_agent);
    stanza_add_text(agent, "software", NULL, PACKAGE_NAME);
    return authenticate;
}

xmpp_stanza_t *
sasl2_add_bind(xmpp_stanza_t *authenticate, const char *tag, guint inlines, bool inactive)
{
    xmpp_stanza_t *bind = stanza_add(authenticate, "bind", NS_BIND2);

    stanza_add_text(bind, "tag", NULL, tag);
    if (inlines & SASL2_BIND_CARBONS)
        stanza_add(bind, "enable", NS_CARBONS);
    if (inlines & SASL2_BIND_CSI && inactive)
        stanza_add(bind, "inactive", NS_CSI);
    return bind;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/disco.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/stream_parts.h"
#include "xmpp/xep/caps.h"

/* More than any honest entity has: what goes beyond is not worth its memory (I9). */
enum {
    IDENTITIES_MAX = 64,
    FEATURES_MAX = 2000,
    FORMS_MAX = 32,
    ITEMS_MAX = 10000,
};

#define OWN_CATEGORY "client"
#define OWN_TYPE "console"
#define OWN_NAME "confab"

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

static DiscoInfo *
new_info(void)
{
    DiscoInfo *info = g_new0(DiscoInfo, 1);

    info->identities = g_ptr_array_new_with_free_func(g_free);
    info->identity_keys = g_ptr_array_new_with_free_func(g_free);
    info->forms = g_ptr_array_new_with_free_func(g_free);
    info->details = g_ptr_array_new_with_free_func((GDestroyNotify) form_free);
    return info;
}

void
disco_info_free(DiscoInfo *info)
{
    if (!info)
        return;
    g_ptr_array_unref(info->identities);
    g_ptr_array_unref(info->identity_keys);
    g_ptr_array_unref(info->forms);
    g_clear_pointer(&info->details, g_ptr_array_unref);
    g_strfreev(info->features);
    g_free(info);
}

bool
disco_info_has(const DiscoInfo *info, const char *feature)
{
    return bsearch(&feature, info->features, g_strv_length(info->features), sizeof(char *),
                   compare_texts)
           != NULL;
}

bool
disco_info_is(const DiscoInfo *info, const char *category, const char *type)
{
    g_autofree char *prefix = g_strdup_printf("%s/%s ", category, type);

    for (guint i = 0; i < info->identities->len; i++) {
        if (g_str_has_prefix(g_ptr_array_index(info->identities, i), prefix))
            return true;
    }
    return false;
}

const DataForm *
disco_info_form(const DiscoInfo *info, const char *type)
{
    for (guint i = 0; info->details && i < info->details->len; i++) {
        const DataForm *form = g_ptr_array_index(info->details, i);
        if (g_strcmp0(form_type(form), type) == 0)
            return form;
    }
    return NULL;
}

static void
add_identity(DiscoInfo *info, const char *category, const char *type, const char *language,
             const char *name)
{
    const char separator[] = { FORM_SEPARATOR, '\0' };
    const char *const parts[] = { category, type, language, name };

    for (guint i = 0; i < G_N_ELEMENTS(parts); i++)
        info->ill_formed |= strchr(parts[i], '<') != NULL;
    g_ptr_array_add(info->identities, g_strdup_printf("%s/%s %s", category, type, name));
    g_ptr_array_add(info->identity_keys,
                    g_strjoin(separator, category, type, language, name, NULL));
}

static const char *
or_empty(const char *text)
{
    return text ? text : "";
}

/* XEP-0115 §5.4 steps 3.3 and 3.4: what is there twice makes the whole ill-formed. */
static bool
has_duplicates(char *const *sorted, guint count)
{
    for (guint i = 1; i < count; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            return true;
    }
    return false;
}

/* Step 3.5: two forms with one FORM_TYPE. */
static bool
has_form_twice(const GPtrArray *sorted)
{
    for (guint i = 1; i < sorted->len; i++) {
        const char *one = sorted->pdata[i - 1], *two = sorted->pdata[i];
        const gsize length = (gsize) (strchr(one, FORM_SEPARATOR) - one) + 1;
        if (strncmp(one, two, length) == 0)
            return true;
    }
    return false;
}

static void
read_form(DiscoInfo *info, xmpp_stanza_t *form)
{
    char *canonical = NULL;
    DataForm *detail = form_new(form);

    if (detail)
        g_ptr_array_add(info->details, detail);
    switch (form_canonical(form, &canonical)) {
    case FORM_READ:
        g_ptr_array_add(info->forms, canonical);
        info->ill_formed |= info->forms->len > FORMS_MAX;
        break;
    case FORM_ILL_FORMED:
        info->ill_formed = true;
        break;
    case FORM_IGNORED:
        break;
    }
}

/* Puts everything in the order the hash wants, and takes `take_features` over. */
static void
complete(DiscoInfo *info, GPtrArray *take_features)
{
    const guint count = take_features->len;

    g_ptr_array_sort(take_features, compare_texts);
    g_ptr_array_sort(info->identity_keys, compare_texts);
    g_ptr_array_sort(info->forms, compare_texts);
    g_ptr_array_add(take_features, NULL);
    info->features = (char **) g_ptr_array_free(take_features, FALSE);
    info->ill_formed |=
        has_duplicates(info->features, count)
        || has_duplicates((char **) info->identity_keys->pdata, info->identity_keys->len)
        || has_form_twice(info->forms);
}

DiscoInfo *
disco_info_new(xmpp_stanza_t *query)
{
    DiscoInfo *info = new_info();
    GPtrArray *features = g_ptr_array_new();

    for (xmpp_stanza_t *child = xmpp_stanza_get_children(query); child;
         child = xmpp_stanza_get_next(child)) {
        if (stanza_is(child, "identity", NS_DISCO_INFO) && info->identities->len < IDENTITIES_MAX) {
            add_identity(info, or_empty(stanza_attribute(child, "category")),
                         or_empty(stanza_attribute(child, "type")),
                         or_empty(stanza_attribute(child, "lang")),
                         or_empty(stanza_attribute(child, "name")));
        } else if (stanza_is(child, "feature", NS_DISCO_INFO) && features->len < FEATURES_MAX) {
            const char *var = or_empty(stanza_attribute(child, "var"));
            info->ill_formed |= strchr(var, '<') != NULL;
            g_ptr_array_add(features, g_strdup(var));
        } else if (stanza_is(child, "x", NS_FORM) && info->forms->len <= FORMS_MAX) {
            read_form(info, child);
        }
    }
    complete(info, features);
    return info;
}

DiscoInfo *
disco_info_new_own(XmppStream *stream)
{
    DiscoInfo *info = new_info();
    GPtrArray *features = g_ptr_array_new();
    g_autofree const char **rows = module_table_features(stream_modules(stream), stream);

    add_identity(info, OWN_CATEGORY, OWN_TYPE, "", OWN_NAME);
    for (const char **feature = rows; *feature; feature++)
        g_ptr_array_add(features, g_strdup(*feature));
    complete(info, features);
    return info;
}

/* --- answers --- */

/* We exist once: without a node, or with the one our presence announces (XEP-0115 §6.2). */
static bool
is_own_node(XmppStream *stream, const char *node)
{
    g_autofree char *own = NULL;

    if (!node)
        return true;
    g_autofree char *ver = caps_own_ver(stream);
    own = g_strconcat(CAPS_NODE "#", ver, NULL);
    return strcmp(node, own) == 0;
}

static void
answer_info(XmppStream *stream, xmpp_stanza_t *iq)
{
    const char *node = stanza_attribute(stanza_payload(iq), "node");

    if (!is_own_node(stream, node)) {
        iq_send_error(stream, iq, "cancel", "item-not-found");
        return;
    }
    g_autofree const char **features = module_table_features(stream_modules(stream), stream);
    xmpp_stanza_t *query = stanza_new(stream_ctx(stream), "query", NS_DISCO_INFO);
    stanza_set(query, "node", node);
    xmpp_stanza_t *identity = stanza_add(query, "identity", NULL);
    stanza_set(identity, "category", OWN_CATEGORY);
    stanza_set(identity, "type", OWN_TYPE);
    stanza_set(identity, "name", OWN_NAME);
    for (const char **feature = features; *feature; feature++)
        stanza_set(stanza_add(query, "feature", NULL), "var", *feature);
    iq_send_result(stream, iq, query);
}

static void
answer_items(XmppStream *stream, xmpp_stanza_t *iq)
{
    const char *node = stanza_attribute(stanza_payload(iq), "node");
    xmpp_stanza_t *query = stanza_new(stream_ctx(stream), "query", NS_DISCO_ITEMS);

    stanza_set(query, "node", node);
    iq_send_result(stream, iq, query);
}

/* --- questions --- */

typedef struct Question {
    Jid *jid;
    DiscoDone info;
    DiscoItemsDone items;
    DiscoPageDone page;
    gpointer data;
} Question;

static GError *
no_answer_inside(void)
{
    return g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, _("the answer holds nothing usable"));
}

static void
on_info(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
        const GError *error, gpointer data)
{
    Question *question = data;
    xmpp_stanza_t *query = answer ? stanza_child(answer, "query", NS_DISCO_INFO) : NULL;
    g_autoptr(DiscoInfo) info = query ? disco_info_new(query) : NULL;
    g_autoptr(GError) empty = !query && !error ? no_answer_inside() : NULL;

    question->info(stream, question->jid, info, error ? error : empty, question->data);
    jid_unref(question->jid);
    g_free(question);
}

static void
item_free(gpointer data)
{
    DiscoItem *item = data;

    jid_unref(item->jid);
    g_free(item->node);
    g_free(item->name);
    g_free(item);
}

static GPtrArray *
read_items(xmpp_stanza_t *query)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(item_free);

    for (xmpp_stanza_t *child = stanza_child(query, "item", NS_DISCO_ITEMS);
         child && items->len < ITEMS_MAX; child = stanza_next(child, "item", NS_DISCO_ITEMS)) {
        Jid *jid = stanza_attribute_jid(child, "jid");
        if (!jid)
            continue;
        DiscoItem *item = g_new(DiscoItem, 1);
        *item = (DiscoItem){
            .jid = jid,
            .node = g_strdup(stanza_attribute(child, "node")),
            .name = g_strdup(stanza_attribute(child, "name")),
        };
        g_ptr_array_add(items, item);
    }
    return items;
}

static void
on_items(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
         const GError *error, gpointer data)
{
    Question *question = data;
    xmpp_stanza_t *query = answer ? stanza_child(answer, "query", NS_DISCO_ITEMS) : NULL;
    g_autoptr(GPtrArray) items = query ? read_items(query) : NULL;
    g_autoptr(GError) empty = !query && !error ? no_answer_inside() : NULL;

    question->items(stream, question->jid, items, error ? error : empty, question->data);
    jid_unref(question->jid);
    g_free(question);
}

static void
ask(XmppStream *stream, const char *ns, const char *node, IqDone done, Question *question)
{
    xmpp_stanza_t *query = NULL;
    xmpp_stanza_t *iq = iq_new(stream, "get", "query", ns, &query);

    stanza_set(query, "node", node);
    iq_request(stream, question->jid, iq, done, question);
}

void
disco_request_info(XmppStream *stream, const Jid *jid, const char *node, DiscoDone done,
                   gpointer data)
{
    Question *question = g_new0(Question, 1);

    *question = (Question){ .jid = jid_ref((Jid *) jid), .info = done, .data = data };
    ask(stream, NS_DISCO_INFO, node, on_info, question);
}

void
disco_request_items(XmppStream *stream, const Jid *jid, const char *node, DiscoItemsDone done,
                    gpointer data)
{
    Question *question = g_new0(Question, 1);

    *question = (Question){ .jid = jid_ref((Jid *) jid), .items = done, .data = data };
    ask(stream, NS_DISCO_ITEMS, node, on_items, question);
}

static void
on_page(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail,
        const GError *error, gpointer data)
{
    Question *question = data;
    xmpp_stanza_t *query = answer ? stanza_child(answer, "query", NS_DISCO_ITEMS) : NULL;
    g_autoptr(GPtrArray) items = query ? read_items(query) : NULL;
    g_autoptr(GError) empty = !query && !error ? no_answer_inside() : NULL;
    RsmPage page = { 0 };

    if (query)
        rsm_read(query, &page);
    question->page(stream, question->jid, items, &page, error ? error : empty, question->data);
    rsm_page_clear(&page);
    jid_unref(question->jid);
    g_free(question);
}

void
disco_request_items_page(XmppStream *stream, const Jid *jid, guint max, const char *after,
                         DiscoPageDone done, gpointer data)
{
    Question *question = g_new0(Question, 1);
    xmpp_stanza_t *query = NULL;
    xmpp_stanza_t *iq = iq_new(stream, "get", "query", NS_DISCO_ITEMS, &query);

    *question = (Question){ .jid = jid_ref((Jid *) jid), .page = done, .data = data };
    rsm_add_request(query, max, NULL, after);
    iq_request(stream, jid, iq, on_page, question);
}

const XmppModule disco_module = {
    .name = "disco",
    .xep = "0030",
    .version = "2.5rc3",
    .features = (const char *const[]){ NS_DISCO_INFO, NS_DISCO_ITEMS, NULL },
    .iqs = (const IqRoute[]){ { NS_DISCO_INFO, "query", IQ_GET, answer_info },
                               { NS_DISCO_ITEMS, "query", IQ_GET, answer_items },
                               { NULL } },
};

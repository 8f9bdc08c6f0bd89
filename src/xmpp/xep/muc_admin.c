/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/muc_admin.h"

#include "xmpp/stanza.h"

/* --- setting --- */

static xmpp_stanza_t *
new_request(XmppStream *stream, const char *type, xmpp_stanza_t **item)
{
    xmpp_stanza_t *query;
    xmpp_stanza_t *iq = iq_new(stream, type, "query", NS_MUC_ADMIN, &query);
    *item = stanza_add(query, "item", NULL);
    return iq;
}

static void
add_reason(xmpp_stanza_t *item, const char *reason)
{
    if (reason != NULL && *reason != '\0')
        stanza_add_text(item, "reason", NULL, reason);
}

void
muc_admin_set_role(XmppStream *stream, const Jid *room, const char *nick, MucRole role, const char *reason,
                   IqDone done, gpointer data)
{
    xmpp_stanza_t *item;
    xmpp_stanza_t *iq = new_request(stream, "set", &item);
    stanza_set(item, "nick", nick);
    stanza_set(item, "role", muc_role_word(role));
    add_reason(item, reason);
    iq_request(stream, room, iq, done, data);
}

void
muc_admin_set_affiliation(XmppStream *stream, const Jid *room, const Jid *jid, MucAffiliation affiliation,
                          const char *reason, IqDone done, gpointer data)
{
    xmpp_stanza_t *item;
    xmpp_stanza_t *iq = new_request(stream, "set", &item);
    stanza_set(item, "jid", jid_bare(jid));
    stanza_set(item, "affiliation", muc_affiliation_word(affiliation));
    add_reason(item, reason);
    iq_request(stream, room, iq, done, data);
}

/* --- lists --- */

typedef struct ListRequest {
    MucListDone done;
    gpointer data;
    MucAffiliation affiliation; /* of items that do not say it: what was asked for */
    MucRole role;
} ListRequest;

static void
list_item_free(gpointer data)
{
    MucListItem *item = data;
    g_clear_pointer(&item->jid, jid_unref);
    g_free(item->nick);
    g_free(item->reason);
    g_free(item);
}

/* NULL: it names nobody. */
static MucListItem *
read_item(xmpp_stanza_t *element, const ListRequest *request)
{
    const char *nick = stanza_attribute(element, "nick");
    g_autoptr(Jid) jid = stanza_attribute_jid(element, "jid");
    if (nick != NULL && *nick == '\0')
        nick = NULL;
    if (jid == NULL && nick == NULL)
        return NULL;
    MucListItem *item = g_new0(MucListItem, 1);
    item->jid = g_steal_pointer(&jid);
    item->nick = g_strdup(nick);
    item->reason = stanza_child_text(element, "reason", NS_MUC_ADMIN);
    item->affiliation = request->affiliation;
    item->role = request->role;
    muc_affiliation_parse(stanza_attribute(element, "affiliation"), &item->affiliation);
    muc_role_parse(stanza_attribute(element, "role"), &item->role);
    return item;
}

static GPtrArray *
read_items(xmpp_stanza_t *answer, const ListRequest *request)
{
    GPtrArray *items = g_ptr_array_new_with_free_func(list_item_free);
    xmpp_stanza_t *query = stanza_child(answer, "query", NS_MUC_ADMIN);
    xmpp_stanza_t *element = query != NULL ? stanza_child(query, "item", NS_MUC_ADMIN) : NULL;
    for (; element != NULL && items->len < MUC_LIST_MAX; element = stanza_next(element, "item", NS_MUC_ADMIN)) {
        MucListItem *item = read_item(element, request);
        if (item != NULL)
            g_ptr_array_add(items, item);
    }
    return items;
}

static void
on_list(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    g_autofree ListRequest *request = data;
    g_autoptr(GPtrArray) items = answer != NULL ? read_items(answer, request) : NULL;
    request->done(stream, items, detail, error, request->data);
}

static void
request_list(XmppStream *stream, const Jid *room, const char *attribute, const char *word, ListRequest *take_request)
{
    xmpp_stanza_t *item;
    xmpp_stanza_t *iq = new_request(stream, "get", &item);
    stanza_set(item, attribute, word);
    iq_request(stream, room, iq, on_list, take_request);
}

void
muc_admin_list_affiliation(XmppStream *stream, const Jid *room, MucAffiliation affiliation, MucListDone done,
                           gpointer data)
{
    const ListRequest request = { done, data, affiliation, MUC_ROLE_NONE };
    request_list(stream, room, "affiliation", muc_affiliation_word(affiliation), g_memdup2(&request, sizeof request));
}

void
muc_admin_list_role(XmppStream *stream, const Jid *room, MucRole role, MucListDone done, gpointer data)
{
    const ListRequest request = { done, data, MUC_AFFILIATION_NONE, role };
    request_list(stream, room, "role", muc_role_word(role), g_memdup2(&request, sizeof request));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/rsm.h"

#include <string.h>

#include "xmpp/stanza.h"

enum {
    ID_LENGTH_MAX = 1024, /* as of stanza ids: the same ids in archives */
};

void
rsm_add_request(xmpp_stanza_t *parent, guint max, const char *before, const char *after)
{
    xmpp_stanza_t *set = stanza_add(parent, "set", NS_RSM);
    g_autofree char *number = g_strdup_printf("%u", max);

    stanza_add_text(set, "max", NULL, number);
    if (before && *before)
        stanza_add_text(set, "before", NULL, before);
    else if (before)
        stanza_add(set, "before", NULL);
    if (after)
        stanza_add_text(set, "after", NULL, after);
}

/* NULL when the child is missing, empty or absurdly long. */
static char *
read_id(xmpp_stanza_t *set, const char *name)
{
    char *id = stanza_child_text(set, name, NS_RSM);

    if (id && (!*id || strlen(id) > ID_LENGTH_MAX))
        g_clear_pointer(&id, g_free);
    return id;
}

void
rsm_read(xmpp_stanza_t *parent, RsmPage *page)
{
    xmpp_stanza_t *set = stanza_child(parent, "set", NS_RSM);

    *page = (RsmPage) { 0 };
    if (!set)
        return;
    page->first = read_id(set, "first");
    page->last = read_id(set, "last");

    g_autofree char *count = stanza_child_text(set, "count", NS_RSM);
    guint64 number = 0;
    if (count && g_ascii_string_to_unsigned(count, 10, 0, G_MAXUINT, &number, NULL))
        page->count = (guint) number;
}

void
rsm_page_clear(RsmPage *page)
{
    g_clear_pointer(&page->first, g_free);
    g_clear_pointer(&page->last, g_free);
    page->count = 0;
}

const XmppModule rsm_module = {
    .name = "rsm",
    .xep = "0059",
    .version = "1.0",
};

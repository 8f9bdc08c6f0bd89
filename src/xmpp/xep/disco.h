/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0030: what entities are and can do; own features come from the module rows. */
#pragma once

#include "xmpp/form.h"
#include "xmpp/iq.h"
#include "xmpp/module.h"
#include "xmpp/xep/rsm.h"

typedef struct DiscoInfo {
    GPtrArray *identities; /* char* "category/type name" */
    char **features;       /* sorted, NULL-terminated */
    /* as needed for XEP-0115 §5.1: the extension forms, canonical (form.h) */
    GPtrArray *forms;
    GPtrArray *details;       /* DataForm*: the extension forms to be read (XEP-0128); NULL when it comes from a cache */
    GPtrArray *identity_keys; /* char* category, type, language, name with FORM_SEPARATOR between, sorted */
    bool ill_formed;          /* XEP-0115 §5.4: no hash may be made of it */
} DiscoInfo;

#define NS_DISCO_INFO "http://jabber.org/protocol/disco#info"
#define NS_DISCO_ITEMS "http://jabber.org/protocol/disco#items"

/* Reads <query/> of disco#info. */
DiscoInfo *disco_info_new(xmpp_stanza_t *query);
/* What confab says of itself: its identity and the features of all rows. */
DiscoInfo *disco_info_new_own(XmppStream *stream);
void disco_info_free(DiscoInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DiscoInfo, disco_info_free)
bool disco_info_has(const DiscoInfo *info, const char *feature);
/* Whether one of the identities is of this category and type. */
bool disco_info_is(const DiscoInfo *info, const char *category, const char *type);
/* The extension form with this FORM_TYPE; NULL: there is none. */
const DataForm *disco_info_form(const DiscoInfo *info, const char *form_type);

typedef void (*DiscoDone)(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error,
                          gpointer data);
void disco_request_info(XmppStream *stream, const Jid *jid, const char *node, DiscoDone done, gpointer data);
/* Items as text: "jid  name" pairs in a GPtrArray of DiscoItem. */
typedef struct DiscoItem { Jid *jid; char *node, *name; } DiscoItem;
typedef void (*DiscoItemsDone)(XmppStream *stream, const Jid *jid, const GPtrArray *items, const GError *error,
                               gpointer data);
void disco_request_items(XmppStream *stream, const Jid *jid, const char *node, DiscoItemsDone done, gpointer data);
/* One page of them (XEP-0059 in XEP-0030 §3.2): at most `max` behind the item `after` (NULL: from the start). Who knows
 * no pages sends everything, and then `page` is empty. */
typedef void (*DiscoPageDone)(XmppStream *stream, const Jid *jid, const GPtrArray *items, const RsmPage *page,
                              const GError *error, gpointer data);
void disco_request_items_page(XmppStream *stream, const Jid *jid, guint max, const char *after, DiscoPageDone done,
                              gpointer data);
extern const XmppModule disco_module;

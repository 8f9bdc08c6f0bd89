/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0030: what entities are and can do; own features come from the module rows. */
#pragma once

#include "xmpp/iq.h"
#include "xmpp/module.h"

typedef struct DiscoInfo {
    GPtrArray *identities; /* char* "category/type name" */
    char **features;       /* sorted, NULL-terminated */
    /* as needed for XEP-0115 §5.1: the extension forms, canonical (form.h) */
    GPtrArray *forms;
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

typedef void (*DiscoDone)(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error,
                          gpointer data);
void disco_request_info(XmppStream *stream, const Jid *jid, const char *node, DiscoDone done, gpointer data);
/* Items as text: "jid  name" pairs in a GPtrArray of DiscoItem. */
typedef struct DiscoItem { Jid *jid; char *node, *name; } DiscoItem;
typedef void (*DiscoItemsDone)(XmppStream *stream, const Jid *jid, const GPtrArray *items, const GError *error,
                               gpointer data);
void disco_request_items(XmppStream *stream, const Jid *jid, const char *node, DiscoItemsDone done, gpointer data);
extern const XmppModule disco_module;

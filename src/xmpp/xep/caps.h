/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0115: entity capabilities. A hash is recomputed before it is believed; a wrong one counts for that JID only
 * (I18). The cache is bounded; the core may keep it in the store: */
#pragma once

#include "xmpp/xep/disco.h"

#define NS_CAPS "http://jabber.org/protocol/caps"
#define CAPS_NODE "https://confab.invalid/"

/* The verification string (§5.1) with one of the hashes of XEP-0115 that can be trusted: "sha-1", "sha-256", "sha-512".
 * NULL for others, and for what is ill-formed (§5.4). */
char *caps_compute_ver(const DiscoInfo *info, const char *hash);
/* Known features of a full JID; NULL when not known (yet). */
const DiscoInfo *caps_lookup(XmppStream *stream, const Jid *jid);
/* Own verification string (SHA-1, §5). */
char *caps_own_ver(XmppStream *stream);
/* The store's cache: called when a verified hash was learnt, and asked before asking the network. */
typedef struct CapsCache {
    DiscoInfo *(*load)(const char *hash, const char *ver, gpointer data); /* NULL: not known */
    void (*save)(const char *hash, const char *ver, const DiscoInfo *info, gpointer data);
    gpointer data;
} CapsCache;
void caps_set_cache(XmppStream *stream, const CapsCache *cache);
/* One text form for the store. */
char *disco_info_serialise(const DiscoInfo *info);
DiscoInfo *disco_info_parse(const char *text);
extern const XmppModule caps_module;

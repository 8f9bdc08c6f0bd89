/* SPDX-License-Identifier: GPL-3.0-or-later */
/* XEP-0115: entity capabilities. A hash is recomputed before it is believed; a wrong one counts for that JID only (I18). The
 * cache is bounded; the core may keep it in the store: */
#pragma once

#include "xmpp/xep/disco.h"

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

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of long results (XEP-0059): the element that asks and the one that answers. */
#pragma once

#include "xmpp/module.h"

#define NS_RSM "http://jabber.org/protocol/rsm"

typedef struct RsmPage {
    char *first, *last; /* NULL when missing */
    guint count;        /* 0 when missing */
} RsmPage;

/* Adds <set/>; `before` "" asks for the last page; NULLs are left out. */
void rsm_add_request(xmpp_stanza_t *parent, guint max, const char *before, const char *after);
/* What <set/> inside `parent` says; all empty when there is none. */
void rsm_read(xmpp_stanza_t *parent, RsmPage *page);
void rsm_page_clear(RsmPage *page);

extern const XmppModule rsm_module;

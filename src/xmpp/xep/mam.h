/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Message archives (XEP-0313, version 2 of the namespace), read page by page (XEP-0059). */
#pragma once

#include "xmpp/module.h"
#include "xmpp/xep/rsm.h"

#define NS_MAM "urn:xmpp:mam:2"

extern const XmppModule mam_module;

enum {
    MAM_PAGE_MAX = 100,
    MAM_PAGE_BYTES_MAX = 8 * 1024 * 1024, /* a page that is larger, or has more results than asked for, fails (I9) */
};

typedef struct MamQuery {
    const Jid *archive; /* NULL: the account's own; else a room */
    const Jid *with;    /* NULL: all */
    gint64 start, end;  /* µs UTC; 0: open */
    const char *after;  /* id: forward from there; "" or NULL with before NULL: from the beginning */
    const char *before; /* id: backward from there; "": the last page. Not both (XEP-0313 §4.3.2) */
    guint max;          /* of the page; 0: MAM_PAGE_MAX */
} MamQuery;

/* One page, oldest first. Messages are whole XmppMessage values with archive and archive_id set: only results of this
 * query, with its id, from the archive asked (I10). */
typedef struct MamPage {
    GPtrArray *messages;   /* XmppMessage* */
    char *first, *last;    /* ids of the page's edges (also of results that could not be read); NULL: empty */
    bool complete;         /* nothing is behind this page in the direction asked */
    bool unstable;         /* the archive may say something else later: not to be relied on (§4.3.2) */
    guint count;           /* in all, as the archive guesses; 0: not said */
    const char *after, *before; /* ids it was asked for by (MamQuery); NULL or "": none */
} MamPage;

/* `page` (borrowed) is NULL on failure; detail for stanza errors: "item-not-found": the id is not in the archive any
 * more. Exactly once. */
typedef void (*MamDone)(XmppStream *stream, const MamPage *page, const XmppStanzaError *detail, const GError *error,
                        gpointer data);
/* Returns a number for mam_cancel(), never 0. Each result gives the archive more time; none within IQ_TIMEOUT_MS ends
 * the query, as does an archive that sends more than was asked for, or the page it was to go on from (I9). */
guint mam_query(XmppStream *stream, const MamQuery *query, MamDone done, gpointer data);
void mam_cancel(XmppStream *stream, guint query);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of OTR in pieces (OTR version 3, "Fragmentation"), put together here and not in libotr, so that they are
 * bounded in number, size and time (I22). Pure data: no clock of its own, no libotr. */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum {
    OTR_FRAGMENTS_MAX = 2000,               /* pieces of one message */
    OTR_FRAGMENTS_BYTES_MAX = 2 * 1024 * 1024,
    OTR_FRAGMENTS_SECONDS = 300,            /* between the first piece and the last */
    OTR_INSTANCE_MIN = 0x100,               /* smaller instance tags are not valid */
};

typedef struct OtrFragments OtrFragments; /* of one sender: one message under way */

typedef enum {
    OTR_FRAGMENT_NONE,     /* no piece of a message */
    OTR_FRAGMENT_MORE,     /* taken, or thrown away: wait */
    OTR_FRAGMENT_COMPLETE, /* *message */
    OTR_FRAGMENT_OTHER,    /* for another instance of ours */
    OTR_FRAGMENT_BAD,      /* malformed or beyond the limits: what was there is forgotten */
} OtrFragmentOutcome;

OtrFragments *otr_fragments_new(void);
void otr_fragments_free(OtrFragments *fragments);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OtrFragments, otr_fragments_free)
/* `own_instance`: our instance tag; pieces for 0 are for everybody. `now`: microseconds of any clock that only goes
 * forward. `*message`: the caller frees. Pieces come in order or the message is lost; a piece 1 begins anew. */
OtrFragmentOutcome otr_fragments_add(OtrFragments *fragments, const char *body, guint32 own_instance, gint64 now,
                                     char **message);
gsize otr_fragments_bytes(const OtrFragments *fragments); /* held now */

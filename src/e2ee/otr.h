/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Off-the-Record messaging, versions 3 and 2, by libotr (XEP-0364): a session for each of the peer's devices. What only
 * OTR has; the rest is the provider's (e2ee/e2ee.h). */
#pragma once

#include "e2ee/e2ee.h"

enum {
    OTR_EXTRA_KEY_BYTES = 32,
    OTR_FINGERPRINT_DIGITS = 40,
};

extern const E2eeProvider otr_provider;

/* The own key is made in a worker: E2EE_EVENT_OWN_KEY tells. Does nothing when there is one, or one is being made. */
void otr_make_key(E2ee *e2ee);
bool otr_has_key(E2ee *e2ee);
char *otr_own_fingerprint(E2ee *e2ee); /* hexadecimal digits, the caller frees; NULL: none yet */
/* Of the session with this peer that is ON: 2 or 3; else 0. */
guint otr_version(E2ee *e2ee, const Jid *peer);

/* The Socialist Millionaires' Protocol: both say the same secret, and each learns that the other knew it. With a
 * `question` the secret is its answer. Needs a session. `secret` is UTF-8. */
bool otr_verify(E2ee *e2ee, const Jid *peer, const char *question, const char *secret, GError **error);
bool otr_answer(E2ee *e2ee, const Jid *peer, const char *secret, GError **error);
bool otr_abort(E2ee *e2ee, const Jid *peer, GError **error);

/* Tells the peer that the session's extra symmetric key is now used for `use` (§ "Extra symmetric key" of OTR version
 * 3), with up to 1024 bytes about it, and gives the key: to be wiped. */
bool otr_use_extra_key(E2ee *e2ee, const Jid *peer, guint use, const guint8 *data, gsize length,
                       guint8 key[OTR_EXTRA_KEY_BYTES], GError **error);

/* Takes keys and trust over from another program's files (otr_book.h). */
typedef struct OtrImported {
    guint fingerprints; /* that were new, or better trusted there */
    bool key;           /* the private key was taken */
    bool kept_key;      /* there is another one here: it stays */
} OtrImported;
const char *const *otr_import_programs(void); /* NULL-terminated */
bool otr_import(E2ee *e2ee, const char *program, const char *path, OtrImported *imported, GError **error);

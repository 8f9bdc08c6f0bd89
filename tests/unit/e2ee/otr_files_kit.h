/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of OTR's files share: a directory of their own, and files in it. */
#pragma once

#include "e2ee/otr_book.h"

/* Fails the test when it cannot be done. */
char *otr_kit_directory(void);
void otr_kit_remove(const char *directory);
/* The file `name` (may be "a/b") in the directory: written, read (NULL: there is none), of which mode (0: none). */
void otr_kit_write(const char *directory, const char *name, const char *text);
char *otr_kit_read(const char *directory, const char *name);
guint otr_kit_mode(const char *directory, const char *name);
/* The contents of tests/unit/e2ee/otr-files/…: what other programs have written. */
char *otr_kit_sample(const char *name);
char *otr_kit_sample_path(const char *name);

OtrBook *otr_kit_open(const char *directory, const char *jid);
/* Makes a private key and waits for it. */
void otr_kit_make_key(OtrBook *book);
/* "peer fingerprint trust\n" of each, the caller frees. */
char *otr_kit_list(const OtrBook *book, const char *peer);
void otr_kit_set(OtrBook *book, const char *peer, guint number, const char *trust);
/* Twenty bytes that differ by their number. */
void otr_kit_fingerprint(guint number, guchar fingerprint[OTR_FINGERPRINT_BYTES]);

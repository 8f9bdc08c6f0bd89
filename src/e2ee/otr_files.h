/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files in libotr's formats, ours and those of other programs. libotr's own readers pass over what they do not
 * understand, and its writers then lose it; here a file is understood whole or refused (ERROR_CONFIG, with its path:
 * I24). A missing file is an empty one: `found` (may be NULL) tells. */
#pragma once

#include <stdio.h>

#include <libotr/privkey.h>
#include <libotr/userstate.h>

#include <glib.h>
#include <stdbool.h>

enum { OTR_FINGERPRINT_BYTES = 20 };

/* Private keys into `state`, in place of those it has; each is checked to be whole. */
bool otr_files_read_keys(const char *path, OtrlUserState state, bool *found, GError **error);
/* Adds instance tags to `state`. */
bool otr_files_read_tags(const char *path, OtrlUserState state, bool *found, GError **error);

typedef struct OtrFingerprintLine {
    const char *username, *account, *protocol; /* UTF-8, not empty */
    guchar fingerprint[OTR_FINGERPRINT_BYTES];
    const char *trust; /* libotr's word, "": none */
} OtrFingerprintLine;
/* False: this line is not understood, and so the file is refused. */
typedef bool (*OtrFingerprintFunc)(const OtrFingerprintLine *line, gpointer data);
bool otr_files_read_fingerprints(const char *path, OtrFingerprintFunc func, gpointer data, bool *found, GError **error);
/* The line, with its end, is added to `text`. False: a field has a tab or the end of a line in it. */
bool otr_files_add_fingerprint(GString *text, const OtrFingerprintLine *line);

/* Replaces the file by what `writes` writes: 0600, at once or not at all (I23). */
typedef gcry_error_t (*OtrFileWriter)(FILE *file, gpointer data);
bool otr_files_write(const char *path, OtrFileWriter writes, gpointer data, GError **error);

/* All private keys of `state`, with one more, of this name, as libotr reads them; into `state`, then into the file. On
 * error `state` has what it had. */
bool otr_files_add_key(const char *path, OtrlUserState state, const OtrlPrivKey *key, const char *account,
                       const char *protocol, GError **error);

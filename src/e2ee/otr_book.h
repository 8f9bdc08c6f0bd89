/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an account keeps of OTR: DIRECTORY/keys, fingerprints and instance-tags in libotr's own formats, 0600, replaced
 * atomically (I23). A file that is there and cannot be understood is refused with its path, never overwritten (I24). */
#pragma once

#include <libotr/proto.h>
#include <libotr/userstate.h>

#include "e2ee/otr.h"
#include "e2ee/otr_files.h"

#define OTR_PROTOCOL "xmpp" /* how our files name it; what other programs call theirs does not matter */
enum { OTR_FINGERPRINTS_MAX = 10000 }; /* what was verified is never removed to make room (I9) */

typedef struct OtrBook OtrBook;

/* Missing files are empty ones; the directory is made (0700). */
OtrBook *otr_book_new(const char *directory, const Jid *own, GError **error);
void otr_book_free(OtrBook *book);
/* For libotr: it has the account's private key and instance tag, under the name otr_book_account() and OTR_PROTOCOL.
 * The contexts in it are whose they are: the book does not look at them. */
OtrlUserState otr_book_userstate(const OtrBook *book);
const char *otr_book_account(const OtrBook *book); /* the bare JID */

/* For every function of libotr's that may make a context: libotr 4.1.1 forgets to free a part of it. */
void otr_context_made(void *unused, ConnContext *context);

/* --- the own key --- */
bool otr_book_has_key(const OtrBook *book);
/* Hexadecimal digits, the caller frees; NULL: there is none. */
char *otr_book_own_fingerprint(const OtrBook *book);
/* Makes one in a worker and writes it: takes a second or more. `done` comes from the loop, exactly once, unless the
 * book was freed: then never. False: one is being made. */
typedef void (*OtrBookDone)(const GError *error, gpointer data);
bool otr_book_make_key(OtrBook *book, OtrBookDone done, gpointer data);
bool otr_book_is_making_key(const OtrBook *book);
/* Takes this one, from elsewhere, and writes it. */
bool otr_book_take_key(OtrBook *book, const OtrlPrivKey *key, GError **error);
/* Makes and writes the account's instance tag when it has none. */
bool otr_book_ensure_tag(OtrBook *book, GError **error);

/* --- keys of others; peers are taken by their bare JID --- */
/* libotr's word: "" known but not trusted, "verified", "smp" and whatever other programs write; NULL: not known. */
const char *otr_book_trust(const OtrBook *book, const Jid *peer, const guchar fingerprint[OTR_FINGERPRINT_BYTES]);
/* Adds it when it is new; writes the file. Of very many of one peer the oldest untrusted ones go (I9). False: the file
 * could not be written, and the key is known, but not better trusted than before. */
bool otr_book_set_trust(OtrBook *book, const Jid *peer, const guchar fingerprint[OTR_FINGERPRINT_BYTES],
                        const char *trust, GError **error);
/* The same without writing the file, for many at once; otr_book_save() writes it. */
void otr_book_put(OtrBook *book, const Jid *peer, const guchar fingerprint[OTR_FINGERPRINT_BYTES], const char *trust);
bool otr_book_save(OtrBook *book, GError **error);
typedef struct OtrBookEntry {
    const Jid *peer; /* bare */
    const guchar *fingerprint;
    const char *trust;
} OtrBookEntry;
typedef void (*OtrBookFunc)(const OtrBookEntry *entry, gpointer data);
/* By JID, in the order in which they were seen; peer NULL: all. `func` must not change the book. */
void otr_book_foreach(const OtrBook *book, const Jid *peer, OtrBookFunc func, gpointer data);

/* 40 hexadecimal digits, upper case, the caller frees; and back, spaces between are ignored: false when it is none. */
char *otr_fingerprint_text(const guchar fingerprint[OTR_FINGERPRINT_BYTES]);
bool otr_fingerprint_parse(const char *text, guchar fingerprint[OTR_FINGERPRINT_BYTES]);

/* --- files of other programs --- */
/* "profanity", "mcabber", "pidgin", "irssi"; NULL-terminated. */
const char *const *otr_book_programs(void);
/* `path`: the program's directory, or the one in it that has the files; NULL: where it keeps them by default (below
 * HOME). Takes the private key of this account when there is none here, fingerprints of its peers with their trust;
 * never less trust than here. What the program has of other accounts is left, and its instance tag. ERROR_NOT_FOUND:
 * there is nothing of this account, says where it looked; ERROR_CONFIG: a file is damaged, nothing was taken. */
bool otr_book_import(OtrBook *book, const char *program, const char *path, OtrImported *imported, GError **error);

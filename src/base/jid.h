/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A JID, prepared per RFC 7622 (PRECIS: UsernameCaseMapped, OpaqueString, IDNA2008 domain), immutable and counted.
 * Two JIDs are equal exactly when their prepared texts are; compare with these functions, never with strings of the
 * network. Parts are at most 1023 bytes each. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Jid Jid;

/* Parses and prepares "local@domain/resource"; NULL and ERROR_BAD_INPUT, naming the bad part, when it is not a
 * JID. */
Jid *jid_new(const char *text, GError **error);
/* The same from parts; `local` and `resource` may be NULL. */
Jid *jid_new_from_parts(const char *local, const char *domain, const char *resource, GError **error);
/* This JID with another resource (prepared; NULL for the bare JID). */
Jid *jid_with_resource(const Jid *jid, const char *resource, GError **error);
Jid *jid_ref(const Jid *jid);
void jid_unref(Jid *jid);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Jid, jid_unref)

/* A new reference to the bare JID (the same object when it is bare already). */
Jid *jid_to_bare(const Jid *jid);

/* Borrowed, live as long as the JID. */
const char *jid_text(const Jid *jid);     /* "local@domain/resource" */
const char *jid_bare(const Jid *jid);     /* "local@domain" */
const char *jid_local(const Jid *jid);    /* NULL when there is none */
const char *jid_domain(const Jid *jid);
const char *jid_resource(const Jid *jid); /* NULL when bare */
bool jid_is_bare(const Jid *jid);
/* The domain with A-labels ("xn--…"), as DNS, TLS and HTTP want it; IP literals as they are. Caller frees. */
char *jid_domain_to_ascii(const Jid *jid);

/* Equality of the whole and of the bare part; NULL equals NULL only. */
bool jid_equal(const Jid *a, const Jid *b);
bool jid_equal_bare(const Jid *a, const Jid *b);
/* For GHashTable keys that are Jid pointers (whole JID, and bare part only). */
guint jid_hash(gconstpointer jid);
gboolean jid_hash_equal(gconstpointer a, gconstpointer b);
guint jid_bare_hash(gconstpointer jid);
gboolean jid_bare_hash_equal(gconstpointer a, gconstpointer b);
int jid_compare(const Jid *a, const Jid *b);

/* The preparations on their own (RFC 8265): NULL and ERROR_BAD_INPUT when the text is refused. SASL uses both. */
char *jid_prepare_username(const char *text, GError **error); /* UsernameCasePreserved for SASL names */
char *jid_prepare_opaque(const char *text, GError **error);   /* OpaqueString: passwords, resources */

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text for people: grapheme clusters, terminal columns, and cleaning of what came from elsewhere (invariants
 * I12, I20). */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    TEXT_CLUSTER_MAX = 64, /* bytes kept of one grapheme cluster; further marks are dropped (I9) */
};

typedef enum {
    TEXT_LINE = 0,            /* one line: line feeds and tabs become visible too */
    TEXT_LINES = 1 << 0,      /* keep line feeds; CR LF and CR become LF */
    TEXT_TABS = 1 << 1,       /* keep tabs (the canvas expands them) */
    TEXT_STRICT = 1 << 2,     /* names, nicks, JIDs: also show invisible and default-ignorable characters */
} TextCleanFlags;

/* A copy that is valid UTF-8 and harmless: invalid bytes become U+FFFD; C0 and DEL become "^X"; C1,
 * bidirectional controls (U+202A–202E, U+2066–2069, U+200E/F, U+061C), line and paragraph separators, tag
 * characters outside emoji and unassigned specials become "<U+XXXX>". ZWJ and variation selectors inside emoji
 * sequences survive. `length` -1: NUL-terminated. */
char *text_clean(const char *text, gssize length, TextCleanFlags flags);
/* True when text_clean() with these flags would return the same bytes. */
bool text_is_clean(const char *text, gssize length, TextCleanFlags flags);

/* The next grapheme cluster (UAX 29) of valid UTF-8: its bytes (0 at the end), and its width in terminal columns
 * (0, 1 or 2; emoji sequences and flags are 2; a lone combining mark takes 1). Bytes may exceed TEXT_CLUSTER_MAX:
 * who stores clusters truncates at a character boundary. ASCII is answered without a table. */
size_t text_next_cluster(const char *text, size_t length, int *columns);
/* Start of the cluster before `offset`. */
size_t text_previous_cluster(const char *text, size_t offset);
int text_columns(const char *text, gssize length);
/* Bytes of the longest prefix of whole clusters within `columns`; `used` (may be NULL) gets its columns. */
size_t text_fit(const char *text, size_t length, int columns, int *used);
/* Cuts to `columns` with "…" when it is longer. */
char *text_ellipsize(const char *text, int columns);
/* True when a strong right-to-left character is in it (UAX 9): such fields are isolated when drawn. */
bool text_has_rtl(const char *text, size_t length);
/* Where a line of at most `columns` ends: bytes to draw, and in `next` where the following line starts (spaces
 * at the break are skipped). Breaks per UAX 14 opportunities, inside a word only when it does not fit alone.
 * Linear in what is consumed. */
size_t text_wrap(const char *text, size_t length, int columns, size_t *next);
/* Case-folded (NFKC_CF) form for matching names; caller frees. */
char *text_fold(const char *text);
/* Hex digits of a fingerprint for people: "AB:CD:…". */
char *text_fingerprint(const char *hex);

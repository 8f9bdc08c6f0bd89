/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/otr_fragments.h"

#include <string.h>

struct OtrFragments {
    GString *text;     /* what has come */
    guint have, total; /* pieces; total 0: no message is under way */
    guint32 sender;
    gint64 begun;
};

/* One piece, taken apart. */
typedef struct Piece {
    guint32 sender, receiver; /* 0: not said */
    guint number, total;
    const char *text;
    gsize length;
} Piece;

OtrFragments *
otr_fragments_new(void)
{
    OtrFragments *fragments = g_new0(OtrFragments, 1);
    fragments->text = g_string_new(NULL);
    return fragments;
}

void
otr_fragments_free(OtrFragments *fragments)
{
    if (fragments == NULL)
        return;
    g_string_free(fragments->text, TRUE);
    g_free(fragments);
}

gsize
otr_fragments_bytes(const OtrFragments *fragments)
{
    return fragments->text->len;
}

/* What was long does not stay allocated. */
static void
forget(OtrFragments *fragments)
{
    g_string_free(fragments->text, TRUE);
    fragments->text = g_string_new(NULL);
    fragments->have = fragments->total = 0;
}

/* Digits up to `end`, which is passed; 0 digits or too large a number: false. */
static bool
read_number(const char **text, guint base, guint64 limit, char end, guint64 *number)
{
    const char *start = *text;
    *number = 0;
    for (; g_ascii_isxdigit(**text); (*text)++) {
        const guint digit = (guint) g_ascii_xdigit_value(**text);
        if (digit >= base)
            return false;
        *number = *number * base + digit;
        if (*number > limit)
            return false;
    }
    return *text > start && *(*text)++ == end;
}

static bool
read_instances(const char **text, Piece *piece)
{
    guint64 sender, receiver;
    if (!read_number(text, 16, G_MAXUINT32, '|', &sender) || !read_number(text, 16, G_MAXUINT32, ',', &receiver))
        return false;
    piece->sender = (guint32) sender;
    piece->receiver = (guint32) receiver;
    return sender >= OTR_INSTANCE_MIN && (receiver == 0 || receiver >= OTR_INSTANCE_MIN);
}

/* "?OTR|sender|receiver,k,n,piece," and, without instance tags, "?OTR,k,n,piece,". */
static bool
read_piece(const char *body, Piece *piece)
{
    const char *text = body + strlen("?OTR|");
    guint64 number, total;
    *piece = (Piece) { 0 };
    if (body[strlen("?OTR")] == '|' && !read_instances(&text, piece))
        return false;
    if (!read_number(&text, 10, G_MAXUINT16, ',', &number) || !read_number(&text, 10, G_MAXUINT16, ',', &total))
        return false;
    piece->number = (guint) number;
    piece->total = (guint) total;
    piece->text = text;
    piece->length = strcspn(text, ",");
    return number > 0 && number <= total && piece->length > 0 && g_str_equal(text + piece->length, ",");
}

static bool
is_next(const OtrFragments *fragments, const Piece *piece)
{
    return piece->number == fragments->have + 1 && piece->total == fragments->total
           && piece->sender == fragments->sender;
}

static bool
is_within_limits(const OtrFragments *fragments, const Piece *piece, gint64 now)
{
    return piece->total <= OTR_FRAGMENTS_MAX && fragments->text->len + piece->length <= OTR_FRAGMENTS_BYTES_MAX
           && now - fragments->begun <= OTR_FRAGMENTS_SECONDS * G_TIME_SPAN_SECOND;
}

OtrFragmentOutcome
otr_fragments_add(OtrFragments *fragments, const char *body, guint32 own_instance, gint64 now, char **message)
{
    Piece piece;
    *message = NULL;
    if (!g_str_has_prefix(body, "?OTR|") && !g_str_has_prefix(body, "?OTR,"))
        return OTR_FRAGMENT_NONE;
    if (!read_piece(body, &piece)) {
        forget(fragments);
        return OTR_FRAGMENT_BAD;
    }
    if (piece.receiver != 0 && piece.receiver != own_instance)
        return OTR_FRAGMENT_OTHER;
    if (piece.number == 1) {
        forget(fragments);
        fragments->total = piece.total;
        fragments->sender = piece.sender;
        fragments->begun = now;
    } else if (!is_next(fragments, &piece)) {
        /* The rest of what was refused or forgotten, too: that is told once, not for each piece. */
        forget(fragments);
        return OTR_FRAGMENT_MORE;
    }
    if (!is_within_limits(fragments, &piece, now)) {
        forget(fragments);
        return OTR_FRAGMENT_BAD;
    }
    g_string_append_len(fragments->text, piece.text, (gssize) piece.length);
    fragments->have = piece.number;
    if (fragments->have < fragments->total)
        return OTR_FRAGMENT_MORE;
    *message = g_strndup(fragments->text->str, fragments->text->len);
    forget(fragments);
    return OTR_FRAGMENT_COMPLETE;
}

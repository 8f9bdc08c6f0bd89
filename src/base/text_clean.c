/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <string.h>

#include <unictype.h>
#include <unistr.h>

#include "base/precis.h"

enum {
    ZWJ = 0x200D,
    ZWNJ = 0x200C,
    BLACK_FLAG = 0x1F3F4,
    CANCEL_TAG = 0xE007F,
    KEYCAP = 0x20E3,
    TAGS_MAX = 8, /* of one flag ("gbsct" and the like) */
};

typedef struct {
    const uint8_t *text;
    size_t length;
    TextCleanFlags flags;
    ucs4_t previous; /* the character before the offset; 0 at the start */
    size_t tags_end; /* tag characters before this offset belong to a flag */
} Cleaner;

typedef char Replacement[16]; /* "" keeps the bytes as they are */

/* The character at `offset`; 0 past the end. */
static ucs4_t
peek(const Cleaner *cleaner, size_t offset)
{
    ucs4_t c = 0;
    if (offset < cleaner->length)
        u8_mbtouc(&c, cleaner->text + offset, cleaner->length - offset);
    return c;
}

static bool
is_bidi_control(ucs4_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

/* Where the tags end that make a flag of the black flag before `offset` (UTS 51 ED-14a); `offset` when they do
 * not. */
static size_t
end_of_tags(const Cleaner *cleaner, size_t offset)
{
    size_t end = offset;
    for (int i = 0; i <= TAGS_MAX; i++) {
        ucs4_t c = peek(cleaner, end);
        if (c < 0xE0020 || c > CANCEL_TAG)
            return offset;
        end += 4;
        if (c == CANCEL_TAG)
            return i > 0 ? end : offset;
    }
    return offset;
}

/* Whether the ZWJ or variation selector at `offset` is part of an emoji. */
static bool
is_in_emoji(const Cleaner *cleaner, ucs4_t c, size_t next)
{
    const ucs4_t before = cleaner->previous;
    if (before == 0)
        return false;
    const bool pictograph = uc_is_property_extended_pictographic(before);
    if (c == 0xFE0E || c == 0xFE0F)
        return pictograph || (before < 0x80 && uc_is_property_emoji(before) && peek(cleaner, next) == KEYCAP);
    if (c != ZWJ)
        return false;
    return (pictograph || before == 0xFE0F || uc_is_property_emoji_modifier(before)) &&
           uc_is_property_extended_pictographic(peek(cleaner, next));
}

/* The character at `offset`, which is not to reach past `end`; 0 when it is not valid or is nothing to see. */
static size_t
decode_letter(const Cleaner *cleaner, size_t offset, size_t end, ucs4_t *c)
{
    const int size = u8_mbtoucr(c, cleaner->text + offset, end - offset);
    return size > 0 && !uc_is_property_default_ignorable_code_point(*c) ? (size_t) size : 0;
}

/* Whether a join control shapes the letters around it, as Persian and the Indic scripts need it (RFC 5892 A.1,
 * A.2). The window is wide enough for the marks that real words have, and ends where something invisible is:
 * that will be shown. */
static bool
is_shaping(const Cleaner *cleaner, size_t offset, size_t next)
{
    enum { REACH = 8 };
    uint32_t points[2 * REACH + 1];
    size_t first = REACH, end = REACH + 1;
    points[REACH] = peek(cleaner, offset);
    for (size_t at = offset; at > 0 && first > 0;) {
        const size_t behind = at;
        do {
            at--;
        } while (at > 0 && (cleaner->text[at] & 0xC0) == 0x80);
        ucs4_t c;
        if (decode_letter(cleaner, at, behind, &c) != behind - at)
            break;
        points[--first] = c;
    }
    while (next < cleaner->length && end < G_N_ELEMENTS(points)) {
        ucs4_t c;
        const size_t size = decode_letter(cleaner, next, cleaner->length, &c);
        if (size == 0)
            break;
        points[end++] = c;
        next += size;
    }
    return precis_joiner_is_visible(points + first, end - first, REACH - first);
}

/* Characters that take no ink, where a name could hide something in them. */
static bool
is_invisible(const Cleaner *cleaner, ucs4_t c, size_t offset, size_t next)
{
    if (c == ZWJ || c == ZWNJ || c == 0xFE0E || c == 0xFE0F)
        return !is_in_emoji(cleaner, c, next) && !((c == ZWJ || c == ZWNJ) && is_shaping(cleaner, offset, next));
    if (c == 0x3000) /* a blank that East Asian names have, two columns wide */
        return false;
    return uc_is_property_default_ignorable_code_point(c) || c == 0x2800 /* Braille blank */ ||
           uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Zs);
}

static bool
is_harmful(const Cleaner *cleaner, ucs4_t c, size_t offset, size_t next)
{
    if (c <= 0x9F || is_bidi_control(c) || c == 0x2028 || c == 0x2029)
        return true;
    if (c >= 0xE0000 && c <= 0xE007F)
        return offset >= cleaner->tags_end;
    if ((c >= 0xFFF0 && c <= 0xFFFB) || uc_is_property_not_a_character(c))
        return true;
    return (cleaner->flags & TEXT_STRICT) != 0 && is_invisible(cleaner, c, offset, next);
}

/* What becomes of one ASCII control; returns the bytes consumed. */
static size_t
step_control(const Cleaner *cleaner, size_t offset, Replacement replacement)
{
    const uint8_t c = cleaner->text[offset];
    const bool lines = (cleaner->flags & TEXT_LINES) != 0;
    if ((c == '\n' && lines) || (c == '\t' && (cleaner->flags & TEXT_TABS) != 0))
        return 1;
    if (c == '\r' && lines) {
        g_strlcpy(replacement, "\n", sizeof(Replacement));
        return offset + 1 < cleaner->length && cleaner->text[offset + 1] == '\n' ? 2 : 1;
    }
    replacement[0] = '^';
    replacement[1] = (char) (c ^ 0x40); /* DEL becomes ^? */
    replacement[2] = '\0';
    return 1;
}

/* What becomes of the next character; returns the bytes consumed. */
static size_t
step(Cleaner *cleaner, size_t offset, Replacement replacement)
{
    replacement[0] = '\0';
    const uint8_t byte = cleaner->text[offset];
    if (byte < 0x20 || byte == 0x7F) {
        cleaner->previous = byte;
        return step_control(cleaner, offset, replacement);
    }
    if (byte < 0x80) {
        cleaner->previous = byte;
        return 1;
    }
    ucs4_t c;
    const size_t left = cleaner->length - offset;
    const int valid = u8_mbtoucr(&c, cleaner->text + offset, left);
    if (valid < 0) {
        cleaner->previous = 0;
        g_strlcpy(replacement, "\xEF\xBF\xBD", sizeof(Replacement));
        return (size_t) u8_mbtouc(&c, cleaner->text + offset, left);
    }
    const size_t next = offset + (size_t) valid;
    if (c == BLACK_FLAG)
        cleaner->tags_end = end_of_tags(cleaner, next);
    const bool harmful = is_harmful(cleaner, c, offset, next);
    if (harmful)
        g_snprintf(replacement, sizeof(Replacement), "<U+%04X>", c);
    cleaner->previous = harmful ? 0 : c; /* what is shown instead carries no emoji on */
    return (size_t) valid;
}

/* Length of the run of printable ASCII at `offset`, which is most of all text. */
static size_t
plain_run(const Cleaner *cleaner, size_t offset)
{
    size_t end = offset;
    while (end < cleaner->length && cleaner->text[end] >= 0x20 && cleaner->text[end] < 0x7F)
        end++;
    return end - offset;
}

/* Moves over what is clean; returns where the first character is that is not, or the length. */
static size_t
skip_clean(Cleaner *cleaner, size_t offset)
{
    Replacement replacement;
    while (offset < cleaner->length) {
        const size_t plain = plain_run(cleaner, offset);
        if (plain > 0) {
            offset += plain;
            cleaner->previous = cleaner->text[offset - 1];
            continue;
        }
        const ucs4_t previous = cleaner->previous;
        const size_t consumed = step(cleaner, offset, replacement);
        if (replacement[0] != '\0') {
            cleaner->previous = previous;
            return offset;
        }
        offset += consumed;
    }
    return offset;
}

static Cleaner
cleaner_new(const char *text, gssize length, TextCleanFlags flags)
{
    return (Cleaner){
        .text = (const uint8_t *) text,
        .length = length < 0 ? strlen(text) : (size_t) length,
        .flags = flags,
    };
}

char *
text_clean(const char *text, gssize length, TextCleanFlags flags)
{
    Cleaner cleaner = cleaner_new(text, length, flags);
    GString *out = g_string_sized_new(cleaner.length + 1);
    for (size_t offset = 0; offset < cleaner.length;) {
        const size_t clean = skip_clean(&cleaner, offset);
        g_string_append_len(out, text + offset, (gssize) (clean - offset));
        offset = clean;
        if (offset == cleaner.length)
            break;
        Replacement replacement;
        offset += step(&cleaner, offset, replacement);
        g_string_append(out, replacement);
    }
    return g_string_free(out, FALSE);
}

bool
text_is_clean(const char *text, gssize length, TextCleanFlags flags)
{
    Cleaner cleaner = cleaner_new(text, length, flags);
    return skip_clean(&cleaner, 0) == cleaner.length;
}

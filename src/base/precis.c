/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/precis.h"

#include <string.h>

#include <glib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

enum {
    VIRAMA = 9, /* canonical combining class */
    ZWNJ = 0x200C,
    ZWJ = 0x200D,
    PASSES_MAX = 4, /* RFC 8264 §7: applied again until it is stable, or refused */
};

typedef enum {
    CLASS_VALID,
    CLASS_CONTEXT,  /* CONTEXTJ, CONTEXTO */
    CLASS_FREEFORM, /* ID_DIS or FREE_PVAL */
    CLASS_DISALLOWED,
} PrecisClass;

/* A growing array of code points; every rule works on these. */
typedef GArray Points;

#define point(points, index) g_array_index(points, uint32_t, index)

/* RFC 8264 §9.6, which is RFC 5892 §2.6. */
static bool
class_of_exception(uint32_t c, PrecisClass *class)
{
    switch (c) {
    case 0x00DF: case 0x03C2: case 0x06FD: case 0x06FE: case 0x0F0B: case 0x3007:
        *class = CLASS_VALID;
        return true;
    case 0x00B7: case 0x0375: case 0x05F3: case 0x05F4: case 0x30FB:
        *class = CLASS_CONTEXT;
        return true;
    case 0x0640: case 0x07FA: case 0x302E: case 0x302F: case 0x3031: case 0x3032: case 0x3033: case 0x3034:
    case 0x3035: case 0x303B:
        *class = CLASS_DISALLOWED;
        return true;
    default:
        break;
    }
    if ((c >= 0x0660 && c <= 0x0669) || (c >= 0x06F0 && c <= 0x06F9)) {
        *class = CLASS_CONTEXT;
        return true;
    }
    return false;
}

/* RFC 8264 §9.9: conjoining Hangul jamo. */
static bool
is_old_hangul_jamo(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x11FF) || (c >= 0xA960 && c <= 0xA97C) || (c >= 0xD7B0 && c <= 0xD7FB);
}

static bool
has_compatibility_equivalent(uint32_t c)
{
    uint32_t buffer[32];
    size_t length = G_N_ELEMENTS(buffer);
    uint32_t *normal = u32_normalize(UNINORM_NFKC, &c, 1, buffer, &length);
    if (normal == NULL)
        return true;
    const bool same = length == 1 && normal[0] == c;
    if (normal != buffer)
        free(normal);
    return !same;
}

/* The derived property value, RFC 8264 §8. */
static PrecisClass
class_of(uint32_t c)
{
    PrecisClass exception;
    if (class_of_exception(c, &exception))
        return exception;
    if (uc_is_general_category(c, UC_UNASSIGNED) && !uc_is_property_not_a_character(c)) {
        /* Code points reserved for pictographs will never be anything else (UTS 51): a newer emoji in somebody's
         * nickname must not make them invisible here. */
        return uc_is_property_extended_pictographic(c) ? CLASS_FREEFORM : CLASS_DISALLOWED;
    }
    if (c >= 0x21 && c <= 0x7E)
        return CLASS_VALID;
    if (c == ZWNJ || c == ZWJ)
        return CLASS_CONTEXT;
    if (is_old_hangul_jamo(c) || uc_is_property_default_ignorable_code_point(c) || uc_is_property_not_a_character(c) ||
        uc_is_general_category(c, UC_CONTROL))
        return CLASS_DISALLOWED;
    if (has_compatibility_equivalent(c))
        return CLASS_FREEFORM;
    if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Ll | UC_CATEGORY_MASK_Lu | UC_CATEGORY_MASK_Lo |
                                                UC_CATEGORY_MASK_Nd | UC_CATEGORY_MASK_Lm | UC_CATEGORY_MASK_Mn |
                                                UC_CATEGORY_MASK_Mc))
        return CLASS_VALID;
    if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Lt | UC_CATEGORY_MASK_Nl | UC_CATEGORY_MASK_No |
                                                UC_CATEGORY_MASK_Me | UC_CATEGORY_MASK_Zs | UC_CATEGORY_MASK_S |
                                                UC_CATEGORY_MASK_P))
        return CLASS_FREEFORM;
    return CLASS_DISALLOWED;
}

/* RFC 5892 A.1: (L|D) T* ZWNJ T* (R|D). */
static bool
joins_across(const uint32_t *points, size_t length, size_t index)
{
    size_t before = index;
    while (before > 0 && uc_joining_type(points[before - 1]) == UC_JOINING_TYPE_T)
        before--;
    size_t after = index + 1;
    while (after < length && uc_joining_type(points[after]) == UC_JOINING_TYPE_T)
        after++;
    if (before == 0 || after == length)
        return false;
    const int left = uc_joining_type(points[before - 1]);
    const int right = uc_joining_type(points[after]);
    return (left == UC_JOINING_TYPE_L || left == UC_JOINING_TYPE_D) &&
           (right == UC_JOINING_TYPE_R || right == UC_JOINING_TYPE_D);
}

bool
precis_joiner_is_visible(const uint32_t *points, size_t length, size_t index)
{
    if (index > 0 && uc_combining_class(points[index - 1]) == VIRAMA)
        return true;
    return points[index] == ZWNJ && joins_across(points, length, index);
}

static bool
is_of_script(uint32_t c, const char *name)
{
    const uc_script_t *script = uc_script(c);
    return script != NULL && strcmp(script->name, name) == 0;
}

static bool
any_in_range(const Points *points, uint32_t first, uint32_t last)
{
    for (guint i = 0; i < points->len; i++) {
        if (point(points, i) >= first && point(points, i) <= last)
            return true;
    }
    return false;
}

static bool
any_kana_or_han(const Points *points)
{
    for (guint i = 0; i < points->len; i++) {
        const uint32_t c = point(points, i);
        if (c != 0x30FB && (is_of_script(c, "Hiragana") || is_of_script(c, "Katakana") || is_of_script(c, "Han")))
            return true;
    }
    return false;
}

/* The contextual rules, RFC 5892 appendix A. */
static bool
context_allows(const Points *points, guint index)
{
    const uint32_t c = point(points, index);
    const uint32_t before = index > 0 ? point(points, index - 1) : 0;
    const uint32_t after = index + 1 < points->len ? point(points, index + 1) : 0;
    switch (c) {
    case ZWNJ:
    case ZWJ:
        return precis_joiner_is_visible((const uint32_t *) (const void *) points->data, points->len, index);
    case 0x00B7: /* middle dot, Catalan */
        return before == 'l' && after == 'l';
    case 0x0375: /* Greek keraia */
        return after != 0 && is_of_script(after, "Greek");
    case 0x05F3: /* Hebrew geresh and gershayim */
    case 0x05F4:
        return before != 0 && is_of_script(before, "Hebrew");
    case 0x30FB: /* Katakana middle dot */
        return any_kana_or_han(points);
    default: /* the two kinds of Arabic digits do not mix */
        return c <= 0x0669 ? !any_in_range(points, 0x06F0, 0x06F9) : !any_in_range(points, 0x0660, 0x0669);
    }
}

static bool
class_allows(const Points *points, bool freeform)
{
    for (guint i = 0; i < points->len; i++) {
        switch (class_of(point(points, i))) {
        case CLASS_VALID:
            break;
        case CLASS_CONTEXT:
            if (!context_allows(points, i))
                return false;
            break;
        case CLASS_FREEFORM:
            if (!freeform)
                return false;
            break;
        default:
            return false;
        }
    }
    return true;
}

static bool
bidi_is(uint32_t c, const char *classes)
{
    const char *name = uc_bidi_class_name(uc_bidi_class(c));
    const char *found = name != NULL ? strstr(classes, name) : NULL;
    if (found == NULL)
        return false;
    const size_t length = strlen(name);
    return (found == classes || found[-1] == ' ') && (found[length] == ' ' || found[length] == '\0');
}

/* The Bidi Rule, RFC 5893 §2; it binds only text that has a right-to-left character. */
static bool
bidi_allows(const Points *points)
{
    bool rtl = false, european = false, arabic = false;
    for (guint i = 0; i < points->len; i++)
        rtl = rtl || bidi_is(point(points, i), "R AL AN");
    if (!rtl)
        return true;
    const bool starts_rtl = bidi_is(point(points, 0), "R AL");
    if (!starts_rtl && !bidi_is(point(points, 0), "L"))
        return false;
    for (guint i = 0; i < points->len; i++) {
        const uint32_t c = point(points, i);
        if (!bidi_is(c, starts_rtl ? "R AL AN EN ES CS ET ON BN NSM" : "L EN ES CS ET ON BN NSM"))
            return false;
        european = european || bidi_is(c, "EN");
        arabic = arabic || bidi_is(c, "AN");
    }
    if (starts_rtl && european && arabic)
        return false;
    guint last = points->len;
    while (last > 0 && bidi_is(point(points, last - 1), "NSM"))
        last--;
    return last > 0 && bidi_is(point(points, last - 1), starts_rtl ? "R AL EN AN" : "L EN");
}

/* Fullwidth and halfwidth characters become their ordinary forms (RFC 8265 §3.3.1). */
static uint32_t
map_width(uint32_t c)
{
    int tag;
    ucs4_t decomposition[UC_DECOMPOSITION_MAX_LENGTH];
    if (c < 0x3000 || uc_decomposition(c, &tag, decomposition) != 1)
        return c;
    return tag == UC_DECOMP_WIDE || tag == UC_DECOMP_NARROW ? decomposition[0] : c;
}

static void
map_all_widths(Points *points)
{
    for (guint i = 0; i < points->len; i++)
        point(points, i) = map_width(point(points, i));
}

/* Lower case letter by letter: without the final sigma, which would make the result depend on its neighbours
 * and differ from what servers compute. */
static void
map_case(Points *points)
{
    for (guint i = 0; i < points->len; i++) {
        const uint32_t c = point(points, i);
        point(points, i) = uc_tolower(c);
        if (c != 0x0130) /* capital I with dot: the one unconditional special lower case */
            continue;
        const uint32_t dot = 0x0307;
        i++;
        g_array_insert_val(points, i, dot);
    }
}

static void
map_spaces(Points *points)
{
    for (guint i = 0; i < points->len; i++) {
        if (uc_is_general_category_withtable(point(points, i), UC_CATEGORY_MASK_Zs))
            point(points, i) = ' ';
    }
}

static bool
compose(Points *points)
{
    size_t length = 0;
    uint32_t *normal =
        u32_normalize(UNINORM_NFC, (const uint32_t *) (const void *) points->data, points->len, NULL, &length);
    if (normal == NULL)
        return false;
    g_array_set_size(points, 0);
    g_array_append_vals(points, normal, (guint) length);
    free(normal);
    return true;
}

/* One application of a profile's rules in their order (RFC 8264 §7). */
static bool
apply(PrecisProfile profile, Points *points)
{
    if (profile == PRECIS_OPAQUE_STRING) {
        map_spaces(points);
        return compose(points) && points->len > 0 && class_allows(points, true);
    }
    map_all_widths(points);
    if (!class_allows(points, false))
        return false;
    if (profile == PRECIS_USERNAME_CASE_MAPPED)
        map_case(points);
    return compose(points) && points->len > 0 && class_allows(points, false) && bidi_allows(points);
}

static bool
same_points(const Points *points, const uint32_t *before, guint length)
{
    return points->len == length && memcmp(points->data, before, length * sizeof(uint32_t)) == 0;
}

static bool
apply_until_stable(PrecisProfile profile, Points *points)
{
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        const guint length = points->len;
        g_autofree uint32_t *before = g_memdup2(points->data, length * sizeof(uint32_t));
        const bool done = apply(profile, points);
        const bool stable = done && same_points(points, before, length);
        explicit_bzero(before, length * sizeof(uint32_t)); /* may be a password */
        if (!done)
            return false;
        if (stable)
            return true;
    }
    return false;
}

static char *
to_utf8(const Points *points)
{
    const uint32_t *data = (const uint32_t *) (const void *) points->data;
    char *text = g_malloc(points->len * 4 + 1);
    size_t length = points->len * 4;
    if (u32_to_u8(data, points->len, (uint8_t *) text, &length) == NULL) {
        g_free(text);
        return NULL;
    }
    text[length] = '\0';
    return text;
}

/* What most names and passwords are: answered without a table. */
static bool
is_prepared_ascii(PrecisProfile profile, const char *text)
{
    const char first = profile == PRECIS_OPAQUE_STRING ? ' ' : '!';
    const char *c = text;
    for (; *c >= first && *c <= '~'; c++) {
        if (profile == PRECIS_USERNAME_CASE_MAPPED && g_ascii_isupper(*c))
            return false;
    }
    return *c == '\0' && c > text;
}

char *
precis_enforce(PrecisProfile profile, const char *text)
{
    if (is_prepared_ascii(profile, text))
        return g_strdup(text);
    const uint8_t *bytes = (const uint8_t *) text;
    const size_t size = strlen(text);
    if (size == 0 || size > G_MAXINT / 8 || u8_check(bytes, size) != NULL)
        return NULL;
    Points *points = g_array_sized_new(FALSE, FALSE, sizeof(uint32_t), (guint) size);
    for (size_t i = 0; i < size;) {
        ucs4_t c;
        i += (size_t) u8_mbtouc_unsafe(&c, bytes + i, size - i);
        g_array_append_val(points, c);
    }
    char *result = apply_until_stable(profile, points) ? to_utf8(points) : NULL;
    explicit_bzero(points->data, points->len * sizeof(uint32_t));
    g_array_unref(points);
    return result;
}

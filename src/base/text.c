/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <unilbrk.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

enum {
    VS16 = 0xFE0F, /* emoji presentation */
    WINDOW_ON_STACK = 1024,
};

/* What the rules of UAX 29 remember of the cluster so far. */
typedef struct {
    int property;           /* Grapheme_Cluster_Break of the last character; -1 at the start */
    bool odd_indicators;    /* an odd number of regional indicators ends here (GB12, GB13) */
    bool pictograph;        /* Extended_Pictographic Extend* … (GB11) */
    bool pictograph_joiner; /* … ZWJ */
} ClusterState;

typedef struct {
    ucs4_t first;
    int sum;
    bool emoji; /* drawn two columns wide whatever its parts are */
} ClusterWidth;

static inline size_t
decode(ucs4_t *c, const char *text, size_t length)
{
    return (size_t) u8_mbtouc(c, (const uint8_t *) text, length);
}

/* The rules that look at two characters only. */
static bool
pair_is_joined(int before, int after)
{
    if (before == GBP_CR)
        return after == GBP_LF;
    if (before == GBP_LF || before == GBP_CONTROL || after == GBP_CR || after == GBP_LF || after == GBP_CONTROL)
        return false;
    if (after == GBP_EXTEND || after == GBP_ZWJ || after == GBP_SPACINGMARK || before == GBP_PREPEND)
        return true;
    switch (before) {
    case GBP_L:
        return after == GBP_L || after == GBP_V || after == GBP_LV || after == GBP_LVT;
    case GBP_LV:
    case GBP_V:
        return after == GBP_V || after == GBP_T;
    case GBP_LVT:
    case GBP_T:
        return after == GBP_T;
    default:
        return false;
    }
}

/* Whether `c` continues the cluster; takes it into the state when it does (or is the first). */
static bool
state_take(ClusterState *state, ucs4_t c)
{
    const int property = uc_graphemeclusterbreak_property(c);
    const bool pictograph = c >= 0xA9 && uc_is_property_extended_pictographic(c);
    const bool joined = state->property < 0 || pair_is_joined(state->property, property) ||
                        (pictograph && state->pictograph_joiner) || (property == GBP_RI && state->odd_indicators);
    if (!joined)
        return false;
    state->odd_indicators = property == GBP_RI && !state->odd_indicators;
    state->pictograph_joiner = state->pictograph && property == GBP_ZWJ;
    state->pictograph = pictograph || (state->pictograph && property == GBP_EXTEND);
    state->property = property;
    return true;
}

static int
character_columns(ucs4_t c)
{
    const int width = uc_width(c, "UTF-8");
    if (width == 1 && c >= 0x1F000 && uc_is_general_category(c, UC_UNASSIGNED) &&
        uc_is_property_extended_pictographic(c))
        return 2; /* an emoji newer than the tables */
    return MAX(width, 0);
}

/* Takes one more character of a cluster into account. */
static void
width_take(ClusterWidth *width, const ClusterState *state, ucs4_t c)
{
    if (width->first == 0) {
        width->first = c;
        width->sum = character_columns(c);
        return;
    }
    width->sum = MIN(width->sum + character_columns(c), 2);
    if ((c == VS16 && uc_is_property_emoji(width->first)) ||     /* also keycaps */
        (state->property == GBP_RI && !state->odd_indicators) || /* the second half of a flag */
        uc_is_property_emoji_modifier(c))
        width->emoji = true;
}

static int
width_columns(const ClusterWidth *width)
{
    if (width->emoji)
        return 2;
    if (width->sum == 0 && uc_is_general_category_withtable(width->first, UC_CATEGORY_MASK_M))
        return 1; /* a mark with nothing to sit on is drawn alone */
    return width->sum;
}

size_t
text_next_cluster(const char *text, size_t length, int *columns)
{
    if (length == 0) {
        *columns = 0;
        return 0;
    }
    const uint8_t first = (uint8_t) text[0];
    if (first < 0x80 && (length == 1 || (uint8_t) text[1] < 0x80)) {
        *columns = first >= 0x20 && first < 0x7F ? 1 : 0;
        return first == '\r' && length > 1 && text[1] == '\n' ? 2 : 1;
    }
    ClusterState state = { .property = -1 };
    ClusterWidth width = { 0 };
    size_t size = 0;
    while (size < length) {
        ucs4_t c;
        const size_t bytes = decode(&c, text + size, length - size);
        if (!state_take(&state, c))
            break;
        width_take(&width, &state, c);
        size += bytes;
    }
    *columns = width_columns(&width);
    return size;
}

/* The character before `offset`, and where it starts. */
static ucs4_t
decode_before(const char *text, size_t offset, size_t *start)
{
    *start = offset - 1;
    while (*start > 0 && offset - *start < 4 && ((uint8_t) text[*start] & 0xC0) == 0x80)
        (*start)--;
    ucs4_t c;
    decode(&c, text + *start, offset - *start);
    return c;
}

/* Whether the regional indicator that ends at `offset` is the first half of a flag: it has an even number
 * before it. */
static bool
indicator_opens_flag(const char *text, size_t offset)
{
    size_t count = 0;
    while (offset > 0) {
        size_t start;
        if (uc_graphemeclusterbreak_property(decode_before(text, offset, &start)) != GBP_RI)
            break;
        offset = start;
        count++;
    }
    return count % 2 == 1;
}

/* Whether what ends at `offset` is Extended_Pictographic Extend* ZWJ. */
static bool
joiner_follows_pictograph(const char *text, size_t offset)
{
    size_t start;
    if (uc_graphemeclusterbreak_property(decode_before(text, offset, &start)) != GBP_ZWJ)
        return false;
    while (start > 0) {
        const ucs4_t c = decode_before(text, start, &start);
        if (uc_is_property_extended_pictographic(c))
            return true;
        if (uc_graphemeclusterbreak_property(c) != GBP_EXTEND)
            return false;
    }
    return false;
}

size_t
text_previous_cluster(const char *text, size_t offset)
{
    if (offset == 0)
        return 0;
    size_t start;
    ucs4_t after = decode_before(text, offset, &start);
    while (start > 0) {
        size_t before_start;
        const ucs4_t before = decode_before(text, start, &before_start);
        const int before_property = uc_graphemeclusterbreak_property(before);
        const int after_property = uc_graphemeclusterbreak_property(after);
        const bool joined =
            pair_is_joined(before_property, after_property) ||
            (before_property == GBP_RI && after_property == GBP_RI && indicator_opens_flag(text, start)) ||
            (before_property == GBP_ZWJ && uc_is_property_extended_pictographic(after) &&
             joiner_follows_pictograph(text, start));
        if (!joined)
            break;
        start = before_start;
        after = before;
    }
    return start;
}

int
text_columns(const char *text, gssize length)
{
    const size_t size = length < 0 ? strlen(text) : (size_t) length;
    gint64 sum = 0;
    for (size_t offset = 0; offset < size;) {
        int columns;
        offset += text_next_cluster(text + offset, size - offset, &columns);
        sum += columns;
    }
    return (int) MIN(sum, G_MAXINT);
}

size_t
text_fit(const char *text, size_t length, int columns, int *used)
{
    size_t offset = 0;
    int sum = 0;
    while (offset < length) {
        int width;
        const size_t size = text_next_cluster(text + offset, length - offset, &width);
        if (width > columns - sum)
            break;
        sum += width;
        offset += size;
    }
    if (used != NULL)
        *used = sum;
    return offset;
}

char *
text_ellipsize(const char *text, int columns)
{
    const size_t length = strlen(text);
    if (columns <= 0)
        return g_strdup("");
    if (text_fit(text, length, columns, NULL) == length)
        return g_strdup(text);
    const size_t kept = text_fit(text, length, columns - 1, NULL);
    return g_strdup_printf("%.*s…", (int) kept, text);
}

bool
text_has_rtl(const char *text, size_t length)
{
    for (size_t offset = 0; offset < length;) {
        if ((uint8_t) text[offset] < 0xD6) { /* nothing below U+0580 is written from right to left */
            offset++;
            continue;
        }
        ucs4_t c;
        offset += decode(&c, text + offset, length - offset);
        const int class = uc_bidi_class(c);
        if (class == UC_BIDI_R || class == UC_BIDI_AL)
            return true;
    }
    return false;
}

/* UAX 14 knows the slash inside words only: no break before it, even after spaces, and one behind it. But "/quit" is a
 * word that begins with one. */
static bool
is_opportunity(const char *text, size_t offset, const char *breaks)
{
    if (text[offset] == '/' && text[offset - 1] == ' ')
        return true;
    const bool slash_begins_word = text[offset - 1] == '/' && (offset == 1 || text[offset - 2] == ' ');
    return breaks[offset] == UC_BREAK_POSSIBLE && !slash_begins_word;
}

/* The last place in [1, limit] where a line may end, on the border of a cluster; 0 when there is none. There is text
 * behind it. */
static size_t
last_opportunity(const char *text, size_t limit, const char *breaks)
{
    size_t found = 0;
    for (size_t offset = 0; offset < limit;) {
        int columns;
        offset += text_next_cluster(text + offset, limit - offset, &columns);
        if (offset <= limit && is_opportunity(text, offset, breaks))
            found = offset;
    }
    return found;
}

/* The same for a line of which `limit` bytes could go on it (trailing spaces counted); looks one cluster further. */
static size_t
find_opportunity(const char *text, size_t length, size_t limit)
{
    int columns;
    const size_t beyond = text_next_cluster(text + limit, length - limit, &columns);
    const size_t window = limit + MIN(beyond, 4);
    char on_stack[WINDOW_ON_STACK];
    g_autofree char *on_heap = window > sizeof on_stack ? g_malloc(window) : NULL;
    char *breaks = on_heap != NULL ? on_heap : on_stack;
    u8_possible_linebreaks((const uint8_t *) text, window, "UTF-8", breaks);
    return last_opportunity(text, limit, breaks);
}

size_t
text_wrap(const char *text, size_t length, int columns, size_t *next)
{
    size_t fit = 0;
    int sum = 0;
    while (fit < length && text[fit] != '\n') {
        int width;
        const size_t size = text_next_cluster(text + fit, length - fit, &width);
        if (sum + width > columns && fit > 0) /* a line takes one cluster at least */
            break;
        sum += width;
        fit += size;
    }
    size_t after = fit;
    while (after < length && text[after] == ' ')
        after++;
    if (after == length || text[after] == '\n') { /* all of it, or up to a line feed */
        *next = after == length ? length : after + 1;
        return fit;
    }
    size_t end = find_opportunity(text, length, after);
    if (end == 0)
        end = after; /* one word longer than the line */
    *next = end;
    end = MIN(end, fit);
    while (end > 0 && text[end - 1] == ' ')
        end--;
    return end;
}

/* Removes what NFKC_Casefold removes: Default_Ignorable_Code_Point. Returns the new length. */
static size_t
drop_ignorables(uint8_t *text, size_t length)
{
    size_t kept = 0;
    for (size_t offset = 0; offset < length;) {
        ucs4_t c;
        const size_t size = decode(&c, (const char *) text + offset, length - offset);
        if (!uc_is_property_default_ignorable_code_point(c)) {
            memmove(text + kept, text + offset, size);
            kept += size;
        }
        offset += size;
    }
    return kept;
}

char *
text_fold(const char *text)
{
    if (g_str_is_ascii(text))
        return g_ascii_strdown(text, -1);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    size_t length = 0;
    uint8_t *folded = u8_casefold((const uint8_t *) valid, strlen(valid), NULL, UNINORM_NFKC, NULL, &length);
    if (folded == NULL)
        return g_steal_pointer(&valid);
    length = drop_ignorables(folded, length);
    size_t size = 0; /* what has been removed may have kept marks apart */
    uint8_t *normal = u8_normalize(UNINORM_NFKC, folded, length, NULL, &size);
    char *result = normal != NULL ? g_strndup((const char *) normal, size) : g_strndup((const char *) folded, length);
    free(folded);
    free(normal);
    return result;
}

char *
text_fingerprint(const char *hex)
{
    GString *text = g_string_new(NULL);
    for (size_t i = 0; hex[i] != '\0'; i++) {
        if (i > 0 && i % 2 == 0)
            g_string_append_c(text, ':');
        g_string_append_c(text, g_ascii_toupper(hex[i]));
    }
    return g_string_free(text, FALSE);
}

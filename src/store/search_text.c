/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/search_text.h"

#include <stdbool.h>
#include <string.h>

/* What a character is in a text that is searched. */
typedef enum {
    PART_NONE, /* does not count, and does not end a word */
    PART_SEPARATOR,
    PART_WORD,
    PART_ALONE,   /* a token by itself */
    PART_VOICING, /* belongs to the token before: kana */
} Part;

typedef struct Splitter {
    SearchText *out;
    guint start, end; /* of the character that is read, in the text */
    bool in_word;     /* the last token may grow */
} Splitter;

static bool
is_unspaced(gunichar character)
{
    switch (g_unichar_get_script(character)) {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_BOPOMOFO:
    case G_UNICODE_SCRIPT_THAI:
    case G_UNICODE_SCRIPT_LAO:
    case G_UNICODE_SCRIPT_KHMER:
    case G_UNICODE_SCRIPT_MYANMAR:
    case G_UNICODE_SCRIPT_YI:
    case G_UNICODE_SCRIPT_TAI_THAM:
    case G_UNICODE_SCRIPT_TAI_LE:
    case G_UNICODE_SCRIPT_NEW_TAI_LUE:
    case G_UNICODE_SCRIPT_TAI_VIET:
    case G_UNICODE_SCRIPT_JAVANESE:
    case G_UNICODE_SCRIPT_BALINESE:
        return true;
    default:
        /* The prolonged sound mark is of both kana, so of the common script. */
        return character == 0x30fc;
    }
}

/* Accents and points go by their combining class; vowel signs, viramas and tone marks of Indic scripts, Thai and Lao,
 * which make other words, have others. */
static Part
classify_mark(gunichar character)
{
    const gint class = g_unichar_combining_class(character);
    const bool is_selector = (character >= 0xfe00 && character <= 0xfe0f)
                             || (character >= 0xe0100 && character <= 0xe01ef)
                             || (character >= 0x180b && character <= 0x180d) || character == 0x034f;
    if (is_selector || class == 1 || (class >= 10 && class <= 36) || class >= 200)
        return PART_NONE;
    if (class == 8)
        return PART_VOICING;
    return is_unspaced(character) ? PART_ALONE : PART_WORD;
}

static Part
classify(gunichar character)
{
    if (character < 0x80)
        return g_ascii_isalnum((char) character) ? PART_WORD : PART_SEPARATOR;
    switch (g_unichar_type(character)) {
    case G_UNICODE_MODIFIER_LETTER:
        if (character == 0x0640) /* the Arabic tatweel only stretches */
            return PART_NONE;
        return is_unspaced(character) ? PART_ALONE : PART_WORD;
    case G_UNICODE_LOWERCASE_LETTER:
    case G_UNICODE_OTHER_LETTER:
    case G_UNICODE_TITLECASE_LETTER:
    case G_UNICODE_UPPERCASE_LETTER:
    case G_UNICODE_DECIMAL_NUMBER:
    case G_UNICODE_LETTER_NUMBER:
    case G_UNICODE_OTHER_NUMBER:
        return is_unspaced(character) ? PART_ALONE : PART_WORD;
    case G_UNICODE_SPACING_MARK:
    case G_UNICODE_NON_SPACING_MARK:
        return classify_mark(character);
    case G_UNICODE_ENCLOSING_MARK:
    case G_UNICODE_FORMAT:
        return PART_NONE;
    case G_UNICODE_MODIFIER_SYMBOL: /* skin tones of emoji, and lone accents */
        return character >= 0x1f3fb && character <= 0x1f3ff ? PART_NONE : PART_SEPARATOR;
    case G_UNICODE_OTHER_SYMBOL:
    case G_UNICODE_CURRENCY_SYMBOL:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_UNASSIGNED: /* of a later Unicode */
        return PART_ALONE;
    default:
        return PART_SEPARATOR;
    }
}

static SearchToken *
last_token(const SearchText *text)
{
    return text->tokens->len == 0 ? NULL : &g_array_index(text->tokens, SearchToken, text->tokens->len - 1);
}

static SearchToken *
begin_token(Splitter *splitter)
{
    GString *folded = splitter->out->folded;
    if (folded->len > 0)
        g_string_append_c(folded, ' ');
    const SearchToken token = { .start = splitter->start, .end = splitter->end, .at = (guint) folded->len };
    GArray *tokens = g_array_append_val(splitter->out->tokens, token);
    return &g_array_index(tokens, SearchToken, tokens->len - 1);
}

/* The last token takes one more character; of a token that is too long only the beginning counts. */
static void
grow_token(Splitter *splitter, SearchToken *token, gunichar character)
{
    GString *folded = splitter->out->folded;
    if (token->length + 6 <= SEARCH_TOKEN_MAX)
        g_string_append_unichar(folded, character);
    token->length = (guint) folded->len - token->at;
    token->end = splitter->end;
}

static void
take(Splitter *splitter, gunichar character)
{
    const Part part = classify(character);
    SearchToken *last = last_token(splitter->out);
    switch (part) {
    case PART_NONE:
        /* An accent is marked with its letter, a skin with its emoji. */
        if (last != NULL && last->end == splitter->start && g_unichar_type(character) != G_UNICODE_FORMAT)
            last->end = splitter->end;
        return;
    case PART_SEPARATOR:
        splitter->in_word = false;
        return;
    case PART_VOICING:
        if (last != NULL && last->end >= splitter->start) {
            grow_token(splitter, last, character);
            return;
        }
        break;
    case PART_WORD:
        if (last != NULL && splitter->in_word) {
            grow_token(splitter, last, character);
            return;
        }
        break;
    case PART_ALONE:
        break;
    }
    grow_token(splitter, begin_token(splitter), character);
    splitter->in_word = part == PART_WORD;
}

/* Letters whose stroke is no accent to Unicode, but is to who types them on another keyboard. NULL: none. */
static const char *
strokeless(gunichar character)
{
    static const struct {
        gunichar letter;
        const char *plain;
    } letters[] = { { 0xe6, "ae" }, { 0xf8, "o" },  { 0x111, "d" },  { 0x127, "h" },
                    { 0x131, "i" }, { 0x142, "l" }, { 0x153, "oe" }, { 0x167, "t" } };
    for (gsize i = 0; i < G_N_ELEMENTS(letters); i++) {
        if (letters[i].letter == character)
            return letters[i].plain;
    }
    return NULL;
}

/* One folded character, taken apart, so that what it is made of is taken or not. */
static void
take_apart(Splitter *splitter, gunichar character)
{
    gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
    const gsize count = g_unichar_fully_decompose(character, TRUE, parts, G_N_ELEMENTS(parts));
    for (gsize i = 0; i < count; i++) {
        const gunichar lower = g_unichar_tolower(parts[i]);
        const char *plain = strokeless(lower);
        if (plain == NULL)
            take(splitter, lower);
        for (; plain != NULL && *plain != '\0'; plain++)
            take(splitter, (gunichar) *plain);
    }
}

static void
take_character(Splitter *splitter, const char *at, gsize length)
{
    if (length == 1) {
        take(splitter, (gunichar) g_ascii_tolower(*at));
        return;
    }
    g_autofree char *folded = g_utf8_casefold(at, (gssize) length);
    for (const char *c = folded; *c != '\0'; c = g_utf8_next_char(c))
        take_apart(splitter, g_utf8_get_char(c));
}

void
search_text_init(SearchText *search_text, const char *text, gssize length)
{
    const char *end = text + (length < 0 ? (gssize) strlen(text) : length);
    search_text->folded = g_string_sized_new((gsize) (end - text) + 16);
    search_text->tokens = g_array_new(FALSE, FALSE, sizeof(SearchToken));
    Splitter splitter = { .out = search_text };
    for (const char *at = text; at < end;) {
        const char *next = g_utf8_next_char(at);
        splitter.start = (guint) (at - text);
        splitter.end = (guint) (next - text);
        take_character(&splitter, at, (gsize) (next - at));
        at = next;
    }
}

void
search_text_clear(SearchText *search_text)
{
    if (search_text->folded != NULL)
        g_string_free(search_text->folded, TRUE);
    g_clear_pointer(&search_text->tokens, g_array_unref);
    search_text->folded = NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/otr_text.h"

#include <string.h>

enum {
    ENTITY_MAX = 10, /* bytes between "&" and ";" */
    TAG_MAX = 512,   /* bytes between "<" and ">" */
};

/* What an entity stands for; 0: it is none, or nothing XML could carry. */
static gunichar
entity_character(const char *name, gsize length)
{
    static const struct {
        const char *name;
        gunichar character;
    } entities[] = { { "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' }, { "nbsp", 0xa0 } };
    for (guint i = 0; i < G_N_ELEMENTS(entities); i++) {
        if (strlen(entities[i].name) == length && strncmp(entities[i].name, name, length) == 0)
            return entities[i].character;
    }
    if (length < 2 || name[0] != '#')
        return 0;
    const bool is_hex = name[1] == 'x' || name[1] == 'X';
    const char *digits = name + (is_hex ? 2 : 1);
    gunichar number = 0;
    if (digits == name + length)
        return 0;
    for (; digits < name + length; digits++) {
        const int digit = is_hex ? g_ascii_xdigit_value(*digits) : g_ascii_digit_value(*digits);
        if (digit < 0)
            return 0;
        number = number * (is_hex ? 16 : 10) + (gunichar) digit;
        if (number > 0x10ffff)
            return 0;
    }
    const bool is_text = number >= 0x20 || number == '\t' || number == '\n';
    return is_text && g_unichar_validate(number) && number != 0xfffe && number != 0xffff ? number : 0;
}

/* Length of the entity at an "&", with both ends; 0: it begins none. */
static gsize
match_entity(const char *text, const char *end, gunichar *character)
{
    const char *semicolon = memchr(text + 1, ';', MIN((gsize) (end - text - 1), ENTITY_MAX + 1));
    if (semicolon == NULL)
        return 0;
    *character = entity_character(text + 1, (gsize) (semicolon - text - 1));
    return *character != 0 ? (gsize) (semicolon + 1 - text) : 0;
}

typedef enum { TAG_NONE, TAG_FORMAT, TAG_BREAK, TAG_LINK, TAG_LINK_END } Tag;

/* What a "<" begins, and the tag's length with both ends. */
static Tag
match_tag(const char *text, gsize *length)
{
    static const char *const formats[] = { "b",    "i",    "u",      "s",  "em",   "strong", "span", "font", "p",
                                           "div",  "html", "body",   "tt", "code", "pre",    "big",  "small", "sub",
                                           "sup",  "hr",   "strike", "blockquote" };
    const bool is_end = text[1] == '/';
    const char *name = text + 1 + (is_end ? 1 : 0);
    gsize letters = 0;
    while (letters < ENTITY_MAX + 1 && g_ascii_isalpha(name[letters]))
        letters++;
    const char *end = name + letters;
    if (letters == 0 || (*end != '>' && *end != ' ' && *end != '/'))
        return TAG_NONE;
    gsize rest = 0;
    while (rest < TAG_MAX && end[rest] != '\0' && end[rest] != '>' && end[rest] != '<')
        rest++;
    if (end[rest] != '>')
        return TAG_NONE;
    *length = (gsize) (end + rest + 1 - text);
    g_autofree char *word = g_ascii_strdown(name, (gssize) letters);
    if (g_str_equal(word, "br"))
        return TAG_BREAK;
    if (g_str_equal(word, "a"))
        return is_end ? TAG_LINK_END : TAG_LINK;
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (g_str_equal(formats[i], word))
            return TAG_FORMAT;
    }
    return TAG_NONE;
}

/* Whether a program that writes HTML can have written this: then every "&" and "<" means something. */
static bool
is_markup(const char *text)
{
    const char *const end = text + strlen(text);
    gunichar character;
    gsize length;
    bool has_any = false;
    for (const char *p = text + strcspn(text, "&<"); *p != '\0'; p += strcspn(p, "&<")) {
        length = 0;
        if (*p == '&')
            length = match_entity(p, end, &character);
        else if (match_tag(p, &length) == TAG_NONE)
            length = 0;
        if (length == 0)
            return false;
        has_any = true;
        p += length;
    }
    return has_any;
}

/* The text up to `end` with its entities resolved; an "&" that begins none is one. Non-breaking spaces are what HTML is
 * told to keep spaces with: spaces are meant. */
static char *
decode(const char *text, const char *end)
{
    GString *out = g_string_sized_new((gsize) (end - text));
    while (text < end) {
        gunichar character = 0;
        const gsize length = *text == '&' ? match_entity(text, end, &character) : 0;
        if (length > 0)
            g_string_append_unichar(out, character == 0xa0 ? ' ' : character);
        else
            g_string_append_c(out, *text);
        text += MAX(length, 1);
    }
    return g_string_free(out, FALSE);
}

/* The address of a link as it is meant; NULL: none. */
static char *
link_address(const char *tag, gsize length)
{
    const char *const end = tag + length;
    for (const char *p = tag; p + strlen(" href=\"") < end; p++) {
        if (!g_ascii_isspace(*p) || g_ascii_strncasecmp(p + 1, "href=", strlen("href=")) != 0)
            continue;
        const char *value = p + 1 + strlen("href=");
        const char *close = *value == '"' || *value == '\'' ? memchr(value + 1, *value, (gsize) (end - value - 1)) : NULL;
        return close != NULL ? decode(value + 1, close) : NULL;
    }
    return NULL;
}

/* A link that does not say where it leads would be a trap. `start`: where its text begins in `out`. */
static void
end_link(GString *out, gsize start, char *take_address)
{
    g_autofree char *address = take_address;
    if (address != NULL && strcmp(out->str + start, address) != 0)
        g_string_append_printf(out, " (%s)", address);
}

char *
otr_text_from_markup(const char *markup)
{
    if (!is_markup(markup))
        return g_strdup(markup);
    g_autoptr(GString) out = g_string_sized_new(strlen(markup));
    char *address = NULL;
    gsize start = 0;
    for (const char *p = markup; *p != '\0';) {
        const char *tag = p + strcspn(p, "<");
        g_autofree char *text = decode(p, tag);
        gsize length = 0;
        g_string_append(out, text);
        const Tag kind = *tag == '<' ? match_tag(tag, &length) : TAG_NONE;
        if (kind == TAG_BREAK)
            g_string_append_c(out, '\n');
        if (kind == TAG_LINK || kind == TAG_LINK_END)
            end_link(out, start, g_steal_pointer(&address));
        if (kind == TAG_LINK) {
            address = link_address(tag, length);
            start = out->len;
        }
        p = tag + length;
    }
    end_link(out, start, address);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* XML 1.0 §2.2 and §2.11. */
static gunichar
as_carried(gunichar character)
{
    if (character == '\r')
        return '\n';
    const bool is_text = character >= 0x20 || character == '\t' || character == '\n';
    return is_text && character != 0xfffe && character != 0xffff ? character : 0xfffd;
}

char *
otr_text_from_bytes(const char *bytes)
{
    g_autofree char *valid = g_utf8_make_valid(bytes, -1);
    GString *text = g_string_sized_new(strlen(valid));
    for (const char *c = valid; *c != '\0'; c = g_utf8_next_char(c)) {
        if (c[0] != '\r' || c[1] != '\n')
            g_string_append_unichar(text, as_carried(g_utf8_get_char(c)));
    }
    return g_string_free(text, FALSE);
}

char *
otr_text_to_markup(const char *text)
{
    g_autoptr(GString) out = g_string_sized_new(strlen(text));
    for (const char *p = text; *p != '\0'; p++) {
        switch (*p) {
        case '&':
            g_string_append(out, "&amp;");
            break;
        case '<':
            g_string_append(out, "&lt;");
            break;
        case '>':
            g_string_append(out, "&gt;");
            break;
        case '"':
            g_string_append(out, "&quot;");
            break;
        default:
            g_string_append_c(out, *p);
        }
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}

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
match_entity(const char *text, gunichar *character)
{
    const gsize length = strcspn(text + 1, ";&< ");
    if (length == 0 || length > ENTITY_MAX || text[1 + length] != ';')
        return 0;
    *character = entity_character(text + 1, length);
    return *character != 0 ? length + 2 : 0;
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
    gunichar character;
    gsize length;
    bool has_any = false;
    for (const char *p = text + strcspn(text, "&<"); *p != '\0'; p += strcspn(p, "&<")) {
        length = 0;
        if (*p == '&')
            length = match_entity(p, &character);
        else if (match_tag(p, &length) == TAG_NONE)
            length = 0;
        if (length == 0)
            return false;
        has_any = true;
        p += length;
    }
    return has_any;
}

/* The address of a link, as it is written; NULL: none. */
static char *
link_address(const char *tag, gsize length)
{
    g_autofree char *text = g_strndup(tag, length);
    g_autofree char *lower = g_ascii_strdown(text, -1);
    const char *found = strstr(lower, "href=\"");
    if (found == NULL)
        return NULL;
    const char *start = text + (found - lower) + strlen("href=\"");
    return g_strndup(start, strcspn(start, "\""));
}

static void
append_entity(GString *out, gunichar character)
{
    g_string_append_unichar(out, character == 0xa0 ? ' ' : character);
}

char *
otr_text_from_markup(const char *markup)
{
    if (!is_markup(markup))
        return g_strdup(markup);
    g_autoptr(GString) out = g_string_sized_new(strlen(markup));
    g_autofree char *address = NULL;
    gsize link_start = 0;
    for (const char *p = markup; *p != '\0';) {
        gunichar character;
        gsize length = strcspn(p, "&<");
        g_string_append_len(out, p, (gssize) length);
        p += length;
        if (*p == '&') {
            p += match_entity(p, &character);
            append_entity(out, character);
        } else if (*p == '<') {
            const Tag tag = match_tag(p, &length);
            if (tag == TAG_BREAK)
                g_string_append_c(out, '\n');
            if (tag == TAG_LINK) {
                g_free(address);
                address = link_address(p, length);
                link_start = out->len;
            }
            /* A link that does not say where it leads would be a trap. */
            if (tag == TAG_LINK_END && address != NULL && strcmp(out->str + link_start, address) != 0)
                g_string_append_printf(out, " (%s)", address);
            if (tag == TAG_LINK_END)
                g_clear_pointer(&address, g_free);
            p += length;
        }
    }
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

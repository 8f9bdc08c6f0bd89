/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First blocks, line by line, then the spans inside each (§6). A span ends at the first mark that can end it; marks that
 * can neither begin nor end one are text. */
#include "tui/styling.h"

#include <stdbool.h>
#include <string.h>

enum { QUOTE_DEPTH_MAX = 16 };

static const char directives[] = "*_~`";
static const guint marks_of[] = { STYLING_STRONG, STYLING_EMPHASIS, STYLING_STRIKE, STYLING_CODE };

/* Spans of a line, in a text; `missing` says for which marks the rest of the line has no end. */
typedef struct Line {
    const char *text;
    GArray *spans;
} Line;

static int
directive_at(const char *c)
{
    const char *found = *c != '\0' ? strchr(directives, *c) : NULL;
    return found != NULL ? (int) (found - directives) : -1;
}

static bool
is_blank(const char *text, size_t at, size_t end)
{
    return at >= end || g_unichar_isspace(g_utf8_get_char(text + at));
}

static bool
is_blank_before(const char *text, size_t at, size_t start)
{
    return at > start && g_unichar_isspace(g_utf8_get_char(g_utf8_prev_char(text + at)));
}

/* Appends, or makes the last one longer. */
static void
add_span(const Line *line, size_t start, size_t end, guint marks)
{
    if (marks == 0 || start >= end)
        return;
    StylingSpan *last = line->spans->len > 0 ? &g_array_index(line->spans, StylingSpan, line->spans->len - 1) : NULL;
    if (last != NULL && last->end == start && last->marks == marks) {
        last->end = (guint32) end;
        return;
    }
    const StylingSpan span = { (guint32) start, (guint32) end, marks };
    g_array_append_val(line->spans, span);
}

/* §6.2: at the beginning, after a blank, or after a mark of another kind that begins a span, too; not before a blank. */
static bool
can_open(const char *text, size_t at, size_t start, size_t end, bool behind_opening)
{
    return (at == start || behind_opening || is_blank_before(text, at, start)) && !is_blank(text, at + 1, end);
}

/* Where the span that begins at `at` ends; 0: nowhere. */
static size_t
find_end(const char *text, size_t at, size_t end)
{
    for (size_t i = at + 1; i < end; i++) {
        if (text[i] == text[at] && !is_blank_before(text, i, at + 1))
            return i;
    }
    return 0;
}

/* Nested at most once for each kind: inside a span its own mark is its end. */
static void
parse_spans(const Line *line, size_t start, size_t end, guint outer)
{
    const char *text = line->text;
    bool missing[G_N_ELEMENTS(marks_of)] = { false };
    size_t plain = start;
    for (size_t i = start; i < end; i++) {
        const int kind = directive_at(text + i);
        if (kind < 0 || missing[kind] || (outer & marks_of[kind]) != 0
            || !can_open(text, i, start, end, outer != 0 && i == start))
            continue;
        if (i + 1 < end && text[i + 1] == text[i]) { /* nothing between them: neither counts */
            i++;
            continue;
        }
        const size_t closing = find_end(text, i, end);
        if (closing == 0) {
            missing[kind] = true; /* so no later one has an end, either */
            continue;
        }
        const guint marks = outer | marks_of[kind];
        add_span(line, plain, i, outer);
        add_span(line, i, i + 1, marks);
        if (marks_of[kind] == STYLING_CODE)
            add_span(line, i + 1, closing, marks);
        else
            parse_spans(line, i + 1, closing, marks);
        add_span(line, closing, closing + 1, marks);
        plain = closing + 1;
        i = closing;
    }
    add_span(line, plain, end, outer);
}

/* "> > text": how deep, and where the text begins. */
static guint
skip_quotes(const char *text, size_t *start, size_t end)
{
    guint depth = 0;
    while (*start < end && text[*start] == '>' && depth < QUOTE_DEPTH_MAX) {
        (*start)++;
        if (*start < end && text[*start] == ' ')
            (*start)++;
        depth++;
    }
    return depth;
}

GArray *
styling_parse(const char *text)
{
    g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(StylingSpan));
    const Line line = { text, spans };
    const size_t length = strlen(text);
    guint block_depth = 0; /* of the quotation a preformatted block is in */
    bool in_block = false;
    if (text[strcspn(text, "*_~`>")] == '\0')
        return NULL;
    for (size_t start = 0, end; start < length; start = end + 1) {
        size_t inner = start;
        end = start + strcspn(text + start, "\n");
        const guint depth = skip_quotes(text, &inner, end);
        const guint quote = depth > 0 ? STYLING_QUOTE : 0;
        if (in_block && depth < block_depth)
            in_block = false; /* it ends with the block it is in */
        const bool is_fence = end - inner >= 3 && strncmp(text + inner, "```", 3) == 0;
        if (in_block || is_fence) {
            add_span(&line, start, inner, quote);
            add_span(&line, inner, end, quote | STYLING_CODE);
            const bool closes = in_block && is_fence && end - inner == 3;
            block_depth = in_block ? block_depth : depth;
            in_block = !closes;
            continue;
        }
        if (quote != 0)
            add_span(&line, start, end, quote);
        else
            parse_spans(&line, inner, end, 0);
    }
    return spans->len > 0 ? g_steal_pointer(&spans) : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view_input.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "tui/encryption_words.h"

/* Walks over the text as it is laid out; `canvas` NULL: only measures. */
typedef struct Walk {
    Canvas *canvas;
    Area area;
    int columns, indent;
    int scrolled; /* rows above the first visible one */
    int row, column;
    int cursor_row, cursor_column;
} Walk;

/* "work/alice> ", "work> " in the console; in a narrow window "alice> " or only "> ". What is not plain is said in all of
 * them: "work/alice =OTR> ", "=OTR> ", "=> ". */
static char *
make_prompt(const Scene *scene, int columns)
{
    if (scene->secret_prompt)
        return text_clean(scene->secret_prompt, -1, TEXT_STRICT);
    if (scene->search_prompt)
        return text_clean(scene->search_prompt, -1, TEXT_LINE);
    const Conversation *conversation = scene_conversation(scene);
    g_autofree char *mode = scene->input_mode ? g_strdup_printf("(%s) ", scene->input_mode) : g_strdup("");
    g_autofree char *label = text_clean(conversation ? conversation_label(conversation) : "", -1, TEXT_STRICT);
    const Room *room = conversation ? conversation_room(conversation) : NULL;
    const bool is_out = room && room_state(room) != ROOM_JOINED;
    g_autofree char *state = is_out         ? g_strdup(_("(not joined)"))
                             : conversation ? encryption_words_prompt(conversation, false)
                                            : g_strdup("");
    g_autofree char *mark = is_out         ? g_strdup("×")
                            : conversation ? encryption_words_prompt(conversation, true)
                                           : g_strdup("");
    const char *gap = *state ? " " : "";
    const Account *only = scene->accounts->len == 1 ? g_ptr_array_index(scene->accounts, 0) : NULL;
    const Account *account = conversation ? conversation_account(conversation) : only;
    g_auto(GStrv) prompts = g_new0(char *, 5);
    prompts[0] = g_strconcat(mode, account ? account_name(account) : "", conversation ? "/" : "", label, gap, state, "> ", NULL);
    prompts[1] = g_strconcat(mode, label, gap, state, "> ", NULL);
    prompts[2] = g_strconcat(mode, state, "> ", NULL);
    prompts[3] = g_strconcat(*mark ? mark : mode, "> ", NULL);
    guint fits = 0;
    while (prompts[fits + 1] && text_columns(prompts[fits], -1) > columns / 2)
        fits++;
    return g_strdup(prompts[fits]);
}

static void
next_row(Walk *walk)
{
    walk->row++;
    walk->column = walk->indent;
}

/* Puts one cluster, or what stands for a control character. */
static void
put(Walk *walk, const char *text, size_t length, int width, guint8 style)
{
    if (walk->column + width > walk->columns && walk->column > walk->indent)
        next_row(walk);
    const int row = walk->row - walk->scrolled;
    if (walk->canvas && row >= 0 && row < walk->area.rows)
        canvas_text(walk->canvas, walk->area.row + row, walk->area.column + walk->column, width, text, (gssize) length,
                    style);
    walk->column += width;
}

static void
mark_cursor(Walk *walk)
{
    walk->cursor_row = walk->row;
    walk->cursor_column = walk->column;
    /* Behind the last column there is no place for it. */
    if (walk->column >= walk->columns) {
        walk->cursor_row++;
        walk->cursor_column = walk->indent;
    }
}

static void
walk_text(Walk *walk, const char *text, size_t cursor)
{
    const size_t length = strlen(text);
    for (size_t offset = 0; offset < length;) {
        int width = 0;
        if (offset == cursor)
            mark_cursor(walk);
        const size_t size = MAX(text_next_cluster(text + offset, length - offset, &width), 1);
        if (text[offset] == '\n') {
            next_row(walk);
        } else if (size == 1 && (guchar) text[offset] >= 0x20 && text[offset] != 0x7F) {
            put(walk, text + offset, size, 1, STYLE_INPUT);
        } else if (text[offset] == '\t') {
            put(walk, "    ", 4, 4, STYLE_INPUT);
        } else {
            g_autofree char *clean = text_clean(text + offset, (gssize) size, TEXT_LINE);
            put(walk, clean, strlen(clean), text_columns(clean, -1), STYLE_INPUT);
        }
        /* A cursor inside a cluster is shown behind it. */
        if (cursor > offset && cursor < offset + size)
            cursor = offset + size;
        offset += size;
    }
    if (cursor >= length)
        mark_cursor(walk);
}

static void
walk_all(const Scene *scene, Walk *walk)
{
    g_autofree char *prompt = make_prompt(scene, walk->columns);
    const int limit = scene->search_prompt || scene->secret_prompt ? walk->columns - 1 : walk->columns / 2;
    g_autofree char *shown = text_ellipsize(prompt, MAX(limit, 1));
    const int width = text_columns(shown, -1);
    walk->row = 0;
    walk->column = 0;
    walk->indent = width <= walk->columns / 2 ? width : 0;
    if (walk->canvas && walk->scrolled == 0)
        canvas_text(walk->canvas, walk->area.row, walk->area.column, walk->columns, shown, -1, STYLE_PROMPT);
    walk->column = width;
    if (scene->secret_prompt)
        mark_cursor(walk);
    else
        walk_text(walk, scene->input, scene->input_cursor);
}

int
view_input_rows(const Scene *scene, int columns, int limit)
{
    Walk walk = { .columns = columns };
    walk_all(scene, &walk);
    return CLAMP(MAX(walk.row, walk.cursor_row) + 1, 1, limit);
}

void
view_input_draw(const Scene *scene, Canvas *canvas, Area area)
{
    Walk walk = { .columns = area.columns };
    walk_all(scene, &walk);
    walk.scrolled = MAX(walk.cursor_row - area.rows + 1, 0);
    walk.canvas = canvas;
    walk.area = area;
    canvas_fill(canvas, area, STYLE_INPUT);
    walk_all(scene, &walk);
    canvas_set_cursor(canvas, area.row + walk.cursor_row - walk.scrolled, area.column + walk.cursor_column);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/lines_private.h"

#include <limits.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "core/annotate.h"
#include "tui/encryption_mark.h"
#include "tui/styling.h"
#include "tui/theme.h"

enum {
    WIDE_COLUMNS = 50,  /* from here on texts stand in a column of their own beside the nicks */
    TIMED_COLUMNS = 30, /* below there is no room for the time */
    LOCKED_COLUMNS = 8, /* … and below here for nothing but the text */
    NICK_COLUMNS = 16,
    ROOM_NICK_COLUMNS = 12, /* in rooms, where the others are many */
    MARK_COLUMNS = 3, /* of delivery, with the blank before it */
    LOCK_COLUMNS = 2, /* of encryption, with the blank behind it */
    CELL_COLUMNS_MIN = 28, /* the last cell of a table stands below the others when it has less room beside them … */
    CELL_INDENT = 4,       /* … so far from the left */
    FAILURE_ROWS_MAX = 6,
};

/* A part of the text. */
typedef struct Row {
    guint32 start, length;
} Row;

/* Where the parts of an entry stand. */
typedef struct Columns {
    int time, nick, nick_columns; /* time < 0, nick < 0: not shown */
    int first, text;              /* of the text: its first row, and the others */
    int lock;                     /* of the mark of encryption; < 0: none is shown */
    int reply;                    /* of what it answers, in a row of its own; < 0: it answers nothing */
    int end;
    bool stacked;                 /* the last cell stands below the others */
} Columns;

/* --- days and times --- */

static int
day_of(Entry *entry)
{
    if (entry->day == 0) {
        const time_t seconds = (time_t) (entry->time / G_USEC_PER_SEC);
        struct tm local = { 0 };
        /* A time nobody can live in has no day of its own. */
        const bool known = localtime_r(&seconds, &local) != NULL;
        entry->day = known ? (local.tm_year + 1900) * 1000 + local.tm_yday + 1 : 1;
    }
    return entry->day;
}

static char *
format_time(gint64 time, const char *format)
{
    g_autofree char *text = when_format_local(time, format);
    return text_clean(text, -1, TEXT_LINE);
}

int
lines_time_columns(const char *format)
{
    g_autofree char *time = format_time(0, format);
    return text_columns(time, -1);
}

static bool
has_day_rule(const Lines *lines, guint64 number)
{
    return number == lines->dropped || day_of(entry_at(lines, number)) != day_of(entry_at(lines, number - 1));
}

static bool
has_unread_rule(const Lines *lines, guint64 number)
{
    return lines->unread_mark == number;
}

static bool
has_past_rule(const Lines *lines, guint64 number)
{
    return number == lines->dropped && lines->past;
}

static bool
has_failed(const Entry *entry)
{
    return entry->message && entry->message->direction == MESSAGE_OUT && entry->message->state == MESSAGE_FAILED;
}

/* Why a message failed, and the way out. */
static char *
failure_words(const Message *message)
{
    const char *reason = message->reason ? message->reason : _("it was not delivered");
    if (strstr(reason, " /"))
        return text_clean(reason, -1, TEXT_LINE);
    g_autofree char *words = g_strdup_printf(_("%s: /resend tries again"), reason);
    return text_clean(words, -1, TEXT_LINE);
}

/* Rows before the text. */
static int
rules(const Lines *lines, guint64 number)
{
    return has_past_rule(lines, number) + entry_at(lines, number)->gap + has_day_rule(lines, number)
           + has_unread_rule(lines, number);
}

/* --- who --- */

static char *
make_nick(const Message *message)
{
    g_autofree char *nick = g_strstrip(text_clean(jid_resource(message->from), -1, TEXT_LINE | TEXT_STRICT));
    return g_strconcat(*nick ? nick : "␣", message->lookalike ? "≈" : "", NULL);
}

static bool
is_named(const Entry *entry, const LinesLook *look)
{
    return look->is_room && entry->message->from && jid_resource(entry->message->from);
}

/* In rooms a nick may hold anything (I12, I20), and something of it is always shown. */
static const char *
nick_of(Entry *entry, const LinesLook *look)
{
    const bool mine = entry->message->direction == MESSAGE_OUT;
    if (!is_named(entry, look))
        return mine ? look->me : look->peer;
    if (!entry->nick)
        entry->nick = make_nick(entry->message);
    return entry->nick;
}

/* --- what is said about a message --- */

static bool
has_reply(const Entry *entry)
{
    return entry->message && entry->message->reply_id && entry->message->retracted == 0;
}

static bool
has_reactions(const Entry *entry)
{
    return entry->message && entry->message->reactions && entry->message->reactions->len > 0;
}

/* "↱ Bob: shall we meet". */
static char *
reply_words(const Message *message)
{
    return message->reply_text ? g_strdup_printf("↱ %s: %s", message->reply_to ? message->reply_to : "?", message->reply_text)
           : message->reply_to ? g_strdup_printf(_("↱ answers %s"), message->reply_to)
                               : g_strdup(_("↱ answers a message that is not here"));
}

/* "👍 2  🐢". */
static char *
reaction_words(const Message *message)
{
    g_autoptr(GString) words = g_string_new(NULL);
    for (guint i = 0; i < message->reactions->len; i++) {
        const MessageReaction *reaction = g_ptr_array_index(message->reactions, i);
        g_string_append_printf(words, "%s%s", i > 0 ? "  " : "", reaction->emoji);
        if (reaction->count > 1)
            g_string_append_printf(words, " %u", reaction->count);
        else if (reaction->by->len == 1)
            g_string_append_printf(words, " %s", (const char *) g_ptr_array_index(reaction->by, 0));
    }
    return g_string_free(g_steal_pointer(&words), FALSE);
}

/* --- layout --- */

static bool
is_action(const Entry *entry)
{
    return entry->message && message_action(entry->message);
}

/* Time and nick are not said again for the next messages of the same minute; often enough that a
 * page is never without. */
static bool
has_header(const Lines *lines, guint64 number, const LinesLook *look)
{
    const Entry *entry = entry_at(lines, number);
    if (!entry->message)
        return true;
    if (number % LINES_GROUP_MAX == 0 || has_day_rule(lines, number) || has_unread_rule(lines, number)
        || is_action(entry))
        return true;
    const Entry *before = entry_at(lines, number - 1);
    if (!before->message || is_action(before) || before->message->direction != entry->message->direction)
        return true;
    const bool same = look->is_room ? jid_equal(before->message->from, entry->message->from)
                                    : jid_equal_bare(before->message->from, entry->message->from);
    return !same
           || before->time / (60 * G_USEC_PER_SEC) != entry->time / (60 * G_USEC_PER_SEC);
}

static int
nick_columns(const LinesLook *look)
{
    if (look->is_room)
        return ROOM_NICK_COLUMNS;
    return MIN(MAX(text_columns(look->me, -1), text_columns(look->peer, -1)), NICK_COLUMNS);
}

static Columns
place_parts(const Lines *lines, guint64 number, const LinesLook *look)
{
    Entry *entry = entry_at(lines, number);
    Columns at = { .time = -1, .nick = -1, .lock = -1, .reply = -1, .end = look->columns };
    if (!entry->message && entry->kind == LINE_OUTPUT) {
        at.stacked = entry->hang > CELL_INDENT && look->columns - entry->hang < CELL_COLUMNS_MIN;
        at.text = at.stacked ? MIN(CELL_INDENT, look->columns / 4) : entry->hang;
        return at;
    }
    const bool header = has_header(lines, number, look);
    if (look->columns >= TIMED_COLUMNS) {
        at.time = header ? 0 : -1;
        at.text = look->time_columns + 1;
    }
    at.first = at.text;
    if (!entry->message)
        return at;
    const int lock = lines->marked && look->columns >= LOCKED_COLUMNS ? LOCK_COLUMNS : 0;
    at.nick_columns = nick_columns(look);
    if (header)
        at.nick = at.text;
    if (look->columns >= WIDE_COLUMNS) {
        at.text += at.nick_columns + (lock ? 1 + lock : 2);
        at.first = at.text;
    } else if (header) {
        const char *nick = nick_of(entry, look);
        at.nick_columns = is_action(entry) ? 1 : MIN(MIN(text_columns(nick, -1), NICK_COLUMNS), look->columns / 2);
        at.first += at.nick_columns + 1 + lock;
        at.text = MAX(at.text + lock, 1);
    } else {
        at.first = at.text = MAX(at.text + lock, 1);
    }
    if (lock)
        at.lock = at.first - lock;
    if (entry->message->direction == MESSAGE_OUT)
        at.end -= MIN(MARK_COLUMNS, at.end / 4);
    if (has_reply(entry)) {
        at.reply = at.first;
        at.first = at.text;
    }
    return at;
}

/* The text of an entry as it may be shown. */
static const char *
clean_text(Entry *entry, const LinesLook *look)
{
    if (entry->clean || entry->text)
        return entry->clean ? entry->clean : entry->text;
    if (entry->message->retracted != 0)
        return entry->clean = annotations_retraction_words(entry->message);
    const char *action = message_action(entry->message);
    const bool mine = entry->message->direction == MESSAGE_OUT;
    const char *nick = mine && !look->is_room ? look->self : nick_of(entry, look);
    g_autofree char *whole = action ? g_strconcat(nick, " ", action, NULL) : NULL;
    const char *text = whole ? whole : message_text(entry->message);
    g_auto(GStrv) parts = strchr(text, '\t') ? g_strsplit(text, "\t", -1) : NULL;
    g_autofree char *untabbed = parts ? g_strjoinv("    ", parts) : NULL;
    g_autofree char *clean = text_clean(untabbed ? untabbed : text, -1, TEXT_LINES);
    entry->styling = entry->message->unstyled ? NULL : styling_parse(clean);
    entry->clean =
        entry->message->edits > 0 ? g_strdup_printf(_("%s (edited)"), clean) : g_steal_pointer(&clean);
    return entry->clean;
}

static void
wrap(Entry *entry, const char *text, const Columns *at)
{
    const size_t length = strlen(text);
    const int first = at->end - at->first, others = at->end - at->text;
    const bool stacked = at->stacked && text_columns(text, -1) > first;
    size_t start = 0, end = stacked && entry->last_cell > 0 ? entry->last_cell : length;
    g_array_set_size(entry->rows, 0);
    entry->cut = false;
    do {
        if (entry->rows->len >= LINES_ROWS_MAX) {
            entry->cut = true;
            return;
        }
        size_t next = 0;
        const int columns = MAX(entry->rows->len == 0 ? first : others, 1);
        const size_t taken = text_wrap(text + start, end - start, columns, &next);
        const Row row = { (guint32) start, (guint32) taken };
        g_array_append_val(entry->rows, row);
        start += next;
        if (start == end)
            end = length;
    } while (start < length);
}

/* The rows of the text, wrapped for this layout. */
static const GArray *
wrapped(Entry *entry, const LinesLook *look, const Columns *at)
{
    if (entry->rows && entry->columns == at->end && entry->column == at->text && entry->first_column == at->first)
        return entry->rows;
    if (!entry->rows)
        entry->rows = g_array_new(FALSE, FALSE, sizeof(Row));
    wrap(entry, clean_text(entry, look), at);
    entry->columns = at->end;
    entry->column = at->text;
    entry->first_column = at->first;
    return entry->rows;
}

/* Where one row of the words about a failure begins and ends; how many rows they take when `row` is that or more. What
 * was held back since it could not be encrypted needs all of them. */
static int
split_failure(const Entry *entry, const char *words, int columns, int row, const char **start, size_t *length)
{
    const int limit = strcmp(entry->message->encryption, "none") == 0 ? 1 : FAILURE_ROWS_MAX;
    int rows = 0;
    for (const char *at = words; *at && rows < limit; rows++) {
        const size_t left = strlen(at);
        size_t next = 0;
        const size_t taken = text_wrap(at, left, MAX(columns, 1), &next);
        if (rows == row) {
            *start = at;
            *length = rows + 1 == limit ? left : taken;
        }
        at += next;
    }
    return rows;
}

static int
failure_rows(const Entry *entry, const Columns *at, const LinesLook *look)
{
    const char *start;
    size_t length;
    if (!has_failed(entry))
        return 0;
    g_autofree char *words = failure_words(entry->message);
    return split_failure(entry, words, look->columns - at->text, INT_MAX, &start, &length);
}

int
lines_rows(Lines *lines, guint64 number, const LinesLook *look)
{
    Entry *entry = entry_at(lines, number);
    const Columns at = place_parts(lines, number, look);
    return rules(lines, number) + has_reply(entry) + (int) wrapped(entry, look, &at)->len + entry->cut
           + has_reactions(entry) + failure_rows(entry, &at, look);
}

/* --- drawing --- */

static void
draw_rule(Canvas *canvas, Area area, const char *label, guint8 style)
{
    g_autoptr(GString) rule = g_string_new("── ");
    g_string_append(rule, label);
    g_string_append_c(rule, ' ');
    for (int column = text_columns(rule->str, -1); column < area.columns; column++)
        g_string_append(rule, "─");
    canvas_text(canvas, area.row, area.column, area.columns, rule->str, -1, style);
}

static guint8
text_style(const Entry *entry, const LinesLook *look)
{
    static const guint8 of_kind[] = {
        [LINE_OUTPUT] = STYLE_OUTPUT, [LINE_NOTICE] = STYLE_NOTICE, [LINE_WARNING] = STYLE_WARNING,
        [LINE_ERROR] = STYLE_ERROR,   [LINE_ALARM] = STYLE_ALARM,
    };
    if (!entry->message)
        return of_kind[entry->kind];
    if (entry->message->retracted != 0 || g_strcmp0(entry->message->trust, "unreadable") == 0)
        return STYLE_NOTICE; /* these are the program's words */
    if (is_action(entry))
        return STYLE_ACTION;
    if (entry->message->mention && is_named(entry, look)) /* where not everything is for the user */
        return STYLE_BODY_MENTION;
    return entry->message->direction == MESSAGE_OUT ? STYLE_BODY_ME : STYLE_BODY_PEER;
}

static void
draw_header(Entry *entry, const LinesLook *look, const Columns *at, Canvas *canvas, Area area)
{
    if (at->time >= 0) {
        g_autofree char *time = format_time(entry->time, look->time_format);
        canvas_text(canvas, area.row, area.column + at->time, look->time_columns, time, -1, STYLE_TIME);
    }
    if (at->nick < 0)
        return;
    const bool mine = entry->message->direction == MESSAGE_OUT;
    const char *nick = nick_of(entry, look);
    const guint8 style = mine ? STYLE_NICK_ME : is_named(entry, look) ? theme_nick_style(jid_resource(entry->message->from))
                                                             : STYLE_NICK_PEER;
    canvas_text_ellipsized(canvas, area.row, area.column + at->nick, at->nick_columns, is_action(entry) ? "*" : nick,
                           style);
}

/* How far a message of ours has come: told by shape, not by colour alone. */
static void
draw_mark(const Message *message, Canvas *canvas, Area area)
{
    static const struct {
        const char *mark;
        guint8 style;
    } marks[] = {
        [MESSAGE_QUEUED] = { "…", STYLE_MARK_PENDING },      [MESSAGE_SENT] = { "✓", STYLE_MARK_PENDING },
        [MESSAGE_RECEIVED] = { "✓✓", STYLE_MARK_DELIVERED }, [MESSAGE_DISPLAYED] = { "✔✔", STYLE_MARK_DELIVERED },
        [MESSAGE_FAILED] = { "✗", STYLE_MARK_FAILED },
    };
    if (message->direction != MESSAGE_OUT || area.columns < 8)
        return;
    canvas_text(canvas, area.row, area.column + area.columns - 2, 2, marks[message->state].mark, -1,
                marks[message->state].style);
}

static void
draw_lock(const Entry *entry, const Columns *at, Canvas *canvas, Area area)
{
    const EncryptionMark mark = encryption_mark_of_message(entry->message, entry->wanted);
    if (at->lock >= 0)
        canvas_text(canvas, area.row, area.column + at->lock, 1, encryption_mark_text(mark), -1,
                    encryption_mark_style(mark));
}

static guint8
style_of_marks(guint marks)
{
    const guint both = STYLING_STRONG | STYLING_EMPHASIS;
    return (marks & STYLING_CODE) != 0       ? STYLE_CODE
           : (marks & both) == both          ? STYLE_STRONG_EMPHASIS
           : (marks & STYLING_STRONG) != 0   ? STYLE_STRONG
           : (marks & STYLING_EMPHASIS) != 0 ? STYLE_EMPHASIS
           : (marks & STYLING_STRIKE) != 0   ? STYLE_STRUCK
                                             : STYLE_QUOTE;
}

/* The first span that ends behind this place. */
static guint
find_span(const GArray *spans, guint32 at)
{
    guint low = 0, high = spans->len;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(spans, StylingSpan, middle).end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A row of the text in parts that look different. What is written from right to left is drawn as a whole. */
static void
draw_styled(Entry *entry, Row row, Canvas *canvas, Area area, const LinesLook *look)
{
    const char *text = clean_text(entry, look);
    const guint32 end = row.start + row.length;
    const guint8 plain = text_style(entry, look);
    guint32 at = row.start;
    if (!entry->styling || text_has_rtl(text + row.start, row.length)) {
        canvas_text(canvas, area.row, area.column, area.columns, text + row.start, row.length, plain);
        return;
    }
    for (guint i = find_span(entry->styling, at); at < end && area.columns > 0; i++) {
        const bool is_last = i >= entry->styling->len;
        const StylingSpan span = is_last ? (StylingSpan) { end, end, 0 } : g_array_index(entry->styling, StylingSpan, i);
        const struct {
            guint32 to;
            guint8 style;
        } parts[] = { { MIN(span.start, end), plain }, { MIN(span.end, end), style_of_marks(span.marks) } };
        for (guint k = 0; k < G_N_ELEMENTS(parts); k++) {
            if (parts[k].to <= at)
                continue;
            const int used = canvas_text(canvas, area.row, area.column, area.columns, text + at, parts[k].to - at,
                                         parts[k].style);
            area.column += used;
            area.columns -= used;
            at = parts[k].to;
        }
    }
}

static void
draw_text(Entry *entry, int index, const LinesLook *look, const Columns *at, Canvas *canvas, Area area)
{
    const Row row = g_array_index(entry->rows, Row, index);
    const int column = index == 0 ? at->first : at->text;
    const bool is_first = index == 0 && at->reply < 0;
    if (is_first)
        draw_header(entry, look, at, canvas, area);
    if (is_first && entry->message)
        draw_lock(entry, at, canvas, area);
    draw_styled(entry, row, canvas, (Area) { area.row, area.column + column, 1, at->end - column }, look);
    if (entry->message && index == (int) entry->rows->len - 1)
        draw_mark(entry->message, canvas, area);
}

/* False: the row is none of those before the text. */
static bool
draw_rule_before(const Lines *lines, guint64 number, int row, Canvas *canvas, Area area)
{
    const Entry *entry = entry_at(lines, number);
    if (has_past_rule(lines, number) && row-- == 0) {
        draw_rule(canvas, area, lines->past, STYLE_DAY);
        return true;
    }
    if (entry->gap && row-- == 0) {
        draw_rule(canvas, area, _("messages are missing here"), STYLE_WARNING);
        return true;
    }
    if (has_day_rule(lines, number) && row-- == 0) {
        g_autofree char *day = format_time(entry->time, _("%A, %e %B %Y"));
        draw_rule(canvas, area, day, STYLE_DAY);
        return true;
    }
    if (has_unread_rule(lines, number) && row-- == 0) {
        draw_rule(canvas, area, _("new"), STYLE_UNREAD);
        return true;
    }
    return false;
}

static void
draw_failure(const Entry *entry, int row, const Columns *at, Canvas *canvas, Area area)
{
    const int columns = area.columns - at->text;
    const char *start = "";
    size_t length = 0;
    g_autofree char *words = failure_words(entry->message);
    split_failure(entry, words, columns, row, &start, &length);
    g_autofree char *part = g_strndup(start, length);
    canvas_text_ellipsized(canvas, area.row, area.column + at->text, columns, part, STYLE_ERROR);
}

void
lines_draw(Lines *lines, guint64 number, int row, const LinesLook *look, Canvas *canvas, Area area)
{
    Entry *entry = entry_at(lines, number);
    const Columns at = place_parts(lines, number, look);
    const int rows = (int) wrapped(entry, look, &at)->len;
    if (draw_rule_before(lines, number, row, canvas, area))
        return;
    row -= rules(lines, number);
    if (has_reply(entry) && row-- == 0) {
        g_autofree char *words = reply_words(entry->message);
        draw_header(entry, look, &at, canvas, area);
        draw_lock(entry, &at, canvas, area);
        canvas_text_ellipsized(canvas, area.row, area.column + at.reply, area.columns - at.reply, words, STYLE_QUOTE);
        return;
    }
    if (row < rows) {
        draw_text(entry, row, look, &at, canvas, area);
        return;
    }
    if (entry->cut && row == rows) {
        canvas_text(canvas, area.row, area.column + at.text, at.end - at.text, _("… the rest is too long to be shown"),
                    -1, STYLE_WARNING);
        return;
    }
    row -= rows + entry->cut;
    if (has_reactions(entry) && row-- == 0) {
        g_autofree char *words = reaction_words(entry->message);
        canvas_text_ellipsized(canvas, area.row, area.column + at.text, area.columns - at.text, words, STYLE_REACTION);
        return;
    }
    if (has_failed(entry))
        draw_failure(entry, row, &at, canvas, area);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xml_guard.h"

#include <string.h>

#include "base/i18n.h"

enum {
    LIMIT_DEFAULT = 4 * 1024 * 1024,
    ATTRIBUTES_MAX = 128,
    TEXT_FREE = 8 * 1024, /* shorter text costs nothing worth counting */
};

/* What libstrophe's tree costs, measured: a child is appended by walking over all its siblings; a
 * line feed or an entity inside text makes a piece that is appended by walking over the text so
 * far. Both are quadratic, so both are paid for. */
enum {
    SIBLING_NS = 3,
    TEXT_BYTES_PER_NS = 100,
};
static const guint64 turn_budget = 5 * 1000 * 1000; /* ns: a key typed meanwhile waits no longer */
static const guint64 stanza_budget = G_GUINT64_CONSTANT(20) * 1000 * 1000 * 1000; /* ns */

typedef enum {
    AT_START, /* nothing seen: a declaration may come */
    IN_TEXT,
    AFTER_LESS,     /* < */
    IN_TAG,         /* inside a start tag */
    IN_APOSTROPHES, /* 'value' */
    IN_QUOTES,      /* "value" */
    AFTER_SLASH,    /* <a / */
    IN_END_TAG,
    IN_BANG, /* <! : only <![CDATA[ is allowed */
    IN_CDATA,
    IN_DECLARATION, /* <?xml … ?> */
    CLOSED,
} GuardState;

void
xml_guard_init(XmlGuard *guard, gsize limit)
{
    memset(guard, 0, sizeof *guard);
    guard->limit = limit ? limit : LIMIT_DEFAULT;
    guard->state = AT_START;
}

void
xml_guard_restart(XmlGuard *guard)
{
    const XmlGuardVerdict verdict = guard->verdict;

    xml_guard_init(guard, guard->limit);
    guard->verdict = verdict;
}

void
xml_guard_enter_stream(XmlGuard *guard)
{
    guard->state = IN_TEXT;
    guard->depth = 1;
}

void
xml_guard_next_turn(XmlGuard *guard)
{
    guard->turn_cost = 0;
}

bool
xml_guard_is_between(const XmlGuard *guard)
{
    return guard->depth == 1 && guard->state == IN_TEXT;
}

bool
xml_guard_is_closed(const XmlGuard *guard)
{
    return guard->state == CLOSED;
}

static void
pay(XmlGuard *guard, guint64 cost)
{
    guard->cost += cost;
    guard->turn_cost += cost;
    if (guard->cost > stanza_budget)
        guard->verdict = XML_GUARD_TOO_COSTLY;
}

/* The element or text that begins here becomes a child of the open element. */
static void
count_child(XmlGuard *guard)
{
    if (guard->depth < 2)
        return; /* stanzas are no siblings: each is a tree of its own */
    guint32 *children = &guard->children[guard->depth];
    pay(guard, (guint64) *children * SIBLING_NS);
    (*children)++;
}

static void
end_text(XmlGuard *guard)
{
    if (guard->text)
        count_child(guard);
    guard->text = 0;
}

static void
open_element(XmlGuard *guard)
{
    count_child(guard);
    guard->depth++;
    if (guard->depth > STANZA_DEPTH_MAX + 1) {
        guard->verdict = XML_GUARD_TOO_DEEP;
        return;
    }
    guard->children[guard->depth] = 0;
    guard->state = IN_TEXT;
    if (guard->depth == 1)
        guard->size = 0; /* of the stream's own tag */
}

static void
close_element(XmlGuard *guard)
{
    if (guard->depth)
        guard->depth--;
    guard->state = guard->depth ? IN_TEXT : CLOSED;
    if (guard->depth == 1)
        guard->size = guard->cost = 0;
}

/* <?xml …?> at the very beginning, in UTF-8 if it says anything about it (RFC 6120 §11.6). */
static void
take_declaration(XmlGuard *guard, char c)
{
    if (guard->matched >= sizeof guard->declaration - 1) {
        guard->verdict = XML_GUARD_RESTRICTED;
        return;
    }
    guard->declaration[guard->matched++] = g_ascii_tolower(c);
    if (c != '>')
        return;
    guard->declaration[guard->matched] = '\0';
    if (!g_str_has_prefix(guard->declaration, "xml") || !g_ascii_isspace(guard->declaration[3])
        || !g_str_has_suffix(guard->declaration, "?>"))
        guard->verdict = XML_GUARD_RESTRICTED;
    else if (strstr(guard->declaration, "encoding") && !strstr(guard->declaration, "utf-8"))
        guard->verdict = XML_GUARD_ENCODING;
    guard->state = IN_TEXT;
}

static void
take_after_less(XmlGuard *guard, char c, bool at_start)
{
    guard->matched = 0;
    guard->attributes = 0;
    if (c == '/') {
        guard->state = IN_END_TAG;
    } else if (c == '!') {
        guard->state = IN_BANG;
    } else if (c == '?' && at_start) {
        guard->state = IN_DECLARATION;
    } else if (c == '?') {
        guard->verdict = XML_GUARD_RESTRICTED;
    } else {
        guard->state = IN_TAG;
    }
}

static void
take_in_tag(XmlGuard *guard, char c)
{
    if (c == '>') {
        open_element(guard);
    } else if (c == '/') {
        guard->state = AFTER_SLASH;
    } else if (c == '\'' || c == '"') {
        guard->state = c == '"' ? IN_QUOTES : IN_APOSTROPHES;
        if (++guard->attributes > ATTRIBUTES_MAX)
            guard->verdict = XML_GUARD_TOO_COSTLY;
    }
}

static void
take_after_slash(XmlGuard *guard, char c)
{
    guard->state = IN_TAG; /* a slash in a wrong place: the parser will say so */
    if (c != '>')
        return;
    open_element(guard);
    if (guard->verdict == XML_GUARD_OK)
        close_element(guard);
}

static void
take_in_bang(XmlGuard *guard, char c)
{
    static const char keyword[] = "[CDATA[";

    if (c != keyword[guard->matched] || guard->depth < 2) {
        guard->verdict = XML_GUARD_RESTRICTED;
        return;
    }
    guard->matched++;
    if (!keyword[guard->matched]) {
        guard->state = IN_CDATA;
        guard->matched = 0;
    }
}

/* A line feed or an entity inside long text makes the parser append a piece. */
static void
take_in_text(XmlGuard *guard, char c)
{
    guard->text++;
    if (guard->text > TEXT_FREE && (c == '\n' || c == '\r' || c == '&') && guard->depth > 1)
        pay(guard, guard->text / TEXT_BYTES_PER_NS);
}

static void
take_in_cdata(XmlGuard *guard, char c)
{
    if (c == ']') {
        guard->matched++;
    } else if (c == '>' && guard->matched >= 2) {
        guard->state = IN_TEXT;
        guard->matched = 0;
    } else {
        guard->matched = 0;
    }
    take_in_text(guard, c);
}

static void
take_byte(XmlGuard *guard, char c)
{
    switch ((GuardState) guard->state) {
    case AT_START:
    case IN_TEXT:
        if (c == '<') {
            end_text(guard);
            guard->matched = guard->state == AT_START;
            guard->state = AFTER_LESS;
        } else {
            guard->state = IN_TEXT;
            take_in_text(guard, c);
        }
        break;
    case AFTER_LESS:
        take_after_less(guard, c, guard->matched);
        break;
    case IN_TAG:
        take_in_tag(guard, c);
        break;
    case IN_APOSTROPHES:
    case IN_QUOTES:
        if (c == (guard->state == IN_QUOTES ? '"' : '\''))
            guard->state = IN_TAG;
        break;
    case AFTER_SLASH:
        take_after_slash(guard, c);
        break;
    case IN_END_TAG:
        if (c == '>')
            close_element(guard);
        break;
    case IN_BANG:
        take_in_bang(guard, c);
        break;
    case IN_CDATA:
        take_in_cdata(guard, c);
        break;
    case IN_DECLARATION:
        take_declaration(guard, c);
        break;
    case CLOSED:
        break;
    }
}

/* How many of the next bytes the state machine need not see one by one. */
static gsize
skip_plain(const XmlGuard *guard, const char *data, gsize length)
{
    const char *end = NULL;

    if (guard->state == IN_QUOTES)
        end = memchr(data, '"', length);
    else if (guard->state == IN_APOSTROPHES)
        end = memchr(data, '\'', length);
    else if (guard->state == IN_TEXT && guard->text && guard->text + length <= TEXT_FREE)
        end = memchr(data, '<', length);
    else
        return 0;
    return end ? (gsize) (end - data) : length;
}

gsize
xml_guard_feed(XmlGuard *guard, const char *data, gsize length)
{
    gsize done = 0;

    if (guard->verdict != XML_GUARD_OK)
        return 0;
    if (memchr(data, '\0', length)) { /* never in UTF-8 XML; always in UTF-16 */
        guard->verdict = XML_GUARD_ENCODING;
        return 0;
    }
    while (done < length && guard->turn_cost < turn_budget) {
        gsize step = skip_plain(guard, data + done, length - done);
        if (step) {
            if (guard->state == IN_TEXT)
                guard->text += step;
        } else {
            take_byte(guard, data[done]);
            step = 1;
        }
        done += step;
        if (guard->depth != 1 || guard->state != IN_TEXT)
            guard->size += step;
        if (guard->size > guard->limit)
            guard->verdict = XML_GUARD_TOO_LARGE;
        if (guard->verdict != XML_GUARD_OK)
            return 0;
    }
    return done;
}

const char *
xml_guard_condition(XmlGuardVerdict verdict)
{
    switch (verdict) {
    case XML_GUARD_RESTRICTED:
        return "restricted-xml";
    case XML_GUARD_ENCODING:
        return "unsupported-encoding";
    default:
        return "policy-violation";
    }
}

const char *
xml_guard_words(XmlGuardVerdict verdict)
{
    switch (verdict) {
    case XML_GUARD_RESTRICTED:
        return _("the server sent XML that XMPP forbids: the connection was ended");
    case XML_GUARD_ENCODING:
        return _("the server sent text that is not UTF-8: the connection was ended");
    case XML_GUARD_TOO_DEEP:
        return _("the server sent a stanza nested too deeply: the connection was ended");
    case XML_GUARD_TOO_LARGE:
        return _("the server sent a stanza that is too large: the connection was ended");
    case XML_GUARD_TOO_COSTLY:
        return _("the server sent a stanza made to keep confab busy: the connection was ended");
    default:
        return "";
    }
}

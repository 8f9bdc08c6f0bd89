/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever bytes arrive, cleaned text is harmless (I12), and what works on it moves on and stays inside. */
#include <stdint.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/when.h"
#include "../support/fuzz.h"

static void
check_harmless(const char *text)
{
    g_assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        const gunichar u = g_utf8_get_char(c);
        g_assert_true(u >= 0x20 || u == '\n' || u == '\t');
        g_assert_false(u >= 0x7F && u <= 0x9F);
        g_assert_false((u >= 0x202A && u <= 0x202E) || (u >= 0x2066 && u <= 0x2069));
    }
}

static void
check_clusters(const char *text, size_t length)
{
    int sum = 0;
    for (size_t offset = 0; offset < length;) {
        int columns;
        const size_t size = text_next_cluster(text + offset, length - offset, &columns);
        g_assert_true(size > 0 && size <= length - offset && columns >= 0 && columns <= 2);
        g_assert_cmpuint(text_previous_cluster(text, offset + size), ==, offset);
        offset += size;
        sum += columns;
    }
    g_assert_cmpint(text_columns(text, (gssize) length), ==, sum);
}

static void
check_wrapping(const char *text, size_t length, int columns)
{
    for (size_t offset = 0; offset < length;) {
        size_t next = 0;
        const size_t size = text_wrap(text + offset, length - offset, columns, &next);
        g_assert_true(next > 0 && size <= next && next <= length - offset);
        g_assert_null(memchr(text + offset, '\n', size));
        g_assert_true(g_utf8_validate(text + offset, (gssize) size, NULL));
        offset += next;
    }
    g_autofree char *brief = text_ellipsize(text, columns);
    g_assert_cmpint(text_columns(brief, -1), <=, columns);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const TextCleanFlags flags[] = { TEXT_LINE, TEXT_LINES, TEXT_LINES | TEXT_TABS, TEXT_STRICT };
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++) {
        g_autofree char *clean = text_clean((const char *) data, (gssize) size, flags[i]);
        check_harmless(clean);
        g_autofree char *again = text_clean(clean, -1, flags[i]);
        g_assert_cmpstr(clean, ==, again);
        g_assert_true(text_is_clean(clean, -1, flags[i]));
        const bool was_clean = text_is_clean((const char *) data, (gssize) size, flags[i]);
        g_assert_true(was_clean == (strlen(clean) == size && memcmp(clean, data, size) == 0));
    }
    g_autofree char *text = text_clean((const char *) data, (gssize) size, TEXT_LINES | TEXT_TABS);
    const size_t length = strlen(text);
    check_clusters(text, length);
    check_wrapping(text, length, 1);
    check_wrapping(text, length, 9);
    text_has_rtl(text, length);
    g_autofree char *folded = text_fold(text);
    g_assert_true(g_utf8_validate(folded, -1, NULL));
    g_autofree char *redacted = log_redact(text);
    g_assert_true(g_utf8_validate(redacted, -1, NULL));
    gint64 when;
    if (when_parse(text, &when))
        g_assert_cmpint(when, >=, 0);
    return 0;
}

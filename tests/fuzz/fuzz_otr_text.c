/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is inside a message of OTR becomes text like any other, not longer than it was (I9), and whatever is said to
 * a program that reads HTML is read as it was said. */
#include <stdint.h>
#include <string.h>

#include "../support/fuzz.h"
#include "e2ee/otr_text.h"

/* Valid, and nothing in it that XML could not have carried (I12). */
static void
check_text(const char *text)
{
    g_assert_true(g_utf8_validate(text, -1, NULL));
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        const gunichar u = g_utf8_get_char(c);
        g_assert_true((u >= 0x20 || u == '\t' || u == '\n') && u != 0xfffe && u != 0xffff);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *bytes = g_strndup((const char *) data, size);
    g_autofree char *text = otr_text_from_bytes(bytes);
    check_text(text);
    g_autofree char *again = otr_text_from_bytes(text);
    g_assert_cmpstr(again, ==, text);
    g_autofree char *meant = otr_text_from_markup(text);
    check_text(meant);
    g_assert_cmpuint(strlen(meant), <=, strlen(text));
    if (strpbrk(text, "&<") == NULL)
        g_assert_cmpstr(meant, ==, text);
    g_autofree char *markup = otr_text_to_markup(text);
    g_assert_null(strpbrk(markup, "<>\""));
    g_autofree char *back = otr_text_from_markup(markup);
    g_assert_cmpstr(back, ==, text);
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever pieces come, in whatever order and however late, what is kept is bounded (I22), and what is put together was
 * said in these pieces. The input is bodies, one a line; "+N" lets N seconds go by. The same bytes, cut into pieces as
 * large as the first byte says, come out whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../support/fuzz.h"
#include "e2ee/otr_fragments.h"

enum { OWN = 0x100 };

/* What every outcome promises; `before`: what was held. */
static void
check_outcome(const OtrFragments *fragments, OtrFragmentOutcome outcome, const char *message, gsize before)
{
    const gsize held = otr_fragments_bytes(fragments);
    g_assert_cmpuint(held, <=, OTR_FRAGMENTS_BYTES_MAX);
    g_assert_true((message != NULL) == (outcome == OTR_FRAGMENT_COMPLETE));
    if (outcome == OTR_FRAGMENT_NONE || outcome == OTR_FRAGMENT_OTHER)
        g_assert_cmpuint(held, ==, before);
    if (outcome == OTR_FRAGMENT_BAD || outcome == OTR_FRAGMENT_COMPLETE)
        g_assert_cmpuint(held, ==, 0);
}

/* Whether the last bodies, in order, have the message in them, the last one its end. */
static bool
was_said(const GPtrArray *bodies, const char *message)
{
    gsize left = strlen(message);
    for (guint i = bodies->len; i > 0 && left > 0; i--) {
        const char *body = g_ptr_array_index(bodies, i - 1);
        const char *end = body + strlen(body) - 1;
        const char *start = end;
        while (start > body && start[-1] != ',')
            start--;
        const gsize length = (gsize) (end - start);
        if (length > left || strncmp(start, message + left - length, length) != 0)
            return false;
        left -= length;
    }
    return left == 0;
}

static void
feed_lines(const char *text)
{
    g_autoptr(OtrFragments) fragments = otr_fragments_new();
    g_autoptr(GPtrArray) taken = g_ptr_array_new();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gint64 now = 0;
    for (char **line = lines; *line != NULL; line++) {
        if (**line == '+') {
            now += (gint64) (strtoul(*line, NULL, 10) % 1000) * G_TIME_SPAN_SECOND;
            continue;
        }
        g_autofree char *message = NULL;
        const gsize before = otr_fragments_bytes(fragments);
        const OtrFragmentOutcome outcome = otr_fragments_add(fragments, *line, OWN, now, &message);
        check_outcome(fragments, outcome, message, before);
        if (outcome == OTR_FRAGMENT_MORE || outcome == OTR_FRAGMENT_COMPLETE)
            g_ptr_array_add(taken, *line);
        if (message != NULL)
            g_assert_true(was_said(taken, message));
    }
}

static void
feed_pieces(const char *text, gsize piece)
{
    g_autoptr(OtrFragments) fragments = otr_fragments_new();
    g_autofree char *message = NULL;
    const gsize length = strlen(text);
    const gsize total = (length + piece - 1) / piece;
    if (length == 0 || total > OTR_FRAGMENTS_MAX)
        return;
    for (gsize i = 0; i < total; i++) {
        g_autofree char *body = g_strdup_printf("?OTR|%08x|%08x,%05" G_GSIZE_FORMAT ",%05" G_GSIZE_FORMAT ",%.*s,", 0x200,
                                                OWN, i + 1, total, (int) piece, text + i * piece);
        const OtrFragmentOutcome outcome = otr_fragments_add(fragments, body, OWN, 0, &message);
        g_assert_cmpint(outcome, ==, i + 1 < total ? OTR_FRAGMENT_MORE : OTR_FRAGMENT_COMPLETE);
    }
    g_assert_cmpstr(message, ==, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    g_autofree char *text = g_strndup((const char *) data, size);
    feed_lines(text);
    feed_pieces(g_strdelimit(text, ",", '.'), (gsize) data[0] + 1);
    return 0;
}

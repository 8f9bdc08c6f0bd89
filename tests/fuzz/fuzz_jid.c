/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is accepted as a JID is prepared: it is stable, bounded, and has nothing in it that could hide or harm
 * (I6, I20). */
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/jid.h"
#include "base/text.h"
#include "../support/fuzz.h"

static void
check_part(const char *part)
{
    if (part == NULL)
        return;
    g_assert_cmpuint(strlen(part), >=, 1);
    g_assert_cmpuint(strlen(part), <=, 1023);
    g_assert_true(g_utf8_validate(part, -1, NULL));
    g_assert_true(text_is_clean(part, -1, TEXT_LINE));
}

static void
check_jid(const Jid *jid)
{
    check_part(jid_local(jid));
    check_part(jid_domain(jid));
    check_part(jid_resource(jid));
    g_assert_null(strchr(jid_domain(jid), '@'));
    g_assert_null(strchr(jid_bare(jid), '/'));
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) again = jid_new(jid_text(jid), &error);
    g_assert_no_error(error);
    g_assert_cmpstr(jid_text(jid), ==, jid_text(again));
    g_assert_true(jid_equal(jid, again));
    g_autoptr(Jid) bare = jid_to_bare(jid);
    g_assert_true(jid_equal_bare(bare, jid));
    g_autoptr(Jid) with = jid_with_resource(bare, jid_resource(jid), &error);
    g_assert_true(jid_equal(with, jid));
    g_autofree char *ascii = jid_domain_to_ascii(jid);
    g_assert_true(g_str_is_ascii(ascii));
}

/* A preparation that accepts its own result unchanged. */
static void
check_stable(char *(*prepare)(const char *, GError **), const char *text)
{
    g_autofree char *once = prepare(text, NULL);
    if (once == NULL)
        return;
    g_autofree char *twice = prepare(once, NULL);
    g_assert_cmpstr(once, ==, twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *) data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) jid = jid_new(text, &error);
    g_assert_true((jid == NULL) == (error != NULL));
    if (jid != NULL) {
        check_jid(jid);
    } else {
        g_assert_true(error->domain == CONFAB_ERROR);
        g_assert_true(text_is_clean(error->message, -1, TEXT_LINE)); /* I12 */
    }
    check_stable(jid_prepare_username, text);
    check_stable(jid_prepare_opaque, text);
    return 0;
}

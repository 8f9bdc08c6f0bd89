/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I22: pieces of messages are bounded in number, size and time. */
#include "e2ee/otr_fragments.h"

#include <string.h>

enum { OWN = 0x5a73a599 };

#define SECOND ((gint64) 1000000)

/* Adds a piece at a time in seconds; the outcome, and the message in *message. */
static OtrFragmentOutcome
add_at(OtrFragments *fragments, const char *body, gint64 seconds, char **message)
{
    g_clear_pointer(message, g_free);
    return otr_fragments_add(fragments, body, OWN, seconds * SECOND, message);
}

static void
test_whole(void)
{
    static const char *const pieces[] = { "?OTR|00000100|5a73a599,00001,00003,?OTR:AA,",
                                          "?OTR|00000100|5a73a599,00002,00003,MD,",
                                          "?OTR|00000100|5a73a599,00003,00003,x=.,", };
    static const char *const old[] = { "?OTR,1,2,?OTR:,", "?OTR,2,2,AAID.," };
    g_autoptr(OtrFragments) fragments = otr_fragments_new();
    g_autofree char *message = NULL;
    g_assert_cmpint(add_at(fragments, pieces[0], 0, &message), ==, OTR_FRAGMENT_MORE);
    g_assert_cmpuint(otr_fragments_bytes(fragments), ==, 7);
    g_assert_cmpint(add_at(fragments, pieces[1], 0, &message), ==, OTR_FRAGMENT_MORE);
    g_assert_cmpint(add_at(fragments, pieces[2], 0, &message), ==, OTR_FRAGMENT_COMPLETE);
    g_assert_cmpstr(message, ==, "?OTR:AAMDx=.");
    g_assert_cmpuint(otr_fragments_bytes(fragments), ==, 0);
    g_assert_cmpint(add_at(fragments, old[0], 0, &message), ==, OTR_FRAGMENT_MORE);
    g_assert_cmpint(add_at(fragments, old[1], 0, &message), ==, OTR_FRAGMENT_COMPLETE);
    g_assert_cmpstr(message, ==, "?OTR:AAID.");
    g_assert_cmpint(add_at(fragments, "?OTR|100|0,1,1,all,", 0, &message), ==, OTR_FRAGMENT_COMPLETE);
    g_assert_cmpstr(message, ==, "all");
    g_assert_cmpint(add_at(fragments, "hello", 0, &message), ==, OTR_FRAGMENT_NONE);
    g_assert_cmpint(add_at(fragments, "?OTR:AAMD.", 0, &message), ==, OTR_FRAGMENT_NONE);
}

/* In order, of one sender, of one message; else it is lost, and a first piece begins anew. */
static void
test_order(void)
{
    g_autoptr(OtrFragments) fragments = otr_fragments_new();
    g_autofree char *message = NULL;
    add_at(fragments, "?OTR,1,3,a,", 0, &message);
    g_assert_cmpint(add_at(fragments, "?OTR,3,3,c,", 0, &message), ==, OTR_FRAGMENT_MORE);
    g_assert_cmpuint(otr_fragments_bytes(fragments), ==, 0);
    g_assert_cmpint(add_at(fragments, "?OTR,2,3,b,", 0, &message), ==, OTR_FRAGMENT_MORE);
    g_assert_cmpint(add_at(fragments, "?OTR,3,3,c,", 0, &message), ==, OTR_FRAGMENT_MORE);
    add_at(fragments, "?OTR,1,2,old,", 0, &message);
    add_at(fragments, "?OTR,1,2,new,", 0, &message);
    g_assert_cmpint(add_at(fragments, "?OTR,2,2,er,", 0, &message), ==, OTR_FRAGMENT_COMPLETE);
    g_assert_cmpstr(message, ==, "newer");
    add_at(fragments, "?OTR|00000100|0,1,2,a,", 0, &message);
    g_assert_cmpint(add_at(fragments, "?OTR|00000101|0,2,2,b,", 0, &message), ==, OTR_FRAGMENT_MORE);
    g_assert_null(message);
    add_at(fragments, "?OTR|00000100|0,1,2,a,", 0, &message);
    g_assert_cmpint(add_at(fragments, "?OTR|00000100|0,2,3,b,", 0, &message), ==, OTR_FRAGMENT_MORE);
    g_assert_null(message);
    /* For another instance of ours: it does not disturb. */
    add_at(fragments, "?OTR,1,2,a,", 0, &message);
    g_assert_cmpint(add_at(fragments, "?OTR|00000100|00000999,1,9,x,", 0, &message), ==, OTR_FRAGMENT_OTHER);
    g_assert_cmpint(add_at(fragments, "?OTR,2,2,b,", 0, &message), ==, OTR_FRAGMENT_COMPLETE);
}

/* Pieces of what is not under way, or no longer, are thrown away, however late it is; what was refused is told of once. */
static void
test_stray(void)
{
    g_autoptr(OtrFragments) fragments = otr_fragments_new();
    g_autofree char *message = NULL;
    g_assert_cmpint(add_at(fragments, "?OTR,2,2,b,", 100000, &message), ==, OTR_FRAGMENT_MORE);
    add_at(fragments, "?OTR,1,4,a,", 100000, &message);
    const gint64 late = 100000 + OTR_FRAGMENTS_SECONDS + 1;
    g_assert_cmpint(add_at(fragments, "?OTR,2,4,b,", late, &message), ==, OTR_FRAGMENT_BAD);
    g_assert_cmpint(add_at(fragments, "?OTR,3,4,c,", late, &message), ==, OTR_FRAGMENT_MORE);
    g_assert_cmpint(add_at(fragments, "?OTR,4,4,d,", late, &message), ==, OTR_FRAGMENT_MORE);
    g_assert_cmpint(add_at(fragments, "?OTR,1,2001,a,", late, &message), ==, OTR_FRAGMENT_BAD);
    g_assert_cmpint(add_at(fragments, "?OTR,2,2001,b,", late, &message), ==, OTR_FRAGMENT_MORE);
    g_assert_cmpint(add_at(fragments, "?OTR,1,1,whole,", late, &message), ==, OTR_FRAGMENT_COMPLETE);
    g_assert_cmpstr(message, ==, "whole");
}

static void
test_malformed(void)
{
    static const char *const bad[] = {
        "?OTR,",           "?OTR,1",           "?OTR,1,",           "?OTR,1,2",          "?OTR,1,2,",
        "?OTR,1,2,,",      "?OTR,1,2,x",       "?OTR,1,2,x,y",      "?OTR,1,2,x,y,",     "?OTR,0,2,x,",
        "?OTR,3,2,x,",     "?OTR,a,2,x,",      "?OTR,1,65536,x,",   "?OTR,1,99999999999999999999,x,",
        "?OTR,-1,2,x,",    "?OTR, 1,2,x,",     "?OTR|",             "?OTR|x|y,1,1,z,",   "?OTR|100,1,1,z,",
        "?OTR|ff|0,1,1,z,", "?OTR|100|ff,1,1,z,", "?OTR|100000000|0,1,1,z,", "?OTR||,1,1,z,", "?OTR|100|0|1,1,z,",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(OtrFragments) fragments = otr_fragments_new();
        g_autofree char *message = NULL;
        add_at(fragments, "?OTR,1,2,kept,", 0, &message);
        g_assert_cmpint(add_at(fragments, bad[i], 0, &message), ==, OTR_FRAGMENT_BAD);
        g_assert_null(message);
        g_assert_cmpuint(otr_fragments_bytes(fragments), ==, 0);
    }
}

/* A bomb: many pieces, long ones, an endless number of first ones, and slow ones. */
static void
test_bomb(void)
{
    g_autoptr(OtrFragments) fragments = otr_fragments_new();
    g_autofree char *message = NULL;
    g_autofree char *long_text = g_strnfill(64 * 1024, 'x');
    for (guint i = 1; i <= 10000; i++) {
        g_autofree char *piece = g_strdup_printf("?OTR,%u,10000,%s,", i, long_text);
        g_assert_cmpint(add_at(fragments, piece, 0, &message), !=, OTR_FRAGMENT_COMPLETE);
        g_assert_cmpuint(otr_fragments_bytes(fragments), <=, OTR_FRAGMENTS_BYTES_MAX);
    }
    for (guint i = 1; i <= OTR_FRAGMENTS_MAX; i++) {
        g_autofree char *piece = g_strdup_printf("?OTR,%u,%u,%s,", i, OTR_FRAGMENTS_MAX, long_text);
        g_assert_cmpint(add_at(fragments, piece, 0, &message), !=, OTR_FRAGMENT_COMPLETE);
        g_assert_cmpuint(otr_fragments_bytes(fragments), <=, OTR_FRAGMENTS_BYTES_MAX);
    }
    for (guint i = 0; i < 10000; i++) {
        g_autofree char *piece = g_strdup_printf("?OTR,1,2,%s,", long_text);
        add_at(fragments, piece, 0, &message);
        g_assert_cmpuint(otr_fragments_bytes(fragments), ==, strlen(long_text));
    }
    add_at(fragments, "?OTR,1,2,a,", 0, &message);
    g_assert_cmpint(add_at(fragments, "?OTR,2,2,b,", OTR_FRAGMENTS_SECONDS + 1, &message), ==, OTR_FRAGMENT_BAD);
    add_at(fragments, "?OTR,1,2,a,", 1000, &message);
    g_assert_cmpint(add_at(fragments, "?OTR,2,2,b,", 1000 + OTR_FRAGMENTS_SECONDS, &message), ==, OTR_FRAGMENT_COMPLETE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/otr-fragments/whole", test_whole);
    g_test_add_func("/otr-fragments/order", test_order);
    g_test_add_func("/otr-fragments/malformed", test_malformed);
    g_test_add_func("/otr-fragments/stray", test_stray);
    g_test_add_func("/otr-fragments/bomb", test_bomb);
    return g_test_run();
}

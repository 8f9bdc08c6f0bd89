/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/suggest.h"

#include <string.h>

enum {
    TYPED_MIN = 2,
    TYPED_MAX = 64, /* longer words are no misspelt command, and the table below stays small */
    SHOWN_MAX = 3,
};

/* How many characters must be changed, added, left out or swapped with their neighbour to get from one word to the
 * other (optimal string alignment). */
static guint
distance(const char *a, const char *b)
{
    const size_t width = strlen(b) + 1;
    const size_t height = strlen(a) + 1;
    g_autofree guint *cells = g_new(guint, width * height);
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            guint *cell = &cells[y * width + x];
            if (y == 0 || x == 0) {
                *cell = (guint) (y + x);
                continue;
            }
            const guint change = a[y - 1] == b[x - 1] ? 0 : 1;
            *cell = MIN(MIN(cell[-1], cell[-(gssize) width]) + 1, cells[(y - 1) * width + x - 1] + change);
            if (y > 1 && x > 1 && a[y - 1] == b[x - 2] && a[y - 2] == b[x - 1])
                *cell = MIN(*cell, cells[(y - 2) * width + x - 2] + 1);
        }
    }
    return cells[width * height - 1];
}

typedef struct Near {
    const char *name;
    guint distance;
} Near;

static gint
compare_near(gconstpointer a, gconstpointer b)
{
    const Near *left = a, *right = b;
    if (left->distance != right->distance)
        return left->distance < right->distance ? -1 : 1;
    return strcmp(left->name, right->name);
}

char *
suggest_nearest(const char *typed, const GPtrArray *names)
{
    const size_t length = strlen(typed);
    if (length < TYPED_MIN || length > TYPED_MAX)
        return NULL;
    g_autofree char *lower = g_ascii_strdown(typed, -1);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(Near));
    for (guint i = 0; i < names->len; i++) {
        Near near = { .name = names->pdata[i] };
        if (strlen(near.name) > TYPED_MAX)
            continue;
        /* The beginning of a name is as good as one slip. */
        near.distance = g_str_has_prefix(near.name, lower) ? 1 : distance(lower, near.name);
        if (near.distance <= MAX(1, length / 3))
            g_array_append_val(found, near);
    }
    g_array_sort(found, compare_near);
    g_autoptr(GString) out = g_string_new(NULL);
    const Near *nears = &g_array_index(found, Near, 0);
    /* What is further off than the nearest is no help beside it. */
    for (guint i = 0; i < found->len && i < SHOWN_MAX && nears[i].distance == nears[0].distance; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", nears[i].name);
    return out->len == 0 ? NULL : g_string_free(g_steal_pointer(&out), FALSE);
}

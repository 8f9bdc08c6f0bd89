/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/nick_colour.h"

#include <math.h>

/* XEP-0392 §13: saturation 100, lightness 50. */
static void
test_vectors(void)
{
    static const struct {
        const char *name;
        double hue, rgb[3];
    } cases[] = {
        { "Romeo", 327.255249, { 0.865, 0.000, 0.686 } },
        { "juliet@capulet.lit", 209.410400, { 0.000, 0.515, 0.573 } },
        { "😺", 331.199341, { 0.872, 0.000, 0.659 } },
        { "council", 359.994507, { 0.918, 0.000, 0.394 } },
        { "Board", 171.430664, { 0.000, 0.527, 0.457 } },
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const double hue = nick_colour_hue(cases[i].name);
        const Colour colour = nick_colour_from_hue(hue, 50);
        g_assert_cmpfloat_with_epsilon(hue, cases[i].hue, 0.000001);
        g_assert_cmphex(colour & COLOUR_KIND, ==, COLOUR_RGB);
        for (int k = 0; k < 3; k++)
            g_assert_cmpfloat_with_epsilon((colour >> (16 - 8 * k) & 0xff) / 255.0, cases[i].rgb[k], 0.0025);
    }
}

/* Relative luminance (WCAG 2.1). */
static double
luminance(Colour colour)
{
    static const double weights[] = { 0.2126, 0.7152, 0.0722 };
    double sum = 0;
    for (int k = 0; k < 3; k++) {
        const double value = (colour >> (16 - 8 * k) & 0xff) / 255.0;
        sum += weights[k] * (value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double
contrast(double one, double other)
{
    return (MAX(one, other) + 0.05) / (MIN(one, other) + 0.05);
}

/* Every hue can be read: 4.5 to 1 on what it is for, 3 to 1 on both where that is not known. */
static void
test_contrast(void)
{
    for (int hue = 0; hue < 360; hue++) {
        g_assert_cmpfloat(contrast(luminance(nick_colour_from_hue(hue, 70)), 0), >, 4.5);
        g_assert_cmpfloat(contrast(luminance(nick_colour_from_hue(hue, 40)), 1), >, 4.5);
        g_assert_cmpfloat(contrast(luminance(nick_colour_from_hue(hue, 55)), 0), >, 3);
        g_assert_cmpfloat(contrast(luminance(nick_colour_from_hue(hue, 55)), 1), >, 3);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tui/nick-colour/vectors", test_vectors);
    g_test_add_func("/tui/nick-colour/can-be-read", test_contrast);
    return g_test_run();
}

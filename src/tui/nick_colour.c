/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/nick_colour.h"

#include <math.h>
#include <string.h>

double
nick_colour_hue(const char *name)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA1);
    guint8 digest[20];
    gsize length = sizeof digest;
    g_checksum_update(checksum, (const guchar *) name, (gssize) strlen(name));
    g_checksum_get_digest(checksum, digest, &length);
    return (digest[0] | digest[1] << 8) / 65536.0 * 360.0;
}

/* --- HSLuv: the CIELUV colour space, in which each hue reaches as far as sRGB does (www.hsluv.org, revision 4) --- */

static const double rgb_of_xyz[3][3] = {
    { 3.240969941904521, -1.537383177570093, -0.498610760293 },
    { -0.96924363628087, 1.87596750150772, 0.041555057407175 },
    { 0.055630079696993, -0.20397695888897, 1.056971514242878 },
};
static const double white_u = 0.19783000664283, white_v = 0.46831999493879; /* of D65 */
static const double kappa = 903.2962962, epsilon = 0.0088564516;

/* How far from grey a hue can go at this lightness: to the nearest of the six sides of sRGB, which are lines here. */
static double
chroma_max(double lightness, double hue)
{
    const double cubed = pow(lightness + 16, 3) / 1560896;
    const double y = cubed > epsilon ? cubed : lightness / kappa;
    double chroma = INFINITY;
    for (int i = 0; i < 6; i++) {
        const double *row = rgb_of_xyz[i / 2];
        const double side = i % 2;
        const double bottom = (632260 * row[2] - 126452 * row[1]) * y + 126452 * side;
        const double slope = (284517 * row[0] - 94839 * row[2]) * y / bottom;
        const double intercept =
            ((838422 * row[2] + 769860 * row[1] + 731718 * row[0]) * lightness * y - 769860 * side * lightness) / bottom;
        const double length = intercept / (sin(hue) - slope * cos(hue));
        if (length >= 0)
            chroma = MIN(chroma, length);
    }
    return chroma;
}

/* IEC 61966-2-1 */
static guint32
encode(double linear)
{
    const double value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
    return (guint32) lround(CLAMP(value, 0, 1) * 255);
}

Colour
nick_colour_from_hue(double hue, double lightness)
{
    if (lightness <= 0 || lightness >= 100)
        return COLOUR_RGB | (lightness > 0 ? 0xffffff : 0);
    const double angle = hue / 180 * G_PI;
    const double chroma = chroma_max(lightness, angle);
    const double u = chroma * cos(angle) / (13 * lightness) + white_u;
    const double v = chroma * sin(angle) / (13 * lightness) + white_v;
    const double y = lightness <= 8 ? lightness / kappa : pow((lightness + 16) / 116, 3);
    const double x = -(9 * y * u) / ((u - 4) * v - u * v);
    const double z = (9 * y - 15 * v * y - v * x) / (3 * v);
    guint32 rgb = 0;
    for (int i = 0; i < 3; i++)
        rgb = rgb << 8 | encode(rgb_of_xyz[i][0] * x + rgb_of_xyz[i][1] * y + rgb_of_xyz[i][2] * z);
    return COLOUR_RGB | rgb;
}

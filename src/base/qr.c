/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/qr.h"

#include <qrencode.h>

enum { QUIET = 4 }; /* modules around it (ISO/IEC 18004) */

bool
qr_is_available(void)
{
    return true;
}

/* Outside of the code it is light. */
static bool
is_dark(const QRcode *code, int row, int column)
{
    row -= QUIET;
    column -= QUIET;
    return row >= 0 && column >= 0 && row < code->width && column < code->width
           && (code->data[row * code->width + column] & 1) != 0;
}

char *
qr_lines(const char *text)
{
    static const char *const halves[] = { " ", "\u2580", "\u2584", "\u2588" };
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL)
        code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    if (code == NULL)
        return NULL;
    const int size = code->width + 2 * QUIET;
    GString *lines = g_string_new(NULL);
    for (int row = 0; row < size; row += 2) {
        for (int column = 0; column < size; column++)
            g_string_append(lines, halves[(is_dark(code, row, column) ? 0 : 1) + (is_dark(code, row + 1, column) ? 0 : 2)]);
        g_string_append_c(lines, '\n');
    }
    QRcode_free(code);
    return g_string_free(lines, FALSE);
}

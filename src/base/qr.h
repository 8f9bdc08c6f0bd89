/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR codes on a terminal, by libqrencode where it is present. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Whether this build has it. */
bool qr_is_available(void);
/* The code as lines of half blocks (U+2580, U+2584, U+2588, space), ended by line feeds, with the quiet zone of four
 * modules that readers want. The blocks are what is light in the code, since most terminals write light on dark; readers
 * take the inverse, too. NULL: not available, or the text is too long for one (2,953 bytes). The caller frees. */
char *qr_lines(const char *text);

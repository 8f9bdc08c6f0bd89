/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A password as it is typed: bytes in a fixed place, never echoed, never on the heap, wiped when
 * done with (I23). Plain data. */
#pragma once

#include <stddef.h>

enum { SECRET_LINE_SIZE = 1024 };

typedef struct SecretLine {
    char text[SECRET_LINE_SIZE]; /* NUL-terminated; what is longer is not taken */
    size_t length;
    int state; /* inside a key that sends more than one byte, which is skipped */
} SecretLine;

typedef enum {
    SECRET_LINE_GOES_ON,
    SECRET_LINE_GIVEN,    /* Enter */
    SECRET_LINE_GIVEN_UP, /* Ctrl-c, Ctrl-d */
} SecretLineEnd;

/* One byte from the terminal: text, Backspace, Ctrl-u (all of it), or what ends the line. */
SecretLineEnd secret_line_take(SecretLine *line, char byte);
void secret_line_wipe(SecretLine *line);

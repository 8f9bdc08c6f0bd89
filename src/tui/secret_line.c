/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/secret_line.h"

#include <string.h>

#define CONTROL(letter) ((letter) &0x1F)

enum { STATE_TEXT, STATE_ESCAPE, STATE_SEQUENCE };

void
secret_line_wipe(SecretLine *line)
{
    explicit_bzero(line, sizeof *line);
}

static void
delete_last_character(SecretLine *line)
{
    while (line->length > 0) {
        const char byte = line->text[--line->length];
        line->text[line->length] = '\0';
        if ((byte & 0xC0) != 0x80)
            return;
    }
}

static void
take_text(SecretLine *line, char byte)
{
    if ((unsigned char) byte >= 0x20 && line->length < SECRET_LINE_SIZE - 1)
        line->text[line->length++] = byte;
}

SecretLineEnd
secret_line_take(SecretLine *line, char byte)
{
    if (line->state == STATE_ESCAPE) {
        line->state = byte == '[' || byte == 'O' ? STATE_SEQUENCE : STATE_TEXT;
        return SECRET_LINE_GOES_ON;
    }
    if (line->state == STATE_SEQUENCE) {
        line->state = byte >= 0x40 && byte <= 0x7E ? STATE_TEXT : STATE_SEQUENCE;
        return SECRET_LINE_GOES_ON;
    }
    switch (byte) {
    case '\r':
    case '\n':
        return SECRET_LINE_GIVEN;
    case CONTROL('C'):
    case CONTROL('D'):
        return SECRET_LINE_GIVEN_UP;
    case CONTROL('U'):
        secret_line_wipe(line);
        break;
    case CONTROL('H'):
    case 0x7F:
        delete_last_character(line);
        break;
    case CONTROL('['):
        line->state = STATE_ESCAPE;
        break;
    default:
        take_text(line, byte);
    }
    return SECRET_LINE_GOES_ON;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stanza says about rooms, as one line of text: for comparing. */
#pragma once

#include "stream_fixture.h"

typedef struct MucLine {
    StreamFixture fixture;
    GString *line; /* of the last presence or message; "" when there was none since */
} MucLine;

void muc_line_init(MucLine *muc); /* online */
void muc_line_clear(MucLine *muc);
/* Feeds a stanza; what is made of it, valid until the next call. */
const char *muc_line_feed(MucLine *muc, const char *format, ...) G_GNUC_PRINTF(2, 3);

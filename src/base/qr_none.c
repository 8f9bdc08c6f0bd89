/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A build without libqrencode. */
#include "base/qr.h"

bool
qr_is_available(void)
{
    return false;
}

char *
qr_lines(const char *text)
{
    return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one GError domain of confab. A code says what kind of thing went wrong and is also the exit code of the
 * headless front-ends (sysexits, confab(1)). The message is one line in the user's words with the way out:
 * "CAUSE: what to do next", translated, without a final full stop. */
#pragma once

#include <glib.h>

#define CONFAB_ERROR (confab_error_quark())

typedef enum {
    ERROR_FAILED = 1,       /* a command failed */
    ERROR_USAGE = 64,       /* wrong use of a command or option */
    ERROR_BAD_INPUT = 65,   /* JID, encoding, date … */
    ERROR_NOT_FOUND = 66,   /* no such account, file or contact */
    ERROR_UNREACHABLE = 69, /* DNS, TCP, time-outs before TLS; the stream was lost */
    ERROR_INTERNAL = 70,
    ERROR_LOCAL_IO = 74,
    ERROR_QUEUED = 75,      /* not yet delivered, time-out */
    ERROR_PROTOCOL = 76,    /* stream or stanza error, recipient refused */
    ERROR_AUTH = 77,        /* authentication or certificate refused */
    ERROR_CONFIG = 78,      /* configuration error */
    ERROR_ENCRYPTION = 79,  /* encryption required but not possible: nothing was sent */
} ErrorCode;

GQuark confab_error_quark(void);

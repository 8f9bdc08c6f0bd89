/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confab send JID…`: one message, said to everybody named, and the end. */
#pragma once

#include <stdbool.h>

#include "base/paths.h"

/* What the command line says; main.c fills it in. Texts NULL: not given. */
typedef struct CliSend {
    const Paths *paths;
    const char *const *operands; /* the JIDs; NULL: none */
    const char *const *accounts; /* -a */
    const char *body;            /* else the file, else standard input, without its last line feed */
    const char *body_file;
    const char *wait;            /* "sent" (the server has it; the default) or "received" (the recipient has it) */
    const char *encrypt;         /* "none", "otr"; NULL: what the conversation insists on */
    bool json;                   /* how it went, one `delivery` event a recipient, on standard output */
    int timeout;                 /* seconds; 0: 60 */
    int password_fd;             /* -1: none */
} CliSend;

/* An instance that runs on the profile is asked to say it; else connects, says it, waits, and says good-bye. With `encrypt` "otr" a session is begun for each recipient and ended
 * afterwards. Returns the exit code of confab(1), the worst of all recipients': ERROR_QUEUED: the time is over, it
 * waits in the outbox; ERROR_ENCRYPTION: it cannot be encrypted, nothing was sent; ERROR_PROTOCOL: it was refused. */
int cli_send(const CliSend *options);

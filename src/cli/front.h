/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all words of the command line do alike. For this layer only. */
#pragma once

#include "base/paths.h"
#include "config/secret.h"

/* The one line an error gets on standard error: "confab: POSITION: MESSAGE"; `position` may be "". */
void front_report(const char *position, const char *message);
/* The exit code of an error (confab(1)). */
int front_code(const GError *error);
/* Where passwords come from; `password_fd` -1: no descriptor was given. NULL: it cannot be read. */
SecretSources *front_secrets(int password_fd, GError **error);

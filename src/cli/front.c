/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/front.h"

#include <stdio.h>

#include "base/error.h"

void
front_report(const char *position, const char *message)
{
    fprintf(stderr, "confab: %s%s%s\n", position, *position != '\0' ? ": " : "", message);
}

int
front_code(const GError *error)
{
    return error->domain == CONFAB_ERROR ? error->code : ERROR_INTERNAL;
}

SecretSources *
front_secrets(int password_fd, GError **error)
{
    g_autoptr(SecretSources) secrets = secret_sources_new();
    if (password_fd < 0)
        return g_steal_pointer(&secrets);
    Secret *secret = secret_read_fd(password_fd, error);
    if (secret == NULL)
        return NULL;
    secret_sources_give(secrets, secret);
    return g_steal_pointer(&secrets);
}

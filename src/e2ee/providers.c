/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "e2ee/e2ee.h"

#include <string.h>

#include "e2ee/otr.h"

static const E2eeProvider *const providers[] = { &otr_provider, NULL };

const E2eeProvider *const *
e2ee_providers(void)
{
    return providers;
}

const E2eeProvider *
e2ee_find_provider(const char *name)
{
    for (const E2eeProvider *const *provider = e2ee_providers(); *provider != NULL; provider++) {
        if (strcmp((*provider)->name, name) == 0)
            return *provider;
    }
    return NULL;
}

const char *
e2ee_trust_word(E2eeTrust trust)
{
    static const char *const words[] = { "untrusted", "trusted", "verified" };
    g_return_val_if_fail(trust < G_N_ELEMENTS(words), "untrusted");
    return words[trust];
}

void
e2ee_key_free(E2eeKey *key)
{
    g_clear_pointer(&key->peer, jid_unref);
    g_free(key->fingerprint);
    g_free(key);
}

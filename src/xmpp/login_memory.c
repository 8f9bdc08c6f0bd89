/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/login_memory.h"

#include <string.h>

#include "xmpp/stream_parts.h"

struct LoginMemory {
    ScramKeys *keys;
    char *digest; /* of the password they are of */
    guint8 salt[16];
    bool refuses_upgrades;
};

static char *
digest_password(const LoginMemory *memory, const char *password)
{
    return g_compute_hmac_for_string(G_CHECKSUM_SHA256, memory->salt, sizeof memory->salt,
                                     password ? password : "", -1);
}

LoginMemory *
login_memory_new(void)
{
    LoginMemory *memory = g_new0(LoginMemory, 1);

    stream_fill_random(memory->salt, sizeof memory->salt);
    return memory;
}

void
login_memory_free(LoginMemory *memory)
{
    login_memory_keep(memory, NULL, NULL);
    g_free(memory);
}

ScramKeys *
login_memory_recall(const LoginMemory *memory, const char *password)
{
    g_autofree char *digest = memory->keys ? digest_password(memory, password) : NULL;

    return digest && strcmp(digest, memory->digest) == 0 ? memory->keys : NULL;
}

void
login_memory_keep(LoginMemory *memory, const char *password, ScramKeys *keys)
{
    ScramKeys *old = memory->keys;

    memory->keys = keys ? scram_keys_ref(keys) : NULL;
    g_clear_pointer(&old, scram_keys_unref);
    g_free(memory->digest);
    memory->digest = keys ? digest_password(memory, password) : NULL;
}

void
login_memory_refuse_upgrades(LoginMemory *memory)
{
    memory->refuses_upgrades = true;
}

bool
login_memory_allows_upgrades(const LoginMemory *memory)
{
    return !memory->refuses_upgrades;
}

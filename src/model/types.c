/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/types.h"

#include <glib.h>

#include "base/i18n.h"

static const struct {
    const char *word, *label;
} availabilities[] = {
    [AVAILABILITY_OFFLINE] = { "offline", N_("offline") },
    [AVAILABILITY_DND] = { "dnd", N_("do not disturb") },
    [AVAILABILITY_XA] = { "xa", N_("not available") },
    [AVAILABILITY_AWAY] = { "away", N_("away") },
    [AVAILABILITY_ONLINE] = { "online", N_("online") },
    [AVAILABILITY_CHAT] = { "chat", N_("free for chat") },
};

const char *
availability_word(Availability availability)
{
    g_return_val_if_fail(availability < G_N_ELEMENTS(availabilities), "offline");
    return availabilities[availability].word;
}

const char *
availability_label(Availability availability)
{
    g_return_val_if_fail(availability < G_N_ELEMENTS(availabilities), "");
    return _(availabilities[availability].label);
}

const char *
encryption_state_word(EncryptionState state)
{
    static const char *const words[] = { "none", "starting", "encrypted", "ended" };
    g_return_val_if_fail(state < G_N_ELEMENTS(words), "none");
    return words[state];
}

const char *
verification_state_word(VerificationState state)
{
    static const char *const words[] = { "asked", "under-way", "succeeded", "failed", "aborted" };
    g_return_val_if_fail(state < G_N_ELEMENTS(words), "aborted");
    return words[state];
}

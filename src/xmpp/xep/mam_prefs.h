/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server keeps in the account's archive (XEP-0441). */
#pragma once

#include "xmpp/module.h"

typedef struct MamPreferences {
    char *by_default; /* "always", "never", "roster" */
    char **always, **never; /* JIDs; may be NULL */
} MamPreferences;

void mam_preferences_clear(MamPreferences *preferences);
/* One of the three words. */
bool mam_preferences_is_default(const char *word);

/* What is in force now, also after setting: the server may have its own rules. NULL on failure. Exactly once. */
typedef void (*MamPreferencesDone)(XmppStream *stream, const MamPreferences *preferences, const GError *error,
                                   gpointer data);
void mam_get_preferences(XmppStream *stream, MamPreferencesDone done, gpointer data);
void mam_set_preferences(XmppStream *stream, const MamPreferences *preferences, MamPreferencesDone done,
                         gpointer data);

extern const XmppModule mam_prefs_module;

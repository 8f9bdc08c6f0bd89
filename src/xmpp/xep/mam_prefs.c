/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/mam_prefs.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/iq.h"
#include "xmpp/stanza.h"
#include "xmpp/xep/mam.h"

typedef struct PreferencesRequest {
    MamPreferencesDone done;
    gpointer data;
} PreferencesRequest;

void
mam_preferences_clear(MamPreferences *preferences)
{
    g_clear_pointer(&preferences->by_default, g_free);
    g_clear_pointer(&preferences->always, g_strfreev);
    g_clear_pointer(&preferences->never, g_strfreev);
}

/* The JIDs in a list, sorted out: what is no JID is not there (I6). */
static char **
read_list(xmpp_stanza_t *prefs, const char *name)
{
    xmpp_stanza_t *list = stanza_child(prefs, name, NS_MAM);
    GPtrArray *jids = g_ptr_array_new();

    for (xmpp_stanza_t *child = list ? stanza_child(list, "jid", NS_MAM) : NULL; child;
         child = stanza_next(child, "jid", NS_MAM)) {
        g_autofree char *text = stanza_text(child);
        g_autoptr(Jid) jid = jid_new(g_strstrip(text), NULL);
        if (jid)
            g_ptr_array_add(jids, g_strdup(jid_text(jid)));
    }
    g_ptr_array_add(jids, NULL);
    return (char **) g_ptr_array_free(jids, FALSE);
}

bool
mam_preferences_is_default(const char *word)
{
    return word && (strcmp(word, "always") == 0 || strcmp(word, "never") == 0 || strcmp(word, "roster") == 0);
}

static void
on_answer(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    g_autofree PreferencesRequest *request = data;
    xmpp_stanza_t *prefs = answer ? stanza_child(answer, "prefs", NS_MAM) : NULL;

    if (error) {
        request->done(stream, NULL, error, request->data);
        return;
    }
    if (!prefs || !mam_preferences_is_default(stanza_attribute(prefs, "default"))) {
        g_autoptr(GError) unusable =
            g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, _("the answer holds nothing usable"));
        request->done(stream, NULL, unusable, request->data);
        return;
    }
    MamPreferences preferences = {
        .by_default = g_strdup(stanza_attribute(prefs, "default")),
        .always = read_list(prefs, "always"),
        .never = read_list(prefs, "never"),
    };
    request->done(stream, &preferences, NULL, request->data);
    mam_preferences_clear(&preferences);
}

static void
send_request(XmppStream *stream, xmpp_stanza_t *take_iq, MamPreferencesDone done, gpointer data)
{
    PreferencesRequest *request = g_new(PreferencesRequest, 1);

    *request = (PreferencesRequest) { .done = done, .data = data };
    iq_request(stream, NULL, take_iq, on_answer, request);
}

void
mam_get_preferences(XmppStream *stream, MamPreferencesDone done, gpointer data)
{
    send_request(stream, iq_new(stream, "get", "prefs", NS_MAM, NULL), done, data);
}

/* Both lists are there also when they are empty (XEP-0441 §2.1). */
static void
add_list(xmpp_stanza_t *prefs, const char *name, char *const *jids)
{
    xmpp_stanza_t *list = stanza_add(prefs, name, NULL);

    for (; jids && *jids; jids++)
        stanza_add_text(list, "jid", NULL, *jids);
}

void
mam_set_preferences(XmppStream *stream, const MamPreferences *preferences, MamPreferencesDone done, gpointer data)
{
    xmpp_stanza_t *prefs;
    xmpp_stanza_t *iq = iq_new(stream, "set", "prefs", NS_MAM, &prefs);

    stanza_set(prefs, "default", preferences->by_default);
    add_list(prefs, "always", preferences->always);
    add_list(prefs, "never", preferences->never);
    send_request(stream, iq, done, data);
}

const XmppModule mam_prefs_module = {
    .name = "mam-prefs",
    .xep = "0441",
    .version = "0.2.0",
};

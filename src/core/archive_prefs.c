/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/archive_prefs.h"

#include <string.h>

#include "xmpp/xep/mam_prefs.h"

typedef struct PrefsRequest {
    ArchivePrefsDone done;
    gpointer data;
    bool changes; /* what comes next is the answer to the question, not to the change */
    char *by_default;
    char *always, *never, *as_default;
} PrefsRequest;

static void
finish(PrefsRequest *request, const MamPreferences *preferences, const GError *error)
{
    if (preferences != NULL) {
        const ArchivePrefs prefs = {
            .by_default = preferences->by_default,
            .always = (const char *const *) preferences->always,
            .never = (const char *const *) preferences->never,
        };
        request->done(&prefs, NULL, request->data);
    } else {
        request->done(NULL, error, request->data);
    }
    g_free(request->by_default);
    g_free(request->always);
    g_free(request->never);
    g_free(request->as_default);
    g_free(request);
}

/* The list with `added`, without the others; free the array only. */
static char **
change_list(char *const *list, const char *added, const char *const removed[2])
{
    GPtrArray *changed = g_ptr_array_new();
    for (; *list != NULL; list++) {
        if (g_strcmp0(*list, added) != 0 && g_strcmp0(*list, removed[0]) != 0 && g_strcmp0(*list, removed[1]) != 0)
            g_ptr_array_add(changed, *list);
    }
    if (added != NULL)
        g_ptr_array_add(changed, (gpointer) added);
    g_ptr_array_add(changed, NULL);
    return (char **) g_ptr_array_free(changed, FALSE);
}

/* The lists are set as a whole (XEP-0441 §2.1), so what is to stay has to be known first. */
static void
on_preferences(XmppStream *stream, const MamPreferences *preferences, const GError *error, gpointer data)
{
    PrefsRequest *request = data;
    if (preferences == NULL || !request->changes) {
        finish(request, preferences, error);
        return;
    }
    const char *const not_always[] = { request->never, request->as_default };
    const char *const not_never[] = { request->always, request->as_default };
    g_autofree char **always = change_list(preferences->always, request->always, not_always);
    g_autofree char **never = change_list(preferences->never, request->never, not_never);
    const MamPreferences wanted = {
        .by_default = request->by_default != NULL ? request->by_default : preferences->by_default,
        .always = always,
        .never = never,
    };
    request->changes = false;
    mam_set_preferences(stream, &wanted, on_preferences, request);
}

static PrefsRequest *
new_request(ArchivePrefsDone done, gpointer data)
{
    PrefsRequest *request = g_new0(PrefsRequest, 1);
    request->done = done;
    request->data = data;
    return request;
}

void
archive_prefs_get(Session *session, ArchivePrefsDone done, gpointer data)
{
    mam_get_preferences(session_stream(session), on_preferences, new_request(done, data));
}

static char *
copy_jid(const Jid *jid)
{
    return jid != NULL ? g_strdup(jid_text(jid)) : NULL;
}

void
archive_prefs_change(Session *session, const ArchivePrefsChange *change, ArchivePrefsDone done, gpointer data)
{
    PrefsRequest *request = new_request(done, data);
    request->changes = true;
    request->by_default = g_strdup(change->by_default);
    request->always = copy_jid(change->always);
    request->never = copy_jid(change->never);
    request->as_default = copy_jid(change->as_default);
    mam_get_preferences(session_stream(session), on_preferences, request);
}

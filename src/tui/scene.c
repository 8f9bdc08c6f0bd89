/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/scene.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

Conversation *
scene_conversation_of(const Scene *scene, const Window *window)
{
    for (guint i = 0; window->serial != 0 && i < scene->accounts->len; i++) {
        Conversation *found = account_conversation_by_serial(g_ptr_array_index(scene->accounts, i), window->serial);
        if (found)
            return found;
    }
    return NULL;
}

Conversation *
scene_conversation(const Scene *scene)
{
    return scene_conversation_of(scene, windows_current(scene->windows));
}

static const char *
self_name(const Conversation *conversation)
{
    const Jid *jid = account_jid(conversation_account(conversation));
    return jid_local(jid) ? jid_local(jid) : jid_text(jid);
}

LinesLook
scene_look(const Scene *scene, int columns, char **label)
{
    const Conversation *conversation = scene_conversation(scene);
    const char *name = conversation ? conversation_label(conversation) : "";
    /* Beside each message the whole address of somebody without a name would take too much room. */
    if (conversation && strcmp(name, jid_text(conversation_jid(conversation))) == 0
        && jid_local(conversation_jid(conversation)))
        name = jid_local(conversation_jid(conversation));
    *label = text_clean(name, -1, TEXT_STRICT);
    return (LinesLook) {
        .columns = columns,
        .me = _("me"),
        .is_room = conversation && conversation_kind(conversation) == CONVERSATION_ROOM,
        .self = conversation ? self_name(conversation) : "",
        .peer = *label,
        .time_format = scene->time_format,
        .time_columns = lines_time_columns(scene->time_format),
    };
}

const char *
state_label(AccountState state)
{
    static const char *const labels[] = {
        [ACCOUNT_OFFLINE] = N_("offline"),
        [ACCOUNT_RESOLVING] = N_("resolving"),
        [ACCOUNT_CONNECTING] = N_("connecting"),
        [ACCOUNT_SECURING] = N_("securing"),
        [ACCOUNT_AUTHENTICATING] = N_("authenticating"),
        [ACCOUNT_ONLINE] = N_("online"),
    };
    return _(labels[state]);
}

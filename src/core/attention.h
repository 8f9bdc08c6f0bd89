/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What deserves the user's attention: whom a message calls, what is only noise. Chats call by everything, rooms by what
 * names the user or one of the user's words; the setting `notify` says otherwise for a conversation, an account, or
 * everywhere. */
#pragma once

#include "core/client.h"

/* The words of the setting `notify`, in their order. */
typedef enum {
    NOTIFY_AUTO, /* ALL in chats and private messages, MENTION in rooms */
    NOTIFY_ALL,
    NOTIFY_MENTION,
    NOTIFY_NONE,
} NotifyLevel;

typedef enum {
    NOTIFY_BY_DEFAULT,  /* the account's, everywhere's, or the program's */
    NOTIFY_BY_SETTING,  /* of the conversation, on this device */
    NOTIFY_BY_BOOKMARK, /* of the room, on all devices (XEP-0492) */
} NotifySource;

/* What counts for a conversation: never AUTO. The setting of this device goes before the room's bookmark. `source` may be
 * NULL. */
NotifyLevel attention_level(const Client *client, const Conversation *conversation, NotifySource *source);
/* As the user says it for a conversation: into the bookmark when the room has one and the account is online, which all
 * devices follow; else into the setting of this device. */
void attention_choose(Client *client, const Conversation *conversation, NotifyLevel level, CoreDone done,
                      gpointer data);
/* Whether the message is one that the user wants to be called for, be it now or not. Never one of our own. */
bool attention_wants(const Client *client, const Conversation *conversation, const Message *message);
/* … and now: it was not read before, and these are no quiet hours. */
bool attention_notifies(const Client *client, const Conversation *conversation, const Message *message);
/* Whether there is something unread that the user wants to be called for. */
bool attention_wants_unread(const Client *client, const Conversation *conversation);
/* Whether a coming, going or renaming (OCCUPANT_* events) is not worth a line, as the setting room.noise says. What was
 * done to somebody always is. */
bool attention_is_noise(const Client *client, const ModelEvent *event);

/* What is set for exactly this conversation (bare JID): AUTO when nothing is; and sets it, AUTO taking it away. Changes are
 * published on the settings' bus (SETTING_NOTIFY). */
NotifyLevel attention_notify_setting(const Client *client, const Jid *with);
bool attention_set_notify(Client *client, const Jid *with, NotifyLevel level, GError **error);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Roster and subscriptions as a user does them (RFC 6121 §2, §3). `done` may be NULL. */
#pragma once

#include "core/session.h"

/* Adds to the roster and asks for presence. */
void contacts_add(Session *session, const Jid *jid, const char *name, CoreDone done, gpointer data);
void contacts_remove(Session *session, const Jid *jid, CoreDone done,
                     gpointer data); /* also cancels both subscriptions */
void contacts_rename(Session *session, const Jid *jid, const char *name, CoreDone done, gpointer data);
/* The whole set of groups; NULL-terminated. */
void contacts_set_groups(Session *session, const Jid *jid, const char *const *groups, CoreDone done, gpointer data);
bool contacts_subscribe(Session *session, const Jid *jid, const char *words, GError **error);
bool contacts_unsubscribe(Session *session, const Jid *jid, GError **error);
bool contacts_approve(Session *session, const Jid *jid, GError **error);
bool contacts_deny(Session *session, const Jid *jid, GError **error);

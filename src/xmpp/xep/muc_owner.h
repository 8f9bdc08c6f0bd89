/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms (XEP-0045 §10): creating, configuring, destroying. */
#pragma once

#include "xmpp/form.h"
#include "xmpp/xep/muc.h"

/* §10.1.2: a room that was just created opens with what the service thinks right. */
void muc_owner_accept_default(XmppStream *stream, const Jid *room, IqDone done, gpointer data);
/* §10.9; `reason`, `alternate` may be NULL. */
void muc_owner_destroy(XmppStream *stream, const Jid *room, const char *reason, const Jid *alternate, IqDone done,
                       gpointer data);

/* --- configuration (§10.2) --- */
/* The form is handed over; NULL: `error` says why not. */
typedef void (*MucFormDone)(XmppStream *stream, DataForm *take_form, const XmppStanzaError *detail, const GError *error,
                            gpointer data);
void muc_owner_request_form(XmppStream *stream, const Jid *room, MucFormDone done, gpointer data);
void muc_owner_submit_form(XmppStream *stream, const Jid *room, const DataForm *form, IqDone done, gpointer data);
/* A room that is not open yet is destroyed by it (§10.1.3). */
void muc_owner_cancel_form(XmppStream *stream, const Jid *room, IqDone done, gpointer data);

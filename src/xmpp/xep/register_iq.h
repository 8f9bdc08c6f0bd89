/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In-band registration (XEP-0077) with a room (XEP-0045 §7.10) or a service. Every request ends exactly once. */
#pragma once

#include "xmpp/form.h"
#include "xmpp/iq.h"
#include "xmpp/module.h"

#define NS_REGISTER "jabber:iq:register"

/* What is wanted for registering. Services that know no data forms ask for plain elements, which are made fields of a
 * form named as the elements are. */
typedef struct Registration {
    bool is_registered; /* already */
    bool is_plain;      /* `form` was made of plain elements, and is answered in the same way */
    DataForm *form;
} Registration;

void registration_free(Registration *registration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Registration, registration_free)

/* Handed over; NULL: `error` says why not. */
typedef void (*RegisterDone)(XmppStream *stream, Registration *take_registration, const XmppStanzaError *detail,
                             const GError *error, gpointer data);
void register_request(XmppStream *stream, const Jid *jid, RegisterDone done, gpointer data);
void register_submit(XmppStream *stream, const Jid *jid, const Registration *registration, IqDone done, gpointer data);
void register_remove(XmppStream *stream, const Jid *jid, IqDone done, gpointer data);

extern const XmppModule register_module;

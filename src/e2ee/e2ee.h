/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The provider interface (HACKING.md). An Envelope is a message that may leave: only envelope_plain() — refused when
 * the conversation insists on a provider — or a provider's completion can make one, and core/outgoing.c sends nothing
 * else. */
#pragma once

#include "xmpp/message_stanza.h"
#include "xmpp/module.h"

typedef struct Envelope Envelope; /* owns the XmppMessage to send */
typedef struct E2ee E2ee;         /* a provider's state for one account */

typedef enum {
    E2EE_CAN_ROOMS = 1,
    E2EE_CAN_OFFLINE = 2,
    E2EE_CAN_FILES = 4,
    E2EE_CAN_MANY_DEVICES = 8,
    E2EE_NEEDS_START = 16
} E2eeCan;
typedef enum { E2EE_NONE, E2EE_UNTRUSTED, E2EE_TRUSTED, E2EE_VERIFIED } E2eeStatus;

/* Exactly once: an envelope (taken over by the callee), or NULL and why. */
typedef void (*E2eeDone)(Envelope *take_envelope, const GError *error, gpointer data);

typedef struct E2eeProvider {
    const char *name; /* "otr": /encrypt, setting, title, history column */
    const XmppModule *module;
    E2eeCan can;
    E2ee *(*new)(const char *directory, const Jid *own);
    void (*free)(E2ee *);
    E2eeStatus (*status)(E2ee *, const Jid *peer);
    void (*start)(E2ee *, const Jid *);
    void (*stop)(E2ee *, const Jid *);
    void (*encrypt)(E2ee *, const XmppMessage *, E2eeDone, gpointer);
    GPtrArray *(*keys)(E2ee *, const Jid *);
} E2eeProvider;

/* `intent` is what the conversation insists on; anything but "none" is refused with ERROR_ENCRYPTION (I21). Takes the
 * message. */
Envelope *envelope_plain(XmppMessage *take_message, const char *intent, GError **error);
const XmppMessage *envelope_message(const Envelope *envelope);
const char *envelope_encryption(const Envelope *envelope); /* "none" or the provider */
void envelope_free(Envelope *envelope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Envelope, envelope_free)

/* providers.c: the only list; NULL-terminated. */
const E2eeProvider *const *e2ee_providers(void);
const E2eeProvider *e2ee_find_provider(const char *name);

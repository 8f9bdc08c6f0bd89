/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two clients, each with a core of its own, at the ends of a wire that carries their messages when it is told to, and is
 * looked at. End 0 is me@example.org/desk, end 1 bob@example.org/desk. */
#pragma once

#include "flow.h"

#include "core/conversations.h"
#include "core/encryption.h"

typedef struct Wire {
    Flow *flows[2];
    Peer *ends[2];
    GString *seen; /* every message stanza that was carried, one after the other */
} Wire;

extern const char *const wire_names[2]; /* bare JIDs */
extern char *wire_keys[2];              /* the files of their private keys */

/* Once in a test program: making a key takes a moment, so they are lent to all wires. */
void wire_make_keys(void);
void wire_forget_keys(void);

/* Both online, contacts of each other with this subscription, with this config file. */
Wire *wire_new_with(const char *config, const char *subscription);
Wire *wire_new(void);
void wire_free(Wire *wire);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wire, wire_free)
void wire_login(Wire *wire, int end, const char *subscription);
/* Ends that client and starts it again on its files. */
void wire_restart(Wire *wire, int end, const char *subscription);

/* Carries what one end has sent to the other; true: there was something. */
bool wire_carry(Wire *wire, int end);
/* … both ways, until there is nothing more. */
void wire_pump(Wire *wire);

Conversation *wire_conversation(Wire *wire, int end);
const ConversationEncryption *wire_state(Wire *wire, int end);
/* The newest message. */
const Message *wire_last(Wire *wire, int end);
/* An OTR session, which must work. */
void wire_start(Wire *wire, int end);
void wire_assert_unseen(const Wire *wire, const char *text);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message to one recipient, followed until the server or the recipient has it: for programs that want to know. */
#pragma once

#include "core/client.h"

typedef enum { DELIVERY_QUEUED, DELIVERY_SENT, DELIVERY_RECEIVED } DeliveryWait;

typedef struct DeliveryOptions {
    const Jid *to;       /* with a resource: to that device; a room that is joined */
    const char *body;
    const char *encrypt; /* "none", a provider, NULL: what the conversation insists on. A session begun for it ends with it. */
    DeliveryWait wait;
    guint timeout;       /* seconds */
    bool must_be_online; /* waits for the login and says nothing without one; else it is in the outbox meanwhile */
} DeliveryOptions;

typedef struct Delivery Delivery;
/* Once, from the loop; the delivery is to be freed, then or later, and at once when the client goes. */
typedef void (*DeliveryDone)(Delivery *delivery, gpointer data);

/* Starts. Connects nothing. */
Delivery *delivery_new(Session *session, const DeliveryOptions *options, DeliveryDone done, gpointer data);
/* What was said stays said; a session begun for it is ended. Nobody is called any more. */
void delivery_free(Delivery *delivery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Delivery, delivery_free)

/* 0: as wanted; ERROR_QUEUED: not in time, it waits in the outbox or the recipient was silent; ERROR_ENCRYPTION: nothing was sent;
 * ERROR_PROTOCOL: refused; ERROR_UNREACHABLE and others: the account is not online, nothing was sent. */
int delivery_code(const Delivery *delivery);
/* In words; NULL when the code is 0. */
const char *delivery_reason(const Delivery *delivery);
/* The name of the account it is from. */
const char *delivery_account(const Delivery *delivery);
/* NULL: nothing was said. Borrowed for this turn of the loop. */
const Message *delivery_message(const Delivery *delivery);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Teaching the server a stronger form of the password that it stores (XEP-0480): only inside a login that is bound to its
 * channel. Whoever could be in between would otherwise choose the salt and get what is as good as the password. */
#pragma once

#include "xmpp/sasl.h"
#include "xmpp/sasl2.h"

typedef struct Upgrade Upgrade;

/* The strongest form that the server wants and does not have; NULL: there is none, or it must not be told here. */
Upgrade *upgrade_new(const Sasl2Offer *offer, bool bound);
/* Ends a computation: its `done` is not called any more. */
void upgrade_free(Upgrade *upgrade);
/* "UPGR-SCRAM-SHA-256" */
const char *upgrade_task(const Upgrade *upgrade);

/* `answer` is a <task-data/> to send, the callee's; NULL: `error` says why not. */
typedef void (*UpgradeDone)(xmpp_stanza_t *answer, const GError *error, gpointer data);
/* Computes what the server's <task-data/> asks for. False: it asks for nothing that is known; then `done` is not called.
 * Otherwise it is called once, from the main loop. */
bool upgrade_compute(Upgrade *upgrade, const Sasl *sasl, xmpp_stanza_t *task_data, UpgradeDone done, gpointer data);

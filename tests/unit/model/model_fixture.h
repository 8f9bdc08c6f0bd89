/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account on a bus that writes down what it publishes. */
#pragma once

#include "model/model_event.h"

typedef struct Fixture {
    Bus *bus;
    Account *account;
    Roster *roster;
    GString *events; /* "CONTACT_ADDED bob; …", cleared by assert_events() */
} Fixture;

void fixture_set_up(Fixture *fixture, gconstpointer data);
void fixture_tear_down(Fixture *fixture, gconstpointer data);
/* What was published since the last call, one word and its subject each. */
void fixture_assert_events(Fixture *fixture, const char *expected);

/* Never NULL. */
Jid *make_jid(const char *text);
Contact *make_contact(Fixture *fixture, const char *jid, const char *name);
void set_presence(Contact *contact, const char *full, Availability availability, int priority, const char *status);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be wrong: this machine, the way to a server, the server, and an account at it, step by step. Nothing of an
 * account's own session is touched: servers are looked at over connections of their own, without a login, and only an
 * account that is online asks its server what it can do. */
#pragma once

#include "core/client.h"

typedef enum { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_WARNING, DOCTOR_BAD } DoctorVerdict;
/* "ok", "note", "warning", "bad" */
const char *doctor_verdict_word(DoctorVerdict verdict);

typedef struct DoctorStep {
    const char *name; /* stable: "dns", "certificate" … */
    DoctorVerdict verdict;
    const char *found;  /* cleaned, one line */
    const char *advice; /* what to do; NULL: nothing */
} DoctorStep;

typedef struct Doctor Doctor;
typedef void (*DoctorTold)(const DoctorStep *step, gpointer data);
/* Once, from the loop, and at once when the client goes; every step has been told. The doctor is freed then. */
typedef void (*DoctorDone)(gpointer data);

/* `session` NULL: nothing of an account, only the domain; that NULL, too: only this machine. Ends within DOCTOR_SECONDS.
 * False: `domain` is none. */
enum { DOCTOR_SECONDS = 25 };
bool doctor_start(Client *client, Session *session, const char *domain, DoctorTold told, DoctorDone done,
                  gpointer data, GError **error);

/* For showing it to others: local parts and resources of addresses, IP addresses, the user's own directory, and secrets are
 * "…". Caller frees. */
char *doctor_redact(const char *text);

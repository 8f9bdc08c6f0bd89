/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the doctor. */
#pragma once

#include "core/core_private.h"
#include "core/doctor.h"

/* Something that was asked; owned by its answer, which may come when the doctor is gone. */
typedef struct Question {
    Doctor *doctor; /* NULL: nobody wants to know any more */
    const char *step;
    char *about; /* host, feature …; may be NULL */
    gint64 asked; /* monotonic */
    guint kind;  /* the asker's own */
} Question;

/* Until doctor_answered() the examination goes on. */
Question *doctor_ask(Doctor *doctor, const char *step, const char *about, guint kind);
/* False: nobody wants to know; the question is to be freed in either case, after doctor_answered(). */
bool doctor_wants(const Question *question);
void doctor_answered(Question *take_question);

/* The text is cleaned here. */
void doctor_tell(Doctor *doctor, const char *step, DoctorVerdict verdict, const char *advice, const char *format, ...)
    G_GNUC_PRINTF(5, 6);
Client *doctor_client(const Doctor *doctor);
Session *doctor_session(const Doctor *doctor); /* NULL: only a domain, or the account is gone */

/* --- doctor_local.c: this machine --- */
void doctor_look_at_machine(Doctor *doctor);
/* --- doctor_account.c: an account, as it is and as its server sees it --- */
void doctor_look_at_account(Doctor *doctor);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What confab writes as JSON, held against the tables it is documented by (rpc/event_shapes.h, rpc/rpc_methods.h). */
#pragma once

/* The test fails unless the event has the shape of its name: every field that must be there, nothing else, each of its type and
 * one of its words. */
void assert_event_shape(const char *json);
/* The same for a line of the control socket: an answer, a failure, a notification, or a batch of answers. */
void assert_message_shape(const char *json);
/* Every line of the output of a program that is one or the other. */
void assert_shapes(const char *output);
/* What assert_event_shape() has seen until now, a line each: for the schema. The caller frees. */
char *shape_check_seen(void);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as they are emitted, held against the tables they are documented by. */
#pragma once

/* The test fails unless the JSON has the shape of its event: every field that must be there, nothing else, each of its
 * type and one of its words. */
void assert_event_shape(const char *json);
/* What assert_event_shape() has seen until now, a line each: for the schema. The caller frees. */
char *shape_check_seen(void);

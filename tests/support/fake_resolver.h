/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DNS for tests: answers from a table, "no such name" for the rest, and silence where it is told to. */
#pragma once

#include <gio/gio.h>

typedef struct FakeResolver FakeResolver;

/* Becomes GLib's default resolver until it is freed. */
FakeResolver *fake_resolver_new(void);
void fake_resolver_free(FakeResolver *resolver);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeResolver, fake_resolver_free)

/* `rrname`: "_xmpp-client._tcp.example.org"; `host` "." for no service. */
void fake_resolver_add_service(FakeResolver *resolver, const char *rrname, const char *host, guint16 port, int priority,
                               int weight);
void fake_resolver_add_address(FakeResolver *resolver, const char *host, const char *address);
/* Questions for this name are never answered. */
void fake_resolver_silence(FakeResolver *resolver, const char *name);
/* Questions for this name fail as when the server is broken. */
void fake_resolver_break(FakeResolver *resolver, const char *name);
/* How often a name was asked for. */
int fake_resolver_questions(FakeResolver *resolver, const char *name);

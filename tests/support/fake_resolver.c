/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_resolver.h"

#include <string.h>

struct FakeResolver {
    GResolver *object;
    GResolver *previous;
};

typedef struct TableResolver {
    GResolver parent;
    GHashTable *services;  /* rrname → GPtrArray of GSrvTarget */
    GHashTable *addresses; /* host → GPtrArray of GInetAddress */
    GHashTable *silent;
    GHashTable *broken;
    GHashTable *questions; /* name → count */
} TableResolver;

typedef GResolverClass TableResolverClass;

static GType table_resolver_get_type(void);
G_DEFINE_TYPE(TableResolver, table_resolver, G_TYPE_RESOLVER)

static void
on_cancelled(GCancellable *cancel, GTask *task)
{
    g_task_return_error_if_cancelled(task);
    g_object_unref(task);
}

/* True when the question is dealt with here: silence or failure. Takes the task then. */
static gboolean
refuse(TableResolver *self, const char *name, GTask *take_task)
{
    const int count = GPOINTER_TO_INT(g_hash_table_lookup(self->questions, name));
    g_hash_table_replace(self->questions, g_strdup(name), GINT_TO_POINTER(count + 1));
    if (g_hash_table_contains(self->silent, name)) {
        GCancellable *cancel = g_task_get_cancellable(take_task);
        g_assert_nonnull(cancel);
        g_signal_connect(cancel, "cancelled", G_CALLBACK(on_cancelled), take_task);
        return TRUE;
    }
    if (g_hash_table_contains(self->broken, name)) {
        g_task_return_new_error(take_task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, "broken");
        g_object_unref(take_task);
        return TRUE;
    }
    return FALSE;
}

static void
not_found(GTask *take_task, const char *name)
{
    g_task_return_new_error(take_task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no %s", name);
    g_object_unref(take_task);
}

static void
free_targets(gpointer list)
{
    g_resolver_free_targets(list);
}

static void
free_addresses(gpointer list)
{
    g_resolver_free_addresses(list);
}

static void
service_async(GResolver *resolver, const char *rrname, GCancellable *cancel, GAsyncReadyCallback done, gpointer data)
{
    TableResolver *self = (TableResolver *)resolver;
    GTask *task = g_task_new(resolver, cancel, done, data);
    if (refuse(self, rrname, task))
        return;
    const GPtrArray *records = g_hash_table_lookup(self->services, rrname);
    if (!records) {
        not_found(task, rrname);
        return;
    }
    GList *answer = NULL;
    for (guint i = 0; i < records->len; i++)
        answer = g_list_append(answer, g_srv_target_copy(records->pdata[i]));
    g_task_return_pointer(task, answer, free_targets);
    g_object_unref(task);
}

static void
name_async(GResolver *resolver, const char *name, GResolverNameLookupFlags flags, GCancellable *cancel,
           GAsyncReadyCallback done, gpointer data)
{
    TableResolver *self = (TableResolver *)resolver;
    GTask *task = g_task_new(resolver, cancel, done, data);
    if (refuse(self, name, task))
        return;
    const GPtrArray *known = g_hash_table_lookup(self->addresses, name);
    GList *answer = NULL;
    for (guint i = 0; known && i < known->len; i++) {
        const GSocketFamily family = g_inet_address_get_family(known->pdata[i]);
        if ((flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV4_ONLY && family != G_SOCKET_FAMILY_IPV4) ||
            (flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY && family != G_SOCKET_FAMILY_IPV6))
            continue;
        answer = g_list_append(answer, g_object_ref(known->pdata[i]));
    }
    if (!answer) {
        not_found(task, name);
        return;
    }
    g_task_return_pointer(task, answer, free_addresses);
    g_object_unref(task);
}

static void
plain_name_async(GResolver *resolver, const char *name, GCancellable *cancel, GAsyncReadyCallback done, gpointer data)
{
    name_async(resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancel, done, data);
}

static GList *
list_finish(GResolver *resolver, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
table_resolver_init(TableResolver *self)
{
    self->services = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    self->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    self->silent = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->broken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->questions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void
table_resolver_finalize(GObject *object)
{
    TableResolver *self = (TableResolver *)object;
    g_hash_table_unref(self->services);
    g_hash_table_unref(self->addresses);
    g_hash_table_unref(self->silent);
    g_hash_table_unref(self->broken);
    g_hash_table_unref(self->questions);
    G_OBJECT_CLASS(table_resolver_parent_class)->finalize(object);
}

static void
table_resolver_class_init(TableResolverClass *class)
{
    G_OBJECT_CLASS(class)->finalize = table_resolver_finalize;
    class->lookup_service_async = service_async;
    class->lookup_service_finish = list_finish;
    class->lookup_by_name_async = plain_name_async;
    class->lookup_by_name_finish = list_finish;
    class->lookup_by_name_with_flags_async = name_async;
    class->lookup_by_name_with_flags_finish = list_finish;
}

FakeResolver *
fake_resolver_new(void)
{
    FakeResolver *resolver = g_new0(FakeResolver, 1);
    resolver->previous = g_resolver_get_default();
    resolver->object = g_object_new(table_resolver_get_type(), NULL);
    g_resolver_set_default(resolver->object);
    return resolver;
}

void
fake_resolver_free(FakeResolver *resolver)
{
    g_resolver_set_default(resolver->previous);
    g_object_unref(resolver->previous);
    g_object_unref(resolver->object);
    g_free(resolver);
}

static void
append(GHashTable *table, const char *name, gpointer take_item, GDestroyNotify free_item)
{
    GPtrArray *items = g_hash_table_lookup(table, name);
    if (!items) {
        items = g_ptr_array_new_with_free_func(free_item);
        g_hash_table_insert(table, g_strdup(name), items);
    }
    g_ptr_array_add(items, take_item);
}

void
fake_resolver_add_service(FakeResolver *resolver, const char *rrname, const char *host, guint16 port, int priority,
                          int weight)
{
    append(((TableResolver *)resolver->object)->services, rrname,
           g_srv_target_new(host, port, (guint16)priority, (guint16)weight), (GDestroyNotify)g_srv_target_free);
}

void
fake_resolver_add_address(FakeResolver *resolver, const char *host, const char *address)
{
    append(((TableResolver *)resolver->object)->addresses, host, g_inet_address_new_from_string(address),
           g_object_unref);
}

void
fake_resolver_silence(FakeResolver *resolver, const char *name)
{
    g_hash_table_add(((TableResolver *)resolver->object)->silent, g_strdup(name));
}

void
fake_resolver_break(FakeResolver *resolver, const char *name)
{
    g_hash_table_add(((TableResolver *)resolver->object)->broken, g_strdup(name));
}

int
fake_resolver_questions(FakeResolver *resolver, const char *name)
{
    return GPOINTER_TO_INT(g_hash_table_lookup(((TableResolver *)resolver->object)->questions, name));
}

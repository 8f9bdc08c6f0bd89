/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/targets.h"

#include <gio/gio.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/jid.h"
#include "base/log.h"

enum { SERVICE_DIRECT, SERVICE_STARTTLS, N_SERVICES };

static const char *const service_names[N_SERVICES] = {
    [SERVICE_DIRECT] = "xmpps-client",
    [SERVICE_STARTTLS] = "xmpp-client",
};

/* What an answer in flight knows; it outlives a cancelled search. */
typedef struct Question {
    TargetsSearch *search; /* NULL when nobody waits any more */
    int service;
} Question;

struct TargetsSearch {
    char *name;
    TargetsKind kind;
    guint timeout;
    TargetsFound found;
    gpointer data;
    GCancellable *cancel;
    Question *questions[N_SERVICES]; /* NULL when answered or not asked */
    bool refused[N_SERVICES];        /* the answer was "." */
    bool answered;
    GPtrArray *targets;
    guint deadline;
    guint finish; /* idle source when no question is asked */
};

Target *
target_new(const char *host, guint16 port, bool direct)
{
    Target *target = g_new0(Target, 1);
    target->host = g_strdup(host);
    target->port = port;
    target->direct = direct;
    return target;
}

void
target_free(Target *target)
{
    g_free(target->host);
    g_free(target);
}

char *
target_lookup_name(const char *domain, GError **error)
{
    const size_t length = strlen(domain);
    const bool bracketed = length > 2 && domain[0] == '[' && domain[length - 1] == ']';
    g_autofree char *inner = bracketed ? g_strndup(domain + 1, length - 2) : g_strdup(domain);
    if (g_hostname_is_ip_address(inner))
        return g_steal_pointer(&inner);
    g_autoptr(Jid) jid = jid_new_from_parts(NULL, domain, NULL, error);
    return jid ? jid_domain_to_ascii(jid) : NULL;
}

bool
target_is_local_name(const char *name)
{
    return g_hostname_is_ip_address(name) || strcmp(name, "localhost") == 0 || g_str_has_suffix(name, ".localhost");
}

static int
compare_priority(gconstpointer a, gconstpointer b)
{
    const Target *left = *(Target *const *)a;
    const Target *right = *(Target *const *)b;
    if (left->priority != right->priority)
        return left->priority < right->priority ? -1 : 1;
    return (left->weight > 0) - (right->weight > 0); /* weight 0 first: RFC 2782 gives it a small chance */
}

/* Draws the next of targets[first, end), which have one priority, and moves it to `first`. */
static void
draw_target(GPtrArray *targets, guint first, guint end, GRand *lot)
{
    guint32 total = 0;
    for (guint i = first; i < end; i++)
        total += ((Target *)targets->pdata[i])->weight;
    const guint32 drawn = total == 0 ? 0 : (guint32)g_rand_int_range(lot, 0, (gint32)total + 1);
    guint32 sum = 0;
    guint chosen = first;
    for (; chosen + 1 < end; chosen++) {
        sum += ((Target *)targets->pdata[chosen])->weight;
        if (sum >= drawn)
            break;
    }
    gpointer target = g_ptr_array_steal_index(targets, chosen);
    g_ptr_array_insert(targets, (int)first, target);
}

void
targets_order(GPtrArray *targets, GRand *lot)
{
    g_ptr_array_sort(targets, compare_priority);
    for (guint first = 0; first < targets->len; first++) {
        guint end = first + 1;
        const guint16 priority = ((Target *)targets->pdata[first])->priority;
        while (end < targets->len && ((Target *)targets->pdata[end])->priority == priority)
            end++;
        draw_target(targets, first, end, lot);
    }
}

/* Nobody waits for the answers that are still out. */
static void
search_detach(TargetsSearch *search)
{
    for (int i = 0; i < N_SERVICES; i++)
        if (search->questions[i])
            search->questions[i]->search = NULL;
    memset(search->questions, 0, sizeof search->questions);
    g_cancellable_cancel(search->cancel);
    g_clear_handle_id(&search->deadline, g_source_remove);
    g_clear_handle_id(&search->finish, g_source_remove);
}

/* Tells the answer; the search may be gone afterwards. */
static void
search_finish(TargetsSearch *search)
{
    search_detach(search);
    const bool direct = search->kind == TARGETS_DIRECT;
    const bool refused = search->refused[direct ? SERVICE_DIRECT : SERVICE_STARTTLS];
    if (search->targets->len == 0 && refused) {
        g_autoptr(GError) error = g_error_new(
            CONFAB_ERROR, ERROR_NOT_FOUND, _("%s says that it has no XMPP service: check the address"), search->name);
        search->found(NULL, error, search->data);
        return;
    }
    if (search->targets->len == 0)
        g_ptr_array_add(search->targets, target_new(search->name, direct ? TARGETS_PORT_DIRECT : TARGETS_PORT, direct));
    g_autoptr(GRand) lot = g_rand_new();
    targets_order(search->targets, lot);
    if (search->targets->len > TARGETS_MAX)
        g_ptr_array_set_size(search->targets, TARGETS_MAX);
    search->found(search->targets, NULL, search->data);
}

static gboolean
on_deadline(gpointer data)
{
    TargetsSearch *search = data;
    search->deadline = 0;
    if (search->answered) {
        search_finish(search);
        return G_SOURCE_REMOVE;
    }
    search_detach(search);
    g_autoptr(GError) error =
        g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                    _("no answer from DNS for %s within %g s: check the network or set “server” on the account"),
                    search->name, search->timeout / 1000.0);
    search->found(NULL, error, search->data);
    return G_SOURCE_REMOVE;
}

static gboolean
on_nothing_to_ask(gpointer data)
{
    TargetsSearch *search = data;
    search->finish = 0;
    search_finish(search);
    return G_SOURCE_REMOVE;
}

/* Takes the records of one service; "." as the only host means that it is not offered. */
static void
add_records(TargetsSearch *search, int service, const GList *records)
{
    for (const GList *l = records; l; l = l->next) {
        GSrvTarget *record = l->data;
        const char *host = g_srv_target_get_hostname(record);
        if (host[0] == '\0' || strcmp(host, ".") == 0) {
            search->refused[service] = true;
            continue;
        }
        g_autofree char *name = target_lookup_name(host, NULL);
        if (!name || g_srv_target_get_port(record) == 0)
            continue;
        Target *target = target_new(name, g_srv_target_get_port(record), service == SERVICE_DIRECT);
        target->priority = g_srv_target_get_priority(record);
        target->weight = g_srv_target_get_weight(record);
        g_ptr_array_add(search->targets, target);
    }
}

static void
on_answer(GObject *resolver, GAsyncResult *result, gpointer data)
{
    g_autofree Question *question = data;
    g_autoptr(GError) error = NULL;
    GList *records = g_resolver_lookup_service_finish(G_RESOLVER(resolver), result, &error);
    TargetsSearch *search = question->search;
    if (search) {
        search->questions[question->service] = NULL;
        search->answered = true;
        if (error)
            log_debug("net", "SRV %s of %s: %s", service_names[question->service], search->name, error->message);
        add_records(search, question->service, records);
    }
    g_resolver_free_targets(records);
    if (search && !search->questions[SERVICE_DIRECT] && !search->questions[SERVICE_STARTTLS])
        search_finish(search);
}

static void
ask(TargetsSearch *search, GResolver *resolver, int service)
{
    Question *question = g_new0(Question, 1);
    question->search = search;
    question->service = service;
    search->questions[service] = question;
    g_resolver_lookup_service_async(resolver, service_names[service], "tcp", search->name, search->cancel, on_answer,
                                    question);
}

TargetsSearch *
targets_search_new(const char *name, TargetsKind kind, guint timeout, TargetsFound found, gpointer data)
{
    TargetsSearch *search = g_new0(TargetsSearch, 1);
    search->name = g_strdup(name);
    search->kind = kind;
    search->timeout = timeout;
    search->found = found;
    search->data = data;
    search->cancel = g_cancellable_new();
    search->targets = g_ptr_array_new_with_free_func((GDestroyNotify)target_free);
    if (target_is_local_name(name)) {
        search->finish = g_idle_add_full(G_PRIORITY_DEFAULT, on_nothing_to_ask, search, NULL);
        return search;
    }
    g_autoptr(GResolver) resolver = g_resolver_get_default();
    search->deadline = g_timeout_add(timeout, on_deadline, search);
    if (kind != TARGETS_STARTTLS)
        ask(search, resolver, SERVICE_DIRECT);
    if (kind != TARGETS_DIRECT)
        ask(search, resolver, SERVICE_STARTTLS);
    return search;
}

void
targets_search_free(TargetsSearch *search)
{
    if (!search)
        return;
    search_detach(search);
    g_object_unref(search->cancel);
    g_ptr_array_unref(search->targets);
    g_free(search->name);
    g_free(search);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/timers.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "command/execute.h"
#include "command/registry_private.h"
#include "command/words.h"

enum { MILLISECONDS_MAX = 1000 * 1000 * 1000 }; /* of a source of the loop; what is longer counts whole seconds */

static const double every_min = 0.1; /* s; what is shorter would keep the program busy with itself */

struct Timers {
    Registry *registry;
    GPtrArray *list;    /* Timer, in the order they were planned */
    GPtrArray *flights; /* Flight, borrowed: all there are */
    guint last;         /* number of the newest timer */
};

/* A line under way of a timer that may go before it ends. */
typedef struct Flight {
    Timers *timers;      /* NULL: gone, nobody is told how the line ends */
    struct Timer *timer; /* NULL: gone */
    char *position;      /* as the timer's */
} Flight;

typedef struct Timer {
    Timers *timers;
    guint number;
    guint source;
    bool repeats;
    double seconds;
    gint64 due; /* monotonic */
    char *command;
    char *shown; /* the command as it may be shown */
    char *account;  /* of /on; NULL: none */
    char *position; /* of the line that planned it in a script; NULL: none did */
    Caller *caller;
    Flight *flight; /* NULL: nothing is under way */
} Timer;

static void
timer_free(gpointer data)
{
    Timer *timer = data;
    g_clear_handle_id(&timer->source, g_source_remove);
    if (timer->flight != NULL)
        timer->flight->timer = NULL;
    caller_free(timer->caller);
    g_free(timer->command);
    g_free(timer->shown);
    g_free(timer->account);
    g_free(timer->position);
    g_free(timer);
}

Timers *
timers_new(Registry *registry)
{
    Timers *timers = g_new0(Timers, 1);
    timers->registry = registry;
    timers->list = g_ptr_array_new_with_free_func(timer_free);
    timers->flights = g_ptr_array_new();
    return timers;
}

void
timers_free(Timers *timers)
{
    if (timers == NULL)
        return;
    for (guint i = 0; i < timers->flights->len; i++)
        ((Flight *) timers->flights->pdata[i])->timers = NULL;
    g_ptr_array_unref(timers->list);
    g_ptr_array_unref(timers->flights);
    g_free(timers);
}

/* --- when it is time --- */

static void
on_finished(const CommandCall *call, const GError *error, gpointer data)
{
    g_autofree Flight *flight = data;
    g_autofree char *position = flight->position;
    if (flight->timer != NULL)
        flight->timer->flight = NULL;
    if (flight->timers == NULL)
        return;
    Registry *registry = flight->timers->registry;
    const Frontend *frontend = registry_frontend(registry);
    g_ptr_array_remove_fast(flight->timers->flights, flight);
    if (error == NULL || frontend->print == NULL)
        return;
    g_autofree char *message = g_strjoin(position != NULL ? ": " : "", position != NULL ? position : "",
                                         error->message, NULL);
    frontend->print(registry_front(registry), call, OUTPUT_ERROR, message, 0);
}

static void
execute(Timer *timer)
{
    Flight *flight = g_new0(Flight, 1);
    flight->timers = timer->timers;
    flight->timer = timer;
    flight->position = g_strdup(timer->position);
    timer->flight = flight;
    g_ptr_array_add(timer->timers->flights, flight);
    caller_execute(timer->caller, timer->command, timer->account, on_finished, flight);
}

static void start(Timer *timer);

/* One that is not done with the last time lets this time pass: nothing piles up. */
static gboolean
on_due(gpointer data)
{
    Timer *timer = data;
    Timers *timers = timer->timers;
    timer->source = 0;
    if (timer->repeats)
        start(timer);
    if (timer->flight == NULL)
        execute(timer); /* … which may have cancelled it, with all the others */
    if (g_ptr_array_find(timers->list, timer, NULL) && !timer->repeats)
        g_ptr_array_remove(timers->list, timer);
    return G_SOURCE_REMOVE;
}

static void
start(Timer *timer)
{
    const double milliseconds = ceil(timer->seconds * 1000);
    timer->due = g_get_monotonic_time() + (gint64) (timer->seconds * G_USEC_PER_SEC);
    timer->source = milliseconds <= MILLISECONDS_MAX
                        ? g_timeout_add((guint) milliseconds, on_due, timer)
                        : g_timeout_add_seconds((guint) timer->seconds, on_due, timer);
}

/* --- planning --- */

/* The variables of a line as they are now. */
typedef struct Collection {
    CommandCall *call;
    GHashTable *values;
} Collection;

static const char *
collect(const char *name, gpointer data)
{
    const Collection *collection = data;
    const char *value = call_variable(name, collection->call);
    if (value != NULL)
        g_hash_table_replace(collection->values, g_strdup(name), g_strdup(value));
    return value;
}

/* NULL without an error: the line has no variables, as none that is typed by hand. */
static bool
collect_values(CommandCall *call, const char *command, GHashTable **values, GError **error)
{
    *values = NULL;
    if (!call_scope(call)->expand)
        return true;
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Collection collection = { call, found };
    g_autofree char *expanded = words_expand(command, collect, &collection, error);
    if (expanded == NULL)
        return false;
    *values = g_steal_pointer(&found);
    return true;
}

static bool
check_command(const CommandCall *call, const Timers *timers, const char *command, GError **error)
{
    g_autofree char *rest = NULL;
    if (timers->list->len >= TIMERS_MAX) {
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED,
                    _("%d commands are planned already: take one away with /after cancel N"), TIMERS_MAX);
        return false;
    }
    return execute_resolve(command_call_registry(call), command + 1, &rest, error) != NULL;
}

static bool
plan(CommandCall *call, const Args *args, bool repeats, GError **error)
{
    Timers *timers = registry_timers(command_call_registry(call));
    const char *command = args_text(args, "command");
    g_autoptr(GHashTable) values = NULL;
    if (!check_command(call, timers, command, error) || !collect_values(call, command, &values, error))
        return false;
    Timer *timer = g_new0(Timer, 1);
    timer->timers = timers;
    timer->number = ++timers->last;
    timer->repeats = repeats;
    timer->seconds = args_number(args, "seconds", 0);
    timer->command = g_strdup(command);
    timer->shown = execute_hide_secret(timers->registry, command);
    timer->account = g_strdup(call_scope(call)->account);
    timer->position = g_strdup(call_scope(call)->position);
    timer->caller = caller_new(timers->registry);
    caller_set_prints(timer->caller, true);
    caller_look_at(timer->caller, command_call_conversation(call));
    if (values != NULL)
        caller_set_values(timer->caller, values);
    g_ptr_array_add(timers->list, timer);
    start(timer);
    if (strcmp(timer->shown, command) != 0) {
        g_autofree char *line = g_strdup_printf("/%s ****", command_call_command(call)->name);
        call_set_shown_line(call, line);
    }
    return true;
}

bool
cmd_after(CommandCall *call, const Args *args, GError **error)
{
    return plan(call, args, false, error);
}

bool
check_every(const Args *args, GError **error)
{
    if (args_number(args, "seconds", 0) >= every_min)
        return true;
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("/every: this is too often: write %g seconds or more"),
                every_min);
    return false;
}

bool
cmd_every(CommandCall *call, const Args *args, GError **error)
{
    return plan(call, args, true, error);
}

bool
cmd_after_list(CommandCall *call, const Args *args, GError **error)
{
    const Timers *timers = registry_timers(command_call_registry(call));
    for (guint i = 0; i < timers->list->len; i++) {
        const Timer *timer = timers->list->pdata[i];
        const double left = (double) MAX(timer->due - g_get_monotonic_time(), 0) / G_USEC_PER_SEC;
        g_autofree char *number = g_strdup_printf("%u", timer->number);
        g_autofree char *in = g_strdup_printf("%.0f", ceil(left));
        g_autofree char *every = timer->repeats ? g_strdup_printf("%g", timer->seconds) : NULL;
        command_call_row(call, "number", number, "in", in, "every", every, "command", timer->shown, NULL);
    }
    if (timers->list->len == 0)
        command_call_print(call, _("Nothing is planned."));
    return true;
}

bool
cmd_after_cancel(CommandCall *call, const Args *args, GError **error)
{
    const Timers *timers = registry_timers(command_call_registry(call));
    const gint64 number = args_int(args, "number", 0);
    for (guint i = 0; i < timers->list->len; i++) {
        if (((const Timer *) timers->list->pdata[i])->number == number) {
            g_ptr_array_remove_index(timers->list, i);
            return true;
        }
    }
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("/after cancel: nothing planned has the number %lld: see /after list"),
                (long long) number);
    return false;
}

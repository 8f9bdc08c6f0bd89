/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/call.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "command/caller_private.h"
#include "command/execute.h"
#include "command/registry_private.h"

enum {
    ALIGNED_MAX = 40, /* columns; longer cells do not count for the width of their column */
    GAP = 2,
};

struct CommandOutput {
    guint references;
    GPtrArray *lines; /* char* */
    GPtrArray *rows;  /* GArray of CommandCell, ended by an empty one */
    GPtrArray *text;  /* char*: all of it as people read it; of callers only */
    guint table;      /* the first row that is not yet printed as text */
};

struct CommandCall {
    guint references;
    Registry *registry; /* NULL when it is gone */
    const Row *row;
    char *line;
    char *scope_account, *scope_position;
    CallScope scope;
    char *account;        /* name; NULL: none */
    guint64 conversation; /* serial; 0: none */
    CommandOutput *output;
    bool deferred;
    bool ended;
    char *denied; /* a variable the command may not have; NULL: none was asked for */
    bool hides; /* `line` is not what was typed: there was a secret in it */
    CommandFinished done;
    gpointer data;
};

static void
cells_free(GArray *cells)
{
    for (guint i = 0; i + 1 < cells->len; i++)
        g_free(g_array_index(cells, CommandCell, i).value);
    g_array_unref(cells);
}

static CommandOutput *
output_ref(CommandOutput *output)
{
    if (output != NULL) {
        output->references++;
        return output;
    }
    CommandOutput *fresh = g_new0(CommandOutput, 1);
    fresh->references = 1;
    fresh->lines = g_ptr_array_new_with_free_func(g_free);
    fresh->text = g_ptr_array_new_with_free_func(g_free);
    fresh->rows = g_ptr_array_new_with_free_func((GDestroyNotify) cells_free);
    return fresh;
}

static void
output_unref(CommandOutput *output)
{
    if (--output->references > 0)
        return;
    g_ptr_array_unref(output->lines);
    g_ptr_array_unref(output->rows);
    g_ptr_array_unref(output->text);
    g_free(output);
}

CommandCall *
call_new(Registry *registry, const char *line, const CallScope *scope, CommandFinished done, gpointer data)
{
    CommandCall *call = g_new0(CommandCall, 1);
    call->references = 1;
    call->registry = registry;
    call->line = g_strdup(line);
    call->scope_account = g_strdup(scope->account);
    call->scope_position = g_strdup(scope->position);
    call->output = output_ref(scope->output);
    call->scope = (CallScope){
        .account = call->scope_account,
        .expand = scope->expand,
        .depth = scope->depth,
        .output = call->output,
        .caller = scope->caller == NULL ? NULL : caller_ref(scope->caller),
        .mark = scope->mark == NULL ? NULL : event_mark_ref(scope->mark),
        .position = call->scope_position,
        .root = scope->root,
    };
    call->done = done;
    call->data = data;
    registry_track_call(registry, call);
    return call;
}

CommandCall *
call_ref(CommandCall *call)
{
    call->references++;
    return call;
}

void
call_unref(CommandCall *call)
{
    if (--call->references > 0)
        return;
    output_unref(call->output);
    g_clear_pointer(&call->scope.caller, caller_unref);
    g_free(call->denied);
    g_clear_pointer(&call->scope.mark, event_mark_unref);
    g_free(call->line);
    g_free(call->scope_account);
    g_free(call->scope_position);
    g_free(call->account);
    g_free(call);
}

void
call_set_row(CommandCall *call, const Row *row)
{
    call->row = row;
}

const Row *
call_row(const CommandCall *call)
{
    return call->row;
}

void
call_set_shown_line(CommandCall *call, const char *line)
{
    g_free(call->line);
    call->line = g_strdup(line);
    call->hides = true;
}

void
call_set_target(CommandCall *call, Session *session, Conversation *conversation)
{
    g_free(call->account);
    call->account = session == NULL ? NULL : g_strdup(account_name(session_account(session)));
    call->conversation = conversation == NULL ? 0 : conversation_serial(conversation);
}

const CallScope *
call_scope(const CommandCall *call)
{
    return &call->scope;
}

const char *
call_variable(const char *name, gpointer data)
{
    CommandCall *call = data;
    const Caller *caller = call->scope.caller;
    const char *found = caller == NULL ? NULL : caller_value(caller, name);
    if (found != NULL && !caller_may_have_values(caller, call->row->group, call->row->command)) {
        g_free(call->denied);
        call->denied = g_strdup(name);
        return NULL;
    }
    if (found == NULL && call->scope.mark != NULL)
        found = event_mark_value(call->scope.mark, name);
    return found != NULL ? found : registry_variable(name, call->registry);
}

const char *
call_denied(const CommandCall *call)
{
    return call->denied;
}

void
call_set_variable(CommandCall *call, const char *name, const char *value)
{
    if (call->scope.mark != NULL)
        event_mark_set_value(call->scope.mark, name, NULL);
    registry_set_variable(call->registry, name, value);
}

bool
call_is_deferred(const CommandCall *call)
{
    return call->deferred;
}

/* --- output --- */

static void
show_line(CommandCall *call, OutputKind kind, const char *line, int hang)
{
    if (call->scope.caller != NULL && kind == OUTPUT_LINE)
        g_ptr_array_add(call->output->text, g_strdup(line));
    if (call->registry == NULL || (call->scope.caller != NULL && !caller_prints(call->scope.caller)))
        return;
    const Frontend *frontend = registry_frontend(call->registry);
    if (frontend->print != NULL)
        frontend->print(registry_front(call->registry), call, kind, line, hang);
}

static const CommandCell *
output_cells(const CommandOutput *output, guint row)
{
    const GArray *cells = output->rows->pdata[row];
    return (const CommandCell *) (const void *) cells->data;
}

static bool
same_keys(const CommandCell *a, const CommandCell *b)
{
    for (; a->key != NULL && b->key != NULL; a++, b++) {
        if (strcmp(a->key, b->key) != 0)
            return false;
    }
    return a->key == NULL && b->key == NULL;
}

static char *
show_cell(const CommandCell *cell)
{
    return text_clean(cell->value != NULL ? cell->value : "", -1, TEXT_LINE);
}

/* For programs only: the key begins with a dot, which is not part of it. */
static bool
is_hidden(const CommandCell *cell)
{
    return *cell->key == '.';
}

/* Prints the rows not yet printed as a table: columns aligned, two blanks between them, the last one as long as it
 * likes. A cell that is much longer than usual moves only its own row. */
static void
flush_table(CommandCall *call)
{
    const CommandOutput *output = call->output;
    const guint first = output->table;
    const guint end = output->rows->len;
    g_autoptr(GArray) widths = g_array_new(FALSE, TRUE, sizeof(int));
    call->output->table = end;
    for (guint row = first; row < end; row++) {
        const CommandCell *cells = output_cells(output, row);
        for (guint column = 0; cells[column].key != NULL; column++) {
            if (column >= widths->len)
                g_array_set_size(widths, column + 1);
            if (is_hidden(&cells[column]))
                continue;
            g_autofree char *text = show_cell(&cells[column]);
            int *width = &g_array_index(widths, int, column);
            const int columns = text_columns(text, -1);
            if (columns <= ALIGNED_MAX)
                *width = MAX(*width, columns);
        }
    }
    for (guint row = first; row < end; row++) {
        g_autoptr(GString) line = g_string_new(NULL);
        int hang = 0;
        const CommandCell *cells = output_cells(output, row);
        for (guint column = 0; cells[column].key != NULL; column++) {
            if (is_hidden(&cells[column]))
                continue;
            g_autofree char *text = show_cell(&cells[column]);
            const int width = g_array_index(widths, int, column);
            g_string_append(line, text);
            if (cells[column + 1].key == NULL)
                break;
            g_string_append_printf(line, "%*s", MAX(width - text_columns(text, -1), 0) + GAP, "");
            hang += width + GAP;
        }
        g_autofree char *shown = g_strchomp(g_string_free(g_steal_pointer(&line), FALSE));
        show_line(call, OUTPUT_LINE, shown, hang);
    }
}

void
command_call_print(CommandCall *call, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    g_autofree char *text = g_strdup_vprintf(format, list);
    va_end(list);
    flush_table(call);
    const char *next = text;
    while (next != NULL) {
        const char *end = strchr(next, '\n');
        g_autofree char *line = end != NULL ? g_strndup(next, (gsize) (end - next)) : g_strdup(next);
        show_line(call, OUTPUT_LINE, line, 0);
        g_ptr_array_add(call->output->lines, g_steal_pointer(&line));
        next = end != NULL ? end + 1 : NULL;
    }
}

void
command_call_row(CommandCall *call, const char *key, ...)
{
    GArray *cells = g_array_new(TRUE, TRUE, sizeof(CommandCell));
    va_list list;
    va_start(list, key);
    for (const char *name = key; name != NULL; name = va_arg(list, const char *)) {
        const CommandCell cell = { .key = name, .value = g_strdup(va_arg(list, const char *)) };
        g_array_append_val(cells, cell);
    }
    va_end(list);
    /* The empty cell at the end counts, see cells_free(). */
    g_array_set_size(cells, cells->len + 1);
    CommandOutput *output = call->output;
    if (output->rows->len > output->table &&
        !same_keys(output_cells(output, output->rows->len - 1), (const CommandCell *) (const void *) cells->data))
        flush_table(call);
    g_ptr_array_add(output->rows, cells);
}

guint
command_call_row_count(const CommandCall *call)
{
    return call->output->rows->len;
}

const CommandCell *
command_call_row_at(const CommandCall *call, guint index)
{
    return output_cells(call->output, index);
}

const GPtrArray *
command_call_lines(const CommandCall *call)
{
    return call->output->lines;
}

const GPtrArray *
command_call_text(const CommandCall *call)
{
    return call->output->text;
}

/* --- what handlers see --- */

Client *
command_call_client(const CommandCall *call)
{
    return call->registry == NULL ? NULL : registry_client(call->registry);
}

Registry *
command_call_registry(const CommandCall *call)
{
    return call->registry;
}

const Command *
command_call_command(const CommandCall *call)
{
    return call->row == NULL ? NULL : call->row->command;
}

const char *
command_call_line(const CommandCall *call)
{
    return call->line;
}

gpointer
command_call_owner(const CommandCall *call)
{
    return call->row == NULL ? NULL : call->row->owner;
}

Session *
command_call_session(const CommandCall *call)
{
    Client *client = command_call_client(call);
    return client == NULL || call->account == NULL ? NULL : client_find_session(client, call->account);
}

Conversation *
command_call_conversation(const CommandCall *call)
{
    Client *client = command_call_client(call);
    return client == NULL || call->conversation == 0 ? NULL : client_find_conversation(client, call->conversation);
}

bool
command_call_is_for_one_account(const CommandCall *call)
{
    return call->scope.account != NULL;
}

void
command_call_show(CommandCall *call, Conversation *conversation)
{
    if (call->registry == NULL)
        return;
    const Frontend *frontend = registry_frontend(call->registry);
    if (call->scope.caller != NULL)
        caller_look_at(call->scope.caller, conversation);
    else if (frontend->show != NULL)
        frontend->show(registry_front(call->registry), conversation);
    else
        return;
    call->conversation = conversation_serial(conversation); /* what is said next is said where the user looks */
}

/* --- the end --- */

CommandCall *
command_call_defer(CommandCall *call)
{
    g_assert(!call->deferred);
    call->deferred = true;
    return call_ref(call);
}

void
command_call_finish(CommandCall *take_call, const GError *error)
{
    g_assert(take_call->deferred);
    /* The registry has gone and finished the call for us. */
    if (!take_call->ended)
        call_end(take_call, error);
    call_unref(take_call);
}

void
command_call_done(const GError *error, gpointer deferred_call)
{
    command_call_finish(deferred_call, error);
}

void
call_end(CommandCall *call, const GError *error)
{
    g_assert(!call->ended);
    call->ended = true;
    flush_table(call);
    if (call->done != NULL)
        call->done(call, error, call->data);
    else if (error != NULL)
        show_line(call, OUTPUT_ERROR, error->message, 0);
    if (call->registry != NULL)
        registry_forget_call(call->registry, call);
    call->registry = NULL;
    call_unref(call);
}

/* --- lines inside lines --- */

static void
on_inner_finished(const CommandCall *inner, const GError *error, gpointer data)
{
    CommandCall *outer = data;
    /* What the inner line hides stands in the outer one, too. */
    if (inner->hides) {
        g_autofree char *shown = g_strdup_printf("/%s ****", outer->row->command->name);
        call_set_shown_line(outer, shown);
    }
    command_call_finish(outer, error);
}

bool
command_call_execute(CommandCall *call, const char *line, const char *account, GError **error)
{
    if (call->scope.depth >= CALL_DEPTH_MAX) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE,
                    _("commands lead into each other more than %d deep: look for a loop"), CALL_DEPTH_MAX);
        return false;
    }
    CallScope scope = call->scope;
    scope.depth++;
    if (account != NULL)
        scope.account = account;
    execute_line(call->registry, line, &scope, on_inner_finished, command_call_defer(call));
    return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/execute.h"

#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "command/caller.h"
#include "command/registry_private.h"
#include "command/suggest.h"

/* A line on its way to its handler. */
typedef struct Execution {
    CommandCall *call;
    Registry *registry;
    char *rest;   /* behind the command */
    bool as_text; /* plain text: `rest` is what is said, untouched */
} Execution;

static void
execution_free(Execution *execution)
{
    call_unref(execution->call);
    g_free(execution->rest);
    g_free(execution);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Execution, execution_free)

/* --- for whom --- */

static bool
is_connecting(const Registry *registry, const Session *session)
{
    return attempts_is_pending(registry_attempts(registry), session_account(session));
}

/* The only account that can be meant when nothing says which. A script must not depend on which of two accounts is
 * faster, so but for a user who looks at them those under way count like those online. */
static Session *
choose_only(const Registry *registry, bool is_user)
{
    const Client *client = registry_client(registry);
    const guint count = client_session_count(client);
    Session *online = NULL, *connecting = NULL;
    guint online_count = 0, connecting_count = 0;
    for (guint i = 0; i < count; i++) {
        Session *session = client_session_at(client, i);
        if (session_is_online(session)) {
            online = session;
            online_count++;
        } else if (is_connecting(registry, session)) {
            connecting = session;
            connecting_count++;
        }
    }
    if (online_count == 1 && (connecting_count == 0 || is_user))
        return online;
    if (online_count == 0 && connecting_count == 1)
        return connecting;
    return count == 1 ? client_session_at(client, 0) : NULL;
}

/* What whoever gives the line looks at. `caller` NULL: the front-end. */
static Conversation *
current_conversation(const Registry *registry, const Caller *caller)
{
    const Frontend *frontend = registry_frontend(registry);
    if (caller != NULL)
        return caller_conversation(caller);
    return frontend->conversation == NULL ? NULL : frontend->conversation(registry_front(registry));
}

static bool
is_user(const Registry *registry, const Caller *caller)
{
    return caller == NULL && registry_frontend(registry)->is_terminal;
}

static Session *
choose_session(const Registry *registry, const Caller *caller, const char *account)
{
    const Frontend *frontend = registry_frontend(registry);
    const Client *client = registry_client(registry);
    if (client == NULL)
        return NULL;
    if (account != NULL)
        return client_find_session(client, account);
    const bool asks_front = caller == NULL && frontend->session != NULL;
    Session *session = asks_front ? frontend->session(registry_front(registry)) : NULL;
    if (session != NULL)
        return session;
    const Conversation *conversation = current_conversation(registry, caller);
    return conversation != NULL ? client_session_of(client, conversation_account(conversation))
                                : choose_only(registry, is_user(registry, caller));
}

Session *
execute_choose_session(const Registry *registry, const char *account)
{
    return choose_session(registry, NULL, account);
}

/* The current conversation, unless the line is for another account. */
static Conversation *
choose_conversation(const Registry *registry, const Caller *caller, const Session *session)
{
    Conversation *conversation = current_conversation(registry, caller);
    if (conversation == NULL || session == NULL || conversation_account(conversation) != session_account(session))
        return NULL;
    return conversation;
}

static bool
fail_no_account(const Registry *registry, const Execution *execution, GError **error)
{
    const Client *client = registry_client(registry);
    const char *name = call_row(execution->call)->command->name;
    const char *asked = call_scope(execution->call)->account;
    const guint count = client == NULL ? 0 : client_session_count(client);
    if (asked != NULL) {
        g_autofree char *shown = arg_show(asked);
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("/%s: there is no account %s: see /account list"), name,
                    shown);
        return false;
    }
    if (count == 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("/%s: there is no account yet: write /connect name@server"),
                    name);
        return false;
    }
    const char *first = account_name(session_account(client_session_at(client, 0)));
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/%s: more than one account could be meant: write /on %s /%s …"),
                name, first, name);
    return false;
}

/* Why the account is not online, in the words of its session. */
static bool
fail_offline(const Registry *registry, const Execution *execution, const Session *session, GError **error)
{
    const Account *account = session_account(session);
    const char *name = call_row(execution->call)->command->name;
    GError *failure = attempts_copy_failure(registry_attempts(registry), account);
    if (is_connecting(registry, session))
        g_set_error(error, CONFAB_ERROR, ERROR_UNREACHABLE,
                    _("/%s: %s is still connecting: write /wait connected first"), name, account_name(account));
    else if (failure != NULL)
        g_propagate_error(error, g_steal_pointer(&failure));
    else
        g_set_error(error, CONFAB_ERROR, ERROR_UNREACHABLE, _("/%s: %s is offline: write /connect %s"), name,
                    account_name(account), account_name(account));
    g_clear_error(&failure);
    return false;
}

static bool
check_needs(const Registry *registry, const Execution *execution, GError **error)
{
    const CommandNeeds needs = call_row(execution->call)->command->needs;
    const char *name = call_row(execution->call)->command->name;
    const Session *session = command_call_session(execution->call);
    if ((needs & NEEDS_TERMINAL) != 0 && !registry_frontend(registry)->is_terminal) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/%s needs the terminal interface: start confab without “run”"),
                    name);
        return false;
    }
    if ((needs & (NEEDS_ACCOUNT | NEEDS_SESSION)) != 0 && session == NULL)
        return fail_no_account(registry, execution, error);
    if ((needs & NEEDS_SESSION) != 0 && !session_is_online(session))
        return fail_offline(registry, execution, session, error);
    if ((needs & NEEDS_CONVERSATION) != 0 && command_call_conversation(execution->call) == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/%s: there is no conversation here: open one with /msg JID"),
                    name);
        return false;
    }
    return true;
}

/* --- understanding --- */

/* The line of a command without its secret, which may hold blanks and open quotation marks: nothing behind its start is
 * kept. NULL: there is none. */
static char *
hide_secret(const Row *row, const char *rest)
{
    const Command *command = row->command;
    if (command->shows == NULL)
        return NULL;
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    WordReader reader = { .line = rest };
    Word word;
    size_t start;
    while (words_next(&reader, &word, NULL))
        g_ptr_array_add(words, word.text);
    g_ptr_array_add(words, NULL);
    const int count = command->shows((const char *const *) words->pdata);
    if (count < 0)
        return NULL;
    reader = (WordReader){ .line = rest };
    for (int i = 0; i < count && words_skip(&reader, &start); i++) {
    }
    g_autofree char *kept = g_strndup(rest, reader.at);
    return g_strdup_printf("/%s%s ****", command->name, kept);
}

static Args *
parse_text(const Execution *execution, const ArgContext *context, GError **error)
{
    g_autoptr(Args) args = args_new();
    ArgValue *value = args_add(args, grammar_at(call_row(execution->call)->grammar, 0));
    value->text = context->lookup == NULL ? g_strdup(execution->rest)
                                          : words_expand(execution->rest, context->lookup, context->lookup_data, error);
    return value->text == NULL ? NULL : g_steal_pointer(&args);
}

static Args *
parse(Registry *registry, const Execution *execution, GError **error)
{
    const Row *row = call_row(execution->call);
    const Session *session = command_call_session(execution->call);
    const Client *client = registry_client(registry);
    const ArgContext context = {
        .accounts = client == NULL ? NULL : client_accounts(client),
        .account = session == NULL ? NULL : session_account(session),
        .lookup = call_scope(execution->call)->expand ? call_variable : NULL,
        .lookup_data = execution->call,
    };
    GError *problem = NULL;
    Args *args = execution->as_text
                     ? parse_text(execution, &context, &problem)
                     : grammar_parse(row->grammar, row->command->name, execution->rest, &context, &problem);
    if (problem != NULL) {
        if (!execution->as_text)
            g_prefix_error(&problem, "/%s: ", row->command->name);
        g_propagate_error(error, problem);
    }
    return args;
}

/* "/roster foo", where there are only "/roster add" and so on. */
static bool
fail_no_subcommand(const Registry *registry, const char *first, const char *second, GError **error)
{
    const GPtrArray *rows = registry_rows(registry);
    g_autofree char *prefix = g_strconcat(first, " ", NULL);
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < rows->len; i++) {
        const Row *row = rows->pdata[i];
        if (g_str_has_prefix(row->command->name, prefix))
            g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", row->command->name + strlen(prefix));
    }
    if (list->len == 0)
        return false;
    if (*second == '\0') {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/%s: a word is missing: write one of %s"), first, list->str);
        return true;
    }
    g_autofree char *shown = arg_show(second);
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("/%s: there is no “%s”: write one of %s"), first, shown, list->str);
    return true;
}

/* Nothing is called so: says what is nearly called so. */
static void
fail_unknown(const Registry *registry, const char *line, GError **error)
{
    const size_t length = strcspn(line, " \t\n");
    g_autofree char *first = g_strndup(line, length);
    const char *rest = line + length + strspn(line + length, " \t\n");
    g_autofree char *second = g_strndup(rest, strcspn(rest, " \t\n"));
    if (fail_no_subcommand(registry, first, second, error))
        return;
    g_autoptr(GPtrArray) names = aliases_list(registry_aliases(registry));
    g_autoptr(GPtrArray) copies = g_ptr_array_new_with_free_func(g_free);
    const GPtrArray *rows = registry_rows(registry);
    for (guint i = 0; i < names->len; i++)
        g_ptr_array_add(copies, g_strdup_printf("/%s", (const char *) names->pdata[i]));
    for (guint i = 0; i < rows->len; i++) {
        const char *name = ((const Row *) rows->pdata[i])->command->name;
        char *copy = g_strdup_printf("/%.*s", (int) strcspn(name, " "), name);
        if (g_ptr_array_find_with_equal_func(copies, copy, g_str_equal, NULL))
            g_free(copy);
        else
            g_ptr_array_add(copies, copy);
    }
    g_autofree char *typed = g_strconcat("/", first, NULL);
    g_autofree char *shown = arg_show(typed);
    g_autofree char *nearest = suggest_nearest(typed, copies);
    if (nearest != NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("there is no command %s: did you mean %s?"), shown, nearest);
    else
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("there is no command %s: see /help, or write //… to say it"),
                    shown);
}

const Row *
execute_resolve(const Registry *registry, const char *command, char **rest, GError **error)
{
    g_autofree char *line = g_strdup(command);
    for (guint depth = 0; depth < CALL_DEPTH_MAX; depth++) {
        size_t length = 0;
        const Row *row = registry_match(registry, line, &length);
        if (row != NULL) {
            *rest = g_strdup(line + length);
            return row;
        }
        length = strcspn(line, " \t\n");
        g_autofree char *name = g_strndup(line, length);
        g_autofree char *lower = g_ascii_strdown(name, -1);
        const char *alias = aliases_find(registry_aliases(registry), lower);
        if (alias == NULL) {
            fail_unknown(registry, line, error);
            return NULL;
        }
        char *expanded = alias_expand(alias + 1, line + length + strspn(line + length, " \t\n"));
        g_free(line);
        line = expanded;
    }
    g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("this alias leads back to itself: mend it with /alias"));
    return NULL;
}

char *
execute_hide_secret(const Registry *registry, const char *command)
{
    g_autofree char *rest = NULL;
    const Row *row = execute_resolve(registry, command + 1, &rest, NULL);
    char *shown = row == NULL ? NULL : hide_secret(row, rest);
    return shown != NULL ? shown : g_strdup(command);
}

/* --- the way --- */

static void
end(Execution *take_execution, GError *take_error)
{
    g_autoptr(Execution) execution = take_execution;
    g_autoptr(GError) error = take_error;
    call_end(execution->call, error);
}

static bool
check_args(const CommandCall *call, const Args *args, GError **error)
{
    const Command *command = call_row(call)->command;
    return command->check == NULL || command->check(args, error);
}

/* To a command that may not have a variable it is as if there were none; the user learns why. */
static GError *
explain_denial(const CommandCall *call, GError *take_error)
{
    if (call_denied(call) == NULL)
        return take_error;
    g_clear_error(&take_error);
    return g_error_new(CONFAB_ERROR, ERROR_USAGE,
                       _("/%s cannot have $%s, because others would decide what it does: let a program look at the event"),
                       call_row(call)->command->name, call_denied(call));
}

static void
run(Execution *take_execution)
{
    g_autoptr(Execution) execution = take_execution;
    Registry *registry = execution->registry;
    CommandCall *call = execution->call;
    GError *error = NULL;
    const Caller *caller = call_scope(call)->caller;
    Session *session = choose_session(registry, caller, call_scope(call)->account);
    call_set_target(call, session, choose_conversation(registry, caller, session));
    g_autoptr(Args) args = parse(registry, execution, &error);
    if (args == NULL || !check_args(call, args, &error) || !check_needs(registry, execution, &error) ||
        !call_row(call)->command->run(call, args, &error)) {
        g_assert(!call_is_deferred(call));
        end(g_steal_pointer(&execution), explain_denial(call, error));
        return;
    }
    if (!call_is_deferred(call))
        end(g_steal_pointer(&execution), NULL);
}

/* The account is online or will not be so soon. */
static void
on_settled(gpointer data)
{
    run(data);
}

/* The registry went while the line was waiting: the call is finished already. */
static void
on_attempt_forgotten(gpointer data)
{
    execution_free(data);
}

static bool
must_wait(const Registry *registry, const Execution *execution, Session **session)
{
    const CommandNeeds needs = call_row(execution->call)->command->needs;
    const CallScope *scope = call_scope(execution->call);
    if (is_user(registry, scope->caller) || (needs & (NEEDS_SESSION | WAITS_FOR_SESSION)) == 0)
        return false;
    *session = choose_session(registry, scope->caller, scope->account);
    return *session != NULL && !attempts_is_settled(registry_attempts(registry), session_account(*session));
}

static bool
is_blank(const char *line)
{
    return line[strspn(line, " \t\r\n")] == '\0';
}

void
execute_line(Registry *registry, const char *line, const CallScope *scope, CommandFinished done, gpointer data)
{
    Execution *execution = g_new0(Execution, 1);
    GError *error = NULL;
    Session *session = NULL;
    execution->registry = registry;
    execution->call = call_ref(call_new(registry, line, scope, done, data));
    if (is_blank(line)) {
        end(execution, NULL);
        return;
    }
    const bool command = line[0] == '/' && line[1] != '/';
    execution->as_text = !command;
    const Row *row = command ? execute_resolve(registry, line + 1, &execution->rest, &error)
                             : registry_find_row(registry, "say");
    if (row == NULL) {
        end(execution, error);
        return;
    }
    call_set_row(execution->call, row);
    g_autofree char *shown = command ? hide_secret(row, execution->rest) : NULL;
    if (shown != NULL)
        call_set_shown_line(execution->call, shown);
    if (!command)
        execution->rest = g_strdup(line[0] == '/' ? line + 1 : line);
    if (must_wait(registry, execution, &session))
        attempts_wait(registry_attempts(registry), session_account(session), on_settled, on_attempt_forgotten,
                      execution);
    else
        run(execution);
}

void
registry_execute(Registry *registry, const char *line, CommandFinished done, gpointer data)
{
    const CallScope scope = { .mark = waits_front_mark(registry_waits(registry)) };
    execute_line(registry, line, &scope, done, data);
}

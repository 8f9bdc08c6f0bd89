/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command_fixture.h"

#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"

static const char two_accounts[] = "[work]\njid = me@example.org\npassword = x\n"
                                   "[home]\njid = me@example.net\npassword = x\n";

static Conversation *
front_conversation(gpointer front)
{
    const CommandFixture *fixture = front;
    return fixture->conversation == 0 ? NULL : client_find_conversation(fixture->client, fixture->conversation);
}

static void
front_show(gpointer front, Conversation *conversation)
{
    ((CommandFixture *) front)->conversation = conversation_serial(conversation);
}

static void
front_print(gpointer front, const CommandCall *call, OutputKind kind, const char *line, int hang)
{
    CommandFixture *fixture = front;
    fixture->hang = hang;
    g_string_append_printf(kind == OUTPUT_LINE ? fixture->printed : fixture->errors, "%s\n", line);
}

static void
front_quit(gpointer front, const char *status)
{
    CommandFixture *fixture = front;
    g_free(fixture->quit);
    fixture->quit = g_strdup(status != NULL ? status : "");
}

static void
on_sent(XmppStream *stream, const char *xml, gpointer data)
{
    g_string_append_printf(((CommandFixture *) data)->sent, "%s\n", xml);
}

static gboolean
on_tick(gpointer data)
{
    return G_SOURCE_CONTINUE;
}

void
command_fixture_turn(void)
{
    const guint timer = g_timeout_add(10, on_tick, NULL);
    g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
}

void
command_fixture_settle(void)
{
    while (g_main_context_iteration(NULL, FALSE)) {
    }
}

void
command_fixture_set_up(CommandFixture *fixture, const char *accounts, bool is_terminal)
{
    g_autoptr(GError) error = NULL;
    *fixture = (CommandFixture){ .directory = g_dir_make_tmp("confab-command-XXXXXX", &error) };
    g_assert_no_error(error);
    fixture->paths = paths_new(fixture->directory, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(fixture->paths->config, "accounts", NULL);
    g_assert_true(paths_write(path, accounts != NULL ? accounts : two_accounts, -1, &error));
    fixture->secrets = secret_sources_new();
    const ClientOptions options = { .paths = fixture->paths, .secrets = fixture->secrets };
    fixture->client = client_new(&options, &error);
    g_assert_no_error(error);
    const Frontend frontend = {
        .is_terminal = is_terminal,
        .conversation = front_conversation,
        .show = front_show,
        .print = front_print,
        .quit = front_quit,
    };
    fixture->printed = g_string_new(NULL);
    fixture->errors = g_string_new(NULL);
    fixture->sent = g_string_new(NULL);
    fixture->rows = g_ptr_array_new_with_free_func(g_free);
    fixture->registry = registry_new(fixture->client, &frontend, fixture);
}

void
command_fixture_drop_registry(CommandFixture *fixture)
{
    g_clear_pointer(&fixture->registry, registry_free);
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *inside = g_build_filename(path, name, NULL);
        remove_tree(inside);
    }
    g_remove(path);
}

void
command_fixture_tear_down(CommandFixture *fixture)
{
    g_clear_pointer(&fixture->registry, registry_free);
    client_free(fixture->client);
    command_fixture_settle();
    secret_sources_free(fixture->secrets);
    paths_free(fixture->paths);
    remove_tree(fixture->directory);
    g_free(fixture->directory);
    g_string_free(fixture->printed, TRUE);
    g_string_free(fixture->errors, TRUE);
    g_string_free(fixture->sent, TRUE);
    g_ptr_array_unref(fixture->rows);
    g_clear_error(&fixture->error);
    g_free(fixture->quit);
    g_free(fixture->line);
}

static Session *
find_session(const CommandFixture *fixture, const char *account)
{
    Session *session = client_find_session(fixture->client, account);
    g_assert_nonnull(session);
    return session;
}

void
command_fixture_begin(CommandFixture *fixture, const char *account)
{
    g_autoptr(GError) error = NULL;
    Session *session = find_session(fixture, account);
    stream_set_sink(session_stream(session), on_sent, fixture);
    g_assert_true(session_connect(session, NULL, NULL, NULL, &error));
    command_fixture_until(stream_phase(session_stream(session)) == XMPP_PHASE_OPENING);
}

void
command_fixture_bind(CommandFixture *fixture, const char *account, const char *roster)
{
    Session *session = find_session(fixture, account);
    XmppStream *stream = session_stream(session);
    g_autoptr(Jid) full = jid_with_resource(account_jid(session_account(session)), "test", NULL);
    stream_feed_bound(stream, full);
    /* The last request for the roster has the id that the answer needs. */
    const char *query = g_strrstr(fixture->sent->str, "jabber:iq:roster");
    g_assert_nonnull(query);
    g_autofree char *before = g_strndup(fixture->sent->str, (gsize) (query - fixture->sent->str));
    const char *iq = g_strrstr(before, "<iq");
    g_assert_nonnull(iq);
    const char *id = strstr(iq, "id=\"");
    g_assert_nonnull(id);
    g_autofree char *value = g_strndup(id + 4, strcspn(id + 4, "\""));
    g_autofree char *answer = g_strdup_printf(
        "<iq type='result' id='%s' to='%s'><query xmlns='jabber:iq:roster'>%s</query></iq>", value, jid_text(full),
        roster != NULL ? roster : "");
    g_assert_true(stream_feed(stream, answer));
    command_fixture_settle();
}

void
command_fixture_connect(CommandFixture *fixture, const char *account, const char *roster)
{
    command_fixture_begin(fixture, account);
    command_fixture_bind(fixture, account, roster);
}

void
command_fixture_feed(CommandFixture *fixture, const char *account, const char *xml)
{
    g_assert_true(stream_feed(session_stream(find_session(fixture, account)), xml));
}

static void
note_rows(CommandFixture *fixture, const CommandCall *call)
{
    g_ptr_array_set_size(fixture->rows, 0);
    for (guint i = 0; i < command_call_row_count(call); i++) {
        g_autoptr(GString) row = g_string_new(NULL);
        for (const CommandCell *cell = command_call_row_at(call, i); cell->key != NULL; cell++)
            g_string_append_printf(row, "%s%s=%s", row->len > 0 ? " " : "", cell->key,
                                   cell->value != NULL ? cell->value : "NULL");
        g_ptr_array_add(fixture->rows, g_strdup(row->str));
    }
}

static void
on_finished(const CommandCall *call, const GError *error, gpointer data)
{
    CommandFixture *fixture = data;
    fixture->calls++;
    g_clear_error(&fixture->error);
    fixture->error = error == NULL ? NULL : g_error_copy(error);
    g_free(fixture->line);
    fixture->line = g_strdup(command_call_line(call));
    note_rows(fixture, call);
}

void
command_fixture_start(CommandFixture *fixture, const char *line)
{
    g_string_truncate(fixture->printed, 0);
    registry_execute(fixture->registry, line, on_finished, fixture);
}

const char *
command_fixture_run(CommandFixture *fixture, const char *line)
{
    const guint before = fixture->calls;
    command_fixture_start(fixture, line);
    command_fixture_until(fixture->calls > before);
    if (fixture->error == NULL)
        return NULL;
    /* One line: a cause and a way out. */
    g_assert_true(fixture->error->domain == CONFAB_ERROR);
    g_assert_null(strchr(fixture->error->message, '\n'));
    g_string_printf(fixture->errors, "%d %s", fixture->error->code, fixture->error->message);
    return fixture->errors->str;
}

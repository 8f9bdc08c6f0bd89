/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The servers of the system tests start, answer, and are gone afterwards. */
#include <signal.h>

#include <gio/gio.h>

#include "support/server.h"

static const TestAccount accounts[] = { { "alice", "a", NULL }, { "bob", "b", NULL }, { 0 } };

static bool
greets(guint16 port)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host(client, "127.0.0.1", port, NULL, NULL);
    const char *header = "<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
                         "xmlns:stream='http://etherx.jabber.org/streams'>";
    char answer[4096] = "";
    gsize length = 0;

    if (connection == NULL)
        return false;
    GOutputStream *output = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    GInputStream *input = g_io_stream_get_input_stream(G_IO_STREAM(connection));
    g_output_stream_write_all(output, header, strlen(header), NULL, NULL, NULL);
    while (strstr(answer, "</stream:features>") == NULL) {
        const gssize n = g_input_stream_read(input, answer + length, sizeof answer - 1 - length, NULL, NULL);
        if (n <= 0)
            return false;
        length += n;
        answer[length] = '\0';
    }
    return strstr(answer, "urn:ietf:params:xml:ns:xmpp-tls") != NULL;
}

static void
test_life(gconstpointer kind)
{
    const ServerOptions options = { .kind = GPOINTER_TO_INT(kind), .accounts = accounts };
    Server *server = server_start(&options);
    if (server == NULL)
        return;
    g_autofree char *directory = g_strdup(server_directory(server));
    const guint16 port = server_port(server);
    g_assert_true(greets(port));
    server_kill(server, SIGKILL);
    g_assert_false(greets(port));
    server_resume(server);
    g_assert_true(greets(port));
    server_stop(server);
    g_assert_false(greets(port));
    g_assert_false(g_file_test(directory, G_FILE_TEST_EXISTS));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/support/prosody", GINT_TO_POINTER(SERVER_PROSODY), test_life);
    g_test_add_data_func("/support/ejabberd", GINT_TO_POINTER(SERVER_EJABBERD), test_life);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Creating and configuring a room from the keyboard: what the screen shows of the forms of real servers, and what it
 * must not show. */
#include <string.h>

#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

#define ROOM "garden@" SERVER_ROOMS

static const TestAccount accounts[] = { { "bob", "b", NULL }, { 0 } };

static void
test_forms(gconstpointer kind)
{
    Server *server = server_start(&(ServerOptions){ .kind = GPOINTER_TO_INT(kind), .accounts = accounts, .rooms = true });
    if (server == NULL)
        return;
    char *home = test_directory_new();
    g_autofree char *section = confab_account("bob", server_port(server), server_ca_file(server), "b", NULL);
    confab_write_accounts(home, section);
    Pty *pty = pty_start(&(PtyOptions){ .home = home, .columns = 120, .rows = 100 });
    pty_wait_text(pty, ": online]");

    pty_send(pty, "/room create " ROOM "/Bob config\r");
    pty_wait_text(pty, ROOM " is yours.");
    pty_wait_match(pty, "[0-9]+ +roomname ");
    pty_wait_match(pty, "^bob/" ROOM ">$");
    pty_send(pty, "/form set roomname The rose garden\r");
    pty_wait_match(pty, "[0-9]+ +roomname +The rose garden +changed");
    pty_send(pty, "/form set roomsecret hush-hush\r");
    pty_wait_match(pty, "[0-9]+ +roomsecret +•••• +changed");
    pty_wait_gone(pty, "hush-hush"); /* I23 */
    pty_send(pty, "/form set whois nobody\r");
    pty_wait_text(pty, "takes one of: ");
    pty_send(pty, "\x15/form whois\r");
    pty_wait_match(pty, "^ *.* anyone( |$)");
    pty_send(pty, "/form submit\r");
    pty_wait_text(pty, "The room has taken the form.");
    pty_send(pty, "/room config moderatedroom yes\r");
    pty_wait_text(pty, "is “yes” now.");
    pty_send(pty, "/rooms\r");
    pty_wait_match(pty, SERVER_ROOMS "( shows no such room|: that is all)"); /* it is hidden, or not */
    pty_send(pty, "/room info\r");
    pty_wait_match(pty, "name +The rose garden");
    pty_free(pty);
    server_stop(server);
    test_directory_remove(home);
    g_free(home);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/tui/room-forms/prosody", GINT_TO_POINTER(SERVER_PROSODY), test_forms);
    g_test_add_data_func("/tui/room-forms/ejabberd", GINT_TO_POINTER(SERVER_EJABBERD), test_forms);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/asking.h"

#include <signal.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "cli/front.h"

enum {
    SIGNAL_CODE = 128,
    DRAIN_PATIENCE = 5000, /* ms */
};

void
asking_end(Asking *asking, int code)
{
    if (asking->ending)
        return;
    asking->ending = true;
    asking->code = code;
    g_main_loop_quit(asking->loop);
}

void
asking_fail(Asking *asking, const GError *error)
{
    if (!asking->ending)
        front_report("", error->message);
    asking_end(asking, front_code(error));
}

void
asking_fail_gone(Asking *asking)
{
    g_autoptr(GError) error =
        g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the running confab has ended: start it again"));
    asking_fail(asking, error);
}

static gboolean
on_interrupt(gpointer data)
{
    asking_end(data, SIGNAL_CODE + SIGINT);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_terminate(gpointer data)
{
    asking_end(data, SIGNAL_CODE + SIGTERM);
    return G_SOURCE_CONTINUE;
}

static void
on_output_ended(const GError *error, gpointer data)
{
    if (error != NULL)
        asking_fail(data, error);
    else
        asking_end(data, 0);
}

bool
asking_open(Asking *asking, const Paths *paths, const RpcClientHandler *handler, gpointer data, GError **error)
{
    signal(SIGPIPE, SIG_IGN);
    asking->loop = g_main_loop_new(NULL, FALSE);
    asking->out = line_writer_new(STDOUT_FILENO, on_output_ended, asking);
    asking->instance = rpc_client_new(paths, handler, data, error);
    return asking->instance != NULL;
}

int
asking_run(Asking *asking, GSourceFunc start, gpointer data)
{
    const guint interrupt = g_unix_signal_add(SIGINT, on_interrupt, asking);
    const guint terminate = g_unix_signal_add(SIGTERM, on_terminate, asking);
    g_idle_add(start, data);
    g_main_loop_run(asking->loop);
    g_source_remove(interrupt);
    g_source_remove(terminate);
    if (!line_writer_drain(asking->out, DRAIN_PATIENCE) && asking->code == 0)
        asking->code = ERROR_LOCAL_IO;
    return asking->code;
}

void
asking_close(Asking *asking)
{
    g_clear_pointer(&asking->instance, rpc_client_free);
    g_clear_pointer(&asking->out, line_writer_free);
    g_clear_pointer(&asking->loop, g_main_loop_unref);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/starttls.h"

#include <errno.h>
#include <sys/socket.h>

#include <glib-unix.h>

#include "base/error.h"
#include "base/i18n.h"
#include "net/preamble.h"

struct Starttls {
    int wire;
    guint watch;
    GIOCondition wants;
    guint deadline;
    guint timeout_ms;
    Target *target;
    Preamble *preamble;
    GString *unsent;
    bool is_asked; /* the server has offered TLS, and was asked for it */
    StarttlsDone done;
    gpointer data;
};

/* Last call of every path: the caller may free. */
static void
end(Starttls *starttls, StarttlsOutcome outcome, const GError *error)
{
    g_clear_handle_id(&starttls->deadline, g_source_remove);
    g_clear_handle_id(&starttls->watch, g_source_remove);
    starttls->done(outcome, error, starttls->data);
}

static gboolean
on_deadline(gpointer data)
{
    Starttls *starttls = data;
    const Target *target = starttls->target;
    const double seconds = starttls->timeout_ms / 1000.0;
    g_autoptr(GError) error = NULL;
    if (starttls->is_asked)
        error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                            _("no answer from %s port %u to the request for TLS within %g s: try again later"),
                            target->host, target->port, seconds);
    else
        error = g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE,
                            _("no answer from %s port %u to the start of the stream within %g s: check “port”, or set "
                              "“tls” to direct"),
                            target->host, target->port, seconds);
    starttls->deadline = 0;
    end(starttls, STARTTLS_SILENT, error);
    return G_SOURCE_REMOVE;
}

static void
set_deadline(Starttls *starttls)
{
    g_clear_handle_id(&starttls->deadline, g_source_remove);
    starttls->deadline = g_timeout_add(starttls->timeout_ms, on_deadline, starttls);
}

static void
lose(Starttls *starttls, const char *cause)
{
    const Target *target = starttls->target;
    g_autoptr(GError) error =
        g_error_new(CONFAB_ERROR, ERROR_UNREACHABLE, _("%s port %u closed the connection before TLS (%s): try again later"),
                    target->host, target->port, cause);
    end(starttls, STARTTLS_SILENT, error);
}

/* False: that was the end. */
static bool
follow(Starttls *starttls, PreambleStep step)
{
    switch (step) {
    case PREAMBLE_MORE:
        return true;
    case PREAMBLE_OFFERED:
        starttls->is_asked = true;
        g_string_append(starttls->unsent, preamble_request());
        set_deadline(starttls);
        return true;
    case PREAMBLE_PROCEED:
        end(starttls, STARTTLS_PROCEED, NULL);
        return false;
    case PREAMBLE_NOT_OFFERED:
    case PREAMBLE_FAILED:
        break;
    }
    g_autoptr(GError) error = g_error_copy(preamble_error(starttls->preamble));
    end(starttls, step == PREAMBLE_NOT_OFFERED ? STARTTLS_NOT_OFFERED : STARTTLS_FAILED, error);
    return false;
}

/* Sends what waits; false when the connection is gone. */
static bool
send_unsent(Starttls *starttls)
{
    GString *unsent = starttls->unsent;
    const ssize_t count = send(starttls->wire, unsent->str, unsent->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR)
        return false;
    if (count > 0)
        g_string_erase(unsent, 0, count);
    return true;
}

static void watch(Starttls *starttls);

static gboolean
on_wire(int fd, GIOCondition condition, gpointer data)
{
    Starttls *starttls = data;
    char bytes[4096];
    const ssize_t count = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
        lose(starttls, count == 0 ? _("end of data") : g_strerror(errno));
        return G_SOURCE_CONTINUE;
    }
    if (count > 0 && !follow(starttls, preamble_feed(starttls->preamble, bytes, (gsize) count)))
        return G_SOURCE_CONTINUE;
    if (starttls->unsent->len > 0 && !send_unsent(starttls)) {
        lose(starttls, g_strerror(errno));
        return G_SOURCE_CONTINUE;
    }
    watch(starttls);
    return G_SOURCE_CONTINUE;
}

static void
watch(Starttls *starttls)
{
    const GIOCondition wants = starttls->unsent->len > 0 ? G_IO_IN | G_IO_OUT : G_IO_IN;
    if (starttls->watch != 0 && starttls->wants == wants)
        return;
    g_clear_handle_id(&starttls->watch, g_source_remove);
    starttls->wants = wants;
    starttls->watch = g_unix_fd_add(starttls->wire, wants, on_wire, starttls);
}

Starttls *
starttls_new(int wire, const Target *target, const char *domain, guint timeout_ms, StarttlsDone done, gpointer data)
{
    Starttls *starttls = g_new0(Starttls, 1);
    starttls->wire = wire;
    starttls->timeout_ms = timeout_ms;
    starttls->target = target_new(target->host, target->port, target->direct);
    starttls->preamble = preamble_new(domain);
    starttls->unsent = g_string_new(preamble_header(starttls->preamble));
    starttls->done = done;
    starttls->data = data;
    set_deadline(starttls);
    watch(starttls);
    return starttls;
}

void
starttls_free(Starttls *starttls)
{
    if (!starttls)
        return;
    g_clear_handle_id(&starttls->deadline, g_source_remove);
    g_clear_handle_id(&starttls->watch, g_source_remove);
    target_free(starttls->target);
    preamble_free(starttls->preamble);
    g_string_free(starttls->unsent, TRUE);
    g_free(starttls);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/listen.h"

#include "base/error.h"
#include "base/i18n.h"
#include "cli/asking.h"
#include "cli/front.h"
#include "command/words.h"

/* What others say, unless other events are asked for. */
static const char *const said[] = { "message", "correction", "reaction", "retraction", "invitation", NULL };

/* What is asked of an instance that runs. */
typedef struct Listen {
    const CliListen *options;
    const EventFilter *filter;
    GStrv lines;  /* executed after the subscription, in order */
    guint line;   /* the next one */
    Asking asking;
    guint timer;
    int printed;
} Listen;

/* --- what comes --- */

static void
on_event(const RpcResult *event, gpointer data)
{
    Listen *listen = data;
    if (listen->asking.ending)
        return;
    g_autofree char *json = listen->options->run.json ? rpc_result_to_json(event) : NULL;
    const char *line = json != NULL ? json : rpc_result_text(event, "line");
    if (line == NULL)
        return;
    line_writer_put(listen->asking.out, line);
    listen->printed++;
    if (listen->printed == listen->options->count)
        asking_end(&listen->asking, 0);
}

static void
on_ended(gpointer data)
{
    Listen *listen = data;
    asking_fail_gone(&listen->asking);
}

static gboolean
on_timeout(gpointer data)
{
    Listen *listen = data;
    listen->timer = 0;
    if (listen->printed < MAX(listen->options->count, 1)) {
        front_report("", _("nothing more has come in time"));
        asking_end(&listen->asking, ERROR_QUEUED);
    } else {
        asking_end(&listen->asking, 0);
    }
    return G_SOURCE_REMOVE;
}

/* --- what is asked --- */

static void ask_line(Listen *listen);

static void
on_line_done(const RpcResult *result, const GError *error, gpointer data)
{
    Listen *listen = data;
    g_autoptr(GError) failed = NULL;
    if (error == NULL && rpc_result_int(result, "code") != 0) {
        const char *words = rpc_result_text(result, "error");
        failed = g_error_new_literal(CONFAB_ERROR, rpc_result_int(result, "code"), words != NULL ? words : "?");
    }
    if (error != NULL || failed != NULL)
        asking_fail(&listen->asking, error != NULL ? error : failed);
    else
        ask_line(listen);
}

static void
ask_line(Listen *listen)
{
    const char *line = listen->lines[listen->line];
    const char *const *accounts = listen->options->run.accounts;
    if (line == NULL)
        return;
    listen->line++;
    rpc_client_call(listen->asking.instance, on_line_done, listen, "command", "line", line, "account",
                    accounts != NULL ? accounts[0] : NULL, NULL);
}

static void
on_subscribed(const RpcResult *result, const GError *error, gpointer data)
{
    Listen *listen = data;
    if (error != NULL)
        asking_fail(&listen->asking, error);
    else
        ask_line(listen);
}

/* ["a","b"]; names of events need no escapes. */
static char *
names_json(const char *const *names)
{
    g_autofree char *joined = g_strjoinv("\",\"", (char **) names);
    return g_strdup_printf("[\"%s\"]", joined);
}

static gboolean
on_start(gpointer data)
{
    Listen *listen = data;
    const EventFilter *filter = listen->filter;
    const char *const *accounts = listen->options->run.accounts;
    g_autofree char *events = names_json((const char *const *) filter->events);
    rpc_client_call(listen->asking.instance, on_subscribed, listen, "subscribe", ".events", events, "with",
                    filter->with != NULL ? jid_text(filter->with) : NULL, "from",
                    filter->from != NULL ? jid_text(filter->from) : NULL, "direction", "in", "account",
                    accounts != NULL ? accounts[0] : NULL, ".line", listen->options->run.json ? "false" : "true", NULL);
    return G_SOURCE_REMOVE;
}

static int
listen_there(Listen *listen)
{
    if (listen->options->timeout > 0)
        listen->timer = g_timeout_add_seconds((guint) listen->options->timeout, on_timeout, listen);
    const int code = asking_run(&listen->asking, on_start, listen);
    g_clear_handle_id(&listen->timer, g_source_remove);
    return code;
}

static int
listen_here(const Listen *listen)
{
    CliOptions run = listen->options->run;
    run.room = listen->options->room;
    run.files = NULL;
    run.filter = listen->filter;
    run.count = (guint) listen->options->count;
    run.timeout = (guint) listen->options->timeout;
    run.stays = true;
    return cli_run(&run);
}

/* --- the beginning --- */

static bool
make_filter(const CliListen *options, EventFilter *filter, GError **error)
{
    const char *const *events = options->events != NULL ? options->events : said;
    if (options->count < 0 || options->timeout < 0) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("--count and --timeout are numbers from 1 on"));
        return false;
    }
    if (options->run.files != NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("“%s” is too much: say whom to listen to by --from or --room"),
                    options->run.files[0]);
        return false;
    }
    if (!event_filter_check_names(events, error))
        return false;
    filter->events = g_strdupv((char **) events);
    filter->direction = EVENT_IN;
    filter->from = options->from != NULL ? jid_new(options->from, error) : NULL;
    filter->with = options->room != NULL ? jid_new(options->room, error) : NULL;
    return (options->from == NULL || filter->from != NULL) && (options->room == NULL || filter->with != NULL);
}

/* The lines of -e, then the way into the room. */
static GStrv
make_lines(const CliListen *options)
{
    g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
    for (const char *const *line = options->run.execute; line != NULL && *line != NULL; line++)
        g_strv_builder_add(lines, *line);
    if (options->room != NULL) {
        g_autofree char *room = words_quote(options->room);
        g_autofree char *join = g_strconcat("/join ", room, NULL);
        g_strv_builder_add(lines, join);
    }
    return g_strv_builder_end(lines);
}

int
cli_listen(const CliListen *options)
{
    static const RpcClientHandler handler = { .event = on_event, .ended = on_ended };
    g_autoptr(EventFilter) filter = g_new0(EventFilter, 1);
    g_autoptr(GError) error = NULL;
    if (!make_filter(options, filter, &error)) {
        front_report("", error->message);
        return front_code(error);
    }
    g_auto(GStrv) lines = make_lines(options);
    Listen listen = { .options = options, .filter = filter, .lines = lines };
    const bool runs = asking_open(&listen.asking, options->run.paths, &handler, &listen, &error);
    int code = runs ? listen_there(&listen) : front_code(error);
    asking_close(&listen.asking);
    if (!runs && code == ERROR_UNREACHABLE)
        return listen_here(&listen);
    if (!runs)
        front_report("", error->message);
    return code;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking into the program and what it talks to. */
#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "command/tables.h"
#include "core/xml_console.h"

enum { LOG_LINES = 20 }; /* unless another number is asked for */

/* --- log --- */

/* NULL and an error: there is none here. */
static Log *
require_log(const CommandCall *call, GError **error)
{
    Log *log = client_log(command_call_client(call));
    if (log == NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                    _("/log: this program keeps no log: start confab, or “confab run”"));
    return log;
}

static bool
cmd_log(CommandCall *call, const Args *args, GError **error)
{
    const Log *log = require_log(call, error);
    g_autoptr(GPtrArray) lines =
        log != NULL ? log_tail(log, (guint) args_int(args, "lines", LOG_LINES), error) : NULL;
    for (guint i = 0; lines != NULL && i < lines->len; i++)
        command_call_print(call, "%s", (const char *) lines->pdata[i]);
    if (lines != NULL && lines->len == 0)
        command_call_print(call, _("Nothing has been written into the log yet."));
    return lines != NULL;
}

static bool
cmd_log_level(CommandCall *call, const Args *args, GError **error)
{
    static const char *const words[] = {
        [LOG_LEVEL_WARNING] = "warning",
        [LOG_LEVEL_INFO] = "info",
        [LOG_LEVEL_DEBUG] = "debug",
    };
    Log *log = require_log(call, error);
    const char *level = args_text(args, "level");
    if (log == NULL)
        return false;
    for (guint i = 0; level != NULL && i < G_N_ELEMENTS(words); i++) {
        if (g_str_equal(words[i], level))
            log_set_level(log, (LogLevel) i);
    }
    if (level == NULL)
        command_call_row(call, "level", words[log_level(log)], NULL);
    return true;
}

static bool
cmd_log_path(CommandCall *call, const Args *args, GError **error)
{
    const Log *log = require_log(call, error);
    if (log != NULL)
        command_call_row(call, "path", log_path(log), NULL);
    return log != NULL;
}

/* --- xml --- */

static bool
cmd_xml(CommandCall *call, const Args *args, GError **error)
{
    Client *client = command_call_client(call);
    const XmlFilter *filter = xml_console_filter(client);
    for (guint i = 0; i < client_session_count(client); i++) {
        const Session *session = client_session_at(client, i);
        command_call_row(call, "account", account_name(session_account(session)), "xml",
                         xml_console_is_on(session) ? "on" : "off", NULL);
    }
    if (filter == NULL)
        return true;
    command_call_row(call, "filter", "element", "value", filter->element, NULL);
    command_call_row(call, "filter", "ns", "value", filter->ns, NULL);
    command_call_row(call, "filter", "from", "value", filter->from != NULL ? jid_text(filter->from) : NULL, NULL);
    command_call_row(call, "filter", "id", "value", filter->id, NULL);
    command_call_row(call, "filter", "matching", "value",
                     filter->matching != NULL ? g_regex_get_pattern(filter->matching) : NULL, NULL);
    return true;
}

/* The account named, of /on; NULL: all. */
static void
switch_xml(CommandCall *call, const Args *args, bool on)
{
    Client *client = command_call_client(call);
    Session *session = args_has(args, "account") ? client_find_session(client, args_text(args, "account")) : NULL;
    if (session == NULL && command_call_is_for_one_account(call))
        session = command_call_session(call);
    xml_console_switch(client, session, on);
}

static bool
cmd_xml_on(CommandCall *call, const Args *args, GError **error)
{
    switch_xml(call, args, true);
    return true;
}

static bool
cmd_xml_off(CommandCall *call, const Args *args, GError **error)
{
    switch_xml(call, args, false);
    return true;
}

static const char *const filter_words[] = { "element", "ns", "from", "id", "matching" };

static bool
check_xml_filter(const Args *args, GError **error)
{
    guint given = 0;
    for (guint i = 0; i < G_N_ELEMENTS(filter_words); i++)
        given += args_has(args, filter_words[i]);
    if (given > 0)
        return true;
    g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE,
                        _("/xml filter: what shall be shown? Write /xml filter off for everything, or “element NAME”, “ns "
                          "NAMESPACE”, “from JID”, “id ID”, “matching REGEX”"));
    return false;
}

static bool
cmd_xml_filter(CommandCall *call, const Args *args, GError **error)
{
    Client *client = command_call_client(call);
    XmlFilter *filter = g_new0(XmlFilter, 1);
    *filter = (XmlFilter){
        .element = g_strdup(args_text(args, "element")),
        .ns = g_strdup(args_text(args, "ns")),
        .from = args_has(args, "from") ? jid_ref((Jid *) args_jid(args, "from")) : NULL,
        .id = g_strdup(args_text(args, "id")),
        .matching = args_has(args, "matching") ? g_regex_ref(args_regex(args, "matching")) : NULL,
    };
    xml_console_set_filter(client, filter);
    return true;
}

static bool
cmd_xml_filter_off(CommandCall *call, const Args *args, GError **error)
{
    xml_console_set_filter(command_call_client(call), NULL);
    return true;
}

/* A stanza with a password in it is neither kept nor shown. */
static int
shows_of_stanza(const char *const *words)
{
    g_autofree char *text = g_strjoinv(" ", (char **) words);
    g_autofree char *redacted = log_redact(text);
    return g_str_equal(text, redacted) ? -1 : 0;
}

static bool
cmd_xml_send(CommandCall *call, const Args *args, GError **error)
{
    bool sent;
    g_autofree char *id =
        xml_console_send(command_call_session(call), args_text(args, "stanza"), &sent, error);
    if (id != NULL) {
        g_autofree char *shown = text_clean(id, -1, TEXT_LINE);
        command_call_row(call, "id", shown, NULL);
    }
    return sent;
}

static const Command commands[] = {
    { .name = "log",
      .grammar = "[lines:int(1..1000)]",
      .help = N_("Show the newest lines of the log, 20 unless you say how many."),
      .run = cmd_log,
      .details = N_("The log is a file that only you can read (/log path). Passwords and the secrets of logins never get "
                    "into it; what others have sent stands there without control characters."),
      .example = "/log 50" },
    { .name = "log level",
      .grammar = "[level:warning|info|debug]",
      .help = N_("Write only what is at least so grave into the log from now on, or show what is written now."),
      .run = cmd_log_level,
      .details = N_("“info” is usual; “debug” is what --verbose asks for. It lasts until the program ends."),
      .example = "/log level debug" },
    { .name = "log path",
      .grammar = "",
      .help = N_("Show where the log is."),
      .run = cmd_log_path,
      .example = "/log path" },
    { .name = "xml",
      .grammar = "",
      .help = N_("Show whose stream is looked into, and what is looked for."),
      .run = cmd_xml,
      .example = "/xml" },
    { .name = "xml on",
      .grammar = "[account:account]",
      .help = N_("Show everything that crosses the stream of an account, or of all accounts, from now on."),
      .run = cmd_xml_on,
      .details = N_("In the terminal it is shown in the window “xml”; “confab run” prints it as events “xml”, and programs "
                    "at the control socket get these when they subscribe to “xml” by name. Logins, passwords of accounts "
                    "and rooms, and other secrets are “…”, always. While it is off nothing is spent on it."),
      .example = "/xml on work" },
    { .name = "xml off",
      .grammar = "[account:account]",
      .help = N_("Look into the stream of an account, or of all accounts, no more."),
      .run = cmd_xml_off,
      .example = "/xml off" },
    { .name = "xml filter",
      .grammar = "[element element:word] [ns ns:word] [from from:jid] [id id:word] [matching matching:regex]",
      .help = N_("Show only stanzas in which all that is given holds."),
      .run = cmd_xml_filter,
      .check = check_xml_filter,
      .details = N_("element and ns: the name or the namespace of the stanza or of an element in it. from: who sent it, or "
                    "whom we sent it to. id: of the stanza. matching: a regular expression for its text."),
      .example = "/xml filter element body from alice@example.org" },
    { .name = "xml filter off",
      .grammar = "",
      .help = N_("Show everything again."),
      .run = cmd_xml_filter_off,
      .example = "/xml filter off" },
    { .name = "xml send",
      .grammar = "<stanza:text>",
      .help = N_("Send one stanza as it is: a message, presence or iq."),
      .run = cmd_xml_send,
      .needs = NEEDS_SESSION,
      .details = N_("Nothing encrypts it and nothing of it is kept in the history. What is not one well-formed stanza is "
                    "refused. An iq without an id is given one; /xml on shows the answer."),
      .example = "/xml send <iq type='get' to='example.org'><ping xmlns='urn:xmpp:ping'/></iq>",
      .shows = shows_of_stanza },
    { 0 },
};

const CommandGroup tools_group = { "tools", N_("Looking into the program"), commands };

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/notify.h"

#include <string.h>

#include "automation/hook.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "command/words.h"
#include "core/attention.h"

enum {
    OSC_OFF = 0, /* the first word of notify.osc */
    TEXT_COLUMNS = 200,
};

struct Notify {
    Registry *registry;
    Client *client;
    Runner *runner;
    guint subscription;
    bool failure_told;
    GHashTable *calls; /* serial of a conversation → Call */
};

/* What a conversation has called for. */
typedef struct Call {
    Notify *notify;
    guint64 conversation;
    guint count;     /* messages not told of yet */
    EventData *last; /* of them; NULL: there is none */
    guint pause;     /* source of the loop: until it may be told again */
} Call;

static void
call_free(gpointer data)
{
    Call *call = data;
    g_clear_handle_id(&call->pause, g_source_remove);
    g_clear_pointer(&call->last, event_data_unref);
    g_free(call);
}

/* --- the ways --- */

/* What a notification says. */
typedef struct Words {
    char *title, *text; /* cleaned, one line each */
} Words;

static Words
make_words(guint count, const EventData *last, const Conversation *conversation, bool with_text)
{
    const char *nick = event_data_value(last, "nick");
    const char *body = event_data_value(last, "body");
    g_autofree char *label = text_clean(conversation_label(conversation), -1, TEXT_LINE);
    g_autofree char *said = NULL;
    if (count > 1)
        said = g_strdup_printf(ngettext("%u message", "%u messages", count), count);
    else if (!with_text || body == NULL)
        said = g_strdup(_("a message"));
    else
        said = nick == NULL ? g_strdup(body) : g_strdup_printf("%s: %s", nick, body);
    g_autofree char *clean = text_clean(said, -1, TEXT_LINE);
    return (Words){ text_ellipsize(label, TEXT_COLUMNS), text_ellipsize(clean, TEXT_COLUMNS) };
}

static void
tell_terminal(const Notify *notify, const char *osc, const Words *words)
{
    const Frontend *frontend = registry_frontend(notify->registry);
    if (frontend->notify == NULL)
        return;
    const Notification notification = {
        .osc_9 = strcmp(osc, "777") != 0,
        .osc_777 = strcmp(osc, "9") != 0,
        .title = words->title,
        .text = words->text,
    };
    frontend->notify(registry_front(notify->registry), &notification);
}

/* Told once: it is in the log each time. The runner goes after us, and says nothing then. */
static void
on_program_done(const char *failure, gpointer data)
{
    Notify *notify = data;
    if (failure == NULL)
        return;
    if (!notify->failure_told)
        client_notice(notify->client, NULL, NOTICE_WARNING, 0, _("a notification failed: %s"), failure);
    notify->failure_told = true;
}

/* notify-send reads escapes of C in its text, and desktops read markup there (Desktop Notifications Specification). */
static void
tell_desktop(Notify *notify, const Words *words, EventData *event)
{
    g_auto(GStrv) pieces = g_strsplit(words->text, "\\", -1);
    g_autofree char *plain = g_strjoinv("\\\\", pieces);
    g_autofree char *markup = g_markup_escape_text(plain, -1);
    const char *const argv[] = { "notify-send", "--app-name=confab", "--", words->title, markup, NULL };
    runner_run(notify->runner, argv, event, on_program_done, notify);
}

static void
run_command(Notify *notify, const char *command, EventData *event)
{
    g_autoptr(GError) error = NULL;
    WordReader reader = { .line = command };
    g_auto(GStrv) argv = words_split(&reader, &error);
    if (argv != NULL && argv[0] != NULL)
        runner_run(notify->runner, (const char *const *) argv, event, on_program_done, notify);
    else
        log_warning("notify", "notify.command: %s", error != NULL ? error->message : "it is empty");
}

/* --- when --- */

static bool
user_looks_at(const Notify *notify, const Conversation *conversation)
{
    const Frontend *frontend = registry_frontend(notify->registry);
    return frontend->looks_at != NULL && frontend->looks_at(registry_front(notify->registry), conversation);
}

/* What the user has looked at meanwhile is not told any more. */
static void
tell(Call *call)
{
    Notify *notify = call->notify;
    const Conversation *conversation = client_find_conversation(notify->client, call->conversation);
    const guint count = call->count;
    g_autoptr(EventData) last = g_steal_pointer(&call->last);
    call->count = 0;
    if (conversation == NULL || user_looks_at(notify, conversation))
        return;
    const Settings *settings = client_settings(notify->client);
    const char *account = account_name(conversation_account(conversation));
    const char *bare = jid_bare(conversation_jid(conversation));
    const char *command = settings_get_text(settings, SETTING_NOTIFY_COMMAND, account, bare);
    const Words words = make_words(count, last, conversation, settings_get_bool(settings, SETTING_NOTIFY_TEXT, account, bare));
    if (settings_get_choice(settings, SETTING_NOTIFY_OSC, account, bare) != OSC_OFF)
        tell_terminal(notify, settings_format(settings, SETTING_NOTIFY_OSC, account, bare, NULL), &words);
    if (settings_get_bool(settings, SETTING_NOTIFY_DESKTOP, account, bare))
        tell_desktop(notify, &words, last);
    if (*command != '\0')
        run_command(notify, command, last);
    g_free(words.title);
    g_free(words.text);
}

static gboolean
on_pause_over(gpointer data)
{
    Call *call = data;
    if (call->count > 0) {
        tell(call);
        return G_SOURCE_CONTINUE;
    }
    call->pause = 0;
    g_hash_table_remove(call->notify->calls, &call->conversation);
    return G_SOURCE_REMOVE;
}

/* From an idle source: programs are not started in the delivery of an event. */
static gboolean
on_first(gpointer data)
{
    Call *call = data;
    tell(call);
    call->pause = g_timeout_add(NOTIFY_PAUSE, on_pause_over, call);
    return G_SOURCE_REMOVE;
}

static void
note(Notify *notify, const Conversation *conversation, const ModelEvent *event)
{
    const guint64 serial = conversation_serial(conversation);
    Call *call = g_hash_table_lookup(notify->calls, &serial);
    g_autofree char *json = event_to_json(event);
    if (call == NULL) {
        call = g_new0(Call, 1);
        call->notify = notify;
        call->conversation = serial;
        call->pause = g_idle_add_full(G_PRIORITY_DEFAULT, on_first, call, NULL);
        g_hash_table_insert(notify->calls, &call->conversation, call);
    }
    call->count++;
    g_clear_pointer(&call->last, event_data_unref);
    call->last = event_data_new(json, HOOK_ATTENTION);
}

/* Whether anything but the bell is asked for. */
static bool
is_wanted(const Notify *notify, const char *account, const char *bare)
{
    const Settings *settings = client_settings(notify->client);
    return settings_get_choice(settings, SETTING_NOTIFY_OSC, account, bare) != OSC_OFF ||
           settings_get_bool(settings, SETTING_NOTIFY_DESKTOP, account, bare) ||
           *settings_get_text(settings, SETTING_NOTIFY_COMMAND, account, bare) != '\0';
}

static void
on_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    Notify *notify = user;
    const Conversation *conversation = event->message.conversation;
    if (event->type != MESSAGE_ADDED || !attention_notifies(notify->client, conversation, event->message.message))
        return;
    const Frontend *frontend = registry_frontend(notify->registry);
    gpointer front = registry_front(notify->registry);
    const char *account = account_name(conversation_account(conversation));
    const char *bare = jid_bare(conversation_jid(conversation));
    if (frontend->notify != NULL &&
        settings_get_bool(client_settings(notify->client), SETTING_NOTIFY_BELL, account, bare))
        frontend->notify(front, &(Notification){ .bell = true });
    if (is_wanted(notify, account, bare) && !user_looks_at(notify, conversation))
        note(notify, conversation, event);
}

Notify *
notify_new(Registry *registry, Runner *runner)
{
    Notify *notify = g_new0(Notify, 1);
    notify->registry = registry;
    notify->client = registry_client(registry);
    notify->runner = runner;
    notify->calls = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, call_free);
    notify->subscription = bus_subscribe(client_bus(notify->client), on_event, notify);
    return notify;
}

void
notify_free(Notify *notify)
{
    if (notify == NULL)
        return;
    bus_unsubscribe(client_bus(notify->client), notify->subscription);
    g_hash_table_unref(notify->calls);
    g_free(notify);
}

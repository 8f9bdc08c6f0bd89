/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "command/room_call.h"
#include "command/tables.h"
#include "core/discovery.h"
#include "core/room_forms.h"

enum {
    INSTRUCTION_LINES_MAX = 20,
    VALUE_COLUMNS = 32, /* in a list */
};

/* A call about a room, which may be closed before the answer comes. */
typedef struct RoomCall {
    CommandCall *call;
    Jid *room;
    char *text; /* what the call needs to know at its end; NULL */
} RoomCall;

static RoomCall *
room_call_new(CommandCall *call, const Jid *room, const char *text)
{
    RoomCall *made = g_new0(RoomCall, 1);
    *made = (RoomCall) { command_call_defer(call), jid_to_bare(room), g_strdup(text) };
    return made;
}

static void
room_call_end(RoomCall *room_call, const GError *error)
{
    command_call_finish(room_call->call, error);
    jid_unref(room_call->room);
    g_free(room_call->text);
    g_free(room_call);
}

/* --- printing forms --- */

static void
print_lines(CommandCall *call, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", INSTRUCTION_LINES_MAX + 1);
    for (guint i = 0; lines[i] != NULL && i < INSTRUCTION_LINES_MAX; i++)
        command_call_print(call, "%s", lines[i]);
}

static void
print_field(CommandCall *call, const RoomFormField *field)
{
    if (field->number == 0) {
        command_call_print(call, "%s", field->label);
        return;
    }
    g_autofree char *number = g_strdup_printf("%u", field->number);
    g_autofree char *now = text_ellipsize(field->value, VALUE_COLUMNS);
    command_call_row(call, "number", number, ".var", field->var, ".type", field->type, ".required",
                     field->required ? "yes" : "no", ".takes", field->takes, ".value", field->value, "key", field->key,
                     "now", now, "changed", field->is_changed ? "changed" : NULL, "label", field->label, NULL);
}

static void
print_field_whole(CommandCall *call, const RoomFormField *field)
{
    print_field(call, field);
    print_lines(call, field->description);
    if (text_columns(field->value, -1) > VALUE_COLUMNS)
        command_call_print(call, "%s", field->value);
    if (field->options->len == 0 && *field->takes != '\0')
        command_call_print(call, _("It takes %s."), field->takes);
    for (guint i = 0; i < field->options->len; i++)
        command_call_print(call, "  %s", (const char *) g_ptr_array_index(field->options, i));
    if (field->required)
        command_call_print(call, "%s", _("It cannot be empty."));
}

static void
print_form(CommandCall *call, const RoomFormView *view)
{
    if (view->title != NULL)
        command_call_print(call, "%s", view->title);
    print_lines(call, view->instructions);
    if (view->is_registered)
        command_call_print(call, "%s", _("You are registered: /room unregister ends that."));
    for (guint i = 0; i < view->fields->len; i++)
        print_field(call, g_ptr_array_index(view->fields, i));
    command_call_print(call, "%s",
                       _("/form KEY tells what a field takes, /form set KEY VALUE fills it in, /form submit sends all, "
                         "/form cancel closes it"));
}

/* `key` NULL: all of it. */
static bool
print_open(CommandCall *call, Session *session, const Jid *room, const char *key, GError **error)
{
    g_autoptr(RoomFormView) view = room_forms_view(session, room);
    if (view == NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                            _("no form of this room is open: /room config or /room register opens one"));
        return false;
    }
    if (key == NULL) {
        print_form(call, view);
        return true;
    }
    const RoomFormField *field = room_forms_find_field(view, key, error);
    if (field != NULL)
        print_field_whole(call, field);
    return field != NULL;
}

/* A form was opened: `text` is the field that is asked for, NULL: all. */
static void
on_open(const GError *error, gpointer data)
{
    RoomCall *room_call = data;
    g_autoptr(GError) problem = NULL;
    if (error == NULL)
        print_open(room_call->call, command_call_session(room_call->call), room_call->room, room_call->text, &problem);
    room_call_end(room_call, error != NULL ? error : problem);
}

/* --- configuring --- */

static void
on_changed(const RoomFormField *field, const GError *error, gpointer data)
{
    RoomCall *room_call = data;
    if (field != NULL)
        command_call_print(room_call->call, _("%s is “%s” now."), field->label, field->value);
    room_call_end(room_call, error);
}

static bool
cmd_room_config(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_room(call, error);
    const char *key = args_text(args, "key");
    if (room == NULL)
        return false;
    Session *session = command_call_session(call);
    const Jid *jid = room_jid(room);
    if (args_has(args, "value"))
        room_forms_change(session, jid, key, args_list(args, "value"), on_changed, room_call_new(call, jid, NULL));
    else
        room_forms_open(session, jid, ROOM_FORM_CONFIGURATION, on_open, room_call_new(call, jid, key));
    return true;
}

/* What may be a secret is not kept (I23): only what is known to be none is. */
static bool
is_no_secret(const char *key)
{
    static const char *const known[] = {
        "roomname", "roomdesc", "lang", "language", "persistentroom", "publicroom", "public_list", "membersonly",
        "moderatedroom", "whois", "changesubject", "allowinvites", "allowmemberinvites", "allowpm", "maxusers",
        "enablelogging", "enablearchiving", "mam", "historylength", "defaulthistorymessages", "passwordprotectedroom",
        "roomadmins", "roomowners", "presencebroadcast", "getmemberlist", "allow_visitor_status",
        "allow_visitor_nickchange", "allow_voice_requests", "allow_private_messages", "members_by_default", NULL,
    };
    const char *end = strrchr(key, '#') != NULL ? strrchr(key, '#') + 1 : key;
    return g_strv_contains(known, g_str_has_prefix(end, "roomconfig_") ? end + strlen("roomconfig_") : end);
}

static int
show_value(const char *const *words)
{
    return words[0] == NULL || is_no_secret(words[0]) ? -1 : 1;
}

/* --- the open form --- */

static bool
cmd_form(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_room(call, error);
    return room != NULL && print_open(call, command_call_session(call), room_jid(room), args_text(args, "key"), error);
}

static bool
cmd_form_set(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_room(call, error);
    Session *session = command_call_session(call);
    const char *key = args_text(args, "key");
    if (room == NULL || !room_forms_set(session, room_jid(room), key, args_list(args, "value"), error))
        return false;
    g_autoptr(RoomFormView) view = room_forms_view(session, room_jid(room));
    const RoomFormField *field = room_forms_find_field(view, key, NULL);
    if (field != NULL)
        print_field(call, field);
    return true;
}

static void
on_submitted(const GError *error, gpointer data)
{
    RoomCall *room_call = data;
    if (error == NULL)
        command_call_print(room_call->call, "%s", _("The room has taken the form."));
    room_call_end(room_call, error);
}

static bool
cmd_form_submit(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_room(call, error);
    if (room == NULL)
        return false;
    room_forms_submit(command_call_session(call), room_jid(room), on_submitted, room_call_new(call, room_jid(room), NULL));
    return true;
}

static bool
cmd_form_cancel(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_room(call, error);
    if (room == NULL)
        return false;
    room_forms_cancel(command_call_session(call), room_jid(room), command_call_done, command_call_defer(call));
    return true;
}

/* --- creating --- */

static void
on_created(const GError *error, gpointer data)
{
    RoomCall *room_call = data;
    Session *session = command_call_session(room_call->call);
    const Room *room = account_find_room(session_account(session), room_call->room);
    if (room != NULL)
        command_call_show(room_call->call, room_conversation(room));
    if (error == NULL && room_call->text == NULL)
        command_call_print(room_call->call, _("%s is open, and you are its owner."), jid_text(room_call->room));
    if (error == NULL && room_call->text != NULL) {
        command_call_print(room_call->call, _("%s is yours. Most servers let nobody else in before you have sent this form."),
                           jid_text(room_call->room));
        print_open(room_call->call, session, room_call->room, NULL, NULL);
    }
    room_call_end(room_call, error);
}

static bool
cmd_room_create(CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "room");
    const bool is_reserved = g_strcmp0(args_text(args, "how"), "config") == 0;
    g_autoptr(Jid) room = jid_to_bare(jid);
    const RoomsJoin join = { .room = room, .nick = jid_resource(jid), .is_reserved = is_reserved };
    if (jid_local(room) == NULL) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("%s is a server, not a room: write room@%s"), jid_text(room),
                    jid_domain(room));
        return false;
    }
    room_forms_create(command_call_session(call), &join, on_created, room_call_new(call, room, is_reserved ? "config" : NULL));
    return true;
}

/* --- registering --- */

static void
on_register(const GError *error, gpointer data)
{
    RoomCall *room_call = data;
    Session *session = command_call_session(room_call->call);
    g_autoptr(RoomFormView) view = error == NULL ? room_forms_view(session, room_call->room) : NULL;
    if (view != NULL)
        print_form(room_call->call, view);
    else if (error == NULL)
        command_call_print(room_call->call, _("You are registered as %s."), room_call->text);
    room_call_end(room_call, error);
}

static bool
cmd_room_register(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_room(call, error);
    const char *nick = args_text(args, "nick");
    if (room == NULL)
        return false;
    g_autofree char *shown = nick != NULL ? text_clean(nick, -1, TEXT_STRICT) : NULL;
    room_forms_register(command_call_session(call), room_jid(room), nick, on_register,
                        room_call_new(call, room_jid(room), shown));
    return true;
}

static void
on_unregistered(const GError *error, gpointer data)
{
    RoomCall *room_call = data;
    if (error == NULL)
        command_call_print(room_call->call, _("You are not registered with %s any more."), jid_text(room_call->room));
    room_call_end(room_call, error);
}

static bool
cmd_room_unregister(CommandCall *call, const Args *args, GError **error)
{
    const Room *room = room_call_room(call, error);
    if (room == NULL)
        return false;
    room_forms_unregister(command_call_session(call), room_jid(room), on_unregistered,
                          room_call_new(call, room_jid(room), NULL));
    return true;
}

/* --- finding --- */

static char *
flag_words(guint flags)
{
    static const struct {
        RoomFlags flag;
        const char *word;
    } words[] = {
        { ROOM_PASSWORD, N_("password") },         { ROOM_MEMBERS_ONLY, N_("members only") },
        { ROOM_MODERATED, N_("moderated") },       { ROOM_ANONYMOUS_NOT, N_("addresses shown") },
        { ROOM_PERSISTENT, N_("permanent") },      { ROOM_HIDDEN, N_("hidden") },
        { ROOM_HAS_ARCHIVE, N_("has an archive") },
    };
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if ((flags & words[i].flag) != 0)
            g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", _(words[i].word));
    }
    return g_string_free(text, FALSE);
}

static char *
shown_jid(const Jid *jid)
{
    return text_clean(jid_text(jid), -1, TEXT_STRICT);
}

static void
print_found(CommandCall *call, const FoundRoom *room)
{
    g_autofree char *jid = shown_jid(room->jid);
    g_autofree char *occupants = room->occupants >= 0 ? g_strdup_printf("%d", room->occupants) : NULL;
    g_autofree char *flags = flag_words(room->flags & (ROOM_PASSWORD | ROOM_MEMBERS_ONLY | ROOM_MODERATED));
    command_call_row(call, "room", jid, "occupants", occupants, "is", flags, ".description", room->description,
                     ".language", room->language, "name", room->name, NULL);
}

static void
print_end(CommandCall *call, const RoomPage *page)
{
    const guint last = page->first + page->rooms->len - 1;
    const guint next = (page->first - 1) / DISCOVERY_PAGE_ROWS + 2;
    g_autofree char *service = shown_jid(page->service);
    if (page->rooms->len == 0 && page->first == 1)
        command_call_print(call, _("%s shows no such room."), service);
    else if (page->rooms->len == 0)
        command_call_print(call, _("%s has no more rooms than that."), service);
    else if (page->has_more && page->total > 0)
        command_call_print(call, _("%u to %u of %u at %s: go on with page %u"), page->first, last, page->total, service, next);
    else if (page->has_more)
        command_call_print(call, _("%u to %u at %s: go on with page %u"), page->first, last, service, next);
    else
        command_call_print(call, _("%u to %u at %s: that is all"), page->first, last, service);
    if (page->is_cut)
        command_call_print(call, _("Only the first %u rooms were looked at."), (guint) DISCOVERY_ROOMS_MAX);
}

static void
on_rooms(const RoomPage *page, const GError *error, gpointer data)
{
    CommandCall *call = data;
    for (guint i = 0; page != NULL && i < page->rooms->len; i++)
        print_found(call, g_ptr_array_index(page->rooms, i));
    if (page != NULL)
        print_end(call, page);
    command_call_finish(call, error);
}

static bool
cmd_rooms(CommandCall *call, const Args *args, GError **error)
{
    const RoomSearch search = { args_jid(args, "service"), args_text(args, "search"), (guint) args_int(args, "page", 1) };
    discovery_list_rooms(command_call_session(call), &search, on_rooms, command_call_defer(call));
    return true;
}

static void
print_item(CommandCall *call, const char *what, const char *value)
{
    if (value != NULL && *value != '\0')
        command_call_row(call, "what", what, "value", value, NULL);
}

static void
on_room(const FoundRoom *room, const GError *error, gpointer data)
{
    CommandCall *call = data;
    if (room != NULL) {
        g_autofree char *jid = shown_jid(room->jid);
        g_autofree char *occupants = room->occupants >= 0 ? g_strdup_printf("%d", room->occupants) : NULL;
        g_autofree char *flags = flag_words(room->flags);
        print_item(call, "room", jid);
        print_item(call, "name", room->name);
        print_item(call, "description", room->description);
        print_item(call, "topic", room->subject);
        print_item(call, "occupants", occupants);
        print_item(call, "is", flags);
        print_item(call, "language", room->language);
        print_item(call, "contacts", room->contacts);
        print_item(call, "logs", room->logs);
    }
    command_call_finish(call, error);
}

static bool
cmd_room_info(CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "room");
    if (jid == NULL) {
        const Room *room = room_call_room(call, error);
        jid = room != NULL ? room_jid(room) : NULL;
    }
    if (jid == NULL)
        return false;
    discovery_ask_room(command_call_session(call), jid, on_room, command_call_defer(call));
    return true;
}

static const Command commands[] = {
    { .name = "rooms",
      .grammar = "[service:bare] [search search:word] [page page:int(1..100000)]",
      .help = N_("List the rooms of your server, or of another service: those with some text in their name or address."),
      .run = cmd_rooms,
      .needs = NEEDS_SESSION,
      .example = "/rooms rooms.example.org search roses page 2" },
    { .name = "room info",
      .grammar = "[room:bare]",
      .help = N_("Show what a room says of itself, without entering it."),
      .run = cmd_room_info,
      .needs = NEEDS_SESSION,
      .example = "/room info garden@rooms.example.org" },
    { .name = "room create",
      .grammar = "<room:jid> [how:config|instant]",
      .help = N_("Create a room and enter it, by the nick behind the slash or your usual one."),
      .run = cmd_room_create,
      .needs = NEEDS_SESSION,
      .details = N_("It opens at once as its server thinks right; with config, its form is shown first, and most servers "
                    "let nobody else in before /form submit. /form cancel gives the room up."),
      .example = "/room create garden@rooms.example.org config" },
    { .name = "room config",
      .grammar = "[key:word] [value:word...]",
      .help = N_("Show the configuration of the current room as a form, show one field of it, or change one."),
      .run = cmd_room_config,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .details = N_("KEY is the number, the key, the whole name or a part of the label that no other has. What takes "
                    "several values, or lines, takes a word for each; \"\" empties a field. With a value it is sent at once; "
                    "without, the form stays open for /form."),
      .example = "/room config membersonly yes",
      .shows = show_value },
    { .name = "room register",
      .grammar = "[nick:text]",
      .help = N_("Register with the current room: become a member, or keep a nick for yourself."),
      .run = cmd_room_register,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .details = N_("With a nick it is done at once, where the room wants nothing else; without, its form is shown, to be "
                    "sent with /form submit."),
      .example = "/room register Alice" },
    { .name = "room unregister",
      .grammar = "",
      .help = N_("End the registration with the current room."),
      .run = cmd_room_unregister,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/room unregister" },
    { .name = "form",
      .grammar = "[key:word]",
      .help = N_("Show the open form of the current room, or one of its fields with all it takes."),
      .run = cmd_form,
      .needs = NEEDS_CONVERSATION | NEEDS_ACCOUNT,
      .details = N_("/room config and /room register open forms. \"changed\" marks what you have filled in."),
      .example = "/form whois" },
    { .name = "form set",
      .grammar = "<key:word> <value:word...>",
      .help = N_("Fill in a field of the open form."),
      .run = cmd_form_set,
      .needs = NEEDS_CONVERSATION | NEEDS_ACCOUNT,
      .details = N_("Nothing is sent before /form submit. /help room config says what KEY and VALUE may be."),
      .example = "/form set roomname \"The rose garden\"",
      .shows = show_value },
    { .name = "form submit",
      .grammar = "",
      .help = N_("Send the open form to the room."),
      .run = cmd_form_submit,
      .needs = NEEDS_CONVERSATION | NEEDS_SESSION,
      .example = "/form submit" },
    { .name = "form cancel",
      .grammar = "",
      .help = N_("Close the open form without sending it."),
      .run = cmd_form_cancel,
      .needs = NEEDS_CONVERSATION | NEEDS_ACCOUNT,
      .details = N_("A room that was created with config, and was not opened yet, is given up by it."),
      .example = "/form cancel" },
    { 0 },
};

const CommandGroup room_config_group = { "room-forms", N_("Finding, creating and configuring rooms"), commands };

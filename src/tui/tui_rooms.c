/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens in rooms becomes lines: who came and went is told of those who spoke lately, what was done to somebody
 * always. */
#include "base/i18n.h"
#include "base/text.h"
#include "base/when.h"
#include "core/attention.h"
#include "core/rooms.h"
#include "tui/tui_state.h"

static bool
is_current(const Tui *tui, const Window *window)
{
    return window == windows_current(tui->windows);
}

/* A line that nobody needs to be called for. */
static void
add_line(Tui *tui, Window *window, LineKind kind, const char *text)
{
    lines_add_text(window->lines, kind, when_now(), text);
    if (is_current(tui, window))
        screen_damage(tui->screen, DAMAGE_MESSAGES);
}

/* --- the room --- */

/* A door that is shut for good has no way back. */
static bool
can_come_back(const OccupantLeave *how)
{
    return how->cause != LEFT_BANNED && how->cause != LEFT_DESTROYED
           && how->cause != LEFT_AFFILIATION && how->cause != LEFT_MEMBERS_ONLY;
}

static void
tell_state(Tui *tui, Window *window, const ModelEvent *event)
{
    const Room *room = conversation_room(event->room.conversation);
    const char *reason = room_reason(room);
    g_autofree char *nick = room_nick(room) != NULL ? text_clean(room_nick(room), -1, TEXT_STRICT) : g_strdup("");
    if (room_state(room) == ROOM_JOINED)
        tui_printf(tui, window, LINE_NOTICE, _("you are in the room as %s"), nick);
    else if (room_state(room) == ROOM_OUT && reason == NULL)
        add_line(tui, window, LINE_NOTICE, _("you left the room: /join comes back"));
    else if (reason != NULL && event->room.how != NULL && !can_come_back(event->room.how))
        add_line(tui, window, LINE_WARNING, reason);
    else if (reason != NULL && event->room.how != NULL)
        tui_printf(tui, window, LINE_WARNING, room_state(room) == ROOM_WAITING ? _("%s; the room is joined again soon")
                                                                                : _("%s; /join comes back"), reason);
    else if (reason != NULL && !is_current(tui, window)) /* who looks at it has it in the title, or as an answer */
        tui_printf(tui, window, LINE_WARNING, _("not joined: %s"), reason);
}

static void
tell_subject(Tui *tui, Window *window, const Room *room)
{
    const char *subject = room_subject(room), *by = room_subject_by(room);
    if (subject == NULL || *subject == '\0')
        add_line(tui, window, LINE_NOTICE, _("the room has no topic any more"));
    else if (by != NULL) {
        g_autofree char *text = g_strdup_printf(_("topic, set by %s: %s"), by, subject);
        add_line(tui, window, LINE_NOTICE, text);
    } else {
        g_autofree char *text = g_strdup_printf(_("topic: %s"), subject);
        add_line(tui, window, LINE_NOTICE, text);
    }
}

static void
tell_codes(Tui *tui, Window *window, const ModelEvent *event)
{
    for (guint i = 0; i < event->room.code_count; i++) {
        const char *words = rooms_code_words(event->room.codes[i]);
        if (words != NULL)
            add_line(tui, window, LINE_NOTICE, words);
    }
}

void
tui_on_room(Tui *tui, const ModelEvent *event)
{
    Conversation *conversation = event->room.conversation;
    Window *window = windows_by_serial(tui->windows, conversation_serial(conversation));
    const bool is_in = room_state(conversation_room(conversation)) == ROOM_JOINED;
    if (window == NULL && event->room.what == ROOM_STATE && is_in)
        window = tui_open(tui, conversation); /* a bookmark: it is there, and does not push itself forward */
    if (window == NULL)
        return;
    if (is_current(tui, window))
        screen_damage(tui->screen, DAMAGE_ALL);
    screen_damage(tui->screen, DAMAGE_STATUS);
    switch (event->room.what) {
    case ROOM_STATE:
        tell_state(tui, window, event);
        break;
    case ROOM_SUBJECT:
        tell_subject(tui, window, conversation_room(conversation));
        break;
    case ROOM_CODES:
        tell_codes(tui, window, event);
        break;
    case ROOM_INFO:
    case ROOM_OCCUPANTS:
        break;
    }
}

/* --- somebody in it --- */

/* By the room, or by somebody who may: that is never noise. */
static char *
removal_words(const Occupant *occupant, const OccupantLeave *how)
{
    static const char *const words[] = {
        [LEFT_BY_ITSELF] = N_("%s left"),
        [LEFT_KICKED] = N_("%s was kicked"),
        [LEFT_BANNED] = N_("%s was banned"),
        [LEFT_AFFILIATION] = N_("%s is not a member any more and had to leave"),
        [LEFT_MEMBERS_ONLY] = N_("%s had to leave: the room is for members only now"),
        [LEFT_SHUTDOWN] = N_("%s was disconnected: the rooms' server goes down"),
        [LEFT_ERROR] = N_("%s was lost"),
        [LEFT_DESTROYED] = N_("%s had to leave: the room is destroyed"),
    };
    g_autoptr(GString) text = g_string_new(NULL);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_string_printf(text, _(words[how->cause]), occupant_label(occupant));
#pragma GCC diagnostic pop
    if (how->actor != NULL)
        g_string_append_printf(text, _(" by %s"), how->actor);
    if (how->reason != NULL)
        g_string_append_printf(text, ": %s", how->reason);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
change_words(const ModelEvent *event)
{
    const Occupant *occupant = event->occupant.occupant;
    const bool is_promoted = event->occupant.role_before != occupant_role(occupant);
    return is_promoted ? g_strdup_printf(_("%s is now %s"), occupant_label(occupant),
                                         occupant_role_label(occupant_role(occupant)))
                       : g_strdup_printf(_("%s is now %s of the room"), occupant_label(occupant),
                                         occupant_affiliation_label(occupant_affiliation(occupant)));
}

static char *
occupant_words(const ModelEvent *event)
{
    const Occupant *occupant = event->occupant.occupant;
    switch (event->type) {
    case OCCUPANT_JOINED:
        return g_strdup_printf(_("%s came"), occupant_label(occupant));
    case OCCUPANT_LEFT:
        return removal_words(occupant, event->occupant.how);
    case OCCUPANT_RENAMED:
        return g_strdup_printf(_("%s is now called %s"), event->occupant.before, occupant_label(occupant));
    default:
        return change_words(event);
    }
}

void
tui_on_occupant(Tui *tui, const ModelEvent *event)
{
    Window *window = windows_by_serial(tui->windows, conversation_serial(event->occupant.conversation));
    if (window == NULL)
        return;
    if (is_current(tui, window))
        screen_damage(tui->screen, DAMAGE_TITLE | DAMAGE_OCCUPANTS);
    if (attention_is_noise(tui->client, event))
        return;
    g_autofree char *words = occupant_words(event);
    add_line(tui, window, LINE_NOTICE, words);
}

void
tui_on_invitation(Tui *tui, const ModelEvent *event)
{
    Window *console = windows_console(tui->windows);
    g_autofree char *room = text_clean(jid_text(event->invitation.room), -1, TEXT_STRICT);
    g_autofree char *from =
        event->invitation.from != NULL ? text_clean(jid_text(event->invitation.from), -1, TEXT_STRICT) : g_strdup("?");
    const char *reason = event->invitation.reason;
    if (event->invitation.is_declined)
        tui_printf(tui, console, LINE_NOTICE, _("%s: %s declined the invitation to %s%s%s"), account_name(event->account),
                   from, room, reason != NULL ? ": " : "", reason != NULL ? reason : "");
    else
        tui_printf(tui, console, LINE_NOTICE, _("%s: %s invites you to %s%s%s; /join %s or /decline"),
                   account_name(event->account), from, room, reason != NULL ? ": " : "", reason != NULL ? reason : "", room);
    console->activity = MAX(console->activity, is_current(tui, console) ? ACTIVITY_NONE : ACTIVITY_MESSAGE);
}

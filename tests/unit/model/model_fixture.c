/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/model/model_fixture.h"

static void
on_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    Fixture *fixture = user;
    if (fixture->events->len > 0)
        g_string_append_c(fixture->events, ' ');
    switch (event->type) {
    case ACCOUNT_STATE_CHANGED:
        g_string_append_printf(fixture->events, "state:%s", account_state_word(account_state(event->account)));
        break;
    case ACCOUNT_PRESENCE_CHANGED:
        g_string_append_printf(fixture->events, "own:%s", availability_word(account_availability(event->account)));
        break;
    case ROSTER_CHANGED:
        g_string_append(fixture->events, "roster");
        break;
    case CONTACT_ADDED:
        g_string_append_printf(fixture->events, "added:%s", contact_label(event->contact.contact));
        break;
    case CONTACT_CHANGED:
        g_string_append_printf(fixture->events, "changed:%s", contact_label(event->contact.contact));
        break;
    case CONTACT_REMOVED:
        g_string_append_printf(fixture->events, "removed:%s", contact_label(event->contact.contact));
        break;
    case PRESENCE_CHANGED:
        g_string_append_printf(fixture->events, "presence:%s/%s→%s", contact_label(event->presence.contact),
                               availability_word(event->presence.before),
                               availability_word(contact_availability(event->presence.contact)));
        break;
    case SUBSCRIPTION_REQUESTED:
        g_string_append_printf(fixture->events, "%s:%s", event->subscription.act, jid_text(event->subscription.jid));
        break;
    case CONVERSATION_ADDED:
        g_string_append_printf(fixture->events, "conversation:%s",
                               conversation_label(event->conversation.conversation));
        break;
    case CONVERSATION_REMOVED:
        g_string_append_printf(fixture->events, "gone:%s", conversation_label(event->conversation.conversation));
        break;
    case MESSAGE_ADDED:
        g_string_append_printf(fixture->events, "message:%s", event->message.message->body);
        break;
    case MESSAGE_CHANGED:
        g_string_append_printf(fixture->events, "%s:%s", message_state_word(event->message.message->state),
                               event->message.message->body);
        break;
    case UNREAD_CHANGED:
        g_string_append_printf(fixture->events, "unread:%u", conversation_unread(event->conversation.conversation));
        break;
    case MESSAGE_EDITED:
        g_string_append_printf(fixture->events, "edited:%s", event->message.message->body);
        break;
    case HISTORY_LOADED:
        g_string_append(fixture->events, "loaded");
        break;
    case TYPING_CHANGED:
        g_string_append_printf(fixture->events, "typing:%s",
                               conversation_is_peer_typing(event->conversation.conversation) ? "on" : "off");
        break;
    case ENCRYPTION_CHANGED:
        g_string_append_printf(fixture->events, "encryption:%s:%s",
                               conversation_intent(event->conversation.conversation),
                               encryption_state_word(conversation_encryption(event->conversation.conversation)->state));
        break;
    case ROOM_CHANGED: {
        static const char *const whats[] = { "state", "subject", "info", "occupants", "codes" };
        g_string_append_printf(fixture->events, "room:%s", whats[event->room.what]);
        if (event->room.how != NULL)
            g_string_append_printf(fixture->events, ":%s", leave_cause_word(event->room.how->cause));
        break;
    }
    case OCCUPANT_JOINED:
        g_string_append_printf(fixture->events, "joined:%s", occupant_label(event->occupant.occupant));
        break;
    case OCCUPANT_CHANGED:
        g_string_append_printf(fixture->events, "is:%s:%s→%s", occupant_label(event->occupant.occupant),
                               occupant_role_word(event->occupant.role_before),
                               occupant_role_word(occupant_role(event->occupant.occupant)));
        break;
    case OCCUPANT_RENAMED:
        g_string_append_printf(fixture->events, "renamed:%s→%s", event->occupant.before,
                               occupant_label(event->occupant.occupant));
        break;
    case OCCUPANT_LEFT:
        g_string_append_printf(fixture->events, "left:%s:%s", occupant_label(event->occupant.occupant),
                               leave_cause_word(event->occupant.how->cause));
        break;
    default:
        g_assert_not_reached();
    }
}

void
fixture_set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Jid) jid = make_jid("me@example.org");
    fixture->bus = bus_new();
    fixture->account = account_new("work", jid, fixture->bus);
    fixture->roster = account_roster(fixture->account);
    fixture->events = g_string_new(NULL);
    bus_subscribe(fixture->bus, on_event, fixture);
}

void
fixture_tear_down(Fixture *fixture, gconstpointer data)
{
    account_free(fixture->account);
    bus_free(fixture->bus);
    g_string_free(fixture->events, TRUE);
}

void
fixture_assert_events(Fixture *fixture, const char *expected)
{
    g_assert_cmpstr(fixture->events->str, ==, expected);
    g_string_truncate(fixture->events, 0);
}

Jid *
make_jid(const char *text)
{
    g_autoptr(GError) error = NULL;
    Jid *jid = jid_new(text, &error);
    g_assert_no_error(error);
    return jid;
}

Contact *
make_contact(Fixture *fixture, const char *jid_text, const char *name)
{
    g_autoptr(Jid) jid = make_jid(jid_text);
    Contact *contact = roster_ensure(fixture->roster, jid);
    contact_set_item(contact, name, NULL, CONTACT_BOTH, false);
    return contact;
}

void
set_presence(Contact *contact, const char *full, Availability availability, int priority, const char *status)
{
    g_autoptr(Jid) jid = make_jid(full);
    contact_set_resource(contact, jid, availability, priority, status, 1);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/room_json.h"

#include "base/when.h"
#include "rpc/json_parts.h"

/* --- the room --- */

/* What happened, in one word: "joined", "left", "failed" … */
static const char *
what_of(const ModelEvent *event)
{
    static const char *const others[] = {
        [ROOM_SUBJECT] = "topic",
        [ROOM_INFO] = "info",
        [ROOM_OCCUPANTS] = "occupants",
        [ROOM_CODES] = "codes",
    };
    const Room *room = conversation_room(event->room.conversation);
    if (event->room.what != ROOM_STATE)
        return others[event->room.what];
    if (event->room.how != NULL)
        return "left";
    switch (room_state(room)) {
    case ROOM_JOINED:
        return "joined";
    case ROOM_JOINING:
        return "joining";
    case ROOM_WAITING:
        return "waiting";
    case ROOM_OUT:
        break;
    }
    return room_reason(room) != NULL ? "failed" : "left";
}

static void
add_state(JsonBuilder *json, const ModelEvent *event, const Room *room)
{
    const OccupantLeave *how = event->room.how;
    json_parts_text(json, "nick", room_nick(room));
    json_parts_text(json, "role", occupant_role_word(room_own_role(room)));
    json_parts_text(json, "affiliation", occupant_affiliation_word(room_own_affiliation(room)));
    json_parts_text(json, "cause", how != NULL ? leave_cause_word(how->cause) : NULL);
    json_parts_text(json, "actor", how != NULL ? how->actor : NULL);
    json_parts_text(json, "reason", room_reason(room));
    json_parts_int(json, "occupants", room_occupant_count(room));
}

static void
add_codes(JsonBuilder *json, const ModelEvent *event)
{
    json_builder_set_member_name(json, "codes");
    json_builder_begin_array(json);
    for (guint i = 0; i < event->room.code_count; i++)
        json_builder_add_int_value(json, event->room.codes[i]);
    json_builder_end_array(json);
}

static void
add_info(JsonBuilder *json, const Room *room)
{
    static const struct {
        RoomFlags flag;
        const char *key;
    } flags[] = {
        { ROOM_ANONYMOUS_NOT, "shows_addresses" }, { ROOM_MEMBERS_ONLY, "members_only" },
        { ROOM_MODERATED, "moderated" },           { ROOM_PASSWORD, "password" },
        { ROOM_PERSISTENT, "persistent" },         { ROOM_HIDDEN, "hidden" },
        { ROOM_HAS_ARCHIVE, "archive" },
    };
    json_parts_text(json, "name", room_name(room));
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++)
        json_parts_bool(json, flags[i].key, (room_flags(room) & flags[i].flag) != 0);
}

char *
room_json(const ModelEvent *event)
{
    const Room *room = conversation_room(event->room.conversation);
    JsonBuilder *json = json_parts_begin("room", when_now(), json_parts_account(event->account));
    json_parts_text(json, "room", jid_text(room_jid(room)));
    json_parts_text(json, "what", what_of(event));
    switch (event->room.what) {
    case ROOM_STATE:
        add_state(json, event, room);
        break;
    case ROOM_SUBJECT:
        json_parts_text(json, "topic", room_subject(room));
        json_parts_text(json, "by", room_subject_by(room));
        break;
    case ROOM_INFO:
        add_info(json, room);
        break;
    case ROOM_OCCUPANTS:
        json_parts_int(json, "occupants", room_occupant_count(room));
        break;
    case ROOM_CODES:
        add_codes(json, event);
        break;
    }
    return json_parts_end(json);
}

static char *
detail_of(const ModelEvent *event, const Room *room)
{
    switch (event->room.what) {
    case ROOM_STATE:
        return g_strdup(room_reason(room));
    case ROOM_SUBJECT:
        return g_strdup(room_subject(room));
    case ROOM_INFO:
        return g_strdup(room_name(room));
    case ROOM_OCCUPANTS:
        return g_strdup_printf("%u", room_occupant_count(room));
    case ROOM_CODES:
        return g_strdup_printf("%u", event->room.codes[0]);
    }
    return NULL;
}

char *
room_line(const ModelEvent *event)
{
    const Room *room = conversation_room(event->room.conversation);
    g_autofree char *detail = detail_of(event, room);
    return json_parts_line(when_now(), "room", event->account,
                           g_strdup_printf("%s: %s%s%s", jid_text(room_jid(room)), what_of(event),
                                           detail != NULL ? ": " : "", detail != NULL ? detail : ""));
}

/* --- somebody in it --- */

static const char *
change_of(const ModelEvent *event)
{
    switch (event->type) {
    case OCCUPANT_JOINED:
        return "joined";
    case OCCUPANT_LEFT:
        return "left";
    case OCCUPANT_RENAMED:
        return "renamed";
    default:
        return "changed";
    }
}

char *
occupant_json(const ModelEvent *event)
{
    const Occupant *occupant = event->occupant.occupant;
    const OccupantLeave *how = event->occupant.how;
    const Jid *jid = occupant_jid(occupant);
    JsonBuilder *json = json_parts_begin("room", when_now(), json_parts_account(event->account));
    json_parts_text(json, "room", jid_text(conversation_jid(event->occupant.conversation)));
    json_parts_text(json, "what", "occupant");
    json_parts_text(json, "change", change_of(event));
    json_parts_text(json, "nick", occupant_nick(occupant));
    json_parts_text(json, "before", event->occupant.before);
    json_parts_text(json, "occupant_id", occupant_id(occupant));
    json_parts_text(json, "jid", jid != NULL ? jid_text(jid) : NULL);
    json_parts_text(json, "role", occupant_role_word(occupant_role(occupant)));
    json_parts_text(json, "affiliation", occupant_affiliation_word(occupant_affiliation(occupant)));
    json_parts_text(json, "presence", availability_word(occupant_availability(occupant)));
    json_parts_text(json, "status", occupant_status(occupant));
    json_parts_text(json, "cause", how != NULL ? leave_cause_word(how->cause) : NULL);
    json_parts_text(json, "actor", how != NULL ? how->actor : NULL);
    json_parts_text(json, "reason", how != NULL ? how->reason : NULL);
    return json_parts_end(json);
}

char *
occupant_line(const ModelEvent *event)
{
    const Occupant *occupant = event->occupant.occupant;
    const OccupantLeave *how = event->occupant.how;
    const char *reason = how != NULL ? how->reason : NULL;
    return json_parts_line(when_now(), "room", event->account,
                           g_strdup_printf("%s: %s %s%s%s%s", jid_text(conversation_jid(event->occupant.conversation)),
                                           occupant_label(occupant),
                                           how != NULL ? leave_cause_word(how->cause) : change_of(event),
                                           event->occupant.before != NULL ? " from " : reason != NULL ? ": " : "",
                                           event->occupant.before != NULL ? event->occupant.before : "",
                                           reason != NULL ? reason : ""));
}

/* --- invitations --- */

char *
invitation_json(const ModelEvent *event)
{
    JsonBuilder *json = json_parts_begin("invitation", when_now(), json_parts_account(event->account));
    json_parts_text(json, "room", jid_text(event->invitation.room));
    json_parts_text(json, "what", event->invitation.is_declined ? "declined" : "invited");
    json_parts_text(json, "from", event->invitation.from != NULL ? jid_text(event->invitation.from) : NULL);
    json_parts_text(json, "reason", event->invitation.reason);
    json_parts_bool(json, "direct", event->invitation.is_direct);
    return json_parts_end(json);
}

char *
invitation_line(const ModelEvent *event)
{
    const char *reason = event->invitation.reason;
    return json_parts_line(when_now(), "invitation", event->account,
                           g_strdup_printf("%s: %s by %s%s%s", jid_text(event->invitation.room),
                                           event->invitation.is_declined ? "declined" : "invited",
                                           event->invitation.from != NULL ? jid_text(event->invitation.from) : "-",
                                           reason != NULL ? ": " : "", reason != NULL ? reason : ""));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/event_shapes.h"

/* A field that is always there, one that may be null, one that may be missing. */
#define ALWAYS(name, type, of, help) { name, type, true, false, help, of }
#define NULLABLE(name, type, of, help) { name, type, true, true, help, of }
#define MAYBE(name, type, of, help) { name, type, false, false, help, of }
#define END { 0 }

#define DIRECTIONS "in|out"
#define STATES "queued|sent|received|displayed|failed"
#define TRUST "untrusted|trusted|verified"
#define MESSAGE_TRUST TRUST "|unreadable"
#define AVAILABILITIES "offline|dnd|xa|away|online|chat"
#define ROLES "none|visitor|participant|moderator"
#define AFFILIATIONS "outcast|none|member|admin|owner"
#define CAUSES "left|kicked|banned|affiliation|members-only|shutdown|error|destroyed"

#define WITH ALWAYS("with", RPC_TEXT, NULL, "The bare JID of the contact or room; of an occupant spoken to in private, room/nick")
#define REASON NULLABLE("reason", RPC_TEXT, NULL, "Why, in words")

const RpcField event_common[] = {
    ALWAYS("v", RPC_INTEGER, NULL, "The version of the format: 1"),
    ALWAYS("event", RPC_TEXT, NULL, "The name of the event"),
    ALWAYS("time", RPC_TIME, NULL, "When it happened; of a message, when it was said"),
    NULLABLE("account", RPC_TEXT, NULL, "The name of the account; null: the program itself"),
    MAYBE("line", RPC_TEXT, NULL, "The event as people read it, when it was asked for (subscribe)"),
    END,
};

static const RpcField connection_fields[] = {
    ALWAYS("state", RPC_TEXT, "resolving|connecting|securing|authenticating|online|offline", "How far it is"),
    REASON,
    END,
};

static const RpcField correction_fields[] = {
    NULLABLE("id", RPC_TEXT, NULL, "The message that reads otherwise now"),
    NULLABLE("correction", RPC_TEXT, NULL, "The id of the message that says so"),
    WITH,
    NULLABLE("from", RPC_TEXT, NULL, "Who said it: a full JID, an occupant is room/nick"),
    ALWAYS("direction", RPC_TEXT, DIRECTIONS, "Whether it was said by others or by you"),
    ALWAYS("body", RPC_TEXT, NULL, "The new text"),
    ALWAYS("edits", RPC_INTEGER, NULL, "How often it was corrected"),
    END,
};

static const RpcField delivery_fields[] = {
    NULLABLE("id", RPC_TEXT, NULL, "The message; null: nothing was said (confab send)"),
    WITH,
    ALWAYS("state", RPC_TEXT, STATES, "How far it got"),
    NULLABLE("encryption", RPC_TEXT, NULL, "What it is encrypted with; “none”"),
    NULLABLE("trust", RPC_TEXT, TRUST, "How far the key is trusted"),
    REASON,
    MAYBE("code", RPC_INTEGER, NULL, "The exit code that belongs to it (confab send)"),
    END,
};

static const RpcField encryption_fields[] = {
    WITH,
    ALWAYS("intent", RPC_TEXT, NULL, "What the conversation insists on: “none”, “otr”"),
    NULLABLE("provider", RPC_TEXT, NULL, "What encrypts, or is about to"),
    ALWAYS("state", RPC_TEXT, "none|starting|encrypted|ended", "How far the session is"),
    NULLABLE("trust", RPC_TEXT, TRUST, "How far the key is trusted"),
    REASON,
    END,
};

static const RpcField notice_fields[] = {
    ALWAYS("level", RPC_TEXT, "info|warning|error|alarm", "How bad it is; an alarm is about security"),
    ALWAYS("code", RPC_INTEGER, NULL, "The exit code that belongs to it (confab(1)); 0: none"),
    ALWAYS("text", RPC_TEXT, NULL, "What there is to know, and what to do"),
    END,
};

static const RpcField invitation_fields[] = {
    ALWAYS("room", RPC_TEXT, NULL, "The room"),
    ALWAYS("what", RPC_TEXT, "invited|declined", "You are invited, or your invitation was declined"),
    NULLABLE("from", RPC_TEXT, NULL, "By whom"),
    REASON,
    ALWAYS("direct", RPC_BOOLEAN, NULL, "It came from the person itself, not through the room"),
    END,
};

static const RpcField message_fields[] = {
    NULLABLE("id", RPC_TEXT, NULL, "Of the message; null: its sender gave none"),
    WITH,
    NULLABLE("from", RPC_TEXT, NULL, "Who said it: a full JID, an occupant is room/nick"),
    ALWAYS("direction", RPC_TEXT, DIRECTIONS, "Whether it was said by others or by you"),
    ALWAYS("kind", RPC_TEXT, "chat|room|private", "With a contact, in a room, with an occupant of a room in private"),
    { "nick", RPC_TEXT, false, true, "Who said it in the room", NULL },
    MAYBE("occupant_id", RPC_TEXT, NULL, "Who said it in the room, whatever the nick (XEP-0421)"),
    MAYBE("mention", RPC_BOOLEAN, NULL, "Whether you are meant, in rooms"),
    MAYBE("reply_id", RPC_TEXT, NULL, "The id of the message it answers"),
    MAYBE("reply_to", RPC_TEXT, NULL, "Who said that"),
    ALWAYS("body", RPC_TEXT, NULL, "What was said: text of somebody else, with anything in it"),
    ALWAYS("encryption", RPC_TEXT, NULL, "What it came encrypted with; “none”"),
    NULLABLE("trust", RPC_TEXT, MESSAGE_TRUST, "How far the key is trusted; or it cannot be read, and the body says so"),
    ALWAYS("delayed", RPC_BOOLEAN, NULL, "It was said some time ago: an archive or the server kept it"),
    MAYBE("state", RPC_TEXT, STATES, "How far it got (stored messages of your own)"),
    MAYBE("reason", RPC_TEXT, NULL, "Why it failed (stored)"),
    MAYBE("edits", RPC_INTEGER, NULL, "How often it was corrected (stored)"),
    MAYBE("edited", RPC_TIME, NULL, "When it was corrected last (stored)"),
    MAYBE("retracted", RPC_TIME, NULL, "When it was taken back (stored)"),
    MAYBE("retracted_by", RPC_TEXT, NULL, "Who did that (stored)"),
    MAYBE("retracted_reason", RPC_TEXT, NULL, "Why (stored)"),
    MAYBE("marks", RPC_PAIRS, NULL,
          "Where a search matched: for each place the first character of the body and the number of characters"),
    MAYBE("origin_id", RPC_TEXT, NULL, "Its XEP-0359 id (export)"),
    MAYBE("archive_id", RPC_TEXT, NULL, "Its id in the archive of the server (export)"),
    MAYBE("edit_id", RPC_TEXT, NULL, "The id of its newest correction (export)"),
    MAYBE("earlier", RPC_OBJECTS, "earlier", "How it read before it was corrected (export)"),
    MAYBE("account_jid", RPC_TEXT, NULL, "The bare JID of the account (export)"),
    MAYBE("order", RPC_INTEGER, NULL, "Its place in the conversation (export)"),
    END,
};

static const RpcField presence_fields[] = {
    WITH,
    ALWAYS("from", RPC_TEXT, NULL, "The device, a full JID; a bare one when a device has gone"),
    ALWAYS("state", RPC_TEXT, AVAILABILITIES, "Of that device; when it has gone, of the contact"),
    NULLABLE("status", RPC_TEXT, NULL, "What it says about that"),
    ALWAYS("priority", RPC_INTEGER, NULL, "Of the device"),
    END,
};

#define ANNOTATION \
    NULLABLE("id", RPC_TEXT, NULL, "The message it is about"), \
        NULLABLE("archive_id", RPC_TEXT, NULL, "The same, as the archive of the room calls it"), WITH, \
        NULLABLE("by", RPC_TEXT, NULL, "Who did it: a JID, in rooms a nick"), \
        NULLABLE("occupant_id", RPC_TEXT, NULL, "The same, whatever the nick (XEP-0421)")

static const RpcField reaction_fields[] = {
    ANNOTATION,
    ALWAYS("reactions", RPC_OBJECTS, "reaction", "All that the message has now"),
    END,
};

static const RpcField retraction_fields[] = { ANNOTATION, REASON, END };

static const RpcField imported_fields[] = {
    ALWAYS("command", RPC_TEXT, "import", "What it is the result of"),
    ALWAYS("ok", RPC_BOOLEAN, NULL, "Nothing was skipped"),
    ALWAYS("added", RPC_INTEGER, NULL, "How many messages are new"),
    ALWAYS("known", RPC_INTEGER, NULL, "How many were there already"),
    ALWAYS("skipped", RPC_INTEGER, NULL, "How many lines made no sense"),
    END,
};

#define ROOM(what) \
    ALWAYS("room", RPC_TEXT, NULL, "The room"), ALWAYS("what", RPC_TEXT, what, "What happened")

static const RpcField room_state_fields[] = {
    ROOM("joining|waiting|joined|left|failed"),
    NULLABLE("nick", RPC_TEXT, NULL, "Your own"),
    ALWAYS("role", RPC_TEXT, ROLES, "Your own"),
    ALWAYS("affiliation", RPC_TEXT, AFFILIATIONS, "Your own"),
    NULLABLE("cause", RPC_TEXT, CAUSES, "How you left"),
    NULLABLE("actor", RPC_TEXT, NULL, "Who made you leave"),
    REASON,
    ALWAYS("occupants", RPC_INTEGER, NULL, "How many there are"),
    END,
};

static const RpcField room_topic_fields[] = {
    ROOM("topic"),
    NULLABLE("topic", RPC_TEXT, NULL, "What it is about now"),
    NULLABLE("by", RPC_TEXT, NULL, "The nick of who said so"),
    END,
};

static const RpcField room_info_fields[] = {
    ROOM("info"),
    NULLABLE("name", RPC_TEXT, NULL, "Its name"),
    ALWAYS("shows_addresses", RPC_BOOLEAN, NULL, "Everybody sees the JIDs of the others"),
    ALWAYS("members_only", RPC_BOOLEAN, NULL, "Only members enter"),
    ALWAYS("moderated", RPC_BOOLEAN, NULL, "Visitors may not speak"),
    ALWAYS("password", RPC_BOOLEAN, NULL, "It asks for a password"),
    ALWAYS("persistent", RPC_BOOLEAN, NULL, "It outlives its last occupant"),
    ALWAYS("hidden", RPC_BOOLEAN, NULL, "It is not listed"),
    ALWAYS("archive", RPC_BOOLEAN, NULL, "It keeps what was said"),
    END,
};

static const RpcField room_occupants_fields[] = {
    ROOM("occupants"),
    ALWAYS("occupants", RPC_INTEGER, NULL, "How many there are now"),
    END,
};

static const RpcField room_codes_fields[] = {
    ROOM("codes"),
    ALWAYS("codes", RPC_INTEGERS, NULL, "What there is to know (status codes of XEP-0045 §15.6)"),
    END,
};

static const RpcField room_occupant_fields[] = {
    ROOM("occupant"),
    ALWAYS("change", RPC_TEXT, "joined|left|renamed|changed", "What happened"),
    NULLABLE("nick", RPC_TEXT, NULL, "Of the occupant"),
    NULLABLE("before", RPC_TEXT, NULL, "The nick until now (renamed)"),
    NULLABLE("occupant_id", RPC_TEXT, NULL, "The same occupant whatever the nick (XEP-0421)"),
    NULLABLE("jid", RPC_TEXT, NULL, "Where the room tells"),
    ALWAYS("role", RPC_TEXT, ROLES, "May the occupant speak?"),
    ALWAYS("affiliation", RPC_TEXT, AFFILIATIONS, "What the occupant is to the room"),
    ALWAYS("presence", RPC_TEXT, AVAILABILITIES, "As of contacts"),
    NULLABLE("status", RPC_TEXT, NULL, "What the occupant says about that"),
    NULLABLE("cause", RPC_TEXT, CAUSES, "How it was (left)"),
    NULLABLE("actor", RPC_TEXT, NULL, "Who made the occupant leave"),
    REASON,
    END,
};

#define CONTACT \
    NULLABLE("name", RPC_TEXT, NULL, "What you call the contact"), \
        ALWAYS("subscription", RPC_TEXT, "none|to|from|both", "Who sees whose presence; to: you see the contact's"), \
        ALWAYS("ask", RPC_BOOLEAN, NULL, "You have asked to see the contact's presence, and wait"), \
        ALWAYS("groups", RPC_TEXTS, NULL, "The groups the contact is in")

static const RpcField roster_fields[] = { WITH, CONTACT, END };

static const RpcField smp_fields[] = {
    WITH,
    ALWAYS("state", RPC_TEXT, "asked|under-way|succeeded|failed|aborted", "How far it is"),
    NULLABLE("question", RPC_TEXT, NULL, "What is asked; null: a secret both know"),
    END,
};

static const RpcField subscription_fields[] = {
    WITH,
    ALWAYS("act", RPC_TEXT, "subscribe|subscribed|unsubscribe|unsubscribed",
           "Asks to see you, lets you see it, no longer wants to see you, no longer lets you see it"),
    NULLABLE("text", RPC_TEXT, NULL, "What was said with it"),
    END,
};

static const RpcField trust_fields[] = {
    WITH,
    ALWAYS("provider", RPC_TEXT, NULL, "Of which encryption: “otr”"),
    ALWAYS("fingerprint", RPC_TEXT, NULL, "Of the key"),
    ALWAYS("trust", RPC_TEXT, TRUST, "How far it is trusted now"),
    NULLABLE("before", RPC_TEXT, TRUST, "How far it was until now; null: the key is new"),
    ALWAYS("alarm", RPC_BOOLEAN, NULL, "It is new, though others of this contact were known"),
    END,
};

static const RpcField typing_fields[] = {
    WITH,
    ALWAYS("typing", RPC_BOOLEAN, NULL, "Somebody writes"),
    END,
};

static const RpcField unread_fields[] = {
    WITH,
    ALWAYS("count", RPC_INTEGER, NULL, "How many messages are unread in this conversation"),
    END,
};

static const RpcField xml_fields[] = {
    ALWAYS("direction", RPC_TEXT, DIRECTIONS, "Whether the server sent it or confab"),
    ALWAYS("xml", RPC_TEXT, NULL, "One element, its secrets replaced by “…”; not more than 64 KiB"),
    END,
};

const RpcShape event_shapes[] = {
    { "attention", NULL, "A message that you want to be called for (hooks only).", message_fields },
    { "connection", NULL, "An account has got further, or was lost.", connection_fields },
    { "correction", NULL, "A message was corrected by who said it.", correction_fields },
    { "delivery", NULL, "A message of yours has got further, or failed.", delivery_fields },
    { "encryption", NULL, "A conversation is encrypted otherwise than before.", encryption_fields },
    { "error", NULL, "Something went wrong.", notice_fields },
    { "invitation", NULL, "Somebody invites you to a room, or declines your invitation.", invitation_fields },
    { "message", NULL, "Something was said, to you or by you.", message_fields },
    { "notice", NULL, "Something worth knowing.", notice_fields },
    { "presence", NULL, "A device of a contact has come, gone, or is in another state.", presence_fields },
    { "reaction", NULL, "Somebody reacts to a message.", reaction_fields },
    { "result", "import", "What was imported (printed by confab import, not sent).", imported_fields },
    { "retraction", NULL, "A message was taken back, or removed by a moderator.", retraction_fields },
    { "room", "state", "You have entered or left a room, or are about to.", room_state_fields },
    { "room", "topic", "The topic of a room.", room_topic_fields },
    { "room", "info", "The name or the rules of a room.", room_info_fields },
    { "room", "occupants", "Many occupants have come or gone at once.", room_occupants_fields },
    { "room", "codes", "Something to know about a room.", room_codes_fields },
    { "room", "occupant", "Somebody in a room has come, gone, or changed.", room_occupant_fields },
    { "roster", NULL, "A contact (printed by confab roster, not sent).", roster_fields },
    { "smp", NULL, "A verification of a key by question and answer.", smp_fields },
    { "subscription", NULL, "Somebody wants to see your presence, or answers you.", subscription_fields },
    { "trust", NULL, "A key of somebody is new, or is trusted otherwise.", trust_fields },
    { "typing", NULL, "Somebody begins or stops to write.", typing_fields },
    { "unread", NULL, "A conversation has more or fewer unread messages.", unread_fields },
    { "xml", NULL, "Something crossed the stream of an account, after /xml on (only to who names it).", xml_fields },
    END,
};

/* --- objects --- */

static const RpcField account_fields[] = {
    ALWAYS("name", RPC_TEXT, NULL, "Its name"),
    ALWAYS("jid", RPC_TEXT, NULL, "Its bare JID"),
    ALWAYS("state", RPC_TEXT, "resolving|connecting|securing|authenticating|online|offline", "How far it is"),
    NULLABLE("reason", RPC_TEXT, NULL, "Why it is offline"),
    ALWAYS("waiting", RPC_INTEGER, NULL, "How many messages wait to be sent"),
    END,
};

static const RpcField contact_fields[] = {
    ALWAYS("account", RPC_TEXT, NULL, "The name of the account"),
    ALWAYS("jid", RPC_TEXT, NULL, "The bare JID of the contact"),
    CONTACT,
    END,
};

static const RpcField conversation_fields[] = {
    ALWAYS("account", RPC_TEXT, NULL, "The name of the account"),
    WITH,
    ALWAYS("count", RPC_INTEGER, NULL, "How many messages are unread"),
    END,
};

static const RpcField earlier_fields[] = {
    ALWAYS("time", RPC_TIME, NULL, "When it was said"),
    ALWAYS("body", RPC_TEXT, NULL, "How it read"),
    END,
};

static const RpcField plugin_command_fields[] = {
    ALWAYS("name", RPC_TEXT, NULL, "Of the command, without its slash"),
    ALWAYS("help", RPC_TEXT, NULL, "One sentence"),
    MAYBE("grammar", RPC_TEXT, NULL, "Its arguments: “NAME:TYPE” each, [in brackets] when it may be left out"),
    MAYBE("details", RPC_TEXT, NULL, "More, for /help"),
    END,
};

static const RpcField one_reaction_fields[] = {
    ALWAYS("emoji", RPC_TEXT, NULL, "Which"),
    ALWAYS("count", RPC_INTEGER, NULL, "How many"),
    ALWAYS("own", RPC_BOOLEAN, NULL, "Whether one is yours"),
    END,
};

const RpcShape object_shapes[] = {
    { "account", NULL, "An account, in status.", account_fields },
    { "contact", NULL, "A contact, in roster.", contact_fields },
    { "conversation", NULL, "A conversation, in unread.", conversation_fields },
    { "earlier", NULL, "How a message read before, in export.", earlier_fields },
    { "plugin-command", NULL, "A command, in register.", plugin_command_fields },
    { "reaction", NULL, "A reaction to a message.", one_reaction_fields },
    END,
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/event_json.h"

#include <string.h>

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "base/error.h"
#include "base/when.h"
#include "rpc/event_filter.h"
#include "rpc/event_shapes.h"
#include "support/shape_check.h"

#define PYTHON "/usr/bin/python3"

/* Everything the network may put into a text: both quotation marks, line ends, control characters, what some take for
 * line ends, what reorders, what ends an escape sequence, and characters outside the first plane. */
static const char hostile[] = "a\"b\\c\nd\re\tf\x1b[31m\x07\x7f\xc2\x85\xc2\x9b"
                              "31m\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xae\xef\xbf\xbd\xf0\x9f\x98\x80</x>%s%n";

typedef struct Fixture {
    Bus *bus;
    Account *account;
    Conversation *conversation;
    Contact *contact;
    gint64 time;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    static const char *const groups[] = { NULL };
    g_autoptr(Jid) own = jid_new("me@example.org", NULL);
    g_autoptr(Jid) alice = jid_new("alice@example.org", NULL);
    fixture->bus = bus_new();
    fixture->account = account_new("work", own, fixture->bus);
    fixture->contact = roster_ensure(account_roster(fixture->account), alice);
    contact_set_item(fixture->contact, "Alice", groups, CONTACT_BOTH, false);
    fixture->conversation = account_ensure_conversation(fixture->account, alice, CONVERSATION_CHAT);
    g_assert_true(when_parse("2026-11-22T10:00:00.123Z", &fixture->time));
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    account_free(fixture->account);
    bus_free(fixture->bus);
}

/* The line with the time of now taken out. */
static char *
without_time(char *take_line)
{
    g_autofree char *line = take_line;
    g_autoptr(GRegex)
        regex = g_regex_new("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{3})?Z", 0, 0, NULL);
    return g_regex_replace_literal(regex, line, -1, 0, "NOW", 0, NULL);
}

static void
assert_json(const ModelEvent *event, const char *expected)
{
    g_autofree char *json = event_to_json(event);
    assert_event_shape(json);
    g_autofree char *line = without_time(g_steal_pointer(&json));
    g_assert_cmpstr(line, ==, expected);
}

static void
assert_line(const ModelEvent *event, const char *expected)
{
    g_autofree char *line = without_time(event_to_line(event));
    g_assert_cmpstr(line, ==, expected);
}

static ModelEvent
message_event(const Fixture *fixture, MessageDirection direction, const char *from, const char *body)
{
    g_autoptr(Jid) jid = jid_new(from, NULL);
    const MessageInit init = { .direction = direction, .from = jid, .id = "id-1", .body = body, .time = fixture->time };
    Message *message = message_new(&init);
    conversation_append(fixture->conversation, message);
    message_unref(message);
    const guint count = conversation_message_count(fixture->conversation);
    return (ModelEvent){
        .type = MESSAGE_ADDED,
        .account = fixture->account,
        .message = { fixture->conversation, conversation_message_at(fixture->conversation, count - 1) },
    };
}

static void
test_messages(Fixture *fixture, gconstpointer data)
{
    const ModelEvent in = message_event(fixture, MESSAGE_IN, "alice@example.org/phone", "hi");
    g_autofree char *json = event_to_json(&in);
    g_assert_cmpstr(
        json, ==,
        "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:00.123Z\",\"account\":\"work\",\"id\":\"id-1\","
        "\"with\":\"alice@example.org\",\"from\":\"alice@example.org/phone\",\"direction\":\"in\",\"kind\":\"chat\","
        "\"body\":\"hi\",\"encryption\":\"none\",\"trust\":null,\"delayed\":false}");
    g_autofree char *line = event_to_line(&in);
    g_assert_cmpstr(line, ==, "2026-11-22T10:00:00Z message work alice@example.org: hi");
    const ModelEvent out = message_event(fixture, MESSAGE_OUT, "me@example.org/x", "hi");
    g_autofree char *sent = event_to_line(&out);
    g_assert_cmpstr(sent, ==, "2026-11-22T10:00:00Z message work > alice@example.org: hi");
}

/* One line, valid JSON, and the same text for who reads it. I12 */
static void
test_hostile_bodies(Fixture *fixture, gconstpointer data)
{
    const ModelEvent event = message_event(fixture, MESSAGE_IN, "alice@example.org/phone", hostile);
    g_autofree char *json = event_to_json(&event);
    assert_event_shape(json);
    for (const char *c = json; *c != '\0'; c = g_utf8_next_char(c)) {
        const gunichar character = g_utf8_get_char(c);
        g_assert_false(g_unichar_iscntrl(character));
        g_assert_true(character != 0x2028 && character != 0x2029);
    }
    g_assert_nonnull(strstr(json, "\\u2028\\u2029"));
    g_assert_nonnull(strstr(json, "\\u0085\\u009b31m"));
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    g_assert_true(json_parser_load_from_data(parser, json, -1, &error));
    g_assert_no_error(error);
    JsonObject *object = json_node_get_object(json_parser_get_root(parser));
    g_assert_cmpstr(json_object_get_string_member(object, "body"), ==, hostile);

    g_autofree char *line = event_to_line(&event);
    g_assert_true(g_str_has_prefix(line, "2026-11-22T10:00:00Z message work alice@example.org: a\"b\\c"));
    for (const char *c = line; *c != '\0'; c = g_utf8_next_char(c)) {
        const gunichar character = g_utf8_get_char(c);
        g_assert_false(g_unichar_iscntrl(character));
        g_assert_true(character != 0x2028 && character != 0x2029 && character != 0x202e);
    }
}

/* The start of an event without an id. */
#define HEAD(event)                                                         \
    "{\"v\":1,\"event\":\"" event "\",\"time\":\"NOW\",\"account\":\"work\"," \
    "\"with\":\"alice@example.org\","
#define DIGITS "00112233445566778899AABBCCDDEEFF01234567"

static void
test_encryption(Fixture *fixture, gconstpointer data)
{
    const ModelEvent event = {
        .type = ENCRYPTION_CHANGED, .account = fixture->account, .conversation = { fixture->conversation } };
    assert_json(&event, HEAD("encryption") "\"intent\":\"none\",\"provider\":null,\"state\":\"none\",\"trust\":null,"
                                           "\"reason\":null}");
    assert_line(&event, "NOW encryption work alice@example.org: none none");
    conversation_set_protection(fixture->conversation, "otr",
                                &(ConversationEncryption){ ENCRYPTION_STARTING, "otr", NULL, NULL });
    assert_json(&event, HEAD("encryption") "\"intent\":\"otr\",\"provider\":\"otr\",\"state\":\"starting\","
                                           "\"trust\":null,\"reason\":null}");
    conversation_set_encryption(fixture->conversation,
                                &(ConversationEncryption){ ENCRYPTION_ON, "otr", "verified", NULL });
    assert_json(&event, HEAD("encryption") "\"intent\":\"otr\",\"provider\":\"otr\",\"state\":\"encrypted\","
                                           "\"trust\":\"verified\",\"reason\":null}");
    assert_line(&event, "NOW encryption work alice@example.org: otr encrypted verified");
    conversation_set_encryption(fixture->conversation,
                                &(ConversationEncryption){ ENCRYPTION_ENDED, "otr", NULL, "she \"left\"" });
    assert_json(&event, HEAD("encryption") "\"intent\":\"otr\",\"provider\":\"otr\",\"state\":\"ended\","
                                           "\"trust\":null,\"reason\":\"she \\\"left\\\"\"}");
    assert_line(&event, "NOW encryption work alice@example.org: otr ended: she \"left\"");
}

static void
test_annotations(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Message) message = message_new(&(MessageInit) {
        .direction = MESSAGE_OUT, .from = account_jid(fixture->account), .id = "m1", .archive_id = "a1", .body = "hi" });
    message_add_reaction(message, "👍", "Alice", false);
    message_add_reaction(message, "👍", "me", true);
    message_add_reaction(message, "🐢", "Alice", false);
    ModelEvent event = { .type = MESSAGE_ANNOTATED,
                         .account = fixture->account,
                         .annotation = { fixture->conversation, message, "reaction", "Alice \"A\"", "id-7" } };
#define ABOUT(event)                                                                                                   \
    "{\"v\":1,\"event\":\"" event "\",\"time\":\"NOW\",\"account\":\"work\",\"id\":\"m1\",\"archive_id\":\"a1\","          \
    "\"with\":\"alice@example.org\","
    assert_json(&event, ABOUT("reaction") "\"by\":\"Alice \\\"A\\\"\",\"occupant_id\":\"id-7\",\"reactions\":["
                                          "{\"emoji\":\"👍\",\"count\":2,\"own\":true},"
                                          "{\"emoji\":\"🐢\",\"count\":1,\"own\":false}]}");
    message_retract(message, 5, "Witch", "rude");
    event.annotation.what = "retraction";
    event.annotation.by = "Witch";
    event.annotation.by_id = NULL;
    assert_json(&event, ABOUT("retraction") "\"by\":\"Witch\",\"occupant_id\":null,\"reason\":\"rude\"}");
    assert_line(&event, "NOW retraction work alice@example.org: m1 by Witch");
}

static void
test_keys(Fixture *fixture, gconstpointer data)
{
    ModelEvent event = {
        .type = KEY_CHANGED,
        .account = fixture->account,
        .key = { .peer = contact_jid(fixture->contact),
                 .provider = "otr",
                 .fingerprint = DIGITS,
                 .trust = "untrusted",
                 .is_alarm = true },
    };
    assert_json(&event, HEAD("trust") "\"provider\":\"otr\",\"fingerprint\":\"" DIGITS "\","
                                      "\"trust\":\"untrusted\",\"before\":null,\"alarm\":true}");
    assert_line(&event, "NOW trust work alice@example.org: otr " DIGITS " untrusted alarm");
    event.key.before = "untrusted";
    event.key.trust = "verified";
    event.key.is_alarm = false;
    assert_json(&event, HEAD("trust") "\"provider\":\"otr\",\"fingerprint\":\"" DIGITS "\","
                                      "\"trust\":\"verified\",\"before\":\"untrusted\",\"alarm\":false}");
    assert_line(&event, "NOW trust work alice@example.org: otr " DIGITS " verified");
}

static void
test_verification(Fixture *fixture, gconstpointer data)
{
    static const char *const words[] = {
        [VERIFICATION_ASKED] = "asked",         [VERIFICATION_UNDER_WAY] = "under-way",
        [VERIFICATION_SUCCEEDED] = "succeeded", [VERIFICATION_FAILED] = "failed",
        [VERIFICATION_ABORTED] = "aborted",
    };
    ModelEvent event = {
        .type = VERIFICATION_CHANGED,
        .account = fixture->account,
        .verification = { .conversation = fixture->conversation },
    };
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        if (words[i] == NULL)
            continue;
        event.verification.state = (VerificationState) i;
        g_autofree char *json = g_strdup_printf(HEAD("smp") "\"state\":\"%s\",\"question\":null}", words[i]);
        assert_json(&event, json);
    }
    event.verification.state = VERIFICATION_ASKED;
    event.verification.question = "Where did we \"meet\"?";
    assert_json(&event, HEAD("smp") "\"state\":\"asked\",\"question\":\"Where did we \\\"meet\\\"?\"}");
    assert_line(&event, "NOW smp work alice@example.org: asked: Where did we \"meet\"?");
}

/* A message says how it came, and how much its key is trusted. */
static void
test_encrypted_messages(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Jid) jid = jid_new("alice@example.org/phone", NULL);
    static const char *const trusts[] = { "verified", "untrusted", "unreadable" };
    for (gsize i = 0; i < G_N_ELEMENTS(trusts); i++) {
        const MessageInit init = { .direction = MESSAGE_IN, .from = jid, .id = "id-1", .body = "hi",
                                   .time = fixture->time, .encryption = "otr", .trust = trusts[i] };
        g_autoptr(Message) message = message_new(&init);
        const ModelEvent event = {
            .type = MESSAGE_ADDED, .account = fixture->account, .message = { fixture->conversation, message } };
        g_autofree char *json = event_to_json(&event);
        g_autofree char *expected = g_strdup_printf("\"encryption\":\"otr\",\"trust\":\"%s\"", trusts[i]);
        g_assert_nonnull(strstr(json, expected));
    }
}

static void
test_corrections(Fixture *fixture, gconstpointer data)
{
    ModelEvent event = message_event(fixture, MESSAGE_IN, "alice@example.org/phone", "helo");
    conversation_edit_message(fixture->conversation, event.message.message, "hello\x1b", fixture->time, "id-2");
    event.type = MESSAGE_EDITED;
    g_autofree char *json = event_to_json(&event);
    g_assert_cmpstr(json, ==,
                    "{\"v\":1,\"event\":\"correction\",\"time\":\"2026-11-22T10:00:00.123Z\",\"account\":\"work\",\"id\":\"id-1\","
                    "\"correction\":\"id-2\",\"with\":\"alice@example.org\",\"from\":\"alice@example.org/phone\",\"direction\":\"in\","
                    "\"body\":\"hello\\u001b\",\"edits\":1}");
    g_autofree char *line = event_to_line(&event);
    g_assert_cmpstr(line, ==, "2026-11-22T10:00:00Z correction work alice@example.org: hello^[");
}

static void
test_delivery(Fixture *fixture, gconstpointer data)
{
    ModelEvent event = message_event(fixture, MESSAGE_OUT, "me@example.org/x", "hi");
    event.type = MESSAGE_CHANGED;
    event.message.message->state = MESSAGE_QUEUED;
    g_assert_null(event_to_json(&event));
    g_assert_null(event_to_line(&event));
    event.message.message->state = MESSAGE_SENT;
    assert_json(&event, "{\"v\":1,\"event\":\"delivery\",\"time\":\"NOW\",\"account\":\"work\",\"id\":\"id-1\","
                        "\"with\":\"alice@example.org\",\"state\":\"sent\",\"encryption\":\"none\",\"trust\":null,"
                        "\"reason\":null}");
    event.message.message->state = MESSAGE_FAILED;
    event.message.message->reason = g_strdup("gone \xe2\x80\xa8");
    assert_json(&event, "{\"v\":1,\"event\":\"delivery\",\"time\":\"NOW\",\"account\":\"work\",\"id\":\"id-1\","
                        "\"with\":\"alice@example.org\",\"state\":\"failed\",\"encryption\":\"none\",\"trust\":null,"
                        "\"reason\":\"gone \\u2028\"}");
    assert_line(&event, "NOW delivery work alice@example.org: failed: gone <U+2028>");
    ModelEvent in = message_event(fixture, MESSAGE_IN, "alice@example.org/x", "hi");
    in.type = MESSAGE_CHANGED;
    g_assert_null(event_to_json(&in));
}

static void
test_connection(Fixture *fixture, gconstpointer data)
{
    const ModelEvent event = { .type = ACCOUNT_STATE_CHANGED, .account = fixture->account };
    account_set_state(fixture->account, ACCOUNT_RESOLVING, NULL, NULL, 0);
    assert_json(
        &event,
        "{\"v\":1,\"event\":\"connection\",\"time\":\"NOW\",\"account\":\"work\",\"state\":\"resolving\",\"reason\":null}");
    account_set_state(fixture->account, ACCOUNT_OFFLINE, NULL, "refused: try \"again\"", 0);
    assert_json(&event, "{\"v\":1,\"event\":\"connection\",\"time\":\"NOW\",\"account\":\"work\",\"state\":\"offline\","
                        "\"reason\":\"refused: try \\\"again\\\"\"}");
    assert_line(&event, "NOW connection work offline: refused: try \"again\"");
}

static void
test_presence_and_subscription(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Jid) phone = jid_new("alice@example.org/phone", NULL);
    contact_set_resource(fixture->contact, phone, AVAILABILITY_AWAY, 5, "back soon", fixture->time);
    ModelEvent event = {
        .type = PRESENCE_CHANGED,
        .account = fixture->account,
        .presence = { fixture->contact, contact_resource_at(fixture->contact, 0), AVAILABILITY_OFFLINE },
    };
    assert_json(&event,
                "{\"v\":1,\"event\":\"presence\",\"time\":\"NOW\",\"account\":\"work\",\"with\":\"alice@example.org\","
                "\"from\":\"alice@example.org/phone\",\"state\":\"away\",\"status\":\"back soon\",\"priority\":5}");
    assert_line(&event, "NOW presence work alice@example.org/phone: away: back soon");
    contact_clear_resources(fixture->contact);
    event.presence.resource = NULL;
    assert_line(&event, "NOW presence work alice@example.org: offline");

    const ModelEvent subscription = {
        .type = SUBSCRIPTION_REQUESTED,
        .account = fixture->account,
        .subscription = { contact_jid(fixture->contact), "subscribe", NULL },
    };
    assert_json(&subscription, "{\"v\":1,\"event\":\"subscription\",\"time\":\"NOW\",\"account\":\"work\","
                               "\"with\":\"alice@example.org\",\"act\":\"subscribe\",\"text\":null}");
    assert_line(&subscription, "NOW subscription work alice@example.org: subscribe");
}

static void
test_typing_and_unread(Fixture *fixture, gconstpointer data)
{
    ModelEvent event = { .type = TYPING_CHANGED,
                         .account = fixture->account,
                         .conversation = { fixture->conversation } };
    conversation_set_peer_typing(fixture->conversation, true);
    assert_json(&event,
                "{\"v\":1,\"event\":\"typing\",\"time\":\"NOW\",\"account\":\"work\",\"with\":\"alice@example.org\","
                "\"typing\":true}");
    assert_line(&event, "NOW typing work alice@example.org: on");
    message_event(fixture, MESSAGE_IN, "alice@example.org/phone", "hi");
    event.type = UNREAD_CHANGED;
    assert_json(&event,
                "{\"v\":1,\"event\":\"unread\",\"time\":\"NOW\",\"account\":\"work\",\"with\":\"alice@example.org\","
                "\"count\":1}");
    assert_line(&event, "NOW unread work alice@example.org: 1");
}

/* What crosses a stream: only to who asks for it by its name. */
static void
test_xml(Fixture *fixture, gconstpointer data)
{
    const ModelEvent event = { .type = XML_SEEN,
                               .account = fixture->account,
                               .xml = { true, "<iq id=\"1\"/>\x1B", (gint64) 1764000000 * G_USEC_PER_SEC } };
    assert_json(&event, "{\"v\":1,\"event\":\"xml\",\"time\":\"NOW\",\"account\":\"work\",\"direction\":\"out\","
                        "\"xml\":\"<iq id=\\\"1\\\"/>\\u001b\"}");
    assert_line(&event, "NOW xml work > <iq id=\"1\"/>^[");
    EventFacts facts;
    g_assert_true(event_facts(&event, &facts));
    g_assert_true(event_is_known("xml"));
    EventFilter filter = { 0 };
    g_assert_false(event_filter_wants(&filter, &facts));
    const char *const others[] = { "message", NULL }, *const both[] = { "message", "xml", NULL };
    filter.events = (GStrv) others;
    g_assert_false(event_filter_wants(&filter, &facts));
    filter.events = (GStrv) both;
    g_assert_true(event_filter_wants(&filter, &facts));
    filter.direction = EVENT_IN; /* what is said; of traffic both ways are wanted */
    g_assert_true(event_filter_wants(&filter, &facts));
}

static void
test_notices_and_errors(Fixture *fixture, gconstpointer data)
{
    ModelEvent event = { .type = NOTICE, .notice = { NOTICE_INFO, "by the way", 0 } };
    assert_json(&event, "{\"v\":1,\"event\":\"notice\",\"time\":\"NOW\",\"account\":null,\"level\":\"info\",\"code\":0,"
                        "\"text\":\"by the way\"}");
    assert_line(&event, "NOW notice - info: by the way");
    event =
        (ModelEvent){ .type = NOTICE, .account = fixture->account, .notice = { NOTICE_ALARM, "the pin changed", 77 } };
    assert_json(&event,
                "{\"v\":1,\"event\":\"error\",\"time\":\"NOW\",\"account\":\"work\",\"level\":\"alarm\",\"code\":77,"
                "\"text\":\"the pin changed\"}");
    assert_line(&event, "NOW error work alarm: the pin changed");
    g_autoptr(GError) error = g_error_new_literal(CONFAB_ERROR, ERROR_NOT_FOUND, "no: do");
    g_autofree char *json = without_time(error_to_json(error));
    g_assert_cmpstr(json, ==,
                    "{\"v\":1,\"event\":\"error\",\"time\":\"NOW\",\"account\":null,\"level\":\"error\",\"code\":66,"
                    "\"text\":\"no: do\"}");
}

static void
test_silent_events(Fixture *fixture, gconstpointer data)
{
    static const ModelEventType types[] = { ACCOUNT_ADDED,   ACCOUNT_REMOVED,    ACCOUNT_PRESENCE_CHANGED,
                                            ROSTER_CHANGED,  CONTACT_ADDED,      CONTACT_CHANGED,
                                            CONTACT_REMOVED, CONVERSATION_ADDED, CONVERSATION_REMOVED };
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        const ModelEvent event = { .type = types[i], .account = fixture->account };
        g_assert_null(event_to_json(&event));
        g_assert_null(event_to_line(&event));
    }
}

static void
on_finished(const CommandCall *call, const GError *error, gpointer data)
{
    char *json = result_to_json(call, error);
    g_autofree char *text = result_with_text_to_json(call, error);
    assert_event_shape(json);
    assert_event_shape(text);
    *(char **) data = without_time(json);
}

static void
test_results(void)
{
    static const Frontend frontend = { .is_terminal = true };
    g_autofree char *result = NULL;
    Registry *registry = registry_new(NULL, &frontend, NULL);
    registry_execute(registry, "/version", on_finished, &result);
    g_assert_cmpstr(
        result, ==,
        "{\"v\":1,\"event\":\"result\",\"time\":\"NOW\",\"account\":null,\"command\":\"/version\",\"ok\":true,"
        "\"code\":0,\"error\":null,\"lines\":[],\"rows\":[{\"program\":\"confab\",\"version\":\"" PACKAGE_VERSION
        "\"}]}");
    g_clear_pointer(&result, g_free);
    registry_execute(registry, "/print \"one\"\ntwo", on_finished, &result);
    g_assert_cmpstr(result, ==,
                    "{\"v\":1,\"event\":\"result\",\"time\":\"NOW\",\"account\":null,"
                    "\"command\":\"/print \\\"one\\\"\\ntwo\",\"ok\":true,\"code\":0,\"error\":null,"
                    "\"lines\":[\"\\\"one\\\"\",\"two\"],\"rows\":[]}");
    g_clear_pointer(&result, g_free);
    registry_execute(registry, "/priority x", on_finished, &result);
    g_assert_cmpstr(
        result, ==,
        "{\"v\":1,\"event\":\"result\",\"time\":\"NOW\",\"account\":null,\"command\":\"/priority x\","
        "\"ok\":false,\"code\":65,\"error\":\"/priority: “x” does not fit priority: write a number from -128 "
        "to 127\",\"lines\":[],\"rows\":[]}");
    registry_free(registry);
}

/* --- rooms: the shapes; what is in them is seen in the tests on servers --- */

static void
on_room_event(gconstpointer event, gpointer data)
{
    g_autofree char *json = event_to_json(event);
    if (json == NULL)
        return;
    assert_event_shape(json);
    g_string_append_printf(data, "%s\n", json);
}

static void
expect_room(GString *events, const char *part)
{
    if (strstr(events->str, part) == NULL)
        g_error("%s is not in %s", part, events->str);
}

static void
test_rooms(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GString) events = g_string_new(NULL);
    g_autoptr(Jid) jid = jid_new("meadow@rooms.example.org", NULL);
    g_autoptr(Jid) bob = jid_new("bob@example.org/desk", NULL);
    static const guint16 codes[] = { 170, 104 };
    const OccupantLeave how = { .cause = LEFT_KICKED, .actor = "Carol", .reason = hostile };
    const guint subscription = bus_subscribe(fixture->bus, on_room_event, events);
    Conversation *conversation = account_ensure_conversation(fixture->account, jid, CONVERSATION_ROOM);
    Room *room = conversation_room(conversation);
    room_set_state(room, ROOM_JOINING, "me", NULL, 0);
    room_set_info(room, hostile, ROOM_PASSWORD | ROOM_HAS_ARCHIVE);
    room_put(room, &(OccupantInit) { .nick = "me", .role = ROLE_MODERATOR, .affiliation = AFFILIATION_OWNER, .is_self = true });
    room_set_state(room, ROOM_JOINED, "me", NULL, 0);
    Occupant *occupant = room_put(room, &(OccupantInit) { .nick = hostile, .jid = bob, .role = ROLE_VISITOR,
                                                         .affiliation = AFFILIATION_NONE, .status = hostile,
                                                         .availability = AVAILABILITY_AWAY });
    room_rename(room, occupant, "Bob", false);
    room_tell_codes(room, codes, G_N_ELEMENTS(codes));
    room_set_subject(room, hostile, "Bob");
    room_remove(room, occupant, &how);
    room_begin(room);
    room_end(room);
    room_expel(room, &how, ROOM_OUT, hostile, 0);
    room_set_state(room, ROOM_OUT, "me", "no", 0);
    const ModelEvent invitation = { .type = INVITATION, .account = fixture->account,
                                    .invitation = { jid, bob, hostile, false, true } };
    on_room_event(&invitation, events);
    bus_unsubscribe(fixture->bus, subscription);
    expect_room(events, "\"what\":\"joining\"");
    expect_room(events, "\"what\":\"joined\"");
    expect_room(events, "\"what\":\"info\"");
    expect_room(events, "\"password\":true,\"persistent\":false");
    expect_room(events, "\"change\":\"joined\"");
    expect_room(events, "\"change\":\"renamed\"");
    expect_room(events, "\"codes\":[170,104]");
    expect_room(events, "\"what\":\"topic\"");
    expect_room(events, "\"change\":\"left\"");
    expect_room(events, "\"cause\":\"kicked\",\"actor\":\"Carol\"");
    expect_room(events, "\"what\":\"left\"");
    expect_room(events, "\"event\":\"invitation\"");
}

/* The tables are in order, and name nothing that is not there. */
static void
test_tables(void)
{
    static const char *const not_sent[] = { "attention", "result", "roster", NULL };
    for (const RpcShape *shape = event_shapes; shape->name != NULL; shape++) {
        g_assert_true(event_is_known(shape->name) != g_strv_contains(not_sent, shape->name));
        g_assert_true(shape[1].name == NULL || strcmp(shape->name, shape[1].name) <= 0);
    }
    for (const RpcShape *shape = object_shapes; shape->name != NULL && shape[1].name != NULL; shape++)
        g_assert_cmpstr(shape->name, <, shape[1].name);
}

/* What was emitted above follows the JSON Schema, too; wrong in any way it does not. */
static void
check_schema(const char *lines, const char *definition)
{
    g_autofree char *script = g_test_build_filename(G_TEST_DIST, "support", "check_schema.py", NULL);
    g_autofree char *schema = g_test_build_filename(G_TEST_DIST, "..", "man", "confab.schema.json", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) check =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE,
                         &error, PYTHON, script, schema, definition, NULL);
    g_autofree char *said = NULL;
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(check, lines, NULL, &said, NULL, &error);
    g_assert_no_error(error);
    g_test_message("%s", said);
    if (!g_subprocess_get_successful(check))
        g_error("%s", said);
}

static void
test_schema(void)
{
    const char *const probe[] = { PYTHON, "-c", "import jsonschema", NULL };
    int status = 1;
    if (!g_spawn_sync(NULL, (char **) probe, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL) || status != 0) {
        if (g_getenv("CONFAB_REQUIRE_SERVERS") != NULL) /* as tools/check says: nothing is skipped there */
            g_error("python3-jsonschema is not installed: run tools/setup");
        g_test_skip("python3-jsonschema is not installed");
        return;
    }
    g_autofree char *seen = shape_check_seen();
    check_schema(seen, NULL);
    check_schema(seen, "--broken");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/rpc/event_json/" path, Fixture, NULL, set_up, test, tear_down)
    ADD("messages", test_messages);
    ADD("hostile-bodies", test_hostile_bodies);
    ADD("encryption", test_encryption);
    ADD("annotations", test_annotations);
    ADD("keys", test_keys);
    ADD("verification", test_verification);
    ADD("encrypted-messages", test_encrypted_messages);
    ADD("xml", test_xml);
    ADD("corrections", test_corrections);
    ADD("delivery", test_delivery);
    ADD("connection", test_connection);
    ADD("presence-and-subscription", test_presence_and_subscription);
    ADD("typing-and-unread", test_typing_and_unread);
    ADD("notices-and-errors", test_notices_and_errors);
    ADD("silent-events", test_silent_events);
    ADD("rooms", test_rooms);
    g_test_add_func("/rpc/event_json/results", test_results);
    g_test_add_func("/rpc/event_json/tables", test_tables);
    g_test_add_func("/rpc/event_json/schema", test_schema);
    return g_test_run();
}

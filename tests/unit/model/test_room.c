/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/unit/model/model_fixture.h"

#define GARDEN "garden@rooms.example.org"

static const OccupantLeave by_itself = { .cause = LEFT_BY_ITSELF };

static Room *
open_room(Fixture *fixture)
{
    g_autoptr(Jid) jid = make_jid(GARDEN);
    Conversation *conversation = account_ensure_conversation(fixture->account, jid, CONVERSATION_ROOM);
    Room *room = conversation_room(conversation);
    room_set_state(room, ROOM_JOINED, "me", NULL, 0);
    g_string_truncate(fixture->events, 0);
    return room;
}

static Occupant *
put(Room *room, const char *nick, OccupantRole role)
{
    return room_put(room, &(OccupantInit) {
                              .nick = nick,
                              .role = role,
                              .affiliation = AFFILIATION_NONE,
                              .availability = AVAILABILITY_ONLINE,
                          });
}

static Occupant *
put_known(Room *room, const char *nick, const char *id, const char *jid_text)
{
    g_autoptr(Jid) jid = jid_text != NULL ? make_jid(jid_text) : NULL;
    return room_put(room, &(OccupantInit) {
                              .nick = nick,
                              .occupant_id = id,
                              .jid = jid,
                              .role = ROLE_PARTICIPANT,
                              .availability = AVAILABILITY_ONLINE,
                          });
}

/* The labels in order, and that index → occupant and occupant → index agree. */
static char *
list(const Room *room)
{
    GString *labels = g_string_new(NULL);
    for (guint i = 0; i < room_occupant_count(room); i++) {
        const Occupant *occupant = room_at(room, i);
        g_assert_cmpuint(room_index(room, occupant), ==, i);
        g_assert_true(room_find(room, occupant_nick(occupant)) == occupant);
        g_string_append_printf(labels, "%s%s", i > 0 ? " " : "", occupant_label(occupant));
    }
    return g_string_free(labels, FALSE);
}

static void
assert_order(const Room *room, const char *expected)
{
    g_autofree char *labels = list(room);
    g_assert_cmpstr(labels, ==, expected);
}

static void
test_order(Fixture *fixture, gconstpointer data)
{
    Room *room = open_room(fixture);
    Occupant *bob = put(room, "bob", ROLE_PARTICIPANT);
    put(room, "Anna", ROLE_PARTICIPANT);
    put(room, "zoe", ROLE_MODERATOR);
    put(room, "carl", ROLE_VISITOR);
    assert_order(room, "zoe Anna bob carl");
    g_assert_cmpuint(room_role_count(room, ROLE_PARTICIPANT), ==, 2);
    put(room, "bob", ROLE_MODERATOR);
    assert_order(room, "bob zoe Anna carl");
    g_assert_cmpuint(room_role_count(room, ROLE_PARTICIPANT), ==, 1);
    g_assert_cmpuint(room_role_count(room, ROLE_MODERATOR), ==, 2);
    room_rename(room, bob, "zz top", false);
    assert_order(room, "zoe zz top Anna carl");
    g_assert_null(room_find(room, "bob"));
    room_remove(room, bob, &by_itself);
    assert_order(room, "zoe Anna carl");
    g_assert_cmpuint(room_role_count(room, ROLE_MODERATOR), ==, 1);
    fixture_assert_events(fixture, "joined:bob joined:Anna joined:zoe joined:carl is:bob:participant→moderator "
                                   "renamed:bob→zz top left:zz top:left");
}

/* What changes nothing is not told, or a room would be repainted by everybody's keep-alive. */
static void
test_same_again(Fixture *fixture, gconstpointer data)
{
    Room *room = open_room(fixture);
    Occupant *bob = put(room, "bob", ROLE_PARTICIPANT);
    g_string_truncate(fixture->events, 0);
    g_assert_true(put(room, "bob", ROLE_PARTICIPANT) == bob);
    fixture_assert_events(fixture, "");
    g_assert_cmpuint(room_occupant_count(room), ==, 1);
}

/* I12, I20: nicks are opaque, compared byte by byte; what is shown of them is cleaned and never empty. */
static void
test_strange_nicks(Fixture *fixture, gconstpointer data)
{
    static const char *const nicks[] = {
        "two  spaces", " leading", "trailing ", "a/b", "a/b/c", "😀", "👩‍🚀", "שלום", "عمر", "me\xe2\x80\xae" "evil",
        "\xe2\x80\x8b", "   ", "\xc2\xa0", "bell\a", "\x1b[31mred", "%s%n", "ᴀʟɪᴄᴇ", "Straße", "STRASSE",
    };
    Room *room = open_room(fixture);
    for (guint i = 0; i < G_N_ELEMENTS(nicks); i++)
        g_assert_nonnull(put(room, nicks[i], ROLE_PARTICIPANT));
    g_assert_cmpuint(room_occupant_count(room), ==, G_N_ELEMENTS(nicks));
    for (guint i = 0; i < G_N_ELEMENTS(nicks); i++) {
        const Occupant *occupant = room_find(room, nicks[i]);
        g_assert_nonnull(occupant);
        g_assert_cmpstr(occupant_nick(occupant), ==, nicks[i]);
        g_assert_cmpstr(occupant_label(occupant), !=, "");
        g_assert_null(strpbrk(occupant_label(occupant), "\a\x1b"));
        g_assert_null(strstr(occupant_label(occupant), "\xe2\x80\xae"));
    }
    g_autofree char *labels = list(room); /* index and order agree with them, too */
}

static void
test_typed(Fixture *fixture, gconstpointer data)
{
    Room *room = open_room(fixture);
    bool ambiguous;
    Occupant *upper = put(room, "Bob", ROLE_PARTICIPANT);
    g_assert_true(room_find_typed(room, "bOB", NULL) == upper);
    Occupant *lower = put(room, "bob", ROLE_MODERATOR);
    g_assert_true(room_find_typed(room, "bob", &ambiguous) == lower);
    g_assert_true(room_find_typed(room, "Bob", &ambiguous) == upper);
    g_assert_null(room_find_typed(room, "BOB", &ambiguous));
    g_assert_true(ambiguous);
    g_assert_null(room_find_typed(room, "bo", &ambiguous));
    g_assert_false(ambiguous);
}

/* One person may be there by several nicks: the first is found, and the next when that one has left. */
static void
test_same_person(Fixture *fixture, gconstpointer data)
{
    Room *room = open_room(fixture);
    g_autoptr(Jid) jid = make_jid("bob@example.org/elsewhere");
    Occupant *desk = put_known(room, "bob", "i1", "bob@example.org/desk");
    Occupant *phone = put_known(room, "bob_", "i1", "bob@example.org/phone");
    Occupant *other = put_known(room, "carl", "i2", "carl@example.org/x");
    g_assert_true(room_find_id(room, "i1") == desk);
    g_assert_true(room_find_jid(room, jid) == desk);
    room_remove(room, desk, &by_itself);
    g_assert_true(room_find_id(room, "i1") == phone);
    g_assert_true(room_find_jid(room, jid) == phone);
    room_remove(room, phone, &by_itself);
    g_assert_null(room_find_id(room, "i1"));
    g_assert_null(room_find_jid(room, jid));
    g_assert_true(room_find_id(room, "i2") == other);
    g_assert_null(room_find_id(room, NULL));
    /* The room tells another address, or none any more: the old one names nobody. */
    put_known(room, "carl", "i2", NULL);
    g_autoptr(Jid) carl = make_jid("carl@example.org");
    g_assert_null(room_find_jid(room, carl));
    put_known(room, "carl", "i3", "carl@example.org/x");
    g_assert_null(room_find_id(room, "i2"));
    g_assert_true(room_find_jid(room, carl) == other);
}

/* A nick that is taken over in a way the room should not allow: one of the two goes. */
static void
test_rename_onto(Fixture *fixture, gconstpointer data)
{
    Room *room = open_room(fixture);
    Occupant *bob = put_known(room, "bob", "i1", NULL);
    put_known(room, "carl", "i2", NULL);
    room_rename(room, bob, "carl", false);
    g_assert_cmpuint(room_occupant_count(room), ==, 1);
    g_assert_true(room_find(room, "carl") == bob);
    g_assert_null(room_find_id(room, "i2"));
    room_rename(room, bob, "carl", false);
    assert_order(room, "carl");
}

static void
test_self(Fixture *fixture, gconstpointer data)
{
    Room *room = open_room(fixture);
    g_assert_null(room_self(room));
    g_assert_cmpint(room_own_role(room), ==, ROLE_NONE);
    Occupant *self = room_put(room, &(OccupantInit) { .nick = "me",
                                                      .role = ROLE_MODERATOR,
                                                      .affiliation = AFFILIATION_OWNER,
                                                      .is_self = true });
    g_assert_true(room_self(room) == self);
    g_assert_cmpint(room_own_affiliation(room), ==, AFFILIATION_OWNER);
    room_spoke(room, self, 1000);
    g_assert_cmpuint(room_speaker_count(room), ==, 0);
    room_remove(room, self, &by_itself);
    g_assert_null(room_self(room));
    g_assert_cmpint(room_own_role(room), ==, ROLE_NONE);
}

/* --- who spoke --- */

static void
test_speakers(Fixture *fixture, gconstpointer data)
{
    Room *room = open_room(fixture);
    Occupant *first = NULL;
    for (gint64 i = 0; i < ROOM_SPEAKERS_MAX + 10; i++) {
        g_autofree char *nick = g_strdup_printf("n%03d", (int) i);
        Occupant *occupant = put(room, nick, ROLE_PARTICIPANT);
        if (first == NULL)
            first = occupant;
        room_spoke(room, occupant, i + 1);
    }
    g_assert_cmpuint(room_speaker_count(room), ==, ROOM_SPEAKERS_MAX); /* I9 */
    room_spoke(room, first, 5000);
    g_assert_true(room_speaker_at(room, 0) == first);
    g_assert_cmpstr(occupant_nick(room_speaker_at(room, 1)), ==, "n109");
    room_spoke(room, first, 4000); /* what was said earlier and comes later changes nothing */
    g_assert_cmpint(occupant_spoke(first), ==, 5000);
    g_assert_cmpuint(room_speaker_count(room), ==, ROOM_SPEAKERS_MAX);
    room_remove(room, first, &by_itself);
    g_assert_cmpstr(occupant_nick(room_speaker_at(room, 0)), ==, "n109");
    g_assert_cmpuint(room_speaker_count(room), ==, ROOM_SPEAKERS_MAX - 1);
}

/* Who comes back spoke lately, known by the id, or by the nick where there are no ids. */
static void
test_come_back(Fixture *fixture, gconstpointer data)
{
    Room *room = open_room(fixture);
    Occupant *bob = put_known(room, "bob", "i1", NULL);
    Occupant *carl = put(room, "carl", ROLE_PARTICIPANT);
    room_spoke(room, bob, 100);
    room_spoke(room, carl, 200);
    room_remove(room, bob, &by_itself);
    room_remove(room, carl, &by_itself);
    g_assert_cmpint(occupant_spoke_ever(put_known(room, "bob", "i9", NULL)), ==, 0); /* somebody else */
    Occupant *robert = put_known(room, "robert", "i1", NULL);
    g_assert_cmpint(occupant_spoke_ever(robert), ==, 100);
    g_assert_cmpint(occupant_spoke(robert), ==, 0);
    g_assert_cmpint(occupant_spoke_ever(put(room, "carl", ROLE_PARTICIPANT)), ==, 200);
    room_remove(room, robert, &by_itself);
    g_assert_cmpint(occupant_spoke_ever(put_known(room, "bob again", "i1", NULL)), ==, 100);
}

/* --- volume --- */

/* I9: a flood of presences is one event, and costs no more when all have one address. */
static void
test_flood(Fixture *fixture, gconstpointer data)
{
    enum { CROWD = 20000 };
    Room *room = open_room(fixture);
    room_begin(room);
    room_begin(room);
    for (int i = 0; i < CROWD; i++) {
        g_autofree char *nick = g_strdup_printf("nick %05d", (i * 7919) % CROWD);
        g_autofree char *id = g_strdup_printf("id%d", i);
        /* One address for all: the worst that a server can say. */
        g_assert_nonnull(put_known(room, nick, id, "everybody@example.org/x"));
    }
    room_end(room);
    fixture_assert_events(fixture, "");
    room_end(room);
    fixture_assert_events(fixture, "room:occupants");
    g_assert_cmpuint(room_occupant_count(room), ==, CROWD);
    g_assert_cmpuint(room_role_count(room, ROLE_PARTICIPANT), ==, CROWD);
    for (guint i = 0; i < CROWD; i += 997) {
        g_autofree char *nick = g_strdup_printf("nick %05u", i);
        g_assert_cmpstr(occupant_nick(room_at(room, i)), ==, nick);
        g_assert_cmpuint(room_index(room, room_find(room, nick)), ==, i);
    }
    /* One change is one event, however many there are. */
    put_known(room, "nick 00000", "id0", NULL);
    fixture_assert_events(fixture, "is:nick 00000:participant→participant");
    while (room_occupant_count(room) > 1)
        room_remove(room, room_at(room, room_occupant_count(room) / 2), &by_itself);
    g_assert_cmpuint(room_role_count(room, ROLE_PARTICIPANT), ==, 1);
}

static void
test_limit(Fixture *fixture, gconstpointer data)
{
    Room *room = open_room(fixture);
    room_begin(room);
    for (guint i = 0; i < ROOM_OCCUPANTS_MAX; i++) {
        g_autofree char *nick = g_strdup_printf("%u", i);
        put(room, nick, ROLE_VISITOR);
    }
    g_assert_null(put(room, "one more", ROLE_VISITOR)); /* I9 */
    g_assert_nonnull(put(room, "7", ROLE_PARTICIPANT)); /* who is there already goes on to change */
    g_assert_nonnull(room_put(room, &(OccupantInit) { .nick = "me", .role = ROLE_VISITOR, .is_self = true }));
    room_end(room);
    g_assert_cmpuint(room_occupant_count(room), ==, ROOM_OCCUPANTS_MAX + 1);
    g_assert_nonnull(room_self(room));
    /* Out of it: nobody is there, and nothing was said of anybody. */
    g_string_truncate(fixture->events, 0);
    room_expel(room, &(OccupantLeave) { .cause = LEFT_SHUTDOWN }, ROOM_WAITING, "later", 1);
    fixture_assert_events(fixture, "room:state:shutdown");
    g_assert_cmpuint(room_occupant_count(room), ==, 0);
    g_assert_cmpuint(room_role_count(room, ROLE_VISITOR), ==, 0);
    g_assert_null(room_find(room, "7"));
    g_assert_null(room_self(room));
    g_assert_cmpstr(room_nick(room), ==, "me");
}

/* Many random changes leave the order that sorting everything at once has. */
static void
test_against_sorting(Fixture *fixture, gconstpointer data)
{
    enum { NAMES = 300, CHANGES = 6000 };
    Room *room = open_room(fixture);
    guint before = 0;
    for (int i = 0; i < CHANGES; i++) {
        g_autofree char *nick = g_strdup_printf("%c%d", g_test_rand_bit() ? 'n' : 'N', g_test_rand_int_range(0, NAMES));
        Occupant *occupant = room_find(room, nick);
        if (occupant != NULL && g_test_rand_int_range(0, 4) == 0)
            room_remove(room, occupant, &by_itself);
        else if (occupant != NULL && g_test_rand_int_range(0, 4) == 0)
            room_rename(room, occupant, "somebody", false);
        else
            put(room, nick, (OccupantRole) g_test_rand_int_range(ROLE_NONE, ROLE_MODERATOR + 1));
    }
    for (OccupantRole role = ROLE_NONE; role <= ROLE_MODERATOR; role++)
        before += room_role_count(room, role);
    g_assert_cmpuint(before, ==, room_occupant_count(room));
    g_autofree char *labels = list(room);
    for (guint i = 1; i < room_occupant_count(room); i++) {
        const Occupant *left = room_at(room, i - 1), *right = room_at(room, i);
        g_assert_cmpint(occupant_role(left), >=, occupant_role(right));
        if (occupant_role(left) != occupant_role(right))
            continue;
        g_autofree char *left_key = g_utf8_casefold(occupant_label(left), -1);
        g_autofree char *right_key = g_utf8_casefold(occupant_label(right), -1);
        const int keys = strcmp(left_key, right_key);
        g_assert_true(keys < 0 || (keys == 0 && strcmp(occupant_nick(left), occupant_nick(right)) < 0));
    }
}

/* --- as conversations --- */

/* A chat and a room are found by the bare JID, private messages by the full one; the three do not mix. */
static void
test_conversations(Fixture *fixture, gconstpointer data)
{
    Room *room = open_room(fixture);
    g_autoptr(Jid) bare = make_jid(GARDEN);
    g_autoptr(Jid) bob = make_jid(GARDEN "/Bob/the second");
    g_autoptr(Jid) other = make_jid(GARDEN "/Bob/the third");
    Conversation *private = account_ensure_conversation(fixture->account, bob, CONVERSATION_OCCUPANT);
    g_assert_true(account_find_private(fixture->account, bob) == private);
    g_assert_null(account_find_private(fixture->account, other));
    g_assert_true(account_find_conversation(fixture->account, bob) == room_conversation(room));
    g_assert_true(account_find_room(fixture->account, bare) == room);
    g_assert_cmpstr(conversation_label(private), ==, "Bob/the second (garden)");
    g_assert_null(conversation_room(private));
    g_assert_null(conversation_contact(private));
    account_remove_conversation(fixture->account, private);
    g_assert_null(account_find_private(fixture->account, bob));
    g_assert_true(account_find_room(fixture->account, bare) == room);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *path;
        void (*test)(Fixture *, gconstpointer);
    } tests[] = {
        { "/model/room/order", test_order },
        { "/model/room/what-changes-nothing-is-not-told", test_same_again },
        { "/model/room/nicks-are-opaque", test_strange_nicks },
        { "/model/room/as-somebody-types-it", test_typed },
        { "/model/room/one-person-by-several-nicks", test_same_person },
        { "/model/room/renamed-onto-somebody", test_rename_onto },
        { "/model/room/self", test_self },
        { "/model/room/speakers", test_speakers },
        { "/model/room/who-comes-back", test_come_back },
        { "/model/room/a-flood-is-one-event", test_flood },
        { "/model/room/limit", test_limit },
        { "/model/room/against-sorting", test_against_sorting },
        { "/model/room/conversations", test_conversations },
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, fixture_set_up, tests[i].test, fixture_tear_down);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/history.h"

#include <string.h>

#include "base/when.h"
#include "history_kit.h"

#define SECOND G_TIME_SPAN_SECOND

static void
test_keeps_all_fields(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Jid) from = jid_new("den@rooms.example.org/böb ☕", NULL);
    g_autoptr(Message) message = message_new(&(const MessageInit) {
        .direction = MESSAGE_IN,
        .from = from,
        .id = "i",
        .origin_id = "o",
        .archive_id = "a",
        .occupant_id = "p",
        .body = "two\nlines \xf0\x9f\x91\x8d",
        .time = 12345678,
        .delayed = true,
        .markable = true,
        .mention = true,
        .encryption = "omemo",
        .trust = "verified",
    });
    g_assert_cmpint(history_add(db, &kit_room, message, NULL), ==, HISTORY_ADDED);
    g_autoptr(Message) read = history_find(db, message->row, NULL);
    g_assert_nonnull(read);
    g_assert_cmpint(read->row, ==, message->row);
    g_assert_cmpint(read->order, ==, message->order);
    g_assert_cmpint(read->direction, ==, MESSAGE_IN);
    g_assert_cmpint(read->state, ==, MESSAGE_RECEIVED);
    g_assert_true(jid_equal(read->from, from));
    g_assert_cmpstr(read->id, ==, "i");
    g_assert_cmpstr(read->origin_id, ==, "o");
    g_assert_cmpstr(read->archive_id, ==, "a");
    g_assert_cmpstr(read->occupant_id, ==, "p");
    g_assert_cmpstr(read->body, ==, "two\nlines \xf0\x9f\x91\x8d");
    g_assert_cmpint(read->time, ==, 12345678);
    g_assert_true(read->delayed);
    g_assert_true(read->markable);
    g_assert_true(read->mention);
    g_assert_false(read->ignored);
    g_assert_cmpstr(read->encryption, ==, "omemo");
    g_assert_cmpstr(read->trust, ==, "verified");
    g_assert_cmpuint(read->edits, ==, 0);
}

/* What is ignored is kept, but neither on a page for people nor among the unread. */
static void
test_ignored(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "one"));
    for (int i = 0; i < 5; i++)
        kit_add(db, &kit_chat, KIT(.body = "spam", .ignored = true));
    kit_add(db, &kit_chat, KIT(.body = "two"));
    kit_add(db, &kit_chat, KIT(.body = "more spam", .ignored = true));
    kit_assert_bodies(db, &kit_chat, "one spam spam spam spam spam two more spam");
    g_autoptr(GPtrArray) page = history_heard_before(db, &kit_chat, G_MAXINT64, 2, NULL);
    g_assert_cmpuint(page->len, ==, 2);
    g_assert_cmpstr(((const Message *) g_ptr_array_index(page, 0))->body, ==, "one");
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 100), ==, 2);
    g_autoptr(GPtrArray) all = history_page_before(db, &kit_chat, G_MAXINT64, 100, NULL);
    g_assert_true(((const Message *) g_ptr_array_index(all, 7))->ignored);
}

static void
test_order(void)
{
    g_autoptr(Db) db = kit_open();
    const gint64 before = when_now();
    g_autoptr(Message) first = KIT(.body = "first");
    g_autoptr(Message) second = KIT(.body = "second");
    g_autoptr(Message) elsewhere = KIT(.body = "elsewhere");
    history_add(db, &kit_chat, first, NULL);
    history_add(db, &kit_chat, second, NULL);
    history_add(db, &kit_other_chat, elsewhere, NULL);
    g_assert_cmpint(first->order, >=, before);
    g_assert_cmpint(second->order, >, first->order);
    g_assert_cmpint(second->row, !=, elsewhere->row);
    /* A clock that went back does not put new messages before old ones. */
    kit_add(db, &kit_chat, KIT(.body = "future", .order = when_now() + 3600 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "last"));
    kit_add(db, &kit_chat, KIT(.body = "ancient", .order = 5 * SECOND));
    kit_assert_bodies(db, &kit_chat, "ancient first second future last");
    /* A place that is taken: behind those of the same second, in the order of coming. */
    kit_add(db, &kit_chat, KIT(.body = "a", .order = 5 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "b", .order = 5 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "c", .order = 6 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "d", .order = 5 * SECOND));
    kit_assert_bodies(db, &kit_chat, "ancient a b d c first second future last");
}

static void
test_pages(void)
{
    g_autoptr(Db) db = kit_open();
    for (int i = 1; i <= 10; i++) {
        g_autofree char *body = g_strdup_printf("%d", i);
        kit_add(db, &kit_chat, KIT(.body = body, .order = i * SECOND));
        kit_add(db, &kit_other_chat, KIT(.body = "x", .order = i * SECOND));
    }
    g_autoptr(GPtrArray) last = history_page_before(db, &kit_chat, G_MAXINT64, 3, NULL);
    g_assert_cmpuint(last->len, ==, 3);
    g_assert_cmpstr(((Message *) last->pdata[0])->body, ==, "8");
    g_assert_cmpstr(((Message *) last->pdata[2])->body, ==, "10");
    g_autoptr(GPtrArray) older = history_page_before(db, &kit_chat, ((Message *) last->pdata[0])->order, 3, NULL);
    g_assert_cmpstr(((Message *) older->pdata[2])->body, ==, "7");
    g_autoptr(GPtrArray) oldest = history_page_before(db, &kit_chat, 2 * SECOND, 100, NULL);
    g_assert_cmpuint(oldest->len, ==, 1);
    g_autoptr(GPtrArray) none = history_page_before(db, &kit_chat, 1 * SECOND, 100, NULL);
    g_assert_cmpuint(none->len, ==, 0);
    g_autoptr(GPtrArray) newer = history_page_after(db, &kit_chat, 7 * SECOND, 2, NULL);
    g_assert_cmpuint(newer->len, ==, 2);
    g_assert_cmpstr(((Message *) newer->pdata[0])->body, ==, "8");
    g_assert_cmpstr(((Message *) newer->pdata[1])->body, ==, "9");
    g_autoptr(GPtrArray) nothing = history_page_after(db, &kit_chat, 10 * SECOND, 2, NULL);
    g_assert_cmpuint(nothing->len, ==, 0);
    const HistoryPlace strange = { "nobody@example.org", "bob@example.net", CONVERSATION_CHAT };
    g_autoptr(GPtrArray) empty = history_page_before(db, &strange, G_MAXINT64, 3, NULL);
    g_assert_cmpuint(empty->len, ==, 0);
}

static void
test_find(void)
{
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.id = "x", .body = "theirs", .archive_id = "1"));
    kit_add(db, &kit_chat, KIT(.direction = MESSAGE_OUT, .id = "x", .origin_id = "y", .body = "ours"));
    kit_add(db, &kit_chat, KIT(.direction = MESSAGE_OUT, .id = "x", .body = "newer"));
    kit_add(db, &kit_room, KIT(.from = "den@rooms.example.org/bob", .archive_id = "1", .body = "room"));
    g_autoptr(Message) theirs = history_find_by_id(db, &kit_chat, MESSAGE_IN, "x", NULL);
    g_assert_cmpstr(theirs->body, ==, "theirs");
    g_autoptr(Message) newest = history_find_by_id(db, &kit_chat, MESSAGE_OUT, "x", NULL);
    g_assert_cmpstr(newest->body, ==, "newer");
    g_autoptr(Message) by_origin = history_find_by_id(db, &kit_chat, MESSAGE_OUT, "y", NULL);
    g_assert_cmpstr(by_origin->body, ==, "ours");
    g_assert_null(history_find_by_id(db, &kit_other_chat, MESSAGE_OUT, "x", NULL));
    g_assert_null(history_find_by_id(db, &kit_chat, MESSAGE_IN, "y", NULL));
    g_assert_null(history_find(db, 1, NULL));
    /* I19: ids count in the archive that gave them only. */
    g_autoptr(Message) own = history_find_archived(db, &kit_chat, NULL, "1", NULL);
    g_assert_cmpstr(own->body, ==, "theirs");
    g_autoptr(Message) rooms = history_find_archived(db, &kit_room, kit_room.with, "1", NULL);
    g_assert_cmpstr(rooms->body, ==, "room");
    g_assert_null(history_find_archived(db, &kit_room, NULL, "1", NULL));
    g_assert_null(history_find_archived(db, &kit_chat, "bob@example.net", "1", NULL));
    g_assert_null(history_find_archived(db, &kit_other_chat, NULL, "1", NULL));
}

static void
test_update(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Message) message = KIT(.direction = MESSAGE_OUT, .id = "x");
    g_assert_cmpint(history_add(db, &kit_chat, message, NULL), ==, HISTORY_ADDED);
    g_assert_true(message_advance(message, MESSAGE_FAILED, "no such user"));
    g_assert_true(history_update(db, message, NULL));
    g_autoptr(Message) read = history_find(db, message->row, NULL);
    g_assert_cmpint(read->state, ==, MESSAGE_FAILED);
    g_assert_cmpstr(read->reason, ==, "no such user");
    /* The archive's id is learned once, and kept by who does not know it; two messages never have one. */
    kit_add(db, &kit_chat, KIT(.direction = MESSAGE_OUT, .id = "x", .archive_id = "1"));
    g_assert_true(history_update(db, message, NULL));
    g_autoptr(Message) learned = history_find(db, message->row, NULL);
    g_assert_cmpstr(learned->archive_id, ==, "1");
    g_autoptr(Message) other = KIT(.direction = MESSAGE_OUT, .id = "y");
    kit_add(db, &kit_chat, message_ref(other));
    other->archive_id = g_strdup("1");
    g_assert_true(history_update(db, other, NULL));
    g_autoptr(Message) unnamed = history_find(db, other->row, NULL);
    g_assert_null(unnamed->archive_id);
}

static void
test_read_state(void)
{
    g_autoptr(Db) db = kit_open();
    g_assert_cmpint(history_read_order(db, &kit_chat), ==, 0);
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 100), ==, 0);
    for (int i = 1; i <= 10; i++)
        kit_add(db, &kit_chat, KIT(.direction = i % 5 == 0 ? MESSAGE_OUT : MESSAGE_IN, .order = i * SECOND));
    kit_add(db, &kit_other_chat, KIT(.order = 100 * SECOND));
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 100), ==, 8);
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 3), ==, 3);
    g_assert_true(history_set_read(db, &kit_chat, 4 * SECOND, NULL));
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 100), ==, 4);
    g_assert_true(history_set_read(db, &kit_chat, 2 * SECOND, NULL)); /* only grows */
    g_assert_cmpint(history_read_order(db, &kit_chat), ==, 4 * SECOND);
    g_assert_true(history_set_read(db, &kit_chat, 10 * SECOND, NULL));
    g_assert_cmpuint(history_count_unread(db, &kit_chat, 100), ==, 0);
    g_assert_cmpuint(history_count_unread(db, &kit_other_chat, 100), ==, 1);
}

static char *
texts_of(Db *db, gint64 row)
{
    g_autoptr(GPtrArray) edits = history_edits(db, row, NULL);
    GString *texts = g_string_new(NULL);
    for (guint i = 0; i < edits->len; i++) {
        const HistoryEdit *edit = edits->pdata[i];
        g_string_append_printf(texts, "%s%s@%d", i > 0 ? " " : "", edit->body, (int) edit->time);
    }
    return g_string_free(texts, FALSE);
}

static HistoryOutcome
correct(Db *db, const Message *original, Message *take_edit)
{
    g_autoptr(Message) edit = take_edit;
    g_autoptr(GError) error = NULL;
    const HistoryOutcome outcome = history_correct(db, &kit_chat, original, edit, &error);
    g_assert_no_error(error);
    return outcome;
}

static void
test_corrections(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Message) message = KIT(.id = "a", .body = "helo", .time = 10);
    kit_add(db, &kit_chat, message_ref(message));
    g_autofree char *alone = texts_of(db, message->row);
    g_assert_cmpstr(alone, ==, "helo@10");
    g_assert_cmpint(correct(db, message, KIT(.id = "b", .body = "hllo", .time = 20)), ==, HISTORY_ADDED);
    g_assert_cmpint(correct(db, message, KIT(.id = "c", .body = "hello", .time = 30)), ==, HISTORY_ADDED);
    g_assert_cmpstr(message->body, ==, "helo"); /* the caller's is the caller's */
    g_autoptr(Message) read = history_find(db, message->row, NULL);
    g_assert_cmpstr(read->body, ==, "hello");
    g_assert_cmpuint(read->edits, ==, 2);
    g_assert_cmpint(read->edited, ==, 30);
    g_assert_cmpstr(read->edit_id, ==, "c");
    g_assert_cmpint(read->time, ==, 10);
    g_autofree char *all = texts_of(db, message->row);
    g_assert_cmpstr(all, ==, "helo@10 hllo@20 hello@30");
    /* Copies of corrections, and of the message they were about. */
    g_assert_cmpint(correct(db, message, KIT(.id = "b", .body = "hllo", .archive_id = "2", .time = 21)), ==,
                    HISTORY_KNOWN);
    g_assert_cmpint(correct(db, message, KIT(.archive_id = "2", .body = "hllo", .time = 21)), ==, HISTORY_KNOWN);
    g_assert_cmpint(kit_add(db, &kit_chat, KIT(.id = "a", .body = "helo", .archive_id = "1")), ==, HISTORY_KNOWN);
    kit_assert_bodies(db, &kit_chat, "hello");
    /* I19: the same id with another text is another one. */
    g_assert_cmpint(correct(db, message, KIT(.id = "b", .body = "Hello", .time = 40)), ==, HISTORY_ADDED);
    g_assert_cmpint(kit_add(db, &kit_chat, KIT(.id = "a", .body = "Hello")), ==, HISTORY_ADDED);
}

/* The archive tells of the first correction when a later one is there. */
static void
test_late_correction(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Message) message = KIT(.id = "a", .body = "1", .time = 10);
    kit_add(db, &kit_chat, message_ref(message));
    correct(db, message, KIT(.id = "c", .body = "3", .time = 30));
    g_assert_cmpint(correct(db, message, KIT(.id = "b", .body = "2", .time = 20, .delayed = true)), ==, HISTORY_KNOWN);
    kit_assert_bodies(db, &kit_chat, "3");
    g_autofree char *all = texts_of(db, message->row);
    g_assert_cmpstr(all, ==, "1@10 2@20 3@30");
}

static void
test_corrections_of_ours(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Message) message = KIT(.direction = MESSAGE_OUT, .id = "a", .body = "1");
    kit_add(db, &kit_chat, message_ref(message));
    message_advance(message, MESSAGE_DISPLAYED, NULL);
    g_assert_true(history_update(db, message, NULL));
    correct(db, message, KIT(.direction = MESSAGE_OUT, .id = "b", .body = "2"));
    g_autoptr(Message) queued = history_find(db, message->row, NULL);
    g_assert_cmpint(queued->state, ==, MESSAGE_QUEUED);
    /* The archive has it: so the server has. */
    correct(db, message, KIT(.direction = MESSAGE_OUT, .id = "b", .body = "2", .archive_id = "9"));
    g_autoptr(Message) sent = history_find(db, message->row, NULL);
    g_assert_cmpint(sent->state, ==, MESSAGE_SENT);
    correct(db, message, KIT(.direction = MESSAGE_OUT, .id = "c", .body = "3", .archive_id = "10"));
    g_autoptr(Message) elsewhere = history_find(db, message->row, NULL);
    g_assert_cmpint(elsewhere->state, ==, MESSAGE_SENT);
    g_assert_cmpstr(elsewhere->body, ==, "3");
}

/* --- walks --- */

typedef struct Walked {
    GString *bodies;
    guint left; /* stop after so many */
} Walked;

static bool
on_row(const HistoryRow *row, gpointer data)
{
    Walked *walked = data;
    if (walked->bodies->len > 0)
        g_string_append_c(walked->bodies, ' ');
    g_string_append_printf(walked->bodies, "%c%c:%s", row->place.account[0], row->place.with[0], row->message->body);
    return --walked->left > 0;
}

static char *
walk(Db *db, const HistoryFilter *filter, guint limit)
{
    Walked walked = { .bodies = g_string_new(NULL), .left = limit };
    g_autoptr(GError) error = NULL;
    g_assert_true(history_each(db, filter, on_row, &walked, &error));
    g_assert_no_error(error);
    return g_string_free(walked.bodies, FALSE);
}

#define assert_walk(db, expected, limit, ...)                                                                          \
    do {                                                                                                               \
        const HistoryFilter filter_ = { __VA_ARGS__ };                                                                 \
        g_autofree char *walked_ = walk((db), &filter_, (limit));                                                      \
        g_assert_cmpstr(walked_, ==, (expected));                                                                      \
    } while (0)

static void
test_walk(void)
{
    g_autoptr(Db) db = kit_open();
    const HistoryPlace second = { "zoe@example.org", "bob@example.net", CONVERSATION_CHAT };
    kit_add(db, &second, KIT(.body = "5", .time = 50, .order = 50));
    kit_add(db, &kit_chat, KIT(.body = "2", .time = 20, .order = 20));
    kit_add(db, &kit_chat, KIT(.body = "1", .time = 10, .order = 10, .direction = MESSAGE_OUT));
    kit_add(db, &kit_other_chat, KIT(.body = "3", .time = 30, .order = 30, .from = "eve@example.net/x"));
    kit_add(db, &kit_room, KIT(.body = "4", .time = 40, .order = 40, .from = "den@rooms.example.org/bob"));
    assert_walk(db, "mb:1 mb:2 md:4 me:3 zb:5", 100, 0);
    assert_walk(db, "mb:1 mb:2", 2, 0);
    assert_walk(db, "zb:5", 100, .account = "zoe@example.org");
    assert_walk(db, "mb:1 mb:2 zb:5", 100, .with = "bob@example.net");
    assert_walk(db, "mb:2 zb:5", 100, .from = "bob@example.net");
    assert_walk(db, "mb:2 zb:5", 100, .from = "bob@example.net/phone");
    assert_walk(db, "", 100, .from = "bob@example.ne");
    assert_walk(db, "md:4", 100, .from = "bob");
    assert_walk(db, "mb:1", 100, .from = "me@example.org");
    assert_walk(db, "mb:2 me:3", 100, .after = 20, .before = 40);
    assert_walk(db, "md:4 zb:5", 100, .after = 31);
    assert_walk(db, "mb:1", 100, .before = 20);
    assert_walk(db, "", 100, .before = 5);
    assert_walk(db, "", 100, .with = "nobody@example.net");
}

/* More than a page, with stamps that are not in the order of the messages. */
static void
test_long_walk(void)
{
    g_autoptr(Db) db = kit_open();
    for (int i = 1; i <= 1000; i++)
        kit_add(db, &kit_chat, KIT(.body = "x", .order = i * SECOND, .time = (1001 - i) * SECOND));
    g_autofree char *all = walk(db, &(const HistoryFilter) { 0 }, 10000);
    g_assert_cmpuint(strlen(all), ==, 1000 * 5 - 1);
    g_autofree char *half = walk(db, &(const HistoryFilter) { .before = 501 * SECOND }, 10000);
    g_assert_cmpuint(strlen(half), ==, 500 * 5 - 1);
}

static void
on_conversation(const HistoryConversation *conversation, gpointer data)
{
    g_string_append_printf(data, "%c%c:%d:%u ", conversation->place.account[0], conversation->place.with[0],
                           (int) conversation->last_order, conversation->unread);
}

static void
test_conversations(void)
{
    g_autoptr(Db) db = kit_open();
    const HistoryPlace second = { "zoe@example.org", "carol@example.net", CONVERSATION_CHAT };
    kit_add(db, &kit_chat, KIT(.order = 10, .time = 10));
    kit_add(db, &kit_chat, KIT(.order = 20, .time = 20));
    kit_add(db, &kit_other_chat, KIT(.order = 40, .time = 40));
    kit_add(db, &second, KIT(.order = 30, .time = 30));
    g_assert_true(history_set_read(db, &kit_room, 5, NULL)); /* nothing is in it */
    g_assert_true(history_set_read(db, &kit_other_chat, 40, NULL));
    g_assert_true(history_set_read(db, &kit_chat, 10, NULL));
    g_autoptr(GString) all = g_string_new(NULL);
    g_assert_true(history_each_conversation(db, NULL, false, on_conversation, all, NULL));
    g_assert_cmpstr(all->str, ==, "me:40:0 zc:30:1 mb:20:1 ");
    g_string_truncate(all, 0);
    g_assert_true(history_each_conversation(db, "me@example.org", false, on_conversation, all, NULL));
    g_assert_cmpstr(all->str, ==, "me:40:0 mb:20:1 ");
    g_string_truncate(all, 0);
    g_assert_true(history_each_conversation(db, NULL, true, on_conversation, all, NULL));
    g_assert_cmpstr(all->str, ==, "zc:30:1 mb:20:1 ");
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/history/keeps-all-fields", test_keeps_all_fields);
    g_test_add_func("/store/history/order", test_order);
    g_test_add_func("/store/history/pages", test_pages);
    g_test_add_func("/store/history/find", test_find);
    g_test_add_func("/store/history/update", test_update);
    g_test_add_func("/store/history/read-state", test_read_state);
    g_test_add_func("/store/history/corrections", test_corrections);
    g_test_add_func("/store/history/ignored", test_ignored);
    g_test_add_func("/store/history/late-correction", test_late_correction);
    g_test_add_func("/store/history/corrections-of-ours", test_corrections_of_ours);
    g_test_add_func("/store/history/walk", test_walk);
    g_test_add_func("/store/history/long-walk", test_long_walk);
    g_test_add_func("/store/history/conversations", test_conversations);
    return g_test_run();
}

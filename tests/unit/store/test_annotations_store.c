/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said about messages, as the history keeps it, and what waits for its message. */
#include <string.h>

#include "history_kit.h"
#include "store/annotations.h"
#include "store/early.h"

static gint64
add(Db *db, const HistoryPlace *place, const char *id, const char *archive_id, const char *body)
{
    Message *message = KIT(.id = id, .archive_id = archive_id, .body = body, .time = 1000);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(history_add(db, place, message, &error), ==, HISTORY_ADDED);
    g_assert_no_error(error);
    const gint64 row = message->row;
    message_unref(message);
    return row;
}

static void
react(Db *db, gint64 row, const char *who, const char *words, gint64 time)
{
    g_autoptr(GPtrArray) reactions = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) each = g_strsplit(words, " ", -1);
    for (char **word = each; *word != NULL; word++) {
        if (**word != '\0')
            g_ptr_array_add(reactions, g_strdup(*word));
    }
    const AnnotationSender sender = { who, who, strcmp(who, "me") == 0 };
    g_autoptr(GError) error = NULL;
    g_assert_true(annotations_set_reactions(db, row, &sender, reactions, time, &error));
    g_assert_no_error(error);
}

static char *
reactions_of(Db *db, gint64 row)
{
    g_autoptr(Message) message = history_find(db, row, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; message->reactions != NULL && i < message->reactions->len; i++) {
        const MessageReaction *reaction = g_ptr_array_index(message->reactions, i);
        g_string_append_printf(text, "%s%u%s ", reaction->emoji, reaction->count, reaction->own ? "+" : "");
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

#define assert_reactions(db, row, expected)                                                                            \
    do {                                                                                                               \
        g_autofree char *reactions_ = reactions_of((db), (row));                                                       \
        g_assert_cmpstr(reactions_, ==, (expected));                                                                   \
    } while (0)

/* The last word of each counts, in whatever order they come. */
static void
test_reactions(void)
{
    g_autoptr(Db) db = kit_open();
    const gint64 row = add(db, &kit_chat, "m1", NULL, "hello"), other = add(db, &kit_chat, "m2", NULL, "other");
    react(db, row, "bob", "a b", 10);
    react(db, row, "me", "b", 11);
    assert_reactions(db, row, "a1 b2+ ");
    react(db, row, "bob", "c", 9); /* older */
    assert_reactions(db, row, "a1 b2+ ");
    react(db, row, "bob", "c", 12);
    assert_reactions(db, row, "b1+ c1 ");
    react(db, row, "me", "", 13);
    react(db, row, "me", "z", 12);
    assert_reactions(db, row, "c1 ");
    assert_reactions(db, other, "");
}

/* The text is nowhere: not in the message, its earlier texts, the search, answers to it. */
static void
test_retraction(void)
{
    g_autoptr(Db) db = kit_open();
    const gint64 row = add(db, &kit_chat, "m1", NULL, "elephant"), far = add(db, &kit_other_chat, "m1", NULL, "far");
    g_autoptr(Message) original = history_find(db, row, NULL);
    g_autoptr(Message) edit = KIT(.id = "m2", .body = "white elephant", .time = 1001);
    g_assert_cmpint(history_correct(db, &kit_chat, original, edit, NULL), ==, HISTORY_ADDED);
    g_autoptr(Message) answer = KIT(.id = "m3", .body = "yes", .time = 1002);
    g_autoptr(Message) odd = KIT(.id = "m4", .body = "no", .time = 1003);
    message_set_reply(answer, "m1", "bob", "white elephant");
    message_set_reply(odd, "m1", "bob", "of another chat");
    g_assert_cmpint(history_add(db, &kit_chat, answer, NULL), ==, HISTORY_ADDED);
    g_assert_cmpint(history_add(db, &kit_other_chat, odd, NULL), ==, HISTORY_ADDED);
    react(db, row, "bob", "a", 10);
    g_assert_true(annotations_retract(db, row, 2000, "witch", "rude", NULL));

    g_autoptr(GPtrArray) page = history_page_before(db, &kit_chat, G_MAXINT64, 10, NULL);
    const Message *gone = g_ptr_array_index(page, 0), *said = g_ptr_array_index(page, 1);
    g_assert_cmpstr(gone->body, ==, "");
    g_assert_cmpint(gone->retracted, ==, 2000);
    g_assert_cmpstr(gone->retracted_by, ==, "witch");
    g_assert_cmpstr(gone->retracted_reason, ==, "rude");
    g_assert_null(gone->reactions);
    g_assert_cmpstr(said->reply_id, ==, "m1");
    g_assert_null(said->reply_text);
    g_autoptr(Message) elsewhere = history_find(db, odd->row, NULL);
    g_assert_cmpstr(elsewhere->reply_text, ==, "of another chat");
    g_autoptr(Message) still = history_find(db, far, NULL);
    g_assert_cmpstr(still->body, ==, "far");
    g_autoptr(GPtrArray) texts = history_edits(db, row, NULL);
    for (guint i = 0; i < texts->len; i++)
        g_assert_null(strstr(((const HistoryEdit *) g_ptr_array_index(texts, i))->body, "elephant"));
    /* The same message once more, from another device or the archive, does not bring it back. */
    g_assert_cmpint(kit_add(db, &kit_chat, KIT(.id = "m1", .body = "elephant", .time = 1000)), ==, HISTORY_KNOWN);
    g_autoptr(Message) now = history_find(db, row, NULL);
    g_assert_cmpstr(now->body, ==, "");
}

/* A page of a quiet conversation brings what belongs to it, though others were busy in between. */
static void
test_pages(void)
{
    g_autoptr(Db) db = kit_open();
    for (guint i = 0; i < 600; i++) {
        const HistoryPlace *place = i % 100 == 0 || i > 590 ? &kit_chat : &kit_other_chat;
        g_autofree char *id = g_strdup_printf("m%u", i), *emoji = g_strdup_printf("e%u", i);
        react(db, add(db, place, id, NULL, id), "bob", emoji, 10);
    }
    g_autoptr(GPtrArray) page = history_page_before(db, &kit_chat, G_MAXINT64, 100, NULL);
    g_assert_cmpuint(page->len, ==, 15);
    for (guint i = 0; i < page->len; i++) {
        const Message *message = g_ptr_array_index(page, i);
        g_assert_nonnull(message->reactions);
        g_assert_cmpuint(message->reactions->len, ==, 1);
        const MessageReaction *reaction = g_ptr_array_index(message->reactions, 0);
        g_assert_cmpstr(reaction->emoji + 1, ==, message->id + 1);
    }
}

static void
wait_for(Db *db, const HistoryPlace *place, EarlyKind kind, const char *target, const char *words, gint64 time)
{
    const EarlyWord word = { kind, MESSAGE_IN, (char *) target, (char *) "bob@example.net/x", NULL, NULL, (char *) words,
                             time };
    g_autoptr(GError) error = NULL;
    g_assert_true(early_add(db, place, &word, &error));
    g_assert_no_error(error);
}

static char *
take(Db *db, const HistoryPlace *place)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) words = early_take(db, place, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < words->len; i++) {
        const EarlyWord *word = g_ptr_array_index(words, i);
        g_string_append_printf(text, "%d:%s:%s ", word->kind, word->target, word->words != NULL ? word->words : "-");
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

#define assert_taken(db, place, expected)                                                                              \
    do {                                                                                                               \
        g_autofree char *taken_ = take((db), (place));                                                                 \
        g_assert_cmpstr(taken_, ==, (expected));                                                                       \
    } while (0)

static void
test_early(void)
{
    g_autoptr(Db) db = kit_open();
    assert_taken(db, &kit_chat, "");
    wait_for(db, &kit_chat, EARLY_REACTION, "m1", "a", 10);
    wait_for(db, &kit_chat, EARLY_REACTION, "m1", "b", 12);
    wait_for(db, &kit_chat, EARLY_REACTION, "m1", "older", 11);
    wait_for(db, &kit_chat, EARLY_RETRACTION, "m1", NULL, 9);
    wait_for(db, &kit_chat, EARLY_REACTION, "never", "c", 12);
    wait_for(db, &kit_room, EARLY_REACTION, "m1", "room", 12);
    assert_taken(db, &kit_chat, "");
    add(db, &kit_other_chat, "m1", NULL, "not that");
    assert_taken(db, &kit_chat, "");
    add(db, &kit_chat, "m1", NULL, "that");
    assert_taken(db, &kit_chat, "1:m1:- 0:m1:b ");
    assert_taken(db, &kit_chat, ""); /* once */
    /* In rooms the id is the archive's; senders choose their own (I19). */
    kit_add(db, &kit_room, KIT(.from = "room@example.org/eve", .id = "m1", .body = "it is me", .time = 5));
    assert_taken(db, &kit_room, "");
    kit_add(db, &kit_room, KIT(.from = "room@example.org/bob", .id = "x", .archive_id = "m1", .body = "hi", .time = 6));
    assert_taken(db, &kit_room, "0:m1:room ");
}

/* I9: a flood of reactions drives out reactions, and never that something was taken back. */
static void
test_early_bounded(void)
{
    g_autoptr(Db) db = kit_open();
    wait_for(db, &kit_chat, EARLY_RETRACTION, "m1", NULL, 1);
    wait_for(db, &kit_chat, EARLY_REACTION, "m1", "gone", 2);
    for (guint i = 0; i < 2 * EARLY_MAX; i++) {
        g_autofree char *target = g_strdup_printf("t%u", i);
        wait_for(db, &kit_chat, EARLY_REACTION, target, "x", 3 + i);
    }
    g_autofree char *endless = g_strnfill(EARLY_TARGET_MAX + 1, 'e');
    wait_for(db, &kit_chat, EARLY_REACTION, endless, "x", 4);
    add(db, &kit_chat, "m1", NULL, "first");
    add(db, &kit_chat, endless, NULL, "endless");
    assert_taken(db, &kit_chat, "1:m1:- ");
    add(db, &kit_chat, "t999", NULL, "last");
    assert_taken(db, &kit_chat, "0:t999:x ");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/annotations/last-word-counts", test_reactions);
    g_test_add_func("/store/annotations/text-is-gone", test_retraction);
    g_test_add_func("/store/annotations/come-with-pages", test_pages);
    g_test_add_func("/store/annotations/waits-for-the-message", test_early);
    g_test_add_func("/store/annotations/waiting-is-bounded", test_early_bounded);
    return g_test_run();
}

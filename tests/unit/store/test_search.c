/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/search.h"

#include <string.h>

#include "base/error.h"
#include "history_kit.h"

#define SECOND G_TIME_SPAN_SECOND

/* Bodies of the hits with their marks in brackets, newest first, with " | " between. Caller frees. */
static char *
hits_of(Db *db, const char *words, const HistoryFilter *filter)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) hits = search_messages(db, words, filter, 100, 0, &error);
    g_assert_no_error(error);
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < hits->len; i++) {
        const SearchHit *hit = hits->pdata[i];
        const char *body = hit->message->body;
        guint at = 0;
        g_string_append(text, i > 0 ? " | " : "");
        for (guint k = 0; k < hit->marks->len; k++) {
            const SearchMark *mark = &g_array_index(hit->marks, SearchMark, k);
            g_assert_cmpuint(mark->start, >=, at);
            g_assert_cmpuint(mark->length, >, 0);
            g_string_append_len(text, body + at, mark->start - at);
            g_string_append_c(text, '[');
            g_string_append_len(text, body + mark->start, mark->length);
            g_string_append_c(text, ']');
            at = mark->start + mark->length;
        }
        g_string_append(text, body + at);
    }
    g_assert_true(g_utf8_validate(text->str, -1, NULL));
    return g_string_free(text, FALSE);
}

#define assert_hits(db, words, expected)                                                                               \
    do {                                                                                                               \
        g_autofree char *hits_ = hits_of((db), (words), NULL);                                                         \
        g_assert_cmpstr(hits_, ==, (expected));                                                                        \
    } while (0)

/* What one message is found by: `words` finds `body`, marked as in `expected`; NULL: it does not. */
static void
test_scripts(void)
{
    static const struct {
        const char *body, *words, *expected;
    } cases[] = {
        { "The quick brown fox", "QUICK", "The [quick] brown fox" },
        { "The quick brown fox", "fox quick", "The [quick] brown [fox]" },
        { "The quick brown fox", "quic", NULL },
        { "The quick brown fox", "quic*", "The [quick] brown fox" },
        { "The quick brown fox", "\"quick brown\"", "The [quick brown] fox" },
        { "The quick brown fox", "\"brown quick\"", NULL },
        { "The quick brown fox", "quick red", NULL },
        { "see example.org/x?y=1", "example.org", "see [example.org]/x?y=1" },
        { "don't", "don't", "[don't]" },
        { "don't", "DON", "[don]'t" },
        { "snake_case", "case", "snake_[case]" },
        /* Latin */
        { "Crème brûlée", "creme BRULEE", "[Crème] [brûlée]" },
        { "creme", "crème", "[creme]" },
        { "cre\xcc\x80me", "crème", "[cre\xcc\x80me]" },
        { "cafe\xcc\x81!", "cafe", "[cafe\xcc\x81]!" },
        { "Łódź, Ærø, Đorđe", "lodz aero dorde", "[Łódź], [Ærø], [Đorđe]" },
        { "İstanbul ve Iğdır", "istanbul igdir", "[İstanbul] ve [Iğdır]" },
        { "ﬁne ｆｕｌｌ", "fine full", "[ﬁne] [ｆｕｌｌ]" },
        /* German */
        { "Die Straße", "strasse", "Die [Straße]" },
        { "Die STRASSE", "straße", "Die [STRASSE]" },
        { "GROẞ", "groß", "[GROẞ]" },
        { "Häuser", "hauser", "[Häuser]" },
        /* Cyrillic, Greek */
        { "Привет, МИР", "привет мир", "[Привет], [МИР]" },
        { "Ещё не всё", "еще все", "[Ещё] не [всё]" },
        { "Ο ΟΔΥΣΣΕΎΣ", "οδυσσευς", "Ο [ΟΔΥΣΣΕΎΣ]" },
        { "οδυσσεύς", "ΟΔΥΣΣΕΥΣ", "[οδυσσεύς]" },
        /* Arabic: with and without points, hamza, tatweel; Persian with a joiner. Hebrew */
        { "السَّلَامُ عليكم", "السلام", "[السَّلَامُ] عليكم" },
        { "أحمد", "احمد", "[أحمد]" },
        { "ســلام", "سلام", "[ســلام]" },
        { "می‌خواهم", "میخواهم", "[می‌خواهم]" },
        { "שָׁלוֹם", "שלום", "[שָׁלוֹם]" },
        /* Devanagari: vowel signs are letters */
        { "मेरा नाम कुल", "नाम", "मेरा [नाम] कुल" },
        { "कुल", "कल", NULL },
        /* Han, kana, Hangul, Thai */
        { "我昨天去了东京大学", "东京", "我昨天去了[东京]大学" },
        { "我昨天去了东京大学", "京东", NULL },
        { "我昨天去了东京大学", "大学 昨天", "我[昨天]去了东京[大学]" },
        { "東京タワーへ行った", "タワー", "東京[タワー]へ行った" },
        { "ありがとうございます", "ござい", "ありがとう[ござい]ます" },
        { "かく", "がく", NULL },
        { "ｶﾞｽ", "ガス", "[ｶﾞｽ]" },
        { "한국어를 배워요", "한국어를", "[한국어를] 배워요" },
        { "한국어를 배워요", "한국*", "[한국어를] 배워요" },
        { "ฉันไปกรุงเทพเมื่อวาน", "กรุงเทพ", "ฉันไป[กรุงเทพ]เมื่อวาน" },
        { "mixed 日本語text", "本語", "mixed 日[本語]text" },
        { "mixed 日本語text", "text", "mixed 日本語[text]" },
        /* Emoji: any of a sequence, with or without skin and selector */
        { "good 👍🏽 job", "👍", "good [👍🏽] job" },
        { "good 👍 job", "👍🏿", "good [👍] job" },
        { "I ❤️ it", "❤", "I [❤️] it" },
        { "👩‍👩‍👧 home", "👩‍👩‍👧", "[👩‍👩‍👧] home" },
        { "🇩🇪", "🇩🇪", "[🇩🇪]" },
        { "🇩🇪", "🇪🇩", NULL },
        { "10 € only", "€", "10 [€] only" },
        { "１２３ and ٣", "123", "[１２３] and ٣" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Db) db = kit_open();
        kit_add(db, &kit_chat, KIT(.body = cases[i].body));
        g_autofree char *hits = hits_of(db, cases[i].words, NULL);
        g_test_message("%s in %s", cases[i].words, cases[i].body);
        g_assert_cmpstr(hits, ==, cases[i].expected != NULL ? cases[i].expected : "");
    }
}

/* Nothing a user types is syntax of the index. */
static void
test_hostile_words(void)
{
    static const char *const words[] = {
        "a OR b",     "a AND",          "NOT a",      "NEAR(a b)",      "NEAR(\"a\" \"b\", 3)", "text:a",   "place:c1",
        "a AND place:c1", "{text place}:a", "- a",    "^a",             "a + b",                "(a",       "a)",
        "\"a",        "a\"b",           "\"a\"\"b\"", "\"\" a",         "*",                    "a*b",      "\"a\"*",
        "''",         "a'; DROP TABLE message; --",   "\\",             "%",                    "a\tb\nc",
        "a\xe2\x80\x8bz",
        "* a",        "a **",           "\"*\"",      "\xe2\x80\xae" "a", "words",              "rank:1",   "a:b:c",
        "c1",         "a1",
    };
    g_autoptr(Db) db = kit_open();
    kit_add(db, &kit_chat, KIT(.body = "a plain line"));
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) hits = search_messages(db, words[i], NULL, 10, 0, &error);
        g_test_message("%s", words[i]);
        if (hits == NULL)
            g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
    }
    /* They are words like others. */
    kit_add(db, &kit_chat, KIT(.body = "this OR that, NEAR me AND text: c1"));
    assert_hits(db, "or near and text c1", "this [OR] that, [NEAR] me [AND] [text]: [c1]");
    assert_hits(db, "c2", "");
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < 100; i++)
        g_string_append_printf(many, "w%d ", i);
    g_assert_null(search_messages(db, many->str, NULL, 10, 0, NULL));
    g_autofree char *long_word = g_strnfill(100000, 'x');
    kit_add(db, &kit_chat, KIT(.body = long_word));
    g_autoptr(GPtrArray) found = search_messages(db, long_word, NULL, 10, 0, NULL);
    g_assert_cmpuint(found->len, ==, 1);
}

static void
test_filters(void)
{
    g_autoptr(Db) db = kit_open();
    const HistoryPlace second = { "me2@example.org", "bob@example.net", CONVERSATION_CHAT };
    kit_add(db, &kit_chat, KIT(.body = "tea 1", .time = 10 * SECOND, .order = 10 * SECOND));
    kit_add(db, &kit_chat, KIT(.body = "tea 2", .direction = MESSAGE_OUT, .time = 20 * SECOND, .order = 20 * SECOND));
    kit_add(db, &kit_other_chat, KIT(.body = "tea 3", .from = "eve@example.net", .time = 30 * SECOND,
                                     .order = 30 * SECOND));
    kit_add(db, &kit_room, KIT(.body = "tea 4", .from = "den@rooms.example.org/bob", .time = 40 * SECOND,
                               .order = 40 * SECOND));
    kit_add(db, &second, KIT(.body = "tea 5", .time = 50 * SECOND, .order = 50 * SECOND));
    static const struct {
        HistoryFilter filter;
        const char *expected;
    } cases[] = {
        { { 0 }, "[tea] 5 | [tea] 4 | [tea] 3 | [tea] 2 | [tea] 1" },
        { { .account = "me@example.org" }, "[tea] 4 | [tea] 3 | [tea] 2 | [tea] 1" },
        { { .with = "bob@example.net" }, "[tea] 5 | [tea] 2 | [tea] 1" },
        { { .account = "me2@example.org", .with = "bob@example.net" }, "[tea] 5" },
        { { .account = "nobody@example.org" }, "" },
        { { .with = "c1" }, "" },
        { { .from = "bob@example.net" }, "[tea] 5 | [tea] 1" },
        { { .from = "me@example.org" }, "[tea] 2" },
        { { .from = "bob" }, "[tea] 4" },
        { { .from = "bob@example.net/phone" }, "[tea] 5 | [tea] 1" },
        { { .from = "bob@example.net/elsewhere" }, "" },
        { { .from = "den@rooms.example.org" }, "[tea] 4" },
        { { .from = "den@rooms.example.org/bob" }, "[tea] 4" },
        { { .from = "phone" }, "" },
        { { .from = "tea" }, "" },
        { { .with = "bob@example.net", .from = "me@example.org" }, "[tea] 2" },
        { { .after = 20 * SECOND, .before = 40 * SECOND }, "[tea] 3 | [tea] 2" },
        { { .after = 45 * SECOND }, "[tea] 5" },
        { { .before = 15 * SECOND }, "[tea] 1" },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *hits = hits_of(db, "tea", &cases[i].filter);
        g_assert_cmpstr(hits, ==, cases[i].expected);
    }
}

/* What came later but was said earlier is older. */
static void
test_newest_first_in_pages(void)
{
    g_autoptr(Db) db = kit_open();
    for (int i = 100; i > 0; i--) {
        g_autofree char *body = g_strdup_printf("tea %d", i);
        kit_add(db, i % 2 == 0 ? &kit_chat : &kit_other_chat,
                KIT(.body = body, .order = i * SECOND, .time = i * SECOND, .from = "bob@example.net"));
    }
    gint64 before = 0;
    int expected = 100;
    for (int page = 0; page < 4; page++) {
        g_autoptr(GPtrArray) hits = search_messages(db, "tea", NULL, 30, before, NULL);
        g_assert_cmpuint(hits->len, ==, page < 3 ? 30 : 10);
        for (guint i = 0; i < hits->len; i++) {
            const SearchHit *hit = hits->pdata[i];
            g_assert_cmpint(hit->message->order, ==, expected * SECOND);
            g_assert_cmpstr(hit->account, ==, "me@example.org");
            g_assert_cmpstr(hit->with, ==, expected % 2 == 0 ? kit_chat.with : kit_other_chat.with);
            before = hit->message->row;
            expected--;
        }
    }
}

static void
test_follows_changes(void)
{
    g_autoptr(Db) db = kit_open();
    g_autoptr(Message) message = KIT(.id = "a", .body = "tea");
    kit_add(db, &kit_chat, message_ref(message));
    assert_hits(db, "tea", "[tea]");
    g_autoptr(Message) edit = KIT(.id = "b", .body = "coffee");
    g_assert_cmpint(history_correct(db, &kit_chat, message, edit, NULL), ==, HISTORY_ADDED);
    assert_hits(db, "tea", "");
    assert_hits(db, "coffee", "[coffee]");
    g_assert_cmpint(history_expire(db, &kit_chat, G_MAXINT64, 10, NULL), ==, 1);
    assert_hits(db, "coffee", "");
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/search/scripts", test_scripts);
    g_test_add_func("/store/search/hostile-words", test_hostile_words);
    g_test_add_func("/store/search/filters", test_filters);
    g_test_add_func("/store/search/newest-first-in-pages", test_newest_first_in_pages);
    g_test_add_func("/store/search/follows-changes", test_follows_changes);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever is said is found by its own words, with marks inside it on characters; whatever is asked for is never syntax
 * of the index. The input is a message, and after the first line feed the words. */
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "store/search.h"
#include "store/search_text.h"
#include "../support/fuzz.h"

static const HistoryPlace place = { "me@example.org", "bob@example.net", CONVERSATION_CHAT };

static void
check_tokens(const char *body)
{
    g_auto(SearchText) text = { 0 };
    search_text_init(&text, body, -1);
    const char *folded = text.folded->str;
    g_assert_true(g_utf8_validate(folded, (gssize) text.folded->len, NULL));
    for (const char *c = folded; *c != '\0'; c++)
        g_assert_true((*c & 0x80) != 0 || *c == ' ' || g_ascii_isdigit(*c) || g_ascii_islower(*c));
    guint at = 0;
    guint start = 0;
    for (guint i = 0; i < text.tokens->len; i++) {
        const SearchToken *token = &g_array_index(text.tokens, SearchToken, i);
        g_assert_cmpuint(token->at, ==, at);
        g_assert_true(token->length > 0 && token->length <= SEARCH_TOKEN_MAX);
        g_assert_true(token->start >= start && token->end > token->start && token->end <= strlen(body));
        g_assert_true(g_utf8_validate(body + token->start, (gssize) (token->end - token->start), NULL));
        at += token->length + 1;
        start = token->start;
    }
    g_assert_cmpuint(text.folded->len, ==, text.tokens->len == 0 ? 0 : at - 1);
}

static void
check_marks(const SearchHit *hit)
{
    const char *body = hit->message->body;
    guint at = 0;
    g_assert_cmpuint(hit->marks->len, >, 0);
    for (guint i = 0; i < hit->marks->len; i++) {
        const SearchMark *mark = &g_array_index(hit->marks, SearchMark, i);
        g_assert_true((i == 0 || mark->start > at) && mark->length > 0);
        at = mark->start + mark->length;
        g_assert_cmpuint(at, <=, strlen(body));
        g_assert_true(g_utf8_validate(body + mark->start, (gssize) mark->length, NULL));
    }
}

static guint
search(Db *db, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) hits = search_messages(db, words, NULL, 10, 0, &error);
    if (hits == NULL) {
        g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
        return 0;
    }
    for (guint i = 0; i < hits->len; i++)
        check_marks(hits->pdata[i]);
    return hits->len;
}

/* All of it, as one phrase. */
static void
check_found(Db *db, const char *body)
{
    g_auto(SearchText) text = { 0 };
    search_text_init(&text, body, -1);
    if (text.tokens->len == 0 || text.tokens->len > 500)
        return;
    g_autofree char *phrase = g_strdup_printf("\"%s", body);
    for (char *c = phrase + 1; *c != '\0'; c++)
        *c = *c == '"' ? ' ' : *c;
    g_assert_cmpuint(search(db, phrase), ==, 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096)
        return 0;
    g_autofree char *input = g_utf8_make_valid((const char *) data, (gssize) strnlen((const char *) data, size));
    char *words = strchr(input, '\n');
    if (words != NULL)
        *words++ = '\0';
    check_tokens(input);
    g_autoptr(Db) db = db_open(NULL, NULL, NULL);
    g_autoptr(Message) message = message_new(&(const MessageInit) { .direction = MESSAGE_IN, .body = input });
    g_assert_cmpint(history_add(db, &place, message, NULL), ==, HISTORY_ADDED);
    check_found(db, input);
    if (words != NULL)
        search(db, words);
    return 0;
}

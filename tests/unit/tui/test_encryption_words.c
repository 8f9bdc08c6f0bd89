/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include "model/account.h"
#include "model/contact.h"
#include "model/roster.h"
#include "tui/encryption_mark.h"
#include "tui/encryption_words.h"

typedef struct Fixture {
    Bus *bus;
    Account *account;
    Conversation *conversation;
    EncryptionTold told;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Jid) me = jid_new("me@example.org", NULL);
    g_autoptr(Jid) alice = jid_new("alice@example.org", NULL);
    fixture->bus = bus_new();
    fixture->account = account_new("work", me, fixture->bus);
    fixture->conversation = account_ensure_conversation(fixture->account, alice, CONVERSATION_CHAT);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    encryption_told_clear(&fixture->told);
    account_free(fixture->account);
    bus_free(fixture->bus);
}

static void
change(Fixture *fixture, const char *intent, EncryptionState state, const char *trust, const char *reason)
{
    conversation_set_intent(fixture->conversation, intent);
    conversation_set_encryption(fixture->conversation, &(ConversationEncryption) {
        .state = state, .provider = state == ENCRYPTION_OFF ? NULL : "otr", .trust = trust, .reason = reason });
}

static void
assert_line(Fixture *fixture, LineKind kind, const char *expected)
{
    LineKind of = LINE_OUTPUT;
    g_autofree char *words = encryption_words_changed(&fixture->told, fixture->conversation, &of);
    g_assert_cmpstr(words, ==, expected);
    if (expected)
        g_assert_cmpint(of, ==, kind);
}

/* Everywhere the same mark, and words where there is room. */
static void
test_every_state_is_told_apart(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *intent;
        EncryptionState state;
        const char *trust, *badge, *in_short, *prompt, *mark;
    } rows[] = {
        { "none", ENCRYPTION_OFF, NULL, "[not encrypted]", "[clear]", "", "" },
        { "otr", ENCRYPTION_OFF, NULL, "[OTR wanted: waits]", "[OTR!]", "!OTR", "!" },
        { "otr", ENCRYPTION_STARTING, NULL, "[OTR starting …]", "[OTR!]", "!OTR", "!" },
        { "none", ENCRYPTION_STARTING, NULL, "[OTR starting …]", "[OTR!]", "!OTR", "!" },
        { "otr", ENCRYPTION_ON, "untrusted", "[OTR not verified]", "[OTR~]", "~OTR", "~" },
        { "otr", ENCRYPTION_ON, "trusted", "[OTR not verified]", "[OTR~]", "~OTR", "~" },
        { "otr", ENCRYPTION_ON, NULL, "[OTR not verified]", "[OTR~]", "~OTR", "~" },
        { "otr", ENCRYPTION_ON, "verified", "[OTR verified]", "[OTR=]", "=OTR", "=" },
        { "otr", ENCRYPTION_ENDED, NULL, "[OTR ended: nothing is sent]", "[OTR!]", "!OTR", "!" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        change(fixture, rows[i].intent, rows[i].state, rows[i].trust, NULL);
        g_autofree char *badge = encryption_words_badge(fixture->conversation, false);
        g_autofree char *in_short = encryption_words_badge(fixture->conversation, true);
        g_autofree char *prompt = encryption_words_prompt(fixture->conversation, false);
        g_autofree char *mark = encryption_words_prompt(fixture->conversation, true);
        g_assert_cmpstr(badge, ==, rows[i].badge);
        g_assert_cmpstr(in_short, ==, rows[i].in_short);
        g_assert_cmpstr(prompt, ==, rows[i].prompt);
        g_assert_cmpstr(mark, ==, rows[i].mark);
    }
}

static void
test_a_session_is_told_once(Fixture *fixture, gconstpointer data)
{
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "otr", ENCRYPTION_STARTING, NULL, NULL);
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "otr", ENCRYPTION_ON, "untrusted", NULL);
    assert_line(fixture, LINE_WARNING, "OTR is on, but nobody has compared the keys: /otr fingerprint, /otr secret");
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "otr", ENCRYPTION_ON, "verified", NULL);
    assert_line(fixture, LINE_NOTICE, "the key of alice@example.org counts as verified now");
    change(fixture, "otr", ENCRYPTION_ON, "untrusted", NULL);
    assert_line(fixture, LINE_WARNING, "the key of alice@example.org does not count as verified any more");
    change(fixture, "otr", ENCRYPTION_ENDED, NULL, NULL);
    assert_line(fixture, LINE_WARNING,
                "alice@example.org has ended OTR: nothing is sent until /otr start or /otr end");
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "none", ENCRYPTION_OFF, NULL, NULL);
    assert_line(fixture, LINE_NOTICE, "OTR is off: what you say now is not encrypted");
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "otr", ENCRYPTION_ON, "verified", NULL);
    assert_line(fixture, LINE_NOTICE, "OTR is on: verified");
    change(fixture, "otr", ENCRYPTION_OFF, NULL, NULL);
    assert_line(fixture, LINE_NOTICE, "OTR is off");
    change(fixture, "otr", ENCRYPTION_ON, "verified", NULL);
    assert_line(fixture, LINE_NOTICE, "OTR is on: verified");
}

/* In whatever order the two come: that what is said next is not encrypted any more is said, and not before it is so. */
static void
test_the_way_into_the_clear_is_told(Fixture *fixture, gconstpointer data)
{
    change(fixture, "otr", ENCRYPTION_ON, "verified", NULL);
    assert_line(fixture, LINE_NOTICE, "OTR is on: verified");
    change(fixture, "otr", ENCRYPTION_OFF, NULL, NULL);
    assert_line(fixture, LINE_NOTICE, "OTR is off");
    change(fixture, "none", ENCRYPTION_OFF, NULL, NULL);
    assert_line(fixture, LINE_NOTICE, "what you say now is not encrypted");
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "otr", ENCRYPTION_ON, "verified", NULL);
    assert_line(fixture, LINE_NOTICE, "OTR is on: verified");
    change(fixture, "none", ENCRYPTION_ON, "verified", NULL);
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "none", ENCRYPTION_OFF, NULL, NULL);
    assert_line(fixture, LINE_NOTICE, "OTR is off: what you say now is not encrypted");
    change(fixture, "otr", ENCRYPTION_OFF, NULL, NULL);
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "none", ENCRYPTION_OFF, NULL, NULL);
    assert_line(fixture, LINE_NOTICE, "what you say now is not encrypted");
}

static void
test_a_reason_is_told_once(Fixture *fixture, gconstpointer data)
{
    change(fixture, "otr", ENCRYPTION_STARTING, NULL, NULL);
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "otr", ENCRYPTION_OFF, NULL, "nobody has answered");
    assert_line(fixture, LINE_WARNING, "OTR: nobody has answered");
    change(fixture, "otr", ENCRYPTION_OFF, NULL, "nobody has answered");
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "otr", ENCRYPTION_STARTING, NULL, NULL);
    assert_line(fixture, LINE_NOTICE, NULL);
    change(fixture, "none", ENCRYPTION_OFF, NULL, "nobody has answered");
    assert_line(fixture, LINE_WARNING, "OTR: nobody has answered");
}

/* I12 */
static void
test_names_are_clean(Fixture *fixture, gconstpointer data)
{
    const char *const groups[] = { NULL };
    Contact *contact = roster_ensure(account_roster(fixture->account), conversation_jid(fixture->conversation));
    LineKind kind;
    contact_set_item(contact, "ali\033[2J\xe2\x80\xae", groups, CONTACT_BOTH, false);
    change(fixture, "otr", ENCRYPTION_ENDED, NULL, NULL);
    assert_line(fixture, LINE_WARNING, "ali^[[2J<U+202E> has ended OTR: nothing is sent until /otr start or /otr end");
    g_autofree char *key = encryption_words_new_key(fixture->conversation, "0123456789abcdef0123456789abcdef01234567");
    g_autofree char *asked = encryption_words_verification(fixture->conversation, VERIFICATION_ASKED, NULL, &kind);
    g_assert_null(strchr(key, '\033'));
    g_assert_null(strchr(asked, '\033'));
}

static void
test_comparing_in_plain_words(Fixture *fixture, gconstpointer data)
{
    static const struct {
        VerificationState state;
        const char *question;
        LineKind kind;
        const char *words;
    } rows[] = {
        { VERIFICATION_ASKED, NULL, LINE_WARNING,
          "alice@example.org asks for a secret you both know: /otr answer SECRET" },
        { VERIFICATION_ASKED, "where did we meet?", LINE_WARNING,
          "alice@example.org asks, to know that it is you: “where did we meet?” /otr answer ANSWER" },
        { VERIFICATION_UNDER_WAY, NULL, LINE_NOTICE, "the secrets are being compared …" },
        { VERIFICATION_SUCCEEDED, NULL, LINE_NOTICE, "the secrets are the same" },
        { VERIFICATION_FAILED, NULL, LINE_ALARM,
          "the secrets differ: one of you mistyped, or somebody else than alice@example.org is there" },
        { VERIFICATION_ABORTED, NULL, LINE_WARNING, "comparing the secrets was given up: nothing has changed" },
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        LineKind kind = LINE_OUTPUT;
        g_autofree char *words =
            encryption_words_verification(fixture->conversation, rows[i].state, rows[i].question, &kind);
        g_assert_cmpstr(words, ==, rows[i].words);
        g_assert_cmpint(kind, ==, rows[i].kind);
    }
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    g_test_init(&argc, &argv, NULL);
    g_test_add("/tui/encryption/every-state-is-told-apart", Fixture, NULL, set_up, test_every_state_is_told_apart,
               tear_down);
    g_test_add("/tui/encryption/a-session-is-told-once", Fixture, NULL, set_up, test_a_session_is_told_once, tear_down);
    g_test_add("/tui/encryption/the-way-into-the-clear-is-told", Fixture, NULL, set_up,
               test_the_way_into_the_clear_is_told, tear_down);
    g_test_add("/tui/encryption/a-reason-is-told-once", Fixture, NULL, set_up, test_a_reason_is_told_once, tear_down);
    g_test_add("/tui/encryption/names-are-clean", Fixture, NULL, set_up, test_names_are_clean, tear_down);
    g_test_add("/tui/encryption/comparing-in-plain-words", Fixture, NULL, set_up, test_comparing_in_plain_words,
               tear_down);
    return g_test_run();
}

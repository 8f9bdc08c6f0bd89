/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The history from the shell: history, search, unread, roster, export, import, and the commands that read it, on the
 * real binary, without a server. */
#include <string.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "support/run_confab.h"
#include "support/server.h"

static const char accounts[] = "[work]\njid = me@example.org\n\n[home]\njid = me@example.net\nenabled = no\n";

typedef struct Fixture {
    char *home;
    char *out; /* of the last run */
    char *errors;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->home = test_directory_new();
    confab_write_accounts(fixture->home, accounts);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    test_directory_remove(fixture->home);
    g_free(fixture->home);
    g_free(fixture->out);
    g_free(fixture->errors);
}

static void
check_in(Fixture *fixture, const char *home, int code, const char *const *argv)
{
    static const char *const environment[] = { "TZ=UTC", NULL };
    Run *run = run_start(home, argv, environment);
    run_type_end(run);
    const int ended = run_wait_exit(run);
    g_free(fixture->out);
    g_free(fixture->errors);
    fixture->out = g_strdup(run_output(run));
    fixture->errors = g_strdup(run_errors(run));
    if (ended != code)
        g_error("%s %s ended with %d, not %d: %s%s", argv[0], argv[1] != NULL ? argv[1] : "", ended, code, fixture->out,
                fixture->errors);
    run_free(run);
}

#define CHECK(fixture, code, ...) check_in(fixture, (fixture)->home, code, (const char *const[]){ __VA_ARGS__, NULL })

/* Writes into the home directory; the caller frees the path. */
static char *
write_file(const Fixture *fixture, const char *name, const char *text)
{
    char *path = g_build_filename(fixture->home, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

#define MESSAGE(second, with, direction, body)                                                                         \
    "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:" second "Z\",\"account\":\"work\",\"id\":\"i" second  \
    "\",\"with\":\"" with "\",\"from\":\"" with "\",\"direction\":\"" direction "\",\"kind\":\"chat\",\"body\":\"" body \
    "\"}\n"

static const char story[] =
    MESSAGE("01", "alice@example.org", "in", "The caf\303\251 opens at noon")
    MESSAGE("02", "alice@example.org", "out", "see you there")
    MESSAGE("03", "bob@example.org", "in", "two\\nlines \\u001b[31mred\\u0007 \\u202e %s%n")
    MESSAGE("04", "alice@example.org", "in", "there is no caf\303\251 there");

static void
seed(Fixture *fixture)
{
    g_autofree char *path = write_file(fixture, "story.jsonl", story);
    CHECK(fixture, 0, "import", "jsonl", path);
    g_assert_cmpstr(fixture->out, ==, "4 added, 0 known already, 0 skipped\n");
    g_assert_cmpstr(fixture->errors, ==, "");
}

static void
assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        g_error("“%s” is not in: %s", part, text);
}

static void
assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        g_error("“%s” is in: %s", part, text);
}

static guint
count_lines(const char *text)
{
    guint count = 0;
    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        count++;
    return count;
}

static void
test_history(Fixture *fixture, gconstpointer data)
{
    seed(fixture);
    CHECK(fixture, 0, "history", "alice@example.org");
    g_assert_cmpstr(fixture->out, ==,
                    "2026-11-22 10:00:01 alice@example.org: The caf\303\251 opens at noon\n"
                    "2026-11-22 10:00:02 me@example.org: see you there\n"
                    "2026-11-22 10:00:04 alice@example.org: there is no caf\303\251 there\n");
    /* A JID is prepared; the resource does not matter; an account may be named. */
    CHECK(fixture, 0, "history", "Alice@Example.Org/phone", "--limit", "1", "-a", "work", "--json");
    g_assert_cmpstr(fixture->out, ==,
                    "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:04.000Z\",\"account\":\"work\",\"id\":"
                    "\"i04\",\"with\":\"alice@example.org\",\"from\":\"alice@example.org\",\"direction\":\"in\",\"kind\":"
                    "\"chat\",\"body\":\"there is no caf\303\251 there\",\"encryption\":\"none\",\"trust\":null,"
                    "\"delayed\":false}\n");
    CHECK(fixture, 0, "history", "alice@example.org", "--after", "2026-11-22T10:00:02Z", "--before",
          "2026-11-22 10:00:04");
    g_assert_cmpstr(fixture->out, ==, "2026-11-22 10:00:02 me@example.org: see you there\n");
    CHECK(fixture, 0, "history", "alice@example.org", "--from", "me@example.org", "--json");
    g_assert_cmpuint(count_lines(fixture->out), ==, 0); /* "from" of the story is Alice's, whoever spoke */
    /* I12: one line a message, nothing that moves a cursor. */
    CHECK(fixture, 0, "history", "bob@example.org");
    g_assert_cmpuint(count_lines(fixture->out), ==, 1);
    assert_lacks(fixture->out, "\033");
    assert_lacks(fixture->out, "\007");
    assert_lacks(fixture->out, "\342\200\256");
    assert_has(fixture->out, "%s%n");
    CHECK(fixture, 0, "history", "bob@example.org", "--json");
    g_assert_cmpuint(count_lines(fixture->out), ==, 1);
    assert_has(fixture->out, "\\u001b[31mred\\u0007");
}

static void
test_mistakes(Fixture *fixture, gconstpointer data)
{
    seed(fixture);
    CHECK(fixture, 66, "history", "nobody@example.org");
    assert_has(fixture->errors, "nobody@example.org");
    CHECK(fixture, 66, "history", "nobody");
    CHECK(fixture, 66, "history", "alice@example.org", "-a", "home");
    CHECK(fixture, 66, "unread", "-a", "nothing");
    CHECK(fixture, 65, "history", "a@@b");
    CHECK(fixture, 65, "history", "alice@example.org", "--before", "soon");
    CHECK(fixture, 65, "search", "--", "...");
    CHECK(fixture, 65, "history", "\377@example.org");
    CHECK(fixture, 64, "history");
    CHECK(fixture, 64, "history", "a@b", "c@d");
    CHECK(fixture, 64, "history", "alice@example.org", "--limit", "-3");
    CHECK(fixture, 64, "search");
    CHECK(fixture, 64, "unread", "alice@example.org");
    CHECK(fixture, 64, "unread", "--limit", "3");
    CHECK(fixture, 64, "export", "--format", "pdf");
    CHECK(fixture, 64, "import", "jsonl");
    CHECK(fixture, 64, "import", "pidgin", "x");
    CHECK(fixture, 66, "import", "jsonl", "/nonexistent/x.jsonl");
    g_assert_true(g_str_has_prefix(fixture->errors, "confab: "));
    g_assert_cmpuint(count_lines(fixture->errors), ==, 1);
    /* What is no database is refused, and stays as it is (I24). */
    g_autofree char *path = write_file(fixture, ".local/share/confab/confab.db", "This is no database, but a letter.");
    CHECK(fixture, 78, "history", "alice@example.org");
    assert_has(fixture->errors, path);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "This is no database, but a letter.");
}

static void
test_search(Fixture *fixture, gconstpointer data)
{
    seed(fixture);
    /* Neither case nor accents matter; all words, in any order. */
    CHECK(fixture, 0, "search", "THERE", "cafe");
    g_assert_cmpstr(fixture->out, ==, "2026-11-22 10:00:04 alice@example.org: there is no caf\303\251 there\n");
    CHECK(fixture, 0, "search", "cafe", "--json", "--limit", "1");
    g_assert_cmpuint(count_lines(fixture->out), ==, 1);
    assert_has(fixture->out, "\"id\":\"i04\"");
    assert_has(fixture->out, "\"marks\":[[12,4]]");
    CHECK(fixture, 0, "search", "there", "--json", "--with", "alice@example.org", "--before", "2026-11-22T10:00:03Z");
    g_assert_cmpuint(count_lines(fixture->out), ==, 1);
    assert_has(fixture->out, "\"state\":\"sent\"");
    CHECK(fixture, 0, "search", "nowhere");
    g_assert_cmpstr(fixture->out, ==, "");
    /* What is typed is never syntax. */
    CHECK(fixture, 0, "search", "NEAR(cafe OR \"AND* )");
}

static void
test_nothing_there(Fixture *fixture, gconstpointer data)
{
    seed(fixture);
    /* Another program's history was read there. */
    CHECK(fixture, 0, "unread", "--json");
    g_assert_cmpstr(fixture->out, ==, "");
    CHECK(fixture, 0, "roster", "--json");
    g_assert_cmpstr(fixture->out, ==, "");
    CHECK(fixture, 0, "unread");
    CHECK(fixture, 0, "roster");
}

/* Runs export into a file of that name. */
static char *
export_from(Fixture *fixture, const char *home)
{
    check_in(fixture, home, 0, (const char *const[]){ "export", NULL });
    return g_strdup(fixture->out);
}

static void
test_round_trip(Fixture *fixture, gconstpointer data)
{
    /* Ids or none, twins in one second, rooms, states, corrections, a clock that jumps. */
    static const char rich[] =
        "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:00.5Z\",\"account\":\"home\",\"with\":\"a@b\","
        "\"direction\":\"in\",\"body\":\"ok\"}\n"
        "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:00.5Z\",\"account\":\"home\",\"with\":\"a@b\","
        "\"direction\":\"in\",\"body\":\"ok\"}\n"
        "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T09:00:00Z\",\"account\":\"home\",\"with\":\"a@b\",\"id\":\"x\","
        "\"direction\":\"out\",\"body\":\"\\\\ \\\" \\u2028 \\u0085 \\t\",\"state\":\"displayed\",\"encryption\":\"otr\","
        "\"trust\":\"verified\"}\n"
        "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:01Z\",\"account\":\"home\",\"with\":\"r@c\",\"from\":"
        "\"r@c/Nick\",\"kind\":\"room\",\"direction\":\"in\",\"body\":\"third\",\"id\":\"y\",\"edits\":2,\"edited\":"
        "\"2026-11-22T10:02:00Z\",\"edit_id\":\"y3\",\"earlier\":[{\"time\":\"2026-11-22T10:00:01Z\",\"body\":\"first\"},"
        "{\"time\":\"2026-11-22T10:01:00Z\",\"body\":\"second\"}]}\n"
        "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:02Z\",\"account\":\"home\",\"with\":\"a@b\",\"id\":\"z\","
        "\"direction\":\"out\",\"body\":\"no\",\"state\":\"failed\",\"reason\":\"refused\",\"origin_id\":\"o\","
        "\"archive_id\":\"77\",\"delayed\":true}\n";
    seed(fixture);
    g_autofree char *path = write_file(fixture, "rich.jsonl", rich);
    CHECK(fixture, 0, "import", "jsonl", path);
    g_assert_cmpstr(fixture->out, ==, "5 added, 0 known already, 0 skipped\n");
    g_autofree char *first = export_from(fixture, fixture->home);
    g_assert_cmpuint(count_lines(first), ==, 9);
    assert_has(first, "\"earlier\":[{\"time\":\"2026-11-22T10:00:01.000Z\",\"body\":\"first\"}");
    assert_has(first, "\"state\":\"failed\",\"reason\":\"refused\"");
    assert_has(first, "\"state\":\"displayed\"");

    /* Nothing twice: neither the source, nor what was exported. */
    CHECK(fixture, 0, "import", "jsonl", path, path);
    g_assert_cmpstr(fixture->out, ==, "0 added, 10 known already, 0 skipped\n");
    g_autofree char *copy = write_file(fixture, "first.jsonl", first);
    CHECK(fixture, 0, "import", "jsonl", copy);
    g_assert_cmpstr(fixture->out, ==, "0 added, 9 known already, 0 skipped\n");
    g_autofree char *second = export_from(fixture, fixture->home);
    g_assert_cmpstr(second, ==, first);

    /* In a new profile it is the same history. */
    g_autofree char *home = test_directory_new();
    confab_write_accounts(home, accounts);
    check_in(fixture, home, 0, (const char *const[]){ "import", "jsonl", copy, NULL });
    g_autofree char *third = export_from(fixture, home);
    g_assert_cmpstr(third, ==, first);
    test_directory_remove(home);
    /* Also one without accounts: then they are called by their JIDs. */
    g_autofree char *bare = test_directory_new();
    check_in(fixture, bare, 0, (const char *const[]){ "import", "jsonl", copy, NULL });
    g_autofree char *fourth = export_from(fixture, bare);
    g_assert_cmpuint(count_lines(fourth), ==, 9);
    assert_has(fourth, "\"account\":\"me@example.net\"");
    check_in(fixture, bare, 0, (const char *const[]){ "history", "a@b", "-a", "me@example.net", "--limit", "1", NULL });
    g_assert_cmpstr(fixture->out, ==, "2026-11-22 10:00:02 me@example.net: no [failed]\n");
    test_directory_remove(bare);
}

static void
test_bad_lines(Fixture *fixture, gconstpointer data)
{
    g_autofree char *mixed = g_strconcat(story, "nonsense\n", NULL);
    g_autofree char *path = write_file(fixture, "mixed.jsonl", mixed);
    CHECK(fixture, 65, "import", "jsonl", path);
    g_assert_cmpstr(fixture->out, ==, "4 added, 0 known already, 1 skipped\n");
    g_autofree char *place = g_strdup_printf("confab: %s:5: ", path);
    assert_has(fixture->errors, place);
    g_autofree char *letter = write_file(fixture, "alice@example.org", "Dear Alice,\n\nhow are you?\n");
    CHECK(fixture, 65, "import", "mcabber", letter, "-a", "work");
    assert_has(fixture->errors, "refused");
    g_assert_cmpuint(count_lines(fixture->errors), ==, 1);
    /* Whose it is must be known. */
    g_autofree char *log = write_file(fixture, "histo/alice@example.org", "MR 20231231T23:00:00Z 000 hi\n");
    CHECK(fixture, 66, "import", "mcabber", log);
    assert_has(fixture->errors, "--account");
}

/* A folder as profanity leaves it, where the database and the text tell the same. */
static void
test_profanity(Fixture *fixture, gconstpointer data)
{
    g_autofree char *log = write_file(fixture, "profanity/chatlogs/me_at_example.org/alice_at_example.org/2026_11_21.log",
                                      "2026-11-21T11:00:00.400000+01:00 - alice@example.org: hi\n"
                                      "2026-11-21T11:00:01+01:00 - me: ho\n"
                                      "2026-11-21T11:00:02+01:00 - me: only in the log\nof text\n");
    g_autofree char *other = write_file(fixture, "profanity/logs/profanity.log", "21/11/2026 10:00:00: prof: INF: x\n");
    g_autofree char *path = g_build_filename(fixture->home, "profanity/database/me_at_example.org/chatlog.db", NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    g_assert_cmpint(
        sqlite3_exec(
            db,
            "CREATE TABLE ChatLogs (id INTEGER PRIMARY KEY AUTOINCREMENT, from_jid TEXT NOT NULL, to_jid TEXT NOT NULL,"
            " from_resource TEXT, to_resource TEXT, message TEXT, timestamp TEXT, type TEXT, stanza_id TEXT, archive_id"
            " TEXT, encryption TEXT, marked_read INTEGER, replace_id TEXT);"
            "INSERT INTO ChatLogs (from_jid, to_jid, from_resource, to_resource, message, timestamp, type, stanza_id,"
            " archive_id, encryption, replace_id) VALUES"
            " ('me@example.org', 'alice@example.org', 'p', '', 'ho', '2026-11-21T11:00:01+01:00', 'chat', 's2', '', 'none', ''),"
            " ('alice@example.org', 'me@example.org', 'p', 'q', 'hi', '2026-11-21T11:00:00.4+01:00', 'chat', 's1', '5', 'omemo', ''),"
            " ('r@c', 'me@example.org', 'Nick', '', 'in a room', '2026-11-21T12:00:00Z', 'muc', 's3', '', 'none', ''),"
            " ('r@c', 'me@example.org', 'Nick', '', 'in the room', '2026-11-21T12:00:05Z', 'muc', 's4', '', 'none', 's3')",
            NULL, NULL, NULL),
        ==, SQLITE_OK);
    sqlite3_close(db);
    g_autofree char *root = g_build_filename(fixture->home, "profanity", NULL);
    CHECK(fixture, 0, "import", "profanity", root);
    g_assert_cmpstr(fixture->out, ==, "5 added, 2 known already, 0 skipped\n");
    CHECK(fixture, 0, "history", "alice@example.org");
    g_assert_cmpstr(fixture->out, ==,
                    "2026-11-21 10:00:00 alice@example.org: hi\n"
                    "2026-11-21 10:00:01 me@example.org: ho\n"
                    "2026-11-21 10:00:02 me@example.org: only in the log^Jof text\n");
    CHECK(fixture, 0, "history", "r@c", "--json");
    g_assert_cmpuint(count_lines(fixture->out), ==, 1);
    assert_has(fixture->out, "\"from\":\"r@c/Nick\"");
    assert_has(fixture->out, "\"body\":\"in the room\"");
    assert_has(fixture->out, "\"edits\":1");
    CHECK(fixture, 0, "import", "profanity", root, log);
    g_assert_cmpstr(fixture->out, ==, "0 added, 10 known already, 0 skipped\n");
    CHECK(fixture, 65, "import", "profanity", other);
}

/* The commands, while the accounts are offline. */
static void
test_commands(Fixture *fixture, gconstpointer data)
{
    seed(fixture);
    CHECK(fixture, 0, "run", "--no-autoconnect", "-e", "/history 2 with alice@example.org", "-e",
          "/search there cafe with alice@example.org after \"100 years\"", "-e", "/lastlog \"^the\" with alice@example.org",
          "-e", "/search \"opens at\"", "-e", "/search see", "-e", "/search nowhere");
    g_assert_cmpstr(fixture->out, ==,
                    "2026-11-22 10:00  me@example.org     see you there\n"
                    "2026-11-22 10:00  alice@example.org  there is no caf\303\251 there\n"
                    "2026-11-22 10:00  alice@example.org  »there« is no »caf\303\251« »there«\n"
                    "2026-11-22 10:00  alice@example.org  there is no caf\303\251 there\n"
                    "2026-11-22 10:00  alice@example.org  The caf\303\251 »opens at« noon\n"
                    "2026-11-22 10:00  me@example.org > alice@example.org  »see« you there\n"
                    "No message has all of these words.\n");
    g_autofree char *path = g_build_filename(fixture->home, "out.jsonl", NULL);
    g_autofree char *line = g_strconcat("/export ", path, " with alice@example.org", NULL);
    CHECK(fixture, 0, "run", "--no-autoconnect", "--json", "-e", line, "-e", "/search cafe before 2026-11-22T10:00:02Z");
    assert_has(fixture->out, "\"rows\":[{\"messages\":\"3\"");
    assert_has(fixture->out, "\"marks\":\"4+4\"");
    assert_has(fixture->out, "\"body\":\"The caf");
    g_autofree char *exported = NULL;
    g_assert_true(g_file_get_contents(path, &exported, NULL, NULL));
    g_assert_cmpuint(count_lines(exported), ==, 3);
    GStatBuf info;
    g_assert_cmpint(g_stat(path, &info), ==, 0);
    g_assert_cmpint(info.st_mode & 0777, ==, 0600); /* I23 */
    /* A file that is there stays. */
    CHECK(fixture, 74, "run", "--no-autoconnect", "-e", line);
    CHECK(fixture, 64, "run", "--no-autoconnect", "-e", "/history");
    CHECK(fixture, 0, "export", "--format", "text", "--with", "bob@example.org");
    g_assert_cmpuint(count_lines(fixture->out), ==, 1);
    CHECK(fixture, 0, "run", "--no-autoconnect", "-e", "/on work /history forget alice@example.org", "-e",
          "/history with alice@example.org");
    assert_has(fixture->out, "what was said with alice@example.org is deleted\n");
    assert_has(fixture->out, "Nothing is kept of alice@example.org");
    CHECK(fixture, 0, "export", "--with", "bob@example.org");
    g_assert_cmpuint(count_lines(fixture->out), ==, 1);
}

static void
expect(Run *run, const char *regex)
{
    g_autofree char *line = run_wait_line(run, regex);
}

/* Enough to keep the store busy for a while. */
static char *
write_many(const Fixture *fixture, guint count)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(text,
                               "{\"event\":\"message\",\"time\":\"20%02u-%02u-%02uT10:00:00Z\",\"account\":\"alice\","
                               "\"with\":\"carol@localhost\",\"direction\":\"%s\",\"id\":\"n%u\",\"body\":\"number %u\"}\n",
                               i / 336 % 20, i / 28 % 12 + 1, i % 28 + 1, i % 2 == 0 ? "in" : "out", i, i);
    return write_file(fixture, "many.jsonl", text->str);
}

/* While an instance runs: what arrived is read by others, its contacts are listed, and an import does not take its
 * place: nothing of either is lost. */
static void
test_beside_an_instance(Fixture *fixture, gconstpointer data)
{
    static const char *const friends[] = { "bob@localhost", NULL };
    static const char *const friends_of_bob[] = { "alice@localhost", NULL };
    static const TestAccount people[] = { { "alice", "a", friends }, { "bob", "b", friends_of_bob }, { 0 } };
    enum { MESSAGES = 40, IMPORTED = 20000 };
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = people });
    if (server == NULL)
        return;
    g_autofree char *alice = confab_account("alice", server_port(server), server_ca_file(server), "a", NULL);
    g_autofree char *bob = confab_account("bob", server_port(server), server_ca_file(server), "b", NULL);
    g_autofree char *home = test_directory_new();
    confab_write_accounts(fixture->home, alice);
    confab_write_accounts(home, bob);
    const char *const run[] = { "run", "--json", NULL };
    Run *hers = run_start(fixture->home, run, NULL);
    Run *his = run_start(home, run, NULL);
    expect(hers, "\"state\":\"online\"");
    run_type(hers, "/ping");
    expect(hers, "\"command\":\"/ping\",\"ok\":true");
    run_type(his, "/msg alice@localhost first");
    expect(hers, "\"direction\":\"in\".*\"body\":\"first\"");

    g_autofree char *path = write_many(fixture, IMPORTED);
    Run *import = run_start(fixture->home, (const char *const[]){ "import", "jsonl", path, NULL }, NULL);
    for (int i = 1; i < MESSAGES; i++) {
        g_autofree char *line = g_strdup_printf("/msg alice@localhost %d", i);
        run_type(his, line);
    }
    expect(hers, "\"direction\":\"in\".*\"body\":\"39\"");
    g_assert_cmpint(run_wait_exit(import), ==, 0);
    g_assert_cmpstr(run_output(import), ==, "20000 added, 0 known already, 0 skipped\n");
    run_free(import);
    run_type(hers, "/msg bob@localhost noted");
    expect(hers, "\"event\":\"delivery\".*\"state\":\"(sent|received)\"");

    CHECK(fixture, 0, "history", "bob@localhost", "--json");
    g_assert_cmpuint(count_lines(fixture->out), ==, MESSAGES + 1);
    CHECK(fixture, 0, "history", "carol@localhost", "--from", "carol@localhost");
    g_assert_cmpuint(count_lines(fixture->out), ==, IMPORTED / 2);
    CHECK(fixture, 0, "search", "number 19999");
    g_assert_cmpuint(count_lines(fixture->out), ==, 1);
    CHECK(fixture, 0, "roster", "--json");
    assert_has(fixture->out, "\"account\":\"alice\",\"with\":\"bob@localhost\"");
    assert_has(fixture->out, "\"subscription\":\"both\"");
    CHECK(fixture, 0, "roster");
    g_assert_cmpuint(count_lines(fixture->out), ==, 1);
    run_type(hers, "/quit");
    g_assert_cmpint(run_wait_exit(hers), ==, 0);
    g_assert_cmpstr(run_errors(hers), ==, "");
    run_free(hers);
    run_free(his);
    test_directory_remove(home);
}

/* What arrived and was not looked at is unread. */
static void
test_unread(Fixture *fixture, gconstpointer data)
{
    static const TestAccount people[] = { { "alice", "a", NULL }, { "bob", "b", NULL }, { 0 } };
    g_autoptr(Server) server = server_start(&(ServerOptions){ .kind = SERVER_PROSODY, .accounts = people });
    if (server == NULL)
        return;
    g_autofree char *alice = confab_account("alice", server_port(server), server_ca_file(server), "a", NULL);
    g_autofree char *bob = confab_account("bob", server_port(server), server_ca_file(server), "b", NULL);
    g_autofree char *home = test_directory_new();
    confab_write_accounts(fixture->home, alice);
    confab_write_accounts(home, bob);
    check_in(fixture, home, 0,
             (const char *const[]){ "run", "-e", "/msg alice@localhost one", "-e", "/msg alice@localhost two", "-e",
                                    "/wait delivered timeout 60", NULL });
    CHECK(fixture, 0, "run", "-e", "/wait message matching \"^two\" timeout 60");
    CHECK(fixture, 0, "unread");
    g_assert_cmpstr(fixture->out, ==, "alice bob@localhost: 2\n");
    CHECK(fixture, 0, "unread", "--json", "-a", "alice");
    g_assert_cmpuint(count_lines(fixture->out), ==, 1);
    assert_has(fixture->out, "{\"v\":1,\"event\":\"unread\",\"time\":\"");
    assert_has(fixture->out, "\"account\":\"alice\",\"with\":\"bob@localhost\",\"count\":2}");
    test_directory_remove(home);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add("/records/" path, Fixture, NULL, set_up, function, tear_down)
    ADD("history", test_history);
    ADD("mistakes", test_mistakes);
    ADD("search", test_search);
    ADD("nothing-there", test_nothing_there);
    ADD("round-trip", test_round_trip);
    ADD("bad-lines", test_bad_lines);
    ADD("profanity", test_profanity);
    ADD("commands", test_commands);
    ADD("beside-an-instance", test_beside_an_instance);
    ADD("unread", test_unread);
    return g_test_run();
}

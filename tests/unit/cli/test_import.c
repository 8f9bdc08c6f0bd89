/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Histories of other programs: what the readers make of real lines, and of nonsense. */
#include <errno.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/when.h"
#include "cli/import_private.h"

typedef struct Fixture {
    char *directory;
    GPtrArray *jids;
    GString *told; /* a line a message, a line a complaint */
    const char *account;
    guint bad_allowed;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->directory = g_dir_make_tmp("confab-import-XXXXXX", NULL);
    g_assert_nonnull(fixture->directory);
    fixture->jids = g_ptr_array_new_with_free_func((GDestroyNotify) jid_unref);
    fixture->told = g_string_new(NULL);
    fixture->account = "me@example.org";
    fixture->bad_allowed = G_MAXUINT;
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *inside = g_build_filename(path, name, NULL);
        remove_tree(inside);
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    remove_tree(fixture->directory);
    g_free(fixture->directory);
    g_ptr_array_unref(fixture->jids);
    g_string_free(fixture->told, TRUE);
}

static const char *
on_account(gpointer data, const char *hint, const char *jid_hint, GError **error)
{
    const Fixture *fixture = data;
    if (jid_hint != NULL && fixture->account == NULL) {
        g_autoptr(Jid) jid = jid_new(jid_hint, NULL);
        g_ptr_array_add(fixture->jids, jid_ref(jid));
        return jid_bare(jid);
    }
    if (fixture->account == NULL)
        g_set_error_literal(error, CONFAB_ERROR, ERROR_NOT_FOUND, "no account");
    return fixture->account;
}

static const Jid *
on_jid(gpointer data, const char *text)
{
    const Fixture *fixture = data;
    Jid *jid = jid_new(text, NULL);
    if (jid != NULL)
        g_ptr_array_add(fixture->jids, jid);
    return jid;
}

static bool
on_message(gpointer data, const RecordsItem *item)
{
    const Fixture *fixture = data;
    const MessageInit *message = &item->message;
    g_autofree char *time = when_format(message->time);
    g_assert_true(g_utf8_validate(message->body, -1, NULL));
    g_autofree char *body = g_strescape(message->body, "\302\240\303\251\342\200\246\357\277\275");
    g_string_append_printf(fixture->told, "%s %s %s%s %s %s: %s\n", item->account, time,
                           message->direction == MESSAGE_OUT ? ">" : "<", item->kind == CONVERSATION_ROOM ? "#" : "",
                           item->with, jid_text(message->from), body);
    return true;
}

static bool
on_bad(gpointer data, guint line, const char *cause)
{
    Fixture *fixture = data;
    g_string_append_printf(fixture->told, "bad %u\n", line);
    return line > 0 && fixture->bad_allowed-- > 1;
}

/* Writes the text into a file and reads it; returns what read() said. */
static bool
read_text(Fixture *fixture, const ImportFormat *format, const char *name, const char *text, gssize length,
          const char *const *nicks)
{
    g_autofree char *path = g_build_filename(fixture->directory, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, length, NULL));
    const ImportSink sink = { .data = fixture,
                              .account = on_account,
                              .jid = on_jid,
                              .message = on_message,
                              .bad = on_bad,
                              .nicks = nicks };
    ImportFile file = { .path = path, .stream = g_fopen(path, "re"), .text = g_string_new(NULL) };
    g_autoptr(GError) error = NULL;
    g_string_truncate(fixture->told, 0);
    const bool done = format->read(&file, &sink, &error);
    fclose(file.stream);
    g_string_free(file.text, TRUE);
    g_assert_true(!done || error == NULL);
    return done;
}

static void
assert_read(Fixture *fixture, const ImportFormat *format, const char *name, const char *text, const char *told)
{
    read_text(fixture, format, name, text, -1, NULL);
    g_assert_cmpstr(fixture->told->str, ==, told);
}

static void
test_mcabber(Fixture *fixture, gconstpointer data)
{
    assert_read(fixture, &import_mcabber, "alice@example.org",
                "SO 20231231T22:59:58Z 000 \n"
                "MR 20231231T23:00:00Z 000 hi\n"
                "MS 20231231T23:00:01Z 002 one\ntwo\n three\n"
                "MI 20231231T23:00:02Z 000 [PGP] x\n"
                "MR 20231231T23:00:03Z 000 <b> is a tag\n"
                "MR 1104537600 000 long ago\n",
                "me@example.org 2023-12-31T23:00:00.000Z < alice@example.org alice@example.org: hi\n"
                "me@example.org 2023-12-31T23:00:01.000Z > alice@example.org me@example.org: one\\ntwo\\n three\n"
                "me@example.org 2023-12-31T23:00:03.000Z < alice@example.org alice@example.org: <b> is a tag\n"
                "me@example.org 2005-01-01T00:00:00.000Z < alice@example.org alice@example.org: long ago\n");
    /* A room: nobody is "S", everybody has a nick. */
    assert_read(fixture, &import_mcabber, "room@conference.example.org",
                "MR 20231231T23:00:00Z 000 <alice b> hi\nMR 20231231T23:00:01Z 000 *me waves\n",
                "me@example.org 2023-12-31T23:00:00.000Z <# room@conference.example.org "
                "room@conference.example.org/alice b: hi\n"
                "me@example.org 2023-12-31T23:00:01.000Z ># room@conference.example.org "
                "room@conference.example.org/me: /me waves\n");
    /* As mcabber 1.1.2 writes it. */
    assert_read(fixture, &import_mcabber, "room1@conference.example.org",
                "MI 20261123T04:53:57Z 000 You have joined as \"ally\"\n"
                "MI 20261123T04:53:57Z 000 The topic has been cleared\n"
                "MR 20261123T04:53:57Z 001 ~ []\n\n"
                "SO 20261123T04:53:57Z 000 \n"
                "MI 20261123T04:54:00Z 000 bobby has joined\n"
                "MR 20261123T04:54:02Z 000 <bobby> in the room\n"
                "MR 20261123T04:54:03Z 000 <bobby> /me in the room\n"
                "MR 20261123T04:54:03Z 000 PRIV#<bobby> psst\n"
                "MR 20261123T04:54:04Z 000 <me> from me\n"
                "MI 20261123T04:54:08Z 000 bobby has left\n",
                "me@example.org 2026-11-23T04:54:02.000Z <# room1@conference.example.org "
                "room1@conference.example.org/bobby: in the room\n"
                "me@example.org 2026-11-23T04:54:03.000Z <# room1@conference.example.org "
                "room1@conference.example.org/bobby: /me in the room\n"
                "me@example.org 2026-11-23T04:54:04.000Z ># room1@conference.example.org "
                "room1@conference.example.org/me: from me\n");
    /* Cut off in the middle of a message. */
    assert_read(fixture, &import_mcabber, "alice@example.org", "MR 20231231T23:00:00Z 005 hi\nthere",
                "me@example.org 2023-12-31T23:00:00.000Z < alice@example.org alice@example.org: hi\\nthere\n");
    assert_read(fixture, &import_mcabber, "alice@example.org",
                "what?\nMR 20231331T23:00:00Z 000 bad month\nMR 20231231T23:00:00Z xyz hi\nMR\n\n", "bad 1\nbad 2\nbad 3\nbad 4\nbad 5\n");
    assert_read(fixture, &import_mcabber, "notes.txt", "MR 20231231T23:00:00Z 000 hi\n", "bad 0\n");
}

static void
test_poezio(Fixture *fixture, gconstpointer data)
{
    assert_read(fixture, &import_poezio, "alice@example.org",
                "MI 20231231T22:00:00Z 000 alice is now online\n"
                "MR 20231231T23:00:00Z 000 <alice> \302\240hi\n"
                "MR 20231231T23:00:01Z 001 <Myself> \302\240one\n two\n"
                "MR 20231231T23:00:02Z 000 <alice>  /me waves\n",
                "me@example.org 2023-12-31T23:00:00.000Z < alice@example.org alice@example.org: hi\n"
                "me@example.org 2023-12-31T23:00:01.000Z > alice@example.org me@example.org: one\\ntwo\n"
                "me@example.org 2023-12-31T23:00:02.000Z < alice@example.org alice@example.org: /me waves\n");
    /* More than two speak: a room. */
    assert_read(fixture, &import_poezio, "room@conference.example.org",
                "MR 20231231T23:00:00Z 000 <a\302\240b>  1\nMR 20231231T23:00:01Z 000 <me>  2\n"
                "MR 20231231T23:00:02Z 000 <c>  3\n",
                "me@example.org 2023-12-31T23:00:00.000Z <# room@conference.example.org "
                "room@conference.example.org/a b: 1\n"
                "me@example.org 2023-12-31T23:00:01.000Z ># room@conference.example.org "
                "room@conference.example.org/me: 2\n"
                "me@example.org 2023-12-31T23:00:02.000Z <# room@conference.example.org "
                "room@conference.example.org/c: 3\n");
    static const char *const nicks[] = { "Q", NULL };
    read_text(fixture, &import_poezio, "bob@example.org", "MR 20231231T23:00:00Z 000 <Q>  1\n", -1, nicks);
    g_assert_cmpstr(fixture->told->str, ==,
                    "me@example.org 2023-12-31T23:00:00.000Z > bob@example.org me@example.org: 1\n");
    assert_read(fixture, &import_poezio, "room@conference.example.org\\nick", "MR 20231231T23:00:00Z 000 <a>  1\n",
                "bad 0\n");
    assert_read(fixture, &import_poezio, "bob@example.org", "MR 20231231T23:00:00Z 000 nobody\nMX\n", "bad 1\nbad 2\n");
}

static void
test_profanity_text(Fixture *fixture, gconstpointer data)
{
    fixture->account = NULL; /* the folder says it */
    assert_read(fixture, &import_profanity, "chatlogs/me_at_example.org/alice_at_example.org/2023_12_31.log",
                "2023-12-31T23:00:00.123456+01:00 - alice@example.org: hi: there\n"
                "2023-12-31T23:00:01Z - me: one\ntwo\n\nfour\n"
                "2023-12-31T23:00:02.000001Z - *alice@example.org waves to me\n"
                "2023-12-31T23:00:03Z - *me waves\n",
                "me@example.org 2023-12-31T22:00:00.123Z < alice@example.org alice@example.org: hi: there\n"
                "me@example.org 2023-12-31T23:00:01.000Z > alice@example.org me@example.org: one\\ntwo\\n\\nfour\n"
                "me@example.org 2023-12-31T23:00:02.000Z < alice@example.org alice@example.org: /me waves to me\n"
                "me@example.org 2023-12-31T23:00:03.000Z > alice@example.org me@example.org: /me waves\n");
    assert_read(fixture, &import_profanity, "chatlogs/me_at_example.org/rooms/r_at_c.example.org/2023_12_31.log",
                "2023-12-31T23:00:00Z - Alice B: hi\n2023-12-31T23:00:01Z - me: ho\n",
                "me@example.org 2023-12-31T23:00:00.000Z <# r@c.example.org r@c.example.org/Alice B: hi\n"
                "me@example.org 2023-12-31T23:00:01.000Z ># r@c.example.org r@c.example.org/me: ho\n");
    /* Long ago: the time alone, of the user's zone, here UTC. */
    assert_read(fixture, &import_profanity, "chatlogs/me_at_example.org/alice_at_example.org/2013_01_02.log",
                "10:11:12 - me: hi\n",
                "me@example.org 2013-01-02T10:11:12.000Z > alice@example.org me@example.org: hi\n");
    assert_read(fixture, &import_profanity, "chatlogs/me_at_example.org/alice_at_example.org/2023_01_01.log",
                "nonsense\nmore\n2023-12-31T23:00:00Z - silence\n", "bad 1\nbad 2\nbad 3\n");
    assert_read(fixture, &import_profanity, "chatlogs/me_at_example.org/r_at_c.example.org_nick/2023_01_01.log",
                "2023-12-31T23:00:00Z - nick: psst\n", "bad 0\n");
}

static void
test_jsonl(Fixture *fixture, gconstpointer data)
{
    assert_read(
        fixture, &import_jsonl, "x.jsonl",
        "{\"v\":1,\"event\":\"message\",\"time\":\"2026-11-22T10:00:00.123Z\",\"account\":\"work\",\"id\":\"1\",\"with\":"
        "\"Alice@Example.ORG\",\"from\":\"alice@example.org/phone\",\"direction\":\"in\",\"kind\":\"chat\",\"body\":"
        "\"\\u00e9\\n\\\"\",\"encryption\":\"otr\",\"trust\":\"verified\",\"delayed\":false}\r\n"
        "\n"
        "{\"v\":1,\"event\":\"unread\",\"time\":\"2026-11-22T10:00:00Z\",\"with\":\"x@y\",\"count\":1}\n"
        "{\"event\":\"message\",\"time\":\"2026-11-22T12:00:00+01:00\",\"with\":\"r@c\",\"direction\":\"out\",\"kind\":"
        "\"room\",\"body\":\"\"}",
        "me@example.org 2026-11-22T10:00:00.123Z < alice@example.org alice@example.org/phone: \303\251\\n\\\"\n"
        "me@example.org 2026-11-22T11:00:00.000Z ># r@c me@example.org: \n");
    assert_read(fixture, &import_jsonl, "x.jsonl",
                "[]\n{\n{}\n\"x\"\n{\"event\":\"message\"}\n{\"v\":2,\"event\":\"message\"}\n"
                "{\"event\":\"message\",\"with\":\"x@y\",\"body\":7,\"time\":\"2026-11-22T10:00:00Z\",\"direction\":\"in\"}\n"
                "{\"event\":\"message\",\"with\":\"@@\",\"body\":\"\",\"time\":\"2026-11-22T10:00:00Z\",\"direction\":\"in\"}\n"
                "{\"event\":\"message\",\"with\":\"x@y\",\"body\":\"\",\"time\":\"yesterday\",\"direction\":\"in\"}\n"
                "{\"event\":\"message\",\"with\":\"x@y\",\"body\":\"\",\"time\":\"2026-11-22T10:00:00Z\",\"direction\":1}\n"
                "{\"event\":\"message\",\"with\":\"x@y\",\"body\":\"\\ud800\",\"time\":\"x\",\"direction\":\"in\"}\n"
                "{\"event\":\"message\",\"with\":\"x@y\",\"body\":\"\377\",\"time\":\"x\",\"direction\":\"in\"}\n",
                "bad 1\nbad 2\nbad 3\nbad 4\nbad 5\nbad 6\nbad 7\nbad 8\nbad 9\nbad 10\nbad 11\nbad 12\n");
}

/* Deep, long, and binary: told or taken, in bounded time and without a crash (I9). */
static void
test_hostile(Fixture *fixture, gconstpointer data)
{
    static const ImportFormat *const formats[] = { &import_jsonl, &import_mcabber, &import_poezio, &import_profanity };
    g_autofree char *deep = g_strnfill(1000000, '[');
    g_autofree char *objects = g_strnfill(1000, '{');
    GRand *random = g_rand_new_with_seed(5);
    char noise[4096];
    for (gsize i = 0; i < sizeof noise; i++)
        noise[i] = (char) g_rand_int(random);
    g_rand_free(random);
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        const char *name = formats[i] == &import_profanity ? "chatlogs/me_at_example.org/a_at_b.org/2023_12_31.log"
                                                            : "alice@example.org";
        read_text(fixture, formats[i], name, deep, -1, NULL);
        g_assert_cmpstr(fixture->told->str, ==, "bad 1\n");
        read_text(fixture, formats[i], name, objects, -1, NULL);
        read_text(fixture, formats[i], name, noise, sizeof noise, NULL);
        read_text(fixture, formats[i], name, "", -1, NULL);
        g_assert_cmpstr(fixture->told->str, ==, "");
        fixture->bad_allowed = 2;
        g_assert_false(read_text(fixture, formats[i], name, "\n?\n?\n?\n?\n", -1, NULL));
        fixture->bad_allowed = G_MAXUINT;
    }
    /* What is no text in a text log stays visible as such, and what it says still arrives. */
    const char bytes[] = "MR 20231231T23:00:00Z 000 a\0b\377c\033[31m\n";
    read_text(fixture, &import_mcabber, "alice@example.org", bytes, sizeof bytes - 1, NULL);
    g_assert_cmpstr(fixture->told->str, ==,
                    "me@example.org 2023-12-31T23:00:00.000Z < alice@example.org alice@example.org: "
                    "a\357\277\275b\357\277\275c\\033[31m\n");
    g_autofree char *word = g_strnfill(IMPORT_LINE_MAX + 100, 'x');
    g_autofree char *line = g_strconcat("MR 20231231T23:00:00Z 000 ", word, "\nMR 20231231T23:00:00Z 000 ok\n", NULL);
    read_text(fixture, &import_mcabber, "alice@example.org", line, -1, NULL);
    g_assert_cmpstr(fixture->told->str, ==,
                    "bad 1\nme@example.org 2023-12-31T23:00:00.000Z < alice@example.org alice@example.org: ok\n");
}

int
main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
#define ADD(path, function) g_test_add("/import/" path, Fixture, NULL, set_up, function, tear_down)
    ADD("mcabber", test_mcabber);
    ADD("poezio", test_poezio);
    ADD("profanity-text", test_profanity_text);
    ADD("jsonl", test_jsonl);
    ADD("hostile", test_hostile);
    return g_test_run();
}

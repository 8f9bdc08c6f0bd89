/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two people type the commands of encryption, each at their own end of a wire. */
#include "otr_wire.h"

#include <string.h>

#include "base/error.h"
#include "command/registry.h"

/* Somebody at one end. */
typedef struct Typist {
    Wire *wire;
    int end;
    Registry *registry;
    bool in_console;
    GString *printed; /* of the last line */
    char *outcome;    /* "ok" or "CODE MESSAGE"; NULL: not over */
    char *line;       /* as it is kept */
} Typist;

typedef struct Table {
    Wire *wire;
    Typist typists[2];
} Table;

static Conversation *
front_conversation(gpointer front)
{
    Typist *typist = front;
    return typist->in_console ? NULL : wire_conversation(typist->wire, typist->end);
}

static void
front_show(gpointer front, Conversation *conversation)
{
    ((Typist *) front)->in_console = false;
}

static void
front_print(gpointer front, const CommandCall *call, OutputKind kind, const char *line, int hang)
{
    g_string_append_printf(((Typist *) front)->printed, "%s\n", line);
}

static Table *
table_new_with(const char *config)
{
    static const Frontend frontend = {
        .conversation = front_conversation, .show = front_show, .print = front_print };
    Table *table = g_new0(Table, 1);
    table->wire = wire_new_with(config, "both");
    for (int i = 0; i < 2; i++) {
        Typist *typist = &table->typists[i];
        typist->wire = table->wire;
        typist->end = i;
        typist->printed = g_string_new(NULL);
        typist->registry = registry_new(table->wire->flows[i]->client, &frontend, typist);
    }
    return table;
}

static void
table_free(Table *table)
{
    for (int i = 0; i < 2; i++) {
        registry_free(table->typists[i].registry);
        g_string_free(table->typists[i].printed, TRUE);
        g_free(table->typists[i].outcome);
        g_free(table->typists[i].line);
    }
    wire_free(table->wire);
    g_free(table);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

static void
on_finished(const CommandCall *call, const GError *error, gpointer data)
{
    Typist *typist = data;
    g_assert_null(typist->outcome);
    typist->outcome = error == NULL ? g_strdup("ok") : g_strdup_printf("%d %s", error->code, error->message);
    typist->line = g_strdup(command_call_line(call));
}

/* Types a line; what it begins may go on. */
static Typist *
begin_line(Table *table, int end, const char *line)
{
    Typist *typist = &table->typists[end];
    g_string_truncate(typist->printed, 0);
    g_clear_pointer(&typist->outcome, g_free);
    g_clear_pointer(&typist->line, g_free);
    registry_execute(typist->registry, line, on_finished, typist);
    wire_pump(table->wire);
    return typist;
}

static bool
is_over(gpointer data)
{
    return ((Typist *) data)->outcome != NULL;
}

/* Types a line and waits for its end; how it ended. */
static const char *
type(Table *table, int end, const char *line)
{
    Typist *typist = begin_line(table, end, line);
    flow_wait(is_over, typist);
    wire_pump(table->wire);
    return typist->outcome;
}

/* … and it must work; what was printed. */
static const char *
show(Table *table, int end, const char *line)
{
    g_assert_cmpstr(type(table, end, line), ==, "ok");
    return table->typists[end].printed->str;
}

/* … and it must fail, with this code and a text with this in it. */
static void
refuse(Table *table, int end, const char *line, int code, const char *why)
{
    const char *outcome = type(table, end, line);
    g_test_message("%s: %s", line, outcome);
    g_assert_cmpint((int) g_ascii_strtoll(outcome, NULL, 10), ==, code);
    g_assert_nonnull(strstr(outcome, why));
    g_assert_null(strchr(outcome, '\n'));
}

/* A line of a table that has both. */
static void
assert_row(const char *printed, const char *first, const char *second)
{
    g_auto(GStrv) lines = g_strsplit(printed, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (strstr(*line, first) != NULL && strstr(*line, second) != NULL)
            return;
    }
    g_error("no line has both “%s” and “%s”:\n%s", first, second, printed);
}

/* The fingerprint of the own key of an end, as 40 digits. */
static char *
own_fingerprint(Table *table, int end)
{
    g_autoptr(GPtrArray) keys = encryption_keys(table->wire->ends[end]->session, NULL, NULL);
    g_assert_nonnull(keys);
    for (guint i = 0; i < keys->len; i++) {
        const EncryptionKey *key = g_ptr_array_index(keys, i);
        if (key->peer == NULL)
            return g_strdup(key->fingerprint);
    }
    g_assert_not_reached();
}

/* /otr start is over when the session is on; every view tells the same. */
static void
test_session(void)
{
    g_autoptr(Table) table = table_new_with("");
    assert_row(show(table, 0, "/encrypt"), "bob@example.org", "none");
    assert_row(show(table, 0, "/otr status"), "state", "none");
    g_assert_cmpstr(type(table, 0, "/otr start"), ==, "ok");
    g_assert_cmpint(wire_state(table->wire, 0)->state, ==, ENCRYPTION_ON);
    const char *status = show(table, 0, "/otr status");
    assert_row(status, "intent", "otr");
    assert_row(status, "state", "encrypted");
    assert_row(status, "trust", "untrusted");
    assert_row(status, "version", "3");
    assert_row(status, "device", "bob@example.org/desk");
    assert_row(status, "policy", "manual");
    assert_row(show(table, 0, "/encrypt"), "otr", "encrypted");
    g_assert_cmpstr(type(table, 0, "/wait encrypted timeout 0"), ==, "ok");
    g_assert_cmpstr(type(table, 0, "a secret between us"), ==, "ok");
    g_assert_cmpstr(wire_last(table->wire, 1)->body, ==, "a secret between us");
    wire_assert_unseen(table->wire, "a secret");
    g_assert_cmpstr(type(table, 0, "/otr refresh"), ==, "ok");
    g_assert_cmpint(wire_state(table->wire, 0)->state, ==, ENCRYPTION_ON);
    g_assert_cmpstr(type(table, 0, "/otr end"), ==, "ok");
    assert_row(show(table, 0, "/otr status"), "state", "none");
    assert_row(show(table, 1, "/otr status"), "state", "ended");
    refuse(table, 1, "said too late", ERROR_ENCRYPTION, "/otr end");
    g_assert_cmpstr(type(table, 1, "/otr end"), ==, "ok");
    assert_row(show(table, 1, "/encrypt"), "none", "none");
}

/* From the console it opens the conversation. */
static void
test_from_the_console(void)
{
    g_autoptr(Table) table = table_new_with("");
    table->typists[0].in_console = true;
    static const char *const lines[] = { "/encrypt otr", "/otr start", "/otr end", "/otr refresh", "/otr status",
                                         "/otr trust", "/otr untrust", "/otr secret x", "/otr question a b",
                                         "/otr answer x", "/otr abort" };
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        refuse(table, 0, lines[i], ERROR_USAGE, "open one with /msg");
    g_assert_cmpstr(type(table, 0, "/otr start bob@example.org"), ==, "ok");
    g_assert_false(table->typists[0].in_console);
    g_assert_cmpint(wire_state(table->wire, 0)->state, ==, ENCRYPTION_ON);
}

/* What a conversation insists on waits for its session, and goes nowhere without. I21 */
static void
test_encrypt(void)
{
    g_autoptr(Table) table = table_new_with("");
    g_assert_cmpstr(type(table, 0, "/encrypt otr"), ==, "ok");
    g_assert_cmpstr(type(table, 0, "the first words"), ==, "ok");
    g_assert_cmpstr(type(table, 0, "/wait encrypted from bob@example.org"), ==, "ok");
    g_assert_cmpstr(wire_last(table->wire, 1)->body, ==, "the first words");
    wire_assert_unseen(table->wire, "first words");
    g_assert_cmpstr(type(table, 0, "/encrypt none"), ==, "ok");
    assert_row(show(table, 0, "/encrypt"), "none", "none");
    refuse(table, 0, "/encrypt rot13", ERROR_USAGE, "rot13");
}

/* Nobody is encrypted: not in time, and never. */
static void
test_wait(void)
{
    g_autoptr(Table) table = table_new_with("");
    refuse(table, 0, "/wait encrypted timeout 0", ERROR_ENCRYPTION, "encrypted");
    refuse(table, 0, "/wait encrypted from bob@example.org timeout 0.01", ERROR_ENCRYPTION, "0.01 s");
    Typist *me = begin_line(table, 0, "/wait encryption matching ^encrypted timeout 10");
    g_assert_null(me->outcome);
    g_assert_cmpstr(type(table, 1, "/otr start"), ==, "ok");
    flow_wait(is_over, me);
    g_assert_cmpstr(me->outcome, ==, "ok");
    g_assert_cmpstr(type(table, 0, "/wait encrypted from bob@example.org timeout 0"), ==, "ok");
    refuse(table, 0, "/wait encrypted from carol@example.org timeout 0", ERROR_ENCRYPTION, "encrypted");
}

/* The condition is told when it becomes true, and when it cannot become true any more, both before the time is up. */
static void
test_wait_is_told(void)
{
    g_autoptr(Table) table = table_new_with("");
    Typist *me = begin_line(table, 0, "/wait encrypted from bob@example.org timeout 1000");
    g_assert_null(me->outcome);
    g_assert_cmpstr(type(table, 1, "/otr start"), ==, "ok");
    flow_wait(is_over, me);
    g_assert_cmpstr(me->outcome, ==, "ok");
    g_assert_cmpstr(type(table, 0, "/otr end"), ==, "ok");
    g_assert_cmpstr(type(table, 1, "/otr end"), ==, "ok");
    /* Bob's program is told not to answer. */
    g_assert_cmpstr(type(table, 1, "/otr policy never"), ==, "ok");
    begin_line(table, 0, "/wait encrypted from bob@example.org timeout 1000");
    g_assert_null(me->outcome);
    g_autoptr(GError) error = NULL;
    encryption_start(table->wire->flows[0]->client, wire_conversation(table->wire, 0), "otr", NULL, NULL, &error);
    g_assert_no_error(error);
    wire_pump(table->wire);
    flow_wait(is_over, me);
    g_assert_true(g_str_has_prefix(me->outcome, "79 /wait: bob@example.org did not answer"));
    refuse(table, 0, "/otr start", ERROR_ENCRYPTION, "did not answer");
}

static void
test_policy(void)
{
    g_autoptr(Table) table = table_new_with("");
    assert_row(show(table, 0, "/otr policy"), "otr.policy", "manual");
    g_assert_cmpstr(type(table, 0, "/otr policy never"), ==, "ok");
    assert_row(show(table, 0, "/otr policy"), "otr.policy", "never");
    refuse(table, 0, "/otr start", ERROR_ENCRYPTION, "/otr policy manual");
    refuse(table, 0, "/encrypt otr", ERROR_ENCRYPTION, "/otr policy manual");
    refuse(table, 0, "/otr policy sometimes", ERROR_USAGE, "opportunistic");
    /* In the console it is for everybody else. */
    table->typists[0].in_console = true;
    assert_row(show(table, 0, "/otr policy"), "otr.policy", "manual");
    g_assert_cmpstr(type(table, 0, "/otr policy opportunistic"), ==, "ok");
    assert_row(show(table, 0, "/otr policy"), "otr.policy", "opportunistic");
    table->typists[0].in_console = false;
    assert_row(show(table, 0, "/otr policy"), "otr.policy", "never");
    g_assert_cmpstr(type(table, 0, "/otr policy always"), ==, "ok");
    refuse(table, 0, "/encrypt none", ERROR_ENCRYPTION, "/otr policy manual");
}

static void
test_fingerprints(void)
{
    g_autoptr(Table) table = table_new_with("");
    g_autofree char *mine = own_fingerprint(table, 0);
    g_autofree char *theirs = own_fingerprint(table, 1);
    g_autofree char *mine_text = encryption_fingerprint_text(mine);
    g_autofree char *theirs_text = encryption_fingerprint_text(theirs);
    assert_row(show(table, 0, "/otr fingerprint"), "me@example.org", mine_text);
    g_assert_null(strstr(table->typists[0].printed->str, theirs_text));
    g_assert_cmpstr(type(table, 0, "/otr start"), ==, "ok");
    const char *both = show(table, 0, "/otr fingerprint");
    assert_row(both, "own", mine_text);
    assert_row(both, "bob@example.org", theirs_text);
    const char *picture = show(table, 0, "/otr fingerprint qr");
    g_autofree char *lower = g_ascii_strdown(mine, -1);
    assert_row(picture, "xmpp:me@example.org?", lower);
    g_assert_true(strstr(picture, "█") != NULL || strstr(picture, "libqrencode") != NULL);
}

/* A key is made when there is none; so long the line waits. */
static void
test_makes_a_key(void)
{
    char *lent = g_steal_pointer(&wire_keys[0]);
    g_autoptr(Table) table = table_new_with("");
    wire_keys[0] = lent;
    Typist *me = &table->typists[0];
    registry_execute(me->registry, "/otr fingerprint", on_finished, me);
    g_assert_null(me->outcome);
    flow_wait(is_over, me);
    g_assert_cmpstr(me->outcome, ==, "ok");
    g_autofree char *mine = own_fingerprint(table, 0);
    g_autofree char *text = encryption_fingerprint_text(mine);
    assert_row(me->printed->str, "me@example.org", text);
}

/* Trust by fingerprint: the one in use, a beginning, all digits, one never seen. */
static void
test_trust(void)
{
    g_autoptr(Table) table = table_new_with("");
    g_autofree char *theirs = own_fingerprint(table, 1);
    g_autofree char *beginning = g_strndup(theirs, 8);
    refuse(table, 0, "/otr trust", ERROR_NOT_FOUND, "bob@example.org");
    refuse(table, 0, "/otr trust 1234", ERROR_BAD_INPUT, "1234");
    refuse(table, 0, "/otr trust 12345678", ERROR_NOT_FOUND, "/trust list");
    refuse(table, 0, "/trust add bob@example.org nonsense!", ERROR_NOT_FOUND, "NONSENSE!");
    g_assert_cmpstr(type(table, 0, "/otr start"), ==, "ok");
    g_assert_cmpstr(type(table, 0, "/otr trust"), ==, "ok");
    g_assert_cmpstr(wire_state(table->wire, 0)->trust, ==, "verified");
    assert_row(show(table, 0, "/otr status"), "trust", "verified");
    g_assert_cmpstr(type(table, 0, "/wait trust from bob@example.org matching verified timeout 0"), ==, "ok");
    g_assert_cmpstr(type(table, 0, "/otr untrust"), ==, "ok");
    g_assert_cmpstr(wire_state(table->wire, 0)->trust, ==, "untrusted");
    g_autofree char *add = g_strdup_printf("/trust add bob@example.org %s", beginning);
    g_assert_cmpstr(type(table, 0, add), ==, "ok");
    const char *list = show(table, 0, "/trust list");
    g_autofree char *text = encryption_fingerprint_text(theirs);
    assert_row(list, "bob@example.org", text);
    assert_row(list, "bob@example.org", "yes");
    assert_row(list, "me@example.org", "own");
    g_autofree char *all = g_strdup_printf("/trust remove bob@example.org %s", theirs);
    g_assert_cmpstr(type(table, 0, all), ==, "ok");
    g_assert_cmpstr(wire_state(table->wire, 0)->trust, ==, "untrusted");
    /* On the telephone one can be earlier than the first session. */
    g_assert_cmpstr(type(table, 0, "/trust add carol@example.org 00112233 44556677 8899AABB CCDDEEFF 01234567"), ==,
                    "ok");
    list = show(table, 0, "/trust list carol@example.org");
    assert_row(list, "carol@example.org", "00112233 44556677 8899AABB CCDDEEFF 01234567");
    g_assert_null(strstr(list, "bob@example.org"));
}

/* Secrets are compared, and kept nowhere. I23 */
static void
test_secrets(void)
{
    g_autoptr(Table) table = table_new_with("");
    refuse(table, 0, "/otr secret hunter2", ERROR_ENCRYPTION, "/otr start");
    g_assert_cmpstr(type(table, 0, "/otr start"), ==, "ok");
    static const struct {
        const char *line, *kept;
        int end;
    } cases[] = {
        { "/otr secret hunter2 \"hunter2", "/otr secret ****", 0 },
        { "/otr answer hunter2 \"hunter2", "/otr answer ****", 1 },
        { "/otr question \"What is it?\" hunter2", "/otr question \"What is it?\" ****", 0 },
        { "/otr answer hunter2", "/otr answer ****", 1 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpstr(type(table, cases[i].end, cases[i].line), ==, "ok");
        g_assert_cmpstr(table->typists[cases[i].end].line, ==, cases[i].kept);
        g_assert_null(strstr(table->typists[cases[i].end].printed->str, "hunter2"));
    }
    wire_assert_unseen(table->wire, "hunter2");
    for (int end = 0; end < 2; end++)
        g_assert_cmpstr(wire_state(table->wire, end)->trust, ==, "verified");
    g_assert_cmpstr(type(table, 0, "/wait smp matching ^succeeded timeout 0"), ==, "ok");
    /* A line inside a line hides it in both. */
    g_assert_cmpstr(type(table, 0, "/on work /otr secret hunter2"), ==, "ok");
    g_assert_cmpstr(table->typists[0].line, ==, "/on ****");
    g_assert_cmpstr(type(table, 1, "/otr abort"), ==, "ok");
    /* One that is used wrongly, too. */
    type(table, 0, "/otr question hunter2");
    g_assert_null(strstr(table->typists[0].outcome, "hunter2"));
}

/* Who answers something else is not trusted. */
static void
test_wrong_secret(void)
{
    g_autoptr(Table) table = table_new_with("");
    g_assert_cmpstr(type(table, 0, "/otr start"), ==, "ok");
    g_assert_cmpstr(type(table, 0, "/otr secret blue"), ==, "ok");
    g_assert_cmpstr(type(table, 1, "/wait smp matching ^asked timeout 0"), ==, "ok");
    g_assert_cmpstr(type(table, 1, "/otr answer green"), ==, "ok");
    g_assert_cmpstr(type(table, 0, "/wait smp matching ^failed timeout 0"), ==, "ok");
    g_assert_cmpstr(wire_state(table->wire, 0)->trust, ==, "untrusted");
    refuse(table, 1, "/otr answer blue", ERROR_FAILED, "has asked for no secret");
}

/* What was never asked for, files that are not there, somebody unknown. */
static void
test_mistakes(void)
{
    g_autoptr(Table) table = table_new_with("");
    refuse(table, 0, "/otr import emacs", ERROR_USAGE, "pidgin");
    g_autofree char *import = g_strdup_printf("/otr import pidgin %s/nothing", table->wire->flows[0]->directory);
    refuse(table, 0, import, ERROR_NOT_FOUND, "nothing");
    refuse(table, 0, "/otr trust zzzzzzzzz", ERROR_NOT_FOUND, "ZZZZZZZZZ");
    g_assert_cmpstr(type(table, 0, "/otr end"), ==, "ok");
    session_disconnect(table->wire->ends[0]->session, NULL);
    wait_offline(table->wire->ends[0]);
    refuse(table, 0, "/otr start", ERROR_UNREACHABLE, "/connect");
    assert_row(show(table, 0, "/otr status"), "with", "bob@example.org");
    assert_row(show(table, 0, "/trust list"), "me@example.org", "own");
}

/* The topic explains, then its commands follow. */
static void
test_help(void)
{
    g_autoptr(Table) table = table_new_with("");
    const char *help = show(table, 0, "/help encryption");
    static const char *const told[] = { "Trust:", "fingerprint", "secret", "“=”", "“~”", "“!”", "“?”", "/otr start [JID]",
                                        "/trust list [JID]" };
    for (gsize i = 0; i < G_N_ELEMENTS(told); i++)
        g_assert_nonnull(strstr(help, told[i]));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wire_make_keys();
    g_test_add_func("/flow/encryption-commands/session", test_session);
    g_test_add_func("/flow/encryption-commands/from-the-console", test_from_the_console);
    g_test_add_func("/flow/encryption-commands/encrypt", test_encrypt);
    g_test_add_func("/flow/encryption-commands/wait", test_wait);
    g_test_add_func("/flow/encryption-commands/wait-is-told", test_wait_is_told);
    g_test_add_func("/flow/encryption-commands/policy", test_policy);
    g_test_add_func("/flow/encryption-commands/fingerprints", test_fingerprints);
    g_test_add_func("/flow/encryption-commands/makes-a-key", test_makes_a_key);
    g_test_add_func("/flow/encryption-commands/trust", test_trust);
    g_test_add_func("/flow/encryption-commands/secrets", test_secrets);
    g_test_add_func("/flow/encryption-commands/wrong-secret", test_wrong_secret);
    g_test_add_func("/flow/encryption-commands/mistakes", test_mistakes);
    g_test_add_func("/flow/encryption-commands/help", test_help);
    const int result = g_test_run();
    wire_forget_keys();
    return result;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real binary against a server that lies, floods and breaks every rule. */
#include <signal.h>
#include <string.h>

#include "support/evil_server.h"
#include "support/run_confab.h"
#include "support/scram_server.h"
#include "support/server.h"

#define SECRET "correct horse"
#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"

/* A headless client with an account at the server; its script goes on after a line that failed. */
typedef struct Victim {
    Evil *evil;
    char *home;
    Run *run;
} Victim;

static Run *
victim_start(Victim *victim)
{
    victim->run = run_start(victim->home, (const char *const[]){ "run", "--json", NULL }, NULL);
    run_type(victim->run, "/set script.on-error continue");
    return victim->run;
}

static void
victim_init(Victim *victim, EvilScript script, gpointer data)
{
    victim->evil = evil_new(script, data);
    victim->home = test_directory_new();
    g_autofree char *account =
        confab_account("user", evil_port(victim->evil), evil_ca_file(victim->evil), SECRET, NULL);
    confab_write_accounts(victim->home, account);
    victim_start(victim);
}

static void
victim_clear(Victim *victim)
{
    run_free(victim->run);
    evil_free(victim->evil);
    test_directory_remove(victim->home);
    g_free(victim->home);
}

/* Nothing of the password has been said, in any spelling of PLAIN or XEP-0078. */
static void
assert_no_secret(Victim *victim)
{
    g_autofree char *heard = evil_heard(victim->evil);
    const char plain[] = "\0user\0" SECRET;
    g_autofree char *base64 = g_base64_encode((const guchar *) plain, sizeof plain - 1);
    g_assert_null(strstr(heard, base64));
    g_assert_null(strstr(heard, SECRET));
    g_assert_null(strstr(heard, "jabber:iq:auth"));
    g_assert_null(strstr(heard, "PLAIN"));
}

static gsize
resident_kib(Run *run)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int) run_pid(run));
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *line = strstr(text, "VmHWM:");
    g_assert_nonnull(line);
    return (gsize) g_ascii_strtoull(line + strlen("VmHWM:"), NULL, 10);
}

/* It is alive, and ends when it is told to. */
static void
assert_quits(Victim *victim)
{
    run_type(victim->run, "/print alive");
    g_free(run_wait_line(victim->run, "alive"));
    run_type(victim->run, "/quit");
    g_assert_cmpint(run_wait_exit(victim->run), <, 128);
}

/* --- before TLS --- */

static void
script_features(Evil *evil, gpointer data)
{
    if (evil_open_stream(evil, data))
        evil_listen(evil);
}

static void
script_refused(Evil *evil, gpointer data)
{
    if (evil_open_stream(evil, data) && evil_hear(evil, "<starttls") && evil_hear(evil, ">")
        && evil_say(evil, "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"))
        evil_listen(evil);
}

/* I1 */
static void
test_no_tls(void)
{
    static const char mechanisms[] =
        "<mechanisms xmlns='" NS_SASL "'><mechanism>PLAIN</mechanism><mechanism>SCRAM-SHA-1</mechanism></mechanisms>";
    static const char old[] = "<auth xmlns='http://jabber.org/features/iq-auth'/>";
    static const char tls[] = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    g_autofree char *both = g_strconcat(tls, mechanisms, old, NULL);
    const struct { EvilScript script; const char *features; } cases[] = {
        { script_features, mechanisms },
        { script_features, old },
        { script_features, "" },
        { script_refused, both },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Victim victim;
        victim_init(&victim, cases[i].script, (gpointer) cases[i].features);
        run_type(victim.run, "/connect user");
        g_free(run_wait_line(victim.run, "\"state\":\"offline\""));
        assert_no_secret(&victim);
        assert_quits(&victim);
        g_autofree char *heard = evil_heard(victim.evil);
        g_assert_null(strstr(heard, "<auth"));
        victim_clear(&victim);
    }
}

static void
script_injected(Evil *evil, gpointer data)
{
    if (evil_open_stream(evil, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>") && evil_hear(evil, "<starttls")
        && evil_hear(evil, ">")
        && evil_say(evil, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
                          "<message from='eve@localhost' type='chat'><body>injected</body></message>"))
        evil_listen(evil);
}

/* I2 */
static void
test_injection(void)
{
    Victim victim;
    victim_init(&victim, script_injected, NULL);
    run_type(victim.run, "/connect user");
    g_free(run_wait_line(victim.run, "\"state\":\"offline\""));
    g_assert_null(strstr(run_output(victim.run), "injected"));
    assert_no_secret(&victim);
    assert_quits(&victim);
    victim_clear(&victim);
}

/* --- the login --- */

typedef struct Lie {
    const char *final; /* instead of the right <success/> content; NULL: the right one; "": none */
    const char *nonce; /* instead of ours and the client's */
    guint iterations;
} Lie;

#define OFFER_SCRAM "<mechanisms xmlns='" NS_SASL "'><mechanism>SCRAM-SHA-256</mechanism></mechanisms>"

/* The text of the element whose end tag was heard. */
static char *
last_text(Evil *evil)
{
    const char *end = g_strrstr(evil_last(evil), "</");
    const char *start = end;
    while (start > evil_last(evil) && start[-1] != '>')
        start--;
    return g_strndup(start, (gsize) (end - start));
}

static void
script_scram(Evil *evil, gpointer data)
{
    const Lie *lie = data;
    if (!evil_start_tls(evil) || !evil_open_stream(evil, OFFER_SCRAM) || !evil_hear(evil, "</auth>"))
        return;
    g_autoptr(ScramServer) scram = scram_server_new(G_CHECKSUM_SHA256, SECRET);
    scram->iterations = lie->iterations != 0 ? lie->iterations : 4096;
    g_autofree char *initial = last_text(evil);
    g_autofree char *first = scram_server_first_base64(scram, initial);
    if (lie->nonce != NULL) {
        g_autofree char *text = g_strdup_printf("r=%s,s=QSXCR+Q6sek8bf92,i=4096", lie->nonce);
        g_free(first);
        first = g_base64_encode((const guchar *) text, strlen(text));
    }
    if (!evil_say(evil, "<challenge xmlns='" NS_SASL "'>%s</challenge>", first) || !evil_hear(evil, "</response>"))
        return;
    g_autofree char *response = last_text(evil);
    g_autofree char *final = scram_server_final_base64(scram, response);
    if (evil_say(evil, "<success xmlns='" NS_SASL "'>%s</success>", lie->final != NULL ? lie->final : final))
        evil_listen(evil);
}

/* I4: the server that does not prove itself gets no session, and no second try with something weaker. */
static void
test_scram_lies(void)
{
    static const Lie lies[] = {
        { .final = "" },
        { .final = "dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9" }, /* v=AAAA… */
        { .final = "ZT1vdGhlci1lcnJvcg==" },                                     /* e=other-error */
        { .nonce = "nothingofyours" },
        { .iterations = 1 },
        { .iterations = 2000000000 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(lies); i++) {
        Victim victim;
        victim_init(&victim, script_scram, (gpointer) &lies[i]);
        run_type(victim.run, "/unset script.on-error");
        run_type(victim.run, "/wait connected timeout 60");
        g_assert_cmpint(run_wait_exit(victim.run), ==, 77);
        g_assert_null(strstr(run_output(victim.run), "\"state\":\"online\""));
        g_assert_cmpint(evil_connections(victim.evil), ==, 1);
        assert_no_secret(&victim);
        victim_clear(&victim);
    }
}

/* I5: the work of a login never holds up the user. */
static void
test_slow_scram(void)
{
    static const Lie slow = { .iterations = 10000000 };
    Victim victim;
    victim_init(&victim, script_scram, (gpointer) &slow);
    run_type(victim.run, "/connect user");
    g_free(run_wait_line(victim.run, "\"state\":\"authenticating\""));
    run_type(victim.run, "/print still here");
    g_free(run_wait_line(victim.run, "still here"));
    const gint64 then = g_get_monotonic_time();
    run_type(victim.run, "/quit");
    g_assert_cmpint(run_wait_exit(victim.run), <, 128);
    g_test_message("/quit took %d ms", (int) ((g_get_monotonic_time() - then) / 1000));
    g_autofree char *heard = evil_heard(victim.evil);
    g_assert_null(strstr(heard, "<response")); /* it ended in the middle of it */
    victim_clear(&victim);
}

typedef struct Downgrade {
    int count;
} Downgrade;

/* SCRAM the first time, PLAIN from then on. */
static void
script_downgrade(Evil *evil, gpointer data)
{
    static const Lie honest = { 0 };
    Downgrade *state = data;
    if (state->count++ == 0)
        script_scram(evil, (gpointer) &honest);
    else
        evil_log_in(evil);
}

/* I4: weaker than once used is refused, also after a restart. */
static void
test_downgrade(void)
{
    Downgrade state = { 0 };
    Victim victim;
    victim_init(&victim, script_downgrade, &state);
    run_type(victim.run, "/connect user");
    g_free(run_wait_line(victim.run, "\"state\":\"authenticating\""));
    while (true) { /* until the proof was accepted: the stream is opened again */
        g_autofree char *heard = evil_heard(victim.evil);
        const char *response = strstr(heard, "</response>");
        if (response != NULL && strstr(response, "<stream:stream") != NULL)
            break;
        g_usleep(1000);
    }
    run_type(victim.run, "/disconnect");
    g_free(run_wait_line(victim.run, "\"state\":\"offline\""));
    run_type(victim.run, "/quit");
    g_assert_cmpint(run_wait_exit(victim.run), <, 128);
    run_free(victim.run);
    victim_start(&victim);
    run_type(victim.run, "/unset script.on-error");
    run_type(victim.run, "/wait connected timeout 60");
    g_assert_cmpint(run_wait_exit(victim.run), ==, 77);
    assert_no_secret(&victim);
    victim_clear(&victim);
}

/* --- online --- */

typedef struct Flood {
    const char *text;
    gsize bytes;      /* of one message's body instead */
    guint contacts;   /* roster pushes instead */
} Flood;

static void
script_online(Evil *evil, gpointer data)
{
    const Flood *flood = data;
    if (!evil_log_in(evil))
        return;
    if (flood->text != NULL)
        evil_say(evil, "%s", flood->text);
    if (flood->bytes > 0) {
        g_autofree char *filler = g_strnfill(65536, 'x');
        evil_say(evil, "<message from='eve@localhost' type='chat'><body>");
        for (gsize sent = 0; sent < flood->bytes && evil_say_bytes(evil, filler, 65536); sent += 65536)
            continue;
        evil_say(evil, "</body></message>");
    }
    for (guint i = 0; i < flood->contacts; i++) {
        if (!evil_say(evil, "<iq type='set' id='p%u'><query xmlns='jabber:iq:roster'><item jid='contact%u@example.org' "
                            "name='Contact number %u' subscription='both'/></query></iq>", i, i, i))
            return;
    }
    evil_say(evil, "<message from='localhost' type='headline'><body>the end</body></message>");
    evil_listen(evil);
}

/* I7: such a stream ends, and nothing of it is shown. */
static void
test_bad_xml(void)
{
    GString *deep = g_string_new("<message from='eve@localhost' type='chat'><body>deep</body>");
    for (int i = 0; i < 300; i++)
        g_string_append(deep, "<x>");
    for (int i = 0; i < 300; i++)
        g_string_append(deep, "</x>");
    g_string_append(deep, "</message>");
    const char *const texts[] = {
        "<message from='eve@localhost' type='chat'><body>cut</bod></message>",
        "<!DOCTYPE x [<!ENTITY a 'laugh'>]><message from='eve@localhost' type='chat'><body>&a;</body></message>",
        "<message from='eve@localhost' type='chat'><body>&unknown;</body></message>",
        "<?evil instruction?><message from='eve@localhost' type='chat'><body>pi</body></message>",
        "<message from='eve@localhost' type='chat'><body>\x01 control</body></message>",
        "<message from='eve@localhost' type='chat'><body>\xff\xfe</body></message>",
        deep->str,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        const Flood flood = { .text = texts[i] };
        Victim victim;
        victim_init(&victim, script_online, (gpointer) &flood);
        run_type(victim.run, "/connect user");
        g_free(run_wait_line(victim.run, "\"state\":\"online\""));
        g_free(run_wait_line(victim.run, "\"state\":\"offline\""));
        g_assert_null(strstr(run_output(victim.run), "\"event\":\"message\""));
        assert_quits(&victim);
        victim_clear(&victim);
    }
    g_string_free(deep, TRUE);
}

/* I9: a stanza above the limit ends the connection, and costs no more than the limit. */
static void
test_large_stanza(void)
{
    const Flood flood = { .bytes = 64 * 1024 * 1024 };
    Victim victim;
    victim_init(&victim, script_online, (gpointer) &flood);
    run_type(victim.run, "/connect user");
    g_free(run_wait_line(victim.run, "\"state\":\"online\""));
    g_free(run_wait_line(victim.run, "\"state\":\"offline\""));
    g_assert_cmpuint(resident_kib(victim.run), <, 64 * 1024);
    assert_quits(&victim);
    victim_clear(&victim);
}

/* I9: contacts without end are stored as fast as they come, within a ceiling of memory. */
static void
test_many_contacts(void)
{
    const Flood flood = { .contacts = 100000 };
    Victim victim;
    victim_init(&victim, script_online, (gpointer) &flood);
    run_type(victim.run, "/connect user");
    g_free(run_wait_line(victim.run, "\"state\":\"online\""));
    run_type(victim.run, "/print meanwhile");
    g_free(run_wait_line(victim.run, "meanwhile"));
    g_free(run_wait_line(victim.run, "the end"));
    g_test_message("100,000 contacts: %zu KiB", resident_kib(victim.run));
    g_assert_cmpuint(resident_kib(victim.run), <, 256 * 1024);
    assert_quits(&victim);
    victim_clear(&victim);
}

#define FORWARDED(inner) "<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' " inner "</message></forwarded>"
#define INNER(body) "from='bob@localhost/x' to='user@localhost' type='chat' id='i'><body>" body "</body>"

/* I6, I10, I11, I13, I14, I15: what others say in the account's name changes nothing and learns nothing. */
static void
test_forged(void)
{
    const Flood flood = { .text =
        "<message from='eve@localhost'><received xmlns='urn:xmpp:carbons:2'>" FORWARDED(INNER("forged-1")) "</received></message>"
        "<message from='user@localhost.evil'><sent xmlns='urn:xmpp:carbons:2'>" FORWARDED(INNER("forged-2")) "</sent></message>"
        "<message from='localhost'><received xmlns='urn:xmpp:carbons:2'>" FORWARDED(INNER("forged-3")) "</received></message>"
        "<message from='user@localhost/other'><received xmlns='urn:xmpp:carbons:2'>" FORWARDED(INNER("forged-4")) "</received></message>"
        "<message from='user@localhost'><result xmlns='urn:xmpp:mam:2' id='1' queryid='1'>" FORWARDED(INNER("forged-5")) "</result></message>"
        "<message from='eve@localhost'><result xmlns='urn:xmpp:mam:2' id='1'>" FORWARDED(INNER("forged-6")) "</result></message>"
        "<message from='user@localhost'><received xmlns='urn:xmpp:carbons:2'>" FORWARDED(
            "from='bob@localhost' to='user@localhost' type='chat'><received xmlns='urn:xmpp:carbons:2'>" FORWARDED(INNER("forged-7")) "</received>") "</received></message>"
        "<iq from='eve@localhost' type='set' id='r1'><query xmlns='jabber:iq:roster'><item jid='forged-8@localhost' subscription='both'/></query></iq>"
        "<message from='@@' type='chat'><body>forged-9</body></message>"
        "<message from='eve@localhost' type='chat'><body xmlns='urn:other'>forged-10</body></message>"
        "<presence from='eve@localhost' type='subscribe'/>"
        "<iq from='eve@localhost/x' type='get' id='q1'><query xmlns='jabber:iq:version'/></iq>"
        "<iq from='eve@localhost/x' type='get' id='q2'><query xmlns='jabber:iq:last'/></iq>"
        "<iq from='eve@localhost/x' type='get' id='q3'><time xmlns='urn:xmpp:time'/></iq>"
        "<iq from='eve@localhost/x' type='set' id='q4'><si xmlns='http://jabber.org/protocol/si'/></iq>"
        "<iq from='eve@localhost/x' type='result' id='nobody'/>"
        "<message from='eve@localhost/x' type='chat' id='m1'><body>hello</body>"
        "<request xmlns='urn:xmpp:receipts'/><markable xmlns='urn:xmpp:chat-markers:0'/></message>" };
    Victim victim;
    victim_init(&victim, script_online, (gpointer) &flood);
    run_type(victim.run, "/connect user");
    g_free(run_wait_line(victim.run, "\"body\":\"hello\""));
    g_free(run_wait_line(victim.run, "the end"));
    assert_quits(&victim);
    g_assert_null(strstr(run_output(victim.run), "forged"));
    g_autofree char *heard = evil_heard(victim.evil);
    g_assert_null(strstr(heard, "subscribed"));
    g_assert_null(strstr(heard, "<received"));
    g_assert_null(strstr(heard, "<displayed"));
    for (int i = 1; i <= 4; i++) { /* answered once each, and with no news */
        g_autofree char *id = g_strdup_printf("id=\"q%d\"", i);
        const char *first = strstr(heard, id);
        g_assert_nonnull(first);
        g_assert_null(strstr(first + 1, id));
    }
    g_assert_null(strstr(heard, PACKAGE_VERSION "</version>"));
    victim_clear(&victim);
}

/* I12: no control character of anybody reaches the output as itself. */
static void
test_controls(void)
{
    const Flood flood = { .text =
        "<message from='eve@localhost/\xc2\x9b' type='chat'><body>a\xc2\x9b" "31m\xe2\x80\xae&#x7f;b</body></message>" };
    Victim victim;
    victim_init(&victim, script_online, (gpointer) &flood);
    run_type(victim.run, "/connect user");
    g_free(run_wait_line(victim.run, "the end"));
    assert_quits(&victim);
    for (const char *p = run_output(victim.run); *p != '\0'; p++) {
        g_assert_true((guchar) *p >= 0x20 || *p == '\n');
        g_assert_true((guchar) *p != 0x7f);
    }
    g_assert_null(strstr(run_output(victim.run), "\xc2\x9b"));
    victim_clear(&victim);
}

static void
script_cut(Evil *evil, gpointer data)
{
    evil_open_stream(evil, "");
}

/* I8 */
static void
test_polite(void)
{
    enum { SECONDS = 10 };
    Victim victim;
    victim_init(&victim, script_cut, NULL);
    run_type(victim.run, "/connect user");
    run_type(victim.run, "/wait message timeout 10");
    g_free(run_wait_line(victim.run, "\"event\":\"error\"|timeout|10"));
    g_test_message("%d attempts in %d s", evil_connections(victim.evil), SECONDS);
    g_assert_cmpint(evil_connections(victim.evil), <=, SECONDS);
    assert_quits(&victim);
    victim_clear(&victim);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    g_test_add_func("/hostile/no-tls", test_no_tls);
    g_test_add_func("/hostile/injection", test_injection);
    g_test_add_func("/hostile/scram-lies", test_scram_lies);
    g_test_add_func("/hostile/slow-scram", test_slow_scram);
    g_test_add_func("/hostile/downgrade", test_downgrade);
    g_test_add_func("/hostile/bad-xml", test_bad_xml);
    g_test_add_func("/hostile/large-stanza", test_large_stanza);
    g_test_add_func("/hostile/many-contacts", test_many_contacts);
    g_test_add_func("/hostile/forged", test_forged);
    g_test_add_func("/hostile/controls", test_controls);
    g_test_add_func("/hostile/polite", test_polite);
    return g_test_run();
}

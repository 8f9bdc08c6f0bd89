/* SPDX-License-Identifier: GPL-3.0-or-later */
/* I5: a server that never answers DNS, TCP, TLS, the stream header or the login. The keys echo throughout, each phase
 * ends with its own message, /disconnect ends each at once. All phases run side by side, since each lasts its
 * time-out. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "support/certs.h"
#include "support/fake_server.h"
#include "support/pty.h"
#include "support/run_confab.h"
#include "support/server.h"

enum { ECHO_US = 20000, PHASES = 5 };

typedef struct Phase {
    const char *name;
    const char *word;    /* shown in the status line meanwhile */
    const char *message; /* of its time-out */
    FakeServer *server;
    BlackHole *hole;
    guint16 port;
    bool direct;
    Pty *pty;
    char *home;
    GString *typed;
    GArray *echoes; /* gint64 µs */
} Phase;

static Cert *authority, *certificate;
static char *ca_file;

static void
be_silent(FakeServer *server, int fd, gpointer data)
{
    fake_swallow(fd);
}

/* A login that is taken up to the client's first word, and then never answered. */
static void
be_silent_after_auth(FakeServer *server, int fd, gpointer data)
{
    SSL *ssl = fake_tls_accept(fd, certificate, 0, 0);
    char buffer[4096];
    const char *features =
        "<?xml version='1.0'?><stream:stream id='1' from='localhost' version='1.0' xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams'><stream:features>"
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism>"
        "</mechanisms></stream:features>";
    if (ssl == NULL)
        return;
    SSL_read(ssl, buffer, sizeof buffer);
    SSL_write(ssl, features, (int)strlen(features));
    while (SSL_read(ssl, buffer, sizeof buffer) > 0)
        continue;
    fake_tls_free(ssl);
}

/* Runs as "test_phases --inside-silence RESOLV-CONF CONFAB [ARG…]" in namespaces of its own: the name server is a
 * socket that nobody reads. */
static int
run_inside_silence(char **argv)
{
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons(53),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    if (ioctl(fd, SIOCSIFFLAGS, &request) != 0 || mount(argv[0], "/etc/resolv.conf", NULL, MS_BIND, NULL) != 0 ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        perror("silence");
        return 1;
    }
    execv(argv[1], argv + 1);
    return 127;
}

/* Starts confab in the phase: it connects by itself. */
static void
phase_start(Phase *phase)
{
    g_autoptr(GString) account = g_string_new("[a]\njid = alice@localhost\npassword = x\n");
    phase->home = test_directory_new();
    phase->typed = g_string_new(NULL);
    phase->echoes = g_array_new(FALSE, FALSE, sizeof(gint64));
    if (phase->port != 0)
        g_string_append_printf(account, "server = 127.0.0.1\nport = %u\n", phase->port);
    else
        g_string_assign(account, "[a]\njid = alice@silent.example\npassword = x\n");
    if (phase->direct)
        g_string_append(account, "tls = direct\n");
    g_string_append_printf(account, "ca-file = %s\n", ca_file);
    confab_write_accounts(phase->home, account->str);
    if (phase->port != 0) {
        phase->pty = pty_start(&(PtyOptions){ .home = phase->home });
        return;
    }
    g_autofree char *resolv = g_build_filename(phase->home, "resolv.conf", NULL);
    g_assert_true(g_file_set_contents(resolv, "nameserver 127.0.0.1\noptions timeout:60 attempts:3\n", -1, NULL));
    g_auto(GStrv) confab = confab_argv(NULL);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    /* Who is not root becomes it in a user namespace, which root has no need of and cannot make where it is
     * confined. */
    const char *const as_root = geteuid() != 0 ? "--map-root-user" : "--mount";
    const char *const inside[] = { "unshare",          "--mount", "--net",   as_root, self,
                                   "--inside-silence", resolv,    confab[0], NULL };
    phase->pty = pty_start(&(PtyOptions){ .argv = inside, .home = phase->home });
}

static void
phase_clear(Phase *phase)
{
    if (phase->pty != NULL)
        pty_free(phase->pty);
    if (phase->home != NULL)
        test_directory_remove(phase->home);
    g_free(phase->home);
    if (phase->typed != NULL)
        g_string_free(phase->typed, TRUE);
    if (phase->echoes != NULL)
        g_array_unref(phase->echoes);
    if (phase->server != NULL)
        fake_server_free(phase->server);
    if (phase->hole != NULL)
        black_hole_free(phase->hole);
}

/* Types one more letter and takes the time until it stands in the input line. */
static void
phase_type(Phase *phase)
{
    const char key[] = { (char)('a' + phase->typed->len % 26), '\0' };
    if (phase->typed->len == 30) { /* Ctrl-U: the line starts anew */
        pty_send(phase->pty, "\x15");
        pty_wait_gone(phase->pty, phase->typed->str);
        g_string_truncate(phase->typed, 0);
    }
    g_string_append(phase->typed, key);
    g_autofree char *shown = g_strdup_printf("> %s", phase->typed->str);
    const gint64 echo = pty_send_and_wait(phase->pty, key, shown);
    g_array_append_val(phase->echoes, echo);
}

static int
compare_times(gconstpointer a, gconstpointer b)
{
    const gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;
    return (left > right) - (left < right);
}

static void
phase_report(Phase *phase)
{
    GArray *echoes = phase->echoes;
    g_array_sort(echoes, compare_times);
    const gint64 median = g_array_index(echoes, gint64, echoes->len / 2);
    const gint64 most = g_array_index(echoes, gint64, echoes->len * 9 / 10);
    const gint64 worst = g_array_index(echoes, gint64, echoes->len - 1);
    g_test_message("%s: %u keys, echo median %.2f ms, 9 of 10 within %.2f ms, worst %.2f ms", phase->name, echoes->len,
                   median / 1000.0, most / 1000.0, worst / 1000.0);
    g_assert_cmpint(median, <, ECHO_US); /* not the worst: other programs run on this machine, too */
}

static int
make_phases(Phase *phases)
{
    int count = 0;
    if (getuid() == 0)
        phases[count++] =
            (Phase) { .name = "DNS", .word = "resolving", .message = "no answer from DNS for silent.example" };
    else
        g_test_message("not root: silent DNS is left to the unit tests of net/");
    BlackHole *hole = black_hole_new();
    phases[count++] = (Phase){ .name = "TCP", .word = "connecting", .hole = hole, .port = black_hole_port(hole),
                               .message = "no answer from 127.0.0.1" };
    FakeServer *tls = fake_server_new("127.0.0.1", be_silent, NULL);
    phases[count++] = (Phase) { .name = "TLS",
                                .word = "securing",
                                .server = tls,
                                .port = fake_server_port(tls),
                                .direct = true,
                                .message = "to the TLS handshake within" };
    FakeServer *header = fake_server_new("127.0.0.1", be_silent, NULL);
    phases[count++] = (Phase) { .name = "stream header",
                                .word = "securing",
                                .server = header,
                                .port = fake_server_port(header),
                                .message = "to the start of the stream within" };
    FakeServer *sasl = fake_server_new("127.0.0.1", be_silent_after_auth, NULL);
    phases[count++] = (Phase){ .name = "SASL", .word = "authenticating", .server = sasl, .port = fake_server_port(sasl),
                               .direct = true, .message = "did not answer the login in time" };
    return count;
}

/* The beginning of the message is enough: long ones are wrapped. */
static bool
shows_message(const Phase *phase)
{
    g_autofree char *screen = pty_screen(phase->pty);
    g_auto(GStrv) words = g_strsplit_set(screen, " \n", -1);
    g_autoptr(GString) joined = g_string_new(NULL);
    for (char **word = words; *word != NULL; word++) {
        if (**word != '\0' && strcmp(*word, "│") != 0)
            g_string_append_printf(joined, "%s ", *word);
    }
    return strstr(joined->str, phase->message) != NULL;
}

static void
test_time_outs(void)
{
    Phase phases[PHASES] = { 0 };
    const int count = make_phases(phases);
    const gint64 deadline = g_get_monotonic_time() + 90 * G_USEC_PER_SEC;
    int left = count;
    bool done[PHASES] = { false };

    for (int i = 0; i < count; i++)
        phase_start(&phases[i]);
    for (int i = 0; i < count; i++)
        pty_wait_text(phases[i].pty, phases[i].word);
    while (left > 0) {
        for (int i = 0; i < count; i++) {
            if (g_get_monotonic_time() > deadline) {
                g_autofree char *screen = pty_screen(phases[i].pty);
                g_error("%s: no time-out: %s", phases[i].name, screen);
            }
            if (done[i])
                continue;
            phase_type(&phases[i]);
            pty_pump(phases[i].pty, 100);
            if (shows_message(&phases[i])) {
                done[i] = true;
                left--;
            }
        }
    }
    for (int i = 0; i < count; i++) {
        phase_report(&phases[i]);
        phase_clear(&phases[i]);
    }
}

static void
test_disconnect(void)
{
    Phase phases[PHASES] = { 0 };
    const int count = make_phases(phases);

    for (int i = 0; i < count; i++)
        phase_start(&phases[i]);
    for (int i = 0; i < count; i++) {
        pty_wait_text(phases[i].pty, phases[i].word);
        const gint64 took = pty_send_and_wait(phases[i].pty, "/disconnect\r", "a: offline");
        g_test_message("%s: /disconnect took %.2f ms", phases[i].name, took / 1000.0);
        g_assert_cmpint(took, <, 500 * G_TIME_SPAN_MILLISECOND);
        /* It stays offline and can still be told to go. */
        pty_send(phases[i].pty, "/quit\r");
        g_assert_cmpint(pty_wait_exit(phases[i].pty), ==, 0);
        phase_clear(&phases[i]);
    }
}

int
main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "--inside-silence") == 0)
        return run_inside_silence(argv + 2);
    g_test_init(&argc, &argv, NULL);
    g_autofree char *directory = test_directory_new();
    authority = cert_new_authority("confab test CA");
    certificate = cert_new(&(CertSpec){ .names = "DNS:localhost" }, authority);
    ca_file = g_build_filename(directory, "ca.crt", NULL);
    cert_write(authority, ca_file, NULL, NULL);
    g_test_add_func("/tui/phases/time-outs", test_time_outs);
    g_test_add_func("/tui/phases/disconnect", test_disconnect);
    const int result = g_test_run();
    test_directory_remove(directory);
    cert_free(certificate);
    cert_free(authority);
    g_free(ca_file);
    return result;
}

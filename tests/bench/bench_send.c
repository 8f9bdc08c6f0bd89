/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long one message from the shell takes: confab by itself, confab through one that runs, go-sendxmpp and sendxmpp of Debian, in one
 * run, taking turns, on a private Prosody with TLS. Wall-clock time and processor time of the program; medians. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run_confab.h"
#include "support/server.h"

enum { ROUNDS = 21 };

static const char *const contacts_of_alice[] = { "bob@localhost", NULL };
static const char *const contacts_of_bob[] = { "alice@localhost", NULL };
static const TestAccount accounts[] = {
    { "alice", "secret", contacts_of_alice }, { "bob", "secret", contacts_of_bob }, { 0 } };

/* One way to send, and what it took. */
typedef struct Way {
    const char *name;
    const char *home;
    char *script;
    double wall[ROUNDS], cpu[ROUNDS]; /* ms */
    int failures;
} Way;

static double
cpu_of_children(void)
{
    struct rusage usage;
    getrusage(RUSAGE_CHILDREN, &usage);
    return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void
send_once(Way *way, int round)
{
    const double cpu = cpu_of_children();
    const gint64 start = g_get_monotonic_time();
    const pid_t child = fork();
    if (child == 0) {
        g_auto(GStrv) environment = confab_environment(way->home, NULL);
        execle("/bin/sh", "sh", "-c", way->script, NULL, environment);
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    way->wall[round] = (double) (g_get_monotonic_time() - start) / 1000;
    way->cpu[round] = cpu_of_children() - cpu;
    way->failures += status != 0;
}

static int
compare(gconstpointer a, gconstpointer b)
{
    return *(const double *) a < *(const double *) b ? -1 : 1;
}

static double
median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, compare);
    return values[ROUNDS / 2];
}

static char *
make_home(const Server *server)
{
    char *home = test_directory_new();
    g_autofree char *section = confab_account("alice", server_port(server), server_ca_file(server), "secret", NULL);
    confab_write_accounts(home, section);
    return home;
}

static Run *
listen_as_bob(const Server *server)
{
    const char *const argv[] = { "run", "--json", NULL };
    g_autofree char *home = test_directory_new();
    g_autofree char *section = confab_account("bob", server_port(server), server_ca_file(server), "secret", NULL);
    confab_write_accounts(home, section);
    Run *run = run_start(home, argv, NULL);
    g_autofree char *line = run_wait_line(run, "\"state\":\"online\"");
    return run;
}

static guint
count_heard(Run *bob)
{
    guint count = 0;
    run_type(bob, "/ping");
    g_autofree char *line = run_wait_line(bob, "\"command\":\"/ping\"");
    for (const char *at = run_output(bob); (at = strstr(at, "\"body\":\"done")) != NULL; at++)
        count++;
    return count;
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(Server) server = server_start(&(ServerOptions) { .kind = SERVER_PROSODY, .accounts = accounts });
    g_auto(GStrv) confab = confab_argv(NULL);
    const char *const run[] = { "run", "--json", NULL };
    if (server == NULL)
        return 77;
    g_autofree char *alone = make_home(server), *there = make_home(server);
    Run *running = run_start(there, run, NULL);
    g_autofree char *online = run_wait_line(running, "\"state\":\"online\"");
    Run *bob = listen_as_bob(server);
    Way ways[] = {
        { .name = "confab send, by itself", .home = alone,
          .script = g_strdup_printf("echo done | %s send bob@localhost", confab[0]) },
        { .name = "confab send, one runs", .home = there,
          .script = g_strdup_printf("echo done | %s send bob@localhost", confab[0]) },
        { .name = "go-sendxmpp", .home = alone,
          .script = g_strdup_printf("echo done | SSL_CERT_FILE=%s go-sendxmpp -u alice@localhost -p secret -j localhost:%d "
                                    "bob@localhost 2>&1",
                                    server_ca_file(server), server_port(server)) },
        { .name = "sendxmpp", .home = alone,
          .script = g_strdup_printf("echo done | sendxmpp -u alice -j localhost:%d -o localhost -p secret -t "
                                    "--tls-ca-path %s bob@localhost 2>/dev/null",
                                    server_port(server), server_ca_file(server)) },
    };
    for (int round = 0; round < ROUNDS; round++) {
        for (gsize i = 0; i < G_N_ELEMENTS(ways); i++)
            send_once(&ways[i], round);
    }
    const double first = median(ways[0].wall);
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        const double wall = median(ways[i].wall);
        g_print("%-24s %7.1f ms  (%.2f of confab by itself)  processor %6.1f ms  failed %d of %d\n", ways[i].name, wall,
                wall / first, median(ways[i].cpu), ways[i].failures, ROUNDS);
        g_free(ways[i].script);
    }
    g_print("bob has heard %u of %u\n", count_heard(bob), (guint) (ROUNDS * G_N_ELEMENTS(ways)));
    run_free(bob);
    run_free(running);
    return 0;
}

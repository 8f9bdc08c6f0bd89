/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/server.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#define PROSODY_MODULES "/usr/lib/prosody/modules"
#define PROSODY_ROOMS                                                                                                  \
    "Component \"" SERVER_ROOMS "\" \"muc\"\n"                                                                          \
    "modules_enabled = { \"muc_mam\", \"muc_moderation\", \"forgetful\", \"crowded\" }\n"
/* Those it keeps are those with an archive: who may leave one for good is not in question here. */
#define EJABBERD_ROOMS                                                                                                 \
    ", mod_mam: {default: never, db_type: mnesia}"                                                                     \
    ", mod_muc: {host: \"" SERVER_ROOMS "\", default_room_options: {mam: true}}"

enum {
    READY_SECONDS = 120, /* ejabberd on a busy machine */
    POLL_MS = 20,
};

struct Server {
    ServerKind kind;
    guint16 port;
    guint16 direct_port;
    char *directory;
    char *ca_file;
    char *log_file;
    GSubprocess *process;
};

char *
test_directory_new(void)
{
    g_autoptr(GError) error = NULL;
    char *path = g_dir_make_tmp("confab-test-XXXXXX", &error);
    g_assert_no_error(error);
    return path;
}

void
test_directory_remove(const char *path)
{
    GDir *directory = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    if (directory != NULL) {
        for (const char *name; (name = g_dir_read_name(directory)) != NULL;) {
            g_autofree char *inner = g_build_filename(path, name, NULL);
            test_directory_remove(inner);
        }
        g_dir_close(directory);
    }
    g_remove(path);
}

guint16
server_free_port(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocket) socket = g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, 0, &error);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_assert_no_error(error);
    g_socket_bind(socket, any, FALSE, &error);
    g_assert_no_error(error);
    g_autoptr(GSocketAddress) bound = g_socket_get_local_address(socket, &error);
    g_assert_no_error(error);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
}

/* The child ends with the test, however that ends. */
static void
die_with_parent(gpointer data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Runs a command to its end; its output goes to the log of the test when it fails. */
static void
run(const char *const *argv, const char *directory)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
    g_autofree char *output = NULL;

    g_subprocess_launcher_set_cwd(launcher, directory);
    g_autoptr(GSubprocess) process = g_subprocess_launcher_spawnv(launcher, argv, &error);
    g_assert_no_error(error);
    g_subprocess_communicate_utf8(process, NULL, NULL, &output, NULL, &error);
    g_assert_no_error(error);
    if (!g_subprocess_get_successful(process))
        g_error("%s: %s", argv[0], output);
}

static void
write_file(const char *directory, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}

/* ca.crt, and localhost.crt with its key; localhost.pem holds both. */
static void
make_certificates(const char *directory)
{
    write_file(directory, "extensions", "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n");
    const char *const ca[] = { "openssl", "req",   "-x509",   "-newkey", "ec",     "-pkeyopt", "ec_paramgen_curve:P-256",
                               "-nodes",  "-days", "2",       "-subj",   "/CN=confab test CA", "-keyout", "ca.key",
                               "-out",    "ca.crt", NULL };
    const char *const request[] = { "openssl", "req",   "-newkey",       "ec",      "-pkeyopt",      "ec_paramgen_curve:P-256",
                                    "-nodes",  "-subj", "/CN=localhost", "-keyout", "localhost.key", "-out",
                                    "localhost.csr", NULL };
    const char *const sign[] = { "openssl", "x509",   "-req",           "-in",   "localhost.csr", "-CA",        "ca.crt",
                                 "-CAkey",  "ca.key", "-CAcreateserial", "-days", "2",            "-extfile",   "extensions",
                                 "-out",    "localhost.crt", NULL };
    const char *const join[] = { "sh", "-c", "cat localhost.crt localhost.key > localhost.pem && chmod 644 localhost.*", NULL };

    run(ca, directory);
    run(request, directory);
    run(sign, directory);
    run(join, directory);
}

static void
write_prosody_account(const char *directory, const TestAccount *account)
{
    g_autofree char *name = g_strdup_printf("data/localhost/accounts/%s.dat", account->user);
    g_autofree char *text = g_strdup_printf("return { [\"password\"] = \"%s\" };\n", account->password);
    write_file(directory, name, text);
    if (account->contacts == NULL)
        return;
    g_autoptr(GString) roster = g_string_new("return { [false] = { [\"version\"] = 1 };\n");
    for (const char *const *contact = account->contacts; *contact != NULL; contact++)
        g_string_append_printf(roster, "[\"%s\"] = { [\"subscription\"] = \"both\", [\"groups\"] = {} };\n", *contact);
    g_string_append(roster, "};\n");
    g_autofree char *file = g_strdup_printf("data/localhost/roster/%s.dat", account->user);
    write_file(directory, file, roster->str);
}

/* Its mod_c2s tells who makes features which stream they are for, as that of Prosody 13 does. */
static void
teach_prosody(const Server *server)
{
    const char *const argv[] = { "sh", "-c",
                                 "mkdir plugins && sed 's/{ origin = session, features = features }/"
                                 "{ origin = session, features = features, stream = attr }/' " PROSODY_MODULES
                                 "/mod_c2s.lua > plugins/mod_c2s.lua && grep -q 'stream = attr' plugins/mod_c2s.lua",
                                 NULL };
    run(argv, server->directory);
}

static void
write_prosody(const Server *server, const ServerOptions *options)
{
    const char *d = server->directory;
    const char *more = options->newer_login ? ", \"carbons\", \"csi\", \"compat13\", \"sasl2\", \"sasl2_bind2\", \"sasl2_fast\""
                                            : "";
    if (options->newer_login)
        teach_prosody(server);
    for (const TestAccount *account = options->accounts; account->user != NULL; account++)
        write_prosody_account(d, account);
    g_autofree char *plugins = g_build_filename(g_getenv("G_TEST_SRCDIR"), "support", "prosody", NULL);
    g_autofree char *text = g_strdup_printf(
        "run_as_root = true\n"
        "pidfile = \"%s/prosody.pid\"; data_path = \"%s/data\"; certificates = \"%s\"\n"
        "log = { { levels = { min = \"debug\" }, to = \"file\", filename = \"%s\" } }\n"
        "interfaces = { \"127.0.0.1\" }; c2s_ports = { %u }; c2s_direct_tls_ports = { %u }; s2s_ports = {}\n"
        "s2s_direct_tls_ports = {}; http_ports = {}; https_ports = {}; admin_socket = \"%s/admin.sock\"\n"
        "plugin_paths = { \"%s\", \"%s/plugins\" }\n"
        "authentication = \"internal_plain\"; c2s_require_encryption = true; storage = \"internal\"\n"
        "modules_enabled = { \"roster\", \"saslauth\", \"tls\", \"disco\", \"ping\", \"version\", \"smacks\", \"offline\"%s }\n"
        "modules_disabled = { \"s2s\" }\n"
        "%s\n"
        "VirtualHost \"localhost\"\n"
        "%s\n"
        "%s",
        d, d, d, server->log_file, server->port, server->direct_port, d, plugins, d, more,
        options->impatient ? "network_settings = { read_timeout = 1 }; smacks_hibernation_time = 1" : "",
        options->extra ? options->extra : "", options->rooms ? PROSODY_ROOMS : "");
    write_file(d, "prosody.cfg.lua", text);
}

static void
write_ejabberd(const Server *server, const ServerOptions *options)
{
    const char *d = server->directory;
    g_autofree char *text = g_strdup_printf(
        "hosts: [\"localhost\"]\n"
        "loglevel: info\n"
        "certfiles: [\"%s/localhost.pem\"]\n"
        "listen:\n"
        "  - {port: %u, ip: \"127.0.0.1\", module: ejabberd_c2s, starttls_required: true}\n"
        "  - {port: %u, ip: \"127.0.0.1\", module: ejabberd_c2s, tls: true}\n"
        "auth_method: internal\n"
        "auth_password_format: scram\n"
        "access_rules: {local: [{allow: all}], c2s: [{allow: all}]}\n"
        "modules: {mod_roster: {versioning: true}, mod_ping: {}, mod_disco: {}, mod_offline: {}, mod_stream_mgmt: {%s},"
        " mod_version: {}, mod_admin_extra: {}%s}\n"
        "%s\n",
        d, server->port, server->direct_port, options->impatient ? "ack_timeout: 1, resume_timeout: 1" : "",
        options->rooms ? EJABBERD_ROOMS : "", options->extra ? options->extra : "");
    write_file(d, "ejabberd.yml", text);
    g_autofree char *control = g_strdup_printf("ERL_EPMD_ADDRESS=127.0.0.1\nERLANG_NODE=confab%u@localhost\n"
                                               "ERL_DIST_PORT=%u\nINET_DIST_INTERFACE=127.0.0.1\n",
                                               server->port, server_free_port());
    write_file(d, "ejabberdctl.cfg", control);
}

/* Where a server's program is; system directories are not in everybody's path. */
static char *
find_server(const char *name)
{
    char *found = g_find_program_in_path(name);
    if (found == NULL) {
        g_autofree char *path = g_build_filename("/usr/sbin", name, NULL);
        found = g_find_program_in_path(path);
    }
    return found;
}

/* A copy of ejabberdctl that stays the user it is started by, so that any user may start it, and becomes the server where
 * EJABBERD_EXEC is "exec", so that the server ends with the process that was started. */
static void
copy_ejabberdctl(const Server *server)
{
    g_autofree char *original = find_server("ejabberdctl");
    g_autofree char *copy = g_build_filename(server->directory, "ejabberdctl", NULL);
    g_autofree char *command = g_strdup_printf("sed -e 's/^INSTALLUSER=.*/INSTALLUSER=/' "
                                               "-e 's/as_current_user) \"$@\"/as_current_user) $EJABBERD_EXEC \"$@\"/' %s > %s",
                                               original, copy);
    const char *const argv[] = { "sh", "-c", command, NULL };
    run(argv, server->directory);
    g_assert_cmpint(g_chmod(copy, 0700), ==, 0);
}

/* ejabberdctl with this server's files; NULL-terminated words. */
static GSubprocess *
ejabberdctl(const Server *server, const char *const *words, bool becomes_server, GSubprocessFlags flags)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(flags);

    g_ptr_array_add(argv, g_build_filename(server->directory, "ejabberdctl", NULL));
    g_ptr_array_add(argv, g_strdup("--config"));
    g_ptr_array_add(argv, g_build_filename(server->directory, "ejabberd.yml", NULL));
    g_ptr_array_add(argv, g_strdup("--ctl-config"));
    g_ptr_array_add(argv, g_build_filename(server->directory, "ejabberdctl.cfg", NULL));
    g_ptr_array_add(argv, g_strdup("--spool"));
    g_ptr_array_add(argv, g_build_filename(server->directory, "spool", NULL));
    g_ptr_array_add(argv, g_strdup("--logs"));
    g_ptr_array_add(argv, g_build_filename(server->directory, "logs", NULL));
    for (; *words != NULL; words++)
        g_ptr_array_add(argv, g_strdup(*words));
    g_ptr_array_add(argv, NULL);
    g_subprocess_launcher_set_cwd(launcher, server->directory);
    g_subprocess_launcher_setenv(launcher, "HOME", server->directory, TRUE);
    g_subprocess_launcher_setenv(launcher, "EJABBERD_EXEC", becomes_server ? "exec" : "", TRUE);
    g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL, NULL);
    GSubprocess *process = g_subprocess_launcher_spawnv(launcher, (const char *const *)argv->pdata, &error);
    g_assert_no_error(error);
    return process;
}

static void
run_ejabberdctl(const Server *server, const char *const *words)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *output = NULL;
    g_autoptr(GSubprocess) process =
        ejabberdctl(server, words, false, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
    g_subprocess_communicate_utf8(process, NULL, NULL, &output, NULL, &error);
    g_assert_no_error(error);
    if (!g_subprocess_get_successful(process))
        g_error("ejabberdctl %s: %s", words[0], output);
}

static bool
accepts_connections(guint16 port)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host(client, "127.0.0.1", port, NULL, NULL);
    return connection != NULL;
}

static void
wait_until_ready(Server *server)
{
    const gint64 deadline = g_get_monotonic_time() + READY_SECONDS * G_USEC_PER_SEC;

    while (!accepts_connections(server->port) || !accepts_connections(server->direct_port)) {
        const bool ended = server->process != NULL && g_subprocess_get_identifier(server->process) == NULL;
        if (ended || g_get_monotonic_time() > deadline) {
            g_autofree char *tail = server_log_tail(server);
            g_error("the server %s: %s", ended ? "ended" : "does not accept connections", tail);
        }
        g_usleep(POLL_MS * 1000);
        g_main_context_iteration(NULL, FALSE);
    }
}

void
server_resume(Server *server)
{
    g_assert_null(server->process);
    if (server->kind == SERVER_EJABBERD) {
        const char *const words[] = { "foreground", NULL };
        server->process = ejabberdctl(server, words, true, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    } else {
        g_autoptr(GError) error = NULL;
        g_autofree char *config = g_build_filename(server->directory, "prosody.cfg.lua", NULL);
        const char *const argv[] = { "prosody", "-F", "--config", config, NULL };
        g_autoptr(GSubprocessLauncher) launcher =
            g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
        g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL, NULL);
        server->process = g_subprocess_launcher_spawnv(launcher, argv, &error);
        g_assert_no_error(error);
    }
    wait_until_ready(server);
}

bool
test_has(bool found, const char *what)
{
    if (found)
        return true;
    if (g_getenv("CONFAB_REQUIRE_SERVERS") != NULL)
        g_error("%s is not installed: run tools/setup", what);
    g_autofree char *reason = g_strdup_printf("%s is not installed", what);
    g_test_skip(reason);
    return false;
}

static bool
is_installed(const char *program)
{
    g_autofree char *path = find_server(program);
    return test_has(path != NULL, program);
}

Server *
server_start(const ServerOptions *options)
{
    const bool ejabberd = options->kind == SERVER_EJABBERD;
    if (!is_installed(ejabberd ? "ejabberdctl" : "prosody"))
        return NULL;
    if (options->newer_login
        && !test_has(g_file_test(PROSODY_MODULES "/mod_sasl2_fast", G_FILE_TEST_EXISTS), "prosody-modules"))
        return NULL;
    if (options->rooms && !ejabberd
        && !test_has(g_file_test(PROSODY_MODULES "/mod_muc_moderation", G_FILE_TEST_EXISTS), "prosody-modules"))
        return NULL;
    Server *server = g_new0(Server, 1);
    server->kind = options->kind;
    server->directory = test_directory_new();
    server->port = server_free_port();
    do
        server->direct_port = server_free_port(); /* which may give the same one again */
    while (server->direct_port == server->port);
    server->ca_file = g_build_filename(server->directory, "ca.crt", NULL);
    server->log_file = ejabberd ? g_build_filename(server->directory, "logs", "ejabberd.log", NULL)
                                : g_build_filename(server->directory, "prosody.log", NULL);
    make_certificates(server->directory);
    if (!ejabberd) {
        write_prosody(server, options);
        server_resume(server);
        return server;
    }
    g_autofree char *logs = g_build_filename(server->directory, "logs", NULL);
    g_autofree char *spool = g_build_filename(server->directory, "spool", NULL);
    g_assert_cmpint(g_mkdir(logs, 0700) | g_mkdir(spool, 0700), ==, 0);
    write_ejabberd(server, options);
    copy_ejabberdctl(server);
    server_resume(server);
    const char *const started[] = { "started", NULL };
    run_ejabberdctl(server, started);
    for (const TestAccount *account = options->accounts; account->user != NULL; account++) {
        const char *const words[] = { "register", account->user, "localhost", account->password, NULL };
        run_ejabberdctl(server, words);
    }
    return server;
}

void
server_kill(Server *server, int signal)
{
    if (server->process == NULL)
        return;
    g_subprocess_send_signal(server->process, signal);
    g_subprocess_wait(server->process, NULL, NULL);
    g_clear_object(&server->process);
    /* What ran below it ends a moment later. */
    for (int left = READY_SECONDS * 1000 / POLL_MS; accepts_connections(server->port); left--) {
        if (left == 0)
            g_error("the server still accepts connections after its end");
        g_usleep(POLL_MS * 1000);
    }
}

guint64
server_cpu_ms(const Server *server)
{
    return test_cpu_ms((pid_t) g_ascii_strtoll(g_subprocess_get_identifier(server->process), NULL, 10));
}

guint64
test_cpu_ms(pid_t pid)
{
    enum { UTIME = 11, STIME = 12 }; /* proc(5), behind the name */
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int) pid);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    const char *rest = strrchr(text, ')');
    g_auto(GStrv) fields = g_strsplit(rest != NULL ? rest + 2 : "", " ", STIME + 2);
    if (g_strv_length(fields) <= STIME)
        return 0;
    const guint64 ticks = g_ascii_strtoull(fields[UTIME], NULL, 10) + g_ascii_strtoull(fields[STIME], NULL, 10);
    return ticks * 1000 / (guint64)sysconf(_SC_CLK_TCK);
}

void
server_stop(Server *server)
{
    server_kill(server, SIGKILL); /* nothing is kept, and a good-bye takes its time */
    test_directory_remove(server->directory);
    g_free(server->directory);
    g_free(server->ca_file);
    g_free(server->log_file);
    g_free(server);
}

guint16
server_port(const Server *server)
{
    return server->port;
}

guint16
server_direct_port(const Server *server)
{
    return server->direct_port;
}

const char *
server_ca_file(const Server *server)
{
    return server->ca_file;
}

const char *
server_directory(const Server *server)
{
    return server->directory;
}

char *
server_log_tail(const Server *server)
{
    enum { TAIL = 4000 };
    char *text = NULL;
    gsize length = 0;
    if (!g_file_get_contents(server->log_file, &text, &length, NULL))
        return g_strdup("(no log)");
    if (length > TAIL)
        memmove(text, text + length - TAIL, TAIL + 1);
    return text;
}

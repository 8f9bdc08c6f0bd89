/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evil_server.h"

#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include <glib/gstdio.h>

#define MECHANISM_PLAIN "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>"
#define FEATURE_BIND "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>"
#define FEATURE_TLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"

struct Evil {
    EvilScript script;
    gpointer data;
    FakeServer *server;
    Cert *authority, *cert;
    char *directory;
    char *ca_file;
    GMutex lock;
    GString *heard; /* under the lock */
    /* of the connection that is served */
    int fd;
    SSL *ssl;
    bool gone;
    GString *unread; /* said by the client, not yet asked for */
    GString *last;
};

static void
serve(FakeServer *server, int fd, gpointer data)
{
    Evil *evil = data;
    evil->fd = fd;
    evil->gone = false;
    g_string_truncate(evil->unread, 0);
    evil->script(evil, evil->data);
    if (evil->ssl != NULL)
        fake_tls_free(evil->ssl);
    evil->ssl = NULL;
}

Evil *
evil_new(EvilScript script, gpointer data)
{
    g_autoptr(GError) error = NULL;
    Evil *evil = g_new0(Evil, 1);
    evil->script = script;
    evil->data = data;
    evil->heard = g_string_new(NULL);
    evil->unread = g_string_new(NULL);
    evil->last = g_string_new(NULL);
    g_mutex_init(&evil->lock);
    evil->directory = g_dir_make_tmp("confab-evil-XXXXXX", &error);
    g_assert_no_error(error);
    evil->ca_file = g_build_filename(evil->directory, "ca.pem", NULL);
    evil->authority = cert_new_authority("Evil CA");
    evil->cert = cert_new(&(CertSpec){ .names = "DNS:localhost" }, evil->authority);
    cert_write(evil->authority, evil->ca_file, NULL, NULL);
    evil->server = fake_server_new("127.0.0.1", serve, evil);
    g_assert_nonnull(evil->server);
    return evil;
}

void
evil_free(Evil *evil)
{
    fake_server_free(evil->server);
    g_remove(evil->ca_file);
    g_rmdir(evil->directory);
    cert_free(evil->cert);
    cert_free(evil->authority);
    g_free(evil->ca_file);
    g_free(evil->directory);
    g_string_free(evil->heard, TRUE);
    g_string_free(evil->unread, TRUE);
    g_string_free(evil->last, TRUE);
    g_mutex_clear(&evil->lock);
    g_free(evil);
}

guint16
evil_port(const Evil *evil)
{
    return fake_server_port(evil->server);
}

const char *
evil_ca_file(const Evil *evil)
{
    return evil->ca_file;
}

int
evil_connections(Evil *evil)
{
    return fake_server_connections(evil->server);
}

char *
evil_heard(Evil *evil)
{
    g_mutex_lock(&evil->lock);
    char *copy = g_strndup(evil->heard->str, evil->heard->len);
    g_mutex_unlock(&evil->lock);
    return copy;
}

bool
evil_say_bytes(Evil *evil, const char *bytes, gsize length)
{
    while (length > 0 && !evil->gone) {
        const int piece = (int) MIN(length, 16384);
        const gssize count = evil->ssl != NULL ? SSL_write(evil->ssl, bytes, piece)
                                               : send(evil->fd, bytes, (size_t) piece, MSG_NOSIGNAL);
        if (count <= 0) {
            evil->gone = true;
            break;
        }
        bytes += count;
        length -= (gsize) count;
    }
    return !evil->gone;
}

bool
evil_say(Evil *evil, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return evil_say_bytes(evil, text, strlen(text));
}

/* One more piece of what the client says. */
static bool
read_more(Evil *evil)
{
    char buffer[16384];
    const gssize count = evil->ssl != NULL ? SSL_read(evil->ssl, buffer, sizeof buffer)
                                           : recv(evil->fd, buffer, sizeof buffer, 0);
    if (count <= 0) {
        evil->gone = true;
        return false;
    }
    g_string_append_len(evil->unread, buffer, count);
    g_mutex_lock(&evil->lock);
    g_string_append_len(evil->heard, buffer, count);
    g_mutex_unlock(&evil->lock);
    return true;
}

bool
evil_hear(Evil *evil, const char *end)
{
    const char *found;
    while ((found = strstr(evil->unread->str, end)) == NULL) {
        if (evil->gone || !read_more(evil))
            return false;
    }
    const gsize length = (gsize) (found - evil->unread->str) + strlen(end);
    g_string_truncate(evil->last, 0);
    g_string_append_len(evil->last, evil->unread->str, (gssize) length);
    g_string_erase(evil->unread, 0, (gssize) length);
    return true;
}

const char *
evil_last(const Evil *evil)
{
    return evil->last->str;
}

char *
evil_last_attribute(const Evil *evil, const char *name)
{
    g_autofree char *pattern = g_strdup_printf("\\s%s=[\"']([^\"']*)[\"']", name);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_assert_true(g_regex_match(regex, evil->last->str, 0, &match));
    return g_match_info_fetch(match, 1);
}

void
evil_listen(Evil *evil)
{
    while (!evil->gone && read_more(evil))
        continue;
}

bool
evil_open_stream(Evil *evil, const char *features)
{
    return evil_hear(evil, "<stream:stream") && evil_hear(evil, ">")
           && evil_say(evil,
                       "<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
                       "xmlns:stream='http://etherx.jabber.org/streams' id='x' from='localhost' version='1.0'>"
                       "<stream:features>%s</stream:features>",
                       features);
}

bool
evil_start_tls(Evil *evil)
{
    if (!evil_open_stream(evil, FEATURE_TLS) || !evil_hear(evil, "<starttls") || !evil_hear(evil, ">")
        || !evil_say(evil, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"))
        return false;
    g_string_truncate(evil->unread, 0);
    evil->ssl = fake_tls_accept(evil->fd, evil->cert, 0, 0);
    evil->gone = evil->ssl == NULL;
    return !evil->gone;
}

bool
evil_log_in(Evil *evil)
{
    if (!evil_start_tls(evil) || !evil_open_stream(evil, MECHANISM_PLAIN) || !evil_hear(evil, "</auth>")
        || !evil_say(evil, "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")
        || !evil_open_stream(evil, FEATURE_BIND) || !evil_hear(evil, "</iq>"))
        return false;
    g_autofree char *bind = evil_last_attribute(evil, "id");
    if (!evil_say(evil,
                  "<iq type='result' id='%s'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
                  "<jid>user@localhost/evil</jid></bind></iq>",
                  bind)
        || !evil_hear(evil, "jabber:iq:roster"))
        return false;
    g_autofree char *roster = evil_last_attribute(evil, "id");
    return evil_say(evil, "<iq type='result' id='%s'><query xmlns='jabber:iq:roster'/></iq>", roster);
}

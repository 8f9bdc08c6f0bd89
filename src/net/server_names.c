/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/server_names.h"

#include <gio/gio.h>
#include <string.h>

#include "base/jid.h"
#include "net/targets.h"

bool
server_name_init(ServerName *name, const char *domain, GError **error)
{
    g_autofree char *lookup = target_lookup_name(domain, error);
    if (!lookup)
        return false;
    const bool is_ip = g_hostname_is_ip_address(lookup);
    name->prepared = g_strdup(is_ip ? lookup : domain);
    name->ascii = is_ip ? NULL : g_steal_pointer(&lookup);
    return true;
}

void
server_name_clear(ServerName *name)
{
    g_clear_pointer(&name->prepared, g_free);
    g_clear_pointer(&name->ascii, g_free);
}

static bool
equals(const char *ascii, const char *text, gsize length)
{
    return strlen(ascii) == length && !memchr(text, '\0', length) && g_ascii_strncasecmp(ascii, text, length) == 0;
}

bool
server_name_matches_dns(const ServerName *name, const char *pattern, gsize length)
{
    if (!name->ascii || length == 0)
        return false;
    if (equals(name->ascii, pattern, length))
        return true;
    if (length < 3 || pattern[0] != '*' || pattern[1] != '.')
        return false;
    /* The wildcard stands for exactly one label, and never for all names below a top-level domain. */
    const char *parent = strchr(name->ascii, '.');
    return parent && parent != name->ascii && strchr(parent + 1, '.') && equals(parent, pattern + 1, length - 1);
}

bool
server_name_matches_srv(const ServerName *name, const char *text, gsize length)
{
    static const char *const services[] = { "_xmpp-client.", "_xmpps-client." };
    if (!name->ascii)
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(services); i++) {
        const gsize prefix = strlen(services[i]);
        if (length > prefix && g_ascii_strncasecmp(text, services[i], prefix) == 0 &&
            equals(name->ascii, text + prefix, length - prefix))
            return true;
    }
    return false;
}

bool
server_name_matches_xmpp(const ServerName *name, const char *text, gsize length)
{
    if (memchr(text, '\0', length))
        return false;
    g_autofree char *copy = g_strndup(text, length);
    g_autoptr(Jid) jid = jid_new(copy, NULL);
    return jid && !jid_local(jid) && jid_is_bare(jid) && strcmp(jid_domain(jid), name->prepared) == 0;
}

bool
server_name_matches_ip(const ServerName *name, const guint8 *bytes, gsize length)
{
    if (name->ascii)
        return false;
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(name->prepared);
    return address && g_inet_address_get_native_size(address) == length &&
           memcmp(g_inet_address_to_bytes(address), bytes, length) == 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/jid.h"

#include <arpa/inet.h>
#include <string.h>

#include <idn2.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/precis.h"
#include "base/text.h"

enum {
    PART_MAX = 1023,  /* RFC 7622 §3.1 */
    DOMAIN_MAX = 253, /* DNS, in ASCII form */
    LABEL_MAX = 63,
};

/* One block of memory: the strings lie behind the struct. */
struct Jid {
    gatomicrefcount references;
    guint hash;
    guint bare_hash;
    const char *text;
    const char *bare;
    const char *local;
    const char *domain;
    const char *resource;
    char storage[];
};

/* Sets the error “text” reason, with the text made harmless and short. Returns NULL. */
static gpointer
refuse(GError **error, const char *text, const char *reason)
{
    g_autofree char *shown = text_clean(text, -1, TEXT_STRICT);
    g_autofree char *brief = text_ellipsize(shown, 60);
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, "“%s” %s", brief, reason);
    return NULL;
}

static char *
store(char **end, const char *text)
{
    char *start = *end;
    *end = stpcpy(start, text) + 1;
    return start;
}

/* Builds the object from prepared parts. */
static Jid *
build(const char *local, const char *domain, const char *resource)
{
    const gsize local_size = local != NULL ? strlen(local) + 1 : 0; /* with '@' or NUL */
    const gsize domain_size = strlen(domain) + 1;
    const gsize resource_size = resource != NULL ? strlen(resource) + 1 : 0;
    /* "local@domain/resource", "local@domain", "local"; the domain and the resource are tails of these. */
    const gsize size = (local_size + domain_size + resource_size) + (local_size + domain_size) + local_size;
    Jid *jid = g_malloc(sizeof(Jid) + size);
    g_atomic_ref_count_init(&jid->references);
    char *end = jid->storage;
    jid->bare = end;
    if (local != NULL) {
        end = stpcpy(end, local);
        *end++ = '@';
    }
    jid->domain = store(&end, domain);
    jid->local = local != NULL ? store(&end, local) : NULL;
    jid->text = jid->bare;
    jid->resource = NULL;
    if (resource != NULL) {
        jid->text = end;
        end = stpcpy(end, jid->bare);
        *end++ = '/';
        jid->resource = store(&end, resource);
    }
    jid->bare_hash = g_str_hash(jid->bare);
    jid->hash = resource != NULL ? g_str_hash(jid->text) : jid->bare_hash;
    return jid;
}

/* RFC 7622 §3.3.1. */
static bool
has_forbidden(const char *local)
{
    return strpbrk(local, "\"&'/:<>@") != NULL;
}

static char *
prepare_local(const char *text, GError **error)
{
    g_autofree char *local = precis_enforce(PRECIS_USERNAME_CASE_MAPPED, text);
    if (local == NULL || has_forbidden(local))
        return refuse(error, text, _("cannot stand before the @ of an address: check its spelling"));
    if (strlen(local) > PART_MAX)
        return refuse(error, text, _("is longer than 1023 bytes: check the part before the @"));
    return g_steal_pointer(&local);
}

static char *
prepare_resource(const char *text, GError **error)
{
    g_autofree char *resource = precis_enforce(PRECIS_OPAQUE_STRING, text);
    if (resource == NULL)
        return refuse(error, text, _("cannot be the resource of an address: check what follows the /"));
    if (strlen(resource) > PART_MAX)
        return refuse(error, text, _("is longer than 1023 bytes: check what follows the /"));
    return g_steal_pointer(&resource);
}

/* True for a host name of letters, digits, hyphens and (seen in private networks) underscores, by labels of
 * legal length. `plain` is false when a label is an A-label or not in lower case. */
static bool
is_ascii_domain(const char *text, bool *plain)
{
    gsize label = 0, total = 0;
    *plain = true;
    for (const char *c = text; *c != '\0'; c++, total++) {
        if (*c == '.') {
            if (label == 0 || c[-1] == '-')
                return false;
            label = 0;
            continue;
        }
        if (!g_ascii_isalnum(*c) && *c != '_' && (*c != '-' || label == 0))
            return false;
        if (g_ascii_isupper(*c) || (label == 0 && g_ascii_strncasecmp(c, "xn--", 4) == 0))
            *plain = false;
        if (++label > LABEL_MAX)
            return false;
    }
    return label > 0 && total <= DOMAIN_MAX && text[total - 1] != '-';
}

/* RFC 7622 §3.2: the dot of the root is no part of the domain. Cuts in place. */
static char *
strip_root(char *name)
{
    const gsize length = strlen(name);
    if (length > 1 && name[length - 1] == '.')
        name[length - 1] = '\0';
    return name;
}

/* "[::1]" in its canonical form (RFC 5952). */
static char *
prepare_ip_literal(const char *text)
{
    const gsize length = strlen(text);
    struct in6_addr address;
    char canonical[INET6_ADDRSTRLEN];
    if (length < 4 || text[length - 1] != ']')
        return NULL;
    g_autofree char *inner = g_strndup(text + 1, length - 2);
    if (inet_pton(AF_INET6, inner, &address) != 1 || inet_ntop(AF_INET6, &address, canonical, sizeof canonical) == NULL)
        return NULL;
    return g_strdup_printf("[%s]", canonical);
}

/* The domain with U-labels (RFC 7622 §3.2): mapped as UTS 46 does it, then held to IDNA2008 without any mapping. */
static char *
prepare_international(const char *text)
{
    char *ascii = NULL, *unicode = NULL, *again = NULL, *result = NULL;
    const int mapping = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES;
    const int strict = IDN2_NFC_INPUT | IDN2_NO_TR46 | IDN2_USE_STD3_ASCII_RULES;
    bool plain;
    if (idn2_to_ascii_8z(text, &ascii, mapping) == IDN2_OK && is_ascii_domain(strip_root(ascii), &plain) &&
        idn2_to_unicode_8z8z(ascii, &unicode, 0) == IDN2_OK && idn2_to_ascii_8z(unicode, &again, strict) == IDN2_OK &&
        strcmp(ascii, again) == 0)
        result = g_strdup(unicode);
    idn2_free(ascii);
    idn2_free(unicode);
    idn2_free(again);
    return result;
}

static char *
prepare_domain(const char *text, GError **error)
{
    g_autofree char *name = g_strdup(text);
    const gsize length = strlen(name);
    if (length == 0 || length > PART_MAX) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                            length == 0 ? _("The address has no domain: write it like name@example.org")
                                        : _("The domain is longer than 1023 bytes: check the address"));
        return NULL;
    }
    strip_root(name);
    bool plain = false;
    char *domain = NULL;
    if (name[0] == '[') {
        domain = prepare_ip_literal(name);
    } else if (is_ascii_domain(name, &plain)) {
        g_autofree char *lower = g_ascii_strdown(name, -1);
        const bool encoded = !plain && strstr(lower, "xn--") != NULL;
        domain = encoded ? prepare_international(lower) : g_steal_pointer(&lower);
    } else if (!g_str_is_ascii(name) && g_utf8_validate(name, -1, NULL)) {
        domain = prepare_international(name);
    }
    if (domain == NULL)
        return refuse(error, text, _("is not the name of a server: check the part after the @"));
    return domain;
}

Jid *
jid_new_from_parts(const char *local, const char *domain, const char *resource, GError **error)
{
    g_autofree char *prepared_local = NULL;
    g_autofree char *prepared_resource = NULL;
    if (local != NULL && (prepared_local = prepare_local(local, error)) == NULL)
        return NULL;
    g_autofree char *prepared_domain = prepare_domain(domain != NULL ? domain : "", error);
    if (prepared_domain == NULL)
        return NULL;
    if (resource != NULL && (prepared_resource = prepare_resource(resource, error)) == NULL)
        return NULL;
    return build(prepared_local, prepared_domain, prepared_resource);
}

Jid *
jid_new(const char *text, GError **error)
{
    if (text == NULL || *text == '\0') {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                            _("The address is empty: write it like name@example.org"));
        return NULL;
    }
    /* RFC 7622 §3.2: the resource begins at the first slash, and only then is an @ looked for. */
    const char *slash = strchr(text, '/');
    g_autofree char *bare = slash != NULL ? g_strndup(text, (gsize) (slash - text)) : g_strdup(text);
    char *at = strchr(bare, '@');
    if (at != NULL)
        *at = '\0';
    return jid_new_from_parts(at != NULL ? bare : NULL, at != NULL ? at + 1 : bare, slash != NULL ? slash + 1 : NULL,
                              error);
}

Jid *
jid_with_resource(const Jid *jid, const char *resource, GError **error)
{
    if (resource == NULL)
        return jid_to_bare(jid);
    g_autofree char *prepared = prepare_resource(resource, error);
    return prepared != NULL ? build(jid->local, jid->domain, prepared) : NULL;
}

Jid *
jid_ref(const Jid *jid)
{
    Jid *counted = (Jid *) jid; /* the count is the one thing about a JID that changes */
    g_atomic_ref_count_inc(&counted->references);
    return counted;
}

void
jid_unref(Jid *jid)
{
    if (jid != NULL && g_atomic_ref_count_dec(&jid->references))
        g_free(jid);
}

Jid *
jid_to_bare(const Jid *jid)
{
    return jid->resource == NULL ? jid_ref(jid) : build(jid->local, jid->domain, NULL);
}

const char *
jid_text(const Jid *jid)
{
    return jid->text;
}

const char *
jid_bare(const Jid *jid)
{
    return jid->bare;
}

const char *
jid_local(const Jid *jid)
{
    return jid->local;
}

const char *
jid_domain(const Jid *jid)
{
    return jid->domain;
}

const char *
jid_resource(const Jid *jid)
{
    return jid->resource;
}

bool
jid_is_bare(const Jid *jid)
{
    return jid->resource == NULL;
}

char *
jid_domain_to_ascii(const Jid *jid)
{
    if (g_str_is_ascii(jid->domain))
        return g_strdup(jid->domain);
    char *ascii = NULL;
    if (idn2_to_ascii_8z(jid->domain, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
        return g_strdup(jid->domain); /* cannot be: the domain came through the same conversion */
    char *copy = g_strdup(ascii);
    idn2_free(ascii);
    return copy;
}

bool
jid_equal(const Jid *a, const Jid *b)
{
    if (a == b)
        return true;
    return a != NULL && b != NULL && a->hash == b->hash && strcmp(a->text, b->text) == 0;
}

bool
jid_equal_bare(const Jid *a, const Jid *b)
{
    if (a == b)
        return true;
    return a != NULL && b != NULL && a->bare_hash == b->bare_hash && strcmp(a->bare, b->bare) == 0;
}

guint
jid_hash(gconstpointer jid)
{
    return ((const Jid *) jid)->hash;
}

gboolean
jid_hash_equal(gconstpointer a, gconstpointer b)
{
    return jid_equal(a, b);
}

guint
jid_bare_hash(gconstpointer jid)
{
    return ((const Jid *) jid)->bare_hash;
}

gboolean
jid_bare_hash_equal(gconstpointer a, gconstpointer b)
{
    return jid_equal_bare(a, b);
}

int
jid_compare(const Jid *a, const Jid *b)
{
    return strcmp(a->text, b->text);
}

char *
jid_prepare_username(const char *text, GError **error)
{
    char *name = precis_enforce(PRECIS_USERNAME_CASE_PRESERVED, text);
    return name != NULL ? name : refuse(error, text, _("cannot be a user name: check its spelling"));
}

char *
jid_prepare_opaque(const char *text, GError **error)
{
    char *result = precis_enforce(PRECIS_OPAQUE_STRING, text);
    if (result == NULL) {
        /* The text may be a password: it is never shown. */
        g_set_error_literal(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                            _("The text is empty or has characters that are not allowed in a password: type it again"));
    }
    return result;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/tls_certificate.h"

#include <gio/gio.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/i18n.h"
#include "base/text.h"

enum {
    NAMES_SHOWN_MAX = 32, /* of a certificate; all are compared */
    RSA_BITS_MIN = 2048,
    EC_BITS_MIN = 224,
};

void
tls_certificate_free(TlsCertificate *certificate)
{
    if (!certificate)
        return;
    g_strfreev(certificate->names);
    g_free(certificate->subject);
    g_free(certificate->issuer);
    g_free(certificate->fingerprint);
    g_free(certificate->key);
    g_free(certificate->problem);
    g_free(certificate);
}

/* Text of an ASN.1 string for people. */
static char *
shown_bytes(const unsigned char *bytes, int length)
{
    return text_clean((const char *)bytes, length, TEXT_STRICT);
}

static char *
shown_name(X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    X509_NAME_print_ex(bio, name, 0,
                       (XN_FLAG_ONELINE | ASN1_STRFLGS_UTF8_CONVERT) & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    char *bytes = NULL;
    const long length = BIO_get_mem_data(bio, &bytes);
    char *shown = text_clean(bytes ? bytes : "", length > 0 ? length : 0, TEXT_STRICT);
    BIO_free(bio);
    return shown;
}

static gint64
microseconds(const ASN1_TIME *time)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        return 0;
    return (gint64)timegm(&parts) * G_USEC_PER_SEC;
}

static char *
certificate_fingerprint(const X509 *peer)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    X509_digest(peer, EVP_sha256(), digest, &length);
    GString *hex = g_string_sized_new(2 * sizeof digest);
    for (unsigned int i = 0; i < length; i++)
        g_string_append_printf(hex, "%02x", digest[i]);
    return g_string_free(hex, FALSE);
}

/* One subject alternative name: is it the server's, and how people read it (NULL: of a kind that says nothing
 * here). */
static char *
read_name(const GENERAL_NAME *entry, const ServerName *server, bool *matches)
{
    if (entry->type == GEN_DNS) {
        const unsigned char *text = ASN1_STRING_get0_data(entry->d.dNSName);
        const int length = ASN1_STRING_length(entry->d.dNSName);
        *matches = server_name_matches_dns(server, (const char *)text, (gsize)length);
        return shown_bytes(text, length);
    }
    if (entry->type == GEN_IPADD) {
        const unsigned char *bytes = ASN1_STRING_get0_data(entry->d.iPAddress);
        const int length = ASN1_STRING_length(entry->d.iPAddress);
        *matches = server_name_matches_ip(server, bytes, (gsize)length);
        if (length != 4 && length != 16)
            return NULL;
        g_autoptr(GInetAddress) address =
            g_inet_address_new_from_bytes(bytes, length == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
        return g_inet_address_to_string(address);
    }
    if (entry->type != GEN_OTHERNAME || !entry->d.otherName->value)
        return NULL;
    const int kind = OBJ_obj2nid(entry->d.otherName->type_id);
    const ASN1_TYPE *value = entry->d.otherName->value;
    const bool srv = kind == NID_SRVName && value->type == V_ASN1_IA5STRING;
    const bool xmpp = kind == NID_XmppAddr && value->type == V_ASN1_UTF8STRING;
    if (!srv && !xmpp)
        return NULL;
    const unsigned char *text = ASN1_STRING_get0_data(value->value.asn1_string);
    const int length = ASN1_STRING_length(value->value.asn1_string);
    *matches = srv ? server_name_matches_srv(server, (const char *)text, (gsize)length)
                   : server_name_matches_xmpp(server, (const char *)text, (gsize)length);
    return shown_bytes(text, length);
}

/* Collects the names; true when one of them is the server's. */
static bool
read_names(const X509 *peer, const ServerName *server, char ***names)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    GENERAL_NAMES *entries = X509_get_ext_d2i(peer, NID_subject_alt_name, NULL, NULL);
    bool found = false;
    for (int i = 0, shown = 0; i < sk_GENERAL_NAME_num(entries); i++) {
        bool matches = false;
        g_autofree char *text = read_name(sk_GENERAL_NAME_value(entries, i), server, &matches);
        found |= matches;
        if (text && shown++ < NAMES_SHOWN_MAX)
            g_strv_builder_add(builder, text);
    }
    GENERAL_NAMES_free(entries);
    *names = g_strv_builder_end(builder);
    return found;
}

static char *
describe_key(X509 *peer, TlsProblems *problems)
{
    EVP_PKEY *key = X509_get0_pubkey(peer);
    const int kind = key ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
    const int bits = key ? EVP_PKEY_get_bits(key) : 0;
    switch (kind) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        if (bits < RSA_BITS_MIN)
            *problems |= TLS_PROBLEM_WEAK_KEY;
        return g_strdup_printf("RSA %d", bits);
    case EVP_PKEY_EC:
        if (bits < EC_BITS_MIN)
            *problems |= TLS_PROBLEM_WEAK_KEY;
        return g_strdup_printf("EC %d", bits);
    case EVP_PKEY_ED25519:
    case EVP_PKEY_ED448:
        return g_strdup(OBJ_nid2sn(kind));
    default:
        *problems |= TLS_PROBLEM_WEAK_KEY;
        return g_strdup_printf("%s %d", kind == EVP_PKEY_NONE ? "?" : OBJ_nid2sn(kind), bits);
    }
}

TlsProblems
tls_certificate_problem(int error, int depth)
{
    switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return TLS_PROBLEM_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return TLS_PROBLEM_NOT_YET_VALID;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return TLS_PROBLEM_SELF_SIGNED;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_REJECTED:
    case X509_V_ERR_INVALID_CA:
        return TLS_PROBLEM_UNTRUSTED;
    case X509_V_ERR_INVALID_PURPOSE:
        return depth == 0 ? TLS_PROBLEM_WRONG_PURPOSE : TLS_PROBLEM_UNTRUSTED;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
        return TLS_PROBLEM_WEAK_KEY;
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return TLS_PROBLEM_WEAK_SIGNATURE;
    default:
        return TLS_PROBLEM_OTHER;
    }
}

/* "it is self-signed; it has expired": every problem in words. */
static char *
describe_problems(const TlsCertificate *certificate, const ServerName *server)
{
    static const struct {
        TlsProblems problem;
        const char *words;
    } table[] = {
        { TLS_PROBLEM_PIN, N_("it is not the one that is pinned") },
        { TLS_PROBLEM_SELF_SIGNED, N_("it is signed by itself only") },
        { TLS_PROBLEM_UNTRUSTED, N_("no authority known here has signed it") },
        { TLS_PROBLEM_EXPIRED, N_("it has expired") },
        { TLS_PROBLEM_NOT_YET_VALID, N_("it is not valid yet") },
        { TLS_PROBLEM_AUTHORITY, N_("it belongs to an authority, not to a server") },
        { TLS_PROBLEM_WRONG_PURPOSE, N_("it is not meant for servers") },
        { TLS_PROBLEM_WEAK_KEY, N_("its key is too weak") },
        { TLS_PROBLEM_WEAK_SIGNATURE, N_("it is signed in a way that can be forged") },
        { TLS_PROBLEM_OTHER, N_("it breaks the rules of its authority") },
    };
    GString *words = g_string_new(NULL);
    if (certificate->problems & TLS_PROBLEM_WRONG_NAME)
        g_string_append_printf(words, _("it is not for %s"), server->prepared);
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++)
        if (certificate->problems & table[i].problem)
            g_string_append_printf(words, "%s%s", words->len > 0 ? ", " : "", _(table[i].words));
    return g_string_free(words, FALSE);
}

TlsCertificate *
tls_certificate_new(X509 *peer, const ServerName *server)
{
    TlsCertificate *certificate = g_new0(TlsCertificate, 1);
    if (!read_names(peer, server, &certificate->names))
        certificate->problems |= TLS_PROBLEM_WRONG_NAME;
    if (X509_get_extension_flags(peer) & EXFLAG_CA)
        certificate->problems |= TLS_PROBLEM_AUTHORITY;
    certificate->subject = shown_name(X509_get_subject_name(peer));
    certificate->issuer = shown_name(X509_get_issuer_name(peer));
    certificate->not_before = microseconds(X509_get0_notBefore(peer));
    certificate->not_after = microseconds(X509_get0_notAfter(peer));
    certificate->fingerprint = certificate_fingerprint(peer);
    certificate->key = describe_key(peer, &certificate->problems);
    return certificate;
}

bool
tls_certificate_judge(TlsCertificate *certificate, const ServerName *server, const char *pin, const char *trusted_once)
{
    bool trusted = certificate->problems == TLS_PROBLEM_NONE || g_strcmp0(trusted_once, certificate->fingerprint) == 0;
    if (pin) {
        trusted = strcmp(pin, certificate->fingerprint) == 0;
        certificate->problems |= trusted ? TLS_PROBLEM_NONE : TLS_PROBLEM_PIN;
    }
    certificate->trusted = trusted && !(certificate->problems & TLS_PROBLEM_WEAK_KEY);
    if (certificate->problems != TLS_PROBLEM_NONE)
        certificate->problem = describe_problems(certificate, server);
    return certificate->trusted;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "certs.h"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

static EVP_PKEY *
new_key(const CertSpec *spec)
{
    EVP_PKEY *key = spec->rsa_bits > 0 ? EVP_RSA_gen((size_t)spec->rsa_bits)
                                       : EVP_EC_gen(spec->curve ? OBJ_nid2sn(spec->curve) : "P-256");
    g_assert_nonnull(key);
    return key;
}

static void
add_extension(X509 *x509, const Cert *issuer, int kind, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer ? issuer->x509 : x509, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    g_assert_nonnull(extension);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
}

static void
add_xmpp_name(X509 *x509, const char *text)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_UTF8STRING *string = ASN1_UTF8STRING_new();
    ASN1_TYPE *value = ASN1_TYPE_new();
    ASN1_STRING_set(string, text, -1);
    ASN1_TYPE_set(value, V_ASN1_UTF8STRING, string);
    GENERAL_NAME_set0_othername(name, OBJ_nid2obj(NID_XmppAddr), value);
    sk_GENERAL_NAME_push(names, name);
    g_assert_cmpint(X509_add1_ext_i2d(x509, NID_subject_alt_name, names, 0, X509V3_ADD_APPEND), ==, 1);
    GENERAL_NAMES_free(names);
}

Cert *
cert_new(const CertSpec *spec, const Cert *issuer)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL); /* as tls_context_new() does, which comes later here */
    Cert *cert = g_new0(Cert, 1);
    X509 *x509 = cert->x509 = X509_new();
    cert->key = new_key(spec);
    X509_set_version(x509, 2);
    ASN1_INTEGER_set_int64(X509_get_serialNumber(x509), g_random_int_range(1, G_MAXINT32));
    const bool dated = spec->first_day != 0 || spec->last_day != 0;
    X509_time_adj_ex(X509_getm_notBefore(x509), dated ? spec->first_day : -1, 0, NULL);
    X509_time_adj_ex(X509_getm_notAfter(x509), dated ? spec->last_day : 30, 0, NULL);
    const char *name = spec->common_name ? spec->common_name : "test";
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
                               0);
    X509_set_issuer_name(x509, X509_get_subject_name(issuer ? issuer->x509 : x509));
    X509_set_pubkey(x509, cert->key);
    add_extension(x509, issuer, NID_basic_constraints, spec->authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    if (spec->names)
        add_extension(x509, issuer, NID_subject_alt_name, spec->names);
    if (spec->xmpp_name)
        add_xmpp_name(x509, spec->xmpp_name);
    if (!spec->purpose || spec->purpose[0] != '\0')
        add_extension(x509, issuer, NID_ext_key_usage, spec->purpose ? spec->purpose : "serverAuth");
    g_assert_cmpint(X509_sign(x509, issuer ? issuer->key : cert->key, spec->sha1 ? EVP_sha1() : EVP_sha256()), >, 0);
    return cert;
}

Cert *
cert_new_authority(const char *common_name)
{
    return cert_new(&(CertSpec){ .common_name = common_name, .authority = true, .purpose = "" }, NULL);
}

void
cert_free(Cert *cert)
{
    if (!cert)
        return;
    X509_free(cert->x509);
    EVP_PKEY_free(cert->key);
    g_free(cert);
}

char *
cert_fingerprint(const Cert *cert)
{
    g_autofree unsigned char *der = NULL;
    unsigned char *encoded = NULL;
    const int length = i2d_X509(cert->x509, &encoded);
    der = g_memdup2(encoded, (gsize)length);
    OPENSSL_free(encoded);
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, der, (gsize)length);
}

void
cert_write(const Cert *cert, const char *path, const char *key_path, const char *passphrase)
{
    BIO *bio = BIO_new_file(path, "w");
    g_assert_nonnull(bio);
    g_assert_cmpint(PEM_write_bio_X509(bio, cert->x509), ==, 1);
    BIO_free(bio);
    if (!key_path)
        return;
    bio = BIO_new_file(key_path, "w");
    g_assert_nonnull(bio);
    const int length = passphrase ? (int)strlen(passphrase) : 0;
    g_assert_cmpint(PEM_write_bio_PKCS8PrivateKey(bio, cert->key, passphrase ? EVP_aes_128_cbc() : NULL, passphrase,
                                                  length, NULL, NULL),
                    ==, 1);
    BIO_free(bio);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Certificates made on the spot. Failures end the test program. */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>
#include <stdbool.h>

typedef struct Cert {
    X509 *x509;
    EVP_PKEY *key;
} Cert;

/* What to make; everything zero is a good server certificate without a name, EC P-256, valid from yesterday for 30
 * days. */
typedef struct CertSpec {
    const char *common_name;
    const char *names; /* OpenSSL's syntax: "DNS:a.example,IP:127.0.0.1,otherName:1.3.6.1.5.5.7.8.5;UTF8:a.example" */
    const char *xmpp_name; /* instead of `names`: an id-on-xmppAddr in UTF-8 */
    const char *purpose;   /* extended key usage; NULL: "serverAuth"; "": none */
    int first_day;         /* relative to today, with last_day; both 0: -1 and 30 */
    int last_day;
    bool authority;
    int rsa_bits; /* 0: EC P-256 */
    int curve;    /* NID of another curve */
    bool sha1;
} CertSpec;

/* Signed by `issuer`, or by itself when NULL. */
Cert *cert_new(const CertSpec *spec, const Cert *issuer);
Cert *cert_new_authority(const char *common_name);
void cert_free(Cert *cert);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Cert, cert_free)

/* SHA-256, lower-case hex. */
char *cert_fingerprint(const Cert *cert);
/* PEM; `key_path` may be NULL. A passphrase encrypts the key. */
void cert_write(const Cert *cert, const char *path, const char *key_path, const char *passphrase);

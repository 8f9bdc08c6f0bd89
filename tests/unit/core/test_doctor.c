/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/doctor.h"

static void
assert_redacted(const char *text, const char *expected)
{
    g_autofree char *shown = doctor_redact(text);
    g_assert_cmpstr(shown, ==, expected);
}

/* Nobody's name, device, address or directory; what helps to help stays. */
static void
test_redact(void) /* I23 */
{
    assert_redacted("alice: alice@example.org/desk-7, TLSv1.3", "alice: …@example.org/…, TLSv1.3");
    assert_redacted("“alice@example.org”", "“…@example.org”");
    assert_redacted("alice@example.org: not offered", "…@example.org: not offered");
    assert_redacted("upload: upload.example.org", "upload: upload.example.org");
    assert_redacted("a.b+c@example.org and d@e.example/x/y@z", "…@example.org and …@e.example/…");
    assert_redacted("192.0.2.1:5222: STARTTLS", "…:5222: STARTTLS");
    assert_redacted("example.org: 192.0.2.1, 2001:db8::1, ::1", "example.org: …, …, …");
    assert_redacted("fe80::1%eth0", "…%eth0");
    assert_redacted("password=hunter2", "password=…");
    assert_redacted("confab 0.1.0, GLib 2.74.6", "confab 0.1.0, GLib 2.74.6");
    assert_redacted("TLSv1.3 TLS_AES_256_GCM_SHA384, 12 ms", "TLSv1.3 TLS_AES_256_GCM_SHA384, 12 ms");
    assert_redacted("_xmpp-client: xmpp.example.org:5222 (5 0)", "_xmpp-client: xmpp.example.org:5222 (5 0)");
    assert_redacted("SCRAM-SHA-1 SCRAM-SHA-256-PLUS", "SCRAM-SHA-1 SCRAM-SHA-256-PLUS");
    assert_redacted("valid until 2027-01-31", "valid until 2027-01-31");
    assert_redacted("", "");
    g_autofree char *path = g_build_filename(g_get_home_dir(), ".config", "confab", NULL);
    assert_redacted(path, "~/.config/confab");
    /* Nothing grows without end, whatever somebody calls a thing. */
    g_autofree char *long_text = g_strnfill(100000, '@');
    g_autofree char *shown = doctor_redact(long_text);
    g_assert_nonnull(shown);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/core/doctor/redact", test_redact);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/jid.h"

#include <string.h>

#include "base/error.h"
#include "base/precis.h"

static void
assert_jid(const char *text, const char *local, const char *domain, const char *resource)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) jid = jid_new(text, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(jid_local(jid), ==, local);
    g_assert_cmpstr(jid_domain(jid), ==, domain);
    g_assert_cmpstr(jid_resource(jid), ==, resource);
    g_autofree char *bare = local != NULL ? g_strdup_printf("%s@%s", local, domain) : g_strdup(domain);
    g_autofree char *full = resource != NULL ? g_strdup_printf("%s/%s", bare, resource) : g_strdup(bare);
    g_assert_cmpstr(jid_bare(jid), ==, bare);
    g_assert_cmpstr(jid_text(jid), ==, full);
    g_assert_true(jid_is_bare(jid) == (resource == NULL));
    /* A prepared JID is prepared: the same text gives the same JID. */
    g_autoptr(Jid) again = jid_new(jid_text(jid), &error);
    g_assert_no_error(error);
    g_assert_true(jid_equal(jid, again));
}

static void
assert_refused(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Jid) jid = jid_new(text, &error);
    g_assert_null(jid);
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    for (const char *c = error->message; *c != '\0'; c++) /* I12 */
        g_assert_true((unsigned char) *c >= 0x20 && *c != 0x7F);
}

/* RFC 7622 table 1; the numbers are its own. */
static void
test_rfc_valid(void)
{
    assert_jid("juliet@example.com", "juliet", "example.com", NULL);                 /* 1 */
    assert_jid("juliet@example.com/foo", "juliet", "example.com", "foo");            /* 2 */
    assert_jid("juliet@example.com/foo bar", "juliet", "example.com", "foo bar");    /* 3 */
    assert_jid("juliet@example.com/foo@bar", "juliet", "example.com", "foo@bar");    /* 4 */
    assert_jid("foo\\20bar@example.com", "foo\\20bar", "example.com", NULL);         /* 5 */
    assert_jid("fussball@example.com", "fussball", "example.com", NULL);             /* 6 */
    assert_jid("fu\u00DFball@example.com", "fu\u00DFball", "example.com", NULL);     /* 7 */
    assert_jid("\u03C0@example.com", "\u03C0", "example.com", NULL);                 /* 8 */
    assert_jid("\u03A3@example.com/foo", "\u03C3", "example.com", "foo");            /* 9 */
    assert_jid("\u03C3@example.com/foo", "\u03C3", "example.com", "foo");            /* 10 */
    assert_jid("\u03C2@example.com/foo", "\u03C2", "example.com", "foo");            /* 11 */
    assert_jid("king@example.com/\u265A", "king", "example.com", "\u265A");          /* 12 */
    assert_jid("example.com", NULL, "example.com", NULL);                            /* 13 */
    assert_jid("example.com/foobar", NULL, "example.com", "foobar");                 /* 14 */
    assert_jid("a.example.com/b@example.net", NULL, "a.example.com", "b@example.net"); /* 15 */
}

/* RFC 7622 table 2. Its number 18, a leading space in the resource, is an error of the table (erratum 4560). */
static void
test_rfc_invalid(void)
{
    assert_refused("\"juliet\"@example.com");
    assert_refused("foo bar@example.com");
    assert_refused("@example.com/");
    assert_refused("henry\u2163@example.com");
    assert_refused("\u265A@example.com");
    assert_refused("juliet@");
    assert_refused("/foobar");
    assert_jid("juliet@example.com/ foo", "juliet", "example.com", " foo");
}

static void
test_forbidden_in_local(void)
{
    for (const char *c = "\"&'/:<>@ "; *c != '\0'; c++) { /* RFC 7622 §3.3.1 */
        g_autofree char *local = g_strdup_printf("a%cb", *c);
        g_autoptr(GError) error = NULL;
        g_assert_null(jid_new_from_parts(local, "example.com", NULL, &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
    }
    /* A fullwidth form is mapped before it is looked at: this is an ampersand. */
    assert_refused("a\uFF06b@example.com");
}

static void
test_shapes(void)
{
    assert_refused("");
    assert_refused("@");
    assert_refused("a@b/");
    assert_refused("a@@b");
    assert_refused("a@b@c");
    assert_jid("a@b/c/d", "a", "b", "c/d");
    assert_jid("a@b//", "a", "b", "/");
    assert_jid("Juliet@EXAMPLE.Com/Balcony", "juliet", "example.com", "Balcony");
    assert_jid("a@example.com.", "a", "example.com", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_null(jid_new(NULL, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
}

static void
test_hostile(void) /* I6, I12, I20 */
{
    assert_refused("a\x1B[2J@example.com");
    assert_refused("a@example.com/\x1B]0;owned\x07");
    assert_refused("a@exa\nmple.com");
    assert_refused("a@example.com/new\nline");
    assert_refused("a@example.com/\xC2\x85");
    assert_refused("a@example.com/\u202Eevil");
    assert_refused("a@example.com/zero\u200Bwidth");
    assert_refused("ali\u00ADce@example.com"); /* soft hyphen */
    assert_refused("alice\uFEFF@example.com");
    assert_refused("alice\u2066@example.com");
    assert_refused("alice\U000E0041@example.com"); /* a tag */
    assert_refused("alice\uE000@example.com");     /* private use */
    assert_refused("a\xC0\xAF@example.com");       /* overlong */
    assert_refused("a\xED\xA0\x80@example.com");   /* a surrogate */
    assert_refused("a\xE2\x82@example.com");       /* truncated */
    assert_refused("a@example.com/\xFF");
    assert_refused("a@\xFF");
    assert_refused("%s%n%s@exam ple");
}

static void
test_lengths(void)
{
    g_autofree char *longest = g_strnfill(1023, 'a');
    g_autofree char *too_long = g_strnfill(1024, 'a');
    g_autofree char *full = g_strdup_printf("%s@example.com/%s", longest, longest);
    assert_jid(full, longest, "example.com", longest);
    g_autofree char *local = g_strdup_printf("%s@example.com", too_long);
    g_autofree char *resource = g_strdup_printf("a@example.com/%s", too_long);
    assert_refused(local);
    assert_refused(resource);
    assert_refused(too_long);
    /* Bytes count, not characters; and they count after preparation. */
    GString *wide = g_string_new(NULL);
    for (int i = 0; i < 512; i++)
        g_string_append(wide, "\u00E9");
    g_autofree char *wide_jid = g_strdup_printf("%s@example.com", wide->str);
    assert_refused(wide_jid);
    g_string_truncate(wide, 1022);
    g_autofree char *fitting = g_strdup_printf("%s@example.com", wide->str);
    assert_jid(fitting, wide->str, "example.com", NULL);
    g_string_free(wide, TRUE);
    g_autofree char *megabyte = g_strnfill(1024 * 1024, 'x');
    assert_refused(megabyte);
    g_autofree char *label = g_strnfill(64, 'a');
    g_autofree char *long_label = g_strdup_printf("a@%s.com", label);
    assert_refused(long_label);
}

static void
test_domains(void)
{
    assert_jid("a@127.0.0.1", "a", "127.0.0.1", NULL);
    assert_jid("a@[::1]", "a", "[::1]", NULL);
    assert_jid("a@[2001:DB8:0:0:0::1]/r", "a", "[2001:db8::1]", "r");
    assert_jid("a@localhost", "a", "localhost", NULL);
    assert_jid("a@my_server", "a", "my_server", NULL);
    assert_refused("a@[::1");
    assert_refused("a@[127.0.0.1]");
    assert_refused("a@[fe80::1%eth0]");
    assert_refused("a@[]");
    assert_refused("a@-example.com");
    assert_refused("a@example-.com");
    assert_refused("a@example..com");
    assert_refused("a@.example.com");
    assert_refused("a@.");
    assert_refused("a@exam ple.com");
    assert_refused("a@exam%ple.com");
    assert_refused("a@example.com:5222");
}

static void
test_international_domains(void)
{
    assert_jid("a@xn--mnchen-3ya.example", "a", "m\u00FCnchen.example", NULL);
    assert_jid("a@M\u00DCNCHEN.example", "a", "m\u00FCnchen.example", NULL);
    assert_jid("a@mu\u0308nchen.example", "a", "m\u00FCnchen.example", NULL);
    assert_jid("a@XN--MNCHEN-3YA.example", "a", "m\u00FCnchen.example", NULL);
    assert_jid("a@fa\u00DF.example", "a", "fa\u00DF.example", NULL); /* non-transitional: ß stays */
    assert_jid("a@\u4F8B\u3048.\u30C6\u30B9\u30C8", "a", "\u4F8B\u3048.\u30C6\u30B9\u30C8", NULL);
    assert_jid("a@\uFF45xample\u3002com", "a", "example.com", NULL); /* fullwidth letter, ideographic stop */
    assert_refused("a@\u265A.example");                              /* a symbol: not in IDNA2008 */
    assert_refused("a@ex\u00ADample\u200D.example");
    assert_refused("a@xn--\u00FC.example");
    assert_refused("a@xn--a.example"); /* not Punycode of anything */
    assert_refused("a@\u202Eexample.com");
    g_autoptr(Jid) jid = jid_new("a@m\u00FCnchen.example", NULL);
    g_autofree char *ascii = jid_domain_to_ascii(jid);
    g_assert_cmpstr(ascii, ==, "xn--mnchen-3ya.example");
    g_autoptr(Jid) plain = jid_new("a@example.com", NULL);
    g_autofree char *same = jid_domain_to_ascii(plain);
    g_assert_cmpstr(same, ==, "example.com");
}

static void
test_preparation(void)
{
    assert_jid("\uFF21\uFF22@example.com", "ab", "example.com", NULL);     /* fullwidth */
    assert_jid("\uFF76@example.com", "\u30AB", "example.com", NULL);       /* halfwidth katakana */
    assert_jid("e\u0301@example.com", "\u00E9", "example.com", NULL);      /* NFC */
    assert_jid("\u00C5SA@example.com", "\u00E5sa", "example.com", NULL);
    assert_jid("a@example.com/e\u0301", "a", "example.com", "\u00E9");
    assert_jid("a@example.com/x\u00A0y\u3000z", "a", "example.com", "x y z"); /* spaces are mapped */
    assert_jid("a@example.com/\uFF21", "a", "example.com", "\uFF21");      /* width is not mapped here */
    assert_jid("a@example.com/\u2163", "a", "example.com", "\u2163");
    assert_jid("\u05D0\u05D1@example.com", "\u05D0\u05D1", "example.com", NULL);
    assert_refused("\u05D0b@example.com"); /* the Bidi Rule */
    assert_refused("b\u05D0@example.com");
    assert_refused("1\u05D0@example.com");
    assert_refused("\u212A@example.com");  /* Kelvin sign: compatibility */
    assert_refused("\u1100\u1161@example.com"); /* conjoining jamo */
    assert_refused("\u0378@example.com");  /* unassigned */
    assert_refused("a@example.com/\u0378");
    assert_jid("a@example.com/\U0001FA77", "a", "example.com", "\U0001FA77"); /* an emoji of Unicode 15 */
}

/* RFC 5892 appendix A. */
static void
test_context_rules(void)
{
    assert_jid("l\u00B7l@example.com", "l\u00B7l", "example.com", NULL);
    assert_refused("a\u00B7l@example.com");
    assert_refused("\u00B7@example.com");
    assert_jid("\u0375\u03B1@example.com", "\u0375\u03B1", "example.com", NULL);
    assert_refused("\u0375a@example.com");
    assert_jid("\u05D0\u05F3@example.com", "\u05D0\u05F3", "example.com", NULL);
    assert_refused("\u05F3\u05D0@example.com");
    assert_jid("\u30AB\u30FB@example.com", "\u30AB\u30FB", "example.com", NULL);
    assert_refused("\u30FB@example.com");
    assert_jid("\u0627\u0661@example.com", "\u0627\u0661", "example.com", NULL);
    assert_refused("\u0627\u0661\u06F1@example.com");
    assert_jid("\u0915\u094D\u200D\u0937@example.com", "\u0915\u094D\u200D\u0937", "example.com", NULL);
    assert_refused("a\u200Db@example.com");
    assert_jid("\u0645\u06CC\u200C\u062E@example.com", "\u0645\u06CC\u200C\u062E", "example.com", NULL);
    assert_refused("a\u200Cb@example.com");
}

static void
test_equality(void)
{
    g_autoptr(Jid) a = jid_new("a@example.com/x", NULL);
    g_autoptr(Jid) same = jid_new("A@Example.com/x", NULL);
    g_autoptr(Jid) other = jid_new("a@example.com/y", NULL);
    g_autoptr(Jid) bare = jid_to_bare(a);
    g_autoptr(Jid) longer = jid_new("a@example.com.evil.org/x", NULL);
    g_assert_true(jid_equal(a, same));
    g_assert_cmpuint(jid_hash(a), ==, jid_hash(same));
    g_assert_false(jid_equal(a, other));
    g_assert_false(jid_equal(a, bare));
    g_assert_true(jid_equal_bare(a, other));
    g_assert_true(jid_equal_bare(a, bare));
    g_assert_false(jid_equal_bare(a, longer)); /* I10: never prefixes */
    g_assert_true(jid_equal(NULL, NULL));
    g_assert_true(jid_equal_bare(NULL, NULL));
    g_assert_false(jid_equal(a, NULL));
    g_assert_false(jid_equal_bare(NULL, a));
    g_assert_cmpint(jid_compare(a, other), <, 0);
    g_assert_cmpint(jid_compare(a, same), ==, 0);

    g_autoptr(GHashTable) table = g_hash_table_new(jid_bare_hash, jid_bare_hash_equal);
    g_hash_table_add(table, bare);
    g_assert_true(g_hash_table_contains(table, other));
    g_assert_false(g_hash_table_contains(table, longer));
    g_autoptr(GHashTable) whole = g_hash_table_new(jid_hash, jid_hash_equal);
    g_hash_table_add(whole, a);
    g_assert_true(g_hash_table_contains(whole, same));
    g_assert_false(g_hash_table_contains(whole, other));
}

static void
test_derived(void)
{
    g_autoptr(Jid) full = jid_new("a@example.com/x", NULL);
    g_autoptr(Jid) bare = jid_to_bare(full);
    g_assert_cmpstr(jid_text(bare), ==, "a@example.com");
    g_autoptr(Jid) same = jid_to_bare(bare);
    g_assert_true(same == bare);
    g_autoptr(Jid) other = jid_with_resource(bare, "e\u0301", NULL);
    g_assert_cmpstr(jid_text(other), ==, "a@example.com/\u00E9");
    g_autoptr(Jid) without = jid_with_resource(full, NULL, NULL);
    g_assert_true(jid_equal(without, bare));
    g_autoptr(GError) error = NULL;
    g_assert_null(jid_with_resource(bare, "", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
    g_autoptr(Jid) room = jid_new_from_parts(NULL, "rooms.example.com", "Nick", NULL);
    g_assert_cmpstr(jid_text(room), ==, "rooms.example.com/Nick");
    g_assert_null(jid_new_from_parts("a", NULL, NULL, NULL));
    g_assert_null(jid_new_from_parts("", "example.com", NULL, NULL));
}

static void
test_secrets(void)
{
    /* RFC 8265 §4.3 and RFC 4013's old troubles. */
    g_autofree char *spaces = jid_prepare_opaque("correct horse\u00A0battery", NULL);
    g_assert_cmpstr(spaces, ==, "correct horse battery");
    g_autofree char *composed = jid_prepare_opaque("\u03C0\u00DF\u00E5", NULL);
    g_assert_cmpstr(composed, ==, "\u03C0\u00DF\u00E5");
    g_autofree char *chess = jid_prepare_opaque("Jack of \u2666s", NULL);
    g_assert_cmpstr(chess, ==, "Jack of \u2666s");
    g_autoptr(GError) error = NULL;
    g_assert_null(jid_prepare_opaque("my cat is a \tby", &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_BAD_INPUT);
    g_assert_null(strstr(error->message, "cat")); /* I23: no secret in a message */
    g_assert_null(jid_prepare_opaque("", NULL));
    g_autofree char *name = jid_prepare_username("Julia", NULL);
    g_assert_cmpstr(name, ==, "Julia");
    g_assert_null(jid_prepare_username("two words", NULL));
    g_assert_null(jid_prepare_username("", NULL));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/jid/rfc7622-valid", test_rfc_valid);
    g_test_add_func("/base/jid/rfc7622-invalid", test_rfc_invalid);
    g_test_add_func("/base/jid/forbidden-in-local", test_forbidden_in_local);
    g_test_add_func("/base/jid/shapes", test_shapes);
    g_test_add_func("/base/jid/hostile", test_hostile);
    g_test_add_func("/base/jid/lengths", test_lengths);
    g_test_add_func("/base/jid/domains", test_domains);
    g_test_add_func("/base/jid/international-domains", test_international_domains);
    g_test_add_func("/base/jid/preparation", test_preparation);
    g_test_add_func("/base/jid/context-rules", test_context_rules);
    g_test_add_func("/base/jid/equality", test_equality);
    g_test_add_func("/base/jid/derived", test_derived);
    g_test_add_func("/base/jid/passwords-and-names", test_secrets);
    return g_test_run();
}

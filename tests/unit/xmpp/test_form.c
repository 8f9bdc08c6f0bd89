/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "xmpp/form.h"

/* A form in text, and what was read of it. */
typedef struct Sheet {
    xmpp_ctx_t *ctx;
    DataForm *form;
} Sheet;

static Sheet
sheet_open(const char *xml)
{
    Sheet sheet = { .ctx = xmpp_ctx_new(NULL, NULL) };
    xmpp_stanza_t *x = xmpp_stanza_new_from_string(sheet.ctx, xml);
    g_assert_nonnull(x);
    sheet.form = form_new(x);
    xmpp_stanza_release(x);
    return sheet;
}

static void
sheet_close(Sheet *sheet)
{
    form_free(sheet->form);
    xmpp_ctx_free(sheet->ctx);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sheet, sheet_close)

#define FORM(inside) "<x xmlns='jabber:x:data' type='form'>" inside "</x>"
#define FIELD(type, var, inside) "<field type='" type "' var='" var "'>" inside "</field>"
#define VALUE(text) "<value>" text "</value>"
#define OPTION(label, value) "<option label='" label "'><value>" value "</value></option>"

/* "var=type:value,value;" of each field. */
static char *
describe(const GPtrArray *fields)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < fields->len; i++) {
        const FormField *field = g_ptr_array_index(fields, i);
        g_string_append_printf(text, "%s=%s%s:", field->var != NULL ? field->var : "-", form_field_type_word(field->type),
                               field->required ? "!" : "");
        for (guint j = 0; j < field->values->len; j++)
            g_string_append_printf(text, "%s%s", j > 0 ? "," : "", (const char *) g_ptr_array_index(field->values, j));
        g_string_append_c(text, ';');
    }
    return g_string_free(text, FALSE);
}

static char *
submitted(const Sheet *sheet)
{
    xmpp_stanza_t *parent = stanza_new(sheet->ctx, "query", "urn:q");
    form_add_submit(parent, sheet->form);
    char *xml = stanza_to_xml(parent);
    xmpp_stanza_release(parent);
    return xml;
}

/* --- reading --- */

/* XEP-0004, example 2 and around. */
static void
test_reads(void)
{
    g_auto(Sheet) sheet = sheet_open(FORM(
        "<title>Bot</title><instructions>Fill in</instructions><instructions>and send</instructions>"
        FIELD("hidden", "FORM_TYPE", VALUE("jabber:bot"))
        "<field type='fixed'><value>Section</value></field>"
        "<field type='text-single' var='name' label='The name'><required/></field>"
        FIELD("text-multi", "desc", VALUE("one") VALUE("two") "<desc>Tell</desc>")
        FIELD("list-multi", "features", VALUE("a") VALUE("b") OPTION("A", "a") OPTION("B", "b") "<option><value>c</value></option>")
        "<field var='plain'><value>v</value></field>" FIELD("text-of-2040", "new", VALUE("w"))));
    g_assert_nonnull(sheet.form);
    g_assert_cmpint(sheet.form->kind, ==, FORM_FORM);
    g_assert_cmpstr(sheet.form->title, ==, "Bot");
    g_assert_cmpstr(sheet.form->instructions, ==, "Fill in\nand send");
    g_assert_cmpstr(form_type(sheet.form), ==, "jabber:bot");
    g_assert_false(sheet.form->is_cut);
    g_autofree char *fields = describe(sheet.form->fields);
    g_assert_cmpstr(fields, ==,
                    "FORM_TYPE=hidden:jabber:bot;-=fixed:Section;name=text-single!:;desc=text-multi:one,two;"
                    "features=list-multi:a,b;plain=text-single:v;new=text-single:w;");
    const FormField *features = form_find(sheet.form, "features");
    g_assert_cmpuint(features->options->len, ==, 3);
    g_assert_cmpstr(((FormOption *) features->options->pdata[1])->label, ==, "B");
    g_assert_null(((FormOption *) features->options->pdata[2])->label);
    g_assert_cmpstr(form_find(sheet.form, "desc")->description, ==, "Tell");
    g_assert_cmpstr(form_find(sheet.form, "name")->label, ==, "The name");
}

/* XEP-0004, example 8. */
static void
test_tables(void)
{
    g_auto(Sheet) sheet = sheet_open(
        "<x xmlns='jabber:x:data' type='result'><reported><field var='name' label='Name'/><field var='url'/></reported>"
        "<item><field var='name'><value>A</value></field><field var='url'><value>u</value></field></item>"
        "<item><field var='name'><value>B</value></field></item></x>");
    g_assert_cmpint(sheet.form->kind, ==, FORM_RESULT);
    g_assert_cmpuint(sheet.form->reported->len, ==, 2);
    g_assert_cmpuint(sheet.form->items->len, ==, 2);
    g_autofree char *first = describe(sheet.form->items->pdata[0]);
    g_autofree char *second = describe(sheet.form->items->pdata[1]);
    g_assert_cmpstr(first, ==, "name=text-single:A;url=text-single:u;");
    g_assert_cmpstr(second, ==, "name=text-single:B;");
}

static void
test_not_forms(void)
{
    static const char *const cases[] = {
        "<x xmlns='jabber:x:data'/>",
        "<x xmlns='jabber:x:data' type='king'/>",
        "<x xmlns='jabber:x:event' type='form'/>",
        "<y xmlns='jabber:x:data' type='form'/>",
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Sheet) sheet = sheet_open(cases[i]);
        g_assert_null(sheet.form);
    }
}

/* What contradicts itself, and what is no part of it. */
static void
test_hostile(void)
{
    g_auto(Sheet) sheet = sheet_open(FORM(
        FIELD("text-single", "a", VALUE("first")) FIELD("hidden", "a", VALUE("second")) "<field type='text-single'/>"
        "<field var=''/><field xmlns='urn:other' var='b'/><x><field var='c'/></x>"
        FIELD("list-single", "d", "<option label='no value'/>" "<value xmlns='urn:other'>v</value>")));
    g_autofree char *fields = describe(sheet.form->fields);
    g_assert_cmpstr(fields, ==, "a=text-single:first;d=list-single:;");
    g_assert_cmpuint(form_find(sheet.form, "d")->options->len, ==, 0);
}

/* # in the piece is its number. */
static char *
repeat(const char *head, const char *piece, guint count, const char *tail)
{
    g_auto(GStrv) parts = g_strsplit(piece, "#", 2);
    GString *text = g_string_new(head);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(text, "%s%u%s", parts[0], i, parts[1]);
    g_string_append(text, tail);
    return g_string_free(text, FALSE);
}

/* I9: bounded in every direction, and what is not whole is not sent back. */
static void
test_limits(void)
{
    g_autofree char *long_text = g_strnfill(FORM_BYTES_MAX + 1, 'x');
    g_autofree char *fields = repeat("<x xmlns='jabber:x:data' type='form'>", "<field var='v#'/>", 2000, "</x>");
    g_autofree char *values = repeat("<x xmlns='jabber:x:data' type='form'><field type='text-multi' var='v'>",
                                     "<value>#</value>", FORM_VALUES_MAX + 10, "</field></x>");
    g_autofree char *options = repeat("<x xmlns='jabber:x:data' type='form'><field type='list-single' var='v'>",
                                      "<option><value>#</value></option>", 2000, "</field></x>");
    g_autofree char *items = repeat("<x xmlns='jabber:x:data' type='form'>",
                                    "<item><field var='v'><value>#</value></field></item>", FORM_ITEMS_MAX + 10, "</x>");
    g_autofree char *bytes =
        g_strdup_printf("<x xmlns='jabber:x:data' type='form'><field var='v'><value>%s</value></field></x>", long_text);
    g_autofree char *label = g_strdup_printf("<x xmlns='jabber:x:data' type='form'><field var='v' label='%s'/></x>", long_text);
    g_autofree char *title = g_strdup_printf("<x xmlns='jabber:x:data' type='form'><title>%s</title></x>", long_text);
    const char *const cases[] = { fields, values, options, items, bytes, label, title };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(Sheet) sheet = sheet_open(cases[i]);
        g_assert_true(sheet.form->is_cut);
        g_assert_cmpuint(sheet.form->fields->len, <=, FORM_FIELDS_MAX);
        g_assert_cmpuint(sheet.form->items->len, <=, FORM_ITEMS_MAX);
        const FormField *field = form_find(sheet.form, "v");
        g_assert_true(field == NULL || field->values->len <= FORM_VALUES_MAX);
        g_assert_true(field == NULL || field->options->len <= FORM_OPTIONS_MAX);
        g_assert_false(form_check(sheet.form, &error));
        g_assert_error(error, CONFAB_ERROR, ERROR_PROTOCOL);
    }
}

/* --- filling in --- */

#define WHOLE                                                                                                          \
    FORM(FIELD("hidden", "FORM_TYPE", VALUE("t")) FIELD("text-single", "name", "<required/>" VALUE("n"))               \
         FIELD("text-multi", "desc", VALUE("l")) FIELD("text-private", "secret", "") FIELD("boolean", "public", VALUE("1")) \
         FIELD("list-single", "whois", VALUE("m") OPTION("Moderators", "m") OPTION("Any Ône", "a") OPTION("Same", "s1") OPTION("Same", "s2")) \
         FIELD("list-multi", "cast", OPTION("", "x") OPTION("Why", "y")) FIELD("jid-single", "boss", "")               \
         FIELD("jid-multi", "admins", "") FIELD("fixed", "words", VALUE("Read")) FIELD("list-single", "free", ""))

static void
test_sets(void)
{
    static const struct {
        const char *var, *values[4], *outcome; /* the error, or the field as it is then */
    } cases[] = {
        { "name", { "New name" }, "New name" },
        { "name", { "" }, "“name” takes a value: it cannot be empty" },
        { "name", { "a", "b" }, "“name” takes one value only" },
        { "desc", { "one", "", "three" }, "one||three" },
        { "desc", { "" }, "" },
        { "desc", { NULL }, "" },
        { "secret", { "s3cr\xc3\xa9t" }, "s3cr\xc3\xa9t" },
        { "secret", { "" }, "" },
        { "public", { "no" }, "0" },
        { "public", { "TRUE" }, "1" },
        { "public", { "off" }, "0" },
        { "public", { "perhaps" }, "“public” takes yes or no" },
        { "public", { "" }, "“public” takes a value: it cannot be empty" },
        { "whois", { "a" }, "a" },
        { "whois", { "any ôNE" }, "a" },
        { "whois", { "moderators" }, "m" },
        { "whois", { "same" }, "“whois” takes one of: m, a, s1, s2" },
        { "whois", { "s2" }, "s2" },
        { "whois", { "all" }, "“whois” takes one of: m, a, s1, s2" },
        { "cast", { "x", "why" }, "x|y" },
        { "cast", { "x", "z" }, "“cast” takes one of: x, y" },
        { "boss", { "Boss@Example.org" }, "boss@example.org" },
        { "boss", { "@" }, "“boss” takes an address: somebody@example.org" },
        { "boss", { "" }, "" },
        { "admins", { "a@b.example", "c@d.example" }, "a@b.example|c@d.example" },
        { "admins", { "a@b.example", "" }, "“admins” takes an address: somebody@example.org" },
        { "words", { "mine" }, "“words” takes nothing: it is not for you to fill in" },
        { "words", { "" }, "“words” takes nothing: it is not for you to fill in" },
        { "FORM_TYPE", { "other" }, "“FORM_TYPE” takes nothing: it is not for you to fill in" },
        { "free", { "anything" }, "anything" },
        { "none\x1b", { "v" }, "the form has no field “none^[”: see /form" }, /* I12 */
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(Sheet) sheet = sheet_open(WHOLE);
        g_autofree char *before = submitted(&sheet);
        if (!form_set(sheet.form, cases[i].var, cases[i].values, &error)) {
            g_autofree char *after = submitted(&sheet);
            g_assert_cmpstr(error->message, ==, cases[i].outcome);
            g_assert_cmpstr(before, ==, after);
            g_assert_false(form_is_changed(sheet.form));
            continue;
        }
        GPtrArray *values = form_find(sheet.form, cases[i].var)->values;
        GString *text = g_string_new(NULL);
        for (guint j = 0; j < values->len; j++)
            g_string_append_printf(text, "%s%s", j > 0 ? "|" : "", (char *) values->pdata[j]);
        g_assert_cmpstr(text->str, ==, cases[i].outcome);
        g_string_free(text, TRUE);
        g_assert_true(form_is_changed(sheet.form));
    }
}

/* Labels come from elsewhere (I12). */
static void
test_clean_errors(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(Sheet) sheet = sheet_open(FORM("<field type='list-single' var='v' label='a&#x9b;31m&#x202e;b'>" OPTION("l", "o&#10;p") "</field>"));
    const char *const values[] = { "q", NULL };
    g_assert_false(form_set(sheet.form, "v", values, &error));
    g_assert_true(text_is_clean(error->message, -1, TEXT_LINE));
}

static void
test_submits(void)
{
    static const char *const none[] = { NULL }, *const no[] = { "no", NULL }, *const name[] = { "a & <b>", NULL };
    g_auto(Sheet) sheet = sheet_open(WHOLE);
    g_autoptr(GError) error = NULL;
    g_assert_true(form_check(sheet.form, &error));
    g_assert_true(form_set(sheet.form, "public", no, &error));
    g_assert_true(form_set(sheet.form, "desc", none, &error));
    g_assert_true(form_set(sheet.form, "name", name, &error));
    g_autofree char *xml = submitted(&sheet);
    /* hidden ones stay, words for readers go, what was emptied is said, what was never set is not */
    g_assert_cmpstr(xml, ==,
                    "<query xmlns=\"urn:q\"><x xmlns=\"jabber:x:data\" type=\"submit\">"
                    "<field type=\"hidden\" var=\"FORM_TYPE\"><value>t</value></field>"
                    "<field type=\"text-single\" var=\"name\"><value>a &amp; &lt;b&gt;</value></field>"
                    "<field type=\"text-multi\" var=\"desc\"/>"
                    "<field type=\"boolean\" var=\"public\"><value>0</value></field>"
                    "<field type=\"list-single\" var=\"whois\"><value>m</value></field></x></query>");
}

static void
test_required(void)
{
    static const char *const value[] = { "v", NULL };
    g_autoptr(GError) error = NULL;
    g_auto(Sheet) sheet = sheet_open(FORM("<field type='text-single' var='nick' label='Your nick'><required/></field>"
                                          "<field type='hidden' var='h'><required/></field>"));
    g_assert_false(form_check(sheet.form, &error));
    g_assert_cmpstr(error->message, ==, "“Your nick” is required: /form set nick VALUE");
    g_clear_error(&error);
    g_assert_true(form_set(sheet.form, "nick", value, &error));
    g_assert_true(form_check(sheet.form, &error));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/form/reads", test_reads);
    g_test_add_func("/xmpp/form/tables", test_tables);
    g_test_add_func("/xmpp/form/not-forms", test_not_forms);
    g_test_add_func("/xmpp/form/hostile", test_hostile);
    g_test_add_func("/xmpp/form/limits", test_limits);
    g_test_add_func("/xmpp/form/sets", test_sets);
    g_test_add_func("/xmpp/form/clean-errors", test_clean_errors);
    g_test_add_func("/xmpp/form/submits", test_submits);
    g_test_add_func("/xmpp/form/required", test_required);
    return g_test_run();
}

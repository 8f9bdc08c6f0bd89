/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "stream_fixture.h"
#include "xmpp/xep/muc_admin.h"

#define ROOM "coven@chat.example"

typedef struct Outcome {
    guint calls;
    GString *line; /* items, or the error */
} Outcome;

static void
note_error(Outcome *outcome, const XmppStanzaError *detail, const GError *error)
{
    outcome->calls++;
    g_string_truncate(outcome->line, 0);
    if (error != NULL)
        g_string_assign(outcome->line, detail != NULL ? detail->condition : "no answer");
}

static void
on_done(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Outcome *outcome = data;
    note_error(outcome, detail, error);
    if (answer != NULL)
        g_string_assign(outcome->line, "ok");
}

static void
on_list(XmppStream *stream, const GPtrArray *items, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Outcome *outcome = data;
    note_error(outcome, detail, error);
    for (guint i = 0; items != NULL && i < items->len; i++) {
        const MucListItem *item = g_ptr_array_index(items, i);
        g_string_append_printf(outcome->line, "[%s|%s|%s|%s|%s]", item->jid != NULL ? jid_text(item->jid) : "",
                               item->nick != NULL ? item->nick : "", item->reason != NULL ? item->reason : "",
                               muc_role_word(item->role), muc_affiliation_word(item->affiliation));
    }
}

typedef struct Admin {
    StreamFixture fixture;
    Jid *room;
    Outcome outcome;
} Admin;

static void
admin_init(Admin *admin)
{
    fixture_init_online(&admin->fixture);
    admin->room = jid_new(ROOM, NULL);
    admin->outcome = (Outcome) { 0, g_string_new(NULL) };
}

static void
admin_clear(Admin *admin)
{
    fixture_clear(&admin->fixture);
    jid_unref(admin->room);
    g_string_free(admin->outcome.line, TRUE);
}

/* Answers the request that was sent, which must hold `part`. */
static void
answer(Admin *admin, const char *part, const char *type, const char *from, const char *inside)
{
    const char *xml = fixture_sent(&admin->fixture);
    assert_has(xml, part);
    g_autofree char *id = fixture_attribute(xml, "id");
    fixture_feed(&admin->fixture, "<iq type='%s' from='%s' id='%s'>%s</iq>", type, from, id, inside);
}

#define ERROR(type, condition) "<error type='" type "'><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
#define ITEMS(items) "<query xmlns='http://jabber.org/protocol/muc#admin'>" items "</query>"

static void
test_role(void)
{
    Admin admin;
    admin_init(&admin);
    muc_admin_set_role(admin.fixture.stream, admin.room, "third \"witch\"/<3", MUC_ROLE_NONE, "Avaunt & out", on_done,
                       &admin.outcome);
    const char *xml = admin.fixture.sent->pdata[0];
    assert_has(xml, "nick=\"third &quot;witch&quot;/&lt;3\"");
    assert_has(xml, "<reason>Avaunt &amp; out</reason>");
    assert_has(xml, "type=\"set\"");
    answer(&admin, "role=\"none\"", "result", ROOM, "");
    g_assert_cmpstr(admin.outcome.line->str, ==, "ok");

    muc_admin_set_role(admin.fixture.stream, admin.room, "w", MUC_ROLE_MODERATOR, NULL, on_done, &admin.outcome);
    g_assert_null(strstr(admin.fixture.sent->pdata[0], "<reason"));
    answer(&admin, "role=\"moderator\"", "error", ROOM, ERROR("cancel", "not-allowed"));
    g_assert_cmpstr(admin.outcome.line->str, ==, "not-allowed");
    g_assert_cmpuint(admin.outcome.calls, ==, 2);
    admin_clear(&admin);
}

static void
test_affiliation(void)
{
    Admin admin;
    admin_init(&admin);
    g_autoptr(Jid) full = jid_new("pistol@shakespeare.lit/pda", NULL);
    muc_admin_set_affiliation(admin.fixture.stream, admin.room, full, MUC_AFFILIATION_OUTCAST, "", on_done, &admin.outcome);
    const char *xml = admin.fixture.sent->pdata[0];
    assert_has(xml, "jid=\"pistol@shakespeare.lit\""); /* always the bare one */
    g_assert_null(strstr(xml, "<reason"));
    answer(&admin, "affiliation=\"outcast\"", "error", ROOM, ERROR("cancel", "conflict"));
    g_assert_cmpstr(admin.outcome.line->str, ==, "conflict");
    admin_clear(&admin);
}

/* I13: the answer of anybody but the room is none. */
static void
test_forged(void)
{
    static const char *const liars[] = { ROOM "/eve", "eve@evil.example", "chat.example", "romeo@montague.example" };
    Admin admin;
    admin_init(&admin);
    muc_admin_list_affiliation(admin.fixture.stream, admin.room, MUC_AFFILIATION_OWNER, on_list, &admin.outcome);
    g_autofree char *id = fixture_attribute(admin.fixture.sent->pdata[0], "id");
    for (guint i = 0; i < G_N_ELEMENTS(liars); i++)
        fixture_feed(&admin.fixture, "<iq type='result' from='%s' id='%s'>" ITEMS("<item jid='eve@evil.example'/>") "</iq>",
                     liars[i], id);
    fixture_feed(&admin.fixture, "<iq type='result' id='%s'/>", id);
    g_assert_cmpuint(admin.outcome.calls, ==, 0);
    answer(&admin, "affiliation=\"owner\"", "result", ROOM, ITEMS("<item jid='crone@shakespeare.lit'/>"));
    g_assert_cmpstr(admin.outcome.line->str, ==, "[crone@shakespeare.lit|||none|owner]");
    g_assert_cmpuint(admin.outcome.calls, ==, 1);
    admin_clear(&admin);
}

static void
test_lists(void)
{
    static const struct {
        const char *answer, *expected;
    } cases[] = {
        { ITEMS("<item affiliation='outcast' jid='earl@shakespeare.lit'><reason>Treason</reason></item>"
                "<item affiliation='outcast' jid='evil.example'/>"),
          "[earl@shakespeare.lit||Treason|none|outcast][evil.example|||none|outcast]" },
        { ITEMS("<item affiliation='member' nick='third witch' role='participant' jid='hag@x.example'/>"),
          "[hag@x.example|third witch||participant|member]" },
        { ITEMS(""), "" },
        { "", "" },
        /* hostile: nobody, no JID, unknown words, foreign namespaces */
        { ITEMS("<item/><item jid='@@'/><item jid='' nick=''/><item nick='w' affiliation='king' role='god'/>"),
          "[|w||none|outcast]" },
        { ITEMS("<item xmlns='urn:other' jid='a@b.example'/><x><item jid='a@b.example'/></x>"), "" },
        { "<query><item jid='a@b.example'/></query>", "" },
        { "<query xmlns='http://jabber.org/protocol/muc#owner'><item jid='a@b.example'/></query>", "" },
    };
    Admin admin;
    admin_init(&admin);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        muc_admin_list_affiliation(admin.fixture.stream, admin.room, MUC_AFFILIATION_OUTCAST, on_list, &admin.outcome);
        answer(&admin, "<item affiliation=\"outcast\"/>", "result", ROOM, cases[i].answer);
        g_assert_cmpstr(admin.outcome.line->str, ==, cases[i].expected);
        g_assert_cmpuint(admin.outcome.calls, ==, i + 1);
    }
    muc_admin_list_role(admin.fixture.stream, admin.room, MUC_ROLE_MODERATOR, on_list, &admin.outcome);
    answer(&admin, "<item role=\"moderator\"/>", "result", ROOM, ITEMS("<item nick='first' affiliation='admin'/>"));
    g_assert_cmpstr(admin.outcome.line->str, ==, "[|first||moderator|admin]");
    muc_admin_list_role(admin.fixture.stream, admin.room, MUC_ROLE_MODERATOR, on_list, &admin.outcome);
    answer(&admin, "role", "error", ROOM, ERROR("auth", "forbidden"));
    g_assert_cmpstr(admin.outcome.line->str, ==, "forbidden");
    admin_clear(&admin);
}

static void
on_count(XmppStream *stream, const GPtrArray *items, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    *(guint *) data = items != NULL ? items->len : G_MAXUINT;
}

/* I9 */
static void
test_endless_list(void)
{
    Admin admin;
    guint count = 0;
    admin_init(&admin);
    g_autoptr(GString) items = g_string_new("<query xmlns='http://jabber.org/protocol/muc#admin'>");
    for (guint i = 0; i < MUC_LIST_MAX + 100; i++)
        g_string_append(items, "<item nick='a'/>");
    g_string_append(items, "</query>");
    muc_admin_list_role(admin.fixture.stream, admin.room, MUC_ROLE_VISITOR, on_count, &count);
    answer(&admin, "visitor", "result", ROOM, items->str);
    g_assert_cmpuint(count, ==, MUC_LIST_MAX);
    admin_clear(&admin);
}

/* Whatever happens, it ends, once. */
static void
test_ends(void)
{
    Admin admin;
    admin_init(&admin);
    muc_admin_list_role(admin.fixture.stream, admin.room, MUC_ROLE_VISITOR, on_list, &admin.outcome);
    stream_feed_close(admin.fixture.stream, NULL);
    fixture_turn();
    g_assert_cmpuint(admin.outcome.calls, ==, 1);
    g_assert_cmpstr(admin.outcome.line->str, ==, "no answer");
    muc_admin_set_role(admin.fixture.stream, admin.room, "w", MUC_ROLE_NONE, NULL, on_done, &admin.outcome);
    fixture_turn();
    g_assert_cmpuint(admin.outcome.calls, ==, 2);
    admin_clear(&admin);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/muc_admin/role", test_role);
    g_test_add_func("/xmpp/muc_admin/affiliation", test_affiliation);
    g_test_add_func("/xmpp/muc_admin/forged", test_forged);
    g_test_add_func("/xmpp/muc_admin/lists", test_lists);
    g_test_add_func("/xmpp/muc_admin/endless-list", test_endless_list);
    g_test_add_func("/xmpp/muc_admin/ends", test_ends);
    return g_test_run();
}

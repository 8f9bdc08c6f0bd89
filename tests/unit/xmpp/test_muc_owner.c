/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "stream_fixture.h"
#include "xmpp/xep/muc_owner.h"

#define ROOM "coven@chat.example"
#define OWNER "http://jabber.org/protocol/muc#owner"
#define ERROR(condition) "<error type='auth'><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"

typedef struct Owner {
    StreamFixture fixture;
    Jid *room;
    guint calls;
    DataForm *form;
    char *outcome;
} Owner;

static void
owner_init(Owner *owner)
{
    *owner = (Owner) { .room = jid_new(ROOM, NULL) };
    fixture_init_online(&owner->fixture);
}

static void
owner_clear(Owner *owner)
{
    fixture_clear(&owner->fixture);
    jid_unref(owner->room);
    form_free(owner->form);
    g_free(owner->outcome);
}

static void
note(Owner *owner, const XmppStanzaError *detail, const GError *error)
{
    owner->calls++;
    g_free(owner->outcome);
    owner->outcome = g_strdup(detail != NULL ? detail->condition : error != NULL ? error->message : "ok");
}

static void
on_form(XmppStream *stream, DataForm *take_form, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Owner *owner = data;
    g_assert_true((take_form == NULL) == (error != NULL));
    g_clear_pointer(&owner->form, form_free);
    owner->form = take_form;
    note(owner, detail, error);
}

static void
on_done(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    note(data, detail, error);
}

static void
answer(Owner *owner, const char *part, const char *type, const char *inside)
{
    const char *xml = fixture_sent(&owner->fixture);
    assert_has(xml, part);
    g_autofree char *id = fixture_attribute(xml, "id");
    fixture_feed(&owner->fixture, "<iq type='%s' from='" ROOM "' id='%s'>%s</iq>", type, id, inside);
}

/* XEP-0045, examples 159 to 163. */
static void
test_configures(void)
{
    static const char *const name[] = { "A Dark Cave", NULL };
    Owner owner;
    owner_init(&owner);
    muc_owner_request_form(owner.fixture.stream, owner.room, on_form, &owner);
    answer(&owner, "type=\"get\"", "result",
           "<query xmlns='" OWNER "'><x xmlns='jabber:x:data' type='form'>"
           "<field type='hidden' var='FORM_TYPE'><value>" OWNER "</value></field>"
           "<field var='muc#roomconfig_roomname'/></x></query>");
    g_assert_cmpstr(owner.outcome, ==, "ok");
    g_assert_true(form_set(owner.form, "muc#roomconfig_roomname", name, NULL));
    muc_owner_submit_form(owner.fixture.stream, owner.room, owner.form, on_done, &owner);
    const char *xml = owner.fixture.sent->pdata[0];
    assert_has(xml, "<x xmlns=\"jabber:x:data\" type=\"submit\">");
    assert_has(xml, "FORM_TYPE");
    answer(&owner, "<value>A Dark Cave</value>", "result", "");
    g_assert_cmpstr(owner.outcome, ==, "ok");
    muc_owner_cancel_form(owner.fixture.stream, owner.room, on_done, &owner);
    answer(&owner, "type=\"cancel\"", "error", ERROR("forbidden"));
    g_assert_cmpstr(owner.outcome, ==, "forbidden");
    g_assert_cmpuint(owner.calls, ==, 3);
    owner_clear(&owner);
}

static void
test_no_form(void)
{
    static const char *const cases[] = {
        "", "<query xmlns='" OWNER "'/>", "<query xmlns='" OWNER "'><x xmlns='jabber:x:data' type='result'/></query>",
        "<query xmlns='" OWNER "'><x xmlns='jabber:x:other' type='form'/></query>", "<x xmlns='jabber:x:data' type='form'/>",
    };
    Owner owner;
    owner_init(&owner);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        muc_owner_request_form(owner.fixture.stream, owner.room, on_form, &owner);
        answer(&owner, OWNER, "result", cases[i]);
        g_assert_cmpstr(owner.outcome, ==, "the room has nothing that could be configured");
    }
    muc_owner_request_form(owner.fixture.stream, owner.room, on_form, &owner);
    answer(&owner, OWNER, "error", ERROR("forbidden"));
    g_assert_cmpstr(owner.outcome, ==, "forbidden");
    muc_owner_request_form(owner.fixture.stream, owner.room, on_form, &owner);
    stream_feed_close(owner.fixture.stream, NULL);
    fixture_turn();
    g_assert_cmpuint(owner.calls, ==, G_N_ELEMENTS(cases) + 2);
    owner_clear(&owner);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/muc_owner/configures", test_configures);
    g_test_add_func("/xmpp/muc_owner/no-form", test_no_form);
    return g_test_run();
}

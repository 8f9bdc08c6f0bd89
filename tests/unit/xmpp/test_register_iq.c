/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "stream_fixture.h"
#include "xmpp/xep/register_iq.h"

#define ROOM "coven@chat.example"
#define ERROR(condition) "<error type='auth'><" condition " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"

typedef struct Clerk {
    StreamFixture fixture;
    Jid *room;
    guint calls;
    Registration *registration;
    char *outcome;
} Clerk;

static void
clerk_init(Clerk *clerk)
{
    *clerk = (Clerk) { .room = jid_new(ROOM, NULL) };
    fixture_init_online(&clerk->fixture);
}

static void
clerk_clear(Clerk *clerk)
{
    fixture_clear(&clerk->fixture);
    jid_unref(clerk->room);
    registration_free(clerk->registration);
    g_free(clerk->outcome);
}

static void
note(Clerk *clerk, const XmppStanzaError *detail, const GError *error)
{
    clerk->calls++;
    g_free(clerk->outcome);
    clerk->outcome = g_strdup(detail != NULL ? detail->condition : error != NULL ? error->message : "ok");
}

static void
on_registration(XmppStream *stream, Registration *take_registration, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Clerk *clerk = data;
    g_assert_true((take_registration == NULL) == (error != NULL));
    g_clear_pointer(&clerk->registration, registration_free);
    clerk->registration = take_registration;
    note(clerk, detail, error);
}

static void
on_done(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    note(data, detail, error);
}

static void
answer(Clerk *clerk, const char *part, const char *type, const char *inside)
{
    const char *xml = fixture_sent(&clerk->fixture);
    assert_has(xml, part);
    g_autofree char *id = fixture_attribute(xml, "id");
    fixture_feed(&clerk->fixture, "<iq type='%s' from='" ROOM "' id='%s'>%s</iq>", type, id, inside);
}

#define QUERY(inside) "<query xmlns='jabber:iq:register'>" inside "</query>"

/* XEP-0045, examples 76 to 79. */
static void
test_form(void)
{
    static const char *const nick[] = { "thirdwitch", NULL };
    Clerk clerk;
    clerk_init(&clerk);
    register_request(clerk.fixture.stream, clerk.room, on_registration, &clerk);
    answer(&clerk, "type=\"get\"", "result",
           QUERY("<instructions>x</instructions><x xmlns='jabber:x:data' type='form'>"
                 "<field type='hidden' var='FORM_TYPE'><value>http://jabber.org/protocol/muc#register</value></field>"
                 "<field type='text-single' var='muc#register_roomnick'><required/></field></x>"));
    g_assert_false(clerk.registration->is_registered);
    g_assert_false(clerk.registration->is_plain);
    g_assert_true(form_set(clerk.registration->form, "muc#register_roomnick", nick, NULL));
    register_submit(clerk.fixture.stream, clerk.room, clerk.registration, on_done, &clerk);
    assert_has((char *) clerk.fixture.sent->pdata[0], "type=\"submit\"");
    answer(&clerk, "<value>thirdwitch</value>", "error", ERROR("conflict"));
    g_assert_cmpstr(clerk.outcome, ==, "conflict");
    clerk_clear(&clerk);
}

/* XEP-0077, examples 2 and 4: no data form, only elements. */
static void
test_plain(void)
{
    static const char *const nick[] = { "bill & co", NULL };
    Clerk clerk;
    clerk_init(&clerk);
    register_request(clerk.fixture.stream, clerk.room, on_registration, &clerk);
    answer(&clerk, "type=\"get\"", "result",
           QUERY("<registered/><instructions>Choose</instructions><nick/><password>old</password><key>k1</key><other/>"));
    const DataForm *form = clerk.registration->form;
    g_assert_true(clerk.registration->is_registered);
    g_assert_true(clerk.registration->is_plain);
    g_assert_cmpstr(form->instructions, ==, "Choose");
    g_assert_cmpuint(form->fields->len, ==, 3);
    g_assert_cmpint(form_find(form, "password")->type, ==, FIELD_TEXT_PRIVATE);
    g_assert_cmpint(form_find(form, "key")->type, ==, FIELD_HIDDEN);
    g_assert_true(form_find(form, "nick")->required);
    g_assert_true(form_set(clerk.registration->form, "nick", nick, NULL));
    register_submit(clerk.fixture.stream, clerk.room, clerk.registration, on_done, &clerk);
    answer(&clerk, "<query xmlns=\"jabber:iq:register\"><nick>bill &amp; co</nick><password>old</password><key>k1</key></query>",
           "result", "");
    g_assert_cmpstr(clerk.outcome, ==, "ok");
    clerk_clear(&clerk);
}

static void
test_removes_and_fails(void)
{
    Clerk clerk;
    clerk_init(&clerk);
    register_remove(clerk.fixture.stream, clerk.room, on_done, &clerk);
    answer(&clerk, "<query xmlns=\"jabber:iq:register\"><remove/></query>", "result", "");
    g_assert_cmpstr(clerk.outcome, ==, "ok");
    register_request(clerk.fixture.stream, clerk.room, on_registration, &clerk);
    answer(&clerk, "get", "result", "<query xmlns='urn:other'/>");
    g_assert_cmpstr(clerk.outcome, ==, "the answer holds nothing usable");
    register_request(clerk.fixture.stream, clerk.room, on_registration, &clerk);
    answer(&clerk, "get", "error", ERROR("not-allowed"));
    g_assert_cmpstr(clerk.outcome, ==, "not-allowed");
    clerk_clear(&clerk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xmpp/register_iq/form", test_form);
    g_test_add_func("/xmpp/register_iq/plain", test_plain);
    g_test_add_func("/xmpp/register_iq/removes-and-fails", test_removes_and_fails);
    return g_test_run();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room_host.h"

#include <string.h>

#define MUC_USER "http://jabber.org/protocol/muc#user"

void
host_answer_info(Peer *peer, const char *features)
{
    g_autofree char *id = assert_sent_id(peer, "<iq *to=\"" GARDEN "\"*disco#info*");
    feed(peer,
         "<iq type='result' from='" GARDEN "' id='%s'><query xmlns='http://jabber.org/protocol/disco#info'>"
         "<identity category='conference' type='text' name='The garden'/>%s</query></iq>",
         id, features);
}

static void
feed_presence(Peer *peer, const char *nick, const char *type, const char *inside)
{
    g_autofree char *escaped = g_markup_escape_text(nick, -1);
    feed(peer,
         "<presence from='" GARDEN "/%s'%s><x xmlns='" MUC_USER "'>%s</x>"
         "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='id-%s'/></presence>",
         escaped, type, inside, escaped);
}

void
host_occupant(Peer *peer, const char *nick, const char *role, const char *affiliation)
{
    host_self(peer, nick, role, affiliation, "");
}

void
host_self(Peer *peer, const char *nick, const char *role, const char *affiliation, const char *codes)
{
    g_autofree char *inside = g_strdup_printf("<item role='%s' affiliation='%s'/>%s", role, affiliation, codes);
    feed_presence(peer, nick, "", inside);
}

void
host_leaves(Peer *peer, const char *nick, const char *inside)
{
    g_autofree char *whole = g_strdup_printf("%s%s", inside, strstr(inside, "<item") == NULL
                                                                 ? "<item role='none' affiliation='none'/>" : "");
    feed_presence(peer, nick, " type='unavailable'", whole);
}

void
host_says(Peer *peer, const char *nick, const char *id, const char *body)
{
    feed(peer,
         "<message from='" GARDEN "/%s' type='groupchat' id='%s'><body>%s</body>"
         "<stanza-id xmlns='urn:xmpp:sid:0' by='" GARDEN "' id='a-%s'/>"
         "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='id-%s'/></message>",
         nick, id, body, id, nick);
}

void
host_subject(Peer *peer, const char *nick, const char *subject)
{
    feed(peer, "<message from='" GARDEN "/%s' type='groupchat'><subject>%s</subject></message>", nick, subject);
}

Room *
host_room(Peer *peer)
{
    g_autoptr(Jid) jid = make_jid(GARDEN);
    Room *room = account_find_room(peer->account, jid);
    g_assert_nonnull(room);
    return room;
}

Room *
host_join(Peer *peer, const char *features)
{
    g_autoptr(Jid) jid = make_jid(GARDEN);
    char *outcome = NULL;
    g_autoptr(GError) error = NULL;
    const RoomsJoin join = { .room = jid };
    rooms_join(peer->session, &join, keep_outcome, &outcome, &error);
    g_assert_no_error(error);
    host_answer_info(peer, features);
    assert_sent(peer, "<presence *to=\"" GARDEN "/me\"*http://jabber.org/protocol/muc*");
    host_occupant(peer, "Bob", "moderator", "owner");
    host_occupant(peer, "Carol", "participant", "none");
    host_self(peer, "me", "participant", "none", "<status code='110'/>");
    wait_outcome(&outcome);
    g_assert_cmpstr(outcome, ==, "ok");
    g_free(outcome);
    forget_events(peer->flow);
    return host_room(peer);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow.h"

#include <glib/gstdio.h>
#include <string.h>

enum {
    DEADLINE_S = 60,
    HURRY = 1000,
};

/* --- what the model says --- */

static char *
describe_message(const ModelEvent *event)
{
    const Message *message = event->message.message;
    if (event->type == MESSAGE_ADDED)
        return g_strdup_printf("message %s %s %s%s", message->direction == MESSAGE_IN ? "in" : "out",
                               jid_text(message->from), message->body, message->delayed ? " (delayed)" : "");
    return g_strdup_printf("%s %s%s%s", message_state_word(message->state), message->body,
                           message->reason != NULL ? ": " : "", message->reason != NULL ? message->reason : "");
}

static char *
describe_contact(const ModelEvent *event)
{
    const char *verb = event->type == CONTACT_ADDED ? "added" : event->type == CONTACT_CHANGED ? "changed" : "removed";
    return g_strdup_printf("%s %s", verb, contact_label(event->contact.contact));
}

static char *
describe_state(const Account *account)
{
    const char *reason = account_reason(account);
    return g_strdup_printf("state %s%s%s", account_state_word(account_state(account)), reason != NULL ? ": " : "",
                           reason != NULL ? reason : "");
}

static char *
describe_room(const ModelEvent *event)
{
    const Room *room = conversation_room(event->room.conversation);
    const char *jid = jid_text(room_jid(room)), *reason = room_reason(room);
    const OccupantLeave *how = event->room.how;
    switch (event->room.what) {
    case ROOM_STATE:
        return g_strdup_printf("room %s %s%s%s%s%s", jid, room_state_word(room_state(room)), how != NULL ? " " : "",
                               how != NULL ? leave_cause_word(how->cause) : "", reason != NULL ? ": " : "",
                               reason != NULL ? reason : "");
    case ROOM_SUBJECT:
        return g_strdup_printf("topic %s: %s", jid, room_subject(room) != NULL ? room_subject(room) : "");
    case ROOM_INFO:
        return g_strdup_printf("info %s: %s", jid, room_name(room) != NULL ? room_name(room) : "");
    case ROOM_OCCUPANTS:
        return g_strdup_printf("occupants %s %u", jid, room_occupant_count(room));
    case ROOM_CODES:
        return g_strdup_printf("code %s %u", jid, event->room.codes[0]);
    }
    g_assert_not_reached();
}

static char *
describe_occupant(const ModelEvent *event)
{
    const Occupant *occupant = event->occupant.occupant;
    const OccupantLeave *how = event->occupant.how;
    const char *label = occupant_label(occupant);
    if (event->type == OCCUPANT_RENAMED)
        return g_strdup_printf("occupant %s was %s", label, event->occupant.before);
    if (how != NULL)
        return g_strdup_printf("occupant %s %s%s%s%s%s", label, leave_cause_word(how->cause),
                               how->actor != NULL ? " by " : "", how->actor != NULL ? how->actor : "",
                               how->reason != NULL ? ": " : "", how->reason != NULL ? how->reason : "");
    return g_strdup_printf("occupant %s %s %s %s", label, event->type == OCCUPANT_JOINED ? "joined" : "is",
                           occupant_role_word(occupant_role(occupant)),
                           occupant_affiliation_word(occupant_affiliation(occupant)));
}

static char *
describe(const ModelEvent *event)
{
    static const char *const levels[] = { "info", "warning", "error", "alarm" };
    const Conversation *conversation = event->conversation.conversation;
    switch (event->type) {
    case ACCOUNT_ADDED:
        return g_strdup_printf("account added %s", account_name(event->account));
    case ACCOUNT_REMOVED:
        return g_strdup_printf("account removed %s", account_name(event->account));
    case ACCOUNT_STATE_CHANGED:
        return describe_state(event->account);
    case ACCOUNT_PRESENCE_CHANGED:
        return g_strdup_printf("own %s", availability_word(account_availability(event->account)));
    case ROSTER_CHANGED:
        return g_strdup_printf("roster %u", roster_size(account_roster(event->account)));
    case CONTACT_ADDED:
    case CONTACT_CHANGED:
    case CONTACT_REMOVED:
        return describe_contact(event);
    case PRESENCE_CHANGED:
        return g_strdup_printf("presence %s %s", contact_label(event->presence.contact),
                               availability_word(contact_availability(event->presence.contact)));
    case SUBSCRIPTION_REQUESTED:
    case SUBSCRIPTION_CHANGED:
        return g_strdup_printf("%s %s: %s", event->subscription.act, jid_text(event->subscription.jid),
                               event->subscription.text != NULL ? event->subscription.text : "");
    case CONVERSATION_ADDED:
    case CONVERSATION_REMOVED:
        return g_strdup_printf("conversation %s", jid_text(conversation_jid(conversation)));
    case MESSAGE_ADDED:
    case MESSAGE_CHANGED:
        return describe_message(event);
    case MESSAGE_EDITED:
        return g_strdup_printf("edited %s", event->message.message->body);
    case XML_SEEN:
        return g_strdup_printf("xml %s", event->xml.outgoing ? "out" : "in");
    case HISTORY_LOADED:
        return g_strdup_printf("loaded %s", jid_text(conversation_jid(conversation)));
    case UNREAD_CHANGED:
        return g_strdup_printf("unread %s %u", jid_text(conversation_jid(conversation)),
                               conversation_unread(conversation));
    case TYPING_CHANGED:
        return g_strdup_printf("typing %s %s", jid_text(conversation_jid(conversation)),
                               conversation_is_peer_typing(conversation) ? "on" : "off");
    case ENCRYPTION_CHANGED: {
        const ConversationEncryption *now = conversation_encryption(conversation);
        return g_strdup_printf("encryption %s %s %s %s%s%s", jid_text(conversation_jid(conversation)),
                               conversation_intent(conversation), encryption_state_word(now->state),
                               now->trust != NULL ? now->trust : "-", now->reason != NULL ? ": " : "",
                               now->reason != NULL ? now->reason : "");
    }
    case VERIFICATION_CHANGED:
        return g_strdup_printf("smp %s %s%s%s", jid_text(conversation_jid(event->verification.conversation)),
                               verification_state_word(event->verification.state),
                               event->verification.question != NULL ? ": " : "",
                               event->verification.question != NULL ? event->verification.question : "");
    case KEY_CHANGED:
        return g_strdup_printf("key %s %s %s%s", jid_text(event->key.peer), event->key.fingerprint, event->key.trust,
                               event->key.is_alarm ? " alarm" : "");
    case ROOM_CHANGED:
        return describe_room(event);
    case OCCUPANT_JOINED:
    case OCCUPANT_CHANGED:
    case OCCUPANT_RENAMED:
    case OCCUPANT_LEFT:
        return describe_occupant(event);
    case INVITATION:
        return g_strdup_printf("%s %s by %s: %s", event->invitation.is_declined ? "declined" : "invited",
                               jid_text(event->invitation.room),
                               event->invitation.from != NULL ? jid_text(event->invitation.from) : "-",
                               event->invitation.reason != NULL ? event->invitation.reason : "");
    case MESSAGE_SHOWN:
        return g_strdup_printf("shown %s", message_text(event->message.message));
    case MESSAGE_ANNOTATED:
        return g_strdup_printf("%s %s by %s", event->annotation.what, event->annotation.message->body,
                               event->annotation.by != NULL ? event->annotation.by : "-");
    case NOTICE:
        return g_strdup_printf("notice %s %d: %s", levels[event->notice.level], event->notice.code, event->notice.text);
    }
    g_assert_not_reached();
}

static void
on_event(gconstpointer data, gpointer user)
{
    const ModelEvent *event = data;
    Flow *flow = user;
    flow->counted++;
    if (event->type == NOTICE && event->notice.code != 0)
        flow->noticed = (guint) event->notice.code;
    if (flow->quiet)
        return;
    char *text = describe(event);
    g_test_message("event: %s", text);
    if (client_session_count(flow->client) > 1 && event->account != NULL) {
        g_autofree char *plain = text;
        text = g_strdup_printf("%s: %s", account_name(event->account), plain);
    }
    g_ptr_array_add(flow->events, text);
}

/* --- peers --- */

static char *find_attribute(const char *xml, const char *name);

/* What the account is asked, whatever the test is about. */
typedef struct Question {
    enum { ABOUT_FEATURES, ABOUT_BOOKMARKS, ABOUT_STORAGE } about;
    char *id;
} Question;

static void
question_free(gpointer data)
{
    Question *question = data;
    g_free(question->id);
    g_free(question);
}

static void
answer_question(Peer *peer, const Question *question)
{
    switch (question->about) {
    case ABOUT_FEATURES:
        feed(peer, "<iq type='result' from='%s' id='%s'><query xmlns='http://jabber.org/protocol/disco#info'>%s</query></iq>",
             jid_text(account_jid(peer->account)), question->id, peer->features != NULL ? peer->features : "");
        break;
    case ABOUT_BOOKMARKS:
        if (peer->hides_bookmarks)
            feed(peer, "<iq type='error' id='%s'><error type='wait'>"
                       "<internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>", question->id);
        else
            feed(peer, "<iq type='result' id='%s'><pubsub xmlns='http://jabber.org/protocol/pubsub'>"
                       "<items node='urn:xmpp:bookmarks:1'>%s</items></pubsub></iq>",
                 question->id, peer->bookmarks != NULL ? peer->bookmarks : "");
        break;
    case ABOUT_STORAGE:
        feed(peer, "<iq type='result' id='%s'><query xmlns='jabber:iq:private'><storage xmlns='storage:bookmarks'/>"
                   "</query></iq>",
             question->id);
        break;
    }
}

/* The account says what it has, such as an archive. */
static gboolean
on_answering(gpointer data)
{
    Peer *peer = data;
    g_autoptr(GPtrArray) questions = peer->questions;
    peer->answering = 0;
    peer->questions = g_ptr_array_new_with_free_func(question_free);
    for (guint i = 0; i < questions->len && session_is_online(peer->session); i++)
        answer_question(peer, g_ptr_array_index(questions, i));
    return G_SOURCE_REMOVE;
}

void
flow_answer(Peer *peer)
{
    on_answering(peer);
}

/* Whether it was the account that was asked what it has. */
static bool
note_question(Peer *peer, const char *xml)
{
    g_autofree char *to = g_strdup_printf(" to=\"%s\"", jid_text(account_jid(peer->account)));
    if (strstr(xml, "type=\"get\"") == NULL)
        return false;
    Question question = { .id = NULL };
    if (strstr(xml, "http://jabber.org/protocol/disco#info") != NULL && strstr(xml, to) != NULL)
        question.about = ABOUT_FEATURES;
    else if (strstr(xml, "<items node=\"urn:xmpp:bookmarks:1\"/>") != NULL)
        question.about = ABOUT_BOOKMARKS;
    else if (strstr(xml, "jabber:iq:private") != NULL)
        question.about = ABOUT_STORAGE;
    else
        return false;
    question.id = find_attribute(xml, "id");
    g_ptr_array_add(peer->questions, g_memdup2(&question, sizeof question));
    if (peer->answering == 0 && !peer->is_slow)
        peer->answering = g_idle_add(on_answering, peer);
    return true;
}

static void
on_sent(XmppStream *stream, const char *xml, gpointer data)
{
    Peer *peer = data;
    if (note_question(peer, xml))
        return;
    if (!peer->flow->quiet)
        g_test_message("%s sends: %s", account_name(peer->account), xml);
    g_ptr_array_add(peer->sent, g_strdup(xml));
}

static void
peer_free(gpointer data)
{
    Peer *peer = data;
    g_clear_handle_id(&peer->answering, g_source_remove);
    g_ptr_array_unref(peer->questions);
    g_ptr_array_unref(peer->sent);
    g_free(peer);
}

Peer *
flow_peer(Flow *flow, const char *account)
{
    for (guint i = 0; i < flow->peers->len; i++) {
        Peer *peer = g_ptr_array_index(flow->peers, i);
        if (g_str_equal(account_name(peer->account), account))
            return peer;
    }
    Session *session = client_find_session(flow->client, account);
    g_assert_nonnull(session);
    Peer *peer = g_new0(Peer, 1);
    *peer = (Peer) {
        .flow = flow,
        .session = session,
        .stream = session_stream(session),
        .account = session_account(session),
        .roster = account_roster(session_account(session)),
        .sent = g_ptr_array_new_with_free_func(g_free),
        .questions = g_ptr_array_new_with_free_func(question_free),
    };
    stream_set_sink(peer->stream, on_sent, peer);
    g_ptr_array_add(flow->peers, peer);
    return peer;
}

/* --- the client --- */

static void
write_file(const char *directory, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autoptr(GError) error = NULL;
    paths_write(path, text, -1, &error);
    g_assert_no_error(error);
}

static void
start(Flow *flow, const char *const *wanted)
{
    g_autoptr(GError) error = NULL;
    const ClientOptions options = { .paths = flow->paths, .accounts = wanted, .secrets = flow->secrets };
    flow->client = client_new(&options, &error);
    g_assert_no_error(error);
    client_hurry(flow->client, HURRY);
    bus_subscribe(client_bus(flow->client), on_event, flow);
}

Flow *
flow_new_with(const char *accounts, const char *config, const char *const *wanted)
{
    g_autoptr(GError) error = NULL;
    Flow *flow = g_new0(Flow, 1);
    flow->directory = g_dir_make_tmp("confab-flow-XXXXXX", &error);
    g_assert_no_error(error);
    flow->paths = paths_new(flow->directory, NULL, &error);
    g_assert_no_error(error);
    write_file(flow->paths->config, "accounts", accounts);
    write_file(flow->paths->config, "config", config);
    flow->secrets = secret_sources_new();
    flow->peers = g_ptr_array_new_with_free_func(peer_free);
    flow->events = g_ptr_array_new_with_free_func(g_free);
    start(flow, wanted);
    return flow;
}

Flow *
flow_new(const char *accounts)
{
    return flow_new_with(accounts, "", NULL);
}

/* What peers would say comes too late. */
static void
stop_answering(const Flow *flow)
{
    for (guint i = 0; i < flow->peers->len; i++) {
        Peer *peer = g_ptr_array_index(flow->peers, i);
        g_clear_handle_id(&peer->answering, g_source_remove);
    }
}

void
flow_restart(Flow *flow)
{
    stop_answering(flow);
    client_free(flow->client);
    flow_turn();
    g_ptr_array_set_size(flow->peers, 0);
    forget_events(flow);
    start(flow, NULL);
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    const char *name;
    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

void
flow_free(Flow *flow)
{
    stop_answering(flow);
    client_free(flow->client);
    flow_turn();
    g_ptr_array_unref(flow->peers);
    g_ptr_array_unref(flow->events);
    secret_sources_free(flow->secrets);
    paths_free(flow->paths);
    remove_tree(flow->directory);
    g_free(flow->directory);
    g_free(flow);
}

/* --- the loop --- */

static gboolean
on_deadline(gpointer data)
{
    g_error("the condition did not come true in %d s", DEADLINE_S);
    return G_SOURCE_REMOVE;
}

void
flow_wait(FlowCondition condition, gpointer data)
{
    const guint deadline = g_timeout_add_seconds(DEADLINE_S, on_deadline, NULL);
    while (!condition(data))
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(deadline);
}

void
flow_turn(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

static void
on_settled(const GError *error, gpointer data)
{
    *(bool *) data = true;
}

static bool
is_settled(gpointer data)
{
    return *(bool *) data;
}

void
flow_settle(Flow *flow)
{
    for (int round = 0; round < 2; round++) {
        bool settled = false;
        db_when_durable(client_db(flow->client), on_settled, &settled);
        flow_wait(is_settled, &settled);
        flow_turn();
    }
}

static bool
is_connecting(gpointer data)
{
    const Peer *peer = data;
    const XmppPhase phase = stream_phase(peer->stream);
    return phase != XMPP_PHASE_OFFLINE && phase != XMPP_PHASE_ONLINE;
}

static bool
is_offline(gpointer data)
{
    const Peer *peer = data;
    return stream_phase(peer->stream) == XMPP_PHASE_OFFLINE && account_state(peer->account) == ACCOUNT_OFFLINE;
}

void
wait_connecting(Peer *peer)
{
    flow_wait(is_connecting, peer);
}

void
wait_offline(Peer *peer)
{
    flow_wait(is_offline, peer);
}

/* --- the server --- */

void
feed(Peer *peer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *xml = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (!peer->flow->quiet)
        g_test_message("%s gets: %.2000s", account_name(peer->account), xml);
    g_assert_true(stream_feed(peer->stream, xml));
}

void
cut(Peer *peer)
{
    stream_feed_close(peer->stream, NULL);
    flow_turn();
}

static char *
find_attribute(const char *xml, const char *name)
{
    g_autofree char *pattern = g_strdup_printf("\\s%s=[\"']([^\"']*)[\"']", name);
    g_autoptr(GRegex) regex = g_regex_new(pattern, 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    return g_regex_match(regex, xml, 0, &match) ? g_match_info_fetch(match, 1) : NULL;
}

/* The ping behind messages, whose answer confirms them. */
static bool
is_ping(const char *xml)
{
    return g_str_has_prefix(xml, "<iq") && strstr(xml, "urn:xmpp:ping") != NULL && strstr(xml, "get") != NULL;
}

static bool
answer_ping(Peer *peer)
{
    for (guint i = 0; i < peer->sent->len; i++) {
        const char *xml = g_ptr_array_index(peer->sent, i);
        if (!is_ping(xml))
            continue;
        g_autofree char *id = find_attribute(xml, "id");
        g_ptr_array_remove_index(peer->sent, i);
        feed(peer, "<iq type='result' from='%s' to='%s/desk' id='%s'/>", jid_domain(account_jid(peer->account)),
             jid_text(account_jid(peer->account)), id);
        return true;
    }
    return false;
}

void
acknowledge(Peer *peer)
{
    flow_settle(peer->flow);
    do
        flow_turn();
    while (answer_ping(peer));
}

char *
bind_session(Peer *peer)
{
    g_autofree char *full = g_strdup_printf("%s/desk", jid_text(account_jid(peer->account)));
    g_autoptr(Jid) jid = make_jid(full);
    wait_connecting(peer);
    g_ptr_array_set_size(peer->sent, 0);
    stream_feed_bound(peer->stream, jid);
    char *roster = assert_sent_id(peer, "<iq *jabber:iq:roster*");
    g_autofree char *carbons = assert_sent_id(peer, "<iq *urn:xmpp:carbons:2*");
    assert_sent(peer, "<iq *urn:xmpp:mds:displayed:0*");
    feed(peer, "<iq type='result' id='%s'/>", carbons);
    return roster;
}

void
login_with_roster(Peer *peer, const char *items, const char *version)
{
    g_autoptr(GError) error = NULL;
    if (account_state(peer->account) == ACCOUNT_OFFLINE && session_is_idle(peer->session)) {
        session_connect(peer->session, NULL, NULL, NULL, &error);
        g_assert_no_error(error);
    }
    g_autofree char *id = bind_session(peer);
    if (items == NULL)
        feed(peer, "<iq type='result' id='%s'/>", id);
    else if (version == NULL)
        feed(peer, "<iq type='result' id='%s'><query xmlns='jabber:iq:roster'>%s</query></iq>", id, items);
    else
        feed(peer, "<iq type='result' id='%s'><query xmlns='jabber:iq:roster' ver='%s'>%s</query></iq>", id, version,
             items);
    assert_sent(peer, "<presence*");
    flow_turn();
    assert_event(peer->flow, "*state online*");
}

void
login(Peer *peer)
{
    login_with_roster(peer,
                      "<item jid='bob@example.org' name='Bob' subscription='both'><group>Friends</group></item>"
                      "<item jid='carol@example.org' subscription='to'/>",
                      NULL);
    assert_nothing_sent(peer);
    forget_events(peer->flow);
}

/* --- assertions --- */

static char *
take_sent(Peer *peer)
{
    for (guint i = 0; i < peer->sent->len; i++) {
        if (!is_ping(g_ptr_array_index(peer->sent, i)))
            return g_ptr_array_steal_index(peer->sent, i);
    }
    return NULL;
}

void
assert_sent(Peer *peer, const char *pattern)
{
    g_autofree char *id = assert_sent_id(peer, pattern);
}

char *
assert_sent_id(Peer *peer, const char *pattern)
{
    g_autofree char *xml = take_sent(peer);
    if (xml == NULL) { /* it may have to be on the disk first */
        flow_settle(peer->flow);
        xml = take_sent(peer);
    }
    if (xml == NULL)
        g_error("nothing was sent, expected: %s", pattern);
    if (!g_pattern_match_simple(pattern, xml))
        g_error("sent: %s\nexpected: %s", xml, pattern);
    return find_attribute(xml, "id");
}

void
assert_nothing_sent(Peer *peer)
{
    flow_settle(peer->flow);
    g_autofree char *xml = take_sent(peer);
    if (xml != NULL)
        g_error("sent: %s\nexpected nothing", xml);
}

typedef struct Expected {
    const Flow *flow;
    const char *pattern;
} Expected;

static bool
has_happened(gpointer data)
{
    const Expected *expected = data;
    for (guint i = 0; i < expected->flow->events->len; i++) {
        if (g_pattern_match_simple(expected->pattern, g_ptr_array_index(expected->flow->events, i)))
            return true;
    }
    return false;
}

void
wait_event(Flow *flow, const char *pattern)
{
    flow_wait(has_happened, &(Expected){ flow, pattern });
    assert_event(flow, pattern);
}

void
assert_event(Flow *flow, const char *pattern)
{
    for (guint i = 0; i < flow->events->len; i++) {
        if (!g_pattern_match_simple(pattern, g_ptr_array_index(flow->events, i)))
            continue;
        g_ptr_array_remove_range(flow->events, 0, i + 1);
        return;
    }
    g_ptr_array_add(flow->events, NULL);
    g_autofree char *all = g_strjoinv("\n  ", (char **) flow->events->pdata);
    g_error("no event like: %s\namong:\n  %s", pattern, all);
}

void
assert_no_event(Flow *flow, const char *pattern)
{
    for (guint i = 0; i < flow->events->len; i++) {
        if (g_pattern_match_simple(pattern, g_ptr_array_index(flow->events, i)))
            g_error("unexpected event: %s", (const char *) g_ptr_array_index(flow->events, i));
    }
}

void
forget_events(Flow *flow)
{
    g_ptr_array_set_size(flow->events, 0);
}

/* --- the model --- */

Jid *
make_jid(const char *text)
{
    g_autoptr(GError) error = NULL;
    Jid *jid = jid_new(text, &error);
    g_assert_no_error(error);
    return jid;
}

Contact *
find_contact(Peer *peer, const char *text)
{
    g_autoptr(Jid) jid = make_jid(text);
    Contact *contact = roster_find(peer->roster, jid);
    g_assert_nonnull(contact);
    return contact;
}

Conversation *
find_conversation(Peer *peer, const char *text)
{
    g_autoptr(Jid) jid = make_jid(text);
    Conversation *conversation = account_find_conversation(peer->account, jid);
    g_assert_nonnull(conversation);
    return conversation;
}

Conversation *
ensure_conversation(Peer *peer, const char *text)
{
    g_autoptr(Jid) jid = make_jid(text);
    return account_ensure_conversation(peer->account, jid, CONVERSATION_CHAT);
}

Message *
say(Peer *peer, const char *jid, const char *body)
{
    g_autoptr(GError) error = NULL;
    Message *message = outgoing_send(peer->flow->client, ensure_conversation(peer, jid), body, &error);
    g_assert_no_error(error);
    flow_settle(peer->flow);
    return message;
}

void
keep_outcome(const GError *error, gpointer outcome)
{
    char **kept = outcome;
    g_assert_null(*kept); /* exactly once */
    *kept = g_strdup(error != NULL ? error->message : "ok");
}

static bool
has_outcome(gpointer data)
{
    return *(char **) data != NULL;
}

void
wait_outcome(char **outcome)
{
    flow_wait(has_outcome, outcome);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's archive: catching up with it, scrolling into it, and archives that are not what they should be. */
#include <string.h>

#include "base/when.h"
#include "core/conversations.h"
#include "flow.h"
#include "store/sync.h"

#define WITH_ARCHIVE "<feature var='urn:xmpp:mam:2'/>"
#define BOB "bob@example.org"
#define CAROL "carol@example.org"

/* What a server keeps of me@example.org: enough of one to answer what this client asks. */
typedef struct Entry {
    char *id, *with, *body, *origin;
    bool is_mine;
    gint64 time;
} Entry;

typedef struct Archive {
    GPtrArray *entries; /* Entry* */
    guint asked;        /* pages so far */
    gint64 clock;
    gint64 skew;  /* of the server's clock */
    bool forgets; /* ids of before are not known any more */
    char *last_request;
} Archive;

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    g_free(entry->id);
    g_free(entry->with);
    g_free(entry->body);
    g_free(entry->origin);
    g_free(entry);
}

static Archive *
archive_new(void)
{
    Archive *archive = g_new0(Archive, 1);
    archive->entries = g_ptr_array_new_with_free_func(entry_free);
    archive->clock = when_now() - 24 * G_TIME_SPAN_HOUR;
    return archive;
}

static void
archive_free(Archive *archive)
{
    g_ptr_array_unref(archive->entries);
    g_free(archive->last_request);
    g_free(archive);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Archive, archive_free)

static Entry *
keep(Archive *archive, const char *with, const char *body, bool is_mine)
{
    Entry *entry = g_new0(Entry, 1);
    entry->id = g_strdup_printf("a%u", archive->entries->len);
    entry->with = g_strdup(with);
    entry->body = g_strdup(body);
    entry->is_mine = is_mine;
    entry->time = archive->clock += G_TIME_SPAN_MILLISECOND;
    g_ptr_array_add(archive->entries, entry);
    return entry;
}

/* "0", "1" … from somebody. */
static void
keep_many(Archive *archive, const char *with, guint from, guint to)
{
    for (guint i = from; i < to; i++) {
        g_autofree char *body = g_strdup_printf("%u", i);
        keep(archive, with, body, false);
    }
}

static char *
between(const char *text, const char *start, const char *end)
{
    const char *found = strstr(text, start);
    if (found == NULL)
        return NULL;
    found += strlen(start);
    const char *stop = strstr(found, end);
    g_assert_nonnull(stop);
    return g_strndup(found, (gsize) (stop - found));
}

/* The index behind the entry with this id; -1: there is none. */
static int
find_entry(const Archive *archive, const char *id)
{
    for (guint i = 0; i < archive->entries->len && !archive->forgets; i++) {
        if (g_str_equal(((const Entry *) g_ptr_array_index(archive->entries, i))->id, id))
            return (int) i;
    }
    return -1;
}

static void
feed_entry(Peer *peer, const Entry *entry, const char *query)
{
    g_autofree char *stamp = when_format(entry->time);
    g_autofree char *other = g_strdup_printf("%s/phone", entry->with);
    const char *id = entry->origin != NULL ? entry->origin : entry->id;
    feed(peer,
         "<message to='me@example.org/desk'><result xmlns='urn:xmpp:mam:2' queryid='%s' id='%s'>"
         "<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='%s'/>"
         "<message xmlns='jabber:client' from='%s' to='%s' type='chat' id='%s'><body>%s</body></message></forwarded>"
         "</result></message>",
         query, entry->id, stamp, entry->is_mine ? "me@example.org/desk" : other,
         entry->is_mine ? entry->with : "me@example.org", id, entry->body);
}

static bool
matches(const Entry *entry, const char *with, gint64 start, gint64 end)
{
    return (with == NULL || g_str_equal(entry->with, with)) && (start == 0 || entry->time >= start)
           && (end == 0 || entry->time <= end);
}

static gint64
read_time(const char *request, const char *field)
{
    g_autofree char *start = g_strdup_printf("var=\"%s\"", field);
    const char *found = strstr(request, start);
    g_autofree char *text = found != NULL ? between(found, "<value>", "</value>") : NULL;
    gint64 when = 0;
    g_assert_true(text == NULL || when_parse(text, &when));
    return when;
}

/* Indices of what a request wants; false: it names an id that is not there. */
static bool
select_page(const Archive *archive, const char *request, GArray *page, bool *complete)
{
    g_autofree char *after = between(request, "<after>", "</after>");
    g_autofree char *before = between(request, "<before>", "</before>");
    g_autofree char *max = between(request, "<max>", "</max>");
    const char *filter = strstr(request, "var=\"with\"");
    g_autofree char *with = filter != NULL ? between(filter, "<value>", "</value>") : NULL;
    const gint64 start = read_time(request, "start"), end = read_time(request, "end");
    const int limit = atoi(max);
    const bool backward = strstr(request, "<before") != NULL;
    int low = after != NULL ? find_entry(archive, after) : -1;
    int high = before != NULL ? find_entry(archive, before) : (int) archive->entries->len;
    if ((after != NULL && low < 0) || high < 0)
        return false;
    *complete = true;
    for (int i = backward ? high - 1 : low + 1; backward ? i > low : i < high; i += backward ? -1 : 1) {
        if (!matches(g_ptr_array_index(archive->entries, (guint) i), with, start, end))
            continue;
        if ((int) page->len == limit) {
            *complete = false;
            break;
        }
        if (backward)
            g_array_prepend_val(page, i);
        else
            g_array_append_val(page, i);
    }
    return true;
}

/* Takes the next query out of what was sent; NULL: there is none. */
static char *
take_query(Peer *peer)
{
    flow_turn();
    for (guint i = 0; i < peer->sent->len; i++) {
        const char *xml = g_ptr_array_index(peer->sent, i);
        if (strstr(xml, "<query") != NULL && strstr(xml, "urn:xmpp:mam:2") != NULL)
            return g_ptr_array_steal_index(peer->sent, i);
    }
    return NULL;
}

static void
answer(Archive *archive, Peer *peer, const char *request)
{
    g_autofree char *id = between(request, " id=\"", "\"");
    g_autofree char *query = between(request, "queryid=\"", "\"");
    g_autoptr(GArray) page = g_array_new(FALSE, FALSE, sizeof(int));
    bool complete;
    archive->asked++;
    g_free(archive->last_request);
    archive->last_request = g_strdup(request);
    if (!select_page(archive, request, page, &complete)) {
        feed(
            peer,
            "<iq type='error' id='%s'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
            "</error></iq>",
            id);
        return;
    }
    for (guint i = 0; i < page->len; i++)
        feed_entry(peer, g_ptr_array_index(archive->entries, (guint) g_array_index(page, int, i)), query);
    g_autofree char *set = NULL;
    if (page->len > 0) {
        const Entry *first = g_ptr_array_index(archive->entries, (guint) g_array_index(page, int, 0));
        const Entry *last = g_ptr_array_index(archive->entries, (guint) g_array_index(page, int, page->len - 1));
        set = g_strdup_printf("<first>%s</first><last>%s</last>", first->id, last->id);
    }
    feed(peer,
         "<iq type='result' id='%s'><fin xmlns='urn:xmpp:mam:2'%s><set xmlns='http://jabber.org/protocol/rsm'>%s</set>"
         "</fin></iq>",
         id, complete ? " complete='true'" : "", set != NULL ? set : "");
}

/* Answers one query; false: none was made. */
static bool
serve(Archive *archive, Peer *peer)
{
    g_autofree char *request = take_query(peer);
    if (request == NULL)
        return false;
    answer(archive, peer, request);
    return true;
}

/* Answers until nothing more is asked. */
static guint
serve_all(Archive *archive, Peer *peer)
{
    const guint before = archive->asked;
    while (serve(archive, peer))
        g_assert_cmpuint(archive->asked - before, <, 1000);
    return archive->asked - before;
}

/* Logs in; the archive is there, but has not been asked for anything yet. */
static Peer *
log_in(Flow *flow)
{
    Peer *me = flow_peer(flow, "work");
    me->features = WITH_ARCHIVE;
    login_with_roster(me, "<item jid='" BOB "' subscription='both'/><item jid='" CAROL "' subscription='both'/>", NULL);
    return me;
}

/* The same, when messages wait for what the archive says: they have all the time that users have. */
static void
log_in_patiently(Flow *flow)
{
    wait_connecting(flow_peer(flow, "work"));
    client_hurry(flow->client, 1);
    log_in(flow);
    client_hurry(flow->client, 1000);
}

static Conversation *
open_chat(Peer *peer, const char *with)
{
    g_autoptr(Jid) jid = make_jid(with);
    return conversations_open(peer->flow->client, peer->account, jid, CONVERSATION_CHAT);
}

/* "0" … "count - 1" and nothing else is loaded, in this order. */
static void
assert_numbers(const Conversation *conversation, guint from, guint to)
{
    g_assert_cmpuint(conversation_message_count(conversation), ==, to - from);
    for (guint i = from; i < to; i++) {
        g_autofree char *body = g_strdup_printf("%u", i);
        g_assert_cmpstr(conversation_message_at(conversation, i - from)->body, ==, body);
    }
}

static void
scroll_to_beginning(Archive *archive, Peer *peer, Conversation *conversation)
{
    for (guint i = 0; i < 100 && conversation_past(conversation) != PAST_COMPLETE; i++) {
        conversations_load_older(peer->flow->client, conversation);
        serve_all(archive, peer);
    }
    g_assert_cmpint(conversation_past(conversation), ==, PAST_COMPLETE);
}

/* The first time the end of the archive is fetched; nothing of it is news. The rest comes when somebody scrolls. */
static void
test_first_look(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep_many(archive, BOB, 0, 250);
    keep(archive, CAROL, "0", false);
    Peer *me = log_in(flow);
    g_assert_cmpuint(serve_all(archive, me), ==, 1);
    g_assert_cmpuint(account_conversation_count(me->account), ==, 0);
    assert_no_event(flow, "message*");
    Conversation *bob = open_chat(me, BOB);
    assert_numbers(bob, 151, 250);
    g_assert_cmpuint(conversation_unread(bob), ==, 0);
    conversations_load_older(flow->client, bob);
    g_assert_cmpint(conversation_past(bob), ==, PAST_LOADING);
    g_assert_cmpuint(serve_all(archive, me), ==, 1);
    assert_numbers(bob, 51, 250);
    g_assert_cmpint(conversation_past(bob), ==, PAST_UNKNOWN);
    scroll_to_beginning(archive, me, bob);
    assert_numbers(bob, 0, 250);
    g_assert_cmpuint(conversation_unread(bob), ==, 0);
    const guint asked = archive->asked;
    conversations_load_older(flow->client, bob);
    g_assert_cmpuint(serve_all(archive, me), ==, 0);
    flow_restart(flow);
    me = flow_peer(flow, "work");
    bob = open_chat(me, BOB);
    while (conversation_past(bob) != PAST_COMPLETE)
        conversations_load_older(flow->client, bob);
    assert_numbers(bob, 0, 250);
    g_assert_cmpuint(archive->asked, ==, asked);
}

static void
test_first_look_as_configured(void)
{
    static const struct {
        const char *config;
        guint asked, loaded;
    } cases[] = {
        { "history.first-sync = 0\n", 1, 0 },
        { "history.first-sync = 10\n", 1, 10 },
        { "history.first-sync = 230\n", 3, 230 },
        { "history.first-sync = 10000\n", 3, 250 },
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Flow) flow = flow_new_with(FLOW_ONE_ACCOUNT, cases[i].config, NULL);
        g_autoptr(Archive) archive = archive_new();
        keep_many(archive, BOB, 0, 250);
        Peer *me = log_in(flow);
        g_assert_cmpuint(serve_all(archive, me), ==, cases[i].asked);
        keep_many(archive, BOB, 250, 260); /* these are news */
        cut(me);
        log_in(flow);
        serve_all(archive, me);
        g_assert_cmpuint(conversation_unread(find_conversation(me, BOB)), ==, 10);
        Conversation *bob = find_conversation(me, BOB);
        while (conversation_past(bob) == PAST_UNKNOWN) /* what the store has */
            conversations_load_older(flow->client, bob);
        assert_numbers(bob, 250 - cases[i].loaded, 260);
    }
}

/* Whoever has never had a message has missed the first one, not read it long ago. */
static void
test_empty_archive(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    Peer *me = log_in(flow);
    g_assert_cmpuint(serve_all(archive, me), ==, 1);
    cut(me);
    keep_many(archive, BOB, 0, 3);
    log_in(flow);
    g_assert_cmpuint(serve_all(archive, me), ==, 1);
    assert_numbers(find_conversation(me, BOB), 0, 3);
    g_assert_cmpuint(conversation_unread(find_conversation(me, BOB)), ==, 3);
}

/* What was missed comes page by page, is unread, and is there once; and so after any interruption. */
static void
test_catch_up(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep_many(archive, BOB, 0, 1);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    cut(me);
    keep_many(archive, BOB, 1, 251);
    log_in(flow);
    g_assert_true(serve(archive, me));
    g_assert_nonnull(strstr(archive->last_request, "<after>a0</after>"));
    flow_restart(flow); /* in the middle */
    me = log_in(flow);
    g_assert_true(serve(archive, me));
    g_assert_nonnull(strstr(archive->last_request, "<after>a100</after>"));
    g_autofree char *lost = take_query(me);
    g_assert_nonnull(lost);
    cut(me); /* with a page under way */
    log_in(flow);
    g_assert_cmpuint(serve_all(archive, me), ==, 1);
    g_assert_nonnull(strstr(archive->last_request, "<after>a200</after>"));
    Conversation *bob = find_conversation(me, BOB);
    g_assert_cmpuint(conversation_unread(bob), ==, 250);
    scroll_to_beginning(archive, me, bob);
    assert_numbers(bob, 0, 251);
    cut(me);
    log_in(flow);
    g_assert_cmpuint(serve_all(archive, me), ==, 1);
    g_assert_nonnull(strstr(archive->last_request, "<after>a250</after>"));
    assert_numbers(bob, 0, 251);
}

/* A message that comes now. */
static void
hear_live(Archive *archive, Peer *peer, const char *body)
{
    archive->clock = MAX(archive->clock, when_now() + archive->skew);
    const Entry *entry = keep(archive, BOB, body, false);
    feed(peer,
         "<message from='%s/phone' to='me@example.org/desk' type='chat' id='%s'><body>%s</body>"
         "<stanza-id xmlns='urn:xmpp:sid:0' id='%s' by='me@example.org'/></message>",
         entry->with, entry->id, entry->body, entry->id);
}

/* What was missed may belong before all that is loaded, when much came after it: it counts as unread nevertheless. */
static void
test_unread_before_the_window(void)
{
    enum { MISSED = 50, LIVE = 150 };
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep(archive, BOB, "0", false);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    cut(me);
    keep_many(archive, BOB, 1, 1 + MISSED);
    log_in(flow); /* the archive does not answer */
    for (guint i = 1 + MISSED; i < 1 + MISSED + LIVE; i++) {
        g_autofree char *body = g_strdup_printf("%u", i);
        hear_live(archive, me, body);
    }
    flow_restart(flow);
    client_start(flow->client);
    me = log_in(flow);
    Conversation *bob = find_conversation(me, BOB);
    g_assert_cmpuint(conversation_unread(bob), ==, LIVE);
    g_assert_cmpuint(conversation_message_count(bob), <, LIVE);
    forget_events(flow);
    serve_all(archive, me);
    g_assert_cmpuint(conversation_unread(bob), ==, MISSED + LIVE);
    assert_event(flow, "message in " BOB "* 1 (delayed)");
    assert_event(flow, "message in " BOB "* 50 (delayed)");
    scroll_to_beginning(archive, me, bob);
    assert_numbers(bob, 0, 1 + MISSED + LIVE);
    g_assert_cmpuint(conversation_unread(bob), ==, MISSED + LIVE);
}

/* Live messages move the place to go on from, but only when nothing is missing before them. The archive's order holds,
 * whatever its clock says. */
static void
check_live(gint64 skew)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    archive->skew = skew;
    keep_many(archive, BOB, 0, 1);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    hear_live(archive, me, "1");
    cut(me);
    keep_many(archive, BOB, 2, 152);
    log_in(flow);
    g_assert_true(serve(archive, me));
    g_assert_nonnull(strstr(archive->last_request, "<after>a1</after>"));
    hear_live(archive, me, "152"); /* 102 to 151 are still missing */
    cut(me);
    log_in(flow);
    g_assert_cmpuint(serve_all(archive, me), ==, 1);
    g_assert_nonnull(strstr(archive->last_request, "<after>a101</after>"));
    Conversation *bob = find_conversation(me, BOB);
    scroll_to_beginning(archive, me, bob);
    assert_numbers(bob, 0, 153);
}

static void
test_live(void)
{
    check_live(0);
    check_live(G_TIME_SPAN_MINUTE);
    check_live(-G_TIME_SPAN_HOUR);
}

/* Written, and then the connection was lost: what the archive has is not sent again, the rest is, once. */
static void
test_confirms_sent(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    Peer *me = log_in(flow);
    serve_all(archive, me);
    const Message *arrived = say(me, BOB, "arrived");
    const Message *lost = say(me, BOB, "lost");
    archive->clock = when_now();
    Entry *entry = keep(archive, BOB, "arrived", true);
    entry->origin = g_strdup(arrived->id);
    g_ptr_array_set_size(me->sent, 0);
    cut(me);
    g_assert_cmpint(arrived->state, ==, MESSAGE_QUEUED);
    log_in_patiently(flow);
    const Message *later = say(me, BOB, "later");
    g_autofree char *request = take_query(me);
    assert_nothing_sent(me); /* not before it is known what became of them */
    answer(archive, me, request);
    serve_all(archive, me);
    g_assert_cmpint(arrived->state, ==, MESSAGE_SENT);
    assert_sent(me, "<message *<body>lost</body>*");
    assert_sent(me, "<message *<body>later</body>*");
    assert_nothing_sent(me);
    acknowledge(me);
    g_assert_cmpint(lost->state, ==, MESSAGE_SENT);
    g_assert_cmpint(later->state, ==, MESSAGE_SENT);
    g_assert_cmpuint(conversation_message_count(find_conversation(me, BOB)), ==, 3);
}

/* What became of a message is asked at once; a long catch-up holds nothing up. */
static void
test_confirms_soon(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    Peer *me = log_in(flow);
    serve_all(archive, me);
    const Message *arrived = say(me, BOB, "arrived");
    const Message *lost = say(me, CAROL, "lost");
    archive->clock = when_now() - G_TIME_SPAN_SECOND;
    keep(archive, BOB, "arrived", true)->origin = g_strdup(arrived->id);
    keep_many(archive, "dave@example.org", 0, 250);
    cut(me);
    log_in_patiently(flow);
    g_assert_true(serve(archive, me));
    g_assert_true(serve(archive, me));
    g_assert_cmpint(arrived->state, ==, MESSAGE_SENT);
    assert_sent(me, "<message *<body>lost</body>*");
    g_assert_cmpint(lost->state, ==, MESSAGE_QUEUED);
    g_assert_cmpuint(serve_all(archive, me), ==, 3);
    g_assert_cmpuint(conversation_unread(find_conversation(me, "dave@example.org")), ==, 250);
    g_assert_cmpuint(conversation_message_count(find_conversation(me, BOB)), ==, 1);
    assert_nothing_sent(me);
}

/* The connection is lost again before the archive could say anything: still nothing is sent twice. */
static void
test_lost_again(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    Peer *me = log_in(flow);
    serve_all(archive, me);
    const Message *arrived = say(me, BOB, "arrived");
    archive->clock = when_now();
    keep(archive, BOB, "arrived", true)->origin = g_strdup(arrived->id);
    cut(me);
    log_in_patiently(flow);
    g_autofree char *unanswered = take_query(me);
    g_assert_nonnull(unanswered);
    cut(me);
    log_in_patiently(flow);
    g_autofree char *request = take_query(me);
    assert_nothing_sent(me);
    answer(archive, me, request);
    serve_all(archive, me);
    assert_nothing_sent(me);
    g_assert_cmpint(arrived->state, ==, MESSAGE_SENT);
}

/* What is written while the archive is being read waits for nothing, and is not sent again at its end. */
static void
test_sends_meanwhile(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    Peer *me = log_in(flow);
    g_autofree char *request = take_query(me);
    say(me, BOB, "meanwhile");
    assert_sent(me, "<message *<body>meanwhile</body>*");
    answer(archive, me, request);
    assert_nothing_sent(me);
    g_assert_cmpuint(outgoing_pending(flow->client, me->account), ==, 1);
}

/* Without an archive nothing is waited for, and what is here is all there is. */
static void
test_no_archive(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    Peer *me = flow_peer(flow, "work");
    login(me);
    flow_turn();
    Conversation *bob = open_chat(me, BOB);
    conversations_load_older(flow->client, bob);
    g_assert_cmpint(conversation_past(bob), ==, PAST_COMPLETE);
    assert_nothing_sent(me);
}

/* Offline there is a word instead of older messages; online they come. */
static void
test_offline(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep_many(archive, BOB, 0, 130);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    cut(me);
    Conversation *bob = open_chat(me, BOB);
    conversations_load_older(flow->client, bob);
    g_assert_cmpint(conversation_past(bob), ==, PAST_MISSING);
    g_assert_cmpstr(conversation_past_words(bob), ==,
                    "older messages are in the server's archive: connect to read them");
    log_in(flow);
    g_assert_cmpint(conversation_past(bob), ==, PAST_UNKNOWN);
    conversations_load_older(flow->client, bob); /* before it is known whether there is an archive */
    g_assert_cmpint(conversation_past(bob), ==, PAST_LOADING);
    serve_all(archive, me);
    assert_numbers(bob, 0, 130);
    g_assert_cmpint(conversation_past(bob), ==, PAST_COMPLETE);
}

/* The connection goes while older messages are on their way. */
static void
test_lost_while_loading(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep_many(archive, BOB, 0, 130);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    Conversation *bob = open_chat(me, BOB);
    conversations_load_older(flow->client, bob);
    cut(me);
    g_assert_cmpint(conversation_past(bob), ==, PAST_MISSING);
    log_in(flow);
    serve_all(archive, me);
    scroll_to_beginning(archive, me, bob);
    assert_numbers(bob, 0, 130);
}

/* Users do not wait for the catch-up, and one page is on its way at a time. */
static void
test_users_first(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep_many(archive, BOB, 0, 130);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    cut(me);
    keep_many(archive, CAROL, 0, 250);
    log_in(flow);
    g_assert_true(serve(archive, me));
    Conversation *bob = open_chat(me, BOB);
    conversations_load_older(flow->client, bob);
    g_autofree char *first = take_query(me);
    g_assert_nonnull(strstr(first, BOB));
    g_assert_null(take_query(me)); /* the catch-up waits */
    answer(archive, me, first);
    assert_numbers(bob, 0, 130);
    g_assert_cmpuint(serve_all(archive, me), ==, 2);
    g_assert_cmpuint(conversation_unread(find_conversation(me, CAROL)), ==, 250);
}

/* In a long catch-up, what is looked at is complete at its end before the rest. */
static void
test_visible_first(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep_many(archive, BOB, 0, 1);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    Conversation *bob = open_chat(me, BOB);
    conversations_set_visible(flow->client, bob);
    cut(me);
    keep_many(archive, CAROL, 0, 250);
    keep_many(archive, BOB, 1, 30);
    log_in(flow);
    g_assert_true(serve(archive, me));
    assert_numbers(bob, 0, 1);
    g_assert_true(serve(archive, me));
    g_assert_nonnull(strstr(archive->last_request, BOB));
    assert_numbers(bob, 0, 30);
    g_assert_cmpuint(conversation_unread(bob), ==, 29);
    serve_all(archive, me);
    assert_numbers(bob, 0, 30);
    g_assert_cmpuint(conversation_unread(bob), ==, 29);
    g_assert_cmpuint(conversation_unread(find_conversation(me, CAROL)), ==, 250);
}

static guint
count_gaps(Flow *flow, const Conversation *conversation)
{
    const HistoryPlace place = conversations_place(conversation);
    g_autoptr(GPtrArray) gaps = sync_gaps(client_db(flow->client), &place, NULL);
    return gaps->len;
}

/* I24: what could not be stored is not passed by. */
static void
test_store_fails(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep_many(archive, BOB, 0, 1);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    Db *db = client_db(flow->client);
    g_assert_true(db_commit(db, NULL));
    g_assert_true(db_execute(db, "PRAGMA query_only = ON", NULL));
    hear_live(archive, me, "1");
    assert_event(flow, "*notice error*");
    g_assert_true(db_execute(db, "PRAGMA query_only = OFF", NULL));
    hear_live(archive, me, "2");
    flow_restart(flow);
    me = log_in(flow);
    serve_all(archive, me);
    g_assert_nonnull(strstr(archive->last_request, "<after>a0</after>"));
    scroll_to_beginning(archive, me, open_chat(me, BOB));
    assert_numbers(find_conversation(me, BOB), 0, 3);
}

/* The archive has forgotten the place, but still has the messages: it goes on by time, and nothing is missing. */
static void
test_forgotten_place(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep_many(archive, BOB, 0, 20);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    cut(me);
    keep_many(archive, BOB, 20, 40);
    archive->forgets = true;
    log_in(flow);
    g_assert_true(serve(archive, me));
    archive->forgets = false;
    g_assert_cmpuint(serve_all(archive, me), ==, 1);
    g_assert_nonnull(strstr(archive->last_request, "var=\"start\""));
    Conversation *bob = open_chat(me, BOB);
    scroll_to_beginning(archive, me, bob);
    assert_numbers(bob, 0, 40);
    g_assert_cmpuint(count_gaps(flow, bob), ==, 0);
}

/* The archive begins behind the place: that something may be missing is said; and what there is fills the gap. */
static void
test_gap(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    g_autoptr(Archive) full = archive_new();
    keep_many(archive, BOB, 0, 3);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    cut(me);
    keep_many(archive, BOB, 3, 7);
    archive->clock += 2 * G_TIME_SPAN_HOUR;
    keep_many(archive, BOB, 7, 10);
    GPtrArray *all = archive->entries;
    archive->entries = g_ptr_array_new();
    for (guint i = 7; i < 10; i++)
        g_ptr_array_add(archive->entries, g_ptr_array_index(all, i));
    log_in(flow);
    serve_all(archive, me);
    Conversation *bob = open_chat(me, BOB);
    g_assert_cmpuint(conversation_message_count(bob), ==, 6);
    g_assert_cmpuint(count_gaps(flow, bob), ==, 1);
    g_assert_true(conversation_has_gap_after(bob, conversation_message_at(bob, 2)->order));
    flow_restart(flow);
    me = log_in(flow);
    serve_all(archive, me);
    bob = open_chat(me, BOB);
    g_assert_true(conversation_has_gap_after(bob, conversation_message_at(bob, 2)->order));
    g_ptr_array_unref(archive->entries); /* it is there again */
    archive->entries = all;
    conversations_set_visible(flow->client, bob);
    g_assert_cmpuint(serve_all(archive, me), ==, 1);
    assert_numbers(bob, 0, 10);
    g_assert_cmpuint(count_gaps(flow, bob), ==, 0);
    g_assert_false(conversation_has_gap_after(bob, conversation_message_at(bob, 2)->order));
}

/* I9: an archive that leads in a circle is left, and said to be broken, once. */
static void
test_endless(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep_many(archive, BOB, 0, 1);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    cut(me);
    log_in(flow);
    guint pages = 0;
    for (g_autofree char *request = take_query(me); request != NULL; request = take_query(me)) {
        g_autofree char *id = between(request, " id=\"", "\"");
        g_autofree char *taken = request;
        g_assert_cmpuint(++pages, <, 100);
        feed(me,
             "<iq type='result' id='%s'><fin xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'>"
             "<first>f</first><last>c%u</last></set></fin></iq>",
             id, pages % 7);
    }
    assert_event(flow, "*notice warning*archive cannot be read*");
}

/* I10, I13: answers of others change nothing. */
static void
test_forged(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    Peer *me = log_in(flow);
    g_autofree char *request = take_query(me);
    g_autofree char *query = between(request, "queryid=\"", "\"");
    feed(me,
         "<message from='mallory@evil.example/x'><result xmlns='urn:xmpp:mam:2' queryid='%s' id='f'><forwarded "
         "xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' from='" BOB
         "/phone' to='me@example.org' type='chat'>"
         "<body>forged</body></message></forwarded></result></message>",
         query);
    answer(archive, me, request);
    g_assert_cmpuint(account_conversation_count(me->account), ==, 0);
    assert_no_event(flow, "message*");
}

/* Neither a message nor the word that this is all. */
static void
answer_nothing(Archive *archive, Peer *peer)
{
    char *request;
    while ((request = take_query(peer)) == NULL)
        g_main_context_iteration(NULL, TRUE); /* it takes its time to ask again */
    g_autofree char *id = between(request, " id=\"", "\"");
    g_free(archive->last_request);
    archive->last_request = request;
    feed(peer,
         "<iq type='result' id='%s'><fin xmlns='urn:xmpp:mam:2'><set xmlns='http://jabber.org/protocol/rsm'>"
         "<count>0</count></set></fin></iq>",
         id);
}

/* An archive whose database has a bad day is asked again: what it did not tell is not passed by, whatever is said
 * meanwhile. I1, I3. */
static void
test_says_nothing(void)
{
    g_autoptr(Flow) flow = flow_new(FLOW_ONE_ACCOUNT);
    g_autoptr(Archive) archive = archive_new();
    keep_many(archive, BOB, 0, 1);
    Peer *me = log_in(flow);
    serve_all(archive, me);
    cut(me);
    keep_many(archive, BOB, 1, 3);
    log_in(flow);
    answer_nothing(archive, me);
    keep_many(archive, BOB, 3, 4);
    feed(me, "<message from='" BOB "/phone' to='me@example.org/desk' type='chat' id='a3'><body>3</body>"
             "<stanza-id xmlns='urn:xmpp:sid:0' by='me@example.org' id='a3'/></message>");
    for (int i = 0; i < 3; i++)
        answer_nothing(archive, me);
    assert_event(flow, "notice warning *archive cannot be read*");
    g_assert_nonnull(strstr(archive->last_request, "<after>a0</after>"));
    cut(me);
    log_in(flow);
    answer_nothing(archive, me);
    g_assert_nonnull(strstr(archive->last_request, "<after>a0</after>"));
    while (!serve(archive, me))
        g_main_context_iteration(NULL, TRUE);
    serve_all(archive, me);
    Conversation *bob = find_conversation(me, BOB);
    scroll_to_beginning(archive, me, bob);
    flow_restart(flow);
    me = log_in(flow);
    serve_all(archive, me);
    assert_numbers(open_chat(me, BOB), 0, 4);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/flow/archive/first-look", test_first_look);
    g_test_add_func("/flow/archive/first-look-as-configured", test_first_look_as_configured);
    g_test_add_func("/flow/archive/empty", test_empty_archive);
    g_test_add_func("/flow/archive/says-nothing", test_says_nothing);
    g_test_add_func("/flow/archive/catch-up", test_catch_up);
    g_test_add_func("/flow/archive/unread-before-the-window", test_unread_before_the_window);
    g_test_add_func("/flow/archive/live", test_live);
    g_test_add_func("/flow/archive/confirms-sent", test_confirms_sent);
    g_test_add_func("/flow/archive/confirms-soon", test_confirms_soon);
    g_test_add_func("/flow/archive/lost-again", test_lost_again);
    g_test_add_func("/flow/archive/sends-meanwhile", test_sends_meanwhile);
    g_test_add_func("/flow/archive/none", test_no_archive);
    g_test_add_func("/flow/archive/offline", test_offline);
    g_test_add_func("/flow/archive/lost-while-loading", test_lost_while_loading);
    g_test_add_func("/flow/archive/users-first", test_users_first);
    g_test_add_func("/flow/archive/visible-first", test_visible_first);
    g_test_add_func("/flow/archive/store-fails", test_store_fails);
    g_test_add_func("/flow/archive/forgotten-place", test_forgotten_place);
    g_test_add_func("/flow/archive/gap", test_gap);
    g_test_add_func("/flow/archive/endless", test_endless);
    g_test_add_func("/flow/archive/forged", test_forged);
    return g_test_run();
}

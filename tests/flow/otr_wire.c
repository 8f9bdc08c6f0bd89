/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "otr_wire.h"

#include <string.h>

char *wire_keys[2];

const char *const wire_names[] = { "me@example.org", "bob@example.org" };

void
wire_login(Wire *wire, int end, const char *subscription)
{
    g_autofree char *items =
        g_strdup_printf("<item jid='%s' subscription='%s'/>", wire_names[1 - end], subscription);
    const bool quiet = wire->flows[end]->quiet;
    wire->flows[end]->quiet = false; /* a login waits for its events */
    login_with_roster(wire->ends[end], items, NULL);
    flow_settle(wire->flows[end]);
    feed(wire->ends[end], "<presence from='%s/desk'/>", wire_names[1 - end]);
    forget_events(wire->flows[end]);
    wire->flows[end]->quiet = quiet;
}

static void
lend_keys(Flow *flow, int end)
{
    g_autofree char *directory = g_build_filename(flow->paths->data, "otr", "work", NULL);
    g_autofree char *to = g_build_filename(directory, "keys", NULL);
    const char *text = wire_keys[end];
    if (text == NULL)
        return;
    g_assert_cmpint(g_mkdir_with_parents(directory, 0700), ==, 0);
    g_assert_true(g_file_set_contents_full(to, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

Wire *
wire_new_with(const char *config, const char *subscription)
{
    Wire *wire = g_new0(Wire, 1);
    wire->seen = g_string_new(NULL);
    for (int i = 0; i < 2; i++) {
        g_autofree char *accounts = g_strdup_printf("[work]\njid = %s\npassword = secret\n", wire_names[i]);
        wire->flows[i] = flow_new_with(accounts, config, NULL);
        wire->ends[i] = flow_peer(wire->flows[i], "work");
        lend_keys(wire->flows[i], i);
        wire_login(wire, i, subscription);
    }
    return wire;
}

Wire *
wire_new(void)
{
    return wire_new_with("", "both");
}

void
wire_free(Wire *wire)
{
    for (int i = 0; i < 2; i++)
        flow_free(wire->flows[i]);
    g_string_free(wire->seen, TRUE);
    g_free(wire);
}

bool
wire_carry(Wire *wire, int end)
{
    acknowledge(wire->ends[end]); /* the server has what it carries */
    g_autoptr(GPtrArray) sent = wire->ends[end]->sent;
    wire->ends[end]->sent = g_ptr_array_new_with_free_func(g_free);
    bool any = false;
    for (guint i = 0; i < sent->len; i++) {
        const char *stanza = g_ptr_array_index(sent, i);
        if (!g_str_has_prefix(stanza, "<message "))
            continue;
        any = true;
        g_string_append(wire->seen, stanza);
        g_string_append_c(wire->seen, '\n');
        feed(wire->ends[1 - end], "<message from='%s/desk' %s", wire_names[end], stanza + strlen("<message "));
    }
    return any;
}

void
wire_pump(Wire *wire)
{
    bool any = true;
    while (any) {
        for (int i = 0; i < 2; i++)
            flow_settle(wire->flows[i]);
        any = wire_carry(wire, 0);
        any = wire_carry(wire, 1) || any;
    }
}

Conversation *
wire_conversation(Wire *wire, int end)
{
    g_autoptr(Jid) with = make_jid(wire_names[1 - end]);
    return conversations_open(wire->flows[end]->client, wire->ends[end]->account, with, CONVERSATION_CHAT);
}

const ConversationEncryption *
wire_state(Wire *wire, int end)
{
    return conversation_encryption(wire_conversation(wire, end));
}

static void
on_key(const GError *error, gpointer done)
{
    g_assert_no_error(error);
    *(bool *) done = true;
}

static bool
is_true(gpointer value)
{
    return *(bool *) value;
}

void
wire_start(Wire *wire, int end)
{
    char *outcome = NULL;
    g_autoptr(GError) error = NULL;
    encryption_start(wire->flows[end]->client, wire_conversation(wire, end), "otr", keep_outcome, &outcome, &error);
    g_assert_no_error(error);
    wire_pump(wire);
    wait_outcome(&outcome);
    g_assert_cmpstr(outcome, ==, "ok");
    g_free(outcome);
}

const Message *
wire_last(Wire *wire, int end)
{
    const Conversation *conversation = wire_conversation(wire, end);
    g_assert_cmpuint(conversation_message_count(conversation), >, 0);
    return conversation_message_at(conversation, conversation_message_count(conversation) - 1);
}

void
wire_assert_unseen(const Wire *wire, const char *text)
{
    if (strstr(wire->seen->str, text) != NULL)
        g_error("“%s” was on the wire:\n%s", text, wire->seen->str);
}


void
wire_make_keys(void)
{
    for (int i = 0; i < 2; i++) {
        bool done = false;
        g_autofree char *accounts = g_strdup_printf("[work]\njid = %s\npassword = secret\n", wire_names[i]);
        g_autoptr(Flow) flow = flow_new(accounts);
        const Peer *peer = flow_peer(flow, "work");
        encryption_make_key(peer->session, "otr", on_key, &done);
        flow_wait(is_true, &done);
        g_autofree char *path = g_build_filename(flow->paths->data, "otr", "work", "keys", NULL);
        g_assert_true(g_file_get_contents(path, &wire_keys[i], NULL, NULL));
    }
}

void
wire_forget_keys(void)
{
    for (int i = 0; i < 2; i++)
        g_clear_pointer(&wire_keys[i], g_free);
}

void
wire_restart(Wire *wire, int end, const char *subscription)
{
    flow_restart(wire->flows[end]);
    wire->ends[end] = flow_peer(wire->flows[end], "work");
    wire_login(wire, end, subscription);
}

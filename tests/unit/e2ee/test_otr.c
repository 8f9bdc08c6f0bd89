/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The provider on its own: two accounts in one process that hand each other what they send. */
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "e2ee/otr_private.h"

/* One of the two. */
typedef struct Side {
    E2ee *e2ee;
    char *directory;
    Jid *jid;
    GQueue sent;       /* char* */
    guint told;        /* sessions that are ON */
    guint8 key[OTR_EXTRA_KEY_BYTES];
    guint use;         /* what it is for */
    char *about;
    bool may_answer;
} Side;

static const char *const addresses[] = { "a@example.org/desk", "b@example.org/desk" };

static bool
host_send(gpointer data, Envelope *take_envelope)
{
    g_autoptr(Envelope) envelope = take_envelope;
    Side *side = data;
    g_queue_push_tail(&side->sent, g_strdup(envelope_message(envelope)->body));
    return true;
}

static E2eePolicy
host_policy(gpointer data, const Jid *peer)
{
    return E2EE_MANUAL;
}

static bool
host_may_answer(gpointer data, const Jid *peer)
{
    return ((const Side *) data)->may_answer;
}

static E2eeMarkup
host_markup(gpointer data, const Jid *peer)
{
    return E2EE_MARKUP_UNKNOWN;
}

static guint
host_body_limit(gpointer data, const Jid *peer)
{
    return 0;
}

static void
host_event(gpointer data, const E2eeEvent *event)
{
    Side *side = data;
    if (event->type == E2EE_EVENT_SESSION && event->session.state == E2EE_ON)
        side->told++;
    if (event->type != E2EE_EVENT_EXTRA_KEY)
        return;
    g_assert_cmpuint(event->extra_key.key_length, ==, OTR_EXTRA_KEY_BYTES);
    memcpy(side->key, event->extra_key.key, OTR_EXTRA_KEY_BYTES);
    side->use = event->extra_key.use;
    side->about = g_strndup((const char *) event->extra_key.data, event->extra_key.length);
}

static void
side_open(Side *side, int number)
{
    const E2eeHost host = {
        .data = side,
        .send = host_send,
        .policy = host_policy,
        .may_answer = host_may_answer,
        .markup = host_markup,
        .body_limit = host_body_limit,
        .event = host_event,
    };
    g_autoptr(GError) error = NULL;
    *side = (Side) { .may_answer = true, .jid = jid_new(addresses[number], NULL) };
    side->directory = g_dir_make_tmp("confab-test-otr-XXXXXX", NULL);
    side->e2ee = otr_provider.new(&host, side->directory, side->jid, &error);
    g_assert_no_error(error);
    otr_make_key(side->e2ee);
    while (!otr_has_key(side->e2ee))
        g_main_context_iteration(NULL, TRUE);
}

static void
side_close(Side *side)
{
    static const char *const files[] = { "keys", "fingerprints", "instance-tags" };
    otr_provider.free(side->e2ee);
    jid_unref(side->jid);
    g_queue_clear_full(&side->sent, g_free);
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(side->directory, files[i], NULL);
        g_remove(path);
    }
    g_assert_cmpint(g_rmdir(side->directory), ==, 0);
    g_free(side->directory);
    g_free(side->about);
}

/* A body from somebody: what came of it; *text is the body afterwards (the caller frees). */
static E2eeOutcome
receive_from(Side *side, const char *from, const char *body, char **text)
{
    g_autoptr(XmppMessage) message = message_stanza_new();
    E2eeReceived received = { 0 };
    message->from = jid_new(from, NULL);
    message->to = jid_ref(side->jid);
    message->type = XMPP_MESSAGE_CHAT;
    message->body = g_strdup(body);
    const E2eeOutcome outcome = otr_provider.receive(side->e2ee, message, &received);
    if (text != NULL)
        *text = g_steal_pointer(&message->body);
    g_free(received.words);
    return outcome;
}

static void
pump(Side sides[2])
{
    bool any = true;
    while (any) {
        any = false;
        for (int i = 0; i < 2; i++) {
            g_autofree char *body = g_queue_pop_head(&sides[i].sent);
            if (body == NULL)
                continue;
            any = true;
            receive_from(&sides[1 - i], addresses[i], body, NULL);
        }
    }
}

static void
open_both(Side sides[2])
{
    g_autoptr(GError) error = NULL;
    e2ee_start_up();
    for (int i = 0; i < 2; i++)
        side_open(&sides[i], i);
    g_assert_true(otr_provider.start(sides[0].e2ee, sides[1].jid, &error));
    pump(sides);
    g_assert_cmpint(otr_provider.state(sides[0].e2ee, sides[1].jid), ==, E2EE_ON);
}

static void
close_both(Side sides[2])
{
    for (int i = 0; i < 2; i++)
        side_close(&sides[i]);
}

static void
on_encrypted(Envelope *take_envelope, const GError *error, gpointer body)
{
    g_autoptr(Envelope) envelope = take_envelope;
    *(char **) body = envelope != NULL ? g_strdup(envelope_message(envelope)->body) : NULL;
}

static char *
encrypt(Side sides[2], int from, const char *text)
{
    XmppMessage *message = message_stanza_new();
    char *body = NULL;
    message->to = jid_to_bare(sides[1 - from].jid);
    message->body = g_strdup(text);
    otr_provider.encrypt(sides[from].e2ee, message, on_encrypted, &body);
    return body;
}

/* Both have the same key for a file, and nobody else has it; the peer learns what it is for. */
static void
test_extra_key(void)
{
    Side sides[2];
    guint8 key[OTR_EXTRA_KEY_BYTES];
    g_autoptr(GError) error = NULL;
    open_both(sides);
    g_assert_true(otr_use_extra_key(sides[0].e2ee, sides[1].jid, 7, (const guint8 *) "file 1", 6, key, &error));
    g_assert_no_error(error);
    pump(sides);
    g_assert_cmpmem(key, sizeof key, sides[1].key, sizeof sides[1].key);
    g_assert_cmpuint(sides[1].use, ==, 7);
    g_assert_cmpstr(sides[1].about, ==, "file 1");
    otr_provider.stop(sides[0].e2ee, sides[1].jid);
    g_assert_false(otr_use_extra_key(sides[0].e2ee, sides[1].jid, 7, NULL, 0, key, &error));
    g_assert_error(error, CONFAB_ERROR, ERROR_ENCRYPTION);
    close_both(sides);
}

/* Who only listens says something empty now and then, so that keys move on; it is not shown. */
static void
test_heartbeat(void)
{
    Side sides[2];
    open_both(sides);
    ConnContext *context = otr_secure_context(sides[1].e2ee, otr_choose_session(sides[1].e2ee, sides[0].jid));
    g_assert_nonnull(context);
    g_autofree char *first = encrypt(sides, 0, "one");
    g_assert_cmpint(receive_from(&sides[1], addresses[0], first, NULL), ==, E2EE_DECRYPTED);
    context->context_priv->lastsent = 1; /* long ago */
    g_queue_clear_full(&sides[1].sent, g_free);
    g_autofree char *second = encrypt(sides, 0, "two");
    g_assert_cmpint(receive_from(&sides[1], addresses[0], second, NULL), ==, E2EE_DECRYPTED);
    g_assert_cmpuint(sides[1].sent.length, ==, 1);
    g_autofree char *beat = g_queue_pop_head(&sides[1].sent);
    g_assert_true(g_str_has_prefix(beat, "?OTR:AAMD"));
    g_assert_cmpint(receive_from(&sides[0], addresses[1], beat, NULL), ==, E2EE_SILENT);
    close_both(sides);
}

/* I19, I22: the same message again is not read again. */
static void
test_replay(void)
{
    Side sides[2];
    g_autofree char *text = NULL;
    open_both(sides);
    g_autofree char *body = encrypt(sides, 0, "once");
    g_assert_cmpint(receive_from(&sides[1], addresses[0], body, &text), ==, E2EE_DECRYPTED);
    g_assert_cmpstr(text, ==, "once");
    g_assert_cmpint(receive_from(&sides[1], addresses[0], body, NULL), ==, E2EE_UNREADABLE);
    close_both(sides);
}

/* I22: what is meant for another instance, and instances without end. */
static void
test_instances(void)
{
    Side sides[2];
    open_both(sides);
    const OtrSession *session = otr_choose_session(sides[0].e2ee, sides[1].jid);
    g_queue_clear_full(&sides[0].sent, g_free);
    /* Version 3, a text, from 0x101 to 0x999. */
    static const guint8 other[] = { 0, 3, 3, 0, 0, 1, 1, 0, 0, 9, 0x99, 0 };
    g_autofree char *base64 = g_base64_encode(other, sizeof other);
    g_autofree char *stray = g_strdup_printf("?OTR:%s.", base64);
    g_assert_cmpint(receive_from(&sides[0], addresses[1], stray, NULL), ==, E2EE_SILENT);
    for (guint32 tag = 0x1000; tag < 0x1000 + 1000; tag++) {
        const guint8 commit[] = { 0, 3, 2, (guint8) (tag >> 24), (guint8) (tag >> 16), (guint8) (tag >> 8), (guint8) tag,
                                  0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0 };
        g_autofree char *encoded = g_base64_encode(commit, sizeof commit);
        g_autofree char *body = g_strdup_printf("?OTR:%s.", encoded);
        receive_from(&sides[0], addresses[1], body, NULL);
    }
    guint contexts = 0;
    for (const ConnContext *context = otr_book_userstate(sides[0].e2ee->book)->context_root; context != NULL;
         context = context->next)
        contexts++;
    g_assert_cmpuint(contexts, <=, 2 * OTR_INSTANCES_MAX);
    g_assert_cmpint(otr_session_state(sides[0].e2ee, session), ==, E2EE_ON); /* and the real one goes on */
    g_autofree char *body = encrypt(sides, 1, "still here");
    g_autofree char *text = NULL;
    g_assert_cmpint(receive_from(&sides[0], addresses[1], body, &text), ==, E2EE_DECRYPTED);
    g_assert_cmpstr(text, ==, "still here");
    close_both(sides);
}

/* I22: libotr collects pieces wherever they are in a body, without a limit, and reads what they give: none reach it. */
static void
test_hidden_pieces(void)
{
    static const char *const covers[] = { "?OTRv23? ", "?OTR?v2? ", "?OTR:AAMC. ", "?OTR:AAMD. " };
    Side sides[2];
    open_both(sides);
    for (gsize i = 0; i < G_N_ELEMENTS(covers); i++) {
        g_autofree char *body = encrypt(sides, 1, "past all filters");
        const int half = (int) strlen(body) / 2;
        g_autofree char *first = g_strdup_printf("%s?OTR,1,2,%.*s,", covers[i], half, body);
        g_autofree char *second = g_strdup_printf("%s?OTR,2,2,%s,", covers[i], body + half);
        g_assert_cmpint(receive_from(&sides[0], addresses[1], first, NULL), ==, E2EE_UNREADABLE);
        g_assert_cmpint(receive_from(&sides[0], addresses[1], second, NULL), ==, E2EE_UNREADABLE);
        g_autofree char *text = NULL;
        g_assert_cmpint(receive_from(&sides[0], addresses[1], body, &text), ==, E2EE_DECRYPTED);
        g_assert_cmpstr(text, ==, "past all filters");
    }
    close_both(sides);
}

/* I9: devices without end; the session that is used stays. */
static void
test_devices(void)
{
    Side sides[2];
    open_both(sides);
    for (guint i = 0; i < 3 * OTR_SESSIONS_MAX; i++) {
        g_autofree char *device = g_strdup_printf("b@example.org/%u", i);
        receive_from(&sides[0], device, "?OTRv23?", NULL);
    }
    g_assert_cmpuint(g_hash_table_size(sides[0].e2ee->sessions), <=, OTR_SESSIONS_MAX);
    g_autofree char *body = encrypt(sides, 1, "still here");
    g_assert_cmpint(receive_from(&sides[0], addresses[1], body, NULL), ==, E2EE_DECRYPTED);
    close_both(sides);
}

/* I15, I22: strangers without end leave nothing behind, and get nothing. */
static void
test_strangers(void)
{
    Side sides[2];
    open_both(sides);
    sides[0].may_answer = false;
    for (guint i = 0; i < 2000; i++) {
        g_autofree char *stranger = g_strdup_printf("s%u@evil.tld/x", i);
        receive_from(&sides[0], stranger, "?OTRv23?", NULL);
        receive_from(&sides[0], stranger, "?OTR:AAMCAAABAAAAAAAAAAAAxAAAAA==.", NULL);
    }
    g_assert_cmpuint(sides[0].sent.length, ==, 0);
    g_assert_cmpuint(g_hash_table_size(sides[0].e2ee->sessions), <=, 2);
    g_assert_cmpuint(g_hash_table_size(sides[0].e2ee->peers), <=, OTR_PEERS_MAX);
    close_both(sides);
}

/* I22: proofs without end of who the peer is, all of them wrong, leave nothing behind; the right one still counts. */
static void
test_wrong_proofs(void)
{
    Side sides[2];
    open_both(sides);
    otr_provider.stop(sides[0].e2ee, sides[1].jid);
    pump(sides);
    otr_provider.stop(sides[1].e2ee, sides[0].jid);
    pump(sides);
    g_assert_true(otr_provider.start(sides[0].e2ee, sides[1].jid, NULL));
    g_autofree char *query = g_queue_pop_head(&sides[0].sent);
    receive_from(&sides[1], addresses[0], query, NULL);
    g_autofree char *commit = g_queue_pop_head(&sides[1].sent);
    receive_from(&sides[0], addresses[1], commit, NULL);
    g_autofree char *key = g_queue_pop_head(&sides[0].sent);
    receive_from(&sides[1], addresses[0], key, NULL);
    g_autofree char *proof = g_queue_pop_head(&sides[1].sent);
    g_assert_true(g_str_has_prefix(proof, "?OTR:AAMR"));
    g_autofree char *wrong = g_strdup(proof);
    char *const digit = wrong + strlen(wrong) - strlen("xxxx."); /* of the MAC */
    *digit = *digit == 'A' ? 'B' : 'A';
    for (guint i = 0; i < 3; i++) {
        receive_from(&sides[0], addresses[1], wrong, NULL);
        for (const ConnContext *context = otr_book_userstate(sides[0].e2ee->book)->context_root; context != NULL;
             context = context->next)
            g_assert_null(context->auth.enc_c);
    }
    g_queue_clear_full(&sides[0].sent, g_free); /* complaints */
    g_assert_cmpint(otr_provider.state(sides[0].e2ee, sides[1].jid), !=, E2EE_ON);
    receive_from(&sides[0], addresses[1], proof, NULL);
    pump(sides);
    g_assert_cmpint(otr_provider.state(sides[0].e2ee, sides[1].jid), ==, E2EE_ON);
    g_assert_cmpint(otr_provider.state(sides[1].e2ee, sides[0].jid), ==, E2EE_ON);
    close_both(sides);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/otr/extra-key", test_extra_key);
    g_test_add_func("/otr/heartbeat", test_heartbeat);
    g_test_add_func("/otr/replay", test_replay);
    g_test_add_func("/otr/instances", test_instances);
    g_test_add_func("/otr/hidden-pieces", test_hidden_pieces);
    g_test_add_func("/otr/devices", test_devices);
    g_test_add_func("/otr/strangers", test_strangers);
    g_test_add_func("/otr/wrong-proofs", test_wrong_proofs);
    return g_test_run();
}

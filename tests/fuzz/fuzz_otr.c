/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever a peer sends into OTR: bodies, one a line, from a device of a contact. The first byte says whether there is
 * a session already ("s"). A line that begins with "!" is said by the real peer, through its own libotr; "~NNN…" is
 * the same text with the byte at NNN replaced by the next one; "*" makes the peer begin, "." end, "%" forget.
 *
 * What comes out as decrypted was said by the peer; what is to be kept secret is never in what is sent; bodies stay
 * valid UTF-8; what is unreadable says so. */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/fuzz.h"
#include "e2ee/e2ee.h"
#include "e2ee/otr.h"
#include "e2ee/otr_text.h"

#define SECRET "x-secret-x"

enum { LINES_MAX = 60, STEPS_MAX = 200 };

/* One of the two. */
typedef struct Side {
    E2ee *e2ee;
    Jid *jid;      /* full */
    GQueue sent;   /* char* */
    guint keys;    /* own keys told of */
} Side;

typedef struct Run {
    Side sides[2]; /* the one under test, its peer */
    GPtrArray *said; /* char*: texts of the peer */
    guint steps;
} Run;

static const char *const addresses[] = { "a@example.org/desk", "b@example.org/desk" };

static bool
host_send(gpointer data, Envelope *take_envelope)
{
    g_autoptr(Envelope) envelope = take_envelope;
    Side *side = data;
    const XmppMessage *message = envelope_message(envelope);
    g_assert_true(g_utf8_validate(message->body, -1, NULL));
    g_assert_null(strstr(message->body, SECRET)); /* I21 */
    g_assert_true(g_str_has_prefix(message->body, "?OTR"));
    g_queue_push_tail(&side->sent, g_strdup(message->body));
    return true;
}

static E2eePolicy
host_policy(gpointer data, const Jid *peer)
{
    return E2EE_OPPORTUNISTIC;
}

static bool
host_may_answer(gpointer data, const Jid *peer)
{
    return true;
}

static E2eeMarkup
host_markup(gpointer data, const Jid *peer)
{
    return 0;
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
    if (event->type == E2EE_EVENT_OWN_KEY && event->own_key.fingerprint != NULL)
        side->keys++;
    if (event->type == E2EE_EVENT_VERIFICATION)
        g_assert_true(event->verification.question == NULL || g_utf8_validate(event->verification.question, -1, NULL));
    if (event->type == E2EE_EVENT_SESSION && event->session.error != NULL)
        g_assert_nonnull(event->session.error->message);
}

static char *
directory_of(int number)
{
    return g_strdup_printf("%s/%d", g_getenv("FUZZ_OTR_DIRECTORY"), number);
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
    g_autofree char *directory = directory_of(number);
    g_autoptr(GError) error = NULL;
    side->jid = jid_new(addresses[number], NULL);
    side->e2ee = otr_provider.new(&host, directory, side->jid, &error);
    g_assert_no_error(error);
}

static void
side_close(Side *side)
{
    otr_provider.free(side->e2ee);
    jid_unref(side->jid);
    g_queue_clear_full(&side->sent, g_free);
}

/* The fingerprints of the last call are not those of the next. */
static void
forget_fingerprints(void)
{
    for (int i = 0; i < 2; i++) {
        g_autofree char *directory = directory_of(i);
        g_autofree char *path = g_build_filename(directory, "fingerprints", NULL);
        g_unlink(path);
    }
}

static void
clean_up(void)
{
    static const char *const files[] = { "keys", "fingerprints", "instance-tags", "" };
    for (int i = 0; i < 2; i++) {
        g_autofree char *directory = directory_of(i);
        for (gsize j = 0; j < G_N_ELEMENTS(files); j++) {
            g_autofree char *path = g_build_filename(directory, files[j], NULL);
            g_remove(path);
        }
        g_rmdir(directory);
    }
    g_rmdir(g_getenv("FUZZ_OTR_DIRECTORY"));
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    g_autofree char *directory = g_dir_make_tmp("confab-fuzz-otr-XXXXXX", NULL);
    g_setenv("FUZZ_OTR_DIRECTORY", directory, TRUE);
    atexit(clean_up);
    e2ee_start_up();
    for (int i = 0; i < 2; i++) {
        Side side = { 0 };
        side_open(&side, i);
        otr_make_key(side.e2ee);
        while (!otr_has_key(side.e2ee))
            g_main_context_iteration(NULL, TRUE);
        side_close(&side);
    }
    return 0;
}

static bool
was_said(const Run *run, const char *text)
{
    for (guint i = 0; i < run->said->len; i++) {
        if (g_str_equal(g_ptr_array_index(run->said, i), text))
            return true;
    }
    return false;
}

static void
deliver(Run *run, int to, const char *body)
{
    Side *side = &run->sides[to];
    g_autoptr(XmppMessage) message = message_stanza_new();
    E2eeReceived received = { 0 };
    message->from = jid_ref(run->sides[1 - to].jid);
    message->to = jid_ref(side->jid);
    message->type = XMPP_MESSAGE_CHAT;
    message->body = g_strdup(body);
    otr_provider.judge(body);
    if (!otr_provider.concerns(side->e2ee, message))
        return;
    const E2eeOutcome outcome = otr_provider.receive(side->e2ee, message, &received);
    g_assert_true(message->body == NULL || g_utf8_validate(message->body, -1, NULL));
    g_assert_true((outcome == E2EE_UNREADABLE) == (received.words != NULL));
    if (outcome == E2EE_DECRYPTED && to == 0)
        g_assert_true(was_said(run, message->body));
    g_free(received.words);
}

static void
pump(Run *run)
{
    bool any = true;
    while (any && run->steps < STEPS_MAX) {
        any = false;
        for (int i = 0; i < 2; i++) {
            g_autofree char *body = g_queue_pop_head(&run->sides[i].sent);
            if (body == NULL)
                continue;
            any = true;
            run->steps++;
            deliver(run, 1 - i, body);
        }
    }
}

/* Takes the body of what was encrypted; NULL: it could not be. */
static void
on_encrypted(Envelope *take_envelope, const GError *error, gpointer body)
{
    g_autoptr(Envelope) envelope = take_envelope;
    g_assert_true((envelope == NULL) == (error != NULL));
    if (envelope != NULL)
        *(char **) body = g_strdup(envelope_message(envelope)->body);
}

static char *
encrypt(Run *run, int from, const char *text)
{
    XmppMessage *message = message_stanza_new();
    char *body = NULL;
    message->to = jid_to_bare(run->sides[1 - from].jid);
    message->body = g_strdup(text);
    otr_provider.encrypt(run->sides[from].e2ee, message, on_encrypted, &body);
    g_assert_true(body == NULL || strstr(body, SECRET) == NULL);
    return body;
}

static void
say(Run *run, const char *text)
{
    g_autofree char *body = encrypt(run, 1, text);
    g_ptr_array_add(run->said, otr_text_from_bytes(text));
    if (body != NULL)
        deliver(run, 0, body);
}

/* "~12Q…": the byte at 12 of what is said becomes Q. */
static void
say_changed(Run *run, const char *line)
{
    char *end = NULL;
    const unsigned long at = strtoul(line, &end, 10);
    g_autofree char *body = encrypt(run, 1, "said");
    g_ptr_array_add(run->said, g_strdup("said"));
    if (body == NULL)
        return;
    if (*end > ' ' && *end < 0x7f)
        body[at % strlen(body)] = *end;
    deliver(run, 0, body);
}

static void
feed_line(Run *run, const char *line)
{
    switch (*line) {
    case '!':
        say(run, line + 1);
        break;
    case '~':
        say_changed(run, line + 1);
        break;
    case '*':
        otr_provider.start(run->sides[1].e2ee, run->sides[0].jid, NULL);
        break;
    case '.':
        otr_provider.stop(run->sides[1].e2ee, run->sides[0].jid);
        break;
    case '%':
        side_close(&run->sides[1]);
        run->sides[1] = (Side) { 0 };
        side_open(&run->sides[1], 1);
        break;
    case '?':
    default:
        deliver(run, 0, line);
    }
    pump(run);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Run run = { 0 };
    if (size == 0)
        return 0;
    g_autofree char *text = g_strndup((const char *) data + 1, size - 1);
    if (!g_utf8_validate(text, -1, NULL)) /* as XML guarantees */
        return 0;
    run.said = g_ptr_array_new_with_free_func(g_free);
    forget_fingerprints();
    for (int i = 0; i < 2; i++)
        side_open(&run.sides[i], i);
    if (data[0] == 's') {
        otr_provider.start(run.sides[0].e2ee, run.sides[1].jid, NULL);
        pump(&run);
        g_assert_cmpint(otr_provider.state(run.sides[0].e2ee, run.sides[1].jid), ==, E2EE_ON);
    }
    run.steps = 0;
    g_auto(GStrv) lines = g_strsplit(text, "\n", LINES_MAX);
    for (char **line = lines; *line != NULL; line++)
        feed_line(&run, *line);
    g_free(encrypt(&run, 0, SECRET));
    g_ptr_array_unref(otr_provider.keys(run.sides[0].e2ee, NULL));
    for (int i = 0; i < 2; i++)
        side_close(&run.sides[i]);
    g_ptr_array_unref(run.said);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    return 0;
}

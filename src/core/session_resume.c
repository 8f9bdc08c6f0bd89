/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/log.h"
#include "core/core_private.h"
#include "store/cache.h"

/* Fields of the stored line, separated by spaces: none of them can hold one, but the JID's resource, which is last. */
#define STATE_FORMAT "%s %s %u %u %u %u %s"

static const char state_key[] = "sm.state";

enum { SETTLE_MS = 2000 };

enum {
    FIELD_ID,
    FIELD_LOCATION, /* "-": none */
    FIELD_MAX,
    FIELD_RECEIVED,
    FIELD_SENT,
    FIELD_ACKNOWLEDGED,
    FIELD_JID,
    FIELD_COUNT,
};

struct SessionResume {
    Session *session;
    XmppResumeState state; /* its strings point into `fields` */
    char **fields;
    guint save_idle;
    guint durable; /* the question to the disk; 0: none is under way */
    guint32 asked; /* what it is about, and what is wanted since */
    guint32 wanted;
    guint32 safe; /* what the stream knows to be */
    bool blocked;
    SessionSettled settled; /* NULL: nobody waits */
    guint settle_timer;
};

SessionResume *
session_resume_new(Session *session)
{
    SessionResume *resume = g_new0(SessionResume, 1);
    resume->session = session;
    return resume;
}

static Db *
resume_db(const SessionResume *resume)
{
    return client_db(session_client(resume->session));
}

void
session_resume_free(SessionResume *resume)
{
    g_clear_handle_id(&resume->save_idle, g_source_remove);
    g_clear_handle_id(&resume->settle_timer, g_source_remove);
    if (resume->durable != 0)
        db_forget_durable(resume_db(resume), resume->durable);
    g_strfreev(resume->fields);
    g_free(resume);
}

/* --- the state in the store --- */

static bool
read_number(const char *text, guint32 *number)
{
    guint64 value;
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXUINT32, &value, NULL))
        return false;
    *number = (guint32) value;
    return true;
}

static bool
parse_state(SessionResume *resume, const char *text)
{
    g_strfreev(resume->fields);
    resume->fields = g_strsplit(text, " ", FIELD_COUNT);
    char **fields = resume->fields;
    XmppResumeState *state = &resume->state;
    *state = (XmppResumeState) { 0 };
    if (g_strv_length(fields) != FIELD_COUNT || !read_number(fields[FIELD_MAX], &state->max)
        || !read_number(fields[FIELD_RECEIVED], &state->received) || !read_number(fields[FIELD_SENT], &state->sent)
        || !read_number(fields[FIELD_ACKNOWLEDGED], &state->acknowledged))
        return false;
    state->id = fields[FIELD_ID];
    state->jid = fields[FIELD_JID];
    state->location = strcmp(fields[FIELD_LOCATION], "-") != 0 ? fields[FIELD_LOCATION] : NULL;
    return true;
}

const XmppResumeState *
session_resume_load(SessionResume *resume)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = cache_recall(resume_db(resume), session_store_key(resume->session), state_key, &error);
    if (error != NULL)
        log_warning("core", "%s", error->message);
    return text != NULL && parse_state(resume, text) ? &resume->state : NULL;
}

static bool
has_space(const char *text)
{
    return text != NULL && strchr(text, ' ') != NULL;
}

void
session_resume_save(SessionResume *resume)
{
    XmppResumeState state;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    g_clear_handle_id(&resume->save_idle, g_source_remove);
    const bool can = stream_resume_state(session_stream(resume->session), &state) && !resume->blocked
                     && !has_space(state.id) && !has_space(state.location) && *state.id != '\0';
    if (can)
        text = g_strdup_printf(STATE_FORMAT, state.id, state.location != NULL ? state.location : "-", state.max,
                               state.received, state.sent, state.acknowledged, state.jid);
    if (!cache_remember(resume_db(resume), session_store_key(resume->session), state_key, text, &error))
        log_warning("core", "%s", error->message);
}

static gboolean
on_save_idle(gpointer data)
{
    SessionResume *resume = data;
    resume->save_idle = 0;
    session_resume_save(resume);
    /* also unasked: the last word at the end of the session is about what is safe by then */
    session_resume_ack_wanted(resume, stream_received_number(session_stream(resume->session)));
    return G_SOURCE_REMOVE;
}

/* Once a turn of the loop: a count that is stored late only makes the server send something twice. */
void
session_resume_changed(SessionResume *resume)
{
    if (resume->save_idle == 0)
        resume->save_idle = g_idle_add_full(G_PRIORITY_DEFAULT_IDLE - 1, on_save_idle, resume, NULL);
}

/* --- acknowledging --- */

static void ask_disk(SessionResume *resume);

static void
tell_settled(SessionResume *resume)
{
    const SessionSettled settled = resume->settled;
    g_clear_handle_id(&resume->settle_timer, g_source_remove);
    resume->settled = NULL;
    if (settled != NULL)
        settled(resume->session);
}

static void
on_durable(const GError *error, gpointer data)
{
    SessionResume *resume = data;
    resume->durable = 0;
    if (error != NULL)
        session_resume_block_acks(resume);
    if (!resume->blocked) {
        resume->safe = resume->asked;
        stream_acknowledge(session_stream(resume->session), resume->safe);
    }
    if (!resume->blocked && resume->wanted != resume->asked)
        ask_disk(resume);
    else
        tell_settled(resume);
}

static void
ask_disk(SessionResume *resume)
{
    resume->asked = resume->wanted;
    resume->durable = db_when_durable(resume_db(resume), on_durable, resume);
}

void
session_resume_ack_wanted(SessionResume *resume, guint32 number)
{
    resume->wanted = number;
    if (resume->durable == 0 && !resume->blocked)
        ask_disk(resume);
}

void
session_resume_block_acks(SessionResume *resume)
{
    resume->blocked = true;
}

void
session_resume_online(SessionResume *resume)
{
    if (resume->durable != 0)
        db_forget_durable(resume_db(resume), resume->durable);
    resume->durable = 0;
    resume->safe = 0;
    resume->blocked = false;
}

static gboolean
on_settle_late(gpointer data)
{
    SessionResume *resume = data;
    resume->settle_timer = 0;
    tell_settled(resume);
    return G_SOURCE_REMOVE;
}

void
session_resume_settle(SessionResume *resume, SessionSettled settled)
{
    const guint32 received = stream_received_number(session_stream(resume->session));
    if (resume->blocked || (resume->durable == 0 && resume->safe == received)) {
        settled(resume->session);
        return;
    }
    resume->settled = settled;
    resume->settle_timer = g_timeout_add(SETTLE_MS, on_settle_late, resume);
    session_resume_ack_wanted(resume, received);
}

void
session_resume_closed(SessionResume *resume)
{
    g_clear_handle_id(&resume->settle_timer, g_source_remove);
    resume->settled = NULL;
    session_resume_save(resume);
}

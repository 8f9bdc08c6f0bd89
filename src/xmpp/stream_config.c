/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/stream_config.h"

#include <string.h>

enum {
    STAGE_TIMEOUT_MS = 15000,
};

static void
wipe_text(const char **text)
{
    char *own = (char *) *text;

    if (own)
        explicit_bzero(own, strlen(own));
    g_free(own);
    *text = NULL;
}

void
stream_config_wipe_token(XmppStreamConfig *own)
{
    wipe_text(&own->fast_token);
}

void
stream_config_wipe(XmppStreamConfig *own)
{
    wipe_text(&own->password);
    stream_config_wipe_token(own);
}

static void
resume_state_free(XmppResumeState *state)
{
    if (!state)
        return;
    g_free((char *) state->id);
    g_free((char *) state->jid);
    g_free((char *) state->location);
    g_free(state);
}

static XmppResumeState *
resume_state_copy(const XmppResumeState *state)
{
    if (!state)
        return NULL;
    XmppResumeState *copy = g_memdup2(state, sizeof *state);
    copy->id = g_strdup(state->id);
    copy->jid = g_strdup(state->jid);
    copy->location = g_strdup(state->location);
    return copy;
}

void
stream_config_clear(XmppStreamConfig *own)
{
    stream_config_wipe(own);
    if (own->jid)
        jid_unref((Jid *) own->jid);
    g_free((char *) own->sasl_pinned);
    g_free((char *) own->roster_ver);
    resume_state_free((XmppResumeState *) own->resume);
    g_free((char *) own->fast_mechanism);
    g_free((char *) own->fast_offer);
    g_free((char *) own->user_agent_id);
    *own = (XmppStreamConfig) { 0 };
}

void
stream_config_set(XmppStreamConfig *own, const XmppStreamConfig *config)
{
    stream_config_clear(own);
    *own = *config;
    own->transport = NULL;
    own->jid = jid_ref((Jid *) config->jid);
    own->password = g_strdup(config->password);
    own->sasl_pinned = g_strdup(config->sasl_pinned);
    own->roster_ver = g_strdup(config->roster_ver);
    own->resume = resume_state_copy(config->resume);
    own->fast_token = g_strdup(config->fast_token);
    own->fast_mechanism = g_strdup(config->fast_mechanism);
    own->fast_offer = g_strdup(config->fast_offer);
    own->user_agent_id = g_strdup(config->user_agent_id);
    if (!own->stage_timeout)
        own->stage_timeout = STAGE_TIMEOUT_MS;
}

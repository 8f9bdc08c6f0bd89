/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/csi.h"

#include "xmpp/stream_parts.h"

typedef struct CsiState {
    bool inactive; /* nobody looks */
    bool told;     /* … and the server knows */
} CsiState;

static CsiState *
state_of(XmppStream *stream)
{
    return stream_module_state(stream, csi_module.name);
}

static void
tell(XmppStream *stream, CsiState *state)
{
    if (state->inactive == state->told || stream_phase(stream) != XMPP_PHASE_ONLINE
        || !stream_offers_client_state(stream))
        return;
    const char *name = state->inactive ? "inactive" : "active";
    if (stream_send_nonza(stream, stanza_new(stream_ctx(stream), name, NS_CLIENT_STATE)))
        state->told = state->inactive;
}

void
csi_set_active(XmppStream *stream, bool active)
{
    CsiState *state = state_of(stream);

    state->inactive = !active;
    stream_set_inactive(stream, !active);
    tell(stream, state);
}

void
csi_repeat(XmppStream *stream)
{
    CsiState *state = state_of(stream);

    state->told = stream_began_inactive(stream); /* every other connection begins as active */
    tell(stream, state);
}

/* What the user does is not the session's. */
static void
state_reset(gpointer data)
{
    CsiState *state = data;

    state->told = false;
}

const XmppModule csi_module = {
    .name = "csi",
    .xep = "0352",
    .version = "1.0.0",
    .bound = csi_repeat,
    .state_size = sizeof(CsiState),
    .state_reset = state_reset,
};

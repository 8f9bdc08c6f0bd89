/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session inside the stream: what is known and under way from binding to the end, over as many connections as it
 * takes. A new session begins with none of it. Its functions are those of stream.h and stream_parts.h that say so. */
#pragma once

#include "xmpp/stream.h"

typedef struct StreamSession StreamSession;

/* One a stream. */
StreamSession *stream_session_new(XmppStream *stream);
void stream_session_free(StreamSession *session);
StreamSession *stream_session(const XmppStream *stream);
/* It begins or goes on: there is nothing to negotiate any more. */
void stream_negotiated(XmppStream *stream);

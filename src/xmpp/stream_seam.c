/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The seam of the tests: a stream whose network is a function. */
#include "xmpp/stream.h"

#include "base/error.h"
#include "base/i18n.h"
#include "xmpp/resumption.h"
#include "xmpp/stream_link.h"
#include "xmpp/stream_parts.h"

void
stream_set_sink(XmppStream *stream, StreamSink sink, gpointer data)
{
    stream_link_set_sink(stream_link(stream), sink, stream, data);
}

void
stream_set_sink_binding(XmppStream *stream, GBytes *exporter)
{
    stream_link_set_sink_binding(stream_link(stream), exporter);
}

bool
stream_feed(XmppStream *stream, const char *xml)
{
    if (stream_phase(stream) == XMPP_PHASE_OFFLINE)
        return false;
    stream_enter(stream);
    const bool fed = stream_link_feed(stream_link(stream), xml);
    stream_leave(stream);
    return fed;
}

void
stream_feed_close(XmppStream *stream, const GError *error)
{
    stream_enter(stream);
    stream_end(stream, XMPP_CLOSE_NETWORK, false,
               error ? g_error_copy(error)
                     : g_error_new_literal(CONFAB_ERROR, ERROR_UNREACHABLE, _("the server has closed the session")));
    stream_leave(stream);
}

void
stream_feed_enabled(XmppStream *stream, const char *enabled)
{
    g_return_if_fail(stream_link_has_sink(stream_link(stream)));

    stream_send_nonza(stream, resumption_make_enable(stream_resumption(stream)));
    stream_feed(stream, enabled);
}

/* Asks to resume, and answers like this. */
static ResumptionOutcome
answer_resume(XmppStream *stream, const char *answer, guint32 number)
{
    g_return_val_if_fail(stream_link_has_sink(stream_link(stream)), RESUMPTION_NONE);

    xmpp_stanza_t *resume = resumption_make_resume(stream_resumption(stream));
    if (!resume)
        return RESUMPTION_NONE;
    xmpp_stanza_t *element = stanza_new(stream_ctx(stream), answer, NS_ACKS);
    g_autofree char *h = g_strdup_printf("%u", number);
    stanza_set(element, "previd", stanza_attribute(resume, "previd"));
    stanza_set(element, "h", h);
    stream_enter(stream);
    stream_send_nonza(stream, resume);
    const ResumptionOutcome outcome = resumption_receive_answer(stream_resumption(stream), element);
    xmpp_stanza_release(element);
    if (outcome == RESUMPTION_RESUMED)
        stream_resumed(stream);
    stream_leave(stream);
    return outcome;
}

bool
stream_feed_resumed(XmppStream *stream, guint32 number)
{
    return answer_resume(stream, "resumed", number) == RESUMPTION_RESUMED;
}

bool
stream_feed_refused(XmppStream *stream, guint32 number)
{
    return answer_resume(stream, "failed", number) == RESUMPTION_REFUSED;
}

void
stream_feed_bound(XmppStream *stream, const Jid *jid)
{
    g_return_if_fail(stream_link_has_sink(stream_link(stream)));

    stream_enter(stream);
    stream_set_own(stream, jid);
    stream_set_offers_roster_versions(stream, stream_config(stream)->roster_ver != NULL);
    stream_bound(stream, jid);
    stream_leave(stream);
}

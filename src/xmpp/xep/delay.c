/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/delay.h"

#include <string.h>

#include "base/when.h"
#include "xmpp/stanza.h"
#include "xmpp/stream.h"

enum {
    CLOCK_SKEW_S = 300, /* a stamp further in the future than this is nonsense */
};

/* How much a stamp by this entity counts (I14). */
typedef enum {
    WORD_OF_A_STRANGER,
    WORD_OF_THE_SENDER, /* a client that was offline, a room that replays its history */
    WORD_OF_THE_SERVER, /* the own one, or the account: offline storage */
} WordOf;

static WordOf
judge(XmppStream *stream, const Jid *by, const Jid *from)
{
    const Jid *own = stream_own_bare(stream);

    if (jid_equal(by, own) || (!jid_local(by) && strcmp(jid_domain(by), jid_domain(own)) == 0))
        return WORD_OF_THE_SERVER;
    if (from
        && (jid_equal_bare(by, from)
            || (!jid_local(by) && strcmp(jid_domain(by), jid_domain(from)) == 0)))
        return WORD_OF_THE_SENDER;
    return WORD_OF_A_STRANGER;
}

gint64
delay_stamp(xmpp_stanza_t *delay)
{
    const char *text = stanza_attribute(delay, "stamp");
    gint64 stamp = 0;

    if (!text || !when_parse(text, &stamp)
        || stamp > when_now() + CLOCK_SKEW_S * G_TIME_SPAN_SECOND)
        return 0;
    return stamp;
}

/* The first stamp of the most trustworthy entity. Without `from` it is the sender's word. */
static gint64
find_delay(XmppStream *stream, xmpp_stanza_t *stanza, const Jid *from, Jid **by)
{
    WordOf best = WORD_OF_A_STRANGER;
    gint64 found = 0;

    for (xmpp_stanza_t *delay = stanza_child(stanza, "delay", NS_DELAY); delay;
         delay = stanza_next(delay, "delay", NS_DELAY)) {
        g_autoptr(Jid) said_by = stanza_attribute_jid(delay, "from");
        const gint64 stamp = delay_stamp(delay);
        if (!stamp || (!said_by && stanza_attribute(delay, "from")))
            continue;
        const WordOf word = said_by ? judge(stream, said_by, from) : WORD_OF_THE_SENDER;
        if (word <= best)
            continue;
        best = word;
        found = stamp;
        g_clear_pointer(by, jid_unref);
        *by = g_steal_pointer(&said_by);
    }
    return found;
}

static bool
decode(XmppStream *stream, xmpp_stanza_t *stanza, XmppMessage *message)
{
    message->delay = find_delay(stream, stanza, message->from, &message->delay_from);
    return message->delay != 0;
}

static void
decode_presence(XmppStream *stream, xmpp_stanza_t *stanza, XmppPresence *presence)
{
    Jid *by = NULL;

    presence->delay = find_delay(stream, stanza, presence->from, &by);
    jid_unref(by);
}

const XmppModule delay_module = {
    .name = "delay",
    .xep = "0203",
    .version = "2.0",
    .features = (const char *const[]){ NS_DELAY, NULL },
    .stage = XMPP_STAGE_ENVELOPE,
    .decode = decode,
    .decode_presence = decode_presence,
};

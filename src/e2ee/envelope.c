/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "e2ee/e2ee_private.h"

struct Envelope {
    XmppMessage *message;
    const E2eeProvider *provider; /* NULL: none */
    E2eeTrust trust;
};

Envelope *
envelope_plain(XmppMessage *take_message, const char *intent, GError **error)
{
    g_autoptr(XmppMessage) message = take_message;
    if (strcmp(intent, "none") != 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_ENCRYPTION,
                    e2ee_find_provider(intent) != NULL
                        ? _("This conversation insists on %s: nothing was sent; /encrypt none gives that up")
                        : _("This conversation insists on %s, which this confab does not have: nothing was sent; "
                            "/encrypt none gives that up"),
                    intent);
        return NULL;
    }
    Envelope *envelope = g_new0(Envelope, 1);
    envelope->message = g_steal_pointer(&message);
    return envelope;
}

Envelope *
envelope_bare(XmppMessage *take_message, GError **error)
{
    const bool is_bare = take_message->body == NULL && take_message->subject == NULL;
    return envelope_plain(take_message, is_bare ? "none" : "encryption", error);
}

/* XEP-0364 "Processing Hints", "Message Carbons": nobody but the device it is for can read it. */
Envelope *
envelope_sealed(XmppMessage *take_message, const E2eeProvider *provider, E2eeTrust trust)
{
    Envelope *envelope = g_new0(Envelope, 1);
    take_message->hints |= HINT_NO_COPY | HINT_NO_PERMANENT_STORE;
    take_message->is_private = true;
    g_free(take_message->encrypted_ns);
    g_free(take_message->encrypted_name);
    take_message->encrypted_ns = g_strdup(provider->ns);
    take_message->encrypted_name = g_strdup(provider->label);
    envelope->message = take_message;
    envelope->provider = provider;
    envelope->trust = trust;
    return envelope;
}

const XmppMessage *
envelope_message(const Envelope *envelope)
{
    return envelope->message;
}

const char *
envelope_encryption(const Envelope *envelope)
{
    return envelope->provider != NULL ? envelope->provider->name : "none";
}

const char *
envelope_trust(const Envelope *envelope)
{
    return envelope->provider != NULL ? e2ee_trust_word(envelope->trust) : NULL;
}

void
envelope_free(Envelope *envelope)
{
    if (envelope == NULL)
        return;
    message_stanza_free(envelope->message);
    g_free(envelope);
}

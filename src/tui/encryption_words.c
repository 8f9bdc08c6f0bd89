/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/encryption_words.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "core/encryption.h"
#include "tui/encryption_mark.h"

/* What is used, else what is insisted on. */
static const char *
provider_of(const Conversation *conversation)
{
    const char *provider = conversation_encryption(conversation)->provider;
    return encryption_label(provider ? provider : conversation_intent(conversation));
}

static char *
name_of(const Conversation *conversation)
{
    return text_clean(conversation_label(conversation), -1, TEXT_STRICT);
}

static bool
is_verified(const Conversation *conversation)
{
    return encryption_mark_of_conversation(conversation) == ENCRYPTION_MARK_VERIFIED;
}

static char *
describe_state(const Conversation *conversation)
{
    const char *label = provider_of(conversation);
    switch (conversation_encryption(conversation)->state) {
    case ENCRYPTION_STARTING:
        return g_strdup_printf(_("%s starting …"), label);
    case ENCRYPTION_ON:
        return g_strdup_printf(is_verified(conversation) ? _("%s verified") : _("%s not verified"), label);
    case ENCRYPTION_ENDED:
        return g_strdup_printf(_("%s ended: nothing is sent"), label);
    case ENCRYPTION_OFF:
        break;
    }
    if (strcmp(conversation_intent(conversation), "none") == 0)
        return g_strdup(_("not encrypted"));
    return g_strdup_printf(_("%s wanted: waits"), label);
}

char *
encryption_words_badge(const Conversation *conversation, bool in_short)
{
    const EncryptionMark mark = encryption_mark_of_conversation(conversation);
    if (!in_short) {
        g_autofree char *state = describe_state(conversation);
        return g_strdup_printf("[%s]", state);
    }
    if (mark == ENCRYPTION_MARK_NONE)
        return g_strdup_printf("[%s]", _("clear"));
    return g_strdup_printf("[%s%s]", provider_of(conversation), encryption_mark_text(mark));
}

char *
encryption_words_prompt(const Conversation *conversation, bool in_short)
{
    const EncryptionMark mark = encryption_mark_of_conversation(conversation);
    const bool is_plain = in_short || mark == ENCRYPTION_MARK_NONE;
    return g_strconcat(encryption_mark_text(mark), is_plain ? "" : provider_of(conversation), NULL);
}

/* --- lines --- */

void
encryption_told_clear(EncryptionTold *told)
{
    g_clear_pointer(&told->reason, g_free);
    *told = (EncryptionTold) { 0 };
}

/* What is said leaves in the clear. */
static bool
is_open(const Conversation *conversation)
{
    return encryption_mark_of_conversation(conversation) == ENCRYPTION_MARK_NONE;
}

/* Why it is not on. The intent may change before this or after it. */
static char *
describe_off(const EncryptionTold *before, const Conversation *conversation, LineKind *kind)
{
    const char *reason = conversation_encryption(conversation)->reason;
    const char *provider = before->provider ? before->provider : conversation_intent(conversation);
    const char *label = encryption_label(provider);
    const bool was_on = before->state == ENCRYPTION_ON || before->state == ENCRYPTION_ENDED;
    if (reason && g_strcmp0(reason, before->reason) != 0) {
        *kind = LINE_WARNING;
        return g_strdup_printf("%s: %s", label, reason);
    }
    *kind = LINE_NOTICE;
    if (was_on && is_open(conversation))
        return g_strdup_printf(_("%s is off: what you say now is not encrypted"), label);
    if (was_on)
        return g_strdup_printf(_("%s is off"), label);
    return before->guarded && is_open(conversation) ? g_strdup(_("what you say now is not encrypted")) : NULL;
}

static char *
describe_change(const EncryptionTold *before, const Conversation *conversation, LineKind *kind)
{
    const EncryptionState state = conversation_encryption(conversation)->state;
    const char *label = provider_of(conversation);
    g_autofree char *name = name_of(conversation);
    if (state == ENCRYPTION_OFF)
        return describe_off(before, conversation, kind);
    if (state == ENCRYPTION_STARTING)
        return NULL; /* the title says it, and soon there is more to say */
    *kind = is_verified(conversation) ? LINE_NOTICE : LINE_WARNING;
    if (before->state == state && before->verified == is_verified(conversation))
        return NULL;
    if (state == ENCRYPTION_ENDED)
        return g_strdup_printf(_("%s has ended %s: nothing is sent until /otr start or /otr end"), name, label);
    if (before->state == state)
        return g_strdup_printf(is_verified(conversation) ? _("the key of %s counts as verified now")
                                                         : _("the key of %s does not count as verified any more"),
                               name);
    if (!is_verified(conversation))
        return g_strdup_printf(_("%s is on, but nobody has compared the keys: /otr fingerprint, /otr secret"), label);
    return g_strdup_printf(_("%s is on: verified"), label);
}

char *
encryption_words_changed(EncryptionTold *told, const Conversation *conversation, LineKind *kind)
{
    const ConversationEncryption *now = conversation_encryption(conversation);
    char *words = describe_change(told, conversation, kind);
    g_free(told->reason);
    told->reason = g_strdup(now->reason);
    told->state = now->state;
    told->verified = is_verified(conversation);
    told->guarded = !is_open(conversation);
    told->provider = now->provider ? g_intern_string(now->provider) : told->provider;
    return words;
}

char *
encryption_words_verification(const Conversation *conversation, VerificationState state, const char *question,
                              LineKind *kind)
{
    g_autofree char *name = name_of(conversation);
    *kind = LINE_NOTICE;
    switch (state) {
    case VERIFICATION_ASKED:
        *kind = LINE_WARNING;
        if (question && *question)
            return g_strdup_printf(_("%s asks, to know that it is you: “%s” /otr answer ANSWER"), name, question);
        return g_strdup_printf(_("%s asks for a secret you both know: /otr answer SECRET"), name);
    case VERIFICATION_UNDER_WAY:
        return g_strdup(_("the secrets are being compared …"));
    case VERIFICATION_SUCCEEDED:
        return g_strdup(_("the secrets are the same"));
    case VERIFICATION_FAILED:
        *kind = LINE_ALARM;
        return g_strdup_printf(_("the secrets differ: one of you mistyped, or somebody else than %s is there"), name);
    case VERIFICATION_ABORTED:
        *kind = LINE_WARNING;
        return g_strdup(_("comparing the secrets was given up: nothing has changed"));
    }
    g_return_val_if_reached(NULL);
}

char *
encryption_words_new_key(const Conversation *conversation, const char *fingerprint)
{
    g_autofree char *name = name_of(conversation);
    g_autofree char *groups = encryption_fingerprint_text(fingerprint);
    return g_strdup_printf(_("%s uses a key that was never seen before: %s. Compare it before you say anything: "
                             "/otr fingerprint"),
                           name, groups);
}

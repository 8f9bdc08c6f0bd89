/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/qr.h"
#include "base/when.h"
#include "command/tables.h"
#include "core/conversations.h"
#include "core/encryption.h"

/* --- whom it is about --- */

/* The conversation named, which is opened, else the current one. */
static Conversation *
conversation_for(CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "jid");
    if (jid == NULL) {
        Conversation *current = command_call_conversation(call);
        if (current == NULL)
            g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE,
                                _("there is no conversation here: open one with /msg JID"));
        return current;
    }
    g_autoptr(Jid) bare = jid_to_bare(jid);
    Conversation *conversation = conversations_open(
        command_call_client(call), session_account(command_call_session(call)), bare, CONVERSATION_CHAT);
    if (!jid_is_bare(jid))
        conversation_lock_to(conversation, jid);
    command_call_show(call, conversation);
    return conversation;
}

/* --- /encrypt --- */

static bool
cmd_encrypt(CommandCall *call, const Args *args, GError **error)
{
    Conversation *conversation = command_call_conversation(call);
    if (args_has(args, "with"))
        return encryption_set_intent(command_call_client(call), conversation, args_text(args, "with"), error);
    command_call_row(call, "with", jid_text(conversation_jid(conversation)), "intent",
                     conversation_intent(conversation), "state",
                     encryption_state_word(conversation_encryption(conversation)->state), NULL);
    return true;
}

/* --- sessions --- */

static bool
cmd_otr_start(CommandCall *call, const Args *args, GError **error)
{
    Conversation *conversation = conversation_for(call, args, error);
    if (conversation == NULL)
        return false;
    CommandCall *deferred = command_call_defer(call);
    g_autoptr(GError) failure = NULL;
    if (!encryption_start(command_call_client(call), conversation, "otr", command_call_done, deferred, &failure))
        command_call_finish(deferred, failure);
    return true;
}

static bool
cmd_otr_end(CommandCall *call, const Args *args, GError **error)
{
    return encryption_end(command_call_client(call), command_call_conversation(call), error);
}

static void
print_fingerprint(CommandCall *call, const char *field, const char *fingerprint)
{
    g_autofree char *text = fingerprint != NULL ? encryption_fingerprint_text(fingerprint) : NULL;
    command_call_row(call, "field", field, "value", text != NULL ? text : "-", NULL);
}

static bool
cmd_otr_status(CommandCall *call, const Args *args, GError **error)
{
    Conversation *conversation = command_call_conversation(call);
    EncryptionStatus status;
    encryption_get_status(command_call_client(call), conversation, &status);
    g_autofree char *version = status.version != 0 ? g_strdup_printf("%u", status.version) : NULL;
    g_autofree char *waiting = g_strdup_printf("%u", status.waiting);
    command_call_row(call, "field", "with", "value", jid_text(conversation_jid(conversation)), NULL);
    command_call_row(call, "field", "intent", "value", status.intent, NULL);
    command_call_row(call, "field", "state", "value", encryption_state_word(status.state), NULL);
    if (status.trust != NULL)
        command_call_row(call, "field", "trust", "value", status.trust, NULL);
    if (conversation_encryption(conversation)->reason != NULL)
        command_call_row(call, "field", "reason", "value", conversation_encryption(conversation)->reason, NULL);
    command_call_row(call, "field", "policy", "value", status.policy, NULL);
    if (version != NULL)
        command_call_row(call, "field", "version", "value", version, NULL);
    if (status.device != NULL)
        command_call_row(call, "field", "device", "value", status.device, NULL);
    command_call_row(call, "field", "waiting", "value", waiting, NULL);
    print_fingerprint(call, "own fingerprint", status.own_fingerprint);
    print_fingerprint(call, "their fingerprint", status.fingerprint);
    encryption_status_clear(&status);
    return true;
}

/* Whether the setting of the contact, or without a conversation that of everybody, is shown or set. */
static bool
cmd_otr_policy(CommandCall *call, const Args *args, GError **error)
{
    Settings *settings = client_settings(command_call_client(call));
    const Conversation *conversation = command_call_conversation(call);
    const Session *session = command_call_session(call);
    const char *bare = conversation == NULL ? NULL : jid_bare(conversation_jid(conversation));
    const char *account = session == NULL ? NULL : account_name(session_account(session));
    if (args_has(args, "policy"))
        return settings_set(settings, SETTING_OTR_POLICY, (SettingPlace) { .conversation = bare },
                            args_text(args, "policy"), error);
    command_call_row(call, "setting", "otr.policy", "value",
                     settings_format(settings, SETTING_OTR_POLICY, account, bare, NULL), NULL);
    return true;
}

/* --- keys --- */

static const char *
format_time(gint64 time, char **text)
{
    *text = time != 0 ? when_format_local(time, "%Y-%m-%d %H:%M") : NULL;
    return *text;
}

static void
print_key(CommandCall *call, const Session *session, const EncryptionKey *key)
{
    g_autofree char *fingerprint = encryption_fingerprint_text(key->fingerprint);
    g_autofree char *last = NULL;
    command_call_row(call, "account", account_name(session_account(session)), "jid",
                     key->peer != NULL ? jid_text(key->peer) : jid_text(account_jid(session_account(session))),
                     "provider", key->provider, "trust", key->peer != NULL ? key->trust : "own", "in-use",
                     key->in_use ? "yes" : "no", "last-used", format_time(key->last_used, &last), "fingerprint",
                     fingerprint, NULL);
}

static bool
print_keys(CommandCall *call, Session *session, const Jid *peer, GError **error)
{
    g_autoptr(GPtrArray) keys = encryption_keys(session, peer, error);
    for (guint i = 0; keys != NULL && i < keys->len; i++)
        print_key(call, session, g_ptr_array_index(keys, i));
    return keys != NULL;
}

static bool
cmd_trust_list(CommandCall *call, const Args *args, GError **error)
{
    Client *client = command_call_client(call);
    if (command_call_is_for_one_account(call))
        return print_keys(call, command_call_session(call), args_jid(args, "jid"), error);
    for (guint i = 0; i < client_session_count(client); i++) {
        if (!print_keys(call, client_session_at(client, i), args_jid(args, "jid"), error))
            return false;
    }
    return true;
}

static bool
set_trust(CommandCall *call, const Jid *peer, const char *fingerprint, bool trusted, GError **error)
{
    return encryption_set_trust(command_call_session(call), "otr", peer, fingerprint, trusted, error);
}

static bool
cmd_trust_add(CommandCall *call, const Args *args, GError **error)
{
    return set_trust(call, args_jid(args, "jid"), args_text(args, "fingerprint"), true, error);
}

static bool
cmd_trust_remove(CommandCall *call, const Args *args, GError **error)
{
    return set_trust(call, args_jid(args, "jid"), args_text(args, "fingerprint"), false, error);
}

static bool
cmd_otr_trust(CommandCall *call, const Args *args, GError **error)
{
    return set_trust(call, conversation_jid(command_call_conversation(call)), args_text(args, "fingerprint"), true,
                     error);
}

static bool
cmd_otr_untrust(CommandCall *call, const Args *args, GError **error)
{
    return set_trust(call, conversation_jid(command_call_conversation(call)), args_text(args, "fingerprint"), false,
                     error);
}

static void
print_qr(CommandCall *call, const Session *session, const EncryptionKey *own)
{
    g_autofree char *uri = encryption_key_uri(session, own);
    g_autofree char *picture = qr_lines(uri);
    command_call_print(call, "%s", uri);
    if (picture == NULL) {
        command_call_print(call, "%s", _("This confab was built without libqrencode: there is no picture of it."));
        return;
    }
    g_auto(GStrv) lines = g_strsplit(picture, "\n", -1);
    for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
        command_call_print(call, "%s", lines[i]);
}

/* Who waits for the own key. */
typedef struct FingerprintCall {
    CommandCall *call;
    bool with_picture;
    Jid *peer;
} FingerprintCall;

static void
on_own_key(const GError *error, gpointer data)
{
    FingerprintCall *waiting = data;
    CommandCall *call = waiting->call;
    Session *session = command_call_session(call);
    g_autoptr(GError) failure = error != NULL ? g_error_copy(error) : NULL;
    g_autoptr(GPtrArray) keys = failure == NULL ? encryption_keys(session, NULL, &failure) : NULL;
    for (guint i = 0; keys != NULL && i < keys->len; i++) {
        const EncryptionKey *key = g_ptr_array_index(keys, i);
        if (key->peer == NULL || (waiting->peer != NULL && jid_equal_bare(key->peer, waiting->peer)))
            print_key(call, session, key);
        if (key->peer == NULL && waiting->with_picture)
            print_qr(call, session, key);
    }
    g_clear_pointer(&waiting->peer, jid_unref);
    g_free(waiting);
    command_call_finish(call, failure);
}

static bool
cmd_otr_fingerprint(CommandCall *call, const Args *args, GError **error)
{
    const Conversation *conversation = command_call_conversation(call);
    FingerprintCall *waiting = g_new0(FingerprintCall, 1);
    *waiting = (FingerprintCall) {
        .call = command_call_defer(call),
        .with_picture = g_strcmp0(args_text(args, "form"), "qr") == 0,
        .peer = conversation != NULL ? jid_ref(conversation_jid(conversation)) : NULL,
    };
    encryption_make_key(command_call_session(call), "otr", on_own_key, waiting);
    return true;
}

static bool
cmd_otr_import(CommandCall *call, const Args *args, GError **error)
{
    g_autofree char *words = NULL;
    if (!encryption_import(command_call_session(call), args_text(args, "program"), args_file(args, "path"), &words, error))
        return false;
    command_call_print(call, "%s", words);
    return true;
}

/* --- comparing a secret --- */

static bool
cmd_otr_secret(CommandCall *call, const Args *args, GError **error)
{
    return encryption_verify(command_call_client(call), command_call_conversation(call), NULL, args_text(args, "secret"),
                             error);
}

static bool
cmd_otr_question(CommandCall *call, const Args *args, GError **error)
{
    return encryption_verify(command_call_client(call), command_call_conversation(call), args_text(args, "question"),
                             args_text(args, "answer"), error);
}

static bool
cmd_otr_answer(CommandCall *call, const Args *args, GError **error)
{
    return encryption_answer(command_call_client(call), command_call_conversation(call), args_text(args, "answer"),
                             error);
}

static bool
cmd_otr_abort(CommandCall *call, const Args *args, GError **error)
{
    return encryption_abort(command_call_client(call), command_call_conversation(call), error);
}

/* Secrets are not kept in the history of what was typed, nor shown. */
static int
show_nothing(const char *const *words)
{
    return 0;
}

static int
show_question(const char *const *words)
{
    return words[0] != NULL ? 1 : 0;
}

static const Command commands[] = {
    { .name = "encrypt",
      .grammar = "[with:none|otr]",
      .help = N_("Show or set what this conversation insists on: nothing leaves it without."),
      .run = cmd_encrypt,
      .needs = NEEDS_CONVERSATION,
      .details = N_(
          "With otr, what you say waits until there is a session, and fails with its reason when there will be none: "
          "it is never sent in the clear instead. none ends a session. It is kept in the setting “encryption” of the "
          "contact; /set encryption otr is for everybody."),
      .example = "/encrypt otr" },
    { .name = "otr start",
      .grammar = "[jid:jid]",
      .help = N_("Begin an encrypted session with somebody."),
      .run = cmd_otr_start,
      .needs = NEEDS_SESSION,
      .details = N_("Their program is asked; it needs OTR, and you both have to be online. From then on nothing leaves this "
                    "conversation in the clear until /otr end or /encrypt none, also after a restart."),
      .example = "/otr start alice@example.org" },
    { .name = "otr refresh",
      .grammar = "",
      .help = N_("Begin the session anew, when a message could not be read."),
      .run = cmd_otr_start,
      .needs = NEEDS_SESSION | NEEDS_CONVERSATION,
      .example = "/otr refresh" },
    { .name = "otr end",
      .grammar = "",
      .help = N_("End the encrypted session; what you say next is in the clear, unless the setting says otherwise."),
      .run = cmd_otr_end,
      .needs = NEEDS_CONVERSATION,
      .example = "/otr end" },
    { .name = "otr status",
      .grammar = "",
      .help = N_("Show whether this conversation is encrypted, and with which keys."),
      .run = cmd_otr_status,
      .needs = NEEDS_CONVERSATION,
      .details = N_(
          "Trust: a key is “verified” once you have compared it with its owner; until then nobody can be sure that there "
          "is no one in between. Title, prompt and messages show it: “=” encrypted with a verified key, “~” encrypted "
          "with a key nobody has compared, “!” in the clear although encryption is wanted, “?” not readable."),
      .example = "/otr status" },
    { .name = "otr policy",
      .grammar = "[policy:never|manual|opportunistic|always]",
      .help = N_("Show or set when OTR is used with this contact; in the console, with everybody."),
      .run = cmd_otr_policy,
      .details = N_("manual: when you or a contact begin it. opportunistic: messages tell programs that they could, "
                    "invisibly. always: nothing is sent without. never: no request is answered."),
      .example = "/otr policy always" },
    { .name = "otr fingerprint",
      .grammar = "[form:text|qr]",
      .help = N_("Show the fingerprints of your key and of theirs, to be compared on another way."),
      .run = cmd_otr_fingerprint,
      .needs = NEEDS_ACCOUNT,
      .details = N_("Read them to each other on the telephone, or let their program scan the picture that “qr” shows. Are "
                    "they the same on both sides, nobody is in between: /otr trust. A key is made when there is none."),
      .example = "/otr fingerprint qr" },
    { .name = "otr trust",
      .grammar = "[fingerprint:text]",
      .help = N_("Trust the key in use, or the one with this fingerprint."),
      .run = cmd_otr_trust,
      .needs = NEEDS_CONVERSATION,
      .details = N_("Only after you have compared it with its owner: /help encryption tells how. The first eight digits are "
                    "enough when only one key begins with them."),
      .example = "/otr trust 0A1B2C3D" },
    { .name = "otr untrust",
      .grammar = "[fingerprint:text]",
      .help = N_("Trust a key no longer."),
      .run = cmd_otr_untrust,
      .needs = NEEDS_CONVERSATION,
      .example = "/otr untrust" },
    { .name = "otr secret",
      .grammar = "<secret:text>",
      .help = N_("Compare a secret that only you two know; the key is trusted when it is the same."),
      .run = cmd_otr_secret,
      .needs = NEEDS_SESSION | NEEDS_CONVERSATION,
      .details = N_("Neither learns the secret of the other, and nobody else learns anything. They answer with the same "
                    "words: capitals and blanks count."),
      .example = "/otr secret the colour of my bicycle",
      .shows = show_nothing },
    { .name = "otr question",
      .grammar = "<question:word> <answer:text>",
      .help = N_("Ask something only the other knows the answer of; the key is trusted when they do."),
      .run = cmd_otr_question,
      .needs = NEEDS_SESSION | NEEDS_CONVERSATION,
      .details = N_("The question is seen by them, the answer by nobody."),
      .example = "/otr question \"Where did we meet?\" Brussels",
      .shows = show_question },
    { .name = "otr answer",
      .grammar = "<answer:text>",
      .help = N_("Answer when they ask for a secret."),
      .run = cmd_otr_answer,
      .needs = NEEDS_SESSION | NEEDS_CONVERSATION,
      .example = "/otr answer Brussels",
      .shows = show_nothing },
    { .name = "otr abort",
      .grammar = "",
      .help = N_("Give the comparing of a secret up."),
      .run = cmd_otr_abort,
      .needs = NEEDS_SESSION | NEEDS_CONVERSATION,
      .example = "/otr abort" },
    { .name = "otr import",
      .grammar = "<program:profanity|mcabber|pidgin|irssi> [path:file]",
      .help = N_("Take keys and trust over from another program's files."),
      .run = cmd_otr_import,
      .needs = NEEDS_ACCOUNT,
      .details = N_("Without a path they are looked for where the program keeps them. A private key that is here stays."),
      .example = "/otr import pidgin ~/.purple" },
    { .name = "trust list",
      .grammar = "[jid:jid]",
      .help = N_("List the keys of your contacts: whether they are trusted, and when they were used last."),
      .run = cmd_trust_list,
      .example = "/trust list alice@example.org" },
    { .name = "trust add",
      .grammar = "<jid:jid> <fingerprint:text>",
      .help = N_("Trust the key with this fingerprint, also before it was ever used."),
      .run = cmd_trust_add,
      .needs = NEEDS_ACCOUNT,
      .example = "/trust add alice@example.org 0A1B2C3D0A1B2C3D0A1B2C3D0A1B2C3D0A1B2C3D" },
    { .name = "trust remove",
      .grammar = "<jid:jid> <fingerprint:text>",
      .help = N_("Trust a key no longer."),
      .run = cmd_trust_remove,
      .needs = NEEDS_ACCOUNT,
      .example = "/trust remove alice@example.org 0A1B2C3D" },
    { 0 },
};

/* What someone who has never heard of OTR must know. */
static const char *const topic[] = {
    N_("Encrypted from end to end, a conversation can be read by you two only: by no server, and by nobody on the way. It "
       "needs a program with OTR on both sides, and both of you online. /otr start begins it, /otr end goes back into the "
       "clear; /encrypt otr wants it always with this contact."),
    N_("Nothing falls back: while encryption is wanted, what you say waits for a session, or fails and says why. It is never "
       "sent in the clear instead."),
    N_("Trust: encryption alone does not tell who is at the other end. Somebody in between could have a session with each "
       "of you. A key of which you know that it is theirs is “verified”: compare it once, and it stays so."),
    N_("With fingerprints: /otr fingerprint shows both. Read them to each other on the telephone; if they are the same on both "
       "sides, write /otr trust, each of you."),
    N_("With a secret: /otr secret and something that only you two know, or /otr question with a question and its answer. The "
       "other writes /otr answer. Never tell the answer in the conversation. A question proves who answered it: let them ask "
       "you, too."),
    N_("When a key is another than before, confab alarms: it may be a new device, or somebody in between. Compare again before "
       "you say what matters."),
    N_("The signs beside messages, in the prompt and in the title: “=” encrypted, and the key is verified; “~” encrypted, but "
       "nobody has compared the key; “!” in the clear, although encryption is wanted; “?” it could not be read."),
    NULL,
};

const CommandGroup encryption_group = { "encryption", N_("End-to-end encryption"), commands, topic };

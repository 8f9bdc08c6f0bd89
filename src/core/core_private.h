/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the core need of each other and nobody else may touch. */
#pragma once

#include "core/contacts.h"
#include "core/conversations.h"
#include "core/outgoing.h"
#include "core/own_presence.h"
#include "core/session.h"
#include "store/history.h"
#include "store/outbox.h"
#include "xmpp/xep/mam.h"

/* --- client.c --- */
Db *client_db(const Client *client);
SecretSources *client_secrets(const Client *client);
TlsContext *client_tls(const Client *client);
/* Tests do not wait: every pause of the core takes 1/factor of its time. */
void client_hurry(Client *client, guint factor);
/* What to wait instead of `ms` milliseconds. */
guint client_delay(const Client *client, guint ms);
/* A session went offline, or the server has all that was sent: a good-bye under way may be complete. */
void client_check_shutdown(Client *client);

/* --- alive.c --- */
typedef struct Alive Alive;
Alive *alive_new(Client *client);
/* After the sessions. */
void alive_free(Alive *alive);
Alive *client_alive(const Client *client);

/* --- activity.c --- */
typedef struct Activity Activity;
Activity *activity_new(Client *client);
void activity_free(Activity *activity);
Activity *client_activity(const Client *client);
/* A connection begins, and the server does not know yet. */
void activity_online(const Activity *activity, Session *session, bool resumed);

/* --- delivery.c --- */
GPtrArray *client_deliveries(const Client *client); /* Delivery*: those not freed */
/* The client goes: each is told as failed. */
void deliveries_end(GPtrArray *deliveries);

/* --- text_filter.c --- */
typedef struct TextFilters TextFilters;
TextFilters *text_filters_new(Client *client);
void text_filters_free(TextFilters *filters);
TextFilters *client_text_filters(const Client *client);

/* --- attention.c --- */
typedef struct Attention Attention;
Attention *attention_new(Client *client);
/* After the sessions. */
void attention_free(Attention *attention);
Attention *client_attention(const Client *client);
/* What is known of a message at birth (Message.mention, Message.ignored). `occupant_id`: that the room vouches for. */
typedef struct AttentionMarks {
    bool mention, ignored;
} AttentionMarks;
AttentionMarks attention_judge(const Session *session, const XmppMessage *message, MessageDirection direction,
                               const char *occupant_id);
/* Whether somebody in a room says it who is ignored. */
bool attention_is_ignored(const Session *session, const XmppMessage *message, const char *id);

/* --- ignores.c --- */
struct Ignores *ignores_new(Session *session);
void ignores_free(struct Ignores *ignores);

/* --- core_done.c --- */
/* Calls `done` from an idle source; `error` (copied) may be NULL. `done` may be NULL. */
void core_done_later(CoreDone done, gpointer data, const GError *error);
/* An IqDone whose data is made by core_done_new(): tells the outcome, a stanza error in the other side's words. */
typedef struct CoreRequest CoreRequest;
CoreRequest *core_request_new(CoreDone done, gpointer data);
void core_request_done(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error,
                       gpointer request);
/* Text from elsewhere, made fit for the model: cut to `limit` bytes, cleaned, without spaces around it. NULL when
 * nothing is left, or for NULL. Names are also shown with what is invisible in them (I12, I20). */
char *core_clean_name(const char *text);
char *core_clean_words(const char *text);
char *core_clean_text(const char *text); /* line feeds stay */

/* --- credentials.c: the password of a session --- */
typedef struct Credentials Credentials;
/* Once, from the loop; `error` NULL: credentials_password() has it. Does not come after credentials_forget(). */
typedef void (*CredentialsDone)(const GError *error, gpointer data);

Credentials *credentials_new(SecretSources *sources);
void credentials_free(Credentials *credentials);
/* Kept for reconnecting; NULL when it has not been asked for. */
const char *credentials_password(const Credentials *credentials);
/* What the server refused is not taken from the same source again: then a person is asked (I8). */
void credentials_ask(Credentials *credentials, const AccountConfig *account, CredentialsDone done, gpointer data);
bool credentials_are_asked(const Credentials *credentials);
/* What the server thinks of the password. */
void credentials_accepted(Credentials *credentials);
void credentials_refused(Credentials *credentials, const char *words);
/* Wipes everything, also a question under way (I23). */
void credentials_forget(Credentials *credentials);

/* --- session.c --- */
typedef struct HistorySync HistorySync;
typedef struct Reading Reading;
typedef struct ReceiptAnswers ReceiptAnswers;
typedef struct OutgoingQueue OutgoingQueue;
typedef struct RosterKeeper RosterKeeper;
typedef struct Typing Typing;

Session *session_new(Client *client, const AccountConfig *config);
void session_free(Session *session);
const AccountConfig *session_account_config(const Session *session);
void session_set_account_config(Session *session, const AccountConfig *config);
OutgoingQueue *session_outgoing(const Session *session);
Typing *session_typing(const Session *session);
/* Neither connected nor about to be, nor closing. */
bool session_is_idle(const Session *session);
/* ERROR_UNREACHABLE with the way out; false when it is not online. */
bool session_require_online(const Session *session, GError **error);
RosterKeeper *session_roster_keeper(const Session *session);
/* Version of the roster in the model, and in the store as soon as it is written; NULL: the server keeps none, or
 * nothing is known. */
const char *session_roster_version(const Session *session);
void session_set_roster_version(Session *session, const char *version);
/* The bare JID, as the store names accounts. */
const char *session_store_key(const Session *session);
/* Connects again with what the last attempt was given, after the user has removed the obstacle. */
void session_try_again(Session *session);
/* There is reason to hope: a planned attempt to reconnect is made soon. */
void session_hasten(Session *session);
/* What the server was told last of the own presence, in a form that can be compared; NULL: nothing. */
const char *session_told_presence(const Session *session);
void session_set_told_presence(Session *session, const char *words);
void session_set_trusted_once(Session *session, const char *fingerprint);

/* --- session_tls.c --- */
/* Shows the certificate that was refused, and what can be done (I3). Returns how bad that is. */
NoticeLevel session_report_certificate(Session *session);

/* --- session_resume.c: what it takes to go on with the server's session after a restart (XEP-0198 §5) --- */
typedef struct SessionResume SessionResume;
SessionResume *session_resume_new(Session *session);
void session_resume_free(SessionResume *resume);
/* Fills in `state` with borrowed strings; NULL: nothing to go on with. */
const XmppResumeState *session_resume_load(SessionResume *resume);
/* The stream's state is to be stored, soon; and at once. */
void session_resume_changed(SessionResume *resume);
void session_resume_save(SessionResume *resume);
/* The server asks how much has arrived: it is told once that is on the disk (I24). */
void session_resume_ack_wanted(SessionResume *resume, guint32 number);
/* Something that has arrived could not be stored: the server must not forget it in this session. */
void session_resume_block_acks(SessionResume *resume);
void session_resume_online(SessionResume *resume); /* a connection begins: acks are not blocked any more */
/* Before the end of a session: calls once what has come so far is acknowledged, maybe from inside. What is not, the
 * server would take for lost, and tell its senders so. A disk that does not answer is waited for two seconds. */
typedef void (*SessionSettled)(Session *session);
void session_resume_settle(SessionResume *resume, SessionSettled settled);
void session_resume_closed(SessionResume *resume); /* there is nobody to tell any more */
SessionResume *session_resume(const Session *session);

/* --- incoming*.c: what the stream says --- */
void incoming_message(Session *session, const XmppMessage *message);
/* The conversation with somebody, opened when it is not; NULL when there are so many that a stranger may not open
 * another one. */
Conversation *incoming_open(Session *session, const Jid *peer);
/* Who a message is exchanged with (full JID where known; the caller's reference), and in which direction. */
Jid *incoming_peer(const Session *session, const XmppMessage *message, MessageDirection *direction);
/* The id the account's own archive gave; NULL: none, or one that may be forged (I19). */
const char *incoming_archive_id(const Session *session, const XmppMessage *message);
/* As the history will have it. */
Message *incoming_make_message(const Session *session, const XmppMessage *message, MessageDirection direction);
/* Stores it. True: it is new and is to be shown. */
bool incoming_keep(Session *session, Conversation *conversation, Message *message);
void incoming_presence(Session *session, const XmppPresence *presence);
void incoming_subscription(Session *session, const Jid *from, SubscriptionAct act, const char *words);
/* Nobody is online, nobody types any more: the connection is gone. */
void incoming_presence_forget(Session *session);
void incoming_roster(Session *session, const GPtrArray *items, const char *version);
void incoming_roster_item(Session *session, const XmppRosterItem *item, const char *version);
/* The roster of the last time, so that it is shown offline and the server needs to send changes only. */
void incoming_roster_load(Session *session);

/* --- roster_keeper.c: writes the roster into the store, a little at a time --- */
RosterKeeper *roster_keeper_new(Db *db, const char *account_jid);
/* Writes what is left. */
void roster_keeper_free(RosterKeeper *keeper);
/* Added, changed or (item->remove) gone; counts once a version is given for it. */
void roster_keeper_add(RosterKeeper *keeper, const XmppRosterItem *item);
void roster_keeper_set_version(RosterKeeper *keeper, const char *version);
/* Nothing is to be kept: not what waits, and not what is there. */
void roster_keeper_clear(RosterKeeper *keeper);

/* --- account_memory.c: what an account must not forget between sessions (I4) --- */
/* The mechanism once used, NULL: none (the caller frees). False: it cannot be known, do not connect. */
bool account_memory_load_sasl(Session *session, char **mechanism, bool *binding, GError **error);
void account_memory_save_sasl(Session *session, const char *mechanism, bool binding);
/* What a login without the password needs (XEP-0484); all NULL when there is nothing, or the setting login.token says
 * no. Secret: to be cleared at once. */
typedef struct TokenMemory {
    const char *token, *mechanism; /* in `line` */
    guint32 count;                 /* logins with it */
    char *offer;                   /* XMPP_EVENT_FAST_OFFER */
    char *user_agent;              /* NULL: no token is to be asked for, either */
    char *line;
    gsize length;
} TokenMemory;
/* Counts the login that is about to be tried. */
TokenMemory account_memory_use_token(Session *session);
bool account_memory_has_token(Session *session);
void token_memory_clear(TokenMemory *memory); /* wipes it (I23) */
/* XMPP_EVENT_FAST_TOKEN, XMPP_EVENT_FAST_OFFER. */
void account_memory_save_token(Session *session, const char *token, const char *mechanism, gint64 expiry);
void account_memory_save_offer(Session *session, const char *offer);
/* The stream's caches of capabilities, kept in the store. */
void account_memory_lend_caps(Session *session);

/* --- own_presence.c --- */
/* Before connecting: who was offline wants to be what the settings say. */
void own_presence_prepare(Session *session);
/* After connecting: says it to the server. */
void own_presence_restore(Session *session);
/* The same after the session was resumed, if it was changed meanwhile. */
void own_presence_resume(Session *session);
/* After a restart within the server's session: as if it had just come. */
void own_presence_renew(Session *session);

/* --- conversations.c --- */
/* As the store names it; the strings are the conversation's. */
HistoryPlace conversations_place(const Conversation *conversation);
/* Whether its messages are written into the store (setting history.keep). */
bool conversations_are_kept(const Client *client, const Conversation *conversation);
/* Opens what has unread or waiting messages, as the last process left it. */
void conversations_restore(Session *session);
/* Unread messages may have come that are not loaded: the number is the store's. */
void conversations_count_unread(Client *client, Conversation *conversation);

/* --- encryption.c --- */
typedef struct Encryption Encryption;
Encryption *encryption_new(Session *session);
void encryption_free(Encryption *encryption);
Encryption *session_encryption(const Session *session);
/* The provider's state for this account, made when it is needed; NULL: its files cannot be used. */
struct E2ee *encryption_state(Session *session, const char *provider, GError **error);
/* The conversation was opened, or what it depends on has changed: its intent is what it should be. */
void encryption_adopt(Session *session, Conversation *conversation);
/* Whether something may be said to it at all. */
bool encryption_check(Session *session, Conversation *conversation, GError **error);
typedef enum { ENCRYPTION_READY, ENCRYPTION_WAITS, ENCRYPTION_REFUSED } EncryptionReadiness;
/* Whether a message with this intent can leave now; begins what has to be begun. REFUSED: never, with the reason. */
EncryptionReadiness encryption_prepare(Session *session, const Jid *with, const char *intent, GError **error);
/* Takes a message that has come: false: there is nothing to show. `*opened` (the caller's) is what to go on with,
 * decrypted or with words instead; NULL: it stays as it is. What comes from other devices and archives cannot be read
 * here, and is not tried. */
bool encryption_open(Session *session, const XmppMessage *message, XmppMessage **opened);
/* A message in the clear is about to leave. */
void encryption_offer(Session *session, XmppMessage *stanza);
/* A new session with the server; the device of somebody is offline; a message of ours came back. */
void encryption_bound(Session *session);
void encryption_gone(Session *session, const Jid *from);
void encryption_bounced(Session *session, const XmppMessage *bounce, const char *reason);
/* What the history keeps of a message. */
typedef enum { KEEP_NOTHING, KEEP_PLACE, KEEP_TEXT } EncryptionKeep;
EncryptionKeep encryption_keep(const Client *client, const Conversation *conversation, const char *encryption);
/* The text, or words for one that was not kept; and that in all messages of a page of the store. */
const char *encryption_shown_body(const Message *message);
bool encryption_is_lost(const Message *message);
void encryption_fill_in(GPtrArray *page);
/* history_add() and history_correct(), with as much of the text as is to be kept. */
HistoryOutcome encryption_store_edit(Client *client, const Conversation *conversation, const Message *original,
                                     Message *edit, GError **error);
HistoryOutcome encryption_store(Client *client, const Conversation *conversation, Message *message, GError **error);

/* --- outgoing.c --- */
/* What a message answers. */
typedef struct OutgoingReply {
    const char *id;          /* what others call it */
    const char *to;          /* JID of who wrote it; NULL: not known */
    const char *quote;       /* text for programs that do not know answers (XEP-0428), before the body */
    const char *label, *text; /* for the screen: who wrote it, and the beginning of it */
} OutgoingReply;
Message *outgoing_send_reply(Client *client, Conversation *conversation, const char *body, const OutgoingReply *reply,
                             GError **error);
/* Something that is worth nothing later: it leaves now, or not at all, and never where more than plain text is insisted
 * on (I21). */
bool outgoing_send_now(Session *session, Conversation *conversation, XmppMessage *take_stanza, GError **error);
/* conversation_advance_message(), also in the store. */
void outgoing_advance(Session *session, Conversation *conversation, Message *message, MessageState state,
                      const char *reason);
/* The message has failed and does not wait any more. */
void outgoing_fail(Session *session, Conversation *conversation, Message *message, const char *reason);
/* The stanza id of the text that is shown: its own, or that of the last correction. */
const char *outgoing_current_id(const Message *message);
/* A message without body: chat states, receipts, markers. False: not online, or it would be a plain text where the
 * conversation insists on more. */
bool outgoing_send_bare(Session *session, Conversation *conversation, XmppMessage *take_stanza);
void outgoing_send_state(Session *session, Conversation *conversation, ChatState state);
/* Messages that a good-bye should wait for: it is online and the server does not have them yet. */
guint outgoing_unsent(const Session *session);

/* --- outgoing_queue.c: what the server does not have yet, in order (store/outbox.h) --- */
OutgoingQueue *outgoing_queue_new(Session *session);
void outgoing_queue_free(OutgoingQueue *queue);
/* What earlier processes left. */
void outgoing_queue_load(OutgoingQueue *queue);
/* Takes the row; `serial` names the message in the model; `kept`: it is to be on the disk before it is on the wire. */
bool outgoing_queue_add(OutgoingQueue *queue, OutboxRow *take_row, guint64 serial, bool kept, GError **error);
/* Opens the conversations whose messages wait. */
void outgoing_queue_open_conversations(const OutgoingQueue *queue);
/* The server has the message with this id. */
void outgoing_queue_confirm(OutgoingQueue *queue, const char *id);
/* The message with this id is on its way: it is written, and nobody has said yet that the server has it. */
bool outgoing_queue_is_written(const OutgoingQueue *queue, const char *id);
/* It is not to be sent any more. */
void outgoing_queue_forget(OutgoingQueue *queue, const char *id);
/* The same for all with this bare JID. */
void outgoing_queue_forget_conversation(OutgoingQueue *queue, const char *with);
/* A new session: nothing is sent until outgoing_queue_release(), if there are messages of which nobody knows whether
 * they arrived. */
void outgoing_queue_bound(OutgoingQueue *queue);
/* The session of this process goes on: so does the waiting, if it had not ended. */
void outgoing_queue_resumed(OutgoingQueue *queue);
/* A session of an earlier process goes on, of whose stanzas the server has so many. */
void outgoing_queue_restored(OutgoingQueue *queue, guint32 acknowledged);
/* The archive was asked, as far as there is one: what it did not confirm is sent (once) more. */
void outgoing_queue_release(OutgoingQueue *queue);
/* While that is waited for: whom the doubtful messages are for (bare JIDs, each once, with free function), and when the
 * oldest of them was written. Empty: nothing is in doubt. */
GPtrArray *outgoing_queue_doubtful(const OutgoingQueue *queue, gint64 *since);
/* What waits for encryption may go on; or cannot be sent, for this reason. */
void outgoing_queue_flush(OutgoingQueue *queue);
void outgoing_queue_fail_waiting(OutgoingQueue *queue, const Jid *with, const char *reason);
guint outgoing_queue_waiting(const OutgoingQueue *queue, const Jid *with);
void outgoing_queue_closed(OutgoingQueue *queue);
guint outgoing_queue_length(const OutgoingQueue *queue);

/* --- incoming_archive.c --- */
/* A page of an archive: what is new goes into the store, in its place, and into the conversations that are open; what
 * the archive knows of waiting messages of ours settles them. `is_news`: it was missed, so it is unread and opens
 * conversations; else it was there before this client was, or before what it knows. `bounds`: where the page lies, as
 * far as that is known, NULL: it is found out; its `read_to` grows to the end of the page. */
bool incoming_archive_page(Session *session, const MamPage *page, bool is_news, HistoryBounds *bounds, GError **error);

/* --- history_sync.c: catching up with the archives (XEP-0313) --- */
HistorySync *history_sync_new(Session *session);
void history_sync_free(HistorySync *sync);
/* A new session: catches up; calls outgoing_queue_release() when the first round is through, failed, took too long, or
 * there is no archive. */
void history_sync_bound(HistorySync *sync);
/* The session goes on: so does the catch-up, when it was not through. */
void history_sync_resumed(HistorySync *sync);
void history_sync_closed(HistorySync *sync);
/* The archive's ids in live messages are the archive's: the server takes forged ones out (XEP-0359 §6). */
bool history_sync_trusts_ids(const HistorySync *sync);
/* What came by itself is in the store with this order, which may be ahead of the clock. */
void history_sync_note_order(HistorySync *sync, gint64 order);
/* A live message with this id of the own archive is in the store. */
void history_sync_live(HistorySync *sync, const char *archive_id);
/* Something could not be stored: it is to be asked for again, not passed by. */
void history_sync_store_failed(HistorySync *sync);
/* The conversation that goes first; its gaps; what the store has no more of (sets the past's state). */
void history_sync_set_visible(Client *client, Conversation *conversation);
void history_sync_show_gaps(Client *client, Conversation *conversation);
void history_sync_fetch_older(Client *client, Conversation *conversation);
/* Older messages of the store were loaded: gaps among them are to be filled. */
void history_sync_scrolled(Client *client, Conversation *conversation);
HistorySync *session_history_sync(const Session *session);

/* --- reading.c: what is read, here and on other devices (XEP-0333, 0490) --- */
Reading *reading_new(Session *session);
void reading_free(Reading *reading);
/* There is a connection: what could not be told is told. */
void reading_online(Reading *reading);
/* Tells at once what waits, before a good-bye. */
void reading_flush(Reading *reading);
/* Whether a contact may learn what became of its messages (I15), as this setting of the conversation says. */
bool reading_may_tell(const Session *session, const Conversation *conversation, Setting setting);
/* The user has seen the end of the conversation. */
void reading_mark(Client *client, Conversation *conversation);
/* The chat with somebody is read up to this place, wherever that happened; nobody is told. */
void reading_set(Session *session, const Jid *with, gint64 order);
/* XMPP_EVENT_READ. A message that is not here yet is waited for. */
void reading_elsewhere(Session *session, const Jid *with, const char *archive_id);
/* A message with this id of the archive (may be NULL) has come: it may be the one waited for. */
void reading_settle(Session *session, const Jid *with, const char *archive_id);
/* A correction has come, which has an id of the archive, too. */
void reading_note_edit(Session *session, const Conversation *conversation, const Message *edit);
ReceiptAnswers *reading_receipt_answers(const Reading *reading);
Reading *session_reading(const Session *session);

/* --- receipt_answers.c: who is told that a message has arrived (XEP-0184) --- */
ReceiptAnswers *receipt_answers_new(Session *session);
void receipt_answers_free(ReceiptAnswers *answers);
/* The message wants one, its sender may have one; it goes when the message is on the disk. */
void receipt_answers_add(ReceiptAnswers *answers, const XmppMessage *message);
/* Sends what is ready, when there is a connection. */
void receipt_answers_flush(ReceiptAnswers *answers);

/* --- incoming_about.c --- */
/* What a message says about messages of ours, or asks for: called for every live, copied or archived message of a
 * conversation that exists, after `shown` (NULL: nothing new is shown) went into the store. */
void incoming_about(Session *session, Conversation *conversation, const XmppMessage *message, const Message *shown);

/* --- annotate_early.c --- */
/* What it is about is not here: it waits for it. */
void annotations_wait(Session *session, const Conversation *conversation, const XmppMessage *message,
                      MessageDirection direction, gint64 time);
/* Older messages have come into the store: what was said about them counts now. */
void annotations_settle(Session *session, Conversation *conversation);
/* The chat such a message is about; NULL: nobody has it open, and there is no reason to. */
Conversation *annotations_open(Session *session, const XmppMessage *message, const Jid *peer);

/* --- annotate.c --- */
/* What a message says about another one, other than a correction; true: that is what it is for. */
bool annotations_receive(Session *session, Conversation *conversation, const XmppMessage *message,
                         MessageDirection direction);
/* What a message answers, before it is stored. */
void annotations_note_reply(Session *session, const Conversation *conversation, const XmppMessage *message,
                            Message *shown);

/* --- corrections.c --- */
/* In a room: whether the author is the same occupant. A nick proves it as long as it was not away in between. */
bool corrections_is_same_occupant(const Conversation *conversation, const Message *original, const XmppMessage *message);
/* A correction (message->corrects): true when it was one and is done with; false: to be shown as a message. */
bool incoming_correction(Session *session, Conversation *conversation, const XmppMessage *message,
                         MessageDirection direction);

/* --- typing.c: who is told about typing (XEP-0085, I15) --- */
Typing *typing_new(Session *session);
void typing_free(Typing *typing);
/* A new session begins or the old one is gone: nobody has been told anything. */
void typing_reset(Typing *typing);
/* The user does something in a conversation. */
void typing_set_state(Typing *typing, Conversation *conversation, ChatState state);
/* The state to send along with a message; the user stopped typing by it. */
ChatState typing_take_state(Typing *typing, Conversation *conversation);
/* What a message of the peer says about typing, and about the peer's program. */
void typing_receive(Typing *typing, Conversation *conversation, const XmppMessage *message);
/* A message came back: nothing more is told until the peer speaks again. */
void typing_bounced(Typing *typing, Conversation *conversation);

/* --- doctor.c --- */
GPtrArray *client_doctors(const Client *client); /* Doctor*: at work */
/* The client goes: each ends with what it has found. */
void doctors_end(GPtrArray *doctors);

/* --- xml_console.c --- */
typedef struct XmlConsole XmlConsole;
XmlConsole *xml_console_new(Client *client);
/* After the streams. */
void xml_console_free(XmlConsole *console);
XmlConsole *client_xml_console(const Client *client);
/* A new session. */
void xml_console_follow(XmlConsole *console, Session *session);
void session_set_looked_into(Session *session, bool looked_into);
bool session_is_looked_into(const Session *session);

/* --- room_bookmarks.c --- */
typedef struct RoomBookmarks RoomBookmarks;
/* With what is known from the last time. */
RoomBookmarks *room_bookmarks_new(Session *session);
void room_bookmarks_free(RoomBookmarks *bookmarks);
RoomBookmarks *session_bookmarks(const Session *session);
void room_bookmarks_bound(RoomBookmarks *bookmarks);
void room_bookmarks_closed(RoomBookmarks *bookmarks);
/* XMPP_EVENT_BOOKMARKS, XMPP_EVENT_BOOKMARK */
void room_bookmarks_receive_list(RoomBookmarks *bookmarks, const GPtrArray *list);
void room_bookmarks_receive(RoomBookmarks *bookmarks, const Jid *room, const XmppBookmark *bookmark);

/* --- rooms*.c, room_*.c --- */
typedef struct Rooms Rooms;
enum { ROOMS_PRIVATE_MAX = 2000 }; /* conversations, past which occupants do not open further ones (I9) */
Rooms *rooms_new(Session *session);
void rooms_free(Rooms *rooms);
Rooms *session_rooms(const Session *session);
/* The session that was in could not be resumed: it is in none any more. */
void rooms_session_lost(Rooms *rooms);
void rooms_bound(Rooms *rooms);
void rooms_resumed(Rooms *rooms);
void rooms_closed(Rooms *rooms, bool resumable);
/* The own presence has changed: rooms are told, too. */
void rooms_tell_presence(Rooms *rooms);
void rooms_set_visible(Client *client, const Conversation *conversation);
/* False: it is no room's. */
bool rooms_presence(Rooms *rooms, const XmppPresence *presence);
/* Of type groupchat. */
void rooms_message(Session *session, const XmppMessage *message);
/* Something we sent to a room has come back; true: that is all there is to it. */
bool rooms_message_refused(Session *session, const XmppMessage *bounce);
/* A message exchanged with an occupant of a room; false: it is not. */
bool rooms_private_message(Session *session, const XmppMessage *message);
/* The occupant id of a message of a room, where it vouches for ids; NULL. */
const char *rooms_occupant_id(const Conversation *conversation, const XmppMessage *message);
/* The conversation with an occupant; NULL when there are so many that nobody may open another one. */
Conversation *rooms_open_private(Session *session, const Jid *occupant);
/* As the history will have it (incoming_make_message()). */
Message *rooms_make_message(Session *session, const Conversation *conversation, const XmppMessage *message);
/* A page of a room's archive: what is new goes into the store and the conversation (incoming_archive_page()). */
bool rooms_archive_page(Session *session, Conversation *conversation, const MamPage *page, bool is_news,
                        HistoryBounds *bounds, GError **error);
/* Whether something may be said there: it is joined, or will be. */
bool rooms_check(Session *session, const Jid *room, GError **error);
/* Whether something can be sent there now. WAITS: it will be joined, or may be. */
EncryptionReadiness rooms_prepare(Session *session, const Jid *room, GError **error);

/* --- room_forms.c: forms of rooms that are being filled in --- */
typedef struct RoomForms RoomForms;
RoomForms *room_forms_new(Session *session);
/* After the stream: requests under way need it. */
void room_forms_free(RoomForms *forms);
RoomForms *session_room_forms(const Session *session);

/* --- room_admin.c, room_errands.c, invitations.c, room_voice.c: running rooms, and invitations --- */
typedef struct RoomAdmin RoomAdmin;
RoomAdmin *room_admin_new(Session *session);
/* After the stream. */
void room_admin_free(RoomAdmin *admin);
RoomAdmin *session_room_admin(const Session *session);
/* An invitation, a refusal of ours, a question for voice; true: the message is nothing else. `is_news`: not of a past
 * that was known before. */
bool room_admin_message(Session *session, const XmppMessage *message, bool is_news);
/* Something of that kind that we sent has come back; false: it is something else. */
bool room_admin_refused(Session *session, const XmppMessage *bounce);

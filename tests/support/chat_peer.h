/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other people's clients, as their packages are, in a pseudo-terminal: who confab talks to when it matters that it was not
 * written by the same people. A peer has one conversation, and that stays open. Every wait has the deadline of pty.h and
 * fails with the screen.
 *
 * What OTR is inside each of them (versions of Debian 12): profanity 0.13.1 speaks version 2 only, shows text as it is
 * and sends it so. mcabber 1.1.2 speaks 3 and 2, sends text as it is, but shows "&lt;" as "<" and "<br/>" as a line
 * break. Neither sends fragments. Both talk in the clear once the other side has ended the session. */
#pragma once

#include "support/server.h"

typedef enum { CHAT_PEER_PROFANITY, CHAT_PEER_MCABBER } ChatPeerKind;

typedef struct ChatPeer ChatPeer;

/* Logged in, with a key of OTR, in the conversation with `with`, a contact. Server and account stay the caller's, who
 * keeps them as long as the peer. NULL after g_test_skip(): the program is not
 * installed; with CONFAB_REQUIRE_SERVERS=1 in the environment that fails the test instead. */
ChatPeer *chat_peer_start(ChatPeerKind kind, const Server *server, const TestAccount *account, const char *with);
/* It says good-bye to nobody; its files stay where it keeps them, below its HOME. */
void chat_peer_kill(ChatPeer *peer);
const char *chat_peer_home(const ChatPeer *peer);
/* Kills it and starts it again. */
void chat_peer_restart(ChatPeer *peer, bool forgets_keys);
/* Kills it, and removes its files. */
void chat_peer_free(ChatPeer *peer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChatPeer, chat_peer_free)
const char *chat_peer_name(const ChatPeer *peer); /* "profanity", "mcabber" */

/* One line, as it would be typed: it begins with no "/", and has at most chat_peer_longest() bytes. Returns when it
 * is said. */
void chat_peer_say(ChatPeer *peer, const char *text);
gsize chat_peer_longest(const ChatPeer *peer);
/* Goes to a room, and from then on that is its conversation. What is said there is waited for on the screen. */
void chat_peer_join(ChatPeer *peer, const char *room, const char *nick);
void chat_peer_say_to_room(ChatPeer *peer, const char *text);
void chat_peer_topic(ChatPeer *peer, const char *text);
bool chat_peer_can_correct(const ChatPeer *peer); /* profanity can */
void chat_peer_correct(ChatPeer *peer, const char *text);
/* Empties the conversation's screen; the history stays. What is waited for below, up to has_received(), is what the
 * screen shows since. */
void chat_peer_clear(ChatPeer *peer);
void chat_peer_wait_shown(ChatPeer *peer, const char *text); /* on one row */
bool chat_peer_shows(ChatPeer *peer, const char *text);
void chat_peer_wait_sealed(ChatPeer *peer, const char *text); /* with the mark of what came encrypted */

/* "manual", "opportunistic", "always"; mcabber: "plain", which is no OTR at all */
void chat_peer_policy(ChatPeer *peer, const char *policy);
void chat_peer_otr_start(ChatPeer *peer);
void chat_peer_otr_end(ChatPeer *peer);
void chat_peer_wait_encrypted(ChatPeer *peer);
void chat_peer_wait_ended(ChatPeer *peer);

/* Comparing a secret; `question` NULL: a secret both know. mcabber can answer a question, but not put one. */
bool chat_peer_can_question(const ChatPeer *peer);
void chat_peer_otr_ask(ChatPeer *peer, const char *question, const char *secret);
void chat_peer_wait_asked(ChatPeer *peer, const char *question);
void chat_peer_otr_answer(ChatPeer *peer, const char *secret); /* after wait_asked() */
bool chat_peer_can_abort(const ChatPeer *peer); /* mcabber can */
void chat_peer_otr_abort(ChatPeer *peer);
void chat_peer_wait_compared(ChatPeer *peer, bool same);
void chat_peer_wait_aborted(ChatPeer *peer);

/* Whether its own history has a message of the other side that is exactly this, however long. */
bool chat_peer_has_received(ChatPeer *peer, const char *text);
void chat_peer_wait_received(ChatPeer *peer, const char *text);

/* Five groups of eight hexadecimal digits; the one of the other side while there is a session. The caller frees. */
char *chat_peer_own_fingerprint(ChatPeer *peer);
char *chat_peer_fingerprint(ChatPeer *peer);
/* Whether the peer takes the other side's key for verified now. */
bool chat_peer_trusts(ChatPeer *peer);

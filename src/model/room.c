/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/room.h"

#include <string.h>

#include "model/model_private.h"
#include "model/occupant_private.h"

struct Room {
    Conversation *conversation;
    RoomState state;
    char *reason;
    gint64 retry_at;
    char *nick;
    char *name;
    char *subject, *subject_by;
    guint flags;
    GHashTable *by_nick;  /* nick (the occupant's) → Occupant */
    GHashTable *by_id;    /* occupant id → GQueue of Occupant, the first one first: one person may have several nicks */
    GHashTable *by_jid;   /* real Jid, its bare part → the same */
    GSequence *occupants; /* in the order of the panel */
    guint counts[ROLE_MODERATOR + 1];
    GQueue speakers;      /* Occupant*, the last one first */
    GQueue gone;          /* Gone*, of who spoke and left, the last one first */
    Occupant *self;
    guint changing;       /* depth of room_begin() */
};

/* Who comes back after a short absence is no stranger to the talk. */
typedef struct Gone {
    char *nick, *id;
    gint64 spoke;
} Gone;

static void
gone_free(gpointer data)
{
    Gone *gone = data;
    g_free(gone->nick);
    g_free(gone->id);
    g_free(gone);
}

static void
queue_free(gpointer queue)
{
    g_queue_free(queue);
}

static void
jid_free(gpointer jid)
{
    jid_unref(jid);
}

Room *
room_new(Conversation *conversation)
{
    Room *room = g_new0(Room, 1);
    room->conversation = conversation;
    room->by_nick = g_hash_table_new(g_str_hash, g_str_equal);
    room->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, queue_free);
    room->by_jid = g_hash_table_new_full(jid_bare_hash, jid_bare_hash_equal, jid_free, queue_free);
    room->occupants = g_sequence_new((GDestroyNotify) occupant_free);
    g_queue_init(&room->speakers);
    g_queue_init(&room->gone);
    return room;
}

/* Nobody is there any more; nobody is told. */
static void
forget_occupants(Room *room)
{
    g_hash_table_remove_all(room->by_nick);
    g_hash_table_remove_all(room->by_id);
    g_hash_table_remove_all(room->by_jid);
    g_queue_clear(&room->speakers);
    room->self = NULL;
    memset(room->counts, 0, sizeof room->counts);
    g_sequence_remove_range(g_sequence_get_begin_iter(room->occupants), g_sequence_get_end_iter(room->occupants));
}

void
room_free(Room *room)
{
    forget_occupants(room);
    g_queue_clear_full(&room->gone, gone_free);
    g_sequence_free(room->occupants);
    g_hash_table_unref(room->by_nick);
    g_hash_table_unref(room->by_id);
    g_hash_table_unref(room->by_jid);
    g_free(room->reason);
    g_free(room->nick);
    g_free(room->name);
    g_free(room->subject);
    g_free(room->subject_by);
    g_free(room);
}

static void
publish(Room *room, ModelEvent event)
{
    account_publish(conversation_account(room->conversation), event);
}

static void
publish_room(Room *room, RoomChange what)
{
    publish(room, (ModelEvent) { .type = ROOM_CHANGED, .room = { .conversation = room->conversation, .what = what } });
}

/* --- what it is --- */

const Jid *
room_jid(const Room *room)
{
    return conversation_jid(room->conversation);
}

Conversation *
room_conversation(const Room *room)
{
    return room->conversation;
}

RoomState
room_state(const Room *room)
{
    return room->state;
}

const char *
room_state_word(RoomState state)
{
    static const char *const words[] = { "out", "waiting", "joining", "joined" };
    g_return_val_if_fail((guint) state < G_N_ELEMENTS(words), "out");
    return words[state];
}

const char *
room_reason(const Room *room)
{
    return room->reason;
}

gint64
room_retry_at(const Room *room)
{
    return room->retry_at;
}

const char *
room_nick(const Room *room)
{
    return room->nick;
}

const char *
room_name(const Room *room)
{
    return room->name;
}

const char *
room_subject(const Room *room)
{
    return room->subject;
}

const char *
room_subject_by(const Room *room)
{
    return room->subject_by;
}

guint
room_flags(const Room *room)
{
    return room->flags;
}

static void
set_text(char **place, const char *text)
{
    char *copy = g_strdup(text);
    g_free(*place);
    *place = copy;
}

/* False: nothing has changed. */
static bool
set_state(Room *room, RoomState state, const char *nick, const char *reason, gint64 retry_at)
{
    const bool was_in = room->state == ROOM_JOINED;
    const bool same = room->state == state && room->retry_at == retry_at && g_strcmp0(room->reason, reason) == 0
                      && g_strcmp0(room->nick, nick) == 0;
    if (was_in && state != ROOM_JOINED)
        forget_occupants(room);
    if (same)
        return false;
    room->state = state;
    room->retry_at = retry_at;
    set_text(&room->nick, nick);
    set_text(&room->reason, reason);
    return true;
}

void
room_set_state(Room *room, RoomState state, const char *nick, const char *reason, gint64 retry_at)
{
    if (set_state(room, state, nick, reason, retry_at))
        publish_room(room, ROOM_STATE);
}

void
room_expel(Room *room, const OccupantLeave *how, RoomState state, const char *reason, gint64 retry_at)
{
    g_autofree char *nick = g_strdup(room->nick);
    set_state(room, state, nick, reason, retry_at);
    publish(room, (ModelEvent) {
                      .type = ROOM_CHANGED,
                      .room = { .conversation = room->conversation, .what = ROOM_STATE, .how = how },
                  });
}

void
room_tell_codes(Room *room, const guint16 *codes, guint count)
{
    if (count == 0)
        return;
    publish(room, (ModelEvent) {
                      .type = ROOM_CHANGED,
                      .room = { .conversation = room->conversation,
                                .what = ROOM_CODES,
                                .codes = codes,
                                .code_count = count },
                  });
}

void
room_set_subject(Room *room, const char *subject, const char *by)
{
    if (g_strcmp0(room->subject, subject) == 0 && g_strcmp0(room->subject_by, by) == 0)
        return;
    set_text(&room->subject, subject);
    set_text(&room->subject_by, by);
    publish_room(room, ROOM_SUBJECT);
}

void
room_set_info(Room *room, const char *name, guint flags)
{
    if (g_strcmp0(room->name, name) == 0 && room->flags == flags)
        return;
    set_text(&room->name, name);
    room->flags = flags;
    publish_room(room, ROOM_INFO);
}

Occupant *
room_self(const Room *room)
{
    return room->state == ROOM_JOINED ? room->self : NULL;
}

OccupantRole
room_own_role(const Room *room)
{
    const Occupant *self = room_self(room);
    return self != NULL ? occupant_role(self) : ROLE_NONE;
}

OccupantAffiliation
room_own_affiliation(const Room *room)
{
    const Occupant *self = room_self(room);
    return self != NULL ? occupant_affiliation(self) : AFFILIATION_NONE;
}

/* --- who is there --- */

Occupant *
room_find(const Room *room, const char *nick)
{
    return nick != NULL ? g_hash_table_lookup(room->by_nick, nick) : NULL;
}

/* One whose label, case-folded, is this; the order of the panel is by role first, so all roles are looked at. */
static Occupant *
find_folded(const Room *room, const char *text, bool *ambiguous)
{
    g_autofree char *key = g_utf8_casefold(text, -1);
    Occupant *found = NULL, *exact = NULL;
    guint folded = 0, labels = 0;
    for (GSequenceIter *iter = g_sequence_get_begin_iter(room->occupants); !g_sequence_iter_is_end(iter);
         iter = g_sequence_iter_next(iter)) {
        Occupant *occupant = g_sequence_get(iter);
        if (strcmp(occupant->key, key) != 0)
            continue;
        found = occupant;
        folded++;
        if (strcmp(occupant->label, text) != 0 && strcmp(occupant->nick, text) != 0)
            continue;
        exact = occupant;
        labels++;
    }
    *ambiguous = labels > 1 || (labels == 0 && folded > 1);
    if (*ambiguous)
        return NULL;
    return labels == 1 ? exact : found;
}

Occupant *
room_find_typed(const Room *room, const char *text, bool *ambiguous)
{
    bool ignored = false;
    Occupant *occupant = room_find(room, text);
    if (ambiguous == NULL)
        ambiguous = &ignored;
    *ambiguous = false;
    return occupant != NULL ? occupant : find_folded(room, text, ambiguous);
}

Occupant *
room_find_id(const Room *room, const char *id)
{
    GQueue *same = id != NULL ? g_hash_table_lookup(room->by_id, id) : NULL;
    return same != NULL ? g_queue_peek_head(same) : NULL;
}

Occupant *
room_find_jid(const Room *room, const Jid *jid)
{
    GQueue *same = g_hash_table_lookup(room->by_jid, jid);
    return same != NULL ? g_queue_peek_head(same) : NULL;
}

guint
room_occupant_count(const Room *room)
{
    return (guint) g_sequence_get_length(room->occupants);
}

guint
room_role_count(const Room *room, OccupantRole role)
{
    g_return_val_if_fail((guint) role < G_N_ELEMENTS(room->counts), 0);
    return room->counts[role];
}

Occupant *
room_at(const Room *room, guint index)
{
    g_return_val_if_fail(index < room_occupant_count(room), NULL);
    return g_sequence_get(g_sequence_get_iter_at_pos(room->occupants, (int) index));
}

guint
room_index(const Room *room, const Occupant *occupant)
{
    return (guint) g_sequence_iter_get_position(occupant->place);
}

guint
room_speaker_count(const Room *room)
{
    return g_queue_get_length((GQueue *) &room->speakers);
}

Occupant *
room_speaker_at(const Room *room, guint index)
{
    return g_queue_peek_nth((GQueue *) &room->speakers, index);
}

/* --- changes --- */

static int
compare(gconstpointer a, gconstpointer b, gpointer data)
{
    return occupant_compare(a, b);
}

/* Puts it behind the others with this key (taken when it is the first). */
static GList *
add_same(GHashTable *table, gpointer take_key, GDestroyNotify free_key, Occupant *occupant)
{
    GQueue *same = g_hash_table_lookup(table, take_key);
    if (same != NULL) {
        free_key(take_key);
    } else {
        same = g_queue_new();
        g_hash_table_insert(table, take_key, same);
    }
    g_queue_push_tail(same, occupant);
    return g_queue_peek_tail_link(same);
}

static void
remove_same(GHashTable *table, gconstpointer key, GList *link)
{
    GQueue *same = g_hash_table_lookup(table, key);
    g_queue_delete_link(same, link);
    if (g_queue_is_empty(same))
        g_hash_table_remove(table, key);
}

static void
index_occupant(Room *room, Occupant *occupant)
{
    if (occupant->id != NULL)
        occupant->id_link = add_same(room->by_id, g_strdup(occupant->id), g_free, occupant);
    if (occupant->jid != NULL)
        occupant->jid_link = add_same(room->by_jid, jid_ref(occupant->jid), jid_free, occupant);
}

static void
unindex_occupant(Room *room, Occupant *occupant)
{
    if (occupant->id_link != NULL)
        remove_same(room->by_id, occupant->id, occupant->id_link);
    if (occupant->jid_link != NULL)
        remove_same(room->by_jid, occupant->jid, occupant->jid_link);
    occupant->id_link = occupant->jid_link = NULL;
}

/* --- who left and may come back --- */

static void
remember_gone(Room *room, const Occupant *occupant)
{
    if (occupant_spoke_ever(occupant) == 0)
        return;
    Gone *gone = g_new0(Gone, 1);
    *gone = (Gone) {
        .nick = g_strdup(occupant->nick),
        .id = g_strdup(occupant->id),
        .spoke = occupant_spoke_ever(occupant),
    };
    g_queue_push_head(&room->gone, gone);
    if (g_queue_get_length(&room->gone) > ROOM_SPEAKERS_MAX)
        gone_free(g_queue_pop_tail(&room->gone));
}

/* By the id where there is one: a nick can be taken by anybody. */
static void
recognise(Room *room, Occupant *occupant)
{
    for (GList *link = room->gone.head; link != NULL; link = link->next) {
        Gone *gone = link->data;
        const bool has_ids = gone->id != NULL && occupant->id != NULL;
        if (strcmp(has_ids ? gone->id : gone->nick, has_ids ? occupant->id : occupant->nick) != 0)
            continue;
        occupant->spoke_before = gone->spoke;
        gone_free(gone);
        g_queue_delete_link(&room->gone, link);
        return;
    }
}

static void
publish_occupant(Room *room, ModelEvent event)
{
    if (room->changing > 0)
        return;
    event.occupant.conversation = room->conversation;
    publish(room, event);
}

/* Takes it out of everything and frees it. */
static void
drop(Room *room, Occupant *occupant)
{
    if (occupant->spoke != 0)
        g_queue_remove(&room->speakers, occupant);
    remember_gone(room, occupant);
    unindex_occupant(room, occupant);
    g_hash_table_remove(room->by_nick, occupant->nick);
    room->counts[occupant->role]--;
    if (room->self == occupant)
        room->self = NULL;
    g_sequence_remove(occupant->place);
}

static Occupant *
add(Room *room, const OccupantInit *init)
{
    if (room_occupant_count(room) >= ROOM_OCCUPANTS_MAX && !init->is_self)
        return NULL;
    Occupant *occupant = occupant_new(room, init);
    occupant->place = g_sequence_insert_sorted(room->occupants, occupant, compare, NULL);
    g_hash_table_insert(room->by_nick, occupant->nick, occupant);
    index_occupant(room, occupant);
    recognise(room, occupant);
    room->counts[occupant->role]++;
    if (init->is_self)
        room->self = occupant;
    publish_occupant(room, (ModelEvent) { .type = OCCUPANT_JOINED, .occupant = { .occupant = occupant } });
    return occupant;
}

Occupant *
room_put(Room *room, const OccupantInit *init)
{
    Occupant *occupant = room_find(room, init->nick);
    bool moved;
    if (occupant == NULL)
        return add(room, init);
    const OccupantRole role = occupant->role;
    const OccupantAffiliation affiliation = occupant->affiliation;
    unindex_occupant(room, occupant);
    const bool changed = occupant_update(occupant, init, &moved);
    index_occupant(room, occupant);
    if (init->is_self)
        room->self = occupant;
    if (moved) {
        room->counts[role]--;
        room->counts[occupant->role]++;
        g_sequence_sort_changed(occupant->place, compare, NULL);
    }
    if (changed)
        publish_occupant(room, (ModelEvent) {
                                   .type = OCCUPANT_CHANGED,
                                   .occupant = { .occupant = occupant,
                                                 .role_before = role,
                                                 .affiliation_before = affiliation },
                               });
    return occupant;
}

void
room_remove(Room *room, Occupant *occupant, const OccupantLeave *how)
{
    publish_occupant(room, (ModelEvent) { .type = OCCUPANT_LEFT, .occupant = { .occupant = occupant, .how = how } });
    drop(room, occupant);
}

void
room_rename(Room *room, Occupant *occupant, const char *nick, bool is_lookalike)
{
    Occupant *other = room_find(room, nick);
    g_autofree char *before = g_strdup(occupant->label);
    if (other == occupant)
        return;
    if (other != NULL)
        drop(room, other);
    g_hash_table_remove(room->by_nick, occupant->nick);
    occupant->is_lookalike = is_lookalike;
    occupant_set_nick(occupant, nick, NULL);
    g_hash_table_insert(room->by_nick, occupant->nick, occupant);
    g_sequence_sort_changed(occupant->place, compare, NULL);
    publish_occupant(room,
                     (ModelEvent) { .type = OCCUPANT_RENAMED, .occupant = { .occupant = occupant, .before = before } });
}

void
room_spoke(Room *room, Occupant *occupant, gint64 time)
{
    occupant->spoke = MAX(occupant->spoke, time);
    if (occupant->is_self || g_queue_peek_head(&room->speakers) == occupant)
        return;
    g_queue_remove(&room->speakers, occupant);
    g_queue_push_head(&room->speakers, occupant);
    if (g_queue_get_length(&room->speakers) > ROOM_SPEAKERS_MAX)
        g_queue_pop_tail(&room->speakers);
}

void
room_begin(Room *room)
{
    room->changing++;
}

void
room_end(Room *room)
{
    g_return_if_fail(room->changing > 0);
    if (--room->changing == 0)
        publish_room(room, ROOM_OCCUPANTS);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/xep/caps.h"

#include <string.h>

#include "xmpp/form.h"
#include "xmpp/stream_parts.h"

/* I9: a server full of liars costs this much and no more. */
enum {
    ENTITIES_MAX = 20000,
    KNOWN_MAX = 1000,   /* verified hashes in memory; the store has its own bound */
    ASKING_MAX = 8,     /* questions under way at a time */
    WAITING_MAX = 1000, /* hashes still to be asked for */
    TRIES_MAX = 3,      /* entities asked about one hash */
    VER_LENGTH_MAX = 256,
};

/* A full JID and what it announces. */
typedef struct Entity {
    char *key; /* "hash ver", as in CapsState.known */
    char *node;
    DiscoInfo
        *own; /* its own word, when it does not fit the hash: counts for this JID only (I18) */
    bool asked;
} Entity;

/* A hash that is being found out. */
typedef struct Search {
    char *key;
    guint tries;
    bool given_up;
} Search;

typedef struct CapsState {
    CapsCache cache;
    GHashTable *known;    /* key → DiscoInfo: verified, shared by all who announce it */
    GHashTable *entities; /* full Jid → Entity */
    GHashTable *searches; /* key → Search */
    GQueue waiting;       /* CapsQuestion* to be asked when there is room, at most one of a search */
    guint asking;
} CapsState;

/* Whom to ask about a key. */
typedef struct CapsQuestion {
    char *key;
    Jid *jid;
} CapsQuestion;

static CapsQuestion *
question_new(const char *key, const Jid *jid)
{
    CapsQuestion *question = g_new(CapsQuestion, 1);

    question->key = g_strdup(key);
    question->jid = jid_ref((Jid *) jid);
    return question;
}

static void
question_free(gpointer data)
{
    CapsQuestion *question = data;

    g_free(question->key);
    jid_unref(question->jid);
    g_free(question);
}

static void
entity_free(gpointer data)
{
    Entity *entity = data;

    g_free(entity->key);
    g_free(entity->node);
    disco_info_free(entity->own);
    g_free(entity);
}

static void
search_free(gpointer data)
{
    Search *search = data;

    g_free(search->key);
    g_free(search);
}

static CapsState *
get_state(XmppStream *stream)
{
    CapsState *state = stream_module_state(stream, "caps");

    if (!state->known) {
        state->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                             (GDestroyNotify) disco_info_free);
        state->entities = g_hash_table_new_full(jid_hash, jid_hash_equal,
                                                (GDestroyNotify) jid_unref, entity_free);
        state->searches = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, search_free);
    }
    return state;
}

static void
state_clear(gpointer data)
{
    CapsState *state = data;

    g_clear_pointer(&state->known, g_hash_table_unref);
    g_clear_pointer(&state->entities, g_hash_table_unref);
    g_clear_pointer(&state->searches, g_hash_table_unref);
    g_queue_clear_full(&state->waiting, question_free);
}

/* A new session: who was online is forgotten, what hashes mean is not. */
static void
state_reset(gpointer data)
{
    CapsState *state = data;

    if (state->known) {
        g_hash_table_remove_all(state->entities);
        g_hash_table_remove_all(state->searches);
    }
    g_queue_clear_full(&state->waiting, question_free);
    state->asking = 0;
}

/* --- the hash --- */

static bool
find_checksum(const char *hash, GChecksumType *type)
{
    static const struct {
        const char *name;
        GChecksumType type;
    } hashes[] = { { "sha-1", G_CHECKSUM_SHA1 },
                   { "sha-256", G_CHECKSUM_SHA256 },
                   { "sha-512", G_CHECKSUM_SHA512 } };

    for (guint i = 0; i < G_N_ELEMENTS(hashes); i++) {
        if (strcmp(hashes[i].name, hash) == 0) {
            *type = hashes[i].type;
            return true;
        }
    }
    return false;
}

/* Appends with the separator written out as XEP-0115 wants it there. */
static void
append_written(GString *text, const char *canonical, char written)
{
    for (const char *p = canonical; *p; p++)
        g_string_append_c(text, *p == FORM_SEPARATOR ? written : *p);
}

char *
caps_compute_ver(const DiscoInfo *info, const char *hash)
{
    GChecksumType type;
    guint8 digest[64];
    gsize length = sizeof digest;

    if (info->ill_formed || !find_checksum(hash, &type))
        return NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < info->identity_keys->len; i++) {
        append_written(text, info->identity_keys->pdata[i], '/');
        g_string_append_c(text, '<');
    }
    for (char **feature = info->features; *feature; feature++)
        g_string_append_printf(text, "%s<", *feature);
    for (guint i = 0; i < info->forms->len; i++)
        append_written(text, info->forms->pdata[i], '<');

    g_autoptr(GChecksum) checksum = g_checksum_new(type);
    g_checksum_update(checksum, (const guchar *) text->str, (gssize) text->len);
    g_checksum_get_digest(checksum, digest, &length);
    return g_base64_encode(digest, length);
}

char *
caps_own_ver(XmppStream *stream)
{
    g_autoptr(DiscoInfo) own = disco_info_new_own(stream);

    return caps_compute_ver(own, "sha-1");
}

/* --- finding out --- */

static void
publish_features(XmppStream *stream, const Jid *jid, const DiscoInfo *info)
{
    const XmppEvent event = {
        .type = XMPP_EVENT_FEATURES,
        .features = {
            .jid = jid,
            .features = (const char *const *) info->features,
            .identity = info->identities->len ? info->identities->pdata[0] : NULL,
        },
    };

    stream_publish(stream, &event);
}

/* All full JIDs that announce this; referenced, since telling about them may change the table. */
static GPtrArray *
find_entities(const CapsState *state, const char *key)
{
    GPtrArray *jids = g_ptr_array_new_with_free_func((GDestroyNotify) jid_unref);
    GHashTableIter iter;
    gpointer jid, entity;

    g_hash_table_iter_init(&iter, state->entities);
    while (g_hash_table_iter_next(&iter, &jid, &entity)) {
        if (strcmp(((Entity *) entity)->key, key) == 0)
            g_ptr_array_add(jids, jid_ref(jid));
    }
    return jids;
}

static void
remember(CapsState *state, const char *key, DiscoInfo *take_info)
{
    if (g_hash_table_size(state->known) >= KNOWN_MAX) { /* any one: it can be learnt again */
        GHashTableIter iter;
        g_hash_table_iter_init(&iter, state->known);
        if (g_hash_table_iter_next(&iter, NULL, NULL))
            g_hash_table_iter_remove(&iter);
    }
    g_hash_table_insert(state->known, g_strdup(key), take_info);
}

static void
split_key(const char *key, char **hash, const char **ver)
{
    *ver = strchr(key, ' ') + 1;
    *hash = g_strndup(key, (gsize) (*ver - key) - 1);
}

static const DiscoInfo *
find_known(CapsState *state, const char *key)
{
    DiscoInfo *info = g_hash_table_lookup(state->known, key);
    g_autofree char *hash = NULL;
    const char *ver = NULL;

    if (info || !state->cache.load)
        return info;
    split_key(key, &hash, &ver);
    info = state->cache.load(hash, ver, state->cache.data);
    if (info)
        remember(state, key, info);
    return info;
}

static void ask_next(XmppStream *stream, CapsState *state);

/* Another one who announces the same, was not asked about it yet and may be (I15); NULL when there
 * is none. */
static const Jid *
find_other(XmppStream *stream, const CapsState *state, const char *key)
{
    GHashTableIter iter;
    gpointer jid, entity;

    g_hash_table_iter_init(&iter, state->entities);
    while (g_hash_table_iter_next(&iter, &jid, &entity)) {
        if (!((Entity *) entity)->asked && strcmp(((Entity *) entity)->key, key) == 0
            && stream_may_reveal(stream, jid))
            return jid;
    }
    return NULL;
}

/* The one who was asked did not help: others may (§5.4 step 3.9), up to a point. */
static void
search_further(XmppStream *stream, CapsState *state, const char *key)
{
    Search *search = g_hash_table_lookup(state->searches, key);
    const Jid *other = NULL;

    if (search && search->tries < TRIES_MAX)
        other = find_other(stream, state, key);
    if (other)
        g_queue_push_tail(&state->waiting, question_new(key, other));
    else if (search)
        search->given_up = search->tries >= TRIES_MAX;
    if (search && !other && !search->given_up)
        g_hash_table_remove(state->searches, key); /* the next one to come will be asked */
}

static void
learn(XmppStream *stream, CapsState *state, const CapsQuestion *question, const DiscoInfo *info)
{
    Entity *entity = g_hash_table_lookup(state->entities, question->jid);
    g_autofree char *hash = NULL;
    const char *ver = NULL;

    split_key(question->key, &hash, &ver);
    g_autofree char *computed = caps_compute_ver(info, hash);
    g_autofree char *text = disco_info_serialise(info);
    if (computed && strcmp(computed, ver) == 0) {
        g_autoptr(GPtrArray) jids = find_entities(state, question->key);
        remember(state, question->key, disco_info_parse(text));
        g_hash_table_remove(state->searches, question->key);
        if (state->cache.save)
            state->cache.save(hash, ver, info, state->cache.data);
        for (guint i = 0; i < jids->len; i++)
            publish_features(stream, jids->pdata[i], info);
        return;
    }
    /* I18: it lies, or hashes wrongly; then its word is its own only */
    if (entity && strcmp(entity->key, question->key) == 0) {
        disco_info_free(entity->own);
        entity->own = disco_info_parse(text);
        publish_features(stream, question->jid, info);
    }
    search_further(stream, state, question->key);
}

static void
on_info(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error,
        gpointer data)
{
    CapsQuestion *question = data;
    CapsState *state = get_state(stream);

    if (state->asking)
        state->asking--;
    if (info)
        learn(stream, state, question, info);
    else
        search_further(stream, state, question->key);
    if (stream_phase(stream) == XMPP_PHASE_ONLINE)
        ask_next(stream, state);
    question_free(question);
}

/* Asks those who wait, as far as there is room. Who does not announce any more what is wanted, or
 * may not be asked any more, is passed over for another one. */
static void
ask_next(XmppStream *stream, CapsState *state)
{
    while (state->asking < ASKING_MAX && state->waiting.length) {
        CapsQuestion *question = g_queue_pop_head(&state->waiting);
        Entity *entity = g_hash_table_lookup(state->entities, question->jid);
        Search *search = g_hash_table_lookup(state->searches, question->key);
        if (!search || !entity || entity->asked || strcmp(entity->key, question->key) != 0
            || !stream_may_reveal(stream, question->jid)) {
            search_further(stream, state, question->key);
            question_free(question);
            continue;
        }
        entity->asked = true;
        search->tries++;
        state->asking++;

        g_autofree char *node = g_strconcat(entity->node, "#", strchr(entity->key, ' ') + 1, NULL);
        disco_request_info(stream, question->jid, node, on_info, question);
    }
}

/* I15: a question shows that we are online, so only those are asked who may know. */
static void
find_out(XmppStream *stream, CapsState *state, const Jid *jid, const Entity *entity)
{
    Search *search = g_hash_table_lookup(state->searches, entity->key);

    if (search || state->waiting.length >= WAITING_MAX || !stream_may_reveal(stream, jid))
        return;
    search = g_new0(Search, 1);
    search->key = g_strdup(entity->key);
    g_hash_table_insert(state->searches, search->key, search);
    g_queue_push_tail(&state->waiting, question_new(entity->key, jid));
    ask_next(stream, state);
}

/* --- presence --- */

static void
decode_presence(XmppStream *stream, xmpp_stanza_t *stanza, XmppPresence *presence)
{
    xmpp_stanza_t *c = stanza_child(stanza, "c", NS_CAPS);
    const char *ver = c ? stanza_attribute(c, "ver") : NULL;
    const char *node = c ? stanza_attribute(c, "node") : NULL;
    const char *hash = c ? stanza_attribute(c, "hash")
                         : NULL; /* without: the legacy format, which proves nothing */

    if (!ver || !node || !hash || strlen(ver) > VER_LENGTH_MAX || strlen(hash) > VER_LENGTH_MAX
        || strchr(hash, ' '))
        return;
    presence->caps_node = g_strdup(node);
    presence->caps_ver = g_strdup(ver);
    presence->caps_hash = g_strdup(hash);
}

static void
presence_received(XmppStream *stream, const XmppPresence *presence)
{
    CapsState *state = get_state(stream);
    GChecksumType type;

    if (presence->show == PRESENCE_OFFLINE || !presence->caps_ver
        || !find_checksum(presence->caps_hash, &type)) {
        g_hash_table_remove(state->entities, presence->from);
        return;
    }
    g_autofree char *key = g_strconcat(presence->caps_hash, " ", presence->caps_ver, NULL);
    Entity *entity = g_hash_table_lookup(state->entities, presence->from);
    if (entity && strcmp(entity->key, key) == 0)
        return; /* the same as before */
    if (!entity && g_hash_table_size(state->entities) >= ENTITIES_MAX)
        return;

    entity = g_new0(Entity, 1);
    entity->key = g_strdup(key);
    entity->node = g_strdup(presence->caps_node);
    g_hash_table_replace(state->entities, jid_ref(presence->from), entity);
    const DiscoInfo *info = find_known(state, key);
    if (info)
        publish_features(stream, presence->from, info);
    else
        find_out(stream, state, presence->from, entity);
}

static void
encode_presence(XmppStream *stream, xmpp_stanza_t *stanza)
{
    g_autofree char *ver = caps_own_ver(stream);
    xmpp_stanza_t *c = stanza_add(stanza, "c", NS_CAPS);

    stanza_set(c, "hash", "sha-1");
    stanza_set(c, "node", CAPS_NODE);
    stanza_set(c, "ver", ver);
}

/* What other confabs announce we know from ourselves. */
static void
bound(XmppStream *stream)
{
    DiscoInfo *own = disco_info_new_own(stream);
    g_autofree char *ver = caps_compute_ver(own, "sha-1");
    g_autofree char *key = g_strconcat("sha-1 ", ver, NULL);

    remember(get_state(stream), key, own);
}

const DiscoInfo *
caps_lookup(XmppStream *stream, const Jid *jid)
{
    CapsState *state = get_state(stream);
    const Entity *entity = g_hash_table_lookup(state->entities, jid);

    if (!entity)
        return NULL;
    return entity->own ? entity->own : g_hash_table_lookup(state->known, entity->key);
}

void
caps_set_cache(XmppStream *stream, const CapsCache *cache)
{
    get_state(stream)->cache = cache ? *cache : (CapsCache){ 0 };
}

/* --- the text form: a line each, its kind first; line feeds and per cent signs inside are written
 * as %0A and %25 --- */

static void
append_line(GString *text, char kind, const char *value)
{
    g_string_append_c(text, kind);
    for (const char *p = value; *p; p++) {
        if (*p == '%' || *p == '\n')
            g_string_append_printf(text, "%%%02X", (guint) *p);
        else
            g_string_append_c(text, *p);
    }
    g_string_append_c(text, '\n');
}

char *
disco_info_serialise(const DiscoInfo *info)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < info->identities->len; i++)
        append_line(text, 'i', info->identities->pdata[i]);
    for (guint i = 0; i < info->identity_keys->len; i++)
        append_line(text, 'k', info->identity_keys->pdata[i]);
    for (char **feature = info->features; *feature; feature++)
        append_line(text, 'f', *feature);
    for (guint i = 0; i < info->forms->len; i++)
        append_line(text, 'x', info->forms->pdata[i]);
    return g_string_free(text, FALSE);
}

DiscoInfo *
disco_info_parse(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GPtrArray *features = g_ptr_array_new();
    DiscoInfo *info = g_new0(DiscoInfo, 1);

    info->identities = g_ptr_array_new_with_free_func(g_free);
    info->identity_keys = g_ptr_array_new_with_free_func(g_free);
    info->forms = g_ptr_array_new_with_free_func(g_free);
    for (char **line = lines; *line && **line; line++) {
        char *value = g_uri_unescape_string(*line + 1, NULL);
        GPtrArray *list = **line == 'i'   ? info->identities
                          : **line == 'k' ? info->identity_keys
                                          : info->forms;
        if (value)
            g_ptr_array_add(**line == 'f' ? features : list, value);
    }
    g_ptr_array_add(features, NULL);
    info->features = (char **) g_ptr_array_free(features, FALSE);
    return info;
}

const XmppModule caps_module = {
    .name = "caps",
    .xep = "0115",
    .version = "1.6.0",
    .features = (const char *const[]){ NS_CAPS, NULL },
    .decode_presence = decode_presence,
    .encode_presence = encode_presence,
    .presence_received = presence_received,
    .bound = bound,
    .state_size = sizeof(CapsState),
    .state_clear = state_clear,
    .state_reset = state_reset,
};

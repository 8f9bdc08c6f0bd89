/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/log.h"
#include "base/when.h"
#include "core/core_private.h"
#include "store/cache.h"
#include "xmpp/xep/caps.h"

static const char mechanism_key[] = "sasl.mechanism";
static const char binding_key[] = "sasl.channel-binding";

bool
account_memory_load_sasl(Session *session, char **mechanism, bool *binding, GError **error)
{
    Db *db = client_db(session_client(session));
    GError *problem = NULL;
    *mechanism = cache_recall(db, session_store_key(session), mechanism_key, &problem);
    g_autofree char *bound =
        problem == NULL ? cache_recall(db, session_store_key(session), binding_key, &problem) : NULL;
    *binding = bound != NULL;
    if (problem == NULL)
        return true;
    g_clear_pointer(mechanism, g_free);
    g_propagate_error(error, problem);
    return false;
}

void
account_memory_save_sasl(Session *session, const char *mechanism, bool binding)
{
    Db *db = client_db(session_client(session));
    g_autoptr(GError) error = NULL;
    if (!cache_remember(db, session_store_key(session), mechanism_key, mechanism, &error)
        || !cache_remember(db, session_store_key(session), binding_key, binding ? "used" : NULL, &error))
        client_notice(session_client(session), session_account(session), NOTICE_WARNING, error->code, "%s",
                      error->message);
}

/* --- tokens (XEP-0484) --- */

/* One line: mechanism, expiry (µs, 0: not said), logins so far, token. The token is last: it may hold spaces. */
#define TOKEN_FORMAT "%s %" G_GINT64_FORMAT " %u %s"

static const char token_key[] = "fast.token";
static const char offer_key[] = "fast.offer";
static const char user_agent_key[] = "user-agent.id";

enum {
    FIELD_MECHANISM,
    FIELD_EXPIRY,
    FIELD_COUNT_OF_LOGINS,
    FIELD_TOKEN,
    FIELD_COUNT,
};

static void
wipe_text(char *text)
{
    if (text != NULL)
        explicit_bzero(text, strlen(text));
    g_free(text);
}

/* NULL when it is not there, or cannot be read: then the password does. */
static char *
recall(Session *session, const char *key)
{
    g_autoptr(GError) error = NULL;
    char *value = cache_recall(client_db(session_client(session)), session_store_key(session), key, &error);
    if (error != NULL)
        log_debug("core", "%s cannot be read: %s", key, error->message);
    return value;
}

static void
remember(Session *session, const char *key, const char *value)
{
    g_autoptr(GError) error = NULL;
    if (!cache_remember(client_db(session_client(session)), session_store_key(session), key, value, &error))
        log_debug("core", "%s is not kept: %s", key, error->message);
}

static void
remember_token(Session *session, const char *mechanism, gint64 expiry, guint32 count, const char *token)
{
    char *line = g_strdup_printf(TOKEN_FORMAT, mechanism, expiry, count, token);
    remember(session, token_key, line);
    wipe_text(line);
}

static bool
tokens_are_kept(Session *session)
{
    return settings_get_bool(client_settings(session_client(session)), SETTING_LOGIN_TOKEN,
                             account_name(session_account(session)), NULL);
}

/* A random UUID of this installation and account, which nobody but the server gets to see (XEP-0388 §2.3). */
static char *
load_user_agent(Session *session)
{
    char *id = recall(session, user_agent_key);
    if (id != NULL && g_uuid_string_is_valid(id))
        return id;
    g_free(id);
    id = g_uuid_string_random();
    remember(session, user_agent_key, id);
    return id;
}

/* Cuts the line, in place: copies would have to be wiped, too. */
static bool
parse_token(TokenMemory *memory, gint64 *expiry)
{
    char *fields[FIELD_COUNT] = { memory->line };
    guint64 count = 0;
    for (int i = 1; i < FIELD_COUNT; i++) {
        char *space = strchr(fields[i - 1], ' ');
        if (space == NULL)
            return false;
        *space = '\0';
        fields[i] = space + 1;
    }
    if (!g_ascii_string_to_signed(fields[FIELD_EXPIRY], 10, 0, G_MAXINT64, expiry, NULL)
        || !g_ascii_string_to_unsigned(fields[FIELD_COUNT_OF_LOGINS], 10, 0, G_MAXUINT32 - 1, &count, NULL))
        return false;
    memory->mechanism = fields[FIELD_MECHANISM];
    memory->token = fields[FIELD_TOKEN];
    memory->count = (guint32) count;
    return true;
}

static void
load_token(Session *session, TokenMemory *memory, gint64 *expiry)
{
    memory->line = recall(session, token_key);
    memory->length = memory->line != NULL ? strlen(memory->line) : 0;
    if (memory->line == NULL)
        return;
    if (!parse_token(memory, expiry) || (*expiry != 0 && *expiry <= when_now())) {
        memory->token = NULL;
        remember(session, token_key, NULL);
    }
}

static TokenMemory
load(Session *session, gint64 *expiry)
{
    TokenMemory memory = { 0 };
    if (!tokens_are_kept(session)) {
        account_memory_save_token(session, NULL, NULL, 0);
        return memory;
    }
    memory.user_agent = load_user_agent(session);
    memory.offer = recall(session, offer_key);
    load_token(session, &memory, expiry);
    return memory;
}

bool
account_memory_has_token(Session *session)
{
    gint64 expiry = 0;
    TokenMemory memory = load(session, &expiry);
    const bool has = memory.token != NULL;
    token_memory_clear(&memory);
    return has;
}

TokenMemory
account_memory_use_token(Session *session)
{
    gint64 expiry = 0;
    TokenMemory memory = load(session, &expiry);
    if (memory.token != NULL)
        remember_token(session, memory.mechanism, expiry, ++memory.count, memory.token);
    return memory;
}

void
token_memory_clear(TokenMemory *memory)
{
    if (memory->line != NULL)
        explicit_bzero(memory->line, memory->length);
    g_free(memory->line);
    g_free(memory->offer);
    g_free(memory->user_agent);
    *memory = (TokenMemory) { 0 };
}

void
account_memory_save_token(Session *session, const char *token, const char *mechanism, gint64 expiry)
{
    if (token != NULL && strchr(mechanism, ' ') == NULL) {
        remember_token(session, mechanism, MAX(expiry, 0), 0, token);
        return;
    }
    remember(session, token_key, NULL);
    remember(session, offer_key, NULL);
}

void
account_memory_save_offer(Session *session, const char *offer)
{
    remember(session, offer_key, offer);
}

/* --- capabilities --- */

static DiscoInfo *
load_caps(const char *hash, const char *ver, gpointer data)
{
    g_autofree char *text = cache_find_caps(data, hash, ver);
    return text != NULL ? disco_info_parse(text) : NULL;
}

static void
save_caps(const char *hash, const char *ver, const DiscoInfo *info, gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = disco_info_serialise(info);
    if (!cache_put_caps(data, hash, ver, text, &error))
        log_debug("core", "capabilities are not kept: %s", error->message);
}

void
account_memory_lend_caps(Session *session)
{
    const CapsCache cache = { .load = load_caps, .save = save_caps, .data = client_db(session_client(session)) };
    caps_set_cache(session_stream(session), &cache);
}

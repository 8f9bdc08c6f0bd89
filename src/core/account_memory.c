/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"
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

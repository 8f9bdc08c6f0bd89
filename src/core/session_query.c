/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to other entities on behalf of the user. */
#include "base/error.h"
#include "base/i18n.h"
#include "base/when.h"
#include "core/core_private.h"
#include "xmpp/xep/disco.h"
#include "xmpp/xep/ping.h"
#include "xmpp/xep/version.h"

enum {
    RESOURCES_SHOWN_MAX = 20,
    IDENTITIES_SHOWN_MAX = 10,
    FEATURES_SHOWN_MAX = 100,
};

/* --- ping --- */

typedef struct Ping {
    PingDone done;
    gpointer data;
    gint64 started; /* monotonic */
    bool of_server;
} Ping;

/* XEP-0199 §4.2: who refuses to answer is there. Of a contact that says nothing, though: its server answers alike for
 * one that is offline. */
static bool
proves_life(const Ping *ping, const XmppStanzaError *detail)
{
    return detail != NULL && (ping->of_server || g_strcmp0(detail->condition, "feature-not-implemented") == 0);
}

static void
on_pong(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    Ping *ping = data;
    g_autoptr(GError) refused = NULL;
    if (answer != NULL || proves_life(ping, detail)) {
        ping->done(g_get_monotonic_time() - ping->started, NULL, ping->data);
        g_free(ping);
        return;
    }
    if (detail != NULL) {
        g_autofree char *words = stanza_error_words(detail);
        refused = g_error_new_literal(CONFAB_ERROR, ERROR_PROTOCOL, words);
        error = refused;
    }
    ping->done(-1, error, ping->data);
    g_free(ping);
}

void
session_ping(Session *session, const Jid *jid, PingDone done, gpointer data)
{
    Ping *ping = g_new0(Ping, 1);
    *ping = (Ping) { .done = done, .data = data, .started = g_get_monotonic_time(), .of_server = jid == NULL };
    ping_request(session_stream(session), jid, on_pong, ping);
}

/* --- what an entity is --- */

typedef struct InfoRequest {
    InfoDone done;
    gpointer data;
    GPtrArray *lines;
    guint open; /* questions without an answer yet */
    GError *error;
} InfoRequest;

static void
add_line(InfoRequest *request, const char *title, const char *text)
{
    g_autofree char *cleaned = core_clean_words(text);
    if (cleaned != NULL)
        g_ptr_array_add(request->lines, g_strdup_printf("%s: %s", title, cleaned));
}

/* One question has ended. An error counts only when nothing at all is known. */
static void
answer_info(InfoRequest *request, const GError *error)
{
    if (error != NULL && request->error == NULL)
        request->error = g_error_copy(error);
    if (--request->open > 0)
        return;
    if (request->lines->len > 0 || request->error == NULL)
        request->done(request->lines, NULL, request->data);
    else
        request->done(NULL, request->error, request->data);
    g_ptr_array_unref(request->lines);
    g_clear_error(&request->error);
    g_free(request);
}

static void
on_disco(XmppStream *stream, const Jid *jid, const DiscoInfo *info, const GError *error, gpointer data)
{
    InfoRequest *request = data;
    for (guint i = 0; info != NULL && i < info->identities->len && i < IDENTITIES_SHOWN_MAX; i++)
        add_line(request, _("Identity"), g_ptr_array_index(info->identities, i));
    for (guint i = 0; info != NULL && info->features[i] != NULL && i < FEATURES_SHOWN_MAX; i++)
        add_line(request, _("Feature"), info->features[i]);
    answer_info(request, error);
}

static void
on_version(XmppStream *stream, xmpp_stanza_t *answer, const XmppStanzaError *detail, const GError *error, gpointer data)
{
    InfoRequest *request = data;
    if (answer != NULL) {
        g_autofree char *words = version_words(answer);
        add_line(request, _("Program"), words);
    }
    answer_info(request, error); /* a refusal to say is not worth a line */
}

static gboolean
on_nothing_asked(gpointer data)
{
    answer_info(data, NULL);
    return G_SOURCE_REMOVE;
}

static void
add_resource(InfoRequest *request, const Resource *resource)
{
    const char *name = jid_resource(resource->jid);
    g_autofree char *label = core_clean_name(name != NULL ? name : jid_text(resource->jid));
    g_autofree char *since = when_format_local(resource->since, "%Y-%m-%d %H:%M");
    g_autofree char *text =
        g_strdup_printf(_("%s since %s, priority %d%s%s"), availability_label(resource->availability), since,
                        resource->priority, resource->status != NULL ? ": " : "",
                        resource->status != NULL ? resource->status : "");
    add_line(request, label != NULL ? label : "?", text);
}

static void
add_contact(InfoRequest *request, const Contact *contact)
{
    static const char *const subscriptions[] = {
        [CONTACT_SEES_NONE] = N_("neither sees the other's presence"),
        [CONTACT_TO] = N_("you see their presence"),
        [CONTACT_FROM] = N_("they see your presence"),
        [CONTACT_BOTH] = N_("both see each other's presence"),
    };
    g_autofree char *groups = g_strjoinv(", ", (char **) contact_groups(contact));
    add_line(request, _("Name"), contact_name(contact));
    add_line(request, _("Groups"), groups);
    add_line(request, _("Subscription"), _(subscriptions[contact_subscription(contact)]));
    if (!contact_is_online(contact))
        add_line(request, _("Last words"), contact_status(contact));
    for (guint i = 0; i < contact_resource_count(contact) && i < RESOURCES_SHOWN_MAX; i++)
        add_resource(request, contact_resource_at(contact, i));
}

void
session_entity_info(Session *session, const Jid *jid, InfoDone done, gpointer data)
{
    XmppStream *stream = session_stream(session);
    const Contact *contact = roster_find(account_roster(session_account(session)), jid);
    InfoRequest *request = g_new0(InfoRequest, 1);
    *request = (InfoRequest) { .done = done, .data = data, .lines = g_ptr_array_new_with_free_func(g_free), .open = 1 };
    if (contact != NULL)
        add_contact(request, contact);
    if (!session_is_online(session)) {
        session_require_online(session, &request->error);
        g_idle_add_full(G_PRIORITY_DEFAULT, on_nothing_asked, request, NULL);
        return;
    }
    /* A person's program is asked, not the account, which its server speaks for. */
    const bool has_program = jid_is_bare(jid) && contact != NULL && contact_is_online(contact);
    g_autoptr(Jid) program = jid_ref(has_program ? contact_resource_at(contact, 0)->jid : jid);
    const bool asks_version = !jid_is_bare(program) || jid_local(program) == NULL;
    request->open = asks_version ? 2 : 1;
    if (asks_version)
        version_request(stream, program, on_version, request);
    disco_request_info(stream, program, NULL, on_disco, request);
}

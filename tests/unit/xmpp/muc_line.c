/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "muc_line.h"

static const char *const kinds[] = { "mediated", "direct", "declined" };

static void
append(GString *line, const char *name, const char *value)
{
    if (value != NULL)
        g_string_append_printf(line, "%s=%s ", name, value);
}

static void
append_jid(GString *line, const char *name, const Jid *jid)
{
    append(line, name, jid != NULL ? jid_text(jid) : NULL);
}

static void
append_codes(GString *line, const MucCodes *codes)
{
    for (guint i = 0; i < codes->count; i++)
        g_string_append_printf(line, "%u ", codes->codes[i]);
}

static void
append_presence(GString *line, const XmppPresence *presence)
{
    const MucPresence *muc = presence->muc;
    append(line, "id", presence->occupant_id);
    if (muc == NULL)
        return;
    append_codes(line, &muc->codes);
    g_string_append_printf(line, "%s%s/%s ", muc->has_item ? "" : "no-item:", muc_role_word(muc->role),
                           muc_affiliation_word(muc->affiliation));
    append_jid(line, "jid", muc->jid);
    append(line, "nick", muc->nick);
    append(line, "actor", muc->actor);
    append(line, "reason", muc->reason);
    if (muc->is_destroyed)
        g_string_append(line, "destroyed ");
    append_jid(line, "alternate", muc->alternate);
    append(line, "password", muc->alternate_password);
}

static void
append_message(GString *line, const XmppMessage *message)
{
    append(line, "id", message->occupant_id);
    append_codes(line, &message->muc_codes);
    if (message->is_from_occupant)
        g_string_append(line, "x ");
    if (message->invite != NULL) {
        g_string_append_printf(line, "%s ", kinds[message->invite->kind]);
        append_jid(line, "room", message->invite->room);
        append_jid(line, "from", message->invite->from);
        append(line, "reason", message->invite->reason);
        append(line, "password", message->invite->password);
    }
    if (message->voice_request != NULL) {
        append(line, "voice", message->voice_request->nick);
        append_jid(line, "jid", message->voice_request->jid);
    }
}

static void
on_event(const XmppEvent *event, gpointer data)
{
    GString *line = data;
    if (event->type == XMPP_EVENT_PRESENCE)
        append_presence(line, event->presence);
    if (event->type == XMPP_EVENT_MESSAGE)
        append_message(line, event->message);
    if (line->len > 0)
        g_string_truncate(line, line->len - 1);
}

void
muc_line_init(MucLine *muc)
{
    fixture_init_online(&muc->fixture);
    muc->line = g_string_new(NULL);
    muc->fixture.on_event = on_event;
    muc->fixture.data = muc->line;
}

void
muc_line_clear(MucLine *muc)
{
    fixture_clear(&muc->fixture);
    g_string_free(muc->line, TRUE);
}

const char *
muc_line_feed(MucLine *muc, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *xml = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_string_truncate(muc->line, 0);
    fixture_feed(&muc->fixture, "%s", xml);
    return muc->line->str;
}

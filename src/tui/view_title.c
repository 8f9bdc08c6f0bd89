/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view_title.h"

#include "base/i18n.h"
#include "base/text.h"
#include "tui/encryption_mark.h"
#include "tui/encryption_words.h"

enum {
    PEER_COLUMNS = 24, /* for whom one talks to, and the blanks around */
    PEER_COLUMNS_MIN = 8,
};

static char *
describe_room(const Room *room)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *jid = text_clean(jid_text(room_jid(room)), -1, TEXT_STRICT);
    g_string_append(text, jid);
    if (room_state(room) == ROOM_JOINED)
        g_string_append_printf(text, " · %u", room_occupant_count(room));
    else if (room_state(room) == ROOM_JOINING)
        g_string_append_printf(text, " · %s", _("joining …"));
    else
        g_string_append_printf(text, " · %s%s%s", _("not joined"), room_reason(room) ? ": " : "",
                               room_reason(room) ? room_reason(room) : "");
    if (room_subject(room) && *room_subject(room)) {
        g_autofree char *subject = text_clean(room_subject(room), -1, TEXT_LINE);
        g_string_append_printf(text, " · %s", subject);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static char *
describe_peer(Conversation *conversation)
{
    const Contact *contact = conversation_contact(conversation);
    if (conversation_room(conversation))
        return describe_room(conversation_room(conversation));
    g_autofree char *jid = text_clean(jid_text(conversation_jid(conversation)), -1, TEXT_STRICT);
    g_autoptr(GString) text = g_string_new(jid);
    if (contact && (contact_is_in_roster(contact) || contact_is_online(contact))) {
        g_string_append_printf(text, " · %s", availability_label(contact_availability(contact)));
        if (contact_status(contact) && *contact_status(contact)) {
            g_autofree char *status = text_clean(contact_status(contact), -1, TEXT_LINE);
            g_string_append_printf(text, " · “%s”", status);
        }
    } else if (conversation_kind(conversation) == CONVERSATION_OCCUPANT) {
        g_string_append_printf(text, " · %s", _("private, through the room"));
    } else {
        g_string_append_printf(text, " · %s", _("not in your list"));
    }
    if (conversation_is_peer_typing(conversation))
        g_string_append_printf(text, " · %s", _("is typing …"));
    return g_strdup(text->str);
}

/* Whom one talks to matters most: the badge gets shorter first, and a plain conversation does without at last. */
static char *
choose_badge(const Conversation *conversation, int columns)
{
    const bool is_plain = encryption_mark_of_conversation(conversation) == ENCRYPTION_MARK_NONE;
    g_autofree char *words = encryption_words_badge(conversation, false);
    g_autofree char *mark = encryption_words_badge(conversation, true);
    if (columns >= text_columns(words, -1) + PEER_COLUMNS)
        return g_steal_pointer(&words);
    if (columns >= text_columns(mark, -1) + (is_plain ? PEER_COLUMNS : PEER_COLUMNS_MIN))
        return g_steal_pointer(&mark);
    return g_strdup("");
}

void
view_title_draw(const Scene *scene, Canvas *canvas, Area area)
{
    Conversation *conversation = scene_conversation(scene);
    if (area.rows < 1)
        return;
    canvas_fill(canvas, area, STYLE_TITLE);
    if (!conversation) {
        canvas_text_ellipsized(canvas, area.row, area.column + 1, area.columns - 1, PACKAGE_STRING " · /help",
                               STYLE_TITLE);
        return;
    }
    const EncryptionMark mark = encryption_mark_of_conversation(conversation);
    g_autofree char *badge = choose_badge(conversation, area.columns);
    const int badge_columns = text_columns(badge, -1);
    g_autofree char *peer = describe_peer(conversation);
    canvas_text_ellipsized(canvas, area.row, area.column + 1, area.columns - 1 - (badge_columns ? badge_columns + 2 : 0),
                           peer, STYLE_TITLE);
    canvas_text(canvas, area.row, area.column + area.columns - badge_columns - 1, badge_columns, badge, -1,
                mark == ENCRYPTION_MARK_VERIFIED ? STYLE_TITLE_SECURE : STYLE_TITLE_WARNING);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the terminal calls the user: its bell, and the notifications some terminals show when they are told (OSC 9 of iTerm2, OSC 777
 * of rxvt-unicode), also through tmux. */
#include <string.h>

#include "base/text.h"
#include "tui/tui_state.h"

bool
tui_looks_at(gpointer data, const Conversation *conversation)
{
    const Tui *tui = data;
    return !tui->away && tui_conversation_of(tui, windows_current(tui->windows)) == conversation;
}

/* Writes a sequence: "\033]…\033\\". tmux hands on what is wrapped so, with each ESC twice, where allow-passthrough is on. */
static void
write_sequence(GString *out, const char *sequence)
{
    const bool in_tmux = g_getenv("TMUX") != NULL;
    if (in_tmux)
        g_string_append(out, "\033Ptmux;");
    for (const char *c = sequence; *c != '\0'; c++) {
        if (in_tmux && *c == '\033')
            g_string_append_c(out, '\033');
        g_string_append_c(out, *c);
    }
    if (in_tmux)
        g_string_append(out, "\033\\");
}

/* I12: nothing in the texts can end the sequence; in OSC 777 a semicolon would end the title, in OSC 9 "4;" would be a progress
 * bar for some terminals. */
static void
write_notification(Tui *tui, const Notification *notification)
{
    GString *out = term_output(tui->term);
    g_autofree char *title = text_clean(notification->title, -1, TEXT_LINE);
    g_autofree char *text = text_clean(notification->text, -1, TEXT_LINE);
    g_strdelimit(title, ";", ',');
    if (notification->osc_9) {
        g_autofree char *sequence = g_strdup_printf("\033]9;%s: %s\033\\", title, text);
        write_sequence(out, sequence);
    }
    if (notification->osc_777) {
        g_strdelimit(text, ";", ',');
        g_autofree char *sequence = g_strdup_printf("\033]777;notify;%s;%s\033\\", title, text);
        write_sequence(out, sequence);
    }
}

void
tui_notify(gpointer data, const Notification *notification)
{
    Tui *tui = data;
    if (notification->bell) {
        tui->ringing = true;
        screen_damage(tui->screen, DAMAGE_STATUS);
    }
    if (!term_is_started(tui->term) || (!notification->osc_9 && !notification->osc_777))
        return;
    write_notification(tui, notification);
    term_flush(tui->term);
}

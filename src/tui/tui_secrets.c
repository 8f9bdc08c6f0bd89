/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords: asked for in the input line, one after the other, and the terminal lent to
 * password-command. */
#include "base/i18n.h"
#include "base/text.h"
#include "tui/tui_state.h"

typedef struct Question {
    Tui *tui;
    SecretPrompt *prompt;
    GSource *cancelled;
} Question;

static void ask_first(Tui *tui);

static void
question_end(Question *question, Secret *take_secret)
{
    Tui *tui = question->tui;
    SecretPrompt *prompt = question->prompt;
    g_queue_remove(&tui->prompts, question);
    g_source_destroy(question->cancelled);
    g_source_unref(question->cancelled);
    g_free(question);
    secret_prompt_answer(prompt, take_secret);
}

static void
on_answer(const char *text, gpointer data)
{
    Question *question = data;
    Tui *tui = question->tui;
    question_end(question, text ? secret_new(text, -1) : NULL);
    ask_first(tui);
}

static gboolean
on_cancelled(GCancellable *cancellable, gpointer data)
{
    Question *question = data;
    Tui *tui = question->tui;
    const bool shown = g_queue_peek_head(&tui->prompts) == question;
    if (shown)
        input_withdraw_secret(tui->input);
    question_end(question, NULL);
    if (shown)
        ask_first(tui);
    return G_SOURCE_REMOVE;
}

static void
ask_first(Tui *tui)
{
    Question *question = g_queue_peek_head(&tui->prompts);
    screen_damage(tui->screen, DAMAGE_INPUT);
    if (!question || tui->quitting)
        return;
    const AccountConfig *account = secret_prompt_account(question->prompt);
    const char *reason = secret_prompt_reason(question->prompt);
    if (reason) {
        g_autofree char *clean = text_clean(reason, -1, TEXT_LINE);
        tui_printf(tui, windows_current(tui->windows), LINE_WARNING, "%s: %s", account->name, clean);
    }
    g_autofree char *jid = text_clean(jid_text(account->jid), -1, TEXT_STRICT);
    g_autofree char *text = g_strdup_printf(_("Password of %s (not shown; Ctrl-c: none): "), jid);
    input_ask_secret(tui->input, text, on_answer, question);
}

static void
on_ask(SecretPrompt *prompt, gpointer data)
{
    Tui *tui = data;
    Question *question = g_new0(Question, 1);
    question->tui = tui;
    question->prompt = prompt;
    question->cancelled = g_cancellable_source_new(secret_prompt_cancellable(prompt));
    g_source_set_callback(question->cancelled, G_SOURCE_FUNC(on_cancelled), question, NULL);
    g_source_attach(question->cancelled, NULL);
    g_queue_push_tail(&tui->prompts, question);
    if (g_queue_get_length(&tui->prompts) == 1)
        ask_first(tui);
}

static void
on_lend(bool lend, gpointer data)
{
    Tui *tui = data;
    if (lend) {
        term_stop(tui->term);
        return;
    }
    term_start(tui->term);
    screen_resize(tui->screen);
}

void
tui_secrets_init(Tui *tui)
{
    g_queue_init(&tui->prompts);
    secret_sources_set_terminal(tui->secrets, on_lend, tui);
    secret_sources_set_prompt(tui->secrets, on_ask, tui);
}

void
tui_secrets_clear(Tui *tui)
{
    input_withdraw_secret(tui->input);
    while (!g_queue_is_empty(&tui->prompts))
        question_end(g_queue_peek_head(&tui->prompts), NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/screen.h"

#include <string.h>

#include "tui/layout.h"
#include "tui/view_input.h"
#include "tui/view_messages.h"
#include "tui/view_occupants.h"
#include "tui/view_roster.h"
#include "tui/view_status.h"
#include "tui/view_title.h"

enum {
    PAINT_LATEST = 16, /* ms after the first change, however much the network brings */
    PAINT_PRIORITY = G_PRIORITY_DEFAULT_IDLE,
    HURRY_PRIORITY = G_PRIORITY_HIGH + 5, /* after keys, before everything else */
};

struct Screen {
    Term *term;
    Theme *theme;
    Canvas *canvas;
    Painter *painter;
    Layout layout;
    ScreenPrepare prepare;
    gpointer data;
    guint damage;
    guint idle_source, latest_source, hurry_source; /* while there is damage only */
    gint64 minute;                                  /* that the status line shows */
    bool painting;
};

Screen *
screen_new(Term *term, Theme *take_theme, ScreenPrepare prepare, gpointer data)
{
    Screen *screen = g_new0(Screen, 1);
    int rows = 0, columns = 0;
    term_size(term, &rows, &columns);
    screen->term = term;
    screen->theme = take_theme;
    screen->prepare = prepare;
    screen->data = data;
    screen->canvas = canvas_new(rows, columns);
    screen->painter = painter_new(term_caps(term));
    return screen;
}

static void
drop_sources(Screen *screen)
{
    g_clear_handle_id(&screen->idle_source, g_source_remove);
    g_clear_handle_id(&screen->latest_source, g_source_remove);
    g_clear_handle_id(&screen->hurry_source, g_source_remove);
}

void
screen_free(Screen *screen)
{
    if (!screen)
        return;
    drop_sources(screen);
    canvas_free(screen->canvas);
    painter_free(screen->painter);
    theme_free(screen->theme);
    g_free(screen);
}

static gboolean
on_idle(gpointer data)
{
    Screen *screen = data;
    screen->idle_source = 0;
    screen_paint(screen);
    return G_SOURCE_REMOVE;
}

static gboolean
on_latest(gpointer data)
{
    Screen *screen = data;
    screen->latest_source = 0;
    screen_paint(screen);
    return G_SOURCE_REMOVE;
}

static gboolean
on_hurry(gpointer data)
{
    Screen *screen = data;
    screen->hurry_source = 0;
    screen_paint(screen);
    return G_SOURCE_REMOVE;
}

/* Nothing is painted while the terminal is lent or drains; whoever ends that asks again. */
static bool
can_paint(const Screen *screen)
{
    return term_is_started(screen->term) && !term_is_draining(screen->term);
}

void
screen_damage(Screen *screen, guint damage)
{
    screen->damage |= damage;
    if (screen->painting || screen->idle_source || screen->damage == 0 || !can_paint(screen))
        return;
    screen->idle_source = g_idle_add_full(PAINT_PRIORITY, on_idle, screen, NULL);
    screen->latest_source = g_timeout_add_full(G_PRIORITY_HIGH, PAINT_LATEST, on_latest, screen, NULL);
}

void
screen_hurry(Screen *screen)
{
    if (!screen->hurry_source && screen->damage != 0 && can_paint(screen))
        screen->hurry_source = g_idle_add_full(HURRY_PRIORITY, on_hurry, screen, NULL);
}

/* The bottom rows of the messages are covered: they must come back when the list goes. */
static void
draw_views(const Scene *scene, Canvas *canvas, const Layout *layout, guint damage)
{
    if (damage & DAMAGE_TITLE)
        view_title_draw(scene, canvas, layout->title);
    if (damage & DAMAGE_ROSTER) {
        view_roster_draw(scene, canvas, layout->roster);
        view_border_draw(canvas, layout->border);
    }
    if (damage & DAMAGE_OCCUPANTS) {
        view_occupants_draw(scene, canvas, layout->occupants);
        view_border_draw(canvas, layout->occupant_border);
    }
    if (damage & DAMAGE_MESSAGES) {
        view_messages_draw(scene, canvas, layout->messages);
        view_list_draw(scene, canvas, layout->messages);
    }
    if (damage & DAMAGE_STATUS)
        view_status_draw(scene, canvas, layout->status);
    if (damage & DAMAGE_INPUT)
        view_input_draw(scene, canvas, layout->input);
}

void
screen_draw(const Scene *scene, Canvas *canvas, Layout *layout, guint damage)
{
    const Layout wanted = layout_make(scene, canvas_rows(canvas), canvas_columns(canvas));
    if (memcmp(layout, &wanted, sizeof wanted) != 0)
        damage = DAMAGE_ALL;
    *layout = wanted;
    draw_views(scene, canvas, layout, damage);
}

void
screen_paint(Screen *screen)
{
    Scene scene = { 0 };
    drop_sources(screen);
    if (!can_paint(screen))
        return;
    screen->painting = true;
    screen->prepare(&scene, screen->data);
    screen->painting = false;
    /* The clock runs only when there is something else to paint: idle means idle. */
    const gint64 minute = scene.now / (60 * G_USEC_PER_SEC);
    if (minute != screen->minute)
        screen->damage |= DAMAGE_STATUS;
    screen->minute = minute;
    screen_draw(&scene, screen->canvas, &screen->layout, screen->damage);
    screen->damage = 0;
    painter_paint(screen->painter, screen->canvas, screen->theme, term_output(screen->term));
    term_flush(screen->term);
}

void
screen_forget(Screen *screen)
{
    painter_forget(screen->painter);
    screen_damage(screen, DAMAGE_ALL);
}

void
screen_resize(Screen *screen)
{
    int rows = 0, columns = 0;
    term_size(screen->term, &rows, &columns);
    canvas_resize(screen->canvas, rows, columns);
    screen_forget(screen);
}

void
screen_drained(Screen *screen)
{
    screen_damage(screen, 0);
}

void
screen_set_theme(Screen *screen, Theme *take_theme)
{
    theme_free(screen->theme);
    screen->theme = take_theme;
    screen_forget(screen);
}

Area
screen_messages(const Screen *screen)
{
    return screen->layout.messages;
}

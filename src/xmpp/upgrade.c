/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/upgrade.h"

struct Upgrade {
    const char *task;
    ScramHash hash;
    xmpp_ctx_t *ctx;
    ScramSalting *salting; /* under way */
    UpgradeDone done;
    gpointer data;
};

/* XEP-0480 §3, strongest first. */
static const struct {
    const char *task, *mechanism;
    ScramHash hash;
} tasks[] = {
    { "UPGR-SCRAM-SHA-512", "SCRAM-SHA-512", SCRAM_SHA_512 },
    { "UPGR-SCRAM-SHA-256", "SCRAM-SHA-256", SCRAM_SHA_256 },
};

Upgrade *
upgrade_new(const Sasl2Offer *offer, bool bound)
{
    const char *const *mechanisms = (const char *const *) offer->mechanisms;
    const char *const *wanted = (const char *const *) offer->upgrades;

    for (gsize i = 0; bound && i < G_N_ELEMENTS(tasks); i++) {
        if (g_strv_contains(mechanisms, tasks[i].mechanism))
            return NULL; /* it has that one, and needs none that is weaker */
        if (!g_strv_contains(wanted, tasks[i].task))
            continue;
        Upgrade *upgrade = g_new0(Upgrade, 1);
        upgrade->task = tasks[i].task;
        upgrade->hash = tasks[i].hash;
        return upgrade;
    }
    return NULL;
}

void
upgrade_free(Upgrade *upgrade)
{
    if (!upgrade)
        return;
    g_clear_pointer(&upgrade->salting, scram_salting_cancel);
    g_free(upgrade);
}

const char *
upgrade_task(const Upgrade *upgrade)
{
    return upgrade->task;
}

static void
on_salted(const char *salted, const GError *error, gpointer data)
{
    Upgrade *upgrade = data;

    upgrade->salting = NULL;
    if (!salted) {
        upgrade->done(NULL, error, upgrade->data);
        return;
    }
    xmpp_stanza_t *answer = stanza_new(upgrade->ctx, "task-data", NS_SASL2);
    stanza_add_text(answer, "hash", NS_SCRAM_UPGRADE, salted);
    upgrade->done(answer, NULL, upgrade->data);
}

bool
upgrade_compute(Upgrade *upgrade, const Sasl *sasl, xmpp_stanza_t *task_data, UpgradeDone done, gpointer data)
{
    xmpp_stanza_t *salt = stanza_child(task_data, "salt", NS_SCRAM_UPGRADE);
    const char *iterations = salt ? stanza_attribute(salt, "iterations") : NULL;

    if (!iterations || upgrade->salting)
        return false;
    g_autofree char *text = stanza_text(salt);
    upgrade->ctx = xmpp_stanza_get_context(task_data);
    upgrade->done = done;
    upgrade->data = data;
    upgrade->salting = sasl_salt(sasl, upgrade->hash, g_strstrip(text), iterations, on_salted, upgrade);
    return true;
}

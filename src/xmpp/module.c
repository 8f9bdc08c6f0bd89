/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xmpp/module.h"

#include <stdlib.h>
#include <string.h>

#include "xmpp/stream_parts.h"

/* The rows, and what is derived from them once: who answers which payload, and who decodes at which
 * stage. */
struct ModuleTable {
    const XmppModule *const *rows;
    guint size;
    GHashTable *iqs;                       /* RouteKey → IqRoute; values point into the rows */
    GPtrArray *decoders[XMPP_STAGE_COUNT]; /* XmppModule */
    GPtrArray *encoders;                   /* XmppModule */
};

static guint
route_hash(gconstpointer key)
{
    const IqRoute *route = key;

    return g_str_hash(route->ns) * 31 + g_str_hash(route->name) + route->type;
}

static gboolean
route_equal(gconstpointer a, gconstpointer b)
{
    const IqRoute *one = a, *two = b;

    return one->type == two->type && strcmp(one->name, two->name) == 0
           && strcmp(one->ns, two->ns) == 0;
}

ModuleTable *
module_table_new(void)
{
    ModuleTable *table = g_new0(ModuleTable, 1);

    table->rows = modules_all();
    table->iqs = g_hash_table_new(route_hash, route_equal);
    table->encoders = g_ptr_array_new();
    for (int stage = 0; stage < XMPP_STAGE_COUNT; stage++)
        table->decoders[stage] = g_ptr_array_new();

    for (; table->rows[table->size]; table->size++) {
        const XmppModule *row = table->rows[table->size];
        for (const IqRoute *route = row->iqs; route && route->ns; route++) {
            const bool fresh = g_hash_table_add(table->iqs, (gpointer) route);
            g_assert(fresh); /* two rows must not answer the same */
        }
        if (row->decode)
            g_ptr_array_add(table->decoders[row->stage], (gpointer) row);
        if (row->encode)
            g_ptr_array_add(table->encoders, (gpointer) row);
    }
    return table;
}

void
module_table_free(ModuleTable *table)
{
    g_hash_table_unref(table->iqs);
    g_ptr_array_unref(table->encoders);
    for (int stage = 0; stage < XMPP_STAGE_COUNT; stage++)
        g_ptr_array_unref(table->decoders[stage]);
    g_free(table);
}

guint
module_table_size(const ModuleTable *table)
{
    return table->size;
}

const XmppModule *
module_table_row(const ModuleTable *table, guint index)
{
    return table->rows[index];
}

const IqRoute *
module_table_find_iq(const ModuleTable *table, xmpp_stanza_t *payload, int type)
{
    const IqRoute key = { .ns = xmpp_stanza_get_ns(payload),
                          .name = xmpp_stanza_get_name(payload),
                          .type = type };

    return key.ns ? g_hash_table_lookup(table->iqs, &key) : NULL;
}

bool
module_table_unwrap(const ModuleTable *table, XmppStream *stream, xmpp_stanza_t *stanza,
                    XmppMessage *message)
{
    const GPtrArray *decoders = table->decoders[XMPP_STAGE_UNWRAP];

    for (guint i = 0; i < decoders->len; i++) {
        if (((const XmppModule *) decoders->pdata[i])->decode(stream, stanza, message))
            return true;
    }
    return false;
}

void
module_table_decode(const ModuleTable *table, XmppStream *stream, xmpp_stanza_t *stanza,
                    XmppMessage *message)
{
    for (int stage = XMPP_STAGE_UNWRAP + 1; stage < XMPP_STAGE_COUNT; stage++) {
        const GPtrArray *decoders = table->decoders[stage];
        for (guint i = 0; i < decoders->len; i++)
            ((const XmppModule *) decoders->pdata[i])->decode(stream, stanza, message);
    }
}

void
module_table_encode(const ModuleTable *table, XmppStream *stream, const XmppMessage *message,
                    xmpp_stanza_t *stanza)
{
    for (guint i = 0; i < table->encoders->len; i++)
        ((const XmppModule *) table->encoders->pdata[i])->encode(stream, message, stanza);
}

static int
compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

const char **
module_table_features(const ModuleTable *table, XmppStream *stream)
{
    GPtrArray *features = g_ptr_array_new();

    for (guint i = 0; i < table->size; i++) {
        if (table->rows[i]->is_offered && !table->rows[i]->is_offered(stream))
            continue;
        for (const char *const *feature = table->rows[i]->features; feature && *feature; feature++)
            g_ptr_array_add(features, (gpointer) *feature);
    }
    if (features->len)
        qsort(features->pdata, features->len, sizeof(gpointer), compare_texts);

    guint kept = 0;
    for (guint i = 0; i < features->len; i++) {
        if (kept == 0 || strcmp(features->pdata[kept - 1], features->pdata[i]) != 0)
            features->pdata[kept++] = features->pdata[i];
    }
    g_ptr_array_set_size(features, (gint) kept);
    g_ptr_array_add(features, NULL);
    return (const char **) g_ptr_array_free(features, FALSE);
}

/* --- states --- */

struct ModuleStates {
    const ModuleTable *table;
    gpointer states[]; /* by row; NULL until asked for */
};

ModuleStates *
module_states_new(const ModuleTable *table)
{
    ModuleStates *states = g_malloc0(sizeof *states + table->size * sizeof(gpointer));

    states->table = table;
    return states;
}

void
module_states_free(ModuleStates *states)
{
    for (guint i = 0; i < states->table->size; i++) {
        const XmppModule *row = states->table->rows[i];
        if (states->states[i] && row->state_clear)
            row->state_clear(states->states[i]);
        g_free(states->states[i]);
    }
    g_free(states);
}

void
module_states_reset(ModuleStates *states)
{
    for (guint i = 0; i < states->table->size; i++) {
        const XmppModule *row = states->table->rows[i];
        if (!states->states[i])
            continue;
        if (row->state_reset) {
            row->state_reset(states->states[i]);
            continue;
        }
        if (row->state_clear)
            row->state_clear(states->states[i]);
        memset(states->states[i], 0, row->state_size);
    }
}

gpointer
module_states_get(ModuleStates *states, const char *name)
{
    guint row = 0;

    while (row < states->table->size && strcmp(states->table->rows[row]->name, name) != 0)
        row++;
    g_assert(row < states->table->size);
    if (!states->states[row])
        states->states[row] = g_malloc0(states->table->rows[row]->state_size);
    return states->states[row];
}

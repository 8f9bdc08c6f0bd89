/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rpc/event_filter.h"

#include "base/error.h"
#include "base/i18n.h"

void
event_filter_free(EventFilter *filter)
{
    if (filter == NULL)
        return;
    g_strfreev(filter->events);
    g_free(filter->account);
    g_clear_pointer(&filter->with, jid_unref);
    g_clear_pointer(&filter->from, jid_unref);
    g_free(filter);
}

bool
event_filter_check_names(const char *const *events, GError **error)
{
    for (; events != NULL && *events != NULL; events++) {
        if (event_is_known(*events))
            continue;
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("there is no event “%s”: see confab-rpc(7)"), *events);
        return false;
    }
    return true;
}

static bool
is_from(const Jid *wanted, const Jid *from)
{
    return from != NULL && (jid_resource(wanted) == NULL ? jid_equal_bare(wanted, from) : jid_equal(wanted, from));
}

/* Traffic is for those only who say that they want it. */
static bool
is_wanted_event(const EventFilter *filter, const char *name)
{
    return filter->events == NULL ? g_strcmp0(name, "xml") != 0
                                  : g_strv_contains((const char *const *) filter->events, name);
}

bool
event_filter_wants(const EventFilter *filter, const EventFacts *facts)
{
    return is_wanted_event(filter, facts->name) &&
           (filter->account == NULL || g_strcmp0(filter->account, facts->account) == 0) &&
           (filter->with == NULL || (facts->with != NULL && jid_equal_bare(filter->with, facts->with))) &&
           (filter->from == NULL || is_from(filter->from, facts->from)) &&
           (filter->direction == EVENT_EITHER || facts->direction == EVENT_EITHER ||
            filter->direction == facts->direction);
}

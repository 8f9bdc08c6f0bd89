/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/automation.h"

struct Automation {
    Registry *registry;
};

Automation *
automation_new(Registry *registry)
{
    Automation *automation = g_new0(Automation, 1);
    automation->registry = registry;
    return automation;
}

void
automation_free(Automation *automation)
{
    g_free(automation);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/automation.h"

#include "automation/exec.h"
#include "automation/hooks.h"
#include "automation/notify.h"

struct Automation {
    Runner *runner;
    Exec *exec;
    Hooks *hooks;
    Notify *notify;
};

const CommandGroup *const *
automation_groups(void)
{
    static const CommandGroup *const groups[] = { &exec_group, &hooks_group, NULL };
    return groups;
}

Automation *
automation_new(Registry *registry)
{
    Automation *automation = g_new0(Automation, 1);
    automation->runner = runner_new(registry_client(registry));
    automation->exec = exec_new(registry);
    automation->hooks = hooks_new(registry, automation->runner);
    automation->notify = notify_new(registry, automation->runner);
    return automation;
}

void
automation_free(Automation *automation)
{
    if (automation == NULL)
        return;
    notify_free(automation->notify);
    hooks_free(automation->hooks);
    exec_free(automation->exec);
    runner_free(automation->runner);
    g_free(automation);
}

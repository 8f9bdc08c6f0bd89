/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/automation.h"

#include "automation/exec.h"
#include "automation/hooks.h"
#include "automation/notify.h"
#include "automation/plugins.h"

struct Automation {
    Runner *runner;
    Exec *exec;
    Hooks *hooks;
    Notify *notify;
    Plugins *plugins;
};

const CommandGroup *const *
automation_groups(void)
{
    static const CommandGroup *const groups[] = { &exec_group, &hooks_group, &plugins_group, NULL };
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
    automation->plugins = plugins_new(registry);
    return automation;
}

void
automation_free(Automation *automation)
{
    if (automation == NULL)
        return;
    plugins_free(automation->plugins);
    notify_free(automation->notify);
    hooks_free(automation->hooks);
    exec_free(automation->exec);
    runner_free(automation->runner);
    g_free(automation);
}

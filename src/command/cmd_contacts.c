/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "command/arg_types.h"
#include "command/registry.h"
#include "command/tables.h"
#include "core/contacts.h"

static const Roster *
roster_of_call(const CommandCall *call)
{
    return account_roster(session_account(command_call_session(call)));
}

static const char *
subscription_word(ContactSubscription subscription)
{
    static const char *const words[] = { "none", "to", "from", "both" };
    return words[subscription & CONTACT_BOTH];
}

static void
print_contact(CommandCall *call, const Contact *contact)
{
    g_autofree char *groups = g_strjoinv(", ", (char **) contact_groups(contact));
    const char *subscription = contact_is_asked(contact) ? _("asked")
                                                         : subscription_word(contact_subscription(contact));
    command_call_row(call, "name", contact_label(contact), "jid", jid_text(contact_jid(contact)), "presence",
                     availability_word(contact_availability(contact)), "subscription", subscription, "groups", groups,
                     "status", contact_status(contact), NULL);
}

static void
print_contacts(CommandCall *call, guint count, const char *none)
{
    const Roster *roster = roster_of_call(call);
    for (guint i = 0; i < count; i++)
        print_contact(call, roster_at(roster, i));
    if (count == 0)
        command_call_print(call, "%s", none);
}

static bool
cmd_roster_list(CommandCall *call, const Args *args, GError **error)
{
    print_contacts(call, roster_size(roster_of_call(call)), _("No contacts yet: add one with /roster add JID"));
    return true;
}

static bool
cmd_roster_online(CommandCall *call, const Args *args, GError **error)
{
    print_contacts(call, roster_online_count(roster_of_call(call)), _("Nobody is online."));
    return true;
}

/* A request under way, and whom it is about. */
typedef struct Asked {
    CommandCall *call;
    char *jid;
} Asked;

static void
on_added(const GError *error, gpointer data)
{
    Asked *asked = data;
    if (error == NULL)
        command_call_print(asked->call, _("%s is in the roster now, and asked to show their presence"), asked->jid);
    command_call_finish(asked->call, error);
    g_free(asked->jid);
    g_free(asked);
}

static bool
cmd_roster_add(CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "jid");
    Asked *asked = g_new0(Asked, 1);
    *asked = (Asked){ command_call_defer(call), g_strdup(jid_bare(jid)) };
    contacts_add(command_call_session(call), jid, args_text(args, "name"), on_added, asked);
    return true;
}

/* The contact an argument names; it must be in the roster. */
static const Contact *
require_contact(const CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "contact");
    const Contact *contact = roster_find(roster_of_call(call), jid);
    if (contact != NULL && contact_is_in_roster(contact))
        return contact;
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("/%s: %s is not in the roster: see /roster list"),
                command_call_command(call)->name, jid_text(jid));
    return NULL;
}

static bool
cmd_roster_remove(CommandCall *call, const Args *args, GError **error)
{
    if (require_contact(call, args, error) == NULL)
        return false;
    contacts_remove(command_call_session(call), args_jid(args, "contact"), command_call_done, command_call_defer(call));
    return true;
}

static bool
cmd_roster_rename(CommandCall *call, const Args *args, GError **error)
{
    if (require_contact(call, args, error) == NULL)
        return false;
    contacts_rename(command_call_session(call), args_jid(args, "contact"), args_text(args, "name"), command_call_done,
                    command_call_defer(call));
    return true;
}

/* --- groups --- */

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

/* Every group with the number of its contacts. */
static void
print_groups(CommandCall *call)
{
    const Roster *roster = roster_of_call(call);
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < roster_size(roster); i++) {
        for (const char *const *group = contact_groups(roster_at(roster, i)); *group != NULL; group++) {
            const guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, *group)) + 1;
            g_hash_table_replace(counts, g_strdup(*group), GUINT_TO_POINTER(count));
        }
    }
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(counts), compare_names);
    for (const GList *link = names; link != NULL; link = link->next) {
        g_autofree char *count = g_strdup_printf("%u", GPOINTER_TO_UINT(g_hash_table_lookup(counts, link->data)));
        command_call_row(call, "group", link->data, "contacts", count, NULL);
    }
    if (names == NULL)
        command_call_print(call, "%s", _("No groups yet: /roster group add GROUP CONTACT makes one"));
}

static bool
cmd_roster_group(CommandCall *call, const Args *args, GError **error)
{
    const Roster *roster = roster_of_call(call);
    const char *group = args_text(args, "group");
    if (group == NULL) {
        print_groups(call);
        return true;
    }
    const guint before = command_call_row_count(call);
    for (guint i = 0; i < roster_size(roster); i++) {
        const Contact *contact = roster_at(roster, i);
        if (g_strv_contains(contact_groups(contact), group))
            print_contact(call, contact);
    }
    if (command_call_row_count(call) > before)
        return true;
    g_autofree char *shown = arg_show(group);
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND,
                _("/roster group: no contact is in a group “%s”: see /roster group"), shown);
    return false;
}

/* Sets the groups of a contact to what they are, with or without one. */
static bool
change_group(CommandCall *call, const Args *args, bool member, GError **error)
{
    const Contact *contact = require_contact(call, args, error);
    const char *group = args_text(args, "group");
    if (contact == NULL)
        return false;
    const char *const *old = contact_groups(contact);
    if (g_strv_contains(old, group) == member) {
        g_autofree char *shown = arg_show(group);
        g_set_error(error, CONFAB_ERROR, ERROR_FAILED,
                    member ? _("/roster group add: %s is in “%s” already: nothing to do")
                           : _("/roster group remove: %s is not in “%s”: see /roster list"),
                    contact_label(contact), shown);
        return false;
    }
    g_autoptr(GPtrArray) groups = g_ptr_array_new();
    for (const char *const *name = old; *name != NULL; name++) {
        if (strcmp(*name, group) != 0)
            g_ptr_array_add(groups, (gpointer) *name);
    }
    if (member)
        g_ptr_array_add(groups, (gpointer) group);
    g_ptr_array_add(groups, NULL);
    contacts_set_groups(command_call_session(call), contact_jid(contact), (const char *const *) groups->pdata,
                        command_call_done, command_call_defer(call));
    return true;
}

static bool
cmd_roster_group_add(CommandCall *call, const Args *args, GError **error)
{
    return change_group(call, args, true, error);
}

static bool
cmd_roster_group_remove(CommandCall *call, const Args *args, GError **error)
{
    return change_group(call, args, false, error);
}

/* --- subscriptions --- */

static bool
cmd_subscribe(CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "jid");
    if (!contacts_subscribe(command_call_session(call), jid, args_text(args, "text"), error))
        return false;
    command_call_print(call, _("%s is asked to show their presence"), jid_bare(jid));
    return true;
}

static bool
cmd_unsubscribe(CommandCall *call, const Args *args, GError **error)
{
    const Jid *jid = args_jid(args, "jid");
    if (!contacts_unsubscribe(command_call_session(call), jid, error))
        return false;
    command_call_print(call, _("the presence of %s is not shown any more"), jid_bare(jid));
    return true;
}

/* Whose request is meant: of the one named, else of the current conversation, else the only one. */
static const Jid *
find_request(const CommandCall *call, const Args *args, GError **error)
{
    const Roster *roster = roster_of_call(call);
    const Conversation *conversation = command_call_conversation(call);
    const guint count = roster_request_count(roster);
    const char *command = command_call_command(call)->name;
    if (args_has(args, "jid"))
        return args_jid(args, "jid");
    for (guint i = 0; conversation != NULL && i < count; i++) {
        const Jid *jid = roster_request_at(roster, i, NULL);
        if (jid_equal_bare(jid, conversation_jid(conversation)))
            return jid;
    }
    if (count == 1)
        return roster_request_at(roster, 0, NULL);
    g_set_error(error, CONFAB_ERROR, count == 0 ? ERROR_NOT_FOUND : ERROR_USAGE,
                count == 0 ? _("/%s: nobody waits for an answer: write /%s JID")
                           : _("/%s: more than one waits for an answer: write /%s JID (see /requests)"),
                command, command);
    return NULL;
}

static bool
cmd_approve(CommandCall *call, const Args *args, GError **error)
{
    const Jid *found = find_request(call, args, error);
    g_autoptr(Jid) jid = found != NULL ? jid_ref((Jid *)found) : NULL; /* the request goes when it is answered */
    if (jid == NULL || !contacts_approve(command_call_session(call), jid, error))
        return false;
    command_call_print(call, _("%s may see your presence"), jid_bare(jid));
    return true;
}

static bool
cmd_deny(CommandCall *call, const Args *args, GError **error)
{
    const Jid *found = find_request(call, args, error);
    g_autoptr(Jid) jid = found != NULL ? jid_ref((Jid *)found) : NULL;
    if (jid == NULL || !contacts_deny(command_call_session(call), jid, error))
        return false;
    command_call_print(call, _("%s may not see your presence"), jid_bare(jid));
    return true;
}

static bool
cmd_requests(CommandCall *call, const Args *args, GError **error)
{
    const Roster *roster = roster_of_call(call);
    const guint count = roster_request_count(roster);
    for (guint i = 0; i < count; i++) {
        const char *words = NULL;
        const Jid *jid = roster_request_at(roster, i, &words);
        command_call_row(call, "jid", jid_text(jid), "text", words, NULL);
    }
    if (count == 0)
        command_call_print(call, "%s", _("Nobody waits for an answer."));
    return true;
}

/* --- who is there --- */

static void
print_resources(CommandCall *call, const Contact *contact)
{
    for (guint i = 0; i < contact_resource_count(contact); i++) {
        const Resource *resource = contact_resource_at(contact, i);
        g_autofree char *priority = g_strdup_printf("%d", resource->priority);
        command_call_row(call, "name", contact_label(contact), "jid", jid_text(resource->jid), "presence",
                         availability_word(resource->availability), "priority", priority, "status", resource->status,
                         NULL);
    }
}

static bool
cmd_who(CommandCall *call, const Args *args, GError **error)
{
    const Roster *roster = roster_of_call(call);
    const guint before = command_call_row_count(call);
    if (args_has(args, "contact")) {
        const Contact *contact = roster_find(roster, args_jid(args, "contact"));
        if (contact != NULL)
            print_resources(call, contact);
    } else {
        for (guint i = 0; i < roster_online_count(roster); i++)
            print_resources(call, roster_at(roster, i));
    }
    if (command_call_row_count(call) == before)
        command_call_print(call, "%s", _("Nobody is online."));
    return true;
}

static void
on_info(const GPtrArray *lines, const GError *error, gpointer data)
{
    CommandCall *call = data;
    for (guint i = 0; lines != NULL && i < lines->len; i++)
        command_call_print(call, "%s", (const char *) lines->pdata[i]);
    command_call_finish(call, error);
}

static bool
cmd_info(CommandCall *call, const Args *args, GError **error)
{
    session_entity_info(command_call_session(call), args_jid(args, "jid"), on_info, command_call_defer(call));
    return true;
}

static const Command commands[] = {
    { .name = "roster",
      .grammar = "",
      .help = N_("List all contacts."),
      .run = cmd_roster_list,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/roster" },
    { .name = "roster list",
      .grammar = "",
      .help = N_("List all contacts, those online first."),
      .run = cmd_roster_list,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/on work /roster list" },
    { .name = "roster online",
      .grammar = "",
      .help = N_("List the contacts that are online."),
      .run = cmd_roster_online,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/roster online" },
    { .name = "roster add",
      .grammar = "<jid:bare> [name:word...]",
      .help = N_("Add a contact and ask to see their presence."),
      .run = cmd_roster_add,
      .needs = NEEDS_SESSION,
      .details = N_(
          "They are told and can accept or not. The name is only for you; without one it is the first part "
          "of the address."),
      .example = "/roster add alice@example.org \"Alice B.\"" },
    { .name = "roster remove",
      .grammar = "<contact:bare>",
      .help = N_("Remove a contact; neither sees the other's presence any more."),
      .run = cmd_roster_remove,
      .needs = NEEDS_SESSION,
      .example = "/roster remove alice@example.org" },
    { .name = "roster rename",
      .grammar = "<contact:bare> [name:word...]",
      .help = N_("Call a contact by another name; without a name by none."),
      .run = cmd_roster_rename,
      .needs = NEEDS_SESSION,
      .example = "/roster rename alice@example.org Alice from work" },
    { .name = "roster group",
      .grammar = "[group:word]",
      .help = N_("List the groups, or the contacts of one."),
      .run = cmd_roster_group,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/roster group Friends" },
    { .name = "roster group add",
      .grammar = "<group:word> <contact:bare>",
      .help = N_("Put a contact into a group."),
      .run = cmd_roster_group_add,
      .needs = NEEDS_SESSION,
      .example = "/roster group add \"Old friends\" alice@example.org" },
    { .name = "roster group remove",
      .grammar = "<group:word> <contact:bare>",
      .help = N_("Take a contact out of a group."),
      .run = cmd_roster_group_remove,
      .needs = NEEDS_SESSION,
      .example = "/roster group remove \"Old friends\" alice@example.org" },
    { .name = "subscribe",
      .grammar = "<jid:bare> [text:text]",
      .help = N_("Ask to see somebody's presence, with some words if you like."),
      .run = cmd_subscribe,
      .needs = NEEDS_SESSION,
      .example = "/subscribe alice@example.org We met on Monday" },
    { .name = "unsubscribe",
      .grammar = "<jid:bare>",
      .help = N_("No longer see somebody's presence."),
      .run = cmd_unsubscribe,
      .needs = NEEDS_SESSION,
      .example = "/unsubscribe alice@example.org" },
    { .name = "approve",
      .grammar = "[jid:bare]",
      .help = N_("Let somebody who asked see your presence."),
      .run = cmd_approve,
      .needs = NEEDS_SESSION,
      .details = N_("Without an address: whoever the current conversation is with, else the only one who asked."),
      .example = "/approve alice@example.org" },
    { .name = "deny",
      .grammar = "[jid:bare]",
      .help = N_("Do not let somebody see your presence, or no longer."),
      .run = cmd_deny,
      .needs = NEEDS_SESSION,
      .example = "/deny mallory@example.org" },
    { .name = "requests",
      .grammar = "",
      .help = N_("List those who asked to see your presence and have no answer yet."),
      .run = cmd_requests,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/requests" },
    { .name = "who",
      .grammar = "[contact:bare]",
      .help = N_("Show who is online with which clients."),
      .run = cmd_who,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/who alice@example.org" },
    { .name = "info",
      .grammar = "<jid:jid>",
      .help = N_("Show what is known of somebody, and ask their client or server what it is."),
      .run = cmd_info,
      .needs = NEEDS_ACCOUNT | WAITS_FOR_SESSION,
      .example = "/info alice@example.org" },
    { 0 },
};

const CommandGroup contacts_group = { "contacts", N_("Contacts"), commands };

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/contact.h"

#include "model/model_private.h"

struct Contact {
    Account *account;
    Jid *jid;
    char *name;
    char **groups;
    ContactSubscription subscription;
    bool in_roster;
    bool asked;
    GPtrArray *resources; /* Resource*, best first */
    char *last_words;     /* status of the resource that left last */
    ContactPlace place;
};

static const char *const no_groups[] = { NULL };

static void
resource_free(gpointer data)
{
    Resource *resource = data;
    jid_unref(resource->jid);
    g_free(resource->status);
    g_free(resource);
}

Contact *
contact_new(Account *account, const Jid *bare)
{
    Contact *contact = g_new0(Contact, 1);
    contact->account = account;
    contact->jid = jid_to_bare(bare);
    contact->resources = g_ptr_array_new_with_free_func(resource_free);
    return contact;
}

void
contact_free(Contact *contact)
{
    jid_unref(contact->jid);
    g_free(contact->name);
    g_strfreev(contact->groups);
    g_ptr_array_unref(contact->resources);
    g_free(contact->last_words);
    g_free(contact->place.key);
    g_free(contact);
}

const Jid *
contact_jid(const Contact *contact)
{
    return contact->jid;
}

Account *
contact_account(const Contact *contact)
{
    return contact->account;
}

const char *
contact_label(const Contact *contact)
{
    if (contact->name != NULL)
        return contact->name;
    const char *local = jid_local(contact->jid);
    return local != NULL ? local : jid_text(contact->jid);
}

const char *
contact_name(const Contact *contact)
{
    return contact->name;
}

const char *const *
contact_groups(const Contact *contact)
{
    return contact->groups != NULL ? (const char *const *) contact->groups : no_groups;
}

ContactSubscription
contact_subscription(const Contact *contact)
{
    return contact->subscription;
}

bool
contact_is_in_roster(const Contact *contact)
{
    return contact->in_roster;
}

bool
contact_is_asked(const Contact *contact)
{
    return contact->asked;
}

/* NULL when offline. */
static const Resource *
best_resource(const Contact *contact)
{
    return contact->resources->len > 0 ? g_ptr_array_index(contact->resources, 0) : NULL;
}

Availability
contact_availability(const Contact *contact)
{
    const Resource *best = best_resource(contact);
    return best != NULL ? best->availability : AVAILABILITY_OFFLINE;
}

bool
contact_is_online(const Contact *contact)
{
    return contact->resources->len > 0;
}

const char *
contact_status(const Contact *contact)
{
    const Resource *best = best_resource(contact);
    return best != NULL ? best->status : contact->last_words;
}

guint
contact_resource_count(const Contact *contact)
{
    return contact->resources->len;
}

const Resource *
contact_resource_at(const Contact *contact, guint index)
{
    g_return_val_if_fail(index < contact->resources->len, NULL);
    return g_ptr_array_index(contact->resources, index);
}

/* Returns the number of resources when it is not among them. */
static guint
find_index(const Contact *contact, const Jid *full)
{
    guint index = 0;
    while (index < contact->resources->len
           && !jid_equal(((const Resource *) g_ptr_array_index(contact->resources, index))->jid, full))
        index++;
    return index;
}

void
contact_set_item(Contact *contact, const char *name, const char *const *groups, ContactSubscription subscription,
                 bool asked)
{
    if (name != NULL && *name == '\0')
        name = NULL;
    const char *const *new_groups = groups != NULL ? groups : no_groups;
    const bool renamed = g_strcmp0(contact->name, name) != 0;
    const bool regrouped = !g_strv_equal(contact_groups(contact), new_groups);
    if (contact->in_roster && !renamed && !regrouped && contact->subscription == subscription
        && contact->asked == asked)
        return;
    if (renamed) {
        g_free(contact->name);
        contact->name = g_strdup(name);
    }
    if (regrouped) {
        g_strfreev(contact->groups);
        contact->groups = g_strdupv((char **) new_groups);
    }
    contact->in_roster = true;
    contact->subscription = subscription;
    contact->asked = asked;
    Roster *roster = account_roster(contact->account);
    if (renamed)
        roster_update_place(roster, contact);
    if (!roster_is_changing(roster))
        account_publish(contact->account, (ModelEvent) { .type = CONTACT_CHANGED, .contact = { contact } });
}

/* RFC 6121 §4.7.2.3: the priority decides; equals are told apart by who is rather there, then by who came last. */
static bool
is_better(const Resource *a, const Resource *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    if (a->availability != b->availability)
        return a->availability > b->availability;
    return a->since >= b->since;
}

/* Puts a resource where it belongs; the worst goes when there are too many. NULL when that was this one. */
static Resource *
insert_resource(Contact *contact, Resource *take_resource)
{
    guint index = 0;
    while (index < contact->resources->len && !is_better(take_resource, g_ptr_array_index(contact->resources, index)))
        index++;
    if (contact->resources->len == CONTACT_RESOURCES_MAX) {
        if (index == CONTACT_RESOURCES_MAX) {
            resource_free(take_resource);
            return NULL;
        }
        g_ptr_array_set_size(contact->resources, CONTACT_RESOURCES_MAX - 1);
    }
    g_ptr_array_insert(contact->resources, (gint) index, take_resource);
    return take_resource;
}

static void
publish_presence(Contact *contact, const Resource *resource, Availability before)
{
    Roster *roster = account_roster(contact->account);
    roster_update_place(roster, contact);
    if (roster_is_changing(roster))
        return;
    account_publish(contact->account,
                    (ModelEvent) { .type = PRESENCE_CHANGED, .presence = { contact, resource, before } });
}

/* A resource left, with or without a last word. */
static void
remove_resource(Contact *contact, guint index, const char *status)
{
    const Availability before = contact_availability(contact);
    g_ptr_array_remove_index(contact->resources, index);
    g_free(contact->last_words);
    contact->last_words = g_strdup(status);
    publish_presence(contact, NULL, before);
}

void
contact_set_resource(Contact *contact, const Jid *full, Availability availability, int priority, const char *status,
                     gint64 since)
{
    const Availability before = contact_availability(contact);
    const guint index = find_index(contact, full);
    const bool known = index < contact->resources->len;
    if (availability == AVAILABILITY_OFFLINE) {
        if (known)
            remove_resource(contact, index, status);
        return;
    }
    if (known) {
        const Resource *old = g_ptr_array_index(contact->resources, index);
        if (old->availability == availability && old->priority == priority && g_strcmp0(old->status, status) == 0)
            return;
    }
    Resource *resource = g_new0(Resource, 1);
    *resource = (Resource) {
        .jid = jid_ref(full),
        .availability = availability,
        .priority = priority,
        .status = g_strdup(status),
        .since = since,
    };
    if (known)
        g_ptr_array_remove_index(contact->resources, index);
    resource = insert_resource(contact, resource);
    if (resource != NULL || known)
        publish_presence(contact, resource, before);
}

void
contact_clear_resources(Contact *contact)
{
    g_clear_pointer(&contact->last_words, g_free);
    if (contact->resources->len == 0)
        return;
    const Availability before = contact_availability(contact);
    g_ptr_array_set_size(contact->resources, 0);
    publish_presence(contact, NULL, before);
}

ContactPlace *
contact_place(Contact *contact)
{
    return &contact->place;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/roster.h"

#include "base/text.h"
#include "model/model_private.h"

typedef struct {
    Jid *jid;
    char *words;
} Request;

struct Roster {
    Account *account;
    GHashTable *contacts; /* bare Jid (the contact's) → Contact, owned */
    GSequence *order;     /* Contact; a balanced tree that also knows positions */
    guint online;
    guint changing;       /* depth of roster_begin() */
    bool changed;         /* something happened since the outermost roster_begin() */
    bool unsorted;        /* … that concerns the order */
    GPtrArray *requests;  /* Request*, oldest first */
};

static void
request_free(gpointer data)
{
    Request *request = data;
    jid_unref(request->jid);
    g_free(request->words);
    g_free(request);
}

Roster *
roster_new(Account *account)
{
    Roster *roster = g_new0(Roster, 1);
    roster->account = account;
    roster->contacts = g_hash_table_new_full(jid_bare_hash, jid_bare_hash_equal, NULL, (GDestroyNotify) contact_free);
    roster->order = g_sequence_new(NULL);
    roster->requests = g_ptr_array_new_with_free_func(request_free);
    return roster;
}

void
roster_free(Roster *roster)
{
    g_sequence_free(roster->order);
    g_hash_table_unref(roster->contacts);
    g_ptr_array_unref(roster->requests);
    g_free(roster);
}

Contact *
roster_find(const Roster *roster, const Jid *jid)
{
    return g_hash_table_lookup(roster->contacts, jid);
}

/* Available first, then by label, then by JID. */
static int
compare_contacts(gconstpointer a, gconstpointer b, gpointer unused)
{
    Contact *left = (Contact *) a;
    Contact *right = (Contact *) b;
    const ContactPlace *left_place = contact_place(left);
    const ContactPlace *right_place = contact_place(right);
    if (left_place->online != right_place->online)
        return left_place->online ? -1 : 1;
    const int labels = g_strcmp0(left_place->key, right_place->key);
    return labels != 0 ? labels : jid_compare(contact_jid(left), contact_jid(right));
}

static int
compare_pointers(gconstpointer a, gconstpointer b)
{
    return compare_contacts(*(const gpointer *) a, *(const gpointer *) b, NULL);
}

/* Takes over the label and the availability the order goes by. False: they are the same. */
static bool
refresh_place(Roster *roster, Contact *contact)
{
    ContactPlace *place = contact_place(contact);
    const bool online = contact_is_online(contact);
    char *key = text_fold(contact_label(contact));
    if (online == place->online && g_strcmp0(key, place->key) == 0) {
        g_free(key);
        return false;
    }
    if (online != place->online)
        roster->online += online ? 1 : -1;
    place->online = online;
    g_free(place->key);
    place->key = key;
    return true;
}

void
roster_update_place(Roster *roster, Contact *contact)
{
    roster->changed = true;
    if (!refresh_place(roster, contact))
        return;
    if (roster->changing > 0)
        roster->unsorted = true;
    else
        g_sequence_sort_changed(contact_place(contact)->iter, compare_contacts, NULL);
}

bool
roster_is_changing(const Roster *roster)
{
    return roster->changing > 0;
}

Contact *
roster_ensure(Roster *roster, const Jid *jid)
{
    Contact *contact = roster_find(roster, jid);
    if (contact != NULL)
        return contact;
    contact = contact_new(roster->account, jid);
    g_hash_table_insert(roster->contacts, (gpointer) contact_jid(contact), contact);
    refresh_place(roster, contact);
    roster->changed = true;
    if (roster->changing > 0) {
        roster->unsorted = true;
        contact_place(contact)->iter = g_sequence_append(roster->order, contact);
        return contact;
    }
    contact_place(contact)->iter = g_sequence_insert_sorted(roster->order, contact, compare_contacts, NULL);
    account_publish(roster->account, (ModelEvent) { .type = CONTACT_ADDED, .contact = { contact } });
    return contact;
}

void
roster_remove(Roster *roster, Contact *contact)
{
    roster->changed = true;
    if (roster->changing == 0)
        account_publish(roster->account, (ModelEvent) { .type = CONTACT_REMOVED, .contact = { contact } });
    ContactPlace *place = contact_place(contact);
    if (place->online)
        roster->online--;
    g_sequence_remove(place->iter);
    g_hash_table_remove(roster->contacts, contact_jid(contact));
}

void
roster_begin(Roster *roster)
{
    if (roster->changing++ == 0)
        roster->changed = roster->unsorted = false;
}

static void
collect(gpointer contact, gpointer contacts)
{
    g_ptr_array_add(contacts, contact);
}

/* Sorting an array and growing a new tree from it is several times faster than sorting the tree. */
static void
sort_again(Roster *roster)
{
    g_autoptr(GPtrArray) contacts = g_ptr_array_sized_new(roster_size(roster));
    g_sequence_foreach(roster->order, collect, contacts);
    g_ptr_array_sort(contacts, compare_pointers);
    g_sequence_free(roster->order);
    roster->order = g_sequence_new(NULL);
    for (guint i = 0; i < contacts->len; i++) {
        Contact *contact = g_ptr_array_index(contacts, i);
        contact_place(contact)->iter = g_sequence_append(roster->order, contact);
    }
}

void
roster_end(Roster *roster)
{
    g_return_if_fail(roster->changing > 0);
    if (--roster->changing > 0 || !roster->changed)
        return;
    if (roster->unsorted)
        sort_again(roster);
    account_publish(roster->account, (ModelEvent) { .type = ROSTER_CHANGED });
}

guint
roster_size(const Roster *roster)
{
    return g_hash_table_size(roster->contacts);
}

guint
roster_online_count(const Roster *roster)
{
    return roster->online;
}

Contact *
roster_at(const Roster *roster, guint index)
{
    g_return_val_if_fail(index < roster_size(roster), NULL);
    return g_sequence_get(g_sequence_get_iter_at_pos(roster->order, (gint) index));
}

guint
roster_index(const Roster *roster, const Contact *contact)
{
    return (guint) g_sequence_iter_get_position(contact_place((Contact *) contact)->iter);
}

/* The only contact whose folded name — or local part, with `by_local` — is `key`; counts them in `found`. */
static Contact *
find_by_key(const Roster *roster, const char *key, bool by_local, guint *found)
{
    Contact *match = NULL;
    GHashTableIter iter;
    gpointer value;
    *found = 0;
    g_hash_table_iter_init(&iter, roster->contacts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Contact *contact = value;
        bool same;
        if (by_local) {
            /* Local parts are prepared: lower case already. */
            same = g_strcmp0(jid_local(contact_jid(contact)), key) == 0;
        } else {
            same = contact_name(contact) != NULL && g_strcmp0(contact_place(contact)->key, key) == 0;
        }
        if (!same)
            continue;
        match = contact;
        (*found)++;
    }
    return *found == 1 ? match : NULL;
}

Contact *
roster_find_named(const Roster *roster, const char *name, bool *ambiguous)
{
    g_autofree char *key = text_fold(name);
    guint found;
    Contact *contact = find_by_key(roster, key, false, &found);
    if (found == 0)
        contact = find_by_key(roster, key, true, &found);
    if (ambiguous != NULL)
        *ambiguous = found > 1;
    return contact;
}

/* The first of the places from `low` on whose key is not smaller, before `high`. */
static guint
find_place(const Roster *roster, const char *key, guint low, guint high)
{
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (strcmp(contact_place(roster_at(roster, middle))->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Those online and those offline are in order each. */
Contact *
roster_find_label(const Roster *roster, const char *label)
{
    g_autofree char *key = text_fold(label);
    const guint bounds[] = { 0, roster_online_count(roster), roster_size(roster) };
    for (guint i = 0; i + 1 < G_N_ELEMENTS(bounds); i++) {
        const guint place = find_place(roster, key, bounds[i], bounds[i + 1]);
        Contact *contact = place < bounds[i + 1] ? roster_at(roster, place) : NULL;
        if (contact != NULL && strcmp(contact_place(contact)->key, key) == 0)
            return contact;
    }
    return NULL;
}

/* Returns the number of requests when there is none of this JID. */
static guint
find_request(const Roster *roster, const Jid *jid)
{
    guint index = 0;
    while (index < roster->requests->len
           && !jid_equal_bare(((const Request *) g_ptr_array_index(roster->requests, index))->jid, jid))
        index++;
    return index;
}

void
roster_add_request(Roster *roster, const Jid *jid, const char *words)
{
    const guint index = find_request(roster, jid);
    if (index < roster->requests->len || index >= ROSTER_REQUESTS_MAX)
        return;
    Request *request = g_new0(Request, 1);
    *request = (Request) { .jid = jid_to_bare(jid), .words = g_strdup(words) };
    g_ptr_array_add(roster->requests, request);
    account_publish(roster->account, (ModelEvent) { .type = SUBSCRIPTION_REQUESTED,
                                                    .subscription = { request->jid, "subscribe", request->words } });
}

bool
roster_remove_request(Roster *roster, const Jid *jid)
{
    const guint index = find_request(roster, jid);
    if (index == roster->requests->len)
        return false;
    g_ptr_array_remove_index(roster->requests, index);
    return true;
}

guint
roster_request_count(const Roster *roster)
{
    return roster->requests->len;
}

const Jid *
roster_request_at(const Roster *roster, guint index, const char **words)
{
    g_return_val_if_fail(index < roster->requests->len, NULL);
    const Request *request = g_ptr_array_index(roster->requests, index);
    if (words != NULL)
        *words = request->words;
    return request->jid;
}

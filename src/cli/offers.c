/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/offers.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cli/front.h"
#include "core/records.h"

/* What is offered, in the order it was found, each once. */
typedef struct Offers {
    GHashTable *known; /* text, owned */
    ConversationKind kind;
    const char *account; /* bare JID; NULL: any */
} Offers;

static void
offer(Offers *offers, const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_STRICT);
    if (*text == '\0' || strcmp(clean, text) != 0 || strpbrk(text, " \t") != NULL)
        return;
    if (g_hash_table_add(offers->known, g_strdup(text)))
        puts(text);
}

static bool
offer_accounts(Offers *offers, Records *records, GError **error)
{
    const GPtrArray *accounts = accounts_list(records_accounts(records));
    for (guint i = 0; i < accounts->len; i++)
        offer(offers, ((const AccountConfig *) accounts->pdata[i])->name);
    return true;
}

static void
on_contact(const RecordsContact *contact, gpointer offers)
{
    offer(offers, contact->jid);
}

static void
on_conversation(const RecordsConversation *conversation, gpointer data)
{
    Offers *offers = data;
    if (conversation->kind == offers->kind)
        offer(offers, conversation->with);
}

/* Whom one has talked to lately first. */
static bool
offer_contacts(Offers *offers, Records *records, GError **error)
{
    offers->kind = CONVERSATION_CHAT;
    return records_conversations(records, offers->account, false, on_conversation, offers, error) &&
           records_roster(records, offers->account, on_contact, offers, error);
}

static bool
offer_rooms(Offers *offers, Records *records, GError **error)
{
    offers->kind = CONVERSATION_ROOM;
    return records_conversations(records, offers->account, false, on_conversation, offers, error);
}

static bool (*find_kind(const CliQuery *query))(Offers *, Records *, GError **)
{
    static const struct {
        const char *kind;
        bool (*run)(Offers *offers, Records *records, GError **error);
    } kinds[] = { { "accounts", offer_accounts }, { "contacts", offer_contacts }, { "rooms", offer_rooms } };
    const char *const *operands = query->operands;
    for (gsize i = 0; operands != NULL && operands[1] == NULL && i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(operands[0], kinds[i].kind) == 0)
            return kinds[i].run;
    }
    return NULL;
}

static bool
complete(const CliQuery *query, Offers *offers, GError **error)
{
    bool (*run)(Offers *, Records *, GError **) = find_kind(query);
    if (run == NULL) {
        g_set_error_literal(error, CONFAB_ERROR, ERROR_USAGE, _("a word is missing: write confab complete accounts|contacts|rooms"));
        return false;
    }
    g_autoptr(Records) records = records_open(query->paths, error);
    if (records == NULL)
        return false;
    if (query->accounts != NULL) {
        offers->account = records_find_account(records, query->accounts[0], error);
        if (offers->account == NULL)
            return false;
    }
    return run(offers, records, error);
}

int
cli_complete(const CliQuery *query)
{
    g_autoptr(GError) error = NULL;
    Offers offers = { .known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
    const bool done = complete(query, &offers, &error);
    g_hash_table_unref(offers.known);
    if (done)
        return 0;
    front_report("", error->message);
    return front_code(error);
}

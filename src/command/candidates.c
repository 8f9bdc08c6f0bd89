/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/candidates.h"

#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "command/condition.h"
#include "command/execute.h"
#include "command/registry_private.h"
#include "command/words.h"
#include "core/ignores.h"
#include "core/room_bookmarks.h"

enum { DIRECTORY_ENTRIES_MAX = 10000 };

static bool
add(Candidates *candidates, const char *word)
{
    if (candidates->found->len >= CANDIDATES_MAX)
        return false;
    char *quoted = words_quote(word);
    if (g_ptr_array_find_with_equal_func(candidates->found, quoted, g_str_equal, NULL))
        g_free(quoted);
    else
        g_ptr_array_add(candidates->found, quoted);
    return true;
}

static bool
begins_with(const char *text, const char *typed)
{
    return g_ascii_strncasecmp(text, typed, strlen(typed)) == 0;
}

bool
candidates_add(Candidates *candidates, const char *word)
{
    return begins_with(word, candidates->typed) ? add(candidates, word) : candidates->found->len < CANDIDATES_MAX;
}

/* Words separated by blanks. */
static void
add_words(Candidates *candidates, const char *words)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);
    for (char **word = list; *word != NULL; word++)
        candidates_add(candidates, *word);
}

/* --- people --- */

static const Account *
account_of(const Candidates *candidates)
{
    const Session *session = execute_choose_session(candidates->registry, candidates->account);
    return session == NULL ? NULL : session_account(session);
}

/* The resources of the contact whose JID is typed in full: "alice@example.org/". */
static void
add_resources(Candidates *candidates, const Roster *roster)
{
    const char *slash = strchr(candidates->typed, '/');
    g_autofree char *bare = g_strndup(candidates->typed, (gsize) (slash - candidates->typed));
    g_autoptr(Jid) jid = jid_new(bare, NULL);
    const Contact *contact = jid == NULL ? NULL : roster_find(roster, jid);
    for (guint i = 0; contact != NULL && i < contact_resource_count(contact); i++)
        candidates_add(candidates, jid_text(contact_resource_at(contact, i)->jid));
}

/* A contact by its name where that is understood as this contact, else by its address. */
static void
add_contact(Candidates *candidates, const Roster *roster, const Contact *contact, const char *folded)
{
    const char *label = contact_label(contact);
    g_autofree char *folded_label = text_fold(label);
    const bool by_name = g_str_has_prefix(folded_label, folded) && strchr(label, '@') == NULL &&
                         roster_find_named(roster, label, NULL) == contact;
    if (by_name)
        add(candidates, label);
    else if (g_str_has_prefix(folded_label, folded) || begins_with(jid_text(contact_jid(contact)), candidates->typed))
        add(candidates, jid_text(contact_jid(contact)));
}

/* Bookmarked rooms that have no conversation. */
static void
add_bookmarks(Candidates *candidates, const Session *session)
{
    const Account *account = session_account(session);
    g_autoptr(GPtrArray) bookmarks = room_bookmarks_list(session);
    for (guint i = 0; i < bookmarks->len; i++) {
        const XmppBookmark *bookmark = g_ptr_array_index(bookmarks, i);
        if (account_find_conversation(account, bookmark->room) == NULL)
            candidates_add(candidates, jid_text(bookmark->room));
    }
}

static void
add_people(Candidates *candidates)
{
    const Account *account = account_of(candidates);
    if (account == NULL)
        return;
    const Roster *roster = account_roster(account);
    if (strchr(candidates->typed, '/') != NULL) {
        add_resources(candidates, roster);
        return;
    }
    g_autofree char *folded = text_fold(candidates->typed);
    for (guint i = 0; i < roster_size(roster) && candidates->found->len < CANDIDATES_MAX; i++)
        add_contact(candidates, roster, roster_at(roster, i), folded);
    for (guint i = 0; i < roster_request_count(roster); i++)
        candidates_add(candidates, jid_text(roster_request_at(roster, i, NULL)));
    for (guint i = 0; i < account_conversation_count(account); i++) {
        const Jid *jid = conversation_jid(account_conversation_at(account, i));
        if (roster_find(roster, jid) == NULL)
            candidates_add(candidates, jid_text(jid));
    }
    add_bookmarks(candidates, execute_choose_session(candidates->registry, candidates->account));
}

static void
add_groups(Candidates *candidates)
{
    const Account *account = account_of(candidates);
    const Roster *roster = account == NULL ? NULL : account_roster(account);
    for (guint i = 0; roster != NULL && i < roster_size(roster); i++) {
        for (const char *const *group = contact_groups(roster_at(roster, i)); *group != NULL; group++) {
            if (!candidates_add(candidates, *group))
                return;
        }
    }
}

static void
add_accounts(Candidates *candidates)
{
    const Client *client = registry_client(candidates->registry);
    const GPtrArray *list = client == NULL ? NULL : accounts_list(client_accounts(client));
    for (guint i = 0; list != NULL && i < list->len; i++)
        candidates_add(candidates, ((const AccountConfig *) list->pdata[i])->name);
    if (client == NULL)
        return;
    g_autoptr(GPtrArray) broken = accounts_list_broken(client_accounts(client));
    for (guint i = 0; i < broken->len; i++)
        candidates_add(candidates, broken->pdata[i]);
}

/* --- people in rooms --- */

static const Room *
current_room(const Candidates *candidates)
{
    const Frontend *frontend = registry_frontend(candidates->registry);
    const Conversation *conversation =
        frontend->conversation != NULL ? frontend->conversation(registry_front(candidates->registry)) : NULL;
    return conversation != NULL ? conversation_room(conversation) : NULL;
}

static void
add_nick(Candidates *candidates, const Occupant *occupant, const char *folded, bool quoted)
{
    g_autofree char *label = text_fold(occupant_label(occupant));
    const char *nick = occupant_nick(occupant);
    if (!g_str_has_prefix(label, folded) || occupant_is_self(occupant))
        return;
    if (quoted)
        add(candidates, nick);
    else if (candidates->found->len < CANDIDATES_MAX
             && !g_ptr_array_find_with_equal_func(candidates->found, nick, g_str_equal, NULL))
        g_ptr_array_add(candidates->found, g_strdup(nick));
}

bool
candidates_add_nicks(Candidates *candidates, bool quoted)
{
    const Room *room = current_room(candidates);
    g_autofree char *folded = text_fold(candidates->typed);
    if (room == NULL)
        return false;
    for (guint i = 0; i < room_speaker_count(room); i++)
        add_nick(candidates, room_speaker_at(room, i), folded, quoted);
    for (guint i = 0; i < room_occupant_count(room) && candidates->found->len < CANDIDATES_MAX; i++)
        add_nick(candidates, room_at(room, i), folded, quoted);
    return true;
}

/* --- settings and keys --- */

static void
add_settings(Candidates *candidates)
{
    for (int i = 0; i < SETTING_COUNT; i++)
        candidates_add(candidates, setting_row((Setting) i)->key);
}

static void
add_account_keys(Candidates *candidates)
{
    for (const AccountKey *key = account_keys(); key->key != NULL; key++)
        candidates_add(candidates, key->key);
}

/* Values of the setting or the account's key in front of it. */
static void
add_values(Candidates *candidates)
{
    Setting setting;
    const AccountKey *key = candidates->previous == NULL ? NULL : account_key_find(candidates->previous);
    if (candidates->previous != NULL && setting_find(candidates->previous, &setting)) {
        const SettingRow *row = setting_row(setting);
        if (row->type == SETTING_TYPE_BOOL)
            add_words(candidates, "on off");
        else if (row->words != NULL)
            add_words(candidates, row->words);
        else if (*row->fallback != '\0')
            candidates_add(candidates, row->fallback);
    } else if (key != NULL && key->words != NULL) {
        add_words(candidates, key->words);
    }
}

static void
add_topics(Candidates *candidates)
{
    const GPtrArray *rows = registry_rows(candidates->registry);
    for (guint i = 0; i < registry_group_count(candidates->registry); i++)
        candidates_add(candidates, registry_group_at(candidates->registry, i)->name);
    for (guint i = 0; i < rows->len; i++) {
        const char *name = ((const Row *) rows->pdata[i])->command->name;
        g_autofree char *word = g_strndup(name, strcspn(name, " "));
        candidates_add(candidates, word);
    }
}

static void
add_aliases(Candidates *candidates)
{
    g_autoptr(GPtrArray) names = aliases_list(registry_aliases(candidates->registry));
    for (guint i = 0; i < names->len; i++)
        candidates_add(candidates, names->pdata[i]);
}

/* --- files --- */

static gint
compare_words(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* One directory entry as the user would type it; directories end with a slash. */
static void
add_file(Candidates *candidates, const char *directory, const char *typed_directory, const char *name)
{
    struct stat status;
    g_autofree char *path = g_build_filename(directory, name, NULL);
    const bool is_directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    g_autofree char *word = g_strconcat(typed_directory, name, is_directory ? "/" : "", NULL);
    add(candidates, word);
}

static void
add_files(Candidates *candidates)
{
    const char *slash = strrchr(candidates->typed, '/');
    const char *name = slash == NULL ? candidates->typed : slash + 1;
    g_autofree char *typed_directory = g_strndup(candidates->typed, (gsize) (name - candidates->typed));
    g_autofree char *directory = g_str_has_prefix(typed_directory, "~/")
                                     ? g_build_filename(g_get_home_dir(), typed_directory + 2, NULL)
                                     : g_strdup(*typed_directory == '\0' ? "." : typed_directory);
    g_autoptr(GDir) dir = g_dir_open(directory, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *entry;
    for (guint i = 0; dir != NULL && i < DIRECTORY_ENTRIES_MAX && (entry = g_dir_read_name(dir)) != NULL; i++) {
        const bool hidden = *entry == '.' && *name != '.';
        if (!hidden && g_str_has_prefix(entry, name) && text_is_clean(entry, -1, TEXT_STRICT))
            g_ptr_array_add(names, g_strdup(entry));
    }
    g_ptr_array_sort(names, compare_words);
    for (guint i = 0; i < names->len && i < CANDIDATES_MAX; i++)
        add_file(candidates, directory, typed_directory, names->pdata[i]);
}

/* As /unignore knows them: by the nick of that time, or by what was said. */
static void
add_ignored(Candidates *candidates)
{
    Session *session = execute_choose_session(candidates->registry, candidates->account);
    for (guint i = 0; session != NULL && i < ignores_count(session_ignores(session)); i++) {
        const IgnoreRule rule = ignores_at(session_ignores(session), i);
        candidates_add(candidates, rule.label != NULL ? rule.label : rule.what);
    }
}

/* Of the event that /wait waits for. */
static void
add_states(Candidates *candidates)
{
    const char *states = candidates->first == NULL ? NULL : wait_states(candidates->first);
    g_auto(GStrv) words = g_strsplit(states != NULL ? states : "", "|", -1);
    for (char **word = words; *word != NULL; word++)
        candidates_add(candidates, *word);
}

/* Words that may be anything: the argument's name says what is likely. */
static void
add_likely(Candidates *candidates, const char *name)
{
    if (strcmp(name, "account") == 0)
        add_accounts(candidates);
    else if (strcmp(name, "group") == 0)
        add_groups(candidates);
    else if (strcmp(name, "alias") == 0)
        add_aliases(candidates);
    else if (strcmp(name, "ignored") == 0)
        add_ignored(candidates);
    else if (strcmp(name, "state") == 0)
        add_states(candidates);
}

void
candidates_add_for(Candidates *candidates, const ArgSpec *spec)
{
    switch (spec->type->kind) {
    case ARG_JID:
    case ARG_BARE:
        add_people(candidates);
        return;
    case ARG_ACCOUNT:
        add_accounts(candidates);
        return;
    case ARG_ACCOUNT_KEY:
        add_account_keys(candidates);
        return;
    case ARG_FILE:
        add_files(candidates);
        return;
    case ARG_KEY:
        add_settings(candidates);
        return;
    case ARG_VALUE:
        add_values(candidates);
        return;
    case ARG_TOPIC:
        add_topics(candidates);
        return;
    case ARG_CHOICE:
        for (char **choice = spec->choices; *choice != NULL; choice++)
            candidates_add(candidates, *choice);
        return;
    case ARG_WORD:
        if (g_str_equal(spec->name, "nick") || g_str_equal(spec->name, "whom"))
            candidates_add_nicks(candidates, true);
        add_likely(candidates, spec->name);
        return;
    case ARG_CONDITION:
        for (guint i = 0; condition_word(i) != NULL; i++)
            candidates_add(candidates, condition_word(i));
        return;
    case ARG_TEXT:
    case ARG_COMMAND:
    case ARG_INT:
    case ARG_NUMBER:
    case ARG_DATE:
    case ARG_REGEX:
        return;
    }
}

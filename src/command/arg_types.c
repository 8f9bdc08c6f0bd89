/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/arg_types.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/pattern.h"
#include "base/text.h"
#include "base/when.h"
#include "command/suggest.h"
#include "config/settings.h"
#include "model/contact.h"
#include "model/roster.h"

enum {
    SHOWN_COLUMNS = 60,
    NUMBER_MAX = 1000 * 1000 * 1000,
};

char *
arg_show(const char *text)
{
    g_autofree char *clean = text_clean(text, -1, TEXT_STRICT);
    return text_ellipsize(clean, SHOWN_COLUMNS);
}

/* Sets “text” CAUSE: WAY OUT. Returns false. `format` takes the shown text first, then `wants`. */
static bool
refuse(const ArgValue *value, int code, GError **error)
{
    g_autofree char *shown = arg_show(value->text);
    g_autofree char *wants = arg_spec_wants(value->spec);
    g_set_error(error, CONFAB_ERROR, code, _("“%s” does not fit %s: write %s"), shown, value->spec->name, wants);
    return false;
}

/* The cause alone of a message "CAUSE: what to do next". */
static char *
cause_of(const GError *error)
{
    const char *colon = g_strrstr(error->message, ": ");
    return colon == NULL ? g_strdup(error->message) : g_strndup(error->message, (gsize) (colon - error->message));
}

/* A contact of the account by its name: found, or NULL; an error when the name is not unique. */
static const Contact *
find_named(const ArgContext *context, const char *name, GError **error)
{
    bool ambiguous = false;
    if (context->account == NULL)
        return NULL;
    const Contact *contact = roster_find_named(account_roster(context->account), name, &ambiguous);
    if (contact == NULL && ambiguous) {
        g_autofree char *shown = arg_show(name);
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("more than one contact is called “%s”: write name@server"),
                    shown);
    }
    return contact;
}

/* A lone label could be a server's name, but is nearly always a contact's that is misspelt: "alice" must not become
 * the server alice. The account's own server needs no dot. */
static bool
looks_like_domain(const ArgContext *context, const char *text)
{
    if (strpbrk(text, ".:/@") != NULL)
        return true;
    return context->account != NULL && g_ascii_strcasecmp(jid_domain(account_jid(context->account)), text) == 0;
}

static bool
parse_jid(const ArgContext *context, ArgValue *value, GError **error)
{
    g_autoptr(GError) problem = NULL;
    /* What has an @ is an address: a contact that is called like somebody else's address changes nothing (I20). */
    if (strchr(value->text, '@') == NULL) {
        const Contact *contact = find_named(context, value->text, &problem);
        if (contact != NULL) {
            value->jid = jid_ref(contact_jid(contact));
            return true;
        }
    }
    if (problem != NULL) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return false;
    }
    /* It may be the name of a contact. */
    if (context->is_check && strchr(value->text, '@') == NULL)
        return true;
    g_autofree char *shown = arg_show(value->text);
    if (!looks_like_domain(context, value->text)) {
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("no contact is called “%s”: write name@server"), shown);
        return false;
    }
    value->jid = jid_new(value->text, &problem);
    if (value->jid != NULL)
        return true;
    g_autofree char *cause = cause_of(problem);
    g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("“%s” is not a JID (%s): write name@server"), shown, cause);
    return false;
}

static bool
parse_bare(const ArgContext *context, ArgValue *value, GError **error)
{
    if (!parse_jid(context, value, error))
        return false;
    if (value->jid == NULL)
        return true;
    Jid *full = value->jid;
    value->jid = jid_to_bare(full);
    jid_unref(full);
    return true;
}

/* Accounts that cannot be used as they are count as well: they can be shown, mended and removed. */
static bool
parse_account(const ArgContext *context, ArgValue *value, GError **error)
{
    if (context->accounts == NULL)
        return true;
    if (accounts_get_problem(context->accounts, value->text) != NULL)
        return true;
    const AccountConfig *account = accounts_require(context->accounts, value->text, error);
    if (account == NULL)
        return false;
    g_free(value->text);
    value->text = g_strdup(account->name);
    return true;
}

static bool
parse_account_key(const ArgContext *context, ArgValue *value, GError **error)
{
    if (account_key_find(value->text) != NULL)
        return true;
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    for (const AccountKey *key = account_keys(); key->key != NULL; key++)
        g_ptr_array_add(keys, (gpointer) key->key);
    g_autofree char *shown = arg_show(value->text);
    g_autofree char *nearest = suggest_nearest(value->text, keys);
    if (nearest != NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("accounts have no key “%s”: did you mean %s?"), shown, nearest);
    else
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("accounts have no key “%s”: see /help account set"), shown);
    return false;
}

/* The slash may be left out. */
static bool
parse_command(const ArgContext *context, ArgValue *value, GError **error)
{
    if (*value->text == '/')
        return true;
    char *line = g_strconcat("/", value->text, NULL);
    g_free(value->text);
    value->text = line;
    return true;
}

static bool
parse_int(const ArgContext *context, ArgValue *value, GError **error)
{
    const char *text = value->text;
    char *end = NULL;
    if (!g_ascii_isdigit(*text) && !((*text == '-' || *text == '+') && g_ascii_isdigit(text[1])))
        return refuse(value, ERROR_BAD_INPUT, error);
    errno = 0;
    value->integer = g_ascii_strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || value->integer < value->spec->minimum || value->integer > value->spec->maximum)
        return refuse(value, ERROR_BAD_INPUT, error);
    return true;
}

static bool
parse_number(const ArgContext *context, ArgValue *value, GError **error)
{
    char *end = NULL;
    /* No hexadecimal, no infinity, no sign. */
    if (strspn(value->text, "0123456789.") != strlen(value->text) || !strpbrk(value->text, "0123456789"))
        return refuse(value, ERROR_BAD_INPUT, error);
    value->number = g_ascii_strtod(value->text, &end);
    if (*end != '\0' || !isfinite(value->number) || value->number > NUMBER_MAX)
        return refuse(value, ERROR_BAD_INPUT, error);
    return true;
}

static bool
parse_date(const ArgContext *context, ArgValue *value, GError **error)
{
    return when_parse_words(value->text, when_now(), &value->integer) || refuse(value, ERROR_BAD_INPUT, error);
}

static bool
parse_file(const ArgContext *context, ArgValue *value, GError **error)
{
    if (strcmp(value->text, "~") == 0 || g_str_has_prefix(value->text, "~/"))
        value->path = g_build_filename(g_get_home_dir(), value->text + 1, NULL);
    else
        value->path = g_strdup(value->text);
    return *value->text != '\0' || refuse(value, ERROR_BAD_INPUT, error);
}

static bool
parse_key(const ArgContext *context, ArgValue *value, GError **error)
{
    Setting setting;
    if (setting_find(value->text, &setting)) {
        value->integer = setting;
        return true;
    }
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    for (int i = 0; i < SETTING_COUNT; i++)
        g_ptr_array_add(keys, (gpointer) setting_row((Setting) i)->key);
    g_autofree char *shown = arg_show(value->text);
    g_autofree char *nearest = suggest_nearest(value->text, keys);
    if (nearest != NULL)
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("there is no setting “%s”: did you mean %s?"), shown, nearest);
    else
        g_set_error(error, CONFAB_ERROR, ERROR_USAGE, _("there is no setting “%s”: see /settings"), shown);
    return false;
}

/* PCRE counts its steps: a pattern that a hostile text sends into exponential search gives up instead of freezing the
 * loop (I5). */
static bool
parse_regex(const ArgContext *context, ArgValue *value, GError **error)
{
    value->regex = pattern_new(value->text, error);
    return value->regex != NULL;
}

static bool
parse_choice(const ArgContext *context, ArgValue *value, GError **error)
{
    if (g_strv_contains((const char *const *) value->spec->choices, value->text))
        return true;
    return refuse(value, ERROR_USAGE, error);
}

static const ArgType types[] = {
    { ARG_WORD, "word", N_("a word; several words stand in \"quotation marks\""), false, NULL },
    { ARG_TEXT, "text", N_("a text"), true, NULL },
    { ARG_JID, "jid", N_("an address (name@server) or the name of a contact"), false, parse_jid },
    { ARG_BARE, "bare", N_("an address (name@server) or the name of a contact"), false, parse_bare },
    { ARG_ACCOUNT, "account", N_("the name or address of an account"), false, parse_account },
    { ARG_ACCOUNT_KEY, "account-key", N_("a key of an account"), false, parse_account_key },
    { ARG_COMMAND, "command", N_("a command"), true, parse_command },
    { ARG_COMMAND, "line", N_("a command or a program"), true, NULL },
    { ARG_INT, "int", NULL, false, parse_int },
    { ARG_NUMBER, "number", N_("seconds, like 10 or 0.5"), false, parse_number },
    { ARG_DATE, "date", N_("a date, like 2026-11-22, yesterday, \"3 days\" or 2026-11-22T10:00:00Z"), false, parse_date },
    { ARG_FILE, "file", N_("the path of a file"), false, parse_file },
    { ARG_KEY, "key", N_("the key of a setting"), false, parse_key },
    { ARG_VALUE, "value", N_("a value"), false, NULL },
    { ARG_REGEX, "regex", N_("a regular expression"), false, parse_regex },
    { ARG_TOPIC, "topic", N_("a command or a group of commands"), false, NULL },
    { ARG_CHOICE, "a|b", NULL, false, parse_choice },
    { ARG_CONDITION, "condition", N_("a condition: see /help scripts"), false, NULL },
};

const ArgType *
arg_type_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    }
    return NULL;
}

char *
arg_spec_wants(const ArgSpec *spec)
{
    if (spec->type->kind == ARG_CHOICE) {
        g_autofree char *words = g_strjoinv(", ", spec->choices);
        return g_strdup_printf(_("one of %s"), words);
    }
    if (spec->type->kind == ARG_INT && spec->minimum == G_MININT64)
        return g_strdup(_("a whole number"));
    if (spec->type->kind == ARG_INT)
        return g_strdup_printf(_("a number from %lld to %lld"), (long long) spec->minimum, (long long) spec->maximum);
    return g_strdup(_(spec->type->wants));
}

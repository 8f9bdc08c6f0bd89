/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "base/i18n.h"
#include "e2ee/otr_book.h"

const char *const *
otr_book_programs(void)
{
    static const char *const programs[] = { "profanity", "mcabber", "pidgin", "irssi", NULL };
    return programs;
}

bool
otr_book_import(OtrBook *book, const char *program, const char *path, OtrImported *imported, GError **error)
{
    g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("%s has nothing of this account"), program);
    return false;
}

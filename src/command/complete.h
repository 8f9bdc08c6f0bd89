/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completion from the rows and the model: commands, keywords, settings, accounts, contacts, JIDs, files; and in what is said
 * in a room the nicks of who is there. */
#pragma once

#include "command/registry.h"

typedef struct Completion {
    size_t start;          /* byte in the line where the replaced word begins */
    bool is_text;          /* nicks in what is to be said: meant to be tried one after the other */
    GPtrArray *candidates; /* char*: whole replacement words, quoted where needed; best first; at most 100 */
} Completion;

/* Completes the word that ends at `cursor` (bytes). Never NULL. */
Completion *complete_line(Registry *registry, const char *line, size_t cursor);
void completion_free(Completion *completion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Completion, completion_free)

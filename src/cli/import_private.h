/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the readers of the formats share: a file line by line, and where its messages go. For the files of the import
 * and their tests only. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/records_import.h"

enum { IMPORT_LINE_MAX = 32 * 1024 * 1024 }; /* bytes; a longer line is skipped */

/* Where messages and complaints of a file go. */
typedef struct ImportSink {
    gpointer data;
    /* Whose history a file or line is: `hint` is the JID or name that it says, NULL: nothing. Borrowed, prepared;
     * NULL and an error: it cannot be known. */
    const char *(*account)(gpointer data, const char *hint, const char *jid_hint, GError **error);
    /* Prepared; borrowed; NULL: no JID. */
    const Jid *(*jid)(gpointer data, const char *text);
    /* False: stop, the store failed. */
    bool (*message)(gpointer data, const RecordsItem *item);
    /* A line that is skipped. False: stop, this is not a file of this format. */
    bool (*bad)(gpointer data, guint line, const char *cause);
    const char *with;         /* --with; NULL: as the file's name says */
    const char *const *nicks; /* what the user is called in logs without JIDs; NULL: unknown */
} ImportSink;

typedef struct ImportFile {
    const char *path;
    FILE *stream;
    GString *text; /* the line, without its line feed, ended by NUL */
    guint line;
} ImportFile;

typedef enum { IMPORT_LINE_END, IMPORT_LINE, IMPORT_LINE_TOO_LONG } ImportLine;
ImportLine import_next_line(ImportFile *file);
/* Valid UTF-8 without NULs, whatever is in it. */
char *import_text(const char *bytes, gsize length);
/* The JID that "alice_at_example.org" or "alice@example.org" is; NULL: none. Borrowed. */
const Jid *import_jid_of_name(const ImportSink *sink, const char *name);
/* Whether a nick is the user's: one of `sink->nicks`, else the first part of the account's JID. */
bool import_is_own_nick(const ImportSink *sink, const char *account, const char *nick);
/* ISO 8601, local time where it has no zone. */
bool import_parse_time(const char *text, gint64 *time);

/* "MR 20231231T10:00:00Z 002 text": the lines of mcabber and poezio. */
typedef struct ImportHead {
    char type, info; /* 'M', 'S' … and 'R', 'S', 'I' … */
    gint64 time;
    guint more;      /* lines that follow */
    const char *text;
} ImportHead;
bool import_parse_head(const char *line, ImportHead *head);

typedef struct ImportFormat {
    const char *name;
    /* Whether a file found in a directory may be one; by its path. */
    bool (*wants)(const char *path);
    /* Not of one file, but each of its lines in order. False: it was stopped, or an error that ends the import. */
    bool (*read)(ImportFile *file, const ImportSink *sink, GError **error);
} ImportFormat;

extern const ImportFormat import_jsonl, import_profanity, import_mcabber, import_poezio;

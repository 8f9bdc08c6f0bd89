/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements with their values, for the files of store/ only:
 *
 *     sqlite3_stmt *select = sql_query(db, error, "SELECT … WHERE a = ? AND b = ?", SQL_INT(a), SQL_TEXT(b));
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "store/db.h"

typedef struct SqlValue {
    bool is_text;
    gint64 number;
    const char *text; /* borrowed until the statement is reset; NULL is NULL */
} SqlValue;

#define SQL_INT(value) { .number = (value) }
#define SQL_TEXT(value) { .is_text = true, .text = (value) }

/* A statement that is ready to step through; NULL: failed. `sql` is a literal (db_statement()). */
#define sql_query(db, error, sql, ...)                                                                                 \
    sql_query_values(db, error, "" sql, (const SqlValue[]) { __VA_ARGS__ },                                            \
                     sizeof((const SqlValue[]) { __VA_ARGS__ }) / sizeof(SqlValue))
/* Runs one that yields nothing. */
#define sql_run(db, error, sql, ...)                                                                                   \
    sql_run_values(db, error, "" sql, (const SqlValue[]) { __VA_ARGS__ },                                              \
                   sizeof((const SqlValue[]) { __VA_ARGS__ }) / sizeof(SqlValue))
/* The number one yields in its first row; `*found` (may be NULL) tells whether there was a row that is not NULL. False:
 * failed. */
#define sql_number(db, error, number, found, sql, ...)                                                                 \
    sql_number_values(sql_query(db, error, sql, __VA_ARGS__), db, error, number, found)

sqlite3_stmt *sql_query_values(Db *db, GError **error, const char *sql, const SqlValue *values, gsize count);
bool sql_run_values(Db *db, GError **error, const char *sql, const SqlValue *values, gsize count);
bool sql_number_values(sqlite3_stmt *query, Db *db, GError **error, gint64 *number, bool *found);
/* Of the row the statement is at. */
const char *sql_text(sqlite3_stmt *statement, int column);
gint64 sql_int(sqlite3_stmt *statement, int column);
bool sql_is_null(sqlite3_stmt *statement, int column);
void sql_reset(sqlite3_stmt *statement);
/* The number of the row that was inserted last. */
gint64 sql_last_row(sqlite3_stmt *insert);

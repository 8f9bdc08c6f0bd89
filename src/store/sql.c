/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/sql.h"

#include <sqlite3.h>

sqlite3_stmt *
sql_query_values(Db *db, GError **error, const char *sql, const SqlValue *values, gsize count)
{
    sqlite3_stmt *statement = db_statement(db, sql, error);
    if (statement == NULL)
        return NULL;
    g_assert(sqlite3_bind_parameter_count(statement) == (int) count);
    for (gsize i = 0; i < count; i++) {
        const int index = (int) i + 1;
        if (!values[i].is_text)
            sqlite3_bind_int64(statement, index, values[i].number);
        else if (values[i].text != NULL)
            sqlite3_bind_text(statement, index, values[i].text, -1, SQLITE_STATIC);
    }
    return statement;
}

bool
sql_run_values(Db *db, GError **error, const char *sql, const SqlValue *values, gsize count)
{
    sqlite3_stmt *statement = sql_query_values(db, error, sql, values, count);
    return statement != NULL && db_run(db, statement, error);
}

bool
sql_number_values(sqlite3_stmt *query, Db *db, GError **error, gint64 *number, bool *found)
{
    *number = 0;
    if (found != NULL)
        *found = false;
    const int more = query == NULL ? -1 : db_next_row(db, query, error);
    if (more > 0) {
        *number = sql_int(query, 0);
        if (found != NULL)
            *found = !sql_is_null(query, 0);
        sql_reset(query);
    }
    return more >= 0;
}

const char *
sql_text(sqlite3_stmt *statement, int column)
{
    return (const char *) sqlite3_column_text(statement, column);
}

gint64
sql_int(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_int64(statement, column);
}

bool
sql_is_null(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL;
}

void
sql_reset(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
}

gint64
sql_last_row(sqlite3_stmt *insert)
{
    return sqlite3_last_insert_rowid(sqlite3_db_handle(insert));
}

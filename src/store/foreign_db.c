/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/foreign_db.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/i18n.h"

enum {
    COLUMNS_MAX = 32,
    BUSY_TIMEOUT = 2000, /* ms; the other program may be writing */
    SHARED_LOCK = 128,   /* byte of the -shm file that every connection locks (SQLite's WAL format) */
};

/* One text a column; the caller frees those. */
static void
read_columns(sqlite3_stmt *statement, char **columns, int count)
{
    for (int i = 0; i < count; i++) {
        const char *text = (const char *) sqlite3_column_text(statement, i);
        columns[i] = text == NULL ? NULL : g_utf8_make_valid(text, sqlite3_column_bytes(statement, i));
    }
}

static int
walk(sqlite3_stmt *statement, ForeignRowFunc func, gpointer data)
{
    const int count = MIN(sqlite3_column_count(statement), COLUMNS_MAX);
    int code;
    bool goes_on = true;
    while (goes_on && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        char *columns[COLUMNS_MAX] = { NULL };
        read_columns(statement, columns, count);
        goes_on = func((const char *const *) columns, data);
        for (int i = 0; i < count; i++)
            g_free(columns[i]);
    }
    return goes_on ? code : SQLITE_DONE;
}

bool
foreign_db_each(const char *path, const char *query, ForeignRowFunc func, gpointer data, GError **error)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *statement = NULL;
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_set_error(error, CONFAB_ERROR, ERROR_NOT_FOUND, _("%s is not there: check the path"), path);
        return false;
    }
    int code = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) {
        /* A file made to do harm gets no chance: nothing but plain tables is run. */
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
        sqlite3_busy_timeout(handle, BUSY_TIMEOUT);
        code = sqlite3_prepare_v2(handle, query, -1, &statement, NULL);
    }
    if (code == SQLITE_OK)
        code = walk(statement, func, data);
    if (code != SQLITE_DONE)
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("%s cannot be read (%s): is it the right file?"), path,
                    handle == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(handle));
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    return code == SQLITE_DONE;
}

bool
foreign_db_is_in_use(const char *path)
{
    g_autofree char *shared = g_strconcat(path, "-shm", NULL);
    const int fd = open(shared, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = SHARED_LOCK, .l_len = 1 };
    const bool used = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(fd);
    return used;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/db_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "store/migrations.h"

enum { HEADER_SIZE = 100 };

static guint32
header_number(const guint8 *bytes)
{
    return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

/* The file is shorter than its header says. While there is a log, the rest may be in there. */
static bool
is_truncated(const char *path, const guint8 *header, gint64 size)
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    struct stat status;
    if (stat(log, &status) == 0 && status.st_size > 0)
        return false;
    const guint32 stored = (guint32) header[16] << 8 | header[17];
    const gint64 page = stored == 1 ? 65536 : stored;
    return size < page * header_number(header + 28);
}

/* Judges a file by its header, before SQLite may touch it (I24). */
static bool
check_header(const char *path, const guint8 *header, gint64 size, GError **error)
{
    if (size < HEADER_SIZE || memcmp(header, "SQLite format 3", 16) != 0
        || is_truncated(path, header, size)) {
        g_set_error(
            error, CONFAB_ERROR, ERROR_CONFIG,
            _("%s is damaged or no database: move it away to start with an empty one, or restore a copy"),
            path);
        return false;
    }
    if (header_number(header + 68) != DB_FILE_APPLICATION_ID) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                    _("%s belongs to another program: move it away"), path);
        return false;
    }
    if (header_number(header + 60) > migrations_count) {
        g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                    _("%s was made by a newer confab: use that one, or move the file away"), path);
        return false;
    }
    return true;
}

bool
db_file_prepare(const char *path, bool *is_new, GPtrArray *warnings, GError **error)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        const int code = fd < 0 ? errno : EINVAL;
        if (fd >= 0)
            close(fd);
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                    _("Cannot open %s (%s): check its permissions"), path, g_strerror(code));
        return false;
    }
    guint8 header[HEADER_SIZE] = { 0 };
    const gssize length = pread(fd, header, sizeof header, 0);
    close(fd);
    *is_new = length == 0;
    if ((status.st_mode & 077) != 0 && warnings != NULL)
        g_ptr_array_add(
            warnings,
            g_strdup_printf(_("Others can read %s: run chmod 600 on it to keep it private"), path));
    return length == 0 || check_header(path, header, status.st_size, error);
}

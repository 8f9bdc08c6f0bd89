/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/i18n.h"

enum {
    LINKS_MAX = 40, /* the kernel's own limit */
};

/* An XDG base directory: the variable when it is absolute (the specification ignores others), else under the home. */
static char *
base_directory(const char *variable, const char *fallback)
{
    const char *value = g_getenv(variable);
    if (value != NULL && g_path_is_absolute(value))
        return g_build_filename(value, "confab", NULL);
    return g_build_filename(g_get_home_dir(), fallback, "confab", NULL);
}

static char *
runtime_directory(const char *state)
{
    const char *value = g_getenv("XDG_RUNTIME_DIR");
    if (value != NULL && g_path_is_absolute(value))
        return g_build_filename(value, "confab", NULL);
    return g_build_filename(state, "run", NULL);
}

/* Makes a directory of mode 0700; one that exists must be ours, and is reported when others may look into it
 * (I23). */
static bool
make_directory(const char *path, GPtrArray *warnings, GError **error)
{
    struct stat status;
    if (g_mkdir_with_parents(path, 0700) != 0 || stat(path, &status) != 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                    _("Cannot make the directory %s (%s): check its permissions or give another with --config"), path,
                    g_strerror(errno));
        return false;
    }
    if (status.st_uid != geteuid() && geteuid() != 0) {
        g_set_error(error, CONFAB_ERROR, ERROR_LOCAL_IO,
                    _("The directory %s belongs to somebody else: give another with --config"), path);
        return false;
    }
    if ((status.st_mode & 077) != 0 && warnings != NULL) {
        g_ptr_array_add(warnings,
                        g_strdup_printf(_("Others can look into %s: run chmod 700 on it to keep it private"), path));
    }
    return true;
}

Paths *
paths_new(const char *profile, GPtrArray *warnings, GError **error)
{
    g_autoptr(Paths) paths = g_new0(Paths, 1);
    if (profile != NULL) {
        /* Absolute, so that a later chdir() changes nothing. */
        g_autofree char *root = g_canonicalize_filename(profile, NULL);
        paths->config = g_build_filename(root, "config", NULL);
        paths->data = g_build_filename(root, "data", NULL);
        paths->state = g_build_filename(root, "state", NULL);
        paths->runtime = g_build_filename(root, "runtime", NULL);
    } else {
        paths->config = base_directory("XDG_CONFIG_HOME", ".config");
        paths->data = base_directory("XDG_DATA_HOME", ".local/share");
        paths->state = base_directory("XDG_STATE_HOME", ".local/state");
        paths->runtime = runtime_directory(paths->state);
    }
    const char *const all[] = { paths->config, paths->data, paths->state, paths->runtime };
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
        if (!make_directory(all[i], warnings, error))
            return NULL;
    }
    return g_steal_pointer(&paths);
}

void
paths_free(Paths *paths)
{
    if (paths == NULL)
        return;
    g_free(paths->config);
    g_free(paths->data);
    g_free(paths->state);
    g_free(paths->runtime);
    g_free(paths);
}

/* Sets a local I/O error that names the file and errno. Returns false. */
static bool
fail(GError **error, bool writing, const char *path)
{
    const int code = errno;
    g_autofree char *name = g_filename_display_name(path);
    g_set_error(error, CONFAB_ERROR, code == ENOENT ? ERROR_NOT_FOUND : ERROR_LOCAL_IO,
                writing ? _("Cannot write %s (%s): check the directory, its permissions and the space left")
                        : _("Cannot read %s (%s): check its name and permissions"),
                name, g_strerror(code));
    return false;
}

/* Reads until the end or until the buffer is full; -1 and errno on error. */
static gssize
read_all(int fd, char *buffer, gsize size)
{
    gsize length = 0;
    while (length < size) {
        const gssize count = read(fd, buffer + length, size - length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        length += (gsize) count;
    }
    return (gssize) length;
}

char *
paths_read(const char *path, gsize limit, gsize *length, GError **error)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (fd < 0) {
        fail(error, false, path);
        return NULL;
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT, _("%s is not a regular file: give the name of a file"), path);
        return NULL;
    }
    /* Sized by what the file says it has, not by the limit; files of /proc say nothing and are read anyway. */
    gsize size = MIN((gsize) status.st_size, limit) + 1;
    if (status.st_size == 0)
        size = MIN(limit, 65536) + 1;
    char *data = g_malloc(size + 1);
    const gssize count = read_all(fd, data, size);
    if (count < 0)
        fail(error, false, path);
    close(fd);
    if (count > (gssize) limit) {
        g_set_error(error, CONFAB_ERROR, ERROR_BAD_INPUT,
                    _("%s is larger than %zu bytes: make it smaller"), path, (size_t) limit);
    }
    if (count < 0 || count > (gssize) limit) {
        g_free(data);
        return NULL;
    }
    data[count] = '\0';
    if (length != NULL)
        *length = (gsize) count;
    return data;
}

/* The file a path stands for after following symbolic links, the last of which may point to nothing yet. */
static char *
follow_links(const char *path, GError **error)
{
    g_autofree char *current = g_strdup(path);
    for (int i = 0; i < LINKS_MAX; i++) {
        g_autofree char *target = g_file_read_link(current, NULL);
        if (target == NULL)
            return g_steal_pointer(&current);
        g_autofree char *directory = g_path_get_dirname(current);
        g_free(current);
        current = g_path_is_absolute(target) ? g_steal_pointer(&target) : g_build_filename(directory, target, NULL);
    }
    errno = ELOOP;
    fail(error, true, path);
    return NULL;
}

static bool
write_all(int fd, const char *data, gsize length)
{
    while (length > 0) {
        const gssize count = write(fd, data, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        data += count;
        length -= (gsize) count;
    }
    return true;
}

/* Makes the rename durable. File systems that cannot sync a directory are left alone. */
static bool
sync_directory(const char *directory)
{
    const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool done = fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP;
    const int code = errno;
    close(fd);
    errno = code;
    return done;
}

bool
paths_write(const char *path, const char *data, gssize length, GError **error)
{
    g_autofree char *target = follow_links(path, error);
    if (target == NULL)
        return false;
    g_autofree char *directory = g_path_get_dirname(target);
    g_autofree char *base = g_path_get_basename(target);
    g_autofree char *name = g_strdup_printf(".%s.XXXXXX", base);
    g_autofree char *temporary = g_build_filename(directory, name, NULL);
    const int fd = g_mkstemp_full(temporary, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, true, path);
    const gsize size = length < 0 ? strlen(data) : (gsize) length;
    bool done = write_all(fd, data, size) && fsync(fd) == 0;
    const int code = errno;
    if (close(fd) != 0)
        done = false;
    else if (!done)
        errno = code;
    if (!done || rename(temporary, target) != 0) {
        const int why = errno;
        unlink(temporary);
        errno = why;
        return fail(error, true, path);
    }
    if (!sync_directory(directory))
        return fail(error, true, path);
    return true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/doctor_private.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/i18n.h"

enum { SPACE_LOW = 64 * 1024 * 1024 }; /* bytes */

static void
look_at_locale(Doctor *doctor)
{
    const char *charset = NULL;
    const char *term = g_getenv("TERM"), *colours = g_getenv("COLORTERM");
    if (g_get_charset(&charset))
        doctor_tell(doctor, "locale", DOCTOR_OK, NULL, "%s", charset);
    else
        doctor_tell(doctor, "locale", DOCTOR_WARNING, _("set LANG to a locale with UTF-8, such as C.UTF-8"), "%s",
                    charset);
    if (term == NULL || *term == '\0' || g_str_equal(term, "dumb"))
        doctor_tell(doctor, "terminal", DOCTOR_NOTE, _("the terminal interface needs TERM"), "TERM=%s",
                    term != NULL ? term : "");
    else
        doctor_tell(doctor, "terminal", DOCTOR_OK, NULL, "TERM=%s%s%s", term, colours != NULL ? " COLORTERM=" : "",
                    colours != NULL ? colours : "");
}

/* I23: nobody else may read it. */
static void
look_at_file(Doctor *doctor, const char *path, bool must_exist)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        if (must_exist || errno != ENOENT)
            doctor_tell(doctor, "files", DOCTOR_BAD, _("make it, or give another place with --config"), "%s: %s", path,
                        g_strerror(errno));
        return;
    }
    if (S_ISLNK(status.st_mode) && stat(path, &status) != 0)
        doctor_tell(doctor, "files", DOCTOR_BAD, _("mend the link"), "%s: %s", path, g_strerror(errno));
    else if ((status.st_mode & 077) != 0)
        doctor_tell(doctor, "files", DOCTOR_BAD, _("take the rights away from others: chmod go= FILE"),
                    _("%s: others may read it (mode %03o)"), path, (guint) (status.st_mode & 0777));
    else
        doctor_tell(doctor, "files", DOCTOR_OK, NULL, "%s: %03o", path, (guint) (status.st_mode & 0777));
}

static void
look_at_files(Doctor *doctor)
{
    const Paths *paths = client_paths(doctor_client(doctor));
    g_autofree char *accounts = g_build_filename(paths->config, "accounts", NULL);
    look_at_file(doctor, paths->config, true);
    look_at_file(doctor, accounts, false);
    look_at_file(doctor, paths->data, true);
    look_at_file(doctor, paths->state, true);
    look_at_file(doctor, paths->runtime, false);
}

static void
look_at_store(Doctor *doctor)
{
    const char *path = db_path(client_db(doctor_client(doctor)));
    struct stat status;
    struct statvfs space;
    g_autoptr(GError) error = NULL;
    if (stat(path, &status) != 0) {
        doctor_tell(doctor, "store", DOCTOR_BAD, _("restart confab: what is said now is not kept"), "%s: %s", path,
                    g_strerror(errno));
        return;
    }
    if (!db_commit(client_db(doctor_client(doctor)), &error)) {
        doctor_tell(doctor, "store", DOCTOR_BAD, _("see /log"), "%s", error->message);
        return;
    }
    g_autofree char *size = g_format_size((guint64) status.st_size);
    if (statvfs(path, &space) == 0 && (guint64) space.f_bavail * space.f_frsize < SPACE_LOW) {
        g_autofree char *left = g_format_size((guint64) space.f_bavail * space.f_frsize);
        doctor_tell(doctor, "store", DOCTOR_WARNING, _("make room on this disk"), _("%s, %s left on the disk"), size,
                    left);
        return;
    }
    doctor_tell(doctor, "store", DOCTOR_OK, NULL, "%s", size);
}

void
doctor_look_at_machine(Doctor *doctor)
{
    doctor_tell(doctor, "program", DOCTOR_OK, NULL, "%s %s, GLib %u.%u.%u", PACKAGE_NAME, PACKAGE_VERSION,
                glib_major_version, glib_minor_version, glib_micro_version);
    look_at_locale(doctor);
    look_at_files(doctor);
    look_at_store(doctor);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things are kept (confab(1)): XDG, or everything under one directory with --config DIR. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Paths {
    char *config;  /* …/confab */
    char *data;
    char *state;
    char *runtime; /* falls back to state + "/run" when there is no XDG_RUNTIME_DIR */
} Paths;

/* `profile` is --config DIR or NULL. Makes the directories (0700), reports ones that others can read (I23) through
 * `warnings` (a GPtrArray of char*, may be NULL). */
Paths *paths_new(const char *profile, GPtrArray *warnings, GError **error);
void paths_free(Paths *paths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Paths, paths_free)

/* Reads a whole file up to `limit` bytes; missing: ERROR_NOT_FOUND. */
char *paths_read(const char *path, gsize limit, gsize *length, GError **error);
/* Replaces a file atomically: temporary file 0600 in the same directory, fsync, rename, fsync of the directory;
 * follows a symbolic link to its target. */
bool paths_write(const char *path, const char *data, gssize length, GError **error);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever stands in a settings file: what is not changed stays as it is, byte for byte; what is set comes back; and no
 * message about it could harm a terminal (I12, I24). */
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "config/settings_file.h"
#include "../support/fuzz.h"

static const char file_name[] = "config";

static SettingsFile *
parse(const char *text, gsize length)
{
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    SettingsFile *file = settings_file_parse(file_name, text, length, warnings, &error);
    g_assert_true((file == NULL) == (error != NULL));
    for (guint i = 0; i < warnings->len; i++)
        g_assert_true(text_is_clean(warnings->pdata[i], -1, TEXT_LINE));
    return file;
}

/* The same after writing and reading again. */
static SettingsFile *
reread(const SettingsFile *file)
{
    gsize length;
    g_autofree char *text = settings_file_format(file, &length);
    SettingsFile *again = parse(text, length);
    g_assert_nonnull(again);
    return again;
}

static void
count_entry(const SettingsFileEntry *entry, gpointer data)
{
    const SettingsFile *file = data;
    g_assert_nonnull(settings_file_get(file, entry->group, entry->key));
    g_assert_cmpuint(settings_file_get_line(file, entry->group, entry->key), >=, entry->line);
}

/* Sets a value everywhere it could go, and looks whether it and its neighbours are what they should be. */
static void
check_change(const SettingsFile *before, SettingsFile *file, const char *group, const char *key, const char *value)
{
    settings_file_set(file, group, key, value);
    g_autoptr(SettingsFile) again = reread(file);
    g_assert_cmpstr(settings_file_get(again, group, key), ==, value);
    g_autoptr(GPtrArray) groups = settings_file_list_groups(before);
    for (guint i = 0; i < groups->len; i++) {
        g_autoptr(GPtrArray) keys = settings_file_list_keys(before, groups->pdata[i]);
        for (guint j = 0; j < keys->len && j < 8; j++) {
            if (strcmp(groups->pdata[i], group) == 0 && strcmp(keys->pdata[j], key) == 0)
                continue;
            g_assert_cmpstr(settings_file_get(again, groups->pdata[i], keys->pdata[j]), ==,
                            settings_file_get(before, groups->pdata[i], keys->pdata[j]));
        }
    }
    g_assert_true(settings_file_unset(file, group, key));
    g_autoptr(SettingsFile) without = reread(file);
    g_assert_null(settings_file_get(without, group, key));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *) data;
    g_autoptr(SettingsFile) before = parse(text, size);
    if (before == NULL)
        return 0;
    gsize length;
    g_autofree char *same = settings_file_format(before, &length);
    g_assert_cmpmem(same, length, text, size);
    settings_file_foreach(before, count_entry, before);

    /* The text itself serves as a value, too. */
    g_autofree char *value = g_utf8_make_valid(text, (gssize) MIN(size, 2000));
    g_autoptr(GPtrArray) groups = settings_file_list_groups(before);
    g_autoptr(SettingsFile) file = parse(text, size);
    check_change(before, file, groups->len > 0 ? groups->pdata[groups->len - 1] : "new", "some.key", value);
    g_autoptr(SettingsFile) other = parse(text, size);
    check_change(before, other, "", "some.key", value);

    g_autoptr(SettingsFile) shrinking = parse(text, size);
    for (guint i = 0; i < groups->len && i < 8; i++) {
        g_assert_true(settings_file_remove_group(shrinking, groups->pdata[i]));
        g_assert_false(settings_file_has_group(shrinking, groups->pdata[i]));
    }
    settings_file_free(reread(shrinking));
    return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/settings_file.h"

#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "config/value.h"

typedef enum { LINE_OTHER, LINE_BLANK, LINE_COMMENT, LINE_GROUP, LINE_ENTRY } LineKind;

typedef struct Line {
    LineKind kind;
    char *text;  /* as it is written, with its end of line */
    char *group; /* the group it is in, or begins; NULL below a broken header */
    char *key;   /* ENTRY */
    char *value; /* ENTRY, decoded */
} Line;

struct SettingsFile {
    char *name;
    bool saves;
    bool exposed;
    GPtrArray *lines;   /* Line */
    GHashTable *values; /* "group\nkey" → the Line that counts */
    GHashTable *groups; /* group → its first header */
};

/* The file may hold passwords, so every copy of its text is wiped (I23). */
static void
wipe(char *text)
{
    if (text == NULL)
        return;
    explicit_bzero(text, strlen(text));
    g_free(text);
}

static void
line_free(Line *line)
{
    wipe(line->text);
    g_free(line->group);
    g_free(line->key);
    wipe(line->value);
    g_free(line);
}

static SettingsFile *
file_new(const char *name, bool saves)
{
    SettingsFile *file = g_new0(SettingsFile, 1);
    file->name = g_strdup(name);
    file->saves = saves;
    file->lines = g_ptr_array_new_with_free_func((GDestroyNotify) line_free);
    file->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    file->groups = g_hash_table_new(g_str_hash, g_str_equal);
    return file;
}

void
settings_file_free(SettingsFile *file)
{
    if (file == NULL)
        return;
    g_hash_table_unref(file->values);
    g_hash_table_unref(file->groups);
    g_ptr_array_unref(file->lines);
    g_free(file->name);
    g_free(file);
}

/* Length of the text before the end of line: LF, CR LF, or nothing at the end of the file. */
static size_t
content_length(const char *text)
{
    size_t length = strcspn(text, "\n");
    if (length > 0 && text[length - 1] == '\r')
        length--;
    return length;
}

static char *
trimmed(const char *text, size_t length)
{
    return g_strstrip(g_strndup(text, length));
}

static bool
is_key(const char *text)
{
    if (*text == '\0')
        return false;
    for (const char *p = text; *p != '\0'; p++) {
        if (!g_ascii_isalnum(*p) && strchr("._-", *p) == NULL)
            return false;
    }
    return true;
}

/* The name in "[name]", also with a comment behind it. The bracket that closes is the first with
 * nothing else after it: a JID may hold brackets. */
static char *
parse_header(const char *text)
{
    for (const char *end = strchr(text, ']'); end != NULL; end = strchr(end + 1, ']')) {
        const char *rest = end + 1 + strspn(end + 1, " \t");
        if (*rest != '\0' && (rest == end + 1 || strchr("#;", *rest) == NULL))
            continue;
        g_autofree char *name = trimmed(text + 1, (size_t) (end - text) - 1);
        return value_is_text(name, SETTINGS_FILE_LINE_MAX) && *name != '\0' ? g_steal_pointer(&name)
                                                                             : NULL;
    }
    return NULL;
}

/* What stands behind a backslash inside double quotes, and what it means. */
static const struct {
    char letter;
    char meaning;
} escapes[] = { { 'n', '\n' }, { 't', '\t' }, { 'r', '\r' }, { '\\', '\\' }, { '"', '"' } };

/* The value as it is meant: of a text in double quotes what is inside. */
static char *
decode_value(const char *text)
{
    const size_t length = strlen(text);
    if (length < 2 || text[0] != '"' || text[length - 1] != '"')
        return g_strdup(text);
    const char *end = text + length - 1;
    GString *value = g_string_sized_new(length);
    for (const char *p = text + 1; p < end; p++) {
        char character = *p;
        for (gsize i = 0; *p == '\\' && p + 1 < end && i < G_N_ELEMENTS(escapes); i++) {
            if (p[1] != escapes[i].letter)
                continue;
            character = escapes[i].meaning;
            p++;
            break;
        }
        g_string_append_c(value, character);
    }
    return g_string_free(value, FALSE);
}

static bool
needs_quotes(const char *value)
{
    const size_t length = strlen(value);
    if (length == 0)
        return false;
    return value[0] == '"' || g_ascii_isspace(value[0]) || g_ascii_isspace(value[length - 1])
           || strpbrk(value, "\n\r\t") != NULL;
}

static char *
encode_value(const char *value)
{
    if (!needs_quotes(value))
        return g_strdup(value);
    GString *text = g_string_sized_new(strlen(value) * 2 + 2);
    g_string_append_c(text, '"');
    for (const char *p = value; *p != '\0'; p++) {
        char character = *p;
        for (gsize i = 0; i < G_N_ELEMENTS(escapes); i++) {
            if (*p != escapes[i].meaning)
                continue;
            g_string_append_c(text, '\\');
            character = escapes[i].letter;
            break;
        }
        g_string_append_c(text, character);
    }
    g_string_append_c(text, '"');
    return g_string_free(text, FALSE);
}

/* Understands one line; what it is not able to understand is LINE_OTHER, with the reason in
 * `problem`. */
static Line *
parse_line(const char *raw, size_t length, const char *group, const char **problem)
{
    Line *line = g_new0(Line, 1);
    line->text = g_strndup(raw, length);
    line->group = g_strdup(group);
    const size_t size = content_length(line->text);
    g_autofree char *text = trimmed(line->text, size);
    if (g_str_has_prefix(text, "\xEF\xBB\xBF")) /* a byte order mark some editors leave */
        memmove(text, text + 3, strlen(text) - 2);
    if (*text == '\0') {
        line->kind = LINE_BLANK;
        return line;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        *problem = _("not UTF-8");
        return line;
    }
    if (*text == '#' || *text == ';') {
        line->kind = LINE_COMMENT;
        return line;
    }
    if (*text == '[') {
        g_free(line->group);
        line->group = parse_header(text);
        line->kind = LINE_GROUP;
        if (line->group == NULL)
            *problem = _("not a group header like [name]; the lines below it do not count");
        return line;
    }
    const char *equals = strchr(text, '=');
    g_autofree char *key = equals == NULL ? NULL : trimmed(text, (size_t) (equals - text));
    if (key == NULL || !is_key(key)) {
        *problem = _("not of the form key = value");
        explicit_bzero(text, strlen(text));
        return line;
    }
    line->kind = LINE_ENTRY;
    line->key = g_steal_pointer(&key);
    g_autofree char *value = trimmed(equals + 1, strlen(equals + 1));
    line->value = decode_value(value);
    explicit_bzero(value, strlen(value));
    explicit_bzero(text, strlen(text));
    return line;
}

/* Values and groups by name; a later line replaces an earlier one. */
static void
rebuild_index(SettingsFile *file)
{
    g_hash_table_remove_all(file->values);
    g_hash_table_remove_all(file->groups);
    for (guint i = 0; i < file->lines->len; i++) {
        Line *line = file->lines->pdata[i];
        if (line->group == NULL)
            continue;
        if (line->kind == LINE_ENTRY)
            g_hash_table_replace(file->values, g_strconcat(line->group, "\n", line->key, NULL),
                                 line);
        if (line->kind == LINE_GROUP && !g_hash_table_contains(file->groups, line->group))
            g_hash_table_insert(file->groups, line->group, line);
    }
}

static Line *
find_entry(const SettingsFile *file, const char *group, const char *key)
{
    g_autofree char *name = g_strconcat(group, "\n", key, NULL);
    return g_hash_table_lookup(file->values, name);
}

static bool
parse_text(SettingsFile *file, const char *text, gsize length, GPtrArray *warnings, GError **error)
{
    const char *group = "";
    const char *end = text + length;
    for (const char *start = text; start < end;) {
        const char *newline = memchr(start, '\n', (size_t) (end - start));
        const char *next = newline == NULL ? end : newline + 1;
        const size_t size = (size_t) (next - start);
        const guint number = file->lines->len + 1;
        if (size > SETTINGS_FILE_LINE_MAX) {
            g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                        _("%s:%u: the line is too long: shorten or remove it"), file->name, number);
            return false;
        }
        if (memchr(start, '\0', size) != NULL) {
            g_set_error(error, CONFAB_ERROR, ERROR_CONFIG,
                        _("%s:%u: a NUL byte, so this is no text file: repair it or move it away"),
                        file->name, number);
            return false;
        }
        const char *problem = NULL;
        Line *line = parse_line(start, size, group, &problem);
        g_ptr_array_add(file->lines, line);
        if (problem != NULL && warnings != NULL)
            g_ptr_array_add(warnings, g_strdup_printf("%s:%u: %s", file->name, number, problem));
        if (line->kind == LINE_GROUP)
            group = line->group;
        start = next;
    }
    rebuild_index(file);
    return true;
}

SettingsFile *
settings_file_parse(const char *name, const char *text, gsize length, GPtrArray *warnings,
                    GError **error)
{
    g_autoptr(SettingsFile) file = file_new(name, false);
    if (!parse_text(file, text, length, warnings, error))
        return NULL;
    return g_steal_pointer(&file);
}

SettingsFile *
settings_file_load(const char *path, GPtrArray *warnings, GError **error)
{
    g_autoptr(SettingsFile) file = file_new(path, true);
    gsize length = 0;
    GError *problem = NULL;
    char *text = paths_read(path, SETTINGS_FILE_MAX, &length, &problem);
    if (g_error_matches(problem, CONFAB_ERROR, ERROR_NOT_FOUND)) {
        g_clear_error(&problem);
        return g_steal_pointer(&file);
    }
    if (text == NULL) {
        /* Whatever it is, confab cannot work with the configuration it was given. */
        problem->code = ERROR_CONFIG;
        g_propagate_error(error, problem);
        return NULL;
    }
    struct stat status;
    file->exposed = stat(path, &status) == 0 && (status.st_mode & 077) != 0;
    const bool done = parse_text(file, text, length, warnings, error);
    explicit_bzero(text, length);
    g_free(text);
    return done ? g_steal_pointer(&file) : NULL;
}

const char *
settings_file_name(const SettingsFile *file)
{
    return file->name;
}

bool
settings_file_is_exposed(const SettingsFile *file)
{
    return file->exposed;
}

const char *
settings_file_get(const SettingsFile *file, const char *group, const char *key)
{
    const Line *line = find_entry(file, group, key);
    return line == NULL ? NULL : line->value;
}

static guint
line_number(const SettingsFile *file, Line *line)
{
    guint index = 0;
    if (line == NULL || !g_ptr_array_find(file->lines, line, &index))
        return 0;
    return index + 1;
}

guint
settings_file_get_line(const SettingsFile *file, const char *group, const char *key)
{
    return line_number(file, find_entry(file, group, key));
}

guint
settings_file_get_group_line(const SettingsFile *file, const char *group)
{
    return line_number(file, g_hash_table_lookup(file->groups, group));
}

bool
settings_file_has_group(const SettingsFile *file, const char *group)
{
    return g_hash_table_contains(file->groups, group);
}

GPtrArray *
settings_file_list_groups(const SettingsFile *file)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < file->lines->len; i++) {
        Line *line = file->lines->pdata[i];
        if (line->kind == LINE_GROUP && line->group != NULL
            && g_hash_table_lookup(file->groups, line->group) == line)
            g_ptr_array_add(names, line->group);
    }
    return names;
}

GPtrArray *
settings_file_list_keys(const SettingsFile *file, const char *group)
{
    GPtrArray *keys = g_ptr_array_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < file->lines->len; i++) {
        Line *line = file->lines->pdata[i];
        if (line->kind == LINE_ENTRY && g_strcmp0(line->group, group) == 0
            && g_hash_table_add(seen, line->key))
            g_ptr_array_add(keys, line->key);
    }
    return keys;
}

void
settings_file_foreach(const SettingsFile *file, SettingsFileFunc func, gpointer data)
{
    for (guint i = 0; i < file->lines->len; i++) {
        const Line *line = file->lines->pdata[i];
        if (line->kind != LINE_ENTRY || line->group == NULL)
            continue;
        const SettingsFileEntry entry = {
            .group = line->group, .key = line->key, .value = line->value, .line = i + 1
        };
        func(&entry, data);
    }
}

/* The end of line the file uses. */
static const char *
end_of_line(const SettingsFile *file)
{
    if (file->lines->len == 0)
        return "\n";
    const Line *first = file->lines->pdata[0];
    return g_str_has_suffix(first->text, "\r\n") ? "\r\n" : "\n";
}

/* Puts text in as lines before `index`, understanding it as a part of `group`. */
static void
insert_line(SettingsFile *file, guint index, const char *text, const char *group)
{
    const char *eol = end_of_line(file);
    if (index > 0) {
        Line *before = file->lines->pdata[index - 1];
        if (!g_str_has_suffix(before->text, "\n")) {
            char *complete = g_strconcat(before->text, eol, NULL);
            wipe(before->text);
            before->text = complete;
        }
    }
    char *complete = g_strconcat(text, eol, NULL);
    const char *problem = NULL;
    g_ptr_array_insert(file->lines, (int) index,
                       parse_line(complete, strlen(complete), group, &problem));
    wipe(complete);
}

/* Where a new entry of a group goes: behind its last entry, else behind its last header; comments
 * at the end of a group often speak of the next one. */
static guint
insertion_point(const SettingsFile *file, const char *group)
{
    guint point = 0;
    for (guint i = 0; i < file->lines->len; i++) {
        const Line *line = file->lines->pdata[i];
        if ((line->kind == LINE_ENTRY || line->kind == LINE_GROUP)
            && g_strcmp0(line->group, group) == 0)
            point = i + 1;
    }
    return point;
}

/* " = " or "=", as the last entry of the file has it. */
static const char *
assignment(const SettingsFile *file)
{
    for (guint i = file->lines->len; i > 0; i--) {
        const Line *line = file->lines->pdata[i - 1];
        if (line->kind != LINE_ENTRY)
            continue;
        const char *equals = strchr(line->text, '=');
        return equals > line->text && g_ascii_isspace(equals[-1]) ? " = " : "=";
    }
    return " = ";
}

/* Writes another value into a line and keeps what stands before it and its end. */
static void
replace_value(Line *line, const char *value)
{
    const char *equals = strchr(line->text, '=');
    const char *start = equals + 1 + strspn(equals + 1, " \t");
    g_autofree char *before = g_strndup(line->text, (size_t) (start - line->text));
    char *encoded = encode_value(value);
    char *text = g_strconcat(before, encoded, line->text + content_length(line->text), NULL);
    wipe(encoded);
    wipe(line->text);
    line->text = text;
    wipe(line->value);
    line->value = g_strdup(value);
}

void
settings_file_set(SettingsFile *file, const char *group, const char *key, const char *value)
{
    g_return_if_fail(is_key(key));
    Line *line = find_entry(file, group, key);
    if (line != NULL) {
        replace_value(line, value);
        return;
    }
    if (*group != '\0')
        settings_file_add_group(file, group);
    char *encoded = encode_value(value);
    char *text = g_strconcat(key, assignment(file), encoded, NULL);
    insert_line(file, insertion_point(file, group), text, group);
    wipe(text);
    wipe(encoded);
    rebuild_index(file);
}

bool
settings_file_unset(SettingsFile *file, const char *group, const char *key)
{
    bool found = false;
    for (guint i = file->lines->len; i > 0; i--) {
        const Line *line = file->lines->pdata[i - 1];
        if (line->kind == LINE_ENTRY && g_strcmp0(line->group, group) == 0
            && strcmp(line->key, key) == 0) {
            g_ptr_array_remove_index(file->lines, i - 1);
            found = true;
        }
    }
    rebuild_index(file);
    return found;
}

void
settings_file_add_group(SettingsFile *file, const char *group)
{
    g_return_if_fail(*group != '\0' && strpbrk(group, "\r\n") == NULL);
    if (settings_file_has_group(file, group))
        return;
    if (file->lines->len > 0) {
        const Line *last = file->lines->pdata[file->lines->len - 1];
        if (last->kind != LINE_BLANK)
            insert_line(file, file->lines->len, "", last->group);
    }
    g_autofree char *header = g_strdup_printf("[%s]", group);
    insert_line(file, file->lines->len, header, NULL);
    rebuild_index(file);
}

static LineKind
kind_at(const SettingsFile *file, guint index)
{
    const Line *line = file->lines->pdata[index];
    return line->kind;
}

/* First line of the comment block that stands directly above a header; the header itself when there
 * is none. A block that opens the file speaks of the file. */
static guint
block_above(const SettingsFile *file, guint header)
{
    guint start = header;
    while (start > 0 && kind_at(file, start - 1) == LINE_COMMENT)
        start--;
    return start == 0 ? header : start;
}

bool
settings_file_remove_group(SettingsFile *file, const char *group)
{
    bool found = false;
    guint end = file->lines->len;
    for (guint i = file->lines->len; i > 0; i--) {
        const guint header = i - 1;
        const Line *line = file->lines->pdata[header];
        if (line->kind != LINE_GROUP)
            continue;
        guint start = block_above(file, header);
        if (g_strcmp0(line->group, group) == 0) {
            /* The last group takes the blank lines before it along. */
            while (end == file->lines->len && start > 0 && kind_at(file, start - 1) == LINE_BLANK)
                start--;
            g_ptr_array_remove_range(file->lines, start, end - start);
            found = true;
        }
        /* The comments above this header are not a part of the group before it. */
        end = start;
        i = start + 1;
    }
    rebuild_index(file);
    return found;
}

char *
settings_file_format(const SettingsFile *file, gsize *length)
{
    gsize size = 0;
    for (guint i = 0; i < file->lines->len; i++)
        size += strlen(((const Line *) file->lines->pdata[i])->text);
    /* All at once: a text that grows leaves copies behind. */
    GString *text = g_string_sized_new(size);
    for (guint i = 0; i < file->lines->len; i++) {
        const Line *line = file->lines->pdata[i];
        g_string_append(text, line->text);
    }
    if (length != NULL)
        *length = text->len;
    return g_string_free(text, FALSE);
}

bool
settings_file_save(const SettingsFile *file, GError **error)
{
    g_return_val_if_fail(file->saves, false);
    gsize length;
    char *text = settings_file_format(file, &length);
    const bool done = paths_write(file->name, text, (gssize) length, error);
    explicit_bzero(text, length);
    g_free(text);
    return done;
}

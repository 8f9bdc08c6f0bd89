/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What text logs have in common. */
#include <string.h>

#include "base/when.h"
#include "cli/import_private.h"

/* Takes the rest of a line that is too long. */
static ImportLine
skip_line(ImportFile *file)
{
    int byte;
    while ((byte = getc_unlocked(file->stream)) != EOF && byte != '\n')
        continue;
    return IMPORT_LINE_TOO_LONG;
}

ImportLine
import_next_line(ImportFile *file)
{
    int byte;
    g_string_truncate(file->text, 0);
    while ((byte = getc_unlocked(file->stream)) != EOF && byte != '\n') {
        if (file->text->len >= IMPORT_LINE_MAX) {
            file->line++;
            return skip_line(file);
        }
        g_string_append_c(file->text, (char) byte);
    }
    if (byte == EOF && file->text->len == 0)
        return IMPORT_LINE_END;
    file->line++;
    if (file->text->len > 0 && file->text->str[file->text->len - 1] == '\r')
        g_string_truncate(file->text, file->text->len - 1);
    return IMPORT_LINE;
}

char *
import_text(const char *bytes, gsize length)
{
    return g_utf8_make_valid(bytes, (gssize) length);
}

const Jid *
import_jid_of_name(const ImportSink *sink, const char *name)
{
    const char *at = NULL;
    for (const char *p = name; (p = strstr(p, "_at_")) != NULL; p++)
        at = p;
    if (at == NULL || strchr(name, '@') != NULL)
        return strchr(name, '@') == NULL ? NULL : sink->jid(sink->data, name);
    g_autofree char *text = g_strdup_printf("%.*s@%s", (int) (at - name), name, at + strlen("_at_"));
    return sink->jid(sink->data, text);
}

bool
import_is_own_nick(const ImportSink *sink, const char *account, const char *nick)
{
    if (sink->nicks != NULL)
        return g_strv_contains(sink->nicks, nick);
    const gsize length = strcspn(account, "@");
    return strlen(nick) == length && strncmp(nick, account, length) == 0;
}

bool
import_parse_time(const char *text, gint64 *time)
{
    if (when_parse(text, time))
        return *time > 0;
    g_autoptr(GTimeZone) local = g_time_zone_new_local();
    g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(text, local);
    if (date == NULL)
        return false;
    *time = g_date_time_to_unix(date) * G_USEC_PER_SEC + g_date_time_get_microsecond(date);
    return *time > 0;
}

static bool
read_number(const char **text, int digits, int *number)
{
    *number = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (!g_ascii_isdigit(**text))
            return false;
        *number = *number * 10 + (**text - '0');
    }
    return true;
}

static bool
take(const char **text, char wanted)
{
    return *(*text)++ == wanted;
}

/* "20231231T10:00:00Z", or, in logs of long ago, seconds since 1970 in ten digits. */
static bool
read_stamp(const char **text, gint64 *time)
{
    int year, month, day, hour, minute, second;
    const char *p = *text;
    if (read_number(&p, 4, &year) && read_number(&p, 2, &month) && read_number(&p, 2, &day) && take(&p, 'T') &&
        read_number(&p, 2, &hour) && take(&p, ':') && read_number(&p, 2, &minute) && take(&p, ':') &&
        read_number(&p, 2, &second) && take(&p, 'Z')) {
        g_autofree char *iso = g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, hour, minute, second);
        *text = p;
        return when_parse(iso, time) && *time > 0;
    }
    int high, low;
    p = *text;
    if (!read_number(&p, 5, &high) || !read_number(&p, 5, &low) || *p != ' ')
        return false;
    *time = (high * G_GINT64_CONSTANT(100000) + low) * G_USEC_PER_SEC;
    *text = p;
    return *time > 0;
}

bool
import_parse_head(const char *line, ImportHead *head)
{
    int more;
    if ((line[0] != 'M' && line[0] != 'S') || line[1] == '\0' || line[2] != ' ')
        return false;
    head->type = line[0];
    head->info = line[1];
    const char *p = line + 3;
    if (!read_stamp(&p, &head->time))
        return false;
    while (*p == ' ')
        p++;
    if (!read_number(&p, 3, &more))
        return false;
    /* mcabber pads to three digits, it does not cut. */
    while (g_ascii_isdigit(*p) && more < 1000000)
        more = more * 10 + (*p++ - '0');
    if (*p != ' ' && *p != '\0')
        return false;
    head->more = (guint) more;
    head->text = *p == '\0' ? p : p + 1;
    return true;
}

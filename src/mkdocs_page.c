/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mkdocs.h"

#include <stdio.h>

#include <glib.h>

/* Text of a paragraph, so that nothing in it is taken for a request or a ligature. */
void
put(const char *text)
{
    static const struct {
        char character;
        const char *escape;
    } escapes[] = {
        { '\\', "\\e" }, { '-', "\\-" }, { '\'', "\\(aq" }, { '`', "\\(ga" },
        { '^', "\\(ha" }, { '~', "\\(ti" }, { '"', "\\(dq" },
    };
    if (*text == '.')
        fputs("\\&", stdout);
    for (const char *p = text; *p != '\0'; p++) {
        const char *escape = NULL;
        for (gsize i = 0; i < G_N_ELEMENTS(escapes); i++)
            escape = *p == escapes[i].character ? escapes[i].escape : escape;
        if (escape != NULL)
            fputs(escape, stdout);
        else
            putchar(*p);
        if (*p == '\n' && p[1] == '.')
            fputs("\\&", stdout);
    }
}

void
line(const char *text)
{
    put(text);
    putchar('\n');
}

/* A request whose argument is one text: ".SH NAME". */
void
request(const char *name, const char *text)
{
    printf(".%s \"", name);
    put(text);
    fputs("\"\n", stdout);
}

void
paragraph(const char *text)
{
    puts(".PP");
    line(text);
}

/* A tag in bold and what it means. */
void
item(const char *tag, const char *text)
{
    puts(".TP");
    request("B", tag);
    line(text);
}

void
example(const char *text)
{
    puts(".PP\n.in +4n\n.EX");
    line(text);
    puts(".EE\n.in");
}

void
page(const char *name, const char *section, const char *about)
{
    puts(".\\\" SPDX-License-Identifier: GPL-3.0-or-later");
    puts(".\\\" Printed by mkdocs from the tables of the program: change those, then run make docs.");
    printf(".TH %s %s \"\" \"confab %s\" \"confab\"\n", name, section, PACKAGE_VERSION);
    request("SH", "NAME");
    printf("%s \\- %s\n", name, about);
}

void
see_also(const char *const *pages)
{
    request("SH", "SEE ALSO");
    for (; *pages != NULL; pages += 2)
        printf(".BR %s (%s)%s\n", pages[0], pages[1], pages[2] != NULL ? "," : "");
}

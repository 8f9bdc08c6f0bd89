/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of mkdocs, which prints what is derived from the tables. All print on standard output. */
#pragma once

/* --- pages of the manual: mkdocs_page.c --- */

void page(const char *name, const char *section, const char *about);
/* Text in a paragraph, so that nothing in it is taken for a request or a ligature. */
void put(const char *text);
void line(const char *text);
/* A request whose argument is one text: ".SH NAME". */
void request(const char *name, const char *text);
void paragraph(const char *text);
/* A tag in bold and what it means. */
void item(const char *tag, const char *text);
void example(const char *text);
/* Name and section of each, ended by NULL; names as roff has them. */
void see_also(const char *const *pages);

/* --- parts of confab(1): mkdocs_words.c --- */

void print_words(void);
/* Those of every word. */
void print_options(void);
void print_exit_codes(void);
void print_service(void);

/* --- documents --- */

void print_rpc_page(void);
void print_rpc_schema(void);
void print_bash_completion(void);
void print_zsh_completion(void);
void print_fish_completion(void);

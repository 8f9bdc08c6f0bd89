/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data forms (XEP-0004): read into a value, filled in, and answered; and the one text form of forms that describe
 * (XEP-0128), which XEP-0115 §5.1 hashes. */
#pragma once

#include "xmpp/module.h"
#include "xmpp/stanza.h"

#define NS_FORM "jabber:x:data"

/* Stands for the "<" of XEP-0115 until the text is hashed. It cannot occur in XML and sorts below
 * all that can. */
#define FORM_SEPARATOR '\x01'

typedef enum {
    FORM_READ,       /* `canonical` is set */
    FORM_IGNORED,    /* has no hidden FORM_TYPE (XEP-0115 §5.4 step 3.6) */
    FORM_ILL_FORMED, /* contradicts itself, or holds the separator: hashes must not be made of it */
} FormResult;

/* "FORM_TYPE|var|value|value|var|value|" with FORM_SEPARATOR for "|": fields by name, values by
 * text. */
FormResult form_canonical(xmpp_stanza_t *form, char **canonical);

/* --- forms as values --- */

/* What goes beyond is dropped, and the form says so (I9). */
enum {
    FORM_FIELDS_MAX = 256,
    FORM_OPTIONS_MAX = 512, /* of one field */
    FORM_VALUES_MAX = 4096, /* of one field */
    FORM_ITEMS_MAX = 4096,
    FORM_BYTES_MAX = 1024 * 1024, /* of all texts together */
};

typedef enum { FORM_FORM, FORM_SUBMIT, FORM_CANCEL, FORM_RESULT } FormKind;

typedef enum {
    FIELD_TEXT_SINGLE, /* also what has no type, or one that nobody knows (XEP-0004 §3.3) */
    FIELD_TEXT_MULTI,  /* a value is a line */
    FIELD_TEXT_PRIVATE,
    FIELD_BOOLEAN,
    FIELD_LIST_SINGLE,
    FIELD_LIST_MULTI,
    FIELD_JID_SINGLE,
    FIELD_JID_MULTI,
    FIELD_FIXED, /* words for the reader */
    FIELD_HIDDEN,
} FormFieldType;

/* Texts are as they were sent: to be cleaned before they are shown (I12). */
typedef struct FormOption {
    char *label; /* NULL: only the value */
    char *value;
} FormOption;

typedef struct FormField {
    char *var; /* NULL: of FIELD_FIXED only */
    char *label, *description; /* NULL */
    FormFieldType type;
    bool required;
    bool is_changed;    /* by form_set() */
    GPtrArray *values;  /* char* */
    GPtrArray *options; /* FormOption* */
} FormField;

typedef struct DataForm {
    FormKind kind;
    char *title, *instructions; /* NULL; instructions in lines */
    GPtrArray *fields;          /* FormField*, in their order; each `var` once: the first one counts */
    GPtrArray *reported;        /* FormField*: the columns of a table (§3.4) */
    GPtrArray *items;           /* its rows: GPtrArray* of FormField* */
    bool is_cut;                /* there was more than fits: it cannot be answered */
} DataForm;

/* NULL: that is no form. */
DataForm *form_new(xmpp_stanza_t *x);
/* An empty one, to be filled with form_add_field(). */
DataForm *form_new_empty(FormKind kind);
/* Borrowed; NULL when there is one of that name already. `var` and `label` are copied. */
FormField *form_add_field(DataForm *form, const char *var, const char *label, FormFieldType type);
void form_free(DataForm *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DataForm, form_free)

FormField *form_find(const DataForm *form, const char *var);
/* The first value of a field; NULL: none. */
const char *form_value(const DataForm *form, const char *var);
const char *form_field_value(const FormField *field);
/* The hidden FORM_TYPE (XEP-0068); NULL: none. */
const char *form_type(const DataForm *form);
/* "text-single" …: stable. */
const char *form_field_type_word(FormFieldType type);
/* Takes any number of values. */
bool form_field_is_multi(const FormField *field);
/* 1, 0; -1: neither. */
int form_parse_boolean(const char *text);

/* --- form_answer.c: filling in --- */
/* Replaces the values of a field; none, or one that is "", empties it. Booleans may be said as "yes", "off", "1" …; an
 * option by its value or its label. False: nothing was changed, and the error says what the field takes. */
bool form_set(DataForm *form, const char *var, const char *const *values, GError **error);
/* Whether it can be submitted: it is whole, and nothing that is required is missing. */
bool form_check(const DataForm *form, GError **error);
bool form_is_changed(const DataForm *form);
/* Adds <x type='submit'/> with all that has a value or was changed, hidden fields included; or <x type='cancel'/>. */
void form_add_submit(xmpp_stanza_t *parent, const DataForm *form);
void form_add_cancel(xmpp_stanza_t *parent);

extern const XmppModule form_module;

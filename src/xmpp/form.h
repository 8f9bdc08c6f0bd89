/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data forms (XEP-0004), as far as service discovery needs them: forms that describe (XEP-0128), in
 * the one text form that XEP-0115 §5.1 hashes. */
#pragma once

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

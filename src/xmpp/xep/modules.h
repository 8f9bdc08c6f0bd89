/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only list of modules. */
#pragma once

#include "xmpp/module.h"

/* All rows, NULL-terminated. */
const XmppModule *const *modules_all(void);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gettext's short names. Tables use N_() and are translated where they are shown. */
#pragma once

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

/* A plain function instead of G_DEFINE_QUARK, which keeps a static; the error path can afford the look-up. */
GQuark
confab_error_quark(void)
{
    return g_quark_from_static_string("confab-error");
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/keys.h"

#include "base/i18n.h"

static const KeyRow rows[KEY_COUNT] = {
#define KEY(name, function, label, sequences, command, help)                                                           \
    [KEY_##name] = { "confab-" function, label, sequences, command, help },
#include "tui/keys.def"
#undef KEY
};

const KeyRow *
key_row(KeyId id)
{
    return &rows[id];
}

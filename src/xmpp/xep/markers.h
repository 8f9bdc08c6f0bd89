/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Displayed markers (XEP-0333): XmppMessage.markable, marker and marker_for. */
#pragma once

#include "xmpp/module.h"

extern const XmppModule markers_module;

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the records share. */
#pragma once

#include "core/records.h"
#include "store/db.h"
#include "store/foreign_db.h"

Db *records_db(const Records *records);
/* Another process had the store open when this one opened it. */
bool records_are_shared(const Records *records);

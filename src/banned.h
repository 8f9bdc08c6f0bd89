/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Included into every file by the build: functions nobody should call. The error names what to call instead. The system
 * headers come first, so that their declarations are not touched. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef strtok
#define strcpy(...) strcpy_is_banned_use_g_strdup_or_g_strlcpy
#define strcat(...) strcat_is_banned_use_g_string_append
#define sprintf(...) sprintf_is_banned_use_g_strdup_printf_or_g_snprintf
#define vsprintf(...) vsprintf_is_banned_use_g_strdup_vprintf
#define gets(...) gets_is_banned_use_paths_read
#define strtok(...) strtok_is_banned_use_g_strsplit
#define system(...) system_is_banned_use_subprocess_run
#define popen(...) popen_is_banned_use_subprocess_run

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fuzzer under tests/fuzz defines. Built with --enable-fuzzers libFuzzer calls it; otherwise
 * fuzz_replay.c gives it the files of tests/fuzz/corpus/NAME (for fuzz_NAME) and some mutations of each, as a
 * part of make check. A fuzzer holds no state from call to call and fails by g_assert. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Optional. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

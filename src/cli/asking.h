/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the words of the command line that ask a confab that runs do alike: the loop, the output, the signals, the end. For this
 * layer only. */
#pragma once

#include "cli/line_writer.h"
#include "rpc/rpc_client.h"

typedef struct Asking {
    GMainLoop *loop;
    LineWriter *out;     /* standard output */
    RpcClient *instance; /* who is asked */
    bool ending;
    int code; /* to exit with */
} Asking;

/* ERROR_UNREACHABLE: none runs. asking_close() is to follow in any case. `handler` gets `data`. */
bool asking_open(Asking *asking, const Paths *paths, const RpcClientHandler *handler, gpointer data, GError **error);
void asking_close(Asking *asking);
/* Runs until the end; `start` is called in the loop. Writes what is left and returns the exit code. */
int asking_run(Asking *asking, GSourceFunc start, gpointer data);
/* The first reason to end counts; one that is an error is told. */
void asking_end(Asking *asking, int code);
void asking_fail(Asking *asking, const GError *error);
/* asking_fail(): the instance is gone. */
void asking_fail_gone(Asking *asking);

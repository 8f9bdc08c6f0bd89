/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "automation/plugin_questions.h"

static const RpcField run_params[] = {
    { "command", RPC_TEXT, true, false, "The command, as it was registered", NULL },
    { "args", RPC_OBJECT, true, false, "Its arguments by the names of its grammar; those that were not given are missing", NULL },
    { "line", RPC_TEXT, true, false, "The line as it was given", NULL },
    { "account", RPC_TEXT, true, true, "The account it is for", NULL },
    { "with", RPC_TEXT, true, true, "The conversation it was given in", NULL },
    { 0 },
};
static const RpcField run_result[] = {
    { "lines", RPC_TEXTS, false, false, "What it prints", NULL },
    { "error", RPC_TEXT, false, false, "What went wrong, and what to do; else it has worked", NULL },
    { "code", RPC_INTEGER, false, false, "The exit code of the failure (1)", NULL },
    { 0 },
};
static const RpcField filter_params[] = {
    { "direction", RPC_TEXT, true, false, "Said by you, or by others", "in|out" },
    { "body", RPC_TEXT, true, false, "The text", NULL },
    { "account", RPC_TEXT, true, false, "The name of the account", NULL },
    { "with", RPC_TEXT, true, false, "The conversation", NULL },
    { "kind", RPC_TEXT, true, false, "What it is", "chat|room|private" },
    { "from", RPC_TEXT, true, true, "Who said it", NULL },
    { "encryption", RPC_TEXT, true, false, "What it came encrypted with, or will go; “none”", NULL },
    { 0 },
};
static const RpcField filter_result[] = {
    { "body", RPC_TEXT, false, false, "The text from now on; without any of these it stays as it is", NULL },
    { "drop", RPC_BOOLEAN, false, false, "It is not said, or not shown", NULL },
    { "error", RPC_TEXT, false, false, "It is not said, and this is why", NULL },
    { 0 },
};

const RpcMethod plugin_questions[] = {
    { "run", "One of its commands was given. Answer within 30 seconds.", run_params, run_result, NULL },
    { "filter", "What becomes of this text? Answer within half a second.", filter_params, filter_result, NULL },
    { 0 },
};

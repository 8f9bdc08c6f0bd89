#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Says back what contacts say, through a confab that runs (confab run --stay): echo.sh [OPTION of confab ctl…]
# What others say goes from one program to the other, as JSON; the shell never has it in its hands. Needs jq.
set -eu
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
mkfifo "$directory/requests"
exec 3<>"$directory/requests" # both ends: nobody waits for the other to open it

echo '{"jsonrpc":"2.0","method":"subscribe","params":{"events":["message"],"direction":"in"}}' >&3
confab ctl --json "$@" <&3 |
    jq --unbuffered -c '.params | select(.kind == "chat" and (.delayed | not) and (.body | startswith("you said: ") | not)) |
        {jsonrpc: "2.0", method: "send", params: {account, to: .with, body: ("you said: " + .body), wait: "none"}}' >&3

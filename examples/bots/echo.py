#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says back what contacts say, through the control socket of a confab that runs (confab run --stay): confab-rpc(7).

What others say is data: it comes as JSON, goes back as JSON, and is nothing else on its way.
"""
import json
import os
import socket
import sys

MARK = "you said: "  # two of this kind must not talk for ever

path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.environ["XDG_RUNTIME_DIR"], "confab", "control.sock")
with socket.socket(socket.AF_UNIX) as link:
    link.connect(path)
    lines = link.makefile("r", encoding="utf-8", newline="\n")
    requests = link.makefile("w", encoding="utf-8", newline="\n")  # not one file for both: writing forgets what was read ahead

    def tell(method, **params):  # without an id: done, and not answered
        print(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}), file=requests, flush=True)

    tell("subscribe", events=["message"], direction="in")
    for line in lines:
        said = json.loads(line)["params"]
        if said["kind"] == "chat" and not said["delayed"] and not said["body"].startswith(MARK):
            tell("send", account=said["account"], to=said["with"], body=MARK + said["body"], wait="none")

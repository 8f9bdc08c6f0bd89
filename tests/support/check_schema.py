#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds lines of JSON on standard input against man/confab.schema.json.

check_schema.py SCHEMA [DEFINITION]    DEFINITION: one of its $defs, "message" for instance; else an event
check_schema.py SCHEMA --broken        every line is made wrong in several ways, each of which must be found
"""
import json
import sys

import jsonschema

LIMIT = 10  # complaints


def broken(value):
    """The same event, wrong in one way or another."""
    yield {**value, "surprise": 1}
    yield {**value, "v": "1"}
    yield {**value, "time": "now"}
    yield {**value, "event": value["event"] + "x"}
    for name in ("v", "event", "time", "account"):
        yield {key: rest for key, rest in value.items() if key != name}
    for name in value:
        yield {**value, name: {}}


def main():
    schema = json.load(open(sys.argv[1], encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    wanted = sys.argv[2] if len(sys.argv) > 2 else None
    if wanted is not None and wanted != "--broken":
        schema = {**schema, "$ref": "#/$defs/" + wanted}
    validator = jsonschema.Draft202012Validator(schema)
    wrong = count = 0
    for number, line in enumerate(sys.stdin.buffer, 1):
        value = json.loads(line.decode("utf-8"))
        if wanted == "--broken":
            cases = [(case, True) for case in broken(value)]
        else:
            cases = [(value, False)]
        for case, is_broken in cases:
            count += 1
            if validator.is_valid(case) == is_broken:
                wrong += 1
                if wrong <= LIMIT:
                    print(f"line {number}: {'accepted' if is_broken else 'refused'}: {json.dumps(case)}")
    print(f"{count} checked, {wrong} wrong")
    return 1 if wrong or not count else 0


sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""stats_schema.py SCHEMA FILE: check FILE against bench/schema/SCHEMA.json.

raw is checked line by line, the others as one document. Exit status 0 if it
fits, 1 with one line naming the place if not.
"""
import json
import os
import sys

import jsonschema


def documents(kind, path):
    with open(path, encoding="utf-8") as file:
        if kind != "raw":
            yield path, json.load(file)
            return
        for number, line in enumerate(file, 1):
            if line.strip():
                yield f"{path}:{number}", json.loads(line)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: stats_schema.py SCHEMA FILE")
    kind, path = sys.argv[1:]
    room = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(f"{room}/schema/{kind}.json", encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    for place, document in documents(kind, path):
        for error in validator.iter_errors(document):
            sys.exit(f"stats_schema.py: {place}: {error.json_path}: {error.message}")


if __name__ == "__main__":
    main()

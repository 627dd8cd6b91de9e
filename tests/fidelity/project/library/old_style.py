#!/usr/bin/python
"""Reads `key=value` from a file; prints JSON; imports nothing of Ansible's."""

import json
import shlex
import sys

with open(sys.argv[1]) as file:
    words = shlex.split(file.read())
print(
    json.dumps(
        {
            "changed": False,
            "words": sorted(word for word in words if not word.startswith("_ansible")),
            "count": len(sys.argv),
        }
    )
)

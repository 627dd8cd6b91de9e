"""Filters of the project's own."""

import ast

from ansible.errors import AnsibleFilterError


def shout(text):
    if not isinstance(text, str):
        raise AnsibleFilterError("only texts can be shouted")
    return text.upper() + "!"


class FilterModule:
    def filters(self):
        return {"shout": shout, "literal": ast.literal_eval}

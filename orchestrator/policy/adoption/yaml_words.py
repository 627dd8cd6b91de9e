"""Words as YAML: as they are where every reader takes them for text, else in quotes."""

from __future__ import annotations

import json
import re

_PLAIN = re.compile(r"^[A-Za-z/_][A-Za-z0-9/_. @+*-]*$")
_NO_TEXT = re.compile(r"^(?:true|false|yes|no|on|off|null|y|n)$", re.IGNORECASE)


def word(text: str) -> str:
    """One scalar, also within brackets."""
    if _PLAIN.match(text) and not _NO_TEXT.match(text) and not text.endswith(" "):
        return text
    return json.dumps(text, ensure_ascii=True)


def entries(names: list[str], indent: int) -> str:
    """A list, one entry on each line."""
    return "".join(f"{' ' * indent}- {word(name)}\n" for name in names)


def comment(text: str) -> str:
    """A line of a file as it may stand in a comment."""
    return " ".join(text.split())

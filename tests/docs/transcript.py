"""What a page says that a command prints, compared with what it printed.

Compared by words: how many spaces stand between them is the terminal's. Ids, moments, durations, digests and addresses
are different each time, and so count as equal. `...` in a line stands for any words, alone in a line for any lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_DIFFERENT = [
    (re.compile(pattern), f"<{name}>")
    for pattern, name in (
        (r"\b\d{8}-\d{6}\b(-[0-9a-f]{8}\b)?", "id"),
        (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?=\d{4}-)", ""),
        (r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?( ?UTC|Z|[+-]\d\d:\d\d)?)?", "moment"),
        (r"\b\d\d:\d\d(:\d\d)?\b", "moment"),
        (r"\b\d+(\.\d+)? ?(ms|s|min|h)\b(( and)? \d+ ?(s|min)\b)*", "duration"),
        (r"\b(?=\w*\d)[0-9a-f]{8,64}\b(\.\.\.|\N{HORIZONTAL ELLIPSIS})?", "digest"),
        (r"\b\d+\.\d+\.\d+\.\d+\b", "address"),
        (r"(/tmp|/home|/root)(/[\w.-]+)+", "path"),
    )
]


def _plain(line: str) -> str:
    for pattern, name in _DIFFERENT:
        line = pattern.sub(name.replace("<>", ""), line)
    return " ".join(line.split())


def difference(expected: Sequence[str], printed: str) -> str | None:
    """The first line of the page that was not printed in its place, or None."""
    lines = [_plain(line) for line in printed.splitlines() if line.strip()]
    at, anywhere = 0, False
    for line in (line for line in expected if line.strip()):
        if line.strip() == "...":
            anywhere = True
            continue
        places = range(at, len(lines)) if anywhere else range(at, min(at + 1, len(lines)))
        place = next((place for place in places if _alike(line, lines[place])), None)
        if place is None:
            return f"expected: {line.strip()}\nprinted:\n{printed}"
        at, anywhere = place + 1, False
    if at < len(lines) and not anywhere:
        return f"expected nothing more\nprinted:\n{printed}"
    return None


def _alike(expected: str, line: str) -> bool:
    pattern = ".*".join(re.escape(_plain(part)) for part in re.split(r"\.\.\.|…", expected))
    return re.fullmatch(pattern.replace(r"\ .*", ".*"), line) is not None

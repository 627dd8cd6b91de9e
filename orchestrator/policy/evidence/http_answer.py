"""Judges an HTTP answer. Also sent to targets: only the standard library, and nothing newer than Python 3.8."""

from __future__ import annotations

BODY_LIMIT = 1 << 20


def judge_http(
    *, status: int, body: bytes, wanted: int, contains: str | None, place: str = ""
) -> tuple[str, str]:
    """The answer, and what was found in words, for example `status 500: database not reachable`.

    `place`: where a redirection leads, or where the last one that was followed led, in words.
    """
    words = f"status {status}{place}"
    if status != wanted:
        return "failed", f"{words}{_first_line(body)}"
    if contains is None or contains.encode() in body:
        return "passed", words + ("" if contains is None else f' with "{contains}"')
    if len(body) > BODY_LIMIT:
        return (
            "inconclusive",
            f'{words}; "{contains}" is not in the first {BODY_LIMIT} bytes, and there is more',
        )
    return "failed", f'{words} without "{contains}"{_first_line(body)}'


def _first_line(body: bytes) -> str:
    lines = body[:4000].decode("utf-8", "replace").strip().splitlines()
    return f": {lines[0].strip()[:200]}" if lines else ", and an empty body"

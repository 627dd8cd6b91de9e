"""Text from outside, made safe to show and store: one line, capped, without characters that mislead a terminal or a reader."""

import re

# Control characters, line and paragraph separators, bidirectional controls, zero-width and other invisible characters.
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff\U000e0000-\U000e007f]+"
)
_SOFT_HYPHEN = "\u00ad"
"""Invisible too, and not among the others: these decide how captured values are written, which must stay comparable."""


def plain(text: str, limit: int = 300) -> str:
    """The text on one line of at most `limit` characters; an unprintable character becomes a space."""
    line = " ".join(_UNFIT.sub(" ", text[: limit * 4].replace(_SOFT_HYPHEN, " ")).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


_LOOKS_ESCAPED = re.compile(r"\\[xuU]")
_ONE_UNFIT = re.compile(_UNFIT.pattern.removesuffix("+") + r"|\\")


def escaped_text(value: str) -> str:
    r"""A name or value, still distinguishable: unprintable characters are written `\x1b`, and different texts stay different.

    Nothing is cut, because two long values may differ only at their ends.
    """
    # Most are names of files and the like, which takes no search to see.
    if value.isascii() and value.isprintable() and "\\" not in value:
        return value
    if _UNFIT.search(value) is None and _LOOKS_ESCAPED.search(value) is None:
        return value
    return _ONE_UNFIT.sub(lambda match: _visible(match[0]), value)


def _visible(character: str) -> str:
    number = ord(character)
    if character == "\\":
        return "\\\\"
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"

"""Text from outside, made fit to be shown and stored: one line, capped, nothing that a terminal or a reader is led by."""

import re

# Control characters, line and paragraph separators, bidirectional controls, zero-width and other invisible characters.
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\uffff\U000e0000-\U000e007f]+"
)


def plain(text: str, limit: int = 300) -> str:
    """The text on one line of at most `limit` characters; what cannot be shown becomes a space."""
    line = " ".join(_UNFIT.sub(" ", text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


_LOOKS_ESCAPED = re.compile(r"\\[xuU]")
_ONE_UNFIT = re.compile(_UNFIT.pattern.removesuffix("+") + r"|\\")


def escaped_text(value: str) -> str:
    r"""A name or a value that stays distinguishable: unfit characters are written `\x1b`, and no two texts become one.

    Nothing is cut, for two long values that differ at their ends are not equal.
    """
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

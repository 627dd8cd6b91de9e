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

"""Makes text from targets safe to show: without characters that mislead a reader, a terminal or a browser."""

import unicodedata

from orchestrator.domain.text.plain_text import plain

_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BREAKS = dict.fromkeys(map(ord, "\n\t"))
CAP = 20000


def one_line(text: str) -> str:
    """The same on one line: for forms whose rows are lines."""
    return legible(plain(text, CAP))


def legible(text: str) -> str:
    """The text without control, bidirectional and invisible characters; line breaks and tabs stay; long text is capped."""
    if len(text) > CAP:
        text = f"{text[:CAP]}… ({len(text) - CAP:,} characters more)"
    # Fast path for records with millions of characters: nearly all text is printable, and printable text needs no change.
    if text.translate(_BREAKS).isprintable():
        return text
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in _UNFIT else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )

"""Text from targets made fit to be shown: nothing that leads a reader, a terminal or a browser astray."""

import unicodedata

_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
CAP = 20000


def legible(text: str) -> str:
    """The text without control, bidirectional and invisible characters; line breaks and tabs stay; long text is capped."""
    if len(text) > CAP:
        text = f"{text[:CAP]}… ({len(text) - CAP:,} characters more)"
    return "".join(
        c if c in "\n\t" or unicodedata.category(c) not in _UNFIT else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )

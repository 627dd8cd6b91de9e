"""What a host captured, in text that can be shown and kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.domain.evidence.baseline import ConfigurationItem, Cut, CutKind
from orchestrator.domain.text.plain_text import escaped_text, plain

_COUNTED_CUTS = 50


def shown_cuts(answered: Sequence[tuple[CutKind, str, str]]) -> tuple[Cut, ...]:
    """The cuts of an answer; where there are very many, whole kinds: what is left out is never more than what is named."""
    cuts = [
        Cut(kind=kind, below=escaped_text(below), reason=plain(reason, 200))
        for kind, below, reason in answered
    ]
    if len(cuts) <= _COUNTED_CUTS:
        return tuple(cuts)
    reason = f"{len(cuts)} parts of the system could not be captured, the first for: {cuts[0].reason}"
    return tuple(Cut(kind=kind, reason=reason) for kind in sorted({cut.kind for cut in cuts}))


def shown_item(kind: str, name: str, attributes: Mapping[str, Any]) -> ConfigurationItem:
    """An item in text that can be shown; no two different values become one."""
    shown = {
        escaped_text(key): escaped_text(value)
        if isinstance(value, str) and not _is_content(key, value)
        else value
        for key, value in attributes.items()
    }
    return ConfigurationItem(kind=escaped_text(kind), name=escaped_text(name), attributes=shown)


def _is_content(key: str, value: str) -> bool:
    """Whether it is the content of a file in base64: long, and fit as it is."""
    return key == "content" and value.isascii()

"""`--key LINE`: the keys of orch that whoever verifies knows."""

from __future__ import annotations

from orchestrator.domain.seal.signed_note import NoteKey
from orchestrator.domain.text.plain_text import plain
from orchestrator.errors import UsageFault


def read_keys(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The keys, without what `orch record key` says after each. Raises UsageFault."""
    keys = tuple((line.split(maxsplit=1) or [""])[0] for line in lines)
    for line in keys:
        try:
            NoteKey.read(line)
        except ValueError as fault:
            raise UsageFault(
                f"--key: expected a line that orch record key prints, found another: {plain(str(fault), 200)}."
            ) from None
    return keys

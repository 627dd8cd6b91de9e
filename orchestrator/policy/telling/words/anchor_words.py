"""How far the log is anchored outside, in words: made here only, from the codes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from orchestrator.domain.seal.anchors import (
    AnchorKind,
    AnchorLook,
    AnchorPlace,
    AnchorSilence,
    AnchorState,
    AnchorTry,
    Compared,
    Silent,
)
from orchestrator.domain.text.format import counted
from orchestrator.domain.text.plain_text import plain
from orchestrator.policy.telling.words.seal_words import finding_words

KIND_WORDS: Mapping[AnchorKind, str] = {
    "rfc3161": "time stamps of",
    "git": "the repository",
    "file": "the file",
}
SILENCE_WORDS: Mapping[AnchorSilence, str] = {
    "down": "it cannot be reached",
    "late": "it did not answer in time",
    "refused": "it refused",
    "nonsense": "its answer is not good",
    "lacking": "something is missing here",
    "unreadable": "it cannot be read",
}
COMPARED_WORDS: Mapping[Compared, str] = {
    "outside": "compared with what is there",
    "stamp": "its time stamp is verified",
    "own word": "NOT compared: only the store's own word",
    "nothing": "nothing to compare",
}
NO_ANCHOR = (
    "No anchor outside: whether somebody with orch's key made the log anew, or restored this home and its database together, "
    "cannot be known here"
)


def state_lines(state: AnchorState) -> Iterator[str]:
    """How far the log is anchored, by the store's own word: a line for each anchor that was ever tried."""
    for last in state.tries:
        name, owed = last.anchor.name, state.owed(last.anchor.name)
        newest = state.newest.get(name)
        up_to = "not anchored" if newest is None else f"anchored up to {_minute(newest.at)}"
        part = "" if newest is None or state.number is None else _part(newest.size, state.number)
        yield plain(f"{name}: {up_to}{part}{_owed_words(owed, last)}", 400)


def _part(size: int, number: int) -> str:
    return ", with all of this" if size > number else ", without the newest of this"


def anchor_lines(looks: Sequence[AnchorLook]) -> Iterator[str]:
    """What a look at each anchor found, in lines for people."""
    if not looks:
        yield NO_ANCHOR
    for look in looks:
        newest = (
            f"up to {_minute(look.at)}, {counted(look.size, 'head')}" if look.at is not None else "nothing"
        )
        owed = f"; owed: {counted(look.owed, 'head')}" if look.owed else ""
        why = f" ({silence_words(look.silence)})" if look.silence is not None else ""
        yield plain(f"{place_words(look.anchor)}: {newest}; {COMPARED_WORDS[look.compared]}{owed}{why}", 600)
        yield from (f"  {finding.code}: {finding_words(finding)}" for finding in look.findings)


def try_words(last: AnchorTry) -> str:
    """How one try went."""
    end = "done" if last.silence is None else f"owed: {silence_words(last.silence)}"
    return plain(f"{place_words(last.anchor)}: {end}", 600)


def place_words(anchor: AnchorPlace) -> str:
    """An anchor with its place."""
    return plain(f"{anchor.name}, {KIND_WORDS[anchor.kind]} {anchor.place}", 300)


def silence_words(silence: Silent) -> str:
    """Why nothing was anchored."""
    detail = plain(silence.detail, 300)
    return f"{SILENCE_WORDS[silence.code]}: {detail}" if detail else SILENCE_WORDS[silence.code]


def _owed_words(owed: int, last: AnchorTry) -> str:
    if not owed:
        return ""
    why = f", since {silence_words(last.silence)}" if last.silence is not None else ""
    return f"; owed: {counted(owed, 'head')}{why}; orch record anchor tries again"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"

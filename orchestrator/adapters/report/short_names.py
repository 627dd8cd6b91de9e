"""Names of hosts for places of a few characters: what tells them apart is what stays."""

from collections.abc import Collection, Sequence

_JOINTS = "._-"


def short_names(names: Collection[str], most: int) -> dict[str, str]:
    """Each name in at most `most` characters: without the domain that all share, then without their beginning, then cut."""
    if all(len(name) <= most for name in names):
        return {name: name for name in names}
    bare = _without_domain(names)
    if any(len(name) > most for name in bare.values()):
        begins = _shared_beginning([*bare.values()]) if len(bare) > 1 else 0
        bare = {name: f"…{short[begins:]}" if begins else short for name, short in bare.items()}
    return {name: short if len(short) <= most else f"{short[: most - 1]}…" for name, short in bare.items()}


def _shared_beginning(names: Sequence[str]) -> int:
    """Characters that all begin with, up to a joint: those of the first and the last in order are those of all."""
    first, last = min(names), max(names)
    alike = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return max(first.rfind(joint, 0, alike) for joint in _JOINTS) + 1


def _without_domain(names: Collection[str]) -> dict[str, str]:
    labels = {name: name.split(".") for name in names}
    least = min(len(each) for each in labels.values())
    shared = 0
    while shared < least - 1 and len({each[-1 - shared] for each in labels.values()}) == 1:
        shared += 1
    # The end of an address is no domain.
    if any(each[-1].isdigit() for each in labels.values()):
        shared = 0
    return {name: ".".join(each[: len(each) - shared]) for name, each in labels.items()}

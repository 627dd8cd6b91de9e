"""Disk space: nothing new starts without enough of it, and a running backout gets the space that was reserved for it."""

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.text.format import size_words
from orchestrator.engine.ports import Storage
from orchestrator.errors import Refused

BALLAST = 16 << 20
"""Bytes reserved for a backout of any size: its journal, its attempts' files, and slack."""
BALLAST_PER_HOST = 64 << 10
"""Bytes reserved for each host: the evidence of two runs, and its part of the journal."""
BALLAST_PER_ITEM = 192
"""Bytes reserved for each item of a host's baseline: three captures of about 45 bytes (measured), and slack."""
USUAL_ITEMS = 400
"""Estimated items in a host's baseline until one is captured."""


def ballast_for(hosts: int, items: int | None = None) -> int:
    """Bytes to reserve for a backout of `hosts` hosts; `items`: the total of their baselines, if known."""
    known = hosts * USUAL_ITEMS if items is None else items
    return BALLAST + hosts * BALLAST_PER_HOST + known * BALLAST_PER_ITEM


def refuse_without_room(storage: Storage, hosts: int, copy: int = 0) -> None:
    """Raises Refused if there is too little space to start a deployment; `copy`: bytes of its private copy."""
    room, ballast = storage.room(), ballast_for(hosts)
    if room < storage.reserve + ballast + copy:
        for_copy = f", {size_words(copy)} for its copy of the project" if copy else ""
        raise Refused(
            f"{storage.place} has {size_words(room)} free; a deployment to {hosts} hosts needs "
            f"{size_words(storage.reserve)} in reserve{for_copy} and {size_words(ballast)} for its backout. "
            "Nothing was started. "
            f"Make room there (df -h {storage.place}), or set a smaller reserve (ORCH_DISK_RESERVE, such as 64MB)."
        )


def lacking(storage: Storage, deployment: Deployment) -> str | None:
    """Reserve what the backout may need, before hosts are touched. Returns the reason why that fails, or None."""
    items = sum(baseline.items for baseline in deployment.preparation.baselines.values())
    wanted = ballast_for(len(deployment.targets), items)
    held_back = storage.lay_in(deployment.id, wanted)
    room = storage.room()
    if held_back >= wanted and room >= storage.reserve:
        return None
    for_backout = f" and {size_words(wanted)} for its backout ({size_words(held_back)} held back)"
    return (
        f"the disk is nearly full: {storage.place} has {size_words(room)} free, and a wave needs "
        f"{size_words(storage.reserve)} in reserve{for_backout if held_back < wanted else ''}; "
        "make room there, then retry"
    )


def make_room_for_backout(storage: Storage, deployment: Deployment) -> None:
    """Release reserved space if less than the general reserve is free."""
    if storage.room() < storage.reserve:
        storage.release(deployment.id)


def give_back(storage: Storage, deployment: Deployment) -> None:
    """Release all space that is reserved for a deployment, once it is over."""
    if deployment.over:
        storage.give_back(deployment.id)

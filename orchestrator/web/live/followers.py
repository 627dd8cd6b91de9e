"""Followers of deployments whose pages were asked for: the next page reads only what came since."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.web.live.follower import Follower

if TYPE_CHECKING:
    from orchestrator.engine.ports import Ports

MOST, MOST_HOSTS = 16, 40_000
"""Followers that are kept, and their hosts in all; those that were asked for last stay."""


class _Kept(NamedTuple):
    follower: Follower
    taken: Lock


class Followers:
    """One at a time uses a follower; who comes meanwhile waits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    @contextmanager
    def at(self, ports: Ports, deployment: str) -> Iterator[Follower]:
        """The follower as of now. Raises NotFound and StoreFault; one that failed is made anew next time."""
        with self._lock:
            kept = self._kept.get(deployment)
        if kept is None:
            kept = self._added(Follower(ports, deployment))
            with kept.taken:
                yield kept.follower
            return
        with kept.taken:
            try:
                kept.follower.catch_up()
            except BaseException:
                with self._lock:
                    self._kept.pop(deployment, None)
                raise
            yield kept.follower

    def _added(self, follower: Follower) -> _Kept:
        with self._lock:
            kept = self._kept[follower.d.id] = _Kept(follower, Lock())
            self._kept.move_to_end(follower.d.id)
            hosts = sum(len(each.follower.d.targets) for each in self._kept.values())
            while len(self._kept) > 1 and (len(self._kept) > MOST or hosts > MOST_HOSTS):
                _, gone = self._kept.popitem(last=False)
                hosts -= len(gone.follower.d.targets)
            return kept

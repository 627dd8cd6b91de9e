"""Host locks in memory."""

from collections.abc import Collection, Mapping

from orchestrator.domain.journal.host_lock import HostLock
from orchestrator.engine.ports import Clock, HostLocks


class FakeHostLocks(HostLocks):
    """A dictionary of locks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._locks: dict[str, HostLock] = {}
        self._epoch = 0

    def take(self, deployment: str, machines: Mapping[str, str], by: str) -> list[HostLock]:
        held = [
            self._locks[m] for m in machines if m in self._locks and self._locks[m].deployment != deployment
        ]
        if held:
            return held
        now = self._clock.now()
        for machine, host in machines.items():
            lock = HostLock.of_valid(machine=machine, host=host, deployment=deployment, since=now, by=by)
            self._locks.setdefault(machine, lock)
        return []

    def give_back(self, deployment: str) -> None:
        self._locks = {m: lock for m, lock in self._locks.items() if lock.deployment != deployment}

    def held(self) -> list[HostLock]:
        return sorted(self._locks.values(), key=lambda lock: (lock.since, lock.host))

    def next_epoch(self) -> int:
        self._epoch += 1
        return self._epoch

    def store(self) -> str:
        return "5" * 32

    def never_given(self, epochs: Collection[int]) -> frozenset[int]:
        return frozenset(epoch for epoch in epochs if not 0 < epoch <= self._epoch)

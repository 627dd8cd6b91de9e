"""Somebody edits the store by hand in the middle of a deployment; a look at its seal finds that, and no wave begins on it."""

from collections.abc import Sequence
from random import Random

from orchestrator.domain.journal.events import AttemptIntended, Recorded, SealAccepted
from orchestrator.domain.seal.findings import SealFinding, SealLook
from orchestrator.engine.seal_ports import NoSeals

EVERY, THIS = 20, 4
"""In one of so many seeds the store is edited; the others draw what they drew before."""


class SimulatedSeals(NoSeals):
    """Seals that fit until somebody edits: after that a look finds the events that were edited."""

    def __init__(self, seed: int) -> None:
        self._random = Random(-5 - seed)
        self._chance = 0.03 if seed % EVERY == THIS else 0.0
        self.edits: dict[str, list[tuple[int, int]]] = {}
        """By deployment: the event that was edited, and the newest event at that moment."""

    def heard(self, deployment: str, newest: int) -> None:
        """After each event somebody may edit an earlier one."""
        if self._chance and self._random.random() < self._chance:
            edited = self._random.randrange(1, newest + 1)
            self.edits.setdefault(deployment, []).append((edited, newest))

    def looks(self, deployments: Sequence[str]) -> list[SealLook]:
        return [SealLook(name, tuple(self._findings(name))) for name in deployments]

    def _findings(self, name: str) -> list[SealFinding]:
        return [
            SealFinding("seal.event_changed", event)
            for event in sorted({event for event, _ in self.edits.get(name, ())})
        ]


def against_seals(seals: SimulatedSeals, name: str, records: list[Recorded]) -> list[str]:
    """No wave begins on a record that was edited, before a person accepted just that."""
    return [
        f"{record.event.attempt} of a wave began on a broken record"
        for record in records
        if isinstance(record.event, AttemptIntended) and record.event.purpose == "deploy"
        for edited, since in seals.edits.get(name, ())
        if since < record.seq and not _accepted(records, edited, record.seq)
    ]


def _accepted(records: list[Recorded], edited: int, before: int) -> bool:
    return any(
        isinstance(record.event, SealAccepted)
        and record.seq < before
        and any(damage.event == edited for damage in record.event.damage)
        for record in records
    )

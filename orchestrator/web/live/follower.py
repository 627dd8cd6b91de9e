"""Follows one deployment by its journal: the fold, the story and the tasks at work, as of the last look."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from orchestrator.adapters.report.evidence import Evidence
from orchestrator.adapters.report.timeline import HOSTS_UP_TO
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal.condensed import condensed
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.lookup.admission_facts import reasons_now
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.policy.telling.teller import telling_of
from orchestrator.policy.telling.timeline_builder import story_from, tell

if TYPE_CHECKING:
    from orchestrator.domain.deployment.deployment import Deployment
    from orchestrator.domain.evidence.attempt_sighting import TaskSeen
    from orchestrator.domain.journal.condensed import Condensed
    from orchestrator.domain.journal.events import Recorded
    from orchestrator.engine.ports import Ports
    from orchestrator.policy.telling.timeline import Story

LINES_KEPT = 14
"""The newest lines of what happened that the page shows."""
STILL_EVERY = 5.0
"""Seconds between looks whether a run waits for its node."""


class Line(NamedTuple):
    """What happened: when, where (a wave or a phase), and in words."""

    at: datetime
    where: str
    words: str


class Follower:
    """As of the last look. Records are kept only where they are few: the lanes of single hosts are drawn from them."""

    def __init__(self, ports: Ports, deployment: str) -> None:
        """Reads everything so far. Raises NotFound, StoreFault."""
        self._ports = ports
        self.d: Deployment = folded(ports.journal, deployment)
        so_far = [record for record in ports.journal.read_condensed(deployment) if record.seq <= self.d.seq]
        self.story: Story = story_from(self.d, so_far[1:])
        self._lines: deque[Line] = deque(maxlen=LINES_KEPT)
        for record in so_far[-2 * LINES_KEPT :]:
            self._note(record)
        few = len(self.d.standings) <= HOSTS_UP_TO
        self._records: list[Recorded] | None = ports.journal.read(deployment) if few else None
        self.tasks: dict[str, TaskSeen] = {}
        self._attempt, self._number = "", 0
        self.still, self._looked_at = "", 0.0
        self._look_at_tasks()
        self.reasons = reasons_now(ports, self.d, ports.clock.now())

    @property
    def lines(self) -> list[Line]:
        """What happened last, the newest first."""
        return [*reversed(self._lines)]

    @property
    def evidence(self) -> Evidence:
        """The evidence of single hosts; without any where there are many."""
        return Evidence(self._records or ())

    def catch_up(self) -> None:
        """Be as a new follower would be: what came since, and what only time changes. Raises NotFound and StoreFault."""
        if not self.look():
            self.reasons = reasons_now(self._ports, self.d, self._ports.clock.now())

    def look(self) -> bool:
        """Read what came since; whether anything did. Raises StoreFault."""
        new = self._ports.journal.read(self.d.id, after=self.d.seq)
        for record in new:
            self.d = apply(self.d, record)
            short = condensed(record)
            tell(self.story, short, self.d)
            self._note(short)
            if self._records is not None:
                self._records.append(record)
        if new:
            self.reasons = reasons_now(self._ports, self.d, self._ports.clock.now())
        return self._look_at_tasks() or bool(new)

    def _note(self, record: Condensed) -> None:
        telling = telling_of(record.event, self.d, record.counts)
        self._lines += [
            Line(record.at, plain(where, 60), plain(words, 300)) for where, words in telling.lines
        ]

    def _look_at_tasks(self) -> bool:
        attempt = self.d.open_attempt
        if attempt is None:
            had, self.tasks, self._attempt, self.still = bool(self.tasks or self.still), {}, "", ""
            return had
        if attempt.attempt != self._attempt:
            self._attempt, self._number, self.tasks = attempt.attempt, 0, {}
        seen = self._ports.playbooks.tasks_seen(self._attempt, self._number)
        for task in seen:
            self._number = max(self._number, task.number)
            self.tasks[task.host] = task
        return self._stands_still() or bool(seen)

    def _stands_still(self) -> bool:
        """Look now and then whether the run waits for a node; whether that has changed."""
        now = self._ports.clock.uptime()[1]
        if self._looked_at and now - self._looked_at < STILL_EVERY:
            return False
        before, self._looked_at = self.still, now
        self.still = plain(self._ports.playbooks.stands_still(self._attempt), 500)
        return self.still != before

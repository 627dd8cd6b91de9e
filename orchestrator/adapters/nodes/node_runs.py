"""Attempts on a node: begun once, reported until they have ended, and ended when the server is out of reach for too long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from orchestrator.adapters.nodes.calling import about_report
from orchestrator.adapters.nodes.courier import Courier
from orchestrator.adapters.nodes.frames import Report, Sealed, StartRun
from orchestrator.adapters.nodes.known_server import KnownServer
from orchestrator.adapters.nodes.relocation import Relocation
from orchestrator.adapters.nodes.workplace import Workplace
from orchestrator.domain.evidence.attempt import Isolation
from orchestrator.domain.evidence.attempt_sighting import Sighting
from orchestrator.domain.text.model_base import Name, Noun
from orchestrator.engine.node_ports import FrameKeys
from orchestrator.engine.ports import Clock, PlaybookRuns
from orchestrator.errors import MachineLacks, StoreFault

EVERY = 0.5
"""Seconds between looks at an attempt."""
AT_LEAST_EVERY = 5.0
"""Seconds after which an attempt is reported though nothing changed."""
MOST_TASKS = 20_000
"""Results of tasks in a report; the oldest are left out."""
CUT_OFF = 240.0
"""Seconds without an answer of the server after which a node ends its attempts: less than the lease of drivers."""

WARM_FOR = 600.0
"""Seconds after the last run for which Ansible stays imported, for the next wave."""

RunsWith = Callable[[dict[str, str], str | None], PlaybookRuns]
"""The port for runs, given what they see of the environment and the password to become root."""


class Kept(Noun):
    """What a node must know of an attempt after it was started anew. `places`: where the driver's paths lead."""

    attempt: Name
    call: str
    places: dict[str, str]
    number: int = 0
    place: str = ""
    """The place at work; by default it has the name of the attempt."""

    @property
    def at(self) -> str:
        """The name of its place."""
        return self.place or self.attempt


@dataclass
class _Open:
    kept: Kept
    seen: str = ""
    reported_at: float = float("-inf")


class NodeRuns:
    """The attempts of one node. `name`: the node; `server`: whoever its reports are sealed to."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a node is made of
        self,
        home: Path,
        name: str,
        keys: FrameKeys,
        server: KnownServer,
        courier: Courier,
        clock: Clock,
        runs_with: RunsWith,
        workplace: Workplace,
        *,
        cut_off: float = CUT_OFF,
    ) -> None:
        self._folder, self._name, self._keys, self._server = home / "taken", name, keys, server
        self._courier, self._clock, self._workplace = courier, clock, workplace
        self._runs_with, self._cut_off = runs_with, cut_off
        self._runs = runs_with({}, None)
        self._lock = Lock()
        self._open = {kept.attempt: _Open(kept) for kept in self._found()}
        self._heard = clock.uptime()[1]
        self._cold_at = float("inf")

    @property
    def idle(self) -> bool:
        """Whether no attempt is open."""
        return not self._open

    @property
    def at_work(self) -> bool:
        """Whether a run is at work on this machine, reported or not."""
        return any(self._runs.sight(attempt).state == "running" for attempt in list(self._open))

    @property
    def attempts(self) -> frozenset[str]:
        """Those that are open."""
        return frozenset(self._open)

    @property
    def places(self) -> frozenset[str]:
        """Their places at work."""
        return frozenset(known.kept.at for known in self._open.values())

    @property
    def runs(self) -> PlaybookRuns:
        """The port, without anybody's passwords."""
        return self._runs

    def heard(self, before: float) -> None:
        """The server answered what was asked at this uptime."""
        self._heard = max(self._heard, before)

    def begin(self, sealed: Sealed, question: StartRun) -> None:
        """Begin an attempt that was never begun here. Raises StoreFault, MachineLacks, Refused."""
        attempt = question.request.attempt
        with self._lock:
            if attempt in self._open:
                return
            kept = Kept(attempt=attempt, call=sealed.id, places={}, place=self._place_of(sealed, attempt))
            self._refuse_other_ansible(question)
            if self._runs.sight(attempt).state == "absent":
                _, there = self._workplace.prepared(kept.at, sealed.files, sealed.tree)
                kept = kept.model_copy(update={"places": there.places})
                self._write(kept)
                runs = self._runs_with(question.passed, question.become)
                try:
                    runs.start(there.noun(question.request))
                except BaseException:
                    if self._runs.sight(attempt).state == "absent":
                        self._forget(kept)
                    raise
                self._cold_at = self._clock.uptime()[1] + WARM_FOR
            else:
                self._write(kept)
            self._open[attempt] = _Open(kept)

    def _place_of(self, sealed: Sealed, attempt: str) -> str:
        """The same one for each run of a deployment, one after the other, so that what was imported for its project serves."""
        place = f"of-{sealed.deployment}" if sealed.deployment else attempt
        return attempt if place in self.places else place

    def _refuse_other_ansible(self, question: StartRun) -> None:
        if not question.core or question.request.execution_environment:
            return
        here = self._runs.software(Path(question.request.project)).core
        if here != question.core:
            raise MachineLacks(
                f"it has ansible-core {here}, and the deployment began with {question.core}; install that one on the node"
            )

    def let_go(self) -> None:
        """Hold nothing ready for a later run."""
        self._cold_at = float("inf")
        with self._lock:
            self._runs.let_go()

    def stop(self, attempt: str, isolation: Isolation | None = None) -> bool:
        """End the attempt's processes here; whether none is left. `isolation`: what is on record of it."""
        gone = self._runs.stop(attempt, isolation)
        if gone:
            self._report_of(attempt, last=True)
        return gone

    def report_all(self) -> None:
        """Report what changed; end everything where the server was out of reach for too long."""
        now = self._clock.uptime()[1]
        if self._open:
            self._cold_at = now + WARM_FOR
        elif now >= self._cold_at:
            self.let_go()
        if self._open and now - self._heard > self._cut_off:
            for attempt in list(self._open):
                self._runs.stop(attempt)
        for attempt in list(self._open):
            self._report_of(attempt, last=False)

    def _report_of(self, attempt: str, *, last: bool) -> None:
        known = self._open.get(attempt)
        if known is None:
            return
        with self._lock:
            now = self._clock.uptime()[1]
            sighting = self._runs.sight(attempt)
            tasks = tuple(self._runs.tasks_seen(attempt)[-MOST_TASKS:])
            last = last or sighting.state == "finished" or self._was_ended(sighting, now)
            back = Relocation(known.kept.places).back()
            content = back.text_of(Report(sighting=sighting, tasks=tasks))
            if content == known.seen and not last and now - known.reported_at < AT_LEAST_EVERY:
                return
            number = known.kept.number + 1
            # Noted before it is sent: a report that was kept and not acknowledged must not have the number of the next.
            known.kept = known.kept.model_copy(update={"number": number})
            self._write(known.kept)
            about = about_report(attempt, self._name, number, last=last)
            frame = self._keys.seal(content.encode(), [self._server.party], about)
            self._courier.report(attempt, number, frame, last=last)
            self.heard(now)
            known.seen, known.reported_at = content, now
            if last:
                self._forget(known.kept)

    def _was_ended(self, sighting: Sighting, now: float) -> bool:
        """Whether this node has ended it, for it was cut off: asked again, for only then nothing of it is left."""
        return (
            sighting.state == "dead"
            and now - self._heard > self._cut_off
            and self._runs.stop(sighting.attempt)
        )

    def _forget(self, kept: Kept) -> None:
        self._open.pop(kept.attempt, None)
        (self._folder / f"{kept.attempt}.json").unlink(missing_ok=True)
        self._workplace.discard(kept.at)

    def _write(self, kept: Kept) -> None:
        file = self._folder / f"{kept.attempt}.json"
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = file.with_suffix(".new")
            beside.write_text(kept.model_dump_json(), encoding="utf-8")
            beside.replace(file)
        except OSError as error:
            raise StoreFault(f"{file} cannot be written: {error.strerror}.") from None

    def _found(self) -> list[Kept]:
        """Those that were open when the node ended. A file that cannot be read is one of a node that died as it wrote it."""
        kept = []
        for file in sorted(self._folder.glob("*.json")):
            try:
                kept.append(Kept.model_validate_json(file.read_bytes()))
            except (OSError, ValueError):
                continue
        return kept

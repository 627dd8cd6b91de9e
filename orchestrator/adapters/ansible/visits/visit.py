"""One visit: a run of orch's own playbook through the adapter that runs all playbooks, and its answers."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from orchestrator.adapters.ansible.attempt_folder import AttemptFolder
from orchestrator.adapters.ansible.visits.answers import VisitAnswer, answers_of
from orchestrator.adapters.ansible.visits.left_visits import clear_up, mark_starter
from orchestrator.domain.evidence.attempt import AttemptRequest, VisitQuestion
from orchestrator.domain.plan.target import Target, library_keys_of
from orchestrator.domain.text.plain_text import plain
from orchestrator.engine.ports import Clock, PlaybookRuns
from orchestrator.errors import OrchError

_SPARE = 60.0
"""Seconds of a visit beside those that its questions may take: Ansible's start, and a connection to each host."""
_POLL = 0.25


@dataclass(frozen=True, slots=True)
class Visited:
    """The answers of a visit, by host and number of the question. `fault`: why nothing of it counts.

    `words`: the run's name, and the digest of the playbook that it ran.
    """

    answers: dict[tuple[str, int], VisitAnswer] = field(default_factory=dict)
    fault: str = ""
    words: str = ""
    seconds: float = 0.0

    def answer(self, host: str, number: int) -> VisitAnswer | None:
        """A host's answer to a question; None where there is none."""
        return self.answers.get((host, number))


class Visits:
    """Visits below the root folder of all attempts."""

    def __init__(self, runs: PlaybookRuns, root: Path, clock: Clock) -> None:
        self._runs, self._root, self._clock = runs, root, clock

    def visit(
        self, ground: AttemptRequest, targets: Sequence[Target], questions: Sequence[VisitQuestion]
    ) -> Visited:
        """Ask these questions, and wait for the end; whatever goes wrong is a fault of the visit, and never raised."""
        started = time.monotonic()
        request = _request(ground, targets, questions)
        try:
            visited = self._visited(request, targets)
        except OrchError as fault:
            visited = Visited(fault=plain(str(fault), 500))
        except BaseException:
            # Nobody will read its answers.
            self._runs.stop(request.attempt)
            raise
        return Visited(visited.answers, visited.fault, visited.words, time.monotonic() - started)

    def _visited(self, request: AttemptRequest, targets: Sequence[Target]) -> Visited:
        clear_up(self._runs, self._root, request.deployment)
        mark_starter(self._root, request.attempt)
        self._runs.start(self._shut_off(request, targets))
        # The worker has its own limit; this one is for a worker that is not there to keep it.
        over = time.monotonic() + request.run_timeout + _SPARE
        while (sighting := self._runs.sight(request.attempt)).state not in ("finished", "dead"):
            if time.monotonic() > over:
                self._runs.stop(request.attempt)
                return Visited(fault="the visit did not end in its time")
            self._runs.await_end(request.attempt, self._clock, _POLL)
        folder = AttemptFolder(self._root, request.attempt)
        answers, fault = answers_of(folder.events(), folder.nonce(), request.questions)
        faults = () if sighting.outcome is None else sighting.outcome.faults
        if sighting.state == "dead":
            self._runs.stop(request.attempt)
            faults = faults or ("its worker ended without an outcome",)
        return Visited(answers, next(iter(faults), fault), _words(folder, request))

    def _shut_off(self, request: AttemptRequest, targets: Sequence[Target]) -> AttemptRequest:
        """As runs are, but that a question changes nothing: it needs this machine as it is for containers alone."""
        containers = any(
            target.through is not None and target.through.in_container_here for target in targets
        )
        shut_off = self._runs.isolation(request.execution_environment or None, acts_here=containers)
        return request.model_copy(update={"isolation": shut_off.isolation})


def _request(
    ground: AttemptRequest, targets: Sequence[Target], questions: Sequence[VisitQuestion]
) -> AttemptRequest:
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    longest = sum(each.question.timeout for each in questions)
    rounds = -(-len(targets) // max(1, ground.forks))
    return ground.model_copy(
        update={
            "attempt": f"{ground.deployment}.visit-{moment}-{secrets.token_hex(4)}",
            "purpose": "visit",
            "hosts": tuple(target.host for target in targets),
            "addresses": {target.host: target.place for target in targets},
            "questions": tuple(questions),
            "library_keys": library_keys_of(targets),
            "run_timeout": _SPARE + longest * rounds,
        }
    )


def _words(folder: AttemptFolder, request: AttemptRequest) -> str:
    playbook = folder.path / "playbook.yml"
    digest = sha256(playbook.read_bytes()).hexdigest() if playbook.is_file() else "none"
    return f"{request.attempt}, playbook sha256 {digest}"

"""What `orch doctor` looks at: each look gives findings, codes with values; the words are the command line's."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.bootstrap.doctor.finding import NEEDED_SUBJECTS, SUBJECTS, Finding, Subject

if TYPE_CHECKING:
    from orchestrator.bootstrap.doctor.machine import LabSeen

Look = Callable[[], Sequence[Finding]]
WITHIN = 15.0
"""Seconds in which all looks answer; a program or a database that hangs is named, and nothing waits for it."""


def examined(
    environ: Mapping[str, str], ansible: Path | None, lab_seen: Callable[[], LabSeen], house_file: Path
) -> tuple[Finding, ...]:
    """All findings, in the order of the subjects. Nothing is made, and no host is reached."""
    from orchestrator.bootstrap.doctor import machine, orch_itself, reaching, running

    looks: dict[tuple[Subject, ...], Look] = {
        ("orch", "python"): orch_itself.programs,
        ("settings", "home", "space", "house", "store"): lambda: orch_itself.places(environ, house_file),
        ("ansible", "collections", "ssh_passwords", "acceleration"): lambda: running.ansible(
            environ, ansible
        ),
        ("ansible_runner", "mitogen"): running.packages,
        ("openssh",): reaching.openssh,
        ("agent",): lambda: reaching.agent(environ),
        ("host_keys",): reaching.host_keys,
        ("git",): reaching.git,
        ("lab",): lambda: machine.lab(lab_seen),
        ("containers",): machine.containers,
        ("execution_environment",): lambda: running.execution_environment(environ),
        ("isolation",): lambda: running.isolation(environ),
        ("timer",): machine.timer,
        ("locale", "clock"): lambda: (machine.locale(environ), machine.clock()),
        ("pdf", "apprise"): machine.extras,
    }
    return tuple(sorted(all_at_once(looks, WITHIN), key=lambda finding: SUBJECTS.index(finding.subject)))


def all_at_once(looks: Mapping[tuple[Subject, ...], Look], within: float) -> Iterator[Finding]:
    """What the looks find, each in its own thread; each subject of one that does not answer in time is a finding too.

    An exception of a look is raised here.
    """
    answers: queue.SimpleQueue[tuple[tuple[Subject, ...], Sequence[Finding] | Exception]] = (
        queue.SimpleQueue()
    )

    def answer(subjects: tuple[Subject, ...], look: Look) -> None:
        try:
            answers.put((subjects, look()))
        except Exception as error:  # noqa: BLE001 - raised again in the thread that asks
            answers.put((subjects, error))

    for subjects, look in looks.items():
        threading.Thread(target=answer, args=(subjects, look), daemon=True).start()
    waiting = set(looks)
    timer = threading.Timer(within, lambda: answers.put(((), ())))
    timer.daemon = True
    timer.start()
    while waiting:
        subjects, seen = answers.get()
        if isinstance(seen, Exception):
            raise seen
        if not subjects:
            break
        waiting.discard(subjects)
        yield from seen
    timer.cancel()
    for subjects in waiting:
        yield from (Finding(subject, "missing", lack="no_answer") for subject in subjects)


def lacks_what_every_deployment_needs(findings: Sequence[Finding]) -> bool:
    """Whether something is missing without which no deployment can run here."""
    return any(finding.state == "missing" and finding.subject in NEEDED_SUBJECTS for finding in findings)

"""Authorisation of each attempt: the private copy equals what was approved, the approvals are valid, and there is time."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.journal.events import WaveAuthorised, WaveNotAuthorised
from orchestrator.domain.plan.effective_plan import Change
from orchestrator.engine.drive_context import Work
from orchestrator.engine.lookup import admission_facts
from orchestrator.engine.project_folder import folder
from orchestrator.errors import NotFound, OrchError, PlanFault
from orchestrator.policy.authority.copy_integrity import (
    changes_in_copy,
    changes_in_words,
    known_files,
    refusals_of,
)
from orchestrator.policy.authority.wave_authorisation import wave_authorisation
from orchestrator.policy.course.steps import Perform


def perform(work: Work, step: Perform) -> None:
    """Authorised, or every reason why not. A backout needs no leave of anybody, only a copy that nobody changed."""
    d = work.deployment
    changes = changes_of_copy(work, step.purpose)
    restored = _restored(work, changes) if changes and d.private_copy.mend else ()
    if restored:
        changes = changes_of_copy(work, step.purpose)
    if changes:
        reasons = refusals_of(changes, d.project)
        work.chronicle.note(WaveNotAuthorised(wave=step.wave, purpose=step.purpose, reasons=reasons))
    elif step.purpose == "backout":
        work.chronicle.note(WaveAuthorised(wave=step.wave, purpose="backout", restored=restored))
    else:
        work.chronicle.note(_asked(work, step, restored))


def _asked(work: Work, step: Perform, restored: tuple[str, ...]) -> WaveAuthorised | WaveNotAuthorised:
    try:
        question = admission_facts.question_of(work.ports, work.deployment, work.ports.clock.now())
    except OrchError as fault:
        return WaveNotAuthorised(wave=step.wave, reasons=(f"what it rests on cannot be read: {fault}",))
    answer = wave_authorisation(question, work.deployment, step.wave)
    return answer.model_copy(update={"restored": restored}) if isinstance(answer, WaveAuthorised) else answer


def changes_of_copy(work: Work, purpose: Purpose) -> tuple[Change | str, ...]:
    """What of the copy is not what was approved; a backout does not need the artefacts of what it takes back."""
    d, place = work.deployment, work.deployment.private_copy.folder or ""
    try:
        in_place = work.ports.authority.inventory_in_place(d.plan, folder(d.project))
        files = {**work.ports.authority.copied(d.plan, place).files, **in_place}
    except PlanFault as gone:
        return tuple(f"{fault.file}: expected {fault.expected}, found {fault.found}" for fault in gone.faults)
    if purpose == "backout":
        return tuple(change for change in changes_in_copy(d, files, {}) if change.ingredient != "artefacts")
    return changes_in_copy(d, files, _artefacts(work, place))


def changed_in_copy(work: Work, purpose: Purpose) -> tuple[str, ...]:
    """The same in words, after an attempt, whose end is told in any case; a copy that cannot be read was changed."""
    if work.deployment.private_copy.folder is None:
        return ()
    try:
        return changes_in_words(changes_of_copy(work, purpose))
    except (OrchError, OSError) as fault:
        return changes_in_words([f"it cannot be read: {fault}"])


def _artefacts(work: Work, place: str) -> dict[str, str]:
    digests: dict[str, str] = {}
    for unit in work.deployment.plan.release.units:
        try:
            digests[unit.artefact] = work.ports.library.digest(folder(place), unit.artefact)
        except NotFound:
            continue
    return digests


def _restored(work: Work, changes: Iterable[Change | str]) -> tuple[str, ...]:
    """After a person's word: files are put back from the project, where they still are what was approved."""
    d = work.deployment
    if d.private_copy.folder is None or d.authority.effective is None:
        return ()
    if not all(isinstance(change, Change) for change in changes):
        return _frozen_anew(work)
    known = {**known_files(d.authority.effective), **d.authority.effective.parts("artefacts")}
    known = {path: digest for path, digest in known.items() if not path.startswith("/")}
    named = [change for change in changes if isinstance(change, Change)]
    lost = {
        path: known[path] for change in named for path in (*change.changed, *change.removed) if path in known
    }
    # An inventory outside of the project is the user's own: orch puts nothing there, and takes nothing away.
    added = [path for change in named for path in change.added if not path.startswith("/")]
    return work.ports.authority.restore(d.private_copy.folder, folder(d.project), lost, added)


def _frozen_anew(work: Work) -> tuple[str, ...]:
    """The copy is gone, or holds what no copy holds: a new one, which is compared as the old one was."""
    d = work.deployment
    try:
        work.ports.authority.freeze(d.id, d.plan, folder(d.project), Path(d.plan_file))
    except (PlanFault, NotFound):
        return ()
    return ("the whole copy",)

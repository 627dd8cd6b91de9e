"""Authorisation of each attempt: the private copy is as approved, the approvals still hold, and there is enough time."""

from collections.abc import Iterable
from pathlib import Path

from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.journal.events import WaveAuthorised, WaveNotAuthorised
from orchestrator.domain.plan.effective_plan import Change
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.lookup import admission_facts
from orchestrator.engine.project_folder import folder
from orchestrator.errors import NotFound, OrchError, PlanFault
from orchestrator.policy.authority.copy_integrity import (
    changes_in_copy,
    changes_in_replacement,
    changes_in_words,
    known_files,
    refusals_of,
)
from orchestrator.policy.authority.wave_authorisation import wave_authorisation
from orchestrator.policy.course.steps import Perform


def perform(context: DriveContext, step: Perform) -> None:
    """Authorise, or record every reason why not. A backout needs no approval, only an unchanged copy."""
    d = context.deployment
    changes = changes_of_copy(context, step.purpose)
    restored = _restored(context, changes) if changes and d.private_copy.mend else ()
    if restored:
        changes = changes_of_copy(context, step.purpose)
    if changes:
        reasons = refusals_of(changes, d.project)
        context.journal.note(WaveNotAuthorised(wave=step.wave, purpose=step.purpose, reasons=reasons))
    elif step.purpose == "backout":
        context.journal.note(WaveAuthorised(wave=step.wave, purpose="backout", restored=restored))
    else:
        context.journal.note(_asked(context, step, restored))


def _asked(
    context: DriveContext, step: Perform, restored: tuple[str, ...]
) -> WaveAuthorised | WaveNotAuthorised:
    try:
        question = admission_facts.question_of(context.ports, context.deployment, context.ports.clock.now())
    except OrchError as fault:
        return WaveNotAuthorised(wave=step.wave, reasons=(f"what it rests on cannot be read: {fault}",))
    answer = wave_authorisation(question, context.deployment, step.wave)
    return answer.model_copy(update={"restored": restored}) if isinstance(answer, WaveAuthorised) else answer


def changes_of_copy(context: DriveContext, purpose: Purpose) -> tuple[Change | str, ...]:
    """What in the copy differs from what was approved; a backout does not need the release's artefacts."""
    d, place = context.deployment, context.deployment.private_copy.folder or ""
    try:
        in_place = context.ports.authority.inventory_in_place(d.plan, folder(d.project))
        files = {**context.ports.authority.copied(d.plan, place).files, **in_place}
    except PlanFault as gone:
        return tuple(f"{fault.file}: expected {fault.expected}, found {fault.found}" for fault in gone.faults)
    replacement = d.backout.replacement if d.backout is not None else None
    if purpose == "backout" and replacement is not None:
        hosts = (change for change in changes_in_copy(d, files, {}) if change.ingredient == "hosts")
        return (*hosts, *_changes_of_replacement(context, replacement))
    if purpose == "backout":
        return tuple(change for change in changes_in_copy(d, files, {}) if change.ingredient != "artefacts")
    return changes_in_copy(d, files, _artefacts(context, place))


def _changes_of_replacement(
    context: DriveContext, replacement: BackoutReplacement
) -> tuple[Change | str, ...]:
    """What differs in the tree of another backout playbook from what a person gave their word for."""
    try:
        files = context.ports.authority.copied(context.deployment.plan, replacement.folder).files
    except PlanFault as gone:
        return tuple(f"{fault.file}: expected {fault.expected}, found {fault.found}" for fault in gone.faults)
    return changes_in_replacement(replacement, files, context.deployment.plan.resources.inventory)


def changed_in_copy(context: DriveContext, purpose: Purpose) -> tuple[str, ...]:
    """`changes_of_copy` in words, for the end of an attempt, which is recorded in any case. An unreadable copy was changed."""
    if context.deployment.private_copy.folder is None:
        return ()
    try:
        return changes_in_words(changes_of_copy(context, purpose))
    except (OrchError, OSError) as fault:
        return changes_in_words([f"it cannot be read: {fault}"])


def _artefacts(context: DriveContext, place: str) -> dict[str, str]:
    digests: dict[str, str] = {}
    for unit in context.deployment.plan.release.units:
        try:
            digests[unit.artefact] = context.ports.library.digest(folder(place), unit.artefact)
        except NotFound:
            continue
    return digests


def _restored(context: DriveContext, changes: Iterable[Change | str]) -> tuple[str, ...]:
    """Restore files from the project, if they are still as approved there. Only done when a person asked for it."""
    d = context.deployment
    if d.private_copy.folder is None or d.authority.effective is None:
        return ()
    if not all(isinstance(change, Change) for change in changes):
        return _frozen_anew(context)
    known = {**known_files(d.authority.effective), **d.authority.effective.parts("artefacts")}
    known = {path: digest for path, digest in known.items() if not path.startswith("/")}
    named = [change for change in changes if isinstance(change, Change)]
    lost = {
        path: known[path] for change in named for path in (*change.changed, *change.removed) if path in known
    }
    # An inventory outside the project is the user's own: orch adds nothing there and removes nothing.
    added = [path for change in named for path in change.added if not path.startswith("/")]
    return context.ports.authority.restore(d.private_copy.folder, folder(d.project), lost, added)


def _frozen_anew(context: DriveContext) -> tuple[str, ...]:
    """Make a new copy, because the old one is gone or holds files that no copy may hold; it is compared in the same way."""
    d = context.deployment
    try:
        context.ports.authority.freeze(d.id, d.plan, folder(d.project), Path(d.plan_file))
    except (PlanFault, NotFound):
        return ()
    return ("the whole copy",)

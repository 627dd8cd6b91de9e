"""Authorisation of each attempt: the private copy is as approved, the approvals still hold, and there is enough time."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from orchestrator.domain.authority.replacement import BackoutReplacement
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.attempt import Purpose
from orchestrator.domain.journal.events import WaveAuthorised, WaveNotAuthorised
from orchestrator.domain.plan.effective_plan import Change
from orchestrator.domain.plan.installed import is_installed
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.lookup import admission_facts
from orchestrator.engine.lookup.ticket_sight import seen_event, ticket_sight
from orchestrator.engine.lookup.unit_files import place_units, placed_again
from orchestrator.engine.project_folder import folder
from orchestrator.errors import NotFound, OrchError, PlanFault, Refused
from orchestrator.policy.authority.copy_integrity import (
    changes_in_copy,
    changes_in_replacement,
    changes_in_words,
    files_left,
    known_files,
    refusals_of,
)
from orchestrator.policy.authority.ticket_admission import TicketStep
from orchestrator.policy.authority.ticket_need import TicketSight
from orchestrator.policy.authority.wave_authorisation import wave_authorisation
from orchestrator.policy.course.steps import Perform


class _Look(NamedTuple):
    """What the copy holds: differences from what was approved, and files that earlier runs left where nothing reads them."""

    changes: tuple[Change | str, ...]
    left: tuple[str, ...] = ()


def perform(context: DriveContext, step: Perform) -> None:
    """Authorise, or record every reason why not. A backout needs no approval, only an unchanged copy."""
    d = context.deployment
    look = _look(context, step.purpose)
    restored = _restored(context, look.changes) if look.changes and d.private_copy.mend else ()
    if restored:
        look = _look(context, step.purpose)
    if look.changes:
        reasons = refusals_of(look.changes, d.project)
        context.journal.note(WaveNotAuthorised(wave=step.wave, purpose=step.purpose, reasons=reasons))
        return
    answer: WaveAuthorised | WaveNotAuthorised = WaveAuthorised(wave=step.wave, purpose="backout")
    if step.purpose != "backout":
        answer = _asked(context, step)
    elif not _seen_in_this_backout(context.deployment):
        _ticket(context, "backout", step.wave)
    if isinstance(answer, WaveAuthorised):
        removed = _without_what_runs_left(context, look.left)
        answer = answer.model_copy(update={"restored": restored, "removed": removed})
    context.journal.note(answer)


def _asked(context: DriveContext, step: Perform) -> WaveAuthorised | WaveNotAuthorised:
    d = context.deployment
    try:
        ticket = _ticket(context, "wave" if d.touched_hosts else "start", step.wave)
        question = admission_facts.question_of(context.ports, d, context.ports.clock.now(), ticket=ticket)
    except OrchError as fault:
        return WaveNotAuthorised(wave=step.wave, reasons=(f"what it rests on cannot be read: {fault}",))
    return wave_authorisation(question, d, step.wave)


def _ticket(context: DriveContext, step: TicketStep, wave: int) -> TicketSight | None:
    """The change ticket, asked for anew in front of each wave: it may have been cancelled since the last one."""
    sight = ticket_sight(context.ports, context.deployment, step)
    if sight is not None:
        context.journal.note(seen_event(sight, step, wave))
    return sight


def _seen_in_this_backout(d: Deployment) -> bool:
    """Whether the ticket was asked for since the backout began: what it lacks is noted once, and blocks nothing."""
    return d.ticket.seen is not None and d.ticket.seen.step == "backout"


def _without_what_runs_left(context: DriveContext, left: tuple[str, ...]) -> tuple[str, ...]:
    """Remove what earlier runs left, so that each run starts from the copy as it was approved. Returns what was removed."""
    d = context.deployment
    if not left or d.private_copy.folder is None:
        return ()
    return changes_in_words(
        context.ports.authority.restore(d.private_copy.folder, folder(d.project), {}, left)
    )


def changes_of_copy(context: DriveContext, purpose: Purpose) -> tuple[Change | str, ...]:
    """What in the copy differs from what was approved; a backout does not need the release's artefacts.

    Where an earlier version planned the deployment, files are compared as that one digested them.
    """
    return _look(context, purpose).changes


def _look(context: DriveContext, purpose: Purpose) -> _Look:
    look = _compared(context, purpose, every_bit=False)
    if look.changes:
        earlier = _compared(context, purpose, every_bit=True)
        return look if earlier.changes else earlier
    return look


def _compared(context: DriveContext, purpose: Purpose, *, every_bit: bool) -> _Look:
    d, place = context.deployment, context.deployment.private_copy.folder or ""
    try:
        authority = context.ports.authority
        in_place = authority.inventory_in_place(
            d.plan, folder(d.project), every_bit=every_bit, installed=d.private_copy.installed
        )
        files = {**authority.copied(d.plan, place, every_bit=every_bit).files, **in_place}
    except PlanFault as gone:
        return _Look(
            tuple(f"{fault.file}: expected {fault.expected}, found {fault.found}" for fault in gone.faults)
        )
    # A backout does not need the release's artefacts.
    artefacts = {} if purpose == "backout" else _artefacts(context, place)
    changes = changes_in_copy(d, files, artefacts)
    replacement = d.backout.replacement if d.backout is not None else None
    if purpose == "backout" and replacement is not None and replacement.stage is not None:
        # The other stages are taken back from the approved copy.
        approved = tuple(change for change in changes if change.ingredient != "artefacts")
        return _Look((*approved, *_changes_of_replacement(context, replacement, every_bit=every_bit)))
    if purpose == "backout" and replacement is not None:
        hosts = (change for change in changes if change.ingredient == "hosts")
        return _Look((*hosts, *_changes_of_replacement(context, replacement, every_bit=every_bit)))
    if purpose == "backout":
        changes = tuple(change for change in changes if change.ingredient != "artefacts")
    return _Look(changes, files_left(d, files))


def _changes_of_replacement(
    context: DriveContext, replacement: BackoutReplacement, *, every_bit: bool
) -> tuple[Change | str, ...]:
    """What differs in the tree of another backout playbook from what a person gave their word for."""
    try:
        plan = context.deployment.plan
        files = context.ports.authority.copied(plan, replacement.folder, every_bit=every_bit).files
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
            digests[unit.place] = context.ports.library.digest(folder(place), unit.place)
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
    differing = [path for change in named for path in (*change.changed, *change.removed)]
    lost = {path: known[path] for path in differing if path in known and not is_installed(path)}
    # An inventory outside the project is the user's own: orch adds nothing there and removes nothing.
    added = [path for change in named for path in change.added if not path.startswith("/")]
    restored = context.ports.authority.restore(d.private_copy.folder, folder(d.project), lost, added)
    return (*restored, *_units_again(context, lost))


def _units_again(context: DriveContext, lost: Iterable[str]) -> tuple[str, ...]:
    """Put back the units of media libraries; one that cannot be had stays as it is, and the comparison says so."""
    d = context.deployment
    try:
        return placed_again(context.ports, d.plan, folder(d.project), d.private_copy.folder or "", lost)
    except OrchError:
        return ()


def _frozen_anew(context: DriveContext) -> tuple[str, ...]:
    """Make a new copy, because the old one is gone or holds files that no copy may hold; it is compared in the same way."""
    d = context.deployment
    try:
        copy = context.ports.authority.freeze(d.id, d.plan, folder(d.project), Path(d.plan_file))
        place_units(context.ports, d.plan, folder(d.project), copy.place)
    except (PlanFault, NotFound, Refused):
        return ()
    return ("the whole copy",)

"""Admission: checks everything that must allow a deployment, and freezes what will run (ISO/IEC 20000-1 9.2, 9.3)."""

from datetime import datetime, timedelta
from pathlib import Path

from orchestrator.domain.authority.admission_answer import (
    BY_CLOCK,
    OF_CALENDAR,
    Admission,
    Admitted,
    NotAdmitted,
    Reason,
)
from orchestrator.domain.authority.trust_on_record import TrustOnRecord
from orchestrator.domain.deployment.authorisation import Authorisation
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import DeploymentNotAdmitted as Waits
from orchestrator.domain.journal.events import DeploymentRefused, WindowOpened
from orchestrator.domain.journal.lifecycle import State
from orchestrator.engine.drive_context import DriveContext
from orchestrator.engine.house_journal import adopt_by_first_use
from orchestrator.engine.lookup import admission_facts
from orchestrator.engine.lookup.shared_resources import running_beside
from orchestrator.engine.lookup.ticket_sight import seen_event, ticket_sight
from orchestrator.engine.lookup.unit_files import place_units
from orchestrator.engine.planning.replan_check import (
    PlannedAgain,
    changed_words,
    faulty_words,
    planned_again,
)
from orchestrator.engine.project_folder import folder
from orchestrator.errors import NotFound, PlanFault, Refused
from orchestrator.policy.authority.admission import admit, moment_of_start
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.calendar_check import opens_next, waits_for_people
from orchestrator.policy.authority.copy_integrity import changes_in_copy
from orchestrator.policy.authority.ticket_need import TicketSight
from orchestrator.policy.authority.trust_of_keys import trust_on_record
from orchestrator.policy.course.allowed_steps import closed_words, window_words
from orchestrator.policy.course.steps import Perform
from orchestrator.policy.telling.words.ground_words import ground_words, window_basis

FRESH = timedelta(seconds=60)
"""How long this process's own check of plan, hosts and files stays valid; after that they are checked again."""


def perform(context: DriveContext, step: Perform) -> None:
    """Ask for admission and record the answer: approved, started from a private copy, refused, or waiting."""
    d = context.deployment
    now = context.ports.clock.now()
    awaiting = d.state is State.AWAITING_APPROVAL
    again = PlannedAgain((), d.authority.policy) if awaiting else _again(context, now)
    final = [reason for reason in again.reasons if reason.code == "plan.changed"]
    asked = d.with_(authority=Authorisation.updated(d.authority, policy=again.policy))
    moment = moment_of_start(d, now) if awaiting else now
    try:
        question = admission_facts.question_of(context.ports, asked, moment, ticket=_ticket(context, asked))
        answer = admit(question)
    except PlanFault as faulty:
        _not_admitted(context, (*again.reasons, *map(faulty_words, faulty.faults)), None)
        return
    reasons = (*again.reasons, *(answer.reasons if isinstance(answer, NotAdmitted) else ()))
    if final or _window_is_over(d, now):
        stage = "approval" if final else "window"
        words = _final_words(reasons) if final else (closed_words(d),)
        context.journal.note(DeploymentRefused.model_validate({"stage": stage, "reasons": words}))
    elif reasons:
        _waits_or_is_refused(context, question, answer, reasons)
    elif awaiting:
        context.journal.note(admission_facts.approved(d, answer))
    elif isinstance(answer, Admitted):
        company = running_beside(context.ports, d, now)
        if company:
            _waits_or_is_refused(context, question, answer, company)
        else:
            _start(context, answer)


def _ticket(context: DriveContext, asked: Deployment) -> TicketSight | None:
    """The change ticket, asked for once nothing but the start is left: people may approve it as late as that."""
    if asked.state is State.AWAITING_APPROVAL:
        return None
    sight = ticket_sight(context.ports, asked, "start")
    if sight is not None:
        context.journal.note(seen_event(sight, "start"))
    return sight


def _waits_or_is_refused(
    context: DriveContext, question: Question, answer: Admission, reasons: tuple[Reason, ...]
) -> None:
    """Refuse at once a start by hand that needs no approval; a deployment that people were asked about waits for them."""
    d = context.deployment
    codes = {reason.code for reason in reasons}
    opens = opens_next(question) if codes <= BY_CLOCK else None
    missing = waits_for_people(question, reasons)
    if (
        d.authority.mode == "attended"
        and not d.authority.waited
        and not d.authority.approvals
        and not missing
        and opens is None
    ):
        context.journal.note(
            DeploymentRefused(
                stage="approval", reasons=tuple(reason.without_moves_of_an_open_one() for reason in reasons)
            )
        )
    elif d.state is State.AWAITING_APPROVAL and codes <= OF_CALENDAR:
        context.journal.note(admission_facts.approved(d, answer))
    else:
        _not_admitted(context, reasons, opens)


def _not_admitted(context: DriveContext, reasons: tuple[Reason, ...], opens: datetime | None) -> None:
    context.journal.note(Waits(reasons=tuple(dict.fromkeys(reasons)), opens=opens))


def _window_is_over(d: Deployment, now: datetime) -> bool:
    window = d.plan.schedule.window
    return window is not None and now >= window.closes


def _again(context: DriveContext, now: datetime) -> PlannedAgain:
    """What has changed since the plan was checked, by name, and the rules that bind now."""
    d = context.deployment
    if context.fresh and now - d.began_at < FRESH:
        return PlannedAgain((), d.authority.policy)
    return planned_again(context.ports, d)


def _final_words(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    """The reasons without next moves, which do not help once a deployment is over; those of changed files stay whole."""
    return tuple(
        str(reason) if reason.code in ("plan.changed", "plan.faulty") else f"{reason.about}: {reason.found}"
        for reason in dict.fromkeys(reasons)
    )


def _start(context: DriveContext, answer: Admitted) -> None:
    """Freeze first, then start only if the copy holds exactly what was planned."""
    d, ports = context.deployment, context.ports
    try:
        copy = ports.authority.freeze(d.id, d.plan, folder(d.project), Path(d.plan_file))
        place_units(ports, d.plan, folder(d.project), copy.place)
        in_place = ports.authority.inventory_in_place(
            d.plan, folder(d.project), installed=d.private_copy.installed
        )
        artefacts = {u.place: ports.library.digest(folder(copy.place), u.place) for u in d.plan.release.units}
    except PlanFault as faulty:
        _not_admitted(context, tuple(map(faulty_words, faulty.faults)), None)
        return
    except (NotFound, Refused) as gone:
        reason = Reason(code="plan.faulty", about="artefacts", found=str(gone), next_move="put it back")
        _not_admitted(context, (reason,), None)
        return
    changes = changes_in_copy(d, {**copy.tree.files, **in_place}, artefacts)
    if changes:
        ports.authority.discard(d.id)
        sentences = tuple(str(changed_words(d, change)) for change in changes)
        context.journal.note(DeploymentRefused(stage="approval", reasons=sentences))
        return
    archive = ports.shared_copies.share(d.id, folder(copy.place))
    opened = _opened(d, answer, copy.place, _issuer(context, answer))
    if context.journal.note(opened.model_copy(update={"archive": archive})):
        adopt_by_first_use(ports, d)
    else:
        ports.authority.discard(d.id)


def _issuer(context: DriveContext, answer: Admitted) -> TrustOnRecord | None:
    if answer.issuer is None:
        return None
    keys = context.ports.keys
    return trust_on_record(keys.keyring(folder(context.deployment.project)), keys.trust(), answer.issuer)


def _opened(d: Deployment, answer: Admitted, place: str, issuer: TrustOnRecord | None) -> WindowOpened:
    return WindowOpened(
        basis=window_words(d) if d.authority.policy is None else window_basis(answer.grounds),
        frozen=place,
        grounds=tuple(map(ground_words, answer.grounds)),
        reasons=answer.grounds,
        set_aside=answer.set_aside,
        consumes=answer.consumes,
        overridden=answer.overridden,
        closes=answer.closes,
        review_by=answer.review_by,
        reviewers=answer.reviewers,
        sign_off=answer.sign_off,
        issuer=issuer,
        documents=answer.documents,
    )

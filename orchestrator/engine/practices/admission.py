"""Admission: everything that must allow a deployment is asked at once, and what runs is frozen (ISO/IEC 20000-1 9.2, 9.3)."""

from datetime import datetime, timedelta
from pathlib import Path

from orchestrator.domain.authority import Admitted, NotAdmitted, Reason
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.effective_plan import changes_between
from orchestrator.domain.events import Approved, Event, Refused, WindowOpened
from orchestrator.domain.events import NotAdmitted as Waits
from orchestrator.domain.lifecycle import State
from orchestrator.domain.place import Place
from orchestrator.engine import admission
from orchestrator.engine.work import Work
from orchestrator.errors import Fault, NotFound, PlanFault
from orchestrator.policy.admission import admit
from orchestrator.policy.admission_question import Question
from orchestrator.policy.allowed_steps import closed_words, window_words
from orchestrator.policy.frozen import changes_in_copy
from orchestrator.policy.opening import opens_next
from orchestrator.policy.steps import Perform

FRESH = timedelta(seconds=60)
"""So long what this process itself found of plan, hosts and files counts; after that they are looked at again."""

BY_CLOCK = frozenset({"window.closed", "window.of_the_plan"})
"""Reasons that time mends by itself, where something opens again."""
CALENDAR = BY_CLOCK | {
    "freeze.binds",
    "time.too_short",
    "time.not_measured",
    "policy.frequency",
    "override.not_allowed",
}
"""Reasons of this moment: whoever must approve has approved."""


def perform(work: Work, step: Perform) -> None:
    """Ask; then approved, started from a private copy, refused, or waiting, and why."""
    d = work.deployment
    now = work.ports.clock.now()
    awaiting = d.state is State.AWAITING_APPROVAL
    changed = () if awaiting else _changed(work, now)
    final = [reason for reason in changed if reason.code == "plan.changed"]
    try:
        question = admission.question_of(work.ports, d, max(now, d.starts or now) if awaiting else now)
        answer = admit(question)
    except PlanFault as faulty:
        _not_admitted(work, (*changed, *map(_faulty, faulty.faults)), None)
        return
    reasons = (*changed, *(answer.reasons if isinstance(answer, NotAdmitted) else ()))
    if final or _window_is_over(d, now):
        stage = "approval" if final else "window"
        said = tuple(map(str, reasons)) if final else (closed_words(d),)
        work.chronicle.note(Refused.model_validate({"stage": stage, "reasons": said}))
    elif reasons:
        _waits_or_is_refused(work, question, reasons)
    elif awaiting:
        work.chronicle.note(_approved(d, answer))
    elif isinstance(answer, Admitted):
        _start(work, answer)


def _waits_or_is_refused(work: Work, question: Question, reasons: tuple[Reason, ...]) -> None:
    """A start by hand that nobody had to be asked for is refused at once; what people were asked for waits for them."""
    d = work.deployment
    codes = {reason.code for reason in reasons}
    opens = opens_next(question) if codes <= BY_CLOCK else None
    missing = "approval.missing" in codes and codes <= BY_CLOCK | {"approval.missing"}
    if d.mode == "attended" and not d.waited and not d.approvals and not missing and opens is None:
        work.chronicle.note(Refused(stage="approval", reasons=tuple(map(str, reasons))))
    elif d.state is State.AWAITING_APPROVAL and codes <= CALENDAR:
        work.chronicle.note(_approved(d, None))
    else:
        _not_admitted(work, reasons, opens)


def _not_admitted(work: Work, reasons: tuple[Reason, ...], opens: datetime | None) -> None:
    work.chronicle.note(Waits(reasons=tuple(dict.fromkeys(reasons)), opens=opens))


def _approved(d: Deployment, answer: object) -> Event:
    approved = (
        [word for word in answer.grounds if word.startswith("approved by")]
        if isinstance(answer, Admitted)
        else []
    )
    if approved or d.approvals:
        return Approved(basis="; ".join(approved) or "the approvals that are asked for are there")
    asked = "the plan asks for no approval" if d.policy is None else f"policy {d.policy.policy} asks for none"
    return Approved(basis=f"{asked}; started by {d.by}")


def _window_is_over(d: Deployment, now: datetime) -> bool:
    window = d.plan.schedule.window
    return window is not None and now >= window.closes


def _changed(work: Work, now: datetime) -> tuple[Reason, ...]:
    """What is no longer as it was planned: plan, rules, hosts, files, each by name."""
    d = work.deployment
    if work.fresh and now - d.began_at < FRESH:
        return ()
    try:
        prepared = work.ports.planning.prepare(Path(d.plan_file), _place(d))
    except PlanFault as faulty:
        return tuple(map(_faulty, faulty.faults))
    except NotFound as gone:
        return (Reason(code="plan.faulty", about=d.plan_file, found=str(gone), next_move="put it back"),)
    if d.effective is None or prepared.effective is None:
        return ()
    return tuple(_reason(str(change)) for change in changes_between(d.effective, prepared.effective))


def _place(d: Deployment) -> Place | None:
    """Where a rehearsal was put; any other deployment goes where its plan says."""
    if d.rehearsal is None:
        return None
    return Place(environment=d.plan.resources.environment, inventory=d.plan.resources.inventory)


def _reason(change: str) -> Reason:
    found = "no longer what it was when the deployment was planned"
    return Reason(
        code="plan.changed",
        about=change,
        found=found,
        next_move="open a new deployment, and have that approved",
    )


def _faulty(fault: Fault) -> Reason:
    where = fault.file if fault.line is None else f"{fault.file}:{fault.line}"
    return Reason(
        code="plan.faulty",
        about=f"{where} {fault.path}".strip(),
        found=f"expected {fault.expected}, found {fault.found}",
        next_move=fault.next_move,
    )


def _start(work: Work, answer: Admitted) -> None:
    """Freeze first: what the copy holds is what was planned, or nothing starts."""
    d, ports = work.deployment, work.ports
    try:
        copy = ports.authority.freeze(d.id, d.plan, Path(d.project), Path(d.plan_file))
        artefacts = {
            u.artefact: ports.library.digest(Path(copy.place), u.artefact) for u in d.plan.release.units
        }
    except PlanFault as faulty:
        _not_admitted(work, tuple(map(_faulty, faulty.faults)), None)
        return
    except NotFound as gone:
        reason = Reason(code="plan.faulty", about="artefacts", found=str(gone), next_move="put it back")
        _not_admitted(work, (reason,), None)
        return
    changes = changes_in_copy(d, copy.tree.files, artefacts)
    if changes:
        ports.authority.discard(d.id)
        said = tuple(str(_reason(str(change))) for change in changes)
        work.chronicle.note(Refused(stage="approval", reasons=said))
    elif not work.chronicle.note(_opened(d, answer, copy.place)):
        ports.authority.discard(d.id)


def _opened(d: Deployment, answer: Admitted, place: str) -> WindowOpened:
    return WindowOpened(
        basis=window_words(d) if d.policy is None else "; ".join(answer.grounds[-2:]),
        frozen=place,
        grounds=answer.grounds,
        set_aside=answer.set_aside,
        consumes=answer.consumes,
        overridden=answer.overridden,
        closes=answer.closes,
        review_by=answer.review_by,
        reviewers=answer.reviewers,
        sign_off=answer.sign_off,
    )

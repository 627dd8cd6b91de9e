"""What begins something, over the API: a deployment now or by the schedule, and a backout.

Where keys are trusted it is said twice: first with the id of the key, which answers with the statement to sign and the event
that it has the digest of; then the same with the signed word.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import AwareDatetime, Field, StringConstraints

from orchestrator.adapters.speaker import this_speaker
from orchestrator.bootstrap.browser_voice import SignatureWanted
from orchestrator.bootstrap.handed_in_voice import HandedInVoice
from orchestrator.domain.authority.signing import KeyId
from orchestrator.domain.authority.word import SignedWord, WordStatement
from orchestrator.domain.calendar.schedule_of_change import Booking, MissedStart
from orchestrator.domain.journal.events import BackoutBegan, Planned
from orchestrator.engine.lookup.snapshots import folded
from orchestrator.engine.use_cases import deployment_commands, schedule
from orchestrator.engine.use_cases.scheduled_lines import added_lines
from orchestrator.errors import PlanFault
from orchestrator.policy.calendar.conflicts import ConflictFound
from orchestrator.web.api.answering import answered, refuse_changed
from orchestrator.web.api.deployments import BASE, name_of
from orchestrator.web.api.described import Described
from orchestrator.web.api.models import Answered, Said
from orchestrator.web.api.once import once
from orchestrator.web.api.plans import PlanName, named_as_called, zone_asked
from orchestrator.web.api.reading import Given, body_of
from orchestrator.web.api.who_says import refuse_name, refuse_without
from orchestrator.web.onward import go_on
from orchestrator.web.plan_files import PlanFile, plan_called
from orchestrator.web.problems import Problem
from orchestrator.web.routes import Route
from orchestrator.web.server_time import zone_of_policies
from orchestrator.web.voices import speaker_of

if TYPE_CHECKING:
    from starlette.responses import Response

    from orchestrator.domain.authority.access import Place, Right
    from orchestrator.engine.ports import Ports
    from orchestrator.web.request_context import Asked

T = TypeVar("T")
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Short = Annotated[str, Field(min_length=1, max_length=200)]


class Signable(Given):
    """`key`: the id of the key that will sign; `signed`: the statement that was answered to that, with its signature."""

    key: KeyId | None = None
    signed: SignedWord | None = None

    @property
    def signed_for(self) -> str:
        """The id of the deployment that the signed word is about; empty without one."""
        return "" if self.signed is None else self.signed.word.subject


class DeploymentGiven(Signable):
    """A plan that is deployed now; `approved_by`: persons by role, where approvals are not signed."""

    plan: PlanName
    approved_by: Annotated[dict[Short, Short], Field(max_length=50)] = {}


class StartGiven(DeploymentGiven):
    """A plan that is deployed at a time. `despite`: freezes, or `window`, that a role will override; `zone`: of the lines."""

    at: AwareDatetime
    missed: MissedStart | None = None
    despite: Annotated[list[Short], Field(max_length=50)] = []
    alone: bool = False
    zone: Annotated[str, Field(max_length=80)] | None = None


class BackoutGiven(Signable):
    """A deployment that is backed out. `despite`: codes of obstacles that are set aside, or `all`."""

    reason: Reason
    despite: Annotated[list[Short], Field(max_length=20)] = []
    emergency: bool = False


class Scheduled(Answered):
    """A new entry of the schedule, with its conflicts; `lines`: what a person must know of it."""

    deployment: str
    booking: Booking
    conflicts: list[ConflictFound]
    lines: list[str]


class ToSign(Answered):
    """Nothing is done yet: `statement` is what the key is to sign, and `event` what it has the digest of."""

    statement: WordStatement
    event: Planned | BackoutBegan


@once
def _deploy(asked: Asked) -> Response:
    given = body_of(asked, DeploymentGiven)
    plan = _plan_to(asked, given, ("start",))

    def open_now(ports: Ports) -> str:
        return deployment_commands.opened(
            ports,
            plan.file,
            by=asked.person,
            approvals=given.approved_by,
            signed_for=given.signed_for,
        )

    name = _said(asked, given, lambda ports: _named(plan, lambda: open_now(ports)))
    return name if not isinstance(name, str) else _driven(asked, name, given)


@once
def _schedule(asked: Asked) -> Response:
    given = body_of(asked, StartGiven)
    zone = zone_asked(given.zone)
    plan = _plan_to(asked, given, ("schedule",))
    request = schedule.StartRequest(given.at, given.missed, tuple(given.despite), given.alone)

    def add(ports: Ports) -> schedule.Scheduled:
        return schedule.add(
            ports,
            plan.file,
            request,
            by=asked.person,
            approvals=given.approved_by,
            signed_for=given.signed_for,
        )

    added = _said(asked, given, lambda ports: _named(plan, lambda: add(ports)))
    if not isinstance(added, schedule.Scheduled):
        return added
    policy = added.deployment.authority.policy
    clocks = zone or zone_of_policies([policy] if policy is not None else [])
    made = Scheduled(
        deployment=added.deployment.id,
        booking=added.booking,
        conflicts=list(added.conflicts),
        lines=added_lines(added, clocks),
    )
    return answered(asked, made, status=201)


@once
def _back_out(asked: Asked) -> Response:
    given, name = body_of(asked, BackoutGiven), name_of(asked)
    current = folded(asked.ports.journal, name)
    refuse_changed(asked, str(current.seq))
    _refuse(asked, given, Path(current.project), ("start", "steer"), asked.place)

    def take_back(ports: Ports) -> str:
        return deployment_commands.take_back(
            ports,
            name,
            by=asked.person,
            reason=given.reason,
            despite=given.despite,
            emergency=given.emergency,
        ).id

    taken = _said(asked, given, take_back)
    return taken if not isinstance(taken, str) else _driven(asked, taken, given)


def _plan_to(asked: Asked, given: DeploymentGiven, rights: tuple[Right, ...]) -> PlanFile:
    """The plan that is named, where whoever asks may begin it. Raises Problem, PlanFault for one that cannot be read."""
    plan = plan_called(asked, given.plan)
    if plan.place is None:
        raise Problem(422, "plan_fault", "The plan has faults, so that nothing is begun: check it first.")
    # The command finds the project by itself; whose keys count must not depend on what else lies in the folder.
    if Path(asked.ports.plan_files.load(plan.file).project).resolve() != plan.project.resolve():
        words = "This plan is of a project inside of that one: name its own folder in service.yml."
        raise Problem(409, "refused", f"{words} Nothing was begun.")
    _refuse(asked, given, plan.project, rights, plan.place)
    return plan


def _refuse(
    asked: Asked, given: Signable, project: Path, rights: tuple[Right, ...], place: Place | None
) -> None:
    key = given.signed.word.key if given.signed is not None else given.key
    refuse_without(asked, rights, key, asked.ports.keys.keyring(project), place)
    if given.signed is not None:
        refuse_name(asked, given.signed.word.person)


def _said(asked: Asked, given: Signable, say: Callable[[Ports], T]) -> T | Response:
    """What it came to; else the statement that is to be signed before."""
    voice = HandedInVoice(speaker_of(asked), given.signed, asked.ports.clock.now, given.key)
    try:
        return say(asked.service.speaking(voice))
    except SignatureWanted as wanted:
        event = voice.event
        if not isinstance(event, Planned | BackoutBegan):
            raise
        return answered(asked, ToSign(statement=wanted.word, event=event), status=202)


def _named(plan: PlanFile, act: Callable[[], T]) -> T:
    """Faults of the plan name it as the API does."""
    try:
        return act()
    except PlanFault as fault:
        raise PlanFault([named_as_called(plan, each) for each in fault.faults]) from None


def _driven(asked: Asked, name: str, given: Signable) -> Response:
    # Where keys are trusted, what drives says by the service's own key that it took over, and by no person's.
    went = go_on(asked.service, name, asked.person if given.signed is None else this_speaker().name)
    d = folded(asked.ports.journal, name)
    made = Said(
        deployment=d.id,
        seq=d.seq,
        state=d.state.value,
        over=d.over,
        driver=went.went,
        driver_words=went.words,
    )
    return answered(asked, made, status=201, tag=str(d.seq))


def _described(summary: str, answer: Any, body: Any) -> Described:
    return Described(summary, answer, body, status=201, once=True, problems=(404,), signed=ToSign)


ROUTES = (
    Route(
        "POST",
        BASE,
        "see",
        _deploy,
        described=_described("Deploy a plan of a project that the server knows", Said, DeploymentGiven),
    ),
    Route(
        "POST",
        "/api/v1/schedule",
        "see",
        _schedule,
        described=_described("Put a deployment on the schedule", Scheduled, StartGiven),
    ),
    Route(
        "POST",
        f"{BASE}/{{deployment}}/backouts",
        "see",
        _back_out,
        about="deployment",
        described=_described("Back out a deployment, and prove it", Said, BackoutGiven),
    ),
)

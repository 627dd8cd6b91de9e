"""Whether a person may have a completed deployment taken back: a change of its own, with its own authority (docs/adr/0068)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.domain.authority.admission_answer import NotAdmitted, Reason
from orchestrator.domain.authority.approval import ApprovalStatement
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.canonical import digest_of
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.approvals import (
    MISUSE,
    Judged,
    Lack,
    approve_command,
    judged,
    lacking,
    reason_against,
)
from orchestrator.policy.authority.change_class import major_rules, with_class_needs
from orchestrator.policy.authority.late_words import Agreed, Agreement, values_of
from orchestrator.policy.calendar.windows import (
    WINDOW,
    binds_until,
    calendar_of,
    freezes_at,
    next_opening,
    open_at,
    policy_for,
)
from orchestrator.policy.course.follow_up import accepted

LATE = frozenset({State.COMPLETED, State.COMPLETED_WITH_EXCEPTIONS})
"""What is deployed and no longer watched. A deployment that fails, is held or is in early life support is backed out freely,
and one whose backout left something may always be backed out again."""


def is_late(d: Deployment) -> bool:
    """Whether taking it back is a change of its own."""
    return d.state in LATE


def backout_digest(d: Deployment, replacement: str = "") -> str:
    """What leave to roll back is given for: exactly this deployment, its backout with all files and variables, and its hosts.

    `replacement` is the digest of another playbook that takes the place of the approved one.
    """
    digests = d.authority.effective.digests if d.authority.effective is not None else {}
    backout = {
        "deployment": d.id,
        "playbook": _playbook(d),
        "replacement": replacement,
        "ingredients": {name: digests.get(name) for name in ("playbook tree", "variables", "hosts")},
        "hosts": list(d.touched_hosts),
    }
    return digest_of(backout, "late backout 1")


def _playbook(d: Deployment) -> str | list[str]:
    names = [stage.backout.playbook or "by hand" for stage in d.plan.stages]
    return names[0] if len(names) == 1 else names


def backout_needs(question: Question, d: Deployment, *, emergency: bool) -> tuple[RoleNeed, ...]:
    """Who must agree that it is taken back; the plan may ask for more than the policy, never for less.

    A change of major impact is one when it is taken back, too. Where no policy binds, signed words are asked for where keys
    are trusted, and of those roles that the plan named.
    """
    policy = d.authority.policy
    if emergency:
        return policy.emergency_backout_needs if policy is not None else ()
    if policy is None and not question.keyring.keys:
        return ()
    by_policy = with_class_needs(policy.backout_needs, policy, d.plan) if policy is not None else ()
    needs = {need.role: need for need in by_policy}
    for role in d.plan.approval.required:
        if not any(same_role(role, known) for known in needs):
            needs[role] = RoleNeed(role=role)
    return tuple(needs.values())


@dataclass(frozen=True, slots=True)
class Bar:
    """A freeze, or closed windows, in the way of a rollback that the policy asks nobody about; one of its roles lifts it."""

    name: str
    found: str
    roles: tuple[str, ...]

    def lifted(self, words: Sequence[ApprovalStatement]) -> bool:
        """Whether somebody agreed who may lift it."""
        return any(same_role(word.role, role) for word in words for role in self.roles)

    def reason(self, command: str) -> Reason:
        """Why it is in the way, and who may lift it."""
        move = (
            approve_command(command, self.roles[0]) if self.roles else "wait until then; nobody may lift it"
        )
        if self.name == WINDOW:
            return Reason(code="window.closed", about=self.name, found=self.found, next_move=move)
        return Reason(code="freeze.binds", about=self.name, found=self.found, next_move=move)


def bars_of(question: Question, d: Deployment) -> tuple[Bar, ...]:
    """What the calendar puts in the way. Where roles must agree anyway, they decide on that too, and nothing is."""
    policy, now = d.authority.policy, question.now
    if policy is None or not is_late(d) or backout_needs(question, d, emergency=False):
        return ()
    calendar = calendar_of(policy_for(policy, d.plan))
    frozen = tuple(
        Bar(
            freeze.name,
            f"frozen until {binds_until(freeze, now).isoformat(timespec='minutes')}",
            freeze.override,
        )
        for freeze in freezes_at(calendar, now)
    )
    windows = calendar.model_copy(update={"freezes": ()})
    if not calendar.windows or open_at(windows, now):
        return frozen
    opens = next_opening(windows, now)
    until = f"; the next one opens at {opens.isoformat()}" if opens is not None else ""
    return (*frozen, Bar(WINDOW, f"no window is open{until}", policy.window_override))


def roles_asked(question: Question, d: Deployment) -> tuple[str, ...]:
    """Every role whose leave to roll back can matter."""
    needs = (
        *backout_needs(question, d, emergency=False),
        *backout_needs(question, d, emergency=True),
    )
    roles = (*(need.role for need in needs), *(role for bar in bars_of(question, d) for role in bar.roles))
    return tuple(dict.fromkeys(roles))


def late_backout(
    question: Question, d: Deployment, *, by: str, emergency: bool, playbook: str | None = None
) -> Agreement:
    """Whether this person may have it taken back now: every reason against it at once.

    `playbook` is another one than the approved, for the commands that the reasons suggest.
    """
    if not is_late(d):
        return _nothing_needed(d, Commands.of(d, playbook)) if emergency else Agreed()
    procedure = d.authority.policy.emergency if d.authority.policy is not None else None
    if emergency and procedure is None:
        otherwise = late_backout(question, d, by=by, emergency=False, playbook=playbook)
        return _no_procedure(d, Commands.of(d, playbook), otherwise)
    needs = backout_needs(question, d, emergency=emergency)
    presented = [each for each in judged(question) if each.approval.decision == "roll_back"]
    given = _words_but(question, presented, by)
    commands = Commands.of(d, playbook)
    bars = () if emergency else [bar for bar in bars_of(question, d) if not bar.lifted(given)]
    missing = (
        *(_missing_leave(commands, lack) for lack in lacking(needs, given, question)),
        *(bar.reason(commands.approve) for bar in bars),
    )
    against = [reason for each in presented for reason in each.against if missing or reason.code in MISUSE]
    if missing or against:
        own = _own(question, presented, by) if missing else ()
        move = _move(question, d, by, commands) if not emergency else "have it agreed to"
        reasons = (_a_change(question, d, move), *against, *own, *missing)
        return NotAdmitted(reasons=tuple(dict.fromkeys(reasons)))
    grounds = tuple(Ground(code="backout.agreed", values=values_of(word)) for word in given)
    return _reviewed(d, grounds, question.now, emergency=emergency)


def _reviewed(d: Deployment, grounds: tuple[Ground, ...], now: datetime, *, emergency: bool) -> Agreed:
    """With the review that follows: of an emergency by its procedure, else of a change of major impact."""
    policy = d.authority.policy
    if policy is None:
        return Agreed(grounds)
    rules = policy.emergency if emergency else major_rules(policy, d.plan)
    if rules is None or rules.review_within is None:
        return Agreed(grounds)
    review_by = now + timedelta(seconds=rules.review_within)
    words = review_by.isoformat()
    by_procedure = Ground(code="backout.emergency", values={"by": words})
    by_class = Ground(code="backout.major", values={"by": words})
    return Agreed((by_procedure if emergency else by_class, *grounds), review_by, rules.reviewers)


def _words_but(question: Question, presented: Sequence[Judged], by: str) -> list[ApprovalStatement]:
    """What counts, without the word of whoever asks for it, as the policy keeps those apart."""
    return [each.approval for each in presented if each.counts and not _is_own(question, each.approval, by)]


def _is_own(question: Question, word: ApprovalStatement, by: str) -> bool:
    separation = question.policy.separation
    return not separation.requester_approves and question.keyring.one_person(word.person, by)


def _own(question: Question, presented: Sequence[Judged], by: str) -> Iterator[Reason]:
    for each in presented:
        if each.counts and _is_own(question, each.approval, by):
            finding = f"asked for by {by}, who cannot agree to it as well"
            yield reason_against("approval.requester", each.approval, finding, "ask somebody else")


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands for leave to roll back, and for the rollback, with the playbook that is meant."""

    approve: str
    rollback: str
    emergency: str

    @classmethod
    def of(cls, d: Deployment, playbook: str | None) -> "Commands":
        """Those of this deployment."""
        other = f" --with {playbook}" if playbook is not None else ""
        rollback = f"orch rollback {d.id}{other}{' --as ROLE' if other else ''}"
        return cls(
            f"orch approve {d.id} --roll-back{other}",
            f"{rollback} --reason WHY",
            f"{rollback} --emergency --reason WHY",
        )


def _missing_leave(commands: Commands, lack: Lack) -> Reason:
    return Reason(
        code="approval.missing",
        about=lack.role,
        found=f"{lack.words('approvals')} of the rollback missing{lack.twice}",
        next_move=approve_command(commands.approve, lack.role),
    )


def _a_change(question: Question, d: Deployment, move: str) -> Reason:
    return Reason(
        code="late.rollback",
        about=f"rollback of {d.id}",
        found=f"it is a change of its own: {', '.join(_standing(question, d))}",
        next_move=move,
    )


def _standing(question: Question, d: Deployment) -> Iterator[str]:
    ended = f" at {d.ended_at:%Y-%m-%d %H:%M} UTC" if d.ended_at is not None else ""
    yield f"{d.state.value}{ended}"
    if accepted(d):
        yield "signed off"
    if d.follow_up.closed is not None:
        yield "its record closed"
    policy, now = d.authority.policy, question.now
    if policy is None:
        return
    calendar = calendar_of(policy_for(policy, d.plan))
    for freeze in freezes_at(calendar, now):
        yield f"frozen by {freeze.name} until {binds_until(freeze, now).isoformat(timespec='minutes')}"
    if calendar.windows and not open_at(calendar.model_copy(update={"freezes": ()}), now):
        yield "no window open"


def _move(question: Question, d: Deployment, by: str, commands: Commands) -> str:
    move, policy = "have it agreed to", d.authority.policy
    if policy is None or policy.emergency is None:
        return move
    answer = late_backout(question, d, by=by, emergency=True)
    if isinstance(answer, Agreed):
        return f"{move}; an emergency is agreed to: {commands.emergency}"
    roles = [reason.about for reason in answer.reasons if reason.code == "approval.missing"]
    if not roles:
        return move
    approve = ", and ".join(approve_command(commands.approve, role) for role in roles)
    return f"{move}; in an emergency: {approve}, and then {commands.emergency}"


def _nothing_needed(d: Deployment, commands: Commands) -> NotAdmitted:
    return NotAdmitted(
        reasons=(
            Reason(
                code="late.nothing_needed",
                about=f"rollback of {d.id}",
                found=f"it is {d.state.value}, and nobody need agree",
                next_move=f"leave --emergency out: {commands.rollback}",
            ),
        )
    )


def _no_procedure(d: Deployment, commands: Commands, otherwise: Agreement) -> NotAdmitted:
    """No emergency can be asked for; what stands against the rollback without that is said as well."""
    finding = (
        "no release policy binds it"
        if d.authority.policy is None
        else f"policy {d.authority.policy.policy} has no emergency procedure"
    )
    against = otherwise.reasons if isinstance(otherwise, NotAdmitted) else ()
    move = (
        "leave --emergency out, once it is agreed to"
        if against
        else f"leave --emergency out: {commands.rollback}"
    )
    reason = Reason(code="late.no_emergency", about=f"rollback of {d.id}", found=finding, next_move=move)
    return NotAdmitted(reasons=(reason, *against))

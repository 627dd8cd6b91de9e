"""Whether a word that comes late counts: a rollback of what is completed, an exclusion, a confirmation (docs/adr/0068)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.domain.authority.admission_answer import NotAdmitted, Reason
from orchestrator.domain.authority.approval import ApprovalStatement
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Confirmed
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
from orchestrator.policy.calendar.windows import binds_until, calendar_of, freezes_at, open_at
from orchestrator.policy.course.follow_up import accepted

LATE = frozenset({State.COMPLETED, State.COMPLETED_WITH_EXCEPTIONS})
"""What is deployed and no longer watched. A deployment that fails, is held or is in early life support is backed out freely,
and one whose backout left something may always be backed out again."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """It may be done: by whose word, and what review must follow."""

    grounds: tuple[Ground, ...] = ()
    review_by: datetime | None = None
    reviewers: tuple[RoleNeed, ...] = ()


Agreement = Agreed | NotAdmitted


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
        "playbook": d.plan.backout.playbook,
        "replacement": replacement,
        "ingredients": {name: digests.get(name) for name in ("playbook tree", "variables", "hosts")},
        "hosts": list(d.touched_hosts),
    }
    return digest_of(backout, "late backout 1")


def backout_needs(question: Question, d: Deployment, *, emergency: bool) -> tuple[RoleNeed, ...]:
    """Who must agree that it is taken back; the plan may ask for more than the policy, never for less.

    Where no policy binds, signed words are asked for where keys are trusted, and of those roles that the plan named.
    """
    policy = d.authority.policy
    if emergency:
        return policy.emergency_backout_needs if policy is not None else ()
    if policy is None and not question.keyring.keys:
        return ()
    needs = {need.role: need for need in (policy.backout_needs if policy is not None else ())}
    for role in d.plan.approval.required:
        if not any(same_role(role, known) for known in needs):
            needs[role] = RoleNeed(role=role)
    return tuple(needs.values())


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
        return _no_procedure(d, Commands.of(d, playbook))
    needs = backout_needs(question, d, emergency=emergency)
    presented = [each for each in judged(question) if each.approval.decision == "roll_back"]
    given = _words_but(question, presented, by)
    lacks = lacking(needs, given, question)
    against = [reason for each in presented for reason in each.against if lacks or reason.code in MISUSE]
    if lacks or against:
        own = _own(question, presented, by) if lacks else ()
        commands = Commands.of(d, playbook)
        move = _move(question, d, by, commands) if not emergency else "have it agreed to"
        missing = (_missing_leave(commands, lack) for lack in lacks)
        reasons = (_a_change(question, d, move), *against, *own, *missing)
        return NotAdmitted(reasons=tuple(dict.fromkeys(reasons)))
    grounds = tuple(Ground(code="backout.agreed", values=_values(word)) for word in given if needs)
    if not emergency or procedure is None:
        return Agreed(grounds)
    review_by = question.now + timedelta(seconds=procedure.review_within)
    why = Ground(code="backout.emergency", values={"by": review_by.isoformat()})
    return Agreed((why, *grounds), review_by, procedure.reviewers)


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
        rollback = f"orch rollback {d.id}{other}"
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
    calendar = calendar_of(policy)
    for freeze in freezes_at(calendar, now):
        yield f"frozen by {freeze.name} until {binds_until(freeze, now).isoformat(timespec='minutes')}"
    if calendar.windows and not open_at(calendar.model_copy(update={"freezes": ()}), now):
        yield "no window open"


def _move(question: Question, d: Deployment, by: str, commands: Commands) -> str:
    move, policy = "have it agreed to", d.authority.policy
    if policy is None or policy.emergency is None:
        return move
    if isinstance(late_backout(question, d, by=by, emergency=True), Agreed):
        return f"{move}; an emergency is agreed to: {commands.emergency}"
    command = approve_command(commands.approve, policy.emergency_backout_needs[0].role)
    return f"{move}; in an emergency: {command}, and then {commands.emergency}"


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


def _no_procedure(d: Deployment, commands: Commands) -> NotAdmitted:
    finding = (
        "no release policy binds it"
        if d.authority.policy is None
        else f"policy {d.authority.policy.policy} has no emergency procedure"
    )
    move = f"leave --emergency out: {commands.rollback}"
    reason = Reason(code="late.no_emergency", about=f"rollback of {d.id}", found=finding, next_move=move)
    return NotAdmitted(reasons=(reason,))


def concession(question: Question, d: Deployment, hosts: Sequence[str]) -> Agreement:
    """Whether it may go on without these hosts: the roles that the policy names conceded it, for each of them.

    What fails within the plan's own failure limits needs no such word: the limits were approved with the plan.
    """
    needs = d.authority.policy.concession_needs if d.authority.policy is not None else ()
    if not needs:
        return Agreed()
    open_to_use = set(d.authority.concessions)
    presented = [
        each
        for approval, each in zip(dict.fromkeys(question.approvals), judged(question), strict=True)
        if approval.signed in open_to_use and set(approval.signed.approval.hosts) & set(hosts)
    ]
    given = [each.approval for each in presented if each.counts]
    without: dict[tuple[str, str], list[str]] = {}
    for host in hosts:
        for lack in lacking(needs, [word for word in given if host in word.hosts], question):
            without.setdefault((lack.role, f"{lack.words('concessions')} missing{lack.twice}"), []).append(
                host
            )
    against = [reason for each in presented for reason in each.against if without or reason.code in MISUSE]
    if without or against:
        missing = (
            _missing_concession(d, role, finding, lacking_for)
            for (role, finding), lacking_for in without.items()
        )
        return NotAdmitted(reasons=tuple(dict.fromkeys((*against, *missing))))
    return Agreed(tuple(Ground(code="concession.given", values=_values(word)) for word in given))


def _missing_concession(d: Deployment, role: str, finding: str, hosts: Sequence[str]) -> Reason:
    named = " ".join(f"--concede {host}" for host in hosts)
    return Reason(
        code="concession.missing",
        about=role,
        found=f"{finding} to go on without {', '.join(hosts)}",
        next_move=approve_command(f"orch approve {d.id} {named}", role),
    )


def _values(word: ApprovalStatement) -> dict[str, str | int]:
    values: dict[str, str | int] = {"person": word.person, "role": word.role, "reason": word.reason}
    return {**values, "hosts": ", ".join(word.hosts)} if word.hosts else values


def against_confirmation(d: Deployment, event: Confirmed) -> tuple[Reason, ...]:
    """Every reason why this confirmation does not count: another gate or wave, the soak time, or nothing said."""
    gate = d.rollout.gate
    if gate is None or gate.confirm is None or d.rollout.failure is not None:
        finding = (
            "its checks fail" if d.rollout.failure is not None else "it does not wait for a confirmation"
        )
        move = f"see what it waits for: orch status {d.id}"
        reason = Reason(
            code="confirm.not_waiting", about=d.id, found=f"{d.state.value}, and {finding}", next_move=move
        )
        return (reason,)
    return tuple(_against_word(d, event, gate.confirm, gate.soak_until))


def _against_word(
    d: Deployment, event: Confirmed, role: str, soak_until: datetime | None
) -> Iterator[Reason]:
    gate, policy = d.rollout.gate, d.authority.policy
    command = f'orch confirm {d.id} --role "{role}" --note WHAT'
    about = d.waves[d.rollout.wave].name
    if event.wave != d.rollout.wave:
        finding = f"wave {event.wave} was confirmed, and wave {d.rollout.wave} waits"
        yield Reason(code="confirm.other_wave", about=about, found=finding, next_move=command)
    if not same_role(event.role, role):
        finding = f"waits for confirmation by {role}, not by {event.role}"
        yield Reason(code="confirm.other_role", about=about, found=finding, next_move=command)
    if not event.note.strip():
        finding = f"{role} confirms what was looked at, and no note says it"
        yield Reason(code="confirm.no_note", about=about, found=finding, next_move=command)
    early = policy is not None and policy.confirm.before_soak_ends
    if gate is not None and soak_until is not None and not gate.soak_is_over and not early:
        until = f"{soak_until:%Y-%m-%d %H:%M:%S} UTC"
        move = f"let it go on until then (orch resume {d.id}); then {command}"
        yield Reason(
            code="confirm.soaking",
            about=about,
            found=f"its soak time lasts until {until}, and its last checks follow",
            next_move=move,
        )

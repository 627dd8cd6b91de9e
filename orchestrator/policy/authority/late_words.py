"""Whether a word that comes late counts: an exclusion, a confirmation; the third, a rollback, has a module of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from orchestrator.domain.authority.admission_answer import NotAdmitted, Reason
from orchestrator.domain.authority.approval import ApprovalStatement
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal.events import Confirmed
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.approvals import MISUSE, approve_command, judged, lacking


@dataclass(frozen=True, slots=True)
class Agreed:
    """It may be done: by whose word, and what review must follow."""

    grounds: tuple[Ground, ...] = ()
    review_by: datetime | None = None
    reviewers: tuple[RoleNeed, ...] = ()


Agreement = Agreed | NotAdmitted


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
    return Agreed(tuple(Ground(code="concession.given", values=values_of(word)) for word in given))


def _missing_concession(d: Deployment, role: str, finding: str, hosts: Sequence[str]) -> Reason:
    named = " ".join(f"--concede {host}" for host in hosts)
    return Reason(
        code="concession.missing",
        about=role,
        found=f"{finding} to go on without {', '.join(hosts)}",
        next_move=approve_command(f"orch approve {d.id} {named}", role),
    )


def values_of(word: ApprovalStatement) -> dict[str, str | int]:
    """A statement as the values of a ground."""
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

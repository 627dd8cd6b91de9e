"""Evidence of authority: who approved, apart from whom, and what an emergency asked for (ISO/IEC 20000-1 9.2; 9.3)."""

from collections.abc import Iterator

from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import Condensed
from orchestrator.domain.plan.roles import same_person
from orchestrator.domain.text.command_word import command_word
from orchestrator.policy.clauses.case import NOT_YET, NOTHING, Case, Found, gap, held
from orchestrator.policy.course.follow_up import reviews_missing, sign_offs_missing


def approval_by_role(case: Case) -> Found:
    """A person approved it in a role before it began: signed, or named where no key was asked for.

    A standard change is approved beforehand, by the policy that lists it (ITIL 4 change enablement).
    """
    signed, beforehand = _signed_approvals(case), _standard(case)
    named = [record for record in case.events(e.Approved) if _named(record)]
    if signed or named:
        return held([*signed, *named], *_words(signed, named))
    if beforehand:
        return held(case.events(e.WindowOpened), f"a standard change, {beforehand}")
    if case.ahead:
        return NOT_YET
    return NOTHING if case.never_touched else gap()


def duties_separated(case: Case) -> Found:
    """Somebody approved it who neither requested it nor drove it."""
    if case.never_touched or _standard(case):
        return NOTHING
    signed = _signed_approvals(case)
    named = [record for record in case.events(e.Approved) if _named(record)]
    if not signed and not named:
        return NOT_YET if case.ahead else gap("nobody approved it")
    at_work = [
        case.d.by,
        *(str(record.event.by) for record in case.records if isinstance(record.event, e.DriverTook)),
    ]
    others = [
        person
        for person in dict.fromkeys(_people(signed, named))
        if not any(same_person(person, other) for other in at_work)
    ]
    if others:
        return held([*signed, *named], *others)
    return gap(
        *(f"{person} approved, and requested or drove it" for person in dict.fromkeys(_people(signed, named)))
    )


def emergency_authorised(case: Case) -> Found:
    """An emergency has its reason and an approval under the policy's emergency procedure."""
    change, policy = case.d.authority.change, case.d.authority.policy
    if change.type != "emergency":
        return NOTHING
    if policy is None or policy.emergency is None:
        return gap("no policy with an emergency procedure")
    approval = approval_by_role(case)
    if approval.state != "held":
        return Found(approval.state, details=("no approval",) if approval.state == "gap" else ())
    return Found("held", approval.events, (change.reason or "", *approval.details))


def emergency_reviewed(case: Case) -> Found:
    """An emergency, or a change of major impact whose policy asks for it, was reviewed afterwards in the roles asked for."""
    d = case.d
    if d.authority.change.type != "emergency" and d.follow_up.review_by is None:
        return NOTHING
    if case.never_touched:
        return NOTHING
    if not d.over:
        return NOT_YET
    missing = reviews_missing(d)
    if missing:
        command = f"orch review {case.id_word} --as {command_word(missing[0].role)} --reason WHY"
        return gap(*(need.role for need in missing), command=command)
    return (
        held(case.events(e.Reviewed), *(f"{who} as {role}" for role, who in d.reviewed))
        if d.reviewed
        else gap()
    )


def result_accepted(case: Case) -> Found:
    """Whoever is to accept the result has signed it off."""
    d = case.d
    if case.rehearsal or case.never_touched or not d.follow_up.sign_off or case.taken_back:
        return NOTHING if not case.ahead else NOT_YET
    if not d.over and not d.signed_off:
        return NOT_YET
    missing = sign_offs_missing(d)
    if missing:
        command = f"orch sign-off {case.id_word} --as {command_word(missing[0].role)} --reason WHY"
        return gap(*(need.role for need in missing), command=command)
    return held(_with_decision(case, "sign_off"), *(f"{who} as {role}" for role, who in d.signed_off))


def _standard(case: Case) -> str:
    """Which policy approved it beforehand; empty where it is no standard change, or was not admitted as one."""
    policy = case.d.authority.policy
    if case.d.authority.change.type != "standard" or policy is None or case.d.authority.opened_at is None:
        return ""
    return f"approved beforehand by policy {policy.policy} version {policy.version}"


def _signed_approvals(case: Case) -> list[Condensed]:
    return _with_decision(case, "approve")


def _with_decision(case: Case, decision: str) -> list[Condensed]:
    return [
        record
        for record in case.records
        if isinstance(record.event, e.ApprovalGiven) and record.event.signed.approval.decision == decision
    ]


def _named(record: Condensed) -> bool:
    return isinstance(record.event, e.Approved) and bool(record.event.approvals)


def _people(signed: list[Condensed], named: list[Condensed]) -> Iterator[str]:
    for record in signed:
        if isinstance(record.event, e.ApprovalGiven):
            yield record.event.signed.approval.person
    for record in named:
        if isinstance(record.event, e.Approved):
            yield from (each.person for each in record.event.approvals)


def _words(signed: list[Condensed], named: list[Condensed]) -> Iterator[str]:
    for record in signed:
        if isinstance(record.event, e.ApprovalGiven):
            approval = record.event.signed.approval
            yield f"{approval.role}: {approval.person}, signed"
    for record in named:
        if isinstance(record.event, e.Approved):
            yield from (
                f"{each.role}: {each.person}, named and not signed" for each in record.event.approvals
            )

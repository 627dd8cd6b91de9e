"""Which approvals count, and why each of the others does not."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from orchestrator.domain.authority.admission_answer import Reason, ReasonCode
from orchestrator.domain.authority.approval import ApprovalStatement, PresentedApproval
from orchestrator.domain.authority.signing import TrustedKey
from orchestrator.domain.plan.effective_plan import changes_between
from orchestrator.domain.plan.roles import same_role
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.command_word import command_word
from orchestrator.domain.text.format import seconds_words
from orchestrator.domain.text.validation_error import meant
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.trust_words import aside_words
from orchestrator.policy.planning.way_changes import NO_WAYS, way_changes

CLOCKS_DIFFER = timedelta(minutes=5)
"""How far the signer's clock may be ahead of ours."""

MISUSE: frozenset[ReasonCode] = frozenset(
    {
        "approval.bad_signature",
        "approval.foreign_key",
        "approval.revoked_key",
        "approval.machine_key",
        "approval.wrong_person",
        "approval.unknown_role",
        "approval.role_not_held",
        "approval.replayed",
        "approval.transplanted",
    }
)
"""Faults that the lapse of time cannot explain: each one refuses, even where enough other approvals are given."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An approval with the reasons against it; it counts where there are none."""

    approval: ApprovalStatement
    against: tuple[Reason, ...]

    @property
    def counts(self) -> bool:
        """Whether there is no reason against it."""
        return not self.against


def judged(question: Question) -> tuple[Judged, ...]:
    """Every presented approval, in the order given; of two with one nonce only the first counts.

    One approval that arrives twice, by mail and on the journal, is one approval.
    """
    seen: set[str] = set(question.used)
    result = []
    for presented in dict.fromkeys(question.approvals):
        approval = presented.signed.approval
        result.append(Judged(approval, tuple(_against(question, presented, seen))))
        seen.add(approval.nonce)
    return tuple(result)


def _against(question: Question, presented: PresentedApproval, seen: set[str]) -> Iterator[Reason]:
    approval = presented.signed.approval
    key = question.keyring.find(presented.signed.signature.key)
    if key is None:
        # A signature by an unknown key cannot be verified, so no other field can be relied on.
        yield _foreign(question, presented)
        return
    if presented.answer != "good" or approval.key != key.key:
        finding = "the signature does not fit what it says"
        yield reason_against(
            "approval.bad_signature", approval, finding, "find out who changed it, and ask for a new one"
        )
        return
    yield from _signer(question, approval, key)
    yield from _what_for(question, approval, seen)
    yield from _times(question, approval)


def _foreign(question: Question, presented: PresentedApproval) -> Reason:
    approval, key = presented.signed.approval, presented.signed.signature.key
    aside = question.keyring.aside(key)
    if aside is None:
        finding = f"signed with key {key[:16]}, which nobody trusts"
        move = "trust the key first, or have somebody else approve"
    else:
        finding = f"signed with key {key[:16]}, which the project trusts and the house does not: {aside_words(aside)}"
        move = "have the house trust the key too, or ask somebody whom it trusts (orch keys list)"
    return reason_against("approval.foreign_key", approval, finding, move)


def _signer(question: Question, approval: ApprovalStatement, key: TrustedKey) -> Iterator[Reason]:
    now = question.now
    if key.revoked_at is not None:
        finding = f"the key of {key.person} was revoked at {key.revoked_at.isoformat()}"
        yield reason_against(
            "approval.revoked_key", approval, finding, "ask for a new approval with another key"
        )
    if key.expires is not None and key.expires <= now:
        finding = f"the key of {key.person} expired at {key.expires.isoformat()}"
        yield reason_against("approval.expired_key", approval, finding, "have a new key trusted")
    if key.holder == "machine":
        finding = f"signed with the key of the machine {key.person}, which decides nothing"
        yield reason_against("approval.machine_key", approval, finding, "ask a person who holds the role")
        return
    if not key.is_of(approval.person):
        finding = f"signed with the key of {key.person}"
        yield reason_against(
            "approval.wrong_person", approval, finding, "sign with the key of the person who approves"
        )
    roles = question.roles
    if not any(same_role(role, approval.role) for role in roles):
        guess = meant(approval.role, list(roles))
        move = f"did you mean {guess}?" if guess else f"use one of {', '.join(roles)}"
        yield reason_against("approval.unknown_role", approval, "no role of this policy", move)
    elif not key.serves(approval.role):
        aside = question.keyring.aside(key.key)
        finding = f"{key.person} may not sign in this role{f': {aside_words(aside)}' if aside else ''}"
        yield reason_against("approval.role_not_held", approval, finding, "ask somebody who holds the role")
    may = question.policy.separation.requester_approves
    if (
        not may
        and approval.decision not in ("reject", "roll_back")  # whoever asks for a rollback is known only then
        and question.keyring.one_person(key.person, question.requester)
    ):
        finding = f"asked for by {question.requester}, who cannot approve it as well"
        yield reason_against("approval.requester", approval, finding, "ask somebody else")


def _what_for(question: Question, approval: ApprovalStatement, seen: set[str]) -> Iterator[Reason]:
    if approval.nonce in seen:
        finding = "used before, and an approval is good once"
        yield reason_against("approval.replayed", approval, finding, "ask for a new one")
    if approval.subject != question.subject:
        finding = f"given for {approval.subject}, not for {question.subject}"
        yield reason_against("approval.transplanted", approval, finding, "ask for one for this deployment")
    elif approval.decision == "roll_back":
        if approval.plan_digest != question.backout:
            finding = "given for another backout: other files, other hosts, or another playbook"
            yield reason_against("approval.other_backout", approval, finding, "ask for one for this backout")
    elif approval.plan_digest != question.effective.digest:
        finding = f"given for another effective plan; since then {_changed(question, approval.plan_digest)}"
        yield reason_against(
            "approval.plan_changed",
            approval,
            finding,
            "have the change looked at, and ask for a new approval",
        )


def _changed(question: Question, digest: str) -> str:
    earlier = question.earlier_plans.get(digest)
    if earlier is None:
        return f"something changed (nothing is known of plan {digest[:16]})"
    changes = ", ".join(str(change) for change in changes_between(earlier, question.effective))
    ways = way_changes(question.earlier_ways.get(digest, NO_WAYS), question.ways)
    return f"changed: {changes}" + (f"; {ways}" if ways else "")


def _times(question: Question, approval: ApprovalStatement) -> Iterator[Reason]:
    now, valid_for = question.now, question.policy.approvals.valid_for
    if approval.expires <= now:
        yield reason_against(
            "approval.expired",
            approval,
            f"expired at {approval.expires.isoformat()}",
            "ask for a new approval",
        )
    elif approval.made_at + timedelta(seconds=valid_for) <= now:
        finding = (
            f"made at {approval.made_at.isoformat()}, and the policy lets it count {seconds_words(valid_for)}"
        )
        yield reason_against("approval.too_old", approval, finding, "ask for a new approval")
    if approval.made_at > now + CLOCKS_DIFFER:
        finding = f"made at {approval.made_at.isoformat()}, which is still to come"
        yield reason_against(
            "approval.from_the_future", approval, finding, "set the clocks right, and ask for a new one"
        )


def reason_against(code: ReasonCode, approval: ApprovalStatement, finding: str, next_move: str) -> Reason:
    """A reason why this approval does not count."""
    about = f"{approval.role} {approval.person}"
    return Reason(code=code, about=about, found=finding, next_move=next_move)


def latest_decisions(approvals: Iterable[Judged], question: Question) -> tuple[ApprovalStatement, ...]:
    """The last valid decision of each person in each role, to approve or to reject."""
    last: dict[tuple[str, str], ApprovalStatement] = {}
    for judged_approval in sorted(approvals, key=lambda judged_approval: judged_approval.approval.made_at):
        if judged_approval.counts and judged_approval.approval.decision in ("approve", "reject"):
            role = next(r for r in question.roles if same_role(r, judged_approval.approval.role))
            last[role, person_of(judged_approval.approval, question)] = judged_approval.approval
    return tuple(last.values())


def person_of(approval: ApprovalStatement, question: Question) -> str:
    """One identifier for the person who approved, whatever name the approval gives: two keys of one person are one person."""
    keyring = question.keyring
    return next(
        (trusted.key for trusted in keyring.keys if keyring.one_person(trusted.person, approval.person)),
        approval.person,
    )


def rejections(words: Iterable[ApprovalStatement]) -> Iterator[Reason]:
    """Every valid rejection."""
    for word in words:
        if word.decision == "reject":
            move = "come to an agreement; a later approval by the same person takes its place"
            yield reason_against("approval.rejected", word, f"rejected, because {word.reason}", move)


def missing(words: Sequence[ApprovalStatement], question: Question) -> tuple[Reason, ...]:
    """The roles in which fewer people approved than required."""
    approved = [word for word in words if word.decision == "approve"]
    command = f"orch approve {question.subject}"
    return tuple(
        Reason(
            code="approval.missing",
            about=lack.role,
            found=f"{lack.words('approvals')} missing{lack.twice}{_overseeing(lack.role, question)}",
            next_move=approve_command(command, lack.role),
        )
        for lack in lacking(question.needs, approved, question)
    )


def _overseeing(role: str, question: Question) -> str:
    """What a role oversees, where that is why it is asked for."""
    rule = question.policy.documents
    overseers = rule.overseers if rule is not None else ()
    if not any(same_role(need.role, role) for need in overseers) or not question.first_live_uses:
        return ""
    return f" (it oversees the first live use of {' and '.join(question.first_live_uses)})"


def approve_command(command: str, role: str) -> str:
    """The command by which somebody in this role gives what is missing."""
    return f"{command} --as {command_word(role)} --reason WHY"


@dataclass(frozen=True, slots=True)
class Lack:
    """A role in which fewer people gave their word than needed; `twice` says who counts in another role already."""

    role: str
    short: int
    people: int
    twice: str

    def words(self, noun: str) -> str:
        """Such as `1 of 2 approvals`."""
        return f"{self.short} of {self.people} {noun}"


def lacking(
    needs: Sequence[RoleNeed], words: Sequence[ApprovalStatement], question: Question
) -> tuple[Lack, ...]:
    """What these words leave open of what is needed."""
    unfilled = _unfilled(needs, words, question)
    return tuple(_lack(need, short, words) for need, short in zip(needs, unfilled, strict=True) if short)


def _lack(need: RoleNeed, short: int, words: Sequence[ApprovalStatement]) -> Lack:
    people = [word.person for word in words if same_role(word.role, need.role)]
    twice = f" ({', '.join(people)} approved in another role as well, and may count for one only)"
    return Lack(need.role, short, need.people, twice if len(people) > need.people - short else "")


def _unfilled(
    needs: Sequence[RoleNeed], approved: Sequence[ApprovalStatement], question: Question
) -> list[int]:
    """How many people each need lacks, when people are assigned to needs as well as possible.

    Where one person counts for one role only, this is a bipartite matching: a person is moved to another place as long as
    that fills one more.
    """
    people = [
        {person_of(word, question) for word in approved if same_role(word.role, need.role)} for need in needs
    ]
    if question.policy.separation.several_roles:
        return [max(0, need.people - len(persons)) for need, persons in zip(needs, people, strict=True)]
    places = [index for index, need in enumerate(needs) for _ in range(need.people)]
    held: dict[str, int] = {}
    short = [0] * len(needs)
    for place, index in enumerate(places):
        if not _fill(place, places, people, held, set()):
            short[index] += 1
    return short


def _fill(
    place: int, places: Sequence[int], people: Sequence[set[str]], held: dict[str, int], tried: set[str]
) -> bool:
    for person in sorted(people[places[place]] - tried):
        tried.add(person)
        if person not in held or _fill(held[person], places, people, held, tried):
            held[person] = place
            return True
    return False


def overrides(approvals: Iterable[Judged], name: str, roles: Sequence[str]) -> ApprovalStatement | None:
    """The valid override of this freeze, or of `window`, by a person in one of these roles."""
    for judged_approval in approvals:
        approval = judged_approval.approval
        meant_for_it = approval.decision == "override" and approval.overrides == name
        if judged_approval.counts and meant_for_it and any(same_role(approval.role, role) for role in roles):
            return approval
    return None

"""Whether a signed statement may be recorded on a journal now; admission judges later what time does to it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from orchestrator.domain.authority.approval import DECISIONS, ApprovalStatement, SignedApproval
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.roles import same_person, same_role
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.validation_error import meant
from orchestrator.policy.authority.admission_question import Question
from orchestrator.policy.authority.approvals import judged, person_of
from orchestrator.policy.authority.late_backout import is_late, roles_asked
from orchestrator.policy.calendar.windows import WINDOW
from orchestrator.policy.course.follow_up import DEPLOYED
from orchestrator.policy.telling.words.passkey_words import key_name, key_words


def approval_words(signed: SignedApproval) -> str:
    """Such as `approved by Li Wei as change manager at 2026-06-06 20:00 UTC, key 0a1b2c3d4e5f6071: looked at`."""
    statement = signed.approval
    by = f"by {statement.person} as {statement.role} at {statement.made_at:%Y-%m-%d %H:%M} UTC, {key_words(signed.signature)}"
    return f"{_decided(signed)} {by}: {statement.reason}"


def _decided(signed: SignedApproval) -> str:
    statement, git = signed.approval, signed.evidence
    if statement.overrides is not None:
        return f"{statement.overrides} overridden"
    decided = DECISIONS[statement.decision] + (f" in {git.type} {git.name[:12]}" if git is not None else "")
    return f"{decided} to go on without {', '.join(statement.hosts)}" if statement.hosts else decided


class RecordedStatement(NamedTuple):
    """A person's statement as the record shows it: when it was signed (None: it was not), and when it was recorded."""

    word: str
    person: str
    role: str
    reason: str
    key: str
    made_at: datetime | None
    taken_at: datetime
    expires: datetime | None
    signed: SignedApproval | None = None

    @property
    def by_key(self) -> str:
        """The key that signed, in short, with the word for it; empty where none did."""
        return key_words(self.signed.signature) if self.signed is not None else ""

    @property
    def key_name(self) -> str:
        """The same below a heading that says `key`."""
        return key_name(self.signed.signature) if self.signed is not None else ""


def recorded_statements(records: Iterable[Recorded]) -> list[RecordedStatement]:
    """Every signed statement on a journal, and every review."""
    statements = []
    for record in records:
        event = record.event
        signed = event.signed if isinstance(event, e.ApprovalGiven | e.Reviewed) else None
        if isinstance(event, e.BackoutBegan) and event.replacement is not None:
            signed = event.replacement.signed
        if signed is not None:
            statement = signed.approval
            statements.append(
                RecordedStatement(
                    _decided(signed),
                    statement.person,
                    statement.role,
                    statement.reason,
                    statement.key,
                    statement.made_at,
                    record.at,
                    statement.expires,
                    signed,
                )
            )
        elif isinstance(event, e.Reviewed):
            statements.append(
                RecordedStatement("reviewed", event.by, event.role, event.reason, "", None, record.at, None)
            )
    return statements


def statement_words(d: Deployment) -> tuple[str, ...]:
    """The signed statements of a deployment, and what they override, a line each."""
    reviews = [review.signed for review in d.follow_up.reviews if review.signed is not None]
    lifted = (f"overridden: {override}" for override in d.authority.overridden)
    return (*map(approval_words, (*d.authority.approvals, *reviews)), *lifted)


def against(
    question: Question, d: Deployment, new: Sequence[SignedApproval]
) -> dict[SignedApproval, tuple[str, ...]]:
    """The reasons against each new statement; statements without any are left out.

    The question holds the statements of the journal first, then the new ones.
    """
    ones = zip(dict.fromkeys(question.approvals), judged(question), strict=True)
    by_word = {presented.signed: judged_approval.against for presented, judged_approval in ones}
    against_by_word = {}
    for signed in dict.fromkeys(new):
        word = signed.approval
        reasons = [str(reason) for reason in by_word[signed]]
        reasons += [f"{word.role} {word.person}: {text}" for text in _out_of_place(question, d, signed)]
        if reasons:
            against_by_word[signed] = tuple(dict.fromkeys(reasons))
    return against_by_word


def _out_of_place(question: Question, d: Deployment, signed: SignedApproval) -> Iterator[str]:
    word = signed.approval
    if any(signed.approval.nonce == word.nonce for signed in d.authority.approvals):
        yield "is on the journal already, and an approval is good once; make a new one"
    if word.decision == "sign_off":
        yield from _sign_off(question, d, word)
    elif word.decision == "review":
        yield from _review(question, d, word)
    elif word.decision == "roll_back":
        yield from _roll_back(question, d, word)
    elif d.over:
        yield f"{d.id} is {d.state.value}; what is over is signed off or reviewed, and nothing else"
    elif word.decision == "concede":
        yield from _concession(d, word)
    if word.overrides is not None:
        yield from _override(question, word)


def _roll_back(question: Question, d: Deployment, word: ApprovalStatement) -> Iterator[str]:
    if not is_late(d):
        yield f"{d.id} is {d.state.value}; leave to roll back is given for what is completed"
    asked = roles_asked(question, d)
    if not asked:
        yield "nobody is asked before this is rolled back; orch rollback needs no leave"
    yield from _asked([RoleNeed.of_valid(role=role) for role in asked], word, "leave to roll back")


def _concession(d: Deployment, word: ApprovalStatement) -> Iterator[str]:
    if d.driving.hold is None and d.rollout.failure is None:
        yield f"{d.id} is {d.state.value} and not held; a concession is an answer to a hold"
    unknown = [host for host in word.hosts if host not in d.standings]
    if unknown:
        yield f"{d.id} has no host {', '.join(unknown)}"
    needs = d.authority.policy.concession_needs if d.authority.policy is not None else ()
    if not needs:
        yield "no policy asks for a concession here; orch exclude needs none"
    yield from _asked(needs, word, "a concession")


def _sign_off(question: Question, d: Deployment, word: ApprovalStatement) -> Iterator[str]:
    if d.state not in DEPLOYED:
        yield f"{d.id} is {d.state.value}; signed off is what was deployed and verified on all waves"
    given = [signed.approval for signed in d.authority.approvals if signed.approval.decision == "sign_off"]
    yield from _asked(d.follow_up.sign_off, word, "sign-off")
    yield from _twice(question, word, given, "signed off")


def _review(question: Question, d: Deployment, word: ApprovalStatement) -> Iterator[str]:
    if d.follow_up.review_by is None or d.state is State.PLANNED:
        yield f"{d.id} is no emergency that started, and no change of major impact that is reviewed; there is nothing to review"
    yield from _asked(d.follow_up.reviewers, word, "review")
    given = [review.signed.approval for review in d.follow_up.present_reviews if review.signed is not None]
    yield from _twice(question, word, given, "reviewed it")


def _asked(needs: Sequence[RoleNeed], word: ApprovalStatement, what: str) -> Iterator[str]:
    if needs and not any(same_role(need.role, word.role) for need in needs):
        roles = ", ".join(dict.fromkeys(need.role for need in needs))
        yield f"{what} is asked of {roles}, not of this role; sign in one of those"


def _twice(
    question: Question, word: ApprovalStatement, given: Sequence[ApprovalStatement], done: str
) -> Iterator[str]:
    for other in given:
        if same_role(other.role, word.role) and same_person(
            person_of(other, question), person_of(word, question)
        ):
            yield f"has {done} in this role already; somebody else must, if more people are asked for"


def _override(question: Question, word: ApprovalStatement) -> Iterator[str]:
    policy = question.policy
    roles = {freeze.name: freeze.override for freeze in question.calendar.freezes}
    roles[WINDOW] = policy.window_override
    name = word.overrides or ""
    if name not in roles:
        guess = meant(name, list(roles))
        move = f"did you mean {guess}?" if guess else f"there are {', '.join(roles)}"
        yield f"no freeze that binds is called {name}; {move}"
    elif not any(same_role(word.role, role) for role in roles[name]):
        may = " or ".join(roles[name]) or "nobody"
        yield f"{name} may be overridden by {may} only; ask one of those, or wait"

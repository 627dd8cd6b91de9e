"""The table of late words (tests/cases/late_words.yml): a deployment in some state, what a person asks for, and the answer.

Each `given` is laid over tests/cases/admission/base.yml, as in the table of admission.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from orchestrator.domain.authority.admission_answer import NotAdmitted
from orchestrator.domain.authority.approval import PresentedApproval
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.policy.authority.admission_question import UNGOVERNED, Question
from orchestrator.policy.authority.late_backout import backout_digest, late_backout
from orchestrator.policy.authority.late_words import Agreed, against_confirmation, concession
from orchestrator.policy.authority.word_checks import against
from orchestrator.policy.telling.words.ground_words import ground_words
from tests.histories import attempted, checked, ready_to_deploy
from tests.policy.admission_cases import approval, base, effective, laid_over, moment, question
from tests.worlds.plans import targets_named

TABLE = Path(__file__).resolve().parents[1] / "cases" / "late_words.yml"
HOSTS = ("web1", "web2", "web3", "web4", "web5")
OTHER = "f" * 64


@dataclass(frozen=True)
class LateRow:
    """One row: the state and what came to it, who asks for what, and the reasons, or none where it may be done."""

    what: str
    state: str
    ask: str
    words: dict[str, Any]
    given: dict[str, Any]
    reasons: tuple[str, ...]
    says: str

    def __str__(self) -> str:
        return self.what


@cache
def rows() -> tuple[LateRow, ...]:
    return tuple(_row(row) for row in YAML(typ="safe", pure=True).load(TABLE.read_text("utf-8")))


def _row(row: dict[str, Any]) -> LateRow:
    known = {"what", "state", "ask", "words", "given", "agreed", "refused", "says"}
    assert not row.keys() - known, row
    assert ("agreed" in row) != ("refused" in row), row["what"]
    refused = row.get("refused", [])
    reasons = tuple([refused] if isinstance(refused, str) else refused)
    assert "agreed" in row or reasons, f"{row['what']}: a refusal has reasons"
    return LateRow(
        row["what"],
        row["state"],
        row["ask"],
        row.get("words") or {},
        row.get("given") or {},
        reasons,
        row.get("says", ""),
    )


def asked(row: LateRow) -> tuple[tuple[str, ...], str]:
    """The answer as the table writes it, `code about` a reason, and all that it says."""
    words = row.words
    known = {"by", "hosts", "wave", "role", "note", "governed", "then", "closed", "signed", "with", "soaked"}
    assert not words.keys() - known, words
    d, q = _asked_about(row)
    by = words.get("by", "Ada Berg")
    if row.ask == "confirm":
        event = e.Confirmed(
            wave=words.get("wave", d.rollout.wave),
            role=words.get("role", "service owner"),
            by=by,
            note=words.get("note", "looked at the till"),
        )
        reasons = against_confirmation(d, event)
        return tuple(f"{r.code} {r.about}" for r in reasons), "\n".join(map(str, reasons))
    if row.ask == "give":
        given = [presented.signed for presented in q.approvals]
        texts = [text for reasons in against(q, d, given).values() for text in reasons]
        return tuple(texts), "\n".join(texts)
    answer = (
        concession(q, d, tuple(words.get("hosts", ["web2"])))
        if row.ask == "exclude"
        else late_backout(q, d, by=by, emergency=row.ask == "emergency")
    )
    if isinstance(answer, NotAdmitted):
        return tuple(f"{reason.code} {reason.about}" for reason in answer.reasons), str(answer)
    assert isinstance(answer, Agreed)
    review = f"review by {answer.review_by}: {answer.reviewers}" if answer.review_by else "no review"
    return (), "\n".join((*map(ground_words, answer.grounds), review))


def _asked_about(row: LateRow) -> tuple[Deployment, Question]:
    tree = laid_over({**base(), "approvals": []}, row.given)
    q = replace(question({"approvals": [], **{k: v for k, v in row.given.items() if k != "approvals"}}))
    governed = row.words.get("governed", True)
    before = _history(row, q, governed=governed)
    d = fold(before)
    digest = backout_digest(d, OTHER if row.words.get("with") else "")
    present = effective(tree, q.plan, q.policy, q.model)
    presented = []
    for n, words in enumerate(tree["approvals"], 1):
        each = approval(words, n, q.now, tree, present, present)
        if words.get("says") == "roll_back" and words.get("plan") != "another":
            statement = each.signed.approval.model_copy(
                update={"plan_digest": backout_digest(d) if words.get("plan") == "approved" else digest}
            )
            each = each.model_copy(update={"signed": each.signed.model_copy(update={"approval": statement})})
        presented.append(each)
    q = replace(q, approvals=tuple(presented), policy=q.policy if governed else UNGOVERNED, backout=digest)
    return (d if row.ask == "give" else fold([*before, *_given(before, presented, row)])), q


def _given(before: list[e.Recorded], presented: list[PresentedApproval], row: LateRow) -> list[e.Recorded]:
    events: list[e.Event] = [e.ApprovalGiven(signed=each.signed, by="x") for each in presented]
    if row.words.get("then") == "retry":
        events += [e.Retried(by="bo", reason="again"), e.DeploymentHeld(by="orch", reason="again")]
    return _recorded(events, before)


def _recorded(events: list[e.Event], before: list[e.Recorded]) -> list[e.Recorded]:
    first = before[-1] if before else None
    start = first.at if first else ready_at()
    return [
        e.Recorded(deployment="shop-live-7", seq=(first.seq if first else 0) + n, at=start, event=event)
        for n, event in enumerate(events, 1)
    ]


def ready_at() -> datetime:
    return moment("2026-06-06T20:00:00Z")


def _history(row: LateRow, q: Question, *, governed: bool) -> list[e.Recorded]:
    planned = e.Planned(
        plan=q.plan,
        plan_file="plans/shop.yml",
        plan_sha256="0" * 64,
        project="/srv/shop",
        targets=targets_named(*HOSTS),
        waves=q.waves,
        by=q.requester,
        policy=q.policy if governed else None,
        model=q.model,
        change=q.change,
        effective=q.effective,
    )
    opened = e.WindowOpened(basis="none", sign_off=(RoleNeed(role="customer"),))
    start = [opened if isinstance(event, e.WindowOpened) else event for event in ready_to_deploy(HOSTS)[1:]]
    history = [*_recorded([planned, *start], [])]
    for event in _events(row):
        history += _recorded([event], history)
    return history


def _events(row: LateRow) -> list[e.Event]:
    """From the captured baseline to the row's state."""
    rest: dict[str, Any] = dict.fromkeys(HOSTS[1:], "done")
    gate = e.GateReached(
        wave=0, soak_until=ready_at() if "soaked" in row.words else None, confirm="service owner"
    )
    first: list[e.Event] = [
        *attempted("d.deploy.0.1", 0, web1="done"),
        e.WaveDeployed(wave=0),
        checked(0, web1="passed"),
        e.WaveVerified(wave=0),
    ]
    if row.state in ("at gate", "soak failed", "before the gate"):
        soaked = [checked(0, stage="soak", web1="passed")] if row.words.get("soaked") else []
        rejected = e.WaveRejected(wave=0, hosts=("web1",), reason="down")
        failed: list[e.Event] = [rejected] if row.state == "soak failed" else []
        return first if row.state == "before the gate" else [*first, gate, *soaked, *failed]
    second: list[e.Event] = [
        *first,
        e.GateReached(wave=0),
        e.GatePassed(wave=0),
        *attempted("d.deploy.1.1", 1, **{**rest, **({"web2": "not_done"} if row.state == "held" else {})}),
    ]
    if row.state == "deploying":
        return second
    if row.state == "held":
        broke = e.WaveFailed(wave=1, hosts=("web2",), reason="web2 broke")
        return [*second, broke, e.DeploymentHeld(reason="web2 broke", by="orch")]
    done = [*second, e.WaveDeployed(wave=1), checked(1, web2="passed"), e.WaveVerified(wave=1)]
    if row.state == "early life":
        return [*done, e.GateReached(wave=1), e.EarlyLifeBegan(until=ready_at())]
    ends: dict[str, list[e.Event]] = {
        "completed": [e.Completed()],
        "completed with exceptions": [e.CompletedWithExceptions(exceptions={"web2": "it broke"})],
        "residue": [*_taken_back(), e.ResidueFound(hosts=("web2",))],
        "backout failed": [*_taken_back(), e.DeploymentBackoutFailed(hosts={"web2": "it broke"})],
    }
    closed = [e.RecordClosed(by="x", basis="signed off")] if row.words.get("closed") else []
    return [*done, e.GateReached(wave=1), *ends[row.state], *_signed_off(row), *closed]


def _taken_back() -> list[e.Event]:
    back = dict.fromkeys(HOSTS, "done")
    return [
        e.BackoutBegan(hosts=HOSTS, reason="no", by="orch"),
        *attempted("d.backout.0.1", 0, purpose="backout", **back),
    ]


def _signed_off(row: LateRow) -> list[e.Event]:
    if not row.words.get("signed"):
        return []
    tree = base()
    words = {"as": "customer", "by": "Nadia Costa", "says": "sign_off", "nonce": 99}
    q = question({})
    return [e.ApprovalGiven(signed=approval(words, 99, q.now, tree, q.effective, q.effective).signed, by="x")]

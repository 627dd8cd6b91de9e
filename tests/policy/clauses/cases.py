"""Deployments that hold a piece of evidence, and deployments that lack it: one of each for every code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.evidence.baseline import BaselineReference
from orchestrator.domain.evidence.clause_evidence import OfDeployment
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.evidence.unit_evidence import RecordSeen, SignerSeen, UnitEvidence
from orchestrator.domain.fold.fold import fold
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.condensed import condensed
from orchestrator.domain.plan.change_request import ChangeRequest
from orchestrator.domain.rules.deployment_model import DeploymentModel
from orchestrator.domain.rules.document_on_record import DocumentOnRecord
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.seal.findings import SealFinding, SealLook
from orchestrator.policy.clauses.case import Case
from tests.histories import START, attempted, checked, compared, planned, recorded
from tests.worlds.people import approval
from tests.worlds.plans import SHA, plan_tree

HOSTS = ("h1", "h2")
LATER = START + timedelta(days=30)
EMERGENCY = {
    "definition": "it burns",
    "before": ["change manager"],
    "review_within": "5d",
    "reviewers": ["change manager"],
}
SEALED = SealLook("app-2.0", (), 9, b"\1" * 32)


def policy(**words: Any) -> ReleasePolicy:
    if "emergency" in words:
        words["change_types"] = ["normal", "emergency"]
    return ReleasePolicy.model_validate(
        {"orch": 1, "policy": "house", "version": 1, "title": "Rules", **words}
    )


@dataclass(frozen=True)
class Made:
    """The events of a deployment, added to step by step; `tree` is that of its plan."""

    tree: dict[str, Any]
    events: tuple[e.Event, ...] = ()
    first: dict[str, Any] | None = None
    seal: SealLook | None = SEALED
    unseen: tuple[type[e.Event], ...] = ()
    not_in_cmdb: frozenset[int] = frozenset()

    def case(self) -> Case:
        start = planned(HOSTS, self.tree).model_copy(update=self.first or {})
        records = recorded([start, *self.events])
        shown = [condensed(each) for each in records if not isinstance(each.event, self.unseen)]
        return Case(fold(records), shown, LATER, self.seal, self.not_in_cmdb)

    def then(self, *events: e.Event) -> Made:
        return replace(self, events=(*self.events, *events))


def references() -> tuple[BaselineReference, ...]:
    return tuple(BaselineReference(host=h, digest=SHA, machine_id=h, items=3) for h in HOSTS)


def begin(tree: dict[str, Any] | None = None, **first: Any) -> Made:
    """Planned, submitted, and not yet approved."""
    whole = {**plan_tree(waves=["rest"]), **(tree or {})}
    return Made(whole, (e.Submitted(by="ann"),), first)


def admitted(made: Made, *, named: bool = False, units: tuple[UnitEvidence, ...] = (), **opened: Any) -> Made:
    """Up to the captured baseline."""
    approvals = (e.GivenApproval(role="change manager", person="Bo"),) if named else ()
    return made.then(
        e.Approved(basis="asked for", approvals=approvals),
        e.WindowOpened(basis="open", **opened),
        e.ComponentsVerified(digests={"dml/app.tar.gz": SHA}, units=units),
        e.EnvironmentVerified(results=()),
        e.BaselineCaptured(baselines=references()),
    )


def completed(made: Made, *, compare: bool = True) -> Made:
    """Deployed, verified and over."""
    return made.then(
        *attempted("a1", 0, h1="done", h2="done"),
        e.WaveDeployed(wave=0),
        checked(0, h1="passed", h2="passed"),
        *([compared(0, *HOSTS)] if compare else []),
        e.WaveVerified(wave=0),
        e.Completed(),
    )


def failed(made: Made) -> Made:
    """Its wave fails, and the backout begins."""
    return made.then(
        *attempted("a1", 0, h1="not_done", h2="not_done"),
        e.WaveFailed(wave=0, hosts=HOSTS, reason="It broke."),
        e.BackoutBegan(hosts=HOSTS, reason="It broke.", by="orch", reasons=(Ground(code="backout.failure"),)),
    )


def restored(made: Made) -> Made:
    """Backed out, and proved."""
    return failed(made).then(
        *attempted("a2", 0, purpose="backout", h1="done", h2="done"),
        e.RestorationCompared(baselines=references()),
        e.Restored(),
    )


def plain() -> Made:
    """A deployment that does nothing beside what it must, and is completed."""
    return completed(admitted(begin()))


def signed(role: str = "change manager", person: str = "Bo Lind", **changes: Any) -> e.ApprovalGiven:
    d = fold(recorded([planned(HOSTS)]))
    return e.ApprovalGiven(
        signed=approval(d, role, START, person=person, nonce="a" * 32, **changes), by=person
    )


def reviewed(made: Made, *questions: str) -> Made:
    answers = [
        e.PostReviewAnswered.model_validate({"question": q, "answer": "seen", "by": "ann"}) for q in questions
    ]
    return made.then(e.PostReviewOpened(by="ann"), *answers)


def release(**words: Any) -> dict[str, Any]:
    return {"release": {**plan_tree()["release"], **words}}


def unit(**words: Any) -> UnitEvidence:
    return UnitEvidence(name="app", version="2.0", sha256=SHA, source="dml/app.tar.gz", **words)


def model() -> DeploymentModel:
    from orchestrator.adapters.files.manual import model as manual
    from orchestrator.adapters.files.model_file import load_model

    return load_model(manual()).noun


DOCUMENT = DocumentOnRecord(
    what="policy", name="house", version=1, file="policies/house.yml", sha256=SHA, state="approved"
)
COVERED: dict[str, Any] = {"reasons": (Ground(code="rehearsal.covers", values={}),)}
OBJECTIVE = {
    "objective": "Few calls.",
    "by_hand": {"unit": "calls", "role": "service owner"},
    "expected": "<= 5",
    "due": "7d",
}
NOTIFIED = {
    "communication": [
        {
            "audience": "desk",
            "channel": "mail",
            "notify": {"by": "house", "to": ["a@b.test"], "at": ["start"]},
        }
    ]
}


def message(result: str) -> e.MessagesTried:
    each = {
        "message": "app-2.0.1.0",
        "moment": "start",
        "audience": "desk",
        "channel": "house",
        "result": result,
    }
    return e.MessagesTried(tries=(e.MessageTry.model_validate(each),))


def ticket() -> e.TicketSeen:
    return e.TicketSeen(step="start", system="servicenow", number="CHG1")


EMERGENCY_OPENED: dict[str, Any] = {
    "review_by": START + timedelta(days=5),
    "reviewers": (RoleNeed(role="change manager"),),
}
URGENT = ChangeRequest(type="emergency", reason="It is down.")
Maker = Callable[[], Made]
HELD: dict[OfDeployment, Maker] = {
    "release_planned": plain,
    "roles_assigned": plain,
    "backout_planned": plain,
    "service_and_cis_named": lambda: begin(release(service="shop", cis=["till"])),
    "change_request_named": lambda: begin(release(rfcs=["RFC-1"])),
    "impact_assessed": lambda: begin({"assessment": {"benefit": "more"}}),
    "security_assessed": lambda: begin({"assessment": {"security": "none"}}),
    "policy_applied": lambda: begin(policy=policy()),
    "documents_approved": lambda: begin(policy=policy(), documents=(DOCUMENT,)),
    "model_followed": lambda: begin(model=model()),
    "schedule_published": lambda: begin(starts=LATER),
    "interested_parties_told": lambda: completed(admitted(begin(NOTIFIED)).then(message("sent"))),
    "approval_by_role": lambda: begin().then(signed()),
    "duties_separated": lambda: admitted(begin().then(signed())),
    "emergency_authorised": lambda: begin(policy=policy(emergency=EMERGENCY), change=URGENT).then(signed()),
    "emergency_reviewed": lambda: completed(admitted(begin(change=URGENT), **EMERGENCY_OPENED)).then(
        e.Reviewed(role="change manager", by="Bo", reason="seen")
    ),
    "components_verified": lambda: admitted(begin()),
    "components_signed": lambda: admitted(
        begin(), units=(unit(signer=SignerSeen(kind="ed25519", key="abc", person="Cy")),)
    ),
    "tested_before_live": lambda: admitted(
        begin(), units=(unit(test_report=RecordSeen(source="dml/report", sha256=SHA)),)
    ),
    "backout_tested": lambda: admitted(begin(), **COVERED),
    "environment_verified": lambda: admitted(begin()),
    "baseline_before_deployment": lambda: admitted(begin()),
    "acceptance_criteria_verified": plain,
    "unmet_criteria_decided": lambda: failed(
        admitted(begin()).then(
            *attempted("a0", 0, h1="done", h2="done"),
            e.WaveDeployed(wave=0),
            checked(0, h1="failed", h2="passed"),
            e.WaveRejected(wave=0, hosts=("h1",), reason="It answers 500."),
            e.Retried(by="ann", reason="again"),
        )
    ),
    "cmdb_updated": plain,
    "configuration_compared_after": plain,
    "restoration_proved": lambda: restored(admitted(begin())),
    "unsuccessful_investigated": lambda: reviewed(restored(admitted(begin())), "cause", "no_action"),
    "incidents_considered": lambda: plain().then(
        e.IncidentLinked(
            incident=Incident(id="INC1", title="slow", opened=START),
            related=True,
            reason="same hour",
            by="ann",
        )
    ),
    "review_held": lambda: reviewed(plain()).then(e.PostReviewClosed(reason="well", by="ann")),
    "actions_done": lambda: reviewed(plain()).then(
        e.ActionAgreed(what="watch", owner="Bo", due=LATER, by="ann"),
        e.ActionDone(number=0, note="done", by="Bo"),
    ),
    "objectives_measured": lambda: completed(admitted(begin({"objectives": [OBJECTIVE]}))).then(
        e.ObjectiveMeasured(number=0, result="achieved", found="3 calls", by="cy", role="service owner")
    ),
    "customer_asked": lambda: reviewed(plain()).then(
        e.SatisfactionGiven(stakeholder="sales", score=4, note="", by="ann")
    ),
    "result_accepted": lambda: completed(admitted(begin(), sign_off=(RoleNeed(role="customer"),))).then(
        signed("customer", "Cy Ray", decision="sign_off")
    ),
    "change_ticket_told": lambda: completed(admitted(begin().then(ticket()))).then(
        e.Delivered(number="CHG1", result="successful", did="closed", events=20, digest=SHA, by="orch")
    ),
    "record_sealed": plain,
    "record_archived": lambda: plain().then(e.RecordArchived(until=LATER, by="ann", reason="over")),
}
"""A deployment that holds it."""
LACKING: dict[OfDeployment, Maker] = {
    "service_and_cis_named": plain,
    "change_request_named": plain,
    "impact_assessed": plain,
    "security_assessed": lambda: begin({"assessment": {"benefit": "more"}}),
    "policy_applied": plain,
    "documents_approved": lambda: begin(
        policy=policy(), documents=(DOCUMENT.model_copy(update={"state": "draft"}),)
    ),
    "model_followed": plain,
    "schedule_published": plain,
    "interested_parties_told": lambda: completed(admitted(begin(NOTIFIED)).then(message("failed"))),
    "approval_by_role": plain,
    "duties_separated": lambda: completed(admitted(begin().then(signed(person="ann")))),
    "emergency_authorised": lambda: completed(
        admitted(begin(policy=policy(emergency=EMERGENCY), change=URGENT))
    ),
    "emergency_reviewed": lambda: completed(admitted(begin(change=URGENT), **EMERGENCY_OPENED)),
    "components_verified": lambda: _without(plain(), e.ComponentsVerified),
    "components_signed": lambda: admitted(begin(), units=(unit(),)),
    "tested_before_live": plain,
    "backout_tested": plain,
    "environment_verified": lambda: _without(plain(), e.EnvironmentVerified),
    "baseline_before_deployment": lambda: _without(plain(), e.BaselineCaptured),
    "acceptance_criteria_verified": lambda: _without(plain(), e.WaveChecked),
    "unmet_criteria_decided": lambda: completed(admitted(begin({"objectives": [OBJECTIVE]}))).then(
        e.ObjectiveMeasured(number=0, result="not achieved", found="9 calls", by="cy", role="service owner")
    ),
    "cmdb_updated": lambda: replace(plain(), not_in_cmdb=frozenset({30})),
    "configuration_compared_after": lambda: completed(admitted(begin()), compare=False),
    "restoration_proved": lambda: failed(admitted(begin())).then(e.ResidueFound(hosts=("h1",))),
    "unsuccessful_investigated": lambda: restored(admitted(begin())),
    "incidents_considered": plain,
    "review_held": plain,
    "actions_done": lambda: reviewed(plain()).then(
        e.ActionAgreed(what="watch", owner="Bo", due=LATER, by="ann")
    ),
    "objectives_measured": lambda: completed(admitted(begin({"objectives": [OBJECTIVE]}))),
    "customer_asked": plain,
    "result_accepted": lambda: completed(admitted(begin(), sign_off=(RoleNeed(role="customer"),))),
    "change_ticket_told": lambda: completed(admitted(begin().then(ticket()))),
    "record_sealed": lambda: replace(
        plain(), seal=SealLook("app-2.0", (SealFinding("seal.event_changed", 4),), 9, b"\1" * 32)
    ),
    "record_archived": plain,
}
"""A deployment that could hold it, and does not."""


def _without(made: Made, kind: type[e.Event]) -> Made:
    """A journal that lacks these events: the lifecycle of this version allows none, so they are only hidden."""
    return replace(made, unseen=(kind,))

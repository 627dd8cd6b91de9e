"""One event of every kind, with all that can be in it."""

from datetime import timedelta
from pathlib import Path
from typing import get_args

from orchestrator.adapters.files.model_file import load_model
from orchestrator.adapters.files.policy_file import load_policy
from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.authority.approval import SignedApproval
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.machine_release import MachineRelease, SignedRelease
from orchestrator.domain.authority.people import PersonAdded
from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.authority.signing import Signature
from orchestrator.domain.cmdb.words import CiReference, CiWord, StatedRelation
from orchestrator.domain.evidence.attachment import Attachment
from orchestrator.domain.evidence.baseline import BaselineReference, Difference
from orchestrator.domain.evidence.capability import (
    CapabilityAssessment,
    CriterionResult,
    PersonsAnswer,
    SeenEvidence,
)
from orchestrator.domain.evidence.change_groups import ChangeGroup, ItemChange, OutsideChange
from orchestrator.domain.evidence.cmdb_audit import AsRecorded, AuditFinding, HostAudit
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.evidence.left_process import LeftProcess
from orchestrator.domain.evidence.opened_file import OpenedFile
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.evidence.run_software import AnsibleUsed, CollectionUsed
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Event
from orchestrator.domain.plan.change_request import ChangeRequest
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.plan.effective_plan import INGREDIENTS, EffectivePlan, Ingredient
from orchestrator.domain.plan.installed import InstalledPart
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.ssh_way import SettingPlace
from orchestrator.domain.plan.target import Target
from orchestrator.domain.plan.wave import Gate, Limit, Wave
from orchestrator.domain.rules.requirement import RoleNeed
from tests.fakes.clock import START

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "tests/cases/policies/good.yml"
MODEL = ROOT / "models/rolling-web-service.yml"

SHA = "5e" * 32
NUMBER = "0d" * 16
SOON = START + timedelta(minutes=10, microseconds=250)
INCIDENT = Incident(
    id="INC-7",
    title="the till hangs",
    opened=START,
    severity="2",
    hosts=("web1",),
    cis=("till",),
    service="shop",
    impact="nobody could pay",
    closed=SOON,
)
ODD = "Grüße 'x' \"y\" \\ \x00\n\u202e \U0001f600"
ASSESSMENT = CapabilityAssessment(
    criteria="itil4",
    version=1,
    made=SOON,
    begins=START,
    ends=SOON,
    service=ODD,
    level=2,
    begun=9,
    results=(
        CriterionResult(
            criterion="approaches-controlled",
            level=3,
            state="not_met",
            evidence=(SeenEvidence(code="approved_model", part=1, of=9, state="not_met"),),
            question=ODD,
            answer=PersonsAnswer(answer="yes", note=ODD, by="ann", at=START, until=SOON),
            contradicted=True,
        ),
    ),
)
CHANGE = ItemChange(kind="file", name="/etc/shop.conf", attribute="mode", before="0644", after=None)

CHECKS = [
    {"http": {"url": "http://{address}:8080/", "contains": "2.4"}, "within": "1m30s"},
    {"tcp": {"port": 22, "open": False}},
    {"command": {"run": "true", "exit_code": 3, "become": True}},
    {"unit": {"name": "shop", "up_for": "5s", "enabled": True}},
    {"file": {"path": "/etc/shop.conf", "mode": "0644", "sha256": SHA}},
    {"package": {"name": "curl", "version": "8"}},
    {"user": "shop"},
    {"os": {"distribution": "debian", "versions": ["12"]}},
    {"space": {"path": "/", "free": "500MB"}},
    {"memory": "64MiB"},
    {"clock": 2},
    {"become": "root"},
    {"python": "3.9"},
    {"port": 8080},
    {"pending_reboot": False},
    {"other_deployment": False},
    {"testinfra": "tests/test_shop.py"},
]
PLAN = ReleasePlan.model_validate(
    {
        "orch": 1,
        "purpose": ODD,
        "release": {
            "name": "shop",
            "version": "2.4.0",
            "units": [{"name": "web", "version": "2.4.0", "artefact": "dml/web.tgz", "sha256": SHA}],
        },
        "objectives": ["one", "two"],
        "strategy": {
            "kind": "pilot",
            "hosts": "web",
            "playbook": "playbooks/shop.yml",
            "variables": {"a": [1, 1.5, True, None, {"b": ODD}], "big": 2**63},
            "pilot": {"hosts": ["web1"], "gate": {"soak": "10m", "confirm": "service owner"}},
            "waves": [1, "12.5%", "canary", {"hosts": ["web2"], "failure_limit": "10%"}, "rest"],
            "failure_limit": {"wave": 1, "overall": "25%"},
            "allow": {"noop": True, "ignored_tasks": ["probe"]},
        },
        "roles": {"deployment manager": "Ann"},
        "resources": {"environment": "live", "inventory": "inventories/live"},
        "schedule": {
            "window": {"opens": "2026-03-02T22:00:00+01:00", "closes": "2026-03-03T02:00:00.5+01:00"}
        },
        "risks": [{"risk": "r", "mitigation": "m"}],
        "communication": [{"audience": "desk", "channel": "mail"}],
        "validation": {"environment": CHECKS, "acceptance": CHECKS, "early_life": {"duration": "2d"}},
        "backout": {
            "playbook": "rollback/shop.yml",
            "baseline": {
                "files": ["/etc/**"],
                "commands": [{"name": "n", "run": "id"}],
                "content_limit": "1MiB",
            },
        },
        "approval": {"required": ["change manager"]},
    }
)
TARGET = Target(host="web1", address="10.0.0.1", groups=("web",), private_key="/k", known_hosts="/h")
WAVE = Wave(
    number=0,
    name="pilot",
    hosts=("web1",),
    entry=PLAN.validation.environment,
    gate=Gate(soak=600.0, confirm="service owner"),
    failure_limit=Limit(percent=12.5),
)
RESULTS = (
    CheckResult(
        host="web1",
        kind="http",
        title="t",
        answer="inconclusive",
        expected="200",
        found=ODD,
        seconds=0.1,
    ),
)
HOST_AUDIT = HostAudit(
    host="web1",
    result="differs",
    machine_id=ODD,
    reason=ODD,
    items=3,
    deployments=("d1",),
    findings=(
        AuditFinding(
            kind="file",
            name="/etc/shop.conf",
            changes=(CHANGE,),
            deployment="d1",
            accepted_by=ODD,
            capture=SHA,
        ),
    ),
    more=2,
    blind=("mount",),
)
AS_RECORDED = AsRecorded(environment="live", machines={"web2": "m2"}, items=3, deployments=("d1",))
REFERENCES = (BaselineReference(host="web1", digest=SHA, machine_id="m1", items=3),)
DIFFERENCES = tuple(
    Difference(host="web1", kind="file", name="/x", attribute="mode", before=before, after=after)
    for before, after in ((None, "0644"), (True, 1), (ODD, ""), (2**70, -1))
)
OUTCOME = AttemptOutcome(
    attempt="d1.deploy.0.1",
    hosts=(
        HostOutcome(
            host="web1", result="unknown", reason=ODD, task="copy", ok=3, changed=1, changed_tasks=(ODD,)
        ),
    ),
    faults=("killed",),
    exit_code=None,
    started_at=START,
    ended_at=SOON,
    evidence_sha256=SHA,
    touched_outside=("web9",),
    opened=(OpenedFile(path="/tmp/left", task=ODD, by="web1"),),
)
EFFECTIVE = EffectivePlan(ingredients=tuple(Ingredient(name=name, parts={ODD: SHA}) for name in INGREDIENTS))
APPROVAL = SignedApproval.model_validate(
    {
        "approval": {
            "decision": "override",
            "role": "change manager",
            "person": "Ann",
            "key": SHA,
            "plan_digest": SHA,
            "subject": "d1",
            "reason": "it cannot wait",
            "overrides": "year end",
            "made_at": START,
            "expires": SOON,
            "nonce": "0" * 32,
        },
        "signature": {"key": SHA, "signature": "0" * 128},
    }
)
CONCEDED = Ground(
    code="concession.given",
    values={"person": "Nadia Costa", "role": "customer", "reason": ODD, "hosts": "web1"},
)
EVERY_EVENT: list[Event] = [
    e.Planned(
        plan=PLAN,
        plan_file="plans/shop.yml",
        plan_sha256=SHA,
        project="/srv/shop",
        targets=(TARGET,),
        waves=(WAVE,),
        by="ann",
        rehearsal=Rehearsal(of=EFFECTIVE, environment="live", part="failure path", failure_in=0, twice=True),
        policy=load_policy(POLICY).noun,
        model=load_model(MODEL).noun,
        change=ChangeRequest(type="emergency", reason="it is on fire"),
        mode="scheduled",
        effective=EffectivePlan(
            ingredients=tuple(Ingredient(name=name, parts={"a": SHA}) for name in INGREDIENTS)
        ),
        copy_size=2**40,
        starts=SOON,
        missed="skip",
        machines={"web1": "5e" * 16},
        foreseen=(ODD,),
        installed=(InstalledPart(kind="collection", name="community.general", version="8.1.0", place=ODD),),
        way_places=(SettingPlace(setting="port 2222", place=ODD, names=("web1",)),),
    ),
    e.Submitted(by="ann"),
    e.Approved(approvals=(e.GivenApproval(role="change manager", person="Bob"),), basis="named"),
    e.Rejected(by="ann", reason=ODD),
    e.DeploymentCancelled(by="ann", reason=ODD),
    e.WindowOpened(
        basis="none declared",
        frozen="/srv/orch/frozen/d1",
        grounds=(ODD,),
        set_aside=(ODD,),
        consumes=("0" * 32,),
        overridden=("window: Ann",),
        closes=SOON,
        review_by=SOON,
        reviewers=(RoleNeed(role="change manager", people=2),),
        sign_off=(RoleNeed(role="service owner"),),
        archive=SHA,
    ),
    e.DeploymentNotAdmitted(
        reasons=(Reason(code="freeze.binds", about="year end", found=ODD, next_move="wait"),), opens=SOON
    ),
    e.StartPutOff(reasons=(ODD,), by="ann"),
    e.StartMissed(late=3600.5, choice="ask", reason=ODD, by="ann"),
    e.ApprovalGiven(signed=APPROVAL, by="ann"),
    e.WaveAuthorised(
        wave=1,
        purpose="backout",
        grounds=(ODD,),
        closes=SOON,
        undone_by=SOON,
        restored=("a",),
        removed=("b",),
    ),
    e.WaveNotAuthorised(wave=1, reasons=(ODD,), then="back out"),
    e.Reviewed(role="change manager", by="ann", reason=ODD),
    e.RecordClosed(by="ann", basis=ODD),
    e.LogAccepted(breaks=2, damage=(e.DamageHere(code="seal.store_older"),), by="ann", reason=ODD),
    e.SealBroken(damage=(e.DamageHere(code="seal.event_changed", event=3),), more=2, facts="damaged"),
    e.SealAccepted(damage=(e.DamageHere(code="seal.event_changed", event=3),), by="ann", reason=ODD),
    e.MessagesTried(
        tries=(
            e.MessageTry(
                message="d1.2.0",
                moment="wave",
                audience=ODD,
                channel="mail",
                to=("desk@example.net",),
                result="failed",
                reason=ODD,
                again=SOON,
            ),
            e.MessageTry(message="d1.2.1", moment="end", audience="all", channel="hook", result="sent"),
        )
    ),
    e.DutyDone(duty="removal.components[0].data", by="ann", note=ODD),
    e.ComponentsVerified(digests={"web": SHA}, on_target={"/srv/shop/web": SHA}),
    e.EnvironmentVerified(results=RESULTS),
    e.BaselineCaptured(baselines=REFERENCES),
    e.DeploymentRefused(stage="environment", reasons=("no space",), results=RESULTS),
    e.EntryChecked(wave=0, results=RESULTS),
    e.AttemptIntended(attempt="d1.deploy.0.1", purpose="deploy", wave=0, hosts=("web1",), repeated=True),
    e.AttemptAdopted(attempt="d1.deploy.0.1", found="running"),
    e.AttemptEnded(outcome=OUTCOME, changed_in_copy=(ODD,)),
    e.AttemptLost(
        attempt="d1.deploy.0.1",
        reason="gone",
        started=False,
        changed_in_copy=(ODD,),
        opened=(OpenedFile(path=ODD, task=ODD, by="web1"),),
    ),
    e.QuietAwaited(attempt="d1.deploy.0.1", hosts=("web2",), until=SOON, busy=("web1",), ended=("web3",)),
    e.Quiesced(attempt="d1.deploy.0.1", busy=("web1",), unreachable=("web2",)),
    e.ProcessesLeft(
        hosts=("web1", "web2", "web3"),
        left={
            "web1": (LeftProcess(run="d1.deploy.0.1", pid=812, program="sh", unit="a.scope", seconds=3.5),)
        },
        ended={"web2": (LeftProcess(run="d1.deploy.0.1", pid=9, program="sleep", marked=False),)},
        unseen={"web3": "unreachable"},
    ),
    e.WaveDeployed(wave=0),
    e.WaveFailed(wave=0, hosts=("web1",), reason="r"),
    e.WaveChecked(stage="soak", wave=0, final=False, asked=3, results=RESULTS),
    e.ChangesCompared(
        wave=0,
        baselines=REFERENCES,
        groups=(ChangeGroup(hosts=("web1",), changes=(CHANGE,), more=3), ChangeGroup(hosts=("web3",))),
        not_compared={"web2": "cut off"},
        rules=("model configuration-only",),
        outside={"web1": OutsideChange(change=CHANGE, more=3)},
    ),
    e.WaveVerified(wave=0),
    e.WaveRejected(
        wave=0, hosts=("web1",), reason="r", reasons=(Ground(code="change.outside", values={"host": "web1"}),)
    ),
    e.GateReached(wave=0, soak_until=SOON, confirm="service owner"),
    e.Measured(
        stage="gate",
        wave=0,
        metric=ODD,
        verdict="inconclusive",
        why="small_sample",
        side="control",
        value=0.5,
        sample=3.0,
        deployed=1,
        control=0.25,
        control_sample=2.0,
        untouched=2,
        by="ratio",
        compared=2.0,
        earlier_control=True,
        alone=True,
        detail=ODD,
        took=0.5,
    ),
    e.Confirmed(wave=0, role="service owner", by="cy", note=ODD),
    e.GatePassed(wave=0),
    e.ObjectiveMeasured(
        number=0, result="achieved", found="140 orders", by="ann", role="service owner", note=ODD
    ),
    e.ObjectiveAccepted(number=0, role="service owner", by="ann", reason=ODD),
    e.PostReviewOpened(due=SOON, by="ann"),
    e.PostReviewAnswered(question="cause", answer=ODD, by="ann"),
    e.SatisfactionGiven(stakeholder=ODD, score=4, note=ODD, by="ann"),
    e.ActionAgreed(what=ODD, owner="Bo", due=SOON, by="ann"),
    e.ActionDone(number=0, note=ODD, by="ann"),
    e.PostReviewClosed(reason=ODD, by="ann"),
    e.IncidentLinked(incident=INCIDENT, related=False, reason=ODD, by="ann"),
    e.OverdueReminded(overdue=("review", "action"), by="ann"),
    e.RecordArchived(until=SOON, by="ann", reason=ODD),
    e.LegalHoldPlaced(by="ann", reason=ODD),
    e.LegalHoldLifted(by="ann", reason=ODD),
    e.IncidentRecorded(incident=INCIDENT, source=ODD, by="ann"),
    e.CriterionAnswered(
        criteria="itil4",
        criterion="people-competent",
        question=ODD,
        answer="partly",
        note=ODD,
        until=SOON,
        by="ann",
    ),
    e.AssessmentKept(assessment=ASSESSMENT, reason=ODD, by="ann"),
    e.CmdbAuditBegan(audit="audit-1", environments=("live",), hosts=("web1",), whole=True, by="ann"),
    e.CmdbAudited(audit="audit-1", hosts=(HOST_AUDIT,), as_recorded=(AS_RECORDED,), remarks=(ODD,)),
    e.DriftAccepted(
        audit="audit-1",
        host="web1",
        machine_id=ODD,
        item_kind="file",
        item_name=ODD,
        capture=SHA,
        by="ann",
        reason=ODD,
    ),
    e.PeopleChanged(change=PersonAdded(login="bo", name="Bo"), by="ann"),
    e.DisposalBegun(
        deployment="d0",
        size=7,
        root=SHA,
        release="shop",
        version="2.4.0",
        began=SOON,
        ended=SOON,
        archived=SOON,
        until=SOON,
        rule="shop-live version 3",
        retention=0.5,
        consumed=("0" * 32,),
        environment="live",
        live=True,
        named=True,
        policy="shop-live",
        machines=("m1",),
        by="ann",
        reason=ODD,
    ),
    e.DisposalFinished(deployment="d0", begun=1, by="ann"),
    e.CisRecorded(
        words=(
            CiWord(
                ci=CiReference(kind="service", name=ODD, environment="live"),
                attributes={"description": ODD, "status": "in use"},
                relations=(
                    StatedRelation(type="depends_on", to=CiReference(kind="service", name="pay"), ended=True),
                ),
            ),
        ),
        source="import",
        place=ODD,
        by="ann",
    ),
    e.TicketOpened(
        system="servicenow",
        url="https://tickets.example.org",
        number="CHG0030001",
        effective=SHA,
        release="shop",
        version="2.4.0",
        environment="live",
        did="opened",
        by="ann",
    ),
    e.TicketSeen(
        step="wave",
        wave=0,
        system="servicenow",
        number="CHG0030001",
        state="cancelled",
        lacks=("ticket.cancelled", "ticket.too_late"),
        detail=ODD,
    ),
    e.DeliveryOwed(number="CHG0030001", result="successful", trouble="unreachable", detail=ODD, by="ann"),
    e.Delivered(number="CHG0030001", result="successful", did="closed", events=9, digest=SHA, by="ann"),
    e.RotationBegan(wave=0, way="out", hosts=("web1", "web2")),
    e.RotationEnded(wave=0, way="out", there=("web1",), failed={"web2": ODD}, kept_out={"web3": "differs"}),
    e.StepAnswered(
        attempt="d1.deploy.0.1",
        result="done",
        role="service owner",
        by="cy",
        note=ODD,
        attached=(Attachment(name="Beleg.pdf", sha256=SHA, size=12),),
    ),
    e.StepOverdue(attempt="d1.deploy.0.1", due=SOON, escalate_to="service owner"),
    e.EarlyLifeBegan(until=SOON),
    e.EarlyLifeFailed(hosts=("web1",), reason="r"),
    e.Completed(),
    e.CompletedWithExceptions(exceptions={"web1": "excluded"}),
    e.BackoutBegan(
        hosts=("web1",),
        by="ann",
        reason=ODD,
        rehearsed="injected failure",
        reasons=(Ground(code="backout.emergency", values={"by": "soon"}),),
        emergency=True,
        review_by=SOON,
        reviewers=(RoleNeed(role="service owner", people=2),),
    ),
    e.BackoutCompared(equal=REFERENCES, differing=("web3",), not_compared={"web2": "cut off"}),
    e.RestorationCompared(baselines=REFERENCES, differences=DIFFERENCES, not_compared={"web2": "cut off"}),
    e.Restored(),
    e.ResidueFound(hosts=("web1",)),
    e.DeploymentBackoutFailed(hosts={"web1": "r"}),
    e.DeploymentHeld(by="ann", reason=ODD),
    e.Retried(by="ann", reason=ODD),
    e.Excluded(hosts=("web1",), by="ann", reason=ODD, reasons=(CONCEDED,)),
    e.HeldOn(by="ann", reason=ODD),
    e.Paused(by="ann", reason=ODD),
    e.Resumed(by="ann", reason=ODD),
    e.AbortRequested(by="ann", reason=ODD),
    e.EmergencyStopped(by="ann", reason=ODD),
    e.EmergencyLifted(by="ann", reason=ODD),
    e.BaselineKept(plan_file="plan.yml", baselines=(), by="ann"),
    e.KeyringAdopted(house=NUMBER, version=2, digest=SHA, signed_by=("Ann", "Bo"), by="ann"),
    e.MachineReleased(
        signed=SignedRelease(
            release=MachineRelease(
                house=NUMBER,
                host="web1",
                machine="m1",
                person="Ann",
                key=SHA,
                reason="sold",
                made_at=START,
                nonce=NUMBER,
            ),
            signature=Signature(key=SHA, signature=SHA * 2),
        ),
        by="ann",
    ),
    e.PolicyAdopted(
        policy=load_policy(POLICY).noun,
        by="ann",
        reason=ODD,
        deployment="d1",
        project="/p",
        keyed=True,
        signed=APPROVAL,
    ),
    e.PolicyWithdrawn(policy="p", version=1, by="ann", reason=ODD, signed=APPROVAL),
    e.ClockJumped(seconds=-3600.25),
    e.EnvironmentLeft(
        machine="web1",
        machine_ids=("m1",),
        host_keys=("SHA256:k",),
        environments=("live",),
        owners=("service owner",),
        by="ann",
        reason=ODD,
    ),
    e.DriverTook(
        driver="here:1",
        by="ann",
        boot="b1",
        clock_offset=1772488800.125,
        software={"orch": "0.1.0"},
        ansible=AnsibleUsed(
            python="/opt/a/bin/python",
            playbook="/opt/a/bin/ansible-playbook",
            core_version="2.20.1",
            python_version="3.12.4",
            source="named",
        ),
        collections=(CollectionUsed(name="ansible.posix", version="1.5.4", place="/opt/a/ansible/posix"),),
    ),
]


def every_kind() -> set[str]:
    """The kinds that the union of all events names."""
    return {member.model_fields["kind"].default for member in get_args(get_args(Event)[0])}

"""Journals from a table of deployments: each says in words what happened and when, and events are made of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from orchestrator.adapters.files.manual import model as model_manual
from orchestrator.adapters.files.model_file import load_model
from orchestrator.domain.authority.admission_answer import Reason
from orchestrator.domain.authority.ground import Ground
from orchestrator.domain.authority.rehearsal import Rehearsal
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.change_groups import ItemChange, OutsideChange
from orchestrator.domain.evidence.cmdb_audit import AuditFinding, HostAudit
from orchestrator.domain.evidence.incident import Incident
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import HOUSE, Event
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.change_request import ChangeRequest
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.policy.course.rollout import waves_of
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.worlds.plans import SHA, plan_of, plan_tree, prepared, targets_named

YEAR = 2026
HOST = "web1"
POLICY = ReleasePolicy(orch=1, policy="house", version=1, title="The house", models=("rolling",))
OBJECTIVE = {
    "objective": "Few calls.",
    "by_hand": {"unit": "calls", "role": "service owner"},
    "expected": "<= 5",
    "due": "7d",
}
OUTSIDE = OutsideChange(
    change=ItemChange(kind="file", name="/etc/motd", attribute="digest", before="a", after="b")
)


def moment(text: str) -> datetime:
    """A moment such as `11-03T10:00`, in UTC."""
    return datetime.fromisoformat(f"{YEAR}-{text}").replace(tzinfo=UTC)


def table(path: Path) -> dict[str, Any]:
    """A table of deployments with the figures that are expected of them."""
    loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return loaded


def journal_of(
    deployments: dict[str, dict[str, Any]],
    usual: dict[str, Any],
    incidents: dict[str, dict[str, Any]] | None = None,
) -> tuple[FakeJournal, FakeClock]:
    """A journal with all deployments of a table, of which some of these incidents came."""
    clock = FakeClock(moment("01-01T00:00"))
    journal = FakeJournal(clock)
    for name, case in deployments.items():
        Script(journal, clock, name, {**usual, "incidents": incidents or {}, **case}).write()
    return journal, clock


def keep_baselines(journal: FakeJournal, clock: FakeClock, at: list[str]) -> None:
    """People captured a baseline at these times, and kept it."""
    for seq, text in enumerate(at):
        set_to(clock, moment(text))
        journal.append(HOUSE, seq, [e.BaselineKept(plan_file="plan.yml", baselines=(), by="ann")])


def write_down_incidents(
    journal: FakeJournal, clock: FakeClock, incidents: dict[str, dict[str, Any]]
) -> None:
    """The house wrote these incidents down; with `later`, it wrote down another severity afterwards."""
    for name, case in incidents.items():
        if case.get("unknown"):
            continue
        set_to(clock, moment(case["opened"]))
        known = incident_of(name, case)
        changed = known.model_copy(update={"severity": case["later"]}) if "later" in case else None
        for each in (known, changed):
            if each is not None:
                record = e.IncidentRecorded(incident=each, source="by hand", by="ann")
                journal.append(HOUSE, len(journal.read(HOUSE)), [record])


def incident_of(name: str, case: dict[str, Any]) -> Incident:
    """An incident of a table, as it was written down first."""
    return Incident(id=name, title="It hangs.", opened=moment(case["opened"]), severity=case.get("severity"))


def make_audits(journal: FakeJournal, clock: FakeClock, case: dict[str, Any]) -> None:
    """The audits of a table, and what people accepted, each at its time."""
    words = [
        (moment(each["at"]), _audited(number, each["hosts"])) for number, each in enumerate(case["audits"])
    ]
    words += [(moment(each.split()[0]), [_accepted(each)]) for each in case["accepted"]]
    for at, events in sorted(words, key=lambda word: word[0]):
        set_to(clock, at)
        journal.append(HOUSE, len(journal.read(HOUSE)), events)


def _audited(number: int, hosts: dict[str, Any]) -> list[Event]:
    results = tuple(_host_audit(name, str(words)) for name, words in hosts.items())
    began = e.CmdbAuditBegan(audit=f"audit-{number}", hosts=tuple(hosts), whole=True, by="cron")
    return [began, e.CmdbAudited(audit=f"audit-{number}", hosts=results)]


def _host_audit(name: str, words: str) -> HostAudit:
    items, _, changed = words.partition(" ")
    if not items.isdigit():
        return HostAudit.model_validate({"host": name, "result": words, "machine_id": name})
    return HostAudit(
        host=name,
        result="differs" if changed else "as_recorded",
        machine_id=name,
        items=int(items),
        findings=tuple(_finding(each.strip()) for each in changed.split(";") if each),
    )


def _finding(item: str) -> AuditFinding:
    kind, name = item.split()
    change = ItemChange(kind=kind, name=name, attribute="sha256", before="a", after="b")
    return AuditFinding(kind=kind, name=name, changes=(change,), deployment="d1", capture="5e" * 32)


def _accepted(words: str) -> Event:
    _, host, kind, name = words.split()
    return e.DriftAccepted(
        audit="audit-2",
        host=host,
        machine_id=host,
        item_kind=kind,
        item_name=name,
        capture="5e" * 32,
        by="ann",
        reason="known",
    )


def set_to(clock: FakeClock, at: datetime) -> None:
    """Set the clock to this time, before or after."""
    clock.jump((at - clock.now()).total_seconds())


class Script:
    """Writes the journal of one deployment of a table."""

    def __init__(self, journal: FakeJournal, clock: FakeClock, name: str, case: dict[str, Any]) -> None:
        self._journal, self._clock, self._name, self._case = journal, clock, name, case
        self._d: Deployment | None = None
        self._attempts = 0

    def write(self) -> None:
        """Write everything that happened, in the order of the table."""
        for happening in str(self._case["happened"]).split(";"):
            at, word, *rest = happening.split()
            set_to(self._clock, moment(at))
            for event in self._events(word, " ".join(rest)):
                self._add(event)

    def _add(self, event: Event) -> None:
        seq = self._d.seq if self._d is not None else 0
        for record in self._journal.append(self._name, seq, [event]):
            self._d = apply(self._d, record)

    def _events(self, word: str, rest: str) -> Iterator[Event]:
        if word == "planned":
            yield self._planned()
            yield e.Submitted(by="ann")
        elif word == "begun":
            yield from self._begun()
        elif word in ("completed", "left-out", "gate", "early-life"):
            yield from self._to_gate()
            yield _AT_THE_GATE[word](self._clock.now(), rest)
        elif word == "failed":
            yield from self._failed(rest)
        elif word == "backout":
            yield from self._to_deploying()
            yield _backout(rest)
        elif word == "run":
            yield from self._run()
        elif word == "compared":
            yield from self._compared(rest)
        else:
            yield self._simple(word, rest)

    def _simple(self, word: str, rest: str) -> Event:
        if word in ("incident", "unrelated"):
            return self._linked(rest, related=word == "incident")
        return _SIMPLE[word](rest)

    def _linked(self, name: str, *, related: bool) -> Event:
        incident = incident_of(name, self._case["incidents"][name])
        return e.IncidentLinked(incident=incident, related=related, reason="seen", by="ann")

    def _planned(self) -> Event:
        case = self._case
        tree = plan_tree()
        tree["strategy"] = {"kind": "big-bang", "hosts": "web", "playbook": "playbooks/app.yml"}
        tree["release"]["service"] = case["service"]
        tree["resources"]["environment"] = case["environment"]
        tree["objectives"] = [OBJECTIVE] if case.get("objective") else ["Words alone."]
        plan, targets = plan_of(tree), targets_named(HOST)
        model = load_model(model_manual()).noun.model_copy(update={"model": case["model"], "version": 1})
        change = case.get("change", "normal")
        starts = case.get("starts")
        return e.Planned(
            plan=plan,
            plan_file="plan.yml",
            plan_sha256=SHA,
            project="/project",
            targets=targets,
            waves=waves_of(plan, targets).waves,
            by="ann",
            model=model if case["model"] else None,
            policy=POLICY if case.get("policy") else None,
            change=ChangeRequest(type=change, reason="It is down." if change == "emergency" else None),
            starts=moment(starts) if starts else None,
            rehearsal=_rehearsal(plan, targets) if case.get("rehearsal") else None,
        )

    def _begun(self) -> Iterator[Event]:
        closes = self._case.get("closes")
        yield e.Approved(basis="the plan asks for no approval")
        yield e.WindowOpened(basis="open", closes=moment(closes) if closes else None)

    def _to_deploying(self) -> Iterator[Event]:
        """The events of preparation, where they are not yet written."""
        if self._d is not None and self._d.state is State.VERIFYING_COMPONENTS:
            yield e.ComponentsVerified(digests={})
            yield e.EnvironmentVerified(results=())
            yield e.BaselineCaptured(baselines=())

    def _to_verification(self) -> Iterator[Event]:
        yield from self._to_deploying()
        if self._d is not None and self._d.state is State.DEPLOYING:
            yield e.WaveDeployed(wave=0)

    def _to_gate(self) -> Iterator[Event]:
        yield from self._to_verification()
        if self._d is not None and self._d.state is State.VERIFYING_WAVE:
            yield e.WaveVerified(wave=0)

    def _run(self) -> Iterator[Event]:
        yield from self._to_deploying()
        self._attempts += 1
        name, now = f"{self._name}.{self._attempts}", self._clock.now()
        yield e.AttemptIntended(attempt=name, purpose="deploy", wave=0, hosts=(HOST,))
        hosts = (HostOutcome(host=HOST, result="done", reason="ok"),)
        outcome = AttemptOutcome(attempt=name, hosts=hosts, started_at=now, ended_at=now)
        yield e.AttemptEnded(outcome=outcome)

    def _compared(self, rest: str) -> Iterator[Event]:
        yield from self._to_verification()
        outside = {HOST: OUTSIDE} if rest == "outside" else {}
        yield e.ChangesCompared(wave=0, baselines=(), rules=("model rolling",), outside=outside)

    def _failed(self, stage: str) -> Iterator[Event]:
        if stage == "early-life":
            yield e.EarlyLifeFailed(hosts=(HOST,), reason="It answers 500.")
            return
        if stage == "deploying":
            yield from self._to_deploying()
            yield e.WaveFailed(wave=0, hosts=(HOST,), reason="A task failed.")
            return
        yield from self._to_gate() if stage in ("soak", "metrics") else self._to_verification()
        codes: dict[str, Any] = {"changes": "change.outside", "metrics": "metric.failed"}
        reasons = (Ground(code=codes[stage]),) if stage in codes else ()
        yield e.WaveRejected(wave=0, hosts=(HOST,), reason="It is not as it should be.", reasons=reasons)


def _rehearsal(plan: ReleasePlan, targets: tuple[Target, ...]) -> Rehearsal:
    whole = prepared(plan, targets).effective
    assert whole is not None
    return Rehearsal(of=whole, environment="live", part="backout")


def _backout(code: str) -> Event:
    codes: dict[str, Any] = {code: f"backout.{code}"}
    return e.BackoutBegan(
        hosts=(HOST,),
        reason="Back out.",
        by="ann" if code in ("chosen", "aborted") else "orch",
        reasons=(Ground(code=codes[code]),),
        rehearsed="end" if code == "rehearsed" else None,
    )


_AT_THE_GATE: dict[str, Callable[[datetime, str], Event]] = {
    "completed": lambda now, rest: e.Completed(),
    "left-out": lambda now, rest: e.CompletedWithExceptions(exceptions={HOST: "left out"}),
    "gate": lambda now, rest: e.GateReached(
        wave=0, confirm="service owner", soak_until=moment(rest) if rest else None
    ),
    "early-life": lambda now, rest: e.EarlyLifeBegan(until=now),
}


def _objective(result: str) -> Event:
    if result == "accepted":
        return e.ObjectiveAccepted(number=0, role="service owner", by="cy", reason="enough")
    reached: Any = "achieved" if result == "achieved" else "not achieved"
    return e.ObjectiveMeasured(number=0, result=reached, found="9 calls", by="cy", role="service owner")


def _satisfied(rest: str) -> Event:
    stakeholder, score = rest.split()
    return e.SatisfactionGiven(stakeholder=stakeholder, score=int(score), by="ann")


def _refused(stage: str) -> Event:
    where: Any = stage
    return e.DeploymentRefused(stage=where, reasons=("It does not answer.",))


def _waits(code: str) -> Event:
    why: Any = code
    return e.DeploymentNotAdmitted(reasons=(Reason(code=why, about="it", found="missing", next_move="wait"),))


_SIMPLE: dict[str, Callable[[str], Event]] = {
    "cancelled": lambda rest: e.DeploymentCancelled(by="ann", reason="not needed"),
    "rejected": lambda rest: e.Rejected(by="bo", reason="not now"),
    "refused": _refused,
    "waits": _waits,
    "put-off": lambda rest: e.StartPutOff(reasons=("another runs",), by="orch"),
    "missed": lambda rest: e.StartMissed(late=1800.0, choice="ask", reason="nobody started it", by="orch"),
    "restored": lambda rest: e.Restored(),
    "residue": lambda rest: e.ResidueFound(hosts=(HOST,)),
    "not-restored": lambda rest: e.DeploymentBackoutFailed(hosts={HOST: "it failed"}),
    "held": lambda rest: e.DeploymentHeld(reason="A wave failed.", by="orch"),
    "retried": lambda rest: e.Retried(by="ann", reason="again"),
    "excluded": lambda rest: e.Excluded(hosts=(HOST,), by="ann", reason="later"),
    "confirmed": lambda rest: e.Confirmed(wave=0, role="service owner", by="cy"),
    "paused": lambda rest: e.Paused(by="ann", reason="lunch"),
    "resumed": lambda rest: e.Resumed(by="ann", reason="back"),
    "objective": _objective,
    "satisfied": _satisfied,
}

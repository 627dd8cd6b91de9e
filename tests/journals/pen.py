"""A pen that writes lawful journals: every event goes through the fold before it is written down."""

from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import BaselineReference, Difference
from orchestrator.domain.evidence.outcome import AttemptOutcome, HostOutcome
from orchestrator.domain.fold.fold import apply
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Event, Recorded
from orchestrator.domain.plan.check import CheckResult
from orchestrator.domain.plan.release_plan import ReleasePlan
from orchestrator.domain.plan.target import Target
from orchestrator.policy.course.backout import attempt_name
from orchestrator.policy.course.rollout import waves_of

BEGAN = datetime(2026, 3, 2, 21, 0, 0, tzinfo=UTC)
OLD, NEW = "4f" * 32, "9c" * 32
ITEMS = 412

Found = dict[str, str]
"""What a host shows instead of what was expected, by host."""


class Pen:
    """The journal of one deployment while it is written."""

    def __init__(self, plan: ReleasePlan, hosts: tuple[str, ...]) -> None:
        self.plan = plan
        self.now = BEGAN
        self.records: list[Recorded] = []
        self.deployment: Deployment | None = None
        self.id = f"{plan.release.name}-{plan.release.version}-{BEGAN:%Y%m%d-%H%M%S}"
        targets = tuple(
            Target(host=host, address=f"192.0.2.{n % 250 + 1}", user="deploy", groups=("web",))
            for n, host in enumerate(hosts)
        )
        self.hosts = hosts
        self.epoch: int | None = None
        self.add(
            e.Planned(
                plan=plan,
                plan_file="plans/shop.yml",
                plan_sha256="5d" * 32,
                project="/srv/shop",
                targets=targets,
                waves=waves_of(plan, targets).waves,
                by="ann",
            )
        )

    @property
    def d(self) -> Deployment:
        """The deployment so far."""
        if self.deployment is None:
            raise ValueError("nothing is written yet")
        return self.deployment

    def add(self, event: Event, after: float = 0.02) -> None:
        """Write an event that happened so many seconds after the one before. Raises LifecycleFault."""
        self.now += timedelta(seconds=after)
        record = Recorded(deployment=self.id, seq=len(self.records) + 1, at=self.now, event=event)
        self.deployment = apply(self.deployment, record)
        self.records.append(record)

    def begin(self) -> None:
        """Submit, approve, open the window, and take the driver's seat."""
        approvals = tuple(
            e.GivenApproval(role=role, person="Bo Lind") for role in self.plan.approval.required
        )
        approved_by = "named by ann when starting (change manager: Bo Lind)"
        self.add(e.Submitted(by="ann"))
        self.add(e.DriverTook(driver="ops1:4211", by="ann"))
        basis = approved_by if approvals else "the plan asks for no approval; started by ann"
        self.add(e.Approved(approvals=approvals, basis=basis))
        self.add(e.WindowOpened(basis="the plan declares no window"))

    def prepare(self) -> None:
        """Begin, verify components and environment, capture the baseline."""
        self.begin()
        units = {unit.artefact: unit.sha256 for unit in self.plan.release.units}
        self.add(e.ComponentsVerified(digests=units, on_target={"/opt/shop/2.4.0/shop": NEW}), 0.2)
        self.add(e.EnvironmentVerified(results=self.environment()), 2.4)
        self.add(e.BaselineCaptured(baselines=self.references(self.hosts, OLD)), 3.1)

    def environment(self, trouble: dict[str, tuple[str, str]] | None = None) -> tuple[CheckResult, ...]:
        """The environment checks' answers; `trouble` gives a host's answer and finding on free space."""
        results: list[CheckResult] = []
        for host in self.hosts:
            answer, finding = (trouble or {}).get(host, ("passed", "3.2 GiB"))
            down = answer == "inconclusive"
            results += [
                check(
                    host,
                    "reachable",
                    "reachable",
                    "ssh answers",
                    finding if down else "login as deploy",
                    answer if down else "passed",
                ),
                check(
                    host,
                    "os",
                    "os debian",
                    "debian 12",
                    finding if down else "debian 12",
                    answer if down else "passed",
                ),
                check(host, "space", "space /", "1 GiB free on /", finding, answer),
                check(
                    host,
                    "become",
                    "become root",
                    "sudo to root",
                    finding if down else "root",
                    answer if down else "passed",
                ),
            ]
        return tuple(results)

    def references(self, hosts: tuple[str, ...], digest: str) -> tuple[BaselineReference, ...]:
        """References to baselines of the usual size."""
        return tuple(
            BaselineReference(host=host, digest=digest, machine_id=f"{n:032x}", items=ITEMS, epoch=self.epoch)
            for n, host in enumerate(hosts, 1)
        )

    def run(
        self,
        purpose: Any,
        wave: int,
        hosts: tuple[str, ...],
        trouble: dict[str, tuple[str, str, str]] | None = None,
        took: float = 12.0,
        faults: tuple[str, ...] = (),
        changed_in_copy: tuple[str, ...] = (),
    ) -> None:
        """An attempt from intent to outcome; `trouble` gives a host's result, reason and task."""
        name = attempt_name(self.d, purpose)
        self.add(e.AttemptIntended(attempt=name, purpose=purpose, wave=wave, hosts=hosts))
        started = self.now + timedelta(seconds=0.4)
        outcomes = []
        for host in hosts:
            result, reason, task = (trouble or {}).get(host, ("done", "9 task(s) ok, 4 changed", ""))
            outcomes.append(
                HostOutcome.model_validate(
                    {
                        "host": host,
                        "result": result,
                        "reason": reason,
                        "task": task or None,
                        "ok": 9 if result == "done" else 3,
                        "changed": 4 if result == "done" else 1,
                    }
                )
            )
        outcome = AttemptOutcome(
            attempt=name,
            hosts=tuple(outcomes),
            faults=faults,
            exit_code=0 if not trouble else 2,
            started_at=started,
            ended_at=self.now + timedelta(seconds=took),
            evidence_sha256="e1" * 32,
            outrun_on=tuple(each.host for each in outcomes if "newer run" in each.reason),
        )
        self.add(e.AttemptEnded(outcome=outcome, changed_in_copy=changed_in_copy), took + 0.1)

    def checks(
        self,
        stage: Any,
        wave: int,
        hosts: tuple[str, ...],
        findings: Found | None = None,
        *,
        final: bool = True,
        took: float = 1.3,
    ) -> None:
        """The acceptance checks' answers; `found` gives what a host's page said instead."""
        results: list[CheckResult] = []
        for host in hosts:
            wrong = (findings or {}).get(host)
            answer = "passed" if wrong is None else "inconclusive" if wrong == "no answer" else "failed"
            results += [
                check(host, "reachable", "reachable", "ssh answers", "login as deploy"),
                check(host, "unit", "unit shop", "active", "active since 12 s"),
                check(
                    host,
                    "http",
                    "shop answers with its version",
                    'status 200 with "2.4.0"',
                    wrong or 'status 200 with "2.4.0"',
                    answer,
                ),
            ]
            if stage == "verification":
                results.append(
                    check(
                        host, "component", "/opt/shop/2.4.0/shop", f"sha256 {NEW[:12]}", f"sha256 {NEW[:12]}"
                    )
                )
        kept = results if final else [r for r in results if r.answer != "passed"]
        self.add(
            e.WaveChecked(stage=stage, wave=wave, final=final, asked=len(results), results=tuple(kept)), took
        )

    def wave(self, number: int, *, last: bool = False) -> None:
        """A wave that goes well, with its soak where it has one."""
        hosts = self.d.waves[number].hosts
        self.run("deploy", number, hosts)
        self.add(e.WaveDeployed(wave=number))
        self.checks("verification", number, hosts)
        self.add(e.WaveVerified(wave=number))
        self.soak(number)
        if not last:
            self.add(e.GatePassed(wave=number))

    def soak(self, number: int) -> None:
        """The gate of a wave, passed."""
        gate = self.d.waves[number].gate
        until = self.now + timedelta(seconds=gate.soak) if gate.soak else None
        self.add(e.GateReached(wave=number, soak_until=until, confirm=gate.confirm))
        if gate.soak:
            verified = self.d.hosts_standing("verified")
            for _ in range(int(gate.soak / gate.every)):
                self.checks("soak", number, verified, final=False, took=gate.every)
            self.checks("soak", number, verified, took=1.0)
        if gate.confirm:
            self.add(e.Confirmed(wave=number, role=gate.confirm, by="cleo", note="looked at the till"), 95.0)

    def back_out(
        self,
        reason: str,
        trouble: dict[str, tuple[str, str, str]] | None = None,
        by: str = "orch",
    ) -> None:
        """The backout of all touched hosts, newest wave first, each wave tried twice where it fails."""
        hosts = self.d.touched_hosts
        self.add(e.BackoutBegan(hosts=hosts, reason=reason, by=by))
        for wave in reversed(self.d.waves):
            mine = tuple(host for host in wave.hosts if host in hosts)
            if mine:
                self.run(
                    "backout",
                    wave.number,
                    mine,
                    {h: t for h, t in (trouble or {}).items() if h in mine},
                    took=8.0,
                )
                bad = tuple(host for host in mine if host in (trouble or {}))
                if bad:
                    self.run("backout", wave.number, bad, {h: (trouble or {})[h] for h in bad}, took=8.0)

    def compare(
        self, differences: tuple[Difference, ...] = (), not_compared: dict[str, str] | None = None
    ) -> None:
        """The comparison with the baseline."""
        hosts = self.d.backout.hosts if self.d.backout else ()
        captured = tuple(host for host in hosts if host not in (not_compared or {}))
        self.add(
            e.RestorationCompared(
                baselines=self.references(captured, OLD),
                differences=differences,
                not_compared=not_compared or {},
            ),
            3.3,
        )


def check(
    host: str, kind: str, title: str, expected: str, finding: str, answer: str = "passed"
) -> CheckResult:
    """One check's answer."""
    return CheckResult.model_validate(
        {
            "host": host,
            "kind": kind,
            "title": title,
            "answer": answer,
            "expected": expected,
            "found": finding,
            "seconds": 0.11,
        }
    )

"""Vaulted values are in nothing that a deployment keeps or shows, whatever hosts and runs answer; verdicts are as without."""

from __future__ import annotations

import base64
import dataclasses
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from orchestrator.adapters.store.baselines import DirectoryBaselineStore
from orchestrator.domain.deployment.deployment import Deployment
from orchestrator.domain.evidence.baseline import Baseline, BaselineScope
from orchestrator.domain.evidence.left_process import LeftProcess
from orchestrator.domain.evidence.reading import Reading
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.lifecycle import State
from orchestrator.domain.plan.inspection import Vaulted, VaultedValue
from orchestrator.engine.redacted_measurements import RedactedMeasurements
from orchestrator.engine.redacted_ports import RedactedRuns, RedactedTargets
from orchestrator.engine.redaction import NOT_KEPT, Redaction
from orchestrator.engine.use_cases import objectives
from orchestrator.engine.use_cases.stop_proof import silence
from orchestrator.policy.evidence.drift import compare
from tests.fakes.playbooks import Script
from tests.worlds.command_line import orch
from tests.worlds.fleet import APPROVED, Fleet
from tests.worlds.plans import plan_tree, targets_named
from tests.worlds.raw_files import raw
from tests.worlds.read_pages import as_read

SECRET = "S3CRET-of/the vault"
IN_BASE64 = base64.b64encode(SECRET.encode()).decode()
FORMS = (SECRET, IN_BASE64[:-2], quote(SECRET, safe=""), SECRET.encode().hex())
VAULT = Vaulted(
    values=(VaultedValue(file="group_vars/all.yml", name="db_pw", value=SECRET),), passwords=("word",)
)
FILE = "/etc/shop/shop.conf"


def fleet_with_a_vault(home: Path, **sections: Any) -> Fleet:
    fleet = Fleet(plan_tree(**sections), home=home)
    fleet.planning.vault = VAULT
    fleet.ports = dataclasses.replace(fleet.ports, baselines=DirectoryBaselineStore(home / "baselines"))
    in_another_process(fleet)
    return fleet


def in_another_process(fleet: Fleet) -> None:
    """From here on a process speaks to hosts that has not learnt any value yet."""
    redaction = Redaction()
    fleet.ports = dataclasses.replace(
        fleet.ports,
        redaction=redaction,
        targets=RedactedTargets(fleet.targets, redaction),
        playbooks=RedactedRuns(fleet.playbooks, redaction),
        measurements=RedactedMeasurements(fleet.measurements, redaction),
    )


def content(text: str) -> dict[str, Any]:
    data = text.encode()
    return {"exists": True, "mode": "0644", "sha256": "0" * 64, "content": base64.b64encode(data).decode()}


def tell_everywhere(fleet: Fleet) -> None:
    """Each host tells the value wherever a host tells anything."""
    for host in fleet.hosts:
        machine = fleet.targets.machine(host.host)
        machine.items["file", FILE] = content(f"password={SECRET}\n")
        machine.items["command", "env"] = {"output": f"PASSWORD={SECRET}", "sha256": "1" * 64}
        machine.items["passwd line", "x"] = {"lines": f"x:{SECRET}"}


def everything_kept(fleet: Fleet, home: Path, d: Deployment, capsys: pytest.CaptureFixture[str]) -> str:
    """All files below the home, and what each command shows; the page also as it is read."""
    page = home / "page.html"
    for words in (
        ["status", d.id],
        ["status", d.id, "--json"],
        ["record", "show", d.id],
        ["record", "show", d.id, "--json"],
        ["record", "show", d.id, "--html", str(page)],
        ["baseline", "show", d.id],
        ["baseline", "show", d.id, "--json"],
        ["baseline", "diff", d.id],
        ["baseline", "diff", d.id, "--json"],
    ):
        orch(fleet, words)
    shown = capsys.readouterr()
    digests = {r.digest for r in d.preparation.baselines.values()}
    baselines = "".join(_whole(fleet.ports.baselines.get(digest)) for digest in digests)
    files = "".join(raw(path).decode("latin-1") for path in home.rglob("*") if path.is_file())
    return shown.out + shown.err + baselines + files + as_read(page.read_text())


def _whole(baseline: Baseline) -> str:
    contents = [str(item.attributes.get("content", "")) for item in baseline.items]
    return baseline.model_dump_json() + "".join(base64.b64decode(each).decode() for each in contents)


def test_no_deployment_keeps_or_shows_a_vaulted_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = fleet_with_a_vault(tmp_path)
    tell_everywhere(fleet)
    words = f"status 500: {SECRET} {IN_BASE64} {quote(SECRET, safe='')} {SECRET.encode().hex()}"
    fleet.targets.machine("h1").script("http", ("failed", words))

    def change(request: Any) -> None:
        fleet.targets.machine("h1").items["file", FILE] = content(f"new={SECRET}\n")

    fleet.playbooks.on_start = change
    fault = f"task 'set {SECRET}' failed: {SECRET.encode().hex()}"
    fleet.playbooks.script("deploy", None, Script({"h1": "not_done"}, faults=(fault,)))
    d = fleet.deploy(**APPROVED)
    assert d.touched_hosts
    kept = everything_kept(fleet, tmp_path, d, capsys)
    assert [form for form in FORMS if form in kept] == []
    assert kept.count("[vaulted:") > 5


def test_a_refused_environment_says_it_without_the_value(tmp_path: Path) -> None:
    fleet = fleet_with_a_vault(tmp_path)
    fleet.targets.machine("h2").script("become", ("failed", f"cannot look: {SECRET}"))
    d = fleet.deploy(**APPROVED)
    (refused,) = fleet.events(d, e.DeploymentRefused)
    assert d.state is State.REFUSED
    assert SECRET not in refused.model_dump_json()
    assert "[vaulted:" in refused.reasons[0]


OTHER = "another/S3CRET-value"
CHANGES = [
    (f"a {SECRET} b", f"a {SECRET} b", True),
    (f"a {SECRET} b", f"a {OTHER} b", False),
    (f"a {SECRET} b", f"a {IN_BASE64} b", False),
    (f"a {SECRET} b", "a  b", False),
    ("plain", "plain", True),
]


@pytest.mark.parametrize(("before", "after", "equal"), CHANGES)
def test_baselines_compare_as_if_nothing_were_redacted(
    tmp_path: Path, before: str, after: str, *, equal: bool
) -> None:
    fleet = fleet_with_a_vault(tmp_path)
    more = VaultedValue(file="group_vars/all.yml", name="other", value=OTHER)
    fleet.ports.redaction.learn(Vaulted(values=(*VAULT.values, more)))
    machine, captured = fleet.targets.machine("h1"), []
    for output in (before, after):
        machine.items["command", "env"] = {"output": output}
        baseline = fleet.ports.targets.capture(targets_named("h1"), BaselineScope())["h1"]
        assert isinstance(baseline, Baseline)
        captured.append(baseline)
    assert compare(*captured).equal is equal


def test_another_process_asks_for_the_values_before_it_keeps_anything(tmp_path: Path) -> None:
    """As after kill -9: what the first process knew is gone."""
    fleet = fleet_with_a_vault(tmp_path)

    def die(_request: Any) -> None:
        raise KeyboardInterrupt

    fleet.playbooks.on_start = die
    with pytest.raises(KeyboardInterrupt):
        fleet.deploy(**APPROVED)
    heir = fleet_with_a_vault(tmp_path)
    heir.ports = dataclasses.replace(heir.ports, authority=fleet.authority, library=fleet.library)
    (name,) = heir.ports.journal.deployments()
    tell_everywhere(heir)
    for host in heir.hosts:
        heir.targets.machine(host.host).script("http", ("failed", SECRET))
    d = heir.resume()
    assert d.id == name
    kept = "".join(record.event.model_dump_json() for record in heir.ports.journal.read(name))
    assert "[vaulted:" in kept
    assert SECRET not in kept


BY_METRIC = {"name": "errors", "http": {"url": "https://m.example/errors"}, "success": "< 1"}


@pytest.mark.parametrize(
    "measured", [{"check": {"tcp": 8080}}, {"metric": BY_METRIC}], ids=["by a check", "by a metric"]
)
def test_who_measures_an_objective_later_asks_for_the_values_first(
    tmp_path: Path, measured: dict[str, Any]
) -> None:
    fleet = fleet_with_a_vault(tmp_path)
    fleet.tree["objectives"] = [{"objective": "It answers.", "due": "1h", **measured}]
    d = fleet.deploy(**APPROVED)
    fleet.targets.machine("h1").script("tcp 8080", ("failed", f"refused {SECRET}"))
    fleet.measurements.script("errors", Reading(trouble="refused", detail=f"status 500 {SECRET}"))
    in_another_process(fleet)
    objectives.measure(fleet.ports, d, by="ann")
    (fact,) = fleet.events(d, e.ObjectiveMeasured)
    assert SECRET not in fact.found
    assert "[vaulted:" in fact.found


def test_who_looks_what_still_runs_while_another_drives_asks_for_the_values_first(tmp_path: Path) -> None:
    fleet = fleet_with_a_vault(tmp_path)
    d = fleet.deploy(**APPROVED)
    program = f"later --password {SECRET}"
    left = LeftProcess(run=f"{d.id}.1-deploy", pid=812, program=program, seconds=3.0)
    fleet.targets.machine("h1").left = [left]
    in_another_process(fleet)
    with fleet.ports.journal.drive_alone(d.id):
        words = silence(fleet.ports, d.id, driver="bo's", by="bo")
    assert words is not None
    assert "later --password [vaulted:" in words


def test_while_the_values_are_unknown_no_text_is_kept(tmp_path: Path) -> None:
    fleet = fleet_with_a_vault(tmp_path)
    answers = iter([VAULT.model_copy(update={"values": (), "unknown": "vault.yml does not decrypt"}), VAULT])
    fleet.ports.redaction.ask(lambda: next(answers))
    fleet.targets.machine("h1").script("http", ("failed", SECRET))
    check = fleet.prepared().plan.validation.acceptance
    fleet.ports.redaction.ask(lambda: next(answers))
    results = fleet.ports.targets.verify(targets_named("h1"), check, tmp_path)
    assert SECRET not in str(results)
    assert any(result.found == f"{NOT_KEPT}: vault.yml does not decrypt" for result in results)
    assert [result.answer for result in results if result.kind == "http"] == ["failed"]
    again = fleet.ports.targets.capture(targets_named("h1"), BaselineScope())["h1"]
    assert isinstance(again, Baseline), "it is asked again, and then known"


def test_without_the_values_there_is_no_baseline(tmp_path: Path) -> None:
    fleet = fleet_with_a_vault(tmp_path)
    fleet.ports.redaction.ask(lambda: Vaulted(unknown="the password is gone"))
    captured = fleet.ports.targets.capture(targets_named("h1"), BaselineScope())["h1"]
    assert captured == f"{NOT_KEPT}: the password is gone"


def test_no_noun_shows_a_value_by_itself() -> None:
    assert SECRET not in repr(VAULT)
    assert "word" not in repr(VAULT)


def test_no_prepared_plan_holds_a_value(tmp_path: Path) -> None:
    assert SECRET not in fleet_with_a_vault(tmp_path).prepared().model_dump_json()


def metrics_of(*metrics: dict[str, Any]) -> dict[str, Any]:
    return {
        "waves": [{"count": 1, "gate": {"soak": "60s", "every": "30s", "metrics": list(metrics)}}, "rest"]
    }


def with_metrics(fleet: Fleet) -> Fleet:
    sources = RedactedMeasurements(fleet.measurements, fleet.ports.redaction)
    fleet.ports = dataclasses.replace(fleet.ports, measurements=sources)
    return fleet


COUNT: dict[str, Any] = {"name": "queue", "command": {"run": ["wc"]}, "success": "< 5"}
TELLING = Reading(trouble="refused", detail=f"exit code 1: cannot log in with {SECRET}")


def test_a_dry_run_of_a_gate_shows_no_vaulted_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ([], ["--json"]):
        fleet = with_metrics(fleet_with_a_vault(tmp_path, **metrics_of(COUNT)))
        fleet.measurements.script("queue", TELLING)
        assert orch(fleet, ["gate", "try", "plan.yml", *words]) == 8
        shown = capsys.readouterr().out
        assert "cannot log in with [vaulted:" in shown
        assert SECRET not in shown


def test_another_process_measures_objectives_without_keeping_a_value(tmp_path: Path) -> None:
    """After the end nobody has checked the plan in this process."""
    first = with_metrics(fleet_with_a_vault(tmp_path))
    first.tree["objectives"] = [
        {"objective": "It answers.", "check": {"tcp": 80}, "due": "1h"},
        {"objective": "Few wait.", "metric": COUNT, "due": "1h"},
    ]
    done = first.deploy(**APPROVED)
    later = with_metrics(fleet_with_a_vault(tmp_path))
    later.ports = dataclasses.replace(later.ports, authority=first.authority, library=first.library)
    later.measurements.script("queue", TELLING)
    later.targets.machine("h1").script("tcp 80", ("failed", f"it answers {SECRET}"))
    d = objectives.measure(later.ports, later.now(done.id), by="ann")
    measured = [event.found for event in later.events(d, e.ObjectiveMeasured)]
    assert len(measured) == 2
    assert all("[vaulted:" in each and SECRET not in each for each in measured)

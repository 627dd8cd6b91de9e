"""`orch release`: a release through its environments, in every form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator.adapters.keys.certificate_files import certificate_files
from orchestrator.adapters.keys.ed25519 import SigningKey, presented_certificate
from orchestrator.adapters.report.release_csv import COLUMNS
from orchestrator.domain.authority.rehearsal import PresentedCertificate
from orchestrator.domain.authority.signing import ISSUER, Keyring, TrustedKey
from orchestrator.engine.lookup.release_facts import release_facts
from orchestrator.errors import ExitCode, StoreFault
from orchestrator.policy.authority.releases.release_story_of import release_story
from orchestrator.policy.authority.releases.release_words import summary_lines
from tests.fakes.authority import FakeKeys
from tests.fakes.clock import START
from tests.fakes.playbooks import Script
from tests.worlds import command_line
from tests.worlds.fleet import Fleet, shop_fleet
from tests.worlds.printed_pages import inflated, needs_pdftotext, text_of
from tests.worlds.read_pages import as_read

Run = Callable[..., tuple[int, str, str]]


def at(fleet: Fleet, environment: str, **release: Any) -> None:
    """From now on its plan is for this environment."""
    fleet.clock.jump(3600)
    fleet.tree["resources"]["environment"] = environment
    fleet.tree["release"] |= release


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


@pytest.fixture
def orch(fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: Any) -> tuple[int, str, str]:
        code = command_line.orch(fleet, [str(word) for word in words])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def through_two(fleet: Fleet) -> None:
    at(fleet, "staging")
    fleet.deploy()
    at(fleet, "live")
    fleet.deploy()


def story(orch: Run, *words: str) -> Any:
    code, output, _ = orch("release", "show", "app", *words, "--json")
    assert code == 0
    return json.loads(output)


def test_without_any_it_says_what_to_do_next(orch: Run) -> None:
    assert "`orch deploy PLAN` starts one" in orch("release", "list")[1]
    code, _, complaint = orch("release", "show", "app")
    assert (code, "`orch release list` names those there are" in complaint) == (ExitCode.NOT_FOUND, True)


def test_each_environment_has_its_deployments_in_order(fleet: Fleet, orch: Run) -> None:
    through_two(fleet)
    at(fleet, "staging")
    fleet.deploy()
    in_order = story(orch)
    assert [
        (each["environment"], each["stands"], len(each["deployments"])) for each in in_order["environments"]
    ] == [
        ("staging", "deployed", 2),
        ("live", "deployed", 1),
    ]
    assert [row.split("\t")[:4] for row in orch("release", "list")[1].splitlines()[1:]] == [
        ["app", "2.0", "staging, live", "3"]
    ]


def test_what_failed_in_one_is_not_hidden_by_another(fleet: Fleet, orch: Run) -> None:
    at(fleet, "staging")
    fleet.deploy()
    at(fleet, "live")
    fleet.playbooks.script("deploy", None, Script(results={"h1": "not_done"}))
    fleet.deploy()
    text = orch("release", "show", "app")[1]
    assert "in staging: deployed and verified; in live: backed out" in text.splitlines()[0]


def test_the_same_files_are_equal_and_other_ones_are_named(fleet: Fleet, orch: Run) -> None:
    through_two(fleet)
    [between] = story(orch)["differences"]
    assert (between["before"], between["after"], between["compared"]) == ("staging", "live", True)
    assert (between["changes"], between["units"], between["hosts_differ"]) == ([], [], True)
    fleet.tree["purpose"] = "Serve another price list."
    at(fleet, "dr")
    fleet.deploy()
    [_, again] = story(orch)["differences"]
    assert [change["ingredient"] for change in again["changes"]] == ["plan"]
    assert "Different: plan (purpose changed)" in orch("release", "show", "app")[1]


def test_a_version_can_be_asked_for_and_others_are_named(fleet: Fleet, orch: Run) -> None:
    through_two(fleet)
    at(fleet, "live", version="3.0")
    fleet.deploy()
    assert story(orch)["version"] == "3.0"
    assert story(orch)["other_versions"] == ["2.0"]
    assert story(orch, "2.0")["version"] == "2.0"
    code, _, complaint = orch("release", "show", "app", "9")
    assert (code, "there are: 3.0, 2.0" in complaint) == (ExitCode.NOT_FOUND, True)


def test_a_table_has_a_line_for_each_deployment(fleet: Fleet, orch: Run, tmp_path: Path) -> None:
    through_two(fleet)
    file = tmp_path / "app.csv"
    assert orch("release", "show", "app", "--csv", file)[0] == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text(), newline="")))
    assert [(row["environment"], row["state"]) for row in rows] == [
        ("staging", "completed"),
        ("live", "completed"),
    ]
    assert tuple(rows[0]) == COLUMNS
    assert file.stat().st_mode & 0o777 == 0o600


@needs_pdftotext
def test_paper_has_all_of_it_and_the_facts_inside(fleet: Fleet, orch: Run, tmp_path: Path) -> None:
    through_two(fleet)
    page, pdf = tmp_path / "app.html", tmp_path / "app.pdf"
    assert orch("release", "show", "app", "--html", page, "--pdf", pdf)[0] == 0
    text = text_of(pdf.read_bytes(), tmp_path)
    for d in story(orch)["environments"]:
        for each in d["deployments"]:
            assert each["id"] in text
            assert each["id"] in as_read(page.read_text())
            assert each["effective"] in text
    assert b"/Subtype/application#2Fjson" in inflated(pdf.read_bytes())
    assert page.stat().st_mode & 0o777 == 0o600


def test_files_and_json_are_not_asked_for_at_once(fleet: Fleet, orch: Run, tmp_path: Path) -> None:
    through_two(fleet)
    code, _, complaint = orch("release", "show", "app", "--json", "--csv", tmp_path / "x")
    assert (code, "--json is for standard output" in complaint) == (2, True)


def test_a_rehearsal_and_its_certificate_stand_where_they_were_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = SigningKey.new()
    (tmp_path / "key.pem").write_bytes(key.pem())
    (tmp_path / "key.pem").chmod(0o600)
    monkeypatch.setenv("ORCH_KEY", str(tmp_path / "key.pem"))
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    fleet = shop_fleet(tmp_path / "home")
    issuer = {
        "key": key.key,
        "public": key.public,
        "person": "Rae Ortiz",
        "roles": (ISSUER,),
        "also": ("rae", "ann"),
    }
    ring = Keyring(keys=(TrustedKey.model_validate({**issuer, "trusted_at": START, "trusted_by": "ann"}),))
    fleet.keys.ring = ring
    assert command_line.orch(fleet, ["rehearse", "plan.yml", "--in", "rehearsal", "--by", "rae"]) == 0
    fleet.keys.kept = tuple(
        presented_certificate(each, ring) for each in certificate_files([tmp_path / "home"]).values()
    )
    fleet.tree["approval"] = {}
    fleet.deploy()
    capsys.readouterr()
    assert command_line.orch(fleet, ["release", "show", "shop"]) == 0
    text = capsys.readouterr().out
    assert "shop 2.4.0 in rehearsal: rehearsed only; in staging: deployed and verified." in text
    assert text.count("rehearsal for staging (backout): as it must") == 1
    assert "rehearsed in rehearsal at" in text
    assert "with an injected failure" in text
    assert "signature good" in text
    assert "Equal in plan, model, policy, playbooks, artefacts and variables, by digest." in text


class DamagedKeys(FakeKeys):
    def certificates(self, project: Path, keyring: Keyring) -> tuple[PresentedCertificate, ...]:
        raise StoreFault(f"{project}/certificates cannot be read.")


def test_certificates_that_cannot_be_read_are_said_to_be(fleet: Fleet) -> None:
    through_two(fleet)
    facts = release_facts(replace(fleet.ports, keys=DamagedKeys()), "app", None)
    assert facts.certificates_unread == ["/project: /project/certificates cannot be read."]
    lines = summary_lines(release_story(facts, fleet.clock.now()))
    assert "Certificates cannot be read: /project: /project/certificates cannot be read." in lines

"""orch model and orch policy over the files of a project: what they list, show and find wrong."""

import json
import shutil
from pathlib import Path

import pytest

from orchestrator.adapters.files.manual import model as model_manual
from orchestrator.adapters.files.manual import policy as policy_manual
from orchestrator.cli.main import run

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copytree(ROOT / "models", folder / "models")
    (folder / "policies").mkdir()
    shutil.copy(policy_manual(), folder / "policies/shop-live.yml")
    monkeypatch.chdir(folder)
    return folder


def test_models_are_listed_with_their_flow(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "list"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    governed = ["status", "approved by", "valid until", "review due"]
    assert rows[0] == ["model", "version", "title", "flow", *governed, "file"]
    removal = next(row for row in rows if row[0] == "removal")
    assert removal[1:4] == ["2", "Removal of a component", "test > staging > live"]
    assert removal[-1] == "models/removal.yml"
    assert len(rows) == 9


def test_a_broken_file_hides_no_other(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "models/bad.yaml").write_text("orch: 1\n")
    (project / "models/gone.yml").symlink_to("nowhere")
    assert run(["model", "list"]) == 3
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 9
    assert "models/bad.yaml:1 model: expected the key `model`" in shown.err
    assert "models/gone.yml: expected a file that can be read" in shown.err


def test_the_newest_version_is_shown_unless_one_is_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (project / "models/removal.yml").read_text()
    (project / "models/removal-3.yml").write_text(text.replace("version: 2", "version: 3"))
    for name, version in (("removal", 3), ("removal@2", 2), ("models/removal.yml", 2)):
        assert run(["model", "show", name, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["version"] == version
    assert run(["model", "show", "removal@4"]) == 11
    assert run(["model", "show", "remova"]) == 11
    assert "did you mean removal?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("{}", "one at least with a measure"),
        ("{measured: each}", "each with a measure"),
        ("{due_within: 30d}", "one at least with a measure, known within 30 days of the end"),
    ],
)
def test_what_is_asked_of_objectives_is_shown(
    project: Path, capsys: pytest.CaptureFixture[str], asked: str, words: str
) -> None:
    file = project / "models/removal.yml"
    file.write_text(file.read_text().replace("requires:\n", f"requires:\n  objectives: {asked}\n", 1))
    assert run(["model", "show", "removal"]) == 0
    assert f"objectives: {words}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("  packages: none", "  packags: none", "may_change.packags: expected one of files, packages, units"),
        ("  packages: none", "  packages: all", "may_change.packages: expected `any`, `none`, or a list"),
        ('  files: ["/etc/**"', "  files: [etc", "may_change.files: expected absolute paths, found `etc`"),
        ("may_change:", "may_chang:", "may_chang: expected a known key, found `may_chang`; did you mean"),
    ],
)
def test_a_rule_that_makes_no_sense_is_a_fault_at_its_line(
    project: Path, was: str, now: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project / "models/configuration-only.yml"
    file.write_text(file.read_text().replace(was, now))
    assert run(["model", "check", "models/configuration-only.yml"]) == 3
    assert words in capsys.readouterr().err


def test_one_version_has_one_content(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(project / "models/removal.yml", project / "models/removal-again.yml")
    assert run(["model", "check"]) == 3
    assert "expected one file for each version of a name" in capsys.readouterr().err


def test_check_tells_every_fault_of_every_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, was, now in (
        ("a", "frequency:", "frequncy:"),
        ("b", "after: [customer]", "after: [custommer]"),
    ):
        (project / f"policies/{name}.yml").write_text(policy_manual().read_text().replace(was, now))
    assert run(["policy", "check"]) == 3
    errors = capsys.readouterr().err
    assert "policies/a.yml:16 frequncy: expected a known key" in errors
    assert "policies/b.yml:49 approvals.after[0]: expected a known role" in errors
    assert "2 faults in 3 files" in errors
    assert run(["policy", "check", "--json"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert [fault["line"] for fault in answer["faults"]] == [16, 49]
    assert not answer["ok"]


def test_a_sound_policy_is_ok_and_warned_of(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        (project / "policies/shop-live.yml").read_text().replace("model: configuration-only", "model: conf")
    )
    (project / "policies/shop-live.yml").write_text(text)
    assert run(["policy", "check"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "policies/shop-live.yml: ok, shop-live version 3\n"
    assert "standard[0].model: expected a model in models, found none of the name conf" in shown.err


def test_a_window_in_a_skipped_hour_is_warned_of(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    window = "name: nightly\n    zone: Europe/Berlin\n    starts: 2026-01-01T02:30\n    repeats: FREQ=DAILY\n    lasts: 1h\n"
    text = (project / "policies/shop-live.yml").read_text().replace("[saturday-night]", "[nightly]")
    begin, end = text.index("  - # The window's name."), text.index("# Freezes bind")
    (project / "policies/shop-live.yml").write_text(f"{text[:begin]}  - {window}{text[end:]}")
    assert run(["policy", "check"]) == 0
    errors = capsys.readouterr().err
    assert "T02:30, which does not exist; it is taken as" in errors
    assert "T02:30, which comes twice; it is taken as" in errors


def test_nothing_to_check_is_no_pass(
    tmp_path: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    for verb in ("model", "policy"):
        assert run([verb, "check", "--project", str(tmp_path / "empty")]) == 11
        assert "nothing was checked" in capsys.readouterr().err
        assert run([verb, "check", "none.yml"]) == 11
        assert run([verb, "list", "--project", str(tmp_path / "empty")]) == 0


def test_policies_of_the_house_count_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = project.parent / "home/policies"
    house.mkdir(parents=True)
    text = policy_manual().read_text().replace("policy: shop-live", "policy: house")
    (house / "house.yml").write_text(text.replace("releases: [shop]", "releases: []"))
    assert run(["policy", "list"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(row[0], row[3]) for row in rows[1:]] == [
        ("house", "everything to live"),
        ("shop-live", "shop to live"),
    ]


def test_a_policy_is_shown_in_words(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "show", "shop-live"]) == 0
    shown = capsys.readouterr().out
    for words in (
        "before: change manager, service owner (2 people); each counts for 14 days",
        "the requester may not approve",
        "reviewed within 5 days by change manager",
        "freeze christmas: 2026-12-15T00:00 to 2027-01-07T00:00 Europe/Berlin, FREQ=YEARLY: the busiest weeks",
    ):
        assert words in shown
    assert "opens next at " in shown or "open now, until " in shown or "NOW FROZEN" in shown


def test_a_model_is_shown_in_words(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "show", str(model_manual())]) == 0
    shown = capsys.readouterr().out
    for words in (
        "gate: soak 2 min",
        "any wave: 50%",
        "first wave: 25%",
        "soak: 30 s, confirm: service owner",
        "May change: files /opt/shop/** /etc/shop/**, units shop.service, ports any; nothing else",
    ):
        assert words in shown


@pytest.mark.parametrize("verb", ["model", "policy"])
def test_schemas_are_printed(project: Path, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("https://json-schema.org/")


def test_a_folder_that_is_looked_in_for_two_reasons_is_named_once(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["policy", "show", "nosuch"]) == 11
    words = capsys.readouterr().err
    assert words.count("home/policies") == 1, words

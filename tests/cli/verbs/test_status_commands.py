"""status, list, record and baseline over a real store: what they print and how they end."""

import base64
import json
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from orchestrator.adapters.store import DirectoryBaselineStore
from orchestrator.cli.main import run
from orchestrator.cli.verbs.viewing.list_ import state_style
from orchestrator.cli.verbs.viewing.status import driver_words
from orchestrator.domain.deployment.driving import Driving
from orchestrator.domain.deployment.follow_up import FollowUp
from orchestrator.domain.evidence.baseline import Baseline, BaselineReference, ConfigurationItem
from orchestrator.domain.fold.brief import brief_of
from orchestrator.domain.journal import events as e
from orchestrator.domain.journal.events import Recorded
from orchestrator.domain.rules.release_policy import ReleasePolicy
from orchestrator.domain.rules.requirement import RoleNeed
from orchestrator.domain.text.format import seconds_words
from tests.journals.corpus import folded, recorded
from tests.journals.home import keep, keep_named
from tests.journals.pen import BEGAN


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path / "home"


def out(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out


def test_status_shows_the_tree_and_the_result(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_named(home, "pilot_backed_out")
    assert run(["status"]) == 0
    shown = out(capsys)
    assert "↩ pilot" in shown
    assert "Stopped at the pilot and backed out" in shown
    assert "\x1b" not in shown


def test_status_takes_the_beginning_of_an_id(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_named(home, "pilot_backed_out", "held")
    assert run(["status", "pil", "--json"]) == 0
    assert json.loads(out(capsys))["state"] == "backed out"


def test_without_an_id_the_open_one_is_meant(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_named(home, "held", "completed_phased")
    assert run(["status", "--json", "--exit-code"]) == 8
    assert json.loads(out(capsys))["deployment"] == "held"


@pytest.mark.parametrize("verb", [["status"], ["record", "show"], ["baseline", "show", "x"]])
def test_no_deployment_is_not_found(home: Path, verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(verb) == 11
    assert "orch" in capsys.readouterr().err


def test_list_names_every_deployment(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_named(home, "completed_phased", "held", "residue")
    assert run(["list"]) == 0
    rows = [line.split("\t") for line in out(capsys).splitlines()]
    assert rows[0] == ["id", "release", "environment", "state", "began", "took", "by", "policy"]
    assert {row[7] for row in rows[1:]} == {"ungoverned"}
    assert {(row[0], row[3]) for row in rows[1:]} == {
        ("completed_phased", "completed"),
        ("held", "deploying (held)"),
        ("residue", "backed out with residue"),
    }


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("completed_phased", "green"),
        ("excluded_then_completed", "yellow"),
        ("held", "yellow"),
        ("pilot_backed_out", "red"),
        ("residue", "red"),
        ("backout_failed", "red"),
        ("refused_environment", "red"),
    ],
)
def test_the_list_has_the_colour_of_the_state(name: str, style: str) -> None:
    d = folded(name)
    assert state_style(brief_of(d), d.last_at) == style


def test_a_review_that_is_overdue_stands_out_in_the_list() -> None:
    d = folded("completed_phased")
    reviewers = (RoleNeed(role="change manager"),)
    follow_up = FollowUp.updated(d.follow_up, review_by=d.last_at, reviewers=reviewers)
    late = brief_of(d.with_(follow_up=follow_up))
    assert state_style(late, d.last_at + timedelta(days=1)) == "bold red"
    assert state_style(late, d.last_at - timedelta(days=1)) == "yellow"


def test_what_lies_in_the_schedule_for_days_took_no_longer_than_it_ran(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Planned at one moment, admitted three days later, and over half an hour after that."""
    records = recorded("completed_phased")
    first = next(n for n, record in enumerate(records) if record.event.kind == "window_opened")
    later = [
        record.model_copy(update={"at": record.at + timedelta(days=3)}) if n >= first else record
        for n, record in enumerate(records)
    ]
    keep(home, "began", later)
    keep(home, "waits", records[:first])
    assert run(["list"]) == 0
    rows = {line.split("\t")[0]: line.split("\t") for line in out(capsys).splitlines()}
    began = folded("completed_phased")
    took = (began.last_at - records[first].at).total_seconds()
    assert rows["began"][5] == seconds_words(round(took))
    assert rows["waits"][4:6] == ["", ""]
    assert run(["list", "--json"]) == 0
    listed = {row["id"]: row for row in map(json.loads, out(capsys).splitlines())}
    assert (listed["waits"]["opened_at"], listed["waits"]["seconds"]) == (None, None)
    assert listed["began"]["seconds"] == pytest.approx(took, abs=0.01)
    assert run(["record", "show", "began"]) == 0
    assert f"took        {seconds_words(round(took))}\n" in out(capsys)


def test_list_says_how_to_begin(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list"]) == 0
    assert "orch deploy PLAN" in out(capsys)


def test_list_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_named(home, "held")
    assert run(["list", "--json"]) == 0
    row = json.loads(out(capsys))
    assert (row["id"], row["held"], row["over"], row["version"]) == ("held", True, False, "2.4.0")


def test_a_record_as_text(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_named(home, "residue")
    assert run(["record", "show", "residue"]) == 0
    shown = out(capsys)
    assert shown.startswith("shop 2.4.0 to staging: backed out with residue\n")
    assert "change manager: Bo Lind" in shown
    assert "differs: web3: file /etc/shop.conf mode 0640 -> 0644" in shown


def test_a_record_as_json_is_the_journal(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_named(home, "residue")
    assert run(["record", "show", "residue", "--json"]) == 0
    *lines, last = out(capsys).splitlines()
    kept = [Recorded.model_validate_json(line).event for line in lines]
    assert kept == [record.event for record in recorded("residue")]
    assert json.loads(last)["kind"] == "result"


def test_a_record_as_a_page_is_written_whole(home: Path, tmp_path: Path) -> None:
    keep_named(home, "residue")
    page = tmp_path / "record.html"
    assert run(["record", "show", "residue", "--html", str(page)]) == 0
    assert page.read_text().startswith("<!doctype html>")
    assert page.read_text().rstrip().endswith("</html>")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600, "a record tells of hosts, people and files"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".record")] == []


def test_a_page_that_cannot_be_written_is_said(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_named(home, "residue")
    assert run(["record", "show", "residue", "--html", str(tmp_path / "no" / "r.html")]) == 13
    assert "could not be written" in capsys.readouterr().err


def test_lines_for_programs_are_asked_for_alone(home: Path) -> None:
    assert run(["record", "show", "--html", "x.html", "--json"]) == 2


def test_several_files_of_one_record_at_once(home: Path, tmp_path: Path) -> None:
    keep_named(home, "residue")
    page, table, results, print_ = (tmp_path / name for name in ("r.html", "r.csv", "r.xml", "r.pdf"))
    words = ["--html", str(page), "--csv", str(table), "--junit", str(results), "--pdf", str(print_)]
    assert run(["record", "show", "residue", *words]) == 0
    assert page.read_text().startswith("<!doctype html>")
    assert table.read_bytes().startswith(b'"deployment","release","version"')
    assert b"\r\n" in table.read_bytes()
    assert results.read_text().startswith('<?xml version="1.0" encoding="UTF-8"?>')
    assert {stat.S_IMODE(file.stat().st_mode) for file in (page, table, results, print_)} == {0o600}
    assert print_.read_bytes().startswith(b"%PDF-")


def conf(host: str, content: str) -> Baseline:
    attributes: dict[str, str | int | bool | None] = {
        "content": base64.b64encode(content.encode()).decode(),
        "sha256": content[:1] * 64,
        "mode": "0644",
    }
    item = ConfigurationItem(kind="file", name="/etc/shop.conf", attributes=attributes)
    return Baseline(host=host, machine_id="m1", captured_at=BEGAN, items=(item,))


def keep_with_baselines(home: Path) -> tuple[BaselineReference, BaselineReference]:
    """The journal `residue`, with real baselines of web2 behind it."""
    store = DirectoryBaselineStore(home / "baselines")
    before, after = store.put(conf("web2", "a = 1\nb = 2\n")), store.put(conf("web2", "b = 3\na = 1\n"))
    records = []
    for record in recorded("residue"):
        event = record.event
        if isinstance(event, e.BaselineCaptured):
            event = event.model_copy(update={"baselines": (before,)})
        if isinstance(event, e.RestorationCompared):
            kept = tuple(d for d in event.differences if d.attribute != "content")
            event = event.model_copy(update={"baselines": (after,), "differences": kept})
        records.append(record.model_copy(update={"event": event}))
    keep(home, "residue", records)
    return before, after


def test_a_baseline_is_shown_item_by_item(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_with_baselines(home)
    assert run(["baseline", "show", "residue", "web2"]) == 0
    assert out(capsys).splitlines() == [
        "web2: 1 configuration item, 2026-03-02 21:00:00 UTC",
        f"  file /etc/shop.conf: mode 0644, sha256 {'a' * 64}",
    ]


def test_before_and_after_the_backout_are_compared(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_with_baselines(home)
    assert run(["baseline", "diff", "residue", "web2", "--backout"]) == 0
    assert out(capsys) == "web2: file /etc/shop.conf sha256 aaaaaaaaaaaa… -> zzzzzzzzzzzz…\n".replace(
        "z", "b"
    )
    assert run(["baseline", "diff", "residue", "web2", "--backout", "--check"]) == 6
    assert run(["baseline", "diff", "residue", "web9", "--backout"]) == 11


def test_the_page_shows_what_a_file_held_before_and_after(home: Path, tmp_path: Path) -> None:
    keep_with_baselines(home)
    page = tmp_path / "record.html"
    assert run(["record", "show", "residue", "--html", str(page)]) == 0
    text = page.read_text()
    assert "-b = 2" in text
    assert "+b = 3" in text


def test_who_drives_is_told_as_far_as_it_can_be_seen() -> None:
    d = folded("killed_and_adopted")
    assert driver_words(folded("residue"), BEGAN) == ""
    assert driver_words(d, d.last_at).startswith("Driven by process 6006 on ops1, which cannot be seen")
    here = d.with_(driving=Driving.updated(d.driving, driver=f"{os.uname().nodename}:{2**22 + 1}"))
    assert (
        driver_words(here, d.last_at)
        == f"No process drives it (process {2**22 + 1} is gone): orch resume {d.id}"
    )


def test_figures_of_models(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep_named(home, "completed_phased", "residue", "held")
    assert run(["model", "stats"]) == 0
    shown = out(capsys)
    assert shown.startswith("From 20")
    assert "3 deployments" in shown.splitlines()[0]
    assert "(no model)\t\t3\t50%\t1\t0\t0\t1\t0\t0\t0\t1\t0 of 0\t" in shown
    assert "Not good in deployments without a model:\n  1 x " in shown
    assert run(["model", "stats", "--json"]) == 0
    figures = json.loads(out(capsys))
    assert (figures["completed"], figures["with_residue"], figures["open"], figures["success"]) == (
        1,
        1,
        1,
        0.5,
    )
    assert run(["model", "stats", "--model", "none", "--since", "90d"]) == 0
    assert "There is no deployment by model none in that time." in out(capsys)
    assert run(["model", "stats", "--since", "soon"]) == 2


def _kept(home: Path, policy: ReleasePolicy | None) -> None:
    """A deployment that this policy binds, or none."""
    planned, *rest = recorded("completed_phased")
    event = planned.event.model_copy(update={"policy": policy})
    keep(home, "d1", [planned.model_copy(update={"event": event}), *rest])


@pytest.mark.parametrize(
    "verb", [["status"], ["record", "show"], ["list"], ["record", "show", "--html", "page.html"]]
)
def test_whoever_looks_is_told_what_binds_or_that_nothing_does(
    home: Path,
    verb: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    _kept(home, None)
    assert run(verb) == 0
    shown = out(capsys) + "".join(page.read_text() for page in tmp_path.glob("*.html"))
    assert "ungoverned" in shown
    assert "shop-live" not in shown


@pytest.mark.parametrize(
    "verb", [["status"], ["record", "show"], ["list"], ["record", "show", "--html", "page.html"]]
)
def test_the_policy_that_binds_is_named(
    home: Path,
    verb: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    _kept(home, ReleasePolicy.of_valid(orch=1, policy="shop-live", version=3, title="Live"))
    assert run(verb) == 0
    shown = out(capsys) + "".join(page.read_text() for page in tmp_path.glob("*.html"))
    assert "shop-live" in shown
    assert "ungoverned" not in shown


@pytest.mark.parametrize("verb", ["status", "list"])
@pytest.mark.parametrize("name", [None, "shop-live"])
def test_programs_are_told_too(
    home: Path, verb: str, name: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = None if name is None else ReleasePolicy.of_valid(orch=1, policy=name, version=3, title="Live")
    _kept(home, policy)
    assert run([verb, "--json"]) == 0
    result = json.loads(out(capsys))
    assert (result["policy"], result["governed"]) == (name, name is not None)

"""What a deployment changed, as people read it: text, page, JSON lines, and orch baseline."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from pathlib import Path

import pytest

from orchestrator.domain.evidence.baseline import AttributeValue
from tests.worlds.changing import CONFIGURED, ETC, TOO_MUCH, Changing
from tests.worlds.command_line import orch
from tests.worlds.read_pages import as_read


def file_with(text: str, mode: str) -> dict[str, AttributeValue]:
    """A file's attributes as a host gives them."""
    content = text.encode()
    return {
        "sha256": sha256(content).hexdigest(),
        "mode": mode,
        "content": base64.b64encode(content).decode(),
        "exists": True,
    }


@pytest.fixture
def fleet() -> Changing:
    """Three hosts: two of them changed alike, of the last one nothing is known."""
    made = Changing({"h1": TOO_MUCH, "h2": TOO_MUCH, "h3": CONFIGURED})
    made.cannot_be_captured("h3")
    return made


def test_the_text_says_what_changed_with_equal_hosts_once(
    fleet: Changing, capsys: pytest.CaptureFixture[str]
) -> None:
    d = fleet.deploy()
    assert orch(fleet, ["record", "show", d.id]) == 0
    shown = capsys.readouterr().out
    assert "What changed\n------------\n" in shown
    assert "h1, h2: package sl is new" in shown
    assert "h3: not known: a file could not be read" in shown
    assert shown.count("package sl") == 1


def test_what_is_not_known_is_a_warning_in_the_result(
    fleet: Changing, capsys: pytest.CaptureFixture[str]
) -> None:
    d = fleet.deploy()
    assert orch(fleet, ["status", d.id]) == 0
    assert "What changed on h3 is not known: a file could not be read." in capsys.readouterr().out


def test_the_page_unfolds_the_changes_and_shows_no_text_of_a_closed_file(tmp_path: Path) -> None:
    brings = {
        ("file", "/etc/app"): file_with("colour = green\n", "0644"),
        ("file", "/etc/key"): file_with("the secret\n", "0600"),
    }
    fleet = Changing(brings)
    d = fleet.deploy()
    page = tmp_path / "page.html"
    assert orch(fleet, ["record", "show", d.id, "--html", str(page)]) == 0
    text = as_read(page.read_text())
    assert '<h2 id="changes">What changed</h2>' in text
    assert "2 configuration items changed" in text
    assert "colour = green" not in text  # the baseline kept no content of what was there before
    assert "the secret" not in text
    assert base64.b64encode(b"the secret\n").decode() not in text


def test_the_page_shows_how_an_open_file_changed(tmp_path: Path) -> None:
    fleet = Changing({("file", "/etc/new"): file_with("colour = green\n", "0644")})
    d = fleet.deploy()
    page = tmp_path / "page.html"
    assert orch(fleet, ["record", "show", d.id, "--html", str(page)]) == 0
    assert "+colour = green" in page.read_text()


def test_what_is_not_allowed_is_told_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fleet = Changing(TOO_MUCH)
    d = fleet.hold_to(ETC)
    page = tmp_path / "page.html"
    assert orch(fleet, ["record", "show", d.id]) == 0
    assert orch(fleet, ["record", "show", d.id, "--html", str(page)]) == 0
    line = "h1: package sl changed, which policy house does not allow, and 1 change more"
    assert line in capsys.readouterr().out
    assert line in page.read_text()


def test_the_capture_after_the_waves_can_be_shown_and_compared(
    fleet: Changing, capsys: pytest.CaptureFixture[str]
) -> None:
    d = fleet.deploy()
    fleet.targets.machine("h1").items = {}
    assert orch(fleet, ["baseline", "show", d.id, "h1", "--deployed"]) == 0
    assert "package sl: version 5.02" in capsys.readouterr().out
    assert orch(fleet, ["baseline", "diff", d.id, "h1", "--deployed"]) == 0
    assert "h1: package sl is new" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["baseline", "diff", "{id}", "h3", "--deployed"],
        ["baseline", "show", "{id}", "h3", "--deployed"],
    ],
)
def test_a_host_without_such_a_capture_is_named(
    fleet: Changing, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    d = fleet.deploy()
    assert orch(fleet, [word.format(id=d.id) for word in words]) == 11
    assert "no such baseline of h3; it has those of h1, h2" in capsys.readouterr().err


def test_two_captures_cannot_be_asked_for_at_once(
    fleet: Changing, capsys: pytest.CaptureFixture[str]
) -> None:
    d = fleet.deploy()
    assert orch(fleet, ["baseline", "diff", d.id, "--deployed", "--backout"]) == 2
    assert "choose one" in capsys.readouterr().err


def test_the_plan_says_which_rule_holds_it(capsys: pytest.CaptureFixture[str]) -> None:
    fleet = Changing(CONFIGURED)
    fleet.rule(may_change=ETC, approvals={"before": []})
    assert orch(fleet, ["plan", "show", "plan.yml"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "may change, by policy house: files /etc/**; nothing else; anything more rejects the wave" in shown


def test_the_check_of_a_plan_says_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    fleet = Changing(CONFIGURED)
    fleet.rule(may_change=ETC, approvals={"before": []})
    assert orch(fleet, ["plan", "check", "plan.yml"]) == 0
    assert "  may change, by policy house: files /etc/**; nothing else;" in capsys.readouterr().out
    assert orch(fleet, ["plan", "check", "plan.yml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["may_change"] == {"policy house": {"files": ["/etc/**"]}}


def test_the_journal_in_json_lines_has_the_changes(
    fleet: Changing, capsys: pytest.CaptureFixture[str]
) -> None:
    d = fleet.deploy()
    assert orch(fleet, ["record", "show", d.id, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    compared = [line["event"] for line in lines[:-1] if line["event"]["kind"] == "changes_compared"]
    assert [group["hosts"] for event in compared for group in event["groups"]] == [["h1"], ["h2"]]
    assert compared[1]["not_compared"] == {"h3": "a file could not be read"}

"""`orch model approve` and `orch policy approve`, with real keys: what is signed counts, until the file is another."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from tests.worlds.printed import commands_in

STEPS = "steps: [{step: Deploy., role: deployment practitioner, seen_by: record}]\n"
MODEL = "orch: 1\nmodel: web\nversion: 1\ntitle: Web\npurpose: Web hosts.\nrequires: {}\n" + STEPS
POLICY = (
    "orch: 1\npolicy: live\nversion: 1\ntitle: Releases to live\napplies_to: {environments: [live]}\n"
    "documents: {approved_by: [service owner]}\n"
)
PEOPLE = {
    "ada": ("Ada Berg", "service owner"),
    "nadia": ("Nadia Costa", "service owner"),
    "li": ("Li Wei", "customer"),
}


@dataclass
class Desk:
    """A project with a model and a policy, and people with keys."""

    folder: Path
    screen: pytest.CaptureFixture[str]

    def orch(self, *words: str) -> tuple[int, str]:
        self.screen.readouterr()
        code = run(list(words))
        shown = self.screen.readouterr()
        return code, shown.out + shown.err

    def model(self, section: str = "{author: Ada Berg, status: approved}", more: str = "") -> Path:
        file = self.folder / "models/web.yml"
        file.write_text(f"{MODEL}document: {section}\n{more}")
        return file

    def policy(self, section: str = "{author: Ada Berg, status: approved}") -> Path:
        file = self.folder / "policies/live.yml"
        file.write_text(f"{POLICY}document: {section}\n")
        return file

    def approve(self, what: str, name: str, who: str = "nadia", *more: str) -> tuple[int, str]:
        return self.orch(what, "approve", name, "--reason", "looked at", "--key", f"{who}.pem", *more)

    def standing(self, what: str = "model") -> dict[str, object]:
        _, shown = self.orch(what, "list", "--json")
        standing: dict[str, object] = json.loads(shown.splitlines()[0])["standing"]
        return standing


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    for folder in ("models", "policies"):
        (tmp_path / folder).mkdir()
    desk = Desk(tmp_path, capsys)
    for name, (person, role) in PEOPLE.items():
        assert desk.orch("keys", "new", "--file", f"{name}.pem", "--no-passphrase")[0] == 0
        assert desk.orch("keys", "trust", f"{name}.pub.json", "--person", person, "--role", role)[0] == 0
    return desk


def test_an_approval_counts_until_a_byte_of_the_file_changes(desk: Desk) -> None:
    file = desk.model()
    assert (desk.standing()["state"], desk.standing()["against"]) == ("unapproved", ["document.not_approved"])
    code, shown = desk.approve("model", "web")
    assert code == 0, shown
    assert desk.standing()["state"] == "approved"
    assert (desk.standing()["approved_by"], desk.standing()["role"]) == ("Nadia Costa", "service owner")
    content = file.read_bytes()
    for changed in (
        content + b"\n",
        content.replace(b"Web hosts", b"Web Hosts"),
        content.replace(b"\n", b" \n", 1),
    ):
        file.write_bytes(changed)
        assert desk.standing()["against"] == ["document.changed"], changed
    file.write_bytes(content)
    assert desk.standing()["state"] == "approved"


@pytest.mark.parametrize("where", ["person", "role", "reason", "made_at", "sha256"])
def test_a_statement_that_was_changed_has_no_good_signature(desk: Desk, where: str) -> None:
    desk.model()
    desk.approve("model", "web")
    beside = desk.folder / "models/web.yml.approval"
    other = {"made_at": "2020-01-01T00:00:00Z", "sha256": "0" * 64}.get(where, "Somebody")
    signed = json.loads(beside.read_text())
    signed["document"][where] = other
    beside.write_text(json.dumps(signed))
    assert desk.standing()["against"] == ["document.bad_signature"]


def test_a_revoked_key_takes_its_approvals_along(desk: Desk) -> None:
    desk.model()
    desk.approve("model", "web")
    key = json.loads((desk.folder / "nadia.pub.json").read_text())["key"]
    assert desk.orch("keys", "revoke", key, "--reason", "lost")[0] == 0
    assert desk.standing()["against"] == ["document.revoked_key"]


@pytest.mark.parametrize(
    ("section", "who", "words"),
    [
        ("{author: Ada Berg}", "nadia", "status: draft"),
        ("{author: Ada Berg, status: retired}", "nadia", "status: retired"),
        ("{author: Ada Berg, status: approved, valid_until: 2020-01-01}", "nadia", "valid until 2020-01-01"),
        ("{author: Ada Berg, status: approved, approved_on: 2199-01-01}", "nadia", "still to come"),
        ("{author: Ada Berg, status: approved}", "ada", "approved by Ada Berg, who wrote it"),
        ("{author: Ada Berg, approver: Li Wei, status: approved}", "nadia", "names Li Wei as its approver"),
        ("null", "nadia", "no section `document`"),
    ],
)
def test_what_would_not_count_is_not_written(desk: Desk, section: str, who: str, words: str) -> None:
    desk.model(section)
    code, shown = desk.approve("model", "web", who)
    assert code == 4
    assert words in shown
    assert not (desk.folder / "models/web.yml.approval").exists()


def test_a_policy_is_approved_in_the_role_that_it_names(desk: Desk) -> None:
    desk.policy()
    assert desk.approve("policy", "live", "li")[0] == 4
    assert desk.approve("policy", "live")[0] == 0
    assert desk.standing("policy")["state"] == "approved"
    assert desk.orch("policy", "check")[0] == 0


def test_an_approval_of_another_person_s_key_is_refused(desk: Desk) -> None:
    desk.model()
    desk.orch("keys", "new", "--file", "eve.pem", "--no-passphrase")
    code, shown = desk.approve("model", "web", "eve")
    assert code != 0
    assert "trusted" in shown


def test_the_command_that_is_printed_approves_it(desk: Desk) -> None:
    for what in ("model", "policy"):
        getattr(desk, what)()
        _, shown = desk.orch(what, "check")
        (command,) = {each for each in commands_in(shown) if " approve " in each}
        words = [*shlex.split(command.replace("WHY", "ok"))[1:], "--key", "nadia.pem"]
        assert run(words) == 0
        assert desk.standing(what)["state"] == "approved"


def test_a_review_is_called_to_mind_and_signing_anew_is_the_review(desk: Desk) -> None:
    desk.model("{author: Ada Berg, status: approved, review_every: 20d}")
    desk.approve("model", "web")
    _, shown = desk.orch("model", "list")
    assert "model web version 1: due on" in shown
    (command,) = {each for each in commands_in(shown) if " approve " in each}
    before = desk.standing()["approved_at"]
    assert run([*shlex.split(command.replace("WHY", "looked"))[1:], "--key", "nadia.pem"]) == 0
    assert desk.standing()["approved_at"] != before


def test_an_approval_is_handed_over_where_the_folder_is_not_writable(desk: Desk) -> None:
    desk.model()
    code, shown = desk.approve("model", "web", "nadia", "--out", "for-root.json")
    assert code == 0
    assert "as soon as it is beside the file" in shown
    assert desk.standing()["state"] == "unapproved"
    (desk.folder / "for-root.json").rename(desk.folder / "models/web.yml.approval")
    assert desk.standing()["state"] == "approved"


def test_an_approval_of_nothing_is_a_fault_and_so_is_one_that_cannot_be_read(desk: Desk) -> None:
    file = desk.model()
    desk.approve("model", "web")
    (desk.folder / "models/old.yml.approval").write_text("{}")
    code, shown = desk.orch("model", "list")
    assert code == 3
    assert "the file that it approves, old.yml" in shown
    (desk.folder / "models/old.yml.approval").unlink()
    Path(f"{file}.approval").write_text("{}")
    code, shown = desk.orch("model", "list")
    assert code == 3
    assert "web.yml.approval" in shown


def test_show_says_how_it_stands(desk: Desk) -> None:
    desk.model("{author: Ada Berg, status: approved, valid_until: 2190-12-31}")
    desk.approve("model", "web")
    _, shown = desk.orch("model", "show", "web")
    assert "written by Ada Berg" in shown
    assert "approved by Nadia Costa as service owner" in shown
    assert "valid until 2190-12-31" in shown
    desk.policy()
    _, shown = desk.orch("policy", "show", "live")
    assert "must be approved, valid and unchanged; approved by service owner" in shown


def test_an_author_who_names_themselves_as_approver_is_a_fault(desk: Desk) -> None:
    desk.model("{author: Ada Berg, approver: ada  berg, status: approved}")
    code, shown = desk.orch("model", "check")
    assert code == 3
    assert "somebody else than the author" in shown


def test_the_calendar_has_the_review_with_an_alarm_until_it_is_moved_by_a_signature(desk: Desk) -> None:
    desk.model("{author: Ada Berg, status: approved, review_every: 20d}")
    desk.policy("{author: Ada Berg, status: approved, review_every: 400d}")
    export = ("schedule", "export", "--ical", "-")
    assert "Review of" not in desk.orch(*export)[1]
    for what, name in (("model", "web"), ("policy", "live")):
        desk.approve(what, name)
    code, shown = desk.orch(*export)
    assert code == 0
    assert shown.count("SUMMARY:Review of") == 1
    assert "SUMMARY:Review of model web version 1" in shown
    due = str(desk.standing()["review_due"]).replace("-", "")
    assert f"DTSTART;VALUE=DATE:{due}" in shown
    assert "TRIGGER:-P30D" in shown
    assert shown == desk.orch(*export)[1]
    assert "review.model.web.1@orch" in shown
    Path("models/web.yml.approval").write_text("{}")
    code, shown = desk.orch(*export)
    assert code == 0
    assert "No review is in the calendar" in shown

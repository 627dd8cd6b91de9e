"""`orch policy adopt` and `withdraw`: what comes into force is said, and where keys are trusted it is signed by who may."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.bootstrap import ports
from orchestrator.cli.main import run
from orchestrator.domain.journal.events import HOUSE
from orchestrator.errors import ExitCode

POLICY = """
orch: 1
policy: shop-live
version: {version}
title: Releases of the shop
applies_to: {{environments: [live]}}
changed_by: [service owner]
"""


class Desk:
    """A project with a policy, a home, and people whose keys may be trusted."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.write(1)

    def write(self, version: int) -> None:
        file = self.folder / "policies/live.yml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(POLICY.format(version=version))

    def trust(self, name: str, role: str) -> list[str]:
        """Make and trust a key; the words that sign with it."""
        key = self.folder / f"{name}.pem"
        assert (
            run(["keys", "new", "--file", str(key), "--no-passphrase", "--person", name, "--role", role]) == 0
        )
        assert run(["keys", "trust", str(key.with_name(f"{name}.pub.json")), "--yes"]) == 0
        return ["--key", str(key)]

    def say(self, *words: str) -> tuple[int, str]:
        self._capsys.readouterr()
        code = run(["policy", *words, "--reason", "agreed"])
        shown = self._capsys.readouterr()
        return code, shown.out + shown.err

    def house(self) -> list[str]:
        return [record.event.kind for record in ports().journal.read(HOUSE)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)


def test_by_name_by_version_and_by_file(desk: Desk) -> None:
    code, shown = desk.say("adopt", "shop-live")
    assert code == 0
    assert "In force: shop-live version 1 (policies/live.yml)." in shown
    desk.write(2)
    assert desk.say("adopt", "shop-live@2")[0] == 0
    desk.write(3)
    assert desk.say("adopt", "policies/live.yml")[0] == 0
    assert desk.house() == ["policy_adopted"] * 3


def test_what_is_in_force_is_refused_and_no_name_is_guessed(desk: Desk) -> None:
    assert desk.say("adopt", "shop-live")[0] == 0
    code, shown = desk.say("adopt", "shop-live")
    assert code == ExitCode.REFUSED
    assert "in force already" in shown
    assert desk.say("adopt", "shop")[0] == ExitCode.NOT_FOUND
    assert desk.say("withdraw", "shop")[0] == ExitCode.NOT_FOUND


def test_withdrawn_and_the_file_that_is_left_is_named(desk: Desk) -> None:
    desk.say("adopt", "shop-live")
    code, shown = desk.say("withdraw", "shop-live")
    assert code == 0
    assert "No longer in force: shop-live version 1." in shown
    assert "policies/live.yml" in shown
    (desk.folder / "policies/live.yml").unlink()
    assert desk.say("withdraw", "shop-live")[0] == ExitCode.NOT_FOUND


def test_where_keys_are_trusted_only_who_may_change_it_is_heard(desk: Desk) -> None:
    owner, manager = desk.trust("Omar", "service owner"), desk.trust("Li", "change manager")
    code, shown = desk.say("adopt", "shop-live", *manager)
    assert code == ExitCode.REFUSED
    assert "is changed by service owner only" in shown
    code, shown = desk.say("adopt", "shop-live", "--as", "service owner", *manager)
    assert "Li may sign as change manager" in shown
    code, shown = desk.say("adopt", "shop-live", *owner)
    assert code == 0
    assert "signed by Omar as service owner" in shown
    assert desk.say("withdraw", "shop-live", *manager)[0] == ExitCode.REFUSED
    assert desk.say("withdraw", "shop-live", "--key", str(desk.folder / "none.pem"))[0] == ExitCode.NOT_FOUND
    assert desk.say("withdraw", "shop-live", *owner)[0] == 0
    assert desk.house() == ["policy_adopted", "policy_withdrawn"]


def test_for_programs(desk: Desk) -> None:
    code, shown = desk.say("adopt", "shop-live", "--json")
    assert code == 0
    assert json.loads(shown)["policy"]["version"] == 1
    assert json.loads(desk.say("withdraw", "shop-live", "--json")[1])["kind"] == "policy_withdrawn"

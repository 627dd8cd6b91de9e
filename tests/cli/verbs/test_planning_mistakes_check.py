"""`orch plan check` names sections that say nothing: a warning, or in a live environment a fault, at the line."""

from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from tests.worlds.project import change, make, write

FILE = "orch: 1\nenvironment: staging\ntitle: Staging\nclass: {}\nowner: service owner\nmachines: [{{address: 192.0.2.0/24}}]\n"
TEST = "def test_shop(host):\n    assert True\n"


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make(tmp_path).relative_to(tmp_path)


def with_purpose(plan: Path, purpose: str) -> int:
    """Put the purpose into the plan; returns its line."""
    lines = plan.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("purpose:"))
    lines[number] = f"purpose: {purpose}"
    plan.write_text("\n".join(lines) + "\n")
    return number + 1


@pytest.mark.parametrize(
    ("class_", "code"), [("test", ExitCode.COMPLETED), ("live", ExitCode.PLAN_FAULT)], ids=["test", "live"]
)
def test_a_purpose_that_says_nothing(
    plan: Path, capsys: pytest.CaptureFixture[str], class_: str, code: ExitCode
) -> None:
    write(Path(), "environments/staging.yml", FILE.format(class_))
    line = with_purpose(plan, "n/a")
    assert run(["plan", "check", str(plan), "--static"]) == code
    printed = "".join(capsys.readouterr())
    expected = f"{plan}:{line} purpose: expected what customers or users have of the release, found `n/a`: a placeholder"
    assert expected in printed


def test_a_testinfra_file_in_which_no_test_can_fail(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(Path(), "checks/test_shop.py", TEST)
    acceptance = 'acceptance: [http: "http://{address}:8080/version"'
    change(plan, acceptance, f"{acceptance}, testinfra: checks/test_shop.py")
    assert run(["plan", "check", str(plan), "--static"]) == ExitCode.COMPLETED
    assert "a file in which no test can fail" in "".join(capsys.readouterr())


def test_a_role_that_nobody_has_is_at_its_line(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(plan, "deployment manager: Ada Berg", "deployment manager: tbd")
    run(["plan", "check", str(plan), "--static"])
    finding = ":19 roles.deployment manager: expected the person who has the role, found `tbd`"
    assert f"{plan}{finding}" in "".join(capsys.readouterr())

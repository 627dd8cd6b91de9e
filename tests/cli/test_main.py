"""Every ending of a command becomes its exit code and text a person can read, never a traceback."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from orchestrator.cli.crash import write_crash_file
from orchestrator.cli.main import run
from orchestrator.errors import BackedOut, ExitCode, Fault, Held, PlanFault, Refused

FAULTS = (
    Fault("plan.yml", 14, "waves[1].size", "a number of hosts or a share", "'many'", "write 3 or 25%."),
    Fault("plan.yml", None, "", "a mapping", "an empty file", "start from plans/example.yml."),
)
FAULT_TEXT = (
    "plan.yml:14 waves[1].size: expected a number of hosts or a share, found 'many'; write 3 or 25%.\n"
    "plan.yml: expected a mapping, found an empty file; start from plans/example.yml.\n"
)
USAGE = "Usage: orch go [OPTIONS]\nTry 'orch go --help' for help.\n\n"

# what the command raises, exit code, stderr
RAISED: list[tuple[BaseException, int, str]] = [
    (PlanFault(FAULTS), 3, FAULT_TEXT),
    (
        Refused("No approval by the change manager; ask for it."),
        4,
        "No approval by the change manager; ask for it.\n",
    ),
    (BackedOut("Backed out."), 5, "Backed out.\n"),
    (Held("Held by eva."), 8, "Held by eva.\n"),
    (click.UsageError("No such host."), 2, USAGE + "Error: No such host.\n"),
    (click.ClickException("File is gone."), 2, "Error: File is gone.\n"),
    (KeyboardInterrupt(), 130, "Interrupted.\n"),
    (click.Abort(), 130, "Interrupted.\n"),
]


def group_of(action: Callable[[], object]) -> click.Group:
    return click.Group(commands=[click.Command("go", callback=action)])


def raising(error: BaseException) -> click.Group:
    def action() -> None:
        raise error

    return group_of(action)


@pytest.mark.parametrize(("error", "code", "text"), RAISED, ids=lambda case: type(case).__name__)
def test_an_error_becomes_its_code(
    error: BaseException, code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["go"], raising(error)) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.removeprefix("\n") == text


@pytest.mark.parametrize(
    ("returned", "code"), [(None, 0), (ExitCode.COMPLETED, 0), (ExitCode.BACKED_OUT, 5), ("text", 0)]
)
def test_what_a_verb_returns(returned: object, code: int) -> None:
    assert run(["go"], group_of(lambda: returned)) == code


def test_a_verb_may_end_early_with_a_code() -> None:
    assert run(["go"], group_of(lambda: click.get_current_context().exit(4))) == 4


def test_a_defect_leaves_a_crash_file_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("ORCH_DEBUG", raising=False)
    assert run(["go"], raising(ZeroDivisionError("sum of nothing"))) == ExitCode.INTERNAL
    (line,) = capsys.readouterr().err.splitlines()
    named = re.search(r"the details are in (\S+)\.$", line)
    assert named
    crash = Path(named[1])
    assert crash.parent == tmp_path / "orch" / "crashes"
    assert stat.S_IMODE(crash.stat().st_mode) == 0o600
    text = crash.read_text()
    assert "ZeroDivisionError" in text
    assert ", in action" in text
    assert "sum of nothing" not in text, "what an error says may be a secret"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_no_defect_wherever_it_is_met(number: int, capsys: pytest.CaptureFixture[str]) -> None:
    full = OSError(number, os.strerror(number), "/tmp/orch-inspect-1")
    assert run(["go"], raising(full)) == ExitCode.STORE_FAULT
    assert "/tmp/orch-inspect-1. Make room" in capsys.readouterr().err.replace("'", "")


def test_a_crash_file_has_each_error_that_led_to_it_and_what_none_of_them_says(tmp_path: Path) -> None:
    def led_astray() -> None:
        try:
            raise KeyError("cAnary-S3CRET")
        except KeyError as error:
            raise ValueError("cAnary-S3CRET") from error

    with pytest.raises(ValueError, match="cAnary") as caught:
        led_astray()
    crash = write_crash_file(caught.value, [tmp_path])
    assert crash is not None
    text = crash.read_text()
    assert text.index("\nKeyError\n") < text.index("\nValueError\n")
    assert "led_astray" in text
    assert not [line for line in text.splitlines() if "S3CRET" in line and "raise" not in line]


def test_a_crash_file_finds_another_place(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    crash = write_crash_file(ZeroDivisionError(), [in_the_way / "crashes", tmp_path / "other"])
    assert crash is not None
    assert crash.parent == tmp_path / "other"
    assert write_crash_file(ZeroDivisionError(), [in_the_way / "crashes"]) is None


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCH_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(["go"], raising(ZeroDivisionError()))


def test_a_plan_fault_names_at_least_one_fault() -> None:
    with pytest.raises(ValueError, match="at least one"):
        PlanFault([])


def test_an_unknown_verb_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["no-such-verb"]) == ExitCode.USAGE
    assert "no-such-verb" in capsys.readouterr().err

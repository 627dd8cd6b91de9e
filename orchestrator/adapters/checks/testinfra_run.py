"""A user's own testinfra file, run unchanged by pytest in a process of its own, against all hosts at once."""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestrator.adapters.checks.ssh_config import ssh_config
from orchestrator.adapters.checks.testinfra_finding import Finding, finding_of
from orchestrator.adapters.handed_functions import EndedProgram, RunProgram
from orchestrator.domain.plan.check import TestinfraCheck
from orchestrator.domain.plan.target import Target
from orchestrator.domain.text.foreign_json import read_object
from orchestrator.domain.text.model_base import Many, Noun

_PASSED_ON = ("HOME", "LANG", "LC_ALL", "PATH", "SSH_AUTH_SOCK", "TMPDIR", "USER", "LOGNAME")
_PLUGIN = Path(__file__).parent / "pytest_answers.py"
_SHORT_ENOUGH = 40
_MOST_ANSWERS = 64 << 20


def run_testinfra(
    check: TestinfraCheck, targets: Sequence[Target], project: Path, run: RunProgram
) -> dict[str, Finding]:
    """What the file says of each host. Zero tests for a host is a failure; a run that died is inconclusive for all."""
    path = (project / check.path).resolve()
    if not path.is_file():
        return {target.host: ("inconclusive", f"there is no file {path}") for target in targets}
    with tempfile.TemporaryDirectory(prefix="orch-ti-", dir=_place()) as private:
        folder = Path(private)
        answers = folder / "answers.jsonl"
        ended = run(
            _arguments(check, targets, path, project, folder),
            timeout=check.timeout,
            environment=_environment(folder, answers),
            directory=project,
        )
        notes = _notes(answers)
        _close_connections(folder, run)
    no_end = None if any("end" in note for note in notes) else _no_end(check, ended)
    return {
        target.host: finding_of(notes, target.host, exit_code=ended.exit_code, no_end=no_end)
        for target in targets
    }


def _no_end(check: TestinfraCheck, ended: EndedProgram) -> str:
    if ended.exit_code is None:
        return f"no end within {check.timeout:g} s"
    lines = (ended.errors or ended.output).strip().splitlines()
    return f"pytest died (exit code {ended.exit_code}): {lines[-1] if lines else 'it said nothing'}"


def _arguments(
    check: TestinfraCheck, targets: Sequence[Target], path: Path, project: Path, folder: Path
) -> list[str]:
    config = folder / "ssh_config"
    config.write_text(ssh_config(targets, folder), encoding="utf-8")
    shutil.copy(_PLUGIN, folder / "orch_pytest_answers.py")
    become = "?sudo=True" if check.become else ""
    return [
        *(
            sys.executable,
            "-m",
            "pytest",
            str(path),
            "-q",
            "--no-header",
            "--tb=short",
            "-p",
            "no:cacheprovider",
        ),
        *(
            "-p",
            "orch_pytest_answers",
            "-c",
            str(_settings(path, project, folder)),
            "--rootdir",
            str(project),
        ),
        f"--ssh-config={config}",
        "--hosts=" + ",".join(f"ssh://{target.host}{become}" for target in targets),
    ]


def _settings(path: Path, project: Path, folder: Path) -> Path:
    """The user's pytest.ini nearest to the file; without one, settings that say nothing, so that no others are found."""
    for directory in path.parents:
        if (directory / "pytest.ini").is_file():
            return directory / "pytest.ini"
        if directory == project.resolve():
            break
    own = folder / "pytest.ini"
    own.write_text("[pytest]\n", encoding="utf-8")
    return own


def _place() -> str | None:
    """Where the private folder goes: the path of a control socket may have no more than about 100 characters."""
    return None if len(tempfile.gettempdir()) < _SHORT_ENOUGH else "/tmp"  # noqa: S108 - the folder in it is private


def _environment(folder: Path, answers: Path) -> dict[str, str]:
    """Only what a test needs, and nothing secret; the user's folder stays clean."""
    # Here and not above: pytest takes its time to import, and few plans need it.
    from orchestrator.adapters.checks.pytest_answers import ANSWERS

    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**kept, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", ANSWERS: str(answers)}


def _close_connections(folder: Path, run: RunProgram) -> None:
    """End the connections that testinfra's ssh left open for its next command."""
    for control in folder.iterdir():
        if control.is_socket():
            run(["ssh", "-o", f"ControlPath={control}", "-O", "exit", "any"], timeout=10.0)


class _Note(Noun):
    """A line of pytest_answers.py: of a test, of a file that cannot be read, of what was collected and ran, or the end."""

    host: str | None = None
    test: str = ""
    outcome: str = ""
    when: str = ""
    said: str = ""
    collection: str | None = None
    to_run: Many[str] = ()
    ran: str = ""
    stopped: str = ""
    end: int | None = None


def _notes(answers: Path) -> list[dict[str, Any]]:
    """The lines that make sense; the end is left out where a line before it makes none, for then nobody knows what it said."""
    try:
        with answers.open("rb") as source:
            *lines, last = source.read(_MOST_ANSWERS).split(b"\n")
    except FileNotFoundError:
        return []
    notes = [_note(line) for line in lines]
    broken = bool(last) or None in notes
    return [note for note in notes if note is not None and not (broken and "end" in note)]


def _note(line: bytes) -> dict[str, Any] | None:
    try:
        return _Note.model_validate(read_object(line)).model_dump(exclude_unset=True)
    except ValueError:
        return None

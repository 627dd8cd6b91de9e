"""What a shell may do to the streams of a command: close them, stop to read, or have few characters."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ORCH = f"{sys.executable} -m orchestrator"
REPOSITORY = Path(__file__).parents[2]


def shell(folder: Path, command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a line in bash; its exit code is that of `orch`, the first of a pipe."""
    return subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "ORCH_HOME": str(folder / "home"), **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "streams", ["| true", "| head -c 1", ">&-", ">&- 2>&-", "<&- >&- 2>&-"], ids=lambda words: words
)
def test_output_that_nobody_reads_changes_no_exit_code(tmp_path: Path, streams: str) -> None:
    for command, code in (("plan schema", 0), ("list", 0), ("status nothing", 11)):
        ended = shell(tmp_path, f"{ORCH} {command} {streams}")
        assert (ended.returncode, ended.stderr.count(b"Traceback")) == (code, 0), ended.stderr


def test_what_an_encoding_lacks_is_shown_as_replacements(tmp_path: Path) -> None:
    plan = (REPOSITORY / "plans" / "shop-1.0.0.yml").read_text()
    purpose = next(line for line in plan.splitlines() if line.strip().startswith("purpose:"))
    indent = purpose[: len(purpose) - len(purpose.lstrip())]
    for name in ("playbooks", "rollback", "dml", "checks", "inventories"):
        shutil.copytree(REPOSITORY / name, tmp_path / name)
    (tmp_path / "plan.yml").write_text(
        plan.replace(purpose, f"{indent}purpose: 在庫を直す").replace("inventories/lab", "hosts")
    )
    (tmp_path / "hosts").write_text("[web]\nweb1 ansible_host=192.0.2.1\n")
    ended = shell(
        tmp_path, f"{ORCH} plan show plan.yml", PYTHONIOENCODING="iso-8859-1:strict", PYTHONUTF8="0"
    )
    assert ended.returncode == 0, ended.stderr
    assert b"?????" in ended.stdout

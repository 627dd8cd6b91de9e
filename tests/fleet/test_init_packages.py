"""`orch init` on a tree like most of the world: packages, accounts in a loop over an include, tasks for other systems."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli.main import run
from orchestrator.errors import ExitCode
from orchestrator.lab.fleet import Lab, take_down
from orchestrator.lab.options import Asked
from tests.fleet.labs import lab_name_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ASKED = "dpkg-query --show; ls -d /var/www /srv/* /var/lib/nginx; getent passwd; ls /etc/nginx; ss -ltn | grep 808;"
ASKED += (
    " systemctl show --property=UnitFileState,ActiveState apt-daily.timer; cat /var/lib/dpkg/statoverride"
)


@pytest.fixture(scope="module")
def stocked() -> Iterator[Lab]:
    """One full host with packages."""
    name = lab_name_for("init-packages")
    try:
        yield Lab.up(name, 1, asked=Asked(packages=True))
    finally:
        take_down(name)


def test_a_tree_with_packages_is_deployed_and_its_backout_is_proved(
    stocked: Lab,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(root / "tests/cases/adoption/packaged", tmp_path, dirs_exist_ok=True)
    (tmp_path / "hosts.yml").write_text(stocked.inventory.read_text())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORCH_HOME", str(tmp_path / ".orch"))
    before = stocked.ssh("web1", ASKED).out

    assert run(["init", "--yes"]) == ExitCode.COMPLETED
    printed = capsys.readouterr().out
    assert "0 gaps that need a person, 1 more for some hosts only" in printed
    plan = next((tmp_path / "plans").glob("*.yml"))
    assert run(["deploy", str(plan)]) == ExitCode.COMPLETED
    assert stocked.ssh("web1", "getent passwd shopkeeper editor; ls -d /var/www").code == 0

    capsys.readouterr()
    run(["list", "--json"])
    deployment = json.loads(capsys.readouterr().out.splitlines()[0])["id"]
    assert run(["rollback", deployment, "--reason", "tried"]) == ExitCode.BACKED_OUT
    said_at_the_end = capsys.readouterr().out
    assert "0 differences to the baseline" in said_at_the_end
    assert "not captured" not in said_at_the_end
    assert stocked.ssh("web1", ASKED).out == before

"""A password to become root that a person gives: in a terminal or by a file, kept nowhere, and asked for again by the next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.fleet.asked_password import PASSWORD, Terminal, guarded, holding
from tests.fleet.conftest import NewLab
from tests.fleet.small_site import SmallSite


@pytest.mark.slow
def test_a_password_from_a_file_serves_visits_and_runs_and_the_rollback_needs_it_again(
    new_lab: NewLab, tmp_path: Path
) -> None:
    lab = new_lab(2, light=True)
    site, file = SmallSite(lab, tmp_path, "ways", {}), tmp_path / "password"
    guarded(lab)
    file.write_text(PASSWORD + "\n")
    without = site.orch("deploy", "plans/app.yml")
    assert without.returncode == 4
    assert "--ask-become-pass" in without.stdout + without.stderr
    deployed = site.orch("deploy", "plans/app.yml", "--become-password-file", str(file))
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    name = re.findall(r"app-2-\d{8}-\d{6}", deployed.stdout)[-1]
    refused = site.orch("rollback", name, "--reason", "why")
    assert refused.returncode != 0
    assert "--become-password-file FILE" in refused.stderr
    assert "backout_began" not in site.orch("record", "show", name, "--json").stdout
    back = site.orch("rollback", name, "--reason", "why", "--become-password-file", str(file))
    assert back.returncode == 5, back.stdout + back.stderr
    assert holding(tmp_path / "orch") == []


@pytest.mark.slow
def test_a_password_from_the_terminal_dies_with_its_driver(new_lab: NewLab, tmp_path: Path) -> None:
    lab = new_lab(2, light=True)
    site, file = SmallSite(lab, tmp_path, "ways", {}), tmp_path / "password"
    guarded(lab)
    file.write_text(PASSWORD + "\n")
    terminal = Terminal(site, "deploy", "plans/app.yml", "-K")
    terminal.read_until("Password to become root")
    terminal.type(PASSWORD)
    terminal.read_until("baseline")
    terminal.kill()
    assert PASSWORD not in terminal.seen
    refused = site.orch("resume")
    assert refused.returncode == 4, refused.stdout + refused.stderr
    assert "--ask-become-pass" in refused.stderr
    resumed = site.orch("resume", "--become-password-file", str(file))
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert holding(tmp_path / "orch") == []
